//! The parts of `frame_rx` that know where in a beat a header field lies. Their text is made by Rust from byte offsets, so that one
//! table serves all bus widths.
//!
//! * [`Capture`]: registers for header fields, filled as the beats of a frame pass by.
//! * [`Ethertype`]: is this an IP frame, and of which version.
//! * [`IpSum`]: each beat's share of the IPv4 header checksum.
//! * [`ext_bytes`], [`ExtLength`]: extension headers by opcode.

use crate::record;
use crate::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;
use std::collections::BTreeMap;

record! {
    /// Fields that decide what a frame is and where it ends.
    pub struct EarlyFields {
        version: 8, ip_len: 16, fragment: 16, protocol: 8, port: 16, udp_len: 16, opcode: 8, flags: 8,
    }
    /// Fields of the header record.
    pub struct LateFields {
        src_mac: 48, src_ip: 128, dst_ip: 128, traffic: 8,
        opcode: 8, flags: 8, pkey: 16, congestion: 8, dest_qpn: 24, ack: 8, psn: 24, ext: 224,
    }
}

/// Where the IP header begins in an untagged frame.
const IP: usize = 14;

/// Where UDP begins in a frame of IP version 4 without options, and of version 6.
const UDP: [usize; 2] = [IP + 20, IP + 40];

/// Where a byte of a field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// byte of the frame
    Byte(usize),
    /// no such byte: this value
    Value(u8),
}

/// The bytes of a record, in order, with their sources in IPv4 and IPv6 frames.
#[derive(Clone, Debug, Default)]
pub struct CapturePlan {
    bytes: Vec<[Source; 2]>,
}

impl CapturePlan {
    /// `count` bytes as on the wire, first byte lowest, from these offsets in IPv4 and IPv6 frames.
    fn wire(mut self, count: usize, offsets: [usize; 2]) -> Self {
        let bytes = (0..count).map(|k| offsets.map(|offset| Source::Byte(offset + k)));
        self.bytes.extend(bytes);
        self
    }

    /// A big-endian number of `count` bytes.
    fn number(mut self, count: usize, offsets: [usize; 2]) -> Self {
        let bytes = (0..count).rev();
        let bytes = bytes.map(|k| offsets.map(|offset| Source::Byte(offset + k)));
        self.bytes.extend(bytes);
        self
    }

    /// An IP address as 16 wire bytes, IPv4 as ::ffff:a.b.c.d.
    fn address(mut self, offsets: [usize; 2]) -> Self {
        let [v4, v6] = offsets;
        self.bytes.extend((0..16).map(|k| {
            let mapped = match k {
                0..10 => Source::Value(0),
                10..12 => Source::Value(0xff),
                _ => Source::Byte(v4 + k - 12),
            };
            [mapped, Source::Byte(v6 + k)]
        }));
        self
    }

    /// The plan of [`EarlyFields`].
    pub fn early() -> Self {
        let [u4, u6] = UDP;
        Self::default()
            .number(1, [IP, IP])
            .number(2, [IP + 2, IP + 4])
            // IPv6 has no fragment field here; protocol says whether there is a fragment header
            .number(2, [IP + 6, IP + 6])
            .number(1, [IP + 9, IP + 6])
            .number(2, [u4 + 2, u6 + 2])
            .number(2, [u4 + 4, u6 + 4])
            .number(1, [u4 + 8, u6 + 8])
            .number(1, [u4 + 9, u6 + 9])
    }

    /// The plan of [`LateFields`].
    pub fn late() -> Self {
        let bth = UDP.map(|udp| udp + 8);
        let at = |k: usize| bth.map(|bth| bth + k);
        Self::default()
            .wire(6, [6, 6])
            .address([IP + 12, IP + 8])
            .address([IP + 16, IP + 24])
            .number(1, [IP + 1, IP + 1])
            .number(1, at(0))
            .number(1, at(1))
            .number(2, at(2))
            .number(1, at(4))
            .number(3, at(5))
            .number(1, at(8))
            .number(3, at(9))
            .wire(28, at(12))
    }

    /// The beat in which byte `k` of the record arrives, by IP version: a constant comes with its other version's byte.
    fn beats(&self, k: usize, beat: usize) -> [usize; 2] {
        let [v4, v6] = self.bytes[k];
        match (v4, v6) {
            (Source::Byte(v4), Source::Byte(v6)) => [v4 / beat, v6 / beat],
            (Source::Value(_), Source::Byte(at)) | (Source::Byte(at), Source::Value(_)) => {
                [at / beat; 2]
            }
            (Source::Value(_), Source::Value(_)) => [0, 0],
        }
    }
}

