//! What migration costs a connection that does not move: no cycle.
#![forbid(unsafe_code)]

use testbench::lab::{Variant, nic_library};
use testbench::overhead::cycles::{self, Pair};

const SEED: u64 = 1;

fn pair(width: u32) -> Pair {
    let library = |variant| nic_library(width, variant, false).unwrap();
    Pair {
        baseline: library(Variant::Baseline),
        migratable: library(Variant::Migratable),
    }
}

fn nothing_differs(width: u32) {
    println!("seed {SEED:#x}");
    let pair = pair(width);
    for case in cycles::cases(width, true) {
        let result = cycles::compare(case, &pair, SEED, true).unwrap();
        
        println!("{case}: {result:?}");
        assert!(result.entries > 20, "{case}: {result:?}");
        if let Some(difference) = result.difference {
            panic!("{case}\n{difference}");
        }
    }
}

#[test]
fn overhead_no_cycle_at_64_bits() {
    nothing_differs(64);
}

#[test]
fn overhead_no_cycle_at_512_bits() {
    nothing_differs(512);
}
