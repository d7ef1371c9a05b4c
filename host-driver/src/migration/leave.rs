//! The end of a process at an adapter: its handles die, its numbers go back, its memory is overwritten and unmapped.

use super::image::MemoryRange;
use crate::adapter::{Context, Grave, Inner, Plot};
use crate::cq::CqInner;
use crate::device::DeviceError;
use crate::dma::{Buffer, Mapping};
use crate::events::AsyncEvent;
use crate::mr::{MrInner, PdInner};
use crate::qp::QpInner;
use crate::registry::Fate;
use crate::srq::SrqInner;
use fw_regs::mailbox::Payload;
use fw_regs::{Command, CommandError};
use std::collections::HashSet;
use std::rc::Rc;

use crate::error::CommandFailure;

/// All objects of a context, so that none ends while the process moves.
pub(super) struct Held {
    pub buffers: Vec<Rc<Mapping>>,
    pub pds: Vec<Rc<PdInner>>,
    pub cqs: Vec<Rc<CqInner>>,
    pub srqs: Vec<Rc<SrqInner>>,
    pub mrs: Vec<Rc<MrInner>>,
    pub qps: Vec<Rc<QpInner>>,
}

/// What stays of the queue pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remains {
    /// Tombstones, in their slots.
    Tombstones,
    /// Nothing, but tombstones that were there before.
    Nothing,
}

impl Held {
    pub fn of(context: &Context) -> Self {
        let registry = context.registry();
        Self {
            buffers: registry.buffers.all(),
            pds: registry.pds.all(),
            cqs: registry.cqs.all(),
            srqs: registry.srqs.all(),
            mrs: registry.mrs.all(),
            qps: registry.qps.all(),
        }
    }

    /// Every buffer.
    pub fn memory(&self) -> Vec<MemoryRange> {
        let buffers = self.buffers.iter().map(|b| Buffer::from(b.clone()));
        let range = |buffer: Buffer| MemoryRange {
            id: buffer.id(),
            iova: buffer.iova(),
            length: buffer.len() as u64,
        };
        buffers.map(range).collect()
    }

