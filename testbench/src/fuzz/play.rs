//! One input at work: what it has named, sent and posted so far, and what is checked when it ends.

use super::features;
use super::finding::Finding;
use super::input::Record;
use super::scene::{DEPTH, Scene, Station};
use fw_regs::doorbell::{self, Arm};
use fw_regs::rings::{RECV_WQE_BYTES, RecvWqe, SEND_WQE_BYTES, SendData, SendWqe, Sge};
use fw_regs::{ContextKind, Counter, WqeOpcode};

/// Frames that are counted once each when they arrive.
const ARRIVED: [Counter; 10] = [
    Counter::RcvdPkts,
    Counter::RxCnp,
    Counter::RxRunt,
    Counter::RxIcrcError,
    Counter::RxLengthError,
    Counter::RxBufferFull,
    Counter::RxRaw,
    Counter::RxOversize,
    Counter::RxIngressOverflow,
    Counter::RxIpChecksum,
];

/// An input that is being played on a stage.
pub struct Play<'a> {
    /// The stage.
    pub scene: &'a mut Scene,
    /// Connections of the hostile process that the input names.
    pub named: [bool; 4],
    /// It names the honest connection.
    pub honest: bool,
    /// The owner of the device has been made to give away what belongs to others: their memory and queues are not looked at.
    pub tainted: bool,
    /// Memory that is not mapped may be reached for.
    pub faults: bool,
    /// What was reached.
    pub features: Vec<u32>,
    injected: u64,
    sent: u64,
    /// a frame was sent with bytes of the honest process's memory
    leaked: bool,
    sq: [u16; 4],
    rq: [u16; 4],
}

impl<'a> Play<'a> {
    /// Nothing has happened yet.
    pub fn new(scene: &'a mut Scene) -> Self {
        Self {
            scene,
            named: [false; 4],
            honest: false,
            tainted: false,
            faults: false,
            features: vec![],
            injected: 0,
            sent: 0,
            leaked: false,
            sq: [0; 4],
            rq: [0; 4],
        }
    }

    /// Station `k` of the hostile process, counted round.
    pub fn station(&self, k: u8) -> &Station {
        &self.scene.hostile.stations[usize::from(k) % 4]
    }

    /// The input names this station; one that talks to itself names both ends.
    pub fn name(&mut self, k: u8) {
        let k = usize::from(k) % 4;
        self.named[k] = true;
        if k >= 2 {
            self.named[2] = true;
            self.named[3] = true;
        }
    }

    /// A frame arrives. Whatever has a QP number in the right place names it.
    pub fn inject(&mut self, frame: &[u8]) {
        let at = match frame.get(12..15) {
            Some([8, 0, version]) => 14 + usize::from(version & 15) * 4 + 8 + 5,
            _ => 14 + 40 + 8 + 5,
        };
        if let Some([a, b, c]) = frame.get(at..at + 3) {
            let qpn = u32::from_be_bytes([0, *a, *b, *c]);
            self.honest |= self.scene.honest.station.qp.number() == qpn;
            let stations = &self.scene.hostile.stations;
            if let Some(k) = stations.iter().position(|s| s.qp.number() == qpn) {
                self.name(k as u8);
            }
        }
        if !frame.is_empty() {
            self.injected += 1;
            self.scene.lab.cluster.inject(0, frame);
        }
    }

    /// Lets time pass and looks at what was sent.
    ///
    /// # Errors
    /// The NIC breaks a rule.
    pub fn run(&mut self, cycles: u64) -> Result<(), Finding> {
        self.scene.run(cycles)?;
        self.scene.check_ports(self.faults)?;
        self.look();
        Ok(())
    }

    fn look(&mut self) {
        for frame in self.scene.lab.cluster.take_frames() {
            if !frame.sent {
                continue;
            }
            self.sent += 1;
            self.leaked |= self.scene.honest.leaks_into(&frame.bytes);
            let six = frame.bytes.get(12) == Some(&0x86);
            let at = if six { 62 } else { 42 };
            let byte = |k: usize| u32::from(frame.bytes.get(at + k).copied().unwrap_or(0));
            let syndrome = match byte(0) {
                0x11 => byte(12),
                _ => 0,
            };
            self.features
                .push(features::behaviour(0, byte(0) << 8 | syndrome));
        }
    }

