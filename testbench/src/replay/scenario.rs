//! The scenario of a replay, as its TOML file says it: the NIC's addresses, the objects to set up, what is posted when, and what is
//! expected to differ from the capture.
//!
//! [`Scenario::read`] checks everything that can be known without a NIC and a capture: names, ranges, references.

use super::number::{Mac, Number};
use host_driver::SendOperation;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Everything a scenario says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows.
    #[serde(default)]
    pub title: String,
    pub nic: NicPlan,
    #[serde(default)]
    pub replay: Pacing,
    #[serde(default, rename = "mr")]
    pub mrs: Vec<MrPlan>,
    #[serde(default, rename = "qp")]
    pub qps: Vec<QpPlan>,
    #[serde(default, rename = "recv")]
    pub receives: Vec<RecvPlan>,
    #[serde(default, rename = "send")]
    pub sends: Vec<SendPlan>,
    #[serde(default)]
    pub expect: Expectations,
}

/// The NIC.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NicPlan {
    pub mac: Mac,
    pub ip: IpAddr,
    /// Clock cycles that make a microsecond for its timers and for the times of a capture; fewer than the 250 of its clock make long
    /// waits short.
    #[serde(default = "full_rate")]
    pub cycles_per_us: u16,
    /// Fixes the order in which memory answers.
    #[serde(default)]
    pub seed: u64,
}

fn full_rate() -> u16 {
    crate::lab::CYCLES_PER_US as u16
}

/// When packets go in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// Each as soon as the NIC is done with the one before, so that counters tell what became of each.
    #[default]
    Asap,
    /// Back to back up to the next packet that the NIC itself has to send first. Counters tell of such a run as a whole.
    Burst,
    /// At the times of the file, if the NIC has sent what the packets in front of them show. Counters tell of packets that come
    /// close together as a whole.
    Times,
}

/// On which packets of a request an acknowledgement is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AckReq {
    /// As in the packets compared with.
    #[default]
    Rxe,
    /// On the last packet of each message, and only there.
    Last,
    /// On the last packet of each message, and where the PSN is a multiple of a power of two.
    Every(u32),
}

impl AckReq {
    /// The rarest that the NIC can be set to inside a message: where the PSN is a multiple of this.
    pub const RAREST: u32 = 256;

    /// What the NIC is set to. It cannot leave the packets inside a message out altogether.
    pub fn multiple(self) -> u32 {
        match self {
            Self::Rxe | Self::Last => Self::RAREST,
            Self::Every(n) => n,
        }
    }
}

impl<'de> Deserialize<'de> for AckReq {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let every = |n: &str| match n.trim().parse() {
            Ok(n @ 1..=Self::RAREST) if u32::is_power_of_two(n) => Some(Self::Every(n)),
            _ => None,
        };
        match text.as_str() {
            "rxe" => Ok(Self::Rxe),
            "last" => Ok(Self::Last),
            other => other.strip_prefix("every ").and_then(every).ok_or_else(|| {
                serde::de::Error::custom(format!(
                    "ack_req is {other:?}; expected \"rxe\", \"last\" or \"every N\" with N a power of two up to {}",
                    Self::RAREST
                ))
            }),
        }
    }
}

/// How the replay goes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pacing {
    pub pace: Pace,
    pub ack_req: AckReq,
    /// How long the NIC may take to send a packet that the capture shows, µs.
    pub patience_us: u64,
    /// The replay ends when the NIC has sent nothing for so long, µs.
    pub quiet_us: u64,
    /// Clock cycles that a packet is given before the counters are read.
    pub settle_cycles: u64,
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            pace: Pace::default(),
            ack_req: AckReq::default(),
            patience_us: 20_000,
            quiet_us: 50,
            settle_cycles: 2_000,
        }
    }
}

/// A right on a memory region, or of a partner on a queue pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    LocalWrite,
    RemoteWrite,
    RemoteRead,
    RemoteAtomic,
}

/// The driver's word for a list of rights.
pub fn access(rights: &[Right]) -> host_driver::Access {
    let has = |right| rights.contains(&right);
    host_driver::Access {
        local_write: has(Right::LocalWrite),
        remote_write: has(Right::RemoteWrite),
        remote_read: has(Right::RemoteRead),
        remote_atomic: has(Right::RemoteAtomic),
    }
}

/// Every right.
pub fn all_rights() -> Vec<Right> {
    vec![
        Right::LocalWrite,
        Right::RemoteWrite,
        Right::RemoteRead,
        Right::RemoteAtomic,
    ]
}

