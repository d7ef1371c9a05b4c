//! The backend for a card behind the kernel's VFIO.
//!
//! [`VfioDevice::open`] takes the device that is bound to `vfio-pci`, checks it, resets it, and only then lets it reach memory. From
//! there on it is a [`Device`]: BARs and DMA memory are mapped into the process, interrupts are event descriptors. This module
//! knows the registers only as far as the reset needs them; everything else is [`crate::Adapter`]'s.
//!
//! `unsafe` is in two places: telling the IOMMU about memory (`dma_map`), and touching it (`mmio`).

mod config;
mod dma_map;
mod error;
mod sysfs;

pub use config::{ClassCode, ConfigSpace, MsiX};
pub use error::VfioError;
pub use sysfs::PciAddress;

use crate::device::{Bar, Device, DeviceError};
use crate::mmio::Window;
use config::{BUS_MASTER, COMMAND, MEMORY_SPACE};
use dma_map::DmaMap;
use fw_regs::bar0::{self, control, identity};
use fw_regs::doorbell;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use sysfs::{Found, Roots};
use vfio_bindings::bindings::vfio::{
    VFIO_PCI_BAR0_REGION_INDEX, VFIO_PCI_BAR2_REGION_INDEX, VFIO_PCI_CONFIG_REGION_INDEX,
    VFIO_PCI_MSIX_IRQ_INDEX, VFIO_REGION_INFO_FLAG_MMAP,
};
use vfio_ioctls::{VfioContainer, VfioOps, VfioRegionInfoCap};
use vmm_sys_util::epoll::{ControlOperation, Epoll, EpollEvent, EventSet};
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

/// How long a device may take to clear its tables after reset. Hardware takes milliseconds; a simulated NIC in a virtual
/// machine takes seconds.
const RESET_LIMIT: Duration = Duration::from_secs(10);

/// Interrupt vectors that [`Device::take_interrupts`] can tell.
const MOST_VECTORS: usize = 64;

/// log2 of the most doorbell pages: their number is 8 bits.
const LOG2_MOST_PAGES: u32 = 8;

/// The configuration space of any PCI device, from sysfs: 64 bytes for everyone, all 256 for root. `name` is an address such as
/// `0000:01:00.0` or a path in sysfs. Needs no VFIO.
///
/// # Errors
/// [`VfioError::BadName`], [`VfioError::NoDevice`], [`VfioError::Sysfs`].
pub fn read_config(name: impl AsRef<Path>) -> Result<(PciAddress, ConfigSpace), VfioError> {
    let (address, _, config) = sysfs::config(&Roots::system(), name.as_ref())?;
    Ok((address, config))
}

/// A RoamNIC behind VFIO. Dropping it stops its DMA, then gives memory and device back.
pub struct VfioDevice {
    address: PciAddress,
    bars: Bars,
    interrupts: Interrupts,
    // after the BARs, before the device: memory is unmapped while the container lives
    memory: DmaMap<Arc<dyn VfioOps>>,
    device: vfio_ioctls::VfioDevice,
}

impl VfioDevice {
    /// Opens the device `name`: an address such as `0000:01:00.0` or a path in sysfs. It must be bound to `vfio-pci`, alone or
    /// with others of its IOMMU group. The device is reset: what another process has left running in it ends here.
    ///
    /// # Errors
    /// [`VfioError`], with what would help.
    pub fn open(name: impl AsRef<Path>) -> Result<Self, VfioError> {
        let roots = Roots::system();
        let found = sysfs::examine(&roots, name.as_ref())?;
        let container = VfioContainer::new(None).map_err(|e| found.explain(&roots, e))?;
        let space: Arc<dyn VfioOps> = Arc::new(container);
        let device = vfio_ioctls::VfioDevice::new(&found.directory, space.clone(), false)
            .map_err(|e| found.explain(&roots, e))?;
        Self::check(found, device, space)
    }

