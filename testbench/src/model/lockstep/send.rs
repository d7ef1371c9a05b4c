//! Explains the sending half of a queue pair: its requests, what it writes for answers, its completions.

use super::host::Host;
use super::line::{LAG, SLACK};
use super::stream::{Stream, short};
use super::{Why, compare};
use crate::model::completer::Reaction;
use crate::model::memory::Memory;
use crate::model::packet::Packet;
use crate::model::sender::{Data, Request, SendConfig, Sender};
use fw_regs::rings::Cqe;
use fw_regs::{Psn, WcStatus, wire};
use std::collections::VecDeque;

/// Something asked the requester to go on from `una`.
#[derive(Clone, Copy, Debug)]
struct Restart {
    /// it may be seen from this cycle on
    from: u64,
    /// if it was decided by this one
    until: u64,
    /// at the end of an RNR wait
    waits: bool,
    /// only if the ACK timer had ended before the response came that asked for it, which shows later
    late: bool,
}

/// See the module's head.
#[derive(Clone, Debug)]
pub struct SendWatch {
    slot: u16,
    pub sender: Sender,
    pub stream: Stream,
    timeout_ns: Option<u64>,
    /// what `una` was, each from its cycle on; the last is the present one
    unas: VecDeque<(u64, Psn)>,
    restarts: VecDeque<Restart>,
    /// the RNR wait may have ended from this cycle on
    rnr_end: u64,
    /// the ACK timer cannot have started before
    timer: u64,
    /// the same until each of the last times of progress, and when those were: what the timer did before may be seen later
    before: VecDeque<(u64, u64)>,
    /// the same of the partner's last RESUME: it may have been looked at as late as RESUME_ACK left, and the timer have ended before
    resumed: Option<(u64, u64)>,
    /// retries that may or may not have been spent
    doubtful: u8,
    /// the queue pair may be in ERR from this cycle on
    pub error: Option<u64>,
    /// the partner may have stopped: there may be probes that were decided by this cycle; and the next is not before that
    probes: Option<(u64, u64)>,
    /// [`Host::lag`] when something was seen last
    lag: u64,
}

impl SendWatch {
    pub fn new(
        slot: u16,
        config: SendConfig,
        timeout_ns: Option<u64>,
        first: Psn,
        now: u64,
    ) -> Self {
        Self {
            slot,
            sender: Sender::new(config, first),
            stream: Stream::default(),
            timeout_ns,
            unas: VecDeque::from([(now, first)]),
            restarts: VecDeque::new(),
            rnr_end: 0,
            timer: now,
            before: VecDeque::new(),
            resumed: None,
            doubtful: 0,
            error: None,
            probes: None,
            lag: LAG,
        }
    }

    /// The driver has given it up: the oldest work request ends as if there had been no answer.
    pub fn give_up(&mut self) {
        self.doubtful = u8::MAX;
        self.timer = 0;
    }

    /// The partner has stopped, and this end may have taken notice: it goes back to `una` and probes.
    pub fn pause(&mut self, now: u64) {
        self.push_restart(now, now, false);
        self.probes = Some((u64::MAX, now));
    }

    /// The partner has been resumed, and this end takes notice (rule 3): with all its retries it goes on from `una`, and waits for nothing.
    pub fn accept_resume(&mut self, now: u64) {
        // but that RESUME may be dropped, and what was spent stay so
        let spent = self.sender.config.retry_cnt - self.sender.retry_left;
        self.doubtful = self.doubtful.saturating_add(spent);
        self.sender.retry_left = self.sender.config.retry_cnt;
        self.sender.rnr_left = self.sender.config.rnr_retry;
        self.sender.rnr_wait = false;
        self.resume(now);
    }

    /// It goes on from `una`; the pause is over.
    pub fn resume(&mut self, now: u64) {
        self.sender.rewound = false;
        self.push_restart(now, now, false);
        self.end_pause(now);
        self.timer = now;
    }

    /// A RESUME of the partner has come that it may take: it will go on from `una` then, whatever the ACK timer does before.
    pub fn hear_resume(&mut self, now: u64) {
        self.resumed = Some((self.timer, now));
    }

