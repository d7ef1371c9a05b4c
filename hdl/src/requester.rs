//! Requester: turns send work requests into request packets.
//!
//! # Theory of operation
//! The ready list names a QP; one turn sends at most one packet of it and puts the QP back on the list. Everything that
//! survives a turn is in two context records that this block owns: [`contract::Requester`] and a ring of
//! [`contract::Outstanding`], one entry per work request sent and not yet completed. So a QP can be stopped between any two
//! packets.
//!
//! *Where it stands.* `next_psn` is the PSN of the next packet, `or_send` the ring place and `wqe_index` the index of the
//! work request it belongs to, `offset` the first byte; `mid_message` says that the message has begun. `or_head` and
//! `max_psn` are how far it ever got: a rewind moves `or_send` and `next_psn` back, never those two. Ring places and work
//! requests go in step: `wqe_index - sq_ci == or_send - or_tail`; and the send-queue cache's head is always `wqe_index`.
//!
//! *Restart.* The completer asks for one by changing `rewind_gen`; the requester does it when its turn finds
//! `rewind_gen != gen_seen`. It also restarts when acknowledgements of packets sent before a rewind have pulled `una` past
//! `next_psn`. Both go to `una`: the head of the ring, `una - first_psn` packets into it. A WRITE or SEND goes on in the
//! middle; a READ asks for the rest. READs and ATOMICs in flight are counted again from `rd_done`. Ring entries met again
//! are written again with the same contents.
//!
//! *Regions that are gone.* The scatter entries of a WQE were checked when it was fetched, and it may have waited in the cache since then: a partner's SEND
//! with invalidate takes a region away without a flush of the cache. So each packet asks by the regions' slots whether they are still there; whoever
//! deregisters one has the cache flushed, so that no WQE in it names a slot that has been given to another.
//!
//! *Errors of our own side* (no right on the memory, unknown opcode, too long) become a ring entry of kind 4 without PSNs,
//! so that the completer reports them in order; `stalled` keeps the requester there, and the service request makes the
//! dispatcher visit the QP soon. A restart takes it out again, for the entry is met again.
//!
//! | found | status |
//! |---|---|
//! | scatter entry's key refused, region gone since then | 4 local protection |
//! | WQE could not be read, opcode > 7, inline length > 32, inline READ or ATOMIC, READ or ATOMIC on a QP with `max_rd_atomic` 0, other than SEND on a raw QP | 2 local QP operation |
//! | message > 2^31 bytes or > 2^23 - 2 PSNs, ATOMIC entry other than 8 bytes, raw frame > 8191 bytes | 1 local length |
//!
//! # Turn
//!
//! | cycle | state | |
//! |---|---|---|
//! | 0 | Idle | pop; read contexts; peek the send-queue cache |
//! | 1 | Load | contexts into registers |
//! | 2 | Check | may it send? restart? ring space? |
//! | 3 | Wait | for the WQE; none if the cache takes two cycles |
//! | 4 | Length | bytes of the message; what is wrong with it; is the first region gone? |
//! | 5 | Split | bytes behind `offset`; READ limit and fence; is the second region gone? |
//! | 6 | Shift | packets, last PSN, PSN window; payload of this one (pieces: there when the descriptor is) |
//! | 7 | Commit | contexts, ring entry; consume the WQE with its last packet |
//!
//! If another QP is next, `Commit` does the work of its `Idle` and the WQE is consumed a cycle later (`owed`), so packets of
//! several QPs leave every seven cycles, those of one QP every eight at best. The descriptor shows the registers of its turn; should it not be taken
//! by the time the next turn loads them, that turn starts over (`Again`).
//! A restart is a turn of its own: Tail, TailLatch, Delta, Rewind, Seek.
//! With `MG` 1 there is the state PAUSED: the requester restarts when asked to, and sends then, and then only, the packet at `una`,
//! which asks for an ACK: a probe.
//! A turn that cannot go on ends without a trace; whatever it waits for kicks the QP: doorbell and WQE arrival (the cache),
//! progress and the end of an RNR wait (the completer).
//!
//! # Interfaces
//! Memories are shared with the completer: `req_re` and `out_re` take the read ports (`req`, `out` in the next cycle only)
//! and keep the requester from writing in that cycle (`out_re`: entries of that QP); they must not depend on this block's outputs combinationally.
//! `com_re` is raised in the cycle of a pop only, which waits for `req_re` to be low. `get_ready` may depend on `get_valid`;
//! `pop_ready` depends on `pop_valid` through them. The cache answers gets in order, one to eight cycles later.

use crate::contract::{self, Completer, Outstanding, QpConfig};
use crate::mem::{CtxRam, kind};
use crate::packetise::Packetise;
use crate::pieces::Pieces;
use crate::pipe::{CtxReq, CtxRsp, SendWqe, TxDesc};
use rust_hdl::prelude::*;

/// Kinds of an entry of the ring of outstanding requests.
pub mod outstanding {
    /// completed by an ACK
    pub const SEND: u64 = 0;
    /// completed by an ACK
    pub const WRITE: u64 = 1;
    /// completed by its last response
    pub const READ: u64 = 2;
    /// completed by its response
    pub const ATOMIC: u64 = 3;
    /// never sent; `status` says why
    pub const LOCAL_ERROR: u64 = 4;
}

/// States of a turn; see the module's head.
#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
pub enum RequesterState {
    Idle,
    Load,
    Again,
    Check,
    Wait,
    Length,
    Split,
    Shift,
    Commit,
    Fail,
    Tail,
    TailLatch,
    Delta,
    Rewind,
    Seek,
}

