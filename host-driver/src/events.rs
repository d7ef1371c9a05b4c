//! Events: from the device's queue to the objects and to whoever asks.

use crate::adapter::{Inner, Shared};
use crate::device::DeviceError;
use crate::qp::QpInner;
use crate::ring::Ring;
use fw_regs::EventKind;
use fw_regs::bar0::event_queue;
use fw_regs::rings::Eqe;
use std::rc::{Rc, Weak};

/// Something happened to an object outside of any work request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsyncEvent {
    /// A completion queue overflowed; its queue pairs are in error.
    CqError {
        /// Number of the completion queue.
        cq: u16,
    },
    /// A queue pair went to error without a completion that says so.
    QpFatal {
        /// QP number.
        qpn: u32,
    },
    /// A partner sent an invalid request.
    QpRequestError {
        /// QP number.
        qpn: u32,
    },
    /// A partner asked for memory that it may not touch.
    QpAccessError {
        /// QP number.
        qpn: u32,
    },
    /// A send queue in SQD has finished what it had begun.
    SqDrained {
        /// QP number.
        qpn: u32,
    },
    /// A queue pair that was resuming works again.
    Resumed {
        /// QP number.
        qpn: u32,
    },
    /// Nobody answers a queue pair that is resuming, or its partner has been stopped for too long: extend the lease, name another
    /// address of the partner, or give the queue pair up.
    LeaseExpired {
        /// QP number.
        qpn: u32,
    },
    /// A tombstone has stood for long and was not freed.
    TombstoneAged {
        /// Slot in the device.
        slot: u16,
    },
    /// A shared receive queue fell below its limit.
    SrqLimitReached {
        /// Number of the shared receive queue.
        srq: u16,
    },
}

/// Takes what the device has written out of the event queue.
pub(crate) fn take_events(shared: &Shared, ring: &Ring) -> Result<(), DeviceError> {
    shared.borrow_mut().device.take_interrupts()?;
    let mut taken = false;
    loop {
        let index = shared.borrow().event_consumer;
        let Some(bytes) = ring.read_written(index, Eqe::phase_of)? else {
            break;
        };
        let mut inner = shared.borrow_mut();
        inner.event_consumer = index.wrapping_add(1);
        taken = true;
        if let Ok(event) = Eqe::decode(&bytes) {
            inner.dispatch(event);
        }
    }
    if taken {
        let mut inner = shared.borrow_mut();
        let index = inner.event_consumer.into();
        inner.write(event_queue::consumer::REG.offset, index)?;
    }
    Ok(())
}

impl Inner {
    fn dispatch(&mut self, event: Eqe) {
        let named = |inner: &Self| -> Option<Rc<QpInner>> {
            inner.qp_by_slot.get(&(event.object as u16))?.upgrade()
        };
        let qp = |inner: &Self| -> Option<u32> {
            let qp = named(inner)?;
            qp.note_error();
            Some(qp.number())
        };
        let found = match event.kind {
            EventKind::Completion => {
                if let Some(cq) = self
                    .cq_by_number
                    .get(&(event.object as u16))
                    .and_then(Weak::upgrade)
                {
                    cq.note_event();
                }
                None
            }
            EventKind::CqError => Some(AsyncEvent::CqError {
                cq: event.object as u16,
            }),
            EventKind::QpFatal => qp(self).map(|qpn| AsyncEvent::QpFatal { qpn }),
            EventKind::QpRequestError => qp(self).map(|qpn| AsyncEvent::QpRequestError { qpn }),
            EventKind::QpAccessError => qp(self).map(|qpn| AsyncEvent::QpAccessError { qpn }),
            // of the completer, which knows the number; errors come from the table of states, which knows the slot
            EventKind::SqDrained => {
                let known = self.qp_by_number.contains_key(&event.object);
                known.then_some(AsyncEvent::SqDrained { qpn: event.object })
            }
            EventKind::SrqLimitReached => Some(AsyncEvent::SrqLimitReached {
                srq: event.object as u16,
            }),
            EventKind::Resumed => named(self).map(|qp| AsyncEvent::Resumed { qpn: qp.number() }),
            EventKind::LeaseExpired => {
                named(self).map(|qp| AsyncEvent::LeaseExpired { qpn: qp.number() })
            }
            EventKind::TombstoneAged => Some(AsyncEvent::TombstoneAged {
                slot: event.object as u16,
            }),
            EventKind::CommandDone => None,
        };
        self.events.extend(found);
    }
}