    /// It has answered a RESUME.
    pub fn answer_resume(&mut self, now: u64) {
        if let Some((_, looked_at)) = &mut self.resumed {
            *looked_at = now;
        }
    }

    fn end_pause(&mut self, now: u64) {
        if let Some((end, _)) = &mut self.probes {
            *end = now.min(*end);
        }
    }

    fn push_restart(&mut self, now: u64, from: u64, waits: bool) {
        self.restarts.retain(|r| r.from + 2 * self.lag >= now);
        self.restarts.push_back(Restart {
            from,
            until: u64::MAX,
            waits,
            late: false,
        });
    }

    /// The ACK timer may have ended, though nothing of that has been seen on the wire yet. Then a response that asks for a restart asks for a second one,
    /// whatever has restarted before. Whether this response would.
    fn restarts_again(&self, now: u64, p: &Packet, host: &Host) -> bool {
        let ended = |limit| now + SLACK >= self.timer + limit;
        if self.sender.una == self.sender.max || !self.timeout(host).is_some_and(ended) {
            return false;
        }
        let mut other = self.sender.clone();
        other.rewound = false;
        other.retry_left = other.retry_left.max(1);
        other.respond(p) == Reaction::Restart
    }

    /// One of these is enough, for the next waits for another end of the timer.
    fn push_late(&mut self, now: u64) {
        let since = self.unas.back().map_or(0, |(cycle, _)| *cycle);
        if self.restarts.iter().any(|r| r.late && r.from >= since) {
            return;
        }
        self.push_restart(now, now, false);
        if let Some(restart) = self.restarts.back_mut() {
            restart.late = true;
        }
    }

    /// The ACK timer had ended: what came behind that may have asked for a restart of its own, which is on its way.
    fn ripen(&mut self, now: u64) {
        for restart in self.restarts.iter_mut().filter(|r| r.late) {
            (restart.late, restart.until) = (false, now);
        }
    }

    /// Admits work requests until `psn` belongs to one, or there are no more.
    fn admit_to(&mut self, psn: Psn, host: &Host) {
        while self.sender.message_ever(psn).is_none() {
            if self.sender.messages.iter().any(|m| m.fault.is_some()) || !self.admit(host) {
                return;
            }
        }
    }

    fn admit(&mut self, host: &Host) -> bool {
        match host.send_wqe(self.slot, self.sender.admitted) {
            Some(wqe) => {
                self.sender.admit(wqe, &host.regions);
                true
            }
            None => false,
        }
    }

    /// The cycle from which `una` was behind `psn`, if it is.
    fn acknowledged_since(&self, psn: Psn) -> Option<u64> {
        let behind = |(_, una): &&(u64, Psn)| una.is_after(psn);
        self.unas.iter().find(behind).map(|(cycle, _)| *cycle)
    }

    /// What `una` was in that cycle.
    pub fn una_at(&self, cycle: u64) -> Psn {
        let until = self.unas.iter().take_while(|(since, _)| *since <= cycle);
        let then = until.last().or(self.unas.front());
        then.map_or(self.sender.una, |(_, una)| *una)
    }

    /// `max` may be that: what is handed over has not left yet, but it is no more than `requests`.
    pub fn may_have_sent_up_to(&mut self, max: Psn, requests: usize, host: &Host) -> bool {
        let mut end = self.sender.max;
        if max.is_after(end) {
            self.admit_to(max.minus(1), host);
        }
        for _ in 0..requests {
            match self.sender.request(end) {
                Some(request) if max.is_after(end) => end = request.next,
                _ => break,
            }
        }
        !max.is_after(end)
    }

    /// `una` may have been `psn` for a requester that is seen now and acted after `since`.
    fn may_be_una(&self, psn: Psn, since: u64, now: u64) -> bool {
        let since = since.max(now.saturating_sub(self.lag));
        let end = |k: usize| self.unas.get(k + 1).map_or(u64::MAX, |(c, _)| *c);
        let mut all = self.unas.iter().enumerate();
        all.any(|(k, (_, una))| *una == psn && end(k) >= since)
    }

