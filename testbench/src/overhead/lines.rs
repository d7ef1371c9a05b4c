//! Lines of RustHDL that are there for migration: whole files, and in shared blocks what stands under the parameter `MG`.
//!
//! Empty lines, comments and unit tests do not count.

use super::purposes::{PurposeError, Purposes};
use serde::{Deserialize, Serialize};
use sim_verilator::paths;
use std::path::{Path, PathBuf};

/// Lines of a purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurposeLines {
    pub purpose: String,
    pub text: String,
    /// In files of their own.
    pub own: usize,
    /// In blocks that both NICs have.
    pub hooks: usize,
}

/// All lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineTable {
    pub purposes: Vec<PurposeLines>,
    /// Lines of all RustHDL sources, migration included.
    pub all: usize,
    /// Hooks file by file.
    pub files: Vec<(String, usize)>,
    /// Files for migration that no purpose lists.
    pub unlisted: Vec<String>,
}

/// Why lines cannot be counted.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    #[error(transparent)]
    Purposes(#[from] PurposeError),
    #[error("{path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// Counts.
///
/// # Errors
/// [`LineError`].
pub fn count() -> Result<LineTable, LineError> {
    let purposes = Purposes::load()?;
    let root = paths::workspace_root().join("hdl/src");
    let mut sources = Vec::new();
    collect(&root, "", &mut sources)?;
    let mut table = LineTable {
        purposes: Vec::new(),
        all: 0,
        files: Vec::new(),
        unlisted: Vec::new(),
    };
    for purpose in &purposes.all {
        let (mut own, mut hooks) = (0, 0);
        for (name, text) in &sources {
            if purpose.files.contains(name) {
                own += code(text).count();
            }
            if purpose.hooks.contains(name) {
                let here = hook_lines(text);
                hooks += here;
                table.files.push((name.clone(), here));
            }
        }
        table.purposes.push(PurposeLines {
            purpose: purpose.name.clone(),
            text: purpose.text.clone(),
            own,
            hooks,
        });
    }
    for (name, text) in &sources {
        table.all += code(text).count();
        let listed =
            |p: &super::purposes::Purpose| p.files.contains(name) || p.hooks.contains(name);
        let concerns = name.starts_with("migration/") || hook_lines(text) > 0;
        // the top hands the parameter on
        if concerns && name != "nic.rs" && !purposes.all.iter().any(listed) {
            table.unlisted.push(name.clone());
        }
    }
    Ok(table)
}

fn collect(
    folder: &Path,
    prefix: &str,
    sources: &mut Vec<(String, String)>,
) -> Result<(), LineError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| LineError::Io { path, source }
    };
    let entries = std::fs::read_dir(folder).map_err(io(folder))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            // programs that print, no hardware
            if name != "bin" {
                collect(&path, &format!("{name}/"), sources)?;
            }
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).map_err(io(&path))?;
            sources.push((name, text));
        }
    }
    Ok(())
}

/// Lines that are neither empty nor comments nor tests.
pub(super) fn code(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]");
    lines.filter(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("//")
    })
}

/// Lines with the parameter `MG`, and those in the blocks that it opens.
fn hook_lines(text: &str) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut count = 0;
    // indentation of the line that opened the block
    let mut block: Option<usize> = None;
    for line in code(text) {
        if let Some(outer) = block {
            count += 1;
            if indent(line) <= outer && !line.trim_end().ends_with('{') {
                block = None;
            }
            continue;
        }
        let words = |c: char| !c.is_alphanumeric() && c != '_';
        if !line.split(words).any(|word| word == "MG") {
            continue;
        }
        count += 1;
        let trimmed = line.trim();
        let opens = trimmed.starts_with("if MG == 1") || trimmed.starts_with("for i in 0..MG");
        if opens && trimmed.ends_with('{') {
            block = Some(indent(line));
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hook_lines_are_those_under_the_parameter() {
        let text = "struct A<const MG: usize> {\n    a: [Bit; MG],\n    b: Bit,\n}\nfn update() {\n    if MG == 1 {\n        // why\n        a();\n        \
                    if b {\n            c();\n        }\n    }\n    d();\n    for i in 0..MG {\n        e();\n    }\n}\n#[cfg(test)]\nmod tests { MG }\n";
        // the two declarations, six and three lines of blocks
        assert_eq!(hook_lines(text), 2 + 6 + 3);
    }

    #[test]
    fn lines_every_file_has_a_purpose() {
        let table = count().unwrap();
        assert!(table.unlisted.is_empty(), "{:?}", table.unlisted);
        assert!(table.purposes.iter().all(|p| p.own + p.hooks > 0));
    }
}
