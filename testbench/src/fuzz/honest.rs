//! The honest connection: what it looks like, and that it carries one message in each direction, exactly once.
//!
//! What it does when nothing else happens is recorded once, when the stage is set up; afterwards its partner has to see the same frames, byte for
//! byte, and its completion queues the same entries.

use super::finding::Finding;
use super::scene::{DEPTH, Link, Range, Scene, Station, connect, partner, queue_pair};
use crate::lab::Lab;
use crate::peer::packet::{Packet, Place};
use crate::rng::Rng;
use fw_regs::contexts::{CqConfig, QpConfig};
use fw_regs::doorbell::{self, Arm};
use fw_regs::rings::{CQE_BYTES, SendData, SendWqe, Sge};
use fw_regs::wire::{self, Opcode};
use fw_regs::{ContextKind, Psn, WqeOpcode};
use host_driver::{Access, Context, MemoryRegion, RecvRequest};
use std::collections::HashSet;

/// Bytes of its memory.
const BYTES: usize = 8 * 1024;
/// Where its message comes from and where the partner's goes to.
const SOURCE: usize = 64;
const TARGET: usize = 4096;
/// Bytes of a message.
const MESSAGE: usize = 100;
/// Bytes that tell its memory from everything else.
const SECRET: usize = 8;
/// Cycles in which the connection does its work, whatever the others do.
const PATIENCE: u64 = 60_000;
/// Cycles in which something that comes twice shows.
const TWICE: u64 = 1_500;

/// Records that nobody but the connection itself changes: of its engines, then of its queues.
const ENGINES: [ContextKind; 8] = [
    ContextKind::QpState,
    ContextKind::Requester,
    ContextKind::Completer,
    ContextKind::Responder,
    ContextKind::Response,
    ContextKind::Migration,
    ContextKind::SqState,
    ContextKind::QpConfig,
];
const CONFIGURATION: [ContextKind; 4] = [
    ContextKind::QpAv,
    ContextKind::QpAddress,
    ContextKind::SqConfig,
    ContextKind::RqConfig,
];

/// Records by kind and index.
type Records = Vec<(ContextKind, u16, Vec<u32>)>;

/// What partner and application see of two messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// frames to the partner, sorted
    frames: Vec<Vec<u8>>,
    /// entries of both completion queues, and how many there are
    completions: [(usize, Vec<u8>); 2],
    /// the partner's message
    received: Vec<u8>,
}

/// The honest process.
pub struct Honest {
    /// Its doorbell page.
    pub context: Context,
    /// Its connection.
    pub station: Station,
    /// Its memory.
    pub memory: MemoryRegion,
    rings: [Range; 2],
    /// by station: 0 the honest one, then the hostile ones
    engines: Vec<Records>,
    rest: Records,
    /// words of its memory, which are random, so that nothing else looks like them
    secrets: HashSet<[u8; SECRET]>,
    expected: Seen,
    message: Vec<u8>,
}

impl Honest {
    /// Its process: a connection with a partner outside, a receive posted, a send written and not announced.
    ///
    /// # Errors
    /// The driver's.
    pub fn new(lab: &Lab) -> Result<Self, Box<dyn std::error::Error>> {
        let host = &lab.hosts[0];
        let (context, pd) = (host.context.clone(), &host.pd);
        let mut rng = Rng::new(0x40e5);
        let buffer = context.allocate(BYTES + 512)?;
        let bytes = rng.bytes(BYTES + 512);
        buffer.write(0, &bytes)?;
        let words = bytes.chunks_exact(SECRET);
        let secrets = words.map(|w| std::array::from_fn(|k| w[k])).collect();
        let memory = pd.register(&buffer, 0x7a00_0000_0140, BYTES, Access::ALL)?;
        let made = queue_pair(&context, pd, None)?;
        made.0.set_migratable(false)?;
        let link = Link {
            partner: partner(0, false),
            timeout: 0,
            srq: None,
        };
        let station = connect(lab, made, &link)?;
        let entries = vec![memory.entry(TARGET, MESSAGE as u32)];
        station.qp.post_recv(&[RecvRequest { wr_id: 1, entries }])?;
        let entry = memory.entry(SOURCE, MESSAGE as u32);
        let wqe = SendWqe {
            opcode: WqeOpcode::Send,
            signalled: true,
            solicited: false,
            fence: false,
            imm_or_rkey: 0,
            remote_addr: 0,
            rkey: 0,
            data: SendData::Entries([
                Sge {
                    addr: entry.addr,
                    len: entry.length,
                    lkey: entry.lkey,
                },
                Sge::default(),
            ]),
        };
        lab.cluster
            .memory(0, |m| m.write(station.sq.base, &wqe.encode()))?;
        let ring = |k: usize| -> Result<Range, Box<dyn std::error::Error>> {
            let words = host
                .adapter
                .read_record(ContextKind::CqConfig, station.cqs[k].number())?;
            let words = std::array::from_fn(|k| words.get(k).copied().unwrap_or(0));
            Ok(Range {
                iova: CqConfig::from_words(&words).base,
                length: DEPTH as u64 * CQE_BYTES as u64,
            })
        };
        Ok(Self {
            rings: [ring(0)?, ring(1)?],
            context,
            station,
            memory,
            engines: vec![],
            rest: vec![],
            secrets,
            expected: Seen::default(),
            message: rng.bytes(MESSAGE),
        })
    }

