//! The driver's half of a restored process: objects, with what the image says of them.

use super::PhaseTime;
use super::image::{CqImage, Image, MrImage, QpImage, ReceiveImage, SrqImage};
use super::process::Process;
use super::relocate::{Moved, MovedCq, MovedMr, MovedQp, MovedSrq};
use crate::adapter::{Context, Inner, Shared};
use crate::connection::MigrationData;
use crate::cq::{CompletionQueue, CqInner};
use crate::dma::Buffer;
use crate::mr::{MemoryRegion, MrInner, ProtectionDomain};
use crate::qp::{QpInner, QueuePair, Receive, SendQueue};
use crate::ring::Ring;
use crate::srq::{Posted, ReceiveQueue, SharedReceiveQueue, SrqInner};
use fw_regs::rings::{CQE_BYTES, RECV_WQE_BYTES, SEND_WQE_BYTES};
use fw_regs::{Psn, WcOpcode};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// The driver's half: objects with what the image says of them.
pub(super) fn assemble(
    shared: &Shared,
    context: &Context,
    image: &Image,
    moved: &Moved,
    buffers: Vec<Buffer>,
    times: Vec<PhaseTime>,
) -> Process {
    let registry = context.registry();
    registry.buffers.skip_to(image.next.buffers);
    registry.pds.skip_to(image.next.pds);
    registry.cqs.skip_to(image.next.cqs);
    registry.srqs.skip_to(image.next.srqs);
    registry.mrs.skip_to(image.next.mrs);
    registry.qps.skip_to(image.next.qps);
    let pds: Vec<ProtectionDomain> = moved
        .pds
        .iter()
        .map(|pd| context.pd_of(pd.handle, pd.number))
        .collect();
    let parts = Parts {
        context,
        buffers: buffers.iter().map(|b| (b.id(), b.clone())).collect(),
        pds: pds.iter().map(|pd| (pd.handle(), pd.clone())).collect(),
    };
    let inner = &mut *shared.borrow_mut();
    let cqs: Vec<_> = (moved.cqs.iter().zip(&image.cqs))
        .filter_map(|(moved, cq)| parts.cq(inner, moved, cq))
        .collect();
    let srqs: Vec<_> = (moved.srqs.iter().zip(&image.srqs))
        .filter_map(|(moved, srq)| parts.srq(moved, srq))
        .collect();
    let mrs: Vec<_> = (moved.mrs.iter().zip(&image.mrs))
        .filter_map(|(moved, mr)| parts.mr(moved, mr))
        .collect();
    let qps: Vec<_> = (moved.qps.iter().zip(&image.qps))
        .filter_map(|(moved, qp)| parts.qp(inner, moved, qp, &cqs, &srqs))
        .collect();
    Process {
        context: context.clone(),
        buffers,
        pds,
        cqs,
        srqs,
        mrs,
        qps,
        times,
    }
}

/// What objects are put together from. Everything that they look up is there, for the image has been checked.
struct Parts<'a> {
    context: &'a Context,
    buffers: HashMap<u32, Buffer>,
    pds: HashMap<u32, ProtectionDomain>,
}

impl Parts<'_> {
    fn ring(&self, buffer: u32, log_size: u8, entry: usize) -> Option<Ring> {
        let memory = self.buffers.get(&buffer)?.clone();
        Some(Ring::over(memory, log_size, entry))
    }

    fn cq(&self, inner: &mut Inner, moved: &MovedCq, cq: &CqImage) -> Option<CompletionQueue> {
        let made = CqInner {
            context: self.context.clone(),
            handle: cq.handle,
            number: moved.number,
            ring: self.ring(cq.buffer, moved.config.log_size, CQE_BYTES)?,
            // the ring of one that nobody uses begins anew
            consumer: Cell::new(if moved.in_set { cq.consumer } else { 0 }),
            kept: RefCell::new(cq.kept.iter().filter_map(|c| c.completion()).collect()),
            events: Cell::new(cq.events),
        };
        Some(made.known_to(inner))
    }

    fn receive(
        &self,
        number: u16,
        log_size: u8,
        receive: &ReceiveImage,
        anew: bool,
    ) -> Option<ReceiveQueue> {
        let posted = match anew {
            false => Posted {
                producer: receive.producer,
                wr_ids: receive.posted.iter().copied().collect(),
            },
            true => Posted {
                producer: receive.posted.len() as u16,
                wr_ids: (0..).zip(receive.posted.iter().map(|p| p.1)).collect(),
            },
        };
        Some(ReceiveQueue {
            context: self.context.clone(),
            ring: self.ring(receive.buffer, log_size, RECV_WQE_BYTES)?,
            number,
            state: RefCell::new(posted),
        })
    }

    fn srq(&self, moved: &MovedSrq, srq: &SrqImage) -> Option<SharedReceiveQueue> {
        let log_size = moved.config.log_size;
        let made = SrqInner {
            pd: self.pds.get(&srq.pd)?.clone(),
            handle: srq.handle,
            queue: self.receive(moved.ring, log_size, &srq.receive, !moved.in_set)?,
            number: moved.number,
            limit: Cell::new(moved.config.limit),
        };
        Some(made.known())
    }

    fn mr(&self, moved: &MovedMr, mr: &MrImage) -> Option<MemoryRegion> {
        let made = MrInner {
            pd: self.pds.get(&mr.pd)?.clone(),
            handle: mr.handle,
            buffer: self.buffers.get(&mr.buffer)?.clone(),
            slot: moved.slot,
            key: moved.record.key,
            va: moved.record.va,
            length: moved.record.length as usize,
        };
        Some(made.known())
    }

    fn qp(
        &self,
        inner: &mut Inner,
        moved: &MovedQp,
        qp: &QpImage,
        cqs: &[CompletionQueue],
        srqs: &[SharedReceiveQueue],
    ) -> Option<QueuePair> {
        let cq = |handle| cqs.iter().find(|cq| cq.handle() == handle).cloned();
        let ring = self.ring(qp.send_buffer, moved.send_log_size, SEND_WQE_BYTES)?;
        let mut posted = vec![(0, WcOpcode::Send); ring.capacity()];
        let mask = ring.capacity() - 1;
        for (k, &(wr_id, opcode)) in (0..).zip(&qp.posted) {
            let at = usize::from(qp.tail.wrapping_add(k)) & mask;
            posted[at] = (wr_id, WcOpcode::from_code(opcode)?);
        }
        let receive = match (&qp.receive, qp.srq) {
            (Some(receive), None) => {
                let log_size = moved.recv_log_size;
                Receive::Own(self.receive(moved.slot, log_size, receive, false)?)
            }
            (_, srq) => {
                let srq = srqs.iter().find(|s| Some(s.handle()) == srq);
                Receive::Shared(srq?.clone())
            }
        };
        let made = QpInner {
            pd: self.pds.get(&qp.pd)?.clone(),
            handle: qp.handle,
            slot: moved.slot,
            qpn: qp.number,
            state: Cell::new(moved.state),
            config: RefCell::new(moved.config),
            send: RefCell::new(SendQueue {
                ring,
                producer: qp.producer,
                tail: qp.tail,
                posted,
            }),
            receive,
            cqs: [cq(qp.send_cq)?, cq(qp.recv_cq)?],
            psn: Psn::new(qp.psn),
            offer: Cell::new(qp.offer.map(|offer| MigrationData {
                epoch: offer.epoch,
                key: offer.key,
            })),
        };
        Some(made.known_to(inner))
    }
}
