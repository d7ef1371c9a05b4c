//! The response engine: sends what the responder owes. Owns Response and ResponseEntry, and holds the AtomicResult memory.
//!
//! # Theory of operation
//! Answers come in from `rx_exec` behind the payload and the completion they belong to:
//! ACK or NAK (kind 1) overwrites the one pending, READ (2) and ATOMIC (3) become entries of the queue pair's response ring. Every
//! answer kicks the ready list; a turn sends one packet and goes to the end of the list while there is more, so queue pairs share evenly.
//!
//! **What may overwrite a pending ACK or NAK**: whatever is not behind it (signed 24-bit compare of the PSNs), so a duplicate's ACK does not
//! swallow a NAK. A READ or ATOMIC that is not behind it makes it superfluous, since its response acknowledges all before it.
//! A fatal NAK (0x61..0x63) stays.
//!
//! **Order**: entries go first, so no ACK overtakes an earlier READ or ATOMIC. A READ response is cut at the path MTU, one packet a
//! turn; PSN, rest and address stand in the entry, so it can be stopped and dumped between any two packets.
//!
//! **Regions that are gone.** The address of a READ was checked when it was accepted. Each packet of its answer asks again by the region's slot;
//! if it is gone, the queue pair goes to ERR with event 5, what it owes is forgotten, and NAK 0x62 stands in the place of that packet.
//!
//! **States**: packets are sent in RTR, RTS and SQD, with `MG` 1 also in PAUSED; in ERR only what leads to and includes a pending
//! fatal NAK.
//!
//! Turns begin only while the output register is empty, so a blocked `tx` blocks nothing but turns: answers are taken for ever.
//! If both wait, turns and answers alternate: an answer waits nine cycles at most.
//!
//! # Interfaces
//! * `ans_valid`, `ans` → `ans_ready`; `kick_valid`, `kick_slot` → `kick_ready` (command unit: look at this queue pair again).
//! * `tx_valid`, `tx` → `tx_ready`.
//! * `st_re`, `st_slot` → `st_state` in the next cycle.
//! * `gone_slot` → `gone` in the same cycle: see `mr_table`. `err_valid`, `err_slot` → `err_ready`: queue pair to ERR, event 5.
//! * `rsp_peek_re`, `rsp_peek_slot` → `rsp_peek_tail` in the next cycle: finished entries, low 8 bits.
//! * `res_we`, `res_addr` ({slot, resource}), `res_data` (the number found in memory): result of an ATOMIC.
//! * `turn`: idle, and nothing waits to be sent: every turn that began before this cycle has ended.
//! * context bus `bus`, `rsp` (the copy of QpConfig takes writes only).
//!
//! # States of the machine
//! `Idle` → `Merge` → `Keep` (an answer, 3 cycles); `Idle` → `Load` → `Look` (ACK, 3 cycles) → `Fetch` → `Form` → `Step` (an
//! entry's packet, 6 cycles); `Step` → `Revoke` (its region is gone).

use crate::contract::{AtomicResult, QpConfig, Response, ResponseEntry};
use crate::mem::{CtxRam, kind};
use crate::pipe::{Answer, CtxReq, CtxRsp, TxDesc};
use crate::sched::ReadyList;
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum ResponseState {
    Idle,
    Merge,
    Keep,
    Load,
    Look,
    Fetch,
    Form,
    Step,
    Revoke,
}

/// The response engine of `2^LQ` queue pairs with rings of `2^LX`; `LQ1` must be `LQ + 1`, `LR` `LQ + LX`; `MG` 1 with
/// migration. See the module's head.
#[derive(LogicBlock)]
pub struct ResponseEngine<
    const LQ: usize,
    const LQ1: usize,
    const LX: usize,
    const LR: usize,
    const MG: usize,
