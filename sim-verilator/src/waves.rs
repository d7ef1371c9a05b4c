//! Traces of bounded size: what was before the end, however long the run has been.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::{Model, ModelError};

/// An FST trace that keeps the last cycles. `NAME.fst` is being written; with so many cycles in it, it becomes `NAME.before.fst`, in
/// the place of the one that was called that, and a new one begins. Together they hold the last N to 2 N cycles, on one axis of time.
pub(crate) struct WaveRing {
    current: PathBuf,
    before: PathBuf,
    cycles: u64,
    left: u64,
}

impl WaveRing {
    /// Opens the trace of `model`; `cycles` in each of the two files, at least one.
    pub(crate) fn open(model: &mut Model, path: &Path, cycles: u64) -> Result<Self, ModelError> {
        model.open_trace(path)?;
        let cycles = cycles.max(1);
        Ok(Self {
            current: path.to_owned(),
            before: path.with_extension("before.fst"),
            cycles,
            left: cycles,
        })
    }

    /// A cycle has passed.
    pub(crate) fn count(&mut self, model: &mut Model) -> Result<(), ModelError> {
        self.left -= 1;
        if self.left > 0 {
            return Ok(());
        }
        model.close_trace();
        let refused = |source| ModelError::TraceFile {
            path: self.before.clone(),
            source,
        };
        fs::rename(&self.current, &self.before).map_err(refused)?;
        model.open_trace(&self.current)?;
        self.left = self.cycles;
        Ok(())
    }
}
