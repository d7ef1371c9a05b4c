//! Mutants: the product with one rule of the migration protocol broken, and the tests that must notice.
//!
//! Each [`Mutant`] is a change of a source file, given as text that must be found there exactly once. The command works on a
//! copy of the workspace below `target/`, with a build folder of its own, so that the workspace itself is never broken. A mutant
//! is *killed* if its tests fail, and *survives* if they pass; a mutant that cannot be built is an error, not a kill.

mod list;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
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
enum Verdict {
    Killed,
    /// These tests passed.
    Survived(Vec<&'static str>),
}

/// Page of the documentation made from the list.
const PAGE: &str = "docs/mutants.md";

/// Runs the named mutants, or all. Fails if one survives.
pub fn run(names: &[String]) -> Result<()> {
    let chosen = choose(names)?;
    setup::verilator()?;
    let tree = Tree::new()?;
    tree.build().context("the product itself")?;
    let tests: BTreeSet<&str> = chosen.iter().flat_map(|m| m.tests).copied().collect();
    for test in &tests {
        if !tree.passes(test)? {
            bail!("test {test} fails without any mutant");
        }
    }
    let mut survivors = 0;
    for mutant in &chosen {
        let start = Instant::now();
        let verdict = tree.verdict(mutant)?;
        let seconds = start.elapsed().as_secs();
        match &verdict {
            Verdict::Killed => println!("killed    {:32} {seconds:4} s", mutant.name),
            Verdict::Survived(tests) => {
                survivors += 1;
                println!(
                    "survived  {:32} {seconds:4} s  {}",
                    mutant.name,
                    tests.join(" ")
                );
            }
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
    let page = page();
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

fn page() -> String {
    let mut page = String::from(
        "# Mutants\n\n\
         Each row breaks one rule of the migration protocol in the sources; the tests named in it must fail then. \
         `cargo xtask mutants` applies them one after the other to a copy of the workspace, writes the Verilog anew, runs the tests, and fails if \
         one mutant survives; `cargo xtask mutants NAME...` runs some of them.\n\n\
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
    page
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
        run::status(&mut self.cargo(&emit))?;
        let build = [
            "test",
            "--quiet",
            "-p",
            "testbench",
            "--test",
            "migration",
            "--no-run",
        ];
        run::status(&mut self.cargo(&build))
    }

    /// Whether a test passes; its name may be the end of a path.
    fn passes(&self, test: &str) -> Result<bool> {
        let words = [
            "test",
            "--quiet",
            "-p",
            "testbench",
            "--test",
            "migration",
            "--",
            test,
        ];
        let output = self.cargo(&words).output().context("cargo test")?;
        let text = String::from_utf8_lossy(&output.stdout);
        if text.contains("running 0 tests") {
            bail!("there is no test {test}");
        }
        Ok(output.status.success())
    }

    /// Applies a mutant, tests it, and takes it away again.
    fn verdict(&self, mutant: &Mutant) -> Result<Verdict> {
        let mut originals = Vec::new();
        for patch in mutant.patches {
            let path = self.folder.join(patch.file);
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            self.put(patch.file, patch.apply(&text)?.as_bytes())?;
            originals.push((patch.file, text));
        }
        let verdict = self.test(mutant);
        for (file, text) in originals.iter().rev() {
            self.put(file, text.as_bytes())?;
        }
        verdict.with_context(|| format!("mutant {}", mutant.name))
    }

    fn test(&self, mutant: &Mutant) -> Result<Verdict> {
        self.build()?;
        let mut passed = Vec::new();
        for &test in mutant.tests {
            if self.passes(test)? {
                passed.push(test);
            }
        }
        Ok(match passed.is_empty() {
            true => Verdict::Killed,
            false => Verdict::Survived(passed),
        })
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
