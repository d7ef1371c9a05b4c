//! The context records that software sees, generated from `fw-regs`. Do not edit: run `cargo xtask gen`.
//!
//! Every record is a whole number of 32-bit words; word k is bits `32k..32k+32`.

use crate::record;
use rust_hdl::prelude::*;

record! {
    /// QP configuration; written by the command unit only.
    pub struct QpConfig {
        /// QP number on the wire.
        qpn: 24,
        /// Path MTU as `ibv_mtu`: 1 = 256, 2 = 512, 3 = 1024, 4 = 2048, 5 = 4096 bytes.
        path_mtu: 3,
        /// Addresses are IPv6; else IPv4.
        ipv6: 1,
        /// Raw Ethernet queue pair: work requests and receives are whole frames.
        raw: 1,
        /// Both ends agreed to the migration packets.
        migratable: 1,
        /// Zero.
        rsvd0: 2,
        /// The partner's QP number.
        partner_qpn: 24,
        /// Retries after timeout or sequence error.
        retry_cnt: 3,
        /// Retries after RNR NAK; 7 = without end.
        rnr_retry: 3,
        /// Zero.
        rsvd1: 2,
        /// Protection domain.
        pd: 16,
        /// Partition key; bit 15 = full member.
        pkey: 16,
        /// User context whose doorbell page may ring for it.
        user_ctx: 8,
        /// The partner may WRITE.
        remote_write: 1,
        /// The partner may READ.
        remote_read: 1,
        /// The partner may use ATOMICs.
        remote_atomic: 1,
        /// Zero.
        rsvd3: 1,
        /// Local ACK timeout: 4.096 µs · 2^timeout; 0 = none.
        timeout: 5,
        /// RNR timer code sent in RNR NAKs.
        min_rnr_timer: 5,
        /// READs and ATOMICs it may have outstanding as requester, at most 8.
        max_rd_atomic: 5,
        /// READs and ATOMICs it remembers as responder, at most 8.
        max_dest_rd_atomic: 5,
        /// Completion queue of the send queue.
        send_cq: 12,
        /// Zero.
        rsvd4: 4,
        /// Completion queue of the receive queue.
        recv_cq: 12,
        /// Zero.
        rsvd5: 4,
        /// Ring it receives from: its own slot, or number of QPs + s for shared receive queue s.
        rq_ring: 13,
        /// Zero.
        rsvd6: 19,
    }
    /// Addresses that a received packet is checked against; IPv4 as ::ffff:a.b.c.d; first wire byte in bits 7..0.
    pub struct QpAddress {
        /// Destination address of received packets.
        local_ip: 128,
        /// Source address of received packets.
        partner_ip: 128,
    }
    /// Requester half, written by the requester.
    pub struct Requester {
        /// PSN of the next packet.
        next_psn: 24,
        /// A message is half sent.
        mid_message: 1,
        /// A work request failed locally; nothing more is sent.
        stalled: 1,
        /// Last `Completer.rewind_gen` acted upon.
        gen_seen: 4,
        /// Zero.
        rsvd0: 2,
        /// One past the highest PSN ever used or reserved; a rewind does not lower it.
        max_psn: 24,
        /// Ring of outstanding work requests: index behind the newest, free-running.
        or_head: 8,
        /// First PSN of the message in progress.
        first_psn: 24,
        /// READs and ATOMICs issued, modulo 256.
        rd_issued: 8,
        /// Send queue index of the message in progress or next.
        wqe_index: 16,
        /// Ring of outstanding work requests: index of the message in progress or next, free-running; behind `or_head` after a rewind.
        or_send: 8,
        /// Zero.
        rsvd3: 8,
        /// Bytes of the message in progress already sent.
        offset: 32,
    }
    /// Requester half, written by the completer.
    pub struct Completer {
        /// Oldest unacknowledged PSN.
        una: 24,
        /// Ring of outstanding work requests: index of the oldest, free-running.
        or_tail: 8,
        /// Send queue index of the oldest work request without completion.
        sq_ci: 16,
        /// READs and ATOMICs done, modulo 256.
        rd_done: 8,
        /// Counts rewinds that the requester is asked for.
        rewind_gen: 4,
        /// The event "send queue drained" has been sent.
        sqd_reported: 1,
        /// Rewound since the last progress.
        rewound: 1,
        /// Zero.
        rsvd1: 2,
        /// Retries left.
        retry_left: 3,
        /// RNR retries left.
        rnr_left: 3,
        /// What `deadline` is for: 0 nothing, 1 acknowledgement, 2 RNR wait.
        timer_mode: 2,
        /// Retries are exhausted or a fatal NAK came.
        failed: 1,
        /// Zero.
        rsvd2: 23,
        /// When the timer ends, in µs of the device's clock, bits 31:0.
        deadline_lo: 32,
        /// When the timer ends, bits 35:32.
        deadline_hi: 4,
        /// Zero.
        rsvd4: 28,
    }
    /// Responder half, written by the responder.
    pub struct Responder {
        /// Expected PSN.
        epsn: 24,
        /// Message being received: 0 none, 1 SEND, 2 WRITE.
        op_state: 2,
        /// A sequence NAK has been sent for the expected PSN.
        nak_sent: 1,
        /// A receive work request is consumed and not completed.
        recv_valid: 1,
        /// Zero.
        rsvd0: 4,
        /// Message sequence number.
        msn: 24,
        /// Responder resources: index of the next, free-running.
        res_head: 8,
        /// Index of the receive work request in use.
        recv_index: 16,
        /// Answers pushed to the response ring, free-running.
        rsp_pushed: 8,
        /// Zero.
        rsvd2: 8,
        /// Bytes of the message received.
        offset: 32,
        /// WRITE: length of the message; SEND: bytes that the two scatter entries take together, at most 2^31.
        msg_len: 32,
        /// IOVA of the first scatter entry, or of the start of a WRITE.
        sge0_iova: 64,
        /// Length of the first scatter entry.
        sge0_len: 32,
        /// IOVA of the second scatter entry.
        sge1_iova: 64,
        /// Slot of the memory region that holds the first scatter entry, or what a WRITE goes to.
        sge0_mr: 12,
        /// There is one: the entry is not empty.
        sge0_named: 1,
        /// Zero.
        rsvd3: 3,
        /// Slot of the memory region that holds the second scatter entry.
        sge1_mr: 12,
        /// There is one: the entry is not empty.
        sge1_named: 1,
        /// Zero.
        rsvd4: 3,
    }
    /// Answers still to be sent for one QP, written by the response engine.
    pub struct Response {
        /// PSN of the acknowledgement to be sent.
        ack_psn: 24,
        /// Its AETH syndrome.
        ack_syndrome: 8,
        /// Its MSN.
        ack_msn: 24,
        /// There is one to be sent.
        ack_pending: 1,
        /// Zero.
        rsvd1: 7,
        /// Response ring: index behind the newest entry, free-running.
        head: 8,
        /// Response ring: index of the oldest entry, free-running.
        tail: 8,
        /// Zero.
        rsvd2: 16,
    }
    /// One READ response stream or ATOMIC answer in the response ring.
    pub struct ResponseEntry {
        /// PSN of the next response packet.
        psn: 24,
        /// 2 READ, 3 ATOMIC.
        kind: 2,
        /// No packet of it has been sent.
        first: 1,
        /// ATOMIC: which responder resource holds the result.
        resource: 4,
        /// Zero.
        rsvd0: 1,
        /// MSN for the AETH.
        msn: 24,
        /// READ: slot of the memory region that holds them.
        mr: 8,
        /// Bytes still to be sent.
        remaining: 32,
        /// Where they are.
        iova: 64,
    }
    /// A READ or ATOMIC that may be asked for again, written by the responder.
    pub struct Resource {
        /// First PSN of its answer.
        first_psn: 24,
        /// 1 READ, 2 ATOMIC.
        kind: 2,
        /// The entry is in use.
        valid: 1,
        /// Zero.
        rsvd0: 5,
        /// Last PSN of its answer.
        last_psn: 24,
        /// Zero.
        rsvd1: 8,
        /// Remote key of the request.
        rkey: 32,
        /// Bytes asked for.
        length: 32,
        /// Virtual address asked for.
        va: 64,
    }
    /// The value an ATOMIC found in memory, written by the receive executor.
    pub struct AtomicResult {
        /// The eight bytes as a number.
        original: 64,
    }
    /// A work request sent and not yet acknowledged, written by the requester.
    pub struct Outstanding {
        /// First PSN.
        first_psn: 24,
        /// 0 SEND or raw frame, 1 WRITE, 2 READ, 3 ATOMIC, 4 failed locally.
        kind: 3,
        /// A completion is wanted on success.
        signalled: 1,
        /// Zero.
        rsvd0: 4,
        /// Last PSN.
        last_psn: 24,
        /// Kind 4: its `WcStatus`. READ: slot of the memory region that holds the second scatter entry.
        status: 8,
        /// Send queue index.
        wqe_index: 16,
        /// Completion opcode (`WcOpcode`).
        opcode: 8,
        /// READ, ATOMIC: slot of the memory region that holds the first scatter entry.
        sge0_mr: 8,
        /// Bytes of the message.
        length: 32,
        /// READ, ATOMIC: IOVA of the first scatter entry.
        sge0_iova: 64,
        /// READ, ATOMIC: length of the first scatter entry.
        sge0_len: 32,
        /// READ: IOVA of the second scatter entry.
        sge1_iova: 64,
    }
    /// A send, receive or shared receive queue in host memory; written by the command unit.
    pub struct RingConfig {
        /// IOVA of the ring, aligned to 4096.
        base: 64,
        /// log2 of its entries, at most 15.
        log_size: 4,
        /// The ring exists.
        valid: 1,
        /// It is a shared receive queue.
        shared: 1,
        /// Shared receive queue: held, so doorbells change nothing and nothing is fetched. Other rings are held while their queue pair is MOVING.
        held: 1,
        /// Zero.
        rsvd2: 1,
        /// User context whose doorbell page may ring for it.
        user_ctx: 8,
        /// Protection domain its scatter entries are checked against.
        pd: 16,
        /// Shared receive queue: an event is sent when fewer entries than this are left.
        limit: 16,
        /// Zero.
        rsvd3: 16,
        /// IOVA of its doorbell record.
        doorbell_record: 64,
    }
    /// How far a ring has got, written by its WQE cache. Indices are free running.
    pub struct RingState {
        /// Index behind the last entry posted.
        producer: 16,
        /// Index behind the last entry asked for.
        fetched: 16,
        /// Index behind the last entry in the cache.
        arrived: 16,
        /// Index behind the last entry used.
        consumed: 16,
        /// Grows when everything in flight is void.
        epoch: 4,
        /// The limit event has not been sent.
        limit_armed: 1,
        /// A read of host memory is under way.
        fetching: 1,
        /// Zero.
        rsvd2: 26,
    }
    /// A memory region.
    pub struct MemoryRegion {
        /// Its key, local and remote.
        key: 32,
        /// Protection domain.
        pd: 16,
        /// Work requests of this host may write into it.
        local_write: 1,
        /// Partners may WRITE.
        remote_write: 1,
        /// Partners may READ.
        remote_read: 1,
        /// Partners may use ATOMICs.
        remote_atomic: 1,
        /// It exists; cleared by SEND with invalidate.
        valid: 1,
        /// Zero.
        rsvd1: 11,
        /// First virtual address.
        va: 64,
        /// Bytes.
        length: 64,
        /// IOVA of `va`.
        iova: 64,
    }
    /// A completion queue; the configuration half, written by the command unit.
    pub struct CqConfig {
        /// IOVA of the ring, aligned to 4096.
        base: 64,
        /// log2 of its entries, at most 15.
        log_size: 4,
        /// The queue exists.
        valid: 1,
        /// Doorbells change nothing: its owner is stopped. Zero on devices without migration.
        held: 1,
        /// Zero.
        rsvd2: 2,
        /// User context whose doorbell page may ring for it.
        user_ctx: 8,
        /// Interrupt vector of its events.
        vector: 8,
        /// Zero.
        rsvd3: 8,
        /// IOVA of its doorbell record.
        doorbell_record: 64,
    }
    /// A completion queue; the state half, written by the completion unit.
    pub struct CqState {
        /// Index behind the last completion written.
        producer: 16,
        /// Index behind the last completion taken.
        consumer: 16,
        /// 0 not armed, 1 next completion, 2 next solicited or failed one.
        armed: 2,
        /// A completion was lost.
        overflow: 1,
        /// Zero.
        rsvd1: 29,
    }
    /// Where a queue pair stands in a migration; written by the migration unit. The first two words and the key go with the connection, the rest belongs to the place. Times are in µs of the device's clock, bits 31:0.
    pub struct Migration {
        /// This end's incarnation.
        epoch: 24,
        /// A [`crate::MigrationPhase`].
        phase: 3,
        /// Stopped, and everything accepted before has finished.
        drained: 1,
        /// The state that verbs see while the device's own state is `PAUSED` or `MOVING`.
        verbs_state: 3,
        /// Zero.
        rsvd0: 1,
        /// The last incarnation of the partner that was accepted.
        partner_epoch: 24,
        /// Restored over a tombstone of the same number, which returns if the restored one is discarded.
        over_tombstone: 1,
        /// The lease has begun.
        leased: 1,
        /// The end of the lease has been reported.
        reported: 1,
        /// Zero.
        rsvd1: 1,
        /// How often the lease has been renewed.
        renewals: 4,
        /// Tombstone: the incarnation that stopped here.
        stopped_epoch: 24,
        /// Zero.
        rsvd2: 8,
        /// Tombstone: where the connection went; zero = unknown. IPv4 as ::ffff:a.b.c.d; first wire byte in bits 7..0.
        moved_to: 128,
        /// Resuming: when RESUME is sent again; paused: when the next probe is sent.
        deadline: 32,
        /// The present time between two of them.
        interval: 32,
        /// When the lease ends, or the tombstone is reported.
        lease: 32,
        /// The connection's key, for the authenticator.
        key: 128,
        /// Zero; makes the record 16 words.
        rsvd3: 64,
    }
}
