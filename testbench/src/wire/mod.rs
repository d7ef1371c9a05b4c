//! Wires that leave the simulation: whole Ethernet frames, without preamble and FCS, to whoever is at the other end of a Unix
//! socket or a tap interface.
//!
//! Read [`WireSpec`] for what `--wire` takes, [`Wire`] for the frames, and [`WirePort`] for a wire at a port of a
//! [`Cluster`](crate::cluster::Cluster)'s network. The other end may be a guest of QEMU (`-netdev stream` or `-netdev dgram`),
//! another program of ours, or the kernel behind a tap. Nothing here waits: a wire is served by calling [`Wire::poll`] now and
//! then, and a partner that is not there, or does not read, costs frames, as a cable does that is not plugged in.

mod dgram;
mod lossy;
mod port;
mod spec;
mod stream;
mod tap;

pub use port::{POLL_CYCLES, WirePort};
pub use spec::{WireSpec, WireSpecError};

use crate::net::FaultRates;
use lossy::Lossy;
use serde::Serialize;
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;

/// Longest frame that a wire takes, in bytes: what QEMU takes.
pub const LONGEST_FRAME: usize = 4096 + 65_536;
/// Frames that wait for a partner that does not read; more are dropped.
pub const OUTBOX: usize = 1024;
/// Frames taken from the partner that nobody has asked for yet; more stay in the socket.
pub const INBOX: usize = 256;

/// Why a wire cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The socket's file cannot be made.
    #[error("cannot make the socket {path}: {source}")]
    Bind { path: PathBuf, source: io::Error },
    /// There is a file of that name that is not ours to remove.
    #[error("{path} is there and is no socket; choose another path")]
    NotASocket { path: PathBuf },
    /// Another program listens there.
    #[error("another program listens at {path}; choose another path, or connect to it")]
    InUse { path: PathBuf },
    /// The tap interface cannot be had.
    #[error(
        "cannot open the tap interface {name}: {source}; it takes /dev/net/tun and CAP_NET_ADMIN in this network namespace, e.g. under `unshare --user --map-root-user --net`"
    )]
    Tap { name: String, source: io::Error },
    /// No such thing on this system.
    #[error("tap interfaces are served on Linux only")]
    NoTap,
}

/// What has passed a wire, in frames. "Received" is seen from this side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WireStats {
    /// came in whole, faults included
    pub received: u64,
    /// were handed to the partner's side
    pub sent: u64,
    /// were not sent: no partner, one that does not read, or longer than [`LONGEST_FRAME`]
    pub dropped: u64,
    /// the faults took, both ways
    pub lost: u64,
    /// the faults did otherwise: twice, late, one bit wrong
    pub disturbed: u64,
    /// partners that have come, from the first one on
    pub partners: u64,
    /// partners that were cut off because they did not speak the wire's format
    pub garbled: u64,
}

/// What became of a frame that was to be sent.
enum Sent {
    /// it is on its way
    Yes,
    /// later, perhaps
    Full,
    /// nobody is there
    Nobody,
}

/// One kind of wire. No call waits.
trait End {
    /// Looks after the connection: partners that come and go, bytes that are half sent.
    fn tend(&mut self, stats: &mut WireStats);
    /// Sends one frame, whole or not at all.
    fn send(&mut self, frame: &[u8]) -> Sent;
    /// The next frame that has come, if one has.
    fn receive(&mut self, stats: &mut WireStats) -> Option<Vec<u8>>;
    /// As far as can be known, somebody is at the other end.
    fn is_up(&self) -> bool;
}

/// A wire to the outside.
pub struct Wire {
    spec: WireSpec,
    end: Box<dyn End + Send>,
    faults: Option<Lossy>,
    inbox: VecDeque<Vec<u8>>,
    outbox: VecDeque<Vec<u8>>,
    stats: WireStats,
}

