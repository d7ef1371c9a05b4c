//! Prints a module whose body is a kernel (`#[hdl_gen]`, or an AST built by hand).

use crate::blocks::Blocks;
use crate::clocked::{self, Register};
use crate::design::{Child, Design, Kind, Module};
use crate::error::{Reason, Refusal};
use crate::flow::{self, Usage};
use crate::ir::{Node, Stmt};
use crate::lower::Lower;
use crate::mutate::{self, Collector};
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
    /// Registers that clocked blocks assign, by their `d`, with what clocks them.
    clocked: HashMap<usize, (Register, usize)>,
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
    /// Types and checks the body of `m`, with `mutants` in it if any are wanted.
    pub fn of(
        m: &Module,
        design: &Design,
        code: &ast::VerilogBlock,
        mutants: Option<&mut Collector>,
    ) -> (Kernel, Vec<Refusal>) {
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
        let flop = |c: &Child| {
            let q = *m.index.get(&format!("{}$q", c.raw))?;
            Some((q, dff(&design.modules[c.id])?))
        };
        let resets: Vec<_> = m.children.iter().map(flop).collect();
        let flops = m.children.iter().zip(&resets).filter(|(_, r)| r.is_some());
        let flops = flops.map(|(c, _)| {
            let [d, q, clock] = ["d", "q", "clock"].map(|p| m.index[&format!("{}${p}", c.raw)]);
            Register { d, q, clock }
        });
        let flops: Vec<Register> = flops.collect();
        if let Some(collector) = mutants {
            let registers = flops.iter().map(|r| (r.d, r.q)).collect();
            stmts = mutate::mutated(m, &stmts, &registers, collector);
        }
        let usage = Usage::of(m, &stmts);
        // what a refused statement would have assigned is not known
        if refusals.is_empty() {
            refusals = flow::check(m, &stmts, &usage, &|k| ties.contains_key(&k));
        }
        let lifted = flow::lifted(m, &stmts, &usage);
        let ports: HashSet<usize> = flops.iter().flat_map(|r| [r.d, r.q, r.clock]).collect();
        let register = |sig: usize| ports.contains(&sig);
        let clocked = clocked::of(m, &stmts, &usage, &lifted, &flops);
        let clock = |sig: usize| clocked.get(&sig).map(|(_, clock)| *clock);
        let blocks = Blocks::of(m, &stmts, &usage, &lifted, &register, &clock);
        let kernel = Kernel {
            stmts,
            usage,
            lifted,
            blocks,
            clocked,
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
        let clocked = self.clocked.keys().filter_map(|d| self.blocks.of[*d]);
        clocked.for_each(|b| starts[b] = true);
        for (b, members) in self.members().iter().enumerate() {
            for s in members.iter().flat_map(|(_, k)| self.part(*k, b)) {
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
        self.usage.writes[sig] > 0 && !self.lifted[sig] && !self.clocked.contains_key(&sig)
    }

    /// Prints declarations, continuous assignments, `always` blocks and registers.
    pub fn print(&self, m: &Module, mut names: Scope) -> Body {
        let mut p = Printer::new(m, &mut names);
        let mut alias = self.ties.clone();
        let wires = self.wires(&mut p, &mut alias);
        let resets = self.resets.iter().flatten();
        let resets: HashMap<usize, &BigUint> = resets.map(|(q, v)| (*q, v)).collect();
        let (always, temps) = self.always(&mut p, &alias, &resets);
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
        text += &self.declarations(m, &resets);
        text += &temps;
        if !text.is_empty() && !wires.is_empty() {
            text += "\n";
        }
        text += &wires;
        text += &always;
        let flops: Vec<bool> = self.resets.iter().map(Option::is_some).collect();
        text += &registers(m, &flops, &alias, &resets, &self.clocked);
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
    fn always(
        &self,
        p: &mut Printer,
        alias: &HashMap<usize, String>,
        resets: &HashMap<usize, &BigUint>,
    ) -> (String, String) {
        let mut starts = vec![String::new(); self.blocks.count];
        self.never_assigned(p.m, &mut starts);
        let (mut text, mut decls) = (String::new(), String::new());
        for (b, members) in self.members().iter().enumerate() {
            let registers = self.registers_of(b);
            if let Some((first, _)) = registers.first() {
                let clock = alias.get(&first.clock);
                let clock = clock.unwrap_or(&p.m.sigs[first.clock].name).clone();
                let start = |(r, _): &(Register, usize)| {
                    let g = &p.m.sigs[r.q];
                    format!("      {} <= {};\n", g.name, number(resets[&r.q], g.ty.w))
                };
                let in_reset: String = registers.iter().map(start).collect();
                let (wires, body) = self.clocked_body(p, b, members, &registers);
                text += &wires;
                text += &clocked_block(&clock, &in_reset, &body);
                continue;
            }
            p.wires = false;
            let mut body = String::new();
            for (notes, k) in members {
                let part = self.part(*k, b);
                for s in notes.iter().copied().chain(&part) {
                    p.statement(s, STEP, &mut body);
                }
            }
            let mut start = String::new();
            for (w, temps) in std::mem::take(&mut p.temps) {
                for name in temps.names {
                    decls += &format!("reg {}{name};\n", range(w));
                    start += &format!("   {name} = {};\n", number(&BigUint::default(), w));
                }
            }
            text += &format!("\nalways @* begin\n{start}{}{body}end\n", starts[b]);
        }
        (text, decls)
    }

    /// The registers that block `b` assigns, in the order of their `q`; none if it is not a clocked one.
    fn registers_of(&self, b: usize) -> Vec<(Register, usize)> {
        let here = |(d, _): &(&usize, _)| self.blocks.of[**d] == Some(b);
        let here = self.clocked.iter().filter(here);
        let mut registers: Vec<_> = here.map(|(_, r)| *r).collect();
        registers.sort_unstable_by_key(|(r, _)| r.q);
        registers
    }

    /// The part of statement `k` that writes signals of block `b`.
    fn part(&self, k: usize, b: usize) -> Vec<Stmt> {
        self.blocks.project(std::slice::from_ref(&self.stmts[k]), b)
    }

    /// The statements of a clocked block, and before them the wires they need. A register that the kernel first gives its own
    /// value needs no statement for it.
    fn clocked_body(
        &self,
        p: &mut Printer,
        b: usize,
        members: &[(Vec<&Stmt>, usize)],
        registers: &[(Register, usize)],
    ) -> (String, String) {
        p.wires = true;
        p.next = registers.iter().map(|(r, _)| (r.d, r.q)).collect();
        let mut body = String::new();
        let mut written = HashSet::new();
        for (notes, k) in members {
            let mut part = self.part(*k, b);
            part.retain(|s| {
                let idle = |(d, q): (&usize, &usize)| clocked::keeps(p.m, s, *d, *q);
                let d = p.next.iter().find(|(d, q)| idle((d, q)));
                d.is_none_or(|(d, _)| written.contains(d))
            });
            let statements = part.iter();
            statements.for_each(|s| s.writes(&mut |sig, _, _| _ = written.insert(sig)));
            let notes = notes.iter().copied().filter(|_| !part.is_empty());
            for s in notes.chain(&part) {
                p.statement(s, 2 * STEP, &mut body);
            }
        }
        p.next.clear();
        let wires = p.outside.drain(..).map(|l| format!("\n{l}"));
        let wires: String = wires.collect();
        let wires = if wires.is_empty() {
            wires
        } else {
            wires + "\n"
        };
        (wires, body)
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

/// A block that runs at the edges of `clock`.
fn clocked_block(clock: &str, in_reset: &str, body: &str) -> String {
    format!(
        "\nalways @(posedge {clock}) begin\n   if ({RESET}) begin\n{in_reset}   end else begin\n{body}   end\nend\n"
    )
}

/// RustHDL's DFFs as clocked assignments, one block per clock; those in `clocked` are assigned already.
fn registers(
    m: &Module,
    flops: &[bool],
    alias: &HashMap<usize, String>,
    resets: &HashMap<usize, &BigUint>,
    clocked: &HashMap<usize, (Register, usize)>,
) -> String {
    // per clock: what its registers take in reset, and otherwise
    let mut clocks: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut init = String::new();
    for (child, _) in m.children.iter().zip(flops).filter(|(_, flop)| **flop) {
        let [clock, q, d] = ["clock", "q", "d"].map(|port| net(m, alias, &child.raw, port));
        let sig = m.index[&format!("{}$q", child.raw)];
        let start = number(resets[&sig], m.sigs[sig].ty.w);
        init += &format!("   {q} = {start};\n");
        if clocked.contains_key(&m.index[&format!("{}$d", child.raw)]) {
            continue;
        }
        let (in_reset, body) = clocks.entry(clock).or_default();
        *in_reset += &format!("      {q} <= {start};\n");
        *body += &format!("      {q} <= {d};\n");
    }
    let mut text = String::new();
    for (clock, (in_reset, body)) in clocks {
        text += &clocked_block(&clock, &in_reset, &body);
    }
    if !init.is_empty() {
        text += &format!("\ninitial begin\n{init}end\n");
    }
    text
}
