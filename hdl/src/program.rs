//! What each mailbox command does, step by step: the microprogram of the command unit.
//!
//! A command is a row of [`Op`]s. Adding a command means adding its row here and, if it needs something new, an operation
//! in [`crate::command`]. What a payload may write, legal transitions and record sizes come from `fw-regs`.
//!
//! Devices with migration have further rows, the [`sub`] commands: what the migration unit asks of the command unit. They stand in the
//! place of opcodes that the mailbox never hands to this unit.

use fw_regs::codes::device_state;
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
    /// Fails if the queue pair is moving, by its migration record.
    pub const STAYS: u64 = 17;
    /// Has both caches drop what they fetched for rings that are held, which keep their indices.
    pub const SETTLE: u64 = 18;
    /// Fills word `arg` of record `kind` of the object with ones: numbers that name nothing.
    pub const UNNAME: u64 = 19;
}

/// Commands of the migration unit to the command unit, by opcode. `arg0` is the object and `arg1` its number or key, as in the mailbox
/// command that creates it; the payload is the unit's. Memory regions are restored by [`Command::MrCreate`].
pub mod sub {
    /// Creates a queue pair in RESET; its records are written without this unit.
    pub const QP_RESTORE: u8 = 17;
    /// Writes entries of a queue pair's rings.
    pub const QP_EXTEND: u8 = 18;
    /// Creates a completion queue with its state.
    pub const CQ_RESTORE: u8 = 19;
    /// Creates a shared receive queue with its state.
    pub const SRQ_RESTORE: u8 = 20;
    /// Makes a queue pair a tombstone's: without rings, and naming no completion queue or receive ring.
    pub const QP_BURY: u8 = 21;
    /// Frees slot and number of a queue pair that is drained.
    pub const QP_DISCARD: u8 = 22;
    /// Frees a completion queue.
    pub const CQ_DROP: u8 = 23;
    /// Writes the partner's addresses.
    pub const SET_PARTNER: u8 = 24;
    /// Frees a shared receive queue.
    pub const SRQ_DROP: u8 = 25;
    /// Frees a memory region.
    pub const MR_DROP: u8 = 26;
    /// Waits until everything accepted before has finished, then for reads of the rings up to `arg0` (with bit 15: of all) that are held, which
    /// forget what they fetched.
    pub const DRAIN: u8 = 27;
    /// Takes a `QP_RESTORE` back behind which nothing has been written.
    pub const QP_UNDO: u8 = 28;
    /// All of them.
    pub const ALL: std::ops::RangeInclusive<u8> = QP_RESTORE..=QP_UNDO;
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

/// A line without kind and argument.
const fn plain(op: u64) -> Op {
    Op(op, 0, 0)
}

/// A line with an argument.
const fn with(op: u64, arg: u64) -> Op {
    Op(op, 0, arg)
}

/// A line about a word of a record.
const fn of(op: u64, kind: ContextKind, word: u64) -> Op {
    Op(op, kind as u64, word)
}

const CHECK: Op = plain(op::CHECK);
const APPLY: Op = plain(op::APPLY);
const INSERT: Op = plain(op::INSERT);
const REMOVE: Op = plain(op::REMOVE);
const ZERO: Op = plain(op::ZERO);
const DRAIN: Op = plain(op::DRAIN);
const EXISTS: Op = with(op::USED, 1);
const GONE: Op = with(op::USED, 0);
const RESET_STATE: Op = with(op::STATE, 1);
const RESET_RINGS: Op = with(op::CACHE, 7);
const RESET_RECEIVES: Op = with(op::CACHE, 6);
const QP_KEY: Op = of(op::KEY, ContextKind::QpConfig, 0);
const MR_KEY: Op = of(op::KEY, ContextKind::MemoryRegion, 0);
// without a valid ring no doorbell wakes it any more
const NO_SENDS: Op = of(op::CLEAR, ContextKind::SqConfig, 2);
const NO_RECEIVES: Op = of(op::CLEAR, ContextKind::RqConfig, 2);
const NO_REGION: Op = of(op::CLEAR, ContextKind::MemoryRegion, 1);
const NO_COMPLETIONS: Op = of(op::CLEAR, ContextKind::CqConfig, 2);
const CLEAR_CQ: [Op; 2] = [
    of(op::CLEAR, ContextKind::CqState, 0),
    of(op::CLEAR, ContextKind::CqState, 1),
];
const CLEAR_RECEIVES: [Op; 3] = [
    of(op::CLEAR, ContextKind::RqState, 0),
    of(op::CLEAR, ContextKind::RqState, 1),
    of(op::CLEAR, ContextKind::RqState, 2),
];
/// Completion queues and receive ring are named in these words of the QP configuration.
const CQ_WORD: u64 = 4;
const RING_WORD: u64 = 5;

/// A row of the microprogram: a command's opcode, its object, whether it creates it, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub opcode: u8,
    pub object: Option<Object>,
    pub creates: bool,
    pub ops: Vec<Op>,
}

