//! `roamnic search`: random cases, each run in lockstep with the model; what fails is made small and kept as a file that replays.
//!
//! A [`Case`] is data: two hosts, the connections between them with their attributes, every work request with everything that is odd
//! about it, what the link does to frames, and when queue pairs are stopped and go on. [`draw`] takes cases from proptest strategies,
//! [`run`] runs one, and [`find`] does both for many seeds on several threads. A seed means the same case and the same verdict, whoever
//! runs it.

mod case;
mod draw;
mod lane;
mod marks;
mod memory;
mod run;
mod shrink;
mod summary;

pub use crate::kind::Kind;
pub use case::{Case, CaseError, Connection, Host, Link, Operation, Right, Stop, Wrong};
pub use draw::{Cases, DrawOptions, draw, size};
pub use run::{Class, Failure, Keep, Outcome, Spent, run};
pub use shrink::CaseTree;
pub use summary::{JUDGE_REVISION, Summary, SummaryError};

use crate::lab::{Variant, nic_verilog_hash};
use crate::transfer::FrameCounts;
use proptest::strategy::ValueTree;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How a search is made.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    pub draw: DrawOptions,
    /// Seeds of cases; it ends at their end ...
    pub seeds: Range<u64>,
    /// ... or with the case that makes so many operations full.
    pub operations: u64,
    /// Threads.
    pub jobs: usize,
    pub shrink: ShrinkLimits,
    /// Where files of failed cases go.
    pub keep: PathBuf,
    /// It ends after so many failures.
    pub failures: usize,
    /// Where cases are noted; the good ones that are there already are not run again, but count as operations.
    pub summary: Option<Summary>,
}

/// How long a failed case is made smaller.
#[derive(Clone, Copy, Debug)]
pub struct ShrinkLimits {
    /// Simulations.
    pub steps: u32,
    pub time: Duration,
}

impl Default for ShrinkLimits {
    /// 400 simulations, five minutes.
    fn default() -> Self {
        Self {
            steps: 400,
            time: Duration::from_secs(300),
        }
    }
}

/// What is under way, for people.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A case is over.
    Case {
        seed: u64,
        operations: u64,
        cycles: u64,
    },
    /// A case has failed.
    Failed { seed: u64, failure: &'a Failure },
    /// It is being made smaller: simulations so far, operations left.
    Smaller {
        seed: u64,
        steps: u32,
        operations: usize,
    },
}

/// A failed case.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    pub seed: u64,
    pub class: &'static str,
    /// The first line of what is wrong.
    pub what: String,
    /// Simulations that made it smaller.
    pub steps: u32,
    /// Operations of the smallest case that fails.
    pub operations: usize,
    pub file: Option<PathBuf>,
    pub pcap: Option<PathBuf>,
}

/// What a search did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SearchReport {
    /// The NICs' Verilog by width, as the first 64 bits of its SHA-256.
    pub verilog: BTreeMap<u32, String>,
    /// Seeds that were run: from, to (not included).
    pub seeds: [u64; 2],
    pub cases: u64,
    pub operations: u64,
    pub bytes: u64,
    pub cycles: u64,
    pub spent: Spent,
    pub stops: u64,
    /// Runs in which frames found no room, so that the case was run again on a slower cable.
    pub slower: u64,
    /// Frames with a mark of congestion.
    pub marked: u64,
    /// Operations by what they do.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Operations by how they ended.
    pub ends: BTreeMap<String, u64>,
    pub frames: FrameCounts,
    pub found: Vec<Found>,
    /// What the summary's file holds now, or why it could not be written.
    pub summary: Option<String>,
    /// Wall-clock time.
    pub seconds: f64,
    pub operations_per_second: f64,
}

/// What all threads share.
struct Shared<'a, P> {
    next: u64,
    /// operations of all cases that were begun
    drawn: u64,
    /// cases that need not be run again
    done: BTreeMap<u64, u64>,
    summary: Option<Summary>,
    report: SearchReport,
    progress: &'a mut P,
}

/// Draws and runs cases until `options` say stop.
pub fn find(options: &SearchOptions, mut progress: impl FnMut(Progress) + Send) -> SearchReport {
    let start = Instant::now();
    let hash = |width| Some((width, nic_verilog_hash(width, Variant::Migratable)?));
    let widths = [64, 512].into_iter();
    let widths = widths.filter(|w| options.draw.width.is_none_or(|only| only == *w));
    let done = options.summary.as_ref().map(Summary::done);
    let done = done.unwrap_or_default();
    let shared = Mutex::new(Shared {
        next: options.seeds.start,
        drawn: done.values().sum(),
        done,
        summary: options.summary.clone(),
        report: SearchReport {
            verilog: widths.filter_map(hash).collect(),
            ..SearchReport::default()
        },
        progress: &mut progress,
    });
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            scope.spawn(|| while one(options, &shared) {});
        }
    });
    let shared = shared.into_inner().unwrap_or_else(|e| e.into_inner());
    let mut report = shared.report;
    report.summary = report.summary.or(shared.summary.map(|s| s.text()));
    report.seeds = [options.seeds.start, shared.next];
    report.found.sort_by_key(|found| found.seed);
    report.seconds = start.elapsed().as_secs_f64();
    report.operations_per_second = report.operations as f64 / report.seconds;
    report
}

