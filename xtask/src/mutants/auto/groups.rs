//! Which tests of the testbench mutants meet, and in which order of effort.

use serde::{Deserialize, Serialize};

type Names = &'static [&'static str];

/// Tests of a program whose names have one of `only` in them (nothing: all) and none of `not`.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    pub program: &'static str,
    pub only: Names,
    pub not: Names,
}

const fn group(program: &'static str, only: Names, not: Names) -> Group {
    Group { program, only, not }
}

/// How much a mutant has to survive.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// A few of the tests that take a fraction of a second, then cases of the search and demos
    Search,
    /// All of those tests
    Quick,
    /// All but the longest
    Near,
    /// All
    All,
}

/// Tests that take seconds, for the second round.
const SLOW: Names = &[
    "all_slots",
    "sizes_around_mtu",
    "more_than_may_be_outstanding",
    "wraps_many_times",
    "waits_as_long_as_it_is_told",
    "keeps_no_more_reads",
    "no_more_than_fits_its_window",
    "message_out_of_order",
    "remembers_as_many_reads",
    "another_length_than_announced",
    "timeout_zero_waits_for_ever",
    "not_ready_without_end",
    "rule_13_set_",
    "rule_15_give_up",
    "journey_of_many_stops",
    "journey_under_loss",
    "journey_of_both_ends",
    "journey_over_ipv6",
    "journey_at_512_bits",
];

// Comparisons with a NIC without migration, the other width's and the harness's own tests cannot notice anything and are left out.
const QUICK: &[Group] = &[
    group("registers", &[], &[]),
    group("verbs", &["cq::", "mr::", "qp_", "raw::", "srq::"], SLOW),
    group(
        "rc",
        &[
            "responder_",
            "requester_",
            "filter::",
            "queues::",
            "notify::",
        ],
        SLOW,
    ),
    group("migration", &["rules::", "journeys::", "pages::"], SLOW),
];
const NEAR: &[Group] = &[
    group("verbs", SLOW, &[]),
    group("rc", SLOW, &[]),
    group("migration", SLOW, &["512"]),
    group(
        "migration",
        &["doorbells::doorbell_", "dumps::", "traces::"],
        &[],
    ),
    group("soak", &["soak_64"], &[]),
    group("security", &[], &[]),
];
const REST: &[Group] = &[
    group("verbs", &["rxe::"], &[]),
    group("replay", &["replay_every"], &["512", "back_to_back"]),
    group("migration", &["phases::", "table::"], &[]),
];

impl Depth {
    /// The tests that this adds to the depth before.
    pub fn groups(self) -> &'static [Group] {
        match self {
            Self::Search => &[],
            Self::Quick => QUICK,
            Self::Near => NEAR,
            Self::All => REST,
        }
    }

    /// Those whose tests have to be known for this: the quick ones always, for the few that are run first are among them.
    pub fn known(self) -> impl Iterator<Item = Self> {
        [Self::Quick, Self::Near, Self::All]
            .into_iter()
            .filter(move |d| *d <= self.max(Self::Quick))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depths_add_to_each_other() {
        let known = |d: Depth| d.known().collect::<Vec<_>>();
        assert_eq!(known(Depth::Search), [Depth::Quick]);
        assert_eq!(known(Depth::Quick), [Depth::Quick]);
        assert_eq!(known(Depth::All), [Depth::Quick, Depth::Near, Depth::All]);
    }
}