> {
    pub clock: Signal<In, Clock>,
    pub ans_valid: Signal<In, Bit>,
    pub ans: Signal<In, Answer>,
    pub ans_ready: Signal<Out, Bit>,
    pub kick_valid: Signal<In, Bit>,
    pub kick_slot: Signal<In, Bits<12>>,
    pub kick_ready: Signal<Out, Bit>,
    pub tx_valid: Signal<Out, Bit>,
    pub tx: Signal<Out, TxDesc>,
    pub tx_ready: Signal<In, Bit>,
    pub st_re: Signal<Out, Bit>,
    pub st_slot: Signal<Out, Bits<12>>,
    pub st_state: Signal<In, Bits<3>>,
    pub gone_slot: Signal<Out, Bits<12>>,
    pub gone: Signal<In, Bit>,
    pub err_valid: Signal<Out, Bit>,
    pub err_slot: Signal<Out, Bits<12>>,
    pub err_ready: Signal<In, Bit>,
    pub rsp_peek_re: Signal<In, Bit>,
    pub rsp_peek_slot: Signal<In, Bits<12>>,
    pub rsp_peek_tail: Signal<Out, Bits<8>>,
    pub res_we: Signal<In, Bit>,
    pub res_addr: Signal<In, Bits<LR>>,
    pub res_data: Signal<In, Bits<64>>,
    /// no turn that began before is under way
    pub turn: Signal<Out, Bit>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,

    configs: CtxRam<QpConfig, LQ>,
    responses: CtxRam<Response, LQ>,
    /// copy of `responses` for the responder
    tails: CtxRam<Response, LQ>,
    entries: CtxRam<ResponseEntry, LR>,
    results: CtxRam<AtomicResult, LR>,
    list: ReadyList<LQ, LQ1, 2>,

    state: DFF<ResponseState>,
    a: DFF<Answer>,
    /// the queue pair whose turn it is
    slot: DFF<Bits<LQ>>,
    r: DFF<Response>,
    c: DFF<QpConfig>,
    e: DFF<ResponseEntry>,
    qp_state: DFF<Bits<3>>,
    /// an answer was served last
    turn_first: DFF<Bit>,
    kicking: DFF<Bit>,
    kicked: DFF<Bits<LQ>>,
    last: DFF<Bit>,
    revoked: DFF<Bit>,
    len: DFF<Bits<13>>,
    /// the packet on its way out; the rest of it is in `slot` and `c`
    sending: DFF<Bit>,
    opcode: DFF<Bits<8>>,
    psn: DFF<Bits<24>>,
    syndrome: DFF<Bits<8>>,
    msn: DFF<Bits<24>>,
    original: DFF<Bits<64>>,
    ext_len: DFF<Bits<5>>,
    out_len: DFF<Bits<13>>,
    out_iova: DFF<Bits<64>>,
    peek_hit: DFF<Bit>,
    peek_value: DFF<Bits<8>>,

    log_resources: Constant<Bits<4>>,
    err: Constant<Bits<3>>,
    held_up: Signal<Local, Bit>,
    turn_ready: Signal<Local, Bit>,
    /// the Response record is written
    store: Signal<Local, Bit>,
    store_slot: Signal<Local, Bits<LQ>>,
    updated: Signal<Local, Response>,
    entry: Signal<Local, ResponseEntry>,
    at: Signal<Local, Bits<LR>>,
    fatal: Signal<Local, Bit>,
    may_send: Signal<Local, Bit>,
    distance: Signal<Local, Bits<24>>,
    over: Signal<Local, Bit>,
    mtu: Signal<Local, Bits<13>>,
    atomic: Signal<Local, Bit>,
    next_tail: Signal<Local, Bits<8>>,
    orig: Signal<Local, Bits<64>>,
    ext: Signal<Local, Bits<96>>,
}

