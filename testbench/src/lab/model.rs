//! The Verilated NIC, built once.

use super::{Lab, LabOptions, mutants};
use crate::bench::load::{Load, LoadOptions, Work};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sim_verilator::{BuildError, BuildOptions, Library, TrainingError, paths};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which NIC of a width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// The product: connections can migrate.
    #[default]
    Migratable,
    /// The same without migration, to see what it costs.
    Baseline,
    /// The product with 512 queue pairs, to be measured.
    Qps512,
    /// The product with 4,096 queue pairs, to be measured.
    Qps4096,
    /// With 16 queue pairs, as on a board.
    Qps16,
    /// The same without migration.
    #[serde(rename = "qps16-baseline")]
    Qps16Baseline,
}

impl Variant {
    /// What its files' names have behind the width.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Migratable => "",
            Self::Baseline => "_baseline",
            Self::Qps512 => "_512qps",
            Self::Qps4096 => "_4096qps",
            Self::Qps16 => "_16qps",
            Self::Qps16Baseline => "_16qps_baseline",
        }
    }

    /// Its Verilog is not kept with the sources.
    const fn is_other_size(self) -> bool {
        !matches!(self, Self::Migratable | Self::Baseline)
    }

    /// The smallest NIC of `width` bits that is there, connections of which can migrate, and so many of them; the committed one if there is none.
    pub fn holding(width: u32, qps: usize) -> Self {
        let large = [(512, Self::Qps512), (4096, Self::Qps4096)];
        let mut fitting = large.into_iter().filter(|(most, _)| qps <= *most);
        match fitting.next() {
            Some((_, variant)) if qps > 64 && nic_verilog(width, variant).is_file() => variant,
            _ => Self::Migratable,
        }
    }
}

impl std::fmt::Display for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Migratable => "migratable",
            Self::Baseline => "baseline",
            Self::Qps512 => "qps512",
            Self::Qps4096 => "qps4096",
            Self::Qps16 => "qps16",
            Self::Qps16Baseline => "qps16-baseline",
        })
    }
}

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
    /// The Verilog of a NIC of another size has not been emitted, or there is none of this width.
    #[error(
        "cannot read the Verilog of the {width}-bit NIC at {path}; `cargo run -p hdl --bin emit-verilog -- --sizes` writes that of 64 bits"
    )]
    OtherSize {
        width: u32,
        path: PathBuf,
        source: std::io::Error,
    },
    /// Verilator or the C++ compiler is missing, or refuses the source.
    #[error("cannot build the model of the {width}-bit NIC")]
    Build { width: u32, source: BuildError },
}

/// Where the Verilog of a NIC with `width` bits is.
pub fn nic_verilog(width: u32, variant: Variant) -> PathBuf {
    let file = format!("roamnic_{width}{}.v", variant.suffix());
    let folder = match variant.is_other_size() {
        true => "target/verilog",
        false => "hdl/verilog",
    };
    paths::workspace_root().join(folder).join(file)
}

/// The first 64 bits of the SHA-256 of that Verilog, or of the mutant that takes its place; nothing if it cannot be read.
pub fn nic_verilog_hash(width: u32, variant: Variant) -> Option<String> {
    let mutated = mutants::mutated_verilog(width).filter(|_| variant == Variant::Migratable);
    let path = mutated.unwrap_or_else(|| nic_verilog(width, variant));
    let digest = Sha256::digest(std::fs::read(path).ok()?);
    Some(digest[..8].iter().map(|b| format!("{b:02x}")).collect())
}

