//! Seeded random inputs with a liking for corners.

use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// SplitMix64. Ours, so that a seed means the same stimuli for ever, whatever a crate does.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A generator that always gives the same sequence for `seed`.
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, or 0 if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next_u64().checked_rem(n).unwrap_or(0)
    }

    /// True `n` times in `of`.
    pub fn chance(&mut self, n: u64, of: u64) -> bool {
        self.below(of) < n
    }

    /// One of `choices`.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// A value of at most `n` bits, at most 64: often a corner, see [`Rng::value`].
    pub fn bits(&mut self, n: usize) -> u64 {
        self.value(n.min(64)).iter_u64_digits().next().unwrap_or(0)
    }

    /// A value of at most `n` bits: half of the time uniform, else zero, all ones, the top bit, all
    /// but the top bit, one, a small number, one bit, or a run of ones.
    pub fn value(&mut self, n: usize) -> BigUint {
        let one = || BigUint::from(1u8);
        let all = (one() << n) - 1u8;
        let bit = self.below(n as u64);
        match self.below(16) {
            0 => BigUint::default(),
            1 => all,
            2 => (one() << n) >> 1,
            3 => all >> 1,
            4 => one() & all,
            5 => BigUint::from(self.below(5)) & all,
            6 => (one() << bit) & all,
            7 => ((one() << bit) - 1u8) & all,
            _ => {
                let digits = (0..n.div_ceil(32)).map(|_| self.next_u64() as u32);
                BigUint::new(digits.collect()) & all
            }
        }
    }
}

/// What can be given a random value. [`randomize!`](crate::randomize) implements it.
pub trait Randomize {
    /// Sets `self` to a random value, or leaves it alone if it is not an input.
    fn randomize(&mut self, rng: &mut Rng);
}

impl Randomize for bool {
    fn randomize(&mut self, rng: &mut Rng) {
        *self = rng.chance(1, 2);
    }
}

impl<const N: usize> Randomize for Bits<N> {
    fn randomize(&mut self, rng: &mut Rng) {
        *self = rng.value(N).into();
    }
}

impl<const N: usize> Randomize for Signed<N> {
    fn randomize(&mut self, rng: &mut Rng) {
        let mut bits = Bits::<N>::default();
        bits.randomize(rng);
        *self = signed_cast(bits);
    }
}

/// Mostly a new value; one time in eight the old one stays, so that repetitions are seen too.
impl<T: Synth + Randomize> Randomize for Signal<In, T> {
    fn randomize(&mut self, rng: &mut Rng) {
        if !rng.chance(1, 8) {
            self.next.randomize(rng);
        }
    }
}

/// Clocks are not random.
impl Randomize for Clock {
    fn randomize(&mut self, _: &mut Rng) {}
}

/// Outputs of an interface are left alone.
impl<T: Synth> Randomize for Signal<Out, T> {
    fn randomize(&mut self, _: &mut Rng) {}
}

impl<T: Randomize, const N: usize> Randomize for [T; N] {
    fn randomize(&mut self, rng: &mut Rng) {
        self.iter_mut().for_each(|x| x.randomize(rng));
    }
}

/// Implements [`Randomize`](crate::cosim::Randomize) for a `LogicStruct` or `LogicInterface` by its
/// fields, or for a `LogicState` by its variants:
///
/// ```ignore
/// randomize!(Header { opcode, psn, qpn });
/// randomize!(enum State { Idle, Run });
/// randomize!(impl[const W: usize] StreamRx<W> { data, keep, last, valid, ready });
/// ```
#[macro_export]
macro_rules! randomize {
    (enum $name:ident { $($variant:ident),+ $(,)? }) => {
        impl $crate::cosim::Randomize for $name {
            fn randomize(&mut self, rng: &mut $crate::cosim::Rng) {
                *self = rng.pick(&[$($name::$variant),+]);
            }
        }
    };
    (impl[$($generics:tt)*] $name:ty { $($field:ident),+ $(,)? }) => {
        impl<$($generics)*> $crate::cosim::Randomize for $name {
            fn randomize(&mut self, rng: &mut $crate::cosim::Rng) {
                $($crate::cosim::Randomize::randomize(&mut self.$field, rng);)+
            }
        }
    };
    ($name:ident { $($field:ident),+ $(,)? }) => {
        $crate::randomize!(impl[] $name { $($field),+ });
    };
}

/// Gives every input in the list a random value, or the value after `=`:
/// `randomize_inputs!(u, rng; a, stream, core.data, valid = rng.chance(3, 4))`.
#[macro_export]
macro_rules! randomize_inputs {
    (@one $u:expr, $rng:expr, $($field:ident).+) => {
        $crate::cosim::Randomize::randomize(&mut $u.$($field).+, $rng)
    };
    (@one $u:expr, $rng:expr, $($field:ident).+ = $value:expr) => {
        $u.$($field).+.next = ($value).into()
    };
    ($u:expr, $rng:expr; $($($field:ident).+ $(= $value:expr)?),+ $(,)?) => {{
        $($crate::randomize_inputs!(@one $u, $rng, $($field).+ $(= $value)?);)+
    }};
}
