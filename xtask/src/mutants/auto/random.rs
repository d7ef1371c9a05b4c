//! Random traffic that mutants have to bear: cases of the search, in lockstep with the model, and demos, in which processes move.
//!
//! Cases and demos are fixed by their seeds, and only those count that the NIC without a mutant bears: so whatever goes wrong with a mutant at work, a
//! refusal of the laboratory as well, is seen because of the mutant.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// So many cases of the search are chosen: the first that the NIC without a mutant bears, of those of these seeds, which are short. Every second of them
/// has stops.
pub const CASES: usize = 6;
const SEEDS: [u64; 10] = [6, 3, 13, 8, 10, 11, 15, 12, 4, 5];
/// Largest message of a case in bytes: a case takes seconds.
const LARGEST: &str = "16384";
/// Arguments of the demos.
const DEMOS: [&str; 1] = ["--seed 1 --qps 2 --migrations 4"];
/// Lines of the file that they stream, of 16 bytes each.
const LINES: usize = 512;

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Traffic {
    /// The case of this seed.
    Case(u64),
    /// The demo of this number, from 1.
    Demo(usize),
}

impl Traffic {
    /// Those of which some are chosen.
    pub fn cases() -> Vec<Self> {
        SEEDS.into_iter().map(Self::Case).collect()
    }

    pub fn demos() -> Vec<Self> {
        (1..=DEMOS.len()).map(Self::Demo).collect()
    }

    /// As the page has it.
    pub fn name(self) -> String {
        match self {
            Self::Case(seed) => format!("search, seed {seed}"),
            Self::Demo(number) => format!("demo {number}"),
        }
    }

    /// The command that does the same with the product.
    pub fn again(self, width: u32) -> String {
        match self {
            Self::Case(seed) => format!(
                "cargo xtask search --width {width} --max-size {LARGEST} --seed {seed} --cases 1"
            ),
            Self::Demo(number) => {
                format!("cargo xtask demo --width {width} {}", DEMOS[number - 1])
            }
        }
    }

    /// Writes what it needs to `folder`; `roamnic` is the program without arguments.
    ///
    /// # Errors
    /// It cannot be written, or no case be drawn.
    pub fn prepare(self, mut roamnic: Command, width: u32, folder: &Path) -> Result<()> {
        let path = self.file(folder);
        let bytes = match self {
            Self::Demo(_) => (0..LINES).flat_map(line).collect(),
            Self::Case(seed) => {
                roamnic.args(["search", "--draw", "--max-size", LARGEST]);
                roamnic.args(["--width", &width.to_string(), "--seed", &seed.to_string()]);
                let drawn = roamnic.output().context("roamnic")?;
                if !drawn.status.success() {
                    bail!("{} cannot be drawn", self.name());
                }
                drawn.stdout
            }
        };
        fs::write(&path, bytes).with_context(|| path.display().to_string())
    }

    /// Adds the arguments that run it.
    pub fn ask(self, roamnic: &mut Command, width: u32, folder: &Path) {
        match self {
            Self::Case(_) => roamnic.args(["search", "--replay"]),
            Self::Demo(number) => {
                roamnic.args(["demo", "--width", &width.to_string()]);
                roamnic.args(DEMOS[number - 1].split(' ')).arg("--file")
            }
        };
        roamnic.arg(self.file(folder));
    }

    /// The drawn case, or what demos stream.
    fn file(self, folder: &Path) -> PathBuf {
        folder.join(match self {
            Self::Case(seed) => format!("seed-{seed}.toml"),
            Self::Demo(_) => "streamed.txt".into(),
        })
    }
}

/// A line of the file that is streamed; no two are the same.
fn line(number: usize) -> Vec<u8> {
    format!("line {number:10}\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_is_asked_for_by_its_file() {
        let asked = |traffic: Traffic| {
            let mut command = Command::new("roamnic");
            traffic.ask(&mut command, 64, Path::new("/f"));
            let words: Vec<_> = command
                .get_args()
                .map(|a| a.to_string_lossy().into_owned())
                .collect();
            words.join(" ")
        };
        assert_eq!(asked(Traffic::Case(3)), "search --replay /f/seed-3.toml");
        let demo = format!("demo --width 64 {} --file /f/streamed.txt", DEMOS[0]);
        assert_eq!(asked(Traffic::Demo(1)), demo);
        assert_eq!(Traffic::demos().len(), DEMOS.len());
        assert_eq!(line(0).len(), 16);
    }
}
