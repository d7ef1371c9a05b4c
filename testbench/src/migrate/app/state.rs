//! Everything an application knows: what goes with it when it moves, beside the bytes of its registered memory.

use super::layout::{CHUNK, Role};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What both applications agreed on before they started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Fixes what messages contain.
    pub seed: u64,
    /// Connections.
    pub lanes: usize,
    /// Bytes of the file, at least one.
    pub file: usize,
}

impl Terms {
    /// Rounds in which every lane has sent its share of the file once.
    pub fn rounds_per_pass(&self) -> u64 {
        self.file.div_ceil(CHUNK).div_ceil(self.lanes) as u64
    }

    /// Offset and bytes of what round `r` of a lane sends of the file; the last lanes may have nothing to send in a pass's last round.
    pub fn chunk(&self, lane: usize, r: u64) -> (usize, usize) {
        let index = (r % self.rounds_per_pass()) as usize * self.lanes + lane;
        let offset = (index * CHUNK).min(self.file);
        (offset, CHUNK.min(self.file - offset))
    }
}

/// The partner's memory that may be reached from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    pub board_va: u64,
    pub board_key: u32,
    pub counters_va: u64,
    pub counters_key: u32,
}

/// The names under which an application finds its objects again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// QP numbers by lane.
    pub qps: Vec<u32>,
    /// Handles of the completion queues for sends and receives.
    pub cqs: [u32; 2],
    /// Keys of file, private memory, board and counters.
    pub mrs: [u32; 4],
}

/// What completed of a round: one bit an operation.
pub mod part {
    pub const WRITE: u8 = 0;
    pub const SEND: u8 = 1;
    pub const READ: u8 = 2;
    pub const ADD: u8 = 3;
    /// Operations of a round.
    pub const COUNT: u8 = 4;
    /// All of them.
    pub const ALL: u8 = 0xf;
}

/// One connection, as its application sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Rounds posted.
    pub posted: u64,
    /// Rounds of which, and before which, everything has completed.
    pub done: u64,
    /// What has completed of the rounds from `done` to `posted`: bits of [`part`].
    pub pending: VecDeque<u8>,
    /// SENDs of the partner received.
    pub received: u64,
}

/// Exact accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Work requests posted and completed, receives not among them.
    pub posted: u64,
    pub completed: u64,
    /// Gaps in the numbers of what was received.
    pub lost: u64,
    /// Completions and receives that came again, values of a counter found twice.
    pub duplicated: u64,
    /// Wrong bytes, lengths, values or statuses.
    pub corrupted: u64,
    /// ATOMICs posted.
    pub atomics: u64,
    /// The first few of whatever was wrong, for people.
    pub problems: Vec<String>,
}

/// Problems kept for people.
const PROBLEMS: usize = 16;

impl Tally {
    /// Notes what was wrong.
    pub fn problem(&mut self, what: String) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(what);
        }
    }

    /// Nothing was.
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.duplicated == 0 && self.corrupted == 0 && self.problems.is_empty()
    }
}

/// Which numbers from 0 on have been seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    words: Vec<u64>,
    count: u64,
}

impl Seen {
    /// Adds `value`; whether it is new. Values beyond `limit` are not believed.
    pub fn insert(&mut self, value: u64, limit: u64) -> Result<bool, u64> {
        if value >= limit {
            return Err(value);
        }
        let (word, bit) = ((value / 64) as usize, value % 64);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let new = self.words[word] >> bit & 1 == 0;
        self.words[word] |= 1 << bit;
        self.count += u64::from(new);
        Ok(new)
    }

    /// Different values seen.
    pub fn count(&self) -> u64 {
        self.count
    }
}

/// The whole of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub role: Role,
    pub terms: Terms,
    pub names: Names,
    pub partner: Remote,
    pub lanes: Vec<Lane>,
    /// Rounds after which it stops, once it has been asked to.
    pub until: Option<u64>,
    /// Values of the shared counter that its ATOMICs found.
    pub seen: Seen,
    /// ATOMICs posted on the shared counter.
    pub shared: u64,
    /// Passes of the file that are there, and the different SHA-256 sums they had.
    pub passes: u64,
    pub digests: Vec<String>,
    pub tally: Tally,
}

