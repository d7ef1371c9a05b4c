//! RoamNIC to RoamNIC, each host a guest with its own NIC behind its own kernel's VFIO: an application in guest 1 is moved to guest 3
//! while guest 2 keeps talking. Guest 1 is killed before the application resumes.

use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::lab::guest::{BOOT, Card, Config, Guest, Job};
use crate::lab::image::Extra;
use crate::lab::report::Row;
use crate::lab::wire::{Loss, Wire};
use crate::lab::{Bench, image, ours};

use super::vfio::{READ_LIMIT, bind, last_json};

/// The program in the guests.
const PACKAGE: &str = "driver-test";
const PROGRAM: &str = "roamnic-mover";
/// MiB of each guest.
const MEMORY: u32 = 512;
const MESSAGES: u32 = 400;
const SIZE: u32 = 2048;
const PORT: u16 = 7000;
/// Tells the destination to resume.
const GO: &str = "/tmp/go";

/// Addresses of the guests' ordinary network.
fn control(number: u8) -> String {
    format!("10.1.0.{number}:{PORT}")
}

/// Guests 1 to 3 with a NIC each, served by one process with a switch in it.
pub fn run(bench: &mut Bench) -> Result<()> {
    let program = ours::program(bench)?;
    let from = ours::guest_program(bench, PACKAGE, PROGRAM)?;
    let to = format!("usr/bin/{PROGRAM}");
    image::build(bench.lab, &[Extra { from, to }], &bench.image)?;
    let started = Instant::now();

    let sockets: Vec<_> = (1..=3)
        .map(|number| bench.sockets.join(format!("nic{number}.vfio")))
        .collect();
    let limit = [READ_LIMIT.0, READ_LIMIT.1];
    let mut words = vec!["serve".to_owned(), "--json".to_owned()];
    words.extend(limit.map(str::to_owned));
    for socket in &sockets {
        words.extend(["--socket".to_owned(), socket.display().to_string()]);
    }
    let mut server = ours::start(bench, &program, "serve", &words)?;
    bench
        .deadline
        .within(60)
        .wait("the sockets of the served NICs", || {
            if let Some(status) = server.ended()? {
                bail!("serve ended with {status}: {}", server.last_words());
            }
            Ok(sockets.iter().all(|socket| socket.exists()).then_some(()))
        })?;

    let record = bench.records.join("control.pcap");
    let wire = Wire::new("control", 3, Loss::default(), &bench.sockets, &record)?;
    let mut hosts = Vec::new();
    for (number, socket) in (1..).zip(&sockets) {
        hosts.push(Host::start(bench, number, &wire, socket)?);
    }
    for host in &mut hosts {
        host.settle(bench)?;
    }
    let [first, second, third] = &mut hosts[..] else {
        bail!("three guests were started");
    };
    let partner = second.begin("partner", &control(2))?;
    let destination = third.begin("destination", &format!("{} {GO}", control(3)))?;
    let source = first.begin("source", &format!("{} {}", control(2), control(3)))?;

    bench.say("move: guest 1 talks to guest 2");
    let stopping = first.told(bench, source, "stopping")?;
    first.told(bench, source, "committed")?;
    let left = first.report(bench, source)?;
    first.guest.kill();
    bench.say("move: guest 1 is dead");
    third
        .guest
        .run(&format!("touch {GO}"), bench.deadline.within(30))?;
    let resumed = third.told(bench, destination, "resumed")?;
    let heard = third.told(bench, destination, "heard")?;
    let arrived = third.report(bench, destination)?;
    let stayed = second.report(bench, partner)?;
    server.terminate()?;
    let (_, served) = ours::report(&mut server, bench.deadline.within(30))?;
    if let Some(behind) = served.get("clock") {
        bench.say(&format!("move: {behind}"));
    }

    let standstill = (resumed - stopping).as_secs_f64() * 1e3;
    let after = (heard - resumed).as_secs_f64() * 1e3;
    bench.row(
        row("guest 1, source, killed", &left, started)?.remark(format!(
            "image {} B, memory {} B; {}",
            ours::needed(&left, "image_bytes")?,
            ours::needed(&left, "memory_bytes")?,
            phases(&left)
        )),
    );
    bench.row(
        row("guest 3, destination", &arrived, started)?.remark(format!(
            "stopped {standstill:.0} ms, partner had heard {after:.0} ms later; {}",
            phases(&arrived)
        )),
    );
    let gap = stayed
        .get("longest_gap_ms")
        .and_then(Value::as_f64)
        .unwrap_or_default();
    bench.row(
        row("guest 2, partner", &stayed, started)?
            .remark(format!("longest time between two messages {gap:.0} ms")),
    );
    Ok(())
}

