//! Arbiters between the units that use host memory and the two DMA channels.
//!
//! # Theory of operation
//! [`DmaWriteArb`]: three write streams onto one, whole transactions (until `last`), lower number first. A beat that has
//! been shown is not withdrawn: the choice holds from the first cycle in which it is shown. Beats leave in the order in which
//! they were taken, and nothing is stored here; a unit that starts after another has handed over its last beat is behind it
//! in memory, too. That is how payload, completion, event and interrupt stay in order.
//!
//! [`DmaReadArb`]: four requesters onto one channel, round robin, with one register in the way. Bits 7:6 of a request's tag are replaced by
//! the number of the requester; answers come back with them, and `rspN_valid` says whose they are.
//!
//! # Interfaces
//! Write beats: `addr` is aligned to the bus (of each beat), `strb` says which bytes count, `last` ends a transaction.
//! In the write arbiter `iN_ready` depends on the valids of all streams.

use crate::pipe::ReadReq;
use rust_hdl::prelude::*;

/// Checks `W` = bus bits, `B` = bus bytes, `S` = log2 of bus bytes, when a block that holds it is made.
#[derive(Clone, Debug)]
pub struct BusShape<const W: usize, const B: usize, const S: usize>;

impl<const W: usize, const B: usize, const S: usize> Default for BusShape<W, B, S> {
    fn default() -> Self {
        assert!(
            W == 8 * B && B == 1 << S,
            "a bus of {W} bits has not {B} = 2^{S} bytes"
        );
        assert!(
            (64..=512).contains(&W),
            "the DMA bus has 64 to 512 bits, not {W}"
        );
        Self
    }
}

/// Three write streams onto one; `W` bus bits, `B` bus bytes. See the module's head.
#[derive(LogicBlock, Default)]
pub struct DmaWriteArb<const W: usize, const B: usize> {
    pub clock: Signal<In, Clock>,
    pub i0_valid: Signal<In, Bit>,
    pub i0_addr: Signal<In, Bits<64>>,
    pub i0_data: Signal<In, Bits<W>>,
    pub i0_strb: Signal<In, Bits<B>>,
    pub i0_last: Signal<In, Bit>,
    pub i0_ready: Signal<Out, Bit>,
    pub i1_valid: Signal<In, Bit>,
    pub i1_addr: Signal<In, Bits<64>>,
    pub i1_data: Signal<In, Bits<W>>,
    pub i1_strb: Signal<In, Bits<B>>,
    pub i1_last: Signal<In, Bit>,
    pub i1_ready: Signal<Out, Bit>,
    pub i2_valid: Signal<In, Bit>,
    pub i2_addr: Signal<In, Bits<64>>,
    pub i2_data: Signal<In, Bits<W>>,
    pub i2_strb: Signal<In, Bits<B>>,
    pub i2_last: Signal<In, Bit>,
    pub i2_ready: Signal<Out, Bit>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_strb: Signal<Out, Bits<B>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    /// a transaction has begun, and whose it is
    locked: DFF<Bit>,
    owner: DFF<Bits<2>>,
    choice: Signal<Local, Bits<2>>,
    shown: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
}

impl<const W: usize, const B: usize> Logic for DmaWriteArb<W, B> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, locked, owner);
        self.choice.next = bits::<2>(2);
        if self.locked.q.val() {
            self.choice.next = self.owner.q.val();
        } else if self.i0_valid.val() {
            self.choice.next = bits::<2>(0);
        } else if self.i1_valid.val() {
            self.choice.next = bits::<2>(1);
        }
        self.i0_ready.next = self.wr_ready.val() & (self.choice.val() == bits::<2>(0));
        self.i1_ready.next = self.wr_ready.val() & (self.choice.val() == bits::<2>(1));
        self.i2_ready.next = self.wr_ready.val() & self.choice.val().get_bit(1);
        if self.choice.val().get_bit(1) {
            self.shown.next = self.i2_valid.val();
            self.wr_addr.next = self.i2_addr.val();
            self.wr_data.next = self.i2_data.val();
            self.wr_strb.next = self.i2_strb.val();
            self.ends.next = self.i2_last.val();
        } else if self.choice.val().get_bit(0) {
            self.shown.next = self.i1_valid.val();
            self.wr_addr.next = self.i1_addr.val();
            self.wr_data.next = self.i1_data.val();
            self.wr_strb.next = self.i1_strb.val();
            self.ends.next = self.i1_last.val();
        } else {
            self.shown.next = self.i0_valid.val();
            self.wr_addr.next = self.i0_addr.val();
            self.wr_data.next = self.i0_data.val();
            self.wr_strb.next = self.i0_strb.val();
            self.ends.next = self.i0_last.val();
        }
        self.wr_valid.next = self.shown.val();
        self.wr_last.next = self.ends.val();
        if self.shown.val() {
            self.owner.d.next = self.choice.val();
            self.locked.d.next = !(self.ends.val() & self.wr_ready.val());
        }
    }
}

