//! Two cards in one chip: the self-test that an owner of a board runs, over the serial line of the simulated chip.

use crate::serial::{BIT, Serial, library};
use bitstreams::pair::Pair;
use bitstreams::selftest;
use emit::cosim::with_big_stack;
use host_driver::bridge::{BridgeOptions, Line};
use rust_hdl::prelude::*;
use std::cell::Cell;
use std::io;
use std::rc::Rc;

/// The serial line of the chip.
struct Wire {
    chip: Serial,
    /// core cycles so far
    cycles: Rc<Cell<u64>>,
    /// bytes that are lost on the way to the host, each of one answer: their numbers
    lost: Vec<usize>,
    heard: usize,
}

impl Wire {
    fn step(&mut self) {
        self.chip.core_cycle();
        self.cycles.set(self.cycles.get() + 1);
    }
}

impl Line for Wire {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.chip.say(bytes);
        Ok(())
    }

    fn receive(&mut self, target: &mut [u8]) -> io::Result<usize> {
        // twenty times this is longer than the longest request takes
        for _ in 0..1500 {
            let count = self.chip.take(&mut target[..1]);
            self.heard += count;
            if count > 0 && !self.lost.contains(&self.heard) {
                return Ok(count);
            }
            self.step();
        }
        Ok(0)
    }

    fn pause(&mut self) -> io::Result<()> {
        (0..400).for_each(|_| self.step());
        Ok(())
    }
}

/// The self-test with so many moves, while bytes of answers are lost on the serial line.
fn moves_of(moves: u32) {
    let verilog = with_big_stack(|| {
        let mut pair = Box::new(Pair::with_line(BIT));
        pair.connect_all();
        emit::emit("card", &*pair).unwrap_or_else(|e| panic!("{e}"))
    });
    let cycles = Rc::new(Cell::new(0));
    let wire = Wire {
        chip: Serial::new(&library(&verilog, "card")),
        cycles: cycles.clone(),
        lost: vec![100, 5000, 20_000, 40_000],
        heard: 0,
    };
    let report = selftest::run(wire, BridgeOptions::default(), moves, 1, |step| {
        println!("cycle {}: {step}", cycles.get());
    });
    let report = report.unwrap_or_else(|e| panic!("cycle {}: {e}", cycles.get()));
    println!("{}{} core cycles", report.text(), cycles.get());
    let places: Vec<_> = report.moves.iter().map(|m| (m.from, m.to)).collect();
    let wanted: Vec<_> = (0..moves as usize).map(|k| (k % 2, 1 - k % 2)).collect();
    assert_eq!(places, wanted);
    // a SEND with its receive, a WRITE and an ATOMIC each
    assert_eq!(report.completions, 4 * moves);
    assert!(report.moves.windows(2).all(|m| m[1].epoch > m[0].epoch));
}

#[test]
fn pair_connection_moves_to_the_other_card() {
    moves_of(1);
}

#[test]
#[ignore = "minutes: there and back, twice"]
fn pair_connection_moves_there_and_back() {
    moves_of(4);
}
