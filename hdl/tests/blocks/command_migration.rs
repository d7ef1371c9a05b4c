//! The command unit of a device with migration: what moves is left alone, a pause shows nowhere, and every row that the migration unit
//! asks for.

use crate::command_world::{Deed, World};
use fw_regs::codes::device_state::{MOVING, PAUSED};
use fw_regs::commands::{Command, CommandError as E, PayloadError, successors};
use fw_regs::contexts::{CqConfig, Migration, QpConfig, RingConfig};
use fw_regs::mailbox::Payload;
use fw_regs::{ContextKind as K, MigrationPhase, QpState};
use hdl::program::{Object, lines, rows, sub, sub_writable};

const SEED: u64 = 0x316_7a7e;

fn none() -> Payload {
    Payload::new()
}

/// A payload of whole records, each with words that tell its kind and place.
fn records(kinds: &[(K, u16)]) -> Payload {
    let mut payload = Payload::new();
    for &(kind, index) in kinds {
        payload
            .record(kind, index, &pattern(kind, index))
            .expect("fits");
    }
    payload
}

fn pattern(kind: K, index: u16) -> Vec<u32> {
    (0..kind.words() as u32)
        .map(|word| u32::from(kind.code()) << 24 | u32::from(index) << 12 | word)
        .collect()
}

fn run(w: &mut World, opcode: u8, arg0: u32, arg1: u32, payload: &Payload) -> (E, u32) {
    let outcome = w.run(opcode, arg0, arg1, payload.words());
    (E::from_code(outcome.code).expect("a code"), outcome.detail)
}

fn good(w: &mut World, opcode: u8, arg0: u32, arg1: u32, payload: &Payload) {
    assert_eq!(
        run(w, opcode, arg0, arg1, payload),
        (E::Ok, 0),
        "opcode {opcode}"
    );
}

/// A queue pair with completion queues 1 and 2 and its own ring.
fn create_qp(w: &mut World, slot: u16, qpn: u32) {
    let config = QpConfig {
        send_cq: 1,
        recv_cq: 2,
        rq_ring: slot,
        ..QpConfig::default()
    };
    let mut payload = none();
    payload
        .record(K::QpConfig, slot, &config.to_words())
        .expect("fits");
    w.succeed(Command::QpCreate, slot.into(), qpn, &payload);
}

fn set_phase(w: &mut World, slot: u16, phase: MigrationPhase) {
    let record = Migration {
        phase: phase.code(),
        ..Migration::default()
    };
    for (word, value) in record.to_words().into_iter().enumerate() {
        let at = (K::Migration.code(), slot, word as u8);
        w.contexts.insert(at, value);
    }
}

fn in_order(w: &World, deeds: &[Deed]) {
    let at: Vec<_> = deeds
        .iter()
        .map(|deed| w.position(deed).unwrap_or_else(|| panic!("{deed:?}")))
        .collect();
    assert!(at.is_sorted(), "{:?}", w.deeds);
}

#[test]
fn qp_that_moves_is_left_alone_bad_flow() {
    let mut w = World::migratable(SEED);
    create_qp(&mut w, 3, 77);
    let moving = [
        MigrationPhase::Stopped,
        MigrationPhase::Restored,
        MigrationPhase::Resuming,
        MigrationPhase::Tombstone,
    ];
    for phase in moving {
        set_phase(&mut w, 3, phase);
        // an engine's error may have put ERR there before the set was drained
        for state in [MOVING, QpState::Err.code()] {
            w.states[3] = state.into();
            for (command, arg1) in [
                (Command::QpModify, QpState::Reset),
                (Command::QpModify, QpState::Rts),
                (Command::QpDestroy, QpState::Reset),
            ] {
                assert_eq!(
                    run(&mut w, command.code(), 3, arg1.code().into(), &none()),
                    (E::Moving, phase.code().into())
                );
                assert!(w.deeds.iter().all(|deed| matches!(deed, Deed::Read(..))));
            }
        }
    }
    set_phase(&mut w, 3, MigrationPhase::Normal);
    w.succeed(Command::QpDestroy, 3, 0, &none());
}

#[test]
fn qp_pause_shows_as_rts() {
    let mut w = World::migratable(SEED);
    create_qp(&mut w, 1, 100);
    for to in 0..7_u8 {
        w.states[1] = PAUSED.into();
        let legal = successors(QpState::Rts) >> to & 1 == 1;
        let (code, _) = run(&mut w, Command::QpModify.code(), 1, to.into(), &none());
        let expected = if legal { E::Ok } else { E::IllegalTransition };
        assert_eq!(code, expected, "to {to}");
    }
}

