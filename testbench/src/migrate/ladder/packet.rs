//! What a frame is, as far as a picture shows it, and from where to where it went.

use crate::cluster::PortFrame;
use crate::migrate::agent::Word;
use fw_regs::wire::Opcode;
use std::collections::{HashMap, VecDeque};

/// Bytes of a frame that [`Packet::read`] may look at.
pub const WATCHED: usize = 128;

/// Who sent a packet, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// NAK_STOPPED, RESUME, RESUME_ACK, MOVED.
    Migration,
    /// A word of one host's agent to another's.
    Word,
    /// Anything else between agents.
    Agent,
    /// Between the processes.
    Application,
}

/// A RoCE packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    pub class: Class,
    /// For the label.
    pub text: String,
}

/// Ethernet header.
const ETHERNET: usize = 14;
const UDP: usize = 8;
const BTH: usize = 12;
/// AETH syndrome of NAK_STOPPED.
const STOPPED: u8 = 0x65;

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |n, b| n << 8 | u32::from(*b))
}

impl Packet {
    /// Reads a frame; `is_agent` tells the QP numbers of agents. None if it is not RoCE, or cut too short.
    pub fn read(frame: &[u8], is_agent: impl Fn(u32) -> bool) -> Option<Self> {
        let ip = match frame.get(12..14)? {
            [0x08, 0x00] => 20,
            [0x86, 0xdd] => 40,
            _ => return None,
        };
        let bth = frame.get(ETHERNET + ip + UDP..)?;
        let opcode = *bth.first()?;
        let qpn = number(bth.get(5..8)?);
        let psn = number(bth.get(9..12)?);
        let syndrome = || bth.get(BTH).copied();
        let epoch = |at: usize| bth.get(at..at + 3).map_or(0, number);
        let known = Opcode::from_code(opcode);
        let (class, text) = match known {
            Some(Opcode::Acknowledge) if syndrome() == Some(STOPPED) => (
                Class::Migration,
                format!("NAK_STOPPED, epoch {:06x}", epoch(BTH + 1)),
            ),
            Some(Opcode::Resume | Opcode::ResumeAck | Opcode::Moved) => {
                // AETH, then version, flags, reserved, and the epoch's upper byte
                let name = known.map_or("", Opcode::text);
                let text = format!("{name}, epoch {:06x}, PSN {psn:06x}", epoch(BTH + 4 + 5));
                (Class::Migration, text)
            }
            Some(Opcode::SendOnlyImm) if is_agent(qpn) => {
                let word = Word::decode(bth.get(BTH..BTH + 4).map_or(0, number));
                let name = word.map_or("?".to_owned(), |(word, _)| format!("{word:?}"));
                (Class::Word, format!("\u{201c}{name}\u{201d} to the agent"))
            }
            _ => {
                let name = match (known, syndrome()) {
                    (Some(Opcode::Acknowledge), Some(s)) if s >> 5 == 1 => "RNR NAK",
                    (Some(Opcode::Acknowledge), Some(s)) if s >> 5 == 3 => "NAK",
                    (Some(opcode), _) => opcode.text(),
                    (None, _) => "?",
                };
                let class = match is_agent(qpn) {
                    true => Class::Agent,
                    false => Class::Application,
                };
                (class, format!("{name} {psn:06x}"))
            }
        };
        Some(Self { class, text })
    }
}

/// A packet from one host to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    pub packet: Packet,
    pub from: usize,
    /// Where it was to go.
    pub to: usize,
    /// Cycle of its first beat.
    pub sent: u64,
    /// Cycle in which it began to arrive; none: the network dropped it.
    pub arrived: Option<u64>,
    /// Of the whole frame.
    pub bytes: usize,
}

/// The host that a frame is addressed to, by the laboratory's way of numbering.
fn addressee(frame: &[u8]) -> Option<usize> {
    match frame.get(..6)? {
        [2, 0, 0, 0, 0, number] => usize::from(*number).checked_sub(1),
        _ => None,
    }
}