/// Runs the next case; whether there was one.
fn one<P: FnMut(Progress) + Send>(options: &SearchOptions, shared: &Mutex<Shared<'_, P>>) -> bool {
    // a thread that panicked held nothing half-done
    let lock = || shared.lock().unwrap_or_else(|e| e.into_inner());
    let (seed, mut tree) = {
        let mut s = lock();
        while s.done.contains_key(&s.next) {
            s.next += 1;
        }
        let full = s.drawn >= options.operations || s.report.found.len() >= options.failures;
        if full || !options.seeds.contains(&s.next) {
            return false;
        }
        let seed = s.next;
        let Ok(tree) = draw(&options.draw, seed) else {
            return false;
        };
        s.next += 1;
        s.drawn += tree.current().operations.len() as u64;
        (seed, tree)
    };
    let result = guarded(&tree.current(), &Keep::default());
    match result {
        Ok(outcome) => {
            let mut s = lock();
            let (operations, cycles) = (outcome.operations, outcome.cycles);
            s.note(seed, None, [operations, outcome.bytes, cycles]);
            s.count(outcome);
            (s.progress)(Progress::Case {
                seed,
                operations,
                cycles,
            });
        }
        Err(failure) => {
            {
                let mut s = lock();
                let operations = tree.current().operations.len() as u64;
                s.note(seed, Some(failure.class), [operations, 0, failure.cycle]);
                (s.progress)(Progress::Failed {
                    seed,
                    failure: &failure,
                });
            }
            let steps = shrink(
                &mut tree,
                failure.class,
                options.shrink,
                |steps, operations| {
                    (lock().progress)(Progress::Smaller {
                        seed,
                        steps,
                        operations,
                    });
                },
            );
            let found = keep(options, seed, tree.smallest(), steps, &failure);
            let mut s = lock();
            s.report.cases += 1;
            s.report.found.push(found);
        }
    }
    true
}

impl<P> Shared<'_, P> {
    fn note(&mut self, seed: u64, failed: Option<Class>, numbers: [u64; 3]) {
        let failed = failed.map(Class::name);
        if let Some(summary) = &mut self.summary
            && let Err(why) = summary.note(seed, failed, numbers)
        {
            // the search is worth more than its file
            self.report.summary = Some(format!("{why}\n"));
            self.summary = None;
        }
    }

    fn count(&mut self, outcome: Outcome) {
        let r = &mut self.report;
        r.cases += 1;
        r.operations += outcome.operations;
        r.bytes += outcome.bytes;
        r.cycles += outcome.cycles;
        r.spent += outcome.spent;
        r.stops += outcome.stops;
        r.slower += outcome.slower;
        r.marked += outcome.marked;
        for (kind, count) in outcome.kinds {
            *r.kinds.entry(kind).or_default() += count;
        }
        for (end, count) in outcome.ends {
            *r.ends.entry(end).or_default() += count;
        }
        r.frames += outcome.frames;
    }
}

/// [`run`], of which not even a panic gets out.
pub fn guarded(case: &Case, keep: &Keep) -> Result<Outcome, Failure> {
    let result = catch_unwind(AssertUnwindSafe(|| run(case, keep))).unwrap_or_else(|why| {
        let text = why.downcast_ref::<String>().cloned();
        let text = text.or_else(|| why.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        Err(Failure {
            class: Class::Panic,
            cycle: 0,
            what: text.unwrap_or_default(),
        })
    });
    if let Err(failure) = &result {
        run::forget_capture(failure);
    }
    result
}

/// Makes a failed case smaller as long as it fails in the same way. Returns the simulations; the case is the tree's smallest.
pub fn shrink(
    tree: &mut CaseTree,
    class: Class,
    limits: ShrinkLimits,
    mut progress: impl FnMut(u32, usize),
) -> u32 {
    shrink_by(tree, limits, |case, steps, smallest| {
        progress(steps, smallest);
        guarded(case, &Keep::default()).is_err_and(|failure| failure.class == class)
    })
}

/// The same for any way to fail.
pub fn shrink_by(
    tree: &mut CaseTree,
    limits: ShrinkLimits,
    mut fails: impl FnMut(&Case, u32, usize) -> bool,
) -> u32 {
    let start = Instant::now();
    let mut steps = 0;
    let mut more = tree.simplify();
    while more && steps < limits.steps && start.elapsed() < limits.time {
        steps += 1;
        let smallest = tree.smallest().operations.len();
        more = match fails(&tree.current(), steps, smallest) {
            true => tree.simplify(),
            false => tree.complicate(),
        };
    }
    steps
}

/// Writes a failed case and its capture.
fn keep(options: &SearchOptions, seed: u64, case: &Case, steps: u32, failure: &Failure) -> Found {
    let stem = options.keep.join(format!("seed-{seed}"));
    let pcap = stem.with_extension("pcap");
    let file = stem.with_extension("toml");
    let _ = std::fs::create_dir_all(&options.keep);
    let again = guarded(
        case,
        &Keep {
            pcap: Some(pcap.clone()),
            lie: None,
        },
    );
    let failure = again.err().unwrap_or_else(|| failure.clone());
    let head = format!("seed {seed}, {steps} simulations\n{failure}");
    let written = case.write(&file, &head).is_ok();
    Found {
        seed,
        class: failure.class.name(),
        what: failure.what.lines().next().unwrap_or_default().to_owned(),
        steps,
        operations: case.operations.len(),
        file: written.then_some(file),
        pcap: pcap.exists().then_some(pcap),
    }
}
