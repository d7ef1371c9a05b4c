//! `roamnic show IMAGE`: a checkpoint image, decoded.

use super::{ShownRecord, lines};
use crate::table::Table;
use fw_regs::{ContextKind, MigrationPhase, QpState, WcOpcode};
use host_driver::migration::{DeviceRecord, Image, ImageError, QpImage, ReceiveImage};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Why an image cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowImageError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    /// It is no image.
    #[error("{path} is no image")]
    Image { path: PathBuf, source: ImageError },
}

/// A work request that has not completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownRequest {
    /// Place in its queue, counted from the creation.
    pub index: u16,
    pub wr_id: u64,
    pub operation: String,
    /// Where it stands: waits, in flight, or completed without anybody having asked.
    pub stage: &'static str,
}

/// A queue pair.
#[derive(Clone, Debug, Serialize)]
pub struct ShownQp {
    pub number: u32,
    pub handle: u32,
    pub slot: u16,
    pub state: String,
    pub phase: String,
    pub epoch: u32,
    pub partner_epoch: u32,
    pub partner_qpn: u32,
    /// Oldest PSN not acknowledged, next one to send, one past the highest used or reserved.
    pub una: u32,
    pub next_psn: u32,
    pub max_psn: u32,
    /// PSN expected from the partner.
    pub epsn: u32,
    pub sends: Vec<ShownRequest>,
    /// Receives; none with a shared queue.
    pub receives: Vec<ShownRequest>,
    pub records: Vec<ShownRecord>,
}

/// An object with a few numbers, and its records.
#[derive(Clone, Debug, Serialize)]
pub struct ShownObject {
    pub name: String,
    pub records: Vec<ShownRecord>,
}

/// An image.
#[derive(Clone, Debug, Serialize)]
pub struct ShownImage {
    pub bytes: usize,
    pub memory_bytes: u64,
    /// Buffers: number, IOVA at the source, bytes.
    pub memory: Vec<(u32, u64, u64)>,
    pub qps: Vec<ShownQp>,
    pub cqs: Vec<ShownObject>,
    pub srqs: Vec<ShownObject>,
    pub mrs: Vec<ShownObject>,
    /// Asynchronous events that nobody has taken.
    pub events: Vec<String>,
    /// The application's own, if it is JSON.
    pub application: Option<serde_json::Value>,
    pub application_bytes: usize,
}

fn shown(records: &[DeviceRecord]) -> Vec<ShownRecord> {
    let one = |r: &DeviceRecord| Some(ShownRecord::decode(r.kind()?, r.index, &r.words));
    records.iter().filter_map(one).collect()
}

/// A field of the first record of a kind.
fn field(records: &[ShownRecord], kind: ContextKind, name: &str) -> u32 {
    let found = records.iter().find(|r| r.kind == kind.text());
    found.and_then(|r| r.field(name)).unwrap_or(0) as u32
}

fn receives(queue: &ReceiveImage) -> Vec<ShownRequest> {
    let one = |&(index, wr_id): &(u16, u64)| ShownRequest {
        index,
        wr_id,
        operation: "RECV".to_owned(),
        stage: "posted",
    };
    queue.posted.iter().map(one).collect()
}

impl ShownQp {
    fn of(qp: &QpImage) -> Self {
        use ContextKind as K;
        let records = shown(&qp.records);
        let get = |kind, name| field(&records, kind, name);
        let state = get(K::Migration, "verbs_state") as u8;
        let phase = get(K::Migration, "phase") as u8;
        // indices go round: those in front of the oldest posted are behind its tail
        let from_tail = |kind, name| (get(kind, name) as u16).wrapping_sub(qp.tail);
        let completed = from_tail(K::Completer, "sq_ci");
        let sent = from_tail(K::Requester, "wqe_index");
        let send = |(k, &(wr_id, opcode)): (u16, &(u64, u8))| ShownRequest {
            index: qp.tail.wrapping_add(k),
            wr_id,
            operation: WcOpcode::from_code(opcode)
                .map_or("?", WcOpcode::text)
                .to_owned(),
            stage: match k {
                k if k < completed => "completed",
                k if k < sent => "in flight",
                _ => "posted",
            },
        };
        Self {
            number: qp.number,
            handle: qp.handle,
            slot: qp.slot,
            state: QpState::from_code(state)
                .map_or("?", QpState::text)
                .to_owned(),
            phase: MigrationPhase::from_code(phase)
                .map_or("?", MigrationPhase::text)
                .to_owned(),
            epoch: get(K::Migration, "epoch"),
            partner_epoch: get(K::Migration, "partner_epoch"),
            partner_qpn: get(K::QpConfig, "partner_qpn"),
            una: get(K::Completer, "una"),
            next_psn: get(K::Requester, "next_psn"),
            max_psn: get(K::Requester, "max_psn"),
            epsn: get(K::Responder, "epsn"),
            sends: (0..).zip(&qp.posted).map(send).collect(),
            receives: qp.receive.as_ref().map(receives).unwrap_or_default(),
            records,
        }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "\nQP {:#08x} (handle {}, slot {}) to {:#08x}: {}, {}; epoch {:#08x}, partner's {:#08x}\n  \
             una {:#08x}, next {:#08x}, max {:#08x}; expects {:#08x}\n",
            self.number,
            self.handle,
            self.slot,
            self.partner_qpn,
            self.state,
            self.phase,
            self.epoch,
            self.partner_epoch,
            self.una,
            self.next_psn,
            self.max_psn,
            self.epsn
        );
        for (name, queue) in [("send", &self.sends), ("receive", &self.receives)] {
            text += &format!("  {name} queue: {} posted\n", queue.len());
            for r in queue {
                text += &format!(
                    "    {} wr_id {:#x} {}, {}\n",
                    r.index, r.wr_id, r.operation, r.stage
                );
            }
        }
        text + &lines(&self.records)
    }
}

