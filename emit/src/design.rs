//! Walks a design with a RustHDL `Probe` and records, for each module instance, its signals, its
//! children and its kernel.

use crate::names::Scope;
use crate::types::{Ty, literal, wrap};
use num_bigint::BigUint;
use rust_hdl::prelude::*;
use std::collections::HashMap;

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    In,
    Out,
    InOut,
    Local,
    Const,
    ChildIn,
    ChildOut,
    ChildInOut,
}

pub(crate) struct Sig {
    /// RustHDL's flat name, e.g. `core$i$data`.
    pub raw: String,
    /// Name in the emitted Verilog.
    pub name: String,
    pub kind: Kind,
    pub ty: Ty,
    /// Value of a constant; otherwise the default value.
    pub value: BigUint,
}

pub(crate) struct Child {
    /// RustHDL's name of the instance.
    pub raw: String,
    /// Its name in the emitted Verilog.
    pub name: String,
    /// Index into `Design::modules`.
    pub id: usize,
}

pub(crate) struct Module {
    pub path: String,
    /// Name of the top module.
    pub top: String,
    pub sigs: Vec<Sig>,
    pub index: HashMap<String, usize>,
    pub children: Vec<Child>,
    pub code: Verilog,
    pub used_names: Scope,
    /// Enum labels that its signals can have.
    pub labels: Labels,
}

impl Module {
    fn add_labels(&mut self, desc: &TypeDescriptor) {
        match &desc.kind {
            TypeKind::Enum(labels) => {
                let ty = Ty::of(desc);
                for (code, label) in labels.iter().enumerate() {
                    let known = self.labels.entry(label.replace("::", "$")).or_default();
                    if !known.iter().any(|(t, n)| *n == code && t.w == ty.w) {
                        known.push((ty.clone(), code));
                    }
                }
            }
            TypeKind::Composite(fields) => fields.iter().for_each(|f| self.add_labels(&f.kind)),
            TypeKind::Bits(_) | TypeKind::Signed(_) => {}
        }
    }

    pub fn ports(&self) -> impl Iterator<Item = &Sig> {
        let port = |s: &&Sig| matches!(s.kind, Kind::In | Kind::Out | Kind::InOut);
        self.sigs.iter().filter(port)
    }

    /// Hand-written bodies refer to RustHDL's own names, so those are kept.
    pub fn is_text(&self) -> bool {
        !matches!(self.code, Verilog::Combinatorial(_) | Verilog::Empty)
    }

    fn add(&mut self, raw: String, kind: Kind, atom: &dyn Atom) {
        let name = if self.is_text() {
            raw.clone()
        } else {
            self.used_names.fresh(&raw)
        };
        let mut ty = Ty::of(&atom.descriptor());
        ty.w = atom.bits();
        let value = wrap(&literal(&atom.verilog()).0, ty.w);
        self.index.insert(raw.clone(), self.sigs.len());
        self.sigs.push(Sig {
            raw,
            name,
            kind,
            ty,
            value,
        });
    }
}

/// Every enum label that a module's own and its children's signals can have, e.g. `State$Idle`, with the types and codes it
/// stands for. Two blocks may have enums of one name, as long as no module sees both.
pub(crate) type Labels = HashMap<String, Vec<(Ty, usize)>>;

#[derive(Default)]
pub(crate) struct Design {
    /// Parents before children; the top is the first.
    pub modules: Vec<Module>,
    stack: Vec<usize>,
    names: Vec<String>,
    spaces: Vec<String>,
}

impl Design {
    pub fn of(top: &str, block: &dyn Block) -> Design {
        let mut design = Design::default();
        block.accept(top, &mut design);
        design
    }
}

impl Probe for Design {
    fn visit_start_scope(&mut self, name: &str, node: &dyn Block) {
        let id = self.modules.len();
        self.names.push(name.into());
        if let Some(&p) = self.stack.last() {
            let parent = &mut self.modules[p];
            let instance = if parent.is_text() {
                name.into()
            } else {
                parent.used_names.fresh(name)
            };
            parent.children.push(Child {
                raw: name.into(),
                name: instance,
                id,
            });
        }
        self.modules.push(Module {
            path: self.names.join("."),
            top: self.names[0].clone(),
            sigs: vec![],
            index: HashMap::new(),
            children: vec![],
            code: node.hdl(),
            used_names: Scope::default(),
            labels: Labels::default(),
        });
        self.stack.push(id);
    }

    fn visit_start_namespace(&mut self, name: &str, _: &dyn Block) {
        self.spaces.push(name.into());
    }

    fn visit_atom(&mut self, name: &str, atom: &dyn Atom) {
        let spaces = self.spaces.iter().map(String::as_str);
        let raw = spaces.chain([name]).collect::<Vec<_>>().join("$");
        let (kind, outer) = match atom.kind() {
            AtomKind::InputParameter => (Kind::In, Some(Kind::ChildIn)),
            AtomKind::OutputParameter => (Kind::Out, Some(Kind::ChildOut)),
            AtomKind::InOutParameter => (Kind::InOut, Some(Kind::ChildInOut)),
            AtomKind::Constant => (Kind::Const, None),
            _ => (Kind::Local, None),
        };
        let Some(&me) = self.stack.last() else { return };
        self.modules[me].add(raw.clone(), kind, atom);
        self.modules[me].add_labels(&atom.descriptor());
        if let (Some(kind), [.., parent, _], Some(instance)) =
            (outer, &self.stack[..], self.names.last())
        {
            self.modules[*parent].add(format!("{instance}${raw}"), kind, atom);
            self.modules[*parent].add_labels(&atom.descriptor());
        }
    }

    fn visit_end_namespace(&mut self, _: &str, _: &dyn Block) {
        self.spaces.pop();
    }

    fn visit_end_scope(&mut self, _: &str, _: &dyn Block) {
        self.stack.pop();
        self.names.pop();
    }
}
