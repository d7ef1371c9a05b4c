//! DUMP and RESTORE: records to and from pages of host memory.

use super::parts::kind;
use super::sets::{again, begin_drained, each_mark, each_region, fail};
use super::*;
use crate::migration::lanes::GROUPS;
use crate::migration::stream::{Entry, what};
use crate::program::sub;
use fw_regs::codes::device_state::MOVING;
use fw_regs::mailbox::QP_PAGE;
use fw_regs::{Command, CommandError as Error, MigrationPhase as Phase};

/// Bytes of a page, and of the blocks of host memory that no access crosses.
const PAGE_BYTES: u64 = 512;

/// What is no phase.
const NO_SLOT: u64 = 255;

/// Records of the objects' first pages, in this order, then what rings have: a list each.
const LISTS: [&[ContextKind]; 8] = [
    &QP_PAGE,
    &[ContextKind::CqConfig, ContextKind::CqState],
    &[ContextKind::RqConfig, ContextKind::RqState],
    &[ContextKind::MemoryRegion],
    &[ContextKind::Outstanding],
    &[ContextKind::ResponseEntry],
    &[ContextKind::Resource],
    &[ContextKind::AtomicResult],
];

/// Records of a queue pair's page by the groups of engines that have them, in the page's order. The copies of QpConfig that requester and response engine
/// have take its writes, and the unit sees from those of SqConfig whose the slots are: so their memories share groups.
const LANES: [&[ContextKind]; GROUPS] = [
    &[
        ContextKind::QpConfig,
        ContextKind::QpAddress,
        ContextKind::Requester,
        ContextKind::Response,
    ],
    &[
        ContextKind::QpAv,
        ContextKind::RqConfig,
        ContextKind::RqState,
    ],
    &[ContextKind::Completer, ContextKind::Responder],
    &[
        ContextKind::SqConfig,
        ContextKind::SqState,
        ContextKind::Migration,
    ],
];

/// Pairs of words of a queue pair's page before record `which` of it, or all of them.
fn page_pairs(which: usize) -> u64 {
    let pairs = |kind: &ContextKind| kind.page_words() as u64 / 2 + 1;
    QP_PAGE[..which].iter().map(pairs).sum()
}

/// Words of a queue pair's page.
pub fn page_words() -> u64 {
    2 * page_pairs(QP_PAGE.len())
}

/// The pairs of a queue pair's page that lane `lane` moves, a bit each.
pub fn lane_pairs(lane: usize) -> u64 {
    let place = |kind| QP_PAGE.iter().position(|other| other == kind);
    LANES[lane].iter().filter_map(place).fold(0, |pairs, k| {
        pairs | ((1 << page_pairs(k + 1)) - (1 << page_pairs(k)))
    })
}

/// What the streams of `lanes` lanes move, and the pair in which their part of a queue pair's page begins. The first one knows everything else, too, in the
/// entries that it has if it is alone.
pub fn lanes(lanes: usize) -> Vec<(Vec<Entry>, u64)> {
    let all = lists();
    if lanes == 1 {
        return vec![(all, 0)];
    }
    assert!(lanes == GROUPS, "one lane or {GROUPS}, not {lanes}");
    let probe = all[QP_PAGE.len()];
    let lane = |list: &[ContextKind]| {
        let place = |k: &ContextKind| QP_PAGE.iter().position(|other| other == k);
        let places: Vec<_> = list.iter().filter_map(place).collect();
        let next = places.iter().skip(1).map(|&k| page_pairs(k));
        let ends = next.chain([page_pairs(QP_PAGE.len())]);
        let mut part: Vec<_> = places.iter().map(|&k| all[k]).collect();
        for ((entry, &k), end) in part.iter_mut().zip(&places).zip(ends) {
            entry.skip = end - page_pairs(k + 1);
            (entry.last, entry.end) = (false, false);
        }
        let probing = list.contains(&ContextKind::Responder);
        if let Some(entry) = part.last_mut() {
            (entry.last, entry.end) = (true, !probing);
        }
        part.extend(probing.then_some(probe));
        (part, page_pairs(places[0]))
    };
    let mut parts: Vec<_> = LANES.iter().map(|list| lane(list)).collect();
    let own = parts[0].0.len();
    parts[0].0.extend_from_slice(&all[own..]);
    parts
}

