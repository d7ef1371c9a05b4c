//! Waves of a NIC's last cycles: two files of bounded size, whatever the length of the run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sim_verilator::{BuildOptions, HostMemory, Library, ModelError, Nic, NicConfig, NicError};

const ECHO: &str = include_str!("echo_nic.v");
/// Cycles of each file, and of the run.
const KEPT: u64 = 100;
const RUN: u64 = 350;

fn library(traced: bool) -> Arc<Library> {
    let verilog = ECHO.replace("@W@", "64");
    let options = BuildOptions::default().with_trace(traced);
    Library::build(&verilog, "echo_nic", &options).unwrap()
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let name = format!("{name}-{}", std::process::id());
    let path = sim_verilator::paths::models_dir().join(name);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Cycles, from the first to the last, that a trace holds.
fn cycles(path: &Path, config: &NicConfig) -> std::ops::RangeInclusive<u64> {
    let mut waves = wellen::simple::read(path).unwrap();
    let clock = waves.hierarchy().lookup_var(&["echo_nic"], "clock");
    let signal = waves.hierarchy()[clock.unwrap()].signal_ref();
    waves.load_signals(&[signal]);
    let changes = waves.get_signal(signal).unwrap().iter_changes().count();
    let times = waves.time_table();
    let (first, last) = (times.first().unwrap(), times.last().unwrap());
    assert_eq!(changes, times.len(), "the clock changes at every sample");
    first / config.period..=last / config.period
}

#[test]
fn waves_hold_the_last_cycles() {
    let config = NicConfig::default();
    let mut nic = Nic::new(&library(true), config).unwrap();
    let folder = folder("waves");
    let (current, before) = (folder.join("nic.fst"), folder.join("nic.before.fst"));
    let mut host = HostMemory::new();
    nic.trace_last(&current, KEPT).unwrap();
    let begin = nic.cycle();
    for _ in 0..RUN {
        nic.step(&mut host).unwrap();
    }
    let rotated = begin + RUN / KEPT * KEPT;
    // complete while the next one is still being written
    assert_eq!(cycles(&before, &config), rotated - KEPT..=rotated - 1);
    nic.close_trace();
    assert_eq!(cycles(&current, &config), rotated..=begin + RUN - 1);
    for _ in 0..RUN {
        nic.step(&mut host).unwrap();
    }
    assert_eq!(cycles(&current, &config), rotated..=begin + RUN - 1);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn waves_are_completed_when_the_nic_goes() {
    let config = NicConfig::default();
    let mut nic = Nic::new(&library(true), config).unwrap();
    let folder = folder("waves-dropped");
    let current = folder.join("nic.fst");
    nic.trace_last(&current, KEPT).unwrap();
    let begin = nic.cycle();
    for _ in 0..KEPT / 2 {
        nic.step(&mut HostMemory::new()).unwrap();
    }
    drop(nic);
    assert_eq!(cycles(&current, &config), begin..=begin + KEPT / 2 - 1);
    assert!(!folder.join("nic.before.fst").exists());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn waves_bad_flow() {
    let mut nic = Nic::new(&library(false), NicConfig::default()).unwrap();
    let error = nic.trace_last("nic.fst".as_ref(), KEPT).unwrap_err();
    assert!(matches!(error, ModelError::NotTraced));

    // a folder that goes while the ring turns
    let mut nic = Nic::new(&library(true), NicConfig::default()).unwrap();
    let folder = folder("waves-gone");
    nic.trace_last(&folder.join("nic.fst"), KEPT).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let mut host = HostMemory::new();
    let error = (0..KEPT).find_map(|_| nic.step(&mut host).err());
    let Some(NicError::Model(ModelError::TraceFile { path, .. })) = error else {
        panic!("no complaint of the file: {error:?}");
    };
    assert!(path.ends_with("nic.before.fst"), "{}", path.display());
}
