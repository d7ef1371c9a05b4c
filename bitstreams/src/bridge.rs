//! Registers and memory over a line of bytes: the device's end of `host_driver::bridge`.
//!
//! # Theory of operation
//! The messages are those of [`fw_regs::bridge`]: the host asks, the bridge answers, one at a time. Until the marks have come, bytes are thrown away; a request whose CRC is wrong, or
//! which pauses for 2^20 cycles, is forgotten, and the bridge looks for marks again. So after garbage of any kind, silence of that length makes it listen to the
//! next request. It never waits for the host's next byte for longer, and for the core only for 2^16 cycles.
//!
//! A request for another card on the line is followed to its end and then left alone, but for this: its sequence number counts.
//!
//! Memory is read and written in one go that the core does not see in parts ([`crate::hostmem`]). Interrupts are kept as bits until the host clears them.
//!
//! # Interfaces
//! * `in_*`: bytes, never held up; `out_*`: valid/ready. `bar_*`: the core's register bus. `m_*`: the memory. `irq_*`: the core's interrupts.

use crate::crc;
use fw_regs::bridge::{CARDS, REQUEST_MARKS, VERSION};
use hdl::mem::Ram;
use hdl::xor::XorMatrix;
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum Step {
    /// first mark
    Hunt,
    /// second mark
    Mark,
    Head,
    Data,
    Check,
    Judge,
    RegisterAsk,
    RegisterWait,
    Hold,
    WriteFetch,
    WriteWait,
    WritePut,
    Zero,
    ReadAsk,
    ReadWait,
    ReadTake,
    Marks,
    Answer,
    AnswerFetch,
    AnswerWait,
    AnswerData,
    AnswerCheck,
}

/// See the module's head; memory of `2^A3` bytes.
#[derive(LogicBlock)]
pub struct Bridge<const A3: usize> {
    pub clock: Signal<In, Clock>,
    pub in_valid: Signal<In, Bit>,
    pub in_data: Signal<In, Bits<8>>,
    pub out_valid: Signal<Out, Bit>,
    pub out_data: Signal<Out, Bits<8>>,
    pub out_ready: Signal<In, Bit>,
    pub bar_valid: Signal<Out, Bit>,
    pub bar_write: Signal<Out, Bit>,
    pub bar_sel: Signal<Out, Bit>,
    pub bar_addr: Signal<Out, Bits<24>>,
    pub bar_wdata: Signal<Out, Bits<64>>,
    pub bar_wstrb: Signal<Out, Bits<8>>,
    pub bar_ready: Signal<In, Bit>,
    pub bar_rvalid: Signal<In, Bit>,
    pub bar_rdata: Signal<In, Bits<64>>,
    pub irq_valid: Signal<In, Bit>,
    pub irq_vector: Signal<In, Bits<8>>,
    pub irq_ready: Signal<Out, Bit>,
    pub m_hold: Signal<Out, Bit>,
    pub m_held: Signal<In, Bit>,
    pub m_re: Signal<Out, Bit>,
    pub m_we: Signal<Out, Bit>,
    pub m_addr: Signal<Out, Bits<A3>>,
    pub m_wd: Signal<Out, Bits<8>>,
    pub m_rd: Signal<In, Bits<8>>,
    step: DFF<Step>,
    /// cycles since the last byte of a request, or that the core has been waited for
    patience: DFF<Bits<20>>,
    // the request, its header shifted in from above
    head: DFF<Bits<56>>,
    place: DFF<Bits<8>>,
    crc: DFF<Bits<32>>,
    crc_step: XorMatrix<40, 32>,
    buffer: Ram<Bits<8>, 8>,
    /// the last eight bytes of data
    word: DFF<Bits<64>>,
    status: DFF<Bits<8>>,
    /// the last operation that wrote: its sequence number, its status
    done: DFF<Bit>,
    done_sequence: DFF<Bits<8>>,
    done_status: DFF<Bits<8>>,
    /// the answer carries `word`, not the buffer
    short: DFF<Bit>,
    /// bytes of data of the answer
    carried: DFF<Bits<8>>,
    pending: DFF<Bits<64>>,
    taken: DFF<Bits<8>>,
    /// bytes to be zeroed behind the next one, which is the last of them
    zeros: DFF<Bits<12>>,
    span: Signal<Local, Bits<33>>,
    zeroed: Signal<Local, Bits<12>>,
    operation: Signal<Local, Bits<8>>,
    sequence: Signal<Local, Bits<8>>,
    length: Signal<Local, Bits<8>>,
    address: Signal<Local, Bits<32>>,
    /// the request is for this card
    own: Signal<Local, Bit>,
    known: Signal<Local, Bit>,
    /// with the number of the last one that wrote
    again: Signal<Local, Bit>,
    repeated: Signal<Local, Bit>,
    beyond: Signal<Local, Bits<33>>,
    crc_byte: Signal<Local, Bits<8>>,
    crc_take: Signal<Local, Bit>,
    next: Signal<Local, Bits<8>>,
    raised: Signal<Local, Bits<64>>,
    cleared: Signal<Local, Bits<64>>,
    waited: Signal<Local, Bit>,
    all_ones: Constant<Bits<32>>,
    residue: Constant<Bits<32>>,
    hello: Constant<Bits<64>>,
    size: Constant<Bits<33>>,
    number: Constant<Bits<4>>,
    first_mark: Constant<Bits<8>>,
    second_mark: Constant<Bits<8>>,
}

