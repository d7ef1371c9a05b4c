//! Scenarios that were drawn: whatever is done to whichever packets, everything arrives and every rule holds.

use super::{SEED, options, remove, temporary};
use std::fmt::Write;
use testbench::faults::{self, Checker, Finding};
use testbench::rng::Rng;

/// The text of a scenario whose works all end well, if nothing but the rules decides.
fn drawn(rng: &mut Rng) -> String {
    let mtu = rng.pick(&[256, 256, 512, 1024]).to_owned();
    let count = rng.range(1, 3);
    let mut text = format!(
        "title = \"drawn\"\n[connection]\nmtu = {mtu}\ncount = {count}\ntimeout = {}\n\
         max_rd_atomic = {}\nmin_rnr_timer = {}\npsn = [{}, {}]\nipv6 = {}\n",
        rng.range(2, 3),
        rng.pick(&[1, 2, 8]),
        rng.pick(&[1, 2, 4]),
        rng.pick(&[5, 0xff_fffa, 0x7f_fffc]),
        rng.pick(&[9, 0xff_fff8]),
        rng.chance(0.3),
    );
    let mut receives = String::new();
    for _ in 0..rng.range(1, 8) {
        let (qp, host) = (rng.range(0, count - 1), *rng.pick(&["a", "a", "b"]));
        let length = *rng.pick(&[0, 1, 100, mtu, mtu + 1, 3 * mtu, 2700]);
        let (op, takes) = match rng.range(0, 5) {
            0 => (format!("\"write\"\nlength = {length}"), false),
            1 => (format!("\"write\"\nimm = 7\nlength = {length}"), true),
            2 => (format!("\"send\"\nlength = {length}"), true),
            3 => (format!("\"read\"\nlength = {length}"), false),
            4 => (format!("\"fetch_add\"\nadd = {}", rng.range(1, 9)), false),
            _ => {
                let (compare, swap) = (rng.range(0, 9), rng.range(0, 9));
                let op = format!("\"compare_swap\"\ncompare = {compare}\nswap = {swap}");
                (op, false)
            }
        };
        let works = rng.pick(&[1, 1, 2, 4]);
        let after = rng.pick(&[0, 0, 5, 30]);
        let place = format!("qp = {qp}\ncount = {works}\nafter_us = {after}");
        let (fence, signalled) = (rng.chance(0.2), rng.chance(0.8));
        _ = write!(
            text,
            "[[work]]\nhost = \"{host}\"\nop = {op}\n{place}\nfence = {fence}\nsignalled = {signalled}\n"
        );
        if takes {
            let partner = if host == "a" { "b" } else { "a" };
            let late = rng.pick(&[0, 0, 8, 25]);
            _ = write!(
                receives,
                "[[receive]]\nhost = \"{partner}\"\nqp = {qp}\nlength = 4096\ncount = {works}\nafter_us = {late}\n"
            );
        }
    }
    text += &receives;
    // something that has a completion ends the scenario
    text += "[[work]]\nop = \"write\"\nlength = 8\nafter_us = 31\n";
    for _ in 0..rng.range(1, 6) {
        text += &event(rng, count);
    }
    text + "[limits]\nquiet_us = 150\n"
}

fn event(rng: &mut Rng, count: u64) -> String {
    let classes = [
        "request",
        "request",
        "response",
        "ack",
        "read_response",
        "atomic_ack",
        "sequence_nak",
        "rnr_nak",
    ];
    let parts = ["icrc", "payload", "psn", "opcode", "dest_qpn", "udp", "ip"];
    let action = match rng.range(0, 7) {
        0..=2 => "\"drop\"".to_owned(),
        3 => format!("\"corrupt\"\npart = \"{}\"", rng.pick(&parts)),
        4 => format!("\"duplicate\"\ncopies = {}", rng.range(1, 3)),
        5 => format!("\"reorder\"\nby = {}", rng.pick(&[1, 2, 5])),
        6 => format!("\"delay\"\nus = {}", rng.pick(&[2, 10, 40, 100])),
        _ => "\"mark_ecn\"".to_owned(),
    };
    let psn = match rng.chance(0.5) {
        true => format!("psn = {}\n", rng.range(0, 19)),
        false => String::new(),
    };
    format!(
        "[[event]]\nqp = {}\nrequester = \"{}\"\nclass = \"{}\"\naction = {action}\n{psn}occurrence = {}\ntimes = {}\n",
        rng.range(0, count - 1),
        rng.pick(&["a", "a", "b"]),
        rng.pick(&classes),
        rng.pick(&[1, 1, 2, 3, 5]),
        rng.pick(&[1, 1, 1, 2, 3]),
    )
}

/// What was drawn need not come to pass: a packet of that name, or frames that overtake another.
fn is_chance(finding: &Finding) -> bool {
    let says = |what: &str| finding.what.contains(what);
    match finding.checker {
        Checker::Expected => says("packets of its name came by"),
        Checker::Whole => says("later frames came before it"),
        _ => false,
    }
}

fn all_hold(width: u32, scenarios: u64) {
    for seed in SEED..SEED + scenarios {
        println!("width {width}, seed {seed}");
        let text = drawn(&mut Rng::new(seed));
        let path = temporary("drawn.toml");
        std::fs::write(&path, &text).unwrap();
        let options = options(&path, width);
        let report = faults::run(&options).unwrap_or_else(|e| panic!("{e}\n{text}"));
        remove(&[path]);
        remove(&options.captures);
        let broken = report.findings.iter().filter(|f| !is_chance(f)).count();
        assert_eq!(broken, 0, "{}\n{text}", report.text());
    }
}

#[test]
fn faults_at_random() {
    all_hold(64, 8);
}

#[test]
fn faults_at_random_at_512_bits() {
    all_hold(512, 8);
}
