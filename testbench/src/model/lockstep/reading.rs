//! One way to understand what a receiving half has done; see `recv.rs` for why there are several.

use super::Why;
use super::answers::Owed;
use super::host::{DOORBELL_AGE, Host};
pub(super) use super::inbox::Arrival;
use super::inbox::Inbox;
use super::recv::HINDSIGHT;
use super::stream::{Executed, Stream};
use crate::model::memory::Op;
use crate::model::packet::Packet;
use crate::model::receiver::{Answer, Demand, RESOURCES, ReceiveConfig, Receiver};
use fw_regs::Psn;
use fw_regs::rings::Cqe;
use std::collections::VecDeque;

/// Receives of a ring that the NIC fetches ahead, at least.
const AHEAD: usize = 8;

/// Acknowledgements that are remembered.
const SAID: usize = 8;

/// Receives of a shared ring that a message may have taken.
pub(super) const CANDIDATES: usize = 12;

/// Which receives a queue pair uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    pub number: u16,
    pub shared: bool,
}

/// Whether a reading's queue pair refuses requests. A stop turns that, and so does the end of it; in which moment shows only in what becomes of the
/// requests around it, which are looked at in the order in which they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gate {
    pub shut: bool,
    /// how often that may still change without a word from outside
    pub turns: u8,
}

impl Gate {
    /// It is stopped, and has looked at everything that came before.
    pub const SHUT: Self = Self {
        shut: true,
        turns: 0,
    };

    /// A request may be looked at by the responder.
    fn admits(self) -> bool {
        !self.shut || self.turns > 0
    }

    /// A request may be refused.
    fn refuses(self) -> bool {
        self.shut || self.turns > 0
    }

    /// A request has been looked at (`shut` false) or refused.
    fn show(&mut self, shut: bool) {
        if self.shut != shut {
            self.shut = shut;
            self.turns = self.turns.saturating_sub(1);
        }
    }
}

/// One way to understand what has been seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    // what tells readings apart at once comes first
    pub inbox: Inbox,
    /// when the last request came whose fate is decided
    pub decided: u64,
    pub receiver: Receiver,
    pub answers: VecDeque<Owed>,
    pub stream: Stream,
    /// private ring: the next receive
    pub next: u16,
    /// when the messages came that took the last [`AHEAD`] of them
    pub taken: VecDeque<u64>,
    /// when the last packets of the last [`RESOURCES`] answers with data left
    pub finished: VecDeque<u64>,
    /// in ERR: requests are dropped
    pub dead: bool,
    /// operations at which it died by a NAK of its own
    pub fatal: bool,
    pub gate: Gate,
    /// requests that it has admitted though it may have refused them: cycle and PSN
    pub admitted: Vec<(u64, Psn)>,
    /// when so many requests have been decided, it may NAK the expected PSN once more
    pub speaks_again: Option<u64>,
    /// the last acknowledgements that were seen: cycle, PSN, syndrome and MSN
    pub said: VecDeque<(u64, Psn, u8, u32)>,
}

/// What becomes of a request whose fate is open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
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
pub(super) struct Doubt {
    pub failed: bool,
    pub hold: Hold,
}

/// When a queue pair stopped last, and went on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hold {
    /// STOP was given in this cycle, and the doorbells since then need not have counted; `None` if it never was
    pub stopped: Option<u64>,
    /// what was fetched of its receives was forgotten in this cycle, or has been forgotten and is fetched again from this cycle on
    pub forgotten: u64,
    /// it has been forgotten, and nothing is fetched as long as the ring is held
    pub refetch: bool,
    /// whatever comes from this cycle on is looked at; `None` while it is stopped
    pub working: Option<u64>,
    /// from this cycle on it knows what was posted while it was stopped
    pub settled: Option<u64>,
}

impl Hold {
    /// A doorbell counts at `cycle` if it was old enough in the cycle that this returns.
    fn doorbells(&self, cycle: u64) -> u64 {
        match self.stopped.filter(|_| !self.is_settled(cycle)) {
            Some(stopped) => cycle.min(stopped),
            None => cycle,
        }
    }

    /// At `cycle` everything works again that a stop has held, if there was one.
    fn is_settled(&self, cycle: u64) -> bool {
        self.stopped.is_none() || self.settled.is_some_and(|since| since <= cycle)
    }
}