/// The requester of `2^LQ` QPs with `2^LO` outstanding requests each; `LX` must be `LQ + LO`; `MG` 1 with migration.
#[derive(LogicBlock)]
pub struct RequesterUnit<const LQ: usize, const LO: usize, const LX: usize, const MG: usize> {
    pub clock: Signal<In, Clock>,
    /// ready list
    pub pop_valid: Signal<In, Bit>,
    pub pop_slot: Signal<In, Bits<12>>,
    pub pop_ready: Signal<Out, Bit>,
    /// back on the ready list
    pub kick_valid: Signal<Out, Bit>,
    pub kick_slot: Signal<Out, Bits<12>>,
    pub kick_ready: Signal<In, Bit>,
    /// QP state, in the next cycle
    pub st_re: Signal<Out, Bit>,
    pub st_slot: Signal<Out, Bits<12>>,
    pub st_state: Signal<In, Bits<3>>,
    /// completer's record, in the next cycle
    pub com_re: Signal<Out, Bit>,
    pub com_slot: Signal<Out, Bits<12>>,
    pub com: Signal<In, Completer>,
    /// send-queue cache: 0 peek, 2 seek, 4 consume, there or not
    pub get_valid: Signal<Out, Bit>,
    pub get_op: Signal<Out, Bits<3>>,
    pub get_ring: Signal<Out, Bits<13>>,
    pub get_index: Signal<Out, Bits<16>>,
    pub get_ready: Signal<In, Bit>,
    /// one answer per `get`, in order
    pub got_valid: Signal<In, Bit>,
    pub got_status: Signal<In, Bits<2>>,
    pub got_index: Signal<In, Bits<16>>,
    pub got_wqe: Signal<In, SendWqe>,
    pub tx_valid: Signal<Out, Bit>,
    pub tx: Signal<Out, TxDesc>,
    pub tx_ready: Signal<In, Bit>,
    /// a packet is on its way to `tx` (pulse in the cycle in which the contexts say so)
    pub handed: Signal<Out, Bit>,
    /// ask the dispatcher to visit this QP
    pub svc_valid: Signal<Out, Bit>,
    pub svc_slot: Signal<Out, Bits<12>>,
    pub svc_ready: Signal<In, Bit>,
    /// a packet asks for an ACK if these bits of its PSN are zero (and when it is the last of its message)
    pub ack_every: Signal<In, Bits<24>>,
    /// completer's view of this block's records
    pub req_re: Signal<In, Bit>,
    pub req_slot: Signal<In, Bits<12>>,
    pub req: Signal<Out, contract::Requester>,
    pub out_re: Signal<In, Bit>,
    pub out_addr: Signal<In, Bits<LX>>,
    pub out: Signal<Out, Outstanding>,
    /// is the region in that slot gone? in the same cycle; see `mr_table`
    pub gone_slot: Signal<Out, Bits<12>>,
    pub gone: Signal<In, Bit>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    /// a turn begins, or none is under way; when it has been 1 three times, every turn of before has ended
    pub turn: Signal<Out, Bit>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,

    config_mem: CtxRam<QpConfig, LQ>,
    mem: CtxRam<contract::Requester, LQ>,
    ring: CtxRam<Outstanding, LX>,
    pieces: Pieces,
    packetise: Packetise,

    state: DFF<RequesterState>,
    slot: DFF<Bits<12>>,
    qp_state: DFF<Bits<3>>,
    cfg: DFF<QpConfig>,
    own: DFF<contract::Requester>,
    peer: DFF<Completer>,
    /// answers of the cache still to come; those of them that come before this turn's
    awaited: DFF<Bits<2>>,
    before: DFF<Bits<2>>,
    /// a WQE is still to be consumed, and whose
    owed: DFF<Bit>,
    owed_for: DFF<Bits<12>>,
    wqe_here: DFF<Bit>,
    status: DFF<Bits<2>>,
    wqe: DFF<SendWqe>,
    /// turn's arithmetic, in order of the states
    ahead: DFF<Bits<24>>,
    in_flight: DFF<Bits<8>>,
    total: DFF<Bits<32>>,
    error: DFF<Bits<4>>,
    too_long: DFF<Bit>,
    /// the region of an entry of the WQE is gone
    lost: DFF<Bit>,
    /// bytes from `offset` on, minus 1; bytes of the message minus 1
    rest1: DFF<Bits<32>>,
    span1: DFF<Bits<32>>,
    empty: DFF<Bit>,
    va: DFF<Bits<64>>,
    rest: DFF<Bits<32>>,
    /// first PSN of the message, plus 1
    after_first: DFF<Bits<24>>,
    more: DFF<Bit>,
    payload: DFF<Bits<13>>,
    last_psn: DFF<Bits<24>>,
    next_psn: DFF<Bits<24>>,
    next_offset: DFF<Bits<32>>,
    /// restart
    tail_psn: DFF<Bits<24>>,
    delta: DFF<Bits<24>>,
    /// outputs held until taken
    tx_full: DFF<Bit>,
    tx_for: DFF<Bits<12>>,
    kick_full: DFF<Bit>,
    kick_for: DFF<Bits<12>>,
    svc_full: DFF<Bit>,
    svc_for: DFF<Bits<12>>,