    /// What the device writes for it.
    pub fn writable(&self) -> Vec<Range> {
        let target = Range {
            iova: self.memory.buffer().iova() + TARGET as u64,
            length: MESSAGE as u64,
        };
        vec![target, self.rings[0], self.rings[1]]
    }

    /// Number of its protection domain.
    pub fn domain(&self) -> u32 {
        self.domain_of(0)
    }

    /// The same of connection `k`; 0 is the honest one, then the hostile ones.
    pub fn domain_of(&self, k: usize) -> u32 {
        let records = self.engines.get(k).into_iter().flatten();
        let mut configs = records.filter(|(kind, ..)| *kind == ContextKind::QpConfig);
        configs.next().map_or(0, |(.., words)| {
            let words = std::array::from_fn(|k| words.get(k).copied().unwrap_or(0));
            QpConfig::from_words(&words).pd.into()
        })
    }

    /// Notes the records of all connections as they are before any input.
    ///
    /// # Errors
    /// The device does not answer.
    pub fn remember(&mut self, lab: &Lab) -> Result<(), Finding> {
        let read = |kind, index| -> Result<_, Finding> {
            let words = lab.hosts[0].adapter.read_record(kind, index)?;
            Ok((kind, index, words))
        };
        // slots are given in order of creation: the hostile process came first
        let own = self.station.qp.slot();
        let slots = std::iter::once(own).chain(0..own);
        self.engines = slots
            .map(|slot| ENGINES.iter().map(|kind| read(*kind, slot)).collect())
            .collect::<Result<_, _>>()?;
        let mut rest = CONFIGURATION
            .iter()
            .map(|kind| read(*kind, own))
            .collect::<Result<Records, _>>()?;
        rest.push(read(ContextKind::RqState, own)?);
        rest.push(read(ContextKind::MemoryRegion, self.memory.slot())?);
        for cq in &self.station.cqs {
            rest.push(read(ContextKind::CqConfig, cq.number())?);
            rest.push(read(ContextKind::CqState, cq.number())?);
        }
        self.rest = rest;
        Ok(())
    }

    /// Whether `bytes` hold anything of its memory: 15 bytes in a row are enough.
    pub fn leaks_into(&self, bytes: &[u8]) -> bool {
        bytes
            .windows(SECRET)
            .any(|window| self.secrets.contains(window))
    }

    /// Its own records are as they were; those of its queues too, unless their owner may have given them to others.
    ///
    /// # Errors
    /// [`Finding::Context`].
    pub fn same(&self, lab: &Lab, queues: bool) -> Result<(), Finding> {
        self.same_engines(lab, 0, self.station.qp.slot())?;
        match queues {
            true => same(lab, &self.rest),
            false => same(lab, &self.rest[..CONFIGURATION.len()]),
        }
    }

    /// The engines' records of connection `k` (0: the honest one) in `slot` are as they were.
    ///
    /// # Errors
    /// [`Finding::Context`].
    pub fn same_engines(&self, lab: &Lab, k: usize, slot: u16) -> Result<(), Finding> {
        let records = self.engines.get(k).filter(|all| all[0].1 == slot);
        match records {
            Some(records) => same(lab, records),
            None => Err(Finding::Stage(format!(
                "connection {k} is not in slot {slot}"
            ))),
        }
    }

    /// From now on this has to be seen.
    ///
    /// # Errors
    /// It is not what two messages look like.
    pub fn expect(&mut self, seen: Seen) -> Result<(), Finding> {
        let counts = [seen.completions[0].0, seen.completions[1].0];
        if seen.frames.len() != 3 || counts != [1, 1] || seen.received != self.message {
            return Err(Finding::Stage(format!(
                "the honest connection alone: {seen:?}"
            )));
        }
        self.expected = seen;
        Ok(())
    }

