//! Mailbox commands, their errors, and what each may write.

use crate::codes::QpState;
use crate::contexts::ContextKind;

codes! {
    /// A mailbox command. 11 to 31 are kept for migration.
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
        /// Removes a memory region when nothing in flight uses it any more. arg0: slot.
        MrDestroy = 5 "MR destroy",
        /// Creates a completion queue. arg0: its number.
        CqCreate = 6 "CQ create",
        /// Removes a completion queue that no queue pair refers to. arg0: its number.
        CqDestroy = 7 "CQ destroy",
        /// Creates a shared receive queue. arg0: its ring number.
        SrqCreate = 8 "SRQ create",
        /// Changes a shared receive queue's limit. arg0: its ring number.
        SrqModify = 9 "SRQ modify",
        /// Removes a shared receive queue that no queue pair refers to. arg0: its ring number.
        SrqDestroy = 10 "SRQ destroy",
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
    use ContextKind as K;
    match (command, kind) {
        (Command::QpCreate, K::QpConfig | K::QpAv | K::QpAddress | K::Requester | K::Completer) => {
            RESET
        }
        (Command::QpCreate, K::Responder | K::SqConfig | K::RqConfig) => RESET,
        (Command::QpModify, K::QpConfig | K::QpAv | K::QpAddress) => ALWAYS,
        (Command::QpModify, K::Requester | K::Completer) => RESET | INIT | RTR,
        (Command::QpModify, K::Responder) => RESET | INIT,
        (Command::QpModify, K::SqConfig | K::RqConfig) => RESET,
        (Command::MrCreate, K::MemoryRegion) => RESET,
        (Command::CqCreate, K::CqConfig) => RESET,
        (Command::SrqCreate, K::RqConfig | K::RqState) => RESET,
        (Command::SrqModify, K::RqConfig | K::RqState) => RESET,
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
