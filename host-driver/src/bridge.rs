//! The backend for a card at the end of a serial line, as the open boards have it: registers and memory by messages.
//!
//! [`BridgeDevice`] speaks the protocol of [`fw_regs::bridge`] over any [`Line`]: a serial port, a socket, a pseudo-terminal to a simulation. The card's own
//! memory is the host memory of this device, so [`Device::map`] gives away that, as far as it goes. Every request is answered before the next
//! is made, so the order that [`Device`] asks for comes by itself. A request without an answer is repeated a few times; the protocol sees to it that
//! a write is not done twice.
//!
//! Several cards may share a line ([`BridgeDevice::open_cards`]); each is a device of its own.
//!
//! A message takes the time of about thirty bytes: a third of a millisecond at a million bits in a second.

use crate::device::{Bar, Device, DeviceError};
use fw_regs::bridge as protocol;
use std::cell::RefCell;
use std::io::{self, ErrorKind, Read, Write};
use std::ops::Range;
use std::rc::Rc;

/// A line of bytes in both directions.
pub trait Line {
    /// Sends all of `bytes`.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Bytes that have come, at most those that fit; 0 if none comes within a short time of the line's choice.
    fn receive(&mut self, target: &mut [u8]) -> io::Result<usize>;
    /// Lets a little time pass.
    fn pause(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file, socket or serial port as a [`Line`]. Its reads must come back after a short time without data: with nothing, or as
/// [`ErrorKind::WouldBlock`] or [`ErrorKind::TimedOut`].
#[derive(Debug)]
pub struct StreamLine<S>(pub S);

impl<S: Read + Write> Line for StreamLine<S> {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)?;
        self.0.flush()
    }

    fn receive(&mut self, target: &mut [u8]) -> io::Result<usize> {
        match self.0.read(target) {
            Err(e)
                if matches!(
                    e.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                ) =>
            {
                Ok(0)
            }
            other => other,
        }
    }

    fn pause(&mut self) -> io::Result<()> {
        std::thread::yield_now();
        Ok(())
    }
}

/// Why the card cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// The line broke.
    #[error("the line to the card: {0}")]
    Line(#[from] io::Error),
    /// Nobody answers.
    #[error("card {card} does not answer operation {operation} in {attempts} attempts")]
    NoAnswer {
        /// Its number on the line.
        card: u8,
        /// See [`fw_regs::bridge`].
        operation: u8,
        /// How often it was asked.
        attempts: u32,
    },
    /// The card refuses.
    #[error("the card refuses operation {operation} at {address:#x}: status {status}")]
    Refused {
        /// See [`fw_regs::bridge`].
        operation: u8,
        /// Of register or memory.
        address: u32,
        /// See [`fw_regs::bridge`].
        status: u8,
    },
    /// An answer of another length than was asked for.
    #[error("operation {operation} is answered with {found} bytes, not {expected}")]
    Length {
        /// See [`fw_regs::bridge`].
        operation: u8,
        /// Bytes that came.
        found: usize,
        /// Bytes that should have.
        expected: usize,
    },
    /// A card of another version.
    #[error(
        "the card speaks version {found} of the line's protocol, this driver version {expected}"
    )]
    Version {
        /// Of the card.
        found: u8,
        /// Of this driver.
        expected: u8,
    },
    /// A card that claims a memory that it cannot have.
    #[error("the card claims 2^{0} bytes of memory")]
    Memory(u8),
}

impl From<BridgeError> for DeviceError {
    fn from(error: BridgeError) -> Self {
        Self::Backend(Box::new(error))
    }
}

/// How long the driver waits.
#[derive(Clone, Copy, Debug)]
pub struct BridgeOptions {
    /// How often a request is made before it is given up.
    pub attempts: u32,
    /// How often in a row the line may have nothing before a request is made again.
    pub patience: u32,
}

impl Default for BridgeOptions {
    fn default() -> Self {
        Self {
            attempts: 5,
            patience: 20,
        }
    }
}

/// A card behind a line.
pub struct BridgeDevice<L> {
    port: Rc<RefCell<Port<L>>>,
    /// its number on the line
    card: u8,
    memory: Range<u64>,
    cycles_per_us: u16,
    /// IOVA ranges that are mapped
    mapped: Vec<Range<u64>>,
}

