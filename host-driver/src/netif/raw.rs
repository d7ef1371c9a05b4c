//! The NIC's raw queue as a link for IP: buffers that go round, frames in and out.

use super::{InterfaceError, InterfaceStats};
use crate::adapter::Adapter;
use crate::cq::CompletionQueue;
use crate::device::DeviceError;
use crate::modify::{Modify, RtrAttributes, RtsAttributes};
use crate::mr::{Access, MemoryRegion};
use crate::qp::{QpOptions, QueuePair};
use crate::work::{RecvRequest, SendOperation, SendRequest};
use fw_regs::WcStatus;
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;
use std::collections::VecDeque;

/// Bytes in front of an IP packet.
const ETHERNET: usize = 14;
/// Longest frame that the NIC takes.
const LONGEST: usize = 4224;
/// What IPv6 asks of every link.
pub(super) const MIN_MTU: usize = 1280;
/// What fits the NIC's longest frame.
pub(super) const MAX_MTU: usize = LONGEST - ETHERNET;
/// Shortest frame on an Ethernet, without FCS.
const SHORTEST: usize = 60;
/// Bytes from one buffer to the next.
const SLOT: usize = 4352;
/// Receives posted.
const RECEIVES: usize = 64;
/// Sends that may be under way.
const SENDS: usize = 32;
/// Frames that wait for a place in the send queue.
const OUTBOX: usize = 128;
/// Frames that have come and wait while answers cannot be sent; more are dropped.
const INBOX: usize = 256;

pub(super) struct RawQueue {
    qp: QueuePair,
    send_cq: CompletionQueue,
    recv_cq: CompletionQueue,
    memory: MemoryRegion,
    mtu: usize,
    /// send buffers that nothing uses
    free: Vec<usize>,
    outbox: VecDeque<Vec<u8>>,
    inbox: VecDeque<Vec<u8>>,
    /// of `inbox`, so many have been looked at
    seen: usize,
    pub stats: InterfaceStats,
}

impl RawQueue {
    /// Makes the queue pair and posts its receives; from now on it gets what is not RoCE.
    pub fn open(adapter: &Adapter, mtu: usize) -> Result<Self, InterfaceError> {
        let context = adapter.context()?;
        let pd = context.allocate_pd()?;
        let send_cq = context.create_cq(SENDS as u32)?;
        let recv_cq = context.create_cq(2 * RECEIVES as u32)?;
        let length = (RECEIVES + SENDS) * SLOT;
        let buffer = context.allocate(length)?;
        let memory = pd.register(&buffer, 0, length, Access::LOCAL)?;
        let qp = pd.create_qp(&QpOptions {
            send_cq: send_cq.clone(),
            recv_cq: recv_cq.clone(),
            srq: None,
            max_send: SENDS as u32,
            max_recv: RECEIVES as u32,
            raw: true,
        })?;
        let mut made = Self {
            qp,
            send_cq,
            recv_cq,
            memory,
            mtu,
            free: Vec::new(),
            outbox: VecDeque::new(),
            inbox: VecDeque::new(),
            seen: 0,
            stats: InterfaceStats::default(),
        };
        made.start()?;
        adapter.receive_raw(Some(&made.qp))?;
        Ok(made)
    }

    /// Brings the queue pair up with all receives posted.
    fn start(&mut self) -> Result<(), InterfaceError> {
        // it has no partner; the states are walked through all the same
        let own = self.qp.connection_data();
        self.qp.modify(Modify::Init(Default::default()))?;
        self.qp.modify(Modify::Rtr(RtrAttributes::new(own)))?;
        self.qp.modify(Modify::Rts(RtsAttributes::new(own.psn)))?;
        self.free = (RECEIVES..RECEIVES + SENDS).collect();
        let receives: Vec<RecvRequest> =
            (0..RECEIVES).map(|slot| self.receive_into(slot)).collect();
        Ok(self.qp.post_recv(&receives)?)
    }

    fn receive_into(&self, slot: usize) -> RecvRequest {
        RecvRequest {
            wr_id: slot as u64,
            entries: vec![self.memory.entry(slot * SLOT, LONGEST as u32)],
        }
    }

