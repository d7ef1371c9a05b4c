//! What long searches have run, a line a case in a file that grows: so a search goes on where it ended, and anyone can add up what it did.

use super::draw::DrawOptions;
use crate::lab::{Variant, nic_verilog_hash};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Revision of the reference model and of the search: the first 64 bits of the SHA-256 over their sources (`build.rs`).
pub const JUDGE_REVISION: &str = env!("JUDGE_REVISION");

/// How a case ended that the summary counts.
const GOOD: &str = "good";

/// A case that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seed: u64,
    /// `good`, or the class of the failure
    end: String,
    operations: u64,
    bytes: u64,
    cycles: u64,
    #[serde(flatten)]
    program: Program,
}

/// What ran it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Program {
    /// the NIC's Verilog: the first 64 bits of its SHA-256
    verilog: String,
    /// see [`JUDGE_REVISION`]
    judge: String,
    width: u32,
    max_size: u32,
    stops: usize,
}

/// Why a summary cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SummaryError {
    /// Its seeds are of one width each.
    #[error("a summary is of one width: give --width 64 or --width 512")]
    Width,
    /// There is no Verilog to run.
    #[error("cannot read the Verilog of the {0}-bit NIC")]
    Verilog(u32),
    /// The file is there, and cannot be read or written.
    #[error("cannot use {path}")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// Somebody else's file.
    #[error("line {line} of {path} is not of a summary: {why}")]
    Line {
        path: PathBuf,
        line: usize,
        why: String,
    },
}

/// A summary's file, as one search uses it.
#[derive(Clone, Debug)]
pub struct Summary {
    path: PathBuf,
    program: Program,
    lines: Vec<Line>,
}

