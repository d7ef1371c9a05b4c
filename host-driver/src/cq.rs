//! Completion queues.

use crate::adapter::{Context, Inner};
use crate::device::DeviceError;
use crate::error::{CommandFailure, VerbsError};
use crate::ring::{Ring, log_size};
use crate::work::Completion;
use fw_regs::contexts::CqConfig;
use fw_regs::doorbell::{self, Arm};
use fw_regs::mailbox::Payload;
use fw_regs::rings::{CQE_BYTES, Cqe};
use fw_regs::{Command, ContextKind, WcStatus};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

pub(crate) struct CqInner {
    pub context: Context,
    pub handle: u32,
    pub number: u16,
    pub ring: Ring,
    pub consumer: Cell<u16>,
    /// taken out of the ring while those of another queue pair were thrown away
    pub kept: RefCell<VecDeque<Completion>>,
    pub events: Cell<u32>,
}

impl CqInner {
    pub fn note_event(&self) {
        self.events.set(self.events.get() + 1);
    }
}

/// A completion queue, with its completion channel.
#[derive(Clone)]
pub struct CompletionQueue {
    pub(crate) inner: Rc<CqInner>,
}

impl Context {
    /// A completion queue of at least `entries` entries; more completions than it has entries put the queue pairs that
    /// fill it into error.
    ///
    /// # Errors
    /// [`VerbsError::Exhausted`], [`VerbsError::Limit`] or the command's.
    pub fn create_cq(&self, entries: u32) -> Result<CompletionQueue, VerbsError> {
        self.registry().check_live()?;
        let log_size = log_size("completion queue entries", entries)?;
        let ring = Ring::of(self, log_size, CQE_BYTES)?;
        let mut inner = self.shared().borrow_mut();
        let limit = inner.cqs.len();
        let number = inner.cqs.take().ok_or(VerbsError::Exhausted {
            what: "completion queues",
            limit,
        })? as u16;
        if let Err(failure) = create(&mut inner, number, &config(&ring, self.page())) {
            inner.cqs.give_back(number.into());
            return Err(failure.into());
        }
        let made = CqInner {
            context: self.clone(),
            handle: self.registry().cqs.handle(),
            number,
            ring,
            consumer: Cell::new(0),
            kept: RefCell::default(),
            events: Cell::new(0),
        };
        Ok(made.known_to(&mut inner))
    }
}

/// What the device is told of a completion queue.
pub(crate) fn config(ring: &Ring, page: u8) -> CqConfig {
    CqConfig {
        held: false,
        base: ring.iova(),
        log_size: ring.log_size,
        valid: true,
        user_ctx: page,
        vector: 0,
        doorbell_record: ring.record_iova(),
    }
}

/// Creates a completion queue in the device.
pub(crate) fn create(
    inner: &mut Inner,
    number: u16,
    config: &CqConfig,
) -> Result<(), CommandFailure> {
    let mut payload = Payload::new();
    payload.record(ContextKind::CqConfig, number, &config.to_words())?;
    inner.command(Command::CqCreate, [number.into(), 0], &payload)
}

impl CqInner {
    /// Makes it known to events and to its context.
    pub fn known_to(self, inner: &mut Inner) -> CompletionQueue {
        let made = Rc::new(self);
        inner.cq_by_number.insert(made.number, Rc::downgrade(&made));
        made.context.registry().cqs.add(made.handle, &made);
        CompletionQueue { inner: made }
    }
}

impl CompletionQueue {
    /// Number in the device.
    pub fn number(&self) -> u16 {
        self.inner.number
    }

    /// Order of its creation in its context; a process that moves keeps it, unlike the number.
    pub fn handle(&self) -> u32 {
        self.inner.handle
    }

    /// Takes up to `most` completions. Does not wait.
    ///
    /// # Errors
    /// The device failed, or the process moves.
    pub fn poll(&self, most: usize) -> Result<Vec<Completion>, DeviceError> {
        self.inner.context.check()?;
        let mut kept = self.inner.kept.borrow_mut();
        let ready = kept.len().min(most);
        let mut found: Vec<Completion> = kept.drain(..ready).collect();
        drop(kept);
        let start = self.inner.consumer.get();
        while found.len() < most {
            let Some(cqe) = self.next()? else { break };
            found.extend(self.resolve(&cqe));
        }
        self.publish_consumer(start)?;
        Ok(found)
    }

