//! What each mailbox command does, step by step: the microprogram of the command unit.
//!
//! A command is a row of [`Op`]s. Adding a command means adding its row here and, if it needs something new, an operation
//! in [`crate::command`]. What a payload may write, legal transitions and record sizes come from `fw-regs`.

use fw_regs::commands::{self, Command};
use fw_regs::{ContextKind, QpState};

/// Operations of the command unit, as their numbers stand in the microprogram.
pub mod op {
    /// The command is done.
    pub const END: u64 = 0;
    /// Fails unless the queue pair may go to the state asked for.
    pub const LEGAL: u64 = 1;
    /// Reads word 0 of record `kind` of the object: its number or key.
    pub const KEY: u64 = 2;
    /// Checks the payload.
    pub const CHECK: u64 = 3;
    /// Writes the payload.
    pub const APPLY: u64 = 4;
    /// Inserts the number or key into the table; fails if it is taken.
    pub const INSERT: u64 = 5;
    /// Removes the number or key from the table.
    pub const REMOVE: u64 = 6;
    /// Zeroes what the engines remember of the queue pair.
    pub const ZERO: u64 = 7;
    /// Zeroes word `arg` of record `kind` of the object.
    pub const CLEAR: u64 = 8;
    /// Sets the state asked for; with `arg` 1, RESET.
    pub const STATE: u64 = 9;
    /// Waits until everything accepted before has finished.
    pub const DRAIN: u64 = 10;
    /// Empties caches: `arg` bit 0 send, bit 1 receive; bit 2: only the object's ring, else all.
    pub const CACHE: u64 = 11;
    /// Fails if a queue pair names the object in word `arg` of its configuration.
    pub const SCAN: u64 = 12;
    /// The object exists (`arg` 1) or not (0).
    pub const USED: u64 = 13;
    /// Wakes the engines up.
    pub const KICK: u64 = 14;
    /// Leaves out the next `arg` operations unless the state asked for is RESET.
    pub const RESETTING: u64 = 15;
    /// Arms the limit of the shared receive queue.
    pub const ARM: u64 = 16;
}

/// A line of the microprogram: operation, context kind, argument (0 to 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op(u64, u64, u64);

impl Op {
    /// As the ROM holds it: operation in bits 4:0, kind in bits 9:5, argument in bits 12:10.
    pub const fn bits(self) -> u64 {
        self.0 | self.1 << 5 | self.2 << 10
    }
}

/// Kind of object; where its number is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    QueuePair = 0,
    MemoryRegion = 1,
    CompletionQueue = 2,
    SharedReceiveQueue = 3,
}

