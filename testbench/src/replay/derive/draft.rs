//! From what was said to what must have been set up and posted.

use super::stream::{self, Message, Verdict};
use super::{Dialogue, End, Numbered, region};
use crate::replay::number::{Mac, Number};
use crate::replay::packet::{Class, Packet, Value};
use crate::replay::scenario::{
    AckReq, BytesPlan, Deviation, Expectations, Half, Lost, MrPlan, NicPlan, Operation, Pacing,
    PartnerPlan, QpPlan, RecvPlan, Restarts, Right, Scenario, SendPlan, Skip, State,
};
use fw_regs::wire::{Opcode, SYNDROME_ACK, SYNDROME_NAK_INVALID_REQUEST};
use fw_regs::{Psn, WcStatus};

const PAGE: u64 = 4096;
/// The one local memory region, for receives, data to send, and results.
const LOCAL: &str = "local";
const LOCAL_ADDR: u64 = 0x7000_0000_0000;
/// Cycles per µs of a scenario in which the NIC has to wait for its timers.
const SLOW: u16 = 25;
/// ACK timeout of a scenario in which it strikes: 4 ms.
const SHORT: u8 = 10;
/// How often the NIC asks for an ACK inside a message after reset.
const USUAL: AckReq = AckReq::Every(64);

/// A scenario, and what in it is a guess.
pub struct Draft {
    pub scenario: Scenario,
    pub guesses: Vec<String>,
    mtu: u32,
    /// Bytes of the local memory region that are given out.
    local: u64,
    local_bytes: Vec<BytesPlan>,
}

fn number(n: impl Into<u64>) -> Number {
    Number(n.into())
}

fn at_packet(offset: u64, packet: usize) -> BytesPlan {
    BytesPlan {
        offset: Number(offset),
        hex: None,
        packet: Some(packet),
        file: None,
        fill: None,
        length: None,
    }
}

impl Draft {
    /// Everything that `dialogues` tell; `unreliable` packets to the NIC are of other services.
    pub fn new(
        title: String,
        nic: End,
        partner: End,
        dialogues: &[Dialogue],
        unreliable: u64,
    ) -> Self {
        let mut draft = Self {
            scenario: Scenario {
                title,
                nic: NicPlan {
                    mac: Mac(nic.mac),
                    ip: nic.ip,
                    cycles_per_us: crate::lab::CYCLES_PER_US as u16,
                    seed: 0,
                },
                replay: Pacing::default(),
                mrs: Vec::new(),
                qps: Vec::new(),
                receives: Vec::new(),
                sends: Vec::new(),
                expect: Expectations::default(),
            },
            guesses: Vec::new(),
            mtu: 1024,
            local: 0,
            local_bytes: Vec::new(),
        };
        let all: Vec<Numbered> = dialogues
            .iter()
            .flat_map(|d| d.incoming.iter().chain(&d.outgoing).copied())
            .collect();
        match stream::path_mtu(&all) {
            Some(mtu) => draft.mtu = mtu,
            None if !dialogues.is_empty() => {
                draft.mtu = stream::least_mtu(&all);
                draft.guess("mtu: no message has more than one packet");
            }
            None => {}
        }
        draft.regions(dialogues);
        for (k, dialogue) in dialogues.iter().enumerate() {
            let name = format!("qp{k}");
            let dialogue = &draft.possible(dialogue);
            draft.queue_pair(&name, partner, dialogue);
            draft.receives(&name, dialogue);
            draft.sends(&name, dialogue);
            draft.losses(dialogue);
            draft.deviations(dialogue);
        }
        draft.pace(dialogues);
        draft.local_region();
        if unreliable > 0 {
            let counters = &mut draft.scenario.expect.counters;
            counters.insert("rx_not_rc".to_owned(), unreliable);
            draft.guess("packets of unreliable services: the NIC drops and counts them");
        }
        draft
    }

