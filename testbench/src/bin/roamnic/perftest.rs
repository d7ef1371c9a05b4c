//! `roamnic perftest`, and `roamnic pingpong --wire`: programs on a wire that leads out of the simulation.

use crate::arguments::{Common, Pingpong, mtu, rate};
use crate::commands::json;
use crate::serve::on_signal;
use crate::waves::KeptWaves;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use host_driver::netif::InterfaceAddress;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use testbench::net::FaultRates;
use testbench::perftest::{self, Options, PORT, Role, Tool};
use testbench::rc_pingpong;
use testbench::station::{StationOptions, Time};
use testbench::wire::WireSpec;

#[derive(Clone, Copy, ValueEnum)]
pub enum Tools {
    #[value(name = "ib_send_bw", alias = "send_bw")]
    SendBw,
    #[value(name = "ib_write_bw", alias = "write_bw")]
    WriteBw,
    #[value(name = "ib_read_bw", alias = "read_bw")]
    ReadBw,
    #[value(name = "ib_atomic_bw", alias = "atomic_bw")]
    AtomicBw,
    #[value(name = "ib_write_lat", alias = "write_lat")]
    WriteLat,
}

impl From<Tools> for Tool {
    fn from(tool: Tools) -> Self {
        match tool {
            Tools::SendBw => Self::SendBw,
            Tools::WriteBw => Self::WriteBw,
            Tools::ReadBw => Self::ReadBw,
            Tools::AtomicBw => Self::AtomicBw,
            Tools::WriteLat => Self::WriteLat,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Roles {
    /// Connects to --peer and begins
    Client,
    /// Waits for whoever comes
    Server,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Clocks {
    /// Wall time
    Wall,
    /// The NIC's microseconds
    Simulated,
}

/// Where the station is, and what it is called there.
#[derive(Args)]
pub struct OnWire {
    /// Which side
    #[arg(long, value_enum, default_value = "client")]
    pub role: Roles,
    /// Own address, with the bits of its network's prefix (default 24, or 64 for IPv6)
    #[arg(long, value_name = "IP[/BITS]", value_parser = address)]
    pub addr: Option<InterfaceAddress>,
    /// The server's address
    #[arg(long, value_name = "IP")]
    pub peer: Option<IpAddr>,
    /// The server's TCP port
    #[arg(long, default_value_t = PORT)]
    pub port: u16,
    /// Probability that the wire loses a frame
    #[arg(long, default_value = "0", value_parser = rate)]
    pub loss: f64,
    /// Probability that it hands a frame on later than those behind it
    #[arg(long, default_value = "0", value_parser = rate)]
    pub reorder: f64,
    /// Probability that it hands a frame on twice
    #[arg(long, default_value = "0", value_parser = rate)]
    pub duplicate: f64,
    /// Probability that it flips one bit of a frame
    #[arg(long, default_value = "0", value_parser = rate)]
    pub corrupt: f64,
    /// What TCP and the results are timed by
    #[arg(long, value_enum, default_value = "wall")]
    pub clock: Clocks,
    /// Cycles that the NIC's timers count as a microsecond
    #[arg(long, default_value_t = 1)]
    pub cycles_per_us: u16,
    /// Local ACK timeout of ours, the exponent of 4.096 µs; 14 is what the programs of Linux take
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u8).range(1..=31))]
    pub qp_timeout: u8,
    /// Seconds to wait for what the partner owes
    #[arg(long, default_value_t = 60)]
    pub patience: u64,
    /// A capture of what passes the wire
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,
    #[command(flatten)]
    pub waves: KeptWaves,
}

impl OnWire {
    fn role(&self) -> Role {
        match self.role {
            Roles::Client => Role::Client,
            Roles::Server => Role::Server,
        }
    }

