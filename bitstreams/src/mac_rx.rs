//! The receiving half of the MAC: bytes of the PHY into beats of the core.
//!
//! # Theory of operation
//! Behind preamble and start delimiter (IEEE 802.3, 3.2.1) every byte runs through the CRC and a line of four bytes, so that those which are in the line when the carrier
//! goes are the frame check sequence. Bytes that leave the line fill a word; a full word waits for the next byte, which tells that it is not
//! the last. Then beats cross to the core's clock.
//!
//! A frame whose check fails, in which the PHY reports an error, or for which the queue has no room ends with the core's abort mark, `last` with no byte: the core drops
//! it. If nothing of it has gone on yet, nothing does. The core takes a word in every cycle, so the queue is full only if its clock is slower
//! than an eighth of the PHY's. Neither the destination address nor the length is looked at here.
//!
//! # Interfaces
//! * `rx_valid`, `rx_error`, `rx_data` at `rx_clock`: as in GMII (IEEE 802.3, 35.2.2).
//! * `out_*` at `clock`: a beat whenever `out_valid`, as in the port of the core.

use crate::async_fifo::AsyncFifo;
use crate::crc;
use hdl::keep::CountKeep;
use hdl::record;
use hdl::xor::XorMatrix;
use rust_hdl::prelude::*;

record! {
    /// A beat on its way from one clock to the other: data, how many of its bytes count (of the last one), and marks.
    pub struct MacBeat { data: 64, bytes: 4, last: 1, spoilt: 1 }
}

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum Step {
    /// no carrier, or preamble
    Idle,
    Data,
    /// the last word moves to byte 0
    Align,
    /// the end of the frame goes into the queue
    End,
    /// until the carrier goes
    Skip,
}

/// See the module's head.
#[derive(LogicBlock)]
pub struct MacRx {
    pub rx_clock: Signal<In, Clock>,
    pub rx_valid: Signal<In, Bit>,
    pub rx_error: Signal<In, Bit>,
    pub rx_data: Signal<In, Bits<8>>,
    pub clock: Signal<In, Clock>,
    pub out_valid: Signal<Out, Bit>,
    pub out_last: Signal<Out, Bit>,
    pub out_data: Signal<Out, Bits<64>>,
    pub out_keep: Signal<Out, Bits<8>>,
    step: DFF<Step>,
    valid: DFF<Bit>,
    error: DFF<Bit>,
    data: DFF<Bits<8>>,
    /// the last four bytes, the oldest in bits 7..0, how many there are, and whether there are four
    line: DFF<Bits<32>>,
    filled: DFF<Bits<3>>,
    full: DFF<Bit>,
    crc: DFF<Bits<32>>,
    crc_step: XorMatrix<40, 32>,
    /// bytes come in from above
    word: DFF<Bits<64>>,
    count: DFF<Bits<4>>,
    /// words of this frame have gone on
    begun: DFF<Bit>,
    bad: DFF<Bit>,
    /// a whole word leaves
    put: DFF<Bit>,
    put_beat: DFF<MacBeat>,
    /// the check sequence was right a cycle ago: 32 bits are too many to compare on the way to a decision at 125 MHz
    checked: DFF<Bit>,
    good: Signal<Local, Bit>,
    all_ones: Constant<Bits<32>>,
    residue: Constant<Bits<32>>,
    preamble: Constant<Bits<8>>,
    delimiter: Constant<Bits<8>>,
    queue: AsyncFifo<MacBeat, 4, 5>,
    expand: CountKeep<8>,
}

impl Default for MacRx {
    fn default() -> Self {
        Self {
            rx_clock: Default::default(),
            rx_valid: Default::default(),
            rx_error: Default::default(),
            rx_data: Default::default(),
            clock: Default::default(),
            out_valid: Default::default(),
            out_last: Default::default(),
            out_data: Default::default(),
            out_keep: Default::default(),
            step: Default::default(),
            valid: Default::default(),
            error: Default::default(),
            data: Default::default(),
            line: Default::default(),
            filled: Default::default(),
            full: Default::default(),
            crc: Default::default(),
            crc_step: XorMatrix::new(crc::step_map()),
            word: Default::default(),
            count: Default::default(),
            begun: Default::default(),
            bad: Default::default(),
            put: Default::default(),
            put_beat: Default::default(),
            checked: Default::default(),
            good: Default::default(),
            all_ones: Constant::new(u64::from(u32::MAX).to_bits()),
            residue: Constant::new(u64::from(crc::RESIDUE).to_bits()),
            preamble: Constant::new(0x55_u64.to_bits()),
            delimiter: Constant::new(0xd5_u64.to_bits()),
            queue: Default::default(),
            expand: Default::default(),
        }
    }
}

