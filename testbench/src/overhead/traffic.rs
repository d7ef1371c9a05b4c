//! Traffic between two hosts that is the same for every NIC, and what is seen at their NICs' edges meanwhile.

use super::trace::{Entry, Layout};
use crate::lab::{ConnectOptions, Endpoint, Lab, LabError, LabOptions, Variant};
use crate::net::{FaultRates, LinkConfig};
use crate::rng::Rng;
use host_driver::{Access, MemoryRegion, RecvRequest, SendOperation, SendRequest};
use serde::{Deserialize, Serialize};
use sim_verilator::{Library, Stalls};
use std::sync::Arc;

/// What the messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    Send,
    Write,
    Read,
    Atomic,
    /// All of them in turn with random sizes, by both ends of each connection.
    Mixed,
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Send => "SEND",
            Self::Write => "WRITE",
            Self::Read => "READ",
            Self::Atomic => "ATOMIC",
            Self::Mixed => "mixed",
        })
    }
}

/// One kind of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Bits of the data path.
    pub width: u32,
    pub operation: Operation,
    /// Bytes of a message; of the largest, if they are mixed.
    pub bytes: u32,
    pub path_mtu: u32,
    pub qps: usize,
    /// Probability that a frame is lost.
    pub loss: f64,
    /// Back-pressure at every port of the NICs, at random.
    pub stalls: bool,
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} of {} bytes, {} bits, MTU {}, {} QPs",
            self.operation, self.bytes, self.width, self.path_mtu, self.qps
        )?;
        if self.loss > 0.0 {
            write!(f, ", loss {}", self.loss)?;
        }
        match self.stalls {
            true => f.write_str(", back-pressure"),
            false => Ok(()),
        }
    }
}

/// Depth of every queue; more than [`MESSAGES`] and the first one.
const DEPTH: u32 = 64;
/// Messages of a queue pair, at most and together with all others as many bytes.
const MESSAGES: u64 = 24;
const BYTES: u64 = 96 << 10;
/// Cycles between two looks at the completion queues.
const TURN: u64 = 64;
/// Cycles that a message alone may take beyond four times its beats, and those for which many are watched at most.
const PATIENCE: u64 = 400_000;
/// Cycles in which everything under way when the traffic begins has ended.
pub const QUIET: u64 = 2_000;
/// So many of 256 cycles.
const STALLS: Stalls = Stalls {
    tx: 40,
    read: 40,
    answer: 40,
    write: 40,
    interrupt: 40,
};

impl Case {
    /// Hosts for it.
    pub fn lab(&self, variant: Variant, seed: u64) -> LabOptions {
        let faults = FaultRates {
            loss: self.loss,
            ..FaultRates::default()
        };
        LabOptions {
            variant,
            pause: 16,
            link: LinkConfig {
                faults,
                ..LinkConfig::default()
            },
            stalls: match self.stalls {
                true => STALLS,
                false => Stalls::default(),
            },
            ..LabOptions::new(self.width, seed)
        }
    }

    /// Messages of each queue pair that are posted at once.
    pub fn messages(&self) -> u64 {
        (BYTES / (u64::from(self.bytes) * self.qps as u64)).clamp(1, MESSAGES)
    }

    /// Cycles for which the load is watched: what is not done then is no longer looked at.
    fn window(&self, quick: bool) -> u64 {
        match (quick, self.loss > 0.0) {
            (true, _) => 30_000,
            (false, false) => 250_000,
            (false, true) => 600_000,
        }
    }

    /// Long enough for what stands in front of an acknowledgement, short enough that what was lost is sent again.
    fn timeout(&self) -> u8 {
        match (self.loss > 0.0, self.qps) {
            (false, _) => 14,
            (true, 1) => 5,
            (true, 2..=16) => 7,
            (true, _) => 8,
        }
    }
}

/// What a run tells about itself while it goes on.
#[derive(Debug)]
pub enum Word {
    /// Everything is set up, in this cycle.
    Ready(u64, Layout),
    /// Seen since the last word.
    Seen(Vec<Entry>),
    /// The message alone has completed; now comes the load.
    Load,
    /// All messages have completed, or so many are missing in the end.
    Done { missing: u64 },
}

