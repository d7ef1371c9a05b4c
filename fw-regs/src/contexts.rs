//! Context records: what the device remembers of every object, in the layout that the context window, mailbox payloads
//! and dumps show.
//!
//! Each record is a whole number of little-endian 32-bit words and has one writer. Fields marked relocatable belong to the place
//! and not to the object: the driver gives them anew where a dump is restored.

use crate::psn::Psn;
use crate::schema::Record;

codes! {
    /// A kind of context memory, as in the context window's `select` and in payload headers.
    pub enum ContextKind: u8 {
        /// [`QpConfig`]; index: QP slot.
        QpConfig = 1 "QP configuration",
        /// Header template of sent packets, [`crate::template::AddressVector`]; index: QP slot.
        QpAv = 2 "QP address vector",
        /// [`QpAddress`]; index: QP slot.
        QpAddress = 3 "QP addresses",
        /// [`Requester`]; index: QP slot.
        Requester = 4 "requester",
        /// [`Completer`]; index: QP slot.
        Completer = 5 "completer",
        /// [`Responder`]; index: QP slot.
        Responder = 6 "responder",
        /// [`Response`]; index: QP slot.
        Response = 7 "response engine",
        /// [`ResponseEntry`]; index: QP slot times the ring's size plus position.
        ResponseEntry = 8 "response ring entry",
        /// [`Resource`]; index: QP slot times 8 plus position.
        Resource = 9 "responder resource",
        /// [`AtomicResult`]; index: QP slot times 8 plus position.
        AtomicResult = 10 "atomic result",
        /// [`Outstanding`]; index: QP slot times the ring's size plus position.
        Outstanding = 11 "outstanding work request",
        /// [`RingConfig`] of a send queue; index: QP slot.
        SqConfig = 12 "send queue configuration",
        /// [`RingState`] of a send queue; index: QP slot.
        SqState = 13 "send queue state",
        /// [`RingConfig`] of a receive queue; index: ring number.
        RqConfig = 14 "receive queue configuration",
        /// [`RingState`] of a receive queue; index: ring number.
        RqState = 15 "receive queue state",
        /// [`MemoryRegion`]; index: MR slot.
        MemoryRegion = 16 "memory region",
        /// [`CqConfig`]; index: CQ number.
        CqConfig = 17 "completion queue configuration",
        /// [`CqState`]; index: CQ number.
        CqState = 18 "completion queue state",
        /// One word: the [`crate::QpState`] in bits 2:0; read only; index: QP slot.
        QpState = 19 "QP state",
        /// [`Migration`]; index: QP slot. Devices without migration have none.
        Migration = 20 "migration",
    }
}

impl ContextKind {
    /// The layout of records of this kind; the header template and the state have layouts of their own.
    pub const fn layout(self) -> Option<Record> {
        Some(match self {
            Self::QpConfig => QpConfig::RECORD,
            Self::QpAddress => QpAddress::RECORD,
            Self::Requester => Requester::RECORD,
            Self::Completer => Completer::RECORD,
            Self::Responder => Responder::RECORD,
            Self::Response => Response::RECORD,
            Self::ResponseEntry => ResponseEntry::RECORD,
            Self::Resource => Resource::RECORD,
            Self::AtomicResult => AtomicResult::RECORD,
            Self::Outstanding => Outstanding::RECORD,
            Self::SqConfig | Self::RqConfig => RingConfig::RECORD,
            Self::SqState | Self::RqState => RingState::RECORD,
            Self::MemoryRegion => MemoryRegion::RECORD,
            Self::CqConfig => CqConfig::RECORD,
            Self::CqState => CqState::RECORD,
            Self::Migration => Migration::RECORD,
            Self::QpAv | Self::QpState => return None,
        })
    }

    /// 32-bit words of a record of this kind.
    pub const fn words(self) -> usize {
        match (self.layout(), self) {
            (Some(layout), _) => layout.words() as usize,
            (None, Self::QpAv) => crate::template::AddressVector::WORDS,
            (None, _) => 1,
        }
    }

    /// Words that a record of this kind takes in a dump page: an even number; the one too many is zero.
    pub const fn page_words(self) -> usize {
        self.words().next_multiple_of(2)
    }
}

