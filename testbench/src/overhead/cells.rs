//! Cells: both NICs mapped by yosys, block by block.
//!
//! For ECP5 the flow is that of `roamnic synth` (and its results are shared with it), with the blocks inside the migration unit mapped apart to tell
//! them from each other; for Xilinx's 7 series yosys' own script. Blocks keep their boundaries, so that each can be counted.

use super::cache::{self, Key};
use super::purposes::Purposes;
use super::{OverheadError, OverheadOptions, OverheadReport, Say, verilog};
use crate::lab::Variant;
use crate::synth::{self, SynthError, SynthOptions};
use serde::{Deserialize, Serialize};
use sim_verilator::tools;
use std::collections::BTreeMap;
use std::ops::{AddAssign, Sub};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Cells of a block, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Look-up tables: LUT4 of ECP5, LUT1 to LUT6 of the 7 series.
    pub lut: i64,
    pub ff: i64,
    /// Block RAMs of 18 kbit.
    pub bram: i64,
    /// Distributed memories: DPR16X4; RAM32M, RAM64M and their like.
    pub ram: i64,
    /// Carry cells: CCU2C of two bits; CARRY4 of four.
    pub carry: i64,
}

impl Counts {
    /// Names of the columns.
    pub const COLUMNS: [&'static str; 5] = ["LUT", "FF", "BRAM", "distributed RAM", "carry"];

    /// In order of the columns.
    pub fn list(&self) -> [i64; 5] {
        [self.lut, self.ff, self.bram, self.ram, self.carry]
    }

    /// Nothing in it.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    fn add_cells(&mut self, kind: &str, count: i64) {
        match kind {
            "LUT1" | "LUT2" | "LUT3" | "LUT4" | "LUT5" | "LUT6" => self.lut += count,
            "TRELLIS_FF" | "FDRE" | "FDSE" | "FDCE" | "FDPE" => self.ff += count,
            "DP16KD" | "PDPW16KD" | "RAMB18E1" => self.bram += count,
            "RAMB36E1" => self.bram += 2 * count,
            "CCU2C" | "CARRY4" => self.carry += count,
            kind if kind.starts_with("RAM32") || kind.starts_with("RAM64") => self.ram += count,
            kind if kind.starts_with("RAM128") || kind == "TRELLIS_DPR16X4" => self.ram += count,
            _ => {}
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.lut += other.lut;
        self.ff += other.ff;
        self.bram += other.bram;
        self.ram += other.ram;
        self.carry += other.carry;
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            lut: self.lut - other.lut,
            ff: self.ff - other.ff,
            bram: self.bram - other.bram,
            ram: self.ram - other.ram,
            carry: self.carry - other.carry,
        }
    }
}

/// Cells by block; `unit/NAME` are inside the migration unit, and `unit` is the rest of it then.
pub type Blocks = BTreeMap<String, Counts>;

/// Both NICs on one technology.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellTable {
    pub technology: String,
    pub width: u32,
    pub tool: String,
    pub baseline: Blocks,
    pub migratable: Blocks,
    /// Frequencies in MHz of placements of the two, if they were placed.
    pub mhz: [Vec<f64>; 2],
}

/// Cells of a block or purpose in both NICs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellRow {
    pub name: String,
    pub baseline: Counts,
    pub migratable: Counts,
}

impl CellRow {
    /// What the migratable NIC has more.
    pub fn delta(&self) -> Counts {
        self.migratable - self.baseline
    }
}

impl CellTable {
    /// Every block of either NIC.
    pub fn blocks(&self) -> Vec<CellRow> {
        let names: std::collections::BTreeSet<&String> =
            self.baseline.keys().chain(self.migratable.keys()).collect();
        let of = |blocks: &Blocks, name: &String| blocks.get(name).copied().unwrap_or_default();
        let row = |name: &String| CellRow {
            name: name.clone(),
            baseline: of(&self.baseline, name),
            migratable: of(&self.migratable, name),
        };
        names.into_iter().map(row).collect()
    }

    /// Sum of all blocks.
    pub fn total(&self) -> CellRow {
        self.blocks().into_iter().fold(
            CellRow {
                name: "total".to_owned(),
                baseline: Counts::default(),
                migratable: Counts::default(),
            },
            |mut sum, row| {
                sum.baseline += row.baseline;
                sum.migratable += row.migratable;
                sum
            },
        )
    }

