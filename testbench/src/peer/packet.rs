//! RoCEv2 packets as a partner would write and read them, so that a test can be that partner.
//!
//! Independent of the driver and of the hardware: headers are put together byte by byte, the ICRC is computed bit by bit.

use fw_regs::Psn;
use fw_regs::template::{AddressVector, Route};
use fw_regs::wire::{self, Opcode};
use host_driver::MacAddress;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where a packet comes from or goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub ip: IpAddr,
    pub mac: MacAddress,
}

impl Place {
    /// The address a laboratory gives to its host `number - 1`; also for hosts that are not there.
    pub fn numbered(number: u8) -> Self {
        Self {
            ip: IpAddr::V4(Ipv4Addr::new(10, 0, 0, number)),
            mac: MacAddress([2, 0, 0, 0, 0, number]),
        }
    }

    /// The same of a laboratory on IPv6.
    pub fn numbered_v6(number: u8) -> Self {
        Self {
            ip: IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, number.into())),
            ..Self::numbered(number)
        }
    }
}

/// A packet: addresses, base transport header, and what follows it up to the padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Packet {
    pub from: Place,
    pub to: Place,
    pub source_port: u16,
    pub opcode: u8,
    pub qpn: u32,
    pub ack_req: bool,
    pub psn: Psn,
    /// extension headers and payload
    pub body: Vec<u8>,
}

/// MigETH, and the address behind it in MOVED.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MigEth {
    pub version: u8,
    pub flags: u8,
    pub epoch: u32,
    pub source_qpn: u32,
    pub max: Psn,
    pub epsn: Psn,
    pub authenticator: u64,
    pub moved_to: Option<[u8; 16]>,
}

const ETHERNET: usize = 14;
const BTH: usize = wire::BTH_BYTES as usize;
const ICRC: usize = wire::ICRC_BYTES as usize;
const MIG_ETH: usize = wire::MIG_ETH_BYTES as usize;

fn be24(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]])
}

fn be32(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(std::array::from_fn(|k| bytes[k]))
}

