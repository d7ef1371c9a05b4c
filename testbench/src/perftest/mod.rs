//! Programs of perftest's protocol: `ib_send_bw`, `ib_write_bw`, `ib_read_bw`, `ib_atomic_bw` and `ib_write_lat`, as client or
//! server, on a [`Station`]. The partner may be perftest itself on any RDMA device, or another program of ours.
//!
//! [`message`] and [`exchange`] are what both ends say over TCP, [`traffic`] what goes between the queue pairs, [`report`] what is
//! printed. [`run`] is all of it.

pub mod exchange;
pub mod message;
mod report;
mod traffic;

use crate::net::CaptureError;
use crate::station::{Partner, Station, StationError, StationOptions};
use crate::wire::WireStats;
use exchange::{Channel, Exchange};
use fw_regs::Counter;
use host_driver::netif::{StreamError, StreamId};
use host_driver::{Access, DeviceError, PostError, VerbsError, WcStatus};
use message::{Destination, MessageError, Report};
use serde::Serialize;
use std::net::{IpAddr, SocketAddr};
use traffic::Traffic;

pub use report::table;

/// Port on which perftest and `ibv_rc_pingpong` listen.
pub const PORT: u16 = 18515;
/// READs and ATOMICs that a queue pair takes at a time.
const READS: u32 = 8;

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// `ib_send_bw`
    SendBw,
    /// `ib_write_bw`
    WriteBw,
    /// `ib_read_bw`
    ReadBw,
    /// `ib_atomic_bw`, FETCH_AND_ADD
    AtomicBw,
    /// `ib_write_lat`
    WriteLat,
}

impl Tool {
    /// The name of perftest's program.
    pub fn name(self) -> &'static str {
        match self {
            Self::SendBw => "ib_send_bw",
            Self::WriteBw => "ib_write_bw",
            Self::ReadBw => "ib_read_bw",
            Self::AtomicBw => "ib_atomic_bw",
            Self::WriteLat => "ib_write_lat",
        }
    }

    /// Bytes of a message, messages of a queue pair: perftest's defaults.
    pub fn defaults(self) -> (u32, u64) {
        match self {
            Self::SendBw | Self::ReadBw => (65_536, 1000),
            Self::WriteBw => (65_536, 5000),
            Self::AtomicBw => (8, 1000),
            Self::WriteLat => (2, 1000),
        }
    }
}

/// Which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Begins: connects, and in the tests of bandwidth does all the work.
    Client,
    /// Waits.
    Server,
}

/// What is run.
#[derive(Clone, Debug)]
pub struct Options {
    pub station: StationOptions,
    pub tool: Tool,
    pub role: Role,
    /// The server's address; a server takes whoever comes.
    pub partner: Option<IpAddr>,
    pub port: u16,
    /// Bytes of a message; none: perftest's default.
    pub size: Option<u32>,
    /// Messages of a queue pair; none: perftest's default.
    pub iterations: Option<u64>,
    pub qps: u32,
    /// Path MTU in bytes, at most.
    pub path_mtu: u32,
    /// Requests of a queue pair under way.
    pub depth: u32,
}

impl Options {
    /// One queue pair, path MTU 1024, perftest's sizes and depths.
    pub fn new(station: StationOptions, tool: Tool, role: Role) -> Self {
        Self {
            station,
            tool,
            role,
            partner: None,
            port: PORT,
            size: None,
            iterations: None,
            qps: 1,
            path_mtu: 1024,
            depth: 128,
        }
    }

    fn size(&self) -> u32 {
        match self.tool {
            Tool::AtomicBw => 8,
            tool => self.size.unwrap_or(tool.defaults().0).max(1),
        }
    }

    fn iterations(&self) -> u64 {
        let default = self.tool.defaults().1;
        self.iterations.unwrap_or(default).max(1)
    }

    fn depth(&self) -> u32 {
        let most = u32::try_from(self.iterations()).unwrap_or(u32::MAX);
        match self.tool {
            Tool::WriteLat => 1,
            _ => self.depth.clamp(1, 1024).min(most),
        }
    }

