//! `roamnic synth`: what the NIC costs in an ECP5-85F and how fast it runs there.
//!
//! yosys maps the committed Verilog twice: block by block for the table, and without boundaries between the blocks, which is what counts. nextpnr packs,
//! places and routes the latter out of context (the core has more ports than the chip has pins; boards bring their own tops). Read [`run`] first; [`stat`]
//! counts cells, [`flow`] calls the programs and keeps their results in `target/synth`.

mod flow;
pub mod stat;

use crate::lab::{Variant, nic_verilog};
use crate::table::Table;
use flow::{Shape, Synthesis, TARGET_MHZ};
use fpga_flow::{FlowError, Tool};
use serde::Serialize;
use stat::{Block, Cells};
use std::fs;

/// The module that is synthesised.
const TOP: &str = "roamnic";
/// What the 64-bit NIC may cost and must reach: LUTs, block RAMs (all that the chip has), MHz.
const BUDGET: Budget = Budget {
    comb: 32_000,
    dp16kd: 208,
    mhz: TARGET_MHZ,
};

/// Limits of the 64-bit NIC on an ECP5-85F.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Budget {
    /// `TRELLIS_COMB`.
    pub comb: u64,
    /// `DP16KD`.
    pub dp16kd: u64,
    /// MHz.
    pub mhz: u32,
}

/// What to synthesise.
#[derive(Clone, Copy, Debug)]
pub struct SynthOptions {
    /// Bits of the data path.
    pub width: u32,
    /// Which NIC of that width.
    pub variant: Variant,
    /// Placements, with seeds 1, 2, …; none: only synthesis.
    pub seeds: u32,
    /// Placements are routed, which may take hours; otherwise their frequencies are those that nextpnr expects of wires as long as it guesses.
    pub routed: bool,
}

/// What nextpnr has made of the netlist.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Placed {
    /// Frequency of the slowest clock, in MHz; none if nothing was placed.
    pub mhz: Option<f64>,
    /// `TRELLIS_COMB` occupied.
    pub comb: u64,
    /// Flip-flops occupied.
    pub ff: u64,
    /// Block RAMs occupied.
    pub dp16kd: u64,
}

/// One placement.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Seed {
    /// nextpnr's seed.
    pub seed: u32,
    /// What came out.
    pub placed: Placed,
}

/// The result.
#[derive(Clone, Debug, Serialize)]
pub struct SynthReport {
    /// Bits of the data path.
    pub width: u32,
    /// Versions of the programs.
    pub tools: Vec<String>,
    /// Largest first, the top module's own logic last; each mapped for itself.
    pub blocks: Vec<Block>,
    /// Sum of the blocks.
    pub sum: Cells,
    /// The whole without boundaries between the blocks.
    pub total: Cells,
    /// The whole as nextpnr packs it.
    pub packed: Placed,
    /// Placements, by seed.
    pub seeds: Vec<Seed>,
    /// See [`SynthOptions::routed`].
    pub routed: bool,
    /// Limits, for the width that has some.
    pub budget: Option<Budget>,
}

/// Maps a NIC block by block. Minutes, unless the result is in `target/synth`.
///
/// # Errors
/// [`FlowError`].
pub fn blocks(width: u32, variant: Variant) -> Result<Vec<Block>, FlowError> {
    let yosys = Tool::yosys()?;
    Synthesis::open(&verilog(width, variant)?, TOP, Shape::Blocks, &yosys)?.map()
}

/// Synthesises, packs and places; `say` is told what begins. Many minutes, unless results are in `target/synth`.
///
/// # Errors
/// [`FlowError`].
pub fn run(options: SynthOptions, mut say: impl FnMut(&str)) -> Result<SynthReport, FlowError> {
    let verilog = verilog(options.width, options.variant)?;
    let (yosys, nextpnr) = (Tool::yosys()?, Tool::nextpnr_ecp5()?);
    say("yosys: block by block");
    let blocks = Synthesis::open(&verilog, TOP, Shape::Blocks, &yosys)?.map()?;
    say("yosys: the whole");
    let whole = Synthesis::open(&verilog, TOP, Shape::Flat, &yosys)?;
    let total = stat::total(&whole.map()?);
    say("nextpnr: packing");
    let packed = whole.pack(&nextpnr)?;
    let seeds = place(&whole, &nextpnr, options, &mut say)?;
    Ok(SynthReport {
        width: options.width,
        tools: vec![yosys.version, nextpnr.version],
        sum: stat::total(&blocks),
        blocks,
        total,
        packed,
        seeds,
        routed: options.routed,
        budget: (options.width == 64).then_some(BUDGET),
    })
}

/// Places alone, with what that needs; see [`run`].
///
/// # Errors
/// [`FlowError`].
pub fn placements(
    options: SynthOptions,
    mut say: impl FnMut(&str),
) -> Result<Vec<Seed>, FlowError> {
    let verilog = verilog(options.width, options.variant)?;
    let (yosys, nextpnr) = (Tool::yosys()?, Tool::nextpnr_ecp5()?);
    say("yosys: the whole");
    let whole = Synthesis::open(&verilog, TOP, Shape::Flat, &yosys)?;
    whole.map()?;
    place(&whole, &nextpnr, options, &mut say)
}

fn place(
    whole: &Synthesis,
    nextpnr: &Tool,
    options: SynthOptions,
    say: &mut impl FnMut(&str),
) -> Result<Vec<Seed>, FlowError> {
    let mut all = vec![];
    for seed in 1..=options.seeds {
        say(&format!("nextpnr: placement {seed} of {}", options.seeds));
        let placed = whole.place(nextpnr, seed, options.routed, say)?;
        all.push(Seed { seed, placed });
    }
    Ok(all)
}

