//! How far every ring has got: the one place where ring states change.
//!
//! # Theory of operation
//! Everything that happens to a ring is an operation that reads the ring's configuration and state, decides, and writes the
//! state back: a doorbell, a `get` of the engine that uses the WQEs, WQEs that have arrived, a fetch that had to wait, a reset.
//! All of them go through one pipeline, one a cycle. An operation waits while another one of its ring is in stage 1, 2 or 4; one
//! that follows an operation in stage 3 latches in its stage 1 what that one writes in its stage 4. So each sees the state the one
//! before left behind. A get waits for a doorbell in stage 3 too: a WQE that is pushed with it is stored behind stage 4.
//!
//! | stage | |
//! |---|---|
//! | 0 | choose (arrivals, fetches, then get, doorbell, command in turn; a get between two arrivals), read configuration and state |
//! | 1 | latch them, or the state that stage 4 writes |
//! | 2 | differences of indices, address of the next fetch; read the cache for a `get` |
//! | 3 | decide; answer `get` |
//! | 4 | write the state; show a DMA read (and hold it until it is taken), take a pushed WQE, kick, count |
//!
//! No source starves: doorbells, fetches and gets that take a WQE have one operation in the pipeline at a time, arrivals are
//! bounded by the reads in flight, and get, doorbell and command take turns. A get is answered three cycles later.
//!
//! ## Indices
//! `consumed <= arrived <= fetched <= producer`, free running; `fetched - consumed` is at most `2^LD`, the ring's share of
//! the cache. A doorbell may post as far as there is room in the ring: of a receive queue up to its size behind `consumed`, of a send queue
//! (`EX` 1) behind `freed`, the index of its oldest work request without completion. What is completed need not have been consumed: a queue pair in
//! ERR completes whatever is posted, and the requester does not see it. One read per ring is in flight, `fetching` says so; then its WQEs are those between `arrived` and `fetched`.
//! When they are no longer wanted (`seek`, `flush`, discarding a WQE that is not here yet), `epoch` becomes 1 and the ring
//! starts no other read until this one has come back, so one bit is enough and a late answer never meets a newer fetch.
//! `epoch` is 0 while the read in flight is wanted, and where there was none.
//!
//! ## Fetching ahead
//! A doorbell starts the read itself if nothing is in its way (stage 4). Otherwise, and after whatever makes room or ends a
//! read, the ring goes onto a ready list, whose head is tried again when a tag, buffer space and the read port are free.
//! While a ring waits there, doorbells do not overtake it.
//! A read takes as many WQEs as are posted, fit the cache and do not cross a 512-byte boundary or the end of the ring.
//!
//! # Commands
//! 1: every ring forgets what it has fetched (its WQEs are fetched and checked again). 2: ring `cmd_ring` is zeroed; done
//! when its read in flight has come back, so that the memory of the ring may be unmapped. 3: the limit of shared receive
//! queue `cmd_ring` is armed.
//!
//! # Held rings (`MG` 1)
//! A ring that is `held` refuses doorbells (`DB_STALE`) and starts no reads; gets are answered, with "empty" if what is posted is neither here nor on
//! its way: a responder that took its packet before the ring was held must not wait for it. Command 0 settles all held rings:
//! they forget what they have fetched but keep their indices. It walks over the rings up to `cmd_ring`, and again until none of the held ones has a read in
//! flight. Then their states say nothing of the past but `producer` and `consumed`, and do not change. A walk whose command is withdrawn ends without
//! an answer, and before the next command begins.
//!
//! # Reset
//! Configurations and states are cleared after reset, one ring a cycle.

#![allow(
    clippy::reversed_empty_ranges,
    reason = "`for _N in N..N {}` tells the emitter a constant"
)]

use crate::contract::{RingConfig, RingState};
use crate::counter::{DB_BAD_OWNER, DB_MALFORMED, DB_STALE, DMA_READ_ERROR};
use crate::fifo::Fifo;
use crate::pipe::{Doorbell, EventReq, ReadReq};
use crate::record;
use crate::sched::ReadyList;
use rust_hdl::prelude::*;

record! {
    /// An operation on a ring: kind, its variant, an index, and what a doorbell brings along.
    pub struct RingOp { kind: 3, variant: 3, index: 16, user_ctx: 8, push: 1, last: 1 }
}

// `RingOp.kind`; the variant of a GET is the `get_op` of the port, that of a RESET the `cmd_op`
const DOORBELL: u64 = 0;
const GET: u64 = 1;
const FETCH: u64 = 2;
const ARRIVAL: u64 = 3;
const RESET: u64 = 4;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum Command {
    Idle,
    Walk,
    Drain,
    One,
    Wait,
    Done,
}

/// Ring states of `2^LR` rings, `2^LD` cached WQEs each (`1 <= LD <= 4`), WQEs of `2^WB` bytes; `LR1 = LR + 1`,
/// `CA = LR + LD`; `EX` 1 if whose places are free is told from outside; `MG` 1 if rings can be held. The memories themselves are outside,
/// behind `mem_*`.
#[derive(LogicBlock)]
pub struct WqeRings<
    const LR: usize,
    const LR1: usize,
    const LD: usize,
    const CA: usize,
    const WB: u64,
    const EX: usize,
    const MG: usize,
