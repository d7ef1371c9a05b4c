//! The mutants, in order of the rules.

use super::{Mutant, Patch};

/// All of them.
pub const MUTANTS: &[Mutant] = &[];
