//! The responder: executes requests, and owns the Responder context (and, in [`ResourceRing`], the Resources).
//!
//! # Theory of operation
//! One packet at a time. The context is read, [`Verdict`] judges, and exactly one [`ExecDesc`] leaves per packet: where the payload
//! goes, the completion, the answer, and the release of the frame. Context and resource are written with the first
//! cycle of the descriptor, so between two packets everything is in the records and the queue pair can be stopped there.
//!
//! **Receive work requests.** A packet that may consume one *peeks* at the queue in the cycle in which it is taken, while the context is
//! read and the verdict falls. Only an accepted packet discards the head, behind the descriptor's back. Empty: RNR NAK and the message stays
//! resumable at this packet; posted but still on the way: wait. The work request of a SEND lives in the Responder record until the
//! message ends (`recv_valid`); `msg_len` holds the bytes its two entries take (at most 2^31). A WRITE has its start and length
//! there instead, as if it were a single entry. An entry without bytes names no region.
//!
//! The next packet waits for the answer to a peek, even to one that turned out to be superfluous, but not for the answer to a discard.
//!
//! **Regions that are gone.** A message is checked where it begins. From then on the record holds addresses, and the slots of the regions they are
//! in; each packet with a payload asks whether these are still there (the first entry's before `Settle`, the second's in it, so it costs no
//! cycle). A region that is gone is an error of the memory region for a WRITE, of the receive entries for a SEND.
//!
//! **The working copy** `ctx` is overwritten with a message's start before it is known whether the message starts. So the paths
//! that must leave the message as it is (sequence NAK, RNR NAK, duplicate READ and ATOMIC) read the record again (`Reload`) before
//! they change a field of it.
//!
//! **NAKs.** `nak_sent` is set by a sequence NAK, an RNR NAK and a fatal NAK: what follows on the wire behind the packet that was
//! refused is ahead of ePSN and stays unanswered until ePSN itself comes.
//!
//! **Fatal errors** ask for state ERR first, then send one descriptor: completion in error of the receive work request
//! in use (if any), NAK (none for a failed invalidation), release. ePSN does not advance.
//!
//! | error | NAK | event | status of the receive |
//! |---|---|---|---|
//! | invalid request | 0x61 | 4 | REM_INV_REQ_ERR (9) |
//! | SEND longer than its buffers | 0x61 | 4 | LOC_LEN_ERR (1) |
//! | memory region | 0x62 | 5 | REM_ACCESS_ERR (10) |
//! | receive entries' keys; receive WQE unreadable | 0x63 | 4 | LOC_PROT_ERR (4); LOC_QP_OP_ERR (2) |
//! | SEND with invalidate: no such key | none | 5 | REM_INV_REQ_ERR (9) |
//!
//! **Duplicates**: SEND and WRITE are acknowledged again with ePSN-1. READ and ATOMIC are looked up in the resource ring, newest
//! first ([`ResourceRing`]). Not found: dropped.
//!
//! **Ticks** in state ERR flush the receive work request in use and up to four of a private receive queue. **Raw** frames go whole
//! into a receive work request; without one, or if they do not fit, they are dropped. The drain **token** is passed on.
//!
//! # Interfaces
//! * `pkt_valid`, `pkt`, `cfg` → `pkt_ready` (both are latched); `busy` until the packet's last descriptor has been taken.
//! * `exec_valid`, `exec` → `exec_ready`.
//! * `get_*`: the receive cache (`op` 0 peek, 4 discard). Answers come in order, not before the cycle after the request was taken.
//! * `inv_valid`, `inv_key`, `inv_pd` held until `inv_done` with `inv_ok`.
//! * `gone_slot` → `gone` in the same cycle: see `mr_table`.
//! * `err_valid`, `err_slot`, `err_event` → `err_ready`: queue pair to ERR.
//! * `rsp_peek_re`, `rsp_peek_slot` → `rsp_peek_tail` in the next cycle.
//! * `count_valid`, `count`; context bus `bus`, `rsp`.
//!
//! # States
//! `Idle` → `Load` → `Judge` → `Prepare` → `Act`, then by verdict: `Fit` (buffers of a new SEND) → `Settle` (→ `Invalidate` →
//! `Settle`) → `Exec`; `Fatal` → `Exec`; `Reload` → `Renew` → `Amend` → `Exec`; `Search` → `Reload`.
//! Ticks: `Held` → `FlushAsk` → `FlushGot` → `Exec` → `FlushAsk`. A WRITE ONLY reaches `Exec` after 6 cycles, a SEND ONLY after
//! 7 if the cache answers within 4.

use crate::contract::{QpConfig, Responder};
use crate::ext_fields::ExtFields;
use crate::mem::{CtxRam, kind};
use crate::pieces::Pieces;
use crate::pipe::{CtxReq, CtxRsp, ExecDesc, RecvWqe, RxPacket};
use crate::resource_ring::ResourceRing;
use crate::verdict::Verdict;
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum ResponderState {
    Idle,
    Load,
    Judge,
    Prepare,
    Act,
    Fit,
    Settle,
    Invalidate,
    Fatal,
    Reload,
    Renew,
    Amend,
    Search,
    Held,
    FlushAsk,
    FlushGot,
    Exec,
}

