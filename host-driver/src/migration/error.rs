//! What can go wrong, one type per step.

use super::Phase;
use super::checkpoint::{Checkpoint, Tombstones};
use super::image::ObjectKind;
use super::restore::Restored;
use crate::device::DeviceError;
use crate::error::{CommandFailure, VerbsError};
use fw_regs::ContextKind;
use std::fmt;
use std::net::IpAddr;

/// Why a process was not stopped. It works as before, unless [`Self::NotAborted`] says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The device was built without migration.
    #[error("the device was built without migration")]
    Unsupported,
    /// It was restored and has not been resumed.
    #[error("the process is restored but not resumed")]
    NotResumed,
    /// A raw queue pair receives the adapter's frames, which do not move.
    #[error("queue pair {qpn:#08x} is raw; its frames belong to the adapter, so it cannot move")]
    Raw {
        /// QP number.
        qpn: u32,
    },
    /// A command failed.
    #[error("{phase}: {failure}")]
    Command {
        /// In which phase.
        phase: Phase,
        /// Why.
        #[source]
        failure: CommandFailure,
    },
    /// A page of the dump makes no sense.
    #[error("page {page} of the dump makes no sense: {why}")]
    Page {
        /// Which page.
        page: usize,
        /// Why.
        why: PageFault,
    },
    /// The device's set is not the one that the driver knows.
    #[error("the dump and the driver disagree about {object} {number} of the device")]
    Mismatch {
        /// Kind of object.
        object: ObjectKind,
        /// Number or slot in the device.
        number: u16,
    },
    /// The way to the device failed, or the process is moving already.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The checkpoint failed, and the process could not be made to work again.
    #[error("{cause}; and then ABORT failed: {failure}")]
    NotAborted {
        /// Why the checkpoint failed.
        cause: Box<CheckpointError>,
        /// Why the abort failed.
        failure: CommandFailure,
    },
}

/// What is wrong with a page of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFault {
    /// No such kind of record.
    Kind(u8),
    /// A record that is not whole.
    Partial(ContextKind),
    /// It has no end.
    End,
    /// The first record is not that of an object, and no queue pair came before.
    Orphan,
    /// A record of another object.
    Foreign(ContextKind),
}

impl fmt::Display for PageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => write!(f, "no records are of kind {kind}"),
            Self::Partial(kind) => write!(f, "the {kind} record is not whole"),
            Self::End => f.write_str("no end"),
            Self::Orphan => f.write_str("it belongs to no object"),
            Self::Foreign(kind) => write!(f, "the {kind} record is of another object"),
        }
    }
}

/// Why bytes are not an image.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// They are something else.
    #[error("not a checkpoint image: the first bytes must be \"ROAM-IMG\"")]
    Magic,
    /// Of another version.
    #[error("image of version {found}; this driver reads version {known}")]
    Version {
        /// The image's.
        found: u32,
        /// The driver's.
        known: u32,
    },
    /// The end is missing.
    #[error("{bytes} bytes; the image has {wanted}")]
    Truncated {
        /// Bytes there are.
        bytes: u64,
        /// Bytes there should be.
        wanted: u64,
    },
    /// Damaged.
    #[error("the checksum is wrong: the image is damaged")]
    Checksum,
    /// Another number of sections.
    #[error("{found} sections; there must be {wanted}")]
    Sections {
        /// Sections there are.
        found: u32,
        /// Sections there should be.
        wanted: u32,
    },
    /// An unknown section, or one out of order.
    #[error("section {found} where section {wanted} should be")]
    Section {
        /// Its type.
        found: u32,
        /// The type expected.
        wanted: u32,
    },
    /// A section is not there.
    #[error("section {section} is missing")]
    Missing {
        /// Its type.
        section: u32,
    },
    /// A section is longer than the image, or than any may be.
    #[error("section {section} is longer than the image")]
    SectionLength {
        /// Its type.
        section: u32,
    },
    /// A section's content is malformed.
    #[error("section {section}: {why}")]
    Content {
        /// Its type.
        section: u32,
        /// What the codec says.
        why: String,
    },
    /// Bytes that belong to nothing.
    #[error("{bytes} bytes are left over")]
    LeftOver {
        /// How many.
        bytes: usize,
    },
}

/// What of an image contradicts itself or the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inconsistency {
    /// Two objects, or two records of one, have the same number.
    Twice,
    /// The handle is not below the next one.
    Handle,
    /// It refers to an object that is not in the image.
    Reference(ObjectKind, u32),
    /// A record that it needs is not there.
    Missing(ContextKind),
    /// A record that no object of its kind has, or of an entry that is not in use.
    Unexpected(u8),
    /// A record of the wrong length.
    Length(ContextKind),
    /// Bits that must be zero are not.
    Reserved(ContextKind),
    /// A field of a record is out of range or contradicts another.
    Field(ContextKind, &'static str),
    /// An address is not, with its whole length, in a memory region of the protection domain.
    Address(ContextKind, u64),
    /// A ring, or its doorbell record, does not lie in its buffer as it should.
    Ring,
    /// A length or address that no mapping can have.
    Range,
    /// A number of the driver's half is out of range.
    Soft(&'static str),
}

impl fmt::Display for Inconsistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice => f.write_str("it, or one of its records, is there twice"),
            Self::Handle => f.write_str("its handle has not been given out yet"),
            Self::Reference(kind, handle) => write!(
                f,
                "it refers to {kind} {handle}, which is not its own or not there"
            ),
            Self::Missing(kind) => write!(f, "its {kind} record is missing"),
            Self::Unexpected(kind) => write!(f, "a record of kind {kind} has no place there"),
            Self::Length(kind) => write!(f, "its {kind} record has the wrong length"),
            Self::Reserved(kind) => write!(f, "its {kind} record has reserved bits set"),
            Self::Field(kind, field) => write!(f, "`{field}` of its {kind} record makes no sense"),
            Self::Address(kind, iova) => write!(
                f,
                "its {kind} record points to {iova:#x}, which is in no memory region of its protection domain"
            ),
            Self::Ring => f.write_str("its ring does not lie in its buffer"),
            Self::Range => f.write_str("its address or length is impossible"),
            Self::Soft(what) => write!(f, "its {what} makes no sense"),
        }
    }
}

