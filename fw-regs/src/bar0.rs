//! BAR0: a chain of register blocks that describe themselves.
//!
//! Registers are 32 bits wide and take aligned 32-bit accesses only; narrower writes are ignored. A driver starts at
//! [`identity`], address 0, and follows `next`; it takes a block by its `type` and never assumes an address, so that blocks
//! can move and be added. Unused addresses read as zero.

use crate::schema::Block;

/// Bytes of BAR0 that are decoded.
pub const SIZE: u32 = 0x1000;

block! {
    /// Who the device is and how it was built.
    pub mod identity @ 0x000, kind 1, version 1, next 0x100 {
        /// The bytes "ROAM".
        magic @ 0x0c Const = (crate::MAGIC) {}
        /// Version of the whole contract: registers, layouts, commands.
        contract @ 0x10 Const = ((crate::CONTRACT_MAJOR as u32) << 16 | crate::CONTRACT_MINOR as u32) {
            /// Grows with compatible additions.
            MINOR: 0 + 16,
            /// Grows when a driver must be changed.
            MAJOR: 16 + 16,
        }
        /// Lower half of the hash over the sources this device was made from.
        revision_lo @ 0x14 Const {}
        /// Upper half of the hash.
        revision_hi @ 0x18 Const {}
        /// Width of the data path.
        width @ 0x1c Const {
            /// Bits of the bus: 64, 128, 256 or 512.
            BITS: 0 + 16,
        }
        /// How many objects the device holds, as log2.
        objects @ 0x20 Const {
            /// Queue pairs.
            LOG2_QPS: 0 + 8,
            /// Completion queues.
            LOG2_CQS: 8 + 8,
            /// Shared receive queues.
            LOG2_SRQS: 16 + 8,
            /// Memory regions.
            LOG2_MRS: 24 + 8,
        }
        /// How much the device holds for each queue pair, as log2.
        rings @ 0x24 Const {
            /// Work requests sent and not acknowledged.
            LOG2_OUTSTANDING: 0 + 8,
            /// READ and ATOMIC answers waiting to be sent.
            LOG2_RESPONSES: 8 + 8,
            /// Send work requests fetched ahead.
            LOG2_SEND_CACHE: 16 + 8,
            /// Receive work requests fetched ahead.
            LOG2_RECV_CACHE: 24 + 8,
        }
        /// What was built in.
        features @ 0x28 Const {
            /// Connections can be stopped, dumped, restored and resumed.
            MIGRATION: 0 + 1,
        }
        /// The clock the device was built for.
        clock @ 0x2c Const {
            /// Clock cycles in a microsecond.
            CYCLES_PER_US: 0 + 16,
        }
        /// Largest message in bytes.
        max_message @ 0x30 Const = (crate::limits::MAX_MESSAGE) {}
        /// What a work request may ask.
        limits @ 0x34 Const = (crate::limits::MAX_SGE | crate::limits::MAX_INLINE << 8 | crate::limits::LOG2_MAX_RING << 16 | (1 << crate::limits::LOG2_RD_ATOMIC) << 24) {
            /// Scatter entries.
            MAX_SGE: 0 + 8,
            /// Inline bytes.
            MAX_INLINE: 8 + 8,
            /// log2 of the entries of the largest ring.
            LOG2_MAX_RING: 16 + 8,
            /// READ and ATOMIC requests outstanding, in each direction.
            MAX_RD_ATOMIC: 24 + 8,
        }
        /// Shortest timeout in µs that the timer walk can keep with all queue pairs in use.
        shortest_timer @ 0x38 Const {}
        /// Doorbell pages.
        pages @ 0x3c Const {
            /// log2 of the user contexts, each with a page of BAR2.
            LOG2_USER_CONTEXTS: 0 + 8,
        }
    }
}

block! {
    /// Switching the device on and off, its address, and its clock.
    pub mod control @ 0x100, kind 2, version 1, next 0x200 {
        /// Device control.
        control @ 0x0c W1s {
            /// Doorbells and frames are taken.
            ENABLE: 0 + 1,
            /// Writing one resets the whole device, this register included; wait for `status.READY`.
            RESET: 1 + 1,
        }
        /// Device status.
        status @ 0x10 Ro {
            /// The tables have been cleared after reset; commands are taken.
            READY: 0 + 1,
        }
        /// Own MAC address: first byte on the wire in bits 7:0, fourth in bits 31:24.
        mac_lo @ 0x14 Rw {}
        /// Own MAC address: fifth and sixth byte.
        mac_hi @ 0x18 Rw {
            /// Fifth byte on the wire in bits 7:0, sixth in bits 15:8.
            BYTES: 0 + 16,
        }
        /// Clock cycles that make a microsecond for every timer; after reset as in `identity.clock`. A test may lower it.
        /// A write begins a microsecond; the walk over all queue pairs rests until it is over, and begins anew with the first slot.
        cycles_per_us @ 0x1c Rw {
            /// 1 to 65535.
            CYCLES: 0 + 16,
        }
        /// Time since reset in µs, bits 31:0; reading it holds bits 35:32 for `now_hi`.
        now_lo @ 0x20 Ro {}
        /// Time since reset in µs, bits 35:32 as of the last read of `now_lo`.
        now_hi @ 0x24 Ro {
            /// Bits 35:32.
            HIGH: 0 + 4,
        }
        /// How often the requester asks for an acknowledgement inside a message.
        ack_every @ 0x28 Rw = (0x3f) {
            /// A packet asks when its PSN has zeros in these bits: 63 is every 64th.
            MASK: 0 + 8,
        }
        /// Which queue pair sees frames that are not RoCE.
        raw @ 0x2c Rw {
            /// Its slot.
            SLOT: 0 + 12,
            /// Without it, such frames are dropped.
            ENABLE: 31 + 1,
        }
    }
}

