//! Migration on Verilated NICs: the event table cell by cell, the rules one by one, every counterexample of the model check, and a stop at
//! every phase of every operation.
//!
//! In [`table`] and [`rules`] the test itself is the partner: it writes the packets ([`testbench::peer::packet`]) and looks at what comes back and at
//! the context records ([`station`]). In [`traces`] the test is the network between real NICs and decides what arrives when
//! ([`wires`]); in [`phases`] and the rest the network is the ordinary one. All are deterministic by [`kit::SEED`], at 64 bits or those
//! of `ROAMNIC_TEST_WIDTH`.
#![forbid(unsafe_code)]

mod doorbells;
mod dumps;
mod journeys;
mod kit;
mod large;
mod outcome;
mod pages;
mod phases;
mod replay;
mod rules;
mod scene;
mod station;
mod table;
mod trace;
mod traces;
mod wires;

use testbench::peer::packet;
