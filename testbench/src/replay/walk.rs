//! The walk through a capture: what is posted is posted where the scenario says, packets to the NIC go in, and packets that the
//! NIC's place sent are cues: the walk waits, for a bounded time, until the NIC has sent them too.

use super::ReplayError;
use super::capture::Captured;
use super::packet::{self, Class, Packet};
use super::report::{Fate, PacketReport, Role};
use super::scenario::{Pace, Restarts, Scenario};
use super::stage::{SentFrame, Stage};
use fw_regs::Psn;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Cycles between two looks at what the NIC has sent.
const LOOK: u64 = 64;
/// Cycles that reading the counters may take; packets closer than this in time are counted together.
const READING: u64 = 10_000;

/// A replay under way.
pub struct Walk<'a> {
    scenario: &'a Scenario,
    pub stage: Stage,
    /// Cycle of time zero of the capture.
    start: u64,
    counters: BTreeMap<&'static str, u64>,
    first_counters: BTreeMap<&'static str, u64>,
    pub packets: Vec<PacketReport>,
    /// Indices of packets that are in and whose counters have not been read.
    open: Vec<usize>,
    /// Frames sent when the first of these went in.
    sent_before: usize,
    /// How often the capture has shown what so far.
    shown: HashMap<Key, usize>,
    /// How often the NIC has sent what so far.
    tally: Tally,
    /// Packets that the NIC need not send.
    skipped: BTreeSet<usize>,
    /// A cue has been given up; later ones get no time of their own.
    tired: bool,
    pub notes: Vec<String>,
    /// So many completions had come when so-numbered packet was done.
    pub completed: Vec<(usize, usize)>,
}

/// What makes two packets the same one, sent again.
type Key = (u32, u32, Class);

/// What the NIC has sent, as far as cues ask.
#[derive(Default)]
struct Tally {
    /// Frames looked at.
    seen: usize,
    counts: HashMap<Key, usize>,
    /// By QP that responses go to, the first PSN they leave unacknowledged.
    covered: HashMap<u32, Psn>,
}

impl Tally {
    /// Looks at the frames that are new.
    fn update(&mut self, sent: &[SentFrame]) {
        for packet in sent[self.seen..].iter().filter_map(|s| s.packet.as_ref()) {
            *self.counts.entry(key(packet)).or_default() += 1;
            if let Some(end) = packet.covers() {
                let covered = self.covered.entry(packet.dest_qpn).or_insert(end);
                if end.is_after(*covered) {
                    *covered = end;
                }
            }
        }
        self.seen = sent.len();
    }
}

fn key(packet: &Packet) -> Key {
    (packet.dest_qpn, packet.psn.get(), packet.class())
}

impl<'a> Walk<'a> {
    /// Everything set up, nothing posted.
    ///
    /// # Errors
    /// The device failed.
    pub fn new(scenario: &'a Scenario, stage: Stage) -> Result<Self, ReplayError> {
        let counters = stage.counters()?;
        let skip = scenario.expect.skip.iter().flat_map(|s| &s.packets);
        Ok(Self {
            scenario,
            start: stage.cluster.cycle(),
            first_counters: counters.clone(),
            counters,
            stage,
            packets: Vec::new(),
            open: Vec::new(),
            sent_before: 0,
            shown: HashMap::new(),
            tally: Tally::default(),
            skipped: skip.copied().collect(),
            tired: false,
            notes: Vec::new(),
            completed: Vec::new(),
        })
    }

    /// What a packet of the capture is to the NIC. What only its Ethernet address is right of goes in too: the NIC says no itself.
    fn role(&self, frame: &[u8]) -> Role {
        let (mac, ip) = (self.scenario.nic.mac.0, self.scenario.nic.ip);
        let macs = packet::macs(frame).unwrap_or_default();
        match packet::addresses(frame) {
            Some((source, _)) if source == ip => Role::Cue,
            None if macs[1] == mac => Role::Cue,
            Some((_, destination)) if destination == ip => Role::In,
            _ if macs[0] == mac => Role::In,
            _ => Role::Foreign,
        }
    }

