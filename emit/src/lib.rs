//! Emits Verilog from a RustHDL design, right by construction: every expression is typed first
//! (`lower`), then printed so that Verilog's width rules cannot change its meaning (`print`).
//! Whatever cannot be typed, could be a latch, or is read before it is written is an error.
mod design;
mod lower;
mod names;
mod print;
mod scan;
pub use scan::{Finding, scan};

use design::*;
use lower::*;
use num_bigint::BigUint;
use print::*;
use rust_hdl::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// A comment for the emitted Verilog, nothing in Rust; `module x` as the first one names the module.
#[macro_export]
macro_rules! comment {
    ($($t:tt)*) => {};
}

/// Every reason why a design is not emitted.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", .refusals.join("\n"))]
pub struct EmitError {
    pub refusals: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dir {
    In,
    Out,
    InOut,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    pub name: String,
    pub width: usize,
    pub dir: Dir,
}
/// The ports of a top level, with their Verilog names.
pub fn ports(block: &dyn Block) -> Vec<Port> {
    let mut d = Design::default();
    block.accept("top", &mut d);
    d.modules[0]
        .ports()
        .map(|s| Port {
            name: s.name.clone(),
            width: s.ty.w,
            dir: match s.kind {
                Kind::In => Dir::In,
                Kind::InOut => Dir::InOut,
                _ => Dir::Out,
            },
        })
        .collect()
}
/// The Verilog of `uut` with top module `top`, or everything that is wrong with it.
pub fn emit(top: &str, block: &dyn Block) -> Result<String, EmitError> {
    emit_with_header(top, block, "Generated from RustHDL. Do not edit.")
}
/// As `emit`, with `header` as comment lines on top.
pub fn emit_with_header(top: &str, block: &dyn Block, header: &str) -> Result<String, EmitError> {
    let head: String = header.lines().map(|l| format!("// {l}\n")).collect();
    emit_all(top, block)
        .map(|t| head + &t)
        .map_err(|refusals| EmitError { refusals })
}
fn emit_all(top: &str, uut: &dyn Block) -> Result<String, Vec<String>> {
    check_all(uut).map_err(|e| vec![format!("check_all: {e:?}")])?;
    let mut d = Design::default();
    uut.accept(top, &mut d);
    let mut e = Emitter {
        labels: std::mem::take(&mut d.labels),
        modules: d.modules.into_iter().map(Some).collect(),
        ..Default::default()
    };
    e.module(0, top);
    if !e.errors.is_empty() {
        return Err(e.errors);
    }
    let mut out = String::from("`default_nettype none\n");
    e.out.iter().rev().for_each(|t| out += t);
    out += "\n`default_nettype wire\n";
    e.foreign.iter().for_each(|t| out += t);
    Ok(out)
}

#[derive(Default)]
struct Emitter {
    modules: Vec<Option<Module>>,
    labels: BTreeMap<String, Vec<(Ty, usize)>>,
    names: names::Scope,
    /// body text -> module name: identical modules are emitted once
    done: HashMap<String, String>,
    out: Vec<String>,
    /// vendor cores and black boxes
    foreign: Vec<String>,
    errors: Vec<String>,
}

fn mask(off: usize, w: usize) -> BigUint {
    ((BigUint::from(1u8) << w) - 1u8) << off
}
fn minus(a: &BigUint, b: &BigUint) -> BigUint {
    a ^ (a & b)
}
fn reads(x: &X, f: &mut dyn FnMut(usize, usize, usize)) {
    match &x.e {
        E::Sig(s, off) => f(*s, *off, x.w),
        E::Lit(_) | E::Label(..) => {}
        E::Un(_, a) | E::Red(_, a) | E::Zext(a) | E::Sext(a) | E::Slice(a, _) => reads(a, f),
        E::Bin(_, a, b)
        | E::Mul(_, a, b)
        | E::Cmp(_, _, a, b)
        | E::Shift(_, a, b)
        | E::Bit(a, b) => {
            reads(a, f);
            reads(b, f);
        }
    }
}
fn each(b: &[S], f: &mut dyn FnMut(&S)) {
    for s in b {
        f(s);
        match s {
            S::If(_, t, e) => {
                each(t, f);
                each(e, f)
            }
            S::Case(_, arms, d) => {
                arms.iter().for_each(|a| each(&a.1, f));
                d.iter().for_each(|d| each(d, f))
            }
            _ => {}
        }
    }
}
fn indent(text: &str, by: usize) -> String {
    text.lines().map(|l| format!("{:by$}{l}\n", "")).collect()
}

/// Definite assignment, bit by bit.
struct Flow<'a> {
    m: &'a Module,
    maybe: Vec<BigUint>,
    errors: Vec<String>,
}
impl Flow<'_> {
    fn read(&mut self, x: &X, def: &[BigUint]) {
        let (m, maybe, mut bad) = (self.m, &self.maybe, vec![]);
        reads(x, &mut |s, off, w| match m.sigs[s].kind {
            Kind::Local | Kind::Out
                if minus(&(mask(off, w) & &maybe[s]), &def[s]) != BigUint::default() =>
            {
                bad.push((s, "is read before it is assigned on every path"))
            }
            Kind::ChildIn => {
                bad.push((s, "is a child's input and cannot be read back; use a Local"))
            }
            _ => {}
        });
        self.errors.extend(
            bad.iter()
                .map(|(s, t)| format!("{}: `{}` {t}", m.path, m.sigs[*s].raw)),
        );
    }
    fn block(&mut self, b: &[S], def: &mut Vec<BigUint>) {
        let meet = |paths: Vec<Vec<BigUint>>| {
            paths
                .into_iter()
                .reduce(|a, b| a.iter().zip(&b).map(|(a, b)| a & b).collect())
                .unwrap()
        };
        for s in b {
            match s {
                S::Set { sig, off, w, to } => {
                    self.read(to, def);
                    def[*sig] |= mask(*off, *w);
                }
                S::If(c, t, e) => {
                    self.read(c, def);
                    let (mut a, mut b) = (def.clone(), def.clone());
                    self.block(t, &mut a);
                    self.block(e, &mut b);
                    *def = meet(vec![a, b]);
                }
                S::Case(x, arms, d) => {
                    self.read(x, def);
                    let none = vec![];
                    let paths = arms
                        .iter()
                        .map(|a| &a.1)
                        .chain([d.as_ref().unwrap_or(&none)])
                        .map(|b| {
                            let mut p = def.clone();
                            self.block(b, &mut p);
                            p
                        })
                        .collect();
                    *def = meet(paths);
                }
                S::Note(_) => {}
            }
        }
    }
}

