//! The backend for a card behind the kernel's VFIO.
//!
//! [`VfioDevice::open`] takes the device that is bound to `vfio-pci`, checks it, resets it, and only then lets it reach memory. From
//! there on it is a [`Device`]: BARs and DMA memory are mapped into the process, interrupts are event descriptors. This module
//! knows the registers only as far as the reset needs them; everything else is [`crate::Adapter`]'s.
//!
//! `unsafe` is in two places: telling the IOMMU about memory (`dma_map`), and touching it (`mmio`).

mod dma_map;
mod error;
mod sysfs;

pub use crate::pci::{ClassCode, ConfigSpace, MsiX, Unfit};
pub use error::VfioError;
pub use sysfs::PciAddress;

use crate::device::{Bar, Device, DeviceError};
use crate::interrupts::Interrupts;
use crate::mmio::Window;
use crate::pci::{self, BUS_MASTER, COMMAND, MEMORY_SPACE};
use dma_map::DmaMap;
use fw_regs::bar0::{self, control, identity};
use fw_regs::doorbell;
use iommufd_ioctls::IommuFd;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use sysfs::{Found, Roots};
use vfio_bindings::bindings::vfio::{
    VFIO_PCI_BAR0_REGION_INDEX, VFIO_PCI_BAR2_REGION_INDEX, VFIO_PCI_CONFIG_REGION_INDEX,
    VFIO_PCI_MSIX_IRQ_INDEX, VFIO_PCI_REQ_IRQ_INDEX, VFIO_REGION_INFO_FLAG_MMAP,
};
use vfio_ioctls::{VfioContainer, VfioIommufd, VfioOps, VfioRegionInfoCap};
use vmm_sys_util::epoll::EventSet;
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

/// How long a device may take to clear its tables after reset. Hardware takes milliseconds; a simulated NIC in a virtual
/// machine takes seconds.
const RESET_LIMIT: Duration = Duration::from_secs(10);

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

/// How the kernel is asked for the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// By its character device if there are one and an iommufd, else by its group.
    #[default]
    Auto,
    /// By its IOMMU group and a container: every kernel with VFIO.
    Group,
    /// By its character device and an iommufd: newer kernels, and what CRIU can restore.
    Cdev,
}

