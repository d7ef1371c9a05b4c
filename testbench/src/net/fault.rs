//! What a cable does to frames besides delaying them: by chance ([`FaultRates`]), or on purpose ([`Tamper`]).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Probabilities, each per frame, 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FaultRates {
    /// the frame vanishes
    pub loss: f64,
    /// the frame arrives twice
    pub duplication: f64,
    /// the frame is held back by up to eight frames' time
    pub reordering: f64,
    /// one bit of the frame is flipped
    pub corruption: f64,
}

/// A rate that is not a probability.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{name} is {value}; a rate is a probability from 0 to 1")]
pub struct FaultRatesError {
    pub name: &'static str,
    pub value: f64,
}

impl FaultRates {
    /// The rates themselves if each is a probability.
    pub fn checked(self) -> Result<Self, FaultRatesError> {
        let all = [
            ("loss", self.loss),
            ("duplication", self.duplication),
            ("reordering", self.reordering),
            ("corruption", self.corruption),
        ];
        match all.into_iter().find(|(_, v)| !(0.0..=1.0).contains(v)) {
            Some((name, value)) => Err(FaultRatesError { name, value }),
            None => Ok(self),
        }
    }
}

/// What happens to one frame on purpose. The default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Treatment {
    /// It vanishes.
    pub lost: bool,
    /// So many copies follow it.
    pub copies: u32,
    /// It comes so many cycles later, and frames behind it do not wait.
    pub late: u64,
    /// So many frames behind it, in its direction of its cable, come first.
    pub overtaken: u32,
}

/// Decides what happens to frames, one by one, in the order in which hosts put them on their wires.
pub trait Tamper {
    /// Host `host` sends `frame`, which may be changed.
    fn treat(&mut self, host: usize, frame: &mut Vec<u8>) -> Treatment;
}

/// The dice of one cable.
pub(crate) struct Dice {
    rng: ChaCha8Rng,
}

/// What happens to one frame.
pub(crate) struct Fate {
    pub lost: bool,
    pub twice: bool,
    /// eighths of the longest hold-back, 0 = in order
    pub held: u64,
    /// bit to flip, in units of the frame's length
    pub flip: Option<u64>,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    fn chance(&mut self, p: f64) -> bool {
        // always draws, so that changing one rate leaves the other faults where they were
        let x = (self.rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        x < p
    }

    pub fn throw(&mut self, rates: &FaultRates) -> Fate {
        let lost = self.chance(rates.loss);
        let twice = self.chance(rates.duplication);
        let held = self.chance(rates.reordering);
        let corrupt = self.chance(rates.corruption);
        let amount = self.rng.next_u64();
        Fate {
            lost,
            twice,
            held: if held { 1 + amount % 8 } else { 0 },
            flip: corrupt.then_some(amount >> 8),
        }
    }
}
