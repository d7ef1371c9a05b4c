//! Register addresses, fields and codes; generated from `fw-regs`. Do not edit: run `cargo xtask gen`.
//!
//! Addresses are in bytes from the start of BAR0; `_AT` is the lowest bit of a field.

// Who the device is and how it was built.
/// Vendor (bits 31:16) and kind of block (bits 15:0).
pub const IDENTITY_TYPE: u64 = 0;
/// Version of this block's layout.
pub const IDENTITY_VERSION: u64 = 4;
/// Byte address of the next block in BAR0; 0 in the last one.
pub const IDENTITY_NEXT: u64 = 8;
/// The bytes "ROAM".
pub const IDENTITY_MAGIC: u64 = 0xc;
/// Version of the whole contract: registers, layouts, commands.
pub const IDENTITY_CONTRACT: u64 = 0x10;
/// Grows with compatible additions. (16 bits)
pub const IDENTITY_CONTRACT_MINOR_AT: u64 = 0;
/// Grows when a driver must be changed. (16 bits)
pub const IDENTITY_CONTRACT_MAJOR_AT: u64 = 0x10;
/// Lower half of the hash over the sources this device was made from.
pub const IDENTITY_REVISION_LO: u64 = 0x14;
/// Upper half of the hash.
pub const IDENTITY_REVISION_HI: u64 = 0x18;
/// Width of the data path.
pub const IDENTITY_WIDTH: u64 = 0x1c;
/// Bits of the bus: 64, 128, 256 or 512. (16 bits)
pub const IDENTITY_WIDTH_BITS_AT: u64 = 0;
/// How many objects the device holds, as log2.
pub const IDENTITY_OBJECTS: u64 = 0x20;
/// Queue pairs. (8 bits)
pub const IDENTITY_OBJECTS_LOG2_QPS_AT: u64 = 0;
/// Completion queues. (8 bits)
pub const IDENTITY_OBJECTS_LOG2_CQS_AT: u64 = 8;
/// Shared receive queues. (8 bits)
pub const IDENTITY_OBJECTS_LOG2_SRQS_AT: u64 = 0x10;
/// Memory regions. (8 bits)
pub const IDENTITY_OBJECTS_LOG2_MRS_AT: u64 = 0x18;
/// How much the device holds for each queue pair, as log2.
pub const IDENTITY_RINGS: u64 = 0x24;
/// Work requests sent and not acknowledged. (8 bits)
pub const IDENTITY_RINGS_LOG2_OUTSTANDING_AT: u64 = 0;
/// READ and ATOMIC answers waiting to be sent. (8 bits)
pub const IDENTITY_RINGS_LOG2_RESPONSES_AT: u64 = 8;
/// Send work requests fetched ahead. (8 bits)
pub const IDENTITY_RINGS_LOG2_SEND_CACHE_AT: u64 = 0x10;
/// Receive work requests fetched ahead. (8 bits)
pub const IDENTITY_RINGS_LOG2_RECV_CACHE_AT: u64 = 0x18;
/// What was built in.
pub const IDENTITY_FEATURES: u64 = 0x28;
/// Connections can be stopped, dumped, restored and resumed. (1 bits)
pub const IDENTITY_FEATURES_MIGRATION_AT: u64 = 0;
/// The clock the device was built for.
pub const IDENTITY_CLOCK: u64 = 0x2c;
/// Clock cycles in a microsecond. (16 bits)
pub const IDENTITY_CLOCK_CYCLES_PER_US_AT: u64 = 0;
/// Largest message in bytes.
pub const IDENTITY_MAX_MESSAGE: u64 = 0x30;
/// What a work request may ask.
pub const IDENTITY_LIMITS: u64 = 0x34;
/// Scatter entries. (8 bits)
pub const IDENTITY_LIMITS_MAX_SGE_AT: u64 = 0;
/// Inline bytes. (8 bits)
pub const IDENTITY_LIMITS_MAX_INLINE_AT: u64 = 8;
/// log2 of the entries of the largest ring. (8 bits)
pub const IDENTITY_LIMITS_LOG2_MAX_RING_AT: u64 = 0x10;
/// READ and ATOMIC requests outstanding, in each direction. (8 bits)
pub const IDENTITY_LIMITS_MAX_RD_ATOMIC_AT: u64 = 0x18;
/// Shortest timeout in µs that the timer walk can keep with all queue pairs in use.
pub const IDENTITY_SHORTEST_TIMER: u64 = 0x38;
/// Doorbell pages.
pub const IDENTITY_PAGES: u64 = 0x3c;
/// log2 of the user contexts, each with a page of BAR2. (8 bits)
pub const IDENTITY_PAGES_LOG2_USER_CONTEXTS_AT: u64 = 0;