    /// What the blocks have more, by purpose, in the table's order.
    pub fn by_purpose(&self, purposes: &Purposes) -> Vec<(String, Counts)> {
        let mut sums: Vec<(String, Counts)> = purposes
            .all
            .iter()
            .map(|p| (p.name.clone(), Counts::default()))
            .collect();
        for row in self.blocks() {
            let purpose = purposes.of_block(&row.name);
            match sums.iter_mut().find(|(name, _)| name == purpose) {
                Some((_, sum)) => *sum += row.delta(),
                None => sums.push((purpose.to_owned(), row.delta())),
            }
        }
        sums
    }
}

/// Why cells cannot be counted.
#[derive(Debug, thiserror::Error)]
pub enum CellError {
    #[error(transparent)]
    Synth(#[from] SynthError),
    #[error("yosys ends with {status}; its last words are in {log}")]
    Failed {
        status: std::process::ExitStatus,
        log: PathBuf,
    },
    #[error("{path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is no statistics of yosys")]
    Report { path: PathBuf },
}

const TOP: &str = "roamnic";
const UNIT: &str = "unit";

/// Widths that are synthesised: the open boards' one.
const WIDTH: u32 = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Technology {
    Ecp5,
    Xc7,
}

impl Technology {
    fn name(self) -> &'static str {
        match self {
            Self::Ecp5 => "ECP5",
            Self::Xc7 => "Xilinx 7 series",
        }
    }

    fn command(self, top: &str) -> String {
        match self {
            Self::Ecp5 => format!("synth_ecp5 -abc9 -run begin:check -top {top}"),
            Self::Xc7 => {
                format!("synth_xilinx -family xc7 -noiopad -noclkbuf -run begin:check -top {top}")
            }
        }
    }
}

/// yosys as it is called here.
struct Yosys {
    program: PathBuf,
    version: String,
}

impl Yosys {
    /// The one that `YOSYS` names, or on `PATH`.
    fn find() -> Option<Self> {
        let chosen = std::env::var_os("YOSYS").map(PathBuf::from);
        let program = chosen.or_else(|| tools::on_path("yosys"))?;
        let output = Command::new(&program).arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let version = text.lines().next()?.trim().to_owned();
        Some(Self { program, version })
    }

    /// Maps `top` of `verilog`; modules right below `outer`s are kept apart. Kept by all that it depends on.
    fn map(
        &self,
        technology: Technology,
        verilog: &str,
        top: &str,
        outer: &[&str],
    ) -> Result<Blocks, CellError> {
        let keep: Vec<String> = outer.iter().map(|m| format!("{m}/c:* %M")).collect();
        let script = format!(
            "read_verilog -DSYNTHESIS netlist.v; hierarchy -check -top {top}; setattr -mod -set keep_hierarchy 1 {}; {}; tee -q -o stat.json stat -json",
            keep.join(" "),
            technology.command(top)
        );
        let key = Key::new().with(verilog).with(&script).with(&self.version);
        let name = format!("cells-{top}");
        if let Some(kept) = cache::load(&name, &key) {
            return Ok(kept);
        }
        let folder = cache::folder().join(format!("yosys-{top}-{}", std::process::id()));
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| CellError::Io { path, source }
        };
        std::fs::create_dir_all(&folder).map_err(io(&folder))?;
        let source = folder.join("netlist.v");
        std::fs::write(&source, verilog).map_err(io(&source))?;
        let log = folder.join("yosys.log");
        let file = std::fs::File::create(&log).map_err(io(&log))?;
        let errors = file.try_clone().map_err(io(&log))?;
        let status = Command::new(&self.program)
            .current_dir(&folder)
            .args(["-q", "-p", &script])
            .stdout(file)
            .stderr(errors)
            .status()
            .map_err(io(&self.program))?;
        if !status.success() {
            return Err(CellError::Failed { status, log });
        }
        let path = folder.join("stat.json");
        let text = std::fs::read_to_string(&path).map_err(io(&path))?;
        let blocks = count(&text, top, outer).ok_or(CellError::Report { path })?;
        std::fs::remove_dir_all(&folder).map_err(io(&folder))?;
        cache::store(&name, &key, &blocks);
        Ok(blocks)
    }
}

#[derive(Deserialize)]
struct Stat {
    modules: BTreeMap<String, Module>,
}

