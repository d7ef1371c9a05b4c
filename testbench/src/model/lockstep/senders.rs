//! Several ways to understand what a sending half has done: while it stops, a response may have come too late.

use super::Why;
use super::host::Host;
use super::recv::HINDSIGHT;
use super::send::SendWatch;
use crate::model::packet::Packet;
use fw_regs::rings::Cqe;
use fw_regs::{Psn, WcStatus};
use std::collections::VecDeque;

/// Ways that are kept at most.
const WAYS: usize = 64;
/// Pasts that are kept at most.
const PASTS: usize = 64;

/// The PSN that comes first.
pub fn earlier(a: Psn, b: Psn) -> Psn {
    match b.is_before(a) {
        true => b,
        false => a,
    }
}

/// One or more [`SendWatch`]es, of which each explains all that has been seen.
#[derive(Clone, Debug)]
pub struct Senders {
    ways: Vec<SendWatch>,
    /// what was certain before each of the last responses, with its cycle: STOP may have come before that response was looked at
    pasts: VecDeque<(u64, SendWatch)>,
}

impl Senders {
    pub fn new(first: SendWatch) -> Self {
        Self {
            ways: vec![first],
            pasts: VecDeque::new(),
        }
    }

    /// STOP has been given.
    pub fn stop(&mut self, now: u64) {
        self.recall(now);
    }

    /// Responses that came shortly before may have come too late, if nothing has been seen of them.
    fn recall(&mut self, now: u64) {
        let pasts = self.pasts.drain(..);
        let late = pasts.filter(|(since, _)| since + HINDSIGHT >= now);
        let mut ways: Vec<SendWatch> = late.map(|(_, past)| past).collect();
        ways.append(&mut self.ways);
        self.ways = ways;
    }

    /// Keeps those that explain something, or gives the first one's reason.
    fn explain(&mut self, see: impl Fn(&mut SendWatch) -> Result<(), Why>) -> Result<(), Why> {
        self.explain_now(&see)?;
        self.pasts.retain_mut(|(_, past)| see(past).is_ok());
        Ok(())
    }

    fn explain_now(&mut self, see: &impl Fn(&mut SendWatch) -> Result<(), Why>) -> Result<(), Why> {
        if let [only] = &mut self.ways[..] {
            return see(only);
        }
        let mut why = None;
        let mut kept = self.ways.clone();
        kept.retain_mut(|way| match see(way) {
            Ok(()) => true,
            Err(e) => {
                why.get_or_insert(e);
                false
            }
        });
        match (kept.is_empty(), why) {
            (true, Some(why)) => Err(why),
            _ => {
                self.ways = kept;
                Ok(())
            }
        }
    }

    pub fn sent(&mut self, now: u64, p: &Packet, host: &Host) -> Result<(), Why> {
        self.explain(|way| way.sent(now, p, host))
    }

    pub fn completed(&mut self, now: u64, cqe: &Cqe, host: &Host) -> Result<(), Why> {
        if cqe.status == WcStatus::RetryExceeded {
            // the last retry may have been over before the last responses were looked at
            self.recall(now);
        }
        self.explain(|way| way.completed(now, cqe, host))
    }

    pub fn wants(&self, iova: u64) -> bool {
        self.ways.iter().any(|way| way.stream.wants(iova))
    }

    pub fn wrote(&mut self, iova: u64, bytes: &[u8], before: &[u8]) -> Result<(), Why> {
        self.explain(|way| way.stream.write(iova, bytes, before).map(drop))
    }

    /// A response has come; if not `certainly`, it may have come too late for those behind which nothing has come too late yet.
    pub fn received(&mut self, now: u64, p: &Packet, host: &Host, certainly: bool) {
        if certainly {
            self.pasts.retain(|(since, _)| since + HINDSIGHT >= now);
            if let [only] = &self.ways[..]
                && self.pasts.len() < PASTS
            {
                self.pasts.push_back((now, only.clone()));
            }
            return self
                .ways
                .iter_mut()
                .for_each(|way| way.received(now, p, host));
        }
        // responses are taken in order: only who took all before can take this one
        if let Some(mut last) = self.ways.last().cloned().filter(|_| self.ways.len() < WAYS) {
            last.received(now, p, host);
            self.ways.push(last);
        }
    }

    /// Only ways with this `una` and `max` remain.
    pub fn settle(&mut self, una: Psn, max: Psn) {
        let fits = |way: &SendWatch| (way.sender.una, way.sender.max) == (una, max);
        if self.ways.iter().any(fits) {
            self.ways.retain(fits);
        }
        self.ways.truncate(1);
    }

    /// `una` and `max` of each way.
    pub fn places(&self) -> Vec<(Psn, Psn)> {
        let place = |way: &SendWatch| (way.sender.una, way.sender.max);
        self.ways.iter().map(place).collect()
    }

    /// The oldest `una` that one may have had in that cycle, and the lowest `max` of now.
    pub fn least(&self, cycle: u64) -> Option<(Psn, Psn)> {
        let unas = self.ways.iter().map(|way| way.una_at(cycle));
        let maxes = self.ways.iter().map(|way| way.sender.max);
        unas.reduce(earlier).zip(maxes.reduce(earlier))
    }

    /// A way has come as far as `una`, and may have handed over what is before `max`.
    pub fn may_say(&mut self, una: Psn, max: Psn, requests: usize, host: &Host) -> bool {
        self.ways.iter_mut().any(|way| {
            !una.is_after(way.sender.una) && way.may_have_sent_up_to(max, requests, host)
        })
    }

    pub fn each(&mut self, work: impl Fn(&mut SendWatch)) {
        self.ways.iter_mut().for_each(work);
    }

    /// Some way has failed.
    pub fn has_error(&self) -> bool {
        self.ways.iter().any(|way| way.error.is_some())
    }

    /// Some way has failed by itself, or has been flushed.
    pub fn has_failed(&self) -> bool {
        let failed = |way: &SendWatch| way.sender.failed.is_some() || way.sender.flushed.is_some();
        self.ways.iter().any(failed)
    }

    /// It has failed, and may have done so before the last responses were looked at: the other half's packet that is to blame is known only by the answer to it.
    pub fn fail(&mut self, now: u64) {
        self.recall(now);
        self.each(|way| {
            way.error.get_or_insert(now);
        });
    }

    pub fn is_done(&self, host: &Host) -> Result<(), Why> {
        let mut verdict = Ok(());
        for way in &self.ways {
            verdict = way.is_done(host);
            if verdict.is_ok() {
                break;
            }
        }
        verdict
    }

    /// Oldest PSN, highest PSN and next work request, if it has not failed.
    pub fn rests_at(&self) -> Option<(Psn, Psn, u16)> {
        let way = self.ways.first().filter(|way| way.error.is_none())?;
        Some((way.sender.una, way.sender.max, way.sender.admitted))
    }

    pub fn line(&self) -> String {
        self.ways.first().map_or("-".to_owned(), SendWatch::line)
    }
}
