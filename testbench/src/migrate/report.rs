//! What became of a demonstration.

use super::plan::Kind;
use crate::table::Table;
use serde::Serialize;
use std::collections::BTreeMap;

/// Simulated ns of each phase of a move; of the slower of two that moved at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PhaseTimes {
    pub stop: u64,
    pub drain: u64,
    pub dump: u64,
    /// Image and memory, from the source's agent to the destination's.
    pub transfer: u64,
    pub restore: u64,
    /// From the end of the restoration to the source's commit, the destination's word of it included; 0 if there was none.
    pub commit: u64,
    /// Until all queue pairs work again; after an abort, at the source.
    pub resume: u64,
}

impl PhaseTimes {
    /// Names and times in order.
    pub fn list(&self) -> [(&'static str, u64); 7] {
        [
            ("stop", self.stop),
            ("drain", self.drain),
            ("dump", self.dump),
            ("transfer", self.transfer),
            ("restore", self.restore),
            ("commit", self.commit),
            ("resume", self.resume),
        ]
    }

    /// The longer of each.
    pub fn max(self, other: Self) -> Self {
        Self {
            stop: self.stop.max(other.stop),
            drain: self.drain.max(other.drain),
            dump: self.dump.max(other.dump),
            transfer: self.transfer.max(other.transfer),
            restore: self.restore.max(other.restore),
            commit: self.commit.max(other.commit),
            resume: self.resume.max(other.resume),
        }
    }
}

/// A move.
#[derive(Clone, Debug, Serialize)]
pub struct MoveReport {
    pub kind: Kind,
    /// From where to where, e.g. `A->C`; two of them if both ends moved.
    pub route: Vec<String>,
    /// Queue pairs that moved.
    pub qps: usize,
    pub phase_ns: PhaseTimes,
    /// Longest time without a message completing at the end that watched.
    pub blackout_ns: u64,
    /// What it cannot be shorter than.
    pub blackout_limit_ns: u64,
    pub image_bytes: u64,
    pub memory_bytes: u64,
}

/// Packets of migration, and what the network did; all NICs together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PacketCounts {
    pub nak_stopped: u64,
    pub resume: u64,
    pub resume_ack: u64,
    pub moved: u64,
    /// Requests that arrived again.
    pub retransmitted: u64,
    /// By the network.
    pub dropped: u64,
}

/// What became of a demonstration.
#[derive(Clone, Debug, Serialize)]
pub struct DemoReport {
    pub seed: u64,
    /// Bits of the NICs' data path.
    pub width: u32,
    /// Connections of the applications.
    pub qps: usize,
    /// Moves begun, aborted ones included.
    pub migrations: usize,
    pub aborts: usize,
    /// Work requests of both applications, receives not among them.
    pub messages_posted: u64,
    pub messages_completed: u64,
    pub lost: u64,
    pub duplicated: u64,
    pub corrupted: u64,
    /// ATOMICs posted, and the sum of all counters.
    pub atomics_expected: u64,
    pub atomics_seen: u64,
    pub file_bytes: usize,
    /// How often the whole file was streamed.
    pub file_passes: u64,
    pub file_sha256_sent: String,
    pub file_sha256_received: String,
    /// The longest blackout, and the limit of that move.
    pub blackout_ns_max: u64,
    pub blackout_limit_ns: u64,
    /// Bytes of the NIC's records of a queue pair in an image.
    pub state_bytes_per_qp: u64,
    pub moves: Vec<MoveReport>,
    pub packets: PacketCounts,
    /// Per host: counters that are not zero.
    pub counters: Vec<BTreeMap<String, u64>>,
    /// Simulated cycles altogether.
    pub cycles: u64,
    /// Whatever was wrong, for people.
    pub problems: Vec<String>,
}

impl DemoReport {
    /// Nothing was lost, doubled or corrupted, and everything came to its end.
    pub fn is_good(&self) -> bool {
        self.lost == 0
            && self.duplicated == 0
            && self.corrupted == 0
            && self.problems.is_empty()
            && self.messages_posted == self.messages_completed
            && self.atomics_expected == self.atomics_seen
            && self.file_sha256_sent == self.file_sha256_received
    }

    /// The report for people.
    pub fn text(&self) -> String {
        let p = &self.packets;
        let mut text = format!(
            "{} queue pairs, {} bits, seed {:#x}: {} moves, {} of them aborted; {:.2} ms of simulated time\n\n\
             {}times in µs, sizes in bytes\n\n{}\n\
             file of {} bytes, streamed {} times\n  sha256 sent      {}\n  sha256 received  {}\n\
             longest gap {} µs; {} bytes of NIC state per queue pair\n\
             packets: {} NAK_STOPPED, {} RESUME, {} RESUME_ACK, {} MOVED; {} requests arrived again, {} frames dropped by the network\n",
            self.qps,
            self.width,
            self.seed,
            self.migrations,
            self.aborts,
            self.cycles as f64 / 250_000.0,
            self.move_table(),
            self.account_table(),
            self.file_bytes,
            self.file_passes,
            self.file_sha256_sent,
            self.file_sha256_received,
            us(self.blackout_ns_max),
            self.state_bytes_per_qp,
            p.nak_stopped,
            p.resume,
            p.resume_ack,
            p.moved,
            p.retransmitted,
            p.dropped,
        );
        for problem in &self.problems {
            text += &format!("problem: {problem}\n");
        }
        text + match self.is_good() {
            true => {
                "good: everything arrived exactly once, and the partner never learned of a move\n"
            }
            false => "BAD: see above\n",
        }
    }

    fn move_table(&self) -> Table {
        let mut table = Table::new([
            "move", "route", "QPs", "image", "memory", "stop", "drain", "dump", "transfer",
            "restore", "commit", "resume", "blackout", "limit",
        ]);
        for m in &self.moves {
            let [stop, drain, dump, transfer, restore, commit, resume] =
                m.phase_ns.list().map(|(_, ns)| us(ns));
            table.row([
                m.kind.name().to_owned(),
                m.route.join(" "),
                m.qps.to_string(),
                m.image_bytes.to_string(),
                m.memory_bytes.to_string(),
                stop,
                drain,
                dump,
                transfer,
                restore,
                commit,
                resume,
                us(m.blackout_ns),
                us(m.blackout_limit_ns),
            ]);
        }
        table
    }

    fn account_table(&self) -> Table {
        let mut table = Table::new(["", "expected", "found"]);
        for (name, expected, found) in [
            ("messages", self.messages_posted, self.messages_completed),
            ("atomics", self.atomics_expected, self.atomics_seen),
            ("lost", 0, self.lost),
            ("doubled", 0, self.duplicated),
            ("corrupted", 0, self.corrupted),
        ] {
            table.row([name.to_owned(), expected.to_string(), found.to_string()]);
        }
        table
    }
}

/// Microseconds, for people.
fn us(ns: u64) -> String {
    format!("{:.1}", ns as f64 / 1000.0)
}
