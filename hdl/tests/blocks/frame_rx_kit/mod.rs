//! What the tests of the receive front end share: real captures, and the ICRC rule
//! written down once more, from the frame's own headers and bit by bit.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod frames;
pub mod model;

use std::path::PathBuf;

/// The frames of a capture in `testbench/data/captures`.
pub fn capture(name: &str) -> Vec<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../testbench/data/captures")
        .join(format!("{name}.pcap"));
    let file = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut frames = vec![];
    let mut at = 24;
    while at < file.len() {
        let bytes = u32::from_le_bytes(file[at + 8..at + 12].try_into().unwrap()) as usize;
        frames.push(file[at + 16..at + 16 + bytes].to_vec());
        at += 16 + bytes;
    }
    assert!(!frames.is_empty(), "{name} is empty");
    frames
}

/// CRC-32 as the standards write it down: one bit at a time.
pub fn crc32(bytes: impl IntoIterator<Item = u8>) -> u32 {
    let mut state = u32::MAX;
    for byte in bytes {
        for bit in 0..8 {
            let feedback = (state ^ u32::from(byte >> bit)) & 1;
            state = (state >> 1) ^ (0xEDB8_8320 * feedback);
        }
    }
    !state
}

/// The ICRC of a RoCEv2 frame; `frame` ends where the ICRC begins.
pub fn icrc(frame: &[u8]) -> [u8; 4] {
    let mut packet = frame[14..].to_vec();
    let udp = if packet[0] >> 4 == 6 {
        packet[0] |= 0x0f;
        packet[1..4].fill(0xff);
        packet[7] = 0xff;
        40
    } else {
        packet[1] = 0xff;
        packet[8] = 0xff;
        packet[10..12].fill(0xff);
        20
    };
    packet[udp + 6..udp + 8].fill(0xff);
    packet[udp + 8 + 4] = 0xff;
    crc32([0xff; 8].into_iter().chain(packet)).to_le_bytes()
}
