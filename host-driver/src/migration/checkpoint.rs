//! The source's side behind [`drain`](super::drain): dump; then commit or abort.

use super::drain::{Parts, command};
use super::error::{AbortFailure, CheckpointError, CommitFailure, FreeFailure};
use super::image::{
    CompletionImage, CqImage, DeviceRecord, EventImage, Image, MemoryRange, MrImage, NextHandles,
    ObjectKind, OfferImage, PdImage, QpImage, ReceiveImage, Source, SrqImage,
};
use super::leave::{Held, Remains};
use super::pages::{self, Dumped, PAGE_BYTES};
use super::{Phase, PhaseTime, timed, waits};
use crate::adapter::{Context, Inner, Shared};
use crate::cq::CqInner;
use crate::device::DeviceError;
use crate::dma::Buffer;
use crate::error::CommandFailure;
use crate::events::AsyncEvent;
use crate::qp::{QpInner, Receive};
use crate::registry::Fate;
use crate::srq::ReceiveQueue;
use fw_regs::template::mapped;
use fw_regs::{Command, CommandError, ContextKind};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The image of a stopped and drained process.
pub(super) fn take(
    context: &Context,
    held: &Held,
    times: &mut Vec<PhaseTime>,
) -> Result<Image, CheckpointError> {
    let (shared, page) = (context.shared(), context.page());
    let mut dump = Vec::new();
    if !held.qps.is_empty() {
        let guess = pages_of(held, context);
        dump = timed(shared, times, Phase::Dump, || {
            read_dump(shared, page, guess)
        })?;
    }
    // events of before the stop are in memory now, and change what the driver knows
    context.poll_events()?;
    let qps = context.attributes().qps;
    let records = Records::of(pages::objects(&dump, qps)?);
    image(context, held, records)
}

/// Pages that a dump takes at most: the first of each object, and for a queue pair those of full rings.
fn pages_of(held: &Held, context: &Context) -> usize {
    let attributes = context.attributes();
    let per_page = |kind: ContextKind| (fw_regs::mailbox::WORDS - 1) / (kind.page_words() + 2);
    let ring = |kind, places: usize| places.div_ceil(per_page(kind));
    let resources = 1 << fw_regs::limits::LOG2_RD_ATOMIC;
    let of_qp = 1
        + ring(ContextKind::Outstanding, attributes.outstanding)
        + ring(ContextKind::ResponseEntry, attributes.responses)
        + ring(ContextKind::Resource, resources)
        + ring(ContextKind::AtomicResult, resources);
    held.qps.len() * of_qp + held.cqs.len() + held.srqs.len() + held.mrs.len() + 1
}

/// DUMP into memory that only the driver sees.
fn read_dump(shared: &Shared, page: u8, pages: usize) -> Result<Vec<u8>, CheckpointError> {
    let buffer = Buffer::new(shared, pages * PAGE_BYTES)?;
    let room = buffer.len() / PAGE_BYTES;
    let iova = buffer.iova();
    let data = [iova as u32, (iova >> 32) as u32, room as u32];
    let written = command(shared, Phase::Dump, Command::Dump, page, &data);
    match &written {
        Err(CheckpointError::Command { failure, .. }) if !failure.is_refusal() => {
            // the device may still be writing
            buffer.leak();
        }
        _ => {}
    }
    let written = (written? as usize).min(room);
    let mut bytes = vec![0; written * PAGE_BYTES];
    buffer.read(0, &mut bytes)?;
    Ok(bytes)
}

/// The records of a dump by object.
struct Records(BTreeMap<(u8, u16), Vec<DeviceRecord>>);

impl Records {
    fn of(objects: Vec<Dumped>) -> Self {
        Self(
            objects
                .into_iter()
                .map(|o| ((o.kind.code(), o.index), o.records))
                .collect(),
        )
    }

    fn has(&self, kinds: &[ContextKind], index: u16) -> bool {
        self.0.contains_key(&(kinds[0].code(), index))
    }

    /// The records of the object whose first one is of `kind`; of an object outside the set, what the context window shows: nothing
    /// changes it, for nobody uses it.
    fn take(
        &mut self,
        inner: &mut Inner,
        object: ObjectKind,
        in_set: bool,
        kinds: &[ContextKind],
        index: u16,
    ) -> Result<Vec<DeviceRecord>, CheckpointError> {
        match self.0.remove(&(kinds[0].code(), index)) {
            Some(records) => Ok(records),
            None if in_set => Err(CheckpointError::Mismatch {
                object,
                number: index,
            }),
            None => kinds
                .iter()
                .map(|kind| {
                    Ok(DeviceRecord {
                        kind: kind.code(),
                        index,
                        words: inner.record(*kind, index)?,
                    })
                })
                .collect(),
        }
    }

