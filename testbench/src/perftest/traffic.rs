//! What goes between the queue pairs: who posts what, what is timed, and what the bytes should be.

use super::message::{Destination, gid_of};
use super::{
    ACCESS, Bandwidth, Content, Latency, Measured, Options, PerftestError, READS, Role, Tool,
};
use crate::rng::Rng;
use crate::station::Station;
use host_driver::{
    Completion, CompletionQueue, MemoryRegion, QpOptions, QueuePair, RecvRequest, SendOperation,
    SendRequest, WcStatus,
};
use std::collections::HashMap;
use std::time::Duration;

/// Most messages of which the fastest stretch is looked for: that takes a step for each two of them.
const PEAK_MOST: usize = 20_000;
const MIB: f64 = 1024.0 * 1024.0;

/// The queue pairs of a program, and their memory: for each a part that it sends from or reads into, and a part that is open to the
/// partner, both of `span` bytes.
pub(super) struct Traffic {
    tool: Tool,
    role: Role,
    size: u32,
    iterations: u64,
    depth: u32,
    receive_depth: u32,
    qps: Vec<QueuePair>,
    send_cq: CompletionQueue,
    recv_cq: CompletionQueue,
    memory: MemoryRegion,
    span: usize,
    own: Vec<Destination>,
    partners: Vec<Destination>,
    /// results of ATOMICs went up one by one
    counted: Option<bool>,
    /// the open parts as they were
    before: Vec<u64>,
    patience: Duration,
}

/// What an end fills its memory with: anybody who knows the end's number and PSN knows the bytes.
fn pattern(end: &Destination, length: usize) -> Vec<u8> {
    Rng::new(u64::from(end.qpn) << 24 | u64::from(end.psn)).bytes(length)
}

/// When requests were posted and completed.
#[derive(Default)]
struct Times {
    posted: Vec<Duration>,
    completed: Vec<Duration>,
}

impl Traffic {
    /// Makes queue pairs and memory. Short messages of the partner go round in `page` bytes.
    pub fn prepare(
        options: &Options,
        station: &mut Station,
        page: usize,
    ) -> Result<Self, PerftestError> {
        let (depth, receive_depth) = (options.depth(), options.receive_depth());
        let count = options.qps.max(1);
        let send_cq = station.context.create_cq(depth * count)?;
        let recv_cq = station.context.create_cq(receive_depth * count)?;
        let span = (options.size() as usize).max(page).next_multiple_of(4096);
        let memory = station.memory(2 * span * count as usize, ACCESS)?;
        let qp_options = QpOptions {
            send_cq: send_cq.clone(),
            recv_cq: recv_cq.clone(),
            srq: None,
            max_send: depth,
            max_recv: receive_depth,
            raw: false,
        };
        let qps: Vec<QueuePair> = (0..count)
            .map(|_| station.pd.create_qp(&qp_options))
            .collect::<Result<_, _>>()?;
        let reads = match options.tool {
            Tool::ReadBw | Tool::AtomicBw => READS,
            _ => 1,
        };
        let end = |(k, qp): (usize, &QueuePair)| Destination {
            lid: 0,
            out_reads: reads,
            qpn: qp.number(),
            psn: qp.connection_data().psn,
            rkey: memory.rkey(),
            address: memory.va() + ((count as usize + k) * span) as u64,
            gid: gid_of(station.ip),
            srqn: 0,
        };
        let own: Vec<Destination> = qps.iter().enumerate().map(end).collect();
        Ok(Self {
            tool: options.tool,
            role: options.role,
            size: options.size(),
            iterations: options.iterations(),
            depth,
            receive_depth,
            qps,
            send_cq,
            recv_cq,
            memory,
            span,
            own,
            partners: Vec::new(),
            counted: None,
            before: Vec::new(),
            patience: options.station.patience,
        })
    }

    /// The own ends.
    pub fn own(&self) -> &[Destination] {
        &self.own
    }

    /// The queue pairs, in the order of the ends.
    pub fn queue_pairs(&self) -> impl Iterator<Item = &QueuePair> {
        self.qps.iter()
    }

    /// Where the open part of queue pair `k` begins.
    fn open(&self, k: usize) -> usize {
        (self.qps.len() + k) * self.span
    }

