//! Puts modules together: headers, bodies, instances, each distinct module once.

use crate::design::{Child, Design, Kind, Module, Sig};
use crate::error::{Reason, Refusal};
use crate::kernel::{self, Body, Kernel, RESET, RESET_CHILDREN};
use crate::mutate::{self, Collector, Words};
use crate::names::Scope;
use crate::print::{STEP, indent, number, range};
use rust_hdl::prelude::*;
use std::collections::HashMap;

/// What a parent needs to know of an emitted child.
struct Made {
    name: String,
    /// RustHDL's and Verilog's names of the ports.
    ports: Vec<(String, String)>,
    /// It has a reset that is not among `ports`.
    reset: bool,
}

pub(crate) struct Emitter<'a> {
    design: Design,
    /// Names of modules.
    names: Scope,
    /// Text of a module but for its name, and the name it got.
    done: HashMap<String, String>,
    /// Modules, children first.
    out: Vec<String>,
    /// Vendor cores and black boxes.
    foreign: Vec<String>,
    pub refusals: Vec<Refusal>,
    /// Mutants are wanted: who collects them, and the ways to break words of memories.
    pub mutants: Option<(Collector, Words<'a>)>,
    /// Modules with registers, in themselves or below: they have a synchronous reset.
    resets: Vec<bool>,
}

/// Which modules have registers, in themselves or below. Children come after their parents.
fn with_registers(design: &Design) -> Vec<bool> {
    let modules = &design.modules;
    let mut found = vec![false; modules.len()];
    for (id, m) in modules.iter().enumerate().rev() {
        let has = |c: &Child| found[c.id] || kernel::dff(&modules[c.id]).is_some();
        found[id] = m.children.iter().any(has);
    }
    found
}

/// The names of the modules that hand-written Verilog declares.
fn declared(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs = words.windows(2).filter(|w| w[0] == "module");
    let name = |w: &[&str]| {
        let end = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$');
        w[1].split(end).next().unwrap_or_default().to_string()
    };
    pairs.map(name).collect()
}

/// How the outputs of a hand-written body are declared.
#[derive(Clone, Copy, PartialEq)]
enum Outputs {
    Reg,
    Wire,
}

