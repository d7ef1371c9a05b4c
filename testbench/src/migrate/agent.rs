//! Host agents: the daemon of each host that owns its device, and the connections between them.
//!
//! An agent talks to the others over queue pairs of its own: one for words and images, one for memory, which nothing else waits behind. What it
//! has to say is a word of immediate data; parcels go by RDMA WRITE into the other's bounce buffer, piece by piece, the last with
//! immediate data. So a migration's data share links and NICs with everything else, and cost what they cost.

use crate::lab::{ConnectOptions, Endpoint, Lab, LabError, LabHost};
use host_driver::{
    Access, CompletionQueue, DeviceError, MemoryRegion, PostError, RecvRequest, ScatterEntry,
    SendOperation, SendRequest, VerbsError, WcOpcode, WcStatus,
};
use std::collections::{BTreeMap, VecDeque};

/// What agents say to each other, with the number of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The image is in your bounce buffer.
    Image,
    /// The memory is.
    Memory,
    /// Your parcel is restored here; commit.
    Restored,
    /// Your parcel cannot be restored here.
    Refused,
    /// The source has committed; resume.
    Committed,
    /// The source goes on itself; discard.
    Aborted,
    /// It works here; forget it.
    Resumed,
}

impl Word {
    const ALL: [Self; 7] = [
        Self::Image,
        Self::Memory,
        Self::Restored,
        Self::Refused,
        Self::Committed,
        Self::Aborted,
        Self::Resumed,
    ];

    /// Immediate data.
    fn encode(self, journey: u32) -> u32 {
        (self as u32) << 24 | journey & 0xff_ffff
    }

    /// The word, and the number of the journey.
    pub(super) fn decode(imm: u32) -> Option<(Self, u32)> {
        let word = Self::ALL.get((imm >> 24) as usize)?;
        Some((*word, imm & 0xff_ffff))
    }
}

/// What an agent heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    pub from: usize,
    pub word: Word,
    pub journey: u32,
}

/// A queue pair to another agent.
struct Way {
    end: Endpoint,
    /// not posted yet
    waiting: VecDeque<SendRequest>,
    room: usize,
}

/// The ways to another agent.
struct Ways {
    /// the other's bounce buffer: address, key
    bounce: (u64, u32),
    words: Way,
    memory: Way,
}

/// What a parcel holds; also where it lies in the buffers, and which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cargo {
    Image,
    Memory,
}

/// The agent of a host.
pub struct Agent {
    host: usize,
    ways: BTreeMap<usize, Ways>,
    cqs: (CompletionQueue, CompletionQueue),
    /// parcels that leave, and parcels that arrive
    out: MemoryRegion,
    bounce: MemoryRegion,
    heard: VecDeque<Heard>,
    /// what stopped it while nobody asked
    failed: Option<AgentError>,
}

