//! Chunks, and the queue pairs that carry them.

use super::{GUARD, Memory, WINDOW};
use crate::kind::Kind;
use crate::lab::{Endpoint, LabError};
use crate::rng::Rng;
use host_driver::{
    Completion, MemoryRegion, RecvRequest, SendOperation, SendRequest, WcOpcode, WcStatus,
};

/// How a chunk may travel; a READ is the receiving host's.
pub const WAYS: [Kind; 6] = [
    Kind::Send,
    Kind::SendImmediate,
    Kind::SendInvalidate,
    Kind::Write,
    Kind::WriteImmediate,
    Kind::Read,
];

/// A piece of the file.
pub struct Chunk {
    pub way: Kind,
    pub lane: usize,
    pub offset: usize,
    pub length: u32,
    /// Counter behind it: 0 the shared one (FETCH_ADD), k+1 that of queue pair k (CMP_SWAP); none behind a READ.
    pub counter: Option<usize>,
    /// What the counter of its queue pair is before.
    pub before: u64,
    /// Completions of the request, the receive and the ATOMIC.
    pub sent: u32,
    pub received: u32,
    pub counted: u32,
    /// Its key is invalidated on arrival.
    pub victim: Option<MemoryRegion>,
}

impl std::fmt::Debug for Chunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} of {} bytes at {} on queue pair {}, sent {}, received {}, counted {}",
            self.way.name(),
            self.length,
            self.offset,
            self.lane,
            self.sent,
            self.received,
            self.counted
        )
    }
}

impl Chunk {
    pub fn is_done(&self) -> bool {
        let received = u32::from(self.way.is_received());
        let counted = u32::from(self.counter.is_some());
        self.sent >= 1 && self.received >= received && self.counted >= counted
    }

    /// The completion of its receive says what was sent.
    pub fn check(&self, index: usize, c: &Completion) -> Result<(), &'static str> {
        if c.status != WcStatus::Success {
            return Err("failed");
        }
        let opcode = match self.way {
            Kind::WriteImmediate => WcOpcode::RecvRdmaWithImm,
            _ => WcOpcode::Recv,
        };
        if c.opcode != opcode {
            return Err("wrong opcode");
        }
        if c.byte_len != self.length {
            return Err("wrong length");
        }
        if c.imm != self.way.has_immediate().then_some(index as u32) {
            return Err("wrong immediate");
        }
        if c.invalidated != self.victim.as_ref().map(MemoryRegion::rkey) {
            return Err("wrong invalidated key");
        }
        Ok(())
    }
}

/// Cuts `length` bytes into chunks of about `mean` bytes for `lanes` queue pairs.
pub fn cut(length: usize, mean: usize, lanes: usize, rng: &mut Rng) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut swaps = vec![0; lanes];
    let mut offset = 0;
    while offset < length {
        let index = chunks.len();
        let bytes = rng.index(1, 2 * mean.max(1)).min(length - offset);
        let (way, lane) = (WAYS[index % WAYS.len()], (index / 6 + index) % lanes);
        let counter = match (way, rng.chance(0.5)) {
            (Kind::Read, _) => None,
            (_, true) => Some(0),
            (_, false) => Some(lane + 1),
        };
        let before = swaps[lane];
        swaps[lane] += u64::from(counter.is_some_and(|c| c > 0));
        chunks.push(Chunk {
            way,
            lane,
            offset,
            length: bytes as u32,
            counter,
            before,
            sent: 0,
            received: 0,
            counted: 0,
            victim: None,
        });
        offset += bytes;
    }
    chunks
}

/// A connection between the hosts.
pub struct Lane {
    number: usize,
    source: Endpoint,
    destination: Endpoint,
    /// Chunks of this lane, found once.
    mine: std::cell::OnceCell<Vec<usize>>,
    pub posted: usize,
    pub finished: usize,
}

impl Lane {
    pub fn new(number: usize, (source, destination): (Endpoint, Endpoint)) -> Self {
        const { assert!(2 * WINDOW < 64, "the send queue holds the window twice") };
        Self {
            number,
            source,
            destination,
            mine: std::cell::OnceCell::new(),
            posted: 0,
            finished: 0,
        }
    }

    /// Indices of this lane's chunks.
    pub fn mine(&self, chunks: &[Chunk]) -> &[usize] {
        self.mine.get_or_init(|| {
            let is_mine = |k: &usize| chunks[*k].lane == self.number;
            (0..chunks.len()).filter(is_mine).collect()
        })
    }

    /// Posts everything that carries chunk `index`: receive first, then the request, then the ATOMIC that counts it.
    pub fn post(&self, index: usize, chunk: &Chunk, memory: &Memory) -> Result<(), LabError> {
        let wr_id = 2 * index as u64;
        let here = memory.source.entry(chunk.offset, chunk.length);
        let there = memory.destination.entry(GUARD + chunk.offset, chunk.length);
        if chunk.way == Kind::Read {
            let operation = SendOperation::Read {
                remote_addr: here.addr,
                rkey: memory.source.rkey(),
            };
            let request = SendRequest::new(wr_id, operation, there);
            return Ok(self.destination.qp.post_send(&[request])?);
        }
        if chunk.way.is_received() {
            let entries = match chunk.way {
                Kind::WriteImmediate => vec![],
                _ => halves(there),
            };
            self.destination
                .qp
                .post_recv(&[RecvRequest { wr_id, entries }])?;
        }
        let imm = Some(index as u32);
        let (remote_addr, rkey) = (there.addr, memory.destination.rkey());
        let operation = match chunk.way {
            Kind::Write => SendOperation::Write {
                remote_addr,
                rkey,
                imm: None,
            },
            Kind::WriteImmediate => SendOperation::Write {
                remote_addr,
                rkey,
                imm,
            },
            Kind::SendImmediate => SendOperation::Send {
                imm,
                invalidate: None,
            },
            _ => SendOperation::Send {
                imm: None,
                invalidate: chunk.victim.as_ref().map(MemoryRegion::rkey),
            },
        };
        let mut requests = vec![SendRequest {
            entries: halves(here),
            ..SendRequest::new(wr_id, operation, here)
        }];
        requests.extend(self.counting(wr_id + 1, index, chunk, memory));
        Ok(self.source.qp.post_send(&requests)?)
    }

    fn counting(
        &self,
        wr_id: u64,
        index: usize,
        chunk: &Chunk,
        memory: &Memory,
    ) -> Option<SendRequest> {
        let counter = chunk.counter?;
        let remote_addr = memory.counters.va() + 8 * counter as u64;
        let rkey = memory.counters.rkey();
        let operation = match counter {
            0 => SendOperation::FetchAdd {
                remote_addr,
                rkey,
                add: 1,
            },
            _ => SendOperation::CompareSwap {
                remote_addr,
                rkey,
                compare: chunk.before,
                swap: chunk.before + 1,
            },
        };
        let local = memory.found.entry(8 * index, 8);
        Some(SendRequest::new(wr_id, operation, local))
    }
}

/// The same bytes as two scatter entries, cut at an odd place.
fn halves(whole: host_driver::ScatterEntry) -> Vec<host_driver::ScatterEntry> {
    let first = whole.length / 3;
    let front = host_driver::ScatterEntry {
        length: first,
        ..whole
    };
    let back = host_driver::ScatterEntry {
        addr: whole.addr + u64::from(first),
        length: whole.length - first,
        ..whole
    };
    vec![front, back]
}
