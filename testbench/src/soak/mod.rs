//! `roamnic soak`: any mix of operations between two hosts over a bad link, for as long as one likes, against a simple shadow.
//!
//! The shadow knows what every byte of both hosts' memory has to be and what every completion has to say. Work goes in rounds:
//! a round plans and posts random messages on all queue pairs in both directions, waits until everything has completed, and
//! compares the whole memory, the gaps between landing zones included. One seed fixes everything.

mod lane;
mod plan;
mod shadow;

use crate::lab::{ConnectOptions, Lab, LabError, LabOptions};
use crate::net::FaultRates;
use crate::rng::Rng;
use crate::show;
use crate::transfer::FrameCounts;
use host_driver::CompletionQueue;
use lane::{Lane, Shared};
use serde::Serialize;
use shadow::Memory;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How a run is made.
#[derive(Clone, Debug)]
pub struct SoakOptions {
    pub lab: LabOptions,
    /// Ends after so many messages, at the end of a round ...
    pub messages: u64,
    /// ... or after so many cycles.
    pub cycles: u64,
    /// Connections; each is used in both directions.
    pub qps: usize,
    /// Largest message in bytes.
    pub max_size: u32,
    /// Messages of a queue pair in a round, at most 48.
    pub round: usize,
    /// Capture of host 0's port.
    pub pcap: Option<PathBuf>,
    /// FST trace of host 0's NIC; large.
    pub waves: Option<PathBuf>,
}

impl SoakOptions {
    /// Eight connections, messages up to 8 MiB, under 5 % loss with reordering, duplication and corruption; memory that answers
    /// out of order, ports that hold back.
    pub fn new(width: u32, seed: u64) -> Self {
        let mut lab = LabOptions::new(width, seed);
        lab.link.faults = FaultRates {
            loss: 0.05,
            duplication: 0.02,
            reordering: 0.05,
            corruption: 0.02,
        };
        lab.dma.jitter = 64;
        lab.dma.reorder = true;
        lab.stalls.read = 8;
        lab.stalls.write = 8;
        lab.stalls.answer = 8;
        Self {
            lab,
            messages: u64::MAX,
            cycles: u64::MAX,
            qps: 8,
            max_size: 8 << 20,
            round: 24,
            pcap: None,
            waves: None,
        }
    }
}

/// What a good run did.
#[derive(Clone, Debug, Serialize)]
pub struct SoakReport {
    pub seed: u64,
    pub width: u32,
    pub rounds: u64,
    pub messages: u64,
    pub bytes: u64,
    pub cycles: u64,
    /// Messages by operation.
    pub operations: BTreeMap<&'static str, u64>,
    pub frames: FrameCounts,
    /// Per host: counters that are not zero.
    pub counters: [BTreeMap<String, u64>; 2],
}

/// Why a run ended badly.
#[derive(Debug, thiserror::Error)]
pub enum SoakError {
    /// The laboratory failed or stood still.
    #[error("round {round}: {source}")]
    Lab { round: u64, source: LabError },
    /// Hardware and shadow disagree.
    #[error("round {round}, cycle {cycle}: {what}")]
    Wrong {
        round: u64,
        cycle: u64,
        what: String,
    },
}

/// What stops a round.
pub(crate) enum Stop {
    Lab(LabError),
    Wrong(String),
}

impl<E: Into<LabError>> From<E> for Stop {
    fn from(e: E) -> Self {
        Self::Lab(e.into())
    }
}

/// Without any completion for so many cycles a round is given up.
const STALL: u64 = 6_000_000;
/// Rounds after which all queue pairs are destroyed and made anew.
const REBUILD: u64 = 16;
/// Cycles in which a late duplicate may still do harm.
const SETTLE: u64 = 4_000;

struct Soak {
    options: SoakOptions,
    rng: Rng,
    /// Directed: lane 2k from host 0 to 1, lane 2k+1 back.
    lanes: Vec<Lane>,
    shared: [Shared; 2],
    cqs: [(CompletionQueue, CompletionQueue); 2],
    memory: [Memory; 2],
    messages: u64,
    bytes: u64,
    operations: BTreeMap<&'static str, u64>,
    // behind everything that lives in it
    lab: Lab,
}

