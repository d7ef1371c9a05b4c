//! `roamnic search`.

use crate::arguments as args;
use crate::commands::{bar, json};
use crate::progress::Log;
use anyhow::Result;
use indicatif::ProgressBar;
use std::path::Path;
use std::time::Duration;
use testbench::search::{
    self, Case, CaseTree, DrawOptions, Keep, Progress, SearchOptions, SearchReport, ShrinkLimits,
    Summary,
};
use testbench::table::Table;

/// Operations without any other end.
const OPERATIONS: u64 = 10_000;

pub fn search(a: &args::Search) -> Result<bool> {
    if let Some(path) = &a.replay {
        return replay(a, path);
    }
    let draw = DrawOptions {
        width: a.width.one(),
        max_size: a.max_size,
        stops: a.stops,
        ..DrawOptions::default()
    };
    if a.draw {
        let tree = search::draw(&draw, a.seed).map_err(|why| anyhow::anyhow!("{why}"))?;
        print!("{}", tree.smallest().to_toml()?);
        return Ok(true);
    }
    let operations = match (a.operations, a.cases) {
        (None, None) => OPERATIONS,
        (operations, _) => operations.unwrap_or(u64::MAX),
    };
    let options = SearchOptions {
        draw,
        seeds: a.seed..a.seed.saturating_add(a.cases.unwrap_or(u64::MAX)),
        operations,
        jobs: a.jobs.into(),
        shrink: limits(a),
        keep: a.keep.clone(),
        failures: a.failures,
        summary: (a.summary.as_deref())
            .map(|path| Summary::open(path, &draw))
            .transpose()?,
    };
    eprintln!("loading the NICs (their first build takes a while)");
    let progress = match operations {
        u64::MAX => ProgressBar::new_spinner(),
        _ => bar(
            operations,
            "{pos} of {len} operations, {per_sec}, {elapsed}, {eta} left; {msg}",
        )?,
    };
    let before: u64 = (options.summary.iter())
        .flat_map(|s| s.done().into_values())
        .sum();
    let mut log = Log::new(progress);
    let mut done = Done {
        before,
        ..Done::default()
    };
    let report = search::find(&options, |what| done.note(&mut log, what));
    log.finish();
    match a.json {
        true => json(&report)?,
        false => print!("{}", text(&report)),
    }
    Ok(report.found.is_empty())
}

fn limits(a: &args::Search) -> ShrinkLimits {
    ShrinkLimits {
        steps: a.shrink_steps,
        time: Duration::from_secs(a.shrink_seconds),
    }
}

/// What has been done so far.
#[derive(Default)]
struct Done {
    /// operations of earlier searches that count
    before: u64,
    cases: u64,
    operations: u64,
}

impl Done {
    fn note(&mut self, log: &mut Log, what: Progress) {
        match what {
            Progress::Case {
                seed, operations, ..
            } => {
                self.cases += 1;
                self.operations += operations;
                let message = format!("seed {seed}");
                log.at(self.before + self.operations, message, |log| {
                    self.line(log, seed)
                });
            }
            Progress::Failed { seed, failure } => {
                let text = failure.to_string();
                let first = text.lines().next().unwrap_or_default();
                log.say(&format!("seed {seed} fails: {first}"));
            }
            Progress::Smaller {
                seed,
                steps,
                operations,
            } => {
                let line = format!(
                    "seed {seed} gets smaller: {operations} operations after {steps} steps"
                );
                match log.has_bar() {
                    false if steps % 50 == 0 => log.say(&line),
                    _ => log.message(line),
                }
            }
        }
    }

    fn line(&self, log: &Log, seed: u64) -> String {
        let rate = self.operations as f64 / log.elapsed().as_secs_f64();
        let left = match log.length() {
            Some(all) if rate > 0.0 => {
                let left = all.saturating_sub(self.before + self.operations) as f64 / rate;
                format!(", {:.0} min left", left / 60.0)
            }
            _ => String::new(),
        };
        format!(
            "{} operations in {} cases, {rate:.1} a second{left}; seed {seed}{}",
            self.operations,
            self.cases,
            match self.before {
                0 => String::new(),
                before => format!("; {before} operations before"),
            }
        )
    }
}

fn replay(a: &args::Search, path: &Path) -> Result<bool> {
    let case = Case::read(path)?;
    let keep = Keep {
        pcap: a.pcap.clone(),
        lie: None,
    };
    let failure = match search::guarded(&case, &keep) {
        Ok(outcome) => {
            match a.json {
                true => json(&outcome)?,
                false => println!(
                    "{} operations, {} bytes, {} cycles: no difference",
                    outcome.operations, outcome.bytes, outcome.cycles
                ),
            }
            return Ok(true);
        }
        Err(failure) => failure,
    };
    println!("{failure}");
    if a.shrink {
        let mut tree = CaseTree::new(case);
        let steps = search::shrink(&mut tree, failure.class, limits(a), |steps, operations| {
            eprintln!("step {steps}: {operations} operations");
        });
        let small = path.with_extension("small.toml");
        tree.smallest()
            .write(&small, &format!("{steps} simulations\n{failure}"))?;
        eprintln!("again: cargo xtask search --replay {}", small.display());
    }
    Ok(false)
}

fn text(report: &SearchReport) -> String {
    let mut kinds = Table::new(["operation", "number"]);
    for (name, count) in &report.kinds {
        kinds.row([(*name).to_owned(), count.to_string()]);
    }
    let mut ends = Table::new(["end", "number"]);
    for (name, count) in &report.ends {
        ends.row([name.clone(), count.to_string()]);
    }
    let (f, spent) = (&report.frames, &report.spent);
    let mut all = format!(
        "{} operations, {} bytes in {} cases (seeds {} to {}), {} cycles, {} stops, {} runs again on a slower cable\n\
         cycles: {} set-up, {} traffic ({} silent, {} of one connection alone), {} behind it\n\
         {} frames: {} lost, {} duplicated, {} reordered, {} corrupted, {} marked\n\
         {:.0} s, {:.1} operations a second\n\n{kinds}\n{ends}\n",
        report.operations,
        report.bytes,
        report.cases,
        report.seeds[0],
        report.seeds[1].saturating_sub(1),
        report.cycles,
        report.stops,
        report.slower,
        spent.setup,
        spent.traffic,
        spent.silent,
        spent.alone,
        spent.rest,
        f.sent,
        f.lost,
        f.duplicated,
        f.reordered,
        f.corrupted,
        report.marked,
        report.seconds,
        report.operations_per_second
    );
    for (width, hash) in &report.verilog {
        all += &format!("Verilog of {width} bits: {hash}\n");
    }
    if let Some(summary) = &report.summary {
        all += summary;
    }
    match report.found.is_empty() {
        true => all += "no difference between model and NIC\n",
        false => {
            for found in &report.found {
                all += &format!(
                    "seed {}: {}: {}\n  {} operations after {} simulations\n",
                    found.seed, found.class, found.what, found.operations, found.steps
                );
                if let Some(file) = &found.file {
                    all += &format!("  again: cargo xtask search --replay {}\n", file.display());
                }
            }
        }
    }
    all
}
