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
    for programme in cycles::programmes(width, true) {
        let results = cycles::compare(&programme, &pair, SEED, |_| {}).unwrap();
        for result in results {
            let case = format!("{}, {}", result.place, result.case);
            println!(
                "{case}: {} entries in {} cycles",
                result.entries, result.cycles
            );
            println!("  {:?}", result.migratable);
            if let Some(difference) = &result.difference {
                panic!("{case}\n{difference}");
            }
            assert!(
                result.entries > 20 && result.migratable.missing == 0,
                "{case}: {result:?}"
            );
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
