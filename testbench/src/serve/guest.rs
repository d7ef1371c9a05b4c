//! A client's memory as the NIC sees it: what the client has mapped, at the IOVAs that it has said, and nothing else.

use rustix::fs::SealFlags;
use sim_verilator::{DmaMemory, Unmapped};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use vm_memory::{Bytes, FileOffset, MmapRegion, VolatileMemory};

/// Ranges that a client may map. With an IOMMU before it, QEMU maps page by page: this is 4 GiB.
pub const MOST_WINDOWS: usize = 1 << 20;

/// Why a range cannot be mapped or unmapped.
#[derive(Debug, thiserror::Error)]
pub enum GuestError {
    /// Empty, or past the end of something.
    #[error("{length:#x} bytes at IOVA {iova:#x}, at {offset:#x} of the file, are no range")]
    Range { iova: u64, length: u64, offset: u64 },
    /// The IOVAs are taken.
    #[error("{length:#x} bytes at IOVA {iova:#x} overlap the range at {other:#x}")]
    Overlap { iova: u64, length: u64, other: u64 },
    /// Part of a range is to be unmapped.
    #[error("{length:#x} bytes at IOVA {iova:#x} are part of the range at {other:#x}")]
    Part { iova: u64, length: u64, other: u64 },
    /// The file is shorter than what is to be mapped of it, or is no file of memory.
    #[error("the file has {bytes:#x} bytes; {needed:#x} are to be mapped")]
    Short { bytes: u64, needed: u64 },
    /// The file can become smaller while it is mapped; the next access would kill this process (SIGBUS).
    #[error(
        "the file can be made smaller while it is mapped: it has to be memory of memfd_create, not of huge pages, with \
         F_SEAL_SHRINK set (QEMU: memory-backend-memfd, whose seal=on is the default)"
    )]
    Unsealed,
    /// Too many ranges.
    #[error("there are {MOST_WINDOWS} ranges")]
    Full,
    /// The file cannot be mapped here.
    #[error("cannot map the client's memory")]
    Map(#[from] vm_memory::mmap::MmapRegionError),
    /// The file cannot be looked at.
    #[error("cannot look at the client's memory")]
    File(#[from] io::Error),
}

/// A range of IOVAs. Without memory it was mapped without a file, as QEMU does with its firmware: it is taken, and out of reach.
struct Window {
    length: u64,
    memory: Option<Arc<MmapRegion>>,
    /// of the range's first byte in the memory
    offset: usize,
    readable: bool,
    writable: bool,
}

/// A mapped file, whole: clients share one file for all their memory, and map it page by page.
struct Mapped {
    device: u64,
    inode: u64,
    memory: Weak<MmapRegion>,
}

/// Everything that a client has mapped. Accesses may span adjacent ranges.
#[derive(Default)]
pub struct GuestMemory {
    windows: BTreeMap<u64, Window>,
    files: Vec<Mapped>,
    /// the device may use memory; without, every access is refused
    bus_master: bool,
}

impl GuestMemory {
    /// Lets the device use memory, or not.
    pub fn set_bus_master(&mut self, on: bool) {
        self.bus_master = on;
    }

    /// Nothing is mapped any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Ranges.
    pub fn windows(&self) -> usize {
        self.windows.len()
    }

    /// Maps `length` bytes of `file` from `offset` on at `iova`.
    ///
    /// # Errors
    /// [`GuestError`]; nothing has changed.
    pub fn map(
        &mut self,
        (iova, length): (u64, u64),
        (file, offset): (Option<File>, u64),
        (readable, writable): (bool, bool),
    ) -> Result<(), GuestError> {
        let range = GuestError::Range {
            iova,
            length,
            offset,
        };
        let ends = (iova.checked_add(length), offset.checked_add(length));
        let (Some(end), Some(needed)) = ends else {
            return Err(range);
        };
        let Ok(at) = usize::try_from(offset) else {
            return Err(range);
        };
        if length == 0 {
            return Err(range);
        }
        if self.windows.len() >= MOST_WINDOWS {
            return Err(GuestError::Full);
        }
        if let Some((&other, window)) = self.windows.range(..end).next_back()
            && other + window.length > iova
        {
            return Err(GuestError::Overlap {
                iova,
                length,
                other,
            });
        }
        let memory = file
            .map(|file| self.memory(file, needed, writable))
            .transpose()?;
        let window = Window {
            length,
            memory,
            offset: at,
            readable,
            writable,
        };
        self.windows.insert(iova, window);
        Ok(())
    }

    /// The whole of `file`, which has at least `needed` bytes, mapped once.
    fn memory(
        &mut self,
        file: File,
        needed: u64,
        writable: bool,
    ) -> Result<Arc<MmapRegion>, GuestError> {
        let about = file.metadata()?;
        if !about.is_file() {
            let bytes = about.len();
            return Err(GuestError::Short { bytes, needed });
        }
        check_sealed(&file)?;
        // once more: only what is sealed has the size that it has
        let bytes = file.metadata()?.len();
        if bytes < needed {
            return Err(GuestError::Short { bytes, needed });
        }
        let (device, inode) = (about.dev(), about.ino());
        self.files.retain(|m| m.memory.strong_count() > 0);
        let known = self
            .files
            .iter()
            .filter(|m| (m.device, m.inode) == (device, inode))
            .filter_map(|m| m.memory.upgrade())
            .find(|m| m.size() as u64 >= needed && (!writable || is_writable(m)));
        if let Some(memory) = known {
            return Ok(memory);
        }
        let whole = FileOffset::new(file, 0);
        let size = usize::try_from(bytes).map_err(|_| GuestError::Short { bytes, needed })?;
        let memory = match writable {
            true => MmapRegion::from_file(whole, size)?,
            false => MmapRegion::build(Some(whole), size, PROT_READ, MAP_SHARED)?,
        };
        let memory = Arc::new(memory);
        self.files.push(Mapped {
            device,
            inode,
            memory: Arc::downgrade(&memory),
        });
        Ok(memory)
    }

    /// Unmaps every range inside `length` bytes from `iova` on. A client may name more than it has mapped, up to everything.
    ///
    /// # Errors
    /// [`GuestError::Part`]: a range lies across one of the ends. Nothing has changed.
    pub fn unmap(&mut self, iova: u64, length: u64) -> Result<(), GuestError> {
        let end = iova.saturating_add(length);
        let part = |other: u64| GuestError::Part {
            iova,
            length,
            other,
        };
        if let Some((&other, window)) = self.windows.range(..iova).next_back()
            && other + window.length > iova
            && length > 0
        {
            return Err(part(other));
        }
        if let Some((&other, window)) = self.windows.range(iova..end).next_back()
            && other + window.length > end
        {
            return Err(part(other));
        }
        let inside: Vec<u64> = self.windows.range(iova..end).map(|(&at, _)| at).collect();
        for at in inside {
            self.windows.remove(&at);
        }
        Ok(())
    }

    /// The memory of `length` bytes at `iova`, piece by piece, if the device may access all of it.
    fn pieces(&self, iova: u64, length: usize, write: bool) -> Option<Vec<Piece<'_>>> {
        let mut pieces = Vec::with_capacity(1);
        let mut done = 0;
        while done < length && self.bus_master {
            let at = iova.checked_add(done as u64)?;
            let (&start, window) = self.windows.range(..=at).next_back()?;
            let inside = at - start;
            let rest = window.length.checked_sub(inside).filter(|&rest| rest > 0)?;
            let allowed = if write {
                window.writable
            } else {
                window.readable
            };
            let memory = window.memory.as_ref().filter(|_| allowed)?;
            let length = (length - done).min(usize::try_from(rest).unwrap_or(usize::MAX));
            let offset = window.offset + inside as usize;
            pieces.push(Piece {
                memory,
                offset,
                done,
                length,
            });
            done += length;
        }
        (done == length).then_some(pieces)
    }
}

