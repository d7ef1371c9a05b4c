//! Synthesis and placement of one netlist. Each result lies in a folder named by all that it depends on.

use super::Placed;
use super::stat::{Block, blocks};
use fpga_flow::nextpnr::Routing;
use fpga_flow::{FlowError, PlaceReport, Stat, Tool, Workspace, nextpnr, yosys};
use std::fs;

/// Frequency that placement works towards, and that the NIC is asked to reach, in MHz.
pub const TARGET_MHZ: u32 = 100;

/// What stays a module of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The blocks right below the top, so that each can be counted; inside them everything is flattened, and nothing is optimised across their boundaries.
    Blocks,
    /// Nothing: the tools use what the blocks tell each other.
    Flat,
}

/// Synthesis of one netlist in its folder.
pub(super) struct Synthesis<'a> {
    workspace: Workspace,
    yosys: &'a Tool,
    top: String,
    script: String,
}

impl<'a> Synthesis<'a> {
    /// The folder for this Verilog, these commands and this yosys; the Verilog is put there.
    pub(super) fn open(
        verilog: &str,
        top: &str,
        shape: Shape,
        yosys: &'a Tool,
    ) -> Result<Self, FlowError> {
        let script = script(top, shape);
        let [carry, ends] = [yosys::CARRY.1, yosys::ENDS.1];
        let parts = [verilog, &script, carry, ends, &yosys.version];
        let workspace = Workspace::open("synth", "", &parts)?;
        yosys::put_maps(&workspace)?;
        workspace.put("netlist.v", verilog)?;
        Ok(Self {
            workspace,
            yosys,
            top: top.to_owned(),
            script,
        })
    }

    /// Maps to ECP5 cells unless that has been done, and counts.
    pub(super) fn map(&self) -> Result<Vec<Block>, FlowError> {
        let arguments = ["-q", "-p", &self.script];
        self.workspace
            .step(self.yosys, "netlist.json", "yosys.log", &arguments)?;
        let stat = Stat::load(&self.workspace, "stat.json")?;
        Ok(blocks(&stat, &self.top)?)
    }

    /// Packs the netlist into cells of an ECP5-85F, without placing them, unless that has been done: seconds.
    pub(super) fn pack(&self, nextpnr: &Tool) -> Result<Placed, FlowError> {
        let packed = self.nextpnr(nextpnr, "packed", &["--pack-only"], &mut |_| {})?;
        Ok(packed.1)
    }

    /// Places the netlist on an ECP5-85F with ports in mid-air, and routes it if asked to, unless that has been done; `say` is told how routing goes.
    pub(super) fn place(
        &self,
        nextpnr: &Tool,
        seed: u32,
        routed: bool,
        say: &mut dyn FnMut(&str),
    ) -> Result<Placed, FlowError> {
        let number = seed.to_string();
        let (name, more): (_, &[&str]) = match routed {
            true => (format!("seed-{seed}"), &["--seed", &number]),
            false => (format!("placed-{seed}"), &["--seed", &number, "--no-route"]),
        };
        let (place, placed) = self.nextpnr(nextpnr, &name, more, say)?;
        if routed {
            return Ok(placed);
        }
        let log = place.path(&format!("{name}.log"));
        let said = fs::read_to_string(&log).map_err(FlowError::io(&log))?;
        let clocks = nextpnr::estimates(&said).into_values();
        let mhz = clocks.map(|clock| clock.achieved).reduce(f64::min);
        Ok(Placed { mhz, ..placed })
    }

    fn nextpnr(
        &self,
        nextpnr: &Tool,
        name: &str,
        more: &[&str],
        say: &mut dyn FnMut(&str),
    ) -> Result<(Workspace, Placed), FlowError> {
        let options = format!(
            "--85k --package CABGA756 --speed 6 --out-of-context --top {} --freq {TARGET_MHZ} {}",
            self.top,
            nextpnr::OPTIONS
        );
        let place = self
            .workspace
            .inside("place-", &[&options, &nextpnr.version])?;
        let (report, log) = (format!("{name}.json"), format!("{name}.log"));
        let partial = format!("{report}.part");
        let mut arguments: Vec<&str> = options.split(' ').collect();
        arguments.extend(["--json", "../netlist.json", "--report", &partial]);
        arguments.extend(more);
        let mut routing = Routing::default();
        let mut hear = |line: &str| routing.hear(line, say);
        place.step_told(nextpnr, &report, &log, &arguments, &mut hear)?;
        let found: PlaceReport = place.report(&report)?;
        let placed = Placed {
            mhz: (!found.fmax.is_empty()).then(|| found.slowest()),
            comb: found.used("TRELLIS_COMB"),
            ff: found.used("TRELLIS_FF"),
            dp16kd: found.used("DP16KD"),
        };
        Ok((place, placed))
    }
}

/// What yosys is told. The netlist is written last, so its presence says that the run has ended well.
fn script(top: &str, shape: Shape) -> String {
    let keep = match shape {
        Shape::Blocks => format!("{}; ", yosys::keep(&[top])),
        Shape::Flat => String::new(),
    };
    format!(
        "read_verilog -DSYNTHESIS netlist.v; hierarchy -check -top {top}; {keep}{}; \
         tee -q -o stat.json stat -json; blackbox =A:whitebox; write_json netlist.json.part",
        yosys::ecp5(top)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_keeps_blocks_apart_only_to_count_them() {
        assert!(script("top", Shape::Blocks).contains("keep_hierarchy"));
        assert!(!script("top", Shape::Flat).contains("keep_hierarchy"));
    }
}
