//! How long a packet may wait in a NIC before it is seen.

use std::collections::VecDeque;

/// Cycles by which what is seen of a NIC may lag behind what it decided: its turns, and the packets before it on a quick line.
pub const LAG: u64 = 40_000;

/// Cycles by which the end of one of a NIC's timers may be seen too early, or a line that is never idle pause.
pub const SLACK: u64 = LAG / 10;

/// Frames that leave before a packet that has been decided, at most: those that the transmit path holds (128), and for each queue pair
/// one of either half that had its turn before.
const FRAMES: usize = 256;
/// The same in bytes: the transmit path's slots (16 KiB at 64 bits, 32 KiB at 512), and what had its turn before.
const BYTES: usize = 128 << 10;

/// A NIC's transmit port. A packet that has been decided waits for those before it, and on a slow line that takes longer than anything else: as
/// long as the line is busy.
#[derive(Clone, Debug)]
pub struct Line {
    /// bytes of a beat
    pub beat: usize,
    /// cycles that the port takes for a beat, in the mean
    pub cycles: u64,
    /// ends and bytes of the last frames that left without a pause
    frames: VecDeque<(u64, usize)>,
    /// bytes of these
    bytes: usize,
    /// when the last frame ended that had left before all of these
    since: u64,
}

impl Line {
    pub fn new(beat: usize, cycles: u64) -> Self {
        Self {
            beat,
            cycles,
            frames: VecDeque::new(),
            bytes: 0,
            since: 0,
        }
    }

    /// Cycles that a frame takes, with pauses such as the port makes.
    fn takes(&self, bytes: usize) -> u64 {
        2 * bytes.div_ceil(self.beat) as u64 * self.cycles + SLACK
    }

    /// The last beat of a frame has left.
    pub fn sent(&mut self, now: u64, bytes: usize) {
        let before = self.frames.back().map_or(0, |(end, _)| *end);
        if before + self.takes(bytes) < now {
            self.frames.clear();
            (self.bytes, self.since) = (0, before.max(now.saturating_sub(self.takes(bytes))));
        }
        self.frames.push_back((now, bytes));
        self.bytes += bytes;
        while (self.frames.len() > FRAMES || self.bytes > BYTES)
            && let Some((end, bytes)) = self.frames.pop_front()
        {
            self.bytes -= bytes;
            self.since = end;
        }
    }

    /// What is seen at `now` was decided no more than so many cycles ago.
    pub fn lag(&self, now: u64) -> u64 {
        let longest = self.takes(self.frames.iter().map(|(_, b)| *b).max().unwrap_or(0));
        match self.frames.back() {
            Some((end, _)) if now <= end + longest => LAG.max(now - self.since + SLACK),
            _ => LAG,
        }
    }
}

impl Default for Line {
    /// One that takes all that comes.
    fn default() -> Self {
        Self::new(8, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of 2 KiB on a line that takes 32 cycles for a beat: each takes 8192 cycles.
    #[test]
    fn packet_waits_for_those_before_it_on_a_busy_line() {
        let mut line = Line::new(8, 32);
        for k in 1..=8 {
            line.sent(100_000 + 8_192 * k, 2_048);
        }
        let now = 100_000 + 8_192 * 8;
        assert!((8 * 8_192 + SLACK..=9 * 8_192 + 3 * SLACK).contains(&line.lag(now)));
        // nothing has left for long
        assert_eq!(line.lag(now + 100_000), LAG);
        line.sent(now + 100_000, 64);
        assert_eq!(line.lag(now + 100_000), LAG);
    }

    /// No more than the transmit path holds leaves before a packet.
    #[test]
    fn packet_waits_for_no_more_than_the_transmit_path_holds() {
        let mut line = Line::new(8, 32);
        for k in 1..=1_000 {
            line.sent(8_192 * k, 2_048);
        }
        assert_eq!(line.lag(8_192_000), 64 * 8_192 + SLACK);
        let mut quick = Line::new(8, 2);
        for k in 1..=1_000 {
            quick.sent(512 * k, 2_048);
        }
        assert_eq!(quick.lag(512_000), LAG);
    }
}
