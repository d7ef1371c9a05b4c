//! Duplicates (IBTA vol 1, 9.7.5.1.2; rows 13, 14, 16, 18): a SEND or WRITE that comes again is acknowledged, a READ answered with the
//! same bytes, an ATOMIC with the value it found the first time, and none of them is done twice. That ATOMICs are done once each
//! and in order shows in the values: each finds what the one before left.

use super::super::scenario::End;
use super::super::tape::Flow;
use super::acks::is_answered;
use super::responder::{self, Seen, Verdict};
use super::{Checker, Evidence, Finding, Findings};
use crate::replay::{Class, Packet};
use fw_regs::wire::Opcode;
use std::collections::BTreeMap;

pub fn check(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Findings::of(Checker::Duplicates);
    let mut duplicates = [0_u64; 2];
    let mut received = [0_u64; 2];
    for flow in evidence.flows() {
        let seen = responder::walk(&flow);
        for (k, s) in seen.iter().enumerate() {
            let host = 1 - flow.requester;
            match s.verdict {
                Some(Verdict::Duplicate) => {
                    duplicates[host] += 1;
                    if !is_answered(&seen[k..], false) {
                        findings.frame(s.step.frame, "it came again, and nothing answers it");
                    }
                }
                Some(Verdict::Executed) if takes_receive(s.step.packet) => received[host] += 1,
                _ => {}
            }
        }
        same_answers(&seen, &mut findings);
        atomics_once(&flow, &seen, &mut findings);
    }
    for host in 0..2 {
        let mut agree = |name: &str, count: u64| {
            let counted = evidence.counters(host).get(name).copied().unwrap_or(0);
            if counted != count {
                let what = format!("{name} is {counted}; the capture has {count}");
                findings.add(format!("host {}", End::of(host)), what);
            }
        };
        agree("duplicate_request", duplicates[host]);
        agree("rdma_recvs", received[host]);
    }
    findings.list
}

/// The last packet of a message that completes a receive.
fn takes_receive(packet: &Packet) -> bool {
    let opcode = packet.opcode();
    let immediate = matches!(opcode, Some(Opcode::WriteLastImm | Opcode::WriteOnlyImm));
    immediate || (packet.is_send() && packet.ends())
}

/// Whatever answers a PSN says the same each time.
fn same_answers(seen: &[Seen], findings: &mut Findings) {
    let mut first: BTreeMap<u32, &Packet> = BTreeMap::new();
    for s in seen {
        let packet = s.step.packet;
        if !matches!(packet.class(), Class::ReadResponse | Class::AtomicAck) {
            continue;
        }
        let known = first.entry(packet.psn.get()).or_insert(packet);
        if known.payload != packet.payload || known.original != packet.original {
            let what = format!("the first answer to this PSN was {known}");
            findings.frame(s.step.frame, what);
        }
    }
}

/// Each ATOMIC finds what the one before it on the same word left.
fn atomics_once(flow: &Flow, seen: &[Seen], findings: &mut Findings) {
    let mut answers: BTreeMap<u32, u64> = BTreeMap::new();
    for s in seen.iter().rev() {
        if let Some(original) = s.step.packet.original {
            answers.insert(s.step.psn().get(), original);
        }
    }
    let mut words: BTreeMap<u64, u64> = BTreeMap::new();
    for s in seen.iter().filter(|s| s.verdict == Some(Verdict::Executed)) {
        let packet = s.step.packet;
        let (Some((operand, compare)), Some(remote)) = (packet.operands, packet.remote) else {
            continue;
        };
        let Some(&original) = answers.get(&packet.psn.get()) else {
            findings.flow(flow, format!("{packet} was never answered"));
            return;
        };
        let word = words.entry(remote.va).or_insert(original);
        if *word != original {
            let what = format!("it found {original:#x}; the one before left {word:#x}");
            findings.frame(s.step.frame, what);
        }
        *word = match packet.opcode() {
            Some(Opcode::FetchAdd) => original.wrapping_add(operand),
            _ if original == compare => operand,
            _ => original,
        };
    }
}
