//! The Verilated NIC as a Rust value: clock, wire, registers, DMA and interrupts.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use crate::bar::{Bar, BarQueue};
use crate::dma::{DmaConfig, ReadEngine, ReadRequest};
use crate::ffi::Library;
use crate::host::DmaMemory;
use crate::model::{Model, ModelError, PortId};
use crate::monitor::{Channel, Offer, Rule, Violation, Violations};
use crate::mutant;
use crate::pins::{PinError, Pins};
use crate::rng::Rng;
use crate::waves::WaveRing;
use crate::wire::{Beat, TxFrame, WirePort, WireQueues};

mod registers;
mod saved;

pub use registers::BarError;
pub use saved::SavedNic;

/// How often `ready` (or an answer) is held back: in so many of 256 cycles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stalls {
    /// `tx_ready`.
    pub tx: u8,
    /// `rd_ready`.
    pub read: u8,
    /// Gaps between beats of DMA read answers.
    pub answer: u8,
    /// `wr_ready`.
    pub write: u8,
    /// `irq_ready`.
    pub interrupt: u8,
}

/// What surrounds the NIC.
#[derive(Clone, Copy, Debug)]
pub struct NicConfig {
    /// Fixes every stall, delay and order.
    pub seed: u64,
    /// The memory behind the DMA read channel.
    pub dma: DmaConfig,
    /// Back-pressure.
    pub stalls: Stalls,
    /// Cycles that [`Nic::reset`] holds `reset`.
    pub reset_cycles: u32,
    /// Cycles after which a blocking register access gives up.
    pub bar_timeout: u64,
    /// Picoseconds per clock cycle in traces: 4000 at 250 MHz.
    pub period: u64,
    /// What the pin `revision` is tied to, if there is one: the hash of the sources the netlist came from.
    pub revision: u64,
}

impl Default for NicConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            dma: DmaConfig::default(),
            stalls: Stalls::default(),
            reset_cycles: 16,
            bar_timeout: 10_000,
            period: 4000,
            revision: 0,
        }
    }
}

/// Why a NIC cannot be made or stepped.
#[derive(Debug, thiserror::Error)]
pub enum NicError {
    /// The netlist has other ports.
    #[error(transparent)]
    Pins(#[from] PinError),
    /// The circuit failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The netlist has mutants, and it is not clear which is to work.
    #[error(transparent)]
    Mutant(#[from] mutant::BadNumber),
}

/// Way of a DMA access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Device reads.
    Read,
    /// Device writes.
    Write,
}

/// A DMA access that the IOMMU refused: a read is answered with an error, a write is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// When it was refused.
    pub cycle: u64,
    /// Which way.
    pub access: Access,
    /// First byte.
    pub iova: u64,
    /// Bytes.
    pub length: usize,
}

/// What the NIC did, in order, for tests of order (payload, then CQE, then interrupt; CQE before ACK).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A DMA read request was taken.
    Read(ReadRequest),
    /// A run of bytes of one beat was written.
    Write {
        /// First byte.
        iova: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// An interrupt was raised.
    Interrupt {
        /// MSI-X vector.
        vector: u8,
    },
    /// The first beat of a frame left.
    FrameBegin,
}

/// A NIC with its pins driven. `Send`; deterministic by [`NicConfig::seed`] and its inputs.
///
/// [`step`](Self::step) is one clock cycle and everything that happens in it; all else queues work for
/// coming cycles or collects what past ones brought.
pub struct Nic {
    model: Model,
    pins: Pins,
    config: NicConfig,
    cycle: u64,
    wire: WireQueues,
    bar: BarQueue,
    reads: ReadEngine,
    offers: [Offer; 4],
    interrupts: VecDeque<u8>,
    faults: Vec<Fault>,
    violations: Violations,
    events: Option<Vec<(u64, Event)>>,
    frame_open: bool,
    rng: Rng,
    drive: Drive,
    waves: Option<WaveRing>,
}

/// Levels driven in this cycle that the handshakes need again after settling.
#[derive(Clone, Copy, Default)]
struct Drive {
    tx_ready: bool,
    rd_ready: bool,
    wr_ready: bool,
    irq_ready: bool,
    bar_valid: bool,
}

