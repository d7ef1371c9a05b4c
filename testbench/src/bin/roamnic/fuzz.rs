//! `roamnic fuzz`.

use crate::commands::{bar, json};
use crate::progress::Log;
use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use sim_verilator::paths;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use testbench::fuzz::corpus::{self, distil};
use testbench::fuzz::engine::{Progress, Search, SearchOptions};
use testbench::fuzz::plant::Plant;
use testbench::fuzz::{Stage, Target};
use testbench::table::Table;

#[derive(Args)]
pub struct Fuzz {
    /// What to search: frames, commands, doorbells, image
    #[arg(required_unless_present = "list")]
    pub target: Option<Target>,
    /// Only show what there is
    #[arg(long)]
    pub list: bool,
    /// Plants a bug in the NIC first, to see that it is found: domain, rights, owner, receive
    #[arg(long, value_name = "NAME")]
    pub plant: Option<String>,
    /// Ends after so many minutes
    #[arg(long, default_value_t = 10.0)]
    pub minutes: f64,
    /// Ends after so many inputs
    #[arg(long, default_value_t = u64::MAX, hide_default_value = true)]
    pub executions: u64,
    /// Fixes which inputs are made
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Ends after so many findings
    #[arg(long, default_value_t = 8)]
    pub findings: usize,
    /// Plays these inputs and nothing else
    #[arg(long, value_name = "FILE")]
    pub replay: Vec<PathBuf>,
    /// Starts from nothing instead of from the corpus
    #[arg(long)]
    pub empty: bool,
    /// Folder for what is reached in addition to the corpus; without it, only findings are kept
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Writes the corpus anew: the fewest inputs that reach what all reach, those of --keep included
    #[arg(long)]
    pub distil: bool,
    /// Which blocks are reached how far
    #[arg(long)]
    pub blocks: bool,
    /// JSON instead of tables
    #[arg(long)]
    pub json: bool,
}

/// What a search comes to.
#[derive(Serialize)]
struct Report {
    target: &'static str,
    seed: u64,
    executions: u64,
    seconds: f64,
    corpus: usize,
    branches: [usize; 2],
    program: usize,
    features: usize,
    found: Vec<FoundFile>,
}

#[derive(Serialize)]
struct FoundFile {
    kind: &'static str,
    what: String,
    file: PathBuf,
    after: u64,
    seconds: f64,
}

pub fn fuzz(a: &Fuzz) -> Result<bool> {
    let Some(target) = a.target.filter(|_| !a.list) else {
        return list();
    };
    eprintln!("loading the NIC (its first build takes a minute or two)");
    let mut stage = match &a.plant {
        Some(name) => Stage::of(target, &Plant::named(name)?.library()?)?,
        None => Stage::new(target)?,
    };
    if !a.replay.is_empty() {
        return replay(&mut stage, &a.replay);
    }
    let mut start = vec![];
    if !a.empty {
        start = inputs(&corpus::folder(target))?;
    }
    if let Some(keep) = &a.keep {
        start.extend(inputs(&keep.join(target.name()))?);
    }
    start.sort();
    start.dedup();
    let options = SearchOptions {
        seed: a.seed,
        time: Duration::from_secs_f64(a.minutes * 60.0),
        executions: a.executions,
        findings: a.findings,
        ..SearchOptions::default()
    };
    let seconds = options.time.as_secs();
    let progress = bar(seconds, "{elapsed} of {len} s: {msg}")?;
    let mut log = Log::new(progress);
    let search = Search::run(&mut stage, &start, &options, |what| note(&mut log, &what))?;
    log.finish();
    if a.distil {
        write_anew(target, &search)?;
    } else if let Some(keep) = &a.keep {
        for entry in distil(&search.corpus) {
            corpus::write(&keep.join(target.name()), &entry.input)?;
        }
    }
    let report = report(a, target, &stage, &search)?;
    match a.json {
        true => json(&report)?,
        false => print!("{}", text(&report)),
    }
    if a.blocks {
        print!("{}", blocks(&stage, &search));
    }
    Ok(report.found.is_empty())
}