/// A netlist that was emitted.
fn verilog(width: u32, variant: Variant) -> Result<String, FlowError> {
    let path = nic_verilog(width, variant);
    fs::read_to_string(&path).map_err(FlowError::io(&path))
}

impl SynthReport {
    /// Frequency of the middle placement (the lower of two), in MHz.
    pub fn median_mhz(&self) -> Option<f64> {
        let mut all: Vec<f64> = self.seeds.iter().filter_map(|s| s.placed.mhz).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len().checked_sub(1)? / 2).copied()
    }

    /// Nothing measured exceeds the budget.
    pub fn is_good(&self) -> bool {
        self.budget.is_none_or(|budget| {
            self.packed.comb <= budget.comb
                && self.packed.dp16kd <= budget.dp16kd
                && self.median_mhz().is_none_or(|mhz| mhz >= budget.mhz.into())
        })
    }

    /// Tables: blocks, placements, and the whole next to its limits.
    pub fn text(&self) -> String {
        let mut blocks = Table::new([
            "block", "LUTs", "LUT4", "CCU2C", "DPR16X4", "FF", "DP16KD", "MULT",
        ]);
        let mut row = |name: String, c: &Cells| {
            let numbers = [
                c.comb(),
                c.lut4,
                c.ccu2c,
                c.dpr16x4,
                c.ff,
                c.dp16kd,
                c.mult18x18d,
            ];
            let [comb, lut4, ccu2c, dpr, ff, ram, mult] = numbers.map(|n| n.to_string());
            blocks.row([name, comb, lut4, ccu2c, dpr, ff, ram, mult]);
        };
        for block in &self.blocks {
            let name = match block.instances {
                1 => block.name.clone(),
                count => format!("{} x {count}", block.name),
            };
            row(name, &block.cells);
        }
        row("sum of the blocks".to_owned(), &self.sum);
        row("without boundaries".to_owned(), &self.total);
        let mut text = format!("{} bits, {}\n\n{blocks}", self.width, self.tools.join(", "));
        if !self.seeds.is_empty() {
            let mhz = match self.routed {
                true => "MHz",
                false => "MHz before routing",
            };
            let mut placements = Table::new(["seed", mhz, "TRELLIS_COMB", "FF", "DP16KD"]);
            for Seed { seed, placed } in &self.seeds {
                let mhz = placed.mhz.map_or("–".to_owned(), |mhz| format!("{mhz:.1}"));
                let numbers = [u64::from(*seed), placed.comb, placed.ff, placed.dp16kd];
                let [seed, comb, ff, ram] = numbers.map(|n| n.to_string());
                placements.row([seed, mhz, comb, ff, ram]);
            }
            text += &format!("\n{placements}");
        }
        if let Some(budget) = self.budget {
            text += &format!("\n{}", self.limits(budget));
        }
        text
    }

    fn limits(&self, budget: Budget) -> Table {
        let mut table = Table::new(["figure", "measured", "limit", "verdict"]);
        let verdict = |good: bool| if good { "reached" } else { "missed" }.to_owned();
        table.row([
            "TRELLIS_COMB (packed)".to_owned(),
            self.packed.comb.to_string(),
            budget.comb.to_string(),
            verdict(self.packed.comb <= budget.comb),
        ]);
        table.row([
            "DP16KD".to_owned(),
            self.packed.dp16kd.to_string(),
            budget.dp16kd.to_string(),
            verdict(self.packed.dp16kd <= budget.dp16kd),
        ]);
        if let Some(mhz) = self.median_mhz() {
            let name = match self.routed {
                true => "MHz (median)",
                false => "MHz (median, before routing)",
            };
            table.row([
                name.to_owned(),
                format!("{mhz:.1}"),
                budget.mhz.to_string(),
                verdict(mhz >= budget.mhz.into()),
            ]);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(comb: u64, mhz: &[f64]) -> SynthReport {
        let cells = Cells {
            lut4: comb,
            ..Cells::default()
        };
        let placed = |mhz| Placed {
            mhz,
            comb,
            ff: 0,
            dp16kd: 0,
        };
        let seed = |(seed, &mhz)| Seed {
            seed,
            placed: placed(Some(mhz)),
        };
        SynthReport {
            width: 64,
            tools: vec!["yosys".to_owned()],
            blocks: vec![Block {
                name: TOP.to_owned(),
                instances: 1,
                cells,
            }],
            sum: cells,
            total: cells,
            packed: placed(None),
            seeds: (1..).zip(mhz).map(seed).collect(),
            routed: true,
            budget: Some(BUDGET),
        }
    }

    #[test]
    fn report_median_of_seeds() {
        assert_eq!(report(1, &[]).median_mhz(), None);
        assert_eq!(report(1, &[101.0]).median_mhz(), Some(101.0));
        assert_eq!(report(1, &[120.0, 90.0, 101.0]).median_mhz(), Some(101.0));
        assert_eq!(report(1, &[120.0, 90.0]).median_mhz(), Some(90.0));
    }

    #[test]
    fn report_verdict_against_the_budget() {
        assert!(report(32_000, &[100.0]).is_good());
        assert!(report(32_000, &[]).is_good());
        assert!(!report(32_001, &[100.0]).is_good());
        assert!(!report(32_000, &[99.9]).is_good());
        assert!(report(40_000, &[]).text().contains("missed"));
    }
}