impl<const A3: usize> Bridge<A3> {
    /// For a core with so many clock cycles in a microsecond; the card of that number on its line.
    pub fn new(cycles_per_us: u64, number: u8) -> Self {
        assert!(number < CARDS);
        assert!(A3 >= 12 && A3 <= 24, "4 KiB to 16 MiB of memory");
        let hello = u64::from(VERSION) | (A3 as u64) << 8 | cycles_per_us << 32;
        Self {
            clock: Default::default(),
            in_valid: Default::default(),
            in_data: Default::default(),
            out_valid: Default::default(),
            out_data: Default::default(),
            out_ready: Default::default(),
            bar_valid: Default::default(),
            bar_write: Default::default(),
            bar_sel: Default::default(),
            bar_addr: Default::default(),
            bar_wdata: Default::default(),
            bar_wstrb: Default::default(),
            bar_ready: Default::default(),
            bar_rvalid: Default::default(),
            bar_rdata: Default::default(),
            irq_valid: Default::default(),
            irq_vector: Default::default(),
            irq_ready: Default::default(),
            m_hold: Default::default(),
            m_held: Default::default(),
            m_re: Default::default(),
            m_we: Default::default(),
            m_addr: Default::default(),
            m_wd: Default::default(),
            m_rd: Default::default(),
            step: Default::default(),
            patience: Default::default(),
            head: Default::default(),
            place: Default::default(),
            crc: Default::default(),
            crc_step: XorMatrix::new(crc::step_map()),
            buffer: Default::default(),
            word: Default::default(),
            status: Default::default(),
            done: Default::default(),
            done_sequence: Default::default(),
            done_status: Default::default(),
            short: Default::default(),
            carried: Default::default(),
            pending: Default::default(),
            taken: Default::default(),
            zeros: Default::default(),
            span: Default::default(),
            zeroed: Default::default(),
            operation: Default::default(),
            sequence: Default::default(),
            length: Default::default(),
            address: Default::default(),
            own: Default::default(),
            known: Default::default(),
            again: Default::default(),
            repeated: Default::default(),
            beyond: Default::default(),
            crc_byte: Default::default(),
            crc_take: Default::default(),
            next: Default::default(),
            raised: Default::default(),
            cleared: Default::default(),
            waited: Default::default(),
            all_ones: Constant::new(u64::from(u32::MAX).to_bits()),
            residue: Constant::new(u64::from(crc::RESIDUE).to_bits()),
            hello: Constant::new(hello.to_bits()),
            size: Constant::new((1_u64 << A3).to_bits()),
            number: Constant::new(u64::from(number).to_bits()),
            first_mark: Constant::new(u64::from(REQUEST_MARKS[0]).to_bits()),
            second_mark: Constant::new(u64::from(REQUEST_MARKS[1]).to_bits()),
        }
    }
}