    /// Takes the partner's ends, and fills the memory.
    pub fn meet(&mut self, partners: &[Destination]) -> Result<(), PerftestError> {
        self.partners = partners.to_vec();
        for (k, own) in self.own.iter().enumerate() {
            let bytes = pattern(own, self.size as usize);
            let at = match (self.tool, self.role) {
                // what is read lies open at the server
                (Tool::ReadBw, Role::Server) => self.open(k),
                (Tool::AtomicBw, _) => continue,
                _ => k * self.span,
            };
            self.memory.buffer().write(at, &bytes)?;
        }
        self.before = (0..self.qps.len())
            .map(|k| self.word(self.open(k)))
            .collect::<Result<_, _>>()?;
        Ok(())
    }

    fn word(&self, at: usize) -> Result<u64, PerftestError> {
        let mut bytes = [0; 8];
        self.memory.buffer().read(at, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Posts the receives of a server of SENDs.
    pub fn expect(&self) -> Result<(), PerftestError> {
        for k in 0..self.qps.len() {
            let all: Vec<RecvRequest> = (0..u64::from(self.receive_depth))
                .map(|n| self.receive(k, n))
                .collect();
            self.qps[k].post_recv(&all)?;
        }
        Ok(())
    }

    fn receive(&self, k: usize, number: u64) -> RecvRequest {
        RecvRequest {
            wr_id: number,
            entries: vec![self.memory.entry(self.open(k), self.size)],
        }
    }

    /// Does this side's part.
    pub fn run(&mut self, station: &mut Station) -> Result<Measured, PerftestError> {
        match (self.tool, self.role) {
            (Tool::WriteLat, role) => Ok(Measured::Latency(self.volley(station, role)?)),
            (_, Role::Client) => Ok(Measured::Bandwidth(self.pour(station)?)),
            (Tool::SendBw, Role::Server) => Ok(Measured::Bandwidth(self.drink(station)?)),
            // the NIC does it all
            (_, Role::Server) => Ok(Measured::Bandwidth(Bandwidth::default())),
        }
    }

    fn request(&self, k: usize, number: u64) -> SendRequest {
        let partner = &self.partners[k];
        let (remote_addr, rkey) = (partner.address, partner.rkey);
        let operation = match self.tool {
            Tool::SendBw => SendOperation::Send {
                imm: None,
                invalidate: None,
            },
            Tool::WriteBw | Tool::WriteLat => SendOperation::Write {
                remote_addr,
                rkey,
                imm: None,
            },
            Tool::ReadBw => SendOperation::Read { remote_addr, rkey },
            Tool::AtomicBw => SendOperation::FetchAdd {
                remote_addr,
                rkey,
                add: 1,
            },
        };
        // results of ATOMICs lie side by side, so that each can be looked at
        let at = match self.tool {
            Tool::AtomicBw => k * self.span + 8 * (number as usize % (self.span / 8)),
            _ => k * self.span,
        };
        SendRequest::new(number, operation, self.memory.entry(at, self.size))
    }

    /// A client of bandwidth: keeps every queue pair full until all is done.
    fn pour(&mut self, station: &mut Station) -> Result<Bandwidth, PerftestError> {
        let index = self.index();
        let count = self.qps.len();
        let (mut posted, mut done) = (vec![0; count], vec![0; count]);
        let wanted = self.iterations * count as u64;
        let mut times = Times::default();
        let mut idle = Idle::new(station, self.patience);
        while done.iter().sum::<u64>() < wanted {
            for k in 0..count {
                let room = done[k] + u64::from(self.depth) - posted[k];
                let until = self.iterations.min(posted[k] + room);
                let batch: Vec<SendRequest> =
                    (posted[k]..until).map(|n| self.request(k, n)).collect();
                if !batch.is_empty() {
                    times
                        .posted
                        .resize(times.posted.len() + batch.len(), station.now());
                    self.qps[k].post_send(&batch)?;
                    posted[k] = until;
                }
            }
            station.step()?;
            let found = self.send_cq.poll(64)?;
            idle.look(station, found.len(), done.iter().sum(), wanted)?;
            for completion in &found {
                let k = index[&completion.qpn];
                self.check(completion)?;
                self.count(k, completion)?;
                done[k] += 1;
                times.completed.push(station.now());
            }
        }
        Ok(self.bandwidth(&times, true))
    }

    /// A server of SENDs: takes what comes and posts again.
    fn drink(&mut self, station: &mut Station) -> Result<Bandwidth, PerftestError> {
        let index = self.index();
        let count = self.qps.len();
        let mut posted = vec![u64::from(self.receive_depth); count];
        let wanted = self.iterations * count as u64;
        let mut times = Times::default();
        let mut idle = Idle::new(station, self.patience);
        while (times.completed.len() as u64) < wanted {
            station.step()?;
            let found = self.recv_cq.poll(64)?;
            idle.look(station, found.len(), times.completed.len() as u64, wanted)?;
            for completion in &found {
                self.check(completion)?;
                let k = index[&completion.qpn];
                if posted[k] < self.iterations {
                    self.qps[k].post_recv(&[self.receive(k, posted[k])])?;
                    posted[k] += 1;
                }
                times.posted.push(station.now());
                times.completed.push(station.now());
            }
        }
        Ok(self.bandwidth(&times, false))
    }

    /// Both sides of a latency test: each WRITE carries its number in its last byte, and is answered when it is seen. The server has
    /// the first one.
    fn volley(&mut self, station: &mut Station, role: Role) -> Result<Latency, PerftestError> {
        let last = self.size as usize - 1;
        let (from, to) = (last, self.open(0) + last);
        let mut times = Times::default();
        for number in 1..=self.iterations {
            if number > 1 || role == Role::Client {
                let seen = if role == Role::Client {
                    number
                } else {
                    number - 1
                };
                self.await_number(station, to, seen)?;
            }
            self.memory.buffer().write(from, &[number as u8])?;
            times.posted.push(station.now());
            self.qps[0].post_send(&[self.request(0, number)])?;
            let mut idle = Idle::new(station, self.patience);
            loop {
                station.step()?;
                let found = self.send_cq.poll(1)?;
                idle.look(station, found.len(), number, self.iterations)?;
                if let Some(completion) = found.first() {
                    self.check(completion)?;
                    break;
                }
            }
        }
        if role == Role::Server {
            self.await_number(station, to, self.iterations)?;
        }
        Ok(latency(&times.posted))
    }

    fn await_number(
        &self,
        station: &mut Station,
        at: usize,
        number: u64,
    ) -> Result<(), PerftestError> {
        let mut idle = Idle::new(station, self.patience);
        let mut byte = [0];
        loop {
            self.memory.buffer().read(at, &mut byte)?;
            if byte[0] == number as u8 {
                return Ok(());
            }
            idle.look(station, 0, number - 1, self.iterations)?;
            station.step()?;
        }
    }

    fn index(&self) -> HashMap<u32, usize> {
        let pairs = self.qps.iter().enumerate();
        pairs.map(|(k, qp)| (qp.number(), k)).collect()
    }

    fn check(&self, completion: &Completion) -> Result<(), PerftestError> {
        match completion.status {
            WcStatus::Success => Ok(()),
            status => Err(PerftestError::Failed {
                qpn: completion.qpn,
                number: completion.wr_id,
                status,
            }),
        }
    }

    /// An ATOMIC's result is one more than that of the one before it, if they do not go round.
    fn count(&mut self, k: usize, completion: &Completion) -> Result<(), PerftestError> {
        if self.tool != Tool::AtomicBw || self.iterations as usize > self.span / 8 {
            return Ok(());
        }
        let at = |n: u64| k * self.span + 8 * n as usize;
        let number = completion.wr_id;
        if number > 0 {
            let up = self.word(at(number))? == self.word(at(number - 1))?.wrapping_add(1);
            self.counted = Some(self.counted.unwrap_or(true) && up);
        }
        Ok(())
    }

    fn bandwidth(&self, times: &Times, with_peak: bool) -> Bandwidth {
        let (Some(begin), Some(end)) = (times.posted.first(), times.completed.last()) else {
            return Bandwidth::default();
        };
        let seconds = (*end - *begin).as_secs_f64().max(1e-9);
        let messages = times.completed.len() as f64;
        let peak = match with_peak && times.completed.len() <= PEAK_MOST {
            true => f64::from(self.size) / MIB / fastest(times).max(1e-9),
            false => 0.0,
        };
        Bandwidth {
            peak,
            average: messages * f64::from(self.size) / MIB / seconds,
            rate: messages / seconds / 1e6,
        }
    }

    /// What is known of the bytes here, after the traffic.
    pub fn content(&self) -> Result<Content, PerftestError> {
        let verdict = |good: bool| {
            if good {
                Content::Verified
            } else {
                Content::Unknown
            }
        };
        match (self.tool, self.role) {
            // every volley has been seen by its number
            (Tool::WriteLat, _) => Ok(Content::Verified),
            (Tool::AtomicBw, Role::Client) => Ok(match self.counted {
                Some(false) => Content::Damaged,
                Some(true) => Content::Verified,
                None => Content::Unknown,
            }),
            (Tool::AtomicBw, Role::Server) => {
                let mut added = 0;
                for (k, before) in self.before.iter().enumerate() {
                    added += self.word(self.open(k))?.wrapping_sub(*before);
                }
                Ok(verdict(added > 0))
            }
            (Tool::SendBw | Tool::WriteBw, Role::Server) => {
                Ok(verdict(self.holds(|k| self.open(k))?))
            }
            (Tool::ReadBw, Role::Client) => Ok(verdict(self.holds(|k| k * self.span)?)),
            _ => Ok(Content::Unknown),
        }
    }

    /// Whether all queue pairs hold what a partner of our kind sends.
    fn holds(&self, at: impl Fn(usize) -> usize) -> Result<bool, PerftestError> {
        for (k, partner) in self.partners.iter().enumerate() {
            let mut bytes = vec![0; self.size as usize];
            self.memory.buffer().read(at(k), &mut bytes)?;
            if bytes != pattern(partner, bytes.len()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Seconds of a message in the fastest stretch.
fn fastest(times: &Times) -> f64 {
    let mut best = f64::INFINITY;
    for (i, begin) in times.posted.iter().enumerate() {
        for (j, end) in times.completed.iter().enumerate().skip(i) {
            let each = end.saturating_sub(*begin).as_secs_f64() / (j - i + 1) as f64;
            best = best.min(each);
        }
    }
    best
}

/// Half round trips from the times at which volleys were posted.
fn latency(posted: &[Duration]) -> Latency {
    let mut halves: Vec<f64> = posted
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs_f64() * 1e6 / 2.0)
        .collect();
    if halves.is_empty() {
        return Latency::default();
    }
    halves.sort_by(f64::total_cmp);
    let n = halves.len();
    let average = halves.iter().sum::<f64>() / n as f64;
    let variance = halves.iter().map(|h| (h - average).powi(2)).sum::<f64>() / n as f64;
    let rank = |share: f64| halves[((n as f64 * share) as usize).min(n - 1)];
    let typical = match n % 2 {
        1 => halves[n / 2],
        _ => (halves[n / 2] + halves[n / 2 - 1]) / 2.0,
    };
    Latency {
        min: halves[0],
        max: halves[n - 1],
        typical,
        average,
        deviation: variance.sqrt(),
        percentile_99: rank(0.99),
        percentile_99_9: rank(0.999),
    }
}

/// Gives up when nothing happens for too long.
struct Idle {
    since: Duration,
    patience: Duration,
}

impl Idle {
    fn new(station: &Station, patience: Duration) -> Self {
        Self {
            since: station.now(),
            patience,
        }
    }

    fn look(
        &mut self,
        station: &Station,
        found: usize,
        done: u64,
        wanted: u64,
    ) -> Result<(), PerftestError> {
        let now = station.now();
        if found > 0 {
            self.since = now;
        }
        match now.saturating_sub(self.since) > self.patience {
            true => Err(PerftestError::Stuck {
                seconds: self.patience.as_secs(),
                done,
                wanted,
            }),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_of_even_and_odd_counts() {
        let times = |us: &[u64]| {
            let times: Vec<Duration> = us.iter().map(|&t| Duration::from_micros(t)).collect();
            latency(&times)
        };
        let odd = times(&[0, 20, 60, 90]);
        assert_eq!((odd.min, odd.max, odd.typical), (10.0, 20.0, 15.0));
        assert_eq!(times(&[0, 20, 60]).typical, 15.0);
        assert_eq!(times(&[5]), Latency::default());
    }

    #[test]
    fn fastest_stretch_is_found() {
        let at = Duration::from_micros;
        let times = Times {
            posted: vec![at(0), at(0), at(0)],
            completed: vec![at(30), at(31), at(60)],
        };
        assert!((fastest(&times) - 15.5e-6).abs() < 1e-12);
    }
}
