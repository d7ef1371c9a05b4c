//! Rule 13: a set is closed, and is acted on whole or not at all.

use crate::kit::*;
use crate::station::{State, Station};
use fw_regs::contexts::{Response, RingConfig};
use fw_regs::{Command, CommandError, ContextKind, MigrationPhase, QpState, SetScope};
use host_driver::{CommandFailure, QpOptions, QueuePair, SendRequest};
use testbench::lab::Lab;

/// A command on the set of one queue pair.
fn on_qp(lab: &Lab, app: &App, qp: usize, command: Command) -> Result<u32, CommandFailure> {
    let args = [app.qps[qp].slot().into(), SetScope::Qp.code().into()];
    lab.hosts[app.host]
        .adapter
        .migration_command(command, args, &[])
}

fn refusal(result: Result<u32, CommandFailure>) -> (CommandError, u32) {
    match result {
        Err(CommandFailure::Refused { error, detail, .. }) => (error, detail),
        other => panic!("not refused: {other:?}"),
    }
}

/// Slot, object and kind in the detail of `NotClosed`.
fn parts(detail: u32) -> (u16, u16, u8) {
    (
        detail as u16 & 0xfff,
        (detail >> 12) as u16,
        (detail >> 28) as u8,
    )
}

fn phase_of(lab: &Lab, app: &App, qp: &QueuePair) -> u8 {
    let words = record(
        &lab.hosts[app.host],
        fw_regs::ContextKind::Migration,
        qp.slot(),
    );
    fw_regs::contexts::Migration::from_words(&words).phase
}

/// A queue pair of a protection domain and completion queues of its own, or of those given.
fn qp(
    app: &App,
    pd: &host_driver::ProtectionDomain,
    cqs: [&host_driver::CompletionQueue; 2],
) -> QueuePair {
    let [send_cq, recv_cq] = cqs.map(Clone::clone);
    let options = QpOptions {
        send_cq,
        recv_cq,
        srq: None,
        max_send: 8,
        max_recv: 8,
        raw: false,
    };
    let _ = app;
    pd.create_qp(&options).unwrap()
}

#[test]
fn rule_13_set_shares_a_protection_domain_bad_flow() {
    let lab = lab(1);
    let mut app = App::new(&lab, 0);
    let cqs = [
        app.context.create_cq(8).unwrap(),
        app.context.create_cq(8).unwrap(),
    ];
    let other = qp(&app, &app.pd, [&cqs[0], &cqs[1]]);
    app.qps.push(other);
    let (error, detail) = refusal(on_qp(&lab, &app, 0, Command::Stop));
    assert_eq!(error, CommandError::NotClosed);
    let (slot, _, kind) = parts(detail);
    assert_eq!((slot, kind), (app.qps[1].slot(), 1), "a protection domain");
    for qp in &app.qps {
        assert_eq!(phase_of(&lab, &app, qp), MigrationPhase::Normal.code());
    }
    // the two together are closed
    app.command(&lab, Command::Stop, &[]).unwrap();
    for qp in &app.qps {
        assert_eq!(phase_of(&lab, &app, qp), MigrationPhase::Stopped.code());
    }
}

#[test]
fn rule_13_set_shares_a_completion_queue_bad_flow() {
    let lab = lab(1);
    let mut app = App::new(&lab, 0);
    let pd = app.context.allocate_pd().unwrap();
    let cq = app.context.create_cq(8).unwrap();
    let other = qp(&app, &pd, [&cq, &app.recv_cq]);
    app.qps.push(other);
    let (error, detail) = refusal(on_qp(&lab, &app, 0, Command::Stop));
    assert_eq!(error, CommandError::NotClosed);
    assert_eq!(parts(detail), (app.qps[1].slot(), app.recv_cq.number(), 2));
    assert_eq!(
        phase_of(&lab, &app, app.qp()),
        MigrationPhase::Normal.code()
    );
}

#[test]
fn rule_13_set_shares_a_receive_queue_bad_flow() {
    let lab = lab(1);
    let app = App::with(&lab, 0, 2, true);
    let (error, detail) = refusal(on_qp(&lab, &app, 0, Command::Stop));
    assert_eq!(error, CommandError::NotClosed);
    let (slot, _, kind) = parts(detail);
    assert_eq!(slot, app.qps[1].slot());
    assert!((1..=3).contains(&kind), "kind {kind}");
}

