//! New inputs out of old ones.

use super::input::{MOST, RECORD};
use crate::rng::Rng;

/// Bytes that more often lead somewhere than others.
const INTERESTING: [u8; 12] = [0, 1, 2, 3, 7, 8, 0x0f, 0x1f, 0x7f, 0x80, 0xfe, 0xff];

/// An input made of `parent`, and of a part of `other` now and then.
pub fn mutate(rng: &mut Rng, parent: &[u8], other: &[u8]) -> Vec<u8> {
    let mut input = parent.to_vec();
    // whole records
    input.resize(input.len().next_multiple_of(RECORD), 0);
    let changes = 1 << rng.range(0, 4);
    for _ in 0..changes {
        change(rng, &mut input, other);
    }
    input.truncate(MOST * RECORD);
    if input.is_empty() {
        input = rng.bytes(RECORD);
    }
    input
}

fn change(rng: &mut Rng, input: &mut Vec<u8>, other: &[u8]) {
    let count = input.len() / RECORD;
    if count == 0 {
        input.extend(rng.bytes(RECORD));
        return;
    }
    let at = rng.index(0, count - 1) * RECORD;
    let here = at..at + RECORD;
    match rng.range(0, 19) {
        // a byte
        0..=4 => input[at + rng.index(0, RECORD - 1)] = rng.any() as u8,
        5 | 6 => input[at + rng.index(0, RECORD - 1)] = *rng.pick(&INTERESTING),
        7..=9 => input[at + rng.index(0, RECORD - 1)] ^= 1 << rng.range(0, 7),
        10 => {
            let byte = at + rng.index(0, RECORD - 1);
            let step = rng.range(1, 4) as u8;
            input[byte] = input[byte].wrapping_add(if rng.chance(0.5) { step } else { !step });
        }
        // a record
        11 => drop(input.drain(here)),
        12 => {
            let record = input[here].to_vec();
            insert(rng, input, &record);
        }
        13 => {
            let record = rng.bytes(RECORD);
            insert(rng, input, &record);
        }
        14 => {
            let with = rng.index(0, count - 1) * RECORD;
            for k in 0..RECORD {
                input.swap(at + k, with + k);
            }
        }
        // a run of records of another input, or of this one
        15..=17 => {
            let records = other.len() / RECORD;
            if records > 0 {
                let begin = rng.index(0, records - 1);
                let end = rng.index(begin + 1, records);
                let run = other[begin * RECORD..end * RECORD].to_vec();
                insert(rng, input, &run);
            }
        }
        18 => {
            let end = rng.index(at / RECORD + 1, count) * RECORD;
            let run = input[at..end].to_vec();
            insert(rng, input, &run);
        }
        _ => input.truncate(at + RECORD),
    }
}

fn insert(rng: &mut Rng, input: &mut Vec<u8>, records: &[u8]) {
    let at = rng.index(0, input.len() / RECORD) * RECORD;
    let rest = input.split_off(at);
    input.extend(records);
    input.extend(rest);
}
