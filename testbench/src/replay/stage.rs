//! One NIC with the objects of a scenario, and what it does: frames sent, completions, counters.

use super::ReplayError;
use super::capture::Captured;
use super::packet::Packet;
use super::scenario::{
    BytesPlan, MrPlan, Operands, QpPlan, RecvPlan, Scenario, ScenarioError, SendPlan, State, access,
};
use crate::cluster::Cluster;
use crate::lab::{CYCLES_PER_US, Variant, nic_library};
use crate::net::{LinkConfig, Network, Topology};
use fw_regs::Counter;
use fw_regs::bar0::control;
use host_driver::{
    Adapter, AdapterOptions, Bar, Completion, CompletionQueue, ConnectionData, Context,
    InitAttributes, MemoryRegion, Modify, ProtectionDomain, QpOptions, QueuePair, RecvRequest,
    RtrAttributes, RtsAttributes, SendOperation, SendRequest,
};
use sim_verilator::NicConfig;
use std::collections::BTreeMap;
use std::path::Path;

/// A frame that the NIC has sent.
#[derive(Clone, Debug)]
pub struct SentFrame {
    /// Cycle of its first beat.
    pub cycle: u64,
    pub frame: Vec<u8>,
    /// None if it is not RoCE.
    pub packet: Option<Packet>,
}

/// Which posted request a completion is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Index in the scenario's list.
    Send(usize),
    Recv(usize),
}

const RECV: u64 = 1 << 32;

impl Posted {
    fn wr_id(self) -> u64 {
        match self {
            Self::Send(k) => k as u64,
            Self::Recv(k) => RECV | k as u64,
        }
    }

    fn of(wr_id: u64) -> Self {
        match wr_id & RECV {
            0 => Self::Send(wr_id as usize),
            _ => Self::Recv((wr_id & !RECV) as usize),
        }
    }
}

/// The NIC and everything that the scenario sets up.
pub struct Stage {
    pub cluster: Cluster,
    pub adapter: Adapter,
    pub qps: Vec<QueuePair>,
    pub mrs: Vec<MemoryRegion>,
    /// Everything it has sent, in order.
    pub sent: Vec<SentFrame>,
    /// Everything that has completed, in order.
    pub completions: Vec<(Posted, Completion)>,
    cq: CompletionQueue,
    _pd: ProtectionDomain,
    _context: Context,
}

/// Pauses of the driver before it gives a command up.
const PATIENCE: u32 = 20_000;
/// Cycles of a pause.
const PAUSE: u64 = 16;
/// Bytes of a frame that are kept: more than any has.
const WHOLE: usize = 1 << 16;
/// Entries of the one completion queue, so that its order is that of all completions.
const COMPLETIONS: u32 = 1 << 14;

