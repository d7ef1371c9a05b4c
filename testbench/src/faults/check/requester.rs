//! A requester as its own port shows it: what is acknowledged, where it begins again, and why it may.

use super::super::tape::{Flow, Step};
use super::REACTION_NS;
use crate::replay::Class;
use fw_regs::Psn;
use std::collections::VecDeque;

/// Why a requester may begin again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// NAK: sequence error (row 44).
    SequenceNak,
    /// A response passed one that is missing (rows 41, 49).
    ResponseLost,
    /// NAK: receiver not ready, with its timer code (row 46).
    NotReady { code: u8 },
    /// Nothing came for the local ACK timeout (row 47).
    Timeout,
    /// None that can be seen.
    Nothing,
}

/// A requester has begun again.
#[derive(Clone, Copy, Debug)]
pub struct Restart<'a> {
    /// The first request that was sent again.
    pub step: Step<'a>,
    pub cause: Cause,
    /// ns at which the cause arrived; of a timeout: since when nothing had come.
    pub since: u64,
    /// Oldest PSN not acknowledged.
    pub una: Psn,
    /// Progress has done away with the cause since it arrived.
    pub settled: bool,
    /// The first request is the oldest that was not acknowledged at some time not longer than [`REACTION_NS`] ago.
    pub from_una: bool,
}

/// What a step was to a requester.
#[derive(Clone, Copy, Debug)]
pub enum Move<'a> {
    /// A request in order, for the first time or again; or a response.
    Plain,
    /// The requester has begun again.
    Restart(Restart<'a>),
    /// Requests that are not acknowledged were left out, beginning at that PSN.
    Skip(Psn),
}

/// Something that lets a requester begin again.
#[derive(Clone, Copy, Debug)]
struct Pending {
    cause: Cause,
    time: u64,
    /// where it says to begin
    psn: Psn,
    /// when progress has done away with it
    settled: Option<u64>,
}

/// See the module's head.
#[derive(Clone, Debug)]
pub struct Requester {
    mtu: u32,
    timeout: Option<u64>,
    /// Oldest PSN not acknowledged.
    pub una: Psn,
    /// Behind the last request sent.
    pub next: Psn,
    /// Behind the last request ever sent.
    pub max: Psn,
    /// READs and ATOMICs that are not answered in full: first PSN, and PSN behind them.
    pub reads: VecDeque<(Psn, Psn)>,
    /// A NAK that ends the connection has arrived.
    pub ended: bool,
    /// "Not ready" is the last thing that was heard: when.
    pub not_ready: Option<u64>,
    /// causes that were not followed, the oldest first
    pending: Vec<Pending>,
    /// values of `una` and when it took them
    history: Vec<(u64, Psn)>,
    /// since when nothing has come
    pub silent_since: u64,
}

impl Requester {
    /// `timeout` is the local ACK timeout in ns.
    pub fn new(flow: &Flow, timeout: Option<u64>) -> Self {
        Self {
            mtu: flow.mtu,
            timeout,
            una: flow.first,
            next: flow.first,
            max: flow.first,
            reads: VecDeque::new(),
            ended: false,
            not_ready: None,
            pending: Vec::new(),
            history: vec![(0, flow.first)],
            silent_since: 0,
        }
    }

