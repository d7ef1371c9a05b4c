//! Queue pairs.

use crate::adapter::{Context, Inner};
use crate::connection::{ConnectionData, MigrationData};
use crate::cq::CompletionQueue;
use crate::device::DeviceError;
use crate::error::{CommandFailure, PostError, VerbsError};
use crate::mr::ProtectionDomain;
use crate::numbers::DRAWS;
use crate::ring::{Ring, log_size};
use crate::srq::{ReceiveQueue, SharedReceiveQueue, entries};
use crate::work::{RecvRequest, SendOperation, SendRequest};
use fw_regs::contexts::{QpConfig, RingConfig};
use fw_regs::doorbell::{self, Arm};
use fw_regs::limits::{MAX_INLINE, MAX_MESSAGE};
use fw_regs::mailbox::Payload;
use fw_regs::rings::{SEND_WQE_BYTES, SendData, SendWqe};
use fw_regs::{Command, CommandError, ContextKind, Psn, QpState, WcOpcode, WqeOpcode};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How a queue pair is made.
#[derive(Clone)]
pub struct QpOptions {
    /// Where its sends complete.
    pub send_cq: CompletionQueue,
    /// Where its receives complete.
    pub recv_cq: CompletionQueue,
    /// Where its receives come from; none: a queue of its own.
    pub srq: Option<SharedReceiveQueue>,
    /// Send work requests posted at a time.
    pub max_send: u32,
    /// Receive work requests posted at a time, without a shared queue.
    pub max_recv: u32,
    /// Work requests and receives are whole Ethernet frames.
    pub raw: bool,
}

pub(crate) struct SendQueue {
    pub ring: Ring,
    pub producer: u16,
    /// index behind the last completed request
    pub tail: u16,
    pub posted: Vec<(u64, WcOpcode)>,
}

pub(crate) struct QpInner {
    pub pd: ProtectionDomain,
    pub handle: u32,
    pub slot: u16,
    pub qpn: u32,
    pub state: Cell<QpState>,
    pub config: RefCell<QpConfig>,
    pub send: RefCell<SendQueue>,
    pub receive: Receive,
    /// send and receive; they stay as long as the queue pair
    pub cqs: [CompletionQueue; 2],
    /// first PSN it will send
    pub psn: Psn,
    /// what it offers its partner, if it can move
    pub offer: Cell<Option<MigrationData>>,
}

pub(crate) enum Receive {
    Own(ReceiveQueue),
    Shared(SharedReceiveQueue),
}

impl QpInner {
    pub fn number(&self) -> u32 {
        self.qpn
    }

    pub fn note_error(&self) {
        self.state.set(QpState::Err);
    }

    /// The send request at `index`; it and all before it have completed.
    pub fn complete_send(&self, index: u16) -> Option<(u64, WcOpcode)> {
        let mut send = self.send.borrow_mut();
        let position = usize::from(index) & (send.ring.capacity() - 1);
        send.tail = index.wrapping_add(1);
        send.posted.get(position).copied()
    }

    pub fn complete_receive(&self, index: u16) -> Option<u64> {
        match &self.receive {
            Receive::Own(queue) => queue.complete(index),
            Receive::Shared(srq) => srq.complete(index),
        }
    }

    pub fn context(&self) -> &Context {
        &self.pd.inner.context
    }

    /// The shared queue that it receives from.
    pub fn srq(&self) -> Option<&SharedReceiveQueue> {
        match &self.receive {
            Receive::Own(_) => None,
            Receive::Shared(srq) => Some(srq),
        }
    }

    /// Makes it known to completions, events and its context.
    pub fn known_to(self, inner: &mut Inner) -> QueuePair {
        let made = Rc::new(self);
        inner.qp_by_number.insert(made.qpn, Rc::downgrade(&made));
        inner.qp_by_slot.insert(made.slot, Rc::downgrade(&made));
        made.context().registry().qps.add(made.handle, &made);
        QueuePair { inner: made }
    }

