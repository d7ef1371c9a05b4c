//! What was served.

use super::clock::ClockReport;
use crate::table::Table;
use crate::wire::WireStats;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that several threads count up.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn at_least(&self, value: u64) {
        self.0.fetch_max(value, Ordering::Relaxed);
    }
}

/// What a NIC's threads count.
#[derive(Debug, Default)]
pub struct Counts {
    pub clients: Count,
    pub broken: Count,
    pub reads: Count,
    pub writes: Count,
    pub odd: Count,
    pub refused: Count,
    pub late_reads: Count,
    read_ns: Count,
    worst_read_ns: Count,
    pub device_resets: Count,
    pub function_resets: Count,
    pub register_resets: Count,
    pub dma_read: Count,
    pub dma_written: Count,
    pub dma_refused: Count,
    pub interrupts: Count,
    pub untold: Count,
    pub violations: Count,
}

impl Counts {
    /// A register read that took so long, seen from the client's side.
    pub fn note_read(&self, took: Duration) {
        let ns = took.as_nanos() as u64;
        self.reads.add(1);
        self.read_ns.add(ns);
        self.worst_read_ns.at_least(ns);
    }
}

/// What a NIC has done for its clients.
#[derive(Clone, Debug, Serialize)]
pub struct NicReport {
    pub socket: PathBuf,
    /// Connections, one after the other.
    pub clients: u64,
    /// Connections that ended by nonsense in the protocol.
    pub broken: u64,
    /// Register reads.
    pub reads: u64,
    /// Register writes.
    pub writes: u64,
    /// Accesses that no register takes: narrow, not aligned, beyond the BAR.
    pub odd: u64,
    /// Messages that were refused: memory and interrupts that make no sense.
    pub refused: u64,
    /// Reads answered with ones, because the NIC did not answer in time.
    pub late_reads: u64,
    pub mean_read_us: f64,
    pub worst_read_us: f64,
    pub resets: Resets,
    /// Bytes read from clients' memory.
    pub dma_read: u64,
    /// Bytes written to it.
    pub dma_written: u64,
    /// Accesses outside of what was mapped, which were refused.
    pub dma_refused: u64,
    /// The first of them, as text.
    pub first_refused: Option<String>,
    /// Interrupts raised.
    pub interrupts: u64,
    /// Of these, those that no client had a descriptor for at the time.
    pub untold: u64,
    /// Rules of its ports that the NIC broke.
    pub violations: u64,
}

/// How the NIC was reset.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Resets {
    /// by a message of vfio-user
    pub device: u64,
    /// by the configuration space
    pub function: u64,
    /// by its own register
    pub register: u64,
}

impl NicReport {
    pub(super) fn new(socket: PathBuf, counts: &Counts, first_refused: Option<String>) -> Self {
        let us = |ns: u64| ns as f64 / 1000.0;
        let reads = counts.reads.get();
        Self {
            socket,
            clients: counts.clients.get(),
            broken: counts.broken.get(),
            reads,
            writes: counts.writes.get(),
            odd: counts.odd.get(),
            refused: counts.refused.get(),
            late_reads: counts.late_reads.get(),
            mean_read_us: us(counts.read_ns.get()) / reads.max(1) as f64,
            worst_read_us: us(counts.worst_read_ns.get()),
            resets: Resets {
                device: counts.device_resets.get(),
                function: counts.function_resets.get(),
                register: counts.register_resets.get(),
            },
            dma_read: counts.dma_read.get(),
            dma_written: counts.dma_written.get(),
            dma_refused: counts.dma_refused.get(),
            first_refused,
            interrupts: counts.interrupts.get(),
            untold: counts.untold.get(),
            violations: counts.violations.get(),
        }
    }
}

/// What has passed a wire.
#[derive(Clone, Debug, Serialize)]
pub struct WireReport {
    pub wire: String,
    #[serde(flatten)]
    pub stats: WireStats,
}

/// What was served.
#[derive(Clone, Debug, Serialize)]
pub struct ServeReport {
    pub clock: ClockReport,
    /// The NICs' time as a part of wall time while they were not at rest.
    pub kept_up: f64,
    pub nics: Vec<NicReport>,
    pub wires: Vec<WireReport>,
    /// Why the simulation ended before it was told to.
    pub failure: Option<String>,
}

impl ServeReport {
    /// No NIC has broken a rule, and the simulation ran to its end.
    pub fn is_good(&self) -> bool {
        self.failure.is_none() && self.nics.iter().all(|nic| nic.violations == 0)
    }

    /// A table of the NICs, one of the wires, and lines about time.
    pub fn text(&self) -> String {
        let mut nics = Table::new([
            "NIC",
            "clients",
            "reads",
            "mean µs",
            "worst µs",
            "writes",
            "DMA read",
            "DMA written",
            "refused",
            "interrupts",
            "resets",
        ]);
        for nic in &self.nics {
            let resets = nic.resets;
            nics.row([
                nic.socket.display().to_string(),
                nic.clients.to_string(),
                nic.reads.to_string(),
                format!("{:.1}", nic.mean_read_us),
                format!("{:.1}", nic.worst_read_us),
                nic.writes.to_string(),
                nic.dma_read.to_string(),
                nic.dma_written.to_string(),
                nic.dma_refused.to_string(),
                nic.interrupts.to_string(),
                (resets.device + resets.function + resets.register).to_string(),
            ]);
        }
        let mut text = nics.to_string();
        if !self.wires.is_empty() {
            let mut wires = Table::new(["wire", "received", "sent", "dropped", "partners"]);
            for WireReport { wire, stats } in &self.wires {
                wires.row([
                    wire.clone(),
                    stats.received.to_string(),
                    stats.sent.to_string(),
                    stats.dropped.to_string(),
                    stats.partners.to_string(),
                ]);
            }
            text += &format!("\n{wires}");
        }
        let c = &self.clock;
        text += &format!(
            "\n{} cycles, {} to a tick of 1 µs; {} ms with a client, {} ms of them at rest\nthe ticks fell {} ms behind wall time: they kept up with {:.1} % of it, rests left out\n",
            c.cycles,
            c.cycles_per_us,
            c.wall_ms,
            c.at_rest_ms,
            c.too_slow_ms,
            100.0 * self.kept_up
        );
        if let Some(failure) = &self.failure {
            text += &format!("the simulation failed: {failure}\n");
        }
        text
    }
}