/// The internet checksum of an IPv4 header whose checksum field is zero.
fn ip_checksum(header: &[u8]) -> u16 {
    let words = header.chunks_exact(2);
    let sum: u32 = words
        .map(|w| u32::from(u16::from_be_bytes([w[0], w[1]])))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

/// The ICRC over a frame that ends where it begins: CRC-32 of IP, UDP and transport headers with the fields that change on the
/// way set to ones, and eight bytes of ones in front.
fn icrc(frame: &[u8]) -> [u8; ICRC] {
    let mut covered = frame[ETHERNET..].to_vec();
    let udp = match covered[0] >> 4 {
        6 => {
            covered[0] |= 0x0f;
            covered[1..4].fill(0xff);
            covered[7] = 0xff;
            40
        }
        _ => {
            covered[1] = 0xff;
            covered[8] = 0xff;
            covered[10..12].fill(0xff);
            20
        }
    };
    covered[udp + 6..udp + 8].fill(0xff);
    covered[udp + 8 + 4] = 0xff;
    let mut state = u32::MAX;
    for byte in [0xff; 8].into_iter().chain(covered) {
        for bit in 0..8 {
            let feedback = (state ^ u32::from(byte >> bit)) & 1;
            state = (state >> 1) ^ (0xedb8_8320 * feedback);
        }
    }
    (!state).to_le_bytes()
}

/// Makes the header checksum of an IPv4 frame right, after bytes of the IP header were changed.
///
/// # Panics
/// The frame ends in its IP header.
pub fn seal_ip(frame: &mut [u8]) {
    let header = &mut frame[ETHERNET..ETHERNET + 20];
    header[10..12].fill(0);
    let checksum = ip_checksum(header);
    header[10..12].copy_from_slice(&checksum.to_be_bytes());
}

/// Makes the ICRC of a frame right, after bytes of it were changed.
///
/// # Panics
/// The frame is shorter than an ICRC and its headers.
pub fn seal(frame: &mut [u8]) {
    let (covered, end) = frame.split_at_mut(frame.len() - ICRC);
    end.copy_from_slice(&icrc(covered));
}

impl Packet {
    /// The packet as it is on the wire, without FCS.
    pub fn encode(&self) -> Vec<u8> {
        let route = Route {
            source_mac: self.from.mac.0,
            next_hop_mac: self.to.mac.0,
            traffic_class: 0,
            hop_limit: 64,
            source_port: self.source_port,
        };
        let (template, ip_bytes) = match (self.from.ip, self.to.ip) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                (AddressVector::ipv4(&route, from.octets(), to.octets()), 20)
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                (AddressVector::ipv6(&route, from.octets(), to.octets()), 40)
            }
            mixed => panic!("addresses of two families: {mixed:?}"),
        };
        let pad = self.body.len().next_multiple_of(4) - self.body.len();
        let udp_bytes = 8 + BTH + self.body.len() + pad + ICRC;
        let udp = ETHERNET + ip_bytes;
        let mut frame = template.bytes[..udp + 8].to_vec();
        frame[udp + 4..udp + 6].copy_from_slice(&(udp_bytes as u16).to_be_bytes());
        match ip_bytes {
            20 => {
                frame[16..18].copy_from_slice(&(20 + udp_bytes as u16).to_be_bytes());
                seal_ip(&mut frame);
            }
            _ => frame[18..20].copy_from_slice(&(udp_bytes as u16).to_be_bytes()),
        }
        frame.extend([self.opcode, (pad as u8) << 4, 0xff, 0xff]);
        frame.extend(self.qpn.to_be_bytes());
        frame.extend((self.psn.get() | u32::from(self.ack_req) << 31).to_be_bytes());
        frame.extend(&self.body);
        frame.extend(vec![0; pad + ICRC]);
        seal(&mut frame);
        frame
    }

    /// The packet that a frame holds.
    ///
    /// # Panics
    /// The frame is not RoCEv2, is damaged, or is longer than what was kept of it.
    pub fn decode(frame: &[u8]) -> Self {
        let six = be32(&frame[12..16]) >> 16 == 0x86dd;
        let (from, to, udp) = match six {
            true => {
                let at = |k: usize| {
                    let octets: [u8; 16] = std::array::from_fn(|i| frame[k + i]);
                    IpAddr::V6(Ipv6Addr::from(octets))
                };
                (at(22), at(38), 54)
            }
            false => {
                let at = |k: usize| IpAddr::V4(Ipv4Addr::from(be32(&frame[k..])));
                (at(26), at(30), 34)
            }
        };
        let mac = |k: usize| MacAddress(std::array::from_fn(|i| frame[k + i]));
        let port = |k: usize| u16::from_be_bytes([frame[udp + k], frame[udp + k + 1]]);
        assert_eq!(port(2), wire::UDP_PORT, "not RoCEv2: {frame:02x?}");
        assert_eq!(
            port(4) as usize,
            frame.len() - udp,
            "UDP length: {frame:02x?}"
        );
        let end = frame.len() - ICRC;
        assert_eq!(
            frame[end..],
            icrc(&frame[..end]),
            "ICRC is wrong: {frame:02x?}"
        );
        let bth = udp + 8;
        let pad = usize::from(frame[bth + 1] >> 4 & 3);
        Self {
            from: Place {
                ip: from,
                mac: mac(6),
            },
            to: Place {
                ip: to,
                mac: mac(0),
            },
            source_port: port(0),
            opcode: frame[bth],
            qpn: be24(&frame[bth + 5..]),
            ack_req: frame[bth + 8] & 0x80 != 0,
            psn: Psn::new(be24(&frame[bth + 9..])),
            body: frame[bth + BTH..end - pad].to_vec(),
        }
    }

    /// Its opcode is this one.
    pub fn is(&self, opcode: Opcode) -> bool {
        self.opcode == opcode.code()
    }

    /// SEND, WRITE, READ request or ATOMIC.
    pub fn is_request(&self) -> bool {
        self.opcode <= 0x0c || (0x13..=0x17).contains(&self.opcode)
    }

    /// READ response of any kind.
    pub fn is_read_response(&self) -> bool {
        (0x0d..=0x10).contains(&self.opcode)
    }

    /// One of the packets that only migratable connections know.
    pub fn is_migration(&self) -> bool {
        (0x19..=0x1b).contains(&self.opcode) || self.is_nak_stopped()
    }

    pub fn is_nak_stopped(&self) -> bool {
        self.is(Opcode::Acknowledge) && self.syndrome() == wire::SYNDROME_NAK_STOPPED
    }

    /// A positive acknowledgement.
    pub fn is_ack(&self) -> bool {
        self.is(Opcode::Acknowledge) && self.syndrome() >> 5 == 0
    }

    pub fn is_sequence_nak(&self) -> bool {
        self.is(Opcode::Acknowledge) && self.syndrome() == wire::SYNDROME_NAK_SEQUENCE
    }

    /// AETH syndrome.
    pub fn syndrome(&self) -> u8 {
        self.body[0]
    }

    /// AETH MSN; NAK_STOPPED: the epoch.
    pub fn msn(&self) -> u32 {
        be24(&self.body[1..])
    }

    /// MigETH of RESUME, RESUME_ACK and MOVED.
    pub fn migration(&self) -> MigEth {
        let eth = &self.body[4..];
        assert_eq!(eth[2..4], [0, 0], "reserved bytes: {self:?}");
        let at = |offset: u32| &eth[offset as usize..];
        assert_eq!(at(wire::MIG_ETH_AT_EPOCH)[0], 0, "upper byte of the epoch");
        let authenticator = at(wire::MIG_ETH_AT_AUTHENTICATOR);
        MigEth {
            version: at(wire::MIG_ETH_AT_VERSION)[0],
            flags: at(wire::MIG_ETH_AT_FLAGS)[0],
            epoch: be32(at(wire::MIG_ETH_AT_EPOCH)),
            source_qpn: be24(at(wire::MIG_ETH_AT_SOURCE_QPN)),
            max: Psn::new(be24(at(wire::MIG_ETH_AT_MAX_PSN))),
            epsn: Psn::new(be24(at(wire::MIG_ETH_AT_EPSN))),
            authenticator: u64::from_be_bytes(std::array::from_fn(|k| authenticator[k])),
            moved_to: self
                .is(Opcode::Moved)
                .then(|| std::array::from_fn(|k| eth[MIG_ETH + k])),
        }
    }
}

