//! Searches led by coverage for anything that no input may bring about: a NIC that hangs, memory touched outside of the regions, a connection changed
//! that was not named, a message lost or doubled beside it all.
//!
//! An input is bytes, in [records](input) of 16. A [`Target`] says what they mean: frames from the network, mailbox commands, doorbells and work
//! requests of a hostile process, checkpoint images. A [`Stage`] plays an input on one Verilated NIC that is put back to the same state each time,
//! checks what must hold, and says what was reached: branches of the Verilog, words of the migration unit's program, and what showed outside.
//! [`search`](engine::search) draws inputs from those that reached something new; [`shrink`] makes small what it finds.
//!
//! The same stages serve libFuzzer: see the workspace in `fuzz/`.

mod commands;
pub mod corpus;
mod doorbells;
pub mod engine;
mod features;
mod finding;
mod frames;
mod honest;
mod image;
pub mod input;
mod mutate;
pub mod plant;
mod play;
mod scene;
pub mod shrink;

pub use features::Reached;
pub use finding::Finding;

use crate::lab::{ModelLoadError, instrumented_library};
use scene::Scene;
use sim_verilator::Library;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::Arc;

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// What any machine on the network can send.
    Frames,
    /// Mailbox commands with any arguments and payload.
    Commands,
    /// What a hostile process can write into its doorbell page and its queues.
    Doorbells,
    /// Checkpoint images from anybody.
    Image,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Frames, Self::Commands, Self::Doorbells, Self::Image];

    /// Its name: that of its corpus and of libFuzzer's target.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frames => "frames",
            Self::Commands => "commands",
            Self::Doorbells => "doorbells",
            Self::Image => "image",
        }
    }

    /// What it is, in a line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Frames => "frames into the NIC, mostly with a good ICRC",
            Self::Commands => "mailbox commands, any opcode, arguments and payload",
            Self::Doorbells => "work requests, doorbells and doorbell records of a hostile process",
            Self::Image => "checkpoint images, decoded, validated, restored",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No such target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no target {0:?}; there are frames, commands, doorbells, image")]
pub struct NoSuchTarget(String);

impl FromStr for Target {
    type Err = NoSuchTarget;

    fn from_str(name: &str) -> Result<Self, NoSuchTarget> {
        let found = Self::ALL.into_iter().find(|target| target.name() == name);
        found.ok_or_else(|| NoSuchTarget(name.to_owned()))
    }
}

/// What became of an input.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it brought about that must not be.
    pub finding: Option<Finding>,
    /// What it reached.
    pub features: Vec<u32>,
}

/// Why there is no stage.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// No model of the NIC.
    #[error(transparent)]
    Model(#[from] ModelLoadError),
    /// It does not even stand.
    #[error(transparent)]
    Stands(#[from] Finding),
}

/// Where inputs are played.
pub struct Stage {
    target: Target,
    library: Arc<Library>,
    scene: Scene,
    base: Option<image::Base>,
}

impl Stage {
    /// The stage of a target, with the NIC of 64 bits.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn new(target: Target) -> Result<Self, StageError> {
        Self::of(target, &instrumented_library(64)?)
    }

    /// The same with a model that is there.
    ///
    /// # Errors
    /// [`StageError::Stands`].
    pub fn of(target: Target, library: &Arc<Library>) -> Result<Self, StageError> {
        /// Other QP numbers and keys than those at the destination.
        const OTHER: u64 = 0x1a6e;
        let base = match target {
            Target::Image => {
                let mut source = Scene::seeded(library, OTHER)?;
                Some(image::Base::new(&mut source)?)
            }
            _ => None,
        };
        Ok(Self {
            target,
            library: library.clone(),
            scene: Scene::new(library)?,
            base,
        })
    }

    /// What the NIC is.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// Plays an input.
    ///
    /// # Errors
    /// The stage could not be set up again; the input itself never is an error.
    pub fn play(&mut self, input: &[u8]) -> Result<Outcome, StageError> {
        self.scene.restore();
        let (target, scene, base) = (self.target, &mut self.scene, &self.base);
        let played = catch_unwind(AssertUnwindSafe(|| match (target, base) {
            (Target::Frames, _) => with_stage(frames::play(scene, input)),
            (Target::Commands, _) => with_stage(commands::play(scene, input)),
            (Target::Doorbells, _) => with_stage(doorbells::play(scene, input)),
            (Target::Image, Some(base)) => image::play(scene, base, input),
            (Target::Image, None) => (Ok(()), vec![], false),
        }));
        let (result, features, touched) = played.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let text = text.unwrap_or("of no words").to_owned();
            (Err(Finding::Panic(text)), vec![], true)
        });
        if touched {
            self.scene = Scene::new(&self.library)?;
        }
        Ok(Outcome {
            finding: result.err(),
            features,
        })
    }
}

/// The driver knows nothing of what was played.
fn with_stage(
    (result, features): (Result<(), Finding>, Vec<u32>),
) -> (Result<(), Finding>, Vec<u32>, bool) {
    let panicked = matches!(result, Err(Finding::Panic(_)));
    (result, features, panicked)
}