// Switching the device on and off, its address, and its clock.
/// Vendor (bits 31:16) and kind of block (bits 15:0).
pub const CONTROL_TYPE: u64 = 0x100;
/// Version of this block's layout.
pub const CONTROL_VERSION: u64 = 0x104;
/// Byte address of the next block in BAR0; 0 in the last one.
pub const CONTROL_NEXT: u64 = 0x108;
/// Device control.
pub const CONTROL_CONTROL: u64 = 0x10c;
/// Doorbells and frames are taken. (1 bits)
pub const CONTROL_CONTROL_ENABLE_AT: u64 = 0;
/// Writing one resets the whole device, this register included; wait for `status.READY`. (1 bits)
pub const CONTROL_CONTROL_RESET_AT: u64 = 1;
/// Device status.
pub const CONTROL_STATUS: u64 = 0x110;
/// The tables have been cleared after reset; commands are taken. (1 bits)
pub const CONTROL_STATUS_READY_AT: u64 = 0;
/// Own MAC address: first byte on the wire in bits 7:0, fourth in bits 31:24.
pub const CONTROL_MAC_LO: u64 = 0x114;
/// Own MAC address: fifth and sixth byte.
pub const CONTROL_MAC_HI: u64 = 0x118;
/// Fifth byte on the wire in bits 7:0, sixth in bits 15:8. (16 bits)
pub const CONTROL_MAC_HI_BYTES_AT: u64 = 0;
/// Clock cycles that make a microsecond for every timer; after reset as in `identity.clock`. A test may lower it. A write begins a microsecond; the walk over all queue pairs rests until it is over, and begins anew with the first slot.
pub const CONTROL_CYCLES_PER_US: u64 = 0x11c;
/// 1 to 65535. (16 bits)
pub const CONTROL_CYCLES_PER_US_CYCLES_AT: u64 = 0;
/// Time since reset in µs, bits 31:0; reading it holds bits 35:32 for `now_hi`.
pub const CONTROL_NOW_LO: u64 = 0x120;
/// Time since reset in µs, bits 35:32 as of the last read of `now_lo`.
pub const CONTROL_NOW_HI: u64 = 0x124;
/// Bits 35:32. (4 bits)
pub const CONTROL_NOW_HI_HIGH_AT: u64 = 0;
/// How often the requester asks for an acknowledgement inside a message.
pub const CONTROL_ACK_EVERY: u64 = 0x128;
/// After reset: value of `CONTROL_ACK_EVERY`.
pub const CONTROL_ACK_EVERY_RESET: u64 = 0x3f;
/// A packet asks when its PSN has zeros in these bits: 63 is every 64th. (8 bits)
pub const CONTROL_ACK_EVERY_MASK_AT: u64 = 0;
/// Which queue pair sees frames that are not RoCE.
pub const CONTROL_RAW: u64 = 0x12c;
/// Its slot. (12 bits)
pub const CONTROL_RAW_SLOT_AT: u64 = 0;
/// Without it, such frames are dropped. (1 bits)
pub const CONTROL_RAW_ENABLE_AT: u64 = 0x1f;

// The event queue. Set base and size before `control.ENABLE`.
/// Vendor (bits 31:16) and kind of block (bits 15:0).
pub const EVENT_QUEUE_TYPE: u64 = 0x200;
/// Version of this block's layout.
pub const EVENT_QUEUE_VERSION: u64 = 0x204;
/// Byte address of the next block in BAR0; 0 in the last one.
pub const EVENT_QUEUE_NEXT: u64 = 0x208;
/// Event queue control.
pub const EVENT_QUEUE_CONTROL: u64 = 0x20c;
/// Events are written; without it they are counted as lost. (1 bits)
pub const EVENT_QUEUE_CONTROL_ENABLE_AT: u64 = 0;
/// IOVA of the ring, bits 31:0; aligned to 4096.
pub const EVENT_QUEUE_BASE_LO: u64 = 0x210;
/// IOVA of the ring, bits 63:32.
pub const EVENT_QUEUE_BASE_HI: u64 = 0x214;
/// Size of the ring.
pub const EVENT_QUEUE_SIZE: u64 = 0x218;
/// log2 of its entries, at most 15. (4 bits)
pub const EVENT_QUEUE_SIZE_LOG2_AT: u64 = 0;
/// Index behind the last event that software has taken.
pub const EVENT_QUEUE_CONSUMER: u64 = 0x21c;
/// Free-running. (16 bits)
pub const EVENT_QUEUE_CONSUMER_INDEX_AT: u64 = 0;
/// Index behind the last event written.
pub const EVENT_QUEUE_PRODUCER: u64 = 0x220;
/// Free-running. (16 bits)
pub const EVENT_QUEUE_PRODUCER_INDEX_AT: u64 = 0;
/// Events that found the queue full or switched off.
pub const EVENT_QUEUE_LOST: u64 = 0x224;
/// Since the queue was switched on; stays at its largest value. (16 bits)
pub const EVENT_QUEUE_LOST_COUNT_AT: u64 = 0;

