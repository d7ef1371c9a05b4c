//! `cargo xtask`: everything that is done to this workspace, from one place.
//!
//! This program sets up what a task needs, then runs it; it knows no hardware and no protocol. A name that
//! it does not know is a command of `roamnic`, the program of the `testbench` package.
#![forbid(unsafe_code)]

mod boards;
mod checks;
mod ci;
mod lab;
mod mutants;
mod run;
mod setup;
mod testplan;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::run::Failed;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Sets up tools, checks, tests and runs RoamNIC",
    after_help = "Any other NAME sets up what it needs, builds `roamnic` in release mode and runs `roamnic NAME ...`:\n  \
                  cargo xtask demo        cargo xtask bench        cargo xtask synth"
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing in .tools/: Verilator, and with --all also what synthesis and ci need
    Setup {
        /// The tools of `synth` and `ci` too
        #[arg(long)]
        all: bool,
    },
    /// Run all tests; arguments go to the test runner
    Test {
        /// e.g. a filter, or `-p hdl`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Lint the committed Verilog and scan the RustHDL sources for what its macro drops
    Lint,
    /// Write the generated files anew: register contract, Verilog, pages of the hardware blocks
    Gen {
        /// Change nothing, fail if a file differs
        #[arg(long)]
        check: bool,
    },
    /// Break the product, rule by rule or anywhere, and see that the tests notice
    Mutants {
        /// Only show what there is
        #[arg(long)]
        list: bool,
        /// Only write docs/mutants.md
        #[arg(long)]
        document: bool,
        /// A line of JSON for each verdict
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        choice: mutants::Choice,
        #[command(flatten)]
        auto: mutants::auto::Options,
        /// Some of them; without, all
        names: Vec<String>,
    },
    /// Join the testplan with the last test run: which rules are covered, failing, missing
    Testplan {
        /// Run the plan's tests first, and no others
        #[arg(long)]
        run: bool,
        /// Run all of them at this width; without, those in which the data path has a part run at both, the others at 64
        #[arg(long, requires = "run", value_parser = ["64", "512"])]
        width: Option<String>,
        /// Every row, not only those that are failing or missing
        #[arg(long)]
        all: bool,
        /// JSON on stdout
        #[arg(long)]
        json: bool,
        /// Only write docs/testplan.md
        #[arg(long)]
        document: bool,
    },
    /// Real components round the NIC: QEMU guests with Linux' VFIO and its RoCE stack (docs/lab.md)
    Lab {
        #[command(flatten)]
        options: lab::Options,
    },
    /// Everything that must pass before a merge
    Ci,
    /// A command of `roamnic`
    #[command(external_subcommand)]
    Roamnic(Vec<OsString>),
}

fn main() -> ExitCode {
    match dispatch(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A program that failed has said why; its status is ours.
            if let Some(failed) = error.downcast_ref::<Failed>() {
                eprintln!("{failed}");
                return ExitCode::from(failed.status);
            }
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(task: Task) -> Result<()> {
    match task {
        Task::Setup { all } => setup::report(all),
        Task::Test { arguments } => checks::test(&arguments, None),
        Task::Lint => checks::scan().and_then(|()| checks::lint()),
        Task::Gen { check } => checks::generate(check),
        Task::Mutants { list: true, .. } => {
            mutants::list();
            Ok(())
        }
        Task::Mutants { document: true, .. } => mutants::document(false),
        Task::Mutants { auto, json, .. } if auto.wanted() => mutants::auto::run(&auto, json),
        Task::Mutants {
            choice,
            names,
            json,
            auto,
            ..
        } => {
            let record = auto.record;
            mutants::run(&choice, &names, mutants::Output { json, record })
        }
        Task::Testplan { document: true, .. } => testplan::document(false),
        Task::Testplan {
            run,
            width,
            all,
            json,
            ..
        } => testplan::run(testplan::Options {
            run,
            width,
            all,
            json,
        }),
        Task::Lab { options } => lab::run(&options),
        Task::Ci => ci::run(),
        Task::Roamnic(arguments) if boards::wanted(&arguments) => boards::run(&arguments),
        Task::Roamnic(arguments) => roamnic(&arguments),
    }
}

fn roamnic(arguments: &[OsString]) -> Result<()> {
    setup::verilator()?;
    if wants_other_sizes(arguments) {
        let emit = ["run", "--quiet", "-p", "hdl", "--bin", "emit-verilog"];
        run::status(run::cargo(emit).args(["--", "--sizes"]))?;
    }
    let mut command = run::cargo([
        "run",
        "--quiet",
        "--release",
        "-p",
        "testbench",
        "--bin",
        "roamnic",
        "--",
    ]);
    if synthesises(arguments) {
        command.envs(setup::synthesis()?);
    }
    run::status(command.args(arguments))
}

/// Whether a command of `roamnic` calls the programs of the synthesis flow.
fn synthesises(arguments: &[OsString]) -> bool {
    arguments.first().is_some_and(|name| name == "synth") || measures(arguments, &["cells"])
}

/// Whether a command of `roamnic` wants NICs with other numbers of queue pairs than the committed ones.
fn wants_other_sizes(arguments: &[OsString]) -> bool {
    has(arguments, "qps16")
        || has(arguments, "qps512")
        || has(arguments, "qps4096")
        || measures(arguments, &["migration", "cells"])
}

/// Whether they are those of `overhead` in full with one of these parts.
fn measures(arguments: &[OsString], parts: &[&str]) -> bool {
    let short = ["--quick", "--penalty", "--help"];
    arguments.first().is_some_and(|name| name == "overhead")
        && !short.iter().any(|word| has(arguments, word))
        && (!has(arguments, "--only") || parts.iter().any(|part| has(arguments, part)))
}

fn has(arguments: &[OsString], wanted: &str) -> bool {
    let mut words = arguments.iter();
    words.any(|word| word.to_string_lossy().contains(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_get_the_netlists_and_programs_that_they_need() {
        let wants = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            (synthesises(&words), wants_other_sizes(&words))
        };
        assert_eq!(wants("overhead --document"), (true, true));
        assert_eq!(wants("overhead --only=migration"), (false, true));
        assert_eq!(wants("overhead --only cells --only lines"), (true, true));
        assert_eq!(wants("overhead --only cycles"), (false, false));
        assert_eq!(wants("overhead --quick"), (false, false));
        assert_eq!(wants("overhead --penalty"), (false, false));
        assert_eq!(wants("synth --core"), (true, false));
        assert_eq!(wants("synth --core --variant qps16-baseline"), (true, true));
        assert_eq!(wants("bench --variant qps512"), (false, true));
        assert_eq!(wants("bench"), (false, false));
    }
}
