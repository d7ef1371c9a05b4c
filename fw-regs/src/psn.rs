//! Packet sequence numbers: 24 bits on a circle.

use crate::schema::FieldValue;

/// A packet sequence number. There is no `Ord`: on a circle "before" means "less than 2^23 behind" ([`Psn::is_before`]), which
/// is not transitive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Psn(u32);

impl Psn {
    /// Bits of a PSN.
    pub const BITS: u32 = 24;
    /// One more than the largest PSN.
    pub const MODULUS: u32 = 1 << Self::BITS;

    /// The PSN `number` modulo 2^24.
    pub const fn new(number: u32) -> Self {
        Self(number % Self::MODULUS)
    }

    /// The number, below 2^24.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The PSN `packets` later.
    #[must_use]
    pub const fn plus(self, packets: u32) -> Self {
        Self::new(self.0.wrapping_add(packets))
    }

    /// The PSN `packets` earlier.
    #[must_use]
    pub const fn minus(self, packets: u32) -> Self {
        Self::new(self.0.wrapping_sub(packets))
    }

    /// How far `self` is ahead of `other`, as a signed 24-bit difference: −2^23 to 2^23−1.
    pub const fn distance(self, other: Self) -> i32 {
        ((self.0.wrapping_sub(other.0) << 8) as i32) >> 8
    }

    /// How many packets lie in `other .. self`, counted forward only: 0 to 2^24−1.
    pub const fn count_from(self, other: Self) -> u32 {
        self.0.wrapping_sub(other.0) % Self::MODULUS
    }

    /// `self` is older than `other`.
    pub const fn is_before(self, other: Self) -> bool {
        self.distance(other) < 0
    }

    /// `self` is newer than `other`.
    pub const fn is_after(self, other: Self) -> bool {
        self.distance(other) > 0
    }

    /// `self` lies in `first .. end`, an interval shorter than 2^23.
    pub const fn is_within(self, first: Self, end: Self) -> bool {
        !self.is_before(first) && self.is_before(end)
    }
}

impl From<Psn> for u32 {
    fn from(psn: Psn) -> Self {
        psn.0
    }
}

impl core::fmt::Display for Psn {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:#08x}", self.0)
    }
}

impl FieldValue for Psn {
    fn to_bits(self) -> u128 {
        self.0.into()
    }
    fn from_bits(bits: u128) -> Self {
        Self::new(bits as u32)
    }
}