// A window onto the context memories, for diagnosis and dumps by hand.
/// Vendor (bits 31:16) and kind of block (bits 15:0).
pub const CONTEXT_WINDOW_TYPE: u64 = 0x300;
/// Version of this block's layout.
pub const CONTEXT_WINDOW_VERSION: u64 = 0x304;
/// Byte address of the next block in BAR0; 0 in the last one.
pub const CONTEXT_WINDOW_NEXT: u64 = 0x308;
/// Which record `data` shows.
pub const CONTEXT_WINDOW_SELECT: u64 = 0x30c;
/// A `ContextKind`. (5 bits)
pub const CONTEXT_WINDOW_SELECT_KIND_AT: u64 = 0;
/// Index in the memory of that kind. (16 bits)
pub const CONTEXT_WINDOW_SELECT_INDEX_AT: u64 = 0x10;
/// How the last read of `data` went.
pub const CONTEXT_WINDOW_STATUS: u64 = 0x310;
/// No memory answered; the value read was all ones. (1 bits)
pub const CONTEXT_WINDOW_STATUS_NO_ANSWER_AT: u64 = 0;
/// The words of the selected record, fetched when they are read; words beyond it are undefined.
pub const CONTEXT_WINDOW_DATA: u64 = 0x380;

// How doorbell pages are laid out.
/// Vendor (bits 31:16) and kind of block (bits 15:0).
pub const DOORBELLS_TYPE: u64 = 0x400;
/// Version of this block's layout.
pub const DOORBELLS_VERSION: u64 = 0x404;
/// Byte address of the next block in BAR0; 0 in the last one.
pub const DOORBELLS_NEXT: u64 = 0x408;
/// Bytes from one user context's page to the next in BAR2.
pub const DOORBELLS_PAGE_SIZE: u64 = 0x40c;
/// Layout of a page.
pub const DOORBELLS_LAYOUT: u64 = 0x410;
/// Version of the layout. (8 bits)
pub const DOORBELLS_LAYOUT_VERSION_AT: u64 = 0;

// Counters: 64-bit numbers that only a device reset clears.
/// Vendor (bits 31:16) and kind of block (bits 15:0).
pub const COUNTERS_TYPE: u64 = 0x500;
/// Version of this block's layout.
pub const COUNTERS_VERSION: u64 = 0x504;
/// Byte address of the next block in BAR0; 0 in the last one.
pub const COUNTERS_NEXT: u64 = 0x508;
/// How many counters the table has room for.
pub const COUNTERS_SIZE: u64 = 0x50c;
/// Counters. (16 bits)
pub const COUNTERS_SIZE_COUNT_AT: u64 = 0;
/// Counter n: bits 31:0 in word 2n, bits 63:32 in word 2n+1. Read high, low, high again until both highs agree.
pub const COUNTERS_TABLE: u64 = 0x800;

// Commands to the device; see the list of commands.
/// Vendor (bits 31:16) and kind of block (bits 15:0).
pub const MAILBOX_TYPE: u64 = 0x580;
/// Version of this block's layout.
pub const MAILBOX_VERSION: u64 = 0x584;
/// Byte address of the next block in BAR0; 0 in the last one.
pub const MAILBOX_NEXT: u64 = 0x588;
/// Starts a command; ignored while one is running.
pub const MAILBOX_COMMAND: u64 = 0x58c;
/// A `Command`. (8 bits)
pub const MAILBOX_COMMAND_OPCODE_AT: u64 = 0;
/// An event of kind "command done" follows the end of the command. Events of commands come in their order: the next command waits until the event queue has taken, or lost, the event of the one before. (1 bits)
pub const MAILBOX_COMMAND_NOTIFY_AT: u64 = 0x1e;
/// Go. (1 bits)
pub const MAILBOX_COMMAND_GO_AT: u64 = 0x1f;
/// First argument: the number of the object.
pub const MAILBOX_ARG0: u64 = 0x590;
/// QP or MR slot, CQ number, ring number of a shared receive queue. (16 bits)
pub const MAILBOX_ARG0_OBJECT_AT: u64 = 0;
/// Second argument.
pub const MAILBOX_ARG1: u64 = 0x594;
/// How the command is doing.
pub const MAILBOX_STATUS: u64 = 0x598;
/// It is running. (1 bits)
pub const MAILBOX_STATUS_BUSY_AT: u64 = 0;
/// A command has ended since reset, and none is running. (1 bits)
pub const MAILBOX_STATUS_DONE_AT: u64 = 1;
/// A `CommandError`, valid with `DONE`. (8 bits)
pub const MAILBOX_STATUS_CODE_AT: u64 = 8;
/// What the error refers to; see the list of errors.
pub const MAILBOX_DETAIL: u64 = 0x59c;
/// Clock cycles that a command may wait for the data paths to drain.
pub const MAILBOX_DRAIN_LIMIT: u64 = 0x5a0;
/// After reset: value of `MAILBOX_DRAIN_LIMIT`.
pub const MAILBOX_DRAIN_LIMIT_RESET: u64 = 0xf4240;
/// Cycles. (24 bits)
pub const MAILBOX_DRAIN_LIMIT_CYCLES_AT: u64 = 0;
/// The payload. Not to be touched while a command is running.
pub const MAILBOX_DATA: u64 = 0x600;

