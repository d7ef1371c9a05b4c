//! What a queue pair's half owes to host memory, in order.

use super::Why;
use crate::model::memory::{AtomicOp, Completion, Memory, Op};
use fw_regs::rings::Cqe;
use std::collections::VecDeque;
use std::rc::Rc;

/// Writes and completions that have to come, oldest first. Writes keep their order, and so do completions; a completion never comes before
/// a write that is older, but may come behind one that is younger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    ops: VecDeque<Due>,
    made: u64,
    /// bytes of the first write that have come
    progress: usize,
}

/// An operation that has to come.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Due {
    /// in the order of all that ever were
    place: u64,
    /// when what it is for came
    since: u64,
    op: Rc<Op>,
}

/// An ATOMIC that has been executed: its name, and what it found.
pub type Executed = Option<(u64, u64)>;

impl Stream {
    /// Operations for what came in cycle `since`.
    pub fn extend(&mut self, since: u64, ops: impl IntoIterator<Item = Op>) {
        for op in ops {
            let (place, op) = (self.made, Rc::new(op));
            self.ops.push_back(Due { place, since, op });
            self.made += 1;
        }
    }

    /// When that came which the oldest operation is for.
    pub fn since(&self) -> Option<u64> {
        self.ops.front().map(|due| due.since)
    }

    /// Operations that ever were.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// All operations before this one have come.
    pub fn done(&self) -> u64 {
        self.ops.front().map_or(self.made, |due| due.place)
    }

    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    pub fn len(&self) -> usize {
        self.ops.len()
    }

    pub fn front(&self) -> Option<&Op> {
        self.ops.front().map(|due| &*due.op)
    }

    /// Position of the next write.
    fn next_write(&self) -> Option<usize> {
        let write = |due: &Due| !matches!(*due.op, Op::Complete(_));
        self.ops.iter().position(write)
    }

    /// Some write has to come.
    pub fn owes_write(&self) -> bool {
        self.next_write().is_some()
    }

    /// The next write would be at that address.
    pub fn wants(&self, iova: u64) -> bool {
        match self.next_write().map(|k| &*self.ops[k].op) {
            Some(Op::Write { iova: at, .. }) => at + self.progress as u64 == iova,
            Some(Op::Atomic { iova: at, .. }) => *at == iova,
            _ => false,
        }
    }

    /// A compare and swap comes next that finds something else, and so writes nothing: its name, and what it finds. It is taken out.
    pub fn skip_silent(&mut self, memory: &impl Memory) -> Executed {
        let next = self.next_write()?;
        let Op::Atomic { iova, op, id } = *self.ops[next].op else {
            return None;
        };
        let found = u64::from_le_bytes(memory.fetch(iova, 8)?.try_into().ok()?);
        match op {
            AtomicOp::CompareSwap { compare, .. } if compare != found => {
                self.ops.remove(next);
                Some((id, found))
            }
            _ => None,
        }
    }

    /// Bytes have been written.
    pub fn write(&mut self, iova: u64, bytes: &[u8], before: &[u8]) -> Result<Executed, Why> {
        let next = self.next_write().ok_or(Why::new("no write is expected"))?;
        match &*self.ops[next].op {
            Op::Write { iova: at, bytes: b } => {
                if at + self.progress as u64 != iova {
                    let at = at + self.progress as u64;
                    return Err(Why(format!("the next write is at {at:#x}")));
                }
                let left = &b[self.progress..];
                if bytes.len() > left.len() || left[..bytes.len()] != *bytes {
                    return Err(Why(format!(
                        "{:02x?} should be {:02x?}",
                        bytes,
                        &left[..left.len().min(bytes.len())]
                    )));
                }
                if bytes.len() == left.len() {
                    self.progress = 0;
                    self.ops.remove(next);
                } else {
                    self.progress += bytes.len();
                }
                Ok(None)
            }
            &Op::Atomic { iova: at, op, id } => {
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
                self.ops.remove(next);
                Ok(Some((id, old)))
            }
            Op::Complete(_) => Err(Why::new("no write is expected")),
        }
    }

    /// A completion has been written.
    pub fn complete(&mut self, cqe: &Cqe) -> Result<(), Why> {
        match self.front() {
            Some(Op::Complete(expected)) => {
                same(expected, cqe)?;
                self.ops.pop_front();
                Ok(())
            }
            Some(op) => Err(Why(format!("memory is written first: {}", short(op)))),
            None => Err(Why::new("no completion is expected")),
        }
    }

    pub fn is_done(&self) -> Result<(), Why> {
        match self.front() {
            Some(op) => Err(Why(format!("has not come: {}", short(op)))),
            None => Ok(()),
        }
    }
}

/// An operation in a few words.
pub fn short(op: &Op) -> String {
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
