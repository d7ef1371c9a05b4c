//! Commands on closed sets of queue pairs, and those for one queue pair.

use super::*;
use crate::migration::asm::deed;
use crate::program::sub;
use fw_regs::codes::device_state::{MOVING, PAUSED};
use fw_regs::commands::{MigrationTimer as Timer, SetScope};
use fw_regs::{Command, CommandError as Error, MigrationPhase as Phase, QpState, WcStatus};

/// Kinds of shared objects in `NotClosed`.
mod shared {
    pub const DOMAIN: u64 = 1;
    pub const CQ: u64 = 2;
    pub const RING: u64 = 3;
}

/// What is known of a set (scratch word `KNOWN`); 0 is nothing.
pub mod known {
    pub const STOPPED: u64 = 1;
    pub const DRAINED: u64 = 2;
    /// and closed
    pub const RESTORED: u64 = 3;
}

pub fn write(p: &mut Program) {
    dispatch(p);
    loops(p);
    set(p);
    collect(p);
    closed(p);
    stop(p);
    drained(p);
    tombstone(p);
    resume(p);
    foresee(p);
    abort(p);
    single(p);
}

/// The phase as a bit.
pub fn bit(phase: Phase) -> u64 {
    1 << phase.code()
}

/// The mailbox command.
fn dispatch(p: &mut Program) {
    p.a.label("command");
    p.a.input(R0, input::COMMAND);
    p.a.and(R0, R0, 255);
    // these look first at what the command before has left
    for (command, label) in [
        (Command::Drained, "drained"),
        (Command::Dump, "dump"),
        (Command::Tombstone, "bury"),
        (Command::Resume, "resume"),
    ] {
        p.a.jump_eq(R0, u64::from(command.code()), label);
    }
    p.keep(scratch::KNOWN, Z);
    for (command, label) in [
        (Command::Stop, "stop"),
        (Command::Restore, "restore"),
        (Command::Abort, "abort"),
        (Command::TombstoneFree, "free"),
        (Command::SetPartner, "set_partner"),
        (Command::Extend, "extend"),
        (Command::GiveUp, "give_up"),
        (Command::SetTimer, "set_timer"),
    ] {
        p.a.jump_eq(R0, u64::from(command.code()), label);
    }
    p.a.mov(R0, u64::from(Error::UnknownCommand.code()));
    // the end of every command: r0 = `CommandError`, r1 = detail
    p.a.label("fail");
    p.recall(R2, scratch::QUIET);
    p.a.jump_ne(R2, 0, "flag");
    p.a.output(output::DETAIL, R1);
    p.a.label("finish");
    p.a.output(output::FINISH, R0);
    p.a.ret();
    p.a.label("ok");
    p.a.mov(R0, Z);
    p.a.jump("finish");
    p.a.label("bad_argument");
    p.a.mov(R0, u64::from(Error::BadArgument.code()));
    p.a.jump("fail");
}

/// Fails the command with detail r1.
pub fn fail(p: &mut Program, error: Error) {
    p.a.mov(R0, u64::from(error.code()));
    p.a.jump("fail");
}

/// Each member of the set, its slot in r8, `SLOT` and `OWN`; `body` must keep r8 and r9.
pub fn each_member(p: &mut Program, body: impl FnOnce(&mut Program)) {
    let (next, end) = (p.a.fresh(), p.a.fresh());
    p.a.call("members");
    p.a.label(&next);
    p.a.call("next_member");
    p.a.jump_if(&end);
    body(p);
    p.a.jump(&next);
    p.a.label(&end);
}

/// Does `deed` with each member of the set; `body` does more with one that needs more, its slot in r8, `SLOT` and `OWN`, and must keep r9.
fn walk(p: &mut Program, deed: u64, body: impl FnOnce(&mut Program)) {
    let (next, go_on) = (p.a.fresh(), p.a.fresh());
    p.a.call("members");
    p.a.label(&next);
    p.recall(R8, scratch::LIMIT);
    p.a.walk(R8, deed, R9);
    p.a.mov(R9, R8);
    p.a.jump_unless(&go_on);
    p.a.add(R9, R9, 1);
    again(p);
    body(p);
    p.a.label(&go_on);
    p.poll();
    p.recall(R0, scratch::LIMIT);
    p.a.jump_ne(R9, R0, &next);
}

/// `SLOT` and `OWN` again, behind a poll.
pub fn again(p: &mut Program) {
    p.a.mov(SLOT, R8);
    p.a.shl(OWN, SLOT, 4);
    p.a.output(output::SELECT, SLOT);
}

