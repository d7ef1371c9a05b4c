//! What an input has reached, as a set of numbers, and everything that was ever reached.

use crate::lab::Lab;
use std::collections::HashSet;

/// What the numbers are of: bits 31 to 28.
const BRANCH: u32 = 0;
const PROGRAM: u32 = 1;
const BEHAVIOUR: u32 = 2;

/// How often, in the powers that matter: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more.
fn bucket(count: u32) -> u32 {
    match count {
        0..=3 => count.saturating_sub(1),
        4..=7 => 3,
        8..=15 => 4,
        16..=31 => 5,
        32..=127 => 6,
        _ => 7,
    }
}

/// Branches of the Verilog and words of the migration unit's program that were reached since the counters were cleared. `idle` is what is reached when
/// nothing happens: how often, does not matter there.
pub fn of_model(lab: &Lab) -> Vec<u32> {
    let number = |space: u32, counts: &[u32]| -> Vec<u32> {
        let reached = (0..).zip(counts).filter(|(_, count)| **count > 0);
        reached
            .map(|(k, count)| space << 28 | k << 3 | bucket(*count))
            .collect()
    };
    lab.cluster.nic(0, |nic| {
        nic.coverage(|branches, program| {
            let mut all = number(BRANCH, branches);
            all.extend(number(PROGRAM, program));
            all
        })
    })
}

/// What a feature is of, without how often.
pub fn coarse(feature: u32) -> u32 {
    match feature >> 28 {
        BEHAVIOUR => feature,
        _ => feature & !7,
    }
}

/// Something that the NIC did which shows outside, e.g. the opcode of a packet sent.
pub fn behaviour(what: u32, value: u32) -> u32 {
    BEHAVIOUR << 28 | (what & 0xf) << 24 | value & 0xff_ffff
}

/// Everything reached so far.
#[derive(Clone, Debug, Default)]
pub struct Reached(HashSet<u32>);

impl Reached {
    /// Adds; how many were new.
    pub fn add(&mut self, features: &[u32]) -> usize {
        features.iter().filter(|f| self.0.insert(**f)).count()
    }

    /// How many features there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Nothing has been reached.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Branches of the Verilog reached, by their numbers.
    pub fn branches(&self) -> HashSet<u32> {
        self.of(BRANCH)
    }

    /// Words of the migration unit's program reached, by their addresses.
    pub fn program(&self) -> HashSet<u32> {
        self.of(PROGRAM)
    }

    fn of(&self, space: u32) -> HashSet<u32> {
        let all = self.0.iter().filter(|f| **f >> 28 == space);
        all.map(|f| (f & 0xfff_ffff) >> 3).collect()
    }
}

impl Reached {
    /// Those of `features` that have not been reached.
    pub fn new_of(&self, features: &[u32]) -> Vec<u32> {
        let new = features.iter().filter(|f| !self.0.contains(f));
        new.copied().collect()
    }
}