impl<const A3: usize> Logic for Bridge<A3> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            step,
            patience,
            head,
            place,
            crc,
            word,
            status,
            done,
            done_sequence,
            done_status,
            short,
            carried,
            pending,
            taken,
            zeros
        );
        self.buffer.clock.next = self.clock.val();
        self.operation.next = bit_cast::<8, 4>(self.head.q.val().get_bits::<4>(0));
        self.own.next = self.head.q.val().get_bits::<4>(4) == self.number.val();
        self.sequence.next = self.head.q.val().get_bits::<8>(8);
        self.length.next = self.head.q.val().get_bits::<8>(16);
        self.address.next = self.head.q.val().get_bits::<32>(24);
        self.next.next = self.place.q.val() + 1;
        // pieces of 16 bytes, counted from 0
        self.zeroed.next =
            (bit_cast::<12, 8>(self.word.q.val().get_bits::<8>(56)) << 4) | bits::<12>(15);
        self.span.next = bit_cast::<33, 8>(self.length.val());
        if self.operation.val() == 7 {
            self.span.next = bit_cast::<33, 12>(self.zeroed.val()) + 1;
        }
        self.beyond.next = bit_cast::<33, 32>(self.address.val()) + self.span.val();
        self.again.next = self.done_sequence.q.val() == self.sequence.val();
        self.repeated.next =
            self.done.q.val() & (self.operation.val().get_bit(0)) & self.again.val();

        // operations that there are
        self.known.next = false;
        if self.operation.val() == 1 {
            self.known.next = (self.length.val() == 4) | (self.length.val() == 8);
        } else if self.operation.val() == 5 {
            self.known.next = self.length.val() == 8;
        } else if self.operation.val() == 7 {
            self.known.next = self.length.val() == 1;
        } else if (self.operation.val() == 3) | (self.operation.val() == 4) {
            self.known.next = self.length.val().any();
        } else {
            self.known.next = (self.operation.val() == 0)
                | (self.operation.val() == 2)
                | (self.operation.val() == 6);
        }

        // outputs at rest
        self.out_valid.next = false;
        self.out_data.next = bits::<8>(0);
        self.bar_valid.next = false;
        self.bar_write.next = self.operation.val().get_bit(0);
        self.bar_sel.next = self.address.val().get_bit(24);
        self.bar_addr.next = self.address.val().get_bits::<24>(0);
        self.bar_wdata.next = self.word.q.val();
        self.bar_wstrb.next = bits::<8>(0xff);
        if self.length.val() == 4 {
            self.bar_wdata.next = (self.word.q.val() >> 32) | ((self.word.q.val() >> 32) << 32);
            self.bar_wstrb.next = bits::<8>(0x0f);
            if self.address.val().get_bit(2) {
                self.bar_wstrb.next = bits::<8>(0xf0);
            }
        }
        self.m_hold.next = false;
        self.m_re.next = false;
        self.m_we.next = false;
        self.m_addr.next =
            self.address.val().get_bits::<A3>(0) + bit_cast::<A3, 8>(self.place.q.val());
        self.m_wd.next = self.taken.q.val();
        if self.step.q.val() == Step::Zero {
            self.m_addr.next =
                self.address.val().get_bits::<A3>(0) + bit_cast::<A3, 12>(self.zeros.q.val());
            self.m_wd.next = bits::<8>(0);
        }
        self.buffer.re.next = false;
        self.buffer.ra.next = self.place.q.val();
        self.buffer.we.next = false;
        self.buffer.wa.next = self.place.q.val();
        self.buffer.wd.next = self.in_data.val();

        // interrupts
        self.irq_ready.next = true;
        self.raised.next = bits::<64>(0);
        self.cleared.next = bits::<64>(0);
        if self.irq_valid.val() {
            self.raised.next = bits::<64>(1) << self.irq_vector.val().get_bits::<6>(0);
        }

        // the CRC takes what is received and what is sent
        self.crc_byte.next = self.in_data.val();
        self.crc_take.next = false;

        // a request that stops, or a core that does
        self.patience.d.next = self.patience.q.val() + 1;
        self.waited.next = self.patience.q.val().get_bit(16);

        match self.step.q.val() {
            Step::Hunt => {
                self.patience.d.next = bits::<20>(0);
                if self.in_valid.val() & (self.in_data.val() == self.first_mark.val()) {
                    self.step.d.next = Step::Mark;
                }
            }
            Step::Mark => {
                self.crc.d.next = self.all_ones.val();
                self.place.d.next = bits::<8>(0);
                if self.in_valid.val() {
                    self.patience.d.next = bits::<20>(0);
                    if self.in_data.val() == self.second_mark.val() {
                        self.step.d.next = Step::Head;
                    } else if self.in_data.val() != self.first_mark.val() {
                        self.step.d.next = Step::Hunt;
                    }
                }
            }
            Step::Head => {
                if self.in_valid.val() {
                    self.patience.d.next = bits::<20>(0);
                    self.crc_take.next = true;
                    self.head.d.next =
                        (self.head.q.val() >> 8) | (bit_cast::<56, 8>(self.in_data.val()) << 48);
                    self.place.d.next = self.next.val();
                    if self.place.q.val() == 6 {
                        self.place.d.next = bits::<8>(0);
                        self.step.d.next = Step::Check;
                        // operation and length have moved down by six bytes so far
                        if self.head.q.val().get_bit(8) & self.head.q.val().get_bits::<8>(24).any()
                        {
                            self.step.d.next = Step::Data;
                        }
                    }
                }
            }
            Step::Data => {
                if self.in_valid.val() {
                    self.patience.d.next = bits::<20>(0);
                    self.crc_take.next = true;
                    self.buffer.we.next = true;
                    self.word.d.next =
                        (self.word.q.val() >> 8) | (bit_cast::<64, 8>(self.in_data.val()) << 56);
                    self.place.d.next = self.next.val();
                    if self.next.val() == self.length.val() {
                        self.place.d.next = bits::<8>(0);
                        self.step.d.next = Step::Check;
                    }
                }
            }
            Step::Check => {
                if self.in_valid.val() {
                    self.patience.d.next = bits::<20>(0);
                    self.crc_take.next = true;
                    self.place.d.next = self.next.val();
                    if self.place.q.val() == 3 {
                        self.step.d.next = Step::Judge;
                    }
                }
            }
            Step::Judge => {
                self.patience.d.next = bits::<20>(0);
                self.place.d.next = bits::<8>(0);
                self.short.d.next = true;
                self.carried.d.next = bits::<8>(0);
                self.status.d.next = bits::<8>(0);
                self.step.d.next = Step::Marks;
                if (self.crc.q.val() == self.residue.val()) & !self.again.val() {
                    self.done.d.next = false;
                }
                if (self.crc.q.val() != self.residue.val()) | !self.own.val() {
                    self.step.d.next = Step::Hunt;
                } else if !self.known.val() {
                    self.status.d.next = bits::<8>(1);
                } else if self.repeated.val() {
                    self.status.d.next = self.done_status.q.val();
                } else if (self.operation.val() == 1) | (self.operation.val() == 2) {
                    self.step.d.next = Step::RegisterAsk;
                } else if (self.operation.val() == 3)
                    | (self.operation.val() == 4)
                    | (self.operation.val() == 7)
                {
                    self.zeros.d.next = self.zeroed.val();
                    self.short.d.next = false;
                    self.step.d.next = Step::Hold;
                    if self.beyond.val() > self.size.val() {
                        self.status.d.next = bits::<8>(2);
                        self.step.d.next = Step::Marks;
                    }
                } else if self.operation.val() == 5 {
                    self.cleared.next = self.word.q.val();
                } else {
                    self.carried.d.next = bits::<8>(8);
                    self.word.d.next = self.pending.q.val();
                    if self.operation.val() == 0 {
                        self.word.d.next = self.hello.val();
                        self.done.d.next = false;
                    }
                }
            }
            Step::RegisterAsk => {
                self.bar_valid.next = true;
                if self.bar_ready.val() {
                    self.patience.d.next = bits::<20>(0);
                    self.step.d.next = Step::RegisterWait;
                    if self.operation.val().get_bit(0) {
                        self.step.d.next = Step::Marks;
                    }
                } else if self.waited.val() {
                    self.status.d.next = bits::<8>(3);
                    self.step.d.next = Step::Marks;
                }
            }
            Step::RegisterWait => {
                self.word.d.next = self.bar_rdata.val();
                if self.bar_rvalid.val() {
                    self.carried.d.next = bits::<8>(8);
                    self.step.d.next = Step::Marks;
                } else if self.waited.val() {
                    self.status.d.next = bits::<8>(3);
                    self.step.d.next = Step::Marks;
                }
            }
            Step::Hold => {
                self.m_hold.next = true;
                if self.m_held.val() {
                    self.step.d.next = Step::ReadAsk;
                    if self.operation.val().get_bit(0) {
                        self.step.d.next = Step::WriteFetch;
                    }
                    if self.operation.val() == 7 {
                        self.step.d.next = Step::Zero;
                    }
                } else if self.waited.val() {
                    self.status.d.next = bits::<8>(3);
                    self.step.d.next = Step::Marks;
                }
            }
            Step::WriteFetch => {
                self.m_hold.next = true;
                self.buffer.re.next = true;
                self.step.d.next = Step::WriteWait;
            }
            Step::WriteWait => {
                self.m_hold.next = true;
                self.taken.d.next = self.buffer.rd.val();
                self.step.d.next = Step::WritePut;
            }
            Step::WritePut => {
                self.m_hold.next = true;
                self.m_we.next = true;
                self.place.d.next = self.next.val();
                self.step.d.next = Step::WriteFetch;
                if self.next.val() == self.length.val() {
                    self.step.d.next = Step::Marks;
                    self.place.d.next = bits::<8>(0);
                }
            }
            Step::Zero => {
                self.m_hold.next = true;
                self.m_we.next = true;
                self.zeros.d.next = self.zeros.q.val() - 1;
                if !self.zeros.q.val().any() {
                    self.step.d.next = Step::Marks;
                }
            }
            Step::ReadAsk => {
                self.m_hold.next = true;
                self.m_re.next = true;
                self.step.d.next = Step::ReadWait;
            }
            Step::ReadWait => {
                self.m_hold.next = true;
                self.step.d.next = Step::ReadTake;
            }
            Step::ReadTake => {
                self.m_hold.next = true;
                self.buffer.we.next = true;
                self.buffer.wd.next = self.m_rd.val();
                self.place.d.next = self.next.val();
                self.step.d.next = Step::ReadAsk;
                if self.next.val() == self.length.val() {
                    self.step.d.next = Step::Marks;
                    self.place.d.next = bits::<8>(0);
                    self.carried.d.next = self.length.val();
                }
            }
            Step::Marks => {
                self.patience.d.next = bits::<20>(0);
                self.out_valid.next = true;
                self.out_data.next = self.second_mark.val();
                if self.place.q.val().any() {
                    self.out_data.next = self.first_mark.val();
                }
                self.crc.d.next = self.all_ones.val();
                if self.out_ready.val() {
                    self.place.d.next = self.next.val();
                    if self.place.q.val().any() {
                        self.place.d.next = bits::<8>(0);
                        self.step.d.next = Step::Answer;
                        // what wrote is not done again
                        if self.operation.val().get_bit(0) {
                            self.done.d.next = true;
                            self.done_sequence.d.next = self.sequence.val();
                            self.done_status.d.next = self.status.q.val();
                        }
                    }
                }
            }
            Step::Answer => {
                self.patience.d.next = bits::<20>(0);
                self.out_valid.next = true;
                self.crc_byte.next = self.carried.q.val();
                if self.place.q.val() == 0 {
                    self.crc_byte.next = self.status.q.val();
                }
                if self.place.q.val() == 1 {
                    self.crc_byte.next = self.sequence.val();
                }
                self.out_data.next = self.crc_byte.val();
                if self.out_ready.val() {
                    self.crc_take.next = true;
                    self.place.d.next = self.next.val();
                    if self.place.q.val() == 2 {
                        self.place.d.next = bits::<8>(0);
                        self.step.d.next = Step::AnswerFetch;
                        if !self.carried.q.val().any() {
                            self.step.d.next = Step::AnswerCheck;
                        }
                    }
                }
            }
            Step::AnswerFetch => {
                self.buffer.re.next = true;
                self.step.d.next = Step::AnswerWait;
            }
            Step::AnswerWait => {
                self.taken.d.next = self.buffer.rd.val();
                if self.short.q.val() {
                    self.taken.d.next = self.word.q.val().get_bits::<8>(0);
                    self.word.d.next = self.word.q.val() >> 8;
                }
                self.step.d.next = Step::AnswerData;
            }
            Step::AnswerData => {
                self.patience.d.next = bits::<20>(0);
                self.out_valid.next = true;
                self.crc_byte.next = self.taken.q.val();
                self.out_data.next = self.taken.q.val();
                if self.out_ready.val() {
                    self.crc_take.next = true;
                    self.place.d.next = self.next.val();
                    self.step.d.next = Step::AnswerFetch;
                    if self.next.val() == self.carried.q.val() {
                        self.place.d.next = bits::<8>(0);
                        self.step.d.next = Step::AnswerCheck;
                    }
                }
            }
            Step::AnswerCheck => {
                self.patience.d.next = bits::<20>(0);
                self.out_valid.next = true;
                self.out_data.next = !self.crc.q.val().get_bits::<8>(0);
                if self.out_ready.val() {
                    self.crc.d.next = self.crc.q.val() >> 8;
                    self.place.d.next = self.next.val();
                    if self.place.q.val() == 3 {
                        self.step.d.next = Step::Hunt;
                    }
                }
            }
        }
        self.crc_step.enable.next = self.crc_take.val();
        self.crc_step.x.next =
            (bit_cast::<40, 8>(self.crc_byte.val()) << 32) | bit_cast::<40, 32>(self.crc.q.val());
        if self.crc_take.val() {
            self.crc.d.next = self.crc_step.y.val();
        }
        // silence inside a request
        if self.patience.q.val().all() {
            self.step.d.next = Step::Hunt;
        }
        self.pending.d.next = (self.pending.q.val() & !self.cleared.val()) | self.raised.val();
    }
}
