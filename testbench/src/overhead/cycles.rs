//! Cycles: the same traffic over NICs with and without migration, compared event by event.
//!
//! Both runs go on side by side, each in a thread, and tell turn by turn what they see; the first entry that differs is the finding of a case.
//!
//! # The same state to begin with
//! A NIC that does nothing is still not at rest: its clock of microseconds runs, and the dispatcher's walker goes round over the slots and visits every
//! queue pair that lives; where both stand at some moment depends on the cycles in which it was started and connections were set up. A visit costs a
//! packet behind it a cycle or two, so the baseline itself answers the same traffic with another trace when it comes a cycle later. Setting
//! a connection up takes a migratable NIC more register writes, so the two do not stand in the same place by themselves. Every piece of traffic therefore begins with a
//! microsecond, with which the walker begins anew ([`Order`]). Nothing else is aligned: the first entry that differs is a difference of the NICs.

use super::trace::{self, Difference, Entry, Layout, What};
use super::traffic::{Case, Operation, Order, Place, Scene, TrafficError, Word};
use crate::bench::framing;
use crate::lab::Variant;
use crate::rng::Rng;
use serde::{Deserialize, Serialize};
use sim_verilator::Library;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// What came out of one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CycleResult {
    #[serde(flatten)]
    pub place: Place,
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
    /// Cycles from the first beat of a single message's first frame to the last write of its completion at the requester.
    pub latency: Option<u64>,
    /// Bytes of payload per cycle on the wire in one direction under load, each packet counted once.
    pub throughput: Option<f64>,
    /// Completions that had not come when the window ended.
    pub missing: u64,
}

/// Hosts, and what is played on them one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Programme {
    pub place: Place,
    pub cases: Vec<Case>,
    /// Cycles for which a load is watched at most: what is not done then is no longer looked at.
    pub window: u64,
    /// Cycles that the cable of the migratable NICs is longer: 0, but to see that one is noticed.
    pub late: u64,
}

/// Bytes of a message, and MTUs.
const SIZES: [u32; 6] = [8, 64, 1024, 4096, 65_536, 1 << 20];
const MTUS: [u32; 2] = [1024, 4096];
/// Numbers of queue pairs; the largest is all that the NIC has.
const QPS: [usize; 3] = [1, 16, 64];
const LOSS: f64 = 0.01;
/// More than this is not played to its end, and needs hosts of its own therefore.
const LARGE: u64 = 2 << 20;

/// Cycles in which everything has completed, unless something hangs.
const WHOLE: u64 = 8_000_000;

use Operation::{Atomic, Mixed, Read, Send, Write};

const fn case(operation: Operation, bytes: u32, loss: f64) -> Case {
    Case {
        operation,
        bytes,
        loss,
        stalls: false,
    }
}

/// Local ACK timeouts: longer than any queue in front of an acknowledgement, but short where packets are lost.
fn timeout(qps: usize, loss: f64) -> u8 {
    match (loss > 0.0, qps) {
        (false, 1..=16) => 14,
        // more READs and ATOMICs at once than the partner has room for: some are lost
        (false, _) => 7,
        (true, 1..=4) => 5,
        (true, 5..=16) => 7,
        (true, _) => 8,
    }
}

/// Everything for a width, or what is done in seconds.
pub fn programmes(width: u32, quick: bool) -> Vec<Programme> {
    let place = |qps, path_mtu, loss, memory| Place {
        width,
        qps,
        path_mtu,
        timeout: timeout(qps, loss),
        memory,
    };
    if quick {
        return vec![Programme {
            place: place(4, 1024, LOSS, 4096),
            cases: vec![
                case(Send, 64, 0.0),
                case(Write, 4096, 0.0),
                case(Read, 4096, 0.0),
                case(Atomic, 8, 0.0),
                case(Mixed, 2048, LOSS),
            ],
            window: 300_000,
            late: 0,
        }];
    }
    // what is played to its end comes first
    let (mut all, mut windows) = (Vec::new(), Vec::new());
    for loss in [0.0, LOSS] {
        for path_mtu in MTUS {
            for qps in QPS {
                let add = |cases: Vec<Case>, window| Programme {
                    place: place(
                        qps,
                        path_mtu,
                        loss,
                        cases.iter().map(|c| c.bytes).max().unwrap_or(0),
                    ),
                    cases,
                    window,
                    late: 0,
                };
                let (small, large) = cases(loss)
                    .into_iter()
                    .partition(|case: &Case| case.total(qps) <= LARGE);
                all.push(add(small, WHOLE));
                let window = if loss > 0.0 { 400_000 } else { 200_000 };
                windows.extend(large.into_iter().map(|case| add(vec![case], window)));
            }
        }
    }
    all.append(&mut windows);
    all
}

