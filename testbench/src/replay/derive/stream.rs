//! The requests of one end as messages, and what the other end said to them.

use super::Numbered;
use crate::replay::packet::{Class, Packet, Remote};
use fw_regs::Psn;
use fw_regs::wire::Opcode;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Acknowledged.
    Done,
    /// A NAK that ends the connection, with its syndrome.
    Refused(u8),
    /// The capture does not tell.
    Open,
}

/// A message as its packets show it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Number of the packet of it that is first in the capture.
    pub number: usize,
    pub psn: Psn,
    /// PSNs, those of the answer to a READ included.
    pub span: u32,
    /// The opcode of its first packet; what it is shows in it.
    pub opcode: Opcode,
    pub remote: Option<Remote>,
    pub operands: Option<(u64, u64)>,
    pub imm: Option<u32>,
    pub invalidate: Option<u32>,
    pub solicited: bool,
    /// Bytes.
    pub length: u32,
    /// For each packet that was seen: offset of its payload, its number in the capture.
    pub parts: Vec<(u32, usize)>,
    /// Packets of it have not been seen at all.
    pub incomplete: bool,
    pub verdict: Verdict,
}

impl Message {
    pub fn is_send(&self) -> bool {
        use Opcode as O;
        matches!(
            self.opcode,
            O::SendFirst | O::SendOnly | O::SendOnlyImm | O::SendOnlyInv
        )
    }

    /// It consumes a receive.
    pub fn receives(&self) -> bool {
        self.is_send() || self.imm.is_some()
    }

    pub fn is_read(&self) -> bool {
        self.opcode == Opcode::ReadRequest
    }

    pub fn is_atomic(&self) -> bool {
        matches!(self.opcode, Opcode::CmpSwap | Opcode::FetchAdd)
    }

    /// `psn` is one of its PSNs.
    pub fn has(&self, psn: Psn) -> bool {
        psn.is_within(self.psn, self.psn.plus(self.span))
    }
}

/// Requests only, in the order of the capture.
pub fn requests<'a>(packets: &[Numbered<'a>]) -> Vec<Numbered<'a>> {
    packets
        .iter()
        .filter(|(_, p)| p.class() == Class::Request)
        .copied()
        .collect()
}

/// The first PSN of one end. What was sent first may have been lost, and be in the capture behind what came after it.
pub fn first_psn(packets: &[Numbered]) -> Option<Psn> {
    let requests = requests(packets);
    let (_, seen) = requests.first()?;
    let all = requests.iter().map(|(_, p)| p.psn);
    all.min_by_key(|psn| psn.distance(seen.psn))
}

/// The messages that `packets` of one end make, in order of their PSNs; `answers` are the packets of the other end.
pub fn messages(packets: &[Numbered], answers: &[Numbered], mtu: u32) -> Vec<Message> {
    let requests = requests(packets);
    let Some(&(_, first)) = requests.first() else {
        return Vec::new();
    };
    // each PSN as it was seen first
    let mut by_psn: BTreeMap<i32, Numbered> = BTreeMap::new();
    for &(number, packet) in &requests {
        let at = packet.psn.distance(first.psn);
        by_psn.entry(at).or_insert((number, packet));
    }
    let mut all = Vec::new();
    let mut next = i32::MIN;
    for (&at, &(_, packet)) in &by_psn {
        // in the middle of something whose beginning has been seen
        if at < next {
            continue;
        }
        let message = message(&by_psn, at, packet, answers, mtu);
        next = at + message.span as i32;
        all.push(message);
    }
    all
}

