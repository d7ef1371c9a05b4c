//! How long nothing completed at the end that watches a move, and how long that may take.

use crate::net::NS_PER_CYCLE;

/// The longest time between two of the sorted cycles `seen` that touches the cycles from `begin` to `end`, in ns; with fewer than two,
/// or none behind `end`, what there is.
pub fn blackout_ns(seen: &[u64], begin: u64, end: u64) -> u64 {
    let first = seen.partition_point(|&c| c <= begin).saturating_sub(1);
    let last = (seen.partition_point(|&c| c < end) + 1).min(seen.len());
    let around = seen.get(first..last).unwrap_or(&[]);
    let longest = around.windows(2).map(|pair| pair[1] - pair[0]).max();
    longest.unwrap_or(0) * NS_PER_CYCLE
}

/// What a move cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Bytes of a cycle, on the wire and on the bus.
    pub beat: u64,
    /// Cycles of one cable.
    pub cable: u64,
    /// Cycles until host memory answers.
    pub memory_latency: u64,
    /// Cables from one host to another.
    pub cables: u64,
}

impl Limit {
    /// Three round trips of the network, the image and the memory over the link, the image out of and into a NIC, and four times the host
    /// memory's latency; in ns.
    pub fn ns(&self, image: u64, memory: u64) -> u64 {
        let round_trip = 2 * self.cables * self.cable;
        let link = (image + memory).div_ceil(self.beat);
        let bus = (2 * image).div_ceil(self.beat);
        (3 * round_trip + link + bus + 4 * self.memory_latency) * NS_PER_CYCLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blackout_is_the_longest_gap_around_the_move() {
        let seen = [10, 1000, 1010, 1400, 1410, 5000];
        assert_eq!(blackout_ns(&seen, 1012, 1405), 390 * 4);
        assert_eq!(blackout_ns(&seen, 1100, 1300), 390 * 4);
        assert_eq!(blackout_ns(&seen, 1400, 1410), 10 * 4);
        assert_eq!(blackout_ns(&seen, 1405, 1411), 3590 * 4);
        assert_eq!(blackout_ns(&[], 1, 2), 0);
        assert_eq!(blackout_ns(&[5], 1, 2), 0);
    }

    #[test]
    fn limit_adds_up() {
        let limit = Limit {
            beat: 8,
            cable: 100,
            memory_latency: 250,
            cables: 2,
        };
        assert_eq!(limit.ns(800, 8000), (1200 + 1100 + 200 + 1000) * 4);
    }
}
