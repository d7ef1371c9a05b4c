//! A Verilog emitter over RustHDL's public AST that is right by construction.
//!
//! This crate is the bridge from kernels to tools: [`emit()`] gives the Verilog of a design, or
//! every reason why it will not give any ([`EmitError`]). It replaces RustHDL's own printer, which
//! prints Rust expressions as text and so lets Verilog's width and precedence rules change their
//! meaning. [`scan()`] finds in the Rust sources what RustHDL's macro drops before anybody can see
//! it. [`cosim`] drives a block and its Verilog with the same random inputs and compares them.
//! This crate knows no block of the NIC, runs no tool and writes no file.
//!
//! # How it works
//! A RustHDL `Probe` records the signals, types, children and kernels of a design (`design`). Every
//! expression of a kernel is typed (`lower`, `expressions`, `statements`): plain Rust integers take
//! the width of their context; where the AST has lost a width (`signed_bit_cast`, `1 << x`) the
//! context must give it. Definite assignment is checked bit by bit (`flow`), so that latches, reads
//! before writes and undriven signals are refused. Then the typed form is printed (`print`,
//! `kernel`, `emitter`): everything unsigned and exactly as wide as its context, single
//! assignments as continuous ones, registers in clocked blocks (`clocked`), the rest in `always @*` blocks that make no false
//! loops (`blocks`), identical modules once.
//!
//! # In kernels
//! * Write expressions as they read best: `(a - b) < c`, `get_bits` of any expression, fields of
//!   nested structs.
//! * `comment!("text")` puts a comment before the next statement; as the first statement,
//!   `comment!("module name")` names the module (hand-written bodies: a first line
//!   `// module name`). Modules without are named for their instance.
//! * A const generic or Rust const used in an *expression* is invisible to RustHDL's macro. Announce
//!   its value with an empty loop, which costs nothing: `for _N in N..N {}`. Then `N` may be used.
//!   In loop bounds and turbofish it may be used anyway. (A crate of kernels allows the lints
//!   `non_snake_case` and `clippy::reversed_empty_ranges` for it.)
//! * `a << x << y` becomes one shift by `x + y`, carry included.
//!
//! # Verilator 5.048
//! Its data flow optimiser joins two variable shifts in the same direction into one by the sum of
//! their amounts, and loses the carry of that sum; it finds such pairs across wires and modules,
//! where this emitter cannot. Build models with [`VERILATOR_FLAGS`], which turn off those two rules of it.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod blocks;
mod clocked;
pub mod cosim;
mod describe;
mod design;
mod emitter;
mod error;
mod expressions;
mod flow;
mod ir;
mod kernel;
mod lower;
pub mod mutate;
mod names;
mod print;
mod scan;
mod statements;
mod types;

pub use error::{EmitError, Reason, Refusal};
pub use scan::{Dropped, Finding, scan};

use design::{Design, Kind};
use rust_hdl::prelude::{Block, check_all};

/// Flags without which Verilator 5.048 mistranslates pairs of variable shifts.
pub const VERILATOR_FLAGS: &[&str] = &[
    "-fno-dfg-peephole-replace-shiftl-shiftl",
    "-fno-dfg-peephole-replace-shiftr-shiftr",
];

/// A comment for the emitted Verilog; nothing in Rust. `comment!("module name")` as the first
/// statement of a kernel names its module.
#[macro_export]
macro_rules! comment {
    ($($text:tt)*) => {};
}

/// Direction of a [`Port`], seen from the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dir {
    /// Input.
    In,
    /// Output.
    Out,
    /// Bidirectional.
    InOut,
}

/// A port of the top module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Port {
    /// Name in the emitted Verilog.
    pub name: String,
    /// Bits.
    pub width: usize,
    /// Direction.
    pub dir: Dir,
}

/// The ports of `block` as the top module that [`emit()`] would print, in order.
pub fn ports(block: &dyn Block) -> Vec<Port> {
    let design = Design::of("top", block);
    let port = |s: &design::Sig| Port {
        name: s.name.clone(),
        width: s.ty.w,
        dir: match s.kind {
            Kind::In => Dir::In,
            Kind::InOut => Dir::InOut,
            _ => Dir::Out,
        },
    };
    design
        .modules
        .iter()
        .take(1)
        .flat_map(|m| m.ports().map(port))
        .collect()
}

/// The Verilog-2001 of `block` with top module `top`. `connect_all()` must have been called.
///
/// # Errors
/// Everything that is wrong with the design; nothing is emitted then.
pub fn emit(top: &str, block: &dyn Block) -> Result<String, EmitError> {
    let header = format!("{top}: generated from RustHDL, do not edit.");
    emit_with_header(top, block, &header)
}

/// As [`emit()`], with the lines of `header` as comments on top.
///
/// # Errors
/// As [`emit()`].
pub fn emit_with_header(top: &str, block: &dyn Block, header: &str) -> Result<String, EmitError> {
    let mut emitter = emitter::Emitter::new(Design::of(top, block));
    checked(top, block, header, &mut emitter)
}

/// What `emitter` makes of `block`, if nothing is wrong with it.
fn checked(
    top: &str,
    block: &dyn Block,
    header: &str,
    emitter: &mut emitter::Emitter,
) -> Result<String, EmitError> {
    if let Err(check) = check_all(block) {
        let refusal = Refusal {
            module: top.into(),
            reason: Reason::Check(check),
            context: String::new(),
        };
        let refusals = vec![refusal];
        return Err(EmitError { refusals });
    }
    let text = emitter.run(top);
    if !emitter.refusals.is_empty() {
        let refusals = std::mem::take(&mut emitter.refusals);
        return Err(EmitError { refusals });
    }
    let header: Vec<_> = header.lines().map(print::comment).collect();
    Ok(format!("{}\n{text}", header.join("\n")))
}
