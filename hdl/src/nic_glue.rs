//! What little logic there is between the blocks of the NIC.
//!
//! # Theory of operation
//! Combinational: one reset out of the pin and the register; frames are taken only while the device is enabled; the NIC is ready when
//! every table is; answers of the context memories are ORed, for at most one is not zero; four sources of error requests share one
//! port of the QP states, lower first: a payload that could not be read is event 3, an answer whose region is gone event 5; the receive engines,
//! of which one works at a time, share the question whether a region is gone; an ATOMIC's place is put together for
//! the response engine; a read request is taken apart into ports.

use crate::pipe::{CtxRsp, ReadReq};
use rust_hdl::prelude::*;

/// ORs the answers of `N` context memories, lets four rare sources of errors share a port, splits the read request.
#[derive(LogicBlock)]
pub struct NicGlue<const N: usize, const T: usize> {
    /// device reset: pin or register
    pub pin_reset: Signal<In, Bit>,
    pub soft_reset: Signal<In, Bit>,
    pub reset_out: Signal<Out, Bit>,
    /// frames are taken while the device is enabled
    pub wire_valid: Signal<In, Bit>,
    pub enable: Signal<In, Bit>,
    pub wire_taken: Signal<Out, Bit>,
    /// tables that have cleared themselves
    pub cleared: [Signal<In, Bit>; T],
    pub all_cleared: Signal<Out, Bit>,
    /// answers of the context memories; at most one is not zero
    pub answers: [Signal<In, CtxRsp>; N],
    pub answer: Signal<Out, CtxRsp>,
    // whose region is asked about: the completer's, or while the responder is busy its own
    pub responder_busy: Signal<In, Bit>,
    pub responder_region: Signal<In, Bits<12>>,
    pub completer_region: Signal<In, Bits<12>>,
    pub region: Signal<Out, Bits<12>>,
    // errors: completion queues, receive executor, failed payload reads, revoked answers
    pub cq_valid: Signal<In, Bit>,
    pub cq_slot: Signal<In, Bits<12>>,
    pub cq_event: Signal<In, Bits<8>>,
    pub cq_ready: Signal<Out, Bit>,
    pub exec_valid: Signal<In, Bit>,
    pub exec_slot: Signal<In, Bits<12>>,
    pub exec_event: Signal<In, Bits<8>>,
    pub exec_ready: Signal<Out, Bit>,
    pub tx_valid: Signal<In, Bit>,
    pub tx_slot: Signal<In, Bits<12>>,
    pub tx_ready: Signal<Out, Bit>,
    pub answer_valid: Signal<In, Bit>,
    pub answer_slot: Signal<In, Bits<12>>,
    pub answer_ready: Signal<Out, Bit>,
    pub err_valid: Signal<Out, Bit>,
    pub err_slot: Signal<Out, Bits<12>>,
    pub err_event: Signal<Out, Bits<8>>,
    pub err_ready: Signal<In, Bit>,
    // the read request's fields
    pub rd: Signal<In, ReadReq>,
    pub rd_addr: Signal<Out, Bits<64>>,
    pub rd_len: Signal<Out, Bits<13>>,
    pub rd_tag: Signal<Out, Bits<8>>,
    one: Signal<Local, CtxRsp>,
    ack: Signal<Local, Bits<1>>,
    data: Signal<Local, Bits<64>>,
    sum: Signal<Local, CtxRsp>,
    ok: Signal<Local, Bit>,
}

impl<const N: usize, const T: usize> Default for NicGlue<N, T> {
    fn default() -> Self {
        Self {
            pin_reset: Default::default(),
            soft_reset: Default::default(),
            reset_out: Default::default(),
            wire_valid: Default::default(),
            enable: Default::default(),
            wire_taken: Default::default(),
            cleared: array_init::array_init(|_| Default::default()),
            all_cleared: Default::default(),
            answers: array_init::array_init(|_| Default::default()),
            answer: Default::default(),
            cq_valid: Default::default(),
            cq_slot: Default::default(),
            cq_event: Default::default(),
            cq_ready: Default::default(),
            exec_valid: Default::default(),
            exec_slot: Default::default(),
            exec_event: Default::default(),
            exec_ready: Default::default(),
            tx_valid: Default::default(),
            tx_slot: Default::default(),
            tx_ready: Default::default(),
            answer_valid: Default::default(),
            answer_slot: Default::default(),
            answer_ready: Default::default(),
            responder_busy: Default::default(),
            responder_region: Default::default(),
            completer_region: Default::default(),
            region: Default::default(),
            err_valid: Default::default(),
            err_slot: Default::default(),
            err_event: Default::default(),
            err_ready: Default::default(),
            rd: Default::default(),
            rd_addr: Default::default(),
            rd_len: Default::default(),
            rd_tag: Default::default(),
            one: Default::default(),
            ack: Default::default(),
            data: Default::default(),
            sum: Default::default(),
            ok: Default::default(),
        }
    }
}

impl<const N: usize, const T: usize> Logic for NicGlue<N, T> {
    #[hdl_gen]
    fn update(&mut self) {
        self.reset_out.next = self.pin_reset.val() | self.soft_reset.val();
        self.wire_taken.next = self.wire_valid.val() & self.enable.val();
        self.ok.next = true;
        for k in 0..T {
            self.ok.next = self.ok.val() & self.cleared[k].val();
        }
        self.all_cleared.next = self.ok.val();
        self.ack.next = bits::<1>(0);
        self.data.next = bits::<64>(0);
        for k in 0..N {
            self.one.next = self.answers[k].val();
            self.ack.next = self.ack.val() | self.one.val().ack;
            self.data.next = self.data.val() | self.one.val().data;
        }
        self.sum.next.ack = self.ack.val();
        self.sum.next.data = self.data.val();
        self.answer.next = self.sum.val();
        self.region.next = self.completer_region.val();
        if self.responder_busy.val() {
            self.region.next = self.responder_region.val();
        }
        self.err_valid.next = self.cq_valid.val()
            | self.exec_valid.val()
            | self.tx_valid.val()
            | self.answer_valid.val();
        self.err_slot.next = self.tx_slot.val();
        self.err_event.next = bits::<8>(3);
        self.cq_ready.next = false;
        self.exec_ready.next = false;
        self.tx_ready.next = false;
        self.answer_ready.next = false;
        if self.cq_valid.val() {
            self.err_slot.next = self.cq_slot.val();
            self.err_event.next = self.cq_event.val();
            self.cq_ready.next = self.err_ready.val();
        } else if self.exec_valid.val() {
            self.err_slot.next = self.exec_slot.val();
            self.err_event.next = self.exec_event.val();
            self.exec_ready.next = self.err_ready.val();
        } else if self.tx_valid.val() {
            self.tx_ready.next = self.err_ready.val();
        } else {
            self.err_slot.next = self.answer_slot.val();
            self.err_event.next = bits::<8>(5);
            self.answer_ready.next = self.err_ready.val();
        }
        self.rd_addr.next = self.rd.val().addr;
        self.rd_len.next = self.rd.val().len;
        self.rd_tag.next = self.rd.val().tag;
    }
}
