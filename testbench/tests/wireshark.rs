//! The dissector for Wireshark that the contract generates, run by tshark.
//!
//! Skipped loudly where there is no tshark, unless `REQUIRE_TOOLS` is set.
#![forbid(unsafe_code)]

use fw_regs::Psn;
use fw_regs::wire::{self, Opcode};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use testbench::lab::LabOptions;
use testbench::migrate::{self, DemoOptions, Kind};
use testbench::net::CaptureWriter;
use testbench::peer::packet::{MigEth, Packet, Place, seal};

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fw-regs/wireshark/roamnic.lua")
}

fn tshark_works() -> bool {
    let mut command = Command::new("tshark");
    let command = command
        .arg("-v")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let found = command.status().is_ok_and(|status| status.success());
    if !found {
        sim_verilator::tools::skip_test("no tshark: the dissector is not run");
    }
    found
}

/// What tshark says of each frame of a capture that `filter` selects: the named fields, joined by `|`.
fn dissected(capture: &Path, filter: &str, fields: &[&str]) -> Vec<String> {
    let mut command = Command::new("tshark");
    command.arg("-X");
    command.arg(format!("lua_script:{}", script().display()));
    command.arg("-r").arg(capture);
    command.args(["-Y", filter, "-T", "fields", "-E", "separator=|"]);
    command.args(fields.iter().flat_map(|field| ["-e", field]));
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(!errors.contains("Lua"), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// A capture of the frames, in a folder of the test.
fn capture_of(name: &str, frames: &[Vec<u8>]) -> PathBuf {
    let name = format!("roamnic-{name}-{}.pcap", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut writer = CaptureWriter::create(&path).unwrap();
    for (cycle, frame) in (0..).step_by(1000).zip(frames) {
        writer.write(cycle, frame);
    }
    writer.finish().unwrap();
    path
}

fn packet(opcode: Opcode, v6: bool, body: Vec<u8>) -> Packet {
    let place = if v6 {
        Place::numbered_v6
    } else {
        Place::numbered
    };
    Packet {
        from: place(1),
        to: place(2),
        source_port: 0xc123,
        opcode: opcode as u8,
        qpn: 0x01_2345,
        ack_req: false,
        psn: Psn::new(0xff_fffe),
        body,
    }
}

fn header() -> MigEth {
    MigEth {
        version: wire::MIG_ETH_VERSION,
        epoch: 0xab_cdef,
        source_qpn: 0x67_89ab,
        max: Psn::new(3),
        epsn: Psn::new(0x12_3456),
        authenticator: 0x0102_0304_0506_0708,
        ..MigEth::default()
    }
}

const FIELDS: [&str; 9] = [
    "roamnic.message",
    "roamnic.destination_qpn",
    "roamnic.psn",
    "roamnic.epoch",
    "roamnic.source_qpn",
    "roamnic.max",
    "roamnic.epsn",
    "roamnic.authenticator",
    "roamnic.authenticated",
];

#[test]
fn wireshark_shows_every_field_of_every_message() {
    if !tshark_works() {
        return;
    }
    let moved_to_v4 = MigEth {
        moved_to: Some([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3]),
        ..header()
    };
    let moved_to_v6 = MigEth {
        moved_to: Some([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]),
        flags: 1,
        ..header()
    };
    let frames: Vec<_> = [
        packet(Opcode::Resume, false, header().encode()),
        packet(Opcode::ResumeAck, true, header().encode()),
        packet(Opcode::Moved, false, moved_to_v4.encode()),
        packet(Opcode::Moved, true, moved_to_v6.encode()),
        packet(
            Opcode::Acknowledge,
            false,
            vec![wire::SYNDROME_NAK_STOPPED, 0xab, 0xcd, 0xef],
        ),
        // what is no message of migration
        packet(
            Opcode::Acknowledge,
            false,
            vec![wire::SYNDROME_ACK, 0, 0, 1],
        ),
        packet(Opcode::SendOnly, false, vec![0x65; 16]),
    ]
    .iter()
    .map(Packet::encode)
    .collect();
    let capture = capture_of("messages", &frames);
    let common = "0x6789ab|3|1193046|0102030405060708";
    assert_eq!(
        dissected(&capture, "roamnic", &FIELDS),
        [
            format!("RESUME|0x012345|16777214|11259375|{common}|0"),
            format!("RESUME_ACK|0x012345|16777214|11259375|{common}|0"),
            format!("MOVED|0x012345|16777214|11259375|{common}|0"),
            format!("MOVED|0x012345|16777214|11259375|{common}|1"),
            "NAK_STOPPED|0x012345|16777214|11259375|||||".to_owned(),
        ]
    );
    let to = ["roamnic.moved_to.v4", "roamnic.moved_to.v6"];
    assert_eq!(
        dissected(&capture, "roamnic.message == \"MOVED\"", &to),
        ["10.1.2.3|", "|fd00::9"]
    );
    std::fs::remove_file(capture).unwrap();
}

#[test]
fn wireshark_marks_damaged_messages() {
    if !tshark_works() {
        return;
    }
    let whole = packet(Opcode::Resume, false, header().encode());
    let mut short = whole.clone();
    short.body.truncate(20);
    let mut long = whole.clone();
    long.body.extend([0; 4]);
    let mut other_version = whole.clone();
    other_version.body[4] = 2;
    let mut reserved = whole.encode();
    let at = 14 + 20 + 8 + 12 + 4 + 2;
    reserved[at] = 1;
    seal(&mut reserved);
    let frames = [
        whole.encode(),
        short.encode(),
        long.encode(),
        other_version.encode(),
        reserved,
    ];
    let capture = capture_of("damaged", &frames);
    for (expert, frame) in [
        ("roamnic.short", "2"),
        ("roamnic.long", "3"),
        ("roamnic.unknown", "4"),
        ("roamnic.reserved", "5"),
    ] {
        assert_eq!(
            dissected(&capture, expert, &["frame.number"]),
            [frame],
            "{expert}"
        );
    }
    std::fs::remove_file(capture).unwrap();
}

#[test]
fn wireshark_shows_a_move() {
    if !tshark_works() {
        return;
    }
    let name = format!("roamnic-move-{}.pcap", std::process::id());
    let capture = std::env::temp_dir().join(name);
    let seed = 5;
    println!("seed {seed}");
    let options = DemoOptions {
        lab: LabOptions::new(64, seed),
        file: migrate::generated_file(seed)[..20_000].to_vec(),
        qps: 2,
        path_mtu: 1024,
        migrations: None,
        pcap: Some(capture.clone()),
        waves: None,
        timeline: None,
        image: None,
    };
    let report = migrate::run_kinds(&options, &[Kind::Single], |_, _, _| {}).unwrap();
    let seen = dissected(&capture, "roamnic", &["roamnic.message"]);
    let count = |name: &str| seen.iter().filter(|seen| *seen == name).count() as u64;
    // the capture is of the partner's link, and the counters are summed over all NICs: one move has no other messages
    assert_eq!(count("RESUME"), report.packets.resume);
    assert_eq!(count("RESUME_ACK"), report.packets.resume_ack);
    assert_eq!(count("NAK_STOPPED"), report.packets.nak_stopped);
    assert!(count("NAK_STOPPED") > 0 && count("RESUME_ACK") > 0);
    assert_eq!(dissected(&capture, "_ws.malformed", &FIELDS), [""; 0]);
    std::fs::remove_file(capture).unwrap();
}
