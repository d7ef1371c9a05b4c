//! The first difference, as people need it.

use super::observe::{Observation, What};
use crate::net::{CaptureError, CaptureWriter};
use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};

/// The NIC did what the model does not allow.
#[derive(Clone, Debug)]
pub struct Difference {
    /// of the run
    pub seed: u64,
    /// what was seen
    pub seen: Observation,
    pub why: String,
    /// the queue pair as the model has it
    pub model: String,
    /// the last events at that host
    pub nic_events: Vec<String>,
    /// the last steps of the model with that queue pair
    pub model_events: Vec<String>,
    /// frames at that host's port, if they could be written
    pub pcap: Option<PathBuf>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "NIC and model differ: {}", self.why)?;
        writeln!(f, "seen: {}", self.seen)?;
        writeln!(f, "model: {}", self.model)?;
        writeln!(f, "last events of the NIC:")?;
        for line in &self.nic_events {
            writeln!(f, "  {line}")?;
        }
        writeln!(f, "last steps of the model:")?;
        for line in &self.model_events {
            writeln!(f, "  {line}")?;
        }
        write!(f, "seed {}", self.seed)?;
        match &self.pcap {
            Some(path) => write!(f, ", capture {}", path.display()),
            None => Ok(()),
        }
    }
}

/// Frames that a capture holds at most.
const FRAMES: usize = 20_000;
/// Events that are shown.
const SHOWN: usize = 24;

/// What happened last, of all hosts.
#[derive(Default)]
pub struct Recent {
    frames: VecDeque<Observation>,
    events: VecDeque<Observation>,
    steps: VecDeque<((usize, u16), String)>,
}

impl Recent {
    pub fn note(&mut self, observation: &Observation) {
        let frame = matches!(observation.what, What::Sent(_) | What::Received(_));
        if frame {
            push(&mut self.frames, observation.clone(), FRAMES);
        }
        // bulk writes would push everything else out
        if frame
            || !matches!(
                observation.what,
                What::HostWrite { .. } | What::Register { .. }
            )
        {
            push(&mut self.events, observation.clone(), 40 * SHOWN);
        }
    }

    /// The model has made a step with a host's queue pair.
    pub fn step(&mut self, host: usize, slot: u16, line: String) {
        push(&mut self.steps, ((host, slot), line), 80 * SHOWN);
    }

    pub fn events(&self, host: usize) -> Vec<String> {
        let here = self.events.iter().filter(|o| o.host == host);
        let lines: Vec<String> = here.map(ToString::to_string).collect();
        lines[lines.len().saturating_sub(SHOWN)..].to_vec()
    }

    /// The last steps of a queue pair, or of all at that host.
    pub fn steps(&self, host: usize, slot: Option<u16>) -> Vec<String> {
        let here = |at: &(usize, u16)| at.0 == host && slot.is_none_or(|s| s == at.1);
        let here = self.steps.iter().filter(|(at, _)| here(at));
        let lines: Vec<String> = here.map(|(_, line)| line.clone()).collect();
        lines[lines.len().saturating_sub(SHOWN)..].to_vec()
    }

    /// Writes the frames at a host's port.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn capture(&self, host: usize, path: &Path) -> Result<(), CaptureError> {
        let mut writer = CaptureWriter::create(path)?;
        for o in self.frames.iter().filter(|o| o.host == host) {
            if let What::Sent(bytes) | What::Received(bytes) = &o.what {
                writer.write(o.cycle, bytes);
            }
        }
        writer.finish()
    }
}

fn push<T>(queue: &mut VecDeque<T>, value: T, limit: usize) {
    if queue.len() == limit {
        queue.pop_front();
    }
    queue.push_back(value);
}

impl std::error::Error for Difference {}
