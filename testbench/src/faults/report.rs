//! What has come of a scenario: as data for `--json`, and as text.

use super::check::{Evidence, Finding};
use super::stage::{Counts, Played};
use super::{FaultOptions, name};
use crate::table::Table;
use serde::Serialize;

/// A scenario that was played and judged.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioReport {
    /// That of its file.
    pub name: String,
    pub title: String,
    /// Bits of the NICs' data path.
    pub width: u32,
    pub seed: u64,
    /// Frames that hosts a and b sent and received.
    pub sent: [usize; 2],
    pub received: [usize; 2],
    /// How the work requests ended, in the order in which they were posted; none: not signalled.
    pub statuses: Vec<Option<&'static str>>,
    /// States of each connection at a and b.
    pub states: Vec<[&'static str; 2]>,
    /// What a and b counted, but for what they did not.
    pub counters: [Counts; 2],
    /// Clock cycles.
    pub cycles: u64,
    pub findings: Vec<Finding>,
}

impl ScenarioReport {
    pub(super) fn new(
        options: &FaultOptions,
        evidence: &Evidence,
        played: &Played,
        findings: Vec<Finding>,
    ) -> Self {
        let frames = |sent: bool| {
            [0, 1].map(|host| {
                let all = evidence.tape.ends[host].iter();
                all.filter(|f| f.sent == sent).count()
            })
        };
        let counters = played.counters.clone().map(|mut counts| {
            counts.retain(|_, n| *n > 0);
            counts
        });
        Self {
            name: name(&options.scenario),
            title: evidence.scenario.title.clone(),
            width: options.width,
            seed: options.seed,
            sent: frames(true),
            received: frames(false),
            statuses: played.statuses.clone(),
            states: played.states.clone(),
            counters,
            cycles: played.cycles,
            findings,
        }
    }

    /// No rule was broken.
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }

    /// The findings, and the counters they are to be read with.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}: {}\n{} bits, seed {:#x}\n\n",
            self.name, self.title, self.width, self.seed
        );
        for finding in &self.findings {
            text += &format!("  {finding}\n");
        }
        let mut table = Table::new(["counter", "a", "b"]);
        let names: std::collections::BTreeSet<_> =
            self.counters.iter().flat_map(|c| c.keys()).collect();
        for name in names {
            let count = |host: usize| self.counters[host].get(name).copied().unwrap_or(0);
            table.row([
                (*name).to_owned(),
                count(0).to_string(),
                count(1).to_string(),
            ]);
        }
        text += &format!("\n{table}\n");
        text
    }
}

/// One line for each scenario.
pub fn table(reports: &[ScenarioReport]) -> Table {
    let mut table = Table::new([
        "scenario", "a sent", "b sent", "cycles", "findings", "title",
    ]);
    for r in reports {
        table.row([
            r.name.clone(),
            r.sent[0].to_string(),
            r.sent[1].to_string(),
            r.cycles.to_string(),
            r.findings.len().to_string(),
            r.title.clone(),
        ]);
    }
    table
}
