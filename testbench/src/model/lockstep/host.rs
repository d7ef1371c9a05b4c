//! A host as the contract describes it: what its driver has told the NIC, and what lies in its memory.

use super::Why;
use super::line::Line;
use crate::model::memory::{Memory, Piece, Regions, Right};
use crate::model::receiver::Receive;
use fw_regs::bar0::{control, event_queue, mailbox};
use fw_regs::contexts::{CqConfig, MemoryRegion, RingConfig};
use fw_regs::rings::{
    CQE_BYTES, EQE_BYTES, Eqe, RECV_WQE_BYTES, RecvWqe, SEND_WQE_BYTES, SendWqe, phase,
};
use fw_regs::{Command, ContextKind, QpState, doorbell};
use sim_verilator::HostMemory;
use std::collections::{HashMap, VecDeque};

/// A doorbell that is this many cycles old has certainly been taken, and what it posted been fetched if there was room.
pub(super) const DOORBELL_AGE: u64 = 4_000;

/// Doorbells of a ring that are remembered at least.
const BELLS: usize = 64;

/// Cycles in which the migration unit reads the doorbell records of a queue pair, at most.
const RECORD_READS: u64 = 2_000;

/// Bytes of a page that DUMP writes.
const DUMP_PAGE: u64 = 512;

/// A command under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issued {
    pub command: Command,
    pub args: [u32; 2],
}

/// A completion queue.
#[derive(Clone, Debug)]
pub struct Cq {
    pub config: CqConfig,
    /// completions written
    pub produced: u16,
    /// the bytes of the next one that are there
    pub partial: Vec<u8>,
}

/// The event queue.
#[derive(Clone, Debug, Default)]
struct EventQueue {
    base: u64,
    log_size: u8,
    /// events written since it was switched on
    produced: u16,
    /// the bytes of the next one that are there
    partial: Vec<u8>,
}

/// See the module's head.
pub struct Host {
    pub memory: HostMemory,
    pub regions: Regions,
    pub cqs: HashMap<u16, Cq>,
    /// context records as the driver wrote them
    records: HashMap<(u8, u16), Vec<u32>>,
    /// states that QPs were sent to
    pub states: HashMap<u16, QpState>,
    keys: HashMap<u16, u32>,
    args: [u32; 2],
    data: Vec<u32>,
    pub issued: Option<Issued>,
    events: EventQueue,
    pub cycles_per_us: u64,
    pub ack_mask: u32,
    /// the transmit port
    pub line: Line,
    /// the migration unit had something to do in this cycle: as long as it has, it reads no doorbell records
    pub moved: u64,
    /// cycle of what is being looked at
    pub now: u64,
    /// receive rings: doorbells with their cycles
    bells: HashMap<u16, VecDeque<(u64, u16)>>,
    /// receives of shared rings that have been completed, beyond the contiguous ones
    used: HashMap<u16, SharedUse>,
}

/// Which receives of a shared ring are used up.
#[derive(Clone, Debug, Default)]
struct SharedUse {
    low: u16,
    beyond: Vec<u16>,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            memory: HostMemory::new(),
            regions: Regions::default(),
            cqs: HashMap::new(),
            records: HashMap::new(),
            states: HashMap::new(),
            keys: HashMap::new(),
            args: [0; 2],
            data: vec![0; fw_regs::mailbox::WORDS],
            issued: None,
            events: EventQueue::default(),
            cycles_per_us: 250,
            ack_mask: 0x3f,
            line: Line::default(),
            moved: 0,
            now: 0,
            bells: HashMap::new(),
            used: HashMap::new(),
        }
    }
}

impl Memory for Host {
    fn fetch(&self, iova: u64, length: usize) -> Option<Vec<u8>> {
        self.memory.read_vec(iova, length).ok()
    }
}

impl Host {
    /// What is seen now was decided no more than so many cycles ago.
    pub fn lag(&self) -> u64 {
        self.line.lag(self.now)
    }