impl MigEth {
    /// AETH and MigETH as they follow the BTH.
    pub fn encode(&self) -> Vec<u8> {
        let mut body = vec![wire::SYNDROME_ACK, 0, 0, 0];
        body.extend([self.version, self.flags, 0, 0]);
        body.extend(self.epoch.to_be_bytes());
        for word in [self.source_qpn, self.max.get(), self.epsn.get()] {
            body.extend((word << 8).to_be_bytes());
        }
        body.extend(self.authenticator.to_be_bytes());
        body.extend(self.moved_to.iter().flatten());
        body
    }
}

impl fmt::Debug for Packet {
    /// One line, as a trace would show it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match Opcode::from_code(self.opcode) {
            Some(_) if self.is_nak_stopped() => "NAK_STOPPED",
            Some(Opcode::Acknowledge) if !self.is_ack() => "NAK",
            Some(opcode) => opcode.text(),
            None => "opcode",
        };
        write!(f, "{name}({:#04x})", self.opcode)?;
        write!(f, " {} > {} qp {:#x}", self.from.ip, self.to.ip, self.qpn)?;
        write!(f, " psn {}", self.psn)?;
        if self.is(Opcode::Acknowledge) {
            write!(
                f,
                " syndrome {:#04x} msn {:#x}",
                self.syndrome(),
                self.msn()
            )?;
        } else if self.is_migration() {
            let m = self.migration();
            write!(f, " epoch {:#x} max {} epsn {}", m.epoch, m.max, m.epsn)?;
            if let Some(to) = m.moved_to {
                write!(f, " to {}", Ipv6Addr::from(to))?;
            }
        } else {
            write!(f, " {} bytes", self.body.len())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packet_decodes_what_it_encodes() {
        let mut packet = Packet {
            from: Place::numbered(1),
            to: Place::numbered(2),
            source_port: 0xc123,
            opcode: Opcode::Moved.code(),
            qpn: 0x12_3456,
            ack_req: false,
            psn: Psn::new(0xff_ffff),
            body: MigEth {
                version: wire::MIG_ETH_VERSION,
                epoch: 0xff_fffe,
                source_qpn: 0x77,
                moved_to: Some([7; 16]),
                ..MigEth::default()
            }
            .encode(),
        };
        assert_eq!(packet.body.len(), 4 + MIG_ETH + 16);
        assert_eq!(Packet::decode(&packet.encode()), packet);
        assert_eq!(packet.migration().moved_to, Some([7; 16]));
        let v6 = |number| Place {
            ip: IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, number)),
            ..Place::numbered(1)
        };
        (packet.from, packet.to) = (v6(1), v6(2));
        packet.opcode = Opcode::SendOnly.code();
        packet.body = vec![1, 2, 3];
        assert_eq!(Packet::decode(&packet.encode()), packet);
    }

    #[test]
    fn packet_agrees_with_captures_of_linux() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/captures");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "pcap"))
            .filter(|path| {
                path.file_name()
                    .unwrap()
                    .to_string_lossy()
                    .starts_with("rc_")
            })
            .collect();
        files.sort();
        let mut count = 0;
        for file in files {
            for (_, frame) in crate::net::read_capture(&file).unwrap() {
                // decoding checks lengths and the ICRC
                let packet = Packet::decode(&frame);
                assert!(!packet.is_migration(), "{}: {packet:?}", file.display());
                count += 1;
            }
        }
        assert!(count > 100, "{count} frames");
    }
}