/// Runs until `options` say stop. `progress` is told messages and cycles after every round.
///
/// # Errors
/// [`SoakError`].
pub fn run(
    options: &SoakOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<SoakReport, SoakError> {
    let place = |round: u64, cycle: u64, stop: Stop| match stop {
        Stop::Lab(source) => SoakError::Lab { round, source },
        Stop::Wrong(what) => SoakError::Wrong { round, cycle, what },
    };
    let mut soak = Soak::new(options).map_err(|stop| place(0, 0, stop))?;
    let mut round = 0;
    while soak.messages < options.messages && soak.lab.cluster.cycle() < options.cycles {
        if round % REBUILD == REBUILD - 1 {
            soak.connect()
                .map_err(|stop| place(round, soak.lab.cluster.cycle(), stop))?;
        }
        soak.round()
            .map_err(|stop| place(round, soak.lab.cluster.cycle(), stop))?;
        round += 1;
        progress(soak.messages, soak.lab.cluster.cycle());
    }
    soak.report(round).map_err(|stop| place(round, 0, stop))
}

impl Soak {
    fn new(options: &SoakOptions) -> Result<Self, Stop> {
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
        let mut rng = Rng::new(options.lab.seed ^ 0x50a4);
        let memory = |host: usize, rng: &mut Rng| Memory::new(&lab.hosts[host], options, rng);
        let memory = [memory(0, &mut rng)?, memory(1, &mut rng)?];
        let cq = |host: usize| lab.hosts[host].context.create_cq(8192);
        let cqs = [(cq(0)?, cq(0)?), (cq(1)?, cq(1)?)];
        let shared = [Shared::new(&lab.hosts[0])?, Shared::new(&lab.hosts[1])?];
        let mut soak = Self {
            options: options.clone(),
            rng,
            lanes: Vec::new(),
            shared,
            cqs,
            memory,
            messages: 0,
            bytes: 0,
            operations: BTreeMap::new(),
            lab,
        };
        soak.connect()?;
        Ok(soak)
    }

    /// New queue pairs with random attributes.
    fn connect(&mut self) -> Result<(), Stop> {
        self.lanes.clear();
        for _ in 0..self.options.qps {
            let rng = &mut self.rng;
            let share = [rng.chance(0.33), rng.chance(0.33)];
            let srq = |host: usize| share[host].then(|| self.shared[host].srq.clone());
            let options = ConnectOptions {
                path_mtu: *rng.pick(&[256, 512, 1024, 2048, 4096]),
                timeout: rng.range(5, 7) as u8,
                min_rnr_timer: rng.range(1, 3) as u8,
                max_rd_atomic: rng.range(1, 8) as u8,
                cqs: [Some(self.cqs[0].clone()), Some(self.cqs[1].clone())],
                srqs: [srq(0), srq(1)],
                ..ConnectOptions::default()
            };
            let (a, b) = self.lab.connect(0, 1, &options)?;
            let counters = [self.memory[1].counter(rng), self.memory[0].counter(rng)];
            let [to, from] = counters;
            self.lanes
                .push(Lane::new([0, 1], a.qp.clone(), b.qp.clone(), share[1], to));
            self.lanes
                .push(Lane::new([1, 0], b.qp, a.qp, share[0], from));
        }
        Ok(())
    }

    fn round(&mut self) -> Result<(), Stop> {
        self.memory.iter_mut().for_each(Memory::begin);
        for lane in &mut self.lanes {
            let count = self.rng.index(1, self.options.round.clamp(1, 48));
            lane.plan(
                count,
                &self.options,
                &mut self.memory,
                &mut self.shared,
                &self.lab,
                &mut self.rng,
            )?;
            for message in &lane.planned {
                self.bytes += message.length();
                *self.operations.entry(message.operation()).or_default() += 1;
            }
            self.messages += lane.planned.len() as u64;
        }
        self.drive()?;
        self.lab.run(SETTLE)?;
        self.take()?;
        self.lab.at_rest()?;
        for host in &mut self.memory {
            host.check().map_err(Stop::Wrong)?;
        }
        self.check_events()
    }

    /// Posts and takes until the round is over.
    fn drive(&mut self) -> Result<(), Stop> {
        let mut last = self.lab.cluster.cycle();
        loop {
            let now = self.lab.cluster.cycle();
            for shared in &mut self.shared {
                shared.post(now)?;
            }
            for lane in &mut self.lanes {
                lane.post(now, &mut self.rng)?;
            }
            if self.take()? {
                last = now;
            }
            if self.lanes.iter().all(Lane::is_done) {
                return Ok(());
            }
            if now - last > STALL {
                let stuck: Vec<String> = self.lanes.iter().filter_map(Lane::stuck).collect();
                return Err(Stop::Wrong(format!(
                    "nothing has completed for {STALL} cycles: {stuck:#?}"
                )));
            }
            self.lab.run(self.options.lab.pause)?;
        }
    }

    /// Takes and checks all completions; whether there were any.
    fn take(&mut self) -> Result<bool, Stop> {
        let mut any = false;
        for host in 0..2 {
            let (send, recv) = self.cqs[host].clone();
            for (cq, receive) in [(send, false), (recv, true)] {
                for c in cq.poll(1024)? {
                    any = true;
                    let mine = |lane: &&mut Lane| lane.concerns(host, receive, c.qpn);
                    let lane = self.lanes.iter_mut().find(mine).ok_or_else(|| {
                        Stop::Wrong(format!("host {host}: completion of no queue pair: {c:?}"))
                    })?;
                    match receive {
                        true => lane.received(&c, &mut self.memory[host], &mut self.shared[host]),
                        false => lane.sent(&c),
                    }
                    .map_err(|why| {
                        Stop::Wrong(format!(
                            "host {host}: {why}: {c:?}; posted last: {:#?}",
                            lane.recent()
                        ))
                    })?;
                }
            }
        }
        Ok(any)
    }

    /// Nothing that happened is worth an event.
    fn check_events(&self) -> Result<(), Stop> {
        for (k, host) in self.lab.hosts.iter().enumerate() {
            host.adapter.poll_events()?;
            if let Some(event) = host.adapter.next_event() {
                return Err(Stop::Wrong(format!("host {k}: {event:?}")));
            }
        }
        Ok(())
    }

    fn report(self, rounds: u64) -> Result<SoakReport, Stop> {
        self.lab.cluster.network(|n| n.finish_captures())?;
        Ok(SoakReport {
            seed: self.options.lab.seed,
            width: self.options.lab.width,
            rounds,
            messages: self.messages,
            bytes: self.bytes,
            cycles: self.lab.cluster.cycle(),
            operations: self.operations,
            frames: self.lab.cluster.network(|n| n.stats()).into(),
            counters: [
                show::counters(&self.lab.hosts[0])?,
                show::counters(&self.lab.hosts[1])?,
            ],
        })
    }
}
