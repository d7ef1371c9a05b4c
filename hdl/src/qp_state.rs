//! The state of every queue pair, and the one place where it turns into ERR.
//!
//! # Theory of operation
//! Three bits a slot. Five readers have a copy each ([`StateCopy`]) and may read every cycle; a sixth copy serves error
//! requests and the context bus. All copies are written together, by the command unit (`set_*`, always taken) or by an
//! error request that has been granted.
//!
//! An error request is a read, a look, and a write: a QP that is RTR or later and not yet in ERR goes to ERR; then, and
//! only then, its event (if not 0) goes to the event unit. Everything else is ignored, so that engines may ask as
//! often as they like and software hears of it once. A command that writes in the meantime makes the look start again.
//! From the cycle behind the grant to the write, `failing_*` tell whose state is about to change: who has read it before must not act on it.
//!
//! # Interfaces
//! * `x_re`, `x_slot` in cycle t: `x_state` in cycle t+1, and until the next read. A write in cycle t is seen by a read in t.
//! * `eN_valid`, `eN_slot`, `eN_event`, `eN_ready`: lower number first. Ready is a grant and depends on valid.
//! * `failing_valid`, `failing_slot`: the error request being served, in states Read, Look and Act.
//! * `ev`: kind as asked for; the object is the SLOT, which software maps to the QP number; vector 0.
//! * `bus`: word 0 of kind QP_STATE reads as the state. Writes are acknowledged and change nothing.
//!
//! # States
//! Idle (grant, or bus read) → Read → Look → Act; Answer for the bus.

use crate::mem::{Ram, kind};
use crate::pipe::{CtxReq, CtxRsp, EventReq};
use rust_hdl::prelude::*;

/// QP states as contexts and software number them.
pub mod state {
    pub const RESET: u64 = 0;
    pub const INIT: u64 = 1;
    pub const RTR: u64 = 2;
    pub const RTS: u64 = 3;
    pub const SQD: u64 = 4;
    /// With migration: the partner has stopped. As RTS, but the requester holds.
    pub const PAUSED: u64 = 5;
    pub const ERR: u64 = 6;
    /// With migration: stopped, restored, resuming, or a tombstone.
    pub const MOVING: u64 = 7;
}

/// One reader's copy of the states of `2^LQ` queue pairs; a read sees a write of the same cycle.
#[derive(LogicBlock, Default)]
pub struct StateCopy<const LQ: usize> {
    pub clock: Signal<In, Clock>,
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<LQ>>,
    pub rd: Signal<Out, Bits<3>>,
    pub we: Signal<In, Bit>,
    pub wa: Signal<In, Bits<LQ>>,
    pub wd: Signal<In, Bits<3>>,
    mem: Ram<Bits<3>, LQ>,
    /// the read met a write: `fresh` instead of the memory
    met: DFF<Bit>,
    fresh: DFF<Bits<3>>,
}

impl<const LQ: usize> Logic for StateCopy<LQ> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, met, fresh);
        self.mem.clock.next = self.clock.val();
        self.mem.re.next = self.re.val();
        self.mem.ra.next = self.ra.val();
        self.mem.we.next = self.we.val();
        self.mem.wa.next = self.wa.val();
        self.mem.wd.next = self.wd.val();
        if self.re.val() {
            self.met.d.next = self.we.val() & (self.wa.val() == self.ra.val());
            self.fresh.d.next = self.wd.val();
        }
        self.rd.next = self.mem.rd.val();
        if self.met.q.val() {
            self.rd.next = self.fresh.q.val();
        }
    }
}

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum QpStateStep {
    Idle,
    Read,
    Look,
    Act,
    Answer,
}

