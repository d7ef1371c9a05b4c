//! Inputs that searches have kept, played again: those that reach something, and those that once found something.
#![forbid(unsafe_code)]

use sim_verilator::paths;
use std::path::Path;
use testbench::fuzz::engine::{Search, SearchOptions};
use testbench::fuzz::plant::PLANTS;
use testbench::fuzz::{Reached, Stage, Target, corpus};
use testbench::lab::{Variant, nic_verilog};

/// Plays all inputs of a folder; what they reach together.
fn finds_nothing(target: Target, folder: &Path) -> Reached {
    let mut stage = Stage::new(target).unwrap();
    let mut reached = Reached::default();
    for (file, input) in corpus::read(folder).unwrap() {
        let outcome = stage.play(&input).unwrap();
        reached.add(&outcome.features);
        if let Some(finding) = outcome.finding {
            panic!("{}: {finding}", file.display());
        }
    }
    reached
}

/// The inputs kept for a target find nothing, and reach at least so many branches of the Verilog.
fn corpus_reaches(target: Target, least: usize) {
    let reached = finds_nothing(target, &corpus::folder(target)).branches();
    println!("{target}: {} branches", reached.len());
    assert!(reached.len() >= least, "{} branches", reached.len());
}

#[test]
fn fuzz_frames_corpus_finds_nothing() {
    corpus_reaches(Target::Frames, 4_500);
}

#[test]
fn fuzz_commands_corpus_finds_nothing() {
    corpus_reaches(Target::Commands, 5_300);
}

#[test]
fn fuzz_doorbells_corpus_finds_nothing() {
    corpus_reaches(Target::Doorbells, 4_300);
}

#[test]
fn fuzz_image_corpus_finds_nothing() {
    corpus_reaches(Target::Image, 4_800);
}

#[test]
fn fuzz_corpora_are_small() {
    let mut bytes = 0;
    for target in Target::ALL {
        for folder in [corpus::folder(target), corpus::open_folder(target)] {
            for (file, input) in corpus::read(&folder).unwrap() {
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                assert_eq!(name, corpus::name(&input), "named by its contents");
                bytes += input.len();
            }
        }
    }
    assert!(bytes < 1_000_000, "{bytes} bytes");
}

#[test]
fn fuzz_search_of_a_seed_is_always_the_same() {
    let search = || {
        let mut stage = Stage::new(Target::Doorbells).unwrap();
        let options = SearchOptions {
            seed: 5,
            executions: 12,
            ..SearchOptions::default()
        };
        let found = Search::run(&mut stage, &[], &options, |_| {}).unwrap();
        let inputs = found.corpus.iter().map(|entry| entry.input.clone());
        (inputs.collect::<Vec<_>>(), found.reached.len())
    };
    assert_eq!(search(), search());
}

#[test]
fn fuzz_planted_bugs_are_in_the_verilog() {
    let verilog = std::fs::read_to_string(nic_verilog(64, Variant::Migratable)).unwrap();
    for plant in PLANTS {
        assert_ne!(plant.edit(&verilog).unwrap(), verilog, "{}", plant.name);
    }
}

#[test]
#[ignore = "inputs that find what is not mended yet"]
fn fuzz_open_findings_find_nothing() {
    for target in Target::ALL {
        finds_nothing(target, &corpus::open_folder(target));
    }
}

#[test]
#[ignore = "compiles a NIC for each planted bug"]
fn fuzz_finds_planted_bugs() {
    let target = Target::Doorbells;
    for plant in PLANTS {
        let mut stage = Stage::of(target, &plant.library().unwrap()).unwrap();
        let start = corpus::read(&corpus::folder(target)).unwrap();
        let start: Vec<_> = start.into_iter().map(|(_, input)| input).collect();
        let options = SearchOptions {
            executions: 20_000,
            findings: 1,
            shrink: 50,
            ..SearchOptions::default()
        };
        let search = Search::run(&mut stage, &start, &options, |_| {}).unwrap();
        let found = search.found.first();
        println!(
            "{}: {:?}",
            plant.name,
            found.map(|f| (f.after, f.finding.to_string()))
        );
        assert!(found.is_some(), "{}: {}", plant.name, plant.breaks);
    }
}

/// The folders of libFuzzer's workspace and of the corpora name the same targets.
#[test]
fn fuzz_targets_of_libfuzzer_are_all_there() {
    for target in Target::ALL {
        let file = format!("fuzz/fuzz_targets/{target}.rs");
        assert!(paths::workspace_root().join(&file).is_file(), "{file}");
    }
}
