//! The observer that holds NICs to the model.

use super::Why;
use super::host::{Host, Issued};
use super::observe::{Observation, Observer, What};
use super::qp::{Qp, config};
use super::report::{Difference, Recent};
use crate::model::packet::Frame;
use fw_regs::bar0::mailbox;
use fw_regs::contexts::{Completer, Requester, Responder};
use fw_regs::rings::{CQE_BYTES, Cqe, phase};
use fw_regs::{Command, QpState, SetScope, WcStatus};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;

/// How a check is made.
#[derive(Clone, Debug)]
pub struct LockstepOptions {
    pub hosts: usize,
    /// of the run, for people
    pub seed: u64,
    /// where the capture goes if there is a difference
    pub pcap: PathBuf,
    /// keep everything that is observed, to be checked again
    pub record: bool,
}

impl LockstepOptions {
    /// The capture goes to the system's folder for temporary files.
    pub fn new(hosts: usize, seed: u64) -> Self {
        let name = format!("lockstep-{}-{seed}.pcap", std::process::id());
        Self {
            hosts,
            seed,
            pcap: std::env::temp_dir().join(name),
            record: false,
        }
    }
}

/// What was explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    pub requests: u64,
    pub responses: u64,
    /// writes of payload, by beats
    pub writes: u64,
    pub completions: u64,
    pub events: u64,
    /// writes of DUMP
    pub dumped: u64,
    /// frames that reached a queue pair
    pub received: u64,
    /// final contexts compared
    pub contexts: u64,
}

/// A host and its queue pairs.
#[derive(Default)]
struct Watched {
    host: Host,
    qps: BTreeMap<u16, Qp>,
    /// numbers of the slots' queue pairs
    numbers: HashMap<u16, u32>,
}

struct Checker {
    options: LockstepOptions,
    hosts: Vec<Watched>,
    recent: Recent,
    difference: Option<Difference>,
    /// why nothing is checked any more
    blind: Option<&'static str>,
    statistics: Statistics,
    recording: Vec<Observation>,
}

/// See the module's head. Clones are handles of the same check.
#[derive(Clone)]
pub struct Lockstep {
    inner: Rc<RefCell<Checker>>,
}

impl Observer for Lockstep {
    fn observe(&mut self, observation: Observation) {
        self.inner.borrow_mut().observe(observation);
    }

    fn objection(&self) -> Option<String> {
        let checker = self.inner.borrow();
        checker.difference.as_ref().map(ToString::to_string)
    }
}

impl Lockstep {
    pub fn new(options: LockstepOptions) -> Self {
        let hosts = (0..options.hosts).map(|_| Watched::default()).collect();
        Self {
            inner: Rc::new(RefCell::new(Checker {
                options,
                hosts,
                recent: Recent::default(),
                difference: None,
                blind: None,
                statistics: Statistics::default(),
                recording: Vec::new(),
            })),
        }
    }

    /// The first difference, if there is one.
    pub fn difference(&self) -> Option<Difference> {
        self.inner.borrow().difference.clone()
    }

    pub fn statistics(&self) -> Statistics {
        self.inner.borrow().statistics
    }

    /// Why nothing is checked any more: something was configured that the model does not know.
    pub fn blind(&self) -> Option<&'static str> {
        self.inner.borrow().blind
    }

    /// What was observed so far, if it is recorded.
    pub fn take_recording(&self) -> Vec<Observation> {
        std::mem::take(&mut self.inner.borrow_mut().recording)
    }

    /// Queue pairs that are watched: host and slot.
    pub fn watched(&self) -> Vec<(usize, u16)> {
        let checker = self.inner.borrow();
        let all = checker.hosts.iter().enumerate();
        all.flat_map(|(host, w)| w.qps.keys().map(move |slot| (host, *slot)))
            .collect()
    }

    /// The records of a queue pair at rest, as the NIC has them.
    ///
    /// # Errors
    /// They are not the model's.
    pub fn compare_contexts(
        &self,
        (host, slot): (usize, u16),
        requester: &Requester,
        completer: &Completer,
        responder: &Responder,
    ) -> Result<(), Box<Difference>> {
        let mut checker = self.inner.borrow_mut();
        if checker.blind.is_some() {
            return Ok(());
        }
        checker.statistics.contexts += 1;
        let compared = match checker.hosts[host].qps.get(&slot) {
            Some(qp) => qp.compare(requester, completer, responder),
            None => Ok(()),
        };
        if let Err(why) = compared {
            checker.differ(at_rest(host), &why, Some(slot));
        }
        checker.verdict()
    }

    /// Everything is at rest: nothing may be owed by any queue pair.
    ///
    /// # Errors
    /// The first thing that is.
    pub fn finish(&self) -> Result<(), Box<Difference>> {
        let mut checker = self.inner.borrow_mut();
        checker.finish();
        checker.verdict()
    }
}

