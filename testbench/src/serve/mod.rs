//! Verilated NICs as PCI devices, served to other processes over vfio-user: to QEMU, or straight to the driver.
//!
//! ```text
//!   client ══ socket ══ thread of its NIC ── requests ──► thread of the simulation: NICs, switch, wires
//!     │                 backend, config         answers ◄──
//!     └── memory, event descriptors (shared) ──────────────► guest, vectors
//! ```
//!
//! [`Serving`] is a running server; [`ServeOptions`] say what it serves. A client that stalls, dies or writes nonsense costs its own
//! connection: the NIC is reset and the next client may come. Read [`backend::Backend`] for what each message does,
//! [`machine::Machine`] for the simulation, [`clock::Clock`] for how its time follows wall time.

pub mod backend;
pub mod clock;
pub mod config;
pub mod guest;
pub mod machine;
mod report;
pub mod vectors;

pub use report::{NicReport, Resets, ServeReport, WireReport};

use crate::waves::Waves;
use crate::wire::{Wire, WireError, WireSpec};
use backend::{Backend, Shared};
use fw_regs::bar0::identity;
use machine::{Ended, Machine, Parts, Request};
use sim_verilator::{
    Bar, BarError, DmaConfig, HostMemory, Library, ModelError, Nic, NicConfig, NicError,
};
use std::io;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use vfio_bindings::bindings::vfio::{
    VFIO_IRQ_INFO_EVENTFD, VFIO_IRQ_INFO_NORESIZE, VFIO_PCI_BAR0_REGION_INDEX,
    VFIO_PCI_BAR2_REGION_INDEX, VFIO_PCI_BAR4_REGION_INDEX, VFIO_PCI_CONFIG_REGION_INDEX,
    VFIO_PCI_MSIX_IRQ_INDEX, VFIO_PCI_NUM_IRQS, VFIO_PCI_NUM_REGIONS, VFIO_REGION_INFO_FLAG_READ,
    VFIO_REGION_INFO_FLAG_WRITE, vfio_region_info,
};
use vfio_user::{IrqInfo, Server, ServerRegion};

/// Requests of all clients that wait for the simulation; then clients wait.
const REQUESTS: usize = 1024;

/// How often, and how far apart, it is looked whether a thread has ended.
const LOOKS: u32 = 50;
const LOOK: Duration = Duration::from_millis(2);

/// What is served.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// A NIC behind each of them.
    pub sockets: Vec<PathBuf>,
    /// Wires that lead outside, at ports of the same switch.
    pub wires: Vec<WireSpec>,
    /// Cycles that the NICs count as a microsecond: 1 to 250. At 1 they are as near to wall time as can be.
    pub cycles_per_us: u32,
    /// How long a register read may take before it is answered with ones. Less than the client waits: QEMU's `x-msg-timeout` is 5 s.
    pub read_limit: Duration,
    /// How long NICs go on at full speed when nothing happens.
    pub linger: Duration,
    /// Cycles from a DMA read to its answer.
    pub dma_latency: u64,
    /// Fixes what is random about the NICs' surroundings.
    pub seed: u64,
    /// Waves of every NIC; the library must have been built with tracing.
    pub waves: Option<Waves>,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            sockets: Vec::new(),
            wires: Vec::new(),
            cycles_per_us: 1,
            read_limit: Duration::from_secs(4),
            linger: Duration::from_secs(2),
            dma_latency: 16,
            seed: 1,
            waves: None,
        }
    }
}

