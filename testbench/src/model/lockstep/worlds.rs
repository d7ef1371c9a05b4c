//! Several ways to understand what a host's queue pairs have done together.
//!
//! Messages of several queue pairs may begin alike and go to the same shared ring. Whose the bytes are that are written there shows when the receive is
//! completed, or when the messages differ; until then there is a *world* for each queue pair that may have written them. What is seen of the host has to be
//! explained in each world; one in which it cannot be is dropped, and if none is left, the NIC is wrong.

use super::Why;
use super::host::Host;
use super::qp::Qp;
use super::reading::CANDIDATES;
use super::recv::ReceiveWatch;
use std::collections::BTreeMap;

/// Worlds that are kept at most.
const WORLDS: usize = 16;

/// A host's queue pairs by their slots.
pub(super) type QueuePairs = BTreeMap<u16, Qp>;

/// Why something cannot be, and whose fault it is.
pub(super) type Objection = (Why, Option<u16>);

/// Bytes that a NIC has written.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub iova: u64,
    pub bytes: &'a [u8],
    /// what was there
    pub before: &'a [u8],
}

/// See the module's head.
pub(super) struct Worlds {
    /// the likeliest first; never empty
    worlds: Vec<QueuePairs>,
}

impl Default for Worlds {
    fn default() -> Self {
        Self {
            worlds: vec![QueuePairs::new()],
        }
    }
}

impl Worlds {
    /// The likeliest.
    pub fn first(&self) -> &QueuePairs {
        &self.worlds[0]
    }

    /// Something happens that needs no explanation.
    pub fn each(&mut self, work: impl FnMut(&mut QueuePairs)) {
        self.worlds.iter_mut().for_each(work);
    }

    /// Keeps the worlds in which something is explained; what the first of them says of it, or why it is not in the first of all.
    pub fn explain<T>(
        &mut self,
        mut see: impl FnMut(&mut QueuePairs) -> Result<T, Objection>,
    ) -> Result<T, Objection> {
        self.branch(|qps| see(qps).map(|said| (said, Vec::new())))
    }

    /// The same for what may be explained in more than one way: `see` returns further worlds.
    pub fn branch<T>(
        &mut self,
        mut see: impl FnMut(&mut QueuePairs) -> Result<(T, Vec<QueuePairs>), Objection>,
    ) -> Result<T, Objection> {
        let (mut kept, mut said, mut objection) = (Vec::new(), None, None);
        for mut qps in std::mem::take(&mut self.worlds) {
            match see(&mut qps) {
                Ok((what, further)) => {
                    said.get_or_insert(what);
                    kept.push(qps);
                    kept.extend(further);
                }
                Err(why) => drop(objection.get_or_insert((qps, why))),
            }
        }
        kept.truncate(WORLDS);
        if let (true, Some((qps, _))) = (kept.is_empty(), &mut objection) {
            // for people, who are told what it was
            kept.push(std::mem::take(qps));
        }
        self.worlds = kept;
        match (said, objection) {
            (Some(said), _) => Ok(said),
            (None, Some((_, why))) => Err(why),
            (None, None) => Err((Why::new("there is no world"), None)),
        }
    }

    /// Bytes that are neither completion nor event: some queue pair's next.
    pub fn wrote(&mut self, written: Written, host: &Host) -> Result<(), Objection> {
        self.branch(|qps| Ok(((), wrote(qps, written, host)?)))
    }
}

/// Some queue pair has written that. Returns the worlds in which it was another one.
fn wrote(
    qps: &mut QueuePairs,
    written: Written,
    host: &Host,
) -> Result<Vec<QueuePairs>, Objection> {
    let Written {
        iova,
        bytes,
        before,
    } = written;
    let mut why = None;
    for qp in qps.values_mut() {
        if let Some(send) = qp.send.as_mut().filter(|s| s.wants(iova)) {
            match send.wrote(iova, bytes, before) {
                Ok(()) => return Ok(Vec::new()),
                Err(e) => drop(why.get_or_insert((e, Some(qp.slot)))),
            }
        }
    }
    // those that owe these bytes, and, where a shared receive begins, those with a message for it whose fate is open
    let begins = |qp: &Qp| host.begins_receive(qp.config.rq_ring, iova, CANDIDATES);
    let mut owing: Vec<u16> = Vec::new();
    let mut open: Vec<u16> = Vec::new();
    for (slot, qp) in qps.iter() {
        match qp.receive.wants(iova, host) {
            true => owing.push(*slot),
            false if qp.receive.is_open(host) => open.push(*slot),
            false => {}
        }
    }
    let rivals = open.iter().filter(|slot| begins(&qps[slot]));
    owing.extend(rivals);
    let mut ways = match owing[..] {
        [only] => {
            let Some(qp) = qps.get_mut(&only) else {
                return Ok(Vec::new());
            };
            match qp.receive.wrote(iova, bytes, before, host) {
                Ok(()) => return Ok(Vec::new()),
                Err(e) => drop(why.get_or_insert((e, Some(only)))),
            }
            Vec::new()
        }
        _ => explained(qps, &owing, written, host, &mut why),
    };
    if ways.is_empty() {
        ways = explained(qps, &open, written, host, &mut why);
    }
    let mut ways = ways.into_iter();
    let Some((slot, receive)) = ways.next() else {
        return Err(why.unwrap_or((Why::new("nobody writes there next"), None)));
    };
    let further = ways.map(|(slot, receive)| {
        let mut other = qps.clone();
        set(&mut other, slot, receive);
        other
    });
    let further = further.collect();
    set(qps, slot, receive);
    Ok(further)
}

/// Which of these queue pairs may have written that, and how its receiving half goes on then; first the one whose packet came first, for packets are
/// worked off in the order in which they came.
fn explained(
    qps: &QueuePairs,
    slots: &[u16],
    written: Written,
    host: &Host,
    why: &mut Option<Objection>,
) -> Vec<(u16, ReceiveWatch)> {
    let Written {
        iova,
        bytes,
        before,
    } = written;
    let mut ways = Vec::new();
    for (slot, qp) in slots.iter().filter_map(|slot| Some((slot, qps.get(slot)?))) {
        let mut receive = qp.receive.clone();
        match receive.wrote(iova, bytes, before, host) {
            Ok(()) => ways.push((*slot, receive)),
            Err(e) => drop(why.get_or_insert((e, Some(*slot)))),
        }
    }
    ways.sort_by_key(|(_, receive)| receive.decided());
    ways
}

fn set(qps: &mut QueuePairs, slot: u16, receive: ReceiveWatch) {
    if let Some(qp) = qps.get_mut(&slot) {
        qp.receive = receive;
    }
}