/// r10 = the next number from r10 on that is marked in `count` bits from scratch word `marks` on; goes to `none` if there is none; r0, r1 are lost.
pub fn next_mark(p: &mut Program, marks: u64, count: u64, none: &str) {
    let (look, found) = (p.a.fresh(), p.a.fresh());
    let base = p.address(marks);
    p.a.label(&look);
    p.a.jump_not_less(R10, count, none);
    p.a.shr(R0, R10, 5);
    p.a.load(R0, R0, base);
    p.a.shr(R0, R0, R10);
    p.a.first(R1, R0);
    p.a.jump_unless(&found);
    p.a.or(R10, R10, 31);
    p.a.add(R10, R10, 1);
    p.a.jump(&look);
    p.a.label(&found);
    p.a.add(R10, R10, R1);
}

/// Each number marked in `count` bits from scratch word `marks` on, in r10; `body` must keep r10 and r13, the marks of the word that are left.
pub fn each_mark(p: &mut Program, marks: u64, count: u64, body: impl FnOnce(&mut Program)) {
    let (word, next, none) = (p.a.fresh(), p.a.fresh(), p.a.fresh());
    let base = p.address(marks);
    let several = count > 32;
    if several {
        p.a.mov(R10, Z);
        p.a.label(&word);
        p.a.shr(R0, R10, 5);
        p.a.load(R13, R0, base);
    } else {
        p.a.load(R13, Z, base);
    }
    p.a.label(&next);
    p.a.first(R1, R13);
    p.a.jump_if(&none);
    if several {
        p.a.shr(R10, R10, 5);
        p.a.shl(R10, R10, 5);
        p.a.or(R10, R10, R1);
    } else {
        p.a.mov(R10, R1);
    }
    p.a.sub(R0, R13, 1);
    p.a.and(R13, R13, R0);
    body(p);
    p.a.jump(&next);
    p.a.label(&none);
    if several {
        p.a.or(R10, R10, 31);
        p.a.add(R10, R10, 1);
        p.a.jump_less(R10, count, &word);
    }
}

/// Each memory region of the set's domains, its slot in r8; `body` must keep r8, r9 and r11.
pub fn each_region(p: &mut Program, body: impl FnOnce(&mut Program)) {
    let (next, end) = (p.a.fresh(), p.a.fresh());
    p.a.mov(R9, Z);
    p.a.mov(R11, Z);
    p.a.label(&next);
    p.a.call("next_region");
    p.a.jump_if(&end);
    body(p);
    p.a.jump(&next);
    p.a.label(&end);
}

/// What the loops above call; the flag says that there is no more.
fn loops(p: &mut Program) {
    use ContextKind::MemoryRegion;
    // members begin at r9; r0 is lost
    p.a.label("members");
    p.recall(R9, scratch::FIRST);
    p.a.label("fitting");
    p.recall(R0, scratch::MASK);
    p.a.output(output::MASK, R0);
    p.recall(R0, scratch::WANT);
    p.a.output(output::WANT, R0);
    p.a.ret();

    // from r9 on; serves a packet, so r0 to r7 are lost
    p.a.label("next_member");
    p.poll();
    p.recall(R8, scratch::LIMIT);
    p.a.scan(R8, false, R9);
    p.a.add(R9, R8, 1);
    p.a.mov(SLOT, R8);
    p.a.shl(OWN, SLOT, 4);
    p.a.output(output::SELECT, SLOT);
    p.recall(R0, scratch::LIMIT);
    p.a.jump_eq(R8, R0, "flag");
    // the end of those that say something by the flag
    p.a.label("flag");
    p.a.ret();

    // from r9 on, of the domains from r11 on; r0, r1 are lost
    let (pd, valid) = (field(MemoryRegion, "pd"), field(MemoryRegion, "valid"));
    p.a.label("next_region");
    p.recall(R0, scratch::DOMAINS);
    p.a.jump_eq(R11, R0, "flag");
    let at = p.address(scratch::PD_LIST);
    p.a.load(R0, R11, at);
    p.a.number(R1, valid.mask());
    p.a.or(R0, R0, R1);
    p.a.output(output::WANT, R0);
    p.out(output::MASK, pd.mask() | valid.mask(), R0);
    let limit = 1 << p.sizes.mrs;
    p.a.number(R8, limit);
    p.a.scan(R8, true, R9);
    p.a.add(R9, R8, 1);
    p.a.number(R0, limit);
    p.a.jump_ne(R8, R0, "flag");
    p.a.mov(R9, Z);
    p.a.add(R11, R11, 1);
    p.a.jump("next_region");
}

