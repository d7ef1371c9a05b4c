//! A Verilated block with its ports by name, records included; and the differential test that every block gets.
#![allow(dead_code, reason = "each test uses its part")]

use std::collections::HashMap;

pub use emit::cosim::Rng;
use emit::cosim::{self, Dut};
use hdl::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;
use sim_verilator::{BuildOptions, Library, Model, PortId, lint};

/// A generator whose seed is printed, so that a failing test says how to repeat it.
pub fn seeded(seed: u64) -> Rng {
    println!("seed {seed:#x}");
    Rng::new(seed)
}

/// A random record: often a corner.
pub fn any<T: Record>(rng: &mut Rng) -> T {
    T::from_uint(&rng.value(T::WIDTH))
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
        block.connect_all();
        let text = emit::emit("top", block).unwrap_or_else(|e| panic!("{e}"));
        if let Some(folder) = std::env::var_os("KEEP_VERILOG") {
            let thread = std::thread::current();
            let name = thread.name().unwrap_or("block").replace("::", "_") + ".v";
            std::fs::write(std::path::Path::new(&folder).join(name), &text).expect("folder");
        }
        lint(&text, "top").unwrap_or_else(|e| panic!("{e}"));
        let library = Library::build(&text, "top", &BuildOptions::default())
            .unwrap_or_else(|e| panic!("{e}"));
        let model = Model::new(&library).expect("model");
        let ports: HashMap<_, _> = library
            .ports()
            .iter()
            .map(|p| (p.name.clone(), model.port(&p.name).expect("port")))
            .collect();
        let mut bench = Self {
            clock: ports["clock"],
            model,
            ports,
            cycles: 0,
        };
        // the emitter gives every block with registers this port
        if bench.ports.contains_key("reset") {
            bench.set("reset", 1);
            bench.cycle();
            bench.set("reset", 0);
        }
        bench.cycle();
        bench.cycles = 0;
        bench
    }

    fn port(&self, name: &str) -> PortId {
        let port = self.ports.get(name);
        *port.unwrap_or_else(|| panic!("no port {name}"))
    }

    pub fn set(&mut self, name: &str, value: u64) {
        let port = self.port(name);
        self.model.set_u64(port, value);
    }

    pub fn put<T: Record>(&mut self, name: &str, value: &T) {
        let port = self.port(name);
        self.model.set_bytes(port, &value.to_uint().to_bytes_le());
    }

    pub fn put_bytes(&mut self, name: &str, value: &[u8]) {
        let port = self.port(name);
        self.model.set_bytes(port, value);
    }

    pub fn get(&self, name: &str) -> u64 {
        self.model.get_u64(self.port(name))
    }

    pub fn high(&self, name: &str) -> bool {
        self.get(name) != 0
    }

    pub fn take<T: Record>(&self, name: &str) -> T {
        T::from_uint(&BigUint::from_bytes_le(self.bytes(name)))
    }

    pub fn bytes(&self, name: &str) -> &[u8] {
        self.model.bytes(self.port(name))
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

    /// Writes a whole context record over the context bus, which the block has as `bus` and `rsp`.
    pub fn write_context<T: Record>(&mut self, kind: u64, index: u64, record: &T) {
        let words = record.to_uint().to_u32_digits();
        for word in 0..T::WIDTH / 32 {
            let data = words.get(word).copied().unwrap_or(0);
            self.context(kind, index, word as u64, Some(data));
        }
    }

    /// Reads a whole context record over the context bus.
    pub fn read_context<T: Record>(&mut self, kind: u64, index: u64) -> T {
        let words = (0..T::WIDTH / 32).map(|word| self.context(kind, index, word as u64, None));
        T::from_uint(&BigUint::new(words.collect()))
    }

    fn context(&mut self, kind: u64, index: u64, word: u64, data: Option<u32>) -> u32 {
        let request = hdl::pipe::CtxReq {
            valid: 1.into(),
            write: u64::from(data.is_some()).into(),
            kind: kind.into(),
            index: index.into(),
            word: word.into(),
            data: u64::from(data.unwrap_or(0)).into(),
        };
        self.put("bus", &request);
        for _ in 0..100 {
            self.cycle();
            let answer: hdl::pipe::CtxRsp = self.take("rsp");
            if answer.ack == 1 {
                self.put("bus", &hdl::pipe::CtxReq::default());
                self.cycle();
                return answer.data.to_u64() as u32;
            }
        }
        panic!("no answer on the context bus");
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
        self.settle();
    }
}

/// RustHDL's simulation of a block against its Verilog on random inputs.
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
