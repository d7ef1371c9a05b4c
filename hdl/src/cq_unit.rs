//! Completion queues: 32-byte records in host memory, consumer and arm doorbells, completion events.
//!
//! # Theory of operation
//! A completion waits at the port until its record has been handed to the DMA write stream; only then does `cqe_ready`
//! come. Nothing is copied, and who waits for `cqe_ready` before it lets an answer go has "completion before ACK".
//! The look-up starts as soon as `cqe_valid` rises; the record is written once `cqe_go` says that the payload has been
//! handed over, so that the look-up hides behind the payload.
//!
//! A queue that has no room is in error: the first completion lost sets `overflow` and raises event 2; every completion lost
//! is counted and sends its QP to ERR. A queue in error takes no more completions: a reader could not tell which are missing.
//!
//! An armed queue raises event 1 behind the record that fulfils the arming, and is disarmed. Arming with completions beyond
//! the doorbell's index raises the event at once (also for "solicited only": which of them were solicited is not kept).
//!
//! # Interfaces
//! * `cqe_valid`, `cqe`, `cqe_go`, `cqe_ready`: all held until ready. `cqe_go` may come with or after `cqe_valid`.
//! * `db_valid`, `db`, `db_kind` (0 consumer, 1 consumer and arm), `db_ready`: held until ready; alternates with completions.
//!   Refused ones count as DB_MALFORMED (no such queue), DB_BAD_OWNER (not this user's, or invalid), DB_STALE (index is older
//!   than the consumer index or beyond the producer index; with `MG` 1 also: the queue is `held`).
//! * `wr_*`: one transaction a record; see `dma_arb`. `ev`: object = queue number. `err_*`: to the QP states, event 3.
//!
//! # States
//! Idle → Load → { Prepare → Address → Write or Refuse, Compare → Store }. A record costs five cycles on a bus of 256 bits or more, eight at 64.

use crate::contract::{CqConfig, CqState};
use crate::counter;
use crate::dma_arb::BusShape;
use crate::mem::{CtxRam, kind};
use crate::pipe::{CqeReq, CtxReq, CtxRsp, Doorbell, EventReq};
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum CqStep {
    Idle,
    Load,
    Prepare,
    Address,
    Write,
    Refuse,
    Compare,
    Store,
}

/// `2^LC` completion queues; `W` bus bits, `B` bus bytes, `S` log2 of bus bytes; `MG` 1 if queues can be held. See the
/// module's head.
#[derive(LogicBlock)]
pub struct CqUnit<const LC: usize, const W: usize, const B: usize, const S: usize, const MG: usize>
{
    pub clock: Signal<In, Clock>,
    pub cqe_valid: Signal<In, Bit>,
    pub cqe: Signal<In, CqeReq>,
    pub cqe_go: Signal<In, Bit>,
    pub cqe_ready: Signal<Out, Bit>,
    pub db_valid: Signal<In, Bit>,
    pub db: Signal<In, Doorbell>,
    pub db_kind: Signal<In, Bits<1>>,
    pub db_ready: Signal<Out, Bit>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_strb: Signal<Out, Bits<B>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
    pub err_valid: Signal<Out, Bit>,
    pub err_slot: Signal<Out, Bits<12>>,
    pub err_event: Signal<Out, Bits<8>>,
    pub err_ready: Signal<In, Bit>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    configs: CtxRam<CqConfig, LC>,
    states: CtxRam<CqState, LC>,
    step: DFF<CqStep>,
    /// a doorbell is being served, and it is a doorbell's turn
    doorbell: DFF<Bit>,
    turn: DFF<Bit>,
    cq: DFF<Bits<13>>,
    conf: DFF<CqConfig>,
    queue: DFF<CqState>,
    /// producer index in the ring; for doorbells, how far the consumer moves
    index: DFF<Bits<16>>,
    /// completions between consumer and producer index
    posted: DFF<Bits<16>>,
    full: DFF<Bit>,
    phase: DFF<Bit>,
    addr: DFF<Bits<64>>,
    beat: DFF<Bits<2>>,
    raised: DFF<Bit>,
    event: DFF<EventReq>,
    reported: DFF<Bit>,
    serve: Signal<Local, Bit>,
    mask: Signal<Local, Bits<16>>,
    used: Signal<Local, Bits<16>>,
    moved: Signal<Local, Bits<16>>,
    words01: Signal<Local, Bits<64>>,
    words23: Signal<Local, Bits<64>>,
    words67: Signal<Local, Bits<64>>,
    record: Signal<Local, Bits<256>>,
    line: Signal<Local, Bits<512>>,
    strobe: Signal<Local, Bits<64>>,
    last: Signal<Local, Bit>,
    notify: Signal<Local, Bit>,
    beyond: Signal<Local, Bit>,
    store: Signal<Local, Bit>,
    old: Signal<Local, Bit>,
    malformed: Constant<Bits<8>>,
    bad_owner: Constant<Bits<8>>,
    stale: Constant<Bits<8>>,
    overflow: Constant<Bits<8>>,
    _shape: BusShape<W, B, S>,
}

