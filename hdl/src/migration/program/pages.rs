//! DUMP and RESTORE: records to and from pages of host memory.

use super::parts::kind;
use super::sets::{again, begin_drained, each_mark, each_member, each_region, fail};
use super::*;
use crate::program::sub;
use fw_regs::codes::device_state::MOVING;
use fw_regs::{Command, CommandError as Error, MigrationPhase as Phase};

/// Records of a queue pair's first page, in this order.
const QP_RECORDS: [ContextKind; 12] = [
    ContextKind::QpConfig,
    ContextKind::QpAddress,
    ContextKind::QpAv,
    ContextKind::Requester,
    ContextKind::Completer,
    ContextKind::Responder,
    ContextKind::Response,
    ContextKind::SqConfig,
    ContextKind::SqState,
    ContextKind::RqConfig,
    ContextKind::RqState,
    ContextKind::Migration,
];

/// log2 of the responder's resources.
const LOG_RESOURCES: u64 = fw_regs::limits::LOG2_RD_ATOMIC as u64;

pub fn write(p: &mut Program) {
    buffer(p);
    dump(p);
    restore(p);
}

/// A whole record to the page; the flag says whether it had room.
fn record(p: &mut Program, what: ContextKind, index: Reg) {
    p.a.record(kind(what), what.words() as u64, index);
}

/// The host buffer of the command.
fn buffer(p: &mut Program) {
    p.a.label("buffer");
    p.a.output(output::MAILBOX, Z);
    for at in [scratch::BUFFER, scratch::BUFFER + 1, scratch::BUFFER_PAGES] {
        p.a.input(R0, input::MAILBOX_WORD);
        p.keep(at, R0);
    }
    p.keep(scratch::PAGE, Z);
    p.a.ret();

    // the address of page `PAGE` to the pager; r0, r1 are lost
    p.a.label("page_address");
    p.recall(R0, scratch::PAGE);
    p.a.shl(R0, R0, 9);
    p.recall(R1, scratch::BUFFER);
    p.a.add(R0, R0, R1);
    p.a.output(output::DMA_LOW, R0);
    p.a.jump_less(R0, R1, "page_carry");
    p.recall(R0, scratch::BUFFER + 1);
    p.a.output(output::DMA_HIGH, R0);
    p.a.ret();
    p.a.label("page_carry");
    p.recall(R0, scratch::BUFFER + 1);
    p.a.add(R0, R0, 1);
    p.a.output(output::DMA_HIGH, R0);
    p.a.ret();

    // the page goes to the host, and an empty one begins; r0 = 0 if the buffer is full, and then the command has failed; r0 to r7 are lost
    p.a.label("flush");
    p.recall(R0, scratch::PAGE);
    p.recall(R1, scratch::BUFFER_PAGES);
    p.a.jump_less(R0, R1, "flush_room");
    p.a.mov(R1, R0);
    p.a.mov(R0, u64::from(Error::BufferFull.code()));
    p.a.call("fail");
    p.a.mov(R0, Z);
    p.a.ret();
    p.a.label("flush_room");
    p.a.call("page_address");
    p.out(output::DMA, 2, R0);
    p.a.call("dma");
    p.recall(R0, scratch::PAGE);
    p.a.add(R0, R0, 1);
    p.keep(scratch::PAGE, R0);
    p.a.output(output::PAGE_CLEAR, Z);
    p.a.mov(R0, 1);
    p.a.ret();
}

/// Sends the page, or ends the command.
fn flush(p: &mut Program) {
    p.a.call("flush");
    p.a.jump_eq(R0, 0, "flag");
}

fn dump(p: &mut Program) {
    p.a.label("dump");
    p.a.call("buffer");
    begin_drained(p);
    p.a.output(output::PAGE_CLEAR, Z);
    each_mark(p, scratch::CQ_MARKS, 1 << p.sizes.cqs, |p| {
        record(p, ContextKind::CqConfig, R10);
        record(p, ContextKind::CqState, R10);
        flush(p);
    });
    each_mark(p, scratch::SRQ_MARKS, 1 << p.sizes.srqs, |p| {
        p.a.number(R0, 1 << p.sizes.qps);
        p.a.add(R0, R0, R10);
        record(p, ContextKind::RqConfig, R0);
        record(p, ContextKind::RqState, R0);
        flush(p);
    });
    each_region(p, |p| {
        record(p, ContextKind::MemoryRegion, R8);
        flush(p);
    });
    each_member(p, |p| {
        for what in QP_RECORDS {
            record(p, what, SLOT);
        }
        flush(p);
        again(p);
        entries(p);
        let empty = p.a.fresh();
        p.a.input(R0, input::PAGE_AT);
        p.a.jump_eq(R0, 0, &empty);
        flush(p);
        p.a.label(&empty);
    });
    p.recall(R0, scratch::PAGE);
    p.a.output(output::DETAIL, R0);
    p.a.jump("ok");
}

