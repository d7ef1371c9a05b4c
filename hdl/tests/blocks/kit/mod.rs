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
    ports: HashMap<String, PortId>,
    /// Rising edges so far.
    pub cycles: u64,
}

impl Bench {
    /// Emits, lints and compiles the block, and resets it.
    pub fn new(block: &mut dyn Block) -> Self {
        let mut bench = Self::fresh(block);
        // the emitter gives every block with registers this port
        if bench.has("reset") {
            bench.set("reset", 1);
            bench.cycle();
            bench.set("reset", 0);
        }
        bench.settle();
        bench.cycles = 0;
        bench
    }

    /// As [`new`](Self::new), before the first clock edge and without a reset: the twin of a fresh RustHDL block.
    pub fn fresh(block: &mut dyn Block) -> Self {
        let text = linted(block);
        let library = Library::build(&text, "top", &BuildOptions::default())
            .unwrap_or_else(|e| panic!("{e}"));
        let model = Model::new(&library).expect("model");
        let port = |name: &String| (name.clone(), model.port(name).expect("listed port"));
        let ports: HashMap<_, _> = library.ports().iter().map(|p| port(&p.name)).collect();
        Self {
            model,
            ports,
            cycles: 0,
        }
    }

    fn port(&self, name: &str) -> PortId {
        let port = self.ports.get(name);
        *port.unwrap_or_else(|| panic!("no port {name}"))
    }

    /// Whether there is a port of that name.
    pub fn has(&self, name: &str) -> bool {
        self.ports.contains_key(name)
    }

    /// Sets an input of at most 64 bits.
    pub fn set(&mut self, name: &str, value: u64) {
        let port = self.port(name);
        self.model.set_u64(port, value);
    }

    /// Sets a record.
    pub fn put<T: Record>(&mut self, name: &str, value: &T) {
        self.put_bytes(name, &value.to_uint().to_bytes_le());
    }

    /// Sets a wide input, first byte in bits 7..0.
    pub fn put_bytes(&mut self, name: &str, value: &[u8]) {
        let port = self.port(name);
        self.model.set_bytes(port, value);
    }

    /// An output of at most 64 bits.
    pub fn get(&self, name: &str) -> u64 {
        self.model.get_u64(self.port(name))
    }

    /// Whether an output is not 0.
    pub fn high(&self, name: &str) -> bool {
        self.get(name) != 0
    }

    /// A wide output, first byte in bits 7..0.
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.model.bytes(self.port(name))
    }

    /// An output as a number.
    pub fn wide(&self, name: &str) -> BigUint {
        BigUint::from_bytes_le(self.bytes(name))
    }

    /// An output as a record.
    pub fn take<T: Record>(&self, name: &str) -> T {
        T::from_uint(&self.wide(name))
    }

    /// Lets combinational outputs follow the inputs, the clock low.
    pub fn settle(&mut self) {
        if self.has("clock") {
            self.set("clock", 0);
        }
        self.model.eval().expect("circuit");
    }

    /// One rising edge with the inputs as set.
    pub fn cycle(&mut self) {
        let clock = self.port("clock");
        self.model.cycle(clock).expect("circuit");
        self.cycles += 1;
    }

    /// Cycles until `name` is high (after settling), at most `limit`; how many it took.
    pub fn until(&mut self, name: &str, limit: u64) -> u64 {
        for waited in 0..limit {
            self.settle();
            if self.high(name) {
                return waited;
            }
            self.cycle();
        }
        panic!(
            "{name} did not rise in {limit} cycles (cycle {})",
            self.cycles
        );
    }

    /// Writes a whole context record over the context bus, which the block has as `bus` and `rsp`.
    pub fn write_context<T: Record>(&mut self, kind: u64, index: u64, record: &T) {
        let words = record.to_uint().to_u32_digits();
        for word in 0..T::WIDTH / 32 {
            let data = words.get(word).copied().unwrap_or(0);
            self.context_word(kind, index, word as u64, Some(data));
        }
    }

    /// Reads a whole context record over the context bus.
    pub fn read_context<T: Record>(&mut self, kind: u64, index: u64) -> T {
        let words =
            (0..T::WIDTH / 32).map(|word| self.context_word(kind, index, word as u64, None));
        T::from_uint(&BigUint::new(words.collect()))
    }

    /// Reads a word of a context, or writes `data` to it.
    pub fn context_word(&mut self, kind: u64, index: u64, word: u64, data: Option<u32>) -> u32 {
        let request = match data {
            Some(data) => hdl::pipe::CtxReq::write(kind, index, word, data),
            None => hdl::pipe::CtxReq::read(kind, index, word),
        };
        self.put("bus", &request);
        for _ in 0..100 {
            self.cycle();
            let answer: hdl::pipe::CtxRsp = self.take("rsp");
            if answer.ack == 1 {
                self.put("bus", &hdl::pipe::CtxReq::default());
                self.cycle();
                return answer.word(&request);
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
        self.model.eval().expect("circuit");
    }
}

/// The Verilog of a block, top module `top`, after Verilator's lint; `KEEP_VERILOG` names a folder that gets it
/// under the test's name.
pub fn linted(block: &mut dyn Block) -> String {
    block.connect_all();
    let text = emit::emit("top", block).unwrap_or_else(|e| panic!("{e}"));
    if let Some(folder) = std::env::var_os("KEEP_VERILOG") {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("block").replace("::", "_") + ".v";
        std::fs::write(std::path::Path::new(&folder).join(name), &text).expect("folder");
    }
    lint(&text, "top").unwrap_or_else(|e| panic!("{e}"));
    text
}

/// A random user of the context bus that keeps its rules: a request stands until it is acknowledged, then it goes for a cycle;
/// it writes only if the block is at rest (what a memory answers to a read of the word being written is not defined).
pub fn context_bus(
    bus: &mut Signal<In, hdl::pipe::CtxReq>,
    rsp: &Signal<Out, hdl::pipe::CtxRsp>,
    rng: &mut Rng,
    kinds: &[u64],
    at_rest: bool,
) {
    let (asked, answered) = (bus.next.valid == 1, rsp.val().ack == 1);
    if asked && answered {
        bus.next.valid = 0.into();
    } else if !asked {
        bus.next = any(rng);
        bus.next.kind = rng.pick(kinds).into();
        bus.next.word = rng.below(4).into();
        if !at_rest {
            bus.next.write = 0.into();
        }
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
