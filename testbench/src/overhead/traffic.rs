//! Traffic between two hosts that is the same for every NIC, and what is seen at their NICs' edges meanwhile.

use super::trace::{Entry, Layout};
use crate::lab::{CYCLES_PER_US, ConnectOptions, Endpoint, Lab, LabError, LabOptions, Variant};
use crate::net::{FaultRates, Link, LinkConfig};
use crate::rng::Rng;
use fw_regs::bar0::control::cycles_per_us;
use host_driver::{Access, Bar, MemoryRegion, RecvRequest, SendOperation, SendRequest};
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

/// Two hosts and the connections between them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Bits of the data path.
    pub width: u32,
    pub qps: usize,
    pub path_mtu: u32,
    /// Local ACK timeout, as a code; long enough for what stands in front of an acknowledgement.
    pub timeout: u8,
    /// Bytes of registered memory at each end.
    pub memory: u32,
}

/// One kind of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub operation: Operation,
    /// Bytes of a message; of the largest, if they are mixed.
    pub bytes: u32,
    /// Probability that a frame is lost.
    pub loss: f64,
    /// Back-pressure at every port of the NICs, at random.
    pub stalls: bool,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            width,
            qps,
            path_mtu,
            ..
        } = self;
        write!(f, "{width} bits, MTU {path_mtu}, {qps} QPs")
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} bytes", self.operation, self.bytes)?;
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
/// Cycles that are watched when all has completed.
const TAIL: u64 = 320;
/// So many of 256 cycles.
const STALLS: Stalls = Stalls {
    tx: 40,
    read: 40,
    answer: 40,
    write: 40,
    interrupt: 40,
};

impl Case {
    /// Messages of each of `qps` queue pairs that are posted at once.
    pub fn messages(&self, qps: usize) -> u64 {
        (BYTES / (u64::from(self.bytes) * qps as u64)).clamp(1, MESSAGES)
    }

    /// Bytes of all messages together.
    pub fn total(&self, qps: usize) -> u64 {
        self.messages(qps) * qps as u64 * u64::from(self.bytes)
    }
}

/// What a run is told to do: post so many messages on the first `qps` queue pairs, at the end of a microsecond with which both NICs' walkers begin anew, and
/// watch them for so many cycles at most.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub case: Case,
    pub qps: usize,
    pub count: u64,
    pub seed: u64,
    pub window: u64,
}