    /// Walks through `input` and waits until the NIC has come to rest.
    ///
    /// # Errors
    /// The driver refuses what is posted, or the NIC failed.
    pub fn run(&mut self, input: &[Captured]) -> Result<(), ReplayError> {
        self.post(0)?;
        self.start = self.stage.cluster.cycle();
        for captured in input {
            let role = self.role(&captured.frame);
            self.packets.push(PacketReport {
                number: captured.number,
                role,
                packet: describe(&captured.frame),
                fate: Fate::None,
                counters: BTreeMap::new(),
                answers: Vec::new(),
                group: None,
            });
            if self.posts_at(captured.number) {
                self.measure()?;
                self.post(captured.number)?;
            }
            match role {
                Role::In => self.inject(captured)?,
                Role::Cue => self.cue(captured)?,
                Role::Foreign => {}
            }
        }
        self.measure()?;
        self.rest()
    }

    /// Counters since the beginning.
    pub fn counted(&self) -> BTreeMap<&'static str, u64> {
        difference(&self.first_counters, &self.counters)
    }

    /// µs since time zero in cycle `cycle`.
    pub fn micros(&self, cycle: u64) -> f64 {
        cycle.saturating_sub(self.start) as f64 / f64::from(self.scenario.nic.cycles_per_us)
    }

    fn cycles(&self, us: u64) -> u64 {
        us * u64::from(self.scenario.nic.cycles_per_us)
    }

    fn posts_at(&self, number: usize) -> bool {
        let receives = self.scenario.receives.iter().map(|r| r.at);
        let mut all = receives.chain(self.scenario.sends.iter().map(|s| s.at));
        all.any(|at| at == number)
    }

    /// Posts what is to be posted in front of packet `number`.
    fn post(&mut self, number: usize) -> Result<(), ReplayError> {
        // what has completed makes room
        self.stage.collect()?;
        for (k, plan) in self.scenario.receives.iter().enumerate() {
            if plan.at == number {
                self.stage.post_recv(self.scenario, k, plan)?;
            }
        }
        for (k, plan) in self.scenario.sends.iter().enumerate() {
            if plan.at == number {
                self.stage.post_send(self.scenario, k, plan)?;
            }
        }
        Ok(())
    }

    fn inject(&mut self, captured: &Captured) -> Result<(), ReplayError> {
        if self.scenario.replay.pace == Pace::Times {
            self.wait_for(captured)?;
        }
        if self.open.is_empty() {
            self.sent_before = self.stage.sent.len();
        }
        self.stage.cluster.inject(0, &captured.frame);
        self.open.push(self.packets.len() - 1);
        match self.scenario.replay.pace {
            Pace::Asap => self.measure(),
            Pace::Burst | Pace::Times => Ok(()),
        }
    }

    /// Lets time pass up to the time of a packet.
    fn wait_for(&mut self, captured: &Captured) -> Result<(), ReplayError> {
        let rate = u128::from(self.scenario.nic.cycles_per_us);
        let due = self.start + (captured.time.as_nanos() * rate / 1000) as u64;
        if due.saturating_sub(self.stage.cluster.cycle())
            > READING + self.scenario.replay.settle_cycles
        {
            self.measure()?;
        }
        while self.stage.cluster.cycle() < due {
            let left = due - self.stage.cluster.cycle();
            self.stage.run(left.min(LOOK))?;
        }
        Ok(())
    }

    /// Gives the packets that are in their time, and reads what became of them.
    fn measure(&mut self) -> Result<(), ReplayError> {
        if self.open.is_empty() {
            return Ok(());
        }
        self.stage.run(self.scenario.replay.settle_cycles)?;
        let now = self.stage.counters()?;
        self.stage.collect()?;
        let counted = difference(&self.counters, &now);
        self.counters = now;
        let open = std::mem::take(&mut self.open);
        let answers: Vec<usize> = (self.sent_before + 1..=self.stage.sent.len()).collect();
        let numbers: Vec<usize> = open.iter().map(|&k| self.packets[k].number).collect();
        let fate = Fate::of(&counted, open.len() as u64);
        for &k in &open {
            let report = &mut self.packets[k];
            report.fate = fate;
            report.counters = counted.clone();
            report.answers = answers.clone();
            report.group = (numbers.len() > 1).then(|| numbers.clone());
        }
        if let Some(last) = numbers.last() {
            self.completed.push((*last, self.stage.completions.len()));
        }
        Ok(())
    }

    /// Waits until the NIC has sent what the capture shows here.
    fn cue(&mut self, captured: &Captured) -> Result<(), ReplayError> {
        let Some(shown) = Packet::parse(&captured.frame) else {
            return Ok(());
        };
        if self.skipped.contains(&captured.number) {
            return Ok(());
        }
        *self.shown.entry(key(&shown)).or_default() += 1;
        let patience = match self.tired {
            true => self.scenario.replay.settle_cycles,
            false => self.cycles(self.scenario.replay.patience_us),
        };
        let end = self.stage.cluster.cycle() + patience;
        // what was back to back must be in before the NIC can answer it, but need not be counted yet
        loop {
            if self.has_sent(&shown) {
                return self.measure();
            }
            if self.stage.cluster.cycle() >= end {
                break;
            }
            self.stage.run(LOOK)?;
        }
        self.measure()?;
        if !self.has_sent(&shown) {
            self.tired = true;
            self.notes.push(format!(
                "packet {}, {shown}, has not been sent by the NIC in {} µs",
                captured.number, self.scenario.replay.patience_us
            ));
        }
        Ok(())
    }

    /// The NIC has sent a packet as often as the capture has shown it so far; an ACK counts if it covers as much.
    fn has_sent(&mut self, shown: &Packet) -> bool {
        self.tally.update(&self.stage.sent);
        if shown.class() == Class::Ack {
            let covered = self.tally.covered.get(&shown.dest_qpn);
            return covered.is_some_and(|end| end.is_after(shown.psn));
        }
        let of = |counts: &HashMap<Key, usize>| counts.get(&key(shown)).copied().unwrap_or(0);
        let free =
            shown.class() == Class::Request && self.scenario.expect.restarts == Restarts::Any;
        of(&self.tally.counts) >= if free { 1 } else { of(&self.shown) }
    }

    /// Waits until nothing has been sent for a while.
    fn rest(&mut self) -> Result<(), ReplayError> {
        let quiet = self.cycles(self.scenario.replay.quiet_us).max(LOOK);
        let end = self.stage.cluster.cycle() + self.cycles(self.scenario.replay.patience_us);
        loop {
            let before = self.stage.sent.len();
            self.stage.run(quiet)?;
            if self.stage.sent.len() == before {
                break;
            }
            if self.stage.cluster.cycle() >= end {
                self.notes.push(format!(
                    "the NIC was still sending {} µs after the last packet",
                    self.scenario.replay.patience_us
                ));
                break;
            }
        }
        self.counters = self.stage.counters()?;
        self.stage.collect()
    }
}

/// What has been counted between two readings.
fn difference(
    before: &BTreeMap<&'static str, u64>,
    after: &BTreeMap<&'static str, u64>,
) -> BTreeMap<&'static str, u64> {
    after
        .iter()
        .map(|(&name, &n)| (name, n - before.get(name).copied().unwrap_or(0)))
        .filter(|&(_, n)| n > 0)
        .collect()
}

/// One line about any frame.
pub fn describe(frame: &[u8]) -> String {
    match Packet::parse(frame) {
        Some(packet) => packet.to_string(),
        None => format!("{} bytes, not RoCE", frame.len()),
    }
}
