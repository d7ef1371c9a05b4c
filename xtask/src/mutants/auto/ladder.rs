//! Tests in the order in which mutants have to pass them, cheapest first.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sim_verilator::{mutant, paths};

use crate::run;

/// Environment variable that names the folder with the mutants' Verilog to the tests.
const FOLDER_VARIABLE: &str = "ROAMNIC_MUTANTS";
/// A test that takes longer hangs: without a mutant, none takes a tenth of it.
const HANG: Duration = Duration::from_secs(120);
/// The first test may have to wait until the model is built.
const BUILD: Duration = Duration::from_secs(3600);

/// Tests of a program whose names have one of `only` in them (nothing: all) and none of `not`.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What it is called in the record.
    pub name: &'static str,
    program: &'static str,
    only: Names,
    not: Names,
}

type Names = &'static [&'static str];

const fn step(name: &'static str, program: &'static str, only: Names, not: Names) -> Step {
    Step {
        name,
        program,
        only,
        not,
    }
}

/// How far mutants climb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Depth {
    /// The quickest tests near the block
    Quick,
    /// Tests near the block
    Near,
    /// All
    All,
}

/// Tests that take seconds, for the second round.
const SLOW: Names = &[
    "all_slots",
    "sizes_around_mtu",
    "more_than_may_be_outstanding",
    "wraps_many_times",
    "waits_as_long_as_it_is_told",
    "keeps_no_more_reads",
    "no_more_than_fits_its_window",
    "message_out_of_order",
    "remembers_as_many_reads",
    "another_length_than_announced",
    "timeout_zero_waits_for_ever",
    "not_ready_without_end",
    "rule_13_set_",
    "rule_15_give_up",
    "journey_of_many_stops",
    "journey_under_loss",
    "journey_of_both_ends",
    "journey_over_ipv6",
    "journey_at_512_bits",
];

/// The tests of `program` named by `only` that are slow, or those that are not; comparisons with a NIC without migration, the other
/// width's and the harness's own tests cannot notice anything and are left out.
const fn quick(name: &'static str, program: &'static str, only: Names) -> Step {
    step(name, program, only, SLOW)
}

const REGISTERS: Step = step("registers", "registers", &[], &[]);
const VERBS: Step = quick("verbs", "verbs", &["cq::", "mr::", "qp_", "raw::", "srq::"]);
const RESPONDER: Step = quick("rc responder", "rc", &["responder_", "filter::"]);
const REQUESTER: Step = quick("rc requester", "rc", &["requester_"]);
const QUEUES: Step = quick("rc queues", "rc", &["queues::", "notify::"]);
const RULES: Step = quick("rules", "migration", &["rules::"]);
const JOURNEYS: Step = quick("journeys", "migration", &["journeys::"]);
const SLOW_VERBS: Step = step("verbs, slow", "verbs", SLOW, &[]);
const SLOW_RC: Step = step("rc, slow", "rc", SLOW, &[]);
const SLOW_MIGRATION: Step = step("rules and journeys, slow", "migration", SLOW, &["512"]);
const DOORBELLS: Step = step(
    "doorbells and dumps",
    "migration",
    &["doorbells::doorbell_at", "dumps::"],
    &[],
);
const SOAK: Step = step("soak", "soak", &["soak_64"], &[]);
const SECURITY: Step = step("security", "security", &[], &[]);
const RXE: Step = step("rxe", "verbs", &["rxe::"], &[]);
const REPLAY: Step = step(
    "replay",
    "replay",
    &["replay_every"],
    &["512", "back_to_back"],
);
const TABLE: Step = step("table", "migration", &["table::"], &[]);
const PHASES: Step = step("phases", "migration", &["phases::"], &[]);
const TRACES: Step = step("traces", "migration", &["traces::"], &[]);

/// Everything.
pub const ALL: &[Step] = &[
    REGISTERS,
    VERBS,
    RESPONDER,
    REQUESTER,
    QUEUES,
    RULES,
    JOURNEYS,
    SLOW_VERBS,
    SLOW_RC,
    SOAK,
    SECURITY,
    SLOW_MIGRATION,
    DOORBELLS,
    RXE,
    REPLAY,
    TRACES,
    PHASES,
    TABLE,
];