/// The lists as the stream has them. Behind that of queue pairs comes a look at the last resource.
pub fn lists() -> Vec<Entry> {
    let mut all = Vec::new();
    for (k, list) in LISTS.iter().enumerate() {
        for (i, &what) in list.iter().enumerate() {
            let last = i + 1 == list.len();
            all.push(Entry {
                kind: kind(what),
                pairs: what.page_words() as u64 / 2,
                last,
                end: last && k > 0,
                probe: false,
                skip: 0,
            });
        }
        if k == 0 {
            all.push(Entry {
                kind: kind(ContextKind::Resource),
                pairs: 1 << LOG_RESOURCES,
                last: true,
                end: true,
                probe: true,
                skip: 0,
            });
        }
    }
    all
}

/// First entry of the list that begins with `first`, and the words it takes in a page.
fn list(first: ContextKind) -> (u64, u64) {
    let found = LISTS.iter().position(|list| list[0] == first);
    let found = found.unwrap_or_else(|| unreachable!("no list begins with {first}"));
    let before = LISTS[..found].iter().map(|list| list.len()).sum::<usize>();
    let words = LISTS[found]
        .iter()
        .map(|k| k.page_words() + 2)
        .sum::<usize>();
    ((before + usize::from(found > 0)) as u64, words as u64)
}

/// log2 of the responder's resources.
const LOG_RESOURCES: u64 = fw_regs::limits::LOG2_RD_ATOMIC as u64;

pub fn write(p: &mut Program) {
    buffer(p);
    dump(p);
    resources(p);
    restore(p);
}

/// The host buffer of the command; r1 is what its address is off a page of the buffer, for no access to host memory crosses such a border.
fn buffer(p: &mut Program) {
    p.a.label("buffer");
    p.a.output(output::MAILBOX, Z);
    p.a.input(R0, input::MAILBOX_WORD);
    p.a.output(output::DMA_LOW, R0);
    p.a.and(R1, R0, PAGE_BYTES - 1);
    p.a.input(R0, input::MAILBOX_WORD);
    p.a.output(output::DMA_HIGH, R0);
    p.a.input(R0, input::MAILBOX_WORD);
    p.a.output(output::PAGES, R0);
    p.keep(scratch::BUFFER_PAGES, R0);
    p.a.ret();

    // no page is left for what is in hand
    p.a.label("buffer_full");
    p.recall(R1, scratch::BUFFER_PAGES);
    fail(p, Error::BufferFull);
}

/// Sends the page and begins an empty one, or ends the command; `r0` is lost.
fn flush(p: &mut Program) {
    p.out(output::DMA, 2, R0);
    p.a.jump_if("buffer_full");
}

