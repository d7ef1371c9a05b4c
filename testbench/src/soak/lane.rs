//! One direction of a connection: what is planned, posted and expected on it.

use super::plan::{Arrival, Message, Posted, draw_kind, size, split};
use super::shadow::{Memory, Run};
use super::{SoakOptions, Stop};
use crate::kind::Kind;
use crate::lab::{Lab, LabError, LabHost};
use crate::rng::Rng;
use host_driver::{
    Access, Completion, PostError, QueuePair, RecvRequest, ScatterEntry, SendOperation,
    SendRequest, SharedReceiveQueue, WcOpcode, WcStatus,
};
use std::collections::{HashMap, VecDeque};

/// Bytes of every receive in a shared queue.
const SHARED_BYTES: usize = 8192;
/// Keys made to be invalidated, per lane and round.
const VICTIMS: usize = 2;

/// A receive that will be posted, perhaps late.
struct Due {
    cycle: u64,
    request: RecvRequest,
}

/// The oldest receive whose time has come.
fn next_due(due: &mut VecDeque<Due>, now: u64) -> Option<Due> {
    match due.front() {
        Some(first) if first.cycle <= now => due.pop_front(),
        _ => None,
    }
}

/// A host's shared receive queue.
pub struct Shared {
    pub srq: SharedReceiveQueue,
    due: VecDeque<Due>,
    landing: HashMap<u64, Vec<Run>>,
    next: u64,
}

impl Shared {
    pub fn new(host: &LabHost) -> Result<Self, LabError> {
        Ok(Self {
            srq: host.pd.create_srq(1024, 0)?,
            due: VecDeque::new(),
            landing: HashMap::new(),
            next: 0,
        })
    }

    /// One more receive, to be posted some time.
    fn plan(&mut self, memory: &mut Memory, now: u64, rng: &mut Rng) {
        let runs: Vec<Run> = split(SHARED_BYTES, rng)
            .into_iter()
            .map(|length| memory.land(length, 1, rng))
            .collect();
        let entries = runs.iter().map(|run| memory.entry(*run)).collect();
        let wr_id = self.next;
        self.next += 1;
        self.landing.insert(wr_id, runs);
        let cycle = now + rng.range(0, 4000);
        let request = RecvRequest { wr_id, entries };
        self.due.push_back(Due { cycle, request });
    }

    /// Posts what is due.
    pub fn post(&mut self, now: u64) -> Result<(), Stop> {
        while let Some(due) = next_due(&mut self.due, now) {
            self.srq.post(&[due.request])?;
        }
        Ok(())
    }
}

/// What a send completion has to say.
#[derive(Debug)]
struct Departure {
    wr_id: u64,
    signalled: bool,
    opcode: WcOpcode,
    /// READ, ATOMIC: bytes.
    bytes: Option<u32>,
}

/// One direction of a connection.
pub struct Lane {
    /// Requester's and responder's host.
    hosts: [usize; 2],
    requester: QueuePair,
    responder: QueuePair,
    /// The responder receives from its host's shared queue.
    shared: bool,
    /// The responder's host's counter that only this lane uses.
    counter: usize,
    pub planned: VecDeque<Message>,
    due: VecDeque<Due>,
    departures: VecDeque<Departure>,
    arrivals: VecDeque<Arrival>,
    receives: VecDeque<Posted>,
    next: u64,
    next_receive: u64,
    /// What was posted last, for people.
    recent: VecDeque<String>,
}

/// Posted requests that a message about a failure shows.
const RECENT: usize = 12;

impl Lane {
    pub fn new(
        hosts: [usize; 2],
        requester: QueuePair,
        responder: QueuePair,
        shared: bool,
        counter: usize,
    ) -> Self {
        Self {
            hosts,
            requester,
            responder,
            shared,
            counter,
            planned: VecDeque::new(),
            due: VecDeque::new(),
            departures: VecDeque::new(),
            arrivals: VecDeque::new(),
            receives: VecDeque::new(),
            next: 0,
            next_receive: 0,
            recent: VecDeque::new(),
        }
    }

    /// What was posted last.
    pub fn recent(&self) -> &VecDeque<String> {
        &self.recent
    }

