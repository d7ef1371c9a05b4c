//! The header template of a queue pair's packets (context kind [`crate::ContextKind::QpAv`]).
//!
//! 64 bytes: Ethernet, IP and UDP header as on the wire, 42 bytes with IPv4 and 62 with IPv6, then zeros. Lengths are zero; the device adds them,
//! and to IPv4's header checksum it adds the length. The UDP checksum is zero.

/// UDP port of RoCEv2.
const ROCE_PORT: u16 = crate::wire::UDP_PORT;

/// A queue pair's header template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressVector {
    /// Header bytes as on the wire.
    pub bytes: [u8; 64],
}

/// What a header template says beside the addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Own MAC address.
    pub source_mac: [u8; 6],
    /// The next hop's MAC address.
    pub next_hop_mac: [u8; 6],
    /// DSCP and ECN: the IPv4 type of service, or IPv6 traffic class.
    pub traffic_class: u8,
    /// Time to live, or hop limit.
    pub hop_limit: u8,
    /// UDP source port: entropy for equal-cost paths.
    pub source_port: u16,
}

impl AddressVector {
    /// 32-bit words of the record.
    pub const WORDS: usize = 16;

    /// A template with IPv4 addresses in wire order. Packets carry "don't fragment" and identification 0.
    pub fn ipv4(route: &Route, source: [u8; 4], destination: [u8; 4]) -> Self {
        let mut bytes = [0; 64];
        ethernet(&mut bytes, route, [0x08, 0x00]);
        bytes[14] = 0x45;
        bytes[15] = route.traffic_class;
        bytes[20] = 0x40;
        bytes[22] = route.hop_limit;
        bytes[23] = 17;
        bytes[26..30].copy_from_slice(&source);
        bytes[30..34].copy_from_slice(&destination);
        let checksum = ones_complement(&bytes[14..34]);
        bytes[24..26].copy_from_slice(&checksum.to_be_bytes());
        udp(&mut bytes[34..42], route);
        Self { bytes }
    }

    /// A template with IPv6 addresses in wire order; flow label 0.
    pub fn ipv6(route: &Route, source: [u8; 16], destination: [u8; 16]) -> Self {
        let mut bytes = [0; 64];
        ethernet(&mut bytes, route, [0x86, 0xdd]);
        bytes[14] = 0x60 | route.traffic_class >> 4;
        bytes[15] = route.traffic_class << 4;
        bytes[20] = 17;
        bytes[21] = route.hop_limit;
        bytes[22..38].copy_from_slice(&source);
        bytes[38..54].copy_from_slice(&destination);
        udp(&mut bytes[54..62], route);
        Self { bytes }
    }

    /// The record's words.
    pub fn to_words(&self) -> [u32; Self::WORDS] {
        core::array::from_fn(|word| {
            u32::from_le_bytes(core::array::from_fn(|k| self.bytes[4 * word + k]))
        })
    }

    /// The template that `words` hold.
    pub fn from_words(words: &[u32; Self::WORDS]) -> Self {
        Self {
            bytes: core::array::from_fn(|k| words[k / 4].to_le_bytes()[k % 4]),
        }
    }
}

fn ethernet(bytes: &mut [u8; 64], route: &Route, ethertype: [u8; 2]) {
    bytes[..6].copy_from_slice(&route.next_hop_mac);
    bytes[6..12].copy_from_slice(&route.source_mac);
    bytes[12..14].copy_from_slice(&ethertype);
}

fn udp(header: &mut [u8], route: &Route) {
    header[..2].copy_from_slice(&route.source_port.to_be_bytes());
    header[2..4].copy_from_slice(&ROCE_PORT.to_be_bytes());
}

/// The internet checksum (RFC 1071) of `header`, an even number of bytes.
fn ones_complement(header: &[u8]) -> u16 {
    let sum: u32 = header
        .chunks_exact(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

/// An IPv4 address as context records hold it: `::ffff:a.b.c.d`.
pub const fn mapped(address: [u8; 4]) -> [u8; 16] {
    let [a, b, c, d] = address;
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d]
}
