//! Byte enables of a stream's beats, which are contiguous from byte 0, to numbers and back.

use crate::record::Record;
use crate::xor::LinearMap;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// The map from byte enables (contiguous from bit 0) to their number: bit `k` of `n` is the parity of the number of
/// multiples of `2^k` that are at most `n`, and `n` reaches `m` if enable `m - 1` is set. For `XorMatrix<B, 7>`.
pub fn keep_count_map(bytes: usize) -> LinearMap {
    LinearMap::from_columns(bytes, 7, |enable| {
        let reached = enable + 1;
        let bits = (0..7).filter(|k| reached.is_multiple_of(1 << k));
        bits.map(|k| BigUint::from(1u8) << k).sum()
    })
}

/// The first `bytes` of `B` byte enables; combinational.
#[derive(LogicBlock)]
pub struct CountKeep<const B: usize> {
    pub bytes: Signal<In, Bits<7>>,
    pub keep: Signal<Out, Bits<B>>,
}

impl<const B: usize> Default for CountKeep<B> {
    fn default() -> Self {
        assert!(B.is_multiple_of(8) && B <= 64, "a beat of 8 to 64 bytes");
        Self {
            bytes: Default::default(),
            keep: Default::default(),
        }
    }
}

impl<const B: usize> Logic for CountKeep<B> {
    fn update(&mut self) {
        let bytes = self.bytes.val().to_u64().min(B as u64);
        self.keep.next = Bits::<B>::from_uint(&((BigUint::from(1u8) << bytes) - 1u8));
    }
    fn connect(&mut self) {
        self.keep.connect();
    }
    fn hdl(&self) -> Verilog {
        let lanes: String = (0..B / 8)
            .map(|i| {
                format!(
                    "   keep[{}:{}] = whole[{i}] ? 8'hff : bytes[6:3] == 4'd{i} ? below : 8'd0;\n",
                    8 * i + 7,
                    8 * i
                )
            })
            .collect();
        Verilog::Custom(format!(
            "// module count_keep\n{}always @* begin\n{lanes}end\n",
            count_tables("bytes", B)
        ))
    }
}

/// Verilog tables over `count`, 0..=`beat`: of each group of eight bytes, `whole[i]` tells that all of group `i` are below `count`;
/// in group `count / 8`, `below[j]` tells it of byte `j`. Tables, because a comparison would become a carry chain.
pub(crate) fn count_tables(count: &str, beat: usize) -> String {
    let groups = beat / 8;
    let arms = |from: usize, to: usize, select: usize, name: &str, width: usize| -> String {
        (from..to)
            .map(|n| {
                let ones = (1u64 << n) - 1;
                format!("      {select}'d{n}: {name} = {width}'d{ones};\n")
            })
            .collect()
    };
    format!(
        "reg [7:0] below;\nreg [{top}:0] whole;\nalways @* begin\n   case ({count}[2:0])\n{low}      default: below = 8'd0;\n   endcase\n\
         \x20  case ({count}[6:3])\n{high}      default: whole = {{{groups}{{1'b1}}}};\n   endcase\nend\n",
        top = groups - 1,
        low = arms(1, 8, 3, "below", 8),
        high = arms(0, groups, 4, "whole", groups),
    )
}
