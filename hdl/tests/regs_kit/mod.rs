//! What the tests of registers and commands share: a Verilated block with named ports.
#![allow(dead_code, reason = "every test binary uses a part")]

use emit::cosim::Dut;
use hdl::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;
use sim_verilator::{BuildOptions, Library, Model, PortId};
use std::collections::HashMap;

/// A Verilated block. A cycle is: set inputs, [`settle`](Self::settle), read outputs, [`tick`](Self::tick).
pub struct Bench {
    model: Model,
    ports: HashMap<String, PortId>,
    /// Clock cycles so far.
    pub now: u64,
}

impl Bench {
    /// Emits, lints and compiles `block`; `EMIT_TO` names a folder that gets the Verilog.
    pub fn new(name: &str, block: &mut dyn Block) -> Self {
        block.connect_all();
        let verilog = emit::emit(name, block).unwrap_or_else(|e| panic!("{e}"));
        if let Ok(folder) = std::env::var("EMIT_TO") {
            std::fs::write(format!("{folder}/{name}.v"), &verilog).expect("write the Verilog");
        }
        sim_verilator::lint(&verilog, name).unwrap_or_else(|e| panic!("{e}"));
        let library = Library::build(&verilog, name, &BuildOptions::default())
            .unwrap_or_else(|e| panic!("{e}"));
        let model = Model::new(&library).expect("a model");
        let port = |name: &String| (name.clone(), model.port(name).expect("listed port"));
        let ports = library.ports().iter().map(|p| port(&p.name)).collect();
        Self {
            model,
            ports,
            now: 0,
        }
    }

    fn port(&self, name: &str) -> PortId {
        *self
            .ports
            .get(name)
            .unwrap_or_else(|| panic!("no port {name}"))
    }

    /// Sets an input of at most 64 bits.
    pub fn set(&mut self, name: &str, value: u64) {
        let port = self.port(name);
        self.model.set_u64(port, value);
    }

    /// Sets a record.
    pub fn put<T: Record>(&mut self, name: &str, value: &T) {
        let port = self.port(name);
        self.model.set_bytes(port, &value.to_uint().to_bytes_le());
    }

    /// An output of at most 64 bits.
    pub fn get(&self, name: &str) -> u64 {
        self.model.get_u64(self.port(name))
    }

    /// Whether an output of one bit is high.
    pub fn high(&self, name: &str) -> bool {
        self.get(name) != 0
    }

    /// A wide output, first byte in bits 7..0.
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.model.bytes(self.port(name))
    }

    /// A record.
    pub fn take<T: Record>(&self, name: &str) -> T {
        T::from_uint(&BigUint::from_bytes_le(self.bytes(name)))
    }

    /// Lets new inputs reach the outputs.
    pub fn settle(&mut self) {
        self.set("clock", 0);
        self.model.eval().expect("the circuit settles");
    }

    /// The rising edge.
    pub fn tick(&mut self) {
        self.settle();
        self.set("clock", 1);
        self.model.eval().expect("the circuit settles");
        self.now += 1;
    }

    /// Ticks until `name` is high (after settling), at most `limit` cycles; how many it took.
    pub fn until(&mut self, name: &str, limit: u64) -> u64 {
        for waited in 0..limit {
            self.settle();
            if self.high(name) {
                return waited;
            }
            self.tick();
        }
        panic!("{name} did not rise in {limit} cycles (cycle {})", self.now);
    }
}

impl Dut for Bench {
    fn set(&mut self, port: &str, words: &[u32]) {
        assert!(self.model.set(port, words), "no port {port}");
    }
    fn get(&self, port: &str) -> Vec<u32> {
        self.model
            .get(port)
            .unwrap_or_else(|| panic!("no port {port}"))
    }
    fn eval(&mut self) {
        self.model.eval().expect("the circuit settles");
    }
}
