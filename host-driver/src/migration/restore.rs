//! The destination's side: restore; then resume or discard.

use super::PhaseTime;
use super::assemble::assemble;
use super::error::{DiscardFailure, RestoreError, ResumeFailure, TakenNumber};
use super::image::{EventImage, Image, ObjectKind};
use super::leave::{Held, Remains, destroy};
use super::pages::PAGE_BYTES;
use super::process::Process;
use super::relocate::{Moved, ObjectPage, Place, relocate};
use super::unused;
use super::{Phase, timed};
use crate::adapter::{Adapter, Context, Inner, Shared};
use crate::connection::MacAddress;
use crate::device::DeviceError;
use crate::dma::Buffer;
use crate::error::{CommandFailure, VerbsError};
use crate::events::AsyncEvent;
use crate::numbers::Slots;
use crate::registry::Fate;
use crate::retired::Retired;
use fw_regs::{Command, CommandError, SetScope};
use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

impl Adapter {
    /// Makes a process anew, stopped: `memory[k]` are the bytes of `image.memory()[k]`. QP numbers and keys are as before; a queue
    /// pair that has left its tombstone here comes back to that tombstone's slot. Nothing is sent before [`Restored::resume`].
    ///
    /// # Errors
    /// [`RestoreError`]; nothing of the process is left here, unless that says otherwise. Whatever is wrong with the image itself is
    /// found before the device is touched.
    pub fn restore(&self, image: &Image, memory: &[Vec<u8>]) -> Result<Restored, RestoreError> {
        if !self.attributes().migration {
            return Err(RestoreError::Unsupported);
        }
        check_memory(image, memory)?;
        self.restore_ahead(image)?.arrived(memory)
    }

    /// The same while the memory is still on its way.
    ///
    /// # Errors
    /// As [`Self::restore`].
    pub fn restore_ahead(&self, image: &Image) -> Result<Arriving, RestoreError> {
        if !self.attributes().migration {
            return Err(RestoreError::Unsupported);
        }
        let dry = Place::dry(&self.shared.borrow(), image);
        let orphaned = relocate(image, &dry)?.orphaned;
        let mut taken = Taken::default();
        match self.settle(image, &orphaned, &mut taken) {
            Ok(arriving) => {
                self.shared.borrow_mut().retired_mrs.append(&mut taken.gone);
                Ok(arriving)
            }
            Err((cause, None)) => {
                taken.give_back(&mut self.shared.borrow_mut());
                Err(cause)
            }
            // the device may still refer to the numbers: nobody gets them again
            Err((cause, Some(failure))) => Err(RestoreError::LeftBehind {
                cause: Box::new(cause),
                failure,
            }),
        }
    }

    /// Everything that a failure must undo. The second half of an error is why it could not.
    fn settle(
        &self,
        image: &Image,
        orphaned: &BTreeSet<u32>,
        taken: &mut Taken,
    ) -> Result<Arriving, (RestoreError, Option<CommandFailure>)> {
        let clean = |error| (error, None);
        let shared = &self.shared;
        let place = taken
            .numbers(&mut shared.borrow_mut(), image, orphaned)
            .map_err(|e| clean(e.into()))?;
        let context = self.context_of(place.page);
        context.registry().fate.set(Fate::Restored);
        let (buffers, place) = allocate(&context, image, place)
            .inspect_err(|_| context.registry().fate.set(Fate::Gone))
            .map_err(|e| clean(e.into()))?;
        let result = relocate(image, &place).map_err(clean).and_then(|moved| {
            let mut times = Vec::new();
            let pages = moved.pages();
            timed(shared, &mut times, Phase::Restore, || {
                load(shared, &context, &moved, &pages)
            })
            .map(|()| (moved, times))
            .map_err(|Failed(cause, left)| (cause, left))
        });
        match result {
            Ok((moved, times)) => {
                let process = assemble(shared, &context, image, &moved, buffers, times);
                let restored = Restored {
                    held: Held::of(&context),
                    events: image.events.clone(),
                    invalid: image.invalidated(),
                    process,
                    ended: false,
                };
                Ok(Arriving {
                    restored,
                    image: image.clone(),
                    moved,
                })
            }
            Err((cause, left)) => {
                context.registry().fate.set(Fate::Gone);
                if left.is_some() {
                    buffers.iter().for_each(Buffer::leak);
                }
                Err((cause, left))
            }
        }
    }
}

/// A process of which the device has its half, without its memory. Dropping it throws it away.
pub struct Arriving {
    restored: Restored,
    image: Image,
    moved: Moved,
}

