//! `roamnic overhead`: what it costs a NIC that its connections can migrate.
//!
//! Both NICs, with and without migration, come from one source. [`cycles`] compares them event by event under the same traffic; [`cells`] and
//! [`lines`] say how much larger the hardware and its source are, block by block and by purpose; [`moving`] measures what a migration takes, and [`others`] what the means
//! that exist already would take instead. [`report`] shows it all. Whatever takes long is kept ([`cache`]). Read [`run`] first.

pub mod cache;
pub mod cells;
pub mod cycles;
pub mod lines;
pub mod moving;
pub mod others;
pub mod penalty;
pub mod purposes;
pub mod report;
pub mod trace;
pub mod traffic;

use crate::lab::{LabError, ModelLoadError, Variant, nic_library, nic_verilog};
use cache::Key;
use cells::CellTable;
use cycles::{CycleResult, Pair};
use fpga_flow::FlowError;
use lines::{LineError, LineTable};
use moving::MoveCost;
use others::Others;
use purposes::PurposeError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sim_verilator::{BuildError, BuildOptions, Library};
use std::collections::BTreeMap;
use traffic::TrafficError;

/// A part of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Cycles,
    Migration,
    Others,
    Lines,
    Cells,
}

/// What is measured.
#[derive(Clone, Debug)]
pub struct OverheadOptions {
    pub parts: Vec<Part>,
    /// Bits of the data paths.
    pub widths: Vec<u32>,
    /// Fixes everything.
    pub seed: u64,
    /// Little traffic, few queue pairs, and cells only as far as they are known already.
    pub quick: bool,
    /// Only programmes of this many queue pairs.
    pub qps: Option<usize>,
    /// The migratable NIC is made one cycle slower, and must be found out.
    pub penalty: bool,
    /// Placements of the ECP5 netlists, whose median frequency counts; none: no placement.
    pub placements: u32,
    /// Kept results are not looked at.
    pub fresh: bool,
}