/// The responder of `2^LQ` queue pairs with `2^LX` resources each; `LR` must be `LQ + LX`. See the module's head.
#[derive(LogicBlock)]
pub struct ResponderEngine<const LQ: usize, const LX: usize, const LR: usize> {
    pub clock: Signal<In, Clock>,
    pub pkt_valid: Signal<In, Bit>,
    pub pkt: Signal<In, RxPacket>,
    pub cfg: Signal<In, QpConfig>,
    pub pkt_ready: Signal<Out, Bit>,
    pub busy: Signal<Out, Bit>,
    pub exec_valid: Signal<Out, Bit>,
    pub exec: Signal<Out, ExecDesc>,
    pub exec_ready: Signal<In, Bit>,
    pub get_valid: Signal<Out, Bit>,
    pub get_op: Signal<Out, Bits<3>>,
    pub get_ring: Signal<Out, Bits<13>>,
    pub get_ready: Signal<In, Bit>,
    pub got_valid: Signal<In, Bit>,
    pub got_status: Signal<In, Bits<2>>,
    pub got_index: Signal<In, Bits<16>>,
    pub got_wqe: Signal<In, RecvWqe>,
    pub inv_valid: Signal<Out, Bit>,
    pub inv_key: Signal<Out, Bits<32>>,
    pub inv_pd: Signal<Out, Bits<16>>,
    pub inv_done: Signal<In, Bit>,
    pub inv_ok: Signal<In, Bit>,
    pub gone_slot: Signal<Out, Bits<12>>,
    pub gone: Signal<In, Bit>,
    pub err_valid: Signal<Out, Bit>,
    pub err_slot: Signal<Out, Bits<12>>,
    pub err_event: Signal<Out, Bits<8>>,
    pub err_ready: Signal<In, Bit>,
    pub rsp_peek_re: Signal<Out, Bit>,
    pub rsp_peek_slot: Signal<Out, Bits<12>>,
    pub rsp_peek_tail: Signal<In, Bits<8>>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,

    contexts: CtxRam<Responder, LQ>,
    resources: ResourceRing<LQ, LX, LR>,
    verdict: Verdict<LX>,
    pieces: Pieces,
    fields: ExtFields,

    state: DFF<ResponderState>,
    p: DFF<RxPacket>,
    c: DFF<QpConfig>,
    ctx: DFF<Responder>,
    tail: DFF<Bits<8>>,
    /// a peek still has to be handed over; its answer is not here yet; its answer is here
    asking: DFF<Bit>,
    waiting: DFF<Bit>,
    answered: DFF<Bit>,
    /// the head of the receive queue still has to be discarded; the answer to that is still to come, and means nothing
    discard: DFF<Bit>,
    skip: DFF<Bit>,
    peek_status: DFF<Bits<2>>,
    peek_index: DFF<Bits<16>>,
    key_error: DFF<Bit>,
    read_error: DFF<Bit>,
    capacity: DFF<Bits<33>>,
    /// bytes of the second entry of a receive work request just found
    second_len: DFF<Bits<32>>,
    /// the region of the first entry is gone
    lost: DFF<Bit>,
    /// this packet has consumed a receive work request
    fresh: DFF<Bit>,
    invalidated: DFF<Bit>,
    inv_failed: DFF<Bit>,
    nak: DFF<Bits<2>>,
    /// what the descriptor says
    place: DFF<Bit>,
    complete: DFF<Bit>,
    status: DFF<Bits<8>>,
    answer: DFF<Bits<2>>,
    answer_psn: DFF<Bits<24>>,
    syndrome: DFF<Bits<8>>,
    atomic: DFF<Bit>,
    resource: DFF<Bits<LX>>,
    /// what is written with the descriptor's first cycle
    dirty: DFF<Bit>,
    store: DFF<Bit>,
    flushed: DFF<Bits<3>>,
    counting: DFF<Bit>,
    counter: DFF<Bits<8>>,

    accept: Signal<Local, Bit>,
    wants_recv: Signal<Local, Bit>,
    packet: Signal<Local, Bit>,
    ask: Signal<Local, Bit>,
    got: Signal<Local, Bit>,
    here: Signal<Local, Bit>,
    here_status: Signal<Local, Bits<2>>,
    again: Signal<Local, Bit>,
    raw: Signal<Local, Bit>,
    send: Signal<Local, Bit>,
    write: Signal<Local, Bit>,
    read: Signal<Local, Bit>,
    atom: Signal<Local, Bit>,
    starts: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
    needs_recv: Signal<Local, Bit>,
    bad_recv: Signal<Local, Bit>,
    too_long: Signal<Local, Bit>,
    revoked: Signal<Local, Bit>,
    good: Signal<Local, Bit>,
    shared: Signal<Local, Bit>,
}