/// A message may take any receive of a shared ring that is not used up; others hold some of them.
fn shared_fates(arrival: &Arrival, ring: &Ring, doubt: Doubt, host: &Host) -> Vec<Fate> {
    let posted = host.posted_by(ring.number, arrival.horizon());
    let mut unused = host.unused(ring.number, CANDIDATES);
    unused.retain(|index| posted.wrapping_sub(*index) as i16 > 0);
    let take = |index| Fate::Execute {
        receive: Some(index),
    };
    let mut fates = Vec::new();
    let counting = doubt.hold.doorbells(arrival.cycle);
    // ABORT lets the shared rings work behind all queue pairs: one whose RESUME_ACK comes before that finds its ring empty
    let held = !doubt.hold.is_settled(arrival.cycle);
    if held || host.surely_unused(ring.number, counting) < CANDIDATES {
        fates.push(Fate::NotReady);
    }
    fates.extend(unused.into_iter().map(take));
    fates
}

impl Arrival {
    /// It has certainly been looked at by then: what is posted later is not for it.
    fn horizon(&self) -> u64 {
        self.cycle + HINDSIGHT
    }
}

impl Reading {
    /// Nothing has come yet.
    pub fn new(config: ReceiveConfig, first: Psn) -> Self {
        Self {
            receiver: Receiver::new(config, first),
            inbox: Inbox::default(),
            answers: VecDeque::new(),
            stream: Stream::default(),
            next: 0,
            taken: VecDeque::new(),
            finished: VecDeque::new(),
            decided: 0,
            dead: false,
            fatal: false,
            gate: Gate::default(),
            admitted: Vec::new(),
            speaks_again: None,
            said: VecDeque::new(),
        }
    }

    /// Takes requests out of the inbox as long as only one thing can become of them.
    pub fn pump(&mut self, ring: &Ring, doubt: Doubt, host: &Host) {
        self.forget_missing(doubt, host);
        while !self.inbox.is_empty() {
            match self.fates(ring, doubt, host) {
                (fates, false) if fates.len() == 1 => self.apply(fates[0], ring, doubt, host),
                _ => return,
            }
        }
    }

    /// The next receive of a private ring is certainly in the cache, or on its way there: it was posted long ago, and so was there room for it.
    /// That is all that a queue pair that stops may use: its ring refuses doorbells and reads nothing.
    fn surely_fetched(&self, arrival: &Arrival, doubt: Doubt) -> bool {
        let long_ago = |cycle: u64| cycle + DOORBELL_AGE <= arrival.cycle;
        let room = self.taken.len() < AHEAD || self.taken.front().is_some_and(|c| long_ago(*c));
        room && !doubt.hold.refetch && long_ago(doubt.hold.forgotten)
    }

    /// An answer that may have been dropped, and has not begun long after the one before it has ended, was.
    fn forget_missing(&mut self, doubt: Doubt, host: &Host) {
        if doubt.hold.stopped.is_some() {
            return;
        }
        let ended = self.finished.back().copied().unwrap_or(0);
        while let Some(at) = self.answers.iter().position(|o| o.answer.has_data())
            && self.answers[at].may_be_missing()
            && let Some(since) = self.answers[at].doubted
            && since.max(ended) + host.lag() < host.now
        {
            self.answers.remove(at);
        }
    }

    /// The NIC's ring of answers may have been full when that request was looked at: an answer leaves it some time before its last packet is
    /// seen, so those seen before the request came had left.
    pub(super) fn may_be_full(&self, arrival: &Arrival) -> bool {
        let waiting = self.answers.iter().filter(|o| o.answer.has_data()).count();
        let since = self.finished.iter().filter(|c| **c > arrival.cycle).count();
        waiting + since >= RESOURCES
    }

