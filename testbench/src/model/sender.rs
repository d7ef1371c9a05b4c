//! The sending half of a queue pair: messages between their post and their completion. [`Sender`] is the state; requests come out
//! here, and what comes back goes in at `completer.rs`.

use super::memory::{Op, Piece, Regions, Right, window};
use super::packet::{AtomicEth, Packet, Reth};
use fw_regs::rings::{SendData, SendWqe};
use fw_regs::wire::Opcode;
use fw_regs::{Psn, WcStatus, WqeOpcode, limits};
use std::collections::VecDeque;

/// What the sending half was told when it was connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendConfig {
    /// bytes
    pub mtu: u32,
    pub partner_qpn: u32,
    pub pkey: u16,
    pub pd: u16,
    pub max_rd_atomic: u8,
    pub retry_cnt: u8,
    /// 7 = without end
    pub rnr_retry: u8,
}

/// A work request under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// in the send queue
    pub index: u16,
    pub wqe: SendWqe,
    pub first: Psn,
    /// PSNs it takes; a READ takes those of its answer; 0 if it fails here
    pub packets: u32,
    pub length: u32,
    pub pieces: [Piece; 2],
    /// it cannot be sent
    pub fault: Option<WcStatus>,
}

impl Message {
    /// READ and ATOMIC are answered by more than an ACK.
    pub fn is_answered(&self) -> bool {
        self.fault.is_none() && (self.wqe.opcode == WqeOpcode::Read || self.wqe.opcode.is_atomic())
    }

    /// PSN behind its last.
    pub fn end(&self) -> Psn {
        self.first.plus(self.packets)
    }

    pub fn holds(&self, psn: Psn) -> bool {
        psn.count_from(self.first) < self.packets
    }
}

/// Where a packet's payload comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    Inline(Vec<u8>),
    Pieces(Vec<Piece>),
}

/// A request packet without its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub packet: Packet,
    pub data: Data,
    /// last packet of its message
    pub last: bool,
    /// PSN of the request that follows
    pub next: Psn,
}

/// See the module's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub config: SendConfig,
    /// from the oldest that is not complete
    pub messages: VecDeque<Message>,
    /// the last ones that are: what is on its way may still be theirs
    pub retired: VecDeque<Message>,
    /// oldest PSN not acknowledged
    pub una: Psn,
    /// PSN of the next packet
    pub next: Psn,
    /// behind the highest PSN ever used or reserved
    pub max: Psn,
    /// index of the next work request to be admitted
    pub admitted: u16,
    pub retry_left: u8,
    pub rnr_left: u8,
    /// restarted since the last progress
    pub rewound: bool,
    /// the RNR wait runs
    pub rnr_wait: bool,
    /// the first failure; nothing is sent any more
    pub failed: Option<WcStatus>,
    /// behind the last message that was flushed: those that follow have the PSNs from there on
    pub flushed: Option<Psn>,
    /// what memory is owed
    pub ops: VecDeque<Op>,
}

/// Packets that `bytes` take.
pub fn packets(bytes: u32, mtu: u32) -> u32 {
    bytes.div_ceil(mtu).max(1)
}

impl Sender {
    /// Nothing posted yet; the first packet will have PSN `first`.
    pub fn new(config: SendConfig, first: Psn) -> Self {
        Self {
            config,
            messages: VecDeque::new(),
            retired: VecDeque::new(),
            una: first,
            next: first,
            max: first,
            admitted: 0,
            retry_left: config.retry_cnt,
            rnr_left: config.rnr_retry,
            rewound: false,
            rnr_wait: false,
            failed: None,
            flushed: None,
            ops: VecDeque::new(),
        }
    }

    /// PSN behind everything admitted.
    pub fn end(&self) -> Psn {
        let empty = self.flushed.unwrap_or(self.una);
        self.messages.back().map_or(empty, Message::end)
    }

