//! The ICRC blocks against the rule written bit by bit, and against frames that Linux sent.

use crate::frame_rx_kit::*;
use crate::kit::{Bench, linted};
use emit::cosim::{Rng, cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::icrc::*;
use hdl::icrc_mask::{IcrcMask, icrc_byte_mask};

const CAPTURES: [&str; 8] = [
    "rc_ipv6",
    "rc_write_zero",
    "rc_atomic",
    "rc_send_pad",
    "rc_read_multi",
    "rc_write_imm",
    "rc_psn_wrap_write",
    "ud_send",
];

/// What the CRC blocks are to be fed with for a frame: masked and seeded.
fn masked(frame: &[u8]) -> Vec<u8> {
    let ipv6 = frame[14] >> 4 == 6;
    let mask = |(offset, byte): (usize, &u8)| {
        let (keep, flip) = icrc_byte_mask(ipv6, offset);
        (byte & keep) ^ flip
    };
    frame.iter().enumerate().map(mask).collect()
}

/// Drives frames into `bench` with pauses `pause` times in 16, and gives the outputs of all cycles in which `done` is high.
fn run(
    bench: &mut Bench,
    beat: usize,
    frames: &[Vec<u8>],
    pause: u64,
    rng: &mut Rng,
    done: &str,
    out: &str,
) -> Vec<(u64, u64)> {
    let mut results = vec![];
    let mut cycle = |bench: &mut Bench| {
        bench.settle();
        if bench.get(done) == 1 {
            results.push((bench.cycles, bench.get(out)));
        }
        bench.cycle();
    };
    for frame in frames {
        let mut beats = frame.chunks(beat).peekable();
        while let Some(bytes) = beats.next() {
            while rng.chance(pause, 16) {
                bench.set("valid", 0);
                bench.set("last", 1);
                bench.put_bytes("data", &vec![0xa5; beat]);
                cycle(bench);
            }
            let last = beats.peek().is_none();
            bench.set("valid", 1);
            bench.set("last", last.into());
            bench.set(
                "bytes",
                if last {
                    bytes.len() as u64
                } else {
                    rng.below(128)
                },
            );
            bench.put_bytes("data", bytes);
            cycle(bench);
        }
    }
    bench.set("valid", 0);
    for _ in 0..16 {
        cycle(bench);
    }
    results
}

/// Frames of random bytes, of every length there is and then of random lengths.
fn random_frames(rng: &mut Rng, beat: usize) -> Vec<Vec<u8>> {
    let lengths = (1..=4 * beat).chain((0..200).map(|k| 1 + (k * 7919) % 700));
    lengths
        .map(|length| (0..length).map(|_| rng.next_u64() as u8).collect())
        .collect()
}

fn sender_agrees(bench: &mut Bench, beat: usize, latency: u64) {
    let seed = 0x1c2c_0001;
    println!("seed {seed:#x}");
    let rng = &mut Rng::new(seed);
    let frames = random_frames(rng, beat);
    let want: Vec<u64> = frames
        .iter()
        .map(|f| u64::from(!crc_update(0, f)))
        .collect();
    for pause in [0, 4, 12] {
        let start = bench.cycles;
        let got = run(bench, beat, &frames, pause, rng, "crc_valid", "crc");
        assert_eq!(
            got.iter().map(|r| r.1).collect::<Vec<_>>(),
            want,
            "pause {pause}"
        );
        if pause == 0 {
            let first = frames[0].len().div_ceil(beat) as u64 - 1;
            assert_eq!(got[0].0 - start, first + latency, "latency");
        }
    }
}

fn receiver_agrees(bench: &mut Bench, beat: usize) {
    let seed = 0x1c2c_0002;
    println!("seed {seed:#x}");
    let rng = &mut Rng::new(seed);
    let mut frames = random_frames(rng, beat);
    let mut want = vec![];
    for frame in &mut frames {
        let crc = !crc_update(0, frame);
        frame.extend(crc.to_le_bytes());
        let bad = rng.chance(1, 3);
        if bad {
            let bit = rng.below(8 * frame.len() as u64);
            frame[bit as usize / 8] ^= 1 << (bit % 8);
        }
        want.push(u64::from(!bad));
    }
    for pause in [0, 4, 12] {
        let got = run(bench, beat, &frames, pause, rng, "done", "good");
        assert_eq!(
            got.iter().map(|r| r.1).collect::<Vec<_>>(),
            want,
            "pause {pause}"
        );
    }
}

fn captures_are_good(sender: &mut Bench, receiver: &mut Bench, beat: usize) {
    let frames: Vec<_> = CAPTURES.iter().flat_map(|name| capture(name)).collect();
    let rng = &mut Rng::new(3);
    let whole: Vec<_> = frames.iter().map(|f| masked(f)).collect();
    let good = run(receiver, beat, &whole, 0, rng, "done", "good");
    assert_eq!(good.len(), frames.len());
    assert!(good.iter().all(|r| r.1 == 1));
    let cut: Vec<_> = whole.iter().map(|f| f[..f.len() - 4].to_vec()).collect();
    let crcs = run(sender, beat, &cut, 0, rng, "crc_valid", "crc");
    let want = frames.iter().map(|f| f[f.len() - 4..].try_into().unwrap());
    let want: Vec<_> = want.map(|b| u64::from(u32::from_le_bytes(b))).collect();
    assert_eq!(crcs.iter().map(|r| r.1).collect::<Vec<_>>(), want);
}

#[test]
fn icrc_rule_holds_for_captures() {
    assert_eq!(ICRC_SEED, !crc32([0xff; 8]));
    assert_eq!(ICRC_RESIDUE, 0xDEBB_20E3);
    for frame in CAPTURES.iter().flat_map(|name| capture(name)) {
        let (body, tail) = frame.split_at(frame.len() - 4);
        assert_eq!(icrc(body), tail);
        assert_eq!((!crc_update(0, &masked(body))).to_le_bytes(), tail);
    }
}

#[test]
fn icrc_64_bits_agrees_with_the_rule() {
    let mut sender = Bench::fresh(&mut Icrc64::default());
    let mut receiver = Bench::fresh(&mut IcrcCheck::<64, 8, 32>::default());
    sender_agrees(&mut sender, 8, 4);
    receiver_agrees(&mut receiver, 8);
    captures_are_good(&mut sender, &mut receiver, 8);
}

#[test]
fn icrc_512_bits_agrees_with_the_rule() {
    let mut sender = Bench::fresh(&mut Icrc512::default());
    let mut receiver = Bench::fresh(&mut IcrcCheck::<512, 64, 480>::default());
    sender_agrees(&mut sender, 64, 5);
    receiver_agrees(&mut receiver, 64);
    captures_are_good(&mut sender, &mut receiver, 64);
}

#[test]
fn icrc_other_widths_emit_and_lint() {
    linted(&mut Icrc128::default());
    linted(&mut Icrc256::default());
    linted(&mut IcrcCheck::<128, 16, 96>::default());
    linted(&mut IcrcCheck::<256, 32, 224>::default());
    linted(&mut IcrcMask::<128, 16>::default());
    linted(&mut IcrcMask::<256, 32>::default());
}

/// Every beat of a frame of random bytes, as if it ended after each number of bytes.
fn mask_agrees(bench: &mut Bench, beat: usize) {
    let rng = &mut Rng::new(4);
    for ipv6 in [false, true] {
        for index in 0..16 {
            for bytes in 0..=beat {
                let data: Vec<u8> = (0..beat).map(|_| rng.next_u64() as u8).collect();
                bench.set("beat", index as u64);
                bench.set("ipv6", ipv6.into());
                bench.set("take", 1);
                bench.settle();
                bench.cycle();
                bench.set("take", 0);
                bench.set("beat", rng.below(16));
                bench.set("bytes", bytes as u64);
                bench.put_bytes("data", &data);
                bench.settle();
                bench.cycle();
                let want: Vec<u8> = (0..beat)
                    .map(|k| match icrc_byte_mask(ipv6, index * beat + k) {
                        (keep, flip) if k < bytes => (data[k] & keep) ^ flip,
                        _ => 0,
                    })
                    .collect();
                assert_eq!(
                    bench.bytes("masked"),
                    want,
                    "ipv6 {ipv6}, beat {index}, {bytes} bytes"
                );
            }
        }
    }
}

#[test]
fn icrc_mask_is_the_byte_masks() {
    mask_agrees(&mut Bench::fresh(&mut IcrcMask::<64, 8>::default()), 8);
    mask_agrees(&mut Bench::fresh(&mut IcrcMask::<512, 64>::default()), 64);
}

#[test]
fn icrc_simulates_as_in_rusthdl() {
    with_big_stack(|| {
        let mut uut = Icrc64::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(&mut uut, &mut dut, 5, 1500, |u, clock| u.clock.next = clock, |u, rng, _| {
            randomize_inputs!(u, rng; data, bytes, valid = rng.chance(3, 4), last = rng.chance(1, 4));
        })
        .unwrap();
        let mut uut = Icrc512::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(&mut uut, &mut dut, 6, 200, |u, clock| u.clock.next = clock, |u, rng, _| {
            randomize_inputs!(u, rng; data, bytes, valid = rng.chance(3, 4), last = rng.chance(1, 2));
        })
        .unwrap();
        let mut uut = IcrcCheck::<64, 8, 32>::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(&mut uut, &mut dut, 7, 800, |u, clock| u.clock.next = clock, |u, rng, _| {
            randomize_inputs!(u, rng; data, bytes, valid = rng.chance(3, 4), last = rng.chance(1, 4));
        })
        .unwrap();
        let mut uut = IcrcMask::<64, 8>::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            8,
            2000,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                randomize_inputs!(u, rng; data, bytes, take, beat, ipv6);
            },
        )
        .unwrap();
    });
}
