//! The other end of a connection, played by a test: one NIC whose cable is cut, and packets written and read by hand.
//!
//! A [`Peer`] says whatever it likes, also what no partner may say, and sees everything that the NIC answers. [`packet`] is how it
//! writes and reads; [`requests`] what it says; [`watch`] what a test asks about the NIC afterwards.

pub mod packet;
pub mod requests;
pub mod watch;

use crate::lab::{Lab, LabError, LabOptions, Variant};
use crate::net::{FaultRates, LinkConfig};
use crate::rng::Rng;
use fw_regs::Psn;
use host_driver::{
    Access, CompletionQueue, ConnectionData, InitAttributes, MemoryRegion, MigrationData, Modify,
    QpOptions, QueuePair, RtrAttributes, RtsAttributes, SharedReceiveQueue,
};
use packet::{Packet, Place};

/// First PSN of the NIC's queue pair: what it sends soon crosses the wrap.
pub const OWN_PSN: Psn = Psn::new(0xff_fffe);
/// First PSN of the peer.
pub const PEER_PSN: Psn = Psn::new(0xff_fffd);
/// The peer's QP number.
pub const PEER_QPN: u32 = 0x09_1234;
/// The peer's incarnation, where the connection may move.
pub const PEER_EPOCH: u32 = 0x00_1000;
/// Bytes of the NIC's registered memory.
pub const MEMORY: usize = 64 * 1024;
/// Cycles in which an answer comes, if one comes.
pub const QUIET: u64 = 4_000;

/// What the NIC and its queue pair are like.
#[derive(Clone)]
pub struct PeerOptions {
    /// Bits of the NIC's data path.
    pub width: u32,
    /// Which NIC of that width.
    pub variant: Variant,
    /// Addresses are IPv6.
    pub ipv6: bool,
    /// Bytes.
    pub path_mtu: u32,
    /// Local ACK timeout: 4.096 µs · 2^timeout; 0 = none.
    pub timeout: u8,
    /// Retries after timeout or sequence error.
    pub retry_cnt: u8,
    /// 7 = without end.
    pub rnr_retry: u8,
    /// RNR timer code that the NIC sends; 1 = 10 µs.
    pub min_rnr_timer: u8,
    /// READs and ATOMICs outstanding, in both directions.
    pub max_rd_atomic: u8,
    /// What the peer may do, and the partition key.
    pub init: InitAttributes,
    /// Entries of completion queues.
    pub cq_depth: u32,
    /// The queue pair receives from a shared queue of 16 entries with this limit.
    pub shared: Option<u16>,
    /// The connection may move.
    pub migratable: bool,
    /// Fixes everything.
    pub seed: u64,
}

impl PeerOptions {
    /// MTU 256, no timeout, 7 retries, RNR timer 10 µs, 8 READs and ATOMICs, everything allowed, not migratable.
    pub fn new(width: u32) -> Self {
        Self {
            width,
            variant: Variant::default(),
            ipv6: false,
            path_mtu: 256,
            timeout: 0,
            retry_cnt: 7,
            rnr_retry: 7,
            min_rnr_timer: 1,
            max_rd_atomic: 8,
            init: InitAttributes::default(),
            cq_depth: 64,
            shared: None,
            migratable: false,
            seed: 0x5eed,
        }
    }
}

/// See the module's head. The NIC is host 0 and alone.
pub struct Peer {
    /// The one host.
    pub lab: Lab,
    /// Where the peer is.
    pub place: Place,
    /// The NIC's queue pair.
    pub qp: QueuePair,
    /// Completions of its sends.
    pub send_cq: CompletionQueue,
    /// Completions of its receives.
    pub recv_cq: CompletionQueue,
    /// Where it receives from, if that is shared.
    pub srq: Option<SharedReceiveQueue>,
    /// Registered memory of the NIC's host, random bytes, everything allowed.
    pub memory: MemoryRegion,
    /// How it was made.
    pub options: PeerOptions,
}

impl Peer {
    /// A queue pair in RTS that has sent and received nothing.
    ///
    /// # Errors
    /// The laboratory cannot be built.
    pub fn new(options: PeerOptions) -> Result<Self, LabError> {
        let peer = Self::in_reset(options)?;
        peer.to_init()?;
        peer.to_rtr()?;
        peer.to_rts()?;
        Ok(peer)
    }

