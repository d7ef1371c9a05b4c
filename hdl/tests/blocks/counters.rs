//! Counters: differential test, then that no event is lost and reads do not disturb.

use crate::kit::Bench;
use emit::cosim::{Rng, cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::counters::Counters;

const SEED: u64 = 0xc0_0001;

#[test]
fn counters_match_verilog() {
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = Counters::<3>::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            1500,
            |u, clock| u.clock.next = clock,
            |u, rng, _| randomize_inputs!(u, rng; count_valid, count, read_valid, read_index),
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

fn read(b: &mut Bench, index: u64) -> u64 {
    b.set("read_valid", 1);
    b.set("read_index", index);
    b.until("read_done", 20);
    let value = b.get("read_data");
    b.cycle();
    b.set("read_valid", 0);
    b.cycle();
    value
}

#[test]
fn counters_start_at_zero() {
    let mut b = Bench::fresh(&mut Counters::<12>::default());
    assert!(!b.high("ready"));
    b.until("ready", 100);
    assert!((0..64).all(|index| read(&mut b, index) == 0));
}

/// Twelve sources; bursts of up to seven events of one number from each, at less than an event a cycle in all.
#[test]
fn counters_lose_nothing_in_bursts() {
    println!("seed {SEED:#x}");
    let mut rng = Rng::new(SEED);
    let mut b = Bench::fresh(&mut Counters::<12>::default());
    b.until("ready", 100);
    let mut expected = [0_u64; 64];
    for _ in 0..40 {
        let mut bursts: Vec<(u64, u64)> = (0..12).map(|_| (rng.below(8), rng.below(48))).collect();
        for cycle in 0..400 {
            for (source, (left, number)) in bursts.iter_mut().enumerate() {
                b.set(&format!("count_valid_{source}"), u64::from(*left > 0));
                b.set(&format!("count_{source}"), *number);
                if *left > 0 {
                    *left -= 1;
                    expected[*number as usize] += 1;
                }
            }
            if cycle == 5 && rng.chance(1, 4) {
                b.set("read_valid", 1);
            }
            b.settle();
            if b.high("read_done") {
                b.set("read_valid", 0);
            }
            b.cycle();
            if cycle > 30 && bursts.iter().all(|(left, _)| *left == 0) {
                break;
            }
        }
        for _ in 0..330 {
            b.cycle();
        }
    }
    for (index, expected) in expected.iter().enumerate() {
        assert_eq!(read(&mut b, index as u64), *expected, "counter {index}");
    }
}

#[test]
fn counters_same_number_from_all_sources_at_once() {
    let mut b = Bench::fresh(&mut Counters::<12>::default());
    b.until("ready", 100);
    for source in 0..12 {
        b.set(&format!("count_valid_{source}"), 1);
        b.set(&format!("count_{source}"), 5);
    }
    b.cycle();
    for source in 0..12 {
        b.set(&format!("count_valid_{source}"), 0);
    }
    for _ in 0..60 {
        b.cycle();
    }
    assert_eq!(read(&mut b, 5), 12);
}
