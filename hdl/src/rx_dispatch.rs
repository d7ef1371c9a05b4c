//! From a received header to the engine that shall deal with it.
//!
//! # Theory of operation
//! Two stages, so that look-ups of one packet run while the one before waits for the engines.
//!
//! The *front* looks at the header at the port: what class of packet is it, which QP (look-up of the destination QPN), may it use the memory
//! it names (region check, any domain)? When the QP is known, the header moves into the *back*, which reads
//! configuration, addresses and state of the QP, compares, and presents the packet; the answer to the region check may
//! come as late as that. The region's domain is compared with the QP's when the packet is presented.
//!
//! A packet is handed over only when neither engine is busy, so that frames are released in the order in which they came.
//! A packet that fails a check is counted and its frame released by a descriptor of our own (`exec`), under the same rule.
//! Received frames, and those with a congestion mark in the IP header, are counted by `frame_rx`; here what is dropped, and marks in the BTH alone.
//! The checks, in order: raw queue there (`RX_RAW_DROPPED`), transport version, CNP (counted, no more), class RC, opcode, QP known, QP not raw, QP state, partition key,
//! source and destination address.
//!
//! The state is read once, when the packet enters the back. A packet whose queue pair fails after that, because of what the engines have
//! in hand, is dropped as if it had come behind (`failing_*`, `RX_BAD_STATE`): else a second copy of a request that is refused for good would be executed.
//!
//! Besides packets the back presents, one at a time and in this order: raw frames sent (kind 2, to the completer), service requests
//! (ticks, kind 1), the drain token (kind 3, to the responder), and ticks of the walker, which visits every slot
//! that is RTR or later in turn. Packets and these take turns; the walker waits while headers come, but not longer than 64 packets or 512 cycles.
//! It goes round from reset on; `time_begins` has it wait and begin anew with slot 0, so that two NICs can be brought to the same cycle of their lives.
//! A tick goes to the completer and then, in state ERR, to the responder. A token waits for a packet whose region check has begun, and no check begins
//! while a token waits: whatever a packet behind the token does, it has been checked behind the token.
//!
//! # Migration (`MG` 1)
//! What is not plain RC goes to the migration unit instead of an engine, when both engines are idle. It takes it in a cycle of
//! `mig_valid` and `mig_open` and says what becomes of it with the pulse `mig_done`: with `mig_pass` it goes on to its engine, in state
//! `mig_state`; else it is gone (a frame is released here, counted there). A packet that is not taken within 512 cycles is dropped
//! (`MIGRATION_BUSY`), a tick within 32 given up. Nothing else waits for it. After state and partition key:
//!
//! | packet | |
//! |---|---|
//! | RESUME, RESUME_ACK, MOVED (opcodes 0x19 to 0x1b) | to the unit, from any source; `RX_BAD_OPCODE` if the QP is not migratable |
//! | NAK_STOPPED (ACKNOWLEDGE with syndrome 0x65) | to the unit, from RTR on; to the completer if the QP is not migratable |
//! | request, MOVING | to the unit; `RX_BAD_STATE` if the QP is not migratable |
//! | response, MOVING; raw frame, MOVING | dropped |
//! | request, PAUSED | to the responder, in state RTS |
//! | response, PAUSED | to the unit |
//!
//! Ticks of MOVING and PAUSED queue pairs go to the unit.
//!
//! # Interfaces
//! * `hdr_*`: valid/ready; held until ready. `look_*`, `found_*`: QP look-up, one at a time. `mr_*`: region check, answers
//!   in order, at most two under way.
//! * `state_re`, `state_slot` in cycle t, `state` in cycle t+1: a port of `qp_state`.
//! * `failing_valid`, `failing_slot`: this queue pair goes to ERR; from before the engine that asked for it is idle until `state` says so.
//! * `pkt`, `cfg` are valid with `to_responder_valid` or `to_completer_valid` only; engines take what they need in the cycle of the
//!   handover. `xxx_busy` must be high from the cycle behind it until the last descriptor of that packet has been taken.
//!   Without a region check (no address, length 0) `mr_ok` is 1 and `mr_iova` means nothing.
//!   A raw frame has `hdr_len` 0 and its length in `payload_len`.
//! * `svc_*`, `sent_*`, `token_*`: valid/ready; ready is a grant and depends on all valids.
//! * `bus`/`rsp`: context kinds QP_CONFIG and QP_ADDRESS.
//!
//! # Timing
//! With a look-up of three cycles: SENDs are presented in the sixth cycle after `hdr_valid`, packets with a region check
//! in the tenth; one packet every five cycles (ten with checks of nine cycles).
//!
//! # States
//! Back: Idle → Load → Check → Present → (Second) → Idle.

use crate::contract::{QpAddress, QpConfig};
use crate::counter;
use crate::mem::{CtxRam, kind};
use crate::pipe::{CtxReq, CtxRsp, ExecDesc, MrReq, MrRsp, RxHeader, RxPacket};
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum DispatchBack {
    Idle,
    Load,
    Check,
    Present,
    Second,
}

