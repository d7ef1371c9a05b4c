//! The reference model: its machines, Linux' captures, and Verilated NICs in lockstep with it.
#![forbid(unsafe_code)]

mod captures;
mod cluster;
mod machines;
mod mutations;
