//! What the scenario itself says: every work request came to what it should, counters are within their bounds, queue pairs in their
//! states, and every event happened.

use super::super::rules::Rules;
use super::super::scenario::{End, Event};
use super::{Checker, Evidence, Finding, Findings};

pub fn check(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Findings::of(Checker::Expected);
    for problem in &evidence.played.problems {
        findings.add("scenario", problem);
    }
    for (e, k) in evidence.scenario.expect.iter().zip(1..) {
        let host = e.host.index();
        let at = format!("expect {k}");
        if let Some(name) = &e.counter {
            let counted = evidence.counters(host).get(name.as_str()).copied();
            let counted = counted.unwrap_or(0);
            let (min, max) = e.bounds();
            if !(min..=max).contains(&counted) {
                let wanted = match (min, max) {
                    (min, max) if min == max => min.to_string(),
                    (min, u64::MAX) => format!("{min} or more"),
                    (min, max) => format!("{min} to {max}"),
                };
                let what = format!("{name} of {} is {counted}; expected {wanted}", e.host);
                findings.add(&at, what);
            }
        }
        if let Some(state) = &e.state {
            let found = evidence.played.states[e.qp][host];
            if found != state {
                let what = format!(
                    "connection {} of {} is in {found}; expected {state}",
                    e.qp, e.host
                );
                findings.add(&at, what);
            }
        }
    }
    events_happened(evidence, &mut findings);
    findings.list
}

/// A fault that never came to pass shows nothing.
fn events_happened(evidence: &Evidence, findings: &mut Findings) {
    let mut rules = Rules::new(evidence.scenario, &evidence.played.qpns);
    for host in 0..2 {
        for frame in evidence.tape.ends[host].iter().filter(|f| f.sent) {
            rules.apply(host, &mut frame.bytes.clone());
        }
    }
    for ((event, seen), k) in evidence.scenario.events.iter().zip(rules.seen()).zip(1..) {
        if seen < event.occurrence {
            let what = format!(
                "only {seen} packets of its name came by; it is about number {}",
                event.occurrence
            );
            findings.add(format!("event {k}, {}", describe(event)), what);
        }
    }
}

fn describe(event: &Event) -> String {
    let sender = End::of(event.sender());
    format!("{:?} of {sender}'s {:?}", event.action, event.class)
}
