//! What the two ends of a perftest program write to each other over TCP before, between and after the traffic: fields of fixed
//! length without heads. Sans I/O; held byte by byte against captures of perftest 25.01.

use std::net::{IpAddr, Ipv6Addr};

/// Bytes of a version.
pub const VERSION_BYTES: usize = 16;
/// Bytes of an end of a connection.
pub const DESTINATION_BYTES: usize = 108;
/// Bytes of a path MTU.
pub const MTU_BYTES: usize = 2;

/// The version of the exchange that is spoken here, that of perftest 25.01. From 6.28 on perftest negotiates more, unless its
/// partner is older.
pub const VERSION: &str = "6.24";

/// Text that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("{what} is not there, or no number: {text:?}")]
    Field { what: &'static str, text: String },
    #[error(
        "the partner speaks version {0:?} of perftest's exchange; 6.0 and later are understood"
    )]
    Version(String),
    #[error("the partner's path MTU is number {0:?}; there are 1 (256 bytes) to 5 (4096 bytes)")]
    Mtu(String),
}

/// The bytes of `text`, filled up with zeros.
fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let length = text.len().min(N);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    bytes
}

/// What stands in front of the first zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// A version on the wire.
pub fn version(text: &str) -> [u8; VERSION_BYTES] {
    padded(text)
}

/// The partner's version, if it is one that we understand.
///
/// # Errors
/// [`MessageError::Version`].
pub fn check_version(bytes: &[u8]) -> Result<String, MessageError> {
    let version = text(bytes);
    let number: f64 = version.parse().unwrap_or(0.0);
    match number >= 6.0 {
        true => Ok(version),
        false => Err(MessageError::Version(version)),
    }
}

/// A path MTU on the wire: its number in verbs, as text.
pub fn mtu(bytes: u32) -> [u8; MTU_BYTES] {
    padded(&(bytes.max(256).ilog2() - 7).to_string())
}

/// The path MTU in bytes that a partner has written.
///
/// # Errors
/// [`MessageError::Mtu`].
pub fn parse_mtu(bytes: &[u8]) -> Result<u32, MessageError> {
    let text = text(bytes);
    match text.parse() {
        Ok(number @ 1..=5) => Ok(128 << number),
        _ => Err(MessageError::Mtu(text)),
    }
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// Local identifier; 0 on Ethernet.
    pub lid: u16,
    /// READs and ATOMICs that it takes at a time.
    pub out_reads: u32,
    /// Queue pair number.
    pub qpn: u32,
    /// First PSN.
    pub psn: u32,
    /// Key of its memory.
    pub rkey: u32,
    /// Where its memory begins.
    pub address: u64,
    /// Its address as a GID.
    pub gid: [u8; 16],
    /// Number of its shared receive queue; 0 without one.
    pub srqn: u32,
}

impl Destination {
    /// As it is written.
    pub fn encode(&self) -> [u8; DESTINATION_BYTES] {
        let gid: String = self.gid.iter().map(|b| format!("{b:02x}:")).collect();
        padded(&format!(
            "{:04x}:{:04x}:{:06x}:{:06x}:{:08x}:{:016x}:{gid}{:08x}:",
            self.lid, self.out_reads, self.qpn, self.psn, self.rkey, self.address, self.srqn
        ))
    }

    /// What a partner has written.
    ///
    /// # Errors
    /// [`MessageError::Field`] with the first field that is not a number of its size.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let text = text(bytes);
        let mut fields = text.split(':');
        let mut next = |what, max: u64| {
            let field = fields.next().unwrap_or_default();
            match u64::from_str_radix(field, 16) {
                Ok(value) if value <= max => Ok(value),
                _ => Err(MessageError::Field {
                    what,
                    text: text.clone(),
                }),
            }
        };
        let mut destination = Self {
            lid: next("the LID", 0xffff)? as u16,
            out_reads: next("the number of READs", 0xffff)? as u32,
            qpn: next("the QP number", 0xff_ffff)? as u32,
            psn: next("the PSN", 0xff_ffff)? as u32,
            rkey: next("the key", 0xffff_ffff)? as u32,
            address: next("the address", u64::MAX)?,
            ..Self::default()
        };
        for byte in &mut destination.gid {
            *byte = next("the GID", 0xff)? as u8;
        }
        destination.srqn = next("the shared receive queue", 0xffff_ffff)? as u32;
        match fields.next() {
            Some(_) => Ok(destination),
            None => Err(MessageError::Field {
                what: "the end",
                text: text.clone(),
            }),
        }
    }

    /// Its address.
    pub fn ip(&self) -> IpAddr {
        ip_of(self.gid)
    }
}

/// An address as a GID (RoCEv2: IPv4 is mapped into IPv6).
pub fn gid_of(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

/// The address of a GID.
pub fn ip_of(gid: [u8; 16]) -> IpAddr {
    Ipv6Addr::from(gid).to_canonical()
}

/// What a client tells its server of the traffic, each field a message of 8 bytes, big-endian.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// Bytes of a message.
    pub size: u64,
    /// Messages of all queue pairs.
    pub iterations: u64,
    /// MiB/s of the fastest stretch.
    pub peak: f64,
    /// MiB/s of all.
    pub average: f64,
    /// Millions of messages a second.
    pub rate: f64,
}

impl Report {
    /// Its fields as they are written, one after the other.
    pub fn encode(&self) -> [[u8; 8]; 5] {
        [
            self.size.to_be_bytes(),
            self.iterations.to_be_bytes(),
            self.peak.to_be_bytes(),
            self.average.to_be_bytes(),
            self.rate.to_be_bytes(),
        ]
    }

    /// The fields that a partner has written.
    pub fn decode(fields: [[u8; 8]; 5]) -> Self {
        let [size, iterations, peak, average, rate] = fields;
        Self {
            size: u64::from_be_bytes(size),
            iterations: u64::from_be_bytes(iterations),
            peak: f64::from_be_bytes(peak),
            average: f64::from_be_bytes(average),
            rate: f64::from_be_bytes(rate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destination_reads_what_it_writes() {
        let destination = Destination {
            lid: 0,
            out_reads: 8,
            qpn: 0xabcdef,
            psn: 0x123456,
            rkey: 0xfedc_ba98,
            address: 0x7fff_0123_4567_89a0,
            gid: gid_of("10.0.0.1".parse().unwrap()),
            srqn: 0,
        };
        let bytes = destination.encode();
        assert_eq!(bytes[DESTINATION_BYTES - 2..], *b":\0");
        assert_eq!(Destination::decode(&bytes), Ok(destination));
        assert_eq!(destination.ip(), IpAddr::from([10, 0, 0, 1]));
    }

    #[test]
    fn messages_bad_flow() {
        let good = Destination::default().encode();
        for end in 0..good.len() - 2 {
            assert!(Destination::decode(&good[..end]).is_err(), "{end}");
        }
        let mut bad = good;
        bad[12] = b'x';
        assert!(Destination::decode(&bad).is_err());
        assert!(Destination::decode(&[0xff; DESTINATION_BYTES]).is_err());
        for mtu in ["0", "6", "", "x", "11"] {
            assert!(parse_mtu(mtu.as_bytes()).is_err(), "{mtu}");
        }
        for version in ["", "5.9", "hello"] {
            assert!(check_version(version.as_bytes()).is_err(), "{version}");
        }
        assert_eq!(check_version(&version("6.24")), Ok("6.24".into()));
    }
}
