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
/// Clock cycles that make a microsecond for every timer; after reset as in `identity.clock`. A test may lower it.
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
/// An event of kind "command done" follows the end of the command. (1 bits)
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

// A mailbox command. 11 to 31 are kept for migration. The payload's own value of a QP number (QP configuration) or key (memory region) is ignored: `arg1` of the creation counts.
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
/// Removes a memory region when nothing in flight uses it any more. arg0: slot.
pub const COMMAND_MR_DESTROY: u64 = 5;
/// Creates a completion queue. arg0: its number.
pub const COMMAND_CQ_CREATE: u64 = 6;
/// Removes a completion queue that no queue pair refers to. arg0: its number.
pub const COMMAND_CQ_DESTROY: u64 = 7;
/// Creates a shared receive queue. arg0: its ring number.
pub const COMMAND_SRQ_CREATE: u64 = 8;
/// Changes a shared receive queue's limit. arg0: its ring number.
pub const COMMAND_SRQ_MODIFY: u64 = 9;
/// Removes a shared receive queue that no queue pair refers to. arg0: its ring number.
pub const COMMAND_SRQ_DESTROY: u64 = 0xa;

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

// Kind of an event queue entry; the object is a QP slot unless it says otherwise.
/// A completion came to an armed completion queue; object: its number.
pub const EVENT_COMPLETION: u64 = 1;
/// A completion queue overflowed; object: its number.
pub const EVENT_CQ_ERROR: u64 = 2;
/// A queue pair failed.
pub const EVENT_QP_FATAL: u64 = 3;
/// A queue pair got an invalid request.
pub const EVENT_QP_REQUEST_ERROR: u64 = 4;
/// A queue pair got a request that its memory does not allow.
pub const EVENT_QP_ACCESS_ERROR: u64 = 5;
/// The send queue of a queue pair in SQD is drained.
pub const EVENT_SQ_DRAINED: u64 = 6;
/// A shared receive queue fell below its limit; object: its number.
pub const EVENT_SRQ_LIMIT_REACHED: u64 = 7;
/// A command has ended; object: 0.
pub const EVENT_COMMAND_DONE: u64 = 8;
