//! The context buses of a NIC with lanes, one for each group of engines, and their two masters.
//!
//! # Theory of operation
//! [`crate::migration::share::BusShare`] for several buses. Command unit and migration unit take turns at all of them together: what one of the two asks for shows on
//! every bus, and the answer is the OR of all, as if they were one. While the migration unit's lanes are at work (`spread`), each bus is a lane's, and so are the
//! answers of its group.
//!
//! # Interfaces
//! * `a`: the command unit; `unit` and `lanes`: the migration unit's first lane and the others. `rsp` is the OR of all answers, `answers` those of the engines that
//!   have records of queue pairs: three of the first group, two of each other one.

use crate::migration::lanes::GROUPS;
use crate::pipe::{CtxReq, CtxRsp};
use rust_hdl::prelude::*;

/// Two masters of four context buses; see the module's head.
#[derive(LogicBlock, Default)]
pub struct LaneShare {
    pub clock: Signal<In, Clock>,
    pub a: Signal<In, CtxReq>,
    pub a_rsp: Signal<Out, CtxRsp>,
    pub spread: Signal<In, Bit>,
    pub unit: Signal<In, CtxReq>,
    pub unit_rsp: Signal<Out, CtxRsp>,
    pub lanes: [Signal<In, CtxReq>; 3],
    pub lane_rsp: [Signal<Out, CtxRsp>; 3],
    pub bus: [Signal<Out, CtxReq>; GROUPS],
    pub rsp: Signal<In, CtxRsp>,
    pub answers: [Signal<In, CtxRsp>; 9],
    /// as in `BusShare`
    locked: DFF<Bit>,
    owner: DFF<Bit>,
    idle: DFF<Bit>,
    choice: Signal<Local, Bit>,
    picked: Signal<Local, CtxReq>,
    /// somebody asks on one of the buses; they may be shown
    asked: Signal<Local, Bit>,
    unit_asks: Signal<Local, Bit>,
    open: Signal<Local, Bit>,
    shown: Signal<Local, Bit>,
    lane: Signal<Local, CtxReq>,
    one: Signal<Local, CtxRsp>,
    other: Signal<Local, CtxRsp>,
    third: Signal<Local, CtxRsp>,
    both: Signal<Local, CtxRsp>,
}

impl Logic for LaneShare {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, locked, owner, idle);
        self.lane.next = self.unit.val();
        self.unit_asks.next = self.unit.val().valid.any();
        if self.spread.val() {
            for k in 0..3 {
                self.lane.next = self.lanes[k].val();
                self.unit_asks.next = self.unit_asks.val() | self.lane.val().valid.any();
            }
        }
        self.choice.next = self.owner.q.val();
        if !self.locked.q.val() {
            self.choice.next =
                self.unit_asks.val() & !(self.a.val().valid.any() & self.owner.q.val());
        }
        self.picked.next = self.a.val();
        self.asked.next = self.a.val().valid.any();
        if self.choice.val() {
            self.picked.next = self.unit.val();
            self.asked.next = self.unit_asks.val();
        }
        self.open.next = self.locked.q.val() | self.idle.q.val();
        self.shown.next = self.asked.val() & self.open.val();
        self.picked.next.valid = self.picked.val().valid & bit_cast::<1, 1>(self.open.val().into());
        for k in 0..4 {
            self.bus[k].next = self.picked.val();
        }
        if self.choice.val() & self.spread.val() {
            for k in 0..3 {
                self.lane.next = self.lanes[k].val();
                self.lane.next.valid =
                    self.lane.val().valid & bit_cast::<1, 1>(self.open.val().into());
                self.bus[k + 1].next = self.lane.val();
            }
        }
        // lanes keep the buses while they show nothing
        self.locked.d.next = self.shown.val()
            | (self.locked.q.val() & self.choice.val() & self.unit.val().stream.any());
        self.idle.d.next = !self.shown.val();
        if self.shown.val() {
            self.owner.d.next = self.choice.val();
        }
        self.a_rsp.next.ack = bits::<1>(0);
        self.a_rsp.next.data = self.rsp.val().data;
        self.unit_rsp.next.ack = bits::<1>(0);
        self.unit_rsp.next.data = self.rsp.val().data;
        if self.choice.val() {
            if self.shown.val() | self.unit.val().stream.any() {
                self.unit_rsp.next.ack = self.rsp.val().ack;
            }
        } else if self.shown.val() {
            self.a_rsp.next.ack = self.rsp.val().ack;
        }
        // the first group has three engines, the others two each
        self.one.next = self.answers[0].val();
        self.other.next = self.answers[1].val();
        self.third.next = self.answers[2].val();
        if self.spread.val() & self.choice.val() {
            self.unit_rsp.next.ack =
                self.one.val().ack | self.other.val().ack | self.third.val().ack;
            self.unit_rsp.next.data =
                self.one.val().data | self.other.val().data | self.third.val().data;
        }
        for k in 0..3 {
            self.one.next = self.answers[2 * k + 3].val();
            self.other.next = self.answers[2 * k + 4].val();
            self.both.next.ack = self.one.val().ack | self.other.val().ack;
            self.both.next.data = self.one.val().data | self.other.val().data;
            self.lane_rsp[k].next = self.both.val();
        }
    }
}