    /// A dialogue without what no NIC sends of its own accord, which is skipped.
    fn possible<'a>(&mut self, dialogue: &Dialogue<'a>) -> Dialogue<'a> {
        let messages = stream::messages(&dialogue.outgoing, &dialogue.incoming, self.mtu);
        let beyond = stream::beyond_a_hole(&dialogue.outgoing, &messages);
        self.skip(
            beyond.iter().copied().collect(),
            "PSNs in front of them are never sent: the NIC leaves none out",
        );
        let outgoing = dialogue.outgoing.iter();
        Dialogue {
            own: dialogue.own,
            partner: dialogue.partner,
            incoming: dialogue.incoming.clone(),
            outgoing: outgoing
                .filter(|(n, _)| !beyond.contains(n))
                .copied()
                .collect(),
        }
    }

    /// Packets that the NIC need not send.
    pub fn skip(&mut self, packets: Vec<usize>, why: &str) {
        if !packets.is_empty() {
            let why = why.to_owned();
            self.scenario.expect.skip.push(Skip { packets, why });
        }
    }

    fn guess(&mut self, what: &str) {
        self.guesses.push(what.to_owned());
    }

    /// `bytes` of the local memory region; where they are.
    fn take(&mut self, bytes: u32) -> Number {
        let at = self.local;
        self.local += u64::from(bytes.max(1)).next_multiple_of(64);
        Number(at)
    }

    fn local_region(&mut self) {
        if self.local == 0 {
            return;
        }
        let taken = |key: u64| self.scenario.mrs.iter().any(|m| m.key.0 == key);
        let key = (0x4c4f_4300..).find(|&key| !taken(key)).unwrap_or(1);
        self.scenario.mrs.push(MrPlan {
            name: LOCAL.to_owned(),
            key: Number(key),
            addr: Number(LOCAL_ADDR),
            length: Number(self.local.next_multiple_of(PAGE)),
            access: vec![Right::LocalWrite],
            bytes: std::mem::take(&mut self.local_bytes),
            sha256: None,
        });
    }

    /// Memory that the partners reach.
    fn regions(&mut self, dialogues: &[Dialogue]) {
        let heard: Vec<(Vec<Message>, &Dialogue)> = dialogues
            .iter()
            .map(|d| (stream::messages(&d.incoming, &d.outgoing, self.mtu), d))
            .collect();
        let messages = heard.iter().flat_map(|(m, _)| m);
        for (key, reach) in region::reached(messages) {
            let (start, end) = reach.range();
            let name = format!("remote_{key:x}");
            let shown = heard
                .iter()
                .flat_map(|(messages, d)| region::shown(messages, d, key, start, self.mtu));
            let mut shown: Vec<(usize, u64)> = shown.collect();
            // what was seen first overwrites what was only found there later
            shown.sort_unstable_by_key(|&(packet, _)| std::cmp::Reverse(packet));
            let bytes = shown.iter().map(|&(packet, at)| at_packet(at, packet));
            let bytes = bytes.collect();
            self.guess(&format!(
                "memory region {name}: how far it goes beyond what the partner reached; rights of which no use was refused"
            ));
            self.scenario.mrs.push(MrPlan {
                name,
                key: number(key),
                addr: Number(start),
                length: Number(end - start),
                access: reach.rights(),
                bytes,
                sha256: None,
            });
        }
    }

    fn queue_pair(&mut self, name: &str, partner: End, dialogue: &Dialogue) {
        let first = |packets: &[Numbered]| stream::first_psn(packets).map(Psn::get);
        let (theirs, ours) = (first(&dialogue.incoming), first(&dialogue.outgoing));
        let asked = stream::messages(&dialogue.incoming, &dialogue.outgoing, self.mtu);
        let posted = stream::requests(&dialogue.outgoing).len();
        let depth = asked.len().max(posted).next_power_of_two();
        let both = || dialogue.outgoing.iter().chain(&dialogue.incoming);
        let rnr = dialogue.outgoing.iter().find_map(|(_, p)| rnr_code(p));
        for (what, known) in [
            ("rq_psn: the partner asks for nothing", theirs.is_some()),
            ("sq_psn: the NIC's place asks for nothing", ours.is_some()),
            ("qpn: nothing is sent to it", dialogue.own.is_some()),
            (
                "partner.qpn: nothing is sent to it",
                dialogue.partner.is_some(),
            ),
            ("min_rnr_timer: it sends no RNR NAK", rnr.is_some()),
            ("timeout, retries and READ limits are usual ones", false),
        ] {
            if !known {
                self.guess(&format!("queue pair {name}, {what}"));
            }
        }
        let fatal = both().any(|(_, p)| {
            p.class() == Class::Nak && p.aeth.is_some_and(|a| matches!(a.syndrome, 0x61..=0x63))
        });
        let sample = both().next().map(|(_, p)| *p);
        self.scenario.qps.push(QpPlan {
            name: name.to_owned(),
            qpn: number(dialogue.own.or(dialogue.partner).unwrap_or(0)),
            state: State::Rts,
            rq_psn: number(theirs.unwrap_or(0)),
            sq_psn: number(ours.unwrap_or(0)),
            mtu: self.mtu,
            partner: PartnerPlan {
                qpn: number(dialogue.partner.unwrap_or(0)),
                ip: partner.ip,
                mac: Mac(partner.mac),
            },
            pkey: sample.map_or(0xffff, |p| p.pkey),
            timeout: 14,
            retry_cnt: 7,
            rnr_retry: 7,
            min_rnr_timer: rnr.unwrap_or(12),
            max_rd_atomic: 8,
            max_dest_rd_atomic: 8,
            traffic_class: sample.map_or(0, |p| p.traffic_class),
            hop_limit: sample.map_or(64, |p| p.hop_limit),
            access: region::allowed(&asked),
            depth: depth.clamp(256, 1 << 15) as u32,
            final_state: Some(if fatal { "ERR" } else { "RTS" }.to_owned()),
        });
    }

    /// Receives that the partner's messages found.
    fn receives(&mut self, name: &str, dialogue: &Dialogue) {
        let mut latest = 0;
        for message in stream::messages(&dialogue.incoming, &dialogue.outgoing, self.mtu) {
            if !message.receives() {
                continue;
            }
            let (length, status) = match message.verdict {
                Verdict::Refused(0x61 | 0x63) if message.is_send() => {
                    self.guess("a SEND was refused: its receive is taken to be half as long");
                    (message.length / 2, Some(WcStatus::LocalLength))
                }
                Verdict::Refused(_) => continue,
                Verdict::Done if !message.incomplete => (message.length, Some(WcStatus::Success)),
                Verdict::Done | Verdict::Open => (message.length, None),
            };
            latest = latest.max(posted_at(&message, dialogue));
            let length = length.max(1);
            let offset = self.take(length);
            self.scenario.receives.push(RecvPlan {
                qp: name.to_owned(),
                mr: LOCAL.to_owned(),
                offset,
                length,
                at: latest,
                count: 1,
                status: status.map(|s| s.text().to_owned()),
            });
        }
    }

    /// What the NIC's place posted.
    fn sends(&mut self, name: &str, dialogue: &Dialogue) {
        for message in stream::messages(&dialogue.outgoing, &dialogue.incoming, self.mtu) {
            let offset = self.take(message.length);
            for &(at, packet) in &message.parts {
                self.local_bytes
                    .push(at_packet(offset.0 + u64::from(at), packet));
            }
            if message.incomplete {
                let psn = message.psn.get();
                self.guess(&format!(
                    "the message with PSN {psn}: not all of its packets are in the capture"
                ));
            }
            let status = match message.verdict {
                Verdict::Done => Some(WcStatus::Success),
                Verdict::Refused(0x61) => Some(WcStatus::RemoteInvalidRequest),
                Verdict::Refused(0x62) => Some(WcStatus::RemoteAccess),
                Verdict::Refused(_) => Some(WcStatus::RemoteOperation),
                Verdict::Open => None,
            };
            let (swap_or_add, compare) = message.operands.unwrap_or_default();
            let is_add = message.opcode == Opcode::FetchAdd;
            let remote = message.remote;
            self.scenario.sends.push(SendPlan {
                qp: name.to_owned(),
                op: operation(&message),
                mr: LOCAL.to_owned(),
                offset,
                length: message.length,
                remote_addr: number(remote.map_or(0, |r| r.va)),
                rkey: number(remote.map_or(0, |r| r.rkey)),
                imm: message.imm.map(number),
                invalidate: message.invalidate.map(number),
                compare: number(compare),
                swap: number(if is_add { 0 } else { swap_or_add }),
                add: number(if is_add { swap_or_add } else { 0 }),
                solicited: message.solicited,
                fence: false,
                at: message.number,
                status: status.map(|s| s.text().to_owned()),
            });
        }
    }

    /// What the NIC's place sent and the capture does not have.
    fn losses(&mut self, dialogue: &Dialogue) {
        let messages = stream::messages(&dialogue.outgoing, &dialogue.incoming, self.mtu);
        let requests =
            stream::lost_requests(&dialogue.outgoing, &dialogue.incoming, &messages, self.mtu);
        let responses = stream::lost_responses(&dialogue.incoming, &dialogue.outgoing, self.mtu);
        let entry = |half| {
            move |(psn, count): (u32, usize)| Lost {
                half,
                psn: number(psn),
                count,
            }
        };
        if stream::restarts_among_several(&dialogue.outgoing, &messages) {
            self.scenario.expect.restarts = Restarts::Any;
        }
        let lost = &mut self.scenario.expect.lost;
        lost.extend(requests.into_iter().map(entry(Half::Request)));
        lost.extend(responses.into_iter().map(entry(Half::Response)));
    }

    /// Where rxe is known to answer otherwise than the NIC does.
    fn deviations(&mut self, dialogue: &Dialogue) {
        let messages = stream::messages(&dialogue.incoming, &dialogue.outgoing, self.mtu);
        let resumed: Vec<u32> = resumed_reads(&dialogue.incoming, &messages);
        for &(number, packet) in &dialogue.outgoing {
            let syndrome = packet.aeth.map(|a| a.syndrome);
            let of = messages.iter().find(|m| m.has(packet.psn));
            if syndrome == Some(0x63) && of.is_some_and(Message::is_send) {
                self.deviate(
                    number,
                    "a SEND longer than its receive: rxe answers remote operational error, the NIC invalid request",
                    &[("aeth.syndrome", SYNDROME_NAK_INVALID_REQUEST.into())],
                );
            }
            let first = packet.class() == Class::ReadResponse
                && resumed.contains(&packet.psn.get())
                && matches!(
                    packet.opcode(),
                    Some(Opcode::ReadResponseMiddle | Opcode::ReadResponseLast)
                );
            if first && is_first_since(number, packet, dialogue) {
                self.resumed(number, packet, dialogue);
            }
        }
    }

    /// rxe goes on in the middle where it is asked for the rest of a READ; the NIC begins anew, as the answer to a request does.
    fn resumed(&mut self, number: usize, packet: &Packet, dialogue: &Dialogue) {
        let why = "asked for the rest of a READ: rxe goes on in the middle, the NIC begins with a FIRST or ONLY";
        if packet.opcode() == Some(Opcode::ReadResponseLast) {
            let ours = [("bth.opcode", Opcode::ReadResponseOnly.code().into())];
            return self.deviate(number, why, &ours);
        }
        let later = dialogue.outgoing.iter().filter(|(n, _)| *n > number);
        let msn = later.filter_map(|(_, p)| p.aeth).map(|a| a.msn).next();
        let longer = |name| match packet.field(name) {
            Some(Value::Number(n, _)) => n + 4,
            _ => 0,
        };
        let ours = [
            ("bth.opcode", Opcode::ReadResponseFirst.code().into()),
            ("aeth.syndrome", SYNDROME_ACK.into()),
            ("aeth.msn", msn.unwrap_or(0).into()),
            ("ip.length", longer("ip.length")),
            ("udp.length", longer("udp.length")),
        ];
        self.deviate(number, why, &ours);
    }

    fn deviate(&mut self, packet: usize, why: &str, ours: &[(&str, u64)]) {
        let ours = ours.iter().map(|(k, v)| ((*k).to_owned(), Number(*v)));
        self.scenario.expect.deviation.push(Deviation {
            packet,
            why: why.to_owned(),
            ours: ours.collect(),
        });
    }

    /// Where ACKs are asked for, and whether timers are to be waited for.
    fn pace(&mut self, dialogues: &[Dialogue]) {
        let rarest = AckReq::RAREST;
        let (mut timed, mut waits) = (false, false);
        for d in dialogues {
            let requests = stream::requests(&d.outgoing);
            let as_ours = requests
                .iter()
                .all(|(_, p)| p.ack_req == (p.ends() || p.psn.get().is_multiple_of(rarest)));
            if !as_ours {
                self.scenario.replay.ack_req = USUAL;
            }
            timed |= stream::has_timed_out(&d.outgoing, &d.incoming, self.mtu);
            waits |= d.incoming.iter().any(|(_, p)| rnr_code(p).is_some());
        }
        if timed {
            let qps = self.scenario.qps.iter_mut();
            qps.for_each(|qp| qp.timeout = SHORT);
        }
        if timed || waits {
            self.scenario.nic.cycles_per_us = SLOW;
        }
    }
}