impl<const LQ: usize, const LQ1: usize, const LX: usize, const LR: usize, const MG: usize> Default
    for ResponseEngine<LQ, LQ1, LX, LR, MG>
{
    fn default() -> Self {
        assert!(LR == LQ + LX, "LR must be LQ + LX");
        assert!(
            (1..=4).contains(&LX),
            "ResponseEntry::resource has four bits"
        );
        assert!((1..=12).contains(&LQ), "slots have twelve bits");
        Self {
            clock: Default::default(),
            ans_valid: Default::default(),
            ans: Default::default(),
            ans_ready: Default::default(),
            kick_valid: Default::default(),
            kick_slot: Default::default(),
            kick_ready: Default::default(),
            tx_valid: Default::default(),
            tx: Default::default(),
            tx_ready: Default::default(),
            st_re: Default::default(),
            st_slot: Default::default(),
            st_state: Default::default(),
            gone_slot: Default::default(),
            gone: Default::default(),
            err_valid: Default::default(),
            err_slot: Default::default(),
            err_ready: Default::default(),
            rsp_peek_re: Default::default(),
            rsp_peek_slot: Default::default(),
            rsp_peek_tail: Default::default(),
            res_we: Default::default(),
            res_addr: Default::default(),
            res_data: Default::default(),
            turn: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            configs: CtxRam::new(kind::QP_CONFIG),
            responses: CtxRam::new(kind::RESPONSE),
            tails: CtxRam::new(kind::RESPONSE),
            entries: CtxRam::new(kind::RESPONSE_ENTRY),
            results: CtxRam::new(kind::ATOMIC_RESULT),
            list: Default::default(),
            state: Default::default(),
            a: Default::default(),
            slot: Default::default(),
            r: Default::default(),
            c: Default::default(),
            e: Default::default(),
            qp_state: Default::default(),
            turn_first: Default::default(),
            kicking: Default::default(),
            kicked: Default::default(),
            last: Default::default(),
            revoked: Default::default(),
            len: Default::default(),
            sending: Default::default(),
            opcode: Default::default(),
            psn: Default::default(),
            syndrome: Default::default(),
            msn: Default::default(),
            original: Default::default(),
            ext_len: Default::default(),
            out_len: Default::default(),
            out_iova: Default::default(),
            peek_hit: Default::default(),
            peek_value: Default::default(),
            log_resources: Constant::new((LX as u64).to_bits()),
            err: Constant::new(crate::qp_state::state::ERR.to_bits()),
            held_up: Default::default(),
            turn_ready: Default::default(),
            store: Default::default(),
            store_slot: Default::default(),
            updated: Default::default(),
            entry: Default::default(),
            at: Default::default(),
            fatal: Default::default(),
            may_send: Default::default(),
            distance: Default::default(),
            over: Default::default(),
            mtu: Default::default(),
            atomic: Default::default(),
            next_tail: Default::default(),
            orig: Default::default(),
            ext: Default::default(),
        }
    }
}

