//! The typed form of a kernel: every expression node carries its width.

use crate::types::mask;
use num_bigint::BigUint;

/// An expression of exactly `w` bits. Operands of arithmetic have the width of the result.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub node: Node,
    pub w: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// Bits `.1 .. .1 + w` of signal `.0`.
    Sig(usize, usize),
    Lit(BigUint),
    /// Enum label and its code.
    Label(String, usize),
    /// `+ - & | ^ && ||`
    Bin(&'static str, Box<Expr>, Box<Expr>),
    /// Product of two operands of half the width; signed or not.
    Mul(bool, Box<Expr>, Box<Expr>),
    /// Comparison; signed or not.
    Cmp(&'static str, bool, Box<Expr>, Box<Expr>),
    /// `<<` or `>>`, zeros shifted in; the amount has a width of its own.
    Shift(&'static str, Box<Expr>, Box<Expr>),
    /// `~` or `-`
    Un(char, Box<Expr>),
    /// Reduction by `&`, `|` or `^`.
    Red(char, Box<Expr>),
    Zext(Box<Expr>),
    Sext(Box<Expr>),
    /// Bits from `.1` on.
    Slice(Box<Expr>, usize),
    /// One bit, at a variable index.
    Bit(Box<Expr>, Box<Expr>),
    /// The second if the first, a bit, is 1; else the third.
    Mux(Box<Expr>, Box<Expr>, Box<Expr>),
    /// One bit: that mutant `.0` is at work; `.1` is to be reported when it is 1.
    Mutant(u16, Option<Box<Expr>>),
}

#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    /// Assigns bits `off .. off + w` of a signal.
    Set {
        sig: usize,
        off: usize,
        w: usize,
        to: Expr,
    },
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    Case(Expr, Vec<(Expr, Vec<Stmt>)>, Option<Vec<Stmt>>),
    Note(String),
}

impl Expr {
    pub fn new(node: Node, w: usize) -> Expr {
        Expr { node, w }
    }

    pub fn lit(v: impl Into<BigUint>, w: usize) -> Expr {
        Expr::new(Node::Lit(v.into()), w)
    }

    /// Widened with zeros to `w` bits.
    pub fn zext(self, w: usize) -> Expr {
        match self.node {
            _ if self.w == w => self,
            Node::Lit(v) => Expr::lit(v, w),
            Node::Zext(inner) => Expr::new(Node::Zext(inner), w),
            _ => Expr::new(Node::Zext(Box::new(self)), w),
        }
    }

    /// Bits `off .. off + w`; bits beyond the top read as 0, as in RustHDL's `get_bits`.
    /// Selection is pushed down to the signals where that changes nothing.
    pub fn slice(self, off: usize, w: usize) -> Expr {
        if off >= self.w {
            return Expr::lit(0u8, w);
        }
        if off + w > self.w {
            let rest = self.w - off;
            return self.slice(off, rest).zext(w);
        }
        if w == self.w {
            return self;
        }
        let low = |e: Box<Expr>| Box::new(e.slice(off, w));
        let node = match self.node {
            Node::Sig(s, o) => Node::Sig(s, o + off),
            Node::Lit(v) => Node::Lit((v >> off) & mask(0, w)),
            Node::Slice(y, o) => Node::Slice(y, o + off),
            Node::Zext(y) => {
                let rest = w.min(y.w.saturating_sub(off));
                return if rest == 0 {
                    Expr::lit(0u8, w)
                } else {
                    y.slice(off, rest).zext(w)
                };
            }
            Node::Shift(">>", y, k) if k.value().is_some() => {
                let k = usize::try_from(k.value().unwrap_or_default()).unwrap_or(self.w);
                return y.slice(off.saturating_add(k), w);
            }
            Node::Bin(op @ ("&" | "|" | "^"), a, b) => Node::Bin(op, low(a), low(b)),
            // sums carry upwards only, so their low bits need only the operands' low bits
            Node::Bin(op @ ("+" | "-"), a, b) if off == 0 => Node::Bin(op, low(a), low(b)),
            Node::Un('~', a) => Node::Un('~', low(a)),
            node => Node::Slice(Box::new(Expr::new(node, self.w)), off),
        };
        Expr::new(node, w)
    }

    /// The value of a literal.
    pub fn value(&self) -> Option<BigUint> {
        match &self.node {
            Node::Lit(v) => Some(v.clone()),
            _ => None,
        }
    }

    /// Shifts by `amount`, which may be of any width.
    ///
    /// A shift of a shift in the same direction becomes one shift by the sum: it is one barrel
    /// shifter less, and Verilator 5.048 forms that sum itself, but without its carry.
    pub fn shift(self, op: &'static str, amount: Expr) -> Expr {
        let w = self.w;
        if let Some(v) = amount.value() {
            if v == BigUint::default() {
                return self;
            }
            if v >= BigUint::from(w) {
                return Expr::lit(0u8, w);
            }
        }
        match self.node {
            Node::Shift(inner, x, k) if inner == op => {
                let total = match (k.value(), amount.value()) {
                    (Some(a), Some(b)) => {
                        let sum = a + b;
                        let bits = sum.bits() as usize;
                        return x.shift(op, Expr::lit(sum, bits));
                    }
                    _ => {
                        let n = k.w.max(amount.w) + 1;
                        let (a, b) = (Box::new(k.zext(n)), Box::new(amount.zext(n)));
                        Expr::new(Node::Bin("+", a, b), n)
                    }
                };
                Expr::new(Node::Shift(op, x, Box::new(total)), w)
            }
            node => {
                let x = Box::new(Expr::new(node, w));
                Expr::new(Node::Shift(op, x, Box::new(amount)), w)
            }
        }
    }

    /// Calls `f(signal, offset, width)` for every signal read.
    pub fn reads(&self, f: &mut dyn FnMut(usize, usize, usize)) {
        match &self.node {
            Node::Sig(s, off) => f(*s, *off, self.w),
            Node::Lit(_) | Node::Label(..) => {}
            Node::Mutant(_, differs) => differs.iter().for_each(|x| x.reads(f)),
            Node::Mux(c, a, b) => [c, a, b].into_iter().for_each(|x| x.reads(f)),
            Node::Un(_, a)
            | Node::Red(_, a)
            | Node::Zext(a)
            | Node::Sext(a)
            | Node::Slice(a, _) => {
                a.reads(f);
            }
            Node::Bin(_, a, b)
            | Node::Mul(_, a, b)
            | Node::Cmp(_, _, a, b)
            | Node::Shift(_, a, b)
            | Node::Bit(a, b) => {
                a.reads(f);
                b.reads(f);
            }
        }
    }
}

impl Stmt {
    /// The expression this statement itself evaluates.
    pub fn expr(&self) -> Option<&Expr> {
        match self {
            Stmt::Set { to: x, .. } | Stmt::If(x, ..) | Stmt::Case(x, ..) => Some(x),
            Stmt::Note(_) => None,
        }
    }

    /// Calls `f` for this statement and every statement in it.
    pub fn each(&self, f: &mut dyn FnMut(&Stmt)) {
        f(self);
        match self {
            Stmt::If(_, then, other) => then.iter().chain(other).for_each(|s| s.each(f)),
            Stmt::Case(_, arms, default) => {
                let bodies = arms.iter().map(|a| &a.1).chain(default);
                bodies.flatten().for_each(|s| s.each(f));
            }
            Stmt::Set { .. } | Stmt::Note(_) => {}
        }
    }

    /// Calls `f(signal, offset, width)` for every signal read in this statement.
    pub fn reads(&self, f: &mut dyn FnMut(usize, usize, usize)) {
        self.each(&mut |s| {
            if let Some(x) = s.expr() {
                x.reads(f);
            }
        });
    }

    /// Calls `f(signal, offset, width)` for every assignment in this statement.
    pub fn writes(&self, f: &mut dyn FnMut(usize, usize, usize)) {
        self.each(&mut |s| {
            if let Stmt::Set { sig, off, w, .. } = s {
                f(*sig, *off, *w);
            }
        });
    }
}
