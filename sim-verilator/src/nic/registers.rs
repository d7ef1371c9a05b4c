//! Register accesses of the NIC: queued, or blocking for a bounded number of cycles.

use super::{Nic, NicError};
use crate::bar::{BadAddress, Bar, BarReadId, Size};
use crate::host::DmaMemory;

/// Why a register access failed.
#[derive(Debug, thiserror::Error)]
pub enum BarError {
    /// Nothing was sent.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The NIC did not take the access, or did not answer. The access is cancelled.
    #[error("no answer from {bar:?}+{address:#x} in {cycles} cycles")]
    Timeout {
        /// The window.
        bar: Bar,
        /// Byte address in it.
        address: u64,
        /// How long it was waited for.
        cycles: u64,
    },
    /// The circuit failed.
    #[error(transparent)]
    Nic(#[from] NicError),
}

impl Nic {
    /// Queues a 32-bit register write; accesses keep their order.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn post_bar_write32(
        &mut self,
        bar: Bar,
        address: u64,
        value: u32,
    ) -> Result<(), BadAddress> {
        self.bar
            .write(bar, address, u64::from(value), Size::Word)
            .map(drop)
    }

    /// Queues a 64-bit register write; accesses keep their order.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn post_bar_write64(
        &mut self,
        bar: Bar,
        address: u64,
        value: u64,
    ) -> Result<(), BadAddress> {
        self.bar.write(bar, address, value, Size::Double).map(drop)
    }

    /// Queues a 32-bit register read behind all accesses before it.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn start_bar_read32(&mut self, bar: Bar, address: u64) -> Result<BarReadId, BadAddress> {
        self.bar.read(bar, address, Size::Word)
    }

    /// Queues a 64-bit register read behind all accesses before it.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn start_bar_read64(&mut self, bar: Bar, address: u64) -> Result<BarReadId, BadAddress> {
        self.bar.read(bar, address, Size::Double)
    }

    /// The answer of a read, once; a 32-bit read fills the low half.
    pub fn poll_bar_read(&mut self, read: BarReadId) -> Option<u64> {
        self.bar.poll(read)
    }

    /// Gives a read up: its answer will be dropped.
    pub fn cancel_bar_read(&mut self, read: BarReadId) {
        self.bar.cancel_read(read);
    }

    /// Register accesses queued or waiting for an answer.
    pub fn bar_pending(&self) -> usize {
        self.bar.pending()
    }

    /// Reads a 32-bit register, stepping until the answer is there.
    ///
    /// # Errors
    /// [`BarError::Timeout`] after [`NicConfig::bar_timeout`] cycles.
    pub fn bar_read32(
        &mut self,
        host: &mut dyn DmaMemory,
        bar: Bar,
        address: u64,
    ) -> Result<u32, BarError> {
        self.bar_read(host, bar, address, Size::Word)
            .map(|value| value as u32)
    }

    /// Reads a 64-bit register, stepping until the answer is there.
    ///
    /// # Errors
    /// As [`bar_read32`](Self::bar_read32).
    pub fn bar_read64(
        &mut self,
        host: &mut dyn DmaMemory,
        bar: Bar,
        address: u64,
    ) -> Result<u64, BarError> {
        self.bar_read(host, bar, address, Size::Double)
    }

    /// Writes a 32-bit register, stepping until the NIC has taken it.
    ///
    /// # Errors
    /// As [`bar_read32`](Self::bar_read32).
    pub fn bar_write32(
        &mut self,
        host: &mut dyn DmaMemory,
        bar: Bar,
        address: u64,
        value: u32,
    ) -> Result<(), BarError> {
        self.bar_write(host, bar, address, u64::from(value), Size::Word)
    }

    /// Writes a 64-bit register, stepping until the NIC has taken it.
    ///
    /// # Errors
    /// As [`bar_read32`](Self::bar_read32).
    pub fn bar_write64(
        &mut self,
        host: &mut dyn DmaMemory,
        bar: Bar,
        address: u64,
        value: u64,
    ) -> Result<(), BarError> {
        self.bar_write(host, bar, address, value, Size::Double)
    }

    fn bar_read(
        &mut self,
        host: &mut dyn DmaMemory,
        bar: Bar,
        address: u64,
        size: Size,
    ) -> Result<u64, BarError> {
        let read = self.bar.read(bar, address, size)?;
        let cycles = self.config.bar_timeout;
        for _ in 0..cycles {
            self.step(host)?;
            if let Some(value) = self.bar.poll(read) {
                return Ok(value);
            }
        }
        self.bar.cancel_read(read);
        Err(BarError::Timeout {
            bar,
            address,
            cycles,
        })
    }

    fn bar_write(
        &mut self,
        host: &mut dyn DmaMemory,
        bar: Bar,
        address: u64,
        value: u64,
        size: Size,
    ) -> Result<(), BarError> {
        let write = self.bar.write(bar, address, value, size)?;
        let cycles = self.config.bar_timeout;
        for _ in 0..cycles {
            self.step(host)?;
            if !self.bar.is_waiting(write) {
                return Ok(());
            }
        }
        self.bar.cancel(write);
        Err(BarError::Timeout {
            bar,
            address,
            cycles,
        })
    }
}