    /// Takes the next work request; `None` if its bytes made no sense.
    pub fn admit(&mut self, wqe: Option<SendWqe>, regions: &Regions) {
        let nonsense = SendWqe {
            opcode: WqeOpcode::Send,
            signalled: true,
            solicited: false,
            fence: false,
            imm_or_rkey: 0,
            remote_addr: 0,
            rkey: 0,
            data: SendData::Entries(Default::default()),
        };
        let resolved = match &wqe {
            None => Err(WcStatus::LocalQpOperation),
            Some(wqe) => self.resolve(wqe, regions),
        };
        let (length, pieces, fault) = match resolved {
            Ok((length, pieces)) => (length, pieces, None),
            Err(status) => (0, Default::default(), Some(status)),
        };
        let count = match fault {
            None => packets(length, self.config.mtu),
            Some(_) => 0,
        };
        self.messages.push_back(Message {
            index: self.admitted,
            wqe: wqe.unwrap_or(nonsense),
            first: self.end(),
            packets: count,
            length,
            pieces,
            fault,
        });
        self.admitted = self.admitted.wrapping_add(1);
    }

    fn resolve(&self, wqe: &SendWqe, regions: &Regions) -> Result<(u32, [Piece; 2]), WcStatus> {
        let answered = wqe.opcode == WqeOpcode::Read || wqe.opcode.is_atomic();
        let right = match answered {
            true => Right::LocalWrite,
            false => Right::LocalRead,
        };
        let entries = match wqe.data {
            SendData::Inline { .. } if answered => return Err(WcStatus::LocalQpOperation),
            SendData::Inline { len, .. } => return Ok((len.into(), Default::default())),
            SendData::Entries(entries) => entries,
            SendData::Atomic { local, .. } => [local, Default::default()],
        };
        if answered && self.config.max_rd_atomic == 0 {
            return Err(WcStatus::LocalQpOperation);
        }
        let length: u64 = entries.iter().map(|e| u64::from(e.len)).sum();
        let tall = packets(length.min(u32::MAX.into()) as u32, self.config.mtu);
        if length > limits::MAX_MESSAGE.into() || tall >= limits::PSN_WINDOW {
            return Err(WcStatus::LocalLength);
        }
        if wqe.opcode.is_atomic() && length != 8 {
            return Err(WcStatus::LocalLength);
        }
        let pieces = regions
            .resolve(&entries, self.config.pd, right)
            .ok_or(WcStatus::LocalProtection)?;
        Ok((length as u32, pieces))
    }

    /// The message that `psn` belongs to.
    pub fn message(&self, psn: Psn) -> Option<&Message> {
        self.messages.iter().find(|m| m.holds(psn))
    }

    /// The message that `psn` belongs to, or did.
    pub fn message_ever(&self, psn: Psn) -> Option<&Message> {
        let retired = || self.retired.iter().rev().find(|m| m.holds(psn));
        self.message(psn).or_else(retired)
    }

    /// READs and ATOMICs sent and not answered.
    fn reads_under_way(&self) -> usize {
        let sent = |m: &&Message| m.is_answered() && m.first.is_before(self.next);
        self.messages.iter().filter(sent).count()
    }

    /// Whether the message at `next` may be sent now.
    pub fn may_send(&self) -> bool {
        let Some(message) = self.message(self.next) else {
            return false;
        };
        let earlier = |m: &&Message| m.is_answered() && m.first.is_before(message.first);
        let begins = self.next == message.first;
        let fenced = begins && message.wqe.fence && self.messages.iter().any(|m| earlier(&m));
        let full = message.is_answered()
            && begins
            && self.reads_under_way() >= self.config.max_rd_atomic.into();
        let window = message.end().distance(self.una) as u32 <= limits::PSN_WINDOW;
        self.failed.is_none() && !fenced && !full && window
    }

