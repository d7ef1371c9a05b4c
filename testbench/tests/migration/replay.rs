//! Replays a trace of the model check on real NICs: the same messages, commands, deliveries, losses and copies in the same order.
//!
//! A step that the shipped protocol does not offer (a packet that it never sends, a command that it forbids) is passed over and
//! reported: that is where it departs from the rule that the trace switches off. At the end everything that is under way arrives,
//! moves that were begun are finished, and the connection must be whole.

use crate::kit::*;
use crate::packet::Packet;
use crate::trace::{Message, Trace, psns_used};
use crate::wires::{Held, Wires};
use fw_regs::contexts::{Requester, RingConfig};
use fw_regs::doorbell::{self, Arm};
use fw_regs::rings::{SEND_WQE_BYTES, SendData, SendWqe, Sge};
use fw_regs::wire::{self, Opcode};
use fw_regs::{Command, ContextKind, Psn, WqeOpcode};
use host_driver::migration::{Image, Tombstones};
use host_driver::{Bar, SendRequest};
use std::collections::BTreeMap;
use testbench::lab::Lab;

/// First PSNs of the two sides.
pub const PSNS: [u32; 2] = [0xff_ffff, 0xff_fffd];
/// Cycles in which a step takes effect.
const EFFECT: u64 = 2_500;
/// Cycles in which a packet that the trace speaks of is sent, if it is.
const PATIENCE: u64 = 6_000;

// memory of each side
pub const COUNTER: usize = 0x8000;
pub const RESULTS: usize = 0x9000;
pub const SOURCE: usize = 0xa000;
pub const LANDING: usize = 0xc000;
pub const RECEIVES: usize = 0x4000;
pub const SLOT: usize = 2048;

/// How what was begun is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Stopped processes move to the other host of their side.
    Move,
    /// Stopped processes go on where they are.
    Abort,
}

/// Whether the orchestrator keeps its part of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orchestrator {
    /// It commits before it resumes, and neither restores what was aborted nor frees tombstones early.
    Orderly,
    /// It does what the trace says. Rule 7 is all that is left.
    Careless,
}

/// A process at a host.
pub enum Process {
    Running(App),
    Frozen(Box<Frozen>),
    Restored(Box<Copy>),
}

impl Process {
    pub fn app(&self) -> Option<&App> {
        match self {
            Self::Running(app) => Some(app),
            Self::Frozen(_) => None,
            Self::Restored(copy) => Some(&copy.app),
        }
    }
}

/// What is kept of a dump by an orchestrator that keeps it.
struct Saved {
    image: Image,
    memory: Vec<Vec<u8>>,
    names: Names,
}

pub struct Side {
    pub processes: BTreeMap<usize, Process>,
    stopped: Option<usize>,
    tombstones: BTreeMap<usize, Tombstones>,
    saved: Option<Saved>,
    /// messages posted
    posted: usize,
    /// a doorbell under way: host, address, value
    ring: Option<(usize, u32, u64)>,
    first_epoch: u32,
    committed: bool,
}

/// A replay.
pub struct Replay {
    pub lab: Lab,
    pub wires: Wires,
    pub trace: Trace,
    pub sides: [Side; 2],
    /// access to the other side's memory: virtual address and key
    regions: [(u64, u32); 2],
    pub orchestrator: Orchestrator,
    /// steps that were passed over
    pub passed_over: Vec<String>,
}

impl Replay {
    pub fn new(trace: Trace, orchestrator: Orchestrator) -> Self {
        let lab = lab(4);
        let wires = Wires::new(&lab);
        let options = ConnectionOptions {
            psns: PSNS,
            timeout: 6,
            ..ConnectionOptions::default()
        };
        let (a, b) = connected(&lab, 0, 1, &options);
        for (side, app) in [&a, &b].into_iter().enumerate() {
            for k in 0..trace.messages[1 - side].len() {
                app.recv(0, k as u64, RECEIVES + SLOT * k, SLOT as u32);
            }
            app.memory.buffer().write(COUNTER, &[0; 8]).unwrap();
        }
        let regions = [&a, &b].map(|app| (app.memory.va(), app.memory.rkey()));
        let side = |app: App| Side {
            first_epoch: app.migration(&lab).epoch,
            processes: BTreeMap::from([(app.host, Process::Running(app))]),
            stopped: None,
            tombstones: BTreeMap::new(),
            saved: None,
            posted: 0,
            ring: None,
            committed: false,
        };
        Self {
            sides: [side(a), side(b)],
            wires,
            trace,
            regions,
            orchestrator,
            passed_over: Vec::new(),
            lab,
        }
    }