impl State {
    /// Nothing has happened yet.
    pub fn new(role: Role, terms: Terms, names: Names) -> Self {
        Self {
            role,
            lanes: vec![Lane::default(); terms.lanes],
            terms,
            names,
            partner: Remote::default(),
            until: None,
            seen: Seen::default(),
            shared: 0,
            passes: 0,
            digests: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Whether a lane may post its next round.
    pub fn may_post(&self, lane: usize) -> bool {
        let l = &self.lanes[lane];
        if self.until.is_some_and(|until| l.posted >= until) {
            return false;
        }
        if l.posted - l.done >= super::layout::WINDOW {
            return false;
        }
        // the receiver holds two passes: the third waits until the first is there as a whole
        let rounds = self.terms.rounds_per_pass();
        let slowest = self.lanes.iter().map(|l| l.done).min().unwrap_or(0);
        self.role == Role::Client || (l.posted / rounds).saturating_sub(1) * rounds <= slowest
    }

    /// Stops at the end of the pass that has begun, the server; at once, the client.
    pub fn finish(&mut self) {
        let furthest = self.lanes.iter().map(|l| l.posted).max().unwrap_or(0);
        let rounds = self.terms.rounds_per_pass();
        self.until = Some(match self.role {
            Role::Server => furthest.div_ceil(rounds).max(1) * rounds,
            Role::Client => furthest,
        });
    }

    /// It was asked to stop, and all it posted has completed.
    pub fn is_done(&self) -> bool {
        self.until
            .is_some_and(|until| self.lanes.iter().all(|l| l.done >= until))
    }

    /// An operation of a round has completed. Whether it is new.
    pub fn complete(&mut self, lane: usize, r: u64, part: u8) -> Result<bool, &'static str> {
        let l = &mut self.lanes[lane];
        if r >= l.posted || part >= part::COUNT {
            return Err("completes what was never posted");
        }
        if r < l.done {
            return Ok(false);
        }
        let Some(mask) = l.pending.get_mut((r - l.done) as usize) else {
            return Err("completes what was never posted");
        };
        let new = *mask >> part & 1 == 0;
        *mask |= 1 << part;
        while l.pending.front() == Some(&part::ALL) {
            l.pending.pop_front();
            l.done += 1;
        }
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(lanes: usize, file: usize) -> State {
        let terms = Terms {
            seed: 1,
            lanes,
            file,
        };
        State::new(Role::Server, terms, Names::default())
    }

    #[test]
    fn terms_chunks_cover_the_file_once() {
        for (lanes, file) in [(1, 1), (3, 10_000), (4, 4 * CHUNK), (5, 17 * CHUNK + 3)] {
            let terms = state(lanes, file).terms;
            let mut covered = vec![0; file];
            for r in 0..terms.rounds_per_pass() {
                for lane in 0..lanes {
                    let (offset, length) = terms.chunk(lane, r);
                    covered[offset..offset + length]
                        .iter_mut()
                        .for_each(|c| *c += 1);
                }
            }
            assert!(covered.iter().all(|&c| c == 1), "{lanes} lanes, {file}");
        }
    }

    #[test]
    fn state_completions_are_counted_once_in_any_order() {
        let mut s = state(1, 100);
        s.lanes[0].posted = 2;
        s.lanes[0].pending = [0, 0].into();
        for part in [3, 1, 0, 2] {
            assert_eq!(s.complete(0, 1, part), Ok(true));
        }
        assert_eq!((s.lanes[0].done, s.complete(0, 1, 2)), (0, Ok(false)));
        for part in 0..4 {
            assert_eq!(s.complete(0, 0, part), Ok(true));
        }
        assert_eq!((s.lanes[0].done, s.complete(0, 0, 2)), (2, Ok(false)));
        assert!(s.complete(0, 2, 0).is_err());
    }

    #[test]
    fn state_lane_waits_for_the_slowest_before_the_third_pass() {
        let mut s = state(2, 4 * CHUNK);
        let rounds = s.terms.rounds_per_pass();
        assert_eq!(rounds, 2);
        (s.lanes[0].posted, s.lanes[0].done) = (4, 4);
        assert!(!s.may_post(0));
        (s.lanes[1].posted, s.lanes[1].done) = (2, 2);
        assert!(s.may_post(0));
        s.finish();
        assert_eq!(s.until, Some(4));
        assert!(!s.may_post(0) && s.may_post(1));
    }

    #[test]
    fn seen_tells_new_from_old_and_refuses_nonsense() {
        let mut seen = Seen::default();
        assert_eq!(seen.insert(70, 100), Ok(true));
        assert_eq!(seen.insert(70, 100), Ok(false));
        assert_eq!(seen.insert(0, 100), Ok(true));
        assert_eq!(seen.insert(100, 100), Err(100));
        assert_eq!(seen.count(), 2);
    }
}