    open: Signal<Local, Bit>,
    /// the descriptor is out of the way
    tx_free: Signal<Local, Bit>,
    /// another QP can be popped while this one's turn ends
    swap: Signal<Local, Bit>,
    /// this turn's contexts and WQE are asked for
    look: Signal<Local, Bit>,
    look_slot: Signal<Local, Bits<12>>,
    pop: Signal<Local, Bit>,
    asked: Signal<Local, Bit>,
    mine: Signal<Local, Bit>,
    opcode: Signal<Local, Bits<8>>,
    flags: Signal<Local, Bits<8>>,
    inline_len: Signal<Local, Bits<32>>,
    raw: Signal<Local, Bit>,
    inlined: Signal<Local, Bit>,
    is_read: Signal<Local, Bit>,
    is_atomic: Signal<Local, Bit>,
    is_response: Signal<Local, Bit>,
    start: Signal<Local, Bit>,
    /// nothing may be sent in this state
    holds: Signal<Local, Bit>,
    /// not even restarted
    frozen: Signal<Local, Bit>,
    gap: Signal<Local, Bits<24>>,
    sent: Signal<Local, Bits<8>>,
    new_entry: Signal<Local, Bit>,
    sum: Signal<Local, Bits<33>>,
    shifted_rest: Signal<Local, Bits<32>>,
    shifted_span: Signal<Local, Bits<24>>,
    /// packets of the message, minus 1
    span: Signal<Local, Bits<24>>,
    too_many: Signal<Local, Bit>,
    mtu: Signal<Local, Bits<13>>,
    has_more: Signal<Local, Bit>,
    bytes: Signal<Local, Bits<13>>,
    first_psn: Signal<Local, Bits<24>>,
    window: Signal<Local, Bits<25>>,
    beyond: Signal<Local, Bits<24>>,
    free_ports: Signal<Local, Bit>,
    /// ring of the completer's entry against ring of this turn
    apart: Signal<Local, Bits<LX>>,
    commit: Signal<Local, Bit>,
    fail: Signal<Local, Bit>,
    rewind: Signal<Local, Bit>,
    tail_read: Signal<Local, Bit>,
    /// first entry of the QP's ring
    ring_base: Signal<Local, Bits<LX>>,
    now: Signal<Local, contract::Requester>,
    entry: Signal<Local, Outstanding>,
}

impl<const LQ: usize, const LO: usize, const LX: usize, const MG: usize> Default
    for RequesterUnit<LQ, LO, LX, MG>
{
    fn default() -> Self {
        assert!(LX == LQ + LO, "LX must be LQ + LO");
        assert!(LO >= 1 && LO <= 7 && LQ <= 12);
        Self {
            clock: Default::default(),
            pop_valid: Default::default(),
            pop_slot: Default::default(),
            pop_ready: Default::default(),
            kick_valid: Default::default(),
            kick_slot: Default::default(),
            kick_ready: Default::default(),
            st_re: Default::default(),
            st_slot: Default::default(),
            st_state: Default::default(),
            com_re: Default::default(),
            com_slot: Default::default(),
            com: Default::default(),
            get_valid: Default::default(),
            get_op: Default::default(),
            get_ring: Default::default(),
            get_index: Default::default(),
            get_ready: Default::default(),
            got_valid: Default::default(),
            got_status: Default::default(),
            got_index: Default::default(),
            got_wqe: Default::default(),
            tx_valid: Default::default(),
            tx: Default::default(),
            tx_ready: Default::default(),
            handed: Default::default(),
            svc_valid: Default::default(),
            svc_slot: Default::default(),
            svc_ready: Default::default(),
            ack_every: Default::default(),
            req_re: Default::default(),
            req_slot: Default::default(),
            req: Default::default(),
            out_re: Default::default(),
            out_addr: Default::default(),
            out: Default::default(),
            gone_slot: Default::default(),
            gone: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            turn: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            config_mem: CtxRam::new(kind::QP_CONFIG),
            mem: CtxRam::new(kind::REQUESTER),
            ring: CtxRam::new(kind::OUTSTANDING),
            pieces: Default::default(),
            packetise: Default::default(),
            state: Default::default(),
            slot: Default::default(),
            qp_state: Default::default(),
            cfg: Default::default(),
            own: Default::default(),
            peer: Default::default(),
            awaited: Default::default(),
            before: Default::default(),
            owed: Default::default(),
            owed_for: Default::default(),
            wqe_here: Default::default(),
            status: Default::default(),
            wqe: Default::default(),
            ahead: Default::default(),
            in_flight: Default::default(),
            total: Default::default(),
            error: Default::default(),
            too_long: Default::default(),
            lost: Default::default(),
            rest1: Default::default(),
            span1: Default::default(),
            empty: Default::default(),
            va: Default::default(),
            rest: Default::default(),
            after_first: Default::default(),
            span: Default::default(),
            too_many: Default::default(),
            more: Default::default(),
            payload: Default::default(),
            last_psn: Default::default(),
            next_psn: Default::default(),
            next_offset: Default::default(),
            tail_psn: Default::default(),
            delta: Default::default(),
            tx_full: Default::default(),
            tx_for: Default::default(),
            kick_full: Default::default(),
            kick_for: Default::default(),
            svc_full: Default::default(),
            svc_for: Default::default(),
            open: Default::default(),
            tx_free: Default::default(),
            swap: Default::default(),
            look: Default::default(),
            look_slot: Default::default(),
            pop: Default::default(),
            asked: Default::default(),
            mine: Default::default(),
            opcode: Default::default(),
            flags: Default::default(),
            inline_len: Default::default(),
            raw: Default::default(),
            inlined: Default::default(),
            is_read: Default::default(),
            is_atomic: Default::default(),
            is_response: Default::default(),
            start: Default::default(),
            holds: Default::default(),
            frozen: Default::default(),
            gap: Default::default(),
            sent: Default::default(),
            new_entry: Default::default(),
            sum: Default::default(),
            shifted_rest: Default::default(),
            shifted_span: Default::default(),
            mtu: Default::default(),
            has_more: Default::default(),
            bytes: Default::default(),
            first_psn: Default::default(),
            window: Default::default(),
            beyond: Default::default(),
            free_ports: Default::default(),
            apart: Default::default(),
            commit: Default::default(),
            fail: Default::default(),
            rewind: Default::default(),
            tail_read: Default::default(),
            ring_base: Default::default(),
            now: Default::default(),
            entry: Default::default(),
        }
    }
}