block! {
    /// The event queue. Set base and size before `control.ENABLE`.
    pub mod event_queue @ 0x200, kind 3, version 1, next 0x300 {
        /// Event queue control.
        control @ 0x0c Rw {
            /// Events are written; without it they are counted as lost.
            ENABLE: 0 + 1,
        }
        /// IOVA of the ring, bits 31:0; aligned to 4096.
        base_lo @ 0x10 Rw {}
        /// IOVA of the ring, bits 63:32.
        base_hi @ 0x14 Rw {}
        /// Size of the ring.
        size @ 0x18 Rw {
            /// log2 of its entries, at most 15.
            LOG2: 0 + 4,
        }
        /// Index behind the last event that software has taken.
        consumer @ 0x1c Rw {
            /// Free-running.
            INDEX: 0 + 16,
        }
        /// Index behind the last event written.
        producer @ 0x20 Ro {
            /// Free-running.
            INDEX: 0 + 16,
        }
        /// Events that found the queue full or switched off.
        lost @ 0x24 Ro {
            /// Since the queue was switched on; stays at its largest value.
            COUNT: 0 + 16,
        }
    }
}

block! {
    /// A window onto the context memories, for diagnosis and dumps by hand.
    pub mod context_window @ 0x300, kind 4, version 1, next 0x400 {
        /// Which record `data` shows.
        select @ 0x0c Rw {
            /// A `ContextKind`.
            KIND: 0 + 5,
            /// Index in the memory of that kind.
            INDEX: 16 + 16,
        }
        /// How the last read of `data` went.
        status @ 0x10 Ro {
            /// No memory answered; the value read was all ones.
            NO_ANSWER: 0 + 1,
        }
        /// The words of the selected record, fetched when they are read; words beyond it are undefined.
        data @ 0x80 Ro, words 32 {}
    }
}

block! {
    /// How doorbell pages are laid out.
    pub mod doorbells @ 0x400, kind 5, version 1, next 0x500 {
        /// Bytes from one user context's page to the next in BAR2.
        page_size @ 0x0c Const = (crate::doorbell::PAGE_SIZE) {}
        /// Layout of a page.
        layout @ 0x10 Const = (crate::doorbell::LAYOUT) {
            /// Version of the layout.
            VERSION: 0 + 8,
        }
    }
}

block! {
    /// Counters: 64-bit numbers that only a device reset clears.
    pub mod counters @ 0x500, kind 6, version 1, next 0x580 {
        /// How many counters the table has room for.
        size @ 0x0c Const = (crate::counters::SLOTS) {
            /// Counters.
            COUNT: 0 + 16,
        }
        /// Counter n: bits 31:0 in word 2n, bits 63:32 in word 2n+1. Read high, low, high again until both highs agree.
        table @ 0x300 Ro, words 128 {}
    }
}

block! {
    /// Commands to the device; see the list of commands.
    pub mod mailbox @ 0x580, kind 7, version 1, next 0 {
        /// Starts a command; ignored while one is running.
        command @ 0x0c W1s {
            /// A `Command`.
            OPCODE: 0 + 8,
            /// An event of kind "command done" follows the end of the command. Events of commands come in their order: the next command waits
            /// until the event queue has taken, or lost, the event of the one before.
            NOTIFY: 30 + 1,
            /// Go.
            GO: 31 + 1,
        }
        /// First argument: the number of the object.
        arg0 @ 0x10 Rw {
            /// QP or MR slot, CQ number, ring number of a shared receive queue.
            OBJECT: 0 + 16,
        }
        /// Second argument.
        arg1 @ 0x14 Rw {}
        /// How the command is doing.
        status @ 0x18 Ro {
            /// It is running.
            BUSY: 0 + 1,
            /// A command has ended since reset, and none is running.
            DONE: 1 + 1,
            /// A `CommandError`, valid with `DONE`.
            CODE: 8 + 8,
        }
        /// What the error refers to; see the list of errors.
        detail @ 0x1c Ro {}
        /// Clock cycles that a command may wait for the data paths to drain.
        drain_limit @ 0x20 Rw = (1_000_000) {
            /// Cycles.
            CYCLES: 0 + 24,
        }
        /// The payload. Not to be touched while a command is running.
        data @ 0x80 Rw, words 128 {}
    }
}

/// All blocks in the order of the chain.
pub const BLOCKS: &[Block] = &[
    identity::BLOCK,
    control::BLOCK,
    event_queue::BLOCK,
    context_window::BLOCK,
    doorbells::BLOCK,
    counters::BLOCK,
    mailbox::BLOCK,
];