> {
    pub clock: Signal<In, Clock>,
    /// configuration and state memory: read port, and write port of the state
    pub mem_re: Signal<Out, Bit>,
    pub mem_ra: Signal<Out, Bits<LR>>,
    pub cfg_rd: Signal<In, RingConfig>,
    pub state_rd: Signal<In, RingState>,
    pub state_we: Signal<Out, Bit>,
    pub state_wa: Signal<Out, Bits<LR>>,
    pub state_wd: Signal<Out, RingState>,
    /// the configuration of `state_wa` is to be zeroed (after reset)
    pub cfg_clear: Signal<Out, Bit>,
    /// a ring, and in the same cycle the index of its oldest entry that is still in use
    pub freed_ring: [Signal<Out, Bits<LR>>; EX],
    pub freed: [Signal<In, Bits<16>>; EX],
    /// doorbell; taken four cycles after it is looked at, and held until then
    pub db_valid: Signal<In, Bit>,
    pub db: Signal<In, Doorbell>,
    /// the doorbell comes with a WQE
    pub db_push: Signal<In, Bit>,
    pub db_ready: Signal<Out, Bit>,
    /// the pushed WQE needs no memory region check
    pub push_inline: Signal<In, Bit>,
    /// the pushed WQE can be taken now
    pub push_free: Signal<In, Bit>,
    pub push_take: Signal<Out, Bit>,
    pub push_quiet: Signal<Out, Bit>,
    pub get_valid: Signal<In, Bit>,
    pub get_op: Signal<In, Bits<3>>,
    pub get_ring: Signal<In, Bits<13>>,
    pub get_index: Signal<In, Bits<16>>,
    pub get_ready: Signal<Out, Bit>,
    pub got_valid: Signal<Out, Bit>,
    pub got_status: Signal<Out, Bits<2>>,
    pub got_index: Signal<Out, Bits<16>>,
    pub cache_re: Signal<Out, Bit>,
    pub cache_ra: Signal<Out, Bits<CA>>,
    /// a tag and buffer space for a whole read are free
    pub room: Signal<In, Bit>,
    pub tag: Signal<In, Bits<4>>,
    pub rd_valid: Signal<Out, Bit>,
    pub rd: Signal<Out, ReadReq>,
    pub rd_ready: Signal<In, Bit>,
    /// a read starts; what it fetches (`out_*` also describe a pushed WQE)
    pub issue: Signal<Out, Bit>,
    pub issue_count: Signal<Out, Bits<5>>,
    pub out_ring: Signal<Out, Bits<LR>>,
    pub out_index: Signal<Out, Bits<16>>,
    pub out_pd: Signal<Out, Bits<16>>,
    /// the first WQE of the read stands at an odd place of its ring
    pub issue_odd: Signal<Out, Bit>,
    /// WQEs before `arr_index` are in the cache; `arr_last`: their read is over
    pub arr_valid: Signal<In, Bit>,
    pub arr_ring: Signal<In, Bits<LR>>,
    pub arr_index: Signal<In, Bits<16>>,
    pub arr_last: Signal<In, Bit>,
    pub arr_ready: Signal<Out, Bit>,
    pub kick_valid: Signal<Out, Bit>,
    pub kick_ring: Signal<Out, Bits<13>>,
    pub kick_ready: Signal<In, Bit>,
    pub cmd_valid: Signal<In, Bit>,
    pub cmd_op: Signal<In, Bits<2>>,
    pub cmd_ring: Signal<In, Bits<13>>,
    pub cmd_done: Signal<Out, Bit>,
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
    /// a DMA read came back with an error (pulse)
    pub read_error: Signal<In, Bit>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    /// cleared since reset
    pub ready: Signal<Out, Bit>,
    list: ReadyList<LR, LR1, 1>,
    kicks: Fifo<Bits<LR>, 2, 3>,
    cleared: DFF<Bits<LR1>>,
    // one operation each is in the pipeline; of gets, those that take a WQE: each may raise an event
    db_flying: DFF<Bit>,
    get_flying: DFF<Bit>,
    fetch_flying: DFF<Bit>,
    /// who of these went last: 0 get, 1 doorbell, 2 command
    served: DFF<Bits<2>>,
    /// an arrival has gone since the last get
    after_arrival: DFF<Bit>,
    command: DFF<Command>,
    walk: DFF<Bits<LR>>,
    drain: DFF<Bits<3>>,
    /// of the command: its `cmd_op`; a held ring has been met whose read is in flight; nobody waits for it any more
    variant: DFF<Bits<2>>,
    unsettled: [DFF<Bit>; MG],
    withdrawn: DFF<Bit>,
    // stage 1
    valid1: DFF<Bit>,
    ring1: DFF<Bits<LR>>,
    op1: DFF<RingOp>,
    // stage 2
    valid2: DFF<Bit>,
    ring2: DFF<Bits<LR>>,
    op2: DFF<RingOp>,
    cfg2: DFF<RingConfig>,
    state2: DFF<RingState>,
    freed2: [DFF<Bits<16>>; EX],
    // stage 3
    valid3: DFF<Bit>,
    ring3: DFF<Bits<LR>>,
    op3: DFF<RingOp>,
    state3: DFF<RingState>,
    live3: DFF<Bit>,
    held3: [DFF<Bit>; MG],
    owner3: DFF<Bit>,
    pd3: DFF<Bits<16>>,
    limit3: DFF<Bits<16>>,
    mask3: DFF<Bits<16>>,
    /// index - producer
    newer3: DFF<Bits<16>>,
    /// index - 1 - the oldest entry in use
    posted3: DFF<Bits<16>>,
    /// producer - consumed
    waiting3: DFF<Bits<16>>,
    here3: DFF<Bit>,
    /// WQEs not fetched yet, as a doorbell sees it
    wanted3: DFF<Bits<16>>,
    room3: DFF<Bits<5>>,
    bound3: DFF<Bits<5>>,
    /// next fetch: 4 KiB page (low 32 bits and carry, high 20 bits), place in the page
    page_lo3: DFF<Bits<33>>,
    page_hi3: DFF<Bits<20>>,
    place3: DFF<Bits<12>>,
    // stage 4
    valid4: DFF<Bit>,
    ring4: DFF<Bits<LR>>,
    op4: DFF<RingOp>,
    state4: DFF<RingState>,
    pd4: DFF<Bits<16>>,
    address4: DFF<Bits<64>>,
    count4: DFF<Bits<5>>,
    accept4: DFF<Bit>,
    push4: DFF<Bit>,
    plan4: DFF<Bit>,
    take4: DFF<Bit>,
    skip4: DFF<Bit>,
    /// a get that was to take a WQE and found none
    vain4: DFF<Bit>,
    seek4: DFF<Bit>,
    flush4: DFF<Bit>,
    zero4: DFF<Bit>,
    arm4: DFF<Bit>,
    arrive4: DFF<Bit>,
    over4: DFF<Bit>,
    limit4: DFF<Bit>,
    again4: DFF<Bit>,
    refused4: DFF<Bits<2>>,
    // outputs
    /// a read has been shown and not been taken
    reading: DFF<Bit>,
    read_tag: DFF<Bits<4>>,
    event: DFF<Bit>,
    event_object: DFF<Bits<24>>,
    errors: DFF<Bits<5>>,
    log_rings: Signal<Local, Bits<4>>,
    log_depth: Signal<Local, Bits<3>>,
    // stage 0
    running: Signal<Local, Bit>,
    arr_clash: Signal<Local, Bit>,
    get_clash: Signal<Local, Bit>,
    db_clash: Signal<Local, Bit>,
    fetch_clash: Signal<Local, Bit>,
    cmd_clash: Signal<Local, Bit>,
    arr_can: Signal<Local, Bit>,
    fetch_can: Signal<Local, Bit>,
    get_takes: Signal<Local, Bit>,
    get_can: Signal<Local, Bit>,
    db_can: Signal<Local, Bit>,
    cmd_can: Signal<Local, Bit>,
    get_slot: Signal<Local, Bits<LR>>,
    db_slot: Signal<Local, Bits<LR>>,
    cmd_slot: Signal<Local, Bits<LR>>,
    cmd_wants: Signal<Local, Bit>,
    cmd_goes: Signal<Local, Bit>,
    chosen: Signal<Local, Bit>,
    ring0: Signal<Local, Bits<LR>>,
    op0: Signal<Local, RingOp>,
    // stage 2
    mask: Signal<Local, Bits<16>>,
    /// the oldest entry in use
    oldest: Signal<Local, Bits<16>>,
    bytes: Signal<Local, Bits<24>>,
    aim: Signal<Local, Bits<16>>,
    // stage 3
    accept: Signal<Local, Bit>,
    fits: Signal<Local, Bit>,
    least: Signal<Local, Bits<5>>,
    planned: Signal<Local, Bits<5>>,
    is_db: Signal<Local, Bit>,
    is_get: Signal<Local, Bit>,
    is_fetch: Signal<Local, Bit>,
    is_arrival: Signal<Local, Bit>,
    is_reset: Signal<Local, Bit>,
    takes: Signal<Local, Bit>,
    skips: Signal<Local, Bit>,
    seeks: Signal<Local, Bit>,
    // stage 4
    pushes: Signal<Local, Bit>,
    starts: Signal<Local, Bit>,
    next_state: Signal<Local, RingState>,
    next_head: Signal<Local, Bits<16>>,
    refused: Signal<Local, Bit>,
    place_bit: Signal<Local, Bits<64>>,
}

