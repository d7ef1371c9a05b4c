//! Completer: what comes back for the requests sent, and what does not come back in time.
//!
//! # Theory of operation
//! The dispatcher hands over one item at a time: a response packet, a notice that a raw frame has left, or a tick (a visit
//! without a packet). Everything that lasts longer than one item is in [`contract::Completer`], which this block owns; it
//! looks at the requester's record and its ring of outstanding requests through peek ports.
//!
//! *Packets.* A response says up to which PSN requests have arrived (`target`: one past its PSN for an ACK, its PSN for
//! everything else). SENDs and WRITEs at the head of the ring that end before `target` are done: one completion each if
//! signalled. A READ or ATOMIC at the head stops that: only its own response finishes it, so a `target` past it means that a
//! response is lost, and the requester has to start again from there (restart). Then:
//!
//! | response | at `una` | past `una`: response lost |
//! |---|---|---|
//! | ACK | – | restart |
//! | NAK PSN sequence error | restart | restart |
//! | RNR NAK | wait, then restart | restart |
//! | NAK 1..3 | completion with error, QP to ERR | restart |
//! | READ response | payload to its place; last one completes | restart |
//! | ATOMIC ACK | 8 bytes to their place, completes | restart |
//!
//! PSNs behind `una` are stale, at or behind `max_psn` impossible (ghosts); both are dropped and counted; so are NAK codes
//! above 3 and reserved syndromes.
//!
//! *Retries.* A restart spends one of `retry_left`; with none left the head completes with RETRY_EXC_ERR. One restart is
//! enough for a train of responses behind one loss: `rewound` holds off the next until `una` moves or a timeout strikes.
//! Whatever moves `una` restores both retry counters. While an RNR wait runs nothing but progress or its end counts.
//!
//! *Timers.* `timer_mode`: 0 none, 1 ACK, 2 RNR wait, 3 SQD settling. The ACK timer starts at a tick that finds packets
//! outstanding, starts again with progress, and is looked at by ticks, so it is late by up to the time between two ticks.
//! It does not run while a restart has not begun. A timer begins in the middle of a µs and so ends with the µs behind its last one.
//!
//! *Packets on their way.* What the requester has handed over may wait behind others for the wire, and the ACK timer must not run meanwhile. Packets leave
//! in the order in which they are handed over; two counters say how many. If any is on its way when the timer would start, the QP is `marked` with the
//! number of the last one, and the timer starts at a tick that finds that one gone: late by a second time between ticks at most, and no work of other QPs
//! can put it off. Marks are in a memory of their own: they mean nothing on another device. So the timer is never shorter than it should be, counted from the
//! last word of the packet in `frame_tx`; the few words of its output queue are not counted, nor how long the MAC keeps them.
//!
//! *Regions that are gone.* The address of an answer was checked when the request was sent. Each packet of the answer asks again by the region's
//! slot; if it is gone, the work request completes with LOC_PROT_ERR and nothing is written.
//!
//! *Errors* complete the head with a status, set `failed` (requester and completer stop) and ask for ERR with event 0 (no
//! asynchronous event: the completion tells). Ticks in ERR complete every work request up to the producer with
//! WR_FLUSH_ERR, signalled or not, four per visit.
//!
//! *Places of the send queue.* A work request's place in its ring is free when it is completed, so doorbells are measured against
//! `sq_ci`. A copy of it in distributed RAM is kept for the send-queue cache; it follows every completion, not only the write of the record at
//! the end of an item, because the host may post anew as soon as it sees the completion.
//!
//! *SQD*: drained when the ring has been empty for at least 1 µs (longer than a turn of the requester that began before);
//! one event per stay.
//!
//! # States
//!
//! | cycle | state | |
//! |---|---|---|
//! | 0 | Idle | take the item; read contexts |
//! | 1 | Latch | |
//! | 2 | Classify | PSN against `una` and `max_psn`; read the head entry |
//! | 3 | Entry | in the window? timer arithmetic |
//! | 4 | Judge | entry against `target` |
//! | 5 | Act | complete the entry (then Fetch, Entry, … for the next) or answer as in the table |
//! | 6.. | Place, Check, Emit | payload of READ and ATOMIC |
//! | 6 | Finish | retries, timers, release of the frame |
//! | 7 | Idle | write the context; take the next item, if it is another QP's |
//!
//! Ticks: Tick after Entry; Flush in ERR. Fail: completion with error.
//!
//! # Interfaces
//! `req_re` is raised in every cycle of a context write: it keeps the requester from reading then (its `com_re` waits for
//! `req_re` low); and whenever an item is offered, taken or not. `out` and `req`, `com` and `sqp_producer` are valid in the cycle after their enables. Each item with a
//! frame gives exactly one `exec` that releases it, the last one of that item.

use crate::contract::{self, Outstanding, QpConfig, Requester};
use crate::mem::{AsyncRam, CtxRam, Ram, kind};
use crate::pieces::Pieces;
use crate::pipe::{CtxReq, CtxRsp, EventReq, ExecDesc, RxPacket};
use crate::timeouts::Timeouts;
use rust_hdl::prelude::*;

/// Steps of one item; see the module's head.
#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
pub enum CompleterState {
    Idle,
    Latch,
    Classify,
    Fetch,
    Entry,
    Judge,
    Act,
    Place,
    Check,
    Emit,
    Settle,
    Finish,
    Tick,
    Flush,
    Fail,
    Token,
}

/// What a packet says.
#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
pub enum Answer {
    Nothing,
    Ack,
    SequenceNak,
    RnrNak,
    FatalNak,
    Read,
    Atomic,
}

/// What is left to do at the end of an item.
#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
pub enum Outcome {
    Done,
    Restart,
    RnrWait,
}