impl Wire {
    /// Opens a wire. Its partner may come later.
    ///
    /// # Errors
    /// [`WireError`]: what is in the way of a socket of this name, or of the tap.
    pub fn open(spec: &WireSpec) -> Result<Self, WireError> {
        let end: Box<dyn End + Send> = match spec {
            WireSpec::Listen { path } => Box::new(stream::StreamEnd::listen(path)?),
            WireSpec::Connect { path } => Box::new(stream::StreamEnd::connect(path)),
            WireSpec::Dgram { path, partner } => {
                Box::new(dgram::DgramEnd::bind(path, partner.as_deref())?)
            }
            WireSpec::Tap { name } => tap::open(name)?,
        };
        Ok(Self {
            spec: spec.clone(),
            end,
            faults: None,
            inbox: VecDeque::new(),
            outbox: VecDeque::new(),
            stats: WireStats::default(),
        })
    }

    /// The same with faults in both directions, fixed by `seed`.
    #[must_use]
    pub fn with_faults(mut self, rates: FaultRates, seed: u64) -> Self {
        self.faults = (rates != FaultRates::default()).then(|| Lossy::new(rates, seed));
        self
    }

    /// What was opened.
    pub fn spec(&self) -> &WireSpec {
        &self.spec
    }

    /// What has passed.
    pub fn stats(&self) -> WireStats {
        self.stats
    }

    /// As far as can be known, somebody is at the other end.
    pub fn is_up(&self) -> bool {
        self.end.is_up()
    }

    /// Frames that wait for the partner to read.
    pub fn waiting(&self) -> usize {
        self.outbox.len()
    }

    /// Looks after the connection, sends what waits, takes what has come. To be called now and then; costs a few system calls.
    pub fn poll(&mut self) {
        self.end.tend(&mut self.stats);
        self.flush();
        while self.inbox.len() < INBOX {
            let Some(frame) = self.end.receive(&mut self.stats) else {
                break;
            };
            self.stats.received += 1;
            match &mut self.faults {
                Some(faults) => faults.incoming(frame, &mut self.inbox, &mut self.stats),
                None => self.inbox.push_back(frame),
            }
        }
    }

    /// The oldest frame that [`Self::poll`] has taken.
    pub fn receive(&mut self) -> Option<Vec<u8>> {
        self.inbox.pop_front()
    }

    /// Sends a frame now or, if the partner does not read, later; what does not fit is dropped and counted.
    pub fn send(&mut self, frame: Vec<u8>) {
        if frame.is_empty() || frame.len() > LONGEST_FRAME {
            self.stats.dropped += 1;
            return;
        }
        match &mut self.faults {
            Some(faults) => faults.outgoing(frame, &mut self.outbox, &mut self.stats),
            None => self.outbox.push_back(frame),
        }
        self.flush();
        while self.outbox.len() > OUTBOX {
            self.outbox.pop_back();
            self.stats.dropped += 1;
        }
    }

    /// Sends what waits, as far as the partner reads.
    fn flush(&mut self) {
        while let Some(frame) = self.outbox.front() {
            match self.end.send(frame) {
                Sent::Full => return,
                Sent::Yes => self.stats.sent += 1,
                Sent::Nobody => self.stats.dropped += 1,
            }
            self.outbox.pop_front();
        }
    }
}

/// Makes way for a socket at `path`: what a program has left there that is gone is removed.
fn clear(path: &std::path::Path) -> Result<(), WireError> {
    use std::os::unix::fs::FileTypeExt;
    let path = path.to_owned();
    match std::fs::symlink_metadata(&path) {
        Err(_) => return Ok(()),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(WireError::NotASocket { path });
        }
        Ok(_) => {}
    }
    // a socket of either kind that nobody holds refuses both
    let stream = std::os::unix::net::UnixStream::connect(&path).is_ok();
    let held = |s: std::os::unix::net::UnixDatagram| s.connect(&path).is_ok();
    if stream || std::os::unix::net::UnixDatagram::unbound().is_ok_and(held) {
        return Err(WireError::InUse { path });
    }
    std::fs::remove_file(&path).map_err(|source| WireError::Bind { path, source })
}