/// A command's object, whether the command creates it, and what it does.
pub fn command(command: Command) -> (Option<Object>, bool, Vec<Op>) {
    use op::*;
    let plain = |op| Op(op, 0, 0);
    let with = |op, arg| Op(op, 0, arg);
    let clear = |kind: ContextKind, word| Op(CLEAR, kind.code().into(), word);
    let key = |kind: ContextKind| Op(KEY, kind.code().into(), 0);
    let (check, apply, zero, drain) = (plain(CHECK), plain(APPLY), plain(ZERO), plain(DRAIN));
    let (state, reset) = (plain(STATE), with(STATE, 1));
    let (exists, gone) = (with(USED, 1), with(USED, 0));
    let (reset_rings, reset_receives, flush) = (with(CACHE, 7), with(CACHE, 6), with(CACHE, 3));
    use ContextKind as K;
    let (object, creates, mut ops) = match command {
        Command::Nop => (None, false, vec![]),
        Command::QpCreate => {
            let ops = vec![check, plain(INSERT), zero, apply, exists];
            (Some(Object::QueuePair), true, ops)
        }
        Command::QpModify => {
            let to_reset = [state, drain, reset_rings, zero];
            let mut ops = vec![plain(LEGAL), key(K::QpConfig), check];
            ops.push(with(RESETTING, to_reset.len() as u64));
            ops.extend(to_reset);
            ops.extend([apply, state, plain(KICK)]);
            (Some(Object::QueuePair), false, ops)
        }
        Command::QpDestroy => {
            // without a valid ring no doorbell wakes it any more
            let ops = vec![
                key(K::QpConfig),
                reset,
                clear(K::SqConfig, 2),
                clear(K::RqConfig, 2),
            ];
            let end = [drain, reset_rings, plain(REMOVE), gone];
            (Some(Object::QueuePair), false, [ops, end.to_vec()].concat())
        }
        Command::MrCreate => (
            Some(Object::MemoryRegion),
            true,
            vec![check, plain(INSERT), apply, exists],
        ),
        Command::MrDestroy => {
            // Nothing new finds it; then nothing in a cache knows it; then nothing in flight does.
            let ops = vec![
                key(K::MemoryRegion),
                plain(REMOVE),
                clear(K::MemoryRegion, 1),
            ];
            let end = [flush, drain, gone];
            (
                Some(Object::MemoryRegion),
                false,
                [ops, end.to_vec()].concat(),
            )
        }
        Command::CqCreate => {
            let ops = vec![
                check,
                clear(K::CqState, 0),
                clear(K::CqState, 1),
                apply,
                exists,
            ];
            (Some(Object::CompletionQueue), true, ops)
        }
        Command::CqDestroy => {
            let ops = vec![with(SCAN, 4), clear(K::CqConfig, 2), gone];
            (Some(Object::CompletionQueue), false, ops)
        }
        Command::SrqCreate => {
            let zero = [
                clear(K::RqState, 0),
                clear(K::RqState, 1),
                clear(K::RqState, 2),
            ];
            let ops = vec![
                check,
                reset_receives,
                zero[0],
                zero[1],
                zero[2],
                apply,
                exists,
            ];
            (Some(Object::SharedReceiveQueue), true, ops)
        }
        Command::SrqModify => (
            Some(Object::SharedReceiveQueue),
            false,
            vec![check, apply, plain(ARM)],
        ),
        Command::SrqDestroy => {
            let ops = vec![with(SCAN, 5), clear(K::RqConfig, 2), reset_receives, gone];
            (Some(Object::SharedReceiveQueue), false, ops)
        }
        _ => unreachable!("{command} belongs to the migration unit"),
    };
    ops.push(plain(END));
    (object, creates, ops)
}

/// The commands of this unit; those from 16 on belong to the migration unit.
fn own() -> impl Iterator<Item = Command> {
    Command::ALL.iter().copied().filter(|c| c.code() < 16)
}

/// Bits of the microprogram's addresses.
pub const PC_BITS: usize = 7;

/// The microprogram by address.
pub fn lines() -> Vec<(u64, u64)> {
    let all = own().flat_map(|c| command(c).2);
    (0..).zip(all.map(Op::bits)).collect()
}

/// Commands by opcode: known in bit 0, has an object in bit 1, creates it in bit 2, kind of object in bits 4:3, start in bits 11:5.
pub fn commands() -> Vec<(u64, u64)> {
    let mut start = 0;
    let mut entries = vec![];
    for code in own() {
        let (object, creates, ops) = command(code);
        let kind = object.map_or(0, |object| 2 | (object as u64) << 3);
        entries.push((
            code.code().into(),
            1 | kind | u64::from(creates) << 2 | start << 5,
        ));
        start += ops.len() as u64;
    }
    assert!(start <= 1 << PC_BITS, "the microprogram has {start} lines");
    entries
}

/// In which states a command (address bits 9:5) may write records of a kind (address bits 4:0).
pub fn rights() -> Vec<(u64, u64)> {
    let mut entries = vec![];
    for command in own() {
        for &kind in ContextKind::ALL {
            let address = u64::from(command.code()) << 5 | u64::from(kind.code());
            entries.push((address, commands::writable_in(command, kind).into()));
        }
    }
    entries
}

/// Words of the records by kind.
pub fn words() -> Vec<(u64, u64)> {
    ContextKind::ALL
        .iter()
        .map(|kind| (kind.code().into(), kind.words() as u64))
        .collect()
}

/// States that follow a state.
pub fn successors() -> Vec<(u64, u64)> {
    QpState::ALL
        .iter()
        .map(|&s| (s.code().into(), commands::successors(s).into()))
        .collect()
}

/// Records to zero: kind in bits 4:0, last word in bits 9:5. The responder's resources follow them.
pub fn zeroed() -> Vec<(u64, u64)> {
    let entry =
        |&(kind, words): &(ContextKind, usize)| u64::from(kind.code()) | (words as u64 - 1) << 5;
    (0..).zip(commands::ZEROED.iter().map(entry)).collect()
}
