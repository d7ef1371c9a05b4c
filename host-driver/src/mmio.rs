//! Memory that a device sees, or is: barriers, register windows, DMA memory.
//!
//! No reference to such memory is ever made, since the device may change it at any time: every access is volatile, through a
//! raw pointer, and checked against the length first. The barriers carry rdma-core's names and mean what they mean there.

use memmap2::{Advice, MmapOptions, MmapRaw};
use std::io;
use std::os::fd::AsRawFd;

/// Before a register write that makes the device look at memory: all earlier stores are visible to it by then. Also between
/// a queue entry and its doorbell record.
#[inline]
pub(crate) fn udma_to_device_barrier() {
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a barrier instruction; touches no register and no memory.
    unsafe {
        std::arch::asm!("dmb oshst", options(nostack, preserves_flags));
    }
    // x86: stores are seen in order, also stores to uncached registers; the compiler must keep it.
    #[cfg(not(target_arch = "aarch64"))]
    std::sync::atomic::fence(std::sync::atomic::Ordering::Release);
}

/// After a load that showed that the device has written (a phase bit, an interrupt): later loads see what it wrote before.
#[inline]
pub(crate) fn udma_from_device_barrier() {
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a barrier instruction; touches no register and no memory.
    unsafe {
        std::arch::asm!("dmb oshld", options(nostack, preserves_flags));
    }
    // x86: loads from cached memory are made in order; the compiler must keep it.
    #[cfg(not(target_arch = "aarch64"))]
    std::sync::atomic::fence(std::sync::atomic::Ordering::Acquire);
}

#[cfg(feature = "vfio")]
/// Where an access of `bytes` bytes at `offset` lies in a window of `length` bytes; none if beyond it or not aligned.
fn place(length: usize, offset: u32, bytes: usize) -> Option<usize> {
    let at = usize::try_from(offset).ok()?;
    (at.is_multiple_of(bytes) && at.checked_add(bytes)? <= length).then_some(at)
}

/// The first bytes of a BAR. Registers are little-endian.
#[cfg(feature = "vfio")]
pub(crate) struct Window {
    memory: MmapRaw,
}

#[cfg(feature = "vfio")]
impl Window {
    /// Maps `length` bytes of `file` from `offset` on.
    pub fn new(file: &impl AsRawFd, offset: u64, length: usize) -> io::Result<Self> {
        let memory = MmapOptions::new()
            .offset(offset)
            .len(length)
            .map_raw(file.as_raw_fd())?;
        memory.advise(Advice::DontFork)?;
        Ok(Self { memory })
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.memory.len()
    }

    /// Reads a 32-bit register; none if beyond the window or not aligned.
    pub fn read32(&self, offset: u32) -> Option<u32> {
        let at = place(self.len(), offset, 4)?;
        // SAFETY: at..at+4 lies in the mapping, which lives as long as self, and is aligned to 4 (mappings are to pages).
        let value = unsafe { self.memory.as_ptr().add(at).cast::<u32>().read_volatile() };
        // what the device wrote to memory before it answered is there now
        udma_from_device_barrier();
        Some(u32::from_le(value))
    }

    /// Writes a 32-bit register, after all earlier stores to memory; none if beyond the window or not aligned.
    pub fn write32(&self, offset: u32, value: u32) -> Option<()> {
        let at = place(self.len(), offset, 4)?;
        udma_to_device_barrier();
        let register = self.memory.as_mut_ptr().wrapping_add(at).cast::<u32>();
        // SAFETY: at..at+4 lies in the mapping, which lives as long as self, is writable, and is aligned to 4.
        unsafe { register.write_volatile(value.to_le()) };
        Some(())
    }

    /// Writes 64 bits in one access, after all earlier stores to memory; none if beyond the window or not aligned.
    pub fn write64(&self, offset: u32, value: u64) -> Option<()> {
        let at = place(self.len(), offset, 8)?;
        udma_to_device_barrier();
        let register = self.memory.as_mut_ptr().wrapping_add(at).cast::<u64>();
        // SAFETY: at..at+8 lies in the mapping, which lives as long as self, is writable, and is aligned to 8.
        unsafe { register.write_volatile(value.to_le()) };
        Some(())
    }
}

/// Zeroed, page-aligned memory of this process for a device to read and write. VFIO pins the pages when it maps them, so they are
/// not locked a second time; a child process does not inherit them, so that no copy-on-write parts process and device.
pub(crate) struct DmaMemory {
    memory: MmapRaw,
}

impl DmaMemory {
    /// `length` bytes, a positive multiple of a page.
    pub fn new(length: usize) -> io::Result<Self> {
        let memory = MmapRaw::from(MmapOptions::new().len(length).map_anon()?);
        memory.advise(Advice::DontFork)?;
        Ok(Self { memory })
    }

    /// `length` bytes of `file` from its beginning, which whoever else maps the file sees too. The file must not shrink as long as
    /// this lives: an access beyond its end kills the process. So it has to be one whose size is sealed.
    #[cfg(feature = "vfio-user")]
    pub fn shared(file: &std::fs::File, length: usize) -> io::Result<Self> {
        let memory = MmapOptions::new().len(length).map_raw(file.as_raw_fd())?;
        memory.advise(Advice::DontFork)?;
        Ok(Self { memory })
    }

    /// First byte, for the kernel to map.
    #[cfg(feature = "vfio")]
    pub fn as_mut_ptr(&self) -> *mut u8 {
        self.memory.as_mut_ptr()
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.memory.len()
    }