    /// Plays all steps.
    pub fn play(&mut self) {
        for (step, after) in self.trace.steps.clone() {
            match self.step(&step, &after) {
                Ok(()) => println!("  {step}"),
                Err(why) => {
                    println!("  {step}: passed over, {why}");
                    self.passed_over.push(step);
                }
            }
        }
    }

    fn step(&mut self, step: &str, after: &str) -> Result<(), String> {
        if let Some(packet) = step.strip_prefix("deliver a copy of ") {
            let held = self.wanted(packet)?;
            self.arrives(&held);
        } else if let Some(packet) = step.strip_prefix("deliver ") {
            let held = self.wanted(packet)?;
            self.wires.remove(&held);
            self.arrives(&held);
        } else if let Some(packet) = step.strip_prefix("lose ") {
            let held = self.wanted(packet)?;
            self.wires.remove(&held);
        } else {
            let (name, arguments) = step.split_once('(').expect("a step");
            let arguments: Vec<usize> = arguments
                .trim_end_matches(')')
                .split(',')
                .map(|a| a.trim().parse().unwrap())
                .collect();
            self.act(name, &arguments, after)?;
        }
        self.lab.run(EFFECT).unwrap();
        Ok(())
    }

    fn act(&mut self, name: &str, arguments: &[usize], after: &str) -> Result<(), String> {
        let h = arguments[0];
        let side = h % 2;
        match name {
            "Send" => {
                self.send(side, h, psns_used(after, h));
                Ok(())
            }
            "Post" => {
                self.post_without_doorbell(side, h);
                Ok(())
            }
            // the argument is the side
            "Ring" => self.ring(h),
            // the NIC does these by itself; a frame must come of them
            "SendResume" => self.sends(h, |p| p.is(Opcode::Resume)),
            "Probe" => self.sends(h, Packet::is_request),
            "Timeout" | "Fetch" => Ok(()),
            "ForgeNak" => self.forge_nak(side, h),
            "Stop" => self.stop(side, h),
            "Dump" => self.dump(side, h),
            "Abort" => self.abort(side, h),
            "Restore" => self.restore(h, arguments[1]),
            "Commit" => self.commit(side, h),
            "ResumeCmd" => self.resume(side, h),
            "FreeTomb" => self.free(side, h),
            other => panic!("step {other}"),
        }
    }

    fn sends(&self, h: usize, kind: impl Fn(&Packet) -> bool) -> Result<(), String> {
        let found = self
            .wires
            .find(&self.lab, 20_000, |f| f.from == h && kind(&f.packet));
        found.map(drop).ok_or("it was not sent".into())
    }

    // -- what processes do

    fn request(&self, side: usize, index: usize) -> SendRequest {
        let app = |h: &usize| self.sides[side].processes[h].app();
        let app = self.sides[side]
            .processes
            .keys()
            .find_map(app)
            .expect("a process");
        let (va, rkey) = self.regions[1 - side];
        let far = |at: usize| va + at as u64;
        let (operation, entry) = match self.trace.messages[side][index] {
            Message::Send => (send(), app.entry(SLOT * index, 64)),
            Message::Multi => (send(), app.entry(SLOT * index, 2 * MTU)),
            Message::Atomic => (
                host_driver::SendOperation::FetchAdd {
                    remote_addr: far(COUNTER),
                    rkey,
                    add: 1,
                },
                app.entry(RESULTS + 8 * index, 8),
            ),
            Message::Read => (
                host_driver::SendOperation::Read {
                    remote_addr: far(SOURCE + SLOT * index),
                    rkey,
                },
                app.entry(LANDING + SLOT * index, self.trace.read_psns * MTU),
            ),
        };
        SendRequest::new(index as u64, operation, entry)
    }

    /// Posts messages until the model's `max` is reached. What was sent before and is sent again, the NIC repeats by itself.
    fn send(&mut self, side: usize, h: usize, max: u32) {
        while self.sides[side].posted < self.trace.messages[side].len()
            && self.trace.psns_of(side, self.sides[side].posted) < max
        {
            let request = self.request(side, self.sides[side].posted);
            let Some(Process::Running(app)) = self.sides[side].processes.get(&h) else {
                return;
            };
            app.qp().post_send(&[request]).unwrap();
            self.sides[side].posted += 1;
        }
    }

