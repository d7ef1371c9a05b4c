//! Hosts with Verilated NICs on one simulated network, and the driver's way to each of them.
//!
//! A [`Cluster`] owns the clock: [`Cluster::step`] is one cycle of every NIC and of the network. [`Cluster::device`] gives the
//! driver's [`Device`] for one host; when the driver lets time pass, the whole cluster advances, so everything on it
//! is deterministic.

use crate::model::lockstep::{Observation, Observer, What};
use crate::net::{CaptureError, CaptureWriter, Network, WireFrame};
use crate::wire::WirePort;
use fw_regs::bar0::mailbox;
use host_driver::{Bar, Device, DeviceError};
use sim_verilator::{
    Bar as NicBar, DmaMemory, Fault, HostMemory, Library, Nic, NicConfig, NicError, SavedNic,
    Unmapped, Violation,
};
use std::cell::RefCell;
use std::path::Path;
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// A host: its NIC and its memory.
struct Host {
    nic: Nic,
    memory: HostMemory,
}

/// A frame at a host's port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortFrame {
    /// the host
    pub host: usize,
    /// it left the NIC; else it entered
    pub sent: bool,
    /// cycles of its first and last beat
    pub begin: u64,
    pub end: u64,
    /// the frame, or what [`Cluster::watch`] keeps of it
    pub bytes: Vec<u8>,
    /// bytes of the whole frame
    pub length: usize,
}

/// A mailbox command that a driver has issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedCommand {
    /// cycle in which the register write was posted
    pub cycle: u64,
    /// cycle in which the driver saw it done
    pub done: Option<u64>,
    /// the host
    pub host: usize,
    /// see [`fw_regs::Command`]
    pub opcode: u8,
}

/// A program on a host that runs now and then, whoever lets time pass.
struct Task {
    host: usize,
    /// cycles from one run to the next
    every: u64,
    work: Box<dyn FnMut(u64)>,
}

type Tasks = RefCell<Vec<Task>>;

/// Runs the tasks that are due. A host whose driver waits for its device is not free for its programs.
fn run_tasks(tasks: &Tasks, cycle: u64, busy: Option<usize>) {
    // a task that lets time pass itself does not start the others
    let Ok(mut tasks) = tasks.try_borrow_mut() else {
        return;
    };
    for task in tasks.iter_mut() {
        if cycle.is_multiple_of(task.every) && busy != Some(task.host) {
            (task.work)(cycle);
        }
    }
}

struct World {
    hosts: Vec<Host>,
    network: Network,
    /// ports of the network that lead outside
    outside: Vec<WirePort>,
    cycle: u64,
    /// frames at all ports, with so many bytes of each
    watched: Option<(usize, Vec<PortFrame>)>,
    /// commands of all drivers, if they are noted
    commands: Option<Vec<IssuedCommand>>,
    /// whoever watches all of this
    observer: Option<Box<dyn Observer>>,
    /// the first failure; the clock stands from then on
    failed: Option<NicError>,
    /// drivers are told that their devices are gone
    halted: bool,
}

/// The cluster has been halted.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the simulation is over")]
struct Halted;

/// A host's memory whose writes by the device are noted.
struct Noted<'a> {
    memory: &'a mut HostMemory,
    writes: Vec<What>,
}

impl DmaMemory for Noted<'_> {
    fn dma_read(&mut self, iova: u64, target: &mut [u8]) -> Result<(), Unmapped> {
        self.memory.dma_read(iova, target)
    }

    fn dma_write(&mut self, iova: u64, data: &[u8]) -> Result<(), Unmapped> {
        let before = self.memory.read_vec(iova, data.len())?;
        self.memory.dma_write(iova, data)?;
        self.writes.push(What::DeviceWrite {
            iova,
            bytes: data.to_vec(),
            before,
        });
        Ok(())
    }
}

/// All hosts of a cluster at one point in time, without what is on the network.
pub struct SavedCluster {
    cycle: u64,
    hosts: Vec<(SavedNic, HostMemory)>,
}

/// Why a cluster cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// A NIC's circuit failed.
    #[error(transparent)]
    Nic(#[from] NicError),
    /// A NIC broke a rule of its ports.
    #[error("host {host}: {violation:?}")]
    Violation { host: usize, violation: Violation },
    /// A NIC touched memory that was not its to touch.
    #[error("host {host}: {fault:?}")]
    Fault { host: usize, fault: Fault },
    /// Whoever watches the cluster has seen what should not be.
    #[error("{0}")]
    Objection(String),
}

