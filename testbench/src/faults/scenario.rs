//! A scenario with faults, as its TOML file says it: the connections, what is posted when, what the cable does to which packet, and
//! what must have come of it.
//!
//! Both hosts and all connections are set up the same. Host `a` is the one that a work request is posted at unless it says
//! otherwise; host `b` is its partner. Nothing in a scenario depends on the width of the NICs.

use crate::replay::ScenarioError;
use crate::replay::scenario::{Operation, Right, all_rights};
use crate::replay::{Class, Number};
use fw_regs::{Counter, Psn, WcStatus};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// Everything a scenario says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows.
    pub title: String,
    #[serde(default)]
    pub connection: ConnectionPlan,
    #[serde(default, rename = "receive")]
    pub receives: Vec<ReceivePlan>,
    #[serde(rename = "work")]
    pub works: Vec<WorkPlan>,
    #[serde(default, rename = "event")]
    pub events: Vec<Event>,
    #[serde(default, rename = "expect")]
    pub expect: Vec<Expectation>,
    #[serde(default)]
    pub limits: Limits,
}

/// One of the two hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    #[default]
    A,
    B,
}

impl End {
    /// Its number in the laboratory.
    pub fn index(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
        }
    }

    /// By its number.
    pub fn of(index: usize) -> Self {
        match index {
            0 => Self::A,
            _ => Self::B,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "a",
            Self::B => "b",
        })
    }
}

/// All connections between the two hosts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionPlan {
    pub count: usize,
    /// Path MTU, bytes.
    pub mtu: u32,
    /// Local ACK timeout: 4.096 µs · 2^timeout; 0 = none.
    pub timeout: u8,
    pub retry_cnt: u8,
    /// 7 = without end.
    pub rnr_retry: u8,
    /// RNR timer code that is sent.
    pub min_rnr_timer: u8,
    /// READs and ATOMICs under way.
    pub max_rd_atomic: u8,
    /// Entries of send and receive queues.
    pub depth: u32,
    /// First PSNs of hosts a and b.
    pub psn: [u32; 2],
    /// What partners may do.
    pub access: Vec<Right>,
    /// IPv6 addresses instead of IPv4.
    pub ipv6: bool,
}

impl Default for ConnectionPlan {
    fn default() -> Self {
        Self {
            count: 1,
            mtu: 256,
            timeout: 2,
            retry_cnt: 7,
            rnr_retry: 7,
            min_rnr_timer: 1,
            max_rd_atomic: 8,
            depth: 64,
            psn: [0x1005, 0x2009],
            access: all_rights(),
            ipv6: false,
        }
    }
}

impl ConnectionPlan {
    /// PSN of the first request of host `end`.
    pub fn first(&self, end: usize) -> Psn {
        Psn::new(self.psn[end])
    }

    /// The local ACK timeout in ns; none: there is none.
    pub fn timeout_ns(&self) -> Option<u64> {
        (self.timeout > 0).then(|| 4096 << self.timeout)
    }
}

/// Receives, all alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivePlan {
    #[serde(default = "partner")]
    pub host: End,
    /// The connection, from 0.
    #[serde(default)]
    pub qp: usize,
    /// Bytes of each.
    pub length: u32,
    #[serde(default = "one")]
    pub count: usize,
    /// When they are posted, µs from the beginning.
    #[serde(default)]
    pub after_us: u64,
}

fn partner() -> End {
    End::B
}

fn one() -> usize {
    1
}

fn yes() -> bool {
    true
}

/// Send work requests, all alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkPlan {
    #[serde(default)]
    pub host: End,
    /// The connection, from 0.
    #[serde(default)]
    pub qp: usize,
    pub op: Operation,
    /// Bytes; 8 for an ATOMIC.
    #[serde(default = "eight")]
    pub length: u32,
    #[serde(default = "one")]
    pub count: usize,
    /// SEND, WRITE: immediate data.
    pub imm: Option<Number>,
    /// COMPARE_SWAP.
    #[serde(default)]
    pub compare: Number,
    #[serde(default)]
    pub swap: Number,
    /// FETCH_ADD.
    #[serde(default)]
    pub add: Number,
    /// A completion is wanted on success.
    #[serde(default = "yes")]
    pub signalled: bool,
    /// Waits for earlier READs and ATOMICs.
    #[serde(default)]
    pub fence: bool,
    /// When they are posted, µs from the beginning.
    #[serde(default)]
    pub after_us: u64,
    /// How each must end, as `ibv_wc_status_str` says it.
    #[serde(default = "success")]
    pub status: String,
}

fn eight() -> u32 {
    8
}

fn success() -> String {
    WcStatus::Success.text().to_owned()
}