    /// Nothing may be left that the driver does not know.
    fn end(self) -> Result<(), CheckpointError> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some((kind, number)) => Err(CheckpointError::Mismatch {
                object: match ContextKind::from_code(kind) {
                    Some(ContextKind::CqConfig) => ObjectKind::Cq,
                    Some(ContextKind::RqConfig) => ObjectKind::Srq,
                    Some(ContextKind::MemoryRegion) => ObjectKind::Mr,
                    _ => ObjectKind::Qp,
                },
                number,
            }),
        }
    }
}

fn image(context: &Context, held: &Held, mut records: Records) -> Result<Image, CheckpointError> {
    let inner = &mut *context.shared().borrow_mut();
    let attributes = inner.attributes;
    let registry = context.registry();
    let used = held.used();
    let mut image = Image {
        source: Source {
            revision: attributes.revision,
            qps: attributes.qps as u32,
            outstanding: attributes.outstanding as u32,
            responses: attributes.responses as u32,
            page: context.page(),
        },
        next: NextHandles {
            buffers: registry.buffers.next(),
            pds: registry.pds.next(),
            cqs: registry.cqs.next(),
            srqs: registry.srqs.next(),
            mrs: registry.mrs.next(),
            qps: registry.qps.next(),
        },
        memory: held.memory(),
        pds: held
            .pds
            .iter()
            .map(|pd| PdImage {
                handle: pd.handle,
                number: pd.number,
            })
            .collect(),
        events: events(inner, held),
        ..Image::default()
    };
    for cq in &held.cqs {
        let in_set = used.cqs.contains(&cq.handle);
        let kinds = [ContextKind::CqConfig, ContextKind::CqState];
        let records = records.take(inner, ObjectKind::Cq, in_set, &kinds, cq.number)?;
        image.cqs.push(cq_image(cq, records));
    }
    for srq in &held.srqs {
        let in_set = used.srqs.contains(&srq.handle);
        let kinds = [ContextKind::RqConfig, ContextKind::RqState];
        let ring = srq.queue.number;
        let records = records.take(inner, ObjectKind::Srq, in_set, &kinds, ring)?;
        image.srqs.push(SrqImage {
            handle: srq.handle,
            pd: srq.pd.inner.handle,
            ring,
            receive: receive_image(&srq.queue),
            records,
        });
    }
    for mr in &held.mrs {
        // one that a partner has invalidated is not in the set, and nobody can use it
        let kinds = [ContextKind::MemoryRegion];
        let dumped = records.has(&kinds, mr.slot);
        let records = records.take(inner, ObjectKind::Mr, false, &kinds, mr.slot)?;
        let mr = MrImage {
            handle: mr.handle,
            pd: mr.pd.inner.handle,
            slot: mr.slot,
            buffer: mr.buffer.id(),
            records,
        };
        if !dumped && used.pds.contains(&mr.pd) && mr.is_valid() {
            return Err(CheckpointError::Mismatch {
                object: ObjectKind::Mr,
                number: mr.slot,
            });
        }
        image.mrs.push(mr);
    }
    for qp in &held.qps {
        let kinds = [ContextKind::QpConfig];
        let mut records = records.take(inner, ObjectKind::Qp, true, &kinds, qp.slot)?;
        waits::remain(inner, &mut records)?;
        image.qps.push(qp_image(qp, records));
    }
    records.end()?;
    Ok(image)
}

fn cq_image(cq: &CqInner, records: Vec<DeviceRecord>) -> CqImage {
    CqImage {
        handle: cq.handle,
        number: cq.number,
        buffer: cq.ring.memory().id(),
        consumer: cq.consumer.get(),
        kept: cq.kept.borrow().iter().map(CompletionImage::from).collect(),
        events: cq.events.get(),
        records,
    }
}

fn receive_image(queue: &ReceiveQueue) -> ReceiveImage {
    let state = queue.state.borrow();
    let mut posted: Vec<_> = state.wr_ids.iter().map(|(&k, &v)| (k, v)).collect();
    posted.sort_unstable();
    ReceiveImage {
        buffer: queue.ring.memory().id(),
        producer: state.producer,
        posted,
    }
}

