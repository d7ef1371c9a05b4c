//! Why a device cannot be opened, and what would help.
#![forbid(unsafe_code)]

use super::sysfs::PciAddress;
use crate::device::Bar;
use crate::pci::Unfit;
use std::io;
use std::path::PathBuf;

/// Why a device behind VFIO cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum VfioError {
    /// Neither an address nor a path that ends in one.
    #[error("{} is neither a PCI address such as 0000:01:00.0 nor a path in sysfs that ends in one", name.display())]
    BadName {
        /// What was given.
        name: PathBuf,
    },
    /// No such device.
    #[error("there is no PCI device at {}; `lspci -D` lists those that are", path.display())]
    NoDevice {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Sysfs does not say what it should.
    #[error("cannot read {}", path.display())]
    Sysfs {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The device is none that the driver can use.
    #[error("{address} {why}")]
    Unfit {
        /// Which device.
        address: PciAddress,
        /// Why.
        why: Unfit,
    },
    /// No IOMMU stands before the device.
    #[error(
        "{address} is in no IOMMU group: switch the IOMMU on in the firmware's setup and on the kernel's command line (intel_iommu=on, \
         or amd_iommu=on)"
    )]
    NoIommuGroup {
        /// Which device.
        address: PciAddress,
    },
    /// Another driver has the device, or none.
    #[error(
        "{address} is bound to {}, not to vfio-pci; as root: {}",
        driver_name(driver),
        bind_command(address)
    )]
    NotBound {
        /// Which device.
        address: PciAddress,
        /// The driver that has it.
        driver: Option<String>,
    },
    /// The kernel offers no VFIO.
    #[error("{} does not exist: load the driver with `modprobe vfio-pci`", path.display())]
    NoVfio {
        /// What is missing.
        path: PathBuf,
    },
    /// The kernel has no iommufd.
    #[error("{} does not exist: this kernel was built without CONFIG_IOMMUFD; open the device by its group", path.display())]
    NoIommufd {
        /// What is missing.
        path: PathBuf,
    },
    /// The kernel makes no character devices for VFIO devices.
    #[error(
        "{address} has no character device: this kernel was built without CONFIG_VFIO_DEVICE_CDEV; open it by its group"
    )]
    NoCdev {
        /// Which device.
        address: PciAddress,
    },
    /// The kernel wants the device back.
    #[error("{address} is being unplugged: the kernel asks for it back")]
    Unplugged {
        /// Which device.
        address: PciAddress,
    },
    /// The user may not.
    #[error("no permission to open {}; as root: chown {user} {}", path.display(), path.display(), user = user())]
    NoPermission {
        /// What could not be opened.
        path: PathBuf,
    },
    /// Another process has the group.
    #[error("{} is in use by another process (`fuser {}` names it)", path.display(), path.display())]
    Busy {
        /// The group's or the device's file.
        path: PathBuf,
    },
    /// Other devices of the group are in the kernel's hands.
    #[error(
        "IOMMU group {group} is not viable: {} must be bound to vfio-pci or to no driver",
        others.join(", ")
    )]
    GroupNotViable {
        /// Number of the group.
        group: u32,
        /// Its other devices that have a driver, with its name.
        others: Vec<String>,
    },
    /// The kernel does not let the BAR be mapped.
    #[error(
        "the first {needed} bytes of {bar:?} cannot be mapped; the kernel maps BARs of whole pages without an MSI-X table in them"
    )]
    BarNotMappable {
        /// Which BAR.
        bar: Bar,
        /// Bytes needed.
        needed: u64,
    },
    /// A BAR could not be mapped.
    #[error("cannot map {bar:?}")]
    Map {
        /// Which BAR.
        bar: Bar,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An event descriptor could not be made.
    #[error("cannot make event descriptors")]
    Events(#[source] io::Error),
    /// The kernel refused something else.
    #[error("VFIO")]
    Kernel(#[source] vfio_ioctls::VfioError),
}

fn driver_name(driver: &Option<String>) -> &str {
    driver.as_deref().unwrap_or("no driver")
}

fn user() -> String {
    std::env::var("USER").unwrap_or_else(|_| "<user>".into())
}

/// Binds the device, and no other of its kind, to vfio-pci.
fn bind_command(address: &PciAddress) -> String {
    let device = format!("/sys/bus/pci/devices/{address}");
    format!(
        "modprobe vfio-pci && echo vfio-pci > {device}/driver_override && \
         {{ [ ! -e {device}/driver ] || echo {address} > {device}/driver/unbind; }} && echo {address} > /sys/bus/pci/drivers_probe"
    )
}
