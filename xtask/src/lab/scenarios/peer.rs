//! RoamNIC and Linux' rxe on one wire: each program of rdma-core and perftest in a guest, against ours of the same
//! protocol, in both roles.

use std::net::IpAddr;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::linux::{BOUND, command};
use crate::lab::process::Running;
use crate::lab::report::Row;
use crate::lab::rxe::{JUMBO, PORT, Partner, address};
use crate::lab::wire::{Loss, Wire};
use crate::lab::{Bench, image, logs, ours};

/// Ports of the wire.
const GUEST: usize = 0;
const OURS: usize = 1;
/// Numbers of the hosts, the last byte of their addresses.
const GUEST_HOST: u8 = 1;
const OUR_HOST: u8 = 9;

const PINGPONG: &str = "ibv_rc_pingpong";
const TOOLS: [&str; 5] = [
    "ib_send_bw",
    "ib_write_bw",
    "ib_read_bw",
    "ib_atomic_bw",
    "ib_write_lat",
];

/// Requests under way on each queue pair of a guest's client.
const FEW: u32 = 4;

/// perftest's `--qp-timeout`, the exponent of 4.096 µs: 4 s. The usual 67 ms are too short for a simulated NIC that has several
/// connections to serve on a busy machine.
const PATIENT: u32 = 20;

/// The same of ours, 0.5 s, where nothing is lost: then a timeout is but a partner that waits for a processor.
pub const PATIENT_OURS: u8 = 17;

/// One program's settings.
#[derive(Clone, Copy, Debug)]
struct Case {
    program: &'static str,
    /// Bytes of a message.
    size: u32,
    iterations: u32,
    mtu: u32,
    qps: u32,
    ipv6: bool,
}

impl Case {
    /// A hundred messages of 4 KiB on one queue pair, MTU 1024.
    fn new(program: &'static str) -> Self {
        Self {
            program,
            size: match program {
                "ib_atomic_bw" => 8,
                "ib_write_lat" => 64,
                _ => 4096,
            },
            iterations: 100,
            mtu: 1024,
            qps: 1,
            ipv6: false,
        }
    }

    fn is_perftest(&self) -> bool {
        self.program != PINGPONG
    }

    /// What the guest's program is called with.
    fn options(&self) -> String {
        let Self {
            program,
            size,
            iterations,
            mtu,
            qps,
            ipv6,
        } = self;
        if !self.is_perftest() {
            return format!("-s {size} -n {iterations} -m {mtu} -c");
        }
        let mut options = format!("-n {iterations} -m {mtu} -F");
        if *program != "ib_atomic_bw" {
            options.push_str(&format!(" -s {size}"));
        }
        if program.ends_with("_bw") {
            // more under way than the guest's card takes, and rxe gets its own retries wrong: see docs/lab.md
            options.push_str(&format!(" -t {FEW}"));
        }
        if *qps > 1 {
            options.push_str(&format!(" -q {qps} -u {PATIENT}"));
        }
        if *ipv6 {
            options.push_str(" --ipv6-addr");
        }
        options
    }

    fn remark(&self) -> String {
        let Self {
            size,
            iterations,
            mtu,
            qps,
            ipv6,
            ..
        } = self;
        let version = if *ipv6 { 6 } else { 4 };
        format!("IPv{version}, MTU {mtu}, {qps} QP, {iterations} × {size} B")
    }

    fn ours(&self) -> IpAddr {
        address(OUR_HOST, self.ipv6)
    }

    fn guests(&self) -> IpAddr {
        address(GUEST_HOST, self.ipv6)
    }

    /// What ours is called with.
    fn our_words(&self, wire: &Wire, role: Role) -> Vec<String> {
        let mut words = match self.is_perftest() {
            true => vec!["perftest".to_owned(), self.program.to_owned()],
            false => vec!["pingpong".to_owned()],
        };
        let iterations = if self.is_perftest() {
            "--iters"
        } else {
            "--iterations"
        };
        let place = format!("stream:{},connect", wire.socket(OURS).display());
        let mut options = vec![
            ("--wire", place),
            ("--role", role.name().to_owned()),
            ("--addr", self.ours().to_string()),
            ("--peer", self.guests().to_string()),
            ("--port", PORT.to_string()),
            ("--size", self.size.to_string()),
            (iterations, self.iterations.to_string()),
            ("--mtu", self.mtu.to_string()),
        ];
        if wire.is_whole() {
            options.push(("--qp-timeout", PATIENT_OURS.to_string()));
        }
        if self.is_perftest() {
            options.push(("--qps", self.qps.to_string()));
        }
        for (name, value) in options {
            words.extend([name.to_owned(), value]);
        }
        words.push("--json".to_owned());
        words
    }
}

/// Ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Client,
    Server,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// `ibv_rc_pingpong`, with contents compared.
pub fn pingpong(bench: &mut Bench) -> Result<()> {
    both_roles(bench, Loss::default(), &[Case::new(PINGPONG)])
}

/// Each of perftest's programs.
pub fn perftest(bench: &mut Bench) -> Result<()> {
    both_roles(bench, Loss::default(), &TOOLS.map(Case::new))
}

/// Small packets, and large ones in jumbo frames.
pub fn mtus(bench: &mut Bench) -> Result<()> {
    let mut cases = Vec::new();
    for mtu in [256, 512, 4096] {
        for program in [PINGPONG, "ib_send_bw", "ib_write_bw", "ib_read_bw"] {
            cases.push(Case {
                mtu,
                size: 10_000,
                iterations: 50,
                ..Case::new(program)
            });
        }
    }
    both_roles(bench, Loss::default(), &cases)
}

/// Connections and their exchange over IPv6.
pub fn ipv6(bench: &mut Bench) -> Result<()> {
    let six = |program| Case {
        ipv6: true,
        ..Case::new(program)
    };
    both_roles(bench, Loss::default(), &TOOLS.map(six))
}

