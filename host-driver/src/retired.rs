//! Slots of memory regions that are no more, and when they may be given out again.
//!
//! A message half received, an answer half sent and a READ not yet answered keep the address they were checked for, and the slot of its region.
//! The device asks at each packet whether there is a valid region in that slot; so a slot must not be given to another region while a record names
//! it. Once a region is destroyed nothing new names its slot, so it is enough to look when a slot is wanted.

use crate::adapter::Inner;
use crate::device::DeviceError;
use crate::qp::QpInner;
use fw_regs::ContextKind as K;
use fw_regs::contexts::{Completer, Outstanding, Requester, Responder, Response, ResponseEntry};
use std::collections::{HashMap, HashSet};
use std::rc::{Rc, Weak};

/// The slot of a destroyed region, and the number of the protection domain it was in: only queue pairs of that name it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retired {
    pub slot: u16,
    pub pd: u16,
}

/// Gives the slots back that no record names any more, if there are fewer than `wanted` free without them: records are read one by one.
pub(crate) fn reclaim(inner: &mut Inner, wanted: usize) -> Result<(), DeviceError> {
    if inner.mrs.free() >= wanted {
        return Ok(());
    }
    let mut named: HashMap<u16, HashSet<u16>> = HashMap::new();
    let mut left = Vec::new();
    for retired in inner.retired_mrs.clone() {
        if let std::collections::hash_map::Entry::Vacant(new) = named.entry(retired.pd) {
            new.insert(named_in(inner, retired.pd)?);
        }
        match named[&retired.pd].contains(&retired.slot) {
            true => left.push(retired),
            false => inner.mrs.give_back(retired.slot.into()),
        }
    }
    inner.retired_mrs = left;
    Ok(())
}

/// The slots that the records of a protection domain's queue pairs name.
fn named_in(inner: &mut Inner, pd: u16) -> Result<HashSet<u16>, DeviceError> {
    let alive = inner.qp_by_slot.values().filter_map(Weak::upgrade);
    let qps: Vec<Rc<QpInner>> = alive.filter(|qp| qp.pd.inner.number == pd).collect();
    let mut slots = HashSet::new();
    for qp in qps {
        messages(inner, qp.slot, &mut slots)?;
        answers(inner, qp.slot, &mut slots)?;
        requests(inner, qp.slot, &mut slots)?;
    }
    Ok(slots)
}

fn messages(inner: &mut Inner, qp: u16, slots: &mut HashSet<u16>) -> Result<(), DeviceError> {
    let r = Responder::from_words(&inner.record_words(K::Responder, qp)?);
    if r.op_state != 0 {
        slots.extend(r.sge0_named.then_some(r.sge0_mr));
        slots.extend(r.sge1_named.then_some(r.sge1_mr));
    }
    Ok(())
}

fn answers(inner: &mut Inner, qp: u16, slots: &mut HashSet<u16>) -> Result<(), DeviceError> {
    let r = Response::from_words(&inner.record_words(K::Response, qp)?);
    for place in places(r.tail, r.head, inner.attributes.responses, qp) {
        let entry = ResponseEntry::from_words(&inner.record_words(K::ResponseEntry, place)?);
        slots.extend((entry.kind == 2).then_some(u16::from(entry.mr)));
    }
    Ok(())
}

fn requests(inner: &mut Inner, qp: u16, slots: &mut HashSet<u16>) -> Result<(), DeviceError> {
    // the tail first: what is finished meanwhile does no harm
    let completer = Completer::from_words(&inner.record_words(K::Completer, qp)?);
    let requester = Requester::from_words(&inner.record_words(K::Requester, qp)?);
    let ring = inner.attributes.outstanding;
    for place in places(completer.or_tail, requester.or_head, ring, qp) {
        let entry = Outstanding::from_words(&inner.record_words(K::Outstanding, place)?);
        let first = matches!(entry.kind, 2 | 3) && entry.sge0_len > 0;
        let second = entry.kind == 2 && entry.length > entry.sge0_len;
        slots.extend(first.then_some(u16::from(entry.sge0_mr)));
        slots.extend(second.then_some(u16::from(entry.status)));
    }
    Ok(())
}

/// Where the entries of a queue pair's ring are, from `tail` to before `head`.
fn places(tail: u8, head: u8, ring: usize, qp: u16) -> impl Iterator<Item = u16> {
    let used = usize::from(head.wrapping_sub(tail)).min(ring);
    (0..used).map(move |k| (usize::from(qp) * ring + (usize::from(tail) + k) % ring) as u16)
}
