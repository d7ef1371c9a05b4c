//! A RoCEv2 frame taken apart: typed where the replay reasons about it, and as a list of named fields where it is compared and
//! printed.
//!
//! [`Packet::parse`] never judges more than it must to find the fields: a wrong ICRC, pad or length is visible in them.

use fw_regs::Psn;
use fw_regs::wire::{Opcode, UDP_PORT};
use host_driver::MacAddress;
use serde::Serialize;
use std::fmt;
use std::net::IpAddr;

/// Value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number of so many bits.
    Number(u64, u32),
    /// An Ethernet address.
    Mac(MacAddress),
    /// An IP address.
    Ip(IpAddr),
    /// Payload.
    Bytes(Vec<u8>),
}

/// Payload bytes that are printed.
const SHOWN: usize = 8;

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n, bits) if *bits <= 4 => write!(f, "{n}"),
            Self::Number(n, bits) => {
                write!(f, "{n:#0width$x}", width = 2 + bits.div_ceil(4) as usize)
            }
            Self::Mac(mac) => write!(f, "{mac}"),
            Self::Ip(ip) => write!(f, "{ip}"),
            Self::Bytes(bytes) => {
                write!(f, "{} bytes", bytes.len())?;
                for (k, byte) in bytes.iter().take(SHOWN).enumerate() {
                    write!(f, "{}{byte:02x}", if k == 0 { " " } else { "" })?;
                }
                f.write_str(if bytes.len() > SHOWN { "…" } else { "" })
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A field of a frame, by the name that scenarios and differences use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    pub name: &'static str,
    pub value: Value,
}

/// What a packet is to a reliable connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Asks for something.
    Request,
    /// Positive acknowledgement.
    Ack,
    /// NAK, receiver not ready included.
    Nak,
    /// Part of the answer to a READ.
    ReadResponse,
    /// Answer to an ATOMIC.
    AtomicAck,
    /// Not of a reliable connection.
    Other,
}

impl Class {
    /// Goes from responder to requester.
    pub fn is_response(self) -> bool {
        matches!(
            self,
            Self::Ack | Self::Nak | Self::ReadResponse | Self::AtomicAck
        )
    }
}

/// RDMA extended header, or the same part of an ATOMIC's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remote {
    pub va: u64,
    pub rkey: u32,
    /// Bytes; 8 for an ATOMIC.
    pub length: u32,
}

/// ACK extended header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aeth {
    pub syndrome: u8,
    pub msn: u32,
}

/// A RoCEv2 packet in its Ethernet frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Destination and source.
    pub macs: [MacAddress; 2],
    pub source: IpAddr,
    pub destination: IpAddr,
    /// IPv4 type of service, or IPv6 traffic class.
    pub traffic_class: u8,
    pub hop_limit: u8,
    /// BTH opcode.
    pub code: u8,
    pub solicited: bool,
    pub pkey: u16,
    pub dest_qpn: u32,
    pub ack_req: bool,
    pub psn: Psn,
    pub remote: Option<Remote>,
    /// Swap or add, and compare.
    pub operands: Option<(u64, u64)>,
    pub aeth: Option<Aeth>,
    /// What an ATOMIC found.
    pub original: Option<u64>,
    pub imm: Option<u32>,
    pub invalidate: Option<u32>,
    /// Without pad.
    pub payload: Vec<u8>,
    /// The ICRC is that of the frame.
    pub icrc_good: bool,
    /// All of it, in wire order.
    pub fields: Vec<Field>,
}

/// Reads big-endian numbers off the front of a frame and notes them as fields.
struct Reader<'a> {
    frame: &'a [u8],
    at: usize,
    fields: Vec<Field>,
}

