//! The receiving half of a queue pair: what a request does, and what answer it is owed.
//!
//! [`Receiver::take`] is a function of the packet, the state and what the caller grants: a receive work request, or room for an
//! answer. Whether those are there is a matter of time, so the caller decides: [`Receiver::demand`] says what is needed.

use super::memory::{AtomicOp, Completion, Op, Piece, Regions, Right, window};
use super::packet::Packet;
use super::sender::packets;
use super::verdict::{LOCAL, NO_KEY, Refusal, TOO_LONG, kind};
use fw_regs::wire::{self, Opcode};
use fw_regs::{Psn, WcOpcode, WcStatus};
use std::collections::VecDeque;
use std::sync::Arc;

/// READs and ATOMICs that are remembered.
pub const RESOURCES: usize = 1 << fw_regs::limits::LOG2_RD_ATOMIC;

/// What the receiving half was told when it was connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiveConfig {
    /// bytes
    pub mtu: u32,
    pub pd: u16,
    pub remote_write: bool,
    pub remote_read: bool,
    pub remote_atomic: bool,
    pub max_dest_rd_atomic: u8,
    pub min_rnr_timer: u8,
}

/// A receive work request in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receive {
    pub index: u16,
    /// where it puts what comes; `None` if its keys are no good
    pub pieces: Option<[Piece; 2]>,
}

/// What a packet needs before it can be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    Nothing,
    /// the next receive work request
    Receive,
    /// room for one more READ or ATOMIC answer
    Room,
}

/// An answer that is owed, in the order in which they came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Acknowledge {
        psn: Psn,
        syndrome: u8,
        msn: u32,
        /// the partner has asked for it
        due: bool,
    },
    Read {
        psn: Psn,
        iova: u64,
        /// bytes still to come
        length: u32,
        msn: u32,
        /// nothing of it has been sent
        first: bool,
    },
    Atomic {
        psn: Psn,
        msn: u32,
        id: u64,
        /// known when it has been executed
        original: Option<u64>,
    },
}

impl Answer {
    /// A READ's or ATOMIC's.
    pub fn has_data(&self) -> bool {
        !matches!(self, Self::Acknowledge { .. })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    None,
    Send { receive: Receive, offset: u32 },
    Write { iova: u64, length: u32, offset: u32 },
}

/// A READ or ATOMIC that may be asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Resource {
    first: Psn,
    packets: u32,
    rkey: u32,
    va: u64,
    length: u32,
    atomic: Option<u64>,
}

/// What a request led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub ops: Vec<Op>,
    pub answer: Option<Answer>,
    /// the queue pair goes to ERR
    pub fatal: bool,
    /// it was executed, and changed more than an answer
    pub executed: bool,
    /// key whose right it takes away
    pub invalidated: Option<u32>,
}

/// See the module's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    pub config: ReceiveConfig,
    pub epsn: Psn,
    pub msn: u32,
    /// a NAK for `epsn` has been sent
    pub nak_sent: bool,
    pub(super) progress: Progress,
    /// shared by copies, as long as they agree
    resources: Arc<VecDeque<Resource>>,
    /// values that ATOMICs found, by their names
    results: Arc<VecDeque<(u64, u64)>>,
    next_id: u64,
}

impl Receiver {
    /// Nothing received; the first request has PSN `first`.
    pub fn new(config: ReceiveConfig, first: Psn) -> Self {
        Self {
            config,
            epsn: first,
            msn: 0,
            nak_sent: false,
            progress: Progress::None,
            resources: Arc::default(),
            results: Arc::default(),
            next_id: 0,
        }
    }

    /// What `p` needs to be executed.
    pub fn demand(&self, p: &Packet) -> Demand {
        if p.opcode == Opcode::ReadRequest || p.atomic.is_some() {
            return match p.psn.is_after(self.epsn) {
                true => Demand::Nothing,
                false => Demand::Room,
            };
        }
        let kind = kind(p.opcode);
        let takes = match kind.send {
            true => kind.starts,
            false => kind.immediate && kind.ends,
        };
        match p.psn == self.epsn && takes && self.judge(p, &Regions::default(), true).is_ok() {
            true => Demand::Receive,
            false => Demand::Nothing,
        }
    }

    /// READs and ATOMICs whose answer is asked for again can be answered only if they are remembered; so the oldest room ends here.
    fn remember(&mut self, resource: Resource) {
        let resources = Arc::make_mut(&mut self.resources);
        if resources.len() == RESOURCES {
            resources.pop_front();
        }
        resources.push_back(resource);
    }

