//! The Verilated NIC, built once.

use sim_verilator::{BuildError, BuildOptions, Library, paths};
use std::path::PathBuf;
use std::sync::Arc;

/// Why there is no NIC to simulate.
#[derive(Debug, thiserror::Error)]
pub enum ModelLoadError {
    /// The emitted Verilog is not there.
    #[error(
        "cannot read the Verilog of the {width}-bit NIC at {path}; there are 64 and 512 bits, and `cargo xtask gen` writes them"
    )]
    Verilog {
        width: u32,
        path: PathBuf,
        source: std::io::Error,
    },
    /// Verilator or the C++ compiler is missing, or refuses the source.
    #[error("cannot build the model of the {width}-bit NIC")]
    Build { width: u32, source: BuildError },
}

/// Where the Verilog of the NIC with `width` bits is.
pub fn nic_verilog(width: u32) -> PathBuf {
    paths::workspace_root().join(format!("hdl/verilog/roamnic_{width}.v"))
}

/// The model of the NIC with `width` bits, with tracing compiled in or not; from the cache if it was built before.
///
/// # Errors
/// [`ModelLoadError`].
pub fn nic_library(width: u32, traced: bool) -> Result<Arc<Library>, ModelLoadError> {
    let path = nic_verilog(width);
    let verilog = std::fs::read_to_string(&path).map_err(|source| ModelLoadError::Verilog {
        width,
        path,
        source,
    })?;
    let options = BuildOptions::speed().with_trace(traced);
    Library::build(&verilog, "roamnic", &options)
        .map_err(|source| ModelLoadError::Build { width, source })
}
