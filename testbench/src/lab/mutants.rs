//! NICs with mutants in them instead of the product, for the tests of the tests: `cargo xtask mutants --auto`.

use sim_verilator::variables;
use std::env;
use std::path::PathBuf;

/// The Verilog with mutants of the NIC with `width` bits, if that is what is to be tested.
pub fn mutated_verilog(width: u32) -> Option<PathBuf> {
    let folder = env::var_os(variables::MUTANTS)?;
    let path = PathBuf::from(folder).join(format!("roamnic_{width}.v"));
    path.is_file().then_some(path)
}
