//! The sending half of the MAC: what is on the wire is taken apart by other code.

use crate::kit::{Bench, differs_not, edges, seeded};
use bitstreams::mac_tx::{LONGEST_BEATS, MacTx};
use emit::cosim::Rng;
use emit::randomize_inputs;

/// What the wire carried: runs of carrier, and the silence before each.
struct Wire {
    runs: Vec<(usize, Vec<u8>)>,
}

/// Sends `frames`, a beat offered with a chance of `eager` in 8.
fn wire(frames: &[Vec<u8>], core: u64, eager: u64, rng: &mut Rng) -> Wire {
    let mut bench = Bench::new(&mut MacTx::default());
    let mut beats: Vec<(Vec<u8>, bool)> = frames
        .iter()
        .flat_map(|frame| {
            let count = frame.len().div_ceil(8);
            frame
                .chunks(8)
                .enumerate()
                .map(move |(k, beat)| (beat.to_vec(), k + 1 == count))
        })
        .collect();
    beats.reverse();
    let (mut runs, mut run, mut silence, mut idle) = (vec![], vec![], 0, 0);
    for (phy, mine) in edges(8, core, rng.below(8)) {
        let mut rising = vec![];
        if mine {
            let offered = beats.last().filter(|_| rng.chance(eager, 8));
            bench.set("in_valid", offered.is_some().into());
            if let Some((data, last)) = offered {
                let mut word = [0xee; 8];
                word[..data.len()].copy_from_slice(data);
                bench.set("in_data", u64::from_le_bytes(word));
                bench.set("in_keep", (1 << data.len()) - 1);
                bench.set("in_last", (*last).into());
                bench.eval();
                if bench.high("in_ready") {
                    beats.pop();
                }
            }
            bench.eval();
            rising.push("clock");
        }
        if phy {
            rising.push("tx_clock");
            match bench.high("tx_valid") {
                true => {
                    run.push(bench.get("tx_data") as u8);
                    idle = 0;
                }
                false => {
                    if !run.is_empty() {
                        runs.push((silence, std::mem::take(&mut run)));
                        silence = 0;
                    }
                    silence += 1;
                    idle += 1;
                }
            }
        }
        bench.edge(&rising);
        if idle > 3000 && beats.is_empty() {
            break;
        }
    }
    Wire { runs }
}

/// The frame of a run with its padding; none if its check is wrong.
fn frame(run: &[u8]) -> Option<&[u8]> {
    assert_eq!(run[..8], [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5]);
    assert!(run.len() >= 8 + 64, "shorter than the shortest frame");
    let (data, check) = run[8..].split_at(run.len() - 12);
    (crc32fast::hash(data).to_le_bytes() == *check).then_some(data)
}

#[test]
fn mac_tx_frames_of_all_lengths() {
    let mut rng = seeded(0x3ad1);
    let frames: Vec<Vec<u8>> = [14, 42, 58, 59, 60, 61, 62, 63, 64, 65, 66, 1514, 4216]
        .into_iter()
        .chain((0..20).map(|k| 60 + k))
        .map(|length| (0..length).map(|_| rng.below(256) as u8).collect())
        .collect();
    for (core, eager) in [(20, 8), (20, 1), (6, 8), (47, 5)] {
        let wire = wire(&frames, core, eager, &mut rng);
        assert_eq!(wire.runs.len(), frames.len());
        assert!(wire.runs[1..].iter().all(|(silence, _)| *silence >= 12));
        for ((_, run), sent) in wire.runs.iter().zip(&frames) {
            let got = frame(run).expect("a sound check");
            let padded = sent.len().max(60);
            assert_eq!(got.len(), padded);
            assert!(got[..sent.len()] == **sent);
            assert!(got[sent.len()..].iter().all(|byte| *byte == 0));
        }
        if eager == 8 && core == 20 {
            // a full memory leaves no more than the smallest gap
            assert!(wire.runs[1..].iter().all(|(silence, _)| *silence == 12));
        }
    }
}

#[test]
fn mac_tx_endless_frame_is_cut_bad_flow() {
    let mut rng = seeded(0x3ad2);
    let endless = vec![0x3c; 8 * 3000];
    let after: Vec<u8> = (0..100).collect();
    let wire = wire(&[endless, after.clone()], 20, 8, &mut rng);
    assert_eq!(wire.runs.len(), 2);
    let cut = &wire.runs[0].1;
    assert_eq!(cut.len() as u64, 8 + 8 * LONGEST_BEATS + 4);
    assert_eq!(frame(cut), None);
    assert_eq!(frame(&wire.runs[1].1), Some(&after[..]));
}

#[test]
fn mac_tx_simulates_as_in_rusthdl() {
    differs_not(
        MacTx::default,
        0x3ad3,
        4000,
        |u, clock| {
            u.tx_clock.next = clock;
            u.clock.next = clock;
        },
        |u, rng, _| {
            randomize_inputs!(u, rng; in_data, in_valid = rng.chance(1, 8), in_last = rng.chance(1, 6));
            u.in_keep.next = ((1_u64 << (1 + rng.below(8))) - 1).into();
        },
    );
}