/// The line and what is going on on it.
struct Port<L> {
    line: L,
    options: BridgeOptions,
    sequence: u8,
    /// received, not yet understood
    pending: Vec<u8>,
}

/// Marks, status, sequence, length, CRC.
const ANSWER_OVERHEAD: usize = 9;

impl<L: Line> Port<L> {
    fn new(line: L, options: BridgeOptions) -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self {
            line,
            options,
            sequence: 0,
            pending: vec![],
        }))
    }

    /// Makes a request to a card; what the answer carries.
    fn request(
        &mut self,
        card: u8,
        operation: u8,
        address: u32,
        length: u8,
        data: &[u8],
    ) -> Result<Vec<u8>, BridgeError> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut message = protocol::REQUEST_MARKS.to_vec();
        let whose = card << protocol::CARD_SHIFT;
        message.extend([whose | operation, self.sequence, length]);
        message.extend(address.to_le_bytes());
        message.extend(data);
        let crc = protocol::crc(&message[protocol::REQUEST_MARKS.len()..]);
        message.extend(crc.to_le_bytes());
        for _ in 0..self.options.attempts {
            self.line.send(&message)?;
            if let Some((status, data)) = self.answer()? {
                return match status {
                    protocol::OK => Ok(data),
                    status => Err(BridgeError::Refused {
                        operation,
                        address,
                        status,
                    }),
                };
            }
        }
        Err(BridgeError::NoAnswer {
            card,
            operation,
            attempts: self.options.attempts,
        })
    }

    /// Status and data of the answer to the last request; none if none comes.
    fn answer(&mut self) -> Result<Option<(u8, Vec<u8>)>, BridgeError> {
        let mut idle = 0;
        let mut chunk = [0; 512];
        while idle < self.options.patience {
            match self.line.receive(&mut chunk)? {
                0 => idle += 1,
                count => {
                    idle = 0;
                    self.pending
                        .extend(chunk.get(..count).unwrap_or(&chunk[..]));
                }
            }
            while let Some((sequence, status, data)) = self.take_answer() {
                if sequence == self.sequence {
                    return Ok(Some((status, data)));
                }
            }
        }
        self.pending.clear();
        Ok(None)
    }

    /// The next whole and sound answer among the bytes received; what is none is thrown away.
    fn take_answer(&mut self) -> Option<(u8, u8, Vec<u8>)> {
        loop {
            let marks = |window: &[u8]| window == protocol::ANSWER_MARKS;
            let Some(start) = self.pending.windows(2).position(marks) else {
                let kept = self.pending.len().saturating_sub(1);
                self.pending.drain(..kept);
                return None;
            };
            self.pending.drain(..start);
            let &[_, _, status, sequence, length, ..] = self.pending.as_slice() else {
                return None;
            };
            let whole = ANSWER_OVERHEAD + usize::from(length);
            let message = self.pending.get(..whole)?;
            let (body, crc) = message.split_at(whole - 4);
            if protocol::crc(&body[2..]).to_le_bytes() == *crc {
                let data = body[5..].to_vec();
                self.pending.drain(..whole);
                return Some((sequence, status, data));
            }
            // these marks were none
            self.pending.drain(..1);
        }
    }

    fn read(
        &mut self,
        card: u8,
        operation: u8,
        address: u32,
        length: u8,
    ) -> Result<Vec<u8>, BridgeError> {
        let data = self.request(card, operation, address, length, &[])?;
        let expected = match operation {
            protocol::READ_MEMORY => length.into(),
            _ => 8,
        };
        match data.len() == expected {
            true => Ok(data),
            false => Err(BridgeError::Length {
                operation,
                found: data.len(),
                expected,
            }),
        }
    }

    fn read_word(&mut self, card: u8, operation: u8, address: u32) -> Result<u64, BridgeError> {
        let data = self.read(card, operation, address, 0)?;
        let bytes = data.first_chunk().copied().unwrap_or_default();
        Ok(u64::from_le_bytes(bytes))
    }

    /// `data` has at most [`protocol::MOST`] bytes.
    fn write(
        &mut self,
        card: u8,
        operation: u8,
        address: u32,
        data: &[u8],
    ) -> Result<(), BridgeError> {
        self.request(card, operation, address, data.len() as u8, data)
            .map(drop)
    }
}

