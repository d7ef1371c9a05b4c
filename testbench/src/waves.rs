//! Waves of NICs that run for as long as their partners like: the last cycles, in files of bounded size.

use sim_verilator::{ModelError, Nic};
use std::path::PathBuf;

/// Which waves are kept, and where. A NIC needs a model that was built with tracing: see [`crate::lab::nic_library`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waves {
    /// The first NIC's file, `NAME.fst`. NIC k writes `NAME-k.fst`; `.before.fst` instead of `.fst` is what was before.
    pub file: PathBuf,
    /// Cycles of a file; the last N to 2 N cycles are there.
    pub cycles: u64,
}

impl Waves {
    /// Cycles of a file unless said otherwise: some 150 bytes of FST for each cycle of a NIC at work, so 30 MB.
    pub const CYCLES: u64 = 200_000;

    /// The file of NIC `k`.
    pub fn of(&self, k: usize) -> PathBuf {
        let Some(stem) = self.file.file_stem().filter(|_| k > 0) else {
            return self.file.clone();
        };
        let mut name = stem.to_owned();
        name.push(format!("-{k}.fst"));
        self.file.with_file_name(name)
    }

    /// Begins the waves of NIC `k`.
    ///
    /// # Errors
    /// No tracing in its model, or the file cannot be written.
    pub fn begin(&self, nic: &mut Nic, k: usize) -> Result<(), ModelError> {
        nic.trace_last(&self.of(k), self.cycles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_of_several_nics_have_files_of_their_own() {
        let waves = Waves {
            file: PathBuf::from("runs/serve.fst"),
            cycles: Waves::CYCLES,
        };
        assert_eq!(waves.of(0), PathBuf::from("runs/serve.fst"));
        assert_eq!(waves.of(2), PathBuf::from("runs/serve-2.fst"));
    }
}
