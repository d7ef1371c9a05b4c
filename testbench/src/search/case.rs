//! A case: everything that decides a run, as data. It is what is drawn, what is made small, and what a file holds.

use crate::kind::Kind;
use host_driver::WcStatus;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Two hosts, connections between them, and what is done on those.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Bits of the NICs' data path: 64 or 512.
    pub width: u32,
    /// Fixes memory's contents and times, numbers, and which frames the link's faults hit.
    pub seed: u64,
    /// IPv6 addresses instead of IPv4.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ipv6: bool,
    #[serde(default)]
    pub link: Link,
    #[serde(default)]
    pub host: Host,
    #[serde(default, rename = "connection")]
    pub connections: Vec<Connection>,
    #[serde(default, rename = "operation")]
    pub operations: Vec<Operation>,
    #[serde(default, rename = "stop", skip_serializing_if = "<[_]>::is_empty")]
    pub stops: Vec<Stop>,
}

/// Probabilities that something happens to a frame, both ways alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    pub loss: f64,
    pub duplication: f64,
    pub reordering: f64,
    pub corruption: f64,
    /// A switch says "congestion experienced".
    #[serde(skip_serializing_if = "is_never")]
    pub marks: f64,
    /// The cable takes half a beat in a cycle, and holds the NIC that sends to that; else it is slow, and takes from the NIC whatever
    /// comes.
    #[serde(skip_serializing_if = "is_default")]
    pub quick: bool,
}

fn is_never(rate: &f64) -> bool {
    *rate == 0.0
}

/// What the hosts' memory and ports do, both hosts alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Host {
    /// Answers of memory take up to so many cycles more.
    pub jitter: u32,
    /// Answers of memory overtake each other.
    pub reorder: bool,
    /// Longest back-pressure at a port, in cycles; 0 = none.
    pub stalls: u32,
}

/// Two queue pairs; end 0 is at host 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Bytes.
    pub path_mtu: u32,
    /// Local ACK timeout: 4.096 µs · 2^timeout.
    pub timeout: u8,
    pub retry_cnt: u8,
    /// 7 = without end.
    pub rnr_retry: u8,
    /// RNR timer code.
    pub min_rnr_timer: u8,
    pub max_rd_atomic: u8,
    /// Entries of the queues.
    pub depth: u32,
    /// First PSNs of the ends.
    pub psns: [u32; 2],
    /// The end receives from its host's shared queue.
    #[serde(default)]
    pub shared: [bool; 2],
    /// What the end's queue pair does not allow its partner.
    #[serde(default)]
    pub denied: [Vec<Right>; 2],
}

/// What a queue pair may not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    Write,
    Read,
    Atomic,
}

/// What is wrong with a work request, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// The remote key opens nothing.
    Key,
    /// The last byte is behind the end of the remote region.
    Bounds,
    /// The remote region allows its owner alone.
    Owner,
    /// The remote address of an ATOMIC is no multiple of eight.
    Alignment,
    /// A local key opens nothing.
    LocalKey,
    /// The receive has one byte too few.
    Receive,
}

/// A work request, in the order in which it is posted on its queue pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Which connection, from 0.
    pub connection: usize,
    /// Which end posts it.
    pub from: usize,
    pub kind: Kind,
    /// Bytes; of an ATOMIC always 8.
    pub size: u32,
    /// Cycles after the one before on the same queue pair; 0 = with the same doorbell.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pause: u32,
    /// Bytes in the first of two local scatter entries; without, there is one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub first: Option<u32>,
    /// Where the requester's local memory begins, in bytes behind a multiple of 64.
    #[serde(default, skip_serializing_if = "is_default")]
    pub offset: u32,
    /// Where the responder's memory begins, in bytes behind a multiple of 64.
    #[serde(default, skip_serializing_if = "is_default")]
    pub target: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub inline: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub pushed: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub signalled: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub solicited: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub fence: bool,
    /// COMPARE_SWAP: it finds something else.
    #[serde(default, skip_serializing_if = "is_default")]
    pub misses: bool,
    /// Cycles by which the receive that it consumes is posted after it; 0 = before everything.
    #[serde(default, skip_serializing_if = "is_default")]
    pub late: u32,
    /// Bytes of that receive's first entry, if it has two.
    #[serde(default, skip_serializing_if = "is_default")]
    pub receive_first: Option<u32>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub wrong: Option<Wrong>,
}

/// All queue pairs of a host are stopped, and go on in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    pub host: usize,
    /// Cycles from the beginning of traffic to STOP; it comes later if the host is stopped at that time.
    pub cycle: u32,
    /// Cycles from there to ABORT.
    pub length: u32,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Bytes of each receive in a shared queue.
