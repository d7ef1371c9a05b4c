//! Packets: what a frame on the wire means to a reliable connection.
//!
//! [`Frame::decode`] judges a frame by what the wire format says of itself (lengths, checksums, ICRC) and nothing else; whether a
//! queue pair wants it is not its matter. [`Frame::encode`] is the inverse, so that a machine of this module can speak on a wire.
//! Neither shares code with the device.

use fw_regs::Psn;
use fw_regs::wire::{self, Opcode};

/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;
const BTH: usize = wire::BTH_BYTES as usize;
const ICRC: usize = wire::ICRC_BYTES as usize;
/// Bytes of RESUME's and RESUME_ACK's headers behind AETH.
const MIG_ETH: usize = wire::MIG_ETH_BYTES as usize;

/// Why a frame says nothing to a reliable connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Discard {
    /// It is not RoCEv2.
    #[error("not RoCEv2")]
    Foreign,
    /// A length contradicts another, or the headers do not fit.
    #[error("lengths disagree")]
    Length,
    /// The IPv4 header checksum is wrong.
    #[error("wrong IPv4 checksum")]
    Checksum,
    /// The ICRC is wrong.
    #[error("wrong ICRC")]
    Icrc,
    /// The transport version is not 0.
    #[error("transport version is not 0")]
    Version,
    /// An opcode that reliable connections do not have.
    #[error("opcode {0:#04x} is not of a reliable connection")]
    Opcode(u8),
}

/// RETH: memory of the partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reth {
    pub va: u64,
    pub rkey: u32,
    /// bytes
    pub length: u32,
}

/// AtomicETH.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtomicEth {
    pub va: u64,
    pub rkey: u32,
    pub swap_or_add: u64,
    pub compare: u64,
}

/// AETH.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aeth {
    pub syndrome: u8,
    /// 24 bits; NAK_STOPPED: the epoch
    pub msn: u32,
}

/// MigETH, and in MOVED the address behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MigEth {
    pub version: u8,
    pub epoch: u32,
    pub source_qpn: u32,
    pub max: Psn,
    pub epsn: Psn,
    pub moved_to: Option<[u8; 16]>,
}

/// A packet of a reliable connection: transport headers and payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    pub opcode: Opcode,
    pub solicited: bool,
    pub pkey: u16,
    pub dest_qpn: u32,
    pub ack_req: bool,
    pub psn: Psn,
    /// WRITE FIRST and ONLY, READ request
    pub reth: Option<Reth>,
    pub atomic: Option<AtomicEth>,
    pub aeth: Option<Aeth>,
    /// ATOMIC acknowledge: the value found
    pub original: Option<u64>,
    /// immediate data, or the key to invalidate
    pub word: Option<u32>,
    pub migration: Option<MigEth>,
    pub payload: Vec<u8>,
    /// padding bytes as the header says
    pub pad: u8,
}

impl Packet {
    /// A packet without extension headers and payload.
    pub fn new(opcode: Opcode, dest_qpn: u32, psn: Psn) -> Self {
        Self {
            opcode,
            solicited: false,
            pkey: 0xffff,
            dest_qpn,
            ack_req: false,
            psn,
            reth: None,
            atomic: None,
            aeth: None,
            original: None,
            word: None,
            migration: None,
            payload: Vec::new(),
            pad: 0,
        }
    }

    /// SEND, WRITE, READ request or ATOMIC.
    pub fn is_request(&self) -> bool {
        matches!(self.opcode.code(), 0x00..=0x0c | 0x13 | 0x14 | 0x16 | 0x17)
    }

    /// READ response, ACK, NAK or ATOMIC acknowledge.
    pub fn is_response(&self) -> bool {
        matches!(self.opcode.code(), 0x0d..=0x12)
    }

    /// Any READ response.
    pub fn is_read_response(&self) -> bool {
        matches!(self.opcode.code(), 0x0d..=0x10)
    }

    /// NAK_STOPPED of the migration protocol.
    pub fn is_nak_stopped(&self) -> bool {
        self.opcode == Opcode::Acknowledge
            && self
                .aeth
                .is_some_and(|a| a.syndrome == wire::SYNDROME_NAK_STOPPED)
    }