impl Arriving {
    /// The memory is here: `memory[k]` are the bytes of `image.memory()[k]`.
    ///
    /// # Errors
    /// [`RestoreError`]; nothing of the process is left here, unless that says otherwise.
    pub fn arrived(self, memory: &[Vec<u8>]) -> Result<Restored, RestoreError> {
        let Self {
            mut restored,
            image,
            moved,
        } = self;
        match restored.fill(&image, &moved, memory) {
            Ok(()) => Ok(restored),
            Err(cause) => Err(match restored.throw_away() {
                Ok(()) => cause,
                Err(failure) => restored.leave_behind(cause, failure),
            }),
        }
    }

    /// As [`Restored::discard`].
    ///
    /// # Errors
    /// As there.
    pub fn discard(self) -> Result<(), DiscardFailure> {
        self.restored.discard()
    }
}

fn check_memory(image: &Image, memory: &[Vec<u8>]) -> Result<(), RestoreError> {
    if image.memory.len() != memory.len() {
        return Err(RestoreError::MemoryCount {
            found: memory.len(),
            wanted: image.memory.len(),
        });
    }
    for (range, bytes) in image.memory.iter().zip(memory) {
        if range.length != bytes.len() as u64 {
            return Err(RestoreError::MemoryLength {
                buffer: range.id,
                found: bytes.len() as u64,
                wanted: range.length,
            });
        }
    }
    Ok(())
}

/// Numbers that were taken for a process, for the case that it fails.
#[derive(Default)]
struct Taken {
    page: Option<u8>,
    pds: Vec<usize>,
    cqs: Vec<usize>,
    srqs: Vec<usize>,
    mrs: Vec<usize>,
    /// of `mrs`: those that stay without a region as long as a record names them; the device has none there since its reset, or since the last one was destroyed
    gone: Vec<Retired>,
    qps: Vec<usize>,
}

impl Taken {
    /// A number for each object of the image, and a slot without a region for each `orphaned` protection domain.
    fn numbers(
        &mut self,
        inner: &mut Inner,
        image: &Image,
        orphaned: &BTreeSet<u32>,
    ) -> Result<Place, VerbsError> {
        crate::retired::reclaim(inner, image.mrs.len() + orphaned.len())
            .map_err(CommandFailure::from)?;
        let mut place = Place::new(inner);
        let page = inner.take_page()?;
        self.page = Some(page);
        place.page = page;
        let Inner {
            pds,
            cqs,
            srqs,
            mrs,
            qps,
            tombstones,
            ..
        } = inner;
        for pd in &image.pds {
            let number = take(pds, &mut self.pds, "protection domains")?;
            place.pds.insert(pd.handle, number);
        }
        for cq in &image.cqs {
            let number = take(cqs, &mut self.cqs, "completion queues")?;
            place.cqs.insert(cq.handle, number);
        }
        for srq in &image.srqs {
            let number = take(srqs, &mut self.srqs, "shared receive queues")?;
            place.srqs.insert(srq.handle, number);
        }
        for mr in &image.mrs {
            let slot = take(mrs, &mut self.mrs, "memory regions")?;
            place.mrs.insert(mr.handle, slot);
        }
        for handle in orphaned {
            let slot = take(mrs, &mut self.mrs, "memory regions")?;
            place.gone.insert(*handle, slot);
            let pd = place.pds[handle];
            self.gone.push(Retired { slot, pd });
        }
        for qp in &image.qps {
            let slot = match tombstones.get(&qp.number) {
                Some(grave) => grave.slot,
                None => take(qps, &mut self.qps, "queue pairs")?,
            };
            place.qps.insert(qp.handle, slot);
        }
        Ok(place)
    }

    fn give_back(self, inner: &mut Inner) {
        let back = |slots: &mut Slots, taken: Vec<usize>| {
            taken.into_iter().for_each(|slot| slots.give_back(slot));
        };
        if let Some(page) = self.page {
            inner.pages.give_back(page.into());
        }
        back(&mut inner.pds, self.pds);
        back(&mut inner.cqs, self.cqs);
        back(&mut inner.srqs, self.srqs);
        back(&mut inner.mrs, self.mrs);
        back(&mut inner.qps, self.qps);
    }
}

fn take(slots: &mut Slots, taken: &mut Vec<usize>, what: &'static str) -> Result<u16, VerbsError> {
    let limit = slots.len();
    let slot = slots.take().ok_or(VerbsError::Exhausted { what, limit })?;
    taken.push(slot);
    Ok(slot as u16)
}

/// Room for the process's memory.
fn allocate(
    context: &Context,
    image: &Image,
    mut place: Place,
) -> Result<(Vec<Buffer>, Place), DeviceError> {
    let mut buffers = Vec::with_capacity(image.memory.len());
    for range in &image.memory {
        let length = range.length as usize;
        let buffer = Buffer::numbered(context.shared(), context.registry(), range.id, length)?;
        place.buffers.insert(range.id, buffer.iova());
        buffers.push(buffer);
    }
    Ok((buffers, place))
}

