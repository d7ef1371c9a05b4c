//! The invariant CRC of RoCEv2 (IBTA vol 1, annex A17.3.3 over 7.8): CRC-32, one beat a cycle, no bubble between frames.
//!
//! # Theory of operation
//! The CRC register is linear, so everything that is awkward about it is done by linear maps that Rust computes:
//!
//! * *Start.* The register starts at zero. The bytes ahead of the IP header are zero (they do not move a zero register), and
//!   the state that the rule asks for there, [`ICRC_SEED`], is folded into the first four bytes of the IP header. `IcrcMask`
//!   (`icrc_mask.rs`) does both, and sets the fields that routers may change to ones.
//! * *Middle.* For a beat with low 32 bits `l` and the rest `h`: `state' = L (l ^ state) ^ H h`. `H h` is registered ahead of
//!   the feedback loop, so the loop is 32 bits wide whatever the bus: [`IcrcCore`].
//! * *End.* Bytes behind the end are zero and go through like all others. A sender needs the register as it was before
//!   them and takes them back, 1, 2, 4, ... bytes at a time, by the inverse maps: [`Icrc`]. A receiver compares with what the
//!   residue [`ICRC_RESIDUE`] has become after that many zero bytes, a table of constants: [`IcrcCheck`]. No matrix per byte count,
//!   no search for the last four bytes.
//!
//! # Interface
//! In: `valid`, `last`, `bytes` (1..=B, read with `last` only), `data` (bytes from `bytes` on must be zero). Pauses
//! are allowed anywhere; there is no ready. Out, from registers:
//!
//! * [`Icrc`]: `crc_valid` for one cycle and `crc`, whose little-endian bytes go behind the frame, `2 + P` cycles after the cycle of
//!   `last` (P = 2 for 64 and 128 bits, 3 for 256 and 512).
//! * [`IcrcCheck`]: `done` for one cycle and `good` with it, 2 cycles after the cycle of `last` (`good` is a NOR of eight registers).

use crate::record::Record;
use crate::xor::{LinearMap, XorMatrix, XorRegister, XorStep};
use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// CRC-32 (IEEE 802.3), bit reflected.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// The register after one more byte.
pub const fn crc_byte(state: u32, byte: u8) -> u32 {
    let mut state = state ^ byte as u32;
    let mut bit = 0;
    while bit < 8 {
        state = if state & 1 == 1 {
            (state >> 1) ^ POLYNOMIAL
        } else {
            state >> 1
        };
        bit += 1;
    }
    state
}

/// The register before a zero byte that left it at `state`.
const fn crc_unbyte(state: u32) -> u32 {
    let mut state = state;
    let mut bit = 0;
    while bit < 8 {
        // the top bit of the polynomial is set, so the top bit tells which way the step went
        state = if state >> 31 == 1 {
            ((state ^ POLYNOMIAL) << 1) | 1
        } else {
            state << 1
        };
        bit += 1;
    }
    state
}

/// The register where the IP header begins: after the eight bytes of ones that stand for the local route header.
pub const ICRC_SEED: u32 = {
    let mut state = u32::MAX;
    let mut byte = 0;
    while byte < 8 {
        state = crc_byte(state, 0xff);
        byte += 1;
    }
    state
};

/// The register behind any frame and its own CRC.
pub const ICRC_RESIDUE: u32 = {
    let crc = (!0u32).to_le_bytes(); // the CRC of a register at zero
    let mut state = 0;
    let mut byte = 0;
    while byte < 4 {
        state = crc_byte(state, crc[byte]);
        byte += 1;
    }
    state
};

/// The register after `bytes`; plain and slow, the rule itself.
pub fn crc_update(state: u32, bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(state, |state, byte| crc_byte(state, *byte))
}

/// The register after `bytes` zero bytes.
fn after_zeros(state: u32, bytes: usize) -> u32 {
    (0..bytes).fold(state, |state, _| crc_byte(state, 0))
}

/// The register before `bytes` zero bytes.
fn before_zeros(state: u32, bytes: usize) -> u32 {
    (0..bytes).fold(state, |state, _| crc_unbyte(state))
}

