//! Memory that both the process and the device see.

use crate::adapter::Shared;
use crate::device::DeviceError;
use crate::numbers::PAGE;
use crate::registry::Registry;
use std::cell::Cell;
use std::rc::Rc;

/// Zeroed, page-aligned memory that the device reaches by its IOVA; unmapped when dropped.
#[derive(Clone)]
pub struct Buffer {
    inner: Rc<Mapping>,
}

pub(crate) struct Mapping {
    shared: Shared,
    /// none: of the adapter itself
    owner: Option<Rc<Registry>>,
    id: u32,
    iova: u64,
    length: usize,
    mapped: Cell<bool>,
}

impl Buffer {
    /// Maps `length` bytes, at least one, for the adapter's own use.
    pub(crate) fn new(shared: &Shared, length: usize) -> Result<Self, DeviceError> {
        Self::map(shared, None, 0, length)
    }

    /// Maps `length` bytes, at least one, for a process.
    pub(crate) fn of(
        shared: &Shared,
        owner: &Rc<Registry>,
        length: usize,
    ) -> Result<Self, DeviceError> {
        owner.check_live()?;
        let id = owner.buffers.handle();
        Self::numbered(shared, owner, id, length)
    }

    /// As [`Self::of`], with the number `id`.
    pub(crate) fn numbered(
        shared: &Shared,
        owner: &Rc<Registry>,
        id: u32,
        length: usize,
    ) -> Result<Self, DeviceError> {
        let made = Self::map(shared, Some(owner.clone()), id, length)?;
        owner.buffers.add(id, &made.inner);
        Ok(made)
    }

    fn map(
        shared: &Shared,
        owner: Option<Rc<Registry>>,
        id: u32,
        length: usize,
    ) -> Result<Self, DeviceError> {
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
            inner: Rc::new(Mapping {
                shared: shared.clone(),
                owner,
                id,
                iova,
                length: mapped,
                mapped: Cell::new(true),
            }),
        })
    }

    /// Number in its context, in the order of creation; a process that moves keeps it.
    pub fn id(&self) -> u32 {
        self.inner.id
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

    /// Leaves the memory to a device that may still use it: it is never unmapped.
    pub(crate) fn leak(&self) {
        self.inner.mapped.set(false);
    }

    /// Reads from `offset` on.
    ///
    /// # Errors
    /// [`DeviceError::Unmapped`] beyond the end, [`DeviceError::MovedAway`].
    pub fn read(&self, offset: usize, target: &mut [u8]) -> Result<(), DeviceError> {
        let iova = self.check(offset, target.len())?;
        if let Some(owner) = &self.inner.owner {
            owner.check_readable()?;
        }
        self.inner.shared.borrow().device.read_memory(iova, target)
    }

    /// Writes from `offset` on.
    ///
    /// # Errors
    /// [`DeviceError::Unmapped`] beyond the end, [`DeviceError::Stopped`], [`DeviceError::MovedAway`].
    pub fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), DeviceError> {
        let iova = self.check(offset, bytes.len())?;
        if let Some(owner) = &self.inner.owner {
            owner.check()?;
        }
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

impl From<Rc<Mapping>> for Buffer {
    fn from(inner: Rc<Mapping>) -> Self {
        Self { inner }
    }
}

/// Bytes overwritten in one access.
const WIPED_AT_ONCE: usize = 1 << 16;

impl Mapping {
    /// Overwrites the memory and takes it from the device; from then on nobody can read it, whoever still has a handle.
    pub fn wipe(&self) -> Result<(), DeviceError> {
        let zeros = vec![0; WIPED_AT_ONCE.min(self.length)];
        let mut adapter = self.shared.borrow_mut();
        for start in (0..self.length).step_by(WIPED_AT_ONCE) {
            let bytes = &zeros[..zeros.len().min(self.length - start)];
            adapter
                .device
                .write_memory(self.iova + start as u64, bytes)?;
        }
        drop(adapter);
        self.unmap()
    }

    fn unmap(&self) -> Result<(), DeviceError> {
        if self.mapped.replace(false) {
            let mut adapter = self.shared.borrow_mut();
            adapter.device.unmap(self.iova, self.length)?;
            adapter.iovas.give_back(self.iova, self.length as u64);
        }
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if let Some(owner) = &self.owner {
            owner.buffers.remove(self.id);
            if owner.fate.get().keeps_memory() {
                return;
            }
        }
        // at the worst the range is lost: a backend that cannot unmap has nothing better to offer
        if self.shared.try_borrow_mut().is_ok() {
            let _ = self.unmap();
        }
    }
}