    /// A register of BAR0 was written; the command that it starts, if it does.
    pub fn register(&mut self, offset: u32, value: u32) -> Option<Issued> {
        let base = self.events.base;
        let data = &mailbox::data::REG;
        if offset == mailbox::arg0::REG.offset {
            self.args[0] = value;
        } else if offset == mailbox::arg1::REG.offset {
            self.args[1] = value;
        } else if offset >= data.offset && offset < data.offset + 4 * data.words {
            self.data[((offset - data.offset) / 4) as usize] = value;
        } else if offset == event_queue::base_lo::REG.offset {
            self.events.base = base & !0xffff_ffff | u64::from(value);
        } else if offset == event_queue::base_hi::REG.offset {
            self.events.base = base & 0xffff_ffff | u64::from(value) << 32;
        } else if offset == event_queue::size::REG.offset {
            self.events.log_size = event_queue::size::LOG2.get(value) as u8;
        } else if offset == event_queue::control::REG.offset {
            (self.events.produced, self.events.partial) = (0, Vec::new());
        } else if offset == control::cycles_per_us::REG.offset {
            self.cycles_per_us = u64::from(value.max(1));
        } else if offset == control::ack_every::REG.offset {
            self.ack_mask = control::ack_every::MASK.get(value);
        } else if offset == mailbox::command::REG.offset && mailbox::command::GO.get(value) == 1 {
            let code = mailbox::command::OPCODE.get(value) as u8;
            self.issued = Command::from_code(code).map(|command| Issued {
                command,
                args: self.args,
            });
            return self.issued;
        }
        None
    }

    /// The command under way has been done: its records count.
    pub fn apply(&mut self, issued: Issued) {
        use Command as C;
        let slot = issued.args[0] as u16;
        if !matches!(
            issued.command,
            C::QpCreate
                | C::QpModify
                | C::MrCreate
                | C::CqCreate
                | C::SrqCreate
                | C::SrqModify
                | C::SetPartner
        ) {
            match issued.command {
                C::MrDestroy => {
                    if let Some(key) = self.keys.remove(&slot) {
                        self.regions.remove(key);
                    }
                }
                C::CqDestroy => drop(self.cqs.remove(&slot)),
                C::SrqDestroy => self.forget_ring(slot),
                _ => {}
            }
            return;
        }
        self.write_records();
        match issued.command {
            C::QpCreate => self.forget_ring(slot),
            C::QpModify if issued.args[1] == u32::from(QpState::Reset.code()) => {
                self.forget_ring(slot);
            }
            C::MrCreate => {
                if let Some(record) = self.record(ContextKind::MemoryRegion, slot) {
                    let mut region = MemoryRegion::from_words(&record);
                    region.key = issued.args[1];
                    self.keys.insert(slot, region.key);
                    self.regions.insert(region);
                }
            }
            C::CqCreate => {
                if let Some(record) = self.record(ContextKind::CqConfig, slot) {
                    let config = CqConfig::from_words(&record);
                    let cq = Cq {
                        config,
                        produced: 0,
                        partial: Vec::new(),
                    };
                    self.cqs.insert(slot, cq);
                }
            }
            _ => {}
        }
    }

    fn forget_ring(&mut self, ring: u16) {
        self.bells.remove(&ring);
        self.used.remove(&ring);
    }

    /// Writes the mailbox's payload into the records.
    fn write_records(&mut self) {
        let mut at = 0;
        while let Some(&header) = self.data.get(at).filter(|h| **h != 0) {
            let (kind, first, count) = (header as u8, header >> 8 & 0xff, header >> 16 & 0xff);
            let (first, count) = (first as usize, count as usize);
            let Some(words) = self.data.get(at + 2..at + 2 + count) else {
                return;
            };
            let index = self.data[at + 1] as u16;
            let size = ContextKind::from_code(kind).map_or(0, ContextKind::words);
            let record = self
                .records
                .entry((kind, index))
                .or_insert_with(|| vec![0; size]);
            if let Some(target) = record.get_mut(first..first + count) {
                target.copy_from_slice(words);
            }
            at += 2 + count;
        }
    }

    /// A context record as the driver wrote it.
    pub fn record<const W: usize>(&self, kind: ContextKind, index: u16) -> Option<[u32; W]> {
        let words = self.records.get(&(kind.code(), index))?;
        (words.len() == W).then(|| std::array::from_fn(|k| words[k]))
    }

    /// A doorbell.
    pub fn ring(&mut self, cycle: u64, offset: u32, value: u64) {
        if offset % doorbell::PAGE_SIZE != doorbell::RQ_PRODUCER {
            return;
        }
        let bells = self.bells.entry(value as u16).or_default();
        bells.push_back((cycle, (value >> 32) as u16));
        // only the newest of those that are surely taken matters, but for one that stopped meanwhile
        while bells.len() > BELLS && bells[1].0 + DOORBELL_AGE <= cycle {
            bells.pop_front();
        }
    }

