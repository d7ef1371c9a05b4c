//! Verilator 5.048 loses the carry when it joins two variable shifts.

use crate::tools::{only_verilator, verilator};
use emit::cosim::Dut;
use emit::{Dir, Port};

const SOURCE: &str = include_str!("../data/verilator_5048_shift_bug.v");

fn port(name: &str, width: usize, dir: Dir) -> Port {
    let name = name.into();
    Port { name, width, dir }
}

/// Results of `3 << 32 << 32` and `3 >> 32 >> 32` in four bits.
fn results(name: &str, flags: &[&str]) -> (Vec<u32>, Vec<u32>) {
    let ports = [
        port("x", 4, Dir::In),
        port("a", 6, Dir::In),
        port("b", 6, Dir::In),
        port("left", 4, Dir::Out),
        port("right", 4, Dir::Out),
    ];
    let mut model = only_verilator(name, SOURCE, &ports, flags);
    for (name, value) in [("x", 3), ("a", 32), ("b", 32)] {
        model.set(name, &[value]);
    }
    model.eval();
    (model.get("left"), model.get("right"))
}

/// With the flags that this crate asks for, shifts are right in whichever Verilator is used.
#[test]
fn verilator_joins_shifts_rightly_with_flags() {
    let results = results("shift_bug_flags", emit::VERILATOR_FLAGS);
    assert_eq!(results, (vec![], vec![]), "3 shifted by 64 in 4 bits is 0");
}

/// Says whether the Verilator used has the bug, so that the flags can go once it has not.
#[test]
fn verilator_joins_shifts_without_flags_reported() {
    let verdict = match results("shift_bug_plain", &[]) == (vec![], vec![]) {
        true => "is free of the shift bug",
        false => "has the shift bug: models need emit::VERILATOR_FLAGS",
    };
    println!("{} {verdict}", verilator().identity);
}
