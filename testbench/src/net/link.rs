//! One direction of a cable.

use super::WireFrame;
use super::fault::{Dice, FaultRates, Treatment};
use std::collections::BTreeMap;
use std::iter::Sum;

/// How a cable behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkConfig {
    /// cycles from one end to the other
    pub delay: u64,
    /// cycles a beat takes: 1 is as fast as the NICs' wire ports
    pub cycles_per_beat: u64,
    /// cycles that a frame takes at least, however short it is
    pub frame: u64,
    pub faults: FaultRates,
}

impl Default for LinkConfig {
    /// 100 cycles, full rate, no faults.
    fn default() -> Self {
        Self {
            delay: 100,
            cycles_per_beat: 1,
            frame: 1,
            faults: FaultRates::default(),
        }
    }
}

/// Frames in and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkStats {
    pub frames: u64,
    pub lost: u64,
    pub duplicated: u64,
    pub reordered: u64,
    /// a bit of theirs flipped
    pub corrupted: u64,
    /// of these, the ones that ended at the port: the bit is one that their FCS alone covers
    pub ended: u64,
}

impl Sum for LinkStats {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            frames: a.frames + b.frames,
            lost: a.lost + b.lost,
            duplicated: a.duplicated + b.duplicated,
            reordered: a.reordered + b.reordered,
            corrupted: a.corrupted + b.corrupted,
            ended: a.ended + b.ended,
        })
    }
}

/// One direction of a cable: a queue in front of a wire of finite rate, then delay and faults.
///
/// A frame starts to arrive `delay` cycles after it started to leave, but never before it has left (the fault
/// dice look at whole frames), and never before the frame in front of it has passed.
pub struct Link {
    config: LinkConfig,
    dice: Dice,
    /// cycle from which the wire is free
    free: u64,
    /// frames under way by cycle of arrival; the second number keeps equal arrivals in order
    under_way: BTreeMap<(u64, u64), WireFrame>,
    sequence: u64,
    /// frames that wait until others have passed them
    overtaken: Vec<Overtaken>,
    stats: LinkStats,
}

/// A frame that others pass.
struct Overtaken {
    frame: WireFrame,
    /// beats of it, in cycles
    cycles: u64,
    copies: u32,
    /// frames that still pass it
    left: u32,
    /// cycle in which it goes on at the latest
    until: u64,
}

/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;
/// Cycles that a frame waits for others to pass it: some 80 µs.
const LONGEST_WAIT: u64 = 20_000;

impl Link {
    /// A cable whose faults are fixed by `seed`.
    pub fn new(config: LinkConfig, seed: u64) -> Self {
        Self {
            config,
            dice: Dice::new(seed),
            free: 0,
            under_way: BTreeMap::new(),
            sequence: 0,
            overtaken: Vec::new(),
            stats: LinkStats::default(),
        }
    }

    /// Changes the behaviour for frames that are sent from now on.
    pub fn configure(&mut self, config: LinkConfig) {
        self.config = config;
    }

    pub fn config(&self) -> LinkConfig {
        self.config
    }

    pub fn stats(&self) -> LinkStats {
        self.stats
    }

    /// Forgets what is under way; the wire is free.
    pub fn clear(&mut self) {
        self.under_way.clear();
        self.overtaken.clear();
        self.free = 0;
    }

    pub fn is_idle(&self) -> bool {
        self.under_way.is_empty() && self.overtaken.is_empty()
    }

    /// Takes a frame; `beat` is the bytes of one beat.
    pub fn push(&mut self, frame: WireFrame, beat: usize) {
        self.push_treated(frame, beat, Treatment::default());
    }

