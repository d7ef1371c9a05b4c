//! Explains the receiving half of a queue pair: what requests do to memory, their completions, and the answers.
//!
//! Some of it depends on time: whether a receive was there when its message came, whether an answer had room, whether a packet was
//! before an error or behind it. So there are several [`Reading`]s of what has happened. Requests wait in a reading's inbox as
//! long as more than one thing may become of them; what is seen next decides. A reading that cannot explain what is seen is dropped,
//! and if none is left, the NIC is wrong.

use super::host::Host;
use super::stream::{Executed, Stream, short};
use super::{Why, compare};
use crate::model::memory::{Memory, Op};
use crate::model::packet::{Aeth, Packet};
use crate::model::receiver::{Answer, Demand, RESOURCES, ReceiveConfig, Receiver};
use fw_regs::rings::Cqe;
use fw_regs::wire::{self, Opcode};
use fw_regs::{Psn, WcStatus};
use std::collections::VecDeque;
use std::rc::Rc;

/// Readings that are kept at most.
const READINGS: usize = 256;
/// Receives of a shared ring that a message may have taken.
const CANDIDATES: usize = 12;

/// Which receives a queue pair uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    pub number: u16,
    pub shared: bool,
}

/// A request that has arrived.
#[derive(Clone, Debug, PartialEq)]
struct Arrival {
    cycle: u64,
    packet: Rc<Packet>,
}

/// An answer, and how many operations on memory have to be done before it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owed {
    answer: Answer,
    after: u64,
    /// all of it has been sent
    finished: bool,
}

/// One way to understand what has been seen.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    receiver: Receiver,
    inbox: VecDeque<Arrival>,
    answers: VecDeque<Owed>,
    stream: Stream,
    /// private ring: the next receive
    next: u16,
    /// in ERR: requests are dropped
    dead: bool,
    /// operations at which it died by a NAK of its own
    fatal: bool,
}

/// What becomes of a request whose fate is open.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Execute {
        receive: Option<u16>,
    },
    NotReady,
    NoRoom,
    /// it is stopped
    Refused,
    Dead,
}

/// Why a request may not be executed, beside its own faults.
#[derive(Clone, Copy)]
struct Doubt {
    failed: bool,
    stopping: bool,
}

/// See the module's head.
#[derive(Clone, Debug)]
pub struct ReceiveWatch {
    ring: Ring,
    readings: Vec<Reading>,
    partner_qpn: u32,
    pkey: u16,
    /// the queue pair may be in ERR from this cycle on
    pub error: Option<u64>,
    /// requests may be refused
    pub stopping: bool,
}

impl ReceiveWatch {
    pub fn new(
        ring: Ring,
        config: ReceiveConfig,
        (partner_qpn, pkey): (u32, u16),
        first: Psn,
    ) -> Self {
        Self {
            ring,
            readings: vec![Reading {
                receiver: Receiver::new(config, first),
                inbox: VecDeque::new(),
                answers: VecDeque::new(),
                stream: Stream::default(),
                next: 0,
                dead: false,
                fatal: false,
            }],
            partner_qpn,
            pkey,
            error: None,
            stopping: false,
        }
    }

    /// Some reading has this expected PSN and MSN, and no message under way.
    pub fn may_rest_at(&self, epsn: Psn, msn: u32) -> bool {
        let rests = |r: &Reading| (r.receiver.epsn, r.receiver.msn) == (epsn, msn);
        self.readings.iter().any(rests)
    }

    fn doubt(&self) -> Doubt {
        Doubt {
            failed: self.error.is_some(),
            stopping: self.stopping,
        }
    }

    /// Drained: what has had no effect by now never will, but that it may have been refused for want of a receive.
    pub fn drained(&mut self, host: &Host) {
        let mut all: Vec<Reading> = Vec::new();
        let mut open = std::mem::take(&mut self.readings);
        while let Some(mut reading) = open.pop() {
            if reading.inbox.is_empty() {
                if !all.contains(&reading) && all.len() < READINGS {
                    all.push(reading);
                }
                continue;
            }
            for fate in reading.fates(&self.ring, self.doubt(), host).0 {
                if matches!(fate, Fate::NotReady | Fate::NoRoom) && open.len() < READINGS {
                    let mut future = reading.clone();
                    future.apply(fate, &self.ring, host);
                    open.push(future);
                }
            }
            reading.inbox.pop_front();
            open.push(reading);
        }
        self.readings = all;
    }

