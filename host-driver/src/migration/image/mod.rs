//! What a process is made of, beside the bytes of its memory, as plain data.
//!
//! Handles (`pd`, `cq`, `buffer`, ...) are those of the context: the order of creation. Numbers and slots are those of the source
//! and mean nothing elsewhere. Nothing here is trusted: [`crate::Adapter::restore`] checks it.

mod codec;

use super::error::ImageError;
use crate::work::Completion;
use fw_regs::contexts::MemoryRegion;
use fw_regs::{ContextKind, WcOpcode, WcStatus};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;

/// A record of the device, as its dump has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// Number of a [`ContextKind`].
    pub kind: u8,
    /// Index in the source's memory of that kind.
    pub index: u16,
    /// Its words.
    pub words: Vec<u32>,
}

impl DeviceRecord {
    /// What the record is.
    pub fn kind(&self) -> Option<ContextKind> {
        ContextKind::from_code(self.kind)
    }
}

/// The device that the image is of, as far as records depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Hash of the device's sources; 0 = unknown.
    pub revision: u64,
    /// Queue pairs; ring numbers from there on are shared receive queues.
    pub qps: u32,
    /// Places of a queue pair's ring of outstanding work requests.
    pub outstanding: u32,
    /// Places of a queue pair's response ring.
    pub responses: u32,
    /// The context's doorbell page.
    pub page: u8,
}

/// A buffer: the process's memory, whose bytes travel separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MemoryRange {
    /// [`crate::Buffer::id`].
    pub id: u32,
    /// Where the source's device saw it.
    pub iova: u64,
    /// Bytes, a multiple of 4096.
    pub length: u64,
}

/// A protection domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PdImage {
    /// [`crate::ProtectionDomain::handle`].
    pub handle: u32,
    /// Number in the source.
    pub number: u16,
}

/// A completion that had been taken out of its ring, and not by the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionImage {
    /// Of the work request.
    pub wr_id: u64,
    /// Number of a [`crate::WcStatus`].
    pub status: u8,
    /// Number of a [`crate::WcOpcode`].
    pub opcode: u8,
    /// Queue pair.
    pub qpn: u32,
    /// Bytes.
    pub byte_len: u32,
    /// Immediate data.
    pub imm: Option<u32>,
    /// Key that was invalidated.
    pub invalidated: Option<u32>,
}

impl From<&Completion> for CompletionImage {
    fn from(completion: &Completion) -> Self {
        Self {
            wr_id: completion.wr_id,
            status: completion.status.code(),
            opcode: completion.opcode.code(),
            qpn: completion.qpn,
            byte_len: completion.byte_len,
            imm: completion.imm,
            invalidated: completion.invalidated,
        }
    }
}

impl CompletionImage {
    /// As the application gets it; none if its numbers mean nothing.
    pub fn completion(&self) -> Option<Completion> {
        Some(Completion {
            wr_id: self.wr_id,
            status: WcStatus::from_code(self.status)?,
            opcode: WcOpcode::from_code(self.opcode)?,
            qpn: self.qpn,
            byte_len: self.byte_len,
            imm: self.imm,
            invalidated: self.invalidated,
        })
    }
}

/// A completion queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CqImage {
    /// [`crate::CompletionQueue::handle`].
    pub handle: u32,
    /// Number in the source.
    pub number: u16,
    /// Its ring.
    pub buffer: u32,
    /// Index behind the last completion taken out of the ring.
    pub consumer: u16,
    /// Taken out of the ring and not yet polled.
    pub kept: Vec<CompletionImage>,
    /// Completion events that the application has not taken.
    pub events: u32,
    /// `CqConfig` and `CqState`.
    pub records: Vec<DeviceRecord>,
}

/// The driver's half of a receive queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiveImage {
    /// Its ring.
    pub buffer: u32,
    /// Index behind the last receive posted.
    pub producer: u16,
    /// Index and `wr_id` of those whose completion has not been polled, by index.
    pub posted: Vec<(u16, u64)>,
}

/// A shared receive queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SrqImage {
    /// [`crate::SharedReceiveQueue::handle`].
    pub handle: u32,
    /// Its protection domain.
    pub pd: u32,
    /// Ring number in the source.
    pub ring: u16,
    /// What is posted.
    pub receive: ReceiveImage,
    /// `RqConfig` and `RqState`.
    pub records: Vec<DeviceRecord>,
}

/// A memory region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MrImage {
    /// Order of its creation in the context.
    pub handle: u32,
    /// Its protection domain.
    pub pd: u32,
    /// Slot in the source.
    pub slot: u16,
    /// The memory.
    pub buffer: u32,
    /// `MemoryRegion`.
    pub records: Vec<DeviceRecord>,
}

impl MrImage {
    /// Whether it can be used; a partner may have invalidated it.
    pub fn is_valid(&self) -> bool {
        let words = self.records.first().map(|r| r.words.as_slice().try_into());
        matches!(words, Some(Ok(words)) if MemoryRegion::from_words(words).valid)
    }
}

/// What a queue pair offers its partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferImage {
    /// First incarnation.
    pub epoch: u32,
    /// Its half of the key.
    pub key: [u8; 16],
}

