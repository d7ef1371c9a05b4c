//! Which moves there are, and in which order.

use super::app::Role;
use super::stage::HOSTS;
use crate::rng::Rng;
use serde::Serialize;

/// A kind of move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The server moves.
    Single,
    /// The client moves.
    Partner,
    /// Both move at once.
    Both,
    /// The server's move is given up half-way and rolled back.
    Abort,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Single, Self::Partner, Self::Both, Self::Abort];

    /// As in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Partner => "partner",
            Self::Both => "both",
            Self::Abort => "abort",
        }
    }

    /// Who moves.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Single | Self::Abort => &[Role::Server],
            Self::Partner => &[Role::Client],
            Self::Both => &[Role::Server, Role::Client],
        }
    }

    /// Who watches how long nothing completes: the end that stays, or the client.
    pub fn observer(self) -> Role {
        match self {
            Self::Partner => Role::Server,
            Self::Single | Self::Both | Self::Abort => Role::Client,
        }
    }
}

/// Where a move is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// When the source has its image.
    Dumped,
    /// When the destination has restored it and waits for the commit.
    Restored,
}

/// Where a move of `kind` is given up, if it is: as late as possible in the default run.
pub fn halt(kind: Kind, scripted: bool, rng: &mut Rng) -> Option<Halt> {
    let places = [Halt::Restored, Halt::Dumped];
    (kind == Kind::Abort).then(|| match scripted {
        true => Halt::Restored,
        false => *rng.pick(&places),
    })
}

/// The moves of the default run: on, on again, both at once, and one that is given up.
pub fn script() -> Vec<Kind> {
    vec![Kind::Single, Kind::Single, Kind::Both, Kind::Abort]
}

/// `count` moves in an order fixed by the random numbers: each kind as often as the others, as far as that goes.
pub fn mixed(count: usize, rng: &mut Rng) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = (0..count).map(|k| Kind::ALL[k % Kind::ALL.len()]).collect();
    for k in (1..kinds.len()).rev() {
        kinds.swap(k, rng.index(0, k));
    }
    kinds
}

/// Where those who move from `hosts` go: to hosts on which neither process is.
pub fn destinations(kind: Kind, hosts: [usize; 2], rng: &mut Rng) -> Vec<usize> {
    let mut free: Vec<usize> = (0..HOSTS).filter(|h| !hosts.contains(h)).collect();
    if rng.chance(0.5) {
        free.reverse();
    }
    free.truncate(kind.roles().len());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plan_is_mixed_and_fixed_by_the_seed() {
        let of = |seed| mixed(20, &mut Rng::new(seed));
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        for kind in Kind::ALL {
            assert_eq!(of(7).iter().filter(|k| **k == kind).count(), 5);
        }
    }

    #[test]
    fn plan_destinations_are_free_and_different() {
        let mut rng = Rng::new(1);
        for kind in Kind::ALL {
            for hosts in [[0, 1], [2, 1], [3, 0]] {
                let to = destinations(kind, hosts, &mut rng);
                assert_eq!(to.len(), kind.roles().len());
                assert!(to.iter().all(|h| !hosts.contains(h)));
                assert!(to.len() < 2 || to[0] != to[1]);
            }
        }
    }
}
