//! `roamnic serve` and `roamnic drivertest`.

use crate::arguments::{Variants, number};
use crate::commands::json;
use crate::waves::KeptWaves;
use anyhow::{Context, Result};
use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use testbench::drivertest::{self, Target};
use testbench::lab::{self, LabOptions};
use testbench::serve::{ServeOptions, Serving};
use testbench::wire::WireSpec;

#[derive(Args)]
pub struct Serve {
    /// A Unix socket for a NIC; given several times there are as many NICs, on one switch
    #[arg(long, required = true, value_name = "PATH")]
    pub socket: Vec<PathBuf>,
    /// A wire that leads outside, at a port of the same switch: stream:PATH, stream:PATH,connect, dgram:PATH, dgram:PATH,PARTNER or
    /// tap:NAME
    #[arg(long, value_name = "WIRE")]
    pub wire: Vec<WireSpec>,
    /// Bits of the NICs' data path: 64 or 512
    #[arg(long, default_value_t = 64)]
    pub width: u32,
    /// Which NICs of that width
    #[arg(long, value_enum, default_value = "migratable")]
    pub variant: Variants,
    /// Cycles that the NICs count as a microsecond; at 1 their time is as near to wall time as it can be
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=250))]
    pub cycles_per_us: u32,
    /// Milliseconds after which a register read is answered with ones; less than the client waits, which for QEMU is 5000
    #[arg(long, default_value_t = 4000, value_parser = clap::value_parser!(u64).range(1..))]
    pub read_limit: u64,
    /// Milliseconds for which NICs run on at full speed when nothing happens
    #[arg(long, default_value_t = 2000)]
    pub linger: u64,
    /// Ends after so many seconds; without, on SIGTERM and SIGINT
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u64>,
    /// Fixes what is random about the NICs' surroundings
    #[arg(long, default_value = "1", value_parser = number)]
    pub seed: u64,
    #[command(flatten)]
    pub waves: KeptWaves,
    /// The report as JSON instead of tables
    #[arg(long)]
    pub json: bool,
}

/// How often it is looked whether the end has come.
const LOOK: Duration = Duration::from_millis(50);

/// What SIGTERM and SIGINT set, so that captures and waves are completed.
pub fn on_signal() -> Result<Arc<AtomicBool>> {
    let end = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        // a second one ends it at once
        signal_hook::flag::register_conditional_shutdown(signal, 1, end.clone())
            .and_then(|_| signal_hook::flag::register(signal, end.clone()))
            .context("cannot take signals")?;
    }
    Ok(end)
}

/// Serves until it is told to end.
pub fn serve(a: &Serve) -> Result<bool> {
    let end = on_signal()?;
    eprintln!(
        "loading the {}-bit NIC (its first build takes a while)",
        a.width
    );
    let waves = a.waves.wanted();
    let library = lab::nic_library(a.width, a.variant.into(), waves.is_some())?;
    let options = ServeOptions {
        sockets: a.socket.clone(),
        wires: a.wire.clone(),
        cycles_per_us: a.cycles_per_us,
        read_limit: Duration::from_millis(a.read_limit),
        linger: Duration::from_millis(a.linger),
        seed: a.seed,
        waves,
        ..ServeOptions::default()
    };
    let serving = Serving::start(&library, &options)?;
    for socket in &a.socket {
        eprintln!("serving at {}", socket.display());
    }
    let start = Instant::now();
    let over = || a.seconds.is_some_and(|s| start.elapsed().as_secs() >= s);
    while !end.load(Ordering::Relaxed) && serving.is_running() && !over() {
        std::thread::sleep(LOOK);
    }
    let report = serving.stop()?;
    match a.json {
        true => json(&report)?,
        false => print!("{}", report.text()),
    }
    Ok(report.is_good())
}

#[derive(Args)]
pub struct Drivertest {
    /// sim, vfio-user:SOCKET, vfio:BDF, vfio-group:BDF or vfio-cdev:BDF
    #[arg(long, default_value = "sim", value_name = "DEVICE")]
    pub backend: Target,
    /// Only tests whose names contain this
    #[arg(long)]
    pub only: Option<String>,
    /// Again and again, until a test fails
    #[arg(long)]
    pub until_failure: bool,
    /// Bits of the simulated NIC's data path: 64 or 512
    #[arg(long, default_value_t = 64)]
    pub width: u32,
    /// Seconds after which a wait is given up, on a device that is not simulated here
    #[arg(long, default_value_t = 60)]
    pub wait: u64,
    /// Fixes keys, numbers and contents
    #[arg(long, default_value = "1", value_parser = number)]
    pub seed: u64,
    #[command(flatten)]
    pub waves: KeptWaves,
    /// JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

/// Runs the list.
pub fn drivertest(a: &Drivertest) -> Result<bool> {
    let report = drivertest::run(
        &a.backend,
        LabOptions::new(a.width, a.seed),
        a.waves.wanted().as_ref(),
        Duration::from_secs(a.wait),
        a.only.as_deref(),
        a.until_failure,
    )?;
    match a.json {
        true => json(&report)?,
        false => print!("{}", report.text()),
    }
    Ok(report.passed)
}
