//! The verdicts on a drawing of mutants, kept in a file, and what is known of those that survive.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sim_verilator::paths;

use super::groups::Depth;
use super::ladder::{Climbed, Counts, Stage};
use super::random::{CASES, Traffic};
use super::watch::Outcome;

/// The verdicts.
const RECORD: &str = "xtask/data/mutants.json";
/// What a page says when its verdicts are of other Verilog than the committed.
pub const CHANGED: &str = "> **The Verilog has changed since.**";
/// What is known of survivors.
const SURVIVORS: &str = "xtask/data/survivors.toml";

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Untested,
    Killed,
    Survived,
}

/// A mutant: what it is, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the Verilog.
    pub number: u16,
    /// The block, as the path of instances below the top.
    pub block: String,
    /// File and line of the RustHDL source, as far as they could be found.
    pub place: String,
    pub operator: String,
    /// What is assigned there; nothing for a condition.
    pub signal: String,
    /// The condition that it stands under.
    pub under: String,
    /// The whole expression.
    pub within: String,
    pub before: String,
    pub after: String,
    pub verdict: Verdict,
    /// What noticed, and how.
    pub by: String,
    /// Where on the ladder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// How deep it has survived, and how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<(Depth, Counts)>,
    /// What comes to it down to there, and all there is.
    #[serde(default)]
    pub reached: [Counts; 2],
    pub seconds: u64,
}

/// What tells a mutant from others even when the sources around it change.
type Key<'a> = [&'a str; 5];

impl Row {
    /// The same with what its ladder showed.
    pub fn with(&self, climbed: Climbed, depth: Depth, reached: [Counts; 2], seconds: u64) -> Self {
        let (verdict, by) = match climbed.outcome {
            Outcome::Survived => (Verdict::Survived, String::new()),
            Outcome::Killed { by, why } if why == "failed" => (Verdict::Killed, by),
            Outcome::Killed { by, why } => (Verdict::Killed, format!("{by} ({why})")),
        };
        let seconds = self.seconds + seconds;
        Self {
            verdict,
            by,
            stage: climbed.stage,
            passed: (verdict == Verdict::Survived).then_some((depth, climbed.due)),
            reached,
            seconds,
            ..self.clone()
        }
    }

    /// Whether it has passed so much down to `depth`.
    pub fn has_passed(&self, depth: Depth, height: Counts) -> bool {
        let enough = |(d, passed): (Depth, Counts)| d >= depth && passed.total() >= height.total();
        self.passed.is_some_and(enough)
    }

    fn key(&self) -> Key<'_> {
        [
            &self.block,
            &self.operator,
            &self.signal,
            &self.before,
            &self.after,
        ]
        .map(String::as_str)
    }

    /// `signal: before -> after`.
    fn change(&self) -> String {
        let Self {
            signal,
            before,
            after,
            ..
        } = self;
        match signal.is_empty() {
            true => format!("{before} -> {after}"),
            false => format!("{signal}: {before} -> {after}"),
        }
    }

    /// What comes to it.
    fn reach(&self) -> String {
        let [some, all] = self.reached;
        let passed = self.passed.map_or(Counts::default(), |(_, passed)| passed);
        let kinds = [
            (some.tests, all.tests, passed.tests, "tests"),
            (some.cases, all.cases, passed.cases, "cases"),
            (some.demos, all.demos, passed.demos, "demos"),
        ];
        let told = kinds.map(|(some, all, passed, what)| match (some, passed < some) {
            (0, _) => format!("none of {all} {what}"),
            (_, false) => format!("{some} of {all} {what}"),
            (_, true) => format!("{some} of {all} {what} ({passed} run)"),
        });
        match some.total() {
            0 => "nothing".into(),
            _ => told.join(", "),
        }
    }

    /// One line of the ordinary output.
    pub fn line(&self) -> String {
        let word = match self.verdict {
            Verdict::Killed => "killed",
            Verdict::Survived => "SURVIVED",
            Verdict::Untested => "untested",
        };
        let Self {
            number,
            seconds,
            block,
            place,
            operator,
            by,
            ..
        } = self;
        format!(
            "{word:9}{number:4} {seconds:4} s  {operator:18} {block} ({place}) {}  {by}",
            self.change()
        )
        .trim_end()
        .to_owned()
    }
}

/// A drawing of mutants and the verdicts on them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    pub width: u32,
    pub seed: u64,
    pub count: usize,
    /// How many sites they were drawn from.
    pub sites: usize,
    /// SHA-256 of the committed Verilog that the same sources give without mutants.
    pub verilog: String,
    /// Seeds of the cases of the search that were run.
    #[serde(default)]
    pub cases: Vec<u64>,
    pub mutants: Vec<Row>,
}