/// The states of `2^LQ` queue pairs; see the module's head.
#[derive(LogicBlock)]
pub struct QpState<const LQ: usize> {
    pub clock: Signal<In, Clock>,
    pub a_re: Signal<In, Bit>,
    pub a_slot: Signal<In, Bits<12>>,
    pub a_state: Signal<Out, Bits<3>>,
    pub b_re: Signal<In, Bit>,
    pub b_slot: Signal<In, Bits<12>>,
    pub b_state: Signal<Out, Bits<3>>,
    pub c_re: Signal<In, Bit>,
    pub c_slot: Signal<In, Bits<12>>,
    pub c_state: Signal<Out, Bits<3>>,
    pub d_re: Signal<In, Bit>,
    pub d_slot: Signal<In, Bits<12>>,
    pub d_state: Signal<Out, Bits<3>>,
    pub e_re: Signal<In, Bit>,
    pub e_slot: Signal<In, Bits<12>>,
    pub e_state: Signal<Out, Bits<3>>,
    pub set_valid: Signal<In, Bit>,
    pub set_slot: Signal<In, Bits<12>>,
    pub set_state: Signal<In, Bits<3>>,
    pub e0_valid: Signal<In, Bit>,
    pub e0_slot: Signal<In, Bits<12>>,
    pub e0_event: Signal<In, Bits<8>>,
    pub e0_ready: Signal<Out, Bit>,
    pub e1_valid: Signal<In, Bit>,
    pub e1_slot: Signal<In, Bits<12>>,
    pub e1_event: Signal<In, Bits<8>>,
    pub e1_ready: Signal<Out, Bit>,
    pub e2_valid: Signal<In, Bit>,
    pub e2_slot: Signal<In, Bits<12>>,
    pub e2_event: Signal<In, Bits<8>>,
    pub e2_ready: Signal<Out, Bit>,
    pub failing_valid: Signal<Out, Bit>,
    pub failing_slot: Signal<Out, Bits<12>>,
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    copy: [StateCopy<LQ>; 6],
    step: DFF<QpStateStep>,
    /// the request being served
    slot: DFF<Bits<12>>,
    event: DFF<Bits<8>>,
    /// its QP must go to ERR
    alive: DFF<Bit>,
    raised: DFF<Bit>,
    raised_slot: DFF<Bits<12>>,
    raised_event: DFF<Bits<8>>,
    answered: DFF<Bit>,
    ack: DFF<Bit>,
    data: DFF<Bits<3>>,
    mine: Signal<Local, Bit>,
    write: Signal<Local, Bit>,
    write_slot: Signal<Local, Bits<12>>,
    write_state: Signal<Local, Bits<3>>,
    look_re: Signal<Local, Bit>,
    look_slot: Signal<Local, Bits<12>>,
    found: Signal<Local, Bits<3>>,
    kind: Constant<Bits<5>>,
    err: Constant<Bits<3>>,
}

impl<const LQ: usize> Default for QpState<LQ> {
    fn default() -> Self {
        assert!(LQ >= 1 && LQ <= 12, "slots have 12 bits");
        Self {
            clock: Default::default(),
            a_re: Default::default(),
            a_slot: Default::default(),
            a_state: Default::default(),
            b_re: Default::default(),
            b_slot: Default::default(),
            b_state: Default::default(),
            c_re: Default::default(),
            c_slot: Default::default(),
            c_state: Default::default(),
            d_re: Default::default(),
            d_slot: Default::default(),
            d_state: Default::default(),
            e_re: Default::default(),
            e_slot: Default::default(),
            e_state: Default::default(),
            set_valid: Default::default(),
            set_slot: Default::default(),
            set_state: Default::default(),
            e0_valid: Default::default(),
            e0_slot: Default::default(),
            e0_event: Default::default(),
            e0_ready: Default::default(),
            e1_valid: Default::default(),
            e1_slot: Default::default(),
            e1_event: Default::default(),
            e1_ready: Default::default(),
            e2_valid: Default::default(),
            e2_slot: Default::default(),
            e2_event: Default::default(),
            e2_ready: Default::default(),
            failing_valid: Default::default(),
            failing_slot: Default::default(),
            ev_valid: Default::default(),
            ev: Default::default(),
            ev_ready: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            copy: array_init::array_init(|_| StateCopy::default()),
            step: Default::default(),
            slot: Default::default(),
            event: Default::default(),
            alive: Default::default(),
            raised: Default::default(),
            raised_slot: Default::default(),
            raised_event: Default::default(),
            answered: Default::default(),
            ack: Default::default(),
            data: Default::default(),
            mine: Default::default(),
            write: Default::default(),
            write_slot: Default::default(),
            write_state: Default::default(),
            look_re: Default::default(),
            look_slot: Default::default(),
            found: Default::default(),
            kind: Constant::new(kind::QP_STATE.to_bits()),
            err: Constant::new(state::ERR.to_bits()),
        }
    }
}