/// What bits `first..first + inputs` of a beat of `beat` bytes contribute to the register.
fn beat_map(beat: usize, first: usize, inputs: usize) -> LinearMap {
    LinearMap::from_columns(inputs, 32, |k| {
        let mut bytes = vec![0; beat];
        bytes[(first + k) / 8] = 1 << ((first + k) % 8);
        crc_update(0, &bytes).into()
    })
}

/// The inverse of `bytes` zero bytes.
fn undo_map(bytes: usize) -> LinearMap {
    LinearMap::from_columns(32, 32, |k| before_zeros(1 << k, bytes).into())
}

/// The register itself: the state behind each frame, with the zero bytes that fill up its last beat. `B = W / 8`, `H = W - 32`.
#[derive(LogicBlock)]
pub struct IcrcCore<const W: usize, const B: usize, const H: usize> {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub last: Signal<In, Bit>,
    pub bytes: Signal<In, Bits<7>>,
    pub data: Signal<In, Bits<W>>,
    /// one cycle ahead of `tail_valid`, with the same frame's `gap`
    pub ending: Signal<Out, Bit>,
    /// zero bytes behind the end
    pub gap: Signal<Out, Bits<6>>,
    /// the next `tail`, ahead of its register
    pub ending_tail: Signal<Out, Bits<32>>,
    pub tail_valid: Signal<Out, Bit>,
    pub tail_gap: Signal<Out, Bits<6>>,
    pub tail: Signal<Out, Bits<32>>,
    high: XorRegister<H, 32>,
    feedback: XorMatrix<32, 32>,
    in_valid: DFF<Bit>,
    in_last: DFF<Bit>,
    in_gap: DFF<Bits<6>>,
    low: DFF<Bits<32>>,
    state: DFF<Bits<32>>,
    out_valid: DFF<Bit>,
    out_gap: DFF<Bits<6>>,
    out: DFF<Bits<32>>,
    /// B - 1
    gap_mask: Constant<Bits<6>>,
    missing: Signal<Local, Bits<7>>,
    sum: Signal<Local, Bits<32>>,
}

impl<const W: usize, const B: usize, const H: usize> Default for IcrcCore<W, B, H> {
    fn default() -> Self {
        assert!(
            W == 8 * B && W == H + 32,
            "B must be W / 8, H must be W - 32"
        );
        assert!(
            B.is_power_of_two() && (8..=64).contains(&B),
            "64 to 512 bits"
        );
        Self {
            clock: Default::default(),
            valid: Default::default(),
            last: Default::default(),
            bytes: Default::default(),
            data: Default::default(),
            ending: Default::default(),
            gap: Default::default(),
            ending_tail: Default::default(),
            tail_valid: Default::default(),
            tail_gap: Default::default(),
            tail: Default::default(),
            high: XorRegister::new(beat_map(B, 32, H)),
            feedback: XorMatrix::new(beat_map(B, 0, 32)),
            in_valid: Default::default(),
            in_last: Default::default(),
            in_gap: Default::default(),
            low: Default::default(),
            state: Default::default(),
            out_valid: Default::default(),
            out_gap: Default::default(),
            out: Default::default(),
            gap_mask: Constant::new(((B - 1) as u64).to_bits()),
            missing: Default::default(),
            sum: Default::default(),
        }
    }
}

impl<const W: usize, const B: usize, const H: usize> Logic for IcrcCore<W, B, H> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, in_valid, in_last, in_gap, low, state, out_valid, out_gap, out
        );
        self.high.clock.next = self.clock.val();
        self.missing.next = bits::<7>(0) - self.bytes.val();
        self.in_valid.d.next = self.valid.val();
        self.high.enable.next = self.valid.val();
        self.high.x.next = self.data.val().get_bits::<H>(32);
        if self.valid.val() {
            self.low.d.next = self.data.val().get_bits::<32>(0);
            self.in_last.d.next = self.last.val();
            self.in_gap.d.next = self.missing.val().get_bits::<6>(0) & self.gap_mask.val();
        }
        self.feedback.enable.next = self.in_valid.q.val();
        self.feedback.x.next = self.low.q.val() ^ self.state.q.val();
        self.sum.next = self.feedback.y.val() ^ self.high.y.val();
        self.out_valid.d.next = self.in_valid.q.val() & self.in_last.q.val();
        if self.in_valid.q.val() {
            self.state.d.next = self.sum.val();
            if self.in_last.q.val() {
                self.state.d.next = bits::<32>(0);
                self.out.d.next = self.sum.val();
                self.out_gap.d.next = self.in_gap.q.val();
            }
        }
        self.ending.next = self.in_valid.q.val() & self.in_last.q.val();
        self.gap.next = self.in_gap.q.val();
        self.ending_tail.next = self.sum.val();
        self.tail_valid.next = self.out_valid.q.val();
        self.tail_gap.next = self.out_gap.q.val();
        self.tail.next = self.out.q.val();
    }
}

