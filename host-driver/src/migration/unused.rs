//! Completion queues, shared receive queues and memory regions that no queue pair uses.
//!
//! They are in no set, so the device neither dumps nor restores them; they are created anew by ordinary commands. Nothing of a queue
//! pair refers to their indices, so their rings begin at zero again: completions there are none, and receives move to the front.

use super::error::{RestoreError, TakenNumber};
use super::image::Image;
use super::relocate::Moved;
use crate::adapter::Inner;
use crate::cq;
use crate::dma::Buffer;
use crate::error::CommandFailure;
use crate::mr;
use crate::ring::{Ring, record_offset};
use fw_regs::doorbell::{self, Arm};
use fw_regs::mailbox::Payload;
use fw_regs::rings::{CQE_BYTES, RECV_WQE_BYTES};
use fw_regs::{Command, ContextKind};

/// Rewrites the rings.
pub(super) fn prepare(
    buffers: &[Buffer],
    image: &Image,
    moved: &Moved,
) -> Result<(), RestoreError> {
    let buffer = |id| buffers.iter().find(|b| b.id() == id).cloned();
    for (cq, moved) in image.cqs.iter().zip(&moved.cqs) {
        if let (false, Some(memory)) = (moved.in_set, buffer(cq.buffer)) {
            let entries = record_offset(moved.config.log_size, CQE_BYTES);
            memory.write(0, &vec![0; entries])?;
            Ring::over(memory, moved.config.log_size, CQE_BYTES).publish(0, Arm::None)?;
        }
    }
    for (srq, moved) in image.srqs.iter().zip(&moved.srqs) {
        if let (false, Some(memory)) = (moved.in_set, buffer(srq.receive.buffer)) {
            let ring = Ring::over(memory, moved.config.log_size, RECV_WQE_BYTES);
            let mut entries = Vec::new();
            for &(index, _) in &srq.receive.posted {
                let mut bytes = [0; RECV_WQE_BYTES];
                ring.read(index, &mut bytes)?;
                entries.push(bytes);
            }
            for (index, bytes) in (0..).zip(&entries) {
                ring.write(index, bytes)?;
            }
            ring.publish(entries.len() as u16, Arm::None)?;
        }
    }
    Ok(())
}

/// Creates them.
pub(super) fn create(
    inner: &mut Inner,
    page: u8,
    moved: &Moved,
) -> Result<(), (CommandFailure, Option<TakenNumber>)> {
    let plain = |failure: CommandFailure| (failure, None);
    for cq in moved.cqs.iter().filter(|cq| !cq.in_set) {
        cq::create(inner, cq.number, &cq.config).map_err(plain)?;
        let arm = match cq.state.armed {
            1 => Arm::Next,
            2 => Arm::Solicited,
            _ => continue,
        };
        let value = doorbell::value(cq.number.into(), 0, arm);
        ring(inner, page, doorbell::CQ_ARM, value).map_err(plain)?;
    }
    for srq in moved.srqs.iter().filter(|srq| !srq.in_set) {
        let mut payload = Payload::new();
        let args = [srq.ring.into(), 0];
        payload
            .record(ContextKind::RqConfig, srq.ring, &srq.config.to_words())
            .map_err(|full| plain(full.into()))?;
        inner
            .command(Command::SrqCreate, args, &payload)
            .map_err(plain)?;
        let value = doorbell::value(srq.ring.into(), srq.posted, Arm::None);
        ring(inner, page, doorbell::RQ_PRODUCER, value).map_err(plain)?;
        if srq.state.limit_armed {
            inner
                .command(Command::SrqModify, args, &payload)
                .map_err(plain)?;
        }
    }
    for mr in moved.mrs.iter().filter(|mr| !mr.in_set) {
        let key = TakenNumber::Key(mr.record.key);
        mr::create(inner, mr.slot, &mr.record).map_err(|failure| (failure, Some(key)))?;
    }
    Ok(())
}

fn ring(inner: &mut Inner, page: u8, offset: u32, value: u64) -> Result<(), CommandFailure> {
    Ok(inner.ring(page, offset, value)?)
}
