//! `roamnic roam`.

use crate::commands::json;
use crate::perftest::{Roles, address};
use crate::serve::on_signal;
use crate::waves::KeptWaves;
use anyhow::{Context, Result};
use clap::Args;
use host_driver::netif::InterfaceAddress;
use std::net::IpAddr;
use std::time::Duration;
use testbench::perftest::Role;
use testbench::roam::{self, RoamOptions, RoamReport};
use testbench::station::StationOptions;
use testbench::table::Table;
use testbench::wire::WireSpec;

#[derive(Args)]
pub struct Roam {
    /// Where the wire leads; each further one is a place to move to, e.g. stream:PATH,connect
    #[arg(long = "wire", required = true)]
    pub wires: Vec<WireSpec>,
    /// Which side
    #[arg(long, value_enum, default_value = "server")]
    pub role: Roles,
    /// Own address, the same at every place, with the bits of its network's prefix (default 24, or 64 for IPv6)
    #[arg(long, value_name = "IP[/BITS]", value_parser = address)]
    pub addr: InterfaceAddress,
    /// The partner's IP address
    #[arg(long)]
    pub peer: IpAddr,
    /// TCP port of the exchange
    #[arg(long, default_value_t = 18515)]
    pub port: u16,
    /// Bytes of a message
    #[arg(long, default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    pub size: u32,
    /// Messages in each direction
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub iters: u32,
    /// Path MTU in bytes; ibv_rc_pingpong's default is 1024
    #[arg(long, default_value_t = 1024)]
    pub mtu: u32,
    /// Local ACK timeout of ours, the exponent of 4.096 µs; 14 is what ibv_rc_pingpong takes
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u8).range(1..=31))]
    pub qp_timeout: u8,
    /// Milliseconds of standstill in each move, beside what the move takes
    #[arg(long, default_value_t = 0)]
    pub hold_ms: u64,
    /// Seconds without a message after which the partner is taken for dead
    #[arg(long, default_value_t = 60)]
    pub patience: u64,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub waves: KeptWaves,
    /// JSON on stdout
    #[arg(long)]
    pub json: bool,
}

pub fn roam(a: &Roam) -> Result<bool> {
    let (first, onward) = a.wires.split_first().context("no wire")?;
    let options = RoamOptions {
        station: StationOptions {
            patience: Duration::from_secs(a.patience),
            timeout: a.qp_timeout,
            waves: a.waves.wanted().map(|waves| (waves, 0)),
            end: on_signal()?,
            ..StationOptions::new(first.clone(), a.addr.ip, a.addr.prefix, a.seed)
        },
        onward: onward.to_vec(),
        role: match a.role {
            Roles::Server => Role::Server,
            Roles::Client => Role::Client,
        },
        partner: a.peer,
        port: a.port,
        size: a.size,
        iterations: a.iters,
        path_mtu: a.mtu,
        hold: Duration::from_millis(a.hold_ms),
    };
    let report = roam::run(&options)?;
    match a.json {
        true => json(&report)?,
        false => print!("{}", text(&report)),
    }
    Ok(report.is_good(&options))
}

fn text(report: &RoamReport) -> String {
    let header = [
        "after",
        "image B",
        "memory B",
        "stopped ms",
        "first message ms",
    ];
    let mut table = Table::new(header);
    for one in &report.moves {
        table.row([
            one.after_messages.to_string(),
            one.image_bytes.to_string(),
            one.memory_bytes.to_string(),
            format!("{:.1}", one.stopped_ms),
            format!("{:.1}", one.first_message_ms),
        ]);
    }
    format!(
        "{} messages, {} bytes verified, {} damaged, {:.1} s\n{table}",
        report.messages, report.verified_bytes, report.damaged, report.seconds
    )
}
