//! Verilated NICs in lockstep with the model.

use testbench::lab::Watch;
use testbench::soak::{SoakOptions, run};

/// The soak's traffic, watched.
fn soak(width: u32, seed: u64, messages: u64) {
    println!("seed {seed}");
    let mut options = SoakOptions {
        messages,
        qps: 6,
        max_size: 64 * 1024,
        round: 16,
        ..SoakOptions::new(width, seed)
    };
    options.lab = options.lab.watched(Watch::Check);
    match run(&options, |_, _| {}) {
        Ok(report) => println!("{report:#?}"),
        Err(why) => panic!("{why}"),
    }
}

#[test]
fn lockstep_soak_64_bits() {
    soak(64, 1, 250);
}

#[test]
fn lockstep_soak_64_bits_second_seed() {
    soak(64, 2, 250);
}

#[test]
fn lockstep_soak_512_bits() {
    soak(512, 1, 250);
}

#[test]
fn lockstep_soak_512_bits_second_seed() {
    soak(512, 2, 250);
}

#[test]
#[ignore]
fn lockstep_soak_many() {
    for seed in 3..15 {
        let done = std::panic::catch_unwind(|| soak(64, seed, 200));
        println!("done {seed} {}", done.is_ok());
    }
}