/// The dispatcher for `2^LQ` queue pairs; `MG` 1 with the migration unit. See the module's head.
#[derive(LogicBlock)]
pub struct RxDispatch<const LQ: usize, const MG: usize> {
    pub clock: Signal<In, Clock>,
    pub hdr_valid: Signal<In, Bit>,
    pub hdr: Signal<In, RxHeader>,
    pub hdr_ready: Signal<Out, Bit>,
    pub look_valid: Signal<Out, Bit>,
    pub look_key: Signal<Out, Bits<32>>,
    pub look_ready: Signal<In, Bit>,
    pub found_valid: Signal<In, Bit>,
    pub found_hit: Signal<In, Bit>,
    pub found_slot: Signal<In, Bits<12>>,
    pub mr_valid: Signal<Out, Bit>,
    pub mr_req: Signal<Out, MrReq>,
    pub mr_ready: Signal<In, Bit>,
    pub mr_rsp_valid: Signal<In, Bit>,
    pub mr_rsp: Signal<In, MrRsp>,
    pub state_re: Signal<Out, Bit>,
    pub state_slot: Signal<Out, Bits<12>>,
    pub state: Signal<In, Bits<3>>,
    pub failing_valid: Signal<In, Bit>,
    pub failing_slot: Signal<In, Bits<12>>,
    pub pkt: Signal<Out, RxPacket>,
    pub cfg: Signal<Out, QpConfig>,
    pub to_responder_valid: Signal<Out, Bit>,
    pub to_responder_ready: Signal<In, Bit>,
    pub to_completer_valid: Signal<Out, Bit>,
    pub to_completer_ready: Signal<In, Bit>,
    pub responder_busy: Signal<In, Bit>,
    pub completer_busy: Signal<In, Bit>,
    /// to the migration unit, with `pkt`: what it is, and whether its addresses are IPv6
    pub mig_valid: [Signal<Out, Bit>; MG],
    pub mig_kind: [Signal<Out, Bits<2>>; MG],
    pub mig_ipv6: [Signal<Out, Bit>; MG],
    pub mig_open: [Signal<In, Bit>; MG],
    /// what it took is done with; if `mig_pass`, an engine gets it, in state `mig_state`
    pub mig_done: [Signal<In, Bit>; MG],
    pub mig_pass: [Signal<In, Bit>; MG],
    pub mig_state: [Signal<In, Bits<3>>; MG],
    pub exec_valid: Signal<Out, Bit>,
    pub exec: Signal<Out, ExecDesc>,
    pub exec_ready: Signal<In, Bit>,
    pub svc_valid: Signal<In, Bit>,
    pub svc_slot: Signal<In, Bits<12>>,
    pub svc_ready: Signal<Out, Bit>,
    pub sent_valid: Signal<In, Bit>,
    pub sent_slot: Signal<In, Bits<12>>,
    pub sent_psn: Signal<In, Bits<24>>,
    pub sent_ready: Signal<Out, Bit>,
    pub token_valid: Signal<In, Bit>,
    pub token_ready: Signal<Out, Bit>,
    /// the walker waits, and begins anew with the lowest slot behind it
    pub time_begins: Signal<In, Bit>,
    /// where raw frames go, if they go anywhere
    pub raw_enable: Signal<In, Bit>,
    pub raw_slot: Signal<In, Bits<12>>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    configs: CtxRam<QpConfig, LQ>,
    addresses: CtxRam<QpAddress, LQ>,

    // front
    looked: DFF<Bit>,
    found: DFF<Bit>,
    hit: DFF<Bit>,
    found_at: DFF<Bits<12>>,
    asked: DFF<Bit>,
    answered: DFF<Bit>,
    early: DFF<MrRsp>,

    // back
    back: DFF<DispatchBack>,
    hold: DFF<RxHeader>,
    what: DFF<Bits<2>>,
    slot: DFF<Bits<12>>,
    drop: DFF<Bit>,
    reason: DFF<Bits<8>>,
    response: DFF<Bit>,
    waiting: DFF<Bit>,
    checked: DFF<Bit>,
    region: DFF<MrRsp>,
    conf: DFF<QpConfig>,
    addr: DFF<QpAddress>,
    qp_state: DFF<Bits<3>>,
    /// the last thing taken was not a packet
    turn: DFF<Bit>,
    marked: DFF<Bit>,

    // migration: it is for the unit, the unit has it, the unit has counted it; cycles it has been offered
    for_unit: [DFF<Bit>; MG],
    with_unit: [DFF<Bit>; MG],
    counted: [DFF<Bit>; MG],
    offered: [DFF<Bits<9>>; MG],

    // walker
    walk: DFF<Bits<LQ>>,
    scanning: DFF<Bit>,
    scanned: DFF<Bits<LQ>>,
    tick: DFF<Bit>,
    tick_slot: DFF<Bits<LQ>>,
    cycles: DFF<Bits<10>>,
    packets: DFF<Bits<7>>,

