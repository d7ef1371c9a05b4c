//! What several parts of the program do.

use super::sets::next_mark;
use super::*;
use crate::migration::asm::FRAME32;
use fw_regs::codes::device_state::{MOVING, PAUSED};
use fw_regs::commands::MigrationTimer as Timer;
use fw_regs::wire::Opcode;
use fw_regs::wire::{MIG_ETH_VERSION, SYNDROME_ACK, SYNDROME_NAK_STOPPED};
use fw_regs::{Counter, QpState};

/// Kind numbers of contexts.
pub fn kind(kind: ContextKind) -> u64 {
    kind.code().into()
}

/// Words of a QP's addresses: the partner's begins here.
pub const PARTNER_IP: u64 = 4;

/// `Completer.timer_mode` of an RNR wait.
const RNR_WAIT: u64 = 2;

/// Address templates: words and halves that change when the partner moves.
mod template {
    /// IPv4 header checksum, low half
    pub const CHECKSUM: u64 = 6;
    /// IPv4 destination: high half, then low half of the next word
    pub const IPV4: u64 = 7;
    /// IPv6 destination: high half, three words, low half
    pub const IPV6: u64 = 9;
}

pub fn write(p: &mut Program) {
    frame(p);
    header(p);
    nak(p);
    resume(p);
    retarget(p);
    accept(p);
    rewind(p);
    pause(p);
    normal(p);
    doorbells(p);
    waits(p);
}

/// Reading the frame in hand.
fn frame(p: &mut Program) {
    // for where it is not worth the cycles of a call; r1 is lost
    p.a.label("frame32_le");
    frame32_le(p);
    p.a.ret();
}

/// r0 = the next four bytes of the frame, big-endian; r1 is lost.
pub fn frame32(p: &mut Program) {
    if p.sizes.lanes {
        return p.a.input(R0, input::FRAME16 | FRAME32);
    }
    p.a.input(R0, input::FRAME16);
    p.a.shl(R0, R0, 16);
    p.a.input(R1, input::FRAME16);
    p.a.or(R0, R0, R1);
}

/// The same, little-endian.
pub fn frame32_le(p: &mut Program) {
    if p.sizes.lanes {
        return p.a.input(R0, input::FRAME16_LE | FRAME32);
    }
    p.a.input(R0, input::FRAME16_LE);
    p.a.input(R1, input::FRAME16_LE);
    p.a.shl(R1, R1, 16);
    p.a.or(R0, R0, R1);
}

/// What all our packets take from the configuration; r1 = IPv6 in the bit that SEND wants; r0 is lost.
fn header(p: &mut Program) {
    use ContextKind::QpConfig as K;
    p.a.label("header");
    p.get(R0, field(K, "partner_qpn"), SLOT);
    p.a.output(output::TX_QPN, R0);
    p.get(R0, field(K, "pkey"), SLOT);
    p.a.output(output::TX_PKEY, R0);
    p.get(R1, field(K, "ipv6"), SLOT);
    p.a.shl(R1, R1, 24);
    p.a.ret();
}

/// NAK_STOPPED of epoch r7, with the template in row r3, for the packet in hand, whose PSN it echoes; r0 to r2 are lost.
fn nak(p: &mut Program) {
    p.a.label("send_nak");
    p.a.input(R0, input::PSN);
    p.a.output(output::TX_PSN, R0);
    p.a.number(R0, u64::from(SYNDROME_NAK_STOPPED) << 24);
    p.a.or(R0, R0, R7);
    p.a.output(output::WORD, R0);
    p.a.call("header");
    p.a.shl(R2, R3, 8);
    p.a.or(R2, R2, u64::from(Opcode::Acknowledge.code()));
    p.a.or(R2, R2, R1);
    p.a.output(output::SEND, R2);
    p.a.jump_unless("not_sent");
    p.count(Counter::NakStoppedSent);
    p.a.label("not_sent");
    p.a.ret();
}