impl Summary {
    /// Reads what is there.
    ///
    /// # Errors
    /// [`SummaryError`].
    pub fn open(path: &Path, draw: &DrawOptions) -> Result<Self, SummaryError> {
        let width = draw.width.ok_or(SummaryError::Width)?;
        let verilog =
            nic_verilog_hash(width, Variant::Migratable).ok_or(SummaryError::Verilog(width))?;
        let text = match std::fs::read_to_string(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            other => other.map_err(|source| file_error(path, source))?,
        };
        let line = |(k, text): (usize, &str)| {
            serde_json::from_str(text).map_err(|why| SummaryError::Line {
                path: path.to_owned(),
                line: k + 1,
                why: why.to_string(),
            })
        };
        Ok(Self {
            path: path.to_owned(),
            program: Program {
                verilog,
                judge: JUDGE_REVISION.to_owned(),
                width,
                max_size: draw.max_size,
                stops: draw.stops,
            },
            lines: text
                .lines()
                .enumerate()
                .map(line)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The case is one of this search's: the judge may have been another, but not the NIC, nor what is drawn.
    fn is_ours(&self, line: &Line) -> bool {
        let program = Program {
            judge: line.program.judge.clone(),
            ..self.program.clone()
        };
        line.program == program
    }

    /// Good cases of this search, whoever judged them: each seed once, with its operations.
    pub fn done(&self) -> BTreeMap<u64, u64> {
        let good = |line: &&Line| line.end == GOOD && self.is_ours(line);
        let done = self.lines.iter().filter(good);
        done.map(|line| (line.seed, line.operations)).collect()
    }

    /// Notes a case: `None` if it was good.
    ///
    /// # Errors
    /// [`SummaryError::File`].
    pub(super) fn note(
        &mut self,
        seed: u64,
        failed: Option<&str>,
        [operations, bytes, cycles]: [u64; 3],
    ) -> Result<(), SummaryError> {
        let line = Line {
            seed,
            end: failed.unwrap_or(GOOD).to_owned(),
            operations,
            bytes,
            cycles,
            program: self.program.clone(),
        };
        let text = serde_json::to_string(&line).map_err(std::io::Error::from);
        let write = |text: String| {
            let mut file = OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.path)?;
            file.write_all((text + "\n").as_bytes())
        };
        text.and_then(write)
            .map_err(|e| file_error(&self.path, e))?;
        self.lines.push(line);
        Ok(())
    }

    /// All that the file says of this search, by judge.
    pub fn text(&self) -> String {
        let mut all = String::new();
        let ours: Vec<&Line> = self.lines.iter().filter(|l| self.is_ours(l)).collect();
        let judges: BTreeSet<&str> = ours.iter().map(|l| l.program.judge.as_str()).collect();
        for judge in judges {
            let lines = ours.iter().filter(|l| l.program.judge == judge);
            let (good, bad): (Vec<&Line>, Vec<&Line>) = lines.copied().partition(|l| l.end == GOOD);
            let seeds: BTreeMap<u64, u64> = good.iter().map(|l| (l.seed, l.operations)).collect();
            let operations: u64 = seeds.values().sum();
            let failed: BTreeSet<u64> = bad.iter().map(|l| l.seed).collect();
            all += &format!(
                "judge {judge}: {operations} operations in {} good cases, seeds {}; failed {failed:?}\n",
                seeds.len(),
                ranges(
                    seeds
                        .keys()
                        .copied()
                        .chain(failed.iter().copied())
                        .collect()
                )
            );
        }
        let done = self.done();
        let operations: u64 = done.values().sum();
        let Program { verilog, width, .. } = &self.program;
        all + &format!(
            "together: {operations} operations in {} good cases, Verilog of {width} bits {verilog}\n",
            done.len()
        )
    }
}

fn file_error(path: &Path, source: std::io::Error) -> SummaryError {
    SummaryError::File {
        path: path.to_owned(),
        source,
    }
}

/// Seeds as ranges, both ends included.
fn ranges(seeds: BTreeSet<u64>) -> String {
    let mut all: Vec<[u64; 2]> = Vec::new();
    for seed in seeds {
        match all.last_mut() {
            Some([_, last]) if *last + 1 == seed => *last = seed,
            _ => all.push([seed, seed]),
        }
    }
    let one = |[from, to]: &[u64; 2]| format!("{from} to {to}");
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_counts_each_good_seed_once_whoever_judged_it() {
        let name = format!("summary-{}.jsonl", std::process::id());
        let path = std::env::temp_dir().join(name);
        let draw = DrawOptions {
            width: Some(64),
            ..DrawOptions::default()
        };
        let mut first = Summary::open(&path, &draw).unwrap();
        first.program.judge = "another".to_owned();
        first.note(7, None, [10, 1, 2]).unwrap();
        first.note(8, Some("difference"), [11, 0, 0]).unwrap();
        let mut second = Summary::open(&path, &draw).unwrap();
        assert_eq!(second.done(), BTreeMap::from([(7, 10)]));
        second.note(7, None, [10, 1, 2]).unwrap();
        second.note(8, None, [11, 1, 2]).unwrap();
        let text = Summary::open(&path, &draw).unwrap().text();
        let other = DrawOptions {
            stops: draw.stops + 1,
            ..draw
        };
        let stopped = Summary::open(&path, &other).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(
            text.contains("together: 21 operations in 2 good cases"),
            "{text}"
        );
        assert!(
            text.contains("judge another: 10 operations in 1 good cases, seeds 7 to 8; failed {8}"),
            "{text}"
        );
        assert!(stopped.done().is_empty());
    }

    #[test]
    fn summary_of_something_else_bad_flow() {
        let name = format!("no-summary-{}.jsonl", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, "{\"seed\": 1}\n").unwrap();
        let draw = DrawOptions {
            width: Some(64),
            ..DrawOptions::default()
        };
        let refused = Summary::open(&path, &draw);
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(refused, Err(SummaryError::Line { line: 1, .. })));
        let both = DrawOptions {
            width: None,
            ..draw
        };
        assert!(matches!(
            Summary::open(&path, &both),
            Err(SummaryError::Width)
        ));
    }
}
