//! Test programs, built once and run directly: one test a process, against the Verilog of a folder.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sim_verilator::{paths, variables};

/// How often a process that says nothing is looked at.
const TURN: Duration = Duration::from_millis(20);

/// Longest part of what a failed test said that is kept, in characters.
const SAID: usize = 200;

/// A test: the program that it is in, and its path there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    pub program: String,
    pub path: String,
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It passed.
    Passed,
    /// It failed, and said this, or did not end.
    Failed(String),
}

/// Test programs of `testbench`, and its program `roamnic`.
pub struct Programs {
    root: PathBuf,
    paths: BTreeMap<String, PathBuf>,
    roamnic: PathBuf,
}

impl Programs {
    /// Builds the programs of these names, or all, by `cargo` in the workspace at `root`.
    ///
    /// # Errors
    /// They cannot be built.
    pub fn build(mut cargo: Command, root: &Path, names: &[&str]) -> Result<Self> {
        cargo.args([
            "test",
            "-p",
            "testbench",
            "--no-run",
            "--message-format=json",
        ]);
        match names {
            [] => _ = cargo.arg("--tests"),
            some => some
                .iter()
                .for_each(|name| _ = cargo.args(["--test", name])),
        }
        let output = cargo.stderr(Stdio::inherit()).output();
        let output = output.context("cargo test --no-run")?;
        if !output.status.success() {
            bail!("the tests cannot be built");
        }
        let (mut paths, mut roamnic) = (BTreeMap::new(), PathBuf::new());
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let message: serde_json::Value =
                serde_json::from_str(line).context("cargo's messages")?;
            let target = &message["target"];
            let kinds = target["kind"].as_array();
            let is = |kind: &str| kinds.is_some_and(|k| k.iter().any(|k| k == kind));
            let (Some(name), Some(path)) =
                (target["name"].as_str(), message["executable"].as_str())
            else {
                continue;
            };
            if is("test") {
                paths.insert(name.to_owned(), PathBuf::from(path));
            }
            // its own tests are a program of this name, too
            if is("bin") && name == "roamnic" && message["profile"]["test"] == false {
                roamnic = path.into();
            }
        }
        let root = root.to_path_buf();
        Ok(Self {
            root,
            paths,
            roamnic,
        })
    }

    /// No programs at all.
    #[cfg(test)]
    pub fn none() -> Self {
        Self {
            root: PathBuf::new(),
            paths: BTreeMap::new(),
            roamnic: PathBuf::new(),
        }
    }

    /// `roamnic`, without arguments yet, against the Verilog in `folder` with mutant `number` at work.
    pub fn roamnic(&self, folder: &Path, number: u16) -> Command {
        self.started(&self.roamnic, folder, number)
    }

    /// A program that is to be run against the Verilog in `folder` with mutant `number` at work, one test at a time.
    pub fn command(&self, program: &str, folder: &Path, number: u16) -> Result<Command> {
        let path = self.paths.get(program);
        let path = path.with_context(|| format!("there is no test program {program}"))?;
        let mut command = self.started(path, folder, number);
        command
            .args(["--test-threads", "1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        Ok(command)
    }

    fn started(&self, program: &Path, folder: &Path, number: u16) -> Command {
        let package = self.root.join("testbench");
        let mut command = Command::new(program);
        command
            .current_dir(&package)
            .env("CARGO_MANIFEST_DIR", &package)
            .env(paths::HOME_VARIABLE, &self.root)
            .env("RUST_BACKTRACE", "0")
            .env(variables::MUTANTS, folder)
            .env(variables::MUTANT, number.to_string());
        command
    }

    /// The test of that name: `program::name`, or just the name for one of the program `migration`.
    ///
    /// # Errors
    /// There is none, or several.
    pub fn find(&self, name: &str) -> Result<Test> {
        let (program, last) = split(name);
        let output = self
            .command(program, Path::new(""), 0)?
            .arg("--list")
            .output();
        let output = output.with_context(|| program.to_owned())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let paths: Vec<&str> = text
            .lines()
            .filter_map(|l| l.strip_suffix(": test"))
            .collect();
        Ok(Test {
            program: program.to_owned(),
            path: path_of(&paths, last)?.to_owned(),
        })
    }

    /// Runs a test; one that takes longer than `patience` does not end.
    ///
    /// # Errors
    /// It has no result, as when it is ended from outside.
    pub fn run(
        &self,
        test: &Test,
        folder: &Path,
        number: u16,
        patience: Duration,
    ) -> Result<Ending> {
        let mut command = self.command(&test.program, folder, number)?;
        let ended = to_the_end(command.args(["--exact", &test.path]), patience)
            .with_context(|| test.program.clone())?;
        if ended.status.is_none() {
            return Ok(Ending::Failed("does not end".into()));
        }
        ending(&ended.stdout).with_context(|| {
            format!(
                "test {} has no result; another process may have ended it",
                test.path
            )
        })
    }

    /// Runs a test and says how long it took.
    pub fn timed(
        &self,
        test: &Test,
        folder: &Path,
        patience: Duration,
    ) -> Result<(Ending, Duration)> {
        let start = Instant::now();
        let ending = self.run(test, folder, 0, patience)?;
        Ok((ending, start.elapsed()))
    }
}

/// What a program left that is good if its status is 0.
#[derive(Debug)]
pub struct Ended {
    /// Nothing if it did not end and was killed.
    pub status: Option<ExitStatus>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a program to its end, but no longer than `patience`.
///
/// # Errors
/// It cannot be started.
pub fn to_the_end(command: &mut Command, patience: Duration) -> Result<Ended> {
    let start = Instant::now();
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("a program")?;
    let stdout = child.stdout.take().map(|pipe| thread::spawn(|| text(pipe)));
    let stderr = child.stderr.take().map(|pipe| thread::spawn(|| text(pipe)));
    let status = loop {
        match child.try_wait().context("a program")? {
            Some(status) => break Some(status),
            None if start.elapsed() > patience => {
                // it may be gone by now
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            None => thread::sleep(TURN),
        }
    };
    let join = |reader: Option<thread::JoinHandle<String>>| {
        let text = reader.map(thread::JoinHandle::join);
        text.and_then(Result::ok).unwrap_or_default()
    };
    Ok(Ended {
        status,
        stdout: join(stdout),
        stderr: join(stderr),
    })
}

fn text(mut pipe: impl Read) -> String {
    let mut bytes = Vec::new();
    // what came before an error counts
    let _ = pipe.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Program and last name of a test.
pub fn split(name: &str) -> (&str, &str) {
    name.split_once("::").unwrap_or(("migration", name))
}

/// The one path that ends with the name of a test.
fn path_of<'a>(paths: &[&'a str], test: &str) -> Result<&'a str> {
    let is = |path: &&&str| path.rsplit("::").next() == Some(test);
    let mut found = paths.iter().filter(is);
    match (found.next(), found.next()) {
        (Some(path), None) => Ok(path),
        (None, _) => bail!("there is no test {test}"),
        (Some(_), Some(_)) => bail!("there are several tests {test}"),
    }
}

/// What a report of one test says, if it says how that ended.
fn ending(report: &str) -> Option<Ending> {
    if report.contains("test result: ok. 1 passed") {
        return Some(Ending::Passed);
    }
    report
        .contains("test result: FAILED. 0 passed; 1 failed")
        .then(|| Ending::Failed(said(report)))
}

/// The first message of a panic, on one line.
fn said(report: &str) -> String {
    let mut lines = report.lines();
    let panicked = lines.find(|line| line.contains("panicked at"));
    let message = lines.take_while(|line| {
        !line.is_empty() && !line.starts_with("note: ") && !line.starts_with("stack backtrace")
    });
    let words: Vec<&str> = message.flat_map(str::split_whitespace).collect();
    let text = words.join(" ");
    let text = match (panicked, text.is_empty()) {
        (Some(_), false) => text,
        _ => "failed".to_owned(),
    };
    match text.char_indices().nth(SAID) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_is_found_by_its_whole_name() {
        let paths = ["a::one", "a::one_more", "b::two", "c::two"];
        assert_eq!(path_of(&paths, "one").unwrap(), "a::one");
        assert!(path_of(&paths, "tw").is_err());
        assert!(path_of(&paths, "two").is_err());
        assert_eq!(split("rc::one"), ("rc", "one"));
        assert_eq!(split("one"), ("migration", "one"));
    }

    #[test]
    fn ending_is_read_from_the_report() {
        let good = "running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed";
        assert_eq!(ending(good), Some(Ending::Passed));
        let bad = "---- a stdout ----\nwidth 64\n\nthread 'a' panicked at tests/a.rs:3:4:\nassertion failed: x\n  left: 1\n right: 2\n\
                   note: run with\n\ntest result: FAILED. 0 passed; 1 failed";
        let message = "assertion failed: x left: 1 right: 2".to_owned();
        assert_eq!(ending(bad), Some(Ending::Failed(message)));
        assert_eq!(ending("running 1 test\n"), None);
        // none of that name
        assert_eq!(
            ending("running 0 tests\n\ntest result: ok. 0 passed; 0 failed"),
            None
        );
    }

    #[test]
    fn said_is_cut_to_a_line() {
        let long = format!("thread 'a' panicked at a.rs:1:1:\n{}\n", "ä".repeat(300));
        assert_eq!(said(&long).chars().count(), SAID + 2);
        assert_eq!(said("nothing of the kind"), "failed");
    }
}
