//! A case is run: two hosts in lockstep with the model, every completion and every byte checked.

use super::case::*;
use super::lane::{End, Excuses, Lane, land};
use super::marks::Marks;
use super::memory::{Layout, Memory, Run};
use crate::cluster::ClusterError;
use crate::lab::{ConnectOptions, Lab, LabError, LabHost, LabOptions, Watch, nic_library};
use crate::model::receiver::RESOURCES;
use crate::net::{CaptureError, FaultRates};
use crate::rng::Rng;
use crate::transfer::FrameCounts;
use fw_regs::{Command, Counter, SetScope};
use host_driver::{
    Access, AsyncEvent, Completion, CompletionQueue, InitAttributes, Modify, ModifyError, QpState,
    RecvRequest, SharedReceiveQueue, VerbsError, WcStatus,
};
use serde::Serialize;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What a run did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    pub operations: u64,
    pub bytes: u64,
    pub cycles: u64,
    pub spent: Spent,
    /// Requests by how they ended.
    pub ends: BTreeMap<String, u64>,
    /// Requests by what they do.
    pub kinds: BTreeMap<&'static str, u64>,
    pub stops: u64,
    /// Frames with a mark of congestion.
    pub marked: u64,
    pub frames: FrameCounts,
    /// Runs on quicker cables in which frames found no room, so that nothing could be said of them.
    pub slower: u64,
}

/// What a run's cycles were spent on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// until the first request could be posted
    pub setup: u64,
    /// from there to the last completion
    pub traffic: u64,
    /// of these: in which nothing left a NIC (in steps of a look at the queues)
    pub silent: u64,
    /// of these: in which one connection alone had something to do
    pub alone: u64,
    /// behind the last completion
    pub rest: u64,
}

impl std::ops::AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        self.setup += other.setup;
        self.traffic += other.traffic;
        self.silent += other.silent;
        self.alone += other.alone;
        self.rest += other.rest;
    }
}

/// Why a case is bad, in classes: when a case becomes smaller it has to stay in its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// NIC and model differ.
    Difference,
    /// A completion, an event or a byte is wrong.
    Wrong,
    /// Nothing happens any more.
    Wedged,
    /// The laboratory failed: a rule of a port was broken, memory touched that is not there, the driver refused.
    Lab,
    /// The program itself is wrong.
    Panic,
}

impl Class {
    pub fn name(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Wrong => "wrong",
            Self::Wedged => "wedged",
            Self::Lab => "laboratory",
            Self::Panic => "panic",
        }
    }
}

/// A case that went badly.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}, cycle {cycle}: {what}", class.name())]
pub struct Failure {
    pub class: Class,
    pub cycle: u64,
    pub what: String,
}

/// What a run keeps.
#[derive(Clone, Debug, Default)]
pub struct Keep {
    /// Capture of host 0's port.
    pub pcap: Option<PathBuf>,
    /// To see that a run can fail: of these operations the check expects other bytes than are sent.
    pub lie: Option<fn(&Operation) -> bool>,
}

/// What stops a run.
enum Stopped {
    Lab(LabError),
    Bad(Class, String),
}

impl<E: Into<LabError>> From<E> for Stopped {
    fn from(e: E) -> Self {
        Self::Lab(e.into())
    }
}

/// Without any completion for so many cycles, and as long as all retries of the slowest timer take, a run is given up.
const PATIENCE: u64 = 300_000;
/// Cycles after a failure until both ends of its connection are taken to ERR.
const DOWN: u64 = 20_000;
/// A quick cable: cycles of a beat, and of a frame at least.
const QUICK: u64 = 2;
const FRAME: u64 = 32;
/// Cycles of a beat on the slowest cable on which a case is run that brought a NIC more than it had room for.
const SLOWEST: u64 = 16 * QUICK;
/// Cycles between two looks at the completion queues.
const TURN: u64 = 64;
/// Cycles in which a late duplicate may still do harm.
const SETTLE: u64 = 4_000;
/// Messages that may be on their way, or be sent once more, behind the last completion: a send queue of 64.
const COPIES: usize = 64;

