//! What the migration unit shares with other blocks: small arbiters in front of ports that have one user without it.
//!
//! # Theory of operation
//! The first user of each port is the one of the NIC without migration, and nothing is added to its time: where the port is free, its
//! request passes through gates only. The unit gets what is left over. It works on the slow path and can wait, but is never shut out: the first
//! users pause, and where they do not, on the context bus and into the transmit path, both take turns.
//!
//! | block | port | first user |
//! |---|---|---|
//! | [`BusShare`] | context bus | command unit |
//! | [`CommandShare`] | mailbox commands, and the command unit itself | the mailbox |
//! | [`TransmitShare`] | descriptors into the transmit path | requester |
//! | [`EventShare`] | event queue | command unit |
//! | [`KickShare`] | ready lists of requester, response engine, service | command unit |
//! | [`StateShare`] | writes of QP states | command unit |
//! | [`BellShare`] | doorbells into both caches and the completion unit | doorbell pages |
//! | [`ReadShare`] | host reads | receive executor |
//! | [`WriteShare`] | host writes | event queue |
//! | [`FrameShare`] | reads of the frame buffer | receive executor |
//!
//! *Commands.* Opcodes from 16 on go to the migration unit, the others to the command unit. The migration unit has the command unit do
//! things for it, too: sub commands, with a payload out of its own memory instead of the mailbox. The mailbox does not see them:
//! its status is that of the last command that came from it. Commands wait while the migration unit tidies up after one that is done, and until
//! the event of the unit's last command has been taken; the command unit waits for that of its own.
//!
//! # Interfaces
//! * A request that is held until it is acknowledged, and every valid that has been shown, stays with its user until it is taken.
//! * `a_*` or the first user's name: the first user; `unit_*`: the migration unit. Ready depends on valid.
//! * [`BusShare`]: a request is held until `ack` and followed by a cycle without one; the bus sees that of both users together. The unit's streams keep the
//!   bus from their first request until `stream` falls.
//! * [`CommandShare`]: `cmd_*` and `mb_*` as in `bar`, `own_*` to the command unit, `unit_*` to the migration unit, which takes opcode and
//!   arguments from the mailbox directly. `sub_go` is held until `sub_busy`, the rest of `sub_*` until it falls. `page_rd` a cycle after `page_re`.
//! * [`FrameShare`]: the executor counts on the word it read last until it is idle (`a_busy`), so the unit reads only then.
//! * [`ReadShare`]: bit 5 of the tag is 1 in the unit's requests, and tells whose an answer is.

#![allow(
    clippy::reversed_empty_ranges,
    reason = "`for _X in X..X {}` tells the emitter the value of constant X"
)]

use crate::pipe::{CtxReq, CtxRsp, Doorbell, EventReq, ReadReq, TxDesc};
use crate::regs::EVENT_COMMAND_DONE;
use rust_hdl::prelude::*;

/// Two masters of the context bus; see the module's head.
#[derive(LogicBlock, Default)]
pub struct BusShare {
    pub clock: Signal<In, Clock>,
    pub a: Signal<In, CtxReq>,
    pub a_rsp: Signal<Out, CtxRsp>,
    pub unit: Signal<In, CtxReq>,
    pub unit_rsp: Signal<Out, CtxRsp>,
    pub bus: Signal<Out, CtxReq>,
    pub rsp: Signal<In, CtxRsp>,
    /// a request stands since the last cycle
    locked: DFF<Bit>,
    /// the unit's, now or last
    owner: DFF<Bit>,
    /// no request was shown in the last cycle
    idle: DFF<Bit>,
    choice: Signal<Local, Bit>,
    picked: Signal<Local, CtxReq>,
    shown: Signal<Local, Bit>,
}

impl Logic for BusShare {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, locked, owner, idle);
        self.choice.next = self.owner.q.val();
        if !self.locked.q.val() {
            self.choice.next =
                self.unit.val().valid.any() & !(self.a.val().valid.any() & self.owner.q.val());
        }
        self.picked.next = self.a.val();
        if self.choice.val() {
            self.picked.next = self.unit.val();
        }
        self.shown.next = self.picked.val().valid.any() & (self.locked.q.val() | self.idle.q.val());
        self.bus.next = self.picked.val();
        self.bus.next.valid = bit_cast::<1, 1>(self.shown.val().into());
        // a stream keeps the bus while it shows nothing
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
    }
}

