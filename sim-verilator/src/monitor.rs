//! Rules of the pins that the NIC must keep, watched in every run.

use crate::model::{Model, PortId};

/// A channel that the NIC drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Frames to the wire.
    Tx,
    /// DMA read requests.
    Read,
    /// DMA writes.
    Write,
    /// Interrupts.
    Interrupt,
    /// Register accesses.
    Bar,
}

/// A rule of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `valid` fell before `ready` came.
    Withdrawn,
    /// The payload changed before `ready` came.
    Changed,
    /// `keep` must mark a run of bytes from byte 0, all of them unless the frame ends.
    Keep(u64),
    /// A read has 1 to 512 bytes.
    ReadLength(u64),
    /// A read stays within a 512-byte block; this one ends in the next.
    ReadCrosses(u64),
    /// A tag in flight is not used again.
    TagBusy(u8),
    /// Write addresses are bus-aligned.
    WriteAlignment(u64),
    /// A read answer that nobody asked for.
    Unasked,
}

/// A rule broken by the NIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When.
    pub cycle: u64,
    /// Where.
    pub channel: Channel,
    /// What.
    pub rule: Rule,
}

/// A design that breaks a rule breaks it often; the first ones tell.
const KEPT: usize = 256;

#[derive(Clone, Debug, Default)]
pub(crate) struct Violations(Vec<Violation>);

impl Violations {
    pub(crate) fn add(&mut self, cycle: u64, channel: Channel, rule: Rule) {
        if self.0.len() < KEPT {
            self.0.push(Violation {
                cycle,
                channel,
                rule,
            });
        }
    }

    pub(crate) fn all(&self) -> &[Violation] {
        &self.0
    }
}

/// Checks that an offer stands until it is taken.
#[derive(Clone)]
pub(crate) struct Offer {
    channel: Channel,
    payload: Vec<PortId>,
    held: Vec<u8>,
    waiting: bool,
}

impl Offer {
    pub(crate) fn new(channel: Channel, payload: &[PortId]) -> Self {
        Self {
            channel,
            payload: payload.to_vec(),
            held: vec![],
            waiting: false,
        }
    }

    /// Called once per cycle; true if the offer was taken in it.
    pub(crate) fn sample(
        &mut self,
        model: &Model,
        (valid, ready): (bool, bool),
        cycle: u64,
        found: &mut Violations,
    ) -> bool {
        if self.waiting {
            if !valid {
                found.add(cycle, self.channel, Rule::Withdrawn);
            } else if !self
                .payload
                .iter()
                .flat_map(|port| model.bytes(*port))
                .eq(&self.held)
            {
                found.add(cycle, self.channel, Rule::Changed);
            }
        }
        self.waiting = valid && !ready;
        if self.waiting {
            self.held.clear();
            self.held
                .extend(self.payload.iter().flat_map(|port| model.bytes(*port)));
        }
        valid && ready
    }

    pub(crate) fn forget(&mut self) {
        self.waiting = false;
    }
}