    /// A request has left the NIC.
    pub fn sent(&mut self, now: u64, p: &Packet, host: &Host) -> Result<(), Why> {
        self.lag = host.lag();
        self.admit_to(p.psn, host);
        if p.psn == self.sender.next {
            let verdict = self.sequential(now, p, host);
            // the PSN after a rewind may be the same
            if verdict.is_ok() || !self.may_restart(now, p.psn, host) {
                return verdict;
            }
        }
        self.rewound(now, p, host)
    }

    fn may_restart(&self, now: u64, psn: Psn, host: &Host) -> bool {
        self.cause(now, psn, host).is_some()
    }

    fn sequential(&mut self, now: u64, p: &Packet, host: &Host) -> Result<(), Why> {
        if let Some(since) = self.acknowledged_since(p.psn) {
            if now > since + self.lag {
                return Err(Why::new("sends again what has long been acknowledged"));
            }
        } else if !self.sender.may_send() && !self.was_on_its_way(now, p.psn) {
            return Err(Why::new(match self.sender.message(p.psn) {
                None => "a request that nobody posted",
                Some(_) => "a request that has to wait (fence, READs under way, window, failure)",
            }));
        }
        self.follow(now, p, host)
    }

    /// The queue pair has failed, but not long ago: the packet may have left before.
    fn was_on_its_way(&self, now: u64, psn: Psn) -> bool {
        let lately = self.error.is_some_and(|since| now <= since + self.lag);
        lately && self.sender.message_ever(psn).is_some()
    }

    /// The packet has to be the request with its PSN; what follows is next.
    fn follow(&mut self, now: u64, p: &Packet, host: &Host) -> Result<(), Why> {
        let request = self
            .sender
            .request(p.psn)
            .ok_or(Why::new("no posted work request has that PSN"))?;
        compare_request(p, &request, host)?;
        if self.sender.una == self.sender.max {
            self.timer = now;
        }
        self.sender.sent(&request);
        Ok(())
    }

    /// Why the requester may go on from `psn`, seen now.
    fn cause(&self, now: u64, psn: Psn, host: &Host) -> Option<Cause> {
        let counts =
            |r: &Restart| !r.late && (r.from..=r.until.saturating_add(self.lag)).contains(&now);
        let asked = self
            .restarts
            .iter()
            .position(|r| counts(r) && self.may_be_una(psn, r.from, now));
        if psn.is_after(self.sender.next) && self.may_be_una(psn, 0, now) {
            return Some(Cause::Overtaken(asked));
        }
        if let Some(k) = asked {
            return Some(Cause::Asked(k));
        }
        // probes come at least 20 µs apart
        let probing = |(end, next): (u64, u64)| {
            now <= end.saturating_add(self.lag) && now + host.cycles_per_us >= next
        };
        if self.probes.is_some_and(probing) && self.may_be_una(psn, 0, now) {
            return Some(Cause::Probe);
        }
        let limit = self.timeout(host)?;
        let ended =
            |start: u64, end: u64| end + SLACK >= start + limit && self.may_be_una(psn, start, now);
        let lately =
            |&(start, progress): &(u64, u64)| now <= progress + self.lag && ended(start, progress);
        let progress = self.before.iter().position(lately).map(Earlier::Progress);
        let resumed = self.resumed.filter(lately).map(|_| Earlier::Resume);
        let earlier = progress.or(resumed);
        let of_now = self.sender.una != self.sender.max && ended(self.timer, now);
        (of_now || earlier.is_some()).then_some(Cause::Timeout { of_now, earlier })
    }

    /// Whether the request with a packet's PSN asks for an answer when it is no probe.
    fn asks(&self, p: &Packet, host: &Host) -> bool {
        let last = self.sender.request(p.psn).is_some_and(|r| r.last);
        last || p.psn.get() & host.ack_mask == 0
    }

    /// Cycles of the ACK timeout.
    fn timeout(&self, host: &Host) -> Option<u64> {
        self.timeout_ns.map(|ns| ns * host.cycles_per_us / 1000)
    }