/// The message whose first packet is at `at`, or would be: if the first packet itself was never seen, what was seen is all there is.
fn message(
    by_psn: &BTreeMap<i32, Numbered>,
    at: i32,
    first: &Packet,
    answers: &[Numbered],
    mtu: u32,
) -> Message {
    use Opcode as O;
    let opcode = first.opcode().unwrap_or(O::SendOnly);
    let packets = match opcode {
        O::WriteFirst => first.remote.map_or(1, |r| r.length.div_ceil(mtu).max(1)),
        O::SendFirst => {
            let rest = by_psn.range(at..).find(|(_, (_, p))| p.ends());
            rest.map_or(1, |(end, _)| (end - at + 1) as u32)
        }
        _ => 1,
    };
    let seen: Vec<(u32, Numbered)> = (0..packets)
        .filter_map(|k| Some((k, *by_psn.get(&(at + k as i32))?)))
        .collect();
    let last = seen.last().map_or(first, |(_, (_, p))| p);
    let payload = |k: u32, p: &Packet| k * mtu + p.payload.len() as u32;
    let sent = seen.last().map_or(0, |(k, (_, p))| payload(*k, p));
    let mut message = Message {
        number: seen.iter().map(|(_, (n, _))| *n).min().unwrap_or(0),
        psn: first.psn,
        span: packets.max(first.span(mtu)),
        opcode,
        remote: first.remote,
        operands: first.operands,
        imm: last.imm,
        invalidate: last.invalidate,
        solicited: last.solicited,
        length: first.remote.map_or(sent, |r| r.length),
        parts: seen
            .iter()
            .filter(|(_, (_, p))| !p.payload.is_empty())
            .map(|(k, (n, _))| (k * mtu, *n))
            .collect(),
        incomplete: seen.len() < packets as usize || !last.ends() && !first.starts(),
        verdict: Verdict::Open,
    };
    message.verdict = verdict(&message, answers);
    message
}

fn verdict(message: &Message, answers: &[Numbered]) -> Verdict {
    let end = message.psn.plus(message.span);
    let refused = answers.iter().find_map(|(_, a)| {
        let syndrome = a.aeth?.syndrome;
        let fatal = matches!(syndrome, 0x61..=0x63);
        (a.class() == Class::Nak && fatal && message.has(a.psn)).then_some(syndrome)
    });
    if let Some(syndrome) = refused {
        return Verdict::Refused(syndrome);
    }
    let done = answers.iter().any(|(_, a)| {
        // only its own answer ends a READ or ATOMIC
        let own = a.class() != Class::Ack || !(message.is_read() || message.is_atomic());
        own && a.covers().is_some_and(|to| !to.is_before(end))
    });
    match done {
        true => Verdict::Done,
        false => Verdict::Open,
    }
}

/// Numbers of the packets of `messages` behind PSNs that nobody has sent: what a NIC never does.
pub fn beyond_a_hole(packets: &[Numbered], messages: &[Message]) -> BTreeSet<usize> {
    let hole = messages
        .windows(2)
        .find(|pair| pair[0].psn.plus(pair[0].span) != pair[1].psn)
        .map(|pair| pair[1].psn);
    let beyond = |p: &Packet| hole.is_some_and(|hole| !p.psn.is_before(hole));
    requests(packets)
        .iter()
        .filter(|(_, p)| beyond(p))
        .map(|(n, _)| *n)
        .collect()
}

/// PSNs of requests that one end must have sent and the capture does not show, with how often: gaps, and messages that break off
/// before their end although no NAK has told to begin again.
pub fn lost_requests(
    packets: &[Numbered],
    answers: &[Numbered],
    messages: &[Message],
    mtu: u32,
) -> BTreeMap<u32, usize> {
    let mut lost: BTreeMap<u32, usize> = BTreeMap::new();
    let mut miss = |from: Psn, to: Psn| {
        for k in 0..to.count_from(from) {
            *lost.entry(from.plus(k).get()).or_default() += 1;
        }
    };
    // a READ is one packet, whatever it takes in PSNs
    let is_read = |psn: Psn| messages.iter().any(|m| m.is_read() && m.has(psn));
    let end_of = |psn: Psn| {
        let message = messages.iter().find(|m| m.has(psn));
        message.map_or(psn.plus(1), |m| m.psn.plus(m.span))
    };
    let told = |from: usize, to: usize| {
        let naks = answers.iter().filter(|(_, a)| a.class() == Class::Nak);
        naks.map(|(n, _)| n).any(|n| (from..to).contains(n))
    };
    let mut next = first_psn(packets).map(|psn| (0, psn));
    for (number, packet) in requests(packets) {
        if let Some((before, expected)) = next {
            let last = expected.minus(1);
            if packet.psn.is_after(expected) && !is_read(expected) {
                miss(expected, packet.psn);
            } else if packet.psn.is_before(expected) && !is_read(last) && !told(before, number) {
                miss(expected, end_of(last));
            }
        }
        next = Some((number, packet.psn.plus(packet.span(mtu))));
    }
    lost
}

