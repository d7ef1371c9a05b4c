//! What became of a transfer.

use super::lane::{Chunk, WAYS};
use crate::kind::Kind;
use crate::net::LinkStats;
use crate::table::Table;
use serde::Serialize;
use std::collections::BTreeMap;

/// Messages of one operation.
#[derive(Clone, Debug, Serialize)]
pub struct OperationCount {
    pub operation: &'static str,
    pub messages: usize,
    pub bytes: u64,
}

/// Frames on the cables, and what the cables did to them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct FrameCounts {
    pub sent: u64,
    pub lost: u64,
    pub duplicated: u64,
    pub reordered: u64,
    pub corrupted: u64,
}

impl From<LinkStats> for FrameCounts {
    fn from(s: LinkStats) -> Self {
        Self {
            sent: s.frames,
            lost: s.lost,
            duplicated: s.duplicated,
            reordered: s.reordered,
            corrupted: s.corrupted,
        }
    }
}

impl std::ops::AddAssign for FrameCounts {
    fn add_assign(&mut self, more: Self) {
        self.sent += more.sent;
        self.lost += more.lost;
        self.duplicated += more.duplicated;
        self.reordered += more.reordered;
        self.corrupted += more.corrupted;
    }
}

/// What became of a transfer.
#[derive(Clone, Debug, Serialize)]
pub struct TransferReport {
    pub seed: u64,
    pub width: u32,
    pub qps: usize,
    pub path_mtu: u32,
    /// Bytes of the file.
    pub bytes: usize,
    pub operations: Vec<OperationCount>,
    pub sha256_source: String,
    pub sha256_destination: String,
    /// From the first post to the last completion.
    pub cycles: u64,
    pub frames: FrameCounts,
    /// Per host: counters that are not zero.
    pub counters: [BTreeMap<String, u64>; 2],
    /// Whatever was not as it must be.
    pub problems: Vec<String>,
}

/// Operations of all chunks.
pub(super) fn count(chunks: &[Chunk]) -> Vec<OperationCount> {
    let of = |way: Kind| {
        let mine = || chunks.iter().filter(move |c| c.way == way);
        OperationCount {
            operation: way.name(),
            messages: mine().count(),
            bytes: mine().map(|c| u64::from(c.length)).sum(),
        }
    };
    let atomics = |name, pick: fn(usize) -> bool| {
        let messages = chunks
            .iter()
            .filter(|c| c.counter.is_some_and(pick))
            .count();
        OperationCount {
            operation: name,
            messages,
            bytes: 8 * messages as u64,
        }
    };
    let mut all: Vec<_> = WAYS.into_iter().map(of).collect();
    all.push(atomics("ATOMIC fetch and add", |c| c == 0));
    all.push(atomics("ATOMIC compare and swap", |c| c > 0));
    all
}

impl TransferReport {
    /// Everything arrived exactly once and nothing else did.
    pub fn is_good(&self) -> bool {
        self.problems.is_empty() && self.sha256_source == self.sha256_destination
    }

    /// The report for people.
    pub fn text(&self) -> String {
        let mut operations = Table::new(["operation", "messages", "bytes"]);
        for o in &self.operations {
            operations.row([
                o.operation.to_owned(),
                o.messages.to_string(),
                o.bytes.to_string(),
            ]);
        }
        let mut counters = Table::new(["counter", "source", "destination"]);
        let names: std::collections::BTreeSet<_> =
            self.counters.iter().flat_map(BTreeMap::keys).collect();
        for name in names {
            let of = |host: usize| self.counters[host].get(name).unwrap_or(&0).to_string();
            counters.row([name.clone(), of(0), of(1)]);
        }
        let f = &self.frames;
        let verdict = match self.is_good() {
            true => "good: everything arrived exactly once",
            false => "BAD: see the problems",
        };
        let rate = self.bytes as f64 / self.cycles.max(1) as f64;
        let mut text = format!(
            "{} bytes over {} queue pairs, {} bits, MTU {}, seed {:#x}\n\n{operations}\n{counters}\n\
             frames: {} sent, {} lost, {} doubled, {} reordered, {} corrupted\n\
             {} cycles = {:.1} µs at 250 MHz, {rate:.2} bytes per cycle\n\
             sha256 at the source      {}\nsha256 at the destination {}\n",
            self.bytes,
            self.qps,
            self.width,
            self.path_mtu,
            self.seed,
            f.sent,
            f.lost,
            f.duplicated,
            f.reordered,
            f.corrupted,
            self.cycles,
            self.cycles as f64 / 250.0,
            self.sha256_source,
            self.sha256_destination,
        );
        for problem in &self.problems {
            text += &format!("problem: {problem}\n");
        }
        text + verdict + "\n"
    }
}
