//! Asynchronous events.

/// Something happened to an object outside of any work request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsyncEvent {
    /// A completion queue overflowed; its queue pairs are in error.
    CqError {
        /// Number of the completion queue.
        cq: u16,
    },
    /// A queue pair went to error without a completion that says so.
    QpFatal {
        /// QP number.
        qpn: u32,
    },
    /// A partner sent an invalid request.
    QpRequestError {
        /// QP number.
        qpn: u32,
    },
    /// A partner asked for memory that it may not touch.
    QpAccessError {
        /// QP number.
        qpn: u32,
    },
    /// A send queue in SQD has finished what it had begun.
    SqDrained {
        /// QP number.
        qpn: u32,
    },
    /// A queue pair that was resuming works again.
    Resumed {
        /// QP number.
        qpn: u32,
    },
    /// Nobody answers a queue pair that is resuming, or its partner has been stopped for too long: extend the lease, name another
    /// address of the partner, or give the queue pair up.
    LeaseExpired {
        /// QP number.
        qpn: u32,
    },
    /// A tombstone has stood for long and was not freed.
    TombstoneAged {
        /// Slot in the device.
        slot: u16,
    },
    /// A shared receive queue fell below its limit.
    SrqLimitReached {
        /// Number of the shared receive queue.
        srq: u16,
    },
}