impl<const LQ: usize, const LX: usize, const LR: usize> Default for ResponderEngine<LQ, LX, LR> {
    fn default() -> Self {
        assert!(LR == LQ + LX, "LR must be LQ + LX");
        assert!(LX >= 1 && LX <= 4, "ExecDesc::resource has four bits");
        assert!(LQ >= 1 && LQ <= 12, "slots have twelve bits");
        Self {
            clock: Default::default(),
            pkt_valid: Default::default(),
            pkt: Default::default(),
            cfg: Default::default(),
            pkt_ready: Default::default(),
            busy: Default::default(),
            exec_valid: Default::default(),
            exec: Default::default(),
            exec_ready: Default::default(),
            get_valid: Default::default(),
            get_op: Default::default(),
            get_ring: Default::default(),
            get_ready: Default::default(),
            got_valid: Default::default(),
            got_status: Default::default(),
            got_index: Default::default(),
            got_wqe: Default::default(),
            inv_valid: Default::default(),
            inv_key: Default::default(),
            inv_pd: Default::default(),
            inv_done: Default::default(),
            inv_ok: Default::default(),
            gone_slot: Default::default(),
            gone: Default::default(),
            err_valid: Default::default(),
            err_slot: Default::default(),
            err_event: Default::default(),
            err_ready: Default::default(),
            rsp_peek_re: Default::default(),
            rsp_peek_slot: Default::default(),
            rsp_peek_tail: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            contexts: CtxRam::new(kind::RESPONDER),
            resources: Default::default(),
            verdict: Default::default(),
            pieces: Default::default(),
            fields: Default::default(),
            state: Default::default(),
            p: Default::default(),
            c: Default::default(),
            ctx: Default::default(),
            tail: Default::default(),
            asking: Default::default(),
            waiting: Default::default(),
            answered: Default::default(),
            discard: Default::default(),
            skip: Default::default(),
            peek_status: Default::default(),
            peek_index: Default::default(),
            key_error: Default::default(),
            read_error: Default::default(),
            capacity: Default::default(),
            second_len: Default::default(),
            lost: Default::default(),
            fresh: Default::default(),
            invalidated: Default::default(),
            inv_failed: Default::default(),
            nak: Default::default(),
            place: Default::default(),
            complete: Default::default(),
            status: Default::default(),
            answer: Default::default(),
            answer_psn: Default::default(),
            syndrome: Default::default(),
            atomic: Default::default(),
            resource: Default::default(),
            dirty: Default::default(),
            store: Default::default(),
            flushed: Default::default(),
            counting: Default::default(),
            counter: Default::default(),
            accept: Default::default(),
            wants_recv: Default::default(),
            packet: Default::default(),
            ask: Default::default(),
            got: Default::default(),
            here: Default::default(),
            here_status: Default::default(),
            again: Default::default(),
            raw: Default::default(),
            send: Default::default(),
            write: Default::default(),
            read: Default::default(),
            atom: Default::default(),
            starts: Default::default(),
            ends: Default::default(),
            needs_recv: Default::default(),
            bad_recv: Default::default(),
            too_long: Default::default(),
            revoked: Default::default(),
            good: Default::default(),
            shared: Default::default(),
        }
    }
}

