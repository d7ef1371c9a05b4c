//! The records that travel between blocks. Nothing here is visible to software.

use crate::record;
use rust_hdl::prelude::*;

record! {
    /// Access to the context memories from the command unit and the BAR0 window; broadcast to all of them.
    /// Held until the one memory whose kind matches acknowledges; with `stream`, shown for one cycle, another one each cycle.
    /// A write changes word `word`, or with `both` that word, which is even then, and the next; `data` holds both, the even one
    /// below; a write of one word has it twice.
    pub struct CtxReq { valid: 1, write: 1, both: 1, stream: 1, kind: 5, index: 16, word: 5, data: 64 }
    /// `ack` for one cycle; `data` is valid with it: the pair of words that `word` belongs to, the even one below. All zero otherwise, so that
    /// answers can be ORed together.
    pub struct CtxRsp { ack: 1, data: 64 }

    /// What `frame_rx` knows of a stored frame.
    pub struct RxHeader {
        /// first beat of the frame in the frame buffer, and its length in beats (for the release)
        buf: 12, beats: 12,
        /// bytes of the whole frame as received, without padding behind the ICRC
        frame_len: 14,
        /// byte offset of the payload in the frame; payload bytes without pad and ICRC
        hdr_len: 7, payload_len: 13,
        /// 1: not RoCEv2, for the raw receive queue (fields below are zero)
        raw: 1,
        ipv6: 1, src_ip: 128, dst_ip: 128, src_mac: 48,
        /// congestion marked: IP ECN field is 3
        ecn: 1,
        opcode: 8, solicited: 1, pad: 2, tver: 4, pkey: 16, fecn: 1, becn: 1, dest_qpn: 24, ack_req: 1, psn: 24,
        /// the first 28 bytes behind the BTH; byte k in bits 8k..8k+8
        ext: 224,
    }

    /// What the front end hands to the responder and the completer.
    pub struct RxPacket {
        /// 0 = packet, 1 = tick (walker visit), 2 = raw frame sent (psn says which), 3 = drain token
        kind: 2,
        slot: 12, state: 3,
        buf: 12, beats: 12, hdr_len: 7, payload_len: 13,
        opcode: 8, solicited: 1, pad: 2, ack_req: 1, psn: 24,
        ext: 224,
        /// memory region check of the RETH or AtomicETH that the header carries
        mr_ok: 1, mr_iova: 64, mr_slot: 12,
    }

    /// Payload, completion and answer of one received packet, in that order, for `rx_exec`.
    pub struct ExecDesc {
        slot: 12,
        /// frame to free when done (0 beats: none)
        beats: 12,
        /// first payload byte in the frame buffer: beat and byte offset of the frame's first byte
        buf: 12, src_offset: 14,
        /// up to two destinations; lengths in bytes
        len0: 14, iova0: 64, len1: 13, iova1: 64,
        /// 0 none, 1 compare and swap, 2 fetch and add; address in iova0; operands
        atomic: 2, swap_add: 64, compare: 64, resource: 4,
        /// completion
        cqe: 1, cq: 12, cqe_qpn: 24, cqe_index: 16, cqe_opcode: 8, cqe_status: 8, cqe_len: 32, cqe_imm: 32, cqe_flags: 8, cqe_solicited: 1,
        /// answer: 0 none, 1 ACK or NAK, 2 READ, 3 ATOMIC
        answer: 2, psn: 24, syndrome: 8, msn: 24, answer_len: 32, answer_iova: 64, answer_mr: 12,
        /// drain token: comes out behind everything before it
        token: 1,
    }

    /// A completion on its way to a completion queue.
    pub struct CqeReq { slot: 12, cq: 12, qpn: 24, index: 16, opcode: 8, status: 8, len: 32, imm: 32, flags: 8, solicited: 1 }

    /// An answer on its way to the response engine.
    pub struct Answer { slot: 12, kind: 2, psn: 24, syndrome: 8, msn: 24, len: 32, iova: 64, mr: 12, resource: 4 }

    /// One packet to send.
    pub struct TxDesc {
        /// 0 = RoCE, 1 = raw frame, 2 = RoCE with the scratch row's template (only where a slot's bits do not say so), 3 = drain token
        kind: 2,
        /// the requester's: `frame_tx` tells when it has left
        request: 1,
        slot: 12, ipv6: 1,
        opcode: 8, solicited: 1, ack_req: 1, pkey: 16, dest_qpn: 24, psn: 24,
        /// extension headers behind the BTH, byte k in bits 8k..8k+8, and how many bytes of them
        ext_len: 5, ext: 224,
        /// payload: up to two pieces of host memory, or 32 bytes inline (then len0 = bytes, len1 = 0)
        inlined: 1, inline_data: 256,
        len0: 14, iova0: 64, len1: 13, iova1: 64,
    }

