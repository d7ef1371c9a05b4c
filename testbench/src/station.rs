//! A station: one NIC with its driver and a network interface, at the end of a wire that leads out of the simulation. What the
//! programs stand on that speak to partners in the real world: [`crate::perftest`] and [`crate::rc_pingpong`].

use crate::cluster::{Cluster, ClusterError};
use crate::lab::{ModelLoadError, Variant, nic_library, source_revision};
use crate::net::{CaptureError, FaultRates, LinkConfig, Network, Topology};
use crate::waves::Waves;
use crate::wire::{Wire, WireError, WirePort, WireSpec, WireStats};
use fw_regs::bar0::control;
use host_driver::netif::{
    InterfaceAddress, InterfaceError, InterfaceOptions, NetworkInterface, StreamError, StreamId,
    StreamState,
};
use host_driver::{
    Access, Adapter, AdapterOptions, Bar, ConnectionData, Context, DeviceError, InitAttributes,
    MacAddress, MemoryRegion, Modify, ModifyError, OpenError, PostError, ProtectionDomain,
    QueuePair, RtrAttributes, RtsAttributes, VerbsError,
};
use sim_verilator::{ModelError, NicConfig, NicError};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What a station's clock follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Time {
    /// Wall time: for partners that live in it.
    #[default]
    Wall,
    /// The NIC's microseconds, [`StationOptions::cycles_per_us`] cycles each.
    Simulated,
}

/// How a station is made.
#[derive(Clone, Debug)]
pub struct StationOptions {
    /// Bits of the NIC's data path.
    pub width: u32,
    /// Which NIC of that width.
    pub variant: Variant,
    /// Fixes what is random here: numbers, keys, ports, faults.
    pub seed: u64,
    /// Where the wire leads.
    pub wire: WireSpec,
    /// What the wire does to frames, both ways.
    pub faults: FaultRates,
    /// Own addresses; connections bear the first one.
    pub addresses: Vec<InterfaceAddress>,
    /// Ways to other networks.
    pub gateways: Vec<IpAddr>,
    /// Own Ethernet address; none: made from the first address.
    pub mac: Option<MacAddress>,
    /// What TCP and the results are timed by.
    pub time: Time,
    /// Cycles that the NIC's timers count as a microsecond. A simulated NIC makes less than one in a microsecond of wall time, so one is
    /// nearest to what partners in the real world mean by a timeout.
    pub cycles_per_us: u16,
    /// Local ACK timeout of connections: 4.096 µs · 2^timeout, 1 to 31. The programs of Linux take 14, 67 ms; a partner that shares a busy
    /// machine may need longer for an answer.
    pub timeout: u8,
    /// Cycles between two looks at queues and interface.
    pub pause: u64,
    /// How long the station waits for what a partner owes.
    pub patience: Duration,
    /// A capture of what passes the wire.
    pub capture: Option<PathBuf>,
    /// Waves of the NIC, with the number of this station among those that share the file's name.
    pub waves: Option<(Waves, usize)>,
    /// Set by somebody else, e.g. a signal: the station is to end.
    pub end: Arc<AtomicBool>,
}

impl StationOptions {
    /// A migratable NIC of 64 bits with one address, wall time, 67 ms of ACK timeout, a minute of patience.
    pub fn new(wire: WireSpec, ip: IpAddr, prefix: u8, seed: u64) -> Self {
        Self {
            width: 64,
            variant: Variant::default(),
            seed,
            wire,
            faults: FaultRates::default(),
            addresses: vec![InterfaceAddress { ip, prefix }],
            gateways: Vec::new(),
            mac: None,
            time: Time::Wall,
            cycles_per_us: 1,
            timeout: 14,
            pause: 64,
            patience: Duration::from_secs(60),
            capture: None,
            waves: None,
            end: Arc::default(),
        }
    }
}