    /// What may become of the first request, and whether there may be more to it than can be said now.
    pub fn fates(&self, ring: &Ring, doubt: Doubt, host: &Host) -> (Vec<Fate>, bool) {
        let Some(arrival) = self.inbox.front() else {
            return (Vec::new(), false);
        };
        if self.dead {
            return (vec![Fate::Dead], false);
        }
        let (mut open, mut fetched) = (false, false);
        let mut fates = match self.receiver.demand(&arrival.packet) {
            Demand::Nothing => vec![Fate::Execute { receive: None }],
            // whether a duplicate was answered makes no other difference: see `apply`
            Demand::Room
                if arrival.packet.psn == self.receiver.epsn && self.may_be_full(&arrival) =>
            {
                vec![Fate::Execute { receive: None }, Fate::NoRoom]
            }
            Demand::Room => vec![Fate::Execute { receive: None }],
            Demand::Receive if ring.shared => {
                open = host.now <= arrival.horizon();
                shared_fates(&arrival, ring, doubt, host)
            }
            Demand::Receive => {
                let posted = host.posted_by(ring.number, arrival.horizon());
                let there = posted.wrapping_sub(self.next) as i16 > 0;
                let counting = doubt.hold.doorbells(arrival.cycle);
                let sure = host
                    .surely_posted(ring.number, counting)
                    .wrapping_sub(self.next) as i16
                    > 0;
                fetched = sure && self.surely_fetched(&arrival, doubt);
                let accept = Fate::Execute {
                    receive: Some(self.next),
                };
                match (sure, there) {
                    (true, _) => vec![accept],
                    (_, true) => vec![accept, Fate::NotReady],
                    _ => {
                        // it may be posted before the packet is looked at
                        open = host.now <= arrival.horizon();
                        vec![Fate::NotReady]
                    }
                }
            }
        };
        let gate = self.gate_for(&arrival, doubt);
        if gate.refuses() {
            if !gate.admits() || arrival.refused {
                return (vec![Fate::Refused], false);
            }
            // for want of one it says that it is not ready, though one is posted
            let takes = matches!(self.receiver.demand(&arrival.packet), Demand::Receive);
            let told = fates.iter().any(|fate| matches!(fate, Fate::NotReady));
            if takes && !fetched && !told {
                fates.push(Fate::NotReady);
            }
            fates.push(Fate::Refused);
        }
        if doubt.failed {
            fates.push(Fate::Dead);
        }
        (fates, open)
    }

    /// How the gate stands for a request.
    fn gate_for(&self, arrival: &Arrival, doubt: Doubt) -> Gate {
        match doubt.hold.working {
            Some(since) if since <= arrival.cycle => Gate::default(),
            _ => self.gate,
        }
    }

    /// Behind what has come so far it may NAK the expected PSN once more.
    pub fn speak_again(&mut self) {
        self.speaks_again = Some(self.inbox.end());
        self.heed_resume();
    }

    fn heed_resume(&mut self) {
        let from = self.inbox.from();
        if self.speaks_again.is_some_and(|at| at <= from) {
            (self.speaks_again, self.receiver.nak_sent) = (None, false);
        }
    }

    /// An acknowledgement has left.
    pub fn note_said(&mut self, p: &Packet, now: u64) {
        if self.said.len() == SAID {
            self.said.pop_front();
        }
        let aeth = p.aeth.unwrap_or_default();
        self.said.push_back((now, p.psn, aeth.syndrome, aeth.msn));
    }

    /// What a request is owed that came in that cycle has been said since, for another one.
    fn has_been_said(&self, answer: &Answer, cycle: u64) -> bool {
        let Answer::Acknowledge {
            psn, syndrome, msn, ..
        } = *answer
        else {
            return false;
        };
        let same = |s: &(u64, Psn, u8, u32)| s.0 > cycle && (s.1, s.2, s.3) == (psn, syndrome, msn);
        self.said.iter().any(same)
    }

    /// The first request meets its fate.
    pub fn apply(&mut self, fate: Fate, ring: &Ring, doubt: Doubt, host: &Host) {
        self.meet(fate, ring, doubt, host);
        self.heed_resume();
    }