impl Logic for MacRx {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, rx_clock, step, valid, error, data, line, filled, full, crc, word, count, begun,
            bad, put, put_beat, checked
        );
        self.queue.write_clock.next = self.rx_clock.val();
        self.queue.read_clock.next = self.clock.val();

        self.valid.d.next = self.rx_valid.val();
        self.error.d.next = self.rx_error.val();
        self.data.d.next = self.rx_data.val();
        self.crc_step.enable.next = true;
        self.crc_step.x.next =
            (bit_cast::<40, 8>(self.data.q.val()) << 32) | bit_cast::<40, 32>(self.crc.q.val());
        // asked for from the cycle on behind the one without a byte, in which the check sequence is complete
        self.checked.d.next = self.crc.q.val() == self.residue.val();
        self.good.next = self.checked.q.val() & !self.bad.q.val();

        // a whole word that finds no room spoils its frame
        self.put.d.next = false;
        self.queue.in_valid.next = self.put.q.val();
        self.queue.in_data.next = self.put_beat.q.val();
        // what leaves is always the word of a cycle ago, and a word does not change once its frame has ended
        self.put_beat.d.next.data = self.word.q.val();
        if self.put.q.val() & !self.queue.in_ready.val() {
            self.bad.d.next = true;
        }

        match self.step.q.val() {
            Step::Idle => {
                self.crc.d.next = self.all_ones.val();
                self.filled.d.next = bits::<3>(0);
                self.full.d.next = false;
                self.count.d.next = bits::<4>(0);
                self.begun.d.next = false;
                self.bad.d.next = false;
                if self.valid.q.val() {
                    if self.error.q.val() {
                        self.step.d.next = Step::Skip;
                    } else if self.data.q.val() == self.delimiter.val() {
                        self.step.d.next = Step::Data;
                    } else if self.data.q.val() != self.preamble.val() {
                        self.step.d.next = Step::Skip;
                    }
                }
            }
            Step::Data => {
                if self.valid.q.val() {
                    self.crc.d.next = self.crc_step.y.val();
                    self.line.d.next =
                        (self.line.q.val() >> 8) | (bit_cast::<32, 8>(self.data.q.val()) << 24);
                    if self.error.q.val() {
                        self.bad.d.next = true;
                    }
                    if self.full.q.val() {
                        self.word.d.next = (self.word.q.val() >> 8)
                            | (bit_cast::<64, 8>(self.line.q.val().get_bits::<8>(0)) << 56);
                        // there are 1 to 8
                        if self.count.q.val().get_bit(3) {
                            self.count.d.next = bits::<4>(1);
                            self.begun.d.next = true;
                            self.put.d.next = true;
                            self.put_beat.d.next.bytes = bits::<4>(8);
                            self.put_beat.d.next.last = bits::<1>(0);
                        } else {
                            self.count.d.next = self.count.q.val() + 1;
                        }
                    } else {
                        self.filled.d.next = self.filled.q.val() + 1;
                        self.full.d.next = self.filled.q.val() == 3;
                    }
                } else {
                    // from here on: by how many bytes the last word is too high
                    self.filled.d.next = bits::<3>(0) - self.count.q.val().get_bits::<3>(0);
                    self.step.d.next = Step::Align;
                }
            }
            Step::Align => {
                self.put_beat.d.next.bytes = self.count.q.val();
                self.put_beat.d.next.last = bits::<1>(1);
                if !self.good.val() | (self.count.q.val() == 0) {
                    self.put_beat.d.next.bytes = bits::<4>(0);
                    self.step.d.next = Step::Skip;
                    if self.begun.q.val() {
                        self.step.d.next = Step::End;
                    }
                } else if self.filled.q.val() == 0 {
                    self.step.d.next = Step::End;
                } else {
                    self.word.d.next = self.word.q.val() >> 8;
                    self.filled.d.next = self.filled.q.val() - 1;
                }
            }
            Step::End => {
                self.queue.in_valid.next = true;
                if self.queue.in_ready.val() {
                    self.step.d.next = Step::Skip;
                }
            }
            Step::Skip => {
                if !self.valid.q.val() {
                    self.step.d.next = Step::Idle;
                }
            }
        }

        // at the core's clock
        self.queue.out_ready.next = true;
        self.out_valid.next = self.queue.out_valid.val();
        self.out_last.next = self.queue.out_data.val().last.any();
        self.out_data.next = self.queue.out_data.val().data;
        self.expand.bytes.next = bit_cast::<7, 4>(self.queue.out_data.val().bytes);
        self.out_keep.next = self.expand.keep.val();
    }
}