#[test]
fn rule_13_all_members_are_checked_before_any_changes() {
    let lab = lab(1);
    let mut app = App::new(&lab, 0);
    let pd = app.context.allocate_pd().unwrap();
    let cqs = [
        app.context.create_cq(8).unwrap(),
        app.context.create_cq(8).unwrap(),
    ];
    let other = qp(&app, &pd, [&cqs[0], &cqs[1]]);
    app.qps.push(other);
    // one of the two is stopped, which alone is a closed set
    on_qp(&lab, &app, 1, Command::Stop).unwrap();
    on_qp(&lab, &app, 1, Command::Drained).unwrap();
    for command in [Command::Abort, Command::Tombstone, Command::Resume] {
        let (error, detail) = refusal(app.command(&lab, command, &[0; 4]));
        assert_eq!(error, CommandError::WrongPhase, "{command}");
        assert!(app.qps.iter().any(|qp| qp.slot() == detail as u16 & 0xfff));
        let phases = [0, 1].map(|k| phase_of(&lab, &app, &app.qps[k]));
        assert_eq!(phases, [0, 1], "{command} of a mixed set");
    }
    let buffer = app.context.allocate(64 * 1024).unwrap();
    let words = [buffer.iova() as u32, (buffer.iova() >> 32) as u32, 128];
    let (error, detail) = refusal(app.command(&lab, Command::Dump, &words));
    assert_eq!(error, CommandError::WrongPhase);
    assert_eq!(
        detail & 0xfff,
        u32::from(app.qp().slot()),
        "the one that works"
    );
    // STOP of all: the stopped one is stopped already
    app.command(&lab, Command::Stop, &[]).unwrap();
    app.command(&lab, Command::Drained, &[]).unwrap();
    app.command(&lab, Command::Abort, &[]).unwrap();
}

#[test]
fn rule_13_set_of_nothing_bad_flow() {
    let lab = lab(1);
    let app = App::with(&lab, 0, 0, false);
    let (error, _) = refusal(app.command(&lab, Command::Stop, &[]));
    assert_eq!(error, CommandError::EmptySet);
}

/// What has not been drained may not be dumped or given away: the detail names slot and phase, and that it is not drained.
#[test]
fn rule_13_dump_and_tombstone_before_the_set_is_drained_bad_flow() {
    let station = Station::in_state(State::Normal);
    station.command(Command::Stop).unwrap();
    let stopped = u32::from(MigrationPhase::Stopped.code());
    for command in [Command::Dump, Command::Tombstone] {
        let refusal = station.refusal(command);
        let detail = u32::from(station.slot) | stopped << 12;
        assert_eq!(refusal, (CommandError::WrongPhase, detail), "{command}");
    }
    station.command(Command::Drained).unwrap();
    station.command(Command::Dump).unwrap();
}

/// STOP holds a shared receive queue, and ABORT lets it go.
#[test]
fn rule_13_shared_receive_queue_is_held_from_stop_to_abort() {
    let lab = lab(1);
    let app = App::with(&lab, 0, 1, true);
    let host = &lab.hosts[0];
    let srq = app.srq.as_ref().expect("a shared receive queue").number();
    let ring = host.adapter.attributes().qps as u16 + srq;
    let held = || RingConfig::from_words(&record(host, ContextKind::RqConfig, ring)).held;
    assert!(!held());
    app.command(&lab, Command::Stop, &[]).unwrap();
    assert!(held(), "stopped");
    app.command(&lab, Command::Drained, &[]).unwrap();
    app.command(&lab, Command::Abort, &[]).unwrap();
    assert!(!held(), "it goes on");
}

#[test]
fn rule_13_dump_without_room_bad_flow() {
    let lab = lab(1);
    let app = App::new(&lab, 0);
    app.command(&lab, Command::Stop, &[]).unwrap();
    app.command(&lab, Command::Drained, &[]).unwrap();
    let buffer = app.context.allocate(64 * 1024).unwrap();
    let words = |pages| [buffer.iova() as u32, (buffer.iova() >> 32) as u32, pages];
    let needed = app.command(&lab, Command::Dump, &words(128)).unwrap();
    assert!(needed > 1, "{needed} pages");
    let (error, _) = refusal(app.command(&lab, Command::Dump, &words(needed - 1)));
    assert_eq!(error, CommandError::BufferFull);
    assert_eq!(
        app.command(&lab, Command::Dump, &words(needed)).unwrap(),
        needed
    );
}

#[test]
fn rule_13_set_is_opened_behind_the_stop_bad_flow() {
    // what one command has found out about a set may not hold for the next one
    for drained_again in [false, true] {
        let lab = lab(1);
        let mut app = App::new(&lab, 0);
        on_qp(&lab, &app, 0, Command::Stop).unwrap();
        on_qp(&lab, &app, 0, Command::Drained).unwrap();
        let pd = app.context.allocate_pd().unwrap();
        let cq = app.context.create_cq(8).unwrap();
        let other = qp(&app, &pd, [&cq, &app.recv_cq]);
        app.qps.push(other);
        if drained_again {
            on_qp(&lab, &app, 0, Command::Drained).unwrap();
        }
        let (error, detail) = refusal(on_qp(&lab, &app, 0, Command::Tombstone));
        assert_eq!(error, CommandError::NotClosed);
        assert_eq!(parts(detail), (app.qps[1].slot(), app.recv_cq.number(), 2));
        let phase = phase_of(&lab, &app, app.qp());
        assert_eq!(phase, MigrationPhase::Stopped.code());
        // the intruder goes, and the set is closed again
        drop(app.qps.pop());
        on_qp(&lab, &app, 0, Command::Tombstone).unwrap();
        let phase = phase_of(&lab, &app, app.qp());
        assert_eq!(phase, MigrationPhase::Tombstone.code());
        on_qp(&lab, &app, 0, Command::TombstoneFree).unwrap();
    }
}

