//! The backend for a device that another process serves over vfio-user: a Unix socket that carries what the kernel's VFIO offers
//! by ioctl.
//!
//! [`VfioUserDevice::open`] takes the device behind a socket, checks it, resets it, and only then lets it reach memory. Memory is
//! shared by file descriptor, interrupts are event descriptors, registers go through the socket: a read is a message and its
//! answer, a write a message without one. Every answer is waited for for a bounded time; when one does not come, or the server is
//! gone, every later access fails with the same [`VfioUserError`], which is the source of a [`DeviceError::Backend`].
//!
//! There is no `unsafe` here; memory is touched in `mmio`.
#![forbid(unsafe_code)]

mod error;
mod protocol;

pub use crate::pci::{ClassCode, ConfigSpace, MsiX, Unfit};
pub use error::VfioUserError;

use crate::device::{Bar, Device, DeviceError};
use crate::interrupts::Interrupts;
use crate::mmio::DmaMemory;
use crate::pci::{self, BUS_MASTER, COMMAND, MEMORY_SPACE};
use crate::ranges::Ranges;
use fw_regs::bar0::{self, control, identity};
use fw_regs::doorbell;
use protocol::{Connection, Region};
use rustix::fs::{MemfdFlags, SealFlags};
use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::{Duration, Instant};
use vfio_bindings::bindings::vfio::{
    VFIO_PCI_BAR0_REGION_INDEX, VFIO_PCI_BAR2_REGION_INDEX, VFIO_PCI_CONFIG_REGION_INDEX,
    VFIO_PCI_MSIX_IRQ_INDEX,
};
use vmm_sys_util::epoll::EventSet;

/// How long an answer may take. It is as long as QEMU waits unless it is told otherwise.
const LIMIT: Duration = Duration::from_secs(5);

/// How long the device may take to clear its tables after a reset: a simulated one takes seconds on a busy machine.
const RESET_LIMIT: Duration = Duration::from_secs(60);

/// How long a pause is: the server needs the processor.
const PAUSE: Duration = Duration::from_micros(20);

/// A RoamNIC behind a vfio-user socket. Dropping it ends the connection, and with it the server's use of its memory.
pub struct VfioUserDevice {
    // before the memory
    connection: Connection,
    interrupts: Interrupts,
    memory: Ranges,
    /// bytes of registers and doorbells that may be used
    sizes: [u32; 2],
    resettable: bool,
}

impl VfioUserDevice {
    /// Opens the device behind the socket `path`. It is reset: what another process has left running in it ends here.
    ///
    /// # Errors
    /// [`VfioUserError`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, VfioUserError> {
        Self::open_within(path, LIMIT)
    }

    /// The same; no answer of the server may take longer than `limit`.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_within(path: impl AsRef<Path>, limit: Duration) -> Result<Self, VfioUserError> {
        let mut connection = Connection::open(path.as_ref(), limit)?;
        let info = connection.device_info()?;
        config(&mut connection)?.check_kind()?;
        if info.resettable {
            connection.reset()?;
        }
        set_command(&mut connection, MEMORY_SPACE)?;
        check_size(&mut connection, Bar::Registers, bar0::SIZE)?;
        wait_ready(&mut connection)?;
        let pages = read_register(&mut connection, identity::pages::REG.offset)?;
        let pages = identity::pages::LOG2_USER_CONTEXTS.get(pages).min(8);
        let doorbells = doorbell::PAGE_SIZE << pages;
        check_size(&mut connection, Bar::Doorbells, doorbells)?;
        let interrupts = interrupts(&mut connection)?;
        // last: from here on the device may use memory
        set_command(&mut connection, MEMORY_SPACE | BUS_MASTER)?;
        Ok(Self {
            connection,
            interrupts,
            memory: Ranges::default(),
            sizes: [bar0::SIZE, doorbells],
            resettable: info.resettable,
        })
    }

    /// Its configuration space.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn config(&mut self) -> Result<ConfigSpace, VfioUserError> {
        config(&mut self.connection)
    }

    /// Interrupt vectors in use.
    pub fn vectors(&self) -> usize {
        self.interrupts.events.len()
    }

    /// Resets the device, as the kernel would before it gives it to another process. Its owner has to open it anew.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn reset(&mut self) -> Result<(), VfioUserError> {
        match self.resettable {
            true => self.connection.reset(),
            false => Ok(()),
        }
    }

    /// An access that lies in the BAR and is aligned.
    fn check(&self, bar: Bar, offset: u32, bytes: u32) -> Result<(), DeviceError> {
        let size = match bar {
            Bar::Registers => self.sizes[0],
            Bar::Doorbells => self.sizes[1],
        };
        let inside = offset.checked_add(bytes).is_some_and(|end| end <= size);
        match inside && offset.is_multiple_of(bytes) {
            true => Ok(()),
            false => Err(DeviceError::BadAccess { bar, offset }),
        }
    }
}

