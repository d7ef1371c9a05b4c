//! The messages of vfio-user that a driver needs, from the client's side.
//!
//! A message is a header of 16 bytes and a body; all numbers are little-endian here, since both ends are on one machine. Commands and
//! layouts: the specification of vfio-user, version 0.1, that comes with QEMU.

use super::error::VfioUserError;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use vmm_sys_util::epoll::{ControlOperation, Epoll, EpollEvent, EventSet};
use vmm_sys_util::eventfd::EventFd;
use vmm_sys_util::sock_ctrl_msg::ScmSocket;

/// A command and its name in errors.
#[derive(Clone, Copy)]
struct Message(u16, &'static str);

const VERSION: Message = Message(1, "the version");
const DMA_MAP: Message = Message(2, "a DMA map");
const DMA_UNMAP: Message = Message(3, "a DMA unmap");
const DEVICE_INFO: Message = Message(4, "the device's info");
const REGION_INFO: Message = Message(5, "a region's info");
const IRQ_INFO: Message = Message(7, "an interrupt's info");
const SET_IRQS: Message = Message(8, "setting interrupts");
const REGION_READ: Message = Message(9, "a read");
const REGION_WRITE: Message = Message(10, "a write");
const RESET: Message = Message(13, "a reset");

const HEADER: usize = 16;
/// Flags of a header: what it is, and what is wanted or wrong.
const IS_REPLY: u32 = 1;
const NO_REPLY: u32 = 1 << 4;
const IS_ERROR: u32 = 1 << 5;
/// Nothing that is asked for here is longer.
const LONGEST: usize = 1 << 16;

/// Flags of VFIO's structures (linux/vfio.h).
const DEVICE_RESETTABLE: u32 = 1;
const DEVICE_IS_PCI: u32 = 1 << 1;
const MAP_READ_WRITE: u32 = 3;
const IRQ_EVENTFD_TRIGGER: u32 = 1 << 2 | 1 << 5;

#[derive(Serialize, Deserialize)]
struct Version {
    capabilities: Capabilities,
}

#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Capabilities {
    max_msg_fds: u32,
    max_data_xfer_size: u32,
}

impl Default for Capabilities {
    /// What holds if an end says nothing.
    fn default() -> Self {
        Self {
            max_msg_fds: 1,
            max_data_xfer_size: 1 << 20,
        }
    }
}

/// What the server says of the device.
pub(super) struct DeviceInfo {
    pub resettable: bool,
}

/// What the server says of a region.
pub(super) struct Region {
    /// bytes
    pub size: u64,
}

/// A connection with a server. After the first answer that does not come or makes no sense it is dead, and says so every time.
pub(super) struct Connection {
    stream: UnixStream,
    /// wakes when the server hangs up
    hang_up: Epoll,
    limit: Duration,
    next: u16,
    /// descriptors that the server takes with one message
    most_fds: usize,
    dead: Option<Death>,
}

#[derive(Clone, Copy)]
enum Death {
    Gone,
    TimedOut(&'static str),
}

impl AsRawFd for Connection {
    fn as_raw_fd(&self) -> RawFd {
        self.stream.as_raw_fd()
    }
}

/// Little-endian words, one after the other.
struct Words<'a>(&'a [u8]);

