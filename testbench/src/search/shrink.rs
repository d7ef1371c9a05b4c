//! How a case becomes small: whole parts are left out first, then what remains becomes plain.

use super::case::*;
use crate::kind::Kind;
use proptest::strategy::ValueTree;

/// A case and everything smaller, as proptest walks it: [`ValueTree::simplify`] after a failure, [`ValueTree::complicate`] after a success.
///
/// Each step is a simulation, so parts go in halves, quarters and so on: connections with all their operations, operations, stops.
/// Then each number and flag in turn. That is repeated until nothing can be made smaller.
#[derive(Clone, Debug)]
pub struct CaseTree {
    /// the smallest that has failed
    failed: Case,
    /// what is tried
    tried: Case,
    place: Place,
    /// something became smaller since the first stage
    changed: bool,
}

/// Where the walk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    stage: Stage,
    /// which part, or which change
    at: usize,
    /// parts left out at a time; 0 = not known yet
    chunk: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Connections,
    Operations,
    Stops,
    Changes,
    End,
}

impl Place {
    const START: Self = Self::of(Stage::Connections);

    const fn of(stage: Stage) -> Self {
        Self {
            stage,
            at: 0,
            chunk: 0,
        }
    }
}

impl CaseTree {
    pub fn new(case: Case) -> Self {
        Self {
            tried: case.clone(),
            failed: case,
            place: Place::START,
            changed: false,
        }
    }

    /// The smallest that has failed.
    pub fn smallest(&self) -> &Case {
        &self.failed
    }

    /// Tries the next smaller case, if there is one.
    fn advance(&mut self) -> bool {
        loop {
            let candidate = match self.place.stage {
                Stage::End if self.changed => {
                    self.changed = false;
                    self.place = Place::START;
                    continue;
                }
                Stage::End => {
                    self.tried = self.failed.clone();
                    return false;
                }
                Stage::Changes => self.change(),
                _ => self.leave_out(),
            };
            let Some(candidate) = candidate.map(Case::normal) else {
                continue;
            };
            if candidate != self.failed && !candidate.connections.is_empty() {
                self.tried = candidate;
                return true;
            }
            self.pass();
        }
    }

    /// Goes past what was tried last.
    fn pass(&mut self) {
        match self.place.stage {
            Stage::Changes => self.place.at += 1,
            _ => self.place.at += self.place.chunk.max(1),
        }
    }

    /// The case without the parts at the present place; the place moves on if there are none.
    fn leave_out(&mut self) -> Option<Case> {
        let parts = match self.place.stage {
            Stage::Connections => self.failed.connections.len(),
            Stage::Operations => self.failed.operations.len(),
            _ => self.failed.stops.len(),
        };
        let Place { stage, at, chunk } = &mut self.place;
        if *chunk == 0 {
            *chunk = parts.div_ceil(2);
        }
        if *at >= parts {
            (*at, *chunk) = (0, *chunk / 2);
        }
        if *chunk == 0 || parts == 0 {
            self.place = Place::of(match stage {
                Stage::Connections => Stage::Operations,
                Stage::Operations => Stage::Stops,
                _ => Stage::Changes,
            });
            return None;
        }
        let out = *at..(*at + *chunk).min(parts);
        let mut case = self.failed.clone();
        match stage {
            Stage::Connections => without_connections(&mut case, &out),
            Stage::Operations => drop(case.operations.drain(out)),
            _ => drop(case.stops.drain(out)),
        }
        Some(case)
    }

    /// The case with one thing plainer; the place moves on behind the last.
    fn change(&mut self) -> Option<Case> {
        let mut case = self.failed.clone();
        let mut at = self.place.at;
        if at < OUTSIDE {
            plainer(&mut case, at);
            return Some(case);
        }
        at -= OUTSIDE;
        if at < case.connections.len() * OF_CONNECTION {
            plainer_connection(
                &mut case.connections[at / OF_CONNECTION],
                at % OF_CONNECTION,
            );
            return Some(case);
        }
        at -= case.connections.len() * OF_CONNECTION;
        if at < case.operations.len() * OF_OPERATION {
            plainer_operation(&mut case.operations[at / OF_OPERATION], at % OF_OPERATION);
            return Some(case);
        }
        at -= case.operations.len() * OF_OPERATION;
        if at < case.stops.len() * 2 {
            let stop = &mut case.stops[at / 2];
            match at % 2 {
                0 => stop.cycle /= 2,
                _ => stop.length /= 2,
            }
            return Some(case);
        }
        self.place = Place::of(Stage::End);
        None
    }
}

impl ValueTree for CaseTree {
    type Value = Case;

    fn current(&self) -> Case {
        self.tried.clone()
    }

    fn simplify(&mut self) -> bool {
        if self.tried != self.failed {
            self.changed = true;
            self.failed = self.tried.clone();
        }
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        if self.tried == self.failed {
            return false;
        }
        self.pass();
        self.advance()
    }
}

fn without_connections(case: &mut Case, out: &std::ops::Range<usize>) {
    case.connections.drain(out.clone());
    let moved = |c: &mut usize| match *c {
        c if out.contains(&c) => false,
        _ => {
            if *c >= out.end {
                *c -= out.len();
            }
            true
        }
    };
    case.operations.retain_mut(|o| moved(&mut o.connection));
}

/// Changes to what surrounds the connections.
const OUTSIDE: usize = 10;

fn plainer(case: &mut Case, which: usize) {
    match which {
        0 => case.link.loss = 0.0,
        1 => case.link.duplication = 0.0,
        2 => case.link.reordering = 0.0,
        3 => case.link.corruption = 0.0,
        4 => case.link.marks = 0.0,
        5 => case.host.jitter = 0,
        6 => case.host.reorder = false,
        7 => case.host.stalls = 0,
        8 => case.ipv6 = false,
        _ => case.link.quick = false,
    }
}

/// Changes to a connection.
const OF_CONNECTION: usize = 10;

fn plainer_connection(c: &mut Connection, which: usize) {
    match which {
        0 => c.shared[0] = false,
        1 => c.shared[1] = false,
        2 => c.denied[0].clear(),
        3 => c.denied[1].clear(),
        4 => c.path_mtu = 1024,
        5 => c.rnr_retry = 7,
        6 => c.max_rd_atomic = 8,
        7 => c.depth = 64,
        8 => c.psns = [0, 0],
        _ => c.min_rnr_timer = 1,
    }
}

/// Changes to an operation.
const OF_OPERATION: usize = 17;

fn plainer_operation(o: &mut Operation, which: usize) {
    match which {
        0 => o.wrong = None,
        1 => o.size = 0,
        2 => o.size /= 2,
        3 => o.size = o.size.saturating_sub(1),
        4 => o.first = None,
        5 => o.receive_first = None,
        6 => o.inline = false,
        7 => o.pushed = false,
        8 => o.fence = false,
        9 => o.solicited = false,
        10 => o.misses = false,
        11 => o.signalled = true,
        12 => o.pause = 0,
        13 => o.late = 0,
        14 => o.offset = 0,
        15 => o.target = 0,
        _ => {
            o.kind = match o.kind {
                Kind::SendImmediate | Kind::SendInvalidate => Kind::Send,
                Kind::WriteImmediate => Kind::Write,
                Kind::CompareSwap => Kind::FetchAdd,
                plain => plain,
            }
        }
    }
}