/// Why the device does not have the process, and why it may still have some of it.
struct Failed(RestoreError, Option<CommandFailure>);

impl From<DeviceError> for Failed {
    fn from(error: DeviceError) -> Self {
        Self(error.into(), None)
    }
}

/// Gives the device all that queue pairs use, or nothing.
fn load(
    shared: &Shared,
    context: &Context,
    moved: &Moved,
    pages: &[ObjectPage],
) -> Result<(), Failed> {
    if moved.qps.is_empty() {
        return Ok(());
    }
    let Err((cause, loaded)) = load_pages(shared, context.page(), pages) else {
        return Ok(());
    };
    let undone = unload(&mut shared.borrow_mut(), context.page(), &pages[..loaded]);
    Err(Failed(cause, undone.err()))
}

/// RESTORE. An error comes with the number of pages that the device may have taken.
fn load_pages(
    shared: &Shared,
    page: u8,
    pages: &[ObjectPage],
) -> Result<(), (RestoreError, usize)> {
    let untouched = |error: DeviceError| (error.into(), 0);
    let buffer = Buffer::new(shared, pages.len() * PAGE_BYTES).map_err(untouched)?;
    for (k, page) in pages.iter().enumerate() {
        buffer
            .write(k * PAGE_BYTES, &page.bytes)
            .map_err(untouched)?;
    }
    let iova = buffer.iova();
    let data = [iova as u32, (iova >> 32) as u32, pages.len() as u32];
    let inner = &mut *shared.borrow_mut();
    // the set that will resume
    let set = [page.into(), SetScope::UserContext.code().into()];
    let Err(failure) = inner.run(Command::Restore, set, &data) else {
        return Ok(());
    };
    if !failure.is_refusal() {
        // the device may still be reading
        buffer.leak();
    }
    let failed = failed_page(&failure, pages);
    let loaded = failed.unwrap_or(pages.len());
    let number = failed.and_then(|page| pages[page].number);
    Err((named(failure, number), loaded))
}

/// At which page RESTORE failed, if that is known; those before it have been restored.
fn failed_page(failure: &CommandFailure, pages: &[ObjectPage]) -> Option<usize> {
    let CommandFailure::Refused { error, detail, .. } = *failure else {
        return None;
    };
    match error {
        // names the slot
        CommandError::NotItsTombstone => pages
            .iter()
            .position(|p| p.object == ObjectKind::Qp && u32::from(p.index) == detail),
        _ => (pages.len() > detail as usize).then_some(detail as usize),
    }
}

/// Names the number that was refused.
pub(super) fn named(failure: CommandFailure, number: Option<TakenNumber>) -> RestoreError {
    match (&failure, number) {
        (CommandFailure::Refused { error, .. }, Some(number)) => match error {
            CommandError::NumberTaken => RestoreError::NumberTaken { number },
            CommandError::NotItsTombstone => RestoreError::NotItsTombstone { number },
            _ => failure.into(),
        },
        _ => failure.into(),
    }
}

/// Takes everything out of the device again that is of `pages`.
fn unload(inner: &mut Inner, page: u8, pages: &[ObjectPage]) -> Result<(), CommandFailure> {
    if pages.iter().any(|p| p.object == ObjectKind::Qp) {
        match inner.of_context(Command::Abort, page, &[]) {
            // the page that failed may have been the first queue pair's
            Ok(_)
            | Err(CommandFailure::Refused {
                error: CommandError::EmptySet,
                ..
            }) => {}
            Err(failure) => return Err(failure),
        }
    }
    // what no queue pair that was restored uses is still there
    for (command, number) in pages.iter().rev().filter_map(|p| p.undo) {
        destroy(inner, command, number)?;
    }
    Ok(())
}

/// A process at the destination that has not begun to work. Dropping it is [`Self::discard`] without an answer.
pub struct Restored {
    held: Held,
    process: Process,
    events: Vec<EventImage>,
    /// memory regions that a partner has invalidated
    invalid: HashSet<u32>,
    ended: bool,
}

impl Restored {
    /// The objects. What is posted now counts when the process resumes.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// How long each phase took.
    pub fn times(&self) -> &[PhaseTime] {
        &self.process.times
    }

    /// Says where the partner of queue pair `qpn` is now. `mac` is the partner's or the next hop's.
    ///
    /// # Errors
    /// The command's, or the address is of the other IP version, or there is no such queue pair.
    pub fn set_partner(&self, qpn: u32, ip: IpAddr, mac: MacAddress) -> Result<(), RestoreError> {
        let qp = self.process.qp(qpn).ok_or(RestoreError::NoSuchQp { qpn })?;
        qp.set_partner(ip, mac)
    }

