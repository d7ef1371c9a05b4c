//! The invariant CRC (IBTA vol 1, 7.8.1; RoCEv2 annex A17), computed by other code than the NIC's.

/// First byte of the IP header.
const IP: usize = 14;

/// The ICRC of a RoCEv2 frame whose ICRC would stand at byte `end`, as a number whose little-endian bytes stand on the wire. None if
/// the frame is shorter than its headers.
///
/// It covers the frame from the IP header on, with eight bytes of ones in front, and with ones in place of what routers may
/// change: IPv4 type of service, time to live and checksum; IPv6 traffic class, flow label and hop limit; the UDP checksum;
/// the fifth byte of the BTH (FECN, BECN).
pub fn of(frame: &[u8], end: usize) -> Option<u32> {
    let mut covered = frame.get(IP..end)?.to_vec();
    let (mutable, udp): (&[usize], usize) = match frame.get(12..14)? {
        [0x08, 0x00] => (&[1, 8, 10, 11], usize::from(covered.first()? & 0xf) * 4),
        _ => (&[1, 2, 3, 7], 40),
    };
    if covered.len() < udp + 20 {
        return None;
    }
    mutable.iter().for_each(|&k| covered[k] = 0xff);
    if udp == 40 && frame[12] == 0x86 {
        covered[0] |= 0x0f;
    }
    covered[udp + 6..udp + 8].fill(0xff);
    covered[udp + 8 + 4] = 0xff;
    let mut crc = crc32fast::Hasher::new();
    crc.update(&[0xff; 8]);
    crc.update(&covered);
    Some(crc.finalize())
}
