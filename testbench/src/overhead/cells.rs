//! Cells: both NICs mapped by yosys, block by block.
//!
//! For ECP5 the flow is that of `roamnic synth` (and its results are shared with it), with the blocks inside the migration unit mapped apart to tell
//! them from each other; for Xilinx's 7 series yosys' own script. Blocks keep their boundaries, so that each can be counted.

use super::cache::{self, Key};
use super::purposes::{MACHINE, Purposes};
use super::{OverheadError, OverheadOptions, OverheadReport, Say, verilog};
use crate::lab::Variant;
use crate::synth::{self, SynthOptions};
use fpga_flow::yosys::{self, CARRY, ENDS, put_maps};
use fpga_flow::{FlowError, Stat, Tool, Workspace};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::{AddAssign, Sub};

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
    /// Frequencies in MHz of placements of the two with 16 queue pairs, not routed, if they were placed: with 64, the migratable one has more block RAMs than the chip.
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

    /// What the blocks have more, by purpose, in the table's order; the machine is shared out by lines of program.
    pub fn by_purpose(&self, purposes: &Purposes) -> Vec<(String, Counts)> {
        let mut sums: Vec<(String, Counts)> = purposes
            .all
            .iter()
            .map(|p| (p.name.clone(), Counts::default()))
            .collect();
        let mut machine = Counts::default();
        for row in self.blocks() {
            let purpose = purposes.of_block(&row.name);
            match sums.iter_mut().find(|(name, _)| name == purpose) {
                Some((_, sum)) => *sum += row.delta(),
                None if purpose == MACHINE => machine += row.delta(),
                None => sums.push((purpose.to_owned(), row.delta())),
            }
        }
        let shares = machine.list().map(|count| purposes.share_out(count));
        for (k, (_, sum)) in sums.iter_mut().take(purposes.all.len()).enumerate() {
            let [lut, ff, bram, ram, carry] = shares.each_ref().map(|shares| shares[k]);
            *sum += Counts {
                lut,
                ff,
                bram,
                ram,
                carry,
            };
        }
        sums
    }
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
            Self::Ecp5 => yosys::ecp5(top),
            Self::Xc7 => yosys::xc7(top, false),
        }
    }
}

/// Maps `top` of `verilog` unless that has been done; modules right below `outer`s are kept apart.
fn map(
    yosys: &Tool,
    technology: Technology,
    verilog: &str,
    top: &str,
    outer: &[&str],
) -> Result<Blocks, FlowError> {
    let script = format!(
        "read_verilog -DSYNTHESIS netlist.v; hierarchy -check -top {top}; {}; {}; tee -q -o stat.json.part stat -json",
        yosys::keep(outer),
        technology.command(top)
    );
    let [carry, ends] = [CARRY.1, ENDS.1];
    let parts = [verilog, &script, carry, ends, &yosys.version];
    let workspace = Workspace::open("cells", &format!("{top}-"), &parts)?;
    put_maps(&workspace)?;
    workspace.put("netlist.v", verilog)?;
    workspace.step(yosys, "stat.json", "yosys.log", &["-q", "-p", &script])?;
    count(&Stat::load(&workspace, "stat.json")?, top, outer)
}