/// Registers for the fields `T`, filled from the beats of a frame: `data` is beat number `beat` of a frame of version `ipv6`, which must
/// be right from the first beat with a field whose place depends on it. `beat` stays at 15 once it has got there.
#[derive(LogicBlock)]
pub struct Capture<T: Record, const W: usize> {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub beat: Signal<In, Bits<4>>,
    pub ipv6: Signal<In, Bit>,
    pub data: Signal<In, Bits<W>>,
    pub fields: Signal<Out, T>,
    _plan: CapturePlan,
    _held: BigUint,
}

impl<T: Record, const W: usize> Capture<T, W> {
    /// # Panics
    /// If `plan` is not as long as `T`, or reaches beyond beat 14.
    pub fn new(plan: CapturePlan) -> Self {
        assert_eq!(8 * plan.bytes.len(), T::WIDTH, "plan and record");
        let beats = |k| plan.beats(k, W / 8);
        assert!((0..plan.bytes.len()).flat_map(beats).all(|beat| beat < 15));
        Self {
            clock: Default::default(),
            valid: Default::default(),
            beat: Default::default(),
            ipv6: Default::default(),
            data: Default::default(),
            fields: Default::default(),
            _plan: plan,
            _held: Default::default(),
        }
    }

    /// One byte of `data`, or the constant, for a version.
    fn source(source: Source) -> String {
        match source {
            Source::Byte(offset) => {
                let lane = offset % (W / 8);
                format!("data[{}:{}]", 8 * lane + 7, 8 * lane)
            }
            Source::Value(value) => format!("8'h{value:02x}"),
        }
    }
}

impl<T: Record, const W: usize> Logic for Capture<T, W> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.valid.val() {
            let version = usize::from(self.ipv6.val());
            let beat = self.beat.val().to_u64() as usize;
            let data = self.data.val().to_uint();
            for (k, sources) in self._plan.bytes.iter().enumerate() {
                if self._plan.beats(k, W / 8)[version] != beat {
                    continue;
                }
                let byte = match sources[version] {
                    Source::Value(value) => BigUint::from(value),
                    Source::Byte(offset) => {
                        (&data >> (8 * (offset % (W / 8)))) & BigUint::from(255u8)
                    }
                };
                let old = &self._held & (BigUint::from(255u8) << (8 * k));
                self._held ^= old ^ (byte << (8 * k));
            }
            self.fields.next = T::from_uint(&self._held);
        }
    }
    fn connect(&mut self) {
        self.fields.connect();
    }
    fn hdl(&self) -> Verilog {
        // bytes that arrive together share an enable; a byte lane's choice between versions is the same expression for all beats
        let mut groups: BTreeMap<[usize; 2], String> = BTreeMap::new();
        for (k, [v4, v6]) in self._plan.bytes.iter().enumerate() {
            let (v4, v6) = (Self::source(*v4), Self::source(*v6));
            let byte = if v4 == v6 {
                v4
            } else {
                format!("ipv6 ? {v6} : {v4}")
            };
            *groups.entry(self._plan.beats(k, W / 8)).or_default() +=
                &format!("      fields[{}:{}] <= {byte};\n", 8 * k + 7, 8 * k);
        }
        let groups: String = groups
            .iter()
            .map(|([b4, b6], bytes)| {
                let now = if b4 == b6 {
                    format!("beat == 4'd{b4}")
                } else {
                    format!("beat == (ipv6 ? 4'd{b6} : 4'd{b4})")
                };
                format!("   if ({now}) begin\n{bytes}   end\n")
            })
            .collect();
        Verilog::Custom(format!(
            "// module capture\ninitial fields = {}'d0;\nalways @(posedge clock) if (valid) begin\n{groups}end\n",
            T::WIDTH
        ))
    }
}

/// Looks at the Ethertype as it passes: `here` if this beat holds it, with `ip4` and `ip6` for 0x0800 and 0x86dd. Combinational.
#[derive(LogicBlock)]
pub struct Ethertype<const W: usize> {
    pub valid: Signal<In, Bit>,
    pub beat: Signal<In, Bits<4>>,
    pub data: Signal<In, Bits<W>>,
    pub here: Signal<Out, Bit>,
    pub ip4: Signal<Out, Bit>,
    pub ip6: Signal<Out, Bit>,
}

impl<const W: usize> Default for Ethertype<W> {
    fn default() -> Self {
        Self {
            valid: Default::default(),
            beat: Default::default(),
            data: Default::default(),
            here: Default::default(),
            ip4: Default::default(),
            ip6: Default::default(),
        }
    }
}

impl<const W: usize> Ethertype<W> {
    /// Beat and first bit.
    const PLACE: (usize, usize) = (12 / (W / 8), 8 * (12 % (W / 8)));
}

