//! Moves bytes from the frame buffer to host memory, from any byte offset to any address, one bus word a cycle.
//!
//! # Theory of operation
//! A piece is a run of `len` bytes that starts at byte `offset` of frame buffer word `src` and goes to `addr`. Every word read
//! is rotated once by `addr - offset` (modulo the bus); an output word takes its lanes below the rotation from the word before
//! and the others from the word just read. If the first byte moves down (`addr` lane < `offset`), the first word only
//! primes the pipeline. The stages:
//!
//! 1. step: asks the frame buffer for a word, counts, keeps the address
//! 2. the word arrives (`fb_data`) and is registered
//! 3. rotation
//! 4. merge with the word before; strobes of the first and the last word
//! 5. output register
//!
//! A piece is taken in the cycle of the last step of the piece before, so that pieces follow each other without a gap. While
//! the output waits, all stages stand still.
//!
//! An injected piece brings its (at most 8) bytes in `inject_data` instead of reading them; a captured piece is not
//! written but its first 8 bytes come out in `captured_data`. Both serve ATOMICs.
//!
//! # Interfaces
//! * `piece_*`: valid/ready; `piece_len` at least 1; `inject_data` held until the piece is through (`empty`).
//! * `fb_re`, `fb_addr` in cycle t, `fb_data` from cycle t+1 UNTIL THE NEXT READ (as `mem::Ram` does).
//! * `wr_*`: one transaction a piece, bus-aligned addresses; first word in the fifth cycle after the piece was taken (sixth, if primed).
//! * `done`: the last word of a piece with `piece_final` has been handed over. `empty`: nothing on its way.

use crate::dma_arb::BusShape;
use crate::record;
use rust_hdl::prelude::*;

record! {
    /// What a stage knows of the word it holds.
    pub struct MoverBeat {
        valid: 1,
        /// the word completes an output word (it does not only prime)
        out: 1,
        first: 1, last: 1, finish: 1, inject: 1, capture: 1,
        /// lanes to rotate by; lane of the piece's first byte; lane behind its last (0: whole word)
        rot: 6, low: 6, end: 6,
        addr: 64,
    }
}

/// Byte mask to bit mask; `W = 8 * B`.
#[derive(LogicBlock, Default)]
pub struct ByteMask<const W: usize, const B: usize> {
    pub bytes: Signal<In, Bits<B>>,
    pub mask: Signal<Out, Bits<W>>,
}

impl<const W: usize, const B: usize> Logic for ByteMask<W, B> {
    fn update(&mut self) {
        let bytes = self.bytes.val();
        let mut mask = Bits::<W>::default();
        for bit in 0..W {
            mask = mask.replace_bit(bit, bytes.get_bit(bit / 8));
        }
        self.mask.next = mask;
    }
    fn connect(&mut self) {
        self.mask.connect();
    }
    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// module byte_mask_{B}\ninteger k;\n\
             always @* for (k = 0; k < {B}; k = k + 1) mask[8*k +: 8] = {{8{{bytes[k]}}}};\n"
        ))
    }
}

/// The mover; `W` bus bits, `B` bus bytes, `S` log2 of bus bytes. See the module's head.
#[derive(LogicBlock)]
pub struct PayloadMover<const W: usize, const B: usize, const S: usize> {
    pub clock: Signal<In, Clock>,
    pub piece_valid: Signal<In, Bit>,
    pub piece_src: Signal<In, Bits<12>>,
    pub piece_offset: Signal<In, Bits<S>>,
    pub piece_addr: Signal<In, Bits<64>>,
    pub piece_len: Signal<In, Bits<14>>,
    pub piece_inject: Signal<In, Bit>,
    pub piece_capture: Signal<In, Bit>,
    pub piece_final: Signal<In, Bit>,
    pub piece_ready: Signal<Out, Bit>,
    pub inject_data: Signal<In, Bits<64>>,
    pub captured: Signal<Out, Bit>,
    pub captured_data: Signal<Out, Bits<64>>,
    pub fb_re: Signal<Out, Bit>,
    pub fb_addr: Signal<Out, Bits<12>>,
    pub fb_data: Signal<In, Bits<W>>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_strb: Signal<Out, Bits<B>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    pub done: Signal<Out, Bit>,
    pub empty: Signal<Out, Bit>,
    /// the step stage: what the next word read is
    now: DFF<MoverBeat>,
    src: DFF<Bits<12>>,
    /// steps left after this one
    left: DFF<Bits<12>>,
    s1: DFF<MoverBeat>,
    s2: DFF<MoverBeat>,
    s3: DFF<MoverBeat>,
    word: DFF<Bits<W>>,
    rotated: DFF<Bits<W>>,
    before: DFF<Bits<W>>,
    out_valid: DFF<Bit>,
    out_addr: DFF<Bits<64>>,
    out_data: DFF<Bits<W>>,
    out_strb: DFF<Bits<B>>,
    out_last: DFF<Bit>,
    out_finish: DFF<Bit>,
    mask: ByteMask<W, B>,
    advance: Signal<Local, Bit>,
    at_end: Signal<Local, Bit>,
    free: Signal<Local, Bit>,
    lane: Signal<Local, Bits<S>>,
    span: Signal<Local, Bits<15>>,
    top: Signal<Local, Bits<15>>,
    prime: Signal<Local, Bit>,
    turned: Signal<Local, Bits<W>>,
    merged: Signal<Local, Bits<W>>,
    ones: Signal<Local, Bits<B>>,
    strobe: Signal<Local, Bits<B>>,
    stride: Constant<Bits<64>>,
    aligned: Constant<Bits<64>>,
    _shape: BusShape<W, B, S>,
}

