//! Mailbox commands, their errors, and what each may write.

use crate::codes::QpState;
use crate::contexts::ContextKind;

codes! {
    /// A mailbox command. From 16 on: migration, only on devices with that feature; they work on a [`SetScope`] unless they say otherwise.
    /// The payload's own value of a QP number (QP configuration) or key (memory region) is ignored: `arg1` of the creation counts.
    pub enum Command: u8 {
        /// Does nothing.
        Nop = 0 "nop",
        /// Creates a queue pair in RESET. arg0: slot, arg1: QP number. Zeroes what the engines remember of the slot.
        QpCreate = 1 "QP create",
        /// Writes the payload, then changes the state. arg0: slot, arg1: new state. To RESET: stops, drains and zeroes it first.
        QpModify = 2 "QP modify",
        /// Stops and drains a queue pair, then frees slot and number. arg0: slot.
        QpDestroy = 3 "QP destroy",
        /// Creates a memory region. arg0: slot, arg1: key.
        MrCreate = 4 "MR create",
        /// Removes a memory region when nothing in flight uses it any more; what goes on later with messages that have begun fails. Another region may be given its
        /// slot only when no responder, response ring entry or outstanding work request names it. arg0: slot.
        MrDestroy = 5 "MR destroy",
        /// Creates a completion queue. arg0: its number.
        CqCreate = 6 "CQ create",
        /// Removes a completion queue that no queue pair refers to. arg0: its number.
        CqDestroy = 7 "CQ destroy",
        /// Creates a shared receive queue. arg0: its ring number.
        SrqCreate = 8 "SRQ create",
        /// Writes a shared receive queue's limit by the payload and arms it. arg0: its ring number.
        SrqModify = 9 "SRQ modify",
        /// Removes a shared receive queue that no queue pair refers to. arg0: its ring number.
        SrqDestroy = 10 "SRQ destroy",
        /// Stops every queue pair of a set. arg0: number, arg1: scope.
        Stop = 16 "stop",
        /// Waits until everything accepted before the stop has finished. arg0: number, arg1: scope.
        Drained = 17 "drained?",
        /// Writes the records of a drained set into host memory, in pages of 512 bytes; what lies behind the end of a page's records need not
        /// be written. arg0: number, arg1: scope; data words 0, 1: IOVA,
        /// aligned to 512; word 2: pages there are. Detail: pages written.
        Dump = 18 "dump",
        /// Creates stopped objects from pages of records. data words 0, 1: IOVA, aligned to 512; word 2: pages. A page that is refused has
        /// changed nothing; those before it have been restored. An error is that of the object's creation. Detail: the page. arg0: number,
        /// arg1: scope of the set that RESUME will be about, which then starts sooner; of another one, nothing comes of it.
        Restore = 19 "restore",
        /// Commits a migration: the set's queue pairs become tombstones, its other objects are gone. arg0: number, arg1: scope;
        /// data words 0 to 3: new address as in `Migration::moved_to`.
        Tombstone = 20 "tombstone",
        /// Starts the resumption of a restored set. arg0: number, arg1: scope.
        Resume = 21 "resume",
        /// Stopped: goes on here, as a new incarnation. Restored: discards the set. arg0: number, arg1: scope.
        Abort = 22 "abort",
        /// Frees a tombstone. arg0: slot.
        TombstoneFree = 23 "tombstone free",
        /// Writes the partner's address of a queue pair that is restored or resuming, by the payload. arg0: slot.
        SetPartner = 24 "set partner",
        /// Begins a new lease for a queue pair that is resuming or paused. arg0: slot.
        Extend = 25 "extend lease",
        /// Gives up a queue pair that is resuming or paused: it goes to ERR; if it was paused, the oldest work request ends with
        /// RETRY_EXC. arg0: slot.
        GiveUp = 26 "give up",
        /// Sets a timer of the migration unit. arg0: a [`MigrationTimer`], arg1: µs.
        SetTimer = 27 "set timer",
    }
}