/// The completer of `2^LQ` QPs with `2^LO` outstanding requests each; `LX` must be `LQ + LO`.
#[derive(LogicBlock)]
pub struct CompleterUnit<const LQ: usize, const LO: usize, const LX: usize> {
    pub clock: Signal<In, Clock>,
    pub pkt_valid: Signal<In, Bit>,
    pub pkt: Signal<In, RxPacket>,
    pub cfg: Signal<In, QpConfig>,
    pub pkt_ready: Signal<Out, Bit>,
    /// an item is being worked on: its last `exec` has not been handed over
    pub busy: Signal<Out, Bit>,
    pub exec_valid: Signal<Out, Bit>,
    pub exec: Signal<Out, ExecDesc>,
    pub exec_ready: Signal<In, Bit>,
    /// a descriptor that was handed over is still at work: its data or completion may not have been written
    pub moving: Signal<In, Bit>,
    /// requester's records
    pub req_re: Signal<Out, Bit>,
    pub req_slot: Signal<Out, Bits<12>>,
    pub req: Signal<In, Requester>,
    pub out_re: Signal<Out, Bit>,
    pub out_addr: Signal<Out, Bits<LX>>,
    pub out: Signal<In, Outstanding>,
    /// this block's record for the requester
    pub com_re: Signal<In, Bit>,
    pub com_slot: Signal<In, Bits<12>>,
    pub com: Signal<Out, contract::Completer>,
    /// producer index of a send queue
    pub sqp_re: Signal<Out, Bit>,
    pub sqp_slot: Signal<Out, Bits<12>>,
    pub sqp_producer: Signal<In, Bits<16>>,
    /// `sq_ci` of a send queue, in the same cycle
    pub freed_slot: Signal<In, Bits<LQ>>,
    pub freed: Signal<Out, Bits<16>>,
    /// puts a QP on the requester's ready list
    pub kick_valid: Signal<Out, Bit>,
    pub kick_slot: Signal<Out, Bits<12>>,
    pub kick_ready: Signal<In, Bit>,
    /// QP to ERR; event 0: none
    pub err_valid: Signal<Out, Bit>,
    pub err_slot: Signal<Out, Bits<12>>,
    pub err_event: Signal<Out, Bits<8>>,
    pub err_ready: Signal<In, Bit>,
    /// event 6: send queue drained; the vector is the event queue's matter
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
    pub now_us: Signal<In, Bits<36>>,
    /// pulses: the requester has handed over a packet; one has left
    pub handed: Signal<In, Bit>,
    pub departed: Signal<In, Bit>,
    /// is the region in that slot gone? in the same cycle; see `mr_table`
    pub gone_slot: Signal<Out, Bits<12>>,
    pub gone: Signal<In, Bit>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,

    mem: CtxRam<contract::Completer, LQ>,
    /// `sq_ci` of the records
    done: AsyncRam<Bits<16>, LQ>,
    /// which packet has to leave before the ACK timer may start; top bit: there is one
    marks: Ram<Bits<17>, LQ>,
    timeouts: Timeouts,
    pieces: Pieces,

    state: DFF<CompleterState>,
    item: DFF<RxPacket>,
    qp: DFF<QpConfig>,
    own: DFF<contract::Completer>,
    peer: DFF<Requester>,
    entry: DFF<Outstanding>,
    producer: DFF<Bits<16>>,
    answer: DFF<Answer>,
    outcome: DFF<Outcome>,
    /// first PSN that the packet does not acknowledge
    target: DFF<Bits<24>>,
    /// PSN and `max_psn` counted from `una`
    distance: DFF<Bits<24>>,
    limit: DFF<Bits<24>>,
    interval: DFF<Bits<34>>,
    deadline: DFF<Bits<36>>,
    expired: DFF<Bit>,
    /// packets sent and not acknowledged, and no restart pending
    in_flight: DFF<Bit>,
    has_head: DFF<Bit>,
    covered: DFF<Bit>,
    /// the packet's PSN is the last of the head entry
    ends: DFF<Bit>,
    at_una: DFF<Bit>,
    /// PSN counted from the head entry's first
    back: DFF<Bits<24>>,
    offset: DFF<Bits<32>>,
    rest: DFF<Bits<32>>,
    /// `una` has moved
    progress: DFF<Bit>,
    released: DFF<Bit>,
    want_kick: DFF<Bit>,
    /// the context is still to be written
    unwritten: DFF<Bit>,
    status: DFF<Bits<8>>,
    flushed: DFF<Bits<3>>,
    kick_full: DFF<Bit>,
    kick_for: DFF<Bits<12>>,
    err_full: DFF<Bit>,
    ev_full: DFF<Bit>,
    held_slot: DFF<Bits<12>>,
    held_qpn: DFF<Bits<24>>,
    /// the region of the first entry is gone
    lost: DFF<Bit>,
    /// a completion that the copy of `sq_ci` does not know of yet
    counted: DFF<Bit>,
    counted_slot: DFF<Bits<12>>,
    counted_ci: DFF<Bits<16>>,
    /// packets of the requester so far: handed over, left
    handed_count: DFF<Bits<16>>,
    departed_count: DFF<Bits<16>>,
    under_way: DFF<Bit>,
    /// of the item's QP
    mark: DFF<Bits<16>>,
    marked: DFF<Bit>,
    /// the ACK timer may start
    gone_out: DFF<Bit>,

    /// one work request more is completed
    completes: Signal<Local, Bit>,
    next_ci: Signal<Local, Bits<16>>,
    /// the bus writes a record's `sq_ci`
    restored: Signal<Local, Bit>,
    record_kind: Constant<Bits<5>>,
    offered: Signal<Local, Bit>,
    writes: Signal<Local, Bit>,
    take: Signal<Local, Bit>,
    idle: Signal<Local, Bit>,
    held: Signal<Local, Bit>,
    syndrome: Signal<Local, Bits<8>>,
    ring_base: Signal<Local, Bits<LX>>,
    behind: Signal<Local, Bits<24>>,
    sent: Signal<Local, Bits<24>>,
    age: Signal<Local, Bits<36>>,
    running: Signal<Local, Bit>,
    passed: Signal<Local, Bits<16>>,
    pop: Signal<Local, Bit>,
    final_pop: Signal<Local, Bit>,
    needs_response: Signal<Local, Bit>,
    mtu: Signal<Local, Bits<13>>,
    place: Signal<Local, Bits<32>>,
    /// a region that the answer goes to is gone
    lost_any: Signal<Local, Bit>,
    retries: Signal<Local, Bits<3>>,
    rnr_retries: Signal<Local, Bits<3>>,
    heeded: Signal<Local, Bit>,
    gave_up: Signal<Local, Bit>,
    rnr_gave_up: Signal<Local, Bit>,
    generation: Signal<Local, Bits<4>>,
    more_to_flush: Signal<Local, Bit>,
    last_opcode: Signal<Local, Bit>,
    bad_length: Signal<Local, Bit>,
}