    fn check(
        found: Found,
        device: vfio_ioctls::VfioDevice,
        space: Arc<dyn VfioOps>,
    ) -> Result<Self, VfioError> {
        let address = found.address;
        set_command(&device, address, MEMORY_SPACE)?;
        let registers = window(&device, Bar::Registers, bar0::SIZE.into())?;
        reset(&registers, RESET_LIMIT)?;
        let pages = register(&registers, identity::pages::REG.offset);
        let pages = 1
            << identity::pages::LOG2_USER_CONTEXTS
                .get(pages)
                .min(LOG2_MOST_PAGES);
        let needed = u64::from(doorbell::PAGE_SIZE) * pages;
        let doorbells = window(&device, Bar::Doorbells, needed)?;
        let interrupts = Interrupts::new(&device, address)?;
        // last: from here on the device may use memory
        set_command(&device, address, MEMORY_SPACE | BUS_MASTER)?;
        Ok(Self {
            address,
            bars: Bars {
                registers,
                doorbells,
            },
            interrupts,
            memory: DmaMap::new(space),
            device,
        })
    }

    /// Where the device is.
    pub fn address(&self) -> PciAddress {
        self.address
    }

    /// Its configuration space.
    pub fn config(&self) -> ConfigSpace {
        read_config_region(&self.device)
    }

    /// Interrupt vectors in use.
    pub fn vectors(&self) -> usize {
        self.interrupts.events.len()
    }
}

impl Drop for VfioDevice {
    fn drop(&mut self) {
        // Before its memory goes. If this fails, unmapping stops the DMA: the IOMMU refuses it.
        let _ = set_command(&self.device, self.address, MEMORY_SPACE);
    }
}

impl Device for VfioDevice {
    fn read32(&mut self, bar: Bar, offset: u32) -> Result<u32, DeviceError> {
        self.bars.read32(bar, offset)
    }

    fn write32(&mut self, bar: Bar, offset: u32, value: u32) -> Result<(), DeviceError> {
        let done = self.bars.window(bar).write32(offset, value);
        done.ok_or(DeviceError::BadAccess { bar, offset })
    }

    fn write64(&mut self, bar: Bar, offset: u32, value: u64) -> Result<(), DeviceError> {
        let done = self.bars.window(bar).write64(offset, value);
        done.ok_or(DeviceError::BadAccess { bar, offset })
    }

    fn map(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        self.memory.map(iova, length)
    }

    fn unmap(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        self.memory.unmap(iova, length)
    }

    fn read_memory(&self, iova: u64, target: &mut [u8]) -> Result<(), DeviceError> {
        self.memory.read(iova, target)
    }

    fn write_memory(&mut self, iova: u64, bytes: &[u8]) -> Result<(), DeviceError> {
        self.memory.write(iova, bytes)
    }

    fn take_interrupts(&mut self) -> Result<u64, DeviceError> {
        let raised = self.interrupts.take();
        raised.map_err(|e| DeviceError::Backend(Box::new(e)))
    }

    fn pause(&mut self) -> Result<(), DeviceError> {
        std::hint::spin_loop();
        std::thread::yield_now();
        Ok(())
    }
}

/// The BARs, mapped.
struct Bars {
    registers: Window,
    doorbells: Window,
}

impl Bars {
    fn window(&self, bar: Bar) -> &Window {
        match bar {
            Bar::Registers => &self.registers,
            Bar::Doorbells => &self.doorbells,
        }
    }

    fn read32(&self, bar: Bar, offset: u32) -> Result<u32, DeviceError> {
        let value = self.window(bar).read32(offset);
        let value = value.ok_or(DeviceError::BadAccess { bar, offset })?;
        // A read that nobody answers gives ones, but so may a register; the magic never does.
        if value == u32::MAX && register(&self.registers, identity::magic::REG.offset) == u32::MAX {
            return Err(DeviceError::NoAnswer { bar, offset });
        }
        Ok(value)
    }
}