    /// A packet from its partner.
    fn packet(&self, lab: &Lab, opcode: Opcode, psn: Psn, body: Vec<u8>) -> Vec<u8> {
        Packet {
            from: self.station.partner,
            to: Place {
                ip: lab.hosts[0].ip,
                mac: lab.hosts[0].mac,
            },
            source_port: 0xc0de,
            opcode: opcode.code(),
            qpn: self.station.qp.number(),
            ack_req: opcode == Opcode::SendOnly,
            psn,
            body,
        }
        .encode()
    }
}

fn same(lab: &Lab, records: &[(ContextKind, u16, Vec<u32>)]) -> Result<(), Finding> {
    for (kind, index, was) in records {
        let is = lab.hosts[0].adapter.read_record(*kind, *index)?;
        if is != *was {
            return Err(Finding::Context(format!(
                "{kind} {index}: {was:08x?} has become {is:08x?}"
            )));
        }
    }
    Ok(())
}

impl Scene {
    /// The honest connection carries a message each way; what was seen.
    ///
    /// # Errors
    /// [`Finding::Message`] if it does not in bounded time.
    pub fn carry(&mut self) -> Result<Seen, Finding> {
        let lab = &self.lab;
        lab.cluster.take_frames();
        let honest = &self.honest;
        let connection = honest.station.qp.connection_data();
        let send = honest.packet(
            lab,
            Opcode::SendOnly,
            Psn::new(partner(0, false).psn),
            honest.message.clone(),
        );
        let answer = (u32::from(wire::SYNDROME_ACK) << 24 | 1).to_be_bytes();
        let ack = honest.packet(
            lab,
            Opcode::Acknowledge,
            connection.first_psn(),
            answer.to_vec(),
        );
        let (page, sq) = (honest.context.number(), honest.station.sq);
        self.host_write(sq.record, &doorbell::record(1, Arm::None).to_le_bytes());
        self.bell(
            page,
            doorbell::SQ_PRODUCER,
            doorbell::value(sq.number, 1, Arm::None),
        );
        self.lab.cluster.inject(0, &send);
        let mut seen = Seen::default();
        self.listen(&mut seen, PATIENCE, 2)?;
        self.lab.cluster.inject(0, &ack);
        self.lab.cluster.inject(0, &send);
        self.listen(&mut seen, PATIENCE, 3)?;
        self.listen(&mut seen, TWICE, usize::MAX)?;
        for _ in 0..PATIENCE / TWICE {
            seen.completions = [self.completed(0), self.completed(1)];
            if seen.completions.iter().all(|(count, _)| *count > 0) {
                break;
            }
            self.listen(&mut seen, TWICE, usize::MAX)?;
        }
        seen.frames.sort();
        let target = self.honest.memory.buffer().iova() + TARGET as u64;
        seen.received = self.host_read(target, MESSAGE);
        Ok(seen)
    }

    /// Lets time pass until the partner has seen `wanted` frames, at most `cycles`.
    fn listen(&self, seen: &mut Seen, cycles: u64, wanted: usize) -> Result<(), Finding> {
        let mac = self.honest.station.partner.mac.0;
        for _ in 0..cycles.div_ceil(50) {
            self.run(50)?;
            let frames = self.lab.cluster.take_frames().into_iter();
            let to_partner = frames.filter(|f| f.sent && f.bytes.get(..6) == Some(&mac));
            seen.frames.extend(to_partner.map(|f| f.bytes));
            if seen.frames.len() >= wanted {
                break;
            }
        }
        Ok(())
    }

    /// Entries that the device has written into a completion queue on its first way round, and all their bytes.
    fn completed(&self, k: usize) -> (usize, Vec<u8>) {
        let ring = self.honest.rings[k];
        let bytes = self.host_read(ring.iova, ring.length as usize);
        let written = bytes
            .chunks(CQE_BYTES)
            .filter(|c| c[CQE_BYTES - 1] & 0x80 != 0);
        let written: Vec<_> = written.collect();
        (written.len(), written.concat())
    }

    /// The honest connection carries a message each way as if it were alone.
    ///
    /// # Errors
    /// [`Finding::Message`].
    pub fn check_message(&mut self) -> Result<(), Finding> {
        let seen = self.carry()?;
        let wanted = &self.honest.expected;
        let what = if seen.received != wanted.received {
            "the message received is another"
        } else if seen.completions != wanted.completions {
            "completions differ"
        } else if seen.frames != wanted.frames {
            "the partner sees other frames"
        } else {
            return Ok(());
        };
        let count = |s: &Seen| (s.frames.len(), s.completions[0].0, s.completions[1].0);
        Err(Finding::Message(format!(
            "{what}: (frames, sends, receives) {:?}, alone {:?}",
            count(&seen),
            count(wanted)
        )))
    }
}
