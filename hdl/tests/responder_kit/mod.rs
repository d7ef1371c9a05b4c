//! A Verilated block with its ports by name, records included, and a seeded source of chance.
#![allow(dead_code, reason = "each test uses its part")]

pub mod model;
pub mod packets;
pub mod world;

use std::collections::HashMap;

use hdl::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;
use sim_verilator::{BuildOptions, Library, Model, PortId};

/// xorshift64*: the same numbers on every machine.
pub struct Rng(u64);

impl Rng {
    /// A generator; the seed is printed, so that a failing test says how to repeat it.
    pub fn new(seed: u64) -> Self {
        println!("seed {seed:#x}");
        Self(seed | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// One block under Verilator.
pub struct Bench {
    model: Model,
    clock: PortId,
    ports: HashMap<String, PortId>,
    pub cycles: u64,
}

impl Bench {
    /// Emits, lints and compiles the block, and resets it.
    pub fn new(block: &mut dyn Block) -> Self {
        let mut bench = Self::fresh(block);
        if bench.ports.contains_key("reset") {
            bench.set("reset", 1);
            bench.cycle();
            bench.cycle();
            bench.set("reset", 0);
        }
        bench.cycle();
        bench.cycles = 0;
        bench
    }

    /// As [`new`](Self::new), before the first clock edge: the twin of a fresh RustHDL block.
    pub fn fresh(block: &mut dyn Block) -> Self {
        block.connect_all();
        let text = emit::emit("top", block).unwrap_or_else(|e| panic!("{e}"));
        if let Some(folder) = std::env::var_os("KEEP_VERILOG") {
            let name = std::thread::current()
                .name()
                .unwrap_or("block")
                .replace("::", "_");
            std::fs::write(std::path::Path::new(&folder).join(name + ".v"), &text).expect("folder");
        }
        sim_verilator::lint(&text, "top").unwrap_or_else(|e| panic!("{e}"));
        let library = Library::build(&text, "top", &BuildOptions::default())
            .unwrap_or_else(|e| panic!("{e}"));
        let model = Model::new(&library).expect("model");
        let ports: HashMap<_, _> = library
            .ports()
            .iter()
            .map(|p| (p.name.clone(), model.port(&p.name).expect("port")))
            .collect();
        Self {
            clock: ports["clock"],
            model,
            ports,
            cycles: 0,
        }
    }

    fn port(&self, name: &str) -> PortId {
        *self
            .ports
            .get(name)
            .unwrap_or_else(|| panic!("no port {name}"))
    }

    pub fn set(&mut self, name: &str, value: u64) {
        let port = self.port(name);
        self.model.set_u64(port, value);
    }

    pub fn put<T: Record>(&mut self, name: &str, value: &T) {
        let port = self.port(name);
        self.model.set_bytes(port, &value.to_uint().to_bytes_le());
    }

    pub fn get(&self, name: &str) -> u64 {
        self.model.get_u64(self.port(name))
    }

    pub fn high(&self, name: &str) -> bool {
        self.get(name) != 0
    }

    pub fn take<T: Record>(&self, name: &str) -> T {
        T::from_uint(&BigUint::from_bytes_le(self.model.bytes(self.port(name))))
    }

    /// Lets combinational outputs follow the inputs.
    pub fn settle(&mut self) {
        self.model.eval().expect("circuit");
    }

    /// One rising edge with the inputs as set.
    pub fn cycle(&mut self) {
        let clock = self.clock;
        self.model.cycle(clock).expect("circuit");
        self.cycles += 1;
    }
}

impl emit::cosim::Dut for Bench {
    fn set(&mut self, port: &str, words: &[u32]) {
        assert!(self.model.set(port, words), "no port {port}");
    }
    fn get(&self, port: &str) -> Vec<u32> {
        self.model
            .get(port)
            .unwrap_or_else(|| panic!("no port {port}"))
    }
    fn eval(&mut self) {
        self.model.eval().expect("circuit");
    }
}
