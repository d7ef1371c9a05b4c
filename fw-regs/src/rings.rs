//! Queue entries in host memory: send and receive work requests, completions, events. All little-endian.

use crate::codes::{EventKind, WcOpcode, WcStatus, WqeOpcode};
use crate::limits::MAX_INLINE;

/// Bytes of a send work request.
pub const SEND_WQE_BYTES: usize = 64;
/// Bytes of a receive work request.
pub const RECV_WQE_BYTES: usize = 32;
/// Bytes of a completion.
pub const CQE_BYTES: usize = 32;
/// Bytes of an event.
pub const EQE_BYTES: usize = 16;

records! {
    /// A send work request as it lies in the ring; [`SendWqe`] is its meaning.
    pub struct RawSendWqe {
        /// A `WqeOpcode`.
        opcode: 8 as u8,
        /// A completion is wanted on success.
        signalled: 1 as bool,
        /// The receiver's completion raises an event.
        solicited: 1 as bool,
        /// Waits until earlier READs and ATOMICs are done.
        fence: 1 as bool,
        /// The data are in the request itself.
        inlined: 1 as bool,
        /// Zero.
        rsvd0: 20,
        /// Immediate data or the key to invalidate, as a number.
        imm_or_rkey: 32 as u32,
        /// Bytes of inline data, at most 32.
        inline_len: 32 as u32,
        /// Zero.
        rsvd3: 32,
        /// Remote virtual address.
        remote_addr: 64 as u64,
        /// Remote key.
        rkey: 32 as u32,
        /// Zero.
        rsvd7: 32,
        /// First scatter entry, or inline bytes 0 to 7.
        addr0: 64 as u64,
        /// Length of the first scatter entry, 0 = unused; or inline bytes 8 to 11.
        len0: 32 as u32,
        /// Local key of the first scatter entry; or inline bytes 12 to 15.
        lkey0: 32 as u32,
        /// Second scatter entry; or inline bytes 16 to 23; ATOMIC: value to swap in or add.
        addr1: 64 as u64,
        /// Length of the second scatter entry, 0 = unused; or inline bytes 24 to 27; ATOMIC: value to compare, bits 31:0.
        len1: 32 as u32,
        /// Local key of the second scatter entry; or inline bytes 28 to 31; ATOMIC: value to compare, bits 63:32.
        lkey1: 32 as u32,
    }

    /// A receive work request as it lies in the ring; [`RecvWqe`] is its meaning.
    pub struct RawRecvWqe {
        /// First scatter entry.
        addr0: 64 as u64,
        /// Its length; 0 = unused.
        len0: 32 as u32,
        /// Its local key.
        lkey0: 32 as u32,
        /// Second scatter entry.
        addr1: 64 as u64,
        /// Its length; 0 = unused.
        len1: 32 as u32,
        /// Its local key.
        lkey1: 32 as u32,
    }

    /// A completion as it lies in the ring; [`Cqe`] is its meaning.
    pub struct RawCqe {
        /// Index of the work request in its queue.
        index: 16 as u16,
        /// A `WcOpcode`.
        opcode: 8 as u8,
        /// A `WcStatus`.
        status: 8 as u8,
        /// Number of the queue pair.
        qpn: 24 as u32,
        /// It is of a receive.
        receive: 1 as bool,
        /// `imm` is immediate data.
        with_imm: 1 as bool,
        /// `imm` is the key that was invalidated.
        with_inv: 1 as bool,
        /// Zero.
        rsvd1: 5,
        /// Bytes received or read.
        byte_len: 32 as u32,
        /// Immediate data or invalidated key, as a number.
        imm: 32 as u32,
        /// Zero.
        rsvd4: 32,
        /// Zero.
        rsvd5: 32,
        /// Zero.
        rsvd6: 32,
        /// Zero.
        rsvd7: 31,
        /// One on the first way round the ring, then alternating.
        phase: 1 as bool,
    }

    /// An event as it lies in the ring; [`Eqe`] is its meaning.
    pub struct RawEqe {
        /// An `EventKind`.
        kind: 8 as u8,
        /// Which object, as `EventKind` says.
        object: 24 as u32,
        /// Zero.
        rsvd1: 32,
        /// Zero.
        rsvd2: 32,
        /// Zero.
        rsvd3: 31,
        /// One on the first way round the ring, then alternating.
        phase: 1 as bool,
    }
}

