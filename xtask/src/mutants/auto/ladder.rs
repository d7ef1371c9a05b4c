//! The tests that mutants have to pass.
//!
//! First a survey: each test runs alone with no mutant at work, and the model says which mutants it comes to with values for which they differ
//! (`emit::mutate`). A mutant then has to pass the tests that reach it, the quickest first; no other test can notice it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sim_verilator::paths;

use super::super::programs;
use crate::run;

/// A test hangs that takes longer than this and than so many times what it took without a mutant.
const HANG: Duration = Duration::from_secs(20);
const TIMES: u64 = 20;

type Names = &'static [&'static str];

/// Tests of a program whose names have one of `only` in them (nothing: all) and none of `not`.
#[derive(Clone, Copy, Debug)]
struct Group {
    program: &'static str,
    only: Names,
    not: Names,
}

const fn group(program: &'static str, only: Names, not: Names) -> Group {
    Group { program, only, not }
}

/// Which tests.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// Those that take a fraction of a second
    Quick,
    /// All but the longest
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

// Comparisons with a NIC without migration, the other width's and the harness's own tests cannot notice anything and are left out.
const QUICK: &[Group] = &[
    group("registers", &[], &[]),
    group("verbs", &["cq::", "mr::", "qp_", "raw::", "srq::"], SLOW),
    group(
        "rc",
        &[
            "responder_",
            "requester_",
            "filter::",
            "queues::",
            "notify::",
        ],
        SLOW,
    ),
    group("migration", &["rules::", "journeys::"], SLOW),
];
const NEAR: &[Group] = &[
    group("verbs", SLOW, &[]),
    group("rc", SLOW, &[]),
    group("migration", SLOW, &["512"]),
    group(
        "migration",
        &["doorbells::doorbell_at", "dumps::", "traces::"],
        &[],
    ),
    group("soak", &["soak_64"], &[]),
    group("security", &[], &[]),
];
const REST: &[Group] = &[
    group("verbs", &["rxe::"], &[]),
    group("replay", &["replay_every"], &["512", "back_to_back"]),
    group("migration", &["phases::", "table::"], &[]),
];

impl Depth {
    /// The tests that this adds to the depth before.
    fn groups(self) -> &'static [Group] {
        match self {
            Self::Quick => QUICK,
            Self::Near => NEAR,
            Self::All => REST,
        }
    }

    /// This and those before.
    fn down(self) -> impl Iterator<Item = Self> {
        [Self::Quick, Self::Near, Self::All]
            .into_iter()
            .filter(move |d| *d <= self)
    }
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

/// A test, surveyed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Test {
    program: String,
    name: String,
    depth: Depth,
    milliseconds: u64,
    /// Mutants that it comes to.
    reaches: BTreeSet<u16>,
}

/// The test programs, built, and what is known of their tests.
pub struct Programs {
    programs: programs::Programs,
    folder: PathBuf,
    tests: Vec<Test>,
}

impl Programs {
    /// Builds the test programs of `testbench`; they will test the Verilog in `folder`.
    pub fn build(folder: &Path) -> Result<Self> {
        let root = paths::workspace_root();
        Ok(Self {
            programs: programs::Programs::build(run::cargo([""; 0]), &root, &[])?,
            folder: folder.to_path_buf(),
            tests: Vec::new(),
        })
    }

    /// Runs each test down to `depth` without a mutant, unless `file` has it; the first one waits for the model.
    ///
    /// # Errors
    /// One fails.
    pub fn survey(&mut self, depth: Depth, file: &Path) -> Result<()> {
        if let Ok(text) = fs::read_to_string(file) {
            self.tests = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        }
        for depth in depth.down() {
            if self.tests.iter().any(|t| t.depth == depth) {
                continue;
            }
            let mut tests = Vec::new();
            for group in depth.groups() {
                for name in self.names(group)? {
                    tests.extend(self.look(group.program, &name, depth)?);
                }
                eprintln!("without a mutant: {} tests of {depth:?} pass", tests.len());
            }
            self.tests.extend(tests);
            let text = serde_json::to_string(&self.tests)?;
            fs::write(file, text).with_context(|| file.display().to_string())?;
        }
        Ok(())
    }

    /// How many tests down to `depth` reach mutant `number`, and how many there are.
    pub fn reaching(&self, number: u16, depth: Depth) -> (usize, usize) {
        let tests = self.tests.iter().filter(|t| t.depth <= depth);
        let reaching = tests.clone().filter(|t| t.reaches.contains(&number));
        (reaching.count(), tests.count())
    }