fn qp_image(qp: &QpInner, records: Vec<DeviceRecord>) -> QpImage {
    let send = qp.send.borrow();
    let count = send.producer.wrapping_sub(send.tail);
    let mask = send.ring.capacity() - 1;
    let posted = (0..count)
        .map(|k| send.posted[usize::from(send.tail.wrapping_add(k)) & mask])
        .map(|(wr_id, opcode)| (wr_id, opcode.code()))
        .collect();
    QpImage {
        handle: qp.handle,
        number: qp.qpn,
        slot: qp.slot,
        pd: qp.pd.inner.handle,
        send_cq: qp.cqs[0].inner.handle,
        recv_cq: qp.cqs[1].inner.handle,
        srq: qp.srq().map(|srq| srq.inner.handle),
        psn: qp.psn.get(),
        offer: qp.offer.get().map(|offer| OfferImage {
            epoch: offer.epoch,
            key: offer.key,
        }),
        send_buffer: send.ring.memory().id(),
        producer: send.producer,
        tail: send.tail,
        posted,
        receive: match &qp.receive {
            Receive::Own(queue) => Some(receive_image(queue)),
            Receive::Shared(_) => None,
        },
        records,
    }
}

/// Events of the process that nobody has taken. Those about the place stay behind.
fn events(inner: &Inner, held: &Held) -> Vec<EventImage> {
    let cq = |number: u16| held.cqs.iter().find(|cq| cq.number == number);
    let srq = |number: u16| held.srqs.iter().find(|srq| srq.number == number);
    let own = |qpn: u32| held.qps.iter().any(|qp| qp.qpn == qpn).then_some(qpn);
    inner
        .events
        .iter()
        .filter_map(|event| match *event {
            AsyncEvent::CqError { cq: number } => {
                cq(number).map(|cq| EventImage::CqError(cq.handle))
            }
            AsyncEvent::SrqLimitReached { srq: number } => {
                srq(number).map(|srq| EventImage::SrqLimitReached(srq.handle))
            }
            AsyncEvent::QpFatal { qpn } => own(qpn).map(EventImage::QpFatal),
            AsyncEvent::QpRequestError { qpn } => own(qpn).map(EventImage::QpRequestError),
            AsyncEvent::QpAccessError { qpn } => own(qpn).map(EventImage::QpAccessError),
            AsyncEvent::SqDrained { qpn } => own(qpn).map(EventImage::SqDrained),
            AsyncEvent::Resumed { .. }
            | AsyncEvent::LeaseExpired { .. }
            | AsyncEvent::TombstoneAged { .. } => None,
        })
        .collect()
}

/// The source, stopped. Dropping it is [`Self::abort`] without an answer.
pub struct Checkpoint {
    context: Context,
    held: Held,
    image: Image,
    times: Vec<PhaseTime>,
    /// nobody knows whether the commit has happened
    unsure: bool,
    ended: bool,
}

impl Checkpoint {
    /// The drained process, dumped.
    pub(super) fn of(drained: Parts, image: Image) -> Self {
        let Parts {
            context,
            held,
            times,
        } = drained;
        Self {
            context,
            held,
            image,
            times,
            unsure: false,
            ended: false,
        }
    }

    /// Everything but the bytes of the memory.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// The same, to add the application's own to it.
    pub fn image_mut(&mut self) -> &mut Image {
        &mut self.image
    }

    /// How long each phase took.
    pub fn times(&self) -> &[PhaseTime] {
        &self.times
    }

    /// Every buffer of the process: rings with their doorbell records, registered memory, and what is not registered.
    pub fn memory(&self) -> Vec<MemoryRange> {
        self.image.memory.clone()
    }

    /// The bytes of one.
    ///
    /// # Errors
    /// The device failed, or the range is not the process's.
    pub fn read_memory(&self, range: &MemoryRange) -> Result<Vec<u8>, DeviceError> {
        self.held.read_memory(range)
    }

    /// The commit: the queue pairs become tombstones that lead their partners to `moved_to` (none: that they wait), the other objects are
    /// gone. The memory is overwritten and unmapped, and the process's handles here are dead.
    ///
    /// # Errors
    /// [`CommitFailure`]: the device refused or did not answer.
    pub fn commit(mut self, moved_to: Option<IpAddr>) -> Result<Tombstones, CommitFailure> {
        let shared = self.context.shared().clone();
        let address = address_words(moved_to);
        let mut times = Vec::new();
        let page = self.context.page();
        let committed = timed(&shared, &mut times, Phase::Commit, || {
            match self.held.qps.is_empty() {
                true => Ok(0),
                false => shared
                    .borrow_mut()
                    .of_context(Command::Tombstone, page, &address),
            }
        });
        match committed {
            Ok(_) => {}
            // it has happened, and the answer was lost: tombstones are in no set
            Err(CommandFailure::Refused {
                error: CommandError::EmptySet,
                ..
            }) if self.unsure => {}
            Err(failure) => {
                self.unsure |= !failure.is_refusal();
                return Err(CommitFailure {
                    checkpoint: Box::new(self),
                    failure,
                });
            }
        }
        self.ended = true;
        // they take part in no connection: the worst is a slot that is lost
        let unused = self
            .held
            .destroy_unused(&mut shared.borrow_mut(), &self.image.invalidated());
        let memory_errors = self.held.leave(&self.context, Remains::Tombstones);
        let slots = self.held.qps.iter().map(|qp| (qp.qpn, qp.slot)).collect();
        self.times.append(&mut times);
        Ok(Tombstones {
            shared,
            slots,
            times: std::mem::take(&mut self.times),
            unused: unused.err(),
            memory_errors,
        })
    }

