//! A queue pair that runs: both halves, timers, and the migration protocol, sans I/O.
//!
//! Packets, work requests, commands and the time go in; packets, completions and events come out, and memory is changed. Nothing happens
//! by itself: ask [`Machine::poll_timeout`] when to call [`Machine::handle_timeout`], and [`Machine::poll_transmit`] what to send.
//! Times are in ns of any clock.

use super::completer::Reaction;
use super::memory::{Completion, Memory, Op, Regions, Right};
use super::migration::{Migration, State};
use super::packet::{Aeth, Packet};
use super::receiver::{Answer, Demand, RESOURCES, Receive, ReceiveConfig, Receiver};
use super::sender::{Data, SendConfig, Sender};
use fw_regs::rings::{RecvWqe, SendWqe};
use fw_regs::wire::{self, Opcode};
use fw_regs::{Psn, WcStatus};
use std::collections::VecDeque;

/// Memory that can be written, too.
pub trait Store: Memory {
    /// Puts `bytes` at `iova`; what is not mapped is lost.
    fn store(&mut self, iova: u64, bytes: &[u8]);
}

/// The host that a queue pair is on.
pub struct Place<'a> {
    pub memory: &'a mut dyn Store,
    pub regions: &'a mut Regions,
}

/// An IP address, IPv4 as ::ffff:a.b.c.d.
pub type Address = [u8; 16];

/// A packet to be sent, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    pub packet: Packet,
    pub to: Address,
}

/// Something that software hears of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// the queue pair went to ERR by a request of its partner
    RequestFailed,
    /// a connection that was resuming works again
    Resumed,
}

/// What a connection is made with.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    pub send: SendConfig,
    pub receive: ReceiveConfig,
    pub qpn: u32,
    /// first PSNs: own, the partner's
    pub psns: [Psn; 2],
    /// where it is, and where the partner is
    pub addresses: [Address; 2],
    /// incarnations: own, the partner's; if both ends can move
    pub epochs: Option<[u32; 2]>,
    /// of the local ACK timeout; `None` is no timeout
    pub timeout_ns: Option<u64>,
}

/// See the module's head.
#[derive(Clone, Debug)]
pub struct Machine {
    pub connection: Connection,
    pub sender: Sender,
    pub receiver: Receiver,
    pub migration: Migration,
    posted: VecDeque<SendWqe>,
    receives: VecDeque<RecvWqe>,
    next_receive: u16,
    answers: VecDeque<Answer>,
    completions: VecDeque<Completion>,
    events: VecDeque<Event>,
    /// end of the ACK timer
    ack_timer: Option<u64>,
    /// end of an RNR wait
    rnr_timer: Option<u64>,
    pub failed: bool,
}

impl Machine {
    pub fn new(connection: Connection) -> Self {
        let [own, partner] = connection.psns;
        Self {
            sender: Sender::new(connection.send, own),
            receiver: Receiver::new(connection.receive, partner),
            migration: Migration::new(connection.epochs),
            posted: VecDeque::new(),
            receives: VecDeque::new(),
            next_receive: 0,
            answers: VecDeque::new(),
            completions: VecDeque::new(),
            events: VecDeque::new(),
            ack_timer: None,
            rnr_timer: None,
            failed: false,
            connection,
        }
    }

    pub fn post_send(&mut self, wqe: SendWqe) {
        self.posted.push_back(wqe);
    }

    pub fn post_recv(&mut self, wqe: RecvWqe) {
        self.receives.push_back(wqe);
    }

