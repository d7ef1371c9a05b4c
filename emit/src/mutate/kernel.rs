//! Sites in kernels: statements and their typed expressions.

use super::{Collector, Site, tell};
use crate::design::{Kind, Module};
use crate::ir::{Expr, Node, Stmt};
use crate::types::mask;
use num_bigint::BigUint;
use rust_hdl::prelude::TypeKind;
use std::collections::HashMap;

/// The statements of `m` with choices at the sites that are chosen; all sites go to `collector`. `registers` are its registers' `q` by
/// their `d`.
pub(crate) fn mutated(
    m: &Module,
    stmts: &[Stmt],
    registers: &HashMap<usize, usize>,
    collector: &mut Collector,
) -> Vec<Stmt> {
    let mut walk = Walk {
        m,
        registers,
        collector,
        fields: super::fields(m),
        signal: String::new(),
        within: String::new(),
        under: String::new(),
    };
    walk.block(stmts)
}

/// A walk through the statements of a kernel.
struct Walk<'a> {
    m: &'a Module,
    registers: &'a HashMap<usize, usize>,
    collector: &'a mut Collector,
    fields: Vec<String>,
    /// Of the statement at hand, as in [`Site`].
    signal: String,
    within: String,
    under: String,
}

impl Walk<'_> {
    fn block(&mut self, stmts: &[Stmt]) -> Vec<Stmt> {
        stmts.iter().map(|s| self.statement(s)).collect()
    }

    fn statement(&mut self, s: &Stmt) -> Stmt {
        match s {
            Stmt::Note(_) => s.clone(),
            Stmt::Set { sig, off, w, to } => {
                let to = self.assignment((*sig, *off, *w), to);
                let (sig, off, w) = (*sig, *off, *w);
                Stmt::Set { sig, off, w, to }
            }
            Stmt::If(c, then, other) => {
                (self.signal, self.within) = (String::new(), tell::brief(self.m, c));
                let mut test = self.expression(c);
                for (value, word) in [(1u8, "true"), (0, "false")] {
                    let forced = Expr::lit(value, 1);
                    test = self.choice("condition", c, word, forced, test);
                }
                let condition = tell::brief(self.m, c);
                let outer = std::mem::replace(&mut self.under, condition);
                let then = self.block(then);
                let other = self.block(other);
                self.under = outer;
                Stmt::If(test, then, other)
            }
            Stmt::Case(x, arms, default) => {
                (self.signal, self.within) = (String::new(), tell::brief(self.m, x));
                let mut test = self.expression(x);
                for pair in arms.windows(2) {
                    let (a, b) = (&pair[0].0, &pair[1].0);
                    let swapped = swapped(x, a, b);
                    let [a, b] = [a, b].map(|label| tell::expression(self.m, label));
                    let told = (format!("{a} => A, {b} => B"), format!("{a} => B, {b} => A"));
                    test = self.choice_told("case", told, x, swapped, test);
                }
                let outer = std::mem::take(&mut self.under);
                let mut arm = |(label, body): &(Expr, Vec<Stmt>)| {
                    self.under = tell::expression(self.m, label);
                    (label.clone(), self.block(body))
                };
                let arms = arms.iter().map(&mut arm).collect();
                self.under = "_".into();
                let default = default.as_ref().map(|body| self.block(body));
                self.under = outer;
                Stmt::Case(test, arms, default)
            }
        }
    }

    /// The value of an assignment to bits `.1 .. .1 + .2` of signal `.0`.
    fn assignment(&mut self, (sig, off, w): (usize, usize, usize), to: &Expr) -> Expr {
        let g = &self.m.sigs[sig];
        if g.raw.rsplit('$').next() == Some("clock") {
            return to.clone();
        }
        self.signal = tell::bits(self.m, sig, off, w);
        self.within = tell::brief(self.m, to);
        let mut value = self.expression(to);
        if let Some(&q) = self.registers.get(&sig) {
            let kept = Expr::new(Node::Sig(q, off), w);
            if !matches!(to.node, Node::Sig(s, o) if (s, o) == (q, off)) {
                value = self.choice("dropped", to, &tell::bits(self.m, q, off, w), kept, value);
            }
        } else if matches!(g.kind, Kind::Out | Kind::ChildIn) && g.ty.w == 1 && to.value().is_none()
        {
            for (level, word) in [(0u8, "false"), (1, "true")] {
                let stuck = Expr::lit(level, 1);
                value = self.choice("stuck", to, word, stuck, value);
            }
        }
        value
    }

    /// `x` with choices in it.
    fn expression(&mut self, x: &Expr) -> Expr {
        let mut y = Expr::new(self.operands(&x.node), x.w);
        for (operator, other) in self.versions(x) {
            let after = tell::brief(self.m, &other);
            y = self.choice(operator, x, &after, other, y);
        }
        y
    }

    /// `node` with choices in its operands.
    fn operands(&mut self, node: &Node) -> Node {
        let mut inner = |x: &Expr| Box::new(self.expression(x));
        match node {
            Node::Bin(op, a, b) => Node::Bin(op, inner(a), inner(b)),
            Node::Mul(signed, a, b) => Node::Mul(*signed, inner(a), inner(b)),
            Node::Cmp(op, signed, a, b) => Node::Cmp(op, *signed, inner(a), inner(b)),
            Node::Shift(op, a, k) => Node::Shift(op, inner(a), inner(k)),
            Node::Un(op, a) => Node::Un(*op, inner(a)),
            Node::Red(op, a) => Node::Red(*op, inner(a)),
            Node::Zext(a) => Node::Zext(inner(a)),
            Node::Sext(a) => Node::Sext(inner(a)),
            Node::Slice(a, off) => Node::Slice(inner(a), *off),
            Node::Bit(a, i) => Node::Bit(inner(a), inner(i)),
            leaf => leaf.clone(),
        }
    }

    /// The ways to break `x` itself, with the operators' names.
    fn versions(&self, x: &Expr) -> Vec<(&'static str, Expr)> {
        let w = x.w;
        let same = |operator, nodes: Vec<Node>| {
            let nodes = nodes.into_iter();
            nodes.map(|node| (operator, Expr::new(node, w))).collect()
        };
        match &x.node {
            Node::Cmp(op, signed, a, b) => {
                let others = comparisons(op).iter();
                let other = |op: &&'static str| Node::Cmp(op, *signed, a.clone(), b.clone());
                same("comparison", others.map(other).collect())
            }
            Node::Bin(op, a, b) => {
                let (operator, op) = match *op {
                    "+" => ("arithmetic", "-"),
                    "-" => ("arithmetic", "+"),
                    "&" => ("logic", "|"),
                    "&&" => ("logic", "||"),
                    "||" => ("logic", "&&"),
                    "|" => ("logic", "&"),
                    _ => ("logic", "|"),
                };
                same(operator, vec![Node::Bin(op, a.clone(), b.clone())])
            }
            Node::Shift(op, a, k) => {
                let op = if *op == "<<" { ">>" } else { "<<" };
                same("arithmetic", vec![Node::Shift(op, a.clone(), k.clone())])
            }
            Node::Un(_, a) => vec![("logic", (**a).clone())],
            Node::Red(op, a) if a.w > 1 => {
                let op = if *op == '|' { '&' } else { '|' };
                same("logic", vec![Node::Red(op, a.clone())])
            }
            Node::Lit(v) => constants(v, w),
            Node::Label(label, code) => self.labels(label, *code, w),
            Node::Sig(s, off) => self.signals(*s, *off, w),
            Node::Slice(a, off) => {
                let offsets = beside(*off, w, a.w).into_iter();
                let node = |off| Node::Slice(a.clone(), off);
                same("select", offsets.map(node).collect())
            }
            _ => vec![],
        }
    }

    fn signals(&self, s: usize, off: usize, w: usize) -> Vec<(&'static str, Expr)> {
        let g = &self.m.sigs[s];
        match g.kind {
            Kind::Const => constants(&((&g.value >> off) & mask(0, w)), w),
            // of others, the bits beside may not have a value yet
            Kind::In | Kind::ChildOut => {
                let offsets = beside(off, w, g.ty.w).into_iter();
                let other = |off| ("select", Expr::new(Node::Sig(s, off), w));
                offsets.map(other).collect()
            }
            _ => vec![],
        }
    }

    /// The variants before and after.
    fn labels(&self, label: &str, code: usize, w: usize) -> Vec<(&'static str, Expr)> {
        let known = self.m.labels.get(label).into_iter().flatten();
        let mut known = known.filter(|(ty, c)| ty.w == w && *c == code);
        let Some((ty, _)) = known.next() else {
            return vec![];
        };
        let TypeKind::Enum(all) = &ty.desc.kind else {
            return vec![];
        };
        let n = all.len();
        let mut codes = vec![(code + 1) % n, (code + n - 1) % n];
        codes.dedup();
        let other = |c: usize| {
            let label = Node::Label(all[c].replace("::", "$"), c);
            ("constant", Expr::new(label, w))
        };
        codes
            .into_iter()
            .filter(|c| *c != code)
            .map(other)
            .collect()
    }

    /// `other` in place of `x` for the mutant of this site, `or` for all else; just `or` if the site is not chosen.
    fn choice(
        &mut self,
        operator: &'static str,
        x: &Expr,
        after: &str,
        other: Expr,
        or: Expr,
    ) -> Expr {
        let told = (tell::brief(self.m, x), after.to_owned());
        self.choice_told(operator, told, x, other, or)
    }

    /// The same, told otherwise.
    fn choice_told(
        &mut self,
        operator: &'static str,
        (before, after): (String, String),
        x: &Expr,
        other: Expr,
        or: Expr,
    ) -> Expr {
        let site = Site {
            path: self.m.path.clone(),
            fields: self.fields.clone(),
            operator,
            signal: self.signal.clone(),
            within: self.within.clone(),
            under: self.under.clone(),
            before,
            after,
        };
        let Some(number) = self.collector.offer(site) else {
            return or;
        };
        let differs = self.collector.reports.then(|| {
            let [x, other] = [x, &other].map(|e| Box::new(e.clone()));
            Box::new(Expr::new(Node::Cmp("!=", false, x, other), 1))
        });
        mux(Expr::new(Node::Mutant(number, differs), 1), other, or)
    }
}