impl<
    const LR: usize,
    const LR1: usize,
    const LD: usize,
    const CA: usize,
    const WB: u64,
    const EX: usize,
    const MG: usize,
> Default for WqeRings<LR, LR1, LD, CA, WB, EX, MG>
{
    fn default() -> Self {
        Self {
            clock: Default::default(),
            mem_re: Default::default(),
            mem_ra: Default::default(),
            cfg_rd: Default::default(),
            state_rd: Default::default(),
            state_we: Default::default(),
            state_wa: Default::default(),
            state_wd: Default::default(),
            cfg_clear: Default::default(),
            freed_ring: array_init::array_init(|_| Default::default()),
            freed: array_init::array_init(|_| Default::default()),
            db_valid: Default::default(),
            db: Default::default(),
            db_push: Default::default(),
            db_ready: Default::default(),
            push_inline: Default::default(),
            push_free: Default::default(),
            push_take: Default::default(),
            push_quiet: Default::default(),
            get_valid: Default::default(),
            get_op: Default::default(),
            get_ring: Default::default(),
            get_index: Default::default(),
            get_ready: Default::default(),
            got_valid: Default::default(),
            got_status: Default::default(),
            got_index: Default::default(),
            cache_re: Default::default(),
            cache_ra: Default::default(),
            room: Default::default(),
            tag: Default::default(),
            rd_valid: Default::default(),
            rd: Default::default(),
            rd_ready: Default::default(),
            issue: Default::default(),
            issue_count: Default::default(),
            out_ring: Default::default(),
            out_index: Default::default(),
            out_pd: Default::default(),
            issue_odd: Default::default(),
            arr_valid: Default::default(),
            arr_ring: Default::default(),
            arr_index: Default::default(),
            arr_last: Default::default(),
            arr_ready: Default::default(),
            kick_valid: Default::default(),
            kick_ring: Default::default(),
            kick_ready: Default::default(),
            cmd_valid: Default::default(),
            cmd_op: Default::default(),
            cmd_ring: Default::default(),
            cmd_done: Default::default(),
            ev_valid: Default::default(),
            ev: Default::default(),
            ev_ready: Default::default(),
            read_error: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            ready: Default::default(),
            list: Default::default(),
            kicks: Default::default(),
            cleared: Default::default(),
            db_flying: Default::default(),
            get_flying: Default::default(),
            fetch_flying: Default::default(),
            served: Default::default(),
            after_arrival: Default::default(),
            command: Default::default(),
            walk: Default::default(),
            drain: Default::default(),
            variant: Default::default(),
            unsettled: array_init::array_init(|_| Default::default()),
            withdrawn: Default::default(),
            valid1: Default::default(),
            ring1: Default::default(),
            op1: Default::default(),
            valid2: Default::default(),
            ring2: Default::default(),
            op2: Default::default(),
            cfg2: Default::default(),
            state2: Default::default(),
            freed2: array_init::array_init(|_| Default::default()),
            valid3: Default::default(),
            ring3: Default::default(),
            op3: Default::default(),
            state3: Default::default(),
            live3: Default::default(),
            held3: array_init::array_init(|_| Default::default()),
            owner3: Default::default(),
            pd3: Default::default(),
            limit3: Default::default(),
            mask3: Default::default(),
            newer3: Default::default(),
            posted3: Default::default(),
            waiting3: Default::default(),
            here3: Default::default(),
            wanted3: Default::default(),
            room3: Default::default(),
            bound3: Default::default(),
            page_lo3: Default::default(),
            page_hi3: Default::default(),
            place3: Default::default(),
            valid4: Default::default(),
            ring4: Default::default(),
            op4: Default::default(),
            state4: Default::default(),
            pd4: Default::default(),
            address4: Default::default(),
            count4: Default::default(),
            accept4: Default::default(),
            push4: Default::default(),
            plan4: Default::default(),
            take4: Default::default(),
            skip4: Default::default(),
            vain4: Default::default(),
            seek4: Default::default(),
            flush4: Default::default(),
            zero4: Default::default(),
            arm4: Default::default(),
            arrive4: Default::default(),
            over4: Default::default(),
            limit4: Default::default(),
            again4: Default::default(),
            refused4: Default::default(),
            reading: Default::default(),
            read_tag: Default::default(),
            event: Default::default(),
            event_object: Default::default(),
            errors: Default::default(),
            log_rings: Default::default(),
            log_depth: Default::default(),
            running: Default::default(),
            arr_clash: Default::default(),
            get_clash: Default::default(),
            db_clash: Default::default(),
            fetch_clash: Default::default(),
            cmd_clash: Default::default(),
            arr_can: Default::default(),
            fetch_can: Default::default(),
            get_takes: Default::default(),
            get_can: Default::default(),
            db_can: Default::default(),
            cmd_can: Default::default(),
            get_slot: Default::default(),
            db_slot: Default::default(),
            cmd_slot: Default::default(),
            cmd_wants: Default::default(),
            cmd_goes: Default::default(),
            chosen: Default::default(),
            ring0: Default::default(),
            op0: Default::default(),
            mask: Default::default(),
            oldest: Default::default(),
            bytes: Default::default(),
            aim: Default::default(),
            accept: Default::default(),
            fits: Default::default(),
            least: Default::default(),
            planned: Default::default(),
            is_db: Default::default(),
            is_get: Default::default(),
            is_fetch: Default::default(),
            is_arrival: Default::default(),
            is_reset: Default::default(),
            takes: Default::default(),
            skips: Default::default(),
            seeks: Default::default(),
            pushes: Default::default(),
            starts: Default::default(),
            next_state: Default::default(),
            next_head: Default::default(),
            refused: Default::default(),
            place_bit: Default::default(),
        }
    }
}