/// Why nothing can be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// No socket.
    #[error("there is nothing to serve: name at least one socket")]
    Nothing,
    /// Something else is at the socket's place.
    #[error("{} is there and is no socket; choose another path", path.display())]
    NotASocket { path: PathBuf },
    /// Another server is there.
    #[error("another server listens at {}; choose another path", path.display())]
    InUse { path: PathBuf },
    /// The socket cannot be made.
    #[error("cannot listen at {}", path.display())]
    Listen {
        path: PathBuf,
        source: vfio_user::Error,
    },
    /// What is at the socket's place cannot be removed.
    #[error("cannot remove {}", path.display())]
    Remove { path: PathBuf, source: io::Error },
    /// A thread cannot be started.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    /// A wire cannot be had.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A NIC cannot be made.
    #[error(transparent)]
    Nic(#[from] NicError),
    /// No tracing in the library, or a file of waves cannot be written.
    #[error(transparent)]
    Waves(#[from] ModelError),
    /// A NIC does not say what it is.
    #[error(transparent)]
    Registers(#[from] BarError),
    /// The simulation has panicked.
    #[error("the simulation has panicked")]
    Panicked,
}

/// A NIC's socket and the thread that serves it.
struct Door {
    path: PathBuf,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

/// A running server. Dropped, it leaves its threads; [`Self::stop`] ends it.
pub struct Serving {
    doors: Vec<Door>,
    simulation: JoinHandle<Ended>,
    requests: SyncSender<Request>,
    stopping: Arc<AtomicBool>,
}

impl Serving {
    /// Makes the NICs, of `library`, and their sockets, and begins to serve.
    ///
    /// # Errors
    /// [`ServeError`]; nothing is left behind.
    pub fn start(library: &Arc<Library>, options: &ServeOptions) -> Result<Self, ServeError> {
        if options.sockets.is_empty() {
            return Err(ServeError::Nothing);
        }
        let wires = options.wires.iter().map(Wire::open);
        let wires = wires.collect::<Result<Vec<_>, _>>()?;
        let (requests, received) = sync_channel(REQUESTS);
        let stopping = Arc::new(AtomicBool::new(false));
        let mut nics = Vec::new();
        let mut keepers = Vec::new();
        for (k, path) in options.sockets.iter().enumerate() {
            let (nic, log2_pages) = nic(library, options, k)?;
            let shared = Arc::new(Shared::new(config::VECTORS.into()));
            nics.push((nic, shared.clone()));
            let keeper = Keeper {
                server: listen(path, log2_pages)?,
                shared,
                requests: requests.clone(),
                stopping: stopping.clone(),
                nic: k,
                log2_pages,
                limit: options.read_limit,
            };
            keepers.push((path, keeper));
        }
        let parts = Parts {
            nics,
            wires,
            requests: received,
            per_us: options.cycles_per_us,
            linger: options.linger,
            seed: options.seed,
        };
        let simulation = std::thread::Builder::new()
            .name("simulation".into())
            .spawn(|| Machine::new(parts).run())
            .map_err(ServeError::Thread)?;
        let doors = keepers
            .into_iter()
            .map(|(path, keeper)| keeper.open(path))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            doors,
            simulation,
            requests,
            stopping,
        })
    }

    /// The simulation runs. It ends by itself only if a NIC's circuit fails.
    pub fn is_running(&self) -> bool {
        !self.simulation.is_finished()
    }

    /// Ends the simulation, removes the sockets and says what was served. Clients that are still there get ones for their reads until
    /// they go.
    ///
    /// # Errors
    /// [`ServeError::Panicked`].
    pub fn stop(self) -> Result<ServeReport, ServeError> {
        self.stopping.store(true, Ordering::Release);
        let _ = self.requests.send(Request::Stop);
        let ended = self.simulation.join().map_err(|_| ServeError::Panicked)?;
        let mut nics = Vec::new();
        for (door, refused) in self.doors.into_iter().zip(ended.refused) {
            // a thread that waits for a client sees one, and that it is the end
            let woken = UnixStream::connect(&door.path);
            drop(woken);
            let _ = std::fs::remove_file(&door.path);
            // one that has a client goes when the client does, and holds nothing of the simulation
            for _ in 0..LOOKS {
                if door.thread.is_finished() {
                    break;
                }
                std::thread::sleep(LOOK);
            }
            let counts = &door.shared.counts;
            nics.push(NicReport::new(door.path, counts, refused));
        }
        Ok(ServeReport {
            kept_up: ended.clock.kept_up(),
            clock: ended.clock,
            nics,
            wires: ended.wires,
            failure: ended.failure.map(|e| e.to_string()),
        })
    }
}

/// A NIC, and log2 of its doorbell pages.
fn nic(library: &Arc<Library>, options: &ServeOptions, k: usize) -> Result<(Nic, u32), ServeError> {
    let config = NicConfig {
        seed: options.seed.wrapping_add(k as u64),
        dma: DmaConfig {
            latency: options.dma_latency,
            ..DmaConfig::default()
        },
        revision: crate::lab::source_revision(),
        ..NicConfig::default()
    };
    let mut nic = Nic::new(library, config)?;
    let pages = identity::pages::REG.offset.into();
    let pages = nic.bar_read32(&mut HostMemory::new(), Bar::Bar0, pages)?;
    nic.reset()?;
    if let Some(waves) = &options.waves {
        waves.begin(&mut nic, k)?;
    }
    Ok((nic, identity::pages::LOG2_USER_CONTEXTS.get(pages)))
}

/// A socket at `path`; what a server has left there that is gone is removed.
fn listen(path: &Path, log2_pages: u32) -> Result<Server, ServeError> {
    use std::os::unix::fs::FileTypeExt;
    let here = || path.to_owned();
    if let Ok(found) = std::fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            return Err(ServeError::NotASocket { path: here() });
        }
        if UnixStream::connect(path).is_ok() {
            return Err(ServeError::InUse { path: here() });
        }
        std::fs::remove_file(path).map_err(|source| ServeError::Remove {
            path: here(),
            source,
        })?;
    }
    Server::new(path, true, interrupts(), regions(log2_pages)).map_err(|source| {
        ServeError::Listen {
            path: here(),
            source,
        }
    })
}

