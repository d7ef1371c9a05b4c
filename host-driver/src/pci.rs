//! The few fields of PCI configuration space that the device check looks at, out of a snapshot of its bytes.
#![forbid(unsafe_code)]

use crate::device::Bar;
use std::fmt;

/// A snapshot of configuration space. Bytes that the snapshot lacks read as ones, as those of an absent device do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigSpace {
    bytes: Vec<u8>,
}

/// Base class, subclass and programming interface; shown as `02.00.00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassCode {
    /// Base class; 2 is a network controller.
    pub base: u8,
    /// Subclass.
    pub sub: u8,
    /// Programming interface.
    pub interface: u8,
}

impl fmt::Display for ClassCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:02x}.{:02x}.{:02x}",
            self.base, self.sub, self.interface
        )
    }
}

/// What the MSI-X capability says (PCI Express Base 6.0, 7.7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MsiX {
    /// Interrupt vectors, 1 to 2048.
    pub vectors: u16,
    /// BAR of the vector table, and its first byte there.
    pub table: (u8, u32),
    /// BAR of the pending bits, and their first byte there.
    pub pending: (u8, u32),
}

/// Offsets (PCI Express Base 6.0, 7.5.1).
const VENDOR: usize = 0x00;
const DEVICE: usize = 0x02;
pub(crate) const COMMAND: usize = 0x04;
const STATUS: usize = 0x06;
const REVISION: usize = 0x08;
const CLASS: usize = 0x09;
const CAPABILITIES: usize = 0x34;
/// Bits of the command register.
pub(crate) const MEMORY_SPACE: u16 = 1 << 1;
pub(crate) const BUS_MASTER: u16 = 1 << 2;
const HAS_CAPABILITIES: u16 = 1 << 4;
const MSI_X: u8 = 0x11;
/// Capabilities that fit between the header and byte 256: a chain that is longer runs in a circle.
const MOST_CAPABILITIES: usize = (256 - 64) / 4;

/// Why a device that can be reached is none that the driver can use. What is shown follows the device's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Another kind of device.
    #[error(
        "is device {vendor:04x}:{device:04x}; a RoamNIC is {:04x}:{:04x}",
        fw_regs::VENDOR,
        fw_regs::DEVICE
    )]
    WrongDevice {
        /// Its vendor number.
        vendor: u16,
        /// Its device number.
        device: u16,
    },
    /// A BAR is too small.
    #[error("has {size} bytes of {bar:?}; the driver needs {needed}")]
    BarTooSmall {
        /// Which BAR.
        bar: Bar,
        /// Its bytes.
        size: u64,
        /// Bytes needed.
        needed: u64,
    },
    /// No MSI-X.
    #[error("has no MSI-X interrupts")]
    NoMsiX,
    /// The configuration space does not take a write.
    #[error("does not take {wrote:#06x} into its command register, which reads {found:#06x}")]
    CommandRegister {
        /// What was written; bit 1 answers to its BARs, bit 2 lets it use memory.
        wrote: u16,
        /// What the register reads as.
        found: u16,
    },
    /// BAR0 does not begin as it should.
    #[error("has magic {found:#010x}; a RoamNIC says {:#010x}", fw_regs::MAGIC)]
    NotARoamNic {
        /// What stands there.
        found: u32,
    },
    /// The device does not come back from its reset.
    #[error("was not ready {seconds} s after its reset")]
    NotReady {
        /// How long the driver waited.
        seconds: u64,
    },
}

/// A BAR of `size` bytes has those that the driver needs.
pub(crate) fn check_size(bar: Bar, size: u64, needed: u64) -> Result<(), Unfit> {
    match size >= needed {
        true => Ok(()),
        false => Err(Unfit::BarTooSmall { bar, size, needed }),
    }
}

/// Bits of the command register that the driver sets.
const COMMAND_BITS: u16 = MEMORY_SPACE | BUS_MASTER;

/// What the command register shall be for `wanted` of the driver's bits.
pub(crate) fn command(old: u16, wanted: u16) -> u16 {
    old & !COMMAND_BITS | wanted
}

/// The command register has taken what was written.
pub(crate) fn check_command(wrote: u16, found: u16) -> Result<(), Unfit> {
    match (found ^ wrote) & COMMAND_BITS {
        0 => Ok(()),
        _ => Err(Unfit::CommandRegister { wrote, found }),
    }
}

impl ConfigSpace {
    /// Bytes of a whole conventional configuration space.
    pub const BYTES: usize = 256;

    /// It is a RoamNIC's.
    pub(crate) fn check_kind(&self) -> Result<(), Unfit> {
        match (self.vendor(), self.device()) {
            (fw_regs::VENDOR, fw_regs::DEVICE) => Ok(()),
            (vendor, device) => Err(Unfit::WrongDevice { vendor, device }),
        }
    }

