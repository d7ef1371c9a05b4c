//! What became of the hand-made mutants, kept in a file that the page of the documentation is printed from.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sim_verilator::paths;

use super::auto::record::{CHANGED, verilog_hash};

/// The verdicts.
const FILE: &str = "xtask/data/mutants/verdicts.toml";

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    pub name: String,
    /// `killed` if all its tests failed, else `survived`.
    pub verdict: Word,
    /// What its tests took.
    pub seconds: u64,
    /// SHA-256 of the 64-bit NIC without mutants.
    pub verilog: String,
    /// Tests that passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<String>,
    /// Tests that failed, and what they said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<String, String>,
}

/// See [`Verdict::verdict`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    Killed,
    Survived,
}

impl Word {
    pub fn text(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::Survived => "survived",
        }
    }
}

/// All that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdicts {
    #[serde(default)]
    mutant: Vec<Verdict>,
}

impl Verdicts {
    /// The committed ones; none if there is no such file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read() -> Result<Self> {
        let path = paths::workspace_root().join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).context(FILE),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).context(FILE),
        }
    }

    /// Writes them, in the order of `names`; those of mutants that are no more are left out.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, names: &[&str]) -> Result<()> {
        let mutant = names
            .iter()
            .filter_map(|name| self.of(name))
            .cloned()
            .collect();
        let text = toml::to_string_pretty(&Self { mutant })?;
        let path = paths::workspace_root().join(FILE);
        fs::create_dir_all(path.parent().unwrap_or(&path)).context(FILE)?;
        fs::write(path, text).context(FILE)
    }

    /// Puts one in the place of an earlier one.
    pub fn put(&mut self, verdict: Verdict) {
        self.mutant.retain(|v| v.name != verdict.name);
        self.mutant.push(verdict);
    }

    pub fn of(&self, name: &str) -> Option<&Verdict> {
        self.mutant.iter().find(|v| v.name == name)
    }

    /// What the page says before the tables.
    ///
    /// # Errors
    /// There is no Verilog.
    pub fn head(&self, names: &[&str]) -> Result<String> {
        let now = verilog_hash(64)?;
        let known: Vec<&Verdict> = names.iter().filter_map(|n| self.of(n)).collect();
        let killed = known.iter().filter(|v| v.verdict == Word::Killed).count();
        let old = known.iter().filter(|v| v.verilog != now).count();
        let mut text = format!(
            "**{killed} of {} killed**, {} survive, {} have no verdict. The verdicts are of `roamnic_64.v` with SHA-256 `{}`.\n",
            names.len(),
            known.len() - killed,
            names.len() - known.len(),
            known.first().map_or(now.as_str(), |v| v.verilog.as_str()),
        );
        if old > 0 {
            let _ = write!(text, "\n{CHANGED} {old} verdicts are of an earlier one.\n");
        }
        text += "\n";
        Ok(text)
    }

    /// The verdict in a cell of a table.
    pub fn cell(&self, name: &str) -> String {
        match self.of(name) {
            Some(v) => format!("{}, {} s", v.verdict.text(), v.seconds),
            None => "not run yet".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(name: &str, word: Word) -> Verdict {
        Verdict {
            name: name.into(),
            verdict: word,
            seconds: 3,
            verilog: "00".into(),
            passed: vec![],
            failed: BTreeMap::from([("rc::a".into(), "left: \"1\"".into())]),
        }
    }

    #[test]
    fn verdicts_take_the_place_of_earlier_ones() {
        let mut all = Verdicts::default();
        all.put(verdict("a", Word::Survived));
        all.put(verdict("b", Word::Killed));
        all.put(verdict("a", Word::Killed));
        assert_eq!(all.mutant.len(), 2);
        assert_eq!(all.cell("a"), "killed, 3 s");
        assert_eq!(all.cell("c"), "not run yet");
        let text = toml::to_string_pretty(&all).unwrap();
        assert_eq!(toml::from_str::<Verdicts>(&text).unwrap(), all);
        let head = all.head(&["a", "b", "c"]).unwrap();
        assert!(
            head.starts_with("**2 of 3 killed**, 0 survive, 1 have no verdict."),
            "{head}"
        );
        assert!(head.contains("changed since"), "{head}");
    }
}