    /// The partner has been resumed, and this end may have taken notice: it may NAK the expected PSN once more.
    pub fn partner_resumed(&mut self) {
        let mut more = self.readings.clone();
        for reading in &mut more {
            reading.receiver.nak_sent = false;
        }
        self.readings.extend(more);
        self.settle();
    }

    /// This PSN is expected next.
    pub fn settle_at(&mut self, epsn: Psn) {
        let fits = |r: &Reading| r.receiver.epsn == epsn;
        if self.readings.iter().any(fits) {
            self.readings.retain(fits);
        }
    }

    /// PSNs that may be expected next.
    pub fn epsns(&self) -> Vec<Psn> {
        self.readings.iter().map(|r| r.receiver.epsn).collect()
    }

    /// A request is about to reach the NIC.
    pub fn received(&mut self, cycle: u64, packet: &Rc<Packet>, host: &Host) {
        let doubt = self.doubt();
        for reading in &mut self.readings {
            reading.inbox.push_back(Arrival {
                cycle,
                packet: packet.clone(),
            });
            reading.pump(&self.ring, doubt, host);
        }
        self.settle();
    }

    /// A fatal error of any reading is one of the queue pair.
    fn settle(&mut self) {
        let mut kept: Vec<Reading> = Vec::new();
        for reading in std::mem::take(&mut self.readings) {
            if kept.len() < READINGS && !kept.contains(&reading) {
                kept.push(reading);
            }
        }
        self.readings = kept;
    }

    /// Some reading has failed by a request.
    pub fn may_have_failed(&self) -> bool {
        self.readings.iter().any(|r| r.fatal)
    }

    /// Some reading's next write is at that address.
    pub fn wants(&self, iova: u64, host: &Host) -> bool {
        self.readings.iter().any(|r| r.wants(iova, host))
    }

    /// The fate of some request is open.
    pub fn is_open(&self) -> bool {
        self.readings.iter().any(|r| !r.inbox.is_empty())
    }

    /// Keeps the readings that explain something. Only if none does, fates of requests are decided, one after the other, until some
    /// reading does; or says why it cannot be.
    fn explain(
        &mut self,
        host: &Host,
        see: impl Fn(&mut Reading) -> Result<(), Why>,
    ) -> Result<(), Why> {
        let mut level = self.readings.clone();
        let mut whys: Vec<String> = Vec::new();
        while !level.is_empty() {
            let mut kept: Vec<Reading> = Vec::new();
            for reading in &level {
                let mut future = reading.clone();
                match see(&mut future) {
                    Ok(()) => {
                        future.pump(&self.ring, self.doubt(), host);
                        if !kept.contains(&future) {
                            kept.push(future);
                        }
                    }
                    Err(Why(e)) if whys.len() < 4 && !whys.contains(&e) => whys.push(e),
                    Err(_) => {}
                }
            }
            if !kept.is_empty() {
                self.readings = kept;
                return Ok(());
            }
            level = self.decide(&level, host);
        }
        Err(Why(whys.join("; or else: ")))
    }

    /// All that may have become of the first open request of each reading.
    fn decide(&self, level: &[Reading], host: &Host) -> Vec<Reading> {
        let mut found: Vec<Reading> = Vec::new();
        for reading in level {
            for fate in reading.fates(&self.ring, self.doubt(), host).0 {
                let mut future = reading.clone();
                future.apply(fate, &self.ring, host);
                future.pump(&self.ring, self.doubt(), host);
                if found.len() < READINGS && !found.contains(&future) {
                    found.push(future);
                }
            }
        }
        found
    }

    /// The NIC has written into memory, and it is this half's.
    pub fn wrote(
        &mut self,
        iova: u64,
        bytes: &[u8],
        before: &[u8],
        host: &Host,
    ) -> Result<(), Why> {
        if let [only] = &mut self.readings[..]
            && only.stream.wants(iova)
            && only.wrote(iova, bytes, before, host).is_ok()
        {
            return Ok(());
        }
        self.explain(host, |reading| reading.wrote(iova, bytes, before, host))
    }

