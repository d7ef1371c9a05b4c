//! What the last test run left behind: nextest's JUnit report, or the saved output of `cargo test`, whichever is newer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use super::plan::Test;

/// Nextest's report, from the workspace root; `.config/nextest.toml` asks for it.
const JUNIT: &str = "target/nextest/default/junit.xml";
/// What `cargo test` printed, both streams.
const TEXT_REPORT: &str = "target/testplan/cargo-test.txt";

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
}

/// The tests of a run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Results {
    outcomes: BTreeMap<Test, Outcome>,
}

/// An empty file for what `cargo test` will print.
///
/// # Errors
/// It cannot be made.
pub fn start_text_report(root: &Path) -> Result<File> {
    let path = root.join(TEXT_REPORT);
    let folder = path.parent().unwrap_or(root);
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    File::create(&path).with_context(|| path.display().to_string())
}

impl Results {
    /// Those of the newer report.
    ///
    /// # Errors
    /// There is none, or it is malformed.
    pub fn read(root: &Path) -> Result<Self> {
        let age = |path: &&str| -> Option<SystemTime> {
            fs::metadata(root.join(path)).ok()?.modified().ok()
        };
        let newest = [JUNIT, TEXT_REPORT].into_iter().max_by_key(age);
        let path = newest
            .filter(|path| age(path).is_some())
            .context("no test run has left a report; run `cargo xtask test`")?;
        let text = fs::read_to_string(root.join(path)).context(path)?;
        match path {
            JUNIT => Self::parse_junit(&text).context(path),
            _ => Ok(Self::parse_text(&text)),
        }
    }

    /// How a test ended, if it was run.
    pub fn of(&self, test: &Test) -> Option<Outcome> {
        self.outcomes.get(test).copied()
    }

    /// Tests that were run.
    pub fn count(&self) -> usize {
        self.outcomes.len()
    }

    fn add(&mut self, binary: &str, path: &str, outcome: Outcome) {
        let (binary, path) = (binary.to_owned(), path.to_owned());
        self.outcomes.insert(Test { binary, path }, outcome);
    }

    fn parse_junit(text: &str) -> Result<Self> {
        let document = roxmltree::Document::parse(text)?;
        let mut results = Self::default();
        for case in document
            .descendants()
            .filter(|n| n.has_tag_name("testcase"))
        {
            let (Some(binary), Some(path)) = (case.attribute("classname"), case.attribute("name"))
            else {
                continue;
            };
            let failed =
                |n: roxmltree::Node<'_, '_>| n.has_tag_name("failure") || n.has_tag_name("error");
            let outcome = match case.children().any(failed) {
                true => Outcome::Failed,
                false => Outcome::Passed,
            };
            results.add(binary, path, outcome);
        }
        Ok(results)
    }

    /// `cargo test` names each binary before its tests: `Running tests/rc/main.rs (target/debug/deps/rc-0123456789abcdef)`. The package is not
    /// named; it is the crate of the last `Running unittests src/lib.rs (...)`, which every package here has first, or a program's.
    fn parse_text(text: &str) -> Self {
        let mut results = Self::default();
        let (mut package, mut binary) = (String::new(), String::new());
        for line in text.lines().map(str::trim) {
            if let Some(running) = line.strip_prefix("Running ") {
                let target = running
                    .rsplit('/')
                    .next()
                    .and_then(|name| name.rsplit_once('-'));
                let target = target.map_or("", |(name, _)| name);
                let dashed = target.replace('_', "-");
                binary = match running {
                    library if library.contains("src/lib.rs") => {
                        package.clone_from(&dashed);
                        dashed
                    }
                    program if program.starts_with("unittests src/main.rs") => {
                        package.clone_from(&dashed);
                        format!("{dashed}::bin/{dashed}")
                    }
                    program if program.starts_with("unittests src/bin/") => {
                        format!("{package}::bin/{dashed}")
                    }
                    _ => format!("{package}::{target}"),
                };
            }
            let Some((path, verdict)) = line
                .strip_prefix("test ")
                .and_then(|rest| rest.split_once(" ... "))
            else {
                continue;
            };
            match verdict.split_whitespace().next() {
                Some("ok") => results.add(&binary, path, Outcome::Passed),
                Some("FAILED") => results.add(&binary, path, Outcome::Failed),
                _ => {}
            }
        }
        results
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(binary: &str, path: &str) -> Test {
        let (binary, path) = (binary.to_owned(), path.to_owned());
        Test { binary, path }
    }

    #[test]
    fn junit_has_passed_and_failed() {
        let text = r#"<?xml version="1.0"?><testsuites><testsuite name="a::b">
            <testcase name="m::good" classname="a::b" time="1"/>
            <testcase name="m::bad" classname="a::b"><failure type="x">m</failure></testcase>
            </testsuite></testsuites>"#;
        let results = Results::parse_junit(text).unwrap();
        assert_eq!(results.of(&test("a::b", "m::good")), Some(Outcome::Passed));
        assert_eq!(results.of(&test("a::b", "m::bad")), Some(Outcome::Failed));
        assert_eq!(results.of(&test("a::b", "m::other")), None);
        assert_eq!(results.count(), 2);
        assert!(Results::parse_junit("<a>").is_err());
    }

    #[test]
    fn text_is_told_apart_by_its_binaries() {
        let text = "     Running unittests src/lib.rs (target/debug/deps/host_driver-0123456789abcdef)\n\
            test a::one ... ok\n\
            \x20    Running tests/rc/main.rs (target/debug/deps/rc-0123456789abcdef)\n\
            test a::one ... FAILED\ntest a::two ... ignored, defect\n\
            \x20    Running unittests src/main.rs (target/debug/deps/xtask-0123456789abcdef)\n\
            test a::three ... ok\n";
        let results = Results::parse_text(text);
        assert_eq!(
            results.of(&test("host-driver", "a::one")),
            Some(Outcome::Passed)
        );
        assert_eq!(
            results.of(&test("host-driver::rc", "a::one")),
            Some(Outcome::Failed)
        );
        assert_eq!(results.of(&test("host-driver::rc", "a::two")), None);
        assert_eq!(
            results.of(&test("xtask::bin/xtask", "a::three")),
            Some(Outcome::Passed)
        );
    }
}
