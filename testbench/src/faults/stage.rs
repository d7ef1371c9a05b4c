//! Plays a scenario on two Verilated NICs with a cable that does what the events say, and looks whether every work request came to
//! what it should: completion, bytes, and nothing twice.

use super::FaultError;
use super::rules::Rules;
use super::scenario::{ReceivePlan, Scenario, WorkPlan};
use crate::lab::{CYCLES_PER_US, ConnectOptions, Endpoint, Lab, LabError, LabOptions, contents};
use crate::replay::scenario::{Operands, Operation, access};
use crate::rng::Rng;
use fw_regs::{ContextKind, Counter, QpState, WcStatus};
use host_driver::{Access, Completion, InitAttributes, MemoryRegion, RecvRequest, SendRequest};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What counters have counted, by name.
pub type Counts = BTreeMap<&'static str, u64>;

/// A scenario that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// QP numbers of each connection at both hosts.
    pub qpns: Vec<[u32; 2]>,
    /// What was counted at both hosts while it lasted.
    pub counters: [Counts; 2],
    /// State of each connection at both hosts at the end.
    pub states: Vec<[&'static str; 2]>,
    /// How each work request ended, in the order in which they were posted; none: it has not.
    pub statuses: Vec<Option<&'static str>>,
    /// Cycles it took.
    pub cycles: u64,
    /// What did not come to what it should.
    pub problems: Vec<String>,
}

/// A work request of the scenario.
struct Job<'a> {
    plan: &'a WorkPlan,
    /// bytes it carries
    data: Vec<u8>,
    /// where they are or go, in the requester's memory and in its partner's
    local: usize,
    remote: usize,
    due: u64,
    completions: Vec<Completion>,
}

/// A receive of the scenario.
struct Receive<'a> {
    plan: &'a ReceivePlan,
    offset: usize,
    due: u64,
    completion: Option<Completion>,
}

/// Memory of one host on one connection.
struct Memory {
    /// What its own work requests use.
    local: MemoryRegion,
    /// What its partner's work requests use.
    remote: MemoryRegion,
    /// Where messages arrive.
    inbox: MemoryRegion,
}

/// Bytes in front of the first work request's in remote memory: the word of the ATOMICs.
const WORD: usize = 64;
/// Cycles between two looks at the completion queues.
const LOOK: u64 = 64;
/// Work requests of a connection complete together with those of others that are waited for.
const POLLED: usize = 64;

struct Stage<'a> {
    scenario: &'a Scenario,
    lab: Lab,
    /// by connection, by host
    ends: Vec<[Endpoint; 2]>,
    memory: Vec<[Memory; 2]>,
    jobs: Vec<Job<'a>>,
    receives: Vec<Receive<'a>>,
    start: u64,
    problems: Vec<String>,
}

