//! What mutants have to pass, rung by rung.
//!
//! First a survey: each test, each case of the search and each demo runs alone with no mutant at work, and the model says which mutants it comes to with
//! values for which they differ (`emit::mutate`). A mutant then has to pass those that come to it; no other can notice it. A few tests are first, for
//! they are the quickest; then cases of the search, which notice most in their time; then demos; and the other tests, if they are asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sim_verilator::paths;

use super::super::{in_parallel, programs};
use super::groups::{Depth, Group};
use super::random::{CASES, Traffic};
use super::watch::{self, Outcome, reached};
use crate::run;

/// What takes longer than this and than so many times what it took without a mutant hangs.
const HANG: Duration = Duration::from_secs(20);
const TIMES: u64 = 20;
/// The same of cases and demos, which take seconds and have bounds of their own.
const TRAFFIC_TIMES: u64 = 4;
/// The model is built while the first test waits for it.
const BUILD: Duration = Duration::from_secs(3600);
/// So many of the quick tests are run before the cases of the search.
const FIRST: usize = 8;

/// A part of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The first few tests.
    First,
    /// Cases of the search.
    Search,
    /// Demos.
    Demo,
    /// The other tests.
    Rest,
}

impl Stage {
    /// As the page has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "the first tests",
            Self::Search => "cases of the search",
            Self::Demo => "demos",
            Self::Rest => "other tests",
        }
    }
}

/// How many of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub tests: usize,
    pub cases: usize,
    pub demos: usize,
}

impl Counts {
    pub fn total(self) -> usize {
        self.tests + self.cases + self.demos
    }
}

impl AddAssign<&Rung> for Counts {
    fn add_assign(&mut self, rung: &Rung) {
        match rung.traffic {
            None => self.tests += 1,
            Some(Traffic::Case(_)) => self.cases += 1,
            Some(Traffic::Demo(_)) => self.demos += 1,
        }
    }
}

impl<'a> FromIterator<&'a Rung> for Counts {
    fn from_iter<I: IntoIterator<Item = &'a Rung>>(rungs: I) -> Self {
        let mut counts = Self::default();
        rungs.into_iter().for_each(|rung| counts += rung);
        counts
    }
}

/// A test, a case or a demo, surveyed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rung {
    /// Nothing if it is a test.
    traffic: Option<Traffic>,
    /// Of a test.
    program: String,
    name: String,
    depth: Depth,
    milliseconds: u64,
    /// Mutants that it comes to.
    reaches: BTreeSet<u16>,
}

impl Rung {
    /// How long it may take with a mutant.
    fn patience(&self) -> Duration {
        let times = match self.traffic {
            Some(_) => TRAFFIC_TIMES,
            None => TIMES,
        };
        HANG + Duration::from_millis(times * self.milliseconds)
    }
}

/// How far a mutant came.
#[derive(Debug)]
pub struct Climbed {
    pub outcome: Outcome,
    /// Where it was killed.
    pub stage: Option<Stage>,
    /// What it had to pass.
    pub due: Counts,
}

/// The test programs and `roamnic`, built, and what is known of the rungs.
pub struct Ladder {
    programs: programs::Programs,
    folder: PathBuf,
    width: u32,
    jobs: usize,
    rungs: Vec<Rung>,
}

impl Ladder {
    /// Builds the programs of `testbench`; they will test the Verilog of `width` bits in `folder`, `jobs` at the same time.
    pub fn build(folder: &Path, width: u32, jobs: usize) -> Result<Self> {
        let root = paths::workspace_root();
        Ok(Self {
            programs: programs::Programs::build(run::cargo([""; 0]), &root, &[])?,
            folder: folder.to_path_buf(),
            width,
            jobs,
            rungs: Vec::new(),
        })
    }