/// Works on the queue pairs of a migration command's set.
fn each_of(qps: &mut BTreeMap<u16, Qp>, issued: Issued, mut work: impl FnMut(&mut Qp)) {
    let [number, scope] = issued.args;
    let scope = SetScope::from_code(scope as u8);
    for qp in qps.values_mut() {
        let own: u32 = match scope {
            Some(SetScope::Qp) => qp.slot.into(),
            Some(SetScope::Pd) => qp.config.pd.into(),
            Some(SetScope::UserContext) => qp.config.user_ctx.into(),
            None => continue,
        };
        if own == number {
            work(qp);
        }
    }
}

/// What is seen when nothing happens.
fn at_rest(host: usize) -> Observation {
    Observation {
        cycle: u64::MAX,
        host,
        what: What::Rest,
    }
}

impl Checker {
    fn observe(&mut self, observation: Observation) {
        if self.difference.is_some() || self.blind.is_some() {
            return;
        }
        if self.options.record {
            self.recording.push(observation.clone());
        }
        self.recent.note(&observation);
        let seen = self.see(&observation);
        if let Err((why, slot)) = seen {
            self.differ(observation, &why, slot);
        }
    }

    fn differ(&mut self, seen: Observation, why: &Why, slot: Option<u16>) {
        let host = seen.host;
        let Watched { host: own, qps, .. } = &self.hosts[host];
        let model = match slot.and_then(|s| qps.get(&s)) {
            Some(qp) => qp.lines(own),
            None => qps.values().map(|q| q.lines(own) + "\n").collect(),
        };
        let pcap = self.options.pcap.clone();
        let written = self.recent.capture(host, &pcap).is_ok();
        self.difference = Some(Difference {
            seed: self.options.seed,
            why: why.0.clone(),
            model,
            nic_events: self.recent.events(host),
            model_events: self.recent.steps(host, slot),
            pcap: written.then_some(pcap),
            seen,
        });
    }

    fn see(&mut self, o: &Observation) -> Result<(), (Why, Option<u16>)> {
        let watched = &mut self.hosts[o.host];
        watched.host.now = watched.host.now.max(o.cycle);
        match &o.what {
            What::Sent(bytes) => return self.sent(o.cycle, o.host, bytes),
            What::Received(bytes) => self.received(o.cycle, o.host, bytes),
            What::DeviceWrite {
                iova,
                bytes,
                before,
            } => return self.wrote(o.cycle, o.host, *iova, bytes, before),
            What::HostWrite { iova, bytes } => {
                // what is not mapped is the driver's error, which it sees itself
                let _ = watched.host.memory.write(*iova, bytes);
            }
            What::Map { iova, length } => {
                let _ = watched.host.memory.map(*iova, *length);
            }
            What::Unmap { iova, length } => {
                let _ = watched.host.memory.unmap(*iova, *length);
            }
            What::Register { offset, value } => {
                if let Some(issued) = watched.host.register(*offset, *value) {
                    self.issued(o.cycle, o.host, issued);
                }
            }
            What::Doorbell { offset, value } => watched.host.ring(o.cycle, *offset, *value),
            What::Done { status } => {
                watched.host.moved = o.cycle;
                self.done(o.host, *status);
            }
            What::Rest => {}
        }
        Ok(())
    }

