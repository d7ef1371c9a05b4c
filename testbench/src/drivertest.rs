//! `roamnic drivertest`: the driver's test list ([`driver_test`]) on a NIC that is simulated here, or on a device that is not.

use crate::cluster::Cluster;
use crate::lab::{LabError, LabOptions, nic_library, source_revision};
use crate::net::{Network, Topology};
use crate::waves::Waves;
use driver_test::{Backend, BackendError, BadBackend, Bound, Options, Report};
use sim_verilator::NicConfig;
use std::str::FromStr;
use std::time::Duration;

/// Where the list runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `sim`: a Verilated NIC in this program.
    Sim,
    /// A device.
    Device(Backend),
}

impl FromStr for Target {
    type Err = BadBackend;

    fn from_str(text: &str) -> Result<Self, BadBackend> {
        match text {
            "sim" => Ok(Self::Sim),
            other => other.parse().map(Self::Device),
        }
    }
}

/// Why the list cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum DrivertestError {
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error(transparent)]
    Device(#[from] BackendError),
}

/// Pauses of a simulated NIC, each of 16 cycles, after which a wait is given up.
const PAUSES: u64 = 400_000;
/// Looks at a command's status before it is given up: on a simulated device each takes some 100 µs.
const PATIENCE: u32 = 300_000;

/// Runs the list, once or until a test fails; outcomes are told on stderr as they come. `wait` bounds the waits on a device that
/// is not simulated here; `waves` are those of one that is.
///
/// # Errors
/// No model, or no such device. A test that fails is in the report.
pub fn run(
    target: &Target,
    lab: LabOptions,
    waves: Option<&Waves>,
    wait: Duration,
    only: Option<&str>,
    until_failure: bool,
) -> Result<Report, DrivertestError> {
    let tell = |outcome: &driver_test::Outcome| {
        let word = if outcome.passed { "ok" } else { "FAILED" };
        eprintln!("{} {word}", outcome.name);
    };
    let options = Options {
        seed: lab.seed,
        bound: Bound::Wall(wait),
        patience: PATIENCE,
        until_failure,
    };
    match target {
        Target::Device(backend) => {
            let (name, device) = backend.open(wait)?;
            Ok(driver_test::run(&name, device, options, only, tell))
        }
        Target::Sim => {
            let traced = lab.traced || waves.is_some();
            let cluster = alone(LabOptions { traced, ..lab })?;
            if let Some(waves) = waves {
                let begun = cluster.nic(0, |nic| waves.begin(nic, 0));
                begun.map_err(LabError::from)?;
            }
            let options = Options {
                bound: Bound::Pauses(PAUSES),
                ..options
            };
            let device = cluster.device(0, lab.pause);
            Ok(driver_test::run("sim", device, options, only, tell))
        }
    }
}

/// One NIC that nobody has opened, on a cable that leads nowhere.
fn alone(lab: LabOptions) -> Result<Cluster, LabError> {
    let library = nic_library(lab.width, lab.variant, lab.traced)?;
    let beat = lab.width as usize / 8;
    let network = Network::new(Topology::Switched, 1, beat, lab.link, lab.seed);
    let config = NicConfig {
        seed: lab.seed,
        dma: lab.dma,
        stalls: lab.stalls,
        revision: source_revision(),
        ..NicConfig::default()
    };
    Ok(Cluster::new(&library, config, 1, network)?)
}
