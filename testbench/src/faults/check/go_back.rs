//! Go-back-N (IBTA vol 1, 9.7.5.1, 9.7.6.1; rows 41, 44, 47, 49, 52): requests go out in order of their PSNs. A requester begins
//! again only after a NAK, a lost response or the timeout, exactly at the oldest request that is not acknowledged, says the same as
//! before, and keeps to its READs under way and its fences.

use super::super::tape::{Flow, Step};
use super::requester::{Cause, Move, Requester, Restart};
use super::{Checker, Evidence, Finding, Findings};
use crate::replay::Packet;
use fw_regs::Psn;
use std::collections::BTreeMap;

/// A requester visits its queue pairs in turn, and sees a timer end when it comes by: so much later at most, ns.
const VISIT_NS: u64 = 40_000;

pub fn check(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Findings::of(Checker::GoBack);
    let timeout = evidence.scenario.connection.timeout_ns();
    for flow in evidence.flows() {
        let fenced = fenced(evidence, &flow);
        let mut requester = Requester::new(&flow, timeout);
        let mut said = Said::default();
        for step in &flow.at_requester {
            match requester.step(step) {
                Move::Plain => {}
                Move::Restart(restart) => judge(&restart, timeout, &mut findings),
                Move::Skip(psn) => {
                    let what = format!("requests from PSN {} on were left out", psn.get());
                    findings.frame(step.frame, what);
                }
            }
            if step.request {
                said.judge(step, flow.mtu, &mut findings);
                limits(evidence, &requester, step, &mut findings);
                let message = said.message(step.psn());
                let behind = requester.reads.front().is_some_and(|(_, end)| {
                    let begins = said.begins(step.psn());
                    begins && !end.is_after(step.psn())
                });
                if behind && fenced.contains(&message) {
                    findings.frame(step.frame, "its fence has not been waited for");
                }
            }
        }
        if let (true, false, Some(t)) = (requester.waits(), requester.ended, timeout) {
            gave_up(evidence, &flow, &requester, t, &mut findings);
        }
    }
    findings.list
}

/// Numbers of the flow's messages that have a fence, from 0.
fn fenced(evidence: &Evidence, flow: &Flow) -> Vec<usize> {
    let mut works: Vec<_> = evidence.scenario.works.iter().collect();
    works.sort_by_key(|w| w.after_us);
    let own = works
        .into_iter()
        .filter(|w| w.qp == flow.connection && w.host.index() == flow.requester);
    let messages = own.flat_map(|w| std::iter::repeat_n(w.fence, w.count));
    let numbered = messages.enumerate().filter(|(_, fence)| *fence);
    numbered.map(|(k, _)| k).collect()
}

/// One restart.
fn judge(restart: &Restart, timeout: Option<u64>, findings: &mut Findings) {
    let Restart {
        step, cause, una, ..
    } = restart;
    let frame = step.frame;
    if !restart.from_una {
        let what = format!(
            "it begins again here; the oldest request not acknowledged is PSN {}",
            una.get()
        );
        findings.frame(frame, what);
    }
    let waited = step.time() - restart.since;
    match cause {
        Cause::Nothing => findings.frame(frame, "it is sent again without a cause"),
        // between once and four times the timeout (IBTA vol 1, 9.7.6.1.3)
        Cause::Timeout if timeout.is_some_and(|t| waited > 4 * t + VISIT_NS) => {
            let what = format!(
                "it is sent again only after {} µs of silence",
                waited / 1000
            );
            findings.frame(frame, what);
        }
        _ => {}
    }
}

/// No more READs and ATOMICs than were allowed.
fn limits(evidence: &Evidence, requester: &Requester, step: &Step, findings: &mut Findings) {
    let reads = requester.reads_under_way();
    let most = evidence.scenario.connection.max_rd_atomic;
    if reads > most.into() {
        let what = format!("{reads} READs and ATOMICs are under way; {most} are allowed");
        findings.frame(step.frame, what);
    }
}

/// At the end requests are left: with a timeout, that is right only if the queue pair has failed.
fn gave_up(
    evidence: &Evidence,
    flow: &Flow,
    requester: &Requester,
    timeout: u64,
    findings: &mut Findings,
) {
    let end = evidence.tape.ends[flow.requester]
        .last()
        .map_or(0, |f| f.time);
    let failed = evidence.played.states[flow.connection][flow.requester] == "ERR";
    if !failed && end > requester.silent_since + 4 * timeout + VISIT_NS {
        let what = format!(
            "PSN {} was never acknowledged, and not sent again",
            requester.una.get()
        );
        findings.flow(flow, what);
    }
}

/// What a request said when it was sent first.
struct First {
    packet: Packet,
    /// number of its message in the flow
    message: usize,
    begins: bool,
}

/// All requests of a flow by their PSNs; a READ by each of its PSNs.
#[derive(Default)]
struct Said {
    first: BTreeMap<u32, First>,
    messages: usize,
}

impl Said {
    /// What is sent again says the same; inside a READ it asks for the rest.
    fn judge(&mut self, step: &Step, mtu: u32, findings: &mut Findings) {
        let packet = step.packet;
        let Some(first) = self.first.get(&packet.psn.get()) else {
            return self.note(packet, mtu);
        };
        let done = packet.psn.count_from(first.packet.psn);
        let mut expected = first.packet.clone();
        if let Some(remote) = &mut expected.remote
            && done > 0
        {
            remote.va += u64::from(done * mtu);
            remote.length -= done * mtu;
        }
        let same = packet.code == expected.code
            && packet.remote == expected.remote
            && packet.operands == expected.operands
            && packet.imm == expected.imm
            && packet.invalidate == expected.invalidate
            && packet.solicited == expected.solicited
            && packet.payload == expected.payload;
        if !same {
            let what = format!("it does not say what it said first: {}", first.packet);
            findings.frame(step.frame, what);
        }
    }

    fn note(&mut self, packet: &Packet, mtu: u32) {
        let begins = packet.starts();
        if begins {
            self.messages += 1;
        }
        for k in 0..packet.span(mtu) {
            let first = First {
                packet: packet.clone(),
                message: self.messages.saturating_sub(1),
                begins: begins && k == 0,
            };
            self.first.insert(packet.psn.plus(k).get(), first);
        }
    }

    fn message(&self, psn: Psn) -> usize {
        self.first.get(&psn.get()).map_or(0, |f| f.message)
    }

    fn begins(&self, psn: Psn) -> bool {
        self.first.get(&psn.get()).is_some_and(|f| f.begins)
    }
}
