//! The stage of every search: one NIC with an honest process and a hostile one, set up once by the driver and put back for each input.
//!
//! The honest process has a connection with a partner outside and memory that the partner may use; it stands still while an input is tried and has to
//! work afterwards. The hostile process has four connections: two with partners outside, two with each other. What an input does goes past the driver,
//! which would remember it: frames, register accesses, and bytes in queues.

use super::finding::Finding;
use super::honest::Honest;
use crate::cluster::SavedCluster;
use crate::lab::{Lab, LabOptions};
use crate::net::{FaultRates, LinkConfig};
use crate::peer::packet::Place;
use crate::rng::Rng;
use fw_regs::bar0::mailbox;
use fw_regs::contexts::RingConfig;
use fw_regs::{Command, ContextKind};
use host_driver::{
    Access, Bar, Buffer, CommandFailure, CompletionQueue, ConnectionData, Context, Device,
    DeviceError, InitAttributes, MemoryRegion, MigrationData, Modify, ProtectionDomain, QpOptions,
    QueuePair, RtrAttributes, RtsAttributes, SharedReceiveQueue,
};
use sim_verilator::{HostMemory, Library};
use std::sync::Arc;

/// Fixes the stage.
const SEED: u64 = 0xf022;
/// Cycles of the driver's pauses.
const PAUSE: u64 = 16;
/// Cycles after which the data paths must have drained for a command.
const DRAIN_LIMIT: u32 = 8_000;
/// Bytes of memory that the hostile process may use as it likes.
pub const OWN_BYTES: usize = 16 * 1024;
/// Entries of send queues, receive queues, completion queues.
pub const DEPTH: u32 = 32;
/// Pages for dumps.
pub const SCRATCH_BYTES: usize = 64 * 1024;
/// QP number of the first partner; the next has one more in its upper byte.
const PARTNER_QPN: u32 = 0x09_1234;
/// Incarnation of the partners.
pub const PARTNER_EPOCH: u32 = 0x00_1000;
/// Host number of the honest partner; the hostile ones follow.
const PARTNER: u8 = 9;
/// Bytes of each frame that are kept: all.
const FRAME: usize = 16 * 1024;

/// A ring in host memory.
#[derive(Clone, Copy, Debug)]
pub struct RingAt {
    /// What its doorbells name.
    pub number: u32,
    /// IOVA.
    pub base: u64,
    /// log2 of its entries.
    pub log_size: u8,
    /// IOVA of its doorbell record.
    pub record: u64,
}

/// A queue pair as its owner knows it.
pub struct Station {
    /// The driver's handle; never used while an input is tried.
    pub qp: QueuePair,
    /// Where its partner is.
    pub partner: Place,
    /// The partner's number.
    pub partner_qpn: u32,
    /// Its send queue.
    pub sq: RingAt,
    /// Where it receives from.
    pub rq: RingAt,
    /// Its completion queues: sends, receives.
    pub cqs: [CompletionQueue; 2],
}

/// A range of I/O addresses.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// First.
    pub iova: u64,
    /// Bytes.
    pub length: u64,
}

impl Range {
    fn of(region: &MemoryRegion) -> Self {
        Self {
            iova: region.buffer().iova(),
            length: region.length() as u64,
        }
    }
}

/// The hostile process.
pub struct Hostile {
    /// Its doorbell page.
    pub context: Context,
    /// 0 and 1 with partners outside, 2 and 3 with each other.
    pub stations: Vec<Station>,
    /// Where station 1 receives from.
    pub srq: SharedReceiveQueue,
    /// Memory for everything.
    pub own: MemoryRegion,
    /// Memory that nobody may write to.
    pub readable: MemoryRegion,
    /// Pages for dumps and restores.
    pub scratch: Range,
    /// Mapped, and registered by nobody: the scratch pages, and memory that nobody may touch; held because a buffer that is dropped is unmapped.
    _mapped: [Buffer; 2],
}

/// See the module's head.
pub struct Scene {
    /// The NIC and its driver.
    pub lab: Lab,
    /// The honest process.
    pub honest: Honest,
    /// The other.
    pub hostile: Hostile,
    /// Registers without the driver.
    pub device: Box<dyn Device>,
    saved: Option<SavedCluster>,
    /// memory as the host has written it
    expected: HostMemory,
    start: HostMemory,
    /// what the device may write to
    writable: Vec<Range>,
}

impl Scene {
    /// Sets the stage up with NICs of `library`.
    ///
    /// # Errors
    /// [`Finding::Stage`], or what goes wrong without any input.
    pub fn new(library: &Arc<Library>) -> Result<Self, Finding> {
        Self::seeded(library, SEED)
    }

