//! One direction of a connection: what is posted when, and what every completion has to say.

use super::case::*;
use super::memory::{Layout, Memory, Run};
use crate::kind::Kind;
use crate::lab::{Lab, LabError};
use crate::rng::Rng;
use host_driver::{
    Access, Completion, MemoryRegion, PostError, QueuePair, RecvRequest, ScatterEntry,
    SendOperation, SendRequest, WcOpcode, WcStatus,
};

/// Where a request's data land.
#[derive(Clone, Debug, Default)]
pub struct Landing {
    /// in the requester's arena (READ, ATOMIC) or the responder's (WRITE)
    data: Vec<Run>,
    /// of the receive that is posted for it
    receive: Vec<Run>,
}

/// Finds room for an operation.
pub fn land(o: &Operation, connection: &Connection, layouts: &mut [Layout; 2]) -> Landing {
    let (from, to) = (o.from, 1 - o.from);
    let size = o.size as usize;
    let mut landing = Landing::default();
    match o.kind {
        Kind::Read => {
            let parts = parts(size, o.first);
            let offset = o.offset as usize;
            landing.data = parts
                .iter()
                .map(|n| layouts[from].run(*n, offset))
                .collect();
        }
        Kind::CompareSwap | Kind::FetchAdd => {
            landing.data = vec![layouts[from].run(8, o.offset as usize)];
        }
        Kind::Write | Kind::WriteImmediate => {
            landing.data = vec![layouts[to].run(size, o.target as usize)];
        }
        _ => {}
    }
    if o.kind.is_send() && !connection.shared[to] {
        let room = match o.wrong {
            Some(Wrong::Receive) => size - 1,
            // a receive may have more room than it needs
            _ => size + o.target as usize,
        };
        let offset = o.target as usize;
        let parts = parts(room, o.receive_first);
        landing.receive = parts.iter().map(|n| layouts[to].run(*n, offset)).collect();
    }
    landing
}

/// One part, or two.
fn parts(size: usize, first: Option<u32>) -> Vec<usize> {
    match first {
        None => vec![size],
        Some(first) => {
            let first = size.min(first as usize);
            vec![first, size - first]
        }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Open,
    Done(WcStatus),
}

/// A request and all that it has to lead to.
struct Planned {
    operation: Operation,
    request: SendRequest,
    /// the status with which it fails if it is not flushed
    fails: Option<WcStatus>,
    landing: Landing,
    content: Vec<u8>,
    imm: Option<u32>,
    victim: Option<MemoryRegion>,
    end: End,
}

/// A receive of its own queue.
struct Receive {
    request: RecvRequest,
    /// the request that it is posted for
    owner: usize,
    late: u64,
    end: End,
}

/// What is checked against what a queue pair says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Excuses {
    /// the queue pair may go to ERR: something failed or may have failed on its connection
    pub failing: bool,
}

/// One direction of a connection.
pub struct Lane {
    pub connection: usize,
    pub from: usize,
    requester: QueuePair,
    responder: QueuePair,
    shared: bool,
    depth: usize,
    rnr_retry: u8,
    requests: Vec<Planned>,
    posted: usize,
    ended: usize,
    /// when the next request is posted
    due: u64,
    /// its send queue is in ERR
    failed: bool,
    receives: Vec<Receive>,
    receives_posted: usize,
    receives_ended: usize,
    /// messages that have arrived, among those that consume a receive
    arrived: usize,
    /// cycle in which each request was posted
    times: Vec<u64>,
    /// counter's values: before everything and after each ATOMIC
    values: Vec<u64>,
}

impl Lane {
    pub fn new(
        connection: usize,
        c: &Connection,
        from: usize,
        (requester, responder): (QueuePair, QueuePair),
    ) -> Self {
        Self {
            connection,
            from,
            requester,
            responder,
            shared: c.shared[1 - from],
            depth: c.depth as usize,
            rnr_retry: c.rnr_retry,
            requests: Vec::new(),
            posted: 0,
            ended: 0,
            due: 0,
            failed: false,
            receives: Vec::new(),
            receives_posted: 0,
            receives_ended: 0,
            arrived: 0,
            times: Vec::new(),
            values: vec![0],
        }
    }