/// The blocks, by the first part of their paths, that the requester's tests are nearer to than the responder's.
const REQUESTING: [&str; 7] = [
    "requester",
    "completer",
    "response",
    "sq_cache",
    "transmit",
    "ready",
    "writes",
];

/// The ladder for mutants of a block, by its path below the top; each depth begins with the one before.
pub fn steps(block: &str, depth: Depth) -> Vec<Step> {
    let first = block.split('.').next().unwrap_or_default();
    let migration = first == "unit" || first.ends_with("_share");
    let (quick, near): (&[Step], &[Step]) = match migration {
        true => (
            &[JOURNEYS, RULES],
            &[TRACES, SLOW_MIGRATION, DOORBELLS, TABLE, PHASES, SECURITY],
        ),
        false if REQUESTING.contains(&first) => (
            &[VERBS, REQUESTER],
            &[
                REGISTERS, RESPONDER, QUEUES, SLOW_VERBS, SLOW_RC, SOAK, SECURITY, JOURNEYS,
            ],
        ),
        false => (
            &[REGISTERS, VERBS, QUEUES, RESPONDER],
            &[REQUESTER, SLOW_VERBS, SLOW_RC, SOAK, SECURITY, JOURNEYS],
        ),
    };
    let mut steps = quick.to_vec();
    if depth != Depth::Quick {
        steps.extend(near);
    }
    if depth == Depth::All {
        let rest = ALL
            .iter()
            .filter(|step| !steps.iter().any(|s| s.name == step.name));
        let rest: Vec<Step> = rest.copied().collect();
        steps.extend(rest);
    }
    steps
}

/// What a ladder showed.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A test noticed.
    Killed {
        /// `program::test`
        by: String,
        /// How: `failed`, `hang` or `crash`.
        why: &'static str,
    },
    /// None did.
    Survived,
}

/// How far a mutant came.
#[derive(Debug, PartialEq, Eq)]
pub struct Climb {
    /// Names of the steps that it passed.
    pub passed: Vec<String>,
    /// How it ended.
    pub outcome: Outcome,
}

/// The test programs, built.
pub struct Programs {
    paths: BTreeMap<String, PathBuf>,
    folder: PathBuf,
}

impl Programs {
    /// Builds the test programs of `testbench`; they will test the Verilog in `folder`.
    pub fn build(folder: &Path) -> Result<Self> {
        let output = run::cargo([
            "test",
            "-p",
            "testbench",
            "--tests",
            "--no-run",
            "--message-format=json",
        ])
        .stderr(Stdio::inherit())
        .output()
        .context("cargo test --no-run")?;
        if !output.status.success() {
            bail!("the tests cannot be built");
        }
        let mut paths = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let message: serde_json::Value =
                serde_json::from_str(line).context("cargo's messages")?;
            let target = &message["target"];
            let is_test = target["kind"]
                .as_array()
                .is_some_and(|k| k.iter().any(|k| k == "test"));
            if let (true, Some(name), Some(path)) = (
                is_test,
                target["name"].as_str(),
                message["executable"].as_str(),
            ) {
                paths.insert(name.to_owned(), PathBuf::from(path));
            }
        }
        let folder = folder.to_path_buf();
        Ok(Self { paths, folder })
    }

    /// Runs `steps` but for those `passed` before with mutant `number` until a test fails.
    pub fn climb(&self, number: u16, steps: &[Step], passed: &[String]) -> Result<Climb> {
        let mut passed = passed.to_vec();
        for step in steps {
            if passed.iter().any(|name| name == step.name) {
                continue;
            }
            let outcome = self.step(number, step)?;
            if outcome != Outcome::Survived {
                return Ok(Climb { passed, outcome });
            }
            passed.push(step.name.to_owned());
        }
        let outcome = Outcome::Survived;
        Ok(Climb { passed, outcome })
    }

    fn step(&self, number: u16, step: &Step) -> Result<Outcome> {
        let program = self.paths.get(step.program);
        let program =
            program.with_context(|| format!("there is no test program {}", step.program))?;
        let package = paths::workspace_root().join("testbench");
        let mut command = Command::new(program);
        command
            .current_dir(&package)
            .env("CARGO_MANIFEST_DIR", &package);
        command
            .env(FOLDER_VARIABLE, &self.folder)
            .env(mutant::NUMBER_VARIABLE, number.to_string());
        command.args(["--test-threads", "1"]).args(step.only);
        step.not
            .iter()
            .for_each(|name| _ = command.args(["--skip", name]));
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let child = child.with_context(|| program.display().to_string())?;
        let patience = if number == 0 { BUILD } else { HANG };
        Ok(watch(child, step.program, patience))
    }
}