/// The timer code of an RNR NAK.
fn rnr_code(packet: &Packet) -> Option<u8> {
    let syndrome = packet.aeth?.syndrome;
    (packet.class() == Class::Nak && syndrome >> 5 == 1).then_some(syndrome & 0x1f)
}

fn operation(message: &Message) -> Operation {
    use Opcode as O;
    match message.opcode {
        O::ReadRequest => Operation::Read,
        O::CmpSwap => Operation::CompareSwap,
        O::FetchAdd => Operation::FetchAdd,
        _ if message.is_send() => Operation::Send,
        _ => Operation::Write,
    }
}

/// Number of the packet in front of which the receive of a message was posted: 0, unless it was missing at first.
fn posted_at(message: &Message, dialogue: &Dialogue) -> usize {
    let naks = dialogue.outgoing.iter();
    let missing = naks.filter(|(_, p)| rnr_code(p).is_some() && message.has(p.psn));
    let Some(&(last, nak)) = missing.max_by_key(|(n, _)| *n) else {
        return 0;
    };
    let mut again = dialogue.incoming.iter();
    again
        .find(|(n, p)| *n > last && p.class() == Class::Request && p.psn == nak.psn)
        .map_or(0, |(n, _)| *n)
}

/// PSNs from which the rest of a READ was asked for.
fn resumed_reads(incoming: &[Numbered], messages: &[Message]) -> Vec<u32> {
    incoming
        .iter()
        .filter(|(_, p)| p.opcode() == Some(Opcode::ReadRequest))
        .filter(|(_, p)| {
            messages
                .iter()
                .any(|m| m.is_read() && m.has(p.psn) && m.psn != p.psn)
        })
        .map(|(_, p)| p.psn.get())
        .collect()
}

/// The last thing the partner asked for in front of packet `number` was the READ that this is the first answer to.
fn is_first_since(number: usize, packet: &Packet, dialogue: &Dialogue) -> bool {
    let asked = dialogue
        .incoming
        .iter()
        .filter(|(n, p)| *n < number && p.class() == Class::Request)
        .max_by_key(|(n, _)| *n);
    asked.is_some_and(|(_, p)| p.psn == packet.psn)
}
