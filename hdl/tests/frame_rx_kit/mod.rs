//! What the tests of the receive front end share: a Verilated block by port names, real captures, and the ICRC rule
//! written down once more, from the frame's own headers and bit by bit.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod frames;
pub mod model;

use std::path::PathBuf;

use emit::cosim::Dut;
use hdl::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::Block;
use sim_verilator::{BuildOptions, Library, Model, PortId};

/// A Verilated block with its ports by name.
pub struct Bench {
    model: Model,
    /// rising edges so far
    pub now: u64,
}

impl Bench {
    /// Emits, lints and builds `block`.
    pub fn new(top: &str, block: &mut dyn Block) -> Self {
        let verilog = emitted(top, block);
        sim_verilator::lint(&verilog, top).unwrap_or_else(|error| panic!("{error}"));
        let library = Library::build(&verilog, top, &BuildOptions::default())
            .unwrap_or_else(|error| panic!("{error}"));
        let model = Model::new(&library).expect("a model");
        Self { model, now: 0 }
    }

    fn port(&self, name: &str) -> PortId {
        self.model
            .port(name)
            .unwrap_or_else(|| panic!("no port {name}"))
    }

    /// Sets an input of at most 64 bits.
    pub fn put(&mut self, name: &str, value: u64) {
        let port = self.port(name);
        self.model.set_u64(port, value);
    }

    /// Sets a wide input, first byte in bits 7..0.
    pub fn put_bytes(&mut self, name: &str, value: &[u8]) {
        let port = self.port(name);
        self.model.set_bytes(port, value);
    }

    /// An output of at most 64 bits.
    pub fn look(&self, name: &str) -> u64 {
        self.model.get_u64(self.port(name))
    }

    /// The bytes of an output.
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.model.bytes(self.port(name))
    }

    /// A record.
    pub fn take<T: Record>(&self, name: &str) -> T {
        T::from_uint(&BigUint::from_bytes_le(self.bytes(name)))
    }

    /// Lets new inputs reach the outputs, clock low.
    pub fn settle(&mut self) {
        self.put("clock", 0);
        self.model.eval().expect("the circuit settles");
    }

    /// The rising edge.
    pub fn tick(&mut self) {
        self.put("clock", 1);
        self.model.eval().expect("the circuit settles");
        self.now += 1;
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

/// The Verilog of `block`.
pub fn emitted(top: &str, block: &mut dyn Block) -> String {
    block.connect_all();
    let verilog = emit::emit(top, block).unwrap_or_else(|error| panic!("{error}"));
    if let Ok(folder) = std::env::var("EMIT_TO") {
        std::fs::write(PathBuf::from(folder).join(format!("{top}.v")), &verilog).expect("EMIT_TO");
    }
    verilog
}

/// The frames of a capture in `testbench/data/captures`.
pub fn capture(name: &str) -> Vec<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../testbench/data/captures")
        .join(format!("{name}.pcap"));
    let file = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut frames = vec![];
    let mut at = 24;
    while at < file.len() {
        let bytes = u32::from_le_bytes(file[at + 8..at + 12].try_into().unwrap()) as usize;
        frames.push(file[at + 16..at + 16 + bytes].to_vec());
        at += 16 + bytes;
    }
    assert!(!frames.is_empty(), "{name} is empty");
    frames
}

/// CRC-32 as the standards write it down: one bit at a time.
pub fn crc32(bytes: impl IntoIterator<Item = u8>) -> u32 {
    let mut state = u32::MAX;
    for byte in bytes {
        for bit in 0..8 {
            let feedback = (state ^ u32::from(byte >> bit)) & 1;
            state = (state >> 1) ^ (0xEDB8_8320 * feedback);
        }
    }
    !state
}

/// The ICRC of a RoCEv2 frame; `frame` ends where the ICRC begins.
pub fn icrc(frame: &[u8]) -> [u8; 4] {
    let mut packet = frame[14..].to_vec();
    let udp = if packet[0] >> 4 == 6 {
        packet[0] |= 0x0f;
        packet[1..4].fill(0xff);
        packet[7] = 0xff;
        40
    } else {
        packet[1] = 0xff;
        packet[8] = 0xff;
        packet[10..12].fill(0xff);
        20
    };
    packet[udp + 6..udp + 8].fill(0xff);
    packet[udp + 8 + 4] = 0xff;
    crc32([0xff; 8].into_iter().chain(packet)).to_le_bytes()
}