    /// Runs the tests down to `depth` that reach mutant `number`, at the `most` so many, until one fails; the first `passed` of them are
    /// known to pass.
    pub fn climb(&self, number: u16, depth: Depth, most: usize, passed: usize) -> Result<Outcome> {
        let due = self.tests.iter().filter(|t| t.depth <= depth);
        let due = due.filter(|t| t.reaches.contains(&number)).collect();
        let mut due = in_turn(due);
        due.truncate(most);
        due.drain(..passed.min(due.len()));
        for tests in due.chunk_by(|a, b| a.program == b.program) {
            let longest = tests
                .iter()
                .map(|t| t.milliseconds)
                .max()
                .unwrap_or_default();
            let patience = HANG + Duration::from_millis(TIMES * longest);
            let mut command = self.command(&tests[0].program, number)?;
            command.arg("--exact").args(tests.iter().map(|t| &t.name));
            let child = command
                .stderr(Stdio::null())
                .spawn()
                .context("a test program")?;
            let outcome = watch(child, &tests[0].program, patience);
            if outcome != Outcome::Survived {
                return Ok(outcome);
            }
        }
        Ok(Outcome::Survived)
    }

    /// A test program that is to be run with mutant `number`.
    fn command(&self, program: &str, number: u16) -> Result<Command> {
        self.programs.command(program, &self.folder, number)
    }

    /// The tests of a group.
    fn names(&self, group: &Group) -> Result<Vec<String>> {
        let mut command = self.command(group.program, 0)?;
        command.arg("--list").args(group.only);
        group
            .not
            .iter()
            .for_each(|name| _ = command.args(["--skip", name]));
        let output = command.output().with_context(|| group.program.to_owned())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
        Ok(names.map(str::to_owned).collect())
    }

    /// Runs a test without a mutant; nothing if it is switched off.
    fn look(&self, program: &str, name: &str, depth: Depth) -> Result<Option<Test>> {
        let mut command = self.command(program, 0)?;
        command.args(["--exact", name]).stderr(Stdio::piped());
        let start = Instant::now();
        let output = command.output().with_context(|| program.to_owned())?;
        let milliseconds = start.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        let report = String::from_utf8_lossy(&output.stdout);
        if report.contains("test result: ok. 0 passed") {
            return Ok(None);
        }
        if !report.contains("test result: ok. 1 passed") {
            bail!("{program}::{name} fails without any mutant:\n{report}");
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Ok(Some(Test {
            program: program.to_owned(),
            name: name.to_owned(),
            depth,
            milliseconds,
            reaches: said.lines().filter_map(reached).collect(),
        }))
    }
}

/// The quickest of each module of tests, then the second quickest of each, and so on: a test of another kind is more likely to notice than
/// one more of the same.
fn in_turn(mut tests: Vec<&Test>) -> Vec<&Test> {
    tests.sort_by_key(|t| t.milliseconds);
    let mut ranks: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, &Test)> = Vec::new();
    for test in tests {
        let module = test.name.rsplit_once("::").map_or("", |(module, _)| module);
        let rank = ranks.entry((&test.program, module)).or_default();
        ranked.push((*rank, test));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, test)| test).collect()
}

/// The number in `mutant 7 reached`.
fn reached(line: &str) -> Option<u16> {
    let number = line.strip_prefix("mutant ")?.strip_suffix(" reached")?;
    number.parse().ok()
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
    fn tests_of_all_kinds_come_first() {
        let test = |name: &str, milliseconds| Test {
            program: "p".into(),
            name: name.into(),
            depth: Depth::Quick,
            milliseconds,
            reaches: BTreeSet::new(),
        };
        let tests = [
            test("a::x", 9),
            test("a::y", 2),
            test("b::z", 30),
            test("a::w", 5),
        ];
        let names: Vec<&str> = in_turn(tests.iter().collect())
            .iter()
            .map(|t| t.name.as_str())
            .collect();
        assert_eq!(names, ["a::y", "b::z", "a::w", "a::x"]);
    }

    #[test]
    fn depths_add_to_each_other() {
        let down = |d: Depth| d.down().collect::<Vec<_>>();
        assert_eq!(down(Depth::Quick), [Depth::Quick]);
        assert_eq!(down(Depth::All), [Depth::Quick, Depth::Near, Depth::All]);
        assert_eq!(reached("mutant 7 reached"), Some(7));
        assert_eq!(reached("thread panicked"), None);
    }
}
