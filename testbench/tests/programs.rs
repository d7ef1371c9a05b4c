//! What the commands of `roamnic` stand on: transfer, pingpong, show, devinfo.
#![forbid(unsafe_code)]

use testbench::devinfo::DeviceInfo;
use testbench::lab::{Lab, LabOptions};
use testbench::net::FaultRates;
use testbench::rng::Rng;
use testbench::show::{Scene, Snapshot};
use testbench::{pingpong, transfer};

const SEED: u64 = 11;

fn transferred(width: u32, faults: FaultRates) {
    println!("width {width}, seed {SEED}");
    let mut lab = LabOptions::new(width, SEED);
    lab.link.faults = faults;
    let options = transfer::TransferOptions {
        lab,
        bytes: Rng::new(SEED).bytes(200_001),
        qps: 3,
        path_mtu: 1024,
        chunk: 3000,
        pcap: None,
        waves: None,
    };
    let report = transfer::run(&options, |_| {}).unwrap();
    assert!(report.is_good(), "{}", report.text());
    assert!(report.operations.iter().all(|o| o.messages > 0));
}

#[test]
fn transfer_over_a_good_link() {
    for width in [64, 512] {
        transferred(width, FaultRates::default());
    }
}

#[test]
fn transfer_over_a_bad_link() {
    let faults = FaultRates {
        loss: 0.05,
        duplication: 0.02,
        reordering: 0.05,
        corruption: 0.02,
    };
    for width in [64, 512] {
        transferred(width, faults);
    }
}

#[test]
fn pingpong_content_is_intact_and_latency_grows_with_size() {
    let results = pingpong::run(&pingpong::PingpongOptions {
        lab: LabOptions::new(64, SEED),
        sizes: vec![0, 64, 4096],
        iterations: 3,
        path_mtu: 1024,
    })
    .unwrap();
    assert!(
        results
            .iter()
            .all(|r| r.intact && r.min_cycles <= r.typical_cycles)
    );
    assert!(results[0].typical_cycles < results[2].typical_cycles);
}

#[test]
fn show_decodes_a_nic_at_work() {
    let scene = Scene::new(LabOptions::new(64, SEED)).unwrap();
    scene.lab.run(1500).unwrap();
    let snapshot = Snapshot::read(&scene.lab, 0).unwrap();
    assert_eq!(snapshot.qps.len(), 4);
    assert!(snapshot.qps.values().all(|(state, _)| state == "RTS"));
    let field = |kind: &str, name: &str| {
        let (_, records) = &snapshot.qps[&0];
        let record = records.iter().find(|r| r.kind == kind);
        record.and_then(|r| r.field(name)).unwrap()
    };
    assert_eq!(field("QP configuration", "path_mtu"), 3);
    assert_eq!(field("send queue state", "producer"), 4);
    assert!(snapshot.text().contains("requester"));
}

#[test]
fn devinfo_says_what_the_device_is() {
    let lab = Lab::new(LabOptions {
        hosts: 1,
        ..LabOptions::new(512, SEED)
    });
    let info = DeviceInfo::of("roamnic0", &lab.unwrap().hosts[0]);
    assert_eq!(
        (info.width, info.max_sge, info.max_inline_data),
        (512, 2, 32)
    );
}