/// A memory region.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MrPlan {
    pub name: String,
    /// lkey and rkey.
    pub key: Number,
    /// Virtual address.
    pub addr: Number,
    /// Bytes.
    pub length: Number,
    #[serde(default = "all_rights")]
    pub access: Vec<Right>,
    /// What it holds at first, in order: what comes later overwrites; zero where nothing is said.
    #[serde(default)]
    pub bytes: Vec<BytesPlan>,
    /// What it must hold at the end, in hex.
    pub sha256: Option<String>,
}

/// Initial bytes: exactly one of the sources.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BytesPlan {
    #[serde(default)]
    pub offset: Number,
    /// Bytes in hex.
    pub hex: Option<String>,
    /// The payload of so-numbered packet of IN, or the value that an ATOMIC acknowledgement carries.
    pub packet: Option<usize>,
    /// A file's content; its path is relative to the scenario.
    pub file: Option<PathBuf>,
    /// This byte, `length` times.
    pub fill: Option<u8>,
    pub length: Option<Number>,
}

/// The other end of a queue pair.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerPlan {
    /// QP number.
    pub qpn: Number,
    pub ip: IpAddr,
    pub mac: Mac,
}

/// A state that a queue pair can be brought to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Reset,
    Init,
    Rtr,
    #[default]
    Rts,
    Err,
}

/// A queue pair.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QpPlan {
    pub name: String,
    /// QP number.
    pub qpn: Number,
    #[serde(default)]
    pub state: State,
    /// The partner's first PSN, and the own one.
    pub rq_psn: Number,
    pub sq_psn: Number,
    /// Path MTU, bytes.
    pub mtu: u32,
    pub partner: PartnerPlan,
    #[serde(default = "default_pkey")]
    pub pkey: u16,
    /// Local ACK timeout: 4.096 µs · 2^timeout; 0 = none.
    #[serde(default = "default_timeout")]
    pub timeout: u8,
    #[serde(default = "seven")]
    pub retry_cnt: u8,
    /// 7 = without end.
    #[serde(default = "seven")]
    pub rnr_retry: u8,
    /// RNR timer code sent.
    #[serde(default = "default_rnr")]
    pub min_rnr_timer: u8,
    #[serde(default = "eight")]
    pub max_rd_atomic: u8,
    #[serde(default = "eight")]
    pub max_dest_rd_atomic: u8,
    #[serde(default)]
    pub traffic_class: u8,
    #[serde(default = "default_hops")]
    pub hop_limit: u8,
    /// What the partner may do.
    #[serde(default = "all_rights")]
    pub access: Vec<Right>,
    /// Entries of send and receive queue.
    #[serde(default = "default_depth")]
    pub depth: u32,
    /// State it must have at the end, as in verbs: RTS, ERR, …
    pub final_state: Option<String>,
}

fn default_pkey() -> u16 {
    0xffff
}
fn default_timeout() -> u8 {
    14
}
fn seven() -> u8 {
    7
}
fn eight() -> u8 {
    8
}
fn default_rnr() -> u8 {
    12
}
fn default_hops() -> u8 {
    64
}
fn default_depth() -> u32 {
    256
}

/// Local memory of a work request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecvPlan {
    /// Name of the queue pair.
    pub qp: String,
    /// Name of the memory region.
    pub mr: String,
    #[serde(default)]
    pub offset: Number,
    pub length: u32,
    /// Posted in front of so-numbered packet of IN; 0: at the start.
    #[serde(default)]
    pub at: usize,
    /// So many of them.
    #[serde(default = "one")]
    pub count: usize,
    /// How each must end, as `ibv_wc_status_str` says it.
    pub status: Option<String>,
}

fn one() -> usize {
    1
}

/// What a posted send does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Send,
    Write,
    Read,
    CompareSwap,
    FetchAdd,
}

/// What operations say beside their kind; each takes its part.
#[derive(Clone, Copy, Debug)]
pub struct Operands {
    pub remote_addr: u64,
    pub rkey: u32,
    pub imm: Option<u32>,
    pub invalidate: Option<u32>,
    pub compare: u64,
    pub swap: u64,
    pub add: u64,
}

impl Operation {
    /// The driver's word for it.
    pub fn of(self, operands: Operands) -> SendOperation {
        let Operands {
            remote_addr,
            rkey,
            imm,
            invalidate,
            compare,
            swap,
            add,
        } = operands;
        match self {
            Self::Send => SendOperation::Send { imm, invalidate },
            Self::Write => SendOperation::Write {
                remote_addr,
                rkey,
                imm,
            },
            Self::Read => SendOperation::Read { remote_addr, rkey },
            Self::CompareSwap => SendOperation::CompareSwap {
                remote_addr,
                rkey,
                compare,
                swap,
            },
            Self::FetchAdd => SendOperation::FetchAdd {
                remote_addr,
                rkey,
                add,
            },
        }
    }
}