    /// The doorbell records of all queue pairs that have gone on have certainly been read by `cycle`.
    pub fn has_read_records(&self, cycle: u64) -> bool {
        cycle > self.moved + DOORBELL_AGE + RECORD_READS * self.states.len() as u64
    }

    /// How many receives of a ring the NIC has surely seen at `cycle`, as an index.
    pub fn surely_posted(&self, ring: u16, cycle: u64) -> u16 {
        let bells = self.bells.get(&ring).into_iter().flatten();
        bells
            .take_while(|(rung, _)| rung + DOORBELL_AGE <= cycle)
            .last()
            .map_or(0, |(_, index)| *index)
    }

    /// How many receives of a ring the NIC can have seen by `cycle`, as an index: all for which the doorbell had been rung.
    pub fn posted_by(&self, ring: u16, cycle: u64) -> u16 {
        let none = VecDeque::new();
        let bells = self.bells.get(&ring).unwrap_or(&none);
        let rung = bells.iter().take_while(|(rung, _)| *rung <= cycle).last();
        match rung {
            // a record is written shortly before its doorbell is rung
            _ if cycle >= self.now => self.receives(ring),
            Some((_, index)) => *index,
            None if bells.len() < BELLS => 0,
            // so long ago that it is not remembered
            None => self.receives(ring),
        }
    }

    fn ring_config(&self, kind: ContextKind, index: u16) -> Option<RingConfig> {
        self.record(kind, index).map(|w| RingConfig::from_words(&w))
    }

    /// How many entries of a ring have been posted, as an index: what its doorbell record says.
    fn posted(&self, config: &RingConfig) -> u16 {
        self.fetch(config.doorbell_record, 8)
            .map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
    }

    fn entry<const B: usize>(&self, config: &RingConfig, index: u16) -> Option<[u8; B]> {
        let place = u64::from(index) & ((1 << config.log_size) - 1);
        let bytes = self.fetch(config.base + place * B as u64, B)?;
        Some(std::array::from_fn(|k| bytes[k]))
    }

    /// The send work request `index` of a queue pair if it has been posted; inside, nothing if it makes no sense.
    pub fn send_wqe(&self, slot: u16, index: u16) -> Option<Option<SendWqe>> {
        let config = self.ring_config(ContextKind::SqConfig, slot)?;
        if self.posted(&config).wrapping_sub(index) as i16 <= 0 {
            return None;
        }
        let bytes: [u8; SEND_WQE_BYTES] = self.entry(&config, index)?;
        Some(SendWqe::decode(&bytes).ok())
    }

    /// A receive ring belongs to no queue pair alone.
    pub fn is_shared(&self, ring: u16) -> bool {
        self.ring_config(ContextKind::RqConfig, ring)
            .is_some_and(|config| config.shared)
    }

    /// How many receives of a ring there are, as an index.
    pub fn receives(&self, ring: u16) -> u16 {
        self.ring_config(ContextKind::RqConfig, ring)
            .map_or(0, |config| self.posted(&config))
    }

    /// The receive `index` of a ring.
    pub fn receive(&self, ring: u16, index: u16) -> Option<Receive> {
        let config = self.ring_config(ContextKind::RqConfig, ring)?;
        let bytes: [u8; RECV_WQE_BYTES] = self.entry(&config, index)?;
        let entries = RecvWqe::decode(&bytes).entries;
        let pieces: Option<[Piece; 2]> =
            self.regions.resolve(&entries, config.pd, Right::LocalWrite);
        Some(Receive { index, pieces })
    }

    /// Receives of a shared ring that nobody has completed, oldest first, at most `count`.
    pub fn unused(&self, ring: u16, count: usize) -> Vec<u16> {
        let empty = SharedUse::default();
        let used = self.used.get(&ring).unwrap_or(&empty);
        let end = self.receives(ring);
        let number = end.wrapping_sub(used.low);
        (0..number)
            .map(|k| used.low.wrapping_add(k))
            .filter(|index| !used.beyond.contains(index))
            .take(count)
            .collect()
    }