/// Several connections at a time.
pub fn queue_pairs(bench: &mut Bench) -> Result<()> {
    let mut cases = Vec::new();
    for qps in [4, 16] {
        for program in ["ib_send_bw", "ib_write_bw", "ib_read_bw"] {
            cases.push(Case {
                qps,
                iterations: 30,
                ..Case::new(program)
            });
        }
    }
    both_roles(bench, Loss::default(), &cases)
}

/// Two of a hundred packets are lost, both ways.
pub fn loss(bench: &mut Bench) -> Result<()> {
    let loss = Loss {
        per_mille: 20,
        seed: bench.seed,
    };
    let mut cases = vec![Case::new(PINGPONG)];
    cases.extend(TOOLS.map(Case::new));
    both_roles(bench, loss, &cases)
}

fn both_roles(bench: &mut Bench, loss: Loss, cases: &[Case]) -> Result<()> {
    let program = ours::program(bench)?;
    image::build(bench.lab, &[], &bench.image)?;
    let record = bench.records.join("start.pcap");
    let wire = Wire::new("wire", 2, loss, &bench.sockets, &record)?;
    // a packet of the largest MTU needs a jumbo frame; the path MTU is each program's own choice
    let mut partner = Partner::start(bench, GUEST_HOST, &wire, GUEST, JUMBO)?;
    partner.settle(bench, JUMBO)?;
    let mut number = 0;
    for case in cases {
        for role in [Role::Client, Role::Server] {
            number += 1;
            let name = format!("{number:02}-{}-{}", case.program, role.name());
            bench.say(&format!("{name}: {}", case.remark()));
            wire.record(&bench.records.join(format!("{name}.pcap")))?;
            wire.restart_counts();
            let started = Instant::now();
            let mut running = ours::start(bench, &program, &name, &case.our_words(&wire, role))?;
            let row = Row::new(
                case.program,
                format!("ours {}", role.name()),
                started.elapsed(),
            );
            let mut row = match one(bench, case, role, &mut running, &mut partner) {
                Ok(report) => verified(row, case, &report),
                // the next case has a chance of its own
                Err(error) => row.remark(format!("{}: {error:#}", case.remark())).failed(),
            };
            row.seconds = started.elapsed().as_secs_f64();
            running.kill();
            let lost = wire.counts(GUEST).lost + wire.counts(OURS).lost;
            if lost > 0 {
                row.remark.push_str(&format!(", {lost} packets lost"));
            }
            bench.row(row.retransmissions(wire.repeated()));
            let tidy = format!("killall {} 2>/dev/null; true", case.program);
            partner.guest.run(&tidy, bench.deadline.within(60))?;
        }
    }
    Ok(())
}

fn verified(row: Row, case: &Case, report: &Value) -> Row {
    let Case {
        size,
        iterations,
        qps,
        ..
    } = case;
    let compared = report.get("verified").and_then(Value::as_bool) == Some(true)
        || report.get("content").and_then(Value::as_str) == Some("verified");
    let row = row.remark(case.remark());
    match compared {
        true => row.verified(u64::from(*size) * u64::from(*iterations) * u64::from(*qps)),
        false => row,
    }
}

fn one(
    bench: &Bench,
    case: &Case,
    role: Role,
    running: &mut Running,
    partner: &mut Partner,
) -> Result<Value> {
    let deadline = bench.deadline.within(BOUND);
    let gid = partner.gid_index(case.guests(), bench)?;
    let peer = (role == Role::Server).then(|| case.ours().to_string());
    if let Some(peer) = &peer {
        // ours listens as soon as it answers
        let reach = format!("until ping -c 1 -W 1 {peer}; do sleep 0.2; done");
        let reaching = partner
            .guest
            .spawn(&format!("timeout 100 sh -c '{reach}'"))?;
        let reached = partner.guest.wait(reaching, deadline)?;
        ensure!(
            reached.status == Some(0),
            "ours does not answer pings: {}",
            running.last_words()
        );
    }
    let line = command(case.program, &case.options(), gid, peer);
    let job = partner.guest.spawn(&line)?;
    let words = |running: &Running| format!("ours said: {}", running.last_words());
    let reported = ours::report(running, deadline).with_context(|| {
        let theirs = logs::complaint(&partner.guest.peek(job).text);
        format!("rxe's side said: {theirs}; {}", words(running))
    });
    let (good, report) = reported?;
    let output = partner.guest.wait(job, bench.deadline.within(60))?;
    ensure!(
        output.status == Some(0),
        "{} in the guest ended with {:?}: {}",
        case.program,
        output.status,
        logs::complaint(&output.text)
    );
    ensure!(
        !output.text.contains("invalid data"),
        "{} in the guest saw wrong data: {}",
        case.program,
        logs::complaint(&output.text)
    );
    ensure!(good, "ours ended with a bad result: {report}");
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_calls_the_guests_program_as_its_page_says() {
        let case = Case {
            qps: 4,
            ipv6: true,
            ..Case::new("ib_send_bw")
        };
        assert_eq!(
            case.options(),
            "-n 100 -m 1024 -F -s 4096 -t 4 -q 4 -u 20 --ipv6-addr"
        );
        assert_eq!(
            Case::new("ib_atomic_bw").options(),
            "-n 100 -m 1024 -F -t 4"
        );
        assert_eq!(Case::new(PINGPONG).options(), "-s 4096 -n 100 -m 1024 -c");
        assert_eq!(
            command("ib_send_bw", "-F", 2, Some("fd00::9".to_owned())),
            "timeout 150 ib_send_bw -d rxe0 -x 2 -F -p 18515 fd00::9"
        );
    }
}
