//! Prints a module whose body is a kernel (`#[hdl_gen]`, or an AST built by hand).

use crate::blocks::Blocks;
use crate::design::{Child, Design, Kind, Module};
use crate::error::{Reason, Refusal};
use crate::flow::{self, Usage};
use crate::ir::{Node, Stmt};
use crate::lower::Lower;
use crate::names::Scope;
use crate::print::{Printer, STEP, comment, indent, number, range};
use crate::types::{mask, parse_sized, wrap};
use num_bigint::BigUint;
use rust_hdl::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A kernel that has been typed and checked, ready to be printed.
pub(crate) struct Kernel {
    stmts: Vec<Stmt>,
    usage: Usage,
    /// Signals that become continuous assignments.
    lifted: Vec<bool>,
    blocks: Blocks,
    /// Children that are registers: their `q`, and their value at reset.
    resets: Vec<Option<(usize, BigUint)>>,
    /// Child's InOut to the name of the module's own.
    ties: HashMap<usize, String>,
    /// The name that the kernel's first comment asks for.
    pub wish: Option<String>,
}

/// The text of a kernel's module in the order it is printed; instances come last and are the
/// caller's.
pub(crate) struct Body {
    /// Ports that are `output reg`.
    pub regs: Vec<bool>,
    pub text: String,
    /// Signals that are printed as something else: single wires into children, tied InOuts.
    pub alias: HashMap<usize, String>,
    /// Children that are registers, written out in `text`.
    pub flops: Vec<bool>,
}