    /// Completions of queue pair `qpn` on `host` are this lane's.
    pub fn concerns(&self, host: usize, receive: bool, qpn: u32) -> bool {
        match receive {
            true => host == self.hosts[1] && qpn == self.responder.number(),
            false => host == self.hosts[0] && qpn == self.requester.number(),
        }
    }

    pub fn is_done(&self) -> bool {
        self.planned.is_empty() && self.departures.is_empty() && self.arrivals.is_empty()
    }

    /// What it waits for, if it does.
    pub fn stuck(&self) -> Option<String> {
        (!self.is_done()).then(|| {
            format!(
                "host {} QP {:#x} (slot {}) to host {} QP {:#x}: {} not posted, waits for {:?}, {} arrivals, {} receives late",
                self.hosts[0],
                self.requester.number(),
                self.requester.slot(),
                self.hosts[1],
                self.responder.number(),
                self.planned.len(),
                self.departures.front(),
                self.arrivals.len(),
                self.due.len()
            )
        })
    }

    /// Plans `count` messages and tells the shadow what they do.
    pub fn plan(
        &mut self,
        count: usize,
        options: &SoakOptions,
        memory: &mut [Memory; 2],
        shared: &mut [Shared; 2],
        lab: &Lab,
        rng: &mut Rng,
    ) -> Result<(), Stop> {
        let mut victims = 0;
        for k in 0..count {
            let mut kind = draw_kind(rng);
            if kind == Kind::SendInvalidate {
                victims += 1;
                if victims > VICTIMS {
                    kind = Kind::Send;
                }
            }
            let mut bytes = size(options.max_size, rng);
            if self.shared && kind.is_send() {
                bytes = bytes.min(SHARED_BYTES);
            }
            if !memory.iter().all(|m| m.has_room(bytes + SHARED_BYTES)) {
                return Ok(());
            }
            let mut request = self.request(kind, bytes, memory, lab, rng)?;
            request.signalled = k + 1 == count || k % 16 == 15 || rng.chance(0.6);
            if kind.is_received() {
                let host = self.hosts[1];
                let now = lab.cluster.cycle();
                match self.shared {
                    true => shared[host].plan(&mut memory[host], now, rng),
                    false => self.plan_receive(kind, bytes, &mut memory[host], now, rng),
                }
            }
            let bytes = if kind.is_atomic() { 8 } else { bytes };
            self.planned.push_back(Message {
                kind,
                request,
                bytes,
            });
        }
        if let Some(last) = self.planned.back_mut() {
            last.request.signalled = true;
        }
        Ok(())
    }

    fn request(
        &mut self,
        kind: Kind,
        bytes: usize,
        memory: &mut [Memory; 2],
        lab: &Lab,
        rng: &mut Rng,
    ) -> Result<SendRequest, Stop> {
        let [from, to] = self.hosts;
        let wr_id = self.next;
        self.next += 1;
        let mut request = SendRequest::new(
            wr_id,
            SendOperation::Send {
                imm: None,
                invalidate: None,
            },
            ScatterEntry::default(),
        );
        request.fence = rng.chance(0.1);
        request.solicited = rng.chance(0.2);
        match kind {
            Kind::Read => {
                let (runs, content) = read(bytes, memory, from, to, &mut request, rng);
                memory[from].scatter(&runs, &content);
            }
            Kind::CompareSwap | Kind::FetchAdd => {
                self.atomic(kind, memory, &mut request, rng);
            }
            _ => {
                let content = gather(bytes, &memory[from], &mut request, rng);
                let imm = kind.has_immediate().then(|| rng.any() as u32);
                let victim = match kind {
                    Kind::SendInvalidate => Some(lab.hosts[to].memory(64, Access::ALL)?),
                    _ => None,
                };
                request.operation = match kind.is_send() {
                    true => SendOperation::Send {
                        imm,
                        invalidate: victim.as_ref().map(|v| v.rkey()),
                    },
                    false => {
                        let run = memory[to].land(bytes, 1, rng);
                        memory[to].expect(run.offset, &content);
                        SendOperation::Write {
                            remote_addr: memory[to].arena.va() + run.offset as u64,
                            rkey: memory[to].arena.rkey(),
                            imm,
                        }
                    }
                };
                if kind.is_received() {
                    self.arrivals.push_back(Arrival {
                        kind,
                        bytes,
                        content,
                        imm,
                        invalidated: victim,
                    });
                }
            }
        }
        Ok(request)
    }

