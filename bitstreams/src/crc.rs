//! CRC-32 of IEEE 802.3, a byte a cycle: the frame check sequence of Ethernet, and the check of the bridge's messages.
//!
//! The register starts with all ones and is sent inverted, low byte first (IEEE 802.3, 3.2.9); running on over what was sent leaves [`RESIDUE`].

use fw_regs::bridge::crc_step;
use hdl::xor::LinearMap;
use num_bigint::BigUint;

/// The register after data and their own CRC.
pub const RESIDUE: u32 = 0xdebb_20e3;

/// One byte as a map from the register in bits 31..0 and the byte in bits 39..32.
pub fn step_map() -> LinearMap {
    LinearMap::from_columns(40, 32, |input| {
        let (crc, byte) = match input {
            bit @ 0..32 => (1 << bit, 0),
            bit => (0, 1 << (bit - 32)),
        };
        BigUint::from(crc_step(crc, byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_leaves_the_residue() {
        let mut message = b"any message".to_vec();
        message.extend(fw_regs::bridge::crc(&message).to_le_bytes());
        let register = message
            .iter()
            .fold(u32::MAX, |crc, byte| crc_step(crc, *byte));
        assert_eq!(register, RESIDUE);
    }
}