/// A pause that begins while a command is under way is no reason to fail.
#[test]
fn qp_modify_meets_a_pause() {
    for (from, to) in [(3, PAUSED), (4, PAUSED), (PAUSED, 3), (PAUSED, 4)] {
        for delay in 0..60 {
            let mut w = World::migratable(SEED + delay);
            w.slowness = 1;
            create_qp(&mut w, 1, 100);
            w.states[1] = from.into();
            w.mailbox = [0; 128];
            let ports = [
                ("cmd_opcode", 2),
                ("cmd_arg0", 1),
                ("cmd_arg1", 4),
                ("cmd_go", 1),
            ];
            for (port, value) in ports {
                w.bench.set(port, value);
            }
            for cycle in 0..200 {
                if cycle == delay && w.states[1] == u64::from(from) {
                    w.states[1] = to.into();
                }
                w.cycle();
                w.bench.set("cmd_go", 0);
            }
            assert_eq!(w.bench.get("cmd_code"), 0, "{from} to {to} after {delay}");
        }
    }
}

#[test]
fn qp_create_zeroes_the_migration_record() {
    let mut w = World::migratable(SEED);
    create_qp(&mut w, 5, 9);
    assert_eq!(w.record(K::Migration, 5), [0; Migration::WORDS]);
}

#[test]
fn sub_commands_write_what_they_may() {
    for opcode in sub::ALL {
        for &kind in K::ALL {
            let states = sub_writable(opcode, kind);
            assert!(states == 0 || states == 0xff || opcode == sub::SET_PARTNER);
            assert!(
                states == 0 || kind != K::QpState,
                "states are written elsewhere"
            );
        }
    }
    println!("{} and {} lines", lines(false).len(), lines(true).len());
    assert!(
        rows(false).iter().all(|row| row.opcode < 16),
        "none of them without migration"
    );
    let drain = rows(true).into_iter().find(|row| row.opcode == sub::DRAIN);
    assert_eq!(drain.and_then(|row| row.object), None::<Object>);
}

#[test]
fn qp_restore_takes_the_number_and_extend_writes_entries() {
    let mut w = World::migratable(SEED);
    good(&mut w, sub::QP_RESTORE, 6, 0xabc, &none());
    assert_eq!(w.tables[0][&0xabc], 6);
    assert!(
        !w.deeds.iter().any(|deed| matches!(deed, Deed::Write(..))),
        "the records are written by the migration unit"
    );

    w.states[6] = MOVING.into();
    let more = [
        (K::Outstanding, 6 << 4 | 15),
        (K::ResponseEntry, 6 << 3 | 7),
        (K::Resource, 6 << 3 | 2),
        (K::AtomicResult, 6 << 3),
    ];
    good(&mut w, sub::QP_EXTEND, 6, 0, &records(&more));
    for (kind, index) in more {
        assert_eq!(w.record(kind, index), pattern(kind, index), "{kind}");
    }
    let taken = run(&mut w, sub::QP_RESTORE, 7, 0xabc, &none());
    assert_eq!(taken, (E::NumberTaken, 6));
    assert_eq!(
        run(&mut w, sub::QP_RESTORE, 6, 1, &none()),
        (E::InUse, 0),
        "a slot in use"
    );
    assert_eq!(
        run(&mut w, sub::QP_EXTEND, 7, 0, &none()),
        (E::NotInUse, 0),
        "a slot not in use"
    );
}

#[test]
fn qp_extend_of_another_slot_bad_flow() {
    let mut w = World::migratable(SEED);
    create_qp(&mut w, 2, 10);
    let cases = [
        (K::Outstanding, 3 << 4),
        (K::Outstanding, (2 << 4) - 1),
        (K::ResponseEntry, 3 << 3),
        (K::Resource, 1 << 3 | 7),
        (K::AtomicResult, 2),
    ];
    for (kind, index) in cases {
        let detail = u32::from(PayloadError::Index.code()) << 8 | u32::from(kind.code()) << 16;
        assert_eq!(
            run(&mut w, sub::QP_EXTEND, 2, 0, &records(&[(kind, index)])),
            (E::BadPayload, detail),
            "{kind} {index}"
        );
        assert!(w.deeds.is_empty());
    }
    for kind in [
        K::Requester,
        K::Migration,
        K::MemoryRegion,
        K::CqConfig,
        K::CqState,
        K::QpState,
    ] {
        let detail = u32::from(PayloadError::Kind.code()) << 8 | u32::from(kind.code()) << 16;
        assert_eq!(
            run(&mut w, sub::QP_EXTEND, 2, 0, &records(&[(kind, 2)])),
            (E::BadPayload, detail),
            "{kind}"
        );
    }
}

#[test]
fn qp_bury_frees_what_it_named() {
    let mut w = World::migratable(SEED);
    let valid = CqConfig {
        valid: true,
        ..CqConfig::default()
    };
    for cq in [1, 2] {
        let mut payload = none();
        let words = valid.to_words();
        payload.record(K::CqConfig, cq, &words).expect("fits");
        w.succeed(Command::CqCreate, cq.into(), 0, &payload);
    }
    create_qp(&mut w, 7, 70);
    w.states[7] = MOVING.into();
    assert_eq!(
        run(&mut w, Command::CqDestroy.code(), 1, 0, &none()),
        (E::Referenced, 7)
    );
    good(&mut w, sub::QP_BURY, 7, 0, &none());
    assert_eq!(w.record(K::SqConfig, 7)[2], 0);
    assert_eq!(w.record(K::RqConfig, 7)[2], 0);
    assert!(w.position(&Deed::Cache(0, 2, 7)).is_some());
    assert!(w.position(&Deed::Cache(1, 2, 7)).is_some());
    assert_eq!(w.tables[0][&70], 7, "the number stays taken");
    for cq in [1, 2] {
        w.succeed(Command::CqDestroy, cq, 0, &none());
    }
}