    /// Throws away the completions of what was posted before RESET or destruction: their indices mean nothing any more. The device
    /// has written all of them when the command ends.
    pub fn forget_completions(&self) -> Result<(), DeviceError> {
        for cq in &self.cqs {
            cq.purge(self.qpn, |cqe| {
                if let (true, Receive::Shared(srq)) = (cqe.receive, &self.receive) {
                    srq.complete(cqe.index);
                }
            })?;
        }
        Ok(())
    }
}

/// A reliable connection's end: a send queue, a receive queue, and a state.
///
/// Life of a connection: [`ProtectionDomain::create_qp`], exchange [`QueuePair::connection_data`] with the partner,
/// [`QueuePair::modify`] to INIT, RTR and RTS, post, poll the completion queues.
#[derive(Clone)]
pub struct QueuePair {
    pub(crate) inner: Rc<QpInner>,
}

impl ProtectionDomain {
    /// A queue pair in RESET with a random number.
    ///
    /// # Errors
    /// [`VerbsError::Exhausted`], [`VerbsError::Limit`], [`VerbsError::Foreign`] or the command's.
    pub fn create_qp(&self, options: &QpOptions) -> Result<QueuePair, VerbsError> {
        self.create_qp_named(options, None)
    }

    /// As [`Self::create_qp`], with the number `qpn` instead of a random one, e.g. to take the place of a recorded end.
    ///
    /// # Errors
    /// As [`Self::create_qp`]; [`CommandError::NumberTaken`] if the number is in use.
    pub fn create_qp_numbered(
        &self,
        options: &QpOptions,
        qpn: u32,
    ) -> Result<QueuePair, VerbsError> {
        if qpn >= 1 << 24 {
            return Err(VerbsError::Limit {
                what: "QP number",
                value: qpn.into(),
                min: 0,
                max: 0xff_ffff,
            });
        }
        self.create_qp_named(options, Some(qpn))
    }

    fn create_qp_named(
        &self,
        options: &QpOptions,
        qpn: Option<u32>,
    ) -> Result<QueuePair, VerbsError> {
        let context = &self.inner.context;
        context.registry().check_live()?;
        let own = |cq: &CompletionQueue| cq.inner.context.is(context);
        if !own(&options.send_cq) || !own(&options.recv_cq) {
            return Err(VerbsError::Foreign("the completion queue"));
        }
        if options
            .srq
            .as_ref()
            .is_some_and(|srq| !Rc::ptr_eq(&srq.pd().inner, &self.inner))
        {
            return Err(VerbsError::Foreign("the shared receive queue"));
        }
        let ring = Ring::of(
            context,
            log_size("send queue entries", options.max_send)?,
            SEND_WQE_BYTES,
        )?;
        let slot = {
            let mut inner = context.shared().borrow_mut();
            let limit = inner.qps.len();
            inner.qps.take().ok_or(VerbsError::Exhausted {
                what: "queue pairs",
                limit,
            })? as u16
        };
        self.create_qp_at(options, ring, slot, qpn)
            .inspect_err(|_| context.shared().borrow_mut().qps.give_back(slot.into()))
    }

