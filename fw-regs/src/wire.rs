//! Numbers on the wire: RoCEv2 reliable connections, and the migration packets.

constants! {
    "Wire";
    /// UDP destination port of RoCEv2.
    pub const UDP_PORT: u16 = 4791;
    /// Bytes of the base transport header.
    pub const BTH_BYTES: u32 = 12;
    /// Bytes of the RDMA extended header.
    pub const RETH_BYTES: u32 = 16;
    /// Bytes of the ATOMIC extended header.
    pub const ATOMIC_ETH_BYTES: u32 = 28;
    /// Bytes of the acknowledge extended header.
    pub const AETH_BYTES: u32 = 4;
    /// Bytes of the ATOMIC acknowledge extended header.
    pub const ATOMIC_ACK_ETH_BYTES: u32 = 8;
    /// Bytes of immediate data.
    pub const IMM_BYTES: u32 = 4;
    /// Bytes of the invalidate extended header.
    pub const IETH_BYTES: u32 = 4;
    /// Bytes of the invariant CRC.
    pub const ICRC_BYTES: u32 = 4;
    /// AETH syndrome: positive acknowledgement, credits not used.
    pub const SYNDROME_ACK: u8 = 0x1f;
    /// AETH syndrome: receiver not ready; bits 4:0 are the timer code.
    pub const SYNDROME_RNR_NAK: u8 = 0x20;
    /// AETH syndrome: PSN sequence error.
    pub const SYNDROME_NAK_SEQUENCE: u8 = 0x60;
    /// AETH syndrome: invalid request.
    pub const SYNDROME_NAK_INVALID_REQUEST: u8 = 0x61;
    /// AETH syndrome: remote access error.
    pub const SYNDROME_NAK_REMOTE_ACCESS: u8 = 0x62;
    /// AETH syndrome: remote operational error.
    pub const SYNDROME_NAK_REMOTE_OPERATIONAL: u8 = 0x63;
    /// AETH syndrome of the migration protocol: this incarnation has stopped; the MSN field is its epoch.
    pub const SYNDROME_NAK_STOPPED: u8 = 0x65;
    /// Bytes of the migration extended header MigETH, all numbers big-endian.
    pub const MIG_ETH_BYTES: u32 = 28;
    /// MigETH version.
    pub const MIG_ETH_VERSION: u8 = 1;
    /// Byte offset of MigETH's version (1 byte).
    pub const MIG_ETH_AT_VERSION: u32 = 0;
    /// Byte offset of MigETH's flags (1 byte; bit 0: authenticated).
    pub const MIG_ETH_AT_FLAGS: u32 = 1;
    /// Byte offset of MigETH's epoch (4 bytes, upper 8 bits zero).
    pub const MIG_ETH_AT_EPOCH: u32 = 4;
    /// Byte offset of MigETH's source QPN (3 bytes, then one reserved).
    pub const MIG_ETH_AT_SOURCE_QPN: u32 = 8;
    /// Byte offset of MigETH's `max` (3 bytes, then one reserved).
    pub const MIG_ETH_AT_MAX_PSN: u32 = 12;
    /// Byte offset of MigETH's `ePSN` (3 bytes, then one reserved).
    pub const MIG_ETH_AT_EPSN: u32 = 16;
    /// Byte offset of MigETH's authenticator (8 bytes).
    pub const MIG_ETH_AT_AUTHENTICATOR: u32 = 20;
    /// Bytes of the new address behind MigETH in MOVED.
    pub const MOVED_ADDRESS_BYTES: u32 = 16;
}

codes! {
    /// BTH opcodes of reliable connections, and those of the migration protocol.
    pub enum Opcode: u8 {
        /// First packet of a SEND.
        SendFirst = 0x00 "SEND_FIRST",
        /// Middle packet of a SEND.
        SendMiddle = 0x01 "SEND_MIDDLE",
        /// Last packet of a SEND.
        SendLast = 0x02 "SEND_LAST",
        /// Last packet of a SEND, with immediate.
        SendLastImm = 0x03 "SEND_LAST_IMM",
        /// Only packet of a SEND.
        SendOnly = 0x04 "SEND_ONLY",
        /// Only packet of a SEND, with immediate.
        SendOnlyImm = 0x05 "SEND_ONLY_IMM",
        /// First packet of a WRITE.
        WriteFirst = 0x06 "WRITE_FIRST",
        /// Middle packet of a WRITE.
        WriteMiddle = 0x07 "WRITE_MIDDLE",
        /// Last packet of a WRITE.
        WriteLast = 0x08 "WRITE_LAST",
        /// Last packet of a WRITE, with immediate.
        WriteLastImm = 0x09 "WRITE_LAST_IMM",
        /// Only packet of a WRITE.
        WriteOnly = 0x0a "WRITE_ONLY",
        /// Only packet of a WRITE, with immediate.
        WriteOnlyImm = 0x0b "WRITE_ONLY_IMM",
        /// READ request.
        ReadRequest = 0x0c "READ_REQUEST",
        /// First packet of a READ response.
        ReadResponseFirst = 0x0d "READ_RESPONSE_FIRST",
        /// Middle packet of a READ response.
        ReadResponseMiddle = 0x0e "READ_RESPONSE_MIDDLE",
        /// Last packet of a READ response.
        ReadResponseLast = 0x0f "READ_RESPONSE_LAST",
        /// Only packet of a READ response.
        ReadResponseOnly = 0x10 "READ_RESPONSE_ONLY",
        /// ACK or NAK.
        Acknowledge = 0x11 "ACKNOWLEDGE",
        /// ATOMIC response.
        AtomicAcknowledge = 0x12 "ATOMIC_ACKNOWLEDGE",
        /// Compare and swap.
        CmpSwap = 0x13 "CMP_SWAP",
        /// Fetch and add.
        FetchAdd = 0x14 "FETCH_ADD",
        /// Last packet of a SEND, with invalidate.
        SendLastInv = 0x16 "SEND_LAST_INV",
        /// Only packet of a SEND, with invalidate.
        SendOnlyInv = 0x17 "SEND_ONLY_INV",
        /// Migration: a moved connection asks its partner to go on.
        Resume = 0x19 "RESUME",
        /// Migration: the partner's answer.
        ResumeAck = 0x1a "RESUME_ACK",
        /// Migration: the connection is elsewhere now.
        Moved = 0x1b "MOVED",
        /// Congestion notification.
        Cnp = 0x81 "CNP",
    }
}

/// RNR timers in µs by their code (IBTA vol. 1, table 45).
pub const RNR_TIMERS_US: [u32; 32] = [
    655_360, 10, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1_280, 1_920, 2_560, 3_840,
    5_120, 7_680, 10_240, 15_360, 20_480, 30_720, 40_960, 61_440, 81_920, 122_880, 163_840,
    245_760, 327_680, 491_520,
];

/// The local ACK timeout of code `timeout` (5 bits) in ns: 4.096 µs · 2^timeout; `None` for 0, which means no timeout.
pub const fn ack_timeout_ns(timeout: u8) -> Option<u64> {
    match timeout & 31 {
        0 => None,
        code => Some(4096 << code),
    }
}
