//! `record!`: a LogicStruct that can also be read from and turned into plain bits, so that memories
//! can hold it and software can see it. First field at bit 0, as in RustHDL and in the dumps.

use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// A hardware record with a fixed layout: field after field, first field at bit 0.
pub trait Record: Synth {
    /// Width in bits.
    const WIDTH: usize;
    /// The record whose bits are `bits`; bits at and above [`Self::WIDTH`] are ignored.
    fn from_uint(bits: &BigUint) -> Self;
    /// The record as a number.
    fn to_uint(&self) -> BigUint;
    /// The bits that have a meaning: all but those of fields named `rsvd…`, which are zero.
    fn meant() -> BigUint {
        (BigUint::from(1u8) << Self::WIDTH) - 1u8
    }
}

impl<const N: usize> Record for Bits<N> {
    const WIDTH: usize = N;
    fn from_uint(bits: &BigUint) -> Self {
        (bits & ((BigUint::from(1u8) << N) - 1u8)).into()
    }
    fn to_uint(&self) -> BigUint {
        (*self).into()
    }
}

/// Declares LogicStructs with their [`Record`] layouts. Widths are in bits.
#[macro_export]
macro_rules! record {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* $field:ident: $width:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
        pub struct $name { $($(#[$fdoc])* pub $field: Bits<$width>),+ }

        impl $crate::record::Record for $name {
            const WIDTH: usize = 0 $(+ $width)+;
            fn from_uint(bits: &num_bigint::BigUint) -> Self {
                let mut at = 0;
                $(
                    let $field = <Bits<$width> as $crate::record::Record>::from_uint(&(bits >> at));
                    #[allow(unused_assignments)]
                    { at += $width; }
                )+
                Self { $($field),+ }
            }
            fn to_uint(&self) -> num_bigint::BigUint {
                let mut all = num_bigint::BigUint::default();
                let mut at = 0;
                $(
                    all |= $crate::record::Record::to_uint(&self.$field) << at;
                    #[allow(unused_assignments)]
                    { at += $width; }
                )+
                all
            }
            fn meant() -> num_bigint::BigUint {
                let mut all = num_bigint::BigUint::default();
                let mut at = 0;
                $(
                    if !stringify!($field).starts_with("rsvd") {
                        all |= <Bits<$width> as $crate::record::Record>::meant() << at;
                    }
                    #[allow(unused_assignments)]
                    { at += $width; }
                )+
                all
            }
        }
    )+};
}
