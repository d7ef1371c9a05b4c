//! The driver's test list, in process and over a socket.

use crate::{READ_LIMIT, client, served, socket};
use driver_test::{Bound, Options, Report};
use sim_verilator::ModelError;
use std::time::Duration;
use testbench::drivertest::{self, Target};
use testbench::lab::{LabOptions, Variant, nic_library};
use testbench::serve::{ServeError, ServeOptions, Serving};
use testbench::waves::Waves;

const SEED: u64 = 5;

fn passed(report: &Report) {
    println!("{}", report.text());
    assert!(report.passed);
}

#[test]
fn drivertest_passes_in_process() {
    println!("seed {SEED}");
    let lab = LabOptions::new(64, SEED);
    let report = drivertest::run(&Target::Sim, lab, None, Duration::ZERO, None, false).unwrap();
    passed(&report);
}

/// Among its messages are frames to the own address that end two bytes into a beat: the ICRC is cut by the end of the first one.
#[test]
fn drivertest_passes_in_process_at_512_bits() {
    println!("seed {SEED}");
    let lab = LabOptions::new(512, SEED);
    let report = drivertest::run(&Target::Sim, lab, None, Duration::ZERO, None, false).unwrap();
    passed(&report);
}

#[test]
fn drivertest_passes_over_vfio_user() {
    println!("seed {SEED}");
    let path = socket("list");
    let serving = served(&[&path]);
    let options = Options {
        seed: SEED,
        bound: Bound::Wall(Duration::from_secs(120)),
        patience: 1_000_000,
        until_failure: false,
    };
    let device = Box::new(client(&path).unwrap());
    let report = driver_test::run("vfio-user", device, options, None, |_| {});
    let served = serving.stop().unwrap();
    println!("{}", served.text());
    passed(&report);
    assert!(served.is_good());
    let nic = &served.nics[0];
    assert_eq!((nic.clients, nic.broken), (1, 0));
    assert!(nic.dma_refused > 0 && nic.first_refused.is_some());
    assert!(nic.interrupts > 0 && nic.resets.device == 1);
    assert!(!path.exists(), "the socket is removed");
}

#[test]
fn serve_waves_without_tracing_bad_flow() {
    let path = socket("untraced");
    let library = nic_library(64, Variant::Migratable, false).unwrap();
    let options = ServeOptions {
        sockets: vec![path.clone()],
        waves: Some(Waves {
            file: path.with_extension("fst"),
            cycles: Waves::CYCLES,
        }),
        ..ServeOptions::default()
    };
    let error = Serving::start(&library, &options).err();
    assert!(
        matches!(error, Some(ServeError::Waves(ModelError::NotTraced))),
        "{error:?}"
    );
    assert!(!path.exists());
}

/// Two NICs, of which one works: the last cycles of each are in files of its own.
#[test]
#[ignore = "builds a model with tracing: a minute, several on a busy machine"]
fn serve_keeps_the_waves_of_the_last_cycles() {
    const KEPT: u64 = 5_000;
    let paths = ["waves", "waves-idle"].map(socket);
    let waves = Waves {
        file: paths[0].with_extension("fst"),
        cycles: KEPT,
    };
    let library = nic_library(64, Variant::Migratable, true).unwrap();
    let options = ServeOptions {
        sockets: paths.to_vec(),
        read_limit: READ_LIMIT,
        waves: Some(waves.clone()),
        ..ServeOptions::default()
    };
    let serving = Serving::start(&library, &options).unwrap();
    let options = Options {
        seed: SEED,
        bound: Bound::Wall(Duration::from_secs(120)),
        patience: 1_000_000,
        until_failure: false,
    };
    let device = Box::new(client(&paths[0]).unwrap());
    let report = driver_test::run("vfio-user", device, options, Some("write"), |_| ());
    passed(&report);
    assert!(serving.stop().unwrap().is_good());
    let files = [waves.of(0), waves.of(0).with_extension("before.fst")];
    let cycles = files.clone().map(|file| {
        let mut waves = wellen::simple::read(&file).unwrap();
        let clock = waves.hierarchy().lookup_var(&["roamnic"], "clock").unwrap();
        let signal = waves.hierarchy()[clock].signal_ref();
        waves.load_signals(&[signal]);
        let changes = waves.get_signal(signal).unwrap().iter_changes();
        changes.count() as u64 / 2
    });
    assert!(cycles[0] <= KEPT && cycles[1] == KEPT, "{cycles:?}");
    assert!(waves.of(1).exists());
    for file in files.iter().chain([&waves.of(1)]) {
        std::fs::remove_file(file).unwrap();
    }
    // the idle one may have turned, too
    std::fs::remove_file(waves.of(1).with_extension("before.fst")).ok();
}