impl<const W: usize> Logic for Ethertype<W> {
    fn update(&mut self) {
        let ethertype = (self.data.val().to_uint() >> Self::PLACE.1) & BigUint::from(u16::MAX);
        self.here.next = self.valid.val() && self.beat.val().to_u64() == Self::PLACE.0 as u64;
        self.ip4.next = ethertype == BigUint::from(0x0008u16);
        self.ip6.next = ethertype == BigUint::from(0xdd86u16);
    }
    fn connect(&mut self) {
        self.here.connect();
        self.ip4.connect();
        self.ip6.connect();
    }
    fn hdl(&self) -> Verilog {
        let (beat, bit) = Self::PLACE;
        Verilog::Custom(format!(
            "// module ethertype\nalways @* begin\n   here = valid && beat == 4'd{beat};\n\
             \x20  ip4 = data[{bit} +: 16] == 16'h0008;\n   ip6 = data[{bit} +: 16] == 16'hdd86;\nend\n"
        ))
    }
}

/// The sum of the 16-bit words of the IPv4 header (20 bytes) in a beat, one cycle later; held while not `valid`. Words are taken
/// low byte first: a ones' complement sum does not mind.
#[derive(LogicBlock)]
pub struct IpSum<const W: usize> {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub beat: Signal<In, Bits<4>>,
    pub data: Signal<In, Bits<W>>,
    pub sum: Signal<Out, Bits<20>>,
}

impl<const W: usize> Default for IpSum<W> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            valid: Default::default(),
            beat: Default::default(),
            data: Default::default(),
            sum: Default::default(),
        }
    }
}

impl<const W: usize> IpSum<W> {
    /// First bits of 16-bit lanes, each with the beats in which it holds a word of the header.
    fn lanes() -> BTreeMap<usize, Vec<usize>> {
        let mut lanes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for offset in (IP..IP + 20).step_by(2) {
            let lane = 8 * (offset % (W / 8));
            lanes.entry(lane).or_default().push(offset / (W / 8));
        }
        lanes
    }
}

impl<const W: usize> Logic for IpSum<W> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.valid.val() {
            let beat = self.beat.val().to_u64() as usize;
            let data = self.data.val().to_uint();
            let word = |bit: usize| (&data >> bit) & BigUint::from(u16::MAX);
            let lanes = Self::lanes();
            let lanes = lanes.iter().filter(|lane| lane.1.contains(&beat));
            let sum: BigUint = lanes.map(|lane| word(*lane.0)).sum();
            self.sum.next = Bits::<20>::from_uint(&sum);
        }
    }
    fn connect(&mut self) {
        self.sum.connect();
    }
    fn hdl(&self) -> Verilog {
        let mut words = vec![];
        for (bit, beats) in Self::lanes() {
            let now: Vec<_> = beats
                .iter()
                .map(|beat| format!("beat == 4'd{beat}"))
                .collect();
            words.push(format!(
                "      {{4'd0, data[{bit} +: 16] & {{16{{{}}}}}}}",
                now.join(" || ")
            ));
        }
        Verilog::Custom(format!(
            "// module ip_sum\ninitial sum = 20'd0;\nalways @(posedge clock) if (valid)\n   sum <=\n{};\n",
            words.join(" +\n")
        ))
    }
}

/// Bytes of extension headers between the BTH and the payload, by BTH opcode; 0 for opcodes that are not of reliable connections, whose
/// packets are dropped later. IBTA vol 1, 9.2, table 38; 0x19..=0x1b are the migration packets.
pub const fn ext_bytes(opcode: u8) -> u64 {
    const IMM: u64 = 4;
    const RETH: u64 = 16;
    const AETH: u64 = 4;
    const MIGETH: u64 = 28;
    match opcode {
        0x03 | 0x05 | 0x09 => IMM,
        0x06 | 0x0a | 0x0c => RETH,
        0x0b => RETH + IMM,
        0x0d | 0x0f | 0x10 | 0x11 => AETH,
        0x12 => AETH + 8,
        0x13 | 0x14 => 28,
        0x16 | 0x17 => 4,
        0x19 | 0x1a => AETH + MIGETH,
        0x1b => AETH + MIGETH + 16,
        _ => 0,
    }
}

/// [`ext_bytes`] as a table, combinational.
#[derive(LogicBlock, Default)]
pub struct ExtLength {
    pub opcode: Signal<In, Bits<8>>,
    pub bytes: Signal<Out, Bits<6>>,
}

impl Logic for ExtLength {
    fn update(&mut self) {
        self.bytes.next = ext_bytes(self.opcode.val().to_u64() as u8).to_bits();
    }
    fn connect(&mut self) {
        self.bytes.connect();
    }
    fn hdl(&self) -> Verilog {
        let arms: String = (0..=255u8)
            .filter(|opcode| ext_bytes(*opcode) != 0)
            .map(|opcode| format!("   8'h{opcode:02x}: bytes = 6'd{};\n", ext_bytes(opcode)))
            .collect();
        Verilog::Custom(format!(
            "// module ext_length\nalways @* case (opcode)\n{arms}   default: bytes = 6'd0;\nendcase\n"
        ))
    }
}
