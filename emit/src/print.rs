//! Prints typed expressions and statements.
//!
//! The invariant: the text for an expression of `w` bits has self-determined width `w`, is unsigned,
//! and stands only where Verilog's context is `w` bits wide or self-determined (concatenations,
//! shift amounts, indices, conditions, `$signed()`). So nothing is ever extended or truncated
//! implicitly. Bits are selected from plain signals only; anything else goes through a temporary.

use crate::design::{Kind, Module};
use crate::ir::{Expr, Node, Stmt};
use crate::mutate;
use crate::names::Scope;
use crate::types::mask;
use num_bigint::BigUint;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Spaces per level.
pub(crate) const STEP: usize = 3;

/// The conditional operator, among others.
const CHOICE: &str = "?:";

/// `[7:0] `, or nothing for one bit.
pub(crate) fn range(w: usize) -> String {
    if w == 1 {
        String::new()
    } else {
        format!("[{}:0] ", w - 1)
    }
}

pub(crate) fn number(v: &BigUint, w: usize) -> String {
    if *v < BigUint::from(10u8) {
        format!("{w}'d{v}")
    } else {
        format!("{w}'h{v:x}")
    }
}

/// A comment line. Tools read comments that begin with their name as orders, so none may.
pub(crate) fn comment(text: &str) -> String {
    const TOOLS: [&str; 5] = ["verilator", "synopsys", "synthesis", "yosys", "pragma"];
    let text = text.trim_end();
    let first = text.trim_start().to_ascii_lowercase();
    let order = TOOLS.iter().any(|t| first.starts_with(t));
    let guard = if order { " -" } else { "" };
    match text {
        "" => "//".into(),
        text => format!("//{guard} {text}"),
    }
}

/// Indents the lines of `text`; lines that are empty stay so.
pub(crate) fn indent(text: &str, by: usize) -> String {
    let line = |l: &str| match l.trim_end() {
        "" => "\n".to_string(),
        l => format!("{:by$}{l}\n", ""),
    };
    text.lines().map(line).collect()
}

/// How a piece of text binds.
enum Binding {
    Atom,
    Prefix,
    Operator(&'static str),
}

/// Temporaries of one width.
#[derive(Default)]
pub(crate) struct Temps {
    pub names: Vec<String>,
    /// How many of them the current statement uses.
    used: usize,
}

pub(crate) struct Printer<'a> {
    pub m: &'a Module,
    pub names: &'a mut Scope,
    /// Statements that must precede the one being printed.
    pub before: Vec<String>,
    /// Temporaries are wires with continuous assignments, not variables of an `always` block.
    pub wires: bool,
    /// Such wires of statements.
    pub outside: Vec<String>,
    /// In a clocked block: registers' next values, and the registers that are assigned instead.
    pub next: HashMap<usize, usize>,
    /// Temporaries of the current `always` block, by width.
    pub temps: BTreeMap<usize, Temps>,
    /// Enum labels used, (label, code, width), and their localparams.
    pub labels: BTreeMap<(String, usize, usize), String>,
    /// Constants used.
    pub consts: BTreeSet<usize>,
}

impl<'a> Printer<'a> {
    pub fn new(m: &'a Module, names: &'a mut Scope) -> Self {
        Printer {
            m,
            names,
            before: vec![],
            wires: true,
            outside: vec![],
            next: HashMap::new(),
            temps: BTreeMap::new(),
            labels: BTreeMap::new(),
            consts: BTreeSet::new(),
        }
    }

    pub fn text(&mut self, x: &Expr) -> String {
        self.show(x).0
    }

    /// A signal, or the bits of it that are meant.
    pub fn select(&self, sig: usize, off: usize, w: usize) -> String {
        let g = &self.m.sigs[sig];
        match w {
            _ if w == g.ty.w => g.name.clone(),
            1 => format!("{}[{off}]", g.name),
            _ => format!("{}[{}:{off}]", g.name, off + w - 1),
        }
    }

