//! What the lab asks of the machine that it runs on, said before anything is tried.

use std::path::PathBuf;

use anyhow::{Result, bail};
use sim_verilator::tools;

/// The path of a program, or what to do to have it.
///
/// # Errors
/// It is nowhere on `PATH`.
pub fn need(program: &str, package: &str) -> Result<PathBuf> {
    match tools::on_path(program) {
        Some(path) => Ok(path),
        None => bail!(
            "`{program}` is missing; Debian's package {package} brings it. The lab takes its programs from Debian \
             packages: on another system, run it in a Debian container"
        ),
    }
}

/// Whether this is a machine whose programs the packages hold.
///
/// # Errors
/// Another architecture or system.
pub fn check() -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!(
            "the lab runs on Linux on x86-64 only; everything else of this workspace does without it"
        );
    }
    Ok(())
}