/// Who gets which command, and whose status is whose; see the module's head.
#[derive(LogicBlock, Default)]
pub struct CommandShare {
    pub clock: Signal<In, Clock>,
    pub cmd_go: Signal<In, Bit>,
    pub cmd_opcode: Signal<In, Bits<8>>,
    pub cmd_notify: Signal<In, Bit>,
    pub cmd_arg0: Signal<In, Bits<16>>,
    pub cmd_arg1: Signal<In, Bits<32>>,
    pub cmd_busy: Signal<Out, Bit>,
    pub cmd_done: Signal<Out, Bit>,
    pub cmd_code: Signal<Out, Bits<8>>,
    pub cmd_detail: Signal<Out, Bits<32>>,
    pub mb_re: Signal<Out, Bit>,
    pub mb_ra: Signal<Out, Bits<7>>,
    pub mb_rd: Signal<In, Bits<32>>,
    pub own_go: Signal<Out, Bit>,
    pub own_opcode: Signal<Out, Bits<8>>,
    pub own_notify: Signal<Out, Bit>,
    pub own_arg0: Signal<Out, Bits<16>>,
    pub own_arg1: Signal<Out, Bits<32>>,
    pub own_busy: Signal<In, Bit>,
    pub own_done: Signal<In, Bit>,
    pub own_code: Signal<In, Bits<8>>,
    pub own_detail: Signal<In, Bits<32>>,
    pub own_re: Signal<In, Bit>,
    pub own_ra: Signal<In, Bits<7>>,
    pub own_rd: Signal<Out, Bits<32>>,
    pub unit_go: Signal<Out, Bit>,
    pub unit_busy: Signal<In, Bit>,
    pub unit_tidy: Signal<In, Bit>,
    pub unit_done: Signal<In, Bit>,
    pub unit_code: Signal<In, Bits<8>>,
    pub unit_detail: Signal<In, Bits<32>>,
    pub unit_re: Signal<In, Bit>,
    pub unit_ra: Signal<In, Bits<7>>,
    pub sub_go: Signal<In, Bit>,
    pub sub_opcode: Signal<In, Bits<8>>,
    pub sub_arg0: Signal<In, Bits<16>>,
    pub sub_arg1: Signal<In, Bits<32>>,
    pub sub_busy: Signal<Out, Bit>,
    pub sub_done: Signal<Out, Bit>,
    pub sub_code: Signal<Out, Bits<8>>,
    pub sub_detail: Signal<Out, Bits<32>>,
    pub page_re: Signal<Out, Bit>,
    pub page_ra: Signal<Out, Bits<7>>,
    pub page_rd: Signal<In, Bits<32>>,
    /// "command done" of the unit's commands
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
    /// the command unit works, or is about to work, on a sub command
    sub: DFF<Bit>,
    /// the mailbox's last command went to the migration unit
    by_unit: DFF<Bit>,
    /// a sub command has come behind the command unit's last command from the mailbox, whose end is kept here
    stale: DFF<Bit>,
    done: DFF<Bit>,
    code: DFF<Bits<8>>,
    detail: DFF<Bits<32>>,
    /// a command of the migration unit runs; tell its end; its opcode
    running: DFF<Bit>,
    notify: DFF<Bit>,
    opcode: DFF<Bits<8>>,
    event: DFF<Bit>,
    for_unit: Signal<Local, Bit>,
}