/// A receive queue that several connections share.
struct Shared {
    srq: SharedReceiveQueue,
    /// of each receive
    runs: Vec<Vec<Run>>,
    taken: Vec<bool>,
    posted: usize,
    /// receives that are there before everything, for connections that fail
    spare: usize,
}

impl Shared {
    /// A receive has completed; where its message went. Nowhere, if there is no such receive or it has completed before.
    fn take(&mut self, wr_id: u64) -> &[Run] {
        let k = wr_id as usize;
        match self.taken.get_mut(k) {
            Some(taken) if !*taken => {
                *taken = true;
                &self.runs[k]
            }
            _ => &[],
        }
    }
}

/// A completion queue of a host, for sends or receives.
struct Queue {
    host: usize,
    receive: bool,
    cq: CompletionQueue,
}

/// A stop under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Before,
    Stopped { until: u64 },
    Over,
}

struct Stage<'a> {
    case: &'a Case,
    start: u64,
    lanes: Vec<Lane>,
    stops: Vec<(Stop, Phase)>,
    /// for each connection: the cycle from which both ends are in ERR
    down: Vec<Option<u64>>,
    shared: [Option<Shared>; 2],
    queues: Vec<Queue>,
    memory: [Memory; 2],
    /// cycles that the cable takes for a beat
    beat: u64,
    spent: Spent,
    /// frames with a mark of congestion
    marked: Rc<Cell<u64>>,
    // behind everything that lives in it
    lab: Lab,
}

/// Runs a case. A NIC may drop frames for want of room, and the model, which cannot see that, differs from it then; so such a run says nothing, and the
/// case is run again on a cable that takes twice as long.
///
/// # Errors
/// [`Failure`].
pub fn run(case: &Case, keep: &Keep) -> Result<Outcome, Failure> {
    let (mut beat, mut slower) = (QUICK, 0);
    loop {
        match run_once(case, keep, beat) {
            Err(failure) if failure.crowded && case.link.quick && beat < SLOWEST => {
                forget_capture(&failure.failure);
                (beat, slower) = (2 * beat, slower + 1);
            }
            Err(failure) => return Err(failure.failure),
            Ok(outcome) => return Ok(Outcome { slower, ..outcome }),
        }
    }
}

/// How one run failed.
struct Failed {
    failure: Failure,
    /// frames found no room in a NIC
    crowded: bool,
}

/// Runs a case, if its cable is quick on one that takes a beat in so many cycles.
fn run_once(case: &Case, keep: &Keep, beat: u64) -> Result<Outcome, Failed> {
    let mut stage = Stage::new(case, keep, beat).map_err(|stopped| Failed {
        failure: failure(stopped, 0),
        crowded: false,
    })?;
    let result = stage.drive().and_then(|()| stage.end());
    let cycle = stage.lab.cluster.cycle();
    let finished = stage.lab.cluster.network(|n| n.finish_captures());
    let result = match result {
        Ok(()) => finished
            .map(|()| stage.outcome())
            .map_err(|e: CaptureError| Failed {
                failure: failure(e.into(), cycle),
                crowded: false,
            }),
        Err(stopped) => Err(stage.overflow(failure(stopped, cycle))),
    };
    // nobody has to take everything apart
    stage.lab.cluster.halt();
    result
}

fn failure(stopped: Stopped, cycle: u64) -> Failure {
    let (class, what) = match stopped {
        Stopped::Bad(class, what) => (class, what),
        Stopped::Lab(e) => {
            let class = match &e {
                LabError::Cluster(ClusterError::Objection(_)) | LabError::Difference(_) => {
                    Class::Difference
                }
                LabError::Timeout { .. } => Class::Wedged,
                _ => Class::Lab,
            };
            (class, e.to_string())
        }
    };
    Failure { class, cycle, what }
}

