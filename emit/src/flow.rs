//! Definite assignment, bit by bit, and how the statements of a kernel depend on each other.

use crate::design::{Kind, Module};
use crate::error::{Reason, Refusal};
use crate::ir::{Expr, Stmt};
use crate::types::mask;
use num_bigint::BigUint;
use std::collections::{BTreeSet, HashMap};

/// Bits of `a` that are not in `b`.
fn minus(a: &BigUint, b: &BigUint) -> BigUint {
    a ^ (a & b)
}

/// Bits by signal; a signal that is not there has none.
type Bits = HashMap<usize, BigUint>;

/// Walks a kernel with the bits assigned so far. Branches work on a layer of their own, so that
/// the cost is that of the statements, not of the signals.
struct Flow<'a> {
    m: &'a Module,
    /// Bits assigned anywhere.
    maybe: &'a [BigUint],
    /// Bits assigned on every path to here, as layers from the outermost branch inwards.
    layers: Vec<Bits>,
    /// (signal, is a child's input) read too early.
    early: BTreeSet<(usize, bool)>,
}

impl Flow<'_> {
    fn assigned(&self, sig: usize) -> BigUint {
        let layers = self.layers.iter().filter_map(|l| l.get(&sig));
        layers.fold(BigUint::default(), |all, bits| all | bits)
    }

    fn read(&mut self, x: &Expr) {
        let mut early = vec![];
        x.reads(&mut |s, off, w| match self.m.sigs[s].kind {
            Kind::Local | Kind::Out => {
                let needed = mask(off, w) & &self.maybe[s];
                if minus(&needed, &self.assigned(s)) != BigUint::default() {
                    early.push((s, false));
                }
            }
            Kind::ChildIn => early.push((s, true)),
            _ => {}
        });
        self.early.extend(early);
    }

    /// The bits that `body` assigns on every path.
    fn branch(&mut self, body: &[Stmt]) -> Bits {
        self.layers.push(Bits::new());
        self.block(body);
        self.layers.pop().unwrap_or_default()
    }

    /// Keeps what all of `paths` assign.
    fn meet(&mut self, paths: Vec<Bits>) {
        let mut paths = paths.into_iter();
        let Some(mut both) = paths.next() else { return };
        for path in paths {
            both.retain(|sig, bits| {
                path.get(sig).is_some_and(|other| {
                    *bits &= other;
                    true
                })
            });
        }
        both.into_iter()
            .for_each(|(sig, bits)| self.assign(sig, bits));
    }

    fn assign(&mut self, sig: usize, bits: BigUint) {
        if let Some(layer) = self.layers.last_mut() {
            *layer.entry(sig).or_default() |= bits;
        }
    }

    fn block(&mut self, body: &[Stmt]) {
        for s in body {
            if let Some(x) = s.expr() {
                self.read(x);
            }
            match s {
                Stmt::Set { sig, off, w, .. } => self.assign(*sig, mask(*off, *w)),
                Stmt::If(_, then, other) => {
                    let paths = vec![self.branch(then), self.branch(other)];
                    self.meet(paths);
                }
                Stmt::Case(_, arms, default) => {
                    let mut paths: Vec<_> = arms.iter().map(|a| self.branch(&a.1)).collect();
                    paths.push(self.branch(default.as_deref().unwrap_or(&[])));
                    self.meet(paths);
                }
                Stmt::Note(_) => {}
            }
        }
    }
}

/// What a kernel does with each signal of its module.
pub(crate) struct Usage {
    /// Bits assigned anywhere.
    pub maybe: Vec<BigUint>,
    /// Number of assignments.
    pub writes: Vec<usize>,
    /// One past the last top-level statement that assigns it.
    pub last: Vec<usize>,
    pub read: Vec<bool>,
}

