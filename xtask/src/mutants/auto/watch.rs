//! Watches a process with a mutant at work until that is killed, or the process ends well.

use std::io::Read;
use std::process::Child;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::super::programs::Ended;

/// What a process showed.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something noticed.
    Killed {
        /// `program::test`, `search, seed 3` or `demo 1`.
        by: String,
        /// How: `failed`, `hang` or `crash`; of a case the class of its failure.
        why: String,
    },
    /// Nothing did.
    Survived,
}

impl Outcome {
    fn killed(by: impl Into<String>, why: &str) -> Self {
        let (by, why) = (by.into(), why.to_owned());
        Self::Killed { by, why }
    }
}

/// Reads a test program's report until it ends, a test fails or nothing more comes.
pub fn tests(mut child: Child, program: &str, patience: Duration) -> Outcome {
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take();
    let reader = thread::spawn(move || {
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
        Some(why) => Outcome::killed(format!("{program}::{}", suspect(&report)), why),
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

impl Ended {
    /// What that means for the mutant; `by` is what was run.
    pub fn outcome(&self, by: &str) -> Outcome {
        match self.status {
            None => Outcome::killed(by, "hang"),
            Some(status) if status.success() => Outcome::Survived,
            Some(status) if status.code() == Some(1) => Outcome::killed(by, self.class()),
            Some(_) => Outcome::killed(by, "crash"),
        }
    }

    /// The class of a case's failure, which stands before its cycle: `wedged, cycle 7: ...`
    fn class(&self) -> &str {
        match self.stdout.split_once(", cycle ") {
            Some((class, _)) if !class.contains('\n') => class,
            _ => "failed",
        }
    }

    /// Everything it said but that it has come to mutants.
    pub fn said(&self) -> String {
        let lines = self.stdout.lines().chain(self.stderr.lines());
        let lines: Vec<&str> = lines.filter(|line| reached(line).is_none()).collect();
        lines.join("\n")
    }
}

/// The number in `mutant 7 reached`.
pub fn reached(line: &str) -> Option<u16> {
    let number = line.strip_prefix("mutant ")?.strip_suffix(" reached")?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::super::programs::to_the_end;
    use super::*;
    use std::process::{Command, Stdio};

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn watched(script: &str, patience: Duration) -> Outcome {
        let child = shell(script).stdout(Stdio::piped()).spawn();
        super::tests(child.unwrap(), "p", patience)
    }

    #[test]
    fn watch_sees_what_becomes_of_a_test() {
        let soon = Duration::from_secs(20);
        let good = "printf 'test a ... ok\\n\\ntest result: ok. 1 passed\\n'";
        assert_eq!(watched(good, soon), Outcome::Survived);
        // the program need not end
        let bad = "printf 'test a ... ok\\ntest b::c ... FAILED\\n'; exec sleep 1000";
        assert_eq!(watched(bad, soon), Outcome::killed("p::b::c", "failed"));
        let crash = "printf 'test a ... ok\\ntest b ... '; exit 3";
        assert_eq!(watched(crash, soon), Outcome::killed("p::b", "crash"));
    }

    #[test]
    fn watch_ends_what_hangs() {
        let hang = "printf 'test a ... '; exec sleep 1000";
        let outcome = watched(hang, Duration::from_millis(300));
        assert_eq!(outcome, Outcome::killed("p::a", "hang"));
    }

    fn ended(script: &str) -> Ended {
        to_the_end(&mut shell(script), Duration::from_secs(20)).unwrap()
    }

    #[test]
    fn case_is_killed_by_the_class_of_its_failure() {
        let outcome = |script| ended(script).outcome("search, seed 3");
        assert_eq!(outcome("echo 9 operations"), Outcome::Survived);
        let by = "search, seed 3";
        let wedged = "echo 'wedged, cycle 7: nothing, cycle 3'; exit 1";
        assert_eq!(outcome(wedged), Outcome::killed(by, "wedged"));
        assert_eq!(
            outcome("echo error >&2; exit 1"),
            Outcome::killed(by, "failed")
        );
        assert_eq!(outcome("kill -9 $$"), Outcome::killed(by, "crash"));
    }

    #[test]
    fn case_that_does_not_end_is_killed() {
        let hang = to_the_end(&mut shell("exec sleep 1000"), Duration::from_millis(100));
        assert_eq!(
            hang.unwrap().outcome("demo 1"),
            Outcome::killed("demo 1", "hang")
        );
    }

    #[test]
    fn what_is_reached_is_not_what_is_said() {
        let ended = ended("echo a; echo 'mutant 7 reached' >&2; echo b >&2");
        assert_eq!(ended.said(), "a\nb");
        let numbers: Vec<u16> = ended.stderr.lines().filter_map(reached).collect();
        assert_eq!(numbers, [7]);
    }
}
