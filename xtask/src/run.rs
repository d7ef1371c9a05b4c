//! Child processes: started in the workspace, their failure an error that carries their status.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
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
    finish(name, status)
}

fn finish(name: String, status: ExitStatus) -> Result<()> {
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

/// Runs a program; what it prints goes to this one's standard output and to `file`, both streams in the order in which they come.
///
/// # Errors
/// [`Failed`] if its status is not 0.
pub fn status_kept(command: &mut Command, mut file: File) -> Result<()> {
    let name = describe(command);
    let start = || format!("cannot start {name}");
    let (mut reader, writer) = io::pipe().with_context(start)?;
    command
        .stdout(writer.try_clone().with_context(start)?)
        .stderr(writer);
    let mut child = command.spawn().with_context(start)?;
    // the command holds writers too; the pipe ends when all are gone
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut part = [0; 4096];
    loop {
        let count = reader.read(&mut part).context("its output")?;
        if count == 0 {
            break;
        }
        file.write_all(&part[..count]).context("the kept output")?;
        io::stdout().write_all(&part[..count]).context("stdout")?;
    }
    finish(name, child.wait().context("its end")?)
}

/// Program and arguments on one line.
fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