/// The phase bit of the entry with free-running index `index` in a ring of `2^log_size` entries.
pub const fn phase(index: u16, log_size: u8) -> bool {
    (index as u32 >> log_size) & 1 == 0
}

/// A queue entry with a number that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// No such send opcode.
    WqeOpcode(u8),
    /// More inline bytes than fit.
    InlineLength(u32),
    /// No such completion opcode.
    WcOpcode(u8),
    /// No such completion status.
    WcStatus(u8),
    /// No such event kind.
    EventKind(u8),
}

impl core::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::WqeOpcode(code) => write!(f, "work request opcode {code} is not one of 0 to 7"),
            Self::InlineLength(bytes) => {
                write!(f, "{bytes} inline bytes, at most {MAX_INLINE} fit")
            }
            Self::WcOpcode(code) => write!(f, "completion opcode {code} is unknown"),
            Self::WcStatus(code) => write!(f, "completion status {code} is unknown"),
            Self::EventKind(code) => write!(f, "event kind {code} is unknown"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// A scatter entry: local memory by virtual address and key. Length 0 = unused, and its key is not checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sge {
    /// Virtual address.
    pub addr: u64,
    /// Bytes.
    pub len: u32,
    /// Local key.
    pub lkey: u32,
}

/// The data of a send work request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendData {
    /// Scatter entries.
    Entries([Sge; 2]),
    /// Bytes in the request itself.
    Inline {
        /// How many count, at most 32.
        len: u8,
        /// The bytes; zero beyond `len`.
        bytes: [u8; MAX_INLINE as usize],
    },
    /// Operands of an ATOMIC.
    Atomic {
        /// Where the original value goes: 8 bytes.
        local: Sge,
        /// Value to swap in or to add.
        swap_or_add: u64,
        /// Value to compare with.
        compare: u64,
    },
}

/// A send work request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendWqe {
    /// What to do.
    pub opcode: WqeOpcode,
    /// A completion is wanted on success.
    pub signalled: bool,
    /// The receiver's completion raises an event.
    pub solicited: bool,
    /// Waits until earlier READs and ATOMICs are done.
    pub fence: bool,
    /// Immediate data or the key to invalidate.
    pub imm_or_rkey: u32,
    /// Remote virtual address.
    pub remote_addr: u64,
    /// Remote key.
    pub rkey: u32,
    /// The data.
    pub data: SendData,
}

impl SendWqe {
    /// The request as the device reads it; of inline data, what is longer than 32 bytes is cut.
    pub fn encode(&self) -> [u8; SEND_WQE_BYTES] {
        let mut raw = RawSendWqe {
            opcode: self.opcode.code(),
            signalled: self.signalled,
            solicited: self.solicited,
            fence: self.fence,
            imm_or_rkey: self.imm_or_rkey,
            remote_addr: self.remote_addr,
            rkey: self.rkey,
            ..RawSendWqe::default()
        };
        let (first, second) = match self.data {
            SendData::Entries([first, second]) => (first, second),
            SendData::Inline { len, bytes } => {
                raw.inlined = true;
                raw.inline_len = u32::from(len).min(MAX_INLINE);
                (inline_half(&bytes, 0), inline_half(&bytes, 16))
            }
            SendData::Atomic {
                local,
                swap_or_add,
                compare,
            } => (
                local,
                Sge {
                    addr: swap_or_add,
                    len: compare as u32,
                    lkey: (compare >> 32) as u32,
                },
            ),
        };
        (raw.addr0, raw.len0, raw.lkey0) = (first.addr, first.len, first.lkey);
        (raw.addr1, raw.len1, raw.lkey1) = (second.addr, second.len, second.lkey);
        to_bytes(raw.to_words())
    }

