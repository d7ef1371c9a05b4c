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
