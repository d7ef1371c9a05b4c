//! Programs that run beside this one: their output in a file, their end with ours.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sim_verilator::tools;

/// How often a wait looks again.
const LOOK: Duration = Duration::from_millis(20);

/// The latest time for something.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// In `time` from now.
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// In `seconds` from now, but not later than this one.
    pub fn within(self, seconds: u64) -> Self {
        Self(self.0.min(Instant::now() + Duration::from_secs(seconds)))
    }

    /// What is left, zero when it has passed.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether it has passed.
    pub fn passed(self) -> bool {
        self.left().is_zero()
    }

    /// Calls `ready` until it gives a value.
    ///
    /// # Errors
    /// What `ready` says, or that the time has passed.
    pub fn wait<T>(self, what: &str, mut ready: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        loop {
            if let Some(value) = ready()? {
                return Ok(value);
            }
            if self.passed() {
                bail!("out of time, waiting for {what}");
            }
            thread::sleep(LOOK);
        }
    }
}

/// A child that ends with this value, and with this program whatever ends it.
pub struct Running {
    name: String,
    child: Child,
    out: PathBuf,
    talk: PathBuf,
    /// How long it may take to end when it is told to, before it is killed.
    grace: Duration,
}

impl Running {
    /// Starts `command`; standard output and standard error go to `NAME.out` and `NAME.log` in `folder`.
    ///
    /// The child is killed when the starting thread ends, so only the main thread may call this.
    ///
    /// # Errors
    /// The program cannot be started, a file cannot be made.
    pub fn start(name: &str, command: &Command, folder: &Path) -> Result<Self> {
        let out = folder.join(format!("{name}.out"));
        let talk = folder.join(format!("{name}.log"));
        let make = |path: &Path| {
            File::create(path).with_context(|| format!("cannot make {}", path.display()))
        };
        let mut wrapped = ending_with_parent(command);
        wrapped
            .stdin(Stdio::null())
            .stdout(make(&out)?)
            .stderr(make(&talk)?);
        let child = wrapped
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            out,
            talk,
            grace: Duration::ZERO,
        })
    }

    /// Dropped, it is asked to end (SIGTERM) and killed only when it does not in this time: for one that has files to complete.
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its status, if it has ended.
    ///
    /// # Errors
    /// The system does not say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child
            .try_wait()
            .with_context(|| format!("the state of {}", self.name))
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// It runs longer than that.
    pub fn wait(&mut self, deadline: Deadline) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        deadline.wait(&what, || self.ended())
    }

    /// Its standard output until now.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn output(&self) -> Result<String> {
        let bytes =
            fs::read(&self.out).with_context(|| format!("cannot read {}", self.out.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Its standard error until now.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn talk(&self) -> Result<String> {
        let bytes =
            fs::read(&self.talk).with_context(|| format!("cannot read {}", self.talk.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The last lines of both streams.
    pub fn last_words(&self) -> String {
        let last = |path: &Path| {
            let text = fs::read(path).unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            let lines: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect();
            lines[lines.len().saturating_sub(3)..].join(" / ")
        };
        let words = [last(&self.out), last(&self.talk)];
        words.join(" / ").trim_matches([' ', '/']).to_owned()
    }

    /// Kills it (SIGKILL) and waits for it.
    pub fn kill(&mut self) {
        // it may have ended by itself
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// Asks it to end (SIGTERM).
    ///
    /// # Errors
    /// The program `kill` cannot be started.
    pub fn terminate(&self) -> Result<()> {
        let mut command = Command::new("kill");
        command.arg("-TERM").arg(self.child.id().to_string());
        command.status().context("cannot start kill")?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let runs = matches!(self.ended(), Ok(None));
        if runs && !self.grace.is_zero() && self.terminate().is_ok() {
            // it is killed if it has not ended by then
            self.wait(Deadline::after(self.grace)).ok();
        }
        self.kill();
    }
}

/// The same command under `setpriv`, which has the kernel kill it when its parent dies; where there is no such
/// program, the command itself (a killed lab then leaves its guests behind).
fn ending_with_parent(command: &Command) -> Command {
    let mut wrapped = match tools::on_path("setpriv") {
        Some(setpriv) => {
            let mut wrapped = Command::new(setpriv);
            wrapped
                .args(["--pdeathsig", "KILL", "--"])
                .arg(command.get_program());
            wrapped
        }
        None => Command::new(command.get_program()),
    };
    wrapped.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadline_that_has_passed_names_what_was_awaited() {
        let error = Deadline::after(Duration::ZERO)
            .wait::<()>("a guest", || Ok(None))
            .unwrap_err();
        assert_eq!(error.to_string(), "out of time, waiting for a guest");
    }

    #[test]
    fn child_keeps_its_arguments_and_environment() {
        let mut command = Command::new("prog");
        command.args(["a", "b"]).env("X", "1");
        let wrapped = ending_with_parent(&command);
        let arguments: Vec<_> = wrapped.get_args().collect();
        assert!(arguments.ends_with(&["a".as_ref(), "b".as_ref()]));
        assert_eq!(wrapped.get_envs().count(), 1);
    }
}