impl Logic for CommandShare {
    #[hdl_gen]
    fn update(&mut self) {
        for _EVENT_COMMAND_DONE in EVENT_COMMAND_DONE..EVENT_COMMAND_DONE {}
        dff_setup!(self, clock, sub, by_unit, stale, done, code, detail);
        dff_setup!(self, clock, running, notify, opcode, event);
        self.for_unit.next = self.cmd_opcode.val().get_bits::<4>(4).any();
        // the end of the one before has been told
        self.unit_go.next = self.cmd_go.val() & self.for_unit.val() & !self.event.q.val();

        // the command unit: the mailbox's, or a sub command
        self.own_go.next =
            self.cmd_go.val() & !self.for_unit.val() & !self.unit_tidy.val() & !self.event.q.val();
        self.own_opcode.next = self.cmd_opcode.val();
        self.own_notify.next = self.cmd_notify.val();
        self.own_arg0.next = self.cmd_arg0.val();
        self.own_arg1.next = self.cmd_arg1.val();
        self.own_rd.next = self.mb_rd.val();
        self.page_re.next = false;
        self.page_ra.next = self.own_ra.val();
        self.mb_re.next = self.own_re.val();
        self.mb_ra.next = self.own_ra.val();
        self.sub_busy.next = false;
        if self.sub.q.val() {
            self.own_go.next = self.sub_go.val();
            self.own_opcode.next = self.sub_opcode.val();
            self.own_notify.next = false;
            self.own_arg0.next = self.sub_arg0.val();
            self.own_arg1.next = self.sub_arg1.val();
            self.own_rd.next = self.page_rd.val();
            self.page_re.next = self.own_re.val();
            self.mb_re.next = false;
            self.sub_busy.next = self.own_busy.val();
            self.sub.d.next = self.sub_go.val() | self.own_busy.val();
        } else if !self.own_busy.val()
            & !(self.cmd_go.val() & !self.for_unit.val() & !self.unit_tidy.val())
        {
            self.sub.d.next = self.sub_go.val();
        }
        if self.unit_busy.val() {
            self.mb_re.next = self.unit_re.val();
            self.mb_ra.next = self.unit_ra.val();
        }
        self.sub_done.next = self.own_done.val();
        self.sub_code.next = self.own_code.val();
        self.sub_detail.next = self.own_detail.val();

        // the mailbox's status
        if self.sub.q.val() {
            self.stale.d.next = true;
        } else if self.own_busy.val() {
            self.stale.d.next = false;
            self.by_unit.d.next = false;
        }
        if self.unit_go.val() & self.unit_busy.val() {
            self.by_unit.d.next = true;
        }
        self.cmd_busy.next = self.unit_busy.val() | (self.own_busy.val() & !self.sub.q.val());
        self.cmd_done.next = self.done.q.val();
        self.cmd_code.next = self.code.q.val();
        self.cmd_detail.next = self.detail.q.val();
        if !self.sub.q.val() & !self.stale.q.val() {
            self.done.d.next = self.own_done.val();
            self.code.d.next = self.own_code.val();
            self.detail.d.next = self.own_detail.val();
            self.cmd_done.next = self.own_done.val();
            self.cmd_code.next = self.own_code.val();
            self.cmd_detail.next = self.own_detail.val();
        }
        if self.by_unit.q.val() {
            self.cmd_done.next = self.unit_done.val();
            self.cmd_code.next = self.unit_code.val();
            self.cmd_detail.next = self.unit_detail.val();
        }

        // the end of the unit's commands
        self.ev_valid.next = self.event.q.val();
        self.ev.next.kind = bits::<8>(EVENT_COMMAND_DONE);
        self.ev.next.object = bit_cast::<24, 8>(self.opcode.q.val());
        self.ev.next.vector = bits::<8>(0);
        if self.ev_ready.val() {
            self.event.d.next = false;
        }
        if self.unit_go.val() & self.unit_busy.val() {
            self.running.d.next = true;
            self.notify.d.next = self.cmd_notify.val();
            self.opcode.d.next = self.cmd_opcode.val();
        } else if self.running.q.val() & !self.unit_busy.val() {
            self.running.d.next = false;
            self.event.d.next = self.notify.q.val();
        }
    }
}

