//! The programs that speak to those of Linux: their exchange byte by byte against captures, and both roles of ours against each
//! other over a wire of Unix sockets.
#![cfg(unix)]

use std::collections::VecDeque;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;
use testbench::net::FaultRates;
use testbench::perftest::exchange::{Channel, Exchange};
use testbench::perftest::message::{Destination, MessageError, Report};
use testbench::perftest::{self, Content, Measured, Role, Tool};
use testbench::rc_pingpong;
use testbench::roam::{self, RoamOptions};
use testbench::station::StationOptions;
use testbench::wire::WireSpec;

const SEED: u64 = 0x5eed;
/// 0.5 s, and eight times that before a connection is given up: the partner's thread may be waiting for a processor.
const TIMEOUT: u8 = 17;

/// Who said what, in order: a capture of a program's TCP payloads.
fn captured(name: &str) -> Vec<(Role, Vec<u8>)> {
    let path = format!("{}/data/perftest/{name}.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let (who, hex) = line.split_once(' ').unwrap();
            let digit = |k: usize| u8::from_str_radix(&hex[2 * k..2 * k + 2], 16).unwrap();
            let bytes = (0..hex.len() / 2).map(digit).collect();
            match who {
                "client" => (Role::Client, bytes),
                _ => (Role::Server, bytes),
            }
        })
        .collect()
}

/// A channel at whose other end a capture is played: what we say must be what was said on our side, and in its turn.
struct Played {
    role: Role,
    left: VecDeque<(Role, Vec<u8>)>,
}

#[derive(Debug)]
struct Wrong(#[allow(dead_code)] String);

impl From<MessageError> for Wrong {
    fn from(e: MessageError) -> Self {
        Self(e.to_string())
    }
}

impl Channel for Played {
    type Error = Wrong;

    fn say(&mut self, bytes: &[u8]) -> Result<(), Wrong> {
        let (who, said) = self.left.pop_front().ok_or(Wrong("the end".into()))?;
        assert_eq!(who, self.role, "it is not our turn");
        assert_eq!(
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&said)
        );
        Ok(())
    }

    fn hear(&mut self, length: usize) -> Result<Vec<u8>, Wrong> {
        let (who, said) = self.left.pop_front().ok_or(Wrong("the end".into()))?;
        assert_ne!(who, self.role, "it is our turn");
        assert_eq!(said.len(), length);
        Ok(said)
    }
}

/// The ends and the report that one side of a capture tells.
fn told(capture: &[(Role, Vec<u8>)], role: Role, qps: usize) -> (Vec<Destination>, Report) {
    let ours = || capture.iter().filter(|(who, _)| *who == role);
    let ends = ours().filter(|(_, bytes)| bytes.len() == 108).take(qps);
    let fields: Vec<[u8; 8]> = ours()
        .filter_map(|(_, bytes)| bytes.as_slice().try_into().ok())
        .collect();
    let report = <[[u8; 8]; 5]>::try_from(fields).map(Report::decode);
    (
        ends.map(|(_, b)| Destination::decode(b).unwrap()).collect(),
        report.unwrap_or_default(),
    )
}

#[test]
fn perftest_exchange_is_that_of_linux_byte_by_byte() {
    for (name, tool, qps) in [
        ("ib_send_bw", Tool::SendBw, 1),
        ("ib_write_bw", Tool::WriteBw, 1),
        ("ib_read_bw", Tool::ReadBw, 1),
        ("ib_atomic_bw", Tool::AtomicBw, 1),
        ("ib_write_lat", Tool::WriteLat, 1),
        ("ib_write_bw_q4", Tool::WriteBw, 4),
    ] {
        for role in [Role::Client, Role::Server] {
            println!("{name} as {role:?}");
            let capture = captured(name);
            let other = match role {
                Role::Client => Role::Server,
                Role::Server => Role::Client,
            };
            let (own, report) = told(&capture, role, qps);
            let (theirs, their_report) = told(&capture, other, qps);
            let left = capture.into();
            let mut exchange = Exchange::new(role, Played { role, left });
            let settled = exchange.settle(1024).unwrap();
            assert_eq!((settled.version.as_str(), settled.page), ("6.24", 4096));
            assert_eq!(settled.path_mtu, 1024);
            assert_eq!(exchange.meet(&own).unwrap(), theirs);
            exchange.ready(tool, &own).unwrap();
            let part = exchange.part(tool, &own, &report).unwrap();
            // NaN and garbage travel, too: a server's report is whatever was in its memory
            let bits = |r: Report| r.encode();
            if let Some(part) = part {
                assert_eq!(bits(part), bits(their_report));
            }
            assert!(exchange.channel().left.is_empty(), "not all was said");
        }
    }
}