    /// A completion of the receive queue has been written.
    pub fn completed(&mut self, cqe: &Cqe, host: &Host) -> Result<(), Why> {
        if cqe.status == WcStatus::WorkRequestFlushed && self.error.is_some() {
            let (shared, mut kept) = (self.ring.shared, Vec::new());
            for reading in &self.readings {
                let mut future = reading.clone();
                future.dead = true;
                future.inbox.clear();
                if future.flush(cqe, shared) {
                    kept.push(future);
                }
            }
            if kept.is_empty() {
                return Err(Why::new("that receive is not the next to be flushed"));
            }
            self.readings = kept;
            self.settle();
            return Ok(());
        }
        self.explain(host, |reading| {
            reading.skip_silent(host);
            reading.stream.complete(cqe)
        })
    }

    /// A response has left the NIC.
    pub fn sent(&mut self, p: &Packet, host: &Host) -> Result<(), Why> {
        if (p.dest_qpn, p.pkey) != (self.partner_qpn, self.pkey) {
            return Err(Why::new("wrong destination or partition"));
        }
        if p.solicited || p.ack_req {
            return Err(Why::new("a response asks for something"));
        }
        self.explain(host, |reading| reading.sent(p, host))
    }

    /// Everything received has been answered.
    pub fn is_done(&mut self, host: &Host) -> Result<(), Why> {
        if self.error.is_some() {
            return Ok(());
        }
        self.explain(host, |reading| {
            reading.skip_silent(host);
            reading.stream.is_done()?;
            if let Some(arrival) = reading.inbox.front() {
                return Err(Why(format!("nothing became of {}", arrival.packet.line())));
            }
            match reading.answers.iter().find(|owed| owed.is_due()) {
                Some(owed) => Err(Why(format!("never sent: {:?}", owed.answer))),
                None => Ok(()),
            }
        })
    }

    /// One line for people.
    pub fn line(&self, host: &Host) -> String {
        let r = &self.readings[0];
        format!(
            "ePSN {} MSN {:#x} readings {} inbox {} answers {:?} owed {} first {:?} {:?} next {:#x} of {:#x}, {} unused",
            r.receiver.epsn,
            r.receiver.msn,
            self.readings.len(),
            r.inbox.len(),
            r.answers
                .iter()
                .take(3)
                .map(|o| &o.answer)
                .collect::<Vec<_>>(),
            r.stream.len(),
            r.stream.front().map(short),
            self.ring,
            r.next,
            host.receives(self.ring.number),
            host.unused(self.ring.number, usize::MAX).len()
        )
    }
}

/// A message may take any receive of a shared ring that is not used up; others hold some of them.
fn shared_fates(arrival: &Arrival, ring: &Ring, host: &Host) -> Vec<Fate> {
    let unused = host.unused(ring.number, CANDIDATES);
    let take = |index| Fate::Execute {
        receive: Some(index),
    };
    let mut fates = Vec::new();
    if host.surely_unused(ring.number, arrival.cycle) < CANDIDATES {
        fates.push(Fate::NotReady);
    }
    fates.extend(unused.into_iter().map(take));
    fates
}

impl Owed {
    fn is_due(&self) -> bool {
        match self.answer {
            Answer::Acknowledge { due, .. } => due,
            _ => true,
        }
    }
}

impl Reading {
    /// Takes requests out of the inbox as long as only one thing can become of them.
    fn pump(&mut self, ring: &Ring, doubt: Doubt, host: &Host) {
        while !self.inbox.is_empty() {
            match self.fates(ring, doubt, host) {
                (fates, false) if fates.len() == 1 => self.apply(fates[0], ring, host),
                _ => return,
            }
        }
    }

