//! The pair of applications: a server that streams a file, and its client.
//!
//! Both do the same in rounds, on every lane (connection) at the same time: WRITE a message to
//! the partner's board, SEND (the server: a piece of the file; the client: an answer), READ the message back from the board, and
//! add one to a counter of the partner. Whoever receives the SEND of a round looks at the board for the WRITE before it. So every
//! operation that is lost, done twice or done wrongly is seen by one of the two, and mostly at once.
//!
//! An [`App`] is its [`State`] and handles of verbs objects. It knows nothing of migration: its host takes its state as one
//! serialised blob, and makes it anew from a blob and objects that have the same names.

mod layout;
mod state;

pub use layout::Role;
pub use state::{Lane, Names, Remote, State, Tally, Terms};

use host_driver::migration::Process;
use host_driver::{
    Access, Completion, CompletionQueue, Context, DeviceError, MemoryRegion, PostError,
    ProtectionDomain, QpOptions, QueuePair, RecvRequest, ScatterEntry, SendOperation, SendRequest,
    VerbsError, WcOpcode, WcStatus,
};
use layout::{BOARD, Content, MESSAGE, RECEIVES, pattern};
use sha2::{Digest, Sha256};
use state::part;

/// Verbs objects of an application.
struct Objects {
    qps: Vec<QueuePair>,
    send_cq: CompletionQueue,
    recv_cq: CompletionQueue,
    /// Server: the file. Client: two passes of it.
    file: MemoryRegion,
    private: MemoryRegion,
    board: MemoryRegion,
    counters: MemoryRegion,
}

/// An application at work.
pub struct App {
    state: State,
    objects: Objects,
    /// Looks at its queues before it may begin another round.
    rest: u32,
    /// The lane that may begin it first.
    turn: usize,
}

/// What stops an application. Wrong data do not: they are counted.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Verbs(#[from] VerbsError),
    #[error(transparent)]
    Post(#[from] PostError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The blob is none of ours.
    #[error("the application's state cannot be read")]
    Blob(#[from] serde_json::Error),
    /// An object that the blob names is not there.
    #[error("the restored process has no {what} {number:#x}")]
    Missing { what: &'static str, number: u32 },
}

/// First virtual address; every region has a range of its own, and begins in the middle of a page.
const FIRST_VA: u64 = 0x5500_0000_0140;
/// Between two regions.
const VA_STEP: u64 = 1 << 32;
/// Completions taken at a time.
const BATCH: usize = 64;
/// Looks at its queues from one round to the next: together both sides use about half of a 64-bit link.
const PACE: u32 = 50;

/// SHA-256 in hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|b| format!("{b:02x}")).collect()
}

fn part_name(part: u8) -> &'static str {
    ["WRITE", "SEND", "READ", "FETCH_ADD"]
        .get(usize::from(part))
        .copied()
        .unwrap_or("?")
}

impl App {
    /// An application with queue pairs in RESET.
    ///
    /// # Errors
    /// The device has no more of something.
    pub fn new(
        context: &Context,
        role: Role,
        terms: &Terms,
        file: &[u8],
    ) -> Result<Self, AppError> {
        let pd = context.allocate_pd()?;
        // every completion of a window finds room, so none of them ever waits for a poll
        let entries = terms.lanes as u32 * layout::WINDOW as u32 * u32::from(part::COUNT);
        let send_cq = context.create_cq(entries.max(64))?;
        let recv_cq = context.create_cq((terms.lanes as u32 * RECEIVES as u32).max(64))?;
        let region = |k: u64, length: usize, access| -> Result<MemoryRegion, AppError> {
            let buffer = context.allocate(length)?;
            Ok(pd.register(&buffer, FIRST_VA + k * VA_STEP, length, access)?)
        };
        let file_bytes = match role {
            Role::Server => file.len(),
            Role::Client => 2 * file.len(),
        };
        let objects = Objects {
            qps: create_qps(&pd, terms.lanes, &send_cq, &recv_cq)?,
            file: region(0, file_bytes, Access::LOCAL)?,
            private: region(1, layout::private_bytes(terms.lanes), Access::LOCAL)?,
            board: region(2, layout::board_bytes(terms.lanes), Access::ALL)?,
            counters: region(3, layout::counter_bytes(terms.lanes), Access::ALL)?,
            send_cq,
            recv_cq,
        };
        if role == Role::Server {
            objects.file.buffer().write(0, file)?;
        }
        let state = State::new(role, terms.clone(), objects.names());
        Ok(Self::of(state, objects))
    }

