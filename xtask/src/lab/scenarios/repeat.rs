//! What Linux' rxe makes of an acknowledgement that meets its own repeat of the message, when that repeat is then lost: between two
//! unmodified Linux hosts, so that nothing of ours has a part in it.
//!
//! It takes the acknowledgement for a part of the repeat, which it has not finished, and waits for another one. When the repeat is
//! lost there is none; and because all that it has sent is acknowledged, it never repeats again. A move does that to it: what is
//! on its way to the old place is lost. The same acknowledgement once more would complete the message, so our end says it once more when it
//! has moved. Not every run hits it: the acknowledgement has to be taken between two packets of the repeat.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::linux::{at_work, two_guests};
use crate::lab::guest::Job;
use crate::lab::process::Deadline;
use crate::lab::report::Row;
use crate::lab::rxe::Partner;
use crate::lab::wire::{Trap, Wire};
use crate::lab::{Bench, logs};

const PROGRAM: &str = "ibv_rc_pingpong";
/// Messages of 128 packets, so that a repeat takes a while.
const OPTIONS: &str = "-s 131072 -m 1024 -n 30 -c";
const CASES: [(Trap, &str); 2] = [
    (Trap::Lost, "acknowledgement lost, first repeat lost"),
    (
        Trap::Late,
        "acknowledgement during the first repeat, repeat lost",
    ),
];
/// RoCE frames of the client before the trap is set.
const WARM: u64 = 300;
/// Without a RoCE frame for so long, a program has fallen silent: more than a hundred of its time-outs.
const SILENCE: Duration = Duration::from_secs(10);
const SILENT: &str = "silent for 10 s, without an error: it repeats nothing and completes nothing";

/// One message each.
pub fn run(bench: &mut Bench) -> Result<()> {
    let (wire, mut server, mut client) = two_guests(bench, "start.pcap")?;
    for (trap, what) in CASES {
        bench.say(&format!("rxe-repeat: {what}"));
        wire.record(&bench.records.join(format!("{trap:?}.pcap")))?;
        wire.restart_counts();
        let row = one(bench, &wire, (trap, what), &mut server, &mut client)?;
        bench.row(row.retransmissions(wire.repeated()));
    }
    Ok(())
}

/// What becomes of the client's program: its end, or silence.
fn outcome(wire: &Wire, client: &Partner, job: Job, deadline: Deadline) -> Result<String> {
    let mut last = (wire.counts(0).roce, Instant::now());
    deadline.wait("an end, or silence", || {
        let seen = wire.counts(0).roce;
        if seen != last.0 {
            last = (seen, Instant::now());
        }
        let output = client.guest.peek(job);
        Ok(match output.status {
            Some(0) => Some("all messages came".to_owned()),
            Some(_) => Some(format!("it gave up: {}", logs::complaint(&output.text))),
            None => (last.1.elapsed() > SILENCE).then(|| SILENT.to_owned()),
        })
    })
}

fn one(
    bench: &Bench,
    wire: &Wire,
    (trap, what): (Trap, &str),
    server: &mut Partner,
    client: &mut Partner,
) -> Result<Row> {
    let deadline = bench.deadline.within(280);
    let started = Instant::now();
    let warm = (WARM, "the trap was set");
    let both = (&mut *server, &mut *client);
    let (_, asking) = at_work(bench, wire, (PROGRAM, OPTIONS), both, warm, deadline)?;
    wire.set_trap(0, trap);
    deadline.wait("a repeat", || Ok(wire.has_sprung().then_some(())))?;
    let mut verdict = outcome(wire, client, asking, deadline)?;
    if verdict == SILENT {
        wire.acknowledge_again();
        let after = outcome(wire, client, asking, deadline)?;
        verdict = format!("{verdict}; then the same acknowledgement once more: {after}");
    }
    let tidy = format!("killall {PROGRAM} 2>/dev/null; true");
    for partner in [&mut *client, server] {
        partner.guest.run(&tidy, deadline)?;
    }
    client.guest.wait(asking, deadline)?;
    let row = Row::new(PROGRAM, "both rxe", started.elapsed());
    Ok(row.remark(format!("{what}: {verdict}")))
}