    /// A queue pair in RESET.
    ///
    /// # Errors
    /// The laboratory cannot be built.
    pub fn in_reset(options: PeerOptions) -> Result<Self, LabError> {
        let lab = Lab::new(LabOptions {
            hosts: 1,
            variant: options.variant,
            ipv6: options.ipv6,
            ..LabOptions::new(options.width, options.seed)
        })?;
        let faults = FaultRates {
            loss: 1.0,
            ..FaultRates::default()
        };
        let cut = LinkConfig {
            faults,
            ..LinkConfig::default()
        };
        lab.cluster.network(|n| n.uplink_mut(0).configure(cut));
        lab.cluster.watch(16 * 1024);
        let host = &lab.hosts[0];
        let memory = host.memory_with(&Rng::new(options.seed).bytes(MEMORY), Access::ALL)?;
        let send_cq = host.context.create_cq(options.cq_depth)?;
        let recv_cq = host.context.create_cq(options.cq_depth)?;
        let srq = match options.shared {
            Some(limit) => Some(host.pd.create_srq(16, limit)?),
            None => None,
        };
        let qp = host.pd.create_qp(&QpOptions {
            send_cq: send_cq.clone(),
            recv_cq: recv_cq.clone(),
            srq: srq.clone(),
            max_send: 32,
            max_recv: 32,
            raw: false,
        })?;
        let place = match options.ipv6 {
            true => Place::numbered_v6(9),
            false => Place::numbered(9),
        };
        Ok(Self {
            lab,
            place,
            qp,
            send_cq,
            recv_cq,
            srq,
            memory,
            options,
        })
    }

    /// What the NIC is told about the peer.
    pub fn connection(&self) -> ConnectionData {
        let migration = MigrationData {
            epoch: PEER_EPOCH,
            key: [0x5a; 16],
        };
        ConnectionData {
            qpn: PEER_QPN,
            psn: PEER_PSN.get(),
            ip: self.place.ip,
            mac: self.place.mac,
            migration: self.options.migratable.then_some(migration),
        }
    }

    /// RESET to INIT.
    ///
    /// # Errors
    /// The device refuses.
    pub fn to_init(&self) -> Result<(), LabError> {
        Ok(self.qp.modify(Modify::Init(self.options.init))?)
    }

    /// INIT to RTR.
    ///
    /// # Errors
    /// The device refuses.
    pub fn to_rtr(&self) -> Result<(), LabError> {
        Ok(self.qp.modify(Modify::Rtr(RtrAttributes {
            path_mtu: self.options.path_mtu,
            min_rnr_timer: self.options.min_rnr_timer,
            max_dest_rd_atomic: self.options.max_rd_atomic,
            ..RtrAttributes::new(self.connection())
        }))?)
    }

    /// RTR to RTS.
    ///
    /// # Errors
    /// The device refuses.
    pub fn to_rts(&self) -> Result<(), LabError> {
        Ok(self.qp.modify(Modify::Rts(RtsAttributes {
            sq_psn: OWN_PSN.get(),
            timeout: self.options.timeout,
            retry_cnt: self.options.retry_cnt,
            rnr_retry: self.options.rnr_retry,
            max_rd_atomic: self.options.max_rd_atomic,
        }))?)
    }

    /// Where the NIC is.
    pub fn nic(&self) -> Place {
        Place {
            ip: self.lab.hosts[0].ip,
            mac: self.lab.hosts[0].mac,
        }
    }

    /// The peer's PSN number `k`, counted from 0.
    pub fn psn(&self, k: u32) -> Psn {
        PEER_PSN.plus(k)
    }

    /// The NIC's PSN number `k`, counted from 0.
    pub fn own(&self, k: u32) -> Psn {
        OWN_PSN.plus(k)
    }

    /// The packet arrives; what the NIC sends in the next [`QUIET`] cycles.
    ///
    /// # Panics
    /// The NIC breaks a rule of its ports, or sends what is no packet.
    pub fn tell(&self, packet: &Packet) -> Vec<Packet> {
        self.tell_frame(&packet.encode())
    }

    /// The frame arrives; as [`Self::tell`].
    ///
    /// # Panics
    /// As [`Self::tell`].
    pub fn tell_frame(&self, frame: &[u8]) -> Vec<Packet> {
        self.lab.cluster.inject(0, frame);
        self.listen(QUIET)
    }

    /// The packets arrive back to back; as [`Self::tell`].
    ///
    /// # Panics
    /// As [`Self::tell`].
    pub fn tell_all(&self, packets: &[Packet]) -> Vec<Packet> {
        for packet in packets {
            self.lab.cluster.inject(0, &packet.encode());
        }
        self.listen(QUIET + 200 * packets.len() as u64)
    }

    /// What the NIC sends in `cycles` cycles.
    ///
    /// # Panics
    /// As [`Self::tell`].
    pub fn listen(&self, cycles: u64) -> Vec<Packet> {
        if let Err(broken) = self.lab.run(cycles) {
            panic!("the NIC broke a rule: {broken}");
        }
        let frames = self.lab.cluster.take_frames().into_iter();
        frames
            .filter(|frame| frame.sent)
            .map(|frame| Packet::decode(&frame.bytes))
            .collect()
    }

    /// Waits for the first packet that `wanted` likes; all that were sent until then, it the last.
    ///
    /// # Panics
    /// None comes in `cycles` cycles.
    pub fn hear(&self, what: &str, cycles: u64, wanted: impl Fn(&Packet) -> bool) -> Vec<Packet> {
        let mut all = Vec::new();
        for _ in 0..cycles.div_ceil(64) {
            for packet in self.listen(64) {
                let found = wanted(&packet);
                all.push(packet);
                if found {
                    return all;
                }
            }
        }
        panic!("no {what} in {cycles} cycles; sent was {all:#?}");
    }
}
