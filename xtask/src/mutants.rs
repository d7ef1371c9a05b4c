//! Mutants: the product with one rule broken, and the tests that must notice.
//!
//! Each [`Mutant`] is a change of a source file, given as text that must be found there exactly once. There is one at least for every rule of
//! the migration protocol ([`RULES`]) and for every row of the testplan about reliable connections ([`rows`]). The command works on a
//! copy of the workspace below `target/`, with a build folder of its own, so that the workspace itself is never broken. Mutants of the
//! hardware alone go into one model, all of them ([`woven`]); those few that change the driver too are built one after the other. A mutant is
//! *killed* if each of its tests fails, and *survives* if one passes; a mutant that cannot be built is an error, not a kill.

pub mod auto;
mod list;
mod programs;
mod rows;
mod tree;
mod verdicts;
mod weave;
mod woven;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use sim_verilator::paths;

use crate::{run, setup};
use auto::record::verilog_hash;
use list::MUTANTS as RULES;
use programs::{Ending, Programs, Test};
use tree::Tree;
use verdicts::{Verdict, Verdicts, Word};
use woven::Woven;

/// One rule, broken.
pub struct Mutant {
    /// Name on the command line.
    pub name: &'static str,
    /// The rules of the protocol page and rows of the testplan that it breaks.
    pub rule: &'static str,
    /// What it does instead.
    pub does: &'static str,
    /// How.
    pub patches: &'static [Patch],
    /// Names of tests, each of which must fail: `program::name`, or the name of one of the program `migration`.
    pub tests: &'static [&'static str],
}

/// A change of one file.
pub struct Patch {
    /// Path from the workspace root.
    pub file: &'static str,
    /// Stands there exactly once.
    pub find: &'static str,
    /// Stands there then.
    pub replace: &'static str,
}

/// See [`Patch`].
pub const fn patch(file: &'static str, find: &'static str, replace: &'static str) -> Patch {
    Patch {
        file,
        find,
        replace,
    }
}

/// Which mutants.
#[derive(Args, Clone, Debug, Default)]
pub struct Choice {
    /// The hand-made ones of the testplan's rows
    #[arg(long, conflicts_with_all = ["auto", "names"])]
    rows: bool,
    /// The hand-made ones of the migration protocol's rules
    #[arg(long, conflicts_with_all = ["auto", "names"])]
    rules: bool,
    /// Part I of N of them, for several machines: `1/2` and `2/2` are all
    #[arg(long, value_name = "I/N", value_parser = shard, conflicts_with = "auto")]
    shard: Option<(usize, usize)>,
}

/// What is printed and kept.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Objects instead of lines.
    pub json: bool,
    /// Keep the verdicts in the record that the page is printed from.
    pub record: bool,
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text
        .split_once('/')
        .and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match numbers {
        Some((i, n)) if 1 <= i && i <= n => Ok((i, n)),
        _ => Err(format!("{text} is not I/N with I from 1 to N")),
    }
}

/// Page of the documentation made from the lists.
const PAGE: &str = "docs/mutants.md";

/// A test hangs that takes longer than this and than so many times what it took without a mutant.
const HANG: Duration = Duration::from_secs(60);
const TIMES: u32 = 20;
/// A first test waits until the model is built.
const BUILD: Duration = Duration::from_secs(3600);
/// So many tests are run at a time.
const JOBS: usize = 2;

fn all() -> impl Iterator<Item = &'static Mutant> {
    rows::MUTANTS.into_iter().flatten().chain(RULES)
}

/// Runs the chosen mutants, or all. A verdict is a line of the standard output, with `json` an object; what goes on meanwhile goes to the
/// standard error.
///
/// # Errors
/// A mutant survives or cannot be built, there is no mutant of that name, or a test fails without any mutant.
pub fn run(choice: &Choice, names: &[String], output: Output) -> Result<()> {
    let chosen = choose(choice, names)?;
    setup::verilator()?;
    let tree = Tree::new()?;
    let (woven, single): (Vec<_>, Vec<_>) =
        chosen.iter().copied().partition(|m| woven::may_be_woven(m));
    let mut progress = Progress::new(chosen.len(), output)?;
    if !woven.is_empty() {
        together(&tree, &woven, &mut progress)?;
    }
    if !single.is_empty() {
        one_by_one(&tree, &single, &mut progress)?;
    }
    progress.end()
}