/// Descriptors of the requester and the unit; see the module's head. Who has the port is a register, for a descriptor is wide and its multiplexer
/// costs least with one select: the requester waits only while the unit has its turn. One packet of the unit's waits for its turn here, so that the unit, and the
/// frame it has in hand, need not: on a full line a turn comes when a frame or two have left.
#[derive(LogicBlock, Default)]
pub struct TransmitShare {
    pub clock: Signal<In, Clock>,
    pub a_valid: Signal<In, Bit>,
    pub a: Signal<In, TxDesc>,
    pub a_ready: Signal<Out, Bit>,
    pub unit_valid: Signal<In, Bit>,
    pub unit: Signal<In, TxDesc>,
    pub unit_ready: Signal<Out, Bit>,
    pub tx_valid: Signal<Out, Bit>,
    pub tx: Signal<Out, TxDesc>,
    pub tx_ready: Signal<In, Bit>,
    /// the unit's packet that waits for its turn or has it, and whether there is one
    held: DFF<TxDesc>,
    full: DFF<Bit>,
    /// the unit's turn; only when `full`
    turn: DFF<Bit>,
}

impl Logic for TransmitShare {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held, full, turn);
        self.a_ready.next = self.tx_ready.val() & !self.turn.q.val();
        self.unit_ready.next = !self.full.q.val();
        if !self.full.q.val() {
            self.held.d.next = self.unit.val();
            self.full.d.next = self.unit_valid.val();
        }
        self.tx_valid.next = self.a_valid.val();
        self.tx.next = self.a.val();
        if self.turn.q.val() {
            self.tx_valid.next = true;
            self.tx.next = self.held.q.val();
            // the unit's payload is inline and at most five words, so these mean nothing with it
            self.tx.next.iova0 = self.a.val().iova0;
            self.tx.next.iova1 = self.a.val().iova1;
            self.tx.next.inline_data = ((self.a.val().inline_data >> 160) << 160)
                | bit_cast::<256, 160>(self.held.q.val().inline_data.get_bits::<160>(0));
            self.turn.d.next = !self.tx_ready.val();
            self.full.d.next = !self.tx_ready.val();
        } else {
            // what the requester shows stays until it is taken
            self.turn.d.next = (self.unit_valid.val() | self.full.q.val())
                & (!self.a_valid.val() | self.tx_ready.val());
        }
    }
}

/// Events of the command unit, of [`CommandShare`] and of the unit; see the module's head.
#[derive(LogicBlock, Default)]
pub struct EventShare {
    pub a_valid: Signal<In, Bit>,
    pub a: Signal<In, EventReq>,
    pub a_ready: Signal<Out, Bit>,
    pub done_valid: Signal<In, Bit>,
    pub done: Signal<In, EventReq>,
    pub done_ready: Signal<Out, Bit>,
    pub unit_valid: Signal<In, Bit>,
    pub unit: Signal<In, EventReq>,
    pub unit_ready: Signal<Out, Bit>,
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
}

impl Logic for EventShare {
    #[hdl_gen]
    fn update(&mut self) {
        self.ev_valid.next = self.a_valid.val() | self.done_valid.val() | self.unit_valid.val();
        self.ev.next = self.unit.val();
        self.a_ready.next = false;
        self.done_ready.next = false;
        self.unit_ready.next = false;
        if self.a_valid.val() {
            self.ev.next = self.a.val();
            self.a_ready.next = self.ev_ready.val();
        } else if self.done_valid.val() {
            self.ev.next = self.done.val();
            self.done_ready.next = self.ev_ready.val();
        } else {
            self.unit_ready.next = self.ev_ready.val();
        }
    }
}

/// Kicks of the command unit and the unit; see the module's head.
#[derive(LogicBlock, Default)]
pub struct KickShare {
    pub a_slot: Signal<In, Bits<12>>,
    pub a_req_valid: Signal<In, Bit>,
    pub a_req_ready: Signal<Out, Bit>,
    pub a_rsp_valid: Signal<In, Bit>,
    pub a_rsp_ready: Signal<Out, Bit>,
    pub a_svc_valid: Signal<In, Bit>,
    pub a_svc_ready: Signal<Out, Bit>,
    pub unit_slot: Signal<In, Bits<12>>,
    pub unit_req_valid: Signal<In, Bit>,
    pub unit_req_ready: Signal<Out, Bit>,
    pub unit_rsp_valid: Signal<In, Bit>,
    pub unit_rsp_ready: Signal<Out, Bit>,
    pub unit_svc_valid: Signal<In, Bit>,
    pub unit_svc_ready: Signal<Out, Bit>,
    pub req_valid: Signal<Out, Bit>,
    pub req_slot: Signal<Out, Bits<12>>,
    pub req_ready: Signal<In, Bit>,
    pub rsp_valid: Signal<Out, Bit>,
    pub rsp_slot: Signal<Out, Bits<12>>,
    pub rsp_ready: Signal<In, Bit>,
    pub svc_valid: Signal<Out, Bit>,
    pub svc_slot: Signal<Out, Bits<12>>,
    pub svc_ready: Signal<In, Bit>,
}