    fn create_qp_at(
        &self,
        options: &QpOptions,
        ring: Ring,
        slot: u16,
        qpn: Option<u32>,
    ) -> Result<QueuePair, VerbsError> {
        let context = &self.inner.context;
        let receive = match &options.srq {
            Some(srq) => Receive::Shared(srq.clone()),
            None => {
                let log_size = log_size("receive queue entries", options.max_recv)?;
                Receive::Own(ReceiveQueue::new(context, log_size, slot)?)
            }
        };
        let send_config = RingConfig {
            held: false,
            base: ring.iova(),
            log_size: ring.log_size,
            valid: true,
            shared: false,
            user_ctx: context.page(),
            pd: self.inner.number,
            limit: 0,
            doorbell_record: ring.record_iova(),
        };
        let mut inner = context.shared().borrow_mut();
        let mut draws = 0;
        loop {
            draws += 1;
            let config = QpConfig {
                qpn: qpn.unwrap_or_else(|| inner.names.qpn()),
                raw: options.raw,
                pd: self.inner.number,
                user_ctx: context.page(),
                send_cq: options.send_cq.number(),
                recv_cq: options.recv_cq.number(),
                rq_ring: match &receive {
                    Receive::Own(_) => slot,
                    Receive::Shared(srq) => srq.ring_number(),
                },
                ..QpConfig::default()
            };
            let mut payload = Payload::new();
            let mut built = payload
                .record(ContextKind::QpConfig, slot, &config.to_words())
                .and_then(|()| {
                    payload.record(ContextKind::SqConfig, slot, &send_config.to_words())
                });
            if let Receive::Own(queue) = &receive {
                let words = queue.config(self, false, 0).to_words();
                built = built.and_then(|()| payload.record(ContextKind::RqConfig, slot, &words));
            }
            built.map_err(CommandFailure::from)?;
            match inner.command(Command::QpCreate, [slot.into(), config.qpn], &payload) {
                Ok(()) => {
                    let posted = vec![(0, WcOpcode::Send); ring.capacity()];
                    let psn = Psn::new(inner.names.psn());
                    let offer = match inner.attributes.migration && !options.raw {
                        true => Some(inner.names.migration()),
                        false => None,
                    };
                    let made = QpInner {
                        pd: self.clone(),
                        handle: context.registry().qps.handle(),
                        slot,
                        qpn: config.qpn,
                        state: Cell::new(QpState::Reset),
                        config: RefCell::new(config),
                        send: RefCell::new(SendQueue {
                            ring,
                            producer: 0,
                            tail: 0,
                            posted,
                        }),
                        receive,
                        cqs: [options.send_cq.clone(), options.recv_cq.clone()],
                        psn,
                        offer: Cell::new(offer),
                    };
                    return Ok(made.known_to(&mut inner));
                }
                Err(CommandFailure::Refused {
                    error: CommandError::NumberTaken,
                    ..
                }) if qpn.is_none() && draws < DRAWS => {}
                Err(failure) => return Err(failure.into()),
            }
        }
    }
}

impl QueuePair {
    /// QP number.
    pub fn number(&self) -> u32 {
        self.inner.qpn
    }

    /// Slot in the device.
    pub fn slot(&self) -> u16 {
        self.inner.slot
    }

    /// State as far as the driver knows: events and failed completions change it. It is the state of verbs; that the queue pair is
    /// paused, stopped or resuming shows in [`Self::migration`] only.
    pub fn state(&self) -> QpState {
        self.inner.state.get()
    }

    /// What the partner needs to know to connect to this end.
    pub fn connection_data(&self) -> ConnectionData {
        let options = self.inner.context().shared().borrow().options;
        ConnectionData {
            qpn: self.inner.qpn,
            psn: self.inner.psn.get(),
            ip: options.ip,
            mac: options.mac,
            migration: self.inner.offer.get(),
        }
    }

    /// Whether this end offers its partner to migrate; it does at first, if the device can. To be called before the connection data
    /// are exchanged.
    ///
    /// # Errors
    /// [`VerbsError::Device`] if the process moves.
    pub fn set_migratable(&self, wanted: bool) -> Result<(), VerbsError> {
        let context = self.inner.context();
        context.check()?;
        let mut inner = context.shared().borrow_mut();
        let can = inner.attributes.migration && !self.inner.config.borrow().raw;
        let offer = match self.inner.offer.get() {
            Some(offer) if wanted => Some(offer),
            None if wanted && can => Some(inner.names.migration()),
            _ => None,
        };
        self.inner.offer.set(offer);
        Ok(())
    }

