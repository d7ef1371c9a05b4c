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
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A ring of receives and the work requests in it.
pub(crate) struct ReceiveQueue {
    pub context: Context,
    pub ring: Ring,
    /// ring number in the device
    pub number: u16,
    state: RefCell<Posted>,
}

#[derive(Default)]
struct Posted {
    producer: u16,
    /// by index: a shared queue's receives complete in any order
    wr_ids: HashMap<u16, u64>,
}

impl ReceiveQueue {
    pub fn new(context: &Context, log_size: u8, number: u16) -> Result<Self, DeviceError> {
        let ring = Ring::new(context.shared(), log_size, RECV_WQE_BYTES)?;
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

    pub fn post(&self, requests: &[RecvRequest]) -> Result<(), PostError> {
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

    fn announce(&self, producer: u16) -> Result<(), DeviceError> {
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

struct SrqInner {
    pd: ProtectionDomain,
    queue: ReceiveQueue,
    number: u16,
}

/// A receive queue that several queue pairs share.
#[derive(Clone)]
pub struct SharedReceiveQueue {
    inner: Rc<SrqInner>,
}

impl ProtectionDomain {
    /// A shared receive queue of at least `entries` entries. With `limit` > 0 an event comes, once, when fewer are left.
    ///
    /// # Errors
    /// [`VerbsError::Exhausted`], [`VerbsError::Limit`] or the command's.
    pub fn create_srq(&self, entries: u32, limit: u16) -> Result<SharedReceiveQueue, VerbsError> {
        let log_size = log_size("receive queue entries", entries)?;
        let context = &self.inner.context;
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
                let mut payload = Payload::new();
                payload
                    .record(
                        ContextKind::RqConfig,
                        ring_number,
                        &queue.config(self, true, limit).to_words(),
                    )
                    .map_err(CommandFailure::from)?;
                context.shared().borrow_mut().command(
                    Command::SrqCreate,
                    [ring_number.into(), 0],
                    &payload,
                )?;
                Ok(queue)
            });
        match made {
            Ok(queue) => {
                let srq = SharedReceiveQueue {
                    inner: Rc::new(SrqInner {
                        pd: self.clone(),
                        queue,
                        number,
                    }),
                };
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
        let mut payload = Payload::new();
        payload
            .record(
                ContextKind::RqConfig,
                queue.number,
                &queue.config(pd, true, limit).to_words(),
            )
            .map_err(CommandFailure::from)?;
        let mut inner = queue.context.shared().borrow_mut();
        Ok(inner.command(Command::SrqModify, [queue.number.into(), 0], &payload)?)
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
        if let Ok(mut inner) = self.queue.context.shared().try_borrow_mut()
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
