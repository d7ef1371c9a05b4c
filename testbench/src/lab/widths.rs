//! The widths that tests run at.

use super::mutants::mutated_verilog;
use std::env;

/// Environment variable by which tests of no particular width run at this one, in bits.
pub const WIDTH_VARIABLE: &str = "ROAMNIC_TEST_WIDTH";

/// Those of the committed Verilog.
const COMMITTED: [u32; 2] = [64, 512];

/// The widths of a test in which the data path has a part: both, unless [`WIDTH_VARIABLE`] says which, or the one that mutants are in, as the other has
/// none to show.
///
/// # Panics
/// The variable names no width of the committed Verilog.
pub fn widths() -> Vec<u32> {
    let wanted = env::var(WIDTH_VARIABLE).ok().map(|text| {
        let known = COMMITTED
            .into_iter()
            .find(|width| width.to_string() == text);
        known.unwrap_or_else(|| panic!("{WIDTH_VARIABLE} is {text}, and not 64 or 512"))
    });
    let mutated = || {
        COMMITTED
            .into_iter()
            .filter(|w| mutated_verilog(*w).is_some())
    };
    match wanted {
        Some(width) => vec![width],
        None if mutated().next().is_some() => mutated().collect(),
        None => COMMITTED.to_vec(),
    }
}

/// The width of a test of no particular width, which runs once: the first of [`widths`].
///
/// # Panics
/// As [`widths`].
pub fn width() -> u32 {
    widths()[0]
}
