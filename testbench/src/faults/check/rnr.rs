//! "Receiver not ready" (IBTA vol 1, 9.7.5.2.8 and table 45; rows 22, 24, 46): the responder says it of the request that it expects,
//! if that takes a receive, with the timer code it was given. The requester then sends nothing of that queue pair for at least that
//! time, and comes back with that request.

use super::super::scenario::End;
use super::super::tape::Flow;
use super::requester::{Cause, Move, Requester};
use super::responder::{self, Seen, Verdict};
use super::{Checker, Evidence, Finding, Findings, REACTION_NS};
use fw_regs::wire::Opcode;

/// The timers in µs by their codes: table 45 again, by other hands than those of the NIC's.
const TIMERS_US: [u64; 32] = [
    655_360, 10, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1_280, 1_920, 2_560, 3_840,
    5_120, 7_680, 10_240, 15_360, 20_480, 30_720, 40_960, 61_440, 81_920, 122_880, 163_840,
    245_760, 327_680, 491_520,
];
/// A requester sees the end of its wait when it comes by: so much later at most, ns.
const VISIT_NS: u64 = 40_000;

pub fn check(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Findings::of(Checker::Rnr);
    let mut told = [0_u64; 2];
    // all of them, and those that are not stale
    let mut heard = [0_u64; 2];
    let mut current = [0_u64; 2];
    for flow in evidence.flows() {
        let is_rnr = |syndrome: u8| syndrome >> 5 == 1;
        let at = |steps: &[super::super::tape::Step]| {
            let all = steps.iter().filter(|s| !s.request && is_rnr(s.syndrome()));
            all.count() as u64
        };
        told[1 - flow.requester] += at(&flow.at_responder);
        heard[flow.requester] += at(&flow.at_requester);
        current[flow.requester] += requester_waits(evidence, &flow, &mut findings);
        responder_is_right(evidence, &flow, &mut findings);
    }
    for host in 0..2 {
        let mut agree = |name: &str, least: u64, most: u64| {
            let counted = evidence.counters(host).get(name).copied().unwrap_or(0);
            if !(least..=most).contains(&counted) {
                let what = format!("{name} is {counted}; the capture has {most}");
                findings.add(format!("host {}", End::of(host)), what);
            }
        };
        agree("send_rnr_err", told[host], told[host]);
        agree("rcvd_rnr_err", current[host], heard[host]);
    }
    findings.list
}

/// How many "not ready" the requester hears of what is not acknowledged, each of which it waits for.
fn requester_waits(evidence: &Evidence, flow: &Flow, findings: &mut Findings) -> u64 {
    let mut current = 0;
    let mut requester = Requester::new(flow, evidence.scenario.connection.timeout_ns());
    for step in &flow.at_requester {
        let told = requester.not_ready;
        let known = step.psn().is_within(requester.una, requester.max);
        let moved = requester.step(step);
        if !step.request {
            // one that passes a lost answer to a READ says no more than that: all is sent again, and refused again
            let is_oldest = known && requester.una == step.psn();
            current += u64::from(step.syndrome() >> 5 == 1 && is_oldest);
            continue;
        }
        match (moved, told) {
            (Move::Restart(restart), _) => {
                let Cause::NotReady { code } = restart.cause else {
                    continue;
                };
                let wait = TIMERS_US[usize::from(code)] * 1000;
                let waited = step.time() - restart.since;
                let at_most = 2 * wait + VISIT_NS;
                // an answer that came meanwhile ends the wait
                if !restart.settled && !(wait..=at_most).contains(&waited) {
                    let what = format!(
                        "it comes back after {:.1} µs; timer code {code} is {} µs",
                        waited as f64 / 1000.0,
                        wait / 1000
                    );
                    findings.frame(step.frame, what);
                }
            }
            (_, Some(time)) if step.time() > time + REACTION_NS => {
                let us = (step.time() - time) / 1000;
                let what = format!("it is sent {us} µs into a wait for the receiver");
                findings.frame(step.frame, what);
            }
            _ => {}
        }
    }
    current
}

fn responder_is_right(evidence: &Evidence, flow: &Flow, findings: &mut Findings) {
    let code = evidence.scenario.connection.min_rnr_timer;
    let seen = responder::walk(flow);
    for (k, s) in seen.iter().enumerate() {
        let syndrome = s.step.syndrome();
        if s.step.request || syndrome >> 5 != 1 {
            continue;
        }
        if syndrome & 0x1f != code {
            let what = format!("timer code {}; it was given {code}", syndrome & 0x1f);
            findings.frame(s.step.frame, what);
        }
        let about = |r: &&Seen| {
            r.step.psn() == s.step.psn() && matches!(r.verdict, Some(Verdict::Refused(_)))
        };
        match seen[..k].iter().rev().find(about) {
            None => findings.frame(s.step.frame, "no request that was expected has that PSN"),
            Some(request) if !takes_receive(&request.step) => {
                findings.frame(
                    request.step.frame,
                    "it was refused a receive and takes none",
                );
            }
            Some(_) => {}
        }
    }
}

/// The request takes a receive: the first packet of a SEND, the last of a WRITE with immediate.
fn takes_receive(step: &super::super::tape::Step) -> bool {
    let sends = step.packet.is_send() && step.packet.starts();
    let opcode = step.packet.opcode();
    sends || matches!(opcode, Some(Opcode::WriteLastImm | Opcode::WriteOnlyImm))
}
