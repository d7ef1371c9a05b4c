//! Networks, hosts, clusters, scenarios and the `roamnic` program: everything that surrounds the Verilated NIC.
//!
//! Read [`net`] for what happens between hosts, [`cluster`] for hosts with NICs and the driver's way to them, and [`lab`] for
//! the ready-made laboratory on which the scenarios stand: [`migrate`], [`transfer`], [`soak`], [`search`], [`bench`], [`pingpong`], [`mod@show`]. [`peer`] is for tests: the other end of a connection,
//! played by hand. [`synth`] is about the chip instead.
//!
//! [`wire`] leads out of the simulation; [`station`] is one NIC at the end of such a wire, and [`perftest`] and [`rc_pingpong`] are programs on it
//! that speak to those of Linux.
#![forbid(unsafe_code)]

pub mod bench;
pub mod cluster;
pub mod devinfo;
pub mod drivertest;
pub mod faults;
pub mod fuzz;
pub mod kind;
pub mod lab;
pub mod migrate;
pub mod model;
pub mod net;
pub mod overhead;
pub mod peer;
pub mod perftest;
pub mod pingpong;
pub mod rc_pingpong;
pub mod replay;
pub mod rng;
pub mod roam;
pub mod search;
pub mod serve;
pub mod show;
pub mod soak;
pub mod station;
pub mod synth;
pub mod table;
pub mod transfer;
pub mod waves;
pub mod wire;