    /// Puts `x` into a temporary, so that its bits can be selected.
    fn hoist(&mut self, x: &Expr) -> String {
        let text = self.text(x);
        if self.wires {
            let name = self.names.fresh("tmp");
            self.before
                .push(format!("wire {}{name} = {text};", range(x.w)));
            return name;
        }
        let temps = self.temps.entry(x.w).or_default();
        if temps.used == temps.names.len() {
            temps.names.push(self.names.fresh(&format!("tmp{}", x.w)));
        }
        let name = temps.names[temps.used].clone();
        temps.used += 1;
        self.before.push(format!("{name} = {text};"));
        name
    }

    /// Whether bits can be selected from the text of `x` as it is.
    fn selectable(&self, x: &Expr) -> bool {
        let Node::Sig(s, 0) = x.node else {
            return false;
        };
        let g = &self.m.sigs[s];
        g.kind != Kind::Const && g.ty.w == x.w
    }

    fn operand(&mut self, x: &Expr, op: &'static str, left: bool) -> String {
        let chains = left && matches!(op, "+" | "&" | "|" | "^" | "&&" | "||");
        match self.show(x) {
            (t, Binding::Operator(o)) if !(chains && o == op) => format!("({t})"),
            (t, _) => t,
        }
    }

    fn prefixed(&mut self, op: &str, x: &Expr) -> String {
        match self.show(x) {
            (t, Binding::Atom) => format!("{op}{t}"),
            (t, _) => format!("{op}({t})"),
        }
    }

    fn infix(&mut self, op: &'static str, a: &Expr, b: &Expr) -> (String, Binding) {
        let (a, b) = (self.operand(a, op, true), self.operand(b, op, false));
        (format!("{a} {op} {b}"), Binding::Operator(op))
    }

    fn show(&mut self, x: &Expr) -> (String, Binding) {
        let w = x.w;
        match &x.node {
            Node::Sig(s, off) => (self.signal(*s, *off, w), Binding::Atom),
            Node::Lit(v) => (number(v, w), Binding::Atom),
            Node::Label(l, code) => {
                let names = &mut *self.names;
                let key = (l.clone(), *code, w);
                let name = self.labels.entry(key).or_insert_with(|| names.fresh(l));
                (name.clone(), Binding::Atom)
            }
            Node::Bin(op, a, b) | Node::Cmp(op, false, a, b) => self.infix(op, a, b),
            Node::Cmp(op, true, a, b) => {
                let (a, b) = (self.text(a), self.text(b));
                let text = format!("$signed({a}) {op} $signed({b})");
                (text, Binding::Operator(op))
            }
            Node::Shift(op, a, k) => match k.value() {
                Some(v) => {
                    let text = format!("{} {op} {v}", self.operand(a, op, true));
                    (text, Binding::Operator(op))
                }
                None => self.infix(op, a, k),
            },
            Node::Mul(signed, a, b) => self.product(*signed, a, b, w),
            Node::Mux(c, a, b) => {
                let mut part = |x| self.operand(x, CHOICE, false);
                let text = format!("{} ? {} : {}", part(c), part(a), part(b));
                (text, Binding::Operator(CHOICE))
            }
            Node::Mutant(number, differs) => {
                let differs = differs.as_ref().map(|x| self.text(x));
                let text = mutate::condition(&self.m.top, *number, differs.as_deref());
                (text, Binding::Operator("|"))
            }
            Node::Un('~', a) if w == 1 => (self.prefixed("!", a), Binding::Prefix),
            Node::Un(op, a) => (self.prefixed(&op.to_string(), a), Binding::Prefix),
            Node::Red(op, a) => {
                let text = self.prefixed(&op.to_string(), a);
                (text, Binding::Operator("reduction"))
            }
            Node::Zext(a) => {
                let text = format!("{{{}'d0, {}}}", w - a.w, self.text(a));
                (text, Binding::Atom)
            }
            Node::Sext(a) => (self.sign_extended(a, w), Binding::Atom),
            Node::Slice(a, off) => {
                let t = self.hoist(a);
                let text = match w {
                    1 => format!("{t}[{off}]"),
                    _ => format!("{t}[{}:{off}]", off + w - 1),
                };
                (text, Binding::Atom)
            }
            Node::Bit(a, i) => {
                let t = if self.selectable(a) {
                    self.text(a)
                } else {
                    self.hoist(a)
                };
                let i = if self.selectable(i) || matches!(i.node, Node::Sig(..)) {
                    self.text(i)
                } else {
                    self.hoist(i)
                };
                (format!("{t}[{i}]"), Binding::Atom)
            }
        }
    }