fn dump(p: &mut Program) {
    p.a.label("dump");
    p.a.call("buffer");
    p.a.jump_ne(R1, 0, "bad_argument");
    begin_drained(p);
    p.a.output(output::PAGE_CLEAR, Z);
    // members one after the other, as short a loop as can be: r13 = the slot behind the last one, r14 = how a page is sent
    p.a.call("members");
    p.a.label("dump_loop");
    p.recall(R13, scratch::LIMIT);
    p.a.mov(R14, 2);
    p.a.mov(R12, R13);
    p.a.scan(R12, false, R9);
    p.a.jump_eq(R12, R13, "dumped");
    p.poll();
    p.a.begin_dump(list(ContextKind::QpConfig).0, R12);
    // while the records of one come, the next one is looked for: r12
    p.a.label("dump_member");
    p.a.mov(R8, R12);
    p.a.add(R9, R12, 1);
    p.a.mov(R12, R13);
    p.a.scan(R12, false, R9);
    p.a.jump_eq(R12, R13, "dump_last");
    p.a.input(R0, input::PAGES);
    p.a.jump_eq(R0, 0, "dump_last");
    p.a.dumped();
    p.a.jump_if("dump_live");
    p.a.output(output::DMA, R14);
    p.poll();
    p.a.begin_dump(list(ContextKind::QpConfig).0, R12);
    p.a.jump("dump_member");
    // nothing to go on with: no other one, or no page
    p.a.label("dump_last");
    p.a.dumped();
    p.a.jump_if("dump_live");
    flush(p);
    p.a.jump("dumped");
    p.a.label("dump_live");
    flush(p);
    entries(p);
    p.a.input(R0, input::PAGE_AT);
    p.a.jump_eq(R0, 0, "dump_loop");
    flush(p);
    p.a.jump("dump_loop");
    // what they use comes behind them: its pages are short, and the one that is sent last is waited for
    p.a.label("dumped");
    each_region(p, |p| {
        p.a.list(what::DUMP, list(ContextKind::MemoryRegion).0, R8);
        flush(p);
        p.poll();
    });
    each_mark(p, scratch::CQ_MARKS, 1 << p.sizes.cqs, |p| {
        p.a.list(what::DUMP, list(ContextKind::CqConfig).0, R10);
        flush(p);
        p.poll();
    });
    each_mark(p, scratch::SRQ_MARKS, 1 << p.sizes.srqs, |p| {
        p.a.number(R0, 1 << p.sizes.qps);
        p.a.add(R0, R0, R10);
        p.a.list(what::DUMP, list(ContextKind::RqConfig).0, R0);
        flush(p);
        p.poll();
    });
    // pages that the host has not taken in time are lost; ticks wait
    p.a.label("dump_sent");
    p.poll();
    p.a.input(R0, input::DMA_STATUS);
    p.a.jump_eq(R0, 0, "dump_sent");
    p.recall(R1, scratch::BUFFER_PAGES);
    p.a.jump_eq(R0, 1, "dumped_all");
    fail(p, Error::DmaError);
    p.a.label("dumped_all");
    p.a.input(R0, input::PAGES);
    p.a.sub(R0, R1, R0);
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
    let (next, invalid, end, last) = (p.a.fresh(), p.a.fresh(), p.a.fresh(), p.a.fresh());
    let (valid, atomic) = (field(Resource, "valid"), field(Resource, "kind"));
    assert!(valid.word == atomic.word);
    p.a.mov(R13, 1 << LOG_RESOURCES);
    p.a.shl(R10, R8, LOG_RESOURCES);
    p.a.or(R14, R10, (1 << LOG_RESOURCES) - 1);
    p.get(R0, valid, R14);
    p.a.mov(R12, Z);
    p.a.mov(R11, Z);
    p.a.jump_ne(R0, 0, &last);
    p.get(R13, field(Responder, "res_head"), R8);
    // r14 = where a run of valid ones begins; ATOMICs are noted in r11: what they found comes behind, on pages of its own
    p.a.label(&last);
    p.a.add(R13, R13, R10);
    p.a.mov(R14, R10);
    p.a.mov(R12, R10);
    p.a.label(&next);
    p.a.jump_eq(R12, R13, &end);
    p.a.context(R0, valid.kind, R12, valid.word);
    p.extract(R1, R0, valid);
    p.a.jump_eq(R1, 0, &invalid);
    p.extract(R0, R0, atomic);
    p.a.add(R12, R12, 1);
    p.a.jump_ne(R0, 2, &next);
    p.a.sub(R1, R12, R10);
    p.a.mov(R0, 1);
    p.a.shl(R0, R0, R1);
    p.a.or(R11, R11, R0);
    p.a.jump(&next);
    p.a.label(&invalid);
    p.a.call("dump_run");
    p.a.add(R12, R12, 1);
    p.a.mov(R14, R12);
    p.a.jump(&next);
    p.a.label(&end);
    p.a.call("dump_run");
    // the note of place k stands in bit k + 1
    p.a.shr(R11, R11, 1);
    let (result, none) = (p.a.fresh(), p.a.fresh());
    p.a.jump_eq(R11, 0, &none);
    flush(p);
    p.a.label(&result);
    p.a.first(R12, R11);
    p.a.or(R14, R10, R12);
    one(p, AtomicResult);
    p.a.sub(R0, R11, 1);
    p.a.and(R11, R11, R0);
    p.a.jump_ne(R11, 0, &result);
    p.a.label(&none);
}

/// Resources r14 to r12 - 1, if there are any; all that a queue pair has fit on a page.
fn resources(p: &mut Program) {
    let (entry, words) = list(ContextKind::Resource);
    assert!(words << LOG_RESOURCES < fw_regs::mailbox::WORDS as u64);
    p.a.label("dump_run");
    p.a.jump_eq(R14, R12, "flag");
    p.a.sub(R0, R12, 1);
    p.a.run(what::DUMP, entry, R14, R0);
    p.a.ret();
}

/// The record with index r14, on a new page if this one is full; `r0` is lost.
fn one(p: &mut Program, what: ContextKind) {
    let fits = p.a.fresh();
    let (entry, words) = list(what);
    p.a.record(entry, words, R14);
    p.a.jump_if(&fits);
    flush(p);
    p.a.record(entry, words, R14);
    p.a.label(&fits);
}