impl Nic {
    /// An instance of `library` after reset.
    ///
    /// # Errors
    /// [`NicError::Pins`] if the library is not a NIC.
    pub fn new(library: &Arc<Library>, config: NicConfig) -> Result<Self, NicError> {
        let mut model = Model::new(library)?;
        let pins = Pins::find(&model)?;
        if let Some(revision) = model.port("revision") {
            model.set_u64(revision, config.revision);
        }
        if let Some(pin) = model.port(mutant::PIN) {
            model.set_u64(pin, mutant::number()?.into());
        }
        let offers = [
            Offer::new(Channel::Tx, &[pins.tx_data, pins.tx_keep, pins.tx_last]),
            Offer::new(Channel::Read, &[pins.rd_addr, pins.rd_len, pins.rd_tag]),
            Offer::new(
                Channel::Write,
                &[pins.wr_addr, pins.wr_data, pins.wr_strb, pins.wr_last],
            ),
            Offer::new(Channel::Interrupt, &[pins.irq_vector]),
        ];
        let mut rng = Rng::new(config.seed);
        let reads = ReadEngine::new(config.dma, pins.width, rng.next_u64());
        let mut nic = Self {
            model,
            pins,
            config,
            cycle: 0,
            wire: WireQueues::default(),
            bar: BarQueue::default(),
            reads,
            offers,
            interrupts: VecDeque::new(),
            faults: vec![],
            violations: Violations::default(),
            events: None,
            frame_open: false,
            rng,
            drive: Drive::default(),
            waves: None,
        };
        nic.reset()?;
        Ok(nic)
    }

    /// Bytes of the bus: 8, 16, 32 or 64.
    pub fn width(&self) -> usize {
        self.pins.width
    }

    /// Cycles since the NIC was made, those in reset included.
    pub fn cycle(&self) -> u64 {
        self.cycle
    }

    /// Holds `reset` for [`NicConfig::reset_cycles`] and forgets accesses, reads and frames under way.
    ///
    /// # Errors
    /// [`NicError::Model`].
    pub fn reset(&mut self) -> Result<(), NicError> {
        self.wire = WireQueues::default();
        self.bar.clear();
        self.reads.clear();
        self.offers.iter_mut().for_each(Offer::forget);
        self.frame_open = false;
        let pins = &self.pins;
        for idle in [pins.rx_valid, pins.rsp_valid, pins.bar_valid, pins.tx_ready] {
            self.model.set_u64(idle, 0);
        }
        for idle in [pins.rd_ready, pins.wr_ready, pins.irq_ready] {
            self.model.set_u64(idle, 0);
        }
        self.model.set_u64(self.pins.reset, 1);
        for _ in 0..self.config.reset_cycles {
            self.settle()?;
            self.edge()?;
        }
        self.model.set_u64(self.pins.reset, 0);
        Ok(())
    }

    /// One clock cycle, with the wire at the frame queues of this value.
    ///
    /// # Errors
    /// [`NicError::Model`]; the NIC is then in no defined state.
    pub fn step(&mut self, host: &mut dyn DmaMemory) -> Result<(), NicError> {
        let mut wire = std::mem::take(&mut self.wire);
        let result = self.step_on(host, &mut wire);
        self.wire = wire;
        result
    }