/// Everything that has been measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OverheadReport {
    pub seed: u64,
    pub quick: bool,
    pub penalty: bool,
    /// SHA-256 of each Verilog file by its name.
    pub verilog: BTreeMap<String, String>,
    /// Versions of programs.
    pub tools: Vec<String>,
    #[serde(default)]
    pub cycles: Vec<CycleResult>,
    #[serde(default)]
    pub migration: Vec<MoveCost>,
    pub others: Option<Others>,
    pub lines: Option<LineTable>,
    #[serde(default)]
    pub cells: Vec<CellTable>,
    /// What was left out, and why.
    #[serde(default)]
    pub skipped: Vec<String>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum OverheadError {
    #[error(transparent)]
    Model(#[from] ModelLoadError),
    #[error("cannot build the slower NIC")]
    Penalty(#[from] BuildError),
    /// The slower NIC cannot be made of this Verilog.
    #[error("the {0}-bit NIC's Verilog has no top module that can be made slower")]
    NoTop(u32),
    #[error("{what}: {source}")]
    Traffic { what: String, source: TrafficError },
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error(transparent)]
    Lines(#[from] LineError),
    #[error(transparent)]
    Cells(#[from] FlowError),
    #[error(transparent)]
    Purposes(#[from] PurposeError),
    #[error("{path}: {source}")]
    Io {
        path: std::path::PathBuf,
        source: std::io::Error,
    },
}

/// Told what begins, or what has come out.
pub type Say<'a> = &'a mut dyn FnMut(&str);

/// Measures; kept results are taken as they are.
///
/// # Errors
/// [`OverheadError`]. A difference between the NICs is no error but a result.
pub fn run(options: &OverheadOptions, say: Say) -> Result<OverheadReport, OverheadError> {
    let mut report = OverheadReport {
        seed: options.seed,
        quick: options.quick,
        penalty: options.penalty,
        ..OverheadReport::default()
    };
    for &width in &options.widths {
        for variant in [Variant::Baseline, Variant::Migratable] {
            let path = nic_verilog(width, variant);
            let text = verilog(width, variant)?;
            let hash = Sha256::digest(&text);
            let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            report.verilog.insert(name.into_owned(), hash);
        }
    }
    report.tools.extend(
        sim_verilator::tools::verilator()
            .map(|v| v.identity.clone())
            .ok(),
    );
    report.note_what_is_left_out(options);
    for part in &options.parts {
        match part {
            Part::Cycles => {
                for &width in &options.widths {
                    report.cycles.extend(compare(options, width, say)?);
                }
            }
            Part::Migration => report.migration = moving::measure(options, say)?,
            Part::Others => report.others = Some(others::measure(options, say)?),
            Part::Lines => report.lines = Some(lines::count()?),
            Part::Cells => cells::measure(options, &mut report, say)?,
        }
    }
    Ok(report)
}

/// A committed netlist.
fn verilog(width: u32, variant: Variant) -> Result<String, OverheadError> {
    let path = nic_verilog(width, variant);
    std::fs::read_to_string(&path).map_err(|source| OverheadError::Io { path, source })
}

/// The key of results that were simulated with both NICs of a width.
fn simulated(options: &OverheadOptions, width: u32, own: &[&str]) -> Result<Key, OverheadError> {
    Ok(Key::new()
        .with(verilog(width, Variant::Baseline)?)
        .with(verilog(width, Variant::Migratable)?)
        .with(options.seed.to_le_bytes())
        .with_sources(own))
}

/// The two NICs of a width.
///
/// # Errors
/// No Verilog or no tools.
pub fn pair(width: u32, penalty: bool) -> Result<Pair, OverheadError> {
    let migratable = match penalty {
        false => nic_library(width, Variant::Migratable, false)?,
        true => {
            let text = verilog(width, Variant::Migratable)?;
            let slower = penalty::one_cycle(&text).ok_or(OverheadError::NoTop(width))?;
            Library::build(&slower, "roamnic", &BuildOptions::speed())?
        }
    };
    Ok(Pair {
        baseline: nic_library(width, Variant::Baseline, false)?,
        migratable,
    })
}

fn compare(
    options: &OverheadOptions,
    width: u32,
    say: Say,
) -> Result<Vec<CycleResult>, OverheadError> {
    let mut results = Vec::new();
    let mut programmes = cycles::programmes(width, options.quick);
    programmes.retain(|p| options.qps.is_none_or(|qps| p.place.qps == qps));
    let key = simulated(
        options,
        width,
        &["cycles.rs", "trace.rs", "traffic.rs", "penalty.rs"],
    )?;
    let mut nics = None;
    let count = programmes.len();
    for (k, programme) in programmes.iter().enumerate() {
        let name = format!("{}: {} cases", programme.place, programme.cases.len());
        say(&format!("{}/{count} {name}", k + 1));
        let key = key
            .clone()
            .with(serde_json::to_string(programme).unwrap_or_default())
            .with([u8::from(options.penalty)]);
        let kept = (!options.fresh)
            .then(|| cache::load("cycles", &key))
            .flatten();
        if let Some(kept) = kept {
            let kept: Vec<CycleResult> = kept;
            results.extend(kept);
            continue;
        }
        let nics = match &mut nics {
            Some(nics) => nics,
            none => none.insert(pair(width, options.penalty)?),
        };
        let done = cycles::compare(programme, nics, options.seed, |result| {
            if let Some(difference) = &result.difference {
                say(&format!("  {}: differ\n{difference}", result.case));
            }
        });
        let done = done.map_err(|source| OverheadError::Traffic { what: name, source })?;
        cache::store("cycles", &key, &done);
        let differ = done.iter().any(|result| result.difference.is_some());
        results.extend(done);
        if differ && options.penalty {
            // that it is noticed is all that is asked for
            break;
        }
    }
    Ok(results)
}

/// The parts as remarks on them begin.
const NAMES: [(Part, &str); 5] = [
    (Part::Cycles, "cycles"),
    (Part::Migration, "migration"),
    (Part::Others, "other means"),
    (Part::Lines, "lines"),
    (Part::Cells, "cells"),
];
/// The remark on a part that was left out.
const NOT_ASKED: &str = ": not asked for";

impl OverheadReport {
    /// This report with the parts that it was not asked for out of an earlier one, if that has them of the same Verilog and seed; of migrations, also the rows of widths
    /// that it was not asked for.
    #[must_use]
    pub fn completed_by(mut self, earlier: Self) -> Self {
        let same = |(name, hash): (&String, &String)| {
            let known = self.verilog.get(name);
            known.is_none_or(|known| known == hash)
        };
        let special = |report: &Self| report.quick || report.penalty;
        if special(&self) || special(&earlier) || self.seed != earlier.seed {
            return self;
        }
        if !earlier.verilog.iter().all(same) {
            return self;
        }
        for (part, name) in NAMES {
            let not_asked = format!("{name}{NOT_ASKED}");
            let remark = |text: &String| text.starts_with(&format!("{name}:"));
            if !self.skipped.contains(&not_asked) || earlier.skipped.contains(&not_asked) {
                continue;
            }
            self.skipped.retain(|text| !remark(text));
            let remarks = earlier.skipped.iter().filter(|text| remark(text));
            self.skipped.extend(remarks.cloned());
            match part {
                Part::Cycles => self.cycles = earlier.cycles.clone(),
                Part::Migration => self.migration = earlier.migration.clone(),
                Part::Others => self.others = earlier.others.clone(),
                Part::Lines => self.lines = earlier.lines.clone(),
                Part::Cells => self.cells = earlier.cells.clone(),
            }
        }
        let widths: Vec<u32> = self.migration.iter().map(|m| m.width).collect();
        let others = earlier.migration.iter();
        let others = others.filter(|m| !widths.contains(&m.width)).cloned();
        self.migration.extend(others);
        self.migration.sort_by_key(|m| m.width);
        self.verilog.extend(earlier.verilog);
        for tool in earlier.tools {
            if !self.tools.contains(&tool) {
                self.tools.push(tool);
            }
        }
        self
    }

    fn note_what_is_left_out(&mut self, options: &OverheadOptions) {
        for (part, name) in NAMES {
            if !options.parts.contains(&part) {
                self.skipped.push(format!("{name}{NOT_ASKED}"));
            }
        }
        if let Some(qps) = options.qps {
            let why = format!("cycles: only traffic over {qps} QPs was asked for");
            self.skipped.push(why);
        }
    }

    /// No trace differs and nothing was expected to.
    pub fn is_good(&self) -> bool {
        self.cycles.iter().all(|result| result.difference.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(skipped: &[&str], hash: &str) -> OverheadReport {
        OverheadReport {
            seed: 1,
            verilog: BTreeMap::from([("nic.v".to_owned(), hash.to_owned())]),
            tools: vec!["tool".to_owned()],
            skipped: skipped.iter().map(|text| (*text).to_owned()).collect(),
            ..OverheadReport::default()
        }
    }

    fn table() -> CellTable {
        let none = cells::Blocks::new();
        CellTable {
            technology: "some".to_owned(),
            width: 64,
            tool: String::new(),
            baseline: none.clone(),
            migratable: none,
            mhz: [vec![], vec![]],
        }
    }

    #[test]
    fn report_keeps_the_parts_that_were_not_asked_for() {
        let mut earlier = report(&["cycles: not asked for", "cells: only some"], "1");
        earlier.cells = vec![table()];
        let new = report(&["cycles: not asked for", "cells: not asked for"], "1");
        let kept = new.clone().completed_by(earlier.clone());
        assert_eq!(kept.cells.len(), 1);
        assert_eq!(kept.skipped, ["cycles: not asked for", "cells: only some"]);
        assert_eq!(kept.tools, ["tool"]);
        // what was measured anew stays
        let asked = report(&["cycles: not asked for"], "1").completed_by(earlier.clone());
        assert!(asked.cells.is_empty());
        // but what another width takes
        let row = |width| MoveCost {
            width,
            qps: 1,
            loaded: false,
            phases: None,
            device_qps: 64,
        };
        earlier.migration = vec![row(64), row(512)];
        let mut narrow = report(&[], "1");
        narrow.migration = vec![row(64)];
        let rows = narrow.completed_by(earlier.clone()).migration;
        assert_eq!(rows, [row(64), row(512)]);
        // and nothing comes from another Verilog
        earlier.verilog = report(&[], "2").verilog;
        assert_eq!(new.clone().completed_by(earlier), new);
    }
}
