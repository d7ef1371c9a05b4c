//! The reference model of a reliable connection, and the lockstep check that holds a simulated NIC to it.
//!
//! Written from the rules of RC and of the migration protocol, not from the hardware. Three layers:
//!
//! 1. The halves of a queue pair, sans I/O: [`sender`] with [`completer`], and [`receiver`]. Packets go in; packets, effects on memory
//!    and completions come out. What time decides (does a receive come before its message? is there room for an answer?) is
//!    asked of the caller.
//! 2. [`qp`] puts them together to a machine that runs: it has a clock and speaks for itself.
//! 3. [`lockstep`] watches a cluster and *explains* what its NICs do: each frame, each write to host memory and each completion has to be one
//!    that the halves allow next for that queue pair and direction. The first that is not ends the run.
//!
//! It does not know: UD, UC, raw and loopback queue pairs. Read [`packet`] for the words, [`lockstep::Lockstep`] for the use.

pub mod completer;
pub mod lockstep;
pub mod memory;
pub mod migration;
pub mod packet;
pub mod qp;
pub mod receiver;
pub mod sender;
mod verdict;
