//! How long Linux' rxe bears a partner that says nothing: the time that a move to another place may take when
//! the partner knows nothing of moves.
//!
//! The numbers promise 8 × 4.096 µs × 2^14 = 0.54 s for perftest's settings (time-out 14, 7 retries), but rxe takes
//! a retry count of 7 for "without end".

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::linux::command;
use crate::lab::report::Row;
use crate::lab::rxe::{PORT, Partner, address};
use crate::lab::wire::{Loss, Wire};
use crate::lab::{Bench, image, logs};

/// Silences in ms, and perftest's `--qp-timeout` (the exponent of 4.096 µs; 14 is its default, with 7 retries).
const CASES: [(u64, u32); 4] = [(500, 14), (2_000, 14), (10_000, 14), (10_000, 18)];
/// RoCE frames that must have passed before the silence: the exchange is over, the program at work.
const WARM: u64 = 500;

/// One program, silences of growing length.
pub fn run(bench: &mut Bench) -> Result<()> {
    image::build(bench.lab, &[], &bench.image)?;
    let record = bench.records.join("wire.pcap");
    let wire = Wire::new("wire", 2, Loss::default(), &bench.sockets, &record)?;
    let mut server = Partner::start(bench, 2, &wire, 1, 1500)?;
    let mut client = Partner::start(bench, 1, &wire, 0, 1500)?;
    server.settle(bench, 1500)?;
    client.settle(bench, 1500)?;
    for (silence, timeout) in CASES {
        bench.say(&format!("rxe-silence: {silence} ms, timeout {timeout}"));
        wire.restart_counts();
        let row = one(bench, &wire, silence, timeout, &mut server, &mut client)?;
        bench.row(row.retransmissions(wire.repeated()));
    }
    Ok(())
}

fn one(
    bench: &Bench,
    wire: &Wire,
    silence: u64,
    timeout: u32,
    server: &mut Partner,
    client: &mut Partner,
) -> Result<Row> {
    let deadline = bench.deadline.within(90);
    let started = Instant::now();
    let options = format!("-m 1024 -s 4096 -n 3000 -F -u {timeout}");
    let program = "ib_write_bw";
    let to = address(server.number, false);
    let gids = [
        server.gid_index(to, bench)?,
        client.gid_index(address(client.number, false), bench)?,
    ];
    let serving = server
        .guest
        .spawn(&command(program, &options, gids[0], None))?;
    server.guest.listening(PORT, serving, deadline)?;
    let line = command(program, &options, gids[1], Some(to.to_string()));
    let asking = client.guest.spawn(&line)?;
    deadline.wait("traffic", || {
        ensure!(
            client.guest.peek(asking).status.is_none(),
            "the program ended before the silence: {}",
            logs::complaint(&client.guest.peek(asking).text)
        );
        Ok((wire.counts(0).roce >= WARM).then_some(()))
    })?;
    wire.cut(true);
    thread::sleep(Duration::from_millis(silence));
    wire.cut(false);
    let asked = client.guest.wait(asking, deadline)?;
    // a server whose client gave up waits for it on TCP: it need not wait out its time limit
    let ended = server.guest.spawn("sleep 1; killall ib_write_bw")?;
    server.guest.wait(ended, deadline)?;
    server.guest.wait(serving, deadline).context("the server")?;
    let verdict = match (asked.status, logs::perftest(&asked.text)) {
        (Some(0), Some(measured)) => {
            format!("survived, {} messages", measured.iterations)
        }
        _ => format!("gave up: {}", logs::complaint(&asked.text)),
    };
    let remark = format!("{silence} ms of silence, timeout {timeout}: {verdict}");
    Ok(Row::new(program, "both rxe", started.elapsed()).remark(remark))
}