/// RESUME of our epoch, RESUME_ACK that echoes r7.
fn resume(p: &mut Program) {
    // AETH and MigETH of epoch r7 with our PSNs; r0 to r2 are lost
    p.a.label("migration_header");
    p.get(R0, field(ContextKind::Responder, "msn"), SLOT);
    p.a.number(R1, u64::from(SYNDROME_ACK) << 24);
    p.a.or(R0, R0, R1);
    p.a.output(output::WORD, R0);
    p.out(output::WORD, u64::from(MIG_ETH_VERSION) << 24, R0);
    p.a.output(output::WORD, R7);
    p.get(R0, field(ContextKind::QpConfig, "qpn"), SLOT);
    p.a.shl(R0, R0, 8);
    p.a.output(output::WORD, R0);
    p.get(R0, field(ContextKind::Requester, "max_psn"), SLOT);
    p.a.shl(R0, R0, 8);
    p.a.output(output::WORD, R0);
    p.get(R0, field(ContextKind::Responder, "epsn"), SLOT);
    p.a.shl(R0, R0, 8);
    p.a.output(output::WORD, R0);
    // the authenticator's place
    p.a.output(output::WORD, Z);
    p.a.output(output::WORD, Z);
    p.get(R0, field(ContextKind::Completer, "una"), SLOT);
    p.a.output(output::TX_PSN, R0);
    p.a.call("header");
    p.a.shl(R2, SLOT, 8);
    p.a.or(R2, R2, R1);
    p.a.ret();

    p.a.label("send_resume_ack");
    p.a.call("migration_header");
    p.a.or(R2, R2, u64::from(Opcode::ResumeAck.code()));
    p.a.output(output::SEND, R2);
    p.a.jump_unless("not_sent");
    p.count(Counter::ResumeAckSent);
    p.a.ret();

    // also sets the time of the next one
    p.a.label("send_resume");
    p.get_own(R7, "epoch");
    p.a.call("migration_header");
    p.a.or(R2, R2, u64::from(Opcode::Resume.code()));
    p.a.output(output::SEND, R2);
    let late = p.a.fresh();
    p.a.jump_unless(&late);
    p.count(Counter::ResumeSent);
    p.a.label(&late);
    p.a.load(R0, OWN, own("interval").word);
    p.deadline();
    p.a.ret();
}

