//! The verdicts of a run as they come, so that an interrupted one goes on where it was, and a deeper one begins where a shallower ended.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::drawn::Drawn;
use super::record::Row;

/// Lines of JSON below the run's folder, named for the Verilog they are of.
pub struct Journal {
    path: PathBuf,
    rows: BTreeMap<u16, Row>,
}

impl Journal {
    /// Of the mutants `drawn`; `fresh` begins a new one.
    pub fn open(drawn: &Drawn, fresh: bool) -> Result<Self> {
        let mut hash = Sha256::new();
        for file in fs::read_dir(&drawn.folder).context("the mutants' folder")? {
            let path = file.context("the mutants' folder")?.path();
            if path.extension().is_some_and(|e| e == "v") {
                hash.update(fs::read(&path).with_context(|| path.display().to_string())?);
            }
        }
        let name: String = hash.finalize()[..8]
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let path = drawn.folder.join(format!("{name}.jsonl"));
        let mut journal = Self {
            path,
            rows: BTreeMap::new(),
        };
        if fresh {
            for path in [&journal.path, &journal.survey()] {
                if path.exists() {
                    fs::remove_file(path).with_context(|| path.display().to_string())?;
                }
            }
        }
        let text = fs::read_to_string(&journal.path).unwrap_or_default();
        // the last line may be cut off
        let rows = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Row>(line).ok());
        journal.rows = rows.map(|row| (row.number, row)).collect();
        Ok(journal)
    }

    /// The verdicts so far.
    pub fn rows(&self) -> Vec<Row> {
        self.rows.values().cloned().collect()
    }

    /// Whether there was one on this mutant when the journal was opened.
    pub fn has(&self, number: u16) -> bool {
        self.rows.contains_key(&number)
    }

    /// Adds a verdict.
    pub fn put(&self, row: &Row) -> Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)?;
        writeln!(file, "{}", serde_json::to_string(row)?).context("the journal")
    }

    /// Where what is known of the tests goes.
    pub fn survey(&self) -> PathBuf {
        self.path.with_extension("survey")
    }
}
