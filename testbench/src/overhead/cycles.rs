//! Cycles: the same traffic over NICs with and without migration, compared event by event.
//!
//! Both runs go on side by side, each in a thread, and tell what they see turn by turn; the first entry that differs ends the case. Setting a
//! connection up takes a migratable NIC more register writes, and a NIC's periodic work has its phase from reset on; so both traffics begin
//! in the same cycle after reset, when the slower one is ready. From then on nothing is aligned.

use super::trace::{self, Difference, Entry, Layout, What};
use super::traffic::{self, Case, Operation, QUIET, TrafficError, Word};
use crate::bench::framing;
use crate::lab::Variant;
use serde::{Deserialize, Serialize};
use sim_verilator::Library;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// What came out of one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CycleResult {
    #[serde(flatten)]
    pub case: Case,
    /// Entries of the traces up to the end, or up to the difference.
    pub entries: u64,
    /// Frames among them, at both ends of the link.
    pub frames: u64,
    /// Cycles compared.
    pub cycles: u64,
    /// None: no cycle, no byte.
    pub difference: Option<Difference>,
    /// The migratable NIC's figures.
    pub migratable: Figures,
    /// Those of the NIC without migration.
    pub baseline: Figures,
}

/// What is read off a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Cycles from the first beat of the first message's first frame to the last write of its completion at the requester.
    pub latency: Option<u64>,
    /// Bytes of payload per cycle on the wire in one direction under load, each packet counted once.
    pub throughput: Option<f64>,
    /// Work requests and receives that had not completed when the window ended.
    pub missing: u64,
}

/// Bytes per message, MTUs and numbers of queue pairs.
const SIZES: [u32; 6] = [8, 64, 1024, 4096, 65_536, 1 << 20];
const MTUS: [u32; 2] = [1024, 4096];
const QPS: [usize; 3] = [1, 16, 64];
const LOSS: f64 = 0.01;

/// All cases for a width, or a few that are done in seconds.
pub fn cases(width: u32, quick: bool) -> Vec<Case> {
    let case = |operation, bytes, path_mtu, qps, loss| Case {
        width,
        operation,
        bytes,
        path_mtu,
        qps,
        loss,
        stalls: false,
    };
    use Operation::{Atomic, Mixed, Read, Send, Write};
    if quick {
        return vec![
            case(Send, 64, 1024, 1, 0.0),
            case(Write, 4096, 1024, 16, 0.0),
            case(Read, 4096, 1024, 1, LOSS),
            case(Atomic, 8, 1024, 16, 0.0),
            case(Mixed, 2048, 1024, 4, LOSS),
        ];
    }
    let mut all = Vec::new();
    for loss in [0.0, LOSS] {
        for path_mtu in MTUS {
            for qps in QPS {
                for operation in [Send, Write, Read] {
                    all.extend(SIZES.map(|bytes| case(operation, bytes, path_mtu, qps, loss)));
                }
                all.push(case(Atomic, 8, path_mtu, qps, loss));
                let mixed = case(Mixed, 4096, path_mtu, qps, loss);
                all.push(mixed);
                all.push(Case {
                    stalls: true,
                    ..mixed
                });
            }
        }
    }
    all
}

/// The two NICs of a width.
#[derive(Clone)]
pub struct Pair {
    pub baseline: Arc<Library>,
    pub migratable: Arc<Library>,
}

/// Reads figures off a trace.
#[derive(Default)]
struct Meter {
    loaded: bool,
    first: Option<u64>,
    completed: Option<u64>,
    /// end of the first frame with payload under load, and of the last
    begin: Option<u64>,
    end: u64,
    bytes: usize,
    packets: HashSet<(u32, u32)>,
    missing: u64,
}

impl Meter {
    fn note(&mut self, entry: &Entry, case: &Case, layout: &Layout) {
        // payload leaves the responder of READs and ATOMICs
        let sender = usize::from(matches!(case.operation, Operation::Read | Operation::Atomic));
        match &entry.what {
            What::Sent { begin, bytes } => {
                if entry.host == 0 && !self.loaded {
                    self.first.get_or_insert(*begin);
                }
                let packet = framing::packet(bytes, bytes.len());
                if let Some(p) = packet
                    && entry.host == sender
                    && self.loaded
                    && p.payload > 0
                    && self.packets.insert((p.qpn, p.psn))
                {
                    match self.begin {
                        None => self.begin = Some(entry.cycle),
                        Some(_) => self.bytes += p.payload,
                    }
                    self.end = self.end.max(entry.cycle);
                }
            }
            What::Write { iova, .. }
                if entry.host == 0 && !self.loaded && !layout.is_payload(0, *iova) =>
            {
                self.completed = Some(entry.cycle);
            }
            _ => {}
        }
    }