    fn receive_depth(&self) -> u32 {
        512.min(u32::try_from(self.iterations()).unwrap_or(512))
    }
}

/// What stops a program.
#[derive(Debug, thiserror::Error)]
pub enum PerftestError {
    #[error(transparent)]
    Station(#[from] StationError),
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The partner's end of a pingpong is none.
    #[error("the partner has written {0:02x?}, and not LID:QPN:PSN:GID")]
    NotAnEnd(Vec<u8>),
    /// A client does not know whom to call.
    #[error("a client needs the server's address")]
    NoPartner,
    /// A latency is measured over one connection.
    #[error("{0} works with one queue pair")]
    OneQueuePair(&'static str),
    /// A request did not succeed.
    #[error("request {number} of queue pair {qpn:#x}: {status}")]
    Failed {
        qpn: u32,
        number: u64,
        status: WcStatus,
    },
    /// The partner stands still.
    #[error("no progress for {seconds} s, {done} of {wanted} messages done")]
    Stuck {
        seconds: u64,
        done: u64,
        wanted: u64,
    },
}

macro_rules! by_station {
    ($($error:ty),*) => {$(
        impl From<$error> for PerftestError {
            fn from(error: $error) -> Self {
                Self::Station(error.into())
            }
        }
    )*};
}
by_station!(
    VerbsError,
    PostError,
    DeviceError,
    StreamError,
    CaptureError
);

/// MiB/s and millions of messages a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bandwidth {
    pub peak: f64,
    pub average: f64,
    pub rate: f64,
}

/// Half round trips in µs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Latency {
    pub min: f64,
    pub max: f64,
    pub typical: f64,
    pub average: f64,
    pub deviation: f64,
    pub percentile_99: f64,
    pub percentile_99_9: f64,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Measured {
    Bandwidth(Bandwidth),
    Latency(Latency),
}

/// What is known of the bytes that have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// They are what they should be.
    Verified,
    /// They cannot be known here: the partner does not say what it sends.
    Unknown,
    /// They are not what they should be.
    Damaged,
}

/// How it went.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    pub tool: Tool,
    pub role: Role,
    pub partner: IpAddr,
    /// Version of the exchange that the partner speaks.
    pub partner_version: String,
    pub qps: u32,
    pub path_mtu: u32,
    /// Bytes of a message.
    pub size: u64,
    /// Messages, of all queue pairs.
    pub iterations: u64,
    pub measured: Measured,
    pub content: Content,
    /// Times that the NIC went back to repeat what was lost, by NAK or timeout.
    pub retransmissions: u64,
    /// Requests that came twice.
    pub duplicates: u64,
    pub wire: WireStats,
    /// µs of the NIC.
    pub nic_us: u64,
    /// Seconds of the whole run, by the station's clock.
    pub seconds: f64,
}

impl Outcome {
    /// Nothing that can be known is wrong.
    pub fn is_good(&self) -> bool {
        self.content != Content::Damaged
    }
}

/// A conversation over TCP on a station.
struct Line<'a> {
    station: &'a mut Station,
    stream: StreamId,
}

impl Channel for Line<'_> {
    type Error = PerftestError;

    fn say(&mut self, bytes: &[u8]) -> Result<(), PerftestError> {
        Ok(self.station.say(self.stream, bytes)?)
    }

    fn hear(&mut self, length: usize) -> Result<Vec<u8>, PerftestError> {
        Ok(self.station.hear(self.stream, length)?)
    }
}