    /// Takes a frame to which `treatment` happens besides what the dice say.
    pub fn push_treated(&mut self, mut frame: WireFrame, beat: usize, treatment: Treatment) {
        self.stats.frames += 1;
        let beats = frame.bytes.len().div_ceil(beat) as u64 * self.config.cycles_per_beat;
        let beats = beats.max(self.config.frame);
        let begin = frame.begin.max(self.free);
        let end = (begin + beats - 1).max(frame.end);
        self.free = begin + beats;
        let fate = self.dice.throw(&self.config.faults);
        if fate.lost || treatment.lost {
            self.stats.lost += 1;
            return;
        }
        if let Some(bit) = fate.flip {
            self.stats.corrupted += 1;
            let bit = bit as usize % (frame.bytes.len() * 8);
            if bit / 8 < ETHERNET {
                // addresses that no ICRC covers: the frame's FCS does
                self.stats.ended += 1;
                return;
            }
            frame.bytes[bit / 8] ^= 1 << (bit % 8);
        }
        let mut arrival = (begin + self.config.delay).max(end + 1);
        if fate.held > 0 {
            self.stats.reordered += 1;
            arrival += fate.held * beats.max(32);
        }
        let copies = u32::from(fate.twice) + treatment.copies;
        self.stats.duplicated += u64::from(copies);
        arrival += treatment.late;
        if treatment.late > 0 || treatment.overtaken > 0 {
            self.stats.reordered += 1;
        }
        if treatment.overtaken > 0 {
            self.overtaken.push(Overtaken {
                frame,
                cycles: beats,
                copies,
                left: treatment.overtaken,
                until: arrival + LONGEST_WAIT,
            });
            return;
        }
        self.arrive(&frame, arrival, beats, copies);
        self.let_pass(arrival + beats);
    }

    /// The frame and its copies are at the other end from cycle `arrival` on.
    fn arrive(&mut self, frame: &WireFrame, arrival: u64, cycles: u64, copies: u32) {
        for copy in 0..=u64::from(copies) {
            let begin = arrival + copy * cycles;
            let copied = WireFrame {
                bytes: frame.bytes.clone(),
                begin,
                end: begin + cycles - 1,
            };
            self.under_way.insert((begin, self.sequence), copied);
            self.sequence += 1;
        }
    }

    /// A frame has passed those that wait for it; who waits for no other follows in cycle `next`.
    fn let_pass(&mut self, next: u64) {
        self.overtaken.iter_mut().for_each(|o| o.left -= 1);
        self.release(next, |o| o.left == 0);
    }

    fn release(&mut self, next: u64, goes: impl Fn(&Overtaken) -> bool) {
        let waiting = std::mem::take(&mut self.overtaken);
        let (free, waiting): (Vec<_>, Vec<_>) = waiting.into_iter().partition(goes);
        self.overtaken = waiting;
        for o in free {
            self.arrive(&o.frame, next, o.cycles, o.copies);
        }
    }