impl<const LQ: usize, const LO: usize, const LX: usize> Default for CompleterUnit<LQ, LO, LX> {
    fn default() -> Self {
        assert!(LX == LQ + LO, "LX must be LQ + LO");
        assert!(LO >= 1 && LO <= 7 && LQ <= 12);
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
            moving: Default::default(),
            req_re: Default::default(),
            req_slot: Default::default(),
            req: Default::default(),
            out_re: Default::default(),
            out_addr: Default::default(),
            out: Default::default(),
            com_re: Default::default(),
            com_slot: Default::default(),
            com: Default::default(),
            sqp_re: Default::default(),
            sqp_slot: Default::default(),
            sqp_producer: Default::default(),
            freed_slot: Default::default(),
            freed: Default::default(),
            kick_valid: Default::default(),
            kick_slot: Default::default(),
            kick_ready: Default::default(),
            err_valid: Default::default(),
            err_slot: Default::default(),
            err_event: Default::default(),
            err_ready: Default::default(),
            ev_valid: Default::default(),
            ev: Default::default(),
            ev_ready: Default::default(),
            now_us: Default::default(),
            handed: Default::default(),
            departed: Default::default(),
            gone_slot: Default::default(),
            gone: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            mem: CtxRam::new(kind::COMPLETER),
            done: Default::default(),
            marks: Default::default(),
            timeouts: Default::default(),
            pieces: Default::default(),
            state: Default::default(),
            item: Default::default(),
            qp: Default::default(),
            own: Default::default(),
            peer: Default::default(),
            entry: Default::default(),
            producer: Default::default(),
            answer: Default::default(),
            outcome: Default::default(),
            target: Default::default(),
            distance: Default::default(),
            limit: Default::default(),
            interval: Default::default(),
            deadline: Default::default(),
            expired: Default::default(),
            in_flight: Default::default(),
            has_head: Default::default(),
            covered: Default::default(),
            ends: Default::default(),
            at_una: Default::default(),
            back: Default::default(),
            offset: Default::default(),
            rest: Default::default(),
            progress: Default::default(),
            released: Default::default(),
            want_kick: Default::default(),
            unwritten: Default::default(),
            status: Default::default(),
            flushed: Default::default(),
            kick_full: Default::default(),
            kick_for: Default::default(),
            err_full: Default::default(),
            ev_full: Default::default(),
            held_slot: Default::default(),
            held_qpn: Default::default(),
            lost: Default::default(),
            counted: Default::default(),
            counted_slot: Default::default(),
            counted_ci: Default::default(),
            handed_count: Default::default(),
            departed_count: Default::default(),
            under_way: Default::default(),
            mark: Default::default(),
            marked: Default::default(),
            gone_out: Default::default(),
            completes: Default::default(),
            next_ci: Default::default(),
            restored: Default::default(),
            record_kind: Constant::new(kind::COMPLETER.into()),
            offered: Default::default(),
            writes: Default::default(),
            take: Default::default(),
            idle: Default::default(),
            held: Default::default(),
            syndrome: Default::default(),
            ring_base: Default::default(),
            behind: Default::default(),
            sent: Default::default(),
            age: Default::default(),
            running: Default::default(),
            passed: Default::default(),
            pop: Default::default(),
            final_pop: Default::default(),
            needs_response: Default::default(),
            mtu: Default::default(),
            place: Default::default(),
            lost_any: Default::default(),
            retries: Default::default(),
            rnr_retries: Default::default(),
            heeded: Default::default(),
            gave_up: Default::default(),
            rnr_gave_up: Default::default(),
            generation: Default::default(),
            more_to_flush: Default::default(),
            last_opcode: Default::default(),
            bad_length: Default::default(),
        }
    }
}

