//! Counters. Where Linux's software RoCE driver counts the same thing, the counter carries its name.

/// Counters the table has room for.
pub const SLOTS: u32 = 64;

codes! {
    /// A counter's number; its text is the name tools print.
    pub enum Counter: u8 {
        /// RoCE packets received with a good ICRC, those included that another counter says were dropped.
        RcvdPkts = 0 "rcvd_pkts",
        /// RoCE packets sent, repetitions included.
        SentPkts = 1 "sent_pkts",
        /// Requests received again.
        RcvdDupReq = 2 "duplicate_request",
        /// Requests ahead of the expected PSN.
        OutOfSeqRequest = 3 "out_of_seq_request",
        /// RNR NAKs received.
        RcvdRnrErr = 4 "rcvd_rnr_err",
        /// RNR NAKs sent.
        SendRnrErr = 5 "send_rnr_err",
        /// PSN sequence NAKs received.
        RcvdSeqErr = 6 "rcvd_seq_err",
        /// Always zero: acknowledgements are coalesced, never deferred.
        AckDeferred = 7 "ack_deferred",
        /// Queue pairs that ran out of retries.
        RetryExceededErr = 8 "retry_exceeded_err",
        /// Queue pairs that ran out of RNR retries.
        RetryRnrExceededErr = 9 "retry_rnr_exceeded_err",
        /// Retries begun by the completer.
        CompleterRetryErr = 10 "completer_retry_err",
        /// Packets that could not be sent.
        SendErr = 11 "send_err",
        /// SENDs completed, and raw frames sent; as in rxe, WRITEs, READs and ATOMICs are not among them.
        RdmaSends = 12 "rdma_sends",
        /// Receive work requests completed: by a SEND, a WRITE with immediate, or a raw frame.
        RdmaRecvs = 13 "rdma_recvs",
        /// Frames too short for their headers.
        RxRunt = 16 "rx_runt",
        /// Frames with a wrong ICRC.
        RxIcrcError = 17 "rx_icrc_error",
        /// Frames whose IP and UDP lengths do not fit.
        RxLengthError = 18 "rx_length_error",
        /// Frames that found the frame buffer full.
        RxBufferFull = 19 "rx_buffer_full",
        /// Frames that are not RoCE.
        RxRaw = 20 "rx_raw",
        /// Of these, frames that nobody wanted.
        RxRawDropped = 21 "rx_raw_dropped",
        /// Packets of another transport version.
        RxBadVersion = 22 "rx_bad_version",
        /// Packets of a service other than reliable connection.
        RxNotRc = 23 "rx_not_rc",
        /// Packets to an unknown QP number.
        RxUnknownQp = 24 "rx_unknown_qp",
        /// Packets to a queue pair that is not ready for them.
        RxBadState = 25 "rx_bad_state",
        /// Packets with another partition key.
        RxPkey = 26 "rx_pkey",
        /// Packets from or to another address than the connection's.
        RxAddress = 27 "rx_address",
        /// Packets with an unassigned opcode.
        RxBadOpcode = 28 "rx_bad_opcode",
        /// Frames longer than the largest one.
        RxOversize = 29 "rx_oversize",
        /// Frames that found the ingress queue full.
        RxIngressOverflow = 30 "rx_ingress_overflow",
        /// Packets marked for congestion.
        RxEcn = 31 "rx_ecn",
        /// Congestion notifications.
        RxCnp = 32 "rx_cnp",
        /// Repeated READs that are remembered no more.
        DupReadDropped = 33 "dup_read_dropped",
        /// Repeated ATOMICs that are remembered no more.
        DupAtomicDropped = 34 "dup_atomic_dropped",
        /// Acknowledgements of packets that were never sent.
        GhostAck = 35 "ghost_ack",
        /// Responses behind what is already acknowledged.
        StaleResponse = 36 "stale_response",
        /// NAKs "invalid request" sent.
        NakInvalidRequest = 37 "nak_invalid_request",
        /// NAKs "remote access" sent for requests that are refused; not those that end a READ whose region goes while it is answered.
        NakRemoteAccess = 38 "nak_remote_access",
        /// NAKs "remote operational" sent for requests that are refused; where host memory cannot be read, `dma_read_error` counts.
        NakRemoteOperational = 39 "nak_remote_operational",
        /// Doorbells for another user context's queue.
        DbBadOwner = 40 "db_bad_owner",
        /// Doorbells that brought nothing new, or more than fits.
        DbStale = 41 "db_stale",
        /// Writes to a doorbell page that are no doorbell.
        DbMalformed = 42 "db_malformed",
        /// Completions that found their queue full.
        CqOverflow = 43 "cq_overflow",
        /// Events that found the event queue full.
        EqOverflow = 44 "eq_overflow",
        /// DMA reads that failed.
        DmaReadError = 45 "dma_read_error",
        /// Frames turned round to the own address.
        TxLoopback = 46 "tx_loopback",
        /// Frames with a wrong IPv4 header checksum.
        RxIpChecksum = 47 "rx_ip_checksum",
        /// NAK_STOPPED sent.
        NakStoppedSent = 48 "nak_stopped_sent",
        /// NAK_STOPPED that counted.
        NakStoppedRcvd = 49 "nak_stopped_rcvd",
        /// RESUME sent, repetitions included.
        ResumeSent = 50 "resume_sent",
        /// RESUME accepted.
        ResumeRcvd = 51 "resume_rcvd",
        /// RESUME_ACK sent.
        ResumeAckSent = 52 "resume_ack_sent",
        /// RESUME_ACK that ended a resumption.
        ResumeAckRcvd = 53 "resume_ack_rcvd",
        /// MOVED sent.
        MovedSent = 54 "moved_sent",
        /// MOVED that was followed.
        MovedRcvd = 55 "moved_rcvd",
        /// Probes of paused queue pairs.
        ProbesSent = 56 "probes_sent",
        /// Packets that the migration rules drop.
        MigrationDropped = 57 "migration_dropped",
        /// RESUME whose PSNs do not fit this end.
        ResumeWindow = 58 "resume_window",
        /// Packets dropped because the migration unit was at work on something else.
        MigrationBusy = 59 "migration_busy",
    }
}