impl ShownImage {
    /// Reads and decodes an image file.
    ///
    /// # Errors
    /// [`ShowImageError`].
    pub fn read(path: &Path) -> Result<Self, ShowImageError> {
        let path = path.to_owned();
        match std::fs::read(&path) {
            Err(source) => Err(ShowImageError::Read { path, source }),
            Ok(bytes) => match Image::decode(&bytes) {
                Err(source) => Err(ShowImageError::Image { path, source }),
                Ok(image) => Ok(Self::of(&image, bytes.len())),
            },
        }
    }

    fn of(image: &Image, bytes: usize) -> Self {
        let object = |name, records: &[DeviceRecord]| ShownObject {
            name,
            records: shown(records),
        };
        let cqs = image.cqs.iter().map(|cq| {
            let name = format!(
                "completion queue {}: consumer {}, {} kept, {} events",
                cq.handle,
                cq.consumer,
                cq.kept.len(),
                cq.events
            );
            object(name, &cq.records)
        });
        let srqs = image.srqs.iter().map(|srq| {
            let posted: Vec<String> = receives(&srq.receive)
                .iter()
                .map(|r| format!("{}: wr_id {:#x}", r.index, r.wr_id))
                .collect();
            let name = format!(
                "shared receive queue {}: [{}]",
                srq.handle,
                posted.join(", ")
            );
            object(name, &srq.records)
        });
        let mrs = image.mrs.iter().map(|mr| {
            let name = format!("memory region {} in buffer {}", mr.handle, mr.buffer);
            object(name, &mr.records)
        });
        Self {
            bytes,
            memory_bytes: image.memory_bytes(),
            memory: image
                .memory
                .iter()
                .map(|m| (m.id, m.iova, m.length))
                .collect(),
            qps: image.qps.iter().map(ShownQp::of).collect(),
            cqs: cqs.collect(),
            srqs: srqs.collect(),
            mrs: mrs.collect(),
            events: image.events.iter().map(|e| format!("{e:?}")).collect(),
            application: serde_json::from_slice(image.blob()).ok(),
            application_bytes: image.blob().len(),
        }
    }

    /// Everything as text: a block for each object.
    pub fn text(&self) -> String {
        let mut text = format!(
            "image of {} bytes: {} queue pairs, {} completion queues, {} shared receive queues, {} memory regions; {} bytes of memory\n",
            self.bytes,
            self.qps.len(),
            self.cqs.len(),
            self.srqs.len(),
            self.mrs.len(),
            self.memory_bytes
        );
        for qp in &self.qps {
            text += &qp.text();
        }
        for object in self.cqs.iter().chain(&self.srqs).chain(&self.mrs) {
            text += &format!("\n{}\n{}", object.name, lines(&object.records));
        }
        let mut memory = Table::new(["buffer", "IOVA", "bytes"]);
        for (id, iova, length) in &self.memory {
            memory.row([id.to_string(), format!("{iova:#x}"), length.to_string()]);
        }
        text += &format!("\n{memory}");
        for event in &self.events {
            text += &format!("event: {event}\n");
        }
        text += &format!("application: {} bytes\n", self.application_bytes);
        if let Some(value) = &self.application {
            text += &format!("{value:#}\n");
        }
        text
    }
}
