//! Splits a run of bytes of a two-entry scatter list into at most two pieces of host memory.
//!
//! # Theory of operation
//! A message lies behind two scatter entries, entry 0 first. The packet at byte `offset` of the message with `len` bytes
//! covers a run that lies in entry 0, in entry 1, or in both. `Pieces` says where. It neither knows nor checks the length
//! of entry 1: who asks has compared `offset + len` with the sum before.
//!
//! Two stages, a new request every cycle:
//! 1. `left = sge0_len - offset` (and its sign), both candidate addresses.
//! 2. Choice. Everything in entry 1 comes back as piece 0; without a second piece `len1` is 0 (and `iova1` means nothing).
//!
//! # Interfaces
//! `valid` with the inputs in cycle t, `done` with the outputs in cycle t+2; outputs hold until the next `done`.

use rust_hdl::prelude::*;

/// The split of `offset .. offset + len` over two scatter entries; see the module's head.
#[derive(LogicBlock, Default)]
pub struct Pieces {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    /// address of entry 0
    pub sge0_iova: Signal<In, Bits<64>>,
    /// bytes of entry 0
    pub sge0_len: Signal<In, Bits<32>>,
    /// address of entry 1
    pub sge1_iova: Signal<In, Bits<64>>,
    /// first byte of the run, counted from the start of the message
    pub offset: Signal<In, Bits<32>>,
    /// bytes of the run
    pub len: Signal<In, Bits<13>>,
    pub done: Signal<Out, Bit>,
    pub iova0: Signal<Out, Bits<64>>,
    pub len0: Signal<Out, Bits<13>>,
    pub iova1: Signal<Out, Bits<64>>,
    /// 0: the run is one piece
    pub len1: Signal<Out, Bits<13>>,
    stage: DFF<Bit>,
    finished: DFF<Bit>,
    /// bytes of entry 0 behind `offset`; bit 32: `offset` is past entry 0, and bits 31..0 are minus the offset in entry 1
    left: DFF<Bits<33>>,
    bytes: DFF<Bits<13>>,
    in0: DFF<Bits<64>>,
    start1: DFF<Bits<64>>,
    first_iova: DFF<Bits<64>>,
    first_len: DFF<Bits<13>>,
    second_iova: DFF<Bits<64>>,
    second_len: DFF<Bits<13>>,
    past: Signal<Local, Bit>,
    all_in_first: Signal<Local, Bit>,
    over: Signal<Local, Bits<13>>,
    back: Signal<Local, Bits<64>>,
}

impl Logic for Pieces {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            stage,
            finished,
            left,
            bytes,
            in0,
            start1,
            first_iova,
            first_len,
            second_iova,
            second_len
        );
        // stage 1
        self.stage.d.next = self.valid.val();
        if self.valid.val() {
            self.left.d.next =
                bit_cast::<33, 32>(self.sge0_len.val()) - bit_cast::<33, 32>(self.offset.val());
            self.in0.d.next = self.sge0_iova.val() + bit_cast::<64, 32>(self.offset.val());
            self.start1.d.next = self.sge1_iova.val();
            self.bytes.d.next = self.len.val();
        }
        // stage 2
        self.past.next = self.left.q.val().get_bit(32) | !self.left.q.val().get_bits::<32>(0).any();
        self.all_in_first.next = self.left.q.val().get_bits::<19>(13).any()
            | (self.left.q.val().get_bits::<13>(0) >= self.bytes.q.val());
        // `left` with its sign, in 64 bits
        self.back.next = bit_cast::<64, 32>(self.left.q.val().get_bits::<32>(0));
        if self.left.q.val().get_bit(32) {
            self.back.next = bit_cast::<64, 32>(self.left.q.val().get_bits::<32>(0))
                | bits::<64>(0xffff_ffff_0000_0000_u64);
        }
        self.over.next = self.bytes.q.val() - self.left.q.val().get_bits::<13>(0);
        self.finished.d.next = self.stage.q.val();
        if self.stage.q.val() {
            self.second_iova.d.next = self.start1.q.val();
            if self.past.val() {
                self.first_iova.d.next = self.start1.q.val() - self.back.val();
                self.first_len.d.next = self.bytes.q.val();
                self.second_len.d.next = bits::<13>(0);
            } else {
                self.first_iova.d.next = self.in0.q.val();
                if self.all_in_first.val() {
                    self.first_len.d.next = self.bytes.q.val();
                    self.second_len.d.next = bits::<13>(0);
                } else {
                    self.first_len.d.next = self.left.q.val().get_bits::<13>(0);
                    self.second_len.d.next = self.over.val();
                }
            }
        }
        self.done.next = self.finished.q.val();
        self.iova0.next = self.first_iova.q.val();
        self.len0.next = self.first_len.q.val();
        self.iova1.next = self.second_iova.q.val();
        self.len1.next = self.second_len.q.val();
    }
}
