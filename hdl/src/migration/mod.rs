//! Migration: the slow path on which connections stop, move and resume. Structurally absent from the baseline.

pub mod asm;
pub mod lane_share;
pub mod lanes;
pub mod pager;
pub mod program;
pub mod rom;
pub mod share;
pub mod stream;
pub mod unit;
pub mod words;

pub use unit::MigrationUnit;