#[derive(Deserialize)]
struct Module {
    num_cells_by_type: BTreeMap<String, i64>,
    /// Newer releases list instances of modules apart.
    #[serde(default)]
    num_submodules_by_type: BTreeMap<String, i64>,
}

/// Cells of the modules below `top` in yosys' statistics; what is below one of `outer` is named after it.
fn count(text: &str, top: &str, outer: &[&str]) -> Option<Blocks> {
    // yosys 0.23 prints its hierarchy as plain text between the lines of its JSON
    let lines = text.lines();
    let json: String = lines
        .filter(|line| line.trim_start().starts_with(['{', '}', '"']))
        .collect();
    let stat: Stat = serde_json::from_str(&json).ok()?;
    let plain = |name: &str| name.trim_start_matches('\\').to_owned();
    let modules: BTreeMap<String, Module> = stat
        .modules
        .into_iter()
        .map(|(name, module)| (plain(&name), module))
        .collect();
    let mut blocks = Blocks::new();
    let mut open = vec![(top.to_owned(), top.to_owned(), 1)];
    while let Some((name, block, times)) = open.pop() {
        let module = modules.get(&name)?;
        let inside = module.num_cells_by_type.iter();
        for (kind, count) in inside.chain(&module.num_submodules_by_type) {
            let kind = plain(kind);
            if modules.contains_key(&kind) {
                let inner = match name.as_str() {
                    n if n == top => kind.clone(),
                    n if outer.contains(&n) => format!("{n}/{kind}"),
                    _ => block.clone(),
                };
                open.push((kind, inner, times * count));
            } else {
                let counts = blocks.entry(block.clone()).or_default();
                counts.add_cells(&kind, times * count);
            }
        }
    }
    Some(blocks)
}

/// Fills the report's tables; with `quick` only from kept results.
///
/// # Errors
/// A program of the flow failed.
pub(super) fn measure(
    options: &OverheadOptions,
    report: &mut OverheadReport,
    say: Say,
) -> Result<(), OverheadError> {
    let Some(yosys) = Yosys::find() else {
        let why = "cells: no yosys on PATH";
        say(why);
        report.skipped.push(why.to_owned());
        return Ok(());
    };
    report.tools.push(yosys.version.clone());
    for technology in [Technology::Ecp5, Technology::Xc7] {
        match table(technology, options, &yosys, say)? {
            Some(table) => report.cells.push(table),
            None => {
                let name = technology.name();
                let why = format!("cells of {name}: not kept for this Verilog, and slow to make");
                say(&why);
                report.skipped.push(why);
            }
        }
    }
    Ok(())
}

/// A table, kept by all that it depends on; none if only kept ones are wanted and there is none.
fn table(
    technology: Technology,
    options: &OverheadOptions,
    yosys: &Yosys,
    say: Say,
) -> Result<Option<CellTable>, OverheadError> {
    const VARIANTS: [Variant; 2] = [Variant::Baseline, Variant::Migratable];
    let placements = match technology {
        Technology::Ecp5 if !options.quick => options.placements,
        _ => 0,
    };
    let key = Key::new()
        .with(technology.command(TOP))
        .with(verilog(WIDTH, VARIANTS[0])?)
        .with(verilog(WIDTH, VARIANTS[1])?)
        .with(&yosys.version)
        .with(placements.to_le_bytes());
    if let Some(kept) = cache::load("cells", &key) {
        return Ok(Some(kept));
    }
    if options.quick {
        return Ok(None);
    }
    let mut sides = Vec::new();
    for variant in VARIANTS {
        say(&format!("{}: {variant} NIC", technology.name()));
        sides.push(match technology {
            Technology::Ecp5 => ecp5(variant, placements, yosys, say)?,
            Technology::Xc7 => (xc7(variant, yosys)?, Vec::new()),
        });
    }
    let [(baseline, slow), (migratable, fast)] = <[_; 2]>::try_from(sides).unwrap_or_default();
    let table = CellTable {
        technology: technology.name().to_owned(),
        width: WIDTH,
        tool: yosys.version.clone(),
        baseline,
        migratable,
        mhz: [slow, fast],
    };
    cache::store("cells", &key, &table);
    Ok(Some(table))
}

