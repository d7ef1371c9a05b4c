//! Memory that both the process and the device see.

use crate::adapter::Shared;
use crate::device::DeviceError;
use crate::numbers::PAGE;
use std::rc::Rc;

/// Zeroed, page-aligned memory that the device reaches by its IOVA; unmapped when dropped.
#[derive(Clone)]
pub struct Buffer {
    inner: Rc<Inner>,
}

struct Inner {
    shared: Shared,
    iova: u64,
    length: usize,
}

impl Buffer {
    /// Maps `length` bytes, at least one.
    pub(crate) fn new(shared: &Shared, length: usize) -> Result<Self, DeviceError> {
        let mut adapter = shared.borrow_mut();
        let mapped = (length.max(1) as u64).next_multiple_of(PAGE) as usize;
        let iova = adapter
            .iovas
            .take(mapped as u64)
            .ok_or_else(|| DeviceError::Map {
                iova: 0,
                length,
                why: "no IOVA range is large enough".into(),
            })?;
        if let Err(error) = adapter.device.map(iova, mapped) {
            adapter.iovas.give_back(iova, mapped as u64);
            return Err(error);
        }
        Ok(Self {
            inner: Rc::new(Inner {
                shared: shared.clone(),
                iova,
                length: mapped,
            }),
        })
    }

    /// Where the device sees it.
    pub fn iova(&self) -> u64 {
        self.inner.iova
    }

    /// Bytes, a multiple of a page.
    pub fn len(&self) -> usize {
        self.inner.length
    }

    /// A buffer is never empty.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Reads from `offset` on.
    ///
    /// # Errors
    /// [`DeviceError::Unmapped`] beyond the end.
    pub fn read(&self, offset: usize, target: &mut [u8]) -> Result<(), DeviceError> {
        let iova = self.check(offset, target.len())?;
        self.inner.shared.borrow().device.read_memory(iova, target)
    }

    /// Writes from `offset` on.
    ///
    /// # Errors
    /// [`DeviceError::Unmapped`] beyond the end.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), DeviceError> {
        let iova = self.check(offset, bytes.len())?;
        self.inner
            .shared
            .borrow_mut()
            .device
            .write_memory(iova, bytes)
    }

    fn check(&self, offset: usize, length: usize) -> Result<u64, DeviceError> {
        let iova = self.inner.iova.saturating_add(offset as u64);
        match offset.checked_add(length) {
            Some(end) if end <= self.inner.length => Ok(iova),
            _ => Err(DeviceError::Unmapped { iova, length }),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // at the worst the range is lost: a backend that cannot unmap has nothing better to offer
        if let Ok(mut adapter) = self.shared.try_borrow_mut()
            && adapter.device.unmap(self.iova, self.length).is_ok()
        {
            adapter.iovas.give_back(self.iova, self.length as u64);
        }
    }
}
