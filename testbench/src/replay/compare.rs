//! What the NIC sent against what was sent in its place when the capture was taken, field by field.
//!
//! Packets are compared in order within each stream: requests, or responses, to one queue pair. How the two interleave is a matter of
//! timing. Positive acknowledgements are compared as cumulative coverage: one for several messages is as good as several,
//! but one with a PSN that the capture also acknowledges must say the same, and at the end both cover the same.
//! Fields that may differ are named by the scenario; the ICRC of what the NIC sent must be right whatever the fields are.

use super::capture::Captured;
use super::packet::{Class, Packet, Value};
use super::scenario::{AckReq, Deviation, Half, Restarts, Scenario};
use super::stage::SentFrame;
use fw_regs::Psn;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A packet with its number in its file, from 1.
type Numbered<'a> = (usize, &'a Packet);
/// The same for the packets of one stream.
type Stream = Vec<(usize, Packet)>;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Difference {
    /// A field has another value.
    Field {
        field: String,
        expected_value: String,
        sent_value: String,
        expected: usize,
        expected_packet: String,
        sent: usize,
        sent_packet: String,
    },
    /// The NIC did not send it.
    Missing { expected: usize, packet: String },
    /// The NIC sent it, and nobody did in the capture.
    Unexpected { sent: usize, packet: String },
    /// A packet that the scenario calls lost on the way has not been sent so often.
    LostNotSent {
        half: String,
        psn: u64,
        missing: usize,
    },
    /// All responses to a queue pair together acknowledge another number of packets. PSNs are the first unacknowledged ones.
    Coverage {
        qpn: u32,
        expected_psn: Option<u32>,
        sent_psn: Option<u32>,
    },
    /// An acknowledgement is asked for where the rule says otherwise.
    AckReq {
        rule: String,
        wanted: bool,
        sent: usize,
        packet: String,
    },
    /// The ICRC of a frame that the NIC sent is wrong.
    Icrc { sent: usize, packet: String },
}

/// What came of a comparison.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// RoCE packets that the NIC's place sent in the capture, and that the NIC sent.
    pub expected: usize,
    pub sent: usize,
    /// Pairs of packets whose fields have been compared.
    pub compared: usize,
    /// Positive acknowledgements of the NIC that the capture does not have, within what it covers.
    pub other_acks: usize,
    /// Packets of the NIC that the scenario calls lost on the way.
    pub lost: usize,
    /// Requests that the NIC, faster than what was in its place, had sent already when it was told to begin again in front of them.
    pub ahead: usize,
    /// Requests of the NIC that were sent again, if the scenario leaves that to timing.
    pub again: usize,
    /// Packets of the capture that the scenario says the NIC need not send.
    pub skipped: usize,
    /// Why, by packet of the capture in which the NIC does something else and may.
    pub deviations: BTreeMap<usize, String>,
    /// Fields that may differ, with how often they did.
    pub differing: BTreeMap<String, usize>,
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// There is no difference.
    pub fn is_good(&self) -> bool {
        self.differences.is_empty()
    }

    /// A summary, and every difference decoded.
    pub fn text(&self) -> String {
        let mut text = format!(
            "\ncompared: {} packets expected, {} sent, {} pairs, {} other acknowledgements, {} lost on the way, {} ahead of a restart, {} again, {} skipped\n",
            self.expected,
            self.sent,
            self.compared,
            self.other_acks,
            self.lost,
            self.ahead,
            self.again,
            self.skipped
        );
        let named: Vec<String> = self
            .differing
            .iter()
            .map(|(name, n)| format!("{name} ({n})"))
            .collect();
        text += &format!("may differ: {}\n", named.join(", "));
        for (packet, why) in &self.deviations {
            text += &format!("deviates at packet {packet}: {why}\n");
        }
        for d in &self.differences {
            text += &format!("DIFFERENCE: {}\n", d.text());
        }
        match self.is_good() {
            true => text + "good: the NIC sent what was sent in its place\n",
            false => text + &format!("{} differences\n", self.differences.len()),
        }
    }
}