impl Stage {
    /// A NIC of `width` bits with what `scenario` says. `input` is where memory's initial bytes may come from; `folder` is where the
    /// scenario is.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub fn new(
        scenario: &Scenario,
        width: u32,
        input: &[Captured],
        folder: &Path,
    ) -> Result<Self, ReplayError> {
        let library = nic_library(width, Variant::Migratable, false)?;
        let seed = scenario.nic.seed;
        let beat = width as usize / 8;
        let network = Network::new(Topology::Switched, 1, beat, LinkConfig::default(), seed);
        let config = NicConfig {
            seed,
            ..NicConfig::default()
        };
        let cluster = Cluster::new(&library, config, 1, network)?;
        let options = AdapterOptions {
            host: 1,
            seed,
            mac: scenario.nic.mac.0,
            ip: scenario.nic.ip,
            patience: PATIENCE,
        };
        let adapter = Adapter::open(cluster.device(0, PAUSE), options)?;
        set_registers(&cluster, scenario)?;
        let context = adapter.context()?;
        let pd = context.allocate_pd()?;
        let cq = context.create_cq(COMPLETIONS)?;
        let mrs = scenario
            .mrs
            .iter()
            .map(|plan| memory(&context, &pd, plan, input, folder))
            .collect::<Result<Vec<_>, _>>()?;
        let qps = scenario
            .qps
            .iter()
            .map(|plan| queue_pair(&adapter, &pd, &cq, plan))
            .collect::<Result<Vec<_>, _>>()?;
        cluster.watch(WHOLE);
        Ok(Self {
            cluster,
            adapter,
            qps,
            mrs,
            sent: Vec::new(),
            completions: Vec::new(),
            cq,
            _pd: pd,
            _context: context,
        })
    }

    /// Lets `cycles` pass, and takes what the NIC has done in them.
    ///
    /// # Errors
    /// The NIC failed.
    pub fn run(&mut self, cycles: u64) -> Result<(), ReplayError> {
        for _ in 0..cycles {
            self.cluster.step()?;
        }
        self.cluster.check()?;
        self.collect()
    }

    /// Takes frames and completions.
    ///
    /// # Errors
    /// The NIC failed.
    pub fn collect(&mut self) -> Result<(), ReplayError> {
        for frame in self.cluster.take_frames().into_iter().filter(|f| f.sent) {
            self.sent.push(SentFrame {
                cycle: frame.begin,
                packet: Packet::parse(&frame.bytes),
                frame: frame.bytes,
            });
        }
        let found = self.cq.poll(usize::MAX)?;
        self.completions
            .extend(found.into_iter().map(|c| (Posted::of(c.wr_id), c)));
        Ok(())
    }

    /// All counters that are not zero.
    ///
    /// # Errors
    /// The device failed.
    pub fn counters(&self) -> Result<BTreeMap<&'static str, u64>, ReplayError> {
        let mut all = BTreeMap::new();
        for &counter in Counter::ALL {
            match self.adapter.counter(counter)? {
                0 => {}
                value => drop(all.insert(counter.text(), value)),
            }
        }
        Ok(all)
    }

    /// Posts the receive that is `index` in the scenario.
    ///
    /// # Errors
    /// The driver refuses it.
    pub fn post_recv(
        &self,
        scenario: &Scenario,
        index: usize,
        plan: &RecvPlan,
    ) -> Result<(), ReplayError> {
        let request = RecvRequest {
            wr_id: Posted::Recv(index).wr_id(),
            entries: vec![self.entry(scenario, &plan.mr, plan.offset.0, plan.length)],
        };
        self.qp(scenario, &plan.qp)
            .post_recv(&vec![request; plan.count])
            .map_err(|source| ReplayError::Post {
                what: format!("recv {}", index + 1),
                source,
            })
    }

    /// Posts the send that is `index` in the scenario.
    ///
    /// # Errors
    /// The driver refuses it.
    pub fn post_send(
        &self,
        scenario: &Scenario,
        index: usize,
        plan: &SendPlan,
    ) -> Result<(), ReplayError> {
        let entry = self.entry(scenario, &plan.mr, plan.offset.0, plan.length);
        let request = SendRequest {
            solicited: plan.solicited,
            fence: plan.fence,
            ..SendRequest::new(Posted::Send(index).wr_id(), operation(plan), entry)
        };
        self.qp(scenario, &plan.qp)
            .post_send(&[request])
            .map_err(|source| ReplayError::Post {
                what: format!("send {}", index + 1),
                source,
            })
    }

    /// The queue pair called `name`; the scenario has been checked.
    fn qp(&self, scenario: &Scenario, name: &str) -> &QueuePair {
        let at = scenario.qps.iter().position(|q| q.name == name);
        &self.qps[at.unwrap_or(0)]
    }

    fn entry(
        &self,
        scenario: &Scenario,
        name: &str,
        offset: u64,
        length: u32,
    ) -> host_driver::ScatterEntry {
        let at = scenario.mrs.iter().position(|m| m.name == name);
        self.mrs[at.unwrap_or(0)].entry(offset as usize, length)
    }
}

/// What the driver leaves as it is after reset: the clock of the timers, and how often the requester asks for an ACK.
fn set_registers(cluster: &Cluster, scenario: &Scenario) -> Result<(), ReplayError> {
    let mut device = cluster.device(0, PAUSE);
    let mut set = |offset, value| device.write32(Bar::Registers, offset, value);
    let rate = u32::from(scenario.nic.cycles_per_us);
    if u64::from(rate) != CYCLES_PER_US {
        set(control::cycles_per_us::REG.offset, rate)?;
    }
    let mask = scenario.replay.ack_req.multiple() - 1;
    set(
        control::ack_every::REG.offset,
        control::ack_every::MASK.of(mask),
    )?;
    Ok(())
}

fn memory(
    context: &Context,
    pd: &ProtectionDomain,
    plan: &MrPlan,
    input: &[Captured],
    folder: &Path,
) -> Result<MemoryRegion, ReplayError> {
    let length = plan.length.0 as usize;
    let buffer = context.allocate(length)?;
    for run in &plan.bytes {
        let bytes = bytes(run, input, folder).map_err(|why| ScenarioError::Bytes {
            name: plan.name.clone(),
            why,
        })?;
        let end = (run.offset.0 as usize).saturating_add(bytes.len());
        if end > length {
            let why = format!(
                "{} bytes at {:#x} end at {end:#x}, behind its {length:#x} bytes",
                bytes.len(),
                run.offset.0
            );
            let name = plan.name.clone();
            return Err(ScenarioError::Bytes { name, why }.into());
        }
        buffer.write(run.offset.0 as usize, &bytes)?;
    }
    let access = access(&plan.access);
    pd.register_keyed(&buffer, plan.addr.0, length, access, plan.key.0 as u32)
        .map_err(|source| ReplayError::Object {
            what: format!("memory region {:?}", plan.name),
            source,
        })
}

