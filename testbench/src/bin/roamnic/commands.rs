//! What each command does: run, print, judge.

use crate::arguments as args;
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use testbench::bench::{self, BenchOptions, Figure};
use testbench::devinfo::DeviceInfo;
use testbench::faults::{self, FaultOptions};
use testbench::lab::{Lab, LabOptions, Variant, Watch, nic_verilog};
use testbench::net::FaultRates;
use testbench::pingpong::{self, PingpongOptions};
use testbench::replay::{self, ReplayOptions};
use testbench::show::{Scene, ShownImage, Snapshot};
use testbench::soak::{self, SoakOptions};
use testbench::synth::{self, SynthOptions};
use testbench::table::Table;
use testbench::transfer::{self, TransferOptions};

pub(super) fn json(value: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn bar(length: u64, template: &str) -> Result<ProgressBar> {
    let bar = ProgressBar::new(length);
    bar.set_style(ProgressStyle::with_template(template)?);
    Ok(bar)
}

/// The model may have to be built first, which takes its time.
pub(super) fn say_building(width: u32, variant: args::Variants) {
    let variant = Variant::from(variant);
    eprintln!("loading the {variant} {width}-bit NIC (its first build takes a while)");
}

pub fn devinfo(a: &args::Devinfo) -> Result<bool> {
    say_building(a.common.width, a.common.variant);
    let lab = Lab::new(LabOptions {
        hosts: 1,
        ..a.common.lab()
    })?;
    let info = DeviceInfo::of("roamnic0", &lab.hosts[0]);
    match a.common.json {
        true => json(&info)?,
        false => print!("{}", info.table()),
    }
    Ok(true)
}

pub fn pingpong(a: &args::Pingpong) -> Result<bool> {
    if let Some(wire) = &a.wire {
        return crate::perftest::pingpong(a, wire);
    }
    say_building(a.common.width, a.common.variant);
    let results = pingpong::run(&PingpongOptions {
        lab: a.common.lab(),
        sizes: a.size.clone(),
        iterations: a.iterations,
        path_mtu: a.mtu,
    })?;
    match a.common.json {
        true => json(&results)?,
        false => print!("{}", pingpong::table(&results)),
    }
    Ok(results.iter().all(|r| r.intact))
}

pub fn show(a: &args::Show) -> Result<bool> {
    if let Some(path) = &a.image {
        let image = ShownImage::read(path)?;
        match a.common.json {
            true => json(&image)?,
            false => print!("{}", image.text()),
        }
        return Ok(true);
    }
    say_building(a.common.width, a.common.variant);
    let scene = Scene::new(a.common.lab())?;
    scene.lab.run(a.cycle)?;
    let snapshot = Snapshot::read(&scene.lab, a.host.into())?;
    match a.common.json {
        true => json(&snapshot)?,
        false => print!("{}", snapshot.text()),
    }
    Ok(true)
}

pub fn replay(a: &args::Replay) -> Result<bool> {
    if let (Some(capture), Some(role)) = (&a.derive, a.role) {
        let text = replay::derive::derive(capture, role.into())?;
        match &a.scenario {
            Some(path) => std::fs::write(path, text)
                .with_context(|| format!("cannot write {}", path.display()))?,
            None => print!("{text}"),
        }
        return Ok(true);
    }
    let (Some(scenario), Some(input)) = (a.scenario.clone(), a.input.clone()) else {
        anyhow::bail!("a scenario and --in are needed");
    };
    eprintln!(
        "loading the {}-bit NIC (its first build takes a while)",
        a.width
    );
    let report = replay::run(&ReplayOptions {
        width: a.width,
        scenario,
        input,
        output: a.output.clone(),
        expect: a.expect.clone(),
        pace: a.pace.map(Into::into),
    })?;
    match a.json {
        true => json(&report)?,
        false => print!("{}", report.text()),
    }
    Ok(report.is_good())
}

pub fn faults(a: &args::FaultScenarios) -> Result<bool> {
    say_building(a.width, args::Variants::Migratable);
    let scenarios = match a.scenarios.is_empty() {
        true => faults::shipped()?,
        false => a.scenarios.clone(),
    };
    let kept = a.pcap.clone();
    let folder = kept.clone().unwrap_or_else(|| {
        let name = format!("roamnic-faults-{}", std::process::id());
        std::env::temp_dir().join(name)
    });
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let progress = bar(scenarios.len() as u64, "{pos}/{len} {wide_msg} {elapsed}")?;
    let mut reports = Vec::new();
    for scenario in scenarios {
        let name = faults::name(&scenario);
        progress.set_message(name.clone());
        let report = faults::run(&FaultOptions {
            width: a.width,
            seed: a.seed,
            captures: ["a", "b"].map(|end| folder.join(format!("{name}-{end}.pcap"))),
            scenario,
        })
        .with_context(|| name)?;
        reports.push(report);
        progress.inc(1);
    }
    progress.finish_and_clear();
    if kept.is_none() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    match a.json {
        true => json(&reports)?,
        false => {
            print!("{}", faults::table(&reports));
            for report in reports.iter().filter(|r| !r.is_good()) {
                print!("\n{}", report.text());
            }
        }
    }
    Ok(reports.iter().all(|r| r.is_good()))
}

pub fn bench(a: &args::Bench) -> Result<bool> {
    let options = BenchOptions {
        widths: a.width.list(),
        variant: a.variant.into(),
        quick: a.quick,
        seed: a.seed,
        only: a.only.clone(),
    };
    let progress = bar(0, "{pos}/{len} {wide_msg} {elapsed}")?;
    for &width in &options.widths {
        say_building(width, a.variant);
    }
    let figures = bench::run(&options, |k, count, name| {
        // a log has no bar
        if progress.is_hidden() {
            eprintln!("{}/{count} {name}", k + 1);
        }
        progress.set_length(count as u64);
        progress.set_position(k as u64);
        progress.set_message(name.to_owned());
    })?;
    progress.finish_and_clear();
    eprintln!("{}", bench::window(a.quick));
    match a.json {
        true => json(&figures)?,
        false => print!("{}", bench::table(&figures)),
    }
    let missed: Vec<&Figure> = figures.iter().filter(|f| !f.is_reached()).collect();
    for f in &missed {
        eprintln!("missed: {} at {} bits", f.name, f.width);
    }
    Ok(missed.is_empty() || !a.check)
}

pub fn transfer(a: &args::Transfer) -> Result<bool> {
    let path = match &a.file {
        Some(path) => path.clone(),
        None => nic_verilog(a.common.width, a.common.variant.into()),
    };
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    anyhow::ensure!(
        !bytes.is_empty(),
        "{} is empty: nothing to transfer",
        path.display()
    );
    say_building(a.common.width, a.common.variant);
    let mut lab = a.common.lab();
    lab.link.faults = a.faults.rates();
    let progress = bar(
        bytes.len() as u64,
        "{bytes}/{total_bytes} {wide_bar} {elapsed}",
    )?;
    let report = transfer::run(
        &TransferOptions {
            lab,
            bytes,
            qps: a.qps.into(),
            path_mtu: a.mtu,
            chunk: a.chunk as usize,
            pcap: a.pcap.clone(),
            waves: a.waves.clone(),
        },
        |arrived| progress.set_position(arrived),
    )?;
    progress.finish_and_clear();
    match a.common.json {
        true => json(&report)?,
        false => {
            println!("{}", path.display());
            print!("{}", report.text());
        }
    }
    Ok(report.is_good())
}

pub fn soak(a: &args::Soak) -> Result<bool> {
    say_building(a.common.width, a.common.variant);
    let mut options = SoakOptions::new(a.common.width, a.common.seed);
    options.lab.variant = a.common.variant.into();
    options.lab.link.faults = FaultRates {
        loss: a.loss,
        duplication: a.duplicate,
        reordering: a.reorder,
        corruption: a.corrupt,
    };
    if a.lockstep {
        options.lab = options.lab.watched(Watch::Check);
    }
    options.messages = match (a.messages, a.cycles) {
        (None, None) => 100_000,
        (messages, _) => messages.unwrap_or(u64::MAX),
    };
    options.cycles = a.cycles.unwrap_or(u64::MAX);
    options.qps = a.qps.into();
    options.max_size = a.max_size;
    options.round = a.round.into();
    options.pcap = a.pcap.clone();
    options.waves = a.waves.clone();
    let progress = bar(
        a.messages.unwrap_or(0),
        "{pos} messages, {msg} cycles {elapsed}",
    )?;
    let result = soak::run(&options, |messages, cycles| {
        progress.set_position(messages);
        progress.set_message(cycles.to_string());
    });
    progress.finish_and_clear();
    match result {
        Ok(report) => {
            match a.common.json {
                true => json(&report)?,
                false => print!("{}", soak_text(&report)),
            }
            Ok(true)
        }
        Err(why) => {
            eprintln!("{why}");
            eprintln!("again: {}", repeat(a));
            Ok(false)
        }
    }
}

pub fn synth(a: &args::Synth) -> Result<bool> {
    let options = SynthOptions {
        width: a.width,
        variant: a.variant.into(),
        seeds: a.seeds,
        routed: a.routed,
    };
    let report = synth::run(options, |begins| eprintln!("{begins}"))?;
    match a.json {
        true => json(&report)?,
        false => print!("{}", report.text()),
    }
    Ok(report.is_good() || !a.check)
}

/// The command that does the same again.
fn repeat(a: &args::Soak) -> String {
    let mut command = format!(
        "cargo xtask soak --seed {:#x} --width {} --variant {} --qps {} --max-size {} --round {} --loss {} --reorder {} --duplicate {} --corrupt {}",
        a.common.seed,
        a.common.width,
        Variant::from(a.common.variant),
        a.qps,
        a.max_size,
        a.round,
        a.loss,
        a.reorder,
        a.duplicate,
        a.corrupt
    );
    for (name, value) in [("messages", a.messages), ("cycles", a.cycles)] {
        if let Some(value) = value {
            command += &format!(" --{name} {value}");
        }
    }
    command
}

fn soak_text(report: &soak::SoakReport) -> String {
    let mut table = Table::new(["operation", "messages"]);
    for (name, count) in &report.operations {
        table.row([(*name).to_owned(), count.to_string()]);
    }
    let f = &report.frames;
    format!(
        "{} messages, {} bytes in {} rounds, {} cycles, {} bits, seed {:#x}\n\n{table}\n\
         frames: {} sent, {} lost, {} doubled, {} reordered, {} corrupted\n\
         good: everything arrived exactly once\n",
        report.messages,
        report.bytes,
        report.rounds,
        report.cycles,
        report.width,
        report.seed,
        f.sent,
        f.lost,
        f.duplicated,
        f.reordered,
        f.corrupted
    )
}
