//! `roamnic demo`.

use crate::arguments as args;
use crate::commands::{bar, json, say_building};
use anyhow::{Context, Result};
use std::time::Duration;
use testbench::migrate::{self, DemoOptions, DemoReport};
use testbench::net::FaultRates;
use testbench::table::Table;

pub fn demo(a: &args::Demo) -> Result<bool> {
    say_building(a.common.width, a.common.variant);
    if a.seeds > 1 {
        return several(a);
    }
    let report = one(a, a.common.seed)?;
    match a.common.json {
        true => json(&report)?,
        false => print!("{}", report.text()),
    }
    Ok(report.is_good())
}

/// One after the other, those behind a bad one, too.
fn several(a: &args::Demo) -> Result<bool> {
    let mut reports = Vec::new();
    let mut bad = 0_usize;
    for seed in a.common.seed..a.common.seed.saturating_add(a.seeds) {
        match one(a, seed) {
            Ok(report) => {
                let verdict = verdict(&report);
                eprintln!("seed {seed:#x}: {verdict}");
                if !report.is_good() {
                    bad += 1;
                    eprintln!("again: {}", again(a, seed));
                }
                reports.push(report);
            }
            Err(error) => {
                bad += 1;
                eprintln!("seed {seed:#x}: {error:#}");
            }
        }
    }
    match a.common.json {
        true => json(&reports)?,
        false => println!("{}{bad} of {} bad", table(&reports), a.seeds),
    }
    Ok(bad == 0)
}

fn verdict(report: &DemoReport) -> &'static str {
    match report.is_good() {
        true => "good",
        false => "BAD",
    }
}

fn table(reports: &[DemoReport]) -> Table {
    let mut table = Table::new([
        "seed",
        "width",
        "moves",
        "aborted",
        "messages",
        "lost",
        "doubled",
        "corrupted",
        "longest gap µs",
        "",
    ]);
    for r in reports {
        table.row([
            format!("{:#x}", r.seed),
            r.width.to_string(),
            r.migrations.to_string(),
            r.aborts.to_string(),
            r.messages_posted.to_string(),
            r.lost.to_string(),
            r.duplicated.to_string(),
            r.corrupted.to_string(),
            format!("{:.1}", r.blackout_ns_max as f64 / 1000.0),
            verdict(r).to_owned(),
        ]);
    }
    table
}

fn one(a: &args::Demo, seed: u64) -> Result<DemoReport> {
    let file = match &a.file {
        Some(path) => {
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?
        }
        None => migrate::generated_file(seed),
    };
    anyhow::ensure!(!file.is_empty(), "the file is empty: nothing to stream");
    let mut lab = a.common.lab();
    lab.seed = seed;
    lab.link.faults = FaultRates {
        loss: a.loss,
        reordering: a.reorder,
        ..FaultRates::default()
    };
    let progress = bar(0, "{spinner} {pos}/{len} moves {wide_msg} {elapsed}")?;
    progress.enable_steady_tick(Duration::from_millis(200));
    let options = DemoOptions {
        lab,
        file,
        qps: a.qps.into(),
        path_mtu: a.mtu,
        migrations: a.migrations.map(|n| n as usize),
        pcap: a.pcap.clone(),
        waves: a.waves.clone(),
        timeline: a.timeline.clone(),
        image: a.image.clone(),
    };
    let report = migrate::run(&options, |what, moves, of| {
        progress.set_length(of as u64);
        progress.set_position(moves as u64);
        progress.set_message(what.to_owned());
    });
    progress.finish_and_clear();
    report.with_context(|| again(a, seed))
}

/// The command that does the same again.
fn again(a: &args::Demo, seed: u64) -> String {
    let mut command = format!(
        "cargo xtask demo --seed {seed:#x} --width {} --qps {} --mtu {} --loss {} --reorder {}",
        a.common.width, a.qps, a.mtu, a.loss, a.reorder
    );
    if let Some(count) = a.migrations {
        command += &format!(" --migrations {count}");
    }
    if let Some(path) = &a.file {
        command += &format!(" --file {}", path.display());
    }
    command
}