/// The set that the arguments name; r0 = 0 if they are wrong (then the command has failed).
fn set(p: &mut Program) {
    use ContextKind::SqConfig;
    let (valid, pd, user) = (
        field(SqConfig, "valid"),
        field(SqConfig, "pd"),
        field(SqConfig, "user_ctx"),
    );
    p.a.label("set");
    p.a.input(R1, input::ARG0);
    p.keep(scratch::NUMBER, R1);
    p.a.input(R0, input::ARG1);
    p.keep(scratch::SCOPE, R0);
    p.a.mov(R2, Z);
    let all = 1 << p.sizes.qps;
    p.a.number(R3, all);
    p.a.mov(R6, valid.mask());
    p.a.mov(R7, valid.mask());
    p.a.jump_eq(R0, u64::from(SetScope::Qp.code()), "set_qp");
    p.a.jump_eq(R0, u64::from(SetScope::Pd.code()), "set_pd");
    p.a.jump_eq(R0, u64::from(SetScope::UserContext.code()), "set_user");
    p.a.label("set_bad");
    p.a.call("bad_argument");
    p.a.mov(R0, Z);
    p.a.ret();
    p.a.label("set_qp");
    p.a.jump_not_less(R1, R3, "set_bad");
    p.a.mov(R2, R1);
    p.a.add(R3, R1, 1);
    p.a.jump("set_done");
    p.a.label("set_pd");
    p.a.number(R6, valid.mask() | pd.mask());
    p.a.shl(R7, R1, pd.low);
    p.a.or(R7, R7, valid.mask());
    p.a.jump("set_done");
    p.a.label("set_user");
    p.a.jump_not_less(R1, 256, "set_bad");
    p.a.number(R6, valid.mask() | user.mask());
    p.a.shl(R7, R1, user.low);
    p.a.or(R7, R7, valid.mask());
    p.a.label("set_done");
    p.keep(scratch::FIRST, R2);
    p.keep(scratch::LIMIT, R3);
    p.keep(scratch::MASK, R6);
    p.keep(scratch::WANT, R7);
    p.a.mov(R0, 1);
    p.a.ret();
}

/// Finds the set's members, whose slots are `FIRST` to `LIMIT` then; marks their completion queues, shared receive queues and domains; checks their phases (`ALLOWED`); r0 = 0 if
/// that failed.
fn collect(p: &mut Program) {
    use ContextKind::QpConfig;
    p.a.label("collect");
    p.a.call("set");
    p.a.jump_eq(R0, 0, "collected");
    p.recall(R0, scratch::ALLOWED);
    p.a.output(output::ALLOWED, R0);
    p.keep(scratch::DOMAINS, Z);
    let words = |log: usize| (1_u64 << log).div_ceil(32);
    for k in 0..words(p.sizes.cqs) {
        p.keep(scratch::CQ_MARKS + k, Z);
    }
    for k in 0..words(p.sizes.srqs) {
        p.keep(scratch::SRQ_MARKS + k, Z);
    }
    // one that names what the one before it names has marked nothing new
    walk(p, deed::COLLECT, |p| {
        let allowed = p.a.fresh();
        p.a.input(R0, input::PHASES);
        p.recall(R1, scratch::ALLOWED);
        p.a.or(R0, R0, R1);
        p.a.jump_eq(R0, R1, &allowed);
        p.get_own(R1, "phase");
        p.get_own(R0, "drained");
        p.a.shl(R0, R0, 4);
        p.a.or(R0, R0, R1);
        p.a.shl(R0, R0, 12);
        p.a.or(R1, R0, SLOT);
        p.a.mov(R0, u64::from(Error::WrongPhase.code()));
        p.a.call("fail");
        p.a.mov(R0, Z);
        p.a.ret();
        p.a.label(&allowed);
        // the set begins with the first of them
        let further = p.a.fresh();
        p.a.input(R0, input::MEMBERS);
        p.a.jump_ne(R0, 1, &further);
        p.keep(scratch::FIRST, R8);
        p.a.label(&further);
        let [send, recv] = ["send_cq", "recv_cq"].map(|name| field(QpConfig, name));
        let one_queue = p.a.fresh();
        p.a.context(R7, send.kind, SLOT, send.word);
        p.extract(R6, R7, send);
        p.extract(R7, R7, recv);
        p.a.jump_eq(R6, R7, &one_queue);
        mark(p, R6, scratch::CQ_MARKS);
        p.a.label(&one_queue);
        mark(p, R7, scratch::CQ_MARKS);
        let private = p.a.fresh();
        p.get(R0, field(QpConfig, "rq_ring"), SLOT);
        p.a.number(R1, 1 << p.sizes.qps);
        p.a.jump_less(R0, R1, &private);
        p.a.sub(R0, R0, R1);
        mark(p, R0, scratch::SRQ_MARKS);
        p.a.label(&private);
        p.get(R0, field(QpConfig, "pd"), SLOT);
        p.a.call("domain");
        let known = p.a.fresh();
        p.a.jump_if(&known);
        p.recall(R2, scratch::DOMAINS);
        p.a.jump_eq(R2, scratch::PD_MOST, "too_many_domains");
        let at = p.address(scratch::PD_LIST);
        p.a.store(R2, at, R0);
        p.a.add(R2, R2, 1);
        p.keep(scratch::DOMAINS, R2);
        p.a.label(&known);
    });
    // and ends with the last one
    p.a.input(R1, input::LAST);
    p.a.number(R0, (1 << 12) - 1);
    p.a.and(R1, R1, R0);
    p.a.add(R1, R1, 1);
    p.a.input(R0, input::MEMBERS);
    p.a.jump_eq(R0, 0, "nobody");
    p.keep(scratch::LIMIT, R1);
    p.a.ret();
    p.a.label("nobody");
    p.a.mov(R1, Z);
    p.a.mov(R0, u64::from(Error::EmptySet.code()));
    p.a.call("fail");
    p.a.mov(R0, Z);
    p.a.label("collected");
    p.a.ret();
    p.a.label("too_many_domains");
    p.a.call("bad_argument");
    p.a.mov(R0, Z);
    p.a.ret();

    // the flag says whether number r0 is marked from r3 on; r1 to r3 are lost
    p.a.label("marked");
    p.mark_of(R0, R1, R2);
    p.a.add(R3, R3, R1);
    let base = p.address(0);
    p.a.load(R1, R3, base);
    p.a.jump_any(R1, R2, "flag");
    p.a.ret();

    // the flag says whether domain r0 is in the list; r1, r2 are lost
    p.a.label("domain");
    p.a.mov(R1, Z);
    p.a.label("domain_next");
    p.recall(R2, scratch::DOMAINS);
    p.a.jump_eq(R1, R2, "domain_new");
    let at = p.address(scratch::PD_LIST);
    p.a.load(R2, R1, at);
    p.a.add(R1, R1, 1);
    p.a.jump_ne(R2, R0, "domain_next");
    p.a.ret();
    p.a.label("domain_new");
    p.a.clear_flag();
    p.a.ret();
}