    /// One line for people.
    pub fn line(&self) -> String {
        let mut text = format!(
            "{} qp {:#x} psn {}",
            self.opcode.text(),
            self.dest_qpn,
            self.psn
        );
        if self.ack_req {
            text += " ack?";
        }
        if let Some(r) = self.reth {
            text += &format!(" va {:#x} rkey {:#x} length {}", r.va, r.rkey, r.length);
        }
        if let Some(a) = self.atomic {
            text += &format!(" va {:#x} rkey {:#x}", a.va, a.rkey);
        }
        if let Some(a) = self.aeth {
            text += &format!(" syndrome {:#04x} msn {:#x}", a.syndrome, a.msn);
        }
        if let Some(m) = self.migration {
            text += &format!(" epoch {:#x} max {} epsn {}", m.epoch, m.max, m.epsn);
        }
        text + &format!(" {} bytes", self.payload.len())
    }
}

/// Where a frame comes from and goes to, and the packet in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub destination_mac: [u8; 6],
    pub source_mac: [u8; 6],
    /// IPv4 as ::ffff:a.b.c.d
    pub source: [u8; 16],
    pub destination: [u8; 16],
    pub ipv6: bool,
    pub traffic_class: u8,
    pub hop_limit: u8,
    pub source_port: u16,
    pub packet: Packet,
}

fn be16(b: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(std::array::from_fn(|k| b[at + k]))
}
fn be24(b: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([0, b[at], b[at + 1], b[at + 2]])
}
fn be32(b: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(std::array::from_fn(|k| b[at + k]))
}
fn be64(b: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(std::array::from_fn(|k| b[at + k]))
}

/// One byte of the CRC-32 of Ethernet, reflected.
const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut state = n as u32;
        let mut bit = 0;
        while bit < 8 {
            state = (state >> 1) ^ (0xedb8_8320 * (state & 1));
            bit += 1;
        }
        table[n] = state;
        n += 1;
    }
    table
};

fn crc(state: u32, bytes: impl IntoIterator<Item = u8>) -> u32 {
    bytes
        .into_iter()
        .fold(state, |s, b| CRC[usize::from(s as u8 ^ b)] ^ (s >> 8))
}

/// The ICRC of the IP packet `ip` without its ICRC: fields that routers change count as ones, with eight bytes of ones in front
/// (IBTA vol 1, A17.3.3).
fn icrc(ip: &[u8]) -> u32 {
    let (udp, ones): (usize, &[usize]) = match ip[0] >> 4 {
        6 => (40, &[1, 2, 3, 7]),
        _ => (20, &[1, 8, 10, 11]),
    };
    let head = udp + 8 + BTH;
    let mut masked = ip[..head].to_vec();
    if udp == 40 {
        masked[0] |= 0x0f;
    }
    for &k in ones {
        masked[k] = 0xff;
    }
    masked[udp + 6..udp + 8].fill(0xff);
    masked[udp + 12] = 0xff;
    let state = crc(u32::MAX, [0xff; 8]);
    let state = crc(state, masked);
    !crc(state, ip[head..].iter().copied())
}