    /// Adds the `index`-th operation of the case.
    pub fn plan(
        &mut self,
        index: usize,
        o: &Operation,
        landing: Landing,
        (c, lab, memory): (&Connection, &Lab, &[Memory; 2]),
        rng: &mut Rng,
    ) -> Result<(), LabError> {
        let (from, to) = (self.from, 1 - self.from);
        let start = Memory::start(index, o.offset);
        let (mut entries, mut content) =
            memory[from].gather(start, &parts(o.size as usize, o.first));
        let mut inline = None;
        match o.kind {
            Kind::Read => {
                let start = Memory::start(index, o.target);
                content = memory[to].gather(start, &[o.size as usize]).1;
                entries = memory[from].entries(&landing.data);
            }
            Kind::CompareSwap | Kind::FetchAdd => {
                let before = self.values.last().copied().unwrap_or(0);
                content = before.to_le_bytes().to_vec();
                entries = memory[from].entries(&landing.data);
            }
            _ if o.inline => {
                inline = Some(content.clone());
                entries.clear();
            }
            _ => {}
        }
        if o.wrong == Some(Wrong::LocalKey)
            && let Some(entry) = entries.iter_mut().rev().find(|e| e.length > 0)
        {
            entry.lkey ^= WRONG_KEY;
        }
        let imm = o.kind.has_immediate().then(|| rng.any() as u32);
        let victim = match o.kind {
            Kind::SendInvalidate => Some(lab.hosts[to].memory(64, Access::ALL)?),
            _ => None,
        };
        let mut planned = Planned {
            operation: o.clone(),
            request: SendRequest::new(
                self.requests.len() as u64,
                SendOperation::Send {
                    imm,
                    invalidate: victim.as_ref().map(MemoryRegion::rkey),
                },
                ScatterEntry::default(),
            ),
            fails: o.fails(c),
            landing,
            content,
            imm,
            victim,
            end: End::Open,
        };
        planned.request.entries = entries;
        planned.request.inline = inline;
        planned.request.signalled =
            o.signalled || self.requests.len() % SIGNAL_EVERY == SIGNAL_EVERY - 1;
        planned.request.solicited = o.solicited;
        planned.request.fence = o.fence;
        if !o.kind.is_send() {
            planned.request.operation = self.remote(index, &planned, &memory[to], rng);
        }
        if o.kind.is_received() && !self.shared {
            self.receives.push(Receive {
                request: RecvRequest {
                    wr_id: self.receives.len() as u64,
                    entries: memory[to].entries(&planned.landing.receive),
                },
                owner: self.requests.len(),
                late: o.late.into(),
                end: End::Open,
            });
        }
        self.requests.push(planned);
        Ok(())
    }

