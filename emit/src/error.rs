//! Every reason why a design is not emitted.

use num_bigint::{BigInt, BigUint};
use rust_hdl::core::check_error::CheckError;
use std::fmt;

/// All refusals of one design; nothing is emitted if there is one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct EmitError {
    /// At least one.
    pub refusals: Vec<Refusal>,
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} refusals:", self.refusals.len())?;
        self.refusals.iter().try_for_each(|r| writeln!(f, "{r}"))
    }
}

/// One thing that is wrong with a design, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Instance path, e.g. `top.core.rx`.
    pub module: String,
    /// What is wrong.
    pub reason: Reason,
    /// The statement in the words of the kernel, with the values of loop variables; may be empty.
    pub context: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.module, self.reason)?;
        if self.context.is_empty() {
            return Ok(());
        }
        write!(f, "\n    in {}", self.context)
    }
}

/// What the emitter refuses.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Reason {
    /// RustHDL's own `check_all` failed.
    #[error("RustHDL's check_all: {0:?}")]
    Check(CheckError),

    // -- signals
    /// Some path through the kernel leaves the signal unassigned.
    #[error("`{0}` is not assigned on every path (a latch)")]
    Latch(String),
    /// A local or output is read where it may not have been assigned yet.
    #[error("`{0}` is read before it is assigned on every path")]
    ReadBeforeWrite(String),
    /// RustHDL gives the old value of a child's input, Verilog the new one.
    #[error("`{0}` is a child's input and cannot be read back; use a Local")]
    ChildInputRead(String),
    /// An output, or the input of a child, without any assignment.
    #[error("`{0}` is never driven")]
    Undriven(String),
    /// An `InOut` of a child that is not linked to an `InOut` of this module.
    #[error("InOut `{0}` is not tied to an InOut of its parent")]
    InOutUntied(String),
    /// An `InOut` linked to something that is not one, or of another width.
    #[error("`{0}` and `{1}` cannot be tied: only a child's InOut to an InOut of its own module")]
    InOutTie(String, String),
    /// A signal of no bits.
    #[error("`{0}` has no bits")]
    NoBits(String),
    /// Assignment to an input, a constant, a child's output, or no signal at all.
    #[error("`{0}` cannot be assigned ({1})")]
    NotAssignable(String, &'static str),

    /// Nothing outside it ever changes the value; iverilog would never compute it.
    #[error("`{0}` is computed step by step from constants only; use a Constant")]
    OnlyConstants(String),

    // -- names
    /// No signal, constant, loop variable or enum label of that name.
    #[error(
        "unknown identifier `{0}` (a Rust const or const generic? announce it with `for _{0} in {0}..{0} {{}}`, or use a Constant field)"
    )]
    Unknown(String),
    /// A struct field that does not exist.
    #[error("no field `{field}` in `{of}`")]
    NoField {
        /// Field asked for.
        field: String,
        /// Expression or type asked.
        of: String,
    },
    /// Two enums of the design share this label with different codes or widths.
    #[error("`{0}` names labels of several different enums")]
    AmbiguousLabel(String),
    /// An array index that is not a constant expression.
    #[error("cannot evaluate the index `{0}`")]
    Index(String),
    /// A loop variable that hides a signal.
    #[error("loop variable `{0}` has the name of a signal; the AST cannot tell them apart")]
    LoopVariable(String),

    // -- widths
    /// A plain integer where only its context could give it a width, and there is none.
    #[error("the width of the plain integer {0} is not known here; use bits::<N>()")]
    IntegerWidth(BigInt),
    /// RustHDL's AST drops the width of `signed_bit_cast` and of `integer << signal`.
    #[error(
        "RustHDL's AST has lost the width of this operand (signed_bit_cast, or integer << signal); assign it to a Local first"
    )]
    LostWidth,
    /// A literal that the width of its context cannot hold.
    #[error("literal {value} does not fit in {bits} bits")]
    LiteralTooWide {
        /// The literal.
        value: BigInt,
        /// What it has to fit in.
        bits: usize,
    },
    /// A value of one width where another is expected.
    #[error("a {found}-bit value where {expected} bits are expected")]
    Width {
        /// Bits of the value.
        found: usize,
        /// Bits of its context.
        expected: usize,
    },
    /// Operands of different types.
    #[error("operands of different types: {0} and {1}")]
    Operands(String, String),
    /// A constant index or offset beyond the top of a value.
    #[error("bit {at} of a {bits}-bit value")]
    OutOfRange {
        /// Constant index, lowest bit, or highest bit of a slice.
        at: BigUint,
        /// Width of the value.
        bits: usize,
    },
    /// A negative index or shift amount.
    #[error("negative index or shift amount {0}")]
    Negative(BigInt),
    /// A shift of a plain integer by more than is reasonable.
    #[error("shift of an integer by {0}")]
    ShiftTooFar(BigInt),
    /// A slice that is not one field of a struct.
    #[error("no {w}-bit field at bit {off} of {of}")]
    NotAField {
        /// Width of the slice.
        w: usize,
        /// Its lowest bit.
        off: usize,
        /// The type that is sliced.
        of: String,
    },
    /// `!5`: Rust inverts 32 bits of it, hardware has no such width.
    #[error("`!` of a plain Rust integer")]
    NotOfInteger,
    /// Assignment to a slice at a variable offset.
    #[error("assignment to a slice at a variable offset")]
    VariableTarget,

    // -- statements
    /// A pattern that is neither a number, a known constant nor a label of the enum.
    #[error("match pattern `{0}` is neither a number, a known constant nor a label (a binding?)")]
    Pattern(String),
    /// The same pattern twice: the first one had a guard.
    #[error("match pattern `{0}` twice (hdl_gen drops the guards of arms)")]
    PatternTwice(String),
    /// A loop of too many turns.
    #[error("a loop of {0} turns")]
    LoopTooLong(BigInt),
    /// A construct that RustHDL's own macro does not produce.
    #[error("{0}")]
    Unsupported(&'static str),

    // -- black boxes
    /// The top module must have a body of its own.
    #[error("the top module is a black box")]
    BlackBoxTop,
    /// Two black boxes of one name with different declarations.
    #[error("two different declarations of the black box `{0}`")]
    BlackBoxTwice(String),
}
