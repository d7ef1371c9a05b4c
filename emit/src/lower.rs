//! Finds what the names in a kernel mean, and infers the type of every expression.

use crate::design::{Labels, Module};
use crate::error::{Reason, Refusal};
use crate::names;
use crate::types::{Ty, literal};
use num_bigint::BigInt;
use rust_hdl::prelude::ast::{VerilogExpression, VerilogOp, VerilogOpUnary};
use rust_hdl::prelude::*;
use std::collections::HashMap;

pub(crate) type Res<T> = Result<T, Reason>;

/// What is known of an expression before its context is.
pub(crate) enum Known {
    Ty(Ty),
    /// A plain Rust integer, which takes the width of its context.
    Int(BigInt),
    /// RustHDL's AST has lost the width (`signed_bit_cast`, `1 << x`); only the context can tell.
    Lost,
}

/// What a name means.
pub(crate) enum Ref {
    Int(BigInt),
    /// Signal, lowest bit, type.
    Sig(usize, usize, Ty),
    Label(String, usize, Ty),
}

/// Types and lowers one kernel. Statements are in `statements.rs`, expressions in `expressions.rs`.
pub(crate) struct Lower<'a> {
    pub m: &'a Module,
    pub labels: &'a Labels,
    /// Loop variables, innermost last.
    pub vars: Vec<(String, BigInt)>,
    /// Values that `for _N in N..N {}` announced.
    pub consts: HashMap<String, BigInt>,
    /// (child's InOut, own InOut) wired together.
    pub ties: Vec<(usize, usize)>,
    pub refusals: Vec<Refusal>,
}

/// The result of an operator on two plain integers.
fn int_op(a: &BigInt, op: &VerilogOp, b: &BigInt) -> Res<BigInt> {
    use VerilogOp::*;
    let distance = || {
        let far = || Reason::ShiftTooFar(b.clone());
        let n = usize::try_from(b).ok().filter(|k| *k < 4096);
        n.ok_or_else(far)
    };
    Ok(match op {
        Add => a + b,
        Sub => a - b,
        Mul => a * b,
        BitAnd | LogicalAnd => a & b,
        BitOr | LogicalOr => a | b,
        BitXor => a ^ b,
        Shl => a << distance()?,
        Shr => a >> distance()?,
        Eq => u8::from(a == b).into(),
        Ne => u8::from(a != b).into(),
        Lt => u8::from(a < b).into(),
        Le => u8::from(a <= b).into(),
        Gt => u8::from(a > b).into(),
        Ge => u8::from(a >= b).into(),
    })
}

impl<'a> Lower<'a> {
    pub fn new(m: &'a Module, labels: &'a Labels) -> Self {
        Lower {
            m,
            labels,
            vars: vec![],
            consts: HashMap::new(),
            ties: vec![],
            refusals: vec![],
        }
    }

    /// The value of a loop variable or an announced constant.
    pub fn var(&self, name: &str) -> Option<BigInt> {
        let vars = self.vars.iter().rev().find(|v| v.0 == name).map(|v| &v.1);
        vars.or_else(|| self.consts.get(name)).cloned()
    }

