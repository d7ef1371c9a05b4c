//! Lowers RustHDL's expressions to typed ones, each at the width its context has in Rust.

use crate::error::Reason;
use crate::ir::{Expr, Node};
use crate::lower::{Known, Lower, Ref, Res};
use crate::types::{literal, wrap};
use num_bigint::{BigInt, BigUint};
use rust_hdl::prelude::ast::{VerilogExpression, VerilogOp, VerilogOpUnary};
use rust_hdl::prelude::*;

fn boxed(x: Expr) -> Box<Expr> {
    Box::new(x)
}

/// `v` in `w` bits; refused if it fits neither as a signed nor as an unsigned number.
pub(crate) fn sized(v: &BigInt, w: usize) -> Res<Expr> {
    let half = BigInt::from(1) << w.saturating_sub(1);
    if w == 0 || *v < -&half || *v >= &half * 2 {
        let value = v.clone();
        return Err(Reason::LiteralTooWide { value, bits: w });
    }
    Ok(Expr::lit(wrap(v, w), w))
}

fn comparison(op: &VerilogOp) -> Option<&'static str> {
    use VerilogOp::*;
    Some(match op {
        Eq => "==",
        Ne => "!=",
        Lt => "<",
        Le => "<=",
        Gt => ">",
        Ge => ">=",
        _ => return None,
    })
}

/// Bits needed to index one of `n`.
fn index_bits(n: usize) -> usize {
    clog2(n).max(1)
}