#[test]
fn pingpong_exchange_is_that_of_linux_byte_by_byte() {
    let capture = captured("ibv_rc_pingpong");
    for (who, bytes) in &capture[..2] {
        let end = rc_pingpong::End::decode(bytes).unwrap();
        assert_eq!(end.encode()[..], bytes[..], "{who:?}");
    }
    assert_eq!(capture[2], (Role::Client, b"done\0".to_vec()));
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        // paths of sockets are short: not the build's own folder
        let path = std::env::temp_dir().join(format!("roamnic-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn address(host: u8, ipv6: bool) -> (IpAddr, u8) {
    match ipv6 {
        true => (format!("fd00::{host}").parse().unwrap(), 64),
        false => (IpAddr::from([10, 0, 0, host]), 24),
    }
}

/// Two stations on one wire, each with a thread of its own.
fn stations(folder: &Folder, ipv6: bool, loss: f64) -> [StationOptions; 2] {
    println!("seed {SEED:#x}");
    let path = folder.0.join("w");
    let wires = [
        WireSpec::Connect { path: path.clone() },
        WireSpec::Listen { path },
    ];
    let mut host = 0;
    wires.map(|wire| {
        host += 1;
        let (ip, prefix) = address(host, ipv6);
        let mut options = StationOptions::new(wire, ip, prefix, SEED + u64::from(host));
        options.timeout = TIMEOUT;
        // once is enough: each wire's faults are in both directions
        options.faults.loss = if host == 1 { loss } else { 0.0 };
        options
    })
}

struct Case {
    tool: Tool,
    size: u32,
    iterations: u64,
    qps: u32,
    path_mtu: u32,
    ipv6: bool,
    loss: f64,
}

impl Case {
    fn new(tool: Tool, size: u32, iterations: u64) -> Self {
        Self {
            tool,
            size,
            iterations,
            qps: 1,
            path_mtu: 1024,
            ipv6: false,
            loss: 0.0,
        }
    }

    fn play(&self) -> [perftest::Outcome; 2] {
        let folder = Folder::new(&format!("{:?}{}{}", self.tool, self.size, self.qps));
        let [a, b] = stations(&folder, self.ipv6, self.loss);
        let options = |station, role| perftest::Options {
            size: Some(self.size),
            iterations: Some(self.iterations),
            qps: self.qps,
            path_mtu: self.path_mtu,
            ..perftest::Options::new(station, self.tool, role)
        };
        let server = options(b, Role::Server);
        let mut client = options(a, Role::Client);
        client.partner = Some(address(2, self.ipv6).0);
        let server = std::thread::spawn(move || perftest::run(&server, &mut |t| print!("{t}")));
        let client = perftest::run(&client, &mut |t| print!("{t}")).unwrap();
        let server = server.join().unwrap().unwrap();
        for outcome in [&client, &server] {
            print!("{}", perftest::table(outcome));
            println!("{outcome:?}");
        }
        assert_eq!(client.iterations, self.iterations * u64::from(self.qps));
        assert_eq!(client.path_mtu, self.path_mtu);
        [client, server]
    }
}

#[test]
fn perftest_bandwidth_between_two_stations() {
    for tool in [Tool::SendBw, Tool::WriteBw, Tool::ReadBw] {
        let [client, server] = Case::new(tool, 3000, 10).play();
        let receiver = if tool == Tool::ReadBw {
            &client
        } else {
            &server
        };
        assert_eq!(receiver.content, Content::Verified);
        let Measured::Bandwidth(b) = server.measured else {
            panic!("no bandwidth");
        };
        // the server of one-sided operations shows what it was told
        assert!(b.average > 0.0 && server.size == 3000);
    }
}

#[test]
fn perftest_atomics_and_latency_between_two_stations() {
    let [client, server] = Case::new(Tool::AtomicBw, 8, 20).play();
    assert_eq!(client.content, Content::Verified);
    assert_eq!(server.content, Content::Verified);
    let [client, _] = Case::new(Tool::WriteLat, 64, 10).play();
    assert!(matches!(client.measured, Measured::Latency(l) if l.typical > 0.0));
}

#[test]
fn perftest_with_several_queue_pairs_loss_ipv6_and_large_packets() {
    let case = Case {
        qps: 4,
        path_mtu: 4096,
        ipv6: true,
        loss: 0.03,
        ..Case::new(Tool::WriteBw, 9000, 10)
    };
    let [client, server] = case.play();
    assert_eq!(server.content, Content::Verified);
    assert!(client.wire.lost > 0);
}

/// What a stream wire puts in front of a frame: its length, 32 bits, big-endian.
const FRAME_LENGTH: usize = 4;
/// No frame of the connection's set-up is as long: what is cut is a frame of the transfer.
const LONG_FRAME: usize = 900;

/// A cable between two sockets that is cut once, in the middle of the first long frame after `whole` of them from the front, and
/// whole again a moment later. Wherever the programs are then, that frame is lost.
fn cut_once(front: PathBuf, back: PathBuf, whole: usize) {
    use std::io::{Read, Write};
    use std::net::Shutdown;
    use std::os::unix::net::{UnixListener, UnixStream};
    fn frame(from: &mut UnixStream) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; FRAME_LENGTH];
        from.read_exact(&mut bytes)?;
        let length = u32::from_be_bytes(bytes[..].try_into().unwrap()) as usize;
        bytes.resize(FRAME_LENGTH + length, 0);
        from.read_exact(&mut bytes[FRAME_LENGTH..])?;
        Ok(bytes)
    }
    let listener = UnixListener::bind(front).unwrap();
    std::thread::spawn(move || {
        let partner = || {
            let (a, _) = listener.accept().unwrap();
            loop {
                match UnixStream::connect(&back) {
                    Ok(b) => return (a, b),
                    Err(_) => std::thread::sleep(std::time::Duration::from_millis(10)),
                }
            }
        };
        let carry = |from: &UnixStream, to: &UnixStream, whole: usize| {
            let [mut from, mut to] = [from.try_clone().unwrap(), to.try_clone().unwrap()];
            std::thread::spawn(move || {
                let mut long = 0;
                while let Ok(bytes) = frame(&mut from) {
                    long += usize::from(bytes.len() > LONG_FRAME);
                    let cut = long > whole;
                    let length = if cut { bytes.len() / 2 } else { bytes.len() };
                    if to.write_all(&bytes[..length]).is_err() || cut {
                        break;
                    }
                }
                for end in [from, to] {
                    let _ = end.shutdown(Shutdown::Both);
                }
            })
        };
        let ways = |(a, b): (UnixStream, UnixStream), whole| {
            for way in [carry(&a, &b, whole), carry(&b, &a, usize::MAX)] {
                way.join().unwrap();
            }
        };
        ways(partner(), whole);
        std::thread::sleep(std::time::Duration::from_millis(200));
        let again = partner();
        // nobody comes a third time, not even while the programs end
        drop(listener);
        ways(again, usize::MAX);
    });
}