impl<const LC: usize, const W: usize, const B: usize, const S: usize, const MG: usize> Default
    for CqUnit<LC, W, B, S, MG>
{
    fn default() -> Self {
        assert!(LC >= 1 && LC <= 12, "CQ numbers have 12 bits");
        Self {
            clock: Default::default(),
            cqe_valid: Default::default(),
            cqe: Default::default(),
            cqe_go: Default::default(),
            cqe_ready: Default::default(),
            db_valid: Default::default(),
            db: Default::default(),
            db_kind: Default::default(),
            db_ready: Default::default(),
            wr_valid: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_strb: Default::default(),
            wr_last: Default::default(),
            wr_ready: Default::default(),
            ev_valid: Default::default(),
            ev: Default::default(),
            ev_ready: Default::default(),
            err_valid: Default::default(),
            err_slot: Default::default(),
            err_event: Default::default(),
            err_ready: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            configs: CtxRam::new(kind::CQ_CONFIG),
            states: CtxRam::new(kind::CQ_STATE),
            step: Default::default(),
            doorbell: Default::default(),
            turn: Default::default(),
            cq: Default::default(),
            conf: Default::default(),
            queue: Default::default(),
            index: Default::default(),
            posted: Default::default(),
            full: Default::default(),
            phase: Default::default(),
            addr: Default::default(),
            beat: Default::default(),
            raised: Default::default(),
            event: Default::default(),
            reported: Default::default(),
            serve: Default::default(),
            mask: Default::default(),
            used: Default::default(),
            moved: Default::default(),
            words01: Default::default(),
            words23: Default::default(),
            words67: Default::default(),
            record: Default::default(),
            line: Default::default(),
            strobe: Default::default(),
            last: Default::default(),
            notify: Default::default(),
            beyond: Default::default(),
            store: Default::default(),
            old: Default::default(),
            malformed: Constant::new(counter::DB_MALFORMED.to_bits()),
            bad_owner: Constant::new(counter::DB_BAD_OWNER.to_bits()),
            stale: Constant::new(counter::DB_STALE.to_bits()),
            overflow: Constant::new(counter::CQ_OVERFLOW.to_bits()),
            _shape: BusShape,
        }
    }
}