impl<'a> Emitter<'a> {
    pub fn new(design: Design) -> Emitter<'a> {
        let mut names = Scope::default();
        for m in &design.modules {
            match &m.code {
                Verilog::Blackbox(b) => names.reserve(&b.name),
                Verilog::Wrapper(w) => declared(&w.cores).iter().for_each(|n| names.reserve(n)),
                _ => {}
            }
        }
        Emitter {
            resets: with_registers(&design),
            design,
            names,
            done: HashMap::new(),
            out: vec![],
            foreign: vec![],
            refusals: vec![],
            mutants: None,
        }
    }

    /// Emits the design with its top named `top`.
    pub fn run(&mut self, top: &str) -> String {
        self.names.reserve(top);
        self.module(0, top);
        let modules: Vec<&str> = self.out.iter().rev().map(String::as_str).collect();
        let modules = modules.join("\n");
        let mut text = format!("`default_nettype none\n\n{modules}\n`default_nettype wire\n");
        self.foreign.iter().for_each(|t| text += t);
        text
    }

    fn refuse(&mut self, id: usize, reason: Reason) {
        self.refusals.push(Refusal {
            module: self.design.modules[id].path.clone(),
            reason,
            context: String::new(),
        });
    }

    /// Emits module `id` after its children. `name` is a wish, except for the top.
    fn module(&mut self, id: usize, name: &str) -> Made {
        let m = &mut self.design.modules[id];
        let code = std::mem::take(&mut m.code);
        let ports = m.ports().map(|p| (p.raw.clone(), p.name.clone()));
        let ports: Vec<_> = ports.collect();
        let reset = self.resets[id] && !ports.iter().any(|p| p.1 == RESET);
        let empty = m.sigs.iter().filter(|g| g.ty.w == 0);
        let empty: Vec<_> = empty.map(|g| g.raw.clone()).collect();
        for raw in empty {
            self.refuse(id, Reason::NoBits(raw));
        }
        let names = self.design.modules[id].used_names.clone();
        let mut children = vec![];
        let (wish, body) = match &code {
            Verilog::Blackbox(b) => {
                if id == 0 {
                    self.refuse(id, Reason::BlackBoxTop);
                }
                self.black_box(id, b);
                let name = b.name.clone();
                return Made {
                    name,
                    ports,
                    reset: false,
                };
            }
            Verilog::Custom(t) => (text_name(t), self.text_module(id, t, Outputs::Reg)),
            Verilog::Wrapper(w) => {
                self.declare(&w.cores);
                let body = self.text_module(id, &w.code, Outputs::Wire);
                (text_name(&w.code), body)
            }
            Verilog::Combinatorial(b) => self.kernel_module(id, b, &mut children),
            Verilog::Empty => self.kernel_module(id, &vec![], &mut children),
        };
        if id != 0
            && let Some(name) = self.done.get(&body)
        {
            let name = name.clone();
            return Made { name, ports, reset };
        }
        let name = match id {
            0 => name.to_string(),
            _ => self.names.fresh(wish.as_deref().unwrap_or(name)),
        };
        let text = match &code {
            Verilog::Custom(t) => self.mutated_text(id, t, &body),
            Verilog::Combinatorial(b) => self.mutated_kernel(id, b, names, &children),
            _ => None,
        };
        let text = text.as_ref().unwrap_or(&body);
        self.out.push(format!("module {name} {text}endmodule\n"));
        self.done.insert(body, name.clone());
        Made { name, ports, reset }
    }

    fn black_box(&mut self, id: usize, b: &BlackBox) {
        let text = format!("\n{}\n", b.code.trim());
        let twice = |t: &&String| **t != text && declared(t).contains(&b.name);
        if self.foreign.iter().any(|t| twice(&t)) {
            self.refuse(id, Reason::BlackBoxTwice(b.name.clone()));
        }
        self.declare(&b.code);
    }

    /// Adds foreign modules, once.
    fn declare(&mut self, text: &str) {
        let text = format!("\n{}\n", text.trim());
        if !text.trim().is_empty() && !self.foreign.contains(&text) {
            self.foreign.push(text);
        }
    }

    /// A hand-written body, unchanged, with the declarations RustHDL promises it.
    fn text_module(&mut self, id: usize, code: &str, outputs: Outputs) -> String {
        let m = &self.design.modules[id];
        let out = match outputs {
            Outputs::Reg => "output reg",
            Outputs::Wire => "output wire",
        };
        let mut text = header(m, &|_| out, true, self.resets[id]);
        for g in &m.sigs {
            let sign = if g.ty.signed { "signed " } else { "" };
            let declared = format!("{sign}{}{}", range(g.ty.w), g.name);
            text += &match g.kind {
                Kind::Const => {
                    let value = number(&g.value, g.ty.w);
                    format!("   localparam {declared} = {value};\n")
                }
                Kind::Local | Kind::ChildIn if outputs == Outputs::Reg => {
                    format!("   reg {declared};\n")
                }
                Kind::ChildOut | Kind::ChildInOut => format!("   wire {declared};\n"),
                _ => continue,
            };
        }
        for k in 0..self.design.modules[id].children.len() {
            let child = &self.design.modules[id].children[k];
            let (raw, name) = (child.raw.clone(), child.name.clone());
            let made = self.child(id, k);
            let instance = instance(&made, &name, &|p| format!("{raw}${p}"), RESET);
            text += &indent(&instance, STEP);
        }
        text + &indent(code.trim(), STEP)
    }

    /// A hand-written `body` that ends with `code`, with mutants, if they are wanted.
    fn mutated_text(&mut self, id: usize, code: &str, body: &str) -> Option<String> {
        let (collector, words) = self.mutants.as_mut()?;
        let head = body.strip_suffix(&indent(code.trim(), STEP))?;
        let text = mutate::mutated_text(&self.design.modules[id], code, words, collector);
        Some(format!("{head}{}", indent(text.trim(), STEP)))
    }

    /// A kernel's module with mutants, if they are wanted. What is emitted without is what decides whether modules are the same.
    fn mutated_kernel(
        &mut self,
        id: usize,
        code: &ast::VerilogBlock,
        names: Scope,
        children: &[Option<Made>],
    ) -> Option<String> {
        let (collector, _) = self.mutants.as_mut()?;
        let m = &self.design.modules[id];
        let (kernel, refusals) = Kernel::of(m, &self.design, code, Some(collector));
        if !refusals.is_empty() {
            self.refusals.extend(refusals);
            return None;
        }
        let body = kernel.print(m, names);
        Some(self.kernel_text(id, &body, children))
    }

    /// A kernel's module; what is made of its children goes to `children`.
    fn kernel_module(
        &mut self,
        id: usize,
        code: &ast::VerilogBlock,
        children: &mut Vec<Option<Made>>,
    ) -> (Option<String>, String) {
        let names = std::mem::take(&mut self.design.modules[id].used_names);
        let m = &self.design.modules[id];
        let (kernel, refusals) = Kernel::of(m, &self.design, code, None);
        if !refusals.is_empty() {
            self.refusals.extend(refusals);
            for k in 0..self.design.modules[id].children.len() {
                self.child(id, k); // there may be more to refuse
            }
            return (None, String::new());
        }
        let body = kernel.print(m, names);
        for k in 0..self.design.modules[id].children.len() {
            children.push((!body.flops[k]).then(|| self.child(id, k)));
        }
        let text = self.kernel_text(id, &body, children);
        (kernel.wish, text)
    }

    /// The text of a kernel's module. With mutants, the top has the number of the one at work.
    fn kernel_text(&self, id: usize, body: &Body, children: &[Option<Made>]) -> String {
        let m = &self.design.modules[id];
        let out = |g: &Sig| match body.regs[m.index[&g.raw]] {
            true => "output reg",
            false => "output wire",
        };
        let mut text = header(m, &out, false, self.resets[id]);
        if id == 0 && self.mutants.is_some() {
            text = mutate::with_number(m, &text);
        }
        text += &body.text;
        for (Child { raw, name, .. }, made) in m.children.iter().zip(children) {
            let Some(made) = made else { continue };
            let net = |port: &str| kernel::net(m, &body.alias, raw, port);
            let reset = match m.index.get(RESET_CHILDREN) {
                Some(k) => &m.sigs[*k].name,
                None => RESET,
            };
            text += "\n";
            text += &indent(&instance(made, name, &net, reset), STEP);
        }
        text
    }

    /// Emits child number `k` of module `id`; an array's elements share one name.
    fn child(&mut self, id: usize, k: usize) -> Made {
        let child = &self.design.modules[id].children[k];
        let (id, raw) = (child.id, child.raw.clone());
        let digits = |c: char| c.is_ascii_digit();
        let name = match raw.trim_end_matches(digits).strip_suffix('$') {
            Some(array) => array,
            None => &raw,
        };
        self.module(id, name)
    }
}

