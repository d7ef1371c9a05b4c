//! How yosys is called.

use crate::{FlowError, Workspace};

/// What abc9 runs: the default of yosys 0.23 without its last step, `&mfs`. The abc that Debian packages with that release aborts there on some blocks;
/// yosys then goes on with an older result, or fails if there is none.
pub const ABC9_SCRIPT: &str = "\"+&scorr;&sweep;&dc2;&dch,-f;&ps;&if,{C},{W},{D},{R},-v\"";

/// Keeps the modules right below each of `outer` apart, so that they can be counted; what is below those is flattened into them.
pub fn keep(outer: &[&str]) -> String {
    let modules: Vec<String> = outer.iter().map(|m| format!("{m}/c:* %M")).collect();
    format!("setattr -mod -set keep_hierarchy 1 {}", modules.join(" "))
}

/// How additions and comparisons become ECP5 cells, and what happens to the ends of carry chains: the file's name and its text.
pub const CARRY: (&str, &str) = ("carry.v", include_str!("carry.v"));
/// Takes away the ends of the chains that [`CARRY`] made.
pub const ENDS: (&str, &str) = ("ends.v", include_str!("ends.v"));

/// Applies [`ENDS`]. The marks of [`CARRY`] become types first, for otherwise what comes out would be mapped again.
const CUT_ENDS: &str = "chtype -set CARRY_HEAD t:CCU2C a:carry_head %i; chtype -set CARRY_TAIL t:CCU2C a:carry_tail %i; techmap -map ends.v";

/// Puts [`CARRY`] and [`ENDS`] where the commands of [`ecp5`] find them.
///
/// # Errors
/// [`FlowError::Io`].
pub fn put_maps(workspace: &Workspace) -> Result<(), FlowError> {
    [CARRY, ENDS]
        .iter()
        .try_for_each(|(name, text)| workspace.put(name, text))
}

/// Maps to ECP5 cells. abc9, the default of newer releases, needs a tenth fewer LUTs here than abc, and still fewer without
/// the multiplexers that join LUT4s to larger LUTs (`-nowidelut`): a LUT6 would occupy four. Arithmetic has a mapping of its own,
/// right before that of yosys: results depend on the texts of [`CARRY`] and [`ENDS`], too. `autoname` (in the step `check`)
/// would take longer than the rest on generated code.
pub fn ecp5(top: &str) -> String {
    let synth = |steps: &str| format!("synth_ecp5 -abc9 -nowidelut -run {steps} -top {top}");
    format!(
        "scratchpad -set abc9.script {ABC9_SCRIPT}; {}; techmap -map {} t:$alu; {}; {CUT_ENDS}",
        synth("begin:map_gates"),
        CARRY.0,
        synth("map_gates:check")
    )
}

/// Maps to cells of Xilinx's 7 series, flattened as [`ecp5`] does by itself; with `pads`, buffers are put at the ports and on clocks.
pub fn xc7(top: &str, pads: bool) -> String {
    let pads = if pads { "" } else { " -noiopad -noclkbuf" };
    format!(
        "scratchpad -set abc9.script {ABC9_SCRIPT}; synth_xilinx -family xc7 -flatten -abc9{pads} -run begin:check -top {top}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tool;
    use sim_verilator::tools;
    use std::fs;
    use std::process::Command;

    #[test]
    fn commands_name_their_modules() {
        assert_eq!(
            keep(&["top", "unit"]),
            "setattr -mod -set keep_hierarchy 1 top/c:* %M unit/c:* %M"
        );
        assert!(ecp5("top").contains("-top top") && ecp5("top").contains("-nowidelut"));
        assert!(xc7("top", false).contains("-noiopad") && !xc7("top", true).contains("-noiopad"));
    }

    /// Additions of several widths, with constants and with carries, as `carry.v` maps them, against iverilog's own.
    #[test]
    fn carry_map_computes_sums() {
        let (Ok(yosys), Some(iverilog)) = (Tool::yosys(), tools::on_path("iverilog")) else {
            return tools::skip_test("no yosys or iverilog");
        };
        let workspace = Workspace::open("synth", "carry-", &[]).expect("folder");
        let folder = workspace.path("");
        let widths = [5, 6, 7, 8, 9, 16];
        let sums: String = widths.into_iter().map(sums).collect();
        let test = include_str!("carry_test.v");
        for (name, text) in [CARRY, ENDS, ("sums.v", &sums), ("carry_test.v", test)] {
            fs::write(folder.join(name), text).expect("written");
        }
        let rename: String = widths
            .into_iter()
            .map(|n| format!("rename sums_{n} mapped_{n}; "))
            .collect();
        let script = format!(
            "read_verilog sums.v; {rename}read_verilog -lib -DMAPPING carry_test.v; proc; opt_clean; alumacc; maccmap; alumacc; \
             techmap -map carry.v t:$alu; techmap; opt_clean; {CUT_ENDS}; select mapped_*; write_verilog -noattr -selected mapped.v"
        );
        yosys
            .run(&folder, "yosys.log", &["-q", "-p", &script])
            .expect("mapped");
        let mapped = fs::read_to_string(folder.join("mapped.v")).expect("written");
        assert!(mapped.contains("CCU2C"), "nothing became carry cells");
        // an output into nothing, as Verilog has it
        let mapped = mapped.replace(".COUT(1'hx)", ".COUT()");
        fs::write(folder.join("mapped.v"), mapped).expect("written");
        let built = Command::new(iverilog)
            .current_dir(&folder)
            .args([
                "-g2012",
                "-o",
                "test.vvp",
                "carry_test.v",
                "sums.v",
                "mapped.v",
            ])
            .output()
            .expect("iverilog starts");
        assert!(built.status.success(), "{built:?}");
        let ran = Command::new("vvp")
            .current_dir(&folder)
            .args(["-n", "test.vvp"])
            .output()
            .expect("vvp starts");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert_eq!(said.trim(), "seed 1: 0 of 300 wrong");
    }

    /// All kinds of sums of `n` bits in one vector.
    fn sums(n: u32) -> String {
        let top = n - 1;
        let last = 7 * n + 5;
        let limit = 3 * n / 2;
        format!(
            "module sums_{n} (input [{top}:0] a, b, input c, output [{last}:0] y);
             wire [{top}:0] add = a + b, sub = a - b, inc = a + {n}'d1, less = a - {n}'d{n}, either = c ? a - b : a + b;
             wire [{n}:0] carry = a + b, odd = {{a, 1'b1}} + {{b, c}};
             assign y = {{add, sub, inc, less, either, carry, odd, a < b, a <= b, a > {n}'d{limit}, $signed(a) < $signed(b)}};
             endmodule\n"
        )
    }
}
