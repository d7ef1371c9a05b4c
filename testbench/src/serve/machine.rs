//! The simulation: all NICs, the switch between them and the wires that lead outside, in one thread, on one clock.

use super::backend::Shared;
use super::clock::{Clock, ClockReport, Plan};
use super::report::WireReport;
use crate::net::{LinkConfig, Network, Topology, WireFrame};
use crate::wire::{Wire, WirePort};
use fw_regs::bar0::control;
use sim_verilator::{Bar, BarReadId, DmaMemory, Nic, NicError, Unmapped};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::{Duration, Instant};

/// Cycles from one look at the clients' requests to the next.
const SLICE: u64 = 8;
/// Register accesses that wait at a NIC; more wait at the client.
const MOST_PENDING: usize = 64;
/// Cycles after which a NIC is thought to give no answer.
const READ_PATIENCE: u64 = 10_000;
/// Frames that wait at a NIC's port; more are dropped, as by a switch.
const MOST_FRAMES: usize = 256;
/// Longest time without a look at the wires.
const WIRE_PERIOD: Duration = Duration::from_millis(1);
/// From one end of a cable to the other, in cycles.
const CABLE: u64 = 16;

/// A value of one access.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    Word(u32),
    Double(u64),
}

/// What the clients' threads ask of the simulation.
pub enum Request {
    /// A register write.
    Write {
        nic: usize,
        bar: Bar,
        offset: u64,
        value: Value,
    },
    /// A register read.
    Read {
        nic: usize,
        bar: Bar,
        offset: u64,
        answer: SyncSender<u32>,
    },
    /// A reset of the whole NIC.
    Reset { nic: usize, done: SyncSender<()> },
    /// The client is gone; the NIC is reset.
    Detach { nic: usize, done: SyncSender<()> },
    /// The end.
    Stop,
}

impl Request {
    fn nic(&self) -> Option<usize> {
        match self {
            Self::Write { nic, .. }
            | Self::Read { nic, .. }
            | Self::Reset { nic, .. }
            | Self::Detach { nic, .. } => Some(*nic),
            Self::Stop => None,
        }
    }
}

/// A read under way in a NIC.
struct Reading {
    id: BarReadId,
    answer: SyncSender<u32>,
    /// cycle in which it is given up
    until: u64,
}

/// A NIC at its port of the switch.
struct Seat {
    nic: Nic,
    shared: Arc<Shared>,
    reading: VecDeque<Reading>,
    /// somebody uses it
    attached: bool,
    /// it has been reset and does not know its clock
    unset: bool,
    /// the read that says whether it takes commands
    looking: Option<BarReadId>,
    first_refused: Option<String>,
}

/// The client's memory, with counts.
struct Counted<'a> {
    shared: &'a Shared,
    used: bool,
}

impl DmaMemory for Counted<'_> {
    fn dma_read(&mut self, iova: u64, target: &mut [u8]) -> Result<(), Unmapped> {
        self.used = true;
        self.shared.memory().dma_read(iova, target)?;
        self.shared.counts.dma_read.add(target.len() as u64);
        Ok(())
    }

    fn dma_write(&mut self, iova: u64, data: &[u8]) -> Result<(), Unmapped> {
        self.used = true;
        self.shared.memory().dma_write(iova, data)?;
        self.shared.counts.dma_written.add(data.len() as u64);
        Ok(())
    }
}

/// What a simulation leaves.
pub struct Ended {
    pub clock: ClockReport,
    pub wires: Vec<WireReport>,
    /// of each NIC, the first access to memory that was refused
    pub refused: Vec<Option<String>>,
    pub failure: Option<NicError>,
}

/// A wire at its port of the switch.
struct Outside {
    port: WirePort,
    name: String,
    /// frames that had come at the last look
    received: u64,
}

impl Outside {
    /// Whether frames have come since the last look.
    fn is_used(&mut self) -> bool {
        let received = self.port.stats().received;
        std::mem::replace(&mut self.received, received) != received
    }

    fn report(&self) -> WireReport {
        WireReport {
            wire: self.name.clone(),
            stats: self.port.stats(),
        }
    }
}

/// All NICs and what is between them.
pub struct Machine {
    seats: Vec<Seat>,
    network: Network,
    wires: Vec<Outside>,
    requests: Receiver<Request>,
    clock: Clock,
    per_us: u32,
    cycle: u64,
    beat: usize,
    /// something other than cycles has happened in this slice
    worked: bool,
}

/// What a machine is made of; it goes into the machine's own thread.
pub struct Parts {
    pub nics: Vec<(Nic, Arc<Shared>)>,
    pub wires: Vec<Wire>,
    pub requests: Receiver<Request>,
    pub per_us: u32,
    pub linger: Duration,
    pub seed: u64,
}

