//! The contract between RoamNIC hardware and software, declared once.
//!
//! Everything that both sides must agree on is data in this crate: the register blocks of BAR0 ([`bar0`]), the doorbell
//! pages of BAR2 ([`doorbell`]), queue entries in host memory ([`rings`]), the context records the device keeps
//! ([`contexts`]), mailbox commands and their errors ([`commands`], [`mailbox`]), counters ([`counters`]), states and
//! completion codes ([`codes`]) and the numbers on the wire ([`wire`]). The program `fw-regs-gen` prints the same data as HDL
//! constants, a C header and Markdown; its `--check` refuses drift.
//!
//! This is the lowest layer: it does no I/O, allocates nothing and knows neither driver nor hardware. Read [`bar0`] first,
//! then [`contexts`].
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[macro_use]
mod macros;

pub mod bar0;
pub mod bridge;
pub mod codes;
pub mod commands;
pub mod contexts;
pub mod counters;
pub mod doorbell;
pub mod mailbox;
pub mod psn;
pub mod rings;
pub mod schema;
pub mod template;
pub mod wire;

pub use codes::{EventKind, MigrationPhase, QpState, WcOpcode, WcStatus, WqeOpcode};
pub use commands::{Command, CommandError, MigrationTimer, SetScope};
pub use contexts::ContextKind;
pub use counters::Counter;
pub use psn::Psn;

/// Major version of the contract: a driver refuses a device of another one.
pub const CONTRACT_MAJOR: u16 = 1;
/// Minor version of the contract: grows with compatible additions.
pub const CONTRACT_MINOR: u16 = 1;
/// Vendor half of every block's `type` register, and the PCI vendor number of the device ("RN", unassigned by PCI-SIG).
pub const VENDOR: u16 = 0x524e;
/// PCI device number.
pub const DEVICE: u16 = 0x0001;
/// The identity block's magic: the bytes "ROAM" in memory order.
pub const MAGIC: u32 = u32::from_le_bytes(*b"ROAM");

/// What one object may hold and one request may ask; reported in the identity block.
pub mod limits {
    constants! {
        "Limits";
        /// Scatter entries of a work request, send and receive.
        pub const MAX_SGE: u32 = 2;
        /// Bytes that fit inline into a send work request.
        pub const MAX_INLINE: u32 = 32;
        /// Largest message in bytes.
        pub const MAX_MESSAGE: u32 = 1 << 31;
        /// log2 of the entries of the largest ring; indices are free-running 16-bit numbers.
        pub const LOG2_MAX_RING: u32 = 15;
        /// log2 of the READ and ATOMIC requests a QP answers, or asks for, at a time.
        pub const LOG2_RD_ATOMIC: u32 = 3;
        /// Alignment of rings in host memory in bytes.
        pub const RING_ALIGN: u32 = 4096;
        /// Most PSNs that may be unacknowledged or reserved at a time.
        pub const PSN_WINDOW: u32 = (1 << 23) - 1;
        /// A DMA read never crosses a multiple of this many bytes.
        pub const READ_BOUNDARY: u32 = 512;
    }
}