    /// `arr[i + 1]$x` becomes `arr$3$x`.
    fn flat(&self, text: &str) -> Res<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('[') {
            let close = rest[open..].find(']');
            let close = close.ok_or_else(|| Reason::Index(text.into()))? + open;
            let index = names::eval(&rest[open + 1..close], &|v| self.var(v))?;
            out += &rest[..open];
            out += "$";
            out += &index.to_string();
            rest = &rest[close + 1..];
        }
        out += rest;
        let out = out.replace("::", "$").replace('.', "$");
        Ok(out.trim_start_matches('$').into())
    }

    pub fn resolve(&self, text: &str) -> Res<Ref> {
        if let Some(v) = self.var(text) {
            return Ok(Ref::Int(v));
        }
        let flat = self.flat(text)?;
        let whole = |name: &str| {
            let k = *self.m.index.get(name)?;
            Some((k, self.m.sigs[k].ty.clone()))
        };
        if let Some((k, ty)) = whole(flat.strip_suffix("$next").unwrap_or(&flat)) {
            return Ok(Ref::Sig(k, 0, ty));
        }
        // nested struct fields, which RustHDL leaves as text: `x$val()$a$b`, `x$next$a$b`
        for separator in ["$val()$", "$next$"] {
            if let Some((base, fields)) = flat.split_once(separator)
                && let Some((k, mut ty)) = whole(base)
            {
                let mut off = 0;
                for name in fields.split('$') {
                    let (o, field) = ty.field(name).ok_or_else(|| Reason::NoField {
                        field: name.into(),
                        of: text.into(),
                    })?;
                    (off, ty) = (off + o, field);
                }
                return Ok(Ref::Sig(k, off, ty));
            }
        }
        self.label(text, &flat)
    }

    /// An enum label, possibly behind a module path.
    fn label(&self, text: &str, flat: &str) -> Res<Ref> {
        let mut parts = flat.rsplit('$');
        let key = match (parts.next(), parts.next()) {
            (Some(label), Some(of)) => format!("{of}${label}"),
            _ => flat.into(),
        };
        match self.labels.get(&key).map(Vec::as_slice) {
            Some([(ty, code)]) => Ok(Ref::Label(key, *code, ty.clone())),
            Some(_) => Err(Reason::AmbiguousLabel(text.into())),
            None => Err(Reason::Unknown(text.into())),
        }
    }

    /// The type of `e` as far as it does not depend on its context.
    pub fn infer(&self, e: &VerilogExpression) -> Res<Known> {
        use VerilogExpression::*;
        match e {
            Signal(s) => Ok(match self.resolve(s)? {
                Ref::Int(v) => Known::Int(v),
                Ref::Sig(_, _, t) | Ref::Label(_, _, t) => Known::Ty(t),
            }),
            Literal(l) => Ok(match literal(l) {
                (_, 1) => Known::Ty(Ty::bits(1, false)),
                (v, _) => Known::Int(v),
            }),
            Paren(x) => self.infer(x),
            Cast(_, n) => Ok(Known::Ty(Ty::bits(*n, false))),
            Signed(x) => Ok(match self.infer(x)? {
                Known::Ty(t) if t.signed => Known::Lost, // signed_bit_cast::<M, N>: M is gone
                Known::Ty(t) => Known::Ty(Ty::bits(t.w, true)),
                other => other,
            }),
            Unsigned(x) => Ok(match self.infer(x)? {
                Known::Ty(t) => Known::Ty(Ty::bits(t.w, false)),
                other => other,
            }),
            Unary(VerilogOpUnary::Not, x) => match self.infer(x)? {
                Known::Int(_) => Err(Reason::NotOfInteger),
                other => Ok(other),
            },
            Unary(VerilogOpUnary::Neg, x) => Ok(match self.infer(x)? {
                Known::Int(v) => Known::Int(-v),
                other => other,
            }),
            Unary(_, _) | Index(_, _) => Ok(Known::Ty(Ty::bits(1, false))),
            IndexReplace(b, _, _) => self.infer(b),
            Slice(b, w, off) => self.infer_slice(b, *w, off),
            Binary(l, op, r) => self.infer_binary(l, op, r),
        }
    }

    /// `get_bits`, or a field of a struct: both are slices in RustHDL's AST.
    fn infer_slice(&self, b: &VerilogExpression, w: usize, off: &VerilogExpression) -> Res<Known> {
        let ty = self.ty(b)?;
        let (TypeKind::Composite(_), Known::Int(at)) = (&ty.desc.kind, self.infer(off)?) else {
            return Ok(Known::Ty(Ty::bits(w, ty.signed)));
        };
        let off = usize::try_from(&at).map_err(|_| Reason::Negative(at))?;
        let field = ty.field_at(off, w).map(Known::Ty);
        field.ok_or_else(|| Reason::NotAField {
            w,
            off,
            of: ty.describe(),
        })
    }

    fn infer_binary(
        &self,
        l: &VerilogExpression,
        op: &VerilogOp,
        r: &VerilogExpression,
    ) -> Res<Known> {
        use VerilogOp::*;
        let (a, b) = (self.infer(l)?, self.infer(r)?);
        if let (Known::Int(a), Known::Int(b)) = (&a, &b) {
            return int_op(a, op, b).map(Known::Int);
        }
        let differ =
            |a: &Ty, b: &Ty| -> Res<Known> { Err(Reason::Operands(a.describe(), b.describe())) };
        match (op, a, b) {
            (Eq | Ne | Lt | Le | Gt | Ge | LogicalAnd | LogicalOr, ..) => {
                Ok(Known::Ty(Ty::bits(1, false)))
            }
            (Shl | Shr, Known::Ty(t), _) => Ok(Known::Ty(t)),
            (Shl | Shr, ..) => Ok(Known::Lost),
            (Mul, Known::Ty(a), Known::Ty(b)) if !a.matches(&b) => differ(&a, &b),
            (Mul, Known::Ty(t), Known::Ty(_) | Known::Int(_))
            | (Mul, Known::Int(_), Known::Ty(t)) => Ok(Known::Ty(Ty::bits(2 * t.w, t.signed))),
            (Mul, ..) => Err(Reason::LostWidth),
            // Bits + bool
            (Add, Known::Ty(a), Known::Ty(b)) if b.w == 1 && !a.signed => Ok(Known::Ty(a)),
            (_, Known::Ty(a), Known::Ty(b)) if !a.matches(&b) => differ(&a, &b),
            (_, Known::Ty(t), _) | (_, _, Known::Ty(t)) => Ok(Known::Ty(t)),
            _ => Ok(Known::Lost),
        }
    }

    /// The type of an operand that has to have one of its own.
    pub fn ty(&self, e: &VerilogExpression) -> Res<Ty> {
        match self.infer(e)? {
            Known::Ty(t) => Ok(t),
            Known::Int(v) => Err(Reason::IntegerWidth(v)),
            Known::Lost => Err(Reason::LostWidth),
        }
    }

    /// The common type of the operands of a comparison.
    pub fn common(&self, l: &VerilogExpression, r: &VerilogExpression) -> Res<Ty> {
        match (self.infer(l)?, self.infer(r)?) {
            (Known::Ty(a), Known::Ty(b)) if !a.matches(&b) => {
                Err(Reason::Operands(a.describe(), b.describe()))
            }
            (Known::Ty(t), _) | (_, Known::Ty(t)) => Ok(t),
            (Known::Int(v), _) => Err(Reason::IntegerWidth(v)),
            _ => Err(Reason::LostWidth),
        }
    }
}