    /// Whether both ends have agreed to migrate.
    pub fn is_migratable(&self) -> bool {
        self.inner.config.borrow().migratable
    }

    /// Posts send requests, all or up to the first that cannot be posted, with one doorbell.
    ///
    /// # Errors
    /// [`PostError`] of that one; the ones before it are posted.
    pub fn post_send(&self, requests: &[SendRequest]) -> Result<(), PostError> {
        self.inner.context().check()?;
        let state = self.state();
        if !matches!(state, QpState::Rts | QpState::Sqd | QpState::Err) {
            return Err(PostError::State { state });
        }
        let start = self.inner.send.borrow().producer;
        let result = requests
            .iter()
            .try_for_each(|request| self.enqueue(request));
        // a doorbell that brings nothing new counts as a defect of software
        if self.inner.send.borrow().producer != start {
            self.announce()?;
        }
        result
    }

    /// Posts one send request and hands it to the device with its doorbell, so that the device need not fetch it.
    ///
    /// # Errors
    /// As [`Self::post_send`].
    pub fn post_send_pushed(&self, request: &SendRequest) -> Result<(), PostError> {
        self.inner.context().check()?;
        let state = self.state();
        if !matches!(state, QpState::Rts | QpState::Sqd | QpState::Err) {
            return Err(PostError::State { state });
        }
        self.enqueue(request)?;
        let send = self.inner.send.borrow();
        let mut bytes = [0; SEND_WQE_BYTES];
        send.ring.read(send.producer.wrapping_sub(1), &mut bytes)?;
        send.ring.publish(send.producer, Arm::None)?;
        let context = self.inner.context();
        let mut inner = context.shared().borrow_mut();
        for (k, word) in bytes.chunks_exact(8).enumerate() {
            let word = u64::from_le_bytes(std::array::from_fn(|b| word[b]));
            inner.ring(context.page(), doorbell::PUSH_BUFFER + 8 * k as u32, word)?;
        }
        let value = doorbell::value(self.inner.slot.into(), send.producer, Arm::None);
        inner.ring(context.page(), doorbell::SQ_PUSH, value)?;
        Ok(())
    }

    /// Posts receives, all or up to the first that cannot be posted.
    ///
    /// # Errors
    /// [`PostError`] of that one; the ones before it are posted.
    pub fn post_recv(&self, requests: &[RecvRequest]) -> Result<(), PostError> {
        match &self.inner.receive {
            Receive::Shared(_) => Err(PostError::Shared),
            Receive::Own(_) if self.state() == QpState::Reset => Err(PostError::State {
                state: QpState::Reset,
            }),
            Receive::Own(queue) => queue.post(requests),
        }
    }

    fn enqueue(&self, request: &SendRequest) -> Result<(), PostError> {
        let wqe = encode(request)?;
        let mut send = self.inner.send.borrow_mut();
        let capacity = send.ring.capacity();
        if usize::from(send.producer.wrapping_sub(send.tail)) >= capacity {
            return Err(PostError::Full { capacity });
        }
        send.ring.write(send.producer, &wqe.encode())?;
        let position = usize::from(send.producer) & (capacity - 1);
        send.posted[position] = (request.wr_id, wqe.opcode.completion());
        send.producer = send.producer.wrapping_add(1);
        Ok(())
    }

    fn announce(&self) -> Result<(), DeviceError> {
        let send = self.inner.send.borrow();
        send.ring.publish(send.producer, Arm::None)?;
        let context = self.inner.context();
        let value = doorbell::value(self.inner.slot.into(), send.producer, Arm::None);
        context
            .shared()
            .borrow_mut()
            .ring(context.page(), doorbell::SQ_PRODUCER, value)
    }
}

