//! Random differential tests: RustHDL's simulation of a block against its Verilog.
//!
//! Every hardware block gets one; three lines do:
//!
//! ```ignore
//! emit::cosim::with_big_stack(|| {
//!     let (mut uut, mut dut) = (Adder::default(), model(/* emit::emit("top", &uut) */));
//!     cosim(&mut uut, &mut dut, 1, 1000, |u, clock| u.clock.next = clock, |u, rng, _| {
//!         randomize_inputs!(u, rng; a, b, stream, valid = rng.chance(3, 4))
//!     })
//! })?;
//! ```
//!
//! RustHDL has no way to reach the inputs of a block by name, so the clock and the list of inputs
//! come from the test. [`randomize!`](crate::randomize) makes structs, enums and interfaces known.
//!
//! # Memories
//! An uninitialised memory is X in Verilog, 0 in RustHDL, and random under some Verilator settings.
//! Both sides start at zero: the text of a memory block clears it with
//! [`zero_memory`], which synthesis does not see, and models are built without
//! `--x-initial unique`.

mod random;

pub use random::{Randomize, Rng};

use crate::types::{literal, wrap};
use crate::{Dir, Port, ports};
use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// A model of the emitted Verilog. Values are words of 32 bits, least significant first; bits above
/// the width of a port are 0.
pub trait Dut {
    /// Sets an input.
    fn set(&mut self, port: &str, words: &[u32]);
    /// Reads an output.
    fn get(&self, port: &str) -> Vec<u32>;
    /// Lets the inputs take effect.
    fn eval(&mut self);
}

/// When in a clock cycle outputs were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// New inputs have settled, the clock is low.
    Settled,
    /// The clock has risen.
    Edge,
}

/// RustHDL and Verilog differ, or cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// An output differs.
    #[error(
        "seed {seed}, cycle {cycle}, {phase:?}: `{port}` is {rusthdl:#x} in RustHDL, {verilog:#x} in Verilog (all that differ: {})",
        .differing.join(", ")
    )]
    Output {
        /// Seed of the run.
        seed: u64,
        /// Clock cycle, from 0.
        cycle: usize,
        /// Where in the cycle.
        phase: Phase,
        /// First output that differs.
        port: String,
        /// Its value in RustHDL's simulation.
        rusthdl: BigUint,
        /// Its value in the model of the Verilog.
        verilog: BigUint,
        /// Every output that differs.
        differing: Vec<String>,
    },
    /// RustHDL's simulation does not settle: a combinational loop.
    #[error("seed {seed}, cycle {cycle}: RustHDL's simulation does not converge")]
    NoConvergence {
        /// Seed of the run.
        seed: u64,
        /// Clock cycle, from 0.
        cycle: usize,
    },
    /// The block has a port `clock` that `set_clock` does not drive.
    #[error("the port `clock` does not follow set_clock")]
    ClockStuck,
}

/// Update passes that RustHDL may take to settle.
const MAX_PASSES: usize = 1000;

/// The values of a top module's ports, in the order of [`ports`].
#[derive(Default)]
struct Values {
    depth: usize,
    values: Vec<BigUint>,
}

impl Probe for Values {
    fn visit_start_scope(&mut self, _: &str, _: &dyn Block) {
        self.depth += 1;
    }

    fn visit_end_scope(&mut self, _: &str, _: &dyn Block) {
        self.depth -= 1;
    }

    fn visit_atom(&mut self, _: &str, atom: &dyn Atom) {
        if self.depth == 1 && atom.kind().is_parameter() {
            let (value, _) = literal(&atom.verilog());
            self.values.push(wrap(&value, atom.bits()));
        }
    }
}

fn words(v: &BigUint, width: usize) -> Vec<u32> {
    let mut words = v.to_u32_digits();
    words.resize(width.div_ceil(32), 0);
    words
}

struct Run<'a> {
    dut: &'a mut dyn Dut,
    ports: Vec<Port>,
    seed: u64,
    /// Values of all ports in the last phase, and which of them have ever changed.
    last: Vec<BigUint>,
    changed: Vec<bool>,
}