    /// Runs everything down to `depth` without a mutant, but the tests that `file` has; the first test waits for the model. Cases and demos that the file
    /// has are run again, for they depend on the reference model, which may have changed.
    ///
    /// # Errors
    /// A test fails, there are not enough good cases, or one that was good is no more.
    pub fn survey(&mut self, depth: Depth, file: &Path) -> Result<()> {
        if let Ok(text) = fs::read_to_string(file) {
            self.rungs = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        }
        for depth in depth.known() {
            let mut names = Vec::new();
            for group in depth.groups() {
                let tests = self.names(group)?.into_iter();
                names.extend(tests.map(|name| (group.program, name)));
            }
            // tests may have come and gone since
            let is = |rung: &Rung, (program, name): &(&str, String)| {
                rung.depth == depth && rung.program == *program && rung.name == *name
            };
            self.rungs.retain(|rung| {
                rung.traffic.is_some() || rung.depth != depth || names.iter().any(|n| is(rung, n))
            });
            names.retain(|name| !self.rungs.iter().any(|rung| is(rung, name)));
            if names.is_empty() {
                continue;
            }
            if self.rungs.is_empty()
                && let Some((program, name)) = names.first()
            {
                // the others would only wait for the model with it
                self.look(program, name, depth)?;
            }
            let look = |(program, name): &(&str, String)| self.look(program, name, depth);
            let tests = self.in_parallel(&names, look)?.into_iter().flatten();
            let tests: Vec<Rung> = tests.collect();
            eprintln!(
                "without a mutant: {} more tests of {depth:?} pass",
                tests.len()
            );
            self.rungs.extend(tests);
            self.keep(file)?;
        }
        match self.rungs.iter().any(|rung| rung.traffic.is_some()) {
            true => self.prove()?,
            false => {
                let cases = self.cases()?;
                self.rungs.extend(cases);
                let demos = self.in_parallel(&Traffic::demos(), |demo| self.try_out(*demo))?;
                for (demo, rung) in Traffic::demos().into_iter().zip(demos) {
                    let rung = rung.with_context(|| self.is_bad(demo))?;
                    self.rungs.push(rung);
                }
                self.keep(file)?;
            }
        }
        Ok(())
    }

    fn keep(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string(&self.rungs)?;
        fs::write(file, text).with_context(|| file.display().to_string())
    }

    /// The first good cases.
    fn cases(&self) -> Result<Vec<Rung>> {
        let mut seeds = Traffic::cases();
        let mut good = Vec::new();
        while good.len() < CASES && !seeds.is_empty() {
            let next: Vec<Traffic> = seeds.drain(..seeds.len().min(CASES - good.len())).collect();
            let tried = self.in_parallel(&next, |case| self.try_out(*case))?;
            for (case, rung) in next.into_iter().zip(tried) {
                match rung {
                    Some(rung) => good.push(rung),
                    None => eprintln!("left out: {}", self.is_bad(case)),
                }
            }
        }
        if good.len() < CASES {
            bail!("too many cases are bad without any mutant");
        }
        eprintln!("without a mutant: {CASES} cases of the search pass");
        Ok(good)
    }

    /// Cases and demos are good still.
    fn prove(&self) -> Result<()> {
        let known: Vec<Traffic> = self.rungs.iter().filter_map(|rung| rung.traffic).collect();
        let tried = self.in_parallel(&known, |traffic| self.try_out(*traffic))?;
        for (traffic, rung) in known.into_iter().zip(tried) {
            if rung.is_none() {
                bail!("{}; --fresh chooses others", self.is_bad(traffic));
            }
        }
        Ok(())
    }

    fn is_bad(&self, traffic: Traffic) -> String {
        let again = traffic.again(self.width);
        format!("{} is bad without any mutant: {again}", traffic.name())
    }

    /// Runs a case or a demo without a mutant; nothing if it is bad.
    fn try_out(&self, traffic: Traffic) -> Result<Option<Rung>> {
        traffic.prepare(self.roamnic(0), self.width, &self.folder)?;
        let start = Instant::now();
        let ended = self.run(traffic, 0, BUILD)?;
        let rung = Rung {
            traffic: Some(traffic),
            program: String::new(),
            name: traffic.name(),
            depth: Depth::Search,
            milliseconds: start.elapsed().as_millis().try_into().unwrap_or(u64::MAX),
            reaches: ended.stderr.lines().filter_map(reached).collect(),
        };
        let good = ended.outcome(&rung.name) == Outcome::Survived;
        if !good {
            eprintln!("{}", ended.said());
        }
        Ok(good.then_some(rung))
    }

    /// Seeds of the cases.
    pub fn seeds(&self) -> Vec<u64> {
        let seed = |rung: &Rung| match rung.traffic {
            Some(Traffic::Case(seed)) => Some(seed),
            _ => None,
        };
        self.rungs.iter().filter_map(seed).collect()
    }

    /// How many rungs down to `depth` come to mutant `number`, and how many there are.
    pub fn reaching(&self, number: u16, depth: Depth) -> [Counts; 2] {
        let depth = depth.max(Depth::Quick);
        let rungs = self.rungs.iter().filter(|rung| rung.depth <= depth);
        let reaching = rungs.clone().filter(|rung| rung.reaches.contains(&number));
        [reaching.collect(), rungs.collect()]
    }

