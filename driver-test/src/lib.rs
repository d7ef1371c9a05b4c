//! The driver's test list as code that runs on any device: on a card behind the kernel's VFIO, on one that is served over vfio-user, on a
//! Verilated NIC in the same program.
//!
//! [`run`] takes a [`Device`] and an end for every wait, and returns a [`Report`]. It needs nothing beyond the NIC itself: all traffic
//! is between two queue pairs of the one NIC, whose frames to its own address it turns round. Between any two tests the NIC is reset by its own register.
//! [`Bench`] is what a test has at hand; [`list`](mod@list) are the tests.
//!
//! This crate knows no simulator, so that its program `roamnic-guest` can be linked statically and put into a guest.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod backend;
mod bench;
mod device;
pub mod list;
pub mod mover;
mod pair;

pub use backend::{Backend, BackendError, BadBackend};
pub use bench::{Bench, Failure};
pub use device::SharedDevice;
pub use pair::join;

use host_driver::Device;
use serde::Serialize;
use std::time::{Duration, Instant};

/// When a wait is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// After so many pauses of the device: in simulation, where a pause is a number of cycles.
    Pauses(u64),
    /// After so much time: on a device that works while nobody looks.
    Wall(Duration),
}

/// How the list is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Fixes keys, numbers and contents.
    pub seed: u64,
    /// The end of every wait.
    pub bound: Bound,
    /// How often the driver lets time pass before it gives a command up.
    pub patience: u32,
    /// Again and again, until a test fails: for plugs that are pulled in the middle, and for devices that fail now and then.
    pub until_failure: bool,
}

/// How one test ended.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The test.
    pub name: &'static str,
    /// It passed.
    pub passed: bool,
    /// What it saw, or what went wrong.
    pub detail: String,
    /// How long it took.
    pub milliseconds: u64,
}

/// How the list ended.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Where it ran.
    pub backend: String,
    /// The seed.
    pub seed: u64,
    /// All tests passed.
    pub passed: bool,
    /// Each test.
    pub tests: Vec<Outcome>,
}

impl Report {
    /// A test a line.
    pub fn text(&self) -> String {
        let width = self.tests.iter().map(|t| t.name.len()).max().unwrap_or(0);
        let mut text = String::new();
        for t in &self.tests {
            let word = if t.passed { "ok" } else { "FAILED" };
            text += &format!(
                "{:<width$}  {word:<6}  {:>6} ms  {}\n",
                t.name, t.milliseconds, t.detail
            );
        }
        let good = self.tests.iter().filter(|t| t.passed).count();
        text += &format!(
            "{good} of {} passed on {}, seed {}\n",
            self.tests.len(),
            self.backend,
            self.seed
        );
        text
    }
}

/// Runs the list on `device`, which the report calls `backend`. `each` sees every outcome as it comes. Tests whose names do not contain
/// `only` are left out. With [`Options::until_failure`] the report is of the last round.
pub fn run(
    backend: &str,
    device: Box<dyn Device>,
    options: Options,
    only: Option<&str>,
    mut each: impl FnMut(&Outcome),
) -> Report {
    let mut bench = Bench::new(device, options);
    let mut tests = Vec::new();
    loop {
        let good = round(&mut bench, only, &mut tests, &mut each);
        if !options.until_failure || !good {
            break;
        }
        tests.clear();
    }
    Report {
        backend: backend.to_owned(),
        seed: options.seed,
        // a list without a test has shown nothing
        passed: !tests.is_empty() && tests.iter().all(|t| t.passed),
        tests,
    }
}

/// The list once, to its end or, if it is to run until a failure, to the first; whether a test has run and all have passed.
fn round(
    bench: &mut Bench,
    only: Option<&str>,
    tests: &mut Vec<Outcome>,
    each: &mut impl FnMut(&Outcome),
) -> bool {
    for (name, test) in list::ALL {
        if only.is_some_and(|part| !name.contains(part)) {
            continue;
        }
        let start = Instant::now();
        let done = bench.alone(*test);
        let outcome = Outcome {
            name,
            passed: done.is_ok(),
            detail: done.unwrap_or_else(|failure| failure.to_string()),
            milliseconds: start.elapsed().as_millis() as u64,
        };
        each(&outcome);
        let failed = !outcome.passed;
        tests.push(outcome);
        if failed && bench.options.until_failure {
            break;
        }
    }
    !tests.is_empty() && tests.iter().all(|t| t.passed)
}
