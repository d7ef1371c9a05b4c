//! What belongs to one context, and whether it may still be used.

use crate::cq::CqInner;
use crate::device::DeviceError;
use crate::dma::Mapping;
use crate::mr::{MrInner, PdInner};
use crate::qp::QpInner;
use crate::srq::SrqInner;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

/// What has become of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It works.
    #[default]
    Live,
    /// A checkpoint has stopped it. Nothing may change until that ends.
    Stopped,
    /// Restored and not resumed: the objects go together or not at all.
    Restored,
    /// It lives elsewhere. Handles are dead, and dropping them sends nothing.
    Gone,
}

impl Fate {
    /// Whether a handle that is dropped takes its object out of the device and gives its numbers back; otherwise whoever moves the
    /// process does.
    pub fn destroys(self) -> bool {
        self == Self::Live
    }

    /// Whether the device may still refer to memory whose last handle is dropped: a process that could be neither moved nor let go.
    pub fn keeps_memory(self) -> bool {
        matches!(self, Self::Stopped | Self::Restored)
    }
}

/// Objects of one kind by their handle: the order of their creation in the context.
pub(crate) struct Index<T> {
    next: Cell<u32>,
    live: RefCell<BTreeMap<u32, Weak<T>>>,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self {
            next: Cell::new(0),
            live: RefCell::default(),
        }
    }
}

impl<T> Index<T> {
    /// A handle that nobody has had.
    pub fn handle(&self) -> u32 {
        self.next.replace(self.next.get() + 1)
    }

    /// The handle that the next object gets.
    pub fn next(&self) -> u32 {
        self.next.get()
    }

    /// Makes sure that handles below `next` are not given out.
    pub fn skip_to(&self, next: u32) {
        self.next.set(self.next.get().max(next));
    }

    pub fn add(&self, handle: u32, object: &Rc<T>) {
        self.live.borrow_mut().insert(handle, Rc::downgrade(object));
    }

    pub fn remove(&self, handle: u32) {
        self.live.borrow_mut().remove(&handle);
    }

    /// All that live, in order of their handles.
    pub fn all(&self) -> Vec<Rc<T>> {
        self.live
            .borrow()
            .values()
            .filter_map(Weak::upgrade)
            .collect()
    }
}

/// The objects of a context.
#[derive(Default)]
pub(crate) struct Registry {
    pub fate: Cell<Fate>,
    pub buffers: Index<Mapping>,
    pub pds: Index<PdInner>,
    pub cqs: Index<CqInner>,
    pub srqs: Index<SrqInner>,
    pub mrs: Index<MrInner>,
    pub qps: Index<QpInner>,
}

impl Registry {
    /// # Errors
    /// [`DeviceError::Stopped`] or [`DeviceError::MovedAway`].
    pub fn check(&self) -> Result<(), DeviceError> {
        match self.fate.get() {
            Fate::Live | Fate::Restored => Ok(()),
            Fate::Stopped => Err(DeviceError::Stopped),
            Fate::Gone => Err(DeviceError::MovedAway),
        }
    }

    /// As [`Self::check`], for what makes new objects: none join a process that is only restored.
    pub fn check_live(&self) -> Result<(), DeviceError> {
        match self.fate.get() {
            Fate::Restored => Err(DeviceError::Stopped),
            _ => self.check(),
        }
    }

    /// As [`Self::check`], for what changes nothing.
    pub fn check_readable(&self) -> Result<(), DeviceError> {
        match self.fate.get() {
            Fate::Gone => Err(DeviceError::MovedAway),
            _ => Ok(()),
        }
    }
}