    /// What may become of the first request, and whether there may be more to it than can be said now.
    fn fates(&self, ring: &Ring, doubt: Doubt, host: &Host) -> (Vec<Fate>, bool) {
        let Some(arrival) = self.inbox.front() else {
            return (Vec::new(), false);
        };
        if self.dead {
            return (vec![Fate::Dead], false);
        }
        let mut open = false;
        let mut fates = match self.receiver.demand(&arrival.packet) {
            Demand::Nothing => vec![Fate::Execute { receive: None }],
            Demand::Room => {
                let waiting = self.answers.iter().filter(|o| o.answer.has_data()).count();
                match waiting < RESOURCES {
                    true => vec![Fate::Execute { receive: None }],
                    false => vec![Fate::Execute { receive: None }, Fate::NoRoom],
                }
            }
            Demand::Receive if ring.shared => {
                open = true;
                shared_fates(arrival, ring, host)
            }
            Demand::Receive => {
                let there = host.receives(ring.number).wrapping_sub(self.next) as i16 > 0;
                let sure = host
                    .surely_posted(ring.number, arrival.cycle)
                    .wrapping_sub(self.next) as i16
                    > 0;
                let accept = Fate::Execute {
                    receive: Some(self.next),
                };
                match (sure, there) {
                    (true, _) => vec![accept],
                    (_, true) => vec![accept, Fate::NotReady],
                    _ => {
                        // it may be posted before the packet is looked at
                        open = true;
                        vec![Fate::NotReady]
                    }
                }
            }
        };
        if doubt.stopping {
            fates.push(Fate::Refused);
        }
        if doubt.failed {
            fates.push(Fate::Dead);
        }
        (fates, open)
    }

    /// The first request meets its fate.
    fn apply(&mut self, fate: Fate, ring: &Ring, host: &Host) {
        let Some(Arrival { packet, .. }) = self.inbox.pop_front() else {
            return;
        };
        let (receive, room) = match fate {
            Fate::Dead => {
                self.dead = true;
                return;
            }
            Fate::Refused => return,
            Fate::NotReady => (None, true),
            Fate::NoRoom => (None, false),
            Fate::Execute { receive } => {
                if receive.is_some() && !ring.shared {
                    self.next = self.next.wrapping_add(1);
                }
                (receive.and_then(|i| host.receive(ring.number, i)), true)
            }
        };
        let outcome = self.receiver.take(&packet, &host.regions, receive, room);
        self.stream.extend(outcome.ops);
        if let Some(answer) = outcome.answer {
            let after = self.stream.made();
            self.answers.push_back(Owed {
                answer,
                after,
                finished: false,
            });
        }
        self.dead |= outcome.fatal;
        self.fatal |= outcome.fatal;
    }

    /// An ATOMIC has found its value.
    fn executed(&mut self, executed: Executed) {
        let Some((name, value)) = executed else {
            return;
        };
        self.receiver.resolve(name, value);
        for owed in &mut self.answers {
            if let Answer::Atomic { id, original, .. } = &mut owed.answer
                && *id == name
            {
                *original = Some(value);
            }
        }
    }

    /// The next write would be at that address, behind what writes nothing.
    fn wants(&self, iova: u64, host: &Host) -> bool {
        if self.stream.wants(iova) {
            return true;
        }
        let mut stream = self.stream.clone();
        while stream.skip_silent(host).is_some() {}
        stream.wants(iova)
    }

    /// Bytes have been written.
    fn wrote(&mut self, iova: u64, bytes: &[u8], before: &[u8], host: &Host) -> Result<(), Why> {
        loop {
            match self.stream.write(iova, bytes, before) {
                Ok(executed) => {
                    self.executed(executed);
                    return Ok(());
                }
                Err(why) => match self.stream.skip_silent(host) {
                    None => return Err(why),
                    skipped => self.executed(skipped),
                },
            }
        }
    }

    /// Compare and swaps that find something else have been executed.
    fn skip_silent(&mut self, host: &Host) {
        while let executed @ Some(_) = self.stream.skip_silent(host) {
            self.executed(executed);
        }
    }

    /// A receive is flushed; whether it was its turn.
    fn flush(&mut self, cqe: &Cqe, shared: bool) -> bool {
        if let Some(Op::Complete(_)) = self.stream.front() {
            return false;
        }
        match self.receiver.receive_in_use() {
            Some(receive) => {
                self.receiver.drop_receive();
                receive.index == cqe.index
            }
            None if shared => false,
            None => {
                let turn = cqe.index == self.next;
                self.next = self.next.wrapping_add(1);
                turn
            }
        }
    }