/// Plays `scenario` on NICs of `lab`; both ends of the cable are captured in the files `captures`.
///
/// # Errors
/// No model, or a NIC or its driver failed. That something came to nothing is in [`Played::problems`].
pub fn play(
    scenario: &Scenario,
    lab: LabOptions,
    captures: &[PathBuf; 2],
) -> Result<Played, FaultError> {
    let mut stage = Stage::new(scenario, lab)?;
    let before = stage.counters()?;
    for (host, path) in captures.iter().enumerate() {
        stage.lab.cluster.capture(host, path)?;
    }
    stage.start = stage.lab.cluster.cycle();
    stage.run()?;
    stage.lab.cluster.network(|n| n.finish_captures())?;
    let cycles = stage.lab.cluster.cycle() - stage.start;
    let after = stage.counters()?;
    stage.check_work()?;
    stage.check_receives()?;
    stage.check_atomics()?;
    let counted = |host: usize| {
        let grown = |(name, n): (&&'static str, &u64)| (*name, n - before[host][name]);
        after[host].iter().map(grown).collect()
    };
    Ok(Played {
        qpns: stage.qpns(),
        counters: [counted(0), counted(1)],
        states: stage.states()?,
        statuses: stage.jobs.iter().map(Job::status).collect(),
        cycles,
        problems: stage.problems,
    })
}

impl<'a> Stage<'a> {
    fn new(scenario: &'a Scenario, options: LabOptions) -> Result<Self, LabError> {
        let c = &scenario.connection;
        let lab = Lab::new(LabOptions {
            ipv6: c.ipv6,
            ..options
        })?;
        let connect = ConnectOptions {
            path_mtu: c.mtu,
            timeout: c.timeout,
            retry_cnt: c.retry_cnt,
            rnr_retry: c.rnr_retry,
            min_rnr_timer: c.min_rnr_timer,
            max_rd_atomic: c.max_rd_atomic,
            depth: c.depth,
            psns: Some(c.psn),
            init: InitAttributes {
                access: access(&c.access),
                ..InitAttributes::default()
            },
            ..ConnectOptions::default()
        };
        let ends = (0..c.count)
            .map(|_| lab.connect(0, 1, &connect).map(|(a, b)| [a, b]))
            .collect::<Result<Vec<_>, _>>()?;
        let mut stage = Self {
            scenario,
            lab,
            ends,
            memory: Vec::new(),
            jobs: Vec::new(),
            receives: Vec::new(),
            start: 0,
            problems: Vec::new(),
        };
        stage.plan(options.seed);
        stage.memory = (0..c.count)
            .map(|qp| Ok([stage.memory(qp, 0)?, stage.memory(qp, 1)?]))
            .collect::<Result<_, LabError>>()?;
        let rules = Rules::new(scenario, &stage.qpns());
        stage.lab.cluster.network(|n| n.tamper(Box::new(rules)));
        Ok(stage)
    }

    fn qpns(&self) -> Vec<[u32; 2]> {
        let numbers = |[a, b]: &[Endpoint; 2]| [a.qp.number(), b.qp.number()];
        self.ends.iter().map(numbers).collect()
    }

    /// Work requests and receives in the order in which they are posted, with places in memory.
    fn plan(&mut self, seed: u64) {
        let mut rng = Rng::new(seed);
        let mut used: BTreeMap<(usize, usize), [usize; 2]> = BTreeMap::new();
        let mut works: Vec<&WorkPlan> = self.scenario.works.iter().collect();
        works.sort_by_key(|w| w.after_us);
        for plan in works.iter().flat_map(|w| std::iter::repeat_n(*w, w.count)) {
            let key = (plan.qp, plan.host.index());
            let [local, remote] = used.entry(key).or_insert([0, WORD]);
            let length = plan.length as usize;
            self.jobs.push(Job {
                plan,
                data: (0..length).map(|_| rng.any() as u8).collect(),
                local: *local,
                remote: if plan.is_atomic() { 0 } else { *remote },
                due: plan.after_us * CYCLES_PER_US,
                completions: Vec::new(),
            });
            *local += length.next_multiple_of(WORD);
            *remote += length.next_multiple_of(WORD);
        }
        let mut filled: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut receives: Vec<&ReceivePlan> = self.scenario.receives.iter().collect();
        receives.sort_by_key(|r| r.after_us);
        for plan in receives
            .iter()
            .flat_map(|r| std::iter::repeat_n(*r, r.count))
        {
            let offset = filled.entry((plan.qp, plan.host.index())).or_default();
            self.receives.push(Receive {
                plan,
                offset: *offset,
                due: plan.after_us * CYCLES_PER_US,
                completion: None,
            });
            *offset += (plan.length as usize).next_multiple_of(WORD);
        }
    }

    /// Memory of host `host` on connection `qp`: what is sent or read from there is there.
    fn memory(&self, qp: usize, host: usize) -> Result<Memory, LabError> {
        let mut bytes = [vec![0; WORD], vec![0; WORD]];
        for job in self.jobs.iter().filter(|j| j.plan.qp == qp) {
            let own = job.plan.host.index() == host;
            let (area, offset, source) = match own {
                true => (0, job.local, job.plan.op != Operation::Read),
                false => (1, job.remote, job.plan.op == Operation::Read),
            };
            let end = offset + job.data.len();
            if bytes[area].len() < end {
                bytes[area].resize(end, 0);
            }
            if source && !job.plan.is_atomic() {
                bytes[area][offset..end].copy_from_slice(&job.data);
            }
        }
        let here = |r: &&Receive| r.plan.qp == qp && r.plan.host.index() == host;
        let inbox = self.receives.iter().filter(here);
        let inbox = inbox.map(|r| r.offset + r.plan.length as usize).max();
        let lab = &self.lab.hosts[host];
        Ok(Memory {
            local: lab.memory_with(&bytes[0], Access::ALL)?,
            remote: lab.memory_with(&bytes[1], Access::ALL)?,
            inbox: lab.memory(inbox.unwrap_or(0).max(WORD), Access::ALL)?,
        })
    }

    fn counters(&self) -> Result<[Counts; 2], LabError> {
        let of = |host: usize| -> Result<Counts, LabError> {
            let adapter = &self.lab.hosts[host].adapter;
            let all = Counter::ALL.iter();
            all.map(|c| Ok((c.text(), adapter.counter(*c)?))).collect()
        };
        Ok([of(0)?, of(1)?])
    }

    fn states(&self) -> Result<Vec<[&'static str; 2]>, LabError> {
        let state = |ends: &[Endpoint; 2], host: usize| -> Result<&'static str, LabError> {
            let adapter = &self.lab.hosts[host].adapter;
            let words = adapter.read_record(ContextKind::QpState, ends[host].qp.slot())?;
            let code = words.first().map_or(0, |w| (*w & 7) as u8);
            Ok(QpState::from_code(code).map_or("unknown", QpState::text))
        };
        let all = self.ends.iter();
        all.map(|ends| Ok([state(ends, 0)?, state(ends, 1)?]))
            .collect()
    }

    /// Until everything has completed and nobody has anything to say any more.
    fn run(&mut self) -> Result<(), LabError> {
        let limits = &self.scenario.limits;
        let end = self.start + limits.patience_us * CYCLES_PER_US;
        let mut posted = [0; 2];
        let mut heard = (0, self.start);
        loop {
            let now = self.lab.cluster.cycle();
            self.post(now - self.start, &mut posted)?;
            self.poll()?;
            let frames = self.lab.cluster.network(|n| n.stats().frames);
            let idle = self.lab.cluster.network(|n| n.is_idle());
            if frames != heard.0 || !idle {
                heard = (frames, now);
            }
            let all = posted == [self.jobs.len(), self.receives.len()];
            let done = all && self.jobs.iter().all(Job::is_done);
            if done && now - heard.1 >= limits.quiet_us * CYCLES_PER_US {
                return Ok(());
            }
            if now >= end {
                let open = self.jobs.iter().filter(|j| !j.is_done()).count();
                self.problems.push(format!(
                    "after {} µs {open} work requests have not completed, or the hosts are not silent",
                    limits.patience_us
                ));
                return Ok(());
            }
            self.lab.run(LOOK)?;
        }
    }

    /// What is due `time` cycles after the beginning. `posted` counts work requests and receives that were.
    fn post(&self, time: u64, posted: &mut [usize; 2]) -> Result<(), LabError> {
        // receives first: a message of the same time finds them
        let due = self.receives[posted[1]..].iter();
        for receive in due.take_while(|r| r.due <= time) {
            let (qp, host) = (receive.plan.qp, receive.plan.host.index());
            let inbox = &self.memory[qp][host].inbox;
            self.ends[qp][host].qp.post_recv(&[RecvRequest {
                wr_id: posted[1] as u64,
                entries: vec![inbox.entry(receive.offset, receive.plan.length)],
            }])?;
            posted[1] += 1;
        }
        // one doorbell for what goes to one queue at one time
        let mut queues: BTreeMap<(usize, usize), Vec<SendRequest>> = BTreeMap::new();
        let due = self.jobs[posted[0]..].iter();
        for job in due.take_while(|j| j.due <= time) {
            let key = (job.plan.qp, job.plan.host.index());
            let request = self.request(job, posted[0] as u64);
            queues.entry(key).or_default().push(request);
            posted[0] += 1;
        }
        for ((qp, host), requests) in queues {
            self.ends[qp][host].qp.post_send(&requests)?;
        }
        Ok(())
    }

    fn request(&self, job: &Job, wr_id: u64) -> SendRequest {
        let plan = job.plan;
        let host = plan.host.index();
        let target = &self.memory[plan.qp][1 - host].remote;
        let operation = plan.op.of(Operands {
            remote_addr: target.va() + job.remote as u64,
            rkey: target.rkey(),
            imm: plan.imm.map(|n| n.0 as u32),
            invalidate: None,
            compare: plan.compare.0,
            swap: plan.swap.0,
            add: plan.add.0,
        });
        let local = &self.memory[plan.qp][host].local;
        SendRequest {
            signalled: plan.signalled,
            fence: plan.fence,
            ..SendRequest::new(wr_id, operation, local.entry(job.local, plan.length))
        }
    }

    fn poll(&mut self) -> Result<(), LabError> {
        for ends in &self.ends {
            for end in ends {
                for c in end.send_cq.poll(POLLED)? {
                    match self.jobs.get_mut(c.wr_id as usize) {
                        Some(job) => job.completions.push(c),
                        None => self.problems.push(format!("{c:?}: of no work request")),
                    }
                }
                for c in end.recv_cq.poll(POLLED)? {
                    let taken = self.receives.get_mut(c.wr_id as usize);
                    match taken.filter(|r| r.completion.is_none()) {
                        Some(receive) => receive.completion = Some(c),
                        None => self
                            .problems
                            .push(format!("{c:?}: of no receive, or again")),
                    }
                }
            }
        }
        Ok(())
    }

    /// Every work request has completed once, as it should, and its bytes are where they belong.
    fn check_work(&mut self) -> Result<(), LabError> {
        for (job, k) in self.jobs.iter().zip(1..) {
            let plan = job.plan;
            let wanted = usize::from(job.is_told());
            if job.completions.len() != wanted {
                let found = job.completions.len();
                self.problems.push(format!(
                    "work request {k} has {found} completions; expected {wanted}"
                ));
            }
            for c in &job.completions {
                if c.status.text() != plan.status {
                    self.problems.push(format!(
                        "work request {k} ended with {:?}; expected {:?}",
                        c.status.text(),
                        plan.status
                    ));
                }
            }
            let host = plan.host.index();
            let (region, offset) = match plan.op {
                Operation::Write => (&self.memory[plan.qp][1 - host].remote, job.remote),
                Operation::Read => (&self.memory[plan.qp][host].local, job.local),
                _ => continue,
            };
            let found = &contents(region)?[offset..offset + job.data.len()];
            if plan.succeeds() && found != job.data {
                self.problems
                    .push(format!("the bytes of work request {k} are not there"));
            }
        }
        Ok(())
    }

    /// Every message that takes a receive has completed the next one, with its bytes.
    fn check_receives(&mut self) -> Result<(), LabError> {
        for qp in 0..self.ends.len() {
            for host in 0..2 {
                let to_it = |j: &&Job| {
                    j.plan.qp == qp && j.plan.host.index() != host && j.plan.takes_receive()
                };
                let messages: Vec<&Job> = self.jobs.iter().filter(to_it).collect();
                let sure = messages.iter().filter(|j| j.plan.succeeds()).count();
                let here = |r: &&Receive| r.plan.qp == qp && r.plan.host.index() == host;
                let used = self.receives.iter().filter(here);
                let used: Vec<_> = used.filter(|r| r.is_used()).collect();
                if used.len() < sure || used.len() > messages.len() {
                    self.problems.push(format!(
                        "connection {qp}: {} receives completed, {} messages were sent, {sure} of them well",
                        used.len(),
                        messages.len()
                    ));
                }
                let inbox = contents(&self.memory[qp][host].inbox)?;
                for ((receive, job), k) in used.iter().zip(&messages).zip(1..) {
                    if !receive.holds(job, &inbox) {
                        self.problems.push(format!(
                            "connection {qp}: receive {k} does not have what was sent"
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    /// ATOMICs, done in order and once each, leave what is there.
    fn check_atomics(&mut self) -> Result<(), LabError> {
        for qp in 0..self.ends.len() {
            for host in 0..2 {
                let own =
                    |j: &&Job| j.plan.qp == qp && j.plan.host.index() == host && j.plan.is_atomic();
                let local = contents(&self.memory[qp][host].local)?;
                let mut word = 0_u64;
                let mut sure = true;
                for job in self.jobs.iter().filter(own) {
                    let found = number(&local[job.local..]);
                    sure &= job.plan.succeeds();
                    if sure && found != word {
                        self.problems.push(format!(
                            "connection {qp}: an ATOMIC found {found:#x}; expected {word:#x}"
                        ));
                    }
                    word = job.plan.applied(word);
                }
                let left = number(&contents(&self.memory[qp][1 - host].remote)?);
                if sure && left != word {
                    self.problems.push(format!(
                        "connection {qp}: ATOMICs left {left:#x}; expected {word:#x}"
                    ));
                }
            }
        }
        Ok(())
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk::<8>()
        .map_or(0, |b| u64::from_le_bytes(*b))
}

impl WorkPlan {
    /// What an ATOMIC makes of `word`.
    fn applied(&self, word: u64) -> u64 {
        match self.op {
            Operation::FetchAdd => word.wrapping_add(self.add.0),
            _ if word == self.compare.0 => self.swap.0,
            _ => word,
        }
    }
}

impl Job<'_> {
    /// It has a completion.
    fn is_told(&self) -> bool {
        self.plan.signalled || !self.plan.succeeds()
    }

    fn is_done(&self) -> bool {
        !self.is_told() || !self.completions.is_empty()
    }

    fn status(&self) -> Option<&'static str> {
        self.completions.first().map(|c| c.status.text())
    }
}

impl Receive<'_> {
    fn is_used(&self) -> bool {
        self.completion
            .is_some_and(|c| c.status == WcStatus::Success)
    }

    /// It was completed by `job`.
    fn holds(&self, job: &Job, inbox: &[u8]) -> bool {
        let told = self.completion.is_some_and(|c| {
            c.byte_len == job.plan.length && c.imm == job.plan.imm.map(|n| n.0 as u32)
        });
        let bytes = &inbox[self.offset..];
        told && (job.plan.op != Operation::Send || bytes.starts_with(&job.data))
    }
}
