//! Explains the receiving half of a queue pair: what requests do to memory, their completions, and the answers.
//!
//! Some of it depends on time: whether a receive was there when its message came, whether an answer had room, whether a packet was
//! before an error or behind it. So there are several [`Reading`]s of what has happened. Requests wait in a reading's inbox as
//! long as more than one thing may become of them; what is seen next decides. A reading that cannot explain what is seen is dropped,
//! and if none is left, the NIC is wrong.

use super::Why;
use super::host::Host;
pub use super::reading::Ring;
use super::reading::{Arrival, Doubt, Fate, Reading};
use super::stream::{Stream, short};
use crate::model::packet::Packet;
use crate::model::receiver::{ReceiveConfig, Receiver};
use fw_regs::rings::Cqe;
use fw_regs::{Psn, WcStatus};
use std::collections::VecDeque;
use std::rc::Rc;

/// Readings that are kept at most.
const READINGS: usize = 256;
/// Pasts that are kept at most, and for how many cycles: longer than a packet waits inside of a NIC.
pub(super) const PASTS: usize = 16;
pub(super) const HINDSIGHT: u64 = 4_000;

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
    /// in this cycle it stopped or went on: what was fetched of its receives was forgotten
    pub forgotten: u64,
    /// what was certain before each of the last requests, with its cycle: STOP may have come before that request was looked at. A past
    /// that does not explain what is seen since is dropped
    pasts: VecDeque<(u64, Reading)>,
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
                taken: VecDeque::new(),
                dead: false,
                fatal: false,
            }],
            partner_qpn,
            pkey,
            error: None,
            stopping: false,
            forgotten: 0,
            pasts: VecDeque::new(),
        }
    }

    /// STOP has been given. Requests that came shortly before may be refused, if nothing has been seen of them.
    pub fn stop(&mut self) {
        self.stopping = true;
        let pasts = self.pasts.drain(..).map(|(_, past)| past);
        self.readings.extend(pasts);
        self.settle();
    }

    /// Only pasts remain that explain what is seen.
    fn recall(&mut self, see: impl Fn(&mut Reading) -> Result<(), Why>) {
        self.pasts.retain_mut(|(_, past)| see(past).is_ok());
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
            forgotten: self.forgotten,
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
        let arrival = Arrival {
            cycle,
            packet: packet.clone(),
        };
        self.pasts.retain(|(since, _)| since + HINDSIGHT >= cycle);
        if !self.stopping && self.readings.len() + self.pasts.len() <= PASTS {
            let now = self.readings.iter().map(|reading| (cycle, reading.clone()));
            self.pasts.extend(now);
        }
        for (_, past) in &mut self.pasts {
            past.inbox.push_back(arrival.clone());
        }
        for reading in &mut self.readings {
            reading.inbox.push_back(arrival.clone());
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

    /// Some request whose fate is open may have failed it: that shows in the other half before anything is seen here.
    pub fn could_have_failed(&self, host: &Host) -> bool {
        let mut level = self.readings.clone();
        while !level.is_empty() {
            level = self.decide(&level, host);
            if level.iter().any(|reading| reading.fatal) {
                return true;
            }
        }
        false
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
                self.recall(see);
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
            self.recall(|past| past.wrote(iova, bytes, before, host));
            return Ok(());
        }
        self.explain(host, |reading| reading.wrote(iova, bytes, before, host))
    }

    /// A completion of the receive queue has been written.
    pub fn completed(&mut self, cqe: &Cqe, host: &Host) -> Result<(), Why> {
        if cqe.status == WcStatus::WorkRequestFlushed && self.error.is_some() {
            self.pasts.clear();
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