    fn of(state: State, objects: Objects) -> Self {
        Self {
            state,
            objects,
            rest: 0,
            turn: 0,
        }
    }

    /// The application that a blob describes, on the objects of a process that have the names in it.
    ///
    /// # Errors
    /// [`AppError::Blob`], [`AppError::Missing`].
    pub fn again(blob: &[u8], process: &Process) -> Result<Self, AppError> {
        let state: State = serde_json::from_slice(blob)?;
        let missing = |what, number| AppError::Missing { what, number };
        let qp = |n: &u32| process.qp(*n).ok_or(missing("queue pair", *n));
        let cq = |n: u32| process.cq(n).ok_or(missing("completion queue", n));
        let mr = |n: u32| process.mr(n).ok_or(missing("memory region", n));
        let names = &state.names;
        let [send_cq, recv_cq] = names.cqs;
        let [file, private, board, counters] = names.mrs;
        let objects = Objects {
            qps: names.qps.iter().map(qp).collect::<Result<_, _>>()?,
            send_cq: cq(send_cq)?,
            recv_cq: cq(recv_cq)?,
            file: mr(file)?,
            private: mr(private)?,
            board: mr(board)?,
            counters: mr(counters)?,
        };
        Ok(Self::of(state, objects))
    }

    /// Its end of each lane, to be connected.
    pub fn qps(&self) -> &[QueuePair] {
        &self.objects.qps
    }

    /// What the partner may reach.
    pub fn remote(&self) -> Remote {
        Remote {
            board_va: self.objects.board.va(),
            board_key: self.objects.board.rkey(),
            counters_va: self.objects.counters.va(),
            counters_key: self.objects.counters.rkey(),
        }
    }

    /// The lanes are connected: posts the first receives.
    ///
    /// # Errors
    /// The device failed.
    pub fn begin(&mut self, partner: Remote) -> Result<(), AppError> {
        self.state.partner = partner;
        for lane in 0..self.state.terms.lanes {
            (0..RECEIVES).try_for_each(|n| self.post_receive(lane, n))?;
        }
        Ok(())
    }

    /// What it knows.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Asks it to stop, see [`State::finish`].
    pub fn finish(&mut self) {
        self.state.finish();
    }

    /// All it knows as bytes.
    ///
    /// # Errors
    /// None in practice: the state has no maps with odd keys.
    pub fn blob(&self) -> Result<Vec<u8>, AppError> {
        Ok(serde_json::to_vec(&self.state)?)
    }

    /// Values of its counters, the shared one first.
    ///
    /// # Errors
    /// The device failed.
    pub fn counters(&self) -> Result<Vec<u64>, AppError> {
        let mut bytes = vec![0; layout::counter_bytes(self.state.terms.lanes)];
        self.objects.counters.buffer().read(0, &mut bytes)?;
        let words = bytes.as_chunks::<8>().0.iter();
        Ok(words.map(|b| u64::from_le_bytes(*b)).collect())
    }

    /// Takes what has completed and, now and then, begins a round on a lane that has room. Returns how many messages have completed, receives included. Does not wait.
    ///
    /// # Errors
    /// The device failed.
    pub fn pump(&mut self) -> Result<usize, AppError> {
        let received = self.objects.recv_cq.poll(BATCH)?;
        for c in &received {
            self.receive(c)?;
        }
        let sent = self.objects.send_cq.poll(BATCH)?;
        for c in &sent {
            self.complete(c)?;
        }
        self.begin_round()?;
        Ok(received.len() + sent.len())
    }

