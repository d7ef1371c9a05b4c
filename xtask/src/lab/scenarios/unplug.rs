//! Plugs pulled in the middle: a guest killed, a server killed, a wire cut. Each must end in a clear report, none in a hang.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::linux::command;
use super::vfio::{GUEST_PROGRAM, bind, build_image, endless_command, guest_with, serve};
use crate::lab::guest::{Guest, Job};
use crate::lab::process::Deadline;
use crate::lab::report::Row;
use crate::lab::rxe::{PORT, Partner, address};
use crate::lab::wire::{Loss, Wire};
use crate::lab::{Bench, ours};

/// How long anything may take to notice.
const NOTICE: u64 = 90;
/// What a list prints that then goes on without end: when it is there, plugs may be pulled.
const AT_WORK: &str = "send ok";

/// All of them.
pub fn run(bench: &mut Bench) -> Result<()> {
    build_image(bench)?;
    guest_killed(bench).context("guest killed")?;
    device_unbound(bench).context("device unbound")?;
    server_killed(bench).context("server killed")?;
    server_killed_without_guest(bench).context("server killed, no guest")?;
    wire_cut(bench).context("wire cut")
}

/// The server resets the NIC and serves the next client.
fn guest_killed(bench: &mut Bench) -> Result<()> {
    bench.say("unplug: a guest is killed");
    let program = ours::program(bench)?;
    let started = Instant::now();
    let mut served = serve(bench, &program, "serve-orphan")?;
    let (mut guest, address) = guest_with(bench, "victim", &served.socket)?;
    let job = guest.spawn(&endless_command(&address))?;
    until_at_work(bench, &mut guest, job)?;
    guest.kill();
    let backend = format!("vfio-user:{}", served.socket.display());
    let words = [
        "drivertest",
        "--json",
        "--only",
        "write",
        "--backend",
        &backend,
    ];
    let mut next = ours::start(bench, &program, "drivertest-next", &words)?;
    let (good, report) = ours::report(&mut next, bench.deadline.within(NOTICE))?;
    ensure!(good, "the next client fares badly: {report}");
    let report = served.end(bench)?;
    let clients = report
        .get("nics")
        .and_then(|nics| nics.get(0))
        .and_then(|nic| ours::number(nic, &["clients"]))
        .unwrap_or_default();
    ensure!(clients >= 2, "the server saw {clients} clients: {report}");
    let row = Row::new("roamnic serve", "guest killed", started.elapsed());
    bench.row(row.remark(format!(
        "killed after {AT_WORK:?}, the list at work; the server served the next client; {clients} clients in all"
    )));
    Ok(())
}

/// The kernel takes the device from the driver, as it does before it is pulled out: the driver says so and gives it back, and can have it again.
fn device_unbound(bench: &mut Bench) -> Result<()> {
    bench.say("unplug: a device is taken from its driver");
    let program = ours::program(bench)?;
    let started = Instant::now();
    let mut served = serve(bench, &program, "serve-unbound")?;
    let (mut guest, address) = guest_with(bench, "unbound", &served.socket)?;
    let job = guest.spawn(&endless_command(&address))?;
    until_at_work(bench, &mut guest, job)?;
    let taken = Instant::now();
    // it ends when the driver has given the device back
    let unbind = format!("echo {address} >/sys/bus/pci/drivers/vfio-pci/unbind");
    let unbinding = guest.spawn(&unbind)?;
    let ended = guest.wait(job, bench.deadline.within(NOTICE))?;
    let said = outcome_of_failure(&ended.text).with_context(|| {
        let status = ended.status;
        format!(
            "the driver ended with {status:?} and did not say why: {}",
            ended.text
        )
    })?;
    ensure!(
        said.contains("is being unplugged"),
        "the driver said something else: {said}"
    );
    let unbound = guest.wait(unbinding, bench.deadline.within(NOTICE))?;
    ensure!(
        unbound.status == Some(0),
        "the kernel did not get its device: {}",
        unbound.text
    );
    let after = taken.elapsed().as_millis();
    bind(&mut guest, bench.deadline.within(NOTICE))?;
    let again = format!("{GUEST_PROGRAM} vfio:{address} --only write 2>&1");
    guest
        .run(&again, bench.deadline.within(NOTICE))
        .context("bound again")?;
    guest.kill();
    served.end(bench)?;
    let row = Row::new(GUEST_PROGRAM, "device unbound", started.elapsed());
    bench.row(row.remark(format!(
        "unbound after {AT_WORK:?}, the list at work; the kernel had it after {after} ms, the driver said: {said}; bound again, it works"
    )));
    Ok(())
}

/// Waits until a list that has no end in a guest has printed [`AT_WORK`].
fn until_at_work(bench: &Bench, guest: &mut Guest, job: Job) -> Result<()> {
    let deadline = bench.deadline.within(NOTICE);
    deadline.wait("the list in the guest", || {
        guest.alive()?;
        let output = guest.peek(job);
        ensure!(
            output.status.is_none() && outcome_of_failure(&output.text).is_none(),
            "the list failed before anything was killed: {}",
            output.text
        );
        Ok(output.text.contains(AT_WORK).then_some(()))
    })
}

