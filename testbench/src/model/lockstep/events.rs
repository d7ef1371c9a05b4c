//! What a command, a frame or a completion means to a host's queue pairs, in one world.

use super::Why;
use super::host::{Host, Issued};
use super::qp::Qp;
use super::worlds::{Objection, QueuePairs};
use crate::model::packet::{Frame, Packet};
use fw_regs::rings::Cqe;
use fw_regs::{QpState, SetScope, WcStatus};
use std::rc::Rc;

/// Works on the queue pairs of a migration command's set.
pub(super) fn each_of(qps: &mut QueuePairs, issued: Issued, mut work: impl FnMut(&mut Qp)) {
    let [number, scope] = issued.args;
    let scope = SetScope::from_code(scope as u8);
    for qp in qps.values_mut() {
        let own: u32 = match scope {
            Some(SetScope::Qp) => qp.slot.into(),
            Some(SetScope::Pd) => qp.config.pd.into(),
            Some(SetScope::UserContext) => qp.config.user_ctx.into(),
            None => continue,
        };
        if own == number {
            work(qp);
        }
    }
}

/// A queue pair goes from a state to another one.
pub(super) fn modify(
    qps: &mut QueuePairs,
    own: &Host,
    now: u64,
    (slot, number): (u16, u32),
    (before, state): (Option<QpState>, QpState),
) {
    if state == QpState::Rtr {
        qps.extend(Qp::new(own, slot, number).map(|qp| (slot, qp)));
        return;
    }
    let Some(qp) = qps.get_mut(&slot) else { return };
    match state {
        QpState::Rts if before == Some(QpState::Rtr) => drop(qp.start(own, now)),
        QpState::Rts | QpState::Sqd => qp.state = state,
        QpState::Err | QpState::Reset => qp.fail(now),
        _ => {}
    }
}

/// A packet of the migration protocol.
pub(super) fn is_of_migration(p: &Packet) -> bool {
    p.is_nak_stopped() || p.migration.is_some()
}

/// A frame has left a queue pair: its slot, and a line for people.
pub(super) fn left(
    qps: &mut QueuePairs,
    own: &Host,
    now: u64,
    frame: &Frame,
    bytes: &[u8],
) -> Result<(u16, String), Objection> {
    let p = &frame.packet;
    let qp = qps
        .values_mut()
        .find(|qp| {
            qp.config.partner_qpn == p.dest_qpn && qp.addresses.partner_ip == frame.destination
        })
        .ok_or((Why::new("no queue pair has that partner"), None))?;
    let slot = qp.slot;
    let named = |why| (why, Some(slot));
    qp.check_headers(bytes).map_err(named)?;
    if is_of_migration(p) {
        qp.say(now, p, own).map_err(named)?;
    } else {
        let explained = match (&mut qp.send, p.is_request()) {
            (Some(send), true) => send.sent(now, p, own),
            (_, false) if p.is_response() => qp.receive.sent(p, own),
            _ => Err(Why::new("a packet that its state does not send")),
        };
        explained.map_err(named)?;
        // a NAK may be what says that a request was refused for good
        qp.share_errors(now);
        qp.seen_working(now);
    }
    let line = format!("{now:>9} sends {}; {}", p.line(), qp.lines(own));
    Ok((slot, line))
}

/// A frame is about to reach a queue pair.
pub(super) fn entered(qp: &mut Qp, own: &Host, now: u64, p: &Rc<Packet>) {
    let (works, may_work) = (qp.moving.works(), qp.moving.may_work());
    if is_of_migration(p) {
        qp.hear(now, p);
    } else if p.is_request() {
        qp.moving.note_request(now, p);
        if may_work {
            qp.receive.received(now, p, own);
        }
    } else if let Some(send) = &mut qp.send
        && p.is_response()
        && may_work
    {
        // one in ERR takes no responses
        let certainly = works && !send.has_error();
        send.received(now, p, own, certainly);
    }
    qp.share_errors(now);
}

/// A completion has been written into queue `number`: of which slot, its receive ring, and its domain.
pub(super) fn completed(
    qps: &mut QueuePairs,
    own: &Host,
    now: u64,
    number: u16,
    cqe: &Cqe,
) -> Result<(u16, u16, u16), Objection> {
    let qp = qps
        .values_mut()
        .find(|qp| qp.config.qpn == cqe.qpn)
        .ok_or((Why(format!("{cqe:?} is of no queue pair")), None))?;
    let slot = qp.slot;
    let queue = match cqe.receive {
        true => qp.config.recv_cq,
        false => qp.config.send_cq,
    };
    let named = |why: Why| (Why(format!("{cqe:?}: {why}")), Some(slot));
    if queue != number {
        return Err(named(Why::new("in another queue")));
    }
    if cqe.status == WcStatus::WorkRequestFlushed {
        qp.flushed(now, own);
    }
    match (&mut qp.send, cqe.receive) {
        (_, true) => qp.receive.completed(cqe, own),
        (Some(send), false) => send.completed(now, cqe, own),
        (None, false) => Err(Why::new("it has never sent")),
    }
    .map_err(named)?;
    qp.share_errors(now);
    Ok((slot, qp.config.rq_ring, qp.config.pd))
}
