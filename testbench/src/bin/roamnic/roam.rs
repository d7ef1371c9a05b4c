//! `roamnic roam`.

use crate::arguments as args;
use crate::commands::json;
use anyhow::{Context, Result};
use std::time::Duration;
use testbench::roam::{self, RoamOptions, RoamReport, Role};
use testbench::station::StationOptions;
use testbench::table::Table;

pub fn roam(a: &args::Roam) -> Result<bool> {
    let (first, onward) = a.wires.split_first().context("no wire")?;
    let options = RoamOptions {
        station: StationOptions {
            patience: Duration::from_secs(a.patience),
            ..StationOptions::new(first.clone(), a.addr, a.prefix, a.seed)
        },
        onward: onward.to_vec(),
        role: match a.role {
            args::RoamRole::Server => Role::Server,
            args::RoamRole::Client => Role::Client,
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
    let header = ["after", "image B", "memory B", "stopped ms", "first message ms"];
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
