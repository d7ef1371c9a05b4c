//! CRC-32 of IEEE 802.3, a byte a cycle: the frame check sequence of Ethernet, and the check of the bridge's messages.
//!
//! The register starts with all ones and is sent inverted, low byte first (IEEE 802.3, 3.2.9); running on over what was sent leaves [`RESIDUE`].

use hdl::xor::LinearMap;
use num_bigint::BigUint;

/// The polynomial, bit 0 the highest power.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// The register after data and their own CRC.
pub const RESIDUE: u32 = 0xdebb_20e3;

/// The register after one more byte.
pub const fn step(crc: u32, byte: u8) -> u32 {
    let mut crc = crc ^ byte as u32;
    let mut bit = 0;
    while bit < 8 {
        crc = (crc >> 1) ^ if crc & 1 == 1 { POLYNOMIAL } else { 0 };
        bit += 1;
    }
    crc
}

/// The CRC of `bytes` as it is sent.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| step(crc, *byte))
}

/// [`step`] as a map from the register in bits 31..0 and the byte in bits 39..32.
pub fn step_map() -> LinearMap {
    LinearMap::from_columns(40, 32, |input| {
        let (crc, byte) = match input {
            bit @ 0..32 => (1 << bit, 0),
            bit => (0, 1 << (bit - 32)),
        };
        BigUint::from(step(crc, byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_of_the_check_string() {
        // catalogues of CRCs give this value for CRC-32/ISO-HDLC
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn crc_leaves_the_residue() {
        let mut message = b"any message".to_vec();
        message.extend(crc32(&message).to_le_bytes());
        let register = message.iter().fold(u32::MAX, |crc, byte| step(crc, *byte));
        assert_eq!(register, RESIDUE);
    }
}
