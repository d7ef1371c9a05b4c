//! `boards --board NAME`: a board's bitstream, or what the open flow ends with, and its report. `--self-test`: two cards in one chip move a connection.

use bitstreams::board::{BOARDS, Board};
use bitstreams::{flow, selftest};
use clap::Parser;
use host_driver::bridge::{BridgeOptions, StreamLine};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Synthesis, placement and packing for a board.
#[derive(Parser)]
struct Arguments {
    /// One of the boards; without, they are listed
    #[arg(long)]
    board: Option<String>,
    /// Placements, with seeds 1, 2, …; the one with the largest margin is packed
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=32))]
    seeds: u32,
    /// Exit status 1 if timing is not met, or if the bitstream is not the recorded one of the same programs and seed
    #[arg(long)]
    check: bool,
    /// Put a copy of the bitstream here
    #[arg(long)]
    out: Option<PathBuf>,
    /// Move a connection between the two cards of the board at this serial port, which is set up as docs/boards.md says
    #[arg(long, conflicts_with_all = ["check", "out", "emit"])]
    self_test: Option<PathBuf>,
    /// Moves of the self-test
    #[arg(long, default_value_t = 8, requires = "self_test", value_parser = clap::value_parser!(u32).range(1..))]
    moves: u32,
    /// Fixes all that is random in the self-test
    #[arg(long, default_value_t = 1, requires = "self_test")]
    seed: u64,
    /// Only write the card's Verilog to this file
    #[arg(long)]
    emit: Option<PathBuf>,
    /// JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// Hashes of bitstreams, with seeds and programs.
const HASHES: &str = include_str!("../../HASHES");

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(name) = &arguments.board else {
        for board in &BOARDS {
            println!("{:14} {}", board.name, board.about);
        }
        return ExitCode::SUCCESS;
    };
    let Some(board) = Board::named(name) else {
        let names: Vec<&str> = BOARDS.iter().map(|board| board.name).collect();
        eprintln!("no board {name}; there are {}", names.join(", "));
        return ExitCode::from(2);
    };
    match run(board, &arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is as it should be.
fn run(board: &Board, arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    if let Some(path) = &arguments.self_test {
        return self_test(board, path, arguments);
    }
    if let Some(path) = &arguments.emit {
        std::fs::write(path, (board.card)()?)?;
        return Ok(true);
    }
    let report = flow::run(board, arguments.seeds, |begins| eprintln!("{begins}"))?;
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print!("{}", report.text()),
    }
    if let Some(path) = &arguments.out {
        std::fs::copy(&report.outcome.file, path)?;
    }
    if !report.outcome.loadable {
        eprintln!(
            "the flow ends with FASM here: a bitstream needs xc7frames2bit (or XC7FRAMES2BIT) and Project X-Ray's database (in {}, or XRAY_DATABASE_DIR); Debian has both as prjxray and prjxray-database",
            fpga_flow::fasm::Database::USUAL
        );
    }
    let timing = report.meets_timing();
    if !timing {
        eprintln!("timing is not met");
    }
    let same = match flow::recorded(HASHES, &report) {
        Some(hash) if hash == report.outcome.sha256 => {
            eprintln!("the same bytes as recorded");
            true
        }
        Some(hash) => {
            eprintln!("recorded with the same programs and seed: {hash}");
            false
        }
        None => {
            eprintln!(
                "not recorded with these inputs, programs and this seed; the line would be\n{}",
                report.hash_line()
            );
            true
        }
    };
    Ok((timing && same) || !arguments.check)
}

fn self_test(
    board: &Board,
    path: &Path,
    arguments: &Arguments,
) -> Result<bool, Box<dyn std::error::Error>> {
    if board.cards < 2 {
        let pairs = BOARDS.iter().filter(|board| board.cards > 1);
        let pairs: Vec<&str> = pairs.map(|board| board.name).collect();
        return Err(format!(
            "{} has one card, and a connection moves between two; boards with two: {}",
            board.name,
            pairs.join(", ")
        )
        .into());
    }
    let port = File::options().read(true).write(true).open(path);
    let port = port.map_err(|e| format!("{}: {e}", path.display()))?;
    let (options, moves, seed) = (BridgeOptions::default(), arguments.moves, arguments.seed);
    let say = |step: &str| eprintln!("{step}");
    let report = selftest::run(StreamLine(port), options, moves, seed, say)?;
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print!("{}", report.text()),
    }
    Ok(true)
}