fn xc7(variant: Variant, yosys: &Yosys) -> Result<Blocks, OverheadError> {
    let outer: &[&str] = match variant {
        Variant::Baseline => &[TOP],
        Variant::Migratable => &[TOP, UNIT],
    };
    let text = verilog(WIDTH, variant)?;
    Ok(yosys.map(Technology::Xc7, &text, TOP, outer)?)
}

fn ecp5(
    variant: Variant,
    seeds: u32,
    yosys: &Yosys,
    say: Say,
) -> Result<(Blocks, Vec<f64>), OverheadError> {
    let synthesis = SynthOptions {
        width: WIDTH,
        variant,
        seeds,
    };
    let done = synth::run(synthesis, |begins| say(begins)).map_err(CellError::from)?;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let counts = |c: &synth::stat::Cells| Counts {
        lut: number(c.lut4),
        ff: number(c.ff),
        bram: number(c.dp16kd),
        ram: number(c.dpr16x4),
        carry: number(c.ccu2c),
    };
    let blocks = done.blocks.iter();
    let mut blocks: Blocks = blocks.map(|b| (b.name.clone(), counts(&b.cells))).collect();
    if variant == Variant::Migratable {
        let text = verilog(WIDTH, variant)?;
        let inside = yosys.map(Technology::Ecp5, &text, UNIT, &[UNIT])?;
        apart(&mut blocks, &inside);
    }
    Ok((blocks, done.seeds.iter().map(|seed| seed.mhz).collect()))
}

/// Splits the migration unit into the blocks inside it, which were mapped apart; the machine is what is left of the whole.
fn apart(blocks: &mut Blocks, inside: &Blocks) {
    let mut machine = blocks.get(UNIT).copied().unwrap_or_default();
    for (name, counts) in inside.iter().filter(|(name, _)| *name != UNIT) {
        machine = machine - *counts;
        blocks.insert(format!("{UNIT}/{name}"), *counts);
    }
    blocks.insert(UNIT.to_owned(), machine);
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = r#"{
   "modules": {
      "\\top": {
         "num_cells_by_type": {
            "LUT6": 3,
            "unit": 1,
            "leaf": 2
         }
      },
      "\\unit": {
         "num_cells_by_type": {
            "FDRE": 5,
            "leaf": 1
         }
      },
      "\\leaf": {
         "num_cells_by_type": {
            "RAMB36E1": 1,
            "CARRY4": 4
         }
      }
   }
   leaf   1
}"#;

    #[test]
    fn counts_by_block_and_inside_the_unit() {
        let blocks = count(STAT, "top", &["top", "unit"]).expect("well-formed");
        let of = |name: &str| blocks[name];
        assert_eq!((of("top").lut, of("unit").ff), (3, 5));
        assert_eq!((of("leaf").bram, of("leaf").carry), (4, 8));
        assert_eq!((of("unit/leaf").bram, of("unit/leaf").carry), (2, 4));
    }

    #[test]
    fn table_splits_its_difference_by_purpose() {
        let counts = |lut| Counts {
            lut,
            ..Counts::default()
        };
        let table = CellTable {
            technology: String::new(),
            width: 64,
            tool: String::new(),
            baseline: Blocks::from([("dispatch".to_owned(), counts(100))]),
            migratable: Blocks::from([
                ("dispatch".to_owned(), counts(110)),
                ("unit".to_owned(), counts(50)),
                ("unit/pager".to_owned(), counts(20)),
            ]),
            mhz: [vec![], vec![]],
        };
        let purposes = Purposes::load().unwrap();
        let by_purpose = table.by_purpose(&purposes);
        let of = |name: &str| {
            by_purpose
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, c)| c.lut)
        };
        assert_eq!(of("packet path"), Some(10));
        assert_eq!(of("messages"), Some(50));
        assert_eq!(of("dump and restore"), Some(20));
        assert_eq!(table.total().delta().lut, 80);
    }

    #[test]
    fn apart_leaves_the_rest_to_the_machine() {
        let counts = |lut| Counts {
            lut,
            ..Counts::default()
        };
        let mut blocks = Blocks::from([("unit".to_owned(), counts(50))]);
        let inside = Blocks::from([
            ("unit".to_owned(), counts(31)),
            ("pager".to_owned(), counts(20)),
        ]);
        apart(&mut blocks, &inside);
        assert_eq!(blocks["unit"].lut, 30);
        assert_eq!(blocks["unit/pager"].lut, 20);
    }
}
