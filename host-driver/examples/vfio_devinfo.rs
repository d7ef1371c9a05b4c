//! Shows what a RoamNIC behind VFIO says of itself.
//!
//! `cargo run -p host-driver --example vfio_devinfo -- 0000:01:00.0`
//!
//! Exit status: 0 good, 1 the device cannot be opened, 2 bad usage.

use host_driver::vfio::{self, VfioDevice};
use host_driver::{Adapter, AdapterOptions, MacAddress};
use std::error::Error;
use std::net::Ipv4Addr;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(name), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: vfio_devinfo PCI-ADDRESS|SYSFS-PATH");
        return ExitCode::from(2);
    };
    match show(name.as_ref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::from(1)
        }
    }
}

fn show(name: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let (address, config) = vfio::read_config(name)?;
    println!("address        {address}");
    println!(
        "device         {:04x}:{:04x} revision {:02x} class {}",
        config.vendor(),
        config.device(),
        config.revision(),
        config.class()
    );

    let device = VfioDevice::open(name)?;
    if let Some(msix) = device.config().msix() {
        let (bar, offset) = msix.table;
        println!(
            "MSI-X vectors  {} (table in BAR{bar} at {offset:#x})",
            msix.vectors
        );
    }
    let options = AdapterOptions {
        host: 0,
        seed: 0,
        mac: MacAddress::default(),
        ip: Ipv4Addr::LOCALHOST.into(),
        patience: 1_000_000,
    };
    let adapter = Adapter::open(Box::new(device), options)?;
    let attributes = adapter.attributes();
    let rows: [(&str, u64); 12] = [
        ("width/bits", attributes.width.into()),
        ("queue pairs", attributes.qps as u64),
        ("CQs", attributes.cqs as u64),
        ("SRQs", attributes.srqs as u64),
        ("MRs", attributes.mrs as u64),
        ("contexts", attributes.contexts as u64),
        ("outstanding", attributes.outstanding as u64),
        ("READs/ATOMICs", attributes.max_rd_atomic.into()),
        ("max message", attributes.max_message),
        ("cycles/us", attributes.cycles_per_us.into()),
        ("shortest us", attributes.shortest_timer_us.into()),
        ("migration", attributes.migration.into()),
    ];
    for (what, value) in rows {
        println!("{what:<14} {value}");
    }
    Ok(())
}
