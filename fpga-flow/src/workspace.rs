//! Folders of results, each named by all that its results depend on, so that nothing is made twice and a run that was cut short goes on where it stopped.

use crate::tool::Hear;
use crate::{FlowError, Tool};
use serde::de::DeserializeOwned;
use sim_verilator::{content_hash, paths};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// A folder that programs run in. What they are told names files in it without a path, so that they make the same bytes anywhere.
#[derive(Clone, Debug)]
pub struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    /// `target/ROOM/LABELkey`, with a key of `parts`.
    ///
    /// # Errors
    /// [`FlowError::Io`].
    pub fn open(room: &str, label: &str, parts: &[&str]) -> Result<Self, FlowError> {
        Self::make(&paths::models_dir().with_file_name(room), label, parts)
    }

    /// A folder in this one, with a key of `parts`, for steps that depend on more.
    ///
    /// # Errors
    /// [`FlowError::Io`].
    pub fn inside(&self, label: &str, parts: &[&str]) -> Result<Self, FlowError> {
        Self::make(&self.folder, label, parts)
    }

    fn make(room: &Path, label: &str, parts: &[&str]) -> Result<Self, FlowError> {
        let folder = room.join(format!("{label}{}", key(parts)));
        fs::create_dir_all(&folder).map_err(FlowError::io(&folder))?;
        Ok(Self { folder })
    }

    /// The folder's own name.
    pub fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Where a file of it lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file.
    ///
    /// # Errors
    /// [`FlowError::Io`].
    pub fn put(&self, name: &str, text: &str) -> Result<(), FlowError> {
        let path = self.path(name);
        fs::write(&path, text).map_err(FlowError::io(&path))
    }

    /// Runs a step unless its result is there. The program writes `NAME.part`, which gets its name when the step has ended well; so the presence of
    /// a result says that it is whole. Another file that a step leaves must be written before.
    ///
    /// # Errors
    /// As [`Tool::run`].
    pub fn step(
        &self,
        tool: &Tool,
        result: &str,
        log: &str,
        arguments: &[&str],
    ) -> Result<PathBuf, FlowError> {
        self.step_told(tool, result, log, arguments, &mut |_| {
            ControlFlow::Continue(())
        })
    }

    /// As [`Self::step`], with `hear` as in [`Tool::run_told`]; a step that was given up is not begun again.
    ///
    /// # Errors
    /// As [`Tool::run_told`].
    pub fn step_told(
        &self,
        tool: &Tool,
        result: &str,
        log: &str,
        arguments: &[&str],
        hear: &mut Hear<'_>,
    ) -> Result<PathBuf, FlowError> {
        let done = self.path(result);
        let hopeless = self.path(&format!("{result}.given-up"));
        if let Ok(why) = fs::read_to_string(&hopeless) {
            let (program, log) = (tool.program().to_owned(), self.path(log));
            return Err(FlowError::GivenUp { program, why, log });
        }
        if !done.is_file() {
            let ran = tool.run_told(&self.folder, log, arguments, hear);
            if let Err(FlowError::GivenUp { why, .. }) = &ran {
                fs::write(&hopeless, why).map_err(FlowError::io(&hopeless))?;
            }
            ran?;
            let partial = self.path(&format!("{result}.part"));
            fs::rename(&partial, &done).map_err(FlowError::io(&partial))?;
        }
        Ok(done)
    }

    /// A report in JSON.
    ///
    /// # Errors
    /// [`FlowError::Io`], [`FlowError::Report`].
    pub fn report<T: DeserializeOwned>(&self, name: &str) -> Result<T, FlowError> {
        let path = self.path(name);
        let text = fs::read_to_string(&path).map_err(FlowError::io(&path))?;
        serde_json::from_str(&text).map_err(|source| FlowError::Report { path, source })
    }
}

/// The first 96 bits of [`content_hash`].
pub fn key(parts: &[&str]) -> String {
    content_hash(parts)[..24].to_owned()
}
