//! What `frame_rx` is to make of a frame, read from its specification one rule after the other.

use hdl::counter;
use hdl::frame_rx::MAX_FRAME;
use hdl::pipe::RxHeader;
use hdl::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::Bits;

use super::icrc;

/// What becomes of a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A header; `buf` and `beats` are left zero.
    Header(Box<RxHeader>),
    /// A counter.
    Drop(u64),
}

fn be16(frame: &[u8], at: usize) -> usize {
    usize::from(frame[at]) << 8 | usize::from(frame[at + 1])
}

fn wide<const N: usize>(bytes: &[u8]) -> Bits<N> {
    Bits::<N>::from_uint(&BigUint::from_bytes_le(bytes))
}

fn number<const N: usize>(bytes: &[u8]) -> Bits<N> {
    Bits::<N>::from_uint(&BigUint::from_bytes_be(bytes))
}

/// Extension header bytes: IBTA vol 1, table 38, and the migration packets.
pub fn ext_len(opcode: u8) -> usize {
    match opcode {
        0x03 | 0x05 | 0x09 | 0x0d | 0x0f | 0x10 | 0x11 | 0x16 | 0x17 => 4,
        0x12 => 12,
        0x06 | 0x0a | 0x0c => 16,
        0x0b => 20,
        0x13 | 0x14 => 28,
        0x19 | 0x1a => 32,
        0x1b => 48,
        _ => 0,
    }
}

fn ipv4_sum_good(header: &[u8]) -> bool {
    let words = header.chunks(2);
    let sum: u32 = words
        .map(|w| u32::from(u16::from_be_bytes([w[0], w[1]])))
        .sum();
    (sum & 0xffff) + (sum >> 16) == 0xffff
}

/// The outcome for a frame as received, padding included.
pub fn classify(frame: &[u8]) -> Outcome {
    let drop = Outcome::Drop;
    if frame.len() > MAX_FRAME {
        return drop(counter::RX_OVERSIZE);
    }
    if frame.len() < 42 {
        return drop(counter::RX_RUNT);
    }
    let udp6 = be16(frame, 12) == 0x86dd && frame[14] >> 4 == 6 && frame[20] == 17;
    let udp4 = be16(frame, 12) == 0x0800
        && frame[14] == 0x45
        && be16(frame, 20) & 0x3fff == 0
        && frame[23] == 17;
    if udp6 && frame.len() < 62 {
        return drop(counter::RX_RUNT);
    }
    let udp = if udp6 { 54 } else { 34 };
    if !(udp4 || udp6) || be16(frame, udp + 2) != 4791 {
        return raw(frame);
    }
    if udp4 && !ipv4_sum_good(&frame[14..34]) {
        return drop(counter::RX_IP_CHECKSUM);
    }
    let udp_len = be16(frame, udp + 4);
    let ip_payload = if udp6 {
        be16(frame, 18)
    } else {
        be16(frame, 16).wrapping_sub(20) & 0xffff
    };
    if udp_len != ip_payload || frame.len() < udp + udp_len {
        return drop(counter::RX_LENGTH_ERROR);
    }
    let bth = udp + 8;
    if udp_len < 24 {
        return drop(counter::RX_RUNT);
    }
    let frame = &frame[..udp + udp_len];
    let (opcode, pad) = (frame[bth], usize::from(frame[bth + 1] >> 4 & 3));
    let body = udp_len - 24;
    let Some(payload) = body.checked_sub(ext_len(opcode) + pad) else {
        return drop(counter::RX_RUNT);
    };
    let (covered, tail) = frame.split_at(frame.len() - 4);
    if icrc(covered) != tail {
        return drop(counter::RX_ICRC_ERROR);
    }
    if opcode == 0x81 {
        return drop(counter::RX_CNP);
    }
    Outcome::Header(Box::new(header(frame, bth, payload)))
}

fn raw(frame: &[u8]) -> Outcome {
    Outcome::Header(Box::new(RxHeader {
        frame_len: (frame.len() as u64).into(),
        payload_len: (frame.len() as u64).into(),
        raw: 1.into(),
        ..Default::default()
    }))
}

fn header(frame: &[u8], bth: usize, payload: usize) -> RxHeader {
    let ipv6 = bth == 62;
    let mapped = |at: usize| {
        let mut bytes = vec![0; 10];
        bytes.extend([0xff, 0xff]);
        bytes.extend(&frame[at..at + 4]);
        wide::<128>(&bytes)
    };
    let (src_ip, dst_ip, ecn) = if ipv6 {
        (
            wide(&frame[22..38]),
            wide(&frame[38..54]),
            frame[15] >> 4 & 3,
        )
    } else {
        (mapped(26), mapped(30), frame[15] & 3)
    };
    let b = &frame[bth..];
    let ext = ext_len(b[0]).min(28);
    RxHeader {
        frame_len: (frame.len() as u64).into(),
        hdr_len: ((bth + 12 + ext_len(b[0])) as u64).into(),
        payload_len: (payload as u64).into(),
        ipv6: u64::from(ipv6).into(),
        src_ip,
        dst_ip,
        src_mac: wide(&frame[6..12]),
        ecn: u64::from(ecn == 3).into(),
        opcode: number(&b[..1]),
        solicited: u64::from(b[1] >> 7).into(),
        pad: u64::from(b[1] >> 4 & 3).into(),
        tver: u64::from(b[1] & 15).into(),
        pkey: number(&b[2..4]),
        fecn: u64::from(b[4] >> 7).into(),
        becn: u64::from(b[4] >> 6 & 1).into(),
        dest_qpn: number(&b[5..8]),
        ack_req: u64::from(b[8] >> 7).into(),
        psn: number(&b[9..12]),
        ext: wide(&b[12..12 + ext]),
        ..Default::default()
    }
}

/// A header as received with everything cleared that means nothing: position, bytes behind the extension headers, and
/// the fields of a raw frame.
pub fn meaning(header: &RxHeader) -> RxHeader {
    if header.raw == 1 {
        return RxHeader {
            frame_len: header.frame_len,
            hdr_len: header.hdr_len,
            payload_len: header.payload_len,
            raw: header.raw,
            ..Default::default()
        };
    }
    let ext = ext_len(header.opcode.to_u64() as u8).min(28);
    let mask = (BigUint::from(1u8) << (8 * ext)) - 1u8;
    RxHeader {
        buf: Default::default(),
        beats: Default::default(),
        ext: Bits::<224>::from_uint(&(header.ext.to_uint() & mask)),
        ..*header
    }
}
