//! Mutants: the product with one rule of the migration protocol broken, and the tests that must notice.
//!
//! Each [`Mutant`] is a change of a source file, given as text that must be found there exactly once. The command works on a
//! copy of the workspace below `target/`, with a build folder of its own, so that the workspace itself is never broken. A mutant
//! is *killed* if its tests fail, and *survives* if they pass; a mutant that cannot be built is an error, not a kill.

pub mod auto;
mod list;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use sim_verilator::paths;

use crate::{run, setup};
use list::MUTANTS;

/// One rule, broken.
pub struct Mutant {
    /// Name on the command line.
    pub name: &'static str,
    /// The rule of the protocol page that it breaks.
    pub rule: &'static str,
    /// What it does instead.
    pub does: &'static str,
    /// How.
    pub patches: &'static [Patch],
    /// Names of tests, each of which must fail.
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

/// What became of a mutant.
struct Verdict {
    mutant: &'static Mutant,
    /// tests that passed; it is killed if there is none
    passed: Vec<&'static str>,
    seconds: u64,
}

impl Verdict {
    fn killed(&self) -> bool {
        self.passed.is_empty()
    }

    fn word(&self) -> &'static str {
        match self.killed() {
            true => "killed",
            false => "survived",
        }
    }

    /// One line of the ordinary output.
    fn line(&self) -> String {
        let passed: String = self.passed.iter().map(|test| format!(" {test}")).collect();
        let (word, name, seconds) = (self.word(), self.mutant.name, self.seconds);
        format!("{word:9} {name:32} {seconds:4} s {passed}")
            .trim_end()
            .to_owned()
    }

    /// One line of JSON. Names of mutants, rules and tests need no escapes; a test of this module says so.
    fn json(&self) -> String {
        let list = |tests: &[&str]| {
            let quoted: Vec<_> = tests.iter().map(|test| format!("\"{test}\"")).collect();
            quoted.join(",")
        };
        format!(
            "{{\"name\":\"{}\",\"rule\":\"{}\",\"verdict\":\"{}\",\"seconds\":{},\"tests\":[{}],\"passed\":[{}]}}",
            self.mutant.name,
            self.mutant.rule,
            self.word(),
            self.seconds,
            list(self.mutant.tests),
            list(&self.passed),
        )
    }
}

/// Page of the documentation made from the list.
const PAGE: &str = "docs/mutants.md";

/// Runs the named mutants, or all. A verdict is a line of the standard output, with `json` an object; what goes on meanwhile goes to the
/// standard error.
///
/// # Errors
/// A mutant survives or cannot be built, there is no mutant of that name, or a test fails without any mutant.
pub fn run(names: &[String], json: bool) -> Result<()> {
    let chosen = choose(names)?;
    setup::verilator()?;
    let tree = Tree::new()?;
    let tests: BTreeSet<&str> = chosen.iter().flat_map(|m| m.tests).copied().collect();
    eprintln!("without a mutant: {} tests must pass", tests.len());
    tree.build().context("the product itself")?;
    let paths = tree.tests()?;
    for (k, test) in tests.iter().enumerate() {
        eprintln!("[{}/{}] {test}", k + 1, tests.len());
        if !tree.passes(path_of(&paths, test)?)? {
            bail!("test {test} fails without any mutant");
        }
    }
    let mut survivors = 0;
    for (k, mutant) in chosen.iter().enumerate() {
        eprintln!("[{}/{}] {}", k + 1, chosen.len(), mutant.name);
        let verdict = tree.verdict(mutant, &paths)?;
        survivors += usize::from(!verdict.killed());
        match json {
            true => println!("{}", verdict.json()),
            false => println!("{}", verdict.line()),
        }
    }
    match survivors {
        0 => Ok(()),
        some => bail!("{some} of {} mutants survived", chosen.len()),
    }
}

/// Prints the list.
pub fn list() {
    for mutant in MUTANTS {
        println!("{:32} {:10} {}", mutant.name, mutant.rule, mutant.does);
    }
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

fn choose(names: &[String]) -> Result<Vec<&'static Mutant>> {
    if names.is_empty() {
        return Ok(MUTANTS.iter().collect());
    }
    let find = |name: &String| {
        let found = MUTANTS.iter().find(|m| m.name == name);
        found.with_context(|| format!("no mutant {name}; `--list` shows all"))
    };
    names.iter().map(find).collect()
}

