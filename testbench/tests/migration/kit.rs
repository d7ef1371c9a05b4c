//! Processes with connections that can move, and the steps of a move.

use fw_regs::codes::device_state as code;
use fw_regs::contexts::{
    Completer, Migration, QpAddress, Requester, Responder, Response, RingConfig, RingState,
};
use fw_regs::{Command, ContextKind, MigrationPhase, QpState, SetScope};
use host_driver::migration::{Checkpoint, Image, Process, Restored, Tombstones};
use host_driver::{
    Access, Bar, CommandFailure, Completion, CompletionQueue, ConnectionData, Context,
    MemoryRegion, Modify, ProtectionDomain, QpOptions, QueuePair, RecvRequest, RtrAttributes,
    RtsAttributes, ScatterEntry, SendOperation, SharedReceiveQueue, WcStatus,
};
use sim_verilator::Stalls;
use std::net::IpAddr;
pub use testbench::lab::width;
use testbench::lab::{Lab, LabHost, LabOptions};
use testbench::net::{FaultRates, LinkConfig};

pub const SEED: u64 = 0x5eed;
/// Cycles in which anything that is not lost completes.
pub const SOON: u64 = 400_000;
/// Bytes of a process's registered memory.
pub const MEMORY: usize = 64 * 1024;
/// Bytes of a packet's payload; small, so that messages have many packets.
pub const MTU: u32 = 256;

/// A laboratory of `hosts` hosts at 64 bits, or as many as `ROAMNIC_TEST_WIDTH` says: the unit of 512 bits has lanes, a machine of its own and a program
/// for it, and every rule holds there, too.
pub fn lab(hosts: usize) -> Lab {
    lab_with(width(), hosts, false)
}

/// The same on IPv6.
pub fn lab_ipv6(hosts: usize) -> Lab {
    lab_with(width(), hosts, true)
}

/// A laboratory of `hosts` hosts with NICs of `width` bits, on IPv6 or IPv4.
pub fn lab_with(width: u32, hosts: usize, ipv6: bool) -> Lab {
    println!("{width} bits, seed {SEED:#x}");
    Lab::new(LabOptions {
        hosts,
        ipv6,
        ..LabOptions::new(width, SEED)
    })
    .unwrap()
}

/// No frame that a NIC sends arrives anywhere by itself any more.
pub fn cut(lab: &Lab) {
    let faults = FaultRates {
        loss: 1.0,
        ..FaultRates::default()
    };
    set_faults(lab, faults);
}

/// Faults of all cables from the hosts from now on.
pub fn set_faults(lab: &Lab, faults: FaultRates) {
    lab.cluster.network(|network| {
        for host in 0..lab.hosts.len() {
            network.uplink_mut(host).configure(LinkConfig {
                faults,
                ..LinkConfig::default()
            });
        }
    });
}

/// The port of `host` takes nothing in `of_256` of 256 cycles.
pub fn slow_port(lab: &Lab, host: usize, of_256: u8) {
    let stalls = Stalls {
        tx: of_256,
        ..Stalls::default()
    };
    lab.cluster.nic(host, |nic| nic.set_stalls(stalls));
}

/// Makes a microsecond of every timer `cycles` long on all hosts: what takes 250 cycles at full speed.
pub fn hurry(lab: &Lab, cycles: u32) {
    let register = fw_regs::bar0::control::cycles_per_us::REG.offset;
    for host in 0..lab.hosts.len() {
        let mut device = lab.cluster.device(host, 16);
        device.write32(Bar::Registers, register, cycles).unwrap();
    }
}

/// How the two ends of a connection are made.
#[derive(Clone)]
pub struct ConnectionOptions {
    /// First PSNs of the two ends.
    pub psns: [u32; 2],
    /// Local ACK timeout code.
    pub timeout: u8,
    /// RNR timer code of both ends.
    pub min_rnr_timer: u8,
    pub retry_cnt: u8,
    pub rnr_retry: u8,
    /// Both agree that the connection may move.
    pub migratable: bool,
}

