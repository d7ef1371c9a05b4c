//! A host's memory, and what has to be in it.

use super::SoakOptions;
use crate::lab::{LabError, LabHost, contents};
use crate::rng::Rng;
use host_driver::{Access, MemoryRegion, ScatterEntry};

/// A run of bytes in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub offset: usize,
    pub length: usize,
}

/// A FETCH_ADD on the counter that everybody uses: where its result lands, and what it adds.
struct SharedAdd {
    result: usize,
    add: u64,
}

/// Source data, which never changes, and an arena where everything lands.
pub struct Memory {
    pub pool: MemoryRegion,
    pub pool_bytes: Vec<u8>,
    pub arena: MemoryRegion,
    shadow: Vec<u8>,
    /// Behind the last landing zone of this round.
    next: usize,
    /// Counters, 8 bytes each; number 0 is everybody's.
    counters: MemoryRegion,
    values: Vec<u64>,
    /// Results of this round's additions to the other host's counter 0, and that counter's value before them.
    adds: Vec<SharedAdd>,
    seen: Vec<(u64, u64)>,
}

/// Counters that a host has room for.
const COUNTERS: usize = 4096;

impl Memory {
    pub fn new(host: &LabHost, options: &SoakOptions, rng: &mut Rng) -> Result<Self, LabError> {
        let largest = options.max_size as usize;
        let pool_bytes = rng.bytes(largest + 65_536);
        let arena = rng.bytes(2 * largest + (1 << 20));
        Ok(Self {
            pool: host.memory_with(&pool_bytes, Access::ALL)?,
            pool_bytes,
            arena: host.memory_with(&arena, Access::ALL)?,
            shadow: arena,
            next: 0,
            counters: host.memory(8 * COUNTERS, Access::ALL)?,
            values: vec![0],
            adds: Vec::new(),
            seen: Vec::new(),
        })
    }

    /// A new round: all landing zones may be used again.
    pub fn begin(&mut self) {
        self.next = 0;
    }

    /// A landing zone of `length` bytes at a random distance from the one before, or a shorter one if the arena is full.
    pub fn land(&mut self, length: usize, align: usize, rng: &mut Rng) -> Run {
        let offset = (self.next + rng.index(1, 80)).next_multiple_of(align);
        let room = self.shadow.len().saturating_sub(offset + 8);
        let length = length.min(room);
        self.next = (offset + length).min(self.shadow.len() - 128);
        Run {
            offset: offset.min(self.shadow.len() - 64),
            length,
        }
    }

    /// The arena has room for `length` more bytes.
    pub fn has_room(&self, length: usize) -> bool {
        self.next + length + 4096 < self.shadow.len()
    }

    /// From now on `bytes` have to be at `offset`.
    pub fn expect(&mut self, offset: usize, bytes: &[u8]) {
        self.shadow[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    /// From now on `bytes` have to be in `runs`, one behind the other.
    pub fn scatter(&mut self, runs: &[Run], bytes: &[u8]) {
        let mut at = 0;
        for run in runs {
            let count = run.length.min(bytes.len() - at);
            self.expect(run.offset, &bytes[at..at + count]);
            at += count;
        }
    }

    /// The scatter entry of a run.
    pub fn entry(&self, run: Run) -> ScatterEntry {
        self.arena.entry(run.offset, run.length as u32)
    }

    /// A counter of its own for somebody, zero at first if never used.
    pub fn counter(&mut self, rng: &mut Rng) -> usize {
        match self.values.len() < COUNTERS {
            true => {
                self.values.push(0);
                self.values.len() - 1
            }
            false => rng.index(1, COUNTERS - 1),
        }
    }

    pub fn counter_address(&self, counter: usize) -> (u64, u32) {
        (
            self.counters.va() + 8 * counter as u64,
            self.counters.rkey(),
        )
    }

    /// The value of a counter after everything planned.
    pub fn value(&mut self, counter: usize) -> &mut u64 {
        &mut self.values[counter]
    }

    /// A FETCH_ADD of `add` to the other host's counter 0 brings its result to `result`, 8 bytes of the arena.
    pub fn expect_shared(&mut self, result: usize, add: u64) {
        self.adds.push(SharedAdd { result, add });
    }

    /// Everything is as it has to be.
    ///
    /// # Errors
    /// What is not, in words.
    pub fn check(&mut self) -> Result<(), String> {
        let read = |region: &MemoryRegion| contents(region).map_err(|e| e.to_string());
        let arena = read(&self.arena)?;
        for SharedAdd { result, add } in std::mem::take(&mut self.adds) {
            let bytes: [u8; 8] = std::array::from_fn(|k| arena[result + k]);
            self.seen.push((u64::from_le_bytes(bytes), add));
            self.expect(result, &bytes);
        }
        if let Some(at) = (0..arena.len()).find(|&k| arena[k] != self.shadow[k]) {
            let wrong = (at..arena.len())
                .take_while(|&k| arena[k] != self.shadow[k])
                .count();
            let show = |bytes: &[u8]| format!("{:02x?}", &bytes[at..bytes.len().min(at + 16)]);
            return Err(format!(
                "arena offset {at:#x} (IOVA {:#x}): {wrong} bytes wrong: {} instead of {}",
                self.arena.buffer().iova() + at as u64,
                show(&arena),
                show(&self.shadow)
            ));
        }
        if read(&self.pool)? != self.pool_bytes {
            return Err("source data, which nobody may write, have changed".to_owned());
        }
        let counters = read(&self.counters)?;
        for (k, &value) in self.values.iter().enumerate() {
            let bytes: [u8; 8] = std::array::from_fn(|b| counters[8 * k + b]);
            let found = u64::from_le_bytes(bytes);
            if found != value {
                return Err(format!("counter {k} is {found:#x}, not {value:#x}"));
            }
        }
        self.check_chain()
    }

    /// Additions to one counter, put in order, form a chain: each found what the one before it left.
    fn check_chain(&mut self) -> Result<(), String> {
        self.seen.sort_unstable();
        for pair in self.seen.windows(2) {
            if pair[0].0 + pair[0].1 != pair[1].0 {
                return Err(format!(
                    "a FETCH_ADD found {:#x}; the one before it found {:#x} and added {:#x}",
                    pair[1].0, pair[0].0, pair[0].1
                ));
            }
        }
        // the chain goes on from its last link
        let keep = self.seen.len().saturating_sub(1);
        self.seen.drain(..keep);
        Ok(())
    }
}
