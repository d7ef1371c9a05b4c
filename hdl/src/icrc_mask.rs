//! What the ICRC sees of a frame: [`IcrcMask`], used by both framers.
//!
//! Byte by byte (IBTA vol 1, annex A17.3.3; offsets from the first byte of the Ethernet header):
//!
//! | bytes | IPv4 | IPv6 |
//! |---|---|---|
//! | Ethernet header | 0..14 zero | 0..14 zero |
//! | IP fields that routers change | 15 (TOS), 22 (TTL), 24..26 (checksum) ones | low 28 bits of 14..18 (class, flow label), 21 (hop limit) ones |
//! | UDP checksum | 40..42 ones | 60..62 ones |
//! | BTH byte 4 (FECN, BECN, reserved) | 46 ones | 66 ones |
//!
//! and the seed of the CRC register is XORed into the first four bytes of the IP header, so that the register may start at
//! zero (`icrc.rs`). Bytes behind the end are zero.
//!
//! # Interface
//! In two steps, so that the decoding of the beat number is not in the path of the data: at a rising edge with `take`, the masks of
//! beat `beat` of a frame of version `ipv6` become current; `masked` follows `data` and `bytes` (valid bytes, 0..=B)
//! combinationally under the current masks. `beat` counts from 0 in each frame and must stay at 15 once it has got there (the masks end
//! before). Masks are per beat, so a framer takes once a beat, with the beat that it presents in the next cycle.

use crate::icrc::ICRC_SEED;
use crate::keep::count_tables;
use crate::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// Frames have masked bytes below this offset only.
const MASKED_BYTES: usize = 67;

/// `(keep, flip)` of one byte of a frame: the ICRC sees `(byte & keep) ^ flip`.
pub fn icrc_byte_mask(ipv6: bool, offset: usize) -> (u8, u8) {
    const ETHERNET: usize = 14;
    let transport = ETHERNET + if ipv6 { 40 } else { 20 };
    let ones = match offset {
        _ if offset < ETHERNET => return (0, 0),
        14 if ipv6 => 0x0f,
        15..18 | 21 if ipv6 => 0xff,
        15 | 22 | 24 | 25 if !ipv6 => 0xff,
        _ if offset == transport + 6 || offset == transport + 7 => 0xff,
        _ if offset == transport + 8 + 4 => 0xff,
        _ => 0,
    };
    let seed = match offset - ETHERNET {
        k @ 0..4 => ICRC_SEED.to_le_bytes()[k],
        _ => 0,
    };
    (!ones, ones ^ seed)
}

/// The masks of a whole frame's bytes for a bus of `W = 8 B` bits.
#[derive(LogicBlock)]
pub struct IcrcMask<const W: usize, const B: usize> {
    pub clock: Signal<In, Clock>,
    pub take: Signal<In, Bit>,
    pub beat: Signal<In, Bits<4>>,
    pub ipv6: Signal<In, Bit>,
    pub bytes: Signal<In, Bits<7>>,
    pub data: Signal<In, Bits<W>>,
    pub masked: Signal<Out, Bits<W>>,
    /// keep and flip by IP version and beat
    _masks: [Vec<(BigUint, BigUint)>; 2],
    _current: Option<(BigUint, BigUint)>,
}

impl<const W: usize, const B: usize> Default for IcrcMask<W, B> {
    fn default() -> Self {
        assert!(
            W == 8 * B && (8..=64).contains(&B),
            "B must be W / 8, 64 to 512 bits"
        );
        let beat = |ipv6, beat: usize| {
            let (keep, flip): (Vec<u8>, Vec<u8>) = (beat * B..(beat + 1) * B)
                .map(|offset| icrc_byte_mask(ipv6, offset))
                .unzip();
            (BigUint::from_bytes_le(&keep), BigUint::from_bytes_le(&flip))
        };
        let all = |ipv6| {
            (0..MASKED_BYTES.div_ceil(B))
                .map(|k| beat(ipv6, k))
                .collect()
        };
        Self {
            clock: Default::default(),
            take: Default::default(),
            beat: Default::default(),
            ipv6: Default::default(),
            bytes: Default::default(),
            data: Default::default(),
            masked: Default::default(),
            _masks: [all(false), all(true)],
            _current: None,
        }
    }
}

impl<const W: usize, const B: usize> Logic for IcrcMask<W, B> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.take.val() {
            let masks = &self._masks[usize::from(self.ipv6.val())];
            self._current = masks.get(self.beat.val().to_u64() as usize).cloned();
        }
        let mut all = self.data.val().to_uint();
        if let Some((keep, flip)) = &self._current {
            all = (all & keep) ^ flip;
        }
        let bits = 8 * self.bytes.val().to_u64().min(B as u64);
        all &= (BigUint::from(1u8) << bits) - 1u8;
        self.masked.next = Bits::<W>::from_uint(&all);
    }
    fn connect(&mut self) {
        self.masked.connect();
    }
    fn hdl(&self) -> Verilog {
        let mut arms = String::new();
        for (version, masks) in self._masks.iter().enumerate() {
            for (beat, (keep, flip)) in masks.iter().enumerate() {
                arms += &format!(
                    "      5'd{}: begin keep <= {W}'h{keep:x}; flip <= {W}'h{flip:x}; end\n",
                    16 * version + beat
                );
            }
        }
        // byte 8 i + j is valid if bytes / 8 > i, or = i and bytes mod 8 > j: no comparator per byte
        let lanes: String = (0..B)
            .map(|k| {
                let (i, j) = (k / 8, k % 8);
                format!(
                    "      if (!(whole[{i}] || (bytes[6:3] == 4'd{i} && below[{j}]))) masked[{}:{}] = 8'd0;\n",
                    8 * k + 7,
                    8 * k
                )
            })
            .collect();
        Verilog::Custom(format!(
            "// module icrc_mask\nreg [{top}:0] keep, flip;\n{tables}\
             initial begin keep = {{{W}{{1'b1}}}}; flip = {W}'d0; end\n\
             always @(posedge clock) if (take)\n   case ({{ipv6, beat}})\n{arms}\
             \x20     default: begin keep <= {{{W}{{1'b1}}}}; flip <= {W}'d0; end\n   endcase\n\
             always @* begin\n   masked = (data & keep) ^ flip;\n   if (bytes[6:{log}] == {rest}'d0) begin\n{lanes}   end\nend\n",
            top = W - 1,
            tables = count_tables("bytes", B),
            log = B.ilog2(),
            rest = 7 - B.ilog2(),
        ))
    }
}
