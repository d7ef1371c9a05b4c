//! The verdicts on a drawing of mutants, kept in a file, and what is known of those that survive.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sim_verilator::paths;

use super::ladder::{Depth, Outcome};

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
    /// The test that noticed, and how.
    pub by: String,
    /// How deep it has survived, and how many tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<(Depth, usize)>,
    /// Tests down to there that come to it, and all.
    #[serde(default)]
    pub reached: (usize, usize),
    pub seconds: u64,
}

/// What tells a mutant from others even when the sources around it change.
type Key<'a> = [&'a str; 5];

impl Row {
    /// The same with what its ladder showed.
    pub fn with(
        &self,
        outcome: Outcome,
        passed: (Depth, usize),
        reached: (usize, usize),
        seconds: u64,
    ) -> Self {
        let (verdict, by) = match outcome {
            Outcome::Survived => (Verdict::Survived, String::new()),
            Outcome::Killed { by, why: "failed" } => (Verdict::Killed, by),
            Outcome::Killed { by, why } => (Verdict::Killed, format!("{by} ({why})")),
        };
        let seconds = self.seconds + seconds;
        Self {
            verdict,
            by,
            passed: (verdict == Verdict::Survived).then_some(passed),
            reached,
            seconds,
            ..self.clone()
        }
    }

    /// Whether it has passed `most` tests down to `depth`, or all that come to it.
    pub fn has_passed(&self, depth: Depth, most: usize) -> bool {
        let enough = |(d, tests): (Depth, usize)| d >= depth && tests >= most.min(self.reached.0);
        self.passed.is_some_and(enough)
    }

    /// How many tests of exactly this depth it has passed, in their order.
    pub fn passed_of(&self, depth: Depth) -> usize {
        let same = self.passed.filter(|(d, _)| *d == depth);
        same.map_or(0, |(_, tests)| tests)
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

    /// How many tests come to it.
    fn reach(&self) -> String {
        match (self.reached, self.passed) {
            ((0, all), _) => format!("none of {all}"),
            ((some, all), Some((_, passed))) if passed < some => {
                format!("{some} of {all}, {passed} of them run")
            }
            ((some, all), _) => format!("{some} of {all}"),
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

    fn survivors(&self) -> impl Iterator<Item = &Row> {
        self.mutants
            .iter()
            .filter(|m| m.verdict == Verdict::Survived)
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
    page += "\n### Survivors\n\n| | block | source | change | tests that come to it | why |\n|---|---|---|---|---|---|\n";
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
         `cargo xtask mutants --auto --width {width} --count {count} --seed {seed} --record` draws {} of {sites} sites and tests each until a test fails; `--depth` and `--most` limit the tests, and the table of survivors says how many ran. \
         `--id N` tests one again, `--survivors --depth all` those that survived, by all tests, `--only BLOCK` draws all from one block.\n\n\
         The verdicts are of `roamnic_{width}.v` with SHA-256 `{verilog}`.\n",
        record.mutants.len()
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
    let killed = record
        .mutants
        .iter()
        .filter(|m| m.verdict == Verdict::Killed)
        .count();
    let untested = record
        .mutants
        .iter()
        .filter(|m| m.verdict == Verdict::Untested)
        .count();
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
    let ran = |r: &Row| r.passed.map_or(0, |(_, tests)| tests.min(r.reached.0));
    let _ = write!(
        text,
        " Of the survivors, {} are reached by no test that was looked at, {} have passed all tests that come to them, and {} only some \
         of those: of them it is not known that no test notices, and the score is a lower bound.",
        count(&|r| r.reached.0 == 0),
        count(&|r| r.reached.0 > 0 && ran(r) == r.reached.0),
        count(&|r| ran(r) < r.reached.0),
    );
    if untested > 0 {
        let _ = write!(text, " {untested} have not been tested.");
    }
    text + "\n"
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
