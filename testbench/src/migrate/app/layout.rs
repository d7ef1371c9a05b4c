//! Where everything lies in the memory of a process, and what messages contain.

use serde::{Deserialize, Serialize};

/// Bytes of a place for one message.
pub const MESSAGE: usize = 2048;
/// Bytes of the file in one message.
pub const CHUNK: usize = 1536;
/// Rounds under way on a lane.
pub const WINDOW: u64 = 3;
/// Receives posted on a lane.
pub const RECEIVES: u64 = 4;
/// Places of a lane on the partner's board. A WRITE is executed only when the SEND before it has found a receive, so the partner has
/// dealt with all but the last `RECEIVES` rounds: one place more, and none is overwritten before the partner has looked at it.
pub const BOARD: u64 = RECEIVES + 1;

/// Which of the two processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Streams the file.
    Server,
    /// Receives it.
    Client,
}

impl Role {
    /// Both, in the order in which processes are numbered.
    pub const ALL: [Self; 2] = [Self::Server, Self::Client];

    /// Its number.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The other one.
    pub fn partner(self) -> Self {
        match self {
            Self::Server => Self::Client,
            Self::Client => Self::Server,
        }
    }
}

/// Private memory of a lane: sources of WRITEs, sources of SENDs, landings of READs, receives, results of ATOMICs.
const LANE: usize =
    3 * WINDOW as usize * MESSAGE + RECEIVES as usize * MESSAGE + 8 * WINDOW as usize;

/// Bytes of the private memory of `lanes` lanes.
pub fn private_bytes(lanes: usize) -> usize {
    lanes * LANE
}

/// Bytes of the board of `lanes` lanes.
pub fn board_bytes(lanes: usize) -> usize {
    lanes * BOARD as usize * MESSAGE
}

/// Bytes of the counters of `lanes` lanes: one of all, one of each.
pub fn counter_bytes(lanes: usize) -> usize {
    8 * (lanes + 1)
}

fn slot(lane: usize, part: usize, index: u64, of: u64) -> usize {
    lane * LANE + (part * WINDOW as usize + (index % of) as usize) * MESSAGE
}

/// Where round `r` of a lane has what it WRITEs.
pub fn write_source(lane: usize, r: u64) -> usize {
    slot(lane, 0, r, WINDOW)
}

/// Where round `r` of a lane has what it SENDs, unless that is in the file.
pub fn send_source(lane: usize, r: u64) -> usize {
    slot(lane, 1, r, WINDOW)
}

/// Where round `r` of a lane READs to.
pub fn landing(lane: usize, r: u64) -> usize {
    slot(lane, 2, r, WINDOW)
}

/// Where receive `n` of a lane goes.
pub fn receive(lane: usize, n: u64) -> usize {
    slot(lane, 3, n, RECEIVES)
}

/// Where the ATOMIC of round `r` of a lane puts what it found.
pub fn found(lane: usize, r: u64) -> usize {
    (lane + 1) * LANE - 8 * WINDOW as usize + 8 * (r % WINDOW) as usize
}

/// Where round `r` of a lane is on the partner's board.
pub fn board(lane: usize, r: u64) -> usize {
    (lane * BOARD as usize + (r % BOARD) as usize) * MESSAGE
}

/// Which counter the ATOMIC of round `r` of a lane raises: its own in even rounds, that of all in odd ones.
pub fn counter(lane: usize, r: u64) -> usize {
    if r.is_multiple_of(2) { lane + 1 } else { 0 }
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Write,
    Send,
}

/// The bytes of the message that `role` sends in round `r` of a lane: length and content follow from the arguments, so that both
/// sides know them.
pub fn pattern(seed: u64, role: Role, content: Content, lane: usize, r: u64) -> Vec<u8> {
    let name = (role as u64) << 1 | content as u64;
    let mut state = mix(seed ^ mix(name << 56 | (lane as u64) << 40 | r));
    let longest = match content {
        Content::Write => MESSAGE,
        // answers are shorter than what they answer
        Content::Send => MESSAGE / 4,
    };
    let length = 1 + state as usize % longest;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state = mix(state);
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// One step of the generator splitmix64.
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_places_do_not_overlap() {
        let mut used = vec![false; private_bytes(3)];
        let mut take = |at: usize, bytes: usize| {
            for byte in &mut used[at..at + bytes] {
                assert!(!std::mem::replace(byte, true), "{at} is used twice");
            }
        };
        for lane in 0..3 {
            for r in 0..WINDOW {
                for place in [
                    write_source(lane, r),
                    send_source(lane, r),
                    landing(lane, r),
                ] {
                    take(place, MESSAGE);
                }
                take(found(lane, r), 8);
            }
            (0..RECEIVES).for_each(|n| take(receive(lane, n), MESSAGE));
        }
        assert!(used.into_iter().all(|byte| byte));
        assert_eq!(board(2, BOARD - 1) + MESSAGE, board_bytes(3));
    }

    #[test]
    fn pattern_differs_in_every_argument() {
        let all = [
            pattern(1, Role::Server, Content::Write, 0, 0),
            pattern(2, Role::Server, Content::Write, 0, 0),
            pattern(1, Role::Client, Content::Write, 0, 0),
            pattern(1, Role::Server, Content::Send, 0, 0),
            pattern(1, Role::Server, Content::Write, 1, 0),
            pattern(1, Role::Server, Content::Write, 0, 1),
        ];
        for (k, a) in all.iter().enumerate() {
            assert!(all[..k].iter().all(|b| a != b));
            assert!((1..=MESSAGE).contains(&a.len()));
        }
        let again = pattern(1, Role::Server, Content::Write, 0, 0);
        assert_eq!(all[0], again);
    }
}
