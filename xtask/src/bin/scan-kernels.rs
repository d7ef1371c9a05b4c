//! Scans RustHDL sources, named as arguments, for what RustHDL's macro drops silently.
//!
//! A program of its own, so that `cargo xtask demo` does not compile RustHDL.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result};

fn main() -> Result<ExitCode> {
    let mut clean = true;
    for path in env::args().skip(1) {
        let source = fs::read_to_string(&path).with_context(|| path.clone())?;
        for finding in emit::scan(&path, &source) {
            println!("{finding}");
            clean = false;
        }
    }
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
