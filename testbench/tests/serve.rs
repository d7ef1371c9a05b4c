//! NICs that are served over vfio-user, and the driver's test list on them and on a NIC in the same program.
#![forbid(unsafe_code)]

#[path = "serve/clients.rs"]
mod clients;
#[path = "serve/lists.rs"]
mod lists;
#[path = "serve/misfits.rs"]
mod misfits;
#[path = "serve/traffic.rs"]
mod traffic;

use host_driver::vfio_user::{VfioUserDevice, VfioUserError};
use std::path::PathBuf;
use std::time::Duration;
use testbench::lab::{Variant, nic_library};
use testbench::serve::{ServeOptions, Serving};

/// A read may take as long as a busy machine needs, but less than a client's patience.
const READ_LIMIT: Duration = Duration::from_secs(50);

/// A socket's path that no other test has.
fn socket(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("roamnic-serve-{name}-{}", std::process::id()))
}

/// A server of 64-bit NICs at `sockets`.
fn served(sockets: &[&PathBuf]) -> Serving {
    let library = nic_library(64, Variant::Migratable, false).unwrap();
    let options = ServeOptions {
        sockets: sockets.iter().map(|&path| path.clone()).collect(),
        read_limit: READ_LIMIT,
        ..ServeOptions::default()
    };
    Serving::start(&library, &options).unwrap()
}

/// A client as patient as a busy machine needs.
fn client(path: &PathBuf) -> Result<VfioUserDevice, VfioUserError> {
    VfioUserDevice::open_within(path, Duration::from_secs(60))
}
