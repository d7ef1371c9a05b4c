//! Synthesis and placement of one netlist. Each result lies in a folder named by all that it depends on.

use super::Seed;
use super::stat::{Block, blocks};
use fpga_flow::{FlowError, PlaceReport, Stat, Tool, Workspace, nextpnr, yosys};

/// Frequency that placement works towards, and that the NIC is asked to reach, in MHz.
pub const TARGET_MHZ: u32 = 100;

/// Synthesis of one netlist in its folder.
pub(super) struct Synthesis {
    workspace: Workspace,
    top: String,
}

impl Synthesis {
    /// The folder for this Verilog, these commands and this yosys; the Verilog is put there.
    pub(super) fn open(verilog: &str, top: &str, yosys: &Tool) -> Result<Self, FlowError> {
        let [carry, ends] = [yosys::CARRY.1, yosys::ENDS.1];
        let parts = [verilog, &script(top), carry, ends, &yosys.version];
        let workspace = Workspace::open("synth", "", &parts)?;
        yosys::put_maps(&workspace)?;
        workspace.put("netlist.v", verilog)?;
        Ok(Self {
            workspace,
            top: top.to_owned(),
        })
    }

    /// Maps to ECP5 cells unless that has been done, and counts.
    pub(super) fn map(&self, yosys: &Tool) -> Result<Vec<Block>, FlowError> {
        let script = script(&self.top);
        self.workspace
            .step(yosys, "netlist.json", "yosys.log", &["-q", "-p", &script])?;
        let stat = Stat::load(&self.workspace, "stat.json")?;
        Ok(blocks(&stat, &self.top)?)
    }

    /// Places and routes the netlist on an ECP5-85F with ports in mid-air, unless that has been done.
    pub(super) fn place(&self, nextpnr: &Tool, seed: u32) -> Result<Seed, FlowError> {
        let options = format!(
            "--85k --package CABGA756 --speed 6 --out-of-context --top {} --freq {TARGET_MHZ} {}",
            self.top,
            nextpnr::OPTIONS
        );
        let place = self
            .workspace
            .inside("place-", &[&options, &nextpnr.version])?;
        let (report, log) = (format!("seed-{seed}.json"), format!("seed-{seed}.log"));
        let (partial, seed_text) = (format!("{report}.part"), seed.to_string());
        let mut arguments: Vec<&str> = options.split(' ').collect();
        arguments.extend(["--json", "../netlist.json", "--seed", &seed_text]);
        arguments.extend(["--report", &partial]);
        place.step(nextpnr, &report, &log, &arguments)?;
        let placed: PlaceReport = place.report(&report)?;
        Ok(Seed {
            seed,
            mhz: placed.slowest(),
            comb: placed.used("TRELLIS_COMB"),
            ff: placed.used("TRELLIS_FF"),
            dp16kd: placed.used("DP16KD"),
        })
    }
}

/// What yosys is told. The blocks right below the top stay modules of their own, so that they can be counted; inside
/// them everything is flattened. The netlist is written last, so its presence says that the run has ended well.
fn script(top: &str) -> String {
    format!(
        "read_verilog -DSYNTHESIS netlist.v; hierarchy -check -top {top}; {}; {}; \
         tee -q -o stat.json stat -json; blackbox =A:whitebox; write_json netlist.json.part",
        yosys::keep(&[top]),
        yosys::ecp5(top)
    )
}
