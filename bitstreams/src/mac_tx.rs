//! The sending half of the MAC: beats of the core into bytes for the PHY.
//!
//! # Theory of operation
//! The core may pause inside a frame, the wire may not: beats go into a memory of 8 KiB, and a frame leaves when all of it is there. What crosses from the core's clock to
//! the PHY's is the number of frames that are complete; how far the memory has been read goes the other way. The frame gets preamble and start delimiter, zeros
//! up to 60 bytes, the frame check sequence, and twelve bytes of silence behind it (IEEE 802.3, 3.2 and 4.2.3.2.2).
//!
//! A frame that does not end within [`LONGEST_BEATS`], as when the core is reset in the middle of one, is cut there and sent with a wrong check, so that nobody
//! takes it; the rest of it is dropped.
//!
//! # Interfaces
//! * `in_*` at `clock`: the core's port; ready does not depend on valid.
//! * `tx_valid`, `tx_data` at `tx_clock`: as in GMII (IEEE 802.3, 35.2.2), out of registers.
//!
//! # States
//! `Gap` → `Preamble` (while the first word is read) → `Data` → `Pad` → `Check` → `Gap`.

use crate::async_fifo::{Crossing, GrayCounter};
use crate::crc;
use crate::mac_rx::MacBeat;
use hdl::keep::keep_count_map;
use hdl::record::Record;
use hdl::xor::XorMatrix;
use rust_hdl::prelude::*;

/// Beats of the longest frame that is sent whole: more than the core's largest.
pub const LONGEST_BEATS: u64 = 575;

/// One write port, one registered read port, each with a clock of its own: a block RAM.
#[derive(LogicBlock)]
pub struct DualClockRam<T: Record, const A: usize> {
    pub read_clock: Signal<In, Clock>,
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<A>>,
    pub rd: Signal<Out, T>,
    pub write_clock: Signal<In, Clock>,
    pub we: Signal<In, Bit>,
    pub wa: Signal<In, Bits<A>>,
    pub wd: Signal<In, T>,
    _mem: Vec<T>,
}

impl<T: Record, const A: usize> Default for DualClockRam<T, A> {
    fn default() -> Self {
        Self {
            read_clock: Default::default(),
            re: Default::default(),
            ra: Default::default(),
            rd: Default::default(),
            write_clock: Default::default(),
            we: Default::default(),
            wa: Default::default(),
            wd: Default::default(),
            _mem: vec![T::default(); 1 << A],
        }
    }
}

impl<T: Record, const A: usize> Logic for DualClockRam<T, A> {
    fn update(&mut self) {
        if self.read_clock.pos_edge() && self.re.val() {
            self.rd.next = self._mem[self.ra.val().to_u64() as usize];
        }
        if self.write_clock.pos_edge() && self.we.val() {
            self._mem[self.wa.val().to_u64() as usize] = self.wd.val();
        }
    }
    fn connect(&mut self) {
        self.rd.connect();
    }
    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "(* no_rw_check *) reg [{top}:0] mem [0:{last}];\n\
             `ifndef SYNTHESIS\ninteger i;\ninitial for (i = 0; i <= {last}; i = i + 1) mem[i] = 0;\n`endif\n\
             initial rd = 0;\n\
             always @(posedge read_clock) if (re) rd <= mem[ra];\n\
             always @(posedge write_clock) if (we) mem[wa] <= wd;\n",
            top = T::WIDTH - 1,
            last = (1usize << A) - 1,
        ))
    }
}

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum Step {
    Gap,
    Preamble,
    Data,
    Pad,
    Check,
}

