//! `roamnic replay`: the NIC in the place of one end of a captured conversation.
//!
//! A [`Scenario`] sets the NIC up as that end was: addresses, queue pairs, memory regions, what is posted when. The packets of a
//! capture that are addressed to the NIC go in; [`ReplayReport`] says what it did with each, and what it sent can be compared with
//! what the other implementation sent at the time, field by field. [`derive::derive`] writes a scenario from a capture, as far as
//! packets tell.
//!
//! Read [`scenario`] for what a file may say, [`run`] for how a replay goes.

mod capture;
mod check;
mod compare;
pub mod derive;
mod icrc;
mod number;
mod packet;
mod report;
pub mod scenario;
mod stage;
mod walk;

pub use capture::{CaptureReadError, Captured, read as read_frames};
pub use compare::{Comparison, Difference};
pub use icrc::of as icrc_of;
pub use number::{Mac, Number};
pub use packet::{Aeth, Class, Field, Packet, Remote, Value};
pub use report::{
    CompletionReport, Fate, MrReport, PacketReport, QpReport, ReplayReport, Role, SentReport,
};
pub use scenario::{Pace, Scenario, ScenarioError};

use crate::cluster::ClusterError;
use crate::lab::{CYCLES_PER_US, ModelLoadError};
use crate::net::{CaptureError, CaptureWriter};
use crate::show::ShownRecord;
use fw_regs::{ContextKind, QpState};
use host_driver::{
    DeviceError, MacAddress, ModifyError, OpenError, PostError, QueuePair, VerbsError,
};
use sha2::{Digest, Sha256};
use sim_verilator::NicError;
use stage::{Posted, Stage};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use walk::Walk;

/// What is replayed.
#[derive(Clone, Debug)]
pub struct ReplayOptions {
    /// Bits of the NIC's data path.
    pub width: u32,
    /// The scenario's file.
    pub scenario: PathBuf,
    /// The capture that goes in.
    pub input: PathBuf,
    /// Where everything that the NIC sends is written.
    pub output: Option<PathBuf>,
    /// The capture that it is compared with.
    pub expect: Option<PathBuf>,
    /// Instead of the scenario's.
    pub pace: Option<Pace>,
}