fn lab_options(case: &Case, beat: u64) -> LabOptions {
    let mut options = LabOptions::new(case.width, case.seed).watched(Watch::Check);
    options.link.faults = rates(&case.link);
    options.ipv6 = case.ipv6;
    options.dma.jitter = case.host.jitter.into();
    options.dma.reorder = case.host.reorder;
    let stalls = case.host.stalls as u8;
    options.stalls.read = stalls;
    options.stalls.write = stalls;
    options.stalls.answer = stalls;
    if case.link.quick {
        options.link.cycles_per_beat = beat;
        options.link.frame = FRAME * beat / QUICK;
        // what the cable does not take stays in the NIC, so that nobody waits behind a long message of another
        options.stalls.tx = (256 - 256 / beat) as u8;
    }
    options
}

fn rates(link: &Link) -> FaultRates {
    FaultRates {
        loss: link.loss,
        duplication: link.duplication,
        reordering: link.reordering,
        corruption: link.corruption,
    }
}

fn access(denied: &[Right]) -> InitAttributes {
    InitAttributes {
        access: Access {
            local_write: true,
            remote_write: !denied.contains(&Right::Write),
            remote_read: !denied.contains(&Right::Read),
            remote_atomic: !denied.contains(&Right::Atomic),
        },
        ..InitAttributes::default()
    }
}

impl<'a> Stage<'a> {
    fn new(case: &'a Case, keep: &Keep, beat: u64) -> Result<Self, Stopped> {
        let options = lab_options(case, beat);
        let library =
            nic_library(case.width, options.variant, options.traced).map_err(LabError::from)?;
        let lab = Lab::of(&library, options)?;
        if let Some(path) = &keep.pcap {
            lab.cluster.capture(0, path)?;
        }
        let marked = Rc::new(Cell::new(0));
        if case.link.marks > 0.0 {
            let marks = Marks::new(case.seed, case.link.marks, marked.clone());
            lab.cluster.network(|n| n.tamper(Box::new(marks)));
        }
        let mut layouts = [Layout::default(); 2];
        let landings: Vec<_> = (case.operations.iter())
            .map(|o| land(o, &case.connections[o.connection], &mut layouts))
            .collect();
        let runs: Vec<Vec<Vec<Run>>> = (0..2)
            .map(|host| shared_runs(case, host, &mut layouts[host]))
            .collect();
        let mut rng = Rng::new(case.seed);
        let mut memory = |host: usize| {
            let largest = case.largest() as usize;
            let arena = layouts[host].bytes();
            let count = case.connections.len();
            Memory::new(&lab.hosts[host], &mut rng, largest, arena, count)
        };
        let memory = [memory(0)?, memory(1)?];
        let shared = |host: usize| shared(case, host, &lab, runs[host].clone());
        let shared = [shared(0)?, shared(1)?];
        let depth = (4 * case.operations.len() as u32 + 64).next_power_of_two();
        let cq = |host: usize| lab.hosts[host].context.create_cq(depth);
        let cqs = [(cq(0)?, cq(0)?), (cq(1)?, cq(1)?)];
        let mut lanes = Vec::new();
        for (k, c) in case.connections.iter().enumerate() {
            let (a, b) = connect(c, &lab, &cqs, &shared)?;
            lanes.push(Lane::new(k, c, 0, (a.clone(), b.clone())));
            lanes.push(Lane::new(k, c, 1, (b, a)));
        }
        let queues = cqs
            .into_iter()
            .enumerate()
            .flat_map(|(host, (send, recv))| {
                [(false, send), (true, recv)].map(|(receive, cq)| Queue { host, receive, cq })
            });
        for (k, (o, landing)) in case.operations.iter().zip(landings).enumerate() {
            let scene = (&case.connections[o.connection], &lab, &memory);
            let lane = &mut lanes[2 * o.connection + o.from];
            lane.plan(k, o, landing, scene, &mut rng)?;
            if keep.lie.is_some_and(|lie| lie(o)) {
                lane.falsify();
            }
        }
        let start = lab.cluster.cycle();
        lanes.iter_mut().for_each(|lane| lane.seal(start));
        Ok(Self {
            case,
            start,
            lanes,
            stops: case.stops.iter().map(|s| (*s, Phase::Before)).collect(),
            down: vec![None; case.connections.len()],
            shared,
            queues: queues.collect(),
            memory,
            beat,
            spent: Spent {
                setup: start,
                ..Spent::default()
            },
            marked,
            lab,
        })
    }