/// See the module's head.
#[derive(LogicBlock)]
pub struct MacTx {
    pub clock: Signal<In, Clock>,
    pub in_valid: Signal<In, Bit>,
    pub in_last: Signal<In, Bit>,
    pub in_data: Signal<In, Bits<64>>,
    pub in_keep: Signal<In, Bits<8>>,
    pub in_ready: Signal<Out, Bit>,
    pub tx_clock: Signal<In, Clock>,
    pub tx_valid: Signal<Out, Bit>,
    pub tx_data: Signal<Out, Bits<8>>,
    mem: DualClockRam<MacBeat, 10>,
    // at the core's clock
    write: DFF<Bits<11>>,
    frames: GrayCounter<4>,
    counter: XorMatrix<8, 7>,
    /// beats of the frame so far
    beats: DFF<Bits<10>>,
    /// the frame was too long: what still comes of it is dropped
    cutting: DFF<Bit>,
    /// how far the memory has been read
    read_seen: Crossing<11>,
    /// frames that have been sent
    sent_seen: Crossing<4>,
    full: Signal<Local, Bit>,
    take: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
    longest: Constant<Bits<10>>,
    /// Gray codes of a full memory and of as many frames as there are numbers differ in their two upper bits
    lap: Constant<Bits<11>>,
    frames_lap: Constant<Bits<4>>,
    /// the writer's place in Gray code
    write_code: Signal<Local, Bits<11>>,
    // at the PHY's clock
    step: DFF<Step>,
    read: GrayCounter<11>,
    sent: GrayCounter<4>,
    frames_seen: Crossing<4>,
    fetch: DFF<Bit>,
    beat: DFF<MacBeat>,
    /// bytes of the beat, or of the step, behind the one that is being sent
    left: DFF<Bits<4>>,
    /// bytes of the frame up to 60
    length: DFF<Bits<6>>,
    crc: DFF<Bits<32>>,
    crc_step: XorMatrix<40, 32>,
    valid: DFF<Bit>,
    data: DFF<Bits<8>>,
    spoilt: DFF<Bit>,
    byte: Signal<Local, Bits<8>>,
    all_ones: Constant<Bits<32>>,
    preamble: Constant<Bits<8>>,
    delimiter: Constant<Bits<8>>,
    shortest: Constant<Bits<6>>,
}

impl Default for MacTx {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            in_valid: Default::default(),
            in_last: Default::default(),
            in_data: Default::default(),
            in_keep: Default::default(),
            in_ready: Default::default(),
            tx_clock: Default::default(),
            tx_valid: Default::default(),
            tx_data: Default::default(),
            mem: Default::default(),
            write: Default::default(),
            frames: Default::default(),
            counter: XorMatrix::new(keep_count_map(8)),
            beats: Default::default(),
            cutting: Default::default(),
            read_seen: Default::default(),
            sent_seen: Default::default(),
            full: Default::default(),
            take: Default::default(),
            ends: Default::default(),
            longest: Constant::new((LONGEST_BEATS - 1).to_bits()),
            lap: Constant::new(0x600_u64.to_bits()),
            frames_lap: Constant::new(0xc_u64.to_bits()),
            write_code: Default::default(),
            step: Default::default(),
            read: Default::default(),
            sent: Default::default(),
            frames_seen: Default::default(),
            fetch: Default::default(),
            beat: Default::default(),
            left: Default::default(),
            length: Default::default(),
            crc: Default::default(),
            crc_step: XorMatrix::new(crc::step_map()),
            valid: Default::default(),
            data: Default::default(),
            spoilt: Default::default(),
            byte: Default::default(),
            all_ones: Constant::new(u64::from(u32::MAX).to_bits()),
            preamble: Constant::new(0x55_u64.to_bits()),
            delimiter: Constant::new(0xd5_u64.to_bits()),
            shortest: Constant::new(60_u64.to_bits()),
        }
    }
}