#[test]
fn perftest_survives_a_wire_that_is_cut() {
    let folder = Folder::new("cut");
    let [mut a, b] = stations(&folder, false, 0.0);
    let front = folder.0.join("front");
    a.wire = WireSpec::Connect {
        path: front.clone(),
    };
    cut_once(front, folder.0.join("w"), 55);
    let options = |station, role| perftest::Options {
        size: Some(4000),
        iterations: Some(30),
        depth: 4,
        ..perftest::Options::new(station, Tool::WriteBw, role)
    };
    let server = options(b, Role::Server);
    let mut client = options(a, Role::Client);
    client.partner = Some(address(2, false).0);
    let server = std::thread::spawn(move || perftest::run(&server, &mut |_| {}));
    let client = perftest::run(&client, &mut |_| {}).unwrap();
    let server = server.join().unwrap().unwrap();
    println!("{client:?}");
    assert_eq!(server.content, Content::Verified);
    assert_eq!((client.wire.partners, server.wire.partners), (2, 2));
    assert!(client.retransmissions > 0);
}

#[test]
fn pingpong_between_two_stations() {
    let folder = Folder::new("pingpong");
    let [a, b] = stations(&folder, false, 0.0);
    let options = |station, role| rc_pingpong::Options {
        size: 5000,
        iterations: 8,
        receives: 4,
        ..rc_pingpong::Options::new(station, role)
    };
    let server = options(b, Role::Server);
    let mut client = options(a, Role::Client);
    client.partner = Some(address(2, false).0);
    let server = std::thread::spawn(move || rc_pingpong::run(&server, &mut |_| {}));
    let client = rc_pingpong::run(&client, &mut |t| print!("{t}")).unwrap();
    print!("{}", client.text());
    assert!(client.verified && server.join().unwrap().unwrap().verified);
}

