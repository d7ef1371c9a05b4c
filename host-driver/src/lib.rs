//! The userspace driver: verbs over a device seam.
//!
//! The driver reaches a NIC through [`Device`], one small trait, and does not know what stands behind it: a card behind
//! the kernel's VFIO, a device that another process serves over vfio-user, or a Verilated NIC in the same program. It never blocks: every wait is a bounded loop that lets the
//! seam pass time.
//!
//! [`Adapter`] owns the device: registers, mailbox, event queue, IOVAs. It hands out [`Context`]s, one per process, each
//! with a doorbell page of its own; from there on the words are those of verbs: [`ProtectionDomain`], [`MemoryRegion`],
//! [`CompletionQueue`], [`SharedReceiveQueue`], [`QueuePair`]. Start reading at [`QueuePair`].
//!
//! A process can move with all of it to another adapter: [`Context::checkpoint`], [`Adapter::restore`], and the module
//! [`migration`], which says how.
//!
//! With the feature `netif`, a NIC's raw frames are a network interface: addresses, neighbours, pings, and TCP for what two ends tell
//! each other before they connect.
//!
//! `unsafe` is in the backend for VFIO and the module of mapped memory under it, nowhere else.
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod adapter;
mod connection;
mod cq;
mod device;
mod dma;
mod error;
mod events;
#[cfg(all(any(feature = "vfio", feature = "vfio-user"), target_os = "linux"))]
mod interrupts;
pub mod migration;
#[cfg(all(any(feature = "vfio", feature = "vfio-user"), target_os = "linux"))]
#[allow(unsafe_code)]
mod mmio;
mod modify;
mod mr;
#[cfg(feature = "netif")]
pub mod netif;
mod numbers;
#[cfg(all(any(feature = "vfio", feature = "vfio-user"), target_os = "linux"))]
pub mod pci;
mod qp;
#[cfg(all(any(feature = "vfio", feature = "vfio-user"), target_os = "linux"))]
mod ranges;
mod registry;
mod retired;
mod ring;
mod srq;
#[cfg(all(feature = "vfio", target_os = "linux"))]
#[allow(unsafe_code)]
pub mod vfio;
#[cfg(all(feature = "vfio-user", target_os = "linux"))]
pub mod vfio_user;
mod work;

pub use adapter::{Adapter, AdapterOptions, Attributes, Context};
pub use connection::{ConnectionData, MacAddress, MigrationData};
pub use cq::CompletionQueue;
pub use device::{Bar, Device, DeviceError};
pub use dma::Buffer;
pub use error::{CommandFailure, ModifyError, OpenError, PostError, VerbsError};
pub use events::AsyncEvent;
pub use fw_regs::{Psn, QpState, WcOpcode, WcStatus};
pub use modify::{InitAttributes, Modify, RtrAttributes, RtsAttributes};
pub use mr::{Access, MemoryRegion, ProtectionDomain};
pub use qp::{QpOptions, QueuePair};
pub use srq::SharedReceiveQueue;
pub use work::{Completion, RecvRequest, ScatterEntry, SendOperation, SendRequest};

/// The examples of the driver's page, compiled as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/driver.md")]
struct DriverPage;
