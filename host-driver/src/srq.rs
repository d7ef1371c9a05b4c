//! Shared receive queues, and what they have in common with private ones.

use crate::adapter::Context;
use crate::device::DeviceError;
use crate::error::{CommandFailure, PostError, VerbsError};
use crate::mr::ProtectionDomain;
use crate::ring::{Ring, log_size};
use crate::work::RecvRequest;
use fw_regs::contexts::RingConfig;
use fw_regs::doorbell::{self, Arm};
use fw_regs::limits::MAX_SGE;
use fw_regs::mailbox::Payload;
use fw_regs::rings::{RECV_WQE_BYTES, RecvWqe, Sge};
use fw_regs::{Command, ContextKind};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// A ring of receives and the work requests in it.
pub(crate) struct ReceiveQueue {
    pub context: Context,
    pub ring: Ring,
    /// ring number in the device
    pub number: u16,
    pub state: RefCell<Posted>,
}

#[derive(Clone, Default)]
pub(crate) struct Posted {
    pub producer: u16,
    /// by index: a shared queue's receives complete in any order
    pub wr_ids: HashMap<u16, u64>,
}

impl ReceiveQueue {
    pub fn new(context: &Context, log_size: u8, number: u16) -> Result<Self, DeviceError> {
        let ring = Ring::of(context, log_size, RECV_WQE_BYTES)?;
        Ok(Self {
            context: context.clone(),
            ring,
            number,
            state: RefCell::default(),
        })
    }

    pub fn config(&self, pd: &ProtectionDomain, shared: bool, limit: u16) -> RingConfig {
        RingConfig {
            held: false,
            base: self.ring.iova(),
            log_size: self.ring.log_size,
            valid: true,
            shared,
            user_ctx: self.context.page(),
            pd: pd.inner.number,
            limit,
            doorbell_record: self.ring.record_iova(),
        }
    }

    /// Gives `command` with the configuration of a shared queue.
    pub fn command_shared(
        &self,
        command: Command,
        pd: &ProtectionDomain,
        limit: u16,
    ) -> Result<(), CommandFailure> {
        let mut payload = Payload::new();
        let config = self.config(pd, true, limit).to_words();
        payload.record(ContextKind::RqConfig, self.number, &config)?;
        let mut inner = self.context.shared().borrow_mut();
        inner.command(command, [self.number.into(), 0], &payload)
    }

    pub fn post(&self, requests: &[RecvRequest]) -> Result<(), PostError> {
        self.context.check()?;
        let mut posted = self.state.borrow_mut();
        let start = posted.producer;
        let result = requests
            .iter()
            .try_for_each(|request| self.enqueue(&mut posted, request));
        if posted.producer != start {
            self.announce(posted.producer)?;
        }
        result
    }

    fn enqueue(&self, posted: &mut Posted, request: &RecvRequest) -> Result<(), PostError> {
        let capacity = self.ring.capacity();
        let index = posted.producer;
        if posted.wr_ids.len() >= capacity || posted.wr_ids.contains_key(&index) {
            return Err(PostError::Full { capacity });
        }
        let wqe = RecvWqe {
            entries: entries(&request.entries)?,
        };
        self.ring.write(index, &wqe.encode())?;
        posted.wr_ids.insert(index, request.wr_id);
        posted.producer = index.wrapping_add(1);
        Ok(())
    }

    pub fn announce(&self, producer: u16) -> Result<(), DeviceError> {
        self.ring.publish(producer, Arm::None)?;
        let value = doorbell::value(self.number.into(), producer, Arm::None);
        self.context
            .shared()
            .borrow_mut()
            .ring(self.context.page(), doorbell::RQ_PRODUCER, value)
    }

    /// The work request at `index`, which has completed.
    pub fn complete(&self, index: u16) -> Option<u64> {
        self.state.borrow_mut().wr_ids.remove(&index)
    }

    /// Forgets all receives, as RESET does.
    pub fn clear(&self) {
        *self.state.borrow_mut() = Posted::default();
    }
}

/// Scatter entries as the device takes them.
pub(crate) fn entries(list: &[crate::work::ScatterEntry]) -> Result<[Sge; 2], PostError> {
    if list.len() > MAX_SGE as usize {
        return Err(PostError::TooManyEntries {
            entries: list.len(),
            max: MAX_SGE as usize,
        });
    }
    let sge = |k: usize| {
        list.get(k).map_or(Sge::default(), |e| Sge {
            addr: e.addr,
            len: e.length,
            lkey: e.lkey,
        })
    };
    Ok([sge(0), sge(1)])
}