#[test]
fn qp_discard_frees_slot_and_number() {
    let mut w = World::migratable(SEED);
    create_qp(&mut w, 5, 0x55);
    w.states[5] = MOVING.into();
    good(&mut w, sub::QP_DISCARD, 5, 0, &none());
    in_order(
        &w,
        &[
            Deed::Write(K::SqConfig.code(), 5, 2, 0),
            Deed::Write(K::RqConfig.code(), 5, 2, 0),
            Deed::Cache(0, 2, 5),
            Deed::State(5, 0),
            Deed::Table(0, 2, 0x55, 5),
        ],
    );
    assert!(w.tables[0].is_empty());
    assert!(w.position(&Deed::Token(0)).is_none(), "drained before");
    create_qp(&mut w, 5, 0x55);
}

#[test]
fn qp_undo_takes_a_restore_back() {
    let mut w = World::migratable(SEED);
    for _ in 0..2 {
        good(&mut w, sub::QP_RESTORE, 5, 0x55, &none());
        assert_eq!(run(&mut w, sub::QP_RESTORE, 5, 0x56, &none()).0, E::InUse);
        good(&mut w, sub::QP_UNDO, 5, 0x55, &none());
        assert!(w.tables[0].is_empty());
    }
}

#[test]
fn cq_srq_and_mr_are_restored_and_dropped() {
    let mut w = World::migratable(SEED);
    let cq = records(&[(K::CqConfig, 3), (K::CqState, 3)]);
    good(&mut w, sub::CQ_RESTORE, 3, 0, &cq);
    assert_eq!(w.record(K::CqState, 3), pattern(K::CqState, 3));
    assert_eq!(run(&mut w, sub::CQ_RESTORE, 3, 0, &cq), (E::InUse, 0));
    good(&mut w, sub::CQ_DROP, 3, 0, &none());
    assert_eq!(w.record(K::CqConfig, 3)[2], 0);
    good(&mut w, sub::CQ_RESTORE, 3, 0, &cq);

    let srq = records(&[(K::RqConfig, 9), (K::RqState, 9)]);
    good(&mut w, sub::SRQ_RESTORE, 9, 0, &srq);
    assert_eq!(w.record(K::RqState, 9), pattern(K::RqState, 9));
    in_order(
        &w,
        &[
            Deed::Cache(1, 2, 9),
            Deed::Write(K::RqState.code(), 9, 0, pattern(K::RqState, 9)[0]),
        ],
    );
    good(&mut w, sub::SRQ_DROP, 9, 0, &none());
    assert_eq!(w.record(K::RqConfig, 9)[2], 0);

    let region = records(&[(K::MemoryRegion, 2)]);
    w.succeed(Command::MrCreate, 2, 0x8000_0007, &region);
    good(&mut w, sub::MR_DROP, 2, 0, &none());
    in_order(
        &w,
        &[
            Deed::Table(1, 2, 0x8000_0007, 2),
            Deed::Write(K::MemoryRegion.code(), 2, 1, 0),
        ],
    );
    assert!(w.tables[1].is_empty());
}

#[test]
fn sub_drain_and_settle() {
    let mut w = World::migratable(SEED);
    good(&mut w, sub::DRAIN, 0xffff, 0, &none());
    // 8 queue pairs and 4 shared receive queues
    let caches = [Deed::Cache(0, 0, 7), Deed::Cache(1, 0, 11)];
    for path in [0, 1] {
        for cache in &caches {
            let (token, drained) = (Deed::Token(path), Deed::Drained(path));
            in_order(&w, &[token, drained, cache.clone()]);
        }
    }
    assert_eq!(w.deeds.len(), 6, "{:?}", w.deeds);
}

#[test]
fn sub_drain_settles_up_to_a_ring() {
    let mut w = World::migratable(SEED);
    good(&mut w, sub::DRAIN, 5, 0, &none());
    for cache in [0, 1] {
        assert!(w.position(&Deed::Cache(cache, 0, 5)).is_some());
    }
}

#[test]
fn set_partner_only_while_it_moves() {
    let mut w = World::migratable(SEED);
    create_qp(&mut w, 1, 6);
    let payload = records(&[(K::QpAv, 1), (K::QpAddress, 1)]);
    let (code, _) = run(&mut w, sub::SET_PARTNER, 1, 0, &payload);
    assert_eq!(code, E::BadPayload);
    w.states[1] = MOVING.into();
    good(&mut w, sub::SET_PARTNER, 1, 0, &payload);
    assert_eq!(w.record(K::QpAddress, 1), pattern(K::QpAddress, 1));
    let rings = RingConfig::default().to_words();
    let mut payload = none();
    payload.record(K::SqConfig, 1, &rings).expect("fits");
    let (code, _) = run(&mut w, sub::SET_PARTNER, 1, 0, &payload);
    assert_eq!(code, E::BadPayload);
}