    /// The next step at its port.
    pub fn step<'a>(&mut self, step: &Step<'a>) -> Move<'a> {
        match step.request {
            true => self.sends(step),
            false => {
                self.hears(step);
                Move::Plain
            }
        }
    }

    /// Requests wait for an answer.
    pub fn waits(&self) -> bool {
        self.una != self.max
    }

    /// READs and ATOMICs that have been asked since the last restart and are not answered.
    pub fn reads_under_way(&self) -> usize {
        let asked = |(first, _): &&(Psn, Psn)| first.is_before(self.next);
        self.reads.iter().filter(asked).count()
    }

    /// `psn` was the oldest not acknowledged at some time since shortly before `time`.
    fn was_una(&self, psn: Psn, time: u64) -> bool {
        let mut until = u64::MAX;
        let mut recent = self.history.iter().rev().take_while(|(since, _)| {
            let counts = until.saturating_add(REACTION_NS) >= time;
            until = *since;
            counts
        });
        recent.any(|(_, una)| *una == psn)
    }

    fn sends<'a>(&mut self, step: &Step<'a>) -> Move<'a> {
        let (psn, time) = (step.psn(), step.time());
        let end = psn.plus(step.packet.span(self.mtu));
        let mut moved = Move::Plain;
        if psn == self.next {
            if !self.waits() {
                self.silent_since = time;
            }
        } else if psn.is_before(self.next) {
            moved = Move::Restart(self.restart(step));
        } else if !self.was_una(psn, time) {
            moved = Move::Skip(self.next);
        }
        if end.is_after(self.max) {
            let answered = step.packet.remote.is_some() && !step.packet.is_write();
            if answered && !psn.is_before(self.max) {
                self.reads.push_back((psn, end));
            }
            self.max = end;
        }
        self.next = end;
        moved
    }

    fn restart<'a>(&mut self, step: &Step<'a>) -> Restart<'a> {
        let (psn, time) = (step.psn(), step.time());
        let fresh = |p: &Pending| p.settled.is_none_or(|at| time - at <= REACTION_NS);
        self.pending.retain(fresh);
        let here = self.pending.iter().position(|p| p.psn == psn);
        let open = || self.pending.iter().position(|p| p.settled.is_none());
        // it may have been under way when progress came
        let late_for = || self.pending.len().checked_sub(1);
        let waited = time - self.silent_since;
        let late = |t: u64| waited >= t;
        let (cause, since, settled) = match here.or_else(open).or_else(late_for) {
            // what is told later is followed by another restart
            Some(k) => match self.pending.drain(..=k).next_back() {
                Some(p) => (p.cause, p.time, p.settled.is_some()),
                None => (Cause::Nothing, time, false),
            },
            None if self.timeout.is_some_and(late) => (Cause::Timeout, self.silent_since, false),
            None => (Cause::Nothing, time, false),
        };
        let waits = |p: &&Pending| matches!(p.cause, Cause::NotReady { .. });
        self.not_ready = self.pending.iter().find(waits).map(|p| p.time);
        self.silent_since = time;
        Restart {
            step: *step,
            cause,
            since,
            settled,
            una: self.una,
            from_una: self.was_una(psn, time),
        }
    }

    fn hears(&mut self, step: &Step) {
        let (psn, time, class) = (step.psn(), step.time(), step.packet.class());
        if !psn.is_within(self.una, self.max) {
            return;
        }
        // everything before it has arrived; an ACK's own PSN, too
        let implied = match class {
            Class::Ack => psn.plus(1),
            _ => psn,
        };
        let before = self.una;
        self.una = match self.reads.front() {
            Some(&(first, _)) if implied.is_after(first) => match first.is_after(self.una) {
                true => first,
                false => self.una,
            },
            _ => implied,
        };
        let lost = self.una != implied;
        let data = matches!(class, Class::ReadResponse | Class::AtomicAck);
        if data && !lost {
            self.una = psn.plus(1);
            if self.reads.front().is_some_and(|(_, end)| *end == self.una) {
                self.reads.pop_front();
            }
        }
        if self.una != before {
            self.progress(time);
        }
        let nak = step.syndrome();
        let cause = match (class, nak >> 5) {
            _ if lost => Cause::ResponseLost,
            (Class::Nak, 1) => Cause::NotReady { code: nak & 0x1f },
            (Class::Nak, 3) if nak == 0x60 => Cause::SequenceNak,
            (Class::Nak, 3) if nak <= 0x63 => {
                self.ended = true;
                return;
            }
            _ => return,
        };
        // the first cause stands, until it is followed or done away with
        let stands = |p: &Pending| p.psn == self.una && p.settled.is_none();
        if !self.pending.iter().any(stands) {
            self.pending.push(Pending {
                cause,
                time,
                psn: self.una,
                settled: None,
            });
            if matches!(cause, Cause::NotReady { .. }) {
                self.not_ready = Some(time);
            }
        }
    }

    fn progress(&mut self, time: u64) {
        for p in &mut self.pending {
            p.settled.get_or_insert(time);
        }
        self.not_ready = None;
        self.silent_since = time;
        self.history.push((time, self.una));
    }
}

/// How a flow went for its requester: every restart, and the state at the end.
pub fn walk<'a>(flow: &Flow<'a>, timeout: Option<u64>) -> (Vec<Restart<'a>>, Requester) {
    let mut requester = Requester::new(flow, timeout);
    let mut restarts = Vec::new();
    for step in &flow.at_requester {
        if let Move::Restart(restart) = requester.step(step) {
            restarts.push(restart);
        }
    }
    (restarts, requester)
}