/// The name in a first line `// module NAME` of a hand-written body.
fn text_name(code: &str) -> Option<String> {
    let first = code.trim().lines().next()?;
    kernel::module_name(first.strip_prefix("//")?)
}

fn instance(made: &Made, name: &str, net: &dyn Fn(&str) -> String, reset: &str) -> String {
    let pin = |(raw, port): &(String, String)| format!("   .{port}({})", net(raw));
    let mut pins: Vec<_> = made.ports.iter().map(pin).collect();
    if made.reset {
        pins.push(format!("   .{RESET}({reset})"));
    }
    format!("{} {name} (\n{}\n);\n", made.name, pins.join(",\n"))
}

/// Port list; `out` says how an output is declared; with `reset`, a reset that the module does not declare is added.
fn header(m: &Module, out: &dyn Fn(&Sig) -> &'static str, signs: bool, reset: bool) -> String {
    let port = |p: &Sig| {
        let dir = match p.kind {
            Kind::In => "input wire",
            Kind::InOut => "inout wire",
            _ => out(p),
        };
        let sign = if signs && p.ty.signed { "signed " } else { "" };
        format!("   {dir} {sign}{}{}", range(p.ty.w), p.name)
    };
    let mut ports: Vec<_> = m.ports().map(port).collect();
    if reset && !m.ports().any(|p| p.name == RESET) {
        ports.push(format!("   input wire {RESET}"));
    }
    if ports.is_empty() {
        return ";\n".into();
    }
    format!("(\n{}\n);\n", ports.join(",\n"))
}
