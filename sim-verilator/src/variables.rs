//! Environment variables by which whoever runs tests tells them what to simulate, so that tests need not know.

/// Bits of the data path at which tests of no particular width run.
pub const TEST_WIDTH: &str = "ROAMNIC_TEST_WIDTH";

/// A folder with a NIC's Verilog in which mutants are, instead of the product's.
pub const MUTANTS: &str = "ROAMNIC_MUTANTS";

/// The number of the mutant at work; without it, none is.
pub const MUTANT: &str = "ROAMNIC_MUTANT";