/// What a mailbox command of this unit does; `migratable`: of the device with migration.
fn command(command: Command, migratable: bool) -> Row {
    use Object::*;
    let (object, creates, mut ops) = match command {
        Command::Nop => (None, false, vec![]),
        Command::QpCreate => {
            let ops = vec![CHECK, INSERT, ZERO, APPLY, EXISTS];
            (Some(QueuePair), true, ops)
        }
        Command::QpModify => {
            const TO_RESET: &[Op] = &[plain(op::STATE), DRAIN, RESET_RINGS, ZERO];
            const SKIP: Op = with(op::RESETTING, TO_RESET.len() as u64);
            let begin = [plain(op::LEGAL), QP_KEY, CHECK, SKIP];
            let end = [APPLY, plain(op::STATE), plain(op::KICK)];
            (Some(QueuePair), false, [&begin, TO_RESET, &end].concat())
        }
        Command::QpDestroy => {
            let stop = [QP_KEY, RESET_STATE, NO_SENDS, NO_RECEIVES];
            let end = [DRAIN, RESET_RINGS, REMOVE, GONE];
            (Some(QueuePair), false, [stop, end].concat())
        }
        Command::MrCreate => {
            let ops = vec![CHECK, INSERT, APPLY, EXISTS];
            (Some(MemoryRegion), true, ops)
        }
        Command::MrDestroy => {
            // Nothing new finds it; then nothing in a cache knows it; then nothing in flight does.
            let ops = vec![MR_KEY, REMOVE, NO_REGION, with(op::CACHE, 3), DRAIN, GONE];
            (Some(MemoryRegion), false, ops)
        }
        Command::CqCreate => {
            let ops = vec![CHECK, CLEAR_CQ[0], CLEAR_CQ[1], APPLY, EXISTS];
            (Some(CompletionQueue), true, ops)
        }
        Command::CqDestroy => {
            let ops = vec![with(op::SCAN, CQ_WORD), NO_COMPLETIONS, GONE];
            (Some(CompletionQueue), false, ops)
        }
        Command::SrqCreate => {
            let parts: [&[Op]; 3] = [&[CHECK, RESET_RECEIVES], &CLEAR_RECEIVES, &[APPLY, EXISTS]];
            (Some(SharedReceiveQueue), true, parts.concat())
        }
        Command::SrqModify => {
            let ops = vec![CHECK, APPLY, plain(op::ARM)];
            (Some(SharedReceiveQueue), false, ops)
        }
        Command::SrqDestroy => {
            let scan = with(op::SCAN, RING_WORD);
            let ops = vec![scan, NO_RECEIVES, RESET_RECEIVES, GONE];
            (Some(SharedReceiveQueue), false, ops)
        }
        _ => unreachable!("{command} belongs to the migration unit"),
    };
    if migratable && matches!(command, Command::QpModify | Command::QpDestroy) {
        ops.insert(0, of(op::STAYS, ContextKind::Migration, 0));
    }
    ops.push(plain(op::END));
    Row {
        opcode: command.code(),
        object,
        creates,
        ops,
    }
}