/// What a run tells.
#[derive(Debug)]
pub enum Word {
    /// Everything is set up.
    Ready(Layout),
    /// Seen since the last word.
    Seen(Vec<Entry>),
    /// All messages of an order have completed, or so many completions are missing.
    Done { missing: u64 },
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    #[error(transparent)]
    Lab(#[from] LabError),
    /// A connection migrates that must not, or the other way round.
    #[error("a connection of {variant} NICs has migration negotiated: {negotiated}")]
    Negotiated { variant: Variant, negotiated: bool },
    /// The comparison has ended.
    #[error("nobody listens")]
    Unheard,
}

/// Two hosts, connected, with memory.
pub struct Scene {
    lab: Lab,
    ends: Vec<[Endpoint; 2]>,
    memory: [MemoryRegion; 2],
    /// what the NICs' clocks are ahead of the cluster's
    leads: [u64; 2],
    /// cycles that the cable is longer
    late: u64,
}

impl Scene {
    /// Connects the two hosts by a cable that is `late` cycles longer than usual; with NICs that can, every connection has migration negotiated.
    ///
    /// # Errors
    /// [`TrafficError::Lab`], [`TrafficError::Negotiated`].
    pub fn new(
        place: Place,
        library: &Arc<Library>,
        variant: Variant,
        seed: u64,
        late: u64,
    ) -> Result<Self, TrafficError> {
        let options = LabOptions {
            variant,
            ..LabOptions::new(place.width, seed)
        };
        let lab = Lab::of(library, options)?;
        let memory =
            |host: usize| lab.hosts[host].memory(place.memory.max(64) as usize, Access::ALL);
        let memory = [memory(0)?, memory(1)?];
        let cq = |host: usize| -> Result<_, LabError> {
            let context = &lab.hosts[host].context;
            Ok(Some((context.create_cq(8192)?, context.create_cq(8192)?)))
        };
        let options = ConnectOptions {
            path_mtu: place.path_mtu,
            timeout: place.timeout,
            depth: DEPTH,
            cqs: [cq(0)?, cq(1)?],
            ..ConnectOptions::default()
        };
        let mut ends = Vec::new();
        for _ in 0..place.qps {
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
        lab.cluster.watch(usize::MAX);
        for host in 0..2 {
            lab.cluster.nic(host, |nic| nic.record_events(true));
        }
        Ok(Self {
            lab,
            ends,
            memory,
            leads: [0; 2],
            late,
        })
    }

    /// Where the messages' memory lies.
    pub fn layout(&self) -> Layout {
        Layout(self.memory.each_ref().map(|region| {
            let buffer = region.buffer();
            buffer.iova()..buffer.iova() + buffer.len() as u64
        }))
    }

    /// What the network and the host do to the traffic, the same for every NIC and whatever came before.
    fn disturb(&self, case: &Case, seed: u64) {
        let config = LinkConfig {
            faults: FaultRates {
                loss: case.loss,
                ..FaultRates::default()
            },
            delay: LinkConfig::default().delay + self.late,
            ..LinkConfig::default()
        };
        let stalls = match case.stalls {
            true => STALLS,
            false => Stalls::default(),
        };
        for host in 0..2 {
            self.lab.cluster.network(|network| {
                *network.uplink_mut(host) = Link::new(config, seed ^ host as u64);
            });
            self.lab.cluster.nic(host, |nic| nic.set_stalls(stalls));
        }
    }

    /// Forgets what has been seen, begins a microsecond in both NICs, and waits for its end, with which their walkers begin anew; returns the cycle.
    fn begin(&mut self) -> Result<u64, LabError> {
        let cluster = &self.lab.cluster;
        for host in 0..2 {
            let clock = (cycles_per_us::REG.offset, CYCLES_PER_US as u32);
            let mut device = cluster.device(host, 1);
            device.write32(Bar::Registers, clock.0, clock.1)?;
        }
        self.lab.run(CYCLES_PER_US + TURN)?;
        let start = self.lab.cluster.cycle();
        let cluster = &self.lab.cluster;
        self.leads = [0, 1].map(|host| cluster.nic(host, |nic| nic.cycle()) - start);
        self.seen(start);
        Ok(start)
    }

    /// Does what it is told; `tell` returns false if nobody listens.
    ///
    /// # Errors
    /// [`TrafficError`].
    pub fn follow(
        &mut self,
        order: Order,
        tell: &mut dyn FnMut(Word) -> bool,
    ) -> Result<(), TrafficError> {
        let Order {
            case,
            qps,
            count,
            seed,
            window,
        } = order;
        let start = self.begin()?;
        self.disturb(&case, seed);
        let mut rng = Rng::new(seed);
        let mut missing = 0;
        for qp in 0..qps {
            missing += self.post(&case, qp, count, &mut rng)?;
        }
        let mut end = start + window;
        while self.lab.cluster.cycle() < end {
            self.lab.run(TURN)?;
            if !tell(Word::Seen(self.seen(start))) {
                return Err(TrafficError::Unheard);
            }
            if missing > 0 {
                missing -= self.completed()?.min(missing);
                if missing == 0 {
                    end = self.lab.cluster.cycle() + TAIL;
                }
            }
        }
        self.disturb(&QUIET, seed);
        let heard = tell(Word::Done { missing });
        heard.then_some(()).ok_or(TrafficError::Unheard)
    }

    /// Posts `count` messages on connection `qp`, and receives for those that need them before; returns how many completions this will bring.
    fn post(&self, case: &Case, qp: usize, count: u64, rng: &mut Rng) -> Result<u64, LabError> {
        let ways: &[usize] = match case.operation {
            Operation::Mixed => &[0, 1],
            _ => &[0],
        };
        let mut expected = 0;
        for &from in ways {
            let requests: Vec<_> = (0..count)
                .map(|k| self.request(case, from, k, rng))
                .collect();
            let is_send = |r: &&SendRequest| matches!(r.operation, SendOperation::Send { .. });
            let receives = requests.iter().filter(is_send).count();
            let to = 1 - from;
            let receive = RecvRequest {
                wr_id: 0,
                entries: vec![self.memory[to].entry(0, case.bytes)],
            };
            self.ends[qp][to].qp.post_recv(&vec![receive; receives])?;
            self.ends[qp][from].qp.post_send(&requests)?;
            expected += count + receives as u64;
        }
        Ok(expected)
    }

    fn request(&self, case: &Case, from: usize, k: u64, rng: &mut Rng) -> SendRequest {
        const TURNS: [Operation; 4] = [
            Operation::Send,
            Operation::Read,
            Operation::Write,
            Operation::Atomic,
        ];
        let (operation, bytes) = match case.operation {
            Operation::Mixed => (
                TURNS[(k % 4) as usize],
                rng.range(1, case.bytes.into()) as u32,
            ),
            one => (one, case.bytes),
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

    /// Completions since the last look.
    fn completed(&self) -> Result<u64, LabError> {
        let mut done = 0;
        for end in &self.ends[0] {
            done += end.send_cq.poll(usize::MAX)?.len() + end.recv_cq.poll(usize::MAX)?.len();
        }
        Ok(done as u64)
    }

    /// What has happened since the last look, in cycles since `start`.
    fn seen(&self, start: u64) -> Vec<Entry> {
        let cluster = &self.lab.cluster;
        let frames = cluster.take_frames().into_iter();
        let mut seen: Vec<Entry> = frames.map(|frame| Entry::of_frame(frame, start)).collect();
        for host in 0..2 {
            let before = self.leads[host] + start;
            let events = cluster.nic(host, |nic| nic.take_events());
            seen.extend(events.into_iter().filter_map(|(cycle, event)| {
                Entry::of_event(host, cycle.saturating_sub(before), event)
            }));
        }
        seen
    }
}

/// Nothing that disturbs.
const QUIET: Case = Case {
    operation: Operation::Send,
    bytes: 0,
    loss: 0.0,
    stalls: false,
};