    /// A response has left.
    fn sent(&mut self, p: &Packet, host: &Host) -> Result<(), Why> {
        let at = match p.opcode {
            Opcode::Acknowledge => self.acknowledgement(p)?,
            _ => self
                .answers
                .iter()
                .position(|o| o.answer.has_data())
                .ok_or(Why::new("no READ or ATOMIC waits for an answer"))?,
        };
        if self.answers[at].after > self.stream.done() {
            self.skip_silent(host);
        }
        if self.answers[at].after > self.stream.done() {
            return Err(Why::new("the answer comes before what it answers for"));
        }
        if self.answers[at].answer.has_data() {
            self.data(p, at, host)?;
        }
        // it speaks for all acknowledgements before it
        let psn = p.psn;
        let mut k = 0;
        self.answers.retain_mut(|owed| {
            let before = k < at;
            let itself = k == at;
            k += 1;
            let Answer::Acknowledge {
                psn: other, due, ..
            } = &mut owed.answer
            else {
                return true;
            };
            if itself || (before && !other.is_after(psn)) {
                return false;
            }
            if !other.is_after(psn) {
                *due = false;
            }
            true
        });
        self.answers.retain(|owed| !owed.finished);
        Ok(())
    }

    /// Which acknowledgement that is owed the packet is.
    fn acknowledgement(&self, p: &Packet) -> Result<usize, Why> {
        let aeth = p.aeth.unwrap_or_default();
        let mut reason = Why(format!(
            "no such acknowledgement is owed: ePSN {} MSN {:#x}, owed {:?}",
            self.receiver.epsn,
            self.receiver.msn,
            self.answers.iter().map(|o| &o.answer).collect::<Vec<_>>()
        ));
        let mut blocking: Option<Psn> = None;
        for (k, owed) in self.answers.iter().enumerate() {
            let Answer::Acknowledge {
                psn,
                syndrome,
                msn,
                due,
            } = owed.answer
            else {
                if reason.0.starts_with("no such") {
                    reason = Why(format!("{}; it cannot pass {:?}", reason.0, owed.answer));
                }
                break;
            };
            if (psn, syndrome, msn) == (p.psn, aeth.syndrome, aeth.msn) {
                if blocking.is_some_and(|b| b.is_after(psn)) {
                    reason = Why::new("it swallows an answer that is ahead of it");
                    continue;
                }
                return Ok(k);
            }
            if due && blocking.is_none_or(|b| psn.is_after(b)) {
                blocking = Some(psn);
            }
        }
        Err(reason)
    }

    /// The packet is the next one of the READ or ATOMIC answer at `at`.
    fn data(&mut self, p: &Packet, at: usize, host: &Host) -> Result<(), Why> {
        let mtu = self.receiver.config.mtu;
        let mut expected = Packet::new(Opcode::Acknowledge, p.dest_qpn, p.psn);
        expected.pkey = p.pkey;
        expected.pad = p.pad;
        match &mut self.answers[at].answer {
            Answer::Read {
                psn,
                iova,
                length,
                msn,
                first,
            } => {
                let bytes = (*length).min(mtu);
                let last = *length <= mtu;
                expected.opcode = match (*first, last) {
                    (true, true) => Opcode::ReadResponseOnly,
                    (true, false) => Opcode::ReadResponseFirst,
                    (false, false) => Opcode::ReadResponseMiddle,
                    (false, true) => Opcode::ReadResponseLast,
                };
                expected.psn = *psn;
                let aeth = Aeth {
                    syndrome: wire::SYNDROME_ACK,
                    msn: *msn,
                };
                expected.aeth = (*first || last).then_some(aeth);
                expected.payload = host
                    .fetch(*iova, bytes as usize)
                    .ok_or(Why::new("its memory is not mapped"))?;
                compare(p, &expected)?;
                *psn = psn.plus(1);
                *iova += u64::from(bytes);
                *length -= bytes;
                *first = false;
                self.answers[at].finished = last;
                Ok(())
            }
            Answer::Atomic {
                psn, msn, original, ..
            } => {
                expected.opcode = Opcode::AtomicAcknowledge;
                expected.psn = *psn;
                expected.aeth = Some(Aeth {
                    syndrome: wire::SYNDROME_ACK,
                    msn: *msn,
                });
                expected.original = *original;
                compare(p, &expected)?;
                self.answers[at].finished = true;
                Ok(())
            }
            Answer::Acknowledge { .. } => Err(Why::new("an acknowledgement has no data")),
        }
    }
}