codes! {
    /// How a command ended. Unless it says otherwise, a command that failed has changed nothing.
    pub enum CommandError: u8 {
        /// It was done.
        Ok = 0 "done",
        /// No such command.
        UnknownCommand = 1 "unknown command",
        /// The object's number is out of range. Detail: the number of objects.
        BadObject = 2 "object number out of range",
        /// The object exists already.
        InUse = 3 "object exists already",
        /// The object does not exist.
        NotInUse = 4 "object does not exist",
        /// The QP number or key is taken. Detail: the slot that has it.
        NumberTaken = 5 "number is taken",
        /// The state cannot change that way. Detail: current state in bits 7:0, wanted one in bits 15:8.
        IllegalTransition = 6 "illegal state transition",
        /// The payload cannot be taken. Detail: position of its header in bits 7:0, a `PayloadError` in bits 15:8, kind in bits 23:16.
        BadPayload = 7 "payload refused",
        /// The table of numbers has no room.
        TableFull = 8 "table of numbers is full",
        /// What was in flight did not finish within `drain_limit`. Detail: bit 0 receive path, bit 1 transmit path. The object exists
        /// still, a queue pair in RESET; the command may be repeated.
        DrainTimeout = 9 "drain timed out",
        /// A unit of the device did not answer. Detail: a `Unit`. The object is undefined; only a device reset helps.
        NoAnswer = 10 "a unit of the device did not answer",
        /// Something refers to the object. Detail: slot of the queue pair.
        Referenced = 11 "object is referenced",
        /// The device is clearing its tables after reset.
        NotReady = 12 "device is not ready",
        /// The queue pair is stopped, restored, resuming or a tombstone. Detail: its phase.
        Moving = 13 "queue pair is moving",
        /// An object of the set is shared with a queue pair outside of it. Detail: slot of the queue pair in bits 11:0, number of the
        /// object in bits 27:12, its kind in bits 31:28 (1 protection domain, 2 completion queue, 3 receive ring).
        NotClosed = 14 "set is not closed",
        /// A queue pair of the set is in a phase in which the command is illegal. Detail: slot in bits 11:0, phase in bits 15:12, drained in bit 16.
        WrongPhase = 15 "wrong migration phase",
        /// The set has no queue pair.
        EmptySet = 16 "empty set",
        /// The buffer is too small. Detail: pages written.
        BufferFull = 17 "buffer is too small",
        /// A page of records makes no sense. Detail: the page.
        BadPage = 18 "malformed page",
        /// Host memory could not be read. Detail: the page.
        DmaError = 19 "host memory cannot be read",
        /// The number's tombstone belongs to another slot or connection. Detail: slot.
        NotItsTombstone = 20 "not the tombstone of that connection",
        /// An argument is out of range. Detail: the argument.
        BadArgument = 21 "argument out of range",
    }
}

codes! {
    /// Which queue pairs a migration command works on: `arg1` of the command; the number is `arg0`.
    pub enum SetScope: u8 {
        /// The queue pair in a slot.
        Qp = 0 "queue pair",
        /// All of a protection domain.
        Pd = 1 "protection domain",
        /// All of a user context.
        UserContext = 2 "user context",
    }
}

codes! {
    /// Timers of the migration unit, in µs; see the protocol.
    pub enum MigrationTimer: u8 {
        /// First repetition of RESUME.
        ResumeRepeat = 0 "RESUME repeat",
        /// Longest time between two of them.
        ResumeRepeatMax = 1 "RESUME repeat limit",
        /// How long a resumption may go unanswered.
        ResumeLease = 2 "RESUME lease",
        /// First probe of a paused queue pair whose ACK timeout is 0.
        Probe = 3 "probe",
        /// Longest time between two probes.
        ProbeMax = 4 "probe limit",
        /// How long a partner may be stopped.
        PauseLease = 5 "pause lease",
        /// When a tombstone is reported.
        TombstoneAge = 6 "tombstone age",
    }
}

impl MigrationTimer {
    /// Value after reset, in µs.
    pub const fn default_us(self) -> u32 {
        match self {
            Self::ResumeRepeat => 50,
            Self::ResumeRepeatMax => 10_000,
            Self::ResumeLease => 30_000_000,
            Self::Probe => 1_000,
            Self::ProbeMax => 100_000,
            Self::PauseLease => 60_000_000,
            Self::TombstoneAge => 120_000_000,
        }
    }
}

