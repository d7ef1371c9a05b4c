//! Programs of ours beside the guests: `roamnic`, built once, or one that is there already.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use sim_verilator::paths;

use super::Bench;
use super::process::{Deadline, Running};
use crate::{run, setup};

/// What a guest gets of ours: linked statically, without the simulator.
const GUEST_TARGET: &str = "x86_64-unknown-linux-gnu";

/// Where cargo puts what it builds.
fn target_folder() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => paths::workspace_root().join(folder),
        None => paths::workspace_root().join("target"),
    }
}

/// `roamnic`: `ROAMNIC_PROGRAM`, or the release build, brought up to date.
///
/// # Errors
/// It cannot be built.
pub fn program(bench: &Bench) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("ROAMNIC_PROGRAM") {
        let path = PathBuf::from(path);
        ensure!(
            path.is_file(),
            "ROAMNIC_PROGRAM: {} is no file",
            path.display()
        );
        return Ok(path);
    }
    setup::verilator()?;
    bench.say("building roamnic");
    let arguments = ["build", "--quiet", "--release", "-p", "testbench"];
    run::status(run::cargo(arguments).args(["--bin", "roamnic"]))?;
    Ok(target_folder().join("release/roamnic"))
}

/// A binary of a package, linked statically so that it runs in a guest.
///
/// # Errors
/// It cannot be built.
pub fn guest_program(bench: &Bench, package: &str, name: &str) -> Result<PathBuf> {
    bench.say(&format!("building {name} for guests"));
    let arguments = ["build", "--quiet", "--release", "--target", GUEST_TARGET];
    let mut command = run::cargo(arguments);
    command
        .args(["-p", package, "--bin", name])
        // beside other flags, a build of its own is kept from disturbing the others
        .env("CARGO_TARGET_DIR", target_folder().join("lab-guest"))
        .env("RUSTFLAGS", "-C target-feature=+crt-static");
    run::status(&mut command)?;
    let path = target_folder()
        .join("lab-guest")
        .join(GUEST_TARGET)
        .join("release")
        .join(name);
    ensure!(path.is_file(), "cargo built no {}", path.display());
    Ok(path)
}

/// Starts `roamnic` with some arguments; `name` names its logs.
///
/// # Errors
/// It cannot be started.
pub fn start<S: AsRef<std::ffi::OsStr>>(
    bench: &Bench,
    program: &Path,
    name: &str,
    arguments: &[S],
) -> Result<Running> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(paths::workspace_root())
        .env("NO_COLOR", "1");
    Running::start(name, &command, &bench.records)
}

/// Waits for a program's end and reads the JSON that it printed, whatever its status: a report of a failure is one too.
///
/// # Errors
/// It takes longer, or printed no JSON.
pub fn report(running: &mut Running, deadline: Deadline) -> Result<(bool, Value)> {
    let status = running.wait(deadline)?;
    let text = running.output()?;
    match serde_json::from_str(&text) {
        Ok(value) => Ok((status.success(), value)),
        Err(_) => bail!(
            "{} ended with {status} and no report: {}",
            running.name(),
            running.last_words()
        ),
    }
}

/// A number of a report by its path of keys.
pub fn number(report: &Value, path: &[&str]) -> Option<u64> {
    path.iter()
        .try_fold(report, |value, key| value.get(key))
        .and_then(Value::as_u64)
}

/// A number of a report that must be there.
///
/// # Errors
/// It is not.
pub fn needed(report: &Value, key: &str) -> Result<u64> {
    number(report, &[key]).with_context(|| format!("the report has no {key}: {report}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn report_number_is_found_by_its_path() {
        let report = json!({ "wire": { "lost": 3 }, "bytes": 7 });
        assert_eq!(number(&report, &["wire", "lost"]), Some(3));
        assert_eq!(needed(&report, "bytes").unwrap(), 7);
        assert!(needed(&report, "packets").is_err());
    }
}
