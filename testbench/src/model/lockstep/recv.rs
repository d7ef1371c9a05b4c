//! Explains the receiving half of a queue pair: what requests do to memory, their completions, and the answers.
//!
//! Some of it depends on time: whether a receive was there when its message came, whether an answer had room, whether a packet was
//! before an error or behind it. So there are several [`Reading`]s of what has happened. Requests wait in a reading's inbox as
//! long as more than one thing may become of them; what is seen next decides. A reading that cannot explain what is seen is dropped,
//! and if none is left, the NIC is wrong.

use super::Why;
use super::host::Host;
use super::inbox::Inbox;
pub use super::reading::Ring;
use super::reading::{Arrival, Doubt, Fate, Hold, Reading};
use super::senders::earlier;
use super::stream::short;
use crate::model::packet::Packet;
use crate::model::receiver::ReceiveConfig;
use fw_regs::rings::Cqe;
use fw_regs::{Psn, WcStatus};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::rc::Rc;

/// Readings that are kept at most. One case of a million operations needs more than 256 (`data/search/long`).
const READINGS: usize = 2048;
/// Requests that a reading holds back at most, and for how many cycles: longer than a packet waits inside of a NIC.
const BACKLOG: usize = 1024;
pub(super) const HINDSIGHT: u64 = 8_000;

/// A reading explains something, perhaps in a second way; or why it does not.
type Seen = Result<Found, Why>;

/// How a reading explains something.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    /// it does so in a second way
    pub second: Option<Reading>,
    /// what explains it may be missing, so that a copy which waits for its fate could be meant as well
    pub doubtful: bool,
}

/// See the module's head.
#[derive(Debug)]
pub struct ReceiveWatch {
    ring: Ring,
    readings: Vec<Reading>,
    partner_qpn: u32,
    pkey: u16,
    /// the queue pair may be in ERR from this cycle on
    pub error: Option<u64>,
    hold: Hold,
    /// the same readings, but of requests only that been taken whose effects have been seen, or which are old: STOP may come before the
    /// others are looked at
    behind: Vec<Reading>,
    /// the lowest expected PSN that was possible until the last requests came, with their cycles
    expected: VecDeque<(u64, Psn)>,
}

impl Clone for ReceiveWatch {
    /// What comes to one of them does not come to the other.
    fn clone(&self) -> Self {
        let mut readings = self.readings.clone();
        let mut behind = self.behind.clone();
        let all = readings.iter_mut().chain(&mut behind);
        Inbox::apart(all.map(|reading| &mut reading.inbox).collect());
        Self {
            readings,
            behind,
            expected: self.expected.clone(),
            ..*self
        }
    }
}

impl ReceiveWatch {
    pub fn new(
        ring: Ring,
        config: ReceiveConfig,
        (partner_qpn, pkey): (u32, u16),
        first: Psn,
    ) -> Self {
        let first = Reading::new(config, first);
        Self {
            ring,
            behind: vec![first.clone()],
            expected: VecDeque::new(),
            readings: vec![first],
            partner_qpn,
            pkey,
            error: None,
            hold: Hold {
                working: Some(0),
                ..Hold::default()
            },
        }
    }

    /// The queue pair may be in ERR from now on. If it is not this half that has failed, requests that came shortly before may have been
    /// dropped, if nothing has been seen of them.
    pub fn fail(&mut self, now: u64) {
        if self.error.is_none() && !self.may_have_failed() {
            self.readings.clone_from(&self.behind);
        }
        self.error.get_or_insert(now);
    }

    /// It has not failed.
    pub fn forget_error(&mut self) {
        self.error = None;
        for readings in [&mut self.readings, &mut self.behind] {
            if readings.iter().any(|reading| !reading.dead) {
                readings.retain(|reading| !reading.dead);
            }
        }
    }

    /// It failed so long ago that what it has not done by now it will never do.
    fn is_over(&self, host: &Host) -> bool {
        self.error.is_some_and(|error| error + HINDSIGHT < host.now)
    }