    fn atomic(
        &self,
        kind: Kind,
        memory: &mut [Memory; 2],
        request: &mut SendRequest,
        rng: &mut Rng,
    ) {
        let [from, to] = self.hosts;
        let run = memory[from].land(8, 1, rng);
        request.entries = vec![memory[from].entry(run)];
        let everybody = kind == Kind::FetchAdd && rng.chance(0.5);
        let counter = if everybody { 0 } else { self.counter };
        let (remote_addr, rkey) = memory[to].counter_address(counter);
        let value = memory[to].value(counter);
        let before = *value;
        request.operation = match kind {
            Kind::CompareSwap => {
                let hits = rng.chance(0.7);
                let compare = if hits { before } else { !before };
                let swap = rng.any();
                *value = if hits { swap } else { before };
                SendOperation::CompareSwap {
                    remote_addr,
                    rkey,
                    compare,
                    swap,
                }
            }
            _ => {
                // the shared counter must not wrap: its chain is put in order by value
                let add = match everybody {
                    true => rng.range(1, 1 << 20),
                    false => rng.any(),
                };
                *value = before.wrapping_add(add);
                SendOperation::FetchAdd {
                    remote_addr,
                    rkey,
                    add,
                }
            }
        };
        match (everybody, &request.operation) {
            (true, SendOperation::FetchAdd { add, .. }) => {
                memory[from].expect_shared(run.offset, *add);
            }
            _ => memory[from].expect(run.offset, &before.to_le_bytes()),
        }
    }

    fn plan_receive(
        &mut self,
        kind: Kind,
        bytes: usize,
        memory: &mut Memory,
        now: u64,
        rng: &mut Rng,
    ) {
        let room = match kind.is_send() {
            true => bytes + rng.index(0, 64),
            false => rng.index(0, 64),
        };
        let runs: Vec<Run> = split(room, rng)
            .into_iter()
            .map(|length| memory.land(length, 1, rng))
            .collect();
        let entries = runs.iter().map(|run| memory.entry(*run)).collect();
        let wr_id = self.next_receive;
        self.next_receive += 1;
        let late = rng.chance(0.1);
        let cycle = if late {
            now + rng.range(0, 20_000)
        } else {
            now
        };
        self.due.push_back(Due {
            cycle,
            request: RecvRequest { wr_id, entries },
        });
        self.receives.push_back(Posted { wr_id, runs });
    }

    /// Posts what is due and, now and then, a burst of what is planned.
    pub fn post(&mut self, now: u64, rng: &mut Rng) -> Result<(), Stop> {
        while let Some(due) = next_due(&mut self.due, now) {
            self.responder.post_recv(&[due.request])?;
        }
        if self.planned.is_empty() || !rng.chance(0.2) {
            return Ok(());
        }
        let burst = rng.index(1, 6).min(self.planned.len());
        let requests: Vec<SendRequest> = self.planned.drain(..burst).map(|m| m.request).collect();
        let pushed = burst == 1 && rng.chance(0.5);
        for request in &requests {
            self.departures.push_back(departure(request));
            self.recent.push_back(describe(now, pushed, request));
        }
        while self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        let result: Result<(), PostError> = match pushed {
            true => self.requester.post_send_pushed(&requests[0]),
            false => self.requester.post_send(&requests),
        };
        Ok(result?)
    }

    /// A send completion: everything before it that was not signalled is done too.
    pub fn sent(&mut self, c: &Completion) -> Result<(), String> {
        if c.status != WcStatus::Success {
            return Err(format!("failed; {:?} was next", self.departures.front()));
        }
        while let Some(d) = self.departures.pop_front() {
            if d.wr_id == c.wr_id {
                let length = d.bytes.is_none_or(|bytes| bytes == c.byte_len);
                return match d.opcode == c.opcode && d.signalled && length {
                    true => Ok(()),
                    false => Err(format!("expected {d:?}")),
                };
            }
            if d.signalled {
                return Err(format!("out of order; expected {d:?}"));
            }
        }
        Err("nothing is under way".to_owned())
    }

