//! The payload mover against a model that copies bytes, at every width, with pauses on both sides.

use crate::kit::{Bench, Rng, differs_not, seeded};
use hdl::payload_mover::PayloadMover;
use rust_hdl::prelude::*;
use std::collections::{HashMap, VecDeque};

/// Words of the frame buffer.
const DEPTH: usize = 4096;

#[derive(Clone, Copy, Debug)]
struct Piece {
    /// byte in the frame buffer
    from: usize,
    addr: u64,
    len: usize,
    last: bool,
}

/// Bytes that a write stream has put into memory, and the order of its words.
#[derive(Default)]
struct Memory {
    bytes: HashMap<u64, u8>,
    /// bytes of the transaction under way
    open: Vec<(u64, u8)>,
    transactions: Vec<Vec<(u64, u8)>>,
}

impl Memory {
    fn beat(&mut self, bench: &Bench, bus: usize) {
        let addr = bench.get("wr_addr");
        assert_eq!(addr % bus as u64, 0, "an address is not aligned");
        let (data, strobe) = (bench.bytes("wr_data"), bench.bytes("wr_strb"));
        let written: Vec<_> = (0..bus)
            .filter(|lane| strobe[lane / 8] >> (lane % 8) & 1 == 1)
            .map(|lane| (addr + lane as u64, data[lane]))
            .collect();
        assert!(!written.is_empty(), "a beat without bytes");
        self.bytes.extend(written.iter().copied());
        self.open.extend(written);
        if bench.high("wr_last") {
            self.transactions.push(std::mem::take(&mut self.open));
        }
    }
}

fn buffer(rng: &mut Rng, bus: usize) -> Vec<u8> {
    (0..DEPTH * bus).map(|_| rng.next_u64() as u8).collect()
}

/// Runs `pieces` and returns the cycles taken. `stall` in 8 write cycles wait.
fn run(
    bench: &mut Bench,
    bus: usize,
    frames: &[u8],
    pieces: &[Piece],
    rng: &mut Rng,
    stall: u64,
) -> u64 {
    let mut memory = Memory::default();
    let mut left: VecDeque<_> = pieces.iter().copied().collect();
    let start = bench.cycles;
    let (mut finals, mut read) = (0, None);
    loop {
        let offer = left
            .front()
            .copied()
            .filter(|_| stall == 0 || rng.chance(3, 4));
        bench.set("piece_valid", u64::from(offer.is_some()));
        if let Some(p) = offer {
            bench.set("piece_src", (p.from / bus) as u64);
            bench.set("piece_offset", (p.from % bus) as u64);
            bench.set("piece_addr", p.addr);
            bench.set("piece_len", p.len as u64);
            bench.set("piece_final", u64::from(p.last));
        }
        bench.set("wr_ready", u64::from(!rng.chance(stall, 8)));
        // the memory answers in the cycle behind a read and then holds
        if let Some(at) = read.take() {
            let at: usize = at;
            bench.put_bytes("fb_data", &frames[at * bus..(at + 1) * bus]);
        }
        bench.settle();
        if offer.is_some() && bench.high("piece_ready") {
            left.pop_front();
        }
        if bench.high("fb_re") {
            read = Some(bench.get("fb_addr") as usize % DEPTH);
        }
        if bench.high("wr_valid") && bench.high("wr_ready") {
            memory.beat(bench, bus);
        }
        finals += u64::from(bench.high("done"));
        bench.cycle();
        bench.set("piece_valid", 0);
        bench.settle();
        if left.is_empty() && bench.high("empty") {
            break;
        }
        assert!(bench.cycles - start < 100_000, "stuck");
    }
    assert_eq!(
        memory.transactions.len(),
        pieces.len(),
        "one transaction a piece"
    );
    for (written, piece) in memory.transactions.iter().zip(pieces) {
        let expected: Vec<_> = (0..piece.len)
            .map(|k| {
                (
                    piece.addr.wrapping_add(k as u64),
                    frames[(piece.from + k) % frames.len()],
                )
            })
            .collect();
        assert_eq!(*written, expected, "{piece:?}");
    }
    assert_eq!(finals, pieces.iter().filter(|p| p.last).count() as u64);
    bench.cycles - start
}

