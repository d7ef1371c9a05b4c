//! Everything that must pass before a merge, cheapest first, the tests last.

use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result};

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
    ("tests", || checks::test(&[], None)),
];

/// The step that is left out where there is no time for it.
const LAB: &str = "the lab's short set";
/// When it must have begun for half an hour to be enough: the tests, which follow, take half as long again as everything before on a machine
/// on which nothing is built yet.
const LAB_BY: Duration = Duration::from_secs(600);

/// Bytes that everything together needs from nothing: behind all steps but the lab, the folder `target` had 9.4 thousand million. The rest is the lab's, and some air.
const ROOM: u64 = 15_000_000_000;
/// Less than this is a full disk.
const FULL: u64 = 1_000_000_000;
/// Bytes of that for the lab's packages, guests and release program.
const ROOM_OF_LAB: u64 = 4_000_000_000;

/// Processes for each processor that want to run, above which the guests' clocks are not to be relied on.
const BUSY: f64 = 4.0;

/// Why the lab is left out, if it is: no time, no room, or no machine to itself.
fn against_lab(elapsed: Duration, free: u64) -> Option<String> {
    if elapsed > LAB_BY {
        let seconds = elapsed.as_secs();
        return Some(format!(
            "it has taken {seconds} s to come here, and half an hour is to be enough"
        ));
    }
    if free < ROOM_OF_LAB {
        return Some(format!(
            "it needs {} of disk, and {} are free",
            gigabytes(ROOM_OF_LAB),
            gigabytes(free)
        ));
    }
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    let load: f64 = text.split_whitespace().next()?.parse().ok()?;
    let processors = thread::available_parallelism().ok()?.get();
    let busy = load > BUSY * processors as f64;
    busy.then(|| format!("the machine is busy, a load of {load} on {processors} processors"))
}

/// Bytes free where everything is built.
fn free_bytes() -> Result<u64> {
    let target = sim_verilator::paths::target_dir();
    let room = rustix::fs::statvfs(&target)
        .with_context(|| format!("cannot tell how much room is left for {}", target.display()))?;
    Ok(room.f_bavail.saturating_mul(room.f_frsize))
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

/// Compilers that run out of disk say so late, in many ways, and not always by name: so what fails on a full disk is told to have done so.
fn blame_full_disk(result: Result<()>) -> Result<()> {
    result.map_err(|failure| match free_bytes() {
        Ok(free) if free < FULL => failure.context(format!(
            "the disk has {} left: all steps together take {} from nothing",
            gigabytes(free),
            gigabytes(ROOM)
        )),
        _ => failure,
    })
}

/// Runs the steps; the first failure ends it.
pub fn run() -> Result<()> {
    let begun = Instant::now();
    let free = free_bytes()?;
    if free < ROOM {
        eprintln!(
            "the disk has {} left: from nothing, all steps together take {}",
            gigabytes(free),
            gigabytes(ROOM)
        );
    }
    for (number, (name, step)) in (1..).zip(STEPS) {
        eprintln!("[{number}/{}] {name}", STEPS.len());
        let started = Instant::now();
        if name == LAB
            && let Some(reason) = against_lab(begun.elapsed(), free_bytes()?)
        {
            eprintln!("    SKIPPED, not run: {reason}");
            continue;
        }
        blame_full_disk(step())?;
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
        let reason = against_lab(LAB_BY + Duration::from_secs(1), u64::MAX).unwrap();
        assert!(reason.contains("601 s"), "{reason}");
    }

    #[test]
    fn lab_is_left_out_when_there_is_no_room() {
        let reason = against_lab(Duration::ZERO, ROOM_OF_LAB - 100_000_000).unwrap();
        assert!(
            reason.contains("4.0 GB") && reason.contains("3.9 GB"),
            "{reason}"
        );
    }

    #[test]
    fn the_disk_tells_how_much_is_free() {
        assert!(free_bytes().unwrap() > 0);
        blame_full_disk(Ok(())).unwrap();
    }
}
