//! NICs with mutants in them instead of the product, for the tests of the tests: `cargo xtask mutants --auto`.

use std::env;
use std::path::PathBuf;

/// Environment variable that names a folder with a NIC's Verilog in which mutants are; [`sim_verilator::mutant::NUMBER_VARIABLE`] says which of them
/// is at work.
pub const FOLDER_VARIABLE: &str = "ROAMNIC_MUTANTS";

/// The Verilog with mutants of the NIC with `width` bits, if that is what is to be tested.
pub fn mutated_verilog(width: u32) -> Option<PathBuf> {
    let folder = env::var_os(FOLDER_VARIABLE)?;
    let path = PathBuf::from(folder).join(format!("roamnic_{width}.v"));
    path.is_file().then_some(path)
}

/// The widths that a test of no particular width runs at: those of the committed Verilog, or the one that mutants are in, as the other has none to show.
pub fn widths() -> Vec<u32> {
    let all = [64, 512];
    let mutated = all.iter().copied();
    let mutated: Vec<u32> = mutated.filter(|w| mutated_verilog(*w).is_some()).collect();
    match mutated.is_empty() {
        true => all.to_vec(),
        false => mutated,
    }
}