/// Marks `number` in the scratch words from `marks` on; r1 to r3 are lost.
fn mark(p: &mut Program, number: Reg, marks: u64) {
    let base = p.address(marks);
    p.mark_of(number, R1, R2);
    p.a.load(R3, R1, base);
    p.a.or(R3, R3, R2);
    p.a.store(R1, base, R3);
}

/// Rule 13: nobody outside the set uses what belongs to it; r0 = 0 if somebody does.
fn closed(p: &mut Program) {
    use ContextKind::{QpConfig, SqConfig};
    let valid = field(SqConfig, "valid");
    p.a.label("closed");
    // a set that was looked for everywhere, and nobody else was seen
    let check = p.a.fresh();
    p.recall(R0, scratch::SCOPE);
    p.a.jump_eq(R0, u64::from(SetScope::Qp.code()), &check);
    p.a.input(R0, input::LAST);
    p.a.jump_none(R0, 1 << 16, "closed_yes");
    p.a.label(&check);
    p.a.mov(R9, Z);
    p.a.label("closed_next");
    p.poll();
    let all = 1 << p.sizes.qps;
    p.a.number(R8, all);
    p.a.jump_eq(R9, R8, "closed_yes");
    // below the set's slots and beyond them it is whoever has a ring, between them whoever is no member
    p.recall(R6, scratch::LIMIT);
    p.a.jump_not_less(R9, R6, "closed_any");
    p.recall(R8, scratch::FIRST);
    p.a.jump_less(R9, R8, "closed_any");
    p.a.call("fitting");
    p.a.mov(R8, R6);
    p.a.scan_others(R8, R9);
    p.a.jump("closed_look");
    p.a.label("closed_any");
    p.a.mov(R6, R8);
    p.out(output::MASK, valid.mask(), R0);
    p.out(output::WANT, valid.mask(), R0);
    p.a.scan(R8, false, R9);
    p.a.label("closed_look");
    p.a.mov(R9, R8);
    p.a.jump_eq(R8, R6, "closed_next");
    p.a.add(R9, R8, 1);
    p.get(R0, field(QpConfig, "pd"), R8);
    p.a.call("domain");
    p.a.mov(R6, shared::DOMAIN);
    p.a.jump_if("not_closed");
    for name in ["send_cq", "recv_cq"] {
        p.get(R0, field(QpConfig, name), R8);
        p.a.mov(R3, scratch::CQ_MARKS);
        p.a.call("marked");
        p.a.mov(R6, shared::CQ);
        p.a.jump_if("not_closed");
    }
    p.get(R0, field(QpConfig, "rq_ring"), R8);
    p.a.number(R1, all);
    p.a.jump_less(R0, R1, "closed_next");
    p.a.sub(R0, R0, R1);
    p.a.mov(R3, scratch::SRQ_MARKS);
    p.a.call("marked");
    p.a.mov(R6, shared::RING);
    p.a.jump_unless("closed_next");
    p.a.number(R1, all);
    p.a.add(R0, R0, R1);
    p.a.label("not_closed");
    p.a.shl(R1, R6, 16);
    p.a.or(R1, R1, R0);
    p.a.shl(R1, R1, 12);
    p.a.or(R1, R1, R8);
    p.a.mov(R0, u64::from(Error::NotClosed.code()));
    p.a.call("fail");
    p.a.mov(R0, Z);
    p.a.ret();
    p.a.label("closed_yes");
    p.a.mov(R0, 1);
    p.a.ret();
}

