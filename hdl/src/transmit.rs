//! The transmit path: payload fetch and frame assembly, from packet descriptors to the wire.
//!
//! # Theory of operation
//! [`crate::tx_fetch`] takes descriptors and reads their payload ahead into slots, [`crate::frame_tx`] builds frames out of slots
//! and address templates. Nothing but slots, descriptors and the inline queue lies between them, so a read may take as long as
//! it likes while frames before it leave.
//!
//! # Interfaces
//! * `t0`, `t1`: descriptors of the response engine and of the requester, valid/ready; frames leave in the order in which they were
//!   taken. `token`: taken between two descriptors; `token_out` pulses when everything taken before has left.
//! * `rd`, `rsp`: host reads; at most 512 bytes, answers with one tag in order, of different tags in any order.
//! * `tx`, `loop`: frames to the wire and back to the receiver, valid/ready, `keep` contiguous from bit 0 and all ones but with `last`.
//! * `sent`: a raw frame's payload has been read, so its work request may complete. `error`: a packet was dropped, because its payload could
//!   not be read. Both valid/ready.
//! * `departed`: a packet of the requester has left, or has been dropped (pulse).
//! * `bus`/`rsp` of the context memories: kind QP_AV.

use crate::frame_tx::FrameTx;
use crate::pipe::*;
use crate::tx_fetch::TxFetch;
use rust_hdl::prelude::*;

/// Parameters as in [`TxFetch`] and [`FrameTx`]; the ports are theirs.
#[derive(LogicBlock)]
pub struct Transmit<
    const W: usize,
    const B: usize,
    const LB: usize,
    const LB1: usize,
    const LS: usize,
    const LS1: usize,
    const LW: usize,
    const LA: usize,
    const LF: usize,
    const LF1: usize,
    const LQ: usize,
    const LQ2: usize,
    const H: usize,
    const P: usize,
    const CW: usize,
    const CW1: usize,
    const MG: usize,
    const FAR: usize,
> {
    pub clock: Signal<In, Clock>,
    pub t0_valid: Signal<In, Bit>,
    pub t0: Signal<In, TxDesc>,
    pub t0_ready: Signal<Out, Bit>,
    pub t1_valid: Signal<In, Bit>,
    pub t1: Signal<In, TxDesc>,
    pub t1_ready: Signal<Out, Bit>,
    pub token_valid: Signal<In, Bit>,
    pub token_ready: Signal<Out, Bit>,
    pub rd_valid: Signal<Out, Bit>,
    pub rd: Signal<Out, ReadReq>,
    pub rd_ready: Signal<In, Bit>,
    pub rsp_valid: Signal<In, Bit>,
    pub rsp_data: Signal<In, Bits<W>>,
    pub rsp_tag: Signal<In, Bits<8>>,
    pub rsp_last: Signal<In, Bit>,
    pub rsp_error: Signal<In, Bit>,
    pub own_mac: Signal<In, Bits<48>>,
    pub tx_valid: Signal<Out, Bit>,
    pub tx_data: Signal<Out, Bits<W>>,
    pub tx_keep: Signal<Out, Bits<B>>,
    pub tx_last: Signal<Out, Bit>,
    pub tx_ready: Signal<In, Bit>,
    pub loop_valid: Signal<Out, Bit>,
    pub loop_data: Signal<Out, Bits<W>>,
    pub loop_keep: Signal<Out, Bits<B>>,
    pub loop_last: Signal<Out, Bit>,
    pub loop_ready: Signal<In, Bit>,
    pub sent_valid: Signal<Out, Bit>,
    pub sent_slot: Signal<Out, Bits<12>>,
    pub sent_psn: Signal<Out, Bits<24>>,
    pub sent_ready: Signal<In, Bit>,
    pub error_valid: Signal<Out, Bit>,
    pub error_slot: Signal<Out, Bits<12>>,
    pub error_psn: Signal<Out, Bits<24>>,
    pub error_ready: Signal<In, Bit>,
    pub departed: Signal<Out, Bit>,
    pub token_out: Signal<Out, Bit>,
    pub template_read: [Signal<Out, Bit>; MG],
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    pub loop_count_valid: Signal<Out, Bit>,
    pub loop_count: Signal<Out, Bits<8>>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    fetch: TxFetch<W, LS, LS1, LW, LA, LF, LF1>,
    frame: FrameTx<W, B, LB, LB1, LS, LS1, LW, LA, LQ, LQ2, H, P, CW, CW1, MG, FAR>,
}

impl<
    const W: usize,
    const B: usize,
    const LB: usize,
    const LB1: usize,
    const LS: usize,
    const LS1: usize,
    const LW: usize,
    const LA: usize,
    const LF: usize,
    const LF1: usize,
    const LQ: usize,
    const LQ2: usize,
    const H: usize,
    const P: usize,
    const CW: usize,
    const CW1: usize,
    const MG: usize,
    const FAR: usize,