    /// STOP has been given. Requests that came shortly before may be refused, if nothing has been seen of them.
    pub fn stop(&mut self, now: u64) {
        self.readings.clone_from(&self.behind);
        self.hold.working = None;
        if self.hold.stopped.is_none() || self.hold.settled.is_some() {
            self.hold.stopped = Some(now);
        }
        self.hold.settled = None;
    }

    /// ABORT has been given: what was fetched is fetched again when the ring is no longer held.
    pub fn abort(&mut self, now: u64) {
        (self.hold.forgotten, self.hold.refetch) = (now, true);
    }

    /// The gate turns once more, in a moment that nobody tells.
    pub fn turn(&mut self) {
        for reading in self.readings.iter_mut().chain(&mut self.behind) {
            reading.gate.turns += 1;
        }
    }

    /// It works, for certain; what came before may still have been refused.
    pub fn work(&mut self, now: u64) {
        self.hold.working.get_or_insert(now);
        if self.hold.refetch {
            (self.hold.forgotten, self.hold.refetch) = (now, false);
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
            hold: self.hold,
        }
    }

    /// Drained: what was looked at has been done. Requests of which nothing has been seen were refused, from one of them on; those before it have
    /// written nothing, but may owe an answer, or have been refused for want of a receive.
    pub fn drained(&mut self, host: &Host) {
        let mut all: Vec<Reading> = Vec::new();
        let mut open = self.readings.clone();
        while let Some(reading) = open.pop() {
            for fate in reading.fates(&self.ring, self.doubt(), host).0 {
                if !matches!(fate, Fate::Refused) && open.len() < READINGS {
                    let mut future = reading.clone();
                    future.apply(fate, &self.ring, self.doubt(), host);
                    future.skip_silent(host);
                    if future.stream.is_empty() {
                        open.push(future);
                    }
                }
            }
            let end = reading.shut(host);
            if end.stream.is_empty() && all.len() < READINGS && !all.contains(&end) {
                all.push(end);
            }
        }
        if all.is_empty() {
            all.extend(self.readings.iter().map(|reading| reading.shut(host)));
        }
        self.behind.clone_from(&all);
        self.readings = all;
    }

    /// The partner has been resumed, and this end may have taken notice: behind what has come so far, it may NAK the expected PSN once more.
    pub fn partner_resumed(&mut self) {
        for readings in [&mut self.readings, &mut self.behind] {
            let mut more = readings.clone();
            more.iter_mut().for_each(Reading::speak_again);
            readings.extend(more);
            settle(readings);
        }
    }

    /// This PSN is expected next.
    pub fn settle_at(&mut self, epsn: Psn) {
        let fits = |r: &Reading| r.receiver.epsn == epsn;
        for readings in [&mut self.readings, &mut self.behind] {
            if readings.iter().any(fits) {
                readings.retain(fits);
            }
            // nothing that came before will still be refused
            readings.iter_mut().for_each(|r| r.admitted.clear());
            settle(readings);
        }
    }

    /// NAK_STOPPED has said that the request with this PSN that came in this cycle was refused. A copy of the one before it may have come in the same cycle.
    pub fn refused(&mut self, cycle: u64, psn: Psn) {
        let fits = |r: &Reading| !r.admitted.contains(&(cycle, psn));
        for readings in [&mut self.readings, &mut self.behind] {
            if readings.iter().any(fits) {
                readings.retain(fits);
            }
        }
        self.readings[0].inbox.refuse(cycle, psn);
    }

    /// The lowest PSN that may have been expected in that cycle, if it was not long ago.
    pub fn least_epsn(&self, cycle: u64) -> Psn {
        let then = self.expected.iter().find(|(until, _)| *until >= cycle);
        then.map_or_else(|| self.lowest_epsn(), |(_, epsn)| *epsn)
    }

    fn lowest_epsn(&self) -> Psn {
        let all = self.readings.iter().map(|r| r.receiver.epsn);
        all.reduce(earlier).unwrap_or_default()
    }

    /// Everything before this PSN has been executed: of requests whose fate is open that may be the first that is seen.
    pub fn has_come_to(&mut self, epsn: Psn, host: &Host) -> Result<(), Why> {
        let see = |reading: &mut Reading| match epsn.is_after(reading.receiver.epsn) {
            true => Err(Why(format!("its ePSN is {}", reading.receiver.epsn))),
            false => Ok(Found::default()),
        };
        self.explain(host, see, |_| false)
    }