/// Entries r12 to r13 (free-running numbers of 8 bits) of a ring of `2^log`, as runs, each on a page of its own; the page at hand is empty.
fn ring(p: &mut Program, what: ContextKind, log: u64) {
    let (entry, words) = list(what);
    let most = (fw_regs::mailbox::WORDS as u64 - 2) / words;
    let (next, end) = (p.a.fresh(), p.a.fresh());
    p.a.label(&next);
    p.a.jump_eq(R12, R13, &end);
    // as many as there are, as stand before the end of the ring, as a page holds
    p.a.and(R14, R12, (1 << log) - 1);
    p.a.sub(R10, R13, R12);
    p.a.and(R10, R10, 255);
    p.a.mov(R11, 1 << log);
    p.a.sub(R11, R11, R14);
    for limit in [Some(R11), None] {
        let fits = p.a.fresh();
        match limit {
            Some(limit) => {
                p.a.jump_less(R10, limit, &fits);
                p.a.mov(R10, limit);
            }
            None => {
                p.a.jump_less(R10, most, &fits);
                p.a.mov(R10, most);
            }
        }
        p.a.label(&fits);
    }
    p.a.shl(R0, R8, log);
    p.a.or(R14, R14, R0);
    p.a.add(R11, R14, R10);
    p.a.sub(R11, R11, 1);
    p.a.run(what::DUMP, entry, R14, R11);
    p.a.add(R12, R12, R10);
    p.a.and(R12, R12, 255);
    flush(p);
    p.a.jump(&next);
    p.a.label(&end);
}

