//! `roamnic transfer`: a file from one host to another by every operation, over a link that loses, doubles, reorders and
//! corrupts frames, with exact accounts of what arrived.
//!
//! The file is cut into chunks of random size. Chunk after chunk goes by SEND, SEND with immediate, SEND with invalidate, WRITE,
//! WRITE with immediate, and READ (by the receiving host), over the queue pairs in turn; behind each chunk that was pushed an ATOMIC counts
//! it. Everything has to arrive exactly once, where it belongs and nowhere else.

mod lane;
mod report;

pub use report::{FrameCounts, OperationCount, TransferReport};

use crate::kind::Kind;
use crate::lab::{ConnectOptions, Lab, LabError, LabOptions, contents};
use crate::rng::Rng;
use crate::show;
use host_driver::{Access, CompletionQueue, MemoryRegion, WcStatus};
use lane::{Chunk, Lane};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// What is transferred, and over what.
#[derive(Clone, Debug)]
pub struct TransferOptions {
    pub lab: LabOptions,
    pub bytes: Vec<u8>,
    /// Queue pairs at each end.
    pub qps: usize,
    pub path_mtu: u32,
    /// Mean bytes of a chunk.
    pub chunk: usize,
    /// Capture of the sending host's port.
    pub pcap: Option<PathBuf>,
    /// FST trace of the sending host's NIC.
    pub waves: Option<PathBuf>,
}

/// Bytes before and behind the destination that nobody may touch.
const GUARD: usize = 4096;
const GUARD_BYTE: u8 = 0xa5;
/// Without any completion for so many cycles the transfer is given up: eight times the longest timeout used.
const STALL: u64 = 4_000_000;
/// Chunks under way per queue pair.
const WINDOW: usize = 8;

/// Memory at both ends.
struct Memory {
    /// The file at the source.
    source: MemoryRegion,
    /// Where ATOMICs put what they found: 8 bytes a chunk.
    found: MemoryRegion,
    /// Guard, file, guard.
    destination: MemoryRegion,
    /// The counters: one of all chunks, then one of each queue pair.
    counters: MemoryRegion,
}

struct Transfer<'a> {
    lab: Lab,
    options: &'a TransferOptions,
    memory: Memory,
    lanes: Vec<Lane>,
    /// Per host: where sends and receives complete.
    cqs: [(CompletionQueue, CompletionQueue); 2],
    chunks: Vec<Chunk>,
    problems: Vec<String>,
}

/// Transfers everything. `progress` is told the bytes that have arrived.
///
/// # Errors
/// No model, or the transfer stands still. That something arrived wrongly is in the report.
pub fn run(
    options: &TransferOptions,
    mut progress: impl FnMut(u64),
) -> Result<TransferReport, LabError> {
    let mut transfer = Transfer::new(options)?;
    let start = transfer.lab.cluster.cycle();
    let mut last = start;
    loop {
        let moved = transfer.pump()?;
        if moved {
            last = transfer.lab.cluster.cycle();
            progress(transfer.arrived());
        }
        if transfer.is_done() {
            break;
        }
        let waited = transfer.lab.cluster.cycle() - last;
        if waited > STALL {
            return Err(LabError::Timeout {
                what: format!("any completion; {}", transfer.state()),
                cycles: waited,
            });
        }
        transfer.lab.run(transfer.lab.options.pause)?;
    }
    let cycles = transfer.lab.cluster.cycle() - start;
    // late duplicates must find nothing to do any more
    transfer.lab.run(20_000)?;
    transfer.pump()?;
    transfer.report(cycles)
}