fn cases(loss: f64) -> Vec<Case> {
    let mut all = vec![case(Atomic, 8, loss)];
    for operation in [Send, Write, Read] {
        all.extend(SIZES.map(|bytes| case(operation, bytes, loss)));
    }
    all.push(case(Mixed, 4096, loss));
    all.push(Case {
        stalls: true,
        ..case(Mixed, 4096, loss)
    });
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
    /// the first frame of a requester, and its last completion
    first: Option<u64>,
    completed: Option<u64>,
    /// end of the first frame with payload, and of the last
    begin: Option<u64>,
    end: u64,
    bytes: usize,
    packets: HashSet<(u32, u32)>,
}

impl Meter {
    fn note(&mut self, entry: &Entry, case: &Case, layout: &Layout) {
        // payload leaves the responder of READs and ATOMICs
        let sender = usize::from(matches!(case.operation, Read | Atomic));
        match &entry.what {
            What::Sent { begin, bytes } => {
                if entry.host == 0 {
                    self.first.get_or_insert(*begin);
                }
                if let Some(p) = framing::packet(bytes, bytes.len())
                    && entry.host == sender
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
            What::Write { iova, .. } if entry.host == 0 && !layout.is_payload(0, *iova) => {
                self.completed = Some(entry.cycle);
            }
            _ => {}
        }
    }

    fn latency(&self) -> Option<u64> {
        let (first, completed) = self.first.zip(self.completed)?;
        completed.checked_sub(first)
    }

    fn throughput(&self) -> Option<f64> {
        let cycles = self.end - self.begin?;
        (cycles > 0).then(|| self.bytes as f64 / cycles as f64)
    }
}

/// Words under way between a run and the comparison.
const AHEAD: usize = 64;

/// A run's end of the channels.
struct Line {
    words: Receiver<Word>,
    orders: Sender<Order>,
}

/// What two runs showed in an order.
#[derive(Default)]
struct Played {
    difference: Option<Difference>,
    entries: u64,
    frames: u64,
    cycles: u64,
    meters: [Meter; 2],
    missing: [u64; 2],
}

impl Played {
    fn add(&mut self, seen: &[Entry]) {
        let is_frame = |e: &&Entry| matches!(e.what, What::Sent { .. } | What::Received { .. });
        self.entries += seen.len() as u64;
        self.frames += seen.iter().filter(is_frame).count() as u64;
        let last = seen.iter().map(|e| e.cycle).max();
        self.cycles = self.cycles.max(last.unwrap_or(0));
    }
}

/// Cycles for one message alone.
const SHORT: u64 = 400_000;

/// Plays a programme on both NICs and compares; `each` sees results as they come.
///
/// # Errors
/// [`TrafficError`], of either run.
pub fn compare(
    programme: &Programme,
    pair: &Pair,
    seed: u64,
    mut each: impl FnMut(&CycleResult),
) -> Result<Vec<CycleResult>, TrafficError> {
    std::thread::scope(|scope| {
        let start = |library: &Arc<Library>, variant: Variant| {
            let (words, heard) = sync_channel(AHEAD);
            let (orders, told) = channel();
            let (library, place) = (library.clone(), programme.place);
            let late = match variant {
                Variant::Baseline => 0,
                _ => programme.late,
            };
            let run = move || {
                let scene = Scene::new(place, &library, variant, seed, late);
                play(scene?, &words, &told)
            };
            let line = Line {
                words: heard,
                orders,
            };
            (scope.spawn(run), line)
        };
        let (baseline, a) = start(&pair.baseline, Variant::Baseline);
        let (migratable, b) = start(&pair.migratable, Variant::Migratable);
        let results = Duel::new(programme, seed, [a, b]).and_then(|mut duel| {
            let cases = programme.cases.iter();
            cases
                .map(|case| duel.compared(case).inspect(&mut each))
                .collect::<Option<Vec<_>>>()
        });
        for run in [baseline, migratable] {
            match run.join() {
                // the comparison has heard enough
                Ok(Ok(()) | Err(TrafficError::Unheard)) => {}
                Ok(Err(failure)) => return Err(failure),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results.ok_or(TrafficError::Unheard)
    })
}

fn play(
    mut scene: Scene,
    words: &SyncSender<Word>,
    told: &Receiver<Order>,
) -> Result<(), TrafficError> {
    let mut tell = |word| words.send(word).is_ok();
    if !tell(Word::Ready(scene.layout())) {
        return Err(TrafficError::Unheard);
    }
    told.iter()
        .try_for_each(|order| scene.follow(order, &mut tell))
}

/// Two runs of the same programme, baseline first.
struct Duel<'a> {
    programme: &'a Programme,
    lines: [Line; 2],
    layout: Layout,
    rng: Rng,
}

/// Methods return none if a run ends before its time; it says why itself.
impl<'a> Duel<'a> {
    fn new(programme: &'a Programme, seed: u64, lines: [Line; 2]) -> Option<Self> {
        let mut layouts = lines.each_ref().map(|line| match line.words.recv() {
            Ok(Word::Ready(layout)) => Some(layout),
            _ => None,
        });
        let layout = layouts[0].take()?;
        (layouts[1].take()? == layout).then(|| Self {
            programme,
            lines,
            layout,
            rng: Rng::new(seed),
        })
    }

    /// One message alone, then the load.
    fn compared(&mut self, case: &Case) -> Option<CycleResult> {
        let Programme { place, window, .. } = *self.programme;
        let seed = self.rng.any();
        let one = self.both(Order {
            case: *case,
            qps: 1,
            count: 1,
            seed,
            window: SHORT + 8 * u64::from(case.bytes),
        })?;
        if one.difference.is_some() {
            return Some(self.result(case, one));
        }
        let mut all = self.both(Order {
            case: *case,
            qps: place.qps,
            count: case.messages(place.qps),
            seed: seed ^ 1,
            window,
        })?;
        all.entries += one.entries;
        all.frames += one.frames;
        all.cycles += one.cycles;
        let mut result = self.result(case, all);
        let [a, b] = one.meters.map(|meter| meter.latency());
        (result.baseline.latency, result.migratable.latency) = (a, b);
        Some(result)
    }

    fn result(&self, case: &Case, played: Played) -> CycleResult {
        let figures = |k: usize| Figures {
            latency: None,
            throughput: played.meters[k].throughput(),
            missing: played.missing[k],
        };
        CycleResult {
            place: self.programme.place,
            case: *case,
            baseline: figures(0),
            migratable: figures(1),
            entries: played.entries,
            frames: played.frames,
            cycles: played.cycles,
            difference: played.difference,
        }
    }

    /// Both do the same; the traces are compared up to the first difference.
    fn both(&self, order: Order) -> Option<Played> {
        for line in &self.lines {
            line.orders.send(order).ok()?;
        }
        let mut played = Played::default();
        let mut ended = [false; 2];
        while !ended.iter().all(|ended| *ended) {
            let mut seen: [Vec<Entry>; 2] = Default::default();
            for k in 0..2 {
                if ended[k] {
                    continue;
                }
                match self.lines[k].words.recv().ok()? {
                    Word::Seen(entries) => seen[k] = entries,
                    Word::Done { missing } => {
                        ended[k] = true;
                        played.missing[k] = missing;
                    }
                    Word::Ready(_) => return None,
                }
                for entry in &seen[k] {
                    played.meters[k].note(entry, &order.case, &self.layout);
                }
            }
            if played.difference.is_none() {
                let [a, b] = &mut seen;
                played.difference = trace::difference(a, b, played.entries, &self.layout);
                played.add(&seen[0]);
            }
        }
        if played.difference.is_none() && played.missing[0] != played.missing[1] {
            let words = |missing: u64| Some(format!("{missing} completions missing at the end"));
            played.difference = Some(Difference {
                cycle: played.cycles,
                after: played.entries,
                baseline: words(played.missing[0]),
                migratable: words(played.missing[1]),
                before: Vec::new(),
            });
        }
        Some(played)
    }
}
