//! Processes at work, and what becomes of them when they move.
#![forbid(unsafe_code)]

use testbench::lab::LabOptions;
use testbench::migrate::agent::Word;
use testbench::migrate::{self, DemoOptions, DemoReport, Parcel, Stage, StageOptions};
use testbench::net::FaultRates;
use testbench::rng::Rng;

fn lab(width: u32, seed: u64, rate: f64) -> LabOptions {
    println!("width {width}, seed {seed}, faults {rate}");
    let mut lab = LabOptions::new(width, seed);
    lab.link.faults = FaultRates {
        loss: rate,
        reordering: rate,
        ..FaultRates::default()
    };
    lab
}

fn shown(width: u32, seed: u64, rate: f64, migrations: Option<usize>) -> DemoReport {
    let options = DemoOptions {
        lab: lab(width, seed, rate),
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

#[test]
fn demo_parcel_travels_while_the_processes_work() {
    let seed = 5;
    let options = StageOptions {
        lab: lab(64, seed, 0.01),
        file: migrate::generated_file(seed),
        qps: 2,
        path_mtu: 1024,
    };
    let mut stage = Stage::new(&options).unwrap();
    let mut rng = Rng::new(seed);
    let parcel = Parcel {
        image: rng.bytes(10_001),
        memory: vec![rng.bytes(200_000), rng.bytes(4096)],
    };
    stage.agents[0]
        .send_parcel(2, 77, &parcel.encode())
        .unwrap();
    let wait = |stage: &mut Stage, host: usize, word| {
        stage.until(
            || format!("{word:?}"),
            |stage| Ok(stage.agents[host].take(77, &[word])),
        )
    };
    let heard = wait(&mut stage, 2, Word::Parcel).unwrap();
    assert_eq!(heard.from, 0);
    let arrived = Parcel::decode(&stage.agents[2].arrived().unwrap()).unwrap();
    assert!(arrived == parcel, "the parcel is another one");
    stage.agents[2].say(0, Word::Restored, 77).unwrap();
    assert_eq!(wait(&mut stage, 0, Word::Restored).unwrap().from, 2);
    stage.finish().unwrap();
    assert!(stage.is_clean(), "{}", stage.state());
}