fn restore(p: &mut Program) {
    use ContextKind::*;
    let rings = [
        (
            Outstanding,
            p.sizes.outstanding as u64,
            "restore_outstanding",
        ),
        (ResponseEntry, p.sizes.responses as u64, "restore_responses"),
        (Resource, LOG_RESOURCES, "restore_resources"),
        (AtomicResult, LOG_RESOURCES, "restore_results"),
    ];
    p.a.label("restore");
    p.a.call("buffer");
    p.a.jump_ne(R1, 0, "bad_argument");
    p.a.input(R0, input::PAGES);
    p.a.jump_eq(R0, 0, "ok");
    p.out(output::DMA, 1, R0);
    p.a.output(output::PAGE, Z);
    // pages done with, in r9; the last of them may still be loaded: its slot in r10, its number in r11
    p.a.mov(R9, Z);
    restore_ahead(p);
    p.a.label("restore_other");
    settled(p);
    p.poll();
    p.a.output(output::PAGE_SWAP, Z);
    p.a.shr(R0, R12, 8);
    p.a.jump_any(R0, 255, "bad_page");
    p.a.and(R12, R12, 31);
    p.a.jump_eq(R12, kind(QpConfig), "restore_qp");
    p.a.jump_eq(R12, kind(MemoryRegion), "restore_mr");
    p.a.jump_eq(R12, kind(CqConfig), "restore_cq");
    p.a.jump_eq(R12, kind(RqConfig), "restore_srq");
    for (what, _, label) in rings {
        p.a.jump_eq(R12, kind(what), label);
    }
    p.a.jump("bad_page");
    p.a.label("restore_wait");
    p.recall(R1, scratch::BUFFER_PAGES);
    p.a.jump_eq(R1, R9, "restored_all");
    p.a.jump_ne(R0, 0, "restore_unread");
    settled(p);
    p.poll_waiting();
    p.a.jump("restore_next");
    p.a.label("restore_unread");
    settled(p);
    p.a.mov(R0, u64::from(Error::DmaError.code()));
    p.a.jump("refuse_page");
    p.a.label("bad_page");
    p.a.mov(R0, u64::from(Error::BadPage.code()));
    p.a.label("refuse_page");
    p.a.mov(R1, R9);
    // r0 = `CommandError`, r1 = detail; pages on their way come first
    p.a.label("refuse");
    p.a.mov(R12, R0);
    p.a.mov(R13, R1);
    p.a.output(output::DMA, Z);
    p.a.call("dma");
    p.a.mov(R0, R12);
    p.a.mov(R1, R13);
    p.a.jump("fail");

    for (what, log, label) in rings {
        // a run of entries of a slot that has been restored, or else whatever the command unit finds right
        let (entry, _) = list(what);
        p.a.label(label);
        p.a.mov(R11, log);
        p.a.call("restore_ring");
        p.a.jump_ne(R1, u64::from(Phase::Restored.code()), "bad_page");
        p.a.run(what::CHECK, entry, R10, R11);
        p.a.jump_unless("restore_mixed");
        p.a.input(R11, input::REACHED);
        p.a.run(what::APPLY, entry, R10, R11);
        p.a.jump("restore_applied");
    }
    p.a.label("restore_applied");
    p.a.jump_if("restored_page");
    p.a.label("restore_lost");
    p.a.mov(R0, u64::from(Error::NoAnswer.code()));
    p.a.jump("refuse_page");
    restore_slot(p);
    p.a.label("restore_mixed");
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
    p.a.jump_ne(R0, 0, "refuse_page");
    p.set(field(CqConfig, "held"), R8, 1, R0, R1);
    p.a.jump("restored_page");

    p.a.label("restore_srq");
    p.a.number(R0, u64::from(sub::SRQ_RESTORE) << 16);
    p.a.call("restore_sub");
    p.a.jump_ne(R0, 0, "refuse_page");
    p.set(field(RqConfig, "held"), R8, 1, R0, R1);
    p.a.jump("restored_page");

    // over one's own tombstone only
    p.a.label("restore_qp");
    let (records, _) = list(QpConfig);
    p.a.call("restore_slot");
    p.a.jump_ne(R1, u64::from(Phase::Tombstone.code()), "bad_page");
    p.get(R0, field(QpConfig, "qpn"), R8);
    p.a.low24(R1, R13);
    p.a.jump_eq(R0, R1, "restore_over");
    p.a.mov(R1, R8);
    p.a.mov(R0, u64::from(Error::NotItsTombstone.code()));
    p.a.jump("refuse");
    p.a.label("restore_over");
    p.a.list(what::CHECK, records, SLOT);
    p.a.jump_unless("bad_page");
    // the inscription, in eight words, is kept beneath; what is loaded has none
    let inscription = own("stopped_epoch").word;
    for k in 0..8 {
        p.a.load(R0, OWN, inscription + k);
        p.keep(scratch::SAVED + k, R0);
    }
    p.a.list(what::APPLY, records, SLOT);
    p.a.jump_unless("restore_lost");
    for k in 0..8 {
        p.recall(R0, scratch::SAVED + k);
        p.a.store(OWN, inscription + k, R0);
    }
    p.set_own("over_tombstone", 1, R0, R1);
    p.a.label("restored_page");
    p.a.add(R9, R9, 1);
    p.a.jump("restore_page");
    p.a.label("restored_all");
    settled(p);
    p.a.output(output::DETAIL, R9);
    p.a.output(output::DMA, Z);
    p.a.output(output::FINISH, Z);
    p.a.jump("foresee");
    // behind a sub command: r0 = `CommandError`
    p.a.label("restored");
    p.a.jump_eq(R0, 0, "restored_page");
    p.a.jump("refuse_page");
    // the number of the page behind leaves the table again, if it has come there
    p.a.label("restore_undo");
    p.a.input(R0, input::SUB_STATUS);
    p.a.jump_none(R0, 256, "restore_undo");
    p.a.jump_any(R0, 255, "restore_failed");
    p.a.number(R0, u64::from(sub::QP_UNDO) << 16);
    p.a.call("restore_sub");
    // the page loaded last: if it is as it should be, a memory has not answered; else its slot and its number are free again
    p.a.label("restore_failed");
    p.a.sub(R9, R9, 1);
    p.a.list(what::CHECK, records, R10);
    p.a.jump_if("restore_lost");
    p.a.output(output::SELECT, R10);
    p.a.number(
        R0,
        u64::from(MOVING) | u64::from(fw_regs::QpState::Reset.code()) << 3,
    );
    p.a.output(output::CHANGE, R0);
    p.a.mov(R8, R10);
    p.a.mov(R13, R11);
    p.a.number(R0, u64::from(sub::QP_UNDO) << 16);
    p.a.call("restore_sub");
    p.a.jump("bad_page");

    // sub command r0 for object r8 with number or key r13
    p.a.label("restore_sub");
    p.a.output(output::SUB_ARG1, R13);
    p.a.number(R1, 0xffff);
    p.a.and(R1, R1, R8);
    p.a.or(R0, R0, R1);
    p.a.jump("sub");
}

