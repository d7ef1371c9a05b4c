//! Networks, hosts, clusters, scenarios and the `roamnic` program: everything that surrounds the Verilated NIC.
//!
//! Read [`net`] for what happens between hosts.
#![forbid(unsafe_code)]

pub mod net;