/// The one path that ends with the name of a test.
fn path_of<'a>(paths: &'a [String], test: &str) -> Result<&'a str> {
    let is = |path: &&String| path.rsplit("::").next() == Some(test);
    let mut found = paths.iter().filter(is);
    match (found.next(), found.next()) {
        (Some(path), None) => Ok(path),
        (None, _) => bail!("there is no test {test}"),
        (Some(_), Some(_)) => bail!("there are several tests {test}"),
    }
}

fn page() -> Result<String> {
    let mut page = String::from(
        "# Mutants\n\n\
         Each row breaks one rule of the migration protocol in the sources; the tests named in it must fail then. \
         `cargo xtask mutants` applies them one after the other to a copy of the workspace, writes the Verilog anew, runs the tests, and fails if \
         one mutant survives; `cargo xtask mutants NAME...` runs some of them, and `--json` writes a line of JSON for each: name, rule, verdict, \
         seconds, its tests and those that passed.\n\n\
         | rule | mutant | instead of the rule | tests that notice |\n|---|---|---|---|\n",
    );
    for mutant in MUTANTS {
        let tests: Vec<_> = mutant.tests.iter().map(|t| format!("`{t}`")).collect();
        let row = format!(
            "| {} | `{}` | {} | {} |\n",
            mutant.rule,
            mutant.name,
            mutant.does,
            tests.join(", ")
        );
        page.push_str(&row);
    }
    page.push_str(&format!("\n{} mutants.\n", MUTANTS.len()));
    page.push_str(&auto::record::section()?);
    Ok(page)
}

/// A copy of the workspace's tracked files.
struct Tree {
    root: PathBuf,
    folder: PathBuf,
}