impl Difference {
    /// It in words, packets decoded.
    pub fn text(&self) -> String {
        match self {
            Self::Field {
                field,
                expected_value,
                sent_value,
                expected,
                expected_packet,
                sent,
                sent_packet,
            } => format!(
                "{field}: expected {expected_value}, sent {sent_value}\n  expected {expected}: {expected_packet}\n  sent {sent}: {sent_packet}"
            ),
            Self::Missing { expected, packet } => {
                format!("not sent\n  expected {expected}: {packet}")
            }
            Self::Unexpected { sent, packet } => {
                format!("not in the capture\n  sent {sent}: {packet}")
            }
            Self::LostNotSent { half, psn, missing } => {
                format!(
                    "a {half} with PSN {psn} that was lost on the way has not been sent {missing} times"
                )
            }
            Self::Coverage {
                qpn,
                expected_psn,
                sent_psn,
            } => {
                let psn =
                    |p: &Option<u32>| p.map_or("nothing".to_owned(), |p| format!("up to {p}"));
                format!(
                    "acknowledgements to QP {qpn:#x}: expected {}, sent {}",
                    psn(expected_psn),
                    psn(sent_psn)
                )
            }
            Self::AckReq {
                rule,
                wanted,
                sent,
                packet,
            } => {
                let word = if *wanted { "must" } else { "must not" };
                format!(
                    "by the rule {rule:?} this packet {word} ask for an ACK\n  sent {sent}: {packet}"
                )
            }
            Self::Icrc { sent, packet } => format!("the ICRC is wrong\n  sent {sent}: {packet}"),
        }
    }
}

/// Compares `sent` with the packets of `capture` that the NIC's place sent.
pub fn compare(scenario: &Scenario, sent: &[SentFrame], capture: &[Captured]) -> Comparison {
    let parsed: Vec<(usize, Packet)> = capture
        .iter()
        .filter_map(|c| Some((c.number, Packet::parse(&c.frame)?)))
        .filter(|(_, p)| p.source == scenario.nic.ip)
        .collect();
    let skip: BTreeSet<usize> = scenario
        .expect
        .skip
        .iter()
        .flat_map(|s| s.packets.clone())
        .collect();
    let (skipped, wanted): (Vec<_>, Vec<_>) = parsed.iter().partition(|(n, _)| skip.contains(n));
    let ours: Vec<Numbered> = sent
        .iter()
        .enumerate()
        .filter_map(|(k, s)| Some((k + 1, s.packet.as_ref()?)))
        .collect();
    let mut run = Run::new(scenario);
    run.result.expected = parsed.len();
    run.result.skipped = skipped.len();
    run.result.sent = ours.len();
    for &(number, packet) in &ours {
        run.alone(number, packet);
    }
    let wanted: Vec<Numbered> = wanted.iter().map(|(n, p)| (*n, p)).collect();
    let streams: BTreeSet<(u32, bool)> =
        wanted.iter().chain(&ours).map(|(_, p)| stream(p)).collect();
    for s in streams {
        let of = |all: &[Numbered<'_>]| -> Stream {
            all.iter()
                .filter(|(_, p)| stream(p) == s)
                .map(|(n, p)| (*n, (*p).clone()))
                .collect()
        };
        run.stream(s, &of(&wanted), &of(&ours));
    }
    run.finish()
}

/// Destination QP, and whether it is the stream of responses.
fn stream(packet: &Packet) -> (u32, bool) {
    (packet.dest_qpn, packet.class().is_response())
}

fn half_of(responses: bool) -> Half {
    match responses {
        true => Half::Response,
        false => Half::Request,
    }
}

/// A comparison under way.
struct Run<'a> {
    scenario: &'a Scenario,
    /// How often a packet is still to be found that the capture does not have.
    lost: BTreeMap<(bool, u64), usize>,
    result: Comparison,
}