    op: Signal<Local, Bits<5>>,
    rc_op: Signal<Local, Bit>,
    roce_ok: Signal<Local, Bit>,
    is_response: Signal<Local, Bit>,
    is_atomic: Signal<Local, Bit>,
    has_reth: Signal<Local, Bit>,
    needs_mr: Signal<Local, Bit>,
    va: Signal<Local, Bits<64>>,
    rkey: Signal<Local, Bits<32>>,
    dma_len: Signal<Local, Bits<32>>,
    byte: Signal<Local, Bits<8>>,
    access: Signal<Local, Bits<4>>,
    mr_asked: Signal<Local, Bit>,
    mr_early: Signal<Local, Bit>,
    known: Signal<Local, Bit>,
    ready: Signal<Local, Bit>,
    other: Signal<Local, Bit>,
    take: Signal<Local, Bit>,
    take_other: Signal<Local, Bit>,
    next_slot: Signal<Local, Bits<12>>,
    walking: Signal<Local, Bit>,
    live: Signal<Local, Bit>,
    token: Signal<Local, Bit>,
    due: Signal<Local, Bit>,
    asleep: Signal<Local, Bit>,
    /// the packet in the back belongs to a queue pair that fails now
    overtaken: Signal<Local, Bit>,
    bad_state: Signal<Local, Bit>,
    bad_key: Signal<Local, Bit>,
    bad_dst: Signal<Local, Bit>,
    bad_addr: Signal<Local, Bit>,
    idle: Signal<Local, Bit>,
    present: Signal<Local, Bit>,
    leave: Signal<Local, Bit>,
    to_responder: Signal<Local, Bit>,
    paused: [Signal<Local, Bit>; MG],
    moving: [Signal<Local, Bit>; MG],
    /// nothing is wrong with the packet but, maybe, its addresses
    sound: [Signal<Local, Bit>; MG],
    migratable: [Signal<Local, Bit>; MG],
    /// RESUME, RESUME_ACK or MOVED; NAK_STOPPED
    resumption: [Signal<Local, Bit>; MG],
    nak_stopped: [Signal<Local, Bit>; MG],

    err: Constant<Bits<3>>,
    no_exec: Constant<ExecDesc>,
    rx_raw_dropped: Constant<Bits<8>>,
    rx_bad_version: Constant<Bits<8>>,
    rx_cnp: Constant<Bits<8>>,
    rx_not_rc: Constant<Bits<8>>,
    rx_bad_opcode: Constant<Bits<8>>,
    rx_unknown_qp: Constant<Bits<8>>,
    rx_bad_state: Constant<Bits<8>>,
    rx_pkey: Constant<Bits<8>>,
    rx_address: Constant<Bits<8>>,
    rx_ecn: Constant<Bits<8>>,
    migration_busy: [Constant<Bits<8>>; MG],
}