impl Logic for KickShare {
    #[hdl_gen]
    fn update(&mut self) {
        self.req_valid.next = self.a_req_valid.val() | self.unit_req_valid.val();
        self.rsp_valid.next = self.a_rsp_valid.val() | self.unit_rsp_valid.val();
        self.svc_valid.next = self.a_svc_valid.val() | self.unit_svc_valid.val();
        self.a_req_ready.next = self.req_ready.val();
        self.a_rsp_ready.next = self.rsp_ready.val();
        self.a_svc_ready.next = self.svc_ready.val();
        self.unit_req_ready.next = self.req_ready.val() & !self.a_req_valid.val();
        self.unit_rsp_ready.next = self.rsp_ready.val() & !self.a_rsp_valid.val();
        self.unit_svc_ready.next = self.svc_ready.val() & !self.a_svc_valid.val();
        self.req_slot.next = self.unit_slot.val();
        self.rsp_slot.next = self.unit_slot.val();
        self.svc_slot.next = self.unit_slot.val();
        if self.a_req_valid.val() {
            self.req_slot.next = self.a_slot.val();
        }
        if self.a_rsp_valid.val() {
            self.rsp_slot.next = self.a_slot.val();
        }
        if self.a_svc_valid.val() {
            self.svc_slot.next = self.a_slot.val();
        }
    }
}

/// States written by the command unit, always taken, and by the unit; see the module's head.
#[derive(LogicBlock, Default)]
pub struct StateShare {
    pub a_valid: Signal<In, Bit>,
    pub a_slot: Signal<In, Bits<12>>,
    pub a_state: Signal<In, Bits<3>>,
    pub unit_valid: Signal<In, Bit>,
    pub unit_slot: Signal<In, Bits<12>>,
    pub unit_state: Signal<In, Bits<3>>,
    pub unit_ready: Signal<Out, Bit>,
    pub set_valid: Signal<Out, Bit>,
    pub set_slot: Signal<Out, Bits<12>>,
    pub set_state: Signal<Out, Bits<3>>,
}

impl Logic for StateShare {
    #[hdl_gen]
    fn update(&mut self) {
        self.set_valid.next = self.a_valid.val() | self.unit_valid.val();
        self.unit_ready.next = !self.a_valid.val();
        self.set_slot.next = self.unit_slot.val();
        self.set_state.next = self.unit_state.val();
        if self.a_valid.val() {
            self.set_slot.next = self.a_slot.val();
            self.set_state.next = self.a_state.val();
        }
    }
}

/// Doorbells of the pages, and those that the unit has read from records; see the module's head.
#[derive(LogicBlock, Default)]
pub struct BellShare {
    pub clock: Signal<In, Clock>,
    pub a_sq_valid: Signal<In, Bit>,
    pub a_sq: Signal<In, Doorbell>,
    pub a_sq_push: Signal<In, Bit>,
    pub a_sq_ready: Signal<Out, Bit>,
    pub a_rq_valid: Signal<In, Bit>,
    pub a_rq: Signal<In, Doorbell>,
    pub a_rq_ready: Signal<Out, Bit>,
    pub a_cq_valid: Signal<In, Bit>,
    pub a_cq: Signal<In, Doorbell>,
    pub a_cq_kind: Signal<In, Bits<1>>,
    pub a_cq_ready: Signal<Out, Bit>,
    pub unit: Signal<In, Doorbell>,
    pub unit_sq_valid: Signal<In, Bit>,
    pub unit_sq_ready: Signal<Out, Bit>,
    pub unit_rq_valid: Signal<In, Bit>,
    pub unit_rq_ready: Signal<Out, Bit>,
    pub unit_cq_valid: Signal<In, Bit>,
    pub unit_cq_ready: Signal<Out, Bit>,
    pub sq_valid: Signal<Out, Bit>,
    pub sq: Signal<Out, Doorbell>,
    pub sq_push: Signal<Out, Bit>,
    pub sq_ready: Signal<In, Bit>,
    pub rq_valid: Signal<Out, Bit>,
    pub rq: Signal<Out, Doorbell>,
    pub rq_ready: Signal<In, Bit>,
    pub cq_valid: Signal<Out, Bit>,
    pub cq: Signal<Out, Doorbell>,
    pub cq_kind: Signal<Out, Bits<1>>,
    pub cq_ready: Signal<In, Bit>,
    /// the unit's has been shown
    sq_locked: DFF<Bit>,
    rq_locked: DFF<Bit>,
    cq_locked: DFF<Bit>,
    sq_choice: Signal<Local, Bit>,
    rq_choice: Signal<Local, Bit>,
    cq_choice: Signal<Local, Bit>,
}

