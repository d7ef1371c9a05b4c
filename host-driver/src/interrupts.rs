//! Interrupts as event descriptors: one for each vector, and one descriptor that watches them all.
#![forbid(unsafe_code)]

use std::io;
use std::os::fd::AsRawFd;
use vmm_sys_util::epoll::{ControlOperation, Epoll, EpollEvent, EventSet};
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

/// Interrupt vectors that [`crate::Device::take_interrupts`] can tell.
pub(crate) const MOST_VECTORS: usize = 64;

/// What stands for something else than a vector: behind all of them.
const OTHER: u64 = MOST_VECTORS as u64;

/// Event descriptors, one for each vector. A look costs one system call.
pub(crate) struct Interrupts {
    /// What the device's side writes to.
    pub events: Vec<EventFd>,
    epoll: Epoll,
}

/// What has happened since the last look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Raised {
    /// Bit v: vector v.
    pub vectors: u64,
    /// The descriptor given to [`Interrupts::watch`] is readable, or its other end is gone.
    pub other: bool,
}

impl Interrupts {
    /// Descriptors for `vectors` vectors, at most [`MOST_VECTORS`].
    pub fn new(vectors: usize) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        let events = (0..vectors.min(MOST_VECTORS))
            .map(|vector| {
                let event = EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)?;
                let watch = EpollEvent::new(EventSet::IN, vector as u64);
                epoll.ctl(ControlOperation::Add, event.as_raw_fd(), watch)?;
                Ok(event)
            })
            .collect::<io::Result<_>>()?;
        Ok(Self { events, epoll })
    }

    /// Looks at `what` too, for `events`; it must live as long as this does.
    pub fn watch(&self, what: &impl AsRawFd, events: EventSet) -> io::Result<()> {
        let watch = EpollEvent::new(events, OTHER);
        self.epoll
            .ctl(ControlOperation::Add, what.as_raw_fd(), watch)
    }

    /// Vectors raised since the last call; does not wait.
    pub fn take(&self) -> io::Result<Raised> {
        let mut ready = [EpollEvent::default(); MOST_VECTORS + 1];
        let count = match self.epoll.wait(0, &mut ready) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => 0,
            other => other?,
        };
        let mut raised = Raised::default();
        for event in &ready[..count] {
            if event.data() == OTHER {
                raised.other = true;
                continue;
            }
            let vector = event.data() as usize;
            match self.events[vector].read() {
                Ok(_) => raised.vectors |= 1 << vector,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                Err(e) => return Err(e),
            }
        }
        Ok(raised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interrupts_are_taken_once() {
        let interrupts = Interrupts::new(MOST_VECTORS).unwrap();
        assert_eq!(interrupts.take().unwrap(), Raised::default());
        interrupts.events[0].write(1).unwrap();
        interrupts.events[63].write(3).unwrap();
        interrupts.events[63].write(1).unwrap();
        assert_eq!(interrupts.take().unwrap().vectors, 1 | 1 << 63);
        assert_eq!(interrupts.take().unwrap(), Raised::default());
    }

    #[test]
    fn interrupts_see_what_they_watch_besides() {
        let interrupts = Interrupts::new(2).unwrap();
        let other = EventFd::new(EFD_NONBLOCK).unwrap();
        interrupts.watch(&other, EventSet::IN).unwrap();
        assert!(!interrupts.take().unwrap().other);
        other.write(1).unwrap();
        // nobody reads it: it stays
        for _ in 0..2 {
            let raised = interrupts.take().unwrap();
            assert_eq!((raised.vectors, raised.other), (0, true));
        }
    }
}