impl Tree {
    /// Makes the copy, or brings an old one up to date. Files that are the same are left alone, so that nothing is built again for them.
    fn new() -> Result<Self> {
        let root = paths::workspace_root();
        let folder = root.join("target/mutants");
        let listed = Command::new("git")
            .current_dir(&root)
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .output()
            .context("git ls-files")?;
        if !listed.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
        }
        let tree = Self { root, folder };
        let files = String::from_utf8(listed.stdout).context("file names")?;
        for file in files.split('\0').filter(|name| !name.is_empty()) {
            let source = tree.root.join(file);
            // unless it is deleted, and that not yet committed
            if source.is_file() {
                let content = fs::read(&source).with_context(|| source.display().to_string())?;
                tree.put(file, &content)?;
            }
        }
        Ok(tree)
    }

    fn put(&self, file: &str, content: &[u8]) -> Result<()> {
        let path = self.folder.join(file);
        if fs::read(&path).is_ok_and(|old| old == content) {
            return Ok(());
        }
        let parent = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        fs::write(&path, content).with_context(|| path.display().to_string())
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = run::cargo(arguments);
        command
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env_remove(paths::HOME_VARIABLE);
        command
    }

    /// Writes the Verilog and builds the tests.
    fn build(&self) -> Result<()> {
        let emit = ["run", "--quiet", "-p", "hdl", "--bin", "emit-verilog"];
        run::status(self.cargo(&emit).stdout(Stdio::null()))?;
        run::status(&mut self.migration(&["--no-run"]))
    }

    /// The test program of migration.
    fn migration(&self, arguments: &[&str]) -> Command {
        let program = ["test", "--quiet", "-p", "testbench", "--test", "migration"];
        let mut command = self.cargo(&program);
        command.args(arguments);
        command
    }

    /// Paths of all tests.
    fn tests(&self) -> Result<Vec<String>> {
        let output = self.migration(&["--", "--list"]).output();
        let output = output.context("cargo test --list")?;
        let text = String::from_utf8(output.stdout).context("names of tests")?;
        let tests = text.lines().filter_map(|line| line.strip_suffix(": test"));
        Ok(tests.map(str::to_owned).collect())
    }

    /// Whether the test of that path passes. One that is ended from outside has neither passed nor failed.
    fn passes(&self, path: &str) -> Result<bool> {
        let output = self.migration(&["--", "--exact", path]).output();
        let output = output.context("cargo test")?;
        let text = String::from_utf8_lossy(&output.stdout);
        if text.contains("test result: ok. 1 passed") {
            return Ok(true);
        }
        if text.contains("test result: FAILED. 0 passed; 1 failed") {
            return Ok(false);
        }
        bail!(
            "test {path} has no result: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Applies a mutant, tests it by tests among `paths`, and takes it away again.
    fn verdict(&self, mutant: &'static Mutant, paths: &[String]) -> Result<Verdict> {
        let start = Instant::now();
        let mut originals = Vec::new();
        for patch in mutant.patches {
            let path = self.folder.join(patch.file);
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            self.put(patch.file, patch.apply(&text)?.as_bytes())?;
            originals.push((patch.file, text));
        }
        let passed = self.test(mutant, paths);
        for (file, text) in originals.iter().rev() {
            self.put(file, text.as_bytes())?;
        }
        Ok(Verdict {
            mutant,
            passed: passed.with_context(|| format!("mutant {}", mutant.name))?,
            seconds: start.elapsed().as_secs(),
        })
    }

    /// The mutant's tests that pass.
    fn test(&self, mutant: &Mutant, paths: &[String]) -> Result<Vec<&'static str>> {
        self.build()?;
        let mut passed = Vec::new();
        for &test in mutant.tests {
            if self.passes(path_of(paths, test)?)? {
                passed.push(test);
            }
        }
        Ok(passed)
    }
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
mod tests {
    use super::*;

    #[test]
    fn mutants_find_their_places() {
        let root = paths::workspace_root();
        for mutant in MUTANTS {
            assert!(
                !mutant.patches.is_empty(),
                "{} changes nothing",
                mutant.name
            );
            assert!(
                !mutant.tests.is_empty(),
                "{} is tested by nothing",
                mutant.name
            );
            for patch in mutant.patches {
                let text = fs::read_to_string(root.join(patch.file)).unwrap();
                let changed = patch.apply(&text);
                let changed = changed.unwrap_or_else(|why| panic!("{}: {why}", mutant.name));
                assert_ne!(changed, text, "{} changes nothing", mutant.name);
            }
        }
    }

    #[test]
    fn mutants_have_names_of_their_own() {
        let names: BTreeSet<_> = MUTANTS.iter().map(|m| m.name).collect();
        assert_eq!(names.len(), MUTANTS.len());
    }

    #[test]
    fn test_is_found_by_its_whole_name() {
        let paths = ["a::one", "a::one_more", "b::two", "c::two"].map(str::to_owned);
        assert_eq!(path_of(&paths, "one").unwrap(), "a::one");
        assert!(path_of(&paths, "tw").is_err());
        assert!(path_of(&paths, "two").is_err());
    }

    #[test]
    fn mutants_break_every_rule() {
        let broken: BTreeSet<&str> = MUTANTS.iter().flat_map(|m| m.rule.split(", ")).collect();
        for rule in 1..=17 {
            let rule = rule.to_string();
            assert!(broken.contains(rule.as_str()), "rule {rule}");
        }
    }

    #[test]
    fn verdict_is_a_line_of_json() {
        let plain = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\' || c == ' ';
        for mutant in MUTANTS {
            let names = mutant.tests.iter().chain([&mutant.name, &mutant.rule]);
            assert!(names.flat_map(|n| n.chars()).all(plain), "{}", mutant.name);
        }
        let mutant = &Mutant {
            name: "m",
            rule: "3, 7",
            does: "",
            patches: &[],
            tests: &["t", "u"],
        };
        let verdict = Verdict {
            mutant,
            passed: vec!["u"],
            seconds: 5,
        };
        let json = "{\"name\":\"m\",\"rule\":\"3, 7\",\"verdict\":\"survived\",\"seconds\":5,\"tests\":[\"t\",\"u\"],\"passed\":[\"u\"]}";
        assert_eq!(verdict.json(), json);
        assert!(verdict.line().starts_with("survived  m ") && verdict.line().ends_with("5 s  u"));
    }

    #[test]
    fn mutants_page_is_up_to_date() {
        document(true).unwrap();
    }

    #[test]
    fn patch_needs_its_text_exactly_once_bad_flow() {
        let patch = Patch {
            file: "f",
            find: "a",
            replace: "b",
        };
        assert!(patch.apply("aa").is_err());
        assert!(patch.apply("c").is_err());
        assert_eq!(patch.apply("ca").unwrap(), "cb");
    }
}
