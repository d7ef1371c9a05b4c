//! BAR2: one page of doorbells for each user context, so that a page can be handed to one process and no other.
//!
//! A doorbell is one 64-bit write: object number in bits 31:0, free-running queue index in bits 47:32, arm mode in bits 49:48. It
//! takes effect only for queues of that page's user context, and only if the index is newer than the device's. Reads give zero.
//!
//! Each queue also has a **doorbell record** of 8 bytes in host memory, at an address aligned to 8, holding [`record`]'s value;
//! software writes it before the doorbell, and the device reads it after a stop.

constants! {
    "Doorbells";
    /// Bytes of a page.
    pub const PAGE_SIZE: u32 = 4096;
    /// Version of the layout below.
    pub const LAYOUT: u32 = 1;
    /// Send queue producer; object: QP slot.
    pub const SQ_PRODUCER: u32 = 0x00;
    /// Receive queue producer; object: ring number.
    pub const RQ_PRODUCER: u32 = 0x08;
    /// Completion queue consumer; object: CQ number.
    pub const CQ_CONSUMER: u32 = 0x10;
    /// Completion queue consumer, and arms the queue by the arm mode.
    pub const CQ_ARM: u32 = 0x18;
    /// Send queue producer, and the push buffer holds the WQE before it.
    pub const SQ_PUSH: u32 = 0x20;
    /// First byte of the 64-byte push buffer.
    pub const PUSH_BUFFER: u32 = 0x40;
    /// Bytes of the push buffer.
    pub const PUSH_BYTES: u32 = 64;
    /// Bytes of a doorbell record.
    pub const RECORD_BYTES: u32 = 8;
}

/// When an armed completion queue raises its event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Arm {
    /// It does not.
    #[default]
    None = 0,
    /// At the next completion.
    Next = 1,
    /// At the next one that is solicited or failed.
    Solicited = 2,
}

/// The 64-bit value of a doorbell.
pub const fn value(object: u32, index: u16, arm: Arm) -> u64 {
    object as u64 | (index as u64) << 32 | (arm as u64) << 48
}

/// The value of a doorbell record.
pub const fn record(index: u16, arm: Arm) -> u64 {
    index as u64 | (arm as u64) << 16
}

/// Byte address in BAR2 of `offset` in the page of `user_context`.
pub const fn address(user_context: u8, offset: u32) -> u32 {
    user_context as u32 * PAGE_SIZE + offset
}