impl Reader<'_> {
    fn raw(&mut self, bytes: usize) -> Option<u64> {
        let part = self.frame.get(self.at..self.at.checked_add(bytes)?)?;
        self.at += bytes;
        Some(part.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    fn note(&mut self, name: &'static str, value: Value) {
        self.fields.push(Field { name, value });
    }

    fn number(&mut self, name: &'static str, bytes: usize) -> Option<u64> {
        let n = self.raw(bytes)?;
        self.note(name, Value::Number(n, 8 * bytes as u32));
        Some(n)
    }

    /// Bits `low..low + width` of `word` as a field.
    fn bits(&mut self, name: &'static str, word: u64, low: u32, width: u32) -> u64 {
        let n = word >> low & ((1 << width) - 1);
        self.note(name, Value::Number(n, width));
        n
    }

    fn mac(&mut self, name: &'static str) -> Option<MacAddress> {
        let n = self.raw(6)?.to_be_bytes();
        let mac = MacAddress(std::array::from_fn(|k| n[k + 2]));
        self.note(name, Value::Mac(mac));
        Some(mac)
    }

    fn ip(&mut self, name: &'static str, v6: bool) -> Option<IpAddr> {
        let ip = match v6 {
            true => {
                let bytes = *self.frame.get(self.at..)?.first_chunk::<16>()?;
                self.at += 16;
                IpAddr::from(bytes)
            }
            false => IpAddr::from((self.raw(4)? as u32).to_be_bytes()),
        };
        self.note(name, Value::Ip(ip));
        Some(ip)
    }
}

/// Of the IP header: addresses, traffic class, hop limit, and its first byte behind.
struct Ip {
    source: IpAddr,
    destination: IpAddr,
    traffic_class: u8,
    hop_limit: u8,
    is_udp: bool,
    end: usize,
}

fn ipv4(r: &mut Reader) -> Option<Ip> {
    let start = r.at;
    let first = r.raw(1)?;
    let header = r.bits("ip.header_words", first, 0, 4) as usize * 4;
    let traffic_class = r.number("ip.traffic_class", 1)? as u8;
    let length = r.number("ip.length", 2)? as usize;
    r.number("ip.id", 2)?;
    r.number("ip.fragment", 2)?;
    let hop_limit = r.number("ip.hop_limit", 1)? as u8;
    let is_udp = r.number("ip.protocol", 1)? == 17;
    r.number("ip.checksum", 2)?;
    let source = r.ip("ip.source", false)?;
    let destination = r.ip("ip.destination", false)?;
    r.at = start + header.max(20);
    Some(Ip {
        source,
        destination,
        traffic_class,
        hop_limit,
        is_udp,
        end: start + length,
    })
}

fn ipv6(r: &mut Reader) -> Option<Ip> {
    let first = r.raw(4)?;
    let traffic_class = r.bits("ip.traffic_class", first, 20, 8) as u8;
    r.bits("ip.flow_label", first, 0, 20);
    let length = r.number("ip.length", 2)? as usize;
    let is_udp = r.number("ip.protocol", 1)? == 17;
    let hop_limit = r.number("ip.hop_limit", 1)? as u8;
    let source = r.ip("ip.source", true)?;
    let destination = r.ip("ip.destination", true)?;
    Some(Ip {
        source,
        destination,
        traffic_class,
        hop_limit,
        is_udp,
        end: r.at + length,
    })
}

/// From the Ethernet type to the UDP header; none if the port is not RoCE's.
fn network(r: &mut Reader) -> Option<Ip> {
    let ip = match r.number("eth.type", 2)? {
        0x0800 => ipv4(r)?,
        0x86dd => ipv6(r)?,
        _ => return None,
    };
    r.number("udp.source_port", 2)?;
    if !ip.is_udp || r.number("udp.destination_port", 2)? != u64::from(UDP_PORT) {
        return None;
    }
    r.number("udp.length", 2)?;
    r.number("udp.checksum", 2)?;
    Some(ip)
}

/// IP addresses, source and destination, of any frame that carries IP.
pub fn addresses(frame: &[u8]) -> Option<(IpAddr, IpAddr)> {
    let mut r = Reader {
        frame,
        at: 14,
        fields: Vec::new(),
    };
    let ip = match frame.get(12..14)? {
        [0x08, 0x00] => ipv4(&mut r)?,
        [0x86, 0xdd] => ipv6(&mut r)?,
        _ => return None,
    };
    Some((ip.source, ip.destination))
}

/// Ethernet addresses, destination and source, of any frame.
pub fn macs(frame: &[u8]) -> Option<[MacAddress; 2]> {
    let (both, _) = frame.split_first_chunk::<12>()?;
    let at = |start: usize| MacAddress(std::array::from_fn(|k| both[start + k]));
    Some([at(0), at(6)])
}

impl Packet {
    /// Takes a frame apart; none if it is not RoCEv2, or shorter than its headers say.
    pub fn parse(frame: &[u8]) -> Option<Self> {
        let mut r = Reader {
            frame,
            at: 0,
            fields: Vec::with_capacity(40),
        };
        let macs = [r.mac("eth.destination")?, r.mac("eth.source")?];
        let ip = network(&mut r)?;
        let code = r.number("bth.opcode", 1)? as u8;
        let flags = r.raw(1)?;
        let solicited = r.bits("bth.solicited", flags, 7, 1) == 1;
        r.bits("bth.migreq", flags, 6, 1);
        let pad = r.bits("bth.pad", flags, 4, 2) as usize;
        r.bits("bth.version", flags, 0, 4);
        let pkey = r.number("bth.pkey", 2)? as u16;
        let marks = r.raw(1)?;
        r.bits("bth.fecn", marks, 7, 1);
        r.bits("bth.becn", marks, 6, 1);
        r.bits("bth.reserved6", marks, 0, 6);
        let dest_qpn = r.number("bth.dest_qpn", 3)? as u32;
        let ask = r.raw(1)?;
        let ack_req = r.bits("bth.ack_req", ask, 7, 1) == 1;
        r.bits("bth.reserved7", ask, 0, 7);
        let psn = Psn::new(r.number("bth.psn", 3)? as u32);
        let mut packet = Self {
            macs,
            source: ip.source,
            destination: ip.destination,
            traffic_class: ip.traffic_class,
            hop_limit: ip.hop_limit,
            code,
            solicited,
            pkey,
            dest_qpn,
            ack_req,
            psn,
            remote: None,
            operands: None,
            aeth: None,
            original: None,
            imm: None,
            invalidate: None,
            payload: Vec::new(),
            icrc_good: false,
            fields: Vec::new(),
        };
        packet.extensions(&mut r)?;
        let end = ip.end.min(frame.len()).checked_sub(4)?;
        let body = frame.get(r.at..end.checked_sub(pad)?)?.to_vec();
        r.note("payload", Value::Bytes(body.clone()));
        r.at = end;
        let carried = r.number("icrc", 4)? as u32;
        packet.icrc_good = super::icrc::of(frame, end) == Some(carried.swap_bytes());
        packet.payload = body;
        packet.fields = r.fields;
        Some(packet)
    }

    /// What stands between BTH and payload.
    fn extensions(&mut self, r: &mut Reader) -> Option<()> {
        use Opcode as O;
        // unreliable connections have the same headers behind the same last five bits
        let base = match self.code >> 5 {
            0 => Opcode::from_code(self.code),
            1 => Opcode::from_code(self.code & 0x1f),
            _ => None,
        };
        let Some(opcode) = base else { return Some(()) };
        if matches!(
            opcode,
            O::WriteFirst | O::WriteOnly | O::WriteOnlyImm | O::ReadRequest
        ) {
            self.remote = Some(Remote {
                va: r.number("reth.va", 8)?,
                rkey: r.number("reth.rkey", 4)? as u32,
                length: r.number("reth.length", 4)? as u32,
            });
        }
        if matches!(opcode, O::CmpSwap | O::FetchAdd) {
            self.remote = Some(Remote {
                va: r.number("atomic.va", 8)?,
                rkey: r.number("atomic.rkey", 4)? as u32,
                length: 8,
            });
            self.operands = Some((
                r.number("atomic.swap_or_add", 8)?,
                r.number("atomic.compare", 8)?,
            ));
        }
        if matches!(
            opcode,
            O::ReadResponseFirst
                | O::ReadResponseLast
                | O::ReadResponseOnly
                | O::Acknowledge
                | O::AtomicAcknowledge
        ) {
            self.aeth = Some(Aeth {
                syndrome: r.number("aeth.syndrome", 1)? as u8,
                msn: r.number("aeth.msn", 3)? as u32,
            });
        }
        match opcode {
            O::AtomicAcknowledge => self.original = Some(r.number("atomic.original", 8)?),
            O::SendLastImm | O::SendOnlyImm | O::WriteLastImm | O::WriteOnlyImm => {
                self.imm = Some(r.number("imm", 4)? as u32);
            }
            O::SendLastInv | O::SendOnlyInv => {
                self.invalidate = Some(r.number("ieth.rkey", 4)? as u32);
            }
            _ => {}
        }
        Some(())
    }

    /// The opcode, if it is one of reliable connections.
    pub fn opcode(&self) -> Option<Opcode> {
        Opcode::from_code(self.code)
    }

    /// What it is to a reliable connection.
    pub fn class(&self) -> Class {
        use Opcode as O;
        match self.opcode() {
            Some(O::Acknowledge) => match self.aeth.map_or(0, |a| a.syndrome >> 5) {
                0 => Class::Ack,
                _ => Class::Nak,
            },
            Some(
                O::ReadResponseFirst
                | O::ReadResponseMiddle
                | O::ReadResponseLast
                | O::ReadResponseOnly,
            ) => Class::ReadResponse,
            Some(O::AtomicAcknowledge) => Class::AtomicAck,
            Some(O::Cnp | O::Resume | O::ResumeAck | O::Moved) | None => Class::Other,
            Some(_) => Class::Request,
        }
    }

    /// First or only packet of its message.
    pub fn starts(&self) -> bool {
        use Opcode as O;
        !matches!(
            self.opcode(),
            Some(
                O::SendMiddle
                    | O::SendLast
                    | O::SendLastImm
                    | O::SendLastInv
                    | O::WriteMiddle
                    | O::WriteLast
                    | O::WriteLastImm
            )
        )
    }

    /// Last or only packet of its message.
    pub fn ends(&self) -> bool {
        use Opcode as O;
        !matches!(
            self.opcode(),
            Some(O::SendFirst | O::SendMiddle | O::WriteFirst | O::WriteMiddle)
        )
    }

    /// Part of a SEND.
    pub fn is_send(&self) -> bool {
        use Opcode as O;
        matches!(
            self.opcode(),
            Some(
                O::SendFirst
                    | O::SendMiddle
                    | O::SendLast
                    | O::SendLastImm
                    | O::SendLastInv
                    | O::SendOnly
                    | O::SendOnlyImm
                    | O::SendOnlyInv
            )
        )
    }

    /// Part of a WRITE.
    pub fn is_write(&self) -> bool {
        use Opcode as O;
        matches!(
            self.opcode(),
            Some(
                O::WriteFirst
                    | O::WriteMiddle
                    | O::WriteLast
                    | O::WriteLastImm
                    | O::WriteOnly
                    | O::WriteOnlyImm
            )
        )
    }

    /// PSNs that its answer takes: those of a READ; 1 for everything else.
    pub fn span(&self, mtu: u32) -> u32 {
        match (self.opcode(), self.remote) {
            (Some(Opcode::ReadRequest), Some(remote)) => remote.length.div_ceil(mtu).max(1),
            _ => 1,
        }
    }

    /// A response: the first PSN that it leaves unacknowledged.
    pub fn covers(&self) -> Option<Psn> {
        match self.class() {
            Class::Ack | Class::ReadResponse | Class::AtomicAck => Some(self.psn.plus(1)),
            Class::Nak => Some(self.psn),
            Class::Request | Class::Other => None,
        }
    }

    /// Value of the field `name`.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|f| f.name == name)
            .map(|f| &f.value)
    }
}

impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.opcode() {
            Some(opcode) => write!(f, "{}", opcode.text())?,
            None => write!(f, "opcode {:#04x}", self.code)?,
        }
        write!(f, " qp {:#x} psn {}", self.dest_qpn, self.psn.get())?;
        if self.ack_req {
            f.write_str(" ackreq")?;
        }
        if self.solicited {
            f.write_str(" solicited")?;
        }
        if let Some(r) = self.remote {
            write!(f, " va {:#x} rkey {:#x} length {}", r.va, r.rkey, r.length)?;
        }
        if let Some((swap, compare)) = self.operands {
            write!(f, " swap/add {swap:#x} compare {compare:#x}")?;
        }
        if let Some(a) = self.aeth {
            write!(f, " syndrome {:#04x} msn {}", a.syndrome, a.msn)?;
        }
        if let Some(original) = self.original {
            write!(f, " original {original:#x}")?;
        }
        if let Some(imm) = self.imm {
            write!(f, " imm {imm:#x}")?;
        }
        if let Some(key) = self.invalidate {
            write!(f, " invalidate {key:#x}")?;
        }
        if !self.payload.is_empty() {
            write!(f, ", {}", Value::Bytes(self.payload.clone()))?;
        }
        f.write_str(if self.icrc_good { "" } else { ", WRONG ICRC" })
    }
}