    /// The next completion of the ring.
    fn next(&self) -> Result<Option<Cqe>, DeviceError> {
        let index = self.inner.consumer.get();
        let Some(bytes) = self.inner.ring.read_written(index, Cqe::phase_of)? else {
            return Ok(None);
        };
        self.inner.consumer.set(index.wrapping_add(1));
        let cqe = Cqe::decode(&bytes).map_err(|e| DeviceError::Backend(Box::new(e)))?;
        Ok(Some(cqe))
    }

    /// Tells the device what has been taken since the consumer was `start`.
    fn publish_consumer(&self, start: u16) -> Result<(), DeviceError> {
        match self.inner.consumer.get() == start {
            true => Ok(()),
            false => self.ring_doorbell(doorbell::CQ_CONSUMER, Arm::None),
        }
    }

    /// Takes the completions of `qpn` out and shows them to `each`; those of others wait for [`Self::poll`].
    pub(crate) fn purge(&self, qpn: u32, mut each: impl FnMut(&Cqe)) -> Result<(), DeviceError> {
        let start = self.inner.consumer.get();
        self.inner.kept.borrow_mut().retain(|c| c.qpn != qpn);
        while let Some(cqe) = self.next()? {
            match cqe.qpn == qpn {
                true => each(&cqe),
                false => {
                    let completion = self.resolve(&cqe);
                    self.inner.kept.borrow_mut().extend(completion);
                }
            }
        }
        self.publish_consumer(start)
    }

    /// Asks for an event at the next completion, or at the next one that is solicited or failed. If completions that were not
    /// polled are there already, the event comes at once.
    ///
    /// # Errors
    /// The device failed, or the process moves.
    pub fn request_notification(&self, solicited_only: bool) -> Result<(), DeviceError> {
        self.inner.context.check()?;
        if !self.inner.kept.borrow().is_empty() {
            self.inner.note_event();
        }
        self.ring_doorbell(
            doorbell::CQ_ARM,
            if solicited_only {
                Arm::Solicited
            } else {
                Arm::Next
            },
        )
    }

    /// Completion events since the last call; [`crate::Adapter::poll_events`] brings them.
    pub fn take_events(&self) -> u32 {
        self.inner.events.take()
    }

    pub(crate) fn ring_doorbell(&self, offset: u32, arm: Arm) -> Result<(), DeviceError> {
        let CqInner {
            context,
            number,
            ring,
            consumer,
            ..
        } = &*self.inner;
        ring.publish(consumer.get(), arm)?;
        let value = doorbell::value((*number).into(), consumer.get(), arm);
        context
            .shared()
            .borrow_mut()
            .ring(context.page(), offset, value)
    }

    /// The work request that a completion is about; none if its queue pair is gone.
    fn resolve(&self, cqe: &Cqe) -> Option<Completion> {
        let qp = self
            .inner
            .context
            .shared()
            .borrow()
            .qp_by_number
            .get(&cqe.qpn)
            .and_then(Weak::upgrade)?;
        if cqe.status != WcStatus::Success {
            qp.note_error();
        }
        let (wr_id, opcode) = match cqe.receive {
            true => (qp.complete_receive(cqe.index)?, cqe.opcode),
            false => qp.complete_send(cqe.index)?,
        };
        Some(Completion {
            wr_id,
            status: cqe.status,
            opcode,
            qpn: cqe.qpn,
            byte_len: cqe.byte_len,
            imm: cqe.with_imm.then_some(cqe.imm),
            invalidated: cqe.with_inv.then_some(cqe.imm),
        })
    }
}

impl Drop for CqInner {
    fn drop(&mut self) {
        if let Ok(mut inner) = self.context.shared().try_borrow_mut() {
            self.context.registry().cqs.remove(self.handle);
            if !self.context.registry().fate.get().destroys() {
                return;
            }
            inner.cq_by_number.remove(&self.number);
            if inner
                .command(Command::CqDestroy, [self.number.into(), 0], &Payload::new())
                .is_ok()
            {
                inner.cqs.give_back(self.number.into());
            }
        }
    }
}