impl Logic for BellShare {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, sq_locked, rq_locked, cq_locked);
        self.sq_choice.next = self.sq_locked.q.val() | !self.a_sq_valid.val();
        self.rq_choice.next = self.rq_locked.q.val() | !self.a_rq_valid.val();
        self.cq_choice.next = self.cq_locked.q.val() | !self.a_cq_valid.val();
        self.sq_valid.next = self.a_sq_valid.val() | self.unit_sq_valid.val();
        self.rq_valid.next = self.a_rq_valid.val() | self.unit_rq_valid.val();
        self.cq_valid.next = self.a_cq_valid.val() | self.unit_cq_valid.val();
        self.a_sq_ready.next = self.sq_ready.val() & !self.sq_choice.val();
        self.a_rq_ready.next = self.rq_ready.val() & !self.rq_choice.val();
        self.a_cq_ready.next = self.cq_ready.val() & !self.cq_choice.val();
        self.unit_sq_ready.next = self.sq_ready.val() & self.sq_choice.val();
        self.unit_rq_ready.next = self.rq_ready.val() & self.rq_choice.val();
        self.unit_cq_ready.next = self.cq_ready.val() & self.cq_choice.val();
        self.sq.next = self.a_sq.val();
        self.sq_push.next = self.a_sq_push.val();
        self.rq.next = self.a_rq.val();
        self.cq.next = self.a_cq.val();
        self.cq_kind.next = self.a_cq_kind.val();
        if self.sq_choice.val() {
            self.sq.next = self.unit.val();
            self.sq_push.next = false;
        }
        if self.rq_choice.val() {
            self.rq.next = self.unit.val();
        }
        if self.cq_choice.val() {
            self.cq.next = self.unit.val();
            self.cq_kind.next = bit_cast::<1, 1>(self.unit.val().arm.any().into());
        }
        self.sq_locked.d.next =
            self.sq_choice.val() & self.unit_sq_valid.val() & !self.sq_ready.val();
        self.rq_locked.d.next =
            self.rq_choice.val() & self.unit_rq_valid.val() & !self.rq_ready.val();
        self.cq_locked.d.next =
            self.cq_choice.val() & self.unit_cq_valid.val() & !self.cq_ready.val();
    }
}

/// Host reads of the receive executor and the unit; see the module's head.
#[derive(LogicBlock, Default)]
pub struct ReadShare {
    pub a_valid: Signal<In, Bit>,
    pub a: Signal<In, ReadReq>,
    pub a_ready: Signal<Out, Bit>,
    pub a_rsp_valid: Signal<Out, Bit>,
    pub unit_valid: Signal<In, Bit>,
    pub unit: Signal<In, ReadReq>,
    pub unit_ready: Signal<Out, Bit>,
    pub unit_rsp_valid: Signal<Out, Bit>,
    pub rd_valid: Signal<Out, Bit>,
    pub rd: Signal<Out, ReadReq>,
    pub rd_ready: Signal<In, Bit>,
    pub rsp_valid: Signal<In, Bit>,
    pub rsp_tag: Signal<In, Bits<8>>,
}

