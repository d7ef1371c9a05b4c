//! The widths that tests run at.

use super::mutants::mutated_verilog;
use sim_verilator::variables::TEST_WIDTH;
use std::env;

/// Those of the committed Verilog.
const COMMITTED: [u32; 2] = [64, 512];

/// The widths of a test in which the data path has a part: both, unless [`TEST_WIDTH`] says which, or the one that mutants are in, as the other has
/// none to show.
///
/// # Panics
/// The variable names no width of the committed Verilog.
pub fn widths() -> Vec<u32> {
    let wanted = env::var(TEST_WIDTH).ok().map(|text| {
        let known = COMMITTED
            .into_iter()
            .find(|width| width.to_string() == text);
        known.unwrap_or_else(|| panic!("{TEST_WIDTH} is {text}, and not 64 or 512"))
    });
    let mutated: Vec<u32> = COMMITTED
        .into_iter()
        .filter(|width| mutated_verilog(*width).is_some())
        .collect();
    match wanted {
        Some(width) => vec![width],
        None if mutated.is_empty() => COMMITTED.to_vec(),
        None => mutated,
    }
}

/// The width of a test of no particular width, which runs once: the first of [`widths`].
///
/// # Panics
/// As [`widths`].
pub fn width() -> u32 {
    widths()[0]
}