/// Begins a command on a set whose members may be in `phases`; ends it if they are not, or the set is not closed.
fn begin(p: &mut Program, phases: &[Phase], must_be_closed: bool) {
    let go = p.a.fresh();
    p.keep(scratch::CLOSED, Z);
    let allowed = phases.iter().map(|&phase| bit(phase)).sum::<u64>();
    p.a.mov(R0, allowed);
    p.keep(scratch::ALLOWED, R0);
    p.a.call("collect");
    p.a.jump_ne(R0, 0, &go);
    p.a.ret();
    p.a.label(&go);
    if must_be_closed {
        let go = p.a.fresh();
        p.a.call("closed");
        p.a.jump_ne(R0, 0, &go);
        p.a.ret();
        p.a.label(&go);
        p.keep(scratch::CLOSED, R0);
    }
}

/// Goes to `known` if the command before was about the same set and left it in one of the conditions `conditions` (`KNOWN`), and nobody has
/// touched a queue pair's configuration since. What `collect` found is still there then.
fn unless_known(p: &mut Program, conditions: std::ops::RangeInclusive<u64>, known: &str) {
    let unknown = p.a.fresh();
    p.a.input(R1, input::CHANGED);
    p.recall(R0, scratch::KNOWN);
    p.a.jump_less(R0, *conditions.start(), &unknown);
    p.a.jump_not_less(R0, *conditions.end() + 1, &unknown);
    p.a.jump_ne(R1, 0, &unknown);
    p.a.input(R0, input::ARG0);
    p.recall(R1, scratch::NUMBER);
    p.a.jump_ne(R0, R1, &unknown);
    p.a.input(R0, input::ARG1);
    p.recall(R1, scratch::SCOPE);
    p.a.jump_eq(R0, R1, known);
    p.a.label(&unknown);
    p.keep(scratch::KNOWN, Z);
}

/// The set of a command that needs it drained.
pub fn begin_drained(p: &mut Program) {
    let known = p.a.fresh();
    unless_known(p, known::DRAINED..=known::DRAINED, &known);
    begin(p, &[Phase::Stopped], false);
    each_member(p, |p| {
        let drained = p.a.fresh();
        p.get_own(R0, "drained");
        p.a.jump_ne(R0, 0, &drained);
        p.a.mov(R1, u64::from(Phase::Stopped.code()));
        p.a.shl(R1, R1, 12);
        p.a.or(R1, R1, SLOT);
        fail(p, Error::WrongPhase);
        p.a.label(&drained);
    });
    p.a.label(&known);
}

/// Completion queues and shared receive rings of the set: `held`.
fn hold(p: &mut Program) {
    use ContextKind::{CqConfig, RqConfig};
    each_mark(p, scratch::CQ_MARKS, 1 << p.sizes.cqs, |p| {
        p.set(field(CqConfig, "held"), R10, 1, R0, R1);
    });
    each_mark(p, scratch::SRQ_MARKS, 1 << p.sizes.srqs, |p| {
        p.a.number(R2, 1 << p.sizes.qps);
        p.a.add(R2, R2, R10);
        p.set(field(RqConfig, "held"), R2, 1, R0, R1);
    });
}

/// STOP: check all, then stop all.
fn stop(p: &mut Program) {
    p.a.label("stop");
    begin(p, &[Phase::Normal, Phase::Stopped, Phase::Resuming], true);
    walk(p, deed::STOP, |_| {});
    hold(p);
    p.a.input(R0, input::CHANGED);
    p.a.mov(R0, known::STOPPED);
    p.keep(scratch::KNOWN, R0);
    p.a.input(R0, input::MEMBERS);
    p.a.output(output::DETAIL, R0);
    p.a.jump("ok");
}