impl<'a> Run<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let mut lost = BTreeMap::new();
        for l in &scenario.expect.lost {
            *lost.entry((l.half == Half::Response, l.psn.0)).or_default() += l.count;
        }
        let differing = scenario.expect.may_differ.iter();
        Self {
            scenario,
            lost,
            result: Comparison {
                differing: differing.map(|name| (name.clone(), 0)).collect(),
                ..Comparison::default()
            },
        }
    }

    fn differs(&mut self, difference: Difference) {
        self.result.differences.push(difference);
    }

    /// What holds of every packet sent, whatever it is compared with.
    fn alone(&mut self, number: usize, packet: &Packet) {
        if !packet.icrc_good {
            self.differs(Difference::Icrc {
                sent: number,
                packet: packet.to_string(),
            });
        }
        let (rule, wanted) = match self.scenario.replay.ack_req {
            AckReq::Rxe => return,
            AckReq::Last => ("last".to_owned(), packet.ends()),
            AckReq::Every(n) => (
                format!("every {n}"),
                packet.ends() || packet.psn.get().is_multiple_of(n),
            ),
        };
        if packet.class() == Class::Request && packet.ack_req != wanted {
            self.differs(Difference::AckReq {
                rule,
                wanted,
                sent: number,
                packet: packet.to_string(),
            });
        }
    }

    fn stream(&mut self, key: (u32, bool), wanted: &[(usize, Packet)], ours: &[(usize, Packet)]) {
        let is_ack = |p: &(usize, Packet)| p.1.class() == Class::Ack;
        let split =
            |all: &[(usize, Packet)]| -> (Vec<_>, Vec<_>) { all.iter().cloned().partition(is_ack) };
        let ((wanted_acks, wanted_rest), (our_acks, our_rest)) = (split(wanted), split(ours));
        if !key.1 {
            match self.scenario.expect.restarts {
                Restarts::Exact => self.align(false, &wanted_rest, &our_rest),
                Restarts::Any => self.fresh(&wanted_rest, &our_rest),
            }
            return;
        }
        self.align(true, &wanted_rest, &our_rest);
        let (expected, covered) = (coverage(wanted), coverage(ours));
        if expected != covered {
            self.differs(Difference::Coverage {
                qpn: key.0,
                expected_psn: expected.map(Psn::get),
                sent_psn: covered.map(Psn::get),
            });
        }
        for (number, ack) in &our_acks {
            match wanted_acks.iter().find(|(_, w)| w.psn == ack.psn) {
                Some((at, w)) => self.pair(*at, w, *number, ack, &[]),
                None => self.other_ack(*number, ack, &wanted_acks, expected),
            }
        }
    }

    /// An acknowledgement with a PSN of its own: it may acknowledge less than the capture's do, and says the same otherwise.
    fn other_ack(
        &mut self,
        number: usize,
        ack: &Packet,
        wanted: &[(usize, Packet)],
        covered: Option<Psn>,
    ) {
        let within = covered.is_some_and(|end| ack.psn.is_before(end));
        if !within {
            return self.differs(Difference::Unexpected {
                sent: number,
                packet: ack.to_string(),
            });
        }
        self.result.other_acks += 1;
        if let Some((at, w)) = wanted.iter().find(|(_, w)| w.psn.is_after(ack.psn)) {
            self.pair(*at, w, number, ack, &["bth.psn", "aeth.msn"]);
        }
    }

    /// Pairs what is sent for the first time in order, and what is sent again with what says the same.
    fn fresh(&mut self, wanted: &[(usize, Packet)], ours: &[(usize, Packet)]) {
        let (first, _) = first_sent(wanted);
        let (our_first, again) = first_sent(ours);
        self.align(false, &first, &our_first);
        self.result.again += again.len();
        for (number, sent) in &again {
            if let Some((at, twin)) = wanted.iter().find(|(_, w)| w.psn == sent.psn) {
                self.pair(*at, twin, *number, sent, &[]);
            }
        }
    }

    /// Pairs packets in order.
    fn align(&mut self, responses: bool, wanted: &[(usize, Packet)], ours: &[(usize, Packet)]) {
        let same = |w: &Packet, o: &Packet| w.psn == o.psn && w.class() == o.class();
        let (mut w, mut o) = (0, 0);
        while w < wanted.len() || o < ours.len() {
            match (wanted.get(w), ours.get(o)) {
                (Some((at, expected)), Some((number, sent))) if same(expected, sent) => {
                    self.pair(*at, expected, *number, sent, &[]);
                    (w, o) = (w + 1, o + 1);
                }
                (_, Some((_, sent))) if self.takes_lost(responses, sent) => o += 1,
                (Some(_), Some((number, sent))) if is_ahead(ours, o) => {
                    self.result.ahead += 1;
                    if let Some((at, twin)) = wanted[w..].iter().find(|(_, e)| same(e, sent)) {
                        self.pair(*at, twin, *number, sent, &[]);
                    }
                    o += 1;
                }
                (Some((at, expected)), next) => {
                    // sent later: what comes first is too much; else this one is missing
                    let later = ours[o..].iter().any(|(_, s)| same(expected, s));
                    match next {
                        Some((number, sent)) if later => {
                            self.differs(Difference::Unexpected {
                                sent: *number,
                                packet: sent.to_string(),
                            });
                            o += 1;
                        }
                        _ => {
                            self.differs(Difference::Missing {
                                expected: *at,
                                packet: expected.to_string(),
                            });
                            w += 1;
                        }
                    }
                }
                (None, Some((number, sent))) => {
                    self.differs(Difference::Unexpected {
                        sent: *number,
                        packet: sent.to_string(),
                    });
                    o += 1;
                }
                (None, None) => break,
            }
        }
    }

    /// A packet that was lost on the way when the capture was taken.
    fn takes_lost(&mut self, responses: bool, sent: &Packet) -> bool {
        match self.lost.get_mut(&(responses, sent.psn.get().into())) {
            Some(left @ 1..) => {
                *left -= 1;
                self.result.lost += 1;
                true
            }
            _ => false,
        }
    }

    /// Compares the fields of two packets.
    fn pair(&mut self, at: usize, expected: &Packet, number: usize, sent: &Packet, but: &[&str]) {
        self.result.compared += 1;
        let deviation = self
            .scenario
            .expect
            .deviation
            .iter()
            .find(|d| d.packet == at);
        if let Some(d) = deviation {
            self.result.deviations.insert(at, d.why.clone());
        }
        let by_rule = self.scenario.replay.ack_req != AckReq::Rxe && sent.class() == Class::Request;
        for name in names(expected, sent) {
            let (e, s) = (expected.field(name), sent.field(name));
            let ours = deviation.and_then(|d: &Deviation| d.ours.get(name));
            let agree = match (ours, s) {
                (Some(n), Some(Value::Number(value, _))) => n.0 == *value,
                (Some(_), _) => false,
                (None, _) => e == s,
            };
            if agree || but.contains(&name) || (by_rule && name == "bth.ack_req") {
                continue;
            }
            if let Some(count) = self.result.differing.get_mut(name) {
                *count += 1;
                continue;
            }
            let (expected_value, sent_value) = match (e, s) {
                (Some(Value::Bytes(a)), Some(Value::Bytes(b))) => bytes(a, b),
                _ => (print(e), print(s)),
            };
            self.differs(Difference::Field {
                field: name.to_owned(),
                expected_value: ours.map_or(expected_value, |n| format!("{:#x}", n.0)),
                sent_value,
                expected: at,
                expected_packet: expected.to_string(),
                sent: number,
                sent_packet: sent.to_string(),
            });
        }
    }

    fn finish(mut self) -> Comparison {
        let left: Vec<_> = self.lost.iter().filter(|(_, n)| **n > 0).collect();
        let found = left.iter().map(|&(&(responses, psn), &missing)| {
            let half = match half_of(responses) {
                Half::Request => "request",
                Half::Response => "response",
            };
            Difference::LostNotSent {
                half: half.to_owned(),
                psn,
                missing,
            }
        });
        self.result.differences.extend(found);
        self.result
    }
}