/// The address on the line of a register.
fn register(bar: Bar, offset: u32, size: u32) -> Result<u32, DeviceError> {
    match offset.is_multiple_of(size) && offset < protocol::DOORBELLS {
        true => Ok(match bar {
            Bar::Registers => offset,
            Bar::Doorbells => offset | protocol::DOORBELLS,
        }),
        false => Err(DeviceError::BadAccess { bar, offset }),
    }
}

impl<L: Line> BridgeDevice<L> {
    /// Greets the card at the other end of `line`.
    ///
    /// # Errors
    /// [`BridgeError::NoAnswer`] if there is none, [`BridgeError::Version`] if it is of another version.
    pub fn open(line: L, options: BridgeOptions) -> Result<Self, BridgeError> {
        Self::greet(Port::new(line, options), 0)
    }

    /// Greets the cards on `line`, numbers 0 and on: so many devices that take turns.
    ///
    /// # Errors
    /// As [`Self::open`].
    ///
    /// # Panics
    /// Of more than [`CARDS`](protocol::CARDS).
    pub fn open_cards(
        line: L,
        options: BridgeOptions,
        count: u8,
    ) -> Result<Vec<Self>, BridgeError> {
        assert!(
            count <= protocol::CARDS,
            "a line has {} cards",
            protocol::CARDS
        );
        let port = Port::new(line, options);
        (0..count)
            .map(|card| Self::greet(port.clone(), card))
            .collect()
    }

    fn greet(shared: Rc<RefCell<Port<L>>>, card: u8) -> Result<Self, BridgeError> {
        let mut port = shared.borrow_mut();
        let hello = port.read(card, protocol::HELLO, 0, 0)?;
        let &[version, log_memory, _, _, low, high, _, _] = hello.as_slice() else {
            return Err(BridgeError::Length {
                operation: protocol::HELLO,
                found: hello.len(),
                expected: 8,
            });
        };
        if version != protocol::VERSION {
            return Err(BridgeError::Version {
                found: version,
                expected: protocol::VERSION,
            });
        }
        if !(12..=24).contains(&log_memory) {
            return Err(BridgeError::Memory(log_memory));
        }
        // interrupts from before are nobody's
        port.write(card, protocol::CLEAR_INTERRUPTS, 0, &[0xff; 8])?;
        drop(port);
        Ok(Self {
            port: shared,
            card,
            memory: protocol::MEMORY_BASE..protocol::MEMORY_BASE + (1 << log_memory),
            cycles_per_us: u16::from_le_bytes([low, high]),
            mapped: vec![],
        })
    }

    /// Bytes of memory on the card.
    pub fn memory_size(&self) -> u64 {
        self.memory.end - self.memory.start
    }

    /// Clock cycles of the device in a microsecond.
    pub fn cycles_per_us(&self) -> u16 {
        self.cycles_per_us
    }

    /// Address on the line of `length` bytes at `iova`, if they are mapped.
    fn mapped(&self, iova: u64, length: usize) -> Result<u32, DeviceError> {
        let inside = |range: &Range<u64>| {
            range.start <= iova
                && iova
                    .checked_add(length as u64)
                    .is_some_and(|end| end <= range.end)
        };
        match self.mapped.iter().any(inside) {
            true => Ok((iova - self.memory.start) as u32),
            false => Err(DeviceError::Unmapped { iova, length }),
        }
    }
}

impl<L: Line> BridgeDevice<L> {
    /// Zeroes mapped memory in whole units.
    fn zero(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        const MOST_ZEROED: usize = 256 * protocol::ZERO_UNIT;
        let start = self.mapped(iova, length)?;
        let mut port = self.port.borrow_mut();
        for done in (0..length).step_by(MOST_ZEROED) {
            let part = (length - done).min(MOST_ZEROED);
            let units = part.div_ceil(protocol::ZERO_UNIT) - 1;
            let address = start + done as u32;
            port.write(self.card, protocol::ZERO_MEMORY, address, &[units as u8])?;
        }
        Ok(())
    }
}