impl Words<'_> {
    fn u16(&mut self) -> u16 {
        let (bytes, rest) = self.0.split_first_chunk().unwrap_or((&[0; 2], &[]));
        self.0 = rest;
        u16::from_le_bytes(*bytes)
    }

    fn u32(&mut self) -> u32 {
        let (bytes, rest) = self.0.split_first_chunk().unwrap_or((&[0; 4], &[]));
        self.0 = rest;
        u32::from_le_bytes(*bytes)
    }

    fn u64(&mut self) -> u64 {
        u64::from(self.u32()) | u64::from(self.u32()) << 32
    }
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn halves(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

impl Connection {
    /// Connects and agrees on a version.
    pub fn open(path: &Path, limit: Duration) -> Result<Self, VfioUserError> {
        let stream = UnixStream::connect(path).map_err(|source| {
            let path = path.to_owned();
            match source.kind() {
                io::ErrorKind::NotFound => VfioUserError::NoSocket { path },
                io::ErrorKind::ConnectionRefused => VfioUserError::NobodyServes { path },
                _ => VfioUserError::Connect { path, source },
            }
        })?;
        let hang_up = Epoll::new().map_err(VfioUserError::Socket)?;
        let watch = EpollEvent::new(EventSet::READ_HANG_UP, 0);
        hang_up
            .ctl(ControlOperation::Add, stream.as_raw_fd(), watch)
            .and_then(|()| stream.set_read_timeout(Some(limit)))
            .and_then(|()| stream.set_write_timeout(Some(limit)))
            .map_err(VfioUserError::Socket)?;
        let mut connection = Self {
            stream,
            hang_up,
            limit,
            next: 0,
            most_fds: 1,
            dead: None,
        };
        connection.agree()?;
        Ok(connection)
    }

    fn agree(&mut self) -> Result<(), VfioUserError> {
        let own = Version {
            capabilities: Capabilities {
                max_msg_fds: 8,
                ..Capabilities::default()
            },
        };
        let nonsense = |e: serde_json::Error| VfioUserError::Nonsense {
            message: VERSION.1,
            why: e.to_string(),
        };
        // version 0.1
        let mut body = words(&[1 << 16]);
        body.extend(serde_json::to_vec(&own).map_err(nonsense)?);
        body.push(0);
        let answer = self.call(VERSION, &body, &[], 4)?;
        let mut numbers = Words(&answer);
        let (major, minor) = (numbers.u16(), numbers.u16());
        if major != 0 {
            return Err(VfioUserError::Version { major, minor });
        }
        let text = numbers.0.strip_suffix(&[0]).unwrap_or(numbers.0);
        if !text.is_empty() {
            let theirs: Version = serde_json::from_slice(text).map_err(nonsense)?;
            self.most_fds = theirs.capabilities.max_msg_fds.clamp(1, 16) as usize;
        }
        Ok(())
    }

    /// The error of a connection that has ended.
    pub fn lost(&self) -> VfioUserError {
        match self.dead {
            None | Some(Death::Gone) => VfioUserError::ServerGone,
            Some(Death::TimedOut(message)) => self.timed_out(message),
        }
    }

    fn timed_out(&self, message: &'static str) -> VfioUserError {
        VfioUserError::TimedOut {
            message,
            milliseconds: self.limit.as_millis() as u64,
        }
    }

    /// The server has hung up, or the connection is dead for another reason.
    pub fn is_closed(&mut self) -> bool {
        let mut ready = [EpollEvent::default()];
        self.dead.is_some() || self.hang_up.wait(0, &mut ready).is_ok_and(|n| n > 0)
    }

    /// What a failure of the socket means. The connection is dead from then on.
    fn fail(&mut self, error: io::Error, message: &'static str) -> VfioUserError {
        use io::ErrorKind as Kind;
        let (death, meaning) = match error.kind() {
            Kind::WouldBlock | Kind::TimedOut => {
                (Death::TimedOut(message), self.timed_out(message))
            }
            Kind::BrokenPipe | Kind::ConnectionReset | Kind::UnexpectedEof => {
                (Death::Gone, VfioUserError::ServerGone)
            }
            _ => (Death::Gone, VfioUserError::Socket(error)),
        };
        self.dead = Some(death);
        meaning
    }

    fn nonsense(&mut self, message: &'static str, why: String) -> VfioUserError {
        self.dead = Some(Death::Gone);
        VfioUserError::Nonsense { message, why }
    }

    /// Sends a message and returns its number.
    fn send(
        &mut self,
        message: Message,
        flags: u32,
        body: &[u8],
        fds: &[RawFd],
    ) -> Result<u16, VfioUserError> {
        if self.dead.is_some() {
            return Err(self.lost());
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        let length = HEADER + body.len();
        let command = u32::from(id) | u32::from(message.0) << 16;
        let mut bytes = words(&[command, length as u32, flags, 0]);
        bytes.extend_from_slice(body);
        let sent = match fds.is_empty() {
            true => self.stream.write_all(&bytes),
            false => self
                .stream
                .send_with_fds(&[&bytes[..]], fds)
                .map_err(|e| io::Error::from_raw_os_error(e.errno()))
                .and_then(|count| self.stream.write_all(&bytes[count.min(length)..])),
        };
        sent.map_err(|e| self.fail(e, message.1))?;
        Ok(id)
    }

    /// Sends a message and waits for the answer's body, which has at least `least` bytes.
    fn call(
        &mut self,
        message: Message,
        body: &[u8],
        fds: &[RawFd],
        least: usize,
    ) -> Result<Vec<u8>, VfioUserError> {
        let id = self.send(message, 0, body, fds)?;
        let mut header = [0; HEADER];
        self.receive(&mut header, message)?;
        let mut fields = Words(&header);
        let (number, command) = (fields.u16(), fields.u16());
        let (length, flags, errno) = (fields.u32() as usize, fields.u32(), fields.u32());
        if flags & IS_REPLY == 0 || number != id || command != message.0 {
            let why = format!(
                "message {number}, command {command}, flags {flags:#x} instead of {id} and {}",
                message.0
            );
            return Err(self.nonsense(message.1, why));
        }
        if !(HEADER..=LONGEST).contains(&length) {
            return Err(self.nonsense(message.1, format!("it has {length} bytes")));
        }
        let mut answer = vec![0; length - HEADER];
        self.receive(&mut answer, message)?;
        if flags & IS_ERROR != 0 {
            let message = message.1;
            return Err(VfioUserError::Refused { message, errno });
        }
        if answer.len() < least {
            return Err(self.nonsense(message.1, format!("it has {length} bytes")));
        }
        Ok(answer)
    }

    fn receive(&mut self, target: &mut [u8], message: Message) -> Result<(), VfioUserError> {
        let done = self.stream.read_exact(target);
        done.map_err(|e| self.fail(e, message.1))
    }

    pub fn device_info(&mut self) -> Result<DeviceInfo, VfioUserError> {
        let answer = self.call(DEVICE_INFO, &words(&[16, 0, 0, 0]), &[], 16)?;
        let mut fields = Words(&answer);
        let (_, flags) = (fields.u32(), fields.u32());
        if flags & DEVICE_IS_PCI == 0 {
            return Err(VfioUserError::NotPci);
        }
        Ok(DeviceInfo {
            resettable: flags & DEVICE_RESETTABLE != 0,
        })
    }

    pub fn region(&mut self, index: u32) -> Result<Region, VfioUserError> {
        let body = words(&[32, 0, index, 0, 0, 0, 0, 0]);
        let answer = self.call(REGION_INFO, &body, &[], 32)?;
        let mut fields = Words(&answer[16..]);
        Ok(Region { size: fields.u64() })
    }

    /// Interrupts of kind `index`.
    pub fn vectors(&mut self, index: u32) -> Result<u32, VfioUserError> {
        let answer = self.call(IRQ_INFO, &words(&[16, 0, index, 0]), &[], 16)?;
        Ok(Words(&answer[12..]).u32())
    }

    /// Gives the server a descriptor for each vector.
    pub fn set_vectors(&mut self, index: u32, events: &[EventFd]) -> Result<(), VfioUserError> {
        for (k, part) in events.chunks(self.most_fds).enumerate() {
            let start = (k * self.most_fds) as u32;
            let count = part.len() as u32;
            let body = words(&[20, IRQ_EVENTFD_TRIGGER, index, start, count]);
            let fds: Vec<RawFd> = part.iter().map(AsRawFd::as_raw_fd).collect();
            self.call(SET_IRQS, &body, &fds, 0)?;
        }
        Ok(())
    }

    /// Shares `length` bytes from the beginning of `file` at `iova`.
    pub fn map(&mut self, iova: u64, length: u64, file: BorrowedFd) -> Result<(), VfioUserError> {
        let ([a, b], [c, d]) = (halves(iova), halves(length));
        let body = words(&[32, MAP_READ_WRITE, 0, 0, a, b, c, d]);
        self.call(DMA_MAP, &body, &[file.as_raw_fd()], 0)?;
        Ok(())
    }

    pub fn unmap(&mut self, iova: u64, length: u64) -> Result<(), VfioUserError> {
        let ([a, b], [c, d]) = (halves(iova), halves(length));
        self.call(DMA_UNMAP, &words(&[24, 0, a, b, c, d]), &[], 0)?;
        Ok(())
    }

    pub fn reset(&mut self) -> Result<(), VfioUserError> {
        self.call(RESET, &[], &[], 0).map(drop)
    }

    fn access(region: u32, offset: u64, count: usize) -> Vec<u8> {
        let [low, high] = halves(offset);
        words(&[low, high, region, count as u32])
    }

    /// Reads `target.len()` bytes of a region.
    pub fn read(
        &mut self,
        region: u32,
        offset: u64,
        target: &mut [u8],
    ) -> Result<(), VfioUserError> {
        let body = Self::access(region, offset, target.len());
        let answer = self.call(REGION_READ, &body, &[], 16 + target.len())?;
        target.copy_from_slice(&answer[16..16 + target.len()]);
        Ok(())
    }

    /// Writes to a region and waits until the server has it.
    pub fn write(&mut self, region: u32, offset: u64, bytes: &[u8]) -> Result<(), VfioUserError> {
        let mut body = Self::access(region, offset, bytes.len());
        body.extend_from_slice(bytes);
        self.call(REGION_WRITE, &body, &[], 0).map(drop)
    }

    /// Writes to a region, and does not wait.
    pub fn post(&mut self, region: u32, offset: u64, bytes: &[u8]) -> Result<(), VfioUserError> {
        let mut body = Self::access(region, offset, bytes.len());
        body.extend_from_slice(bytes);
        self.send(REGION_WRITE, NO_REPLY, &body, &[]).map(drop)
    }
}