    /// The operation of a request that names memory of the responder.
    fn remote(
        &mut self,
        index: usize,
        planned: &Planned,
        memory: &Memory,
        rng: &mut Rng,
    ) -> SendOperation {
        let o = &planned.operation;
        let region = match o.kind {
            _ if o.wrong == Some(Wrong::Owner) => &memory.private,
            Kind::Read => &memory.pool,
            Kind::CompareSwap | Kind::FetchAdd => &memory.counters,
            _ => &memory.arena,
        };
        let offset = match o.kind {
            _ if o.wrong == Some(Wrong::Owner) => 0,
            Kind::Read => Memory::start(index, o.target),
            Kind::CompareSwap | Kind::FetchAdd => 8 * self.connection,
            _ => planned.landing.data[0].offset,
        };
        let end = region.va() + region.length() as u64;
        let remote_addr = match o.wrong {
            Some(Wrong::Bounds) if o.kind.is_atomic() => end.next_multiple_of(8),
            Some(Wrong::Bounds) => end + 1 - u64::from(o.size),
            Some(Wrong::Alignment) => region.va() + offset as u64 + 4,
            _ => region.va() + offset as u64,
        };
        let rkey = match o.wrong {
            Some(Wrong::Key) => region.rkey() ^ WRONG_KEY,
            _ => region.rkey(),
        };
        let before = self.values.last().copied().unwrap_or(0);
        let (operation, after) = match o.kind {
            Kind::Read => return SendOperation::Read { remote_addr, rkey },
            Kind::CompareSwap => {
                let compare = if o.misses { !before } else { before };
                let swap = rng.any();
                let operation = SendOperation::CompareSwap {
                    remote_addr,
                    rkey,
                    compare,
                    swap,
                };
                (operation, if o.misses { before } else { swap })
            }
            Kind::FetchAdd => {
                let add = rng.any();
                let operation = SendOperation::FetchAdd {
                    remote_addr,
                    rkey,
                    add,
                };
                (operation, before.wrapping_add(add))
            }
            _ => {
                let imm = planned.imm;
                return SendOperation::Write {
                    remote_addr,
                    rkey,
                    imm,
                };
            }
        };
        if planned.fails.is_none() {
            self.values.push(after);
        }
        operation
    }

    /// The last request is expected to bring another first byte than it will.
    pub fn falsify(&mut self) {
        let last = self.requests.last_mut();
        if let Some(byte) = last.and_then(|r| r.content.first_mut()) {
            *byte ^= 1;
        }
    }

    /// Everything is planned.
    pub fn seal(&mut self, start: u64) {
        if let Some(last) = self.requests.last_mut() {
            last.request.signalled = true;
        }
        self.due = start
            + self
                .requests
                .first()
                .map_or(0, |r| u64::from(r.operation.pause));
    }

    /// Completions of queue pair `qpn` on `host` are this lane's.
    pub fn concerns(&self, host: usize, receive: bool, qpn: u32) -> bool {
        match receive {
            true => host == 1 - self.from && qpn == self.responder.number(),
            false => host == self.from && qpn == self.requester.number(),
        }
    }

    /// When it has something to post, if time alone decides.
    pub fn next_due(&self) -> Option<u64> {
        (self.posted < self.requests.len()).then_some(self.due)
    }

    /// Receives that a shared queue has to have for it, each with the cycle from which it may be posted.
    pub fn shared_receives(&self) -> impl Iterator<Item = Option<u64>> {
        let mine = self.requests.iter().enumerate();
        let received = mine.filter(|(_, r)| self.shared && r.operation.kind.is_received());
        received.map(|(k, r)| match r.operation.late {
            0 => Some(0),
            late => self.times.get(k).map(|time| time + u64::from(late)),
        })
    }

    /// Posts what is due.
    pub fn post(&mut self, now: u64) -> Result<(), PostError> {
        self.post_receives(now)?;
        while self.posted < self.requests.len() && self.due <= now {
            let rest = &self.requests[self.posted..];
            let room = self.depth - (self.posted - self.ended);
            // all that go with one doorbell
            let same = |r: &&Planned| r.operation.pause == 0 && !r.operation.pushed;
            let pushed = rest[0].operation.pushed;
            let burst = match pushed {
                true => 1,
                false => 1 + rest[1..].iter().take_while(same).count(),
            };
            let burst = burst.min(room);
            if burst == 0 {
                return Ok(());
            }
            let requests: Vec<SendRequest> =
                rest[..burst].iter().map(|r| r.request.clone()).collect();
            match pushed {
                true => self.requester.post_send_pushed(&requests[0])?,
                false => self.requester.post_send(&requests)?,
            }
            self.posted += burst;
            self.times.resize(self.posted, now);
            let pause = self.requests.get(self.posted).map(|r| r.operation.pause);
            self.due = now + u64::from(pause.unwrap_or(0));
        }
        self.post_receives(now)
    }