impl Default for ConnectionOptions {
    /// PSNs that wrap soon; 131 µs timeout; RNR timer 10 µs; migratable.
    fn default() -> Self {
        Self {
            psns: [0xff_fffd, 0xff_fffe],
            timeout: 5,
            min_rnr_timer: 1,
            retry_cnt: 7,
            rnr_retry: 7,
            migratable: true,
        }
    }
}

/// A process: a user context with everything in it. Its queue pairs share two completion queues.
pub struct App {
    /// where it runs
    pub host: usize,
    pub context: Context,
    pub pd: ProtectionDomain,
    pub memory: MemoryRegion,
    pub send_cq: CompletionQueue,
    pub recv_cq: CompletionQueue,
    pub srq: Option<SharedReceiveQueue>,
    pub qps: Vec<QueuePair>,
}

/// How the objects of a process are found again at another place.
#[derive(Clone)]
pub struct Names {
    pd: u32,
    cqs: [u32; 2],
    srq: Option<u32>,
    key: u32,
    qpns: Vec<u32>,
}

impl App {
    /// A process on `host` with `qps` queue pairs in RESET; with `shared` they have one receive queue.
    pub fn with(lab: &Lab, host: usize, qps: usize, shared: bool) -> Self {
        let context = lab.hosts[host].adapter.context().unwrap();
        let pd = context.allocate_pd().unwrap();
        let buffer = context.allocate(MEMORY).unwrap();
        let bytes: Vec<u8> = (0..MEMORY)
            .map(|k| (k * 7 + k / 251 + host) as u8)
            .collect();
        buffer.write(0, &bytes).unwrap();
        let va = 0x7000_0000_0140 + ((host as u64) << 40);
        let memory = pd.register(&buffer, va, MEMORY, Access::ALL).unwrap();
        let send_cq = context.create_cq(64).unwrap();
        let recv_cq = context.create_cq(64).unwrap();
        let srq = shared.then(|| pd.create_srq(64, 0).unwrap());
        let options = QpOptions {
            send_cq: send_cq.clone(),
            recv_cq: recv_cq.clone(),
            srq: srq.clone(),
            max_send: 32,
            max_recv: 32,
            raw: false,
        };
        let qps = (0..qps).map(|_| pd.create_qp(&options).unwrap()).collect();
        Self {
            host,
            context,
            pd,
            memory,
            send_cq,
            recv_cq,
            srq,
            qps,
        }
    }

    /// A process with one queue pair.
    pub fn new(lab: &Lab, host: usize) -> Self {
        Self::with(lab, host, 1, false)
    }

    /// Its only or first queue pair.
    pub fn qp(&self) -> &QueuePair {
        &self.qps[0]
    }

    fn names(&self) -> Names {
        Names {
            pd: self.pd.handle(),
            cqs: [self.send_cq.handle(), self.recv_cq.handle()],
            srq: self.srq.as_ref().map(SharedReceiveQueue::handle),
            key: self.memory.rkey(),
            qpns: self.qps.iter().map(QueuePair::number).collect(),
        }
    }

    fn found(host: usize, process: &Process, names: &Names) -> Self {
        let cq = |k: usize| process.cq(names.cqs[k]).expect("a completion queue");
        let qp = |&qpn: &u32| process.qp(qpn).expect("a queue pair");
        Self {
            host,
            context: process.context.clone(),
            pd: process.pd(names.pd).expect("a protection domain"),
            memory: process.mr(names.key).expect("a memory region"),
            send_cq: cq(0),
            recv_cq: cq(1),
            srq: names.srq.map(|handle| process.srq(handle).expect("an SRQ")),
            qps: names.qpns.iter().map(qp).collect(),
        }
    }