/// The template in row r3 goes to the source of the frame in hand; r0 to r2, r6 are lost.
fn retarget(p: &mut Program) {
    let av = kind(ContextKind::QpAv);
    p.a.label("retarget");
    p.a.call("put_mac");
    p.a.label("retarget_ip");
    p.get(R0, field(ContextKind::QpConfig, "ipv6"), SLOT);
    p.a.jump_ne(R0, 0, "retarget_ipv6");
    // the checksum less the old address, plus the new one (RFC 1624; the sum does not care about byte order)
    p.a.context(R0, av, R3, template::CHECKSUM);
    p.a.number(R6, 0xffff);
    p.a.and(R1, R0, R6);
    p.a.xor(R2, R1, R6);
    p.a.context(R1, av, R3, template::IPV4);
    p.a.shr(R1, R1, 16);
    p.a.xor(R1, R1, R6);
    p.a.add(R2, R2, R1);
    p.a.context(R1, av, R3, template::IPV4 + 1);
    p.a.and(R1, R1, R6);
    p.a.xor(R1, R1, R6);
    p.a.add(R2, R2, R1);
    p.recall(R1, scratch::SOURCE + 3);
    p.a.shr(R1, R1, 16);
    p.a.add(R2, R2, R1);
    p.recall(R1, scratch::SOURCE + 3);
    p.a.and(R1, R1, R6);
    p.a.add(R2, R2, R1);
    for _ in 0..2 {
        p.a.shr(R1, R2, 16);
        p.a.and(R2, R2, R6);
        p.a.add(R2, R2, R1);
    }
    p.a.xor(R2, R2, R6);
    p.a.shr(R0, R0, 16);
    p.a.shl(R0, R0, 16);
    p.a.or(R0, R0, R2);
    p.a.set_context(av, R3, template::CHECKSUM, R0);
    p.recall(R1, scratch::SOURCE + 3);
    join(p, template::IPV4, R1);
    p.a.ret();
    p.a.label("retarget_ipv6");
    p.recall(R1, scratch::SOURCE);
    p.a.context(R0, av, R3, template::IPV6);
    p.a.number(R6, 0xffff);
    p.a.and(R0, R0, R6);
    p.a.shl(R2, R1, 16);
    p.a.or(R0, R0, R2);
    p.a.set_context(av, R3, template::IPV6, R0);
    for k in 1..4 {
        p.a.shr(R0, R1, 16);
        p.recall(R1, scratch::SOURCE + k);
        p.a.shl(R2, R1, 16);
        p.a.or(R0, R0, R2);
        p.a.set_context(av, R3, template::IPV6 + k, R0);
    }
    p.a.shr(R2, R1, 16);
    p.a.context(R0, av, R3, template::IPV6 + 4);
    p.a.shr(R0, R0, 16);
    p.a.shl(R0, R0, 16);
    p.a.or(R0, R0, R2);
    p.a.set_context(av, R3, template::IPV6 + 4, R0);
    p.a.ret();

    // the template's destination MAC = that of the frame's source; r0, r1 are lost
    p.a.label("put_mac");
    p.recall(R0, scratch::MAC);
    p.a.set_context(av, R3, 0, R0);
    p.a.context(R0, av, R3, 1);
    p.a.shr(R0, R0, 16);
    p.a.shl(R0, R0, 16);
    p.recall(R1, scratch::MAC + 1);
    p.a.or(R0, R0, R1);
    p.a.set_context(av, R3, 1, R0);
    p.a.ret();

    // QpAddress.partner_ip = the frame's source; r0 is lost
    p.a.label("put_partner");
    for k in 0..4 {
        p.recall(R0, scratch::SOURCE + k);
        p.a.set_context(kind(ContextKind::QpAddress), SLOT, PARTNER_IP + k, R0);
    }
    p.a.ret();
}

/// The four bytes `bytes` (first one in bits 7:0) across the middle of template words `word` and the next; r0, r2 are lost.
fn join(p: &mut Program, word: u64, bytes: Reg) {
    let av = kind(ContextKind::QpAv);
    p.a.number(R6, 0xffff);
    p.a.context(R0, av, R3, word);
    p.a.and(R0, R0, R6);
    p.a.shl(R2, bytes, 16);
    p.a.or(R0, R0, R2);
    p.a.set_context(av, R3, word, R0);
    p.a.context(R0, av, R3, word + 1);
    p.a.shr(R0, R0, 16);
    p.a.shl(R0, R0, 16);
    p.a.shr(R2, bytes, 16);
    p.a.or(R0, R0, R2);
    p.a.set_context(av, R3, word + 1, R0);
}

/// Rule 3: what follows from a RESUME of epoch r7 that is newer and fits; r0 to r3, r6 are lost.
fn accept(p: &mut Program) {
    p.a.label("accept");
    // a new epoch begins: its lease has not begun yet
    p.a.store(OWN, own("partner_epoch").word, R7);
    p.a.call("put_partner");
    p.a.mov(R3, SLOT);
    p.a.call("retarget");
    p.set(field(ContextKind::Responder, "nak_sent"), SLOT, 0, R0, R1);
    // retry counters as configured; no timer runs
    use ContextKind::{Completer, QpConfig};
    let (retries, rnr) = (field(Completer, "retry_left"), field(Completer, "rnr_left"));
    let mode = field(Completer, "timer_mode");
    p.a.context(R0, retries.kind, SLOT, retries.word);
    p.a.number(R1, retries.others() & rnr.others() & mode.others());
    p.a.and(R0, R0, R1);
    let configured = ["retry_cnt", "rnr_retry"].map(|name| field(QpConfig, name));
    assert!(configured[0].word == configured[1].word);
    p.a.context(R2, configured[0].kind, SLOT, configured[0].word);
    p.extract(R1, R2, configured[0]);
    p.a.shl(R1, R1, retries.low);
    p.a.or(R0, R0, R1);
    p.extract(R1, R2, configured[1]);
    p.a.shl(R1, R1, rnr.low);
    p.a.or(R0, R0, R1);
    p.a.set_context(retries.kind, SLOT, retries.word, R0);
    p.a.jump("rewind");
}