    /// The end of what the input does: everything comes to rest, and what was reached is noted.
    ///
    /// # Errors
    /// The NIC breaks a rule.
    pub fn settle(&mut self) -> Result<(), Finding> {
        self.scene.settle()?;
        self.scene.check_ports(self.faults)?;
        self.look();
        let model = features::of_model(&self.scene.lab);
        self.features.extend(model);
        Ok(())
    }

    /// What must hold after every input.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&mut self) -> Result<(), Finding> {
        self.scene.check_mailbox()?;
        if !self.tainted {
            self.scene.check_memory()?;
            self.check_leaks()?;
        }
        if !self.honest {
            let scene = &self.scene;
            scene.honest.same(&scene.lab, !self.tainted)?;
        }
        let named = self.named;
        self.scene.check_strangers(|k| named[k])?;
        self.check_counters()?;
        if !self.honest && !self.tainted {
            self.scene.check_message()?;
        }
        self.scene.check_ports(self.faults)
    }

    /// Nothing of the honest process's memory has been sent, or is in the hostile one's.
    fn check_leaks(&self) -> Result<(), Finding> {
        if self.honest {
            return Ok(());
        }
        let own = &self.scene.hostile.own;
        let bytes = self.scene.host_read(own.buffer().iova(), own.length());
        if self.scene.honest.leaks_into(&bytes) {
            let what = "the hostile process has read memory of the honest one";
            return Err(Finding::Leak(what.into()));
        }
        match self.leaked {
            true => Err(Finding::Leak(
                "memory of the honest process was sent".into(),
            )),
            false => Ok(()),
        }
    }

    /// Every frame that arrived or was turned round is counted once, and so is every packet that was sent. Connections of the hostile process with each
    /// other may still be at work, and counters are read one after the other, so it may take a few tries.
    fn check_counters(&mut self) -> Result<(), Finding> {
        const TRIES: usize = 40;
        let mut why = String::new();
        for _ in 0..TRIES {
            let adapter = &self.scene.lab.hosts[0].adapter;
            let round = adapter.counter(Counter::TxLoopback)?;
            let mut arrived = 0;
            for counter in ARRIVED {
                arrived += adapter.counter(counter)?;
            }
            let counted = adapter.counter(Counter::SentPkts)?;
            let again = adapter.counter(Counter::TxLoopback)?;
            self.look();
            let wanted = (self.injected + round, self.sent + round);
            if (arrived, counted) == wanted && round == again {
                return Ok(());
            }
            why = format!(
                "{} frames arrived, {} were sent, {round} turned round; counted are {arrived} and {counted}",
                self.injected, self.sent
            );
            self.run(500)?;
        }
        Err(Finding::Counters(format!("{why}: {}", self.counted()?)))
    }

    /// All counters that are not zero.
    fn counted(&self) -> Result<String, Finding> {
        let adapter = &self.scene.lab.hosts[0].adapter;
        let mut text = String::new();
        for counter in (0..64).filter_map(Counter::from_code) {
            let value = adapter.counter(counter)?;
            if value > 0 {
                text += &format!("{counter} {value}, ");
            }
        }
        Ok(text)
    }

    /// A receive of the hostile process is posted: into its own memory, two entries if there is a second length.
    pub fn post_recv(&mut self, k: u8, lengths: [usize; 2]) {
        self.name(k);
        let own = &self.scene.hostile.own;
        let entry = |offset: usize, length: usize| Sge {
            addr: own.va() + offset as u64,
            len: length as u32,
            lkey: own.lkey(),
        };
        let entries = [entry(1024, lengths[0]), entry(9000, lengths[1])];
        let at = usize::from(k) % 4;
        let index = self.rq[at];
        self.write_recv(k, index, &RecvWqe { entries }.encode());
        self.rq[at] = index.wrapping_add(1);
        self.ring_recv(k, self.rq[at]);
    }

    /// Writes an entry of a receive queue.
    pub fn write_recv(&mut self, k: u8, index: u16, wqe: &[u8; RECV_WQE_BYTES]) {
        let ring = self.station(k).rq;
        let place = u64::from(index) & ((1 << ring.log_size) - 1);
        self.scene
            .host_write(ring.base + place * RECV_WQE_BYTES as u64, wqe);
    }

    /// Writes an entry of a send queue.
    pub fn write_send(&mut self, k: u8, index: u16, wqe: &[u8; SEND_WQE_BYTES]) {
        let ring = self.station(k).sq;
        let place = u64::from(index) & ((1 << ring.log_size) - 1);
        self.scene
            .host_write(ring.base + place * SEND_WQE_BYTES as u64, wqe);
    }

    /// Announces receives up to `index`.
    pub fn ring_recv(&mut self, k: u8, index: u16) {
        let (page, ring) = (self.scene.hostile.context.number(), self.station(k).rq);
        self.scene.host_write(
            ring.record,
            &doorbell::record(index, Arm::None).to_le_bytes(),
        );
        let value = doorbell::value(ring.number, index, Arm::None);
        self.scene.bell(page, doorbell::RQ_PRODUCER, value);
    }

    /// Announces sends up to `index`.
    pub fn ring_send(&mut self, k: u8, index: u16) {
        let (page, ring) = (self.scene.hostile.context.number(), self.station(k).sq);
        self.scene.host_write(
            ring.record,
            &doorbell::record(index, Arm::None).to_le_bytes(),
        );
        let value = doorbell::value(ring.number, index, Arm::None);
        self.scene.bell(page, doorbell::SQ_PRODUCER, value);
    }

    /// The index of the next send, which counts as posted.
    pub fn next_send(&mut self, k: u8) -> u16 {
        self.name(k);
        let next = &mut self.sq[usize::from(k) % 4];
        *next = next.wrapping_add(1);
        next.wrapping_sub(1)
    }

    /// The index of the next receive, which counts as posted.
    pub fn next_recv(&mut self, k: u8) -> u16 {
        self.name(k);
        let next = &mut self.rq[usize::from(k) % 4];
        *next = next.wrapping_add(1);
        next.wrapping_sub(1)
    }

    /// A send of the hostile process as its driver would post it. Bytes of `record`: 2 opcode, 3 flags, 4 length, 5 offset.
    pub fn post_send(&mut self, k: u8, record: &Record) {
        let own = &self.scene.hostile.own;
        let opcode = WqeOpcode::from_code(record.byte(2) % 8).unwrap_or(WqeOpcode::Send);
        let length = match opcode.is_atomic() {
            true => 8,
            false => record.length(4),
        };
        let offset = u64::from(record.byte(5)) * 8;
        let local = Sge {
            addr: own.va() + offset,
            len: length as u32,
            lkey: own.lkey(),
        };
        let data = match (opcode.is_atomic(), record.flag(3, 2) && length <= 32) {
            (true, _) => SendData::Atomic {
                local,
                swap_or_add: 1,
                compare: 0,
            },
            (_, true) => SendData::Inline {
                len: length as u8,
                bytes: [0x11; 32],
            },
            _ => SendData::Entries([local, Sge::default()]),
        };
        let wqe = SendWqe {
            opcode,
            signalled: record.flag(3, 0),
            solicited: record.flag(3, 1),
            fence: record.flag(3, 3),
            imm_or_rkey: own.rkey(),
            remote_addr: own.va() + 8192 + offset,
            rkey: own.rkey(),
            data,
        };
        let index = self.next_send(k);
        if u32::from(index) < 2 * DEPTH {
            self.write_send(k, index, &wqe.encode());
        }
        self.ring_send(k, index.wrapping_add(1));
    }

    /// The first word of a record of station `k`, e.g. a PSN in bits 23:0.
    ///
    /// # Errors
    /// The device does not answer.
    pub fn first_word(&self, kind: ContextKind, k: u8) -> Result<u32, Finding> {
        let slot = self.station(k).qp.slot();
        let words = self.scene.record(kind, slot)?;
        Ok(words.first().copied().unwrap_or(0))
    }
}