impl<const LQ: usize, const LX: usize, const LR: usize> Logic for ResponderEngine<LQ, LX, LR> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            state,
            p,
            c,
            ctx,
            tail,
            asking,
            waiting,
            answered,
            discard,
            skip,
            peek_status,
            peek_index,
            key_error,
            read_error,
            capacity,
            second_len,
            lost,
            fresh,
            invalidated,
            inv_failed,
            nak,
            place,
            complete,
            status,
            answer,
            answer_psn,
            syndrome,
            atomic,
            resource,
            dirty,
            store,
            flushed,
            counting,
            counter
        );
        clock!(self, clock, contexts, resources, verdict, pieces);

        // ---- names ----
        self.packet.next = !self.p.q.val().kind.any();
        self.raw.next = self.c.q.val().raw.any();
        self.send.next = self.verdict.kind.val().send.any();
        self.write.next = self.verdict.kind.val().write.any();
        self.read.next = self.verdict.kind.val().read.any();
        self.atom.next = self.verdict.kind.val().atomic.any();
        self.starts.next = self.verdict.kind.val().starts.any();
        self.ends.next = self.verdict.kind.val().ends.any();
        self.needs_recv.next = self.verdict.ruling.val().needs_recv.any();
        self.shared.next = false;
        for i in LQ..13 {
            if self.c.q.val().rq_ring.get_bit(i) {
                self.shared.next = true;
            }
        }

        // ---- sub-blocks ----
        self.fields.ext.next = self.p.q.val().ext;
        self.contexts.bus.next = self.bus.val();
        self.contexts.clear.next = false;
        self.contexts.re.next = false;
        self.contexts.ra.next = self.p.q.val().slot.get_bits::<LQ>(0);
        self.contexts.we.next = false;
        self.contexts.wa.next = self.p.q.val().slot.get_bits::<LQ>(0);
        self.contexts.wd.next = self.ctx.q.val();
        self.resources.bus.next = self.bus.val();
        self.resources.slot.next = self.p.q.val().slot.get_bits::<LQ>(0);
        self.resources.psn.next = self.p.q.val().psn;
        self.resources.steps.next = self.verdict.ruling.val().steps;
        self.resources.rkey.next = self.fields.rkey.val();
        self.resources.va.next = self.fields.va.val();
        self.resources.len.next = self.fields.len.val();
        self.resources.mr_ok.next = self.p.q.val().mr_ok.any();
        self.resources.atomic.next = self.atom.val();
        self.resources.at.next = self.resource.q.val();
        self.resources.last_psn.next = self.ctx.q.val().epsn - 1;
        self.resources.store.next = false;
        self.resources.search.next = false;
        self.rsp.next.ack = self.contexts.rsp.val().ack | self.resources.rsp.val().ack;
        self.rsp.next.data = self.contexts.rsp.val().data | self.resources.rsp.val().data;
        self.verdict.valid.next = false;
        self.verdict.pkt.next = self.p.q.val();
        self.verdict.cfg.next = self.c.q.val();
        self.verdict.ctx.next = self.ctx.q.val();
        self.verdict.tail.next = self.tail.q.val();
        self.pieces.valid.next = false;
        self.pieces.sge0_iova.next = self.ctx.q.val().sge0_iova;
        self.pieces.sge0_len.next = self.ctx.q.val().sge0_len;
        self.pieces.sge1_iova.next = self.ctx.q.val().sge1_iova;
        self.pieces.offset.next = self.ctx.q.val().offset;
        self.pieces.len.next = self.p.q.val().payload_len;

        // ---- a packet is taken ----
        self.pkt_ready.next = (self.state.q.val() == ResponderState::Idle)
            & !self.discard.q.val()
            & !self.waiting.q.val();
        self.accept.next = self.pkt_ready.val() & self.pkt_valid.val();
        self.busy.next = (self.state.q.val() != ResponderState::Idle)
            | self.discard.q.val()
            | self.waiting.q.val();
        self.wants_recv.next = self.cfg.val().raw.any();
        match self.pkt.val().opcode.index() {
            0 => {
                self.wants_recv.next = true;
            }
            4 => {
                self.wants_recv.next = true;
            }
            5 => {
                self.wants_recv.next = true;
            }
            9 => {
                self.wants_recv.next = true;
            }
            11 => {
                self.wants_recv.next = true;
            }
            23 => {
                self.wants_recv.next = true;
            }
            _ => {}
        }
        self.ask.next = self.accept.val() & self.wants_recv.val() & !self.pkt.val().kind.any();
        self.rsp_peek_re.next = self.accept.val();
        self.rsp_peek_slot.next = self.pkt.val().slot;

        // ---- the receive queue ----
        self.get_valid.next = self.ask.val() | self.asking.q.val() | self.discard.q.val();
        self.get_op.next = bits::<3>(0);
        self.get_ring.next = self.c.q.val().rq_ring;
        if self.ask.val() {
            self.get_ring.next = self.cfg.val().rq_ring;
        }
        if self.discard.q.val() {
            self.get_op.next = bits::<3>(4);
            if self.get_ready.val() {
                self.discard.d.next = false;
                self.skip.d.next = true;
            }
        }
        if self.asking.q.val() & self.get_ready.val() {
            self.asking.d.next = false;
        }
        self.got.next = self.got_valid.val() & !self.skip.q.val();
        if self.got_valid.val() & self.skip.q.val() {
            self.skip.d.next = false;
        }
        self.here.next = self.answered.q.val() | self.got.val();
        self.here_status.next = self.peek_status.q.val();
        if self.got.val() {
            self.waiting.d.next = false;
            self.here_status.next = self.got_status.val();
        }

        // ---- defaults ----
        self.again.next = false;
        self.counting.d.next = false;
        self.exec_valid.next = false;
        self.err_valid.next = false;
        self.inv_valid.next = false;
        self.bad_recv.next = self.needs_recv.val()
            & (self.read_error.q.val() | (self.send.val() & self.key_error.q.val()));
        self.too_long.next = self.send.val()
            & self.starts.val()
            & (self.capacity.q.val() < bit_cast::<33, 32>(self.verdict.ruling.val().total));
        self.gone_slot.next = self.ctx.q.val().sge0_mr;
        if self.state.q.val() == ResponderState::Settle {
            self.gone_slot.next = self.ctx.q.val().sge1_mr;
        }
        self.lost.d.next = self.ctx.q.val().sge0_named.any() & self.gone.val();
        self.revoked.next = (self.send.val() | self.write.val())
            & self.p.q.val().payload_len.any()
            & (self.lost.q.val() | (self.ctx.q.val().sge1_named.any() & self.gone.val()));
        self.good.next = !self.bad_recv.val() & !self.too_long.val() & !self.revoked.val();

        match self.state.q.val() {
            ResponderState::Idle => {
                if self.accept.val() {
                    self.p.d.next = self.pkt.val();
                    self.c.d.next = self.cfg.val();
                    self.contexts.re.next = true;
                    self.contexts.ra.next = self.pkt.val().slot.get_bits::<LQ>(0);
                    self.asking.d.next = self.ask.val() & !self.get_ready.val();
                    self.waiting.d.next = self.ask.val();
                    self.answered.d.next = false;
                    self.fresh.d.next = false;
                    self.invalidated.d.next = false;
                    self.inv_failed.d.next = false;
                    self.place.d.next = false;
                    self.complete.d.next = false;
                    self.status.d.next = bits::<8>(0);
                    self.answer.d.next = bits::<2>(0);
                    self.syndrome.d.next = bits::<8>(0x1f);
                    self.atomic.d.next = false;
                    self.flushed.d.next = bits::<3>(0);
                    if !self.pkt.val().kind.any() {
                        self.state.d.next = ResponderState::Load;
                    } else if self.pkt.val().kind == bits::<2>(3) {
                        self.state.d.next = ResponderState::Exec;
                    } else if (self.pkt.val().kind == bits::<2>(1))
                        & (self.pkt.val().state == bits::<3>(6))
                    {
                        self.state.d.next = ResponderState::Load;
                    }
                }
            }
            ResponderState::Load => {
                self.ctx.d.next = self.contexts.rd.val();
                self.tail.d.next = self.rsp_peek_tail.val();
                self.answer_psn.d.next = self.p.q.val().psn;
                self.state.d.next = ResponderState::Held;
                if self.packet.val() {
                    self.state.d.next = ResponderState::Judge;
                }
            }
            ResponderState::Judge => {
                self.verdict.valid.next = true;
                self.state.d.next = ResponderState::Prepare;
            }
            ResponderState::Prepare => {
                // where a message that starts here begins; nobody may have accepted it yet
                if self.starts.val() {
                    self.ctx.d.next.offset = bits::<32>(0);
                    if self.write.val() | self.atom.val() {
                        self.ctx.d.next.sge0_iova = self.p.q.val().mr_iova;
                        self.ctx.d.next.sge0_len = self.fields.len.val();
                        self.ctx.d.next.msg_len = self.fields.len.val();
                        self.ctx.d.next.sge0_mr = self.p.q.val().mr_slot;
                        self.ctx.d.next.sge0_named = bits::<1>(0);
                        if self.fields.len.val().any() {
                            self.ctx.d.next.sge0_named = bits::<1>(1);
                        }
                        self.ctx.d.next.sge1_named = bits::<1>(0);
                    }
                    if self.atom.val() {
                        self.ctx.d.next.sge0_len = bits::<32>(8);
                    }
                }
                self.state.d.next = ResponderState::Act;
            }
            ResponderState::Act => {
                self.pieces.valid.next = true;
                // numbers are those of `verdict::action`
                match self.verdict.ruling.val().action.index() {
                    0 => {
                        self.counting.d.next = true;
                        self.counter.d.next = bits::<8>(28);
                        if self.verdict.ruling.val().no_room.any() {
                            self.counter.d.next = bits::<8>(33);
                            if self.atom.val() {
                                self.counter.d.next = bits::<8>(34);
                            }
                        } else if self.send.val()
                            | self.write.val()
                            | self.read.val()
                            | self.atom.val()
                        {
                            self.counter.d.next = bits::<8>(3);
                        }
                        self.state.d.next = ResponderState::Exec;
                    }
                    1 => {
                        if !self.needs_recv.val() {
                            self.state.d.next = ResponderState::Settle;
                        } else if self.here.val() {
                            if !self.here_status.val().any() {
                                self.state.d.next = ResponderState::Settle;
                                if self.send.val() {
                                    self.state.d.next = ResponderState::Fit;
                                }
                            } else if self.here_status.val() == bits::<2>(1) {
                                self.counting.d.next = true;
                                if self.raw.val() {
                                    self.counter.d.next = bits::<8>(21);
                                    self.state.d.next = ResponderState::Exec;
                                } else {
                                    self.counter.d.next = bits::<8>(5);
                                    self.answer.d.next = bits::<2>(1);
                                    self.syndrome.d.next =
                                        bit_cast::<8, 5>(self.c.q.val().min_rnr_timer)
                                            | bits::<8>(0x20);
                                    self.state.d.next = ResponderState::Reload;
                                }
                            } else {
                                // posted, still on its way: ask again
                                self.again.next = true;
                            }
                        }
                    }
                    2 => {
                        self.counting.d.next = true;
                        self.counter.d.next = bits::<8>(2);
                        self.answer.d.next = bits::<2>(1);
                        self.answer_psn.d.next = self.ctx.q.val().epsn - 1;
                        self.state.d.next = ResponderState::Exec;
                    }
                    3 => {
                        self.counting.d.next = true;
                        self.counter.d.next = bits::<8>(2);
                        self.resources.search.next = true;
                        self.resources.at.next = self.ctx.q.val().res_head.get_bits::<LX>(0) - 1;
                        self.state.d.next = ResponderState::Search;
                    }
                    4 => {
                        self.counting.d.next = true;
                        self.counter.d.next = bits::<8>(2);
                        self.resources.search.next = true;
                        self.resources.at.next = self.ctx.q.val().res_head.get_bits::<LX>(0) - 1;
                        self.state.d.next = ResponderState::Search;
                    }
                    5 => {
                        self.counting.d.next = true;
                        self.counter.d.next = bits::<8>(3);
                        self.answer.d.next = bits::<2>(1);
                        self.answer_psn.d.next = self.ctx.q.val().epsn;
                        self.syndrome.d.next = bits::<8>(0x60);
                        self.state.d.next = ResponderState::Reload;
                    }
                    _ => {
                        self.nak.d.next = self.verdict.ruling.val().nak;
                        self.status.d.next = bits::<8>(9);
                        if self.verdict.ruling.val().nak == bits::<2>(2) {
                            self.status.d.next = bits::<8>(10);
                        }
                        if self.verdict.ruling.val().too_long.any() {
                            self.status.d.next = bits::<8>(1);
                        }
                        self.state.d.next = ResponderState::Fatal;
                    }
                }
            }
            ResponderState::Fit => {
                self.pieces.valid.next = true;
                self.capacity.d.next = bit_cast::<33, 32>(self.ctx.q.val().sge0_len)
                    + bit_cast::<33, 32>(self.second_len.q.val());
                self.state.d.next = ResponderState::Settle;
            }
            ResponderState::Settle => {
                if self.raw.val() & self.too_long.val() {
                    self.counting.d.next = true;
                    self.counter.d.next = bits::<8>(21);
                    self.state.d.next = ResponderState::Exec;
                } else if self.good.val()
                    & self.verdict.kind.val().inv.any()
                    & !self.invalidated.q.val()
                {
                    self.state.d.next = ResponderState::Invalidate;
                } else {
                    if self.needs_recv.val() {
                        self.discard.d.next = true;
                        self.fresh.d.next = true;
                        self.ctx.d.next.recv_index = self.peek_index.q.val();
                    }
                    if !self.good.val() | self.inv_failed.q.val() {
                        self.nak.d.next = bits::<2>(0);
                        self.status.d.next = bits::<8>(9);
                        if self.too_long.val() {
                            self.nak.d.next = bits::<2>(1);
                            self.status.d.next = bits::<8>(1);
                        }
                        if self.bad_recv.val() {
                            self.nak.d.next = bits::<2>(3);
                            self.status.d.next = bits::<8>(4);
                            if self.read_error.q.val() {
                                self.status.d.next = bits::<8>(2);
                            }
                        } else if self.revoked.val() {
                            self.nak.d.next = bits::<2>(3);
                            self.status.d.next = bits::<8>(4);
                            if self.write.val() {
                                self.nak.d.next = bits::<2>(2);
                                self.status.d.next = bits::<8>(10);
                            }
                        }
                        self.state.d.next = ResponderState::Fatal;
                    } else {
                        self.dirty.d.next = !self.raw.val();
                        self.ctx.d.next.epsn =
                            self.ctx.q.val().epsn + self.verdict.ruling.val().steps;
                        self.ctx.d.next.nak_sent = bits::<1>(0);
                        self.ctx.d.next.offset = self.verdict.ruling.val().total;
                        self.ctx.d.next.op_state = bits::<2>(0);
                        if self.ends.val() {
                            self.ctx.d.next.msn = self.ctx.q.val().msn + 1;
                            self.ctx.d.next.recv_valid = bits::<1>(0);
                        } else {
                            self.ctx.d.next.op_state = bits::<2>(2);
                            if self.send.val() {
                                self.ctx.d.next.op_state = bits::<2>(1);
                                self.ctx.d.next.recv_valid = bits::<1>(1);
                            }
                        }
                        if self.send.val() & self.starts.val() {
                            self.ctx.d.next.msg_len = self.capacity.q.val().get_bits::<32>(0);
                            if self.capacity.q.val().get_bits::<2>(31).any() {
                                self.ctx.d.next.msg_len = bits::<32>(0x8000_0000_u64);
                            }
                        }
                        self.place.d.next = self.send.val() | self.write.val();
                        self.complete.d.next =
                            (self.send.val() & self.ends.val()) | self.needs_recv.val();
                        if self.send.val() & !self.ends.val() {
                            self.complete.d.next = false;
                        }
                        if self.read.val() | self.atom.val() {
                            self.answer.d.next = bits::<2>(2);
                            if self.atom.val() {
                                self.answer.d.next = bits::<2>(3);
                                self.atomic.d.next = true;
                            }
                            self.store.d.next = true;
                            self.resource.d.next = self.ctx.q.val().res_head.get_bits::<LX>(0);
                            self.ctx.d.next.res_head = self.ctx.q.val().res_head + 1;
                            self.ctx.d.next.rsp_pushed = self.ctx.q.val().rsp_pushed + 1;
                        } else if self.p.q.val().ack_req.any() & !self.raw.val() {
                            self.answer.d.next = bits::<2>(1);
                        }
                        self.state.d.next = ResponderState::Exec;
                    }
                }
            }
            ResponderState::Invalidate => {
                self.inv_valid.next = true;
                if self.inv_done.val() {
                    self.invalidated.d.next = true;
                    self.inv_failed.d.next = !self.inv_ok.val();
                    self.state.d.next = ResponderState::Settle;
                }
            }
            ResponderState::Fatal => {
                self.err_valid.next = true;
                if self.err_ready.val() {
                    self.complete.d.next = self.ctx.q.val().recv_valid.any() | self.fresh.q.val();
                    self.ctx.d.next.op_state = bits::<2>(0);
                    self.ctx.d.next.recv_valid = bits::<1>(0);
                    self.ctx.d.next.nak_sent = bits::<1>(1);
                    self.dirty.d.next = true;
                    if self.nak.q.val().any() & !self.raw.val() {
                        self.answer.d.next = bits::<2>(1);
                        self.syndrome.d.next = bit_cast::<8, 2>(self.nak.q.val()) | bits::<8>(0x60);
                        self.counting.d.next = true;
                        self.counter.d.next = bit_cast::<8, 2>(self.nak.q.val()) + 36;
                    }
                    self.state.d.next = ResponderState::Exec;
                }
            }
            ResponderState::Reload => {
                // an answer of the receive queue that is still to come would overwrite the entries
                if !self.waiting.q.val() {
                    self.contexts.re.next = true;
                    self.state.d.next = ResponderState::Renew;
                }
            }
            ResponderState::Renew => {
                self.ctx.d.next = self.contexts.rd.val();
                self.state.d.next = ResponderState::Amend;
            }
            ResponderState::Amend => {
                if self.answer.q.val() == bits::<2>(1) {
                    self.ctx.d.next.nak_sent = bits::<1>(1);
                } else {
                    self.ctx.d.next.rsp_pushed = self.ctx.q.val().rsp_pushed + 1;
                }
                self.dirty.d.next = true;
                self.state.d.next = ResponderState::Exec;
            }
            ResponderState::Search => {
                if self.resources.done.val() {
                    self.resource.d.next = self.resources.number.val();
                    self.answer.d.next = bits::<2>(2);
                    if self.atom.val() {
                        self.answer.d.next = bits::<2>(3);
                    }
                    self.state.d.next = ResponderState::Reload;
                    if !self.resources.hit.val() {
                        self.counting.d.next = true;
                        self.counter.d.next = bits::<8>(33);
                        if self.atom.val() {
                            self.counter.d.next = bits::<8>(34);
                        }
                        self.answer.d.next = bits::<2>(0);
                        self.state.d.next = ResponderState::Exec;
                    }
                }
            }
            ResponderState::Held => {
                self.state.d.next = ResponderState::FlushAsk;
                self.status.d.next = bits::<8>(5);
                self.complete.d.next = true;
                if self.ctx.q.val().recv_valid.any() {
                    self.ctx.d.next.recv_valid = bits::<1>(0);
                    self.ctx.d.next.op_state = bits::<2>(0);
                    self.dirty.d.next = true;
                    self.state.d.next = ResponderState::Exec;
                }
            }
            ResponderState::FlushAsk => {
                if self.shared.val() | self.flushed.q.val().get_bit(2) {
                    self.state.d.next = ResponderState::Idle;
                } else {
                    self.get_valid.next = true;
                    self.get_op.next = bits::<3>(4);
                    if self.get_ready.val() {
                        self.state.d.next = ResponderState::FlushGot;
                    }
                }
            }
            ResponderState::FlushGot => {
                if self.got.val() {
                    self.flushed.d.next = self.flushed.q.val() + 1;
                    self.ctx.d.next.recv_index = self.got_index.val();
                    self.state.d.next = ResponderState::Exec;
                    if self.got_status.val().any() {
                        self.state.d.next = ResponderState::Idle;
                    }
                }
            }
            ResponderState::Exec => {
                self.exec_valid.next = true;
                self.contexts.we.next = self.dirty.q.val();
                self.resources.store.next = self.store.q.val();
                self.dirty.d.next = false;
                self.store.d.next = false;
                if self.exec_ready.val() {
                    self.state.d.next = ResponderState::Idle;
                    if self.p.q.val().kind == bits::<2>(1) {
                        self.state.d.next = ResponderState::FlushAsk;
                    }
                }
            }
            _ => {
                self.state.d.next = ResponderState::Idle;
            }
        }

        // the answer of the receive queue, whenever it comes; entries of a SEND go straight to their place
        if self.got.val() {
            self.answered.d.next = self.packet.val();
            self.peek_status.d.next = self.got_status.val();
            self.peek_index.d.next = self.got_index.val();
            self.key_error.d.next = self.got_wqe.val().key_error.any();
            self.read_error.d.next = self.got_wqe.val().read_error.any();
            if self.packet.val()
                & !self.got_status.val().any()
                & (!self.p.q.val().opcode.get_bit(3) | self.raw.val())
            {
                self.ctx.d.next.sge0_iova = self.got_wqe.val().sge0_iova;
                self.ctx.d.next.sge0_len = self.got_wqe.val().sge0_len;
                self.ctx.d.next.sge1_iova = self.got_wqe.val().sge1_iova;
                self.second_len.d.next = self.got_wqe.val().sge1_len;
                self.ctx.d.next.sge0_mr = self.got_wqe.val().sge0_mr;
                self.ctx.d.next.sge1_mr = self.got_wqe.val().sge1_mr;
                self.ctx.d.next.sge0_named = bits::<1>(0);
                if self.got_wqe.val().sge0_len.any() {
                    self.ctx.d.next.sge0_named = bits::<1>(1);
                }
                self.ctx.d.next.sge1_named = bits::<1>(0);
                if self.got_wqe.val().sge1_len.any() {
                    self.ctx.d.next.sge1_named = bits::<1>(1);
                }
            }
        }
        if self.again.val() {
            self.waiting.d.next = true;
            self.asking.d.next = true;
            self.answered.d.next = false;
        }

        // ---- outputs ----
        self.count_valid.next = self.counting.q.val();
        self.count.next = self.counter.q.val();
        self.inv_key.next = self.fields.word0.val();
        self.inv_pd.next = self.c.q.val().pd;
        self.err_slot.next = self.p.q.val().slot;
        self.err_event.next = bits::<8>(4);
        if (self.nak.q.val() == bits::<2>(2)) | self.inv_failed.q.val() {
            self.err_event.next = bits::<8>(5);
        }
        self.exec.next.slot = self.p.q.val().slot;
        self.exec.next.beats = bits::<12>(0);
        if self.packet.val() {
            self.exec.next.beats = self.p.q.val().beats;
        }
        self.exec.next.buf = self.p.q.val().buf;
        self.exec.next.src_offset = bit_cast::<14, 7>(self.p.q.val().hdr_len);
        self.exec.next.len0 = bits::<14>(0);
        self.exec.next.len1 = bits::<13>(0);
        if self.place.q.val() {
            self.exec.next.len0 = bit_cast::<14, 13>(self.pieces.len0.val());
            self.exec.next.len1 = self.pieces.len1.val();
        }
        self.exec.next.iova0 = self.pieces.iova0.val();
        self.exec.next.iova1 = self.pieces.iova1.val();
        self.exec.next.atomic = bits::<2>(0);
        if self.atomic.q.val() {
            self.exec.next.atomic = bits::<2>(1);
            // CmpSwap is 0x13, FetchAdd 0x14
            if self.p.q.val().opcode.get_bit(2) {
                self.exec.next.atomic = bits::<2>(2);
            }
        }
        self.exec.next.swap_add = self.fields.swap_add.val();
        self.exec.next.compare = self.fields.compare.val();
        self.exec.next.resource = bit_cast::<4, LX>(self.resource.q.val());
        self.exec.next.cqe = self.complete.q.val().into();
        self.exec.next.cq = self.c.q.val().recv_cq;
        self.exec.next.cqe_qpn = self.c.q.val().qpn;
        self.exec.next.cqe_index = self.ctx.q.val().recv_index;
        self.exec.next.cqe_opcode = bits::<8>(128);
        self.exec.next.cqe_status = self.status.q.val();
        self.exec.next.cqe_len = bits::<32>(0);
        self.exec.next.cqe_imm = bits::<32>(0);
        self.exec.next.cqe_flags = bits::<8>(1);
        if self.packet.val() & !self.status.q.val().any() {
            self.exec.next.cqe_len = self.verdict.ruling.val().total;
            if self.write.val() {
                self.exec.next.cqe_opcode = bits::<8>(129);
            }
            if self.verdict.kind.val().inv.any() {
                self.exec.next.cqe_flags = bits::<8>(5);
                self.exec.next.cqe_imm = self.fields.word0.val();
            }
            if self.verdict.kind.val().imm.any() {
                self.exec.next.cqe_flags = bits::<8>(3);
                self.exec.next.cqe_imm = self.fields.word0.val();
                if self.write.val() & self.starts.val() {
                    self.exec.next.cqe_imm = self.fields.word4.val();
                }
            }
        }
        self.exec.next.cqe_solicited = self.p.q.val().solicited;
        self.exec.next.answer = self.answer.q.val();
        self.exec.next.psn = self.answer_psn.q.val();
        self.exec.next.syndrome = self.syndrome.q.val();
        self.exec.next.msn = self.ctx.q.val().msn;
        self.exec.next.answer_len = self.fields.len.val();
        self.exec.next.answer_iova = self.p.q.val().mr_iova;
        self.exec.next.answer_mr = self.p.q.val().mr_slot;
        self.exec.next.token = (self.p.q.val().kind == bits::<2>(3)).into();
    }
}
