//! The line to a card whose host is a serial port away: a request, then its answer.
//!
//! | | bytes, numbers little-endian |
//! |---|---|
//! | request | [`REQUEST_MARKS`], operation, sequence, length, address (4), data (if it writes: length), CRC (4) |
//! | answer | [`ANSWER_MARKS`], status, sequence, length, data (if it reads), CRC (4) |
//!
//! The CRC is CRC-32 of IEEE 802.3 over everything behind the marks. A request with a wrong CRC gets no answer, nor does one that pauses for
//! 2^20 cycles of the card's clock; whoever gets no answer asks again with the same sequence number. What reads is done again then; what writes (operations with bit 0 set) is only
//! answered again if its number is that of the last one done. A sound request with another number, and [`HELLO`], forget that one: numbers come again after 256 requests.
//!
//! Several cards may share a line. Bits 7 to 4 of the operation ([`CARD_SHIFT`]) say whose request it is; the others hear it, and keep silent. Their host
//! makes one request at a time and counts all in one sequence.

/// First bytes of a request.
pub const REQUEST_MARKS: [u8; 2] = [0x52, 0x4e];
/// First bytes of an answer.
pub const ANSWER_MARKS: [u8; 2] = [0x4e, 0x52];
/// Version of the line's protocol.
pub const VERSION: u8 = 1;
/// Most bytes of data of a request or an answer.
pub const MOST: usize = 255;
/// Where the device sees the card's memory, which is the host's for it; as a device address (IOVA).
pub const MEMORY_BASE: u64 = 1 << 32;
/// Bit of a register's address that chooses BAR2.
pub const DOORBELLS: u32 = 1 << 24;

/// Lowest bit of an operation's byte that is the number of the card asked.
pub const CARD_SHIFT: u32 = 4;
/// Most cards on a line.
pub const CARDS: u8 = 1 << (8 - CARD_SHIFT);

/// Eight bytes: version, log2 of the memory's bytes, two zeros, cycles of the device's clock in a microsecond (2), two zeros.
pub const HELLO: u8 = 0;
/// Four or eight bytes to the register at address.
pub const WRITE_REGISTER: u8 = 1;
/// Eight bytes of the register at address; those of a 32-bit register stand in both halves.
pub const READ_REGISTER: u8 = 2;
/// 1 to 255 bytes to memory, address from its beginning. The device does not see a part of them without the rest.
pub const WRITE_MEMORY: u8 = 3;
/// 1 to 255 bytes of memory as they were at one time.
pub const READ_MEMORY: u8 = 4;
/// Eight bytes: clears the interrupts whose bits are set.
pub const CLEAR_INTERRUPTS: u8 = 5;
/// Eight bytes: interrupts since they were cleared, bit v for vector v modulo 64.
pub const READ_INTERRUPTS: u8 = 6;
/// One byte n: zeroes 16 (n + 1) bytes of memory, which the device does not see in parts.
pub const ZERO_MEMORY: u8 = 7;
/// Bytes of the unit in which memory is zeroed.
pub const ZERO_UNIT: usize = 16;

/// Done.
pub const OK: u8 = 0;
/// There is no such operation, or not with that length.
pub const BAD_REQUEST: u8 = 1;
/// Beyond the memory.
pub const BAD_ADDRESS: u8 = 2;
/// The device did not take the access, or did not answer it.
pub const NO_ANSWER: u8 = 3;

/// The CRC of `bytes`, as a request or an answer carries it.
pub const fn crc(bytes: &[u8]) -> u32 {
    let (mut crc, mut k) = (u32::MAX, 0);
    while k < bytes.len() {
        crc = crc_step(crc, bytes[k]);
        k += 1;
    }
    !crc
}

/// The CRC's register, not inverted, after one more byte.
pub const fn crc_step(register: u32, byte: u8) -> u32 {
    let (mut register, mut bit) = (register ^ byte as u32, 0);
    while bit < 8 {
        register = (register >> 1) ^ if register & 1 == 1 { 0xedb8_8320 } else { 0 };
        bit += 1;
    }
    register
}

// catalogues of CRCs give this value for CRC-32/ISO-HDLC
const _: () = assert!(crc(b"123456789") == 0xcbf4_3926);
