//! A Verilated block with any number of clocks.

use emit::cosim::{self, Dut, Rng};
use rust_hdl::prelude::*;
use sim_verilator::{BuildOptions, Library, Model, lint};

/// A generator whose seed is printed, so that a failing test says how to repeat it.
pub fn seeded(seed: u64) -> Rng {
    println!("seed {seed:#x}");
    Rng::new(seed)
}

/// One block under Verilator; ports by name.
pub struct Bench {
    model: Model,
}

impl Bench {
    /// Emits, lints and compiles the block.
    pub fn new(block: &mut dyn Block) -> Self {
        let text = linted(block);
        let library = Library::build(&text, "top", &BuildOptions::default());
        let library = library.unwrap_or_else(|e| panic!("{e}"));
        let mut bench = Self {
            model: Model::new(&library).expect("model"),
        };
        bench.eval();
        bench
    }

    /// Sets an input of at most 64 bits.
    pub fn set(&mut self, name: &str, value: u64) {
        let port = self.model.port(name);
        let port = port.unwrap_or_else(|| panic!("no port {name}"));
        self.model.set_u64(port, value);
    }

    /// An output of at most 64 bits.
    pub fn get(&self, name: &str) -> u64 {
        let port = self.model.port(name);
        let port = port.unwrap_or_else(|| panic!("no port {name}"));
        self.model.get_u64(port)
    }

    /// Whether an output is not 0.
    pub fn high(&self, name: &str) -> bool {
        self.get(name) != 0
    }

    /// Lets outputs follow inputs.
    pub fn eval(&mut self) {
        self.model.eval().expect("circuit");
    }

    /// A rising edge of all `clocks` at once, and a falling one.
    pub fn edge(&mut self, clocks: &[&str]) {
        for level in [1, 0] {
            clocks.iter().for_each(|clock| self.set(clock, level));
            self.eval();
        }
    }
}

impl Dut for Bench {
    fn set(&mut self, port: &str, words: &[u32]) {
        assert!(self.model.set(port, words), "no port {port}");
    }
    fn get(&self, port: &str) -> Vec<u32> {
        let words = self.model.get(port);
        words.unwrap_or_else(|| panic!("no port {port}"))
    }
    fn eval(&mut self) {
        self.model.eval().expect("circuit");
    }
}

/// The Verilog of a block, top module `top`, after Verilator's lint.
pub fn linted(block: &mut dyn Block) -> String {
    block.connect_all();
    let text = emit::emit("top", block).unwrap_or_else(|e| panic!("{e}"));
    lint(&text, "top").unwrap_or_else(|e| panic!("{e}"));
    text
}

/// RustHDL's simulation of a block against its Verilog on random inputs, all clocks the same.
pub fn differs_not<U: Block + Send>(
    make: impl Fn() -> U + Send,
    seed: u64,
    cycles: usize,
    set_clock: impl Fn(&mut U, Clock) + Send,
    drive: impl FnMut(&mut U, &mut Rng, usize) + Send,
) {
    println!("seed {seed:#x}");
    cosim::with_big_stack(move || {
        let mut uut = make();
        let mut dut = Bench::new(&mut uut);
        cosim::cosim(&mut uut, &mut dut, seed, cycles, set_clock, drive)
            .unwrap_or_else(|e| panic!("{e}"));
    });
}

/// The times at which two clocks rise, the first `a` and the second `b` units long, from a phase on; `true` for the first.
pub fn edges(a: u64, b: u64, phase: u64) -> impl Iterator<Item = (bool, bool)> {
    (1_u64..)
        .map(move |t| (t.is_multiple_of(a), (t + phase).is_multiple_of(b)))
        .filter(|(first, second)| *first || *second)
}