/// `statfs`' name of the kernel's file system for memory (linux/magic.h).
const TMPFS_MAGIC: u64 = 0x0102_1994;

/// That every page of the file stays what it is: a client cannot take away what is mapped here. Huge pages are in a file system of
/// their own, which may have none left for a hole that the client makes.
fn check_sealed(file: &File) -> Result<(), GuestError> {
    let fixed = rustix::fs::fcntl_get_seals(file).is_ok_and(|s| s.contains(SealFlags::SHRINK));
    let system = rustix::fs::fstatfs(file).map_err(io::Error::from)?.f_type;
    match fixed && u64::try_from(system) == Ok(TMPFS_MAGIC) {
        true => Ok(()),
        false => Err(GuestError::Unsealed),
    }
}

/// Protection and flags of `mmap` for a file that is only read (the ABI of Linux).
const PROT_READ: i32 = 1;
const MAP_SHARED: i32 = 1;
const PROT_WRITE: i32 = 2;

fn is_writable(memory: &MmapRegion) -> bool {
    memory.prot() & PROT_WRITE != 0
}

/// Part of an access: bytes `done..done + length` of it, at `offset` of one memory.
struct Piece<'a> {
    memory: &'a MmapRegion,
    offset: usize,
    done: usize,
    length: usize,
}

