//! Wires and stations at a tap interface: the kernel's own network stack is the partner.
//!
//! They start programs, and until such a child has become its program it holds what this one has open; so they are apart from the tests
//! that look at sockets which have just been closed.
#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::net::IpAddr;
use std::process::Command;
use testbench::perftest::{self, Role};
use testbench::rc_pingpong;
use testbench::station::StationOptions;
use testbench::wire::{Wire, WireSpec};

const SEED: u64 = 0x5eed;

/// Whether this is already a namespace of the test's own. If not, the test `name` has been run in one, under `unshare`, and has passed
/// there, or it is said why that is not to be had.
fn inside(name: &str) -> bool {
    const INSIDE: &str = "ROAMNIC_TEST_TAP";
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let run = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .output();
    match run {
        Ok(out) if String::from_utf8_lossy(&out.stdout).contains("NO TAP") => {
            println!("skipped: no tap interface in a namespace of its own here");
        }
        Ok(out) => assert!(out.status.success(), "{out:?}"),
        Err(e) => println!("skipped: no unshare: {e}"),
    }
    false
}

/// Both ends of a tap: the kernel's stack in a namespace of its own, and a wire. Needs user namespaces and /dev/net/tun, so the test
/// runs itself again under `unshare`, and says so where that is not to be had.
#[test]
fn tap_wire_meets_the_kernel() {
    if !inside("tap_wire_meets_the_kernel") {
        return;
    }
    let spec = "tap:roam0".parse().unwrap();
    let Ok(mut wire) = Wire::open(&spec) else {
        println!("NO TAP");
        return;
    };
    // the kernel looks for its neighbours over IPv6 as soon as the interface is up
    let frame = loop {
        wire.poll();
        if let Some(frame) = wire.receive() {
            break frame;
        }
        std::thread::yield_now();
    };
    assert_eq!(frame[12..14], [0x86, 0xdd]);
    wire.send(vec![0xff; 60]);
    assert_eq!(wire.stats().sent, 1);
}

/// The kernel's own TCP at the other end of a tap: it finds our Ethernet address by ARP and neighbour discovery, connects, and says
/// something that is no end of a connection. Needs user namespaces, /dev/net/tun and `ip`, so the test runs itself again
/// under `unshare`, and says so where that is not to be had.
#[test]
fn station_answers_the_kernel_over_a_tap() {
    if !inside("station_answers_the_kernel_over_a_tap") {
        return;
    }
    for (ipv6, host) in [(false, "10.0.0.1/24"), (true, "fd00::1/64")] {
        let wire = WireSpec::Tap {
            name: "roam0".into(),
        };
        let (ip, prefix): (IpAddr, u8) = match ipv6 {
            false => (IpAddr::from([10, 0, 0, 2]), 24),
            true => ("fd00::2".parse().unwrap(), 64),
        };
        let options = StationOptions::new(wire, ip, prefix, SEED);
        let options = rc_pingpong::Options::new(options, Role::Server);
        let server = std::thread::spawn(move || rc_pingpong::run(&options, &mut |_| {}));
        let setting = ["address", "add", host, "dev", "roam0"];
        let mut set = false;
        while !set && !server.is_finished() {
            let mut ip = Command::new("ip");
            ip.args(setting);
            if ipv6 {
                ip.arg("nodad");
            }
            set = ip.output().is_ok_and(|out| out.status.success());
            std::thread::sleep(std::time::Duration::from_millis(20));
            if Command::new("ip").output().is_err() {
                break;
            }
        }
        if !set {
            println!("NO TAP");
            return;
        }
        let mut stream = std::net::TcpStream::connect((ip, perftest::PORT)).unwrap();
        stream.write_all(&[b'x'; 52]).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(rest.is_empty());
        let error = server.join().unwrap().unwrap_err();
        assert!(error.to_string().contains("and not LID:QPN:PSN:GID"));
    }
}
