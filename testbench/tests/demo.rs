//! Processes at work, and what becomes of them when they move.
#![forbid(unsafe_code)]

use testbench::lab::LabOptions;
use testbench::migrate::{self, DemoOptions, DemoReport};
use testbench::net::FaultRates;

fn shown(width: u32, seed: u64, loss: f64, migrations: Option<usize>) -> DemoReport {
    println!("width {width}, seed {seed}, loss {loss}");
    let mut lab = LabOptions::new(width, seed);
    lab.link.faults = FaultRates {
        loss,
        reordering: loss,
        ..FaultRates::default()
    };
    let options = DemoOptions {
        lab,
        file: migrate::generated_file(seed)[..20_000].to_vec(),
        qps: 2,
        path_mtu: 1024,
        migrations,
        pcap: None,
        waves: None,
        timeline: None,
        image: None,
    };
    let report = migrate::run(&options, |_, _, _| {}).unwrap();
    println!("{}", report.text());
    assert!(report.is_good());
    report
}

#[test]
fn demo_accounts_are_exact_without_a_move() {
    let report = shown(64, 3, 0.0, Some(0));
    assert!(report.file_passes > 0 && report.packets.retransmitted == 0);
    let report = shown(512, 4, 0.02, Some(0));
    assert!(report.file_passes > 0 && report.packets.retransmitted > 0);
}