impl Logic for MacTx {
    #[hdl_gen]
    fn update(&mut self) {
        // the core's side
        dff_setup!(self, clock, write, beats, cutting);
        self.mem.write_clock.next = self.clock.val();
        self.frames.clock.next = self.clock.val();
        self.read_seen.clock.next = self.clock.val();
        self.sent_seen.clock.next = self.clock.val();
        self.read_seen.x.next = self.read.gray.val();
        self.sent_seen.x.next = self.sent.gray.val();
        self.counter.enable.next = true;
        self.counter.x.next = self.in_keep.val();

        self.write_code.next = self.write.q.val() ^ (self.write.q.val() >> 1);
        self.full.next = (self.write_code.val() == (self.read_seen.y.val() ^ self.lap.val()))
            | (self.frames.gray.val() == (self.sent_seen.y.val() ^ self.frames_lap.val()));
        self.in_ready.next = self.cutting.q.val() | !self.full.val();
        self.take.next = self.in_valid.val() & !self.full.val() & !self.cutting.q.val();
        self.ends.next = self.in_last.val() | (self.beats.q.val() == self.longest.val());
        self.mem.we.next = self.take.val();
        self.mem.wa.next = self.write.q.val().get_bits::<10>(0);
        self.mem.wd.next.data = self.in_data.val();
        self.mem.wd.next.bytes = bits::<4>(8);
        if self.in_last.val() {
            self.mem.wd.next.bytes = self.counter.y.val().get_bits::<4>(0);
        }
        self.mem.wd.next.last = self.ends.val().into();
        self.mem.wd.next.spoilt = (!self.in_last.val()).into();
        self.frames.up.next = self.take.val() & self.ends.val();
        if self.take.val() {
            self.write.d.next = self.write.q.val() + 1;
            self.beats.d.next = self.beats.q.val() + 1;
            if self.ends.val() {
                self.beats.d.next = bits::<10>(0);
                self.cutting.d.next = !self.in_last.val();
            }
        }
        if self.cutting.q.val() & self.in_valid.val() & self.in_last.val() {
            self.cutting.d.next = false;
        }

        // the PHY's side
        dff_setup!(
            self, tx_clock, step, fetch, beat, left, length, crc, valid, data, spoilt
        );
        self.mem.read_clock.next = self.tx_clock.val();
        self.read.clock.next = self.tx_clock.val();
        self.sent.clock.next = self.tx_clock.val();
        self.frames_seen.clock.next = self.tx_clock.val();
        self.frames_seen.x.next = self.frames.gray.val();
        self.mem.ra.next = self.read.count.val().get_bits::<10>(0);
        self.mem.re.next = self.fetch.q.val();
        self.read.up.next = false;
        self.sent.up.next = false;
        self.fetch.d.next = false;
        self.valid.d.next = true;
        self.byte.next = self.beat.q.val().data.get_bits::<8>(0);
        if self.step.q.val() == Step::Pad {
            self.byte.next = bits::<8>(0);
        }
        self.data.d.next = self.byte.val();
        self.crc_step.enable.next = true;
        self.crc_step.x.next =
            (bit_cast::<40, 8>(self.byte.val()) << 32) | bit_cast::<40, 32>(self.crc.q.val());

        match self.step.q.val() {
            Step::Gap => {
                self.valid.d.next = false;
                self.data.d.next = bits::<8>(0);
                if self.left.q.val().any() {
                    self.left.d.next = self.left.q.val() - 1;
                } else if self.frames_seen.y.val() != self.sent.gray.val() {
                    self.step.d.next = Step::Preamble;
                    self.left.d.next = bits::<4>(7);
                    self.fetch.d.next = true;
                }
            }
            Step::Preamble => {
                self.data.d.next = self.preamble.val();
                self.left.d.next = self.left.q.val() - 1;
                self.crc.d.next = self.all_ones.val();
                self.length.d.next = bits::<6>(0);
                if self.left.q.val() == 0 {
                    self.data.d.next = self.delimiter.val();
                    self.step.d.next = Step::Data;
                    self.beat.d.next = self.mem.rd.val();
                    self.left.d.next = self.mem.rd.val().bytes - 1;
                    self.read.up.next = true;
                    self.fetch.d.next = true;
                }
            }
            Step::Data => {
                self.crc.d.next = self.crc_step.y.val();
                self.beat.d.next.data = self.beat.q.val().data >> 8;
                self.left.d.next = self.left.q.val() - 1;
                if self.length.q.val() != self.shortest.val() {
                    self.length.d.next = self.length.q.val() + 1;
                }
                if self.left.q.val() == 0 {
                    if !self.beat.q.val().last.any() {
                        self.beat.d.next = self.mem.rd.val();
                        self.left.d.next = self.mem.rd.val().bytes - 1;
                        self.read.up.next = true;
                        self.fetch.d.next = true;
                    } else {
                        self.sent.up.next = true;
                        self.spoilt.d.next = self.beat.q.val().spoilt.any();
                        self.left.d.next = bits::<4>(3);
                        self.step.d.next = Step::Check;
                        if self.length.q.val() < 59 {
                            self.step.d.next = Step::Pad;
                        }
                    }
                }
            }
            Step::Pad => {
                self.crc.d.next = self.crc_step.y.val();
                self.length.d.next = self.length.q.val() + 1;
                if self.length.q.val() == 59 {
                    self.step.d.next = Step::Check;
                }
            }
            Step::Check => {
                self.data.d.next = !self.crc.q.val().get_bits::<8>(0);
                if self.spoilt.q.val() {
                    self.data.d.next = self.crc.q.val().get_bits::<8>(0);
                }
                self.crc.d.next = self.crc.q.val() >> 8;
                self.left.d.next = self.left.q.val() - 1;
                if self.left.q.val() == 0 {
                    self.step.d.next = Step::Gap;
                    self.left.d.next = bits::<4>(11);
                }
            }
        }
        self.tx_valid.next = self.valid.q.val();
        self.tx_data.next = self.data.q.val();
    }
}
