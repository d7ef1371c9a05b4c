//! Everything that must pass before a merge, cheapest first, the tests last.

use std::time::{Duration, Instant};

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

/// Runs the steps; the first failure ends it.
pub fn run() -> Result<()> {
    let begun = Instant::now();
    for (number, (name, step)) in (1..).zip(STEPS) {
        eprintln!("[{number}/{}] {name}", STEPS.len());
        let started = Instant::now();
        if name == LAB && begun.elapsed() > LAB_BY {
            eprintln!(
                "    SKIPPED, not run: it has taken {} s to come here, and half an hour is to be enough",
                begun.elapsed().as_secs()
            );
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
