//! One client's connection: what each message of vfio-user does. It runs in its NIC's own thread, and talks to the simulation by
//! messages; only memory and interrupts are shared.

use super::config::{BAR0_BYTES, BAR4_BYTES, ConfigSpace, doorbell_bytes};
use super::guest::GuestMemory;
use super::machine::{Request, Value};
use super::report::Counts;
use super::vectors::Vectors;
use sim_verilator::Bar;
use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use vfio_bindings::bindings::vfio::{
    VFIO_PCI_BAR0_REGION_INDEX, VFIO_PCI_BAR2_REGION_INDEX, VFIO_PCI_BAR4_REGION_INDEX,
    VFIO_PCI_CONFIG_REGION_INDEX,
};
use vfio_user::{DmaMapFlags, DmaUnmapFlags, ServerBackend};

/// What a NIC's thread and the simulation share.
pub struct Shared {
    memory: Mutex<GuestMemory>,
    vectors: Mutex<Vectors>,
    pub counts: Counts,
}

/// What a thread that has panicked leaves is whole: nothing is changed in steps.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub fn new(vectors: usize) -> Self {
        Self {
            memory: Mutex::default(),
            vectors: Mutex::new(Vectors::new(vectors)),
            counts: Counts::default(),
        }
    }

    pub fn memory(&self) -> MutexGuard<'_, GuestMemory> {
        lock(&self.memory)
    }

    pub fn vectors(&self) -> MutexGuard<'_, Vectors> {
        lock(&self.vectors)
    }
}

/// A client's connection.
pub struct Backend<'a> {
    shared: &'a Shared,
    requests: SyncSender<Request>,
    nic: usize,
    config: ConfigSpace,
    doorbells: u64,
    table: Vec<u8>,
    limit: Duration,
    /// it has asked for something
    seen: bool,
}

/// The longest read or write of registers, in bytes.
const LONGEST: usize = 4096;

fn invalid(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

impl<'a> Backend<'a> {
    /// A connection to NIC `nic`, which has `1 << log2_pages` doorbell pages. No read takes longer than `limit`.
    pub fn new(
        shared: &'a Shared,
        requests: SyncSender<Request>,
        nic: usize,
        log2_pages: u32,
        limit: Duration,
    ) -> Self {
        Self {
            shared,
            requests,
            nic,
            config: ConfigSpace::new(log2_pages),
            doorbells: doorbell_bytes(log2_pages),
            table: vec![0; BAR4_BYTES as usize],
            limit,
            seen: false,
        }
    }

    /// A connection without messages is somebody who looked whether anybody listens.
    fn note_client(&mut self) {
        if !std::mem::replace(&mut self.seen, true) {
            self.shared.counts.clients.add(1);
        }
    }

    /// The client is gone: nothing of its memory is used any more.
    pub fn end(&mut self) {
        self.shared.memory().clear();
        self.shared.vectors().clear();
        let (done, ended) = sync_channel(1);
        let gone = Request::Detach {
            nic: self.nic,
            done,
        };
        self.wait(gone, &ended);
    }

    /// Sends a request and waits for its end for a bounded time; none if it does not come, or nobody simulates any more.
    fn wait<T>(&self, request: Request, answer: &Receiver<T>) -> Option<T> {
        self.requests.send(request).ok()?;
        answer.recv_timeout(self.limit).ok()
    }

    fn reset_device(&mut self) {
        self.config.reset();
        self.table.fill(0);
        self.shared.memory().set_bus_master(false);
        self.shared.vectors().reset();
        let (done, ended) = sync_channel(1);
        let nic = self.nic;
        self.wait(Request::Reset { nic, done }, &ended);
    }

    fn read_word(&self, bar: Bar, offset: u64, until: Instant) -> u32 {
        let (answer, answered) = sync_channel(1);
        let nic = self.nic;
        let request = Request::Read {
            nic,
            bar,
            offset,
            answer,
        };
        let left = until.saturating_duration_since(Instant::now());
        let value = self
            .requests
            .send(request)
            .ok()
            .and_then(|()| answered.recv_timeout(left).ok());
        value.unwrap_or_else(|| {
            self.shared.counts.late_reads.add(1);
            u32::MAX
        })
    }

    /// A read of registers gives the words that it touches; a device that does not answer gives ones.
    fn read_bar(&self, bar: Bar, offset: u64, target: &mut [u8]) {
        let start = Instant::now();
        let counts = &self.shared.counts;
        let whole = offset.is_multiple_of(4) && target.len().is_multiple_of(4);
        if !self.config.memory_space() || target.len() > LONGEST {
            counts.odd.add(1);
            target.fill(0xff);
            return;
        }
        if !whole {
            counts.odd.add(1);
        }
        let first = offset & !3;
        let end = offset + target.len() as u64;
        for word in (first..end).step_by(4) {
            let bytes = self.read_word(bar, word, start + self.limit).to_le_bytes();
            for (k, byte) in (word..).zip(bytes) {
                if (offset..end).contains(&k) {
                    target[(k - offset) as usize] = byte;
                }
            }
        }
        counts.note_read(start.elapsed());
    }

    /// A write goes its way, and nobody waits for it. What no register takes is dropped, as the NIC's bus would.
    fn write_bar(&self, bar: Bar, offset: u64, data: &[u8]) {
        let counts = &self.shared.counts;
        let size = data.len() as u64;
        let fits = matches!(size, 4 | 8) && offset.is_multiple_of(size);
        if !self.config.memory_space() || !fits {
            counts.odd.add(1);
            return;
        }
        let value = match (data.first_chunk::<8>(), data.first_chunk::<4>()) {
            (Some(bytes), _) => Value::Double(u64::from_le_bytes(*bytes)),
            (None, Some(bytes)) => Value::Word(u32::from_le_bytes(*bytes)),
            (None, None) => return,
        };
        counts.writes.add(1);
        let nic = self.nic;
        // if nobody simulates any more, nobody misses it
        let _ = self.requests.send(Request::Write {
            nic,
            bar,
            offset,
            value,
        });
    }

    /// Bytes of a region; none if there is no such.
    fn region_bytes(&self, region: u32) -> Option<u64> {
        match region {
            VFIO_PCI_BAR0_REGION_INDEX => Some(BAR0_BYTES),
            VFIO_PCI_BAR2_REGION_INDEX => Some(self.doorbells),
            VFIO_PCI_BAR4_REGION_INDEX => Some(BAR4_BYTES),
            VFIO_PCI_CONFIG_REGION_INDEX => Some(super::config::CONFIG_BYTES as u64),
            _ => None,
        }
    }

    /// Whether an access lies in its region.
    fn is_inside(&self, region: u32, offset: u64, length: usize) -> bool {
        let size = self.region_bytes(region).unwrap_or(0);
        offset
            .checked_add(length as u64)
            .is_some_and(|end| end <= size)
    }

    fn write_config(&mut self, offset: u64, data: &[u8]) {
        let effect = self.config.write(offset, data);
        if effect.function_reset {
            self.shared.counts.function_resets.add(1);
            self.reset_device();
            return;
        }
        let bus_master = self.config.bus_master();
        self.shared.memory().set_bus_master(bus_master);
    }

    /// Counts what was refused.
    fn judge<E>(&self, done: Result<(), E>) -> io::Result<()>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        done.map_err(|e| {
            self.shared.counts.refused.add(1);
            invalid(e)
        })
    }
}

