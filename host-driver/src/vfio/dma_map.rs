//! Which memory of this process the device sees at which IOVA.

use crate::device::DeviceError;
use crate::mmio::DmaMemory;
use crate::ranges::Ranges;
use iommufd_ioctls::IommufdError;
use std::io;
use std::sync::Arc;
use vfio_ioctls::{VfioError as KernelError, VfioOps};

/// An IO address space: a VFIO container, or in tests something that remembers.
pub(super) trait AddressSpace {
    /// Lets the device read and write `length` bytes from `memory` on at `iova`.
    ///
    /// # Safety
    /// Until `unmap` succeeds, the memory stays mapped in this process, and the process uses it by volatile accesses through
    /// raw pointers only.
    unsafe fn map(&self, iova: u64, length: usize, memory: *mut u8) -> Result<(), KernelError>;

    /// Takes them back; afterwards the device does not reach them any more.
    fn unmap(&self, iova: u64, length: usize) -> Result<(), KernelError>;
}

impl AddressSpace for Arc<dyn VfioOps> {
    unsafe fn map(&self, iova: u64, length: usize, memory: *mut u8) -> Result<(), KernelError> {
        // SAFETY: the caller promises what this function asks for.
        unsafe { self.vfio_dma_map(iova, length, memory) }
    }

    fn unmap(&self, iova: u64, length: usize) -> Result<(), KernelError> {
        self.vfio_dma_unmap(iova, length)
    }
}

/// Memory by IOVA, known to an address space.
pub(super) struct DmaMap<A: AddressSpace> {
    space: A,
    ranges: Ranges,
}

impl<A: AddressSpace> DmaMap<A> {
    pub fn new(space: A) -> Self {
        Self {
            space,
            ranges: Ranges::default(),
        }
    }

    /// Maps `length` zeroed bytes at `iova`.
    pub fn map(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        self.ranges.check(iova, length)?;
        let refuse = |why: String| DeviceError::Map { iova, length, why };
        let memory = DmaMemory::new(length).map_err(|e| refuse(e.to_string()))?;
        // SAFETY: the memory is anonymous, owned by the DmaMemory, which makes volatile accesses only; it is kept in `ranges` and dropped
        // only after `unmap` has succeeded (in `unmap` and `drop` below).
        unsafe { self.space.map(iova, length, memory.as_mut_ptr()) }
            .map_err(|e| refuse(map_advice(&e)))?;
        self.ranges.insert(iova, memory);
        Ok(())
    }

    /// Takes back exactly what was mapped.
    pub fn unmap(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        self.ranges.check_exact(iova, length)?;
        self.space
            .unmap(iova, length)
            .map_err(|e| DeviceError::Backend(Box::new(e)))?;
        self.ranges.remove(iova);
        Ok(())
    }

    /// Reads; what the caller reads afterwards is at least as new.
    pub fn read(&self, iova: u64, target: &mut [u8]) -> Result<(), DeviceError> {
        self.ranges.read(iova, target)
    }

    /// Writes; the device sees earlier writes first.
    pub fn write(&self, iova: u64, bytes: &[u8]) -> Result<(), DeviceError> {
        self.ranges.write(iova, bytes)
    }
}

impl<A: AddressSpace> Drop for DmaMap<A> {
    fn drop(&mut self) {
        for (iova, memory) in self.ranges.take_all() {
            if self.space.unmap(iova, memory.len()).is_err() {
                // the device may still write there: the memory must not become anyone else's
                std::mem::forget(memory);
            }
        }
    }
}

/// What the kernel's refusal most likely means.
fn map_advice(error: &KernelError) -> String {
    let advice = match error {
        KernelError::IommuDmaMap(e) => advice_of(io::Error::from_raw_os_error(e.errno())),
        KernelError::IommufdIoctlError(IommufdError::IommuIoasMap(e)) => {
            advice_of(io::Error::from_raw_os_error(e.errno()))
        }
        _ => "",
    };
    format!("{error}{advice}")
}

