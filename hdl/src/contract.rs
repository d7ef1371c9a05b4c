//! The context records that software sees, generated from `fw-regs`. Do not edit: run `cargo xtask gen`.
//!
//! Every record is a whole number of 32-bit words; word k is bits `32k..32k+32`.

use crate::record;
use rust_hdl::prelude::*;

record! {
    /// QP configuration; written by the command unit only.
    pub struct QpConfig {
        qpn: 24, path_mtu: 3, ipv6: 1, raw: 1, migratable: 1, rsvd0: 2,
        partner_qpn: 24, retry_cnt: 3, rnr_retry: 3, rsvd1: 2,
        pd: 16, pkey: 16,
        user_ctx: 8, remote_write: 1, remote_read: 1, remote_atomic: 1, rsvd3: 1, timeout: 5, min_rnr_timer: 5, max_rd_atomic: 5, max_dest_rd_atomic: 5,
        send_cq: 12, rsvd4: 4, recv_cq: 12, rsvd5: 4,
        rq_ring: 13, rsvd6: 19,
    }
    /// Addresses that a received packet is checked against; IPv4 as ::ffff:a.b.c.d; first wire byte in bits 7..0.
    pub struct QpAddress { local_ip: 128, partner_ip: 128 }
    /// Requester half, written by the requester.
    pub struct Requester {
        next_psn: 24, mid_message: 1, stalled: 1, gen_seen: 4, rsvd0: 2,
        max_psn: 24, or_head: 8,
        first_psn: 24, rd_issued: 8,
        wqe_index: 16, or_send: 8, rsvd3: 8,
        offset: 32,
    }
    /// Requester half, written by the completer.
    pub struct Completer {
        una: 24, or_tail: 8,
        sq_ci: 16, rd_done: 8, rewind_gen: 4, sqd_reported: 1, rewound: 1, rsvd1: 2,
        retry_left: 3, rnr_left: 3, timer_mode: 2, failed: 1, rsvd2: 23,
        deadline_lo: 32,
        deadline_hi: 4, rsvd4: 28,
    }
    /// Responder half, written by the responder.
    pub struct Responder {
        epsn: 24, op_state: 2, nak_sent: 1, recv_valid: 1, rsvd0: 4,
        msn: 24, res_head: 8,
        recv_index: 16, rsp_pushed: 8, rsvd2: 8,
        offset: 32,
        msg_len: 32,
        sge0_iova: 64,
        sge0_len: 32,
        sge1_iova: 64,
        sge1_len: 32,
    }
    /// Answers still to be sent for one QP, written by the response engine.
    pub struct Response {
        ack_psn: 24, ack_syndrome: 8,
        ack_msn: 24, ack_pending: 1, rsvd1: 7,
        head: 8, tail: 8, rsvd2: 16,
    }
    /// One READ response stream or ATOMIC answer in the response ring.
    pub struct ResponseEntry {
        psn: 24, kind: 2, first: 1, resource: 4, rsvd0: 1,
        msn: 24, rsvd1: 8,
        remaining: 32,
        iova: 64,
    }
    /// A READ or ATOMIC that may be asked for again, written by the responder.
    pub struct Resource {
        first_psn: 24, kind: 2, valid: 1, rsvd0: 5,
        last_psn: 24, rsvd1: 8,
        rkey: 32,
        length: 32,
        va: 64,
    }
    /// The value an ATOMIC found in memory, written by the receive executor.
    pub struct AtomicResult { original: 64 }
    /// A work request sent and not yet acknowledged, written by the requester.
    pub struct Outstanding {
        first_psn: 24, kind: 3, signalled: 1, rsvd0: 4,
        last_psn: 24, status: 8,
        wqe_index: 16, opcode: 8, rsvd2: 8,
        length: 32,
        sge0_iova: 64,
        sge0_len: 32,
        sge1_iova: 64,
    }
    /// A send, receive or shared receive queue in host memory; written by the command unit.
    pub struct RingConfig {
        base: 64,
        log_size: 4, valid: 1, shared: 1, rsvd2: 2, user_ctx: 8, pd: 16,
        limit: 16, rsvd3: 16,
        doorbell_record: 64,
    }
    /// How far a ring has got, written by its WQE cache. Indices are free running.
    pub struct RingState {
        producer: 16, fetched: 16,
        arrived: 16, consumed: 16,
        epoch: 4, limit_armed: 1, fetching: 1, rsvd2: 26,
    }
    /// A memory region.
    pub struct MemoryRegion {
        key: 32,
        pd: 16, local_write: 1, remote_write: 1, remote_read: 1, remote_atomic: 1, valid: 1, rsvd1: 11,
        va: 64,
        length: 64,
        iova: 64,
    }
    /// A completion queue; the configuration half, written by the command unit.
    pub struct CqConfig {
        base: 64,
        log_size: 4, valid: 1, rsvd2: 3, user_ctx: 8, vector: 8, rsvd3: 8,
        doorbell_record: 64,
    }
    /// A completion queue; the state half, written by the completion unit.
    pub struct CqState {
        producer: 16, consumer: 16,
        armed: 2, overflow: 1, rsvd1: 29,
    }
}