impl ServerBackend for Backend<'_> {
    fn region_read(&mut self, region: u32, offset: u64, target: &mut [u8]) -> io::Result<()> {
        self.note_client();
        if !self.is_inside(region, offset, target.len()) {
            return self.judge(Err("a read beyond its region"));
        }
        match region {
            VFIO_PCI_BAR0_REGION_INDEX => self.read_bar(Bar::Bar0, offset, target),
            VFIO_PCI_BAR2_REGION_INDEX => self.read_bar(Bar::Bar2, offset, target),
            VFIO_PCI_BAR4_REGION_INDEX => {
                let at = offset as usize;
                target.copy_from_slice(&self.table[at..at + target.len()]);
            }
            _ => self.config.read(offset, target),
        }
        Ok(())
    }

    fn region_write(&mut self, region: u32, offset: u64, data: &[u8]) -> io::Result<()> {
        if !self.is_inside(region, offset, data.len()) {
            // it may have been posted, and then the client does not expect an answer, not even that it was refused
            self.shared.counts.odd.add(1);
            return Ok(());
        }
        match region {
            VFIO_PCI_BAR0_REGION_INDEX => self.write_bar(Bar::Bar0, offset, data),
            VFIO_PCI_BAR2_REGION_INDEX => self.write_bar(Bar::Bar2, offset, data),
            VFIO_PCI_BAR4_REGION_INDEX => {
                let at = offset as usize;
                self.table[at..at + data.len()].copy_from_slice(data);
            }
            _ => self.write_config(offset, data),
        }
        Ok(())
    }

    fn dma_map(
        &mut self,
        flags: DmaMapFlags,
        offset: u64,
        address: u64,
        size: u64,
        file: Option<File>,
    ) -> io::Result<()> {
        self.note_client();
        let access = (
            flags.contains(DmaMapFlags::READ),
            flags.contains(DmaMapFlags::WRITE),
        );
        let mut memory = self.shared.memory();
        let done = memory.map((address, size), (file, offset), access);
        drop(memory);
        self.judge(done)
    }

    fn dma_unmap(&mut self, flags: DmaUnmapFlags, address: u64, size: u64) -> io::Result<()> {
        let (address, size) = match flags.contains(DmaUnmapFlags::UNMAP_ALL) {
            true => (0, u64::MAX),
            false => (address, size),
        };
        let done = self.shared.memory().unmap(address, size);
        self.judge(done)
    }

    fn reset(&mut self) -> io::Result<()> {
        self.note_client();
        self.shared.counts.device_resets.add(1);
        self.reset_device();
        Ok(())
    }

    fn set_irqs(
        &mut self,
        index: u32,
        flags: u32,
        start: u32,
        count: u32,
        files: Vec<File>,
    ) -> io::Result<()> {
        let done = self
            .shared
            .vectors()
            .set(index, flags, (start, count), files);
        self.judge(done)
    }
}
