//! The MAC at its RGMII pins, cells of the chip included, against cocotbext-eth under Icarus Verilog: an Ethernet model that shares no line with ours.

use bitstreams::mac::Mac;
use rust_hdl::prelude::*;
use sim_verilator::{paths, tools};
use std::path::PathBuf;
use std::process::Command;

/// A Python that has cocotb 1.9 and cocotbext-eth: `COCOTB_PYTHON`, the one in `.tools/cocotb`, or the system's.
fn python() -> Option<PathBuf> {
    let chosen = std::env::var_os("COCOTB_PYTHON").map(PathBuf::from);
    let ours = paths::workspace_root().join(".tools/cocotb/bin/python");
    let all = [chosen, Some(ours), tools::on_path("python3")];
    all.into_iter().flatten().find(|python| {
        let imports = Command::new(python)
            .args(["-c", "import cocotb.runner, cocotbext.eth"])
            .output();
        imports.is_ok_and(|output| output.status.success())
    })
}

#[test]
fn mac_rgmii_against_cocotbext_eth() {
    let (Some(python), Some(_)) = (python(), tools::on_path("iverilog")) else {
        eprintln!(
            "SKIPPED: no Python with cocotb 1.9 and cocotbext-eth, or no iverilog; `python3 -m venv .tools/cocotb` and \
             `.tools/cocotb/bin/pip install 'cocotb<2' cocotbext-eth` make one"
        );
        return;
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
