//! Networks, hosts, clusters, scenarios and the `roamnic` program: everything that surrounds the Verilated NIC.
//!
//! Read [`net`] for what happens between hosts, [`cluster`] for hosts with NICs and the driver's way to them.
#![forbid(unsafe_code)]

pub mod cluster;
pub mod net;
