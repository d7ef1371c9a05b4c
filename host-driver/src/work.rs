//! Work requests and completions.

use fw_regs::{WcOpcode, WcStatus};

/// A run of local memory: virtual address, bytes, key of its memory region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScatterEntry {
    /// Virtual address.
    pub addr: u64,
    /// Bytes; 0 = unused.
    pub length: u32,
    /// Local key.
    pub lkey: u32,
}

/// What a send work request does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOperation {
    /// SEND, with immediate data or with a key to invalidate at the partner.
    Send {
        /// Immediate data.
        imm: Option<u32>,
        /// Key to invalidate; not together with immediate data.
        invalidate: Option<u32>,
    },
    /// RDMA WRITE.
    Write {
        /// Address at the partner.
        remote_addr: u64,
        /// Its key.
        rkey: u32,
        /// Immediate data, which consumes a receive at the partner.
        imm: Option<u32>,
    },
    /// RDMA READ.
    Read {
        /// Address at the partner.
        remote_addr: u64,
        /// Its key.
        rkey: u32,
    },
    /// ATOMIC compare and swap on 8 bytes.
    CompareSwap {
        /// Address at the partner, aligned to 8.
        remote_addr: u64,
        /// Its key.
        rkey: u32,
        /// Value expected there.
        compare: u64,
        /// Value to write if it is there.
        swap: u64,
    },
    /// ATOMIC fetch and add on 8 bytes.
    FetchAdd {
        /// Address at the partner, aligned to 8.
        remote_addr: u64,
        /// Its key.
        rkey: u32,
        /// Value to add.
        add: u64,
    },
}

/// A send work request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendRequest {
    /// Comes back with the completion.
    pub wr_id: u64,
    /// What to do.
    pub operation: SendOperation,
    /// Local memory, at most two entries.
    pub entries: Vec<ScatterEntry>,
    /// Bytes to send instead of `entries`, at most 32.
    pub inline: Option<Vec<u8>>,
    /// A completion is wanted on success.
    pub signalled: bool,
    /// The partner's completion raises its event.
    pub solicited: bool,
    /// Waits for earlier READs and ATOMICs.
    pub fence: bool,
}

impl SendRequest {
    /// A signalled request of `operation` on one entry.
    pub fn new(wr_id: u64, operation: SendOperation, entry: ScatterEntry) -> Self {
        Self {
            wr_id,
            operation,
            entries: vec![entry],
            inline: None,
            signalled: true,
            solicited: false,
            fence: false,
        }
    }
}

/// A receive work request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecvRequest {
    /// Comes back with the completion.
    pub wr_id: u64,
    /// Where the message goes, at most two entries.
    pub entries: Vec<ScatterEntry>,
}

/// A completed work request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Of the work request.
    pub wr_id: u64,
    /// How it ended.
    pub status: WcStatus,
    /// What it was.
    pub opcode: WcOpcode,
    /// The queue pair.
    pub qpn: u32,
    /// Bytes received or read; meaningful on success.
    pub byte_len: u32,
    /// Immediate data.
    pub imm: Option<u32>,
    /// Key of the memory region that the partner invalidated.
    pub invalidated: Option<u32>,
}