impl<const LQ: usize, const LQ1: usize, const LX: usize, const LR: usize, const MG: usize> Logic
    for ResponseEngine<LQ, LQ1, LX, LR, MG>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _MG in MG..MG {}
        dff_setup!(
            self, clock, state, a, slot, r, c, e, qp_state, turn_first, kicking, kicked, last,
            revoked, len, sending, opcode, psn, syndrome, msn, original, ext_len, out_len,
            out_iova, peek_hit, peek_value
        );
        clock!(
            self, clock, configs, responses, tails, entries, results, list
        );

        // ---- memories ----
        self.configs.bus.next = self.bus.val();
        self.configs.clear.next = false;
        self.configs.re.next = false;
        self.configs.ra.next = self.list.pop_slot.val();
        self.configs.we.next = false;
        self.configs.wa.next = self.slot.q.val();
        self.configs.wd.next = self.c.q.val();
        self.updated.next = self.r.q.val();
        self.responses.bus.next = self.bus.val();
        self.responses.clear.next = false;
        self.responses.re.next = false;
        self.responses.ra.next = self.list.pop_slot.val();
        self.store.next = false;
        self.store_slot.next = self.slot.q.val();
        self.entry.next = self.e.q.val();
        self.at.next = bit_cast::<LR, LQ>(self.slot.q.val()) << self.log_resources.val();
        self.entries.bus.next = self.bus.val();
        self.entries.clear.next = false;
        self.entries.re.next = false;
        self.entries.ra.next =
            self.at.val() | bit_cast::<LR, LX>(self.r.q.val().tail.get_bits::<LX>(0));
        self.entries.we.next = false;
        self.entries.wa.next =
            self.at.val() | bit_cast::<LR, LX>(self.r.q.val().tail.get_bits::<LX>(0));
        self.results.bus.next = self.bus.val();
        self.results.clear.next = false;
        self.results.re.next = false;
        self.results.ra.next =
            self.at.val() | bit_cast::<LR, LX>(self.e.q.val().resource.get_bits::<LX>(0));
        self.results.we.next = self.res_we.val();
        self.results.wa.next = self.res_addr.val();
        self.results.wd.next.original = self.res_data.val();
        self.rsp.next.ack =
            self.responses.rsp.val().ack | self.entries.rsp.val().ack | self.results.rsp.val().ack;
        self.rsp.next.data = self.responses.rsp.val().data
            | self.entries.rsp.val().data
            | self.results.rsp.val().data;

        // ---- ready list ----
        self.list.kick_valid[0].next = self.kicking.q.val();
        self.list.kick_slot[0].next = self.kicked.q.val();
        self.list.kick_valid[1].next = self.kick_valid.val();
        self.list.kick_slot[1].next = self.kick_slot.val().get_bits::<LQ>(0);
        self.kick_ready.next = self.list.kick_ready[1].val();
        self.held_up.next = self.kicking.q.val() & !self.list.kick_ready[0].val();
        self.kicking.d.next = self.held_up.val();
        self.turn_ready.next =
            self.list.pop_valid.val() & (!self.sending.q.val() | self.tx_ready.val());
        self.list.pop_ready.next = false;
        self.st_re.next = false;
        self.st_slot.next = bit_cast::<12, LQ>(self.list.pop_slot.val());
        self.ans_ready.next = false;
        self.err_valid.next = false;
        self.err_slot.next = bit_cast::<12, LQ>(self.slot.q.val());
        self.gone_slot.next = bit_cast::<12, 8>(self.e.q.val().mr);
        if self.sending.q.val() & self.tx_ready.val() {
            self.sending.d.next = false;
        }

        // ---- names ----
        self.fatal.next = self.r.q.val().ack_pending.any()
            & (self.r.q.val().ack_syndrome.get_bits::<6>(2) == bits::<6>(0x18))
            & self.r.q.val().ack_syndrome.get_bits::<2>(0).any();
        // RTR, RTS, SQD, or in ERR what leads to a fatal NAK
        self.may_send.next = (self.fatal.val() & (self.qp_state.q.val() == self.err.val()))
            | (self.qp_state.q.val() == bits::<3>(2))
            | (self.qp_state.q.val() == bits::<3>(3))
            | (self.qp_state.q.val() == bits::<3>(4));
        if MG == 1 {
            // paused: only the requester holds
            if self.qp_state.q.val() == bits::<3>(5) {
                self.may_send.next = true;
            }
        }
        self.turn.next = (self.state.q.val() == ResponseState::Idle) & !self.sending.q.val();
        self.distance.next = self.a.q.val().psn - self.r.q.val().ack_psn;
        self.over.next = !self.r.q.val().ack_pending.any()
            | (!self.distance.val().get_bit(23) & !self.fatal.val());
        self.mtu.next = bits::<13>(4096);
        match self.c.q.val().path_mtu.index() {
            1 => {
                self.mtu.next = bits::<13>(256);
            }
            2 => {
                self.mtu.next = bits::<13>(512);
            }
            3 => {
                self.mtu.next = bits::<13>(1024);
            }
            4 => {
                self.mtu.next = bits::<13>(2048);
            }
            _ => {}
        }
        self.atomic.next = self.e.q.val().kind == bits::<2>(3);
        self.revoked.d.next = self.gone.val() & !self.atomic.val() & self.e.q.val().remaining.any();
        self.next_tail.next = self.r.q.val().tail + 1;

        match self.state.q.val() {
            ResponseState::Idle => {
                if !self.held_up.val() {
                    self.ans_ready.next = !(self.turn_first.q.val() & self.turn_ready.val());
                }
                if self.ans_ready.val() & self.ans_valid.val() {
                    self.a.d.next = self.ans.val();
                    self.responses.re.next = true;
                    self.responses.ra.next = self.ans.val().slot.get_bits::<LQ>(0);
                    self.turn_first.d.next = true;
                    self.state.d.next = ResponseState::Merge;
                } else if !self.held_up.val() & self.turn_ready.val() {
                    self.list.pop_ready.next = true;
                    self.slot.d.next = self.list.pop_slot.val();
                    self.responses.re.next = true;
                    self.configs.re.next = true;
                    self.st_re.next = true;
                    self.turn_first.d.next = false;
                    self.state.d.next = ResponseState::Load;
                }
            }
            ResponseState::Merge => {
                self.r.d.next = self.responses.rd.val();
                self.state.d.next = ResponseState::Keep;
            }
            ResponseState::Keep => {
                self.store.next = self.a.q.val().kind.any();
                self.store_slot.next = self.a.q.val().slot.get_bits::<LQ>(0);
                self.entries.wa.next = (bit_cast::<LR, LQ>(self.a.q.val().slot.get_bits::<LQ>(0))
                    << self.log_resources.val())
                    | bit_cast::<LR, LX>(self.r.q.val().head.get_bits::<LX>(0));
                self.entry.next.psn = self.a.q.val().psn;
                self.entry.next.kind = self.a.q.val().kind;
                self.entry.next.first = bits::<1>(1);
                self.entry.next.resource = self.a.q.val().resource;
                self.entry.next.rsvd0 = bits::<1>(0);
                self.entry.next.msn = self.a.q.val().msn;
                self.entry.next.mr = self.a.q.val().mr.get_bits::<8>(0);
                self.entry.next.remaining = self.a.q.val().len;
                self.entry.next.iova = self.a.q.val().iova;
                if self.a.q.val().kind == bits::<2>(1) {
                    if self.over.val() {
                        self.updated.next.ack_psn = self.a.q.val().psn;
                        self.updated.next.ack_syndrome = self.a.q.val().syndrome;
                        self.updated.next.ack_msn = self.a.q.val().msn;
                        self.updated.next.ack_pending = bits::<1>(1);
                    }
                } else if self.a.q.val().kind.any() {
                    self.entries.we.next = true;
                    self.updated.next.head = self.r.q.val().head + 1;
                    if self.over.val() {
                        self.updated.next.ack_pending = bits::<1>(0);
                    }
                }
                self.kicking.d.next = true;
                self.kicked.d.next = self.a.q.val().slot.get_bits::<LQ>(0);
                self.state.d.next = ResponseState::Idle;
            }
            ResponseState::Load => {
                self.r.d.next = self.responses.rd.val();
                self.c.d.next = self.configs.rd.val();
                self.qp_state.d.next = self.st_state.val();
                self.state.d.next = ResponseState::Look;
            }
            ResponseState::Look => {
                self.state.d.next = ResponseState::Idle;
                if self.may_send.val() {
                    if self.r.q.val().head != self.r.q.val().tail {
                        self.entries.re.next = true;
                        self.state.d.next = ResponseState::Fetch;
                    } else if self.r.q.val().ack_pending.any() {
                        self.updated.next.ack_pending = bits::<1>(0);
                        self.store.next = true;
                        self.sending.d.next = true;
                        self.opcode.d.next = bits::<8>(0x11);
                        self.psn.d.next = self.r.q.val().ack_psn;
                        self.syndrome.d.next = self.r.q.val().ack_syndrome;
                        self.msn.d.next = self.r.q.val().ack_msn;
                        self.ext_len.d.next = bits::<5>(4);
                        self.out_len.d.next = bits::<13>(0);
                    }
                }
            }
            ResponseState::Fetch => {
                self.e.d.next = self.entries.rd.val();
                self.state.d.next = ResponseState::Form;
            }
            ResponseState::Form => {
                self.results.re.next = true;
                self.last.d.next = true;
                self.len.d.next = self.e.q.val().remaining.get_bits::<13>(0);
                if self.atomic.val() {
                    self.len.d.next = bits::<13>(0);
                } else if self.e.q.val().remaining > bit_cast::<32, 13>(self.mtu.val()) {
                    self.last.d.next = false;
                    self.len.d.next = self.mtu.val();
                }
                self.state.d.next = ResponseState::Step;
            }
            ResponseState::Revoke => {
                self.err_valid.next = true;
                if self.err_ready.val() {
                    self.updated.next.tail = self.r.q.val().head;
                    self.updated.next.ack_psn = self.e.q.val().psn;
                    self.updated.next.ack_syndrome = bits::<8>(0x62);
                    self.updated.next.ack_msn = self.e.q.val().msn;
                    self.updated.next.ack_pending = bits::<1>(1);
                    self.store.next = true;
                    self.kicking.d.next = true;
                    self.kicked.d.next = self.slot.q.val();
                    self.state.d.next = ResponseState::Idle;
                }
            }
            ResponseState::Step => {
                self.sending.d.next = !self.revoked.q.val();
                self.psn.d.next = self.e.q.val().psn;
                self.syndrome.d.next = bits::<8>(0x1f);
                self.msn.d.next = self.e.q.val().msn;
                self.original.d.next = self.results.rd.val().original;
                self.out_len.d.next = self.len.q.val();
                self.out_iova.d.next = self.e.q.val().iova;
                self.ext_len.d.next = bits::<5>(4);
                if self.atomic.val() {
                    self.opcode.d.next = bits::<8>(0x12);
                    self.ext_len.d.next = bits::<5>(12);
                } else if self.e.q.val().first.any() {
                    self.opcode.d.next = bits::<8>(0x0d);
                    if self.last.q.val() {
                        self.opcode.d.next = bits::<8>(0x10);
                    }
                } else if self.last.q.val() {
                    self.opcode.d.next = bits::<8>(0x0f);
                } else {
                    self.opcode.d.next = bits::<8>(0x0e);
                    self.ext_len.d.next = bits::<5>(0);
                }
                if self.revoked.q.val() {
                    // nothing is written yet
                } else if self.last.q.val() {
                    self.updated.next.tail = self.next_tail.val();
                    self.store.next = true;
                } else {
                    self.entry.next.psn = self.e.q.val().psn + 1;
                    self.entry.next.first = bits::<1>(0);
                    self.entry.next.remaining =
                        self.e.q.val().remaining - bit_cast::<32, 13>(self.len.q.val());
                    self.entry.next.iova =
                        self.e.q.val().iova + bit_cast::<64, 13>(self.len.q.val());
                    self.entries.we.next = true;
                }
                self.kicked.d.next = self.slot.q.val();
                if !self.last.q.val()
                    | (self.next_tail.val() != self.r.q.val().head)
                    | self.r.q.val().ack_pending.any()
                {
                    self.kicking.d.next = !self.revoked.q.val();
                }
                self.state.d.next = ResponseState::Idle;
                if self.revoked.q.val() {
                    self.state.d.next = ResponseState::Revoke;
                }
            }
            _ => {
                self.state.d.next = ResponseState::Idle;
            }
        }
        self.responses.we.next = self.store.val();
        self.responses.wa.next = self.store_slot.val();
        self.responses.wd.next = self.updated.val();
        self.entries.wd.next = self.entry.val();

        // ---- the responder's look at `tail`, safe against a write of the same record in the same cycle ----
        self.tails.bus.next = self.bus.val();
        self.tails.clear.next = false;
        self.tails.re.next = self.rsp_peek_re.val();
        self.tails.ra.next = self.rsp_peek_slot.val().get_bits::<LQ>(0);
        self.tails.we.next = self.store.val();
        self.tails.wa.next = self.store_slot.val();
        self.tails.wd.next = self.updated.val();
        self.peek_hit.d.next = self.store.val()
            & (self.store_slot.val() == self.rsp_peek_slot.val().get_bits::<LQ>(0));
        self.peek_value.d.next = self.updated.val().tail;
        self.rsp_peek_tail.next = self.tails.rd.val().tail;
        if self.peek_hit.q.val() {
            self.rsp_peek_tail.next = self.peek_value.q.val();
        }

        // ---- output ----
        self.orig.next = self.original.q.val();
        self.ext.next = bit_cast::<96, 8>(self.syndrome.q.val())
            | (bit_cast::<96, 8>(self.msn.q.val().get_bits::<8>(16)) << 8)
            | (bit_cast::<96, 8>(self.msn.q.val().get_bits::<8>(8)) << 16)
            | (bit_cast::<96, 8>(self.msn.q.val().get_bits::<8>(0)) << 24)
            | (bit_cast::<96, 8>(self.orig.val().get_bits::<8>(56)) << 32)
            | (bit_cast::<96, 8>(self.orig.val().get_bits::<8>(48)) << 40)
            | (bit_cast::<96, 8>(self.orig.val().get_bits::<8>(40)) << 48)
            | (bit_cast::<96, 8>(self.orig.val().get_bits::<8>(32)) << 56)
            | (bit_cast::<96, 8>(self.orig.val().get_bits::<8>(24)) << 64)
            | (bit_cast::<96, 8>(self.orig.val().get_bits::<8>(16)) << 72)
            | (bit_cast::<96, 8>(self.orig.val().get_bits::<8>(8)) << 80)
            | (bit_cast::<96, 8>(self.orig.val().get_bits::<8>(0)) << 88);
        self.tx_valid.next = self.sending.q.val();
        self.tx.next.kind = bits::<2>(0);
        self.tx.next.request = bits::<1>(0);
        self.tx.next.slot = bit_cast::<12, LQ>(self.slot.q.val());
        self.tx.next.ipv6 = self.c.q.val().ipv6;
        self.tx.next.opcode = self.opcode.q.val();
        self.tx.next.solicited = bits::<1>(0);
        self.tx.next.ack_req = bits::<1>(0);
        self.tx.next.pkey = self.c.q.val().pkey;
        self.tx.next.dest_qpn = self.c.q.val().partner_qpn;
        self.tx.next.psn = self.psn.q.val();
        self.tx.next.ext_len = self.ext_len.q.val();
        self.tx.next.ext = bit_cast::<224, 96>(self.ext.val());
        self.tx.next.inlined = bits::<1>(0);
        self.tx.next.inline_data = bits::<256>(0);
        self.tx.next.len0 = bit_cast::<14, 13>(self.out_len.q.val());
        self.tx.next.iova0 = self.out_iova.q.val();
        self.tx.next.len1 = bits::<13>(0);
        self.tx.next.iova1 = bits::<64>(0);
    }
}