fn every_offset(bench: &mut Bench, bus: usize, rng: &mut Rng, lens: &[usize], step: usize) {
    let frames = buffer(rng, bus);
    for from in (0..bus).step_by(step) {
        let mut pieces = vec![];
        for to in (0..bus).step_by(step) {
            for &len in lens {
                let base = rng.below(1 << 20) * bus as u64;
                let word = rng.below(DEPTH as u64) as usize * bus;
                pieces.push(Piece {
                    from: word + from,
                    addr: base + to as u64,
                    len,
                    last: rng.chance(1, 2),
                });
            }
        }
        run(bench, bus, &frames, &pieces, rng, 0);
        run(bench, bus, &frames, &pieces, rng, 3);
    }
}

#[test]
fn mover_64_every_offset() {
    let mut rng = seeded(0x6401);
    let mut bench = Bench::new(&mut PayloadMover::<64, 8, 3>::default());
    let lens: Vec<_> = (1..=26).chain([4095, 4096, 4097]).collect();
    every_offset(&mut bench, 8, &mut rng, &lens, 1);
}

#[test]
fn mover_512_every_offset() {
    let mut rng = seeded(0x51201);
    let mut bench = Bench::new(&mut PayloadMover::<512, 64, 6>::default());
    every_offset(
        &mut bench,
        64,
        &mut rng,
        &[1, 2, 7, 8, 63, 64, 65, 128, 191, 256],
        1,
    );
    every_offset(&mut bench, 64, &mut rng, &[1024, 4096, 4097], 13);
}

#[test]
fn mover_128_and_256_random() {
    let mut rng = seeded(0x12801);
    let mut bench = Bench::new(&mut PayloadMover::<128, 16, 4>::default());
    every_offset(&mut bench, 16, &mut rng, &[1, 15, 16, 17, 33, 300], 1);
    let mut bench = Bench::new(&mut PayloadMover::<256, 32, 5>::default());
    every_offset(&mut bench, 32, &mut rng, &[1, 31, 32, 33, 97, 300], 3);
}

#[test]
fn mover_pieces_follow_without_a_gap() {
    let mut rng = seeded(0x6402);
    let mut bench = Bench::new(&mut PayloadMover::<64, 8, 3>::default());
    let frames = buffer(&mut rng, 8);
    // lane of the address not below the lane in the frame: no priming
    let piece = Piece {
        from: 42,
        addr: 0x1002,
        len: 1024,
        last: true,
    };
    let cycles = run(&mut bench, 8, &frames, &[piece; 8], &mut rng, 0);
    let words = 8 * (1024 + 8) / 8;
    assert!(cycles <= words + 6, "{words} words took {cycles} cycles");
    // one word a piece
    let piece = Piece {
        from: 40,
        addr: 0x1000,
        len: 8,
        last: true,
    };
    let cycles = run(&mut bench, 8, &frames, &[piece; 100], &mut rng, 0);
    assert!(cycles <= 106, "{cycles}");
}

macro_rules! differential {
    ($name:ident, $w:literal, $b:literal, $s:literal, $seed:literal) => {
        #[test]
        fn $name() {
            differs_not(
                PayloadMover::<$w, $b, $s>::default,
                $seed,
                if $w == 64 { 600 } else { 80 },
                |u, clock| u.clock.next = clock,
                |u, rng, _| {
                    emit::randomize_inputs!(u, rng; piece_src, piece_offset, piece_addr, piece_inject,
                        piece_capture, piece_final, inject_data, fb_data,
                        piece_valid = rng.chance(3, 4), wr_ready = rng.chance(3, 4),
                        piece_len = bits::<14>(1 + rng.below(60)))
                },
            );
        }
    };
}
differential!(mover_64_is_its_verilog, 64, 8, 3, 0x64d1);
differential!(mover_512_is_its_verilog, 512, 64, 6, 0x512d1);
