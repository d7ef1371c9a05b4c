//! Retry budgets (IBTA vol 1, 9.7.5.1.3, 9.7.6.1.4; rows 44 to 48): between two steps of progress a requester begins again at most
//! `retry_cnt` times after NAKs, lost responses and timeouts, and at most `rnr_retry` times after "not ready", of which 7 means
//! without end. One that fails has used up exactly that.

use super::super::tape::Flow;
use super::requester::{Cause, Requester, Restart, walk};
use super::{Checker, Evidence, Finding, Findings};

/// `rnr_retry` without end.
const WITHOUT_END: u32 = 7;

/// Restarts since the last progress.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    retries: u32,
    rnr: u32,
}

pub fn check(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Findings::of(Checker::Budgets);
    let c = &evidence.scenario.connection;
    let budget = Spent {
        retries: c.retry_cnt.into(),
        rnr: c.rnr_retry.into(),
    };
    let mut exceeded = [[0_u64; 2]; 2];
    for flow in evidence.flows() {
        let (restarts, requester) = walk(&flow, c.timeout_ns());
        let spent = spend(&restarts, &requester, budget, &mut findings);
        let failed = evidence.played.states[flow.connection][flow.requester] == "ERR";
        if requester.waits() && failed && !requester.ended {
            let kind = failure(&flow, &requester, spent, budget, &mut findings);
            exceeded[flow.requester][kind] += 1;
        }
    }
    for (host, exceeded) in exceeded.iter().enumerate() {
        let names = ["retry_exceeded_err", "retry_rnr_exceeded_err"];
        for (name, count) in names.iter().zip(exceeded) {
            let counted = evidence.counters(host).get(name).copied().unwrap_or(0);
            if counted != *count {
                let what = format!("{name} is {counted}; {count} connections failed so");
                findings.add(format!("host {}", super::End::of(host)), what);
            }
        }
    }
    findings.list
}

/// Restarts since the last progress; too many are findings.
fn spend(
    restarts: &[Restart],
    requester: &Requester,
    budget: Spent,
    findings: &mut Findings,
) -> Spent {
    let mut spent = Spent::default();
    let mut una = None;
    for restart in restarts {
        if una != Some(restart.una) {
            spent = Spent::default();
            una = Some(restart.una);
        }
        match restart.cause {
            Cause::NotReady { .. } => spent.rnr += 1,
            _ => spent.retries += 1,
        }
        if spent.retries > budget.retries {
            let what = format!(
                "try {} since the last progress; {} are allowed",
                spent.retries, budget.retries
            );
            findings.frame(restart.step.frame, what);
        }
        if spent.rnr > budget.rnr && budget.rnr != WITHOUT_END {
            let what = format!(
                "wait {} since the last progress; {} are allowed",
                spent.rnr, budget.rnr
            );
            findings.frame(restart.step.frame, what);
        }
    }
    match una == Some(requester.una) {
        true => spent,
        false => Spent::default(),
    }
}

/// A connection failed: by retries (0) or by waits (1), and not too early.
fn failure(
    flow: &Flow,
    requester: &Requester,
    spent: Spent,
    budget: Spent,
    findings: &mut Findings,
) -> usize {
    let by_rnr = requester.not_ready.is_some();
    let (used, allowed) = match by_rnr {
        true => (spent.rnr, budget.rnr),
        false => (spent.retries, budget.retries),
    };
    if used != allowed || (by_rnr && allowed == WITHOUT_END) {
        let what = format!("it failed after {used} tries; {allowed} are allowed");
        findings.flow(flow, what);
    }
    usize::from(by_rnr)
}
