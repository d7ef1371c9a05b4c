//! `roamnic-guest`: the driver's test list on one device, as a program without a simulator that can be linked statically.
//!
//! The outcomes go to stderr one by one, the report as JSON to stdout. Exit status: 0 good, 1 a test failed or the device cannot be
//! opened, 2 bad usage.
#![forbid(unsafe_code)]

use driver_test::{Backend, Bound, Options};
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: roamnic-guest vfio:BDF|vfio-group:BDF|vfio-cdev:BDF|vfio-user:SOCKET [--only PART] [--seed N] [--wait SECONDS] [--until-failure]";

struct Arguments {
    backend: Backend,
    only: Option<String>,
    seed: u64,
    wait: u64,
    until_failure: bool,
}

fn arguments() -> Result<Arguments, String> {
    let mut words = std::env::args().skip(1);
    let mut backend = None;
    let (mut only, mut seed, mut wait, mut until_failure) = (None, 1, 60, false);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let number = |text: String| text.parse().map_err(|_| format!("{text:?} is no number"));
        match word.as_str() {
            "--only" => only = Some(value()?),
            "--seed" => seed = number(value()?)?,
            "--wait" => wait = number(value()?)?,
            "--until-failure" => until_failure = true,
            _ if backend.is_none() => {
                backend = Some(word.parse().map_err(|e| format!("{e}"))?);
            }
            _ => return Err(format!("{word:?} is one too many")),
        }
    }
    Ok(Arguments {
        backend: backend.ok_or("a device is needed")?,
        only,
        seed,
        wait,
        until_failure,
    })
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let wait = Duration::from_secs(arguments.wait);
    let (name, device) = match arguments.backend.open(wait) {
        Ok(opened) => opened,
        Err(error) => {
            // what does not open is a result, too
            let report = serde_json::json!({
                "backend": arguments.backend.to_string(),
                "passed": false,
                "error": error.to_string(),
            });
            println!("{report}");
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let options = Options {
        seed: arguments.seed,
        bound: Bound::Wall(wait),
        patience: PATIENCE,
        until_failure: arguments.until_failure,
    };
    let only = arguments.only.as_deref();
    let report = driver_test::run(&name, device, options, only, |outcome| {
        let word = if outcome.passed { "ok" } else { "FAILED" };
        eprintln!("{} {word}: {}", outcome.name, outcome.detail);
    });
    match serde_json::to_string(&report) {
        Ok(json) => println!("{json}"),
        Err(error) => eprintln!("error: {error}"),
    }
    match report.passed {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Looks at a command's status before it is given up. Each is a read of a register, which takes 1 µs on a card and 100 µs on a simulated
/// one.
const PATIENCE: u32 = 300_000;
