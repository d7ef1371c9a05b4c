//! A process that has arrived.

use super::PhaseTime;
use crate::adapter::Context;
use crate::cq::CompletionQueue;
use crate::device::DeviceError;
use crate::dma::Buffer;
use crate::mr::{MemoryRegion, ProtectionDomain};
use crate::qp::QueuePair;
use crate::srq::SharedReceiveQueue;
use fw_regs::MigrationPhase;

/// The objects of a process, made anew: under the same numbers, keys and handles, in another place.
pub struct Process {
    /// The context that they belong to.
    pub context: Context,
    pub(super) buffers: Vec<Buffer>,
    pub(super) pds: Vec<ProtectionDomain>,
    pub(super) cqs: Vec<CompletionQueue>,
    pub(super) srqs: Vec<SharedReceiveQueue>,
    pub(super) mrs: Vec<MemoryRegion>,
    pub(super) qps: Vec<QueuePair>,
    pub(super) times: Vec<PhaseTime>,
}

impl Process {
    /// Another set of handles on the same objects.
    pub(super) fn duplicate(&self) -> Self {
        Self {
            context: self.context.clone(),
            buffers: self.buffers.clone(),
            pds: self.pds.clone(),
            cqs: self.cqs.clone(),
            srqs: self.srqs.clone(),
            mrs: self.mrs.clone(),
            qps: self.qps.clone(),
            times: self.times.clone(),
        }
    }

    /// The queue pair with that number.
    pub fn qp(&self, number: u32) -> Option<QueuePair> {
        self.qps.iter().find(|qp| qp.number() == number).cloned()
    }

    /// The memory region with that key.
    pub fn mr(&self, key: u32) -> Option<MemoryRegion> {
        self.mrs.iter().find(|mr| mr.lkey() == key).cloned()
    }

    /// The completion queue with that handle.
    pub fn cq(&self, handle: u32) -> Option<CompletionQueue> {
        self.cqs.iter().find(|cq| cq.handle() == handle).cloned()
    }

    /// The shared receive queue with that handle.
    pub fn srq(&self, handle: u32) -> Option<SharedReceiveQueue> {
        self.srqs.iter().find(|srq| srq.handle() == handle).cloned()
    }

    /// The protection domain with that handle.
    pub fn pd(&self, handle: u32) -> Option<ProtectionDomain> {
        self.pds.iter().find(|pd| pd.handle() == handle).cloned()
    }

    /// The buffer with that number. Those of rings are among them.
    pub fn buffer(&self, id: u32) -> Option<Buffer> {
        self.buffers.iter().find(|b| b.id() == id).cloned()
    }

    /// All queue pairs, in order of creation.
    pub fn qps(&self) -> impl Iterator<Item = &QueuePair> {
        self.qps.iter()
    }

    /// All memory regions, in order of creation.
    pub fn mrs(&self) -> impl Iterator<Item = &MemoryRegion> {
        self.mrs.iter()
    }

    /// All completion queues, in order of creation.
    pub fn cqs(&self) -> impl Iterator<Item = &CompletionQueue> {
        self.cqs.iter()
    }

    /// All shared receive queues, in order of creation.
    pub fn srqs(&self) -> impl Iterator<Item = &SharedReceiveQueue> {
        self.srqs.iter()
    }

    /// All protection domains, in order of creation.
    pub fn pds(&self) -> impl Iterator<Item = &ProtectionDomain> {
        self.pds.iter()
    }

    /// All buffers, in order of creation.
    pub fn buffers(&self) -> impl Iterator<Item = &Buffer> {
        self.buffers.iter()
    }

    /// How long its restoration and the command to resume took.
    pub fn times(&self) -> &[PhaseTime] {
        &self.times
    }

    /// Whether all its queue pairs work again: their partners know where they are. Reads the device.
    ///
    /// # Errors
    /// The device failed.
    pub fn resumed(&self) -> Result<bool, DeviceError> {
        for qp in &self.qps {
            if qp.migration()?.phase != MigrationPhase::Normal {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
