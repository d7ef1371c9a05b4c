//! Packets: the event table of the protocol.

use super::parts::{PARTNER_IP, frame32, frame32_le, kind};
use super::*;
use fw_regs::codes::device_state::{MOVING, PAUSED};
use fw_regs::commands::MigrationTimer as Timer;
use fw_regs::wire::Opcode;
use fw_regs::wire::{MIG_ETH_VERSION, SYNDROME_ACK, SYNDROME_NAK_STOPPED};
use fw_regs::{Counter, EventKind, MigrationPhase as Phase, QpState};

/// Where RC headers begin in a frame: the BTH, by address family.
const BTH: [u64; 2] = [42, 62];
/// MigETH behind the BTH and the AETH.
const MIG_ETH: u64 = 16;

pub fn write(p: &mut Program) {
    serve(p);
    family(p);
    resume(p);
    resume_ack(p);
    moved(p);
    nak_stopped(p);
    paused(p);
    stopped(p);
}

/// A packet or a tick has been taken.
fn serve(p: &mut Program) {
    p.a.label("serve");
    p.a.input(SLOT, input::SLOT);
    p.a.shl(OWN, SLOT, 4);
    p.a.output(output::SELECT, SLOT);
    p.a.input(R0, input::KIND);
    p.a.jump_ne(R0, 0, "tick");
    // rule 15: RESET, INIT and ERR answer nothing
    p.a.input(R0, input::STATE);
    p.a.jump_ne(R0, u64::from(MOVING), "connected");
    p.get_own(R0, "verbs_state");
    p.a.jump_less(R0, u64::from(QpState::Rtr.code()), "drop");
    p.a.jump_eq(R0, u64::from(QpState::Err.code()), "drop");
    p.a.label("connected");
    p.a.input(R6, input::OPCODE);
    p.a.jump_less(R6, u64::from(Opcode::Acknowledge.code()), "plain");
    p.a.jump_eq(R6, u64::from(Opcode::Resume.code()), "family");
    p.a.jump_eq(R6, u64::from(Opcode::ResumeAck.code()), "family");
    p.a.jump_eq(R6, u64::from(Opcode::Moved.code()), "family");
    p.a.jump_ne(R6, u64::from(Opcode::Acknowledge.code()), "plain");
    p.a.input(R0, input::AETH);
    p.a.shr(R0, R0, 24);
    p.a.jump_eq(R0, u64::from(SYNDROME_NAK_STOPPED), "nak_stopped");
    p.a.label("plain");
    p.a.input(R0, input::STATE);
    p.a.jump_eq(R0, u64::from(PAUSED), "paused_response");
    p.a.jump("request");

    p.a.label("drop");
    p.count(Counter::MigrationDropped);
    p.a.label("done");
    p.a.output(output::DONE, Z);
    p.a.ret();
}

/// RESUME, RESUME_ACK, MOVED: checks, fields and source address; r7 = epoch.
fn family(p: &mut Program) {
    use ContextKind::{QpAddress, QpConfig};
    p.a.label("family");
    p.a.input(R2, input::IPV6);
    p.get(R1, field(QpConfig, "ipv6"), SLOT);
    p.a.jump_ne(R1, R2, "drop");
    p.a.mov(R0, BTH[0] + MIG_ETH);
    p.a.jump_eq(R2, 0, "family_at");
    p.a.mov(R0, BTH[1] + MIG_ETH);
    p.a.label("family_at");
    p.a.output(output::FRAME, R0);
    frame32(p);
    p.a.shr(R0, R0, 24);
    p.a.jump_ne(R0, u64::from(MIG_ETH_VERSION), "drop");
    frame32(p);
    p.a.shr(R1, R0, 24);
    p.a.jump_ne(R1, 0, "drop");
    p.a.mov(R7, R0);
    frame32(p);
    p.a.shr(R0, R0, 8);
    p.get(R1, field(QpConfig, "partner_qpn"), SLOT);
    p.a.jump_ne(R0, R1, "drop");
    frame32(p);
    p.a.shr(R0, R0, 8);
    p.keep(scratch::MAX_PSN, R0);
    frame32(p);
    p.a.shr(R0, R0, 8);
    p.keep(scratch::EPSN, R0);
    // the source
    p.out(output::FRAME, 6, R0);
    frame32_le(p);
    p.keep(scratch::MAC, R0);
    p.a.input(R0, input::FRAME16_LE);
    p.keep(scratch::MAC + 1, R0);
    p.a.jump_ne(R2, 0, "source_ipv6");
    p.keep(scratch::SOURCE, Z);
    p.keep(scratch::SOURCE + 1, Z);
    p.a.number(R0, 0xffff_0000);
    p.keep(scratch::SOURCE + 2, R0);
    p.out(output::FRAME, 26, R0);
    frame32_le(p);
    p.keep(scratch::SOURCE + 3, R0);
    p.a.jump("compare");
    p.a.label("source_ipv6");
    p.out(output::FRAME, 22, R0);
    for k in 0..4 {
        p.a.call("frame32_le");
        p.keep(scratch::SOURCE + k, R0);
    }
    p.a.label("compare");
    p.keep(scratch::FROM_PARTNER, Z);
    // where addresses differ, the last word does
    for k in [3, 2, 1, 0] {
        p.a.context(R0, kind(QpAddress), SLOT, PARTNER_IP + k);
        p.recall(R1, scratch::SOURCE + k);
        p.a.jump_ne(R0, R1, "compared");
    }
    p.a.mov(R0, 1);
    p.keep(scratch::FROM_PARTNER, R0);
    p.a.label("compared");
    p.a.jump_eq(R6, u64::from(Opcode::ResumeAck.code()), "resume_ack");
    p.a.jump_eq(R6, u64::from(Opcode::Moved.code()), "moved");
}