    /// A migration command for all of it.
    pub fn command(
        &self,
        lab: &Lab,
        command: Command,
        data: &[u32],
    ) -> Result<u32, CommandFailure> {
        let args = [
            self.context.number().into(),
            SetScope::UserContext.code().into(),
        ];
        lab.hosts[self.host]
            .adapter
            .migration_command(command, args, data)
    }

    /// Stops it: image and memory are taken. The source stays stopped.
    pub fn stop(self) -> Frozen {
        let names = self.names();
        let checkpoint = self.context.checkpoint().unwrap();
        Frozen::of(names, checkpoint, self)
    }

    /// Moves it as an orchestrator does: stop, restore elsewhere, commit, resume.
    pub fn move_to(self, lab: &Lab, to: usize) -> (Self, Tombstones) {
        let frozen = self.stop();
        let copy = frozen.restore(lab, to);
        let tombstones = frozen.commit(Some(lab.hosts[to].ip));
        (copy.resume(), tombstones)
    }

    /// Bytes of its memory.
    pub fn bytes(&self, offset: usize, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.memory.buffer().read(offset, &mut bytes).unwrap();
        bytes
    }

    /// The eight bytes at `offset` as a number.
    pub fn number_at(&self, offset: usize) -> u64 {
        u64::from_le_bytes(self.bytes(offset, 8).try_into().unwrap())
    }

    pub fn entry(&self, offset: usize, length: u32) -> ScatterEntry {
        self.memory.entry(offset, length)
    }

    /// A receive of `length` bytes at `offset` for queue pair `qp`.
    pub fn recv(&self, qp: usize, wr_id: u64, offset: usize, length: u32) {
        let request = RecvRequest {
            wr_id,
            entries: vec![self.entry(offset, length)],
        };
        match &self.srq {
            Some(srq) => srq.post(&[request]).unwrap(),
            None => self.qps[qp].post_recv(&[request]).unwrap(),
        }
    }

    /// WRITE to `offset` of this process's memory.
    pub fn write_to(&self, offset: usize) -> SendOperation {
        SendOperation::Write {
            remote_addr: self.memory.va() + offset as u64,
            rkey: self.memory.rkey(),
            imm: None,
        }
    }

    /// READ from `offset` of this process's memory.
    pub fn read_from(&self, offset: usize) -> SendOperation {
        SendOperation::Read {
            remote_addr: self.memory.va() + offset as u64,
            rkey: self.memory.rkey(),
        }
    }

    /// Adds `add` to the number at `offset` of this process's memory.
    pub fn add_to(&self, offset: usize, add: u64) -> SendOperation {
        SendOperation::FetchAdd {
            remote_addr: self.memory.va() + offset as u64,
            rkey: self.memory.rkey(),
            add,
        }
    }

    /// A context record of its first queue pair.
    pub fn record<const N: usize>(&self, lab: &Lab, kind: ContextKind) -> [u32; N] {
        record(&lab.hosts[self.host], kind, self.qp().slot())
    }

    pub fn migration(&self, lab: &Lab) -> Migration {
        Migration::from_words(&self.record(lab, ContextKind::Migration))
    }

    pub fn completer(&self, lab: &Lab) -> Completer {
        Completer::from_words(&self.record(lab, ContextKind::Completer))
    }

    pub fn responder(&self, lab: &Lab) -> Responder {
        Responder::from_words(&self.record(lab, ContextKind::Responder))
    }

    /// The ring of its shared receive queue.
    pub fn shared_ring(&self, lab: &Lab) -> u16 {
        let srq = self.srq.as_ref().expect("a shared receive queue").number();
        lab.hosts[self.host].adapter.attributes().qps as u16 + srq
    }

    pub fn response(&self, lab: &Lab) -> Response {
        Response::from_words(&self.record(lab, ContextKind::Response))
    }

    pub fn addresses(&self, lab: &Lab) -> QpAddress {
        QpAddress::from_words(&self.record(lab, ContextKind::QpAddress))
    }