fn list() -> Result<bool> {
    let mut table = Table::new(["target", "", "inputs kept", "of them open"]);
    for target in Target::ALL {
        let count = |folder: &Path| corpus::read(folder).map(|all| all.len().to_string());
        table.row([
            target.name().to_owned(),
            target.about().to_owned(),
            count(&corpus::folder(target))?,
            count(&corpus::open_folder(target))?,
        ]);
    }
    print!("{table}");
    Ok(true)
}

fn inputs(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let all = corpus::read(folder).with_context(|| folder.display().to_string())?;
    Ok(all.into_iter().map(|(_, input)| input).collect())
}

fn replay(stage: &mut Stage, files: &[PathBuf]) -> Result<bool> {
    let mut good = true;
    for file in files {
        let input = std::fs::read(file).with_context(|| file.display().to_string())?;
        let outcome = stage.play(&input)?;
        let what = match &outcome.finding {
            Some(finding) => finding.to_string(),
            None => format!("nothing found, {} features", outcome.features.len()),
        };
        println!("{}: {what}", file.display());
        good &= outcome.finding.is_none();
    }
    Ok(good)
}

fn write_anew(target: Target, search: &Search) -> Result<()> {
    let folder = corpus::folder(target);
    for (file, _) in corpus::read(&folder)? {
        std::fs::remove_file(file)?;
    }
    for entry in distil(&search.corpus) {
        corpus::write(&folder, &entry.input)?;
    }
    Ok(())
}

/// Findings go to the corpus, where the tests replay them until they are mended.
fn report(a: &Fuzz, target: Target, stage: &Stage, search: &Search) -> Result<Report> {
    let mut found = vec![];
    for one in &search.found {
        found.push(FoundFile {
            kind: one.finding.kind(),
            what: one.finding.to_string(),
            file: match a.plant {
                // of another NIC than the product
                Some(_) => corpus::write(&paths::workspace_root().join("target/fuzz"), &one.input)?,
                None => corpus::write(&corpus::folder(target), &one.input)?,
            },
            after: one.after,
            seconds: one.time.as_secs_f64(),
        });
    }
    Ok(Report {
        target: target.name(),
        seed: a.seed,
        executions: search.executions,
        seconds: search.time.as_secs_f64(),
        corpus: search.corpus.len(),
        branches: [
            search.reached.branches().len(),
            stage.library().coverage_points().len(),
        ],
        program: search.reached.program().len(),
        features: search.reached.len(),
        found,
    })
}

fn text(report: &Report) -> String {
    let [reached, all] = report.branches;
    let mut text = format!(
        "{}: {} inputs in {:.0} s ({:.1} a second), seed {}; {} of them reached something new\n{reached} of {all} branches of the Verilog, {} words \
         of the migration unit's program, {} features\n",
        report.target,
        report.executions,
        report.seconds,
        report.executions as f64 / report.seconds.max(0.001),
        report.seed,
        report.corpus,
        report.program,
        report.features,
    );
    for found in &report.found {
        text += &format!(
            "FOUND after {} inputs, {:.0} s: {}\n  {}\n",
            found.after,
            found.seconds,
            found.what,
            found.file.display()
        );
    }
    text
}

/// Branches reached by block of the first level.
fn blocks(stage: &Stage, search: &Search) -> Table {
    let reached: HashSet<u32> = search.reached.branches();
    let mut all: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for (number, point) in (0..).zip(stage.library().coverage_points()) {
        let block = point.instance.split('.').nth(1).unwrap_or("top").to_owned();
        let counts = all.entry(block).or_default();
        counts[0] += usize::from(reached.contains(&number));
        counts[1] += 1;
    }
    let mut table = Table::new(["block", "branches reached", "of"]);
    for (block, [reached, of]) in all {
        table.row([block, reached.to_string(), of.to_string()]);
    }
    table
}

fn note(log: &mut Log, what: &Progress<'_>) {
    match what {
        Progress::Played(search) => {
            let line = line(search);
            let seconds = log.elapsed().as_secs();
            log.at(seconds, line.clone(), |_| format!("{seconds} s: {line}"));
        }
        Progress::Reached(_) => {}
        Progress::Found(finding) => log.say(&format!("found: {finding}")),
    }
}

fn line(search: &Search) -> String {
    format!(
        "{} inputs, {} kept, {} branches, {} program words, {} features, {} found",
        search.executions,
        search.corpus.len(),
        search.reached.branches().len(),
        search.reached.program().len(),
        search.reached.len(),
        search.found.len()
    )
}
