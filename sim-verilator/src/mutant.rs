//! Which of the mutants in a netlist is at work.
//!
//! A netlist with mutants in it (`emit::mutate`) has the additional pin [`PIN`]. Whoever runs tests with one of them names it by the
//! environment, so that tests need not know.

use std::env;

/// The pin with the number.
pub(crate) const PIN: &str = "mutant";
/// Environment variable with the number of the mutant at work; without it, none is.
pub const NUMBER_VARIABLE: &str = "ROAMNIC_MUTANT";

/// A number that is none.
#[derive(Debug, thiserror::Error)]
#[error("{NUMBER_VARIABLE} is {text:?}, not a number from 0 to 65535")]
pub struct BadNumber {
    text: String,
}

/// The number of the mutant at work, 0 for none.
pub(crate) fn number() -> Result<u16, BadNumber> {
    let Some(value) = env::var_os(NUMBER_VARIABLE) else {
        return Ok(0);
    };
    let text = value.to_string_lossy().into_owned();
    text.parse().map_err(|_| BadNumber { text })
}
