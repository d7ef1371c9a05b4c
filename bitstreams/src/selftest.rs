//! A connection moves between the two cards of a [`crate::pair::Pair`], from the host at the other end of their serial line.
//!
//! The traveller and its partner are processes of the driver, connected by one queue pair each. Each move is made to matter: when the traveller stops, a SEND of its own is under way that its
//! partner does not take yet, and while it is stopped its partner WRITEs to it, and pauses. Behind the move both arrive, once, and an ATOMIC counts. At the
//! end no completion is left over.

use emit::cosim::Rng;
use host_driver::bridge::{BridgeDevice, BridgeError, BridgeOptions, Line};
use host_driver::migration::{Image, PhaseTime, Process};
use host_driver::{
    Access, Adapter, AdapterOptions, Completion, CompletionQueue, Context, MacAddress,
    MemoryRegion, QpOptions, QueuePair, RecvRequest, SendOperation, SendRequest, WcStatus,
};
use serde::Serialize;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};

/// How often something is looked at before it is given up.
const PATIENCE: u32 = 2000;
/// Largest message in bytes: several packets.
const MESSAGE: usize = 1000;
const PATH_MTU: u32 = 256;

// a process's memory: what it sends, what it receives, where its partner writes, its partner's counter, what that was
const OUT: usize = 0;
const IN: usize = 1024;
const BOARD: usize = 2048;
const COUNTER: usize = 3072;
const FETCHED: usize = 3080;
const MEMORY: usize = 4096;

/// Why the test ended early.
#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    /// The cards cannot be reached.
    #[error(transparent)]
    Bridge(#[from] BridgeError),
    /// A step of the driver failed.
    #[error("{step}: {source}")]
    Step {
        /// What was being done.
        step: &'static str,
        /// Why it failed.
        source: Box<dyn Error>,
    },
    /// Something else came out than should have.
    #[error("move {number}: {what}")]
    Wrong {
        /// The move, from 1.
        number: u32,
        /// What came out.
        what: String,
    },
    /// Nothing came out.
    #[error("move {number}: {what} was waited for in vain")]
    Late {
        /// The move, from 1.
        number: u32,
        /// What did not come.
        what: &'static str,
    },
}

/// For `map_err`: an error of the driver with the step that it happened in.
fn at<E: Into<Box<dyn Error>>>(step: &'static str) -> impl Fn(E) -> SelfTestError {
    move |source| SelfTestError::Step {
        step,
        source: source.into(),
    }
}

/// One move.
#[derive(Clone, Debug, Serialize)]
pub struct Move {
    /// Card that the traveller left.
    pub from: usize,
    /// Card that it went to.
    pub to: usize,
    /// Bytes of its image.
    pub image_bytes: usize,
    /// Bytes of its memory, rings included.
    pub memory_bytes: usize,
    /// The traveller's incarnation behind the move, as its partner knows it.
    pub epoch: u32,
    /// Phases, at the source and then at the destination.
    pub times: Vec<PhaseTime>,
}

/// What came out.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// In order.
    pub moves: Vec<Move>,
    /// Bytes of messages that arrived, once each.
    pub bytes: u64,
    /// Completions, all of them good.
    pub completions: u32,
}

impl Report {
    /// A line a move, and what it comes to.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (k, moved) in self.moves.iter().enumerate() {
            let times = moved.times.iter();
            let times: Vec<String> = times.map(|t| format!("{} {} us", t.phase, t.us)).collect();
            text += &format!(
                "move {}: card {} to card {}, image {} bytes, memory {} bytes, epoch {}; {}\n",
                k + 1,
                moved.from,
                moved.to,
                moved.image_bytes,
                moved.memory_bytes,
                moved.epoch,
                times.join(", ")
            );
        }
        text + &format!(
            "{} moves, {} completions, {} bytes of messages: everything arrived once\n",
            self.moves.len(),
            self.completions,
            self.bytes
        )
    }
}

/// A process: what it has of verbs.
struct Party {
    context: Context,
    qp: QueuePair,
    /// Of both its work queues: a card's memory is small.
    cq: CompletionQueue,
    memory: MemoryRegion,
}

impl Party {
    fn new(adapter: &Adapter, va: u64) -> Result<Self, Box<dyn Error>> {
        let context = adapter.context()?;
        let pd = context.allocate_pd()?;
        let cq = context.create_cq(16)?;
        let qp = pd.create_qp(&QpOptions {
            send_cq: cq.clone(),
            recv_cq: cq.clone(),
            srq: None,
            max_send: 8,
            max_recv: 8,
            raw: false,
        })?;
        let buffer = context.allocate(MEMORY)?;
        let memory = pd.register(&buffer, va, MEMORY, Access::ALL)?;
        Ok(Self {
            context,
            qp,
            cq,
            memory,
        })
    }

