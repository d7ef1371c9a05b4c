//! The answers that a receiving half owes, as one way to understand it has them; see `reading.rs`.

use super::host::Host;
use super::reading::Reading;
use super::recv::Found;
use super::{Why, compare};
use crate::model::memory::Memory;
use crate::model::packet::{Aeth, Packet};
use crate::model::receiver::{Answer, RESOURCES};
use fw_regs::Psn;
use fw_regs::wire::{self, Opcode};

/// An answer, and how many operations on memory have to be done before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owed {
    pub answer: Answer,
    pub after: u64,
    /// all of it has been sent
    pub finished: bool,
    /// of a READ or ATOMIC that was asked for again, when the NIC's ring may have been full: it may have been dropped. Since this cycle
    pub doubted: Option<u64>,
}

impl Owed {
    pub fn is_due(&self) -> bool {
        match self.answer {
            Answer::Acknowledge { due, .. } => due,
            _ => !self.may_be_missing(),
        }
    }

    /// It may never come: its request may have been dropped.
    pub(super) fn may_be_missing(&self) -> bool {
        let begun = matches!(self.answer, Answer::Read { first: false, .. });
        self.doubted.is_some() && !begun
    }

    /// It is sent before everything behind it.
    pub(super) fn comes_first(&self) -> bool {
        self.answer.has_data() && !self.may_be_missing()
    }
}

impl Reading {
    /// A response has left. There may be a second way to understand it.
    pub fn sent(&mut self, p: &Packet, host: &Host) -> Result<Found, Why> {
        if p.opcode != Opcode::Acknowledge {
            return self.sent_data(p, host);
        }
        let at = self.acknowledgement(p)?;
        self.executed_before(at, host)?;
        self.leave(at, p, host);
        self.note_said(p, host.now);
        Ok(Found::default())
    }

    /// A packet with data is of the first answer with data, or of the first behind those that may have been dropped. If one of these and that one say the
    /// same, it may be of either.
    fn sent_data(&mut self, p: &Packet, host: &Host) -> Result<Found, Why> {
        let mut ways: Vec<usize> = Vec::new();
        let mut certain = false;
        let mut why = Why::new("no READ or ATOMIC waits for an answer");
        for at in 0..self.answers.len() {
            if !self.answers[at].answer.has_data() {
                continue;
            }
            let last = self.answers[at].comes_first();
            // of copies that all may have been dropped the first leaves most open
            if last || ways.is_empty() {
                // most say something else, for which nothing has to be copied
                let explained = match self.answers[at].after > self.stream.done() {
                    true => {
                        let mut way = self.clone();
                        let executed = way.executed_before(at, host);
                        executed.and_then(|()| way.data(p, at, host))
                    }
                    false => self.data(p, at, host),
                };
                match explained {
                    Ok(()) => {
                        ways.push(at);
                        certain |= last;
                    }
                    Err(e) => why = e,
                }
            }
            if last {
                break;
            }
        }
        let waits = !certain && self.inbox.any(|a| a.packet.psn == p.psn);
        let second = ways.get(1).map(|&at| {
            let mut way = self.clone();
            way.go_on(p, at, host).map(|()| way)
        });
        let &first = ways.first().ok_or(why)?;
        self.go_on(p, first, host)?;
        Ok(Found {
            second: second.transpose()?,
            doubtful: waits,
        })
    }

    /// The next packet of the answer at `at` has left.
    fn go_on(&mut self, p: &Packet, at: usize, host: &Host) -> Result<(), Why> {
        self.executed_before(at, host)?;
        let mtu = self.receiver.config.mtu;
        let owed = &mut self.answers[at];
        owed.finished = match &mut owed.answer {
            Answer::Read {
                psn,
                iova,
                length,
                first,
                ..
            } => {
                let bytes = (*length).min(mtu);
                *psn = psn.plus(1);
                *iova += u64::from(bytes);
                *length -= bytes;
                *first = false;
                *length == 0
            }
            _ => true,
        };
        self.leave(at, p, host);
        Ok(())
    }