/// Prints the lists.
pub fn list() {
    for mutant in all() {
        println!("{:36} {:10} {}", mutant.name, mutant.rule, mutant.does);
    }
}

/// Mutants in one model, tested two at a time.
fn together(tree: &Tree, mutants: &[&'static Mutant], progress: &mut Progress) -> Result<()> {
    let woven = Woven::new(tree, mutants)?;
    let cargo = run::cargo([""; 0]);
    let programs = Programs::build(cargo, &paths::workspace_root(), &programs_of(mutants))?;
    let known = without_a_mutant(&programs, &woven.folder, mutants)?;
    let progress = Mutex::new(progress);
    in_parallel(JOBS, mutants, |k, mutant| {
        let lock = || progress.lock().unwrap_or_else(PoisonError::into_inner);
        lock().begin(mutant);
        let start = Instant::now();
        let number = u16::try_from(k + 1).context("too many mutants")?;
        let endings = run_tests(mutant, &programs, &known, &woven.folder, number)?;
        lock().put(mutant, endings, start.elapsed())
    })
}

/// Does `work` on each item, with its index, in so many threads.
fn in_parallel<T: Sync>(
    jobs: usize,
    items: &[T],
    work: impl Fn(usize, &T) -> Result<()> + Sync,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let worker = || -> Result<()> {
        loop {
            let k = next.fetch_add(1, Ordering::Relaxed);
            match items.get(k) {
                Some(item) => work(k, item)?,
                None => return Ok(()),
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .try_for_each(|w| w.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
    })
}

/// Mutants built one after the other.
fn one_by_one(tree: &Tree, mutants: &[&'static Mutant], progress: &mut Progress) -> Result<()> {
    let folder = tree.folder.join("mutated");
    let build = || {
        tree.emit(&folder)?;
        Programs::build(tree.cargo([""; 0]), &tree.folder, &programs_of(mutants))
    };
    let programs = build().context("the product itself")?;
    let known = without_a_mutant(&programs, &folder, mutants)?;
    for mutant in mutants {
        progress.begin(mutant);
        let start = Instant::now();
        let applied = tree.apply(&[mutant])?;
        let endings = build().and_then(|programs| run_tests(mutant, &programs, &known, &folder, 0));
        tree.restore(applied)?;
        let endings = endings.with_context(|| format!("mutant {}", mutant.name))?;
        progress.put(mutant, endings, start.elapsed())?;
    }
    Ok(())
}

fn programs_of(mutants: &[&'static Mutant]) -> Vec<&'static str> {
    let tests = mutants.iter().flat_map(|m| m.tests);
    let names: BTreeSet<&str> = tests.map(|test| programs::split(test).0).collect();
    names.into_iter().collect()
}

/// Tests by their names, and how long each takes.
type Known = BTreeMap<&'static str, (Test, Duration)>;

/// Runs the tests of all mutants without one, which they must pass.
fn without_a_mutant(
    programs: &Programs,
    folder: &Path,
    mutants: &[&'static Mutant],
) -> Result<Known> {
    let names: BTreeSet<&'static str> = mutants.iter().flat_map(|m| m.tests).copied().collect();
    eprintln!(
        "without a mutant {} tests must pass; the first waits for the model",
        names.len()
    );
    let names: Vec<&'static str> = names.into_iter().collect();
    let known: Mutex<Known> = Mutex::default();
    let done = AtomicUsize::new(0);
    let test = |name: &'static str| {
        let test = programs.find(name)?;
        let (ending, time) = programs.timed(&test, folder, BUILD)?;
        if let Ending::Failed(said) = ending {
            bail!("test {name} fails without any mutant: {said}");
        }
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        eprintln!("[{done}/{}] {name}: {} s", names.len(), time.as_secs());
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(name, (test, time));
        Ok(())
    };
    // one alone, for the others would only wait for the model with it; how long it takes is seen when it runs again
    if let Some(first) = names.first() {
        programs.run(&programs.find(first)?, folder, 0, BUILD)?;
    }
    in_parallel(JOBS, &names, |_, name| test(name))?;
    Ok(known.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// How each test of a mutant ends.
fn run_tests(
    mutant: &Mutant,
    programs: &Programs,
    known: &Known,
    folder: &Path,
    number: u16,
) -> Result<Vec<(&'static str, Ending)>> {
    // only mutants that are built alone have a model of their own to wait for
    let waits = if number == 0 { BUILD } else { HANG };
    let run = |name: &&'static str| {
        let (test, time) = &known[name];
        let patience = waits.max(*time * TIMES);
        Ok((*name, programs.run(test, folder, number, patience)?))
    };
    mutant.tests.iter().map(run).collect()
}

/// Verdicts so far, and how long the rest may take.
struct Progress {
    output: Output,
    verilog: String,
    verdicts: Verdicts,
    start: Option<Instant>,
    done: usize,
    all: usize,
    survivors: usize,
}

impl Progress {
    fn new(all: usize, output: Output) -> Result<Self> {
        Ok(Self {
            output,
            verilog: verilog_hash(64)?,
            verdicts: Verdicts::read()?,
            start: None,
            done: 0,
            all,
            survivors: 0,
        })
    }

    /// Says which mutant is next.
    fn begin(&mut self, mutant: &Mutant) {
        let seconds = self.start.get_or_insert_with(Instant::now).elapsed();
        let left = seconds.as_secs() * (self.all - self.done) as u64;
        let left = match self.done {
            0 => String::new(),
            done => format!(", about {} s left", left / done as u64),
        };
        let (k, all) = (self.done + 1, self.all);
        eprintln!(
            "[{k}/{all}] {} ({} s{left})",
            mutant.name,
            seconds.as_secs()
        );
    }

    /// Tells a verdict and, if it is to be recorded, keeps it.
    fn put(
        &mut self,
        mutant: &Mutant,
        endings: Vec<(&'static str, Ending)>,
        time: Duration,
    ) -> Result<()> {
        let verdict = verdict(mutant, endings, time, &self.verilog);
        self.done += 1;
        self.survivors += usize::from(verdict.verdict == Word::Survived);
        match self.output.json {
            true => println!("{}", json(mutant, &verdict)?),
            false => println!("{}", line(&verdict)),
        }
        if self.output.record {
            // another shard may have written meanwhile
            self.verdicts = Verdicts::read()?;
            self.verdicts.put(verdict);
            let names: Vec<&str> = all().map(|m| m.name).collect();
            self.verdicts.write(&names)?;
        }
        Ok(())
    }

    fn end(self) -> Result<()> {
        match self.survivors {
            0 => Ok(()),
            some => bail!("{some} of {} mutants survived", self.done),
        }
    }
}

fn verdict(
    mutant: &Mutant,
    endings: Vec<(&'static str, Ending)>,
    time: Duration,
    verilog: &str,
) -> Verdict {
    let (mut passed, mut failed) = (Vec::new(), BTreeMap::new());
    for (name, ending) in endings {
        match ending {
            Ending::Passed => passed.push(name.to_owned()),
            Ending::Failed(said) => _ = failed.insert(name.to_owned(), said),
        }
    }
    Verdict {
        name: mutant.name.to_owned(),
        verdict: match passed.is_empty() {
            true => Word::Killed,
            false => Word::Survived,
        },
        seconds: time.as_secs(),
        verilog: verilog.to_owned(),
        passed,
        failed,
    }
}

/// One line of the ordinary output: verdict, name, seconds, and what was said or, of a survivor, what passed.
fn line(verdict: &Verdict) -> String {
    let Verdict {
        name,
        verdict: word,
        seconds,
        passed,
        failed,
        ..
    } = verdict;
    let more = match word {
        Word::Killed => failed.values().next().cloned().unwrap_or_default(),
        Word::Survived => passed.join(" "),
    };
    format!("{:9} {name:36} {seconds:4} s  {more}", word.text())
        .trim_end()
        .to_owned()
}

/// One line of JSON.
fn json(mutant: &Mutant, verdict: &Verdict) -> Result<String> {
    let object = serde_json::json!({
        "name": verdict.name,
        "rule": mutant.rule,
        "verdict": verdict.verdict,
        "seconds": verdict.seconds,
        "tests": mutant.tests,
        "passed": verdict.passed,
        "failed": verdict.failed,
    });
    Ok(serde_json::to_string(&object)?)
}

/// Writes the page of the documentation, or compares it with what it should be.
pub fn document(check: bool) -> Result<()> {
    let path = paths::workspace_root().join(PAGE);
    let page = page()?;
    if !check {
        return fs::write(&path, page).with_context(|| path.display().to_string());
    }
    let found = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    match found == page {
        true => Ok(()),
        false => bail!("{PAGE} differs from its source; run `cargo xtask mutants --document`"),
    }
}

fn choose(choice: &Choice, names: &[String]) -> Result<Vec<&'static Mutant>> {
    let find = |name: &String| {
        let found = all().find(|m| m.name == name);
        found.with_context(|| format!("no mutant {name}; `--list` shows all"))
    };
    let chosen: Vec<&'static Mutant> = match (choice.rows, choice.rules) {
        _ if !names.is_empty() => names.iter().map(find).collect::<Result<_>>()?,
        (true, false) => rows::MUTANTS.into_iter().flatten().collect(),
        (false, true) => RULES.iter().collect(),
        _ => all().collect(),
    };
    let (part, of) = choice.shard.unwrap_or((1, 1));
    Ok(chosen.into_iter().skip(part - 1).step_by(of).collect())
}

fn page() -> Result<String> {
    let verdicts = Verdicts::read()?;
    let names: Vec<&str> = all().map(|m| m.name).collect();
    let mut page = String::from(
        "# Mutants\n\n\
         ## Hand-made mutants\n\n\
         Each breaks one rule in the sources; the tests named beside it must fail then. `cargo xtask mutants` makes them in a copy of the \
         workspace, runs the tests, and fails if one mutant survives; `--rows` and `--rules` choose a list, `cargo xtask mutants NAME...` single ones, `--shard 1/2` every second; \
         `--record` keeps the verdicts, and `--json` writes a line of JSON for each: name, rule, verdict, \
         seconds, its tests, those that passed, and what those that failed said. \
         Mutants of the hardware alone become one Verilog text and one model, in which the number of the one at work is an input; those that change the driver too are built one after the other.\n\n",
    );
    page += &verdicts.head(&names)?;
    page += "### Rows of the testplan\n\n";
    page += &table(rows::MUTANTS.into_iter().flatten(), &verdicts);
    page += "\nRows without a mutant in this table:\n\n";
    let of_rules = RULES.iter().flat_map(|m| {
        let rows = m.rule.split(", ").filter(|r| r.starts_with("row "));
        rows.map(|row| (row, format!("`{}`, a mutant of the rules", m.name)))
    });
    let reasons = rows::WITHOUT
        .iter()
        .map(|(row, why)| (*row, (*why).to_owned()));
    let mut others: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
    for (row, why) in of_rules.chain(reasons) {
        others.entry((row.len(), row)).or_default().push(why);
    }
    for ((_, row), why) in others {
        page += &format!("* {row}: {}.\n", why.join("; "));
    }
    for (file, why) in rows::ELSEWHERE {
        page += &format!("* those of `{file}`: {why}.\n");
    }
    page += "\n### Rules of the migration protocol\n\n";
    page += &table(RULES.iter(), &verdicts);
    page += &auto::record::section()?;
    Ok(page)
}

fn table(mutants: impl Iterator<Item = &'static Mutant>, verdicts: &Verdicts) -> String {
    let mut text = String::from(
        "| rule | mutant | instead of the rule | tests that notice | verdict |\n|---|---|---|---|---|\n",
    );
    let mut count = 0;
    for mutant in mutants {
        count += 1;
        let tests: Vec<_> = mutant.tests.iter().map(|t| format!("`{t}`")).collect();
        text += &format!(
            "| {} | `{}` | {} | {} | {} |\n",
            mutant.rule,
            mutant.name,
            mutant.does,
            tests.join(", "),
            verdicts.cell(mutant.name),
        );
    }
    text + &format!("\n{count} mutants.\n")
}

impl Patch {
    /// The text with the change.
    fn apply(&self, text: &str) -> Result<String> {
        match text.matches(self.find).count() {
            1 => Ok(text.replacen(self.find, self.replace, 1)),
            count => bail!("{}: {count} places have {:?}", self.file, self.find),
        }
    }
}

#[cfg(test)]
mod tests;