fn interrupts() -> Vec<IrqInfo> {
    let of = |index| match index {
        VFIO_PCI_MSIX_IRQ_INDEX => IrqInfo {
            index,
            flags: VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE,
            count: config::VECTORS.into(),
        },
        _ => IrqInfo {
            index,
            flags: 0,
            count: 0,
        },
    };
    (0..VFIO_PCI_NUM_IRQS).map(of).collect()
}

fn regions(log2_pages: u32) -> Vec<ServerRegion> {
    let of = |index| {
        let size = match index {
            VFIO_PCI_BAR0_REGION_INDEX => config::BAR0_BYTES,
            VFIO_PCI_BAR2_REGION_INDEX => config::doorbell_bytes(log2_pages),
            VFIO_PCI_BAR4_REGION_INDEX => config::BAR4_BYTES,
            VFIO_PCI_CONFIG_REGION_INDEX => config::CONFIG_BYTES as u64,
            _ => 0,
        };
        let flags = match size {
            0 => 0,
            _ => VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
        };
        ServerRegion {
            region_info: vfio_region_info {
                argsz: size_of::<vfio_region_info>() as u32,
                index,
                size,
                flags,
                ..Default::default()
            },
            sparse_areas: Vec::new(),
            mmap_fd: None,
        }
    };
    (0..VFIO_PCI_NUM_REGIONS).map(of).collect()
}

/// What a NIC's thread has.
struct Keeper {
    server: Server,
    shared: Arc<Shared>,
    requests: SyncSender<Request>,
    stopping: Arc<AtomicBool>,
    nic: usize,
    log2_pages: u32,
    limit: Duration,
}

impl Keeper {
    /// Begins to serve, in a thread of its own.
    fn open(self, path: &Path) -> Result<Door, ServeError> {
        let (shared, nic) = (self.shared.clone(), self.nic);
        let thread = std::thread::Builder::new()
            .name(format!("nic{nic}"))
            .spawn(move || self.serve())
            .map_err(ServeError::Thread)?;
        Ok(Door {
            path: path.to_owned(),
            shared,
            thread,
        })
    }

    /// Serves one client after the other.
    fn serve(self) {
        loop {
            let requests = self.requests.clone();
            let mut backend = Backend::new(
                &self.shared,
                requests,
                self.nic,
                self.log2_pages,
                self.limit,
            );
            // the crate's parser panics at some messages that no client sends
            let ended = catch_unwind(AssertUnwindSafe(|| self.server.run(&mut backend)));
            if self.stopping.load(Ordering::Acquire) {
                return;
            }
            let counts = &self.shared.counts;
            if !matches!(ended, Ok(Ok(()))) {
                counts.broken.add(1);
            }
            backend.end();
        }
    }
}