    /// A request of one of the DMA readers; never crosses a 512-byte boundary.
    pub struct ReadReq { addr: 64, len: 13, tag: 8 }

    /// An event for the event queue: kind and object number (QPN, CQ or SRQ number).
    pub struct EventReq { kind: 8, object: 24, vector: 8 }

    /// A doorbell from a user's page: which queue, which index, whose page.
    pub struct Doorbell { object: 13, index: 16, user_ctx: 8, arm: 2 }

    /// A WQE as the send-queue cache holds it: as in host memory, but scatter entries resolved to IOVAs.
    pub struct SendWqe {
        /// 16 bytes control, 16 bytes remote; as in host memory
        control: 128, remote: 128,
        /// resolved scatter entries, or 32 bytes inline, or (ATOMIC) entry 0 and the two operands
        data0: 128, data1: 128,
        /// lookup failed (LOC_PROT_ERR), host read failed
        key_error: 1, read_error: 1,
    }
    /// A receive WQE as the receive cache holds it: two resolved entries {iova 64, length 32, slot of the region 12, 20 unused}.
    pub struct RecvWqe { sge0_iova: 64, sge0_len: 32, sge0_mr: 12, sge1_iova: 64, sge1_len: 32, sge1_mr: 12, key_error: 1, read_error: 1 }

    /// A memory region check: does `key` in `pd` allow `access` on `va .. va+len`? Access bits: 0 local write,
    /// 1 remote write, 2 remote read, 3 remote atomic; 0 = local read.
    pub struct MrReq { key: 32, pd: 16, any_pd: 1, access: 4, va: 64, len: 32 }
    /// The answer: `ok`, the IOVA of `va`, and the region's slot, by which whoever keeps the IOVA asks whether the region is gone.
    pub struct MrRsp { ok: 1, pd: 16, iova: 64, slot: 12 }

    /// One packet for `frame_tx`: a [`TxDesc`] whose payload is in the transmit buffer (or the inline queue). `off0`
    /// and `off1` are the low nine bits of the pieces' addresses, which tell how they lie in their 512-byte slots.
    pub struct FrameDesc {
        kind: 2, request: 1,
        slot: 12, ipv6: 1,
        opcode: 8, solicited: 1, ack_req: 1, pkey: 16, dest_qpn: 24, psn: 24,
        ext_len: 5, ext: 224,
        inlined: 1,
        len0: 14, off0: 9, len1: 13, off1: 9,
    }

    /// A payload slot of the transmit buffer: which lap of the ring filled it, and whether the host answered with an error.
    pub struct SlotStatus { lap: 1, error: 1 }

    /// What `frame_tx` keeps beside each word on its way out: bytes in the last word before the ICRC, ICRC to be
    /// inserted behind them, word that only takes the rest of the ICRC, frame to the NIC's own address.
    pub struct OutMeta { last: 1, crc: 1, spill: 1, looped: 1, bytes: 7 }

    /// One bus word on its way through `frame_tx`: where it turns to, what the accumulator holds when it gets there.
    pub struct WordOp { rot: 6, fill: 6, emit: 1, memory: 1, tail: 1, spill: 1, last: 1, raw: 1, first: 1, ipv6: 1 }
}

impl CtxReq {
    /// A read of one word.
    pub fn read(kind: u64, index: u64, word: u64) -> Self {
        Self {
            valid: 1.into(),
            kind: kind.to_bits(),
            index: index.to_bits(),
            word: word.to_bits(),
            ..Self::default()
        }
    }

    /// A write of one word.
    pub fn write(kind: u64, index: u64, word: u64, data: u32) -> Self {
        Self {
            write: 1.into(),
            data: (u64::from(data) << 32 | u64::from(data)).to_bits(),
            ..Self::read(kind, index, word)
        }
    }
}

impl CtxRsp {
    /// The word that was asked for.
    pub fn word(&self, asked: &CtxReq) -> u32 {
        (self.data.to_u64() >> (32 * (asked.word.to_u64() & 1))) as u32
    }
}