/// The model of a NIC with `width` bits, with tracing compiled in or not; from the cache if it was built before.
///
/// # Errors
/// [`ModelLoadError`].
pub fn nic_library(
    width: u32,
    variant: Variant,
    traced: bool,
) -> Result<Arc<Library>, ModelLoadError> {
    let mutated = mutants::mutated_verilog(width).filter(|_| variant == Variant::Migratable);
    // a training would be one of the mutant; and one of another size runs seldom
    let trained = !traced && mutated.is_none() && !variant.is_other_size();
    let path = mutated.unwrap_or_else(|| nic_verilog(width, variant));
    let verilog = std::fs::read_to_string(&path);
    let verilog = verilog.map_err(|source| match variant.is_other_size() {
        true => ModelLoadError::OtherSize {
            width,
            path,
            source,
        },
        false => ModelLoadError::Verilog {
            width,
            path,
            source,
        },
    })?;
    let options = BuildOptions::speed().with_trace(traced);
    let lab = LabOptions {
        variant,
        pause: 64,
        ..LabOptions::new(width, 1)
    };
    let library = match trained {
        true => Library::build_trained(&verilog, "roamnic", &options, &|model| train(model, lab)),
        false => Library::build(&verilog, "roamnic", &options),
    };
    library.map_err(|source| ModelLoadError::Build { width, source })
}

/// The program counter of the migration unit, whose program is a good part of what can be reached.
const PROGRAM_COUNTER: &str = "unit.pc_q";

/// The model of the migratable NIC with `width` bits that counts what is reached and can be put back; from the cache if it was built before.
///
/// # Errors
/// [`ModelLoadError`].
pub fn instrumented_library(width: u32) -> Result<Arc<Library>, ModelLoadError> {
    let mutated = mutants::mutated_verilog(width);
    let path = mutated.unwrap_or_else(|| nic_verilog(width, Variant::Migratable));
    let verilog = std::fs::read_to_string(&path).map_err(|source| ModelLoadError::Verilog {
        width,
        path,
        source,
    })?;
    instrumented(width, &verilog)
}

/// The same of any Verilog of a NIC with `width` bits.
///
/// # Errors
/// [`ModelLoadError::Build`].
pub fn instrumented(width: u32, verilog: &str) -> Result<Arc<Library>, ModelLoadError> {
    Library::build_instrumented(verilog, "roamnic", Some(PROGRAM_COUNTER))
        .map_err(|source| ModelLoadError::Build { width, source })
}

/// All kinds of messages in both directions: what a NIC does most.
fn train(library: &Arc<Library>, lab: LabOptions) -> Result<(), TrainingError> {
    const TURNS: usize = 200;
    for work in [Work::Write, Work::Send, Work::Read] {
        let options = LoadOptions {
            lab,
            work,
            qps: 4,
            path_mtu: 1024,
            bytes: 16 << 10,
            depth: 4,
            both: true,
        };
        let mut load = Load::on(Lab::of(library, lab)?, options)?;
        for _ in 0..TURNS {
            load.turn()?;
        }
    }
    Ok(())
}

/// Folders whose Rust sources make the netlist, and generated files among them, which follow from the others.
const SOURCES: [&str; 3] = ["emit/src", "fw-regs/src", "hdl/src"];
const GENERATED: [&str; 3] = [
    "hdl/src/contract.rs",
    "hdl/src/counter.rs",
    "hdl/src/regs.rs",
];

/// The source revision that the identity block reports: the first 64 bits of the SHA-256 over path and content of every
/// source, in order of the paths; 0 where the sources are not there. It reaches the NIC by a pin, so that neither the
/// emitted Verilog nor the cache of models depends on it.
pub fn source_revision() -> u64 {
    let root = paths::workspace_root();
    let mut files = Vec::new();
    for folder in SOURCES {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in &files {
        let name = file
            .strip_prefix(&root)
            .unwrap_or(file)
            .to_string_lossy()
            .replace('\\', "/");
        if GENERATED.contains(&name.as_str()) {
            continue;
        }
        let Ok(content) = std::fs::read(file) else {
            return 0;
        };
        hash.update(name.as_bytes());
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(&content);
    }
    match files.is_empty() {
        true => 0,
        false => u64::from_be_bytes(std::array::from_fn(|k| hash.clone().finalize()[k])),
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}