/// Why a replay cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error(transparent)]
    Input(#[from] CaptureReadError),
    #[error(transparent)]
    Output(#[from] CaptureError),
    /// The capture and the scenario have nothing to do with each other.
    #[error("none of the {packets} packets of IN is addressed to the NIC, {ip} at {mac}")]
    NothingForTheNic {
        packets: usize,
        ip: IpAddr,
        mac: MacAddress,
    },
    /// A scenario refers to a packet that is not there.
    #[error("{at} is at packet {number}; IN has {packets}")]
    NoSuchPacket {
        at: String,
        number: usize,
        packets: usize,
    },
    #[error(transparent)]
    Model(#[from] ModelLoadError),
    #[error(transparent)]
    Nic(#[from] NicError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Verbs(#[from] VerbsError),
    /// An object of the scenario cannot be made.
    #[error("cannot make {what}")]
    Object { what: String, source: VerbsError },
    #[error("cannot bring {what} to its state")]
    Modify { what: String, source: ModifyError },
    #[error("cannot post {what}")]
    Post { what: String, source: PostError },
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// Replays.
///
/// # Errors
/// [`ReplayError`]. That the NIC does something else than expected is not one: see [`ReplayReport::is_good`].
pub fn run(options: &ReplayOptions) -> Result<ReplayReport, ReplayError> {
    let mut scenario = Scenario::read(&options.scenario)?;
    if let Some(pace) = options.pace {
        scenario.replay.pace = pace;
    }
    let input = capture::read(&options.input)?;
    let expect = options.expect.as_deref().map(capture::read).transpose()?;
    check_addressed(&scenario, &input)?;
    check_places(&scenario, input.len())?;
    let folder = options.scenario.parent().unwrap_or(Path::new("."));
    let stage = Stage::new(&scenario, options.width, &input, folder)?;
    let mut walk = Walk::new(&scenario, stage)?;
    walk.run(&input)?;
    if let Some(path) = &options.output {
        write(&walk, path)?;
    }
    let mut report = report(&scenario, &walk, options.width)?;
    report.comparison = expect.map(|e| compare::compare(&scenario, &walk.stage.sent, &e));
    Ok(report)
}

/// Something in `input` is for the NIC.
fn check_addressed(scenario: &Scenario, input: &[Captured]) -> Result<(), ReplayError> {
    let ip = scenario.nic.ip;
    let to_it = |c: &Captured| packet::addresses(&c.frame).is_some_and(|(_, to)| to == ip);
    match input.iter().any(to_it) {
        true => Ok(()),
        false => Err(ReplayError::NothingForTheNic {
            packets: input.len(),
            ip,
            mac: scenario.nic.mac.0,
        }),
    }
}

/// Everything that is to happen at a packet happens at one that there is.
fn check_places(scenario: &Scenario, packets: usize) -> Result<(), ReplayError> {
    let receives = scenario.receives.iter().map(|r| r.at).zip(1..);
    let sends = scenario.sends.iter().map(|s| s.at).zip(1..);
    let all = receives
        .map(|(at, k)| (at, format!("recv {k}")))
        .chain(sends.map(|(at, k)| (at, format!("send {k}"))));
    for (number, at) in all {
        if number > packets {
            return Err(ReplayError::NoSuchPacket {
                at,
                number,
                packets,
            });
        }
    }
    Ok(())
}

/// Writes everything the NIC has sent, at its own times.
fn write(walk: &Walk, path: &Path) -> Result<(), ReplayError> {
    let mut writer = CaptureWriter::create(path)?;
    for sent in &walk.stage.sent {
        let ns = walk.micros(sent.cycle) * 1000.0;
        let cycle = (ns * CYCLES_PER_US as f64 / 1000.0) as u64;
        writer.write(cycle, &sent.frame);
    }
    Ok(writer.finish()?)
}

fn report(scenario: &Scenario, walk: &Walk, width: u32) -> Result<ReplayReport, ReplayError> {
    let stage = &walk.stage;
    let sent = stage.sent.iter().zip(1..).map(|(s, number)| SentReport {
        number,
        time_us: walk.micros(s.cycle),
        packet: walk::describe(&s.frame),
    });
    let qps = scenario.qps.iter().zip(&stage.qps);
    let qps = qps
        .map(|(plan, qp)| contexts(stage, &plan.name, qp))
        .collect::<Result<Vec<_>, _>>()?;
    let mrs = scenario.mrs.iter().zip(&stage.mrs);
    let mrs = mrs
        .map(|(plan, mr)| {
            let bytes = {
                let mut bytes = vec![0; mr.length()];
                mr.buffer().read(0, &mut bytes)?;
                bytes
            };
            Ok(MrReport {
                name: plan.name.clone(),
                key: mr.rkey(),
                addr: mr.va(),
                length: mr.length(),
                sha256: hex(&Sha256::digest(bytes)),
            })
        })
        .collect::<Result<Vec<_>, DeviceError>>()?;
    let mut report = ReplayReport {
        title: scenario.title.clone(),
        width,
        packets: walk.packets.clone(),
        sent: sent.collect(),
        completions: completions(walk),
        qps,
        mrs,
        counters: walk.counted(),
        notes: walk.notes.clone(),
        failed: Vec::new(),
        comparison: None,
    };
    report.failed = failed(scenario, &report);
    Ok(report)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn completions(walk: &Walk) -> Vec<CompletionReport> {
    let name = |posted: Posted| match posted {
        Posted::Send(k) => format!("send {}", k + 1),
        Posted::Recv(k) => format!("recv {}", k + 1),
    };
    let after = |k: usize| walk.completed.iter().find(|(_, count)| *count > k);
    let all = walk.stage.completions.iter().enumerate();
    all.map(|(k, (posted, c))| CompletionReport {
        request: name(*posted),
        qpn: c.qpn,
        status: c.status.text(),
        opcode: c.opcode.text(),
        byte_len: c.byte_len,
        imm: c.imm,
        after: after(k).map(|(number, _)| *number),
    })
    .collect()
}

/// Records of a queue pair that a report shows.
const SHOWN: [ContextKind; 9] = [
    ContextKind::QpConfig,
    ContextKind::QpAddress,
    ContextKind::Requester,
    ContextKind::Completer,
    ContextKind::Responder,
    ContextKind::Response,
    ContextKind::SqState,
    ContextKind::RqState,
    ContextKind::QpState,
];

fn contexts(stage: &Stage, name: &str, qp: &QueuePair) -> Result<QpReport, ReplayError> {
    let mut records = Vec::new();
    let mut state = "unknown";
    for kind in SHOWN {
        let words = stage.adapter.read_record(kind, qp.slot())?;
        if kind == ContextKind::QpState {
            let code = words.first().map_or(0, |w| (*w & 7) as u8);
            state = QpState::from_code(code).map_or(state, QpState::text);
        }
        records.push(ShownRecord::decode(kind, qp.slot(), &words));
    }
    Ok(QpReport {
        name: name.to_owned(),
        qpn: qp.number(),
        state,
        records,
    })
}

/// What the scenario says must be at the end, and is not.
fn failed(scenario: &Scenario, report: &ReplayReport) -> Vec<String> {
    let mut failed = Vec::new();
    let mut check = |what: String, expected: &str, found: &str| {
        if expected != found {
            failed.push(format!("{what}: expected {expected}, found {found}"));
        }
    };
    for (plan, mr) in scenario.mrs.iter().zip(&report.mrs) {
        if let Some(expected) = &plan.sha256 {
            let what = format!("SHA-256 of memory region {:?}", plan.name);
            check(what, &expected.to_lowercase(), &mr.sha256);
        }
    }
    for (plan, qp) in scenario.qps.iter().zip(&report.qps) {
        if let Some(expected) = &plan.final_state {
            check(
                format!("state of queue pair {:?}", plan.name),
                expected,
                qp.state,
            );
        }
    }
    let mut ended: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for c in &report.completions {
        ended.entry(&c.request).or_default().push(c.status);
    }
    let sends = scenario.sends.iter().zip(1..);
    let sends = sends.map(|(s, k)| (format!("send {k}"), &s.status, 1));
    let receives = scenario.receives.iter().zip(1..);
    let receives = receives.map(|(r, k)| (format!("recv {k}"), &r.status, r.count));
    for (request, status, count) in sends.chain(receives) {
        let Some(status) = status else { continue };
        let found = ended.remove(request.as_str()).unwrap_or_default();
        check(
            request,
            &vec![status.as_str(); count].join(", "),
            &found.join(", "),
        );
    }
    for (name, expected) in &scenario.expect.counters {
        let found = report.counters.get(name.as_str()).copied().unwrap_or(0);
        check(
            format!("counter {name}"),
            &expected.to_string(),
            &found.to_string(),
        );
    }
    failed
}