    /// A request arrives. `receive` is granted if [`Self::demand`] asked for one and it is there; `room` if the answer has a place.
    pub fn take(
        &mut self,
        p: &Packet,
        regions: &Regions,
        receive: Option<Receive>,
        room: bool,
    ) -> Outcome {
        if p.psn.is_after(self.epsn) {
            return self.ahead();
        }
        if p.psn.is_before(self.epsn) {
            return self.duplicate(p, regions, room);
        }
        let demand = self.demand(p);
        if let Err(refusal) = self.judge(p, regions, false) {
            return self.refuse(&refusal, self.receive_in_use());
        }
        match demand {
            Demand::Receive if receive.is_none() => {
                self.nak_sent = true;
                let syndrome = wire::SYNDROME_RNR_NAK | self.config.min_rnr_timer;
                return self.answer(self.epsn, syndrome, true);
            }
            Demand::Room if !room => return Outcome::default(),
            _ => {}
        }
        match p.reth {
            Some(reth) if p.opcode == Opcode::ReadRequest => {
                let iova = regions.check(
                    reth.rkey,
                    self.config.pd,
                    reth.va,
                    reth.length,
                    Right::RemoteRead,
                );
                self.read(p.psn, reth.va, reth.rkey, reth.length, iova.unwrap_or(0))
            }
            _ if p.atomic.is_some() => self.atomic(p, regions),
            _ if kind(p.opcode).send => self.send(p, regions, receive),
            _ => self.write(p, regions, receive),
        }
    }

    fn ahead(&mut self) -> Outcome {
        if self.nak_sent {
            return Outcome::default();
        }
        self.nak_sent = true;
        self.answer(self.epsn, wire::SYNDROME_NAK_SEQUENCE, true)
    }

    fn answer(&self, psn: Psn, syndrome: u8, due: bool) -> Outcome {
        Outcome {
            answer: Some(Answer::Acknowledge {
                psn,
                syndrome,
                msn: self.msn,
                due,
            }),
            ..Outcome::default()
        }
    }

    /// The receive work request that a SEND under way uses.
    pub fn receive_in_use(&self) -> Option<Receive> {
        match self.progress {
            Progress::Send { receive, .. } => Some(receive),
            _ => None,
        }
    }

    /// The message under way is given up.
    pub fn drop_receive(&mut self) {
        self.progress = Progress::None;
    }

    fn refuse(&mut self, refusal: &Refusal, receive: Option<Receive>) -> Outcome {
        self.nak_sent = true;
        self.progress = Progress::None;
        let mut outcome = match refusal.syndrome {
            Some(syndrome) => self.answer(self.epsn, syndrome, true),
            None => Outcome::default(),
        };
        outcome.ops.extend(receive.map(|r| {
            Op::Complete(Completion {
                receive: true,
                index: r.index,
                opcode: None,
                status: refusal.status,
                byte_len: None,
                imm: None,
                invalidated: None,
            })
        }));
        outcome.fatal = true;
        outcome
    }

    fn advance(&mut self, steps: u32) {
        self.epsn = self.epsn.plus(steps);
        self.nak_sent = false;
    }

    fn count_message(&mut self) {
        self.msn = (self.msn + 1) & 0xff_ffff;
    }

    fn send(&mut self, p: &Packet, regions: &Regions, receive: Option<Receive>) -> Outcome {
        let (receive, offset) = match (self.progress, receive) {
            (Progress::Send { receive, offset }, _) => (receive, offset),
            (_, Some(receive)) => (receive, 0),
            _ => return Outcome::default(),
        };
        let length = p.payload.len() as u32;
        let Some(pieces) = receive.pieces else {
            return self.refuse(&LOCAL, Some(receive));
        };
        let room: u64 = pieces.iter().map(|piece| u64::from(piece.length)).sum();
        if u64::from(offset) + u64::from(length) > room {
            return self.refuse(&TOO_LONG, Some(receive));
        }
        let kind = kind(p.opcode);
        if let Some(key) = p.word.filter(|_| kind.invalidate)
            && !regions.has(key, self.config.pd)
        {
            return self.refuse(&NO_KEY, Some(receive));
        }
        let mut ops = Vec::new();
        let mut at = 0;
        for piece in window(&pieces, offset, length) {
            let bytes = p.payload[at..at + piece.length as usize].to_vec();
            at += bytes.len();
            let iova = piece.iova;
            ops.push(Op::Write { iova, bytes });
        }
        let done = offset + length;
        self.finish_packet(p, ops, Some((receive, WcOpcode::Recv)), done, || {
            Progress::Send {
                receive,
                offset: done,
            }
        })
    }

    fn write(&mut self, p: &Packet, regions: &Regions, receive: Option<Receive>) -> Outcome {
        let (iova, total, offset) = match (self.progress, p.reth) {
            (
                Progress::Write {
                    iova,
                    length,
                    offset,
                },
                _,
            ) => (iova, length, offset),
            (_, Some(r)) => {
                let c = &self.config;
                let iova = regions.check(r.rkey, c.pd, r.va, r.length, Right::RemoteWrite);
                (iova.unwrap_or(0), r.length, 0)
            }
            _ => return Outcome::default(),
        };
        let length = p.payload.len() as u32;
        let bytes = p.payload.clone();
        let at = iova + u64::from(offset);
        let ops = match length {
            0 => Vec::new(),
            _ => vec![Op::Write { iova: at, bytes }],
        };
        let done = offset + length;
        let receive = receive.map(|r| (r, WcOpcode::RecvRdmaWithImm));
        self.finish_packet(p, ops, receive, done, || Progress::Write {
            iova,
            length: total,
            offset: done,
        })
    }