/// Asks the requester to start again from `una`; r0 to r2 are lost.
fn rewind(p: &mut Program) {
    use ContextKind::{Completer, Requester};
    let generation = field(Completer, "rewind_gen");
    p.a.label("rewind");
    p.a.context(R0, generation.kind, SLOT, generation.word);
    p.extract(R1, R0, generation);
    p.get(R2, field(Requester, "gen_seen"), SLOT);
    p.a.sub(R2, R1, R2);
    p.a.and(R2, R2, generation.ones());
    // never come full circle on a restart that the requester has not seen
    let full = p.a.fresh();
    p.a.jump_eq(R2, generation.ones(), &full);
    p.a.add(R1, R1, 1);
    p.a.label(&full);
    p.a.and(R1, R1, generation.ones());
    p.a.shl(R1, R1, generation.low);
    let rewound = field(Completer, "rewound");
    p.a.number(R2, generation.others() & rewound.others());
    p.a.and(R0, R0, R2);
    p.a.or(R0, R0, R1);
    p.a.set_context(generation.kind, SLOT, generation.word, R0);
    p.a.ret();
}

/// Paused and back.
fn pause(p: &mut Program) {
    use ContextKind::Completer;
    // the timers of plain RC do not run; r0, r1 are lost
    p.a.label("timers_off");
    p.set(field(Completer, "timer_mode"), SLOT, 0, R0, R1);
    p.a.ret();

    // PAUSED to what verbs see, rewound to `una`; the flag says whether; r0 to r2 are lost
    p.a.label("unpause");
    p.a.call("timers_off");
    p.a.call("rewind");
    // rewound already, and no timer runs
    p.a.label("unpause_only");
    p.get_own(R0, "verbs_state");
    p.a.shl(R0, R0, 3);
    p.a.or(R0, R0, u64::from(PAUSED));
    p.a.output(output::SELECT, SLOT);
    p.a.output(output::CHANGE, R0);
    p.a.ret();

    // r0 = the local ACK timeout in µs, at least `Probe` if there is none, at most `ProbeMax`; r1 is lost
    p.a.label("ack_timeout");
    p.get(R1, field(ContextKind::QpConfig, "timeout"), SLOT);
    p.recall(R0, Timer::Probe.code().into());
    p.a.jump_eq(R1, 0, "ack_timeout_most");
    p.recall(R0, Timer::ProbeMax.code().into());
    p.a.jump_not_less(R1, 24, "ack_timeout_most");
    // 4.125 µs · 2^code instead of 4.096
    p.a.mov(R0, 33);
    p.a.shl(R0, R0, R1);
    p.a.shr(R0, R0, 3);
    p.a.label("ack_timeout_most");
    p.recall(R1, Timer::ProbeMax.code().into());
    p.a.jump_less(R0, R1, "at_least");
    p.a.mov(R0, R1);
    // RESUME and probes never come faster than 20 µs
    p.a.label("at_least");
    p.a.jump_not_less(R0, 20, "enough");
    p.a.mov(R0, 20);
    p.a.label("enough");
    p.a.ret();
}

