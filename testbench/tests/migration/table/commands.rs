//! STOP, DUMP, ABORT, TOMBSTONE and RESUME in every state.

use super::*;
use fw_regs::{Command, CommandError, MigrationPhase};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a command must do.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// It leads to this state.
    To(State),
    /// A typed error that names slot and phase; nothing changes.
    Refused,
    /// The restored copy goes away, and this is what answers then.
    Discarded,
}
use Outcome::{Discarded, Refused, To};

fn commands(command: Command, cells: &[(State, Outcome)]) {
    let mut failed = Vec::new();
    for &(state, outcome) in cells {
        println!("cell: {command} x {state:?}: {outcome:?}");
        let run = || cell(command, state, outcome);
        if catch_unwind(AssertUnwindSafe(run)).is_err() {
            failed.push(state);
        }
    }
    assert!(failed.is_empty(), "{command} fails in {failed:?}");
}

fn cell(command: Command, state: State, outcome: Outcome) {
    let station = Station::in_state(state);
    let before = station.snapshot();
    let epoch = station.migration().epoch;
    match outcome {
        Refused => {
            let (error, detail) = station.refusal(command);
            let phase = state.codes().1;
            if phase == MigrationPhase::Tombstone {
                // not a queue pair any more
                assert_eq!(error, CommandError::EmptySet);
            } else {
                assert_eq!(error, CommandError::WrongPhase);
                let expected = u32::from(station.slot) | u32::from(phase.code()) << 12;
                assert_eq!(detail & 0xffff, expected, "slot and phase");
            }
            let changes = before.differences(&station.snapshot());
            assert!(changes.is_empty(), "{changes:#?}");
            assert_eq!(station.listen(QUIET), []);
        }
        To(next_state) => {
            station.command(command).unwrap();
            let sent = station.listen(QUIET);
            assert!(station.is(next_state), "not {next_state:?} now");
            let entered = next_state == State::Resuming;
            let grown = if entered { next(epoch) } else { epoch };
            assert_eq!(station.migration().epoch, grown, "epoch");
            let resumes = sent.iter().filter(|p| p.is(Opcode::Resume)).count();
            assert_eq!(resumes > 0, entered, "{sent:#?}");
            assert_eq!(resumes, sent.len(), "{sent:#?}");
        }
        Discarded => {
            station.command(command).unwrap();
            let answers = station.tell(&station.request(station.epsn()));
            let beneath = state == State::RestoredOver;
            assert_eq!(answers.len(), usize::from(beneath), "{answers:#?}");
            assert!(answers.iter().all(Packet::is_nak_stopped), "{answers:#?}");
            assert!(!beneath || station.is(State::Tombstone));
        }
    }
}

#[test]
fn table_stop() {
    commands(
        Command::Stop,
        &[
            (State::Normal, To(State::Stopped)),
            (State::Paused, To(State::Stopped)),
            (State::Stopped, To(State::Stopped)),
            (State::Resuming, To(State::Stopped)),
            (State::Restored, Refused),
            (State::RestoredOver, Refused),
            (State::Tombstone, Refused),
            (State::BlindTombstone, Refused),
        ],
    );
}

#[test]
fn table_dump() {
    let mut cells = State::ALL.map(|state| (state, Refused));
    cells[2].1 = To(State::Stopped);
    commands(Command::Dump, &cells);
}

#[test]
fn table_abort() {
    commands(
        Command::Abort,
        &[
            (State::Normal, Refused),
            (State::Paused, Refused),
            (State::Stopped, To(State::Resuming)),
            (State::Resuming, Refused),
            (State::Restored, Discarded),
            (State::RestoredOver, Discarded),
            (State::Tombstone, Refused),
            (State::BlindTombstone, Refused),
        ],
    );
}

#[test]
fn table_tombstone() {
    let mut cells = State::ALL.map(|state| (state, Refused));
    cells[2].1 = To(State::Tombstone);
    cells[6].1 = To(State::Tombstone);
    cells[7].1 = To(State::Tombstone);
    commands(Command::Tombstone, &cells);
}

#[test]
fn table_resume_command() {
    let to = |state| match state {
        State::Restored | State::RestoredOver => To(State::Resuming),
        _ => Refused,
    };
    let others = State::ALL.iter().filter(|&&s| s != State::Resuming);
    let cells: Vec<_> = others.map(|&state| (state, to(state))).collect();
    commands(Command::Resume, &cells);
    // it resumes already, and stays the same incarnation
    let station = Station::in_state(State::Resuming);
    let epoch = station.migration().epoch;
    station.command(Command::Resume).unwrap();
    assert!(station.is(State::Resuming));
    assert_eq!(station.migration().epoch, epoch);
}
