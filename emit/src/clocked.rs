//! Registers whose next value is worked out in the clocked block itself.
//!
//! A kernel gives a register its own value first and then, here and there, another one. Printed as that, an `always @*` block with
//! a variable for the next value copies every register twice a cycle, which a simulator does indeed. A clocked block
//! assigns `q` where the kernel assigns `d`, and leaves it alone elsewhere.

use crate::blocks::assignments;
use crate::design::{Kind, Module};
use crate::flow::Usage;
use crate::ir::{Expr, Node, Stmt};
use crate::types::mask;
use std::collections::{HashMap, HashSet};

/// A register of RustHDL, by the signals of its parent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Register {
    pub d: usize,
    pub q: usize,
    pub clock: usize,
}

/// The registers among `all` that a clocked block can assign, by their `d`, each with the signal that clocks it: every bit of
/// `d` is assigned (nothing can read it), and all that it depends on is final where it is read, so that it is the same value
/// after the kernel.
pub(crate) fn of(
    m: &Module,
    stmts: &[Stmt],
    usage: &Usage,
    lifted: &[bool],
    all: &[Register],
) -> HashMap<usize, (Register, usize)> {
    let mut unfit: HashSet<usize> = HashSet::new();
    for (k, s) in stmts.iter().enumerate() {
        assignments(std::slice::from_ref(s), &mut vec![], &mut |sig, reads| {
            let is_final = |r: &usize| lifted[*r] || usage.last[*r] <= k;
            if !reads.iter().all(is_final) {
                unfit.insert(sig);
            }
        });
    }
    let fits = |r: &&Register| {
        let procedural = usage.writes[r.d] > 0 && !lifted[r.d];
        let whole = usage.maybe[r.d] == mask(0, m.sigs[r.d].ty.w);
        procedural && whole && !unfit.contains(&r.d)
    };
    let sources = clocks(m, stmts, lifted);
    let source = |clock| sources.get(&clock).copied().unwrap_or(clock);
    let fit = all.iter().filter(fits);
    fit.map(|r| (r.d, (*r, source(r.clock)))).collect()
}

/// Clocks of children that are another signal by a lifted assignment.
fn clocks(m: &Module, stmts: &[Stmt], lifted: &[bool]) -> HashMap<usize, usize> {
    let source = |s: &Stmt| match s {
        Stmt::Set { sig, to, .. } if lifted[*sig] && m.sigs[*sig].kind == Kind::ChildIn => {
            whole(m, to).map(|from| (*sig, from))
        }
        _ => None,
    };
    stmts.iter().filter_map(source).collect()
}

/// The signal that `x` is all of.
fn whole(m: &Module, x: &Expr) -> Option<usize> {
    match x.node {
        Node::Sig(s, 0) if m.sigs[s].ty.w == x.w => Some(s),
        _ => None,
    }
}

/// Whether `s` only says that a register keeps its value.
pub(crate) fn keeps(m: &Module, s: &Stmt, d: usize, q: usize) -> bool {
    match s {
        Stmt::Set { sig, to, .. } => *sig == d && whole(m, to) == Some(q),
        _ => false,
    }
}