/// Why traffic ended early.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    #[error(transparent)]
    Lab(#[from] LabError),
    /// A connection migrates that must not, or the other way round.
    #[error("a connection of {variant} NICs has migration negotiated: {negotiated}")]
    Negotiated { variant: Variant, negotiated: bool },
    /// Nobody listens any more: the comparison has ended.
    #[error("the comparison has ended")]
    Unheard,
}

/// Tells others what happens; false if they do not listen any more.
pub type Tell<'a> = &'a mut dyn FnMut(Word) -> bool;

/// Two hosts, connected, with memory.
struct Scene {
    case: Case,
    lab: Lab,
    ends: Vec<[Endpoint; 2]>,
    memory: [MemoryRegion; 2],
    start: u64,
    /// what the NICs' clocks are ahead of the cluster's
    leads: [u64; 2],
    expected: u64,
    completed: u64,
}

/// Sends one message on the first queue pair, then all others of all of them. `begin` is told when everything is set up and returns
/// the cycle in which the traffic begins.
///
/// # Errors
/// [`TrafficError`].
pub fn run(
    case: Case,
    library: &Arc<Library>,
    lab: LabOptions,
    quick: bool,
    tell: Tell,
    begin: impl FnOnce(u64) -> Option<u64>,
) -> Result<(), TrafficError> {
    let mut scene = Scene::new(case, library, lab)?;
    let listened = |heard: bool| heard.then_some(()).ok_or(TrafficError::Unheard);
    let ready = scene.lab.cluster.cycle();
    listened(tell(Word::Ready(ready, scene.layout())))?;
    scene.start = begin(ready).ok_or(TrafficError::Unheard)?;
    while scene.lab.cluster.cycle() < scene.start {
        scene.lab.run(1)?;
    }
    scene.watch();
    let mut rng = Rng::new(lab.seed);

    scene.post(0, 1, &mut rng)?;
    let patience = PATIENCE + 4 * u64::from(case.bytes);
    listened(scene.watched(patience, tell)?)?;
    listened(tell(Word::Load))?;

    for qp in 0..case.qps {
        scene.post(qp, case.messages(), &mut rng)?;
    }
    listened(scene.watched(case.window(quick), tell)?)?;
    let missing = scene.expected - scene.completed;
    listened(tell(Word::Done { missing }))
}

impl Scene {
    fn new(case: Case, library: &Arc<Library>, lab: LabOptions) -> Result<Self, TrafficError> {
        let variant = lab.variant;
        let lab = Lab::of(library, lab)?;
        let memory = |host: usize| lab.hosts[host].memory(case.bytes.max(64) as usize, Access::ALL);
        let memory = [memory(0)?, memory(1)?];
        let cq = |host: usize| -> Result<_, LabError> {
            let context = &lab.hosts[host].context;
            Ok(Some((context.create_cq(8192)?, context.create_cq(8192)?)))
        };
        let options = ConnectOptions {
            path_mtu: case.path_mtu,
            timeout: case.timeout(),
            depth: DEPTH,
            cqs: [cq(0)?, cq(1)?],
            ..ConnectOptions::default()
        };
        let mut ends = Vec::new();
        for _ in 0..case.qps {
            let (a, b) = lab.connect(0, 1, &options)?;
            let negotiated = a.qp.is_migratable() && b.qp.is_migratable();
            if negotiated != (variant == Variant::Migratable) {
                return Err(TrafficError::Negotiated {
                    variant,
                    negotiated,
                });
            }
            ends.push([a, b]);
        }
        Ok(Self {
            case,
            lab,
            ends,
            memory,
            start: 0,
            leads: [0; 2],
            expected: 0,
            completed: 0,
        })
    }

    fn layout(&self) -> Layout {
        Layout(self.memory.each_ref().map(|region| {
            let buffer = region.buffer();
            buffer.iova()..buffer.iova() + buffer.len() as u64
        }))
    }