    /// A command begins.
    fn issued(&mut self, now: u64, host: usize, issued: Issued) {
        let Watched {
            host: own,
            qps,
            numbers,
        } = &mut self.hosts[host];
        let slot = issued.args[0] as u16;
        match issued.command {
            Command::QpCreate => {
                own.apply(issued);
                numbers.insert(slot, issued.args[1]);
                qps.remove(&slot);
                if config(own, slot).is_some_and(|c| c.raw) {
                    self.blind = Some("a raw queue pair");
                }
            }
            Command::QpModify => {
                let Some(state) = QpState::from_code(issued.args[1] as u8) else {
                    return;
                };
                let before = own.states.insert(slot, state);
                if state != QpState::Reset {
                    own.apply(issued);
                }
                match state {
                    QpState::Rtr => {
                        let number = numbers.get(&slot).copied().unwrap_or_default();
                        if let Some(qp) = Qp::new(own, slot, number) {
                            if qp.addresses.local_ip == qp.addresses.partner_ip {
                                self.blind = Some("a loopback connection");
                            }
                            qps.insert(slot, qp);
                        }
                    }
                    QpState::Rts if before == Some(QpState::Rtr) => {
                        if let Some(qp) = qps.get_mut(&slot) {
                            qp.start(own, now);
                        }
                    }
                    QpState::Rts | QpState::Sqd => {
                        if let Some(qp) = qps.get_mut(&slot) {
                            qp.state = state;
                        }
                    }
                    QpState::Err | QpState::Reset => {
                        if let Some(qp) = qps.get_mut(&slot) {
                            qp.fail(now);
                        }
                    }
                    _ => {}
                }
            }
            Command::QpDestroy => {
                if let Some(qp) = qps.get_mut(&slot) {
                    qp.fail(now);
                }
            }
            Command::Stop => each_of(qps, issued, |qp| qp.stop(now)),
            Command::Abort => {
                own.moved = now;
                each_of(qps, issued, |qp| qp.abort(now));
            }
            Command::GiveUp => {
                if let Some(qp) = qps.get_mut(&slot) {
                    qp.give_up(now);
                }
            }
            Command::Restore | Command::Tombstone | Command::SetPartner => {
                self.blind = Some("a connection that goes elsewhere");
            }
            _ => {}
        }
    }

    /// The driver has seen the end of a command.
    fn done(&mut self, host: usize, status: u32) {
        let Watched { host: own, qps, .. } = &mut self.hosts[host];
        let Some(issued) = own.issued.take() else {
            return;
        };
        if mailbox::status::CODE.get(status) != 0 {
            return;
        }
        let slot = issued.args[0] as u16;
        match issued.command {
            Command::QpCreate => {}
            Command::QpModify if issued.args[1] != u32::from(QpState::Reset.code()) => {}
            Command::QpModify => {
                own.apply(issued);
                qps.remove(&slot);
            }
            Command::QpDestroy => drop(qps.remove(&slot)),
            Command::Drained => each_of(qps, issued, |qp| qp.drained(own)),
            _ => own.apply(issued),
        }
    }

    /// A frame has left a NIC.
    fn sent(&mut self, now: u64, host: usize, bytes: &[u8]) -> Result<(), (Why, Option<u16>)> {
        let frame = Frame::decode(bytes)
            .map_err(|why| (Why(format!("the NIC sent nonsense: {why}")), None))?;
        let Watched { host: own, qps, .. } = &mut self.hosts[host];
        let p = &frame.packet;
        let qp = qps
            .values_mut()
            .find(|qp| {
                qp.config.partner_qpn == p.dest_qpn && qp.addresses.partner_ip == frame.destination
            })
            .ok_or((Why::new("no queue pair has that partner"), None))?;
        let slot = Some(qp.slot);
        qp.check_headers(bytes).map_err(|why| (why, slot))?;
        if p.is_nak_stopped() || p.migration.is_some() {
            own.moved = now;
            qp.say(now, p).map_err(|why| (why, slot))?;
            let line = format!("{now:>9} sends {}; {}", p.line(), qp.lines(own));
            self.recent.step(host, qp.slot, line);
            return Ok(());
        }
        let explained = match (&mut qp.send, p.is_request()) {
            (Some(send), true) => {
                self.statistics.requests += 1;
                send.sent(now, p, own)
            }
            (_, false) if p.is_response() => {
                self.statistics.responses += 1;
                qp.receive.sent(p, own)
            }
            _ => Err(Why::new("a packet that its state does not send")),
        };
        explained.map_err(|why| (why, slot))?;
        // a NAK may be what says that a request was refused for good
        qp.share_errors(now);
        qp.seen_working(now);
        self.recent.step(
            host,
            qp.slot,
            format!("{now:>9} sends {}; {}", p.line(), qp.lines(own)),
        );
        Ok(())
    }