impl Piece<'_> {
    /// Bytes before the first aligned word of eight, and words: like a device, and unlike `memcpy`, the client sees aligned words whole
    /// and in ascending order.
    fn parts(&self) -> (usize, usize) {
        let head = (self.offset.next_multiple_of(8) - self.offset).min(self.length);
        (head, (self.length - head) / 8)
    }

    fn read(&self, target: &mut [u8]) -> vm_memory::volatile_memory::Result<()> {
        let memory = self.memory.as_volatile_slice();
        let (head, words) = self.parts();
        let byte = |at: usize| memory.load::<u8>(self.offset + at, Ordering::Acquire);
        for k in (0..head).chain(head + 8 * words..self.length) {
            target[k] = byte(k)?;
        }
        for (k, bytes) in target[head..head + 8 * words]
            .chunks_exact_mut(8)
            .enumerate()
        {
            let word = memory.load::<u64>(self.offset + head + 8 * k, Ordering::Acquire)?;
            bytes.copy_from_slice(&word.to_ne_bytes());
        }
        Ok(())
    }

    fn write(&self, data: &[u8]) -> vm_memory::volatile_memory::Result<()> {
        let memory = self.memory.as_volatile_slice();
        let (head, words) = self.parts();
        let put = |at: usize| memory.store(data[at], self.offset + at, Ordering::Release);
        (0..head).try_for_each(put)?;
        for (k, bytes) in data[head..head + 8 * words].chunks_exact(8).enumerate() {
            let word = u64::from_ne_bytes(std::array::from_fn(|b| bytes[b]));
            memory.store(word, self.offset + head + 8 * k, Ordering::Release)?;
        }
        (head + 8 * words..self.length).try_for_each(put)
    }
}

impl DmaMemory for GuestMemory {
    fn dma_read(&mut self, iova: u64, target: &mut [u8]) -> Result<(), Unmapped> {
        let length = target.len();
        let refused = Unmapped { iova, length };
        let pieces = self.pieces(iova, length, false).ok_or(refused)?;
        for piece in pieces {
            let target = &mut target[piece.done..piece.done + piece.length];
            piece.read(target).map_err(|_| refused)?;
        }
        Ok(())
    }

