//! The merge of wire and loopback: order, fairness, pauses, and what happens when the queue is full.

use crate::kit::{Bench, linted};
use emit::cosim::{Rng, cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::counter;
use hdl::ingress::{Ingress, Ingress64, Ingress512};
use std::collections::VecDeque;

/// A frame on its way in: beats still to come.
type Source = VecDeque<(Vec<u8>, bool)>;

struct Bed {
    bench: Bench,
    beat: usize,
    wire: Source,
    looped: Source,
    /// frames that came out, and the cycle of their last beat; an aborted one is empty
    out: Vec<(u64, Vec<u8>)>,
    part: Vec<u8>,
    overflows: usize,
    /// cycles with an output beat
    busy: u64,
}

impl Bed {
    fn new(top: &str, bits: usize) -> Self {
        let bench = match top {
            "ingress_64" => Bench::fresh(&mut Ingress64::default()),
            "ingress_512" => Bench::fresh(&mut Ingress512::default()),
            _ => Bench::fresh(&mut Small::default()),
        };
        Self {
            bench,
            beat: bits / 8,
            wire: Source::new(),
            looped: Source::new(),
            out: vec![],
            part: vec![],
            overflows: 0,
            busy: 0,
        }
    }

    fn queue(source: &mut Source, beat: usize, frame: &[u8]) {
        source.extend(frame.chunks(beat).map(|beat| (beat.to_vec(), false)));
        source.back_mut().unwrap().1 = true;
    }

    fn put(&mut self, way: &str, beat: Option<&(Vec<u8>, bool)>) {
        let none = (vec![0x77], true);
        let (bytes, last) = beat.unwrap_or(&none);
        let keep = if bytes.len() == 64 {
            u64::MAX
        } else {
            (1 << bytes.len()) - 1
        };
        self.bench
            .set(&format!("{way}_valid"), beat.is_some().into());
        self.bench.set(&format!("{way}_last"), (*last).into());
        self.bench.put_bytes(&format!("{way}_data"), bytes);
        self.bench.set(&format!("{way}_keep"), keep);
    }

    /// A cycle in which the wire and the loopback may have a beat.
    fn cycle(&mut self, wire: bool, looped: bool) {
        let wire = if wire { self.wire.pop_front() } else { None };
        self.put("wire", wire.as_ref());
        let beat = if looped {
            self.looped.front().cloned()
        } else {
            None
        };
        self.put("loop", beat.as_ref());
        self.bench.settle();
        if beat.is_some() && self.bench.get("loop_ready") == 1 {
            self.looped.pop_front();
        }
        if self.bench.get("count_valid") == 1 {
            assert_eq!(self.bench.get("count"), counter::RX_INGRESS_OVERFLOW);
            self.overflows += 1;
        }
        if self.bench.get("out_valid") == 1 {
            self.busy += 1;
            let last = self.bench.get("out_last") == 1;
            let keep = self.bench.get("out_keep");
            let bytes = if last {
                keep.trailing_ones() as usize
            } else {
                self.beat
            };
            self.part.extend(&self.bench.bytes("out_data")[..bytes]);
            if last {
                let mut frame = std::mem::take(&mut self.part);
                if bytes == 0 {
                    frame.clear();
                }
                self.out.push((self.bench.cycles, frame));
            }
        }
        self.bench.cycle();
    }
}

/// A queue of 16 beats, to be filled quickly.
type Small = Ingress<64, 8, 72, 4, 5>;

/// A frame whose first byte names its source and whose next two its number.
fn frame(source: u8, number: usize, bytes: usize) -> Vec<u8> {
    let mut frame: Vec<u8> = (0..bytes).map(|k| (k * 5 + number) as u8).collect();
    frame[0] = source;
    frame[1..3].copy_from_slice(&(number as u16).to_le_bytes());
    frame
}

/// Frames of random length from both sides with these chances in 16 of a beat a cycle; all come out whole and in order.
fn merges(bed: &mut Bed, wire: u64, looped: u64, rng: &mut Rng) {
    bed.out.clear();
    let mut want = [vec![], vec![]];
    for number in 0..60 {
        for (source, want) in [0, 1].into_iter().zip(&mut want) {
            let frame = frame(source, number, 3 + rng.below(300) as usize);
            let queue = if source == 0 {
                &mut bed.wire
            } else {
                &mut bed.looped
            };
            Bed::queue(queue, bed.beat, &frame);
            want.push(frame);
        }
    }
    let mut limit = 0;
    while !bed.wire.is_empty() || !bed.looped.is_empty() {
        bed.cycle(rng.chance(wire, 16), rng.chance(looped, 16));
        limit += 1;
        assert!(limit < 200_000, "stuck");
    }
    (0..2100).for_each(|_| bed.cycle(false, false));
    for (source, want) in [0, 1].into_iter().zip(want) {
        let got = bed.out.iter().filter(|f| f.1[0] == source);
        assert!(
            got.map(|f| &f.1).eq(&want),
            "source {source}, {wire}/{looped}"
        );
    }
}

#[test]
fn ingress_merges_whole_frames_in_order() {
    let seed = 0x1469_0001;
    println!("seed {seed:#x}");
    let rng = &mut Rng::new(seed);
    for (top, bits) in [("ingress_64", 64), ("ingress_512", 512)] {
        let mut bed = Bed::new(top, bits);
        for (wire, looped) in [(8, 16), (4, 8), (2, 16), (8, 2), (7, 7)] {
            merges(&mut bed, wire, looped, rng);
        }
        assert_eq!(bed.overflows, 0);
    }
}

#[test]
fn ingress_passes_the_wire_without_a_bubble() {
    let mut bed = Bed::new("ingress_64", 64);
    for number in 0..100 {
        Bed::queue(&mut bed.wire, 8, &frame(0, number, 64));
    }
    while bed.out.len() < 100 {
        bed.cycle(true, false);
    }
    for (k, (cycle, _)) in bed.out.iter().enumerate() {
        assert_eq!(*cycle, 8 * k as u64 + 7 + 3);
    }
}

#[test]
fn ingress_takes_turns() {
    let mut bed = Bed::new("ingress_64", 64);
    for number in 0..40 {
        Bed::queue(&mut bed.wire, 8, &frame(0, number, 64));
        Bed::queue(&mut bed.looped, 8, &frame(1, number, 64));
    }
    while bed.out.len() < 80 {
        bed.cycle(true, true);
    }
    assert_eq!(bed.busy, 640);
    let wire = bed.out[4..60].iter().filter(|f| f.1[0] == 0);
    assert_eq!(wire.count(), 28);
}

#[test]
fn ingress_lets_the_loopback_pass_a_slow_wire() {
    let mut bed = Bed::new("ingress_64", 64);
    Bed::queue(&mut bed.wire, 8, &frame(0, 0, 800));
    Bed::queue(&mut bed.looped, 8, &frame(1, 0, 64));
    // the wire frame begins, and its second beat is late; the loopback is there first
    bed.cycle(true, true);
    for k in 0..600 {
        bed.cycle(k % 6 == 0, true);
    }
    assert_eq!(bed.out[0].1[0], 1);
    assert!(bed.out[0].0 < 12);
    assert_eq!(bed.out[1].1.len(), 800);
}

#[test]
fn ingress_overflow_drops_whole_frames_and_recovers() {
    let seed = 0x1469_0002;
    println!("seed {seed:#x}");
    let rng = &mut Rng::new(seed);
    let mut bed = Bed::new("ingress_small", 64);
    let (mut overflows, mut aborted) = (0, 0);
    for round in 0..50 {
        bed.out.clear();
        bed.overflows = 0;
        // a long loopback frame holds the output while wire frames arrive
        let long = frame(1, round, 8 * 60);
        Bed::queue(&mut bed.looped, 8, &long);
        (0..3).for_each(|_| bed.cycle(false, true));
        let sent: Vec<_> = (0..12)
            .map(|number| frame(0, number, 3 + rng.below(60) as usize))
            .collect();
        sent.iter().for_each(|f| Bed::queue(&mut bed.wire, 8, f));
        (0..150).for_each(|_| bed.cycle(true, true));
        let whole: Vec<_> = bed
            .out
            .iter()
            .map(|f| &f.1)
            .filter(|f| !f.is_empty())
            .collect();
        assert_eq!(whole[0], &long);
        let mut rest = sent.iter();
        for got in &whole[1..] {
            assert!(
                rest.any(|f| f == *got),
                "round {round}: a frame that was not sent, or out of order"
            );
        }
        assert!(bed.overflows > 0 || whole.len() == 13);
        assert_eq!(whole.len() - 1 + bed.overflows, sent.len(), "round {round}");
        overflows += bed.overflows;
        aborted += bed.out.iter().filter(|f| f.1.is_empty()).count();
        let after = frame(0, 99, 40);
        Bed::queue(&mut bed.wire, 8, &after);
        (0..20).for_each(|_| bed.cycle(true, true));
        assert_eq!(bed.out.last().unwrap().1, after);
    }
    assert!(
        aborted > 20 && overflows > aborted + 20,
        "{overflows} overflows, {aborted} aborted"
    );
}

#[test]
fn ingress_other_widths_emit_and_lint() {
    let mut uut = Ingress::<128, 16, 136, 10, 11>::default();
    linted(&mut uut);
    let mut uut = Ingress::<256, 32, 264, 9, 10>::default();
    linted(&mut uut);
}

#[test]
fn ingress_simulates_as_in_rusthdl() {
    with_big_stack(|| {
        let mut uut = Small::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            11,
            3000,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                randomize_inputs!(u, rng; wire_data, wire_keep, loop_data, loop_keep,
                wire_valid = rng.chance(3, 4), wire_last = rng.chance(1, 6),
                loop_valid = rng.chance(1, 2), loop_last = rng.chance(1, 6));
            },
        )
        .unwrap();
    });
}