/// What a queue pair has in rings: only what lives. Positions in r12 to r14; SLOT is r8.
fn entries(p: &mut Program) {
    use ContextKind::*;
    let outstanding = p.sizes.outstanding as u64;
    let responses = p.sizes.responses as u64;
    p.get(R12, field(Completer, "or_tail"), R8);
    p.get(R13, field(Requester, "or_head"), R8);
    ring(p, ContextKind::Outstanding, outstanding);
    p.get(R12, field(Response, "tail"), R8);
    p.get(R13, field(Response, "head"), R8);
    ring(p, ContextKind::ResponseEntry, responses);
    // as long as the last place has never been written, only those before the next one have
    let (next, invalid, end) = (p.a.fresh(), p.a.fresh(), p.a.fresh());
    p.a.mov(R13, 1 << LOG_RESOURCES);
    p.a.shl(R14, R8, LOG_RESOURCES);
    p.a.or(R14, R14, (1 << LOG_RESOURCES) - 1);
    p.get(R0, field(Resource, "valid"), R14);
    p.a.mov(R12, Z);
    p.a.jump_ne(R0, 0, &next);
    p.get(R13, field(Responder, "res_head"), R8);
    p.a.label(&next);
    p.a.jump_eq(R12, R13, &end);
    p.a.shl(R14, R8, LOG_RESOURCES);
    p.a.or(R14, R14, R12);
    p.get(R0, field(Resource, "valid"), R14);
    p.a.jump_eq(R0, 0, &invalid);
    one(p, Resource);
    p.get(R0, field(Resource, "kind"), R14);
    p.a.jump_ne(R0, 2, &invalid);
    one(p, AtomicResult);
    p.a.label(&invalid);
    p.a.add(R12, R12, 1);
    p.a.jump(&next);
    p.a.label(&end);
}

/// The record with index r14, on a new page if this one is full.
fn one(p: &mut Program, what: ContextKind) {
    let fits = p.a.fresh();
    record(p, what, R14);
    p.a.jump_if(&fits);
    flush(p);
    record(p, what, R14);
    p.a.label(&fits);
}

/// Entries r12 to r13 (free-running numbers of 8 bits) of a ring of `2^log`.
fn ring(p: &mut Program, what: ContextKind, log: u64) {
    let (next, end) = (p.a.fresh(), p.a.fresh());
    p.a.label(&next);
    p.a.jump_eq(R12, R13, &end);
    p.a.and(R14, R12, (1 << log) - 1);
    p.a.shl(R0, R8, log);
    p.a.or(R14, R14, R0);
    one(p, what);
    p.a.add(R12, R12, 1);
    p.a.and(R12, R12, 255);
    p.a.jump(&next);
    p.a.label(&end);
}