// Doorbell pages
/// Bytes of a page.
pub const DOORBELL_PAGE_SIZE: u64 = 0x1000;
/// Version of the layout below.
pub const DOORBELL_LAYOUT: u64 = 1;
/// Send queue producer; object: QP slot.
pub const DOORBELL_SQ_PRODUCER: u64 = 0;
/// Receive queue producer; object: ring number.
pub const DOORBELL_RQ_PRODUCER: u64 = 8;
/// Completion queue consumer; object: CQ number.
pub const DOORBELL_CQ_CONSUMER: u64 = 0x10;
/// Completion queue consumer, and arms the queue by the arm mode.
pub const DOORBELL_CQ_ARM: u64 = 0x18;
/// Send queue producer, and the push buffer holds the WQE before it.
pub const DOORBELL_SQ_PUSH: u64 = 0x20;
/// First byte of the 64-byte push buffer.
pub const DOORBELL_PUSH_BUFFER: u64 = 0x40;
/// Bytes of the push buffer.
pub const DOORBELL_PUSH_BYTES: u64 = 0x40;
/// Bytes of a doorbell record.
pub const DOORBELL_RECORD_BYTES: u64 = 8;

// Limits
/// Scatter entries of a work request, send and receive.
pub const LIMIT_MAX_SGE: u64 = 2;
/// Bytes that fit inline into a send work request.
pub const LIMIT_MAX_INLINE: u64 = 0x20;
/// Largest message in bytes.
pub const LIMIT_MAX_MESSAGE: u64 = 0x80000000;
/// log2 of the entries of the largest ring; indices are free-running 16-bit numbers.
pub const LIMIT_LOG2_MAX_RING: u64 = 0xf;
/// log2 of the READ and ATOMIC requests a QP answers, or asks for, at a time.
pub const LIMIT_LOG2_RD_ATOMIC: u64 = 3;
/// Alignment of rings in host memory in bytes.
pub const LIMIT_RING_ALIGN: u64 = 0x1000;
/// Most PSNs that may be unacknowledged or reserved at a time.
pub const LIMIT_PSN_WINDOW: u64 = 0x7fffff;
/// A DMA read never crosses a multiple of this many bytes.
pub const LIMIT_READ_BOUNDARY: u64 = 0x200;

// Wire
/// UDP destination port of RoCEv2.
pub const WIRE_UDP_PORT: u64 = 0x12b7;
/// Bytes of the base transport header.
pub const WIRE_BTH_BYTES: u64 = 0xc;
/// Bytes of the RDMA extended header.
pub const WIRE_RETH_BYTES: u64 = 0x10;
/// Bytes of the ATOMIC extended header.
pub const WIRE_ATOMIC_ETH_BYTES: u64 = 0x1c;
/// Bytes of the acknowledge extended header.
pub const WIRE_AETH_BYTES: u64 = 4;
/// Bytes of the ATOMIC acknowledge extended header.
pub const WIRE_ATOMIC_ACK_ETH_BYTES: u64 = 8;
/// Bytes of immediate data.
pub const WIRE_IMM_BYTES: u64 = 4;
/// Bytes of the invalidate extended header.
pub const WIRE_IETH_BYTES: u64 = 4;
/// Bytes of the invariant CRC.
pub const WIRE_ICRC_BYTES: u64 = 4;
/// AETH syndrome: positive acknowledgement, credits not used.
pub const WIRE_SYNDROME_ACK: u64 = 0x1f;
/// AETH syndrome: receiver not ready; bits 4:0 are the timer code.
pub const WIRE_SYNDROME_RNR_NAK: u64 = 0x20;
/// AETH syndrome: PSN sequence error.
pub const WIRE_SYNDROME_NAK_SEQUENCE: u64 = 0x60;
/// AETH syndrome: invalid request.
pub const WIRE_SYNDROME_NAK_INVALID_REQUEST: u64 = 0x61;
/// AETH syndrome: remote access error.
pub const WIRE_SYNDROME_NAK_REMOTE_ACCESS: u64 = 0x62;
/// AETH syndrome: remote operational error.
pub const WIRE_SYNDROME_NAK_REMOTE_OPERATIONAL: u64 = 0x63;
/// AETH syndrome of the migration protocol: this incarnation has stopped; the MSN field is its epoch.
pub const WIRE_SYNDROME_NAK_STOPPED: u64 = 0x65;
/// Bytes of the migration extended header MigETH, all numbers big-endian.
pub const WIRE_MIG_ETH_BYTES: u64 = 0x1c;
/// MigETH version.
pub const WIRE_MIG_ETH_VERSION: u64 = 1;
/// Byte offset of MigETH's version (1 byte).
pub const WIRE_MIG_ETH_AT_VERSION: u64 = 0;
/// Byte offset of MigETH's flags (1 byte; bit 0: authenticated).
pub const WIRE_MIG_ETH_AT_FLAGS: u64 = 1;
/// Byte offset of MigETH's epoch (4 bytes, upper 8 bits zero).
pub const WIRE_MIG_ETH_AT_EPOCH: u64 = 4;
/// Byte offset of MigETH's source QPN (3 bytes, then one reserved).
pub const WIRE_MIG_ETH_AT_SOURCE_QPN: u64 = 8;
/// Byte offset of MigETH's `max` (3 bytes, then one reserved).
pub const WIRE_MIG_ETH_AT_MAX_PSN: u64 = 0xc;
/// Byte offset of MigETH's `ePSN` (3 bytes, then one reserved).
pub const WIRE_MIG_ETH_AT_EPSN: u64 = 0x10;
/// Byte offset of MigETH's authenticator (8 bytes).
pub const WIRE_MIG_ETH_AT_AUTHENTICATOR: u64 = 0x14;
/// Bytes of the new address behind MigETH in MOVED.
pub const WIRE_MOVED_ADDRESS_BYTES: u64 = 0x10;
/// RNR timers in µs by code.
#[rustfmt::skip]
pub const RNR_TIMERS_US: [u64; 32] = [
    655360,
    10,
    20,
    30,
    40,
    60,
    80,
    120,
    160,
    240,
    320,
    480,
    640,
    960,
    1280,
    1920,
    2560,
    3840,
    5120,
    7680,
    10240,
    15360,
    20480,
    30720,
    40960,
    61440,
    81920,
    122880,
    163840,
    245760,
    327680,
    491520,
];

