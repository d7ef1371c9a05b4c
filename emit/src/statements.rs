//! Lowers RustHDL's statements: assignments, branches, unrolled loops, links.

use crate::describe;
use crate::design::Kind;
use crate::error::{Reason, Refusal};
use crate::expressions::sized;
use crate::ir::{Expr, Node, Stmt};
use crate::lower::{Known, Lower, Ref, Res};
use crate::names;
use crate::types::{Ty, literal};
use num_bigint::BigInt;
use rust_hdl::prelude::ast::*;
use rust_hdl::prelude::*;

/// A loop of more turns is taken for a mistake.
const MAX_TURNS: u32 = 65536;

impl Lower<'_> {
    /// Lowers a block; refusals are noted and lowering goes on, so that all are found at once.
    pub fn block(&mut self, block: &VerilogBlock) -> Vec<Stmt> {
        let mut out = vec![];
        for s in block {
            if let Err(reason) = self.statement(s, &mut out) {
                let turn = |(name, v): &(String, BigInt)| format!(" [{name} = {v}]");
                let turns: String = self.vars.iter().map(turn).collect();
                self.refusals.push(Refusal {
                    module: self.m.path.clone(),
                    reason,
                    context: format!("{}{turns}", describe::statement(s)),
                });
            }
        }
        out
    }

    fn statement(&mut self, s: &VerilogStatement, out: &mut Vec<Stmt>) -> Res<()> {
        match s {
            VerilogStatement::Assignment(l, r) => {
                let (sig, off, ty) = self.target(l)?;
                let (w, to) = (ty.w, self.at(r, ty.w)?);
                out.push(Stmt::Set { sig, off, w, to });
            }
            VerilogStatement::SliceAssignment {
                base,
                width,
                offset,
                replacement,
            } => {
                let (sig, at, ty) = self.target(base)?;
                let Known::Int(o) = self.infer(offset)? else {
                    return Err(Reason::VariableTarget);
                };
                let o = usize::try_from(&o).map_err(|_| Reason::Negative(o))?;
                if o + width > ty.w {
                    return Err(Reason::OutOfRange {
                        at: (o + width - 1).into(),
                        bits: ty.w,
                    });
                }
                let to = self.at(replacement, *width)?;
                out.push(Stmt::Set {
                    sig,
                    off: at + o,
                    w: *width,
                    to,
                });
            }
            VerilogStatement::If(c) => self.branch(c, out)?,
            VerilogStatement::Match(m) => out.push(self.case(m)?),
            VerilogStatement::Loop(l) => self.unroll(l, out)?,
            VerilogStatement::Comment(c) => out.push(Stmt::Note(comment_text(c))),
            VerilogStatement::Macro(b) => out.extend(self.block(b)),
            VerilogStatement::Link(links) => {
                for link in links {
                    self.link(link, out)?;
                }
            }
        }
        Ok(())
    }

    fn target(&self, e: &VerilogExpression) -> Res<(usize, usize, Ty)> {
        let refuse = |why| Err(Reason::NotAssignable(describe::expression(e), why));
        let VerilogExpression::Signal(s) = e else {
            return refuse("not a signal");
        };
        match self.resolve(s)? {
            Ref::Sig(k, off, ty) => match self.m.sigs[k].kind {
                Kind::Out | Kind::Local | Kind::ChildIn => Ok((k, off, ty)),
                Kind::In => refuse("an input"),
                Kind::Const => refuse("a constant"),
                Kind::ChildOut => refuse("a child's output"),
                Kind::InOut | Kind::ChildInOut => refuse("an InOut"),
            },
            _ => refuse("not a signal"),
        }
    }

    /// A branch on a constant keeps only the side taken.
    fn branch(&mut self, c: &VerilogConditional, out: &mut Vec<Stmt>) -> Res<()> {
        if let Known::Int(v) = self.infer(&c.test)? {
            match (u8::try_from(&v), ()) {
                (Ok(0), ()) => out.extend(self.otherwise(&c.otherwise)?),
                (Ok(1), ()) => out.extend(self.block(&c.then)),
                _ => return Err(Reason::LiteralTooWide { value: v, bits: 1 }),
            }
            return Ok(());
        }
        let test = self.at(&c.test, 1)?;
        let then = self.block(&c.then);
        out.push(Stmt::If(test, then, self.otherwise(&c.otherwise)?));
        Ok(())
    }

    fn otherwise(&mut self, other: &VerilogBlockOrConditional) -> Res<Vec<Stmt>> {
        match other {
            VerilogBlockOrConditional::Block(b) => Ok(self.block(b)),
            VerilogBlockOrConditional::Conditional(s) => {
                let mut out = vec![];
                self.statement(s, &mut out).map(|()| out)
            }
            VerilogBlockOrConditional::None => Ok(vec![]),
        }
    }

    fn unroll(&mut self, l: &VerilogLoop, out: &mut Vec<Stmt>) -> Res<()> {
        let ((mut i, _), (to, _)) = (literal(&l.from), literal(&l.to));
        if self.m.index.contains_key(l.index.trim_start_matches('_')) {
            return Err(Reason::LoopVariable(l.index.clone()));
        }
        if let (Some(name), []) = (l.index.strip_prefix('_'), &l.block[..]) {
            self.consts.insert(name.into(), to); // `for _N in N..N {}`
            return Ok(());
        }
        let turns = &to - &i;
        if turns > MAX_TURNS.into() {
            return Err(Reason::LoopTooLong(turns));
        }
        while i < to {
            self.vars.push((l.index.clone(), i.clone()));
            let body = self.block(&l.block);
            self.vars.pop();
            out.extend(body);
            i += 1;
        }
        Ok(())
    }

    fn link(&mut self, link: &VerilogLink, out: &mut Vec<Stmt>) -> Res<()> {
        let name = |s: &str, d: &VerilogLinkDetails| match d.my_name.trim_start_matches('.') {
            "" => s.to_string(),
            port => format!("{s}${port}"),
        };
        let (to, from) = match link {
            VerilogLink::Forward(d) => (name(&d.other_name, d), name(&d.owner_name, d)),
            VerilogLink::Backward(d) => (name(&d.owner_name, d), name(&d.other_name, d)),
            VerilogLink::Bidirectional(d) => {
                return self.tie(&name(&d.owner_name, d), &name(&d.other_name, d));
            }
        };
        let (sig, off, ty) = self.target(&VerilogExpression::Signal(to))?;
        let (w, to) = (ty.w, self.at(&VerilogExpression::Signal(from), ty.w)?);
        out.push(Stmt::Set { sig, off, w, to });
        Ok(())
    }

    /// Connects an `InOut` of this module with one of a child.
    fn tie(&mut self, a: &str, b: &str) -> Res<()> {
        let refuse = || Reason::InOutTie(a.into(), b.into());
        let end = |s: &str| match self.resolve(s)? {
            Ref::Sig(k, 0, ty) => Ok((k, self.m.sigs[k].kind, ty.w)),
            _ => Err(refuse()),
        };
        let (child, own) = match (end(a)?, end(b)?) {
            ((x, Kind::InOut, v), (y, Kind::ChildInOut, w)) if v == w => (y, x),
            ((y, Kind::ChildInOut, w), (x, Kind::InOut, v)) if v == w => (y, x),
            _ => return Err(refuse()),
        };
        self.ties.push((child, own));
        Ok(())
    }

    fn case(&mut self, m: &VerilogMatch) -> Res<Stmt> {
        let ty = self.ty(&m.test)?;
        let test = self.at(&m.test, ty.w)?;
        let mut arms: Vec<(Expr, Vec<Stmt>)> = vec![];
        let mut default = None;
        let mut seen = vec![];
        for case in &m.cases {
            let body = self.block(&case.block);
            let pattern = case.condition.replace(' ', "");
            if pattern == "default" {
                default = Some(body);
                break;
            }
            let (label, value) = self.pattern(&pattern, &ty)?;
            if seen.contains(&value) {
                return Err(Reason::PatternTwice(pattern));
            }
            seen.push(value);
            arms.push((label, body));
        }
        let all = match &ty.desc.kind {
            TypeKind::Enum(labels) => labels.len(),
            _ if ty.w < 16 => 1 << ty.w,
            _ => usize::MAX,
        };
        if default.is_none() && arms.len() == all {
            default = arms.pop().map(|a| a.1); // exhaustive in Rust: no latch for unused codes
        }
        Ok(Stmt::Case(test, arms, default))
    }

    fn pattern(&self, pattern: &str, ty: &Ty) -> Res<(Expr, BigInt)> {
        let refuse = || Reason::Pattern(pattern.into());
        if let TypeKind::Enum(labels) = &ty.desc.kind {
            let last = pattern.rsplit('$').next();
            let is = |l: &String| l.rsplit("::").next() == last;
            let code = labels.iter().position(is).ok_or_else(refuse)?;
            let label = Node::Label(labels[code].replace("::", "$"), code);
            return Ok((Expr::new(label, ty.w), code.into()));
        }
        let value = names::rust_literal(pattern).or_else(|| self.var(pattern));
        let value = value.ok_or_else(refuse)?;
        Ok((sized(&value, ty.w)?, value))
    }
}

/// The text of a comment: `hdl_gen` leaves `comment ! ("text` of `comment!("text")`.
fn comment_text(c: &str) -> String {
    let macros = ["comment", "println", "assert"];
    let text = macros.iter().find_map(|m| c.strip_prefix(m)).unwrap_or(c);
    let text = text.trim_start_matches([' ', '!', '(', '"']);
    text.trim_end_matches([' ', '"', ')', ';'])
        .replace('\n', " ")
}