fn mux(condition: Expr, a: Expr, b: Expr) -> Expr {
    let w = b.w;
    let [condition, a, b] = [condition, a, b].map(Box::new);
    Expr::new(Node::Mux(condition, a, b), w)
}

/// `x`, but `b` where it is `a` and `a` where it is `b`.
fn swapped(x: &Expr, a: &Expr, b: &Expr) -> Expr {
    let is = |label: &Expr| {
        let [x, label] = [x, label].map(|e| Box::new(e.clone()));
        Expr::new(Node::Cmp("==", false, x, label), 1)
    };
    mux(is(a), b.clone(), mux(is(b), a.clone(), x.clone()))
}

/// What a comparison is mistaken for.
fn comparisons(op: &str) -> &'static [&'static str] {
    match op {
        "==" => &["!="],
        "!=" => &["=="],
        "<" => &["<=", ">="],
        "<=" => &["<", ">"],
        ">" => &[">=", "<="],
        _ => &[">", "<"],
    }
}

/// One more and one less than `v` in `w` bits.
fn constants(v: &BigUint, w: usize) -> Vec<(&'static str, Expr)> {
    let all = mask(0, w);
    let mut values = vec![(v + 1u8) & &all];
    if w > 1 {
        values.push((v + &all) & &all);
    }
    let other = |v| ("constant", Expr::lit(v, w));
    values.into_iter().map(other).collect()
}

/// Offsets one bit away at which `w` bits still lie in `of` bits.
fn beside(off: usize, w: usize, of: usize) -> Vec<usize> {
    let up = Some(off + 1).filter(|o| o + w <= of);
    let down = off.checked_sub(1).filter(|_| w < of);
    up.into_iter().chain(down).collect()
}