// A mailbox command. From 16 on: migration, only on devices with that feature; they work on a `SetScope` unless they say otherwise. The payload's own value of a QP number (QP configuration) or key (memory region) is ignored: `arg1` of the creation counts.
/// Does nothing.
pub const COMMAND_NOP: u64 = 0;
/// Creates a queue pair in RESET. arg0: slot, arg1: QP number. Zeroes what the engines remember of the slot.
pub const COMMAND_QP_CREATE: u64 = 1;
/// Writes the payload, then changes the state. arg0: slot, arg1: new state. To RESET: stops, drains and zeroes it first.
pub const COMMAND_QP_MODIFY: u64 = 2;
/// Stops and drains a queue pair, then frees slot and number. arg0: slot.
pub const COMMAND_QP_DESTROY: u64 = 3;
/// Creates a memory region. arg0: slot, arg1: key.
pub const COMMAND_MR_CREATE: u64 = 4;
/// Removes a memory region when nothing in flight uses it any more; what goes on later with messages that have begun fails. Another region may be given its slot only when no responder, response ring entry or outstanding work request names it. arg0: slot.
pub const COMMAND_MR_DESTROY: u64 = 5;
/// Creates a completion queue. arg0: its number.
pub const COMMAND_CQ_CREATE: u64 = 6;
/// Removes a completion queue that no queue pair refers to. arg0: its number.
pub const COMMAND_CQ_DESTROY: u64 = 7;
/// Creates a shared receive queue. arg0: its ring number.
pub const COMMAND_SRQ_CREATE: u64 = 8;
/// Writes a shared receive queue's limit by the payload and arms it. arg0: its ring number.
pub const COMMAND_SRQ_MODIFY: u64 = 9;
/// Removes a shared receive queue that no queue pair refers to. arg0: its ring number.
pub const COMMAND_SRQ_DESTROY: u64 = 0xa;
/// Stops every queue pair of a set. arg0: number, arg1: scope.
pub const COMMAND_STOP: u64 = 0x10;
/// Waits until everything accepted before the stop has finished. arg0: number, arg1: scope.
pub const COMMAND_DRAINED: u64 = 0x11;
/// Writes the records of a drained set into host memory, in pages of 512 bytes; what lies behind the end of a page's records need not be written. arg0: number, arg1: scope; data words 0, 1: IOVA, aligned to 512; word 2: pages there are. Detail: pages written.
pub const COMMAND_DUMP: u64 = 0x12;
/// Creates stopped objects from pages of records. data words 0, 1: IOVA, aligned to 512; word 2: pages. A page that is refused has changed nothing; those before it have been restored. An error is that of the object's creation. Detail: the page. arg0: number, arg1: scope of the set that RESUME will be about, which then starts sooner; of another one, nothing comes of it.
pub const COMMAND_RESTORE: u64 = 0x13;
/// Commits a migration: the set's queue pairs become tombstones, its other objects are gone. arg0: number, arg1: scope; data words 0 to 3: new address as in `Migration::moved_to`.
pub const COMMAND_TOMBSTONE: u64 = 0x14;
/// Starts the resumption of a restored set. arg0: number, arg1: scope.
pub const COMMAND_RESUME: u64 = 0x15;
/// Stopped: goes on here, as a new incarnation. Restored: discards the set. arg0: number, arg1: scope.
pub const COMMAND_ABORT: u64 = 0x16;
/// Frees a tombstone. arg0: slot.
pub const COMMAND_TOMBSTONE_FREE: u64 = 0x17;
/// Writes the partner's address of a queue pair that is restored or resuming, by the payload. arg0: slot.
pub const COMMAND_SET_PARTNER: u64 = 0x18;
/// Begins a new lease for a queue pair that is resuming or paused. arg0: slot.
pub const COMMAND_EXTEND: u64 = 0x19;
/// Gives up a queue pair that is resuming or paused: it goes to ERR; if it was paused, the oldest work request ends with RETRY_EXC. arg0: slot.
pub const COMMAND_GIVE_UP: u64 = 0x1a;
/// Sets a timer of the migration unit. arg0: a `MigrationTimer`, arg1: µs.
pub const COMMAND_SET_TIMER: u64 = 0x1b;