    fn begin_round(&mut self) -> Result<(), AppError> {
        self.rest = self.rest.saturating_sub(1);
        let lanes = self.state.terms.lanes;
        let mut lanes = (self.turn..self.turn + lanes).map(|k| k % lanes);
        if self.rest == 0
            && let Some(lane) = lanes.find(|&k| self.state.may_post(k))
        {
            self.rest = PACE;
            self.turn = lane + 1;
            self.post_round(lane)?;
        }
        Ok(())
    }

    fn lane_of(&self, qpn: u32) -> Option<usize> {
        self.state.names.qps.iter().position(|&n| n == qpn)
    }

    fn local(&self, offset: usize, length: usize) -> ScatterEntry {
        self.objects.private.entry(offset, length as u32)
    }

    fn private(&self, offset: usize, length: usize) -> Result<Vec<u8>, AppError> {
        let mut bytes = vec![0; length];
        self.objects.private.buffer().read(offset, &mut bytes)?;
        Ok(bytes)
    }

    fn pattern(&self, role: Role, content: Content, lane: usize, r: u64) -> Vec<u8> {
        pattern(self.state.terms.seed, role, content, lane, r)
    }

    fn post_receive(&self, lane: usize, n: u64) -> Result<(), AppError> {
        let request = RecvRequest {
            wr_id: n,
            entries: vec![self.local(layout::receive(lane, n), MESSAGE)],
        };
        Ok(self.objects.qps[lane].post_recv(&[request])?)
    }

    /// Posts the next round of a lane.
    fn post_round(&mut self, lane: usize) -> Result<(), AppError> {
        let r = self.state.lanes[lane].posted;
        let requests = self.round(lane, r)?;
        self.objects.qps[lane].post_send(&requests)?;
        let l = &mut self.state.lanes[lane];
        l.posted += 1;
        l.pending.push_back(0);
        self.state.tally.posted += u64::from(part::COUNT);
        self.state.tally.atomics += 1;
        self.state.shared += u64::from(layout::counter(lane, r) == 0);
        Ok(())
    }

    fn round(&self, lane: usize, r: u64) -> Result<Vec<SendRequest>, AppError> {
        let partner = self.state.partner;
        let id = |part: u8| r << 2 | u64::from(part);
        let written = self.pattern(self.state.role, Content::Write, lane, r);
        let source = layout::write_source(lane, r);
        self.objects.private.buffer().write(source, &written)?;
        let remote_addr = partner.board_va + layout::board(lane, r) as u64;
        let write = SendOperation::Write {
            remote_addr,
            rkey: partner.board_key,
            imm: None,
        };
        let read = SendOperation::Read {
            remote_addr,
            rkey: partner.board_key,
        };
        let send = SendOperation::Send {
            imm: Some(r as u32),
            invalidate: None,
        };
        let add = SendOperation::FetchAdd {
            remote_addr: partner.counters_va + 8 * layout::counter(lane, r) as u64,
            rkey: partner.counters_key,
            add: 1,
        };
        let mut sends = SendRequest::new(id(part::SEND), send, self.sent(lane, r)?);
        sends.entries.retain(|e| e.length > 0);
        let landing = self.local(layout::landing(lane, r), written.len());
        Ok(vec![
            SendRequest::new(id(part::WRITE), write, self.local(source, written.len())),
            sends,
            SendRequest::new(id(part::READ), read, landing),
            SendRequest::new(id(part::ADD), add, self.local(layout::found(lane, r), 8)),
        ])
    }