    /// The process writes the next late request, and those before it, and the doorbell record; the doorbell itself is still under way.
    fn post_without_doorbell(&mut self, side: usize, h: usize) {
        let count = self.trace.messages[side].len();
        let end = self.sides[side].posted.max(count - self.trace.late[side]) + 1;
        for index in self.sides[side].posted..end {
            self.write_request(side, h, index);
        }
        self.sides[side].posted = end;
        let app = self.sides[side].processes[&h]
            .app()
            .expect("a process that runs");
        let address = doorbell::address(app.context.number(), doorbell::SQ_PRODUCER);
        let value = doorbell::value(app.qp().slot().into(), end as u16, Arm::None);
        self.sides[side].ring = Some((h, address, value));
    }

    /// Ring entry and doorbell record of a SEND.
    fn write_request(&self, side: usize, h: usize, index: usize) {
        assert_eq!(self.trace.messages[side][index], Message::Send);
        let entry = self.request(side, index).entries[0];
        let app = self.sides[side].processes[&h]
            .app()
            .expect("a process that runs");
        let ring = RingConfig::from_words(&app.record(&self.lab, ContextKind::SqConfig));
        let first = Sge {
            addr: entry.addr,
            len: entry.length,
            lkey: entry.lkey,
        };
        let wqe = SendWqe {
            opcode: WqeOpcode::Send,
            signalled: true,
            solicited: false,
            fence: false,
            imm_or_rkey: 0,
            remote_addr: 0,
            rkey: 0,
            data: SendData::Entries([first, Sge::default()]),
        };
        let at = index & ((1 << ring.log_size) - 1);
        self.lab.cluster.memory(h, |memory| {
            let iova = ring.base + (at * SEND_WQE_BYTES) as u64;
            memory.write(iova, &wqe.encode()).unwrap();
            let record = doorbell::record(index as u16 + 1, Arm::None).to_le_bytes();
            memory.write(ring.doorbell_record, &record).unwrap();
        });
    }

    fn ring(&mut self, side: usize) -> Result<(), String> {
        let (h, address, value) = self.sides[side]
            .ring
            .take()
            .ok_or("no doorbell is under way")?;
        let mut device = self.lab.cluster.device(h, 16);
        device.write64(Bar::Doorbells, address, value).unwrap();
        Ok(())
    }

    // -- what the orchestrator does

    fn stop(&mut self, side: usize, h: usize) -> Result<(), String> {
        match self.sides[side].processes.get(&h) {
            Some(Process::Running(app)) => {
                app.command(&self.lab, Command::Stop, &[]).unwrap();
                self.sides[side].stopped = Some(h);
                self.sides[side].committed = false;
                Ok(())
            }
            _ => Err("nothing runs there".into()),
        }
    }

    fn dump(&mut self, side: usize, h: usize) -> Result<(), String> {
        match self.sides[side].processes.remove(&h) {
            Some(Process::Running(app)) => {
                let frozen = app.stop();
                self.sides[side].saved = Some(Saved {
                    image: frozen.image.clone(),
                    memory: frozen.memory.clone(),
                    names: frozen.names.clone(),
                });
                let frozen = Process::Frozen(Box::new(frozen));
                self.sides[side].processes.insert(h, frozen);
                Ok(())
            }
            _ => Err("nothing is stopped there".into()),
        }
    }

    fn abort(&mut self, side: usize, h: usize) -> Result<(), String> {
        let app = match self.sides[side].processes.remove(&h) {
            Some(Process::Frozen(frozen)) => frozen.abort(),
            Some(Process::Running(app)) => {
                app.command(&self.lab, Command::Drained, &[]).unwrap();
                app.command(&self.lab, Command::Abort, &[]).unwrap();
                app
            }
            _ => return Err("nothing is stopped there".into()),
        };
        let all = &mut self.sides[side].processes;
        all.insert(h, Process::Running(app));
        self.sides[side].stopped = None;
        if self.orchestrator == Orchestrator::Orderly {
            // the copy of what was aborted is discarded
            let copies: Vec<usize> = self.sides[side]
                .processes
                .iter()
                .filter(|(_, p)| matches!(p, Process::Restored(_)))
                .map(|(&h, _)| h)
                .collect();
            for copy in copies {
                if let Some(Process::Restored(copy)) = self.sides[side].processes.remove(&copy) {
                    copy.discard();
                }
            }
            self.sides[side].saved = None;
        }
        Ok(())
    }

    fn restore(&mut self, side: usize, to: usize) -> Result<(), String> {
        let saved = self.sides[side].saved.as_ref();
        let saved = saved.ok_or("rule 6: what was aborted is not restored")?;
        let copy = Copy::of(&self.lab, to, &saved.image, &saved.memory, &saved.names);
        let copy = Process::Restored(Box::new(copy));
        self.sides[side].processes.insert(to, copy);
        Ok(())
    }

