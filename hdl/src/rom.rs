//! Small tables computed by Rust: a combinational `case`, both simulation and Verilog from the same data.

use crate::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// `data` is the entry at `addr`; entries that were not given are zero.
#[derive(LogicBlock)]
pub struct Rom<const A: usize, const D: usize> {
    pub addr: Signal<In, Bits<A>>,
    pub data: Signal<Out, Bits<D>>,
    _entries: BTreeMap<u64, u64>,
}

impl<const A: usize, const D: usize> Rom<A, D> {
    /// A table of `(address, value)` entries.
    ///
    /// # Panics
    /// If an address or a value is too wide.
    pub fn new(entries: impl IntoIterator<Item = (u64, u64)>) -> Self {
        assert!(A < 64 && D <= 64);
        let entries: BTreeMap<u64, u64> = entries.into_iter().collect();
        for (&addr, &value) in &entries {
            assert!(addr < 1 << A, "address {addr} has more than {A} bits");
            assert!(
                D == 64 || value < 1 << D,
                "value {value} has more than {D} bits"
            );
        }
        Self {
            addr: Default::default(),
            data: Default::default(),
            _entries: entries,
        }
    }
}

impl<const A: usize, const D: usize> Logic for Rom<A, D> {
    fn update(&mut self) {
        let value = self
            ._entries
            .get(&self.addr.val().to_u64())
            .copied()
            .unwrap_or(0);
        self.data.next = Bits::<D>::from_uint(&BigUint::from(value));
    }
    fn connect(&mut self) {
        self.data.connect();
    }
    fn hdl(&self) -> Verilog {
        let mut text = String::from("always @* case (addr)\n");
        for (addr, value) in self._entries.iter().filter(|(_, value)| **value != 0) {
            let _ = writeln!(text, "   {A}'d{addr}: data = {D}'d{value};");
        }
        let _ = write!(text, "   default: data = {D}'d0;\nendcase\n");
        Verilog::Custom(text)
    }
}
