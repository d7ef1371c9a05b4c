//! Host memory as a device sees it: pages at I/O virtual addresses behind an IOMMU.

/// Granularity of mappings, as of an IOMMU with 4 KiB pages.
pub const PAGE: u64 = 4096;

/// What DMA reaches. [`HostMemory`] is the usual one; a server of another process's memory is another.
pub trait DmaMemory {
    /// Copies `target.len()` bytes from `iova`.
    ///
    /// # Errors
    /// [`Unmapped`], with nothing copied, if the IOMMU has no mapping for any of them.
    fn dma_read(&mut self, iova: u64, target: &mut [u8]) -> Result<(), Unmapped>;

    /// Copies `data` to `iova`.
    ///
    /// # Errors
    /// [`Unmapped`], with nothing copied.
    fn dma_write(&mut self, iova: u64, data: &[u8]) -> Result<(), Unmapped>;
}

/// Bytes without a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no mapping for {length} bytes at iova {iova:#x}")]
pub struct Unmapped {
    /// First byte asked for.
    pub iova: u64,
    /// How many were asked for.
    pub length: usize,
}

/// Why a mapping cannot be made or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// Empty, not made of whole pages, or past the end of the address space.
    #[error("iova {iova:#x} and length {length:#x} are not whole pages of {PAGE} bytes")]
    NotPages {
        /// First byte.
        iova: u64,
        /// Length in bytes.
        length: u64,
    },
    /// Part of the range is mapped already.
    #[error("{length:#x} bytes at iova {iova:#x} overlap the mapping at {other:#x}")]
    Overlap {
        /// First byte.
        iova: u64,
        /// Length in bytes.
        length: u64,
        /// Where the other mapping begins.
        other: u64,
    },
    /// Mappings are removed as they were made, never in part.
    #[error("no mapping of exactly {length:#x} bytes at iova {iova:#x}")]
    NoSuchMapping {
        /// First byte.
        iova: u64,
        /// Length in bytes.
        length: u64,
    },
}

#[derive(Clone, Debug)]
struct Region {
    iova: u64,
    bytes: Vec<u8>,
}

impl Region {
    /// Offset of `iova` if the region holds it.
    fn offset(&self, iova: u64) -> Option<usize> {
        let offset = usize::try_from(iova.checked_sub(self.iova)?).ok()?;
        (offset < self.bytes.len()).then_some(offset)
    }

    fn end(&self) -> u64 {
        self.iova + self.bytes.len() as u64
    }
}

/// Memory that is mapped for one device, zero at first. Accesses may span adjacent mappings.
#[derive(Clone, Debug, Default)]
pub struct HostMemory {
    /// Sorted by address, not overlapping.
    regions: Vec<Region>,
    /// The region of the last access; the next one is usually there too.
    recent: usize,
}

impl HostMemory {
    /// No mappings: every access is a fault.
    pub fn new() -> Self {
        Self::default()
    }

    /// Maps `length` zero bytes at `iova`.
    ///
    /// # Errors
    /// [`MapError::NotPages`], [`MapError::Overlap`].
    pub fn map(&mut self, iova: u64, length: u64) -> Result<(), MapError> {
        let not_pages = MapError::NotPages { iova, length };
        let end = iova.checked_add(length).ok_or(not_pages)?;
        if length == 0 || !iova.is_multiple_of(PAGE) || !length.is_multiple_of(PAGE) {
            return Err(not_pages);
        }
        let at = self.regions.partition_point(|region| region.end() <= iova);
        if let Some(other) = self.regions.get(at).filter(|region| region.iova < end) {
            return Err(MapError::Overlap {
                iova,
                length,
                other: other.iova,
            });
        }
        let size = usize::try_from(length).map_err(|_| not_pages)?;
        self.regions.insert(
            at,
            Region {
                iova,
                bytes: vec![0; size],
            },
        );
        Ok(())
    }

    /// Removes a mapping and gives its bytes back.
    ///
    /// # Errors
    /// [`MapError::NoSuchMapping`].
    pub fn unmap(&mut self, iova: u64, length: u64) -> Result<Vec<u8>, MapError> {
        let same = |region: &Region| region.iova == iova && region.bytes.len() as u64 == length;
        match self.regions.iter().position(same) {
            Some(at) => Ok(self.regions.remove(at).bytes),
            None => Err(MapError::NoSuchMapping { iova, length }),
        }
    }

    /// All mappings with their bytes, in order of their addresses.
    pub fn regions(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.regions.iter().map(|r| (r.iova, r.bytes.as_slice()))
    }

    /// Whether every byte of the range is mapped.
    pub fn is_mapped(&self, iova: u64, length: usize) -> bool {
        let mut rest = length as u64;
        let mut at = iova;
        while rest > 0 {
            let Some(region) = self.find(at) else {
                return false;
            };
            let part = rest.min(self.regions[region].end() - at);
            at += part;
            rest -= part;
        }
        true
    }

