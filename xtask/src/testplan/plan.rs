//! The plan itself, as it stands in its files.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fmt, fs};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Where the groups are, from the workspace root.
const FOLDER: &str = "testbench/data/testplan";
/// The groups in the order of the page.
const GROUPS: [&str; 7] = [
    "filter",
    "responder",
    "requester",
    "migration",
    "events",
    "security",
    "outside",
];
/// The states of the event table, in the order of its columns.
const STATES: [&str; 6] = [
    "Normal",
    "Paused",
    "Stopped",
    "Resuming",
    "Restored",
    "Tombstone",
];

/// All groups.
pub struct Plan {
    pub groups: Vec<Group>,
}

/// Rows that belong together.
pub struct Group {
    pub title: String,
    pub about: String,
    pub rows: Vec<Row>,
}

/// One rule.
pub struct Row {
    /// Its number in the list, unique in the plan.
    pub id: String,
    /// What the NIC shall do, in short.
    pub goal: String,
    /// What is done to it.
    pub stimulus: String,
    /// What must be seen.
    pub check: String,
    /// Where the rule stands.
    pub source: String,
    /// What is followed where implementations and the standard differ, and why.
    pub choice: Option<String>,
    /// The state, if the row is a cell of the event table.
    pub cell: Option<&'static str>,
    /// Tests that show it, all of them needed.
    pub tests: Vec<Test>,
}

/// A test: its binary as nextest calls it, and its path in there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Test {
    pub binary: String,
    pub path: String,
}

impl Test {
    /// Its name without modules.
    pub fn name(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or(&self.path)
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.binary, self.path)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    title: String,
    about: String,
    /// Where the rules of this group stand, for rows that do not say it.
    source: Option<String>,
    #[serde(default)]
    row: Vec<RowEntry>,
    #[serde(default)]
    event: Vec<EventEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowEntry {
    id: String,
    goal: String,
    stimulus: String,
    check: String,
    source: Option<String>,
    choice: Option<String>,
    tests: Vec<String>,
}

/// A row of the event table: one cell for each state, all shown by the same tests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventEntry {
    id: String,
    event: String,
    cells: [String; 6],
    tests: Vec<String>,
}

impl Plan {
    /// Reads all groups.
    ///
    /// # Errors
    /// A file is missing or malformed, or two rows have the same number.
    pub fn read(root: &Path) -> Result<Self> {
        let read = |name: &&str| {
            let path = root.join(FOLDER).join(name).with_extension("toml");
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            Group::parse(&text).with_context(|| path.display().to_string())
        };
        let plan = Self {
            groups: GROUPS.iter().map(read).collect::<Result<_>>()?,
        };
        let mut ids = BTreeSet::new();
        for row in plan.rows() {
            if !ids.insert(&row.id) {
                bail!("two rows are called {}", row.id);
            }
        }
        Ok(plan)
    }

    /// All rows in order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }
}

impl Group {
    fn parse(text: &str) -> Result<Self> {
        let file: GroupFile = toml::from_str(text)?;
        let mut rows = Vec::new();
        for entry in file.row {
            let id = entry.id;
            let source = entry.source.or_else(|| file.source.clone());
            rows.push(Row {
                source: source.with_context(|| format!("row {id} has no source"))?,
                tests: tests(&entry.tests).with_context(|| format!("row {id}"))?,
                id,
                goal: entry.goal,
                stimulus: entry.stimulus,
                check: entry.check,
                choice: entry.choice,
                cell: None,
            });
        }
        for entry in file.event {
            let tests = tests(&entry.tests).with_context(|| format!("event {}", entry.id))?;
            for (state, check) in STATES.into_iter().zip(entry.cells) {
                rows.push(Row {
                    id: format!("{}/{state}", entry.id),
                    goal: entry.event.clone(),
                    stimulus: entry.event.clone(),
                    check,
                    source: file.source.clone().unwrap_or_default(),
                    choice: None,
                    cell: Some(state),
                    tests: tests.clone(),
                });
            }
        }
        Ok(Self {
            title: file.title,
            about: file.about,
            rows,
        })
    }
}

fn tests(names: &[String]) -> Result<Vec<Test>> {
    let parse = |name: &String| match name.split_once(' ') {
        Some((binary, path)) => Ok(Test {
            binary: binary.to_owned(),
            path: path.to_owned(),
        }),
        None => bail!("{name:?} is no test; write BINARY PATH, as nextest shows it"),
    };
    names.iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "title = 'T'\nabout = 'A'\nsource = 'S'\n";

    #[test]
    fn group_makes_a_row_of_every_cell() {
        let event = "[[event]]\nid = 'E1'\nevent = 'STOP'\ncells = ['a', 'b', 'c', 'd', 'e', 'f']\ntests = ['x y::z']\n";
        let group = Group::parse(&format!("{HEAD}{event}")).unwrap();
        assert_eq!(group.rows.len(), 6);
        assert_eq!(
            (group.rows[2].id.as_str(), group.rows[2].check.as_str()),
            ("E1/Stopped", "c")
        );
        assert_eq!(group.rows[5].tests[0].to_string(), "x y::z");
        assert_eq!(group.rows[5].tests[0].name(), "z");
    }

    #[test]
    fn group_malformed_bad_flow() {
        let row = "[[row]]\nid = '1'\ngoal = ''\nstimulus = ''\ncheck = ''\n";
        assert!(Group::parse(&format!("{HEAD}{row}tests = ['a b']")).is_ok());
        assert!(Group::parse(&format!("{HEAD}{row}tests = ['ab']")).is_err());
        assert!(Group::parse(&format!("{HEAD}{row}tests = []\nother = 1")).is_err());
        assert!(Group::parse(&format!("title = 'T'\nabout = 'A'\n{row}tests = []")).is_err());
    }
}