/// What a parent needs to know of an emitted child.
struct Made {
    name: String,
    ports: Vec<(String, String)>,
}

/// The reset value, if this is RustHDL's DFF (which is then written in its parent).
fn dff(m: &Module) -> Option<String> {
    let Verilog::Custom(t) = &m.code else {
        return None;
    };
    let t = t.split_whitespace().collect::<Vec<_>>().join(" ");
    let init = t
        .strip_prefix("initial begin q = ")?
        .strip_suffix("; end always @(posedge clock) begin q <= d; end")?;
    let ports: Vec<_> = m.ports().map(|p| (p.raw.as_str(), p.kind)).collect();
    (ports == [("d", Kind::In), ("q", Kind::Out), ("clock", Kind::In)]).then(|| init.into())
}

impl Emitter {
    /// Emits module `id` after its children. `name` is a wish, except for the top.
    fn module(&mut self, id: usize, name: &str) -> Made {
        let mut m = self.modules[id]
            .take()
            .expect("each module is visited once");
        if id == 0 {
            self.names.fresh(name);
        }
        let ports = m.ports().map(|p| (p.raw.clone(), p.name.clone())).collect();
        let zero = m
            .sigs
            .iter()
            .filter(|g| g.ty.w == 0)
            .map(|g| format!("{}: `{}` has no bits", m.path, g.raw));
        self.errors.extend(zero);
        let code = std::mem::take(&mut m.code);
        let mut wish = name.to_string();
        let (cores, body) = match code {
            Verilog::Blackbox(b) => {
                self.foreign(&b.code);
                return Made {
                    name: b.name,
                    ports,
                };
            }
            Verilog::Custom(t) => ("", self.text_module(&m, &t, "reg")),
            Verilog::Wrapper(w) => (&*w.cores.clone(), self.text_module(&m, &w.code, "wire")),
            Verilog::Combinatorial(b) => ("", self.kernel_module(&mut m, &b, &mut wish)),
            Verilog::Empty => ("", self.kernel_module(&mut m, &vec![], &mut wish)),
        };
        self.foreign(cores);
        if let Some(n) = self.done.get(&body) {
            return Made {
                name: n.clone(),
                ports,
            };
        }
        let name = if id == 0 {
            name.into()
        } else {
            self.names.fresh(&wish)
        };
        self.out.push(format!("\nmodule {name} {body}endmodule\n"));
        self.done.insert(body, name.clone());
        Made { name, ports }
    }
    fn foreign(&mut self, t: &str) {
        let t = format!("\n{}\n", t.trim());
        if t.len() > 2 && !self.foreign.contains(&t) {
            self.foreign.push(t);
        }
    }
    fn child(&mut self, raw: &str, id: usize) -> Made {
        self.module(
            id,
            raw.trim_end_matches(|c: char| c.is_ascii_digit())
                .trim_end_matches('$'),
        )
    }
    fn instance(made: &Made, inst: &str, conn: &dyn Fn(&str) -> String) -> String {
        let c: Vec<_> = made
            .ports
            .iter()
            .map(|(raw, n)| format!("   .{n}({})", conn(raw)))
            .collect();
        format!("{} {inst} (\n{}\n);\n", made.name, c.join(",\n"))
    }
    fn header(m: &Module, out: &dyn Fn(&Sig) -> &'static str, signs: bool) -> String {
        let p: Vec<_> = m
            .ports()
            .map(|p| {
                let dir = match p.kind {
                    Kind::In => "input wire",
                    Kind::InOut => "inout wire",
                    _ => out(p),
                };
                let sign = if signs && p.ty.signed { "signed " } else { "" };
                format!("   {dir} {sign}{}{}", range(p.ty.w), p.name)
            })
            .collect();
        if p.is_empty() {
            ";\n".into()
        } else {
            format!("(\n{}\n);\n", p.join(",\n"))
        }
    }