    /// The same process, arrived elsewhere.
    fn arrived(&self, process: &Process) -> Option<Self> {
        Some(Self {
            context: process.context.clone(),
            qp: process.qp(self.qp.number())?,
            cq: process.cq(self.cq.handle())?,
            memory: process.mr(self.memory.lkey())?,
        })
    }

    fn read(&self, offset: usize, length: usize) -> Result<Vec<u8>, SelfTestError> {
        let mut bytes = vec![0; length];
        let read = self.memory.buffer().read(offset, &mut bytes);
        read.map(|()| bytes).map_err(at("reading memory"))
    }

    fn post(&self, wr_id: u64, bytes: &[u8], to: SendOperation) -> Result<(), SelfTestError> {
        let written = self.memory.buffer().write(OUT, bytes);
        written.map_err(at("writing memory"))?;
        let entry = self.memory.entry(OUT, bytes.len() as u32);
        let posted = self.qp.post_send(&[SendRequest::new(wr_id, to, entry)]);
        posted.map_err(at("posting"))
    }
}

/// Contents of a message.
fn message(random: &mut Rng) -> Vec<u8> {
    let length = 1 + random.below(MESSAGE as u64);
    (0..length).map(|_| random.below(256) as u8).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Traveller,
    Partner,
}

/// The test under way.
struct Run {
    adapters: Vec<Adapter>,
    traveller: Party,
    partner: Party,
    /// Completions that came before they were asked for.
    early: Vec<(Who, Completion)>,
    /// Card of the traveller.
    place: usize,
    random: Rng,
    /// The move, from 1.
    number: u32,
    report: Report,
}

impl Run {
    fn wrong(&self, what: impl Into<String>) -> SelfTestError {
        SelfTestError::Wrong {
            number: self.number,
            what: what.into(),
        }
    }

    /// Looks until there is something.
    fn await_some<T>(
        &self,
        what: &'static str,
        look: impl Fn() -> Result<Option<T>, Box<dyn Error>>,
    ) -> Result<T, SelfTestError> {
        for _ in 0..PATIENCE {
            if let Some(found) = look().map_err(at(what))? {
                return Ok(found);
            }
            self.adapters[0].pause().map_err(at(what))?;
        }
        Err(SelfTestError::Late {
            number: self.number,
            what,
        })
    }

    /// Waits for a work request's completion, which must be the queue's next one or have been among those before.
    fn completion(
        &mut self,
        what: &'static str,
        who: Who,
        wr_id: u64,
    ) -> Result<Completion, SelfTestError> {
        let wanted = |(whose, c): &(Who, Completion)| (*whose, c.wr_id) == (who, wr_id);
        let position = loop {
            if let Some(position) = self.early.iter().position(wanted) {
                break position;
            }
            let cq = match who {
                Who::Traveller => &self.traveller.cq,
                Who::Partner => &self.partner.cq,
            };
            let next = self.await_some(what, || Ok(cq.poll(1)?.pop()))?;
            self.early.push((who, next));
            if self.early.len() > 4 {
                return Err(self.wrong(format!("completions of nobody: {:?}", self.early)));
            }
        };
        let (_, found) = self.early.remove(position);
        if found.status != WcStatus::Success {
            return Err(self.wrong(format!("{what}: {found:?}")));
        }
        self.report.completions += 1;
        Ok(found)
    }

    fn arrived(
        &mut self,
        what: &'static str,
        at_place: Vec<u8>,
        sent: &[u8],
    ) -> Result<(), SelfTestError> {
        if at_place != sent {
            return Err(self.wrong(format!("{what}: other bytes than were sent")));
        }
        self.report.bytes += sent.len() as u64;
        Ok(())
    }