/// All hosts and the network between them.
#[derive(Clone)]
pub struct Cluster {
    world: Rc<RefCell<World>>,
    tasks: Rc<Tasks>,
}

impl Cluster {
    /// `hosts` hosts on `network`, all with NICs of `library`; NIC k is seeded with `config.seed + k`.
    ///
    /// # Errors
    /// The library is not a NIC.
    pub fn new(
        library: &Arc<Library>,
        config: NicConfig,
        hosts: usize,
        network: Network,
    ) -> Result<Self, NicError> {
        let host = |k: usize| -> Result<Host, NicError> {
            let config = NicConfig {
                seed: config.seed.wrapping_add(k as u64),
                ..config
            };
            Ok(Host {
                nic: Nic::new(library, config)?,
                memory: HostMemory::new(),
            })
        };
        let hosts = (0..hosts).map(host).collect::<Result<_, _>>()?;
        Ok(Self {
            world: Rc::new(RefCell::new(World {
                hosts,
                network,
                outside: Vec::new(),
                cycle: 0,
                watched: None,
                commands: None,
                observer: None,
                failed: None,
                halted: false,
            })),
            tasks: Rc::default(),
        })
    }

    /// A port of the network that is none of a host leads outside from now on.
    ///
    /// # Panics
    /// The port is a host's.
    pub fn attach(&self, outside: &WirePort) {
        let mut world = self.world.borrow_mut();
        assert!(outside.port() >= world.hosts.len(), "a host's port");
        world.outside.push(outside.clone());
    }

    /// The driver's way to host `host`. Each [`Device::pause`] is `cycles` cycles of the whole cluster.
    pub fn device(&self, host: usize, cycles: u64) -> Box<dyn Device> {
        Box::new(InProcess {
            world: self.world.clone(),
            tasks: Rc::downgrade(&self.tasks),
            host,
            cycles,
        })
    }

    /// One cycle of everything.
    ///
    /// # Errors
    /// [`ClusterError::Nic`], once and for all.
    pub fn step(&self) -> Result<(), ClusterError> {
        let cycle = {
            let mut world = self.world.borrow_mut();
            world.step();
            if let Some(e) = world.failed.take() {
                return Err(e.into());
            }
            world.cycle
        };
        run_tasks(&self.tasks, cycle, None);
        Ok(())
    }

    /// Runs `work` on host `host` every `every` cycles from now on, whoever lets them pass: this call or any driver's wait, but for
    /// those of the host's own driver. `work` is told the cycle. It must not wait for the host's device.
    ///
    /// # Panics
    /// Not from within a task.
    pub fn every(&self, host: usize, every: u64, work: Box<dyn FnMut(u64)>) {
        let task = Task { host, every, work };
        self.tasks.borrow_mut().push(task);
    }

    /// Ends all tasks.
    ///
    /// # Panics
    /// Not from within a task.
    pub fn end_tasks(&self) {
        self.tasks.borrow_mut().clear();
    }

    /// From now on `observer` sees everything that happens at the edges of all NICs. To see a NIC's configuration it has to be there
    /// before the driver opens the NIC.
    pub fn observe(&self, observer: Box<dyn Observer>) {
        self.world.borrow_mut().observer = Some(observer);
    }

    /// The simulation is over: from now on every device access that takes time fails at once. What a driver does when its objects are
    /// dropped then costs nothing.
    pub fn halt(&self) {
        self.world.borrow_mut().halted = true;
    }

    /// Cycles since the cluster was made.
    pub fn cycle(&self) -> u64 {
        self.world.borrow().cycle
    }

    /// Bytes of a beat on the wire.
    pub fn beat(&self) -> usize {
        self.world.borrow().hosts[0].nic.width()
    }

    /// Works on the network, e.g. to change faults half-way.
    pub fn network<R>(&self, work: impl FnOnce(&mut Network) -> R) -> R {
        work(&mut self.world.borrow_mut().network)
    }

    /// Works on a NIC, e.g. to record its events.
    pub fn nic<R>(&self, host: usize, work: impl FnOnce(&mut Nic) -> R) -> R {
        work(&mut self.world.borrow_mut().hosts[host].nic)
    }

    /// Works on a host's memory as the device sees it.
    pub fn memory<R>(&self, host: usize, work: impl FnOnce(&mut HostMemory) -> R) -> R {
        work(&mut self.world.borrow_mut().hosts[host].memory)
    }