    /// Takes what has come and sends what waits.
    pub fn pump(&mut self) -> Result<(), InterfaceError> {
        let mut broken = false;
        for done in self.send_cq.poll(SENDS)? {
            broken |= done.status != WcStatus::Success;
            self.free.push(done.wr_id as usize);
        }
        let mut again = Vec::new();
        for done in self.recv_cq.poll(RECEIVES)? {
            let slot = done.wr_id as usize;
            match done.status {
                WcStatus::Success => {
                    if self.inbox.len() < INBOX {
                        let frame = self.frame(slot, done.byte_len as usize)?;
                        self.inbox.push_back(frame);
                    }
                    self.stats.received += 1;
                    again.push(self.receive_into(slot));
                }
                _ => broken = true,
            }
        }
        if broken {
            // whatever put the queue into error, the network has to come back
            self.stats.revived += 1;
            self.qp.modify(Modify::Reset)?;
            return self.start();
        }
        if !again.is_empty() {
            self.qp.post_recv(&again)?;
        }
        self.flush()
    }

    fn frame(&self, slot: usize, length: usize) -> Result<Vec<u8>, DeviceError> {
        let mut bytes = vec![0; length.min(SLOT)];
        self.memory.buffer().read(slot * SLOT, &mut bytes)?;
        Ok(bytes)
    }

    /// Hands waiting frames to the device, as far as there are buffers.
    fn flush(&mut self) -> Result<(), InterfaceError> {
        let mut requests = Vec::new();
        while !self.outbox.is_empty() {
            let Some(slot) = self.free.pop() else { break };
            let Some(mut frame) = self.outbox.pop_front() else {
                break;
            };
            frame.resize(frame.len().max(SHORTEST), 0);
            self.memory.buffer().write(slot * SLOT, &frame)?;
            let entry = self.memory.entry(slot * SLOT, frame.len() as u32);
            let send = SendOperation::Send {
                imm: None,
                invalidate: None,
            };
            requests.push(SendRequest::new(slot as u64, send, entry));
        }
        self.stats.sent += requests.len() as u64;
        match requests.is_empty() {
            true => Ok(()),
            false => Ok(self.qp.post_send(&requests)?),
        }
    }

    /// A frame of our own making.
    pub fn send(&mut self, frame: Vec<u8>) {
        if self.outbox.len() < OUTBOX {
            self.outbox.push_back(frame);
        }
    }

    /// The frames that have come since [`Self::read`].
    pub fn fresh(&self) -> impl Iterator<Item = &[u8]> {
        self.inbox.iter().skip(self.seen).map(Vec::as_slice)
    }

    /// All frames have been looked at.
    pub fn read(&mut self) {
        self.seen = self.inbox.len();
    }
}

impl Device for RawQueue {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sending<'a>;

    fn receive(&mut self, _now: Instant) -> Option<(Received, Sending<'_>)> {
        if self.outbox.len() >= OUTBOX {
            return None;
        }
        let frame = self.inbox.pop_front()?;
        self.seen = self.seen.saturating_sub(1);
        let outbox = &mut self.outbox;
        Some((Received { frame }, Sending { outbox }))
    }

    fn transmit(&mut self, _now: Instant) -> Option<Sending<'_>> {
        let outbox = &mut self.outbox;
        (outbox.len() < OUTBOX).then_some(Sending { outbox })
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut all = DeviceCapabilities::default();
        all.medium = Medium::Ethernet;
        all.max_transmission_unit = self.mtu + ETHERNET;
        all
    }
}

/// A frame that has come.
pub(super) struct Received {
    frame: Vec<u8>,
}

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, work: F) -> R {
        work(&self.frame)
    }
}

/// Room for a frame that is to go.
pub(super) struct Sending<'a> {
    outbox: &'a mut VecDeque<Vec<u8>>,
}

impl TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, work: F) -> R {
        let mut frame = vec![0; length];
        let result = work(&mut frame);
        self.outbox.push_back(frame);
        result
    }
}