impl<L: Line> Device for BridgeDevice<L> {
    fn read32(&mut self, bar: Bar, offset: u32) -> Result<u32, DeviceError> {
        let address = register(bar, offset, 4)?;
        let mut port = self.port.borrow_mut();
        match port.read_word(self.card, protocol::READ_REGISTER, address) {
            Ok(word) => Ok(word as u32),
            Err(BridgeError::Refused {
                status: protocol::NO_ANSWER,
                ..
            }) => Err(DeviceError::NoAnswer { bar, offset }),
            Err(other) => Err(other.into()),
        }
    }

    fn write32(&mut self, bar: Bar, offset: u32, value: u32) -> Result<(), DeviceError> {
        let address = register(bar, offset, 4)?;
        let mut port = self.port.borrow_mut();
        Ok(port.write(
            self.card,
            protocol::WRITE_REGISTER,
            address,
            &value.to_le_bytes(),
        )?)
    }

    fn write64(&mut self, bar: Bar, offset: u32, value: u64) -> Result<(), DeviceError> {
        let address = register(bar, offset, 8)?;
        let mut port = self.port.borrow_mut();
        Ok(port.write(
            self.card,
            protocol::WRITE_REGISTER,
            address,
            &value.to_le_bytes(),
        )?)
    }

    fn map(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        let end = iova.checked_add(length as u64);
        let range = match end {
            Some(end) if self.memory.start <= iova && end <= self.memory.end => iova..end,
            _ => {
                return Err(DeviceError::Map {
                    iova,
                    length,
                    why: format!(
                        "the card has memory at {:#x}..{:#x}",
                        self.memory.start, self.memory.end
                    ),
                });
            }
        };
        let overlaps = |other: &Range<u64>| other.start < range.end && range.start < other.end;
        if self.mapped.iter().any(overlaps) {
            return Err(DeviceError::Map {
                iova,
                length,
                why: "it is mapped already".into(),
            });
        }
        self.mapped.push(range);
        let zeroed = self.zero(iova, length);
        if zeroed.is_err() {
            self.mapped.pop();
        }
        zeroed
    }

    fn unmap(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        let gone = |range: &Range<u64>| *range == (iova..iova.saturating_add(length as u64));
        match self.mapped.iter().position(gone) {
            Some(at) => {
                self.mapped.swap_remove(at);
                Ok(())
            }
            None => Err(DeviceError::Unmapped { iova, length }),
        }
    }

    fn read_memory(&self, iova: u64, target: &mut [u8]) -> Result<(), DeviceError> {
        let mut address = self.mapped(iova, target.len())?;
        let mut port = self.port.borrow_mut();
        for part in target.chunks_mut(protocol::MOST) {
            let data = port.read(self.card, protocol::READ_MEMORY, address, part.len() as u8)?;
            part.copy_from_slice(&data);
            address += part.len() as u32;
        }
        Ok(())
    }

    fn write_memory(&mut self, iova: u64, bytes: &[u8]) -> Result<(), DeviceError> {
        let mut address = self.mapped(iova, bytes.len())?;
        let mut port = self.port.borrow_mut();
        for part in bytes.chunks(protocol::MOST) {
            port.write(self.card, protocol::WRITE_MEMORY, address, part)?;
            address += part.len() as u32;
        }
        Ok(())
    }

    fn take_interrupts(&mut self) -> Result<u64, DeviceError> {
        let mut port = self.port.borrow_mut();
        let raised = port.read_word(self.card, protocol::READ_INTERRUPTS, 0)?;
        if raised != 0 {
            port.write(
                self.card,
                protocol::CLEAR_INTERRUPTS,
                0,
                &raised.to_le_bytes(),
            )?;
        }
        Ok(raised)
    }

    fn pause(&mut self) -> Result<(), DeviceError> {
        let mut port = self.port.borrow_mut();
        Ok(port.line.pause().map_err(BridgeError::Line)?)
    }
}

#[cfg(test)]
mod tests;