    fn commit(&mut self, side: usize, h: usize) -> Result<(), String> {
        let to = self.sides[side]
            .processes
            .iter()
            .find(|(_, p)| matches!(p, Process::Restored(_)))
            .map(|(&to, _)| self.lab.hosts[to].ip);
        match self.sides[side].processes.remove(&h) {
            Some(Process::Frozen(frozen)) => {
                let tombstones = frozen.commit(to);
                self.sides[side].tombstones.insert(h, tombstones);
                self.sides[side].committed = true;
                self.sides[side].stopped = None;
                Ok(())
            }
            Some(other) => {
                self.sides[side].processes.insert(h, other);
                Err("nothing is frozen there".into())
            }
            None => Err("nothing is there".into()),
        }
    }

    fn resume(&mut self, side: usize, h: usize) -> Result<(), String> {
        if self.orchestrator == Orchestrator::Orderly && !self.sides[side].committed {
            return Err("rule 6: no RESUME before the commit".into());
        }
        match self.sides[side].processes.remove(&h) {
            Some(Process::Restored(copy)) => {
                let app = copy.resume();
                self.sides[side].processes.insert(h, Process::Running(app));
                Ok(())
            }
            Some(other) => {
                self.sides[side].processes.insert(h, other);
                Err("nothing is restored there".into())
            }
            None => Err("nothing is there".into()),
        }
    }

    fn free(&mut self, side: usize, h: usize) -> Result<(), String> {
        let normal = |p: &Process| matches!(p, Process::Running(app) if app.is_normal(&self.lab));
        if !self.sides[side].processes.values().any(normal) {
            return Err("rule 8: the newer incarnation has no RESUME_ACK yet".into());
        }
        let tombstones = self.sides[side].tombstones.remove(&h);
        tombstones.ok_or("no tombstone is there")?.free().unwrap();
        Ok(())
    }

    // -- packets

    /// NAK_STOPPED of the incarnation that `h` believes its partner to be, from where it believes it to be.
    fn forge_nak(&mut self, side: usize, h: usize) -> Result<(), String> {
        let app = match self.sides[side].processes.get(&h) {
            Some(Process::Running(app)) => app,
            _ => return Err("nothing runs there".into()),
        };
        let partner = app.addresses(&self.lab).partner_ip;
        let hosts = &self.lab.hosts;
        let from = hosts
            .iter()
            .position(|host| crate::station::address(host.ip) == partner)
            .ok_or("the partner's host")?;
        let place = |k: usize| crate::packet::Place {
            ip: hosts[k].ip,
            mac: hosts[k].mac,
        };
        let epoch = app.migration(&self.lab).partner_epoch;
        let mut body = epoch.to_be_bytes().to_vec();
        body[0] = wire::SYNDROME_NAK_STOPPED;
        let packet = Packet {
            from: place(from),
            to: place(h),
            source_port: 0xc000,
            opcode: Opcode::Acknowledge.code(),
            qpn: app.qp().number(),
            ack_req: false,
            psn: app.completer(&self.lab).una,
            body,
        };
        self.wires.add(from, h, packet);
        Ok(())
    }

    /// A frame arrives. Rule 4 is looked at here, for a connection that ignores a genuine NAK_STOPPED spends its retries, and gets over it if
    /// what it waits for comes before they are gone.
    fn arrives(&self, held: &Held) {
        let pauses = self.counts(held);
        self.wires.deliver(&self.lab, held);
        if let Some(app) = pauses {
            self.lab.run(EFFECT).unwrap();
            assert!(app.is_paused(&self.lab), "ignored: {held:?}");
        }
    }

    /// The process that a frame makes pause: it is a NAK_STOPPED that counts there.
    fn counts(&self, held: &Held) -> Option<&App> {
        let process = self.sides[held.to % 2].processes.get(&held.to);
        let Some(Process::Running(app)) = process.filter(|_| held.packet.is_nak_stopped()) else {
            return None;
        };
        let known = app.migration(&self.lab).partner_epoch;
        let ahead = held.packet.msn().wrapping_sub(known) & 0xff_ffff;
        let sender = crate::station::address(held.packet.from.ip);
        let requester = Requester::from_words(&app.record(&self.lab, ContextKind::Requester));
        let counts = app.is_normal(&self.lab)
            && ahead < 256
            && sender == app.addresses(&self.lab).partner_ip
            && app.completer(&self.lab).una != requester.max_psn;
        counts.then_some(app)
    }