pub const SHARED_BYTES: u32 = 8192;
/// Bytes inline at most.
pub const INLINE: u32 = 32;
/// Largest message.
pub const LARGEST: u32 = 8 << 20;
/// Each so many-th request of a queue pair is signalled in any case.
pub const SIGNAL_EVERY: usize = 8;

impl Right {
    /// What the partner's queue pair has to allow for requests of a kind.
    fn for_kind(kind: Kind) -> Option<Self> {
        match kind {
            _ if kind.is_send() => None,
            Kind::Read => Some(Self::Read),
            Kind::CompareSwap | Kind::FetchAdd => Some(Self::Atomic),
            _ => Some(Self::Write),
        }
    }
}

impl Operation {
    /// The operation without what contradicts itself or its connection.
    #[must_use]
    pub fn normal(mut self, connection: &Connection) -> Self {
        let to = 1 - self.from;
        if self.kind.is_atomic() {
            self.size = 8;
            self.first = None;
        }
        if self.kind.is_send() && connection.shared[to] {
            self.size = self.size.min(SHARED_BYTES);
        }
        self.inline &= self.kind.carries() && self.size <= INLINE;
        if self.inline {
            (self.first, self.offset) = (None, 0);
        }
        self.first = self.first.map(|first| first.min(self.size));
        self.misses &= self.kind == Kind::CompareSwap;
        if !self.kind.is_received() {
            self.late = 0;
        }
        if !self.kind.is_send() || connection.shared[to] {
            self.receive_first = None;
        }
        self.receive_first = self.receive_first.map(|first| first.min(self.size));
        let possible = match self.wrong {
            None => true,
            Some(Wrong::Key | Wrong::Bounds | Wrong::Owner) => !self.kind.is_send(),
            Some(Wrong::Alignment) => self.kind.is_atomic(),
            Some(Wrong::LocalKey) => !self.inline && self.size > 0,
            Some(Wrong::Receive) => self.kind.is_send() && self.size > 0 && !connection.shared[to],
        };
        if !possible {
            self.wrong = None;
        }
        self
    }

    /// The status with which it fails, if it is not flushed (IBTA vol 1, 9.7.5.2 and 10.7.2).
    pub fn fails(&self, connection: &Connection) -> Option<WcStatus> {
        let to = 1 - self.from;
        if self.wrong == Some(Wrong::LocalKey) {
            return Some(WcStatus::LocalProtection);
        }
        if Right::for_kind(self.kind).is_some_and(|r| connection.denied[to].contains(&r)) {
            return Some(WcStatus::RemoteInvalidRequest);
        }
        match self.wrong {
            // no byte, no key
            Some(Wrong::Key | Wrong::Bounds | Wrong::Owner) if self.size > 0 => {
                Some(WcStatus::RemoteAccess)
            }
            Some(Wrong::Alignment | Wrong::Receive) => Some(WcStatus::RemoteInvalidRequest),
            _ => None,
        }
    }
}