impl Machine {
    pub fn new(parts: Parts) -> Self {
        let ports = parts.nics.len() + parts.wires.len();
        let beat = parts.nics.first().map_or(8, |(nic, _)| nic.width());
        let topology = match ports {
            2 => Topology::Direct,
            _ => Topology::Switched,
        };
        let link = LinkConfig {
            delay: CABLE,
            ..LinkConfig::default()
        };
        let seats: Vec<Seat> = parts
            .nics
            .into_iter()
            .map(|(nic, shared)| Seat {
                nic,
                shared,
                reading: VecDeque::new(),
                attached: false,
                unset: true,
                looking: None,
                first_refused: None,
            })
            .collect();
        let first = seats.len();
        let wires = parts.wires.into_iter().enumerate();
        Self {
            wires: wires
                .map(|(k, wire)| Outside {
                    name: wire.spec().to_string(),
                    port: WirePort::new(first + k, wire),
                    received: 0,
                })
                .collect(),
            seats,
            network: Network::new(topology, ports, beat, link, parts.seed),
            requests: parts.requests,
            clock: Clock::new(parts.per_us, parts.linger, Instant::now()),
            per_us: parts.per_us,
            cycle: 0,
            beat,
            worked: false,
        }
    }

    /// Runs until it is told to stop, or a NIC fails.
    pub fn run(mut self) -> Ended {
        let failure = self.work().err();
        let wires = self.wires.iter().map(Outside::report).collect();
        Ended {
            clock: self.clock.report(Instant::now()),
            wires,
            refused: self.seats.into_iter().map(|s| s.first_refused).collect(),
            failure,
        }
    }

