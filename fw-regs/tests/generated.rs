//! What is generated from the contract is what the repository holds, and C compilers take it.

use std::path::Path;
use std::process::Command;

#[test]
fn generated_files_have_not_drifted() {
    let status = Command::new(env!("CARGO_BIN_EXE_fw-regs-gen"))
        .arg("--check")
        .status()
        .expect("the generator was built");
    assert!(status.success(), "run fw-regs-gen");
}

#[test]
fn generator_unknown_argument_bad_flow() {
    let output = Command::new(env!("CARGO_BIN_EXE_fw-regs-gen"))
        .arg("--no-such")
        .output()
        .expect("the generator was built");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn c_header_compiles() {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/roamnic.h");
    let compiler = Command::new("cc")
        .args([
            "-fsyntax-only",
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-pedantic",
        ])
        .args(["-x", "c"])
        .arg(header)
        .status();
    match compiler {
        Ok(status) => assert!(status.success()),
        Err(error) => eprintln!("no C compiler here ({error}); the header was not compiled"),
    }
}
