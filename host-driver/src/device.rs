//! The device seam.

/// A BAR of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Registers.
    Registers,
    /// Doorbell pages.
    Doorbells,
}

/// The device or the way to it failed.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The device did not answer a register read in time.
    #[error("no answer to a read of {bar:?} at {offset:#x}")]
    NoAnswer {
        /// Which BAR.
        bar: Bar,
        /// Byte offset.
        offset: u32,
    },
    /// An access outside the BAR, or not aligned to its size.
    #[error("bad access to {bar:?} at {offset:#x}: beyond the BAR or not aligned")]
    BadAccess {
        /// Which BAR.
        bar: Bar,
        /// Byte offset.
        offset: u32,
    },
    /// Memory cannot be mapped there.
    #[error("cannot map {length} bytes at IOVA {iova:#x}: {why}")]
    Map {
        /// First IOVA.
        iova: u64,
        /// Bytes.
        length: usize,
        /// The backend's reason.
        why: String,
    },
    /// An access to memory that is not mapped.
    #[error("IOVA {iova:#x}..+{length} is not mapped")]
    Unmapped {
        /// First IOVA.
        iova: u64,
        /// Bytes.
        length: usize,
    },
    /// A checkpoint has stopped the process.
    #[error("the process is stopped for a migration: abort its checkpoint, or resume it, first")]
    Stopped,
    /// The process lives elsewhere.
    #[error("the process has moved away; its handles here are dead")]
    MovedAway,
    /// The backend failed for a reason of its own.
    #[error("device backend: {0}")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What the driver needs of a device. All offsets are bytes; registers are little-endian.
///
/// Order: the device sees memory writes through this trait in the order they were made, and a register write after all earlier
/// ones; memory read after a queue entry or interrupt was seen shows what the device wrote before it.
pub trait Device {
    /// Reads a 32-bit register.
    fn read32(&mut self, bar: Bar, offset: u32) -> Result<u32, DeviceError>;
    /// Writes a 32-bit register; may be posted.
    fn write32(&mut self, bar: Bar, offset: u32, value: u32) -> Result<(), DeviceError>;
    /// Writes 64 bits in one access, e.g. a doorbell; may be posted.
    fn write64(&mut self, bar: Bar, offset: u32, value: u64) -> Result<(), DeviceError>;
    /// Gives the device `length` zeroed bytes of memory at `iova`; both are multiples of 4096.
    fn map(&mut self, iova: u64, length: usize) -> Result<(), DeviceError>;
    /// Takes them back. The device must not use them any more.
    fn unmap(&mut self, iova: u64, length: usize) -> Result<(), DeviceError>;
    /// Reads mapped memory.
    fn read_memory(&self, iova: u64, target: &mut [u8]) -> Result<(), DeviceError>;
    /// Writes mapped memory.
    fn write_memory(&mut self, iova: u64, bytes: &[u8]) -> Result<(), DeviceError>;
    /// Interrupt vectors raised since the last call, bit v for vector v. Does not wait.
    fn take_interrupts(&mut self) -> Result<u64, DeviceError>;
    /// Lets a little time pass, so that the device can work: a spin-loop hint on hardware, some cycles in simulation.
    fn pause(&mut self) -> Result<(), DeviceError>;
}
