//! What yosys says of a netlist: cells by type in each module (`stat -json`).

use crate::{FlowError, Workspace};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;

/// Statistics of a design whose hierarchy has been kept.
#[derive(Clone, Debug, Deserialize)]
pub struct Stat {
    modules: BTreeMap<String, Module>,
}

#[derive(Clone, Debug, Deserialize)]
struct Module {
    num_cells_by_type: BTreeMap<String, u64>,
    /// Newer releases list instances of modules apart from cells.
    #[serde(default)]
    num_submodules_by_type: BTreeMap<String, u64>,
}

/// Netlists in which a block cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("yosys statistics hold no module {0}")]
pub struct UnknownModule(pub String);

impl Stat {
    /// From what `stat -json` printed. Release 0.23 puts its hierarchy as plain text between the lines of JSON; those lines are dropped.
    ///
    /// # Errors
    /// What is wrong in the JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let json: String = text
            .lines()
            .filter(|line| line.trim_start().starts_with(['{', '}', '"']))
            .collect();
        serde_json::from_str(&json)
    }

    /// From a file of a workspace.
    ///
    /// # Errors
    /// [`FlowError::Io`], [`FlowError::Report`].
    pub fn load(workspace: &Workspace, name: &str) -> Result<Self, FlowError> {
        let path = workspace.path(name);
        let text = fs::read_to_string(&path).map_err(FlowError::io(&path))?;
        Self::parse(&text).map_err(|source| FlowError::Report { path, source })
    }

    /// Calls `cell` with block, kind and number of all cells of `top` and below. A block is a module right below `top`, with all below
    /// it; modules right below one that is in `outer` are blocks `MODULE/NAME`, and `MODULE` is the rest of it. Verilog has no recursion, so this ends.
    ///
    /// # Errors
    /// [`UnknownModule`] if there is no `top`.
    pub fn walk(
        &self,
        top: &str,
        outer: &[&str],
        mut cell: impl FnMut(&str, &str, u64),
    ) -> Result<(), UnknownModule> {
        let unknown = || UnknownModule(top.to_owned());
        self.module(top).ok_or_else(unknown)?;
        let mut open = vec![(top.to_owned(), top.to_owned(), 1)];
        while let Some((name, block, times)) = open.pop() {
            let inside = self.module(&name).into_iter().flat_map(Module::contents);
            for (kind, count) in inside {
                let kind = plain(kind);
                if self.module(kind).is_none() {
                    cell(&block, kind, times * count);
                    continue;
                }
                let block = match name.as_str() {
                    n if n == top => kind.to_owned(),
                    n if outer.contains(&n) => format!("{n}/{kind}"),
                    _ => block.clone(),
                };
                open.push((kind.to_owned(), block, times * count));
            }
        }
        Ok(())
    }

    /// Instances of modules right in `top`.
    pub fn instances(&self, top: &str) -> BTreeMap<String, u64> {
        let inside = self.module(top).into_iter().flat_map(Module::contents);
        inside
            .map(|(kind, count)| (plain(kind).to_owned(), *count))
            .filter(|(kind, _)| self.module(kind).is_some())
            .collect()
    }

    /// Module names carry yosys's backslash, names of cells do not in every release.
    fn module(&self, name: &str) -> Option<&Module> {
        self.modules
            .get(name)
            .or_else(|| self.modules.get(&format!("\\{}", plain(name))))
    }
}

impl Module {
    fn contents(&self) -> impl Iterator<Item = (&String, &u64)> {
        self.num_cells_by_type
            .iter()
            .chain(&self.num_submodules_by_type)
    }
}

fn plain(name: &str) -> &str {
    name.trim_start_matches('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
   "modules": {
      "\\top": {
         "num_cells_by_type": {
            "LUT6": 3,
            "unit": 1,
            "leaf": 2
         }
      },
      "\\unit": {
         "num_cells_by_type": {
            "FDRE": 5,
            "leaf": 1
         }
      },
      "\\leaf": {
         "num_cells_by_type": {
            "RAMB36E1": 1,
            "CARRY4": 4
         }
      }
   }
   leaf   1
}"#;

    fn counts(text: &str, outer: &[&str]) -> Vec<(String, String, u64)> {
        let mut all = vec![];
        let stat = Stat::parse(text).expect("well-formed");
        stat.walk("top", outer, |block, kind, count| {
            all.push((block.to_owned(), kind.to_owned(), count));
        })
        .expect("top is there");
        all.sort();
        all
    }

    fn of(all: &[(String, String, u64)], block: &str, kind: &str) -> u64 {
        let these = all.iter().filter(|(b, k, _)| b == block && k == kind);
        these.map(|(_, _, count)| count).sum()
    }

    #[test]
    fn stat_walks_by_block_and_inside_blocks() {
        let all = counts(TEXT, &["top", "unit"]);
        assert_eq!((of(&all, "top", "LUT6"), of(&all, "unit", "FDRE")), (3, 5));
        assert_eq!(of(&all, "leaf", "CARRY4"), 8);
        assert_eq!(of(&all, "unit/leaf", "CARRY4"), 4);
        let all = counts(TEXT, &["top"]);
        assert_eq!(of(&all, "unit", "CARRY4"), 4);
    }

    #[test]
    fn stat_instances_are_those_of_modules() {
        let stat = Stat::parse(TEXT).expect("well-formed");
        let instances: Vec<_> = stat.instances("top").into_iter().collect();
        assert_eq!(instances, [("leaf".to_owned(), 2), ("unit".to_owned(), 1)]);
    }

    #[test]
    fn stat_names_with_submodules_apart() {
        let newer = r#"{"modules": {
            "\\top": {"num_cells_by_type": {"LUT4": 3}, "num_submodules_by_type": {"leaf": 2}},
            "\\leaf": {"num_cells_by_type": {"TRELLIS_DPR16X4": 5, "$scopeinfo": 1}}}}"#;
        let all = counts(newer, &[]);
        assert_eq!(of(&all, "leaf", "TRELLIS_DPR16X4"), 10);
        assert_eq!(of(&all, "top", "LUT4"), 3);
    }

    #[test]
    fn stat_without_the_top_bad_flow() {
        let stat = Stat::parse(TEXT).expect("well-formed");
        let error = stat
            .walk("nic", &[], |_, _, _| ())
            .expect_err("there is no nic");
        assert_eq!(error.to_string(), "yosys statistics hold no module nic");
    }
}