// How a command ended. Unless it says otherwise, a command that failed has changed nothing.
/// It was done.
pub const ERROR_OK: u64 = 0;
/// No such command.
pub const ERROR_UNKNOWN_COMMAND: u64 = 1;
/// The object's number is out of range. Detail: the number of objects.
pub const ERROR_BAD_OBJECT: u64 = 2;
/// The object exists already.
pub const ERROR_IN_USE: u64 = 3;
/// The object does not exist.
pub const ERROR_NOT_IN_USE: u64 = 4;
/// The QP number or key is taken. Detail: the slot that has it.
pub const ERROR_NUMBER_TAKEN: u64 = 5;
/// The state cannot change that way. Detail: current state in bits 7:0, wanted one in bits 15:8.
pub const ERROR_ILLEGAL_TRANSITION: u64 = 6;
/// The payload cannot be taken. Detail: position of its header in bits 7:0, a `PayloadError` in bits 15:8, kind in bits 23:16.
pub const ERROR_BAD_PAYLOAD: u64 = 7;
/// The table of numbers has no room.
pub const ERROR_TABLE_FULL: u64 = 8;
/// What was in flight did not finish within `drain_limit`. Detail: bit 0 receive path, bit 1 transmit path. The object exists still, a queue pair in RESET; the command may be repeated.
pub const ERROR_DRAIN_TIMEOUT: u64 = 9;
/// A unit of the device did not answer. Detail: a `Unit`. The object is undefined; only a device reset helps.
pub const ERROR_NO_ANSWER: u64 = 0xa;
/// Something refers to the object. Detail: slot of the queue pair.
pub const ERROR_REFERENCED: u64 = 0xb;
/// The device is clearing its tables after reset.
pub const ERROR_NOT_READY: u64 = 0xc;
/// The queue pair is stopped, restored, resuming or a tombstone. Detail: its phase.
pub const ERROR_MOVING: u64 = 0xd;
/// An object of the set is shared with a queue pair outside of it. Detail: slot of the queue pair in bits 11:0, number of the object in bits 27:12, its kind in bits 31:28 (1 protection domain, 2 completion queue, 3 receive ring).
pub const ERROR_NOT_CLOSED: u64 = 0xe;
/// A queue pair of the set is in a phase in which the command is illegal. Detail: slot in bits 11:0, phase in bits 15:12, drained in bit 16.
pub const ERROR_WRONG_PHASE: u64 = 0xf;
/// The set has no queue pair.
pub const ERROR_EMPTY_SET: u64 = 0x10;
/// The buffer is too small. Detail: pages written.
pub const ERROR_BUFFER_FULL: u64 = 0x11;
/// A page of records makes no sense. Detail: the page.
pub const ERROR_BAD_PAGE: u64 = 0x12;
/// Host memory could not be read. Detail: the page.
pub const ERROR_DMA_ERROR: u64 = 0x13;
/// The number's tombstone belongs to another slot or connection. Detail: slot.
pub const ERROR_NOT_ITS_TOMBSTONE: u64 = 0x14;
/// An argument is out of range. Detail: the argument.
pub const ERROR_BAD_ARGUMENT: u64 = 0x15;

// Why a payload was refused.
/// The command may not write records of that kind, or not in the present state.
pub const PAYLOAD_KIND: u64 = 1;
/// The index is not the command's object.
pub const PAYLOAD_INDEX: u64 = 2;
/// Words beyond the record.
pub const PAYLOAD_WORDS: u64 = 3;
/// Data beyond the mailbox, or no end.
pub const PAYLOAD_LENGTH: u64 = 4;

// A unit of the device that commands wait for.
/// A context memory.
pub const UNIT_CONTEXT: u64 = 1;
/// The table of QP numbers.
pub const UNIT_QP_TABLE: u64 = 2;
/// The table of keys.
pub const UNIT_MR_TABLE: u64 = 3;
/// The cache of send work requests.
pub const UNIT_SEND_CACHE: u64 = 4;
/// The cache of receive work requests.
pub const UNIT_RECV_CACHE: u64 = 5;
/// The holder of QP states.
pub const UNIT_QP_STATE: u64 = 6;
/// The engines that are told of changes.
pub const UNIT_KICK: u64 = 7;

// A kind of context memory, as in the context window's `select` and in payload headers.
/// `QpConfig`; index: QP slot.
pub const KIND_QP_CONFIG: u64 = 1;
/// Header template of sent packets, `AddressVector`; index: QP slot.
pub const KIND_QP_AV: u64 = 2;
/// `QpAddress`; index: QP slot.
pub const KIND_QP_ADDRESS: u64 = 3;
/// `Requester`; index: QP slot.
pub const KIND_REQUESTER: u64 = 4;
/// `Completer`; index: QP slot.
pub const KIND_COMPLETER: u64 = 5;
/// `Responder`; index: QP slot.
pub const KIND_RESPONDER: u64 = 6;
/// `Response`; index: QP slot.
pub const KIND_RESPONSE: u64 = 7;
/// `ResponseEntry`; index: QP slot times the ring's size plus position.
pub const KIND_RESPONSE_ENTRY: u64 = 8;
/// `Resource`; index: QP slot times 8 plus position.
pub const KIND_RESOURCE: u64 = 9;
/// `AtomicResult`; index: QP slot times 8 plus position.
pub const KIND_ATOMIC_RESULT: u64 = 0xa;
/// `Outstanding`; index: QP slot times the ring's size plus position.
pub const KIND_OUTSTANDING: u64 = 0xb;
/// `RingConfig` of a send queue; index: QP slot.
pub const KIND_SQ_CONFIG: u64 = 0xc;
/// `RingState` of a send queue; index: QP slot.
pub const KIND_SQ_STATE: u64 = 0xd;
/// `RingConfig` of a receive queue; index: ring number.
pub const KIND_RQ_CONFIG: u64 = 0xe;
/// `RingState` of a receive queue; index: ring number.
pub const KIND_RQ_STATE: u64 = 0xf;
/// `MemoryRegion`; index: MR slot.
pub const KIND_MEMORY_REGION: u64 = 0x10;
/// `CqConfig`; index: CQ number.
pub const KIND_CQ_CONFIG: u64 = 0x11;
/// `CqState`; index: CQ number.
pub const KIND_CQ_STATE: u64 = 0x12;
/// One word: the `QpState` in bits 2:0; read only; index: QP slot.
pub const KIND_QP_STATE: u64 = 0x13;
/// `Migration`; index: QP slot. Devices without migration have none.
pub const KIND_MIGRATION: u64 = 0x14;