    fn rewound(&mut self, now: u64, p: &Packet, host: &Host) -> Result<(), Why> {
        let Some(cause) = self.cause(now, p.psn, host) else {
            return Err(Why(format!(
                "PSN {} is not next ({}), and nothing asked to go on from there: una {}, max {}, restarts {:?}, timer from {}",
                p.psn,
                self.sender.next,
                self.sender.una,
                self.sender.max,
                self.restarts,
                self.timer
            )));
        };
        let before = self.sender.next;
        self.sender.next = p.psn;
        // a probe asks for an answer
        let asking = Packet {
            ack_req: self.asks(p, host),
            ..p.clone()
        };
        let seen = match self.probes {
            Some(_) => &asking,
            None => p,
        };
        if let Err(why) = self.follow(now, seen, host) {
            self.sender.next = before;
            return Err(why);
        }
        match cause {
            Cause::Asked(k) => {
                let last = |r: Restart| r.waits && r.from == self.rnr_end;
                let restart = self.restarts.remove(k);
                if restart.is_some_and(|r| r.until != u64::MAX) {
                    // it spends a retry of its own, if the timer did not stand behind both
                    self.doubtful = self.doubtful.saturating_add(1);
                }
                let waited = restart.is_some_and(last);
                self.doubt_timer(now, host);
                self.sender.rnr_wait &= !waited;
                self.timer = now;
            }
            Cause::Overtaken(None) => {}
            Cause::Overtaken(Some(k)) => {
                // it has begun, or is behind what is on its way
                let restart = &mut self.restarts[k];
                restart.until = restart.until.min(now);
                self.doubt_timer(now, host);
            }
            Cause::Probe => {
                let next = now + 20 * host.cycles_per_us;
                self.probes = self.probes.map(|(end, _)| (end, next));
            }
            Cause::Timeout { of_now, earlier } => {
                self.ripen(now);
                match earlier {
                    // the progress has given back the retry, and started the timer again
                    Some(Earlier::Progress(k)) => drop(self.before.remove(k)),
                    // so has the RESUME, if it was taken
                    Some(Earlier::Resume) => self.resumed = None,
                    None => {
                        self.resumed = None;
                        if self.sender.timeout() == Reaction::Failed {
                            return Err(Why::new("a retry after the last one"));
                        }
                        self.timer = now;
                    }
                }
                if earlier == Some(Earlier::Resume) || (of_now && earlier.is_some()) {
                    self.doubtful = self.doubtful.saturating_add(1);
                }
            }
        }
        Ok(())
    }

    /// A restart may have been the timer's, behind which the next gap counts again.
    fn doubt_timer(&mut self, now: u64, host: &Host) {
        self.ripen(now);
        let timed = |limit| now >= self.timer + limit;
        if self.timeout(host).is_some_and(timed) {
            self.doubtful = self.doubtful.saturating_add(1);
            self.sender.rewound = false;
        }
    }

    /// A response is about to reach the NIC.
    pub fn received(&mut self, now: u64, p: &Packet, host: &Host) {
        self.lag = host.lag();
        let (before, waited) = (self.sender.una, self.sender.rnr_wait);
        if p.psn.is_within(self.sender.una, self.sender.max) {
            self.end_pause(now);
        }
        self.sender.rnr_wait &= now < self.rnr_end;
        let late = self.restarts_again(now, p, host);
        let reaction = self.sender.respond(p);
        self.note_una(now, before);
        if waited && !self.sender.rnr_wait {
            // progress ends an RNR wait, and the requester may go on at once
            for restart in &mut self.restarts {
                restart.from = now.min(restart.from);
            }
        }
        if late {
            self.push_late(now);
        }
        let (from, waits) = match reaction {
            Reaction::Restart => (now, false),
            Reaction::Wait(code) => {
                let us = u64::from(wire::RNR_TIMERS_US[usize::from(code)]);
                self.rnr_end = now + us * host.cycles_per_us;
                (self.rnr_end, true)
            }
            Reaction::Failed => {
                self.error.get_or_insert(now);
                return self.pull();
            }
            Reaction::Dropped | Reaction::Taken => return self.pull(),
        };
        self.push_restart(now, from, waits);
        self.pull();
    }

    fn note_una(&mut self, now: u64, before: Psn) {
        if self.sender.una == before {
            return;
        }
        self.unas.push_back((now, self.sender.una));
        self.before
            .retain(|(_, progress)| now <= progress + self.lag);
        // only a timer that may have ended is of interest
        self.before.push_back((self.timer, now));
        self.timer = now;
        self.doubtful = 0;
        while self.unas.len() > 2 && self.unas[1].0 + 2 * self.lag < now {
            self.unas.pop_front();
        }
    }