/// Hash of the committed Verilog of that width.
pub fn verilog_hash(width: u32) -> Result<String> {
    let path = paths::workspace_root().join(format!("hdl/verilog/roamnic_{width}.v"));
    let text = fs::read(&path).with_context(|| path.display().to_string())?;
    let digest = Sha256::digest(&text);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn path(name: &str) -> PathBuf {
    paths::workspace_root().join(name)
}

impl Record {
    /// The committed one.
    pub fn read() -> Result<Self> {
        let text = fs::read_to_string(path(RECORD)).context(RECORD)?;
        serde_json::from_str(&text).context(RECORD)
    }

    /// Takes over what the committed record says, if it is of the same drawing and the same Verilog.
    pub fn take_verdicts_of_same(&mut self) {
        let Ok(earlier) = Self::read() else { return };
        let drawing = |r: &Self| (r.width, r.seed, r.count, r.sites, r.verilog.clone());
        if drawing(&earlier) == drawing(self) {
            self.put(earlier.mutants);
        }
    }

    /// Puts verdicts in.
    pub fn put(&mut self, rows: Vec<Row>) {
        for row in rows {
            if let Some(mine) = self.mutants.iter_mut().find(|m| m.number == row.number) {
                // where it lies may be known better by now
                let place = std::mem::take(&mut mine.place);
                *mine = Row { place, ..row };
            }
        }
    }

    /// Writes it where it is committed.
    pub fn write(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        fs::create_dir_all(path("xtask/data")).context("xtask/data")?;
        fs::write(path(RECORD), text + "\n").context(RECORD)
    }

    fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Row> {
        self.mutants.iter().filter(move |m| m.verdict == verdict)
    }

    fn survivors(&self) -> impl Iterator<Item = &Row> {
        self.of(Verdict::Survived)
    }

    fn killed(&self) -> impl Iterator<Item = &Row> {
        self.of(Verdict::Killed)
    }
}

/// Why a mutant survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Class {
    /// No state that can be reached tells it from the original.
    Equivalent,
    /// It differs inside, and nothing outside depends on that.
    NotObservable,
    /// It is slower, or wastes something, and does the same.
    Performance,
    /// A test would notice, and there is none.
    TestMissing,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::NotObservable => "not observable",
            Self::Performance => "performance only",
            Self::TestMissing => "test missing",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Explanation {
    block: String,
    operator: String,
    #[serde(default)]
    signal: String,
    before: String,
    after: String,
    class: Class,
    why: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Explanations {
    #[serde(default)]
    survivor: Vec<Explanation>,
}

impl Explanations {
    fn read() -> Result<Self> {
        let text = fs::read_to_string(path(SURVIVORS)).context(SURVIVORS)?;
        toml::from_str(&text).context(SURVIVORS)
    }

    fn of(&self, row: &Row) -> Option<&Explanation> {
        let is = |e: &&Explanation| {
            let key: Key =
                [&e.block, &e.operator, &e.signal, &e.before, &e.after].map(String::as_str);
            key == row.key()
        };
        self.survivor.iter().find(is)
    }
}

/// The part of the page about automatic mutants.
pub fn section() -> Result<String> {
    let record = Record::read()?;
    let known = Explanations::read()?;
    let mut page = head(&record)?;
    page += &score(&record, &known);
    page += &table("block", &record, |row| {
        row.block.split('.').next().unwrap_or_default()
    });
    page += &table("operator", &record, |row| &row.operator);
    page += &stages(&record);
    page += "\n### Survivors\n\n| | block | source | change | what comes to it | why |\n|---|---|---|---|---|---|\n";
    for row in record.survivors() {
        let why = match known.of(row) {
            Some(e) => format!("{}: {}", e.class.name(), e.why),
            None => "not explained yet".into(),
        };
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {}: `{}` | {} | {} |",
            row.number,
            row.block,
            row.place,
            row.operator,
            row.change().replace('|', "\\|"),
            row.reach(),
            why.replace('|', "\\|"),
        );
    }
    page += "\n### Killed\n\n| | block | source | change | noticed by |\n|---|---|---|---|---|\n";
    for row in record.killed() {
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {}: `{}` | {} |",
            row.number,
            row.block,
            row.place,
            row.operator,
            row.change().replace('|', "\\|"),
            row.by,
        );
    }
    Ok(page)
}

fn head(record: &Record) -> Result<String> {
    let Record {
        width,
        seed,
        count,
        sites,
        verilog,
        ..
    } = record;
    let mut page = format!(
        "\n## Automatic mutants\n\n\
         The emitter can print the NIC with mutants in it (`emit::mutate`): a register of the top holds the number of the one at work, and at each site the \
         Verilog chooses the broken form by it. So one model holds all, and testing one costs seconds. Sites are comparisons, conditions, sums, logic, constants, \
         selected bits, levels of control lines, assignments to registers, arms of a `match`, table entries, and instructions of the migration unit's \
         program, which are a fifth of the mutants; the others are spread over all blocks by their size.\n\n\
         `cargo xtask mutants --auto --width {width} --count {count} --seed {seed} --record` draws {} of {sites} sites and tests each until something notices: a few tests, then {CASES} cases of the random search in lockstep with the reference model, \
         then demos, in which processes move. Only what comes to a mutant with values for which it differs is run. \
         The NIC without a mutant bears all cases and demos, which is seen anew before each run; they are fixed by their seeds, so whatever goes wrong with a mutant at work, even a refusal of the laboratory, goes wrong because of it. \
         `--depth quick`, `near` and `all` run the other tests, too; the table of survivors says how many ran. \
         `--id N` tests one again, `--survivors --depth all` those that survived, by all tests, `--only BLOCK` draws all from one block. \
         To see the first case and the demo with the product (here the demo streams 8 KiB):\n\n{}\n\n\
         The verdicts are of `roamnic_{width}.v` with SHA-256 `{verilog}`.\n",
        record.mutants.len(),
        commands(record)
    );
    if *verilog != verilog_hash(*width)? {
        let _ = write!(
            page,
            "\n{CHANGED} The verdicts below are of an earlier version; run the command again.\n"
        );
    }
    Ok(page)
}

