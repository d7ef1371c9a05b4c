//! A laboratory: hosts with Verilated NICs, opened by the driver, on one network, and the few things every scenario does with
//! them: connect two queue pairs, register memory, wait for completions for a bounded time.

mod connect;
mod model;
mod mutants;
mod widths;

pub use connect::{ConnectOptions, Endpoint, join, join_with};
pub use model::{
    ModelLoadError, Variant, instrumented, instrumented_library, nic_library, nic_verilog,
    nic_verilog_hash, source_revision,
};
pub use widths::{width, widths};

use crate::cluster::{Cluster, ClusterError};
use crate::model::lockstep::{Difference, Lockstep, LockstepOptions};
use crate::net::{CaptureError, LinkConfig, Network, Topology};
use fw_regs::ContextKind;
use fw_regs::contexts::{Completer, Requester, Responder};
use host_driver::{
    Access, Adapter, AdapterOptions, Completion, CompletionQueue, Context, DeviceError, MacAddress,
    MemoryRegion, ModifyError, OpenError, PostError, ProtectionDomain, VerbsError,
};
use sim_verilator::{DmaConfig, Library, NicConfig, NicError, Stalls};
use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// Nanoseconds of a cycle are those of 250 MHz.
pub const CYCLES_PER_US: u64 = 250;

/// How a laboratory is built.
#[derive(Clone, Copy, Debug)]
pub struct LabOptions {
    /// Bits of the NICs' data path.
    pub width: u32,
    /// Which NICs of that width.
    pub variant: Variant,
    /// Hosts: 1 (alone), 2 (one cable) or more (a switch).
    pub hosts: usize,
    /// All cables.
    pub link: LinkConfig,
    /// Fixes everything.
    pub seed: u64,
    /// Memory behind the NICs.
    pub dma: DmaConfig,
    /// Back-pressure at the NICs' ports.
    pub stalls: Stalls,
    /// IPv6 addresses instead of IPv4.
    pub ipv6: bool,
    /// Models with tracing, for [`Cluster::open_waves`].
    pub traced: bool,
    /// Cycles that pass when the driver waits a little.
    pub pause: u64,
    /// Whether the reference model watches.
    pub lockstep: Watch,
}

/// What the reference model does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watch {
    /// nothing
    #[default]
    No,
    /// The first thing that a NIC does otherwise stops the run. Slower. A frame that a NIC drops because its buffer is full cannot be
    /// seen and looks like a difference, so the link has to be slower than the NIC: see [`LabOptions::watched`].
    Check,
    /// The same, and everything seen is kept.
    Record,
}

impl LabOptions {
    /// Two migratable hosts of `width` bits on a perfect cable of 100 cycles, memory of 250 cycles.
    pub fn new(width: u32, seed: u64) -> Self {
        Self {
            width,
            variant: Variant::default(),
            hosts: 2,
            link: LinkConfig::default(),
            seed,
            dma: DmaConfig::default(),
            stalls: Stalls::default(),
            ipv6: false,
            traced: false,
            pause: 16,
            lockstep: Watch::No,
        }
    }

    /// The same with the model watching, and links on which no NIC's frame buffer overflows.
    #[must_use]
    pub fn watched(self, watch: Watch) -> Self {
        // a wide NIC handles no more packets in a second than a narrow one
        let slow = 2 + u64::from(self.width) / 64;
        let link = LinkConfig {
            cycles_per_beat: self.link.cycles_per_beat.max(slow),
            ..self.link
        };
        Self {
            lockstep: watch,
            link,
            ..self
        }
    }
}