/// A file that is no case.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    #[error("cannot read case {path}: {source}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write case {path}: {source}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("case: {0}")]
    Syntax(#[from] toml::de::Error),
    #[error("case: {0}")]
    Unwritable(#[from] toml::ser::Error),
    #[error("{name} is {value}; it must be {range}")]
    Range {
        name: &'static str,
        value: String,
        range: &'static str,
    },
    #[error("operation {index} contradicts itself: {found:?}; it could be {normal:?}")]
    Operation {
        index: usize,
        found: Box<Operation>,
        normal: Box<Operation>,
    },
}

fn within(
    name: &'static str,
    value: impl Into<u64>,
    (low, high): (u64, u64),
    range: &'static str,
) -> Result<(), CaseError> {
    let value = value.into();
    match (low..=high).contains(&value) {
        true => Ok(()),
        false => Err(CaseError::Range {
            name,
            value: value.to_string(),
            range,
        }),
    }
}

impl Case {
    /// Reads a file.
    ///
    /// # Errors
    /// [`CaseError`], also if the case makes no sense.
    pub fn read(path: &Path) -> Result<Self, CaseError> {
        let text = std::fs::read_to_string(path).map_err(|source| CaseError::Read {
            path: path.into(),
            source,
        })?;
        Self::from_toml(&text)
    }

    /// # Errors
    /// [`CaseError::Write`].
    pub fn write(&self, path: &Path, head: &str) -> Result<(), CaseError> {
        let comment: String = head.lines().map(|line| format!("# {line}\n")).collect();
        let text = comment + &self.to_toml()?;
        std::fs::write(path, text).map_err(|source| CaseError::Write {
            path: path.into(),
            source,
        })
    }

    /// # Errors
    /// [`CaseError`], also if the case makes no sense.
    pub fn from_toml(text: &str) -> Result<Self, CaseError> {
        let case: Self = toml::from_str(text)?;
        case.check()?;
        Ok(case)
    }

    /// # Errors
    /// [`CaseError::Unwritable`], which no case is.
    pub fn to_toml(&self) -> Result<String, CaseError> {
        Ok(toml::to_string(self)?)
    }

    /// The case without what contradicts itself.
    #[must_use]
    pub fn normal(mut self) -> Self {
        let connections = &self.connections;
        self.operations.retain(|o| o.connection < connections.len());
        self.operations = self
            .operations
            .into_iter()
            .map(|o| {
                let connection = &connections[o.connection];
                o.normal(connection)
            })
            .collect();
        self
    }

    /// An operation on the connection fails.
    pub fn may_fail(&self, connection: usize) -> bool {
        let mut all = self.operations.iter();
        let c = &self.connections[connection];
        all.any(|o| o.connection == connection && o.fails(c).is_some())
    }

    /// The largest message in bytes.
    pub fn largest(&self) -> u32 {
        self.operations.iter().map(|o| o.size).max().unwrap_or(0)
    }

    fn check(&self) -> Result<(), CaseError> {
        if !matches!(self.width, 64 | 512) {
            within("width", self.width, (64, 64), "64 or 512")?;
        }
        let Link {
            loss,
            duplication,
            reordering,
            corruption,
            marks,
            quick: _,
        } = self.link;
        for (name, rate) in [
            ("loss", loss),
            ("duplication", duplication),
            ("reordering", reordering),
            ("corruption", corruption),
            ("marks", marks),
        ] {
            if !(0.0..=1.0).contains(&rate) {
                let value = rate.to_string();
                let range = "a probability from 0 to 1";
                return Err(CaseError::Range { name, value, range });
            }
        }
        within("host.jitter", self.host.jitter, (0, 4096), "at most 4096")?;
        within("host.stalls", self.host.stalls, (0, 64), "at most 64")?;
        within(
            "connections",
            self.connections.len() as u64,
            (1, 64),
            "from 1 to 64",
        )?;
        self.connections.iter().try_for_each(Connection::check)?;
        let last = self.connections.len() as u64 - 1;
        for (index, o) in self.operations.iter().enumerate() {
            within(
                "operation.connection",
                o.connection as u64,
                (0, last),
                "one that there is",
            )?;
            within("operation.from", o.from as u64, (0, 1), "0 or 1")?;
            within(
                "operation.size",
                o.size,
                (0, LARGEST.into()),
                "at most 8 MiB",
            )?;
            within("operation.offset", o.offset, (0, 63), "at most 63")?;
            within("operation.target", o.target, (0, 63), "at most 63")?;
            let normal = o.clone().normal(&self.connections[o.connection]);
            if normal != *o {
                return Err(CaseError::Operation {
                    index,
                    found: o.clone().into(),
                    normal: normal.into(),
                });
            }
        }
        self.stops
            .iter()
            .try_for_each(|s| within("stop.host", s.host as u64, (0, 1), "0 or 1"))
    }
}

impl Connection {
    fn check(&self) -> Result<(), CaseError> {
        if !matches!(self.path_mtu, 256 | 512 | 1024 | 2048 | 4096) {
            let range = "256, 512, 1024, 2048 or 4096";
            within("connection.path_mtu", self.path_mtu, (256, 256), range)?;
        }
        let low = |name, value: u8, most, range| within(name, value, (0, most), range);
        low("connection.timeout", self.timeout, 31, "at most 31")?;
        low("connection.retry_cnt", self.retry_cnt, 7, "at most 7")?;
        low("connection.rnr_retry", self.rnr_retry, 7, "at most 7")?;
        low(
            "connection.min_rnr_timer",
            self.min_rnr_timer,
            31,
            "at most 31",
        )?;
        let most = 1 << fw_regs::limits::LOG2_RD_ATOMIC;
        let range = "from 1 to what the NIC has room for";
        within(
            "connection.max_rd_atomic",
            self.max_rd_atomic,
            (1, most),
            range,
        )?;
        within(
            "connection.depth",
            self.depth,
            (16, 1024),
            "from 16 to 1024",
        )?;
        let psns = self.psns.iter();
        psns.copied()
            .try_for_each(|psn| within("connection.psns", psn, (0, 0xff_ffff), "24 bits"))
    }
}
