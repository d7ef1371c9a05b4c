//! The application: in every round the end that begins WRITEs to the partner's board and SENDs a message, the other compares both
//! and SENDs the message's answer. It knows nothing of moves.

use super::{BOUND, Introduction, MoverError, MoverReport, Play};
use crate::bench::Failure;
use host_driver::migration::Process;
use host_driver::{
    Access, Adapter, Completion, CompletionQueue, Context, InitAttributes, MemoryRegion, Modify,
    QpOptions, QueuePair, RecvRequest, RtrAttributes, RtsAttributes, SendOperation, SendRequest,
    WcStatus,
};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Rounds under way at a time.
const WINDOW: u32 = 4;
/// First virtual address; it has nothing to do with the device's.
const VA: u64 = 0x7d00_0000_0140;
/// How long an end that is done still answers what its partner repeats.
const REST: Duration = Duration::from_secs(2);

/// Which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    #[default]
    Begins,
    Answers,
}

/// All that the application is beside its memory and its objects.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    role: Role,
    size: u32,
    total: u32,
    sent: u32,
    /// Messages that have come.
    pub received: u32,
    damaged: u32,
    compared: u64,
    board_va: u64,
    board_rkey: u32,
    qpn: u32,
    key: u32,
    send_cq: u32,
    recv_cq: u32,
}

/// The application at work.
pub struct App {
    state: State,
    context: Context,
    qp: QueuePair,
    send_cq: CompletionQueue,
    recv_cq: CompletionQueue,
    memory: MemoryRegion,
}

/// Areas of the memory, [`WINDOW`] slots each.
#[derive(Clone, Copy)]
enum Area {
    Send,
    Receive,
    WriteFrom,
    Board,
}

/// What round `round` carries; `salt` is another for messages than for WRITEs.
fn pattern(salt: u64, round: u32, size: u32) -> Vec<u8> {
    let mut state = salt << 32 ^ u64::from(round).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..size).map(|_| next()).collect()
}

const MESSAGE: u64 = 1;
const WRITE: u64 = 2;

impl App {
    pub fn new(adapter: &Adapter, role: Role, play: Play) -> Result<Self, Failure> {
        let context = adapter.context()?;
        let pd = context.allocate_pd()?;
        let (send_cq, recv_cq) = (context.create_cq(64)?, context.create_cq(64)?);
        let qp = pd.create_qp(&QpOptions {
            send_cq: send_cq.clone(),
            recv_cq: recv_cq.clone(),
            srq: None,
            max_send: 32,
            max_recv: 32,
            raw: false,
        })?;
        qp.set_migratable(true)?;
        let length = 4 * WINDOW as usize * play.size as usize;
        let buffer = context.allocate(length + 0x1000)?;
        let memory = pd.register(&buffer, VA, length, Access::ALL)?;
        let state = State {
            role,
            size: play.size,
            total: play.messages,
            qpn: qp.number(),
            key: memory.lkey(),
            send_cq: send_cq.handle(),
            recv_cq: recv_cq.handle(),
            ..State::default()
        };
        Ok(Self {
            state,
            context,
            qp,
            send_cq,
            recv_cq,
            memory,
        })
    }

    /// The application over the objects of a process that has arrived.
    pub fn onto(process: &Process, state: State, play: Play) -> Result<Self, MoverError> {
        let missing = MoverError::Missing;
        Ok(Self {
            qp: process.qp(state.qpn).ok_or(missing("queue pair"))?,
            send_cq: process.cq(state.send_cq).ok_or(missing("send queue"))?,
            recv_cq: process.cq(state.recv_cq).ok_or(missing("receive queue"))?,
            memory: process.mr(state.key).ok_or(missing("memory region"))?,
            context: process.context.clone(),
            state: State {
                total: play.messages,
                ..state
            },
        })
    }