/// Reads a test program's report until it ends, a test fails or nothing more comes.
fn watch(mut child: Child, program: &str, patience: Duration) -> Outcome {
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let Some(mut stdout) = stdout else { return };
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = stdout.read(&mut part) {
            if sender.send(part[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut report = String::new();
    let mut last = Instant::now();
    let why = loop {
        match receiver.recv_timeout(patience.saturating_sub(last.elapsed())) {
            Ok(part) => {
                report.push_str(&String::from_utf8_lossy(&part));
                last = Instant::now();
                if report.contains(" ... FAILED") {
                    break Some("failed");
                }
            }
            Err(RecvTimeoutError::Timeout) => break Some("hang"),
            Err(RecvTimeoutError::Disconnected) => {
                break (!report.contains("\ntest result: ok.")).then_some("crash");
            }
        }
    };
    // it may be gone already
    let _ = child.kill();
    let _ = child.wait();
    let _ = reader.join();
    match why {
        Some(why) => Outcome::Killed {
            by: format!("{program}::{}", suspect(&report)),
            why,
        },
        None => Outcome::Survived,
    }
}

/// The test that failed, or else the last that was begun.
fn suspect(report: &str) -> &str {
    let failed = report.lines().find(|line| line.ends_with(" ... FAILED"));
    let begun = report.lines().rfind(|line| line.starts_with("test "));
    let line = failed.or(begun).unwrap_or_default();
    let name = line.strip_prefix("test ").unwrap_or(line);
    name.split(" ...").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(script: &str, patience: Duration) -> Outcome {
        let child = Command::new("sh")
            .args(["-c", script])
            .stdout(Stdio::piped())
            .spawn();
        watch(child.unwrap(), "p", patience)
    }

    fn killed(by: &str, why: &'static str) -> Outcome {
        Outcome::Killed { by: by.into(), why }
    }

    #[test]
    fn watch_sees_what_becomes_of_a_test() {
        let soon = Duration::from_secs(20);
        let good = "printf 'test a ... ok\\n\\ntest result: ok. 1 passed\\n'";
        assert_eq!(watched(good, soon), Outcome::Survived);
        // the program need not end
        let bad = "printf 'test a ... ok\\ntest b::c ... FAILED\\n'; exec sleep 1000";
        assert_eq!(watched(bad, soon), killed("p::b::c", "failed"));
        let crash = "printf 'test a ... ok\\ntest b ... '; exit 3";
        assert_eq!(watched(crash, soon), killed("p::b", "crash"));
    }

    #[test]
    fn watch_ends_what_hangs() {
        let hang = "printf 'test a ... '; exec sleep 1000";
        let outcome = watched(hang, Duration::from_millis(300));
        assert_eq!(outcome, killed("p::a", "hang"));
    }

    #[test]
    fn ladder_is_chosen_by_block() {
        let names =
            |block, depth| -> Vec<&str> { steps(block, depth).iter().map(|s| s.name).collect() };
        assert_eq!(names("unit.rom", Depth::Quick)[0], "journeys");
        assert_eq!(names("state_share", Depth::Quick)[0], "journeys");
        assert_eq!(names("responder.verdict", Depth::Quick)[0], "registers");
        for block in ["unit", "responder", "requester.packetise"] {
            let [quick, near, mut all] =
                [Depth::Quick, Depth::Near, Depth::All].map(|d| names(block, d));
            assert!(near.starts_with(&quick) && all.starts_with(&near));
            all.sort_unstable();
            let mut every: Vec<_> = ALL.iter().map(|s| s.name).collect();
            every.sort_unstable();
            assert_eq!(all, every);
        }
    }
}