    /// The request with PSN `psn`. Inside a READ it asks for the rest.
    pub fn request(&self, psn: Psn) -> Option<Request> {
        let message = self.message_ever(psn)?;
        let done = psn.count_from(message.first);
        let wqe = &message.wqe;
        let (opcode, length, last) = self.shape(message, done);
        let mut packet = Packet::new(opcode, self.config.partner_qpn, psn);
        packet.pkey = self.config.pkey;
        let offset = done * self.config.mtu;
        let mut next = psn.plus(1);
        match wqe.opcode {
            WqeOpcode::Read => {
                packet.reth = Some(Reth {
                    va: wqe.remote_addr + u64::from(offset),
                    rkey: wqe.rkey,
                    length: message.length - offset,
                });
                next = message.end();
            }
            WqeOpcode::CmpSwap | WqeOpcode::FetchAdd => {
                let (swap_or_add, compare) = match wqe.data {
                    SendData::Atomic {
                        swap_or_add,
                        compare,
                        ..
                    } => (swap_or_add, compare),
                    _ => (0, 0),
                };
                packet.atomic = Some(AtomicEth {
                    va: wqe.remote_addr,
                    rkey: wqe.rkey,
                    swap_or_add,
                    compare,
                });
            }
            WqeOpcode::Write | WqeOpcode::WriteImm if done == 0 => {
                packet.reth = Some(Reth {
                    va: wqe.remote_addr,
                    rkey: wqe.rkey,
                    length: message.length,
                });
            }
            _ => {}
        }
        let worded = matches!(
            wqe.opcode,
            WqeOpcode::SendImm | WqeOpcode::SendInv | WqeOpcode::WriteImm
        );
        packet.word = (worded && last).then_some(wqe.imm_or_rkey);
        // only what completes a receive can ask for an event (IBTA vol 1, 9.2.3)
        let received = !matches!(
            wqe.opcode,
            WqeOpcode::Write | WqeOpcode::Read | WqeOpcode::CmpSwap | WqeOpcode::FetchAdd
        );
        packet.solicited = wqe.solicited && last && received;
        packet.ack_req = last;
        let data = match wqe.data {
            SendData::Inline { len, bytes } => Data::Inline(bytes[..len.into()].to_vec()),
            _ => Data::Pieces(window(&message.pieces, offset, length)),
        };
        Some(Request {
            packet,
            data,
            last,
            next,
        })
    }

    /// Opcode, payload bytes, and whether it is the last, of packet `done` of a message.
    fn shape(&self, message: &Message, done: u32) -> (Opcode, u32, bool) {
        use Opcode as O;
        let last = done + 1 == message.packets;
        let only = last && done == 0;
        let length = (message.length - done * self.config.mtu).min(self.config.mtu);
        let pick = |only_, first_, middle_, last_| match (done == 0, last) {
            _ if only => only_,
            (true, _) => first_,
            (_, true) => last_,
            _ => middle_,
        };
        let opcode = match message.wqe.opcode {
            WqeOpcode::Read => return (O::ReadRequest, 0, true),
            WqeOpcode::CmpSwap => return (O::CmpSwap, 0, true),
            WqeOpcode::FetchAdd => return (O::FetchAdd, 0, true),
            WqeOpcode::Send => pick(O::SendOnly, O::SendFirst, O::SendMiddle, O::SendLast),
            WqeOpcode::SendImm => pick(O::SendOnlyImm, O::SendFirst, O::SendMiddle, O::SendLastImm),
            WqeOpcode::SendInv => pick(O::SendOnlyInv, O::SendFirst, O::SendMiddle, O::SendLastInv),
            WqeOpcode::Write => pick(O::WriteOnly, O::WriteFirst, O::WriteMiddle, O::WriteLast),
            WqeOpcode::WriteImm => pick(
                O::WriteOnlyImm,
                O::WriteFirst,
                O::WriteMiddle,
                O::WriteLastImm,
            ),
        };
        (opcode, length, last)
    }

    /// The request has left: what follows it is next.
    pub fn sent(&mut self, request: &Request) {
        self.next = request.next;
        if self.next.is_after(self.max) {
            self.max = self.next;
        }
    }

    /// Goes on from the oldest PSN not acknowledged.
    pub fn rewind(&mut self) {
        self.next = self.una;
    }
}
