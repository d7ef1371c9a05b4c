//! Types of RustHDL values as the emitter needs them: width, signedness, fields, labels.

use num_bigint::{BigInt, BigUint};
use rust_hdl::prelude::*;

/// The Rust type of a value: its width in bits, its signedness and, for enums and structs, the
/// full descriptor.
#[derive(Clone, Debug)]
pub(crate) struct Ty {
    pub w: usize,
    pub signed: bool,
    pub desc: TypeDescriptor,
}

impl Ty {
    /// `Bits<w>` or `Signed<w>`.
    pub fn bits(w: usize, signed: bool) -> Ty {
        let kind = if signed {
            TypeKind::Signed(w)
        } else {
            TypeKind::Bits(w)
        };
        let name = String::new();
        let desc = TypeDescriptor { name, kind };
        Ty { w, signed, desc }
    }

    /// The type that a RustHDL descriptor describes.
    pub fn of(desc: &TypeDescriptor) -> Ty {
        let w = match &desc.kind {
            TypeKind::Bits(n) | TypeKind::Signed(n) => *n,
            TypeKind::Enum(labels) => clog2(labels.len()),
            TypeKind::Composite(fields) => fields.iter().map(|f| Ty::of(&f.kind).w).sum(),
        };
        let signed = matches!(desc.kind, TypeKind::Signed(_));
        let desc = desc.clone();
        Ty { w, signed, desc }
    }

    /// The fields of a `LogicStruct` with their offsets; the first field is at bit 0.
    pub fn fields(&self) -> Vec<(&str, usize, Ty)> {
        let TypeKind::Composite(fields) = &self.desc.kind else {
            return vec![];
        };
        let mut off = 0;
        let mut placed = vec![];
        for f in fields {
            let ty = Ty::of(&f.kind);
            off += ty.w;
            placed.push((f.fieldname.as_str(), off - ty.w, ty));
        }
        placed
    }

    /// Offset and type of the field `name`.
    pub fn field(&self, name: &str) -> Option<(usize, Ty)> {
        let mut fields = self.fields().into_iter();
        fields.find(|f| f.0 == name).map(|f| (f.1, f.2))
    }

    /// Type of the field that occupies bits `off .. off + w` exactly.
    pub fn field_at(&self, off: usize, w: usize) -> Option<Ty> {
        let mut fields = self.fields().into_iter();
        fields.find(|f| f.1 == off && f.2.w == w).map(|f| f.2)
    }

    /// Whether the two types may meet in one operation.
    pub fn matches(&self, other: &Ty) -> bool {
        self.w == other.w && self.signed == other.signed
    }

    /// How the source would write it.
    pub fn describe(&self) -> String {
        match &self.desc.kind {
            TypeKind::Signed(_) => format!("Signed<{}>", self.w),
            TypeKind::Bits(_) => format!("Bits<{}>", self.w),
            _ => format!("{} ({} bits)", self.desc.name, self.w),
        }
    }
}

/// Value and width of a literal. Its fields are private; its `{:x}` form (`32'hff`, `8'h-5`) is not.
pub(crate) fn literal(l: &VerilogLiteral) -> (BigInt, usize) {
    parse_sized(&format!("{l:x}")).expect("a VerilogLiteral prints as <bits>'h<hex>")
}

/// Reads `<bits>'h<hex>`.
pub(crate) fn parse_sized(text: &str) -> Option<(BigInt, usize)> {
    let (w, hex) = text.split_once("'h")?;
    let value = BigInt::parse_bytes(hex.as_bytes(), 16)?;
    Some((value, w.parse().ok()?))
}

/// Two's complement of `v` in `w` bits.
pub(crate) fn wrap(v: &BigInt, w: usize) -> BigUint {
    let m = BigInt::from(1) << w;
    let (_, digits) = (((v % &m) + &m) % &m).into_parts();
    digits
}

/// `w` ones, `off` bits up.
pub(crate) fn mask(off: usize, w: usize) -> BigUint {
    ((BigUint::from(1u8) << w) - 1u8) << off
}