    /// The first queue pair works, in RTS, and is not paused.
    pub fn is_normal(&self, lab: &Lab) -> bool {
        let state = device_state(&lab.hosts[self.host], self.qp().slot());
        let phase = self.migration(lab).phase;
        state == QpState::Rts.code() && phase == MigrationPhase::Normal.code()
    }

    /// The first queue pair is paused.
    pub fn is_paused(&self, lab: &Lab) -> bool {
        device_state(&lab.hosts[self.host], self.qp().slot()) == code::PAUSED
    }

    /// Shows where every queue pair stands, for a test that fails.
    pub fn describe(&self, lab: &Lab) {
        let host = &lab.hosts[self.host];
        for qp in &self.qps {
            let slot = qp.slot();
            let state = device_state(host, slot);
            println!(
                "host {} slot {slot} qp {:#x}, device state {state}",
                self.host,
                qp.number()
            );
            let words = record(host, ContextKind::Migration, slot);
            println!("  {:?}", Migration::from_words(&words));
            println!(
                "  {:?}",
                Requester::from_words(&record(host, ContextKind::Requester, slot))
            );
            println!(
                "  {:?}",
                Completer::from_words(&record(host, ContextKind::Completer, slot))
            );
            println!(
                "  {:?}",
                Responder::from_words(&record(host, ContextKind::Responder, slot))
            );
            println!(
                "  {:?}",
                Response::from_words(&record(host, ContextKind::Response, slot))
            );
            for (config, ring) in [
                (ContextKind::SqConfig, ContextKind::SqState),
                (ContextKind::RqConfig, ContextKind::RqState),
            ] {
                let held = RingConfig::from_words(&record(host, config, slot)).held;
                println!(
                    "  held {held} {:?}",
                    RingState::from_words(&record(host, ring, slot))
                );
            }
        }
    }

    /// Waits until every queue pair works.
    pub fn wait_normal(&self, lab: &Lab) {
        lab.until("the queue pair to be normal", SOON, || {
            Ok(self.is_normal(lab).then_some(()))
        })
        .unwrap();
    }

    /// The next completions of its sends, all good.
    pub fn sent(&self, lab: &Lab, count: usize) -> Vec<Completion> {
        good(lab, &self.send_cq, count)
    }

    /// The next completions of its receives, all good.
    pub fn received(&self, lab: &Lab, count: usize) -> Vec<Completion> {
        good(lab, &self.recv_cq, count)
    }
}

/// The next completions of a queue, all of them good.
fn good(lab: &Lab, cq: &CompletionQueue, count: usize) -> Vec<Completion> {
    let all = lab.completions(cq, count, SOON).unwrap();
    for completion in &all {
        assert_eq!(completion.status, WcStatus::Success, "{completion:?}");
    }
    all
}

/// A context record.
pub fn record<const N: usize>(host: &LabHost, kind: ContextKind, index: u16) -> [u32; N] {
    let words = host.adapter.read_record(kind, index).unwrap();
    words.try_into().expect("the record's size")
}

/// What the device's own state memory says of a slot.
pub fn device_state(host: &LabHost, slot: u16) -> u8 {
    record::<1>(host, ContextKind::QpState, slot)[0] as u8 & 7
}

/// Connects queue pair `i` of `a` with queue pair `j` of `b`, both in RTS.
pub fn connect_qps(a: (&App, usize), b: (&App, usize), options: &ConnectionOptions) {
    let ends = [&a.0.qps[a.1], &b.0.qps[b.1]];
    let mut data = ends.map(QueuePair::connection_data);
    for (end, psn) in data.iter_mut().zip(options.psns) {
        end.psn = psn;
        if !options.migratable {
            end.migration = None;
        }
    }
    for (k, qp) in ends.into_iter().enumerate() {
        to_rtr(qp, data[1 - k], options);
        to_rts(qp, options.psns[k], options);
    }
}

