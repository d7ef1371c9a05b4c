//! A device that the adapter and the test share.

use host_driver::{Bar, Device, DeviceError};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The device, what was raised, and what is mapped.
struct Inner {
    device: Box<dyn Device>,
    raised: u64,
    mapped: BTreeMap<u64, usize>,
}

/// A device with several handles: one is the adapter's, another the test's, that looks at what the adapter does with it, and does things
/// behind its back.
#[derive(Clone)]
pub struct SharedDevice {
    inner: Rc<RefCell<Inner>>,
}

impl SharedDevice {
    /// Handles on `device`.
    pub fn new(device: Box<dyn Device>) -> Self {
        Self {
            inner: Rc::new(RefCell::new(Inner {
                device,
                raised: 0,
                mapped: BTreeMap::new(),
            })),
        }
    }

    /// Interrupt vectors that were raised since the last call, whoever has taken them.
    ///
    /// # Errors
    /// The device failed.
    pub fn take_raised(&mut self) -> Result<u64, DeviceError> {
        self.take_interrupts()?;
        Ok(std::mem::take(&mut self.inner.borrow_mut().raised))
    }

    /// IOVA ranges that are mapped.
    pub fn mapped(&self) -> BTreeMap<u64, usize> {
        self.inner.borrow().mapped.clone()
    }
}

impl Device for SharedDevice {
    fn read32(&mut self, bar: Bar, offset: u32) -> Result<u32, DeviceError> {
        self.inner.borrow_mut().device.read32(bar, offset)
    }

    fn write32(&mut self, bar: Bar, offset: u32, value: u32) -> Result<(), DeviceError> {
        self.inner.borrow_mut().device.write32(bar, offset, value)
    }

    fn write64(&mut self, bar: Bar, offset: u32, value: u64) -> Result<(), DeviceError> {
        self.inner.borrow_mut().device.write64(bar, offset, value)
    }

    fn map(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        let mut inner = self.inner.borrow_mut();
        inner.device.map(iova, length)?;
        inner.mapped.insert(iova, length);
        Ok(())
    }

    fn unmap(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        let mut inner = self.inner.borrow_mut();
        inner.device.unmap(iova, length)?;
        inner.mapped.remove(&iova);
        Ok(())
    }

    fn read_memory(&self, iova: u64, target: &mut [u8]) -> Result<(), DeviceError> {
        self.inner.borrow().device.read_memory(iova, target)
    }

    fn write_memory(&mut self, iova: u64, bytes: &[u8]) -> Result<(), DeviceError> {
        self.inner.borrow_mut().device.write_memory(iova, bytes)
    }

    fn take_interrupts(&mut self) -> Result<u64, DeviceError> {
        let mut inner = self.inner.borrow_mut();
        let raised = inner.device.take_interrupts()?;
        inner.raised |= raised;
        Ok(raised)
    }

    fn pause(&mut self) -> Result<(), DeviceError> {
        self.inner.borrow_mut().device.pause()
    }
}
