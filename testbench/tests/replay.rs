//! The NIC in the place of one end of a captured conversation: every capture of Linux rxe in both places, what the comparison
//! notices, what a derived scenario knows, and what is refused.
#![forbid(unsafe_code)]

#[path = "replay/own.rs"]
mod own;

use std::path::{Path, PathBuf};
use testbench::net::CaptureWriter;
use testbench::replay::derive::{self, DeriveError, Side};
use testbench::replay::{
    CaptureReadError, Comparison, Difference, Fate, Pace, PacketReport, ReplayError, ReplayOptions,
    ReplayReport, Role, ScenarioError, icrc_of, read_frames, run,
};

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data")
}

fn capture(name: &str) -> PathBuf {
    data().join("captures").join(format!("{name}.pcap"))
}

fn scenario(name: &str, place: &str) -> PathBuf {
    data().join("replay").join(format!("{name}-{place}.toml"))
}

/// A file of this test's own.
fn temporary(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("replay");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// Names of all captures, in order.
fn captures() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(data().join("captures"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|x| x == "pcap"))
        .map(|p| p.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn options(scenario: &Path, input: &Path, width: u32) -> ReplayOptions {
    ReplayOptions {
        width,
        scenario: scenario.into(),
        input: input.into(),
        output: None,
        expect: Some(input.into()),
        pace: None,
    }
}

/// The capture `name` with the NIC in the place `place`, compared with itself.
fn replay(name: &str, place: &str, width: u32, pace: Option<Pace>) -> ReplayReport {
    let options = ReplayOptions {
        pace,
        ..options(&scenario(name, place), &capture(name), width)
    };
    run(&options).unwrap_or_else(|e| panic!("{name}-{place}: {e}"))
}

/// Everything in one place passes, with every packet that was to be sent seen.
fn all_pass(place: &str, width: u32, pace: Option<Pace>) {
    let mut replayed = 0;
    for name in captures() {
        if !scenario(&name, place).exists() {
            continue;
        }
        let report = replay(&name, place, width, pace);
        assert!(report.is_good(), "{}", report.text());
        assert_eq!(report.notes, Vec::<String>::new(), "{name}-{place}");
        replayed += 1;
    }
    assert!(replayed >= 24, "{replayed} scenarios");
}

#[test]
fn replay_every_capture_in_the_servers_place() {
    all_pass("server", 64, None);
}

#[test]
fn replay_every_capture_in_the_clients_place() {
    all_pass("client", 64, None);
}

#[test]
fn replay_every_capture_in_the_servers_place_at_512_bits() {
    all_pass("server", 512, None);
}

#[test]
fn replay_every_capture_in_the_clients_place_at_512_bits() {
    all_pass("client", 512, None);
}

#[test]
fn replay_every_capture_back_to_back() {
    all_pass("server", 64, Some(Pace::Burst));
    all_pass("client", 512, Some(Pace::Burst));
}

#[test]
fn replay_at_the_times_of_the_file() {
    for (name, place) in [("rc_nak_psn_write", "client"), ("rc_write_imm", "server")] {
        // 10 cycles a µs make milliseconds short
        let slow = edited(
            name,
            place,
            &format!("slow-{name}.toml"),
            &[("[nic]", "[nic]\ncycles_per_us = 10")],
        );
        let report = run(&ReplayOptions {
            pace: Some(Pace::Times),
            ..options(&slow, &capture(name), 64)
        })
        .unwrap();
        assert!(report.is_good(), "{}", report.text());
        let frames = read_frames(&capture(name)).unwrap();
        let answered = |p: &&PacketReport| p.role == Role::In && !p.answers.is_empty();
        let last = report.packets.iter().rfind(answered).unwrap();
        // what answers a packet follows its time, and not by much
        let time = frames[last.number - 1].time.as_nanos() as f64 / 1000.0;
        let answered = report.sent[last.answers[0] - 1].time_us;
        assert!(answered > time && answered < time + 400.0, "{answered} µs");
    }
}

#[test]
fn replay_has_a_scenario_for_every_place_that_the_nic_can_take() {
    for name in captures() {
        assert!(scenario(&name, "server").exists(), "{name}");
        let reliable = name.starts_with("rc_") || name.starts_with("peer_");
        assert_eq!(scenario(&name, "client").exists(), reliable, "{name}");
        if !reliable {
            let found = derive::derive(&capture(&name), Side::Client);
            assert!(matches!(found, Err(DeriveError::NotReliable { .. })));
        }
    }
}

/// Derived from the capture and not touched, a scenario passes as well as the one that was completed by hand.
#[test]
fn derived_scenarios_pass_as_they_are() {
    for name in captures() {
        for (side, place) in [(Side::Server, "server"), (Side::Client, "client")] {
            let Ok(text) = derive::derive(&capture(&name), side) else {
                continue;
            };
            let path = temporary(&format!("derived-{name}-{place}.toml"));
            std::fs::write(&path, text).unwrap();
            let report = run(&options(&path, &capture(&name), 64)).unwrap();
            assert!(report.is_good(), "{}", report.text());
        }
    }
}

#[test]
fn replay_tells_what_became_of_each_packet() {
    let report = replay("peer_userspace_vs_rxe", "client", 64, None);
    let packet = |number: usize| &report.packets[number - 1];
    assert_eq!(packet(1).role, Role::Cue);
    let counted = |number: usize, counter: &str| packet(number).counters.get(counter).copied();
    assert_eq!(packet(21).fate, Fate::Dropped);
    assert_eq!(counted(21, "rx_icrc_error"), Some(1));
    assert_eq!(packet(21).answers, Vec::<usize>::new());
    assert_eq!(packet(22).fate, Fate::Accepted);
    assert_eq!(packet(30).fate, Fate::OutOfSequence);
    assert_eq!(counted(30, "out_of_seq_request"), Some(1));
    assert_eq!(packet(32).fate, Fate::Refused);
    assert_eq!(counted(32, "nak_remote_access"), Some(1));
    let answer = packet(32).answers[0];
    assert!(report.sent[answer - 1].packet.contains("syndrome 0x62"));
    let of = |request: &str| {
        let found = report.completions.iter().find(|c| c.request == request);
        found.unwrap().clone()
    };
    assert_eq!(
        (of("send 1").status, of("send 1").after),
        ("success", Some(2))
    );
    assert_eq!((of("recv 1").byte_len, of("recv 1").after), (24, Some(25)));
    assert_eq!(report.qps[0].state, "ERR");
}

// What the counters say is what the captured stream and its completions hold: nothing twice, nothing missing.
#[test]
fn replay_counters_are_what_the_capture_holds() {
    for (name, place) in captures()
        .iter()
        .flat_map(|n| [(n, "server"), (n, "client")])
    {
        if !scenario(name, place).exists() {
            continue;
        }
        let report = replay(name, place, 64, None);
        let count = |counter: &str| report.counters.get(counter).copied().unwrap_or(0);
        let packets = report.packets.iter();
        let came = packets.filter(|p| p.role == Role::In && p.fate != Fate::None);
        let done = |queue: &str, opcode: &str| {
            let completions = report.completions.iter();
            let of = completions.filter(|c| c.request.starts_with(queue) && c.status == "success");
            of.filter(|c| c.opcode.starts_with(opcode)).count() as u64
        };
        let refused = count("rx_icrc_error") + count("rx_length_error") + count("rx_runt");
        let what = format!("{name}-{place}: {:?}", report.completions);
        assert_eq!(count("rcvd_pkts") + refused, came.count() as u64, "{what}");
        assert_eq!(count("sent_pkts"), report.sent.len() as u64, "{what}");
        assert_eq!(count("rdma_recvs"), done("recv", ""), "{what}");
        assert_eq!(count("rdma_sends"), done("send", "SEND"), "{what}");
    }
}

#[test]
fn replay_counts_packets_of_unreliable_services() {
    for (name, packets) in [("uc_send_write", 7), ("ud_send", 2)] {
        let report = replay(name, "server", 64, None);
        assert!(report.is_good(), "{}", report.text());
        assert_eq!(report.counters.get("rx_not_rc"), Some(&packets));
        assert!(report.packets.iter().all(|p| p.fate == Fate::Dropped));
        assert!(report.sent.is_empty() && report.completions.is_empty());
    }
}

#[test]
fn replay_writes_what_the_nic_sent() {
    let out = temporary("out.pcap");
    let options = ReplayOptions {
        output: Some(out.clone()),
        ..options(
            &scenario("rc_read_multi", "server"),
            &capture("rc_read_multi"),
            64,
        )
    };
    let report = run(&options).unwrap();
    let written = read_frames(&out).unwrap();
    assert_eq!(written.len(), 3);
    assert_eq!(report.sent.len(), 3);
    // what was written is itself a capture that the NIC agrees with
    let again = ReplayOptions {
        expect: Some(out),
        output: None,
        ..options
    };
    let report = run(&again).unwrap();
    let comparison = report.comparison.as_ref().unwrap();
    assert!(comparison.is_good(), "{}", report.text());
    assert!(comparison.differing.values().all(|count| *count == 0));
}

/// The capture `name`, changed, as another file.
fn changed(name: &str, to: &str, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> PathBuf {
    let captured = read_frames(&capture(name)).unwrap();
    let mut frames: Vec<Vec<u8>> = captured.into_iter().map(|c| c.frame).collect();
    change(&mut frames);
    let path = temporary(to);
    let mut writer = CaptureWriter::create(&path).unwrap();
    for (k, frame) in frames.iter().enumerate() {
        writer.write(1000 * k as u64, frame);
    }
    writer.finish().unwrap();
    path
}

/// What the comparison says if the packets compared with are changed.
fn compared(
    name: &str,
    place: &str,
    to: &str,
    change: impl FnOnce(&mut Vec<Vec<u8>>),
) -> Comparison {
    let options = ReplayOptions {
        expect: Some(changed(name, to, change)),
        ..options(&scenario(name, place), &capture(name), 64)
    };
    let report = run(&options).unwrap();
    let comparison = report.comparison.clone().unwrap();
    assert_eq!(report.is_good(), comparison.is_good());
    if !comparison.is_good() {
        assert!(report.text().contains("DIFFERENCE"));
    }
    comparison
}

/// Names of fields that differ.
fn fields(comparison: &Comparison) -> Vec<&str> {
    let field = |d: &'_ Difference| match d {
        Difference::Field { field, .. } => field.clone(),
        other => panic!("{other:?}"),
    };
    let names: Vec<String> = comparison.differences.iter().map(field).collect();
    names.into_iter().map(|n| &*n.leak()).collect()
}

/// First byte behind the UDP header of an IPv4 frame.
const BTH: usize = 42;

#[test]
fn compare_names_the_field_that_differs() {
    // packet 2 is the ACK: syndrome at 12, MSN behind it
    for (at, field) in [
        (BTH + 12, "aeth.syndrome"),
        (BTH + 15, "aeth.msn"),
        (BTH + 7, "bth.dest_qpn"),
        (22, "ip.hop_limit"),
        (5, "eth.destination"),
    ] {
        let to = format!("field-{at}.pcap");
        let comparison = compared("rc_send_single", "server", &to, |f| f[1][at] ^= 4);
        match field {
            // another queue pair is another stream
            "bth.dest_qpn" => assert!(comparison.differences.len() >= 2, "{comparison:?}"),
            // no ACK any more
            "aeth.syndrome" if comparison.differences.len() > 1 => {}
            _ => assert_eq!(fields(&comparison), [field]),
        }
    }
    let comparison = compared("rc_write_multi", "client", "payload.pcap", |f| {
        f[1][500] ^= 1
    });
    assert_eq!(fields(&comparison), ["payload"]);
    let named = ["ip.id", "udp.source_port", "icrc"];
    let comparison = compared("rc_send_single", "server", "named.pcap", |f| {
        f[1][19] ^= 1;
        f[1][35] ^= 1;
    });
    assert!(comparison.is_good());
    assert!(named.iter().all(|n| comparison.differing.contains_key(*n)));
}

#[test]
fn compare_finds_missing_and_unexpected_packets() {
    let comparison = compared("rc_write_multi", "client", "less.pcap", |f| {
        f.remove(1);
    });
    let sent = |d: &Difference| matches!(d, Difference::Unexpected { .. });
    assert!(comparison.differences.len() == 1 && sent(&comparison.differences[0]));
    let comparison = compared("rc_write_multi", "client", "more.pcap", |f| {
        f.insert(1, f[1].clone());
    });
    let missing = |d: &Difference| matches!(d, Difference::Missing { expected: 3, .. });
    assert!(
        comparison.differences.len() == 1 && missing(&comparison.differences[0]),
        "{comparison:?}"
    );
}

#[test]
fn compare_takes_acks_as_coverage() {
    // without the first of two ACKs the last covers both
    let comparison = compared("rc_send_multi", "server", "first-ack.pcap", |f| {
        f.remove(3);
    });
    assert!(comparison.is_good(), "{}", comparison.text());
    assert_eq!(comparison.other_acks, 1);
    // without the last one nothing does
    let comparison = compared("rc_send_multi", "server", "last-ack.pcap", |f| {
        f.pop();
    });
    let short = comparison.differences.iter().any(|d| {
        matches!(
            d,
            Difference::Coverage {
                expected_psn: Some(259),
                sent_psn: Some(261),
                ..
            }
        )
    });
    assert!(short, "{}", comparison.text());
}

/// The scenario of a capture with some of its text replaced.
fn edited(name: &str, place: &str, to: &str, edits: &[(&str, &str)]) -> PathBuf {
    let mut text = std::fs::read_to_string(scenario(name, place)).unwrap();
    for (from, into) in edits {
        assert!(text.contains(from), "{from:?} is not in {name}-{place}");
        text = text.replacen(from, into, 1);
    }
    let path = temporary(to);
    std::fs::write(&path, text).unwrap();
    path
}

/// The first packet of this SEND has the PSN 256, where the NIC asks for an ACK however rarely it is told to.
#[test]
fn compare_checks_where_acks_are_asked_for() {
    let name = "rc_send_multi";
    let by_rule = |rule: &str| {
        let to = format!("rule-{}.toml", rule.replace(' ', "-"));
        let path = edited(name, "client", &to, &[("every 64", rule)]);
        run(&options(&path, &capture(name), 64)).unwrap()
    };
    assert!(by_rule("every 64").is_good());
    assert!(by_rule("every 256").is_good());
    assert!(by_rule("every 1").is_good());
    let report = by_rule("rxe");
    assert_eq!(fields(report.comparison.as_ref().unwrap()), ["bth.ack_req"]);
    let report = by_rule("last");
    let differences = &report.comparison.as_ref().unwrap().differences;
    assert!(
        matches!(
            differences[..],
            [Difference::AckReq {
                wanted: false,
                sent: 1,
                ..
            }]
        ),
        "{differences:?}"
    );
}

#[test]
fn replay_checks_what_a_scenario_says_of_the_end() {
    let path = edited(
        "rc_send_single",
        "server",
        "end.toml",
        &[
            ("sha256 = \"", "sha256 = \"00"),
            ("final_state = \"RTS\"", "final_state = \"ERR\""),
            ("status = \"success\"", "status = \"local length error\""),
            ("[[recv]]", "[expect.counters]\nsent_pkts = 7\n\n[[recv]]"),
        ],
    );
    let report = run(&options(&path, &capture("rc_send_single"), 64)).unwrap();
    assert_eq!(report.failed.len(), 4, "{:?}", report.failed);
    assert!(!report.is_good() && report.comparison.unwrap().is_good());
}

/// The NAK that asks for `psn` again, made of an ACK over IPv4.
fn sequence_nak(ack: &[u8], psn: u32) -> Vec<u8> {
    let mut nak = ack.to_vec();
    nak[BTH + 9..BTH + 12].copy_from_slice(&psn.to_be_bytes()[1..]);
    nak[BTH + 12..BTH + 16].copy_from_slice(&[0x60, 0, 0, 0]);
    let end = nak.len() - 4;
    let icrc = icrc_of(&nak, end).unwrap();
    nak[end..].copy_from_slice(&icrc.to_le_bytes());
    nak
}

/// A capture at the server in which the first packet of all was lost: it comes behind the others, after a NAK.
#[test]
fn derived_scenario_when_the_first_packet_was_lost() {
    let path = changed("rc_write_multi", "first-lost.pcap", |f| {
        let (write, ack) = (f[..4].to_vec(), f[4].clone());
        let nak = sequence_nak(&ack, 0x400);
        f.splice(0..5, write[1..].iter().cloned());
        f.push(nak);
        f.extend(write);
        f.push(ack);
    });
    for side in [Side::Server, Side::Client] {
        let text = derive::derive(&path, side).unwrap();
        let mut psns = text.lines().filter(|l| l.contains("psn = 0x400"));
        assert!(psns.next().is_some(), "{text}");
        let scenario = temporary(&format!("first-lost-{side:?}.toml"));
        std::fs::write(&scenario, text).unwrap();
        let report = run(&options(&scenario, &path, 64)).unwrap();
        assert!(report.is_good(), "{}", report.text());
        let lost = report.comparison.unwrap().lost;
        assert_eq!(lost, if side == Side::Client { 1 } else { 0 });
    }
}

/// What `run` says about one scenario file.
fn refused(to: &str, edits: &[(&str, &str)]) -> ReplayError {
    let path = edited("rc_send_single", "server", to, edits);
    run(&options(&path, &capture("rc_send_single"), 64)).unwrap_err()
}

/// What is behind an error.
fn cause(e: &dyn std::error::Error) -> String {
    e.source().map_or_else(String::new, |s| s.to_string())
}

#[test]
fn scenario_bad_flow() {
    use ReplayError as R;
    use ScenarioError as S;
    let e = refused("syntax.toml", &[("[nic]", "[nic")]);
    assert!(matches!(e, R::Scenario(S::Syntax { .. })), "{e}");
    let e = refused("field.toml", &[("ip = ", "adress = 1\nip = ")]);
    assert!(cause(&e).contains("adress"), "{e}");
    let e = refused("mac.toml", &[("52:54", "5254")]);
    assert!(cause(&e).contains("no Ethernet address"), "{e}");
    let e = refused(
        "rule.toml",
        &[("[[qp]]", "[replay]\nack_req = \"every 3\"\n\n[[qp]]")],
    );
    assert!(cause(&e).contains("power of two"), "{e}");
    let e = refused("mr.toml", &[("mr = \"memory\"", "mr = \"memroy\"")]);
    assert!(matches!(e, R::Scenario(S::Unknown { .. })), "{e}");
    let e = refused("psn.toml", &[("rq_psn = 0x10", "rq_psn = 0x1000000")]);
    assert!(
        matches!(
            e,
            R::Scenario(S::Range {
                value: 0x100_0000,
                ..
            })
        ),
        "{e}"
    );
    let e = refused("status.toml", &[("\"success\"", "\"succes\"")]);
    assert!(matches!(e, R::Scenario(S::Word { .. })), "{e}");
    let e = refused("receive.toml", &[("offset = 32768", "offset = 65000")]);
    assert!(matches!(e, R::Scenario(S::Range { .. })), "{e}");
    let e = refused("at.toml", &[("status = ", "at = 9\nstatus = ")]);
    assert!(
        matches!(
            e,
            R::NoSuchPacket {
                number: 9,
                packets: 2,
                ..
            }
        ),
        "{e}"
    );
    let bytes = "length = 65536\nbytes = [{ packet = 3 }]";
    let e = refused("bytes.toml", &[("length = 65536", bytes)]);
    assert!(matches!(e, R::Scenario(S::Bytes { .. })), "{e}");
    let e = refused("mtu.toml", &[("mtu = 1024", "mtu = 1000")]);
    assert!(matches!(e, R::Modify { .. }), "{e}");
    let missing = options(Path::new("no-such.toml"), &capture("rc_send_single"), 64);
    let e = run(&missing).unwrap_err();
    assert!(matches!(e, R::Scenario(S::Open { .. })), "{e}");
}

#[test]
fn capture_bad_flow() {
    use CaptureReadError as C;
    let with = |to: &str, bytes: &[u8]| {
        let path = temporary(to);
        std::fs::write(&path, bytes).unwrap();
        let options = options(&scenario("rc_send_single", "server"), &path, 64);
        match run(&options).unwrap_err() {
            ReplayError::Input(e) => e,
            other => panic!("{other}"),
        }
    };
    let good = std::fs::read(capture("rc_send_single")).unwrap();
    let change = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let e = with("truncated.pcap", &good[..good.len() - 5]);
    assert!(matches!(e, C::Broken { packet: 2, .. }), "{e}");
    let e = with("header.pcap", &good[..20]);
    assert!(matches!(e, C::Broken { packet: 0, .. }), "{e}");
    let e = with("magic.pcap", &[0x0a, 0x0d, 0x0d, 0x0a, 1, 2, 3, 4]);
    assert!(
        matches!(
            e,
            C::NotPcap {
                magic: 0x0a0d_0d0a,
                ..
            }
        ),
        "{e}"
    );
    let e = with("link.pcap", &change(20, 113));
    assert!(matches!(e, C::LinkType { .. }), "{e}");
    let e = with("empty.pcap", &good[..24]);
    assert!(matches!(e, C::Empty { .. }), "{e}");
    // the original length of the first packet
    let e = with("cut.pcap", &change(24 + 12, 0xff));
    assert!(matches!(e, C::Cut { packet: 1, .. }), "{e}");
    let missing = options(
        &scenario("rc_send_single", "server"),
        Path::new("no.pcap"),
        64,
    );
    let e = run(&missing).unwrap_err();
    assert!(matches!(e, ReplayError::Input(C::Open { .. })), "{e}");
}

#[test]
fn replay_of_packets_for_another_host_bad_flow() {
    // another address family, the same Ethernet addresses
    for (name, other) in [("rc_send_single", "rc_ipv6"), ("rc_ipv6", "rc_write_zero")] {
        let path = edited(name, "server", "other.toml", &[("title", "# title")]);
        let e = run(&options(&path, &capture(other), 64)).unwrap_err();
        let packets = read_frames(&capture(other)).unwrap().len();
        assert!(
            matches!(e, ReplayError::NothingForTheNic { packets: n, .. } if n == packets),
            "{e}"
        );
    }
    // the right host, but a queue pair that it does not have
    let hasty = edited(
        "rc_write_zero",
        "server",
        "hasty.toml",
        &[("[[qp]]", "[replay]\npatience_us = 100\n\n[[qp]]")],
    );
    let report = run(&options(&hasty, &capture("rc_send_single"), 64)).unwrap();
    assert_eq!(report.packets[0].fate, Fate::Dropped);
    assert_eq!(report.counters.get("rx_unknown_qp"), Some(&1));
    assert!(!report.is_good() && report.notes.len() == 1);
}
