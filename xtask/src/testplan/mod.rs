//! The testplan: every rule that the NIC follows, and the tests that show it.
//!
//! The plan is data, `testbench/data/testplan/*.toml`, one file a group ([`plan`]). Its page in `docs/` is made from it ([`page`]); a test that
//! it names must stand in the sources ([`sources`]). `cargo xtask testplan` joins it with what the last test run left below
//! `target/` ([`results`]) and says which rows are covered, failing or missing ([`report`]); with `--run` it runs the plan's tests first.

mod page;
mod plan;
mod report;
mod results;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;

use anyhow::{Context, Result, bail};
use sim_verilator::{paths, tools};

use crate::checks;
use plan::Plan;
use report::Report;
use results::Results;
use sources::Sources;

pub use results::start_text_report;

/// Page of the documentation made from the plan.
const PAGE: &str = "docs/testplan.md";

/// How the report is printed.
#[derive(Clone)]
pub struct Options {
    /// The plan's tests are run first, and no others.
    pub run: bool,
    /// At this width only, in bits.
    pub width: Option<String>,
    /// Every row, not only those that are failing or missing.
    pub all: bool,
    /// JSON instead of text.
    pub json: bool,
}

/// Joins the plan with the last test run and prints the result.
///
/// # Errors
/// The plan is wrong, there was no test run, or a row is failing or missing.
pub fn run(options: Options) -> Result<()> {
    let root = paths::workspace_root();
    let plan = Plan::read(&root)?;
    let sources = Sources::of(&plan, &root)?;
    if options.run {
        // which of them failed is in the report
        _ = checks::test(&selection(&plan), options.width.as_deref())
            .inspect_err(|why| eprintln!("{why:#}"));
    }
    let results = Results::read(&root)?;
    let report = Report::new(&plan, &sources, &results);
    match options.json {
        true => println!("{}", report.json()?),
        false => print!("{}", report.text(options.all)),
    }
    match report.bad() {
        0 => Ok(()),
        bad => bail!("{bad} rows are failing or missing"),
    }
}

/// Arguments that have the test runner run the plan's tests; without nextest, those of all packages that the plan names.
fn selection(plan: &Plan) -> Vec<OsString> {
    let mut binaries: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for test in plan.rows().flat_map(|row| &row.tests) {
        binaries.entry(&test.binary).or_default().insert(&test.path);
    }
    let package = |binary: &&str| binary.split("::").next().unwrap_or_default().to_owned();
    let packages: BTreeSet<_> = binaries.keys().map(package).collect();
    let mut arguments: Vec<String> = Vec::new();
    for package in packages {
        arguments.extend(["-p".to_owned(), package]);
    }
    if tools::on_path("cargo-nextest").is_some() {
        for (binary, paths) in binaries {
            let paths: Vec<_> = paths.iter().map(|path| format!("test(={path})")).collect();
            let filter = format!("binary_id(={binary}) & ({})", paths.join(" | "));
            arguments.extend(["-E".to_owned(), filter]);
        }
    }
    arguments.into_iter().map(OsString::from).collect()
}

/// Writes the page of the documentation, or compares it with what it should be.
///
/// # Errors
/// The plan is wrong, or the page differs.
pub fn document(check: bool) -> Result<()> {
    let root = paths::workspace_root();
    let plan = Plan::read(&root)?;
    let page = page::page(&plan, &Sources::of(&plan, &root)?);
    let path = root.join(PAGE);
    if !check {
        return fs::write(&path, page).with_context(|| path.display().to_string());
    }
    let found = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    match found == page {
        true => Ok(()),
        false => bail!("{PAGE} differs from its source; run `cargo xtask testplan --document`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn testplan_names_tests_that_exist() {
        let root = paths::workspace_root();
        let plan = Plan::read(&root).unwrap();
        Sources::of(&plan, &root).unwrap();
    }

    #[test]
    fn testplan_has_every_row_of_the_list() {
        let plan = Plan::read(&paths::workspace_root()).unwrap();
        let has = |id: &str| plan.rows().any(|row| row.id == id);
        // 39, 58 and 59 are no numbers of the list
        let list = (1..=38).chain(40..=57).chain(60..=79);
        let missing: Vec<_> = list.filter(|k: &u32| !has(&k.to_string())).collect();
        assert!(missing.is_empty(), "{missing:?}");
        // 13 events in 6 states
        assert_eq!(plan.rows().filter(|row| row.cell.is_some()).count(), 13 * 6);
    }

    #[test]
    fn testplan_page_is_up_to_date() {
        document(true).unwrap();
    }
}
