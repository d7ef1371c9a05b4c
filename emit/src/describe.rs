//! Says what a kernel's statement was, nearly in its own words, for messages.

use crate::types::literal;
use rust_hdl::prelude::ast::*;

/// One line for a statement; of nested blocks only the head.
pub(crate) fn statement(s: &VerilogStatement) -> String {
    match s {
        VerilogStatement::Assignment(l, r) => format!("{} = {}", expression(l), expression(r)),
        VerilogStatement::SliceAssignment {
            base,
            width,
            offset,
            replacement,
        } => {
            let at = expression(offset);
            let (to, from) = (expression(base), expression(replacement));
            format!("{to}, field of {width} bits at bit {at} = {from}")
        }
        VerilogStatement::If(c) => format!("if {}", expression(&c.test)),
        VerilogStatement::Match(m) => format!("match {}", expression(&m.test)),
        VerilogStatement::Loop(l) => {
            let ((from, _), (to, _)) = (literal(&l.from), literal(&l.to));
            format!("for {} in {from}..{to}", l.index)
        }
        VerilogStatement::Comment(c) => format!("// {c}"),
        VerilogStatement::Link(links) => format!("link or join: {links:?}"),
        VerilogStatement::Macro(_) => "a macro".into(),
    }
}

/// An expression as Rust would write it.
pub(crate) fn expression(e: &VerilogExpression) -> String {
    use VerilogExpression::*;
    match e {
        Signal(s) => s.replace("$val()", "").replace('$', "."),
        Literal(l) => literal(l).0.to_string(),
        Cast(x, n) => format!("bit_cast::<{n}>({})", expression(x)),
        Signed(x) => format!("signed_cast({})", expression(x)),
        Unsigned(x) => format!("unsigned_cast({})", expression(x)),
        Paren(x) => format!("({})", expression(x)),
        Binary(l, op, r) => format!("{} {} {}", expression(l), operator(op), expression(r)),
        Unary(VerilogOpUnary::Not, x) => format!("!{}", expression(x)),
        Unary(VerilogOpUnary::Neg, x) => format!("-{}", expression(x)),
        Unary(VerilogOpUnary::All, x) => format!("{}.all()", expression(x)),
        Unary(VerilogOpUnary::Any, x) => format!("{}.any()", expression(x)),
        Unary(VerilogOpUnary::Xor, x) => format!("{}.xor()", expression(x)),
        Index(x, i) => format!("{}.get_bit({})", expression(x), expression(i)),
        Slice(x, n, off) => format!("{}.get_bits::<{n}>({})", expression(x), expression(off)),
        IndexReplace(x, i, v) => {
            let (x, i, v) = (expression(x), expression(i), expression(v));
            format!("{x}.replace_bit({i}, {v})")
        }
    }
}

fn operator(op: &VerilogOp) -> &'static str {
    use VerilogOp::*;
    match op {
        Add => "+",
        Sub => "-",
        Mul => "*",
        LogicalAnd => "&&",
        LogicalOr => "||",
        BitXor => "^",
        BitAnd => "&",
        BitOr => "|",
        Shl => "<<",
        Shr => ">>",
        Eq => "==",
        Lt => "<",
        Le => "<=",
        Ne => "!=",
        Ge => ">=",
        Gt => ">",
    }
}
