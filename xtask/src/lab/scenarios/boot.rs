//! The thinnest path: packages, kernel, initramfs, serial line, card, rxe.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::lab::report::Row;
use crate::lab::rxe::{JUMBO, Partner};
use crate::lab::wire::{Loss, Wire};
use crate::lab::{Bench, image};

/// One guest with a jumbo card; its device must be active with an MTU of 4096.
pub fn run(bench: &mut Bench) -> Result<()> {
    image::build(bench.lab, &[], &bench.image)?;
    let record = bench.records.join("wire.pcap");
    let wire = Wire::new("wire", 2, Loss::default(), &bench.sockets, &record)?;
    let started = Instant::now();
    let mut partner = Partner::start(bench, 1, &wire, 0, JUMBO)?;
    partner.settle(bench, JUMBO)?;
    let deadline = bench.deadline.within(60);
    let info = partner.guest.run("ibv_devinfo -d rxe0", deadline)?;
    for part in ["PORT_ACTIVE", "4096 (5)"] {
        ensure!(info.contains(part), "ibv_devinfo lacks {part:?}: {info}");
    }
    let remark = format!(
        "kernel {}, kernel and uptime {}",
        bench.lab.release(),
        partner.release()
    );
    bench.row(Row::new("rxe link", "guest", started.elapsed()).remark(remark));
    Ok(())
}