    /// The process works here from now on: its queue pairs tell their partners ([`Process::resumed`] says when all have heard). Only
    /// after the commit at the source, or when the source is known to be dead.
    ///
    /// # Errors
    /// [`ResumeFailure`]: the device refused or did not answer.
    pub fn resume(mut self) -> Result<Process, ResumeFailure> {
        let context = self.process.context.clone();
        let shared = context.shared();
        let mut times = Vec::new();
        let idle = self.held.qps.is_empty();
        let done = timed(shared, &mut times, Phase::Resume, || match idle {
            true => Ok(()),
            false => shared
                .borrow_mut()
                .again(Command::Resume, context.page(), &[]),
        });
        if let Err(failure) = done {
            return Err(ResumeFailure {
                restored: Box::new(self),
                failure,
            });
        }
        self.ended = true;
        context.registry().fate.set(Fate::Live);
        let inner = &mut *shared.borrow_mut();
        for qp in &self.held.qps {
            // its slot is the queue pair's now
            inner.exhume(qp.qpn);
        }
        let events = self.events.iter().filter_map(|e| self.event(e));
        inner.events.extend(events);
        self.process.times.append(&mut times);
        Ok(self.process.duplicate())
    }

    /// The process's copy here is thrown away; tombstones that were here are again.
    ///
    /// # Errors
    /// [`DiscardFailure`]: the device refused or did not answer.
    pub fn discard(mut self) -> Result<(), DiscardFailure> {
        self.throw_away().map_err(|failure| DiscardFailure {
            restored: Box::new(self),
            failure,
        })
    }

    /// Its memory, and what no queue pair uses.
    fn fill(&self, image: &Image, moved: &Moved, memory: &[Vec<u8>]) -> Result<(), RestoreError> {
        check_memory(image, memory)?;
        for (range, bytes) in image.memory.iter().zip(memory) {
            let buffer = self.process.buffer(range.id);
            buffer.map_or(Ok(()), |buffer| buffer.write(0, bytes))?;
        }
        unused::prepare(&self.process.buffers, image, moved)?;
        let context = &self.process.context;
        let inner = &mut *context.shared().borrow_mut();
        unused::create(inner, context.page(), moved)
            .map_err(|(failure, number)| named(failure, number))
    }

    /// The device may still refer to its numbers and its memory: nobody gets them again.
    fn leave_behind(&mut self, cause: RestoreError, failure: CommandFailure) -> RestoreError {
        self.ended = true;
        self.process.context.registry().fate.set(Fate::Gone);
        self.process.buffers.iter().for_each(Buffer::leak);
        RestoreError::LeftBehind {
            cause: Box::new(cause),
            failure,
        }
    }

    fn throw_away(&mut self) -> Result<(), CommandFailure> {
        let context = self.process.context.clone();
        let mut inner = context.shared().borrow_mut();
        if !self.held.qps.is_empty() {
            match inner.of_context(Command::Abort, context.page(), &[]) {
                Ok(_) => {}
                // it has happened before, with the answer lost
                Err(CommandFailure::Refused {
                    error: CommandError::EmptySet,
                    ..
                }) => {}
                Err(failure) => return Err(failure),
            }
        }
        self.ended = true;
        // at the worst their slots are lost
        let _ = self.held.destroy_unused(&mut inner, &self.invalid);
        drop(inner);
        // memory that cannot be unmapped is not used again
        let _ = self.held.leave(&context, Remains::Nothing);
        Ok(())
    }

    fn event(&self, event: &EventImage) -> Option<AsyncEvent> {
        Some(match *event {
            EventImage::CqError(handle) => AsyncEvent::CqError {
                cq: self.process.cq(handle)?.number(),
            },
            EventImage::SrqLimitReached(handle) => AsyncEvent::SrqLimitReached {
                srq: self.process.srq(handle)?.number(),
            },
            EventImage::QpFatal(qpn) => AsyncEvent::QpFatal { qpn },
            EventImage::QpRequestError(qpn) => AsyncEvent::QpRequestError { qpn },
            EventImage::QpAccessError(qpn) => AsyncEvent::QpAccessError { qpn },
            EventImage::SqDrained(qpn) => AsyncEvent::SqDrained { qpn },
        })
    }
}

impl Drop for Restored {
    fn drop(&mut self) {
        if !self.ended && self.process.context.shared().try_borrow_mut().is_ok() {
            // whoever wants to know discards by name; what stays in the device keeps its numbers
            let _ = self.throw_away();
        }
    }
}