/// A queue pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QpImage {
    /// Order of its creation in the context.
    pub handle: u32,
    /// QP number; the same everywhere.
    pub number: u32,
    /// Slot in the source.
    pub slot: u16,
    /// Its protection domain.
    pub pd: u32,
    /// Where its sends complete.
    pub send_cq: u32,
    /// Where its receives complete.
    pub recv_cq: u32,
    /// Where its receives come from; none: `receive`.
    pub srq: Option<u32>,
    /// First PSN, as it tells its partner.
    pub psn: u32,
    /// What it offers its partner.
    pub offer: Option<OfferImage>,
    /// The send ring.
    pub send_buffer: u32,
    /// Index behind the last send request posted.
    pub producer: u16,
    /// Index behind the last one whose completion has been polled.
    pub tail: u16,
    /// `wr_id` and number of the completion opcode of those between, in order.
    pub posted: Vec<(u64, u8)>,
    /// Its own receive queue.
    pub receive: Option<ReceiveImage>,
    /// Everything the device has of it.
    pub records: Vec<DeviceRecord>,
}

impl QpImage {
    /// Its records of one kind, in order of their indices in the dump.
    pub fn records_of(&self, kind: ContextKind) -> impl Iterator<Item = &DeviceRecord> {
        self.records.iter().filter(move |r| r.kind() == Some(kind))
    }

    /// The words of its first record of a kind.
    pub fn words_of(&self, kind: ContextKind) -> Option<&[u32]> {
        self.records_of(kind).next().map(|r| &r.words[..])
    }
}

/// An asynchronous event that nobody has taken yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventImage {
    /// [`crate::AsyncEvent::CqError`], by handle.
    CqError(u32),
    /// [`crate::AsyncEvent::SrqLimitReached`], by handle.
    SrqLimitReached(u32),
    /// [`crate::AsyncEvent::QpFatal`], by QP number.
    QpFatal(u32),
    /// [`crate::AsyncEvent::QpRequestError`], by QP number.
    QpRequestError(u32),
    /// [`crate::AsyncEvent::QpAccessError`], by QP number.
    QpAccessError(u32),
    /// [`crate::AsyncEvent::SqDrained`], by QP number.
    SqDrained(u32),
}

/// The handles that the next objects of the context get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextHandles {
    /// Buffers.
    pub buffers: u32,
    /// Protection domains.
    pub pds: u32,
    /// Completion queues.
    pub cqs: u32,
    /// Shared receive queues.
    pub srqs: u32,
    /// Memory regions.
    pub mrs: u32,
    /// Queue pairs.
    pub qps: u32,
}

/// A kind of object in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ObjectKind {
    /// A buffer, by number.
    Buffer,
    /// A protection domain, by handle.
    Pd,
    /// A completion queue, by handle.
    Cq,
    /// A shared receive queue, by handle.
    Srq,
    /// A memory region, by handle.
    Mr,
    /// A queue pair, by handle.
    Qp,
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Buffer => "buffer",
            Self::Pd => "protection domain",
            Self::Cq => "completion queue",
            Self::Srq => "shared receive queue",
            Self::Mr => "memory region",
            Self::Qp => "queue pair",
        })
    }
}

/// A process, stopped. Each list is in order of handles.
///
/// As a file it is [`Image::encode`]'s; serde is for showing it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Where it comes from.
    pub source: Source,
    /// How it goes on counting.
    pub next: NextHandles,
    /// The memory map.
    pub memory: Vec<MemoryRange>,
    /// Protection domains.
    pub pds: Vec<PdImage>,
    /// Completion queues.
    pub cqs: Vec<CqImage>,
    /// Shared receive queues.
    pub srqs: Vec<SrqImage>,
    /// Memory regions.
    pub mrs: Vec<MrImage>,
    /// Queue pairs.
    pub qps: Vec<QpImage>,
    /// Events on their way.
    pub events: Vec<EventImage>,
    /// The application's own.
    pub blob: Vec<u8>,
}

impl Image {
    /// The image as bytes: magic, version, sections with type and length, SHA-256 over all before it.
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The image that `bytes` hold, all of them. That it makes sense is not checked here.
    ///
    /// # Errors
    /// [`ImageError`]: damaged, of another version, with something unknown, missing or left over.
    pub fn decode(bytes: &[u8]) -> Result<Self, ImageError> {
        codec::decode(bytes)
    }

    /// What the application wants to have with it, e.g. its state beside the registered memory.
    pub fn set_blob(&mut self, blob: Vec<u8>) {
        self.blob = blob;
    }

    /// The application's own bytes.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// The buffers whose bytes belong to the image, in the order that [`crate::Adapter::restore`] wants them.
    pub fn memory(&self) -> &[MemoryRange] {
        &self.memory
    }

    /// Bytes of all buffers.
    pub fn memory_bytes(&self) -> u64 {
        let lengths = self.memory.iter().map(|b| b.length);
        lengths.fold(0, u64::saturating_add)
    }

    /// Handles of the memory regions that a partner has invalidated: they are there, and nobody can use them.
    pub(super) fn invalidated(&self) -> HashSet<u32> {
        let invalid = self.mrs.iter().filter(|mr| !mr.is_valid());
        invalid.map(|mr| mr.handle).collect()
    }

    /// Bytes of the device's records of queue pairs.
    pub fn qp_state_bytes(&self) -> usize {
        let records = self.qps.iter().flat_map(|qp| &qp.records);
        records.map(|r| 4 * r.words.len()).sum()
    }
}
