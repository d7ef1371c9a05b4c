//! Walks a RustHDL design with a `Probe` and records, per module instance, its
//! signals (with widths and types), its children and its kernel.
use crate::names;
use num_bigint::{BigInt, BigUint};
use rust_hdl::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// The Rust type of a value: bit width, signedness and, for enums and structs, the full descriptor.
#[derive(Clone, Debug)]
pub struct Ty {
    pub w: usize,
    pub signed: bool,
    pub desc: TypeDescriptor,
}
impl Ty {
    pub fn bits(w: usize, signed: bool) -> Ty {
        let kind = if signed {
            TypeKind::Signed(w)
        } else {
            TypeKind::Bits(w)
        };
        Ty {
            w,
            signed,
            desc: TypeDescriptor {
                name: String::new(),
                kind,
            },
        }
    }
    pub fn of(desc: &TypeDescriptor) -> Ty {
        let w = match &desc.kind {
            TypeKind::Bits(n) | TypeKind::Signed(n) => *n,
            TypeKind::Enum(v) => clog2(v.len()),
            TypeKind::Composite(f) => f.iter().map(|f| Ty::of(&f.kind).w).sum(),
        };
        Ty {
            w,
            signed: matches!(desc.kind, TypeKind::Signed(_)),
            desc: desc.clone(),
        }
    }
    /// Offset and type of the field `name` of a LogicStruct (first field at bit 0).
    pub fn field(&self, name: &str) -> Option<(usize, Ty)> {
        let TypeKind::Composite(fields) = &self.desc.kind else {
            return None;
        };
        let mut off = 0;
        for f in fields {
            let t = Ty::of(&f.kind);
            if f.fieldname == name {
                return Some((off, t));
            }
            off += t.w;
        }
        None
    }
    /// Type of the field that occupies bits `off .. off+w` exactly.
    pub fn field_at(&self, off: usize, w: usize) -> Option<Ty> {
        let TypeKind::Composite(fields) = &self.desc.kind else {
            return None;
        };
        fields
            .iter()
            .map(|f| self.field(&f.fieldname).unwrap())
            .find(|(o, t)| *o == off && t.w == w)
            .map(|x| x.1)
    }
}

#[derive(Copy, Clone, Debug, PartialEq)]
pub enum Kind {
    In,
    Out,
    InOut,
    Local,
    Const,
    ChildIn,
    ChildOut,
    ChildInOut,
}

pub struct Sig {
    /// RustHDL's flat name, e.g. `core$i$data`
    pub raw: String,
    /// name used in the emitted Verilog
    pub name: String,
    pub kind: Kind,
    pub ty: Ty,
    /// value of a constant; otherwise the default value
    pub value: BigUint,
}

pub struct Module {
    pub path: String,
    pub sigs: Vec<Sig>,
    pub index: HashMap<String, usize>,
    /// (RustHDL's instance name, Verilog instance name, module id)
    pub children: Vec<(String, String, usize)>,
    pub code: Verilog,
    pub used_names: names::Scope,
}
impl Module {
    pub fn ports(&self) -> impl Iterator<Item = &Sig> {
        self.sigs
            .iter()
            .filter(|s| matches!(s.kind, Kind::In | Kind::Out | Kind::InOut))
    }
    /// Hand-written Verilog bodies refer to RustHDL's own names, so those are kept.
    pub fn is_text(&self) -> bool {
        !matches!(self.code, Verilog::Combinatorial(_) | Verilog::Empty)
    }
    fn add(&mut self, raw: String, kind: Kind, a: &dyn Atom) {
        let name = if self.is_text() {
            raw.clone()
        } else {
            self.used_names.fresh(&raw)
        };
        let (v, _) = literal(&a.verilog());
        let ty = Ty {
            w: a.bits(),
            ..Ty::of(&a.descriptor())
        };
        let value = wrap(&v, ty.w);
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

#[derive(Default)]
pub struct Design {
    pub modules: Vec<Module>,
    /// every enum label in the design: `State$Idle` -> [(type, value)]
    pub labels: BTreeMap<String, Vec<(Ty, usize)>>,
    stack: Vec<usize>,
    names: Vec<String>,
    spaces: Vec<String>,
}
impl Design {
    fn add_labels(&mut self, d: &TypeDescriptor) {
        match &d.kind {
            TypeKind::Enum(v) => {
                for (k, l) in v.iter().enumerate() {
                    let e = self.labels.entry(l.replace("::", "$")).or_default();
                    if !e.iter().any(|(t, n)| *n == k && t.w == Ty::of(d).w) {
                        e.push((Ty::of(d), k));
                    }
                }
            }
            TypeKind::Composite(f) => f.iter().for_each(|f| self.add_labels(&f.kind)),
            _ => {}
        }
    }
}
impl Probe for Design {
    fn visit_start_scope(&mut self, name: &str, node: &dyn Block) {
        let id = self.modules.len();
        self.names.push(name.into());
        if let Some(&p) = self.stack.last() {
            let parent = &mut self.modules[p];
            let inst = if parent.is_text() {
                name.into()
            } else {
                parent.used_names.fresh(name)
            };
            parent.children.push((name.into(), inst, id));
        }
        self.modules.push(Module {
            path: self.names.join("."),
            sigs: vec![],
            index: HashMap::new(),
            children: vec![],
            code: node.hdl(),
            used_names: Default::default(),
        });
        self.stack.push(id);
    }
    fn visit_start_namespace(&mut self, name: &str, _: &dyn Block) {
        self.spaces.push(name.into());
    }
    fn visit_atom(&mut self, name: &str, a: &dyn Atom) {
        self.add_labels(&a.descriptor());
        let raw = self
            .spaces
            .iter()
            .map(String::as_str)
            .chain([name])
            .collect::<Vec<_>>()
            .join("$");
        let (kind, outer) = match a.kind() {
            AtomKind::InputParameter => (Kind::In, Some(Kind::ChildIn)),
            AtomKind::OutputParameter => (Kind::Out, Some(Kind::ChildOut)),
            AtomKind::InOutParameter => (Kind::InOut, Some(Kind::ChildInOut)),
            AtomKind::Constant => (Kind::Const, None),
            _ => (Kind::Local, None),
        };
        let Some(&me) = self.stack.last() else { return };
        self.modules[me].add(raw.clone(), kind, a);
        if let (Some(k), [.., p, _]) = (outer, &self.stack[..]) {
            let raw = format!("{}${raw}", self.names.last().unwrap());
            self.modules[*p].add(raw, k, a);
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

/// Value and width of a literal. Its fields are private; its `{:x}` form (`32'hff`, `8'h-5`) is not.
pub fn literal(l: &VerilogLiteral) -> (BigInt, usize) {
    let s = format!("{l:x}");
    let (w, h) = s
        .split_once("'h")
        .expect("VerilogLiteral prints as <bits>'h<hex>");
    (
        BigInt::parse_bytes(h.as_bytes(), 16).expect("hex"),
        w.parse().expect("bits"),
    )
}
/// Two's complement of `v` in `w` bits.
pub fn wrap(v: &BigInt, w: usize) -> BigUint {
    let m = BigInt::from(1) << w;
    (((v % &m) + &m) % &m).to_biguint().unwrap()
}