impl Run<'_> {
    /// Settles both sides and compares all outputs.
    fn phase<U: Block>(&mut self, uut: &mut U, cycle: usize, phase: Phase) -> Result<(), Mismatch> {
        let seed = self.seed;
        if !simulate(uut, MAX_PASSES) {
            return Err(Mismatch::NoConvergence { seed, cycle });
        }
        let mut probe = Values::default();
        uut.accept("top", &mut probe);
        let values = probe.values;
        for (k, (port, value)) in self.ports.iter().zip(&values).enumerate() {
            if self.last.get(k) == Some(value) {
                continue;
            }
            self.changed[k] |= !self.last.is_empty();
            if port.dir == Dir::In {
                self.dut.set(&port.name, &words(value, port.width));
            }
        }
        self.dut.eval();
        self.last = values;
        self.compare(cycle, phase)
    }

    fn compare(&self, cycle: usize, phase: Phase) -> Result<(), Mismatch> {
        let outputs = self.ports.iter().zip(&self.last);
        let mut differing = outputs
            .filter(|(port, _)| port.dir == Dir::Out)
            .map(|(port, value)| (port, value, BigUint::new(self.dut.get(&port.name))))
            .filter(|(_, value, verilog)| *value != verilog)
            .peekable();
        let Some((port, value, verilog)) = differing.peek().cloned() else {
            return Ok(());
        };
        Err(Mismatch::Output {
            seed: self.seed,
            cycle,
            phase,
            port: port.name.clone(),
            rusthdl: value.clone(),
            verilog,
            differing: differing.map(|d| d.0.name.clone()).collect(),
        })
    }

    /// Says on stderr which inputs never changed: a test that forgot one tests less than it seems.
    fn report(&self) {
        let constant = self.ports.iter().zip(&self.changed);
        let constant = constant.filter(|(port, changed)| port.dir == Dir::In && !**changed);
        for (port, _) in constant {
            eprintln!("cosim: input `{}` never changed", port.name);
        }
    }
}

/// Runs `uut` and its Verilog for `cycles` clock cycles on the same inputs and compares all outputs
/// twice a cycle: when new inputs have settled, and after the rising edge of the port `clock`. A
/// block without such a port is compared once a cycle.
///
/// Each cycle `drive(uut, rng, cycle)` sets the inputs but for the clock, which `set_clock` sets
/// (`|u, clock| u.clock.next = clock`, or [`no_clock`]).
///
/// # Errors
/// The first difference; it names the seed that repeats it.
pub fn cosim<U: Block>(
    uut: &mut U,
    dut: &mut dyn Dut,
    seed: u64,
    cycles: usize,
    set_clock: impl Fn(&mut U, Clock),
    mut drive: impl FnMut(&mut U, &mut Rng, usize),
) -> Result<(), Mismatch> {
    let ports = ports(uut);
    let clock = ports.iter().position(|p| p.name == "clock");
    let changed = vec![false; ports.len()];
    let mut rng = Rng::new(seed);
    let mut run = Run {
        dut,
        ports,
        seed,
        last: vec![],
        changed,
    };
    for cycle in 0..cycles {
        drive(uut, &mut rng, cycle);
        set_clock(uut, false.into());
        run.phase(uut, cycle, Phase::Settled)?;
        let Some(clock) = clock else { continue };
        set_clock(uut, true.into());
        run.phase(uut, cycle, Phase::Edge)?;
        if run.last[clock] == BigUint::default() {
            return Err(Mismatch::ClockStuck);
        }
    }
    run.report();
    Ok(())
}

/// The `set_clock` of a block that has none.
pub fn no_clock<U>(_: &mut U, _: Clock) {}

/// Runs `f` on a thread with a stack of 64 MiB: RustHDL keeps words of more than 32 bits as arrays
/// of `bool` on the stack, in every frame of an update.
///
/// # Panics
/// If `f` does, or if there is no thread to be had.
pub fn with_big_stack<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(64 << 20);
        let thread = thread.spawn_scoped(scope, f).expect("no thread");
        match thread.join() {
            Ok(r) => r,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Verilog that sets the `words` words of `width` bits of memory `name` to zero in simulation;
/// synthesis does not see it. For use in the text of a memory block, after the memory.
pub fn zero_memory(name: &str, words: usize, width: usize) -> String {
    format!(
        "`ifndef SYNTHESIS\n\
         integer {name}_word;\n\
         initial for ({name}_word = 0; {name}_word < {words}; {name}_word = {name}_word + 1)\n   \
         {name}[{name}_word] = {{{width}{{1'b0}}}};\n\
         `endif\n"
    )
}