codes! {
    /// Why a payload was refused.
    pub enum PayloadError: u8 {
        /// The command may not write records of that kind, or not in the present state.
        Kind = 1 "kind not allowed",
        /// The index is not the command's object.
        Index = 2 "index of another object",
        /// Words beyond the record.
        Words = 3 "beyond the record",
        /// Data beyond the mailbox, or no end.
        Length = 4 "beyond the mailbox",
    }
}

codes! {
    /// A unit of the device that commands wait for.
    pub enum Unit: u8 {
        /// A context memory.
        Context = 1 "context memory",
        /// The table of QP numbers.
        QpTable = 2 "QP table",
        /// The table of keys.
        MrTable = 3 "MR table",
        /// The cache of send work requests.
        SendCache = 4 "send queue cache",
        /// The cache of receive work requests.
        RecvCache = 5 "receive queue cache",
        /// The holder of QP states.
        QpState = 6 "QP state",
        /// The engines that are told of changes.
        Kick = 7 "ready lists",
    }
}

/// In which states of the queue pair `command` may write records of `kind`: bit s for state s. Objects without states count as in
/// RESET. An engine's record may be written while that engine does not work on the queue pair.
pub const fn writable_in(command: Command, kind: ContextKind) -> u8 {
    const ALWAYS: u8 = 0x7f;
    const RESET: u8 = 1 << QpState::Reset as u8;
    const INIT: u8 = 1 << QpState::Init as u8;
    const RTR: u8 = 1 << QpState::Rtr as u8;
    const MOVING: u8 = 1 << crate::codes::device_state::MOVING;
    use ContextKind as K;
    match (command, kind) {
        (Command::QpCreate, K::QpConfig | K::QpAv | K::QpAddress | K::Requester | K::Completer) => {
            RESET
        }
        (Command::QpCreate, K::Responder | K::SqConfig | K::RqConfig) => RESET,
        (Command::QpCreate | Command::QpModify, K::Migration) => RESET | INIT,
        (Command::SetPartner, K::QpAv | K::QpAddress) => MOVING,
        (Command::QpModify, K::QpConfig | K::QpAv | K::QpAddress) => ALWAYS,
        (Command::QpModify, K::Requester | K::Completer) => RESET | INIT | RTR,
        (Command::QpModify, K::Responder) => RESET | INIT,
        (Command::QpModify, K::SqConfig | K::RqConfig) => RESET,
        (Command::MrCreate, K::MemoryRegion) => RESET,
        (Command::CqCreate, K::CqConfig) => RESET,
        (Command::SrqCreate | Command::SrqModify, K::RqConfig) => RESET,
        _ => 0,
    }
}

/// States that a queue pair in state `from` can be sent to: bit s for state s.
pub const fn successors(from: QpState) -> u8 {
    const ANY: u8 = 1 << QpState::Reset as u8 | 1 << QpState::Err as u8;
    ANY | match from {
        QpState::Reset => 1 << QpState::Init as u8,
        QpState::Init => 1 << QpState::Init as u8 | 1 << QpState::Rtr as u8,
        QpState::Rtr => 1 << QpState::Rts as u8,
        QpState::Rts | QpState::Sqd => 1 << QpState::Rts as u8 | 1 << QpState::Sqd as u8,
        QpState::Sqe | QpState::Err => 0,
    }
}

/// Records that QP create and QP modify to RESET zero, with their words. Of responder resources all of the slot's, first word only.
pub const ZEROED: &[(ContextKind, usize)] = &[
    (ContextKind::Requester, ContextKind::Requester.words()),
    (ContextKind::Completer, ContextKind::Completer.words()),
    (ContextKind::Responder, ContextKind::Responder.words()),
    (ContextKind::Response, ContextKind::Response.words()),
    (ContextKind::SqState, ContextKind::SqState.words()),
    (ContextKind::RqState, ContextKind::RqState.words()),
];