impl<'a> Transfer<'a> {
    fn new(options: &'a TransferOptions) -> Result<Self, LabError> {
        let lab = Lab::new(LabOptions {
            traced: options.waves.is_some(),
            ..options.lab
        })?;
        if let Some(path) = &options.pcap {
            lab.cluster.capture(0, path)?;
        }
        if let Some(path) = &options.waves {
            lab.cluster.open_waves(0, path)?;
        }
        let mut rng = Rng::new(options.lab.seed);
        let chunks = lane::cut(options.bytes.len(), options.chunk, options.qps, &mut rng);
        let memory = Memory::new(&lab, options, chunks.len())?;
        let cq = |host: usize| lab.hosts[host].context.create_cq(8192);
        let cqs = [(cq(0)?, cq(0)?), (cq(1)?, cq(1)?)];
        let connection = ConnectOptions {
            path_mtu: options.path_mtu,
            timeout: 5 + (options.qps.ilog2() as u8) / 2,
            cqs: [Some(cqs[0].clone()), Some(cqs[1].clone())],
            ..ConnectOptions::default()
        };
        let lanes = (0..options.qps)
            .map(|k| Ok(Lane::new(k, lab.connect(0, 1, &connection)?)))
            .collect::<Result<_, LabError>>()?;
        Ok(Self {
            lab,
            options,
            memory,
            lanes,
            cqs,
            chunks,
            problems: Vec::new(),
        })
    }

    /// Posts what has room and takes what has completed; whether anything has.
    fn pump(&mut self) -> Result<bool, LabError> {
        for k in 0..self.lanes.len() {
            self.fill(k)?;
        }
        let mut moved = false;
        for host in 0..2 {
            let (send, recv) = self.cqs[host].clone();
            for (cq, receive) in [(send, false), (recv, true)] {
                for completion in cq.poll(1024)? {
                    moved = true;
                    self.complete(host, receive, &completion);
                }
            }
        }
        Ok(moved)
    }

    /// Posts chunks of a lane up to its window.
    fn fill(&mut self, k: usize) -> Result<(), LabError> {
        loop {
            let lane = &self.lanes[k];
            let Some(&next) = lane.mine(&self.chunks).get(lane.posted) else {
                return Ok(());
            };
            if lane.posted - lane.finished >= WINDOW {
                return Ok(());
            }
            let host = &self.lab.hosts[1];
            if self.chunks[next].way == Kind::SendInvalidate {
                // a key that exists only to be invalidated
                let victim = host.memory(64, Access::ALL)?;
                self.chunks[next].victim = Some(victim);
            }
            let chunk = &self.chunks[next];
            self.lanes[k].post(next, chunk, &self.memory)?;
            self.lanes[k].posted += 1;
        }
    }

    fn complete(&mut self, host: usize, receive: bool, c: &host_driver::Completion) {
        let index = (c.wr_id / 2) as usize;
        let atomic = c.wr_id % 2 == 1;
        let Some(chunk) = self.chunks.get_mut(index) else {
            return self
                .problems
                .push(format!("host {host}: a completion of no request: {c:?}"));
        };
        let end = match (receive, atomic) {
            (true, _) => &mut chunk.received,
            (false, true) => &mut chunk.counted,
            (false, false) => &mut chunk.sent,
        };
        *end += 1;
        if *end > 1 || c.status != WcStatus::Success {
            self.problems
                .push(format!("host {host}, chunk {index}: {c:?}"));
        }
        if receive && let Err(why) = chunk.check(index, c) {
            self.problems
                .push(format!("host {host}, chunk {index}: {why}: {c:?}"));
        }
        let lane = &mut self.lanes[chunk.lane];
        if chunk.is_done() {
            lane.finished += 1;
            chunk.victim = None;
        }
    }

    fn arrived(&self) -> u64 {
        let done = self.chunks.iter().filter(|c| c.is_done());
        done.map(|c| u64::from(c.length)).sum()
    }

    fn is_done(&self) -> bool {
        self.problems.len() > 16 || self.chunks.iter().all(Chunk::is_done)
    }

