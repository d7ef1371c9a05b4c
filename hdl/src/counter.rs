//! Counter numbers as the blocks raise them; generated from `fw-regs`. Do not edit: run `cargo xtask gen`.

/// RoCE packets received with a good ICRC, those included that another counter says were dropped.
pub const RCVD_PKTS: u64 = 0;
/// RoCE packets sent, repetitions included.
pub const SENT_PKTS: u64 = 1;
/// Requests received again.
pub const RCVD_DUP_REQ: u64 = 2;
/// Requests ahead of the expected PSN.
pub const OUT_OF_SEQ_REQUEST: u64 = 3;
/// RNR NAKs received.
pub const RCVD_RNR_ERR: u64 = 4;
/// RNR NAKs sent.
pub const SEND_RNR_ERR: u64 = 5;
/// PSN sequence NAKs received.
pub const RCVD_SEQ_ERR: u64 = 6;
/// Always zero: acknowledgements are coalesced, never deferred.
pub const ACK_DEFERRED: u64 = 7;
/// Queue pairs that ran out of retries.
pub const RETRY_EXCEEDED_ERR: u64 = 8;
/// Queue pairs that ran out of RNR retries.
pub const RETRY_RNR_EXCEEDED_ERR: u64 = 9;
/// Retries begun by the completer.
pub const COMPLETER_RETRY_ERR: u64 = 10;
/// Packets that could not be sent.
pub const SEND_ERR: u64 = 11;
/// SENDs completed, and raw frames sent; as in rxe, WRITEs, READs and ATOMICs are not among them.
pub const RDMA_SENDS: u64 = 12;
/// Receive work requests completed: by a SEND, a WRITE with immediate, or a raw frame.
pub const RDMA_RECVS: u64 = 13;
/// Frames too short for their headers.
pub const RX_RUNT: u64 = 16;
/// Frames with a wrong ICRC.
pub const RX_ICRC_ERROR: u64 = 17;
/// Frames whose IP and UDP lengths do not fit.
pub const RX_LENGTH_ERROR: u64 = 18;
/// Frames that found the frame buffer full.
pub const RX_BUFFER_FULL: u64 = 19;
/// Frames that are not RoCE.
pub const RX_RAW: u64 = 20;
/// Of these, frames that nobody wanted.
pub const RX_RAW_DROPPED: u64 = 21;
/// Packets of another transport version.
pub const RX_BAD_VERSION: u64 = 22;
/// Packets of a service other than reliable connection.
pub const RX_NOT_RC: u64 = 23;
/// Packets to an unknown QP number.
pub const RX_UNKNOWN_QP: u64 = 24;
/// Packets to a queue pair that is not ready for them.
pub const RX_BAD_STATE: u64 = 25;
/// Packets with another partition key.
pub const RX_PKEY: u64 = 26;
/// Packets from or to another address than the connection's.
pub const RX_ADDRESS: u64 = 27;
/// Packets with an unassigned opcode.
pub const RX_BAD_OPCODE: u64 = 28;
/// Frames longer than the largest one.
pub const RX_OVERSIZE: u64 = 29;
/// Frames that found the ingress queue full.
pub const RX_INGRESS_OVERFLOW: u64 = 30;
/// Packets marked for congestion.
pub const RX_ECN: u64 = 31;
/// Congestion notifications.
pub const RX_CNP: u64 = 32;
/// Repeated READs that are remembered no more.
pub const DUP_READ_DROPPED: u64 = 33;
/// Repeated ATOMICs that are remembered no more.
pub const DUP_ATOMIC_DROPPED: u64 = 34;
/// Acknowledgements of packets that were never sent.
pub const GHOST_ACK: u64 = 35;
/// Responses behind what is already acknowledged.
pub const STALE_RESPONSE: u64 = 36;
/// NAKs "invalid request" sent.
pub const NAK_INVALID_REQUEST: u64 = 37;
/// NAKs "remote access" sent for requests that are refused; not those that end a READ whose region goes while it is answered.
pub const NAK_REMOTE_ACCESS: u64 = 38;
/// NAKs "remote operational" sent for requests that are refused; where host memory cannot be read, `dma_read_error` counts.
pub const NAK_REMOTE_OPERATIONAL: u64 = 39;
/// Doorbells for another user context's queue.
pub const DB_BAD_OWNER: u64 = 40;
/// Doorbells that brought nothing new, or more than fits.
pub const DB_STALE: u64 = 41;
/// Writes to a doorbell page that are no doorbell.
pub const DB_MALFORMED: u64 = 42;
/// Completions that found their queue full.
pub const CQ_OVERFLOW: u64 = 43;
/// Events that found the event queue full.
pub const EQ_OVERFLOW: u64 = 44;
/// DMA reads that failed.
pub const DMA_READ_ERROR: u64 = 45;
/// Frames turned round to the own address.
pub const TX_LOOPBACK: u64 = 46;
/// Frames with a wrong IPv4 header checksum.
pub const RX_IP_CHECKSUM: u64 = 47;
/// NAK_STOPPED sent.
pub const NAK_STOPPED_SENT: u64 = 48;
/// NAK_STOPPED that counted.
pub const NAK_STOPPED_RCVD: u64 = 49;
/// RESUME sent, repetitions included.
pub const RESUME_SENT: u64 = 50;
/// RESUME accepted.
pub const RESUME_RCVD: u64 = 51;
/// RESUME_ACK sent.
pub const RESUME_ACK_SENT: u64 = 52;
/// RESUME_ACK that ended a resumption.
pub const RESUME_ACK_RCVD: u64 = 53;
/// MOVED sent.
pub const MOVED_SENT: u64 = 54;
/// MOVED that was followed.
pub const MOVED_RCVD: u64 = 55;
/// Probes of paused queue pairs.
pub const PROBES_SENT: u64 = 56;
/// Packets that the migration rules drop.
pub const MIGRATION_DROPPED: u64 = 57;
/// RESUME whose PSNs do not fit this end.
pub const RESUME_WINDOW: u64 = 58;
/// Packets dropped because the migration unit was at work on something else.
pub const MIGRATION_BUSY: u64 = 59;