    /// A snapshot. 64 bytes hold all but the capabilities.
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.to_vec(),
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0xff)
    }

    fn half(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.byte(at), self.byte(at + 1)])
    }

    fn word(&self, at: usize) -> u32 {
        u32::from(self.half(at + 2)) << 16 | u32::from(self.half(at))
    }

    /// Vendor number; 0xffff: there is no device.
    pub fn vendor(&self) -> u16 {
        self.half(VENDOR)
    }

    /// Device number.
    pub fn device(&self) -> u16 {
        self.half(DEVICE)
    }

    /// Revision.
    pub fn revision(&self) -> u8 {
        self.byte(REVISION)
    }

    /// What kind of device it is.
    pub fn class(&self) -> ClassCode {
        let [interface, sub, base] = std::array::from_fn(|k| self.byte(CLASS + k));
        ClassCode {
            base,
            sub,
            interface,
        }
    }

    /// The device may read and write memory.
    pub fn bus_master(&self) -> bool {
        self.half(COMMAND) & BUS_MASTER != 0
    }

    /// Whether the snapshot is long enough to hold capabilities.
    pub fn is_whole(&self) -> bool {
        self.bytes.len() >= Self::BYTES
    }

    /// The MSI-X capability, if there is one in the snapshot.
    pub fn msix(&self) -> Option<MsiX> {
        if self.half(STATUS) & HAS_CAPABILITIES == 0 {
            return None;
        }
        let mut at = usize::from(self.byte(CAPABILITIES) & !3);
        for _ in 0..MOST_CAPABILITIES {
            if at < 0x40 || at + 12 > self.bytes.len() {
                return None;
            }
            if self.byte(at) == MSI_X {
                let place = |word: u32| ((word & 7) as u8, word & !7);
                return Some(MsiX {
                    vectors: (self.half(at + 2) & 0x7ff) + 1,
                    table: place(self.word(at + 4)),
                    pending: place(self.word(at + 8)),
                });
            }
            at = usize::from(self.byte(at + 1) & !3);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A RoamNIC's configuration space: power management at 0x40, MSI-X with 8 vectors in BAR4 at 0x50.
    fn snapshot() -> Vec<u8> {
        let mut bytes = vec![0; 256];
        bytes[..0x10].copy_from_slice(&[
            0x4e, 0x52, 0x01, 0x00, 0x06, 0x00, 0x10, 0x00, 0x03, 0x07, 0x00, 0x02, 0, 0, 0, 0,
        ]);
        bytes[CAPABILITIES] = 0x40;
        bytes[0x40..0x42].copy_from_slice(&[0x01, 0x50]);
        bytes[0x50..0x5c]
            .copy_from_slice(&[0x11, 0x00, 0x07, 0x80, 0x04, 0, 0, 0, 0x04, 0x08, 0, 0]);
        bytes
    }

    #[test]
    fn config_space_decodes() {
        let config = ConfigSpace::new(&snapshot());
        assert_eq!(config.vendor(), fw_regs::VENDOR);
        assert_eq!(config.device(), fw_regs::DEVICE);
        assert_eq!(config.revision(), 3);
        assert_eq!(config.class().to_string(), "02.00.07");
        assert!(config.bus_master());
        let msix = config.msix().unwrap();
        assert_eq!(
            (msix.vectors, msix.table, msix.pending),
            (8, (4, 0), (4, 0x800))
        );
    }

    #[test]
    fn config_space_msix_is_none_without_capabilities() {
        let mut bytes = snapshot();
        bytes[STATUS] = 0;
        assert_eq!(ConfigSpace::new(&bytes).msix(), None);
        let short = ConfigSpace::new(&snapshot()[..64]);
        assert_eq!((short.msix(), short.is_whole()), (None, false));
    }

    #[test]
    fn config_space_chain_in_a_circle_bad_flow() {
        let mut bytes = snapshot();
        bytes[0x50] = 0x05;
        bytes[0x51] = 0x40;
        assert_eq!(ConfigSpace::new(&bytes).msix(), None);
        // and one that leads into the header
        bytes[0x51] = 0x10;
        assert_eq!(ConfigSpace::new(&bytes).msix(), None);
    }

    #[test]
    fn config_space_of_an_absent_device_reads_as_ones() {
        let config = ConfigSpace::new(&[]);
        assert_eq!((config.vendor(), config.device()), (0xffff, 0xffff));
        assert_eq!(config.msix(), None);
    }

    #[test]
    fn unfit_device_is_said_bad_flow() {
        let config = ConfigSpace::new(&snapshot());
        config.check_kind().unwrap();
        let absent = ConfigSpace::new(&[]).check_kind().unwrap_err();
        assert_eq!(
            absent.to_string(),
            "is device ffff:ffff; a RoamNIC is 524e:0001"
        );
        check_size(Bar::Registers, 4096, 4096).unwrap();
        assert!(check_size(Bar::Registers, 4095, 4096).is_err());
        // the other bits of the command register stay, and do not matter
        let wrote = command(0x0407, MEMORY_SPACE);
        assert_eq!(wrote, 0x0403);
        check_command(wrote, 0x0003).unwrap();
        let refused = check_command(wrote, 0x0401).unwrap_err();
        assert_eq!(
            refused,
            Unfit::CommandRegister {
                wrote: 0x0403,
                found: 0x0401
            }
        );
    }
}
