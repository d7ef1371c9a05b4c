//! Cells of an ECP5 netlist, by block.

use fpga_flow::Stat;
use fpga_flow::stat::UnknownModule;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// ECP5 cells, as `synth_ecp5` leaves them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// LUTs of four inputs; wider functions are made of several and the multiplexers of the slice.
    pub lut4: u64,
    /// Pairs of LUTs with carry.
    pub ccu2c: u64,
    /// Distributed memories of 16 words of 4 bits.
    pub dpr16x4: u64,
    /// Flip-flops.
    pub ff: u64,
    /// Block RAMs of 18 kbit.
    pub dp16kd: u64,
    /// Multipliers of 18 bits.
    pub mult18x18d: u64,
}

impl Cells {
    /// Estimate of nextpnr's count of `TRELLIS_COMB`, the LUTs that placement occupies: a carry cell is two, a
    /// distributed memory four (its write port's half slice is not counted as LUTs).
    pub fn comb(&self) -> u64 {
        self.lut4 + 2 * self.ccu2c + 4 * self.dpr16x4
    }

    fn add_cells(&mut self, kind: &str, count: u64) {
        match kind {
            "LUT4" => self.lut4 += count,
            "CCU2C" => self.ccu2c += count,
            "TRELLIS_DPR16X4" => self.dpr16x4 += count,
            "TRELLIS_FF" => self.ff += count,
            "DP16KD" | "PDPW16KD" => self.dp16kd += count,
            "MULT18X18D" => self.mult18x18d += count,
            _ => {}
        }
    }
}

impl AddAssign for Cells {
    fn add_assign(&mut self, other: Self) {
        self.lut4 += other.lut4;
        self.ccu2c += other.ccu2c;
        self.dpr16x4 += other.dpr16x4;
        self.ff += other.ff;
        self.dp16kd += other.dp16kd;
        self.mult18x18d += other.mult18x18d;
    }
}

/// A block of the design with everything below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Verilog module; the top module stands for its own logic between the blocks.
    pub name: String,
    /// Instances directly in the top module.
    pub instances: u64,
    /// Cells of all these instances together.
    pub cells: Cells,
}

/// The blocks right below `top` by size, largest first, and last `top` itself.
///
/// # Errors
/// [`UnknownModule`] if there is no `top`.
pub fn blocks(stat: &Stat, top: &str) -> Result<Vec<Block>, UnknownModule> {
    let mut cells = BTreeMap::from([(top.to_owned(), Cells::default())]);
    stat.walk(top, &[top], |block, kind, count| {
        let cells = cells.entry(block.to_owned()).or_default();
        cells.add_cells(kind, count);
    })?;
    let instances = stat.instances(top);
    let block = |(name, cells): (String, Cells)| Block {
        instances: instances.get(&name).copied().unwrap_or(1),
        name,
        cells,
    };
    let mut blocks: Vec<Block> = cells.into_iter().map(block).collect();
    let rank = |b: &Block| (b.name != top, b.cells.comb(), b.cells.ff);
    blocks.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.name.cmp(&b.name)));
    Ok(blocks)
}

/// Sum over blocks.
pub fn total(blocks: &[Block]) -> Cells {
    let mut sum = Cells::default();
    blocks.iter().for_each(|block| sum += block.cells);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXTURE: &str = include_str!("fixture.stat.json");

    fn fixture() -> Stat {
        Stat::parse(FIXTURE).expect("the fixture is yosys's own")
    }

    #[test]
    fn stat_blocks_count_what_is_below_them() {
        let all = blocks(&fixture(), "top").expect("top is there");
        let names: Vec<&str> = all.iter().map(|block| block.name.as_str()).collect();
        assert_eq!(names, ["leaf", "outer", "top"]);
        let outer = all[1].cells;
        let leaf = all[0].cells;
        assert_eq!(all[0].instances, 2);
        // `leaf` is an 8-bit counter, `outer` holds one and a memory
        assert_eq!(leaf.ff, 16);
        assert_eq!(leaf.ccu2c, 8);
        assert_eq!((outer.dp16kd, outer.ff, outer.ccu2c), (1, 8, 4));
        assert_eq!(all[2].cells.lut4, 4);
    }

    #[test]
    fn stat_totals_are_the_sum_of_the_blocks() {
        let all = blocks(&fixture(), "top").expect("top is there");
        let sum = total(&all);
        assert_eq!(sum.ff, all.iter().map(|b| b.cells.ff).sum::<u64>());
        assert_eq!(sum.comb(), sum.lut4 + 2 * sum.ccu2c + 4 * sum.dpr16x4);
    }

    #[test]
    fn stat_names_with_submodules_apart() {
        let newer = r#"{"modules": {
            "\\top": {"num_cells_by_type": {"LUT4": 3}, "num_submodules_by_type": {"leaf": 2}},
            "\\leaf": {"num_cells_by_type": {"TRELLIS_DPR16X4": 5, "$scopeinfo": 1}}}}"#;
        let stat = Stat::parse(newer).expect("well-formed");
        let all = blocks(&stat, "top").expect("top is there");
        assert_eq!(all[0].cells.comb(), 40);
        assert_eq!(all[1].cells.comb(), 3);
    }
}
