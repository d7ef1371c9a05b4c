//! Switches that mark frames as "congestion experienced": nothing may come of it but a counter.

use crate::faults::mark;
use crate::net::{Tamper, Treatment};
use crate::rng::Rng;
use std::cell::Cell;
use std::rc::Rc;

/// Marks frames at a rate.
pub struct Marks {
    rng: Rng,
    rate: f64,
    /// frames marked so far
    count: Rc<Cell<u64>>,
}

impl Marks {
    /// Marks each frame with probability `rate`, from a stream of chance of its own, and counts them in `count`.
    pub fn new(seed: u64, rate: f64, count: Rc<Cell<u64>>) -> Self {
        Self {
            rng: Rng::new(!seed),
            rate,
            count,
        }
    }
}

impl Tamper for Marks {
    fn treat(&mut self, _host: usize, frame: &mut Vec<u8>) -> Treatment {
        if self.rng.chance(self.rate) {
            mark(frame);
            self.count.set(self.count.get() + 1);
        }
        Treatment::default()
    }
}
