//! Automatic mutants of the emitted Verilog: drawn, all in one model, each tested until a test fails.
//!
//! `emit-mutants` of the package `hdl` draws the mutants and writes one Verilog text that holds them all ([`drawn`]); its model is built
//! once. Each mutant then has to pass the tests that come to it ([`groups`]) and random traffic ([`random`]), in the order of a [`ladder`], in
//! processes that learn by the environment which mutant is at work ([`watch`]). [`places`] finds where in the RustHDL sources a mutant lies, [`record`] keeps the verdicts in a file, and the page of the documentation is
//! printed from that.

mod drawn;
mod groups;
mod journal;
mod ladder;
mod places;
mod random;
pub mod record;
mod watch;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use sim_verilator::paths;

use super::in_parallel;
use crate::{run, setup};
use drawn::Drawn;
use groups::Depth;
use journal::Journal;
use ladder::Ladder;
use record::{Record, Row, Verdict};

/// What is to be done.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Automatic mutants of the Verilog instead: draw them, build one model of all, test each
    #[arg(long, conflicts_with = "names")]
    auto: bool,
    /// How many
    #[arg(long, default_value_t = 200, requires = "auto")]
    count: usize,
    /// Fixes which
    #[arg(long, default_value_t = 1, requires = "auto")]
    seed: u64,
    /// How many are tested at the same time
    #[arg(long, default_value_t = 2, requires = "auto")]
    jobs: usize,
    /// Bits of the NIC's data path
    #[arg(long, default_value_t = 64, requires = "auto")]
    width: u32,
    /// Draw all from one block and what is in it, e.g. `responder`
    #[arg(long, value_name = "BLOCK", requires = "auto")]
    only: Option<String>,
    /// Test only the mutant of this number
    #[arg(long, value_name = "N", requires = "auto")]
    id: Option<u16>,
    /// Test only those that have survived so far
    #[arg(long, requires = "auto")]
    survivors: bool,
    /// By what of that which comes to the mutant
    #[arg(long, value_enum, default_value = "search", requires = "auto")]
    depth: Depth,
    /// By so many tests, cases and demos at the most
    #[arg(long, value_name = "COUNT", default_value_t = usize::MAX, hide_default_value = true, requires = "auto")]
    most: usize,
    /// Forget the verdicts on the same mutants of the same Verilog, by an interrupted or shallower run or in the record
    #[arg(long, requires = "auto")]
    fresh: bool,
    /// Keep the verdicts in the record that docs/mutants.md is printed from
    #[arg(long, conflicts_with = "only")]
    pub record: bool,
}

impl Options {
    /// Whether automatic mutants are asked for.
    pub fn wanted(&self) -> bool {
        self.auto
    }
}

/// Draws, builds, tests. A verdict is a line of the standard output, with `json` an object.
///
/// # Errors
/// A tool fails, or a test fails without any mutant.
pub fn run(options: &Options, json: bool) -> Result<()> {
    setup::verilator()?;
    let drawn = Drawn::new(options)?;
    let journal = Journal::open(&drawn, options.fresh)?;
    let mut ladder = Ladder::build(&drawn.folder, options.width, options.jobs)?;
    let mut record = Record {
        width: options.width,
        seed: options.seed,
        count: options.count,
        sites: drawn.sites,
        verilog: record::verilog_hash(options.width)?,
        cases: Vec::new(),
        mutants: drawn.rows.clone(),
    };
    if !options.fresh {
        record.take_verdicts_of_same();
        record.put(journal.rows());
    }
    let rows: Vec<Row> = match options.id {
        // whatever is known of it
        Some(id) => drawn
            .rows
            .iter()
            .filter(|r| r.number == id)
            .cloned()
            .collect(),
        None => {
            let wanted = |r: &&Row| !options.survivors || r.verdict == Verdict::Survived;
            let mut rows: Vec<Row> = record.mutants.iter().filter(wanted).cloned().collect();
            rows.sort_by_key(|r| (r.verdict, r.number));
            rows
        }
    };
    if rows.is_empty() {
        bail!("no mutant is left to be tested");
    }
    eprintln!("without a mutant: the first test waits for the model");
    ladder.survey(options.depth, &journal.survey())?;
    let tested = test(options, &ladder, &journal, &rows, json)?;
    let survivors = tested.iter().filter(|r| r.verdict == Verdict::Survived);
    eprintln!(
        "{} of {} killed",
        tested.len() - survivors.count(),
        tested.len()
    );
    if options.record {
        record.cases = ladder.seeds();
        record.put(tested);
        record.write()?;
    }
    Ok(())
}

/// Tests `rows`, several at the same time, and says what becomes of each.
fn test(
    options: &Options,
    ladder: &Ladder,
    journal: &Journal,
    rows: &[Row],
    json: bool,
) -> Result<Vec<Row>> {
    let Options { depth, most, .. } = *options;
    let done: Mutex<BTreeMap<u16, Row>> = Mutex::default();
    in_parallel(options.jobs, rows, |_, row| {
        let start = Instant::now();
        let height = ladder.height(row.number, depth, most);
        let row = match row.verdict {
            Verdict::Killed => row.clone(),
            // an interrupted run goes on
            Verdict::Survived if row.has_passed(depth, height) => row.clone(),
            _ => {
                // another machine's tests come in another order
                let passed = match journal.has(row.number) {
                    true => row.passed.map_or(0, |(_, passed)| passed.total()),
                    false => 0,
                };
                let climbed = ladder.climb(row.number, depth, most, passed)?;
                let reached = ladder.reaching(row.number, depth);
                row.with(climbed, depth, reached, start.elapsed().as_secs())
            }
        };
        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
        journal.put(&row)?;
        match json {
            true => println!("{}", serde_json::to_string(&row)?),
            false => println!("{}", row.line()),
        }
        done.insert(row.number, row);
        eprintln!("[{}/{}]", done.len(), rows.len());
        Ok(())
    })?;
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(done.into_values().collect())
}

/// Where the Verilog with mutants and what is known of them go.
fn folder(options: &Options) -> PathBuf {
    let Options {
        width,
        count,
        seed,
        only,
        ..
    } = options;
    let only = only.as_deref().unwrap_or("all");
    let name = format!("target/mutants-auto/{width}-{count}-{seed}-{only}");
    paths::workspace_root().join(name)
}

/// Runs a program of the package `hdl`.
fn hdl(program: &str, arguments: &[String]) -> Result<()> {
    let mut command = run::cargo(["run", "--quiet", "-p", "hdl", "--bin", program, "--"]);
    run::status(command.args(arguments).stdout(Stdio::null())).with_context(|| program.to_owned())
}
