//! The plan joined with a test run.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;

use super::plan::{Plan, Row};
use super::results::{Outcome, Results};
use super::sources::Sources;

/// What is known about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// All its tests have passed.
    Covered,
    /// One of its tests has failed, or is switched off for a known defect.
    Failing,
    /// No test is named.
    Missing,
    /// The run did not have all of its tests, and none of them failed.
    NotRun,
}

impl Standing {
    fn text(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Failing => "failing",
            Self::Missing => "missing",
            Self::NotRun => "not run",
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    group: &'a str,
    id: &'a str,
    standing: Standing,
    goal: &'a str,
    /// tests that are not known to have passed, and why
    tests: Vec<String>,
}

/// See the module's head.
pub struct Report<'a> {
    lines: Vec<Line<'a>>,
    tests_run: usize,
}

impl<'a> Report<'a> {
    pub fn new(plan: &'a Plan, sources: &Sources, results: &Results) -> Self {
        let line = |group: &'a str, row: &'a Row| {
            let (standing, tests) = stand(row, sources, results);
            Line {
                group,
                id: &row.id,
                standing,
                goal: &row.goal,
                tests,
            }
        };
        let groups = plan.groups.iter();
        let lines = groups.flat_map(|group| group.rows.iter().map(|row| line(&group.title, row)));
        Self {
            lines: lines.collect(),
            tests_run: results.count(),
        }
    }

    /// Rows that are failing or missing.
    pub fn bad(&self) -> usize {
        self.count(Standing::Failing) + self.count(Standing::Missing)
    }

    fn count(&self, standing: Standing) -> usize {
        let same = self.lines.iter().filter(|line| line.standing == standing);
        same.count()
    }

    /// As JSON: a list of rows.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(&self.lines)?)
    }

    /// As text: the rows that are failing or missing, or `all`, and how many there are of each kind.
    pub fn text(&self, all: bool) -> String {
        let mut text = String::new();
        let mut group = "";
        for line in &self.lines {
            if !all && matches!(line.standing, Standing::Covered | Standing::NotRun) {
                continue;
            }
            if line.group != group {
                group = line.group;
                _ = writeln!(text, "{group}");
            }
            _ = writeln!(
                text,
                "  {:8} {:14} {}",
                line.standing.text(),
                line.id,
                line.goal
            );
            for test in &line.tests {
                _ = writeln!(text, "           {test}");
            }
        }
        let count = |standing| self.count(standing);
        _ = writeln!(
            text,
            "{} rows: {} covered, {} failing, {} missing, {} not run; the last run had {} tests",
            self.lines.len(),
            count(Standing::Covered),
            count(Standing::Failing),
            count(Standing::Missing),
            count(Standing::NotRun),
            self.tests_run
        );
        text
    }
}

/// How a row stands, and what there is to say about its tests.
fn stand(row: &Row, sources: &Sources, results: &Results) -> (Standing, Vec<String>) {
    if row.tests.is_empty() {
        return (Standing::Missing, vec![]);
    }
    let mut standing = Standing::Covered;
    let mut remarks = Vec::new();
    for test in &row.tests {
        let (found, remark) = match (results.of(test), sources.ignored(test)) {
            (Some(Outcome::Failed), _) => (Standing::Failing, "failed".to_owned()),
            (_, Some(reason)) => (Standing::Failing, reason.to_owned()),
            (None, None) => (Standing::NotRun, "not run".to_owned()),
            (Some(Outcome::Passed), None) => continue,
        };
        if standing != Standing::Failing {
            standing = found;
        }
        remarks.push(format!("{test}: {remark}"));
    }
    (standing, remarks)
}