    /// A frame is about to reach a NIC.
    fn received(&mut self, now: u64, host: usize, bytes: &[u8]) {
        let Ok(frame) = Frame::decode(bytes) else {
            return;
        };
        let Watched { host: own, qps, .. } = &mut self.hosts[host];
        let p = Rc::new(frame.packet.clone());
        let Some(qp) = qps.values_mut().find(|qp| qp.config.qpn == p.dest_qpn) else {
            return;
        };
        if qp.is_news(&frame) {
            self.blind = Some("a connection that goes elsewhere");
            return;
        }
        if !qp.is_addressed(&frame) {
            return;
        }
        self.statistics.received += 1;
        let (works, may_work) = (qp.moving.works(), qp.moving.may_work());
        if p.is_nak_stopped() || p.migration.is_some() {
            own.moved = now;
            qp.hear(now, &p);
        } else if p.is_request() {
            qp.moving.note_request(now, p.psn);
            if may_work {
                qp.receive.received(now, &p, own);
            }
        } else if let Some(send) = &mut qp.send
            && p.is_response()
            && may_work
        {
            // one in ERR takes no responses
            let certainly = works && !send.has_error();
            send.received(now, &p, own, certainly);
        }
        qp.share_errors(now);
        self.recent.step(
            host,
            qp.slot,
            format!("{now:>9} takes {}; {}", p.line(), qp.lines(own)),
        );
    }

    /// A NIC has written into host memory.
    fn wrote(
        &mut self,
        now: u64,
        host: usize,
        iova: u64,
        bytes: &[u8],
        before: &[u8],
    ) -> Result<(), (Why, Option<u16>)> {
        let own = &mut self.hosts[host].host;
        if let Some(number) = own.cq_at(iova) {
            self.completion(now, host, number, iova, bytes)?;
        } else if own.is_dump(iova) {
            self.statistics.dumped += 1;
        } else if own.is_event(iova) {
            self.statistics.events += 1;
            own.event(iova, bytes).map_err(|why| (why, None))?;
        } else {
            self.statistics.writes += 1;
            self.payload(host, iova, bytes, before)?;
        }
        let own = &mut self.hosts[host].host;
        own.memory
            .write(iova, bytes)
            .map_err(|_| (Why::new("the memory is not mapped"), None))
    }

    /// Bytes that are neither completion nor event: some queue pair's next.
    fn payload(
        &mut self,
        host: usize,
        iova: u64,
        bytes: &[u8],
        before: &[u8],
    ) -> Result<(), (Why, Option<u16>)> {
        let Watched { host: own, qps, .. } = &mut self.hosts[host];
        let mut why = None;
        for qp in qps.values_mut() {
            if let Some(send) = qp.send.as_mut().filter(|s| s.wants(iova)) {
                match send.wrote(iova, bytes, before) {
                    Ok(()) => return Ok(()),
                    Err(e) => drop(why.get_or_insert((e, Some(qp.slot)))),
                }
            }
            if qp.receive.wants(iova, own) {
                match qp.receive.wrote(iova, bytes, before, own) {
                    Ok(()) => return Ok(()),
                    Err(e) => drop(why.get_or_insert((e, Some(qp.slot)))),
                }
            }
        }
        // messages of several may begin alike and go to the same shared ring; packets are worked off in the order in which they came
        let open = qps.iter().filter(|(_, qp)| qp.receive.is_open(own));
        let explained = open.filter_map(|(slot, qp)| {
            let mut receive = qp.receive.clone();
            let wrote = receive.wrote(iova, bytes, before, own);
            wrote.ok().map(|()| (receive.decided(), *slot, receive))
        });
        let first = explained.min_by_key(|(decided, ..)| *decided);
        if let Some((_, slot, receive)) = first
            && let Some(qp) = qps.get_mut(&slot)
        {
            qp.receive = receive;
            return Ok(());
        }
        Err(why.unwrap_or((Why::new("nobody writes there next"), None)))
    }

