//! What the migration unit's program did, from its program counter in a wave file.

use anyhow::{Context as _, Result, bail};
use std::fmt;
use std::path::Path;

/// Picoseconds of the wave file in a cycle.
const TICKS: u64 = 4000;
/// Instructions of more cycles are named.
const LONG: u64 = 3;

/// A part of the program that ran without a jump to another one.
pub struct Part {
    /// Cycles.
    pub begin: u64,
    pub end: u64,
    label: String,
    /// Its longest instructions: offset and cycles.
    long: String,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:5} {}{}", self.end - self.begin, self.label, self.long)
    }
}

/// Addresses and names, as `migration_program` prints them.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Vec<(u64, String)>> {
    let text = std::fs::read_to_string(path)?;
    let line = |line: &str| {
        let (at, name) = line.trim().split_once(' ')?;
        Some((at.parse().ok()?, name.to_owned()))
    };
    Ok(text.lines().filter_map(line).collect())
}

/// What ran, in order; the waves begin in cycle `begin`.
pub fn parts(file: &Path, begin: u64, labels: &[(u64, String)]) -> Result<Vec<Part>> {
    let steps = steps(file)?;
    let first = steps.first().map_or(0, |s| s.0);
    let cycle = |time: u64| (time - first) / TICKS + begin;
    let part = |pc: u64| labels.iter().rposition(|(at, _)| *at <= pc);
    let mut all = Vec::new();
    let mut k = 0;
    while k + 1 < steps.len() {
        let here = part(steps[k].1);
        let base = here.map_or(0, |p| labels[p].0);
        let mut long = String::new();
        let mut end = k;
        while end + 1 < steps.len() && part(steps[end].1) == here {
            let took = (steps[end + 1].0 - steps[end].0) / TICKS;
            if took > LONG {
                long += &format!(" +{}:{took}", steps[end].1 - base);
            }
            end += 1;
        }
        all.push(Part {
            begin: cycle(steps[k].0),
            end: cycle(steps[end].0),
            label: here.map_or("begin", |p| &labels[p].1).to_owned(),
            long,
        });
        k = end.max(k + 1);
    }
    Ok(all)
}

/// Time and `pc`, whenever that changes.
fn steps(file: &Path) -> Result<Vec<(u64, u64)>> {
    let mut waves = wellen::simple::read(file)?;
    let hierarchy = waves.hierarchy();
    let found = hierarchy.iter_vars().find(|v| {
        let name = v.full_name(hierarchy);
        name.ends_with(".pc_q") && name.contains(".unit.")
    });
    let Some(signal) = found.map(|v| v.signal_ref()) else {
        bail!("no program counter in the waves");
    };
    waves.load_signals(&[signal]);
    let table = waves.time_table().to_vec();
    let changes = waves.get_signal(signal).context("no changes")?;
    let mut all = Vec::new();
    for (at, value) in changes.iter_changes() {
        let bits = value.to_bit_string().context("no bits")?;
        all.push((table[at as usize], u64::from_str_radix(&bits, 2)?));
    }
    Ok(all)
}