/// Where a page belongs.
fn restore_slot(p: &mut Program) {
    // of entry r8 in rings of 2^r11: its number in r10, that of the ring's last one in r11, the slot in r8, and as below; r0 is lost
    p.a.label("restore_ring");
    p.a.mov(R10, R8);
    p.a.shr(R8, R8, R11);
    p.a.mov(R0, 1);
    p.a.shl(R0, R0, R11);
    p.a.sub(R0, R0, 1);
    p.a.or(R11, R10, R0);
    // r1 = the phase of slot r8, or `NO_SLOT`; `SLOT`, `OWN`
    p.a.label("restore_slot");
    p.a.mov(R1, NO_SLOT);
    p.a.jump_not_less(R8, 1 << p.sizes.qps, "flag");
    again(p);
    p.get_own(R1, "phase");
    p.a.ret();
}

/// Waits for the page that is being loaded; goes on with `restore_failed` if that fails.
fn settled(p: &mut Program) {
    p.a.loaded();
    p.a.jump_unless("restore_failed");
}

/// First pages of queue pairs. What can be done ahead is done while the page before is written: a page's first words are known before it is at hand, and
/// its number goes into the table.
fn restore_ahead(p: &mut Program) {
    use ContextKind::QpConfig;
    p.a.label("restore_page");
    p.a.number(R14, u64::from(sub::QP_RESTORE) << 16);
    p.poll();
    p.a.jump("restore_next");
    // the page that is being loaded, in r10 and r11, and the next one, in r8 and r13
    p.a.label("restore_settle");
    p.a.mov(R10, R8);
    p.a.mov(R11, R13);
    p.a.mov(R8, R2);
    p.a.mov(R13, R1);
    let change = u64::from(fw_regs::QpState::Reset.code()) | u64::from(MOVING) << 3;
    if p.sizes.lanes {
        // lanes wait for the program: what need not be behind the load comes before its end
        p.a.output(output::SELECT, R8);
        p.a.mov(R12, change);
        p.a.loaded();
        p.a.jump_unless("restore_undo");
        p.a.poll_packets();
        p.a.jump_if("restore_served");
    } else {
        p.a.loaded();
        p.a.jump_unless("restore_undo");
        p.poll();
        p.a.output(output::SELECT, R8);
        p.a.mov(R12, change);
    }
    p.a.label("restore_number");
    p.a.input(R0, input::SUB_STATUS);
    p.a.jump_ne(R0, 256, "restore_refused");
    // the slot does not move a step from now on and holds its rings; no packet is served before its records are there
    p.a.output(output::CHANGE, R12);
    p.a.begin_load(list(QpConfig).0, R8);
    p.a.add(R9, R9, 1);
    // kind and first word, index, number or key; ones while there is no page
    p.a.label("restore_next");
    p.a.input(R12, input::NEXT_HEAD);
    p.a.input(R1, input::NEXT_NUMBER);
    p.a.shr(R2, R12, 16);
    p.a.and(R12, R12, 0xffff);
    p.a.jump_ne(R12, kind(QpConfig), "restore_look");
    p.a.output(output::SUB_ARG1, R1);
    p.a.or(R0, R14, R2);
    p.a.output(output::SUB, R0);
    p.a.jump("restore_settle");
    // no page yet, none any more, or another one
    p.a.label("restore_look");
    p.a.mov(R10, R8);
    p.a.mov(R11, R13);
    p.a.input(R0, input::NEXT_PAGE);
    p.a.jump_ne(R0, 1, "restore_wait");
    p.a.input(R12, input::NEXT_HEAD);
    p.a.input(R1, input::NEXT_NUMBER);
    p.a.shr(R2, R12, 16);
    p.a.and(R12, R12, 0xffff);
    p.a.jump_eq(R12, kind(QpConfig), "restore_next");
    p.a.mov(R8, R2);
    p.a.mov(R13, R1);
    p.a.jump("restore_other");
    // still to wait; what has been refused is a page that nobody could have, or lies over a tombstone
    p.a.label("restore_refused");
    p.a.jump_none(R0, 256, "restore_number");
    p.a.mov(R12, kind(QpConfig));
    p.a.call("restore_slot");
    p.a.jump_eq(R1, u64::from(Phase::Tombstone.code()), "restore_other");
    p.a.jump_eq(R1, NO_SLOT, "bad_page");
    p.a.and(R0, R0, 255);
    p.a.jump("refuse_page");
    if p.sizes.lanes {
        p.a.label("restore_served");
        p.a.call("serve");
        p.a.output(output::SELECT, R8);
        p.a.jump("restore_number");
    }
}