    /// The bytes of one.
    ///
    /// # Errors
    /// The device failed, or the range is none of these.
    pub fn read_memory(&self, range: &MemoryRange) -> Result<Vec<u8>, DeviceError> {
        let unmapped = || DeviceError::Unmapped {
            iova: range.iova,
            length: range.length as usize,
        };
        let mut buffers = self.buffers.iter().map(|b| Buffer::from(b.clone()));
        let buffer = buffers
            .find(|b| b.id() == range.id && b.len() as u64 == range.length)
            .ok_or_else(unmapped)?;
        let mut bytes = vec![0; buffer.len()];
        buffer.read(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Completion queues, shared receive queues and protection domains that queue pairs use. The device takes those, and the memory
    /// regions of those domains, to be part of the set; the others are the driver's own affair.
    pub fn used(&self) -> Used {
        let mut used = Used::default();
        for qp in &self.qps {
            used.cqs.extend(qp.cqs.iter().map(|cq| cq.inner.handle));
            used.pds.insert(qp.pd.inner.handle);
            used.srqs.extend(qp.srq().map(|srq| srq.inner.handle));
        }
        used
    }

    /// Takes what is not part of the set out of the device: what no queue pair uses, and memory regions that are `invalid`. An object that
    /// the device does not know is out already.
    pub fn destroy_unused(
        &self,
        inner: &mut Inner,
        invalid: &HashSet<u32>,
    ) -> Result<(), CommandFailure> {
        let used = self.used();
        for mr in &self.mrs {
            if !used.pds.contains(&mr.pd.inner.handle) || invalid.contains(&mr.handle) {
                destroy(inner, Command::MrDestroy, mr.slot)?;
            }
        }
        for srq in &self.srqs {
            if !used.srqs.contains(&srq.handle) {
                destroy(inner, Command::SrqDestroy, srq.queue.number)?;
            }
        }
        for cq in &self.cqs {
            if !used.cqs.contains(&cq.handle) {
                destroy(inner, Command::CqDestroy, cq.number)?;
            }
        }
        Ok(())
    }

    /// Ends the process here. Returns what went wrong with its memory; that which could not be unmapped is lost until the device is
    /// reset, but overwritten if the way to it works at all.
    pub fn leave(&self, context: &Context, remains: Remains) -> Vec<DeviceError> {
        context.registry().fate.set(Fate::Gone);
        self.give_back(&mut context.shared().borrow_mut(), context.page(), remains);
        self.buffers
            .iter()
            .filter_map(|buffer| buffer.wipe().err())
            .collect()
    }

    fn give_back(&self, inner: &mut Inner, page: u8, remains: Remains) {
        let plot = Rc::new(Plot {
            page,
            pds: self.pds.iter().map(|pd| pd.number).collect(),
        });
        for qp in &self.qps {
            inner.qp_by_number.remove(&qp.qpn);
            inner.qp_by_slot.remove(&qp.slot);
            if remains == Remains::Tombstones {
                let grave = Grave {
                    slot: qp.slot,
                    plot: plot.clone(),
                };
                inner.tombstones.insert(qp.qpn, grave);
            } else if !inner.tombstones.values().any(|g| g.slot == qp.slot) {
                inner.qps.give_back(qp.slot.into());
            }
        }
        for cq in &self.cqs {
            inner.cq_by_number.remove(&cq.number);
            inner.cqs.give_back(cq.number.into());
        }
        for srq in &self.srqs {
            inner.srqs.give_back(srq.number.into());
        }
        for mr in &self.mrs {
            inner.mrs.give_back(mr.slot.into());
        }
        self.forget_events(inner);
        inner.release(plot);
    }

    fn forget_events(&self, inner: &mut Inner) {
        let qpns: HashSet<u32> = self.qps.iter().map(|qp| qp.qpn).collect();
        let cqs: HashSet<u16> = self.cqs.iter().map(|cq| cq.number).collect();
        let srqs: HashSet<u16> = self.srqs.iter().map(|srq| srq.number).collect();
        inner.events.retain(|event| match event {
            AsyncEvent::CqError { cq } => !cqs.contains(cq),
            AsyncEvent::SrqLimitReached { srq } => !srqs.contains(srq),
            AsyncEvent::QpFatal { qpn }
            | AsyncEvent::QpRequestError { qpn }
            | AsyncEvent::QpAccessError { qpn }
            | AsyncEvent::SqDrained { qpn }
            | AsyncEvent::Resumed { qpn }
            | AsyncEvent::LeaseExpired { qpn } => !qpns.contains(qpn),
            AsyncEvent::TombstoneAged { .. } => true,
        });
    }
}

/// Handles of what queue pairs use.
#[derive(Default)]
pub(super) struct Used {
    pub cqs: HashSet<u32>,
    pub srqs: HashSet<u32>,
    pub pds: HashSet<u32>,
}

/// Takes an object out of the device, if it is there.
pub(super) fn destroy(
    inner: &mut Inner,
    command: Command,
    number: u16,
) -> Result<(), CommandFailure> {
    match inner.command(command, [number.into(), 0], &Payload::new()) {
        Err(CommandFailure::Refused {
            error: CommandError::NotInUse,
            ..
        }) => Ok(()),
        done => done,
    }
}

impl Inner {
    /// Forgets the tombstone of `qpn`; its slot is not given back.
    pub(super) fn exhume(&mut self, qpn: u32) {
        if let Some(grave) = self.tombstones.remove(&qpn) {
            self.release(grave.plot);
        }
    }

    /// Gives back the numbers of a process, if no tombstone bears them.
    fn release(&mut self, plot: Rc<Plot>) {
        if let Some(plot) = Rc::into_inner(plot) {
            self.pages.give_back(plot.page.into());
            for pd in plot.pds {
                self.pds.give_back(pd.into());
            }
        }
    }
}
