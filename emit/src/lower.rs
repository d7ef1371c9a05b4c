//! Types RustHDL's kernel AST and lowers it to an IR in which every node has an explicit width.
//! Anything that cannot be typed is an error.
use crate::design::*;
use crate::names;
use num_bigint::{BigInt, BigUint};
use rust_hdl::prelude::ast::*;
use rust_hdl::prelude::*;
use std::collections::HashMap;

pub type Res<T> = Result<T, String>;

/// An expression of exactly `w` bits. Operands of arithmetic have the width of the result.
#[derive(Clone, Debug)]
pub struct X {
    pub e: E,
    pub w: usize,
}
#[derive(Clone, Debug)]
pub enum E {
    /// bits `off .. off+w` of a signal
    Sig(usize, usize),
    Lit(BigUint),
    Label(String, usize),
    Bin(&'static str, Box<X>, Box<X>),
    Mul(bool, Box<X>, Box<X>),
    Cmp(&'static str, bool, Box<X>, Box<X>),
    Shift(&'static str, Box<X>, Box<X>),
    Un(char, Box<X>),
    Red(char, Box<X>),
    Zext(Box<X>),
    Sext(Box<X>),
    Slice(Box<X>, usize),
    Bit(Box<X>, Box<X>),
}
pub enum S {
    Set {
        sig: usize,
        off: usize,
        w: usize,
        to: X,
    },
    If(X, Vec<S>, Vec<S>),
    Case(X, Vec<(X, Vec<S>)>, Option<Vec<S>>),
    Note(String),
}

/// What is known of an expression before its context is: its type; or that it is a plain Rust
/// integer (takes the width of its context); or that the AST lost its width (`signed_bit_cast`,
/// `1 << x`), so that only the context can tell.
enum T {
    Ty(Ty),
    Int(BigInt),
    Lost,
}
enum Ref {
    Int(BigInt),
    Sig(usize, usize, Ty),
    Label(String, usize, Ty),
}

pub struct Lower<'a> {
    pub m: &'a Module,
    pub labels: &'a std::collections::BTreeMap<String, Vec<(Ty, usize)>>,
    vars: Vec<(String, BigInt)>,
    consts: HashMap<String, BigInt>,
    /// (child's InOut, own InOut) wired together
    pub ties: Vec<(usize, usize)>,
    pub errors: Vec<String>,
}

fn lit(v: &BigInt, w: usize) -> Res<X> {
    let (lo, hi) = (-(BigInt::from(1) << (w - 1)), BigInt::from(1) << w);
    if *v < lo || *v >= hi {
        return Err(format!("literal {v} does not fit in {w} bits"));
    }
    Ok(X {
        e: E::Lit(wrap(v, w)),
        w,
    })
}
fn zext(x: X, w: usize) -> X {
    match x.e {
        _ if x.w == w => x,
        E::Lit(v) => X { e: E::Lit(v), w },
        E::Zext(y) => X { e: E::Zext(y), w },
        _ => X {
            e: E::Zext(Box::new(x)),
            w,
        },
    }
}
/// Bits `off .. off+w` of x; bits beyond its top read as 0 (as in RustHDL's get_bits).
pub fn slice(x: X, off: usize, w: usize) -> X {
    if off >= x.w {
        return X {
            e: E::Lit(BigUint::default()),
            w,
        };
    }
    if off + w > x.w {
        let n = x.w - off;
        return zext(slice(x, off, n), w);
    }
    if w == x.w {
        return x;
    }
    match x.e {
        E::Sig(s, o) => X {
            e: E::Sig(s, o + off),
            w,
        },
        E::Lit(v) => X {
            e: E::Lit((v >> off) & ((BigUint::from(1u8) << w) - 1u8)),
            w,
        },
        E::Slice(y, o) => X {
            e: E::Slice(y, o + off),
            w,
        },
        E::Zext(y) if off + w <= y.w => slice(*y, off, w),
        E::Shift(">>", y, k) if matches!(&k.e, E::Lit(_)) => {
            let E::Lit(k) = k.e else { unreachable!() };
            let k = usize::try_from(k).unwrap_or(usize::MAX / 2);
            slice(*y, off + k, w)
        }
        E::Bin(op @ ("&" | "|" | "^"), a, b) => X {
            e: E::Bin(op, Box::new(slice(*a, off, w)), Box::new(slice(*b, off, w))),
            w,
        },
        E::Bin(op @ ("+" | "-"), a, b) if off == 0 => X {
            e: E::Bin(op, Box::new(slice(*a, 0, w)), Box::new(slice(*b, 0, w))),
            w,
        },
        E::Un('~', a) => X {
            e: E::Un('~', Box::new(slice(*a, off, w))),
            w,
        },
        e => X {
            e: E::Slice(Box::new(X { e, w: x.w }), off),
            w,
        },
    }
}
fn bx(x: X) -> Box<X> {
    Box::new(x)
}
fn int_op(a: &BigInt, o: &VerilogOp, b: &BigInt) -> Res<BigInt> {
    use VerilogOp::*;
    let sh = || {
        usize::try_from(b)
            .ok()
            .filter(|k| *k < 4096)
            .ok_or_else(|| format!("shift by {b}"))
    };
    Ok(match o {
        Add => a + b,
        Sub => a - b,
        Mul => a * b,
        BitAnd => a & b,
        BitOr => a | b,
        BitXor => a ^ b,
        Shl => a << sh()?,
        Shr => a >> sh()?,
        Eq => BigInt::from((a == b) as u8),
        Ne => BigInt::from((a != b) as u8),
        Lt => BigInt::from((a < b) as u8),
        Le => BigInt::from((a <= b) as u8),
        Gt => BigInt::from((a > b) as u8),
        Ge => BigInt::from((a >= b) as u8),
        LogicalAnd => a & b,
        LogicalOr => a | b,
    })
}
fn cmp(o: &VerilogOp) -> Option<&'static str> {
    use VerilogOp::*;
    Some(match o {
        Eq => "==",
        Ne => "!=",
        Lt => "<",
        Le => "<=",
        Gt => ">",
        Ge => ">=",
        _ => return None,
    })
}

impl<'a> Lower<'a> {
    pub fn new(
        m: &'a Module,
        labels: &'a std::collections::BTreeMap<String, Vec<(Ty, usize)>>,
    ) -> Self {
        Lower {
            m,
            labels,
            vars: vec![],
            consts: HashMap::new(),
            ties: vec![],
            errors: vec![],
        }
    }
    fn var(&self, s: &str) -> Option<BigInt> {
        self.vars
            .iter()
            .rev()
            .find(|v| v.0 == s)
            .map(|v| v.1.clone())
            .or_else(|| self.consts.get(s).cloned())
    }
    /// `arr[i+1]$x` -> `arr$3$x`
    fn flat(&self, s: &str) -> Res<String> {
        let mut out = String::new();
        let mut rest = s;
        while let Some(p) = rest.find('[') {
            let q = rest[p..]
                .find(']')
                .ok_or_else(|| format!("bad name `{s}`"))?
                + p;
            let i = names::eval(&rest[p + 1..q], &|v| self.var(v))?;
            out += &format!("{}${i}", &rest[..p]);
            rest = &rest[q + 1..];
        }
        Ok((out + rest)
            .trim_start_matches('.')
            .replace('.', "$")
            .replace("::", "$"))
    }
    fn resolve(&self, text: &str) -> Res<Ref> {
        if let Some(v) = self.var(text) {
            return Ok(Ref::Int(v));
        }
        let s = self.flat(text)?;
        let whole = |s: &str| self.m.index.get(s).map(|&k| (k, self.m.sigs[k].ty.clone()));
        if let Some((k, t)) = whole(s.strip_suffix("$next").unwrap_or(&s)) {
            return Ok(Ref::Sig(k, 0, t));
        }
        // nested struct fields, which RustHDL leaves as text: `x$val()$a$b`, `x$next$a$b`
        for sep in ["$val()$", "$next$"] {
            if let Some((base, fields)) = s.split_once(sep)
                && let Some((k, mut t)) = whole(base)
            {
                let mut off = 0;
                for f in fields.split('$') {
                    let (o, ft) = t
                        .field(f)
                        .ok_or_else(|| format!("no field `{f}` in `{s}`"))?;
                    (off, t) = (off + o, ft);
                }
                return Ok(Ref::Sig(k, off, t));
            }
        }
        let hits: Vec<_> = self
            .labels
            .iter()
            .filter(|(l, _)| s == **l || s.ends_with(&format!("${l}")))
            .flat_map(|(l, v)| v.iter().map(move |t| (l, t)))
            .collect();
        match hits[..] {
            [(l, (t, k))] => Ok(Ref::Label(l.clone(), *k, t.clone())),
            [] => Err(format!(
                "unknown identifier `{text}` (a Rust const or const generic? name it with `for _{text} in {text}..{text} {{}}`, or use a Constant field)"
            )),
            _ => Err(format!("`{text}` names labels of several different enums")),
        }
    }

