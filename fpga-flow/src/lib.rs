//! The programs of the open FPGA flows: yosys, nextpnr, packers.
//!
//! This crate finds them ([`tool`]), runs them step by step in folders named by all that a result depends on ([`workspace`]), says how yosys is called
//! ([`yosys`]), reads what yosys and nextpnr report ([`stat`], [`nextpnr`]), and does one step itself that no packaged program does ([`fasm`]). It knows neither the NIC nor a board: what is mapped, and what the figures
//! mean, is its users' business. Read [`Workspace`] first.
#![forbid(unsafe_code)]

pub mod fasm;
pub mod nextpnr;
pub mod stat;
pub mod tool;
pub mod workspace;
pub mod yosys;

pub use nextpnr::PlaceReport;
pub use stat::Stat;
pub use tool::Tool;
pub use workspace::Workspace;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why a flow has no result.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// A program of the flow is not there, or does not start.
    #[error(
        "{name} does not run (tried {tried:?}): install it, set {variable}, or start this by `cargo xtask`, which installs what there is as a package in .tools"
    )]
    MissingTool {
        /// Its usual name.
        name: &'static str,
        /// The variable that may name another one.
        variable: &'static str,
        /// What was tried, if anything was found.
        tried: Option<PathBuf>,
    },
    /// A program of the flow failed.
    #[error("{program} ended with {status}; its last words are in {log}")]
    Failed {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// All it said.
        log: PathBuf,
    },
    /// A program was stopped because it would not have come to an end.
    #[error("{program} was stopped: {why}; all it said is in {log}")]
    GivenUp {
        /// The program.
        program: PathBuf,
        /// What it did.
        why: String,
        /// All it said.
        log: PathBuf,
    },
    /// A report that cannot be read.
    #[error("{path} is not the report expected: {source}")]
    Report {
        /// The report.
        path: PathBuf,
        /// What is wrong in it.
        source: serde_json::Error,
    },
    /// The design is not in its own statistics.
    #[error(transparent)]
    NoTop(#[from] stat::UnknownModule),
    /// What was placed cannot be made into frames.
    #[error(transparent)]
    Fasm(#[from] fasm::FasmError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl FlowError {
    /// What `map_err` needs for a failure at `path`.
    pub fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
