//! Numbers: slots of the device, random QP numbers and keys, IOVAs.

use crate::connection::MigrationData;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Which of a fixed number of slots are free; the lowest free one is given out.
pub(crate) struct Slots {
    used: Vec<bool>,
}

impl Slots {
    pub fn new(count: usize) -> Self {
        Self {
            used: vec![false; count],
        }
    }

    pub fn len(&self) -> usize {
        self.used.len()
    }

    /// How many are free.
    pub fn free(&self) -> usize {
        self.used.iter().filter(|used| !**used).count()
    }

    pub fn take(&mut self) -> Option<usize> {
        let free = self.used.iter().position(|used| !used)?;
        self.used[free] = true;
        Some(free)
    }

    pub fn give_back(&mut self, slot: usize) {
        self.used[slot] = false;
    }
}

/// How often a number that the device has already is drawn anew. Even with half of all numbers taken, so many in a row are a
/// defect of the device.
pub(crate) const DRAWS: u32 = 32;

/// QP numbers and keys: random, within the range that belongs to this host (upper eight bits), never 0 or 1.
pub(crate) struct Names {
    host: u8,
    rng: ChaCha12Rng,
    /// apart, so that whether a device migrates does not change the numbers
    secrets: ChaCha12Rng,
}

impl Names {
    pub fn new(host: u8, seed: u64) -> Self {
        let rng = ChaCha12Rng::seed_from_u64(seed ^ u64::from(host).rotate_left(56));
        let mut secrets = rng.clone();
        secrets.set_stream(1);
        Self { host, rng, secrets }
    }

    /// A QP number: 8 bits host, 16 bits random.
    pub fn qpn(&mut self) -> u32 {
        u32::from(self.host) << 16 | self.low(16)
    }

    /// A key: 8 bits host, 24 bits random.
    pub fn key(&mut self) -> u32 {
        u32::from(self.host) << 24 | self.low(24)
    }

    /// A start PSN.
    pub fn psn(&mut self) -> u32 {
        self.rng.next_u32() & 0xff_ffff
    }

    /// A first incarnation, and half a key.
    pub fn migration(&mut self) -> MigrationData {
        let mut key = [0; 16];
        self.secrets.fill_bytes(&mut key);
        MigrationData {
            epoch: self.secrets.next_u32() & 0xff_ffff,
            key,
        }
    }

    fn low(&mut self, bits: u32) -> u32 {
        loop {
            let number = self.rng.next_u32() & ((1 << bits) - 1);
            if number > 1 {
                return number;
            }
        }
    }
}

/// IOVAs in pages, first fit. Unmapped ranges are given out again.
pub(crate) struct Iovas {
    /// free ranges: first byte and length, in order
    free: Vec<(u64, u64)>,
}

/// Pages are the granule of mapping.
pub(crate) const PAGE: u64 = 4096;

impl Iovas {
    /// All of `from..to`, multiples of a page.
    pub fn new(from: u64, to: u64) -> Self {
        Self {
            free: vec![(from, to - from)],
        }
    }

    pub fn take(&mut self, length: u64) -> Option<u64> {
        let length = length.next_multiple_of(PAGE);
        let at = self.free.iter().position(|&(_, free)| free >= length)?;
        let (start, free) = self.free[at];
        match free == length {
            true => drop(self.free.remove(at)),
            false => self.free[at] = (start + length, free - length),
        }
        Some(start)
    }

    pub fn give_back(&mut self, start: u64, length: u64) {
        let length = length.next_multiple_of(PAGE);
        let at = self.free.partition_point(|&(s, _)| s < start);
        self.free.insert(at, (start, length));
        let mut merged: Vec<(u64, u64)> = Vec::with_capacity(self.free.len());
        for &(s, l) in &self.free {
            match merged.last_mut() {
                Some(last) if last.0 + last.1 == s => last.1 += l,
                _ => merged.push((s, l)),
            }
        }
        self.free = merged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iovas_merge_when_given_back() {
        let mut iovas = Iovas::new(0x1000, 0x4000);
        let all = [iovas.take(1), iovas.take(4096), iovas.take(4096)].map(Option::unwrap);
        assert_eq!(iovas.take(1), None);
        for k in [1_usize, 0, 2] {
            iovas.give_back(all[k], 4096);
        }
        assert_eq!(iovas.take(0x3000), Some(0x1000));
    }

    #[test]
    fn names_stay_in_the_hosts_range() {
        let mut names = Names::new(0xab, 7);
        for _ in 0..1000 {
            assert_eq!(names.qpn() >> 16, 0xab);
            assert_eq!(names.key() >> 24, 0xab);
        }
    }
}
