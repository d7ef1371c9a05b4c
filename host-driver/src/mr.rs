//! Protection domains and memory regions.

use crate::adapter::{Context, Inner};
use crate::dma::Buffer;
use crate::error::{CommandFailure, VerbsError};
use crate::numbers::DRAWS;
use crate::retired::{self, Retired};
use crate::work::ScatterEntry;
use fw_regs::contexts::MemoryRegion as Record;
use fw_regs::mailbox::Payload;
use fw_regs::{Command, CommandError, ContextKind};
use std::rc::Rc;

/// What a memory region may be used for. Local reads are always allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Receives, and results of READs and ATOMICs.
    pub local_write: bool,
    /// Partners may WRITE.
    pub remote_write: bool,
    /// Partners may READ.
    pub remote_read: bool,
    /// Partners may use ATOMICs.
    pub remote_atomic: bool,
}

impl Access {
    /// Everything.
    pub const ALL: Self = Self {
        local_write: true,
        remote_write: true,
        remote_read: true,
        remote_atomic: true,
    };
    /// Receives and results only.
    pub const LOCAL: Self = Self {
        local_write: true,
        remote_write: false,
        remote_read: false,
        remote_atomic: false,
    };
}

pub(crate) struct PdInner {
    pub context: Context,
    pub handle: u32,
    pub number: u16,
}

impl Drop for PdInner {
    fn drop(&mut self) {
        self.context.registry().pds.remove(self.handle);
        if self.context.registry().fate.get().destroys()
            && let Ok(mut inner) = self.context.shared().try_borrow_mut()
        {
            inner.pds.give_back(self.number.into());
        }
    }
}

/// A protection domain: queue pairs reach only memory regions of their own.
#[derive(Clone)]
pub struct ProtectionDomain {
    pub(crate) inner: Rc<PdInner>,
}

impl Context {
    /// A new protection domain.
    ///
    /// # Errors
    /// [`VerbsError::Exhausted`].
    pub fn allocate_pd(&self) -> Result<ProtectionDomain, VerbsError> {
        self.registry().check_live()?;
        let mut inner = self.shared().borrow_mut();
        let limit = inner.pds.len();
        let number = inner.pds.take().ok_or(VerbsError::Exhausted {
            what: "protection domains",
            limit,
        })? as u16;
        drop(inner);
        Ok(self.pd_of(self.registry().pds.handle(), number))
    }

    /// The protection domain `number`, which has been taken.
    pub(crate) fn pd_of(&self, handle: u32, number: u16) -> ProtectionDomain {
        let inner = Rc::new(PdInner {
            context: self.clone(),
            handle,
            number,
        });
        self.registry().pds.add(handle, &inner);
        ProtectionDomain { inner }
    }
}

impl ProtectionDomain {
    /// Order of its creation in its context; a process that moves keeps it.
    pub fn handle(&self) -> u32 {
        self.inner.handle
    }

    /// Makes the first `length` bytes of `buffer` reachable under the virtual address `va`.
    ///
    /// # Errors
    /// [`VerbsError::Exhausted`], [`VerbsError::Limit`] for a length beyond the buffer, or the command's.
    pub fn register(
        &self,
        buffer: &Buffer,
        va: u64,
        length: usize,
        access: Access,
    ) -> Result<MemoryRegion, VerbsError> {
        self.register_named(buffer, va, length, access, None)
    }

    /// As [`Self::register`], with the key `key` instead of a random one, e.g. to take the place of a recorded end.
    ///
    /// # Errors
    /// As [`Self::register`]; [`CommandError::NumberTaken`] if the key is in use.
    pub fn register_keyed(
        &self,
        buffer: &Buffer,
        va: u64,
        length: usize,
        access: Access,
        key: u32,
    ) -> Result<MemoryRegion, VerbsError> {
        self.register_named(buffer, va, length, access, Some(key))
    }

