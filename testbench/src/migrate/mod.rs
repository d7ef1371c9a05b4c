//! `roamnic demo`: connections move between hosts while they are at work.
//!
//! Four hosts on a switch, an [`agent`] on each. A server process on host A streams a file to a client on host B over several queue
//! pairs, with all operations at once ([`app`]). Then processes are stopped, dumped, sent over the same network, restored
//! and resumed elsewhere ([`journey`]), and at the end everything must have happened exactly once.
//!
//! A process is the bytes of its registered memory and one serialised blob. What it was at its source is dropped at the commit;
//! at its destination it is made from what arrived over the wire. The process at the other end is never told.

pub mod agent;
pub mod app;
mod gap;
pub mod ladder;
mod parcel;
mod plan;
mod report;
mod stage;

pub use gap::{Limit, blackout_ns};
pub use parcel::{Parcel, ParcelError};
pub use plan::Kind;
pub use report::{DemoReport, MoveReport, PacketCounts, PhaseTimes};
pub use stage::{HOSTS, Stage, StageOptions, host_name};

use crate::lab::{LabError, LabOptions};
use crate::net::{CaptureError, NS_PER_CYCLE};
use crate::rng::Rng;
use crate::show;
use agent::AgentError;
use app::{App, AppError, Role, State};
use fw_regs::Counter;
use std::path::PathBuf;

/// What is shown.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    pub lab: LabOptions,
    /// What is streamed; at least one byte.
    pub file: Vec<u8>,
    /// Queue pairs between the two processes.
    pub qps: usize,
    pub path_mtu: u32,
    /// So many moves of mixed kinds; none: the fixed sequence.
    pub migrations: Option<usize>,
    /// Capture of host B's port.
    pub pcap: Option<PathBuf>,
    /// FST trace of host A's NIC.
    pub waves: Option<PathBuf>,
    /// Picture of the packets round the first move.
    pub timeline: Option<PathBuf>,
    /// The image of the first move, for `show`.
    pub image: Option<PathBuf>,
}

/// What ends a demonstration before its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error(transparent)]
    Agent(#[from] AgentError),
    #[error("{role:?}: {source}")]
    App { role: Role, source: AppError },
    /// A bounded wait came to its end.
    #[error("seed {seed:#x}: waited {} cycles for {what}; {state}", stage::PATIENCE)]
    Stuck {
        seed: u64,
        what: String,
        state: String,
    },
}

impl From<CaptureError> for DemoError {
    fn from(error: CaptureError) -> Self {
        Self::Lab(error.into())
    }
}

/// Bytes of the file that is streamed unless another is given.
const FILE: usize = 96 * 1024;