    /// A hand-written body, with the declarations RustHDL promises it.
    fn text_module(&mut self, m: &Module, code: &str, out: &'static str) -> String {
        let mut t = Self::header(
            m,
            &|_| {
                if out == "reg" {
                    "output reg"
                } else {
                    "output wire"
                }
            },
            true,
        );
        for g in &m.sigs {
            let sign = if g.ty.signed { "signed " } else { "" };
            match g.kind {
                Kind::Const => {
                    t += &format!(
                        "   localparam {sign}{}{} = {};\n",
                        range(g.ty.w),
                        g.name,
                        number(&g.value, g.ty.w)
                    )
                }
                Kind::Local | Kind::ChildIn if out == "reg" => {
                    t += &format!("   reg {sign}{}{};\n", range(g.ty.w), g.name)
                }
                Kind::ChildOut | Kind::ChildInOut => {
                    t += &format!("   wire {sign}{}{};\n", range(g.ty.w), g.name)
                }
                _ => {}
            }
        }
        for (raw, inst, id) in &m.children {
            let made = self.child(raw, *id);
            t += &indent(&Self::instance(&made, inst, &|p| format!("{raw}${p}")), 3);
        }
        t + &indent(code.trim(), 3)
    }

    /// A module from a kernel (`#[hdl_gen]`, or an AST built by hand).
    fn kernel_module(
        &mut self,
        m: &mut Module,
        code: &ast::VerilogBlock,
        wish: &mut String,
    ) -> String {
        let mut names = std::mem::take(&mut m.used_names);
        let m = &*m;
        let labels = std::mem::take(&mut self.labels);
        let mut low = Lower::new(m, &labels);
        let mut stmts = low.block(code);
        self.errors.append(&mut low.errors);
        let ties: HashMap<usize, String> = low
            .ties
            .iter()
            .map(|(c, o)| (*c, m.sigs[*o].name.clone()))
            .collect();
        self.labels = labels;
        if let Some(S::Note(n)) = stmts.first()
            && let Some(n) = n.trim().strip_prefix("module ")
        {
            *wish = n.trim().into();
        }

        // a signal that is never read needs no assignment before its last unconditional one
        let n = m.sigs.len();
        let mut seen = vec![false; n];
        each(&stmts, &mut |s| {
            let (S::Set { to: x, .. } | S::If(x, ..) | S::Case(x, ..)) = s else {
                return;
            };
            reads(x, &mut |r, _, _| seen[r] = true);
        });
        let mut settled = vec![false; n];
        let mut k = stmts.len();
        while k > 0 {
            k -= 1;
            if let S::Set { sig, w, .. } = &stmts[k]
                && !seen[*sig]
            {
                if settled[*sig] {
                    stmts.remove(k);
                } else {
                    settled[*sig] = *w == m.sigs[*sig].ty.w;
                }
            }
        }

        // who is written and read, where
        let (mut maybe, mut writes, mut last, mut read) = (
            vec![BigUint::default(); n],
            vec![0; n],
            vec![0; n],
            vec![false; n],
        );
        for (k, s) in stmts.iter().enumerate() {
            each(std::slice::from_ref(s), &mut |s| {
                let mut see = |x: &X| reads(x, &mut |s, _, _| read[s] = true);
                match s {
                    S::Set { sig, off, w, to } => {
                        maybe[*sig] |= mask(*off, *w);
                        writes[*sig] += 1;
                        last[*sig] = k + 1;
                        see(to);
                    }
                    S::If(x, ..) | S::Case(x, ..) => see(x),
                    S::Note(_) => {}
                }
            });
        }
        let mut flow = Flow {
            m,
            maybe: maybe.clone(),
            errors: vec![],
        };
        let mut def = vec![BigUint::default(); n];
        flow.block(&stmts, &mut def);
        for (k, g) in m.sigs.iter().enumerate() {
            if minus(&maybe[k], &def[k]) != BigUint::default() {
                flow.errors.push(format!(
                    "{}: `{}` is not assigned on every path (a latch)",
                    m.path, g.raw
                ));
            } else if matches!(g.kind, Kind::Out | Kind::ChildIn) && maybe[k] == BigUint::default()
            {
                flow.errors
                    .push(format!("{}: `{}` is never driven", m.path, g.raw));
            } else if g.kind == Kind::ChildInOut && !ties.contains_key(&k) {
                flow.errors.push(format!(
                    "{}: InOut `{}` is not tied to an InOut of its parent",
                    m.path, g.raw
                ));
            }
        }
        flow.errors.sort();
        flow.errors.dedup();
        self.errors.append(&mut flow.errors);

        // assignments that can be continuous: written once, unconditionally, from final values
        let mut stable: Vec<bool> = m
            .sigs
            .iter()
            .map(|g| !matches!(g.kind, Kind::Out | Kind::Local | Kind::ChildIn))
            .collect();
        let mut lifted = vec![false; n];
        for (k, s) in stmts.iter().enumerate() {
            if let S::Set { sig, off: _, w, to } = s
                && *w == m.sigs[*sig].ty.w
                && writes[*sig] == 1
            {
                let (mut a, mut b) = (true, !read[*sig]);
                reads(to, &mut |r, _, _| {
                    a &= stable[r];
                    b &= stable[r] || last[r] <= k;
                });
                lifted[*sig] = a || b;
                stable[*sig] = a;
            }
        }

        // print
        let mut p = Printer {
            m,
            names: &mut names,
            before: vec![],
            wires: false,
            temps: BTreeMap::new(),
            labels: BTreeMap::new(),
            consts: Default::default(),
        };
        let mut alias = ties;
        let (mut wires, mut body) = (String::new(), String::new());
        let mut notes = String::new();
        for s in &stmts {
            match s {
                S::Note(t) if t.trim().starts_with("module ") => {}
                S::Note(t) => notes += &format!("// {t}\n"),
                S::Set { sig, to, .. } if lifted[*sig] => {
                    p.wires = true;
                    let g = &m.sigs[*sig];
                    let text = p.text(to);
                    wires += &std::mem::take(&mut notes);
                    p.before.drain(..).for_each(|l| wires += &format!("{l}\n"));
                    if g.kind == Kind::ChildIn && matches!(to.e, E::Sig(..)) {
                        alias.insert(*sig, text);
                    } else if g.kind == Kind::Out {
                        wires += &format!("assign {} = {text};\n", g.name);
                    } else {
                        wires += &format!("wire {}{} = {text};\n", range(g.ty.w), g.name);
                    }
                }
                s => {
                    p.wires = false;
                    body += &indent(&std::mem::take(&mut notes), 3);
                    statement(&mut p, s, 3, &mut body);
                }
            }
        }
        let regs: Vec<bool> = (0..n).map(|k| writes[k] > 0 && !lifted[k]).collect();
        let (params, enums, temps) = (p.consts, p.labels, p.temps);

        let mut t = Self::header(
            m,
            &|g| {
                if regs[m.index[&g.raw]] {
                    "output reg"
                } else {
                    "output wire"
                }
            },
            false,
        );
        for k in params {
            let g = &m.sigs[k];
            t += &format!(
                "   localparam {}{} = {};\n",
                range(g.ty.w),
                g.name,
                number(&g.value, g.ty.w)
            );
        }
        for ((_, v, w), name) in enums {
            t += &format!(
                "   localparam {}{name} = {};\n",
                range(w),
                number(&BigUint::from(v), w)
            );
        }
        let flops: HashMap<usize, String> = m
            .children
            .iter()
            .filter_map(|(raw, _, id)| {
                dff(self.modules[*id].as_ref()?).map(|init| (m.index[&format!("{raw}$q")], init))
            })
            .collect();
        let (mut start, mut init) = (String::new(), String::new());
        for (k, g) in m.sigs.iter().enumerate() {
            let r = range(g.ty.w);
            match g.kind {
                Kind::ChildOut if flops.contains_key(&k) => {
                    t += &format!("   reg {r}{};\n", g.name);
                    init += &format!("   {} = {};\n", g.name, flops[&k]);
                }
                Kind::ChildOut => t += &format!("   wire {r}{};\n", g.name),
                Kind::ChildIn | Kind::Local if regs[k] => t += &format!("   reg {r}{};\n", g.name),
                Kind::Local if writes[k] == 0 && read[k] => {
                    t += &format!("   wire {r}{} = {};\n", g.name, number(&g.value, g.ty.w))
                }
                _ => {}
            }
            let never = minus(&mask(0, g.ty.w), &maybe[k]);
            if regs[k] && never != BigUint::default() {
                start += &format!(
                    "   {} = {}; // bits that are never assigned\n",
                    g.name,
                    number(&(&g.value & never), g.ty.w)
                );
            }
        }
        for (w, (list, _)) in &temps {
            for name in list {
                t += &format!("   reg {}{name};\n", range(*w));
                start += &format!("   {name} = {};\n", number(&BigUint::default(), *w));
            }
        }
        if !init.is_empty() {
            t += &indent(&format!("initial begin\n{init}end\n"), 3);
        }
        t += &indent(&wires, 3);
        if !body.is_empty() {
            t += &indent(&format!("always @* begin\n{start}{body}end\n"), 3);
        }
        let net = |raw: &str, port: &str| {
            let k = m.index[&format!("{raw}${port}")];
            alias
                .get(&k)
                .cloned()
                .unwrap_or_else(|| m.sigs[k].name.clone())
        };
        let mut clocked: BTreeMap<String, String> = BTreeMap::new();
        let mut inst_text = String::new();
        for (raw, inst, id) in &m.children {
            if flops.contains_key(m.index.get(&format!("{raw}$q")).unwrap_or(&usize::MAX)) {
                *clocked.entry(net(raw, "clock")).or_default() +=
                    &format!("   {} <= {};\n", net(raw, "q"), net(raw, "d"));
            } else {
                let made = self.child(raw, *id);
                inst_text += &Self::instance(&made, inst, &|p| net(raw, p));
            }
        }
        for (clock, text) in clocked {
            t += &indent(&format!("always @(posedge {clock}) begin\n{text}end\n"), 3);
        }
        t + &indent(&inst_text, 3)
    }
}

