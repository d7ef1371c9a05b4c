//! As much of a RoCEv2 frame as the wire wants to know.

/// UDP port of RoCEv2.
const PORT: [u8; 2] = 4791u16.to_be_bytes();
const ETHERNET: usize = 14;
const UDP_PROTOCOL: u8 = 17;

/// Fields of a base transport header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transport {
    pub opcode: u8,
    pub destination: u32,
    pub psn: u32,
}

impl Transport {
    /// Reads an Ethernet frame without VLAN tag; `None` if it is no RoCEv2.
    pub fn of(frame: &[u8]) -> Option<Self> {
        let protocol = frame.get(12..ETHERNET)?;
        let packet = &frame[ETHERNET..];
        let udp = match protocol {
            [0x08, 0x00] if *packet.get(9)? == UDP_PROTOCOL => {
                packet.get(usize::from(packet[0] & 0xf) * 4..)?
            }
            [0x86, 0xdd] if *packet.get(6)? == UDP_PROTOCOL => packet.get(40..)?,
            _ => return None,
        };
        if udp.get(2..4)? != PORT {
            return None;
        }
        let header = udp.get(8..20)?;
        let word = |at: usize| u32::from_be_bytes([0, header[at], header[at + 1], header[at + 2]]);
        Some(Self {
            opcode: header[0],
            destination: word(5),
            psn: word(9),
        })
    }

    /// The same packet whatever its place in its message: a repeated middle may come as a first.
    pub fn without_position(self) -> Self {
        Self { opcode: 0, ..self }
    }

    /// Whether it is an ACKNOWLEDGE, positive or not.
    pub fn is_acknowledge(self) -> bool {
        self.opcode == 0x11
    }

    /// Whether a requester of a reliable connection sent it: SEND, WRITE, READ, atomics (IBTA vol 1, table 38).
    pub fn is_request(self) -> bool {
        matches!(self.opcode, 0x00..=0x0c | 0x13 | 0x14 | 0x16 | 0x17)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(ipv6: bool, opcode: u8) -> Vec<u8> {
        let mut frame = vec![0; 12];
        if ipv6 {
            frame.extend([0x86, 0xdd]);
            let mut ip = [0; 40];
            ip[6] = UDP_PROTOCOL;
            frame.extend(ip);
        } else {
            frame.extend([0x08, 0x00]);
            let mut ip = [0; 20];
            ip[0] = 0x45;
            ip[9] = UDP_PROTOCOL;
            frame.extend(ip);
        }
        frame.extend([0xc0, 0x00, PORT[0], PORT[1], 0, 0, 0, 0]);
        frame.extend([
            opcode, 0, 0xff, 0xff, 0, 0x01, 0x02, 0x03, 0x80, 0x04, 0x05, 0x06,
        ]);
        frame
    }

    #[test]
    fn transport_is_read_from_both_versions_of_ip() {
        for ipv6 in [false, true] {
            let read = Transport::of(&frame(ipv6, 0x04)).unwrap();
            assert_eq!(
                (read.opcode, read.destination, read.psn),
                (4, 0x01_0203, 0x04_0506)
            );
            assert!(read.is_request());
        }
        let answer = Transport::of(&frame(false, 0x11)).unwrap();
        assert!(answer.is_acknowledge() && !answer.is_request());
    }

    #[test]
    fn transport_of_a_short_or_other_frame_is_none() {
        let whole = frame(false, 0x04);
        for length in 0..whole.len() {
            assert_eq!(Transport::of(&whole[..length]), None, "{length} bytes");
        }
        let mut other = whole;
        other[36] = 0;
        assert_eq!(Transport::of(&other), None);
    }
}