impl<const LQ: usize> Logic for QpState<LQ> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            step,
            slot,
            event,
            alive,
            raised,
            raised_slot,
            raised_event,
            answered,
            ack,
            data
        );
        self.e0_ready.next = false;
        self.e1_ready.next = false;
        self.e2_ready.next = false;
        self.look_re.next = false;
        self.look_slot.next = self.slot.q.val();
        self.ack.d.next = false;
        self.mine.next = self.bus.val().valid.any() & (self.bus.val().kind == self.kind.val());
        self.answered.d.next = self.answered.q.val() & self.mine.val();
        self.failing_valid.next = false;
        self.failing_slot.next = self.slot.q.val();
        self.ev_valid.next = self.raised.q.val();
        self.ev.next.kind = self.raised_event.q.val();
        self.ev.next.object = bit_cast::<24, 12>(self.raised_slot.q.val());
        self.ev.next.vector = bits::<8>(0);
        if self.ev_ready.val() {
            self.raised.d.next = false;
        }
        self.write.next = self.set_valid.val();
        self.write_slot.next = self.set_slot.val();
        self.write_state.next = self.set_state.val();
        self.found.next = self.copy[5].rd.val();

        match self.step.q.val() {
            QpStateStep::Idle => {
                if !self.raised.q.val() & self.e0_valid.val() {
                    self.e0_ready.next = true;
                    self.slot.d.next = self.e0_slot.val();
                    self.event.d.next = self.e0_event.val();
                    self.step.d.next = QpStateStep::Read;
                } else if !self.raised.q.val() & self.e1_valid.val() {
                    self.e1_ready.next = true;
                    self.slot.d.next = self.e1_slot.val();
                    self.event.d.next = self.e1_event.val();
                    self.step.d.next = QpStateStep::Read;
                } else if !self.raised.q.val() & self.e2_valid.val() {
                    self.e2_ready.next = true;
                    self.slot.d.next = self.e2_slot.val();
                    self.event.d.next = self.e2_event.val();
                    self.step.d.next = QpStateStep::Read;
                } else if self.mine.val() & !self.answered.q.val() {
                    self.look_re.next = true;
                    self.look_slot.next = self.bus.val().index.get_bits::<12>(0);
                    self.answered.d.next = true;
                    self.step.d.next = QpStateStep::Answer;
                }
            }
            QpStateStep::Read => {
                self.failing_valid.next = true;
                self.look_re.next = true;
                self.step.d.next = QpStateStep::Look;
            }
            QpStateStep::Look => {
                self.failing_valid.next = true;
                // RTR or later, but not ERR
                self.alive.d.next =
                    self.found.val().get_bits::<2>(1).any() & (self.found.val() != self.err.val());
                self.step.d.next = QpStateStep::Act;
                if self.set_valid.val() {
                    self.step.d.next = QpStateStep::Read;
                }
            }
            QpStateStep::Act => {
                self.failing_valid.next = true;
                self.step.d.next = QpStateStep::Idle;
                if self.set_valid.val() {
                    self.step.d.next = QpStateStep::Read;
                } else if self.alive.q.val() {
                    self.write.next = true;
                    self.write_slot.next = self.slot.q.val();
                    self.write_state.next = self.err.val();
                    self.raised.d.next = self.event.q.val().any();
                    self.raised_slot.d.next = self.slot.q.val();
                    self.raised_event.d.next = self.event.q.val();
                }
            }
            QpStateStep::Answer => {
                self.ack.d.next = true;
                self.data.d.next = self.found.val();
                self.step.d.next = QpStateStep::Idle;
            }
        }

        self.rsp.next.ack = bits::<1>(0);
        self.rsp.next.data = bits::<64>(0);
        if self.ack.q.val() {
            self.rsp.next.ack = bits::<1>(1);
            self.rsp.next.data = bit_cast::<64, 3>(self.data.q.val());
        }

        for i in 0..6 {
            self.copy[i].clock.next = self.clock.val();
            self.copy[i].we.next = self.write.val();
            self.copy[i].wa.next = self.write_slot.val().get_bits::<LQ>(0);
            self.copy[i].wd.next = self.write_state.val();
        }
        self.copy[0].re.next = self.a_re.val();
        self.copy[0].ra.next = self.a_slot.val().get_bits::<LQ>(0);
        self.a_state.next = self.copy[0].rd.val();
        self.copy[1].re.next = self.b_re.val();
        self.copy[1].ra.next = self.b_slot.val().get_bits::<LQ>(0);
        self.b_state.next = self.copy[1].rd.val();
        self.copy[2].re.next = self.c_re.val();
        self.copy[2].ra.next = self.c_slot.val().get_bits::<LQ>(0);
        self.c_state.next = self.copy[2].rd.val();
        self.copy[3].re.next = self.d_re.val();
        self.copy[3].ra.next = self.d_slot.val().get_bits::<LQ>(0);
        self.d_state.next = self.copy[3].rd.val();
        self.copy[4].re.next = self.e_re.val();
        self.copy[4].ra.next = self.e_slot.val().get_bits::<LQ>(0);
        self.e_state.next = self.copy[4].rd.val();
        self.copy[5].re.next = self.look_re.val();
        self.copy[5].ra.next = self.look_slot.val().get_bits::<LQ>(0);
    }
}
