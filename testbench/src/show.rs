//! `roamnic show`: the contexts and queues of a NIC at work, or of a checkpoint image, decoded field by field from the contract's own
//! description.
//!
//! The records come over the register interface, as a debugger on a real host would read them: nothing is stopped for it.

mod image;

pub use image::{ShowImageError, ShownImage, ShownObject, ShownQp, ShownRequest};

use crate::lab::{ConnectOptions, Endpoint, Lab, LabError, LabHost, LabOptions};
use crate::table::Table;
use fw_regs::contexts::{
    AtomicResult, Completer, CqConfig, CqState, MemoryRegion, Outstanding, QpAddress, QpConfig,
    Requester, Resource, Responder, Response, ResponseEntry, RingConfig, RingState,
};
use fw_regs::schema::Record;
use fw_regs::{ContextKind, Counter, QpState};
use host_driver::{Access, RecvRequest, SendOperation, SendRequest};
use serde::Serialize;
use std::collections::BTreeMap;

/// A decoded record.
#[derive(Clone, Debug, Serialize)]
pub struct ShownRecord {
    /// What it is, e.g. `requester`.
    pub kind: String,
    /// Its index in its memory.
    pub index: u16,
    /// Fields by name, as numbers.
    pub fields: Vec<(String, u128)>,
}

/// A NIC's contexts at one time.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    pub host: usize,
    /// Cycle in which the reading began.
    pub cycle: u64,
    /// By QP slot: state, then records.
    pub qps: BTreeMap<u16, (String, Vec<ShownRecord>)>,
    pub cqs: Vec<ShownRecord>,
    pub mrs: Vec<ShownRecord>,
    /// Counters that are not zero.
    pub counters: BTreeMap<String, u64>,
}

/// The layout of records of a kind; none for the header template, which is bytes, and the state, which is a number.
fn layout(kind: ContextKind) -> Option<Record> {
    use ContextKind as K;
    Some(match kind {
        K::QpConfig => QpConfig::RECORD,
        K::QpAddress => QpAddress::RECORD,
        K::Requester => Requester::RECORD,
        K::Completer => Completer::RECORD,
        K::Responder => Responder::RECORD,
        K::Response => Response::RECORD,
        K::ResponseEntry => ResponseEntry::RECORD,
        K::Resource => Resource::RECORD,
        K::AtomicResult => AtomicResult::RECORD,
        K::Outstanding => Outstanding::RECORD,
        K::SqConfig | K::RqConfig => RingConfig::RECORD,
        K::SqState | K::RqState => RingState::RECORD,
        K::MemoryRegion => MemoryRegion::RECORD,
        K::CqConfig => CqConfig::RECORD,
        K::CqState => CqState::RECORD,
        K::Migration => fw_regs::contexts::Migration::RECORD,
        K::QpAv | K::QpState => return None,
    })
}

/// Bits `low..low + width` of little-endian words.
fn bits(words: &[u32], low: u32, width: u32) -> u128 {
    (0..width).fold(0, |value, k| {
        let bit = low + k;
        let word = words.get(bit as usize / 32).copied().unwrap_or(0);
        value | u128::from(word >> (bit % 32) & 1) << k
    })
}

impl ShownRecord {
    /// Decodes the words of a record.
    pub fn decode(kind: ContextKind, index: u16, words: &[u32]) -> Self {
        let fields = match layout(kind) {
            Some(record) => record
                .fields
                .iter()
                .filter(|f| !f.reserved)
                .map(|f| (f.name.to_owned(), bits(words, f.low, f.width)))
                .collect(),
            None => (0..)
                .zip(words)
                .map(|(k, w)| (format!("word{k}"), u128::from(*w)))
                .collect(),
        };
        Self {
            kind: kind.text().to_owned(),
            index,
            fields,
        }
    }

