//! Prints the contract as HDL constants, a C header, Markdown and a dissector for Wireshark.
//!
//! `fw-regs-gen` writes the files under the workspace; `fw-regs-gen --check` writes nothing and fails (status 1) when a file is not
//! what it would write.
#![forbid(unsafe_code)]

mod dissector;
mod hdl;
mod header;
mod markdown;
mod names;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A generated file: path below the workspace, and text.
type Generated = (&'static str, String);

fn files() -> Vec<Generated> {
    vec![
        ("hdl/src/contract.rs", hdl::records()),
        ("hdl/src/counter.rs", hdl::counters()),
        ("hdl/src/regs.rs", hdl::registers()),
        ("docs/registers.md", markdown::page()),
        ("fw-regs/include/roamnic.h", header::header()),
        ("fw-regs/wireshark/roamnic.lua", dissector::script()),
    ]
}

fn workspace() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder).to_path_buf()
}

fn main() -> ExitCode {
    let check = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => {
            eprintln!("usage: fw-regs-gen [--check]; `{other}` is unknown");
            return ExitCode::from(2);
        }
    };
    let mut drifted = false;
    for (path, text) in files() {
        let file = workspace().join(path);
        if std::fs::read_to_string(&file).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            eprintln!("{path} is not what fw-regs says; run fw-regs-gen");
            drifted = true;
        } else if let Err(error) = write(&file, &text) {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        } else {
            eprintln!("wrote {path}");
        }
    }
    if drifted {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn write(file: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, text)
}
