//! Programs of ours beside the guests: `roamnic`, built once, or one that is there already.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use sim_verilator::paths;

use super::Bench;
use super::process::{Deadline, Running};
use crate::{run, setup};

/// What a guest gets of ours: linked statically, without the simulator.
const GUEST_TARGET: &str = "x86_64-unknown-linux-gnu";

/// What a build of ours is called with, and the folder that it goes to.
fn profile(bench: &Bench) -> (&'static [&'static str], &'static str) {
    match bench.dev {
        true => (&["build", "--quiet"], "debug"),
        false => (&["build", "--quiet", "--release"], "release"),
    }
}

/// `roamnic`: `ROAMNIC_PROGRAM`, or the build of it, brought up to date.
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
    let (arguments, folder) = profile(bench);
    run::status(run::cargo(arguments).args(["-p", "testbench", "--bin", "roamnic"]))?;
    Ok(paths::target_dir().join(folder).join("roamnic"))
}

/// A binary of a package, linked statically so that it runs in a guest.
///
/// # Errors
/// It cannot be built.
pub fn guest_program(bench: &Bench, package: &str, name: &str) -> Result<PathBuf> {
    bench.say(&format!("building {name} for guests"));
    let (arguments, folder) = profile(bench);
    let mut command = run::cargo(arguments);
    command
        .args(["--target", GUEST_TARGET, "-p", package, "--bin", name])
        // beside other flags, a build of its own is kept from disturbing the others
        .env("CARGO_TARGET_DIR", paths::target_dir().join("lab-guest"))
        .env("RUSTFLAGS", "-C target-feature=+crt-static");
    run::status(&mut command)?;
    let path = paths::target_dir()
        .join("lab-guest")
        .join(GUEST_TARGET)
        .join(folder)
        .join(name);
    ensure!(path.is_file(), "cargo built no {}", path.display());
    Ok(path)
}

/// How long a program of ours may take to complete its waves.
const GRACE: Duration = Duration::from_secs(20);

/// Whether these are the arguments of a command that runs a NIC whose waves can be kept.
fn has_waves<S: AsRef<OsStr>>(arguments: &[S]) -> bool {
    let mut words = arguments.iter().map(AsRef::as_ref);
    match words.next().and_then(OsStr::to_str) {
        Some("serve" | "pingpong" | "perftest" | "roam") => true,
        Some("drivertest") => words.any(|word| word == "sim"),
        _ => false,
    }
}

/// Has the model with tracing built, which takes minutes when it is not in the cache.
///
/// # Errors
/// It cannot be built.
pub fn prepare_waves(bench: &Bench) -> Result<()> {
    let program = program(bench)?;
    bench.say("building the model with waves: minutes, once");
    let scratch = bench.records.join("prepare.fst");
    let mut command = Command::new(program);
    command
        .args(["drivertest", "--only", "device_says_what_it_is", "--waves"])
        .arg(&scratch)
        .current_dir(paths::workspace_root())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    run::status(&mut command)?;
    // it may not be there: a list of no test makes none
    std::fs::remove_file(scratch).ok();
    Ok(())
}

/// Starts `roamnic` with some arguments; `name` names its logs, and its waves if they are kept.
///
/// # Errors
/// It cannot be started.
pub fn start<S: AsRef<OsStr>>(
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
    if !bench.waves || !has_waves(arguments) {
        return Running::start(name, &command, &bench.records);
    }
    let waves = bench.records.join(format!("{name}.fst"));
    command.arg("--waves").arg(waves);
    Ok(Running::start(name, &command, &bench.records)?.with_grace(GRACE))
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
    fn waves_are_asked_of_commands_with_a_nic() {
        assert!(has_waves(&["serve", "--json"]));
        assert!(has_waves(&["drivertest", "--backend", "sim"]));
        assert!(!has_waves(&["drivertest", "--backend", "vfio-user:x.sock"]));
        assert!(!has_waves(&["devinfo"]));
        assert!(!has_waves::<&str>(&[]));
    }

    #[test]
    fn report_number_is_found_by_its_path() {
        let report = json!({ "wire": { "lost": 3 }, "bytes": 7 });
        assert_eq!(number(&report, &["wire", "lost"]), Some(3));
        assert_eq!(needed(&report, "bytes").unwrap(), 7);
        assert!(needed(&report, "packets").is_err());
    }
}