/// Event descriptors, one for each vector, and one descriptor that watches them all: a look costs one system call.
struct Interrupts {
    events: Vec<EventFd>,
    epoll: Epoll,
}

impl Interrupts {
    fn new(device: &vfio_ioctls::VfioDevice, address: PciAddress) -> Result<Self, VfioError> {
        let vectors = device
            .get_irq_info(VFIO_PCI_MSIX_IRQ_INDEX)
            .map_or(0, |irq| irq.count as usize)
            .min(MOST_VECTORS);
        if vectors == 0 {
            return Err(VfioError::NoMsiX { address });
        }
        let interrupts = Self::of(vectors).map_err(VfioError::Events)?;
        device
            .enable_msix(interrupts.events.iter().collect())
            .map_err(VfioError::Kernel)?;
        Ok(interrupts)
    }

    fn of(vectors: usize) -> std::io::Result<Self> {
        use std::os::fd::AsRawFd;
        let epoll = Epoll::new()?;
        let events = (0..vectors)
            .map(|vector| {
                let event = EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)?;
                let watch = EpollEvent::new(EventSet::IN, vector as u64);
                epoll.ctl(ControlOperation::Add, event.as_raw_fd(), watch)?;
                Ok(event)
            })
            .collect::<std::io::Result<_>>()?;
        Ok(Self { events, epoll })
    }

    /// Vectors raised since the last call.
    fn take(&self) -> std::io::Result<u64> {
        let mut ready = [EpollEvent::default(); MOST_VECTORS];
        let count = match self.epoll.wait(0, &mut ready) {
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => 0,
            other => other?,
        };
        let mut raised = 0;
        for event in &ready[..count] {
            let vector = event.data() as usize;
            match self.events[vector].read() {
                Ok(_) => raised |= 1 << vector,
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(e) => return Err(e),
            }
        }
        Ok(raised)
    }
}

fn region_index(bar: Bar) -> u32 {
    match bar {
        Bar::Registers => VFIO_PCI_BAR0_REGION_INDEX,
        Bar::Doorbells => VFIO_PCI_BAR2_REGION_INDEX,
    }
}

/// What the kernel says of a BAR.
struct Region {
    size: u64,
    flags: u32,
    caps: Vec<VfioRegionInfoCap>,
}

impl Region {
    /// Whether its first `needed` bytes can be mapped.
    fn check(&self, bar: Bar, needed: u64) -> Result<(), VfioError> {
        let size = self.size;
        if size < needed {
            return Err(VfioError::BarTooSmall { bar, size, needed });
        }
        // a BAR with the MSI-X table in it says which parts may be mapped
        let holes = self.caps.iter().any(|cap| match cap {
            VfioRegionInfoCap::SparseMmap(sparse) => !sparse
                .areas
                .iter()
                .any(|area| area.offset == 0 && area.size >= needed),
            _ => false,
        });
        if self.flags & VFIO_REGION_INFO_FLAG_MMAP == 0 || holes {
            return Err(VfioError::BarNotMappable { bar, needed });
        }
        Ok(())
    }
}

/// Maps the first `needed` bytes of a BAR.
fn window(device: &vfio_ioctls::VfioDevice, bar: Bar, needed: u64) -> Result<Window, VfioError> {
    let index = region_index(bar);
    let region = Region {
        size: device.get_region_size(index),
        flags: device.get_region_flags(index),
        caps: device.get_region_caps(index),
    };
    region.check(bar, needed)?;
    Window::new(device, device.get_region_offset(index), needed as usize)
        .map_err(|source| VfioError::Map { bar, source })
}

/// A register that is known to lie in the window.
fn register(registers: &Window, offset: u32) -> u32 {
    registers.read32(offset).unwrap_or(u32::MAX)
}