    /// A NIC that drops frames for want of room differs from the model, which sees none of that: then the cable was too fast.
    fn overflow(&self, failure: Failure) -> Failed {
        let of = |host: &LabHost, counter| host.adapter.counter(counter).unwrap_or(0);
        let hosts = self.lab.hosts.iter();
        let dropped: u64 = hosts
            .map(|h| of(h, Counter::RxBufferFull) + of(h, Counter::RxIngressOverflow))
            .sum();
        let failure = match dropped {
            0 => failure,
            _ => Failure {
                class: Class::Lab,
                what: format!("{dropped} frames found no room; {}", failure.what),
                ..failure
            },
        };
        let crowded = dropped > 0;
        Failed { failure, crowded }
    }

    /// Posts and takes until everything is over.
    fn drive(&mut self) -> Result<(), Stopped> {
        let connections = self.case.connections.iter();
        // 4.096 µs are 1024 cycles
        let timers = connections.map(|c| 10_u64 << (10 + c.timeout.min(20)));
        let patience = PATIENCE + timers.max().unwrap_or(0) + 8 * u64::from(self.case.largest());
        let mut last = self.lab.cluster.cycle();
        loop {
            let now = self.lab.cluster.cycle();
            self.post_shared(now)?;
            for lane in &mut self.lanes {
                lane.post(now)?;
            }
            self.stop_and_go(now)?;
            self.bring_down(now)?;
            if self.take()? {
                last = now;
            }
            let failing = |lane: &Lane| self.down[lane.connection].is_some();
            let moving = self
                .stops
                .iter()
                .any(|(_, phase)| matches!(phase, Phase::Stopped { .. }));
            if !moving && self.lanes.iter().all(|lane| lane.is_done(failing(lane))) {
                return Ok(());
            }
            if now > last + patience {
                let open = self
                    .lanes
                    .iter()
                    .filter(|lane| !lane.is_done(failing(lane)));
                let open: Vec<String> = open.map(Lane::waits_for).collect();
                let what = format!("nothing has completed for {patience} cycles: {open:#?}");
                return Err(Stopped::Bad(Class::Wedged, what));
            }
            let next = self.next_due(now);
            self.pass(TURN.min(next.saturating_sub(now)).max(1))?;
        }
    }

    /// Lets cycles of traffic pass, and notes what they are spent on.
    fn pass(&mut self, cycles: u64) -> Result<(), Stopped> {
        let sent = || self.lab.cluster.network(|n| n.stats().frames);
        let before = sent();
        self.lab.run(cycles)?;
        let silent = sent() == before;
        let failing = |c: usize| self.down[c].is_some();
        let mut open = (0..self.down.len()).filter(|c| {
            let mut ends = self.lanes[2 * c..2 * c + 2].iter();
            !ends.all(|lane| lane.is_done(failing(*c)))
        });
        let alone = open.next().is_some() && open.next().is_none();
        self.spent.traffic += cycles;
        self.spent.silent += if silent { cycles } else { 0 };
        self.spent.alone += if alone { cycles } else { 0 };
        Ok(())
    }

    /// The next cycle in which something has to be posted or stopped.
    fn next_due(&self, now: u64) -> u64 {
        let lanes = self.lanes.iter().filter_map(Lane::next_due);
        let stops = self.stops.iter().filter_map(|(stop, phase)| match *phase {
            Phase::Before => Some(self.start + u64::from(stop.cycle)),
            Phase::Stopped { until } => Some(until),
            Phase::Over => None,
        });
        let later = lanes.chain(stops).filter(|due| *due > now);
        later.min().unwrap_or(now + TURN)
    }