pub(crate) struct SrqInner {
    pub pd: ProtectionDomain,
    pub handle: u32,
    pub queue: ReceiveQueue,
    pub number: u16,
    pub limit: Cell<u16>,
}

impl SrqInner {
    /// Makes it known to its context.
    pub fn known(self) -> SharedReceiveQueue {
        let inner = Rc::new(self);
        let registry = inner.queue.context.registry();
        registry.srqs.add(inner.handle, &inner);
        SharedReceiveQueue { inner }
    }
}

/// A receive queue that several queue pairs share.
#[derive(Clone)]
pub struct SharedReceiveQueue {
    pub(crate) inner: Rc<SrqInner>,
}

impl ProtectionDomain {
    /// A shared receive queue of at least `entries` entries. With `limit` > 0 an event comes, once, when fewer are left.
    ///
    /// # Errors
    /// [`VerbsError::Exhausted`], [`VerbsError::Limit`] or the command's.
    pub fn create_srq(&self, entries: u32, limit: u16) -> Result<SharedReceiveQueue, VerbsError> {
        let log_size = log_size("receive queue entries", entries)?;
        let context = &self.inner.context;
        context.registry().check_live()?;
        let (number, ring_number) = {
            let mut inner = context.shared().borrow_mut();
            let most = inner.srqs.len();
            let number = inner.srqs.take().ok_or(VerbsError::Exhausted {
                what: "shared receive queues",
                limit: most,
            })? as u16;
            (number, inner.attributes.qps as u16 + number)
        };
        let made = ReceiveQueue::new(context, log_size, ring_number)
            .map_err(VerbsError::from)
            .and_then(|queue| {
                queue.command_shared(Command::SrqCreate, self, limit)?;
                Ok(queue)
            });
        match made {
            Ok(queue) => {
                let srq = SrqInner {
                    pd: self.clone(),
                    handle: context.registry().srqs.handle(),
                    queue,
                    number,
                    limit: Cell::new(limit),
                };
                let srq = srq.known();
                if limit > 0 {
                    srq.set_limit(limit)?;
                }
                Ok(srq)
            }
            Err(e) => {
                context.shared().borrow_mut().srqs.give_back(number.into());
                Err(e)
            }
        }
    }
}

impl SharedReceiveQueue {
    /// Posts receives, all or up to the first that cannot be posted.
    ///
    /// # Errors
    /// [`PostError`] of that one; the ones before it are posted.
    pub fn post(&self, requests: &[RecvRequest]) -> Result<(), PostError> {
        self.inner.queue.post(requests)
    }

    /// From now on, an event comes, once, when fewer than `limit` receives are left.
    ///
    /// # Errors
    /// The command's.
    pub fn set_limit(&self, limit: u16) -> Result<(), VerbsError> {
        let SrqInner { pd, queue, .. } = &*self.inner;
        queue.context.registry().check_live()?;
        queue.command_shared(Command::SrqModify, pd, limit)?;
        self.inner.limit.set(limit);
        Ok(())
    }

    /// Order of its creation in its context; a process that moves keeps it, unlike the number.
    pub fn handle(&self) -> u32 {
        self.inner.handle
    }

    /// Number of the shared receive queue, as events name it.
    pub fn number(&self) -> u16 {
        self.inner.number
    }

    pub(crate) fn ring_number(&self) -> u16 {
        self.inner.queue.number
    }

    pub(crate) fn pd(&self) -> &ProtectionDomain {
        &self.inner.pd
    }

    pub(crate) fn complete(&self, index: u16) -> Option<u64> {
        self.inner.queue.complete(index)
    }
}

impl Drop for SrqInner {
    fn drop(&mut self) {
        let registry = self.queue.context.registry();
        registry.srqs.remove(self.handle);
        if registry.fate.get().destroys()
            && let Ok(mut inner) = self.queue.context.shared().try_borrow_mut()
            && inner
                .command(
                    Command::SrqDestroy,
                    [self.queue.number.into(), 0],
                    &Payload::new(),
                )
                .is_ok()
        {
            inner.srqs.give_back(self.number.into());
        }
    }
}