impl<const W: usize, const B: usize, const S: usize> Default for PayloadMover<W, B, S> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            piece_valid: Default::default(),
            piece_src: Default::default(),
            piece_offset: Default::default(),
            piece_addr: Default::default(),
            piece_len: Default::default(),
            piece_inject: Default::default(),
            piece_capture: Default::default(),
            piece_final: Default::default(),
            piece_ready: Default::default(),
            inject_data: Default::default(),
            captured: Default::default(),
            captured_data: Default::default(),
            fb_re: Default::default(),
            fb_addr: Default::default(),
            fb_data: Default::default(),
            wr_valid: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_strb: Default::default(),
            wr_last: Default::default(),
            wr_ready: Default::default(),
            done: Default::default(),
            empty: Default::default(),
            now: Default::default(),
            src: Default::default(),
            left: Default::default(),
            s1: Default::default(),
            s2: Default::default(),
            s3: Default::default(),
            word: Default::default(),
            rotated: Default::default(),
            before: Default::default(),
            out_valid: Default::default(),
            out_addr: Default::default(),
            out_data: Default::default(),
            out_strb: Default::default(),
            out_last: Default::default(),
            out_finish: Default::default(),
            mask: Default::default(),
            advance: Default::default(),
            at_end: Default::default(),
            free: Default::default(),
            lane: Default::default(),
            span: Default::default(),
            top: Default::default(),
            prime: Default::default(),
            turned: Default::default(),
            merged: Default::default(),
            ones: Default::default(),
            strobe: Default::default(),
            stride: Constant::new((B as u64).to_bits()),
            aligned: Constant::new((!(B as u64 - 1)).to_bits()),
            _shape: BusShape,
        }
    }
}