    fn post_shared(&mut self, now: u64) -> Result<(), Stopped> {
        for (host, shared) in self.shared.iter_mut().enumerate() {
            let Some(shared) = shared else { continue };
            let lanes = self.lanes.iter().filter(|lane| lane.from != host);
            let due = lanes.flat_map(Lane::shared_receives);
            let due = due.filter(|due| due.is_some_and(|due| due <= now)).count();
            while shared.posted < (shared.spare + due).min(shared.runs.len()) {
                let wr_id = shared.posted as u64;
                let entries = self.memory[host].entries(&shared.runs[shared.posted]);
                shared.srq.post(&[RecvRequest { wr_id, entries }])?;
                shared.posted += 1;
            }
        }
        Ok(())
    }

    /// Stops hosts' queue pairs, and lets them go on.
    fn stop_and_go(&mut self, now: u64) -> Result<(), Stopped> {
        for k in 0..self.stops.len() {
            let (stop, phase) = self.stops[k];
            let phase = match phase {
                Phase::Before if now >= self.start + u64::from(stop.cycle) => {
                    if self.is_stopped(stop.host) {
                        continue;
                    }
                    self.command(stop.host, Command::Stop)?;
                    self.command(stop.host, Command::Drained)?;
                    Phase::Stopped {
                        until: now + u64::from(stop.length),
                    }
                }
                Phase::Stopped { until } if now >= until => {
                    self.command(stop.host, Command::Abort)?;
                    Phase::Over
                }
                same => same,
            };
            self.stops[k].1 = phase;
        }
        Ok(())
    }

    /// The host's queue pairs are stopped.
    fn is_stopped(&self, host: usize) -> bool {
        let mut stops = self.stops.iter();
        stops.any(|(stop, phase)| stop.host == host && matches!(phase, Phase::Stopped { .. }))
    }

    /// A migration command for everything of a host's process.
    fn command(&self, host: usize, command: Command) -> Result<(), Stopped> {
        let host = &self.lab.hosts[host];
        let scope = SetScope::UserContext.code();
        let args = [host.context.number().into(), scope.into()];
        let done = host.adapter.migration_command(command, args, &[]);
        done.map(drop)
            .map_err(|why| Stopped::Bad(Class::Wrong, format!("{command}: {why}")))
    }

    /// Takes both ends of failed connections to ERR.
    fn bring_down(&mut self, now: u64) -> Result<(), Stopped> {
        for (k, down) in self.down.iter().enumerate() {
            if down.is_none_or(|since| now < since + DOWN) {
                continue;
            }
            for lane in &self.lanes[2 * k..2 * k + 2] {
                let qp = lane.requester();
                if qp.state() == QpState::Err || self.is_stopped(lane.from) {
                    continue;
                }
                match qp.modify(Modify::Err) {
                    // nobody will answer one that resumes
                    Err(ModifyError::Moving { .. }) => {
                        qp.give_up().map_err(VerbsError::from)?;
                    }
                    other => other?,
                }
            }
        }
        Ok(())
    }

    /// Takes and checks all completions; whether there were any.
    fn take(&mut self) -> Result<bool, Stopped> {
        let mut any = false;
        let now = self.lab.cluster.cycle();
        for queue in 0..self.queues.len() {
            for c in self.queues[queue].cq.poll(1024)? {
                any = true;
                self.check(queue, &c, now)?;
            }
        }
        Ok(any)
    }

    /// Checks a completion of a queue.
    fn check(&mut self, queue: usize, c: &Completion, now: u64) -> Result<(), Stopped> {
        let Queue { host, receive, .. } = self.queues[queue];
        let mine = |lane: &&mut Lane| lane.concerns(host, receive, c.qpn);
        let Some(lane) = self.lanes.iter_mut().find(mine) else {
            let what = format!("host {host}: completion of no queue pair: {c:?}");
            return Err(Stopped::Bad(Class::Wrong, what));
        };
        let connection = lane.connection;
        let failing = self.down[connection].is_some() || self.case.may_fail(connection);
        let excuses = Excuses { failing };
        let checked = match receive {
            false => lane.sent(c, excuses),
            true => {
                let shares = self.case.connections[connection].shared[host];
                let shared = self.shared[host].as_mut().filter(|_| shares);
                let runs = shared.map(|s| s.take(c.wr_id));
                lane.received(c, &mut self.memory[host], runs, excuses)
            }
        };
        if c.status != WcStatus::Success {
            self.down[connection].get_or_insert(now);
        }
        checked.map_err(|why| {
            let what = format!("host {host}: {why}: {c:?}; {}", lane.waits_for());
            Stopped::Bad(Class::Wrong, what)
        })
    }

