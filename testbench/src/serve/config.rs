//! The device's PCI configuration space: header, PCI Express with function-level reset, MSI-X.

use fw_regs::doorbell;

/// Bytes of the configuration space that is served.
pub const CONFIG_BYTES: usize = 256;
/// Bytes of BAR0: the registers, one page.
pub const BAR0_BYTES: u64 = fw_regs::bar0::SIZE as u64;
/// Bytes of BAR4: the MSI-X table, and from [`PENDING`] on the pending bits.
pub const BAR4_BYTES: u64 = 0x1000;
/// Interrupt vectors.
pub const VECTORS: u16 = 32;
/// Where the pending bits are in BAR4.
pub const PENDING: u32 = 0x800;

/// Offsets in the configuration space (PCI Express Base 6.0, 7.5.1).
const COMMAND: usize = 0x04;
const BARS: usize = 0x10;
const CAPABILITIES: usize = 0x34;
const EXPRESS: usize = 0x40;
const DEVICE_CONTROL: usize = EXPRESS + 8;
const MSI_X: usize = 0x80;
/// "Network controller, other": no driver of an operating system takes it for its own.
const CLASS: [u8; 3] = [0x00, 0x80, 0x02];
/// In the upper byte of Device Control.
const INITIATE_FLR: u8 = 0x80;

/// What a write asks for besides what it stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Function-level reset: the bit reads as zero.
    pub function_reset: bool,
}

/// A configuration space: bytes, and which of their bits software can write.
#[derive(Clone, Debug)]
pub struct ConfigSpace {
    bytes: [u8; CONFIG_BYTES],
    writable: [u8; CONFIG_BYTES],
    first: [u8; CONFIG_BYTES],
}