    /// The request that `bytes` hold.
    ///
    /// # Errors
    /// [`DecodeError::WqeOpcode`] or [`DecodeError::InlineLength`].
    pub fn decode(bytes: &[u8; SEND_WQE_BYTES]) -> Result<Self, DecodeError> {
        let raw = RawSendWqe::from_words(&to_words(bytes));
        let opcode = WqeOpcode::from_code(raw.opcode).ok_or(DecodeError::WqeOpcode(raw.opcode))?;
        let first = Sge {
            addr: raw.addr0,
            len: raw.len0,
            lkey: raw.lkey0,
        };
        let second = Sge {
            addr: raw.addr1,
            len: raw.len1,
            lkey: raw.lkey1,
        };
        let data = if opcode.is_atomic() {
            let compare = u64::from(second.lkey) << 32 | u64::from(second.len);
            SendData::Atomic {
                local: first,
                swap_or_add: second.addr,
                compare,
            }
        } else if raw.inlined {
            let len = u8::try_from(raw.inline_len)
                .ok()
                .filter(|&len| u32::from(len) <= MAX_INLINE);
            let len = len.ok_or(DecodeError::InlineLength(raw.inline_len))?;
            let mut inline = [0; MAX_INLINE as usize];
            inline.copy_from_slice(&bytes[32..]);
            SendData::Inline { len, bytes: inline }
        } else {
            SendData::Entries([first, second])
        };
        Ok(Self {
            opcode,
            signalled: raw.signalled,
            solicited: raw.solicited,
            fence: raw.fence,
            imm_or_rkey: raw.imm_or_rkey,
            remote_addr: raw.remote_addr,
            rkey: raw.rkey,
            data,
        })
    }
}

/// 16 inline bytes where a scatter entry would stand.
fn inline_half(bytes: &[u8; MAX_INLINE as usize], at: usize) -> Sge {
    let half = (0..16).fold(0_u128, |all, k| all | u128::from(bytes[at + k]) << (8 * k));
    Sge {
        addr: half as u64,
        len: (half >> 64) as u32,
        lkey: (half >> 96) as u32,
    }
}

/// A receive work request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecvWqe {
    /// Scatter entries.
    pub entries: [Sge; 2],
}

impl RecvWqe {
    /// The request as the device reads it.
    pub fn encode(&self) -> [u8; RECV_WQE_BYTES] {
        let [first, second] = self.entries;
        let raw = RawRecvWqe {
            addr0: first.addr,
            len0: first.len,
            lkey0: first.lkey,
            addr1: second.addr,
            len1: second.len,
            lkey1: second.lkey,
        };
        to_bytes(raw.to_words())
    }

    /// The request that `bytes` hold.
    pub fn decode(bytes: &[u8; RECV_WQE_BYTES]) -> Self {
        let raw = RawRecvWqe::from_words(&to_words(bytes));
        let first = Sge {
            addr: raw.addr0,
            len: raw.len0,
            lkey: raw.lkey0,
        };
        let second = Sge {
            addr: raw.addr1,
            len: raw.len1,
            lkey: raw.lkey1,
        };
        Self {
            entries: [first, second],
        }
    }
}

/// A completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cqe {
    /// Index of the work request in its queue.
    pub index: u16,
    /// What it is about.
    pub opcode: WcOpcode,
    /// How it ended.
    pub status: WcStatus,
    /// Number of the queue pair.
    pub qpn: u32,
    /// It is of a receive.
    pub receive: bool,
    /// `imm` is immediate data.
    pub with_imm: bool,
    /// `imm` is the key that was invalidated.
    pub with_inv: bool,
    /// Bytes received or read.
    pub byte_len: u32,
    /// Immediate data or invalidated key.
    pub imm: u32,
    /// Phase bit, see [`phase`].
    pub phase: bool,
}