impl Device for VfioUserDevice {
    fn read32(&mut self, bar: Bar, offset: u32) -> Result<u32, DeviceError> {
        self.check(bar, offset, 4)?;
        let mut bytes = [0; 4];
        self.connection
            .read(region_index(bar), offset.into(), &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn write32(&mut self, bar: Bar, offset: u32, value: u32) -> Result<(), DeviceError> {
        self.check(bar, offset, 4)?;
        let bytes = value.to_le_bytes();
        self.connection
            .post(region_index(bar), offset.into(), &bytes)?;
        Ok(())
    }

    fn write64(&mut self, bar: Bar, offset: u32, value: u64) -> Result<(), DeviceError> {
        self.check(bar, offset, 8)?;
        let bytes = value.to_le_bytes();
        self.connection
            .post(region_index(bar), offset.into(), &bytes)?;
        Ok(())
    }

    fn map(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        self.memory.check(iova, length)?;
        let refuse = |why: String| DeviceError::Map { iova, length, why };
        let (file, memory) = shared_memory(length).map_err(|e| refuse(e.to_string()))?;
        match self.connection.map(iova, length as u64, file.as_fd()) {
            Ok(()) => {}
            Err(VfioUserError::Refused { .. }) => {
                return Err(refuse("the server refuses it".into()));
            }
            Err(other) => return Err(other.into()),
        }
        self.memory.insert(iova, memory);
        Ok(())
    }

    fn unmap(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        self.memory.check_exact(iova, length)?;
        self.connection.unmap(iova, length as u64)?;
        self.memory.remove(iova);
        Ok(())
    }

    fn read_memory(&self, iova: u64, target: &mut [u8]) -> Result<(), DeviceError> {
        self.memory.read(iova, target)
    }

    fn write_memory(&mut self, iova: u64, bytes: &[u8]) -> Result<(), DeviceError> {
        self.memory.write(iova, bytes)
    }

    fn take_interrupts(&mut self) -> Result<u64, DeviceError> {
        let raised = self.interrupts.take().map_err(VfioUserError::Events)?;
        match raised.other {
            true => Err(self.connection.lost().into()),
            false => Ok(raised.vectors),
        }
    }

    fn pause(&mut self) -> Result<(), DeviceError> {
        // who waits for memory to change would not notice otherwise that nobody is left to change it
        if self.connection.is_closed() {
            return Err(self.connection.lost().into());
        }
        std::thread::sleep(PAUSE);
        Ok(())
    }
}

fn region_index(bar: Bar) -> u32 {
    match bar {
        Bar::Registers => VFIO_PCI_BAR0_REGION_INDEX,
        Bar::Doorbells => VFIO_PCI_BAR2_REGION_INDEX,
    }
}

/// `length` zeroed bytes that another process can map, and cannot make smaller.
fn shared_memory(length: usize) -> std::io::Result<(File, DmaMemory)> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = File::from(rustix::fs::memfd_create("roamnic-dma", flags)?);
    file.set_len(length as u64)?;
    let seals = SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
    rustix::fs::fcntl_add_seals(&file, seals)?;
    let memory = DmaMemory::shared(&file, length)?;
    Ok((file, memory))
}

fn config(connection: &mut Connection) -> Result<ConfigSpace, VfioUserError> {
    let mut bytes = [0xff; ConfigSpace::BYTES];
    connection.read(VFIO_PCI_CONFIG_REGION_INDEX, 0, &mut bytes)?;
    Ok(ConfigSpace::new(&bytes))
}

fn check_size(connection: &mut Connection, bar: Bar, needed: u32) -> Result<(), VfioUserError> {
    let Region { size } = connection.region(region_index(bar))?;
    Ok(pci::check_size(bar, size, needed.into())?)
}

fn read_register(connection: &mut Connection, offset: u32) -> Result<u32, VfioUserError> {
    let mut bytes = [0; 4];
    connection.read(VFIO_PCI_BAR0_REGION_INDEX, offset.into(), &mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Waits until the device takes commands.
fn wait_ready(connection: &mut Connection) -> Result<(), VfioUserError> {
    let started = Instant::now();
    loop {
        let found = read_register(connection, identity::magic::REG.offset)?;
        if found != fw_regs::MAGIC {
            return Err(Unfit::NotARoamNic { found }.into());
        }
        let status = read_register(connection, control::status::REG.offset)?;
        if control::status::READY.get(status) == 1 {
            return Ok(());
        }
        if started.elapsed() > RESET_LIMIT {
            let seconds = RESET_LIMIT.as_secs();
            return Err(Unfit::NotReady { seconds }.into());
        }
        std::thread::sleep(PAUSE);
    }
}

/// Descriptors for all vectors that the device has.
fn interrupts(connection: &mut Connection) -> Result<Interrupts, VfioUserError> {
    let vectors = connection.vectors(VFIO_PCI_MSIX_IRQ_INDEX)?;
    if vectors == 0 {
        return Err(Unfit::NoMsiX.into());
    }
    let interrupts = Interrupts::new(vectors as usize).map_err(VfioUserError::Events)?;
    connection.set_vectors(VFIO_PCI_MSIX_IRQ_INDEX, &interrupts.events)?;
    interrupts
        .watch(connection, EventSet::READ_HANG_UP)
        .map_err(VfioUserError::Events)?;
    Ok(interrupts)
}

/// Sets memory space and bus master in the command register, and sees that it took them.
fn set_command(connection: &mut Connection, wanted: u16) -> Result<(), VfioUserError> {
    let (region, at) = (VFIO_PCI_CONFIG_REGION_INDEX, COMMAND as u64);
    let mut bytes = [0; 2];
    connection.read(region, at, &mut bytes)?;
    let wrote = pci::command(u16::from_le_bytes(bytes), wanted);
    connection.write(region, at, &wrote.to_le_bytes())?;
    connection.read(region, at, &mut bytes)?;
    Ok(pci::check_command(wrote, u16::from_le_bytes(bytes))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_memory_is_zeroed_and_cannot_shrink() {
        let (file, memory) = shared_memory(0x3000).unwrap();
        let mut bytes = [1; 16];
        memory.read(0x2ff0, &mut bytes).unwrap();
        assert_eq!(bytes, [0; 16]);
        memory.write(0x1ffe, &[1, 2, 3, 4]).unwrap();
        let mut seen = [0; 4];
        std::os::unix::fs::FileExt::read_exact_at(&file, &mut seen, 0x1ffe).unwrap();
        assert_eq!(seen, [1, 2, 3, 4]);
        for length in [0x1000, 0x4000] {
            assert!(file.set_len(length).is_err());
        }
    }
}
