//! How fast the simulation is, by the time that its thread has a processor: what else the machine does counts little.

use super::load::{Load, LoadOptions, Work};
use super::{BenchOptions, Better, Figure, Measure};
use crate::lab::{LabError, LabOptions};
use std::time::{Duration, Instant};

/// Cycles per second asked for at 64 bits on a quiet core.
const WANTED: f64 = 750_000.0;

/// One NIC that sends to itself as fast as it can, in one thread.
pub(super) fn measures(width: u32) -> Vec<Measure> {
    vec![Measure {
        name: "simulation_speed".to_owned(),
        width,
        take: Box::new(move |options| take(width, options)),
    }]
}

fn take(width: u32, options: &BenchOptions) -> Result<Figure, LabError> {
    let mut load = Load::new(LoadOptions {
        lab: LabOptions {
            hosts: 1,
            pause: 64,
            ..options.lab(width)
        },
        work: Work::Write,
        qps: 4,
        path_mtu: 1024,
        bytes: 1 << 20,
        depth: 2,
        both: false,
    })?;
    let turns = if options.quick { 1000 } else { 10_000 };
    for _ in 0..100 {
        load.turn()?;
    }
    let (cycle, begin) = (load.lab.cluster.cycle(), Stopwatch::start());
    for _ in 0..turns {
        load.turn()?;
    }
    let cycles = (load.lab.cluster.cycle() - cycle) as f64;
    let value = cycles / begin.elapsed().as_secs_f64();
    let figure = Figure::new(
        "simulation_speed",
        width,
        value,
        "cycles/s",
        WANTED,
        Better::Higher,
    );
    Ok(figure.reaching((width == 64).then_some(WANTED)))
}

/// Measures processor time of this thread, or time on the wall where the system does not tell.
struct Stopwatch {
    processor: Option<Duration>,
    wall: Instant,
}

impl Stopwatch {
    fn start() -> Self {
        Self {
            processor: processor_time(),
            wall: Instant::now(),
        }
    }

    fn elapsed(&self) -> Duration {
        match (self.processor, processor_time()) {
            (Some(begin), Some(end)) if end > begin => end - begin,
            _ => self.wall.elapsed(),
        }
    }
}

/// Time that the scheduler of Linux has given to this thread.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