fn advice_of(error: io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::OutOfMemory => {
            "; the limit of locked memory is reached, raise it (ulimit -l)"
        }
        io::ErrorKind::InvalidInput => {
            "; the IOMMU keeps this IOVA for itself or is not wide enough for it"
        }
        io::ErrorKind::AlreadyExists => "; another process of the domain has mapped this IOVA",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeMap;
    use std::rc::Rc;

    const ENOMEM: i32 = 12;

    /// Remembers what is mapped, and refuses on demand.
    #[derive(Clone, Default)]
    struct Fake(Rc<FakeState>);

    #[derive(Default)]
    struct FakeState {
        mapped: RefCell<BTreeMap<u64, (usize, *mut u8)>>,
        refuse_map: Cell<bool>,
        refuse_unmap: Cell<bool>,
    }

    impl AddressSpace for Fake {
        unsafe fn map(&self, iova: u64, length: usize, memory: *mut u8) -> Result<(), KernelError> {
            if self.0.refuse_map.get() {
                return Err(KernelError::IommuDmaMap(vmm_sys_util::errno::Error::new(
                    ENOMEM,
                )));
            }
            let old = self.0.mapped.borrow_mut().insert(iova, (length, memory));
            assert!(old.is_none(), "mapped twice at {iova:#x}");
            Ok(())
        }

        fn unmap(&self, iova: u64, length: usize) -> Result<(), KernelError> {
            if self.0.refuse_unmap.get() {
                return Err(KernelError::InvalidDmaUnmapSize);
            }
            let (was, _) = self.0.mapped.borrow_mut().remove(&iova).unwrap();
            assert_eq!(was, length);
            Ok(())
        }
    }

    fn map_of(fake: &Fake) -> DmaMap<Fake> {
        DmaMap::new(fake.clone())
    }

    #[test]
    fn dma_map_reads_what_the_device_sees() {
        let fake = Fake::default();
        let mut map = map_of(&fake);
        map.map(0x10_0000, 0x2000).unwrap();
        map.write(0x10_0ffe, &[1, 2, 3, 4]).unwrap();
        let (length, memory) = fake.0.mapped.borrow()[&0x10_0000];
        assert_eq!(length, 0x2000);
        // SAFETY: the range is mapped and 0x1000 lies in it.
        assert_eq!(unsafe { memory.add(0x1000).read_volatile() }, 3);
        // SAFETY: as above; this is the device's write.
        unsafe { memory.add(0x1fff).write_volatile(9) };
        let mut bytes = [0; 4];
        map.read(0x10_1ffc, &mut bytes).unwrap();
        assert_eq!(bytes, [0, 0, 0, 9]);
    }

    #[test]
    fn dma_map_refuses_bad_ranges_bad_flow() {
        let fake = Fake::default();
        let mut map = map_of(&fake);
        map.map(0x2000, 0x2000).unwrap();
        let bad = [
            (0x2000, 0x1000, "mapped at IOVA 0x2000"),
            (0x1000, 0x2000, "mapped at IOVA 0x2000"),
            (0x3000, 0x1000, "mapped at IOVA 0x2000"),
            (0x1000, 0x8000, "mapped at IOVA 0x2000"),
            (0x5000, 0, "multiples of 4096"),
            (0x5000, 100, "multiples of 4096"),
            (0x5001, 0x1000, "multiples of 4096"),
            (u64::MAX - 0xfff, 0x1000, "beyond 64 bits"),
        ];
        for (iova, length, wanted) in bad {
            let error = map.map(iova, length).unwrap_err().to_string();
            assert!(error.contains(wanted), "{iova:#x} {length:#x}: {error}");
        }
        map.map(0x1000, 0x1000).unwrap();
        map.map(0x4000, 0x1000).unwrap();
        assert_eq!(fake.0.mapped.borrow().len(), 3);
    }

    #[test]
    fn dma_map_refuses_accesses_outside_bad_flow() {
        let mut map = map_of(&Fake::default());
        map.map(0x2000, 0x1000).unwrap();
        map.map(0x3000, 0x1000).unwrap();
        for (iova, length) in [
            (0x1fff, 1),
            (0x1fff, 2),
            (0x4000, 1),
            (0x2fff, 2),
            (u64::MAX, 1),
        ] {
            let mut bytes = vec![0; length];
            let read = map.read(iova, &mut bytes);
            assert!(
                matches!(read, Err(DeviceError::Unmapped { iova: i, length: l }) if (i, l) == (iova, length))
            );
            assert!(map.write(iova, &bytes).is_err());
        }
    }

    #[test]
    fn dma_map_unmaps_exactly_what_was_mapped() {
        let fake = Fake::default();
        let mut map = map_of(&fake);
        map.map(0x2000, 0x2000).unwrap();
        map.write(0x2000, &[7]).unwrap();
        for (iova, length) in [(0x2000, 0x1000), (0x3000, 0x1000), (0x8000, 0x1000)] {
            assert!(map.unmap(iova, length).is_err());
        }
        map.unmap(0x2000, 0x2000).unwrap();
        assert!(map.unmap(0x2000, 0x2000).is_err());
        // given out again, the memory is zeroed
        map.map(0x2000, 0x1000).unwrap();
        let mut byte = [1];
        map.read(0x2000, &mut byte).unwrap();
        assert_eq!(byte, [0]);
    }

    #[test]
    fn dma_map_refused_by_the_kernel_leaves_nothing_bad_flow() {
        let fake = Fake::default();
        let mut map = map_of(&fake);
        fake.0.refuse_map.set(true);
        let error = map.map(0x2000, 0x1000).unwrap_err().to_string();
        assert!(error.contains("ulimit -l"), "{error}");
        assert!(map.read(0x2000, &mut [0]).is_err());
        fake.0.refuse_map.set(false);
        map.map(0x2000, 0x1000).unwrap();
        fake.0.refuse_unmap.set(true);
        assert!(map.unmap(0x2000, 0x1000).is_err());
        // what the device may still write to is kept
        map.write(0x2000, &[1]).unwrap();
    }

    #[test]
    fn dma_map_dropped_unmaps_all_and_keeps_what_it_cannot() {
        let fake = Fake::default();
        let mut map = map_of(&fake);
        map.map(0x2000, 0x1000).unwrap();
        map.map(0x8000, 0x1000).unwrap();
        drop(map);
        assert!(fake.0.mapped.borrow().is_empty());

        let mut map = map_of(&fake);
        map.map(0x2000, 0x1000).unwrap();
        fake.0.refuse_unmap.set(true);
        drop(map);
        let (_, memory) = fake.0.mapped.borrow()[&0x2000];
        // SAFETY: what cannot be unmapped is leaked, so that this is still a mapping.
        assert_eq!(unsafe { memory.read_volatile() }, 0);
    }
}