    /// Synthesised type of `e`.
    fn infer(&self, e: &VerilogExpression) -> Res<T> {
        use VerilogExpression::*;
        let bit = || Ok(T::Ty(Ty::bits(1, false)));
        match e {
            Signal(s) => Ok(match self.resolve(s)? {
                Ref::Int(v) => T::Int(v),
                Ref::Sig(_, _, t) | Ref::Label(_, _, t) => T::Ty(t),
            }),
            Literal(l) => match literal(l) {
                (_, 1) => bit(),
                (v, _) => Ok(T::Int(v)),
            },
            Paren(x) => self.infer(x),
            Cast(_, n) => Ok(T::Ty(Ty::bits(*n, false))),
            Signed(x) => Ok(match self.infer(x)? {
                T::Ty(t) if t.signed => T::Lost, // signed_bit_cast::<M, N>: the AST drops M
                T::Ty(t) => T::Ty(Ty::bits(t.w, true)),
                t => t,
            }),
            Unsigned(x) => Ok(match self.infer(x)? {
                T::Ty(t) => T::Ty(Ty::bits(t.w, false)),
                t => t,
            }),
            Unary(VerilogOpUnary::Not, x) => match self.infer(x)? {
                T::Int(_) => Err("`!` of a plain Rust integer".into()),
                t => Ok(t),
            },
            Unary(VerilogOpUnary::Neg, x) => Ok(match self.infer(x)? {
                T::Int(v) => T::Int(-v),
                t => t,
            }),
            Unary(_, _) | Index(_, _) => bit(),
            IndexReplace(b, _, _) => self.infer(b),
            Slice(b, w, off) => {
                let t = self.ty(b)?;
                match (&t.desc.kind, self.infer(off)?) {
                    (TypeKind::Composite(_), T::Int(o)) => {
                        let o = usize::try_from(o).map_err(|e| e.to_string())?;
                        t.field_at(o, *w).map(T::Ty).ok_or_else(|| {
                            format!("no {w}-bit field at bit {o} of a {}", t.desc.name)
                        })
                    }
                    _ => Ok(T::Ty(Ty::bits(*w, t.signed))),
                }
            }
            Binary(l, o, r) => {
                use VerilogOp::*;
                let (a, b) = (self.infer(l)?, self.infer(r)?);
                if let (T::Int(a), T::Int(b)) = (&a, &b) {
                    return int_op(a, o, b).map(T::Int);
                }
                match o {
                    Eq | Ne | Lt | Le | Gt | Ge | LogicalAnd | LogicalOr => bit(),
                    Shl | Shr => Ok(if let T::Ty(t) = a { T::Ty(t) } else { T::Lost }),
                    Mul => match (a, b) {
                        (T::Ty(a), T::Ty(b)) if a.w == b.w && a.signed == b.signed => {
                            Ok(T::Ty(Ty::bits(2 * a.w, a.signed)))
                        }
                        (T::Ty(a), T::Int(_)) | (T::Int(_), T::Ty(a)) => {
                            Ok(T::Ty(Ty::bits(2 * a.w, a.signed)))
                        }
                        _ => Err("operands of `*` have different or unknown types".into()),
                    },
                    _ => match (a, b) {
                        (T::Ty(a), T::Ty(b)) if a.w == b.w && a.signed == b.signed => Ok(T::Ty(a)),
                        (T::Ty(a), T::Ty(b)) if matches!(o, Add) && b.w == 1 => Ok(T::Ty(a)), // Bits + bool
                        (T::Ty(a), T::Ty(b)) => Err(format!(
                            "operands of {} and {} bits, or of different signedness",
                            a.w, b.w
                        )),
                        (T::Ty(a), _) | (_, T::Ty(a)) => Ok(T::Ty(a)),
                        _ => Ok(T::Lost),
                    },
                }
            }
        }
    }
    fn ty(&self, e: &VerilogExpression) -> Res<Ty> {
        match self.infer(e)? {
            T::Ty(t) => Ok(t),
            T::Int(v) => Err(format!("the width of the plain integer {v} is not known here; use bits::<N>()")),
            T::Lost => Err("RustHDL's AST has lost the width of this operand (signed_bit_cast, or integer << signal); assign it to a Local first".into()),
        }
    }
    /// Common type of the operands of a comparison.
    fn common(&self, l: &VerilogExpression, r: &VerilogExpression) -> Res<Ty> {
        match (self.infer(l)?, self.infer(r)?) {
            (T::Ty(a), T::Ty(b)) if a.w != b.w || a.signed != b.signed => Err(format!(
                "comparison of {} with {} bits, or of different signedness",
                a.w, b.w
            )),
            (T::Ty(a), _) | (_, T::Ty(a)) => Ok(a),
            _ => Err(
                "cannot tell the width of this comparison; assign an operand to a Local first"
                    .into(),
            ),
        }
    }
    /// Lowers an expression whose width is its own.
    fn own(&self, e: &VerilogExpression) -> Res<X> {
        self.at(e, self.ty(e)?.w)
    }
    /// A shift amount or index: plain integers get a natural width.
    fn amount(&self, e: &VerilogExpression) -> Res<X> {
        match self.infer(e)? {
            T::Int(v) if v >= BigInt::from(0) => Ok(X {
                w: (v.bits() as usize).max(1),
                e: E::Lit(v.to_biguint().unwrap()),
            }),
            T::Int(v) => Err(format!("negative index or shift {v}")),
            _ => self.own(e),
        }
    }
    /// Lowers `e` at `w` bits, the width its context has in Rust.
    fn at(&self, e: &VerilogExpression, w: usize) -> Res<X> {
        use VerilogExpression::*;
        let mk = |e: E| Ok(X { e, w });
        match self.infer(e)? {
            T::Int(v) => return lit(&v, w),
            T::Ty(t) if t.w != w => {
                return Err(format!("{}-bit value where {w} bits are expected", t.w));
            }
            T::Ty(t) if t.w == 0 => return Err("zero-width value".into()),
            _ => {}
        }
        match e {
            Signal(s) => match self.resolve(s)? {
                Ref::Sig(k, off, _) => mk(E::Sig(k, off)),
                Ref::Label(l, v, _) => mk(E::Label(l, v)),
                Ref::Int(_) => unreachable!(),
            },
            Literal(l) => lit(&literal(l).0, w),
            Paren(x) => self.at(x, w),
            Cast(x, _) => match self.infer(x)? {
                T::Int(v) if v < BigInt::from(0) => Err("bit_cast of a negative integer".into()),
                T::Int(v) => lit(&v, w),
                _ => {
                    let x = self.own(x)?;
                    Ok(if x.w < w { zext(x, w) } else { slice(x, 0, w) })
                }
            },
            Signed(x) => match self.infer(x)? {
                T::Ty(t) if t.signed => {
                    let x = self.own(x)?;
                    Ok(if x.w < w {
                        X {
                            e: E::Sext(bx(x)),
                            w,
                        }
                    } else {
                        slice(x, 0, w)
                    })
                }
                _ => self.at(x, w),
            },
            Unsigned(x) => self.at(x, w),
            Unary(VerilogOpUnary::Not, x) => mk(E::Un('~', bx(self.at(x, w)?))),
            Unary(VerilogOpUnary::Neg, x) => mk(E::Un('-', bx(self.at(x, w)?))),
            Unary(o, x) => mk(E::Red(
                match o {
                    VerilogOpUnary::All => '&',
                    VerilogOpUnary::Any => '|',
                    _ => '^',
                },
                bx(self.own(x)?),
            )),
            Index(b, i) => {
                let (b, i) = (self.own(b)?, self.amount(i)?);
                match &i.e {
                    E::Lit(v) => match usize::try_from(v) {
                        Ok(k) if k < b.w => Ok(slice(b, k, 1)),
                        _ => Err(format!("bit {v} of a {}-bit value", b.w)),
                    },
                    _ if b.w == 1 => Ok(b),
                    _ => mk(E::Bit(bx(b), bx(i))),
                }
            }
            Slice(b, n, off) => {
                let (b, off) = (self.own(b)?, self.amount(off)?);
                match &off.e {
                    E::Lit(v) => match usize::try_from(v) {
                        Ok(k) if k <= b.w => Ok(slice(b, k, *n)),
                        _ => Err(format!("slice at {v} of a {}-bit value", b.w)),
                    },
                    _ => {
                        let x = X {
                            w: b.w,
                            e: E::Shift(">>", bx(b), bx(off)),
                        };
                        Ok(slice(x, 0, *n))
                    }
                }
            }
            IndexReplace(b, i, v) => {
                let (b, i, v) = (self.at(b, w)?, self.amount(i)?, self.at(v, 1)?);
                let sh = |x: X| X {
                    w,
                    e: E::Shift("<<", bx(x), bx(i.clone())),
                };
                let hole = X {
                    w,
                    e: E::Un(
                        '~',
                        bx(sh(X {
                            w,
                            e: E::Lit(1u8.into()),
                        })),
                    ),
                };
                let kept = X {
                    w,
                    e: E::Bin("&", bx(b), bx(hole)),
                };
                mk(E::Bin("|", bx(kept), bx(sh(zext(v, w)))))
            }
            Binary(l, o, r) => {
                use VerilogOp::*;
                if let Some(c) = cmp(o) {
                    let t = self.common(l, r)?;
                    return mk(E::Cmp(
                        c,
                        t.signed && !matches!(o, Eq | Ne),
                        bx(self.at(l, t.w)?),
                        bx(self.at(r, t.w)?),
                    ));
                }
                match o {
                    LogicalAnd => mk(E::Bin("&&", bx(self.at(l, 1)?), bx(self.at(r, 1)?))),
                    LogicalOr => mk(E::Bin("||", bx(self.at(l, 1)?), bx(self.at(r, 1)?))),
                    Shl | Shr => {
                        let (x, k) = (self.at(l, w)?, self.amount(r)?);
                        match &k.e {
                            E::Lit(v) if *v >= BigUint::from(w) => lit(&0.into(), w),
                            E::Lit(v) if *v == BigUint::default() => Ok(x),
                            _ => mk(E::Shift(
                                if matches!(o, Shl) { "<<" } else { ">>" },
                                bx(x),
                                bx(k),
                            )),
                        }
                    }
                    Mul => {
                        let signed = matches!(self.infer(e)?, T::Ty(t) if t.signed);
                        mk(E::Mul(
                            signed,
                            bx(self.at(l, w / 2)?),
                            bx(self.at(r, w / 2)?),
                        ))
                    }
                    _ => {
                        let op = match o {
                            Add => "+",
                            Sub => "-",
                            BitAnd => "&",
                            BitOr => "|",
                            _ => "^",
                        };
                        let rhs = match self.infer(r)? {
                            T::Ty(t) if matches!(o, Add) && t.w == 1 => zext(self.at(r, 1)?, w),
                            _ => self.at(r, w)?,
                        };
                        mk(E::Bin(op, bx(self.at(l, w)?), bx(rhs)))
                    }
                }
            }
        }
    }