    /// The value of field `name`.
    pub fn field(&self, name: &str) -> Option<u128> {
        self.fields.iter().find(|(n, _)| n == name).map(|f| f.1)
    }
}

const OF_A_QP: [ContextKind; 12] = [
    ContextKind::QpConfig,
    ContextKind::QpAv,
    ContextKind::QpAddress,
    ContextKind::Requester,
    ContextKind::Completer,
    ContextKind::Responder,
    ContextKind::Response,
    ContextKind::SqConfig,
    ContextKind::SqState,
    ContextKind::RqConfig,
    ContextKind::RqState,
    ContextKind::QpState,
];

impl Snapshot {
    /// Reads everything in use on `host`, whose number in the laboratory is `number`.
    ///
    /// # Errors
    /// The device failed.
    pub fn read(lab: &Lab, number: usize) -> Result<Self, LabError> {
        let host = &lab.hosts[number];
        let a = host.adapter.attributes();
        let cycle = lab.cluster.cycle();
        let mut qps = BTreeMap::new();
        for slot in 0..a.qps as u16 {
            let words = host.adapter.read_record(ContextKind::QpState, slot)?;
            let state = words
                .first()
                .and_then(|w| QpState::from_code((*w & 7) as u8));
            match state {
                Some(QpState::Reset) | None => {}
                Some(state) => {
                    let records = qp_records(host, slot, a.outstanding as u16)?;
                    qps.insert(slot, (state.text().to_owned(), records));
                }
            }
        }
        let valid = |config: ContextKind, count: usize| used(host, config, count);
        let mut cqs = valid(ContextKind::CqConfig, a.cqs)?;
        for k in 0..cqs.len() {
            cqs.push(record(host, ContextKind::CqState, cqs[k].index)?);
        }
        cqs.sort_by_key(|r| r.index);
        let mrs = valid(ContextKind::MemoryRegion, a.mrs)?;
        Ok(Self {
            host: number,
            cycle,
            qps,
            cqs,
            mrs,
            counters: counters(host)?,
        })
    }

    /// Everything as text: a block for each object.
    pub fn text(&self) -> String {
        let mut text = format!("host {} from cycle {}\n", self.host, self.cycle);
        let mut block = |title: String, records: &[ShownRecord]| {
            text += &format!("\n{title}\n{}", lines(records));
        };
        for (slot, (state, records)) in &self.qps {
            block(format!("QP in slot {slot}: {state}"), records);
        }
        block("completion queues".to_owned(), &self.cqs);
        block("memory regions".to_owned(), &self.mrs);
        let mut table = Table::new(["counter", "value"]);
        for (name, value) in &self.counters {
            table.row([name.clone(), value.to_string()]);
        }
        text + &format!("\n{table}")
    }
}

/// Records as text, four fields a line.
fn lines(records: &[ShownRecord]) -> String {
    let mut text = String::new();
    for r in records {
        text += &format!("  {} {}\n", r.kind, r.index);
        for line in r.fields.chunks(4) {
            let cells: Vec<String> = line
                .iter()
                .map(|(n, v)| format!("{:<27} ", format!("{n} {v:#x}")))
                .collect();
            text += &format!("    {}\n", cells.concat().trim_end());
        }
    }
    text
}

/// The counters of a host that are not zero, by name.
///
/// # Errors
/// The device failed.
pub fn counters(host: &LabHost) -> Result<BTreeMap<String, u64>, LabError> {
    let mut all = BTreeMap::new();
    for &counter in Counter::ALL {
        let value = host.adapter.counter(counter)?;
        if value > 0 {
            all.insert(counter.text().to_owned(), value);
        }
    }
    Ok(all)
}

fn record(host: &LabHost, kind: ContextKind, index: u16) -> Result<ShownRecord, LabError> {
    let words = host.adapter.read_record(kind, index)?;
    Ok(ShownRecord::decode(kind, index, &words))
}