/// One stage of taking zero bytes back: `unit` bytes if bit 0 of the gap is set, and two units if bit 1 is.
#[derive(LogicBlock)]
pub struct UndoPair {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub gap: Signal<In, Bits<6>>,
    pub value: Signal<In, Bits<32>>,
    pub out_valid: Signal<Out, Bit>,
    /// the gap, shifted down by the two bits that are done with
    pub out_gap: Signal<Out, Bits<6>>,
    pub out_value: Signal<Out, Bits<32>>,
    one: XorStep<32>,
    two: XorStep<32>,
    held_valid: DFF<Bit>,
    held_gap: DFF<Bits<6>>,
    held: DFF<Bits<32>>,
}

impl UndoPair {
    /// A stage that takes back up to three times `unit` bytes.
    pub fn new(unit: usize) -> Self {
        Self {
            clock: Default::default(),
            valid: Default::default(),
            gap: Default::default(),
            value: Default::default(),
            out_valid: Default::default(),
            out_gap: Default::default(),
            out_value: Default::default(),
            one: XorStep::new(undo_map(unit)),
            two: XorStep::new(undo_map(2 * unit)),
            held_valid: Default::default(),
            held_gap: Default::default(),
            held: Default::default(),
        }
    }
}

impl Logic for UndoPair {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held_valid, held_gap, held);
        self.one.take.next = self.valid.val() & self.gap.val().get_bit(0);
        self.one.x.next = self.value.val();
        self.two.take.next = self.valid.val() & self.gap.val().get_bit(1);
        self.two.x.next = self.one.y.val();
        self.held_valid.d.next = self.valid.val();
        if self.valid.val() {
            self.held.d.next = self.two.y.val();
            self.held_gap.d.next = self.gap.val() >> 2;
        }
        self.out_valid.next = self.held_valid.q.val();
        self.out_gap.next = self.held_gap.q.val();
        self.out_value.next = self.held.q.val();
    }
}

/// The CRC of each frame, for a sender. `B = W / 8`, `H = W - 32`, `P = ceil(log2(B) / 2)` stages for the end.
#[derive(LogicBlock)]
pub struct Icrc<const W: usize, const B: usize, const H: usize, const P: usize> {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub last: Signal<In, Bit>,
    pub bytes: Signal<In, Bits<7>>,
    pub data: Signal<In, Bits<W>>,
    pub crc_valid: Signal<Out, Bit>,
    pub crc: Signal<Out, Bits<32>>,
    core: IcrcCore<W, B, H>,
    undo: [UndoPair; P],
}

/// [`Icrc`] for the widths there are.
pub type Icrc64 = Icrc<64, 8, 32, 2>;
pub type Icrc128 = Icrc<128, 16, 96, 2>;
pub type Icrc256 = Icrc<256, 32, 224, 3>;
pub type Icrc512 = Icrc<512, 64, 480, 3>;

impl<const W: usize, const B: usize, const H: usize, const P: usize> Default for Icrc<W, B, H, P> {
    fn default() -> Self {
        assert!(
            P == B.ilog2().div_ceil(2) as usize,
            "P must be ceil(log2(B) / 2)"
        );
        Self {
            clock: Default::default(),
            valid: Default::default(),
            last: Default::default(),
            bytes: Default::default(),
            data: Default::default(),
            crc_valid: Default::default(),
            crc: Default::default(),
            core: Default::default(),
            undo: array_init::array_init(|stage| UndoPair::new(1 << (2 * stage))),
        }
    }
}