    /// Nothing more comes, nobody owes anything, and all memory is as it has to be.
    fn end(&mut self) -> Result<(), Stopped> {
        self.fall_silent()?;
        self.lab.run(SETTLE)?;
        if self.take()? {
            let what = "a completion came behind the last".to_owned();
            return Err(Stopped::Bad(Class::Wrong, what));
        }
        self.lab.at_rest()?;
        if let Some(why) = self.lab.lockstep.as_ref().and_then(|l| l.blind()) {
            let what = format!("the model has looked away: {why}");
            return Err(Stopped::Bad(Class::Lab, what));
        }
        for lane in &self.lanes {
            lane.claim(&mut self.memory);
        }
        self.free_unfinished();
        for (host, memory) in self.memory.iter().enumerate() {
            memory
                .check()
                .map_err(|why| Stopped::Bad(Class::Wrong, format!("host {host}: {why}")))?;
        }
        self.check_events()
    }

    /// Answers that nobody waits for any more are sent to their end, each of those under way of a READ of the longest message; and so are the copies of requests
    /// on their way, each packet of which is answered.
    fn fall_silent(&self) -> Result<(), Stopped> {
        let sent = || self.lab.cluster.network(|n| n.stats().frames);
        let messages = (RESOURCES + COPIES) as u64;
        let bytes = u64::from(self.case.largest()) * messages;
        for _ in 0..1 + bytes * self.beat / SETTLE {
            let before = sent();
            self.lab.run(SETTLE)?;
            let idle = self.lab.cluster.network(|n| n.is_idle());
            if idle && sent() == before {
                return Ok(());
            }
        }
        let what = "frames go on and on behind the last completion".to_owned();
        Err(Stopped::Bad(Class::Wrong, what))
    }

    /// A message that was given up may have begun in a shared receive.
    fn free_unfinished(&mut self) {
        if self.down.iter().all(Option::is_none) {
            return;
        }
        for (host, shared) in self.shared.iter().enumerate() {
            let Some(shared) = shared else { continue };
            let open = shared.runs.iter().zip(&shared.taken);
            for (runs, _) in open.filter(|(_, taken)| !**taken) {
                self.memory[host].free(runs);
            }
        }
    }

    /// Only what failed or was stopped is worth an event.
    fn check_events(&self) -> Result<(), Stopped> {
        for (k, host) in self.lab.hosts.iter().enumerate() {
            host.adapter.poll_events()?;
            while let Some(event) = host.adapter.next_event() {
                let qpn = match event {
                    AsyncEvent::QpFatal { qpn }
                    | AsyncEvent::QpRequestError { qpn }
                    | AsyncEvent::QpAccessError { qpn } => Some(qpn),
                    _ => None,
                };
                let resumed = matches!(event, AsyncEvent::Resumed { .. });
                if resumed && self.stops.iter().any(|(stop, _)| stop.host == k) {
                    continue;
                }
                let own = |lane: &&Lane| lane.from == k && Some(lane.requester().number()) == qpn;
                let lane = self.lanes.iter().find(own);
                if lane.is_none_or(|lane| self.down[lane.connection].is_none()) {
                    let what = format!("host {k}: {event:?}");
                    return Err(Stopped::Bad(Class::Wrong, what));
                }
            }
        }
        Ok(())
    }