    /// Captures what passes host `host`'s port.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn capture(&self, host: usize, path: &Path) -> Result<(), CaptureError> {
        let writer = CaptureWriter::create(path)?;
        self.network(|n| n.capture(host, writer));
        Ok(())
    }

    /// From now on notes every frame at every port with its first `bytes` bytes; see [`Self::take_frames`].
    pub fn watch(&self, bytes: usize) {
        self.world.borrow_mut().watched = Some((bytes, Vec::new()));
    }

    /// The frames noted since the last call, in order of their ends within each port.
    pub fn take_frames(&self) -> Vec<PortFrame> {
        let mut world = self.world.borrow_mut();
        world
            .watched
            .as_mut()
            .map(|(_, frames)| std::mem::take(frames))
            .unwrap_or_default()
    }

    /// How many frames have been noted since the last call of [`Self::take_frames`].
    pub fn frames_noted(&self) -> usize {
        let world = self.world.borrow();
        world.watched.as_ref().map_or(0, |(_, frames)| frames.len())
    }

    /// Notes no frames any more and returns those that were noted.
    pub fn end_watch(&self) -> Vec<PortFrame> {
        let frames = self.take_frames();
        self.world.borrow_mut().watched = None;
        frames
    }

    /// From now on notes every mailbox command of every driver; see [`Self::take_commands`].
    pub fn note_commands(&self) {
        self.world.borrow_mut().commands = Some(Vec::new());
    }

    /// The commands noted since the last call, in order.
    pub fn take_commands(&self) -> Vec<IssuedCommand> {
        let mut world = self.world.borrow_mut();
        world
            .commands
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// A frame from nowhere enters host `host`'s port as soon as the port is free.
    pub fn inject(&self, host: usize, frame: &[u8]) {
        self.world.borrow_mut().arrive(host, frame);
    }

    /// Records host `host`'s signals in the FST file `path`; the library must have been built with tracing.
    ///
    /// # Errors
    /// No tracing in the library, or the file cannot be written.
    pub fn open_waves(&self, host: usize, path: &Path) -> Result<(), sim_verilator::ModelError> {
        self.nic(host, |nic| nic.open_trace(path))
    }

    /// The hosts as they are now; nothing if the NICs' model is not instrumented.
    pub fn save(&self) -> Option<SavedCluster> {
        let mut world = self.world.borrow_mut();
        let cycle = world.cycle;
        let hosts = world.hosts.iter_mut();
        let hosts = hosts.map(|host| Some((host.nic.save()?, host.memory.clone())));
        let hosts = hosts.collect::<Option<_>>()?;
        Some(SavedCluster { cycle, hosts })
    }

    /// Puts back what [`Self::save`] of this cluster gave; what is on the network and what has been noted is lost. Drivers do not know of it: only
    /// what they do without remembering anything may lie between.
    pub fn restore(&self, saved: &SavedCluster) {
        let mut world = self.world.borrow_mut();
        world.cycle = saved.cycle;
        world.failed = None;
        for (host, (nic, memory)) in world.hosts.iter_mut().zip(&saved.hosts) {
            host.nic.restore(nic);
            host.memory.clone_from(memory);
        }
        world.network.clear();
        if let Some((_, frames)) = &mut world.watched {
            frames.clear();
        }
    }

    /// No NIC has broken a rule of its ports or touched unmapped memory since the last call, and nobody who watches objects.
    ///
    /// # Errors
    /// The first that has.
    pub fn check(&self) -> Result<(), ClusterError> {
        let mut world = self.world.borrow_mut();
        if let Some(what) = world.observer.as_ref().and_then(|o| o.objection()) {
            return Err(ClusterError::Objection(what));
        }
        for (host, h) in world.hosts.iter_mut().enumerate() {
            if let Some(violation) = h.nic.violations().first() {
                return Err(ClusterError::Violation {
                    host,
                    violation: *violation,
                });
            }
            if let Some(fault) = h.nic.take_faults().into_iter().next() {
                return Err(ClusterError::Fault { host, fault });
            }
        }
        Ok(())
    }
}