impl<const LQ: usize, const LO: usize, const LX: usize> Logic for CompleterUnit<LQ, LO, LX> {
    #[hdl_gen]
    fn update(&mut self) {
        for _LO in LO..LO {}
        dff_setup!(
            self,
            clock,
            state,
            item,
            qp,
            own,
            peer,
            entry,
            producer,
            answer,
            outcome,
            target,
            distance,
            limit,
            interval,
            deadline,
            expired,
            in_flight,
            has_head,
            covered,
            ends,
            at_una,
            back,
            offset,
            rest,
            progress,
            released,
            want_kick,
            unwritten,
            status,
            flushed,
            kick_full,
            kick_for,
            err_full,
            ev_full,
            held_slot,
            held_qpn,
            lost,
            counted,
            counted_slot,
            counted_ci,
            handed_count,
            departed_count,
            under_way,
            mark,
            marked,
            gone_out
        );
        self.mem.clock.next = self.clock.val();
        self.done.clock.next = self.clock.val();
        self.marks.clock.next = self.clock.val();
        self.pieces.clock.next = self.clock.val();
        self.mem.bus.next = self.bus.val();
        self.mem.clear.next = false;
        self.rsp.next = self.mem.rsp.val();

        // outputs that are held until taken
        self.kick_valid.next = self.kick_full.q.val();
        self.kick_slot.next = self.kick_for.q.val();
        if self.kick_ready.val() {
            self.kick_full.d.next = false;
        }
        self.err_valid.next = self.err_full.q.val();
        self.err_slot.next = self.held_slot.q.val();
        self.err_event.next = bits::<8>(0);
        if self.err_ready.val() {
            self.err_full.d.next = false;
        }
        self.ev_valid.next = self.ev_full.q.val();
        self.ev.next.kind = bits::<8>(6);
        self.ev.next.object = self.held_qpn.q.val();
        self.ev.next.vector = bits::<8>(0);
        if self.ev_ready.val() {
            self.ev_full.d.next = false;
        }
        self.held.next = self.kick_full.q.val() | self.err_full.q.val() | self.ev_full.q.val();

        // contexts; the lower half of word 1 is `sq_ci`, and a bus write is shown until it has been done
        self.restored.next = (self.bus.val().valid == 1)
            & (self.bus.val().write == 1)
            & (self.bus.val().kind == self.record_kind.val())
            & ((self.bus.val().word == 1)
                | ((self.bus.val().word == 0) & (self.bus.val().both == 1)));
        self.idle.next = self.state.q.val() == CompleterState::Idle;
        // the write of the last item falls into the cycle in which the next is taken; one of the same QP waits for it
        self.writes.next = self.idle.val() & self.unwritten.q.val() & !self.kick_full.q.val();
        self.pkt_ready.next = self.idle.val()
            & !self.held.val()
            & !(self.unwritten.q.val() & (self.pkt.val().slot == self.item.q.val().slot));
        self.take.next = self.pkt_ready.val() & self.pkt_valid.val();
        self.busy.next = !self.idle.val();
        // reads do not wait for that comparison
        self.offered.next = self.idle.val() & self.pkt_valid.val() & !self.held.val();
        self.req_re.next = self.offered.val() | self.writes.val();
        self.req_slot.next = self.pkt.val().slot;
        self.sqp_re.next = self.offered.val();
        self.sqp_slot.next = self.pkt.val().slot;
        self.mem.re.next = self.offered.val() | self.com_re.val();
        self.mem.ra.next = self.com_slot.val().get_bits::<LQ>(0);
        if self.offered.val() {
            self.mem.ra.next = self.pkt.val().slot.get_bits::<LQ>(0);
        }
        self.com.next = self.mem.rd.val();
        self.mem.we.next = self.writes.val();
        if self.writes.val() {
            self.unwritten.d.next = false;
            self.kick_full.d.next = self.want_kick.q.val();
            self.kick_for.d.next = self.item.q.val().slot;
        }
        self.mem.wa.next = self.item.q.val().slot.get_bits::<LQ>(0);
        self.mem.wd.next = self.own.q.val();
        self.marks.re.next = self.offered.val();
        self.marks.ra.next = self.pkt.val().slot.get_bits::<LQ>(0);
        self.marks.we.next = self.writes.val() | self.restored.val();
        self.marks.wa.next = self.item.q.val().slot.get_bits::<LQ>(0);
        self.marks.wd.next = bit_cast::<17, 16>(self.mark.q.val());
        if self.marked.q.val() {
            self.marks.wd.next = bit_cast::<17, 16>(self.mark.q.val()) | 0x1_0000;
        }
        if !self.writes.val() {
            // a record that the bus writes is not marked
            self.marks.wa.next = self.bus.val().index.get_bits::<LQ>(0);
            self.marks.wd.next = bits::<17>(0);
        }
        // the copy of `sq_ci`; the bus goes first: completions of different QPs are further apart than its writes of one record are long
        self.completes.next = false;
        self.next_ci.next = self.own.q.val().sq_ci + 1;
        self.done.we.next = self.restored.val() | self.counted.q.val();
        self.done.wa.next = self.counted_slot.q.val().get_bits::<LQ>(0);
        self.done.wd.next = self.counted_ci.q.val();
        if self.restored.val() {
            self.done.wa.next = self.bus.val().index.get_bits::<LQ>(0);
            self.done.wd.next = self.bus.val().data.get_bits::<16>(32);
        } else {
            self.counted.d.next = false;
        }
        self.done.ra.next = self.freed_slot.val();
        self.freed.next = self.done.rd.val();
        self.ring_base.next = bit_cast::<LX, 12>(self.item.q.val().slot);
        for _i in 0..LO {
            self.ring_base.next = self.ring_base.val() << 1;
        }
        self.out_re.next = (self.state.q.val() == CompleterState::Classify)
            | (self.state.q.val() == CompleterState::Fetch);
        self.out_addr.next =
            self.ring_base.val() | bit_cast::<LX, LO>(self.own.q.val().or_tail.get_bits::<LO>(0));

        self.timeouts.ack_code.next = self.qp.q.val().timeout;
        self.timeouts.rnr_code.next = self.item.q.val().ext.get_bits::<5>(0);
        self.syndrome.next = self.item.q.val().ext.get_bits::<8>(0);
        self.last_opcode.next =
            (self.item.q.val().opcode == 0x0f) | (self.item.q.val().opcode == 0x10);

        // path MTU: 1 is 256, 5 is 4096 bytes
        self.mtu.next = bits::<13>(4096);
        self.place.next = bit_cast::<32, 24>(self.back.q.val()) << 12;
        match self.qp.q.val().path_mtu.index() {
            1 => {
                self.mtu.next = bits::<13>(256);
                self.place.next = bit_cast::<32, 24>(self.back.q.val()) << 8;
            }
            2 => {
                self.mtu.next = bits::<13>(512);
                self.place.next = bit_cast::<32, 24>(self.back.q.val()) << 9;
            }
            3 => {
                self.mtu.next = bits::<13>(1024);
                self.place.next = bit_cast::<32, 24>(self.back.q.val()) << 10;
            }
            4 => {
                self.mtu.next = bits::<13>(2048);
                self.place.next = bit_cast::<32, 24>(self.back.q.val()) << 11;
            }
            _ => {}
        }
        self.pieces.valid.next = self.state.q.val() == CompleterState::Place;
        self.pieces.sge0_iova.next = self.entry.q.val().sge0_iova;
        self.pieces.sge0_len.next = self.entry.q.val().sge0_len;
        self.pieces.sge1_iova.next = self.entry.q.val().sge1_iova;
        self.pieces.offset.next = self.offset.q.val();
        self.pieces.len.next = self.item.q.val().payload_len;

        // packets in flight behind `una`, in the requester's eyes
        self.sent.next = self.peer.q.val().next_psn - self.own.q.val().una;
        self.running.next = self.sent.val().any()
            & !self.sent.val().get_bit(23)
            & (self.peer.q.val().gen_seen == self.own.q.val().rewind_gen)
            & self.qp.q.val().timeout.any()
            & !self.qp.q.val().raw.any();
        // packets on their way
        if self.handed.val() {
            self.handed_count.d.next = self.handed_count.q.val() + 1;
        }
        if self.departed.val() {
            self.departed_count.d.next = self.departed_count.q.val() + 1;
        }
        self.under_way.d.next = self.handed_count.q.val() != self.departed_count.q.val();
        self.passed.next = self.departed_count.q.val() - self.mark.q.val();
        self.gone_out.d.next =
            !self.under_way.q.val() | (self.marked.q.val() & !self.passed.val().get_bit(15));
        // on a circle of 19 hours; sign: the deadline is ahead. One less than the difference, for a timer begins in the middle of a µs
        self.age.next = self.now_us.val()
            + !(bit_cast::<36, 32>(self.own.q.val().deadline_lo)
                | (bit_cast::<36, 4>(self.own.q.val().deadline_hi) << 32));
        // target - last_psn - 1: negative if the entry is not all acknowledged
        self.behind.next = self.target.q.val() + !self.entry.q.val().last_psn;

        // the regions of its entries, one after the other
        self.gone_slot.next = bit_cast::<12, 8>(self.entry.q.val().sge0_mr);
        self.lost.d.next = self.gone.val();
        self.lost_any.next = self.lost.q.val() & self.entry.q.val().sge0_len.any();
        if self.state.q.val() == CompleterState::Check {
            self.gone_slot.next = bit_cast::<12, 8>(self.entry.q.val().status);
            if self.gone.val() & (self.entry.q.val().length != self.entry.q.val().sge0_len) {
                self.lost_any.next = true;
            }
        }

        self.needs_response.next = (self.entry.q.val().kind == 2) | (self.entry.q.val().kind == 3);
        self.pop.next = (self.state.q.val() == CompleterState::Act)
            & self.has_head.q.val()
            & self.covered.q.val()
            & !self.needs_response.val()
            & !self.entry.q.val().kind.get_bit(2);
        self.final_pop.next = self.ends.q.val() & (self.answer.q.val() == Answer::Ack);

        // retries
        self.retries.next = self.own.q.val().retry_left;
        self.rnr_retries.next = self.own.q.val().rnr_left;
        if self.progress.q.val() {
            self.retries.next = self.qp.q.val().retry_cnt;
            self.rnr_retries.next = self.qp.q.val().rnr_retry;
        }
        self.heeded.next = self.progress.q.val()
            | ((self.own.q.val().timer_mode != 2)
                & (!self.own.q.val().rewound.any() | (self.outcome.q.val() == Outcome::RnrWait)));
        self.gave_up.next = (self.outcome.q.val() == Outcome::Restart)
            & self.heeded.val()
            & !self.retries.val().any();
        self.rnr_gave_up.next = (self.outcome.q.val() == Outcome::RnrWait)
            & self.heeded.val()
            & (self.qp.q.val().rnr_retry != 7)
            & !self.rnr_retries.val().any();
        // a new generation asks for a restart; never come full circle on one that the requester has not seen
        self.generation.next = self.own.q.val().rewind_gen;
        if (self.own.q.val().rewind_gen - self.peer.q.val().gen_seen) != 15 {
            self.generation.next = self.own.q.val().rewind_gen + 1;
        }
        self.more_to_flush.next =
            (self.own.q.val().sq_ci != self.producer.q.val()) & !self.flushed.q.val().get_bit(2);
        self.bad_length.next = self.item.q.val().payload_len != self.mtu.val();
        if self.ends.q.val() {
            self.bad_length.next =
                self.rest.q.val() != bit_cast::<32, 13>(self.item.q.val().payload_len);
        }

        // descriptor
        self.exec_valid.next = false;
        self.exec.next.slot = self.item.q.val().slot;
        self.exec.next.beats = self.item.q.val().beats;
        self.exec.next.buf = self.item.q.val().buf;
        self.exec.next.src_offset = bit_cast::<14, 7>(self.item.q.val().hdr_len);
        self.exec.next.len0 = bits::<14>(0);
        self.exec.next.iova0 = self.pieces.iova0.val();
        self.exec.next.len1 = bits::<13>(0);
        self.exec.next.iova1 = self.pieces.iova1.val();
        self.exec.next.atomic = bits::<2>(0);
        self.exec.next.swap_add = bits::<64>(0);
        self.exec.next.compare = bits::<64>(0);
        self.exec.next.resource = bits::<4>(0);
        self.exec.next.cqe = bits::<1>(1);
        self.exec.next.cq = self.qp.q.val().send_cq;
        self.exec.next.cqe_qpn = self.qp.q.val().qpn;
        self.exec.next.cqe_index = self.own.q.val().sq_ci;
        self.exec.next.cqe_opcode = self.entry.q.val().opcode;
        self.exec.next.cqe_status = bits::<8>(0);
        self.exec.next.cqe_len = self.entry.q.val().length;
        self.exec.next.cqe_imm = bits::<32>(0);
        self.exec.next.cqe_flags = bits::<8>(0);
        self.exec.next.cqe_solicited = bits::<1>(0);
        self.exec.next.answer = bits::<2>(0);
        self.exec.next.psn = bits::<24>(0);
        self.exec.next.syndrome = bits::<8>(0);
        self.exec.next.msn = bits::<24>(0);
        self.exec.next.answer_len = bits::<32>(0);
        self.exec.next.answer_iova = bits::<64>(0);
        self.exec.next.answer_mr = bits::<12>(0);
        self.exec.next.token = bits::<1>(0);

        self.count_valid.next = false;
        self.count.next = bits::<8>(0);

        match self.state.q.val() {
            CompleterState::Idle => {
                self.progress.d.next = false;
                self.released.d.next = !self.pkt.val().beats.any();
                self.outcome.d.next = Outcome::Done;
                self.flushed.d.next = bits::<3>(0);
                if self.take.val() {
                    self.want_kick.d.next = false;
                    self.item.d.next = self.pkt.val();
                    self.qp.d.next = self.cfg.val();
                    self.state.d.next = CompleterState::Latch;
                }
            }
            CompleterState::Latch => {
                self.own.d.next = self.mem.rd.val();
                self.peer.d.next = self.req.val();
                self.producer.d.next = self.sqp_producer.val();
                self.mark.d.next = self.marks.rd.val().get_bits::<16>(0);
                self.marked.d.next = self.marks.rd.val().get_bit(16);
                self.held_slot.d.next = self.item.q.val().slot;
                self.held_qpn.d.next = self.qp.q.val().qpn;
                self.state.d.next = CompleterState::Classify;
            }
            CompleterState::Classify => {
                self.distance.d.next = self.item.q.val().psn - self.own.q.val().una;
                self.limit.d.next = self.peer.q.val().max_psn - self.own.q.val().una;
                self.target.d.next = self.item.q.val().psn;
                self.interval.d.next = self.timeouts.ack_us.val();
                self.answer.d.next = Answer::Nothing;
                self.has_head.d.next = self.own.q.val().or_tail != self.peer.q.val().or_head;
                match self.item.q.val().opcode.index() {
                    0x0d => {
                        self.answer.d.next = Answer::Read;
                    }
                    0x0e => {
                        self.answer.d.next = Answer::Read;
                    }
                    0x0f => {
                        self.answer.d.next = Answer::Read;
                    }
                    0x10 => {
                        self.answer.d.next = Answer::Read;
                    }
                    0x11 => match self.syndrome.val().get_bits::<3>(5).index() {
                        0 => {
                            self.answer.d.next = Answer::Ack;
                            self.target.d.next = self.item.q.val().psn + 1;
                        }
                        1 => {
                            self.answer.d.next = Answer::RnrNak;
                            self.interval.d.next = bit_cast::<34, 20>(self.timeouts.rnr_us.val());
                        }
                        3 => {
                            if self.syndrome.val().get_bits::<5>(0) == 0 {
                                self.answer.d.next = Answer::SequenceNak;
                            } else if self.syndrome.val().get_bits::<5>(0) < 4 {
                                self.answer.d.next = Answer::FatalNak;
                            }
                        }
                        _ => {}
                    },
                    0x12 => {
                        self.answer.d.next = Answer::Atomic;
                    }
                    _ => {}
                }
                // remote invalid request, remote access, remote operation
                self.status.d.next = bit_cast::<8, 5>(self.syndrome.val().get_bits::<5>(0)) + 8;
                self.state.d.next = CompleterState::Entry;
                match self.item.q.val().kind.index() {
                    1 => {
                        // a tick brings the opcode of whatever came before it
                        self.interval.d.next = self.timeouts.ack_us.val();
                        if (self.item.q.val().state == 4)
                            & (self.own.q.val().or_tail == self.peer.q.val().or_head)
                        {
                            self.interval.d.next = bits::<34>(1);
                        }
                        if self.item.q.val().state == 6 {
                            self.own.d.next.timer_mode = bits::<2>(0);
                            self.state.d.next = CompleterState::Flush;
                        }
                    }
                    2 => {
                        self.answer.d.next = Answer::Ack;
                        self.target.d.next = self.item.q.val().psn + 1;
                    }
                    3 => {
                        self.state.d.next = CompleterState::Token;
                    }
                    _ => {}
                }
            }
            CompleterState::Fetch => {
                self.has_head.d.next = self.own.q.val().or_tail != self.peer.q.val().or_head;
                self.state.d.next = CompleterState::Entry;
            }
            CompleterState::Entry => {
                self.entry.d.next = self.out.val();
                self.deadline.d.next =
                    self.now_us.val() + bit_cast::<36, 34>(self.interval.q.val());
                self.expired.d.next = !self.age.val().get_bit(35);
                self.in_flight.d.next = self.running.val();
                self.state.d.next = CompleterState::Judge;
                if self.item.q.val().kind == 1 {
                    self.state.d.next = CompleterState::Tick;
                } else if !self.progress.q.val()
                    & ((self.answer.q.val() == Answer::Nothing)
                        | self.own.q.val().failed.any()
                        | (self.distance.q.val() >= self.limit.q.val())
                        | self.distance.q.val().get_bit(23))
                {
                    self.count_valid.next = true;
                    self.count.next = bits::<8>(36);
                    if !self.distance.q.val().get_bit(23)
                        & (self.distance.q.val() >= self.limit.q.val())
                    {
                        self.count.next = bits::<8>(35);
                    }
                    self.state.d.next = CompleterState::Finish;
                }
            }
            CompleterState::Judge => {
                self.covered.d.next = !self.behind.val().get_bit(23);
                self.ends.d.next = self.entry.q.val().last_psn == self.item.q.val().psn;
                self.at_una.d.next = self.target.q.val() == self.own.q.val().una;
                self.back.d.next = self.item.q.val().psn - self.entry.q.val().first_psn;
                self.state.d.next = CompleterState::Act;
            }
            CompleterState::Act => {
                self.offset.d.next = self.place.val();
                self.state.d.next = CompleterState::Finish;
                if self.pop.val() {
                    self.exec_valid.next = self.entry.q.val().signalled.any();
                    if !self.final_pop.val() {
                        self.exec.next.beats = bits::<12>(0);
                    }
                    self.state.d.next = CompleterState::Act;
                    if !self.entry.q.val().signalled.any() | self.exec_ready.val() {
                        self.own.d.next.una = self.entry.q.val().last_psn + 1;
                        self.own.d.next.or_tail = self.own.q.val().or_tail + 1;
                        self.completes.next = true;
                        self.progress.d.next = true;
                        self.count_valid.next = self.entry.q.val().kind == 0;
                        self.count.next = bits::<8>(12);
                        self.state.d.next = CompleterState::Fetch;
                        if self.final_pop.val() {
                            self.state.d.next = CompleterState::Finish;
                            if self.entry.q.val().signalled.any() {
                                self.released.d.next = true;
                            }
                        }
                    }
                } else if self.has_head.q.val() & self.entry.q.val().kind.get_bit(2) {
                    self.status.d.next = self.entry.q.val().status;
                    self.state.d.next = CompleterState::Fail;
                } else if self.has_head.q.val() {
                    // a SEND or WRITE acknowledged in part
                    if !self.needs_response.val() & !self.at_una.q.val() {
                        self.own.d.next.una = self.target.q.val();
                        self.progress.d.next = true;
                    }
                    if self.needs_response.val() & !self.at_una.q.val() {
                        self.outcome.d.next = Outcome::Restart;
                    } else {
                        match self.answer.q.val() {
                            Answer::SequenceNak => {
                                self.outcome.d.next = Outcome::Restart;
                                self.count_valid.next = true;
                                self.count.next = bits::<8>(6);
                            }
                            Answer::RnrNak => {
                                self.outcome.d.next = Outcome::RnrWait;
                                self.count_valid.next = true;
                                self.count.next = bits::<8>(4);
                            }
                            Answer::FatalNak => {
                                self.state.d.next = CompleterState::Fail;
                            }
                            Answer::Read => {
                                self.state.d.next = CompleterState::Place;
                                if self.entry.q.val().kind != 2 {
                                    self.state.d.next = CompleterState::Finish;
                                }
                            }
                            Answer::Atomic => {
                                self.state.d.next = CompleterState::Emit;
                                if self.entry.q.val().kind != 3 {
                                    self.state.d.next = CompleterState::Finish;
                                } else if self.lost_any.val() {
                                    self.status.d.next = bits::<8>(4);
                                    self.state.d.next = CompleterState::Fail;
                                }
                            }
                            _ => {}
                        }
                    }
                }
            }
            CompleterState::Place => {
                self.rest.d.next = self.entry.q.val().length - self.offset.q.val();
                self.state.d.next = CompleterState::Check;
            }
            CompleterState::Check => {
                self.state.d.next = CompleterState::Emit;
                if self.bad_length.val() {
                    self.status.d.next = bits::<8>(1);
                    self.state.d.next = CompleterState::Fail;
                }
                if self.last_opcode.val() != self.ends.q.val() {
                    self.status.d.next = bits::<8>(7);
                    self.state.d.next = CompleterState::Fail;
                }
                if self.lost_any.val() {
                    self.status.d.next = bits::<8>(4);
                    self.state.d.next = CompleterState::Fail;
                }
            }
            CompleterState::Emit => {
                self.exec_valid.next = true;
                self.exec.next.cqe = bits::<1>(0);
                if self.ends.q.val() {
                    self.exec.next.cqe = self.entry.q.val().signalled;
                }
                self.exec.next.len0 = bit_cast::<14, 13>(self.pieces.len0.val());
                self.exec.next.len1 = self.pieces.len1.val();
                if self.answer.q.val() == Answer::Atomic {
                    // the eight bytes before the (empty) payload
                    self.exec.next.atomic = bits::<2>(3);
                    self.exec.next.len0 = bits::<14>(8);
                    self.exec.next.iova0 = self.entry.q.val().sge0_iova;
                    self.exec.next.len1 = bits::<13>(0);
                    self.exec.next.src_offset = bit_cast::<14, 7>(self.item.q.val().hdr_len - 8);
                }
                if self.exec_ready.val() {
                    self.released.d.next = true;
                    self.progress.d.next = true;
                    self.own.d.next.una = self.own.q.val().una + 1;
                    if self.ends.q.val() {
                        self.own.d.next.or_tail = self.own.q.val().or_tail + 1;
                        self.completes.next = true;
                        self.own.d.next.rd_done = self.own.q.val().rd_done + 1;
                    }
                    self.state.d.next = CompleterState::Finish;
                    if self.ends.q.val() {
                        self.state.d.next = CompleterState::Settle;
                    }
                }
            }
            CompleterState::Settle => {
                // a fenced request starts when `rd_done` says so, and may send what this answer brought
                if !self.moving.val() {
                    self.state.d.next = CompleterState::Finish;
                }
            }
            CompleterState::Finish => {
                if self.gave_up.val() {
                    self.status.d.next = bits::<8>(12);
                    self.count_valid.next = true;
                    self.count.next = bits::<8>(8);
                    self.state.d.next = CompleterState::Fail;
                } else if self.rnr_gave_up.val() {
                    self.status.d.next = bits::<8>(13);
                    self.count_valid.next = true;
                    self.count.next = bits::<8>(9);
                    self.state.d.next = CompleterState::Fail;
                } else {
                    // release of the frame, if no descriptor has done it
                    self.exec.next.cqe = bits::<1>(0);
                    self.exec_valid.next = !self.released.q.val();
                    if self.released.q.val() | self.exec_ready.val() {
                        self.state.d.next = CompleterState::Idle;
                        if self.progress.q.val() {
                            self.state.d.next = CompleterState::Idle;
                            self.unwritten.d.next = true;
                            self.want_kick.d.next = true;
                            self.own.d.next.retry_left = self.qp.q.val().retry_cnt;
                            self.own.d.next.rnr_left = self.qp.q.val().rnr_retry;
                            self.own.d.next.rewound = bits::<1>(0);
                            self.own.d.next.timer_mode = bits::<2>(0);
                            self.marked.d.next = false;
                            if self.running.val() & self.under_way.q.val() {
                                self.marked.d.next = true;
                                self.mark.d.next = self.handed_count.q.val();
                            } else if self.running.val() {
                                self.own.d.next.timer_mode = bits::<2>(1);
                                self.own.d.next.deadline_lo =
                                    self.deadline.q.val().get_bits::<32>(0);
                                self.own.d.next.deadline_hi =
                                    self.deadline.q.val().get_bits::<4>(32);
                            }
                        }
                        if self.heeded.val() & (self.outcome.q.val() == Outcome::Restart) {
                            self.state.d.next = CompleterState::Idle;
                            self.unwritten.d.next = true;
                            self.want_kick.d.next = true;
                            self.own.d.next.retry_left = self.retries.val() - 1;
                            self.own.d.next.rewound = bits::<1>(1);
                            self.own.d.next.rewind_gen = self.generation.val();
                            self.own.d.next.timer_mode = bits::<2>(0);
                            self.marked.d.next = false;
                            self.count_valid.next = true;
                            self.count.next = bits::<8>(10);
                        }
                        if self.heeded.val() & (self.outcome.q.val() == Outcome::RnrWait) {
                            self.state.d.next = CompleterState::Idle;
                            self.unwritten.d.next = true;
                            if self.qp.q.val().rnr_retry != 7 {
                                self.own.d.next.rnr_left = self.rnr_retries.val() - 1;
                            }
                            self.own.d.next.rewind_gen = self.generation.val();
                            self.own.d.next.timer_mode = bits::<2>(2);
                            self.marked.d.next = false;
                            self.own.d.next.deadline_lo = self.deadline.q.val().get_bits::<32>(0);
                            self.own.d.next.deadline_hi = self.deadline.q.val().get_bits::<4>(32);
                        }
                    }
                }
            }
            CompleterState::Tick => {
                self.state.d.next = CompleterState::Idle;
                if !self.own.q.val().failed.any()
                    & ((self.item.q.val().state == 3) | (self.item.q.val().state == 4))
                {
                    if self.has_head.q.val() & self.entry.q.val().kind.get_bit(2) {
                        self.status.d.next = self.entry.q.val().status;
                        self.state.d.next = CompleterState::Fail;
                    } else {
                        match self.own.q.val().timer_mode.index() {
                            1 => {
                                if !self.in_flight.q.val() {
                                    self.own.d.next.timer_mode = bits::<2>(0);
                                    self.state.d.next = CompleterState::Idle;
                                    self.unwritten.d.next = true;
                                } else if self.expired.q.val() {
                                    self.count_valid.next = true;
                                    self.count.next = bits::<8>(10);
                                    self.own.d.next.timer_mode = bits::<2>(0);
                                    self.own.d.next.retry_left = self.own.q.val().retry_left - 1;
                                    self.own.d.next.rewound = bits::<1>(0);
                                    self.own.d.next.rewind_gen = self.generation.val();
                                    self.want_kick.d.next = true;
                                    self.state.d.next = CompleterState::Idle;
                                    self.unwritten.d.next = true;
                                    if !self.own.q.val().retry_left.any() {
                                        self.count.next = bits::<8>(8);
                                        self.own.d.next.retry_left = bits::<3>(0);
                                        self.own.d.next.rewind_gen = self.own.q.val().rewind_gen;
                                        self.status.d.next = bits::<8>(12);
                                        self.state.d.next = CompleterState::Fail;
                                    }
                                }
                            }
                            2 => {
                                if self.expired.q.val() {
                                    self.own.d.next.timer_mode = bits::<2>(0);
                                    self.want_kick.d.next = true;
                                    self.state.d.next = CompleterState::Idle;
                                    self.unwritten.d.next = true;
                                }
                            }
                            3 => {
                                if (self.item.q.val().state == 3) | self.has_head.q.val() {
                                    self.own.d.next.timer_mode = bits::<2>(0);
                                    self.state.d.next = CompleterState::Idle;
                                    self.unwritten.d.next = true;
                                } else if self.expired.q.val() {
                                    self.own.d.next.timer_mode = bits::<2>(0);
                                    self.own.d.next.sqd_reported = bits::<1>(1);
                                    self.ev_full.d.next = true;
                                    self.state.d.next = CompleterState::Idle;
                                    self.unwritten.d.next = true;
                                }
                            }
                            _ => {
                                self.own.d.next.deadline_lo =
                                    self.deadline.q.val().get_bits::<32>(0);
                                self.own.d.next.deadline_hi =
                                    self.deadline.q.val().get_bits::<4>(32);
                                if self.in_flight.q.val() & self.gone_out.q.val() {
                                    self.own.d.next.timer_mode = bits::<2>(1);
                                    self.marked.d.next = false;
                                    self.state.d.next = CompleterState::Idle;
                                    self.unwritten.d.next = true;
                                } else if self.in_flight.q.val() {
                                    if !self.marked.q.val() {
                                        self.marked.d.next = true;
                                        self.mark.d.next = self.handed_count.q.val();
                                        self.unwritten.d.next = true;
                                    }
                                } else if (self.item.q.val().state == 4)
                                    & !self.has_head.q.val()
                                    & !self.own.q.val().sqd_reported.any()
                                {
                                    self.own.d.next.timer_mode = bits::<2>(3);
                                    self.state.d.next = CompleterState::Idle;
                                    self.unwritten.d.next = true;
                                } else if (self.item.q.val().state == 3)
                                    & self.own.q.val().sqd_reported.any()
                                {
                                    self.own.d.next.sqd_reported = bits::<1>(0);
                                    self.state.d.next = CompleterState::Idle;
                                    self.unwritten.d.next = true;
                                }
                            }
                        }
                    }
                }
            }
            CompleterState::Flush => {
                self.exec.next.cqe_status = bits::<8>(5);
                self.exec.next.cqe_opcode = bits::<8>(0);
                self.exec.next.cqe_len = bits::<32>(0);
                self.exec_valid.next = self.more_to_flush.val();
                if self.more_to_flush.val() {
                    // no packet that was on its way may complete anything from now on
                    self.own.d.next.failed = bits::<1>(1);
                    if self.exec_ready.val() {
                        self.completes.next = true;
                        self.flushed.d.next = self.flushed.q.val() + 1;
                    }
                } else {
                    self.state.d.next = CompleterState::Idle;
                    if self.flushed.q.val().any() {
                        self.state.d.next = CompleterState::Idle;
                        self.unwritten.d.next = true;
                    }
                }
            }
            CompleterState::Fail => {
                self.exec_valid.next = true;
                self.exec.next.cqe_status = self.status.q.val();
                if self.exec_ready.val() {
                    self.released.d.next = true;
                    self.own.d.next.failed = bits::<1>(1);
                    self.own.d.next.timer_mode = bits::<2>(0);
                    self.own.d.next.or_tail = self.own.q.val().or_tail + 1;
                    self.completes.next = true;
                    self.err_full.d.next = true;
                    self.want_kick.d.next = false;
                    self.state.d.next = CompleterState::Idle;
                    self.unwritten.d.next = true;
                }
            }
            CompleterState::Token => {
                self.exec.next.cqe = bits::<1>(0);
                self.exec.next.token = bits::<1>(1);
                self.exec_valid.next = true;
                if self.exec_ready.val() {
                    self.state.d.next = CompleterState::Idle;
                }
            }
        }
        if self.completes.val() {
            self.own.d.next.sq_ci = self.next_ci.val();
            self.counted.d.next = true;
            self.counted_slot.d.next = self.item.q.val().slot;
            self.counted_ci.d.next = self.next_ci.val();
        }
    }
}
