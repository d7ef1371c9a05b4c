//! How yosys is called.

/// What abc9 runs: the default of yosys 0.23 without its last step, `&mfs`. The abc that Debian packages with that release aborts there on some blocks;
/// yosys then goes on with an older result, or fails if there is none.
pub const ABC9_SCRIPT: &str = "\"+&scorr;&sweep;&dc2;&dch,-f;&ps;&if,{C},{W},{D},{R},-v\"";

/// Keeps the modules right below each of `outer` apart, so that they can be counted; what is below those is flattened into them.
pub fn keep(outer: &[&str]) -> String {
    let modules: Vec<String> = outer.iter().map(|m| format!("{m}/c:* %M")).collect();
    format!("setattr -mod -set keep_hierarchy 1 {}", modules.join(" "))
}

/// Maps to ECP5 cells. abc9, the default of newer releases, needs a tenth fewer LUTs here than abc, and still fewer without
/// the multiplexers that join LUT4s to larger LUTs (`-nowidelut`): a LUT6 would occupy four. `autoname`
/// (in the step `check`) would take longer than the rest on generated code.
pub fn ecp5(top: &str) -> String {
    format!(
        "scratchpad -set abc9.script {ABC9_SCRIPT}; synth_ecp5 -abc9 -nowidelut -run begin:check -top {top}"
    )
}

/// Maps to cells of Xilinx's 7 series; with `pads`, buffers are put at the ports and on clocks.
pub fn xc7(top: &str, pads: bool) -> String {
    let pads = if pads { "" } else { " -noiopad -noclkbuf" };
    format!(
        "scratchpad -set abc9.script {ABC9_SCRIPT}; synth_xilinx -family xc7 -abc9{pads} -run begin:check -top {top}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_their_modules() {
        assert_eq!(
            keep(&["top", "unit"]),
            "setattr -mod -set keep_hierarchy 1 top/c:* %M unit/c:* %M"
        );
        assert!(ecp5("top").ends_with("-top top") && ecp5("top").contains("-nowidelut"));
        assert!(xc7("top", false).contains("-noiopad") && !xc7("top", true).contains("-noiopad"));
    }
}
