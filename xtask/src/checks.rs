//! The single checks: tests, lint, source scan, drift of generated files.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sim_verilator::{paths, tools, variables};

use crate::{run, setup, testplan};

/// Programs that write generated files; each takes `--check`.
const GENERATORS: [(&str, &str); 3] = [
    ("fw-regs", "fw-regs-gen"),
    ("hdl", "emit-verilog"),
    ("hdl", "hdl-docs"),
];

/// All tests, by nextest where it is installed; those of the testbench at `width` bits if it is given. Both runners leave a report for the testplan.
pub fn test(arguments: &[OsString], width: Option<&str>) -> Result<()> {
    let verilator = setup::verilator()?;
    let nextest = tools::on_path("cargo-nextest").is_some();
    let runner: &[&str] = match nextest {
        true => &["nextest", "run", "--no-fail-fast"],
        false => &["test", "--no-fail-fast"],
    };
    let mut command = run::cargo(runner);
    if !arguments
        .iter()
        .any(|word| word == "-p" || word == "--package")
    {
        command.arg("--workspace");
    }
    // For tests of crates that do not know where this workspace keeps its tools.
    command
        .env("VERILATOR", &verilator.program)
        .env("VERILATOR_ROOT", &verilator.root)
        .args(arguments);
    if let Some(width) = width {
        command.env(variables::TEST_WIDTH, width);
    }
    match nextest {
        true => run::status(&mut command),
        false => run::status_kept(
            &mut command,
            testplan::start_text_report(&paths::workspace_root())?,
        ),
    }
}

/// Examples in documentation, which nextest does not run.
pub fn doc_tests() -> Result<()> {
    run::status(&mut run::cargo(["test", "--workspace", "--doc", "--quiet"]))
}

/// Runs the generators; with `check` they only compare.
pub fn generate(check: bool) -> Result<()> {
    for (package, program) in GENERATORS {
        let mut command = run::cargo(["run", "--quiet", "-p", package, "--bin", program]);
        if check {
            command.args(["--", "--check"]);
        }
        run::status(&mut command)?;
    }
    Ok(())
}

/// Scans the RustHDL sources for what the macro drops silently.
pub fn scan() -> Result<()> {
    let root = paths::workspace_root();
    let mut sources = files(&root.join("hdl/src"), "rs")?;
    sources.extend(files(&root.join("bitstreams/src"), "rs")?);
    let scanner = [
        "run",
        "--quiet",
        "-p",
        "xtask",
        "--features",
        "scan",
        "--bin",
        "scan-kernels",
    ];
    run::status(run::cargo(scanner).arg("--").args(&sources))?;
    eprintln!("{} RustHDL sources scanned", sources.len());
    Ok(())
}

/// Verilator's lint over every committed netlist, and over those of the widths that are not committed.
pub fn lint() -> Result<()> {
    setup::verilator()?;
    let root = paths::workspace_root();
    let committed = root.join("hdl/verilog");
    let mut netlists = files(&committed, "v")?;
    if netlists.is_empty() {
        bail!(
            "{} holds no Verilog; write it with `cargo xtask gen`",
            committed.display()
        );
    }
    let every_width = root.join("target/verilog");
    let emitter = ["run", "--quiet", "-p", "hdl", "--bin", "emit-verilog"];
    let mut emit = run::cargo(emitter);
    run::status(emit.args(["--", "--all", "--out"]).arg(&every_width))?;
    let new = |path: &PathBuf| {
        !committed
            .join(path.file_name().unwrap_or_default())
            .exists()
    };
    netlists.extend(files(&every_width, "v")?.into_iter().filter(new));

    let mut bad = 0;
    for path in &netlists {
        let text = read(path)?;
        let result = top_module(&text).and_then(|top| Ok(sim_verilator::lint(&text, top)?));
        if let Err(error) = result {
            eprintln!("{}: {error:#}", path.display());
            bad += 1;
        }
    }
    eprintln!("{} netlists linted", netlists.len());
    if bad > 0 {
        bail!("{bad} of {} netlists do not pass lint", netlists.len());
    }
    Ok(())
}

/// The one module that no other instantiates. Instances begin their line with the module's name.
fn top_module(verilog: &str) -> Result<&str> {
    let first_word = |text: &'_ str| {
        text.split(|letter| " (#;".contains(letter))
            .next()
            .map(str::len)
    };
    let lines = || verilog.lines().map(str::trim_start);
    let begins: HashSet<&str> = lines()
        .filter_map(|line| line.get(..first_word(line)?))
        .collect();
    let modules = lines().filter_map(|line| line.strip_prefix("module "));
    let names = modules.filter_map(|rest| rest.get(..first_word(rest)?));
    let mut tops = names.filter(|name| !begins.contains(name));
    match (tops.next(), tops.next()) {
        (Some(top), None) => Ok(top),
        (None, _) => bail!("no top module"),
        (Some(first), Some(second)) => bail!("several top modules: {first}, {second}"),
    }
}

/// Files below `folder` with this extension, sorted; none if the folder does not exist.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = vec![];
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, extension)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_module_is_the_one_without_a_parent() {
        let verilog = "// leaf\nmodule leaf(input wire a);\nendmodule\nmodule top (\n);\n  leaf #(1) x(.a(b));\nendmodule";
        assert_eq!(top_module(verilog).unwrap(), "top");
    }

    #[test]
    fn top_module_unclear_bad_flow() {
        assert!(top_module("").is_err());
        assert!(top_module("module a;\nendmodule\nmodule b;\nendmodule").is_err());
    }
}