    /// The same with other QP numbers and keys.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn seeded(library: &Arc<Library>, seed: u64) -> Result<Self, Finding> {
        let stage = |error: &dyn std::fmt::Display| Finding::Stage(error.to_string());
        let lab = Lab::of(
            library,
            LabOptions {
                hosts: 1,
                pause: PAUSE,
                ..LabOptions::new(64, seed)
            },
        )?;
        let faults = FaultRates {
            loss: 1.0,
            ..FaultRates::default()
        };
        let cut = LinkConfig {
            faults,
            ..LinkConfig::default()
        };
        lab.cluster.network(|n| n.uplink_mut(0).configure(cut));
        lab.cluster.watch(FRAME);
        let mut device = lab.cluster.device(0, PAUSE);
        device.write32(
            Bar::Registers,
            mailbox::drain_limit::REG.offset,
            DRAIN_LIMIT,
        )?;
        let hostile = Hostile::new(&lab).map_err(|e| stage(&e))?;
        let honest = Honest::new(&lab).map_err(|e| stage(&e))?;
        let mut writable = vec![Range::of(&hostile.own), hostile.scratch];
        writable.extend(honest.writable());
        for station in &hostile.stations {
            for cq in &station.cqs {
                let words = lab.hosts[0]
                    .adapter
                    .read_record(ContextKind::CqConfig, cq.number())?;
                writable.push(completions(&words));
            }
        }
        writable.push(events(&mut *device)?);
        let mut scene = Self {
            lab,
            honest,
            hostile,
            device,
            saved: None,
            expected: HostMemory::new(),
            start: HostMemory::new(),
            writable,
        };
        scene.run(4_000)?;
        scene.honest.remember(&scene.lab)?;
        scene.keep();
        let seen = scene.carry()?;
        scene.honest.expect(seen)?;
        scene.restore();
        Ok(scene)
    }

    fn keep(&mut self) {
        self.lab.cluster.take_frames();
        self.saved = self.lab.cluster.save();
        self.start = self.lab.cluster.memory(0, |memory| memory.clone());
        self.expected.clone_from(&self.start);
    }

    /// Puts everything back to where an input begins.
    pub fn restore(&mut self) {
        if let Some(saved) = &self.saved {
            self.lab.cluster.restore(saved);
        }
        self.expected.clone_from(&self.start);
        self.lab.cluster.nic(0, |nic| nic.clear_coverage());
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// The NIC breaks a rule of its ports.
    pub fn run(&self, cycles: u64) -> Result<(), Finding> {
        for _ in 0..cycles {
            self.lab.cluster.step()?;
        }
        Ok(())
    }

    /// The NIC has broken no rule of its ports, and reached for no memory that is not mapped unless `faults` are allowed.
    ///
    /// # Errors
    /// It has.
    pub fn check_ports(&self, faults: bool) -> Result<(), Finding> {
        if faults {
            self.lab.cluster.nic(0, |nic| drop(nic.take_faults()));
        }
        Ok(self.lab.cluster.check()?)
    }

    /// The device has written nothing but what it may.
    ///
    /// # Errors
    /// [`Finding::Memory`].
    pub fn check_memory(&self) -> Result<(), Finding> {
        self.lab.cluster.memory(0, |memory| {
            for (iova, was) in self.expected.regions() {
                let Ok(is) = memory.read_vec(iova, was.len()) else {
                    continue;
                };
                if is == was {
                    continue;
                }
                let mut places = (0..was.len()).filter(|k| is[*k] != was[*k]);
                let allowed = |k: usize| {
                    let at = iova + k as u64;
                    let within = |r: &Range| at >= r.iova && at - r.iova < r.length;
                    self.writable.iter().any(within)
                };
                if let Some(into) = places.find(|k| !allowed(*k)) {
                    return Err(Finding::Memory {
                        iova,
                        into,
                        was: was[into],
                        is: is[into],
                    });
                }
            }
            Ok(())
        })
    }

    /// Writes host memory as its owner.
    pub fn host_write(&mut self, iova: u64, bytes: &[u8]) {
        // addresses come from rings and regions that are mapped
        let _ = self.expected.write(iova, bytes);
        let _ = self
            .lab
            .cluster
            .memory(0, |memory| memory.write(iova, bytes));
    }

    /// Reads host memory.
    pub fn host_read(&self, iova: u64, length: usize) -> Vec<u8> {
        let read = self
            .lab
            .cluster
            .memory(0, |memory| memory.read_vec(iova, length));
        read.unwrap_or_default()
    }

    /// Writes eight bytes to a doorbell page; the offset is cut to what the bus can carry.
    pub fn bell(&self, page: u8, offset: u32, value: u64) {
        let address = fw_regs::doorbell::address(page, offset & 0xff8);
        let bar = sim_verilator::Bar::Bar2;
        let post = |nic: &mut sim_verilator::Nic| nic.post_bar_write64(bar, address.into(), value);
        // the address is aligned and in the page
        let _ = self.lab.cluster.nic(0, post);
    }

    /// The words of a record.
    ///
    /// # Errors
    /// [`Finding::Hang`].
    pub fn record(&self, kind: ContextKind, index: u16) -> Result<Vec<u32>, Finding> {
        Ok(self.lab.hosts[0].adapter.read_record(kind, index)?)
    }

    /// Waits until nothing more is sent or read, for a bounded time.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn settle(&self) -> Result<(), Finding> {
        const CHUNK: u64 = 256;
        let mut quiet = 0;
        let mut sent = self.frames_seen();
        for _ in 0..60 {
            self.run(CHUNK)?;
            let now = self.frames_seen();
            let busy = self.lab.cluster.nic(0, |nic| {
                nic.reads_in_flight() + nic.rx_pending() + nic.bar_pending()
            });
            quiet = match now == sent && busy == 0 {
                true => quiet + 1,
                false => 0,
            };
            sent = now;
            if quiet == 3 {
                break;
            }
        }
        Ok(())
    }

    fn frames_seen(&self) -> usize {
        self.lab.cluster.frames_noted()
    }

    /// The mailbox takes a command and answers.
    ///
    /// # Errors
    /// [`Finding::Hang`].
    pub fn check_mailbox(&self) -> Result<(), Finding> {
        let adapter = &self.lab.hosts[0].adapter;
        match adapter.migration_command(Command::Nop, [0; 2], &[]) {
            Ok(_) => Ok(()),
            Err(CommandFailure::Device(e)) => Err(e.into()),
            Err(other) => Err(Finding::Hang(other.to_string())),
        }
    }

    /// Every connection of the hostile process that `named` does not name is as it was: engines, queues, state.
    ///
    /// # Errors
    /// [`Finding::Context`].
    pub fn check_strangers(&self, named: impl Fn(usize) -> bool) -> Result<(), Finding> {
        for (k, station) in self.hostile.stations.iter().enumerate() {
            if !named(k) {
                self.honest
                    .same_engines(&self.lab, k + 1, station.qp.slot())?;
            }
        }
        Ok(())
    }

    /// Whoever drops the stage need not wait for its objects to be destroyed.
    pub fn end(&self) {
        self.lab.cluster.halt();
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.end();
    }
}