/// All records of a kind whose `valid` field is set.
fn used(host: &LabHost, kind: ContextKind, count: usize) -> Result<Vec<ShownRecord>, LabError> {
    let all: Result<Vec<_>, _> = (0..count as u16).map(|k| record(host, kind, k)).collect();
    let set = |r: &ShownRecord| r.field("valid") == Some(1);
    Ok(all?.into_iter().filter(set).collect())
}

fn qp_records(host: &LabHost, slot: u16, outstanding: u16) -> Result<Vec<ShownRecord>, LabError> {
    let mut records = Vec::new();
    for kind in OF_A_QP {
        records.push(record(host, kind, slot)?);
    }
    let field = |records: &[ShownRecord], kind: ContextKind, name: &str| -> u16 {
        let found = records.iter().find(|r| r.kind == kind.text());
        found.and_then(|r| r.field(name)).unwrap_or(0) as u16
    };
    let tail = field(&records, ContextKind::Completer, "or_tail");
    let head = field(&records, ContextKind::Requester, "or_head");
    for k in 0..(head.wrapping_sub(tail) & 0xff).min(outstanding) {
        let index = slot * outstanding + (tail + k) % outstanding;
        records.push(record(host, ContextKind::Outstanding, index)?);
    }
    for k in 0..8 {
        let resource = record(host, ContextKind::Resource, slot * 8 + k)?;
        if resource.field("valid") == Some(1) {
            if resource.field("kind") == Some(3) {
                records.push(record(host, ContextKind::AtomicResult, slot * 8 + k)?);
            }
            records.push(resource);
        }
    }
    Ok(records)
}

/// A small scene of traffic in the middle of which a snapshot is worth looking at: four connections, each with a long WRITE, a
/// SEND, a READ and an ATOMIC under way.
pub struct Scene {
    pub lab: Lab,
    /// kept: dropping them destroys the queue pairs
    _ends: Vec<(Endpoint, Endpoint)>,
    _memory: Vec<host_driver::MemoryRegion>,
}

impl Scene {
    /// Everything is posted, nothing has been sent.
    ///
    /// # Errors
    /// No model, or the device refuses something.
    pub fn new(options: LabOptions) -> Result<Self, LabError> {
        let lab = Lab::new(options)?;
        let size = 64 * 1024;
        let memory = vec![
            lab.hosts[0].memory(size, Access::ALL)?,
            lab.hosts[1].memory(size, Access::ALL)?,
        ];
        let ends = (0..4)
            .map(|_| lab.connect(0, 1, &ConnectOptions::default()))
            .collect::<Result<Vec<_>, _>>()?;
        for (a, b) in &ends {
            b.qp.post_recv(&[RecvRequest {
                wr_id: 1,
                entries: vec![memory[1].entry(0, 8192)],
            }])?;
            a.qp.post_send(&mix(&memory[0], &memory[1]))?;
            b.qp.post_send(&mix(&memory[1], &memory[0])[..1])?;
        }
        Ok(Self {
            lab,
            _ends: ends,
            _memory: memory,
        })
    }
}

fn mix(local: &host_driver::MemoryRegion, remote: &host_driver::MemoryRegion) -> Vec<SendRequest> {
    let (remote_addr, rkey) = (remote.va(), remote.rkey());
    let write = SendOperation::Write {
        remote_addr,
        rkey,
        imm: None,
    };
    let send = SendOperation::Send {
        imm: Some(7),
        invalidate: None,
    };
    let read = SendOperation::Read { remote_addr, rkey };
    let add = SendOperation::FetchAdd {
        remote_addr,
        rkey,
        add: 1,
    };
    vec![
        SendRequest::new(1, write, local.entry(0, 16_384)),
        SendRequest::new(2, send, local.entry(0, 5000)),
        SendRequest::new(3, read, local.entry(32_768, 10_000)),
        SendRequest::new(4, add, local.entry(60_000, 8)),
    ]
}