    fn state(&self) -> String {
        let stuck = self.chunks.iter().position(|c| !c.is_done());
        format!(
            "{} of {} chunks are there; first missing: {:?}; problems: {:?}",
            self.chunks.iter().filter(|c| c.is_done()).count(),
            self.chunks.len(),
            stuck.map(|k| (k, &self.chunks[k])),
            self.problems,
        )
    }

    fn report(mut self, cycles: u64) -> Result<TransferReport, LabError> {
        self.check_guards()?;
        self.check_atomics()?;
        let there = contents(&self.memory.destination)?;
        let there = &there[GUARD..GUARD + self.options.bytes.len()];
        let digest = |bytes: &[u8]| -> String {
            let hash = Sha256::digest(bytes);
            hash.iter().map(|b| format!("{b:02x}")).collect()
        };
        let counters = [
            show::counters(&self.lab.hosts[0])?,
            show::counters(&self.lab.hosts[1])?,
        ];
        let link = self.lab.cluster.network(|n| {
            let stats = n.stats();
            n.finish_captures().map(|()| stats)
        })?;
        Ok(TransferReport {
            seed: self.options.lab.seed,
            width: self.options.lab.width,
            qps: self.options.qps,
            path_mtu: self.options.path_mtu,
            bytes: self.options.bytes.len(),
            operations: report::count(&self.chunks),
            sha256_source: digest(&self.options.bytes),
            sha256_destination: digest(there),
            cycles,
            frames: link.into(),
            counters,
            problems: self.problems,
        })
    }

    fn check_guards(&mut self) -> Result<(), LabError> {
        let all = contents(&self.memory.destination)?;
        let end = GUARD + self.options.bytes.len();
        let guards = all[..GUARD].iter().chain(&all[end..]);
        let touched = guards.filter(|&&b| b != GUARD_BYTE).count();
        if touched > 0 {
            self.problems.push(format!(
                "{touched} bytes outside the destination were written"
            ));
        }
        Ok(())
    }

    /// The shared counter was raised once by every FETCH_ADD, each queue pair's own by every CMP_SWAP in turn.
    fn check_atomics(&mut self) -> Result<(), LabError> {
        let found = numbers(&contents(&self.memory.found)?);
        let counters = numbers(&contents(&self.memory.counters)?);
        let mut shared: Vec<u64> = Vec::new();
        let mut own = vec![0; self.lanes.len()];
        for (k, chunk) in self.chunks.iter().enumerate() {
            match chunk.counter {
                Some(0) => shared.push(found[k]),
                Some(c) => {
                    if found[k] != own[c - 1] {
                        self.problems.push(format!(
                            "chunk {k}: CMP_SWAP found {}, expected {}",
                            found[k],
                            own[c - 1]
                        ));
                    }
                    own[c - 1] += 1;
                }
                None => {}
            }
        }
        shared.sort_unstable();
        if !shared.iter().copied().eq(0..shared.len() as u64) {
            self.problems
                .push(format!("FETCH_ADDs found {shared:?}: not each number once"));
        }
        let expected: Vec<u64> = std::iter::once(shared.len() as u64).chain(own).collect();
        if counters[..expected.len()] != expected {
            self.problems
                .push(format!("counters are {counters:?}, expected {expected:?}"));
        }
        Ok(())
    }
}

fn numbers(bytes: &[u8]) -> Vec<u64> {
    bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|b| u64::from_le_bytes(*b))
        .collect()
}

impl Memory {
    fn new(lab: &Lab, options: &TransferOptions, chunks: usize) -> Result<Self, LabError> {
        let [from, to] = [&lab.hosts[0], &lab.hosts[1]];
        let guarded = vec![GUARD_BYTE; options.bytes.len() + 2 * GUARD];
        Ok(Self {
            source: from.memory_with(&options.bytes, Access::ALL)?,
            found: from.memory(8 * chunks, Access::LOCAL)?,
            destination: to.memory_with(&guarded, Access::ALL)?,
            counters: to.memory(8 * (options.qps + 1), Access::ALL)?,
        })
    }
}