    fn meet(&mut self, fate: Fate, ring: &Ring, doubt: Doubt, host: &Host) {
        let Some(arrival) = self.inbox.pop_front() else {
            return;
        };
        self.decided = arrival.cycle;
        let doubted =
            arrival.packet.psn.is_before(self.receiver.epsn) && self.may_be_full(&arrival);
        self.gate = self.gate_for(&arrival, doubt);
        if !matches!(fate, Fate::Dead | Fate::Refused) && self.gate.refuses() {
            self.admitted.push((arrival.cycle, arrival.packet.psn));
        }
        if !matches!(fate, Fate::Dead) {
            self.gate.show(matches!(fate, Fate::Refused));
        }
        let Arrival { packet, cycle, .. } = arrival;
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
                    if self.taken.len() == AHEAD {
                        self.taken.pop_front();
                    }
                    self.taken.push_back(cycle);
                }
                (receive.and_then(|i| host.receive(ring.number, i)), true)
            }
        };
        let outcome = self.receiver.take(&packet, &host.regions, receive, room);
        if outcome.fatal && receive.is_some() && !ring.shared {
            let done = |op: &Op| matches!(op, Op::Complete(c) if c.receive);
            // a WRITE that may not be executed takes no receive
            if !outcome.ops.iter().any(done) {
                self.next = self.next.wrapping_sub(1);
            }
        }
        self.stream.extend(cycle, outcome.ops);
        if let Some(mut answer) = outcome.answer {
            // one acknowledgement may be of several requests
            let said = self.has_been_said(&answer, cycle);
            if let Answer::Acknowledge { due, .. } = &mut answer {
                *due &= !said;
            }
            let after = self.stream.made();
            let doubted = (doubted && answer.has_data()).then_some(cycle);
            self.answers.push_back(Owed {
                answer,
                after,
                finished: false,
                doubted,
            });
        }
        self.dead |= outcome.fatal;
        self.fatal |= outcome.fatal;
    }

    /// It is stopped; what waits has been refused.
    pub fn shut(&self, host: &Host) -> Self {
        let mut shut = self.clone();
        shut.inbox.clear();
        shut.heed_resume();
        shut.skip_silent(host);
        shut.gate = Gate::SHUT;
        // it says nothing any more who came first
        shut.decided = 0;
        shut
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

    /// Something is owed to memory or completion queues for a request that came so long ago that it would have come, had the request been executed.
    pub fn is_overdue(&self, host: &Host) -> bool {
        let late = |stream: &Stream| {
            let since = stream.since();
            since.is_some_and(|since| since + host.lag() < host.now)
        };
        if !late(&self.stream) {
            return false;
        }
        let mut stream = self.stream.clone();
        while stream.skip_silent(host).is_some() {}
        late(&stream)
    }

    /// The next write would be at that address, behind what writes nothing.
    pub fn wants(&self, iova: u64, host: &Host) -> bool {
        if self.stream.wants(iova) {
            return true;
        }
        let mut stream = self.stream.clone();
        while stream.skip_silent(host).is_some() {}
        stream.wants(iova)
    }

    /// Bytes have been written.
    pub fn wrote(
        &mut self,
        iova: u64,
        bytes: &[u8],
        before: &[u8],
        host: &Host,
    ) -> Result<(), Why> {
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
    pub fn skip_silent(&mut self, host: &Host) {
        while let executed @ Some(_) = self.stream.skip_silent(host) {
            self.executed(executed);
        }
    }

    /// A receive is flushed; whether it was its turn.
    pub fn flush(&mut self, cqe: &Cqe, shared: bool) -> bool {
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

    /// What is owed to memory comes first, whatever else is decided.
    pub fn owes_memory(&self, host: &Host) -> bool {
        let mut stream = self.stream.clone();
        while stream.skip_silent(host).is_some() {}
        stream.owes_write()
    }

    /// What is owed to memory and completion queues comes first, whatever else is decided.
    pub fn owes(&self, host: &Host) -> bool {
        let mut stream = self.stream.clone();
        while stream.skip_silent(host).is_some() {}
        !stream.is_empty()
    }

    /// An answer with data comes first, whatever else is decided.
    pub fn owes_data(&self) -> bool {
        self.answers.iter().any(Owed::comes_first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stop: requests are looked at, then refused, and never looked at again.
    #[test]
    fn gate_turns_once_between_two_requests() {
        let mut gate = Gate::default();
        assert!(gate.admits() && !gate.refuses());
        gate.turns += 1;
        gate.show(false);
        assert!(gate.admits() && gate.refuses());
        gate.show(true);
        assert!(!gate.admits() && gate.refuses());
        assert_eq!(gate, Gate::SHUT);
    }

    /// A stop that comes before the end of the last one has been seen: some requests may be looked at in between.
    #[test]
    fn gate_opens_and_shuts_again_unseen() {
        let mut gate = Gate::SHUT;
        gate.turns = 2;
        gate.show(true);
        assert!(gate.admits() && gate.refuses());
        gate.show(false);
        assert!(gate.admits() && gate.refuses());
        gate.show(true);
        assert_eq!(gate, Gate::SHUT);
    }

    #[test]
    fn hold_counts_doorbells_of_a_stop_when_records_have_been_read() {
        let mut hold = Hold::default();
        assert_eq!(hold.doorbells(900), 900);
        hold.stopped = Some(500);
        assert_eq!((hold.doorbells(400), hold.doorbells(900)), (400, 500));
        assert!(!hold.is_settled(900));
        hold.settled = Some(800);
        assert!(hold.is_settled(900));
        assert_eq!((hold.doorbells(700), hold.doorbells(900)), (500, 900));
    }
}