> Default for Transmit<W, B, LB, LB1, LS, LS1, LW, LA, LF, LF1, LQ, LQ2, H, P, CW, CW1, MG, FAR>
{
    fn default() -> Self {
        Self {
            clock: Default::default(),
            t0_valid: Default::default(),
            t0: Default::default(),
            t0_ready: Default::default(),
            t1_valid: Default::default(),
            t1: Default::default(),
            t1_ready: Default::default(),
            token_valid: Default::default(),
            token_ready: Default::default(),
            rd_valid: Default::default(),
            rd: Default::default(),
            rd_ready: Default::default(),
            rsp_valid: Default::default(),
            rsp_data: Default::default(),
            rsp_tag: Default::default(),
            rsp_last: Default::default(),
            rsp_error: Default::default(),
            own_mac: Default::default(),
            tx_valid: Default::default(),
            tx_data: Default::default(),
            tx_keep: Default::default(),
            tx_last: Default::default(),
            tx_ready: Default::default(),
            loop_valid: Default::default(),
            loop_data: Default::default(),
            loop_keep: Default::default(),
            loop_last: Default::default(),
            loop_ready: Default::default(),
            sent_valid: Default::default(),
            sent_slot: Default::default(),
            sent_psn: Default::default(),
            sent_ready: Default::default(),
            error_valid: Default::default(),
            error_slot: Default::default(),
            error_psn: Default::default(),
            error_ready: Default::default(),
            departed: Default::default(),
            token_out: Default::default(),
            template_read: array_init::array_init(|_| Default::default()),
            count_valid: Default::default(),
            count: Default::default(),
            loop_count_valid: Default::default(),
            loop_count: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            fetch: Default::default(),
            frame: Default::default(),
        }
    }
}

impl<
    const W: usize,
    const B: usize,
    const LB: usize,
    const LB1: usize,
    const LS: usize,
    const LS1: usize,
    const LW: usize,
    const LA: usize,
    const LF: usize,
    const LF1: usize,
    const LQ: usize,
    const LQ2: usize,
    const H: usize,
    const P: usize,
    const CW: usize,
    const CW1: usize,
    const MG: usize,
    const FAR: usize,
> Logic for Transmit<W, B, LB, LB1, LS, LS1, LW, LA, LF, LF1, LQ, LQ2, H, P, CW, CW1, MG, FAR>
{
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, fetch, frame);
        self.fetch.t0_valid.next = self.t0_valid.val();
        self.fetch.t0.next = self.t0.val();
        self.t0_ready.next = self.fetch.t0_ready.val();
        self.fetch.t1_valid.next = self.t1_valid.val();
        self.fetch.t1.next = self.t1.val();
        self.t1_ready.next = self.fetch.t1_ready.val();
        self.fetch.token_valid.next = self.token_valid.val();
        self.token_ready.next = self.fetch.token_ready.val();
        self.rd_valid.next = self.fetch.rd_valid.val();
        self.rd.next = self.fetch.rd.val();
        self.fetch.rd_ready.next = self.rd_ready.val();
        self.fetch.rsp_valid.next = self.rsp_valid.val();
        self.fetch.rsp_data.next = self.rsp_data.val();
        self.fetch.rsp_tag.next = self.rsp_tag.val();
        self.fetch.rsp_last.next = self.rsp_last.val();
        self.fetch.rsp_error.next = self.rsp_error.val();
        self.frame.own_mac.next = self.own_mac.val();
        self.tx_valid.next = self.frame.tx_valid.val();
        self.tx_data.next = self.frame.tx_data.val();
        self.tx_keep.next = self.frame.tx_keep.val();
        self.tx_last.next = self.frame.tx_last.val();
        self.frame.tx_ready.next = self.tx_ready.val();
        self.loop_valid.next = self.frame.loop_valid.val();
        self.loop_data.next = self.frame.loop_data.val();
        self.loop_keep.next = self.frame.loop_keep.val();
        self.loop_last.next = self.frame.loop_last.val();
        self.frame.loop_ready.next = self.loop_ready.val();
        self.sent_valid.next = self.frame.sent_valid.val();
        self.sent_slot.next = self.frame.sent_slot.val();
        self.sent_psn.next = self.frame.sent_psn.val();
        self.frame.sent_ready.next = self.sent_ready.val();
        self.error_valid.next = self.frame.error_valid.val();
        self.error_slot.next = self.frame.error_slot.val();
        self.error_psn.next = self.frame.error_psn.val();
        self.frame.error_ready.next = self.error_ready.val();
        self.departed.next = self.frame.departed.val();
        self.token_out.next = self.frame.token_out.val();
        for i in 0..MG {
            self.template_read[i].next = self.frame.template_read[i].val();
        }
        self.count_valid.next = self.frame.count_valid.val();
        self.count.next = self.frame.count.val();
        self.loop_count_valid.next = self.frame.loop_count_valid.val();
        self.loop_count.next = self.frame.loop_count.val();
        self.frame.bus.next = self.bus.val();
        self.rsp.next = self.frame.rsp.val();
        self.frame.fd_valid.next = self.fetch.fd_valid.val();
        self.frame.fd.next = self.fetch.fd.val();
        self.fetch.fd_ready.next = self.frame.fd_ready.val();
        self.frame.inline_valid.next = self.fetch.inline_valid.val();
        self.frame.inline_data.next = self.fetch.inline_data.val();
        self.fetch.inline_ready.next = self.frame.inline_ready.val();
        self.fetch.ask.next = self.frame.ask.val();
        self.frame.ask_full.next = self.fetch.ask_full.val();
        self.frame.ask_error.next = self.fetch.ask_error.val();
        self.fetch.buf_re.next = self.frame.buf_re.val();
        self.fetch.buf_addr.next = self.frame.buf_addr.val();
        self.frame.buf_data.next = self.fetch.buf_data.val();
        self.fetch.free_valid.next = self.frame.free_valid.val();
        self.fetch.free_count.next = self.frame.free_count.val();
    }
}