    /// A receive completion.
    pub fn received(
        &mut self,
        c: &Completion,
        memory: &mut Memory,
        shared: &mut Shared,
    ) -> Result<(), String> {
        let arrival = self.arrivals.pop_front().ok_or("nothing was sent")?;
        let runs = match self.shared {
            true => shared
                .landing
                .remove(&c.wr_id)
                .ok_or("no such shared receive")?,
            false => {
                let posted = self.receives.pop_front().ok_or("no receive")?;
                if posted.wr_id != c.wr_id {
                    return Err(format!("receive {} was next", posted.wr_id));
                }
                posted.runs
            }
        };
        let opcode = match arrival.kind.is_send() {
            true => WcOpcode::Recv,
            false => WcOpcode::RecvRdmaWithImm,
        };
        let good = c.status == WcStatus::Success
            && c.opcode == opcode
            && c.byte_len as usize == arrival.bytes
            && c.imm == arrival.imm
            && c.invalidated == arrival.invalidated.as_ref().map(|mr| mr.rkey());
        if !good {
            return Err(format!(
                "expected {} of {} bytes, immediate {:?}, invalidated {:?}",
                arrival.kind.name(),
                arrival.bytes,
                arrival.imm,
                arrival.invalidated.as_ref().map(|mr| mr.rkey())
            ));
        }
        if arrival.kind.is_send() {
            memory.scatter(&runs, &arrival.content);
        }
        Ok(())
    }
}

fn describe(now: u64, pushed: bool, request: &SendRequest) -> String {
    let bytes: Vec<u32> = request.entries.iter().map(|e| e.length).collect();
    let flag = |on: bool, name: &'static str| if on { name } else { "" };
    format!(
        "cycle {now}: {} {:?}, entries {bytes:?}, inline {:?}{}{}{}",
        request.wr_id,
        request.operation,
        request.inline.as_ref().map(Vec::len),
        flag(pushed, ", pushed"),
        flag(request.signalled, ", signalled"),
        flag(request.fence, ", fence")
    )
}

fn departure(request: &SendRequest) -> Departure {
    let length = || request.entries.iter().map(|e| e.length).sum();
    let (opcode, bytes) = match request.operation {
        SendOperation::Send { .. } => (WcOpcode::Send, None),
        SendOperation::Write { .. } => (WcOpcode::RdmaWrite, None),
        SendOperation::Read { .. } => (WcOpcode::RdmaRead, Some(length())),
        SendOperation::CompareSwap { .. } => (WcOpcode::CompSwap, Some(8)),
        SendOperation::FetchAdd { .. } => (WcOpcode::FetchAdd, Some(8)),
    };
    Departure {
        wr_id: request.wr_id,
        signalled: request.signalled,
        opcode,
        bytes,
    }
}

/// Content of a SEND or WRITE: inline, or from one or two places of the pool.
fn gather(bytes: usize, memory: &Memory, request: &mut SendRequest, rng: &mut Rng) -> Vec<u8> {
    if bytes <= 32 && rng.chance(0.4) {
        let content = rng.bytes(bytes);
        request.inline = Some(content.clone());
        request.entries.clear();
        return content;
    }
    let mut content = Vec::with_capacity(bytes);
    request.entries = split(bytes, rng)
        .into_iter()
        .map(|length| {
            let offset = rng.index(0, memory.pool_bytes.len() - length);
            content.extend_from_slice(&memory.pool_bytes[offset..offset + length]);
            memory.pool.entry(offset, length as u32)
        })
        .collect();
    content
}

/// A READ from the other host's pool to one or two places of the own arena.
fn read(
    bytes: usize,
    memory: &mut [Memory; 2],
    from: usize,
    to: usize,
    request: &mut SendRequest,
    rng: &mut Rng,
) -> (Vec<Run>, Vec<u8>) {
    let offset = rng.index(0, memory[to].pool_bytes.len() - bytes);
    let content = memory[to].pool_bytes[offset..offset + bytes].to_vec();
    request.operation = SendOperation::Read {
        remote_addr: memory[to].pool.va() + offset as u64,
        rkey: memory[to].pool.rkey(),
    };
    let runs: Vec<Run> = split(bytes, rng)
        .into_iter()
        .map(|length| memory[from].land(length, 1, rng))
        .collect();
    request.entries = runs.iter().map(|run| memory[from].entry(*run)).collect();
    (runs, content)
}