impl Cqe {
    /// The phase bit of an entry, which says whether the device has written it; look at it before anything else.
    pub fn phase_of(bytes: &[u8; CQE_BYTES]) -> bool {
        bytes[CQE_BYTES - 1] & 0x80 != 0
    }

    /// The completion as the device writes it.
    pub fn encode(&self) -> [u8; CQE_BYTES] {
        let raw = RawCqe {
            index: self.index,
            opcode: self.opcode.code(),
            status: self.status.code(),
            qpn: self.qpn,
            receive: self.receive,
            with_imm: self.with_imm,
            with_inv: self.with_inv,
            byte_len: self.byte_len,
            imm: self.imm,
            phase: self.phase,
        };
        to_bytes(raw.to_words())
    }

    /// The completion that `bytes` hold.
    ///
    /// # Errors
    /// [`DecodeError::WcOpcode`] or [`DecodeError::WcStatus`].
    pub fn decode(bytes: &[u8; CQE_BYTES]) -> Result<Self, DecodeError> {
        let raw = RawCqe::from_words(&to_words(bytes));
        Ok(Self {
            index: raw.index,
            opcode: WcOpcode::from_code(raw.opcode).ok_or(DecodeError::WcOpcode(raw.opcode))?,
            status: WcStatus::from_code(raw.status).ok_or(DecodeError::WcStatus(raw.status))?,
            qpn: raw.qpn,
            receive: raw.receive,
            with_imm: raw.with_imm,
            with_inv: raw.with_inv,
            byte_len: raw.byte_len,
            imm: raw.imm,
            phase: raw.phase,
        })
    }
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eqe {
    /// What happened.
    pub kind: EventKind,
    /// To which object, as [`EventKind`] says.
    pub object: u32,
    /// Phase bit, see [`phase`].
    pub phase: bool,
}

impl Eqe {
    /// The phase bit of an entry, which says whether the device has written it; look at it before anything else.
    pub fn phase_of(bytes: &[u8; EQE_BYTES]) -> bool {
        bytes[EQE_BYTES - 1] & 0x80 != 0
    }

    /// The event as the device writes it.
    pub fn encode(&self) -> [u8; EQE_BYTES] {
        let raw = RawEqe {
            kind: self.kind.code(),
            object: self.object,
            phase: self.phase,
        };
        to_bytes(raw.to_words())
    }

    /// The event that `bytes` hold.
    ///
    /// # Errors
    /// [`DecodeError::EventKind`].
    pub fn decode(bytes: &[u8; EQE_BYTES]) -> Result<Self, DecodeError> {
        let raw = RawEqe::from_words(&to_words(bytes));
        let kind = EventKind::from_code(raw.kind).ok_or(DecodeError::EventKind(raw.kind))?;
        Ok(Self {
            kind,
            object: raw.object,
            phase: raw.phase,
        })
    }
}

/// Little-endian bytes of `words`; `B` is `4 * W`.
fn to_bytes<const W: usize, const B: usize>(words: [u32; W]) -> [u8; B] {
    const { assert!(B == 4 * W) };
    core::array::from_fn(|k| words[k / 4].to_le_bytes()[k % 4])
}

/// The little-endian words in `bytes`; `B` is `4 * W`.
fn to_words<const B: usize, const W: usize>(bytes: &[u8; B]) -> [u32; W] {
    const { assert!(B == 4 * W) };
    core::array::from_fn(|k| u32::from_le_bytes(core::array::from_fn(|byte| bytes[4 * k + byte])))
}

/// All layouts of queue entries.
pub const RECORDS: &[crate::schema::Record] = &[
    RawSendWqe::RECORD,
    RawRecvWqe::RECORD,
    RawCqe::RECORD,
    RawEqe::RECORD,
];
