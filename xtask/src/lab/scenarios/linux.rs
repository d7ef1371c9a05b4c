//! Linux against Linux: what the same programs do on this machine and wire without us, and the captures that
//! our own programs' connection data is held against.

use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::lab::guest::Job;
use crate::lab::process::Deadline;
use crate::lab::report::Row;
use crate::lab::rxe::{PORT, Partner, address};
use crate::lab::wire::{Loss, Wire};
use crate::lab::{Bench, image, logs};

/// Programs with what they are called with beside device, GID and server.
const PROGRAMS: [(&str, &str); 7] = [
    ("ibv_rc_pingpong", "-s 4096 -n 20 -c"),
    ("ib_send_bw", "-m 1024 -s 4096 -n 20 -F"),
    ("ib_write_bw", "-m 1024 -s 4096 -n 20 -F"),
    ("ib_read_bw", "-m 1024 -s 4096 -n 20 -F"),
    ("ib_atomic_bw", "-m 1024 -n 20 -F"),
    ("ib_write_lat", "-m 1024 -s 64 -n 20 -F"),
    ("ib_write_bw", "-m 1024 -s 4096 -n 20 -q 4 -F"),
];

/// Seconds that a program in a guest may take: a few on an idle machine.
pub const BOUND: u64 = 150;

/// The command line of a program in a guest; `peer` makes it the client.
pub fn command(program: &str, options: &str, gid: u32, peer: Option<String>) -> String {
    let gid_option = if program.starts_with("ibv_") {
        "-g"
    } else {
        "-x"
    };
    let peer = peer.unwrap_or_default();
    let line =
        format!("timeout {BOUND} {program} -d rxe0 {gid_option} {gid} {options} -p {PORT} {peer}");
    line.trim_end().to_owned()
}

/// A wire that loses nothing, recorded into `record`, with the server's guest and the client's on it.
pub fn two_guests(bench: &mut Bench, record: &str) -> Result<(Wire, Partner, Partner)> {
    image::build(bench.lab, &[], &bench.image)?;
    let record = bench.records.join(record);
    let wire = Wire::new("wire", 2, Loss::default(), &bench.sockets, &record)?;
    let mut server = Partner::start(bench, 2, &wire, 1, 1500)?;
    let mut client = Partner::start(bench, 1, &wire, 0, 1500)?;
    server.settle(bench, 1500)?;
    client.settle(bench, 1500)?;
    Ok((wire, server, client))
}

/// Starts a program at both guests; gives the server's and the client's once the client has sent `warm` RoCE frames. `before` says for what
/// an earlier end is too early.
pub fn at_work(
    bench: &Bench,
    wire: &Wire,
    (program, options): (&str, &str),
    (server, client): (&mut Partner, &mut Partner),
    (warm, before): (u64, &str),
    deadline: Deadline,
) -> Result<(Job, Job)> {
    let to = address(server.number, false);
    let gids = [
        server.gid_index(to, bench)?,
        client.gid_index(address(client.number, false), bench)?,
    ];
    let serving = server
        .guest
        .spawn(&command(program, options, gids[0], None))?;
    server.guest.listening(PORT, serving, deadline)?;
    let line = command(program, options, gids[1], Some(to.to_string()));
    let asking = client.guest.spawn(&line)?;
    deadline.wait("traffic", || {
        ensure!(
            client.guest.peek(asking).status.is_none(),
            "the program ended before {before}: {}",
            logs::complaint(&client.guest.peek(asking).text)
        );
        Ok((wire.counts(0).roce >= warm).then_some(()))
    })?;
    Ok((serving, asking))
}

/// Each program between two guests, each with a capture of its own.
pub fn run(bench: &mut Bench) -> Result<()> {
    let (wire, mut server, mut client) = two_guests(bench, "start.pcap")?;
    for (number, (program, options)) in PROGRAMS.into_iter().enumerate() {
        bench.say(&format!("linux-linux: {program} {options}"));
        wire.record(&bench.records.join(format!("{number}-{program}.pcap")))?;
        wire.restart_counts();
        let row = one(bench, program, options, &mut server, &mut client)
            .with_context(|| program.to_owned())?;
        bench.row(row.retransmissions(wire.repeated()));
    }
    Ok(())
}

fn one(
    bench: &Bench,
    program: &str,
    options: &str,
    server: &mut Partner,
    client: &mut Partner,
) -> Result<Row> {
    let deadline = bench.deadline.within(BOUND + 30);
    let started = Instant::now();
    let to = address(server.number, false);
    let server_gid = server.gid_index(to, bench)?;
    let client_gid = client.gid_index(address(client.number, false), bench)?;
    let serving = server
        .guest
        .spawn(&command(program, options, server_gid, None))?;
    server.guest.listening(PORT, serving, deadline)?;
    let line = command(program, options, client_gid, Some(to.to_string()));
    let text = client.guest.run(&line, deadline)?;
    let served = server.guest.wait(serving, deadline)?;
    ensure!(
        served.status == Some(0),
        "the server ended with {:?}: {}",
        served.status,
        logs::complaint(&served.text)
    );
    let row = Row::new(program, "both rxe", started.elapsed());
    if program == "ibv_rc_pingpong" {
        // with -c it compares what it received
        let bytes = logs::pingpong(&text).context("no result in what it printed")?;
        return Ok(row.verified(bytes).remark(options));
    }
    let measured = logs::perftest(&text).context("no table in what it printed")?;
    Ok(row.remark(format!(
        "{options}: {} × {} B, {:?}",
        measured.iterations, measured.bytes, measured.values
    )))
}