/// The reset value of RustHDL's DFF, which is written out in its parent; `None` for others.
pub(crate) fn dff(m: &Module) -> Option<BigUint> {
    let Verilog::Custom(text) = &m.code else {
        return None;
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let init = text.strip_prefix("initial begin q = ")?;
    let init = init.strip_suffix("; end always @(posedge clock) begin q <= d; end")?;
    let ports: Vec<_> = m.ports().map(|p| (p.raw.as_str(), p.kind)).collect();
    let expected = [("d", Kind::In), ("q", Kind::Out), ("clock", Kind::In)];
    let q = m.ports().find(|p| p.raw == "q")?;
    (ports == expected).then(|| parse_sized(init).map(|(v, _)| wrap(&v, q.ty.w)))?
}

/// The name in a comment `module NAME`.
pub(crate) fn module_name(comment: &str) -> Option<String> {
    let name = comment.trim().strip_prefix("module ")?;
    Some(name.trim().to_string())
}

impl Kernel {
    /// Types and checks the body of `m`.
    pub fn of(m: &Module, design: &Design, code: &ast::VerilogBlock) -> (Kernel, Vec<Refusal>) {
        let mut lower = Lower::new(m, &m.labels);
        let mut stmts = lower.block(code);
        let mut refusals = lower.refusals;
        let ties = lower.ties.iter();
        let ties: HashMap<_, _> = ties
            .map(|(c, own)| (*c, m.sigs[*own].name.clone()))
            .collect();
        let wish = match stmts.first() {
            Some(Stmt::Note(n)) => module_name(n),
            _ => None,
        };
        if wish.is_some() {
            stmts.remove(0);
        }
        flow::drop_dead(m, &mut stmts);
        let usage = Usage::of(m, &stmts);
        // what a refused statement would have assigned is not known
        if refusals.is_empty() {
            refusals = flow::check(m, &stmts, &usage, &|k| ties.contains_key(&k));
        }
        let lifted = flow::lifted(m, &stmts, &usage);
        let flop = |c: &Child| {
            let q = *m.index.get(&format!("{}$q", c.raw))?;
            Some((q, dff(&design.modules[c.id])?))
        };
        let resets: Vec<_> = m.children.iter().map(flop).collect();
        let flops = m.children.iter().zip(&resets).filter(|(_, r)| r.is_some());
        let ports = flops.flat_map(|(c, _)| ["d", "q", "clock"].map(|p| format!("{}${p}", c.raw)));
        let ports: HashSet<usize> = ports.filter_map(|p| m.index.get(&p).copied()).collect();
        let register = |sig: usize| ports.contains(&sig);
        let blocks = Blocks::of(m, &stmts, &usage, &lifted, &register);
        let kernel = Kernel {
            stmts,
            usage,
            lifted,
            blocks,
            resets,
            ties,
            wish,
        };
        refusals.extend(kernel.constant_blocks(m));
        (kernel, refusals)
    }

    /// `always @*` blocks that read nothing but what they write: nothing ever starts them.
    fn constant_blocks(&self, m: &Module) -> Vec<Refusal> {
        let mut starts = vec![false; self.blocks.count];
        for (b, members) in self.members().iter().enumerate() {
            let part = |k: &usize| {
                self.blocks
                    .project(std::slice::from_ref(&self.stmts[*k]), b)
            };
            for s in members.iter().flat_map(|(_, k)| part(k)) {
                s.reads(&mut |r, _, _| {
                    let own = self.blocks.of[r] == Some(b);
                    starts[b] |= !own && m.sigs[r].kind != Kind::Const;
                });
            }
        }
        let idle = |b: &Option<usize>| b.is_some_and(|b| !std::mem::replace(&mut starts[b], true));
        let idle: Vec<bool> = self.blocks.of.iter().map(idle).collect();
        let idle = m.sigs.iter().zip(idle).filter(|(_, idle)| *idle);
        idle.map(|(g, _)| Refusal {
            module: m.path.clone(),
            reason: Reason::OnlyConstants(g.raw.clone()),
            context: String::new(),
        })
        .collect()
    }

    fn is_reg(&self, sig: usize) -> bool {
        self.usage.writes[sig] > 0 && !self.lifted[sig]
    }

    /// Prints declarations, continuous assignments, `always` blocks and registers.
    pub fn print(&self, m: &Module, mut names: Scope) -> Body {
        let mut p = Printer::new(m, &mut names);
        let mut alias = self.ties.clone();
        let wires = self.wires(&mut p, &mut alias);
        let (always, temps) = self.always(&mut p);
        let mut text = String::new();
        for k in &p.consts {
            let g = &m.sigs[*k];
            let value = number(&g.value, g.ty.w);
            text += &format!("localparam {}{} = {value};\n", range(g.ty.w), g.name);
        }
        for ((_, code, w), name) in &p.labels {
            let value = number(&BigUint::from(*code), *w);
            text += &format!("localparam {}{name} = {value};\n", range(*w));
        }
        let resets = self.resets.iter().flatten();
        let resets: HashMap<usize, &BigUint> = resets.map(|(q, v)| (*q, v)).collect();
        text += &self.declarations(m, &resets);
        text += &temps;
        if !text.is_empty() && !wires.is_empty() {
            text += "\n";
        }
        text += &wires;
        text += &always;
        let flops: Vec<bool> = self.resets.iter().map(Option::is_some).collect();
        text += &registers(m, &flops, &alias, &resets);
        Body {
            regs: (0..m.sigs.len()).map(|k| self.is_reg(k)).collect(),
            text: indent(&text, STEP),
            alias,
            flops,
        }
    }

    fn declarations(&self, m: &Module, resets: &HashMap<usize, &BigUint>) -> String {
        let mut text = String::new();
        for (k, g) in m.sigs.iter().enumerate() {
            let r = range(g.ty.w);
            text += &match g.kind {
                Kind::ChildOut if resets.contains_key(&k) => format!("reg {r}{};\n", g.name),
                Kind::ChildOut => format!("wire {r}{};\n", g.name),
                Kind::ChildIn | Kind::Local if self.is_reg(k) => format!("reg {r}{};\n", g.name),
                Kind::Local if self.usage.writes[k] == 0 && self.usage.read[k] => {
                    let value = number(&g.value, g.ty.w);
                    format!("wire {r}{} = {value};\n", g.name)
                }
                _ => continue,
            };
        }
        text
    }

    /// Continuous assignments, each after the comments that stand before it.
    fn wires(&self, p: &mut Printer, alias: &mut HashMap<usize, String>) -> String {
        p.wires = true;
        let mut text = String::new();
        let mut notes = String::new();
        for s in &self.stmts {
            match s {
                Stmt::Note(t) => notes += &format!("{}\n", comment(t)),
                Stmt::Set { sig, to, .. } if self.lifted[*sig] => {
                    text += &std::mem::take(&mut notes);
                    let g = &p.m.sigs[*sig];
                    let value = p.text(to);
                    for l in p.before.drain(..) {
                        text += &format!("{l}\n");
                    }
                    if g.kind == Kind::ChildIn && matches!(to.node, Node::Sig(..)) {
                        alias.insert(*sig, value);
                    } else if g.kind == Kind::Out {
                        text += &format!("assign {} = {value};\n", g.name);
                    } else {
                        text += &format!("wire {}{} = {value};\n", range(g.ty.w), g.name);
                    }
                }
                _ => notes.clear(),
            }
        }
        text
    }

    /// The `always` blocks, and the declarations of their temporaries.
    fn always(&self, p: &mut Printer) -> (String, String) {
        p.wires = false;
        let count = self.blocks.count;
        let mut bodies = vec![String::new(); count];
        let mut starts = vec![String::new(); count];
        let mut decls = String::new();
        let members = self.members();
        for b in 0..count {
            for (notes, k) in &members[b] {
                let part = self
                    .blocks
                    .project(std::slice::from_ref(&self.stmts[*k]), b);
                for s in notes.iter().copied().chain(&part) {
                    p.statement(s, STEP, &mut bodies[b]);
                }
            }
            for (w, temps) in std::mem::take(&mut p.temps) {
                for name in temps.names {
                    decls += &format!("reg {}{name};\n", range(w));
                    starts[b] += &format!("   {name} = {};\n", number(&BigUint::default(), w));
                }
            }
        }
        self.never_assigned(p.m, &mut starts);
        let blocks = starts.iter().zip(&bodies);
        let text = blocks.map(|(start, body)| format!("\nalways @* begin\n{start}{body}end\n"));
        (text.collect(), decls)
    }

    /// The statements of every block, with the comments that go before them; a comment goes with
    /// the first block only.
    fn members(&self) -> Vec<Vec<(Vec<&Stmt>, usize)>> {
        let mut members = vec![vec![]; self.blocks.count];
        let mut notes = vec![];
        for (k, s) in self.stmts.iter().enumerate() {
            if matches!(s, Stmt::Note(_)) {
                notes.push(s);
                continue;
            }
            let mut blocks = vec![];
            s.writes(&mut |sig, _, _| blocks.extend(self.blocks.of[sig]));
            blocks.sort_unstable();
            blocks.dedup();
            for b in blocks {
                members[b].push((std::mem::take(&mut notes), k));
            }
            notes.clear();
        }
        members
    }

    /// Bits of a struct that no statement assigns keep their default, as in RustHDL's simulation.
    fn never_assigned(&self, m: &Module, starts: &mut [String]) {
        for (k, g) in m.sigs.iter().enumerate() {
            let never = mask(0, g.ty.w) ^ &self.usage.maybe[k];
            if let Some(b) = self.blocks.of[k]
                && never != BigUint::default()
            {
                let value = number(&(&g.value & never), g.ty.w);
                starts[b] += &format!("   {} = {value}; // bits that nothing assigns\n", g.name);
            }
        }
    }
}

/// The synchronous reset that every module with registers gets; see the crate's page.
pub(crate) const RESET: &str = "reset";
/// A signal of this name in a parent is what its children are reset by.
pub(crate) const RESET_CHILDREN: &str = "reset_children";

/// The net at port `port` of child `child`.
pub(crate) fn net(m: &Module, alias: &HashMap<usize, String>, child: &str, port: &str) -> String {
    let k = m.index[&format!("{child}${port}")];
    let name = || m.sigs[k].name.clone();
    alias.get(&k).cloned().unwrap_or_else(name)
}

/// RustHDL's DFFs as clocked assignments, one block per clock.
fn registers(
    m: &Module,
    flops: &[bool],
    alias: &HashMap<usize, String>,
    resets: &HashMap<usize, &BigUint>,
) -> String {
    // per clock: what its registers take in reset, and otherwise
    let mut clocks: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut init = String::new();
    for (child, _) in m.children.iter().zip(flops).filter(|(_, flop)| **flop) {
        let [clock, q, d] = ["clock", "q", "d"].map(|port| net(m, alias, &child.raw, port));
        let sig = m.index[&format!("{}$q", child.raw)];
        let start = number(resets[&sig], m.sigs[sig].ty.w);
        let (in_reset, body) = clocks.entry(clock).or_default();
        *in_reset += &format!("      {q} <= {start};\n");
        *body += &format!("      {q} <= {d};\n");
        init += &format!("   {q} = {start};\n");
    }
    let mut text = String::new();
    for (clock, (in_reset, body)) in clocks {
        text += &format!(
            "\nalways @(posedge {clock}) begin\n   if ({RESET}) begin\n{in_reset}   end else begin\n{body}   end\nend\n"
        );
    }
    if !init.is_empty() {
        text += &format!("\ninitial begin\n{init}end\n");
    }
    text
}