/// Rules 2, 14, 15: MOVING to Resuming to what verbs see.
fn normal(p: &mut Program) {
    use ContextKind::Completer;
    // enters Resuming: the next incarnation; states that send nothing, and connections whose partner did not agree, end it at once
    p.a.label("resuming");
    p.a.load(R0, OWN, own("epoch").word);
    p.a.add(R1, R0, 1);
    p.a.low24(R1, R1);
    p.a.shr(R0, R0, 24);
    p.a.shl(R0, R0, 24);
    p.a.or(R0, R0, R1);
    p.put(
        R0,
        own("phase"),
        fw_regs::MigrationPhase::Resuming.code().into(),
        R1,
    );
    p.put(R0, own("drained"), 0, R1);
    p.a.store(OWN, own("phase").word, R0);
    // the tombstone underneath is no more
    p.a.load(R0, OWN, own("partner_epoch").word);
    p.a.low24(R0, R0);
    p.a.store(OWN, own("partner_epoch").word, R0);
    p.get(R0, field(ContextKind::QpConfig, "migratable"), SLOT);
    p.a.jump_eq(R0, 0, "at_once");
    p.get_own(R0, "verbs_state");
    p.a.jump_less(R0, u64::from(QpState::Rtr.code()), "at_once");
    p.a.jump_eq(R0, u64::from(QpState::Err.code()), "at_once");
    p.lease(Timer::ResumeLease);
    p.first_interval(Timer::ResumeRepeat);
    p.a.jump("send_resume");
    p.a.label("at_once");
    p.a.call("normal");
    p.a.jump("wake");

    // a restored record says how long an RNR wait still is: from here on it says until when; r0 to r2 are lost
    p.a.label("wait_on");
    p.get(R0, field(Completer, "timer_mode"), SLOT);
    p.a.jump_ne(R0, RNR_WAIT, "no_wait");
    let (low, high) = (
        word_of(Completer, "deadline_lo"),
        word_of(Completer, "deadline_hi"),
    );
    p.a.context(R0, kind(Completer), SLOT, low);
    p.a.input(R1, input::NOW);
    p.a.input(R2, input::NOW_HIGH);
    p.a.add(R0, R0, R1);
    p.a.jump_not_less(R0, R1, "no_carry");
    p.a.add(R2, R2, 1);
    p.a.label("no_carry");
    p.a.set_context(kind(Completer), SLOT, low, R0);
    p.a.and(R2, R2, 15);
    p.a.set_context(kind(Completer), SLOT, high, R2);
    p.a.label("no_wait");
    p.a.ret();

    // Resuming to Normal; r0 to r3, r6 are lost. `wake` must follow, behind the end of the packet
    p.a.label("normal");
    p.set_own("phase", 0, R0, R1);
    p.a.load(R0, OWN, own("partner_epoch").word);
    p.a.low24(R0, R0);
    p.a.store(OWN, own("partner_epoch").word, R0);
    p.get_own(R6, "verbs_state");
    p.a.jump_less(R6, u64::from(QpState::Rtr.code()), "rings_on");
    p.a.jump_eq(R6, u64::from(QpState::Err.code()), "rings_on");
    // an RNR wait goes on, other timers start anew
    p.get(R0, field(Completer, "timer_mode"), SLOT);
    p.a.jump_eq(R0, RNR_WAIT, "rewind_now");
    p.a.call("timers_off");
    p.a.label("rewind_now");
    p.a.call("rewind");
    // with the state its rings are free
    p.a.label("rings_on");
    p.a.shl(R0, R6, 3);
    p.a.or(R0, R0, u64::from(MOVING));
    p.a.output(output::SELECT, SLOT);
    p.a.output(output::CHANGE, R0);
    p.a.ret();
}