/// The bytes of a run, or what is wrong with it.
fn bytes(run: &BytesPlan, input: &[Captured], folder: &Path) -> Result<Vec<u8>, String> {
    match (&run.hex, run.packet, &run.file, run.fill, run.length) {
        (Some(hex), None, None, None, None) => unhex(hex),
        (None, Some(number), None, None, None) => {
            let captured = number.checked_sub(1).and_then(|k| input.get(k));
            let captured =
                captured.ok_or_else(|| format!("IN has {} packets, not {number}", input.len()))?;
            let packet = Packet::parse(&captured.frame)
                .ok_or_else(|| format!("packet {number} of IN is no RoCE packet"))?;
            Ok(match packet.original {
                // numbers lie in memory as the host's processor has them
                Some(value) => value.to_le_bytes().to_vec(),
                None => packet.payload,
            })
        }
        (None, None, Some(file), None, None) => {
            let path = folder.join(file);
            std::fs::read(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))
        }
        (None, None, None, Some(fill), Some(length)) if length.0 <= 1 << 30 => {
            Ok(vec![fill; length.0 as usize])
        }
        _ => Err("expected one of hex, packet, file, or fill with length".to_owned()),
    }
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| {
            std::str::from_utf8(pair)
                .ok()
                .filter(|p| p.len() == 2)
                .and_then(|p| u8::from_str_radix(p, 16).ok())
                .ok_or_else(|| format!("{:?} is no hex byte", String::from_utf8_lossy(pair)))
        })
        .collect()
}

fn queue_pair(
    adapter: &Adapter,
    pd: &ProtectionDomain,
    cq: &CompletionQueue,
    plan: &QpPlan,
) -> Result<QueuePair, ReplayError> {
    let options = QpOptions {
        send_cq: cq.clone(),
        recv_cq: cq.clone(),
        srq: None,
        max_send: plan.depth,
        max_recv: plan.depth,
        raw: false,
    };
    let what = || format!("queue pair {:?}", plan.name);
    let qp = pd
        .create_qp_numbered(&options, plan.qpn.0 as u32)
        .map_err(|source| ReplayError::Object {
            what: what(),
            source,
        })?;
    let most = adapter.attributes().max_rd_atomic;
    let init = Modify::Init(InitAttributes {
        access: access(&plan.access),
        pkey: plan.pkey,
    });
    let rtr = Modify::Rtr(RtrAttributes {
        partner: ConnectionData {
            qpn: plan.partner.qpn.0 as u32,
            psn: plan.rq_psn.0 as u32,
            ip: plan.partner.ip,
            mac: plan.partner.mac.0,
            migration: None,
        },
        path_mtu: plan.mtu,
        max_dest_rd_atomic: plan.max_dest_rd_atomic.min(most),
        min_rnr_timer: plan.min_rnr_timer,
        traffic_class: plan.traffic_class,
        hop_limit: plan.hop_limit,
    });
    let rts = Modify::Rts(RtsAttributes {
        sq_psn: plan.sq_psn.0 as u32,
        timeout: plan.timeout,
        retry_cnt: plan.retry_cnt,
        rnr_retry: plan.rnr_retry,
        max_rd_atomic: plan.max_rd_atomic.min(most),
    });
    let way: &[Modify] = match plan.state {
        State::Reset => &[],
        State::Init => &[init],
        State::Rtr => &[init, rtr],
        State::Rts => &[init, rtr, rts],
        State::Err => &[init, rtr, rts, Modify::Err],
    };
    for &step in way {
        qp.modify(step).map_err(|source| ReplayError::Modify {
            what: what(),
            source,
        })?;
    }
    Ok(qp)
}

fn operation(plan: &SendPlan) -> SendOperation {
    plan.op.of(Operands {
        remote_addr: plan.remote_addr.0,
        rkey: plan.rkey.0 as u32,
        imm: plan.imm.map(|n| n.0 as u32),
        invalidate: plan.invalidate.map(|n| n.0 as u32),
        compare: plan.compare.0,
        swap: plan.swap.0,
        add: plan.add.0,
    })
}
