//! What migration costs a connection that does not move: no cycle.
#![forbid(unsafe_code)]

use testbench::overhead::cycles::{self, Pair};

const SEED: u64 = 1;

fn pair(width: u32) -> Pair {
    testbench::overhead::pair(width, false).unwrap()
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

/// Of a whole programme of cases none may pass.
fn found_out(mut programme: cycles::Programme, pair: &Pair) {
    programme.cases.truncate(1);
    let results = cycles::compare(&programme, pair, SEED, |_| {}).unwrap();
    let difference = results[0].difference.as_ref().expect("a difference");
    println!("{difference}");
}

#[test]
fn overhead_one_cycle_of_a_longer_cable_is_found_out() {
    println!("seed {SEED:#x}");
    let programme = cycles::programmes(64, true).remove(0);
    found_out(
        cycles::Programme {
            late: 1,
            ..programme
        },
        &pair(64),
    );
}

/// The same by a NIC that is slower itself; `cargo xtask overhead --penalty` does this with all traffic.
#[test]
#[ignore = "builds a model that nothing else needs, which takes a minute or two"]
fn overhead_one_cycle_of_a_slower_nic_is_found_out() {
    println!("seed {SEED:#x}");
    let slower = testbench::overhead::pair(64, true).unwrap();
    found_out(cycles::programmes(64, true).remove(0), &slower);
}