impl Logic for ReadShare {
    #[hdl_gen]
    fn update(&mut self) {
        self.rd_valid.next = self.a_valid.val() | self.unit_valid.val();
        self.a_ready.next = self.rd_ready.val();
        self.unit_ready.next = self.rd_ready.val() & !self.a_valid.val();
        self.rd.next = self.a.val();
        self.rd.next.tag = self.a.val().tag & 0x1f;
        if !self.a_valid.val() {
            self.rd.next = self.unit.val();
            self.rd.next.tag = self.unit.val().tag | 0x20;
        }
        self.a_rsp_valid.next = self.rsp_valid.val() & !self.rsp_tag.val().get_bit(5);
        self.unit_rsp_valid.next = self.rsp_valid.val() & self.rsp_tag.val().get_bit(5);
    }
}

/// Host writes of the event queue and the unit, whole transactions; `W` bus bits, `B` bus bytes. See the module's head.
#[derive(LogicBlock, Default)]
pub struct WriteShare<const W: usize, const B: usize> {
    pub clock: Signal<In, Clock>,
    pub a_valid: Signal<In, Bit>,
    pub a_addr: Signal<In, Bits<64>>,
    pub a_data: Signal<In, Bits<W>>,
    pub a_strb: Signal<In, Bits<B>>,
    pub a_last: Signal<In, Bit>,
    pub a_ready: Signal<Out, Bit>,
    pub unit_valid: Signal<In, Bit>,
    pub unit_addr: Signal<In, Bits<64>>,
    pub unit_data: Signal<In, Bits<W>>,
    pub unit_strb: Signal<In, Bits<B>>,
    pub unit_last: Signal<In, Bit>,
    pub unit_ready: Signal<Out, Bit>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_strb: Signal<Out, Bits<B>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    /// a transaction has begun, and the unit's
    locked: DFF<Bit>,
    owner: DFF<Bit>,
    choice: Signal<Local, Bit>,
    shown: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
}

impl<const W: usize, const B: usize> Logic for WriteShare<W, B> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, locked, owner);
        self.choice.next = !self.a_valid.val();
        if self.locked.q.val() {
            self.choice.next = self.owner.q.val();
        }
        self.a_ready.next = self.wr_ready.val() & !self.choice.val();
        self.unit_ready.next = self.wr_ready.val() & self.choice.val();
        self.shown.next = self.a_valid.val();
        self.wr_addr.next = self.a_addr.val();
        self.wr_data.next = self.a_data.val();
        self.wr_strb.next = self.a_strb.val();
        self.ends.next = self.a_last.val();
        if self.choice.val() {
            self.shown.next = self.unit_valid.val();
            self.wr_addr.next = self.unit_addr.val();
            self.wr_data.next = self.unit_data.val();
            self.wr_strb.next = self.unit_strb.val();
            self.ends.next = self.unit_last.val();
        }
        self.wr_valid.next = self.shown.val();
        self.wr_last.next = self.ends.val();
        if self.shown.val() {
            self.owner.d.next = self.choice.val();
            self.locked.d.next = !(self.ends.val() & self.wr_ready.val());
        }
    }
}

/// Reads of the frame buffer by the receive executor and the unit; see the module's head.
#[derive(LogicBlock, Default)]
pub struct FrameShare {
    /// the executor may still need the word it read last
    pub a_busy: Signal<In, Bit>,
    pub a_re: Signal<In, Bit>,
    pub a_addr: Signal<In, Bits<12>>,
    pub unit_re: Signal<In, Bit>,
    pub unit_addr: Signal<In, Bits<12>>,
    pub unit_ready: Signal<Out, Bit>,
    pub re: Signal<Out, Bit>,
    pub addr: Signal<Out, Bits<12>>,
}

impl Logic for FrameShare {
    #[hdl_gen]
    fn update(&mut self) {
        self.re.next = self.a_re.val() | (self.unit_re.val() & !self.a_busy.val());
        self.unit_ready.next = !self.a_re.val() & !self.a_busy.val();
        self.addr.next = self.unit_addr.val();
        if self.a_re.val() {
            self.addr.next = self.a_addr.val();
        }
    }
}