records! {
    /// QP configuration; written by the command unit only.
    pub struct QpConfig {
        /// QP number on the wire.
        qpn: 24 as u32,
        /// Path MTU as `ibv_mtu`: 1 = 256, 2 = 512, 3 = 1024, 4 = 2048, 5 = 4096 bytes.
        path_mtu: 3 as u8,
        /// Addresses are IPv6; else IPv4.
        ipv6: 1 as bool,
        /// Raw Ethernet queue pair: work requests and receives are whole frames.
        raw: 1 as bool,
        /// Both ends agreed to the migration packets.
        migratable: 1 as bool,
        /// Zero.
        rsvd0: 2,
        /// The partner's QP number.
        partner_qpn: 24 as u32,
        /// Retries after timeout or sequence error.
        retry_cnt: 3 as u8,
        /// Retries after RNR NAK; 7 = without end.
        rnr_retry: 3 as u8,
        /// Zero.
        rsvd1: 2,
        /// Protection domain.
        pd: 16 as u16 [relocatable],
        /// Partition key; bit 15 = full member.
        pkey: 16 as u16,
        /// User context whose doorbell page may ring for it.
        user_ctx: 8 as u8 [relocatable],
        /// The partner may WRITE.
        remote_write: 1 as bool,
        /// The partner may READ.
        remote_read: 1 as bool,
        /// The partner may use ATOMICs.
        remote_atomic: 1 as bool,
        /// Zero.
        rsvd3: 1,
        /// Local ACK timeout: 4.096 µs · 2^timeout; 0 = none.
        timeout: 5 as u8,
        /// RNR timer code sent in RNR NAKs.
        min_rnr_timer: 5 as u8,
        /// READs and ATOMICs it may have outstanding as requester, at most 8.
        max_rd_atomic: 5 as u8,
        /// READs and ATOMICs it remembers as responder, at most 8.
        max_dest_rd_atomic: 5 as u8,
        /// Completion queue of the send queue.
        send_cq: 12 as u16 [relocatable],
        /// Zero.
        rsvd4: 4,
        /// Completion queue of the receive queue.
        recv_cq: 12 as u16 [relocatable],
        /// Zero.
        rsvd5: 4,
        /// Ring it receives from: its own slot, or number of QPs + s for shared receive queue s.
        rq_ring: 13 as u16 [relocatable],
        /// Zero.
        rsvd6: 19,
    }

    /// Addresses that a received packet is checked against; IPv4 as ::ffff:a.b.c.d; first wire byte in bits 7..0.
    pub struct QpAddress {
        /// Destination address of received packets.
        local_ip: 128 as [u8; 16] [relocatable],
        /// Source address of received packets.
        partner_ip: 128 as [u8; 16],
    }

    /// Requester half, written by the requester.
    pub struct Requester {
        /// PSN of the next packet.
        next_psn: 24 as Psn,
        /// A message is half sent.
        mid_message: 1 as bool,
        /// A work request failed locally; nothing more is sent.
        stalled: 1 as bool,
        /// Last `Completer.rewind_gen` acted upon.
        gen_seen: 4 as u8,
        /// Zero.
        rsvd0: 2,
        /// One past the highest PSN ever used or reserved; a rewind does not lower it.
        max_psn: 24 as Psn,
        /// Ring of outstanding work requests: index behind the newest, free-running.
        or_head: 8 as u8,
        /// First PSN of the message in progress.
        first_psn: 24 as Psn,
        /// READs and ATOMICs issued, modulo 256.
        rd_issued: 8 as u8,
        /// Send queue index of the message in progress or next.
        wqe_index: 16 as u16,
        /// Ring of outstanding work requests: index of the message in progress or next, free-running; behind `or_head` after a rewind.
        or_send: 8 as u8,
        /// Zero.
        rsvd3: 8,
        /// Bytes of the message in progress already sent.
        offset: 32 as u32,
    }

    /// Requester half, written by the completer.
    pub struct Completer {
        /// Oldest unacknowledged PSN.
        una: 24 as Psn,
        /// Ring of outstanding work requests: index of the oldest, free-running.
        or_tail: 8 as u8,
        /// Send queue index of the oldest work request without completion.
        sq_ci: 16 as u16,
        /// READs and ATOMICs done, modulo 256.
        rd_done: 8 as u8,
        /// Counts rewinds that the requester is asked for.
        rewind_gen: 4 as u8,
        /// The event "send queue drained" has been sent.
        sqd_reported: 1 as bool,
        /// Rewound since the last progress.
        rewound: 1 as bool,
        /// Zero.
        rsvd1: 2,
        /// Retries left.
        retry_left: 3 as u8,
        /// RNR retries left.
        rnr_left: 3 as u8,
        /// What `deadline` is for: 0 nothing, 1 acknowledgement, 2 RNR wait.
        timer_mode: 2 as u8,
        /// Retries are exhausted or a fatal NAK came.
        failed: 1 as bool,
        /// Zero.
        rsvd2: 23,
        /// When the timer ends, in µs of the device's clock, bits 31:0.
        deadline_lo: 32 as u32 [relocatable],
        /// When the timer ends, bits 35:32.
        deadline_hi: 4 as u8 [relocatable],
        /// Zero.
        rsvd4: 28,
    }

    /// Responder half, written by the responder.
    pub struct Responder {
        /// Expected PSN.
        epsn: 24 as Psn,
        /// Message being received: 0 none, 1 SEND, 2 WRITE.
        op_state: 2 as u8,
        /// A sequence NAK has been sent for the expected PSN.
        nak_sent: 1 as bool,
        /// A receive work request is consumed and not completed.
        recv_valid: 1 as bool,
        /// Zero.
        rsvd0: 4,
        /// Message sequence number.
        msn: 24 as u32,
        /// Responder resources: index of the next, free-running.
        res_head: 8 as u8,
        /// Index of the receive work request in use.
        recv_index: 16 as u16,
        /// Answers pushed to the response ring, free-running.
        rsp_pushed: 8 as u8,
        /// Zero.
        rsvd2: 8,
        /// Bytes of the message received.
        offset: 32 as u32,
        /// WRITE: length of the message; SEND: bytes that the two scatter entries take together, at most 2^31.
        msg_len: 32 as u32,
        /// IOVA of the first scatter entry, or of the start of a WRITE.
        sge0_iova: 64 as u64 [relocatable],
        /// Length of the first scatter entry.
        sge0_len: 32 as u32,
        /// IOVA of the second scatter entry.
        sge1_iova: 64 as u64 [relocatable],
        /// Slot of the memory region that holds the first scatter entry, or what a WRITE goes to.
        sge0_mr: 12 as u16 [relocatable],
        /// There is one: the entry is not empty.
        sge0_named: 1 as bool,
        /// Zero.
        rsvd3: 3,
        /// Slot of the memory region that holds the second scatter entry.
        sge1_mr: 12 as u16 [relocatable],
        /// There is one: the entry is not empty.
        sge1_named: 1 as bool,
        /// Zero.
        rsvd4: 3,
    }

    /// Answers still to be sent for one QP, written by the response engine.
    pub struct Response {
        /// PSN of the acknowledgement to be sent.
        ack_psn: 24 as Psn,
        /// Its AETH syndrome.
        ack_syndrome: 8 as u8,
        /// Its MSN.
        ack_msn: 24 as u32,
        /// There is one to be sent.
        ack_pending: 1 as bool,
        /// Zero.
        rsvd1: 7,
        /// Response ring: index behind the newest entry, free-running.
        head: 8 as u8,
        /// Response ring: index of the oldest entry, free-running.
        tail: 8 as u8,
        /// Zero.
        rsvd2: 16,
    }

    /// One READ response stream or ATOMIC answer in the response ring.
    pub struct ResponseEntry {
        /// PSN of the next response packet.
        psn: 24 as Psn,
        /// 2 READ, 3 ATOMIC.
        kind: 2 as u8,
        /// No packet of it has been sent.
        first: 1 as bool,
        /// ATOMIC: which responder resource holds the result.
        resource: 4 as u8,
        /// Zero.
        rsvd0: 1,
        /// MSN for the AETH.
        msn: 24 as u32,
        /// READ: slot of the memory region that holds them.
        mr: 8 as u8 [relocatable],
        /// Bytes still to be sent.
        remaining: 32 as u32,
        /// Where they are.
        iova: 64 as u64 [relocatable],
    }

    /// A READ or ATOMIC that may be asked for again, written by the responder.
    pub struct Resource {
        /// First PSN of its answer.
        first_psn: 24 as Psn,
        /// 1 READ, 2 ATOMIC.
        kind: 2 as u8,
        /// The entry is in use.
        valid: 1 as bool,
        /// Zero.
        rsvd0: 5,
        /// Last PSN of its answer.
        last_psn: 24 as Psn,
        /// Zero.
        rsvd1: 8,
        /// Remote key of the request.
        rkey: 32 as u32,
        /// Bytes asked for.
        length: 32 as u32,
        /// Virtual address asked for.
        va: 64 as u64,
    }

    /// The value an ATOMIC found in memory, written by the receive executor.
    pub struct AtomicResult {
        /// The eight bytes as a number.
        original: 64 as u64,
    }

    /// A work request sent and not yet acknowledged, written by the requester.
    pub struct Outstanding {
        /// First PSN.
        first_psn: 24 as Psn,
        /// 0 SEND or raw frame, 1 WRITE, 2 READ, 3 ATOMIC, 4 failed locally.
        kind: 3 as u8,
        /// A completion is wanted on success.
        signalled: 1 as bool,
        /// Zero.
        rsvd0: 4,
        /// Last PSN.
        last_psn: 24 as Psn,
        /// Kind 4: its `WcStatus`. READ: slot of the memory region that holds the second scatter entry.
        status: 8 as u8,
        /// Send queue index.
        wqe_index: 16 as u16,
        /// Completion opcode (`WcOpcode`).
        opcode: 8 as u8,
        /// READ, ATOMIC: slot of the memory region that holds the first scatter entry.
        sge0_mr: 8 as u8 [relocatable],
        /// Bytes of the message.
        length: 32 as u32,
        /// READ, ATOMIC: IOVA of the first scatter entry.
        sge0_iova: 64 as u64 [relocatable],
        /// READ, ATOMIC: length of the first scatter entry.
        sge0_len: 32 as u32,
        /// READ: IOVA of the second scatter entry.
        sge1_iova: 64 as u64 [relocatable],
    }

    /// A send, receive or shared receive queue in host memory; written by the command unit.
    pub struct RingConfig {
        /// IOVA of the ring, aligned to 4096.
        base: 64 as u64 [relocatable],
        /// log2 of its entries, at most 15.
        log_size: 4 as u8,
        /// The ring exists.
        valid: 1 as bool,
        /// It is a shared receive queue.
        shared: 1 as bool,
        /// Shared receive queue: held, so doorbells change nothing and nothing is fetched. Other rings are held while their queue pair is MOVING.
        held: 1 as bool,
        /// Zero.
        rsvd2: 1,
        /// User context whose doorbell page may ring for it.
        user_ctx: 8 as u8 [relocatable],
        /// Protection domain its scatter entries are checked against.
        pd: 16 as u16 [relocatable],
        /// Shared receive queue: an event is sent when fewer entries than this are left.
        limit: 16 as u16,
        /// Zero.
        rsvd3: 16,
        /// IOVA of its doorbell record.
        doorbell_record: 64 as u64 [relocatable],
    }

    /// How far a ring has got, written by its WQE cache. Indices are free running.
    pub struct RingState {
        /// Index behind the last entry posted.
        producer: 16 as u16,
        /// Index behind the last entry asked for.
        fetched: 16 as u16,
        /// Index behind the last entry in the cache.
        arrived: 16 as u16,
        /// Index behind the last entry used.
        consumed: 16 as u16,
        /// Grows when everything in flight is void.
        epoch: 4 as u8,
        /// The limit event has not been sent.
        limit_armed: 1 as bool,
        /// A read of host memory is under way.
        fetching: 1 as bool,
        /// Zero.
        rsvd2: 26,
    }

    /// A memory region.
    pub struct MemoryRegion {
        /// Its key, local and remote.
        key: 32 as u32,
        /// Protection domain.
        pd: 16 as u16 [relocatable],
        /// Work requests of this host may write into it.
        local_write: 1 as bool,
        /// Partners may WRITE.
        remote_write: 1 as bool,
        /// Partners may READ.
        remote_read: 1 as bool,
        /// Partners may use ATOMICs.
        remote_atomic: 1 as bool,
        /// It exists; cleared by SEND with invalidate.
        valid: 1 as bool,
        /// Zero.
        rsvd1: 11,
        /// First virtual address.
        va: 64 as u64,
        /// Bytes.
        length: 64 as u64,
        /// IOVA of `va`.
        iova: 64 as u64 [relocatable],
    }

    /// A completion queue; the configuration half, written by the command unit.
    pub struct CqConfig {
        /// IOVA of the ring, aligned to 4096.
        base: 64 as u64 [relocatable],
        /// log2 of its entries, at most 15.
        log_size: 4 as u8,
        /// The queue exists.
        valid: 1 as bool,
        /// Doorbells change nothing: its owner is stopped. Zero on devices without migration.
        held: 1 as bool,
        /// Zero.
        rsvd2: 2,
        /// User context whose doorbell page may ring for it.
        user_ctx: 8 as u8 [relocatable],
        /// Interrupt vector of its events.
        vector: 8 as u8 [relocatable],
        /// Zero.
        rsvd3: 8,
        /// IOVA of its doorbell record.
        doorbell_record: 64 as u64 [relocatable],
    }

    /// Where a queue pair stands in a migration; written by the migration unit. The first two words and the key go with the connection,
    /// the rest belongs to the place. Times are in µs of the device's clock, bits 31:0.
    pub struct Migration {
        /// This end's incarnation.
        epoch: 24 as u32,
        /// A [`crate::MigrationPhase`].
        phase: 3 as u8 [relocatable],
        /// Stopped, and everything accepted before has finished.
        drained: 1 as bool [relocatable],
        /// The state that verbs see while the device's own state is `PAUSED` or `MOVING`.
        verbs_state: 3 as u8,
        /// Zero.
        rsvd0: 1,
        /// The last incarnation of the partner that was accepted.
        partner_epoch: 24 as u32,
        /// Restored over a tombstone of the same number, which returns if the restored one is discarded.
        over_tombstone: 1 as bool [relocatable],
        /// The lease has begun.
        leased: 1 as bool [relocatable],
        /// The end of the lease has been reported.
        reported: 1 as bool [relocatable],
        /// Zero.
        rsvd1: 1,
        /// How often the lease has been renewed.
        renewals: 4 as u8 [relocatable],
        /// Tombstone: the incarnation that stopped here.
        stopped_epoch: 24 as u32 [relocatable],
        /// Zero.
        rsvd2: 8,
        /// Tombstone: where the connection went; zero = unknown. IPv4 as ::ffff:a.b.c.d; first wire byte in bits 7..0.
        moved_to: 128 as [u8; 16] [relocatable],
        /// Resuming: when RESUME is sent again; paused: when the next probe is sent.
        deadline: 32 as u32 [relocatable],
        /// The present time between two of them.
        interval: 32 as u32 [relocatable],
        /// When the lease ends, or the tombstone is reported.
        lease: 32 as u32 [relocatable],
        /// The connection's key, for the authenticator.
        key: 128 as [u8; 16],
        /// Zero; makes the record 16 words.
        rsvd3: 64,
    }

    /// A completion queue; the state half, written by the completion unit.
    pub struct CqState {
        /// Index behind the last completion written.
        producer: 16 as u16,
        /// Index behind the last completion taken.
        consumer: 16 as u16,
        /// 0 not armed, 1 next completion, 2 next solicited or failed one.
        armed: 2 as u8,
        /// A completion was lost.
        overflow: 1 as bool,
        /// Zero.
        rsvd1: 29,
    }
}

impl QpConfig {
    /// Bytes of the path MTU.
    pub const fn mtu_bytes(&self) -> u32 {
        128 << self.path_mtu
    }
}

/// All context records, in the order of their kinds.
pub const RECORDS: &[crate::schema::Record] = &[
    QpConfig::RECORD,
    QpAddress::RECORD,
    Requester::RECORD,
    Completer::RECORD,
    Responder::RECORD,
    Response::RECORD,
    ResponseEntry::RECORD,
    Resource::RECORD,
    AtomicResult::RECORD,
    Outstanding::RECORD,
    RingConfig::RECORD,
    RingState::RECORD,
    MemoryRegion::RECORD,
    CqConfig::RECORD,
    CqState::RECORD,
    Migration::RECORD,
];