    fn figures(&self) -> Figures {
        let cycles = self.begin.map(|begin| self.end - begin);
        Figures {
            latency: self.first.zip(self.completed).map(|(a, b)| b - a),
            throughput: cycles
                .filter(|cycles| *cycles > 0)
                .map(|cycles| self.bytes as f64 / cycles as f64),
            missing: self.missing,
        }
    }
}

/// Words under way between a run and the comparison.
const AHEAD: usize = 64;

/// A run's end of the two channels.
struct Ears {
    words: Receiver<Word>,
    begin: Sender<u64>,
}

/// Compares one case.
///
/// # Errors
/// [`TrafficError`], of either run.
pub fn compare(
    case: Case,
    pair: &Pair,
    seed: u64,
    quick: bool,
) -> Result<CycleResult, TrafficError> {
    std::thread::scope(|scope| {
        let start = |library: &Arc<Library>, variant: Variant| {
            let (words, heard) = sync_channel(AHEAD);
            let (begin, told) = channel();
            let library = library.clone();
            let run = move || play(case, &library, variant, seed, quick, &words, &told);
            let ears = Ears {
                words: heard,
                begin,
            };
            (scope.spawn(run), ears)
        };
        let (baseline, a) = start(&pair.baseline, Variant::Baseline);
        let (migratable, b) = start(&pair.migratable, Variant::Migratable);
        let result = listen(case, &a, &b);
        drop((a, b));
        for run in [baseline, migratable] {
            match run.join() {
                // the comparison has heard enough
                Ok(Ok(()) | Err(TrafficError::Unheard)) => {}
                Ok(Err(failure)) => return Err(failure),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        result.ok_or(TrafficError::Unheard)
    })
}

fn play(
    case: Case,
    library: &Arc<Library>,
    variant: Variant,
    seed: u64,
    quick: bool,
    words: &SyncSender<Word>,
    told: &Receiver<u64>,
) -> Result<(), TrafficError> {
    let mut tell = |word| words.send(word).is_ok();
    traffic::run(
        case,
        library,
        case.lab(variant, seed),
        quick,
        &mut tell,
        |_| told.recv().ok(),
    )
}

/// Hears both runs to their ends or to the first difference; none if one of them ends before its time.
fn listen(case: Case, a: &Ears, b: &Ears) -> Option<CycleResult> {
    let (Word::Ready(one, layout), Word::Ready(other, _)) =
        (a.words.recv().ok()?, b.words.recv().ok()?)
    else {
        return None;
    };
    let begin = one.max(other) + QUIET;
    a.begin.send(begin).ok()?;
    b.begin.send(begin).ok()?;
    let mut meters = [Meter::default(), Meter::default()];
    let mut result = CycleResult {
        case,
        entries: 0,
        frames: 0,
        cycles: 0,
        difference: None,
        migratable: Figures::default(),
        baseline: Figures::default(),
    };
    while result.difference.is_none() {
        match (a.words.recv().ok()?, b.words.recv().ok()?) {
            (Word::Seen(mut seen), Word::Seen(mut other)) => {
                for (meter, seen) in meters.iter_mut().zip([&seen, &other]) {
                    seen.iter().for_each(|e| meter.note(e, &case, &layout));
                }
                result.difference =
                    trace::difference(&mut seen, &mut other, result.entries, &layout);
                result.add(&seen);
            }
            (Word::Load, Word::Load) => meters.iter_mut().for_each(|m| m.loaded = true),
            (Word::Done { missing }, Word::Done { missing: other }) => {
                (meters[0].missing, meters[1].missing) = (missing, other);
                break;
            }
            // one goes on where the other has come to an end, with nothing in the traces to show for it
            (one, other) => {
                result.difference = Some(Difference {
                    cycle: result.cycles,
                    after: result.entries,
                    baseline: Some(format!("{one:?}")),
                    migratable: Some(format!("{other:?}")),
                    before: Vec::new(),
                });
            }
        }
    }
    [result.baseline, result.migratable] = meters.map(|meter| meter.figures());
    Some(result)
}

impl CycleResult {
    fn add(&mut self, seen: &[Entry]) {
        self.entries += seen.len() as u64;
        let is_frame = |e: &&Entry| matches!(e.what, What::Sent { .. } | What::Received { .. });
        self.frames += seen.iter().filter(is_frame).count() as u64;
        let last = seen.iter().map(|e| e.cycle).max();
        self.cycles = self.cycles.max(last.unwrap_or(0));
    }
}