/// RESUME; runs on from `family`.
fn resume(p: &mut Program) {
    p.a.input(R0, input::STATE);
    p.get_own(R6, "phase");
    p.a.jump_ne(R0, u64::from(MOVING), "resume_newer");
    p.a.jump_eq(R6, u64::from(Phase::Tombstone.code()), "resume_tombstone");
    p.a.jump_eq(R6, u64::from(Phase::Restored.code()), "resume_restored");
    p.a.label("resume_newer");
    p.get_own(R1, "partner_epoch");
    p.a.jump_eq(R7, R1, "resume_equal");
    p.a.jump_before(R7, R1, "drop");
    p.a.jump_eq(R6, u64::from(Phase::Stopped.code()), "resume_stopped");
    // rule 3: both windows
    p.a.input(R0, input::PSN);
    p.get(R1, field(ContextKind::Responder, "epsn"), SLOT);
    p.a.jump_before(R1, R0, "window");
    p.recall(R2, scratch::MAX_PSN);
    p.a.jump_before(R2, R1, "window");
    p.recall(R2, scratch::EPSN);
    p.get(R0, field(ContextKind::Completer, "una"), SLOT);
    p.a.jump_before(R2, R0, "window");
    p.get(R0, field(ContextKind::Requester, "max_psn"), SLOT);
    p.a.jump_before(R0, R2, "window");
    p.a.call("accept");
    p.count(Counter::ResumeRcvd);
    p.a.call("send_resume_ack");
    p.a.input(R0, input::STATE);
    p.a.jump_eq(R0, u64::from(MOVING), "resume_too");
    p.a.jump_ne(R0, u64::from(PAUSED), "resume_done");
    p.a.call("unpause_only");
    p.a.label("resume_done");
    p.a.output(output::SELECT, SLOT);
    p.a.output(output::KICK, Z);
    p.a.jump("done");
    // an end that resumes itself: now its own RESUME finds the partner
    p.a.label("resume_too");
    p.first_interval(Timer::ResumeRepeat);
    p.a.call("send_resume");
    p.a.jump("done");

    p.a.label("window");
    p.count(Counter::ResumeWindow);
    p.a.jump("drop");

    // equal: acknowledged again, but only to the partner
    p.a.label("resume_equal");
    p.recall(R0, scratch::FROM_PARTNER);
    p.a.jump_eq(R0, 0, "drop");
    p.a.jump_eq(R6, u64::from(Phase::Stopped.code()), "resume_stopped");
    p.a.call("send_resume_ack");
    p.a.jump("done");

    p.a.label("resume_stopped");
    p.get_own(R7, "epoch");
    p.a.call("answer_row");
    p.a.jump_eq(R3, Z, "drop");
    p.a.sub(R3, R3, 1);
    p.a.call("send_nak");
    p.a.jump("done");

    p.a.label("resume_restored");
    p.get_own(R0, "over_tombstone");
    p.a.jump_eq(R0, 0, "drop");
    p.a.label("resume_tombstone");
    p.a.call("answer_row");
    p.a.jump_eq(R3, Z, "drop");
    p.a.sub(R3, R3, 1);
    p.get_own(R7, "stopped_epoch");
    let to = own_word("moved_to");
    p.a.load(R0, OWN, to);
    for k in 1..4 {
        p.a.load(R1, OWN, to + k);
        p.a.or(R0, R0, R1);
    }
    p.a.jump_ne(R0, 0, "send_moved");
    p.a.call("send_nak");
    p.a.jump("done");

    // MOVED: epoch at the new address, PSN echoed
    p.a.label("send_moved");
    p.a.input(R0, input::PSN);
    p.a.output(output::TX_PSN, R0);
    p.out(output::WORD, u64::from(SYNDROME_ACK) << 24, R0);
    p.out(output::WORD, u64::from(MIG_ETH_VERSION) << 24, R0);
    p.a.add(R7, R7, 1);
    p.a.low24(R7, R7);
    p.a.output(output::WORD, R7);
    p.get(R0, field(ContextKind::QpConfig, "qpn"), SLOT);
    p.a.shl(R0, R0, 8);
    p.a.output(output::WORD, R0);
    for _ in 0..4 {
        p.a.output(output::WORD, Z);
    }
    for k in 0..4 {
        p.a.load(R0, OWN, to + k);
        p.a.output(output::WORD_LE, R0);
    }
    p.a.call("header");
    p.a.shl(R2, R3, 8);
    p.a.or(R2, R2, R1);
    p.a.or(R2, R2, u64::from(Opcode::Moved.code()));
    p.a.output(output::SEND, R2);
    p.a.jump_unless("done");
    p.count(Counter::MovedSent);
    p.a.jump("done");

    // r3 = 1 + the row of a template that leads to the frame's source; 0 if there is none at the moment; r0 to r2, r6 are lost
    p.a.label("answer_row");
    p.a.input(R3, input::SCRATCH_BUSY);
    p.a.jump_ne(R3, 0, "no_row");
    p.a.number(R3, 1 << p.sizes.qps);
    for word in 0..16 {
        p.a.context(R0, kind(ContextKind::QpAv), SLOT, word);
        p.a.set_context(kind(ContextKind::QpAv), R3, word, R0);
    }
    p.a.call("retarget");
    p.a.add(R3, R3, 1);
    p.a.ret();
    p.a.label("no_row");
    p.a.mov(R3, Z);
    p.a.ret();
}

