//! How the contract is described: plain const data that generators, drivers and tests walk.

/// What software may do with a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Fixed when the device was built.
    Const,
    /// Read only; the hardware changes it.
    Ro,
    /// Read and write; only software changes it.
    Rw,
    /// Writing a one starts something and reads back as zero; zeros do nothing. Other fields of the register are [`Access::Rw`].
    W1s,
}

impl Access {
    /// The short form of tables: `const`, `ro`, `rw`, `w1s`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Const => "const",
            Self::Ro => "ro",
            Self::Rw => "rw",
            Self::W1s => "w1s",
        }
    }

    /// Whether a write changes anything.
    pub const fn is_writable(self) -> bool {
        matches!(self, Self::Rw | Self::W1s)
    }
}

/// Bits `low..low + width` of a 32-bit register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Upper-case name.
    pub name: &'static str,
    /// Lowest bit.
    pub low: u32,
    /// Bits.
    pub width: u32,
    /// Lines of documentation.
    pub doc: &'static [&'static str],
}

impl Field {
    /// The field's bits as a mask over the register.
    pub const fn mask(&self) -> u32 {
        (u32::MAX >> (32 - self.width)) << self.low
    }

    /// The field's value in a register's value.
    pub const fn get(&self, register: u32) -> u32 {
        (register & self.mask()) >> self.low
    }

    /// The register's value with the field replaced; bits of `value` beyond the field's width are cut.
    pub const fn set(&self, register: u32, value: u32) -> u32 {
        (register & !self.mask()) | ((value << self.low) & self.mask())
    }

    /// A register value that holds `value` in this field and zeros elsewhere.
    pub const fn of(&self, value: u32) -> u32 {
        self.set(0, value)
    }
}

/// One 32-bit register of BAR0, or an array of them at consecutive addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Register {
    /// Lower-case name, unique in its block.
    pub name: &'static str,
    /// Byte address in BAR0.
    pub offset: u32,
    /// Number of 32-bit words; 1 unless it is an array.
    pub words: u32,
    /// Access kind.
    pub access: Access,
    /// Value after reset; of a `Const` register, 0 when it depends on the build.
    pub reset: u32,
    /// Lines of documentation.
    pub doc: &'static [&'static str],
    /// Fields; empty when the register is one number.
    pub fields: &'static [Field],
}

impl Register {
    /// Byte address of word `index` of an array.
    ///
    /// # Panics
    /// If the array has no such word.
    pub const fn at(&self, index: u32) -> u32 {
        assert!(index < self.words, "no such word in the register array");
        self.offset + 4 * index
    }
}

/// A block of registers that describes itself: `type`, `version` and `next` come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Lower-case name.
    pub name: &'static str,
    /// Byte address in BAR0.
    pub base: u32,
    /// Lower half of the `type` register.
    pub kind: u16,
    /// Value of the `version` register.
    pub version: u32,
    /// Byte address of the next block, 0 at the end of the chain.
    pub next: u32,
    /// Lines of documentation.
    pub doc: &'static [&'static str],
    /// All registers, in address order.
    pub registers: &'static [Register],
}

/// A field of a record: bits `low..low + width`, word `low / 32` upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordField {
    /// Lower-case name.
    pub name: &'static str,
    /// Lowest bit in the record.
    pub low: u32,
    /// Bits.
    pub width: u32,
    /// Not used; written as zero.
    pub reserved: bool,
    /// Belongs to the place and not to the object: given anew where a dump is restored, never taken from it.
    pub relocatable: bool,
    /// Lines of documentation.
    pub doc: &'static [&'static str],
}

/// A record of fixed layout: field after field, first field at bit 0, little-endian 32-bit words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Name in CamelCase.
    pub name: &'static str,
    /// Lines of documentation.
    pub doc: &'static [&'static str],
    /// Fields from bit 0 up, without gaps.
    pub fields: &'static [RecordField],
}

impl Record {
    /// Width in bits.
    pub const fn bits(&self) -> u32 {
        match self.fields.last() {
            Some(last) => last.low + last.width,
            None => 0,
        }
    }

    /// Width in 32-bit words.
    pub const fn words(&self) -> u32 {
        self.bits() / 32
    }
}

/// One member of a [`CodeSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Name in CamelCase.
    pub name: &'static str,
    /// Number.
    pub value: u32,
    /// How it is shown to people.
    pub text: &'static str,
    /// Lines of documentation.
    pub doc: &'static [&'static str],
}

/// An enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeSet {
    /// Name in CamelCase.
    pub name: &'static str,
    /// Lines of documentation.
    pub doc: &'static [&'static str],
    /// Members in ascending order of their numbers.
    pub codes: &'static [Code],
}

/// A named number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Upper-case name.
    pub name: &'static str,
    /// Value.
    pub value: u64,
    /// Lines of documentation.
    pub doc: &'static [&'static str],
}

/// Named numbers that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConstantSet {
    /// Title.
    pub title: &'static str,
    /// Members in the order of their declaration.
    pub constants: &'static [Constant],
}

/// Assigns bit positions, one field behind the other.
///
/// # Panics
/// If the fields do not fill whole 32-bit words; at compile time, since records are constants.
pub const fn lay_out<const N: usize>(mut fields: [RecordField; N]) -> [RecordField; N] {
    let (mut at, mut k) = (0, 0);
    while k < N {
        fields[k].low = at;
        at += fields[k].width;
        k += 1;
    }
    assert!(at % 32 == 0, "a record is a whole number of 32-bit words");
    fields
}

/// A field's value in Rust, seen as bits.
pub trait FieldValue: Copy {
    /// The value as a number.
    fn to_bits(self) -> u128;
    /// The value whose bits are the lowest ones of `bits`.
    fn from_bits(bits: u128) -> Self;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl FieldValue for $number {
            fn to_bits(self) -> u128 {
                self.into()
            }
            fn from_bits(bits: u128) -> Self {
                bits as Self
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, u128);

impl FieldValue for bool {
    fn to_bits(self) -> u128 {
        self.into()
    }
    fn from_bits(bits: u128) -> Self {
        bits & 1 == 1
    }
}

/// First byte in the lowest bits.
impl FieldValue for [u8; 16] {
    fn to_bits(self) -> u128 {
        u128::from_le_bytes(self)
    }
    fn from_bits(bits: u128) -> Self {
        bits.to_le_bytes()
    }
}

/// Writes the low `width` (at most 128) bits of `value` to bits `at..at + width` of `words`.
pub(crate) fn put(words: &mut [u32], at: usize, width: usize, value: u128) {
    for bit in 0..width {
        let (word, shift) = ((at + bit) / 32, (at + bit) % 32);
        words[word] = words[word] & !(1 << shift) | (((value >> bit) as u32 & 1) << shift);
    }
}

/// Bits `at..at + width` (at most 128) of `words`.
pub(crate) fn take(words: &[u32], at: usize, width: usize) -> u128 {
    (0..width).fold(0, |value, bit| {
        value | u128::from(words[(at + bit) / 32] >> ((at + bit) % 32) & 1) << bit
    })
}
