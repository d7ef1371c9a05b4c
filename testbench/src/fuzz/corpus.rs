//! Inputs that are kept: files in a folder per target, named by their contents.

use super::{Target, features};
use sha2::{Digest, Sha256};
use sim_verilator::paths;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where a target's inputs are, below the workspace.
pub fn folder(target: Target) -> PathBuf {
    root().join(target.name())
}

/// Where inputs are that find something not yet mended.
pub fn open_folder(target: Target) -> PathBuf {
    root().join("open").join(target.name())
}

fn root() -> PathBuf {
    paths::workspace_root().join("testbench/data/fuzz")
}

/// The name of an input's file: the first 64 bits of its SHA-256.
pub fn name(input: &[u8]) -> String {
    let hash = Sha256::digest(input);
    let hex: String = hash
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    hex + ".bin"
}

/// All inputs of a folder with their files, in order of names; none if there is no folder.
///
/// # Errors
/// A file cannot be read.
pub fn read(folder: &Path) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| entry.map(|e| e.path()))
            .collect::<Result<_, _>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => vec![],
        Err(error) => return Err(error),
    };
    files.retain(|file| file.extension().is_some_and(|e| e == "bin"));
    files.sort();
    files
        .into_iter()
        .map(|file| fs::read(&file).map(|bytes| (file, bytes)))
        .collect()
}

/// Writes an input; where.
///
/// # Errors
/// The file cannot be written.
pub fn write(folder: &Path, input: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let file = folder.join(name(input));
    fs::write(&file, input)?;
    Ok(file)
}

/// An input and what it reaches.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The bytes.
    pub input: Vec<u8>,
    /// What it reaches.
    pub features: Vec<u32>,
}

/// The fewest bytes that a simple choice finds that together reach what all reach, however often: again and again the entry that adds most for its
/// length.
pub fn distil(entries: &[Entry]) -> Vec<&Entry> {
    let mut reached = super::Reached::default();
    let mut left: Vec<(&Entry, Vec<u32>)> = entries.iter().map(|e| (e, coarse(e))).collect();
    // short ones first, so that of equals the shortest is taken
    left.sort_by(|(a, _), (b, _)| (a.input.len(), &a.input).cmp(&(b.input.len(), &b.input)));
    let mut kept = vec![];
    loop {
        let worth = |(entry, features): &(&Entry, Vec<u32>)| {
            (reached.new_of(features).len() << 16) / (entry.input.len() + 64)
        };
        let best = left.iter().enumerate().map(|(k, one)| (worth(one), k));
        let best = best.max_by_key(|(worth, k)| (*worth, std::cmp::Reverse(*k)));
        match best {
            Some((worth, k)) if worth > 0 => {
                let (entry, features) = left.remove(k);
                reached.add(&features);
                kept.push(entry);
            }
            _ => return kept,
        }
    }
}

/// What an entry reaches, each once.
fn coarse(entry: &Entry) -> Vec<u32> {
    let features = entry.features.iter().map(|f| features::coarse(*f));
    let all: BTreeSet<u32> = features.collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corpus_distilled_reaches_all() {
        let entry = |input: &[u8], features: &[u32]| Entry {
            input: input.to_vec(),
            features: features.to_vec(),
        };
        let entries = [
            entry(&[1; 64], &[8, 16]),
            entry(&[2; 16], &[17]),
            entry(&[3; 32], &[8, 16, 24]),
            entry(&[4; 16], &[32, 33]),
        ];
        let kept: Vec<_> = distil(&entries).iter().map(|e| e.input[0]).collect();
        assert_eq!(kept, [3, 4]);
    }
}