/// The first word of a field of the Migration record.
fn own_word(name: &str) -> u64 {
    word_of(ContextKind::Migration, name)
}

fn resume_ack(p: &mut Program) {
    p.a.label("resume_ack");
    p.a.input(R0, input::STATE);
    p.a.jump_ne(R0, u64::from(MOVING), "drop");
    p.get_own(R0, "phase");
    p.a.jump_ne(R0, u64::from(Phase::Resuming.code()), "drop");
    p.get_own(R0, "epoch");
    p.a.jump_ne(R0, R7, "drop");
    p.recall(R0, scratch::FROM_PARTNER);
    p.a.jump_eq(R0, 0, "drop");
    // after MOVED the partner's MAC is not known yet
    p.a.mov(R3, SLOT);
    p.a.call("put_mac");
    p.count(Counter::ResumeAckRcvd);
    p.a.call("normal");
    p.a.output(output::DONE, Z);
    p.event(EventKind::Resumed);
    p.a.jump("wake");
}

/// MOVED: the partner is elsewhere now.
fn moved(p: &mut Program) {
    p.a.label("moved");
    p.a.input(R0, input::STATE);
    p.a.jump_ne(R0, u64::from(MOVING), "drop");
    p.get_own(R0, "phase");
    p.a.jump_ne(R0, u64::from(Phase::Resuming.code()), "drop");
    p.get_own(R0, "partner_epoch");
    p.a.jump_not_before(R0, R7, "drop");
    p.recall(R0, scratch::FROM_PARTNER);
    p.a.jump_eq(R0, 0, "drop");
    p.a.mov(R0, BTH[0] + MIG_ETH + 28);
    p.a.jump_eq(R2, 0, "moved_at");
    p.a.mov(R0, BTH[1] + MIG_ETH + 28);
    p.a.label("moved_at");
    p.a.output(output::FRAME, R0);
    for k in 0..4 {
        p.a.call("frame32_le");
        p.keep(scratch::SOURCE + k, R0);
    }
    // nobody here knows the next hop to the new address: everybody on the link gets the RESUME, and the answer brings the MAC
    p.a.number(R0, 0xffff_ffff);
    p.keep(scratch::MAC, R0);
    p.a.number(R0, 0xffff);
    p.keep(scratch::MAC + 1, R0);
    // rule 17: but if both ends are here now, it is our own MAC, and the frame turns round before the wire
    for k in 0..4 {
        p.a.context(R0, kind(ContextKind::QpAddress), SLOT, k);
        p.recall(R1, scratch::SOURCE + k);
        p.a.jump_ne(R0, R1, "moved_away");
    }
    p.a.context(R0, kind(ContextKind::QpAv), SLOT, 1);
    p.a.shr(R0, R0, 16);
    p.a.context(R1, kind(ContextKind::QpAv), SLOT, 2);
    p.a.shl(R2, R1, 16);
    p.a.or(R0, R0, R2);
    p.keep(scratch::MAC, R0);
    p.a.shr(R1, R1, 16);
    p.keep(scratch::MAC + 1, R1);
    p.a.label("moved_away");
    p.a.call("put_partner");
    p.a.mov(R3, SLOT);
    p.a.call("retarget");
    p.count(Counter::MovedRcvd);
    p.a.call("renew");
    p.first_interval(Timer::ResumeRepeat);
    p.a.call("send_resume");
    p.a.jump("done");

    // a new lease, ten at most; r0, r1 are lost
    p.a.label("renew");
    p.get_own(R0, "renewals");
    p.a.jump_not_less(R0, 10, "renewed");
    let renewals = own("renewals");
    p.a.load(R0, OWN, renewals.word);
    p.a.number(R1, 1 << renewals.low);
    p.a.add(R0, R0, R1);
    p.put(R0, own("reported"), 0, R1);
    p.a.store(OWN, renewals.word, R0);
    p.lease(Timer::ResumeLease);
    p.a.label("renewed");
    p.a.ret();
}