    /// PSNs that may be expected next.
    pub fn epsns(&self) -> Vec<Psn> {
        self.readings.iter().map(|r| r.receiver.epsn).collect()
    }

    /// A request is about to reach the NIC.
    pub fn received(&mut self, cycle: u64, packet: &Rc<Packet>, host: &Host) {
        let works = self.hold.working.is_some();
        if works && self.hold.settled.is_none() && host.has_read_records(cycle) {
            self.hold.settled = Some(cycle);
        }
        self.expected
            .retain(|(until, _)| until + HINDSIGHT >= cycle);
        self.expected.push_back((cycle, self.lowest_epsn()));
        let doubt = self.doubt();
        let arrival = Arrival {
            cycle,
            packet: packet.clone(),
            refused: false,
        };
        self.readings[0].inbox.arrive(arrival);
        for reading in &mut self.readings {
            reading.pump(&self.ring, doubt, host);
        }
        settle(&mut self.readings);
        self.hold_back(cycle, host);
        for readings in [&mut self.readings, &mut self.behind] {
            give_up_overdue(readings, host);
        }
        let all = self.readings.iter().chain(&self.behind);
        let from = all.map(|reading| reading.inbox.from()).min();
        self.readings[0].inbox.forget(from.unwrap_or(0));
    }

    /// A request more of which nothing has been seen; the oldest ones have certainly been taken.
    fn hold_back(&mut self, cycle: u64, host: &Host) {
        let old = |reading: &Reading| {
            let first = reading.inbox.front();
            let waits = reading.inbox.len() > BACKLOG;
            waits || first.is_some_and(|first| first.cycle + HINDSIGHT < cycle)
        };
        while self.behind.iter().any(old) {
            let (old, mut all): (Vec<Reading>, Vec<Reading>) = self.behind.drain(..).partition(old);
            all.extend(self.decide(&old, host, false));
            settle(&mut all);
            self.behind = all;
        }
    }

    /// Some reading has failed by a request.
    pub fn may_have_failed(&self) -> bool {
        self.readings.iter().any(|r| r.fatal)
    }

    /// Some request has failed it, or may have, for its fate is open: that shows in the other half before anything is seen here.
    pub fn could_have_failed(&self, host: &Host) -> bool {
        if self.may_have_failed() {
            return true;
        }
        let mut level = self.readings.clone();
        while !level.is_empty() {
            level = self.decide(&level, host, true);
            if level.iter().any(|reading| reading.fatal) {
                return true;
            }
        }
        false
    }

    /// Some reading's next write is at that address.
    pub fn wants(&self, iova: u64, host: &Host) -> bool {
        !self.is_over(host) && self.readings.iter().any(|r| r.wants(iova, host))
    }

    /// When the youngest request came whose fate is decided, or may be.
    pub fn decided(&self) -> u64 {
        let all = self.readings.iter().map(|reading| reading.decided);
        all.min().unwrap_or(0)
    }

    /// The fate of some request is open, and may still show in what is written.
    pub fn is_open(&self, host: &Host) -> bool {
        !self.is_over(host) && self.readings.iter().any(|r| !r.inbox.is_empty())
    }

    /// Keeps the readings that explain something. One that does not, and in which something else is owed first (`owes`), never will.
    fn explain(
        &mut self,
        host: &Host,
        see: impl Fn(&mut Reading) -> Seen,
        owes: impl Fn(&Reading) -> bool,
    ) -> Result<(), Why> {
        self.readings = self.explained(&self.readings, host, true, (&see, &owes))?;
        self.recall(host, see, owes);
        Ok(())
    }

    /// The same for those that hold back what they can.
    fn recall(
        &mut self,
        host: &Host,
        see: impl Fn(&mut Reading) -> Seen,
        owes: impl Fn(&Reading) -> bool,
    ) {
        self.behind = match self.explained(&self.behind, host, false, (&see, &owes)) {
            Ok(behind) => behind,
            Err(_) => self.readings.clone(),
        };
    }