impl WorkPlan {
    pub fn is_atomic(&self) -> bool {
        matches!(self.op, Operation::CompareSwap | Operation::FetchAdd)
    }

    /// It takes a receive at the partner.
    pub fn takes_receive(&self) -> bool {
        match self.op {
            Operation::Send => true,
            Operation::Write => self.imm.is_some(),
            _ => false,
        }
    }

    /// It ends well.
    pub fn succeeds(&self) -> bool {
        self.status == WcStatus::Success.text()
    }
}

/// What a packet is to the request it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PacketClass {
    /// It goes to the responder.
    Request,
    /// It comes back from there, whatever it says.
    Response,
    /// Positive acknowledgement without data.
    Ack,
    /// NAK: sequence error.
    SequenceNak,
    /// NAK: receiver not ready.
    RnrNak,
    /// NAK: a request is refused for good.
    FatalNak,
    /// Part of the answer to a READ.
    ReadResponse,
    /// Answer to an ATOMIC.
    AtomicAck,
}

impl PacketClass {
    /// A packet with that class and syndrome is one.
    pub fn holds(self, class: Class, syndrome: Option<u8>) -> bool {
        let nak = |kind: u8| class == Class::Nak && syndrome.is_some_and(|s| s >> 5 == kind);
        match self {
            Self::Request => class == Class::Request,
            Self::Response => class.is_response(),
            Self::Ack => class == Class::Ack,
            Self::SequenceNak => nak(3) && syndrome == Some(0x60),
            Self::FatalNak => matches!(syndrome, Some(0x61..=0x63)) && nak(3),
            Self::RnrNak => nak(1),
            Self::ReadResponse => class == Class::ReadResponse,
            Self::AtomicAck => class == Class::AtomicAck,
        }
    }
}

/// What the cable does to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It vanishes.
    Drop,
    /// A bit of it is flipped, and neither checksum is mended.
    Corrupt,
    /// It arrives twice, or `copies` times more.
    Duplicate,
    /// The `by` next frames in its direction come before it.
    Reorder,
    /// It comes `us` later; what is sent in the meantime passes it.
    Delay,
    /// It is marked "congestion experienced".
    MarkEcn,
}

/// Which part of a packet is corrupted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The last byte of the ICRC.
    #[default]
    Icrc,
    /// The last byte in front of the ICRC.
    Payload,
    /// The PSN in the BTH.
    Psn,
    /// The opcode in the BTH.
    Opcode,
    /// The QP number in the BTH.
    DestQpn,
    /// The UDP length.
    Udp,
    /// The hop limit in the IP header.
    Ip,
}

/// A fault: a packet by name, and what happens to it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Host that has the request; `class` says which way the packet goes.
    #[serde(default)]
    pub requester: End,
    /// The connection, from 0.
    #[serde(default)]
    pub qp: usize,
    pub class: PacketClass,
    /// Counted from the first PSN of the requester; any unless given.
    pub psn: Option<u32>,
    /// As it stands in the packet, instead of `psn`.
    pub psn_absolute: Option<Number>,
    /// The first packet of that name that is meant, from 1.
    #[serde(default = "first")]
    pub occurrence: u32,
    /// So many of them, one after the other.
    #[serde(default = "first")]
    pub times: u32,
    pub action: Action,
    /// CORRUPT.
    #[serde(default)]
    pub part: Part,
    /// DUPLICATE: copies besides the packet itself.
    #[serde(default = "first")]
    pub copies: u32,
    /// REORDER: frames that pass it.
    #[serde(default = "first")]
    pub by: u32,
    /// DELAY: µs.
    #[serde(default)]
    pub us: u64,
}

fn first() -> u32 {
    1
}

impl Event {
    /// The PSN it names.
    pub fn named_psn(&self, connection: &ConnectionPlan) -> Option<Psn> {
        let own = connection.first(self.requester.index());
        let absolute = self.psn_absolute.map(|n| Psn::new(n.0 as u32));
        absolute.or(self.psn.map(|n| own.plus(n)))
    }

    /// Host that sends the packet.
    pub fn sender(&self) -> usize {
        match self.class {
            PacketClass::Request => self.requester.index(),
            _ => 1 - self.requester.index(),
        }
    }
}

/// What must be at the end: a counter between its bounds, or a state.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    #[serde(default)]
    pub host: End,
    /// What a counter has counted.
    pub counter: Option<String>,
    /// Exactly.
    pub is: Option<u64>,
    /// At least; 0 unless given.
    pub min: Option<u64>,
    /// At most.
    pub max: Option<u64>,
    /// State of connection `qp` at that host, as in verbs: RTS, ERR.
    pub state: Option<String>,
    #[serde(default)]
    pub qp: usize,
}