    fn outcome(&self) -> Outcome {
        let cycles = self.lab.cluster.cycle();
        let mut outcome = Outcome {
            cycles,
            spent: Spent {
                rest: cycles - self.start - self.spent.traffic,
                ..self.spent
            },
            frames: self.lab.cluster.network(|n| n.stats()).into(),
            stops: (self.stops.iter())
                .filter(|(_, phase)| *phase == Phase::Over)
                .count() as u64,
            marked: self.marked.get(),
            ..Outcome::default()
        };
        for (kind, size, end) in self.lanes.iter().flat_map(Lane::ends) {
            outcome.operations += 1;
            outcome.bytes += u64::from(size);
            *outcome.kinds.entry(kind.name()).or_default() += 1;
            if let End::Done(status) = end {
                *outcome.ends.entry(status.to_string()).or_default() += 1;
            }
        }
        outcome
    }
}

/// Runs of a host's shared receives: one for each message, and one more for each direction that may fail.
fn shared_runs(case: &Case, host: usize, layout: &mut Layout) -> Vec<Vec<Run>> {
    let uses = |o: &&Operation| {
        o.from != host && o.kind.is_received() && case.connections[o.connection].shared[host]
    };
    let count = case.operations.iter().filter(uses).count() + spare(case, host);
    let part = SHARED_BYTES as usize / 4;
    let pair = |k: usize| {
        let first = part * (k % 5);
        vec![layout.run(first, k), layout.run(4 * part - first, 0)]
    };
    (0..count).map(pair).collect()
}

/// Shared receives that messages of failing connections may use up.
fn spare(case: &Case, host: usize) -> usize {
    let connections = case.connections.iter();
    connections.filter(|c| c.shared[host]).count()
}

fn shared(
    case: &Case,
    host: usize,
    lab: &Lab,
    runs: Vec<Vec<Run>>,
) -> Result<Option<Shared>, LabError> {
    if runs.is_empty() {
        return Ok(None);
    }
    let entries = (runs.len() as u32).next_power_of_two().max(16);
    Ok(Some(Shared {
        srq: lab.hosts[host].pd.create_srq(entries, 0)?,
        taken: vec![false; runs.len()],
        runs,
        posted: 0,
        spare: spare(case, host),
    }))
}

type Pair = (host_driver::QueuePair, host_driver::QueuePair);

fn connect(
    c: &Connection,
    lab: &Lab,
    cqs: &[(CompletionQueue, CompletionQueue); 2],
    shared: &[Option<Shared>; 2],
) -> Result<Pair, LabError> {
    let srq = |host: usize| {
        shared[host]
            .as_ref()
            .filter(|_| c.shared[host])
            .map(|s| s.srq.clone())
    };
    let options = ConnectOptions {
        path_mtu: c.path_mtu,
        timeout: c.timeout,
        retry_cnt: c.retry_cnt,
        rnr_retry: c.rnr_retry,
        min_rnr_timer: c.min_rnr_timer,
        max_rd_atomic: c.max_rd_atomic,
        depth: c.depth,
        psns: Some(c.psns),
        cqs: [Some(cqs[0].clone()), Some(cqs[1].clone())],
        srqs: [srq(0), srq(1)],
        ..ConnectOptions::default()
    };
    let ends = [
        lab.hosts[0].endpoint(&options, 0)?.qp,
        lab.hosts[1].endpoint(&options, 1)?.qp,
    ];
    let inits = [access(&c.denied[0]), access(&c.denied[1])];
    crate::lab::join_with(&ends[0], &ends[1], &options, inits)?;
    let [a, b] = ends;
    Ok((a, b))
}

/// Removes the file that the lockstep check has left behind.
pub fn forget_capture(failure: &Failure) {
    if let Some(path) = stray_capture(&failure.what) {
        // a run that is repeated with a capture of its own leaves no other
        let _ = std::fs::remove_file(path);
    }
}

/// The file that the lockstep check leaves behind when it has seen a difference.
fn stray_capture(what: &str) -> Option<PathBuf> {
    let (_, path) = what.rsplit_once(", capture ")?;
    Some(Path::new(path.trim()).to_owned())
}
