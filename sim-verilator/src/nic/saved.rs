//! A NIC's state, kept and put back: for searches that try many things from one point.

use std::collections::VecDeque;

use super::{Drive, Fault, Nic};
use crate::bar::BarQueue;
use crate::dma::ReadEngine;
use crate::model::SavedModel;
use crate::monitor::{Offer, Violations};
use crate::rng::Rng;
use crate::wire::WireQueues;

/// A NIC at one point in time, with everything that is under way at its pins.
pub struct SavedNic {
    model: SavedModel,
    cycle: u64,
    wire: WireQueues,
    bar: BarQueue,
    reads: ReadEngine,
    offers: [Offer; 4],
    interrupts: VecDeque<u8>,
    faults: Vec<Fault>,
    violations: Violations,
    frame_open: bool,
    rng: Rng,
    drive: Drive,
}

impl Nic {
    /// The NIC as it is now; nothing if its model is not instrumented. Events that are recorded are not part of it.
    pub fn save(&mut self) -> Option<SavedNic> {
        Some(SavedNic {
            model: self.model.save()?,
            cycle: self.cycle,
            wire: self.wire.clone(),
            bar: self.bar.clone(),
            reads: self.reads.clone(),
            offers: self.offers.clone(),
            interrupts: self.interrupts.clone(),
            faults: self.faults.clone(),
            violations: self.violations.clone(),
            frame_open: self.frame_open,
            rng: self.rng.clone(),
            drive: self.drive,
        })
    }

    /// Puts back what [`save`](Self::save) of this NIC gave; also after its circuit has failed.
    ///
    /// # Panics
    /// It is another model's.
    pub fn restore(&mut self, saved: &SavedNic) {
        self.model.restore(&saved.model);
        self.cycle = saved.cycle;
        self.wire.clone_from(&saved.wire);
        self.bar.clone_from(&saved.bar);
        self.reads.clone_from(&saved.reads);
        self.offers.clone_from(&saved.offers);
        self.interrupts.clone_from(&saved.interrupts);
        self.faults.clone_from(&saved.faults);
        self.violations.clone_from(&saved.violations);
        self.frame_open = saved.frame_open;
        self.rng.clone_from(&saved.rng);
        self.drive = saved.drive;
    }

    /// Works on what an instrumented model has counted: branches, and values of the watched register; see
    /// [`crate::Model::coverage`].
    pub fn coverage<R>(&mut self, work: impl FnOnce(&[u32], &[u32]) -> R) -> R {
        let (branches, probed) = self.model.coverage();
        work(branches, probed)
    }

    /// Counts from zero again.
    pub fn clear_coverage(&mut self) {
        self.model.clear_coverage();
    }
}