    /// A packet of that answer has left.
    fn leave(&mut self, at: usize, p: &Packet, host: &Host) {
        // an ACK takes the place of those before it; an answer with data speaks for them, too, but one that waits behind it is sent all the same, if
        // the answer began before the ACK's PSN
        let psn = p.psn;
        let replaces = p.opcode == Opcode::Acknowledge;
        let mut k = 0;
        self.answers.retain_mut(|owed| {
            let before = k < at;
            let itself = k == at;
            k += 1;
            if before && owed.answer.has_data() {
                // what comes behind it has come
                return false;
            }
            let Answer::Acknowledge {
                psn: other, due, ..
            } = &mut owed.answer
            else {
                return true;
            };
            if itself || (replaces && before && !other.is_after(psn)) {
                return false;
            }
            if !other.is_after(psn) {
                *due = false;
            }
            true
        });
        if self.answers.iter().any(|owed| owed.finished) {
            self.answers.retain(|owed| !owed.finished);
            if self.finished.len() == RESOURCES {
                self.finished.pop_front();
            }
            self.finished.push_back(host.now);
        }
    }

    /// What an answer answers for has been done.
    fn executed_before(&mut self, at: usize, host: &Host) -> Result<(), Why> {
        let after = self.answers[at].after;
        if after > self.stream.done() {
            self.skip_silent(host);
        }
        match after > self.stream.done() {
            true => Err(Why::new("the answer comes before what it answers for")),
            false => Ok(()),
        }
    }

    /// Which acknowledgement that is owed the packet is.
    fn acknowledgement(&self, p: &Packet) -> Result<usize, Why> {
        let aeth = p.aeth.unwrap_or_default();
        let mut passed = None;
        let mut swallows = false;
        let mut blocking: Option<Psn> = None;
        for (k, owed) in self.answers.iter().enumerate() {
            let Answer::Acknowledge {
                psn,
                syndrome,
                msn,
                due,
            } = owed.answer
            else {
                if owed.may_be_missing() {
                    continue;
                }
                passed = Some(&owed.answer);
                break;
            };
            if (psn, syndrome, msn) == (p.psn, aeth.syndrome, aeth.msn) {
                if blocking.is_some_and(|b| b.is_after(psn)) {
                    swallows = true;
                    continue;
                }
                return Ok(k);
            }
            if due && blocking.is_none_or(|b| psn.is_after(b)) {
                blocking = Some(psn);
            }
        }
        Err(match (swallows, passed) {
            (true, _) => Why::new("it swallows an answer that is ahead of it"),
            (false, Some(_)) => Why::new("it cannot pass an answer with data"),
            (false, None) => Why::new("no such acknowledgement is owed"),
        })
    }