fn statement(p: &mut Printer, s: &S, by: usize, out: &mut String) {
    let mut line = |p: &mut Printer, text: String| {
        p.before
            .drain(..)
            .for_each(|l| *out += &format!("{:by$}{l}\n", ""));
        *out += &format!("{:by$}{text}\n", "");
    };
    p.next_statement();
    match s {
        S::Note(t) => line(p, format!("// {t}")),
        S::Set { sig, off, w, to } => {
            let text = p.text(to);
            let l = format!("{} = {text};", p.target(*sig, *off, *w));
            line(p, l)
        }
        S::Case(x, arms, default) => {
            let x = p.text(x);
            line(p, format!("case ({x})"));
            let arms = arms.iter().map(|(v, b)| (p.text(v), b)).collect::<Vec<_>>();
            for (v, b) in arms
                .into_iter()
                .chain(default.iter().map(|b| ("default".into(), b)))
            {
                *out += &format!("{:by$}   {v}: begin\n", "");
                b.iter().for_each(|s| statement(p, s, by + 6, out));
                *out += &format!("{:by$}   end\n", "");
            }
            *out += &format!("{:by$}endcase\n", "");
        }
        S::If(c, then, other) => {
            let text = p.text(c);
            line(p, format!("if ({text}) begin"));
            then.iter().for_each(|s| statement(p, s, by + 3, out));
            let mut rest = other;
            while let [S::If(c, t, e)] = &rest[..] {
                p.next_statement();
                let text = p.text(c);
                if !p.before.is_empty() {
                    p.before.clear(); // needs temporaries: cannot be an `else if`
                    break;
                }
                *out += &format!("{:by$}end else if ({text}) begin\n", "");
                t.iter().for_each(|s| statement(p, s, by + 3, out));
                rest = e;
            }
            if !rest.is_empty() {
                *out += &format!("{:by$}end else begin\n", "");
                rest.iter().for_each(|s| statement(p, s, by + 3, out));
            }
            *out += &format!("{:by$}end\n", "");
        }
    }
}
