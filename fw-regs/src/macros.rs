//! The declaration forms: `constants!`, `codes!`, `records!` and `block!`. Each makes typed Rust items and the description of
//! the same thing as const data.

/// Named numbers, and `CONSTANTS`, their description.
macro_rules! constants {
    ($title:literal; $($(#[doc = $doc:literal])* pub const $name:ident: $type:ty = $value:expr;)*) => {
        $($(#[doc = $doc])* pub const $name: $type = $value;)*
        /// The numbers of this module as data.
        pub const CONSTANTS: $crate::schema::ConstantSet = $crate::schema::ConstantSet {
            title: $title,
            constants: &[$($crate::schema::Constant {
                name: stringify!($name), value: $name as u64, doc: &[$($doc),*],
            }),*],
        };
    };
}

/// An enumeration with numbers and texts; its `CODES` is the description.
macro_rules! codes {
    ($(#[doc = $doc:literal])* pub enum $name:ident: $repr:ty {
        $($(#[doc = $vdoc:literal])* $variant:ident = $value:literal $text:literal,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr($repr)]
        pub enum $name { $($(#[doc = $vdoc])* $variant = $value,)* }

        impl $name {
            /// All members in ascending order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The enumeration as data.
            pub const CODES: $crate::schema::CodeSet = $crate::schema::CodeSet {
                name: stringify!($name),
                doc: &[$($doc),*],
                codes: &[$($crate::schema::Code {
                    name: stringify!($variant), value: $value, text: $text, doc: &[$($vdoc),*],
                }),*],
            };

            /// The member's number.
            pub const fn code(self) -> $repr {
                self as $repr
            }

            /// The member whose number is `code`, if there is one.
            pub const fn from_code(code: $repr) -> Option<Self> {
                match code {
                    $($value => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// How it is shown to people.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.text())
            }
        }
    };
}

/// Records: `name: width as Type`, in bits from bit 0 up; without a type the field is reserved and absent from the Rust
/// struct; `[relocatable]` marks what a dump must not carry.
macro_rules! records {
    ($($(#[doc = $doc:literal])* pub struct $name:ident {
        $(#[doc = $fdoc:literal] $field:ident: $width:literal $(as $type:ty)? $([$flag:ident])?,)*
    })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name { $($(#[doc = $fdoc] pub $field: $type,)?)* }

        impl $name {
            /// 32-bit words of the record.
            pub const WORDS: usize = (0 $(+ $width)*) / 32;
            /// The layout as data.
            pub const RECORD: $crate::schema::Record = $crate::schema::Record {
                name: stringify!($name),
                doc: &[$($doc),*],
                fields: &$crate::schema::lay_out([$($crate::schema::RecordField {
                    name: stringify!($field),
                    low: 0,
                    width: $width,
                    reserved: true $(&& <$type as $crate::macros::Used>::NOT)?,
                    relocatable: false $(|| $crate::macros::$flag())?,
                    doc: &[$fdoc],
                }),*]),
            };

            /// The record as little-endian words; values wider than their field are cut.
            pub fn to_words(&self) -> [u32; Self::WORDS] {
                let mut words = [0; Self::WORDS];
                let mut at = 0;
                $(
                    $($crate::schema::put(&mut words, at, $width, <$type as $crate::schema::FieldValue>::to_bits(self.$field));)?
                    #[allow(unused_assignments)]
                    { at += $width; }
                )*
                words
            }

            /// The record that `words` hold; reserved bits are ignored.
            pub fn from_words(words: &[u32; Self::WORDS]) -> Self {
                let mut record = Self::default();
                let mut at = 0;
                $(
                    $(record.$field = <$type as $crate::schema::FieldValue>::from_bits($crate::schema::take(words, at, $width));)?
                    #[allow(unused_assignments)]
                    { at += $width; }
                )*
                record
            }
        }
    )*};
}

/// Lets `records!` say "reserved" where a field has no type.
pub(crate) trait Used {
    /// Always false: a field with a type is not reserved.
    const NOT: bool = false;
}
impl<T> Used for T {}

/// The only flag a record's field can have.
pub(crate) const fn relocatable() -> bool {
    true
}

/// A register block: a module with a module per register, each with its `REG` and its fields; `BLOCK` describes all.
macro_rules! block {
    ($(#[doc = $bdoc:literal])* pub mod $block:ident @ $base:literal, kind $kind:literal, version $version:literal, next $next:literal {
        $($(#[doc = $rdoc:literal])* $reg:ident @ $offset:literal $access:ident $(= ($reset:expr))? $(, words $words:literal)? {
            $($(#[doc = $fdoc:literal])* $field:ident: $low:literal + $width:literal,)*
        })*
    }) => {
        $(#[doc = $bdoc])*
        pub mod $block {
            /// What the block is: vendor in the upper half, kind of block in the lower.
            pub mod r#type {
                /// The register.
                pub const REG: $crate::schema::Register = $crate::schema::Register {
                    name: "type", offset: $base, words: 1, access: $crate::schema::Access::Const,
                    reset: ($crate::VENDOR as u32) << 16 | $kind,
                    doc: &[" Vendor (bits 31:16) and kind of block (bits 15:0)."], fields: &[],
                };
            }
            /// Version of the block's layout: grows when registers are added at its end.
            pub mod version {
                /// The register.
                pub const REG: $crate::schema::Register = $crate::schema::Register {
                    name: "version", offset: $base + 4, words: 1, access: $crate::schema::Access::Const,
                    reset: $version, doc: &[" Version of this block's layout."], fields: &[],
                };
            }
            /// Where the next block is.
            pub mod next {
                /// The register.
                pub const REG: $crate::schema::Register = $crate::schema::Register {
                    name: "next", offset: $base + 8, words: 1, access: $crate::schema::Access::Const,
                    reset: $next, doc: &[" Byte address of the next block in BAR0; 0 in the last one."], fields: &[],
                };
            }
            $($(#[doc = $rdoc])* pub mod $reg {
                /// The register.
                pub const REG: $crate::schema::Register = $crate::schema::Register {
                    name: stringify!($reg),
                    offset: $base + $offset,
                    words: 1 $(* $words)?,
                    access: $crate::schema::Access::$access,
                    reset: 0 $(+ $reset)?,
                    doc: &[$($rdoc),*],
                    fields: &[$($field),*],
                };
                $($(#[doc = $fdoc])* pub const $field: $crate::schema::Field = $crate::schema::Field {
                    name: stringify!($field), low: $low, width: $width, doc: &[$($fdoc),*],
                };)*
            })*
            /// The block as data.
            pub const BLOCK: $crate::schema::Block = $crate::schema::Block {
                name: stringify!($block), base: $base, kind: $kind, version: $version, next: $next,
                doc: &[$($bdoc),*],
                registers: &[r#type::REG, version::REG, next::REG $(, $reg::REG)*],
            };
        }
    };
}
