//! The rules, one module each. A checker reads the captures, the counters and what the scenario set up, and says what is not as it
//! must be; it knows nothing of the NIC.
//!
//! Row numbers are those of the testplan, `docs/testplan.md`.

mod acks;
mod budgets;
mod duplicates;
mod expected;
mod go_back;
mod msn;
pub mod requester;
pub mod responder;
mod rnr;
mod whole;

use super::scenario::{End, Scenario};
use super::stage::{Counts, Played};
use super::tape::{Flow, Frame, Tape};
use crate::net::CaptureError;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// Who found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Checker {
    /// The scenario itself: completions, bytes, what it expects.
    Expected,
    /// The captures are whole: what leaves one end arrives at the other but for the events, and counters agree.
    Whole,
    /// Requests go out in order, and begin again only for a cause and at the right place.
    GoBack,
    /// What was asked twice is answered twice and done once.
    Duplicates,
    /// Retries are as many as were allowed.
    Budgets,
    /// Nobody comes back sooner than "not ready" said.
    Rnr,
    /// Acknowledgements are cumulative, true and in time.
    Acks,
    /// Message sequence numbers count messages.
    Msn,
}

impl fmt::Display for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expected => "expected",
            Self::Whole => "whole capture",
            Self::GoBack => "go-back-N",
            Self::Duplicates => "duplicates",
            Self::Budgets => "retry budgets",
            Self::Rnr => "RNR waits",
            Self::Acks => "ACKs",
            Self::Msn => "MSN",
        })
    }
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub checker: Checker,
    /// The frame in which it shows, with its number and time; or the host or connection.
    pub at: String,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.checker, self.at, self.what)
    }
}

/// Findings of one checker.
struct Findings {
    checker: Checker,
    list: Vec<Finding>,
}

impl Findings {
    fn of(checker: Checker) -> Self {
        let list = Vec::new();
        Self { checker, list }
    }

    fn add(&mut self, at: impl fmt::Display, what: impl fmt::Display) {
        self.list.push(Finding {
            checker: self.checker,
            at: at.to_string(),
            what: what.to_string(),
        });
    }

    fn frame(&mut self, frame: &Frame, what: impl fmt::Display) {
        self.add(frame, what);
    }

    fn flow(&mut self, flow: &Flow, what: impl fmt::Display) {
        let requester = End::of(flow.requester);
        let at = format!("requests of {requester} on connection {}", flow.connection);
        self.add(at, what);
    }
}

/// Everything that is judged.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    pub scenario: &'a Scenario,
    pub played: &'a Played,
    pub tape: Tape,
}

impl<'a> Evidence<'a> {
    /// Reads the captures of hosts a and b.
    ///
    /// # Errors
    /// [`CaptureError`].
    pub fn read(
        scenario: &'a Scenario,
        played: &'a Played,
        captures: &[PathBuf; 2],
    ) -> Result<Self, CaptureError> {
        let tape = Tape::read(captures)?;
        Ok(Self {
            scenario,
            played,
            tape,
        })
    }

    /// What host `host` has counted.
    pub fn counters(&self, host: usize) -> &Counts {
        &self.played.counters[host]
    }

    /// All flows.
    pub fn flows(&self) -> Vec<Flow<'_>> {
        Flow::all(self.scenario, &self.played.qpns, &self.tape)
    }
}

/// What all checkers find.
pub fn all(evidence: &Evidence) -> Vec<Finding> {
    let checkers = [
        expected::check,
        whole::check,
        go_back::check,
        duplicates::check,
        budgets::check,
        rnr::check,
        acks::check,
        msn::check,
    ];
    checkers.iter().flat_map(|check| check(evidence)).collect()
}

/// ns that a NIC may take from the arrival of a packet until what it sends takes notice: what was ready to be sent then still goes.
const REACTION_NS: u64 = 6_000;
