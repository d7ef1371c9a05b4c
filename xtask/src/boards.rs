//! `cargo xtask synth --board NAME`: the program of the crate `bitstreams`, with its tools.

use crate::{run, setup};
use anyhow::Result;
use std::ffi::OsString;

/// Whether these arguments of `xtask` are for a board.
pub fn wanted(arguments: &[OsString]) -> bool {
    let board = |word: &OsString| named(word, "--board") || word == "--boards";
    arguments.first().is_some_and(|name| name == "synth") && arguments.iter().any(board)
}

/// Whether a word is this option, with or without its value.
fn named(word: &OsString, option: &str) -> bool {
    let word = word.to_string_lossy();
    let rest = word.strip_prefix(option);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// Runs it; `--boards` lists the boards.
pub fn run(arguments: &[OsString]) -> Result<()> {
    let mut command = run::cargo([
        "run",
        "--quiet",
        "-p",
        "bitstreams",
        "--bin",
        "boards",
        "--",
    ]);
    let rest = arguments.iter().skip(1).filter(|word| *word != "--boards");
    // a board's self-test needs none of the programs that make its bitstream
    if !arguments.iter().any(|word| named(word, "--self-test")) {
        command.envs(setup::synthesis()?);
    }
    run::status(command.args(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_are_told_from_the_core() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert!(wanted(&words("synth --board ecpix5 --seeds 3")));
        assert!(wanted(&words("synth --board=ecpix5")));
        assert!(wanted(&words("synth --boards")));
        assert!(!wanted(&words("synth --core")));
        let named = |word: &str| named(&word.into(), "--self-test");
        assert!(named("--self-test") && named("--self-test=/dev/tty") && !named("--self-tests"));
        assert!(!wanted(&words("bench --board ecpix5")));
    }
}