/// What a [`sub`] command does.
fn sub_command(opcode: u8) -> Row {
    use Object::*;
    let (object, creates, mut ops) = match opcode {
        sub::QP_RESTORE => {
            let ops = vec![INSERT, EXISTS];
            (Some(QueuePair), true, ops)
        }
        sub::QP_EXTEND | sub::SET_PARTNER => (Some(QueuePair), false, vec![CHECK, APPLY]),
        sub::CQ_RESTORE => {
            let ops = vec![CHECK, CLEAR_CQ[0], CLEAR_CQ[1], APPLY, EXISTS];
            (Some(CompletionQueue), true, ops)
        }
        sub::SRQ_RESTORE => {
            let ops = vec![CHECK, RESET_RECEIVES, APPLY, EXISTS];
            (Some(SharedReceiveQueue), true, ops)
        }
        sub::QP_BURY => {
            let unname = |word| of(op::UNNAME, ContextKind::QpConfig, word);
            let names = [unname(CQ_WORD), unname(RING_WORD)];
            let ops = vec![NO_SENDS, NO_RECEIVES, RESET_RINGS, names[0], names[1]];
            (Some(QueuePair), false, ops)
        }
        sub::QP_DISCARD => {
            let stop = [QP_KEY, NO_SENDS, NO_RECEIVES, RESET_RINGS];
            let ops = [&stop[..], &[RESET_STATE, REMOVE, GONE]].concat();
            (Some(QueuePair), false, ops)
        }
        sub::CQ_DROP => (Some(CompletionQueue), false, vec![NO_COMPLETIONS, GONE]),
        sub::SRQ_DROP => {
            let ops = vec![NO_RECEIVES, RESET_RECEIVES, GONE];
            (Some(SharedReceiveQueue), false, ops)
        }
        sub::MR_DROP => {
            let ops = vec![MR_KEY, REMOVE, NO_REGION, GONE];
            (Some(MemoryRegion), false, ops)
        }
        sub::QP_UNDO => (Some(QueuePair), false, vec![REMOVE, GONE]),
        sub::DRAIN => (None, false, vec![DRAIN, plain(op::SETTLE)]),
        _ => unreachable!("{opcode} is no command of the migration unit"),
    };
    ops.push(plain(op::END));
    Row {
        opcode,
        object,
        creates,
        ops,
    }
}

/// The mailbox commands of this unit; those from 16 on belong to the migration unit.
fn own() -> impl Iterator<Item = Command> {
    Command::ALL.iter().copied().filter(|c| c.code() < 16)
}

/// The whole microprogram, row by row.
pub fn rows(migratable: bool) -> Vec<Row> {
    let subs = sub::ALL.filter(|_| migratable).map(sub_command);
    own().map(|c| command(c, migratable)).chain(subs).collect()
}

/// Bits of the microprogram's addresses.
pub const PC_BITS: usize = 7;

/// The microprogram's lines, and where each row begins. A row that stands in the lines before it already begins there.
fn layout(rows: &[Row]) -> (Vec<Op>, Vec<usize>) {
    let mut lines: Vec<Op> = vec![];
    let starts = rows.iter().map(|row| {
        let known = lines.windows(row.ops.len()).position(|w| w == row.ops);
        known.unwrap_or_else(|| {
            lines.extend(&row.ops);
            lines.len() - row.ops.len()
        })
    });
    let starts = starts.collect();
    (lines, starts)
}

/// The microprogram by address.
pub fn lines(migratable: bool) -> Vec<(u64, u64)> {
    let (lines, _) = layout(&rows(migratable));
    assert!(
        lines.len() <= 1 << PC_BITS,
        "the microprogram has {} lines",
        lines.len()
    );
    (0..).zip(lines.into_iter().map(Op::bits)).collect()
}