    pub fn context(&self) -> &Context {
        &self.context
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn introduction(&self) -> Introduction {
        Introduction {
            connection: self.qp.connection_data(),
            va: self.memory.va() + self.offset(Area::Board, 0) as u64,
            rkey: self.memory.rkey(),
        }
    }

    /// Connects, and posts its receives.
    pub fn connect(&mut self, other: &Introduction) -> Result<(), Failure> {
        let own = self.qp.connection_data();
        self.qp.modify(Modify::Init(InitAttributes::default()))?;
        for slot in 0..WINDOW {
            self.expect(slot)?;
        }
        self.qp
            .modify(Modify::Rtr(RtrAttributes::new(other.connection)))?;
        // 1 s: a served NIC takes its time
        self.qp.modify(Modify::Rts(RtsAttributes {
            timeout: 18,
            ..RtsAttributes::new(own.psn)
        }))?;
        self.state.board_va = other.va;
        self.state.board_rkey = other.rkey;
        Ok(())
    }

    fn offset(&self, area: Area, round: u32) -> usize {
        (area as u32 * WINDOW + round % WINDOW) as usize * self.state.size as usize
    }

    fn expect(&self, slot: u32) -> Result<(), Failure> {
        self.qp.post_recv(&[RecvRequest {
            wr_id: slot.into(),
            entries: vec![
                self.memory
                    .entry(self.offset(Area::Receive, slot), self.state.size),
            ],
        }])?;
        Ok(())
    }

    fn put(&self, offset: usize, salt: u64, round: u32) -> Result<(), Failure> {
        let bytes = pattern(salt, round, self.state.size);
        Ok(self.memory.buffer().write(offset, &bytes)?)
    }

    fn compare(&mut self, offset: usize, salt: u64, round: u32) -> Result<(), Failure> {
        let mut seen = vec![0; self.state.size as usize];
        self.memory.buffer().read(offset, &mut seen)?;
        match seen == pattern(salt, round, self.state.size) {
            true => self.state.compared += u64::from(self.state.size),
            false => self.state.damaged += 1,
        }
        Ok(())
    }

    /// The next message, behind its WRITE if this end begins.
    fn send(&mut self) -> Result<(), Failure> {
        let round = self.state.sent;
        let mut requests = Vec::new();
        if self.state.role == Role::Begins {
            let offset = self.offset(Area::WriteFrom, round);
            self.put(offset, WRITE, round)?;
            let slot = u64::from(round % WINDOW) * u64::from(self.state.size);
            let operation = SendOperation::Write {
                remote_addr: self.state.board_va + slot,
                rkey: self.state.board_rkey,
                imm: None,
            };
            let entry = self.memory.entry(offset, self.state.size);
            requests.push(SendRequest::new(round.into(), operation, entry));
        }
        let offset = self.offset(Area::Send, round);
        self.put(offset, MESSAGE, round)?;
        let operation = SendOperation::Send {
            imm: None,
            invalidate: None,
        };
        let entry = self.memory.entry(offset, self.state.size);
        requests.push(SendRequest::new(round.into(), operation, entry));
        self.qp.post_send(&requests)?;
        self.state.sent += 1;
        Ok(())
    }

    /// Takes what has completed, and sends what is due.
    fn step(&mut self) -> Result<(), Failure> {
        for completion in self.send_cq.poll(16)? {
            check(&completion)?;
        }
        for completion in self.recv_cq.poll(16)? {
            check(&completion)?;
            let round = self.state.received;
            self.compare(self.offset(Area::Receive, round), MESSAGE, round)?;
            if self.state.role == Role::Answers {
                self.compare(self.offset(Area::Board, round), WRITE, round)?;
            }
            self.state.received += 1;
            self.expect(round % WINDOW)?;
            if self.state.role == Role::Answers {
                self.send()?;
            }
        }
        let due = |state: &State| {
            state.role == Role::Begins
                && state.sent < state.total
                && state.sent - state.received < WINDOW
        };
        while due(&self.state) {
            self.send()?;
        }
        Ok(())
    }

    /// Works until `goal` messages have come; gives the longest time between two.
    pub fn run(&mut self, adapter: &Adapter, goal: u32) -> Result<Duration, MoverError> {
        let mut longest = Duration::ZERO;
        let mut last = (self.state.received, Instant::now());
        while self.state.received < goal {
            self.step()?;
            adapter.poll_events()?;
            adapter.pause()?;
            if self.state.received != last.0 {
                longest = longest.max(last.1.elapsed());
                last = (self.state.received, Instant::now());
            } else if last.1.elapsed() > BOUND {
                return Err(MoverError::Timeout {
                    what: "a message",
                    received: self.state.received,
                });
            }
        }
        Ok(longest)
    }

    /// Answers what the partner may still repeat.
    pub fn rest(&mut self, adapter: &Adapter) -> Result<(), MoverError> {
        let end = Instant::now() + REST;
        while Instant::now() < end {
            self.step()?;
            adapter.pause()?;
        }
        Ok(())
    }

    pub fn report(&self, gap: Duration) -> MoverReport {
        let State {
            received,
            total,
            damaged,
            compared,
            ..
        } = self.state;
        MoverReport {
            passed: received == total && damaged == 0,
            messages: received,
            verified_bytes: compared,
            damaged,
            longest_gap_ms: gap.as_secs_f64() * 1e3,
            phases: Vec::new(),
            image_bytes: 0,
            memory_bytes: 0,
        }
    }
}

fn check(completion: &Completion) -> Result<(), Failure> {
    match completion.status {
        WcStatus::Success => Ok(()),
        status => Err(Failure::Seen(format!(
            "{:?} {} completed with {status}",
            completion.opcode, completion.wr_id
        ))),
    }
}