    /// What of readings explains something. In one that does not, fates of its requests are decided, one after the other and in every
    /// way, until it does: of two copies of a message, either may be the one that was executed. Or why it cannot be.
    fn explained(
        &self,
        readings: &[Reading],
        host: &Host,
        pump: bool,
        (see, owes): (&impl Fn(&mut Reading) -> Seen, &impl Fn(&Reading) -> bool),
    ) -> Result<Vec<Reading>, Why> {
        let mut whys: Vec<String> = Vec::new();
        let mut kept: Vec<Reading> = Vec::new();
        for reading in readings {
            let mut level: Vec<Cow<Reading>> = vec![Cow::Borrowed(reading)];
            while !level.is_empty() {
                let mut open: Vec<Cow<Reading>> = Vec::new();
                for way in level {
                    let mut future = Reading::clone(&way);
                    match see(&mut future) {
                        Ok(found) => {
                            if found.doubtful {
                                open.push(way);
                            }
                            for mut future in [Some(future), found.second].into_iter().flatten() {
                                if pump {
                                    future.pump(&self.ring, self.doubt(), host);
                                }
                                if kept.len() < READINGS && !kept.contains(&future) {
                                    kept.push(future);
                                }
                            }
                        }
                        Err(Why(e)) => {
                            if whys.len() < 4 && !whys.contains(&e) {
                                whys.push(e);
                            }
                            if !owes(&way) {
                                open.push(way);
                            }
                        }
                    }
                }
                let decided = self.decide(open.iter().map(AsRef::as_ref), host, pump);
                level = decided.into_iter().map(Cow::Owned).collect();
            }
        }
        match kept.is_empty() {
            true => Err(Why(whys.join("; or else: "))),
            false => Ok(kept),
        }
    }

