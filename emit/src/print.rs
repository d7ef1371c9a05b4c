//! Prints the typed IR. Invariant: the text for an `X` of `w` bits has self-determined width `w`,
//! is unsigned, and is only placed where Verilog's context is `w` bits wide or self-determined
//! (concatenations, shift amounts, indices, conditions, `$signed()`), so nothing is ever extended
//! or truncated implicitly. Selects of anything but a plain signal go through a temporary.
use crate::design::*;
use crate::lower::*;
use num_bigint::BigUint;
use std::collections::{BTreeMap, BTreeSet};

pub fn range(w: usize) -> String {
    if w == 1 {
        String::new()
    } else {
        format!("[{}:0] ", w - 1)
    }
}
pub fn number(v: &BigUint, w: usize) -> String {
    if *v < BigUint::from(10u8) {
        format!("{w}'d{v}")
    } else {
        format!("{w}'h{v:x}")
    }
}

/// How a piece of text binds: alone, as a prefix operator, or as a binary operator.
#[derive(PartialEq)]
enum P {
    Atom,
    Prefix,
    Op(&'static str),
}

pub struct Printer<'a> {
    pub m: &'a Module,
    pub names: &'a mut crate::names::Scope,
    /// statements that must precede the one being printed
    pub before: Vec<String>,
    /// temporaries become wires (continuous assignments) instead of variables
    pub wires: bool,
    /// temporaries by width, and how many the current statement uses
    pub temps: BTreeMap<usize, (Vec<String>, usize)>,
    /// enum labels used: (label, value, width) -> localparam
    pub labels: BTreeMap<(String, usize, usize), String>,
    pub consts: BTreeSet<usize>,
}

impl Printer<'_> {
    pub fn next_statement(&mut self) {
        self.temps.values_mut().for_each(|t| t.1 = 0);
    }
    /// Puts `x` into a temporary, so that its bits can be selected.
    fn hoist(&mut self, x: &X) -> String {
        let text = self.text(x);
        if self.wires {
            let n = self.names.fresh("tmp");
            self.before
                .push(format!("wire {}{n} = {text};", range(x.w)));
            return n;
        }
        let t = self.temps.entry(x.w).or_default();
        if t.1 == t.0.len() {
            t.0.push(self.names.fresh(&format!("tmp{}", x.w)));
        }
        t.1 += 1;
        let n = t.0[t.1 - 1].clone();
        self.before.push(format!("{n} = {text};"));
        n
    }
    pub fn text(&mut self, x: &X) -> String {
        self.show(x).0
    }
    fn operand(&mut self, x: &X, op: &'static str, left: bool) -> String {
        match self.show(x) {
            (t, P::Op(o))
                if !(left && o == op && matches!(op, "+" | "&" | "|" | "^" | "&&" | "||")) =>
            {
                format!("({t})")
            }
            (t, _) => t,
        }
    }
    fn prefixed(&mut self, op: &str, x: &X) -> String {
        match self.show(x) {
            (t, P::Atom) => format!("{op}{t}"),
            (t, _) => format!("{op}({t})"),
        }
    }
    fn select(&self, s: usize, off: usize, w: usize) -> String {
        let g = &self.m.sigs[s];
        match w {
            _ if w == g.ty.w => g.name.clone(),
            1 => format!("{}[{off}]", g.name),
            _ => format!("{}[{}:{off}]", g.name, off + w - 1),
        }
    }
    pub fn target(&self, s: usize, off: usize, w: usize) -> String {
        self.select(s, off, w)
    }
    fn show(&mut self, x: &X) -> (String, P) {
        let w = x.w;
        match &x.e {
            E::Sig(s, off) => {
                let g = &self.m.sigs[*s];
                if g.kind == Kind::Const {
                    if w != g.ty.w {
                        let v = (&g.value >> *off) & ((BigUint::from(1u8) << w) - 1u8);
                        return (number(&v, w), P::Atom);
                    }
                    self.consts.insert(*s);
                }
                (self.select(*s, *off, w), P::Atom)
            }
            E::Lit(v) => (number(v, w), P::Atom),
            E::Label(l, v) => {
                let names = &mut *self.names;
                (
                    self.labels
                        .entry((l.clone(), *v, w))
                        .or_insert_with(|| names.fresh(l))
                        .clone(),
                    P::Atom,
                )
            }
            E::Bin(op, a, b) => (
                format!(
                    "{} {op} {}",
                    self.operand(a, op, true),
                    self.operand(b, op, false)
                ),
                P::Op(op),
            ),
            E::Cmp(op, false, a, b) => (
                format!(
                    "{} {op} {}",
                    self.operand(a, op, true),
                    self.operand(b, op, false)
                ),
                P::Op(op),
            ),
            E::Cmp(op, true, a, b) => (
                format!("$signed({}) {op} $signed({})", self.text(a), self.text(b)),
                P::Op(op),
            ),
            E::Shift(op, a, k) => {
                let k = match &k.e {
                    E::Lit(v) => v.to_string(),
                    _ => self.operand(k, op, false),
                };
                (format!("{} {op} {k}", self.operand(a, op, true)), P::Op(op))
            }
            E::Mul(signed, a, b) => {
                let wide = |x: &X| X {
                    w,
                    e: if *signed {
                        E::Sext(Box::new(x.clone()))
                    } else {
                        E::Zext(Box::new(x.clone()))
                    },
                };
                let (a, b) = (self.text(&wide(a)), self.text(&wide(b)));
                (
                    if *signed {
                        format!("$unsigned($signed({a}) * $signed({b}))")
                    } else {
                        format!("{a} * {b}")
                    },
                    P::Op("*"),
                )
            }
            E::Un('~', a) if w == 1 => (self.prefixed("!", a), P::Prefix),
            E::Un(op, a) => (self.prefixed(&op.to_string(), a), P::Prefix),
            E::Red(op, a) => (self.prefixed(&op.to_string(), a), P::Op("reduction")),
            E::Zext(a) => (format!("{{{}'d0, {}}}", w - a.w, self.text(a)), P::Atom),
            E::Sext(a) => {
                let (all, top) = match &a.e {
                    E::Sig(s, o) if self.m.sigs[*s].kind != Kind::Const => {
                        (self.text(a), self.select(*s, o + a.w - 1, 1))
                    }
                    _ if a.w == 1 => {
                        let t = self.hoist(a);
                        (t.clone(), t)
                    }
                    _ => {
                        let t = self.hoist(a);
                        (t.clone(), format!("{t}[{}]", a.w - 1))
                    }
                };
                (format!("{{{{{}{{{top}}}}}, {all}}}", w - a.w), P::Atom)
            }
            E::Slice(a, off) => {
                let t = self.hoist(a);
                (
                    if w == 1 {
                        format!("{t}[{off}]")
                    } else {
                        format!("{t}[{}:{off}]", off + w - 1)
                    },
                    P::Atom,
                )
            }
            E::Bit(a, i) => {
                let t = match &a.e {
                    E::Sig(s, 0)
                        if a.w == self.m.sigs[*s].ty.w && self.m.sigs[*s].kind != Kind::Const =>
                    {
                        self.text(a)
                    }
                    _ => self.hoist(a),
                };
                (format!("{t}[{}]", self.text(i)), P::Atom)
            }
        }
    }
}