/// Requests that are sent for the first time, and those that are sent again.
fn first_sent(all: &[(usize, Packet)]) -> (Stream, Stream) {
    let mut latest: Option<Psn> = None;
    all.iter().cloned().partition(|(_, p)| {
        let first = latest.is_none_or(|latest| p.psn.is_after(latest));
        if first {
            latest = Some(p.psn);
        }
        first
    })
}

/// Request `o` goes on where the one in front of it ended, and is sent again later.
fn is_ahead(ours: &[(usize, Packet)], o: usize) -> bool {
    let sent = &ours[o].1;
    let goes_on = o > 0 && ours[o - 1].1.psn.is_before(sent.psn);
    let again = |later: &(usize, Packet)| later.1.psn == sent.psn;
    sent.class() == Class::Request && goes_on && ours[o + 1..].iter().any(again)
}

/// Names of the fields of either packet, in wire order.
fn names(a: &Packet, b: &Packet) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = a.fields.iter().map(|f| f.name).collect();
    for field in &b.fields {
        if !all.contains(&field.name) {
            all.push(field.name);
        }
    }
    all
}

fn print(value: Option<&Value>) -> String {
    value.map_or("no such field".to_owned(), Value::to_string)
}

/// Two payloads from their first difference on.
fn bytes(a: &[u8], b: &[u8]) -> (String, String) {
    let at = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let from = |all: &[u8]| {
        let rest = Value::Bytes(all[at..].to_vec());
        format!("{} bytes, from {at} on {rest}", all.len())
    };
    (from(a), from(b))
}

/// The first PSN that a stream of responses leaves unacknowledged; none if it acknowledges nothing.
fn coverage(responses: &[(usize, Packet)]) -> Option<Psn> {
    responses
        .iter()
        .filter_map(|(_, p)| p.covers())
        .reduce(|a, b| if b.is_after(a) { b } else { a })
}
