//! When the NICs' clock may run: their tick register follows wall time, as far as the simulation keeps up, and NICs at rest cost
//! little.

use serde::Serialize;
use std::time::{Duration, Instant};

/// How far behind the NICs may be and catch up again; what is more is given up, and counted.
const SLACK: Duration = Duration::from_millis(10);
/// NICs at rest: so long do they run in every [`PERIOD`].
const BURST: Duration = Duration::from_millis(1);
const PERIOD: Duration = Duration::from_millis(20);

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Some cycles.
    Step,
    /// Nothing, for so long.
    Wait(Duration),
}

/// How far the NICs' time has followed wall time while somebody was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ClockReport {
    /// Cycles of the whole machine.
    pub cycles: u64,
    /// Cycles that the tick register counts as a microsecond.
    pub cycles_per_us: u32,
    /// Wall time with a client, in ms.
    pub wall_ms: u64,
    /// Of that, by how much the NICs' time stayed behind because the simulation was too slow, in ms.
    pub too_slow_ms: u64,
    /// And because nothing happened for long, so that the clock stood most of the time, in ms.
    pub at_rest_ms: u64,
}

impl ClockReport {
    /// The NICs' time as a part of wall time, 0 to 1, rests left out.
    pub fn kept_up(&self) -> f64 {
        let awake = self.wall_ms.saturating_sub(self.at_rest_ms);
        match awake {
            0 => 1.0,
            _ => 1.0 - (self.too_slow_ms as f64 / awake as f64).min(1.0),
        }
    }
}

/// The clock of all NICs.
pub struct Clock {
    /// ns of NICs' time in a cycle
    ns_per_cycle: u64,
    /// rests begin so long after the last thing that happened
    linger: Duration,
    /// wall time that corresponds to `since` = 0; none while nobody is there
    origin: Option<Instant>,
    /// cycles since then
    since: u64,
    busy: Instant,
    burst: Option<Instant>,
    /// the time just before now was one of rest
    rested: bool,
    began: Option<Instant>,
    wall: Duration,
    too_slow: Duration,
    at_rest: Duration,
    cycles: u64,
    per_us: u32,
}

impl Clock {
    /// Of NICs that count `per_us` cycles, 1 to 1000, as a microsecond.
    pub fn new(per_us: u32, linger: Duration, now: Instant) -> Self {
        let per_us = per_us.clamp(1, 1000);
        Self {
            ns_per_cycle: 1000 / u64::from(per_us),
            linger,
            origin: None,
            since: 0,
            busy: now,
            burst: None,
            rested: false,
            began: None,
            wall: Duration::ZERO,
            too_slow: Duration::ZERO,
            at_rest: Duration::ZERO,
            cycles: 0,
            per_us,
        }
    }

    /// Something happens: no rest.
    pub fn note_work(&mut self, now: Instant) {
        self.busy = now;
        self.burst = None;
    }

    /// Cycles that have been simulated.
    pub fn note_cycles(&mut self, cycles: u64) {
        self.since += cycles;
        self.cycles += cycles;
    }

    /// Nobody is there any more, or somebody has come.
    pub fn attend(&mut self, somebody: bool, now: Instant) {
        match (somebody, self.began) {
            (true, None) => {
                self.began = Some(now);
                self.origin = Some(now);
                self.since = 0;
                self.note_work(now);
            }
            (false, Some(began)) => {
                self.wall += now - began;
                self.began = None;
                self.origin = None;
            }
            _ => {}
        }
    }

    /// What to do at `now`.
    pub fn plan(&mut self, now: Instant) -> Plan {
        let Some(origin) = self.origin else {
            return Plan::Wait(PERIOD);
        };
        let rests = now.saturating_duration_since(self.busy) > self.linger;
        if rests {
            let run = match self.burst {
                Some(burst) if now - burst < BURST => None,
                Some(burst) if now - burst < PERIOD => Some(PERIOD - (now - burst)),
                _ => {
                    self.burst = Some(now);
                    None
                }
            };
            if let Some(left) = run {
                self.rested = true;
                return Plan::Wait(left);
            }
        }
        let wall = now.saturating_duration_since(origin);
        let nics = Duration::from_nanos(self.since.saturating_mul(self.ns_per_cycle));
        if let Some(ahead) = nics.checked_sub(wall).filter(|ahead| !ahead.is_zero()) {
            return Plan::Wait(ahead);
        }
        if let Some(lost) = (wall - nics).checked_sub(SLACK) {
            let account = match rests || self.rested {
                true => &mut self.at_rest,
                false => &mut self.too_slow,
            };
            *account += lost;
            self.origin = Some(origin + lost);
        }
        self.rested = rests;
        Plan::Step
    }

    /// Up to `now`.
    pub fn report(&self, now: Instant) -> ClockReport {
        let open = self.began.map_or(Duration::ZERO, |began| now - began);
        let ms = |time: Duration| time.as_millis() as u64;
        ClockReport {
            cycles: self.cycles,
            cycles_per_us: self.per_us,
            wall_ms: ms(self.wall + open),
            too_slow_ms: ms(self.too_slow),
            at_rest_ms: ms(self.at_rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn clock(per_us: u32) -> (Clock, Instant) {
        let start = Instant::now();
        let mut clock = Clock::new(per_us, 1000 * MS, start);
        assert_eq!(clock.plan(start), Plan::Wait(PERIOD), "nobody is there");
        clock.attend(true, start);
        (clock, start)
    }

    #[test]
    fn clock_waits_for_wall_time() {
        let (mut clock, start) = clock(4);
        clock.note_cycles(4000);
        assert_eq!(clock.plan(start), Plan::Wait(MS));
        assert_eq!(clock.plan(start + MS), Plan::Step);
        assert_eq!(clock.report(start + MS).too_slow_ms, 0);
    }

    #[test]
    fn clock_gives_up_what_it_cannot_catch_up() {
        let (mut clock, start) = clock(1);
        for ms in 1..=100 {
            assert_eq!(clock.plan(start + ms * MS), Plan::Step);
            clock.note_cycles(250);
        }
        let report = clock.report(start + 100 * MS);
        assert_eq!((report.wall_ms, report.at_rest_ms), (100, 0));
        // three quarters, but for the slack
        assert!((64..=66).contains(&report.too_slow_ms), "{report:?}");
        assert!((0.33..0.37).contains(&report.kept_up()));
    }

    #[test]
    fn clock_rests_and_wakes() {
        let (mut clock, start) = clock(1);
        let mut steps = 0;
        for ms in 0..3000 {
            if clock.plan(start + ms * MS) == Plan::Step {
                steps += 1;
                clock.note_cycles(1000);
            }
        }
        assert!((1000..1000 + 2000 / 20 + 3).contains(&steps), "{steps}");
        let now = start + 3000 * MS;
        let report = clock.report(now);
        assert_eq!(report.too_slow_ms, 0);
        assert!(report.at_rest_ms > 1800, "{report:?}");
        clock.note_work(now);
        assert_eq!(clock.plan(now), Plan::Step);
        clock.attend(false, now);
        assert_eq!(clock.plan(now + MS), Plan::Wait(PERIOD));
        assert_eq!(clock.report(now + 500 * MS).wall_ms, 3000);
    }
}
