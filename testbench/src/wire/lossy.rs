//! Faults of a wire: the dice of the simulated cables, thrown for each frame.

use super::WireStats;
use crate::net::{Dice, FaultRates};
use std::collections::VecDeque;

/// One direction.
struct Way {
    dice: Dice,
    /// a frame that is held back, and how many go first
    held: Option<(Vec<u8>, u64)>,
}

/// Both directions, each with dice of its own.
pub(super) struct Lossy {
    rates: FaultRates,
    ways: [Way; 2],
}

impl Lossy {
    pub fn new(rates: FaultRates, seed: u64) -> Self {
        let way = |k: u64| Way {
            dice: Dice::new(seed ^ k.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            held: None,
        };
        Self {
            rates,
            ways: [way(1), way(2)],
        }
    }

    pub fn incoming(
        &mut self,
        frame: Vec<u8>,
        queue: &mut VecDeque<Vec<u8>>,
        stats: &mut WireStats,
    ) {
        self.ways[0].pass(&self.rates, frame, queue, stats);
    }

    pub fn outgoing(
        &mut self,
        frame: Vec<u8>,
        queue: &mut VecDeque<Vec<u8>>,
        stats: &mut WireStats,
    ) {
        self.ways[1].pass(&self.rates, frame, queue, stats);
    }
}

impl Way {
    fn pass(
        &mut self,
        rates: &FaultRates,
        mut frame: Vec<u8>,
        queue: &mut VecDeque<Vec<u8>>,
        stats: &mut WireStats,
    ) {
        let fate = self.dice.throw(rates);
        if let Some(bit) = fate.flip {
            let bit = bit as usize % (frame.len() * 8);
            frame[bit / 8] ^= 1 << (bit % 8);
        }
        let odd = fate.flip.is_some() || fate.twice || fate.held > 0;
        match fate.lost {
            true => stats.lost += 1,
            false => stats.disturbed += u64::from(odd),
        }
        if !fate.lost {
            if fate.twice {
                queue.push_back(frame.clone());
            }
            match (fate.held, &self.held) {
                (1.., None) => self.held = Some((frame, fate.held)),
                _ => queue.push_back(frame),
            }
        }
        // one that is held back goes when so many have come behind it, lost ones included; the last one of all waits for a next
        if let Some((held, left)) = self.held.take() {
            match left {
                0 => queue.push_back(held),
                _ => self.held = Some((held, left - 1)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lossy_wire_loses_and_disturbs_at_its_rates() {
        let seed = 7;
        println!("seed {seed}");
        let rates = FaultRates {
            loss: 0.1,
            duplication: 0.05,
            reordering: 0.1,
            corruption: 0.0,
        };
        let mut lossy = Lossy::new(rates, seed);
        let (mut queue, mut stats) = (VecDeque::new(), WireStats::default());
        for k in 0..10_000u32 {
            lossy.outgoing(k.to_be_bytes().to_vec(), &mut queue, &mut stats);
        }
        assert!((900..1100).contains(&stats.lost), "{stats:?}");
        assert!(
            queue.len() > 9_300 && queue.len() < 9_600,
            "{}",
            queue.len()
        );
        let sorted = queue.iter().is_sorted();
        assert!(!sorted);
    }
}