    fn watch(&mut self) {
        let cluster = &self.lab.cluster;
        cluster.watch(usize::MAX);
        let cycle = cluster.cycle();
        self.leads = [0, 1].map(|host| {
            cluster.nic(host, |nic| {
                nic.record_events(true);
                nic.cycle() - cycle
            })
        });
    }

    /// Posts `count` messages on connection `qp`, and receives for those that need them before.
    fn post(&mut self, qp: usize, count: u64, rng: &mut Rng) -> Result<(), LabError> {
        let ways: &[usize] = match self.case.operation {
            Operation::Mixed => &[0, 1],
            _ => &[0],
        };
        for &from in ways {
            let mut requests = Vec::new();
            let mut receives = 0;
            for k in 0..count {
                let request = self.request(from, k, rng);
                let is_send = matches!(request.operation, SendOperation::Send { .. });
                receives += usize::from(is_send);
                requests.push(request);
            }
            let to = 1 - from;
            let receive = RecvRequest {
                wr_id: 0,
                entries: vec![self.memory[to].entry(0, self.case.bytes)],
            };
            self.ends[qp][to].qp.post_recv(&vec![receive; receives])?;
            self.ends[qp][from].qp.post_send(&requests)?;
            self.expected += count + receives as u64;
        }
        Ok(())
    }

    fn request(&self, from: usize, k: u64, rng: &mut Rng) -> SendRequest {
        const TURNS: [Operation; 4] = [
            Operation::Send,
            Operation::Read,
            Operation::Write,
            Operation::Atomic,
        ];
        let (operation, bytes) = match self.case.operation {
            Operation::Mixed => (
                TURNS[(k % 4) as usize],
                rng.range(1, self.case.bytes.into()) as u32,
            ),
            one => (one, self.case.bytes),
        };
        let remote = &self.memory[1 - from];
        let (remote_addr, rkey) = (remote.va(), remote.rkey());
        let (operation, bytes) = match operation {
            Operation::Write => (
                SendOperation::Write {
                    remote_addr,
                    rkey,
                    imm: None,
                },
                bytes,
            ),
            Operation::Read => (SendOperation::Read { remote_addr, rkey }, bytes),
            Operation::Atomic => (
                SendOperation::FetchAdd {
                    remote_addr: remote_addr.next_multiple_of(8),
                    rkey,
                    add: k,
                },
                8,
            ),
            Operation::Send | Operation::Mixed => (
                SendOperation::Send {
                    imm: None,
                    invalidate: None,
                },
                bytes,
            ),
        };
        SendRequest::new(k, operation, self.memory[from].entry(0, bytes))
    }

    /// Lets time pass until every message has completed, at most `cycles` cycles, and tells what is seen; false if nobody listens.
    fn watched(&mut self, cycles: u64, tell: Tell) -> Result<bool, LabError> {
        let end = self.lab.cluster.cycle() + cycles;
        loop {
            self.lab.run(TURN)?;
            if !tell(Word::Seen(self.seen())) {
                return Ok(false);
            }
            for host in 0..2 {
                let cqs = &self.ends[0][host];
                let done = cqs.send_cq.poll(usize::MAX)?.len() + cqs.recv_cq.poll(usize::MAX)?.len();
                self.completed += done as u64;
            }
            if self.completed == self.expected || self.lab.cluster.cycle() >= end {
                return Ok(true);
            }
        }
    }

    fn seen(&self) -> Vec<Entry> {
        let cluster = &self.lab.cluster;
        let frames = cluster.take_frames().into_iter();
        let mut seen: Vec<Entry> = frames
            .map(|frame| Entry::of_frame(frame, self.start))
            .collect();
        for host in 0..2 {
            let before = self.leads[host] + self.start;
            let events = cluster.nic(host, |nic| nic.take_events());
            seen.extend(events.into_iter().filter_map(|(cycle, event)| {
                Entry::of_event(host, cycle.saturating_sub(before), event)
            }));
        }
        seen
    }
}