/// Four requesters onto the read channel; see the module's head.
#[derive(LogicBlock, Default)]
pub struct DmaReadArb {
    pub clock: Signal<In, Clock>,
    pub q0_valid: Signal<In, Bit>,
    pub q0: Signal<In, ReadReq>,
    pub q0_ready: Signal<Out, Bit>,
    pub q1_valid: Signal<In, Bit>,
    pub q1: Signal<In, ReadReq>,
    pub q1_ready: Signal<Out, Bit>,
    pub q2_valid: Signal<In, Bit>,
    pub q2: Signal<In, ReadReq>,
    pub q2_ready: Signal<Out, Bit>,
    pub q3_valid: Signal<In, Bit>,
    pub q3: Signal<In, ReadReq>,
    pub q3_ready: Signal<Out, Bit>,
    pub rd_valid: Signal<Out, Bit>,
    pub rd: Signal<Out, ReadReq>,
    pub rd_ready: Signal<In, Bit>,
    /// an answer beat and its tag; data, last and error go to all requesters directly
    pub rsp_valid: Signal<In, Bit>,
    pub rsp_tag: Signal<In, Bits<8>>,
    pub rsp0_valid: Signal<Out, Bit>,
    pub rsp1_valid: Signal<Out, Bit>,
    pub rsp2_valid: Signal<Out, Bit>,
    pub rsp3_valid: Signal<Out, Bit>,
    held: DFF<Bit>,
    request: DFF<ReadReq>,
    /// who was served last
    last: DFF<Bits<2>>,
    free: Signal<Local, Bit>,
    waiting: Signal<Local, Bits<4>>,
    /// `waiting`, rotated so that the next in turn is bit 0
    turn: Signal<Local, Bits<4>>,
    ahead: Signal<Local, Bits<2>>,
    choice: Signal<Local, Bits<2>>,
    low: Signal<Local, ReadReq>,
    high: Signal<Local, ReadReq>,
    picked: Signal<Local, ReadReq>,
}

impl Logic for DmaReadArb {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held, request, last);
        self.free.next = !self.held.q.val() | self.rd_ready.val();
        self.waiting.next = bit_cast::<4, 1>(self.q0_valid.val().into())
            | (bit_cast::<4, 1>(self.q1_valid.val().into()) << 1)
            | (bit_cast::<4, 1>(self.q2_valid.val().into()) << 2)
            | (bit_cast::<4, 1>(self.q3_valid.val().into()) << 3);
        match self.last.q.val().index() {
            0 => {
                self.turn.next = (self.waiting.val() >> 1) | (self.waiting.val() << 3);
            }
            1 => {
                self.turn.next = (self.waiting.val() >> 2) | (self.waiting.val() << 2);
            }
            2 => {
                self.turn.next = (self.waiting.val() >> 3) | (self.waiting.val() << 1);
            }
            _ => {
                self.turn.next = self.waiting.val();
            }
        }
        self.ahead.next = bits::<2>(0);
        if self.turn.val().get_bit(0) {
            self.ahead.next = bits::<2>(1);
        } else if self.turn.val().get_bit(1) {
            self.ahead.next = bits::<2>(2);
        } else if self.turn.val().get_bit(2) {
            self.ahead.next = bits::<2>(3);
        }
        self.choice.next = self.last.q.val() + self.ahead.val();
        self.q0_ready.next = false;
        self.q1_ready.next = false;
        self.q2_ready.next = false;
        self.q3_ready.next = false;
        self.low.next = self.q0.val();
        self.high.next = self.q2.val();
        if self.choice.val().get_bit(0) {
            self.low.next = self.q1.val();
            self.high.next = self.q3.val();
        }
        self.picked.next = self.low.val();
        if self.choice.val().get_bit(1) {
            self.picked.next = self.high.val();
        }
        if self.free.val() {
            self.held.d.next = self.waiting.val().any();
            self.request.d.next = self.picked.val();
            if self.waiting.val().any() {
                self.last.d.next = self.choice.val();
                match self.choice.val().index() {
                    0 => {
                        self.q0_ready.next = true;
                    }
                    1 => {
                        self.q1_ready.next = true;
                    }
                    2 => {
                        self.q2_ready.next = true;
                    }
                    _ => {
                        self.q3_ready.next = true;
                    }
                }
            }
        }
        self.rd_valid.next = self.held.q.val();
        self.rd.next.addr = self.request.q.val().addr;
        self.rd.next.len = self.request.q.val().len;
        // `last` is the owner of what `request` holds
        self.rd.next.tag = bit_cast::<8, 6>(self.request.q.val().tag.get_bits::<6>(0))
            | (bit_cast::<8, 2>(self.last.q.val()) << 6);
        self.rsp0_valid.next =
            self.rsp_valid.val() & (self.rsp_tag.val().get_bits::<2>(6) == bits::<2>(0));
        self.rsp1_valid.next =
            self.rsp_valid.val() & (self.rsp_tag.val().get_bits::<2>(6) == bits::<2>(1));
        self.rsp2_valid.next =
            self.rsp_valid.val() & (self.rsp_tag.val().get_bits::<2>(6) == bits::<2>(2));
        self.rsp3_valid.next =
            self.rsp_valid.val() & (self.rsp_tag.val().get_bits::<2>(6) == bits::<2>(3));
    }
}