    fn signal(&mut self, s: usize, off: usize, w: usize) -> String {
        let g = &self.m.sigs[s];
        if g.kind == Kind::Const {
            if w != g.ty.w {
                return number(&((&g.value >> off) & mask(0, w)), w);
            }
            self.consts.insert(s);
        }
        self.select(s, off, w)
    }

    fn product(&mut self, signed: bool, a: &Expr, b: &Expr, w: usize) -> (String, Binding) {
        let mut wide = |x: &Expr| {
            let inner = Box::new(x.clone());
            let node = if signed {
                Node::Sext(inner)
            } else {
                Node::Zext(inner)
            };
            self.text(&Expr::new(node, w))
        };
        let (a, b) = (wide(a), wide(b));
        if signed {
            let text = format!("$unsigned($signed({a}) * $signed({b}))");
            (text, Binding::Atom)
        } else {
            (format!("{a} * {b}"), Binding::Operator("*"))
        }
    }

    fn sign_extended(&mut self, a: &Expr, w: usize) -> String {
        let (all, top) = match &a.node {
            Node::Sig(s, o) if self.m.sigs[*s].kind != Kind::Const => {
                let top = self.select(*s, o + a.w - 1, 1);
                (self.text(a), top)
            }
            _ => {
                let t = self.hoist(a);
                let top = match a.w {
                    1 => t.clone(),
                    _ => format!("{t}[{}]", a.w - 1),
                };
                (t, top)
            }
        };
        format!("{{{{{}{{{top}}}}}, {all}}}", w - a.w)
    }

    fn line(&mut self, text: &str, by: usize, out: &mut String) {
        if self.wires {
            self.outside.append(&mut self.before);
        }
        for l in self.before.drain(..) {
            *out += &format!("{:by$}{l}\n", "");
        }
        *out += &format!("{:by$}{text}\n", "");
    }

    /// Prints one procedural statement at column `by`.
    pub fn statement(&mut self, s: &Stmt, by: usize, out: &mut String) {
        self.temps.values_mut().for_each(|t| t.used = 0);
        match s {
            Stmt::Note(t) => self.line(&comment(t), by, out),
            Stmt::Set { sig, off, w, to } => {
                let to = self.text(to);
                let text = match self.next.get(sig) {
                    Some(q) => format!("{} <= {to};", self.select(*q, *off, *w)),
                    None => format!("{} = {to};", self.select(*sig, *off, *w)),
                };
                self.line(&text, by, out);
            }
            Stmt::Case(x, arms, default) => {
                let x = self.text(x);
                self.line(&format!("case ({x})"), by, out);
                let inner = by + STEP;
                for (label, body) in arms {
                    let label = self.text(label);
                    self.line(&format!("{label}: begin"), inner, out);
                    self.body(body, inner + STEP, out);
                    self.line("end", inner, out);
                }
                match default {
                    Some(body) => {
                        self.line("default: begin", inner, out);
                        self.body(body, inner + STEP, out);
                        self.line("end", inner, out);
                    }
                    None => self.line("default: ;", inner, out),
                }
                self.line("endcase", by, out);
            }
            Stmt::If(c, then, other) => self.branch(c, then, other, by, out),
        }
    }

    fn body(&mut self, body: &[Stmt], by: usize, out: &mut String) {
        body.iter().for_each(|s| self.statement(s, by, out));
    }

    fn branch(&mut self, c: &Expr, then: &[Stmt], other: &[Stmt], by: usize, out: &mut String) {
        let c = self.text(c);
        self.line(&format!("if ({c}) begin"), by, out);
        self.body(then, by + STEP, out);
        let mut rest = other;
        while let [Stmt::If(c, then, other)] = rest {
            self.temps.values_mut().for_each(|t| t.used = 0);
            let c = self.text(c);
            if !self.before.is_empty() && !self.wires {
                self.before.clear(); // needs temporaries, which an `else if` has no place for
                break;
            }
            self.line(&format!("end else if ({c}) begin"), by, out);
            self.body(then, by + STEP, out);
            rest = other;
        }
        if !rest.is_empty() {
            self.line("end else begin", by, out);
            self.body(rest, by + STEP, out);
        }
        self.line("end", by, out);
    }
}
