//! Our end of a connection moves from NIC to NIC while an unmodified `ibv_rc_pingpong` on Linux' rxe talks to it.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::linux::command;
use super::peer::PATIENT_OURS;
use crate::lab::process::Running;
use crate::lab::report::Row;
use crate::lab::rxe::{Partner, address};
use crate::lab::wire::{Loss, Wire};
use crate::lab::{Bench, image, logs, ours};

/// The address of ours, which moves along.
const OURS: u8 = 9;
/// Milliseconds of standstill beside what a move takes.
const HOLDS: [u64; 3] = [0, 1_000, 5_000];
/// Messages in each direction.
const MESSAGES: u32 = 300;
const SIZE: u32 = 4096;

/// Two moves a run, both roles, and standstills of growing length; in brief, one run.
pub fn run(bench: &mut Bench) -> Result<()> {
    let program = ours::program(bench)?;
    image::build(bench.lab, &[], &bench.image)?;
    let record = bench.records.join("wire.pcap");
    let wire = Wire::new("wire", 3, Loss::default(), &bench.sockets, &record)?;
    let mut partner = Partner::start(bench, 1, &wire, 0, 1500)?;
    partner.settle(bench, 1500)?;
    let mut cases: Vec<_> = HOLDS.map(|hold| ("server", hold)).into();
    cases.push(("client", 0));
    cases.truncate(if bench.brief { 1 } else { cases.len() });
    for (role, hold) in cases {
        bench.say(&format!("rxe-move: {role}, {hold} ms"));
        wire.restart_counts();
        let arguments = arguments(&wire, role, hold);
        let name = format!("roam-{role}-{hold}");
        let mut running = ours::start(bench, &program, &name, &arguments)?;
        let row = one(bench, role, hold, &mut running, &mut partner)
            .with_context(|| format!("{role}, {hold} ms: {}", running.last_words()))?;
        bench.row(row.retransmissions(wire.repeated()));
    }
    Ok(())
}

/// From the second port of the wire to the third, and back.
fn arguments(wire: &Wire, role: &str, hold: u64) -> Vec<String> {
    let mut words = vec!["roam".to_owned(), "--json".to_owned()];
    for port in [1, 2, 1] {
        words.push("--wire".to_owned());
        words.push(format!("stream:{},connect", wire.socket(port).display()));
    }
    let options = [
        ("--role", role.to_owned()),
        ("--addr", address(OURS, false).to_string()),
        ("--peer", address(1, false).to_string()),
        ("--size", SIZE.to_string()),
        ("--iters", MESSAGES.to_string()),
        ("--hold-ms", hold.to_string()),
        ("--qp-timeout", PATIENT_OURS.to_string()),
    ];
    for (name, value) in options {
        words.extend([name.to_owned(), value]);
    }
    words
}

fn one(
    bench: &Bench,
    role: &str,
    hold: u64,
    ours: &mut Running,
    partner: &mut Partner,
) -> Result<Row> {
    let deadline = bench.deadline.within(180);
    let started = Instant::now();
    let gid = partner.gid_index(address(partner.number, false), bench)?;
    let options = format!("-s {SIZE} -n {MESSAGES} -c");
    let peer = (role == "server").then(|| address(OURS, false).to_string());
    if let Some(peer) = &peer {
        // ours listens once it answers
        let reach = format!("until ping -c 1 -W 1 {peer}; do sleep 0.2; done");
        partner.guest.run(&reach, deadline.within(120))?;
    }
    let line = command("ibv_rc_pingpong", &options, gid, peer);
    let playing = partner.guest.spawn(&line)?;
    let (good, report) = ours::report(ours, deadline).with_context(|| {
        let theirs = partner.guest.peek(playing);
        let words = logs::complaint(&theirs.text);
        format!("rxe's side, status {:?}, said: {words}", theirs.status)
    })?;
    let played = partner.guest.wait(playing, deadline)?;
    ensure!(
        played.status == Some(0) && logs::pingpong(&played.text).is_some(),
        "ibv_rc_pingpong ended with {:?}: {}",
        played.status,
        logs::complaint(&played.text)
    );
    ensure!(
        !played.text.contains("invalid data"),
        "ibv_rc_pingpong saw wrong data: {}",
        logs::complaint(&played.text)
    );
    ensure!(good, "the report says that it failed: {report}");
    let row = Row::new(
        "ibv_rc_pingpong",
        format!("ours {role}, moved twice"),
        started.elapsed(),
    );
    Ok(row
        .verified(ours::needed(&report, "verified_bytes")?)
        .remark(remark(hold, &report)))
}

fn remark(hold: u64, report: &Value) -> String {
    let moves = report.get("moves").and_then(Value::as_array);
    let times: Vec<String> = moves
        .into_iter()
        .flatten()
        .map(|one| {
            let ms = |key: &str| one.get(key).and_then(Value::as_f64).unwrap_or_default();
            format!(
                "stopped {:.0} ms, message after {:.0} ms",
                ms("stopped_ms"),
                ms("first_message_ms")
            )
        })
        .collect();
    format!("held {hold} ms: {}", times.join("; "))
}
