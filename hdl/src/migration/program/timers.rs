//! Ticks: the dispatcher visits queue pairs that are PAUSED or MOVING in turn.

use super::*;
use fw_regs::codes::device_state::{MOVING, PAUSED};
use fw_regs::commands::MigrationTimer as Timer;
use fw_regs::{Counter, EventKind, MigrationPhase as Phase};

pub fn write(p: &mut Program) {
    p.a.label("tick");
    p.a.input(R0, input::STATE);
    p.a.jump_eq(R0, u64::from(PAUSED), "tick_paused");
    p.a.jump_ne(R0, u64::from(MOVING), "done");
    p.get_own(R0, "phase");
    p.a.jump_eq(R0, u64::from(Phase::Resuming.code()), "tick_resuming");
    p.a.jump_ne(R0, u64::from(Phase::Tombstone.code()), "done");
    lease(p, EventKind::TombstoneAged);
    p.a.jump("done");
    resuming(p);
    paused(p);
}

/// The end of a lease is told once; r0, r1 are lost.
fn lease(p: &mut Program, event: EventKind) {
    let goes_on = p.a.fresh();
    p.get_own(R0, "reported");
    p.a.jump_ne(R0, 0, &goes_on);
    p.a.input(R0, input::NOW);
    p.a.load(R1, OWN, own("lease").word);
    p.a.jump_earlier(R0, R1, &goes_on);
    p.set_own("reported", 1, R0, R1);
    p.event(event);
    p.a.label(&goes_on);
}

/// The interval doubles, up to r0; r0 = what it is now, r1 is lost.
fn double(p: &mut Program) {
    let most = p.a.fresh();
    p.a.load(R1, OWN, own("interval").word);
    p.a.shl(R1, R1, 1);
    p.a.jump_not_less(R1, R0, &most);
    p.a.mov(R0, R1);
    p.a.label(&most);
    p.a.call("at_least");
    p.a.store(OWN, own("interval").word, R0);
}

/// RESUME again, at a time that doubles up to the least of `ResumeRepeatMax` and the ACK timeout.
fn resuming(p: &mut Program) {
    p.a.label("tick_resuming");
    lease(p, EventKind::LeaseExpired);
    p.a.input(R0, input::NOW);
    p.a.load(R1, OWN, own("deadline").word);
    p.a.jump_earlier(R0, R1, "done");
    p.a.call("ack_timeout");
    p.recall(R1, Timer::ResumeRepeatMax.code().into());
    p.a.jump_less(R0, R1, "repeat_most");
    p.a.mov(R0, R1);
    p.a.label("repeat_most");
    double(p);
    p.a.call("send_resume");
    p.a.jump("done");
}

/// Rule 5: the request at `una`, once, at a time that doubles up to `ProbeMax`; it spends no retry.
fn paused(p: &mut Program) {
    p.a.label("tick_paused");
    lease(p, EventKind::LeaseExpired);
    p.a.input(R0, input::NOW);
    p.a.load(R1, OWN, own("deadline").word);
    p.a.jump_earlier(R0, R1, "done");
    p.a.call("timers_off");
    p.a.call("rewind");
    p.count(Counter::ProbesSent);
    p.recall(R0, Timer::ProbeMax.code().into());
    double(p);
    p.deadline();
    p.a.output(output::SELECT, SLOT);
    p.a.output(output::KICK, Z);
    p.a.jump("done");
}