fn completions(words: &[u32]) -> Range {
    let config = fw_regs::contexts::CqConfig::from_words(&std::array::from_fn(|k| {
        words.get(k).copied().unwrap_or(0)
    }));
    Range {
        iova: config.base,
        length: (fw_regs::rings::CQE_BYTES as u64) << config.log_size,
    }
}

fn events(device: &mut dyn Device) -> Result<Range, DeviceError> {
    use fw_regs::bar0::event_queue as eq;
    let mut read = |offset| device.read32(Bar::Registers, offset);
    let low = read(eq::base_lo::REG.offset)?;
    let high = read(eq::base_hi::REG.offset)?;
    let size = eq::size::LOG2.get(read(eq::size::REG.offset)?);
    Ok(Range {
        iova: u64::from(high) << 32 | u64::from(low),
        length: (fw_regs::rings::EQE_BYTES as u64) << size,
    })
}

type Made<T> = Result<T, Box<dyn std::error::Error>>;

/// Where a ring is.
pub fn ring_at(lab: &Lab, kind: ContextKind, index: u16) -> Result<RingAt, DeviceError> {
    let words = lab.hosts[0].adapter.read_record(kind, index)?;
    let config =
        RingConfig::from_words(&std::array::from_fn(|k| words.get(k).copied().unwrap_or(0)));
    Ok(RingAt {
        number: index.into(),
        base: config.base,
        log_size: config.log_size,
        record: config.doorbell_record,
    })
}

/// What tells one connection from another.
pub struct Link {
    /// The partner.
    pub partner: ConnectionData,
    /// Local ACK timeout.
    pub timeout: u8,
    /// Receives come from here.
    pub srq: Option<SharedReceiveQueue>,
}

