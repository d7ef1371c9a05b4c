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
mod journey;
pub mod ladder;
mod parcel;
mod plan;
mod report;
mod stage;

pub use gap::{Limit, blackout_ns};
pub use parcel::ParcelError;
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
use host_driver::CommandFailure;
use host_driver::migration::{CheckpointError, ImageError, RestoreError};
use journey::Outcome;
use ladder::Ladder;
use std::path::{Path, PathBuf};

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
    /// The last image that was sent, for `show`; written before it is restored.
    pub image: Option<PathBuf>,
}

/// What ends a demonstration before its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error(transparent)]
    Agent(#[from] AgentError),
    #[error("{role:?}")]
    App { role: Role, source: AppError },
    /// The source could not be stopped.
    #[error("seed {seed:#x}, host {host}")]
    Checkpoint {
        seed: u64,
        host: String,
        source: CheckpointError,
    },
    /// What arrived could not be restored.
    #[error("seed {seed:#x}, host {host}")]
    Restore {
        seed: u64,
        host: String,
        source: Box<RestoreError>,
    },
    /// A later step failed.
    #[error("seed {seed:#x}, host {host}, {step}")]
    Step {
        seed: u64,
        host: String,
        step: &'static str,
        source: CommandFailure,
    },
    /// What arrived is no parcel, or no image.
    #[error(transparent)]
    Parcel(#[from] ParcelError),
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A file could not be written.
    #[error("cannot write {path}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    /// An application has seen something wrong while a process was on its way.
    #[error("seed {seed:#x}: something went wrong on the way; {state}")]
    Wrong { seed: u64, state: String },
    /// A bounded wait came to its end.
    #[error(
        "seed {seed:#x}: waited {} cycles for {what}; {state}",
        stage::PATIENCE
    )]
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
/// Where processes go and moves are given up is drawn from a stream of its own.
const MOVES: u64 = 0x006d_6f76_6573;

/// Shows everything. `progress` is told what is going on, how many moves are done, and of how many.
///
/// # Errors
/// No model, a step of a migration that failed, or something that stands still. That something was lost, doubled or corrupted
/// is in the report.
pub fn run(
    options: &DemoOptions,
    progress: impl FnMut(&str, usize, usize),
) -> Result<DemoReport, DemoError> {
    let kinds = match options.migrations {
        Some(count) => plan::mixed(count, &mut Rng::new(options.lab.seed)),
        None => plan::script(),
    };
    run_kinds(options, &kinds, progress)
}

/// As [`run`], with given moves.
///
/// # Errors
/// As [`run`].
pub fn run_kinds(
    options: &DemoOptions,
    kinds: &[Kind],
    mut progress: impl FnMut(&str, usize, usize),
) -> Result<DemoReport, DemoError> {
    let mut rng = Rng::new(options.lab.seed ^ MOVES);
    progress("two processes start", 0, kinds.len());
    let mut stage = set_up(options)?;
    stage.go_on()?;
    let mut moves = Vec::new();
    let mut state = (0, 0);
    for (k, &kind) in kinds.iter().enumerate() {
        stage.run(BETWEEN)?;
        let hosts = [0, 1].map(|k| stage.seats[k].borrow().host);
        let to = plan::destinations(kind, hosts, &mut rng);
        progress(&doing(kind, hosts, &to), k, kinds.len());
        let halt = plan::halt(kind, options.migrations.is_none(), &mut rng);
        let watched = options.timeline.as_ref().filter(|_| k == 0);
        if watched.is_some() {
            stage.lab.cluster.watch(ladder::WATCHED);
            stage.run(ladder::AROUND)?;
        }
        let outcome = stage.travel(kind, &to, halt)?;
        if let Some(path) = watched {
            let from = hosts[kind.roles()[0].index()];
            let picture = ladder(&stage, &outcome, [from, to[0]]);
            write(path, picture.svg().as_bytes())?;
        }
        state = (state.0 + outcome.state.0, state.1 + outcome.state.1);
        moves.push(outcome.report);
        if !stage.is_clean() {
            break;
        }
    }
    progress(
        "the processes end what they began",
        kinds.len(),
        kinds.len(),
    );
    stage.run(BETWEEN)?;
    stage.finish()?;
    let per_qp = state.0.checked_div(state.1).unwrap_or(0) as u64;
    conclude(options, &stage, moves, per_qp)
}

/// The stage with everything that is to be recorded.
fn set_up(options: &DemoOptions) -> Result<Stage, DemoError> {
    let mut stage = Stage::new(&StageOptions {
        lab: LabOptions {
            traced: options.waves.is_some(),
            ..options.lab
        },
        file: options.file.clone(),
        qps: options.qps,
        path_mtu: options.path_mtu,
    })?;
    stage.image = options.image.clone();
    if let Some(path) = &options.pcap {
        stage.lab.cluster.capture(1, path)?;
    }
    if let Some(path) = &options.waves {
        let opened = stage.lab.cluster.open_waves(0, path);
        opened.map_err(LabError::from)?;
    }
    Ok(stage)
}

