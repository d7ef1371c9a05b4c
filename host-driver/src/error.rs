//! What can go wrong, one type per operation.

use crate::device::DeviceError;
use fw_regs::{CommandError, MigrationPhase, QpState};

/// A mailbox command that the device refused or did not finish.
#[derive(Debug, thiserror::Error)]
pub enum CommandFailure {
    /// The device says no.
    #[error("{command}: {error} (detail {detail:#x})")]
    Refused {
        /// The command.
        command: fw_regs::Command,
        /// The device's reason.
        error: CommandError,
        /// What it refers to; see the list of errors in the register documentation.
        detail: u32,
    },
    /// No answer after a bounded wait.
    #[error("{command}: no answer after {pauses} pauses; the device needs a reset")]
    Timeout {
        /// The command.
        command: fw_regs::Command,
        /// How often the driver let time pass.
        pauses: u32,
    },
    /// An answer that this driver does not know.
    #[error("{command}: unknown error code {code}")]
    UnknownCode {
        /// The command.
        command: fw_regs::Command,
        /// The code.
        code: u8,
    },
    /// Payload too long: a defect of the driver.
    #[error(transparent)]
    Payload(#[from] fw_regs::mailbox::PayloadFull),
    /// The way to the device failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl CommandFailure {
    /// The device has said no, and is not at it any more.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::UnknownCode { .. })
    }
}

/// Why an adapter cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another device, or none.
    #[error("magic is {found:#010x}; a RoamNIC says {:#010x}", fw_regs::MAGIC)]
    NotARoamNic {
        /// What stands there.
        found: u32,
    },
    /// The device speaks another contract.
    #[error(
        "the device's contract is version {device}, this driver's {}; the major versions must agree",
        fw_regs::CONTRACT_MAJOR
    )]
    Version {
        /// The device's major version.
        device: u16,
    },
    /// A block of the register map has another type, version or place.
    #[error("register block at {offset:#x} has type {found:#010x}, expected {expected:#010x}")]
    Block {
        /// Where it was looked for.
        offset: u32,
        /// What stands there.
        found: u32,
        /// What should.
        expected: u32,
    },
    /// The device has not become ready after reset.
    #[error("the device did not become ready after {pauses} pauses")]
    NotReady {
        /// How often the driver let time pass.
        pauses: u32,
    },
    /// The way to the device failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// Why a verbs object cannot be made or destroyed.
#[derive(Debug, thiserror::Error)]
pub enum VerbsError {
    /// The device has no more of them.
    #[error("all {limit} {what} are in use")]
    Exhausted {
        /// Kind of object.
        what: &'static str,
        /// How many there are.
        limit: usize,
    },
    /// An argument beyond a limit of the device.
    #[error("{what} is {value}; the device allows {min} to {max}")]
    Limit {
        /// Which argument.
        what: &'static str,
        /// Its value.
        value: u64,
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
    /// Objects of different contexts or protection domains.
    #[error("{0} belongs to another context or protection domain")]
    Foreign(&'static str),
    /// The command failed.
    #[error(transparent)]
    Command(#[from] CommandFailure),
    /// The way to the device failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// Why a state change failed.
#[derive(Debug, thiserror::Error)]
pub enum ModifyError {
    /// An argument beyond a limit.
    #[error("{what} is {value}; allowed are {min} to {max}")]
    Limit {
        /// Which argument.
        what: &'static str,
        /// Its value.
        value: u64,
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
    /// The states do not follow each other.
    #[error("a queue pair in {from} cannot go to {to}")]
    Transition {
        /// State it is in.
        from: QpState,
        /// State asked for.
        to: QpState,
    },
    /// The queue pair is stopped, restored or resuming.
    #[error("the queue pair is moving ({}); abort or wait for the resumption first", moving(*.phase))]
    Moving {
        /// Its phase, if the device says one that this driver knows.
        phase: Option<MigrationPhase>,
    },
    /// The partner's address is of the other IP version.
    #[error("the own address {own} and the partner's {partner} are of different IP versions")]
    AddressFamily {
        /// This adapter's address.
        own: std::net::IpAddr,
        /// The partner's.
        partner: std::net::IpAddr,
    },
    /// The command failed.
    #[error(transparent)]
    Command(#[from] CommandFailure),
}

impl ModifyError {
    /// The error of a failed QP modify.
    pub(crate) fn of(failure: CommandFailure) -> Self {
        match failure {
            CommandFailure::Refused {
                error: CommandError::Moving,
                detail,
                ..
            } => Self::Moving {
                phase: u8::try_from(detail)
                    .ok()
                    .and_then(MigrationPhase::from_code),
            },
            other => Self::Command(other),
        }
    }
}

fn moving(phase: Option<MigrationPhase>) -> &'static str {
    phase.map_or("unknown phase", MigrationPhase::text)
}

/// Why a work request was not posted. Nothing of it has reached the device.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The queue is full: as many requests as it has entries have not completed.
    #[error("the queue is full: {capacity} requests are posted")]
    Full {
        /// Entries of the queue.
        capacity: usize,
    },
    /// Too many scatter entries.
    #[error("{entries} scatter entries; at most {max} are allowed")]
    TooManyEntries {
        /// Entries given.
        entries: usize,
        /// Entries allowed.
        max: usize,
    },
    /// Too much inline data.
    #[error("{bytes} bytes inline; at most {max} are allowed")]
    InlineTooLong {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Longer than the largest message.
    #[error("message of {bytes} bytes; at most {max} are allowed")]
    TooLong {
        /// Bytes of all entries.
        bytes: u64,
        /// Bytes allowed.
        max: u64,
    },
    /// An ATOMIC works on exactly eight bytes.
    #[error("the local entry of an ATOMIC has {bytes} bytes; it must have 8")]
    AtomicLength {
        /// Bytes given.
        bytes: u32,
    },
    /// The queue pair cannot send, or not receive, in this state.
    #[error("a queue pair in {state} takes no such work request")]
    State {
        /// The state.
        state: QpState,
    },
    /// Its receives come from a shared queue.
    #[error("the queue pair receives from a shared receive queue")]
    Shared,
    /// The way to the device failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
}