    /// A frame that starts to arrive in cycle `now` or before.
    pub fn pop(&mut self, now: u64) -> Option<WireFrame> {
        self.release(now, |o| o.until <= now);
        let first = self.under_way.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(begin: u64, bytes: usize) -> WireFrame {
        WireFrame {
            bytes: vec![7; bytes],
            begin,
            end: begin + bytes as u64 / 8 - 1,
        }
    }

    fn arrivals(link: &mut Link) -> Vec<u64> {
        (0..100_000)
            .filter_map(|now| link.pop(now).map(|_| now))
            .collect()
    }

    #[test]
    fn link_delays_from_first_beat() {
        let mut link = Link::new(LinkConfig::default(), 1);
        link.push(frame(10, 64), 8);
        assert_eq!(arrivals(&mut link), [110]);
    }

    #[test]
    fn link_long_frame_arrives_after_it_has_left() {
        let mut link = Link::new(LinkConfig::default(), 1);
        link.push(frame(0, 4096), 8);
        assert_eq!(arrivals(&mut link), [512]);
    }

    /// What the FCS covers alone does not arrive changed.
    #[test]
    fn link_corruption_spares_ethernet_headers() {
        let faults = FaultRates {
            corruption: 1.0,
            ..FaultRates::default()
        };
        let config = LinkConfig {
            faults,
            ..LinkConfig::default()
        };
        let (seed, mut arrived) = (5, 0);
        println!("seed {seed}");
        let mut link = Link::new(config, seed);
        (0..1000).for_each(|k| link.push(frame(k * 8, 64), 8));
        while let Some(frame) = link.pop(u64::MAX) {
            let (header, rest) = frame.bytes.split_at(ETHERNET);
            assert!(header.iter().all(|b| *b == 7) && rest.iter().any(|b| *b != 7));
            arrived += 1;
        }
        assert!((600..950).contains(&arrived), "{arrived}");
        let stats = link.stats();
        assert_eq!((stats.corrupted, stats.ended), (1000, 1000 - arrived));
    }

    #[test]
    fn link_short_frames_take_their_least_time() {
        let config = LinkConfig {
            frame: 50,
            ..LinkConfig::default()
        };
        let mut link = Link::new(config, 1);
        (0..3).for_each(|k| link.push(frame(8 * k, 64), 8));
        assert_eq!(arrivals(&mut link), [100, 150, 200]);
    }

    #[test]
    fn link_rate_spreads_frames() {
        let config = LinkConfig {
            cycles_per_beat: 2,
            ..LinkConfig::default()
        };
        let mut link = Link::new(config, 1);
        link.push(frame(0, 64), 8);
        link.push(frame(8, 64), 8);
        assert_eq!(arrivals(&mut link), [100, 116]);
    }

    /// Which frames arrive, by their first bytes, if `treatment` happens to the first of three.
    fn order(treatment: Treatment) -> Vec<u8> {
        let mut link = Link::new(LinkConfig::default(), 1);
        for k in 0..3 {
            let mut frame = frame(u64::from(k) * 8, 64);
            frame.bytes[0] = k;
            let treatment = match k {
                0 => treatment,
                _ => Treatment::default(),
            };
            link.push_treated(frame, 8, treatment);
        }
        let all = (0..100_000).filter_map(|now| link.pop(now).map(|f| f.bytes[0]));
        let all = all.collect();
        assert!(link.is_idle());
        all
    }

    #[test]
    fn link_treats_a_frame_as_it_is_told() {
        let plain = Treatment::default();
        assert_eq!(order(plain), [0, 1, 2]);
        assert_eq!(
            order(Treatment {
                lost: true,
                ..plain
            }),
            [1, 2]
        );
        assert_eq!(order(Treatment { copies: 2, ..plain }), [0, 0, 1, 0, 2]);
        assert_eq!(order(Treatment { late: 12, ..plain }), [1, 0, 2]);
        let overtaken = |frames| Treatment {
            overtaken: frames,
            ..plain
        };
        assert_eq!(order(overtaken(1)), [1, 0, 2]);
        assert_eq!(order(overtaken(2)), [1, 2, 0]);
        // nobody comes to overtake it: it goes on all the same
        assert_eq!(order(overtaken(3)), [1, 2, 0]);
    }

    #[test]
    fn link_faults_come_at_their_rates() {
        let faults = FaultRates {
            loss: 0.1,
            duplication: 0.05,
            reordering: 0.2,
            corruption: 0.02,
        };
        let seed = 42;
        println!("seed {seed}");
        let mut link = Link::new(
            LinkConfig {
                faults,
                ..LinkConfig::default()
            },
            seed,
        );
        (0..10_000).for_each(|k| link.push(frame(k * 8, 64), 8));
        let s = link.stats();
        let near = |n: u64, p: f64| (n as f64 / 10_000.0 - p).abs() < 0.01;
        assert!(
            near(s.lost, 0.1)
                && near(s.duplicated, 0.045)
                && near(s.reordered, 0.18)
                && near(s.corrupted, 0.018),
            "{s:?}"
        );
        assert_eq!(
            arrivals(&mut link).len() as u64,
            s.frames - s.lost - s.ended + s.duplicated
        );
    }
}
