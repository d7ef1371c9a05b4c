//! Linear maps over GF(2) as blocks: every output bit is the parity of some input bits.
//!
//! A [`LinearMap`] is computed by Rust, by running the plain algorithm (a bitwise CRC, a popcount bit) on unit vectors;
//! `update()` and the Verilog both come from its rows, so they cannot differ. The Verilog form is `^(x & mask)`: it is
//! smaller after synthesis and faster in Verilator than a chain of `^`.
//!
//! * [`XorMatrix`]: `y = enable ? M x : 0`, combinational.
//! * [`XorStep`]: `y = take ? M x : x`, combinational; a chain of them applies a power of a map.
//! * [`XorRegister`]: `y <= M x` when `enable`, registered, not reset; costs a simulator nothing while idle.

use crate::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// A matrix over GF(2): row `o` is the set of inputs whose parity is output `o`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearMap {
    inputs: usize,
    rows: Vec<BigUint>,
}

impl LinearMap {
    /// The map with `inputs` inputs and `outputs` outputs that takes unit vector `k` to `column(k)`.
    pub fn from_columns(inputs: usize, outputs: usize, column: impl Fn(usize) -> BigUint) -> Self {
        let mut rows = vec![BigUint::default(); outputs];
        for k in 0..inputs {
            let column = column(k);
            assert!(
                column.bits() <= outputs as u64,
                "column {k} has too many bits"
            );
            for (o, row) in rows.iter_mut().enumerate() {
                row.set_bit(k as u64, column.bit(o as u64));
            }
        }
        Self { inputs, rows }
    }

    /// Inputs, in bits.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Outputs, in bits.
    pub fn outputs(&self) -> usize {
        self.rows.len()
    }

    /// The value of the map at `x`.
    pub fn apply(&self, x: &BigUint) -> BigUint {
        let mut y = BigUint::default();
        for (o, row) in self.rows.iter().enumerate() {
            y.set_bit(o as u64, (row & x).count_ones() & 1 == 1);
        }
        y
    }

    /// The map as a Verilog concatenation over the vector `x`.
    fn verilog(&self, x: &str) -> String {
        let rows: Vec<_> = self
            .rows
            .iter()
            .rev()
            .map(|row| format!("      ^({x} & {}'h{row:x})", self.inputs))
            .collect();
        format!("{{\n{}}}", rows.join(",\n"))
    }

    fn assert_shape<const I: usize, const O: usize>(&self) {
        assert_eq!((self.inputs(), self.outputs()), (I, O), "shape of the map");
    }
}

/// `y = enable ? M x : 0`.
#[derive(LogicBlock)]
pub struct XorMatrix<const I: usize, const O: usize> {
    pub enable: Signal<In, Bit>,
    pub x: Signal<In, Bits<I>>,
    pub y: Signal<Out, Bits<O>>,
    _map: LinearMap,
}

impl<const I: usize, const O: usize> XorMatrix<I, O> {
    /// # Panics
    /// If `map` does not have `I` inputs and `O` outputs.
    pub fn new(map: LinearMap) -> Self {
        map.assert_shape::<I, O>();
        Self {
            enable: Default::default(),
            x: Default::default(),
            y: Default::default(),
            _map: map,
        }
    }
}

impl<const I: usize, const O: usize> Logic for XorMatrix<I, O> {
    fn update(&mut self) {
        self.y.next = if self.enable.val() {
            Bits::<O>::from_uint(&self._map.apply(&self.x.val().to_uint()))
        } else {
            Default::default()
        };
    }
    fn connect(&mut self) {
        self.y.connect();
    }
    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// module xor_matrix\nalways @* begin\n   y = {O}'d0;\n   if (enable) y = {};\nend\n",
            self._map.verilog("x")
        ))
    }
}

/// `y = take ? M x : x`.
#[derive(LogicBlock)]
pub struct XorStep<const N: usize> {
    pub take: Signal<In, Bit>,
    pub x: Signal<In, Bits<N>>,
    pub y: Signal<Out, Bits<N>>,
    _map: LinearMap,
}

impl<const N: usize> XorStep<N> {
    /// # Panics
    /// If `map` does not have `N` inputs and outputs.
    pub fn new(map: LinearMap) -> Self {
        map.assert_shape::<N, N>();
        Self {
            take: Default::default(),
            x: Default::default(),
            y: Default::default(),
            _map: map,
        }
    }
}

impl<const N: usize> Logic for XorStep<N> {
    fn update(&mut self) {
        self.y.next = if self.take.val() {
            Bits::<N>::from_uint(&self._map.apply(&self.x.val().to_uint()))
        } else {
            self.x.val()
        };
    }
    fn connect(&mut self) {
        self.y.connect();
    }
    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// module xor_step\nalways @* begin\n   y = x;\n   if (take) y = {};\nend\n",
            self._map.verilog("x")
        ))
    }
}

/// `y <= M x` at a rising edge with `enable`; zero until the first.
#[derive(LogicBlock)]
pub struct XorRegister<const I: usize, const O: usize> {
    pub clock: Signal<In, Clock>,
    pub enable: Signal<In, Bit>,
    pub x: Signal<In, Bits<I>>,
    pub y: Signal<Out, Bits<O>>,
    _map: LinearMap,
}

impl<const I: usize, const O: usize> XorRegister<I, O> {
    /// # Panics
    /// If `map` does not have `I` inputs and `O` outputs.
    pub fn new(map: LinearMap) -> Self {
        map.assert_shape::<I, O>();
        Self {
            clock: Default::default(),
            enable: Default::default(),
            x: Default::default(),
            y: Default::default(),
            _map: map,
        }
    }
}

impl<const I: usize, const O: usize> Logic for XorRegister<I, O> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.enable.val() {
            self.y.next = Bits::<O>::from_uint(&self._map.apply(&self.x.val().to_uint()));
        }
    }
    fn connect(&mut self) {
        self.y.connect();
    }
    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// module xor_register\ninitial y = {O}'d0;\nalways @(posedge clock) if (enable) y <= {};\n",
            self._map.verilog("x")
        ))
    }
}