/// One end has sent something again, or asked for the rest of a READ, and no NAK has told it to: its timer has.
pub fn has_timed_out(packets: &[Numbered], answers: &[Numbered], mtu: u32) -> bool {
    let requests = requests(packets);
    requests.windows(2).any(|pair| {
        let [(before, earlier), (number, packet)] = [pair[0], pair[1]];
        let told = |(n, a): &Numbered| a.class() == Class::Nak && (before..number).contains(n);
        let again = packet.psn.is_before(earlier.psn.plus(earlier.span(mtu)));
        again && !answers.iter().any(told)
    })
}

/// One end has begun again while more than one of its messages was under way.
pub fn restarts_among_several(packets: &[Numbered], messages: &[Message]) -> bool {
    let of = |psn: Psn| messages.iter().position(|m| m.has(psn));
    requests(packets).windows(2).any(|pair| {
        let [(_, earlier), (_, packet)] = [pair[0], pair[1]];
        !packet.psn.is_after(earlier.psn) && of(packet.psn) != of(earlier.psn)
    })
}

/// PSNs of READ and ATOMIC answers that the responder must have sent and the capture does not show, with how often.
pub fn lost_responses(
    requests_in: &[Numbered],
    answers: &[Numbered],
    mtu: u32,
) -> BTreeMap<u32, usize> {
    let refused: BTreeSet<u32> = answers
        .iter()
        .filter(|(_, a)| a.class() == Class::Nak && a.aeth.is_some_and(|a| a.syndrome != 0x60))
        .map(|(_, a)| a.psn.get())
        .collect();
    let mut wanted: BTreeMap<u32, usize> = BTreeMap::new();
    let mut expected = first_psn(requests_in);
    for (_, request) in requests(requests_in) {
        let epsn = expected.unwrap_or(request.psn);
        if request.psn.is_after(epsn) || refused.contains(&request.psn.get()) {
            continue;
        }
        let span = request.span(mtu);
        if request.psn == epsn {
            expected = Some(epsn.plus(span));
        }
        let answered = matches!(
            request.opcode(),
            Some(Opcode::ReadRequest | Opcode::CmpSwap | Opcode::FetchAdd)
        );
        for k in 0..if answered { span } else { 0 } {
            *wanted.entry(request.psn.plus(k).get()).or_default() += 1;
        }
    }
    for (_, answer) in answers {
        if matches!(answer.class(), Class::ReadResponse | Class::AtomicAck)
            && let Some(count) = wanted.get_mut(&answer.psn.get())
        {
            *count = count.saturating_sub(1);
        }
    }
    wanted.retain(|_, count| *count > 0);
    wanted
}

/// The smallest path MTU that a message of one packet fits: 1024 unless it is longer.
pub fn least_mtu(packets: &[Numbered]) -> u32 {
    let longest = packets.iter().map(|(_, p)| p.payload.len() as u32).max();
    longest.unwrap_or(0).next_power_of_two().clamp(1024, 4096)
}

/// Path MTU that packets show, in bytes; none if none of them is followed by another of the same message.
pub fn path_mtu(packets: &[Numbered]) -> Option<u32> {
    use Opcode as O;
    let full = packets.iter().filter(|(_, p)| {
        matches!(
            p.opcode(),
            Some(
                O::SendFirst
                    | O::SendMiddle
                    | O::WriteFirst
                    | O::WriteMiddle
                    | O::ReadResponseFirst
                    | O::ReadResponseMiddle
            )
        )
    });
    let longest = full.map(|(_, p)| p.payload.len() as u32).max()?;
    Some(longest.next_power_of_two().clamp(256, 4096))
}