/// A move in words.
fn doing(kind: Kind, hosts: [usize; 2], to: &[usize]) -> String {
    let way = |(role, to): (&Role, &usize)| {
        let from = host_name(hosts[role.index()]);
        format!("{role:?} {from} to {}", host_name(*to))
    };
    let ways: Vec<String> = kind.roles().iter().zip(to).map(way).collect();
    match kind {
        Kind::Abort => format!("{}, and back half-way", ways.join(" and ")),
        _ => format!("{} move", ways.join(" and ")),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), DemoError> {
    std::fs::write(path, bytes).map_err(|source| DemoError::Write {
        path: path.to_owned(),
        source,
    })
}

/// The picture of a move that has just ended, seen from the end that stayed.
fn ladder(stage: &Stage, outcome: &Outcome, [from, to]: [usize; 2]) -> Ladder {
    let frames = stage.lab.cluster.end_watch();
    let begin = outcome.marks.first().map_or(0, |m| m.cycle);
    let end = outcome.marks.last().map_or(0, |m| m.cycle);
    let near = begin.saturating_sub(ladder::AROUND)..end + ladder::AROUND;
    let is_agent = |qpn| stage.agents.iter().any(|a| a.borrow().has(qpn));
    let mut arrows = ladder::arrows(&frames, is_agent);
    arrows.retain(|a| near.contains(&a.sent));
    let seats = stage.seats.iter().map(|seat| seat.borrow().host);
    let partner = seats.into_iter().find(|h| *h != from && *h != to);
    let name = |what: &str, host: usize| (host, format!("{what}: host {}", host_name(host)));
    let mut hosts: Vec<_> = partner.map(|h| name("partner", h)).into_iter().collect();
    hosts.extend([name("source", from), name("destination", to)]);
    Ladder {
        hosts,
        arrows,
        marks: outcome.marks.clone(),
    }
}

/// What both processes' accounts come to, taken together and against the counters in memory.
#[derive(Default)]
struct Balance {
    posted: u64,
    completed: u64,
    lost: u64,
    duplicated: u64,
    corrupted: u64,
    /// ATOMICs posted, and the sum of all counters.
    atomics: u64,
    seen: u64,
    problems: Vec<String>,
}

impl Balance {
    fn of(apps: &[&App]) -> Result<Self, DemoError> {
        let mut sum = Self::default();
        for app in apps {
            let state = app.state();
            let (role, tally) = (state.role, &state.tally);
            sum.posted += tally.posted;
            sum.completed += tally.completed;
            sum.lost += tally.lost + tally.posted.saturating_sub(tally.completed);
            sum.duplicated += tally.duplicated;
            sum.corrupted += tally.corrupted;
            sum.atomics += tally.atomics;
            sum.problems.extend(tally.problems.iter().cloned());
            let counters = app.counters();
            let counters = counters.map_err(|source| DemoError::App { role, source })?;
            sum.seen += counters.iter().sum::<u64>();
            let mut others = apps.iter().map(|a| a.state());
            if let Some(partner) = others.find(|other| other.role == role.partner()) {
                sum.compare(state, partner);
            }
        }
        Ok(sum)
    }

    /// What one has received with what the other has sent.
    fn compare(&mut self, here: &State, there: &State) {
        for (receiver, sender) in here.lanes.iter().zip(&there.lanes) {
            self.lost += sender.posted.saturating_sub(receiver.received);
            self.duplicated += receiver.received.saturating_sub(sender.posted);
        }
    }
}

/// The report of a demonstration that has come to its end.
fn conclude(
    options: &DemoOptions,
    stage: &Stage,
    moves: Vec<MoveReport>,
    state_bytes: u64,
) -> Result<DemoReport, DemoError> {
    stage.lab.cluster.network(|n| n.finish_captures())?;
    let seats = [stage.seats[0].borrow(), stage.seats[1].borrow()];
    let apps: Vec<&App> = seats.iter().filter_map(|s| s.app.as_ref()).collect();
    let balance = Balance::of(&apps)?;
    let mut states = apps.iter().map(|a| a.state());
    let client = states.find(|s| s.role == Role::Client);
    let digests = client.map(|s| s.digests.clone()).unwrap_or_default();
    let sent = app::digest(&options.file);
    let mut wrong = digests.iter().filter(|d| **d != sent);
    let hosts = stage.lab.hosts.iter();
    let worst = moves.iter().max_by_key(|m| m.blackout_ns);
    Ok(DemoReport {
        seed: options.lab.seed,
        width: options.lab.width,
        qps: options.qps,
        migrations: moves.len(),
        aborts: moves.iter().filter(|m| m.kind == Kind::Abort).count(),
        messages_posted: balance.posted,
        messages_completed: balance.completed,
        lost: balance.lost,
        duplicated: balance.duplicated,
        corrupted: balance.corrupted + wrong.clone().count() as u64,
        atomics_expected: balance.atomics,
        atomics_seen: balance.seen,
        file_bytes: options.file.len(),
        file_passes: client.map_or(0, |s| s.passes),
        // a wrong pass counts more than all good ones
        file_sha256_received: wrong
            .next()
            .or(digests.first())
            .cloned()
            .unwrap_or_default(),
        file_sha256_sent: sent,
        blackout_ns_max: worst.map_or(0, |m| m.blackout_ns),
        blackout_limit_ns: worst.map_or(0, |m| m.blackout_limit_ns),
        state_bytes_per_qp: state_bytes,
        packets: packets(stage)?,
        counters: hosts.map(show::counters).collect::<Result<_, _>>()?,
        cycles: stage.cycle(),
        problems: balance.problems,
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
