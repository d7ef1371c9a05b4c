//! The command unit: differential test, then every command, every error, and that nothing ever hangs.

use crate::command_world::{Dead, Deed, Dut, World};
use emit::cosim::{cosim, with_big_stack};
use emit::randomize_inputs;
use fw_regs::commands::{Command, CommandError as E, PayloadError, Unit, writable_in};
use fw_regs::contexts::{CqConfig, MemoryRegion, QpConfig, RingConfig};
use fw_regs::mailbox::Payload;
use fw_regs::{ContextKind as K, EventKind, QpState};
use rust_hdl::prelude::ToBits;

const SEED: u64 = 0xc0_3a4d;

#[test]
fn command_unit_matches_verilog() {
    matches_verilog::<0>(12);
}

#[test]
fn command_unit_matches_verilog_with_migration() {
    matches_verilog::<1>(32);
}

/// Random commands below `opcodes` against the twin.
fn matches_verilog<const MG: usize>(opcodes: u64) {
    println!("seed {SEED:#x}");
    with_big_stack(move || {
        let mut uut = Dut::<MG>::default();
        let mut dut = crate::kit::Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            2500,
            |u, clock| u.clock.next = clock,
            move |u, rng, _| {
                let (opcode, object, state) = (rng.below(opcodes), rng.below(9), rng.below(5));
                // headers that are often legal
                let word = [0, 0x0001_0001, 0x0001_0010, 0x0002_0104, object];
                let word = word[rng.below(5) as usize];
                u.rsp.next.ack = u64::from(rng.chance(1, 4)).to_bits();
                u.rsp.next.data = rng.below(1 << 32).to_bits();
                randomize_inputs!(
                    u, rng;
                    cmd_go = rng.chance(1, 3),
                    cmd_opcode = opcode.to_bits(),
                    cmd_notify,
                    cmd_arg0 = object.to_bits(),
                    cmd_arg1 = state.to_bits(),
                    drain_limit = 40_u64.to_bits(),
                    mb_rd = word.to_bits(),
                    win_valid, win_kind, win_index, win_word,
                    tables_ready = rng.chance(7, 8),
                    qpt_done, qpt_ok, qpt_hit, qpt_slot_found,
                    mrt_done, mrt_ok, mrt_hit, mrt_slot_found,
                    st_state, sqc_done, rqc_done, req_turn, rsp_turn,
                    rx_token_ready, rx_token_out, tx_token_ready, tx_token_out,
                    req_kick_ready, rsp_kick_ready, svc_kick_ready, ev_ready
                )
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

/// The words a payload gives to a record of `kind`.
fn pattern(kind: K) -> Vec<u32> {
    (0..kind.words() as u32)
        .map(|word| u32::from(kind.code()) << 24 | word << 8 | 0x11)
        .collect()
}

fn config(qpn: u32, send_cq: u16, recv_cq: u16, rq_ring: u16) -> [u32; QpConfig::WORDS] {
    QpConfig {
        qpn,
        send_cq,
        recv_cq,
        rq_ring,
        ..QpConfig::default()
    }
    .to_words()
}

fn one(kind: K, index: u16, words: &[u32]) -> Payload {
    let mut payload = Payload::new();
    payload.record(kind, index, words).expect("fits");
    payload
}

fn create_qp(w: &mut World, slot: u16, qpn: u32) {
    let payload = one(K::QpConfig, slot, &config(0, 1, 2, slot));
    w.succeed(Command::QpCreate, slot.into(), qpn, &payload);
}

fn modify(w: &mut World, slot: u16, state: QpState) {
    w.succeed(
        Command::QpModify,
        slot.into(),
        state.code().into(),
        &Payload::new(),
    );
}

fn fail(w: &mut World, command: Command, arg0: u32, arg1: u32, payload: &Payload) -> (E, u32) {
    let outcome = w.run(command.code(), arg0, arg1, payload.words());
    (E::from_code(outcome.code).expect("a code"), outcome.detail)
}

/// True if the last command changed nothing at all.
fn harmless(w: &World) -> bool {
    w.deeds.iter().all(|deed| matches!(deed, Deed::Read(..)))
}

#[test]
fn nop_is_done() {
    let mut w = World::new(SEED);
    assert!(w.succeed(Command::Nop, 99, 0, &Payload::new()) < 10);
    assert!(w.deeds.is_empty());
}

#[test]
fn command_unknown_bad_flow() {
    let mut w = World::new(SEED);
    let known = Command::SrqDestroy.code();
    for opcode in known + 1..=255 {
        let outcome = w.run(opcode, 0, 0, &[0]);
        assert_eq!(outcome.code, E::UnknownCommand.code(), "{opcode}");
    }
}

#[test]
fn qp_create_zeroes_applies_and_registers() {
    let mut w = World::new(SEED);
    let mut payload = one(K::QpConfig, 5, &config(0xff_ffff, 1, 2, 5));
    let kinds = [
        K::QpAv,
        K::QpAddress,
        K::Requester,
        K::Completer,
        K::Responder,
        K::SqConfig,
        K::RqConfig,
    ];
    for kind in kinds {
        payload
            .record(kind, 5, &pattern(kind))
            .expect("a whole queue pair fits");
    }
    let cycles = w.succeed(Command::QpCreate, 5, 0x7e_0123, &payload);
    println!("a whole queue pair takes {cycles} cycles");
    assert_eq!(w.tables[0][&0x7e_0123], 5);
    assert_eq!(
        w.record(K::QpConfig, 5)[0],
        0x7e_0123,
        "the number is the argument's"
    );
    assert_eq!(w.record(K::QpConfig, 5)[1..], config(0, 1, 2, 5)[1..]);
    for kind in kinds {
        assert_eq!(w.record(kind, 5), pattern(kind), "{kind}");
    }
    for kind in [K::Response, K::SqState, K::RqState] {
        assert!(w.record(kind, 5).iter().all(|word| *word == 0), "{kind}");
    }
    for resource in 40..48 {
        assert_eq!(w.contexts[&(K::Resource.code(), resource, 0)], 0);
    }
    let first_payload = w.position(&Deed::Write(
        K::Requester.code(),
        5,
        0,
        pattern(K::Requester)[0],
    ));
    let zeroed = w.position(&Deed::Write(K::Resource.code(), 47, 0, 0));
    assert!(first_payload > zeroed, "zeroed first");
}

#[test]
fn qp_create_bad_flow() {
    let mut w = World::new(SEED);
    let empty = Payload::new();
    create_qp(&mut w, 3, 700);
    assert_eq!(
        fail(&mut w, Command::QpCreate, 3, 701, &empty),
        (E::InUse, 0)
    );
    assert_eq!(
        fail(&mut w, Command::QpCreate, 8, 701, &empty),
        (E::BadObject, 8)
    );
    assert_eq!(
        fail(&mut w, Command::QpCreate, 0xffff, 701, &empty),
        (E::BadObject, 8)
    );
    assert_eq!(
        fail(&mut w, Command::QpCreate, 4, 700, &empty),
        (E::NumberTaken, 3)
    );
    assert_eq!(
        fail(&mut w, Command::QpCreate, 4, 0x5500_0000 | 700, &empty),
        (E::NumberTaken, 3)
    );
    w.room = 1;
    assert_eq!(
        fail(&mut w, Command::QpCreate, 4, 702, &empty),
        (E::TableFull, 0)
    );
    w.room = 16;
    create_qp(&mut w, 4, 702);
    assert_eq!(
        fail(&mut w, Command::QpDestroy, 5, 0, &empty),
        (E::NotInUse, 0)
    );
    assert_eq!(
        fail(&mut w, Command::QpModify, 5, 1, &empty),
        (E::NotInUse, 0)
    );
    assert!(harmless(&w));
}

#[test]
fn payload_bad_flow_changes_nothing() {
    let mut w = World::new(SEED);
    let detail = |at: u32, why: PayloadError, kind: K| {
        at | u32::from(why.code()) << 8 | u32::from(kind.code()) << 16
    };
    let good = [u32::from(K::QpAv.code()) | 1 << 16, 2, 7];
    let header = |kind: u8, first: u32, count: u32| u32::from(kind) | first << 8 | count << 16;
    let cases: [(u32, u32, Vec<u32>, PayloadError, K); 9] = [
        (
            header(K::MemoryRegion.code(), 0, 1),
            2,
            vec![0],
            PayloadError::Kind,
            K::MemoryRegion,
        ),
        (
            header(K::RqState.code(), 0, 1),
            2,
            vec![0],
            PayloadError::Kind,
            K::RqState,
        ),
        (
            header(33, 0, 1),
            2,
            vec![0],
            PayloadError::Kind,
            K::QpConfig,
        ),
        (
            header(K::QpConfig.code(), 0, 1),
            3,
            vec![0],
            PayloadError::Index,
            K::QpConfig,
        ),
        (
            header(K::QpConfig.code(), 0, 1),
            0x1_0002,
            vec![0],
            PayloadError::Index,
            K::QpConfig,
        ),
        (
            header(K::QpConfig.code(), 0, 7),
            2,
            vec![0; 7],
            PayloadError::Words,
            K::QpConfig,
        ),
        (
            header(K::QpConfig.code(), 5, 2),
            2,
            vec![0; 2],
            PayloadError::Words,
            K::QpConfig,
        ),
        (
            header(K::QpConfig.code(), 250, 250),
            2,
            vec![0; 9],
            PayloadError::Words,
            K::QpConfig,
        ),
        (
            header(K::QpConfig.code(), 31, 0),
            2,
            vec![],
            PayloadError::Words,
            K::QpConfig,
        ),
    ];
    for (head, index, data, why, kind) in cases {
        let words = [&good[..], &[head, index], &data[..], &[0]].concat();
        let outcome = w.run(Command::QpCreate.code(), 2, 900, &words);
        let expected = (E::BadPayload.code(), detail(3, why, kind));
        assert_eq!((outcome.code, outcome.detail), expected, "{head:#x}");
        assert!(w.deeds.is_empty(), "checked before anything is written");
    }
    // no end before the mailbox is over
    let mut words = vec![];
    while words.len() + 3 <= 128 {
        words.extend(good);
    }
    let outcome = w.run(Command::QpCreate.code(), 2, 900, &words);
    assert_eq!(
        outcome.detail,
        detail(126, PayloadError::Kind, K::QpConfig) & !0xff_0000 | 0x15 << 16
    );
    words.truncate(123);
    words.extend([header(K::QpAv.code(), 0, 2), 2, 0, 0, 0]);
    let outcome = w.run(Command::QpCreate.code(), 2, 900, &words);
    assert_eq!(outcome.code, 0, "ends with the last word");
    words.truncate(123);
    words.extend([header(K::QpAv.code(), 0, 3), 3, 0, 0, 0]);
    let outcome = w.run(Command::QpCreate.code(), 3, 901, &words);
    assert_eq!(
        outcome.detail,
        detail(0, PayloadError::Index, K::QpAv),
        "the first one is wrong first"
    );
    let words: Vec<u32> = words
        .chunks(3)
        .take(41)
        .flat_map(|c| [c[0], 3, c[2]])
        .chain(words[123..].to_vec())
        .collect();
    let outcome = w.run(Command::QpCreate.code(), 3, 901, &words);
    assert_eq!(outcome.detail, detail(123, PayloadError::Length, K::QpAv));
    assert!(w.deeds.is_empty());
}

#[test]
fn qp_walks_through_its_states() {
    let mut w = World::new(SEED);
    create_qp(&mut w, 1, 100);
    for state in [
        QpState::Init,
        QpState::Init,
        QpState::Rtr,
        QpState::Rts,
        QpState::Sqd,
        QpState::Rts,
    ] {
        modify(&mut w, 1, state);
        assert_eq!(w.states[1], u64::from(state.code()));
        for which in 0..3 {
            assert!(
                w.position(&Deed::Kick(which, 1)).is_some(),
                "{state}: kick {which}"
            );
        }
        assert!(
            w.position(&Deed::Token(0)).is_none(),
            "no drain on the way up"
        );
    }
    modify(&mut w, 1, QpState::Err);
    modify(&mut w, 1, QpState::Reset);
    let state = w.position(&Deed::State(1, 0)).expect("RESET");
    let drained = w.position(&Deed::Drained(1)).expect("drained");
    let reset = w.position(&Deed::Cache(0, 2, 1)).expect("cache reset");
    assert!(state < drained && drained < reset && w.position(&Deed::Cache(1, 2, 1)).is_some());
    assert_eq!(w.record(K::Responder, 1), [0; 11], "RESET forgets");
    assert_eq!(w.tables[0][&100], 1, "but keeps the number");
    modify(&mut w, 1, QpState::Init);
}

#[test]
fn qp_modify_every_transition() {
    let mut w = World::new(SEED);
    create_qp(&mut w, 1, 100);
    for &from in QpState::ALL {
        for to in 0..9_u8 {
            w.states[1] = from.code().into();
            let legal = QpState::from_code(to)
                .is_some_and(|_| fw_regs::commands::successors(from) >> to & 1 == 1);
            let outcome = w.run(Command::QpModify.code(), 1, to.into(), &[0]);
            if legal {
                assert_eq!(
                    (outcome.code, w.states[1]),
                    (0, to.into()),
                    "{from} to {to}"
                );
            } else {
                let detail = u32::from(from.code()) | u32::from(to) << 8;
                assert_eq!(
                    (outcome.code, outcome.detail),
                    (E::IllegalTransition.code(), detail)
                );
                assert!(harmless(&w));
            }
        }
    }
}

/// Every kind of record in every state of the queue pair.
#[test]
fn qp_modify_payload_rights_by_state() {
    let mut w = World::new(SEED);
    create_qp(&mut w, 1, 100);
    for &from in QpState::ALL {
        for &kind in K::ALL {
            w.states[1] = from.code().into();
            let payload = one(kind, 1, &[1]);
            let outcome = w.run(
                Command::QpModify.code(),
                1,
                QpState::Err.code().into(),
                payload.words(),
            );
            let allowed = writable_in(Command::QpModify, kind) >> from.code() & 1 == 1
                && kind != K::Migration;
            let code = if allowed { E::Ok } else { E::BadPayload };
            assert_eq!(outcome.code, code.code(), "{kind} in {from}");
        }
    }
    assert_eq!(w.record(K::QpConfig, 1)[0], 100, "the number stays");
}

/// An engine sends the queue pair to ERR while the command is under way: ERR stays.
#[test]
fn qp_modify_does_not_undo_an_error() {
    let mut errors = 0;
    for delay in 0..80 {
        let mut w = World::new(SEED + delay);
        w.slowness = 1;
        create_qp(&mut w, 1, 100);
        modify(&mut w, 1, QpState::Init);
        modify(&mut w, 1, QpState::Rtr);
        w.mailbox = [0; 128];
        w.deeds.clear();
        for (port, value) in [
            ("cmd_opcode", 2),
            ("cmd_arg0", 1),
            ("cmd_arg1", 3),
            ("cmd_go", 1),
        ] {
            w.bench.set(port, value);
        }
        let mut error = false;
        for cycle in 0..120 {
            if cycle == delay && w.states[1] == 2 {
                w.states[1] = 6;
                error = true;
            }
            w.cycle();
            w.bench.set("cmd_go", 0);
        }
        errors += u64::from(error);
        assert_eq!(w.states[1], if error { 6 } else { 3 }, "delay {delay}");
        let code = w.bench.get("cmd_code") as u8;
        assert_eq!(
            code,
            if error {
                E::IllegalTransition.code()
            } else {
                0
            }
        );
    }
    assert!(
        (10..70).contains(&errors),
        "the delays cover the whole command: {errors}"
    );
}

#[test]
fn qp_destroy_stops_drains_and_forgets() {
    let mut w = World::new(SEED);
    create_qp(&mut w, 6, 0xabc);
    modify(&mut w, 6, QpState::Init);
    w.succeed(Command::QpDestroy, 6, 0, &Payload::new());
    let order = [
        Deed::State(6, 0),
        Deed::Write(K::SqConfig.code(), 6, 2, 0),
        Deed::Write(K::RqConfig.code(), 6, 2, 0),
        Deed::Token(0),
        Deed::Drained(0),
        Deed::Cache(0, 2, 6),
        Deed::Table(0, 2, 0xabc, 6),
    ];
    let at: Vec<_> = order
        .iter()
        .map(|deed| w.position(deed).unwrap_or_else(|| panic!("{deed:?}")))
        .collect();
    assert!(at.is_sorted(), "{:?}", w.deeds);
    assert!(w.tables[0].is_empty());
    assert_eq!(
        fail(&mut w, Command::QpDestroy, 6, 0, &Payload::new()),
        (E::NotInUse, 0)
    );
    create_qp(&mut w, 6, 0xabc);
}

#[test]
fn drain_timeout_can_be_repeated_bad_flow() {
    for (dead, detail) in [
        (
            Dead {
                rx: true,
                ..Dead::default()
            },
            1,
        ),
        (
            Dead {
                tx: true,
                ..Dead::default()
            },
            2,
        ),
        (
            Dead {
                turns: 1,
                ..Dead::default()
            },
            2,
        ),
        (
            Dead {
                turns: 2,
                ..Dead::default()
            },
            2,
        ),
        (
            Dead {
                rx: true,
                tx: true,
                ..Dead::default()
            },
            3,
        ),
    ] {
        let mut w = World::new(SEED);
        create_qp(&mut w, 2, 55);
        w.dead = dead;
        let none = Payload::new();
        assert_eq!(
            fail(&mut w, Command::QpDestroy, 2, 0, &none),
            (E::DrainTimeout, detail)
        );
        assert_eq!(
            fail(&mut w, Command::QpDestroy, 2, 0, &none),
            (E::DrainTimeout, detail)
        );
        assert_eq!(w.tables[0][&55], 2, "the queue pair exists still");
        w.dead = Dead::default();
        w.succeed(Command::QpDestroy, 2, 0, &none);
        let tokens = w
            .deeds
            .iter()
            .filter(|deed| matches!(deed, Deed::Drained(0)))
            .count();
        assert_eq!(
            tokens,
            if dead.rx { 2 } else { 1 },
            "an old token is not taken for a new one"
        );
    }
}

#[test]
fn mr_lives_and_dies() {
    let mut w = World::new(SEED);
    let region = MemoryRegion {
        key: 1,
        valid: true,
        va: 0x1000,
        length: 77,
        ..MemoryRegion::default()
    };
    let payload = one(K::MemoryRegion, 4, &region.to_words());
    w.succeed(Command::MrCreate, 4, 0x8123_4567, &payload);
    assert_eq!(w.tables[1][&0x8123_4567], 4);
    assert_eq!(
        w.record(K::MemoryRegion, 4)[0],
        0x8123_4567,
        "the key is the argument's"
    );
    let taken = fail(&mut w, Command::MrCreate, 5, 0x8123_4567, &Payload::new());
    assert_eq!(taken, (E::NumberTaken, 4));
    w.succeed(Command::MrDestroy, 4, 0, &Payload::new());
    let order = [
        Deed::Table(1, 2, 0x8123_4567, 4),
        Deed::Write(K::MemoryRegion.code(), 4, 1, 0),
        Deed::Cache(0, 1, 4),
        Deed::Token(1),
        Deed::Drained(1),
    ];
    let at: Vec<_> = order
        .iter()
        .map(|deed| w.position(deed).unwrap_or_else(|| panic!("{deed:?}")))
        .collect();
    assert!(at.is_sorted() && w.position(&Deed::Cache(1, 1, 4)).is_some());
    w.succeed(Command::MrCreate, 4, 9, &Payload::new());
}

#[test]
fn cq_and_srq_live_while_they_are_referenced() {
    let mut w = World::new(SEED);
    let none = Payload::new();
    let cq = CqConfig {
        base: 0x4000,
        valid: true,
        ..CqConfig::default()
    }
    .to_words();
    for number in [1, 2, 3] {
        let payload = one(K::CqConfig, number, &cq);
        w.succeed(Command::CqCreate, number.into(), 0, &payload);
        assert_eq!(w.record(K::CqState, number), [0, 0]);
    }
    let ring = RingConfig {
        shared: true,
        valid: true,
        ..RingConfig::default()
    }
    .to_words();
    assert_eq!(
        fail(&mut w, Command::SrqCreate, 7, 0, &none),
        (E::BadObject, 12)
    );
    assert_eq!(
        fail(&mut w, Command::SrqCreate, 12, 0, &none),
        (E::BadObject, 12)
    );
    let payload = one(K::RqConfig, 9, &ring);
    w.succeed(Command::SrqCreate, 9, 0, &payload);
    assert!(w.position(&Deed::Cache(1, 2, 9)).is_some());
    assert!(
        w.position(&Deed::Cache(0, 2, 9)).is_none(),
        "send rings have nothing to do with it"
    );
    let config = one(K::QpConfig, 7, &config(0, 1, 2, 9));
    w.succeed(Command::QpCreate, 7, 70, &config);

    assert_eq!(
        fail(&mut w, Command::CqDestroy, 1, 0, &none),
        (E::Referenced, 7)
    );
    assert_eq!(
        fail(&mut w, Command::CqDestroy, 2, 0, &none),
        (E::Referenced, 7)
    );
    assert_eq!(
        fail(&mut w, Command::SrqDestroy, 9, 0, &none),
        (E::Referenced, 7)
    );
    assert!(harmless(&w));
    w.succeed(Command::CqDestroy, 3, 0, &none);
    assert_eq!(w.record(K::CqConfig, 3)[2], 0, "not valid any more");
    let limit = one(K::RqConfig, 9, &ring);
    w.succeed(Command::SrqModify, 9, 0, &limit);
    assert_eq!(
        w.deeds.last(),
        Some(&Deed::Cache(1, 3, 9)),
        "the limit is armed last"
    );
    w.succeed(Command::QpDestroy, 7, 0, &none);
    w.succeed(Command::SrqDestroy, 9, 0, &none);
    w.succeed(Command::CqDestroy, 1, 0, &none);
    w.succeed(Command::CqDestroy, 2, 0, &none);
    assert_eq!(
        fail(&mut w, Command::SrqModify, 9, 0, &none),
        (E::NotInUse, 0)
    );
}

#[test]
fn units_that_do_not_answer_bad_flow() {
    let cases = [
        (
            Dead {
                context: Some(K::Completer.code()),
                ..Dead::default()
            },
            Unit::Context,
        ),
        (
            Dead {
                tables: true,
                ..Dead::default()
            },
            Unit::QpTable,
        ),
    ];
    for (dead, unit) in cases {
        let mut w = World::new(SEED);
        w.dead = dead;
        let expected = (E::NoAnswer, u32::from(unit.code()));
        assert_eq!(
            fail(&mut w, Command::QpCreate, 0, 5, &Payload::new()),
            expected
        );
        w.succeed(Command::Nop, 0, 0, &Payload::new());
    }
    for (caches, unit) in [(1, Unit::SendCache), (2, Unit::RecvCache)] {
        let mut w = World::new(SEED);
        create_qp(&mut w, 0, 5);
        w.dead = Dead {
            caches,
            ..Dead::default()
        };
        let expected = (E::NoAnswer, u32::from(unit.code()));
        assert_eq!(
            fail(&mut w, Command::QpDestroy, 0, 0, &Payload::new()),
            expected
        );
    }
    let mut w = World::new(SEED);
    create_qp(&mut w, 0, 5);
    w.dead = Dead {
        kicks: true,
        ..Dead::default()
    };
    let expected = (E::NoAnswer, u32::from(Unit::Kick.code()));
    assert_eq!(
        fail(&mut w, Command::QpModify, 0, 1, &Payload::new()),
        expected
    );
    w.dead = Dead {
        tables: true,
        ..Dead::default()
    };
    let expected = (E::NoAnswer, u32::from(Unit::MrTable.code()));
    assert_eq!(
        fail(&mut w, Command::MrCreate, 0, 5, &Payload::new()),
        expected
    );
}

#[test]
fn commands_wait_for_the_tables_bad_flow() {
    let mut w = World::new(SEED);
    w.bench.set("tables_ready", 0);
    assert_eq!(
        fail(&mut w, Command::CqCreate, 0, 0, &Payload::new()),
        (E::NotReady, 0)
    );
    w.bench.settle();
    assert!(!w.bench.high("ready"));
}

#[test]
fn command_notifies_when_asked() {
    let mut w = World::new(SEED);
    w.bench.set("cmd_notify", 1);
    w.succeed(Command::Nop, 0, 0, &Payload::new());
    for _ in 0..20 {
        w.cycle();
    }
    let events = vec![Deed::Event(EventKind::CommandDone.code().into())];
    assert_eq!(w.deeds, events);
}

#[test]
fn window_reads_and_times_out() {
    let mut w = World::new(SEED);
    w.contexts.insert((K::CqState.code(), 3, 1), 0x1234_5678);
    for (kind, ok) in [
        (K::CqState.code(), true),
        (31, false),
        (K::CqState.code(), true),
    ] {
        w.bench.set("win_kind", kind.into());
        w.bench.set("win_index", 3);
        w.bench.set("win_word", 1);
        w.bench.set("win_valid", 1);
        for _ in 0..1200 {
            w.bench.settle();
            assert!(!w.bench.high("cmd_busy"));
            if w.bench.high("win_done") {
                break;
            }
            w.cycle();
        }
        assert!(w.bench.high("win_done"), "bounded");
        assert_eq!(w.bench.high("win_ok"), ok);
        assert!(!ok || w.bench.get("win_data") == 0x1234_5678);
        w.cycle();
        w.bench.set("win_valid", 0);
        w.cycle();
    }
    w.succeed(Command::Nop, 0, 0, &Payload::new());
}

/// The largest configuration emits and lints.
#[test]
fn command_unit_of_4096_queue_pairs_lints() {
    let mut unit = hdl::command::CommandUnit::<12, 12, 12, 12, 15, 13, 4, 4, 1>::default();
    rust_hdl::prelude::Block::connect_all(&mut unit);
    let verilog = emit::emit("command_4096", &unit).unwrap_or_else(|e| panic!("{e}"));
    sim_verilator::lint(&verilog, "command_4096").unwrap_or_else(|e| panic!("{e}"));
}