/// DRAINED: everything accepted before STOP has finished; then nothing changes any more.
fn drained(p: &mut Program) {
    p.a.label("drained");
    let known = p.a.fresh();
    unless_known(p, known::STOPPED..=known::DRAINED, &known);
    begin(p, &[Phase::Stopped], false);
    p.a.label(&known);
    p.a.call("drain");
    p.a.jump_ne(R0, 0, "finish");
    p.a.input(R0, input::CHANGED);
    p.a.mov(R0, known::DRAINED);
    p.keep(scratch::KNOWN, R0);
    p.a.jump("ok");

    // drains the set that was collected; r0 = `CommandError`. Its rings are those of its slots, and shared ones behind all of them
    p.a.label("drain");
    let (private, wait, look) = (p.a.fresh(), p.a.fresh(), p.a.fresh());
    p.a.mov(R0, Z);
    for k in 0..(1_u64 << p.sizes.srqs).div_ceil(32) {
        p.recall(R1, scratch::SRQ_MARKS + k);
        p.a.or(R0, R0, R1);
    }
    p.recall(R1, scratch::LIMIT);
    p.a.sub(R1, R1, 1);
    p.a.jump_eq(R0, 0, &private);
    p.a.number(R1, 0xffff);
    p.a.label(&private);
    p.a.number(R0, u64::from(sub::DRAIN) << 16);
    p.a.or(R0, R0, R1);
    p.a.output(output::SUB, R0);
    // ticks may wait for a drain that takes its time, and not for another one
    p.a.label(&wait);
    p.a.mov(R11, 32);
    p.a.label(&look);
    p.poll();
    p.a.input(R0, input::SUB_STATUS);
    p.a.jump_any(R0, 256, "drain_end");
    p.a.sub(R11, R11, 1);
    p.a.jump_ne(R11, 0, &look);
    p.poll_waiting();
    p.a.jump(&wait);
    p.a.label("drain_end");
    p.a.and(R0, R0, 255);
    p.a.jump_eq(R0, 0, "drain_done");
    p.a.input(R1, input::SUB_DETAIL);
    p.a.output(output::DETAIL, R1);
    p.a.ret();
    p.a.label("drain_done");
    p.a.mov(R11, Z);
    walk(p, deed::DRAIN, |p| {
        // what finished behind STOP has ended in an error, which may have woken the engines
        p.set_own("verbs_state", u64::from(QpState::Err.code()), R0, R1);
        p.a.number(R0, u64::from(QpState::Err.code()) | u64::from(MOVING) << 3);
        p.a.output(output::CHANGE, R0);
        p.a.mov(R11, 1);
    });
    p.a.jump_ne(R11, 0, "drain");
    p.a.mov(R0, Z);
    p.a.ret();
}

/// TOMBSTONE, the commit: one decision for all, then the burials.
fn tombstone(p: &mut Program) {
    p.a.label("bury");
    p.out(output::MAILBOX, 0, R0);
    for k in 0..4 {
        p.a.input(R0, input::MAILBOX_WORD);
        p.keep(scratch::ADDRESS + k, R0);
    }
    // a tombstone may be told a new address
    p.a.input(R0, input::ARG1);
    p.a.jump_ne(R0, u64::from(SetScope::Qp.code()), "bury_set");
    p.a.call("one");
    p.a.jump_eq(R0, 0, "bury_set");
    p.get_own(R0, "phase");
    p.a.jump_ne(R0, u64::from(Phase::Tombstone.code()), "bury_set");
    p.a.call("inscribe");
    p.a.jump("ok");
    p.a.label("bury_set");
    begin_drained(p);
    p.keep(scratch::KNOWN, Z);
    let closed = p.a.fresh();
    p.recall(R0, scratch::CLOSED);
    p.a.jump_ne(R0, 0, &closed);
    p.a.call("closed");
    p.a.jump_eq(R0, 0, "flag");
    p.a.label(&closed);
    each_member(p, |p| {
        p.get_own(R0, "epoch");
        p.a.store(OWN, own("stopped_epoch").word, R0);
        p.a.call("inscribe");
        p.set_own("phase", u64::from(Phase::Tombstone.code()), R0, R1);
        p.set_own("reported", 0, R0, R1);
        p.lease(Timer::TombstoneAge);
    });
    // that was the decision; what follows cannot fail, and commands wait for it
    p.a.output(output::FINISH, Z);
    // members lose their rings one by one, so what they share goes first
    p.a.call("drop_shared");
    each_member(p, |p| {
        p.a.number(R0, u64::from(sub::QP_BURY) << 16);
        p.a.or(R0, R0, SLOT);
        p.a.call("sub");
    });
    p.a.ret();

    // the tombstone's new address; r0 is lost
    p.a.label("inscribe");
    let to = word_of(ContextKind::Migration, "moved_to");
    for k in 0..4 {
        p.recall(R0, scratch::ADDRESS + k);
        p.a.store(OWN, to + k, R0);
    }
    p.a.ret();

    // the set's completion queues, receive rings and regions are gone
    p.a.label("drop_shared");
    each_region(p, |p| {
        p.a.number(R0, u64::from(sub::MR_DROP) << 16);
        p.a.or(R0, R0, R8);
        p.a.call("sub");
    });
    each_mark(p, scratch::CQ_MARKS, 1 << p.sizes.cqs, |p| {
        p.a.number(R0, u64::from(sub::CQ_DROP) << 16);
        p.a.or(R0, R0, R10);
        p.a.call("sub");
    });
    each_mark(p, scratch::SRQ_MARKS, 1 << p.sizes.srqs, |p| {
        p.a.number(R0, (u64::from(sub::SRQ_DROP) << 16) | 1 << p.sizes.qps);
        p.a.add(R0, R0, R10);
        p.a.call("sub");
    });
    p.a.ret();
}

