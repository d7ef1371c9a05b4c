//! Verilog as a Rust value.
//!
//! Three layers, each usable without the one above:
//!
//! 1. [`tools`] finds Verilator, or installs a pinned one under `.tools/`.
//! 2. [`Library`] turns any Verilog text into a cached shared object; [`Model`] is one instance of it,
//!    with ports that are set and read at the cost of a pointer write.
//!
//! Read [`Model`] first. This crate knows no protocol and no driver: it moves bytes in and out of pins.
//! `unsafe` lives in `ffi.rs` only.
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod compile;
#[allow(unsafe_code, reason = "the one module that calls into compiled models")]
mod ffi;
mod model;
pub mod paths;
mod shim;
pub mod tools;

pub use compile::{BuildError, BuildOptions, LintError, Optimise, lint};
pub use ffi::{Direction, Library, Port};
pub use model::{Model, ModelError, PortId};
