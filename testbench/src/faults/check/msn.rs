//! Message sequence numbers (IBTA vol 1, 9.7.5.1.3, C9-148; row 34): every response carries the number of messages completed, from 0 at
//! the beginning, modulo 2^24. A SEND or WRITE counts with its last packet, a READ or ATOMIC when it is accepted; a duplicate and what
//! is refused do not count. An ACK or NAK counts what its PSN covers; the answer to a READ or ATOMIC counts it, and may know of
//! later ones.

use super::responder::{self, Seen, Verdict};
use super::{Checker, Evidence, Finding, Findings};
use crate::replay::Class;
use fw_regs::Psn;

const MODULUS: u32 = 1 << 24;

pub fn check(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Findings::of(Checker::Msn);
    for flow in evidence.flows() {
        // first PSN and PSN behind each message
        let mut messages: Vec<(Psn, Psn)> = Vec::new();
        for s in responder::walk(&flow) {
            match s.verdict {
                Some(Verdict::Executed) if s.step.packet.ends() => {
                    let first = s.step.psn();
                    messages.push((first, s.expected));
                }
                Some(_) => {}
                None => judge(&s, &messages, &mut findings),
            }
        }
    }
    findings.list
}

fn judge(s: &Seen, messages: &[(Psn, Psn)], findings: &mut Findings) {
    let Some(aeth) = s.step.packet.aeth else {
        return;
    };
    let psn = s.step.psn();
    // messages are in order of their PSNs, the latest ones last
    let count = |counts: &dyn Fn(&(Psn, Psn)) -> bool| {
        let later = messages.iter().rev().take_while(|m| !counts(m));
        (messages.len() - later.count()) as u32
    };
    let (least, most) = match s.step.packet.class() {
        Class::Ack => {
            let n = count(&|(_, end)| !end.is_after(psn.plus(1)));
            (n, n)
        }
        Class::Nak => {
            let n = count(&|(_, end)| !end.is_after(psn));
            (n, n)
        }
        _ => (count(&|(first, _)| !first.is_after(psn)), s.messages),
    };
    let ahead = aeth.msn.wrapping_sub(least) % MODULUS;
    if ahead > most.saturating_sub(least) {
        let wanted = match least == most {
            true => least.to_string(),
            false => format!("{least} to {most}"),
        };
        let what = format!("MSN {}; expected {wanted}", aeth.msn);
        findings.frame(s.step.frame, what);
    }
}
