//! The world of a responder: packets, a model of the rules, and a seeded source of chance.
#![allow(dead_code, reason = "each test uses its part")]

pub mod model;
pub mod packets;
pub mod world;

/// xorshift64*: the same numbers on every machine.
pub struct Rng(u64);

impl Rng {
    /// A generator; the seed is printed, so that a failing test says how to repeat it.
    pub fn new(seed: u64) -> Self {
        println!("seed {seed:#x}");
        Self(seed | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}