/// The set's completion queues and shared receive rings work again.
fn revive(p: &mut Program) {
    each_mark(p, scratch::CQ_MARKS, 1 << p.sizes.cqs, |p| {
        p.a.mov(R11, R10);
        p.a.call("cq_on");
    });
    each_mark(p, scratch::SRQ_MARKS, 1 << p.sizes.srqs, |p| {
        p.a.number(R11, 1 << p.sizes.qps);
        p.a.add(R11, R11, R10);
        p.a.call("srq_on");
    });
}

/// RESUME: Restored to Resuming.
fn resume(p: &mut Program) {
    p.a.label("resume");
    let known = p.a.fresh();
    unless_known(p, known::RESTORED..=known::RESTORED, &known);
    begin(p, &[Phase::Restored, Phase::Resuming], true);
    p.a.label(&known);
    p.keep(scratch::KNOWN, Z);
    p.a.label("resume_all");
    each_member(p, |p| {
        let (skip, here) = (p.a.fresh(), p.a.fresh());
        p.get_own(R0, "phase");
        p.a.jump_eq(R0, u64::from(Phase::Resuming.code()), &skip);
        p.a.jump_eq(R0, u64::from(Phase::Normal.code()), &skip);
        p.a.jump_ne(R0, u64::from(Phase::Restored.code()), &here);
        p.a.call("wait_on");
        p.a.label(&here);
        p.a.call("resuming");
        p.a.label(&skip);
    });
    // the partners come first: a completion queue that is held takes completions already
    revive(p);
    p.a.jump("ok");
}

/// Behind RESTORE: looks for the set that RESUME will be about, whose partners wait for what RESUME sends.
fn foresee(p: &mut Program) {
    p.a.label("foresee");
    p.a.mov(R0, 1);
    p.keep(scratch::QUIET, R0);
    p.a.input(R0, input::CHANGED);
    p.a.call("foreseen");
    p.keep(scratch::QUIET, Z);
    p.a.ret();
    p.a.label("foreseen");
    begin(p, &[Phase::Restored], true);
    p.a.mov(R0, known::RESTORED);
    p.keep(scratch::KNOWN, R0);
    p.a.ret();
}

/// ABORT: of a stopped set, which goes on here; of a restored one, which is discarded.
fn abort(p: &mut Program) {
    p.a.label("abort");
    begin(p, &[Phase::Stopped, Phase::Restored], true);
    p.a.input(R0, input::PHASES);
    p.a.jump_eq(R0, bit(Phase::Restored), "discard");
    p.a.jump_ne(R0, bit(Phase::Stopped), "mixed");
    // every RESUME of one epoch says the same, so nothing may still be on its way
    p.a.call("drain");
    p.a.jump_ne(R0, 0, "finish");
    p.a.jump("resume_all");
    p.a.label("mixed");
    p.a.mov(R1, u64::from(Phase::Restored.code()) << 12);
    fail(p, Error::WrongPhase);

    p.a.label("discard");
    p.a.call("drop_shared");
    each_member(p, |p| {
        let (plain, next) = (p.a.fresh(), p.a.fresh());
        p.get_own(R0, "over_tombstone");
        p.a.jump_eq(R0, 0, &plain);
        // the tombstone appears again
        p.set_own("phase", u64::from(Phase::Tombstone.code()), R0, R1);
        p.set_own("over_tombstone", 0, R0, R1);
        p.a.number(R0, u64::from(sub::QP_BURY) << 16);
        p.a.or(R0, R0, SLOT);
        p.a.call("sub");
        p.a.jump(&next);
        p.a.label(&plain);
        p.a.call("remove");
        p.a.label(&next);
    });
    p.a.jump("ok");

    // the queue pair in SLOT, and its number, are gone; r0 to r7 are lost
    p.a.label("remove");
    p.set_own("phase", 0, R0, R1);
    p.a.number(R0, u64::from(sub::QP_DISCARD) << 16);
    p.a.or(R0, R0, SLOT);
    p.a.jump("sub");
}