    fn post_receives(&mut self, now: u64) -> Result<(), PostError> {
        while let Some(receive) = self.receives.get(self.receives_posted) {
            let due = match receive.late {
                0 => true,
                late => self
                    .times
                    .get(receive.owner)
                    .is_some_and(|t| t + late <= now),
            };
            let room = self.receives_posted - self.receives_ended < self.depth;
            if !due || !room {
                return Ok(());
            }
            self.responder
                .post_recv(std::slice::from_ref(&receive.request))?;
            self.receives_posted += 1;
        }
        Ok(())
    }

    /// Everything has come that can come; `failing` if its connection fails.
    pub fn is_done(&self, failing: bool) -> bool {
        let sent = self.ended == self.requests.len();
        let received = self.receives_ended == self.receives.len();
        let arrived = failing || self.arrived == self.messages();
        sent && received && arrived
    }

    fn messages(&self) -> usize {
        let received = |r: &&Planned| r.operation.kind.is_received();
        self.requests.iter().filter(received).count()
    }

    /// What it waits for.
    pub fn waits_for(&self) -> String {
        format!(
            "connection {} from host {} (QP {:#x} slot {}): {} of {} requests posted, {} ended; {} of {} receives posted, {} ended; {} messages arrived",
            self.connection,
            self.from,
            self.requester.number(),
            self.requester.slot(),
            self.posted,
            self.requests.len(),
            self.ended,
            self.receives_posted,
            self.receives.len(),
            self.receives_ended,
            self.arrived
        )
    }

