//! The register bus: reads and writes of BAR0 and BAR2 in the order they were asked for.

use std::collections::{HashMap, HashSet, VecDeque};

/// Bytes of address space behind one BAR.
pub const BAR_SIZE: u64 = 1 << 24;

/// Which window a register is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bar {
    /// Registers and mailbox.
    Bar0,
    /// Doorbells.
    Bar2,
}

/// A register read under way; see [`crate::Nic::poll_bar_read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BarReadId(u64);

/// An access that the bus cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an access of {size} bytes at {address:#x} of {bar:?} is misaligned or outside {BAR_SIZE:#x}"
)]
pub struct BadAddress {
    /// The window.
    pub bar: Bar,
    /// Byte address in it.
    pub address: u64,
    /// 4 or 8.
    pub size: u64,
}

/// Width of an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Word,
    Double,
}

impl Size {
    fn bytes(self) -> u64 {
        match self {
            Self::Word => 4,
            Self::Double => 8,
        }
    }
}

/// One access as the pins show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BarOperation {
    id: u64,
    size: Size,
    pub(crate) bar: Bar,
    pub(crate) address: u64,
    /// Data and strobes; `None` for a read.
    pub(crate) write: Option<(u64, u8)>,
}

/// Operations waiting for the bus, at most one read waiting for its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct BarQueue {
    waiting: VecDeque<BarOperation>,
    reading: Option<BarOperation>,
    answers: HashMap<u64, u64>,
    /// Reads nobody waits for any more.
    abandoned: HashSet<u64>,
    next_id: u64,
}

impl BarQueue {
    pub(crate) fn write(
        &mut self,
        bar: Bar,
        address: u64,
        value: u64,
        size: Size,
    ) -> Result<u64, BadAddress> {
        let write = match size {
            Size::Double => (value, 0xff),
            Size::Word => (value & 0xffff_ffff | value << 32, 0xf << (address & 4)),
        };
        self.push(bar, address, size, Some(write))
    }

    pub(crate) fn read(
        &mut self,
        bar: Bar,
        address: u64,
        size: Size,
    ) -> Result<BarReadId, BadAddress> {
        self.push(bar, address, size, None).map(BarReadId)
    }

    fn push(
        &mut self,
        bar: Bar,
        address: u64,
        size: Size,
        write: Option<(u64, u8)>,
    ) -> Result<u64, BadAddress> {
        if !address.is_multiple_of(size.bytes()) || address >= BAR_SIZE {
            return Err(BadAddress {
                bar,
                address,
                size: size.bytes(),
            });
        }
        let id = self.next_id;
        self.next_id += 1;
        self.waiting.push_back(BarOperation {
            id,
            size,
            bar,
            address,
            write,
        });
        Ok(id)
    }

    pub(crate) fn poll(&mut self, read: BarReadId) -> Option<u64> {
        self.answers.remove(&read.0)
    }

    /// Whether the operation has not been taken by the bus.
    pub(crate) fn is_waiting(&self, id: u64) -> bool {
        self.waiting.iter().any(|operation| operation.id == id)
    }

    /// Operations not finished.
    pub(crate) fn pending(&self) -> usize {
        self.waiting.len() + usize::from(self.reading.is_some())
    }

    /// Forgets an operation: takes it back if the bus has not seen it, else drops its answer.
    pub(crate) fn cancel(&mut self, id: u64) {
        self.waiting.retain(|operation| operation.id != id);
        if self.reading.is_some_and(|read| read.id == id) {
            self.abandoned.insert(id);
        }
    }

    pub(crate) fn cancel_read(&mut self, read: BarReadId) {
        self.cancel(read.0);
    }

    /// What the pins show: nothing overtakes a read that waits for its answer.
    pub(crate) fn offered(&self) -> Option<BarOperation> {
        if self.reading.is_some() {
            None
        } else {
            self.waiting.front().copied()
        }
    }

    /// The offered operation was taken.
    pub(crate) fn taken(&mut self) {
        self.reading = self
            .waiting
            .pop_front()
            .filter(|operation| operation.write.is_none());
    }

    /// A read answer came; false if nothing was asked.
    pub(crate) fn answer(&mut self, data: u64) -> bool {
        let Some(read) = self.reading.take() else {
            return false;
        };
        let value = match read.size {
            Size::Double => data,
            Size::Word => (data >> (8 * (read.address & 4))) & 0xffff_ffff,
        };
        if !self.abandoned.remove(&read.id) {
            self.answers.insert(read.id, value);
        }
        true
    }

    /// A reset of the device: what was under way is gone.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.reading = None;
        self.abandoned.clear();
    }
}