/// A number that must be the same at the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenNumber {
    /// A QP number.
    QueuePair(u32),
    /// The key of a memory region.
    Key(u32),
}

impl fmt::Display for TakenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QueuePair(qpn) => write!(f, "QP number {qpn:#08x}"),
            Self::Key(key) => write!(f, "key {key:#010x}"),
        }
    }
}

/// Why a process was not restored. Nothing of it is left, unless [`Self::LeftBehind`] says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The device was built without migration.
    #[error("the device was built without migration")]
    Unsupported,
    /// The image makes no sense. The device was not touched.
    #[error("{object} {handle} of the image: {why}")]
    Image {
        /// Kind of object.
        object: ObjectKind,
        /// Its handle in the image.
        handle: u32,
        /// What is wrong.
        why: Inconsistency,
    },
    /// The memory is not that of the image.
    #[error("{found} pieces of memory; the image has {wanted}")]
    MemoryCount {
        /// Pieces given.
        found: usize,
        /// Buffers of the image.
        wanted: usize,
    },
    /// A piece of memory has another length.
    #[error("{found} bytes for buffer {buffer}, which has {wanted}")]
    MemoryLength {
        /// Which buffer.
        buffer: u32,
        /// Bytes given.
        found: u64,
        /// Bytes of the buffer.
        wanted: u64,
    },
    /// More entries are in use than this device has places for.
    #[error("queue pair {qpn:#08x} has {used} {what} in use; this device has {places}")]
    TooSmall {
        /// QP number.
        qpn: u32,
        /// Of what.
        what: &'static str,
        /// How many.
        used: usize,
        /// Places of the device.
        places: usize,
    },
    /// A connection has addresses of the other IP version.
    #[error("the own address {own} and the connections' are of different IP versions")]
    AddressFamily {
        /// This adapter's address.
        own: IpAddr,
    },
    /// A number is in use here.
    #[error("{number} is taken")]
    NumberTaken {
        /// Which one.
        number: TakenNumber,
    },
    /// The number's tombstone here is of another connection.
    #[error("the slot for {number} has the tombstone of another connection")]
    NotItsTombstone {
        /// Which one.
        number: TakenNumber,
    },
    /// The adapter has no room.
    #[error(transparent)]
    Verbs(#[from] VerbsError),
    /// A connection that its partner does not let migrate stays at its address.
    #[error(
        "queue pair {qpn:#08x} did not agree with its partner to migrate; it can only be restored at {address}"
    )]
    NotMigratable {
        /// QP number.
        qpn: u32,
        /// Its address.
        address: IpAddr,
    },
    /// There is no such queue pair in the process.
    #[error("the process has no queue pair {qpn:#08x}")]
    NoSuchQp {
        /// QP number.
        qpn: u32,
    },
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandFailure),
    /// The way to the device failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// It failed, and then some of it could not be taken out again; its numbers and memory are lost until the device is reset.
    #[error("{cause}; and then {failure}")]
    LeftBehind {
        /// Why the restoration failed.
        cause: Box<RestoreError>,
        /// What cannot be taken out.
        failure: CommandFailure,
    },
}

macro_rules! gives_back {
    ($($(#[doc = $doc:literal])* $name:ident { $field:ident: $type:ty } $text:literal;)*) => {$(
        $(#[doc = $doc])*
        pub struct $name {
            /// As it was: try again, or do something else.
            pub $field: Box<$type>,
            /// Why.
            pub failure: CommandFailure,
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("failure", &self.failure).finish_non_exhaustive()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($text, ": {}"), self.failure)
            }
        }

        impl std::error::Error for $name {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                Some(&self.failure)
            }
        }
    )*};
}

gives_back! {
    /// The source could not be committed. After a timeout it may have happened nevertheless: try again, for committing twice is the same
    /// as once; an abort is refused if it has.
    CommitFailure { checkpoint: Checkpoint } "the migration was not committed";
    /// The source could not be made to work again.
    AbortFailure { checkpoint: Checkpoint } "the checkpoint was not aborted";
    /// The destination could not begin to resume.
    ResumeFailure { restored: Restored } "the process was not resumed";
    /// The destination's copy could not be thrown away.
    DiscardFailure { restored: Restored } "the restored process was not discarded";
    /// Tombstones could not be freed, from the one on that comes first in what is given back.
    FreeFailure { tombstones: Tombstones } "tombstones were not freed";
}