fn restore(p: &mut Program) {
    use ContextKind::*;
    p.a.label("restore");
    p.a.call("buffer");
    p.a.label("restore_page");
    p.recall(R0, scratch::PAGE);
    p.recall(R1, scratch::BUFFER_PAGES);
    p.a.output(output::DETAIL, R0);
    p.a.jump_eq(R0, R1, "ok");
    p.a.call("page_address");
    p.out(output::DMA, 1, R0);
    p.a.call("dma");
    p.recall(R1, scratch::PAGE);
    p.a.jump_eq(R0, 1, "restore_read");
    fail(p, Error::DmaError);
    p.a.label("restore_read");
    // kind, index, first word: what it is, which, and its number or key
    for (at, to) in [(0, R12), (1, R8), (2, R13)] {
        p.out(output::PAGE, at, R0);
        p.a.input(to, input::PAGE_WORD);
    }
    p.a.shr(R0, R12, 8);
    p.a.jump_any(R0, 255, "bad_page");
    p.a.and(R12, R12, 31);
    p.a.jump_eq(R12, kind(QpConfig), "restore_qp");
    p.a.jump_eq(R12, kind(MemoryRegion), "restore_mr");
    p.a.jump_eq(R12, kind(CqConfig), "restore_cq");
    p.a.jump_eq(R12, kind(RqConfig), "restore_srq");
    for (what, log) in [
        (Outstanding, p.sizes.outstanding as u64),
        (ResponseEntry, p.sizes.responses as u64),
        (Resource, LOG_RESOURCES),
        (AtomicResult, LOG_RESOURCES),
    ] {
        p.a.mov(R14, log);
        p.a.jump_eq(R12, kind(what), "restore_entries");
    }
    p.a.label("bad_page");
    p.recall(R1, scratch::PAGE);
    fail(p, Error::BadPage);

    let all = 1 << p.sizes.qps;
    p.a.label("restore_entries");
    p.a.shr(R8, R8, R14);
    p.a.number(R0, all);
    p.a.jump_not_less(R8, R0, "bad_page");
    again(p);
    p.get_own(R0, "phase");
    p.a.jump_ne(R0, u64::from(Phase::Restored.code()), "bad_page");
    p.a.number(R0, u64::from(sub::QP_EXTEND) << 16);
    p.a.call("restore_sub");
    p.a.jump("restored");

    p.a.label("restore_mr");
    p.a.number(R0, u64::from(Command::MrCreate.code()) << 16);
    p.a.call("restore_sub");
    p.a.jump("restored");

    p.a.label("restore_cq");
    p.a.number(R0, u64::from(sub::CQ_RESTORE) << 16);
    p.a.call("restore_sub");
    p.a.jump_ne(R0, 0, "restored");
    p.set(field(CqConfig, "held"), R8, 1, R0, R1);
    p.a.mov(R0, Z);
    p.a.jump("restored");

    p.a.label("restore_srq");
    p.a.number(R0, u64::from(sub::SRQ_RESTORE) << 16);
    p.a.call("restore_sub");
    p.a.jump_ne(R0, 0, "restored");
    p.set(field(RqConfig, "held"), R8, 1, R0, R1);
    p.a.mov(R0, Z);
    p.a.jump("restored");

    p.a.label("restore_qp");
    p.a.number(R0, all);
    p.a.jump_not_less(R8, R0, "bad_page");
    again(p);
    for k in 0..8 {
        p.a.load(R0, OWN, own("stopped_epoch").word + k);
        p.keep(scratch::SAVED + k, R0);
    }
    p.get_own(R0, "phase");
    p.a.mov(R14, Z);
    p.a.jump_ne(R0, u64::from(Phase::Tombstone.code()), "restore_new");
    // over one's own tombstone only
    p.a.mov(R14, 1);
    p.get(R0, field(QpConfig, "qpn"), R8);
    p.a.low24(R1, R13);
    p.a.jump_eq(R0, R1, "restore_over");
    p.a.mov(R1, R8);
    fail(p, Error::NotItsTombstone);
    p.a.label("restore_over");
    p.a.number(R0, u64::from(sub::QP_OVERWRITE) << 16);
    p.a.call("restore_sub");
    p.a.jump_ne(R0, 0, "restore_over_failed");
    p.a.jump("restore_private");
    p.a.label("restore_new");
    p.a.number(R0, u64::from(sub::QP_RESTORE) << 16);
    p.a.call("restore_sub");
    p.a.jump_ne(R0, 0, "restored");
    for k in 0..8 {
        p.keep(scratch::SAVED + k, Z);
    }
    p.a.label("restore_private");
    again(p);
    p.set_own("phase", u64::from(Phase::Restored.code()), R0, R1);
    p.set_own("drained", 0, R0, R1);
    p.a.load(R0, OWN, own("partner_epoch").word);
    p.a.low24(R0, R0);
    p.a.shl(R14, R14, own("over_tombstone").low);
    p.a.or(R0, R0, R14);
    p.a.store(OWN, own("partner_epoch").word, R0);
    for k in 0..8 {
        p.recall(R0, scratch::SAVED + k);
        p.a.store(OWN, own("stopped_epoch").word + k, R0);
    }
    p.a.number(
        R0,
        u64::from(fw_regs::QpState::Reset.code()) | u64::from(MOVING) << 3,
    );
    p.a.output(output::CHANGE, R0);
    // from here on its state holds its rings, no longer what the page says
    p.set(field(SqConfig, "held"), SLOT, 0, R0, R1);
    p.set(field(RqConfig, "held"), SLOT, 0, R0, R1);
    p.a.mov(R0, Z);
    p.a.label("restored");
    p.recall(R1, scratch::PAGE);
    p.a.jump_ne(R0, 0, "fail");
    p.a.add(R1, R1, 1);
    p.keep(scratch::PAGE, R1);
    p.a.jump("restore_page");
    // a refused page has changed nothing: the check comes before the first write
    p.a.label("restore_over_failed");
    p.a.jump("restored");

    // sub command r0 for object r8 with number or key r13
    p.a.label("restore_sub");
    p.a.output(output::SUB_ARG1, R13);
    p.a.number(R1, 0xffff);
    p.a.and(R1, R1, R8);
    p.a.or(R0, R0, R1);
    p.a.jump("sub");
}
