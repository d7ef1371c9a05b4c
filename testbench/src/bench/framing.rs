//! Frames of IPv4 RoCE traffic: how long they are, and what they carry.

use fw_regs::wire::Opcode;

/// Ethernet, IPv4, UDP and BTH.
const BTH_AT: usize = 14 + 20 + 8;
const HEADERS: usize = BTH_AT + 12;
const ICRC: usize = 4;

/// Bytes between BTH and payload.
fn extension(opcode: u8) -> usize {
    use Opcode as O;
    match Opcode::from_code(opcode) {
        Some(O::WriteFirst | O::WriteOnly | O::ReadRequest) => 16,
        Some(O::WriteOnlyImm) => 20,
        Some(O::SendLastImm | O::SendOnlyImm | O::WriteLastImm) => 4,
        Some(O::SendLastInv | O::SendOnlyInv) => 4,
        Some(O::ReadResponseFirst | O::ReadResponseLast | O::ReadResponseOnly) => 4,
        Some(O::Acknowledge) => 4,
        Some(O::AtomicAcknowledge) => 12,
        Some(O::CmpSwap | O::FetchAdd) => 28,
        _ => 0,
    }
}

/// What a frame on the wire carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub qpn: u32,
    pub psn: u32,
    /// Bytes, without pad.
    pub payload: usize,
}

/// The packet in a frame of `length` bytes that begins with `bytes`; none if it is not RoCE over IPv4.
pub fn packet(bytes: &[u8], length: usize) -> Option<Packet> {
    let bth: &[u8; 12] = bytes.get(BTH_AT..HEADERS)?.try_into().ok()?;
    let ethertype = bytes.get(12..14)?;
    if ethertype != [0x08, 0x00] {
        return None;
    }
    let pad = usize::from(bth[1] >> 4 & 3);
    let payload = length.checked_sub(HEADERS + extension(bth[0]) + pad + ICRC)?;
    let number = |at: usize| u32::from_be_bytes([0, bth[at], bth[at + 1], bth[at + 2]]);
    Some(Packet {
        qpn: number(5),
        psn: number(9),
        payload,
    })
}

/// Payload bytes per cycle of messages of `length` bytes back to back, nothing else on the wire: `first`, `middle` and `last`
/// are the opcodes.
pub fn limit(length: usize, mtu: usize, beat: usize, [first, middle, last]: [Opcode; 3]) -> f64 {
    let packets = length.div_ceil(mtu).max(1);
    let beats: usize = (0..packets)
        .map(|k| {
            let opcode = match k {
                0 => first,
                k if k + 1 == packets => last,
                _ => middle,
            };
            let payload = (length - k * mtu).min(mtu);
            frame(opcode, payload).div_ceil(beat)
        })
        .sum();
    length as f64 / beats as f64
}

/// Bytes of a frame with `payload` bytes.
pub fn frame(opcode: Opcode, payload: usize) -> usize {
    HEADERS + extension(opcode.code()) + payload.next_multiple_of(4) + ICRC
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_of_bulk_write() {
        // 520 beats carry 4096 bytes; the RETH of the first packet adds two
        let write = [Opcode::WriteFirst, Opcode::WriteMiddle, Opcode::WriteLast];
        let limit = limit(1 << 20, 4096, 8, write);
        assert!((limit - (1 << 20) as f64 / (256.0 * 520.0 + 2.0)).abs() < 1e-9);
    }

    #[test]
    fn frame_of_small_write_has_18_beats() {
        assert_eq!(frame(Opcode::WriteOnly, 64).div_ceil(8), 18);
        assert_eq!(frame(Opcode::SendOnly, 64).div_ceil(8), 16);
    }
}