/// What stops a scenario.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    #[error(transparent)]
    Model(#[from] ModelLoadError),
    #[error(transparent)]
    Nic(#[from] NicError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error("host {host}: {source}")]
    Open { host: usize, source: OpenError },
    #[error(transparent)]
    Verbs(#[from] VerbsError),
    #[error(transparent)]
    Modify(#[from] ModifyError),
    #[error(transparent)]
    Post(#[from] PostError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Capture(#[from] CaptureError),
    #[error(transparent)]
    Trace(#[from] sim_verilator::ModelError),
    /// At rest, something is still owed.
    #[error(transparent)]
    Difference(#[from] Box<Difference>),
    /// A bounded wait came to its end.
    #[error("waited {cycles} cycles for {what}")]
    Timeout { what: String, cycles: u64 },
}

/// A host: its driver, one process's context, one protection domain.
pub struct LabHost {
    pub adapter: Adapter,
    pub context: Context,
    pub pd: ProtectionDomain,
    pub ip: IpAddr,
    pub mac: MacAddress,
    next_va: Cell<u64>,
}

/// Hosts on a network. Host k (from 0) has IP 10.0.0.k+1 or fd00::k+1 and MAC 02:00:00:00:00:k+1.
pub struct Lab {
    pub cluster: Cluster,
    pub hosts: Vec<LabHost>,
    pub options: LabOptions,
    /// The model that watches, if it does.
    pub lockstep: Option<Lockstep>,
}

/// Cycles in which a NIC answers what has arrived, and how many times of that frames may be held back.
const REST: u64 = 1_000;
const STRAGGLERS: usize = 100;
/// Pauses of the driver before it gives a wait up.
const PATIENCE: u32 = 20_000;

impl Lab {
    /// Builds or loads the model, makes the hosts and opens their NICs.
    ///
    /// # Errors
    /// [`LabError::Model`] without Verilog or tools, [`LabError::Open`] if a NIC does not start.
    pub fn new(options: LabOptions) -> Result<Self, LabError> {
        let library = nic_library(options.width, options.variant, options.traced)?;
        Self::of(&library, options)
    }

    /// The same with a model that is there.
    ///
    /// # Errors
    /// As [`Self::new`], but for [`LabError::Model`].
    pub fn of(library: &Arc<Library>, options: LabOptions) -> Result<Self, LabError> {
        let topology = match options.hosts {
            2 => Topology::Direct,
            _ => Topology::Switched,
        };
        let beat = options.width as usize / 8;
        let network = Network::new(topology, options.hosts, beat, options.link, options.seed);
        let config = NicConfig {
            seed: options.seed,
            dma: options.dma,
            stalls: options.stalls,
            revision: model::source_revision(),
            ..NicConfig::default()
        };
        let cluster = Cluster::new(library, config, options.hosts, network)?;
        let lockstep = (options.lockstep != Watch::No).then(|| {
            let watch = Lockstep::new(LockstepOptions {
                record: options.lockstep == Watch::Record,
                beat: (beat, 256 / (256 - u64::from(options.stalls.tx))),
                ..LockstepOptions::new(options.hosts, options.seed)
            });
            cluster.observe(Box::new(watch.clone()));
            watch
        });
        let hosts = (0..options.hosts)
            .map(|k| LabHost::open(&cluster, k, &options))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            cluster,
            hosts,
            options,
            lockstep,
        })
    }

    /// Nothing is under way but frames on the links: once they have arrived, the model that watches, if one does, says whether anything is still owed, and compares the NICs' records of
    /// all queue pairs.
    ///
    /// # Errors
    /// [`LabError::Difference`].
    pub fn at_rest(&self) -> Result<(), LabError> {
        let Some(lockstep) = &self.lockstep else {
            return Ok(());
        };
        // frames that were held back are answered, too
        for _ in 0..STRAGGLERS {
            self.run(REST)?;
            if self.cluster.network(|network| network.is_idle()) {
                break;
            }
        }
        self.run(REST)?;
        lockstep.finish()?;
        for (host, slot) in lockstep.watched() {
            let adapter = &self.hosts[host].adapter;
            let requester = Requester::from_words(&words(adapter, ContextKind::Requester, slot)?);
            let completer = Completer::from_words(&words(adapter, ContextKind::Completer, slot)?);
            let responder = Responder::from_words(&words(adapter, ContextKind::Responder, slot)?);
            lockstep.compare_contexts((host, slot), &requester, &completer, &responder)?;
        }
        Ok(())
    }

    /// Lets `cycles` cycles pass and looks whether a NIC broke a rule in them.
    ///
    /// # Errors
    /// The NIC that failed.
    pub fn run(&self, cycles: u64) -> Result<(), LabError> {
        for _ in 0..cycles {
            self.cluster.step()?;
        }
        Ok(self.cluster.check()?)
    }

    /// Lets time pass until `look` finds something, at most `cycles` cycles.
    ///
    /// # Errors
    /// [`LabError::Timeout`] with `what`, or what `look` returns.
    pub fn until<T>(
        &self,
        what: &str,
        cycles: u64,
        mut look: impl FnMut() -> Result<Option<T>, LabError>,
    ) -> Result<T, LabError> {
        let end = self.cluster.cycle() + cycles;
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            if self.cluster.cycle() >= end {
                let what = what.to_owned();
                return Err(LabError::Timeout { what, cycles });
            }
            self.run(self.options.pause)?;
        }
    }

    /// The next `count` completions of `cq`, waiting at most `cycles` cycles for all of them.
    ///
    /// # Errors
    /// [`LabError::Timeout`].
    pub fn completions(
        &self,
        cq: &CompletionQueue,
        count: usize,
        cycles: u64,
    ) -> Result<Vec<Completion>, LabError> {
        let mut all = Vec::with_capacity(count);
        let mut look = || {
            all.extend(cq.poll(count - all.len())?);
            Ok((all.len() == count).then_some(()))
        };
        let done = self.until("completions", cycles, &mut look);
        match done {
            Ok(()) => Ok(all),
            Err(LabError::Timeout { cycles, .. }) => Err(LabError::Timeout {
                what: format!("{count} completions, {} came: {all:?}", all.len()),
                cycles,
            }),
            Err(other) => Err(other),
        }
    }
}

impl LabHost {
    fn open(cluster: &Cluster, k: usize, options: &LabOptions) -> Result<Self, LabError> {
        let number = k as u8 + 1;
        let mac = MacAddress([2, 0, 0, 0, 0, number]);
        let ip = match options.ipv6 {
            true => IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, number.into())),
            false => IpAddr::V4(Ipv4Addr::new(10, 0, 0, number)),
        };
        let adapter = AdapterOptions {
            host: number,
            seed: options.seed,
            mac,
            ip,
            patience: PATIENCE,
        };
        let adapter = Adapter::open(cluster.device(k, options.pause), adapter)
            .map_err(|source| LabError::Open { host: k, source })?;
        let context = adapter.context()?;
        let pd = context.allocate_pd()?;
        Ok(Self {
            adapter,
            context,
            pd,
            ip,
            mac,
            next_va: Cell::new(0x7000_0000_0000 | u64::from(number) << 40),
        })
    }

    /// `length` bytes of new registered memory. Its virtual address has nothing to do with the device's address of it.
    ///
    /// # Errors
    /// The device cannot map or register it.
    pub fn memory(&self, length: usize, access: Access) -> Result<MemoryRegion, LabError> {
        let buffer = self.context.allocate(length)?;
        let va = self.next_va.get();
        self.next_va
            .set(va + (length as u64).next_multiple_of(4096) + 0x10_0000);
        // another offset into the page than the IOVA has: only their difference may matter
        Ok(self.pd.register(&buffer, va + 0x140, length, access)?)
    }

    /// Registered memory that holds `bytes`.
    ///
    /// # Errors
    /// As [`Self::memory`].
    pub fn memory_with(&self, bytes: &[u8], access: Access) -> Result<MemoryRegion, LabError> {
        let region = self.memory(bytes.len(), access)?;
        region.buffer().write(0, bytes)?;
        Ok(region)
    }
}

/// A context record.
fn words<const N: usize>(
    adapter: &Adapter,
    kind: ContextKind,
    index: u16,
) -> Result<[u32; N], LabError> {
    let words = adapter.read_record(kind, index)?;
    Ok(std::array::from_fn(|k| words.get(k).copied().unwrap_or(0)))
}

/// The first `region.length()` bytes of registered memory.
///
/// # Errors
/// The device failed.
pub fn contents(region: &MemoryRegion) -> Result<Vec<u8>, LabError> {
    let mut bytes = vec![0; region.length()];
    region.buffer().read(0, &mut bytes)?;
    Ok(bytes)
}
