//! What was captured at both ends of the cable, taken apart: frames by end and direction, and the two halves of each connection.

use super::rules::ip_header_is_good;
use super::scenario::{End, Scenario};
use crate::net::{CaptureError, read_stamped};
use crate::replay::{Class, Packet};
use fw_regs::Psn;
use std::fmt;
use std::path::PathBuf;

/// A frame at one end.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The end.
    pub host: usize,
    /// Its number in that end's capture, from 1.
    pub number: usize,
    /// ns of its first beat.
    pub time: u64,
    /// It left that end; else it arrived there.
    pub sent: bool,
    pub bytes: Vec<u8>,
    /// None if it cannot be taken apart.
    pub packet: Option<Packet>,
    /// Both checksums are right.
    pub intact: bool,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = End::of(self.host);
        let way = if self.sent { "sent" } else { "received" };
        let us = self.time as f64 / 1000.0;
        write!(f, "frame {} of {end} ({way} at {us:.2} µs: ", self.number)?;
        match &self.packet {
            Some(packet) => write!(f, "{packet})"),
            None => write!(f, "{} bytes)", self.bytes.len()),
        }
    }
}

/// Both captures.
#[derive(Clone, Debug)]
pub struct Tape {
    /// By end, in order of time.
    pub ends: [Vec<Frame>; 2],
}

impl Tape {
    /// Reads the captures of hosts a and b, in which every frame is with its time on one clock.
    ///
    /// # Errors
    /// [`CaptureError`].
    pub fn read(captures: &[PathBuf; 2]) -> Result<Self, CaptureError> {
        let end = |host: usize| -> Result<Vec<Frame>, CaptureError> {
            let stamped = read_stamped(&captures[host])?;
            let frames = stamped.into_iter().zip(1..);
            let frames = frames.map(|((time, bytes), number)| {
                Frame::new(host, number, time.as_nanos() as u64, bytes)
            });
            let mut frames: Vec<Frame> = frames.collect();
            // a frame that leaves is written when it has left, with the time at which it began to
            frames.sort_by_key(|f| f.time);
            Ok(frames)
        };
        Ok(Self {
            ends: [end(0)?, end(1)?],
        })
    }
}

impl Frame {
    fn new(host: usize, number: usize, time: u64, bytes: Vec<u8>) -> Self {
        let packet = Packet::parse(&bytes);
        let intact = packet.as_ref().is_some_and(|p| p.icrc_good) && ip_header_is_good(&bytes);
        let own = host as u8 + 1;
        Self {
            host,
            number,
            time,
            // the laboratory's addresses end in the number of the host
            sent: bytes.get(11) == Some(&own),
            bytes,
            packet,
            intact,
        }
    }
}

/// A frame that belongs to a flow, with its packet.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    pub frame: &'a Frame,
    pub packet: &'a Packet,
    /// A request; else a response.
    pub request: bool,
}

impl Step<'_> {
    pub fn time(&self) -> u64 {
        self.frame.time
    }

    pub fn psn(&self) -> Psn {
        self.packet.psn
    }

    /// AETH syndrome; 0 if there is none.
    pub fn syndrome(&self) -> u8 {
        self.packet.aeth.map_or(0, |a| a.syndrome)
    }
}

/// One half of a connection: the requests of one host and what its partner answers, as both of them saw it. What arrived with a
/// wrong checksum is not part of it.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    /// Index of the connection.
    pub connection: usize,
    /// The host that requests.
    pub requester: usize,
    /// PSN of its first request.
    pub first: Psn,
    /// Bytes.
    pub mtu: u32,
    /// Requests leave and responses arrive.
    pub at_requester: Vec<Step<'a>>,
    /// Requests arrive and responses leave.
    pub at_responder: Vec<Step<'a>>,
}

impl<'a> Flow<'a> {
    /// The flows of a scenario: two for each connection.
    pub fn all(scenario: &Scenario, qpns: &[[u32; 2]], tape: &'a Tape) -> Vec<Self> {
        let flows = qpns.iter().enumerate().flat_map(|(connection, qpns)| {
            [0, 1].map(|requester| {
                let at = |host: usize| steps(&tape.ends[host], requester, qpns);
                Self {
                    connection,
                    requester,
                    first: scenario.connection.first(requester),
                    mtu: scenario.connection.mtu,
                    at_requester: at(requester),
                    at_responder: at(1 - requester),
                }
            })
        });
        flows.collect()
    }
}

fn steps<'a>(frames: &'a [Frame], requester: usize, qpns: &[u32; 2]) -> Vec<Step<'a>> {
    let step = |frame: &'a Frame| {
        let packet = frame.packet.as_ref()?;
        let request = match packet.class() {
            Class::Request => true,
            class if class.is_response() => false,
            _ => return None,
        };
        let goes_to = if request { 1 - requester } else { requester };
        let here = frame.sent == (frame.host != goes_to);
        let whole = frame.sent || frame.intact;
        (here && whole && packet.dest_qpn == qpns[goes_to]).then_some(Step {
            frame,
            packet,
            request,
        })
    };
    frames.iter().filter_map(step).collect()
}
