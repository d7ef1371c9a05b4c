//! What comes back for requests: the completer's half of [`Sender`].

use super::memory::{Completion, Op, window};
use super::packet::Packet;
use super::sender::{Message, Sender};
use fw_regs::wire::Opcode;
use fw_regs::{Psn, WcStatus, WqeOpcode};

/// What a response leads to, beside completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// It says nothing: older than `una`, not sent yet, or unknown.
    Dropped,
    /// Taken.
    Taken,
    /// What was sent from `una` on has to be sent again, at once.
    Restart,
    /// The same, after the RNR time of that code.
    Wait(u8),
    /// The queue pair has failed.
    Failed,
}

/// Completed messages that are remembered.
const RETIRED: usize = 256;

impl Sender {
    /// A response has arrived.
    pub fn respond(&mut self, p: &Packet) -> Reaction {
        let syndrome = p.aeth.map_or(0x1f, |a| a.syndrome);
        let kind = syndrome >> 5;
        let acknowledge = p.opcode == Opcode::Acknowledge;
        let ack = acknowledge && kind == 0;
        let known = !acknowledge || kind == 0 || kind == 1 || (kind == 3 && syndrome & 0x1f <= 3);
        if self.failed.is_some()
            || !known
            || syndrome & 0x80 != 0
            || !p.psn.is_within(self.una, self.max)
        {
            return Reaction::Dropped;
        }
        let target = match ack {
            true => p.psn.plus(1),
            false => p.psn,
        };
        let before = self.una;
        self.acknowledge(target);
        if self.una != before {
            self.progress();
        }
        if self.failed.is_some() {
            return Reaction::Failed;
        }
        if self.una != target {
            return self.restart();
        }
        if acknowledge {
            return match kind {
                0 => Reaction::Taken,
                1 => self.not_ready(syndrome & 0x1f),
                _ => self.negative(syndrome & 0x1f),
            };
        }
        let answered = match p.opcode {
            Opcode::AtomicAcknowledge => self.atomic_answer(p),
            _ => self.read_answer(p),
        };
        match answered {
            true => {
                self.progress();
                self.fail_head();
                match self.failed {
                    Some(_) => Reaction::Failed,
                    None => Reaction::Taken,
                }
            }
            false => self.fail(WcStatus::BadResponse),
        }
    }

    /// SENDs and WRITEs before `target` have arrived, up to the first READ or ATOMIC that waits for its answer.
    fn acknowledge(&mut self, target: Psn) {
        while let Some(head) = self.messages.front() {
            if head.is_answered() || head.fault.is_some() {
                break;
            }
            if head.end().is_after(target) {
                if target.is_after(self.una) {
                    self.una = target;
                }
                break;
            }
            self.una = head.end();
            self.complete_head();
        }
        self.fail_head();
    }

    /// A message that could not be sent has come to the head.
    pub fn fail_head(&mut self) {
        if let Some(status) = self.messages.front().and_then(|m| m.fault) {
            self.fail(status);
        }
    }

    fn progress(&mut self) {
        self.retry_left = self.config.retry_cnt;
        self.rnr_left = self.config.rnr_retry;
        self.rewound = false;
        self.rnr_wait = false;
    }

    fn complete_head(&mut self) {
        let Some(head) = self.messages.pop_front() else {
            return;
        };
        if head.wqe.signalled {
            let done = completion(&head, WcStatus::Success);
            self.ops.push_back(Op::Complete(done));
        }
        self.retire(head);
    }

    /// What is on its way may still be of that message.
    fn retire(&mut self, message: Message) {
        if self.retired.len() == RETIRED {
            self.retired.pop_front();
        }
        self.retired.push_back(message);
    }

    /// The message is given up.
    fn flush(&mut self, message: Message, status: WcStatus) {
        let done = completion(&message, status);
        self.ops.push_back(Op::Complete(done));
        self.flushed = Some(message.end());
        self.retire(message);
    }

    /// The queue pair fails with the oldest message; what else there is is flushed later.
    pub fn fail(&mut self, status: WcStatus) -> Reaction {
        self.failed = Some(status);
        if let Some(head) = self.messages.pop_front() {
            self.flush(head, status);
        }
        Reaction::Failed
    }

    /// The queue pair has failed: the oldest message, if there is one, ends with WR_FLUSH_ERR.
    pub fn flush_one(&mut self) -> bool {
        match self.messages.pop_front() {
            Some(head) => {
                self.flush(head, WcStatus::WorkRequestFlushed);
                true
            }
            None => false,
        }
    }

    /// Something was lost: once per loss, one retry is spent.
    pub fn restart(&mut self) -> Reaction {
        if self.rewound || self.rnr_wait {
            return Reaction::Taken;
        }
        if self.retry_left == 0 {
            return self.fail(WcStatus::RetryExceeded);
        }
        self.retry_left -= 1;
        self.rewound = true;
        Reaction::Restart
    }

    /// The ACK timer has ended. Whatever was answered before is stale by now, so the next response may restart again.
    pub fn timeout(&mut self) -> Reaction {
        self.rewound = false;
        let reaction = self.restart();
        self.rewound = false;
        reaction
    }

    fn not_ready(&mut self, code: u8) -> Reaction {
        if self.rnr_wait {
            return Reaction::Taken;
        }
        if self.rnr_left == 0 {
            return self.fail(WcStatus::RnrRetryExceeded);
        }
        if self.config.rnr_retry != 7 {
            self.rnr_left -= 1;
        }
        self.rnr_wait = true;
        Reaction::Wait(code)
    }

    fn negative(&mut self, code: u8) -> Reaction {
        match code {
            0 => self.restart(),
            1 => self.fail(WcStatus::RemoteInvalidRequest),
            2 => self.fail(WcStatus::RemoteAccess),
            _ => self.fail(WcStatus::RemoteOperation),
        }
    }

    fn atomic_answer(&mut self, p: &Packet) -> bool {
        let (Some(head), Some(original)) = (self.messages.front(), p.original) else {
            return false;
        };
        if !head.wqe.opcode.is_atomic() {
            return false;
        }
        let iova = head.pieces[0].iova;
        let bytes = original.to_le_bytes().to_vec();
        self.una = head.end();
        self.ops.push_back(Op::Write { iova, bytes });
        self.complete_head();
        true
    }

    fn read_answer(&mut self, p: &Packet) -> bool {
        let Some(head) = self
            .messages
            .front()
            .filter(|m| m.wqe.opcode == WqeOpcode::Read)
        else {
            return false;
        };
        let done = p.psn.count_from(head.first);
        let offset = done * self.config.mtu;
        let expected = (head.length - offset).min(self.config.mtu);
        let last = done + 1 == head.packets;
        let ends = matches!(
            p.opcode,
            Opcode::ReadResponseLast | Opcode::ReadResponseOnly
        );
        if p.payload.len() != expected as usize || ends != last {
            return false;
        }
        let mut at = 0;
        for piece in window(&head.pieces, offset, expected) {
            let bytes = p.payload[at..at + piece.length as usize].to_vec();
            at += bytes.len();
            let iova = piece.iova;
            self.ops.push_back(Op::Write { iova, bytes });
        }
        self.una = p.psn.plus(1);
        if last {
            self.complete_head();
        }
        true
    }
}

/// The completion of a message.
pub fn completion(message: &Message, status: WcStatus) -> Completion {
    let good = status == WcStatus::Success;
    let counted = good && message.is_answered();
    Completion {
        receive: false,
        index: message.index,
        opcode: good.then(|| message.wqe.opcode.completion()),
        status,
        byte_len: counted.then_some(message.length),
        imm: None,
        invalidated: None,
    }
}