impl<const LQ: usize, const LO: usize, const LX: usize, const MG: usize> Logic
    for RequesterUnit<LQ, LO, LX, MG>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _LQ in LQ..LQ {}
        for _LO in LO..LO {}
        for _MG in MG..MG {}
        dff_setup!(
            self,
            clock,
            state,
            slot,
            qp_state,
            cfg,
            own,
            peer,
            awaited,
            before,
            owed,
            owed_for,
            wqe_here,
            status,
            wqe,
            ahead,
            in_flight,
            total,
            error,
            too_long,
            lost,
            rest1,
            span1,
            empty,
            va,
            rest,
            after_first,
            more,
            payload,
            last_psn,
            next_psn,
            next_offset,
            tail_psn,
            delta,
            tx_full,
            tx_for,
            kick_full,
            kick_for,
            svc_full,
            svc_for
        );
        self.config_mem.clock.next = self.clock.val();
        self.mem.clock.next = self.clock.val();
        self.ring.clock.next = self.clock.val();
        self.pieces.clock.next = self.clock.val();
        self.config_mem.bus.next = self.bus.val();
        self.config_mem.clear.next = false;
        self.mem.bus.next = self.bus.val();
        self.mem.clear.next = false;
        self.ring.bus.next = self.bus.val();
        self.ring.clear.next = false;
        self.rsp.next.ack = self.mem.rsp.val().ack | self.ring.rsp.val().ack;
        self.rsp.next.data = self.mem.rsp.val().data | self.ring.rsp.val().data;

        // outputs that are held until taken
        self.tx_valid.next = self.tx_full.q.val();
        if self.tx_ready.val() {
            self.tx_full.d.next = false;
        }
        self.kick_valid.next = self.kick_full.q.val();
        self.kick_slot.next = self.kick_for.q.val();
        if self.kick_ready.val() {
            self.kick_full.d.next = false;
        }
        self.svc_valid.next = self.svc_full.q.val();
        self.svc_slot.next = self.svc_for.q.val();
        if self.svc_ready.val() {
            self.svc_full.d.next = false;
        }

        // pop, and what is read with it
        self.tx_free.next = !self.tx_full.q.val() | self.tx_ready.val();
        self.ring_base.next = bit_cast::<LX, 12>(self.slot.q.val());
        for _i in 0..LO {
            self.ring_base.next = self.ring_base.val() << 1;
        }
        // of the ring, only this QP's entries must be left alone while the completer reads
        self.apart.next = self.out_addr.val() ^ self.ring_base.val();
        for _i in 0..LO {
            self.apart.next = self.apart.val() >> 1;
        }
        self.free_ports.next = !self.req_re.val() & (!self.out_re.val() | self.apart.val().any());
        self.open.next = !self.req_re.val()
            & !self.owed.q.val()
            & (((self.state.q.val() == RequesterState::Idle)
                & !self.kick_full.q.val()
                & !self.svc_full.q.val()
                & self.tx_free.val())
                | ((self.state.q.val() == RequesterState::Again) & self.tx_free.val()));
        self.swap.next = (self.state.q.val() == RequesterState::Commit)
            & self.free_ports.val()
            & !self.owed.q.val()
            & !self.svc_full.q.val()
            & (self.pop_slot.val() != self.slot.q.val());
        self.pop_ready.next = ((self.open.val() & (self.state.q.val() == RequesterState::Idle))
            | self.swap.val())
            & self.get_ready.val();
        self.pop.next = self.pop_ready.val() & self.pop_valid.val();
        self.look.next = self.pop.val();
        self.look_slot.next = self.pop_slot.val();
        if self.state.q.val() == RequesterState::Again {
            self.look.next = self.open.val() & self.get_ready.val();
            self.look_slot.next = self.slot.q.val();
        }
        self.turn.next = self.look.val()
            | ((self.state.q.val() == RequesterState::Idle)
                & !self.owed.q.val()
                & !self.tx_full.q.val());
        self.st_re.next = self.look.val();
        self.st_slot.next = self.look_slot.val();
        self.com_re.next = self.look.val();
        self.com_slot.next = self.look_slot.val();
        self.config_mem.re.next = self.look.val();
        self.config_mem.ra.next = self.look_slot.val().get_bits::<LQ>(0);
        self.config_mem.we.next = false;
        self.config_mem.wa.next = self.slot.q.val().get_bits::<LQ>(0);
        self.config_mem.wd.next = self.cfg.q.val();
        self.mem.re.next = self.look.val() | self.req_re.val();
        self.mem.ra.next = self.look_slot.val().get_bits::<LQ>(0);
        if self.req_re.val() {
            self.mem.ra.next = self.req_slot.val().get_bits::<LQ>(0);
        }
        self.req.next = self.mem.rd.val();
        self.tail_read.next = (self.state.q.val() == RequesterState::Tail) & !self.out_re.val();
        self.ring.re.next = self.out_re.val() | self.tail_read.val();
        self.ring.ra.next =
            self.ring_base.val() | bit_cast::<LX, LO>(self.peer.q.val().or_tail.get_bits::<LO>(0));
        if self.out_re.val() {
            self.ring.ra.next = self.out_addr.val();
        }
        self.out.next = self.ring.rd.val();

        // the send-queue cache
        self.mine.next = self.got_valid.val()
            & !self.before.q.val().any()
            & !self.wqe_here.q.val()
            & self.tx_free.val()
            & (self.state.q.val() != RequesterState::Idle)
            & (self.state.q.val() != RequesterState::Again);
        if self.mine.val() {
            self.wqe.d.next = self.got_wqe.val();
            self.status.d.next = self.got_status.val();
            self.wqe_here.d.next = true;
        }
        if self.got_valid.val() & self.before.q.val().any() {
            self.before.d.next = self.before.q.val() - 1;
        }
        if self.look.val() {
            self.wqe_here.d.next = false;
            self.before.d.next = self.awaited.q.val();
            if self.got_valid.val() {
                self.before.d.next = self.awaited.q.val() - 1;
            }
        }

        // the work request
        self.opcode.next = self.wqe.q.val().control.get_bits::<8>(0);
        self.flags.next = self.wqe.q.val().control.get_bits::<8>(8);
        self.inline_len.next = self.wqe.q.val().control.get_bits::<32>(64);
        self.raw.next = self.cfg.q.val().raw.any();
        self.inlined.next = self.flags.val().get_bit(3);
        self.is_read.next = self.opcode.val().get_bits::<3>(0) == 5;
        self.is_atomic.next = self.opcode.val().get_bits::<3>(0) >= 6;
        self.is_response.next = self.is_read.val() | self.is_atomic.val();
        self.start.next = !self.own.q.val().mid_message.any();
        self.new_entry.next = self.own.q.val().or_send == self.own.q.val().or_head;
        self.gap.next = self.own.q.val().next_psn - self.peer.q.val().una;
        self.sent.next = self.own.q.val().or_send - self.peer.q.val().or_tail;
        // the regions of its entries, one after the other
        self.gone_slot.next = self.wqe.q.val().data0.get_bits::<12>(96);
        if self.state.q.val() == RequesterState::Split {
            self.gone_slot.next = self.wqe.q.val().data1.get_bits::<12>(96);
        }
        // RTS; in SQD only what has begun
        self.frozen.next = (self.qp_state.q.val() != 3) & (self.qp_state.q.val() != 4);
        self.holds.next = self.frozen.val()
            | ((self.qp_state.q.val() == 4) & self.start.val() & self.new_entry.val());
        if MG == 1 {
            // paused: after a restart the one packet at `una`, which probes the partner
            if self.qp_state.q.val() == 5 {
                self.frozen.next = false;
                self.holds.next = self.gap.val().any();
            }
        }
        self.sum.next = bit_cast::<33, 32>(self.wqe.q.val().data0.get_bits::<32>(64))
            + bit_cast::<33, 32>(self.wqe.q.val().data1.get_bits::<32>(64));

        // path MTU: 1 is 256, 5 is 4096 bytes
        self.shifted_rest.next = self.rest1.q.val() >> 12;
        self.shifted_span.next = bit_cast::<24, 20>(self.span1.q.val().get_bits::<20>(12));
        self.mtu.next = bits::<13>(4096);
        match self.cfg.q.val().path_mtu.index() {
            1 => {
                self.shifted_rest.next = self.rest1.q.val() >> 8;
                self.shifted_span.next = self.span1.q.val().get_bits::<24>(8);
                self.mtu.next = bits::<13>(256);
            }
            2 => {
                self.shifted_rest.next = self.rest1.q.val() >> 9;
                self.shifted_span.next = bit_cast::<24, 23>(self.span1.q.val().get_bits::<23>(9));
                self.mtu.next = bits::<13>(512);
            }
            3 => {
                self.shifted_rest.next = self.rest1.q.val() >> 10;
                self.shifted_span.next = bit_cast::<24, 22>(self.span1.q.val().get_bits::<22>(10));
                self.mtu.next = bits::<13>(1024);
            }
            4 => {
                self.shifted_rest.next = self.rest1.q.val() >> 11;
                self.shifted_span.next = bit_cast::<24, 21>(self.span1.q.val().get_bits::<21>(11));
                self.mtu.next = bits::<13>(2048);
            }
            _ => {}
        }
        // a raw frame, a READ and an ATOMIC are one packet
        self.has_more.next = self.shifted_rest.val().any()
            & !self.empty.q.val()
            & !self.is_response.val()
            & !self.raw.val();
        self.bytes.next = self.rest1.q.val().get_bits::<13>(0) + 1;
        if self.has_more.val() {
            self.bytes.next = self.mtu.val();
        }
        self.first_psn.next = self.own.q.val().next_psn;
        if !self.start.val() {
            self.first_psn.next = self.own.q.val().first_psn;
        }
        self.span.next = self.shifted_span.val();
        if self.empty.q.val() | self.raw.val() {
            self.span.next = bits::<24>(0);
        }
        // with 256-byte packets 2^31 bytes are more PSNs than the window
        self.too_many.next = self.span.val() == 0x7f_ffff;
        // PSNs unacknowledged if this message goes out: next - una + 1, plus the span
        self.window.next =
            bit_cast::<25, 24>(self.ahead.q.val()) + bit_cast::<25, 24>(self.span.val());

        self.pieces.valid.next = self.state.q.val() == RequesterState::Shift;
        self.pieces.sge0_iova.next = self.wqe.q.val().data0.get_bits::<64>(0);
        self.pieces.sge0_len.next = self.wqe.q.val().data0.get_bits::<32>(64);
        self.pieces.sge1_iova.next = self.wqe.q.val().data1.get_bits::<64>(0);
        self.pieces.offset.next = self.own.q.val().offset;
        self.pieces.len.next = self.bytes.val();

        self.packetise.operation.next = self.opcode.val().get_bits::<3>(0);
        self.packetise.first.next = self.start.val();
        self.packetise.last.next = !self.more.q.val();
        self.packetise.va.next = self.va.q.val();
        self.packetise.rkey.next = self.wqe.q.val().remote.get_bits::<32>(64);
        self.packetise.length.next = self.rest.q.val();
        self.packetise.imm.next = self.wqe.q.val().control.get_bits::<32>(32);
        self.packetise.swap_add.next = self.wqe.q.val().data1.get_bits::<64>(0);
        self.packetise.compare.next = self.wqe.q.val().data1.get_bits::<64>(64);

        // the descriptor: all from registers that stay until the next turn, which waits for it to be taken
        self.tx.next.request = bits::<1>(1);
        self.tx.next.kind = bits::<2>(0);
        if self.raw.val() {
            self.tx.next.kind = bits::<2>(1);
        }
        self.tx.next.slot = self.tx_for.q.val();
        self.tx.next.ipv6 = self.cfg.q.val().ipv6;
        self.tx.next.opcode = self.packetise.opcode.val();
        // SE on the last packet of a SEND or a WRITE with immediate
        self.tx.next.solicited = bits::<1>(0);
        if self.flags.val().get_bit(1)
            & !self.more.q.val()
            & ((self.opcode.val() < 3) | (self.opcode.val() == 4))
        {
            self.tx.next.solicited = bits::<1>(1);
        }
        self.tx.next.ack_req = bits::<1>(0);
        if !self.more.q.val() | !(self.own.q.val().next_psn & self.ack_every.val()).any() {
            self.tx.next.ack_req = bits::<1>(1);
        }
        if MG == 1 {
            if self.qp_state.q.val() == 5 {
                self.tx.next.ack_req = bits::<1>(1);
            }
        }
        self.tx.next.pkey = self.cfg.q.val().pkey;
        self.tx.next.dest_qpn = self.cfg.q.val().partner_qpn;
        self.tx.next.psn = self.own.q.val().next_psn;
        self.tx.next.ext_len = self.packetise.ext_len.val();
        self.tx.next.ext = self.packetise.ext.val();
        self.tx.next.inlined = self.flags.val().get_bits::<1>(3);
        self.tx.next.inline_data = bit_cast::<256, 128>(self.wqe.q.val().data0)
            | (bit_cast::<256, 128>(self.wqe.q.val().data1) << 128);
        self.tx.next.iova0 = self.pieces.iova0.val();
        self.tx.next.iova1 = self.pieces.iova1.val();
        self.tx.next.len0 = bit_cast::<14, 13>(self.pieces.len0.val());
        self.tx.next.len1 = self.pieces.len1.val();
        if self.inlined.val() {
            self.tx.next.len0 = bit_cast::<14, 13>(self.payload.q.val());
            self.tx.next.len1 = bits::<13>(0);
        }
        if self.is_response.val() {
            self.tx.next.len0 = bits::<14>(0);
            self.tx.next.len1 = bits::<13>(0);
        }

        // what is written back: never while the completer reads
        self.commit.next = (self.state.q.val() == RequesterState::Commit)
            & self.free_ports.val()
            & !self.owed.q.val()
            & (self.more.q.val() | self.get_ready.val());
        self.fail.next = (self.state.q.val() == RequesterState::Fail) & self.free_ports.val();
        self.rewind.next = (self.state.q.val() == RequesterState::Rewind)
            & self.free_ports.val()
            & !self.kick_full.q.val();
        self.beyond.next = self.own.q.val().max_psn - self.next_psn.q.val();
        self.now.next = self.own.q.val();
        self.entry.next.first_psn = self.first_psn.val();
        self.entry.next.kind = bits::<3>(0);
        self.entry.next.signalled = self.flags.val().get_bits::<1>(0);
        self.entry.next.rsvd0 = bits::<4>(0);
        self.entry.next.last_psn = self.last_psn.q.val();
        self.entry.next.status = bits::<8>(0);
        self.entry.next.wqe_index = self.own.q.val().wqe_index;
        self.entry.next.opcode = bits::<8>(0);
        // the slots that `wqe_resolve` has put behind address and length
        self.entry.next.sge0_mr = self.wqe.q.val().data0.get_bits::<8>(96);
        self.entry.next.length = self.total.q.val();
        self.entry.next.sge0_iova = self.wqe.q.val().data0.get_bits::<64>(0);
        self.entry.next.sge0_len = self.wqe.q.val().data0.get_bits::<32>(64);
        self.entry.next.sge1_iova = self.wqe.q.val().data1.get_bits::<64>(0);
        match self.opcode.val().get_bits::<3>(0).index() {
            3 => {
                self.entry.next.kind = bits::<3>(1);
                self.entry.next.opcode = bits::<8>(1);
            }
            4 => {
                self.entry.next.kind = bits::<3>(1);
                self.entry.next.opcode = bits::<8>(1);
            }
            5 => {
                self.entry.next.kind = bits::<3>(2);
                self.entry.next.opcode = bits::<8>(2);
                if self.wqe.q.val().data1.get_bits::<32>(64).any() {
                    self.entry.next.status = self.wqe.q.val().data1.get_bits::<8>(96);
                }
            }
            6 => {
                self.entry.next.kind = bits::<3>(3);
                self.entry.next.opcode = bits::<8>(3);
            }
            7 => {
                self.entry.next.kind = bits::<3>(3);
                self.entry.next.opcode = bits::<8>(4);
            }
            _ => {}
        }
        if self.new_entry.val() & (self.start.val() | self.fail.val()) {
            self.now.next.or_head = self.own.q.val().or_head + 1;
        }
        if self.state.q.val() == RequesterState::Fail {
            self.now.next.stalled = bits::<1>(1);
            self.entry.next.kind = bits::<3>(4);
            self.entry.next.status = bit_cast::<8, 4>(self.error.q.val());
            self.entry.next.last_psn = self.first_psn.val();
        } else if self.state.q.val() == RequesterState::Rewind {
            self.now.next.or_head = self.own.q.val().or_head;
            self.now.next.next_psn = self.peer.q.val().una;
            self.now.next.mid_message = bits::<1>(0);
            if self.delta.q.val().any() {
                self.now.next.mid_message = bits::<1>(1);
            }
            self.now.next.stalled = bits::<1>(0);
            self.now.next.gen_seen = self.peer.q.val().rewind_gen;
            self.now.next.first_psn = self.tail_psn.q.val();
            self.now.next.rd_issued = self.peer.q.val().rd_done;
            self.now.next.wqe_index = self.peer.q.val().sq_ci;
            self.now.next.or_send = self.peer.q.val().or_tail;
            self.now.next.offset = bit_cast::<32, 24>(self.delta.q.val()) << 12;
            match self.cfg.q.val().path_mtu.index() {
                1 => {
                    self.now.next.offset = bit_cast::<32, 24>(self.delta.q.val()) << 8;
                }
                2 => {
                    self.now.next.offset = bit_cast::<32, 24>(self.delta.q.val()) << 9;
                }
                3 => {
                    self.now.next.offset = bit_cast::<32, 24>(self.delta.q.val()) << 10;
                }
                4 => {
                    self.now.next.offset = bit_cast::<32, 24>(self.delta.q.val()) << 11;
                }
                _ => {}
            }
        } else {
            self.now.next.next_psn = self.next_psn.q.val();
            self.now.next.mid_message = bits::<1>(1);
            self.now.next.offset = self.next_offset.q.val();
            self.now.next.first_psn = self.first_psn.val();
            if self.beyond.val().get_bit(23) {
                self.now.next.max_psn = self.next_psn.q.val();
            }
            if self.is_response.val() & !self.raw.val() {
                self.now.next.rd_issued = self.own.q.val().rd_issued + 1;
            }
            if !self.more.q.val() {
                self.now.next.mid_message = bits::<1>(0);
                self.now.next.offset = bits::<32>(0);
                self.now.next.wqe_index = self.own.q.val().wqe_index + 1;
                self.now.next.or_send = self.own.q.val().or_send + 1;
            }
        }
        self.handed.next = self.commit.val();
        self.mem.we.next = self.commit.val() | self.fail.val() | self.rewind.val();
        self.mem.wa.next = self.slot.q.val().get_bits::<LQ>(0);
        self.mem.wd.next = self.now.val();
        self.ring.we.next = (self.commit.val() & self.start.val()) | self.fail.val();
        self.ring.wa.next =
            self.ring_base.val() | bit_cast::<LX, LO>(self.own.q.val().or_send.get_bits::<LO>(0));
        self.ring.wd.next = self.entry.val();

        // requests to the cache: peek with the pop, consume with the last packet or behind the peek of the QP that
        // is popped with it, seek after a restart
        self.get_valid.next = self.open.val();
        self.get_op.next = bits::<3>(0);
        self.get_ring.next = bit_cast::<13, 12>(self.slot.q.val());
        self.get_index.next = self.peer.q.val().sq_ci;
        if self.owed.q.val() {
            self.get_op.next = bits::<3>(4);
            self.get_ring.next = bit_cast::<13, 12>(self.owed_for.q.val());
            self.get_valid.next = true;
            if self.get_ready.val() {
                self.owed.d.next = false;
            }
        } else if self.state.q.val() == RequesterState::Idle {
            self.get_ring.next = bit_cast::<13, 12>(self.pop_slot.val());
            self.get_valid.next = self.pop_valid.val() & self.open.val();
        } else if self.state.q.val() == RequesterState::Commit {
            if self.swap.val() & self.pop_valid.val() {
                self.get_ring.next = bit_cast::<13, 12>(self.pop_slot.val());
                self.get_valid.next = true;
            } else {
                // a flush of the cache may have come since the peek: consume it whether it is still there or not
                self.get_op.next = bits::<3>(4);
                self.get_valid.next = !self.more.q.val() & self.free_ports.val();
            }
        } else if self.state.q.val() == RequesterState::Seek {
            self.get_op.next = bits::<3>(2);
            self.get_valid.next = true;
        }
        self.asked.next = self.get_valid.val() & self.get_ready.val();
        if self.asked.val() & !self.got_valid.val() {
            self.awaited.d.next = self.awaited.q.val() + 1;
        }
        if !self.asked.val() & self.got_valid.val() {
            self.awaited.d.next = self.awaited.q.val() - 1;
        }

        self.count_valid.next = self.fail.val();
        self.count.next = bits::<8>(11);

        match self.state.q.val() {
            RequesterState::Idle => {
                if self.pop.val() {
                    self.slot.d.next = self.pop_slot.val();
                    self.state.d.next = RequesterState::Load;
                }
            }
            RequesterState::Again => {
                if self.look.val() {
                    self.state.d.next = RequesterState::Load;
                }
            }
            RequesterState::Load => {
                self.own.d.next = self.mem.rd.val();
                self.cfg.d.next = self.config_mem.rd.val();
                self.peer.d.next = self.com.val();
                self.qp_state.d.next = self.st_state.val();
                self.state.d.next = RequesterState::Check;
                if !self.tx_free.val() {
                    // the descriptor before needs these registers still
                    self.own.d.next = self.own.q.val();
                    self.cfg.d.next = self.cfg.q.val();
                    self.state.d.next = RequesterState::Again;
                    if MG == 1 {
                        self.qp_state.d.next = self.qp_state.q.val();
                    }
                }
            }
            RequesterState::Check => {
                self.ahead.d.next = self.gap.val();
                self.in_flight.d.next = self.own.q.val().rd_issued - self.peer.q.val().rd_done;
                self.tail_psn.d.next = self.peer.q.val().una;
                self.state.d.next = RequesterState::Wait;
                if self.wqe_here.q.val() | self.mine.val() {
                    self.state.d.next = RequesterState::Length;
                }
                if self.holds.val()
                    | self.own.q.val().stalled.any()
                    | (self.start.val() & self.sent.val().get_bit(LO))
                {
                    self.state.d.next = RequesterState::Idle;
                }
                if self.gap.val().get_bit(23)
                    | (self.own.q.val().gen_seen != self.peer.q.val().rewind_gen)
                {
                    self.state.d.next = RequesterState::Tail;
                    if self.peer.q.val().or_tail == self.own.q.val().or_head {
                        self.state.d.next = RequesterState::Delta;
                    }
                }
                if self.frozen.val()
                    | self.peer.q.val().failed.any()
                    | (self.peer.q.val().timer_mode == 2)
                {
                    self.state.d.next = RequesterState::Idle;
                }
            }
            RequesterState::Wait => {
                if self.wqe_here.q.val() | self.mine.val() {
                    self.state.d.next = RequesterState::Length;
                }
            }
            RequesterState::Length => {
                self.total.d.next = self.sum.val().get_bits::<32>(0);
                self.too_long.d.next = self.sum.val().get_bit(32);
                self.error.d.next = bits::<4>(0);
                if self.inlined.val() {
                    self.total.d.next = self.inline_len.val();
                    self.too_long.d.next = false;
                    if self.inline_len.val().get_bits::<26>(6).any()
                        | (self.inline_len.val().get_bits::<6>(0) > 32)
                        | self.is_response.val()
                    {
                        self.error.d.next = bits::<4>(2);
                    }
                } else if self.is_atomic.val() {
                    self.total.d.next = bits::<32>(8);
                    self.too_long.d.next = self.wqe.q.val().data0.get_bits::<32>(64) != 8;
                }
                if self.opcode.val().get_bits::<5>(3).any()
                    | self.wqe.q.val().read_error.any()
                    | (self.is_response.val() & !self.cfg.q.val().max_rd_atomic.any())
                    | (self.raw.val() & self.opcode.val().any())
                {
                    self.error.d.next = bits::<4>(2);
                }
                if self.wqe.q.val().key_error.any() {
                    self.error.d.next = bits::<4>(4);
                }
                self.lost.d.next = self.gone.val()
                    & !self.inlined.val()
                    & self.wqe.q.val().data0.get_bits::<32>(64).any();
                self.ahead.d.next = self.ahead.q.val() + 1;
                self.state.d.next = RequesterState::Split;
                if self.status.q.val().any() {
                    self.state.d.next = RequesterState::Idle;
                }
            }
            RequesterState::Split => {
                self.rest1.d.next = self.total.q.val() + !self.own.q.val().offset;
                self.span1.d.next = self.total.q.val() - 1;
                self.empty.d.next = !self.total.q.val().any();
                self.after_first.d.next = self.first_psn.val() + 1;
                self.va.d.next = self.wqe.q.val().remote.get_bits::<64>(0)
                    + bit_cast::<64, 32>(self.own.q.val().offset);
                if (self.too_long.q.val()
                    | (self.total.q.val().get_bit(31) & self.total.q.val().get_bits::<31>(0).any())
                    | (self.raw.val() & self.total.q.val().get_bits::<19>(13).any()))
                    & !self.error.q.val().any()
                {
                    self.error.d.next = bits::<4>(1);
                }
                // an ATOMIC's second part are its operands
                if self.gone.val()
                    & !self.inlined.val()
                    & !self.is_atomic.val()
                    & self.wqe.q.val().data1.get_bits::<32>(64).any()
                {
                    self.lost.d.next = true;
                }
                self.state.d.next = RequesterState::Shift;
                // READs in flight; fence
                if !self.error.q.val().any()
                    & ((self.is_response.val()
                        & (self.in_flight.q.val()
                            >= bit_cast::<8, 5>(self.cfg.q.val().max_rd_atomic)))
                        | (self.flags.val().get_bit(2)
                            & self.start.val()
                            & self.in_flight.q.val().any()))
                {
                    self.state.d.next = RequesterState::Idle;
                }
            }
            RequesterState::Shift => {
                self.rest.d.next = self.rest1.q.val() + 1;
                self.more.d.next = self.has_more.val();
                self.payload.d.next = self.bytes.val();
                self.last_psn.d.next = self.first_psn.val() + self.span.val();
                self.next_psn.d.next = self.own.q.val().next_psn + 1;
                if self.is_read.val() & !self.raw.val() {
                    self.next_psn.d.next = self.after_first.q.val() + self.span.val();
                }
                self.next_offset.d.next =
                    self.own.q.val().offset + bit_cast::<32, 13>(self.mtu.val());
                if self.error.q.val().any() {
                    self.state.d.next = RequesterState::Fail;
                } else if self.lost.q.val() {
                    self.state.d.next = RequesterState::Fail;
                    self.error.d.next = bits::<4>(4);
                } else if self.too_many.val() {
                    self.state.d.next = RequesterState::Fail;
                    self.error.d.next = bits::<4>(1);
                } else if self.start.val() & self.window.val().get_bits::<2>(23).any() {
                    self.state.d.next = RequesterState::Idle;
                } else if self.kick_full.q.val() {
                    // the one before is still to be kicked
                    self.state.d.next = RequesterState::Shift;
                } else {
                    self.state.d.next = RequesterState::Commit;
                    self.kick_full.d.next = true;
                    self.kick_for.d.next = self.slot.q.val();
                }
            }
            RequesterState::Commit => {
                if self.commit.val() {
                    self.tx_full.d.next = true;
                    self.tx_for.d.next = self.slot.q.val();
                    self.state.d.next = RequesterState::Idle;
                    if self.pop.val() {
                        self.owed.d.next = !self.more.q.val();
                        self.owed_for.d.next = self.slot.q.val();
                        self.slot.d.next = self.pop_slot.val();
                        self.state.d.next = RequesterState::Load;
                    }
                }
            }
            RequesterState::Fail => {
                if self.fail.val() {
                    self.svc_full.d.next = true;
                    self.svc_for.d.next = self.slot.q.val();
                    self.state.d.next = RequesterState::Idle;
                }
            }
            RequesterState::Tail => {
                if self.tail_read.val() {
                    self.state.d.next = RequesterState::TailLatch;
                }
            }
            RequesterState::TailLatch => {
                // an entry that was never sent has no PSNs
                if self.ring.rd.val().kind != 4 {
                    self.tail_psn.d.next = self.ring.rd.val().first_psn;
                }
                self.state.d.next = RequesterState::Delta;
            }
            RequesterState::Delta => {
                self.delta.d.next = self.peer.q.val().una - self.tail_psn.q.val();
                self.state.d.next = RequesterState::Rewind;
            }
            RequesterState::Rewind => {
                if self.rewind.val() {
                    self.kick_full.d.next = true;
                    self.kick_for.d.next = self.slot.q.val();
                    self.state.d.next = RequesterState::Idle;
                    if self.own.q.val().wqe_index != self.peer.q.val().sq_ci {
                        self.state.d.next = RequesterState::Seek;
                    }
                }
            }
            RequesterState::Seek => {
                if self.get_ready.val() & !self.owed.q.val() {
                    self.state.d.next = RequesterState::Idle;
                }
            }
        }
    }
}
