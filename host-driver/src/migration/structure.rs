//! What an image may say of everything but queue pairs, and of how its parts belong together.

use super::error::{Inconsistency, RestoreError};
use super::image::{CqImage, EventImage, Image, ObjectKind, ReceiveImage};
use fw_regs::ContextKind as K;
use fw_regs::contexts::{CqState, RingState};
use std::collections::HashSet;
use std::hash::Hash;

/// # Errors
/// [`Inconsistency::Field`] unless `good`.
pub(super) fn field(good: bool, kind: K, name: &'static str) -> Result<(), Inconsistency> {
    match good {
        true => Ok(()),
        false => Err(Inconsistency::Field(kind, name)),
    }
}

/// # Errors
/// [`Inconsistency::Soft`] unless `good`.
pub(super) fn soft(good: bool, what: &'static str) -> Result<(), Inconsistency> {
    match good {
        true => Ok(()),
        false => Err(Inconsistency::Soft(what)),
    }
}

/// Handles ascend and have been given out; numbers are there once; the memory map can be mapped; events have objects.
pub(super) fn structure(image: &Image) -> Result<(), RestoreError> {
    use ObjectKind as O;
    let next = &image.next;
    let buffers = || image.memory.iter().map(|b| b.id);
    ascend(O::Buffer, buffers(), next.buffers)?;
    ascend(O::Pd, image.pds.iter().map(|o| o.handle), next.pds)?;
    ascend(O::Cq, image.cqs.iter().map(|o| o.handle), next.cqs)?;
    ascend(O::Srq, image.srqs.iter().map(|o| o.handle), next.srqs)?;
    ascend(O::Mr, image.mrs.iter().map(|o| o.handle), next.mrs)?;
    ascend(O::Qp, image.qps.iter().map(|o| o.handle), next.qps)?;
    once(O::Pd, image.pds.iter().map(|o| (o.handle, o.number)))?;
    once(O::Cq, image.cqs.iter().map(|o| (o.handle, o.number)))?;
    once(O::Srq, image.srqs.iter().map(|o| (o.handle, o.ring)))?;
    once(O::Mr, image.mrs.iter().map(|o| (o.handle, o.slot)))?;
    once(O::Qp, image.qps.iter().map(|o| (o.handle, o.slot)))?;
    once(O::Qp, image.qps.iter().map(|o| (o.handle, o.number)))?;
    let keys = |mr: &super::image::MrImage| mr.records.first().map(|r| r.words.first().copied());
    once(O::Mr, image.mrs.iter().map(|o| (o.handle, keys(o))))?;
    memory_map(image)?;
    for event in &image.events {
        let (object, handle, known) = match *event {
            EventImage::CqError(h) => (O::Cq, h, image.cqs.iter().any(|o| o.handle == h)),
            EventImage::SrqLimitReached(h) => (O::Srq, h, image.srqs.iter().any(|o| o.handle == h)),
            EventImage::QpFatal(n)
            | EventImage::QpRequestError(n)
            | EventImage::QpAccessError(n)
            | EventImage::SqDrained(n) => (O::Qp, n, image.qps.iter().any(|o| o.number == n)),
        };
        if !known {
            let why = Inconsistency::Reference(object, handle);
            return Err(RestoreError::Image {
                object,
                handle,
                why,
            });
        }
    }
    Ok(())
}

fn ascend(
    object: ObjectKind,
    handles: impl Iterator<Item = u32>,
    next: u32,
) -> Result<(), RestoreError> {
    let mut least = 0;
    for handle in handles {
        let why = match handle {
            _ if handle >= next => Inconsistency::Handle,
            _ if handle < least => Inconsistency::Twice,
            _ => {
                least = handle + 1;
                continue;
            }
        };
        return Err(RestoreError::Image {
            object,
            handle,
            why,
        });
    }
    Ok(())
}

fn once<T: Eq + Hash>(
    object: ObjectKind,
    numbers: impl Iterator<Item = (u32, T)>,
) -> Result<(), RestoreError> {
    let mut seen = HashSet::new();
    for (handle, number) in numbers {
        if !seen.insert(number) {
            return Err(RestoreError::Image {
                object,
                handle,
                why: Inconsistency::Twice,
            });
        }
    }
    Ok(())
}

/// Whole pages that do not overlap.
fn memory_map(image: &Image) -> Result<(), RestoreError> {
    let mut by_iova: Vec<_> = image.memory.iter().collect();
    by_iova.sort_unstable_by_key(|b| b.iova);
    let mut free_from = 0;
    for range in by_iova {
        let whole = range.length > 0 && (range.iova | range.length).is_multiple_of(4096);
        match range.iova.checked_add(range.length) {
            Some(end) if whole && range.iova >= free_from => free_from = end,
            _ => {
                return Err(RestoreError::Image {
                    object: ObjectKind::Buffer,
                    handle: range.id,
                    why: Inconsistency::Range,
                });
            }
        }
    }
    Ok(())
}

pub(super) fn cq_state(state: &CqState, log_size: u8) -> Result<(), Inconsistency> {
    let written = u32::from(state.producer.wrapping_sub(state.consumer));
    field(written <= 1 << log_size, K::CqState, "producer")?;
    field(state.armed <= 2, K::CqState, "armed")
}

/// Completions kept by the driver mean something, and are of queue pairs that there are.
pub(super) fn completions(cq: &CqImage, image: &Image) -> Result<(), Inconsistency> {
    let good = cq
        .kept
        .iter()
        .all(|c| c.completion().is_some() && image.qps.iter().any(|qp| qp.number == c.qpn));
    soft(good, "kept completions")
}

/// The state of a ring of a device that has fetched nothing of it.
pub(super) fn ring_state(
    kind: K,
    state: &RingState,
    log_size: u8,
) -> Result<RingState, Inconsistency> {
    let posted = u32::from(state.producer.wrapping_sub(state.consumed));
    field(posted <= 1 << log_size, kind, "producer")?;
    let fetched = u32::from(state.fetched.wrapping_sub(state.consumed));
    let arrived = u32::from(state.arrived.wrapping_sub(state.consumed));
    field(fetched <= posted, kind, "fetched")?;
    field(arrived <= fetched, kind, "arrived")?;
    field(!state.fetching, kind, "fetching")?;
    Ok(RingState {
        fetched: state.consumed,
        arrived: state.consumed,
        ..*state
    })
}

pub(super) fn receives(receive: &ReceiveImage, log_size: u8) -> Result<(), Inconsistency> {
    let ascending = receive.posted.windows(2).all(|w| w[0].0 < w[1].0);
    let fits = receive.posted.len() <= 1 << log_size;
    soft(ascending && fits, "list of posted receives")
}