    fn holds(&self, offset: usize, length: usize) -> bool {
        offset
            .checked_add(length)
            .is_some_and(|end| end <= self.len())
    }

    /// Copies out from `offset` on, ascending, aligned words of 8 bytes in one access each; none beyond the end.
    pub fn read(&self, offset: usize, target: &mut [u8]) -> Option<()> {
        if !self.holds(offset, target.len()) {
            return None;
        }
        let (head, words) = parts(offset, target.len());
        let (first, rest) = target.split_at_mut(head);
        let (middle, last) = rest.split_at_mut(8 * words);
        let base = self.memory.as_ptr().wrapping_add(offset);
        let byte = |at: usize| {
            // SAFETY: offset + at lies below offset + target.len(), inside the mapping, which lives as long as self.
            unsafe { base.add(at).read_volatile() }
        };
        for (k, target) in first.iter_mut().enumerate() {
            *target = byte(k);
        }
        for (k, target) in middle.chunks_exact_mut(8).enumerate() {
            // SAFETY: as for bytes; offset + head is a multiple of 8 and the mapping begins at a page.
            let word = unsafe { base.add(head + 8 * k).cast::<u64>().read_volatile() };
            target.copy_from_slice(&word.to_ne_bytes());
        }
        for (k, target) in last.iter_mut().enumerate() {
            *target = byte(head + 8 * words + k);
        }
        Some(())
    }

    /// Copies in from `offset` on, ascending, aligned words of 8 bytes in one access each; none beyond the end.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> Option<()> {
        if !self.holds(offset, bytes.len()) {
            return None;
        }
        let (head, words) = parts(offset, bytes.len());
        let (first, rest) = bytes.split_at(head);
        let (middle, last) = rest.split_at(8 * words);
        let base = self.memory.as_mut_ptr().wrapping_add(offset);
        let put = |at: usize, byte: u8| {
            // SAFETY: offset + at lies below offset + bytes.len(), inside the writable mapping, which lives as long as self.
            unsafe { base.add(at).write_volatile(byte) }
        };
        for (k, byte) in first.iter().enumerate() {
            put(k, *byte);
        }
        for (k, bytes) in middle.chunks_exact(8).enumerate() {
            let word = u64::from_ne_bytes(std::array::from_fn(|b| bytes[b]));
            // SAFETY: as for bytes; offset + head is a multiple of 8 and the mapping begins at a page.
            unsafe { base.add(head + 8 * k).cast::<u64>().write_volatile(word) };
        }
        for (k, byte) in last.iter().enumerate() {
            put(head + 8 * words + k, *byte);
        }
        Some(())
    }
}

/// Of `length` bytes from `offset` on: bytes before the first aligned word of 8, and words.
fn parts(offset: usize, length: usize) -> (usize, usize) {
    let head = (offset.next_multiple_of(8) - offset).min(length);
    (head, (length - head) / 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn dma_memory_begins_zeroed_and_copies_at_every_alignment() {
        let memory = DmaMemory::new(4096).unwrap();
        let mut all = vec![1; 4096];
        memory.read(0, &mut all).unwrap();
        assert!(all.iter().all(|&byte| byte == 0));
        for offset in 0..17 {
            for length in 0..40 {
                let bytes: Vec<u8> = (0..length).map(|k| (offset * 41 + k * 7) as u8).collect();
                memory.write(offset, &bytes).unwrap();
                all[offset..offset + length].copy_from_slice(&bytes);
                let mut back = vec![0; length];
                memory.read(offset, &mut back).unwrap();
                assert_eq!(back, bytes, "offset {offset} length {length}");
            }
        }
        let mut whole = vec![0; 4096];
        memory.read(0, &mut whole).unwrap();
        assert_eq!(whole[..64], all[..64]);
    }

    #[test]
    fn dma_memory_refuses_what_ends_beyond_it() {
        let memory = DmaMemory::new(4096).unwrap();
        assert!(memory.read(4095, &mut [0]).is_some());
        assert!(memory.read(4095, &mut [0; 2]).is_none());
        assert!(memory.write(4096, &[]).is_some());
        assert!(memory.write(4097, &[]).is_none());
        assert!(memory.write(usize::MAX, &[0; 2]).is_none());
    }

    #[test]
    fn window_shows_a_part_of_a_file_and_refuses_bad_accesses() {
        let path = std::env::temp_dir().join(format!("roamnic-window-{}", std::process::id()));
        let mut file = std::fs::File::options()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(&path)
            .unwrap();
        std::fs::remove_file(&path).unwrap();
        file.write_all(&[0; 3 * 4096]).unwrap();
        let window = Window::new(&file, 4096, 4096).unwrap();
        window.write32(0, 0x0403_0201).unwrap();
        window.write64(4088, 0x0807_0605_0403_0201).unwrap();
        assert_eq!(window.read32(0), Some(0x0403_0201));
        assert_eq!(window.read32(4092), Some(0x0807_0605));
        assert_eq!(window.read32(4096), None);
        assert_eq!(window.read32(2), None);
        assert_eq!(window.write64(4092, 0), None);
        assert_eq!(window.write64(4, 0), None);
        assert_eq!(window.write32(u32::MAX - 3, 0), None);
        let mut bytes = [0; 4];
        std::os::unix::fs::FileExt::read_exact_at(&file, &mut bytes, 4096).unwrap();
        assert_eq!(bytes, [1, 2, 3, 4]);
    }
}