    /// What mutant `number` has to pass down to `depth`, `most` at the most, in order. What a lesser depth asks for is first.
    fn due(&self, number: u16, depth: Depth, most: usize) -> Vec<(Stage, &Rung)> {
        let reaching = |of: Depth, traffic: bool| {
            let rungs = self
                .rungs
                .iter()
                .filter(move |rung| rung.depth == of && rung.traffic.is_some() == traffic);
            let mut rungs: Vec<&Rung> = rungs.filter(|r| r.reaches.contains(&number)).collect();
            rungs.sort_by_key(|rung| rung.milliseconds);
            rungs
        };
        let mut first = in_turn(reaching(Depth::Quick, false));
        let quick = first.split_off(first.len().min(FIRST));
        let is_case = |rung: &&Rung| matches!(rung.traffic, Some(Traffic::Case(_)));
        let (cases, demos) = reaching(Depth::Search, true).into_iter().partition(is_case);
        let mut due = Vec::new();
        let mut add = |stage, rungs: Vec<_>| due.extend(rungs.into_iter().map(|r| (stage, r)));
        add(Stage::First, first);
        add(Stage::Search, cases);
        add(Stage::Demo, demos);
        for of in depth.known().filter(|of| *of <= depth) {
            let rest = match of {
                Depth::Quick => quick.clone(),
                of => in_turn(reaching(of, false)),
            };
            add(Stage::Rest, rest);
        }
        due.truncate(most);
        due
    }

    /// How much that is.
    pub fn height(&self, number: u16, depth: Depth, most: usize) -> Counts {
        self.due(number, depth, most)
            .into_iter()
            .map(|(_, rung)| rung)
            .collect()
    }

    /// Runs what is due until something notices; the first `passed` are known to pass.
    pub fn climb(&self, number: u16, depth: Depth, most: usize, passed: usize) -> Result<Climbed> {
        let due = self.due(number, depth, most);
        let height = due.iter().map(|(_, rung)| *rung).collect();
        let open = due.get(passed..).unwrap_or_default();
        let together = |(s, a): &(Stage, &Rung), (t, b): &(Stage, &Rung)| {
            s == t && a.traffic.is_none() && a.program == b.program
        };
        for part in open.chunk_by(together) {
            let [(stage, rung), ..] = part else { continue };
            let outcome = match rung.traffic {
                Some(traffic) => self.bear(traffic, rung, number)?,
                None => {
                    let tests: Vec<&Rung> = part.iter().map(|(_, rung)| *rung).collect();
                    self.test(&tests, number)?
                }
            };
            if outcome != Outcome::Survived {
                return Ok(Climbed {
                    outcome,
                    stage: Some(*stage),
                    due: height,
                });
            }
        }
        Ok(Climbed {
            outcome: Outcome::Survived,
            stage: None,
            due: height,
        })
    }

    /// Runs tests of one program with a mutant until one fails.
    fn test(&self, tests: &[&Rung], number: u16) -> Result<Outcome> {
        let program = &tests[0].program;
        let patience = tests.iter().map(|test| test.patience()).max();
        let mut command = self.command(program, number)?;
        command.arg("--exact").args(tests.iter().map(|t| &t.name));
        let child = command.stderr(Stdio::null()).spawn();
        let child = child.context("a test program")?;
        Ok(watch::tests(child, program, patience.unwrap_or(HANG)))
    }

    /// Runs a case or a demo with a mutant.
    fn bear(&self, traffic: Traffic, rung: &Rung, number: u16) -> Result<Outcome> {
        let ended = self.run(traffic, number, rung.patience())?;
        let outcome = ended.outcome(&rung.name);
        // a laboratory that cannot work at all, for the disk is full or the model is gone, is no verdict
        let doubtful = |why: &str| matches!(why, "laboratory" | "failed" | "crash");
        if matches!(&outcome, Outcome::Killed { why, .. } if doubtful(why)) {
            let healthy = self.run(traffic, 0, BUILD)?;
            if healthy.outcome(&rung.name) != Outcome::Survived {
                bail!("{}:\n{}", self.is_bad(traffic), healthy.said());
            }
        }
        Ok(outcome)
    }

    fn run(&self, traffic: Traffic, number: u16, patience: Duration) -> Result<programs::Ended> {
        let mut roamnic = self.roamnic(number);
        traffic.ask(&mut roamnic, self.width, &self.folder);
        programs::to_the_end(&mut roamnic, patience)
    }

