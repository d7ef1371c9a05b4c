//! The host's side of the DMA read channel: requests wait out a latency, answers share one bus.

use std::collections::VecDeque;

use crate::host::DmaMemory;
use crate::monitor::Rule;
use crate::rng::Rng;

/// Longest read request in bytes; a read never crosses a boundary of this size.
pub const READ_MAX: u64 = 512;

/// What answers carry in lanes outside the bytes asked for, so that using them shows.
pub const POISON: u8 = 0xee;

/// When a read looks at memory. Hardware that keeps to the ordering rules must live with both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadSample {
    /// When the request is taken, so that an answer can be older than its latency suggests: what
    /// finds lost wake-ups.
    #[default]
    Request,
    /// When its first beat leaves: what finds memory that is unmapped too early.
    Answer,
}

/// The memory behind the read channel.
#[derive(Clone, Copy, Debug)]
pub struct DmaConfig {
    /// Cycles from a request to the first beat of its answer, if the bus is free.
    pub latency: u64,
    /// Up to so many cycles more, drawn for each request.
    pub jitter: u64,
    /// Whether answers of different tags may overtake each other.
    pub reorder: bool,
    /// Whether beats of several answers may alternate on the bus.
    pub interleave: bool,
    /// When memory is looked at.
    pub sample: ReadSample,
    /// Requests taken at once; no more are accepted until one is answered.
    pub outstanding: usize,
}

impl Default for DmaConfig {
    fn default() -> Self {
        Self {
            latency: 250,
            jitter: 0,
            reorder: false,
            interleave: false,
            sample: ReadSample::Request,
            outstanding: 256,
        }
    }
}

/// One read request as the NIC made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadRequest {
    /// First byte.
    pub iova: u64,
    /// Bytes, 1 to [`READ_MAX`].
    pub length: u64,
    /// Chosen by the NIC, unique among requests in flight.
    pub tag: u8,
}

/// One beat of an answer.
pub(crate) struct AnswerBeat<'a> {
    pub(crate) data: &'a [u8],
    pub(crate) tag: u8,
    pub(crate) last: bool,
    pub(crate) error: bool,
}

#[derive(Clone)]
struct Read {
    request: ReadRequest,
    due: u64,
    /// Whole bus words that cover the request; empty until memory was looked at.
    span: Vec<u8>,
    sent: usize,
    error: bool,
}

/// Requests in flight and the answer bus.
#[derive(Clone)]
pub(crate) struct ReadEngine {
    config: DmaConfig,
    bus: usize,
    reads: VecDeque<Read>,
    /// The answer that has the bus.
    current: Option<usize>,
    newest_due: u64,
    rng: Rng,
    spare: Vec<Vec<u8>>,
}

impl ReadEngine {
    pub(crate) fn new(config: DmaConfig, bus: usize, seed: u64) -> Self {
        let rng = Rng::new(seed);
        Self {
            config,
            bus,
            reads: VecDeque::new(),
            current: None,
            newest_due: 0,
            rng,
            spare: vec![],
        }
    }

    pub(crate) fn clear(&mut self) {
        self.reads.clear();
        self.current = None;
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.reads.len()
    }

    pub(crate) fn has_room(&self) -> bool {
        self.reads.len() < self.config.outstanding
    }

    pub(crate) fn is_busy(&self, tag: u8) -> bool {
        self.reads.iter().any(|read| read.request.tag == tag)
    }

    /// Takes a request; false if memory was looked at and is not mapped.
    pub(crate) fn accept(
        &mut self,
        request: ReadRequest,
        cycle: u64,
        host: &mut dyn DmaMemory,
    ) -> bool {
        let mut due = cycle + self.config.latency + self.rng.below(self.config.jitter + 1);
        if !self.config.reorder {
            due = due.max(self.newest_due);
            self.newest_due = due;
        }
        let span = self.spare.pop().unwrap_or_default();
        let mut read = Read {
            request,
            due,
            span,
            sent: 0,
            error: false,
        };
        if self.config.sample == ReadSample::Request {
            look_up(&mut read, self.bus, host);
        }
        let good = !read.error;
        self.reads.push_back(read);
        good
    }

    /// Gives the bus to an answer that is due, if any; a request whose memory turns out to be not mapped
    /// is returned, its answer follows all the same.
    pub(crate) fn arbitrate(
        &mut self,
        cycle: u64,
        host: &mut dyn DmaMemory,
    ) -> Option<ReadRequest> {
        if self.current.is_none() || self.config.interleave {
            self.current = self.choose(cycle);
        }
        let read = self.reads.get_mut(self.current?)?;
        if !read.span.is_empty() {
            return None;
        }
        look_up(read, self.bus, host);
        read.error.then_some(read.request)
    }

    fn choose(&mut self, cycle: u64) -> Option<usize> {
        let due = |read: &Read| read.due <= cycle;
        if !self.config.reorder && !self.config.interleave {
            return self.reads.front().filter(|read| due(read)).map(|_| 0);
        }
        let ready = self.reads.iter().filter(|read| due(read)).count();
        let pick = usize::try_from(self.rng.below(ready as u64)).ok()?;
        self.reads
            .iter()
            .enumerate()
            .filter(|(_, read)| due(read))
            .nth(pick)
            .map(|(index, _)| index)
    }

    /// The beat on the bus in this cycle.
    pub(crate) fn beat(&self) -> Option<AnswerBeat<'_>> {
        let read = self.reads.get(self.current?)?;
        let data = read.span.get(read.sent..read.sent + self.bus)?;
        let last = read.sent + self.bus == read.span.len();
        Some(AnswerBeat {
            data,
            tag: read.request.tag,
            last,
            error: read.error,
        })
    }

    /// The beat of [`beat`](Self::beat) was taken.
    pub(crate) fn advance(&mut self) {
        let Some(index) = self.current else { return };
        let Some(read) = self.reads.get_mut(index) else {
            return;
        };
        read.sent += self.bus;
        if read.sent >= read.span.len() {
            self.current = None;
            self.spare
                .extend(self.reads.remove(index).map(|read| read.span));
        }
    }
}

/// Fills the bus words that cover the request.
fn look_up(read: &mut Read, bus: usize, host: &mut dyn DmaMemory) {
    let ReadRequest { iova, length, .. } = read.request;
    let mask = bus as u64 - 1;
    let before = (iova & mask) as usize;
    // A request of no bytes breaks the rules, but must still be answered.
    let length = length.max(1) as usize;
    read.span.clear();
    read.span
        .resize((before + length).next_multiple_of(bus), POISON);
    read.error = host
        .dma_read(iova, &mut read.span[before..before + length])
        .is_err();
}

/// Rules that a request breaks by itself.
pub(crate) fn broken_rules(request: &ReadRequest) -> impl Iterator<Item = Rule> {
    let &ReadRequest { iova, length, .. } = request;
    let crosses = iova % READ_MAX + length > READ_MAX;
    let length_rule = (!(1..=READ_MAX).contains(&length)).then_some(Rule::ReadLength(length));
    length_rule
        .into_iter()
        .chain(crosses.then_some(Rule::ReadCrosses(iova)))
}
