//! Child processes: started in the workspace, their failure an error that carries their status.

use std::ffi::OsStr;
use std::process::Command;
use std::{env, fmt};

use anyhow::{Context, Result};
use sim_verilator::paths;

/// A program that ended badly.
#[derive(Debug)]
pub struct Failed {
    /// What was run.
    pub command: String,
    /// Its exit status, 1 if a signal ended it.
    pub status: u8,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed with status {}: {}", self.status, self.command)
    }
}

impl std::error::Error for Failed {}

/// The cargo that runs this program, in the workspace root.
pub fn cargo<I, S>(arguments: I) -> Command
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(paths::workspace_root()).args(arguments);
    command
}

/// Runs a program with this one's standard streams.
///
/// # Errors
/// [`Failed`] if its status is not 0.
pub fn status(command: &mut Command) -> Result<()> {
    let name = describe(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start {name}"))?;
    if status.success() {
        return Ok(());
    }
    let status = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    Err(Failed {
        command: name,
        status,
    }
    .into())
}

/// Program and arguments on one line.
fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