/// Takes a queue pair out of the device. One that is resuming is given up first.
fn destroy(inner: &mut Inner, slot: u16) -> Result<(), CommandFailure> {
    let nothing = Payload::new();
    let args = [slot.into(), 0];
    match inner.command(Command::QpDestroy, args, &nothing) {
        Err(CommandFailure::Refused {
            error: CommandError::Moving,
            ..
        }) => {
            inner.command(Command::GiveUp, args, &nothing)?;
            inner.command(Command::QpDestroy, args, &nothing)
        }
        done => done,
    }
}

/// A send request as the device reads it.
fn encode(request: &SendRequest) -> Result<SendWqe, PostError> {
    let entries = entries(&request.entries)?;
    let total: u64 = request.entries.iter().map(|e| u64::from(e.length)).sum();
    if total > MAX_MESSAGE.into() {
        return Err(PostError::TooLong {
            bytes: total,
            max: MAX_MESSAGE.into(),
        });
    }
    let data = match &request.inline {
        Some(data) if data.len() > MAX_INLINE as usize => {
            return Err(PostError::InlineTooLong {
                bytes: data.len(),
                max: MAX_INLINE as usize,
            });
        }
        Some(data) => {
            let bytes = std::array::from_fn(|k| data.get(k).copied().unwrap_or(0));
            SendData::Inline {
                len: data.len() as u8,
                bytes,
            }
        }
        None => SendData::Entries(entries),
    };
    let atomic = |swap_or_add, compare| match entries[0].len {
        8 => Ok(SendData::Atomic {
            local: entries[0],
            swap_or_add,
            compare,
        }),
        bytes => Err(PostError::AtomicLength { bytes }),
    };
    let (opcode, imm_or_rkey, remote_addr, rkey, data) = match request.operation {
        SendOperation::Send { imm: Some(imm), .. } => (WqeOpcode::SendImm, imm, 0, 0, data),
        SendOperation::Send {
            invalidate: Some(key),
            ..
        } => (WqeOpcode::SendInv, key, 0, 0, data),
        SendOperation::Send { .. } => (WqeOpcode::Send, 0, 0, 0, data),
        SendOperation::Write {
            remote_addr,
            rkey,
            imm: Some(imm),
        } => (WqeOpcode::WriteImm, imm, remote_addr, rkey, data),
        SendOperation::Write {
            remote_addr,
            rkey,
            imm: None,
        } => (WqeOpcode::Write, 0, remote_addr, rkey, data),
        SendOperation::Read { remote_addr, rkey } => (
            WqeOpcode::Read,
            0,
            remote_addr,
            rkey,
            SendData::Entries(entries),
        ),
        SendOperation::CompareSwap {
            remote_addr,
            rkey,
            compare,
            swap,
        } => (
            WqeOpcode::CmpSwap,
            0,
            remote_addr,
            rkey,
            atomic(swap, compare)?,
        ),
        SendOperation::FetchAdd {
            remote_addr,
            rkey,
            add,
        } => (WqeOpcode::FetchAdd, 0, remote_addr, rkey, atomic(add, 0)?),
    };
    Ok(SendWqe {
        opcode,
        signalled: request.signalled,
        solicited: request.solicited,
        fence: request.fence,
        imm_or_rkey,
        remote_addr,
        rkey,
        data,
    })
}

impl Drop for QpInner {
    fn drop(&mut self) {
        let shared = self.context().shared().clone();
        let Ok(mut inner) = shared.try_borrow_mut() else {
            return;
        };
        let registry = self.context().registry();
        registry.qps.remove(self.handle);
        if !registry.fate.get().destroys() {
            return;
        }
        inner.qp_by_number.remove(&self.qpn);
        inner.qp_by_slot.remove(&self.slot);
        if destroy(&mut inner, self.slot).is_err() {
            // the slot is lost, and its completions find no queue pair
            return;
        }
        inner.qps.give_back(self.slot.into());
        drop(inner);
        // a device that fails here says so to the next caller
        let _ = self.forget_completions();
    }
}
