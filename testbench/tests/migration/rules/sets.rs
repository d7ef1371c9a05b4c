//! Rule 13: a set is closed, and is acted on whole or not at all.

use crate::dumps::dump;
use crate::kit::*;
use crate::station::{State, Station};
use fw_regs::contexts::{CqConfig, MemoryRegion, RingConfig};
use fw_regs::{Command, CommandError, ContextKind, MigrationPhase, SetScope};
use host_driver::{Access, CommandFailure, CompletionQueue, QueuePair};
use std::collections::BTreeSet;
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

#[test]
fn rule_13_set_shares_a_protection_domain_bad_flow() {
    let lab = lab(1);
    let mut app = App::new(&lab, 0);
    let cqs = [
        app.context.create_cq(8).unwrap(),
        app.context.create_cq(8).unwrap(),
    ];
    let other = create_qp(&app.pd, [&cqs[0], &cqs[1]], 8);
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
    let other = create_qp(&pd, [&cq, &app.recv_cq], 8);
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
    let other = create_qp(&pd, [&cqs[0], &cqs[1]], 8);
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
    let ring = app.shared_ring(&lab);
    let held = || RingConfig::from_words(&record(host, ContextKind::RqConfig, ring)).held;
    assert!(!held());
    app.command(&lab, Command::Stop, &[]).unwrap();
    assert!(held(), "stopped");
    app.command(&lab, Command::Drained, &[]).unwrap();
    app.command(&lab, Command::Abort, &[]).unwrap();
    assert!(!held(), "it goes on");
}

/// Queue pairs with the same completion queues may be of different protection domains, and the memory regions of every one of these belong
/// to the set.
#[test]
fn rule_13_regions_of_all_domains_of_a_set_are_dumped() {
    const BYTES: usize = 4096;
    let lab = lab(1);
    let mut app = App::new(&lab, 0);
    let mut regions = vec![app.memory.clone()];
    for k in 1..6 {
        let pd = app.context.allocate_pd().unwrap();
        let buffer = app.context.allocate(BYTES).unwrap();
        let va = 0x7100_0000_0000 + ((k as u64) << 32);
        regions.push(pd.register(&buffer, va, BYTES, Access::ALL).unwrap());
        let other = create_qp(&pd, [&app.send_cq, &app.recv_cq], 8);
        app.qps.push(other);
    }
    // the device compares the domain of each member with that of the member before it; the numbers of two of them differ by a shift only
    let region = |slot| {
        let words = record(&lab.hosts[0], ContextKind::MemoryRegion, slot);
        MemoryRegion::from_words(&words)
    };
    let domains: Vec<_> = regions.iter().map(|r| region(r.slot()).pd).collect();
    let by_a_shift = domains.windows(2).any(|pair| pair[1] >> 1 == pair[0]);
    assert!(by_a_shift, "{domains:?}");
    app.command(&lab, Command::Stop, &[]).unwrap();
    app.command(&lab, Command::Drained, &[]).unwrap();
    let pages = dump(&lab, &app);
    // head, index, and the record, which begins with the key
    let pages = pages.chunks(512);
    let dumped = pages.filter(|page| page[0] == ContextKind::MemoryRegion.code());
    let dumped: BTreeSet<_> = dumped
        .map(|page| u32::from_le_bytes([page[8], page[9], page[10], page[11]]))
        .collect();
    let keys: BTreeSet<_> = regions.iter().map(|region| region.rkey()).collect();
    assert_eq!(dumped, keys, "keys of domains {domains:?}");
}

/// Every completion queue of the set is held from STOP to ABORT, whatever its number.
#[test]
fn rule_13_completion_queues_of_a_set_are_all_held() {
    let lab = lab(1);
    let host = &lab.hosts[0];
    let mut app = App::new(&lab, 0);
    let mut cqs = vec![app.send_cq.clone(), app.recv_cq.clone()];
    while cqs.len() < host.adapter.attributes().cqs {
        cqs.push(app.context.create_cq(4).unwrap());
    }
    for pair in cqs[2..].chunks_exact(2) {
        let other = create_qp(&app.pd, [&pair[0], &pair[1]], 8);
        app.qps.push(other);
    }
    let held = || -> Vec<bool> {
        let of = |cq: &CompletionQueue| record(host, ContextKind::CqConfig, cq.number());
        cqs.iter()
            .map(|cq| CqConfig::from_words(&of(cq)).held)
            .collect()
    };
    app.command(&lab, Command::Stop, &[]).unwrap();
    assert_eq!(held(), vec![true; cqs.len()]);
    app.command(&lab, Command::Drained, &[]).unwrap();
    app.command(&lab, Command::Abort, &[]).unwrap();
    assert_eq!(held(), vec![false; cqs.len()]);
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
        let other = create_qp(&pd, [&cq, &app.recv_cq], 8);
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
