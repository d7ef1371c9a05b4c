//! The served NIC as a PCI device: the driver's test list in process, over vfio-user without a guest, and in a guest over
//! the kernel's VFIO behind an emulated IOMMU.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::lab::guest::{BOOT, Config, Guest};
use crate::lab::image::Extra;
use crate::lab::process::{Deadline, Running};
use crate::lab::report::Row;
use crate::lab::{Bench, image, ours};

/// Vendor and device number, as `lspci -d` takes them; the driver refuses others.
const DEVICE: &str = "524e:";
/// The program for guests.
const GUEST_PACKAGE: &str = "driver-test";
pub const GUEST_PROGRAM: &str = "roamnic-guest";
/// How long a read of a register may take, ms: less than the guests and the driver wait, and more than a busy machine needs.
pub const READ_LIMIT: (&str, &str) = ("--read-limit", "50000");
/// MiB of a guest with a device.
const MEMORY: u32 = 768;

/// A server of one NIC at a socket.
pub struct Served {
    pub server: Running,
    pub socket: PathBuf,
}

/// Starts a server and waits until its socket is there.
///
/// # Errors
/// It ends, or takes too long.
pub fn serve(bench: &Bench, program: &Path, name: &str) -> Result<Served> {
    let socket = bench.sockets.join(format!("{name}.vfio"));
    let path = socket.display().to_string();
    let words = [
        "serve",
        "--json",
        READ_LIMIT.0,
        READ_LIMIT.1,
        "--socket",
        &path,
    ];
    let mut server = ours::start(bench, program, name, &words)?;
    let deadline = bench.deadline.within(60);
    deadline.wait("the socket of the served NIC", || {
        if let Some(status) = server.ended()? {
            bail!("{name} ended with {status}: {}", server.last_words());
        }
        Ok(socket.exists().then_some(()))
    })?;
    Ok(Served { server, socket })
}

impl Served {
    /// Ends the server and gives its report.
    ///
    /// # Errors
    /// It does not end, or says nothing.
    pub fn end(&mut self, bench: &Bench) -> Result<Value> {
        self.server.terminate()?;
        let (_, report) = ours::report(&mut self.server, bench.deadline.within(30))?;
        Ok(report)
    }
}

/// A guest with a served device, bound to vfio-pci; gives the device's address.
///
/// # Errors
/// The guest does not come up, the device is not there, or does not bind.
pub fn guest_with(bench: &Bench, name: &str, socket: &Path) -> Result<(Guest, String)> {
    let mut guest = Guest::start(
        bench.lab,
        &Config {
            name,
            number: 1,
            memory: MEMORY,
            card: None,
            devices: vec![socket.to_owned()],
            image: &bench.image,
            records: &bench.records,
            sockets: &bench.sockets,
        },
    )?;
    guest.ready(bench.deadline.within(BOOT))?;
    let address = bind(&mut guest, bench.deadline.within(120))?;
    Ok((guest, address))
}

/// Gives a guest's device to vfio-pci; gives its address.
///
/// # Errors
/// There is none, it does not bind, or it has no IOMMU group.
pub fn bind(guest: &mut Guest, deadline: Deadline) -> Result<String> {
    let listed = guest.run(&format!("lspci -Dn -d {DEVICE}"), deadline)?;
    let address = listed
        .split_whitespace()
        .next()
        .with_context(|| format!("the guest sees no device {DEVICE}"))?
        .to_owned();
    let folder = format!("/sys/bus/pci/devices/{address}");
    for command in [
        format!("echo vfio-pci >{folder}/driver_override"),
        format!("echo {address} >/sys/bus/pci/drivers_probe"),
        format!("readlink {folder}/driver | grep -q vfio-pci"),
        format!("test -e {folder}/iommu_group"),
    ] {
        guest.run(&command, deadline)?;
    }
    Ok(address)
}

/// The image with our program in it.
///
/// # Errors
/// It cannot be built.
pub fn build_image(bench: &Bench) -> Result<()> {
    let from = ours::guest_program(bench, GUEST_PACKAGE, GUEST_PROGRAM)?;
    let to = format!("usr/bin/{GUEST_PROGRAM}");
    image::build(bench.lab, &[Extra { from, to }], &bench.image)
}

/// The command in a guest that runs the list until a test fails, and prints each outcome as it comes.
pub fn endless_command(address: &str) -> String {
    format!("{GUEST_PROGRAM} vfio:{address} --until-failure --wait 20 2>&1")
}