/// Rule 14: doorbells count again; then the records are read.
fn doorbells(p: &mut Program) {
    use ContextKind::{CqConfig, RqConfig, SqConfig};
    // wakes the engines up for SLOT; the doorbell records of its rings are read as soon as nothing else is to be done, for host memory takes
    // its time and packets wait; r0 to r3 are lost
    p.a.label("wake");
    p.a.output(output::SELECT, SLOT);
    p.a.output(output::KICK, Z);
    let base = p.address(scratch::OWED_MARKS);
    p.mark_of(SLOT, R0, R2);
    p.a.load(R1, R0, base);
    p.a.jump_any(R1, R2, "owed_already");
    p.a.or(R1, R1, R2);
    p.a.store(R0, base, R1);
    p.recall(R0, scratch::OWED);
    p.a.add(R0, R0, 1);
    p.keep(scratch::OWED, R0);
    if p.sizes.large() {
        p.recall(R1, scratch::OWED_FROM);
        p.a.jump_not_less(SLOT, R1, "owed_already");
        p.keep(scratch::OWED_FROM, SLOT);
    }
    p.a.label("owed_already");
    p.a.ret();

    // reads the records of one queue pair that has been woken; r0 to r7, r10 to r12 are lost
    p.a.label("records");
    match p.sizes.large() {
        true => p.recall(R10, scratch::OWED_FROM),
        false => p.a.mov(R10, Z),
    }
    next_mark(p, scratch::OWED_MARKS, 1 << p.sizes.qps, "flag");
    if p.sizes.large() {
        p.keep(scratch::OWED_FROM, R10);
    }
    p.mark_of(R10, R0, R2);
    p.a.load(R1, R0, base);
    p.a.xor(R1, R1, R2);
    p.a.store(R0, base, R1);
    p.recall(R0, scratch::OWED);
    p.a.sub(R0, R0, 1);
    p.keep(scratch::OWED, R0);
    p.a.mov(R11, R10);
    ring_record(p, SqConfig, 0);
    p.a.label("ring_record");
    ring_record(p, RqConfig, 1);
    p.a.ret();

    // completion queue r11 works again; r0 to r7, r12 are lost
    p.a.label("cq_on");
    p.set(field(CqConfig, "held"), R11, 0, R0, R1);
    ring_record(p, CqConfig, 2);
    p.a.ret();

    // shared receive ring r11 works again
    p.a.label("srq_on");
    p.set(field(RqConfig, "held"), R11, 0, R0, R1);
    p.a.jump("ring_record");
}

/// Reads the doorbell record of queue r11 and rings its doorbell; r0 to r7, r12 are lost.
fn ring_record(p: &mut Program, config: ContextKind, queue: u64) {
    let skip = p.a.fresh();
    let at = word_of(config, "doorbell_record");
    p.a.context(R12, kind(config), R11, field(config, "valid").word);
    p.a.jump_none(R12, field(config, "valid").mask(), &skip);
    for (port, word) in [(output::DMA_LOW, at), (output::DMA_HIGH, at + 1)] {
        p.a.context(R0, kind(config), R11, word);
        p.a.output(port, R0);
    }
    p.out(output::DMA, 3, R0);
    p.a.call("dma");
    p.a.jump_ne(R0, 1, &skip);
    p.a.input(R0, input::DMA_LOW);
    p.a.shl(R1, R0, 16);
    p.a.or(R1, R1, R11);
    p.a.output(output::BELL, R1);
    // arm mode in bits 17:16
    p.a.shr(R0, R0, 14);
    p.a.and(R0, R0, 12);
    p.a.or(R0, R0, queue);
    p.extract(R12, R12, field(config, "user_ctx"));
    p.a.shl(R12, R12, 8);
    p.a.or(R0, R0, R12);
    p.a.output(output::RING, R0);
    p.a.label(&skip);
}

/// Waits for other units.
fn waits(p: &mut Program) {
    // r0 = how the access to host memory ended; serves packets meanwhile, so nothing that serves a packet may come here; r1 to r7 are lost
    p.a.label("dma");
    p.poll_waiting();
    p.a.input(R0, input::DMA_STATUS);
    p.a.jump_eq(R0, 0, "dma");
    p.a.ret();

    // runs sub command r0 and serves packets meanwhile; r0 = its `CommandError`; r1 to r7 are lost
    p.a.label("sub");
    p.a.output(output::SUB, R0);
    p.a.label("sub_wait");
    p.poll();
    p.a.input(R0, input::SUB_STATUS);
    p.a.jump_none(R0, 256, "sub_wait");
    p.a.and(R0, R0, 255);
    p.a.ret();
}