fn row(role: &str, report: &Value, started: Instant) -> Result<Row> {
    let mut row = Row::new(PROGRAM, role, started.elapsed())
        .verified(ours::needed(report, "verified_bytes")?);
    row.passed = report.get("passed").and_then(Value::as_bool) == Some(true);
    Ok(row)
}

fn phases(report: &Value) -> String {
    let list = report.get("phases").and_then(Value::as_array);
    let texts: Vec<String> = list
        .into_iter()
        .flatten()
        .map(|phase| {
            let name = phase.get("name").and_then(Value::as_str).unwrap_or("?");
            let ms = phase.get("ms").and_then(Value::as_f64).unwrap_or_default();
            format!("{name} {ms:.1} ms")
        })
        .collect();
    texts.join(", ")
}

/// A guest with a NIC and a part of the application.
struct Host {
    guest: Guest,
    number: u8,
    device: String,
}

impl Host {
    fn start(bench: &Bench, number: u8, wire: &Wire, socket: &std::path::Path) -> Result<Self> {
        let name = format!("guest{number}");
        let guest = Guest::start(
            bench.lab,
            &Config {
                name: &name,
                number,
                memory: MEMORY,
                card: Some(Card {
                    socket: wire.socket(usize::from(number) - 1).to_owned(),
                    mtu: 1500,
                }),
                devices: vec![socket.to_owned()],
                image: &bench.image,
                records: &bench.records,
                sockets: &bench.sockets,
            },
        )?;
        Ok(Self {
            guest,
            number,
            device: String::new(),
        })
    }

    fn settle(&mut self, bench: &Bench) -> Result<()> {
        let deadline = bench.deadline.within(BOOT + 60);
        self.guest.ready(deadline)?;
        self.device = bind(&mut self.guest, deadline)?;
        let number = self.number;
        self.guest.run(
            &format!("/usr/bin/ip addr add 10.1.0.{number}/24 dev eth0"),
            deadline,
        )?;
        self.guest.run("/usr/bin/ip link set eth0 up", deadline)?;
        Ok(())
    }

    fn begin(&mut self, role: &str, rest: &str) -> Result<Job> {
        let Self { number, device, .. } = self;
        let command = format!("{PROGRAM} {role} vfio:{device} {number} {MESSAGES} {SIZE} {rest}");
        self.guest.spawn(&command)
    }

    /// Waits until a part says something; gives when.
    fn told(&mut self, bench: &Bench, job: Job, what: &str) -> Result<Instant> {
        let line = format!("mover: {what}");
        let deadline = bench.deadline.within(180);
        deadline
            .wait(&line, || {
                let output = self.guest.peek(job);
                if output.text.lines().any(|text| text == line) {
                    return Ok(Some(Instant::now()));
                }
                ensure!(
                    output.status.is_none(),
                    "guest {} ended before it said {what:?}: {}",
                    self.number,
                    output.text
                );
                Ok(None)
            })
            .with_context(|| format!("guest {} said {:?}", self.number, self.guest.peek(job).text))
    }

    fn report(&mut self, bench: &Bench, job: Job) -> Result<Value> {
        let deadline = bench.deadline.within(120);
        deadline.wait("a part's report", || {
            let output = self.guest.peek(job);
            if let Some(report) = last_json(&output.text) {
                return Ok(Some(report));
            }
            ensure!(
                output.status.is_none(),
                "guest {} gave no report: {}",
                self.number,
                output.text
            );
            Ok(None)
        })
    }
}