/// Joins what left a port with what entered another.
pub fn arrows(frames: &[PortFrame], is_agent: impl Fn(u32) -> bool) -> Vec<Arrow> {
    let mut entered: HashMap<&[u8], VecDeque<u64>> = HashMap::new();
    for f in frames.iter().filter(|f| !f.sent) {
        // a switch that has not learned yet shows a frame to everybody
        if addressee(&f.bytes) == Some(f.host) {
            entered.entry(&f.bytes).or_default().push_back(f.begin);
        }
    }
    let arrow = |f: &PortFrame| {
        let arrivals = entered.get_mut(&f.bytes[..]);
        let arrived = arrivals.and_then(|a| match a.front() {
            Some(&begin) if begin > f.begin => a.pop_front(),
            _ => None,
        });
        Some(Arrow {
            packet: Packet::read(&f.bytes, &is_agent)?,
            from: f.host,
            to: addressee(&f.bytes)?,
            sent: f.begin,
            arrived,
            bytes: f.length,
        })
    };
    let mut all: Vec<Arrow> = frames.iter().filter(|f| f.sent).filter_map(arrow).collect();
    all.sort_by_key(|a| a.sent);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(to: u8, opcode: u8, extension: &[u8]) -> Vec<u8> {
        let mut bytes = vec![2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, 1, 0x08, 0x00];
        bytes.extend([0; 28]);
        bytes.extend([opcode, 0, 0xff, 0xff, 0, 0, 0, 0x42, 0, 0, 0x12, 0x34]);
        bytes.extend(extension);
        bytes
    }

    #[test]
    fn packet_tells_migration_from_the_rest() {
        let read = |bytes: &[u8]| Packet::read(bytes, |qpn| qpn == 0x42).unwrap();
        let stopped = read(&frame(2, 0x11, &[0x65, 1, 2, 3]));
        assert_eq!(stopped.class, Class::Migration);
        assert_eq!(stopped.text, "NAK_STOPPED, epoch 010203");
        let resume = read(&frame(2, 0x19, &[0x1f, 0, 0, 0, 1, 0, 0, 0, 0, 9, 8, 7]));
        assert_eq!(resume.text, "RESUME, epoch 090807, PSN 001234");
        let ack = read(&frame(2, 0x11, &[0x1f, 0, 0, 0]));
        assert_eq!(ack.class, Class::Agent);
        assert_eq!(ack.text, "ACKNOWLEDGE 001234");
        let word = read(&frame(2, 0x05, &[Word::Committed as u8, 0, 0, 7]));
        assert_eq!(
            (word.class, &*word.text),
            (Class::Word, "“Committed” to the agent")
        );
        let other = Packet::read(&frame(2, 0x04, &[]), |_| false).unwrap();
        assert_eq!(other.class, Class::Application);
        assert_eq!(Packet::read(&[0; 60], |_| false), None);
    }

    #[test]
    fn arrows_join_both_ends_and_know_what_was_lost() {
        let port = |host, sent, begin, bytes: &[u8]| PortFrame {
            host,
            sent,
            begin,
            end: begin + 9,
            bytes: bytes.to_vec(),
            length: bytes.len(),
        };
        let one = frame(2, 0x04, &[1]);
        let two = frame(2, 0x04, &[2]);
        let frames = [
            port(0, true, 10, &one),
            port(0, true, 30, &two),
            port(0, true, 40, &one),
            port(1, false, 110, &one),
            port(2, false, 110, &one),
        ];
        let arrived: Vec<_> = arrows(&frames, |_| false)
            .into_iter()
            .map(|a| (a.from, a.to, a.sent, a.arrived))
            .collect();
        let expected = [(0, 1, 10, Some(110)), (0, 1, 30, None), (0, 1, 40, None)];
        assert_eq!(arrived, expected);
    }
}