    /// A packet of a SEND or WRITE has been accepted.
    fn finish_packet(
        &mut self,
        p: &Packet,
        mut ops: Vec<Op>,
        receive: Option<(Receive, WcOpcode)>,
        done: u32,
        open: impl FnOnce() -> Progress,
    ) -> Outcome {
        let kind = kind(p.opcode);
        self.progress = open();
        if kind.ends {
            self.progress = Progress::None;
            self.count_message();
            ops.extend(receive.map(|(receive, opcode)| {
                Op::Complete(Completion {
                    receive: true,
                    index: receive.index,
                    opcode: Some(opcode),
                    status: WcStatus::Success,
                    byte_len: Some(done),
                    imm: p.word.filter(|_| kind.immediate),
                    invalidated: p.word.filter(|_| kind.invalidate),
                })
            }));
        }
        self.advance(1);
        Outcome {
            ops,
            executed: true,
            invalidated: p.word.filter(|_| kind.invalidate),
            ..self.answer(p.psn, wire::SYNDROME_ACK, p.ack_req)
        }
    }

    fn read(&mut self, psn: Psn, va: u64, rkey: u32, length: u32, iova: u64) -> Outcome {
        let steps = packets(length, self.config.mtu);
        self.remember(Resource {
            first: psn,
            packets: steps,
            rkey,
            va,
            length,
            atomic: None,
        });
        self.count_message();
        self.advance(steps);
        Outcome {
            answer: Some(Answer::Read {
                psn,
                iova,
                length,
                msn: self.msn,
                first: true,
            }),
            executed: true,
            ..Outcome::default()
        }
    }

    fn atomic(&mut self, p: &Packet, regions: &Regions) -> Outcome {
        let Some(a) = p.atomic else {
            return Outcome::default();
        };
        let id = self.next_id;
        self.next_id += 1;
        self.remember(Resource {
            first: p.psn,
            packets: 1,
            rkey: a.rkey,
            va: a.va,
            length: 8,
            atomic: Some(id),
        });
        self.count_message();
        self.advance(1);
        let right = Right::RemoteAtomic;
        let iova = regions
            .check(a.rkey, self.config.pd, a.va, 8, right)
            .unwrap_or(0);
        let op = match p.opcode {
            Opcode::CmpSwap => AtomicOp::CompareSwap {
                compare: a.compare,
                swap: a.swap_or_add,
            },
            _ => AtomicOp::FetchAdd { add: a.swap_or_add },
        };
        Outcome {
            ops: vec![Op::Atomic { iova, op, id }],
            answer: Some(Answer::Atomic {
                psn: p.psn,
                msn: self.msn,
                id,
                original: None,
            }),
            executed: true,
            ..Outcome::default()
        }
    }

    /// An ATOMIC has been executed and found `original`.
    pub fn resolve(&mut self, id: u64, original: u64) {
        let results = Arc::make_mut(&mut self.results);
        results.push_back((id, original));
        if results.len() > 2 * RESOURCES {
            results.pop_front();
        }
    }

    fn result(&self, id: u64) -> Option<u64> {
        let found = self.results.iter().rev().find(|(name, _)| *name == id);
        found.map(|(_, original)| *original)
    }

    fn duplicate(&mut self, p: &Packet, regions: &Regions, room: bool) -> Outcome {
        if let Some(a) = p.atomic {
            let found = self.resources.iter().rev().find_map(|r| {
                let same = r.first == p.psn && r.rkey == a.rkey && r.va == a.va;
                r.atomic.filter(|_| same)
            });
            return match found.filter(|_| room) {
                Some(id) => Outcome {
                    answer: Some(Answer::Atomic {
                        psn: p.psn,
                        msn: self.msn,
                        id,
                        original: self.result(id),
                    }),
                    ..Outcome::default()
                },
                None => Outcome::default(),
            };
        }
        let Some(reth) = p.reth.filter(|_| p.opcode == Opcode::ReadRequest) else {
            // asked for or not (IBTA vol 1, 9.7.5.1.2): the sender seems to wait for it
            return self.answer(self.epsn.minus(1), wire::SYNDROME_ACK, true);
        };
        let steps = packets(reth.length, self.config.mtu);
        let known = self.resources.iter().any(|r| {
            let offset = p.psn.count_from(r.first);
            let bytes = reth.va.wrapping_sub(r.va);
            r.atomic.is_none()
                && r.rkey == reth.rkey
                && offset.saturating_add(steps) <= r.packets
                && bytes.saturating_add(reth.length.into()) <= r.length.into()
        });
        let iova = match reth.length {
            0 => Some(0),
            _ => regions.check(
                reth.rkey,
                self.config.pd,
                reth.va,
                reth.length,
                Right::RemoteRead,
            ),
        };
        match iova.filter(|_| known && room) {
            Some(iova) => Outcome {
                answer: Some(Answer::Read {
                    psn: p.psn,
                    iova,
                    length: reth.length,
                    msn: self.msn,
                    first: true,
                }),
                ..Outcome::default()
            },
            None => Outcome::default(),
        }
    }
}
