//! `boards --board NAME`: a board's bitstream, or what the open flow ends with, and its report.

use bitstreams::board::{BOARDS, Board};
use bitstreams::flow;
use clap::Parser;
use std::path::PathBuf;
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