    /// The process works here again, as a new incarnation.
    ///
    /// # Errors
    /// [`AbortFailure`]: the device refused, e.g. because the commit has happened, or did not answer.
    pub fn abort(mut self) -> Result<Vec<PhaseTime>, AbortFailure> {
        match self.go_on() {
            Ok(()) => Ok(std::mem::take(&mut self.times)),
            Err(failure) => Err(AbortFailure {
                checkpoint: Box::new(self),
                failure,
            }),
        }
    }

    fn go_on(&mut self) -> Result<(), CommandFailure> {
        let shared = self.context.shared().clone();
        let (page, idle) = (self.context.page(), self.held.qps.is_empty());
        timed(&shared, &mut self.times, Phase::Abort, || match idle {
            true => Ok(()),
            false => shared.borrow_mut().abort_stopped(page),
        })?;
        self.ended = true;
        self.context.registry().fate.set(Fate::Live);
        Ok(())
    }
}

impl Drop for Checkpoint {
    fn drop(&mut self) {
        if !self.ended && self.context.shared().try_borrow_mut().is_ok() {
            // whoever wants to know aborts by name; a process that could not be aborted stays stopped
            let _ = self.go_on();
        }
    }
}

/// An address as the mailbox takes it; zero = unknown.
fn address_words(address: Option<IpAddr>) -> [u32; 4] {
    let bytes = match address {
        None => [0; 16],
        Some(IpAddr::V4(ip)) => mapped(ip.octets()),
        Some(IpAddr::V6(ip)) => ip.octets(),
    };
    std::array::from_fn(|k| u32::from_le_bytes(std::array::from_fn(|b| bytes[4 * k + b])))
}

/// What a committed migration leaves behind: slots that answer for the queue pairs that went. They stay when this is dropped; a queue pair
/// that comes back takes its own over.
pub struct Tombstones {
    shared: Shared,
    slots: Vec<(u32, u16)>,
    times: Vec<PhaseTime>,
    unused: Option<CommandFailure>,
    memory_errors: Vec<DeviceError>,
}

impl Tombstones {
    /// QP numbers and slots.
    pub fn slots(&self) -> &[(u32, u16)] {
        &self.slots
    }

    /// How long each phase took, those of the checkpoint included.
    pub fn times(&self) -> &[PhaseTime] {
        &self.times
    }

    /// Memory that could not be overwritten or unmapped. It is not used again.
    pub fn memory_errors(&self) -> &[DeviceError] {
        &self.memory_errors
    }

    /// Why an object that no queue pair used could not be taken out of the device.
    pub fn unused_error(&self) -> Option<&CommandFailure> {
        self.unused.as_ref()
    }

    /// Frees them: packets to the old place are dropped from now on. Only when the process says that it has
    /// [resumed](super::Process::resumed); earlier it can cost a connection whose other end moves. Those that a returning queue pair has
    /// taken over are passed over.
    ///
    /// # Errors
    /// [`FreeFailure`], with the ones that are left.
    pub fn free(mut self) -> Result<(), FreeFailure> {
        while let Some(&(qpn, slot)) = self.slots.first() {
            let inner = &mut *self.shared.borrow_mut();
            if inner.tombstones.get(&qpn).is_some_and(|g| g.slot == slot) {
                match inner.migrate(Command::TombstoneFree, [slot.into(), 0], &[]) {
                    Ok(_) => {}
                    Err(failure) => {
                        let shared = self.shared.clone();
                        return Err(FreeFailure {
                            tombstones: Box::new(Tombstones { shared, ..self }),
                            failure,
                        });
                    }
                }
                inner.exhume(qpn);
                inner.qps.give_back(slot.into());
            }
            self.slots.remove(0);
        }
        Ok(())
    }
}
