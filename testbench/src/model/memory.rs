//! What the model knows of memory: regions, pieces of host memory, and what happens to them.

use fw_regs::contexts::MemoryRegion;
use fw_regs::rings::Sge;
use fw_regs::{WcOpcode, WcStatus};
use std::collections::HashMap;

/// Host memory that can be read by IOVA.
pub trait Memory {
    /// `length` bytes at `iova`, or nothing if some of them are not mapped.
    fn fetch(&self, iova: u64, length: usize) -> Option<Vec<u8>>;
}

/// A run of bytes in host memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    pub iova: u64,
    pub length: u32,
}

/// What an access needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    LocalRead,
    LocalWrite,
    RemoteWrite,
    RemoteRead,
    RemoteAtomic,
}

/// A host's memory regions, by key.
#[derive(Clone, Debug, Default)]
pub struct Regions {
    by_key: HashMap<u32, MemoryRegion>,
}

impl Regions {
    pub fn insert(&mut self, region: MemoryRegion) {
        self.by_key.insert(region.key, region);
    }

    pub fn remove(&mut self, key: u32) {
        self.by_key.remove(&key);
    }

    /// Where `length` bytes at `va` are, if `key` gives `right` to all of them within domain `pd`.
    pub fn check(&self, key: u32, pd: u16, va: u64, length: u32, right: Right) -> Option<u64> {
        let region = self.by_key.get(&key).filter(|r| r.valid && r.pd == pd)?;
        let granted = match right {
            Right::LocalRead => true,
            Right::LocalWrite => region.local_write,
            Right::RemoteWrite => region.remote_write,
            Right::RemoteRead => region.remote_read,
            Right::RemoteAtomic => region.remote_atomic,
        };
        let offset = va.checked_sub(region.va)?;
        let room = region.length.checked_sub(offset)?;
        (granted && room >= u64::from(length)).then(|| region.iova.wrapping_add(offset))
    }

    /// Whether `key` gives any right in domain `pd`.
    pub fn has(&self, key: u32, pd: u16) -> bool {
        self.by_key.get(&key).is_some_and(|r| r.valid && r.pd == pd)
    }

    /// Takes the right away that `key` gives; whether there was one.
    pub fn invalidate(&mut self, key: u32, pd: u16) -> bool {
        match self.by_key.get_mut(&key).filter(|r| r.valid && r.pd == pd) {
            Some(region) => {
                region.valid = false;
                true
            }
            None => false,
        }
    }

    /// Where scatter entries are; entries without a length are not looked at.
    pub fn resolve(&self, entries: &[Sge; 2], pd: u16, right: Right) -> Option<[Piece; 2]> {
        let mut pieces = [Piece::default(); 2];
        for (piece, entry) in pieces.iter_mut().zip(entries) {
            if entry.len > 0 {
                piece.iova = self.check(entry.lkey, pd, entry.addr, entry.len, right)?;
                piece.length = entry.len;
            }
        }
        Some(pieces)
    }
}

/// Bytes `from..from + length` of two pieces laid end to end.
pub fn window(pieces: &[Piece; 2], from: u32, length: u32) -> Vec<Piece> {
    let (mut skip, mut left) = (from, length);
    let mut found = Vec::new();
    for piece in pieces {
        let passed = skip.min(piece.length);
        let take = (piece.length - passed).min(left);
        skip -= passed;
        left -= take;
        if take > 0 {
            found.push(Piece {
                iova: piece.iova + u64::from(passed),
                length: take,
            });
        }
    }
    found
}

/// What an ATOMIC does to eight bytes of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomicOp {
    CompareSwap { compare: u64, swap: u64 },
    FetchAdd { add: u64 },
}

impl AtomicOp {
    /// What is there afterwards.
    pub fn apply(self, before: u64) -> u64 {
        match self {
            Self::CompareSwap { compare, swap } if compare == before => swap,
            Self::CompareSwap { .. } => before,
            Self::FetchAdd { add } => before.wrapping_add(add),
        }
    }
}

/// A completion that a queue pair owes. What the contract leaves open is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    pub receive: bool,
    /// of the work request in its queue
    pub index: u16,
    pub opcode: Option<WcOpcode>,
    pub status: WcStatus,
    pub byte_len: Option<u32>,
    pub imm: Option<u32>,
    pub invalidated: Option<u32>,
}

/// Something that happens to host memory, in the order in which it has to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// payload to its place
    Write {
        iova: u64,
        bytes: Vec<u8>,
    },
    /// an ATOMIC; `id` names it until its result is known
    Atomic {
        iova: u64,
        op: AtomicOp,
        id: u64,
    },
    Complete(Completion),
}