/// Resets the device through its own register and waits until it takes commands.
fn reset(registers: &Window, limit: Duration) -> Result<(), VfioError> {
    let magic = || register(registers, identity::magic::REG.offset);
    let found = magic();
    if found != fw_regs::MAGIC {
        return Err(VfioError::NotARoamNic { found });
    }
    let command = control::control::RESET.of(1);
    let _ = registers.write32(control::control::REG.offset, command);
    let started = Instant::now();
    loop {
        // while the reset lasts, reads may give anything
        let status = register(registers, control::status::REG.offset);
        if magic() == fw_regs::MAGIC && control::status::READY.get(status) == 1 {
            return Ok(());
        }
        if started.elapsed() > limit {
            let seconds = limit.as_secs();
            return Err(VfioError::NotReady { seconds });
        }
        std::thread::yield_now();
    }
}

fn read_config_region(device: &vfio_ioctls::VfioDevice) -> ConfigSpace {
    // what cannot be read stays ones, as of an absent device
    let mut bytes = [0xff; ConfigSpace::BYTES];
    device.region_read(VFIO_PCI_CONFIG_REGION_INDEX, &mut bytes, 0);
    ConfigSpace::new(&bytes)
}

/// Sets memory space and bus master in the command register, and sees that it took them.
fn set_command(
    device: &vfio_ioctls::VfioDevice,
    address: PciAddress,
    wanted: u16,
) -> Result<(), VfioError> {
    let mut bytes = [0xff; 2];
    let at = COMMAND as u64;
    device.region_read(VFIO_PCI_CONFIG_REGION_INDEX, &mut bytes, at);
    let bits = MEMORY_SPACE | BUS_MASTER;
    let wrote = u16::from_le_bytes(bytes) & !bits | wanted;
    device.region_write(VFIO_PCI_CONFIG_REGION_INDEX, &wrote.to_le_bytes(), at);
    device.region_read(VFIO_PCI_CONFIG_REGION_INDEX, &mut bytes, at);
    let found = u16::from_le_bytes(bytes);
    match found & bits == wanted {
        true => Ok(()),
        false => Err(VfioError::CommandRegister {
            address,
            wrote,
            found,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::unix::fs::FileExt;
    use vfio_ioctls::{VfioRegionInfoCapSparseMmap, VfioRegionSparseMmapArea};

    fn region(size: u64, flags: u32, areas: Option<&[(u64, u64)]>) -> Region {
        let caps = areas.map(|areas| {
            VfioRegionInfoCap::SparseMmap(VfioRegionInfoCapSparseMmap {
                areas: areas
                    .iter()
                    .map(|&(offset, size)| VfioRegionSparseMmapArea { offset, size })
                    .collect(),
            })
        });
        Region {
            size,
            flags,
            caps: caps.into_iter().collect(),
        }
    }

    const MMAP: u32 = VFIO_REGION_INFO_FLAG_MMAP;

    #[test]
    fn region_large_enough_and_mappable_is_taken() {
        for (size, areas) in [
            (4096, None),
            (0x10000, None),
            (0x10000, Some(&[(0, 0x8000)][..])),
            (0x10000, Some(&[(0x9000, 0x7000), (0, 4096)])),
        ] {
            region(size, MMAP, areas)
                .check(Bar::Registers, 4096)
                .unwrap();
        }
        let mappable = Region {
            caps: vec![VfioRegionInfoCap::MsixMappable],
            ..region(0x10000, MMAP, None)
        };
        mappable.check(Bar::Doorbells, 0x10000).unwrap();
    }

    #[test]
    fn region_too_small_or_not_mappable_bad_flow() {
        let error = region(2048, MMAP, None)
            .check(Bar::Registers, 4096)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "Registers has 2048 bytes; the driver needs 4096"
        );
        for (flags, areas) in [
            (0, None),
            (MMAP, Some(&[(4096, 0xf000)][..])),
            (MMAP, Some(&[(0, 2048)])),
            (MMAP, Some(&[])),
        ] {
            let error = region(0x10000, flags, areas).check(Bar::Doorbells, 4096);
            assert!(matches!(error, Err(VfioError::BarNotMappable { .. })));
        }
    }

    #[test]
    fn interrupts_are_taken_once() {
        let interrupts = Interrupts::of(MOST_VECTORS).unwrap();
        assert_eq!(interrupts.take().unwrap(), 0);
        interrupts.events[0].write(1).unwrap();
        interrupts.events[63].write(3).unwrap();
        interrupts.events[63].write(1).unwrap();
        assert_eq!(interrupts.take().unwrap(), 1 | 1 << 63);
        assert_eq!(interrupts.take().unwrap(), 0);
    }

    /// A register window over a file, whose bytes the test sets.
    fn registers(name: &str, magic: u32, status: u32) -> (File, Window) {
        let path = std::env::temp_dir().join(format!("roamnic-{name}-{}", std::process::id()));
        let file = File::options()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(&path)
            .unwrap();
        std::fs::remove_file(&path).unwrap();
        file.set_len(bar0::SIZE.into()).unwrap();
        let put = |offset: u32, value: u32| {
            file.write_all_at(&value.to_le_bytes(), offset.into())
                .unwrap();
        };
        put(identity::magic::REG.offset, magic);
        put(control::status::REG.offset, status);
        let window = Window::new(&file, 0, bar0::SIZE as usize).unwrap();
        (file, window)
    }

    #[test]
    fn reset_is_written_and_waited_for() {
        let ready = control::status::READY.of(1);
        let (_file, window) = registers("reset", fw_regs::MAGIC, ready);
        reset(&window, Duration::ZERO).unwrap();
        let written = register(&window, control::control::REG.offset);
        assert_eq!(written, control::control::RESET.of(1));
    }

    #[test]
    fn reset_of_something_else_or_without_end_bad_flow() {
        let (_file, window) = registers("other", 0x1234_5678, 1);
        let error = reset(&window, Duration::ZERO).unwrap_err();
        assert!(matches!(
            error,
            VfioError::NotARoamNic { found: 0x1234_5678 }
        ));
        assert_eq!(register(&window, control::control::REG.offset), 0);
        let (_file, window) = registers("never", fw_regs::MAGIC, 0);
        let error = reset(&window, Duration::ZERO).unwrap_err();
        assert!(matches!(error, VfioError::NotReady { seconds: 0 }));
    }

    #[test]
    fn bars_tell_a_register_of_ones_from_a_device_that_is_gone_bad_flow() {
        let counter = bar0::counters::table::REG.offset;
        let (file, registers) = registers("bars", fw_regs::MAGIC, 1);
        let (_doorbells, doorbells) = self::registers("doorbells", 0, 0);
        let bars = Bars {
            registers,
            doorbells,
        };
        file.write_all_at(&[0xff; 4], counter.into()).unwrap();
        assert_eq!(bars.read32(Bar::Registers, counter).unwrap(), u32::MAX);
        assert_eq!(bars.read32(Bar::Doorbells, 0).unwrap(), 0);
        for offset in [bar0::SIZE, 2, u32::MAX] {
            let error = bars.read32(Bar::Registers, offset).unwrap_err();
            assert!(matches!(error, DeviceError::BadAccess { offset: o, .. } if o == offset));
        }
        // the link goes down
        file.write_all_at(&[0xff; bar0::SIZE as usize], 0).unwrap();
        let error = bars.read32(Bar::Registers, counter).unwrap_err();
        assert!(matches!(error, DeviceError::NoAnswer { offset, .. } if offset == counter));
    }

    #[test]
    fn open_of_a_device_that_is_not_there_bad_flow() {
        let error = VfioDevice::open("ffff:ff:1f.7").err().unwrap();
        assert!(matches!(error, VfioError::NoDevice { .. }), "{error}");
    }
}
