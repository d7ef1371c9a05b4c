//! Everything that happens at the edges of the NICs, and the comparison of two such traces.
//!
//! A trace is a list of [`Entry`]s: every frame that leaves or enters a NIC with the cycles of its first and last beat and all its bytes, every request to
//! read host memory, every write to it with its bytes (payload, completions, events), every interrupt. Two NICs that behave alike have equal traces; means are not looked at.

use crate::cluster::PortFrame;
use fw_regs::rings::{CQE_BYTES, Cqe};
use fw_regs::wire::Opcode;
use serde::{Deserialize, Serialize};
use sim_verilator::Event;
use std::ops::Range;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A frame left the NIC; the entry's cycle is that of its last beat.
    Sent { begin: u64, bytes: Vec<u8> },
    /// A frame entered the NIC, with the cycle of its first beat.
    Received { end: u64, bytes: Vec<u8> },
    /// A request to read host memory was taken.
    Read { iova: u64, length: u64, tag: u8 },
    /// A run of bytes of one beat was written to host memory.
    Write { iova: u64, bytes: Vec<u8> },
    /// An interrupt was raised.
    Interrupt { vector: u8 },
}

/// Something that happened at one NIC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Since the traffic began.
    pub cycle: u64,
    /// Whose NIC.
    pub host: usize,
    pub what: What,
}

impl Entry {
    /// Of a frame at a port; `start` is the cycle in which the traffic began.
    pub fn of_frame(frame: PortFrame, start: u64) -> Self {
        let [begin, end] = [frame.begin, frame.end].map(|cycle| cycle.saturating_sub(start));
        let bytes = frame.bytes;
        let (cycle, what) = match frame.sent {
            true => (end, What::Sent { begin, bytes }),
            false => (begin, What::Received { end, bytes }),
        };
        Self {
            cycle,
            host: frame.host,
            what,
        }
    }

    /// Of an event inside host `host`; none if a frame tells the same.
    pub fn of_event(host: usize, cycle: u64, event: Event) -> Option<Self> {
        let what = match event {
            Event::Read(r) => What::Read {
                iova: r.iova,
                length: r.length,
                tag: r.tag,
            },
            Event::Write { iova, bytes } => What::Write { iova, bytes },
            Event::Interrupt { vector } => What::Interrupt { vector },
            Event::FrameBegin => return None,
        };
        Some(Self { cycle, host, what })
    }
}

/// Where the messages' memory lies on each host; a write anywhere else is a completion's or an event's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout(pub [Range<u64>; 2]);

impl Layout {
    /// Whether the device address belongs to messages.
    pub fn is_payload(&self, host: usize, iova: u64) -> bool {
        self.0.get(host).is_some_and(|range| range.contains(&iova))
    }
}

/// The first place at which two traces differ, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Cycles since the traffic began.
    pub cycle: u64,
    /// Entries before it, which are equal.
    pub after: u64,
    /// What the NIC without migration does; none: nothing, while the other does something.
    pub baseline: Option<String>,
    /// What the migratable NIC does.
    pub migratable: Option<String>,
    /// The last entries that are equal, the latest last.
    pub before: Vec<String>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let or_nothing = |what: &Option<String>| what.clone().unwrap_or("nothing".to_owned());
        for line in &self.before {
            writeln!(f, "  both:       {line}")?;
        }
        writeln!(f, "  baseline:   {}", or_nothing(&self.baseline))?;
        writeln!(f, "  migratable: {}", or_nothing(&self.migratable))
    }
}

/// Equal entries that are shown before a difference.
const BEFORE: usize = 4;

/// The first difference of two stretches of trace; `after` entries before them were equal. None if there is none.
pub fn difference(
    baseline: &mut [Entry],
    migratable: &mut [Entry],
    after: u64,
    layout: &Layout,
) -> Option<Difference> {
    if baseline == migratable {
        return None;
    }
    // within a stretch frames come before events, whatever their cycles are
    baseline.sort_unstable();
    migratable.sort_unstable();
    let equal = baseline
        .iter()
        .zip(migratable.iter())
        .take_while(|(a, b)| a == b)
        .count();
    let (a, b) = (baseline.get(equal), migratable.get(equal));
    let cycle = match (a, b) {
        (Some(a), Some(b)) => a.cycle.min(b.cycle),
        (Some(one), None) | (None, Some(one)) => one.cycle,
        // the same entries in another order within a cycle
        (None, None) => return None,
    };
    Some(Difference {
        cycle,
        after: after + equal as u64,
        baseline: a.map(|entry| text(entry, baseline, layout)),
        migratable: b.map(|entry| text(entry, migratable, layout)),
        before: baseline[equal.saturating_sub(BEFORE)..equal]
            .iter()
            .map(|entry| text(entry, baseline, layout))
            .collect(),
    })
}