    /// Bytes of a completion.
    fn completion(
        &mut self,
        now: u64,
        host: usize,
        number: u16,
        iova: u64,
        bytes: &[u8],
    ) -> Result<(), (Why, Option<u16>)> {
        let Watched { host: own, qps, .. } = &mut self.hosts[host];
        let Some(cq) = own.cqs.get_mut(&number) else {
            return Ok(());
        };
        let place = u64::from(cq.produced) & ((1 << cq.config.log_size) - 1);
        let next = cq.config.base + place * CQE_BYTES as u64 + cq.partial.len() as u64;
        if iova != next || cq.partial.len() + bytes.len() > CQE_BYTES {
            let why = format!("the next completion of CQ {number} continues at {next:#x}");
            return Err((Why(why), None));
        }
        cq.partial.extend(bytes);
        let Ok(whole) = <[u8; CQE_BYTES]>::try_from(&cq.partial[..]) else {
            return Ok(());
        };
        cq.partial.clear();
        let wanted = phase(cq.produced, cq.config.log_size);
        cq.produced = cq.produced.wrapping_add(1);
        let cqe = Cqe::decode(&whole).map_err(|e| (Why(e.to_string()), None))?;
        if cqe.phase != wanted {
            return Err((Why::new("wrong phase bit"), None));
        }
        let qp = qps
            .values_mut()
            .find(|qp| qp.config.qpn == cqe.qpn)
            .ok_or((Why(format!("{cqe:?} is of no queue pair")), None))?;
        let slot = Some(qp.slot);
        let queue = match cqe.receive {
            true => qp.config.recv_cq,
            false => qp.config.send_cq,
        };
        let named = |why: Why| (Why(format!("{cqe:?}: {why}")), slot);
        if queue != number {
            return Err(named(Why::new("in another queue")));
        }
        if cqe.status == WcStatus::WorkRequestFlushed {
            qp.flushed(now, own);
        }
        match (&mut qp.send, cqe.receive) {
            (_, true) => qp.receive.completed(&cqe, own),
            (Some(send), false) => send.completed(now, &cqe, own),
            (None, false) => Err(Why::new("it has never sent")),
        }
        .map_err(named)?;
        qp.share_errors(now);
        let ring = qp.config.rq_ring;
        if cqe.receive && own.is_shared(ring) && !own.complete_shared(ring, cqe.index) {
            return Err(named(Why::new("that receive has been completed before")));
        }
        if cqe.with_inv {
            own.regions.invalidate(cqe.imm, qp.config.pd);
        }
        self.statistics.completions += 1;
        let line = format!("{now:>9} completes {cqe:?}");
        self.recent.step(host, qp.slot, line);
        Ok(())
    }

    fn finish(&mut self) {
        if self.difference.is_some() || self.blind.is_some() {
            return;
        }
        let mut found = None;
        for (number, watched) in self.hosts.iter_mut().enumerate() {
            for qp in watched.qps.values_mut() {
                if let Err(why) = qp.is_done(&watched.host) {
                    found.get_or_insert((number, qp.slot, why));
                }
            }
        }
        if let Some((host, slot, why)) = found {
            self.differ(at_rest(host), &why, Some(slot));
        }
    }

    fn verdict(&self) -> Result<(), Box<Difference>> {
        match &self.difference {
            Some(difference) => Err(Box::new(difference.clone())),
            None => Ok(()),
        }
    }
}