impl World {
    fn step(&mut self) {
        if self.failed.is_some() {
            return;
        }
        for (port, bytes) in self.network.poll(self.cycle) {
            match self.outside.iter().find(|o| o.port() == port) {
                Some(outside) => outside.send(bytes),
                None => self.arrive(port, &bytes),
            }
        }
        for outside in &self.outside {
            let beat = self.hosts[0].nic.width();
            outside.tend(self.cycle, beat, &mut self.network);
        }
        for (host, h) in self.hosts.iter_mut().enumerate() {
            let stepped = match &mut self.observer {
                None => h.nic.step(&mut h.memory),
                Some(observer) => {
                    let mut noted = Noted {
                        memory: &mut h.memory,
                        writes: Vec::new(),
                    };
                    let stepped = h.nic.step(&mut noted);
                    for what in noted.writes {
                        let cycle = self.cycle;
                        observer.observe(Observation { cycle, host, what });
                    }
                    stepped
                }
            };
            if let Err(e) = stepped {
                self.failed = Some(e);
                return;
            }
            while let Some(frame) = h.nic.pop_tx() {
                // the NIC's own clock started earlier, in its reset
                let lead = h.nic.cycle() - (self.cycle + 1);
                let frame = WireFrame {
                    begin: frame.begin - lead,
                    end: frame.end - lead,
                    bytes: frame.bytes,
                };
                if let Some(observer) = &mut self.observer {
                    observer.observe(Observation {
                        cycle: self.cycle,
                        host,
                        what: What::Sent(frame.bytes.clone()),
                    });
                }
                if let Some((keep, frames)) = &mut self.watched {
                    frames.push(PortFrame {
                        host,
                        sent: true,
                        begin: frame.begin,
                        end: frame.end,
                        bytes: frame.bytes[..frame.bytes.len().min(*keep)].to_vec(),
                        length: frame.bytes.len(),
                    });
                }
                self.network.send(host, frame);
            }
        }
        self.cycle += 1;
    }

    /// The observer sees what a host's driver does.
    fn note(&mut self, host: usize, what: impl FnOnce() -> What) {
        let cycle = self.cycle;
        if let Some(observer) = &mut self.observer {
            let what = what();
            observer.observe(Observation { cycle, host, what });
        }
    }

    fn arrive(&mut self, host: usize, bytes: &[u8]) {
        self.note(host, || What::Received(bytes.to_vec()));
        let nic = &mut self.hosts[host].nic;
        if let Some((keep, frames)) = &mut self.watched {
            let beats = bytes.len().div_ceil(nic.width()) as u64;
            // behind what is still entering
            let busy = frames.iter().rev().find(|f| !f.sent && f.host == host);
            let begin = busy.map_or(self.cycle, |f| self.cycle.max(f.end + 1));
            frames.push(PortFrame {
                host,
                sent: false,
                begin,
                end: begin + beats - 1,
                bytes: bytes[..bytes.len().min(*keep)].to_vec(),
                length: bytes.len(),
            });
        }
        nic.push_rx(bytes);
    }
}

/// The in-process backend of the driver's device seam: a Verilated NIC in this program.
struct InProcess {
    world: Rc<RefCell<World>>,
    /// of the cluster, which outlives them
    tasks: Weak<Tasks>,
    host: usize,
    /// cycles of a pause
    cycles: u64,
}

/// Cycles after which a register read is given up.
const READ_PATIENCE: u64 = 10_000;

fn nic_bar(bar: Bar) -> NicBar {
    match bar {
        Bar::Registers => NicBar::Bar0,
        Bar::Doorbells => NicBar::Bar2,
    }
}

fn backend(e: impl std::error::Error + Send + Sync + 'static) -> DeviceError {
    DeviceError::Backend(Box::new(e))
}

impl InProcess {
    fn step(&self) -> Result<(), DeviceError> {
        let cycle = {
            let mut world = self.world.borrow_mut();
            if world.halted {
                return Err(backend(Halted));
            }
            world.step();
            if let Some(e) = world.failed.take() {
                return Err(backend(e));
            }
            world.cycle
        };
        if let Some(tasks) = self.tasks.upgrade() {
            run_tasks(&tasks, cycle, Some(self.host));
        }
        Ok(())
    }

    /// Notes a register write, above all if it starts a command.
    fn note(&self, bar: Bar, offset: u32, value: u32) {
        if bar == Bar::Registers {
            self.see(|| What::Register { offset, value });
        }
        let starts = bar == Bar::Registers
            && offset == mailbox::command::REG.offset
            && mailbox::command::GO.get(value) == 1;
        if !starts {
            return;
        }
        let mut world = self.world.borrow_mut();
        let issued = IssuedCommand {
            cycle: world.cycle,
            done: None,
            host: self.host,
            opcode: mailbox::command::OPCODE.get(value) as u8,
        };
        if let Some(commands) = &mut world.commands {
            commands.push(issued);
        }
    }

