//! The NIC on boards.
//!
//! The core of `hdl` has a wire port, a register bus and DMA channels; this crate puts around it what a board needs, in RustHDL too: a gigabit MAC
//! ([`mac`]), memory on the chip that takes the place of a host's ([`hostmem`]), and a serial line over which a real host reaches both registers and
//! that memory ([`bridge`]; the driver's end of it is `host_driver::bridge`). [`node`] joins these and a core, [`card`] adds the port, and
//! [`pair`] has two nodes in one chip, between which [`selftest`] moves a connection. The Verilog files in `boards/` add only
//! what a vendor's chip has as cells: clocks and double data rate pins. [`flow`] runs synthesis, placement and packing.
//!
//! Its hardware knows no protocol above Ethernet frames. Read [`card`] first.
#![forbid(unsafe_code)]
// `for _N in N..N {}` tells the emitter the value of const generic N
#![allow(non_snake_case)]
// A kernel's conditions nest as the hardware's do; its macro knows `&` of signals, not `&&` of guards.
#![allow(clippy::collapsible_if)]

pub mod async_fifo;
pub mod board;
pub mod bridge;
pub mod card;
pub mod crc;
pub mod flow;
pub mod hostmem;
pub mod mac;
pub mod mac_rx;
pub mod mac_tx;
pub mod node;
pub mod pair;
pub mod selftest;
pub mod uart;