impl Lower<'_> {
    /// Lowers an expression whose width is its own.
    pub fn own(&self, e: &VerilogExpression) -> Res<Expr> {
        self.at(e, self.ty(e)?.w)
    }

    /// A shift amount or index: plain integers get a natural width.
    fn amount(&self, e: &VerilogExpression) -> Res<Expr> {
        match self.infer(e)? {
            Known::Int(v) => {
                let n = v.to_biguint().ok_or(Reason::Negative(v))?;
                let w = usize::try_from(n.bits()).unwrap_or(usize::MAX);
                Ok(Expr::lit(n, w.max(1)))
            }
            _ => self.own(e),
        }
    }

    /// Lowers `e` at `w` bits, the width its context has in Rust.
    pub fn at(&self, e: &VerilogExpression, w: usize) -> Res<Expr> {
        use VerilogExpression::*;
        match self.infer(e)? {
            Known::Int(v) => return sized(&v, w),
            Known::Ty(t) if t.w != w => {
                let (found, expected) = (t.w, w);
                return Err(Reason::Width { found, expected });
            }
            _ => {}
        }
        let make = |node: Node| Ok(Expr::new(node, w));
        match e {
            Signal(s) => match self.resolve(s)? {
                Ref::Sig(k, off, _) => make(Node::Sig(k, off)),
                Ref::Label(l, code, _) => make(Node::Label(l, code)),
                Ref::Int(v) => sized(&v, w),
            },
            Literal(l) => sized(&literal(l).0, w),
            Paren(x) | Unsigned(x) => self.at(x, w),
            Cast(x, _) => self.cast(x, w),
            Signed(x) => match self.infer(x)? {
                Known::Ty(t) if t.signed => {
                    let x = self.own(x)?;
                    if x.w < w {
                        make(Node::Sext(boxed(x)))
                    } else {
                        Ok(x.slice(0, w))
                    }
                }
                _ => self.at(x, w),
            },
            Unary(VerilogOpUnary::Not, x) => make(Node::Un('~', boxed(self.at(x, w)?))),
            Unary(VerilogOpUnary::Neg, x) => make(Node::Un('-', boxed(self.at(x, w)?))),
            Unary(VerilogOpUnary::All, x) => make(Node::Red('&', boxed(self.own(x)?))),
            Unary(VerilogOpUnary::Any, x) => make(Node::Red('|', boxed(self.own(x)?))),
            Unary(VerilogOpUnary::Xor, x) => make(Node::Red('^', boxed(self.own(x)?))),
            Index(b, i) => self.bit(b, i),
            Slice(b, n, off) => self.bits(b, *n, off),
            IndexReplace(b, i, v) => self.replace_bit(b, i, v, w),
            Binary(l, op, r) => self.binary(l, op, r, w),
        }
    }

    /// `bit_cast` and `bits`: zero extension, or truncation on purpose.
    fn cast(&self, x: &VerilogExpression, w: usize) -> Res<Expr> {
        match self.infer(x)? {
            Known::Int(v) if v < BigInt::default() => Err(Reason::Negative(v)),
            Known::Int(v) => sized(&v, w),
            _ => {
                let x = self.own(x)?;
                Ok(if x.w < w { x.zext(w) } else { x.slice(0, w) })
            }
        }
    }

    /// A constant index or offset, which has to be at most `top`.
    fn constant(v: &BigUint, top: usize, bits: usize) -> Res<usize> {
        let k = usize::try_from(v).ok().filter(|k| *k <= top);
        let at = v.clone();
        k.ok_or(Reason::OutOfRange { at, bits })
    }

    /// `get_bit`. A variable index is cut to the bits that can matter: beyond the top RustHDL's
    /// simulation panics.
    fn bit(&self, b: &VerilogExpression, i: &VerilogExpression) -> Res<Expr> {
        let (b, i) = (self.own(b)?, self.amount(i)?);
        if let Some(v) = i.value() {
            let k = Self::constant(&v, b.w.saturating_sub(1), b.w)?;
            return Ok(b.slice(k, 1));
        }
        if b.w == 1 {
            return Ok(b);
        }
        let n = index_bits(b.w);
        let i = if i.w < n { i.zext(n) } else { i.slice(0, n) };
        Ok(Expr::new(Node::Bit(boxed(b), boxed(i)), 1))
    }

    /// `get_bits`: bits beyond the top read as 0.
    fn bits(&self, b: &VerilogExpression, n: usize, off: &VerilogExpression) -> Res<Expr> {
        let (b, off) = (self.own(b)?, self.amount(off)?);
        match off.value() {
            Some(v) => {
                let k = Self::constant(&v, b.w, b.w)?;
                Ok(b.slice(k, n))
            }
            None => Ok(b.shift(">>", off).slice(0, n)),
        }
    }

    /// `replace_bit`: the bit is masked out and put in again.
    fn replace_bit(
        &self,
        b: &VerilogExpression,
        i: &VerilogExpression,
        v: &VerilogExpression,
        w: usize,
    ) -> Res<Expr> {
        let (b, i, v) = (self.at(b, w)?, self.amount(i)?, self.at(v, 1)?);
        if let Some(k) = i.value() {
            Self::constant(&k, w.saturating_sub(1), w)?;
        }
        let hole = Expr::lit(1u8, w).shift("<<", i.clone());
        let hole = Expr::new(Node::Un('~', boxed(hole)), w);
        let kept = Expr::new(Node::Bin("&", boxed(b), boxed(hole)), w);
        let bit = v.zext(w).shift("<<", i);
        Ok(Expr::new(Node::Bin("|", boxed(kept), boxed(bit)), w))
    }

    fn binary(
        &self,
        l: &VerilogExpression,
        op: &VerilogOp,
        r: &VerilogExpression,
        w: usize,
    ) -> Res<Expr> {
        use VerilogOp::*;
        if let Some(c) = comparison(op) {
            let t = self.common(l, r)?;
            let signed = t.signed && !matches!(op, Eq | Ne);
            let (l, r) = (self.at(l, t.w)?, self.at(r, t.w)?);
            return Ok(Expr::new(Node::Cmp(c, signed, boxed(l), boxed(r)), 1));
        }
        let symbol = match op {
            Shl => return Ok(self.at(l, w)?.shift("<<", self.amount(r)?)),
            Shr => return Ok(self.at(l, w)?.shift(">>", self.amount(r)?)),
            Mul => {
                let signed = [l, r]
                    .iter()
                    .any(|x| matches!(self.infer(x), Ok(Known::Ty(t)) if t.signed));
                let (l, r) = (self.at(l, w / 2)?, self.at(r, w / 2)?);
                return Ok(Expr::new(Node::Mul(signed, boxed(l), boxed(r)), w));
            }
            LogicalAnd => "&&",
            LogicalOr => "||",
            Add => "+",
            Sub => "-",
            BitAnd => "&",
            BitOr => "|",
            _ => "^",
        };
        let rhs = match self.infer(r)? {
            // Bits + bool
            Known::Ty(t) if matches!(op, Add) && t.w == 1 => self.at(r, 1)?.zext(w),
            _ => self.at(r, w)?,
        };
        let lhs = self.at(l, w)?;
        Ok(Expr::new(Node::Bin(symbol, boxed(lhs), boxed(rhs)), w))
    }
}
