//! The plan as a page of the documentation.

use std::fmt::Write as _;

use super::plan::{Group, Plan, Row};
use super::sources::Sources;

const HEAD: &str = "# Testplan\n\n\
    <!-- Generated from testbench/data/testplan by `cargo xtask testplan --document`; do not edit. -->\n\n\
    Every rule that the NIC follows and the tests that show it. `cargo xtask test` runs them, `cargo xtask testplan` then says which rows are \
    covered, failing or missing; `--all` and `--json` show every row, `--run` runs the tests of the plan first and no others. \
    Where the data path has a part in a rule its tests run at 64 and 512 bits, the others at 64; `--run --width 512` runs all of them at 512, which takes eight minutes more (443 tests; all rows covered on 22 November 2026). A row is covered if all of its tests have passed. A test of a known defect stays, switched \
    off with `#[ignore = \"defect ...\"]`, and its row is failing until it is mended.\n\n\
    Tests of `testbench::rc` and `testbench::security` play the partner of a Verilated NIC, packet by packet; those of `testbench::verbs` are two hosts with \
    drivers; those of `testbench::migration` are both; those of `testbench::faults` are two hosts over a cable that does to chosen packets what it is told; `hdl::blocks` are tests of single blocks.\n";

/// The whole page.
pub fn page(plan: &Plan, sources: &Sources) -> String {
    let mut page = HEAD.to_owned();
    for group in &plan.groups {
        _ = write!(page, "\n## {}\n\n{}\n\n", group.title, group.about.trim());
        match group.rows.iter().any(|row| row.cell.is_some()) {
            true => events(&mut page, group, sources),
            false => rows(&mut page, group, sources),
        }
    }
    let count = plan.rows().count();
    let open: Vec<_> = plan.rows().filter(|row| row.tests.is_empty()).collect();
    _ = write!(
        page,
        "\n{count} rows, {} of them without a test",
        open.len()
    );
    let defects = |row: &&Row| row.tests.iter().any(|test| sources.ignored(test).is_some());
    _ = writeln!(
        page,
        ", {} with a known defect.",
        plan.rows().filter(defects).count()
    );
    page
}

fn rows(page: &mut String, group: &Group, sources: &Sources) {
    page.push_str("| row | goal | stimulus | check | rule | tests |\n|---|---|---|---|---|---|\n");
    for row in &group.rows {
        let cells = [&row.id, &row.goal, &row.stimulus, &row.check, &row.source];
        for cell in cells {
            _ = write!(page, "| {} ", escape(cell));
        }
        _ = writeln!(page, "| {} |", tests(row, sources));
    }
    let choices: Vec<_> = group
        .rows
        .iter()
        .filter_map(|row| Some((row, row.choice.as_ref()?)))
        .collect();
    if !choices.is_empty() {
        page.push_str(
            "\nWhere implementations and the standard differ, or something was to be chosen:\n\n",
        );
        for (row, choice) in choices {
            _ = writeln!(page, "* **{}**: {choice}", row.id);
        }
    }
}

/// The event table as it stands in the protocol, a line for each event.
fn events(page: &mut String, group: &Group, sources: &Sources) {
    page.push_str("| | event |");
    let mut rows = group.rows.iter().peekable();
    let states: Vec<_> = group
        .rows
        .iter()
        .take(6)
        .filter_map(|row| row.cell)
        .collect();
    for state in &states {
        _ = write!(page, " {state} |");
    }
    _ = writeln!(
        page,
        " tests |\n|---|---|{}---|",
        "---|".repeat(states.len())
    );
    while let Some(first) = rows.peek() {
        let id = first.id.split('/').next().unwrap_or_default();
        _ = write!(page, "| {id} | {} |", escape(&first.goal));
        let tests = tests(first, sources);
        for row in rows.by_ref().take(states.len()) {
            _ = write!(page, " {} |", escape(&row.check));
        }
        _ = writeln!(page, " {tests} |");
    }
}

fn tests(row: &Row, sources: &Sources) -> String {
    let name = |test: &super::plan::Test| match sources.ignored(test) {
        Some(reason) => format!("`{test}` (**{}**)", escape(reason)),
        None => format!("`{test}`"),
    };
    match row.tests.is_empty() {
        true => "**missing**".to_owned(),
        false => row.tests.iter().map(name).collect::<Vec<_>>().join("<br>"),
    }
}

/// A text that may stand in a cell of a table.
fn escape(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('\n', " ")
}
