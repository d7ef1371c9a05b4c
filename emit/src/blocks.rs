//! Divides the procedural part of a kernel into `always` blocks.
//!
//! A block is evaluated as a whole, so everything it writes seems to depend on everything it reads.
//! One block for a kernel in which a `match` passes on `valid` one way and `ready` the other would
//! make loops where there are none: Verilator warns of them, and iverilog, where each evaluation
//! makes the glitch of a default and its correction, never ends. So signals share a block only if
//! the same statement writes them and
//! * they depend on the same inputs of the module and outputs of its children, or
//! * nothing but registers depends on them, or
//! * they are registers that a clocked block assigns (`clocked`), of one clock.
//!
//! Signals that are read where their value is not yet final have to share a block with the reader.

use crate::design::{Kind, Module};
use crate::flow::Usage;
use crate::ir::{Expr, Stmt};
use std::collections::{BTreeSet, HashMap};

/// The block of every signal that is assigned procedurally, numbered by first appearance.
pub(crate) struct Blocks {
    pub of: Vec<Option<usize>>,
    pub count: usize,
}

/// Calls `f(signal, reads)` for every assignment, with what its value and the conditions it stands
/// under read.
pub(crate) fn assignments(
    body: &[Stmt],
    under: &mut Vec<usize>,
    f: &mut dyn FnMut(usize, &[usize]),
) {
    let depth = under.len();
    let read = |x: &Expr, under: &mut Vec<usize>| x.reads(&mut |r, _, _| under.push(r));
    for s in body {
        match s {
            Stmt::Set { sig, to, .. } => {
                read(to, under);
                f(*sig, under);
            }
            Stmt::If(c, then, other) => {
                read(c, under);
                assignments(then, under, f);
                assignments(other, under, f);
            }
            Stmt::Case(x, arms, default) => {
                read(x, under);
                let bodies = arms.iter().map(|a| &a.1).chain(default);
                bodies.for_each(|b| assignments(b, under, f));
            }
            Stmt::Note(_) => {}
        }
        under.truncate(depth);
    }
}

/// Everything that `from` depends on.
fn reach(reads: &[BTreeSet<usize>], from: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut seen = vec![false; reads.len()];
    let mut todo: Vec<usize> = from.into_iter().collect();
    while let Some(s) = todo.pop() {
        if !std::mem::replace(&mut seen[s], true) {
            todo.extend(reads[s].iter().copied().filter(|r| !seen[*r]));
        }
    }
    seen
}

/// Sets of signals that grow together.
struct Union(Vec<usize>);

impl Union {
    fn root(&mut self, mut k: usize) -> usize {
        while self.0[k] != k {
            self.0[k] = self.0[self.0[k]];
            k = self.0[k];
        }
        k
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// Which signals may share a block.
#[derive(PartialEq, Eq, Hash)]
enum Class {
    /// Registers that a clocked block assigns, by their clock.
    Clocked(usize),
    /// Only registers depend on the signal.
    Inner,
    /// The outside signals it depends on.
    Outer(Vec<usize>),
}

fn classes(
    m: &Module,
    stmts: &[Stmt],
    register: &dyn Fn(usize) -> bool,
    clock: &dyn Fn(usize) -> Option<usize>,
) -> HashMap<usize, Class> {
    let mut reads = vec![BTreeSet::new(); m.sigs.len()];
    assignments(stmts, &mut vec![], &mut |sig, r| {
        reads[sig].extend(r.iter().copied())
    });
    let all = || m.sigs.iter().enumerate();
    let leaves = all().filter(|(k, g)| match g.kind {
        Kind::Out => true,
        Kind::ChildIn => !register(*k),
        _ => false,
    });
    let outside = reach(&reads, leaves.map(|(k, _)| k));
    let enters = |k: &usize| match m.sigs[*k].kind {
        Kind::In | Kind::InOut | Kind::ChildInOut => true,
        Kind::ChildOut => !register(*k),
        _ => false,
    };
    let inputs = |k: usize| {
        let reached = reach(&reads, [k]).into_iter().enumerate();
        reached.filter(|r| r.1).map(|r| r.0).filter(enters)
    };
    let class = |k: usize| match clock(k) {
        Some(clock) => Class::Clocked(clock),
        None if outside[k] => Class::Outer(inputs(k).collect()),
        None => Class::Inner,
    };
    let written = (0..m.sigs.len()).filter(|k| !reads[*k].is_empty());
    written.map(|k| (k, class(k))).collect()
}

impl Blocks {
    /// `register` tells the ports of children that are registers, `clock` the clock of those that a clocked block assigns.
    pub fn of(
        m: &Module,
        stmts: &[Stmt],
        usage: &Usage,
        lifted: &[bool],
        register: &dyn Fn(usize) -> bool,
        clock: &dyn Fn(usize) -> Option<usize>,
    ) -> Blocks {
        let classes = classes(m, stmts, register, clock);
        let mut union = Union((0..m.sigs.len()).collect());
        let mut order = vec![];
        for (k, s) in stmts.iter().enumerate() {
            let mut first: HashMap<&Class, usize> = HashMap::new();
            assignments(std::slice::from_ref(s), &mut vec![], &mut |sig, reads| {
                if lifted[sig] {
                    return;
                }
                order.push(sig);
                let early = |r: &&usize| usage.last[**r] > k && !lifted[**r];
                reads.iter().filter(early).for_each(|r| union.join(sig, *r));
                let class = classes.get(&sig).unwrap_or(&Class::Inner);
                union.join(sig, *first.entry(class).or_insert(sig));
            });
        }
        let mut number = HashMap::new();
        let mut of = vec![None; m.sigs.len()];
        for sig in order {
            let next = number.len();
            of[sig] = Some(*number.entry(union.root(sig)).or_insert(next));
        }
        let count = number.len();
        Blocks { of, count }
    }

    /// The part of `body` that writes signals of block `b`, comments in it included.
    pub fn project(&self, body: &[Stmt], b: usize) -> Vec<Stmt> {
        let part: Vec<Stmt> = body.iter().filter_map(|s| self.part(s, b)).collect();
        match part.iter().all(|s| matches!(s, Stmt::Note(_))) {
            true => vec![],
            false => part,
        }
    }

    fn part(&self, s: &Stmt, b: usize) -> Option<Stmt> {
        match s {
            Stmt::Set { sig, .. } => (self.of[*sig] == Some(b)).then(|| s.clone()),
            Stmt::Note(_) => Some(s.clone()),
            Stmt::If(c, then, other) => {
                let (then, other) = (self.project(then, b), self.project(other, b));
                let empty = then.is_empty() && other.is_empty();
                (!empty).then(|| Stmt::If(c.clone(), then, other))
            }
            Stmt::Case(x, arms, default) => {
                let part = |a: &(Expr, Vec<Stmt>)| (a.0.clone(), self.project(&a.1, b));
                let mut arms: Vec<_> = arms.iter().map(part).collect();
                let default = default.as_ref().map(|d| self.project(d, b));
                let default = default.filter(|d| !d.is_empty());
                if default.is_none() {
                    arms.retain(|a| !a.1.is_empty());
                }
                let empty = arms.is_empty() && default.is_none();
                (!empty).then(|| Stmt::Case(x.clone(), arms, default))
            }
        }
    }
}
