//! Says what a typed expression is, nearly as its kernel has it.

use crate::design::Module;
use crate::ir::{Expr, Node};
use crate::types::Ty;

/// A longer text is cut.
const LONGEST: usize = 160;

/// The name of a signal in its kernel.
pub(super) fn name(m: &Module, sig: usize) -> String {
    m.sigs[sig].raw.replace('$', ".")
}

/// `x` in one line that is not too long.
pub(super) fn brief(m: &Module, x: &Expr) -> String {
    let text = expression(m, x);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{} ...", &text[..at]),
        None => text,
    }
}

/// Bits of a signal: the field, if they are one.
pub(super) fn bits(m: &Module, sig: usize, off: usize, w: usize) -> String {
    let (mut text, mut ty, mut off) = (name(m, sig), m.sigs[sig].ty.clone(), off);
    while w < ty.w {
        let inside = |f: &(&str, usize, Ty)| off >= f.1 && off + w <= f.1 + f.2.w;
        let field = ty.fields().into_iter().find(inside);
        let Some((field, at, inner)) = field.map(|f| (f.0.to_owned(), f.1, f.2)) else {
            return match w {
                1 => format!("{text}.get_bit({off})"),
                _ => format!("{text}.get_bits::<{w}>({off})"),
            };
        };
        text = format!("{text}.{field}");
        (ty, off) = (inner, off - at);
    }
    text
}

/// `x` as a kernel might write it.
pub(super) fn expression(m: &Module, x: &Expr) -> String {
    let tell = |x: &Expr| expression(m, x);
    let operand = |x: &Expr| match x.node {
        Node::Bin(..) | Node::Mul(..) | Node::Cmp(..) | Node::Shift(..) => format!("({})", tell(x)),
        _ => tell(x),
    };
    match &x.node {
        Node::Sig(s, off) => bits(m, *s, *off, x.w),
        Node::Lit(v) if x.w == 1 => (*v != 0u8.into()).to_string(),
        Node::Lit(v) if *v < 10u8.into() => v.to_string(),
        Node::Lit(v) => format!("{v:#x}"),
        Node::Label(label, _) => label.replace('$', "::"),
        Node::Bin(op, a, b) | Node::Cmp(op, _, a, b) | Node::Shift(op, a, b) => {
            format!("{} {op} {}", operand(a), operand(b))
        }
        Node::Mul(_, a, b) => format!("{} * {}", operand(a), operand(b)),
        Node::Un('~', a) => format!("!{}", operand(a)),
        Node::Un(op, a) => format!("{op}{}", operand(a)),
        Node::Red(op, a) => {
            let how = match op {
                '|' => "any",
                '&' => "all",
                _ => "xor",
            };
            format!("{}.{how}()", operand(a))
        }
        Node::Zext(a) | Node::Sext(a) => tell(a),
        Node::Slice(a, off) => match x.w {
            1 => format!("{}.get_bit({off})", operand(a)),
            w => format!("{}.get_bits::<{w}>({off})", operand(a)),
        },
        Node::Bit(a, i) => format!("{}.get_bit({})", operand(a), tell(i)),
        Node::Mux(c, a, b) => format!("{} ? {} : {}", operand(c), operand(a), operand(b)),
        Node::Mutant(number, _) => format!("mutant {number}"),
    }
}
