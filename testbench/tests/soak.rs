//! The short soak: any mix of operations, sizes, MTUs and queue pairs under 5 % loss with reordering, duplication and
//! corruption, against a shadow. `roamnic soak` runs it for as long as one likes.
#![forbid(unsafe_code)]

use testbench::soak::{SoakOptions, run};

fn short(width: u32, seed: u64, messages: u64) {
    let options = SoakOptions {
        messages,
        qps: 6,
        max_size: 64 * 1024,
        round: 16,
        ..SoakOptions::new(width, seed)
    };
    match run(&options, |_, _| {}) {
        Ok(report) => println!("{report:#?}"),
        Err(why) => panic!(
            "{why}\nagain: cargo xtask soak --width {width} --seed {seed} --messages {messages} --qps 6 --max-size 65536 --round 16"
        ),
    }
}

#[test]
fn soak_64_bits_first_seed() {
    short(64, 1, 250);
}

#[test]
fn soak_64_bits_second_seed() {
    short(64, 2, 250);
}

#[test]
fn soak_512_bits_first_seed() {
    short(512, 1, 250);
}

#[test]
fn soak_512_bits_second_seed() {
    short(512, 2, 250);
}
