//! The network in the test's hands: what a NIC sends is held until the test delivers, repeats or loses it.

use crate::packet::Packet;
use std::cell::RefCell;
use std::fmt;
use testbench::lab::Lab;

/// A frame between two hosts.
#[derive(Clone)]
pub struct Held {
    pub from: usize,
    pub to: usize,
    pub packet: Packet,
    frame: Vec<u8>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "host {} to host {}: {:?}",
            self.from, self.to, self.packet
        )
    }
}

/// All cables, cut; see the module's head.
pub struct Wires {
    held: RefCell<Vec<Held>>,
}

impl Wires {
    /// Cuts the cables of a laboratory.
    pub fn new(lab: &Lab) -> Self {
        crate::kit::cut(lab);
        lab.cluster.watch(8192);
        Self {
            held: RefCell::default(),
        }
    }

    /// Takes up what has been sent since the last call.
    fn collect(&self, lab: &Lab) {
        for frame in lab.cluster.take_frames() {
            if !frame.sent {
                continue;
            }
            let packet = Packet::decode(&frame.bytes);
            let to = lab.hosts.iter().position(|h| h.ip == packet.to.ip);
            // a packet to a host that is not there is lost
            let Some(to) = to else { continue };
            self.held.borrow_mut().push(Held {
                from: frame.host,
                to,
                packet,
                frame: frame.bytes,
            });
        }
    }

    /// The oldest held frame that `wanted` likes, waiting at most `cycles` cycles for it.
    pub fn find(&self, lab: &Lab, cycles: u64, wanted: impl Fn(&Held) -> bool) -> Option<Held> {
        let end = lab.cluster.cycle() + cycles;
        loop {
            self.collect(lab);
            let found = self.held.borrow().iter().find(|h| wanted(h)).cloned();
            if found.is_some() || lab.cluster.cycle() >= end {
                return found;
            }
            lab.run(64).unwrap();
        }
    }

    /// It is under way no more.
    pub fn remove(&self, held: &Held) {
        let mut all = self.held.borrow_mut();
        let same = |h: &Held| h.from == held.from && h.to == held.to && h.frame == held.frame;
        if let Some(position) = all.iter().position(same) {
            all.remove(position);
        }
    }

    /// It arrives, and stays under way if it is not removed.
    pub fn deliver(&self, lab: &Lab, held: &Held) {
        lab.cluster.inject(held.to, &held.frame);
    }

    /// A packet of the test's own is under way.
    pub fn add(&self, from: usize, to: usize, packet: Packet) {
        let frame = packet.encode();
        self.held.borrow_mut().push(Held {
            from,
            to,
            packet,
            frame,
        });
    }

    /// What is under way.
    pub fn under_way(&self, lab: &Lab) -> Vec<Held> {
        self.collect(lab);
        self.held.borrow().clone()
    }

    /// Lets everything through in order of sending, for `cycles` cycles.
    pub fn flow(&self, lab: &Lab, cycles: u64) {
        self.flow_in_copies(lab, cycles, |_| 1);
    }

    /// The same, but as many copies of each packet as `copies` says.
    pub fn flow_in_copies(&self, lab: &Lab, cycles: u64, mut copies: impl FnMut(&Packet) -> usize) {
        let end = lab.cluster.cycle() + cycles;
        while lab.cluster.cycle() < end {
            self.collect(lab);
            for held in self.held.take() {
                for _ in 0..copies(&held.packet) {
                    lab.cluster.inject(held.to, &held.frame);
                }
            }
            lab.run(32).unwrap();
        }
    }
}