impl<const W: usize, const B: usize, const H: usize, const P: usize> Logic for Icrc<W, B, H, P> {
    #[hdl_gen]
    fn update(&mut self) {
        for _P in P..P {}
        self.core.clock.next = self.clock.val();
        self.core.valid.next = self.valid.val();
        self.core.last.next = self.last.val();
        self.core.bytes.next = self.bytes.val();
        self.core.data.next = self.data.val();
        for i in 0..P {
            self.undo[i].clock.next = self.clock.val();
        }
        self.undo[0].valid.next = self.core.tail_valid.val();
        self.undo[0].gap.next = self.core.tail_gap.val();
        self.undo[0].value.next = self.core.tail.val();
        for i in 1..P {
            self.undo[i].valid.next = self.undo[i - 1].out_valid.val();
            self.undo[i].gap.next = self.undo[i - 1].out_gap.val();
            self.undo[i].value.next = self.undo[i - 1].out_value.val();
        }
        self.crc_valid.next = self.undo[P - 1].out_valid.val();
        self.crc.next = !self.undo[P - 1].out_value.val();
    }
}

/// A table of constants, combinational; entries past its end are zero.
#[derive(LogicBlock)]
struct ResidueTable {
    pub gap: Signal<In, Bits<6>>,
    pub want: Signal<Out, Bits<32>>,
    _want: Vec<u32>,
}

impl ResidueTable {
    /// The register behind a good frame and 0..`beat` zero bytes.
    fn new(beat: usize) -> Self {
        Self {
            gap: Default::default(),
            want: Default::default(),
            _want: (0..beat)
                .map(|gap| after_zeros(ICRC_RESIDUE, gap))
                .collect(),
        }
    }
}

impl Logic for ResidueTable {
    fn update(&mut self) {
        let want = self._want.get(self.gap.val().to_u64() as usize).copied();
        self.want.next = Bits::<32>::from_uint(&BigUint::from(want.unwrap_or_default()));
    }
    fn connect(&mut self) {
        self.want.connect();
    }
    fn hdl(&self) -> Verilog {
        let arms: String = self
            ._want
            .iter()
            .enumerate()
            .map(|(gap, want)| format!("   6'd{gap}: want = 32'h{want:08x};\n"))
            .collect();
        let other = if self._want.len() < 64 {
            "   default: want = 32'd0;\n"
        } else {
            ""
        };
        Verilog::Custom(format!(
            "// module icrc_residue\nalways @* case (gap)\n{arms}{other}endcase\n"
        ))
    }
}

/// Whether each frame ends in its own CRC, for a receiver. `B = W / 8`, `H = W - 32`.
#[derive(LogicBlock)]
pub struct IcrcCheck<const W: usize, const B: usize, const H: usize> {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub last: Signal<In, Bit>,
    pub bytes: Signal<In, Bits<7>>,
    pub data: Signal<In, Bits<W>>,
    pub done: Signal<Out, Bit>,
    pub good: Signal<Out, Bit>,
    core: IcrcCore<W, B, H>,
    table: ResidueTable,
    done_held: DFF<Bit>,
    /// bits that differ from the residue, ORed in groups of four ahead of the register: bits 0, 4, ... count
    miss: DFF<Bits<32>>,
    differ: Signal<Local, Bits<32>>,
    pairs: Signal<Local, Bits<32>>,
}

impl<const W: usize, const B: usize, const H: usize> Default for IcrcCheck<W, B, H> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            valid: Default::default(),
            last: Default::default(),
            bytes: Default::default(),
            data: Default::default(),
            done: Default::default(),
            good: Default::default(),
            core: Default::default(),
            table: ResidueTable::new(B),
            done_held: Default::default(),
            miss: Default::default(),
            differ: Default::default(),
            pairs: Default::default(),
        }
    }
}

impl<const W: usize, const B: usize, const H: usize> Logic for IcrcCheck<W, B, H> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, done_held, miss);
        self.core.clock.next = self.clock.val();
        self.core.valid.next = self.valid.val();
        self.core.last.next = self.last.val();
        self.core.bytes.next = self.bytes.val();
        self.core.data.next = self.data.val();
        self.table.gap.next = self.core.gap.val();
        self.differ.next = self.core.ending_tail.val() ^ self.table.want.val();
        self.pairs.next = self.differ.val() | (self.differ.val() >> 1);
        self.miss.d.next = self.pairs.val() | (self.pairs.val() >> 2);
        self.done_held.d.next = self.core.ending.val();
        self.done.next = self.done_held.q.val();
        self.good.next = self.done_held.q.val() & ((self.miss.q.val() & 0x1111_1111) == 0);
    }
}