impl<const LC: usize, const W: usize, const B: usize, const S: usize, const MG: usize> Logic
    for CqUnit<LC, W, B, S, MG>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _W in W..W {}
        for _LC in LC..LC {}
        for _MG in MG..MG {}
        dff_setup!(
            self, clock, step, doorbell, turn, cq, conf, queue, index, posted, full, phase, addr,
            beat, raised, event, reported
        );
        self.cqe_ready.next = false;
        self.db_ready.next = false;
        self.wr_valid.next = false;
        self.err_valid.next = false;
        self.err_slot.next = self.cqe.val().slot;
        self.err_event.next = bits::<8>(3);
        self.count_valid.next = false;
        self.count.next = self.overflow.val();
        self.ev_valid.next = self.raised.q.val();
        self.ev.next = self.event.q.val();
        if self.ev_ready.val() {
            self.raised.d.next = false;
        }

        // memories
        self.serve.next = self.db_valid.val() & (!self.cqe_valid.val() | self.turn.q.val());
        self.configs.clock.next = self.clock.val();
        self.configs.bus.next = self.bus.val();
        self.configs.clear.next = false;
        self.configs.re.next = false;
        self.configs.ra.next = self.cqe.val().cq.get_bits::<LC>(0);
        if self.serve.val() {
            self.configs.ra.next = self.db.val().object.get_bits::<LC>(0);
        }
        self.configs.we.next = false;
        self.configs.wa.next = self.cq.q.val().get_bits::<LC>(0);
        self.configs.wd.next = self.conf.q.val();
        self.states.clock.next = self.clock.val();
        self.states.bus.next = self.bus.val();
        self.states.clear.next = false;
        self.states.re.next = false;
        self.states.ra.next = self.cqe.val().cq.get_bits::<LC>(0);
        if self.serve.val() {
            self.states.ra.next = self.db.val().object.get_bits::<LC>(0);
        }
        self.store.next = false;
        self.rsp.next.ack = self.configs.rsp.val().ack | self.states.rsp.val().ack;
        self.rsp.next.data = self.configs.rsp.val().data | self.states.rsp.val().data;

        // indices
        self.mask.next = (bits::<16>(1) << self.conf.q.val().log_size) - 1;
        self.used.next = self.queue.q.val().producer - self.queue.q.val().consumer;
        self.moved.next = self.db.val().index - self.queue.q.val().consumer;

        // the record
        self.words01.next = bit_cast::<64, 16>(self.cqe.val().index)
            | (bit_cast::<64, 8>(self.cqe.val().opcode) << 16)
            | (bit_cast::<64, 8>(self.cqe.val().status) << 24)
            | (bit_cast::<64, 24>(self.cqe.val().qpn) << 32)
            | (bit_cast::<64, 8>(self.cqe.val().flags) << 56);
        self.words23.next =
            bit_cast::<64, 32>(self.cqe.val().len) | (bit_cast::<64, 32>(self.cqe.val().imm) << 32);
        self.words67.next = bits::<64>(0).replace_bit(63, self.phase.q.val());
        self.record.next = bit_cast::<256, 64>(self.words01.val())
            | (bit_cast::<256, 64>(self.words23.val()) << 64)
            | (bit_cast::<256, 64>(self.words67.val()) << 192);
        self.line.next = bit_cast::<512, 256>(self.record.val())
            | (bit_cast::<512, 256>(self.record.val()) << 256);
        self.wr_data.next = bit_cast::<W, 512>(self.line.val());
        self.wr_addr.next = self.addr.q.val();
        self.strobe.next = bits::<64>(0xffff_ffff_u64);
        self.last.next = true;
        if W == 64 {
            self.last.next = self.beat.q.val().all();
            self.wr_addr.next = self.addr.q.val() | (bit_cast::<64, 2>(self.beat.q.val()) << 3);
            match self.beat.q.val().index() {
                0 => {}
                1 => {
                    self.wr_data.next = bit_cast::<W, 64>(self.words23.val());
                }
                2 => {
                    self.wr_data.next = bits::<W>(0);
                }
                _ => {
                    self.wr_data.next = bit_cast::<W, 64>(self.words67.val());
                }
            }
        }
        if W == 128 {
            self.last.next = self.beat.q.val().get_bit(0);
            self.wr_addr.next = self
                .addr
                .q
                .val()
                .replace_bit(4, self.beat.q.val().get_bit(0));
            if self.beat.q.val().get_bit(0) {
                self.wr_data.next = self.line.val().get_bits::<W>(128);
            }
        }
        if W == 512 {
            self.wr_addr.next = self.addr.q.val().replace_bit(5, false);
            if self.addr.q.val().get_bit(5) {
                self.strobe.next = self.strobe.val() << 32;
            }
        }
        self.wr_strb.next = bit_cast::<B, 64>(self.strobe.val());
        self.wr_last.next = self.last.val();
        self.notify.next = (self.queue.q.val().armed == bits::<2>(1))
            | (self.queue.q.val().armed.get_bit(1)
                & (self.cqe.val().solicited.any() | self.cqe.val().status.any()));
        self.beyond.next = self.index.q.val() != self.posted.q.val();
        self.old.next = self.index.q.val() > self.posted.q.val();
        if MG == 1 {
            if self.conf.q.val().held.any() {
                self.old.next = true;
            }
        }

        match self.step.q.val() {
            CqStep::Idle => {
                if self.db_valid.val() | self.cqe_valid.val() {
                    self.configs.re.next = true;
                    self.states.re.next = true;
                    self.doorbell.d.next = self.serve.val();
                    self.turn.d.next = !self.serve.val();
                    self.cq.d.next = bit_cast::<13, 12>(self.cqe.val().cq);
                    if self.serve.val() {
                        self.cq.d.next = self.db.val().object;
                    }
                    self.step.d.next = CqStep::Load;
                }
            }
            CqStep::Load => {
                self.conf.d.next = self.configs.rd.val();
                self.queue.d.next = self.states.rd.val();
                self.beat.d.next = bits::<2>(0);
                self.step.d.next = CqStep::Prepare;
                if self.doorbell.q.val() {
                    self.step.d.next = CqStep::Compare;
                }
            }
            CqStep::Prepare => {
                self.index.d.next = self.queue.q.val().producer & self.mask.val();
                self.phase.d.next = !self
                    .queue
                    .q
                    .val()
                    .producer
                    .get_bit(self.conf.q.val().log_size.index());
                self.full.d.next = (self.used.val() & !self.mask.val()).any()
                    | self.queue.q.val().overflow.any()
                    | !self.conf.q.val().valid.any();
                self.reported.d.next =
                    self.queue.q.val().overflow.any() | !self.conf.q.val().valid.any();
                self.step.d.next = CqStep::Address;
            }
            CqStep::Address => {
                // an event of an earlier record goes first
                self.addr.d.next =
                    self.conf.q.val().base + (bit_cast::<64, 16>(self.index.q.val()) << 5);
                if !self.raised.q.val() {
                    self.step.d.next = CqStep::Write;
                    if self.full.q.val() {
                        self.step.d.next = CqStep::Refuse;
                    }
                }
            }
            CqStep::Write => {
                self.wr_valid.next = self.cqe_go.val();
                if self.cqe_go.val() & self.wr_ready.val() {
                    self.beat.d.next = self.beat.q.val() + 1;
                    if self.last.val() {
                        self.cqe_ready.next = true;
                        self.store.next = true;
                        self.raised.d.next = self.notify.val();
                        self.event.d.next.kind = bits::<8>(1);
                        self.event.d.next.object = bit_cast::<24, 13>(self.cq.q.val());
                        self.event.d.next.vector = self.conf.q.val().vector;
                        self.step.d.next = CqStep::Idle;
                    }
                }
            }
            CqStep::Refuse => {
                self.err_valid.next = self.cqe_go.val();
                if self.cqe_go.val() & self.err_ready.val() {
                    self.cqe_ready.next = true;
                    self.count_valid.next = true;
                    if !self.reported.q.val() {
                        self.store.next = true;
                        self.raised.d.next = true;
                        self.event.d.next.kind = bits::<8>(2);
                        self.event.d.next.object = bit_cast::<24, 13>(self.cq.q.val());
                        self.event.d.next.vector = self.conf.q.val().vector;
                    }
                    self.step.d.next = CqStep::Idle;
                }
            }
            CqStep::Compare => {
                self.index.d.next = self.moved.val();
                self.posted.d.next = self.used.val();
                // not this user's doorbell
                self.full.d.next = (self.conf.q.val().user_ctx != self.db.val().user_ctx)
                    | !self.conf.q.val().valid.any();
                self.step.d.next = CqStep::Store;
            }
            CqStep::Store => {
                if self.cq.q.val().get_bits::<13>(LC).any() {
                    self.count_valid.next = true;
                    self.count.next = self.malformed.val();
                    self.db_ready.next = true;
                    self.step.d.next = CqStep::Idle;
                } else if self.full.q.val() {
                    self.count_valid.next = true;
                    self.count.next = self.bad_owner.val();
                    self.db_ready.next = true;
                    self.step.d.next = CqStep::Idle;
                } else if self.old.val() {
                    self.count_valid.next = true;
                    self.count.next = self.stale.val();
                    self.db_ready.next = true;
                    self.step.d.next = CqStep::Idle;
                } else if !self.raised.q.val() {
                    self.store.next = true;
                    self.db_ready.next = true;
                    self.raised.d.next =
                        self.db_kind.val().any() & self.db.val().arm.any() & self.beyond.val();
                    self.event.d.next.kind = bits::<8>(1);
                    self.event.d.next.object = bit_cast::<24, 13>(self.cq.q.val());
                    self.event.d.next.vector = self.conf.q.val().vector;
                    self.step.d.next = CqStep::Idle;
                }
            }
        }

        // the state as it is to be, whoever stores it
        self.states.we.next = self.store.val();
        self.states.wa.next = self.cq.q.val().get_bits::<LC>(0);
        self.states.wd.next = self.queue.q.val();
        if self.doorbell.q.val() {
            self.states.wd.next.consumer = self.db.val().index;
            if self.db_kind.val().any() {
                self.states.wd.next.armed = self.db.val().arm;
                if self.beyond.val() {
                    self.states.wd.next.armed = bits::<2>(0);
                }
            }
        } else if self.full.q.val() {
            self.states.wd.next.overflow = bits::<1>(1);
        } else {
            self.states.wd.next.producer = self.queue.q.val().producer + 1;
            if self.notify.val() {
                self.states.wd.next.armed = bits::<2>(0);
            }
        }
    }
}