impl Usage {
    pub fn of(m: &Module, stmts: &[Stmt]) -> Usage {
        let n = m.sigs.len();
        let mut u = Usage {
            maybe: vec![BigUint::default(); n],
            writes: vec![0; n],
            last: vec![0; n],
            read: vec![false; n],
        };
        for (k, s) in stmts.iter().enumerate() {
            s.reads(&mut |sig, _, _| u.read[sig] = true);
            s.writes(&mut |sig, off, w| {
                u.maybe[sig] |= mask(off, w);
                u.writes[sig] += 1;
                u.last[sig] = k + 1;
            });
        }
        u
    }
}

/// Latches, reads before writes, undriven signals.
pub(crate) fn check(
    m: &Module,
    stmts: &[Stmt],
    usage: &Usage,
    tied: &dyn Fn(usize) -> bool,
) -> Vec<Refusal> {
    let mut flow = Flow {
        m,
        maybe: &usage.maybe,
        layers: vec![Bits::new()],
        early: BTreeSet::new(),
    };
    flow.block(stmts);
    let mut reasons: Vec<Reason> = vec![];
    for (sig, child) in &flow.early {
        let name = m.sigs[*sig].raw.clone();
        reasons.push(if *child {
            Reason::ChildInputRead(name)
        } else {
            Reason::ReadBeforeWrite(name)
        });
    }
    for (k, g) in m.sigs.iter().enumerate() {
        let (name, maybe) = (|| g.raw.clone(), &usage.maybe[k]);
        if minus(maybe, &flow.assigned(k)) != BigUint::default() {
            reasons.push(Reason::Latch(name()));
        } else if matches!(g.kind, Kind::Out | Kind::ChildIn) && *maybe == BigUint::default() {
            reasons.push(Reason::Undriven(name()));
        } else if g.kind == Kind::ChildInOut && !tied(k) {
            reasons.push(Reason::InOutUntied(name()));
        }
    }
    let refuse = |reason| Refusal {
        module: m.path.clone(),
        reason,
        context: String::new(),
    };
    reasons.into_iter().map(refuse).collect()
}

/// Drops assignments that a later unconditional one overwrites unread, such as the default of a
/// signal that is then assigned anyway.
pub(crate) fn drop_dead(m: &Module, stmts: &mut Vec<Stmt>) {
    let mut read = vec![false; m.sigs.len()];
    stmts
        .iter()
        .for_each(|s| s.reads(&mut |r, _, _| read[r] = true));
    let mut settled = vec![false; m.sigs.len()];
    let mut keep = vec![true; stmts.len()];
    for (k, s) in stmts.iter().enumerate().rev() {
        if let Stmt::Set { sig, w, .. } = s
            && !read[*sig]
        {
            keep[k] = !settled[*sig];
            settled[*sig] |= *w == m.sigs[*sig].ty.w;
        }
    }
    let mut keep = keep.into_iter();
    stmts.retain(|_| keep.next().unwrap_or(true));
}

/// Which signals become continuous assignments: written once, whole, unconditionally, and from
/// values that are final by then.
pub(crate) fn lifted(m: &Module, stmts: &[Stmt], usage: &Usage) -> Vec<bool> {
    let variable = |k: Kind| matches!(k, Kind::Out | Kind::Local | Kind::ChildIn);
    let mut stable: Vec<bool> = m.sigs.iter().map(|g| !variable(g.kind)).collect();
    let mut lifted = vec![false; m.sigs.len()];
    for (k, s) in stmts.iter().enumerate() {
        if let Stmt::Set { sig, w, to, .. } = s
            && *w == m.sigs[*sig].ty.w
            && usage.writes[*sig] == 1
        {
            let (mut all_stable, mut all_final) = (true, !usage.read[*sig]);
            to.reads(&mut |r, _, _| {
                all_stable &= stable[r];
                all_final &= stable[r] || usage.last[r] <= k;
            });
            lifted[*sig] = all_stable || all_final;
            stable[*sig] = all_stable;
        }
    }
    lifted
}