/// The internet checksum over an IPv4 header; 0 if the header's own field is right.
fn ones_complement(header: &[u8]) -> u16 {
    let mut sum: u32 = header.chunks_exact(2).map(|w| u32::from(be16(w, 0))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// IP header of a RoCEv2 frame.
struct Ip {
    bytes: usize,
    total: usize,
    ipv6: bool,
    source: [u8; 16],
    destination: [u8; 16],
    traffic_class: u8,
    hop_limit: u8,
}

fn ip_header(frame: &[u8]) -> Result<Ip, Discard> {
    let at16 = |k: usize| std::array::from_fn(|i| frame[ETHERNET + k + i]);
    let mapped =
        |k: usize| fw_regs::template::mapped(std::array::from_fn(|i| frame[ETHERNET + k + i]));
    if frame.len() < ETHERNET + 28 {
        return Err(Discard::Foreign);
    }
    let ip = &frame[ETHERNET..];
    match be16(frame, 12) {
        0x0800 => {
            let fragment = be16(ip, 6) & 0x3fff != 0;
            if ip[0] != 0x45 || fragment || ip[9] != 17 {
                return Err(Discard::Foreign);
            }
            Ok(Ip {
                bytes: 20,
                total: be16(ip, 2).into(),
                ipv6: false,
                source: mapped(12),
                destination: mapped(16),
                traffic_class: ip[1],
                hop_limit: ip[8],
            })
        }
        0x86dd if frame.len() >= ETHERNET + 48 => {
            if ip[0] >> 4 != 6 || ip[6] != 17 {
                return Err(Discard::Foreign);
            }
            Ok(Ip {
                bytes: 40,
                total: 40 + usize::from(be16(ip, 4)),
                ipv6: true,
                source: at16(8),
                destination: at16(24),
                traffic_class: ip[0] << 4 | ip[1] >> 4,
                hop_limit: ip[7],
            })
        }
        _ => Err(Discard::Foreign),
    }
}

impl Frame {
    /// What `frame` (without FCS) says.
    ///
    /// # Errors
    /// [`Discard`]: a receiver drops it without a word.
    pub fn decode(frame: &[u8]) -> Result<Self, Discard> {
        let ip = ip_header(frame)?;
        let bytes = &frame[ETHERNET..];
        if be16(bytes, ip.bytes + 2) != wire::UDP_PORT {
            return Err(Discard::Foreign);
        }
        if !ip.ipv6 && ones_complement(&bytes[..20]) != 0 {
            return Err(Discard::Checksum);
        }
        let udp = usize::from(be16(bytes, ip.bytes + 4));
        if ip.total > bytes.len() || udp + ip.bytes != ip.total || udp < 8 + BTH + ICRC {
            return Err(Discard::Length);
        }
        let bytes = &bytes[..ip.total];
        let end = bytes.len() - ICRC;
        if bytes[end..] != icrc(&bytes[..end]).to_le_bytes() {
            return Err(Discard::Icrc);
        }
        Ok(Self {
            destination_mac: std::array::from_fn(|k| frame[k]),
            source_mac: std::array::from_fn(|k| frame[6 + k]),
            source: ip.source,
            destination: ip.destination,
            ipv6: ip.ipv6,
            traffic_class: ip.traffic_class,
            hop_limit: ip.hop_limit,
            source_port: be16(bytes, ip.bytes),
            packet: packet(&bytes[ip.bytes + 8..end])?,
        })
    }

    /// The frame as it is on the wire, without FCS. Flow label and identification are zero, "don't fragment" is set.
    pub fn encode(&self) -> Vec<u8> {
        let transport = transport(&self.packet);
        let udp = (8 + transport.len() + ICRC) as u16;
        let mut frame = Vec::with_capacity(80 + transport.len());
        frame.extend(self.destination_mac);
        frame.extend(self.source_mac);
        match self.ipv6 {
            true => {
                frame.extend([0x86, 0xdd]);
                frame.extend([
                    0x60 | self.traffic_class >> 4,
                    self.traffic_class << 4,
                    0,
                    0,
                ]);
                frame.extend(udp.to_be_bytes());
                frame.extend([17, self.hop_limit]);
                frame.extend(self.source);
                frame.extend(self.destination);
            }
            false => {
                frame.extend([0x08, 0x00, 0x45, self.traffic_class]);
                frame.extend((20 + udp).to_be_bytes());
                frame.extend([0, 0, 0x40, 0, self.hop_limit, 17, 0, 0]);
                frame.extend(&self.source[12..]);
                frame.extend(&self.destination[12..]);
                let sum = ones_complement(&frame[ETHERNET..]).to_be_bytes();
                frame[ETHERNET + 10..ETHERNET + 12].copy_from_slice(&sum);
            }
        }
        frame.extend(self.source_port.to_be_bytes());
        frame.extend(wire::UDP_PORT.to_be_bytes());
        frame.extend(udp.to_be_bytes());
        frame.extend([0, 0]);
        frame.extend(transport);
        let sum = icrc(&frame[ETHERNET..]);
        frame.extend(sum.to_le_bytes());
        frame
    }
}

/// Bytes of extension headers that an opcode has.
fn extension(opcode: Opcode) -> usize {
    use Opcode as O;
    let reth = wire::RETH_BYTES as usize;
    let aeth = wire::AETH_BYTES as usize;
    let word = wire::IMM_BYTES as usize;
    match opcode {
        O::WriteFirst | O::WriteOnly | O::ReadRequest => reth,
        O::WriteOnlyImm => reth + word,
        O::SendLastImm | O::SendOnlyImm | O::SendLastInv | O::SendOnlyInv | O::WriteLastImm => word,
        O::ReadResponseFirst | O::ReadResponseLast | O::ReadResponseOnly | O::Acknowledge => aeth,
        O::AtomicAcknowledge => aeth + wire::ATOMIC_ACK_ETH_BYTES as usize,
        O::CmpSwap | O::FetchAdd => wire::ATOMIC_ETH_BYTES as usize,
        O::Resume | O::ResumeAck => aeth + MIG_ETH,
        O::Moved => aeth + MIG_ETH + wire::MOVED_ADDRESS_BYTES as usize,
        _ => 0,
    }
}

/// The packet in `bytes`, which begin with the BTH and end before the ICRC.
fn packet(bytes: &[u8]) -> Result<Packet, Discard> {
    let code = bytes[0];
    if bytes[1] & 0x0f != 0 {
        return Err(Discard::Version);
    }
    let opcode = match Opcode::from_code(code) {
        Some(Opcode::Cnp) | None => return Err(Discard::Opcode(code)),
        Some(opcode) => opcode,
    };
    let pad = bytes[1] >> 4 & 3;
    let ext = &bytes[BTH..];
    let behind = extension(opcode);
    if ext.len() < behind + usize::from(pad) {
        return Err(Discard::Length);
    }
    let mut p = Packet {
        solicited: bytes[1] & 0x80 != 0,
        pkey: be16(bytes, 2),
        ack_req: bytes[8] & 0x80 != 0,
        payload: ext[behind..ext.len() - usize::from(pad)].to_vec(),
        pad,
        ..Packet::new(opcode, be24(bytes, 5), Psn::new(be24(bytes, 9)))
    };
    use Opcode as O;
    match opcode {
        O::WriteFirst | O::WriteOnly | O::WriteOnlyImm | O::ReadRequest => {
            p.reth = Some(Reth {
                va: be64(ext, 0),
                rkey: be32(ext, 8),
                length: be32(ext, 12),
            });
            p.word = (opcode == O::WriteOnlyImm).then(|| be32(ext, 16));
        }
        O::CmpSwap | O::FetchAdd => {
            p.atomic = Some(AtomicEth {
                va: be64(ext, 0),
                rkey: be32(ext, 8),
                swap_or_add: be64(ext, 12),
                compare: be64(ext, 20),
            });
        }
        _ if behind == wire::IMM_BYTES as usize && p.is_request() => p.word = Some(be32(ext, 0)),
        _ if behind >= wire::AETH_BYTES as usize => {
            p.aeth = Some(Aeth {
                syndrome: ext[0],
                msn: be24(ext, 1),
            });
            p.original = (opcode == O::AtomicAcknowledge).then(|| be64(ext, 4));
            p.migration = (behind > MIG_ETH).then(|| mig_eth(&ext[4..behind]));
        }
        _ => {}
    }
    Ok(p)
}

fn mig_eth(eth: &[u8]) -> MigEth {
    MigEth {
        version: eth[wire::MIG_ETH_AT_VERSION as usize],
        epoch: be32(eth, wire::MIG_ETH_AT_EPOCH as usize),
        source_qpn: be24(eth, wire::MIG_ETH_AT_SOURCE_QPN as usize),
        max: Psn::new(be24(eth, wire::MIG_ETH_AT_MAX_PSN as usize)),
        epsn: Psn::new(be24(eth, wire::MIG_ETH_AT_EPSN as usize)),
        moved_to: (eth.len() > MIG_ETH).then(|| std::array::from_fn(|k| eth[MIG_ETH + k])),
    }
}

/// BTH, extension headers, payload and padding.
fn transport(p: &Packet) -> Vec<u8> {
    let pad = p.payload.len().wrapping_neg() & 3;
    let mut out = vec![
        p.opcode.code(),
        u8::from(p.solicited) << 7 | (pad as u8) << 4,
    ];
    out.extend(p.pkey.to_be_bytes());
    out.extend(p.dest_qpn.to_be_bytes());
    out.extend((p.psn.get() | u32::from(p.ack_req) << 31).to_be_bytes());
    if let Some(r) = p.reth {
        out.extend(r.va.to_be_bytes());
        out.extend(r.rkey.to_be_bytes());
        out.extend(r.length.to_be_bytes());
    }
    if let Some(a) = p.atomic {
        out.extend(a.va.to_be_bytes());
        out.extend(a.rkey.to_be_bytes());
        out.extend(a.swap_or_add.to_be_bytes());
        out.extend(a.compare.to_be_bytes());
    }
    if let Some(a) = p.aeth {
        out.extend((u32::from(a.syndrome) << 24 | a.msn).to_be_bytes());
    }
    if let Some(m) = p.migration {
        out.extend([m.version, 0, 0, 0]);
        out.extend(m.epoch.to_be_bytes());
        for number in [m.source_qpn, m.max.get(), m.epsn.get()] {
            out.extend((number << 8).to_be_bytes());
        }
        out.extend([0; 8]);
        out.extend(m.moved_to.iter().flatten());
    }
    out.extend(p.original.iter().flat_map(|o| o.to_be_bytes()));
    out.extend(p.word.iter().flat_map(|w| w.to_be_bytes()));
    out.extend(&p.payload);
    out.extend(std::iter::repeat_n(0, pad));
    out
}