/// Commands by opcode: known in bit 0, has an object in bit 1, creates it in bit 2, kind of object in bits 4:3, start in bits 11:5.
pub fn commands(migratable: bool) -> Vec<(u64, u64)> {
    let rows = rows(migratable);
    let (_, starts) = layout(&rows);
    let entry = |(row, start): (&Row, usize)| {
        let kind = row.object.map_or(0, |object| 2 | (object as u64) << 3);
        let creates = u64::from(row.creates) << 2;
        (row.opcode.into(), 1 | kind | creates | (start as u64) << 5)
    };
    rows.iter().zip(starts).map(entry).collect()
}

/// In which states a sub command may write records of `kind`: bit s for state s. The migration unit knows in which state it asks.
pub fn sub_writable(opcode: u8, kind: ContextKind) -> u8 {
    use ContextKind as K;
    const ANY_STATE: u8 = 0xff;
    let of_a_ring = matches!(
        kind,
        K::Outstanding | K::ResponseEntry | K::Resource | K::AtomicResult
    );
    let allowed = match opcode {
        sub::QP_EXTEND => of_a_ring,
        sub::CQ_RESTORE => matches!(kind, K::CqConfig | K::CqState),
        sub::SRQ_RESTORE => matches!(kind, K::RqConfig | K::RqState),
        sub::SET_PARTNER => return commands::writable_in(Command::SetPartner, kind),
        _ => false,
    };
    if allowed { ANY_STATE } else { 0 }
}

/// In which states a command (address bits 9:5) may write records of a kind (address bits 4:0).
pub fn rights(migratable: bool) -> Vec<(u64, u64)> {
    let of_own = |kind| own().map(move |c| (c.code(), kind, commands::writable_in(c, kind)));
    let of_subs = |kind| sub::ALL.map(move |code| (code, kind, sub_writable(code, kind)));
    let entry = |(opcode, kind, states): (u8, ContextKind, u8)| {
        let address = u64::from(opcode) << 5 | u64::from(kind.code());
        (address, states.into())
    };
    let kinds = ContextKind::ALL
        .iter()
        .copied()
        .filter(|&kind| migratable || kind != ContextKind::Migration);
    kinds
        .flat_map(|kind| of_own(kind).chain(of_subs(kind).filter(|_| migratable)))
        .map(entry)
        .collect()
}

/// Words of the records by kind; with migration those that they take in a dump page.
pub fn words(migratable: bool) -> Vec<(u64, u64)> {
    ContextKind::ALL
        .iter()
        .filter(|&&kind| migratable || kind != ContextKind::Migration)
        .map(|kind| match migratable {
            true => (kind.code().into(), kind.page_words() as u64),
            false => (kind.code().into(), kind.words() as u64),
        })
        .collect()
}

/// How many entries a slot has of records that come in rings, as log2; `outstanding` and `responses` as they were built.
pub fn entries(outstanding: usize, responses: usize) -> Vec<(u64, u64)> {
    use ContextKind as K;
    let resources = fw_regs::limits::LOG2_RD_ATOMIC.into();
    vec![
        (K::ResponseEntry.code().into(), responses as u64),
        (K::Resource.code().into(), resources),
        (K::AtomicResult.code().into(), resources),
        (K::Outstanding.code().into(), outstanding as u64),
    ]
}

/// States that follow a state. A pause is invisible to verbs: what may follow RTS may follow it.
pub fn successors(migratable: bool) -> Vec<(u64, u64)> {
    let following = |s: QpState| match s.code() {
        device_state::PAUSED if migratable => commands::successors(QpState::Rts),
        _ => commands::successors(s),
    };
    QpState::ALL
        .iter()
        .map(|&s| (s.code().into(), following(s).into()))
        .collect()
}

/// Records to zero: kind in bits 4:0, last word in bits 9:5. The responder's resources follow them.
pub fn zeroed(migratable: bool) -> Vec<(u64, u64)> {
    let migration = (ContextKind::Migration, ContextKind::Migration.words());
    let records = commands::ZEROED.iter().copied();
    let all = records.chain(std::iter::once(migration).filter(|_| migratable));
    let entry =
        |(kind, words): (ContextKind, usize)| u64::from(kind.code()) | (words as u64 - 1) << 5;
    (0..).zip(all.map(entry)).collect()
}