/// A RoamNIC behind VFIO. Dropping it stops its DMA, then gives memory and device back.
pub struct VfioDevice {
    address: PciAddress,
    way: Way,
    bars: Bars,
    interrupts: Interrupts,
    /// readable from when on the kernel wants the device back
    unplug: Option<EventFd>,
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
        Self::open_by(name, Way::Auto)
    }

    /// The same in a certain way.
    ///
    /// # Errors
    /// As [`Self::open`]; [`VfioError::NoIommufd`] and [`VfioError::NoCdev`] if the kernel does not have that way.
    pub fn open_by(name: impl AsRef<Path>, way: Way) -> Result<Self, VfioError> {
        let roots = Roots::system();
        let found = sysfs::examine(&roots, name.as_ref(), way)?;
        let space = space(&found).map_err(|e| found.explain(&roots, e))?;
        let device = vfio_ioctls::VfioDevice::new(&found.directory, space.clone(), true)
            .map_err(|e| found.explain(&roots, e))?;
        Self::check(found, device, space)
    }

    fn check(
        found: Found,
        device: vfio_ioctls::VfioDevice,
        space: Arc<dyn VfioOps>,
    ) -> Result<Self, VfioError> {
        let address = found.address;
        let unfit = |why| VfioError::Unfit { address, why };
        set_command(&device, MEMORY_SPACE).map_err(unfit)?;
        let registers = window(&device, address, Bar::Registers, bar0::SIZE.into())?;
        reset(&registers, RESET_LIMIT).map_err(unfit)?;
        let pages = register(&registers, identity::pages::REG.offset);
        let pages = 1
            << identity::pages::LOG2_USER_CONTEXTS
                .get(pages)
                .min(LOG2_MOST_PAGES);
        let needed = u64::from(doorbell::PAGE_SIZE) * pages;
        let doorbells = window(&device, address, Bar::Doorbells, needed)?;
        let interrupts = interrupts(&device, address)?;
        let unplug = unplug(&device, &interrupts)?;
        // last: from here on the device may use memory
        set_command(&device, MEMORY_SPACE | BUS_MASTER).map_err(unfit)?;
        Ok(Self {
            address,
            way: match found.cdev {
                Some(_) => Way::Cdev,
                None => Way::Group,
            },
            bars: Bars {
                registers,
                doorbells,
            },
            interrupts,
            unplug,
            memory: DmaMap::new(space),
            device,
        })
    }

    /// Where the device is.
    pub fn address(&self) -> PciAddress {
        self.address
    }

    /// How it was opened: by group or by character device.
    pub fn way(&self) -> Way {
        self.way
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
        let _ = set_command(&self.device, MEMORY_SPACE);
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
        let raised = raised.map_err(|e| DeviceError::Backend(Box::new(e)))?;
        if raised.other && self.unplug.is_some() {
            let address = self.address;
            return Err(DeviceError::Backend(Box::new(VfioError::Unplugged {
                address,
            })));
        }
        Ok(raised.vectors)
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

/// The IO address space that the device gets.
fn space(found: &Found) -> Result<Arc<dyn VfioOps>, vfio_ioctls::VfioError> {
    Ok(match found.cdev {
        Some(_) => {
            let iommu = IommuFd::new().map_err(vfio_ioctls::VfioError::NewVfioIommufd)?;
            Arc::new(VfioIommufd::new(Arc::new(iommu), None, None)?)
        }
        None => Arc::new(VfioContainer::new(None)?),
    })
}

/// Descriptors for all vectors that the device has.
fn interrupts(
    device: &vfio_ioctls::VfioDevice,
    address: PciAddress,
) -> Result<Interrupts, VfioError> {
    let vectors = device
        .get_irq_info(VFIO_PCI_MSIX_IRQ_INDEX)
        .map_or(0, |irq| irq.count as usize);
    if vectors == 0 {
        let why = Unfit::NoMsiX;
        return Err(VfioError::Unfit { address, why });
    }
    let interrupts = Interrupts::new(vectors).map_err(VfioError::Events)?;
    device
        .enable_msix(interrupts.events.iter().collect())
        .map_err(VfioError::Kernel)?;
    Ok(interrupts)
}

/// The descriptor by which the kernel asks for the device back, if this kernel does.
fn unplug(
    device: &vfio_ioctls::VfioDevice,
    interrupts: &Interrupts,
) -> Result<Option<EventFd>, VfioError> {
    let known = device.get_irq_info(VFIO_PCI_REQ_IRQ_INDEX);
    if known.is_none_or(|irq| irq.count == 0) {
        return Ok(None);
    }
    let event = EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC).map_err(VfioError::Events)?;
    device
        .enable_irq(VFIO_PCI_REQ_IRQ_INDEX, vec![&event])
        .map_err(VfioError::Kernel)?;
    interrupts
        .watch(&event, EventSet::IN)
        .map_err(VfioError::Events)?;
    Ok(Some(event))
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
    fn check(&self, address: PciAddress, bar: Bar, needed: u64) -> Result<(), VfioError> {
        pci::check_size(bar, self.size, needed).map_err(|why| VfioError::Unfit { address, why })?;
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
fn window(
    device: &vfio_ioctls::VfioDevice,
    address: PciAddress,
    bar: Bar,
    needed: u64,
) -> Result<Window, VfioError> {
    let index = region_index(bar);
    let region = Region {
        size: device.get_region_size(index),
        flags: device.get_region_flags(index),
        caps: device.get_region_caps(index),
    };
    region.check(address, bar, needed)?;
    Window::new(device, device.get_region_offset(index), needed as usize)
        .map_err(|source| VfioError::Map { bar, source })
}

/// A register that is known to lie in the window.
fn register(registers: &Window, offset: u32) -> u32 {
    registers.read32(offset).unwrap_or(u32::MAX)
}

/// Resets the device through its own register and waits until it takes commands.
fn reset(registers: &Window, limit: Duration) -> Result<(), Unfit> {
    let magic = || register(registers, identity::magic::REG.offset);
    let found = magic();
    if found != fw_regs::MAGIC {
        return Err(Unfit::NotARoamNic { found });
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
            return Err(Unfit::NotReady { seconds });
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
fn set_command(device: &vfio_ioctls::VfioDevice, wanted: u16) -> Result<(), Unfit> {
    let mut bytes = [0xff; 2];
    let at = COMMAND as u64;
    device.region_read(VFIO_PCI_CONFIG_REGION_INDEX, &mut bytes, at);
    let wrote = pci::command(u16::from_le_bytes(bytes), wanted);
    device.region_write(VFIO_PCI_CONFIG_REGION_INDEX, &wrote.to_le_bytes(), at);
    device.region_read(VFIO_PCI_CONFIG_REGION_INDEX, &mut bytes, at);
    pci::check_command(wrote, u16::from_le_bytes(bytes))
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
    const ADDRESS: PciAddress = PciAddress {
        domain: 0,
        bus: 1,
        device: 0,
        function: 0,
    };

    #[test]
    fn region_large_enough_and_mappable_is_taken() {
        for (size, areas) in [
            (4096, None),
            (0x10000, None),
            (0x10000, Some(&[(0, 0x8000)][..])),
            (0x10000, Some(&[(0x9000, 0x7000), (0, 4096)])),
        ] {
            region(size, MMAP, areas)
                .check(ADDRESS, Bar::Registers, 4096)
                .unwrap();
        }
        let mappable = Region {
            caps: vec![VfioRegionInfoCap::MsixMappable],
            ..region(0x10000, MMAP, None)
        };
        mappable.check(ADDRESS, Bar::Doorbells, 0x10000).unwrap();
    }

    #[test]
    fn region_too_small_or_not_mappable_bad_flow() {
        let error = region(2048, MMAP, None)
            .check(ADDRESS, Bar::Registers, 4096)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "0000:01:00.0 has 2048 bytes of Registers; the driver needs 4096"
        );
        for (flags, areas) in [
            (0, None),
            (MMAP, Some(&[(4096, 0xf000)][..])),
            (MMAP, Some(&[(0, 2048)])),
            (MMAP, Some(&[])),
        ] {
            let error = region(0x10000, flags, areas).check(ADDRESS, Bar::Doorbells, 4096);
            assert!(matches!(error, Err(VfioError::BarNotMappable { .. })));
        }
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
        assert_eq!(error, Unfit::NotARoamNic { found: 0x1234_5678 });
        assert_eq!(register(&window, control::control::REG.offset), 0);
        let (_file, window) = registers("never", fw_regs::MAGIC, 0);
        let error = reset(&window, Duration::ZERO).unwrap_err();
        assert_eq!(error, Unfit::NotReady { seconds: 0 });
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
