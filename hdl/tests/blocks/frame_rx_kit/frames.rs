//! RoCEv2 frames: Ethernet, IP and UDP by etherparse, the rest by hand.

use emit::cosim::Rng;
use etherparse::{
    IpEcn, IpHeaders, IpNumber, Ipv4Header, Ipv6FlowLabel, Ipv6Header, PacketBuilder,
};

use super::icrc;

/// A packet to build.
#[derive(Clone, Debug)]
pub struct Packet {
    pub ipv6: bool,
    pub ecn: u8,
    pub opcode: u8,
    pub solicited: bool,
    pub pad: u8,
    pub tver: u8,
    pub pkey: u16,
    /// FECN in bit 7, BECN in bit 6
    pub congestion: u8,
    pub dest_qpn: u32,
    pub ack_req: bool,
    pub psn: u32,
    /// everything behind the BTH but the ICRC
    pub body: Vec<u8>,
}

impl Packet {
    /// A SEND ONLY with `payload`.
    pub fn send(ipv6: bool, payload: usize) -> Self {
        Self {
            ipv6,
            ecn: 0,
            opcode: 4,
            solicited: false,
            pad: 0,
            tver: 0,
            pkey: 0xffff,
            congestion: 0,
            dest_qpn: 0x12_3456,
            ack_req: true,
            psn: 0xab_cdef,
            body: (0..payload).map(|k| (7 * k + 3) as u8).collect(),
        }
    }

    /// Random fields; a body of up to `body` bytes.
    pub fn random(rng: &mut Rng, body: u64) -> Self {
        let length = rng.below(body + 1);
        Self {
            ipv6: rng.chance(1, 2),
            ecn: rng.below(4) as u8,
            opcode: if rng.chance(3, 4) {
                rng.below(0x20)
            } else {
                rng.below(256)
            } as u8,
            solicited: rng.chance(1, 2),
            pad: rng.below(4) as u8,
            tver: if rng.chance(1, 8) {
                rng.below(16) as u8
            } else {
                0
            },
            pkey: rng.next_u64() as u16,
            congestion: (rng.next_u64() as u8) & 0xc0,
            dest_qpn: rng.next_u64() as u32 & 0xff_ffff,
            ack_req: rng.chance(1, 2),
            psn: rng.next_u64() as u32 & 0xff_ffff,
            body: (0..length).map(|_| rng.next_u64() as u8).collect(),
        }
    }

    /// The frame, good ICRC included, without padding to 60 bytes.
    pub fn frame(&self) -> Vec<u8> {
        let mut transport = vec![
            self.opcode,
            u8::from(self.solicited) << 7 | self.pad << 4 | self.tver,
        ];
        transport.extend(self.pkey.to_be_bytes());
        transport.push(self.congestion);
        transport.extend(&self.dest_qpn.to_be_bytes()[1..]);
        transport.push(u8::from(self.ack_req) << 7);
        transport.extend(&self.psn.to_be_bytes()[1..]);
        transport.extend(&self.body);
        transport.extend([0; 4]);
        let mut frame = udp(self.ipv6, self.ecn, 4791, &transport);
        seal(&mut frame);
        frame
    }
}

/// A frame with UDP payload `payload`.
pub fn udp(ipv6: bool, ecn: u8, port: u16, payload: &[u8]) -> Vec<u8> {
    let ip = if ipv6 {
        IpHeaders::Ipv6(
            Ipv6Header {
                traffic_class: 0x48 | ecn,
                flow_label: Ipv6FlowLabel::try_new(0x5_4321).unwrap(),
                hop_limit: 61,
                next_header: IpNumber::UDP,
                source: core::array::from_fn(|k| 0x20 + k as u8),
                destination: core::array::from_fn(|k| 0x40 + k as u8),
                ..Default::default()
            },
            Default::default(),
        )
    } else {
        let mut header =
            Ipv4Header::new(0, 64, IpNumber::UDP, [10, 1, 2, 3], [10, 9, 8, 7]).unwrap();
        header.ecn = IpEcn::try_new(ecn).unwrap();
        header.dont_fragment = true;
        header.identification = 0x3141;
        IpHeaders::Ipv4(header, Default::default())
    };
    let mut frame = vec![];
    PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0xaa, 0xbb, 2])
        .ip(ip)
        .udp(0xc123, port)
        .write(&mut frame, payload)
        .unwrap();
    frame
}

/// Puts a good ICRC into the last four bytes.
pub fn seal(frame: &mut [u8]) {
    let end = frame.len() - 4;
    let tail = icrc(&frame[..end]);
    frame[end..].copy_from_slice(&tail);
}

/// Corrects the IPv4 header checksum after a change.
pub fn fix_checksum(frame: &mut [u8]) {
    frame[24..26].fill(0);
    let words = frame[14..34].chunks(2);
    let sum: u32 = words
        .map(|w| u32::from(u16::from_be_bytes([w[0], w[1]])))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    frame[24..26].copy_from_slice(&(!(folded as u16)).to_be_bytes());
}