/// The command in a guest that runs the list and prints nothing but its report.
fn list_command(address: &str) -> String {
    format!("{GUEST_PROGRAM} vfio:{address} 2>/tmp/{GUEST_PROGRAM}.log")
}

/// The list on the three backends.
pub fn run(bench: &mut Bench) -> Result<()> {
    let program = ours::program(bench)?;
    build_image(bench)?;

    bench.say("vfio: the list in process");
    let report = drivertest(bench, &program, "sim", "drivertest-sim")?;
    rows(bench, "in process", &report)?;

    bench.say("vfio: the list over vfio-user");
    let mut served = serve(bench, &program, "serve-direct")?;
    let backend = format!("vfio-user:{}", served.socket.display());
    let report = drivertest(bench, &program, &backend, "drivertest-vfio-user")?;
    rows(bench, "vfio-user", &report)?;
    let row = served_row(&served.end(bench)?);
    bench.row(row);

    bench.say("vfio: the list in a guest");
    let mut served = serve(bench, &program, "serve-guest")?;
    let (mut guest, address) = guest_with(bench, "guest1", &served.socket)?;
    let job = guest.spawn(&list_command(&address))?;
    let output = guest.wait(job, bench.deadline.within(300))?;
    let report = last_json(&output.text).with_context(|| {
        format!(
            "no report from the guest, status {:?}: {}",
            output.status, output.text
        )
    })?;
    rows(bench, "kernel VFIO in a guest", &report)?;
    guest.kill();
    let row = served_row(&served.end(bench)?);
    bench.row(row);
    Ok(())
}

fn drivertest(bench: &Bench, program: &Path, backend: &str, name: &str) -> Result<Value> {
    let words = ["drivertest", "--json", "--backend", backend];
    let mut running = ours::start(bench, program, name, &words)?;
    // a failed test is in the report
    let (_, report) = ours::report(&mut running, bench.deadline.within(300))?;
    Ok(report)
}

/// The last line that is JSON.
pub fn last_json(text: &str) -> Option<Value> {
    text.lines().rev().find_map(|line| {
        serde_json::from_str(line.trim())
            .ok()
            .filter(Value::is_object)
    })
}

/// A row for each test of a report.
fn rows(bench: &mut Bench, backend: &str, report: &Value) -> Result<()> {
    let tests = report
        .get("tests")
        .and_then(Value::as_array)
        .with_context(|| format!("no tests were run on {backend}: {report}"))?;
    ensure!(!tests.is_empty(), "the report of {backend} is empty");
    for test in tests {
        let text = |key: &str| test.get(key).and_then(Value::as_str).unwrap_or_default();
        let mut row = Row::new(text("name"), backend, std::time::Duration::ZERO);
        row.seconds = ours::needed(test, "milliseconds")? as f64 / 1e3;
        row.passed = test.get("passed").and_then(Value::as_bool) == Some(true);
        bench.row(row.remark(text("detail")));
    }
    Ok(())
}

/// What a server saw of its clients.
fn served_row(report: &Value) -> Row {
    let nic = report.get("nics").and_then(|nics| nics.get(0));
    let count = |key: &str| {
        nic.and_then(|nic| ours::number(nic, &[key]))
            .unwrap_or_default()
    };
    let clock = |key: &str| ours::number(report, &["clock", key]).unwrap_or_default();
    let worst = nic
        .and_then(|nic| nic.get("worst_read_us"))
        .and_then(Value::as_f64)
        .unwrap_or_default();
    let remark = format!(
        "{} reads (worst {:.1} ms, {} too late), {} writes, {} B by DMA, {} refused; its ticks fell {} ms behind {} ms of wall time",
        count("reads"),
        worst / 1e3,
        count("late_reads"),
        count("writes"),
        count("dma_read") + count("dma_written"),
        count("dma_refused"),
        clock("too_slow_ms"),
        clock("wall_ms").saturating_sub(clock("at_rest_ms")),
    );
    Row::new("roamnic serve", "its report", Instant::now().elapsed()).remark(remark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_is_found_behind_other_lines() {
        let text = "warning\n{\"passed\":true,\"tests\":[]}\n\n";
        let report = last_json(text).unwrap();
        assert_eq!(report["passed"], true);
        assert!(last_json("4\nno report\n").is_none());
    }
}
