//! `roamnic faults`: rules of a reliable connection under faults that were chosen, checked against the captures alone.
//!
//! A [`Scenario`] says what two hosts do and what the cable does to which packet: "the second READ response with PSN 3 of connection 0
//! vanishes". Two Verilated NICs play it while both ends of the cable are captured. Then [`check`] reads the captures and the
//! counters, nothing else, and says which rule was broken by whom in which frame. The checkers share nothing with the NIC but the
//! numbers of opcodes, and nothing with the reference model.
//!
//! Read [`scenario`] for what a file may say, [`check`] for the rules, [`run`] for how a scenario goes.

pub mod check;
mod report;
mod rules;
pub mod scenario;
mod stage;
mod tape;

pub use check::{Checker, Evidence, Finding};
pub use report::{ScenarioReport, table};
pub(crate) use rules::mark;
pub use rules::{Fate, Rules};
pub use scenario::Scenario;
pub use stage::{Counts, Played};
pub use tape::{Flow, Frame, Step, Tape};

use crate::lab::{LabError, LabOptions};
use crate::net::{CaptureError, LinkConfig};
use crate::replay::ScenarioError;
use sim_verilator::paths;
use std::path::{Path, PathBuf};

/// How a scenario is played.
#[derive(Clone, Debug)]
pub struct FaultOptions {
    /// Bits of the NICs' data path.
    pub width: u32,
    /// Fixes everything that the scenario leaves open.
    pub seed: u64,
    /// The scenario's file.
    pub scenario: PathBuf,
    /// Where the captures of both hosts go.
    pub captures: [PathBuf; 2],
}

/// Why a scenario cannot be played or judged.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// There is no folder of scenarios.
    #[error("cannot list the scenarios in {path}")]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// Plays a scenario and judges it.
///
/// # Errors
/// [`FaultError`]. That a rule was broken is not one: see [`ScenarioReport::is_good`].
pub fn run(options: &FaultOptions) -> Result<ScenarioReport, FaultError> {
    let scenario = Scenario::read(&options.scenario)?;
    let played = play(&scenario, options)?;
    let evidence = Evidence::read(&scenario, &played, &options.captures)?;
    let findings = check::all(&evidence);
    Ok(ScenarioReport::new(options, &evidence, &played, findings))
}

/// Only plays it.
///
/// # Errors
/// [`FaultError`].
pub fn play(scenario: &Scenario, options: &FaultOptions) -> Result<Played, FaultError> {
    stage::play(scenario, lab(options), &options.captures)
}

/// Two hosts on a cable that is slow enough for either NIC to take every frame.
fn lab(options: &FaultOptions) -> LabOptions {
    let lab = LabOptions::new(options.width, options.seed);
    LabOptions {
        link: LinkConfig {
            cycles_per_beat: 2 + u64::from(options.width) / 64,
            ..lab.link
        },
        ..lab
    }
}

/// The scenarios that come with this program, in order of their names.
///
/// # Errors
/// [`FaultError::Folder`].
pub fn shipped() -> Result<Vec<PathBuf>, FaultError> {
    let folder = paths::workspace_root().join("testbench/data/faults");
    let failed = |source| FaultError::Folder {
        path: folder.clone(),
        source,
    };
    let entries = std::fs::read_dir(&folder).map_err(failed)?;
    let mut files = entries
        .map(|e| e.map(|e| e.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    files.retain(|path| path.extension().is_some_and(|x| x == "toml"));
    files.sort();
    Ok(files)
}

/// A scenario's name: that of its file.
pub fn name(scenario: &Path) -> String {
    scenario
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}