/// Two processes with one connection.
pub fn connected(lab: &Lab, a: usize, b: usize, options: &ConnectionOptions) -> (App, App) {
    let (a, b) = (App::new(lab, a), App::new(lab, b));
    connect_qps((&a, 0), (&b, 0), options);
    (a, b)
}

/// A queue pair in RESET with completion queues for what it sends and receives, and rings of `depth` requests.
pub fn create_qp(pd: &ProtectionDomain, cqs: [&CompletionQueue; 2], depth: u32) -> QueuePair {
    let [send_cq, recv_cq] = cqs.map(Clone::clone);
    let options = QpOptions {
        send_cq,
        recv_cq,
        srq: None,
        max_send: depth,
        max_recv: depth,
        raw: false,
    };
    pd.create_qp(&options).unwrap()
}

/// RESET to RTR.
pub fn to_rtr(qp: &QueuePair, partner: ConnectionData, options: &ConnectionOptions) {
    qp.modify(Modify::Init(Default::default())).unwrap();
    qp.modify(Modify::Rtr(RtrAttributes {
        path_mtu: MTU,
        min_rnr_timer: options.min_rnr_timer,
        ..RtrAttributes::new(partner)
    }))
    .unwrap();
}

/// RTR to RTS.
pub fn to_rts(qp: &QueuePair, psn: u32, options: &ConnectionOptions) {
    qp.modify(Modify::Rts(RtsAttributes {
        timeout: options.timeout,
        retry_cnt: options.retry_cnt,
        rnr_retry: options.rnr_retry,
        ..RtsAttributes::new(psn)
    }))
    .unwrap();
}

pub fn send() -> SendOperation {
    SendOperation::Send {
        imm: None,
        invalidate: None,
    }
}

/// A stopped process: the source, the image as it would travel, and the memory.
pub struct Frozen {
    pub names: Names,
    pub checkpoint: Checkpoint,
    pub image: Image,
    pub memory: Vec<Vec<u8>>,
    /// the process at the source; it does not run
    app: App,
}

/// A restored process that has not been resumed.
pub struct Copy {
    pub app: App,
    pub restored: Restored,
}

impl Frozen {
    fn of(names: Names, checkpoint: Checkpoint, app: App) -> Self {
        let image = Image::decode(&checkpoint.image().encode()).unwrap();
        let ranges = checkpoint.memory();
        let memory = ranges
            .iter()
            .map(|range| checkpoint.read_memory(range).unwrap())
            .collect();
        Self {
            names,
            checkpoint,
            image,
            memory,
            app,
        }
    }

    /// A copy at `to`.
    pub fn restore(&self, lab: &Lab, to: usize) -> Copy {
        Copy::of(lab, to, &self.image, &self.memory, &self.names)
    }

    /// The source becomes tombstones.
    pub fn commit(self, moved_to: Option<IpAddr>) -> Tombstones {
        let result = self.checkpoint.commit(moved_to);
        drop(self.app);
        match result {
            Ok(tombstones) => tombstones,
            Err(failure) => panic!("commit: {failure}"),
        }
    }

    /// The source works again.
    pub fn abort(self) -> App {
        self.checkpoint.abort().unwrap();
        self.app
    }
}

impl Copy {
    /// A copy at `to`, from what has travelled.
    pub fn of(lab: &Lab, to: usize, image: &Image, memory: &[Vec<u8>], names: &Names) -> Self {
        let restored = lab.hosts[to].adapter.restore(image, memory).unwrap();
        let app = App::found(to, restored.process(), names);
        Self { app, restored }
    }

    /// It starts to work.
    pub fn resume(self) -> App {
        self.restored.resume().unwrap();
        self.app
    }

    /// It goes away.
    pub fn discard(self) {
        drop(self.app);
        self.restored.discard().unwrap();
    }
}
