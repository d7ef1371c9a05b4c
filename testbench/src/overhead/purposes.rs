//! What blocks and files of migration are for: the table in `testbench/data/overhead/purposes.toml`.

use serde::Deserialize;
use sim_verilator::paths;
use std::path::PathBuf;

/// One purpose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    pub name: String,
    /// What that is.
    pub text: String,
    /// Blocks of the Verilog; `unit/NAME` inside the migration unit.
    pub blocks: Vec<String>,
    /// Files below `hdl/src` that are for migration altogether.
    pub files: Vec<String>,
    /// Files with some lines for migration.
    pub hooks: Vec<String>,
}

/// All of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purposes {
    #[serde(rename = "purpose")]
    pub all: Vec<Purpose>,
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

impl Purposes {
    /// Reads the table.
    ///
    /// # Errors
    /// [`PurposeError`].
    pub fn load() -> Result<Self, PurposeError> {
        let path = paths::workspace_root().join("testbench/data/overhead/purposes.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(PurposeError::Io { path, source }),
        };
        toml::from_str(&text).map_err(|source| PurposeError::Text {
            path,
            source: Box::new(source),
        })
    }

    /// What a block is for; one inside the migration unit that is in no list is part of the machine.
    pub fn of_block(&self, block: &str) -> &str {
        let find = |name: &str| self.all.iter().find(|p| p.blocks.iter().any(|b| b == name));
        let inside = || block.split_once('/').and_then(|(outer, _)| find(outer));
        find(block).or_else(inside).map_or(OTHER, |p| &p.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_of_blocks() {
        let purposes = Purposes::load().unwrap();
        assert_eq!(purposes.of_block("dispatch"), "packet path");
        assert_eq!(purposes.of_block("unit/pager"), "dump and restore");
        assert_eq!(purposes.of_block("unit/anything"), "messages");
        assert_eq!(purposes.of_block("nothing"), OTHER);
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