    fn target(&self, e: &VerilogExpression) -> Res<(usize, usize, Ty)> {
        let VerilogExpression::Signal(s) = e else {
            return Err("assignment to something that is not a signal".into());
        };
        match self.resolve(s)? {
            Ref::Sig(k, off, t)
                if matches!(self.m.sigs[k].kind, Kind::Out | Kind::Local | Kind::ChildIn) =>
            {
                Ok((k, off, t))
            }
            Ref::Sig(k, ..) => Err(format!(
                "assignment to `{s}`, which is a {:?}",
                self.m.sigs[k].kind
            )),
            _ => Err(format!("assignment to `{s}`, which is not a signal")),
        }
    }
    pub fn block(&mut self, b: &VerilogBlock) -> Vec<S> {
        let mut out = vec![];
        for s in b {
            if let Err(e) = self.stmt(s, &mut out) {
                let loops: String = self
                    .vars
                    .iter()
                    .map(|(n, v)| format!(" [{n}={v}]"))
                    .collect();
                self.errors
                    .push(format!("{}: {e}{loops}\n    in {}", self.m.path, brief(s)));
            }
        }
        out
    }
    fn stmt(&mut self, s: &VerilogStatement, out: &mut Vec<S>) -> Res<()> {
        match s {
            VerilogStatement::Assignment(l, r) => {
                let (sig, off, t) = self.target(l)?;
                out.push(S::Set {
                    sig,
                    off,
                    w: t.w,
                    to: self.at(r, t.w)?,
                });
            }
            VerilogStatement::SliceAssignment {
                base,
                width,
                offset,
                replacement,
            } => {
                let (sig, at, t) = self.target(base)?;
                let T::Int(o) = self.infer(offset)? else {
                    return Err("assignment to a variable slice".into());
                };
                let o = usize::try_from(o).map_err(|e| e.to_string())?;
                if o + width > t.w {
                    return Err(format!("bits {o}+:{width} of a {}-bit signal", t.w));
                }
                out.push(S::Set {
                    sig,
                    off: at + o,
                    w: *width,
                    to: self.at(replacement, *width)?,
                });
            }
            VerilogStatement::If(c) => {
                let other = |me: &mut Self| match &c.otherwise {
                    VerilogBlockOrConditional::Block(b) => Ok(me.block(b)),
                    VerilogBlockOrConditional::Conditional(s) => {
                        let mut o = vec![];
                        me.stmt(s, &mut o).map(|_| o)
                    }
                    VerilogBlockOrConditional::None => Ok(vec![]),
                };
                match self.infer(&c.test)? {
                    T::Int(v) if v == 0.into() => out.extend(other(self)?),
                    T::Int(v) if v == 1.into() => out.extend(self.block(&c.then)),
                    _ => {
                        let test = self.at(&c.test, 1)?;
                        let then = self.block(&c.then);
                        out.push(S::If(test, then, other(self)?));
                    }
                }
            }
            VerilogStatement::Match(m) => out.push(self.case(m)?),
            VerilogStatement::Loop(l) => {
                let ((from, _), (to, _)) = (literal(&l.from), literal(&l.to));
                if self.m.index.contains_key(l.index.trim_start_matches('_')) {
                    return Err(format!(
                        "loop variable `{}` has the name of a signal; the AST cannot tell them apart",
                        l.index
                    ));
                }
                if let (Some(name), []) = (l.index.strip_prefix('_'), &l.block[..]) {
                    self.consts.insert(name.into(), to); // `for _N in N..N {}` tells us the value of N
                    return Ok(());
                }
                if &to - &from > BigInt::from(65536) {
                    return Err("loop of more than 65536 turns".into());
                }
                let mut i = from;
                while i < to {
                    self.vars.push((l.index.clone(), i.clone()));
                    let b = self.block(&l.block);
                    self.vars.pop();
                    out.extend(b);
                    i += 1;
                }
            }
            VerilogStatement::Comment(c) => {
                // hdl_gen leaves `comment! ("text` of `comment!("text")`
                let t = ["comment", "println", "assert"]
                    .iter()
                    .find_map(|m| c.strip_prefix(m))
                    .unwrap_or(c);
                out.push(S::Note(
                    t.trim_start_matches([' ', '!', '(', '"'])
                        .replace('\n', " "),
                ));
            }
            VerilogStatement::Macro(b) => out.extend(self.block(b)),
            VerilogStatement::Link(links) => {
                let name = |s: &str, d: &VerilogLinkDetails| {
                    if d.my_name.is_empty() {
                        s.to_string()
                    } else {
                        format!("{s}${}", d.my_name.trim_start_matches('.'))
                    }
                };
                for l in links {
                    let (a, b, d) = match l {
                        VerilogLink::Forward(d) => (&d.other_name, &d.owner_name, d),
                        VerilogLink::Backward(d) => (&d.owner_name, &d.other_name, d),
                        VerilogLink::Bidirectional(d) => {
                            let end = |s: &str| match self.resolve(&name(s, d))? {
                                Ref::Sig(k, 0, t) => Ok((k, self.m.sigs[k].kind, t.w)),
                                _ => Err(format!("`{s}` is not a signal")),
                            };
                            match (end(&d.owner_name)?, end(&d.other_name)?) {
                                ((a, Kind::InOut, v), (b, Kind::ChildInOut, w))
                                | ((b, Kind::ChildInOut, w), (a, Kind::InOut, v))
                                    if v == w =>
                                {
                                    self.ties.push((b, a))
                                }
                                _ => {
                                    return Err(
                                        "an InOut can only be tied to the module's own InOut"
                                            .into(),
                                    );
                                }
                            }
                            continue;
                        }
                    };
                    let (to, from) = (
                        VerilogExpression::Signal(name(a, d)),
                        VerilogExpression::Signal(name(b, d)),
                    );
                    let (sig, off, t) = self.target(&to)?;
                    out.push(S::Set {
                        sig,
                        off,
                        w: t.w,
                        to: self.at(&from, t.w)?,
                    });
                }
            }
        }
        Ok(())
    }
    fn case(&mut self, m: &VerilogMatch) -> Res<S> {
        let t = self.ty(&m.test)?;
        let test = self.at(&m.test, t.w)?;
        let mut arms: Vec<(X, Vec<S>)> = vec![];
        let mut default = None;
        let mut seen = vec![];
        for c in &m.cases {
            let body = self.block(&c.block);
            let pat = c.condition.replace(' ', "");
            if pat == "default" {
                default = Some(body);
                break;
            }
            let (x, v) = match &t.desc.kind {
                TypeKind::Enum(labels) => {
                    let last = pat.rsplit('$').next().unwrap();
                    let k = labels
                        .iter()
                        .position(|l| l.rsplit("::").next() == Some(last))
                        .ok_or_else(|| {
                            format!("`{pat}` is not a label of {} (a binding?)", t.desc.name)
                        })?;
                    (
                        X {
                            e: E::Label(labels[k].replace("::", "$"), k),
                            w: t.w,
                        },
                        BigInt::from(k),
                    )
                }
                _ => {
                    let v = names::rust_literal(&pat).or_else(|| self.var(&pat)).ok_or_else(|| format!("match pattern `{pat}` is neither a number nor a known constant (a binding?)"))?;
                    (lit(&v, t.w)?, v)
                }
            };
            if seen.contains(&v) {
                return Err(format!(
                    "match pattern `{pat}` twice (arm guards are dropped by hdl_gen)"
                ));
            }
            seen.push(v);
            arms.push((x, body));
        }
        let all = if let TypeKind::Enum(l) = &t.desc.kind {
            l.len()
        } else if t.w < 16 {
            1 << t.w
        } else {
            usize::MAX
        };
        if default.is_none() && arms.len() == all {
            default = arms.pop().map(|a| a.1); // exhaustive in Rust: no latch for unused codes
        }
        Ok(S::Case(test, arms, default))
    }
}

fn brief(s: &VerilogStatement) -> String {
    let t = format!("{s:?}");
    t.chars().take(300).collect()
}