    /// One clock cycle, with the wire plugged into `wire`; the frame queues of this value rest.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn step_on(
        &mut self,
        host: &mut dyn DmaMemory,
        wire: &mut dyn WirePort,
    ) -> Result<(), NicError> {
        self.drive_wire(wire);
        self.drive_dma(host);
        self.drive_bar();
        self.settle()?;
        self.sample_tx(wire);
        self.sample_reads(host);
        self.sample_writes(host);
        self.sample_interrupts();
        self.sample_bar();
        self.edge()
    }

    fn settle(&mut self) -> Result<(), NicError> {
        self.model.set_u64(self.pins.clock, 0);
        self.model.eval()?;
        self.model.advance(self.config.period / 2);
        Ok(())
    }

    fn edge(&mut self) -> Result<(), NicError> {
        self.model.set_u64(self.pins.clock, 1);
        self.model.eval()?;
        self.model.count_probe();
        self.model
            .advance(self.config.period - self.config.period / 2);
        self.cycle += 1;
        if let Some(waves) = &mut self.waves {
            waves.count(&mut self.model)?;
        }
        Ok(())
    }

    fn drive_wire(&mut self, wire: &mut dyn WirePort) {
        let pins = &self.pins;
        match wire.receive(self.cycle, pins.width) {
            None => self.model.set_u64(pins.rx_valid, 0),
            Some(beat) => {
                let count = beat.bytes.len().clamp(1, pins.width);
                self.model.set_u64(pins.rx_valid, 1);
                self.model.set_u64(pins.rx_last, u64::from(beat.last));
                self.model.set_u64(pins.rx_keep, u64::MAX >> (64 - count));
                self.model.set_bytes(pins.rx_data, beat.bytes);
            }
        }
        self.drive.tx_ready = wire.ready(self.cycle) && !self.rng.chance(self.config.stalls.tx);
        self.model
            .set_u64(pins.tx_ready, u64::from(self.drive.tx_ready));
    }

    fn drive_dma(&mut self, host: &mut dyn DmaMemory) {
        let stalls = self.config.stalls;
        self.drive.rd_ready = self.reads.has_room() && !self.rng.chance(stalls.read);
        self.drive.wr_ready = !self.rng.chance(stalls.write);
        self.drive.irq_ready = !self.rng.chance(stalls.interrupt);
        let pins = &self.pins;
        self.model
            .set_u64(pins.rd_ready, u64::from(self.drive.rd_ready));
        self.model
            .set_u64(pins.wr_ready, u64::from(self.drive.wr_ready));
        self.model
            .set_u64(pins.irq_ready, u64::from(self.drive.irq_ready));
        self.model.set_u64(pins.rsp_valid, 0);
        if self.reads.in_flight() == 0 || self.rng.chance(stalls.answer) {
            return;
        }
        if let Some(ReadRequest { iova, length, .. }) = self.reads.arbitrate(self.cycle, host) {
            self.faults.push(Fault {
                cycle: self.cycle,
                access: Access::Read,
                iova,
                length: length as usize,
            });
        }
        let Some(beat) = self.reads.beat() else {
            return;
        };
        self.model.set_u64(pins.rsp_valid, 1);
        self.model.set_bytes(pins.rsp_data, beat.data);
        self.model.set_u64(pins.rsp_tag, u64::from(beat.tag));
        self.model.set_u64(pins.rsp_last, u64::from(beat.last));
        self.model.set_u64(pins.rsp_error, u64::from(beat.error));
        self.reads.advance();
    }

    fn drive_bar(&mut self) {
        let offered = self.bar.offered();
        self.drive.bar_valid = offered.is_some();
        self.model
            .set_u64(self.pins.bar_valid, u64::from(offered.is_some()));
        let Some(operation) = offered else { return };
        let pins = &self.pins;
        let (data, strobes) = operation.write.unwrap_or_default();
        self.model
            .set_u64(pins.bar_write, u64::from(operation.write.is_some()));
        self.model
            .set_u64(pins.bar_sel, u64::from(operation.bar == Bar::Bar2));
        self.model.set_u64(pins.bar_addr, operation.address);
        self.model.set_u64(pins.bar_wdata, data);
        self.model.set_u64(pins.bar_wstrb, u64::from(strobes));
    }

    /// Whether the offer on a channel was taken in this cycle.
    fn taken(&mut self, channel: usize, valid: PortId, ready: bool) -> bool {
        let valid = self.model.is_high(valid);
        self.offers[channel].sample(
            &self.model,
            (valid, ready),
            self.cycle,
            &mut self.violations,
        )
    }

    fn record(&mut self, event: impl FnOnce() -> Event) {
        if let Some(events) = &mut self.events {
            events.push((self.cycle, event()));
        }
    }

    fn sample_tx(&mut self, wire: &mut dyn WirePort) {
        if !self.taken(0, self.pins.tx_valid, self.drive.tx_ready) {
            return;
        }
        if !self.frame_open {
            self.record(|| Event::FrameBegin);
        }
        let pins = &self.pins;
        let last = self.model.is_high(pins.tx_last);
        self.frame_open = !last;
        let keep = self.model.get_u64(pins.tx_keep);
        let count = keep.trailing_ones() as usize;
        let run = count > 0 && keep == u64::MAX >> (64 - count);
        if !run || (!last && count != pins.width) {
            self.violations
                .add(self.cycle, Channel::Tx, Rule::Keep(keep));
        }
        wire.transmit(
            self.cycle,
            Beat {
                bytes: &self.model.bytes(pins.tx_data)[..count],
                last,
            },
        );
    }

    fn sample_reads(&mut self, host: &mut dyn DmaMemory) {
        if !self.taken(1, self.pins.rd_valid, self.drive.rd_ready) {
            return;
        }
        let request = ReadRequest {
            iova: self.model.get_u64(self.pins.rd_addr),
            length: self.model.get_u64(self.pins.rd_len),
            tag: self.model.bytes(self.pins.rd_tag)[0],
        };
        for rule in crate::dma::broken_rules(&request) {
            self.violations.add(self.cycle, Channel::Read, rule);
        }
        if self.reads.is_busy(request.tag) {
            self.violations
                .add(self.cycle, Channel::Read, Rule::TagBusy(request.tag));
        }
        self.record(|| Event::Read(request));
        if !self.reads.accept(request, self.cycle, host) {
            let ReadRequest { iova, length, .. } = request;
            self.faults.push(Fault {
                cycle: self.cycle,
                access: Access::Read,
                iova,
                length: length as usize,
            });
        }
    }

    fn sample_writes(&mut self, host: &mut dyn DmaMemory) {
        if !self.taken(2, self.pins.wr_valid, self.drive.wr_ready) {
            return;
        }
        let iova = self.model.get_u64(self.pins.wr_addr);
        if !iova.is_multiple_of(self.pins.width as u64) {
            self.violations
                .add(self.cycle, Channel::Write, Rule::WriteAlignment(iova));
        }
        let mut strobes = self.model.get_u64(self.pins.wr_strb);
        while strobes != 0 {
            let begin = strobes.trailing_zeros() as usize;
            let length = (strobes >> begin).trailing_ones() as usize;
            let run = u64::MAX >> (64 - length) << begin;
            strobes &= !run;
            let bytes = &self.model.bytes(self.pins.wr_data)[begin..begin + length];
            let iova = iova.wrapping_add(begin as u64);
            if host.dma_write(iova, bytes).is_err() {
                self.faults.push(Fault {
                    cycle: self.cycle,
                    access: Access::Write,
                    iova,
                    length,
                });
            } else if let Some(events) = &mut self.events {
                events.push((
                    self.cycle,
                    Event::Write {
                        iova,
                        bytes: bytes.to_vec(),
                    },
                ));
            }
        }
    }

    fn sample_interrupts(&mut self) {
        if self.taken(3, self.pins.irq_valid, self.drive.irq_ready) {
            let vector = self.model.bytes(self.pins.irq_vector)[0];
            self.record(|| Event::Interrupt { vector });
            self.interrupts.push_back(vector);
        }
    }

    fn sample_bar(&mut self) {
        if self.model.is_high(self.pins.bar_rvalid)
            && !self.bar.answer(self.model.get_u64(self.pins.bar_rdata))
        {
            self.violations.add(self.cycle, Channel::Bar, Rule::Unasked);
        }
        if self.drive.bar_valid && self.model.is_high(self.pins.bar_ready) {
            self.bar.taken();
        }
    }

    /// Queues a frame towards the NIC; it begins as soon as those before it are in.
    pub fn push_rx(&mut self, frame: &[u8]) {
        self.wire.push(0, frame);
    }

    /// The same, beginning no earlier than cycle `earliest`.
    pub fn push_rx_at(&mut self, earliest: u64, frame: &[u8]) {
        self.wire.push(earliest, frame);
    }

    /// Frames that have not entered the NIC completely.
    pub fn rx_pending(&self) -> usize {
        self.wire.pending()
    }

    /// The oldest frame that came out.
    pub fn pop_tx(&mut self) -> Option<TxFrame> {
        self.wire.pop()
    }

    /// DMA reads taken and not answered completely.
    pub fn reads_in_flight(&self) -> usize {
        self.reads.in_flight()
    }

    /// Interrupts since the last call, oldest first.
    pub fn take_interrupts(&mut self) -> Vec<u8> {
        self.interrupts.drain(..).collect()
    }

    /// DMA faults since the last call, oldest first.
    pub fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }

    /// Rules that the NIC broke, up to the first 256.
    pub fn violations(&self) -> &[Violation] {
        self.violations.all()
    }

    /// Begins to record events, or ends and forgets them.
    pub fn record_events(&mut self, on: bool) {
        self.events = on.then(Vec::new);
    }

    /// Events with their cycles since the last call, oldest first; empty unless they are recorded.
    pub fn take_events(&mut self) -> Vec<(u64, Event)> {
        self.events.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Changes the back-pressure from now on.
    pub fn set_stalls(&mut self, stalls: Stalls) {
        self.config.stalls = stalls;
    }

    /// Starts an FST trace of everything from now on; the library must be built with tracing.
    ///
    /// # Errors
    /// [`ModelError::NotTraced`], [`ModelError::TraceFile`].
    pub fn open_trace(&mut self, path: &Path) -> Result<(), ModelError> {
        self.waves = None;
        self.model.open_trace(path)
    }

    /// Starts an FST trace of the last cycles only: `path` holds up to `cycles` of them, and `NAME.before.fst` beside it the `cycles` before.
    /// Each file is complete as soon as the next one begins; the last one with [`close_trace`](Self::close_trace), or the end of this value.
    ///
    /// # Errors
    /// As [`open_trace`](Self::open_trace).
    pub fn trace_last(&mut self, path: &Path, cycles: u64) -> Result<(), ModelError> {
        self.waves = Some(WaveRing::open(&mut self.model, path, cycles)?);
        Ok(())
    }

    /// Completes the trace.
    pub fn close_trace(&mut self) {
        self.waves = None;
        self.model.close_trace();
    }
}