    /// What the model owes to memory goes into the stream.
    fn pull(&mut self) {
        self.stream.extend(0, self.sender.ops.drain(..));
    }

    /// A completion of the send queue has been written.
    pub fn completed(&mut self, now: u64, cqe: &Cqe, host: &Host) -> Result<(), Why> {
        if self.stream.is_empty() {
            self.expect_failure(now, cqe, host);
        }
        self.stream.complete(cqe)
    }

    /// A completion that no packet has caused: a failure of our own, the last retry, or a flush.
    fn expect_failure(&mut self, now: u64, cqe: &Cqe, host: &Host) {
        if self.error.is_some() && cqe.status == WcStatus::WorkRequestFlushed {
            if self.sender.messages.is_empty() {
                self.admit(host);
            }
            self.sender.flush_one();
            return self.pull();
        }
        if self.sender.failed.is_some() {
            return;
        }
        if cqe.status == WcStatus::RetryExceeded {
            let late = self
                .timeout(host)
                .is_none_or(|limit| now + SLACK >= self.timer + limit);
            if late && self.sender.retry_left <= self.doubtful {
                self.sender.fail(WcStatus::RetryExceeded);
            }
        } else if self.sender.messages.is_empty() && self.admit(host) {
            self.sender.fail_head();
        }
        if self.sender.failed.is_some() {
            self.error.get_or_insert(now);
        }
        self.pull();
    }

    /// Everything posted has been sent, answered and completed.
    pub fn is_done(&self, host: &Host) -> Result<(), Why> {
        if self.error.is_some() {
            return Ok(());
        }
        if host.send_wqe(self.slot, self.sender.admitted).is_some()
            || !self.sender.messages.is_empty()
        {
            return Err(Why(format!(
                "work requests from {:#x} on have not been done: una {} max {}",
                self.sender
                    .messages
                    .front()
                    .map_or(self.sender.admitted, |m| m.index),
                self.sender.una,
                self.sender.max
            )));
        }
        self.stream.is_done()
    }

    /// One line for people.
    pub fn line(&self) -> String {
        let s = &self.sender;
        format!(
            "una {} next {} max {} messages {} admitted {:#x} restarts {} retry {} owed {:?} since {:?}",
            s.una,
            s.next,
            s.max,
            s.messages.len(),
            s.admitted,
            self.restarts.len(),
            s.retry_left,
            self.stream.front().map(short),
            self.unas.iter().rev().take(4).collect::<Vec<_>>()
        )
    }
}

/// What lets a requester go on from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// a response did
    Asked(usize),
    /// `una` has passed it; that may have been, too, what a response has asked for
    Overtaken(Option<usize>),
    /// the partner has stopped
    Probe,
    /// the ACK timer, that of now or one before
    Timeout {
        of_now: bool,
        earlier: Option<Earlier>,
    },
}

/// What came between the end of an ACK timer and the moment in which what follows from it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Earlier {
    /// this one of the last times of progress
    Progress(usize),
    /// the partner's RESUME
    Resume,
}

/// The packet is the request, payload included.
fn compare_request(p: &Packet, request: &Request, host: &Host) -> Result<(), Why> {
    let mut expected = request.packet.clone();
    expected.payload = match &request.data {
        Data::Inline(bytes) => bytes.clone(),
        Data::Pieces(pieces) => {
            let mut all = Vec::new();
            for piece in pieces {
                let bytes = host
                    .fetch(piece.iova, piece.length as usize)
                    .ok_or(Why::new("its memory is not mapped"))?;
                all.extend(bytes);
            }
            all
        }
    };
    let answered = request.packet.atomic.is_some() || request.next != request.packet.psn.plus(1);
    let asks = p.psn.get() & host.ack_mask == 0;
    // READs and ATOMICs are answered anyway; inside a message asking is a matter of a register
    expected.ack_req = match answered || request.packet.opcode == wire::Opcode::ReadRequest {
        true => p.ack_req,
        false => request.last || asks,
    };
    compare(p, expected)
}