#[test]
fn rule_13_set_that_restore_has_found_is_resumed_whatever_came_between() {
    let lab = lab(3);
    let (a, b) = connected(&lab, 0, 1, &ConnectionOptions::default());
    let frozen = a.stop();
    let copy = frozen.restore(&lab, 2);
    let stranger = App::new(&lab, 2);
    let away = Some(lab.hosts[2].ip);
    let _tombstones = frozen.commit(away);
    let a = copy.resume();
    a.wait_normal(&lab);
    assert!(b.is_normal(&lab));
    let phase = phase_of(&lab, &stranger, stranger.qp());
    assert_eq!(phase, MigrationPhase::Normal.code());
    // RESUME of a set of which RESTORE has found nothing out, for it is elsewhere by now
    let (error, _) = refusal(stranger.command(&lab, Command::Resume, &[]));
    assert_eq!(error, CommandError::WrongPhase);
}

/// The page of a queue pair for which there is no slot is refused as such, not one whose slot or number is taken, and nothing of it is left.
#[test]
fn rule_13_restore_of_a_slot_that_is_not_there_bad_flow() {
    const PAGE: usize = 512;
    let lab = lab(2);
    let app = App::with(&lab, 0, 2, false);
    app.command(&lab, Command::Stop, &[]).unwrap();
    app.command(&lab, Command::Drained, &[]).unwrap();
    let buffer = app.context.allocate(64 * 1024).unwrap();
    let place = |iova: u64, pages: usize| [iova as u32, (iova >> 32) as u32, pages as u32];
    let pages = app.command(&lab, Command::Dump, &place(buffer.iova(), 128));
    let mut good = vec![0; PAGE * pages.unwrap() as usize];
    buffer.read(0, &mut good).unwrap();
    let there = &lab.hosts[1];
    let room = there.context.allocate(good.len()).unwrap();
    let put = |bytes: &mut [u8], page: usize, word: usize, value: u32| {
        bytes[page * PAGE + 4 * word..][..4].copy_from_slice(&value.to_le_bytes());
    };
    let word = |page: usize, at: usize| {
        let from = page * PAGE + 4 * at;
        u32::from_le_bytes(good[from..from + 4].try_into().unwrap())
    };
    let restore = |bytes: &[u8]| {
        room.write(0, bytes).unwrap();
        let place = place(room.iova(), bytes.len() / PAGE);
        let done = there
            .adapter
            .migration_command(Command::Restore, [0, 0], &place);
        // what was before the bad page is discarded
        let set = [
            app.context.number().into(),
            SetScope::UserContext.code().into(),
        ];
        let discarded = there.adapter.migration_command(Command::Abort, set, &[]);
        (done, discarded.is_ok())
    };
    let refused = |bytes: &[u8], page: usize| {
        let (done, some) = restore(bytes);
        let (error, detail) = refusal(done);
        assert_eq!((detail, some), (page as u32, page > 0), "{error}");
        for qp in &app.qps {
            assert_eq!(device_state(there, qp.slot()), QpState::Reset.code());
        }
        error
    };
    let slots = there.adapter.attributes().qps as u32;
    for page in [0, 1] {
        for slot in [slots, slots + 1, 0xfff] {
            let mut bytes = good.clone();
            put(&mut bytes, page, 1, slot);
            assert_eq!(refused(&bytes, page), CommandError::BadPage, "slot {slot}");
        }
    }
    // the number of the first queue pair, and its slot
    let mut bytes = good.clone();
    put(&mut bytes, 1, 2, word(0, 2));
    assert_eq!(refused(&bytes, 1), CommandError::NumberTaken);
    let mut bytes = good.clone();
    bytes.copy_within(0..PAGE, PAGE);
    put(&mut bytes, 1, 2, word(0, 2) ^ 0x40);
    assert_eq!(refused(&bytes, 1), CommandError::InUse);
    let (done, some) = restore(&good);
    assert_eq!((done.unwrap() as usize, some), (good.len() / PAGE, true));
}