// State of a queue pair; numbers as in `ibv_qp_state`.
/// Does nothing; where every queue pair begins.
pub const STATE_RESET: u64 = 0;
/// Receives may be posted.
pub const STATE_INIT: u64 = 1;
/// Ready to receive: the responder works.
pub const STATE_RTR: u64 = 2;
/// Ready to send: both halves work.
pub const STATE_RTS: u64 = 3;
/// Send queue draining: no new message starts.
pub const STATE_SQD: u64 = 4;
/// Send queue in error; never entered by reliable connections.
pub const STATE_SQE: u64 = 5;
/// Error: work requests are flushed.
pub const STATE_ERR: u64 = 6;

// Kind of an event queue entry. An error names the slot of its queue pair, for the number is not at hand where errors are raised.
/// A completion came to an armed completion queue; object: its number.
pub const EVENT_COMPLETION: u64 = 1;
/// A completion queue overflowed; object: its number.
pub const EVENT_CQ_ERROR: u64 = 2;
/// A queue pair failed; object: its slot.
pub const EVENT_QP_FATAL: u64 = 3;
/// A queue pair got an invalid request; object: its slot.
pub const EVENT_QP_REQUEST_ERROR: u64 = 4;
/// A queue pair got a request that its memory does not allow; object: its slot.
pub const EVENT_QP_ACCESS_ERROR: u64 = 5;
/// The send queue of a queue pair in SQD is drained; object: its QP number.
pub const EVENT_SQ_DRAINED: u64 = 6;
/// A shared receive queue fell below its limit; object: its number.
pub const EVENT_SRQ_LIMIT_REACHED: u64 = 7;
/// A command has ended; object: its opcode.
pub const EVENT_COMMAND_DONE: u64 = 8;
/// A queue pair that was resuming works again; object: its slot.
pub const EVENT_RESUMED: u64 = 9;
/// A lease has ended: nobody answers a queue pair that is resuming, or its partner has stopped for too long; object: its slot.
pub const EVENT_LEASE_EXPIRED: u64 = 0xa;
/// A tombstone has stood for long; object: its slot.
pub const EVENT_TOMBSTONE_AGED: u64 = 0xb;

// What a send work request asks for.
/// SEND.
pub const WQE_SEND: u64 = 0;
/// SEND with immediate.
pub const WQE_SEND_IMM: u64 = 1;
/// SEND with invalidate.
pub const WQE_SEND_INV: u64 = 2;
/// RDMA WRITE.
pub const WQE_WRITE: u64 = 3;
/// RDMA WRITE with immediate.
pub const WQE_WRITE_IMM: u64 = 4;
/// RDMA READ.
pub const WQE_READ: u64 = 5;
/// Compare and swap of 8 bytes.
pub const WQE_CMP_SWAP: u64 = 6;
/// Fetch and add of 8 bytes.
pub const WQE_FETCH_ADD: u64 = 7;

// What a completion is about; numbers of `ibv_wc_opcode`.
/// SEND, with or without immediate or invalidate.
pub const WC_SEND: u64 = 0;
/// RDMA WRITE, with or without immediate.
pub const WC_RDMA_WRITE: u64 = 1;
/// RDMA READ.
pub const WC_RDMA_READ: u64 = 2;
/// Compare and swap.
pub const WC_COMP_SWAP: u64 = 3;
/// Fetch and add.
pub const WC_FETCH_ADD: u64 = 4;
/// A message was received.
pub const WC_RECV: u64 = 0x80;
/// A WRITE with immediate was received.
pub const WC_RECV_RDMA_WITH_IMM: u64 = 0x81;

