//! `roamnic`: everything one can do with Verilated NICs, one command each.
//!
//! Data go to stdout, talk to stderr. Exit status: 0 good, 1 a bad result or a failure, 2 bad usage.
#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod demo;
mod fuzz;
mod overhead;
mod perftest;
mod progress;
mod roam;
mod search;
mod serve;
mod waves;

use arguments::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Devinfo(a) => commands::devinfo(&a),
        Command::Pingpong(a) => commands::pingpong(&a),
        Command::Perftest(a) => perftest::perftest(&a),
        Command::Roam(a) => roam::roam(&a),
        Command::Show(a) => commands::show(&a),
        Command::Bench(a) => commands::bench(&a),
        Command::Demo(a) => demo::demo(&a),
        Command::Transfer(a) => commands::transfer(&a),
        Command::Soak(a) => commands::soak(&a),
        Command::Search(a) => search::search(&a),
        Command::Fuzz(a) => fuzz::fuzz(&a),
        Command::Replay(a) => commands::replay(&a),
        Command::Faults(a) => commands::faults(&a),
        Command::Overhead(a) => overhead::overhead(&a),
        Command::Synth(a) => commands::synth(&a),
        Command::Serve(a) => serve::serve(&a),
        Command::Drivertest(a) => serve::drivertest(&a),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
