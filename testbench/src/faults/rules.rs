//! Which packets the events of a scenario mean, and what happens to them. The cable asks while the scenario runs; whoever judges the
//! captures asks again, so that what a cable did besides is noticed.

use super::scenario::{Action, Event, Part, Scenario};
use crate::lab::CYCLES_PER_US;
use crate::net::{Tamper, Treatment};
use crate::replay::Packet;
use fw_regs::Psn;

/// An event, and how often its packet has come by.
#[derive(Clone, Debug)]
struct Rule {
    event: Event,
    /// QP number that the packet goes to
    destination: u32,
    psn: Option<Psn>,
    seen: u32,
}

/// All events of a scenario.
#[derive(Clone, Debug)]
pub struct Rules {
    rules: Vec<Rule>,
}

/// What happens to a frame, and which events say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    pub treatment: Treatment,
    /// Its bytes are changed.
    pub changed: bool,
    /// Indices of the events.
    pub events: Vec<usize>,
}

impl Rules {
    /// `qpns` are the QP numbers of each connection at both hosts.
    pub fn new(scenario: &Scenario, qpns: &[[u32; 2]]) -> Self {
        let rule = |event: &Event| Rule {
            destination: qpns[event.qp][1 - event.sender()],
            psn: event.named_psn(&scenario.connection),
            event: event.clone(),
            seen: 0,
        };
        Self {
            rules: scenario.events.iter().map(rule).collect(),
        }
    }

    /// What happens to `frame`, which host `host` sends; all events that mean it happen. Frames must come in the order in which
    /// the host sends them.
    pub fn apply(&mut self, host: usize, frame: &mut [u8]) -> Fate {
        let mut fate = Fate::default();
        let Some(packet) = Packet::parse(frame) else {
            return fate;
        };
        for (k, rule) in self.rules.iter_mut().enumerate() {
            if rule.means(host, &packet) {
                fate.events.push(k);
                fate.changed |= rule.event.act(frame, &mut fate.treatment);
            }
        }
        fate
    }

    /// Per event how many packets of its name have come by.
    pub fn seen(&self) -> Vec<u32> {
        self.rules.iter().map(|r| r.seen).collect()
    }
}

impl Tamper for Rules {
    fn treat(&mut self, host: usize, frame: &mut Vec<u8>) -> Treatment {
        self.apply(host, frame).treatment
    }
}

impl Rule {
    fn means(&mut self, host: usize, packet: &Packet) -> bool {
        let event = &self.event;
        let named = host == event.sender()
            && packet.dest_qpn == self.destination
            && event
                .class
                .holds(packet.class(), packet.aeth.map(|a| a.syndrome))
            && self.psn.is_none_or(|psn| psn == packet.psn);
        if !named {
            return false;
        }
        self.seen += 1;
        let last = event.occurrence.saturating_add(event.times - 1);
        (event.occurrence..=last).contains(&self.seen)
    }
}

impl Event {
    /// Does it; whether `frame` is changed.
    fn act(&self, frame: &mut [u8], treatment: &mut Treatment) -> bool {
        match self.action {
            Action::Drop => treatment.lost = true,
            Action::Duplicate => treatment.copies += self.copies,
            Action::Reorder => treatment.overtaken += self.by,
            Action::Delay => treatment.late += self.us * CYCLES_PER_US,
            Action::Corrupt => {
                let at = self.part.offset(frame);
                frame[at] ^= 1;
                return true;
            }
            Action::MarkEcn => {
                mark(frame);
                return true;
            }
        }
        false
    }
}

/// First byte of the IP header.
const IP: usize = 14;

fn is_ipv4(frame: &[u8]) -> bool {
    frame[IP] >> 4 == 4
}

impl Part {
    /// The byte of `frame`, a RoCE packet, whose lowest bit is flipped.
    fn offset(self, frame: &[u8]) -> usize {
        let length = |at: usize| usize::from(u16::from_be_bytes([frame[at], frame[at + 1]]));
        let (udp, hops, end) = match is_ipv4(frame) {
            true => (IP + 20, IP + 8, IP + length(IP + 2)),
            false => (IP + 40, IP + 7, IP + 40 + length(IP + 4)),
        };
        let bth = udp + 8;
        match self {
            Self::Icrc => end - 1,
            Self::Payload => end - 5,
            Self::Psn => bth + 11,
            Self::Opcode => bth,
            Self::DestQpn => bth + 7,
            Self::Udp => udp + 5,
            Self::Ip => hops,
        }
    }
}

/// "Congestion experienced" (RFC 3168), as a switch marks it: the checksum of an IPv4 header is mended.
pub(crate) fn mark(frame: &mut [u8]) {
    match is_ipv4(frame) {
        true => {
            frame[IP + 1] |= 3;
            frame[IP + 10..IP + 12].fill(0);
            let sum = !ones_sum(&frame[IP..IP + 20]);
            frame[IP + 10..IP + 12].copy_from_slice(&sum.to_be_bytes());
        }
        false => frame[IP + 1] |= 0x30,
    }
}

/// Sum in ones' complement of 16-bit words (RFC 1071).
fn ones_sum(bytes: &[u8]) -> u16 {
    let words = bytes
        .chunks(2)
        .map(|w| u32::from(w[0]) << 8 | u32::from(w[1]));
    let mut sum: u32 = words.sum();
    while sum >> 16 != 0 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// The IP header of a frame is whole, as far as it has a checksum.
pub fn ip_header_is_good(frame: &[u8]) -> bool {
    match frame.get(IP..IP + 20) {
        Some(header) if header[0] >> 4 == 4 => ones_sum(header) == 0xffff,
        _ => true,
    }
}
