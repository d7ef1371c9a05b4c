//! Host agents: the daemon of each host that owns its device, and the connections between them.
//!
//! An agent talks to the others over queue pairs of its own. What it has to say is a word of immediate data; parcels go by RDMA
//! WRITE into the other's bounce buffer, piece by piece, the last with immediate data. So a migration's data share links and NICs
//! with everything else, and cost what they cost.

use crate::lab::{ConnectOptions, Endpoint, Lab, LabError, LabHost};
use host_driver::{
    Access, CompletionQueue, DeviceError, MemoryRegion, PostError, RecvRequest, ScatterEntry,
    SendOperation, SendRequest, VerbsError, WcOpcode, WcStatus,
};
use std::collections::{BTreeMap, VecDeque};

/// What agents say to each other, with the number of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The parcel is in your bounce buffer.
    Parcel,
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
    const ALL: [Self; 6] = [
        Self::Parcel,
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

/// The way to another agent.
struct Way {
    end: Endpoint,
    /// the other's bounce buffer: address, key
    bounce: (u64, u32),
    /// not posted yet
    waiting: VecDeque<SendRequest>,
    room: usize,
}

/// The agent of a host.
pub struct Agent {
    host: usize,
    ways: BTreeMap<usize, Way>,
    cqs: (CompletionQueue, CompletionQueue),
    /// parcels that leave, and parcels that arrive
    out: MemoryRegion,
    bounce: MemoryRegion,
    heard: VecDeque<Heard>,
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
/// Bytes of one WRITE.
const PIECE: usize = 64 * 1024;

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
                path_mtu: 4096,
                timeout: 5,
                depth: DEPTH,
                cqs: [Some(agents[a].cqs.clone()), Some(agents[b].cqs.clone())],
                ..ConnectOptions::default()
            };
            let (end, other) = lab.connect(a, b, &options)?;
            let bounces = [a, b].map(|k| (agents[k].bounce.va(), agents[k].bounce.rkey()));
            agents[a].add(b, end, bounces[1])?;
            agents[b].add(a, other, bounces[0])?;
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
        })
    }

    fn add(&mut self, to: usize, end: Endpoint, bounce: (u64, u32)) -> Result<()> {
        let receive = RecvRequest {
            wr_id: 0,
            entries: vec![],
        };
        end.qp.post_recv(&vec![receive; DEPTH as usize])?;
        let way = Way {
            end,
            bounce,
            waiting: VecDeque::new(),
            room: DEPTH as usize,
        };
        self.ways.insert(to, way);
        Ok(())
    }

    fn way(&mut self, to: usize) -> Result<&mut Way> {
        let host = self.host;
        let way = self.ways.get_mut(&to);
        way.ok_or_else(|| AgentError::Broken {
            host,
            status: WcStatus::LocalQpOperation,
            what: format!("a message to host {to}, where no other agent is"),
        })
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
        self.send(to, [request])
    }

    /// Sends a parcel to the agent of host `to`, which will hear [`Word::Parcel`]. One at a time.
    ///
    /// # Errors
    /// [`AgentError::TooLong`], or the device failed.
    pub fn send_parcel(&mut self, to: usize, journey: u32, parcel: &[u8]) -> Result<()> {
        let room = self.out.length();
        if parcel.len() > room {
            let (host, bytes) = (self.host, parcel.len());
            return Err(AgentError::TooLong { host, bytes, room });
        }
        self.out.buffer().write(0, parcel)?;
        let (va, rkey) = self.way(to)?.bounce;
        let pieces = parcel.len().div_ceil(PIECE);
        let requests = (0..pieces).map(|k| {
            let offset = k * PIECE;
            let length = PIECE.min(parcel.len() - offset);
            let operation = SendOperation::Write {
                remote_addr: va + offset as u64,
                rkey,
                imm: (k + 1 == pieces).then(|| Word::Parcel.encode(journey)),
            };
            SendRequest::new(0, operation, self.out.entry(offset, length as u32))
        });
        let requests: Vec<_> = requests.collect();
        self.send(to, requests)
    }

    fn send(&mut self, to: usize, requests: impl IntoIterator<Item = SendRequest>) -> Result<()> {
        let way = self.way(to)?;
        way.waiting.extend(requests);
        way.post()
    }

    /// The bytes of the bounce buffer.
    ///
    /// # Errors
    /// The device failed.
    pub fn arrived(&self) -> Result<Vec<u8>> {
        Ok(crate::lab::contents(&self.bounce)?)
    }

    /// Works on what has completed. Does not wait.
    ///
    /// # Errors
    /// [`AgentError::Broken`], or the device failed.
    pub fn pump(&mut self) -> Result<()> {
        let (send, recv) = self.cqs.clone();
        for c in recv.poll(usize::MAX)? {
            self.check(&c)?;
            let Some(from) = self.peer(c.qpn) else {
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
            let receive = RecvRequest {
                wr_id: 0,
                entries: vec![],
            };
            self.way(from)?.end.qp.post_recv(&[receive])?;
        }
        for c in send.poll(usize::MAX)? {
            self.check(&c)?;
            if let Some(to) = self.peer(c.qpn) {
                let way = self.way(to)?;
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

    fn peer(&self, qpn: u32) -> Option<usize> {
        let mut ways = self.ways.iter();
        ways.find(|(_, w)| w.end.qp.number() == qpn).map(|w| *w.0)
    }

    /// Takes a word about a journey, if it was heard.
    pub fn take(&mut self, journey: u32, words: &[Word]) -> Option<Heard> {
        let wanted = |h: &Heard| h.journey == journey && words.contains(&h.word);
        let position = self.heard.iter().position(wanted)?;
        self.heard.remove(position)
    }

    /// Whether queue pair `qpn` is one of its own.
    pub fn has(&self, qpn: u32) -> bool {
        self.peer(qpn).is_some()
    }

    /// Everything sent has arrived.
    pub fn is_idle(&self) -> bool {
        let mut ways = self.ways.values();
        ways.all(|w| w.waiting.is_empty() && w.room == DEPTH as usize)
    }
}

impl Way {
    /// Posts what has room.
    fn post(&mut self) -> Result<()> {
        let count = self.room.min(self.waiting.len());
        if count == 0 {
            return Ok(());
        }
        let requests: Vec<_> = self.waiting.drain(..count).collect();
        self.room -= count;
        Ok(self.end.qp.post_send(&requests)?)
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
        assert_eq!(Word::decode(0x0600_0000), None);
    }
}
