//! What a NIC says of itself, asked through the driver.
//!
//!     cargo run --release -p testbench --example devinfo

use anyhow::Result;
use testbench::devinfo::DeviceInfo;
use testbench::lab::{Lab, LabOptions};

fn main() -> Result<()> {
    let lab = Lab::new(LabOptions {
        hosts: 1,
        ..LabOptions::new(64, 1)
    })?;
    print!("{}", DeviceInfo::of("roamnic0", &lab.hosts[0]).table());
    Ok(())
}
