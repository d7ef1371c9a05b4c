//! What yosys says of a netlist: cells by type in each module (`stat -json`).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Statistics of a design whose hierarchy has been kept.
#[derive(Clone, Debug, Deserialize)]
pub struct Stat {
    modules: BTreeMap<String, Module>,
}

#[derive(Clone, Debug, Deserialize)]
struct Module {
    num_cells_by_type: BTreeMap<String, u64>,
    /// Newer releases list instances of modules apart from cells.
    #[serde(default)]
    num_submodules_by_type: BTreeMap<String, u64>,
}

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

/// Netlists in which a block cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("yosys statistics hold no module {0}")]
pub struct UnknownModule(pub String);

impl Stat {
    /// The blocks right below `top` by size, largest first, and last `top` itself.
    ///
    /// # Errors
    /// [`UnknownModule`] if there is no `top`.
    pub fn blocks(&self, top: &str) -> Result<Vec<Block>, UnknownModule> {
        let module = self
            .module(top)
            .ok_or_else(|| UnknownModule(top.to_owned()))?;
        let mut own = Cells::default();
        let mut blocks = vec![];
        for (name, &instances) in module.contents() {
            if self.module(name).is_none() {
                own.add_cells(name, instances);
                continue;
            }
            let mut cells = Cells::default();
            self.count(name, instances, &mut cells);
            blocks.push(Block {
                name: plain(name).to_owned(),
                instances,
                cells,
            });
        }
        blocks.sort_by(|a, b| {
            (b.cells.comb(), b.cells.ff, &a.name).cmp(&(a.cells.comb(), a.cells.ff, &b.name))
        });
        blocks.push(Block {
            name: top.to_owned(),
            instances: 1,
            cells: own,
        });
        Ok(blocks)
    }

    /// Adds `times` the cells of a module and of all below it. Verilog has no recursion, so this ends.
    fn count(&self, name: &str, times: u64, into: &mut Cells) {
        match self.module(name) {
            None => into.add_cells(name, times),
            Some(module) => module
                .contents()
                .for_each(|(name, &count)| self.count(name, times * count, into)),
        }
    }

    /// Module names carry yosys's backslash, names of cells do not in every release.
    fn module(&self, name: &str) -> Option<&Module> {
        self.modules
            .get(name)
            .or_else(|| self.modules.get(&format!("\\{}", plain(name))))
    }
}

impl Module {
    fn contents(&self) -> impl Iterator<Item = (&String, &u64)> {
        self.num_cells_by_type
            .iter()
            .chain(&self.num_submodules_by_type)
    }
}

fn plain(name: &str) -> &str {
    name.trim_start_matches('\\')
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
        let text = crate::synth::flow::json_lines(FIXTURE);
        serde_json::from_str(&text).expect("the fixture is yosys's own")
    }

    #[test]
    fn stat_blocks_count_what_is_below_them() {
        let blocks = fixture().blocks("top").expect("top is there");
        let names: Vec<&str> = blocks.iter().map(|block| block.name.as_str()).collect();
        assert_eq!(names, ["leaf", "outer", "top"]);
        let outer = blocks[1].cells;
        let leaf = blocks[0].cells;
        assert_eq!(blocks[0].instances, 2);
        // `leaf` is an 8-bit counter, `outer` holds one and a memory
        assert_eq!(leaf.ff, 16);
        assert_eq!(leaf.ccu2c, 8);
        assert_eq!((outer.dp16kd, outer.ff, outer.ccu2c), (1, 8, 4));
        assert_eq!(blocks[2].cells.lut4, 4);
    }

    #[test]
    fn stat_totals_are_the_sum_of_the_blocks() {
        let blocks = fixture().blocks("top").expect("top is there");
        let sum = total(&blocks);
        assert_eq!(sum.ff, blocks.iter().map(|b| b.cells.ff).sum::<u64>());
        assert_eq!(sum.comb(), sum.lut4 + 2 * sum.ccu2c + 4 * sum.dpr16x4);
    }

    #[test]
    fn stat_names_with_submodules_apart() {
        let newer = r#"{"modules": {
            "\\top": {"num_cells_by_type": {"LUT4": 3}, "num_submodules_by_type": {"leaf": 2}},
            "\\leaf": {"num_cells_by_type": {"TRELLIS_DPR16X4": 5, "$scopeinfo": 1}}}}"#;
        let stat: Stat = serde_json::from_str(newer).expect("well-formed");
        let blocks = stat.blocks("top").expect("top is there");
        assert_eq!(blocks[0].cells.comb(), 40);
        assert_eq!(blocks[1].cells.comb(), 3);
    }

    #[test]
    fn stat_without_the_top_bad_flow() {
        let error = fixture().blocks("nic").expect_err("there is no nic");
        assert_eq!(error.to_string(), "yosys statistics hold no module nic");
    }
}