/// The file that is streamed unless another is given: lines that are all different.
pub fn generated_file(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut bytes = Vec::with_capacity(FILE + 80);
    for line in 1.. {
        if bytes.len() >= FILE {
            break;
        }
        let text = format!("line {line}: {:016x} roams from host to host\n", rng.any());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.truncate(FILE);
    bytes
}

/// Cycles of traffic before the first move and after each.
const BETWEEN: u64 = 15_000;

/// Shows everything. `progress` is told what is going on, how many moves are done, and of how many.
///
/// # Errors
/// No model, a step of a migration that failed, or something that stands still. That something was lost, doubled or corrupted
/// is in the report.
pub fn run(
    options: &DemoOptions,
    mut progress: impl FnMut(&str, usize, usize),
) -> Result<DemoReport, DemoError> {
    let mut rng = Rng::new(options.lab.seed);
    let kinds = match options.migrations {
        Some(count) => plan::mixed(count, &mut rng),
        None => plan::script(),
    };
    progress("two processes start", 0, kinds.len());
    let mut stage = Stage::new(&StageOptions {
        lab: LabOptions {
            traced: options.waves.is_some(),
            ..options.lab
        },
        file: options.file.clone(),
        qps: options.qps,
        path_mtu: options.path_mtu,
    })?;
    if let Some(path) = &options.pcap {
        stage.lab.cluster.capture(1, path)?;
    }
    if let Some(path) = &options.waves {
        let opened = stage.lab.cluster.open_waves(0, path);
        opened.map_err(LabError::from)?;
    }
    let moves = Vec::new();
    stage.go_on()?;
    stage.run(BETWEEN)?;
    progress("the processes end what they began", kinds.len(), kinds.len());
    stage.finish()?;
    conclude(options, &stage, moves, 0)
}

/// Accounts of both processes, against each other and against the counters in memory.
fn conclude(
    options: &DemoOptions,
    stage: &Stage,
    moves: Vec<MoveReport>,
    state_bytes: u64,
) -> Result<DemoReport, DemoError> {
    stage.lab.cluster.network(|n| n.finish_captures())?;
    let seats = [stage.seats[0].borrow(), stage.seats[1].borrow()];
    let apps: Vec<&App> = seats.iter().filter_map(|s| s.app.as_ref()).collect();
    let states: Vec<&State> = apps.iter().map(|a| a.state()).collect();
    let sum = |of: fn(&State) -> u64| states.iter().map(|s| of(s)).sum::<u64>();
    let (mut lost, mut duplicated) = (sum(|s| s.tally.lost), sum(|s| s.tally.duplicated));
    let posted = sum(|s| s.tally.posted);
    let completed = sum(|s| s.tally.completed);
    lost += posted.saturating_sub(completed);
    let mut seen = 0;
    for (k, app) in apps.iter().enumerate() {
        let counters = app.counters().map_err(|source| DemoError::App {
            role: states[k].role,
            source,
        })?;
        seen += counters.iter().sum::<u64>();
        let partner = states[k].role.partner();
        for other in states.iter().filter(|s| s.role == partner) {
            let pairs = states[k].lanes.iter().zip(&other.lanes);
            for (here, there) in pairs {
                lost += there.posted.saturating_sub(here.received);
                duplicated += here.received.saturating_sub(there.posted);
            }
        }
    }
    let client = states.iter().find(|s| s.role == Role::Client);
    let digests = client.map(|s| s.digests.clone()).unwrap_or_default();
    let sent = app::digest(&options.file);
    let wrong = digests.iter().filter(|d| **d != sent).count() as u64;
    let worst = moves.iter().max_by_key(|m| m.blackout_ns);
    Ok(DemoReport {
        seed: options.lab.seed,
        width: options.lab.width,
        qps: options.qps,
        migrations: moves.len(),
        aborts: moves.iter().filter(|m| m.kind == Kind::Abort).count(),
        messages_posted: posted,
        messages_completed: completed,
        lost,
        duplicated,
        corrupted: sum(|s| s.tally.corrupted) + wrong,
        atomics_expected: sum(|s| s.tally.atomics),
        atomics_seen: seen,
        file_bytes: options.file.len(),
        file_passes: client.map_or(0, |s| s.passes),
        // a wrong pass counts more than all good ones
        file_sha256_received: digests
            .iter()
            .find(|d| **d != sent)
            .or(digests.first())
            .cloned()
            .unwrap_or_default(),
        file_sha256_sent: sent,
        blackout_ns_max: worst.map_or(0, |m| m.blackout_ns),
        blackout_limit_ns: worst.map_or(0, |m| m.blackout_limit_ns),
        state_bytes_per_qp: state_bytes,
        packets: packets(stage)?,
        counters: stage
            .lab
            .hosts
            .iter()
            .map(show::counters)
            .collect::<Result<_, _>>()?,
        cycles: stage.cycle(),
        problems: states
            .iter()
            .flat_map(|s| s.tally.problems.clone())
            .collect(),
        moves,
    })
}

/// Sums over all NICs, and what the network dropped.
fn packets(stage: &Stage) -> Result<PacketCounts, DemoError> {
    let sum = |counter: Counter| -> Result<u64, LabError> {
        let hosts = stage.lab.hosts.iter();
        let mut all = 0;
        for host in hosts {
            all += host.adapter.counter(counter)?;
        }
        Ok(all)
    };
    Ok(PacketCounts {
        nak_stopped: sum(Counter::NakStoppedSent)?,
        resume: sum(Counter::ResumeSent)?,
        resume_ack: sum(Counter::ResumeAckSent)?,
        moved: sum(Counter::MovedSent)?,
        retransmitted: sum(Counter::RcvdDupReq)?,
        dropped: stage.lab.cluster.network(|n| n.stats().lost),
    })
}

/// Cycles as ns.
fn ns(cycles: u64) -> u64 {
    cycles * NS_PER_CYCLE
}