    /// A completion, oldest first.
    pub fn poll_completion(&mut self) -> Option<Completion> {
        self.completions.pop_front()
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Everything posted for sending is complete.
    pub fn is_idle(&self) -> bool {
        self.posted.is_empty() && self.sender.messages.is_empty()
    }

    /// A packet from `source` has arrived.
    pub fn handle_packet(&mut self, now: u64, source: Address, p: &Packet, place: &mut Place<'_>) {
        if p.dest_qpn != self.connection.qpn || self.failed {
            return;
        }
        if p.migration.is_some() || p.is_nak_stopped() {
            return self.handle_migration(now, source, p);
        }
        if source != self.connection.addresses[1] {
            return;
        }
        match (self.migration.state, p.is_request()) {
            (State::Normal | State::Paused, true) => self.request(p, place),
            (State::Normal, false) => self.response(now, p, place),
            (State::Paused, false) => {
                if p.psn.is_within(self.sender.una, self.sender.max) {
                    self.migration.wake();
                    self.sender.rewind();
                }
                self.response(now, p, place);
            }
            (State::Stopped | State::Tombstone, true) => self.refuse(source, p.psn),
            _ => {}
        }
    }

    /// NAK_STOPPED to whoever asked, if the partner knows what that is.
    pub(super) fn refuse(&mut self, to: Address, psn: Psn) {
        let Some(epoch) = self.migration.stopped_epoch() else {
            return;
        };
        let mut packet = Packet::new(Opcode::Acknowledge, self.connection.send.partner_qpn, psn);
        packet.aeth = Some(Aeth {
            syndrome: wire::SYNDROME_NAK_STOPPED,
            msn: epoch,
        });
        self.migration.outbox.push_back(Transmit { packet, to });
    }

    fn request(&mut self, p: &Packet, place: &mut Place<'_>) {
        let waiting = self.answers.iter().filter(|a| a.has_data()).count();
        let receive = match self.receiver.demand(p) {
            Demand::Receive => self.receives.front().map(|wqe| {
                let pd = self.connection.receive.pd;
                Receive {
                    index: self.next_receive,
                    pieces: place.regions.resolve(&wqe.entries, pd, Right::LocalWrite),
                }
            }),
            _ => None,
        };
        let room = waiting < RESOURCES;
        let outcome = self.receiver.take(p, place.regions, receive, room);
        if receive.is_some() && (outcome.executed || outcome.fatal) {
            self.receives.pop_front();
            self.next_receive = self.next_receive.wrapping_add(1);
        }
        if let Some(key) = outcome.invalidated {
            place.regions.invalidate(key, self.connection.receive.pd);
        }
        self.answers.extend(outcome.answer);
        self.execute(outcome.ops, place);
        if outcome.fatal {
            self.fail(Some(Event::RequestFailed));
        }
    }

    fn execute(&mut self, ops: impl IntoIterator<Item = Op>, place: &mut Place<'_>) {
        for op in ops {
            match op {
                Op::Write { iova, bytes } => place.memory.store(iova, &bytes),
                Op::Complete(completion) => self.completions.push_back(completion),
                Op::Atomic { iova, op, id } => {
                    let bytes = place.memory.fetch(iova, 8).unwrap_or_default();
                    let found = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
                    place.memory.store(iova, &op.apply(found).to_le_bytes());
                    self.receiver.resolve(id, found);
                    for answer in &mut self.answers {
                        if let Answer::Atomic {
                            id: name, original, ..
                        } = answer
                            && *name == id
                        {
                            *original = Some(found);
                        }
                    }
                }
            }
        }
    }

    fn response(&mut self, now: u64, p: &Packet, place: &mut Place<'_>) {
        let before = self.sender.una;
        let reaction = self.sender.respond(p);
        self.react(now, reaction);
        if self.sender.una != before {
            self.rnr_timer = None;
            let outstanding = self.sender.una != self.sender.max;
            let timeout = self.connection.timeout_ns.filter(|_| outstanding);
            self.ack_timer = timeout.map(|ns| now + ns);
            if self.sender.next.is_before(self.sender.una) {
                self.sender.rewind();
            }
        }
        let ops: Vec<Op> = self.sender.ops.drain(..).collect();
        self.execute(ops, place);
    }

    fn react(&mut self, now: u64, reaction: Reaction) {
        match reaction {
            Reaction::Restart => self.sender.rewind(),
            Reaction::Wait(code) => {
                let us = wire::RNR_TIMERS_US[usize::from(code)];
                self.rnr_timer = Some(now + u64::from(us) * 1000);
                self.ack_timer = None;
            }
            Reaction::Failed => self.fail(None),
            Reaction::Dropped | Reaction::Taken => {}
        }
    }

    /// It goes to ERR: everything posted is flushed.
    fn fail(&mut self, event: Option<Event>) {
        self.failed = true;
        self.events.extend(event);
        self.migration.end();
        (self.ack_timer, self.rnr_timer) = (None, None);
        for op in std::mem::take(&mut self.sender.ops) {
            if let Op::Complete(completion) = op {
                self.completions.push_back(completion);
            }
        }
        while let Some(wqe) = self.posted.pop_front() {
            self.sender.admit(Some(wqe), &Regions::default());
        }
        while self.sender.flush_one() {}
        let flushed = |index| Completion {
            receive: true,
            index,
            opcode: None,
            status: WcStatus::WorkRequestFlushed,
            byte_len: None,
            imm: None,
            invalidated: None,
        };
        let ops = std::mem::take(&mut self.sender.ops);
        self.completions
            .extend(ops.into_iter().filter_map(|op| match op {
                Op::Complete(completion) => Some(completion),
                _ => None,
            }));
        for _ in 0..self.receives.len() {
            self.completions.push_back(flushed(self.next_receive));
            self.next_receive = self.next_receive.wrapping_add(1);
        }
        self.receives.clear();
    }

    /// When something happens without a packet.
    pub fn poll_timeout(&self) -> Option<u64> {
        if self.failed {
            return None;
        }
        let rc = match self.migration.state {
            State::Normal => [self.ack_timer, self.rnr_timer],
            _ => [None, None],
        };
        let all = rc.into_iter().chain([self.migration.timer()]);
        all.flatten().min()
    }

    /// The time has come.
    pub fn handle_timeout(&mut self, now: u64) {
        if self.failed {
            return;
        }
        self.migration_timeout(now);
        if self.migration.state != State::Normal {
            return;
        }
        if self.rnr_timer.is_some_and(|end| end <= now) {
            self.rnr_timer = None;
            self.sender.rnr_wait = false;
            self.sender.rewind();
        }
        if self.ack_timer.is_some_and(|end| end <= now) {
            self.ack_timer = None;
            let reaction = self.sender.timeout();
            self.react(now, reaction);
            if reaction == Reaction::Failed {
                let ops = std::mem::take(&mut self.sender.ops);
                self.completions
                    .extend(ops.into_iter().filter_map(|op| match op {
                        Op::Complete(completion) => Some(completion),
                        _ => None,
                    }));
            }
        }
    }

    /// The next packet, if there is one. Answers go first.
    pub fn poll_transmit(&mut self, now: u64, place: &Place<'_>) -> Option<Transmit> {
        if let Some(transmit) = self.migration.outbox.pop_front() {
            return Some(transmit);
        }
        if !matches!(self.migration.state, State::Normal | State::Paused) {
            return None;
        }
        let to = self.connection.addresses[1];
        if let Some(packet) = self.answer(place) {
            return Some(Transmit { packet, to });
        }
        if self.failed {
            return None;
        }
        let packet = self.next_request(now, place)?;
        Some(Transmit { packet, to })
    }

    fn next_request(&mut self, now: u64, place: &Place<'_>) -> Option<Packet> {
        let probing = self.migration.take_probe();
        if (self.migration.state == State::Paused && !probing) || self.rnr_timer.is_some() {
            return None;
        }
        if probing {
            self.sender.rewind();
        }
        if self.sender.message(self.sender.next).is_none() {
            let wqe = self.posted.pop_front()?;
            self.sender.admit(Some(wqe), place.regions);
            self.sender.fail_head();
            if self.sender.failed.is_some() {
                self.fail(None);
                return None;
            }
        }
        if !probing && !self.sender.may_send() {
            return None;
        }
        let request = self.sender.request(self.sender.next)?;
        let mut packet = request.packet.clone();
        packet.payload = match &request.data {
            Data::Inline(bytes) => bytes.clone(),
            Data::Pieces(pieces) => {
                let fetch = |p: &super::memory::Piece| {
                    place
                        .memory
                        .fetch(p.iova, p.length as usize)
                        .unwrap_or_default()
                };
                pieces.iter().flat_map(fetch).collect()
            }
        };
        packet.pad = (packet.payload.len().wrapping_neg() & 3) as u8;
        packet.ack_req |= probing;
        self.sender.sent(&request);
        if self.ack_timer.is_none() && self.migration.state == State::Normal {
            self.ack_timer = self.connection.timeout_ns.map(|ns| now + ns);
        }
        Some(packet)
    }

    /// The next packet of the oldest answer.
    fn answer(&mut self, place: &Place<'_>) -> Option<Packet> {
        let partner = self.connection.send.partner_qpn;
        let mtu = self.connection.receive.mtu;
        loop {
            let answer = self.answers.front_mut()?;
            let mut packet = Packet::new(Opcode::Acknowledge, partner, Psn::new(0));
            packet.pkey = self.connection.send.pkey;
            let (over, aeth) = match answer {
                Answer::Acknowledge { due: false, .. } => {
                    self.answers.pop_front();
                    continue;
                }
                Answer::Acknowledge {
                    psn, syndrome, msn, ..
                } => {
                    packet.psn = *psn;
                    (true, Some((*syndrome, *msn)))
                }
                Answer::Atomic {
                    psn, msn, original, ..
                } => {
                    packet.opcode = Opcode::AtomicAcknowledge;
                    packet.psn = *psn;
                    packet.original = *original;
                    (true, Some((wire::SYNDROME_ACK, *msn)))
                }
                Answer::Read {
                    psn,
                    iova,
                    length,
                    msn,
                    first,
                } => {
                    let bytes = (*length).min(mtu);
                    let last = *length <= mtu;
                    packet.opcode = match (*first, last) {
                        (true, true) => Opcode::ReadResponseOnly,
                        (true, false) => Opcode::ReadResponseFirst,
                        (false, false) => Opcode::ReadResponseMiddle,
                        (false, true) => Opcode::ReadResponseLast,
                    };
                    packet.psn = *psn;
                    packet.payload = place
                        .memory
                        .fetch(*iova, bytes as usize)
                        .unwrap_or_default();
                    let aeth = (*first || last).then_some((wire::SYNDROME_ACK, *msn));
                    *psn = psn.plus(1);
                    *iova += u64::from(bytes);
                    *length -= bytes;
                    *first = false;
                    (last, aeth)
                }
            };
            packet.aeth = aeth.map(|(syndrome, msn)| Aeth { syndrome, msn });
            packet.pad = (packet.payload.len().wrapping_neg() & 3) as u8;
            if over {
                self.answers.pop_front();
            }
            return Some(packet);
        }
    }

    /// What the migration half has to do with the timers and the requester: all start anew.
    pub(super) fn restart_normal(&mut self) {
        self.sender.rewind();
        self.sender.rewound = false;
        self.sender.retry_left = self.sender.config.retry_cnt;
        self.sender.rnr_left = self.sender.config.rnr_retry;
        self.ack_timer = None;
    }

    pub(super) fn note(&mut self, event: Event) {
        self.events.push_back(event);
    }
}