impl<const W: usize, const B: usize, const S: usize> Logic for PayloadMover<W, B, S> {
    #[hdl_gen]
    fn update(&mut self) {
        for _W in W..W {}
        for _S in S..S {}
        dff_setup!(
            self, clock, now, src, left, s1, s2, s3, word, rotated, before, out_valid, out_addr,
            out_data, out_strb, out_last, out_finish
        );
        self.advance.next = !self.out_valid.q.val() | self.wr_ready.val();

        // 1: step, and the next piece behind the last step
        self.at_end.next = !self.left.q.val().any();
        self.free.next = !self.now.q.val().valid.any() | (self.advance.val() & self.at_end.val());
        self.piece_ready.next = self.free.val();
        self.fb_addr.next = self.src.q.val();
        self.fb_re.next =
            self.advance.val() & self.now.q.val().valid.any() & !self.now.q.val().inject.any();
        self.lane.next = self.piece_addr.val().get_bits::<S>(0);
        if self.piece_capture.val() {
            self.lane.next = bits::<S>(0);
        }
        self.prime.next = self.lane.val() < self.piece_offset.val();
        self.span.next =
            bit_cast::<15, S>(self.lane.val()) + bit_cast::<15, 14>(self.piece_len.val());
        self.top.next = self.span.val() - 1;
        if self.advance.val() & self.now.q.val().valid.any() {
            self.src.d.next = self.src.q.val() + 1;
            self.left.d.next = self.left.q.val() - 1;
            self.now.d.next.out = bits::<1>(1);
            if self.now.q.val().out.any() {
                self.now.d.next.first = bits::<1>(0);
                self.now.d.next.addr = self.now.q.val().addr + self.stride.val();
            }
            if self.at_end.val() {
                self.now.d.next.valid = bits::<1>(0);
            }
        }
        if self.free.val() & self.piece_valid.val() {
            self.src.d.next = self.piece_src.val();
            self.left.d.next = self.top.val().get_bits::<12>(S);
            self.now.d.next.out = bits::<1>(1);
            if self.prime.val() {
                self.left.d.next = self.top.val().get_bits::<12>(S) + 1;
                self.now.d.next.out = bits::<1>(0);
            }
            self.now.d.next.valid = bits::<1>(1);
            self.now.d.next.first = bits::<1>(1);
            self.now.d.next.finish = self.piece_final.val().into();
            self.now.d.next.inject = self.piece_inject.val().into();
            self.now.d.next.capture = self.piece_capture.val().into();
            self.now.d.next.rot = bit_cast::<6, S>(self.lane.val() - self.piece_offset.val());
            self.now.d.next.low = bit_cast::<6, S>(self.lane.val());
            self.now.d.next.end = bit_cast::<6, S>(self.span.val().get_bits::<S>(0));
            self.now.d.next.addr = self.piece_addr.val() & self.aligned.val();
        }

        // 2: register what the memory gave; 3: rotate
        self.turned.next = self.word.q.val();
        for k in 0..S {
            if self.s2.q.val().rot.get_bit(k) {
                self.turned.next = (self.turned.val() << (8_u64 << k))
                    | self.turned.val().get_bits::<W>(W - (8 << k));
            }
        }

        // 4: lanes below the rotation come from the word before
        self.ones.next = !bits::<B>(0);
        self.mask.bytes.next = self.ones.val() << self.s3.q.val().rot;
        self.merged.next = (self.rotated.q.val() & self.mask.mask.val())
            | (self.before.q.val() & !self.mask.mask.val());
        self.strobe.next = self.ones.val();
        if self.s3.q.val().first.any() {
            self.strobe.next = self.ones.val() << self.s3.q.val().low;
        }
        if self.s3.q.val().last.any() & self.s3.q.val().end.any() {
            self.strobe.next = self.strobe.val() & !(self.ones.val() << self.s3.q.val().end);
        }
        self.captured.next = self.advance.val()
            & self.s3.q.val().valid.any()
            & self.s3.q.val().out.any()
            & self.s3.q.val().capture.any();
        self.captured_data.next = self.merged.val().get_bits::<64>(0);

        if self.advance.val() {
            self.s1.d.next = self.now.q.val();
            self.s1.d.next.last = self.at_end.val().into();
            self.s2.d.next = self.s1.q.val();
            self.s3.d.next = self.s2.q.val();
            if self.s1.q.val().valid.any() {
                self.word.d.next = self.fb_data.val();
                if self.s1.q.val().inject.any() {
                    self.word.d.next = bit_cast::<W, 64>(self.inject_data.val());
                }
            }
            if self.s2.q.val().valid.any() {
                self.rotated.d.next = self.turned.val();
            }
            if self.s3.q.val().valid.any() {
                self.before.d.next = self.rotated.q.val();
            }
            self.out_valid.d.next = self.s3.q.val().valid.any()
                & self.s3.q.val().out.any()
                & !self.s3.q.val().capture.any();
            if self.s3.q.val().valid.any() {
                self.out_addr.d.next = self.s3.q.val().addr;
                self.out_data.d.next = self.merged.val();
                self.out_strb.d.next = self.strobe.val();
                self.out_last.d.next = self.s3.q.val().last.any();
                self.out_finish.d.next = self.s3.q.val().finish.any();
            }
        }

        // 5: output
        self.wr_valid.next = self.out_valid.q.val();
        self.wr_addr.next = self.out_addr.q.val();
        self.wr_data.next = self.out_data.q.val();
        self.wr_strb.next = self.out_strb.q.val();
        self.wr_last.next = self.out_last.q.val();
        self.done.next = self.out_valid.q.val()
            & self.wr_ready.val()
            & self.out_last.q.val()
            & self.out_finish.q.val();
        self.empty.next = !(self.now.q.val().valid.any()
            | self.s1.q.val().valid.any()
            | self.s2.q.val().valid.any()
            | self.s3.q.val().valid.any()
            | self.out_valid.q.val());
    }
}
