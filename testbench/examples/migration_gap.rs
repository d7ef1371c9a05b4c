//! What one move of the demonstration waits for: everything that happens at the edges of the NICs, in the order of time.
//!
//!     cargo run -p hdl --example migration_program -- WIDTH > labels
//!     cargo run -p testbench --example migration_gap -- [width [seed [labels]]]
//!
//! Cycles count from the beginning of the move. Runs of packets of one sort between the same two hosts are one line, and so are runs of writes into a
//! host's memory. `seen` is a completion at the process that stays: the gap lies between two of them. With `labels`, what the migration units'
//! programs do stands in between: those of host 0, the source, 1, the partner, and 2, the destination.

mod trace;

use anyhow::{Context as _, Result, bail};
use fw_regs::Command;
use fw_regs::bar0::mailbox;
use std::cell::RefCell;
use std::rc::Rc;
use testbench::lab::LabOptions;
use testbench::migrate::{Kind, Stage, StageOptions, generated_file};
use testbench::model::lockstep::{Observation, Observer, What};

/// Cycles of traffic before the move, as in the demonstration.
const BEFORE: u64 = 15_000;
/// Runs are cut after so many cycles of silence.
const SILENCE: u64 = 400;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let width: u32 = args.next().map_or(Ok(512), |n| n.parse())?;
    let seed: u64 = args.next().map_or(Ok(1), |n| n.parse())?;
    let labels = args.next().map(trace::read_labels).transpose()?;
    let mut stage = Stage::new(&StageOptions {
        lab: LabOptions {
            traced: labels.is_some(),
            ..LabOptions::new(width, seed)
        },
        file: generated_file(seed),
        qps: 4,
        path_mtu: 1024,
    })?;
    let seen = Rc::<RefCell<Vec<Observation>>>::default();
    stage.go_on()?;
    stage.run(BEFORE)?;
    stage.lab.cluster.observe(Box::new(Watch(seen.clone())));
    let begin = stage.cycle();
    let waves = [0, 1, 2].map(|host| {
        std::env::temp_dir().join(format!("roamnic-{}-{host}.fst", std::process::id()))
    });
    if labels.is_some() {
        for (host, file) in waves.iter().enumerate() {
            stage.lab.cluster.open_waves(host, file)?;
        }
    }
    let outcome = stage.travel(Kind::Single, &[2], None)?;
    let mut lines = Vec::new();
    for mark in &outcome.marks {
        lines.push((mark.cycle, format!("---- {}", mark.text)));
    }
    let last = outcome.marks.last().context("a move without marks")?.cycle + 3000;
    let completions = stage.seats[1].borrow().seen.clone();
    for cycle in completions {
        lines.push((cycle, "seen".to_owned()));
    }
    lines.extend(digest(&seen.borrow()));
    if let Some(labels) = &labels {
        for (host, file) in waves.iter().enumerate() {
            stage.lab.cluster.nic(host, |nic| nic.close_trace());
            for part in trace::parts(file, begin, labels)? {
                lines.push((part.begin, format!("           unit {host}: {part}")));
            }
            std::fs::remove_file(file)?;
        }
    }
    lines.sort_by_key(|line| line.0);
    for (cycle, text) in lines {
        if (begin..last).contains(&cycle) {
            println!("{:7} {text}", cycle - begin);
        }
    }
    let report = outcome.report;
    println!(
        "gap {} ns, limit {} ns, phases {:?}, image {} bytes, memory {} bytes",
        report.blackout_ns,
        report.blackout_limit_ns,
        report.phase_ns,
        report.image_bytes,
        report.memory_bytes
    );
    if report.blackout_limit_ns == 0 {
        bail!("the move has no limit");
    }
    Ok(())
}

/// Keeps everything.
struct Watch(Rc<RefCell<Vec<Observation>>>);

impl Observer for Watch {
    fn observe(&mut self, observation: Observation) {
        self.0.borrow_mut().push(observation);
    }

    fn objection(&self) -> Option<String> {
        None
    }
}

/// A run of things of one sort.
struct Run {
    begin: u64,
    end: u64,
    host: usize,
    sort: String,
    count: usize,
    bytes: usize,
    first: String,
}

/// The observations as lines.
fn digest(seen: &[Observation]) -> Vec<(u64, String)> {
    let mut lines = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    for o in seen {
        let (sort, bytes) = match &o.what {
            What::Sent(bytes) => (sort_of(o), bytes.len()),
            What::Received(_) | What::HostWrite { .. } | What::Rest => continue,
            What::DeviceWrite { bytes, .. } => ("writes".to_owned(), bytes.len()),
            What::Register { offset, value } => {
                if let Some(name) = command(*offset, *value) {
                    lines.push((o.cycle, format!("host {}: {name}", o.host)));
                }
                continue;
            }
            What::Doorbell { .. } => ("doorbells".to_owned(), 0),
            What::Map { .. } | What::Unmap { .. } => continue,
            What::Done { .. } => {
                lines.push((o.cycle, format!("host {}: command has ended", o.host)));
                continue;
            }
        };
        let run = runs
            .iter_mut()
            .rev()
            .find(|r| r.host == o.host && r.sort == sort && o.cycle < r.end + SILENCE);
        match run {
            Some(run) => {
                run.end = o.cycle;
                run.count += 1;
                run.bytes += bytes;
            }
            None => runs.push(Run {
                begin: o.cycle,
                end: o.cycle,
                host: o.host,
                sort,
                count: 1,
                bytes,
                first: o.to_string(),
            }),
        }
    }
    lines.extend(runs.into_iter().map(|r| {
        let what = match r.count {
            1 => r
                .first
                .split_once(": ")
                .map_or(r.first.clone(), |(_, w)| w.to_owned()),
            n => format!(
                "{n} {}, {} bytes, for {} cycles",
                r.sort,
                r.bytes,
                r.end - r.begin
            ),
        };
        (r.begin, format!("host {}: {what}", r.host))
    }));
    lines
}

/// The kind of a frame: its line up to the first number that changes.
fn sort_of(o: &Observation) -> String {
    let line = o.to_string();
    let line = line.split_once(": ").map_or(line.as_str(), |(_, w)| w);
    line.split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The command that a register write starts.
fn command(offset: u32, value: u32) -> Option<String> {
    let starts = offset == mailbox::command::REG.offset && mailbox::command::GO.get(value) == 1;
    let code = mailbox::command::OPCODE.get(value) as u8;
    starts.then(|| Command::from_code(code).map_or("?".to_owned(), |c| c.to_string()))
}