    /// The packet is the next one of the READ or ATOMIC answer at `at`.
    fn data(&self, p: &Packet, at: usize, host: &Host) -> Result<(), Why> {
        let mtu = self.receiver.config.mtu;
        let mut expected = Packet::new(Opcode::Acknowledge, p.dest_qpn, p.psn);
        expected.pkey = p.pkey;
        expected.pad = p.pad;
        let syndrome = wire::SYNDROME_ACK;
        match self.answers[at].answer {
            Answer::Read {
                psn,
                iova,
                length,
                msn,
                first,
            } => {
                let bytes = length.min(mtu);
                let last = length <= mtu;
                expected.opcode = match (first, last) {
                    (true, true) => Opcode::ReadResponseOnly,
                    (true, false) => Opcode::ReadResponseFirst,
                    (false, false) => Opcode::ReadResponseMiddle,
                    (false, true) => Opcode::ReadResponseLast,
                };
                expected.psn = psn;
                expected.aeth = (first || last).then_some(Aeth { syndrome, msn });
                expected.payload = host
                    .fetch(iova, bytes as usize)
                    .ok_or(Why::new("its memory is not mapped"))?;
            }
            Answer::Atomic {
                psn, msn, original, ..
            } => {
                expected.opcode = Opcode::AtomicAcknowledge;
                expected.psn = psn;
                expected.aeth = Some(Aeth { syndrome, msn });
                expected.original = original;
            }
            Answer::Acknowledge { .. } => {
                return Err(Why::new("an acknowledgement has no data"));
            }
        }
        compare(p, expected)
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::Arrival;
    use super::*;
    use crate::model::receiver::ReceiveConfig;
    use std::rc::Rc;

    const PARTNER: u32 = 9;

    fn reading(answers: impl IntoIterator<Item = Owed>) -> Reading {
        let config = ReceiveConfig {
            mtu: 256,
            pd: 1,
            remote_write: true,
            remote_read: true,
            remote_atomic: true,
            max_dest_rd_atomic: 8,
            min_rnr_timer: 1,
        };
        let mut reading = Reading::new(config, Psn::new(20));
        reading.answers.extend(answers);
        reading
    }

    fn owed(answer: Answer, doubted: Option<u64>) -> Owed {
        Owed {
            answer,
            after: 0,
            finished: false,
            doubted,
        }
    }

    fn atomic(psn: u32, doubted: Option<u64>) -> Owed {
        let answer = Answer::Atomic {
            psn: Psn::new(psn),
            msn: 3,
            id: 0,
            original: Some(77),
        };
        owed(answer, doubted)
    }

    fn acknowledge(psn: u32) -> Owed {
        let answer = Answer::Acknowledge {
            psn: Psn::new(psn),
            syndrome: wire::SYNDROME_ACK,
            msn: 4,
            due: true,
        };
        owed(answer, None)
    }

    fn packet(opcode: Opcode, psn: u32, msn: u32) -> Packet {
        let mut packet = Packet::new(opcode, PARTNER, Psn::new(psn));
        let syndrome = wire::SYNDROME_ACK;
        packet.aeth = Some(Aeth { syndrome, msn });
        packet.original = (opcode == Opcode::AtomicAcknowledge).then_some(77);
        packet
    }

    /// Seven answers wait, and one more left in cycle 900: that was still there for who came before, and not for who came behind.
    #[test]
    fn ring_is_full_by_the_answers_that_were_there_when_the_request_came() {
        let mut reading = reading((0..7).map(|psn| atomic(psn, None)));
        reading.finished.push_back(900);
        let at = |cycle| Arrival {
            cycle,
            packet: Rc::new(Packet::new(Opcode::ReadRequest, PARTNER, Psn::new(20))),
            refused: false,
        };
        assert!(reading.may_be_full(&at(899)));
        assert!(!reading.may_be_full(&at(900)));
    }

    #[test]
    fn answer_is_passed_only_if_it_may_have_been_dropped() {
        let host = Host::default();
        let ack = packet(Opcode::Acknowledge, 12, 4);
        let mut dropped = reading([atomic(5, Some(100)), acknowledge(12)]);
        assert_eq!(dropped.sent(&ack, &host), Ok(Found::default()));
        assert!(dropped.answers.is_empty());
        let mut certain = reading([atomic(5, None), acknowledge(12)]);
        assert!(certain.sent(&ack, &host).is_err());
        // one that has begun is sent to its end
        let begun = Answer::Read {
            psn: Psn::new(6),
            iova: 0,
            length: 300,
            msn: 3,
            first: false,
        };
        let mut begun = reading([owed(begun, Some(100)), acknowledge(12)]);
        assert!(begun.sent(&ack, &host).is_err());
    }

    #[test]
    fn answer_that_two_requests_asked_for_is_of_either_if_one_may_have_been_dropped() {
        let host = Host::default();
        let answer = packet(Opcode::AtomicAcknowledge, 5, 3);
        let mut first = reading([atomic(5, Some(100)), atomic(5, None)]);
        let second = first.sent(&answer, &host).unwrap().second.unwrap();
        assert_eq!((first.answers.len(), second.answers.len()), (1, 0));
        let mut certain = reading([atomic(5, None), atomic(5, None)]);
        assert_eq!(certain.sent(&answer, &host), Ok(Found::default()));
        assert_eq!(certain.answers.len(), 1);
    }
}