impl<
    const LR: usize,
    const LR1: usize,
    const LD: usize,
    const CA: usize,
    const WB: u64,
    const EX: usize,
    const MG: usize,
> Logic for WqeRings<LR, LR1, LD, CA, WB, EX, MG>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _LR in LR..LR {}
        for _LD in LD..LD {}
        for _WB in WB..WB {}
        for _EX in EX..EX {}
        for _MG in MG..MG {}
        for _DOORBELL in DOORBELL..DOORBELL {}
        for _GET in GET..GET {}
        for _FETCH in FETCH..FETCH {}
        for _ARRIVAL in ARRIVAL..ARRIVAL {}
        for _RESET in RESET..RESET {}
        for _DB_BAD_OWNER in DB_BAD_OWNER..DB_BAD_OWNER {}
        for _DB_MALFORMED in DB_MALFORMED..DB_MALFORMED {}
        for _DB_STALE in DB_STALE..DB_STALE {}
        for _DMA_READ_ERROR in DMA_READ_ERROR..DMA_READ_ERROR {}
        dff_setup!(
            self,
            clock,
            cleared,
            db_flying,
            get_flying,
            fetch_flying,
            served,
            after_arrival,
            command,
            walk,
            drain,
            variant,
            withdrawn,
            valid1,
            ring1,
            op1,
            valid2,
            ring2,
            op2,
            cfg2,
            state2,
            valid3,
            ring3,
            op3,
            state3,
            live3,
            owner3,
            pd3,
            limit3,
            mask3,
            newer3,
            posted3,
            waiting3,
            here3,
            wanted3,
            room3,
            bound3,
            page_lo3,
            page_hi3,
            place3,
            valid4,
            ring4,
            op4,
            state4,
            pd4,
            address4,
            count4,
            accept4,
            push4,
            plan4,
            take4,
            skip4,
            vain4,
            seek4,
            flush4,
            zero4,
            arm4,
            arrive4,
            over4,
            limit4,
            again4,
            refused4,
            reading,
            read_tag,
            event,
            event_object,
            errors
        );
        self.list.clock.next = self.clock.val();
        self.kicks.clock.next = self.clock.val();
        self.log_rings.next = LR.to_bits();
        self.log_depth.next = LD.to_bits();
        self.running.next = self.cleared.q.val().get_bit(LR);
        self.ready.next = self.running.val();

        // ---- stage 0: who goes, unless its ring is on its way already
        self.get_slot.next = self.get_ring.val().get_bits::<LR>(0);
        self.db_slot.next = self.db.val().object.get_bits::<LR>(0);
        self.cmd_slot.next = self.cmd_ring.val().get_bits::<LR>(0);
        if self.command.q.val() == Command::Walk {
            self.cmd_slot.next = self.walk.q.val();
        }
        self.arr_clash.next = (self.valid1.q.val() & (self.ring1.q.val() == self.arr_ring.val()))
            | (self.valid2.q.val() & (self.ring2.q.val() == self.arr_ring.val()))
            | (self.valid4.q.val() & (self.ring4.q.val() == self.arr_ring.val()));
        self.get_clash.next = (self.valid1.q.val() & (self.ring1.q.val() == self.get_slot.val()))
            | (self.valid2.q.val() & (self.ring2.q.val() == self.get_slot.val()))
            | (self.valid3.q.val()
                & (self.op3.q.val().kind == DOORBELL)
                & (self.ring3.q.val() == self.get_slot.val()))
            | (self.valid4.q.val() & (self.ring4.q.val() == self.get_slot.val()));
        self.db_clash.next = (self.valid1.q.val() & (self.ring1.q.val() == self.db_slot.val()))
            | (self.valid2.q.val() & (self.ring2.q.val() == self.db_slot.val()))
            | (self.valid4.q.val() & (self.ring4.q.val() == self.db_slot.val()));
        self.fetch_clash.next = (self.valid1.q.val()
            & (self.ring1.q.val() == self.list.pop_slot.val()))
            | (self.valid2.q.val() & (self.ring2.q.val() == self.list.pop_slot.val()))
            | (self.valid4.q.val() & (self.ring4.q.val() == self.list.pop_slot.val()));
        self.cmd_clash.next = (self.valid1.q.val() & (self.ring1.q.val() == self.cmd_slot.val()))
            | (self.valid2.q.val() & (self.ring2.q.val() == self.cmd_slot.val()))
            | (self.valid4.q.val() & (self.ring4.q.val() == self.cmd_slot.val()));

        self.cmd_wants.next =
            (self.command.q.val() == Command::Walk) | (self.command.q.val() == Command::One);
        self.arr_ready.next = false;
        self.get_ready.next = false;
        self.list.pop_ready.next = false;
        self.kicks.in_valid.next = false;
        self.kicks.in_data.next = self.arr_ring.val();
        self.cmd_goes.next = false;
        self.chosen.next = false;
        self.ring0.next = self.db_slot.val();
        self.op0.next.kind = DOORBELL.into();
        self.op0.next.variant = 0.into();
        self.op0.next.index = self.db.val().index;
        self.op0.next.user_ctx = self.db.val().user_ctx;
        self.op0.next.push = 0.into();
        if self.db_push.val() {
            self.op0.next.push = 1.into();
        }
        self.op0.next.last = 0.into();
        if self.arr_last.val() {
            self.op0.next.last = 1.into();
        }
        // one place of the kick queue stays free for a pushed WQE
        self.arr_can.next = self.running.val()
            & self.arr_valid.val()
            & !self.arr_clash.val()
            & (self.kicks.level.val() < 3);
        self.fetch_can.next = self.running.val()
            & self.list.pop_valid.val()
            & !self.fetch_clash.val()
            & !self.fetch_flying.q.val()
            & self.room.val()
            & !self.reading.q.val();
        self.get_takes.next = (self.get_op.val() == 1) | (self.get_op.val() == 4);
        self.get_can.next = self.running.val()
            & self.get_valid.val()
            & !self.get_clash.val()
            & !(self.get_takes.val() & (self.get_flying.q.val() | self.event.q.val()));
        self.db_can.next = self.running.val()
            & self.db_valid.val()
            & !self.db_clash.val()
            & !self.db_flying.q.val()
            & !self.kicks.level.val().get_bit(2);
        self.cmd_can.next = self.running.val() & self.cmd_wants.val() & !self.cmd_clash.val();
        if self.arr_can.val() & !(self.after_arrival.q.val() & self.get_can.val()) {
            // the kick may go now: a get of this ring waits for the arrival in front of it
            self.chosen.next = true;
            self.arr_ready.next = true;
            self.after_arrival.d.next = true;
            self.kicks.in_valid.next = true;
            self.ring0.next = self.arr_ring.val();
            self.op0.next.kind = ARRIVAL.into();
            self.op0.next.index = self.arr_index.val();
        } else if self.fetch_can.val() {
            self.chosen.next = true;
            self.list.pop_ready.next = true;
            self.fetch_flying.d.next = true;
            self.ring0.next = self.list.pop_slot.val();
            self.op0.next.kind = FETCH.into();
        } else if self.get_can.val()
            & !(self.db_can.val() & (self.served.q.val() != 1))
            & !(self.cmd_can.val() & (self.served.q.val() == 0))
        {
            self.chosen.next = true;
            self.get_ready.next = true;
            self.after_arrival.d.next = false;
            self.get_flying.d.next = self.get_flying.q.val() | self.get_takes.val();
            self.served.d.next = 0.into();
            self.ring0.next = self.get_slot.val();
            self.op0.next.kind = GET.into();
            self.op0.next.variant = self.get_op.val();
            self.op0.next.index = self.get_index.val();
        } else if self.db_can.val() & !(self.cmd_can.val() & (self.served.q.val() == 1)) {
            self.chosen.next = true;
            self.db_flying.d.next = true;
            self.served.d.next = 1.into();
            if (self.db.val().object >> self.log_rings.val()).any() {
                self.op0.next.variant = 1.into();
            }
        } else if self.cmd_can.val() {
            self.chosen.next = true;
            self.cmd_goes.next = true;
            self.served.d.next = 2.into();
            self.ring0.next = self.cmd_slot.val();
            self.op0.next.kind = RESET.into();
            self.op0.next.variant = bit_cast::<3, 2>(self.variant.q.val());
        }
        self.mem_re.next = self.chosen.val();
        self.mem_ra.next = self.ring0.val();
        self.valid1.d.next = self.chosen.val();
        self.ring1.d.next = self.ring0.val();
        self.op1.d.next = self.op0.val();

        // ---- stage 2
        self.valid3.d.next = self.valid2.q.val();
        self.ring3.d.next = self.ring2.q.val();
        self.op3.d.next = self.op2.q.val();
        self.state3.d.next = self.state2.q.val();
        self.live3.d.next = self.cfg2.q.val().valid == 1;
        for i in 0..MG {
            self.held3[i].d.next = self.cfg2.q.val().held == 1;
            self.live3.d.next = (self.cfg2.q.val().valid == 1) & (self.cfg2.q.val().held == 0);
        }
        self.owner3.d.next = (self.cfg2.q.val().valid == 1)
            & (self.cfg2.q.val().user_ctx == self.op2.q.val().user_ctx);
        self.pd3.d.next = self.cfg2.q.val().pd;
        self.limit3.d.next = self.cfg2.q.val().limit;
        self.mask.next = !(bits::<16>(0xffff) << self.cfg2.q.val().log_size);
        self.mask3.d.next = self.mask.val();
        self.newer3.d.next = self.op2.q.val().index - self.state2.q.val().producer;
        self.oldest.next = self.state2.q.val().consumed;
        for i in 0..EX {
            self.freed2[i].clock.next = self.clock.val();
            self.freed_ring[i].next = self.ring1.q.val();
            self.freed2[i].d.next = self.freed[i].val();
            self.oldest.next = self.freed2[i].q.val();
        }
        self.posted3.d.next = self.op2.q.val().index + (!self.oldest.val());
        self.waiting3.d.next = self.state2.q.val().producer - self.state2.q.val().consumed;
        self.here3.d.next = self.state2.q.val().arrived != self.state2.q.val().consumed;
        self.aim.next = self.state2.q.val().producer;
        if self.op2.q.val().kind == DOORBELL {
            self.aim.next = self.op2.q.val().index;
        }
        self.wanted3.d.next = self.aim.val() - self.state2.q.val().fetched;
        self.room3.d.next = (self.state2.q.val().consumed.get_bits::<5>(0)
            - self.state2.q.val().fetched.get_bits::<5>(0))
            + (bits::<5>(1) << self.log_depth.val());
        self.bound3.d.next = (!self.state2.q.val().fetched.get_bits::<5>(0)
            & self.mask.val().get_bits::<5>(0)
            & (bits::<5>(31) >> (WB - 4)))
            + 1;
        self.bytes.next = bit_cast::<24, 16>(self.state2.q.val().fetched & self.mask.val()) << WB;
        self.cache_re.next = self.valid2.q.val() & (self.op2.q.val().kind == GET);
        self.cache_ra.next = (bit_cast::<CA, LR>(self.ring2.q.val()) << self.log_depth.val())
            | bit_cast::<CA, LD>(self.state2.q.val().consumed.get_bits::<LD>(0));
        self.place3.d.next = self.bytes.val().get_bits::<12>(0);
        self.page_lo3.d.next = bit_cast::<33, 32>(self.cfg2.q.val().base.get_bits::<32>(12))
            + bit_cast::<33, 12>(self.bytes.val().get_bits::<12>(12));
        self.page_hi3.d.next = self.cfg2.q.val().base.get_bits::<20>(44);

        // ---- stage 3
        self.is_db.next = self.op3.q.val().kind == DOORBELL;
        self.is_get.next = self.op3.q.val().kind == GET;
        self.is_fetch.next = self.op3.q.val().kind == FETCH;
        self.is_arrival.next = self.op3.q.val().kind == ARRIVAL;
        self.is_reset.next = self.op3.q.val().kind == RESET;
        self.fits.next = !(self.posted3.q.val() & !self.mask3.q.val()).any();
        self.accept.next = self.is_db.val()
            & (self.op3.q.val().variant == 0)
            & self.owner3.q.val()
            & self.newer3.q.val().any()
            & !self.newer3.q.val().get_bit(15)
            & self.fits.val();
        if MG == 1 {
            if !self.live3.q.val() {
                self.accept.next = false;
            }
        }
        self.refused4.d.next = 0.into();
        if self.is_db.val() & !self.accept.val() {
            self.refused4.d.next = 2.into();
            if self.op3.q.val().variant != 0 {
                self.refused4.d.next = 3.into();
            } else if !self.owner3.q.val() {
                self.refused4.d.next = 1.into();
            }
        }
        self.least.next = self.bound3.q.val();
        if self.room3.q.val() < self.bound3.q.val() {
            self.least.next = self.room3.q.val();
        }
        self.planned.next = self.least.val();
        if self.wanted3.q.val() < bit_cast::<16, 5>(self.least.val()) {
            self.planned.next = self.wanted3.q.val().get_bits::<5>(0);
        }
        self.takes.next = self.is_get.val()
            & self.here3.q.val()
            & ((self.op3.q.val().variant == 1) | (self.op3.q.val().variant == 4));
        self.skips.next = self.is_get.val()
            & !self.here3.q.val()
            & self.waiting3.q.val().any()
            & (self.op3.q.val().variant == 4);
        self.seeks.next = self.is_get.val() & (self.op3.q.val().variant == 2);

        self.valid4.d.next = self.valid3.q.val();
        self.ring4.d.next = self.ring3.q.val();
        self.op4.d.next = self.op3.q.val();
        self.state4.d.next = self.state3.q.val();
        self.pd4.d.next = self.pd3.q.val();
        self.accept4.d.next = self.valid3.q.val() & self.accept.val();
        self.push4.d.next = self.valid3.q.val()
            & self.accept.val()
            & (self.op3.q.val().push == 1)
            & (self.newer3.q.val() == 1)
            & (self.wanted3.q.val() == 1)
            & (self.state3.q.val().fetching == 0)
            & self.room3.q.val().any();
        self.plan4.d.next = self.valid3.q.val()
            & (self.accept.val() | (self.is_fetch.val() & self.live3.q.val()))
            & (self.state3.q.val().fetching == 0)
            & self.planned.val().any();
        self.take4.d.next = self.valid3.q.val() & self.takes.val();
        self.skip4.d.next = self.valid3.q.val() & self.skips.val();
        self.vain4.d.next = self.valid3.q.val()
            & self.is_get.val()
            & ((self.op3.q.val().variant == 1) | (self.op3.q.val().variant == 4))
            & !self.takes.val()
            & !self.skips.val();
        self.seek4.d.next = self.valid3.q.val() & self.seeks.val();
        self.flush4.d.next =
            self.valid3.q.val() & self.is_reset.val() & (self.op3.q.val().variant == 1);
        for i in 0..MG {
            self.flush4.d.next = self.valid3.q.val()
                & self.is_reset.val()
                & ((self.op3.q.val().variant == 1)
                    | ((self.op3.q.val().variant == 0) & self.held3[i].q.val()));
        }
        self.zero4.d.next =
            self.valid3.q.val() & self.is_reset.val() & (self.op3.q.val().variant == 2);
        self.arm4.d.next =
            self.valid3.q.val() & self.is_reset.val() & (self.op3.q.val().variant == 3);
        self.arrive4.d.next =
            self.valid3.q.val() & self.is_arrival.val() & (self.state3.q.val().epoch == 0);
        self.over4.d.next =
            self.valid3.q.val() & self.is_arrival.val() & (self.op3.q.val().last == 1);
        self.limit4.d.next = self.valid3.q.val()
            & (self.takes.val() | self.skips.val())
            & (self.state3.q.val().limit_armed == 1)
            & (self.waiting3.q.val() <= self.limit3.q.val());
        // what may leave the ring with something to fetch and nobody fetching it
        self.again4.d.next = self.valid3.q.val()
            & ((self.takes.val()
                & self.wanted3.q.val().any()
                & (self.state3.q.val().fetching == 0))
                | (self.is_get.val()
                    & !self.here3.q.val()
                    & self.waiting3.q.val().any()
                    & (self.state3.q.val().fetching == 0))
                | (self.seeks.val()
                    & self.newer3.q.val().any()
                    & (self.state3.q.val().fetching == 0))
                | (self.is_reset.val()
                    & self.waiting3.q.val().any()
                    & (self.state3.q.val().fetching == 0))
                | (self.is_arrival.val()
                    & (self.op3.q.val().last == 1)
                    & (self.wanted3.q.val().any() | self.newer3.q.val().any())));

        self.got_valid.next = self.valid3.q.val() & self.is_get.val();
        self.got_index.next = self.state3.q.val().consumed;
        self.got_status.next = 2.into();
        if self.seeks.val() {
            self.got_index.next = self.op3.q.val().index;
            if !self.newer3.q.val().any() {
                self.got_status.next = 1.into();
            }
        } else if self.here3.q.val() | self.skips.val() {
            self.got_status.next = 0.into();
        } else if !self.waiting3.q.val().any() {
            self.got_status.next = 1.into();
        }
        for i in 0..MG {
            // nobody will fetch it
            if self.held3[i].q.val()
                & !self.here3.q.val()
                & !self.skips.val()
                & !self.seeks.val()
                & (self.state3.q.val().fetching == 0)
            {
                self.got_status.next = 1.into();
            }
        }
        // a take is in flight until stage 4 has raised its event
        if self.take4.q.val() | self.skip4.q.val() | self.vain4.q.val() {
            self.get_flying.d.next = false;
        }

        // ---- stage 4
        self.pushes.next = self.push4.q.val() & self.push_free.val();
        self.starts.next = self.plan4.q.val()
            & !self.pushes.val()
            & self.room.val()
            & !self.reading.q.val()
            & ((self.op4.q.val().kind == FETCH)
                | (!self.list.pop_valid.val() & !self.fetch_flying.q.val()));
        self.next_head.next = self.state4.q.val().consumed + 1;
        self.next_state.next = self.state4.q.val();
        if self.accept4.q.val() {
            self.next_state.next.producer = self.op4.q.val().index;
        }
        if self.starts.val() {
            self.next_state.next.fetched =
                self.state4.q.val().fetched + bit_cast::<16, 5>(self.count4.q.val());
            self.next_state.next.fetching = 1.into();
            self.next_state.next.epoch = 0.into();
        }
        if self.pushes.val() {
            self.next_state.next.fetched = self.op4.q.val().index;
            if self.push_inline.val() {
                self.next_state.next.arrived = self.op4.q.val().index;
            } else {
                self.next_state.next.fetching = 1.into();
                self.next_state.next.epoch = 0.into();
            }
        }
        if self.take4.q.val() | self.skip4.q.val() {
            self.next_state.next.consumed = self.next_head.val();
        }
        if self.skip4.q.val() {
            self.next_state.next.fetched = self.next_head.val();
            self.next_state.next.arrived = self.next_head.val();
            self.next_state.next.epoch = bit_cast::<4, 1>(self.state4.q.val().fetching);
        }
        if self.seek4.q.val() {
            self.next_state.next.consumed = self.op4.q.val().index;
            self.next_state.next.fetched = self.op4.q.val().index;
            self.next_state.next.arrived = self.op4.q.val().index;
            self.next_state.next.epoch = bit_cast::<4, 1>(self.state4.q.val().fetching);
        }
        if self.flush4.q.val() {
            self.next_state.next.fetched = self.state4.q.val().consumed;
            self.next_state.next.arrived = self.state4.q.val().consumed;
            self.next_state.next.epoch = bit_cast::<4, 1>(self.state4.q.val().fetching);
        }
        if self.arrive4.q.val() {
            self.next_state.next.arrived = self.op4.q.val().index;
            if self.over4.q.val() {
                // an answer that was cut short leaves the rest to be fetched again
                self.next_state.next.fetched = self.op4.q.val().index;
            }
        }
        if self.over4.q.val() {
            self.next_state.next.fetching = 0.into();
        }
        if self.limit4.q.val() {
            self.next_state.next.limit_armed = 0.into();
        }
        if self.arm4.q.val() {
            self.next_state.next.limit_armed = 1.into();
        }
        if self.zero4.q.val() {
            self.next_state.next.producer = 0.into();
            self.next_state.next.fetched = 0.into();
            self.next_state.next.arrived = 0.into();
            self.next_state.next.consumed = 0.into();
            self.next_state.next.epoch = bit_cast::<4, 1>(self.state4.q.val().fetching);
            self.next_state.next.limit_armed = 0.into();
        }
        // ---- stage 1: here, for it may take what stage 4 writes
        self.valid2.d.next = self.valid1.q.val();
        self.ring2.d.next = self.ring1.q.val();
        self.op2.d.next = self.op1.q.val();
        if self.valid1.q.val() {
            self.cfg2.d.next = self.cfg_rd.val();
            self.state2.d.next = self.state_rd.val();
            if self.valid4.q.val() & (self.ring4.q.val() == self.ring1.q.val()) {
                self.state2.d.next = self.next_state.val();
            }
        }

        // ---- stage 4: outputs
        self.state_we.next = self.accept4.q.val()
            | self.starts.val()
            | self.take4.q.val()
            | self.skip4.q.val()
            | self.seek4.q.val()
            | self.flush4.q.val()
            | self.zero4.q.val()
            | self.arm4.q.val()
            | self.arrive4.q.val()
            | self.over4.q.val();
        self.state_wa.next = self.ring4.q.val();
        self.state_wd.next = self.next_state.val();
        self.cfg_clear.next = false;
        if !self.running.val() {
            self.cleared.d.next = self.cleared.q.val() + 1;
            self.cfg_clear.next = true;
            self.state_we.next = true;
            self.state_wa.next = self.cleared.q.val().get_bits::<LR>(0);
            self.state_wd.next.producer = 0.into();
            self.state_wd.next.fetched = 0.into();
            self.state_wd.next.arrived = 0.into();
            self.state_wd.next.consumed = 0.into();
            self.state_wd.next.epoch = 0.into();
            self.state_wd.next.limit_armed = 0.into();
            self.state_wd.next.fetching = 0.into();
            self.state_wd.next.rsvd2 = 0.into();
        }

        self.issue.next = self.starts.val();
        self.issue_count.next = self.count4.q.val();
        self.out_ring.next = self.ring4.q.val();
        self.out_index.next = self.state4.q.val().fetched;
        self.out_pd.next = self.pd4.q.val();
        self.place_bit.next = self.address4.q.val() >> WB;
        self.issue_odd.next = self.place_bit.val().get_bit(0);
        // the read, shown at once; it keeps its place in this stage until it is taken
        self.rd_valid.next = self.starts.val() | self.reading.q.val();
        self.reading.d.next = (self.starts.val() | self.reading.q.val()) & !self.rd_ready.val();
        self.rd.next.addr = self.address4.q.val();
        self.rd.next.len = bit_cast::<13, 5>(self.count4.q.val()) << WB;
        self.rd.next.tag = bit_cast::<8, 4>(self.read_tag.q.val());
        if self.starts.val() {
            self.rd.next.tag = bit_cast::<8, 4>(self.tag.val());
            self.read_tag.d.next = self.tag.val();
        }
        if !((self.starts.val() | self.reading.q.val()) & !self.rd_ready.val()) {
            self.count4.d.next = self.planned.val();
            self.address4.d.next = bit_cast::<64, 12>(self.place3.q.val())
                | (bit_cast::<64, 32>(self.page_lo3.q.val().get_bits::<32>(0)) << 12)
                | (bit_cast::<64, 20>(
                    self.page_hi3.q.val()
                        + bit_cast::<20, 1>(self.page_lo3.q.val().get_bits::<1>(32)),
                ) << 44);
        }

        self.push_take.next = self.pushes.val();
        self.push_quiet.next = self.push_inline.val();
        if self.pushes.val() & self.push_inline.val() {
            self.kicks.in_valid.next = true;
            self.kicks.in_data.next = self.ring4.q.val();
        }
        self.kick_valid.next = self.kicks.out_valid.val();
        self.kick_ring.next = bit_cast::<13, LR>(self.kicks.out_data.val());
        self.kicks.out_ready.next = self.kick_ready.val();

        self.list.kick_valid[0].next =
            self.again4.q.val() | (self.plan4.q.val() & !self.starts.val() & !self.pushes.val());
        self.list.kick_slot[0].next = self.ring4.q.val();
        if self.valid4.q.val() & (self.op4.q.val().kind == FETCH) {
            self.fetch_flying.d.next = false;
        }
        self.db_ready.next = self.valid4.q.val() & (self.op4.q.val().kind == DOORBELL);
        if self.valid4.q.val() & (self.op4.q.val().kind == DOORBELL) {
            self.db_flying.d.next = false;
        }

        // ---- events and counters
        if self.limit4.q.val() {
            self.event.d.next = true;
            self.event_object.d.next = bit_cast::<24, LR>((self.ring4.q.val() << 1) >> 1);
        } else if self.ev_ready.val() {
            self.event.d.next = false;
        }
        self.ev_valid.next = self.event.q.val();
        self.ev.next.kind = 7.into();
        self.ev.next.object = self.event_object.q.val();
        self.ev.next.vector = 0.into();
        self.refused.next = self.valid4.q.val() & self.refused4.q.val().any();
        self.count_valid.next = self.refused.val() | self.errors.q.val().any();
        self.count.next = DMA_READ_ERROR.into();
        if self.refused.val() {
            match self.refused4.q.val().index() {
                1 => {
                    self.count.next = DB_BAD_OWNER.into();
                }
                2 => {
                    self.count.next = DB_STALE.into();
                }
                _ => {
                    self.count.next = DB_MALFORMED.into();
                }
            }
        }
        if self.read_error.val() & (self.refused.val() | !self.errors.q.val().any()) {
            self.errors.d.next = self.errors.q.val() + 1;
        } else if !self.read_error.val() & !self.refused.val() & self.errors.q.val().any() {
            self.errors.d.next = self.errors.q.val() - 1;
        }

        // ---- commands
        for i in 0..MG {
            self.unsettled[i].clock.next = self.clock.val();
            self.unsettled[i].d.next = self.unsettled[i].q.val();
            self.held3[i].clock.next = self.clock.val();
            if self.flush4.q.val() & (self.state4.q.val().fetching == 1) {
                self.unsettled[i].d.next = true;
            }
        }
        if !self.cmd_valid.val() {
            self.withdrawn.d.next = true;
        }
        self.cmd_done.next = self.command.q.val() == Command::Done;
        match self.command.q.val() {
            Command::Idle => {
                self.walk.d.next = 0.into();
                self.drain.d.next = 0.into();
                self.variant.d.next = self.cmd_op.val();
                for i in 0..MG {
                    self.unsettled[i].d.next = false;
                }
                self.withdrawn.d.next = false;
                if self.cmd_valid.val() {
                    self.command.d.next = Command::One;
                    if self.cmd_op.val() == 1 {
                        self.command.d.next = Command::Walk;
                    }
                    if MG == 1 {
                        if self.cmd_op.val() == 0 {
                            self.command.d.next = Command::Walk;
                        }
                    }
                }
            }
            Command::Walk => {
                if self.cmd_goes.val() {
                    self.walk.d.next = self.walk.q.val() + 1;
                    if self.walk.q.val().all() {
                        self.command.d.next = Command::Drain;
                    }
                    if MG == 1 {
                        if (self.variant.q.val() == 0)
                            & (self.walk.q.val() == self.cmd_ring.val().get_bits::<LR>(0))
                        {
                            self.walk.d.next = 0.into();
                            self.command.d.next = Command::Drain;
                        }
                    }
                }
            }
            Command::Drain => {
                // the last operation is through the pipeline
                self.drain.d.next = self.drain.q.val() + 1;
                if self.drain.q.val() == 5 {
                    self.command.d.next = Command::Done;
                    if self.withdrawn.q.val() {
                        self.command.d.next = Command::Idle;
                    } else {
                        for i in 0..MG {
                            if self.unsettled[i].q.val() & (self.variant.q.val() == 0) {
                                self.drain.d.next = 0.into();
                                self.unsettled[i].d.next = false;
                                self.command.d.next = Command::Walk;
                            }
                        }
                    }
                }
            }
            Command::One => {
                if self.cmd_goes.val() {
                    self.command.d.next = Command::Wait;
                }
            }
            Command::Wait => {
                if self.arm4.q.val() {
                    self.command.d.next = Command::Done;
                } else if self.zero4.q.val() {
                    self.command.d.next = Command::One;
                    if self.state4.q.val().fetching == 0 {
                        self.command.d.next = Command::Done;
                    }
                }
            }
            Command::Done => {
                self.command.d.next = Command::Idle;
            }
        }
    }
}
