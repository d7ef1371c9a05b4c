//! What a queue pair's half owes to host memory, in order.

use super::Why;
use crate::model::memory::{Completion, Op};
use fw_regs::rings::Cqe;
use std::collections::VecDeque;

/// Writes and completions that have to come, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    pub ops: VecDeque<Op>,
    /// bytes of the first that have come
    progress: usize,
    /// operations that have come
    pub done: u64,
}

/// An ATOMIC that has been executed: its name, and what it found.
pub type Executed = Option<(u64, u64)>;

impl Stream {
    /// The next write would be at that address.
    pub fn wants(&self, iova: u64) -> bool {
        match self.ops.front() {
            Some(Op::Write { iova: at, .. }) => at + self.progress as u64 == iova,
            Some(Op::Atomic { iova: at, .. }) => *at == iova,
            _ => false,
        }
    }

    /// Bytes have been written.
    pub fn write(&mut self, iova: u64, bytes: &[u8], before: &[u8]) -> Result<Executed, Why> {
        match self.ops.front() {
            Some(Op::Write { iova: at, bytes: b }) => {
                if at + self.progress as u64 != iova {
                    return Err(Why(format!(
                        "the next write is at {:#x}",
                        at + self.progress as u64
                    )));
                }
                let left = &b[self.progress..];
                if bytes.len() > left.len() || left[..bytes.len()] != *bytes {
                    return Err(Why(format!(
                        "{:02x?} should be {:02x?}",
                        bytes,
                        &left[..left.len().min(bytes.len())]
                    )));
                }
                self.progress += bytes.len();
                if self.progress == b.len() {
                    self.pop();
                }
                Ok(None)
            }
            Some(&Op::Atomic { iova: at, op, id }) => {
                let (Ok(new), Ok(old)) = (bytes.try_into(), before.try_into()) else {
                    return Err(Why::new("an ATOMIC writes eight bytes"));
                };
                let (new, old) = (u64::from_le_bytes(new), u64::from_le_bytes(old));
                if at != iova || op.apply(old) != new {
                    return Err(Why(format!(
                        "{op:?} at {at:#x} makes {:#x} of {old:#x}, not {new:#x}",
                        op.apply(old)
                    )));
                }
                self.pop();
                Ok(Some((id, old)))
            }
            Some(Op::Complete(c)) => Err(Why(format!("a completion comes first: {c:?}"))),
            None => Err(Why::new("no write is expected")),
        }
    }

    fn pop(&mut self) {
        self.ops.pop_front();
        self.progress = 0;
        self.done += 1;
    }

    /// A completion has been written.
    pub fn complete(&mut self, cqe: &Cqe) -> Result<(), Why> {
        match self.ops.front() {
            Some(Op::Complete(expected)) => {
                same(expected, cqe)?;
                self.pop();
                Ok(())
            }
            Some(op) => Err(Why(format!("memory is written first: {}", short(op)))),
            None => Err(Why::new("no completion is expected")),
        }
    }

    pub fn is_done(&self) -> Result<(), Why> {
        match self.ops.front() {
            Some(op) => Err(Why(format!("has not come: {}", short(op)))),
            None => Ok(()),
        }
    }
}

/// An operation in a few words.
fn short(op: &Op) -> String {
    match op {
        Op::Write { iova, bytes } => format!("write of {} bytes at {iova:#x}", bytes.len()),
        other => format!("{other:?}"),
    }
}

fn same(expected: &Completion, cqe: &Cqe) -> Result<(), Why> {
    let good = cqe.receive == expected.receive
        && cqe.index == expected.index
        && cqe.status == expected.status
        && expected.opcode.is_none_or(|o| o == cqe.opcode)
        && expected.byte_len.is_none_or(|b| b == cqe.byte_len);
    let word = |wanted: Option<u32>, there: bool| match wanted {
        Some(value) => there && cqe.imm == value,
        None => !there,
    };
    let words = word(expected.imm, cqe.with_imm) && word(expected.invalidated, cqe.with_inv);
    match good && words {
        true => Ok(()),
        false => Err(Why(format!("should be {expected:?}"))),
    }
}