    /// What round `r` SENDs.
    fn sent(&self, lane: usize, r: u64) -> Result<ScatterEntry, AppError> {
        if self.state.role == Role::Server {
            let (offset, length) = self.state.terms.chunk(lane, r);
            return Ok(self.objects.file.entry(offset, length as u32));
        }
        let answer = self.pattern(Role::Client, Content::Send, lane, r);
        let source = layout::send_source(lane, r);
        self.objects.private.buffer().write(source, &answer)?;
        Ok(self.local(source, answer.len()))
    }

    /// A send work request has completed.
    fn complete(&mut self, c: &Completion) -> Result<(), AppError> {
        let (r, part) = (c.wr_id >> 2, (c.wr_id & 3) as u8);
        let name = part_name(part);
        let Some(lane) = self.lane_of(c.qpn) else {
            self.wrong(format!("{c:?} is of no lane"));
            return Ok(());
        };
        if c.status != WcStatus::Success {
            self.wrong(format!(
                "lane {lane}, round {r}: {name} failed: {}",
                c.status
            ));
            return Ok(());
        }
        match self.state.complete(lane, r, part) {
            Ok(true) => self.state.tally.completed += 1,
            Ok(false) => {
                self.state.tally.duplicated += 1;
                let text = format!("lane {lane}, round {r}: {name} completed twice");
                self.state.tally.problem(text);
                return Ok(());
            }
            Err(why) => {
                self.wrong(format!("lane {lane}: {c:?} {why}"));
                return Ok(());
            }
        }
        match part {
            part::READ => self.check_read(lane, r, c),
            part::ADD => self.check_add(lane, r),
            _ => Ok(()),
        }
    }

    fn check_read(&mut self, lane: usize, r: u64, c: &Completion) -> Result<(), AppError> {
        let expected = self.pattern(self.state.role, Content::Write, lane, r);
        let found = self.private(layout::landing(lane, r), expected.len())?;
        if found != expected || c.byte_len as usize != expected.len() {
            self.wrong(format!(
                "lane {lane}, round {r}: READ brought something else"
            ));
        }
        Ok(())
    }

    fn check_add(&mut self, lane: usize, r: u64) -> Result<(), AppError> {
        let bytes = self.private(layout::found(lane, r), 8)?;
        let value = bytes
            .as_chunks::<8>()
            .0
            .first()
            .map_or(0, |b| u64::from_le_bytes(*b));
        if layout::counter(lane, r) != 0 {
            if value != r / 2 {
                self.wrong(format!(
                    "lane {lane}, round {r}: its counter was {value}, expected {}",
                    r / 2
                ));
            }
            return Ok(());
        }
        match self.state.seen.insert(value, self.state.shared) {
            Ok(true) => {}
            Ok(false) => {
                self.state.tally.duplicated += 1;
                let text = format!("lane {lane}, round {r}: the shared counter was {value} twice");
                self.state.tally.problem(text);
            }
            Err(_) => self.wrong(format!(
                "lane {lane}, round {r}: the shared counter was {value}, never raised so far"
            )),
        }
        Ok(())
    }

    /// Something is not as it must be.
    fn wrong(&mut self, text: String) {
        self.state.tally.corrupted += 1;
        let role = format!("{:?}: ", self.state.role);
        self.state.tally.problem(role + &text);
    }

    /// A SEND of the partner has arrived.
    fn receive(&mut self, c: &Completion) -> Result<(), AppError> {
        let Some(lane) = self.lane_of(c.qpn) else {
            self.wrong(format!("{c:?} is of no lane"));
            return Ok(());
        };
        if c.status != WcStatus::Success {
            self.wrong(format!("lane {lane}: receive failed: {}", c.status));
            return Ok(());
        }
        let n = self.state.lanes[lane].received;
        let ahead = c.imm.map(|imm| imm.wrapping_sub(n as u32) as i32);
        match ahead {
            Some(0) => {}
            Some(gap) if gap > 0 => {
                self.state.tally.lost += gap as u64;
                let text = format!("lane {lane}: {gap} messages are missing before {c:?}");
                self.state.tally.problem(text);
            }
            Some(_) => {
                self.state.tally.duplicated += 1;
                let text = format!("lane {lane}: came again, {n} was expected: {c:?}");
                self.state.tally.problem(text);
            }
            None => self.wrong(format!("lane {lane}: no number: {c:?}")),
        }
        if c.wr_id != n || c.opcode != WcOpcode::Recv {
            self.wrong(format!("lane {lane}: receive {n} was next, not {c:?}"));
        }
        self.check_sent(lane, n, c)?;
        self.check_board(lane, n)?;
        self.state.lanes[lane].received += 1;
        self.end_pass()?;
        self.post_receive(lane, n + RECEIVES)
    }

