//! Which of the mutants in a netlist is at work.
//!
//! A netlist with mutants in it (`emit::mutate`) has the additional pin [`PIN`]. Whoever runs tests with one of them names it by the
//! environment.

use crate::variables;
use std::env;

/// The pin with the number.
pub(crate) const PIN: &str = "mutant";

/// A number that is none.
#[derive(Debug, thiserror::Error)]
#[error("{} is {text:?}, not a number from 0 to 65535", variables::MUTANT)]
pub struct BadNumber {
    text: String,
}

/// The number of the mutant at work, 0 for none.
pub(crate) fn number() -> Result<u16, BadNumber> {
    let Some(value) = env::var_os(variables::MUTANT) else {
        return Ok(0);
    };
    let text = value.to_string_lossy().into_owned();
    text.parse().map_err(|_| BadNumber { text })
}
