//! What the lab tries, one file an idea.

mod boot;
mod linux;
mod peer;
mod repeat;
mod roam;
mod silence;
mod three;
mod unplug;
mod vfio;

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

/// The set that runs before every merge.
pub const SHORTEST: &str = "short";
const SHORT: &[&str] = &[SHORTEST, "standard"];
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
        name: "vfio",
        about: "the driver's test list in process, over vfio-user, and over kernel VFIO in a guest",
        sets: SHORT,
        run: vfio::run,
    },
    Scenario {
        name: "rxe-pingpong",
        about: "ibv_rc_pingpong on rxe against ours, both roles",
        sets: SHORT,
        run: peer::pingpong,
    },
    Scenario {
        name: "linux-linux",
        about: "the programs between two Linux guests, as a yardstick for the wire",
        sets: STANDARD,
        run: linux::run,
    },
    Scenario {
        name: "perftest",
        about: "perftest's programs on rxe against ours, both roles",
        sets: STANDARD,
        run: peer::perftest,
    },
    Scenario {
        name: "perftest-mtu",
        about: "the same with MTU 256, 512 and 4096",
        sets: STANDARD,
        run: peer::mtus,
    },
    Scenario {
        name: "perftest-ipv6",
        about: "the same over IPv6",
        sets: STANDARD,
        run: peer::ipv6,
    },
    Scenario {
        name: "perftest-qps",
        about: "the same with 4 and 16 queue pairs",
        sets: STANDARD,
        run: peer::queue_pairs,
    },
    Scenario {
        name: "perftest-loss",
        about: "the same with 2 % loss",
        sets: STANDARD,
        run: peer::loss,
    },
    Scenario {
        name: "rxe-silence",
        about: "how long a stop of its partner rxe survives",
        sets: STANDARD,
        run: silence::run,
    },
    Scenario {
        name: "rxe-repeat",
        about: "what rxe makes of an acknowledgement that meets its own repeat",
        sets: STANDARD,
        run: repeat::run,
    },
    Scenario {
        name: "rxe-move",
        about: "our end moves while ibv_rc_pingpong on rxe talks to it",
        sets: SHORT,
        run: roam::run,
    },
    Scenario {
        name: "move",
        about: "an application moves from guest 1 to guest 3 while guest 2 talks to it",
        sets: STANDARD,
        run: three::run,
    },
    Scenario {
        name: "unplug",
        about: "a guest killed, a server killed, a wire cut for 2 s",
        sets: STANDARD,
        run: unplug::run,
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