    /// All that may have become of the first open request of each reading.
    fn decide<'a>(
        &self,
        level: impl IntoIterator<Item = &'a Reading>,
        host: &Host,
        pump: bool,
    ) -> Vec<Reading> {
        let mut found: Vec<Reading> = Vec::new();
        for reading in level {
            for fate in reading.fates(&self.ring, self.doubt(), host).0 {
                let mut future = reading.clone();
                future.apply(fate, &self.ring, self.doubt(), host);
                if pump {
                    future.pump(&self.ring, self.doubt(), host);
                }
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
        let at_once = |readings: &mut [Reading]| match readings {
            [only] => only.stream.wants(iova) && only.wrote(iova, bytes, before, host).is_ok(),
            _ => false,
        };
        let see = |reading: &mut Reading| {
            let wrote = reading.wrote(iova, bytes, before, host);
            wrote.map(|()| Found::default())
        };
        let owes = |reading: &Reading| reading.owes_memory(host);
        if !at_once(&mut self.readings) {
            return self.explain(host, see, owes);
        }
        if !at_once(&mut self.behind) {
            self.recall(host, see, owes);
        }
        Ok(())
    }

    /// A completion of the receive queue has been written.
    pub fn completed(&mut self, cqe: &Cqe, host: &Host) -> Result<(), Why> {
        if cqe.status == WcStatus::WorkRequestFlushed && self.error.is_some() {
            let (shared, mut kept) = (self.ring.shared, Vec::new());
            // a request whose fate is open may be what it has failed by: then that is still to be answered
            let mut level = self.readings.clone();
            while !level.is_empty() && kept.len() < READINGS {
                for reading in &level {
                    let mut future = reading.clone();
                    future.dead = true;
                    future.inbox.clear();
                    if future.flush(cqe, shared) {
                        kept.push(future);
                    }
                }
                level = self.decide(&level, host, true);
            }
            if kept.is_empty() {
                return Err(Why::new("that receive is not the next to be flushed"));
            }
            settle(&mut kept);
            self.behind = kept.clone();
            self.readings = kept;
            return Ok(());
        }
        let see = |reading: &mut Reading| {
            reading.skip_silent(host);
            reading.stream.complete(cqe).map(|()| Found::default())
        };
        self.explain(host, see, |reading| reading.owes(host))
    }

    /// A response has left the NIC.
    pub fn sent(&mut self, p: &Packet, host: &Host) -> Result<(), Why> {
        if (p.dest_qpn, p.pkey) != (self.partner_qpn, self.pkey) {
            return Err(Why::new("wrong destination or partition"));
        }
        if p.solicited || p.ack_req {
            return Err(Why::new("a response asks for something"));
        }
        let explained = self.explain(host, |reading| reading.sent(p, host), Reading::owes_data);
        explained.map_err(|Why(why)| Why(format!("{why}: {}", self.owed())))
    }

    /// The answers that the likeliest reading owes, for people.
    fn owed(&self) -> String {
        let Reading {
            receiver, answers, ..
        } = &self.readings[0];
        let answers: Vec<_> = answers.iter().map(|owed| &owed.answer).collect();
        let (epsn, msn) = (receiver.epsn, receiver.msn);
        format!("ePSN {epsn} MSN {msn:#x}, owed {answers:?}")
    }

    /// Everything received has been answered.
    pub fn is_done(&mut self, host: &Host) -> Result<(), Why> {
        if self.error.is_some() {
            return Ok(());
        }
        let see = |reading: &mut Reading| {
            reading.skip_silent(host);
            reading.stream.is_done()?;
            if let Some(arrival) = reading.inbox.front() {
                return Err(Why(format!("nothing became of {}", arrival.packet.line())));
            }
            match reading.answers.iter().find(|owed| owed.is_due()) {
                Some(owed) => Err(Why(format!("never sent: {:?}", owed.answer))),
                None => Ok(Found::default()),
            }
        };
        self.explain(host, see, |_| false)
    }

    /// One line for people.
    pub fn line(&self, host: &Host) -> String {
        let r = &self.readings[0];
        format!(
            "ePSN {} MSN {:#x} readings {} gate {:?} inbox {} answers {:?} owed {} first {:?} {:?} next {:#x} of {:#x}, {} unused",
            r.receiver.epsn,
            r.receiver.msn,
            self.readings.len(),
            r.gate,
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

/// A request that was executed has written what it had to after so long; so if another reading says that it was not, that is so. Else there would be more readings
/// of its copies than are kept.
fn give_up_overdue(readings: &mut Vec<Reading>, host: &Host) {
    let overdue = |reading: &Reading| reading.is_overdue(host);
    if readings.iter().any(overdue) && !readings.iter().all(overdue) {
        readings.retain(|reading| !overdue(reading));
    }
}

/// Each reading once, and not too many.
fn settle(readings: &mut Vec<Reading>) {
    let mut kept: Vec<Reading> = Vec::new();
    for reading in std::mem::take(readings) {
        if kept.len() < READINGS && !kept.contains(&reading) {
            kept.push(reading);
        }
    }
    *readings = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lockstep::line::LAG;
    use crate::model::memory::Op;

    /// One reading has executed a request that came in cycle 100, which has written nothing; in the other it found no room.
    #[test]
    fn reading_that_owes_memory_for_too_long_is_dropped_if_there_is_another() {
        let config = ReceiveConfig {
            mtu: 256,
            pd: 1,
            remote_write: true,
            remote_read: true,
            remote_atomic: true,
            max_dest_rd_atomic: 8,
            min_rnr_timer: 1,
        };
        let dropped = Reading::new(config, Psn::new(20));
        let mut executed = Reading::new(config, Psn::new(21));
        let bytes = vec![1, 2, 3];
        executed.stream.extend(100, [Op::Write { iova: 0, bytes }]);
        let mut host = Host::default();
        let mut both = vec![executed.clone(), dropped.clone()];
        host.now = 100 + LAG;
        give_up_overdue(&mut both, &host);
        assert_eq!(both.len(), 2);
        host.now += 1;
        give_up_overdue(&mut both, &host);
        assert_eq!(both, [dropped]);
        // it is the only explanation: what does not come is a difference at the end
        let mut only = vec![executed];
        give_up_overdue(&mut only, &host);
        assert_eq!(only.len(), 1);
    }
}
