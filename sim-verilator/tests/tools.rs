//! What a machine lacks is said in a typed error. Each case runs in a process of its own, because tools are
//! found through the environment.

use std::env;
use std::process::Command;

use sim_verilator::tools::{self, ToolError};

/// Tells a child process of these tests which case it is to check.
const CASE: &str = "SIM_VERILATOR_TEST_CASE";

/// Runs test `name` of this file again, as `case`, with an empty `.tools` and nothing on `PATH`.
fn in_child(name: &str, variables: &[(&str, &str)]) {
    let home = env::temp_dir().join(format!("sim-verilator-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&home).unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env_remove("VERILATOR")
        .env_remove("CXX")
        .env("ROAMNIC_HOME", &home)
        .env("PATH", &home)
        .env(CASE, name)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    std::fs::remove_dir_all(&home).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_child() -> bool {
    env::var_os(CASE).is_some()
}

#[test]
fn verilator_without_python_bad_flow() {
    if !is_child() {
        return in_child("verilator_without_python_bad_flow", &[]);
    }
    let error = tools::verilator().unwrap_err();
    assert!(matches!(error, ToolError::NoPython), "{error}");
}

#[test]
fn verilator_named_but_absent_bad_flow() {
    if !is_child() {
        return in_child(
            "verilator_named_but_absent_bad_flow",
            &[("VERILATOR", "no/verilator")],
        );
    }
    let error = tools::verilator().unwrap_err();
    assert!(
        matches!(error, ToolError::BadVerilator { .. }),
        "a wrong choice is not passed over: {error}"
    );
}

#[test]
fn compiler_absent_bad_flow() {
    if !is_child() {
        return in_child("compiler_absent_bad_flow", &[]);
    }
    let error = tools::compiler().unwrap_err();
    assert!(
        matches!(&error, ToolError::NoCompiler { program } if program == "g++"),
        "{error}"
    );
}
