//! Verilog as a Rust value.
//!
//! Three layers, each usable without the one above:
//!
//! 1. [`tools`] finds Verilator, or installs a pinned one under `.tools/`.
//! 2. [`Library`] turns any Verilog text into a cached shared object; [`Model`] is one instance of it,
//!    with ports that are set and read at the cost of a pointer write.
//! 3. [`Nic`] drives the ports of the whole NIC: clock, wire, registers, DMA onto a [`HostMemory`],
//!    interrupts. Rules that the NIC must keep on its pins are watched in every run.
//!
//! Read [`Nic`] first, or [`Model`] for a single block. This crate knows no protocol and no driver: it moves bytes in and out of pins.
//! `unsafe` lives in `ffi.rs` only.
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod bar;
mod compile;
mod content;
mod dma;
#[allow(unsafe_code, reason = "the one module that calls into compiled models")]
mod ffi;
mod host;
mod instrumented;
mod model;
mod monitor;
pub mod mutant;
mod nic;
pub mod paths;
mod pins;
mod rng;
mod shim;
pub mod tools;
pub mod variables;
mod waves;
mod wire;

pub use bar::{BAR_SIZE, BadAddress, Bar, BarReadId};
pub use compile::{BuildError, BuildOptions, LintError, Optimise, Training, TrainingError, lint};
pub use content::content_hash;
pub use dma::{DmaConfig, POISON, READ_MAX, ReadRequest, ReadSample};
pub use ffi::{Direction, Library, LoadError, Port};
pub use host::{DmaMemory, HostMemory, MapError, PAGE, Unmapped};
pub use instrumented::CoveragePoint;
pub use model::{Model, ModelError, PortId, SavedModel};
pub use monitor::{Channel, Rule, Violation};
pub use nic::{Access, BarError, Event, Fault, Nic, NicConfig, NicError, SavedNic, Stalls};
pub use pins::PinError;
pub use wire::{Beat, TxFrame, WirePort, WireQueues};
