//! A wire at a port of a simulated network.

use super::{Wire, WireStats};
use crate::net::{Network, WireFrame};
use std::cell::RefCell;
use std::rc::Rc;

/// Cycles from one look at the wire to the next: some of its system calls cost as much as a cycle of a NIC does.
pub const POLL_CYCLES: u64 = 64;

/// A port of a network that leads outside. The simulated cable between the two is as fast as the NICs' ports, and what comes too
/// fast stays outside until it has room.
#[derive(Clone)]
pub struct WirePort {
    inner: Rc<RefCell<Inner>>,
}

struct Inner {
    port: usize,
    wire: Wire,
    /// cycle from which the cable is free
    free: u64,
}

impl WirePort {
    /// `wire` at port `port` of a network, which is none of a host.
    pub fn new(port: usize, wire: Wire) -> Self {
        Self {
            inner: Rc::new(RefCell::new(Inner {
                port,
                wire,
                free: 0,
            })),
        }
    }

    /// What has passed.
    pub fn stats(&self) -> WireStats {
        self.inner.borrow().wire.stats()
    }

    /// As far as can be known, somebody is at the other end.
    pub fn is_up(&self) -> bool {
        self.inner.borrow().wire.is_up()
    }

    /// The port.
    pub(crate) fn port(&self) -> usize {
        self.inner.borrow().port
    }

    /// A frame leaves by this port.
    pub(crate) fn send(&self, frame: Vec<u8>) {
        self.inner.borrow_mut().wire.send(frame);
    }

    /// Looks at the wire now, whatever the cycle.
    pub(crate) fn poll(&self) {
        self.inner.borrow_mut().wire.poll();
    }

    /// In cycle `now`: takes what has come, one frame after the other as the cable carries them; `beat` is the bytes of a cycle.
    pub(crate) fn tend(&self, now: u64, beat: usize, network: &mut Network) {
        let inner = &mut *self.inner.borrow_mut();
        if now.is_multiple_of(POLL_CYCLES) {
            inner.wire.poll();
        }
        if now < inner.free {
            return;
        }
        if let Some(bytes) = inner.wire.receive() {
            let beats = bytes.len().div_ceil(beat) as u64;
            inner.free = now + beats;
            let (begin, end) = (now, now + beats - 1);
            network.send(inner.port, WireFrame { bytes, begin, end });
        }
    }
}