/// Our end moves twice in front of a partner that knows nothing of moves. What it has acknowledged last comes once more from each new place,
/// and the partner takes no harm.
#[test]
fn roam_before_a_partner_that_knows_nothing_of_moves() {
    const SIZE: u32 = 3000;
    const MESSAGES: u32 = 9;
    let folder = Folder::new("roam");
    let [mut a, mut b] = stations(&folder, false, 0.0);
    // the partner's frames go to where the last one came from
    let home = folder.0.join("partner");
    let place = |name| WireSpec::Dgram {
        path: folder.0.join(name),
        partner: Some(home.clone()),
    };
    // what is lost in a move comes again after 0.13 s of the NIC's time
    a.timeout = 15;
    b.wire = place("first");
    let onward = vec![place("second"), place("third")];
    a.wire = WireSpec::Dgram {
        path: home.clone(),
        partner: None,
    };
    let ours = RoamOptions {
        station: b,
        onward,
        role: Role::Server,
        partner: address(1, false).0,
        port: perftest::PORT,
        size: SIZE,
        iterations: MESSAGES,
        path_mtu: 1024,
        hold: Duration::ZERO,
    };
    let client = rc_pingpong::Options {
        partner: Some(address(2, false).0),
        size: SIZE,
        iterations: MESSAGES.into(),
        receives: 4,
        ..rc_pingpong::Options::new(a, Role::Client)
    };
    let client = std::thread::spawn(move || rc_pingpong::run(&client, &mut |t| print!("{t}")));
    let report = roam::run(&ours).unwrap();
    println!("{report:?}");
    assert!(report.is_good(&ours));
    let client = client.join().unwrap().unwrap();
    print!("{}", client.text());
    assert!(client.verified);
}

#[test]
fn station_ends_when_it_is_told_to_bad_flow() {
    let folder = Folder::new("told");
    let [a, _] = stations(&folder, false, 0.0);
    a.end.store(true, Ordering::Relaxed);
    let mut options = perftest::Options::new(a, Tool::SendBw, Role::Client);
    options.partner = Some(address(2, false).0);
    let error = perftest::run(&options, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("told to end"), "{error}");
}

#[test]
fn perftest_without_a_partner_bad_flow() {
    let folder = Folder::new("alone");
    let [mut a, _] = stations(&folder, false, 0.0);
    a.patience = Duration::from_millis(50);
    a.faults = FaultRates::default();
    let mut options = perftest::Options::new(a, Tool::SendBw, Role::Client);
    let error = perftest::run(&options, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("needs the server's address"));
    options.partner = Some(address(2, false).0);
    let error = perftest::run(&options, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("who has 10.0.0.2"), "{error}");
    options.qps = 2;
    options.tool = Tool::WriteLat;
    let error = perftest::run(&options, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("one queue pair"), "{error}");
}