// How a work request ended; numbers and texts of `ibv_wc_status`.
/// It succeeded.
pub const WC_STATUS_SUCCESS: u64 = 0;
/// A message did not fit the buffers given for it.
pub const WC_STATUS_LOCAL_LENGTH: u64 = 1;
/// The queue pair was inconsistent.
pub const WC_STATUS_LOCAL_QP_OPERATION: u64 = 2;
/// Not used by reliable connections.
pub const WC_STATUS_LOCAL_EEC_OPERATION: u64 = 3;
/// A local key does not allow the access.
pub const WC_STATUS_LOCAL_PROTECTION: u64 = 4;
/// The queue pair went to ERR before the request was done.
pub const WC_STATUS_WORK_REQUEST_FLUSHED: u64 = 5;
/// Not used: no memory windows.
pub const WC_STATUS_MEMORY_WINDOW_BIND: u64 = 6;
/// The partner's answer made no sense.
pub const WC_STATUS_BAD_RESPONSE: u64 = 7;
/// Access to local memory failed.
pub const WC_STATUS_LOCAL_ACCESS: u64 = 8;
/// The partner found the request invalid.
pub const WC_STATUS_REMOTE_INVALID_REQUEST: u64 = 9;
/// The partner's memory region does not allow the access.
pub const WC_STATUS_REMOTE_ACCESS: u64 = 0xa;
/// The partner failed to do it.
pub const WC_STATUS_REMOTE_OPERATION: u64 = 0xb;
/// The partner did not answer in time, too often.
pub const WC_STATUS_RETRY_EXCEEDED: u64 = 0xc;
/// The partner was not ready to receive, too often.
pub const WC_STATUS_RNR_RETRY_EXCEEDED: u64 = 0xd;
/// Not used by reliable connections.
pub const WC_STATUS_LOCAL_RDD_VIOLATION: u64 = 0xe;
/// Not used by reliable connections.
pub const WC_STATUS_REMOTE_INVALID_RD_REQUEST: u64 = 0xf;
/// Not used by reliable connections.
pub const WC_STATUS_REMOTE_ABORTED: u64 = 0x10;
/// Not used by reliable connections.
pub const WC_STATUS_INVALID_EEC_NUMBER: u64 = 0x11;
/// Not used by reliable connections.
pub const WC_STATUS_INVALID_EEC_STATE: u64 = 0x12;
/// The device failed.
pub const WC_STATUS_FATAL: u64 = 0x13;
/// Not used by reliable connections.
pub const WC_STATUS_RESPONSE_TIMEOUT: u64 = 0x14;
/// Anything else.
pub const WC_STATUS_GENERAL: u64 = 0x15;

// BTH opcodes of reliable connections, and those of the migration protocol.
/// First packet of a SEND.
pub const OPCODE_SEND_FIRST: u64 = 0;
/// Middle packet of a SEND.
pub const OPCODE_SEND_MIDDLE: u64 = 1;
/// Last packet of a SEND.
pub const OPCODE_SEND_LAST: u64 = 2;
/// Last packet of a SEND, with immediate.
pub const OPCODE_SEND_LAST_IMM: u64 = 3;
/// Only packet of a SEND.
pub const OPCODE_SEND_ONLY: u64 = 4;
/// Only packet of a SEND, with immediate.
pub const OPCODE_SEND_ONLY_IMM: u64 = 5;
/// First packet of a WRITE.
pub const OPCODE_WRITE_FIRST: u64 = 6;
/// Middle packet of a WRITE.
pub const OPCODE_WRITE_MIDDLE: u64 = 7;
/// Last packet of a WRITE.
pub const OPCODE_WRITE_LAST: u64 = 8;
/// Last packet of a WRITE, with immediate.
pub const OPCODE_WRITE_LAST_IMM: u64 = 9;
/// Only packet of a WRITE.
pub const OPCODE_WRITE_ONLY: u64 = 0xa;
/// Only packet of a WRITE, with immediate.
pub const OPCODE_WRITE_ONLY_IMM: u64 = 0xb;
/// READ request.
pub const OPCODE_READ_REQUEST: u64 = 0xc;
/// First packet of a READ response.
pub const OPCODE_READ_RESPONSE_FIRST: u64 = 0xd;
/// Middle packet of a READ response.
pub const OPCODE_READ_RESPONSE_MIDDLE: u64 = 0xe;
/// Last packet of a READ response.
pub const OPCODE_READ_RESPONSE_LAST: u64 = 0xf;
/// Only packet of a READ response.
pub const OPCODE_READ_RESPONSE_ONLY: u64 = 0x10;
/// ACK or NAK.
pub const OPCODE_ACKNOWLEDGE: u64 = 0x11;
/// ATOMIC response.
pub const OPCODE_ATOMIC_ACKNOWLEDGE: u64 = 0x12;
/// Compare and swap.
pub const OPCODE_CMP_SWAP: u64 = 0x13;
/// Fetch and add.
pub const OPCODE_FETCH_ADD: u64 = 0x14;
/// Last packet of a SEND, with invalidate.
pub const OPCODE_SEND_LAST_INV: u64 = 0x16;
/// Only packet of a SEND, with invalidate.
pub const OPCODE_SEND_ONLY_INV: u64 = 0x17;
/// Migration: a moved connection asks its partner to go on.
pub const OPCODE_RESUME: u64 = 0x19;
/// Migration: the partner's answer.
pub const OPCODE_RESUME_ACK: u64 = 0x1a;
/// Migration: the connection is elsewhere now.
pub const OPCODE_MOVED: u64 = 0x1b;
/// Congestion notification.
pub const OPCODE_CNP: u64 = 0x81;