/// The guest lives on; the driver in it says that the device is gone. QEMU 11.1 may have ended by itself before it can.
fn server_killed(bench: &mut Bench) -> Result<()> {
    bench.say("unplug: a server is killed");
    let program = ours::program(bench)?;
    let started = Instant::now();
    let mut served = serve(bench, &program, "serve-victim")?;
    let (mut guest, address) = guest_with(bench, "widow", &served.socket)?;
    let job = guest.spawn(&endless_command(&address))?;
    until_at_work(bench, &mut guest, job)?;
    let killed = Instant::now();
    served.server.kill();
    // The kernel polls a dead device's configuration for a minute before it lets its driver's process end. So what counts is what
    // the driver prints, not its end.
    let deadline = bench.deadline.within(NOTICE);
    let seen = deadline.wait("the guest to notice", || {
        if let Some(line) = outcome_of_failure(&guest.peek(job).text) {
            return Ok(Some(format!("the driver in the guest said: {line}")));
        }
        Ok(guest.alive().err().map(|ended| {
            let text = guest.peek(job).text;
            let last = text.lines().next_back().unwrap_or("nothing");
            format!("QEMU ended itself, before the driver in the guest could say more than {last:?}: {ended}")
        }))
    })?;
    let after = killed.elapsed().as_millis();
    let row = Row::new(GUEST_PROGRAM, "server killed", started.elapsed());
    bench.row(row.remark(format!(
        "killed after {AT_WORK:?}, the list at work; {after} ms later {seen}"
    )));
    Ok(())
}

/// The first line of a list's talk that says that a test has failed.
fn outcome_of_failure(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.contains(" FAILED: "))?;
    Some(line.trim())
}

/// The same where the driver itself is the client: it says that the device is gone.
fn server_killed_without_guest(bench: &mut Bench) -> Result<()> {
    bench.say("unplug: a server is killed, no guest");
    let program = ours::program(bench)?;
    let started = Instant::now();
    let mut served = serve(bench, &program, "serve-short")?;
    let backend = format!("vfio-user:{}", served.socket.display());
    let words = [
        "drivertest",
        "--json",
        "--until-failure",
        "--backend",
        &backend,
    ];
    let mut client = ours::start(bench, &program, "drivertest-widow", &words)?;
    let deadline = bench.deadline.within(NOTICE);
    deadline.wait("the list", || {
        ensure!(
            client.ended()?.is_none(),
            "the list ended before its server was killed: {}",
            client.last_words()
        );
        Ok(client.talk()?.contains(AT_WORK).then_some(()))
    })?;
    let killed = Instant::now();
    served.server.kill();
    let (good, report) = ours::report(&mut client, bench.deadline.within(NOTICE))?;
    let after = killed.elapsed().as_millis();
    ensure!(!good, "the driver did not notice: {report}");
    let first = first_failure(&report);
    ensure!(first.contains("gone"), "it noticed something else: {first}");
    let row = Row::new("roamnic drivertest", "server killed", started.elapsed());
    bench.row(row.remark(format!(
        "killed after {AT_WORK:?}, the list at work; {after} ms later it said: {first}"
    )));
    Ok(())
}

/// What a report says first of what failed.
fn first_failure(report: &Value) -> String {
    let tests = report.get("tests").and_then(Value::as_array);
    let failed = tests
        .into_iter()
        .flatten()
        .find(|test| test.get("passed").and_then(Value::as_bool) == Some(false));
    let text = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    match failed {
        Some(test) => format!("{}: {}", text(test, "name"), text(test, "detail")),
        None => text(report, "error"),
    }
}

/// Two seconds without a wire: either the connection survives, or its end is reported.
fn wire_cut(bench: &mut Bench) -> Result<()> {
    bench.say("unplug: the wire is cut for 2 s");
    let program = ours::program(bench)?;
    let started = Instant::now();
    let record = bench.records.join("cut.pcap");
    let wire = Wire::new("cut", 2, Loss::default(), &bench.sockets, &record)?;
    let mut partner = Partner::start(bench, 1, &wire, 0, 1500)?;
    partner.settle(bench, 1500)?;
    let gid = partner.gid_index(address(1, false), bench)?;
    let job = partner.guest.spawn(&command(
        "ib_write_bw",
        "-n 2000 -m 1024 -s 4096 -F",
        gid,
        None,
    ))?;
    partner
        .guest
        .listening(PORT, job, bench.deadline.within(60))?;
    let socket = format!("stream:{},connect", wire.socket(1).display());
    let (own, peer) = (address(9, false).to_string(), address(1, false).to_string());
    let words = [
        "perftest",
        "ib_write_bw",
        "--wire",
        &socket,
        "--role",
        "client",
        "--addr",
        &own,
        "--peer",
        &peer,
        "--size",
        "4096",
        "--iters",
        "2000",
        "--json",
    ];
    let mut running = ours::start(bench, &program, "perftest-cut", &words)?;
    let deadline: Deadline = bench.deadline.within(NOTICE);
    deadline.wait("traffic", || {
        if running.ended()?.is_some() {
            anyhow::bail!("it ended before the cut: {}", running.last_words());
        }
        Ok((wire.counts(1).roce > 200).then_some(()))
    })?;
    wire.cut(true);
    thread::sleep(Duration::from_secs(2));
    wire.cut(false);
    let status = running.wait(deadline)?;
    let verdict = match status.success() {
        true => "the connection survived".to_owned(),
        false => {
            let words = running.last_words();
            ensure!(words.contains("error"), "no clear report: {words}");
            format!("reported: {words}")
        }
    };
    let row = Row::new("ib_write_bw", "wire cut for 2 s", started.elapsed());
    bench.row(row.remark(verdict).retransmissions(wire.repeated()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_of_a_list_is_found_in_its_talk() {
        let text = "send ok: 9 messages\nwrite FAILED: gone\nread FAILED: gone\n";
        assert!(text.contains(AT_WORK));
        assert_eq!(outcome_of_failure(text), Some("write FAILED: gone"));
        assert_eq!(outcome_of_failure("send ok: it FAILED not"), None);
        let report = serde_json::json!({ "tests": [
            { "name": "send", "passed": true, "detail": "" },
            { "name": "read", "passed": false, "detail": "the server is gone" },
        ]});
        assert_eq!(first_failure(&report), "read: the server is gone");
    }
}
