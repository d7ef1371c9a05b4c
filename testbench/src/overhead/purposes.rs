//! What blocks and files of migration are for: the table in `testbench/data/overhead/purposes.toml`.

use serde::Deserialize;
use sim_verilator::paths;
use std::path::{Path, PathBuf};

/// One purpose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    pub name: String,
    /// What that is.
    pub text: String,
    /// Blocks of the Verilog; `unit/NAME` inside the migration unit. Those of the machine that runs the unit's program are in no purpose's list.
    pub blocks: Vec<String>,
    /// Files below `hdl/src` that are for migration altogether.
    pub files: Vec<String>,
    /// Files with some lines for migration.
    pub hooks: Vec<String>,
}

/// The machine that runs the migration unit's programs, of which several purposes have some.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    pub blocks: Vec<String>,
    /// Program files that all purposes need.
    pub shared: Vec<String>,
}

/// All of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purposes {
    #[serde(rename = "purpose")]
    pub all: Vec<Purpose>,
    pub machine: Machine,
    /// Lines of program of each purpose in the order of `all`: the machine's cells are shared out in their proportion.
    #[serde(skip)]
    pub program: Vec<usize>,
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum PurposeError {
    #[error("{path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {source}")]
    Text {
        path: PathBuf,
        source: Box<toml::de::Error>,
    },
}

/// What is in no list.
pub const OTHER: &str = "not assigned";
/// What is shared out among purposes.
pub const MACHINE: &str = "machine, by lines of program";
/// Folder of the machine's programs.
const PROGRAM: &str = "migration/program/";

impl Purposes {
    /// Reads the table.
    ///
    /// # Errors
    /// [`PurposeError`].
    pub fn load() -> Result<Self, PurposeError> {
        let root = paths::workspace_root();
        let path = root.join("testbench/data/overhead/purposes.toml");
        let mut read: Self = match toml::from_str(&text(&path)?) {
            Ok(read) => read,
            Err(source) => {
                let source = Box::new(source);
                return Err(PurposeError::Text { path, source });
            }
        };
        for purpose in &read.all {
            let own = |file: &&String| file.starts_with(PROGRAM);
            let own = purpose.files.iter().filter(own);
            let mut lines = 0;
            for file in own.filter(|file| !read.machine.shared.contains(file)) {
                lines += super::lines::code(&text(&root.join("hdl/src").join(file))?).count();
            }
            read.program.push(lines);
        }
        Ok(read)
    }

    /// What a block is for; [`MACHINE`] also for what is inside the migration unit and in no list.
    pub fn of_block(&self, block: &str) -> &str {
        let machine = |name: &str| self.machine.blocks.iter().any(|b| b == name);
        let found = self
            .all
            .iter()
            .find(|p| p.blocks.iter().any(|b| b == block));
        match found {
            Some(purpose) => &purpose.name,
            None if machine(block) => MACHINE,
            None if block
                .split_once('/')
                .is_some_and(|(outer, _)| machine(outer)) =>
            {
                MACHINE
            }
            None => OTHER,
        }
    }

    /// A number of cells of the machine, shared out: a whole number for each purpose in the order of `all`, and together `count`.
    pub fn share_out(&self, count: i64) -> Vec<i64> {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let all = number(self.program.iter().sum()).max(1);
        let mut before = 0;
        let upto = |lines: i64| (count * lines + all / 2).div_euclid(all);
        let shares = self.program.iter().map(|lines| {
            let begin = upto(before);
            before += number(*lines);
            upto(before) - begin
        });
        shares.collect()
    }
}

fn text(path: &Path) -> Result<String, PurposeError> {
    std::fs::read_to_string(path).map_err(|source| PurposeError::Io {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_of_blocks() {
        let purposes = Purposes::load().unwrap();
        assert_eq!(purposes.of_block("dispatch"), "packet path");
        assert_eq!(purposes.of_block("unit/pager"), "dump and restore");
        assert_eq!(purposes.of_block("unit/anything"), MACHINE);
        assert_eq!(purposes.of_block("unit"), MACHINE);
        assert_eq!(purposes.of_block("nothing"), OTHER);
    }

    #[test]
    fn machine_is_shared_out_without_a_rest() {
        let mut purposes = Purposes::load().unwrap();
        let names = purposes.all.iter().map(|p| p.name.as_str());
        let with_program: Vec<&str> = names
            .zip(&purposes.program)
            .filter_map(|(name, lines)| (*lines > 0).then_some(name))
            .collect();
        let expected = ["messages", "dump and restore", "sets and tombstones"];
        assert_eq!(with_program, expected);
        purposes.program = vec![0, 3, 0, 2, 2];
        assert_eq!(purposes.share_out(70), [0, 30, 0, 20, 20]);
        for count in [-5, 0, 1, 2, 3, 1001] {
            assert_eq!(purposes.share_out(count).iter().sum::<i64>(), count);
        }
    }

    #[test]
    fn purposes_list_nothing_twice() {
        let purposes = Purposes::load().unwrap();
        for list in [
            |p: &Purpose| p.blocks.clone(),
            |p: &Purpose| p.files.clone(),
            |p: &Purpose| p.hooks.clone(),
        ] {
            let mut all: Vec<String> = purposes.all.iter().flat_map(list).collect();
            all.sort();
            let count = all.len();
            all.dedup();
            assert_eq!(all.len(), count, "{all:?}");
        }
    }
}
