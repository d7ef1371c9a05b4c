//! The wire port: beats in and out, and whole frames over it.

use std::collections::VecDeque;

/// One beat of a frame: 1 to bus-width bytes, full unless it is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat<'a> {
    /// The bytes that `keep` marks, byte 0 in bits 7:0.
    pub bytes: &'a [u8],
    /// Whether the frame ends here.
    pub last: bool,
}

/// What the NIC's wire is plugged into, called once per cycle each. The link rate is one beat per cycle.
pub trait WirePort {
    /// The beat that enters the NIC in this cycle; the NIC takes it, always. `width` is in bytes.
    fn receive(&mut self, cycle: u64, width: usize) -> Option<Beat<'_>>;

    /// Whether a beat may leave the NIC in this cycle.
    fn ready(&mut self, cycle: u64) -> bool;

    /// A beat that left the NIC.
    fn transmit(&mut self, cycle: u64, beat: Beat<'_>);
}

/// A frame that left the NIC, without preamble, FCS and gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxFrame {
    /// Cycle of the first beat.
    pub begin: u64,
    /// Cycle of the last beat.
    pub end: u64,
    /// Ethernet header to ICRC.
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
struct QueuedFrame {
    earliest: u64,
    bytes: Vec<u8>,
}

/// Frames queued towards the NIC, back to back, and frames that came out.
#[derive(Clone, Debug, Default)]
pub struct WireQueues {
    incoming: VecDeque<QueuedFrame>,
    /// Bytes of the first incoming frame that went in already.
    sent: usize,
    partial: Vec<u8>,
    partial_begin: u64,
    outgoing: VecDeque<TxFrame>,
}

impl WireQueues {
    /// Queues a frame that begins no earlier than `earliest`. An empty frame is nothing on a wire and is
    /// not queued.
    pub fn push(&mut self, earliest: u64, frame: &[u8]) {
        if !frame.is_empty() {
            self.incoming.push_back(QueuedFrame {
                earliest,
                bytes: frame.to_vec(),
            });
        }
    }

    /// Frames that have not entered the NIC completely.
    pub fn pending(&self) -> usize {
        self.incoming.len()
    }

    /// The oldest complete frame that came out.
    pub fn pop(&mut self) -> Option<TxFrame> {
        self.outgoing.pop_front()
    }
}

impl WirePort for WireQueues {
    fn receive(&mut self, cycle: u64, width: usize) -> Option<Beat<'_>> {
        if self
            .incoming
            .front()
            .is_some_and(|frame| self.sent >= frame.bytes.len())
        {
            self.incoming.pop_front();
            self.sent = 0;
        }
        let frame = self.incoming.front()?;
        if self.sent == 0 && cycle < frame.earliest {
            return None;
        }
        let begin = self.sent;
        self.sent = frame.bytes.len().min(begin + width);
        Some(Beat {
            bytes: &frame.bytes[begin..self.sent],
            last: self.sent == frame.bytes.len(),
        })
    }

    fn ready(&mut self, _cycle: u64) -> bool {
        true
    }

    fn transmit(&mut self, cycle: u64, beat: Beat<'_>) {
        if self.partial.is_empty() {
            self.partial_begin = cycle;
        }
        self.partial.extend_from_slice(beat.bytes);
        if beat.last {
            let bytes = std::mem::take(&mut self.partial);
            self.outgoing.push_back(TxFrame {
                begin: self.partial_begin,
                end: cycle,
                bytes,
            });
        }
    }
}