impl<const LQ: usize, const MG: usize> Default for RxDispatch<LQ, MG> {
    fn default() -> Self {
        assert!(LQ >= 1 && LQ <= 12, "slots have 12 bits");
        Self {
            clock: Default::default(),
            hdr_valid: Default::default(),
            hdr: Default::default(),
            hdr_ready: Default::default(),
            look_valid: Default::default(),
            look_key: Default::default(),
            look_ready: Default::default(),
            found_valid: Default::default(),
            found_hit: Default::default(),
            found_slot: Default::default(),
            mr_valid: Default::default(),
            mr_req: Default::default(),
            mr_ready: Default::default(),
            mr_rsp_valid: Default::default(),
            mr_rsp: Default::default(),
            state_re: Default::default(),
            state_slot: Default::default(),
            state: Default::default(),
            failing_valid: Default::default(),
            failing_slot: Default::default(),
            pkt: Default::default(),
            cfg: Default::default(),
            to_responder_valid: Default::default(),
            to_responder_ready: Default::default(),
            to_completer_valid: Default::default(),
            to_completer_ready: Default::default(),
            responder_busy: Default::default(),
            completer_busy: Default::default(),
            mig_valid: array_init::array_init(|_| Default::default()),
            mig_kind: array_init::array_init(|_| Default::default()),
            mig_ipv6: array_init::array_init(|_| Default::default()),
            mig_open: array_init::array_init(|_| Default::default()),
            mig_done: array_init::array_init(|_| Default::default()),
            mig_pass: array_init::array_init(|_| Default::default()),
            mig_state: array_init::array_init(|_| Default::default()),
            exec_valid: Default::default(),
            exec: Default::default(),
            exec_ready: Default::default(),
            svc_valid: Default::default(),
            svc_slot: Default::default(),
            svc_ready: Default::default(),
            sent_valid: Default::default(),
            sent_slot: Default::default(),
            sent_psn: Default::default(),
            sent_ready: Default::default(),
            token_valid: Default::default(),
            token_ready: Default::default(),
            time_begins: Default::default(),
            raw_enable: Default::default(),
            raw_slot: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            configs: CtxRam::new(kind::QP_CONFIG),
            addresses: CtxRam::new(kind::QP_ADDRESS),
            looked: Default::default(),
            found: Default::default(),
            hit: Default::default(),
            found_at: Default::default(),
            asked: Default::default(),
            answered: Default::default(),
            early: Default::default(),
            back: Default::default(),
            hold: Default::default(),
            what: Default::default(),
            slot: Default::default(),
            drop: Default::default(),
            reason: Default::default(),
            response: Default::default(),
            waiting: Default::default(),
            checked: Default::default(),
            region: Default::default(),
            conf: Default::default(),
            addr: Default::default(),
            qp_state: Default::default(),
            turn: Default::default(),
            marked: Default::default(),
            for_unit: array_init::array_init(|_| Default::default()),
            with_unit: array_init::array_init(|_| Default::default()),
            counted: array_init::array_init(|_| Default::default()),
            offered: array_init::array_init(|_| Default::default()),
            walk: Default::default(),
            scanning: Default::default(),
            scanned: Default::default(),
            tick: Default::default(),
            tick_slot: Default::default(),
            cycles: Default::default(),
            packets: Default::default(),
            op: Default::default(),
            rc_op: Default::default(),
            roce_ok: Default::default(),
            is_response: Default::default(),
            is_atomic: Default::default(),
            has_reth: Default::default(),
            needs_mr: Default::default(),
            va: Default::default(),
            rkey: Default::default(),
            dma_len: Default::default(),
            byte: Default::default(),
            access: Default::default(),
            mr_asked: Default::default(),
            mr_early: Default::default(),
            known: Default::default(),
            ready: Default::default(),
            other: Default::default(),
            take: Default::default(),
            take_other: Default::default(),
            next_slot: Default::default(),
            walking: Default::default(),
            live: Default::default(),
            token: Default::default(),
            due: Default::default(),
            asleep: Default::default(),
            overtaken: Default::default(),
            bad_state: Default::default(),
            bad_key: Default::default(),
            bad_dst: Default::default(),
            bad_addr: Default::default(),
            idle: Default::default(),
            present: Default::default(),
            leave: Default::default(),
            to_responder: Default::default(),
            paused: array_init::array_init(|_| Default::default()),
            moving: array_init::array_init(|_| Default::default()),
            sound: array_init::array_init(|_| Default::default()),
            migratable: array_init::array_init(|_| Default::default()),
            resumption: array_init::array_init(|_| Default::default()),
            nak_stopped: array_init::array_init(|_| Default::default()),
            err: Constant::new(crate::qp_state::state::ERR.to_bits()),
            no_exec: Constant::new(ExecDesc::default()),
            rx_raw_dropped: Constant::new(counter::RX_RAW_DROPPED.to_bits()),
            rx_bad_version: Constant::new(counter::RX_BAD_VERSION.to_bits()),
            rx_cnp: Constant::new(counter::RX_CNP.to_bits()),
            rx_not_rc: Constant::new(counter::RX_NOT_RC.to_bits()),
            rx_bad_opcode: Constant::new(counter::RX_BAD_OPCODE.to_bits()),
            rx_unknown_qp: Constant::new(counter::RX_UNKNOWN_QP.to_bits()),
            rx_bad_state: Constant::new(counter::RX_BAD_STATE.to_bits()),
            rx_pkey: Constant::new(counter::RX_PKEY.to_bits()),
            rx_address: Constant::new(counter::RX_ADDRESS.to_bits()),
            rx_ecn: Constant::new(counter::RX_ECN.to_bits()),
            migration_busy: array_init::array_init(|_| {
                Constant::new(counter::MIGRATION_BUSY.to_bits())
            }),
        }
    }
}

