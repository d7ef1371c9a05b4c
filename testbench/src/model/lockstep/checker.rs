//! The observer that holds NICs to the model.

use super::Why;
use super::events::{completed, each_of, entered, is_of_migration, left, modify};
use super::host::{Host, Issued};
use super::line::Line;
use super::observe::{Observation, Observer, What};
use super::qp::{Qp, config};
use super::report::{Difference, Recent};
use super::worlds::{Objection, QueuePairs, Worlds, Written};
use crate::model::packet::Frame;
use fw_regs::bar0::mailbox;
use fw_regs::contexts::{Completer, Requester, Responder};
use fw_regs::rings::{CQE_BYTES, Cqe, phase};
use fw_regs::{Command, QpState};
use std::cell::RefCell;
use std::collections::HashMap;
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
    /// bytes of a beat at the transmit ports, and the cycles that one takes in the mean
    pub beat: (usize, u64),
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
            beat: (8, 1),
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
    worlds: Worlds,
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
        let (beat, cycles) = options.beat;
        let watched = |_| {
            let mut watched = Watched::default();
            watched.host.line = Line::new(beat, cycles);
            watched
        };
        let hosts = (0..options.hosts).map(watched).collect();
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
        all.flat_map(|(host, w)| w.worlds.first().keys().map(move |slot| (host, *slot)))
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
        let compare = |qps: &mut QueuePairs| match qps.get(&slot) {
            Some(qp) => qp
                .compare(requester, completer, responder)
                .map_err(|why| (why, Some(slot))),
            None => Ok(()),
        };
        let compared = checker.hosts[host].worlds.explain(compare);
        if let Err((why, slot)) = compared {
            checker.differ(at_rest(host), &why, slot);
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
        let Watched {
            host: own, worlds, ..
        } = &self.hosts[host];
        let qps = worlds.first();
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

    fn see(&mut self, o: &Observation) -> Result<(), Objection> {
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
            worlds,
            numbers,
        } = &mut self.hosts[host];
        let slot = issued.args[0] as u16;
        match issued.command {
            Command::QpCreate => {
                own.apply(issued);
                numbers.insert(slot, issued.args[1]);
                worlds.each(|qps| drop(qps.remove(&slot)));
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
                let number = numbers.get(&slot).copied().unwrap_or_default();
                worlds.each(|qps| modify(qps, own, now, (slot, number), (before, state)));
                let modified = worlds.first().get(&slot);
                if modified.is_some_and(|qp| qp.addresses.local_ip == qp.addresses.partner_ip) {
                    self.blind = Some("a loopback connection");
                }
            }
            Command::QpDestroy => worlds.each(|qps| {
                if let Some(qp) = qps.get_mut(&slot) {
                    qp.fail(now);
                }
            }),
            Command::Stop => worlds.each(|qps| each_of(qps, issued, |qp| qp.stop(now))),
            Command::Abort => {
                own.moved = now;
                worlds.each(|qps| each_of(qps, issued, |qp| qp.abort(now)));
            }
            Command::GiveUp => worlds.each(|qps| {
                if let Some(qp) = qps.get_mut(&slot) {
                    qp.give_up(now);
                }
            }),
            Command::Restore | Command::Tombstone | Command::SetPartner => {
                self.blind = Some("a connection that goes elsewhere");
            }
            _ => {}
        }
    }

    /// The driver has seen the end of a command.
    fn done(&mut self, host: usize, status: u32) {
        let Watched {
            host: own, worlds, ..
        } = &mut self.hosts[host];
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
                worlds.each(|qps| drop(qps.remove(&slot)));
            }
            Command::QpDestroy => worlds.each(|qps| drop(qps.remove(&slot))),
            Command::Drained => worlds.each(|qps| each_of(qps, issued, |qp| qp.drained(own))),
            _ => own.apply(issued),
        }
    }

    /// A frame has left a NIC.
    fn sent(&mut self, now: u64, host: usize, bytes: &[u8]) -> Result<(), Objection> {
        let frame = Frame::decode(bytes)
            .map_err(|why| (Why(format!("the NIC sent nonsense: {why}")), None))?;
        let Watched {
            host: own, worlds, ..
        } = &mut self.hosts[host];
        own.line.sent(now, bytes.len());
        let moves = is_of_migration(&frame.packet);
        if moves {
            own.moved = now;
        }
        let (slot, line) = worlds.explain(|qps| left(qps, own, now, &frame, bytes))?;
        if !moves {
            match frame.packet.is_request() {
                true => self.statistics.requests += 1,
                false => self.statistics.responses += 1,
            }
        }
        self.recent.step(host, slot, line);
        Ok(())
    }

    /// A frame is about to reach a NIC.
    fn received(&mut self, now: u64, host: usize, bytes: &[u8]) {
        let Ok(frame) = Frame::decode(bytes) else {
            return;
        };
        let Watched {
            host: own, worlds, ..
        } = &mut self.hosts[host];
        let p = Rc::new(frame.packet.clone());
        let find = |qps: &QueuePairs| {
            let mut all = qps.values();
            all.find(|qp| qp.config.qpn == p.dest_qpn)
                .map(|qp| (qp.slot, qp.is_news(&frame), qp.is_addressed(&frame)))
        };
        let slot = match find(worlds.first()) {
            Some((_, true, _)) => {
                self.blind = Some("a connection that goes elsewhere");
                return;
            }
            Some((slot, _, true)) => slot,
            _ => return,
        };
        self.statistics.received += 1;
        if is_of_migration(&p) {
            own.moved = now;
        }
        worlds.each(|qps| {
            if let Some(qp) = qps.get_mut(&slot) {
                entered(qp, own, now, &p);
            }
        });
        if let Some(qp) = worlds.first().get(&slot) {
            let line = format!("{now:>9} takes {}; {}", p.line(), qp.lines(own));
            self.recent.step(host, slot, line);
        }
    }

    /// A NIC has written into host memory.
    fn wrote(
        &mut self,
        now: u64,
        host: usize,
        iova: u64,
        bytes: &[u8],
        before: &[u8],
    ) -> Result<(), Objection> {
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
            let written = Written {
                iova,
                bytes,
                before,
            };
            let Watched {
                host: own, worlds, ..
            } = &mut self.hosts[host];
            worlds.wrote(written, own)?;
        }
        let own = &mut self.hosts[host].host;
        own.memory
            .write(iova, bytes)
            .map_err(|_| (Why::new("the memory is not mapped"), None))
    }

    /// Bytes of a completion.
    fn completion(
        &mut self,
        now: u64,
        host: usize,
        number: u16,
        iova: u64,
        bytes: &[u8],
    ) -> Result<(), Objection> {
        let Watched {
            host: own, worlds, ..
        } = &mut self.hosts[host];
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
        let (slot, ring, pd) = worlds.explain(|qps| completed(qps, own, now, number, &cqe))?;
        if cqe.receive && own.is_shared(ring) && !own.complete_shared(ring, cqe.index) {
            let why = format!("{cqe:?}: that receive has been completed before");
            return Err((Why(why), Some(slot)));
        }
        if cqe.with_inv {
            own.regions.invalidate(cqe.imm, pd);
        }
        self.statistics.completions += 1;
        let line = format!("{now:>9} completes {cqe:?}");
        self.recent.step(host, slot, line);
        Ok(())
    }

    fn finish(&mut self) {
        if self.difference.is_some() || self.blind.is_some() {
            return;
        }
        let mut found = None;
        for (number, watched) in self.hosts.iter_mut().enumerate() {
            let Watched {
                host: own, worlds, ..
            } = watched;
            let done = worlds.explain(|qps| {
                let done = |qp: &mut Qp| qp.is_done(own).map_err(|why| (why, Some(qp.slot)));
                qps.values_mut().try_for_each(done)
            });
            if let Err((why, slot)) = done {
                found.get_or_insert((number, slot, why));
            }
        }
        if let Some((host, slot, why)) = found {
            self.differ(at_rest(host), &why, slot);
        }
    }

    fn verdict(&self) -> Result<(), Box<Difference>> {
        match &self.difference {
            Some(difference) => Err(Box::new(difference.clone())),
            None => Ok(()),
        }
    }
}
