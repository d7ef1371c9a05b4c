//! Memory that a partner reaches: how far, with which rights, and what was in it.

use super::Dialogue;
use super::stream::{Message, Verdict};
use crate::replay::packet::Class;
use crate::replay::scenario::{Right, all_rights};
use std::collections::BTreeMap;

const PAGE: u64 = 4096;

/// What is known of a partner's use of a key.
#[derive(Default)]
pub struct Reach {
    /// First byte, and first behind the last one, of what was allowed; none if nothing was.
    good: Option<(u64, u64)>,
    /// Accesses that were refused.
    refused: Vec<(u64, u64)>,
    used: Vec<Right>,
    missed: Vec<Right>,
}

impl Reach {
    fn note(&mut self, message: &Message, start: u64, end: u64) {
        let right = right(message);
        if matches!(message.verdict, Verdict::Refused(_)) {
            self.refused.push((start, end));
            return self.missed.extend(right);
        }
        let (from, to) = self.good.unwrap_or((start, end));
        self.good = Some((from.min(start), to.max(end)));
        self.used.extend(right);
    }

    /// The region: whole pages round what was allowed, unless something was refused there.
    pub fn range(&self) -> (u64, u64) {
        let (from, to) = self.good.unwrap_or_default();
        let pages = (
            from / PAGE * PAGE,
            to.checked_next_multiple_of(PAGE).unwrap_or(to),
        );
        let within = |&(s, e): &(u64, u64)| s >= pages.0 && e <= pages.1;
        match self.refused.iter().any(within) {
            true => (from, to),
            false => pages,
        }
    }

    /// All rights but those of which every use was refused.
    pub fn rights(&self) -> Vec<Right> {
        without(&self.missed, &self.used)
    }
}

/// The right that a message needs at the partner.
fn right(message: &Message) -> Option<Right> {
    match message.remote {
        None => None,
        Some(_) if message.is_read() => Some(Right::RemoteRead),
        Some(_) if message.is_atomic() => Some(Right::RemoteAtomic),
        Some(_) => Some(Right::RemoteWrite),
    }
}

fn without(missed: &[Right], used: &[Right]) -> Vec<Right> {
    let mut rights = all_rights();
    rights.retain(|r| !missed.contains(r) || used.contains(r));
    rights
}

/// By key, what was reached; keys with which nothing was are left out.
pub fn reached<'a>(messages: impl Iterator<Item = &'a Message>) -> BTreeMap<u32, Reach> {
    let mut keys: BTreeMap<u32, Reach> = BTreeMap::new();
    for message in messages {
        if let Some(remote) = message.remote.filter(|r| r.length > 0) {
            let end = remote.va.saturating_add(remote.length.into());
            let reach = keys.entry(remote.rkey).or_default();
            reach.note(message, remote.va, end);
        }
    }
    keys.retain(|_, reach| reach.good.is_some());
    keys
}

/// What a queue pair allows: everything but what was called an invalid request each time; an ATOMIC off its alignment is one anyway.
pub fn allowed(messages: &[Message]) -> Vec<Right> {
    let aligned = |m: &&Message| m.remote.is_some_and(|r| r.va.is_multiple_of(8)) || !m.is_atomic();
    let invalid = |m: &&Message| m.verdict == Verdict::Refused(0x61);
    let missed = messages.iter().filter(invalid).filter(aligned);
    let used = messages.iter().filter(|m| !invalid(m));
    let rights = |all: Vec<&Message>| -> Vec<Right> { all.into_iter().filter_map(right).collect() };
    without(&rights(missed.collect()), &rights(used.collect()))
}

/// Which answers show what memory with key `key` from `start` on held, and from which offset on: number of the packet, offset.
pub fn shown(
    messages: &[Message],
    dialogue: &Dialogue,
    key: u32,
    start: u64,
    mtu: u32,
) -> Vec<(usize, u64)> {
    let mut seen = std::collections::BTreeSet::new();
    let mut runs = Vec::new();
    for &(number, answer) in &dialogue.outgoing {
        if !matches!(answer.class(), Class::ReadResponse | Class::AtomicAck)
            || !seen.insert(answer.psn.get())
        {
            continue;
        }
        let asked = messages
            .iter()
            .find(|m| (m.is_read() || m.is_atomic()) && m.has(answer.psn));
        let Some((message, remote)) = asked.and_then(|m| Some((m, m.remote?))) else {
            continue;
        };
        if remote.rkey == key && remote.length > 0 {
            let packets = answer.psn.count_from(message.psn);
            let va = remote.va + u64::from(packets) * u64::from(mtu);
            runs.push((number, va - start));
        }
    }
    runs
}
