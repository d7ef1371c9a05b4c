//! What is in the hosts' memory before a run, and what has to be there behind it.

use crate::lab::{LabError, LabHost, contents};
use crate::rng::Rng;
use host_driver::{Access, MemoryRegion, ScatterEntry};

/// A run of bytes in a host's arena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    pub offset: usize,
    pub length: usize,
}

/// Hands out runs of an arena that is yet to be made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    next: usize,
}

/// Runs begin so many bytes apart, but for their own offset.
const GRAIN: usize = 64;

impl Layout {
    /// `length` bytes, `offset` behind a multiple of 64, with bytes that nobody may touch on both sides.
    pub fn run(&mut self, length: usize, offset: usize) -> Run {
        let offset = self.next.next_multiple_of(GRAIN) + GRAIN + offset % GRAIN;
        self.next = offset + length;
        Run { offset, length }
    }

    /// Bytes of the arena.
    pub fn bytes(&self) -> usize {
        self.next.next_multiple_of(GRAIN) + 2 * GRAIN
    }
}

/// What a run of the arena has to hold.
enum Claim {
    /// these bytes
    Certain(Run, Vec<u8>),
    /// each byte either these or what was there
    Possible(Run, Vec<u8>),
    /// anything
    Free(Run),
}

/// The memory of a host.
pub struct Memory {
    /// Where data come from; nobody writes there.
    pub pool: MemoryRegion,
    pub pool_bytes: Vec<u8>,
    /// Where data go.
    pub arena: MemoryRegion,
    before: Vec<u8>,
    claims: Vec<Claim>,
    /// Eight bytes for each connection.
    pub counters: MemoryRegion,
    /// For each counter: the values that it may have.
    allowed: Vec<Vec<u64>>,
    /// What partners may not touch.
    pub private: MemoryRegion,
    private_bytes: Vec<u8>,
}

/// Bytes of the pool in which requests begin.
const STARTS: usize = 4096;
/// Bytes between two parts of a message.
const GAP: usize = 77;

impl Memory {
    /// Memory for messages of up to `largest` bytes, an arena of `arena` bytes, and counters of `connections` connections.
    ///
    /// # Errors
    /// The device cannot map or register it.
    pub fn new(
        host: &LabHost,
        rng: &mut Rng,
        largest: usize,
        arena: usize,
        connections: usize,
    ) -> Result<Self, LabError> {
        let pool_bytes = rng.bytes(STARTS + 2 * GRAIN + GAP + largest);
        let before = rng.bytes(arena);
        let private_bytes = rng.bytes(largest.max(GRAIN));
        Ok(Self {
            pool: host.memory_with(&pool_bytes, Access::ALL)?,
            pool_bytes,
            arena: host.memory_with(&before, Access::ALL)?,
            before,
            claims: Vec::new(),
            // one more, so that one that is badly aligned is still inside
            counters: host.memory(8 * (connections + 1), Access::ALL)?,
            allowed: vec![vec![0]; connections],
            private: host.memory_with(&private_bytes, Access::LOCAL)?,
            private_bytes,
        })
    }

    /// Where the `index`-th request's data begin in the pool.
    pub fn start(index: usize, offset: u32) -> usize {
        index * 3 * GRAIN % STARTS + offset as usize % GRAIN
    }

    /// `first` bytes of the pool from `start` on and `second` bytes behind them, as entries, and what they hold.
    pub fn gather(&self, start: usize, parts: &[usize]) -> (Vec<ScatterEntry>, Vec<u8>) {
        let (mut at, mut entries, mut bytes) = (start, Vec::new(), Vec::new());
        for &length in parts {
            entries.push(self.pool.entry(at, length as u32));
            bytes.extend_from_slice(&self.pool_bytes[at..at + length]);
            at += length + GAP;
        }
        (entries, bytes)
    }

    /// Entries of runs in the arena.
    pub fn entries(&self, runs: &[Run]) -> Vec<ScatterEntry> {
        let entry = |run: &Run| self.arena.entry(run.offset, run.length as u32);
        runs.iter().map(entry).collect()
    }

    /// Spreads `bytes` over `runs`.
    fn spread(runs: &[Run], bytes: &[u8]) -> Vec<(Run, Vec<u8>)> {
        let mut at = 0;
        let mut parts = Vec::new();
        for run in runs {
            let length = run.length.min(bytes.len() - at);
            parts.push((Run { length, ..*run }, bytes[at..at + length].to_vec()));
            at += length;
        }
        parts
    }

    /// `bytes` have to be in `runs`; or, if not `certain`, some of them.
    pub fn claim(&mut self, runs: &[Run], bytes: &[u8], certain: bool) {
        let parts = Self::spread(runs, bytes).into_iter();
        self.claims.extend(parts.map(|(run, bytes)| match certain {
            true => Claim::Certain(run, bytes),
            false => Claim::Possible(run, bytes),
        }));
    }

    /// Anything may be in `runs`.
    pub fn free(&mut self, runs: &[Run]) {
        self.claims.extend(runs.iter().copied().map(Claim::Free));
    }

    /// A connection's counter has to have one of `values`.
    pub fn allow(&mut self, counter: usize, values: &[u64]) {
        self.allowed[counter] = values.to_vec();
    }

    /// Everything is as it has to be.
    ///
    /// # Errors
    /// What is not, in words.
    pub fn check(&self) -> Result<(), String> {
        let read = |region: &MemoryRegion| contents(region).map_err(|e| e.to_string());
        let arena = read(&self.arena)?;
        let mut expected = self.before.clone();
        for claim in &self.claims {
            match claim {
                Claim::Certain(run, bytes) => {
                    expected[run.offset..run.offset + run.length].copy_from_slice(bytes);
                }
                Claim::Possible(run, bytes) => {
                    for (k, &byte) in bytes.iter().enumerate() {
                        let at = run.offset + k;
                        if arena[at] == byte {
                            expected[at] = byte;
                        }
                    }
                }
                Claim::Free(run) => {
                    let all = run.offset..run.offset + run.length;
                    expected[all.clone()].copy_from_slice(&arena[all]);
                }
            }
        }
        self.compare(&arena, &expected)?;
        for (region, bytes, name) in [
            (&self.pool, &self.pool_bytes, "source data"),
            (&self.private, &self.private_bytes, "private data"),
        ] {
            if read(region)? != *bytes {
                return Err(format!("{name}, which nobody may write, have changed"));
            }
        }
        let counters = read(&self.counters)?;
        for (k, allowed) in self.allowed.iter().enumerate() {
            let bytes: [u8; 8] = std::array::from_fn(|b| counters[8 * k + b]);
            let found = u64::from_le_bytes(bytes);
            if !allowed.contains(&found) {
                return Err(format!(
                    "counter {k} is {found:#x}, not one of {allowed:#x?}"
                ));
            }
        }
        Ok(())
    }

    fn compare(&self, arena: &[u8], expected: &[u8]) -> Result<(), String> {
        let differs = |k: &usize| arena[*k] != expected[*k];
        let Some(at) = (0..arena.len()).find(differs) else {
            return Ok(());
        };
        let wrong = (at..arena.len()).take_while(differs).count();
        let show = |bytes: &[u8]| format!("{:02x?}", &bytes[at..bytes.len().min(at + 16)]);
        Err(format!(
            "arena offset {at:#x} (IOVA {:#x}): {wrong} bytes wrong: {} instead of {}",
            self.arena.buffer().iova() + at as u64,
            show(arena),
            show(expected)
        ))
    }
}