impl ConfigSpace {
    /// Of a NIC with `1 << log2_pages` doorbell pages, as after a reset.
    pub fn new(log2_pages: u32) -> Self {
        let mut space = Self {
            bytes: [0; CONFIG_BYTES],
            writable: [0; CONFIG_BYTES],
            first: [0; CONFIG_BYTES],
        };
        space.header();
        space.bar(0, BAR0_BYTES);
        space.bar(2, doorbell_bytes(log2_pages));
        space.bar(4, BAR4_BYTES);
        space.express();
        space.msix();
        space.first = space.bytes;
        space
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn allow(&mut self, at: usize, bits: &[u8]) {
        self.writable[at..at + bits.len()].copy_from_slice(bits);
    }

    fn header(&mut self) {
        let ids = [fw_regs::VENDOR.to_le_bytes(), fw_regs::DEVICE.to_le_bytes()].concat();
        self.put(0, &ids);
        // subsystem: the same
        self.put(0x2c, &ids);
        // memory space, bus master, parity; SERR, no INTx
        self.allow(COMMAND, &[0x46, 0x05]);
        // status: there are capabilities
        self.put(0x06, &[0x10]);
        self.put(0x08, &[fw_regs::CONTRACT_MINOR as u8]);
        self.put(0x09, &CLASS);
        self.put(CAPABILITIES, &[EXPRESS as u8]);
        // cache line size, and the line of an interrupt that there is not
        self.allow(0x0c, &[0xff]);
        self.allow(0x3c, &[0xff]);
    }

    /// A 64-bit memory BAR of `size` bytes, a power of two, not prefetchable: a read of a register can change it.
    fn bar(&mut self, number: usize, size: u64) {
        let at = BARS + 4 * number;
        self.put(at, &[0x04]);
        self.allow(at, &(!(size - 1) & !0xf).to_le_bytes());
    }

    /// PCI Express endpoint, version 2 of the capability (7.5.3).
    fn express(&mut self) {
        self.put(EXPRESS, &[0x10, MSI_X as u8, 0x02, 0x00]);
        // payloads up to 256 bytes, extended tags, role-based errors, function-level reset
        self.put(EXPRESS + 4, &[0x21, 0x80, 0x00, 0x10]);
        self.put(DEVICE_CONTROL, &[0x10, 0x20]);
        self.allow(DEVICE_CONTROL, &[0xff, 0x7f]);
        // a link of one lane at 2.5 GT/s; nobody transfers anything over it
        self.put(EXPRESS + 0x0c, &[0x11]);
        self.put(EXPRESS + 0x12, &[0x11]);
    }

    /// MSI-X (7.7.2): table at the beginning of BAR4, pending bits behind.
    fn msix(&mut self) {
        self.put(MSI_X, &[0x11, 0x00]);
        self.put(MSI_X + 2, &(VECTORS - 1).to_le_bytes());
        self.allow(MSI_X + 3, &[0xc0]);
        self.put(MSI_X + 4, &4_u32.to_le_bytes());
        self.put(MSI_X + 8, &(PENDING | 4).to_le_bytes());
    }

    /// As after power-up: BARs and command register are zero.
    pub fn reset(&mut self) {
        self.bytes = self.first;
    }

    /// Reads from `offset` on; beyond the end there are zeros.
    pub fn read(&self, offset: u64, target: &mut [u8]) {
        for (k, byte) in (offset..).zip(target) {
            let at = usize::try_from(k).ok();
            *byte = at.and_then(|at| self.bytes.get(at)).copied().unwrap_or(0);
        }
    }

    /// Writes what can be written.
    pub fn write(&mut self, offset: u64, bytes: &[u8]) -> Effect {
        let mut effect = Effect::default();
        for (k, &byte) in (offset..).zip(bytes) {
            let Some(at) = usize::try_from(k).ok().filter(|&at| at < CONFIG_BYTES) else {
                break;
            };
            effect.function_reset |= at == DEVICE_CONTROL + 1 && byte & INITIATE_FLR != 0;
            let bits = self.writable[at];
            self.bytes[at] = self.bytes[at] & !bits | byte & bits;
        }
        effect
    }

    /// The device answers to its BARs.
    pub fn memory_space(&self) -> bool {
        self.bytes[COMMAND] & 1 << 1 != 0
    }

    /// The device may use memory.
    pub fn bus_master(&self) -> bool {
        self.bytes[COMMAND] & 1 << 2 != 0
    }
}

/// Bytes of BAR2.
pub fn doorbell_bytes(log2_pages: u32) -> u64 {
    u64::from(doorbell::PAGE_SIZE) << log2_pages.min(8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_driver::pci;

    fn seen(space: &ConfigSpace) -> pci::ConfigSpace {
        let mut bytes = [0; CONFIG_BYTES];
        space.read(0, &mut bytes);
        pci::ConfigSpace::new(&bytes)
    }

    fn word(space: &ConfigSpace, at: u64) -> u32 {
        let mut bytes = [0; 4];
        space.read(at, &mut bytes);
        u32::from_le_bytes(bytes)
    }

    #[test]
    fn config_space_is_what_the_driver_looks_for() {
        let config = seen(&ConfigSpace::new(8));
        assert_eq!(
            (config.vendor(), config.device()),
            (fw_regs::VENDOR, fw_regs::DEVICE)
        );
        assert_eq!(config.class().to_string(), "02.80.00");
        let msix = config.msix().unwrap();
        assert_eq!(
            (msix.vectors, msix.table, msix.pending),
            (VECTORS, (4, 0), (4, PENDING))
        );
        assert!(u64::from(PENDING) >= u64::from(VECTORS) * 16);
    }

    #[test]
    fn config_space_bars_tell_their_sizes() {
        let mut space = ConfigSpace::new(8);
        for (at, size) in [(0x10, BAR0_BYTES), (0x18, 1 << 20), (0x20, BAR4_BYTES)] {
            space.write(at, &[0xff; 8]);
            let low = u64::from(word(&space, at));
            let mask = low & !0xf | u64::from(word(&space, at + 4)) << 32;
            assert_eq!((!mask + 1, low & 0xf), (size, 4));
            space.write(at, &0x0000_0001_fe00_0000_u64.to_le_bytes());
            assert_eq!(
                (word(&space, at), word(&space, at + 4)),
                (0xfe00_0004, 1),
                "BAR at {at:#x}"
            );
        }
    }

    #[test]
    fn config_space_function_reset_is_asked_for_and_not_stored() {
        let mut space = ConfigSpace::new(8);
        assert_eq!(
            word(&space, EXPRESS as u64 + 4) >> 28 & 1,
            1,
            "can be reset"
        );
        let control = [0x1f, 0xa0];
        let effect = space.write(DEVICE_CONTROL as u64, &control);
        assert!(effect.function_reset);
        assert_eq!(word(&space, DEVICE_CONTROL as u64) & 0xffff, 0x201f);
        assert!(
            !space
                .write(DEVICE_CONTROL as u64 + 1, &[0x20])
                .function_reset
        );
        space.write(4, &[0x06]);
        assert!(space.memory_space() && space.bus_master());
        space.reset();
        assert!(!space.memory_space() && !space.bus_master());
    }

    #[test]
    fn config_space_nonsense_changes_nothing_bad_flow() {
        let mut space = ConfigSpace::new(8);
        let before = space.bytes;
        space.write(0, &[0xff; 4]);
        space.write(0x2c, &[0xff; 4]);
        space.write(0x34, &[0xff; 8]);
        space.write(250, &[0xff; 64]);
        space.write(u64::MAX - 1, &[0xff]);
        assert_eq!(space.bytes, before);
        let mut beyond = [1; 8];
        space.read(252, &mut beyond);
        assert_eq!(beyond, [0; 8]);
    }
}