/// What stops a station.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    #[error(transparent)]
    Model(#[from] ModelLoadError),
    #[error(transparent)]
    Nic(#[from] NicError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error(transparent)]
    Capture(#[from] CaptureError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Verbs(#[from] VerbsError),
    #[error(transparent)]
    Modify(#[from] ModifyError),
    #[error(transparent)]
    Post(#[from] PostError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Interface(#[from] InterfaceError),
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The file of waves cannot be written.
    #[error(transparent)]
    Waves(#[from] ModelError),
    /// [`StationOptions::end`] was set.
    #[error("told to end")]
    ToldToEnd,
    /// A station without an address.
    #[error("a station has at least one address")]
    NoAddress,
    /// Nobody answers for an address.
    #[error("no answer to the question who has {ip} after {after:?}; is it up, and on this wire?")]
    NoNeighbour { ip: IpAddr, after: Duration },
    /// A bounded wait came to its end.
    #[error("waited {after:?} for {what}")]
    Timeout { what: String, after: Duration },
}

/// One NIC, its driver, its network interface, its wire.
pub struct Station {
    pub cluster: Cluster,
    pub adapter: Adapter,
    pub context: Context,
    pub pd: ProtectionDomain,
    pub interface: NetworkInterface,
    pub ip: IpAddr,
    port: WirePort,
    options: StationOptions,
    started: Instant,
    next_va: u64,
    /// the wire's counts when something last passed, and the cycle
    quiet_since: (u64, u64),
}

/// The other end of a connection, as the programs of Linux tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partner {
    pub qpn: u32,
    /// first PSN that it sends
    pub psn: u32,
    pub ip: IpAddr,
}

/// The NIC's port, and that of the wire, on the cable between the two.
const NIC_PORT: usize = 0;
const WIRE_PORT: usize = 1;
/// Pauses of the driver before it gives up a command of the device.
const DRIVER_PATIENCE: u32 = 20_000;
/// First virtual address of registered memory.
const FIRST_VA: u64 = 0x7000_0000_0000;
/// Cycles without a frame after which the NIC is at rest, and the processor is left to others.
const AT_REST: u64 = 20_000;
/// How long it is left to them at a time.
const NAP: Duration = Duration::from_micros(200);
/// Between two attempts to reach a partner that refuses, or is not there yet.
const AGAIN: Duration = Duration::from_millis(200);

/// An Ethernet address for a station: locally administered, with the end of its IP address.
fn mac_of(ip: IpAddr) -> MacAddress {
    let [a, b, c, d] = match ip {
        IpAddr::V4(v4) => v4.octets(),
        IpAddr::V6(v6) => {
            let [.., a, b, c, d] = v6.octets();
            [a, b, c, d]
        }
    };
    MacAddress([2, 0x52, a, b, c, d])
}

impl Station {
    /// Opens the wire, builds or loads the NIC's model, starts driver and interface, and announces the addresses.
    ///
    /// # Errors
    /// [`StationError`].
    pub fn new(options: StationOptions) -> Result<Self, StationError> {
        let first = *options.addresses.first().ok_or(StationError::NoAddress)?;
        let wire = Wire::open(&options.wire)?.with_faults(options.faults, options.seed);
        let library = nic_library(options.width, options.variant, options.waves.is_some())?;
        let beat = options.width as usize / 8;
        let cable = LinkConfig::default();
        let network = Network::new(Topology::Direct, 2, beat, cable, options.seed);
        let config = NicConfig {
            seed: options.seed,
            revision: source_revision(),
            ..NicConfig::default()
        };
        let cluster = Cluster::new(&library, config, 1, network)?;
        let port = WirePort::new(WIRE_PORT, wire);
        cluster.attach(&port);
        if let Some(path) = &options.capture {
            cluster.capture(NIC_PORT, path)?;
        }
        if let Some((waves, number)) = &options.waves {
            cluster.nic(NIC_PORT, |nic| waves.begin(nic, *number))?;
        }
        let mut device = cluster.device(NIC_PORT, options.pause);
        let mac = options.mac.unwrap_or_else(|| mac_of(first.ip));
        let adapter = Adapter::open(
            cluster.device(NIC_PORT, options.pause),
            AdapterOptions {
                host: mac.0[5],
                seed: options.seed,
                mac,
                ip: first.ip,
                patience: DRIVER_PATIENCE,
            },
        )?;
        let rate = u32::from(options.cycles_per_us.max(1));
        device.write32(Bar::Registers, control::cycles_per_us::REG.offset, rate)?;
        let context = adapter.context()?;
        let pd = context.allocate_pd()?;
        let started = Instant::now();
        let time = options.time;
        let clock = {
            let cluster = cluster.clone();
            move || now(time, started, cluster.cycle(), rate)
        };
        let interface = NetworkInterface::open(
            &adapter,
            InterfaceOptions {
                addresses: options.addresses.clone(),
                gateways: options.gateways.clone(),
                mtu: 1500,
                seed: options.seed,
                clock: Box::new(clock),
            },
        )?;
        let mut station = Self {
            cluster,
            adapter,
            context,
            pd,
            interface,
            ip: first.ip,
            port,
            options,
            started,
            next_va: FIRST_VA,
            quiet_since: (0, 0),
        };
        station.interface.announce()?;
        Ok(station)
    }

    /// Time since the station was made.
    pub fn now(&self) -> Duration {
        let rate = u32::from(self.options.cycles_per_us.max(1));
        now(self.options.time, self.started, self.cluster.cycle(), rate)
    }

    /// How it was made.
    pub fn options(&self) -> &StationOptions {
        &self.options
    }

    /// What has passed the wire.
    pub fn wire_stats(&self) -> WireStats {
        self.port.stats()
    }

    /// One look at the interface, and a pause of the simulation. A NIC at rest leaves the processor to others, if time is wall time.
    ///
    /// # Errors
    /// The NIC or the interface failed, or the station is to end.
    pub fn step(&mut self) -> Result<(), StationError> {
        if self.options.end.load(Ordering::Relaxed) {
            return Err(StationError::ToldToEnd);
        }
        self.interface.poll()?;
        self.cluster.check()?;
        self.adapter.pause()?;
        let stats = self.port.stats();
        let passed = stats.received + stats.sent + stats.dropped;
        let cycle = self.cluster.cycle();
        if passed != self.quiet_since.0 {
            self.quiet_since = (passed, cycle);
        }
        if self.options.time == Time::Wall && cycle - self.quiet_since.1 > AT_REST {
            std::thread::sleep(NAP);
        }
        Ok(())
    }

    /// Lets time pass until `look` finds something, as long as the station's patience lasts.
    ///
    /// # Errors
    /// [`StationError::Timeout`] with `what`, or what `look` returns.
    pub fn until<T>(
        &mut self,
        what: &str,
        mut look: impl FnMut(&mut Self) -> Result<Option<T>, StationError>,
    ) -> Result<T, StationError> {
        let begin = self.now();
        loop {
            if let Some(found) = look(self)? {
                return Ok(found);
            }
            let after = self.now().saturating_sub(begin);
            if after > self.options.patience {
                let what = what.to_owned();
                return Err(StationError::Timeout { what, after });
            }
            self.step()?;
        }
    }

    /// `length` bytes of new registered memory, page-aligned in the process, too.
    ///
    /// # Errors
    /// The device cannot map or register it.
    pub fn memory(&mut self, length: usize, access: Access) -> Result<MemoryRegion, StationError> {
        let buffer = self.context.allocate(length)?;
        let va = self.next_va;
        self.next_va += (length as u64).next_multiple_of(4096) + 0x10_0000;
        Ok(self.pd.register(&buffer, va, length, access)?)
    }

    /// The Ethernet address by which `ip` is reached.
    ///
    /// # Errors
    /// [`StationError::NoNeighbour`].
    pub fn resolve(&mut self, ip: IpAddr) -> Result<MacAddress, StationError> {
        let found = self.until("a neighbour", |s| Ok(s.interface.resolve(ip)?));
        match found {
            Err(StationError::Timeout { after, .. }) => {
                Err(StationError::NoNeighbour { ip, after })
            }
            other => other,
        }
    }

    /// Connects to `partner`, again and again while it refuses: it may not be there yet.
    ///
    /// # Errors
    /// [`StationError::Timeout`], [`StationError::NoNeighbour`].
    pub fn call(&mut self, partner: SocketAddr) -> Result<StreamId, StationError> {
        self.resolve(partner.ip())?;
        let mut stream = self.interface.connect(partner)?;
        let mut refused = None;
        self.until(&format!("a connection to {partner}"), |s| {
            match s.interface.stream_state(stream) {
                StreamState::Connecting => return Ok(None),
                StreamState::Open | StreamState::HalfClosed => return Ok(Some(stream)),
                StreamState::Closed => {}
            }
            let since = *refused.get_or_insert_with(|| s.now());
            if s.now() >= since + AGAIN {
                s.interface.close(stream);
                stream = s.interface.connect(partner)?;
                refused = None;
            }
            Ok(None)
        })
    }

    /// The next partner that connects to `port`.
    ///
    /// # Errors
    /// [`StationError::Timeout`].
    pub fn answer(&mut self, port: u16) -> Result<StreamId, StationError> {
        let listener = self.interface.listen(port)?;
        let what = format!("a connection to port {port}");
        let stream = self.until(&what, |s| Ok(s.interface.accept(listener)));
        self.interface.unlisten(listener);
        stream
    }

    /// Sends all of `bytes`.
    ///
    /// # Errors
    /// [`StationError::Stream`] if the partner has closed, [`StationError::Timeout`].
    pub fn say(&mut self, stream: StreamId, bytes: &[u8]) -> Result<(), StationError> {
        let mut sent = 0;
        self.until("room for connection data", |s| {
            sent += s.interface.write(stream, &bytes[sent..])?;
            Ok((sent == bytes.len()).then_some(()))
        })
    }

    /// The next `length` bytes from the partner.
    ///
    /// # Errors
    /// As [`Self::say`].
    pub fn hear(&mut self, stream: StreamId, length: usize) -> Result<Vec<u8>, StationError> {
        let mut bytes = vec![0; length];
        let mut read = 0;
        let what = format!("{length} bytes of connection data");
        self.until(&what, |s| {
            read += s.interface.read(stream, &mut bytes[read..])?;
            Ok((read == length).then_some(()))
        })?;
        Ok(bytes)
    }

    /// Ends a conversation in good order, and answers for a while what the partner may still repeat.
    ///
    /// # Errors
    /// The NIC or the interface failed.
    pub fn hang_up(&mut self, stream: StreamId) -> Result<(), StationError> {
        self.interface.close(stream);
        let begin = self.now();
        let (quiet, long) = (Duration::from_millis(100), Duration::from_secs(3));
        loop {
            self.step()?;
            let passed = self.now() - begin;
            if passed > long || passed > quiet && self.interface.is_quiet() {
                return Ok(());
            }
        }
    }

    /// Connects a queue pair in RESET with the end at `partner`, whose Ethernet address is looked for, as the programs of Linux do:
    /// [`StationOptions::timeout`], 7 retries, RNR retries without end. `reads`: READs and ATOMICs answered and asked for at a time.
    ///
    /// # Errors
    /// [`StationError::NoNeighbour`], or the device refuses an attribute.
    pub fn join(
        &mut self,
        qp: &QueuePair,
        partner: Partner,
        path_mtu: u32,
        reads: [u8; 2],
    ) -> Result<(), StationError> {
        let own = qp.connection_data();
        let data = ConnectionData {
            qpn: partner.qpn,
            psn: partner.psn,
            ip: partner.ip,
            mac: self.resolve(partner.ip)?,
            migration: None,
        };
        qp.modify(Modify::Init(InitAttributes::default()))?;
        qp.modify(Modify::Rtr(RtrAttributes {
            path_mtu,
            max_dest_rd_atomic: reads[0],
            min_rnr_timer: 12,
            ..RtrAttributes::new(data)
        }))?;
        qp.modify(Modify::Rts(RtsAttributes {
            timeout: self.options.timeout,
            max_rd_atomic: reads[1],
            ..RtsAttributes::new(own.psn)
        }))?;
        Ok(())
    }

    /// Ends the capture, if there is one.
    ///
    /// # Errors
    /// A write to it failed.
    pub fn finish(&self) -> Result<(), CaptureError> {
        self.cluster.network(Network::finish_captures)
    }
}

fn now(time: Time, started: Instant, cycle: u64, cycles_per_us: u32) -> Duration {
    match time {
        Time::Wall => started.elapsed(),
        Time::Simulated => Duration::from_nanos(cycle * 1000 / u64::from(cycles_per_us)),
    }
}
