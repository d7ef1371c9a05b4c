//! The search itself: inputs that reach something new are kept, and new ones are made of them.

use super::corpus::Entry;
use super::mutate::mutate;
use super::shrink::shrink;
use super::{Finding, Outcome, Reached, Stage, StageError};
use crate::rng::Rng;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// When a search ends and how it goes.
#[derive(Clone, Copy, Debug)]
pub struct SearchOptions {
    /// Fixes which inputs are made; with the same corpus and number of executions the search is the same.
    pub seed: u64,
    /// It ends after this time.
    pub time: Duration,
    /// It ends after so many executions.
    pub executions: u64,
    /// It ends after so many findings of different kinds.
    pub findings: usize,
    /// Executions spent on making a finding small.
    pub shrink: u32,
}

impl Default for SearchOptions {
    /// Ten minutes; the first of each kind of finding is made small in 400 steps.
    fn default() -> Self {
        Self {
            seed: 1,
            time: Duration::from_secs(600),
            executions: u64::MAX,
            findings: 8,
            shrink: 400,
        }
    }
}

/// An input that brings something about.
#[derive(Clone, Debug)]
pub struct Found {
    /// The input, made small.
    pub input: Vec<u8>,
    /// What it brings about.
    pub finding: Finding,
    /// Executions before it was found.
    pub after: u64,
    /// Time before it was found.
    pub time: Duration,
}

/// What a search is doing.
pub enum Progress<'a> {
    /// An input was played.
    Played(&'a Search),
    /// One reached something new.
    Reached(&'a Search),
    /// One brought something about; it is going to be made smaller.
    Found(&'a Finding),
}

/// A search and what it has so far.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Inputs played, those for making findings small not counted.
    pub executions: u64,
    /// How long it has taken.
    pub time: Duration,
    /// What was reached.
    pub reached: Reached,
    /// Inputs that reached something new, in order.
    pub corpus: Vec<Entry>,
    /// Findings, one of each kind and text without numbers.
    pub found: Vec<Found>,
    seen: HashSet<String>,
}

impl Search {
    /// Searches `stage` from the inputs of `start`.
    ///
    /// # Errors
    /// The stage does not stand any more.
    pub fn run(
        stage: &mut Stage,
        start: &[Vec<u8>],
        options: &SearchOptions,
        mut progress: impl FnMut(Progress<'_>),
    ) -> Result<Self, StageError> {
        let begin = Instant::now();
        let mut search = Self::default();
        let mut rng = Rng::new(options.seed);
        let mut waiting: Vec<Vec<u8>> = start.iter().rev().cloned().collect();
        while search.found.len() < options.findings
            && search.executions < options.executions
            && (begin.elapsed() < options.time || !waiting.is_empty())
        {
            let input = match waiting.pop() {
                Some(input) => input,
                None => search.draw(&mut rng),
            };
            let outcome = stage.play(&input)?;
            search.executions += 1;
            search.time = begin.elapsed();
            if search.note(&input, &outcome) {
                progress(Progress::Reached(&search));
            }
            if let Some(finding) = outcome.finding {
                search.keep(stage, &input, finding, options, &mut progress)?;
            }
            progress(Progress::Played(&search));
        }
        search.time = begin.elapsed();
        Ok(search)
    }

    /// An input made of those that reached something.
    fn draw(&self, rng: &mut Rng) -> Vec<u8> {
        let last = self.corpus.len().saturating_sub(1);
        // what came last has been tried least
        let first = match rng.chance(0.5) {
            true => last.saturating_sub(32),
            false => 0,
        };
        let pick = |k: usize| self.corpus.get(k).map_or(&[][..], |entry| &entry.input);
        let parent = rng.index(first, last);
        let other = rng.index(0, last);
        mutate(rng, pick(parent), pick(other))
    }

    fn note(&mut self, input: &[u8], outcome: &Outcome) -> bool {
        // what finds something is no ground to go on from
        if outcome.finding.is_some() || self.reached.add(&outcome.features) == 0 {
            return false;
        }
        self.corpus.push(Entry {
            input: input.to_vec(),
            features: outcome.features.clone(),
        });
        true
    }

    fn keep(
        &mut self,
        stage: &mut Stage,
        input: &[u8],
        finding: Finding,
        options: &SearchOptions,
        progress: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), StageError> {
        if !self.seen.insert(class(&finding)) {
            return Ok(());
        }
        progress(Progress::Found(&finding));
        let (after, time) = (self.executions, self.time);
        let wanted = class(&finding);
        let mut last = finding;
        let mut broken = None;
        let small = shrink(input, options.shrink, |smaller| match stage.play(smaller) {
            Ok(outcome) => match outcome.finding {
                Some(finding) if class(&finding) == wanted => {
                    last = finding;
                    true
                }
                _ => false,
            },
            Err(error) => {
                broken = Some(error);
                false
            }
        });
        self.found.push(Found {
            input: small,
            finding: last,
            after,
            time,
        });
        broken.map_or(Ok(()), Err)
    }
}

/// What is one and the same finding: its kind, and its first words without numbers.
fn class(finding: &Finding) -> String {
    let text = finding.to_string();
    let words = text.split_whitespace().take(8);
    let plain = words.map(|word| {
        word.chars()
            .filter(|c| c.is_alphabetic())
            .collect::<String>()
    });
    format!("{} {}", finding.kind(), plain.collect::<Vec<_>>().join(" "))
}