/// The records of a page: where each begins, and its words with head and index.
fn records_of(page: &[u8]) -> Vec<Vec<u8>> {
    let (mut at, mut all) = (0, Vec::new());
    while page[at] != 0 {
        let bytes = 4 * (2 + usize::from(page[at + 2]));
        all.push(page[at..at + bytes].to_vec());
        at += bytes;
    }
    all
}

/// Entries of the responder's rings come in whatever order (QP_EXTEND), and only those of their queue pair.
#[test]
fn rule_13_restore_of_entries_in_any_order() {
    use ContextKind as K;
    const PAGE: usize = 512;
    const RINGS: [(K, u8); 3] = [
        (K::ResponseEntry, 3),
        (K::Resource, 3),
        (K::AtomicResult, 3),
    ];
    let lab = lab(3);
    let (a, b) = (App::with(&lab, 0, 2, false), App::with(&lab, 1, 2, false));
    // the second slot, so that no index is right by chance
    connect_qps((&a, 1), (&b, 1), &ConnectionOptions::default());
    let slot = b.qps[1].slot();
    assert_ne!(slot, 0);
    slow_port(&lab, 1, 248);
    let request = |k: u64| match k % 3 {
        0 => SendRequest::new(k, b.add_to(40_000, 1), a.entry(8 * k as usize, 8)),
        _ => SendRequest::new(k, b.read_from(0), a.entry(8192, 28 * MTU)),
    };
    a.qps[1]
        .post_send(&(0..8).map(request).collect::<Vec<_>>())
        .unwrap();
    let record_at = |host: usize, kind: K, index: u16| {
        let adapter = &lab.hosts[host].adapter;
        adapter.read_record(kind, index).unwrap()
    };
    lab.until("answers that wait", SOON, || {
        let words = record(&lab.hosts[1], K::Response, slot);
        let Response { head, tail, .. } = Response::from_words(&words);
        Ok((head.wrapping_sub(tail) >= 3).then_some(()))
    })
    .unwrap();
    b.command(&lab, Command::Stop, &[]).unwrap();
    slow_port(&lab, 1, 0);
    b.command(&lab, Command::Drained, &[]).unwrap();
    let buffer = b.context.allocate(64 * 1024).unwrap();
    let place = |iova: u64, pages: usize| [iova as u32, (iova >> 32) as u32, pages as u32];
    let pages = b
        .command(&lab, Command::Dump, &place(buffer.iova(), 128))
        .unwrap();
    let mut dump = vec![0; PAGE * pages as usize];
    buffer.read(0, &mut dump).unwrap();

    // every page of entries backwards
    let mut entries = Vec::new();
    let mut mixed = dump.clone();
    for page in mixed.chunks_mut(PAGE) {
        if RINGS.iter().all(|(kind, _)| kind.code() != page[0]) {
            continue;
        }
        let mut records = records_of(page);
        for record in &records {
            let index = u16::from_le_bytes([record[4], record[5]]);
            entries.push((K::from_code(record[0]).unwrap(), index));
        }
        records.reverse();
        let records = records.concat();
        page[..records.len()].copy_from_slice(&records);
    }
    println!("{entries:?}");
    for (kind, log) in RINGS {
        let of_kind = entries.iter().filter(|(k, _)| *k == kind);
        assert!(of_kind.clone().count() > 1, "{kind}");
        let far = of_kind.clone().any(|(_, index)| index >> 1 != slot);
        assert!(far && of_kind.clone().all(|(_, index)| index >> log == slot));
    }
    let there = &lab.hosts[2];
    let room = there.context.allocate(dump.len()).unwrap();
    let restore = |bytes: &[u8]| {
        room.write(0, bytes).unwrap();
        let place = place(room.iova(), bytes.len() / PAGE);
        there
            .adapter
            .migration_command(Command::Restore, [0, 0], &place)
    };
    let discard = || {
        let set = [
            b.context.number().into(),
            SetScope::UserContext.code().into(),
        ];
        there
            .adapter
            .migration_command(Command::Abort, set, &[])
            .unwrap();
    };
    for bytes in [&mixed, &dump] {
        assert_eq!(restore(bytes).unwrap(), pages);
        for &(kind, index) in &entries {
            let wanted = record_at(1, kind, index);
            assert_eq!(record_at(2, kind, index), wanted, "{kind} {index}");
        }
        discard();
    }
    // an entry of the slot behind
    for (kind, log) in RINGS {
        let mut bytes = mixed.clone();
        let found = bytes.chunks(PAGE).position(|page| page[0] == kind.code());
        let page = found.unwrap();
        let index = (slot + 1) << log;
        let second = records_of(&bytes[page * PAGE..])[0].len() + 4;
        bytes[page * PAGE + second..][..2].copy_from_slice(&index.to_le_bytes());
        let (error, detail) = refusal(restore(&bytes));
        println!("{kind} of another slot: {error}");
        assert_eq!(detail, page as u32, "{kind}: {error}");
        discard();
    }
}
