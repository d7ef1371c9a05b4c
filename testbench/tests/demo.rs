//! Processes at work, and what becomes of them when they move.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;
use std::process::Command;
use testbench::lab::LabOptions;
use testbench::migrate::agent::{Cargo, Word};
use testbench::migrate::{self, DemoOptions, DemoReport, Kind, Stage, StageOptions};
use testbench::net::{FaultRates, read_capture};
use testbench::rng::Rng;
use testbench::show::{ShowImageError, ShownImage};

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

fn options(width: u32, seed: u64, rate: f64, migrations: Option<usize>) -> DemoOptions {
    DemoOptions {
        lab: lab(width, seed, rate),
        file: migrate::generated_file(seed)[..20_000].to_vec(),
        qps: 2,
        path_mtu: 1024,
        migrations,
        pcap: None,
        waves: None,
        timeline: None,
        image: None,
    }
}

fn shown(width: u32, seed: u64, rate: f64, migrations: Option<usize>) -> DemoReport {
    let options = options(width, seed, rate, migrations);
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
fn demo_every_kind_of_move_without_loss() {
    for width in [64, 512] {
        let report = shown(width, 6, 0.0, Some(4));
        let kinds: BTreeSet<&str> = report.moves.iter().map(|m| m.kind.name()).collect();
        assert_eq!((kinds.len(), report.migrations, report.aborts), (4, 4, 1));
        let p = report.packets;
        assert!(p.nak_stopped > 0 && p.resume > 0 && p.resume_ack > 0 && p.moved > 0);
        // whoever moves takes its state along, and that takes its time
        for m in &report.moves {
            assert!(m.memory_bytes > 100_000 && m.blackout_ns > 0, "{m:?}");
            assert!(m.kind == Kind::Abort || m.image_bytes > 0, "{m:?}");
        }
    }
}

#[test]
fn demo_every_kind_of_move_over_a_bad_link() {
    let report = shown(64, 7, 0.01, Some(4));
    assert!(report.packets.dropped > 0 && report.packets.retransmitted > 0);
}

#[test]
fn demo_is_the_same_again_with_the_same_seed() {
    let [a, b] = [(); 2].map(|()| {
        let report = shown(64, 8, 0.01, Some(1));
        serde_json::to_string(&report).unwrap()
    });
    assert_eq!(a, b);
}

/// What a seed comes to among others is what it comes to alone.
#[test]
fn demo_of_several_seeds_is_each_of_them() {
    let run = |seeds: [&str; 4]| -> serde_json::Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roamnic"));
        command.args(["demo", "--json", "--qps", "1", "--migrations", "1"]);
        let output = command.args(seeds).output().unwrap();
        let talk = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{talk}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let both = run(["--seed", "7", "--seeds", "2"]);
    let second = run(["--seed", "8", "--seeds", "1"]);
    assert_eq!(both.as_array().unwrap().len(), 2);
    assert_eq!((&both[0]["seed"], &both[1]), (&7.into(), &second));
}

#[test]
fn demo_json_has_what_scripts_rely_on() {
    let report = shown(64, 9, 0.0, Some(1));
    let json = serde_json::to_value(report).unwrap();
    let names = "seed width qps migrations aborts messages_posted messages_completed lost duplicated corrupted \
        atomics_expected atomics_seen file_sha256_sent file_sha256_received blackout_ns_max blackout_limit_ns \
        state_bytes_per_qp moves packets";
    let missing = |json: &serde_json::Value, names: &str| -> Vec<String> {
        let lacks = |name: &&str| json.get(name).is_none();
        names
            .split_whitespace()
            .filter(lacks)
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(missing(&json, names), [""; 0]);
    let names = "kind qps phase_ns blackout_ns image_bytes memory_bytes";
    assert_eq!(missing(&json["moves"][0], names), [""; 0]);
    let names = "stop drain dump transfer restore commit resume";
    assert_eq!(missing(&json["moves"][0]["phase_ns"], names), [""; 0]);
    let names = "nak_stopped resume resume_ack moved retransmitted dropped";
    assert_eq!(missing(&json["packets"], names), [""; 0]);
}

#[test]
fn demo_files_can_be_shown() {
    let folder = std::env::temp_dir().join(format!("roamnic-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let options = DemoOptions {
        image: Some(folder.join("image")),
        timeline: Some(folder.join("ladder.svg")),
        pcap: Some(folder.join("b.pcap")),
        ..options(64, 10, 0.0, None)
    };
    migrate::run_kinds(&options, &[Kind::Single], |_, _, _| {}).unwrap();
    let image = ShownImage::read(&folder.join("image")).unwrap();
    assert_eq!(
        (image.qps.len(), image.cqs.len(), image.mrs.len()),
        (2, 2, 4)
    );
    for qp in &image.qps {
        assert_eq!((&*qp.state, &*qp.phase), ("RTS", "stopped"));
        assert_eq!(qp.receives.len(), 4);
    }
    assert!(image.text().contains("requester") && image.application.is_some());
    let ladder = std::fs::read_to_string(folder.join("ladder.svg")).unwrap();
    for what in [
        "NAK_STOPPED",
        "RESUME,",
        "RESUME_ACK",
        "more packets",
        "source: host A",
    ] {
        assert!(ladder.contains(what), "no {what}");
    }
    assert!(!read_capture(&folder.join("b.pcap")).unwrap().is_empty());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn demo_image_that_is_none_bad_flow() {
    let path = std::env::temp_dir().join(format!("roamnic-no-image-{}", std::process::id()));
    std::fs::write(&path, [0; 100]).unwrap();
    let error = ShownImage::read(&path).unwrap_err();
    assert!(matches!(error, ShowImageError::Image { .. }), "{error}");
    std::fs::remove_file(&path).unwrap();
    let error = ShownImage::read(&path).unwrap_err();
    assert!(matches!(error, ShowImageError::Read { .. }), "{error}");
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
    let cargoes = [
        (Cargo::Memory, Word::Memory, rng.bytes(204_096)),
        (Cargo::Image, Word::Image, rng.bytes(10_001)),
    ];
    for (cargo, _, bytes) in &cargoes {
        stage.agents[0]
            .borrow_mut()
            .send_parcel(2, 77, *cargo, bytes)
            .unwrap();
    }
    let wait = |stage: &mut Stage, host: usize, word| {
        stage.until(
            || format!("{word:?}"),
            |stage| Ok(stage.agents[host].borrow_mut().take(77, &[word])),
        )
    };
    for (cargo, word, bytes) in &cargoes {
        let heard = wait(&mut stage, 2, *word).unwrap();
        assert_eq!(heard.from, 0);
        let arrived = stage.agents[2].borrow().arrived(*cargo).unwrap();
        assert!(arrived.starts_with(bytes), "another parcel of {word:?}");
    }
    stage.agents[2]
        .borrow_mut()
        .say(0, Word::Restored, 77)
        .unwrap();
    assert_eq!(wait(&mut stage, 0, Word::Restored).unwrap().from, 2);
    stage.finish().unwrap();
    assert!(stage.is_clean(), "{}", stage.state());
}
