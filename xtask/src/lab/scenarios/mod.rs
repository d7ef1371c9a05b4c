//! What the lab tries, one file an idea.

mod boot;
mod linux;
mod roam;
mod silence;

use std::fmt::Write as _;

use anyhow::Result;

use super::Bench;

/// Something that the lab can try.
pub struct Scenario {
    pub name: &'static str,
    pub about: &'static str,
    /// The sets that it belongs to.
    pub sets: &'static [&'static str],
    pub run: fn(&mut Bench) -> Result<()>,
}

const SHORT: &[&str] = &["short", "standard"];
const STANDARD: &[&str] = &["standard"];

/// All of them, in the order in which they run.
pub static ALL: &[Scenario] = &[
    Scenario {
        name: "boot",
        about: "a guest boots and its rxe link comes up",
        sets: SHORT,
        run: boot::run,
    },
    Scenario {
        name: "linux-linux",
        about: "the programs between two Linux guests, as a yardstick for the wire",
        sets: STANDARD,
        run: linux::run,
    },
    Scenario {
        name: "rxe-silence",
        about: "how long a stop of its partner rxe survives",
        sets: STANDARD,
        run: silence::run,
    },
    Scenario {
        name: "rxe-move",
        about: "our end moves while ibv_rc_pingpong on rxe talks to it",
        sets: STANDARD,
        run: roam::run,
    },
];

/// A line for each scenario.
pub fn listing() -> String {
    let mut text = String::new();
    for one in ALL {
        let sets = one.sets.join(", ");
        writeln!(text, "{:12} {:16} {}", one.name, sets, one.about).expect("a String takes all");
    }
    text
}