/// What stops an agent.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error(transparent)]
    Verbs(#[from] VerbsError),
    #[error(transparent)]
    Post(#[from] PostError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A parcel that fits in no bounce buffer.
    #[error("host {host}: a parcel of {bytes} bytes; bounce buffers have {room}")]
    TooLong {
        host: usize,
        bytes: usize,
        room: usize,
    },
    /// The connection between two agents has failed.
    #[error("host {host}, connection between agents: {status} of {what}")]
    Broken {
        host: usize,
        status: WcStatus,
        what: String,
    },
}

type Result<T> = std::result::Result<T, AgentError>;

/// Entries of the agents' queues.
const DEPTH: u32 = 64;
/// Bytes of a packet: in longer ones, what a stopped process's NIC has to answer meanwhile waits too long between them.
const PATH_MTU: u32 = 2048;
/// Bytes of one WRITE.
const PIECE: usize = 64 * 1024;
/// Pieces of memory under way: enough for the wire never to rest, and no more, for an image that comes late waits behind them in the NIC.
const PIECES: usize = 3;
/// Bytes at the beginning of the buffers that are for images.
const IMAGE_ROOM: usize = 1 << 19;

impl Cargo {
    fn place(self, room: usize) -> std::ops::Range<usize> {
        match self {
            Self::Image => 0..IMAGE_ROOM.min(room),
            Self::Memory => IMAGE_ROOM.min(room)..room,
        }
    }
}

/// Connects the agents of all hosts with each other, each with bounce buffers of `room` bytes for parcels.
///
/// # Errors
/// A device has no more of something.
pub fn connect(lab: &Lab, room: usize) -> Result<Vec<Agent>> {
    let count = lab.hosts.len();
    let mut agents = (0..count)
        .map(|host| Agent::new(host, &lab.hosts[host], room))
        .collect::<Result<Vec<_>>>()?;
    for a in 0..count {
        for b in a + 1..count {
            let options = ConnectOptions {
                path_mtu: PATH_MTU,
                timeout: 5,
                depth: DEPTH,
                cqs: [Some(agents[a].cqs.clone()), Some(agents[b].cqs.clone())],
                ..ConnectOptions::default()
            };
            let words = lab.connect(a, b, &options)?;
            let memory = lab.connect(a, b, &options)?;
            let bounces = [a, b].map(|k| (agents[k].bounce.va(), agents[k].bounce.rkey()));
            agents[a].add(b, [words.0, memory.0], bounces[1])?;
            agents[b].add(a, [words.1, memory.1], bounces[0])?;
        }
    }
    Ok(agents)
}

impl Agent {
    fn new(host: usize, at: &LabHost, room: usize) -> Result<Self> {
        let cqs = (at.context.create_cq(512)?, at.context.create_cq(512)?);
        Ok(Self {
            host,
            ways: BTreeMap::new(),
            cqs,
            out: at.memory(room, Access::LOCAL)?,
            bounce: at.memory(room, Access::ALL)?,
            heard: VecDeque::new(),
            failed: None,
        })
    }

    fn add(&mut self, to: usize, ends: [Endpoint; 2], bounce: (u64, u32)) -> Result<()> {
        let [words, memory] = ends;
        let (words, memory) = (Way::new(words, DEPTH as usize), Way::new(memory, PIECES));
        let ways = Ways {
            bounce,
            words,
            memory,
        };
        for way in [&ways.words, &ways.memory] {
            way.end.qp.post_recv(&vec![empty(); DEPTH as usize])?;
        }
        self.ways.insert(to, ways);
        Ok(())
    }

    fn ways(&mut self, to: usize) -> Result<&mut Ways> {
        let host = self.host;
        let ways = self.ways.get_mut(&to);
        ways.ok_or_else(|| AgentError::Broken {
            host,
            status: WcStatus::LocalQpOperation,
            what: format!("a message to host {to}, where no other agent is"),
        })
    }

    /// The way whose queue pair has number `qpn`, and where it leads.
    fn way(&mut self, qpn: u32) -> Option<(usize, &mut Way)> {
        let mut all = self
            .ways
            .iter_mut()
            .flat_map(|(to, ways)| [(*to, &mut ways.words), (*to, &mut ways.memory)]);
        all.find(|(_, way)| way.end.qp.number() == qpn)
    }

    /// Tells the agent of host `to` something.
    ///
    /// # Errors
    /// The device failed.
    pub fn say(&mut self, to: usize, word: Word, journey: u32) -> Result<()> {
        let operation = SendOperation::Send {
            imm: Some(word.encode(journey)),
            invalidate: None,
        };
        let mut request = SendRequest::new(0, operation, ScatterEntry::default());
        request.entries.clear();
        self.ways(to)?.words.send([request])
    }

    /// Sends a parcel to the agent of host `to`, which will hear [`Word::Image`] or [`Word::Memory`]. One of a sort at a time.
    ///
    /// # Errors
    /// [`AgentError::TooLong`], or the device failed.
    pub fn send_parcel(
        &mut self,
        to: usize,
        journey: u32,
        cargo: Cargo,
        parcel: &[u8],
    ) -> Result<()> {
        let place = cargo.place(self.out.length());
        if parcel.len() > place.len() {
            let (host, bytes, room) = (self.host, parcel.len(), place.len());
            return Err(AgentError::TooLong { host, bytes, room });
        }
        self.out.buffer().write(place.start, parcel)?;
        let (va, rkey) = self.ways(to)?.bounce;
        let word = match cargo {
            Cargo::Image => Word::Image,
            Cargo::Memory => Word::Memory,
        };
        // nothing at all is a piece, too: it brings the word
        let pieces = parcel.len().div_ceil(PIECE).max(1);
        let requests = (0..pieces).map(|k| {
            let from = k * PIECE;
            let length = PIECE.min(parcel.len() - from);
            let offset = place.start + from;
            let operation = SendOperation::Write {
                remote_addr: va + offset as u64,
                rkey,
                imm: (k + 1 == pieces).then(|| word.encode(journey)),
            };
            SendRequest::new(0, operation, self.out.entry(offset, length as u32))
        });
        let requests: Vec<_> = requests.collect();
        let ways = self.ways(to)?;
        match cargo {
            Cargo::Image => ways.words.send(requests),
            Cargo::Memory => ways.memory.send(requests),
        }
    }

    /// The bytes of the bounce buffer that are for `cargo`.
    ///
    /// # Errors
    /// The device failed.
    pub fn arrived(&self, cargo: Cargo) -> Result<Vec<u8>> {
        let place = cargo.place(self.bounce.length());
        let mut bytes = vec![0; place.len()];
        self.bounce.buffer().read(place.start, &mut bytes)?;
        Ok(bytes)
    }

    /// Works on what has completed. Does not wait.
    ///
    /// # Errors
    /// [`AgentError::Broken`], or the device failed.
    pub fn pump(&mut self) -> Result<()> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.work(),
        }
    }

    /// The same; whoever calls [`Self::pump`] next hears what went wrong.
    pub fn tend(&mut self) {
        if self.failed.is_none() {
            self.failed = self.work().err();
        }
    }

    fn work(&mut self) -> Result<()> {
        let (send, recv) = self.cqs.clone();
        for c in recv.poll(usize::MAX)? {
            self.check(&c)?;
            let Some((from, _)) = self.way(c.qpn) else {
                continue;
            };
            let good = matches!(c.opcode, WcOpcode::Recv | WcOpcode::RecvRdmaWithImm);
            match c.imm.and_then(Word::decode) {
                Some((word, journey)) if good => self.heard.push_back(Heard {
                    from,
                    word,
                    journey,
                }),
                _ => {
                    return Err(AgentError::Broken {
                        host: self.host,
                        status: c.status,
                        what: format!("{c:?}, which says nothing"),
                    });
                }
            }
            if let Some((_, way)) = self.way(c.qpn) {
                way.end.qp.post_recv(&[empty()])?;
            }
        }
        for c in send.poll(usize::MAX)? {
            self.check(&c)?;
            if let Some((_, way)) = self.way(c.qpn) {
                way.room += 1;
                way.post()?;
            }
        }
        Ok(())
    }

    fn check(&self, c: &host_driver::Completion) -> Result<()> {
        match c.status {
            WcStatus::Success => Ok(()),
            status => Err(AgentError::Broken {
                host: self.host,
                status,
                what: format!("{c:?}"),
            }),
        }
    }

    /// Takes a word about a journey, if it was heard.
    pub fn take(&mut self, journey: u32, words: &[Word]) -> Option<Heard> {
        let wanted = |h: &Heard| h.journey == journey && words.contains(&h.word);
        let position = self.heard.iter().position(wanted)?;
        self.heard.remove(position)
    }

    /// Whether queue pair `qpn` is one of its own.
    pub fn has(&self, qpn: u32) -> bool {
        let mut all = self.ways.values();
        all.any(|w| {
            [&w.words, &w.memory]
                .iter()
                .any(|w| w.end.qp.number() == qpn)
        })
    }
}

/// A receive for immediate data alone.
fn empty() -> RecvRequest {
    RecvRequest {
        wr_id: 0,
        entries: vec![],
    }
}

impl Way {
    fn new(end: Endpoint, room: usize) -> Self {
        Self {
            end,
            waiting: VecDeque::new(),
            room,
        }
    }

    fn send(&mut self, requests: impl IntoIterator<Item = SendRequest>) -> Result<()> {
        self.waiting.extend(requests);
        self.post()
    }

    /// Posts what has room. The first goes with its doorbell: somebody waits for it.
    fn post(&mut self) -> Result<()> {
        let count = self.room.min(self.waiting.len());
        let mut requests = self.waiting.drain(..count);
        self.room -= count;
        if let Some(first) = requests.next() {
            self.end.qp.post_send_pushed(&first)?;
        }
        let rest: Vec<_> = requests.collect();
        if !rest.is_empty() {
            self.end.qp.post_send(&rest)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_comes_back_with_its_journey() {
        for word in Word::ALL {
            assert_eq!(Word::decode(word.encode(0xabcdef)), Some((word, 0xabcdef)));
        }
        assert_eq!(Word::decode((Word::ALL.len() as u32) << 24), None);
    }
}