/// Cells of the modules below `top`; what is below one of `outer` is named after it.
fn count(stat: &Stat, top: &str, outer: &[&str]) -> Result<Blocks, FlowError> {
    let mut blocks = Blocks::new();
    stat.walk(top, outer, |block, kind, count| {
        let counts = blocks.entry(block.to_owned()).or_default();
        counts.add_cells(kind, i64::try_from(count).unwrap_or(i64::MAX));
    })?;
    Ok(blocks)
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
    let yosys = match Tool::yosys() {
        Ok(yosys) => yosys,
        Err(error) => {
            let why = format!("cells: {error}");
            say(&why);
            report.skipped.push(why);
            return Ok(());
        }
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
    yosys: &Tool,
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
        .with(&yosys.version);
    let mhz = match placements {
        0 => Default::default(),
        seeds => frequencies(seeds, say)?,
    };
    if let Some(kept) = cache::load::<CellTable>("cells", &key) {
        return Ok(Some(CellTable { mhz, ..kept }));
    }
    if options.quick {
        return Ok(None);
    }
    let mut sides = Vec::new();
    for variant in VARIANTS {
        say(&format!("{}: {variant} NIC", technology.name()));
        sides.push(match technology {
            Technology::Ecp5 => ecp5(variant, yosys)?,
            Technology::Xc7 => xc7(variant, yosys)?,
        });
    }
    let [baseline, migratable] = <[_; 2]>::try_from(sides).unwrap_or_default();
    let table = CellTable {
        technology: technology.name().to_owned(),
        width: WIDTH,
        tool: yosys.version.clone(),
        baseline,
        migratable,
        mhz: Default::default(),
    };
    cache::store("cells", &key, &table);
    Ok(Some(CellTable { mhz, ..table }))
}

/// See [`CellTable::mhz`]; placements are kept by the flow itself.
fn frequencies(seeds: u32, say: Say) -> Result<[Vec<f64>; 2], OverheadError> {
    let mut both = [Vec::new(), Vec::new()];
    for (variant, mhz) in [Variant::Qps16Baseline, Variant::Qps16]
        .into_iter()
        .zip(&mut both)
    {
        let options = SynthOptions {
            width: WIDTH,
            variant,
            seeds,
            routed: false,
        };
        let seeds = synth::placements(options, |begins| say(&format!("{variant}: {begins}")))?;
        *mhz = seeds.iter().filter_map(|s| s.placed.mhz).collect();
    }
    Ok(both)
}

fn xc7(variant: Variant, yosys: &Tool) -> Result<Blocks, OverheadError> {
    let outer: &[&str] = match variant {
        Variant::Baseline => &[TOP],
        _ => &[TOP, UNIT],
    };
    let text = verilog(WIDTH, variant)?;
    Ok(map(yosys, Technology::Xc7, &text, TOP, outer)?)
}

fn ecp5(variant: Variant, yosys: &Tool) -> Result<Blocks, OverheadError> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let counts = |c: &synth::stat::Cells| Counts {
        lut: number(c.lut4),
        ff: number(c.ff),
        bram: number(c.dp16kd),
        ram: number(c.dpr16x4),
        carry: number(c.ccu2c),
    };
    let blocks = synth::blocks(WIDTH, variant)?;
    let mut blocks: Blocks = blocks
        .iter()
        .map(|b| (b.name.clone(), counts(&b.cells)))
        .collect();
    if variant == Variant::Migratable {
        let text = verilog(WIDTH, variant)?;
        let inside = map(yosys, Technology::Ecp5, &text, UNIT, &[UNIT])?;
        apart(&mut blocks, &inside);
    }
    Ok(blocks)
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

    const STAT: &str = r#"{"modules": {
        "\\top": {"num_cells_by_type": {"LUT6": 3, "unit": 1, "leaf": 2}},
        "\\unit": {"num_cells_by_type": {"FDRE": 5, "leaf": 1}},
        "\\leaf": {"num_cells_by_type": {"RAMB36E1": 1, "CARRY4": 4}}}}"#;

    #[test]
    fn counts_by_block_and_inside_the_unit() {
        let stat = Stat::parse(STAT).expect("well-formed");
        let blocks = count(&stat, "top", &["top", "unit"]).expect("top is there");
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
        let mut purposes = Purposes::load().unwrap();
        purposes.program = vec![0, 3, 0, 1, 1];
        let by_purpose = table.by_purpose(&purposes);
        let of = |name: &str| {
            by_purpose
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, c)| c.lut)
        };
        assert_eq!(of("packet path"), Some(10));
        assert_eq!(of("messages"), Some(30));
        assert_eq!(of("dump and restore"), Some(20 + 10));
        assert_eq!(of("sets and tombstones"), Some(10));
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
