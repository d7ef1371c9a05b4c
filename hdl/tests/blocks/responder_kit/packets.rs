//! Requests as the front end hands them over.

use hdl::contract::QpConfig;
use hdl::pipe::RxPacket;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// Where a checked key leads: IOVA = VA plus this.
pub const IOVA: u64 = 0x10_0000_0000;

/// A configuration that allows everything, path MTU 1024, private receive ring, receive CQ = slot + 100.
pub fn config(slot: u64) -> QpConfig {
    QpConfig {
        qpn: (slot + 0x4711).to_bits(),
        path_mtu: 3.into(),
        pd: 7.into(),
        remote_write: 1.into(),
        remote_read: 1.into(),
        remote_atomic: 1.into(),
        max_dest_rd_atomic: 8.into(),
        min_rnr_timer: 12.into(),
        recv_cq: (slot + 100).to_bits(),
        rq_ring: slot.to_bits(),
        ..Default::default()
    }
}

pub fn packet(slot: u64, opcode: u64, psn: u64, payload: u64) -> RxPacket {
    RxPacket {
        slot: slot.to_bits(),
        state: 3.into(),
        buf: 0x123.into(),
        beats: 5.into(),
        hdr_len: 54.into(),
        payload_len: payload.to_bits(),
        pad: (payload.wrapping_neg() & 3).to_bits(),
        opcode: opcode.to_bits(),
        ack_req: 1.into(),
        psn: psn.to_bits(),
        mr_ok: 1.into(),
        ..Default::default()
    }
}

fn ext(bytes: &[u8]) -> Bits<224> {
    BigUint::from_bytes_le(bytes).into()
}

pub fn with_word(mut pkt: RxPacket, number: u32) -> RxPacket {
    pkt.ext = ext(&number.to_be_bytes());
    pkt
}

pub fn with_reth(mut pkt: RxPacket, va: u64, rkey: u32, len: u64, imm: u32) -> RxPacket {
    let mut bytes = va.to_be_bytes().to_vec();
    bytes.extend(rkey.to_be_bytes());
    bytes.extend((len as u32).to_be_bytes());
    bytes.extend(imm.to_be_bytes());
    pkt.ext = ext(&bytes);
    pkt.mr_iova = va.wrapping_add(IOVA).to_bits();
    pkt
}

pub fn with_atomic(mut pkt: RxPacket, va: u64, rkey: u32, swap: u64, compare: u64) -> RxPacket {
    let mut bytes = va.to_be_bytes().to_vec();
    bytes.extend(rkey.to_be_bytes());
    bytes.extend(swap.to_be_bytes());
    bytes.extend(compare.to_be_bytes());
    pkt.ext = ext(&bytes);
    pkt.mr_iova = va.wrapping_add(IOVA).to_bits();
    pkt
}

/// A walker's visit.
pub fn tick(slot: u64, state: u64) -> RxPacket {
    RxPacket {
        kind: 1.into(),
        slot: slot.to_bits(),
        state: state.to_bits(),
        ..Default::default()
    }
}
