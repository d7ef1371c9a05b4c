//! Everything that must pass before a merge, cheapest first, the tests last.

use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::Result;

use crate::{checks, lab, run, setup};

type Step = (&'static str, fn() -> Result<()>);

const STEPS: [Step; 9] = [
    ("format", || cargo(&["fmt", "--all", "--check"])),
    ("scan of RustHDL sources", checks::scan),
    ("licences, bans, sources", deny),
    ("clippy", || {
        cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            "xtask/scan",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ])
    }),
    ("drift of generated files", || checks::generate(true)),
    ("lint of Verilog", checks::lint),
    ("documentation tests", checks::doc_tests),
    (LAB, || lab::run(&lab::Options::before_merge())),
    ("tests", || checks::test(&[])),
];

/// The step that is left out where there is no time for it.
const LAB: &str = "the lab's short set";
/// When it must have begun for half an hour to be enough: the tests, which follow, take half as long again as everything before on a machine
/// on which nothing is built yet.
const LAB_BY: Duration = Duration::from_secs(600);

/// Processes for each processor that want to run, above which the guests' clocks are not to be relied on.
const BUSY: f64 = 4.0;

/// Why the lab is left out, if it is: no time, or no machine to itself.
fn against_lab(elapsed: Duration) -> Option<String> {
    if elapsed > LAB_BY {
        let seconds = elapsed.as_secs();
        return Some(format!(
            "it has taken {seconds} s to come here, and half an hour is to be enough"
        ));
    }
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    let load: f64 = text.split_whitespace().next()?.parse().ok()?;
    let processors = thread::available_parallelism().ok()?.get();
    let busy = load > BUSY * processors as f64;
    busy.then(|| format!("the machine is busy, a load of {load} on {processors} processors"))
}

/// Runs the steps; the first failure ends it.
pub fn run() -> Result<()> {
    let begun = Instant::now();
    for (number, (name, step)) in (1..).zip(STEPS) {
        eprintln!("[{number}/{}] {name}", STEPS.len());
        let started = Instant::now();
        if let Some(reason) = (name == LAB)
            .then(|| against_lab(begun.elapsed()))
            .flatten()
        {
            eprintln!("    SKIPPED, not run: {reason}");
            continue;
        }
        step()?;
        eprintln!("    {} s", started.elapsed().as_secs());
    }
    Ok(())
}

fn cargo(arguments: &[&str]) -> Result<()> {
    run::status(&mut run::cargo(arguments))
}

fn deny() -> Result<()> {
    // Called by its own name: cargo would look for it on PATH only.
    let mut command = std::process::Command::new(setup::cargo_deny()?);
    command.current_dir(sim_verilator::paths::workspace_root());
    run::status(command.args([
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lab_is_left_out_when_its_time_has_passed() {
        let reason = against_lab(LAB_BY + Duration::from_secs(1)).unwrap();
        assert!(reason.contains("601 s"), "{reason}");
    }
}