/// Runs a program; `tell` gets perftest's text as it comes, but for the table.
///
/// # Errors
/// [`PerftestError`].
pub fn run(options: &Options, tell: &mut dyn FnMut(&str)) -> Result<Outcome, PerftestError> {
    if options.tool == Tool::WriteLat && options.qps != 1 {
        return Err(PerftestError::OneQueuePair(options.tool.name()));
    }
    let mut station = Station::new(options.station.clone())?;
    let stream = match options.role {
        Role::Server => {
            let stars = "************************************";
            tell(&format!(
                "\n{stars}\n* Waiting for client to connect... *\n{stars}\n"
            ));
            station.answer(options.port)?
        }
        Role::Client => {
            let partner = options.partner.ok_or(PerftestError::NoPartner)?;
            station.call(SocketAddr::new(partner, options.port))?
        }
    };
    let line = Line {
        station: &mut station,
        stream,
    };
    let talked = converse(options, Exchange::new(options.role, line), tell);
    if talked.is_err() {
        // what went wrong is told; that the partner may not be told of it goes without saying
        let _ = station.hang_up(stream);
    }
    station.finish()?;
    talked
}

fn converse(
    options: &Options,
    mut exchange: Exchange<Line<'_>>,
    tell: &mut dyn FnMut(&str),
) -> Result<Outcome, PerftestError> {
    let (tool, role) = (options.tool, options.role);
    let settled = exchange.settle(options.path_mtu)?;
    let mut traffic = Traffic::prepare(options, exchange.channel().station, settled.page)?;
    let own = traffic.own().to_vec();
    let partners = exchange.meet(&own)?;
    connect(
        exchange.channel().station,
        &traffic,
        &partners,
        settled.path_mtu,
    )?;
    tell(&report::head(options, settled.path_mtu, &own, &partners));
    traffic.meet(&partners)?;
    if tool == Tool::SendBw && role == Role::Server {
        traffic.expect()?;
    }
    exchange.ready(tool, &own)?;
    let measured = traffic.run(exchange.channel().station)?;
    let own_report = report_of(options, &measured);
    let told = exchange.part(tool, &own, &own_report)?;
    let content = traffic.content()?;
    let Line { station, stream } = exchange.channel();
    station.hang_up(*stream)?;
    // in the tests with one active side, the server shows what the client has measured
    let told = told.filter(|_| role == Role::Server);
    let shown = told.unwrap_or(own_report);
    let count = |counter| station.adapter.counter(counter);
    Ok(Outcome {
        tool,
        role,
        partner: partners.first().map_or(station.ip, Destination::ip),
        partner_version: settled.version,
        qps: options.qps,
        path_mtu: settled.path_mtu,
        size: shown.size,
        iterations: shown.iterations,
        measured: match measured {
            Measured::Latency(_) => measured,
            Measured::Bandwidth(_) => Measured::Bandwidth(Bandwidth {
                peak: shown.peak,
                average: shown.average,
                rate: shown.rate,
            }),
        },
        content,
        retransmissions: count(Counter::CompleterRetryErr)?,
        duplicates: count(Counter::RcvdDupReq)?,
        wire: station.wire_stats(),
        nic_us: station.cluster.cycle() / u64::from(options.station.cycles_per_us.max(1)),
        seconds: station.now().as_secs_f64(),
    })
}

/// What this side has measured, for the partner.
fn report_of(options: &Options, measured: &Measured) -> Report {
    let Bandwidth {
        peak,
        average,
        rate,
    } = match measured {
        Measured::Bandwidth(bandwidth) => *bandwidth,
        Measured::Latency(_) => Bandwidth::default(),
    };
    Report {
        size: options.size().into(),
        iterations: options.iterations() * u64::from(options.qps),
        peak,
        average,
        rate,
    }
}

/// Brings all queue pairs to RTS.
fn connect(
    station: &mut Station,
    traffic: &Traffic,
    partners: &[Destination],
    path_mtu: u32,
) -> Result<(), PerftestError> {
    for (qp, partner) in traffic.queue_pairs().zip(partners) {
        let end = Partner {
            qpn: partner.qpn,
            psn: partner.psn,
            ip: partner.ip(),
        };
        let asked = partner.out_reads.clamp(1, READS) as u8;
        station.join(qp, end, path_mtu, [READS as u8, asked])?;
    }
    Ok(())
}

/// What a station's memory is registered for.
const ACCESS: Access = Access::ALL;
