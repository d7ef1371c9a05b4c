//! How long Linux' rxe bears a partner that says nothing: the time that a move to another place may take when
//! the partner knows nothing of moves.
//!
//! The numbers promise 8 × 4.096 µs × 2^14 = 0.54 s for perftest's settings (time-out 14, 7 retries), but rxe takes
//! a retry count of 7 for "without end".

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::linux::{at_work, two_guests};
use crate::lab::report::Row;
use crate::lab::rxe::Partner;
use crate::lab::wire::Wire;
use crate::lab::{Bench, logs};

/// Silences in ms, and perftest's `--qp-timeout` (the exponent of 4.096 µs; 14 is its default, with 7 retries).
const CASES: [(u64, u32); 4] = [(500, 14), (2_000, 14), (10_000, 14), (10_000, 18)];
/// RoCE frames that must have passed before the silence: the exchange is over, the program at work.
const WARM: u64 = 500;

/// One program, silences of growing length.
pub fn run(bench: &mut Bench) -> Result<()> {
    let (wire, mut server, mut client) = two_guests(bench, "wire.pcap")?;
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
    let what = (program, options.as_str());
    let warm = (WARM, "the silence");
    let (serving, asking) = at_work(bench, wire, what, (server, client), warm, deadline)?;
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