/// Rule 4.
fn nak_stopped(p: &mut Program) {
    p.a.label("nak_stopped");
    p.a.input(R7, input::AETH);
    p.a.low24(R7, R7);
    p.get_own(R1, "partner_epoch");
    p.a.sub(R1, R7, R1);
    p.a.low24(R1, R1);
    p.a.jump_not_less(R1, 256, "drop");
    p.a.input(R0, input::STATE);
    p.a.jump_eq(R0, u64::from(MOVING), "nak_moving");
    // something must be unacknowledged
    p.a.jump_eq(R0, u64::from(QpState::Rtr.code()), "drop");
    p.get(R1, field(ContextKind::Completer, "una"), SLOT);
    p.get(R2, field(ContextKind::Requester, "max_psn"), SLOT);
    p.a.jump_eq(R1, R2, "drop");
    p.a.jump_eq(R0, u64::from(PAUSED), "nak_paused");
    // pause: verbs go on seeing this state
    let verbs = own("verbs_state");
    p.a.load(R1, OWN, verbs.word);
    p.put(R1, verbs, 0, R2);
    p.a.shl(R2, R0, verbs.low);
    p.a.or(R1, R1, R2);
    p.a.store(OWN, verbs.word, R1);
    p.a.or(R0, R0, u64::from(PAUSED) << 3);
    p.a.output(output::CHANGE, R0);
    p.a.jump_unless("drop");
    p.count(Counter::NakStoppedRcvd);
    p.a.call("ack_timeout");
    p.a.store(OWN, own("interval").word, R0);
    p.deadline();
    // the lease runs from the first pause of an epoch
    p.get_own(R0, "leased");
    p.a.jump_ne(R0, 0, "done");
    p.set_own("leased", 1, R0, R1);
    p.lease(Timer::PauseLease);
    p.a.jump("done");

    // back off the probe
    p.a.label("nak_paused");
    p.count(Counter::NakStoppedRcvd);
    p.a.load(R0, OWN, own("interval").word);
    p.deadline();
    p.a.jump("done");

    p.a.label("nak_moving");
    p.get_own(R0, "phase");
    p.a.jump_ne(R0, u64::from(Phase::Resuming.code()), "drop");
    p.count(Counter::NakStoppedRcvd);
    p.a.call("renew");
    p.a.jump("done");
}

/// A response to a paused queue pair: `una` <= PSN < `max` ends the pause.
fn paused(p: &mut Program) {
    p.a.label("paused_response");
    p.a.input(R0, input::PSN);
    p.get(R1, field(ContextKind::Completer, "una"), SLOT);
    p.a.jump_before(R0, R1, "drop");
    p.get(R1, field(ContextKind::Requester, "max_psn"), SLOT);
    p.a.jump_not_before(R0, R1, "drop");
    p.a.call("unpause");
    p.a.jump_unless("drop");
    p.a.output(output::KICK, Z);
    p.get_own(R0, "verbs_state");
    p.a.shl(R0, R0, 1);
    p.a.or(R0, R0, 1);
    p.a.output(output::DONE, R0);
    p.a.ret();
}

/// A request to a queue pair that does not work at present.
fn stopped(p: &mut Program) {
    p.a.label("request");
    p.get_own(R0, "phase");
    p.get_own(R7, "epoch");
    p.a.mov(R3, SLOT);
    p.a.jump_eq(R0, u64::from(Phase::Stopped.code()), "request_nak");
    p.get_own(R7, "stopped_epoch");
    p.a.jump_eq(R0, u64::from(Phase::Tombstone.code()), "request_nak");
    p.a.jump_ne(R0, u64::from(Phase::Restored.code()), "drop");
    p.get_own(R0, "over_tombstone");
    p.a.jump_eq(R0, 0, "drop");
    p.a.label("request_nak");
    p.a.call("send_nak");
    p.a.jump("done");
}