    /// What was SENT: a piece of the file is put in its place, an answer compared.
    fn check_sent(&mut self, lane: usize, n: u64, c: &Completion) -> Result<(), AppError> {
        let bytes = self.private(layout::receive(lane, n), (c.byte_len as usize).min(MESSAGE))?;
        if self.state.role == Role::Server {
            if bytes != self.pattern(Role::Client, Content::Send, lane, n) {
                self.wrong(format!("lane {lane}, round {n}: another answer"));
            }
            return Ok(());
        }
        let terms = &self.state.terms;
        let (offset, length) = terms.chunk(lane, n);
        if bytes.len() != length {
            self.wrong(format!(
                "lane {lane}, round {n}: {} bytes, expected {length}",
                bytes.len()
            ));
            return Ok(());
        }
        let pass = n / terms.rounds_per_pass();
        let place = (pass % 2) as usize * terms.file + offset;
        Ok(self.objects.file.buffer().write(place, &bytes)?)
    }

    /// The WRITE before the SEND of round `r` is on the board.
    fn check_board(&mut self, lane: usize, r: u64) -> Result<(), AppError> {
        const {
            assert!(
                BOARD > RECEIVES,
                "the partner would overwrite what was not seen"
            )
        };
        let expected = self.pattern(self.state.role.partner(), Content::Write, lane, r);
        let mut found = vec![0; expected.len()];
        let place = layout::board(lane, r);
        self.objects.board.buffer().read(place, &mut found)?;
        if found != expected {
            self.wrong(format!(
                "lane {lane}, round {r}: the board shows another WRITE"
            ));
        }
        Ok(())
    }

    /// Sums up the file when a pass of it is there.
    fn end_pass(&mut self) -> Result<(), AppError> {
        let terms = &self.state.terms;
        let slowest = self.state.lanes.iter().map(|l| l.received).min();
        let passes = slowest.unwrap_or(0) / terms.rounds_per_pass();
        if self.state.role == Role::Server || passes == self.state.passes {
            return Ok(());
        }
        let mut bytes = vec![0; terms.file];
        let place = (self.state.passes % 2) as usize * terms.file;
        self.objects.file.buffer().read(place, &mut bytes)?;
        let digest = digest(&bytes);
        if !self.state.digests.contains(&digest) {
            self.state.digests.push(digest);
        }
        self.state.passes += 1;
        Ok(())
    }
}

impl Objects {
    /// Their names.
    fn names(&self) -> Names {
        let regions = [&self.file, &self.private, &self.board, &self.counters];
        Names {
            qps: self.qps.iter().map(QueuePair::number).collect(),
            cqs: [self.send_cq.handle(), self.recv_cq.handle()],
            mrs: regions.map(MemoryRegion::lkey),
        }
    }
}

fn create_qps(
    pd: &ProtectionDomain,
    lanes: usize,
    send_cq: &CompletionQueue,
    recv_cq: &CompletionQueue,
) -> Result<Vec<QueuePair>, AppError> {
    let options = QpOptions {
        send_cq: send_cq.clone(),
        recv_cq: recv_cq.clone(),
        srq: None,
        max_send: layout::WINDOW as u32 * u32::from(part::COUNT),
        max_recv: RECEIVES as u32,
        raw: false,
    };
    let create = |_| Ok(pd.create_qp(&options)?);
    (0..lanes).map(create).collect()
}
