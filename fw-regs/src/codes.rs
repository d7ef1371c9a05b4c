//! States, completion codes and event kinds, with the numbers that verbs give them.

codes! {
    /// State of a queue pair; numbers as in `ibv_qp_state`.
    pub enum QpState: u8 {
        /// Does nothing; where every queue pair begins.
        Reset = 0 "RESET",
        /// Receives may be posted.
        Init = 1 "INIT",
        /// Ready to receive: the responder works.
        Rtr = 2 "RTR",
        /// Ready to send: both halves work.
        Rts = 3 "RTS",
        /// Send queue draining: no new message starts.
        Sqd = 4 "SQD",
        /// Send queue in error; never entered by reliable connections.
        Sqe = 5 "SQE",
        /// Error: work requests are flushed.
        Err = 6 "ERR",
    }
}

/// What the device's own state word holds beside the codes of [`QpState`], on devices with migration; verbs see the state in
/// the migration record.
pub mod device_state {
    /// The partner has stopped: the requester holds and probes, the responder works.
    pub const PAUSED: u8 = 5;
    /// Stopped, restored, resuming or a tombstone: neither half works.
    pub const MOVING: u8 = 7;
}

codes! {
    /// Where a queue pair stands in a migration.
    pub enum MigrationPhase: u8 {
        /// It does not move. It may be paused.
        Normal = 0 "normal",
        /// Nothing changes any more; requests are answered NAK_STOPPED.
        Stopped = 1 "stopped",
        /// Loaded, and nobody's business yet.
        Restored = 2 "restored",
        /// Sends RESUME until the partner answers.
        Resuming = 3 "resuming",
        /// Gone elsewhere; answers for the one that went.
        Tombstone = 4 "tombstone",
    }
}

codes! {
    /// How a work request ended; numbers and texts of `ibv_wc_status`.
    pub enum WcStatus: u8 {
        /// It succeeded.
        Success = 0 "success",
        /// A message did not fit the buffers given for it.
        LocalLength = 1 "local length error",
        /// The queue pair was inconsistent.
        LocalQpOperation = 2 "local QP operation error",
        /// Not used by reliable connections.
        LocalEecOperation = 3 "local EE context operation error",
        /// A local key does not allow the access.
        LocalProtection = 4 "local protection error",
        /// The queue pair went to ERR before the request was done.
        WorkRequestFlushed = 5 "Work Request Flushed Error",
        /// Not used: no memory windows.
        MemoryWindowBind = 6 "memory management operation error",
        /// The partner's answer made no sense.
        BadResponse = 7 "bad response error",
        /// Access to local memory failed.
        LocalAccess = 8 "local access error",
        /// The partner found the request invalid.
        RemoteInvalidRequest = 9 "remote invalid request error",
        /// The partner's memory region does not allow the access.
        RemoteAccess = 10 "remote access error",
        /// The partner failed to do it.
        RemoteOperation = 11 "remote operation error",
        /// The partner did not answer in time, too often.
        RetryExceeded = 12 "transport retry counter exceeded",
        /// The partner was not ready to receive, too often.
        RnrRetryExceeded = 13 "RNR retry counter exceeded",
        /// Not used by reliable connections.
        LocalRddViolation = 14 "local RDD violation error",
        /// Not used by reliable connections.
        RemoteInvalidRdRequest = 15 "remote invalid RD request",
        /// Not used by reliable connections.
        RemoteAborted = 16 "aborted error",
        /// Not used by reliable connections.
        InvalidEecNumber = 17 "invalid EE context number",
        /// Not used by reliable connections.
        InvalidEecState = 18 "invalid EE context state",
        /// The device failed.
        Fatal = 19 "fatal error",
        /// Not used by reliable connections.
        ResponseTimeout = 20 "response timeout error",
        /// Anything else.
        General = 21 "general error",
    }
}

codes! {
    /// What a completion is about; numbers of `ibv_wc_opcode`.
    pub enum WcOpcode: u8 {
        /// SEND, with or without immediate or invalidate.
        Send = 0 "SEND",
        /// RDMA WRITE, with or without immediate.
        RdmaWrite = 1 "RDMA_WRITE",
        /// RDMA READ.
        RdmaRead = 2 "RDMA_READ",
        /// Compare and swap.
        CompSwap = 3 "COMP_SWAP",
        /// Fetch and add.
        FetchAdd = 4 "FETCH_ADD",
        /// A message was received.
        Recv = 128 "RECV",
        /// A WRITE with immediate was received.
        RecvRdmaWithImm = 129 "RECV_RDMA_WITH_IMM",
    }
}

codes! {
    /// What a send work request asks for.
    pub enum WqeOpcode: u8 {
        /// SEND.
        Send = 0 "SEND",
        /// SEND with immediate.
        SendImm = 1 "SEND_WITH_IMM",
        /// SEND with invalidate.
        SendInv = 2 "SEND_WITH_INV",
        /// RDMA WRITE.
        Write = 3 "RDMA_WRITE",
        /// RDMA WRITE with immediate.
        WriteImm = 4 "RDMA_WRITE_WITH_IMM",
        /// RDMA READ.
        Read = 5 "RDMA_READ",
        /// Compare and swap of 8 bytes.
        CmpSwap = 6 "ATOMIC_CMP_AND_SWP",
        /// Fetch and add of 8 bytes.
        FetchAdd = 7 "ATOMIC_FETCH_AND_ADD",
    }
}

impl WqeOpcode {
    /// What its completion says.
    pub const fn completion(self) -> WcOpcode {
        match self {
            Self::Send | Self::SendImm | Self::SendInv => WcOpcode::Send,
            Self::Write | Self::WriteImm => WcOpcode::RdmaWrite,
            Self::Read => WcOpcode::RdmaRead,
            Self::CmpSwap => WcOpcode::CompSwap,
            Self::FetchAdd => WcOpcode::FetchAdd,
        }
    }

    /// Whether it is one of the two atomic operations.
    pub const fn is_atomic(self) -> bool {
        matches!(self, Self::CmpSwap | Self::FetchAdd)
    }
}

codes! {
    /// Kind of an event queue entry. An error names the slot of its queue pair, for the number is not at hand where errors are raised.
    pub enum EventKind: u8 {
        /// A completion came to an armed completion queue; object: its number.
        Completion = 1 "completion event",
        /// A completion queue overflowed; object: its number.
        CqError = 2 "CQ error",
        /// A queue pair failed; object: its slot.
        QpFatal = 3 "local work queue catastrophic error",
        /// A queue pair got an invalid request; object: its slot.
        QpRequestError = 4 "invalid request local work queue error",
        /// A queue pair got a request that its memory does not allow; object: its slot.
        QpAccessError = 5 "local access violation work queue error",
        /// The send queue of a queue pair in SQD is drained; object: its QP number.
        SqDrained = 6 "send queue drained",
        /// A shared receive queue fell below its limit; object: its number.
        SrqLimitReached = 7 "SRQ limit reached",
        /// A command has ended; object: its opcode.
        CommandDone = 8 "command done",
        /// A queue pair that was resuming works again; object: its slot.
        Resumed = 9 "connection resumed",
        /// A lease has ended: nobody answers a queue pair that is resuming, or its partner has stopped for too long; object: its slot.
        LeaseExpired = 10 "migration lease expired",
        /// A tombstone has stood for long; object: its slot.
        TombstoneAged = 11 "tombstone aged",
    }
}
