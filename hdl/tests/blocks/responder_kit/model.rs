//! The responder's rules as plain Rust, in terms of messages. Knows nothing of the records and states of the hardware.

use std::collections::{HashMap, HashSet, VecDeque};

use super::world::Ring;

/// A request in words.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub slot: u64,
    pub opcode: u64,
    pub psn: u64,
    pub payload: u64,
    pub pad: u64,
    pub ack_req: bool,
    pub va: u64,
    pub iova: u64,
    pub rkey: u32,
    pub len: u64,
    pub word: u32,
    pub operands: [u64; 2],
    pub mr_ok: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub mtu: u64,
    pub write: bool,
    pub read: bool,
    pub atomic: bool,
    pub depth: u64,
    pub rnr: u64,
    pub ring: u64,
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Answer {
    Ack {
        psn: u64,
        syndrome: u64,
        msn: u64,
    },
    Read {
        psn: u64,
        len: u64,
        iova: u64,
        msn: u64,
    },
    Atomic {
        psn: u64,
        msn: u64,
        resource: u64,
    },
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub struct Cqe {
    pub index: u64,
    pub opcode: u64,
    pub status: u64,
    pub len: u64,
    pub imm: u64,
    pub flags: u64,
}

/// What must leave.
#[derive(Debug, PartialEq, Eq, Default, Clone)]
pub struct Effect {
    pub pieces: Vec<(u64, u64)>,
    /// (code, address, operands)
    pub atomic: Option<(u64, u64, [u64; 2])>,
    pub cqe: Option<Cqe>,
    pub answer: Option<Answer>,
    pub event: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Message {
    Send {
        index: u64,
        sges: [(u64, u32); 2],
        got: u64,
    },
    Write {
        iova: u64,
        len: u64,
        got: u64,
    },
}

#[derive(Clone, Copy, Debug)]
struct Resource {
    number: u64,
    atomic: bool,
    first: u64,
    count: u64,
    rkey: u32,
    va: u64,
    len: u64,
}

/// One queue pair.
#[derive(Default, Clone, Debug)]
pub struct Qp {
    pub epsn: u64,
    pub msn: u64,
    pub failed: bool,
    refused: bool,
    message: Option<Message>,
    resources: VecDeque<Resource>,
    granted: u64,
    /// answers pushed and not finished
    pub open: u64,
}

const MASK: u64 = 0xff_ffff;

fn place(sges: [(u64, u32); 2], offset: u64, len: u64) -> Vec<(u64, u64)> {
    let first = u64::from(sges[0].1);
    let in0 = len.min(first.saturating_sub(offset));
    let start1 = (offset + in0).saturating_sub(first);
    let all = [(sges[0].0 + offset, in0), (sges[1].0 + start1, len - in0)];
    all.into_iter().filter(|piece| piece.1 > 0).collect()
}

enum Fault {
    /// NAK code, event, status
    Nak(u64, u64, u64),
    Invalidate,
}

const INVALID: Fault = Fault::Nak(1, 4, 9);

impl Qp {
    pub fn new(epsn: u64) -> Self {
        Self {
            epsn,
            ..Default::default()
        }
    }

    pub fn in_send(&self) -> Option<bool> {
        self.message.map(|m| matches!(m, Message::Send { .. }))
    }

    pub fn write_rest(&self) -> Option<u64> {
        match self.message {
            Some(Message::Write { len, got, .. }) => Some(len - got),
            _ => None,
        }
    }

    fn ack(&self, psn: u64, syndrome: u64) -> Option<Answer> {
        Some(Answer::Ack {
            psn: psn & MASK,
            syndrome,
            msn: self.msn,
        })
    }

    pub fn handle(
        &mut self,
        r: &Request,
        rules: &Rules,
        rings: &mut HashMap<u64, Ring>,
        keys: &mut HashSet<u64>,
    ) -> Effect {
        let mut effect = Effect::default();
        match r.psn.wrapping_sub(self.epsn) & MASK {
            0 => {}
            1..0x80_0000 => {
                if !self.refused {
                    effect.answer = self.ack(self.epsn, 0x60);
                    self.refused = true;
                }
                return effect;
            }
            _ => {
                effect.answer = self.duplicate(r, rules);
                return effect;
            }
        }
        let ring = rings.entry(rules.ring).or_default();
        let mut consumed = None;
        let result = self.execute(r, rules, ring, keys, &mut consumed, &mut effect);
        if let Err(fault) = result {
            let held = match self.message.take() {
                Some(Message::Send { index, .. }) => Some(index),
                _ => None,
            };
            let (code, event, status) = match fault {
                Fault::Nak(code, event, status) => (code, event, status),
                Fault::Invalidate => (0, 5, 9),
            };
            effect = Effect {
                event: Some(event),
                ..Default::default()
            };
            effect.cqe = consumed.or(held).map(|index| Cqe {
                index,
                opcode: 128,
                status,
                len: 0,
                imm: 0,
                flags: 1,
            });
            if code != 0 {
                effect.answer = self.ack(r.psn, 0x60 | code);
            }
            self.failed = true;
            self.refused = true;
        }
        effect
    }

    fn duplicate(&mut self, r: &Request, rules: &Rules) -> Option<Answer> {
        let read = r.opcode == 0x0c;
        if !read && r.opcode != 0x13 && r.opcode != 0x14 {
            return self.ack(self.epsn.wrapping_sub(1), 0x1f);
        }
        let steps = if read {
            r.len.div_ceil(rules.mtu).max(1)
        } else {
            1
        };
        let found = self.resources.iter().find(|known| {
            let skip = r.psn.wrapping_sub(known.first) & MASK;
            let inside = skip + steps <= known.count && known.rkey == r.rkey;
            let bytes = r.va >= known.va && r.va - known.va + r.len <= known.len;
            inside && known.atomic != read && (!read || bytes)
        })?;
        if self.open >= 8 || (read && r.len > 0 && !r.mr_ok) {
            return None;
        }
        let resource = found.number;
        self.open += 1;
        let (psn, msn) = (r.psn, self.msn);
        Some(if read {
            Answer::Read {
                psn,
                len: r.len,
                iova: r.iova,
                msn,
            }
        } else {
            Answer::Atomic { psn, msn, resource }
        })
    }

    fn remember(&mut self, r: &Request, count: u64) -> u64 {
        let number = self.granted % 8;
        self.granted += 1;
        self.open += 1;
        self.resources.push_front(Resource {
            number,
            atomic: r.opcode != 0x0c,
            first: r.psn,
            count,
            rkey: r.rkey,
            va: r.va,
            len: r.len,
        });
        self.resources.truncate(8);
        number
    }

    fn execute(
        &mut self,
        r: &Request,
        rules: &Rules,
        ring: &mut Ring,
        keys: &mut HashSet<u64>,
        consumed: &mut Option<u64>,
        effect: &mut Effect,
    ) -> Result<(), Fault> {
        let (send, write) = (
            matches!(r.opcode, 0..=5 | 0x16 | 0x17),
            matches!(r.opcode, 6..=11),
        );
        let read = r.opcode == 0x0c;
        let atomic = r.opcode == 0x13 || r.opcode == 0x14;
        let first = matches!(r.opcode, 0 | 4 | 5 | 6 | 10 | 11 | 12 | 0x13 | 0x14 | 0x17);
        let last = !matches!(r.opcode, 0 | 1 | 6 | 7);
        let imm = matches!(r.opcode, 3 | 5 | 9 | 11);
        let inv = r.opcode >= 0x16;
        let ok = |right: bool| if right { Ok(()) } else { Err(INVALID) };

        ok(match self.message {
            None => first,
            Some(Message::Send { .. }) => send && !first,
            Some(Message::Write { .. }) => write && !first,
        })?;
        ok(!write || rules.write)?;
        ok(!read || rules.read && rules.depth > 0)?;
        ok(!atomic || rules.atomic && rules.depth > 0)?;
        ok((r.payload + r.pad).is_multiple_of(4))?;
        ok(match (read || atomic, first, last) {
            (true, ..) => r.payload == 0,
            (_, _, false) => r.payload == rules.mtu,
            (_, only, true) => r.payload <= rules.mtu && (only || r.payload > 0),
        })?;
        let reth = read || write && first;
        ok(!reth || r.len <= 1 << 31)?;
        if !r.mr_ok && (atomic || reth && r.len > 0) {
            return Err(Fault::Nak(2, 5, 10));
        }
        if write {
            let (len, got) = match self.message {
                Some(Message::Write { len, got, .. }) => (len, got + r.payload),
                _ => (r.len, r.payload),
            };
            ok(got <= len && (!last || got == len))?;
        }
        ok(!atomic || r.va.is_multiple_of(8))?;
        if let (true, Some(Message::Send { sges, got, .. })) = (send, self.message) {
            let room = u64::from(sges[0].1) + u64::from(sges[1].1);
            if got + r.payload > room {
                return Err(Fault::Nak(1, 4, 1));
            }
        }
        if (read || atomic) && self.open >= 8 {
            return Ok(());
        }
        // a receive work request
        let mut index = 0;
        if send && first || write && imm {
            let Some(posted) = ring.posted.front().copied() else {
                effect.answer = self.ack(r.psn, 0x20 | rules.rnr);
                self.refused = true;
                return Ok(());
            };
            ring.posted.pop_front();
            index = ring.head & 0xffff;
            ring.head += 1;
            *consumed = Some(index);
            if posted.read_error {
                return Err(Fault::Nak(3, 4, 2));
            }
            if send {
                if posted.key_error {
                    return Err(Fault::Nak(3, 4, 4));
                }
                let room = u64::from(posted.sges[0].1) + u64::from(posted.sges[1].1);
                if r.payload > room {
                    return Err(Fault::Nak(1, 4, 1));
                }
                self.message = Some(Message::Send {
                    index,
                    sges: posted.sges,
                    got: 0,
                });
            }
        }
        if inv && !keys.remove(&u64::from(r.word)) {
            return Err(Fault::Invalidate);
        }
        // accepted
        self.refused = false;
        let mut steps = 1;
        let mut total = 0;
        if write && first {
            self.message = Some(Message::Write {
                iova: r.iova,
                len: r.len,
                got: 0,
            });
        }
        match &mut self.message {
            Some(Message::Send {
                index: at,
                sges,
                got,
            }) => {
                effect.pieces = place(*sges, *got, r.payload);
                *got += r.payload;
                (index, total) = (*at, *got);
            }
            Some(Message::Write { iova, len, got }) => {
                effect.pieces = place([(*iova, *len as u32), (0, 0)], *got, r.payload);
                *got += r.payload;
                total = *got;
            }
            None => {}
        }
        if last {
            self.message = None;
            self.msn = (self.msn + 1) & MASK;
            if send || imm {
                effect.cqe = Some(Cqe {
                    index,
                    opcode: if send { 128 } else { 129 },
                    status: 0,
                    len: total,
                    imm: if imm || inv { r.word.into() } else { 0 },
                    flags: 1 | u64::from(imm) << 1 | u64::from(inv) << 2,
                });
            }
        }
        if r.ack_req && !read && !atomic {
            effect.answer = self.ack(r.psn, 0x1f);
        }
        let (psn, msn) = (r.psn, self.msn);
        if read {
            steps = r.len.div_ceil(rules.mtu).max(1);
            self.remember(r, steps);
            effect.answer = Some(Answer::Read {
                psn,
                len: r.len,
                iova: r.iova,
                msn,
            });
        }
        if atomic {
            let resource = self.remember(r, 1);
            effect.atomic = Some((r.opcode - 0x12, r.iova, r.operands));
            effect.answer = Some(Answer::Atomic { psn, msn, resource });
        }
        self.epsn = (self.epsn + steps) & MASK;
        Ok(())
    }
}