    /// The frame that a step speaks of.
    fn wanted(&self, text: &str) -> Result<Held, String> {
        let (packet, route) = text.rsplit_once(' ').expect("a packet and its way");
        let (from, to) = route.split_once("->").expect("a way");
        let [from, to] = [from, to].map(|h| h[1..].parse::<usize>().unwrap());
        let field = |name: &str| {
            let (_, rest) = packet.split_once(&format!("{name}: "))?;
            let end = rest.find([',', ' ']).unwrap_or(rest.len());
            rest[..end].parse::<u32>().ok()
        };
        // data and its answers count in the requester's PSNs
        let side_of_psn = |requester: usize| Psn::new(PSNS[requester % 2]);
        let epoch = |side: usize, name: &str| {
            let ahead = field(name).unwrap_or(0);
            self.sides[side % 2].first_epoch.wrapping_add(ahead) & 0xff_ffff
        };
        let kind = packet.split_whitespace().next().unwrap();
        let matches = |p: &Packet| match kind {
            "Data" => p.is_request() && p.psn == side_of_psn(from).plus(field("w").unwrap()),
            "Ack" => p.is_ack() && p.psn == side_of_psn(to).plus(field("w").unwrap()),
            "AtomAck" => {
                p.is(Opcode::AtomicAcknowledge)
                    && p.psn == side_of_psn(to).plus(field("w").unwrap())
            }
            "Resp" => p.is_read_response() && p.psn == side_of_psn(to).plus(field("w").unwrap()),
            "Nak" => p.is_sequence_nak(),
            "Stopped" => p.is_nak_stopped() && p.msn() == epoch(from, "ep"),
            "Resume" => p.is(Opcode::Resume) && p.migration().epoch == epoch(from, "ep"),
            "ResumeAck" => p.is(Opcode::ResumeAck) && p.migration().epoch == epoch(to, "ep"),
            "Moved" => p.is(Opcode::Moved),
            other => panic!("packet {other}"),
        };
        let way = |held: &Held| held.from == from && held.to == to;
        let found = self
            .wires
            .find(&self.lab, PATIENCE, |h| way(h) && matches(&h.packet));
        found.ok_or_else(|| {
            format!(
                "none was sent; under way: {:?}",
                self.wires.under_way(&self.lab)
            )
        })
    }

    // -- the end

    /// What is under way is lost.
    pub fn lose(&self) {
        for held in self.wires.under_way(&self.lab) {
            self.wires.remove(&held);
        }
    }

    /// Ends what was begun, lets everything arrive, and checks that the connection is whole.
    pub fn finish(&mut self, ending: Ending) {
        for side in 0..2 {
            // a doorbell that was under way arrives
            let _ = self.ring(side);
            if let Some(h) = self.sides[side].stopped {
                match ending {
                    Ending::Abort => self.abort(side, h).unwrap(),
                    Ending::Move => self.move_on(side, h),
                }
            }
            let restored =
                |(h, p): (&usize, &Process)| matches!(p, Process::Restored(_)).then_some(*h);
            if let Some(h) = self.sides[side].processes.iter().find_map(restored) {
                self.resume(side, h).unwrap();
            }
        }
        hurry(&self.lab, 50);
        for side in 0..2 {
            self.wires.flow(&self.lab, 4_000);
            let all = self.trace.messages[side].len();
            let h = self.winner(side);
            let max = self.trace.psns_of(side, all);
            self.send(side, h, max);
        }
        self.settle();
        self.check();
    }

    /// A stopped process goes to the other host of its side.
    fn move_on(&mut self, side: usize, h: usize) {
        if matches!(self.sides[side].processes[&h], Process::Running(_)) {
            self.dump(side, h).unwrap();
        }
        let to = if h == side { side + 2 } else { side };
        if !self.sides[side].processes.contains_key(&to) {
            self.restore(side, to).unwrap();
        }
        self.commit(side, h).unwrap();
    }

    /// The host where a side's process runs: the only one, or the one that was accepted.
    pub fn winner(&self, side: usize) -> usize {
        let running = self.sides[side].processes.iter();
        let running: Vec<(usize, &App)> = running
            .filter_map(|(&h, p)| match p {
                Process::Running(app) => Some((h, app)),
                _ => None,
            })
            .collect();
        let normal = running.iter().find(|(_, app)| app.is_normal(&self.lab));
        normal.or(running.first()).expect("a process that runs").0
    }
}
