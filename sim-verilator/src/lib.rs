//! The Verilated NIC as a Rust value.
