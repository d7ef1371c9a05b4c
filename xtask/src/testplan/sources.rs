//! Tests as they stand in the sources: whether they exist, and which are switched off for a known defect.
//!
//! No test needs to be built for this: a test's binary and modules say in which file it must be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, iter};

use anyhow::{Context, Result, bail};

use super::plan::{Plan, Test};

/// What the sources say of the plan's tests.
pub struct Sources {
    /// why a test is ignored
    ignored: BTreeMap<Test, String>,
}

impl Sources {
    /// Looks for every test of the plan.
    ///
    /// # Errors
    /// A test does not exist; all that do not are named.
    pub fn of(plan: &Plan, root: &Path) -> Result<Self> {
        let mut ignored = BTreeMap::new();
        let mut missing = Vec::new();
        for row in plan.rows() {
            for test in &row.tests {
                match look(root, test) {
                    Ok(Some(reason)) => _ = ignored.insert(test.clone(), reason),
                    Ok(None) => {}
                    Err(why) => missing.push(format!("row {}: {test}: {why:#}", row.id)),
                }
            }
        }
        match missing.is_empty() {
            true => Ok(Self { ignored }),
            false => bail!(
                "the testplan names tests that do not exist:\n{}",
                missing.join("\n")
            ),
        }
    }

    /// Why a test is ignored, if it is.
    pub fn ignored(&self, test: &Test) -> Option<&str> {
        self.ignored.get(test).map(String::as_str)
    }
}

/// Finds a test; why it is ignored, if it is.
fn look(root: &Path, test: &Test) -> Result<Option<String>> {
    let path = file(root, test)?;
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let found = find(&text, test.name());
    found.with_context(|| format!("not in {}", path.display()))
}

/// The file that holds a test: of its modules, as many as have files of their own. Those of `tests/x.rs` stand beside it or, by `#[path]`, in `tests/x/`.
fn file(root: &Path, test: &Test) -> Result<PathBuf> {
    let mut file = crate_root(root, &test.binary)?;
    let mut folders = vec![file.with_file_name(""), file.with_extension("")];
    let modules = test.path.split("::");
    for module in modules.take_while(|module| *module != test.name()) {
        let places = folders.iter().flat_map(|folder| {
            let place = folder.join(module);
            [place.with_extension("rs"), place.join("mod.rs")]
        });
        match places.into_iter().find(|path| path.is_file()) {
            Some(found) => file = found,
            // a module inside the file, if it is there at all
            None => break,
        }
        folders = folders.iter().map(|folder| folder.join(module)).collect();
    }
    Ok(file)
}

/// The file that a binary's modules begin with: `hdl::blocks` is a test binary of `hdl`, `hdl` its library, `hdl::bin/x` a program.
fn crate_root(root: &Path, binary: &str) -> Result<PathBuf> {
    let (package, target) = match binary.split_once("::") {
        Some((package, target)) => (package, Some(target)),
        None => (binary, None),
    };
    let folder = root.join(package);
    let candidates = match target.map(|target| (target, target.strip_prefix("bin/"))) {
        None => vec![folder.join("src/lib.rs")],
        Some((_, Some(program))) => vec![
            folder.join("src/bin").join(program).join("main.rs"),
            folder.join("src/bin").join(program).with_extension("rs"),
            folder.join("src/main.rs"),
        ],
        Some((target, None)) => vec![
            folder.join("tests").join(target).join("main.rs"),
            folder.join("tests").join(target).with_extension("rs"),
        ],
    };
    let found = candidates.into_iter().find(|path| path.is_file());
    found.with_context(|| format!("there is no test binary {binary}"))
}

/// Finds a test in a text: a function with `#[test]`, or a name in a macro's list (`name: ...` at the beginning of a line). `None` if it is not
/// there, else why it is ignored.
fn find(text: &str, name: &str) -> Option<Option<String>> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let listed = format!("{name}:");
    let function = format!("fn {name}(");
    for (k, line) in lines.iter().enumerate() {
        if line.starts_with(&listed) && text.contains("macro_rules!") {
            return Some(None);
        }
        if !line.starts_with(&function) {
            continue;
        }
        let above = |k: &usize| k.checked_sub(1);
        let attributes: Vec<&str> = iter::successors(above(&k), above)
            .map(|k| lines[k])
            .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
            .collect();
        if attributes.contains(&"#[test]") {
            let ignored = attributes.iter().find(|line| line.starts_with("#[ignore"));
            return Some(ignored.map(|line| reason(line)));
        }
    }
    None
}

/// The text of `#[ignore = "text"]`.
fn reason(attribute: &str) -> String {
    let text = attribute.split('"').nth(1);
    text.unwrap_or("ignored").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "macro_rules! all {}\nall! {\n    one: \"x\",\n}\n#[test]\nfn two() {}\n\n#[test]\n#[ignore = \"defect 7: slow\"]\nfn three() {}\n\nfn four() {}\n";

    #[test]
    fn test_is_found_with_its_reason() {
        assert_eq!(find(TEXT, "one"), Some(None));
        assert_eq!(find(TEXT, "two"), Some(None));
        assert_eq!(find(TEXT, "three"), Some(Some("defect 7: slow".to_owned())));
    }

    #[test]
    fn test_that_is_none_bad_flow() {
        assert_eq!(find(TEXT, "four"), None, "no #[test]");
        assert_eq!(find(TEXT, "tw"), None);
        assert_eq!(find("one: 1", "one"), None, "no macro");
    }

    #[test]
    fn test_is_looked_for_in_the_file_of_its_modules() {
        let root = sim_verilator::paths::workspace_root();
        let at = |binary: &str, path: &str| {
            let (binary, path) = (binary.to_owned(), path.to_owned());
            let file = file(&root, &Test { binary, path }).unwrap();
            file.strip_prefix(&root).unwrap().to_owned()
        };
        let here = at("xtask::bin/xtask", "testplan::sources::tests::x");
        assert_eq!(here, Path::new("xtask/src/testplan/sources.rs"));
        let table = at("testbench::migration", "table::commands::x");
        assert_eq!(
            table,
            Path::new("testbench/tests/migration/table/commands.rs")
        );
        let moves = at("host-driver::migration", "moves::x");
        assert_eq!(moves, Path::new("host-driver/tests/migration/moves.rs"));
        assert!(crate_root(&root, "testbench::nothing").is_err());
    }
}
