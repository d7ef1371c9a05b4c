//! `--waves` of the commands whose partners decide how long they run.

use clap::Args;
use std::path::PathBuf;
use testbench::waves::Waves;

/// Waves of a run whose length nobody knows.
#[derive(Args)]
pub struct KeptWaves {
    /// FST of each NIC's last cycles; what was before them is in NAME.before.fst. The traced model's first build takes minutes
    #[arg(long, value_name = "NAME.fst")]
    pub waves: Option<PathBuf>,
    /// Cycles of such a file: the last N to 2 N are kept
    #[arg(long, value_name = "N", default_value_t = Waves::CYCLES, value_parser = clap::value_parser!(u64).range(1..))]
    pub waves_cycles: u64,
}

impl KeptWaves {
    pub fn wanted(&self) -> Option<Waves> {
        let file = self.waves.clone()?;
        Some(Waves {
            file,
            cycles: self.waves_cycles,
        })
    }
}
