//! A model with a serial line, and the far end of that.

use sim_verilator::{BuildOptions, Library, Model, PortId};
use std::collections::VecDeque;
use std::sync::Arc;

/// Clock cycles of a bit on the serial lines: as few as there may be, for the sake of time.
pub const BIT: u64 = 4;

/// A top with `clock`, `reset`, `rxd` and `txd`.
pub struct Serial {
    pub model: Model,
    clock: PortId,
    rxd: PortId,
    txd: PortId,
    /// levels still to be sent, a cycle each
    levels: VecDeque<bool>,
    /// cycles into the byte that is being received, and its bits
    hearing: Option<(u64, u16)>,
    pub heard: Vec<u8>,
}

/// The model of a top module.
pub fn library(verilog: &str, top: &str) -> Arc<Library> {
    let library = Library::build(verilog, top, &BuildOptions::default());
    library.unwrap_or_else(|e| panic!("{e}"))
}

impl Serial {
    /// Behind its reset.
    pub fn new(library: &Arc<Library>) -> Self {
        let mut model = Model::new(library).expect("model");
        let [clock, rxd, txd, reset] =
            ["clock", "rxd", "txd", "reset"].map(|name| model.port(name).expect("port"));
        model.set_u64(rxd, 1);
        model.set_u64(reset, 1);
        for _ in 0..16 {
            model.cycle(clock).expect("circuit");
        }
        model.set_u64(reset, 0);
        Self {
            model,
            clock,
            rxd,
            txd,
            levels: VecDeque::new(),
            hearing: None,
            heard: vec![],
        }
    }

    pub fn port(&self, name: &str) -> PortId {
        self.model.port(name).expect("port")
    }

    pub fn edge(&mut self, clocks: &[PortId]) {
        for level in [1, 0] {
            clocks
                .iter()
                .for_each(|clock| self.model.set_u64(*clock, level));
            self.model.eval().expect("circuit");
        }
    }

    /// A cycle of the core's clock, and of both ends of the serial line.
    pub fn core_cycle(&mut self) {
        let level = self.levels.pop_front().unwrap_or(true);
        self.model.set_u64(self.rxd, level.into());
        self.edge(&[self.clock]);
        let line = self.model.is_high(self.txd);
        match &mut self.hearing {
            None if !line => self.hearing = Some((1, 0)),
            None => {}
            Some((cycle, bits)) => {
                if *cycle % BIT == BIT / 2 {
                    *bits = *bits >> 1 | u16::from(line) << 9;
                }
                *cycle += 1;
                if *cycle == 10 * BIT - 1 {
                    assert!(*bits >> 9 == 1 && *bits & 1 == 0, "start and stop bit");
                    self.heard.push((*bits >> 1) as u8);
                    self.hearing = None;
                }
            }
        }
    }

    pub fn say(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let bits = u64::from(*byte) << 1 | 1 << 9;
            for bit in 0..10 {
                let level = bits >> bit & 1 == 1;
                self.levels.extend([level; BIT as usize]);
            }
        }
    }

    /// Bytes that were heard, at most those that fit.
    pub fn take(&mut self, target: &mut [u8]) -> usize {
        let count = self.heard.len().min(target.len());
        for (to, from) in target.iter_mut().zip(self.heard.drain(..count)) {
            *to = from;
        }
        count
    }
}
