//! The MAC at its RGMII pins, cells of the chip included, against cocotbext-eth under Icarus Verilog: an Ethernet model that shares no line with ours.

use bitstreams::mac::Mac;
use rust_hdl::prelude::*;
use sim_verilator::{paths, tools};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The bench's packages, each with a module that it brings. cocotbext-eth makes and checks frames by its own code; cocotb 1.9 is the last that it and
/// the runner's name fit.
const PACKAGES: [(&str, &str); 2] = [
    ("cocotb==1.9.2", "cocotb.runner"),
    ("cocotbext-eth==0.1.28", "cocotbext.eth"),
];

/// What a Python says to a line of its own; nothing if it does not like it.
fn says(python: &Path, line: &str) -> Option<String> {
    let output = Command::new(python).args(["-c", line]).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(said)
}

/// A Python that has both packages: `COCOTB_PYTHON`, or the workspace's, where they are installed if need be. Or what is missing.
fn python() -> Result<PathBuf, String> {
    if tools::on_path("iverilog").is_none() {
        return Err("no iverilog".to_owned());
    }
    let python = match std::env::var_os("COCOTB_PYTHON") {
        Some(chosen) => PathBuf::from(chosen),
        None => {
            let python = tools::venv().join("bin/python3");
            for (package, module) in PACKAGES {
                let installed = || says(&python, &format!("import {module}")).is_some();
                tools::pip_install(package, installed, &|line| eprintln!("{line}"))
                    .map_err(|error| error.to_string())?;
            }
            python
        }
    };
    let name = python.display();
    let library =
        "import cocotb.runner, cocotbext.eth, find_libpython as f; print(f.find_libpython() or '')";
    match says(&python, library) {
        None => Err(format!("{name} does not know cocotb 1.9 and cocotbext-eth")),
        Some(library) if library.is_empty() => Err(format!(
            "{name} has no shared library (Debian: package libpython3-dev)"
        )),
        Some(_) => Ok(python),
    }
}

#[test]
fn mac_rgmii_against_cocotbext_eth() {
    let python = match python() {
        Ok(python) => python,
        Err(missing) => return tools::skip_test(&missing),
    };
    let folder = paths::models_dir().with_file_name("cocotb");
    std::fs::create_dir_all(&folder).expect("folder");
    let mut mac = Mac::default();
    mac.connect_all();
    let verilog = emit::emit("mac", &mac).unwrap_or_else(|e| panic!("{e}"));
    std::fs::write(folder.join("mac.v"), verilog).expect("file");
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cocotb/run.py");
    let output = Command::new(python)
        .arg(script)
        .arg(&folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}