    /// A send completion.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn sent(&mut self, c: &Completion, excuses: Excuses) -> Result<(), String> {
        let k = c.wr_id as usize;
        if k < self.ended || k >= self.posted {
            return Err(format!("request {k} is not under way"));
        }
        if self.failed && (k > self.ended || c.status == WcStatus::Success) {
            return Err("every request behind a failed one is flushed".to_owned());
        }
        // those before it that were not signalled have succeeded
        for before in self.ended..k {
            let r = &mut self.requests[before];
            if r.request.signalled {
                return Err(format!("request {before} has not completed"));
            }
            if r.fails.is_some() {
                return Err(format!("request {before} should have failed"));
            }
            r.end = End::Done(WcStatus::Success);
        }
        self.ended = k + 1;
        let failed = self.failed;
        let rnr = self.rnr_retry < 7;
        let r = &mut self.requests[k];
        r.end = End::Done(c.status);
        let good = match c.status {
            WcStatus::Success => {
                let bytes = match r.operation.kind {
                    Kind::Read | Kind::CompareSwap | Kind::FetchAdd => {
                        c.byte_len == r.operation.size
                    }
                    _ => true,
                };
                r.fails.is_none()
                    && r.request.signalled
                    && bytes
                    && c.opcode == opcode(r.operation.kind)
            }
            WcStatus::WorkRequestFlushed => failed || excuses.failing,
            // whether its retries were spent, the model has judged
            WcStatus::RetryExceeded => !failed,
            WcStatus::RnrRetryExceeded => !failed && rnr,
            status => !failed && r.fails == Some(status),
        };
        self.failed |= c.status != WcStatus::Success;
        match good {
            true => Ok(()),
            false => Err(format!("expected {:?} of {:?}", r.fails, r.operation)),
        }
    }

    /// A receive completion. Returns the run of bytes that it fills, for a shared queue.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn received(
        &mut self,
        c: &Completion,
        memory: &mut Memory,
        shared: Option<&[Run]>,
        excuses: Excuses,
    ) -> Result<(), String> {
        let own = match shared {
            Some(_) => None,
            None => {
                let k = self.receives_ended;
                if c.wr_id != k as u64 || k >= self.receives_posted {
                    return Err(format!("receive {k} is next"));
                }
                self.receives_ended += 1;
                self.receives[k].end = End::Done(c.status);
                Some(k)
            }
        };
        let mut messages = self
            .requests
            .iter()
            .filter(|r| r.operation.kind.is_received());
        let message = messages.nth(own.unwrap_or(self.arrived));
        if c.status != WcStatus::Success {
            if let (Some(runs), Some(_)) = (shared, message) {
                memory.free(runs);
            }
            let wrong = message.is_some_and(|m| m.operation.wrong == Some(Wrong::Receive));
            let allowed = excuses.failing || (wrong && c.status == WcStatus::LocalLength);
            return match allowed {
                true => Ok(()),
                false => Err("a receive fails without a reason".to_owned()),
            };
        }
        if own.is_some_and(|k| k != self.arrived) {
            return Err("a receive behind a failed one succeeds".to_owned());
        }
        let message = message.ok_or("nothing was sent")?;
        self.arrived += 1;
        let kind = message.operation.kind;
        let opcode = match kind.is_send() {
            true => WcOpcode::Recv,
            false => WcOpcode::RecvRdmaWithImm,
        };
        let good = message.fails.is_none()
            && c.opcode == opcode
            && c.byte_len == message.operation.size
            && c.imm == message.imm
            && c.invalidated == message.victim.as_ref().map(MemoryRegion::rkey);
        if !good {
            return Err(format!(
                "expected {} of {} bytes, immediate {:?}, invalidated {:?}, failure {:?}",
                kind.name(),
                message.operation.size,
                message.imm,
                message.victim.as_ref().map(MemoryRegion::rkey),
                message.fails
            ));
        }
        if kind.is_send() {
            let runs = shared.unwrap_or(&message.landing.receive);
            memory.claim(runs, &message.content, true);
        }
        Ok(())
    }

    /// Tells memory what has to be there, now that everything is at rest.
    pub fn claim(&self, memory: &mut [Memory; 2]) {
        let (from, to) = (self.from, 1 - self.from);
        let mut executed = 0;
        let mut messages = 0;
        for r in &self.requests {
            let certain = r.end == End::Done(WcStatus::Success);
            let kind = r.operation.kind;
            if kind.is_atomic() && certain {
                executed += 1;
            }
            let arrived = messages < self.arrived;
            messages += usize::from(kind.is_received());
            // what arrives has to be complete, though its acknowledgement was lost
            let certain = certain || (kind == Kind::WriteImmediate && arrived);
            let host = match kind {
                Kind::Write | Kind::WriteImmediate => to,
                _ => from,
            };
            match kind.is_send() {
                false if r.fails.is_none() => {
                    memory[host].claim(&r.landing.data, &r.content, certain);
                }
                // what it brought may be there as far as there was room
                true if !arrived && !self.shared => {
                    let room: usize = r.landing.receive.iter().map(|run| run.length).sum();
                    let bytes = &r.content[..r.content.len().min(room)];
                    memory[to].claim(&r.landing.receive, bytes, false);
                }
                _ => {}
            }
        }
        memory[to].allow(
            self.connection,
            &self.values[executed.min(self.values.len() - 1)..],
        );
    }

    /// How its requests ended.
    pub fn ends(&self) -> impl Iterator<Item = (Kind, u32, End)> {
        let requests = self.requests.iter();
        requests.map(|r| (r.operation.kind, r.operation.size, r.end))
    }

    pub fn requester(&self) -> &QueuePair {
        &self.requester
    }
}

/// What makes a good key one that opens nothing.
const WRONG_KEY: u32 = 0x100;

fn opcode(kind: Kind) -> WcOpcode {
    match kind {
        Kind::Write | Kind::WriteImmediate => WcOpcode::RdmaWrite,
        Kind::Read => WcOpcode::RdmaRead,
        Kind::CompareSwap => WcOpcode::CompSwap,
        Kind::FetchAdd => WcOpcode::FetchAdd,
        _ => WcOpcode::Send,
    }
}