    /// Notes what the driver reads of a command's status.
    fn note_done(&self, bar: Bar, offset: u32, value: u32) {
        let ended = bar == Bar::Registers
            && offset == mailbox::status::REG.offset
            && mailbox::status::BUSY.get(value) == 0
            && mailbox::status::DONE.get(value) == 1;
        if !ended {
            return;
        }
        self.see(|| What::Done { status: value });
        let mut world = self.world.borrow_mut();
        let cycle = world.cycle;
        let commands = world.commands.iter_mut().flatten();
        let last = commands.rfold(None, |found, c| {
            found.or((c.host == self.host).then_some(c))
        });
        if let Some(command) = last {
            command.done.get_or_insert(cycle);
        }
    }

    fn see(&self, what: impl FnOnce() -> What) {
        self.world.borrow_mut().note(self.host, what);
    }

    fn with_nic<R>(&self, work: impl FnOnce(&mut Nic) -> R) -> R {
        work(&mut self.world.borrow_mut().hosts[self.host].nic)
    }
}

impl Device for InProcess {
    fn read32(&mut self, bar: Bar, offset: u32) -> Result<u32, DeviceError> {
        let read = self
            .with_nic(|nic| nic.start_bar_read32(nic_bar(bar), offset.into()))
            .map_err(|_| DeviceError::BadAccess { bar, offset })?;
        for _ in 0..READ_PATIENCE {
            self.step()?;
            if let Some(value) = self.with_nic(|nic| nic.poll_bar_read(read)) {
                self.note_done(bar, offset, value as u32);
                return Ok(value as u32);
            }
        }
        self.with_nic(|nic| nic.cancel_bar_read(read));
        Err(DeviceError::NoAnswer { bar, offset })
    }

    fn write32(&mut self, bar: Bar, offset: u32, value: u32) -> Result<(), DeviceError> {
        self.note(bar, offset, value);
        self.with_nic(|nic| nic.post_bar_write32(nic_bar(bar), offset.into(), value))
            .map_err(|_| DeviceError::BadAccess { bar, offset })
    }

    fn write64(&mut self, bar: Bar, offset: u32, value: u64) -> Result<(), DeviceError> {
        if bar == Bar::Doorbells {
            self.see(|| What::Doorbell { offset, value });
        }
        self.with_nic(|nic| nic.post_bar_write64(nic_bar(bar), offset.into(), value))
            .map_err(|_| DeviceError::BadAccess { bar, offset })
    }

    fn map(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        let mut world = self.world.borrow_mut();
        let size = length as u64;
        world.note(self.host, || What::Map { iova, length: size });
        world.hosts[self.host]
            .memory
            .map(iova, size)
            .map_err(|e| DeviceError::Map {
                iova,
                length,
                why: e.to_string(),
            })
    }

    fn unmap(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        let mut world = self.world.borrow_mut();
        let size = length as u64;
        world.note(self.host, || What::Unmap { iova, length: size });
        world.hosts[self.host]
            .memory
            .unmap(iova, length as u64)
            .map(drop)
            .map_err(backend)
    }

    fn read_memory(&self, iova: u64, target: &mut [u8]) -> Result<(), DeviceError> {
        let length = target.len();
        let world = self.world.borrow();
        world.hosts[self.host]
            .memory
            .read(iova, target)
            .map_err(|_| DeviceError::Unmapped { iova, length })
    }

    fn write_memory(&mut self, iova: u64, bytes: &[u8]) -> Result<(), DeviceError> {
        let mut world = self.world.borrow_mut();
        let length = bytes.len();
        world.note(self.host, || What::HostWrite {
            iova,
            bytes: bytes.to_vec(),
        });
        world.hosts[self.host]
            .memory
            .write(iova, bytes)
            .map_err(|_| DeviceError::Unmapped { iova, length })
    }

    fn take_interrupts(&mut self) -> Result<u64, DeviceError> {
        let raised = self.with_nic(Nic::take_interrupts);
        Ok(raised.into_iter().fold(0, |all, v| all | 1 << (v % 64)))
    }

    fn pause(&mut self) -> Result<(), DeviceError> {
        (0..self.cycles).try_for_each(|_| self.step())
    }
}