/// An entry in words; `near` are those round it.
fn text(entry: &Entry, near: &[Entry], layout: &Layout) -> String {
    let Entry { cycle, host, what } = entry;
    let what = match what {
        What::Sent { begin, bytes } => {
            format!("sends {} in cycles {begin}..={cycle}", packet(bytes))
        }
        What::Received { end, bytes } => {
            format!("receives {} in cycles {cycle}..={end}", packet(bytes))
        }
        What::Read { iova, length, tag } => {
            format!("reads {length} bytes at {iova:#x} with tag {tag}")
        }
        What::Write { iova, bytes } => match layout.is_payload(*host, *iova) {
            true => {
                let at = iova - layout.0[*host].start;
                format!("writes {} bytes of payload at +{at}", bytes.len())
            }
            false => format!(
                "writes {} at {iova:#x}{}",
                hex(bytes),
                completion(*host, *iova, near)
            ),
        },
        What::Interrupt { vector } => format!("raises interrupt {vector}"),
    };
    format!("cycle {cycle}: host {host} {what}")
}

/// The completion that a write is part of, if all of it is near.
fn completion(host: usize, iova: u64, near: &[Entry]) -> String {
    let start = iova - iova % CQE_BYTES as u64;
    let mut entry = [0; CQE_BYTES];
    let mut found = 0;
    for e in near.iter().filter(|e| e.host == host) {
        let What::Write { iova, bytes } = &e.what else {
            continue;
        };
        let offset = iova.wrapping_sub(start) as usize;
        if let Some(part) = offset
            .checked_add(bytes.len())
            .and_then(|end| entry.get_mut(offset..end))
        {
            part.copy_from_slice(bytes);
            found += bytes.len();
        }
    }
    match Cqe::decode(&entry) {
        Ok(c) if found >= CQE_BYTES => format!(
            ": completion of QP {:#x}, {:?}, {:?}, index {}",
            c.qpn, c.opcode, c.status, c.index
        ),
        _ => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A frame in words: operation, destination, number, length.
fn packet(frame: &[u8]) -> String {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b));
    let length = frame.len();
    let Some(bth) = frame.get(42..54) else {
        return format!("{length} bytes");
    };
    let opcode = Opcode::from_code(bth[0]).map_or("?", Opcode::text);
    format!(
        "{opcode} to QP {:#x}, PSN {:06x}, {length} bytes",
        number(&bth[5..8]),
        number(&bth[9..12])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout([0x1000..0x2000, 0x1000..0x2000])
    }

    fn trace() -> Vec<Entry> {
        let frame = |cycle, begin| Entry {
            cycle,
            host: 0,
            what: What::Sent {
                begin,
                bytes: vec![7; 80],
            },
        };
        let write = |cycle, iova| Entry {
            cycle,
            host: 1,
            what: What::Write {
                iova,
                bytes: vec![1; 8],
            },
        };
        vec![
            frame(19, 10),
            frame(39, 30),
            write(25, 0x1008),
            write(26, 0x9000),
            Entry {
                cycle: 27,
                host: 1,
                what: What::Read {
                    iova: 0x1000,
                    length: 64,
                    tag: 3,
                },
            },
            Entry {
                cycle: 28,
                host: 1,
                what: What::Interrupt { vector: 0 },
            },
        ]
    }

    #[test]
    fn trace_equal_to_itself() {
        assert_eq!(difference(&mut trace(), &mut trace(), 0, &layout()), None);
    }

    #[test]
    fn trace_one_cycle_later_is_found_anywhere() {
        for k in 0..trace().len() {
            let mut late = trace();
            late[k].cycle += 1;
            let found = difference(&mut trace(), &mut late, 100, &layout());
            let found = found.expect("a difference");
            assert_eq!(found.cycle, trace()[k].cycle, "entry {k}: {found}");
            assert!(found.after >= 100);
        }
    }

    #[test]
    fn trace_one_byte_changed_is_found() {
        let mut changed = trace();
        let What::Sent { bytes, .. } = &mut changed[1].what else {
            panic!("the second entry is a frame");
        };
        bytes[79] ^= 1;
        let found = difference(&mut trace(), &mut changed, 0, &layout());
        assert_eq!(found.map(|d| d.cycle), Some(39));
        let mut changed = trace();
        let What::Write { bytes, .. } = &mut changed[3].what else {
            panic!("the fourth entry is a write");
        };
        bytes[0] ^= 1;
        let found = difference(&mut trace(), &mut changed, 0, &layout()).expect("a difference");
        assert_eq!(found.cycle, 26);
        assert!(found.to_string().contains("0101"), "{found}");
    }

    #[test]
    fn trace_first_beat_earlier_is_found() {
        let mut changed = trace();
        let What::Sent { begin, .. } = &mut changed[0].what else {
            panic!("the first entry is a frame");
        };
        *begin -= 1;
        let found = difference(&mut trace(), &mut changed, 0, &layout());
        assert_eq!(found.map(|d| d.cycle), Some(19));
    }

    #[test]
    fn trace_entry_missing_is_found_on_either_side() {
        for k in 0..trace().len() {
            let mut short = trace();
            short.remove(k);
            let found = difference(&mut trace(), &mut short.clone(), 0, &layout());
            assert_eq!(found.map(|d| d.cycle), Some(trace()[k].cycle), "entry {k}");
            assert!(difference(&mut short, &mut trace(), 0, &layout()).is_some());
        }
    }
}
