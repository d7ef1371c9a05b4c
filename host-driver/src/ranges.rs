//! Which memory of this process the device sees at which IOVA: bookkeeping, without a word to the device.
#![forbid(unsafe_code)]

use crate::device::DeviceError;
use crate::mmio::{DmaMemory, udma_from_device_barrier, udma_to_device_barrier};
use crate::numbers::PAGE;
use std::collections::BTreeMap;

/// Memory by IOVA. Ranges do not overlap, and an access lies in one range.
#[derive(Default)]
pub(crate) struct Ranges {
    ranges: BTreeMap<u64, DmaMemory>,
}

impl Ranges {
    /// Whether `length` bytes at `iova` may be mapped.
    ///
    /// # Errors
    /// [`DeviceError::Map`]: not whole pages, beyond 64 bits, or taken.
    pub fn check(&self, iova: u64, length: usize) -> Result<(), DeviceError> {
        let refuse = |why: String| DeviceError::Map { iova, length, why };
        let page = PAGE as usize;
        if length == 0 || !iova.is_multiple_of(PAGE) || !length.is_multiple_of(page) {
            return Err(refuse(format!("both must be multiples of {PAGE}")));
        }
        let Some(end) = iova.checked_add(length as u64) else {
            return Err(refuse("the range ends beyond 64 bits".into()));
        };
        if let Some((at, memory)) = self.ranges.range(..end).next_back()
            && at + memory.len() as u64 > iova
        {
            return Err(refuse(format!(
                "{} bytes are mapped at IOVA {at:#x}",
                memory.len()
            )));
        }
        Ok(())
    }

    /// Notes memory where [`Self::check`] found room.
    pub fn insert(&mut self, iova: u64, memory: DmaMemory) {
        self.ranges.insert(iova, memory);
    }

    /// There is a range of exactly that place and length.
    ///
    /// # Errors
    /// [`DeviceError::Unmapped`].
    pub fn check_exact(&self, iova: u64, length: usize) -> Result<(), DeviceError> {
        match self.ranges.get(&iova) {
            Some(memory) if memory.len() == length => Ok(()),
            _ => Err(DeviceError::Unmapped { iova, length }),
        }
    }

    /// Forgets a range; its memory is free from then on.
    pub fn remove(&mut self, iova: u64) {
        self.ranges.remove(&iova);
    }

    /// All ranges, which are forgotten.
    pub fn take_all(&mut self) -> BTreeMap<u64, DmaMemory> {
        std::mem::take(&mut self.ranges)
    }

    fn find(&self, iova: u64, length: usize) -> Result<(&DmaMemory, usize), DeviceError> {
        let unmapped = DeviceError::Unmapped { iova, length };
        let Some((at, memory)) = self.ranges.range(..=iova).next_back() else {
            return Err(unmapped);
        };
        // the memory checks the end
        usize::try_from(iova - at)
            .map(|offset| (memory, offset))
            .map_err(|_| unmapped)
    }

    /// Reads; what the caller reads afterwards is at least as new.
    pub fn read(&self, iova: u64, target: &mut [u8]) -> Result<(), DeviceError> {
        let length = target.len();
        let (memory, offset) = self.find(iova, length)?;
        memory
            .read(offset, target)
            .ok_or(DeviceError::Unmapped { iova, length })?;
        udma_from_device_barrier();
        Ok(())
    }

    /// Writes; the device sees earlier writes first.
    pub fn write(&self, iova: u64, bytes: &[u8]) -> Result<(), DeviceError> {
        let length = bytes.len();
        let (memory, offset) = self.find(iova, length)?;
        udma_to_device_barrier();
        memory
            .write(offset, bytes)
            .ok_or(DeviceError::Unmapped { iova, length })
    }
}