/// The partner outside with number `k`: 0 is the honest process's.
pub fn partner(k: u8, migratable: bool) -> ConnectionData {
    let place = Place::numbered(PARTNER + k);
    let migration = MigrationData {
        epoch: PARTNER_EPOCH,
        key: [0x5a; 16],
    };
    ConnectionData {
        qpn: PARTNER_QPN + (u32::from(k) << 16),
        psn: 0xff_fff0,
        ip: place.ip,
        mac: place.mac,
        migration: migratable.then_some(migration),
    }
}

/// A queue pair in RESET with its completion queues.
pub fn queue_pair(
    context: &Context,
    pd: &ProtectionDomain,
    srq: Option<SharedReceiveQueue>,
) -> Made<(QueuePair, [CompletionQueue; 2])> {
    let cqs = [context.create_cq(DEPTH)?, context.create_cq(DEPTH)?];
    let qp = pd.create_qp(&QpOptions {
        send_cq: cqs[0].clone(),
        recv_cq: cqs[1].clone(),
        srq,
        max_send: DEPTH,
        max_recv: DEPTH,
        raw: false,
    })?;
    Ok((qp, cqs))
}

/// Brings it to RTS.
pub fn connect(
    lab: &Lab,
    (qp, cqs): (QueuePair, [CompletionQueue; 2]),
    link: &Link,
) -> Made<Station> {
    qp.modify(Modify::Init(InitAttributes::default()))?;
    qp.modify(Modify::Rtr(RtrAttributes {
        path_mtu: 256,
        ..RtrAttributes::new(link.partner)
    }))?;
    qp.modify(Modify::Rts(RtsAttributes {
        timeout: link.timeout,
        retry_cnt: 1,
        rnr_retry: 1,
        ..RtsAttributes::new(qp.connection_data().psn)
    }))?;
    let ring = match &link.srq {
        Some(srq) => lab.hosts[0].adapter.attributes().qps as u16 + srq.number(),
        None => qp.slot(),
    };
    Ok(Station {
        sq: ring_at(lab, ContextKind::SqConfig, qp.slot())?,
        rq: ring_at(lab, ContextKind::RqConfig, ring)?,
        partner: Place {
            ip: link.partner.ip,
            mac: link.partner.mac,
        },
        partner_qpn: link.partner.qpn,
        qp,
        cqs,
    })
}

impl Hostile {
    fn new(lab: &Lab) -> Made<Self> {
        let host = &lab.hosts[0];
        let context = host.adapter.context()?;
        let pd = context.allocate_pd()?;
        let mut rng = Rng::new(SEED);
        let region = |bytes: &[u8], va: u64, access: Access| -> Made<MemoryRegion> {
            let buffer = context.allocate(bytes.len() + 256)?;
            buffer.write(0, bytes)?;
            Ok(pd.register(&buffer, va, bytes.len(), access)?)
        };
        let own = region(&rng.bytes(OWN_BYTES), 0x7b00_0000_0140, Access::ALL)?;
        let only_read = Access {
            local_write: false,
            remote_write: false,
            remote_atomic: false,
            ..Access::ALL
        };
        let readable = region(&rng.bytes(4096), 0x7b00_0100_0000, only_read)?;
        let unregistered = context.allocate(4096)?;
        unregistered.write(0, &rng.bytes(4096))?;
        let scratch = context.allocate(SCRATCH_BYTES)?;
        let srq = pd.create_srq(DEPTH, 2)?;
        let plain = |k: u8, migratable, timeout, srq| Link {
            partner: partner(k, migratable),
            timeout,
            srq,
        };
        let mut stations = vec![];
        for link in [
            plain(1, true, 0, None),
            plain(2, false, 1, Some(srq.clone())),
        ] {
            let made = queue_pair(&context, &pd, link.srq.clone())?;
            made.0.set_migratable(link.partner.migration.is_some())?;
            stations.push(connect(lab, made, &link)?);
        }
        let [a, b] = [
            queue_pair(&context, &pd, None)?,
            queue_pair(&context, &pd, None)?,
        ];
        let [to_a, to_b] = [&a.0, &b.0].map(|qp| Link {
            partner: qp.connection_data(),
            timeout: 2,
            srq: None,
        });
        stations.push(connect(lab, a, &to_b)?);
        stations.push(connect(lab, b, &to_a)?);
        Ok(Self {
            scratch: Range {
                iova: scratch.iova(),
                length: SCRATCH_BYTES as u64,
            },
            context,
            stations,
            srq,
            own,
            readable,
            _mapped: [scratch, unregistered],
        })
    }
}