    fn dma_write(&mut self, iova: u64, data: &[u8]) -> Result<(), Unmapped> {
        let length = data.len();
        let refused = Unmapped { iova, length };
        let pieces = self.pieces(iova, length, true).ok_or(refused)?;
        for piece in pieces {
            let data = &data[piece.done..piece.done + piece.length];
            piece.write(data).map_err(|_| refused)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::MemfdFlags;
    use std::os::unix::fs::FileExt;

    const READ_WRITE: (bool, bool) = (true, true);

    /// `pages` pages of memory.
    fn unsealed(pages: u64) -> File {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = File::from(rustix::fs::memfd_create("guest", flags).unwrap());
        file.set_len(pages * 4096).unwrap();
        file
    }

    /// The same, and it stays as large.
    fn memory(pages: u64) -> File {
        let file = unsealed(pages);
        rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK).unwrap();
        file
    }

    fn copy(file: &File) -> Option<File> {
        Some(file.try_clone().unwrap())
    }

    fn guest() -> GuestMemory {
        let mut guest = GuestMemory::default();
        guest.set_bus_master(true);
        guest
    }

    #[test]
    fn guest_memory_is_the_clients_at_every_alignment() {
        let file = memory(2);
        let mut guest = guest();
        guest
            .map((0x1000, 0x1000), (copy(&file), 0x1000), READ_WRITE)
            .unwrap();
        guest
            .map((0x2000, 0x1000), (copy(&file), 0), READ_WRITE)
            .unwrap();
        for start in 0x1ff0_u64..0x1ff9 {
            for length in 0..40 {
                let bytes: Vec<u8> = (0..length).map(|k| (start + 7 * k) as u8).collect();
                guest.dma_write(start, &bytes).unwrap();
                let mut back = vec![0; length as usize];
                guest.dma_read(start, &mut back).unwrap();
                assert_eq!(back, bytes, "{length} bytes at {start:#x}");
            }
        }
        guest.dma_write(0x1ffe, &[1, 2, 3, 4]).unwrap();
        let mut seen = [0; 2];
        file.read_exact_at(&mut seen, 0x1ffe).unwrap();
        assert_eq!(seen, [1, 2]);
        file.read_exact_at(&mut seen, 0).unwrap();
        assert_eq!(seen, [3, 4]);
        file.write_all_at(&[9], 0x1000).unwrap();
        let mut byte = [0];
        guest.dma_read(0x1000, &mut byte).unwrap();
        assert_eq!(byte, [9]);
    }

    #[test]
    fn guest_memory_maps_a_file_once() {
        let file = memory(512);
        let mut guest = guest();
        for page in 0..512_u64 {
            let at = 0x10_0000 + page * 4096;
            guest
                .map((at, 4096), (copy(&file), (511 - page) * 4096), READ_WRITE)
                .unwrap();
        }
        assert_eq!((guest.windows(), guest.files.len()), (512, 1));
        let pages = [0xab; 8192];
        guest.dma_write(0x10_0000 + 100, &pages).unwrap();
        guest.unmap(0x10_0000, 512 * 4096).unwrap();
        assert_eq!(guest.files[0].memory.strong_count(), 0);
    }

    #[test]
    fn guest_memory_outside_or_forbidden_bad_flow() {
        let file = memory(1);
        let mut guest = guest();
        guest
            .map((0x1000, 0x1000), (copy(&file), 0), (true, false))
            .unwrap();
        guest.map((0x4000, 0x1000), (None, 0), READ_WRITE).unwrap();
        guest
            .map((u64::MAX - 0xfff, 0xfff), (copy(&file), 0), READ_WRITE)
            .unwrap();
        assert!(guest.dma_write(0x1000, &[1]).is_err(), "read only");
        for (iova, length) in [
            (0xfff, 2),
            (0x1fff, 2),
            (0x4000, 1),
            (0x3000, 4),
            (u64::MAX - 1, 2),
            (u64::MAX, 2),
        ] {
            let mut target = vec![7; length];
            let refused = guest.dma_read(iova, &mut target).unwrap_err();
            assert_eq!(refused, Unmapped { iova, length });
            assert_eq!(target, vec![7; length]);
        }
        guest.dma_read(0x1ffe, &mut [0; 2]).unwrap();
        guest.set_bus_master(false);
        assert!(guest.dma_read(0x1ffe, &mut [0; 2]).is_err());
    }

    #[test]
    fn guest_memory_nonsense_is_refused_bad_flow() {
        let file = memory(4);
        let mut guest = guest();
        let mut map =
            |iova, length, offset| guest.map((iova, length), (copy(&file), offset), READ_WRITE);
        map(0x2000, 0x2000, 0).unwrap();
        for (iova, length, offset) in [
            (0x2000, 0x1000, 0),
            (0x1000, 0x1001, 0),
            (0x3fff, 0x1000, 0),
            (0x8000, 0, 0),
            (0x8000, 0x5000, 0),
            (0x8000, 0x1000, 0x4000),
            (u64::MAX, 0x1000, 0),
            (0x8000, u64::MAX, 0x1000),
            (0, u64::MAX, u64::MAX),
        ] {
            assert!(map(iova, length, offset).is_err(), "{iova:#x} {length:#x}");
        }
        let (reader, _writer) = io::pipe().unwrap();
        let pipe = File::from(std::os::fd::OwnedFd::from(reader));
        let refused = guest.map((0x8000, 0x1000), (Some(pipe), 0), READ_WRITE);
        assert!(matches!(refused, Err(GuestError::Short { .. })));
        for (iova, length) in [(0x2000, 0x1000), (0x3000, 0x1000), (0x3000, u64::MAX)] {
            let refused = guest.unmap(iova, length);
            assert!(matches!(
                refused,
                Err(GuestError::Part { other: 0x2000, .. })
            ));
        }
        // what QEMU does as it starts: more than there is, and past the end
        guest.unmap(0, u64::MAX).unwrap();
        guest.unmap(0xfef0_0000, 0xffff_ffff_0110_0000).unwrap();
        assert_eq!(guest.windows(), 0);
    }

    #[test]
    fn guest_memory_that_can_shrink_is_refused_bad_flow() {
        let mut guest = guest();
        let mut map = |file: &File| guest.map((0x1000, 0x1000), (copy(file), 0), READ_WRITE);
        let file = unsealed(2);
        assert!(matches!(map(&file), Err(GuestError::Unsealed)));
        rustix::fs::fcntl_add_seals(&file, SealFlags::GROW).unwrap();
        assert!(matches!(map(&file), Err(GuestError::Unsealed)));
        // a file of a disk has no seals
        let program = File::open(std::env::current_exe().unwrap()).unwrap();
        assert!(matches!(map(&program), Err(GuestError::Unsealed)));
        rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK).unwrap();
        map(&file).unwrap();
        assert!(file.set_len(0).is_err());
        // holes are filled with zeros
        file.write_all_at(&[7; 4096], 0).unwrap();
        let hole = rustix::fs::FallocateFlags::PUNCH_HOLE | rustix::fs::FallocateFlags::KEEP_SIZE;
        rustix::fs::fallocate(&file, hole, 0, 8192).unwrap();
        let mut bytes = [1; 8];
        guest.dma_read(0x1000, &mut bytes).unwrap();
        assert_eq!(bytes, [0; 8]);
    }
}