/// A send work request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendPlan {
    /// Name of the queue pair.
    pub qp: String,
    pub op: Operation,
    /// Name of the local memory region.
    pub mr: String,
    #[serde(default)]
    pub offset: Number,
    pub length: u32,
    /// WRITE, READ, ATOMICs: address and key at the partner.
    #[serde(default)]
    pub remote_addr: Number,
    #[serde(default)]
    pub rkey: Number,
    /// SEND, WRITE: immediate data.
    pub imm: Option<Number>,
    /// SEND: key to invalidate.
    pub invalidate: Option<Number>,
    /// COMPARE_SWAP.
    #[serde(default)]
    pub compare: Number,
    #[serde(default)]
    pub swap: Number,
    /// FETCH_ADD.
    #[serde(default)]
    pub add: Number,
    #[serde(default)]
    pub solicited: bool,
    #[serde(default)]
    pub fence: bool,
    /// Posted in front of so-numbered packet of IN; 0: at the start.
    #[serde(default)]
    pub at: usize,
    /// How it must end, as `ibv_wc_status_str` says it.
    pub status: Option<String>,
}

/// How requests that are sent again are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restarts {
    /// As often and from where the capture shows it.
    #[default]
    Exact,
    /// Any number of them, from anywhere: with several messages under way it is a matter of timing where a loss is noticed. What is
    /// sent for the first time comes in the capture's order all the same, and what is sent again says the same as before.
    Any,
}

/// What the comparison is to know.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expectations {
    /// Fields in which no packet needs to agree.
    pub may_differ: Vec<String>,
    pub restarts: Restarts,
    /// Packets that were sent and are not in the capture because they were lost on the way.
    pub lost: Vec<Lost>,
    /// Packets of the capture in which the NIC is known to do something else, and what.
    pub deviation: Vec<Deviation>,
    /// Packets of the capture that the NIC need not send.
    pub skip: Vec<Skip>,
    /// What counters must have counted during the replay.
    pub counters: BTreeMap<String, u64>,
}

/// Fields that differ from one implementation to the next, or follow from such a field.
pub const MAY_DIFFER: [&str; 4] = ["ip.id", "ip.checksum", "udp.source_port", "icrc"];

impl Default for Expectations {
    fn default() -> Self {
        Self {
            may_differ: MAY_DIFFER.map(str::to_owned).to_vec(),
            restarts: Restarts::default(),
            lost: Vec::new(),
            deviation: Vec::new(),
            skip: Vec::new(),
            counters: BTreeMap::new(),
        }
    }
}

/// Which half of a connection sends a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    Request,
    Response,
}

/// A packet of the NIC that the capture does not have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    pub half: Half,
    pub psn: Number,
    #[serde(default = "one")]
    pub count: usize,
}

/// What the NIC says instead.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// Number of the packet in the capture compared with.
    pub packet: usize,
    pub why: String,
    /// By field, the NIC's value.
    pub ours: BTreeMap<String, Number>,
}

/// Packets that are not compared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    pub packets: Vec<usize>,
    pub why: String,
}

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("cannot read scenario {path}")]
    Open {
        path: PathBuf,
        source: std::io::Error,
    },
    /// Not TOML, or not what a scenario says.
    #[error("scenario {path} is not well formed")]
    Syntax {
        path: PathBuf,
        source: Box<toml::de::Error>,
    },
    #[error("two {kind}s are called {name:?}; expected names of their own")]
    SameName { kind: &'static str, name: String },
    #[error("{at} names the {kind} {name:?}, which there is none of")]
    Unknown {
        at: String,
        kind: &'static str,
        name: String,
    },
    #[error("{what} of {at} is {value:#x}; expected {min:#x} to {max:#x}")]
    Range {
        at: String,
        what: &'static str,
        value: u64,
        min: u64,
        max: u64,
    },
    #[error("{what} {value:?} of {at} is none of {known}")]
    Word {
        at: String,
        what: &'static str,
        value: String,
        known: String,
    },
    #[error("bytes of memory region {name:?}: {why}")]
    Bytes { name: String, why: String },
}

impl Scenario {
    /// Reads and checks the file at `path`.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(path).map_err(|source| ScenarioError::Open {
            path: path.into(),
            source,
        })?;
        let scenario: Self = toml::from_str(&text).map_err(|source| ScenarioError::Syntax {
            path: path.into(),
            source: Box::new(source),
        })?;
        scenario.check()?;
        Ok(scenario)
    }
}
