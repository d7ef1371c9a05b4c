//! Results that are kept, each in a file named by all that it depends on, so that a run that was cut short goes on where it stopped.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sim_verilator::{content_hash, paths};
use std::fs;
use std::path::{Path, PathBuf};

/// Sources that every simulated result depends on, beside the Verilog; of a folder all files below it.
const SOURCES: [&str; 6] = [
    "fw-regs/src",
    "sim-verilator/src",
    "host-driver/src",
    "testbench/src/cluster.rs",
    "testbench/src/lab",
    "testbench/src/net",
];

/// What a result depends on: a hash of it so far.
#[derive(Clone)]
pub struct Key(String);

impl Key {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self(content_hash::<&str>(&[]))
    }

    /// And of this.
    #[must_use]
    pub fn with(self, part: impl AsRef<[u8]>) -> Self {
        Self(content_hash(&[self.0.as_bytes(), part.as_ref()]))
    }

    /// And of the sources that run simulations, with these of this folder among them.
    #[must_use]
    pub fn with_sources(self, own: &[&str]) -> Self {
        let root = paths::workspace_root();
        let mut files = Vec::new();
        for source in SOURCES {
            collect(&root.join(source), &mut files);
        }
        for name in own {
            files.push(root.join("testbench/src/overhead").join(name));
        }
        files.sort();
        files.iter().fold(self, |key, file| {
            let name = file.strip_prefix(&root).unwrap_or(file);
            key.with(name.to_string_lossy().replace('\\', "/"))
                .with(fs::read(file).unwrap_or_default())
        })
    }

    fn text(&self) -> &str {
        &self.0[..24]
    }
}

impl Default for Key {
    fn default() -> Self {
        Self::new()
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    match fs::read_dir(path) {
        Ok(entries) => entries
            .flatten()
            .for_each(|entry| collect(&entry.path(), files)),
        Err(_) => files.push(path.to_owned()),
    }
}

/// `target/overhead`.
pub fn folder() -> PathBuf {
    paths::models_dir().with_file_name("overhead")
}

fn path(name: &str, key: &Key) -> PathBuf {
    folder().join(format!("{name}-{}.json", key.text()))
}

/// The result of that name, if it has been kept.
pub fn load<T: DeserializeOwned>(name: &str, key: &Key) -> Option<T> {
    let text = fs::read_to_string(path(name, key)).ok()?;
    serde_json::from_str(&text).ok()
}

/// Keeps a result. That it cannot be kept is no failure: it will be made again.
pub fn store(name: &str, key: &Key, result: &impl Serialize) {
    let path = path(name, key);
    let partial = path.with_extension("part");
    let written = serde_json::to_string(result).ok().and_then(|text| {
        fs::create_dir_all(folder()).ok()?;
        fs::write(&partial, text).ok()
    });
    if written.is_some() {
        let _ = fs::rename(&partial, &path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_parts_do_not_run_together() {
        let key = |parts: [&str; 2]| Key::new().with(parts[0]).with(parts[1]).text().to_owned();
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
        assert_eq!(key(["ab", "c"]), key(["ab", "c"]));
    }

    #[test]
    fn key_of_the_sources_is_the_same_again() {
        let key = |own: &[&str]| Key::new().with_sources(own).text().to_owned();
        assert_eq!(key(&["cycles.rs"]), key(&["cycles.rs"]));
        assert_ne!(key(&["cycles.rs"]), key(&[]));
        assert_ne!(key(&[]), Key::new().text());
    }
}