    /// Copies bytes out.
    ///
    /// # Errors
    /// [`Unmapped`], with nothing copied.
    pub fn read(&self, iova: u64, target: &mut [u8]) -> Result<(), Unmapped> {
        self.check(iova, target.len())?;
        let mut done = 0;
        while done < target.len() {
            let Some((region, offset)) = self.locate(iova + done as u64) else {
                break;
            };
            let part = (target.len() - done).min(region.bytes.len() - offset);
            target[done..done + part].copy_from_slice(&region.bytes[offset..offset + part]);
            done += part;
        }
        Ok(())
    }

    /// Copies bytes in.
    ///
    /// # Errors
    /// [`Unmapped`], with nothing copied.
    pub fn write(&mut self, iova: u64, data: &[u8]) -> Result<(), Unmapped> {
        self.check(iova, data.len())?;
        let mut done = 0;
        while done < data.len() {
            let at = iova + done as u64;
            let Some(index) = self.find(at) else { break };
            self.recent = index;
            let region = &mut self.regions[index];
            let Some(offset) = region.offset(at) else {
                break;
            };
            let part = (data.len() - done).min(region.bytes.len() - offset);
            region.bytes[offset..offset + part].copy_from_slice(&data[done..done + part]);
            done += part;
        }
        Ok(())
    }

    /// `length` bytes at `iova` as a new vector.
    ///
    /// # Errors
    /// [`Unmapped`].
    pub fn read_vec(&self, iova: u64, length: usize) -> Result<Vec<u8>, Unmapped> {
        self.check(iova, length)?;
        let mut bytes = vec![0; length];
        self.read(iova, &mut bytes)?;
        Ok(bytes)
    }

    fn check(&self, iova: u64, length: usize) -> Result<(), Unmapped> {
        if self.is_mapped(iova, length) {
            Ok(())
        } else {
            Err(Unmapped { iova, length })
        }
    }

    fn find(&self, iova: u64) -> Option<usize> {
        if self
            .regions
            .get(self.recent)
            .is_some_and(|region| region.offset(iova).is_some())
        {
            return Some(self.recent);
        }
        let at = self.regions.partition_point(|region| region.end() <= iova);
        self.regions.get(at)?.offset(iova).map(|_| at)
    }

    fn locate(&self, iova: u64) -> Option<(&Region, usize)> {
        let region = &self.regions[self.find(iova)?];
        Some((region, region.offset(iova)?))
    }
}

impl DmaMemory for HostMemory {
    fn dma_read(&mut self, iova: u64, target: &mut [u8]) -> Result<(), Unmapped> {
        if let Some(index) = self.find(iova) {
            self.recent = index;
        }
        self.read(iova, target)
    }

    fn dma_write(&mut self, iova: u64, data: &[u8]) -> Result<(), Unmapped> {
        self.write(iova, data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_access_spans_adjacent_mappings() {
        let mut memory = HostMemory::new();
        memory.map(2 * PAGE, PAGE).unwrap();
        memory.map(PAGE, PAGE).unwrap();
        memory.write(2 * PAGE - 2, &[1, 2, 3, 4]).unwrap();
        assert_eq!(
            memory.read_vec(2 * PAGE - 3, 6).unwrap(),
            [0, 1, 2, 3, 4, 0]
        );
    }

    #[test]
    fn memory_unmapped_bad_flow() {
        let mut memory = HostMemory::new();
        memory.map(PAGE, PAGE).unwrap();
        let unmapped = Unmapped {
            iova: 2 * PAGE - 1,
            length: 2,
        };
        assert_eq!(memory.write(2 * PAGE - 1, &[1, 2]), Err(unmapped));
        assert_eq!(
            memory.read_vec(2 * PAGE - 1, 1).unwrap(),
            [0],
            "a refused write writes nothing"
        );
        assert_eq!(memory.unmap(PAGE, PAGE).unwrap().len() as u64, PAGE);
        assert!(memory.read_vec(PAGE, 1).is_err());
        assert!(memory.read_vec(u64::MAX, 1).is_err());
    }

    #[test]
    fn memory_map_bad_flow() {
        let mut memory = HostMemory::new();
        memory.map(4 * PAGE, 2 * PAGE).unwrap();
        assert!(
            matches!(memory.map(5 * PAGE, PAGE), Err(MapError::Overlap { other, .. }) if other == 4 * PAGE)
        );
        assert!(matches!(
            memory.map(3 * PAGE, 2 * PAGE),
            Err(MapError::Overlap { .. })
        ));
        for (iova, length) in [(1, PAGE), (0, 0), (0, 5), (!(PAGE - 1), PAGE)] {
            assert_eq!(
                memory.map(iova, length),
                Err(MapError::NotPages { iova, length })
            );
        }
        let partial = memory.unmap(4 * PAGE, PAGE);
        assert_eq!(
            partial,
            Err(MapError::NoSuchMapping {
                iova: 4 * PAGE,
                length: PAGE
            })
        );
    }
}
