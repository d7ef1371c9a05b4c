//! The receiving half of the MAC, against frames whose check sequence other code computes.

use crate::kit::{Bench, differs_not, edges, seeded};
use bitstreams::mac_rx::MacRx;
use emit::randomize_inputs;

/// A byte on the PHY's side: carrier, error, data.
type Nibbles = (bool, bool, u8);

/// A frame on the wire: preamble, delimiter, data, check, gap.
pub fn on_the_wire(frame: &[u8], gap: usize) -> Vec<Nibbles> {
    let mut bytes = [0x55; 7].to_vec();
    bytes.push(0xd5);
    bytes.extend(frame);
    bytes.extend(crc32fast::hash(frame).to_le_bytes());
    let carrier = bytes.into_iter().map(|byte| (true, false, byte));
    carrier.chain(vec![(false, false, 0); gap]).collect()
}

/// Frames that the core gets; `None` for one that is aborted.
fn frames(wire: &[Nibbles], core: u64, phase: u64) -> Vec<Option<Vec<u8>>> {
    let mut bench = Bench::new(&mut MacRx::default());
    let mut wire = wire.iter();
    let (mut all, mut part) = (vec![], vec![]);
    let mut rest = 200;
    for (phy, mine) in edges(8, core, phase) {
        let mut rising = vec![];
        if phy {
            let (valid, error, data) = wire.next().copied().unwrap_or_else(|| {
                rest -= 1;
                (false, false, 0)
            });
            bench.set("rx_valid", valid.into());
            bench.set("rx_error", error.into());
            bench.set("rx_data", data.into());
            rising.push("rx_clock");
        }
        bench.eval();
        if mine {
            rising.push("clock");
            if bench.high("out_valid") {
                let last = bench.high("out_last");
                let count = match last {
                    true => bench.get("out_keep").trailing_ones() as usize,
                    false => 8,
                };
                part.extend(&bench.get("out_data").to_le_bytes()[..count]);
                if last {
                    let frame = std::mem::take(&mut part);
                    all.push((count > 0).then_some(frame));
                }
            }
        }
        bench.edge(&rising);
        if rest == 0 {
            break;
        }
    }
    all
}

#[test]
fn mac_rx_frames_of_all_lengths_back_to_back() {
    let mut rng = seeded(0x3ac1);
    let sent: Vec<Vec<u8>> = (60..80)
        .chain([1024, 1025, 1514, 4200])
        .map(|length| (0..length).map(|_| rng.below(256) as u8).collect())
        .collect();
    let wire: Vec<_> = sent.iter().flat_map(|f| on_the_wire(f, 12)).collect();
    for (core, phase) in [(20, 0), (20, 13), (8, 3), (50, 1)] {
        let got = frames(&wire, core, phase);
        let want: Vec<_> = sent.iter().cloned().map(Some).collect();
        assert!(got == want, "core clock {core}");
    }
}

#[test]
fn mac_rx_damaged_frames_bad_flow() {
    let mut rng = seeded(0x3ac2);
    let good: Vec<u8> = (0..200).map(|k| k as u8).collect();
    let mut wire = vec![];
    for _ in 0..40 {
        let mut bad = on_the_wire(&good, 12);
        let at = 8 + rng.below(204) as usize;
        match rng.below(3) {
            0 => bad[at].2 ^= 1 << rng.below(8),
            1 => bad[at].1 = true,
            _ => drop(bad.drain(at..212)),
        }
        wire.extend(bad);
        wire.extend(on_the_wire(&good, 12));
    }
    let got = frames(&wire, 20, 7);
    let whole: Vec<_> = got.iter().flatten().collect();
    assert_eq!(whole.len(), 40);
    assert!(whole.iter().all(|frame| **frame == good));
    assert!(got.len() > 60, "some are aborted, short ones never begin");
}

#[test]
fn mac_rx_what_is_no_frame_bad_flow() {
    let good: Vec<u8> = (0..64).map(|k| k as u8).collect();
    let carrier = |bytes: &[u8]| {
        let all = bytes.iter().map(|byte| (true, false, *byte));
        all.chain([(false, false, 0); 12]).collect::<Vec<_>>()
    };
    let mut wire = carrier(&[]);
    // no delimiter; nothing behind it; fewer bytes than a check; a carrier with an error in the preamble
    wire.extend(carrier(&[0x55; 40]));
    wire.extend(carrier(&[0x55, 0x55, 0xd5]));
    wire.extend(carrier(&[0x55, 0xd5, 1, 2, 3]));
    wire.extend(carrier(&[0x55, 0x12, 0xd5, 1, 2, 3, 4, 5, 6, 7]));
    let mut spoilt = on_the_wire(&good, 12);
    spoilt[3].1 = true;
    wire.extend(spoilt);
    // a frame whose preamble lost bytes is one all the same (IEEE 802.3, 35.2.3.2.2)
    wire.extend(&on_the_wire(&good, 12)[5..]);
    assert_eq!(frames(&wire, 20, 0), [Some(good)]);
}

#[test]
fn mac_rx_core_too_slow_drops_frames_bad_flow() {
    let mut rng = seeded(0x3ac3);
    let sent: Vec<Vec<u8>> = (0..30)
        .map(|_| {
            let length = 60 + rng.below(600);
            (0..length).map(|_| rng.below(256) as u8).collect()
        })
        .collect();
    let mut wire: Vec<_> = sent.iter().flat_map(|f| on_the_wire(f, 12)).collect();
    wire.extend(vec![(false, false, 0); 3000]);
    let last: Vec<u8> = (0..100).collect();
    wire.extend(on_the_wire(&last, 1000));
    // a word takes 64 units to arrive, and 100 to leave
    let got = frames(&wire, 100, 0);
    let mut rest = sent.iter().chain([&last]);
    for frame in got.iter().flatten() {
        assert!(rest.any(|f| f == frame), "whole, and in order");
    }
    assert!(got.iter().any(Option::is_none));
    assert_eq!(got.last(), Some(&Some(last.clone())));
}

#[test]
fn mac_rx_simulates_as_in_rusthdl() {
    let mut frame = on_the_wire(&(0..70).collect::<Vec<u8>>(), 14)
        .into_iter()
        .cycle();
    differs_not(
        MacRx::default,
        0x3ac4,
        4000,
        |u, clock| {
            u.rx_clock.next = clock;
            u.clock.next = clock;
        },
        move |u, rng, cycle| {
            let (valid, error, data) = match cycle % 1000 {
                0..800 => frame.next().unwrap_or_default(),
                _ => (rng.chance(4, 5), rng.chance(1, 30), rng.below(256) as u8),
            };
            randomize_inputs!(u, rng; rx_valid = valid, rx_error = error);
            u.rx_data.next = u64::from(data).into();
        },
    );
}