/// Commands for one queue pair.
fn single(p: &mut Program) {
    // the queue pair of argument 0; r0 = 0 if there is none
    p.a.label("one");
    p.a.input(SLOT, input::ARG0);
    p.a.mov(R8, SLOT);
    p.a.shl(OWN, SLOT, 4);
    p.a.output(output::SELECT, SLOT);
    p.a.mov(R0, Z);
    let all = 1 << p.sizes.qps;
    p.a.number(R1, all);
    p.a.jump_not_less(SLOT, R1, "one_none");
    p.a.mov(R0, 1);
    p.a.label("one_none");
    p.a.ret();
    p.a.label("no_such");
    p.a.number(R1, all);
    fail(p, Error::BadObject);
    p.a.label("wrong_phase");
    p.get_own(R1, "phase");
    p.a.shl(R1, R1, 12);
    p.a.or(R1, R1, SLOT);
    fail(p, Error::WrongPhase);

    p.a.label("free");
    p.a.call("one");
    p.a.jump_eq(R0, 0, "no_such");
    p.get_own(R0, "phase");
    p.a.jump_ne(R0, u64::from(Phase::Tombstone.code()), "wrong_phase");
    p.a.call("remove");
    p.a.jump("finish");

    p.a.label("set_partner");
    p.a.call("one");
    p.a.jump_eq(R0, 0, "no_such");
    p.get_own(R0, "phase");
    p.a.jump_eq(R0, u64::from(Phase::Restored.code()), "partner");
    p.a.jump_ne(R0, u64::from(Phase::Resuming.code()), "wrong_phase");
    p.a.label("partner");
    p.a.output(output::PAGE, Z);
    p.a.output(output::MAILBOX, Z);
    p.a.mov(R1, 128);
    p.a.label("partner_word");
    p.a.input(R0, input::MAILBOX_WORD);
    p.a.output(output::PAGE_PUT, R0);
    p.a.sub(R1, R1, 1);
    p.a.jump_ne(R1, 0, "partner_word");
    p.a.number(R0, u64::from(sub::SET_PARTNER) << 16);
    p.a.or(R0, R0, SLOT);
    p.a.call("sub");
    p.a.jump_ne(R0, 0, "sub_failed");
    again(p);
    p.get_own(R0, "phase");
    p.a.jump_ne(R0, u64::from(Phase::Resuming.code()), "ok");
    p.a.call("send_resume");
    p.a.jump("ok");
    p.a.label("sub_failed");
    p.a.input(R1, input::SUB_DETAIL);
    p.a.jump("fail");

    p.a.label("extend");
    p.a.call("one");
    p.a.jump_eq(R0, 0, "no_such");
    p.recall(R3, Timer::PauseLease.code().into());
    p.a.input(R0, input::QP_STATE);
    p.a.jump_eq(R0, u64::from(PAUSED), "extended");
    p.a.jump_ne(R0, u64::from(MOVING), "wrong_phase");
    p.get_own(R0, "phase");
    p.a.jump_ne(R0, u64::from(Phase::Resuming.code()), "wrong_phase");
    p.recall(R3, Timer::ResumeLease.code().into());
    p.a.label("extended");
    p.a.input(R0, input::NOW);
    p.a.add(R0, R0, R3);
    p.a.store(OWN, own("lease").word, R0);
    p.set_own("reported", 0, R0, R1);
    p.set_own("renewals", 0, R0, R1);
    p.a.jump("ok");

    p.a.label("give_up");
    p.a.call("one");
    p.a.jump_eq(R0, 0, "no_such");
    p.a.input(R0, input::QP_STATE);
    p.a.jump_eq(R0, u64::from(PAUSED), "give_up_paused");
    p.a.jump_ne(R0, u64::from(MOVING), "wrong_phase");
    p.get_own(R0, "phase");
    p.a.jump_ne(R0, u64::from(Phase::Resuming.code()), "wrong_phase");
    p.set_own("verbs_state", u64::from(QpState::Err.code()), R0, R1);
    p.a.call("normal");
    p.a.call("wake");
    p.a.jump("ok");
    // the oldest work request fails as if its retries were spent
    p.a.label("give_up_paused");
    use ContextKind::{Completer, Outstanding};
    p.get(R2, field(Completer, "or_tail"), SLOT);
    p.a.and(R2, R2, (1 << p.sizes.outstanding) - 1);
    p.a.shl(R3, SLOT, p.sizes.outstanding as u64);
    p.a.or(R3, R3, R2);
    p.set(field(Outstanding, "kind"), R3, 4, R0, R1);
    p.set(
        field(Outstanding, "status"),
        R3,
        WcStatus::RetryExceeded.code().into(),
        R0,
        R1,
    );
    p.a.call("unpause");
    p.a.output(output::KICK, Z);
    p.a.jump("ok");

    p.a.label("set_timer");
    p.a.input(R1, input::ARG0);
    p.a.jump_not_less(R1, MigrationTimer::ALL.len() as u64, "bad_argument");
    p.a.input(R0, input::ARG1);
    let base = p.address(0);
    p.a.store(R1, base, R0);
    p.a.jump("ok");
}
