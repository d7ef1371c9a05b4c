//! A Unix stream socket: each frame behind its length, 32 bits big-endian, as QEMU's `-netdev stream` has it.

use super::{End, LONGEST_FRAME, Sent, WireError, WireStats, clear};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Bytes of the length in front of a frame.
const LENGTH: usize = 4;
/// Bytes read at a time.
const GULP: usize = 16 * 1024;
/// How long a side that connects waits after one that nobody has answered.
const AGAIN: Duration = Duration::from_millis(20);

/// Where partners come from.
enum Source {
    Listener {
        listener: UnixListener,
        path: PathBuf,
    },
    Dial {
        path: PathBuf,
        last: Option<Instant>,
    },
}

/// A partner, with what is half read and half written.
struct Partner {
    stream: UnixStream,
    read: Vec<u8>,
    /// of `unsent`, so many bytes have gone
    gone: usize,
    unsent: Vec<u8>,
}

pub(super) struct StreamEnd {
    source: Source,
    partner: Option<Partner>,
}

/// The partner is gone, or was sent away.
struct Gone;

impl StreamEnd {
    pub fn listen(path: &Path) -> Result<Self, WireError> {
        clear(path)?;
        let bound = UnixListener::bind(path).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok(listener)
        });
        let path = path.to_owned();
        match bound {
            Ok(listener) => Ok(Self::of(Source::Listener { listener, path })),
            Err(source) => Err(WireError::Bind { path, source }),
        }
    }

    pub fn connect(path: &Path) -> Self {
        let path = path.to_owned();
        Self::of(Source::Dial { path, last: None })
    }

    fn of(source: Source) -> Self {
        Self {
            source,
            partner: None,
        }
    }

    /// Somebody new, if somebody is there.
    fn meet(&mut self) -> Option<UnixStream> {
        let stream = match &mut self.source {
            Source::Listener { listener, .. } => listener.accept().ok()?.0,
            Source::Dial { path, last } => {
                if last.is_some_and(|t| t.elapsed() < AGAIN) {
                    return None;
                }
                *last = Some(Instant::now());
                UnixStream::connect(path).ok()?
            }
        };
        stream.set_nonblocking(true).ok()?;
        Some(stream)
    }

    fn settle<T>(&mut self, outcome: Result<T, Gone>) -> Option<T> {
        if outcome.is_err() {
            self.partner = None;
        }
        outcome.ok()
    }
}

impl Partner {
    /// Writes what is left of the last frame; whether all of it has gone.
    fn push(&mut self) -> Result<bool, Gone> {
        while self.gone < self.unsent.len() {
            match self.stream.write(&self.unsent[self.gone..]) {
                Ok(0) => return Err(Gone),
                Ok(n) => self.gone += n,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Gone),
            }
        }
        self.unsent.clear();
        self.gone = 0;
        Ok(true)
    }

    /// Bytes of the first frame in `read`, its length included, once that is known.
    fn expected(&self, stats: &mut WireStats) -> Result<Option<usize>, Gone> {
        let Some((length, _)) = self.read.split_first_chunk::<LENGTH>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 || length > LONGEST_FRAME {
            stats.garbled += 1;
            return Err(Gone);
        }
        Ok(Some(LENGTH + length))
    }

    /// The next frame.
    fn pull(&mut self, stats: &mut WireStats) -> Result<Option<Vec<u8>>, Gone> {
        loop {
            if let Some(end) = self.expected(stats)?
                && self.read.len() >= end
            {
                let rest = self.read.split_off(end);
                let mut frame = std::mem::replace(&mut self.read, rest);
                frame.drain(..LENGTH);
                return Ok(Some(frame));
            }
            let mut gulp = [0; GULP];
            match self.stream.read(&mut gulp) {
                Ok(0) => return Err(Gone),
                Ok(n) => self.read.extend_from_slice(&gulp[..n]),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Gone),
            }
        }
    }
}

impl End for StreamEnd {
    fn tend(&mut self, stats: &mut WireStats) {
        if self.partner.is_none()
            && let Some(stream) = self.meet()
        {
            stats.partners += 1;
            self.partner = Some(Partner {
                stream,
                read: Vec::new(),
                gone: 0,
                unsent: Vec::new(),
            });
        }
        let pushed = self.partner.as_mut().map(Partner::push);
        if let Some(pushed) = pushed {
            self.settle(pushed);
        }
    }

    fn send(&mut self, frame: &[u8]) -> Sent {
        let Some(partner) = &mut self.partner else {
            return Sent::Nobody;
        };
        let pushed = partner.push().and_then(|free| {
            if !free {
                return Ok(Sent::Full);
            }
            let length = frame.len() as u32;
            partner.unsent.extend_from_slice(&length.to_be_bytes());
            partner.unsent.extend_from_slice(frame);
            partner.push()?;
            Ok(Sent::Yes)
        });
        self.settle(pushed).unwrap_or(Sent::Nobody)
    }

    fn receive(&mut self, stats: &mut WireStats) -> Option<Vec<u8>> {
        let pulled = self.partner.as_mut()?.pull(stats);
        self.settle(pulled).flatten()
    }

    fn is_up(&self) -> bool {
        self.partner.is_some()
    }
}

impl Drop for StreamEnd {
    fn drop(&mut self) {
        if let Source::Listener { path, .. } = &self.source {
            // it may be gone already, and nobody can be told here
            let _ = std::fs::remove_file(path);
        }
    }
}
