//! What sysfs says of a device before VFIO is asked: so that what is wrong can be named.
#![forbid(unsafe_code)]

use super::Way;
use super::error::VfioError;
use crate::pci::ConfigSpace;
use iommufd_ioctls::IommufdError;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a device is: domain, bus, device, function; shown and read as `0000:01:00.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PciAddress {
    /// Domain.
    pub domain: u32,
    /// Bus.
    pub bus: u8,
    /// Device, 0 to 31.
    pub device: u8,
    /// Function, 0 to 7.
    pub function: u8,
}

impl fmt::Display for PciAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            domain,
            bus,
            device,
            function,
        } = self;
        write!(f, "{domain:04x}:{bus:02x}:{device:02x}.{function}")
    }
}

impl FromStr for PciAddress {
    type Err = VfioError;

    fn from_str(text: &str) -> Result<Self, VfioError> {
        let digits = |part: &str, least: usize, most: usize| {
            let fits = (least..=most).contains(&part.len())
                && part.bytes().all(|digit| digit.is_ascii_hexdigit());
            fits.then(|| u32::from_str_radix(part, 16).ok()).flatten()
        };
        let read = || {
            let (domain, rest) = text.split_once(':')?;
            let (bus, rest) = rest.split_once(':')?;
            let (device, function) = rest.split_once('.')?;
            Some(Self {
                // domains beyond 0xffff are those of host bridges that the kernel numbers itself
                domain: digits(domain, 4, 8)?,
                bus: digits(bus, 2, 2)? as u8,
                device: digits(device, 2, 2).filter(|&device| device < 32)? as u8,
                function: digits(function, 1, 1).filter(|&function| function < 8)? as u8,
            })
        };
        read().ok_or_else(|| VfioError::BadName { name: text.into() })
    }
}

/// Where devices are listed; a test has a tree of its own.
pub(super) struct Roots {
    pub devices: PathBuf,
    pub vfio: PathBuf,
    pub iommu: PathBuf,
}

impl Roots {
    pub fn system() -> Self {
        Self {
            devices: "/sys/bus/pci/devices".into(),
            vfio: "/dev/vfio".into(),
            iommu: "/dev/iommu".into(),
        }
    }

    pub fn container(&self) -> PathBuf {
        self.vfio.join("vfio")
    }

    pub fn group(&self, group: u32) -> PathBuf {
        self.vfio.join(group.to_string())
    }

    /// The character device of one device; its name is in the device's folder in sysfs.
    fn cdev(&self, directory: &Path) -> Option<PathBuf> {
        let mut names = fs::read_dir(directory.join("vfio-dev")).ok()?;
        let name = names.next()?.ok()?.file_name();
        let path = self.vfio.join("devices").join(name);
        path.exists().then_some(path)
    }
}

/// A device as sysfs shows it.
#[derive(Debug)]
pub(super) struct Found {
    pub address: PciAddress,
    pub directory: PathBuf,
    pub group: u32,
    /// its character device, if it is to be opened by that
    pub cdev: Option<PathBuf>,
}

/// Where a device's directory is. `name` is an address or a path to it.
fn locate(roots: &Roots, name: &Path) -> Result<(PciAddress, PathBuf), VfioError> {
    let bad = || VfioError::BadName { name: name.into() };
    let is_path = name.components().count() > 1;
    let path = match is_path {
        true => name.into(),
        false => {
            let address: PciAddress = name.to_str().ok_or_else(bad)?.parse()?;
            roots.devices.join(address.to_string())
        }
    };
    let directory = path
        .canonicalize()
        .map_err(|_| VfioError::NoDevice { path })?;
    let last = directory.file_name().and_then(|last| last.to_str());
    let address = last.ok_or_else(bad)?.parse().map_err(|_| bad())?;
    Ok((address, directory))
}

/// The configuration space of a device, as much of it as the user may read: 64 bytes, or all.
///
/// # Errors
/// [`VfioError::BadName`], [`VfioError::NoDevice`], [`VfioError::Sysfs`].
pub(super) fn config(
    roots: &Roots,
    name: &Path,
) -> Result<(PciAddress, PathBuf, ConfigSpace), VfioError> {
    let (address, directory) = locate(roots, name)?;
    let path = directory.join("config");
    match fs::read(&path) {
        Ok(bytes) => Ok((address, directory, ConfigSpace::new(&bytes))),
        Err(source) => Err(VfioError::Sysfs { path, source }),
    }
}

/// Name of what a link in sysfs points at; none if there is no link.
fn link(directory: &Path, name: &str) -> Option<String> {
    let target = fs::read_link(directory.join(name)).ok()?;
    Some(target.file_name()?.to_str()?.to_owned())
}

/// Checks all that can be checked without VFIO.
pub(super) fn examine(roots: &Roots, name: &Path, way: Way) -> Result<Found, VfioError> {
    let (address, directory, config) = config(roots, name)?;
    config
        .check_kind()
        .map_err(|why| VfioError::Unfit { address, why })?;
    let group = link(&directory, "iommu_group").and_then(|group| group.parse().ok());
    let group = group.ok_or(VfioError::NoIommuGroup { address })?;
    let driver = link(&directory, "driver");
    if driver.as_deref() != Some("vfio-pci") {
        return Err(VfioError::NotBound { address, driver });
    }
    let cdev = roots.cdev(&directory);
    let cdev = match way {
        Way::Group => None,
        Way::Auto if !roots.iommu.exists() => None,
        Way::Auto => cdev,
        Way::Cdev if !roots.iommu.exists() => {
            let path = roots.iommu.clone();
            return Err(VfioError::NoIommufd { path });
        }
        Way::Cdev => Some(cdev.ok_or(VfioError::NoCdev { address })?),
    };
    let container = roots.container();
    if cdev.is_none() && !container.exists() {
        return Err(VfioError::NoVfio { path: container });
    }
    Ok(Found {
        address,
        directory,
        group,
        cdev,
    })
}

impl Found {
    /// The devices of the group that stop it from being viable, with their drivers.
    fn others(&self) -> Vec<String> {
        let Ok(devices) = fs::read_dir(self.directory.join("iommu_group/devices")) else {
            return Vec::new();
        };
        let mut others: Vec<String> = devices
            .filter_map(|device| {
                let device = device.ok()?;
                let driver = link(&device.path(), "driver")?;
                let harmless = ["vfio-pci", "pci-stub", "pcieport"].contains(&driver.as_str());
                (!harmless).then(|| format!("{} ({driver})", device.file_name().to_string_lossy()))
            })
            .collect();
        others.sort();
        others
    }

    fn cdev_or_group(&self, roots: &Roots) -> PathBuf {
        let group = || roots.group(self.group);
        self.cdev.clone().unwrap_or_else(group)
    }

    /// What an error of the kernel's means for this device.
    pub fn explain(&self, roots: &Roots, error: vfio_ioctls::VfioError) -> VfioError {
        use vfio_ioctls::VfioError as Kernel;
        let of_file = |path: PathBuf, kind: io::ErrorKind| match kind {
            io::ErrorKind::PermissionDenied => Ok(VfioError::NoPermission { path }),
            io::ErrorKind::NotFound => Ok(VfioError::NoVfio { path }),
            io::ErrorKind::ResourceBusy => Ok(VfioError::Busy { path }),
            _ => Err(()),
        };
        let known = match &error {
            Kernel::OpenContainer(e) => of_file(roots.container(), e.kind()),
            Kernel::OpenGroup(e, _) => of_file(roots.group(self.group), e.kind()),
            Kernel::OpenDeviceCdev(e) => of_file(self.cdev_or_group(roots), e.kind()),
            Kernel::NewVfioIommufd(IommufdError::OpenIommufd(e)) => {
                of_file(roots.iommu.clone(), e.kind())
            }
            // bound by another process, or its group is open
            Kernel::VfioDeviceBindIommufd(e) => {
                let kind = io::Error::from_raw_os_error(e.errno()).kind();
                of_file(self.cdev_or_group(roots), kind)
            }
            Kernel::GroupViable => Ok(VfioError::GroupNotViable {
                group: self.group,
                others: self.others(),
            }),
            _ => Err(()),
        };
        known.unwrap_or(VfioError::Kernel(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A tree like sysfs' and /dev/vfio's, removed when dropped.
    struct Tree {
        root: PathBuf,
        roots: Roots,
    }

    const ADDRESS: &str = "0000:01:00.0";

    impl Tree {
        /// With a RoamNIC at [`ADDRESS`], in group 7, bound to vfio-pci.
        fn new(name: &str) -> Self {
            let root = std::env::temp_dir().join(format!("roamnic-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&root);
            let roots = Roots {
                devices: root.join("devices"),
                vfio: root.join("vfio"),
                iommu: root.join("iommu"),
            };
            fs::create_dir_all(&roots.vfio).unwrap();
            fs::write(roots.container(), "").unwrap();
            let tree = Self { root, roots };
            let nic = tree.device(ADDRESS, "vfio-pci");
            let mut config = [0; 64];
            config[..4].copy_from_slice(&[0x4e, 0x52, 0x01, 0x00]);
            fs::write(nic.join("config"), config).unwrap();
            tree
        }

        /// A device of group 7.
        fn device(&self, address: &str, driver: &str) -> PathBuf {
            let directory = self.roots.devices.join(address);
            let group = self.root.join("groups/7");
            fs::create_dir_all(group.join("devices")).unwrap();
            fs::create_dir_all(&directory).unwrap();
            symlink(format!("../../drivers/{driver}"), directory.join("driver")).unwrap();
            symlink(&group, directory.join("iommu_group")).unwrap();
            symlink(&directory, group.join("devices").join(address)).unwrap();
            directory
        }

        fn nic(&self) -> PathBuf {
            self.roots.devices.join(ADDRESS)
        }

        fn examine(&self, name: impl AsRef<Path>) -> Result<Found, VfioError> {
            examine(&self.roots, name.as_ref(), Way::Group)
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.root);
        }
    }

    #[test]
    fn pci_address_reads_what_it_shows() {
        for text in ["0000:01:00.0", "0000:ff:1f.7", "10000:e1:00.0"] {
            assert_eq!(text.parse::<PciAddress>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "01:00.0",
            "0000:01:00",
            "0000:01:20.0",
            "0000:01:00.8",
            "0000:1:00.0",
            "0000:01:00.0 ",
            "+000:01:00.0",
            "0000:01:00.0/..",
        ] {
            let error = text.parse::<PciAddress>().unwrap_err();
            assert!(matches!(error, VfioError::BadName { .. }), "{text}");
        }
    }

    #[test]
    fn sysfs_finds_a_device_by_address_and_by_path() {
        let tree = Tree::new("finds");
        for name in [PathBuf::from(ADDRESS), tree.nic()] {
            let found = tree.examine(name).unwrap();
            assert_eq!(
                (found.address.to_string().as_str(), found.group),
                (ADDRESS, 7)
            );
            assert!(found.directory.ends_with(ADDRESS));
        }
    }

    #[test]
    fn sysfs_device_missing_bad_flow() {
        let tree = Tree::new("missing");
        for name in [
            "0000:02:00.0".into(),
            tree.roots.devices.join("0000:02:00.0"),
        ] {
            let error = tree.examine(name).unwrap_err();
            assert!(
                matches!(&error, VfioError::NoDevice { path } if path.ends_with("0000:02:00.0"))
            );
        }
        let error = tree.examine("eth0").unwrap_err().to_string();
        assert!(error.contains("eth0 is neither"), "{error}");
        let error = tree.examine(&tree.roots.devices).unwrap_err();
        assert!(matches!(error, VfioError::BadName { .. }));
    }

    #[test]
    fn sysfs_device_of_another_kind_bad_flow() {
        let tree = Tree::new("kind");
        fs::write(tree.nic().join("config"), [0x86, 0x80, 0x72, 0x15]).unwrap();
        let error = tree.examine(ADDRESS).unwrap_err();
        assert_eq!(
            error.to_string(),
            "0000:01:00.0 is device 8086:1572; a RoamNIC is 524e:0001"
        );
        fs::remove_file(tree.nic().join("config")).unwrap();
        let error = tree.examine(ADDRESS).unwrap_err();
        assert!(matches!(error, VfioError::Sysfs { .. }));
    }

    #[test]
    fn sysfs_device_without_iommu_group_bad_flow() {
        let tree = Tree::new("group");
        fs::remove_file(tree.nic().join("iommu_group")).unwrap();
        let error = tree.examine(ADDRESS).unwrap_err();
        assert!(matches!(error, VfioError::NoIommuGroup { .. }));
        assert!(error.to_string().contains("intel_iommu=on"), "{error}");
    }

    #[test]
    fn sysfs_device_bound_elsewhere_says_how_to_bind_it_bad_flow() {
        let tree = Tree::new("bound");
        fs::remove_file(tree.nic().join("driver")).unwrap();
        let error = tree.examine(ADDRESS).unwrap_err().to_string();
        assert!(error.contains("bound to no driver"), "{error}");
        symlink("../../drivers/other", tree.nic().join("driver")).unwrap();
        let error = tree.examine(ADDRESS).unwrap_err().to_string();
        assert!(error.contains("bound to other, not to vfio-pci"), "{error}");
        assert!(
            error.contains("echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0/driver_override"),
            "{error}"
        );
    }

    #[test]
    fn sysfs_without_vfio_bad_flow() {
        let tree = Tree::new("vfio");
        fs::remove_file(tree.roots.container()).unwrap();
        let error = tree.examine(ADDRESS).unwrap_err();
        assert!(matches!(&error, VfioError::NoVfio { path } if *path == tree.roots.container()));
        assert!(error.to_string().contains("modprobe vfio-pci"), "{error}");
    }

    #[test]
    fn sysfs_way_is_the_character_device_if_there_is_one() {
        let tree = Tree::new("cdev");
        let examine = |way| examine(&tree.roots, ADDRESS.as_ref(), way);
        assert_eq!(examine(Way::Auto).unwrap().cdev, None);
        let error = examine(Way::Cdev).unwrap_err();
        assert!(matches!(&error, VfioError::NoIommufd { path } if *path == tree.roots.iommu));
        fs::write(&tree.roots.iommu, "").unwrap();
        assert_eq!(examine(Way::Auto).unwrap().cdev, None);
        let error = examine(Way::Cdev).unwrap_err().to_string();
        assert!(error.contains("no character device"), "{error}");
        fs::create_dir_all(tree.nic().join("vfio-dev/vfio3")).unwrap();
        let file = tree.roots.vfio.join("devices/vfio3");
        fs::create_dir_all(tree.roots.vfio.join("devices")).unwrap();
        fs::write(&file, "").unwrap();
        // the container is not needed
        fs::remove_file(tree.roots.container()).unwrap();
        for way in [Way::Auto, Way::Cdev] {
            assert_eq!(examine(way).unwrap().cdev.as_ref(), Some(&file));
        }
        let error = examine(Way::Group).unwrap_err();
        assert!(matches!(error, VfioError::NoVfio { .. }));
        let found = examine(Way::Cdev).unwrap();
        let denied = vfio_ioctls::VfioError::OpenDeviceCdev(io::ErrorKind::PermissionDenied.into());
        let error = found.explain(&tree.roots, denied);
        assert!(matches!(&error, VfioError::NoPermission { path } if *path == file));
    }

    #[test]
    fn kernel_errors_are_explained_bad_flow() {
        use vfio_ioctls::VfioError as Kernel;
        let tree = Tree::new("explain");
        tree.device("0000:01:00.1", "snd_hda_intel");
        tree.device("0000:00:01.0", "pcieport");
        let found = tree.examine(ADDRESS).unwrap();
        let explain = |error| found.explain(&tree.roots, error);
        let open = |kind: io::ErrorKind| Kernel::OpenGroup(kind.into(), "7".into());

        let error = explain(open(io::ErrorKind::PermissionDenied));
        assert!(matches!(&error, VfioError::NoPermission { path } if *path == tree.roots.group(7)));
        assert!(error.to_string().contains("chown"), "{error}");
        let error = explain(open(io::ErrorKind::ResourceBusy));
        assert!(matches!(error, VfioError::Busy { .. }));
        let error = explain(Kernel::OpenContainer(io::ErrorKind::NotFound.into()));
        assert!(matches!(&error, VfioError::NoVfio { path } if *path == tree.roots.container()));
        let error = explain(Kernel::GroupViable);
        assert_eq!(
            error.to_string(),
            "IOMMU group 7 is not viable: 0000:01:00.1 (snd_hda_intel) must be bound to vfio-pci or to no driver"
        );
        let error = explain(Kernel::VfioApiVersion);
        assert!(matches!(error, VfioError::Kernel(Kernel::VfioApiVersion)));
    }
}
