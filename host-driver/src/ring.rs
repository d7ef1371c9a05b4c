//! A queue in host memory with its doorbell record.

use crate::adapter::{Context, Shared};
use crate::device::DeviceError;
use crate::dma::Buffer;
use crate::error::VerbsError;
use fw_regs::doorbell::{self, Arm};

/// Entries of a queue that holds at least `wanted`: a power of two.
pub(crate) fn log_size(what: &'static str, wanted: u32) -> Result<u8, VerbsError> {
    let max = 1u32 << fw_regs::limits::LOG2_MAX_RING;
    if wanted == 0 || wanted > max {
        return Err(VerbsError::Limit {
            what,
            value: wanted.into(),
            min: 1,
            max: max.into(),
        });
    }
    Ok(wanted.next_power_of_two().trailing_zeros() as u8)
}

/// Where the doorbell record of a ring of `2^log_size` entries lies: on a page of its own behind them.
pub(crate) fn record_offset(log_size: u8, entry: usize) -> usize {
    (entry << log_size).next_multiple_of(4096)
}

/// Entries of `entry` bytes each, and behind them the doorbell record, on a page of its own.
pub(crate) struct Ring {
    memory: Buffer,
    entry: usize,
    pub log_size: u8,
    record: usize,
}

impl Ring {
    /// A ring of the adapter itself.
    pub fn new(shared: &Shared, log_size: u8, entry: usize) -> Result<Self, DeviceError> {
        let memory = Buffer::new(shared, Self::bytes(log_size, entry))?;
        Ok(Self::over(memory, log_size, entry))
    }

    /// A ring of a process.
    pub fn of(context: &Context, log_size: u8, entry: usize) -> Result<Self, DeviceError> {
        let memory = context.allocate(Self::bytes(log_size, entry))?;
        Ok(Self::over(memory, log_size, entry))
    }

    /// A ring in memory that is there already, at least [`Self::bytes`].
    pub fn over(memory: Buffer, log_size: u8, entry: usize) -> Self {
        Self {
            memory,
            entry,
            log_size,
            record: record_offset(log_size, entry),
        }
    }

    /// What a ring needs, doorbell record included.
    pub fn bytes(log_size: u8, entry: usize) -> usize {
        record_offset(log_size, entry) + doorbell::RECORD_BYTES as usize
    }

    pub fn memory(&self) -> &Buffer {
        &self.memory
    }

    pub fn iova(&self) -> u64 {
        self.memory.iova()
    }

    pub fn record_iova(&self) -> u64 {
        self.memory.iova() + self.record as u64
    }

    pub fn capacity(&self) -> usize {
        1 << self.log_size
    }

    fn offset(&self, index: u16) -> usize {
        (usize::from(index) & (self.capacity() - 1)) * self.entry
    }

    pub fn write(&self, index: u16, bytes: &[u8]) -> Result<(), DeviceError> {
        self.memory.write(self.offset(index), bytes)
    }

    pub fn read(&self, index: u16, target: &mut [u8]) -> Result<(), DeviceError> {
        self.memory.read(self.offset(index), target)
    }

    /// The entry at `index`, if the device has written it. The phase bit is in the last byte and what the device writes first may
    /// come after the reading of it: so the entry is read again once its phase has been seen.
    pub fn read_written<const N: usize>(
        &self,
        index: u16,
        phase_of: fn(&[u8; N]) -> bool,
    ) -> Result<Option<[u8; N]>, DeviceError> {
        let mut bytes = [0; N];
        self.read(index, &mut bytes)?;
        if phase_of(&bytes) != fw_regs::rings::phase(index, self.log_size) {
            return Ok(None);
        }
        self.read(index, &mut bytes)?;
        Ok(Some(bytes))
    }

    /// Writes the doorbell record; always before the doorbell.
    pub fn publish(&self, index: u16, arm: Arm) -> Result<(), DeviceError> {
        self.memory
            .write(self.record, &doorbell::record(index, arm).to_le_bytes())
    }
}