    /// `iova` is where one of the next receives of a shared ring begins, or the second part of one.
    pub fn begins_receive(&self, ring: u16, iova: u64, count: usize) -> bool {
        if !self.is_shared(ring) {
            return false;
        }
        let unused = self.unused(ring, count).into_iter();
        let mut pieces = unused.filter_map(|index| self.receive(ring, index)?.pieces);
        pieces.any(|pieces| pieces.iter().any(|p| p.length > 0 && p.iova == iova))
    }

    /// Receives of a shared ring that the NIC has surely seen at `cycle` and nobody has completed.
    pub fn surely_unused(&self, ring: u16, cycle: u64) -> usize {
        let empty = SharedUse::default();
        let used = self.used.get(&ring).unwrap_or(&empty);
        let sure = self.surely_posted(ring, cycle);
        // others may have taken what has been posted since
        let ahead = sure.wrapping_sub(used.low) as i16;
        usize::try_from(ahead)
            .unwrap_or(0)
            .saturating_sub(used.beyond.len())
    }

    /// A shared receive has been completed; `false` if it had been before.
    pub fn complete_shared(&mut self, ring: u16, index: u16) -> bool {
        let used = self.used.entry(ring).or_default();
        if (index.wrapping_sub(used.low) as i16) < 0 || used.beyond.contains(&index) {
            return false;
        }
        used.beyond.push(index);
        while let Some(k) = used.beyond.iter().position(|i| *i == used.low) {
            used.beyond.swap_remove(k);
            used.low = used.low.wrapping_add(1);
        }
        true
    }

    /// The completion queue whose ring holds `iova`.
    pub fn cq_at(&self, iova: u64) -> Option<u16> {
        self.cqs.iter().find_map(|(number, cq)| {
            let bytes = (CQE_BYTES as u64) << cq.config.log_size;
            (iova.wrapping_sub(cq.config.base) < bytes).then_some(*number)
        })
    }

    /// `iova` is in the event queue's ring.
    pub fn is_event(&self, iova: u64) -> bool {
        let bytes = (EQE_BYTES as u64) << self.events.log_size;
        self.events.base != 0 && iova.wrapping_sub(self.events.base) < bytes
    }

    /// Bytes have been written into the event queue: they have to be those of its next event.
    pub fn event(&mut self, iova: u64, bytes: &[u8]) -> Result<(), Why> {
        let queue = &mut self.events;
        let place = u64::from(queue.produced) & ((1 << queue.log_size) - 1);
        let next = queue.base + place * EQE_BYTES as u64 + queue.partial.len() as u64;
        if iova != next {
            return Err(Why(format!("the next event continues at {next:#x}")));
        }
        queue.partial.extend(bytes);
        if queue.partial.len() < EQE_BYTES {
            return Ok(());
        }
        let whole: [u8; EQE_BYTES] = std::mem::take(&mut queue.partial)
            .try_into()
            .map_err(|_| Why::new("longer than an event"))?;
        let event = Eqe::decode(&whole).map_err(|e| Why(e.to_string()))?;
        let wanted = phase(queue.produced, queue.log_size);
        queue.produced = queue.produced.wrapping_add(1);
        match event.phase == wanted {
            true => Ok(()),
            false => Err(Why::new("an event with the wrong phase bit")),
        }
    }

    /// `iova` is in the buffer of the DUMP under way.
    pub fn is_dump(&self, iova: u64) -> bool {
        let under_way = self.issued.is_some_and(|i| i.command == Command::Dump);
        let start = u64::from(self.data[0]) | u64::from(self.data[1]) << 32;
        under_way && iova.wrapping_sub(start) < u64::from(self.data[2]) * DUMP_PAGE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receives_count_for_a_request_by_the_cycle_of_their_doorbell() {
        let mut host = Host::default();
        let bell = |index: u64| 5 | index << 32;
        host.ring(100, doorbell::RQ_PRODUCER, bell(3));
        host.ring(700, doorbell::RQ_PRODUCER, bell(4));
        host.now = 60_000;
        let posted: Vec<u16> = [99, 100, 699, 700]
            .map(|cycle| host.posted_by(5, cycle))
            .into();
        assert_eq!(posted, [0, 3, 3, 4]);
        assert_eq!(host.surely_posted(5, 700 + DOORBELL_AGE), 4);
        assert_eq!(host.surely_posted(5, 699 + DOORBELL_AGE), 3);
    }
}