    /// The traveller goes to the other card.
    fn travel(&mut self) -> Result<(), SelfTestError> {
        let [first, second, third] = [0, 1, 2].map(|k| u64::from(self.number) * 4 + k);
        let (sent, written) = (message(&mut self.random), message(&mut self.random));
        let send = SendOperation::Send {
            imm: None,
            invalidate: None,
        };
        // its partner has no receive for it yet
        self.traveller.post(first, &sent, send)?;
        let checkpoint = self.traveller.context.checkpoint();
        let checkpoint = checkpoint.map_err(at("checkpoint"))?;
        let write = SendOperation::Write {
            imm: None,
            remote_addr: self.traveller.memory.va() + BOARD as u64,
            rkey: self.traveller.memory.rkey(),
        };
        self.partner.post(second, &written, write)?;
        self.await_some("the partner's pause", || {
            Ok(self.partner.qp.migration()?.paused.then_some(()))
        })?;

        let mut times = checkpoint.times().to_vec();
        let image = checkpoint.image().encode();
        let memory = checkpoint.memory().into_iter();
        let memory: Result<Vec<_>, _> = memory.map(|part| checkpoint.read_memory(&part)).collect();
        let memory = memory.map_err(at("reading memory"))?;
        let decoded = Image::decode(&image).map_err(at("image"))?;
        let from = self.place;
        let to = 1 - from;
        let restored = self.adapters[to].restore(&decoded, &memory);
        let restored = restored.map_err(at("restore"))?;
        let tombstones = checkpoint.commit(Some(address(to))).map_err(at("commit"))?;
        let process = restored.resume().map_err(at("resume"))?;
        self.await_some("the partner's answer", || {
            Ok(process.resumed()?.then_some(()))
        })?;
        tombstones.free().map_err(at("tombstones"))?;
        times.extend(process.times());
        let arrived = self.traveller.arrived(&process);
        self.traveller = arrived.ok_or_else(|| self.wrong("an object did not arrive"))?;
        self.place = to;

        // what was under way
        let receive = RecvRequest {
            wr_id: third,
            entries: vec![self.partner.memory.entry(IN, MESSAGE as u32)],
        };
        let posted = self.partner.qp.post_recv(&[receive]);
        posted.map_err(at("posting"))?;
        let received = self.completion("the SEND at the partner", Who::Partner, third)?;
        if received.byte_len as usize != sent.len() {
            return Err(self.wrong(format!("a SEND of {} bytes", received.byte_len)));
        }
        self.completion("the SEND's completion", Who::Traveller, first)?;
        self.completion("the WRITE's completion", Who::Partner, second)?;
        self.arrived("the SEND", self.partner.read(IN, sent.len())?, &sent)?;
        let board = self.traveller.read(BOARD, written.len())?;
        self.arrived("the WRITE", board, &written)?;

        // and a count
        let add = SendOperation::FetchAdd {
            remote_addr: self.partner.memory.va() + COUNTER as u64,
            rkey: self.partner.memory.rkey(),
            add: 1,
        };
        let entry = self.traveller.memory.entry(FETCHED, 8);
        let count = SendRequest::new(third, add, entry);
        let posted = self.traveller.qp.post_send(&[count]);
        posted.map_err(at("posting"))?;
        self.completion("the ATOMIC's completion", Who::Traveller, third)?;
        let before = self.traveller.read(FETCHED, 8)?;
        if before != u64::from(self.number - 1).to_le_bytes() {
            return Err(self.wrong(format!("the counter was {before:?}")));
        }
        let state = self.partner.qp.migration().map_err(at("state"))?;
        self.report.moves.push(Move {
            from,
            to,
            image_bytes: image.len(),
            memory_bytes: memory.iter().map(Vec::len).sum(),
            epoch: state.partner_epoch,
            times,
        });
        Ok(())
    }

    /// Nothing comes that was not waited for.
    fn nothing_left(&self) -> Result<(), SelfTestError> {
        for party in [&self.traveller, &self.partner] {
            let polled = party.cq.poll(16).map_err(at("polling"))?;
            let mut left = polled
                .iter()
                .chain(self.early.iter().map(|(_, early)| early));
            if let Some(one) = left.next() {
                return Err(self.wrong(format!("a completion too many: {one:?}")));
            }
        }
        let counted = self.partner.read(COUNTER, 8)?;
        match counted == u64::from(self.number).to_le_bytes() {
            true => Ok(()),
            false => Err(self.wrong(format!("the counter is {counted:?} at the end"))),
        }
    }
}

/// IP address of a card.
fn address(card: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, card as u8 + 1))
}

/// Moves a connection `moves` times between the two cards at the end of `line`. `say` is told what begins.
///
/// # Errors
/// [`SelfTestError`]: the first thing that is not as it should be.
pub fn run<L: Line + 'static>(
    line: L,
    options: BridgeOptions,
    moves: u32,
    seed: u64,
    mut say: impl FnMut(&str),
) -> Result<Report, SelfTestError> {
    say("greeting both cards");
    let devices = BridgeDevice::open_cards(line, options, 2)?;
    let open = |(card, device)| {
        let number = card as u8 + 1;
        let options = AdapterOptions {
            host: number,
            seed,
            mac: MacAddress([2, 0, 0, 0, 0, number]),
            ip: address(card),
            patience: 1000,
        };
        let device: BridgeDevice<L> = device;
        Adapter::open(Box::new(device), options).map_err(at("opening a card"))
    };
    let adapters: Result<Vec<_>, _> = devices.into_iter().enumerate().map(open).collect();
    let adapters = adapters?;
    let traveller = Party::new(&adapters[0], 0x7000_0000).map_err(at("a process"))?;
    let partner = Party::new(&adapters[1], 0x7100_0000).map_err(at("a process"))?;
    driver_test::join(&traveller.qp, &partner.qp, PATH_MTU).map_err(at("connecting"))?;
    let mut run = Run {
        adapters,
        traveller,
        partner,
        early: vec![],
        place: 0,
        random: Rng::new(seed),
        number: 0,
        report: Report {
            moves: vec![],
            bytes: 0,
            completions: 0,
        },
    };
    for number in 1..=moves {
        say(&format!(
            "move {number} of {moves}, from card {}",
            run.place
        ));
        run.number = number;
        run.travel()?;
    }
    run.nothing_left()?;
    Ok(run.report)
}
