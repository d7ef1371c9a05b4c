//! Blocks in RustHDL's simulation against their emitted Verilog in Verilator and iverilog.
//!
//! Verilator is the workspace's, installed if there is none. iverilog and yosys are skipped with a message
//! where they are missing (see it with `--nocapture`), or fail the tests if `REQUIRE_TOOLS` is set.

#![allow(non_snake_case)] // `for _N in N..N {}`

mod clocked;
mod expressions;
mod fuzz;
mod shift_bug;
mod statements;
mod tools;
mod variants;

use emit::cosim::{Rng, cosim, with_big_stack};
use rust_hdl::prelude::*;

/// Emits, lints and cosimulates a block.
pub fn check<U: Block + Send>(
    name: &str,
    mut uut: U,
    cycles: usize,
    set_clock: impl Fn(&mut U, Clock) + Send,
    drive: impl FnMut(&mut U, &mut Rng, usize) + Send,
) {
    with_big_stack(move || {
        uut.connect_all();
        let text = match emit::emit("top", &uut) {
            Ok(text) => text,
            Err(e) => panic!("{name}: {e}"),
        };
        tools::lint(name, &text);
        let ports = emit::ports(&uut);
        let mut models = tools::models(name, &text, &ports, emit::VERILATOR_FLAGS);
        let seed = 0x5EED;
        println!("{name}: seed {seed:#x}");
        if let Err(e) = cosim(&mut uut, &mut models, seed, cycles, set_clock, drive) {
            panic!("{name}: {e}");
        }
    });
}
