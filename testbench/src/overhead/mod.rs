//! `roamnic overhead`: what migration costs a NIC.

pub mod cycles;
pub mod trace;
pub mod traffic;