impl Expectation {
    /// Lowest and highest value.
    pub fn bounds(&self) -> (u64, u64) {
        match self.is {
            Some(n) => (n, n),
            None => (self.min.unwrap_or(0), self.max.unwrap_or(u64::MAX)),
        }
    }
}

/// How long it may take.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Everything has completed within, µs.
    pub patience_us: u64,
    /// The scenario ends when both hosts have sent nothing for so long, µs.
    pub quiet_us: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            patience_us: 4_000,
            quiet_us: 40,
        }
    }
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
        Self::parse(&text, path)
    }

    /// The scenario in `text`, which stands in the file `path`.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text).map_err(|source| ScenarioError::Syntax {
            path: path.into(),
            source: Box::new(source),
        })?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Everything that can be known without a NIC.
    fn check(&self) -> Result<(), ScenarioError> {
        self.check_connection()?;
        for (r, k) in self.receives.iter().zip(1..) {
            let at = format!("receive {k}");
            self.connection_exists(&at, r.qp)?;
            range(&at, "count", r.count as u64, 1, 4096)?;
            range(&at, "length", r.length.into(), 0, 1 << 20)?;
        }
        for (w, k) in self.works.iter().zip(1..) {
            let at = format!("work {k}");
            self.connection_exists(&at, w.qp)?;
            range(&at, "count", w.count as u64, 1, 4096)?;
            let (min, max) = if w.is_atomic() { (8, 8) } else { (0, 1 << 20) };
            range(&at, "length", w.length.into(), min, max)?;
            let statuses = WcStatus::ALL.iter().map(|s| s.text());
            word(&at, "status", &w.status, statuses)?;
        }
        for (e, k) in self.events.iter().zip(1..) {
            let at = format!("event {k}");
            self.connection_exists(&at, e.qp)?;
            range(&at, "occurrence", e.occurrence.into(), 1, u32::MAX.into())?;
            range(&at, "times", e.times.into(), 1, u32::MAX.into())?;
            range(&at, "copies", e.copies.into(), 1, 16)?;
            range(&at, "by", e.by.into(), 1, 64)?;
            let shortest = u64::from(e.action == Action::Delay);
            range(&at, "us", e.us, shortest, 1 << 20)?;
            let absolute = e.psn_absolute.map_or(0, |n| n.0);
            range(&at, "psn_absolute", absolute, 0, 0xff_ffff)?;
        }
        for (e, k) in self.expect.iter().zip(1..) {
            let at = format!("expect {k}");
            self.connection_exists(&at, e.qp)?;
            if let Some(name) = &e.counter {
                word(&at, "counter", name, Counter::ALL.iter().map(|c| c.text()))?;
            }
            if let Some(state) = &e.state {
                let known = fw_regs::QpState::ALL.iter().map(|s| s.text());
                word(&at, "state", state, known)?;
            }
        }
        Ok(())
    }

    fn check_connection(&self) -> Result<(), ScenarioError> {
        let c = &self.connection;
        let at = "the connection";
        range(at, "count", c.count as u64, 1, 32)?;
        range(at, "timeout", c.timeout.into(), 0, 31)?;
        range(at, "retry_cnt", c.retry_cnt.into(), 0, 7)?;
        range(at, "rnr_retry", c.rnr_retry.into(), 0, 7)?;
        range(at, "min_rnr_timer", c.min_rnr_timer.into(), 0, 31)?;
        range(at, "max_rd_atomic", c.max_rd_atomic.into(), 0, 16)?;
        for psn in c.psn {
            range(at, "psn", psn.into(), 0, 0xff_ffff)?;
        }
        let mtus = ["256", "512", "1024", "2048", "4096"];
        word(at, "mtu", &c.mtu.to_string(), mtus.into_iter())
    }

    fn connection_exists(&self, at: &str, qp: usize) -> Result<(), ScenarioError> {
        let last = self.connection.count as u64 - 1;
        range(at, "qp", qp as u64, 0, last)
    }
}

fn range(
    at: &str,
    what: &'static str,
    value: u64,
    min: u64,
    max: u64,
) -> Result<(), ScenarioError> {
    match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(ScenarioError::Range {
            at: at.to_owned(),
            what,
            value,
            min,
            max,
        }),
    }
}

fn word(
    at: &str,
    what: &'static str,
    value: &str,
    known: impl Iterator<Item = &'static str>,
) -> Result<(), ScenarioError> {
    let known: Vec<&str> = known.collect();
    match known.contains(&value) {
        true => Ok(()),
        false => Err(ScenarioError::Word {
            at: at.to_owned(),
            what,
            value: value.to_owned(),
            known: known.join(", "),
        }),
    }
}
