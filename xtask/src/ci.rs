//! Everything that must pass before a merge, cheapest first, the tests last.

use std::time::Instant;

use anyhow::Result;

use crate::{checks, run, setup};

type Step = (&'static str, fn() -> Result<()>);

const STEPS: [Step; 8] = [
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
    ("tests", || checks::test(&[])),
];

/// Runs the steps; the first failure ends it.
pub fn run() -> Result<()> {
    for (number, (name, step)) in (1..).zip(STEPS) {
        eprintln!("[{number}/{}] {name}", STEPS.len());
        let started = Instant::now();
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
