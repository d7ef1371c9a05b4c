//! Interrupt vectors: an event descriptor of the client's for each.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use vfio_bindings::bindings::vfio::{
    VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_IRQ_SET_DATA_EVENTFD, VFIO_IRQ_SET_DATA_NONE,
    VFIO_PCI_MSIX_IRQ_INDEX,
};

/// The client's descriptors. A vector that is raised while it has none stays pending until it gets one, as behind a mask.
pub struct Vectors {
    events: Vec<Option<File>>,
    pending: Vec<bool>,
}

/// What a client asks for that cannot be.
fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// Only an event descriptor takes a write without ever waiting for a reader.
fn is_event(file: &File) -> bool {
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    let target = std::fs::read_link(link).unwrap_or_default();
    target.to_string_lossy().starts_with("anon_inode:[eventfd")
}

impl Vectors {
    /// `count` vectors without descriptors.
    pub fn new(count: usize) -> Self {
        Self {
            events: (0..count).map(|_| None).collect(),
            pending: vec![false; count],
        }
    }

    /// No vector has a descriptor, and none is pending.
    pub fn clear(&mut self) {
        *self = Self::new(self.events.len());
    }

    /// The device forgets what is pending.
    pub fn reset(&mut self) {
        self.pending.fill(false);
    }

    /// Raises a vector; whether somebody is told at once.
    pub fn raise(&mut self, vector: usize) -> bool {
        let Some(event) = self.events.get_mut(vector) else {
            return false;
        };
        let told = match event {
            // a descriptor that is full has not been looked at: whoever looks will see that something was
            Some(event) => event.write_all(&1_u64.to_ne_bytes()).is_ok(),
            None => false,
        };
        self.pending[vector] = !told;
        told
    }

    /// What the client says of interrupts `start..start + count` of kind `index`, in the words of `VFIO_DEVICE_SET_IRQS`.
    ///
    /// # Errors
    /// It makes no sense, or is not MSI-X.
    pub fn set(
        &mut self,
        index: u32,
        flags: u32,
        (start, count): (u32, u32),
        files: Vec<File>,
    ) -> io::Result<()> {
        if index != VFIO_PCI_MSIX_IRQ_INDEX || flags & VFIO_IRQ_SET_ACTION_TRIGGER == 0 {
            return Err(refused("MSI-X vectors are triggered, and nothing else"));
        }
        let end = start.checked_add(count).map(|end| end as usize);
        let range = match end.filter(|&end| end <= self.events.len()) {
            Some(end) => start as usize..end,
            None => return Err(refused("no such vector")),
        };
        if flags & VFIO_IRQ_SET_DATA_NONE != 0 {
            match range.is_empty() {
                true => self.events.iter_mut().for_each(|event| *event = None),
                // a test of the way: as if the device had raised them
                false => range.for_each(|vector| {
                    self.raise(vector);
                }),
            }
            return Ok(());
        }
        if flags & VFIO_IRQ_SET_DATA_EVENTFD == 0 {
            return Err(refused("neither nothing nor descriptors"));
        }
        if !files.iter().all(is_event) {
            return Err(refused("a descriptor is no event descriptor"));
        }
        if !files.is_empty() && files.len() != range.len() {
            return Err(refused("as many descriptors as vectors, or none"));
        }
        // without descriptors the vectors lose theirs
        let mut files = files.into_iter();
        for vector in range {
            self.events[vector] = files.next();
            if self.pending[vector] {
                self.raise(vector);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{EventfdFlags, eventfd};
    use std::io::Read;

    const TRIGGER: u32 = VFIO_IRQ_SET_ACTION_TRIGGER;
    const EVENTS: u32 = TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD;
    const NOTHING: u32 = TRIGGER | VFIO_IRQ_SET_DATA_NONE;
    const MSIX: u32 = VFIO_PCI_MSIX_IRQ_INDEX;

    /// An event descriptor.
    fn event() -> File {
        File::from(eventfd(0, EventfdFlags::NONBLOCK).unwrap())
    }

    /// How often an event was raised since the last look.
    fn raised(mut event: &File) -> u64 {
        let mut count = [0; 8];
        match event.read_exact(&mut count) {
            Ok(()) => u64::from_ne_bytes(count),
            Err(_) => 0,
        }
    }

    #[test]
    fn vectors_tell_their_descriptors() {
        let events = [event(), event()];
        let copies = events.iter().map(|e| e.try_clone().unwrap()).collect();
        let mut vectors = Vectors::new(4);
        vectors.set(MSIX, EVENTS, (1, 2), copies).unwrap();
        assert!(vectors.raise(1) && vectors.raise(2) && vectors.raise(2));
        assert_eq!(events.each_ref().map(raised), [1, 2]);
        // a test by the client
        vectors.set(MSIX, NOTHING, (2, 1), vec![]).unwrap();
        assert_eq!(events.each_ref().map(raised), [0, 1]);
        vectors.set(MSIX, NOTHING, (0, 0), vec![]).unwrap();
        assert!(!vectors.raise(1));
        assert_eq!(events.each_ref().map(raised), [0, 0]);
    }

    #[test]
    fn vectors_without_descriptor_stay_pending() {
        let mut vectors = Vectors::new(2);
        assert!(!vectors.raise(0) && !vectors.raise(1) && !vectors.raise(2));
        vectors.set(MSIX, EVENTS, (0, 2), vec![]).unwrap();
        let late = event();
        let copy = late.try_clone().unwrap();
        vectors.set(MSIX, EVENTS, (0, 1), vec![copy]).unwrap();
        assert_eq!(raised(&late), 1);
        // told once
        let copy = late.try_clone().unwrap();
        vectors.set(MSIX, EVENTS, (0, 1), vec![copy]).unwrap();
        assert_eq!(raised(&late), 0);
        // vector 1 was pending until a reset
        vectors.reset();
        let copy = late.try_clone().unwrap();
        vectors.set(MSIX, EVENTS, (1, 1), vec![copy]).unwrap();
        assert_eq!(raised(&late), 0);
    }

    #[test]
    fn vectors_nonsense_is_refused_bad_flow() {
        let mut vectors = Vectors::new(4);
        let (reader, _writer) = io::pipe().unwrap();
        let pipe = File::from(std::os::fd::OwnedFd::from(reader));
        for (index, flags, range, files) in [
            (0, EVENTS, (0, 1), vec![event()]),
            (MSIX, VFIO_IRQ_SET_DATA_EVENTFD, (0, 1), vec![event()]),
            (MSIX, TRIGGER, (0, 1), vec![event()]),
            (MSIX, EVENTS, (4, 1), vec![event()]),
            (MSIX, EVENTS, (u32::MAX, 2), vec![event()]),
            (MSIX, EVENTS, (0, 2), vec![event()]),
            (MSIX, EVENTS, (0, 1), vec![event(), event()]),
            (MSIX, EVENTS, (0, 1), vec![pipe]),
            (MSIX, NOTHING, (3, 2), vec![]),
        ] {
            assert!(vectors.set(index, flags, range, files).is_err());
        }
        assert!(vectors.events.iter().all(Option::is_none));
    }
}
