//! The driver's test list, in process and over a socket.

use crate::{client, served, socket};
use driver_test::{Bound, Options, Report};
use std::time::Duration;
use testbench::drivertest::{self, Target};
use testbench::lab::LabOptions;

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