    fn work(&mut self) -> Result<(), NicError> {
        loop {
            if !self.take_requests()? {
                return Ok(());
            }
            let now = Instant::now();
            if std::mem::take(&mut self.worked) {
                self.clock.note_work(now);
            }
            match self.clock.plan(now) {
                Plan::Step => self.slice()?,
                Plan::Wait(time) => {
                    if !self.rest(time)? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Waits for a request; false: the end.
    fn rest(&mut self, time: Duration) -> Result<bool, NicError> {
        let time = match self.wires.is_empty() {
            true => time,
            false => time.min(WIRE_PERIOD),
        };
        match self.requests.recv_timeout(time) {
            Ok(request) => self.serve(request),
            Err(RecvTimeoutError::Timeout) => {
                for wire in &mut self.wires {
                    wire.port.poll();
                    self.worked |= wire.is_used();
                }
                Ok(true)
            }
            Err(RecvTimeoutError::Disconnected) => Ok(false),
        }
    }

    /// Takes what has been asked for, as far as the NICs take it; false: the end.
    fn take_requests(&mut self) -> Result<bool, NicError> {
        let busy = |seat: &Seat| seat.nic.bar_pending() >= MOST_PENDING;
        while !self.seats.iter().any(busy) {
            match self.requests.try_recv() {
                Ok(request) => {
                    if !self.serve(request)? {
                        return Ok(false);
                    }
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Ok(false),
            }
        }
        Ok(true)
    }

    fn serve(&mut self, request: Request) -> Result<bool, NicError> {
        self.worked = true;
        if let Some(nic) = request.nic() {
            self.seats[nic].attached = !matches!(request, Request::Detach { .. });
            let somebody = self.seats.iter().any(|seat| seat.attached);
            self.clock.attend(somebody, Instant::now());
        }
        match request {
            Request::Write {
                nic,
                bar,
                offset,
                value,
            } => self.seats[nic].write(bar, offset, value),
            Request::Read {
                nic,
                bar,
                offset,
                answer,
            } => {
                let until = self.cycle + READ_PATIENCE;
                self.seats[nic].read(bar, offset, answer, until);
            }
            Request::Reset { nic, done } | Request::Detach { nic, done } => {
                self.seats[nic].reset()?;
                // a client that does not wait any more is told nothing
                let _ = done.try_send(());
            }
            Request::Stop => return Ok(false),
        }
        Ok(true)
    }

    /// Some cycles.
    fn slice(&mut self) -> Result<(), NicError> {
        for _ in 0..SLICE {
            self.step()?;
        }
        self.clock.note_cycles(SLICE);
        for wire in &mut self.wires {
            self.worked |= wire.is_used();
        }
        for seat in &mut self.seats {
            self.worked |= seat.look_after(self.cycle, self.per_us);
        }
        Ok(())
    }

    fn step(&mut self) -> Result<(), NicError> {
        for wire in &self.wires {
            wire.port.tend(self.cycle, self.beat, &mut self.network);
        }
        let nics = self.seats.len();
        for (port, bytes) in self.network.poll(self.cycle) {
            match self.seats.get_mut(port) {
                Some(seat) => seat.arrive(&bytes),
                None => self.wires[port - nics].port.send(bytes),
            }
        }
        for (port, seat) in self.seats.iter_mut().enumerate() {
            if !seat.attached {
                continue;
            }
            let mut memory = Counted {
                shared: &seat.shared,
                used: false,
            };
            seat.nic.step(&mut memory)?;
            self.worked |= memory.used;
            while let Some(frame) = seat.nic.pop_tx() {
                self.worked = true;
                // the NIC's own clock stands while nobody uses it
                let lead = seat.nic.cycle();
                let here = |cycle: u64| (self.cycle + 1).saturating_sub(lead - cycle);
                let frame = WireFrame {
                    begin: here(frame.begin),
                    end: here(frame.end),
                    bytes: frame.bytes,
                };
                self.network.send(port, frame);
            }
        }
        self.cycle += 1;
        Ok(())
    }
}

impl Seat {
    fn reset(&mut self) -> Result<(), NicError> {
        self.nic.reset()?;
        self.nic.take_interrupts();
        self.reading.clear();
        self.looking = None;
        self.unset = true;
        Ok(())
    }

    fn write(&mut self, bar: Bar, offset: u64, value: Value) {
        let reset = bar == Bar::Bar0
            && offset == u64::from(control::control::REG.offset)
            && matches!(value, Value::Word(bits) if control::control::RESET.get(bits) == 1);
        if reset {
            self.shared.counts.register_resets.add(1);
            self.unset = true;
        }
        let done = match value {
            Value::Word(value) => self.nic.post_bar_write32(bar, offset, value),
            Value::Double(value) => self.nic.post_bar_write64(bar, offset, value),
        };
        if done.is_err() {
            self.shared.counts.odd.add(1);
        }
    }

    fn read(&mut self, bar: Bar, offset: u64, answer: SyncSender<u32>, until: u64) {
        match self.nic.start_bar_read32(bar, offset) {
            Ok(id) => self.reading.push_back(Reading { id, answer, until }),
            Err(_) => drop(answer.try_send(u32::MAX)),
        }
    }

    fn arrive(&mut self, frame: &[u8]) {
        if self.attached && self.nic.rx_pending() < MOST_FRAMES {
            self.nic.push_rx(frame);
        }
    }

    /// Brings answers, interrupts and refusals to where they belong; whether there were any.
    fn look_after(&mut self, cycle: u64, per_us: u32) -> bool {
        if !self.attached {
            return false;
        }
        let counts = &self.shared.counts;
        let mut worked = !self.reading.is_empty();
        while let Some(first) = self.reading.front() {
            let value = self.nic.poll_bar_read(first.id);
            if value.is_none() && cycle < first.until {
                break;
            }
            if value.is_none() {
                self.nic.cancel_bar_read(first.id);
                counts.late_reads.add(1);
            }
            // who does not wait any more has been told ones
            let _ = first.answer.try_send(value.map_or(u32::MAX, |v| v as u32));
            self.reading.pop_front();
        }
        for vector in self.nic.take_interrupts() {
            worked = true;
            counts.interrupts.add(1);
            if !self.shared.vectors().raise(vector.into()) {
                counts.untold.add(1);
            }
        }
        for fault in self.nic.take_faults() {
            counts.dma_refused.add(1);
            let refused = || {
                format!(
                    "{:?} of {} bytes at IOVA {:#x}",
                    fault.access, fault.length, fault.iova
                )
            };
            if self.first_refused.is_none() {
                let text = refused();
                eprintln!("refused by the IOMMU: {text}; more are only counted");
                self.first_refused = Some(text);
            }
        }
        let broken = self.nic.violations().len() as u64;
        counts
            .violations
            .add(broken.saturating_sub(counts.violations.get()));
        self.set_clock(per_us);
        worked
    }

    /// After a reset, as soon as the NIC takes it: how many cycles it is to count as a microsecond.
    fn set_clock(&mut self, per_us: u32) {
        if !self.unset {
            return;
        }
        let status = u64::from(control::status::REG.offset);
        let Some(looking) = self.looking else {
            self.looking = self.nic.start_bar_read32(Bar::Bar0, status).ok();
            return;
        };
        let Some(value) = self.nic.poll_bar_read(looking) else {
            return;
        };
        self.looking = None;
        if control::status::READY.get(value as u32) == 1 {
            let clock = control::cycles_per_us::REG.offset.into();
            let set = self.nic.post_bar_write32(Bar::Bar0, clock, per_us);
            self.unset = set.is_err();
        }
    }
}