fn score(record: &Record, known: &Explanations) -> String {
    let all = record.mutants.len();
    let killed = record.killed().count();
    let untested = record.of(Verdict::Untested).count();
    let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
    let mut unexplained = 0;
    for row in record.survivors() {
        match known.of(row) {
            Some(e) => *classes.entry(e.class).or_default() += 1,
            None => unexplained += 1,
        }
    }
    let percent =
        |part: usize, of: usize| format!("{:.1} %", 100.0 * part as f64 / of.max(1) as f64);
    let mut parts: Vec<String> = classes
        .iter()
        .map(|(c, n)| format!("{n} {}", c.name()))
        .collect();
    if unexplained > 0 {
        parts.push(format!("{unexplained} not explained yet"));
    }
    let equivalent = classes.get(&Class::Equivalent).copied().unwrap_or(0);
    let mut text = format!(
        "\n**{killed} of {all} killed ({})**; {} survive: {}. Of those that are not equivalent, {} are killed.",
        percent(killed, all),
        all - killed - untested,
        parts.join(", "),
        percent(killed, all - equivalent),
    );
    let count = |is: &dyn Fn(&Row) -> bool| record.survivors().filter(|r| is(r)).count();
    let reach = |r: &Row| r.reached[0].total();
    let ran = |r: &Row| {
        r.passed
            .map_or(0, |(_, passed)| passed.total().min(reach(r)))
    };
    let _ = write!(
        text,
        " Of the survivors, {} are reached by nothing that was looked at, {} have passed everything that comes to them, and {} all cases and demos but only some \
         tests of those: of them it is not known that no test notices, and the score is a lower bound.",
        count(&|r| reach(r) == 0),
        count(&|r| reach(r) > 0 && ran(r) == reach(r)),
        count(&|r| ran(r) < reach(r)),
    );
    if untested > 0 {
        let _ = write!(text, " {untested} have not been tested.");
    }
    text + "\n"
}

/// The commands that repeat what was run besides tests.
fn commands(record: &Record) -> String {
    let first = record.cases.first().map(|seed| Traffic::Case(*seed));
    let line = |traffic: Traffic| format!("    {}\n", traffic.again(record.width));
    let lines: String = first
        .into_iter()
        .chain(Traffic::demos())
        .map(line)
        .collect();
    let seeds: Vec<String> = record.cases.iter().map(u64::to_string).collect();
    format!(
        "{lines}\nThe cases are those of the seeds {}.",
        seeds.join(", ")
    )
}

/// Who noticed.
fn stages(record: &Record) -> String {
    let mut counts: BTreeMap<Stage, (usize, u64)> = BTreeMap::new();
    for row in record.killed() {
        let Some(stage) = row.stage else { continue };
        let (mutants, seconds) = counts.entry(stage).or_default();
        *mutants += 1;
        *seconds += row.seconds;
    }
    let mut text = String::from("\n| noticed by | mutants | seconds |\n|---|---|---|\n");
    for (stage, (mutants, seconds)) in counts {
        let _ = writeln!(text, "| {} | {mutants} | {seconds} |", stage.name());
    }
    let seconds: u64 = record.survivors().map(|row| row.seconds).sum();
    let _ = writeln!(
        text,
        "| nothing | {} | {seconds} |",
        record.survivors().count()
    );
    text
}

/// The score by something.
fn table<'a>(by: &str, record: &'a Record, group: impl Fn(&'a Row) -> &'a str) -> String {
    let names: BTreeSet<&str> = record.mutants.iter().map(&group).collect();
    let mut text = format!("\n| {by} | mutants | killed |\n|---|---|---|\n");
    for name in names {
        let rows = record.mutants.iter().filter(|m| group(m) == name);
        let (mut all, mut killed) = (0, 0);
        rows.for_each(|m| {
            all += 1;
            killed += usize::from(m.verdict == Verdict::Killed);
        });
        let _ = writeln!(text, "| {name} | {all} | {killed} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explanations_are_of_mutants_that_survive() {
        let (record, known) = (Record::read().unwrap(), Explanations::read().unwrap());
        for e in &known.survivor {
            let of = |row: &&Row| known.of(row).is_some_and(|found| std::ptr::eq(found, e));
            assert!(
                record.survivors().any(|row| of(&row)),
                "{e:?} is of no survivor"
            );
            assert!(!e.why.is_empty() && !e.why.contains('\n'), "{e:?}");
        }
    }
}