    /// `roamnic` without arguments, with mutant `number`.
    fn roamnic(&self, number: u16) -> Command {
        self.programs.roamnic(&self.folder, number)
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
    fn look(&self, program: &str, name: &str, depth: Depth) -> Result<Option<Rung>> {
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
        Ok(Some(Rung {
            traffic: None,
            program: program.to_owned(),
            name: name.to_owned(),
            depth,
            milliseconds,
            reaches: said.lines().filter_map(reached).collect(),
        }))
    }

    /// What `work` makes of each item, in their order.
    fn in_parallel<T: Sync, R: Send>(
        &self,
        items: &[T],
        work: impl Fn(&T) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let done: Mutex<BTreeMap<usize, R>> = Mutex::default();
        in_parallel(self.jobs, items, |k, item| {
            let result = work(item)?;
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(k, result);
            Ok(())
        })?;
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(done.into_values().collect())
    }
}

/// The quickest of each module of tests, then the second quickest of each, and so on: a test of another kind is more likely to notice than
/// one more of the same.
fn in_turn(mut tests: Vec<&Rung>) -> Vec<&Rung> {
    tests.sort_by_key(|t| t.milliseconds);
    let mut ranks: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, &Rung)> = Vec::new();
    for test in tests {
        let module = test.name.rsplit_once("::").map_or("", |(module, _)| module);
        let rank = ranks.entry((&test.program, module)).or_default();
        ranked.push((*rank, test));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, test)| test).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rung(name: &str, depth: Depth, milliseconds: u64) -> Rung {
        Rung {
            traffic: None,
            program: "p".into(),
            name: name.into(),
            depth,
            milliseconds,
            reaches: BTreeSet::from([7]),
        }
    }

    fn names(rungs: Vec<&Rung>) -> Vec<&str> {
        rungs.into_iter().map(|rung| rung.name.as_str()).collect()
    }

    #[test]
    fn tests_of_all_kinds_come_first() {
        let test = |name, milliseconds| rung(name, Depth::Quick, milliseconds);
        let tests = [
            test("a::x", 9),
            test("a::y", 2),
            test("b::z", 30),
            test("a::w", 5),
        ];
        let turn = in_turn(tests.iter().collect());
        assert_eq!(names(turn), ["a::y", "b::z", "a::w", "a::x"]);
    }

    #[test]
    fn random_traffic_comes_behind_a_few_tests() {
        let traffic = |traffic: Traffic, milliseconds| Rung {
            traffic: Some(traffic),
            ..rung(&traffic.name(), Depth::Search, milliseconds)
        };
        let mut rungs = vec![
            rung("long", Depth::All, 1),
            traffic(Traffic::Demo(1), 1),
            traffic(Traffic::Case(3), 8),
            traffic(Traffic::Case(5), 7),
        ];
        let quick = (0..FIRST as u64 + 1).map(|k| rung(&format!("t{k}"), Depth::Quick, k));
        rungs.extend(quick);
        rungs.push(Rung {
            reaches: BTreeSet::new(),
            ..rung("elsewhere", Depth::Quick, 0)
        });
        let ladder = Ladder {
            programs: programs::Programs::none(),
            folder: PathBuf::new(),
            width: 64,
            jobs: 1,
            rungs,
        };
        let due = |depth, most| {
            let due = ladder.due(7, depth, most).into_iter();
            due.skip(FIRST)
                .map(|(s, r)| (s, r.name.as_str()))
                .collect::<Vec<_>>()
        };
        let random = [
            (Stage::Search, "search, seed 5"),
            (Stage::Search, "search, seed 3"),
            (Stage::Demo, "demo 1"),
        ];
        let rest = [(Stage::Rest, "t8"), (Stage::Rest, "long")];
        assert_eq!(due(Depth::Search, usize::MAX), random);
        assert_eq!(due(Depth::All, usize::MAX), [&random[..], &rest].concat());
        assert_eq!(due(Depth::All, FIRST + 1), random[..1]);
        let [some, all] = ladder.reaching(7, Depth::Search);
        let counts = |tests| Counts {
            tests,
            cases: 2,
            demos: 1,
        };
        assert_eq!([some, all], [counts(FIRST + 1), counts(FIRST + 2)]);
        assert_eq!(ladder.height(7, Depth::Search, usize::MAX), counts(FIRST));
    }
}