    fn station(&self, wire: &WireSpec, common: &Common) -> Result<StationOptions> {
        let own = self.addr.context("--addr: a station has an address")?;
        if self.role() == Role::Client && self.peer.is_none() {
            bail!("--peer: a client needs the server's address");
        }
        eprintln!(
            "{} on {wire} (the model's first build takes a while)",
            own.ip
        );
        Ok(StationOptions {
            width: common.width,
            variant: common.variant.into(),
            faults: FaultRates {
                loss: self.loss,
                duplication: self.duplicate,
                reordering: self.reorder,
                corruption: self.corrupt,
            },
            time: match self.clock {
                Clocks::Wall => Time::Wall,
                Clocks::Simulated => Time::Simulated,
            },
            cycles_per_us: self.cycles_per_us.max(1),
            timeout: self.qp_timeout,
            patience: Duration::from_secs(self.patience),
            capture: self.pcap.clone(),
            waves: self.waves.wanted().map(|waves| (waves, 0)),
            end: on_signal()?,
            ..StationOptions::new(wire.clone(), own.ip, own.prefix, common.seed)
        })
    }
}

#[derive(Args)]
pub struct Perftest {
    /// Which of perftest's programs
    pub tool: Tools,
    /// stream:PATH, stream:PATH,connect, dgram:PATH, dgram:PATH,PARTNER or tap:NAME
    #[arg(long)]
    pub wire: WireSpec,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub on_wire: OnWire,
    /// Bytes of a message (default as perftest's)
    #[arg(long)]
    pub size: Option<u32>,
    /// Messages of a queue pair (default as perftest's)
    #[arg(long)]
    pub iters: Option<u64>,
    /// Path MTU: 256, 512, 1024, 2048 or 4096
    #[arg(long, default_value_t = 1024, value_parser = mtu)]
    pub mtu: u32,
    /// Queue pairs
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub qps: u32,
    /// Requests of a queue pair under way
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub tx_depth: u32,
}

/// `IP` or `IP/BITS`.
pub(super) fn address(text: &str) -> Result<InterfaceAddress, String> {
    let (ip, prefix) = match text.split_once('/') {
        Some((ip, bits)) => (ip, Some(bits)),
        None => (text, None),
    };
    let ip: IpAddr = ip.parse().map_err(|e| format!("{ip:?}: {e}"))?;
    let (usual, most) = if ip.is_ipv4() { (24, 32) } else { (64, 128) };
    let prefix = match prefix {
        None => usual,
        Some(bits) => match bits.parse() {
            Ok(bits) if bits <= most => bits,
            _ => return Err(format!("a prefix has 0 to {most} bits, not {bits:?}")),
        },
    };
    Ok(InterfaceAddress { ip, prefix })
}

pub fn perftest(a: &Perftest) -> Result<bool> {
    let quiet = a.common.json;
    let options = Options {
        partner: a.on_wire.peer,
        port: a.on_wire.port,
        size: a.size,
        iterations: a.iters,
        qps: a.qps,
        path_mtu: a.mtu,
        depth: a.tx_depth,
        ..Options::new(
            a.on_wire.station(&a.wire, &a.common)?,
            a.tool.into(),
            a.on_wire.role(),
        )
    };
    let outcome = perftest::run(&options, &mut |text| {
        if !quiet {
            print!("{text}");
        }
    })?;
    match quiet {
        true => json(&outcome)?,
        false => print!("{}", perftest::table(&outcome)),
    }
    Ok(outcome.is_good())
}

/// With `--wire`; messages are of the first size.
pub fn pingpong(a: &Pingpong, wire: &WireSpec) -> Result<bool> {
    let quiet = a.common.json;
    let options = rc_pingpong::Options {
        partner: a.on_wire.peer,
        port: a.on_wire.port,
        size: a.size.first().copied().unwrap_or(4096),
        iterations: u64::from(a.iterations),
        path_mtu: a.mtu,
        ..rc_pingpong::Options::new(a.on_wire.station(wire, &a.common)?, a.on_wire.role())
    };
    let outcome = rc_pingpong::run(&options, &mut |text| {
        if !quiet {
            print!("{text}");
        }
    })?;
    match quiet {
        true => json(&outcome)?,
        false => print!("{}", outcome.text()),
    }
    Ok(outcome.verified)
}