    fn register_named(
        &self,
        buffer: &Buffer,
        va: u64,
        length: usize,
        access: Access,
        key: Option<u32>,
    ) -> Result<MemoryRegion, VerbsError> {
        let named = key;
        if length == 0 || length > buffer.len() {
            return Err(VerbsError::Limit {
                what: "length",
                value: length as u64,
                min: 1,
                max: buffer.len() as u64,
            });
        }
        let context = &self.inner.context;
        context.registry().check_live()?;
        let mut inner = context.shared().borrow_mut();
        retired::reclaim(&mut inner, 1).map_err(CommandFailure::from)?;
        let limit = inner.mrs.len();
        let slot = inner.mrs.take().ok_or(VerbsError::Exhausted {
            what: "memory regions",
            limit,
        })? as u16;
        let mut draws = 0;
        loop {
            draws += 1;
            let key = named.unwrap_or_else(|| inner.names.key());
            let record = Record {
                key,
                pd: self.inner.number,
                local_write: access.local_write,
                remote_write: access.remote_write,
                remote_read: access.remote_read,
                remote_atomic: access.remote_atomic,
                valid: true,
                va,
                length: length as u64,
                iova: buffer.iova(),
            };
            match create(&mut inner, slot, &record) {
                Ok(()) => {
                    let made = MrInner {
                        pd: self.clone(),
                        handle: context.registry().mrs.handle(),
                        buffer: buffer.clone(),
                        slot,
                        key,
                        va,
                        length,
                    };
                    return Ok(made.known());
                }
                Err(CommandFailure::Refused {
                    error: CommandError::NumberTaken,
                    ..
                }) if named.is_none() && draws < DRAWS => {}
                Err(failure) => {
                    inner.mrs.give_back(slot.into());
                    return Err(failure.into());
                }
            }
        }
    }
}

/// Creates a memory region in the device.
pub(crate) fn create(inner: &mut Inner, slot: u16, record: &Record) -> Result<(), CommandFailure> {
    let mut payload = Payload::new();
    payload.record(ContextKind::MemoryRegion, slot, &record.to_words())?;
    inner.command(Command::MrCreate, [slot.into(), record.key], &payload)
}

pub(crate) struct MrInner {
    pub pd: ProtectionDomain,
    pub handle: u32,
    pub buffer: Buffer,
    pub slot: u16,
    pub key: u32,
    pub va: u64,
    pub length: usize,
}

impl MrInner {
    /// Makes it known to its context.
    pub fn known(self) -> MemoryRegion {
        let inner = Rc::new(self);
        let registry = inner.pd.inner.context.registry();
        registry.mrs.add(inner.handle, &inner);
        MemoryRegion { inner }
    }
}

/// Registered memory. Deregistered when the last handle is dropped: then nothing in flight uses it any more, and what goes on with it fails, a message
/// half received, an answer half sent, a READ on its way.
#[derive(Clone)]
pub struct MemoryRegion {
    pub(crate) inner: Rc<MrInner>,
}

impl MemoryRegion {
    /// Key for local scatter entries.
    pub fn lkey(&self) -> u32 {
        self.inner.key
    }

    /// Key for partners; the same number.
    pub fn rkey(&self) -> u32 {
        self.inner.key
    }

    /// First virtual address.
    pub fn va(&self) -> u64 {
        self.inner.va
    }

    /// Bytes.
    pub fn length(&self) -> usize {
        self.inner.length
    }

    /// The memory.
    pub fn buffer(&self) -> &Buffer {
        &self.inner.buffer
    }

    /// Its slot in the device.
    pub fn slot(&self) -> u16 {
        self.inner.slot
    }

    /// A scatter entry of `length` bytes from `offset` on.
    pub fn entry(&self, offset: usize, length: u32) -> ScatterEntry {
        ScatterEntry {
            addr: self.inner.va + offset as u64,
            length,
            lkey: self.inner.key,
        }
    }
}

impl Drop for MrInner {
    fn drop(&mut self) {
        let registry = self.pd.inner.context.registry();
        registry.mrs.remove(self.handle);
        // a device that does not answer keeps the slot: it is not given out again
        if registry.fate.get().destroys()
            && let Ok(mut inner) = self.pd.inner.context.shared().try_borrow_mut()
            && inner
                .command(Command::MrDestroy, [self.slot.into(), 0], &Payload::new())
                .is_ok()
        {
            let (slot, pd) = (self.slot, self.pd.inner.number);
            inner.retired_mrs.push(Retired { slot, pd });
        }
    }
}