impl<const LQ: usize, const MG: usize> Logic for RxDispatch<LQ, MG> {
    #[hdl_gen]
    fn update(&mut self) {
        for _MG in MG..MG {}
        dff_setup!(
            self, clock, looked, found, hit, found_at, asked, answered, early, back, hold, what,
            slot, drop, reason, response, waiting, checked, region, conf, addr, qp_state, turn,
            marked, walk, scanning, scanned, tick, tick_slot, cycles, packets
        );
        for i in 0..MG {
            self.for_unit[i].clock.next = self.clock.val();
            self.with_unit[i].clock.next = self.clock.val();
            self.counted[i].clock.next = self.clock.val();
            self.offered[i].clock.next = self.clock.val();
            self.for_unit[i].d.next = self.for_unit[i].q.val();
            self.with_unit[i].d.next = self.with_unit[i].q.val();
            self.counted[i].d.next = self.counted[i].q.val();
            self.offered[i].d.next = self.offered[i].q.val();
        }
        self.hdr_ready.next = false;
        self.svc_ready.next = false;
        self.sent_ready.next = false;
        self.token_ready.next = false;
        self.to_responder_valid.next = false;
        self.to_completer_valid.next = false;
        self.exec_valid.next = false;
        self.count_valid.next = false;
        self.count.next = self.reason.q.val();

        // front: what is it?
        self.op.next = self.hdr.val().opcode.get_bits::<5>(0);
        self.rc_op.next = (self.op.val() < bits::<5>(0x15))
            | (self.op.val() == bits::<5>(0x16))
            | (self.op.val() == bits::<5>(0x17));
        if MG == 1 {
            // RESUME, RESUME_ACK, MOVED
            if (self.op.val() >= bits::<5>(0x19)) & (self.op.val() <= bits::<5>(0x1b)) {
                self.rc_op.next = true;
            }
        }
        self.is_response.next =
            (self.op.val() >= bits::<5>(0x0d)) & (self.op.val() <= bits::<5>(0x12));
        self.is_atomic.next =
            (self.op.val() == bits::<5>(0x13)) | (self.op.val() == bits::<5>(0x14));
        self.has_reth.next = (self.op.val() == bits::<5>(0x06))
            | (self.op.val() == bits::<5>(0x0a))
            | (self.op.val() == bits::<5>(0x0b))
            | (self.op.val() == bits::<5>(0x0c));
        self.roce_ok.next = !self.hdr.val().raw.any()
            & !self.hdr.val().tver.any()
            & !self.hdr.val().opcode.get_bits::<3>(5).any()
            & self.rc_op.val();
        self.va.next = bits::<64>(0);
        self.rkey.next = bits::<32>(0);
        self.dma_len.next = bits::<32>(0);
        for i in 0..8 {
            self.byte.next = self.hdr.val().ext.get_bits::<8>(8 * i);
            self.va.next = (self.va.val() << 8) | bit_cast::<64, 8>(self.byte.val());
        }
        for i in 8..12 {
            self.byte.next = self.hdr.val().ext.get_bits::<8>(8 * i);
            self.rkey.next = (self.rkey.val() << 8) | bit_cast::<32, 8>(self.byte.val());
        }
        for i in 12..16 {
            self.byte.next = self.hdr.val().ext.get_bits::<8>(8 * i);
            self.dma_len.next = (self.dma_len.val() << 8) | bit_cast::<32, 8>(self.byte.val());
        }
        self.access.next = bits::<4>(2);
        if self.is_atomic.val() {
            self.dma_len.next = bits::<32>(8);
            self.access.next = bits::<4>(8);
        } else if self.op.val() == bits::<5>(0x0c) {
            self.access.next = bits::<4>(4);
        }
        self.needs_mr.next = self.roce_ok.val()
            & ((self.has_reth.val() & self.dma_len.val().any()) | self.is_atomic.val());

        // front: look-ups
        self.look_valid.next = self.hdr_valid.val() & self.roce_ok.val() & !self.looked.q.val();
        self.look_key.next = bit_cast::<32, 24>(self.hdr.val().dest_qpn);
        if self.look_valid.val() & self.look_ready.val() {
            self.looked.d.next = true;
        }
        if self.found_valid.val() {
            self.found.d.next = true;
            self.hit.d.next = self.found_hit.val();
            self.found_at.d.next = self.found_slot.val();
        }
        self.mr_valid.next = self.hdr_valid.val()
            & self.needs_mr.val()
            & !self.asked.q.val()
            & !self.token_valid.val();
        self.mr_req.next.key = self.rkey.val();
        self.mr_req.next.pd = bits::<16>(0);
        self.mr_req.next.any_pd = bits::<1>(1);
        self.mr_req.next.access = self.access.val();
        self.mr_req.next.va = self.va.val();
        self.mr_req.next.len = self.dma_len.val();
        if self.mr_valid.val() & self.mr_ready.val() {
            self.asked.d.next = true;
        }
        self.mr_asked.next = self.asked.q.val() | (self.mr_valid.val() & self.mr_ready.val());
        // answers come in order: first the back's, then the front's
        self.mr_early.next = self.mr_rsp_valid.val() & !self.waiting.q.val();
        if self.mr_early.val() {
            self.answered.d.next = true;
            self.early.d.next = self.mr_rsp.val();
        }
        if self.mr_rsp_valid.val() & self.waiting.q.val() {
            self.waiting.d.next = false;
            self.region.d.next = self.mr_rsp.val();
        }
        self.known.next = self.found.q.val() | self.found_valid.val();
        self.ready.next = self.hdr_valid.val()
            & (self.known.val() | !self.roce_ok.val())
            & (self.mr_asked.val() | !self.needs_mr.val());

        // whose turn is it?
        self.token.next = self.token_valid.val() & !self.asked.q.val();
        self.due.next = self.cycles.q.val().get_bit(9) | self.packets.q.val().get_bit(6);
        self.other.next = self.sent_valid.val()
            | self.svc_valid.val()
            | self.token.val()
            | (self.tick.q.val() & (self.due.val() | !self.hdr_valid.val()));
        self.take.next = (self.back.q.val() == DispatchBack::Idle)
            & self.ready.val()
            & (!self.other.val() | self.turn.q.val());
        self.take_other.next =
            (self.back.q.val() == DispatchBack::Idle) & self.other.val() & !self.take.val();
        if !self.cycles.q.val().get_bit(9) {
            self.cycles.d.next = self.cycles.q.val() + 1;
        }

        // walker
        self.live.next = self.scanning.q.val() & self.state.val().get_bits::<2>(1).any();
        self.walking.next = !self.tick.q.val() & !self.take.val() & !self.take_other.val();
        self.scanning.d.next = self.walking.val();
        self.scanned.d.next = self.walk.q.val();
        if self.walking.val() {
            self.walk.d.next = self.walk.q.val() + 1;
        }
        if self.live.val() & !self.tick.q.val() {
            self.tick.d.next = true;
            self.tick_slot.d.next = self.scanned.q.val();
            self.walk.d.next = self.scanned.q.val() + 1;
        }

        if self.time_begins.val() {
            self.walk.d.next = bits::<LQ>(0);
            self.scanning.d.next = false;
            self.tick.d.next = false;
            self.cycles.d.next = bits::<10>(0);
            self.packets.d.next = bits::<7>(0);
        }

        // into the back
        self.next_slot.next = self.found_at.q.val();
        if self.take.val() {
            self.hdr_ready.next = true;
            self.looked.d.next = false;
            self.found.d.next = false;
            self.asked.d.next = false;
            self.answered.d.next = false;
            self.turn.d.next = false;
            self.back.d.next = DispatchBack::Load;
            self.hold.d.next = self.hdr.val();
            self.what.d.next = bits::<2>(0);
            self.response.d.next = self.is_response.val();
            self.drop.d.next = true;
            self.checked.d.next = self.needs_mr.val();
            self.waiting.d.next =
                self.needs_mr.val() & !self.answered.q.val() & !self.mr_early.val();
            self.region.d.next = self.early.q.val();
            if self.mr_early.val() {
                self.region.d.next = self.mr_rsp.val();
            }
            // a mark of the IP header `frame_rx` has counted
            if self.hdr.val().fecn.any() & !self.hdr.val().ecn.any() {
                self.marked.d.next = true;
            }
            if self.found_valid.val() {
                self.next_slot.next = self.found_slot.val();
            }
            self.reason.d.next = self.rx_unknown_qp.val();
            if self.hdr.val().raw.any() {
                self.next_slot.next = self.raw_slot.val();
                self.reason.d.next = self.rx_raw_dropped.val();
                self.drop.d.next = !self.raw_enable.val();
                self.hold.d.next.hdr_len = bits::<7>(0);
                self.hold.d.next.payload_len = self.hdr.val().frame_len.get_bits::<13>(0);
                self.response.d.next = false;
            } else if self.hdr.val().tver.any() {
                self.reason.d.next = self.rx_bad_version.val();
            } else if self.hdr.val().opcode == bits::<8>(0x81) {
                self.reason.d.next = self.rx_cnp.val();
            } else if self.hdr.val().opcode.get_bits::<3>(5).any() {
                self.reason.d.next = self.rx_not_rc.val();
            } else if !self.rc_op.val() {
                self.reason.d.next = self.rx_bad_opcode.val();
            } else if self.found_valid.val() {
                self.drop.d.next = !self.found_hit.val();
            } else {
                self.drop.d.next = !self.hit.q.val();
            }
            if !self.packets.q.val().get_bit(6) {
                self.packets.d.next = self.packets.q.val() + 1;
            }
        }
        if self.take_other.val() {
            self.turn.d.next = true;
            self.back.d.next = DispatchBack::Load;
            self.drop.d.next = false;
            self.checked.d.next = false;
            // nothing to release
            self.hold.d.next.beats = bits::<12>(0);
            if self.sent_valid.val() {
                self.sent_ready.next = true;
                self.next_slot.next = self.sent_slot.val();
                self.hold.d.next.psn = self.sent_psn.val();
                self.what.d.next = bits::<2>(2);
            } else if self.svc_valid.val() {
                self.svc_ready.next = true;
                self.next_slot.next = self.svc_slot.val();
                self.what.d.next = bits::<2>(1);
            } else if self.token.val() {
                self.token_ready.next = true;
                self.what.d.next = bits::<2>(3);
            } else {
                self.next_slot.next = bit_cast::<12, LQ>(self.tick_slot.q.val());
                self.what.d.next = bits::<2>(1);
                self.tick.d.next = false;
                self.cycles.d.next = bits::<10>(0);
                self.packets.d.next = bits::<7>(0);
            }
        }
        if self.take.val() | self.take_other.val() {
            self.slot.d.next = self.next_slot.val();
        }

        // memories
        self.configs.clock.next = self.clock.val();
        self.configs.bus.next = self.bus.val();
        self.configs.clear.next = false;
        self.configs.re.next = self.take.val() | self.take_other.val();
        self.configs.ra.next = self.next_slot.val().get_bits::<LQ>(0);
        self.configs.we.next = false;
        self.configs.wa.next = self.slot.q.val().get_bits::<LQ>(0);
        self.configs.wd.next = self.conf.q.val();
        self.addresses.clock.next = self.clock.val();
        self.addresses.bus.next = self.bus.val();
        self.addresses.clear.next = false;
        self.addresses.re.next = self.take.val() | self.take_other.val();
        self.addresses.ra.next = self.next_slot.val().get_bits::<LQ>(0);
        self.addresses.we.next = false;
        self.addresses.wa.next = self.slot.q.val().get_bits::<LQ>(0);
        self.addresses.wd.next = self.addr.q.val();
        self.rsp.next.ack = self.configs.rsp.val().ack | self.addresses.rsp.val().ack;
        self.rsp.next.data = self.configs.rsp.val().data | self.addresses.rsp.val().data;
        self.state_re.next = self.take.val() | self.take_other.val() | self.walking.val();
        self.state_slot.next = self.next_slot.val();
        if self.walking.val() {
            self.state_slot.next = bit_cast::<12, LQ>(self.walk.q.val());
        }

        // back
        self.overtaken.next = self.failing_valid.val()
            & (self.failing_slot.val().get_bits::<LQ>(0) == self.slot.q.val().get_bits::<LQ>(0))
            & !self.what.q.val().any();
        self.asleep.next = !self.qp_state.q.val().get_bits::<2>(1).any();
        // requests from RTR, responses from RTS
        self.bad_state.next = self.asleep.val()
            | (self.qp_state.q.val() == self.err.val())
            | (self.response.q.val() & (self.qp_state.q.val() == bits::<3>(2)));
        self.bad_key.next = (self.hold.q.val().pkey.get_bits::<15>(0)
            != self.conf.q.val().pkey.get_bits::<15>(0))
            | !(self.hold.q.val().pkey.get_bit(15) | self.conf.q.val().pkey.get_bit(15));
        // IPv6 has addresses that look like IPv4's
        self.bad_dst.next = (self.hold.q.val().dst_ip != self.addr.q.val().local_ip)
            | (self.hold.q.val().ipv6 != self.conf.q.val().ipv6);
        self.bad_addr.next =
            (self.hold.q.val().src_ip != self.addr.q.val().partner_ip) | self.bad_dst.val();
        self.idle.next = !self.responder_busy.val() & !self.completer_busy.val();
        self.present.next = self.idle.val() & !self.waiting.q.val();
        for i in 0..MG {
            // the migration unit goes first
            if self.for_unit[i].q.val() {
                self.present.next = false;
            }
        }
        self.leave.next = false;
        self.to_responder.next =
            self.what.q.val().all() | (!self.what.q.val().any() & !self.response.q.val());
        match self.back.q.val() {
            DispatchBack::Idle => {}
            DispatchBack::Load => {
                self.conf.d.next = self.configs.rd.val();
                self.addr.d.next = self.addresses.rd.val();
                self.qp_state.d.next = self.state.val();
                if self.overtaken.val() {
                    self.qp_state.d.next = self.err.val();
                }
                self.back.d.next = DispatchBack::Check;
            }
            DispatchBack::Check => {
                self.back.d.next = DispatchBack::Present;
                if self.what.q.val().any() {
                    // nobody may touch the contexts of a QP in RESET or INIT
                    if self.asleep.val() & !self.what.q.val().all() {
                        self.back.d.next = DispatchBack::Idle;
                    }
                } else if !self.drop.q.val() {
                    if self.hold.q.val().raw.any() {
                        self.drop.d.next = self.bad_state.val() | !self.conf.q.val().raw.any();
                    } else {
                        self.drop.d.next = self.conf.q.val().raw.any()
                            | self.bad_state.val()
                            | self.bad_key.val()
                            | self.bad_addr.val();
                        self.reason.d.next = self.rx_address.val();
                        if self.conf.q.val().raw.any() {
                            self.reason.d.next = self.rx_not_rc.val();
                        } else if self.bad_state.val() {
                            self.reason.d.next = self.rx_bad_state.val();
                        } else if self.bad_key.val() {
                            self.reason.d.next = self.rx_pkey.val();
                        }
                    }
                }
            }
            DispatchBack::Present => {
                if self.present.val() {
                    if self.drop.q.val() {
                        self.exec_valid.next = true;
                        self.leave.next = self.exec_ready.val();
                    } else if self.to_responder.val() {
                        self.to_responder_valid.next = true;
                        self.leave.next = self.to_responder_ready.val();
                    } else {
                        self.to_completer_valid.next = true;
                        self.leave.next = self.to_completer_ready.val();
                    }
                }
                if self.leave.val() {
                    self.back.d.next = DispatchBack::Idle;
                    if (self.what.q.val() == bits::<2>(1))
                        & (self.qp_state.q.val() == self.err.val())
                    {
                        self.back.d.next = DispatchBack::Second;
                    }
                    // the frame itself `frame_rx` has counted
                    self.count_valid.next = !self.what.q.val().any() & self.drop.q.val();
                }
            }
            DispatchBack::Second => {
                self.to_responder_valid.next = self.idle.val();
                if self.idle.val() & self.to_responder_ready.val() {
                    self.back.d.next = DispatchBack::Idle;
                }
            }
        }
        for i in 0..MG {
            // which way, if not the plain one
            self.paused[i].next = self.qp_state.q.val() == bits::<3>(5);
            self.moving[i].next = self.qp_state.q.val() == bits::<3>(7);
            self.sound[i].next = !self.what.q.val().any()
                & !self.drop.q.val()
                & !self.hold.q.val().raw.any()
                & !self.conf.q.val().raw.any()
                & !self.asleep.val()
                & (self.qp_state.q.val() != self.err.val())
                & !self.bad_key.val();
            self.migratable[i].next = self.conf.q.val().migratable.any();
            // the class is RC, so these are all of opcodes 0x18 to 0x1f
            self.resumption[i].next = self.hold.q.val().opcode.get_bits::<2>(3).all();
            self.nak_stopped[i].next = self.migratable[i].val()
                & (self.hold.q.val().opcode == bits::<8>(0x11))
                & (self.hold.q.val().ext.get_bits::<8>(0) == bits::<8>(0x65));
            if self.back.q.val() == DispatchBack::Check {
                self.for_unit[i].d.next = false;
                self.counted[i].d.next = false;
                self.offered[i].d.next = bits::<9>(0);
                if self.what.q.val() == bits::<2>(1) {
                    self.for_unit[i].d.next = self.paused[i].val() | self.moving[i].val();
                } else if self.sound[i].val() & self.resumption[i].val() {
                    // its source may be new
                    self.drop.d.next = !self.migratable[i].val() | self.bad_dst.val();
                    self.for_unit[i].d.next = self.migratable[i].val() & !self.bad_dst.val();
                    if !self.migratable[i].val() {
                        self.reason.d.next = self.rx_bad_opcode.val();
                    }
                } else if self.sound[i].val() & !self.bad_addr.val() {
                    if self.nak_stopped[i].val() {
                        self.drop.d.next = false;
                        self.for_unit[i].d.next = true;
                    } else if self.moving[i].val() {
                        self.drop.d.next = self.response.q.val() | !self.migratable[i].val();
                        self.for_unit[i].d.next = !self.response.q.val() & self.migratable[i].val();
                        self.reason.d.next = self.rx_bad_state.val();
                    } else if self.paused[i].val() {
                        self.for_unit[i].d.next = self.response.q.val();
                        if !self.response.q.val() {
                            // the responder works as ever
                            self.qp_state.d.next = bits::<3>(3);
                        }
                    }
                } else if self.hold.q.val().raw.any() & self.moving[i].val() {
                    self.drop.d.next = !self.what.q.val().any();
                }
            }

            // the unit's answer
            self.mig_valid[i].next = (self.back.q.val() == DispatchBack::Present)
                & self.for_unit[i].q.val()
                & !self.with_unit[i].q.val()
                & self.idle.val()
                & !self.waiting.q.val();
            self.mig_kind[i].next = self.what.q.val();
            self.mig_ipv6[i].next = self.hold.q.val().ipv6.any();
            if self.mig_valid[i].val() {
                self.offered[i].d.next = self.offered[i].q.val() + 1;
                if self.mig_open[i].val() {
                    self.with_unit[i].d.next = true;
                } else if !self.what.q.val().any() & self.offered[i].q.val().all() {
                    self.for_unit[i].d.next = false;
                    self.drop.d.next = true;
                    self.reason.d.next = self.migration_busy[i].val();
                } else if self.what.q.val().any() & self.offered[i].q.val().get_bits::<5>(0).all() {
                    self.for_unit[i].d.next = false;
                    self.back.d.next = DispatchBack::Idle;
                }
            }
            if self.with_unit[i].q.val() & self.mig_done[i].val() {
                self.with_unit[i].d.next = false;
                self.for_unit[i].d.next = false;
                self.qp_state.d.next = self.mig_state[i].val();
                if !self.mig_pass[i].val() {
                    self.drop.d.next = true;
                    self.counted[i].d.next = true;
                    if self.what.q.val().any() {
                        self.back.d.next = DispatchBack::Idle;
                    }
                }
            }
            if self.counted[i].q.val() {
                self.count_valid.next = false;
            }
            if self.overtaken.val() & !self.with_unit[i].q.val() & !self.mig_valid[i].val() {
                self.for_unit[i].d.next = false;
            }
        }
        if self.overtaken.val()
            & ((self.back.q.val() == DispatchBack::Check)
                | (self.back.q.val() == DispatchBack::Present))
            & !self.drop.q.val()
            & !self.leave.val()
        {
            self.drop.d.next = true;
            if !self.hold.q.val().raw.any() {
                self.reason.d.next = self.rx_bad_state.val();
            }
        }
        if self.marked.q.val() & !self.count_valid.val() {
            self.count_valid.next = true;
            self.count.next = self.rx_ecn.val();
            self.marked.d.next = false;
        }

        self.exec.next = self.no_exec.val();
        self.exec.next.slot = self.slot.q.val();
        self.exec.next.beats = self.hold.q.val().beats;
        self.cfg.next = self.conf.q.val();
        self.pkt.next.kind = self.what.q.val();
        self.pkt.next.slot = self.slot.q.val();
        self.pkt.next.state = self.qp_state.q.val();
        self.pkt.next.buf = self.hold.q.val().buf;
        self.pkt.next.beats = self.hold.q.val().beats;
        self.pkt.next.hdr_len = self.hold.q.val().hdr_len;
        self.pkt.next.payload_len = self.hold.q.val().payload_len;
        self.pkt.next.opcode = self.hold.q.val().opcode;
        self.pkt.next.solicited = self.hold.q.val().solicited;
        self.pkt.next.pad = self.hold.q.val().pad;
        self.pkt.next.ack_req = self.hold.q.val().ack_req;
        self.pkt.next.psn = self.hold.q.val().psn;
        self.pkt.next.ext = self.hold.q.val().ext;
        self.pkt.next.mr_ok = bits::<1>(1);
        if self.checked.q.val() {
            self.pkt.next.mr_ok = self.region.q.val().ok
                & bit_cast::<1, 1>((self.region.q.val().pd == self.conf.q.val().pd).into());
        }
        self.pkt.next.mr_iova = self.region.q.val().iova;
        self.pkt.next.mr_slot = self.region.q.val().slot;
    }
}
