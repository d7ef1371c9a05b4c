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
//! Combinational: `beat` = number of the beat in its frame, which must stay at 15 once it has got there (the
//! masks end before); `bytes` = valid bytes of this beat, 0..=B.

use crate::icrc::ICRC_SEED;
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
    pub beat: Signal<In, Bits<4>>,
    pub ipv6: Signal<In, Bit>,
    pub bytes: Signal<In, Bits<7>>,
    pub data: Signal<In, Bits<W>>,
    pub masked: Signal<Out, Bits<W>>,
    /// keep and flip by IP version and beat
    _masks: [Vec<(BigUint, BigUint)>; 2],
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
            beat: Default::default(),
            ipv6: Default::default(),
            bytes: Default::default(),
            data: Default::default(),
            masked: Default::default(),
            _masks: [all(false), all(true)],
        }
    }
}

impl<const W: usize, const B: usize> Logic for IcrcMask<W, B> {
    fn update(&mut self) {
        let masks = &self._masks[usize::from(self.ipv6.val())];
        let mut all = self.data.val().to_uint();
        if let Some((keep, flip)) = masks.get(self.beat.val().to_u64() as usize) {
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
                    "   5'd{}: begin keep = {W}'h{keep:x}; flip = {W}'h{flip:x}; end\n",
                    16 * version + beat
                );
            }
        }
        Verilog::Custom(format!(
            "// module icrc_mask\nreg [{top}:0] keep, flip;\ninteger k;\n\
             always @* begin\n   keep = {{{W}{{1'b1}}}};\n   flip = {W}'d0;\n   case ({{ipv6, beat}})\n{arms}   default: ;\n   endcase\nend\n\
             always @* begin\n   masked = (data & keep) ^ flip;\n   if (bytes < 7'd{B})\n\
             \x20     for (k = 0; k < {B}; k = k + 1) if (k[6:0] >= bytes) masked[8*k +: 8] = 8'd0;\nend\n",
            top = W - 1,
        ))
    }
}
