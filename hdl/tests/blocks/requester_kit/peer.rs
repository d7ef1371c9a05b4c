//! The responder at the other end, as simple as the rules allow: it knows what will be sent and answers packets by number.

use super::work::{READ, Work, ahead};

/// A response on the wire.
#[derive(Clone, Debug)]
pub struct Response {
    pub slot: usize,
    pub opcode: u64,
    pub psn: u32,
    pub syndrome: u8,
    /// message and byte it answers, bytes it brings
    pub message: usize,
    pub offset: u32,
    pub payload: u32,
}

/// One request packet as it arrives: its PSN, the message and packet it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    pub psn: u32,
    pub message: usize,
    pub number: u32,
    pub ack_req: bool,
}

#[derive(Default)]
pub struct Peer {
    pub epsn: u32,
    pub mtu: u32,
    pub nak_sent: bool,
    /// messages received in full
    pub delivered: usize,
    /// times each ATOMIC was executed is at most one: the messages executed
    pub atomics: Vec<usize>,
    /// answers this message with this NAK code, then nothing more
    pub fatal: Option<(usize, u8)>,
    pub dead: bool,
    /// RNR NAKs still to be sent
    pub rnr: u32,
}

impl Peer {
    pub fn ack(&self, slot: usize, psn: u32, syndrome: u8) -> Response {
        Response {
            slot,
            opcode: 0x11,
            psn: psn & 0xff_ffff,
            syndrome,
            message: 0,
            offset: 0,
            payload: 0,
        }
    }

    fn answer(&self, slot: usize, work: &Work, at: Arrival) -> Vec<Response> {
        if work.op != READ {
            return vec![Response {
                opcode: 0x12,
                message: at.message,
                ..self.ack(slot, at.psn, 0x1f)
            }];
        }
        let total = work.psns(self.mtu);
        (at.number..total)
            .map(|n| {
                let (first, last) = (n == at.number, n + 1 == total);
                let opcode = match (first, last) {
                    (true, true) => 0x10,
                    (true, false) => 0x0d,
                    (false, false) => 0x0e,
                    (false, true) => 0x0f,
                };
                let offset = n * self.mtu;
                Response {
                    opcode,
                    message: at.message,
                    offset,
                    payload: (work.len() - offset).min(self.mtu),
                    ..self.ack(slot, at.psn + n - at.number, 0x1f)
                }
            })
            .collect()
    }

    /// What it answers; `rnr_now`: no receive buffer for a message that needs one.
    pub fn receive(
        &mut self,
        slot: usize,
        work: &Work,
        at: Arrival,
        rnr_now: bool,
    ) -> Vec<Response> {
        if self.dead {
            return Vec::new();
        }
        let distance = ahead(at.psn, self.epsn);
        if distance > 0 {
            if self.nak_sent {
                return Vec::new();
            }
            self.nak_sent = true;
            return vec![self.ack(slot, self.epsn, 0x60)];
        }
        if distance < 0 {
            if work.wants_response() {
                return self.answer(slot, work, at);
            }
            return vec![self.ack(slot, self.epsn.wrapping_sub(1), 0x1f)];
        }
        if let Some((message, code)) = self.fatal
            && message == at.message
        {
            self.dead = true;
            return vec![self.ack(slot, at.psn, 0x60 | code)];
        }
        if work.op < 3 && at.number == 0 && (rnr_now || self.rnr > 0) {
            self.rnr = self.rnr.saturating_sub(1);
            return vec![self.ack(slot, at.psn, 0x20 | 1)];
        }
        self.nak_sent = false;
        let left = work.psns(self.mtu) - at.number;
        let done = work.wants_response() || left == 1;
        self.epsn = (self.epsn + if work.op == READ { left } else { 1 }) & 0xff_ffff;
        if done {
            assert_eq!(at.message, self.delivered, "messages arrive in order, once");
            self.delivered += 1;
        }
        if work.op > READ {
            assert!(
                !self.atomics.contains(&at.message),
                "an ATOMIC is executed once"
            );
            self.atomics.push(at.message);
        }
        if work.wants_response() {
            self.answer(slot, work, at)
        } else if at.ack_req {
            vec![self.ack(slot, at.psn, 0x1f)]
        } else {
            Vec::new()
        }
    }
}
