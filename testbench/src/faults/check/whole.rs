//! Whether the captures are whole, which everything else stands on: frames are sent with good checksums and without gaps in their
//! PSNs (rows 1, 11), what leaves one end arrives at the other unchanged and in order but for what the events did to it, and the
//! counters of both hosts agree with the frames.

use super::super::rules::{Fate, Rules};
use super::super::scenario::End;
use super::super::tape::{Flow, Frame};
use super::{Checker, Evidence, Finding, Findings};
use crate::net::NS_PER_CYCLE;
use fw_regs::Psn;

pub fn check(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Findings::of(Checker::Whole);
    for host in 0..2 {
        frames_are_good(evidence, host, &mut findings);
        frames_arrive(evidence, host, &mut findings);
        counters_agree(evidence, host, &mut findings);
    }
    for flow in evidence.flows() {
        psns_have_no_gap(&flow, &mut findings);
    }
    findings.list
}

/// What a host sends can be taken apart, has good checksums and goes to its partner's queue pair.
fn frames_are_good(evidence: &Evidence, host: usize, findings: &mut Findings) {
    for frame in evidence.tape.ends[host].iter().filter(|f| f.sent) {
        let Some(packet) = &frame.packet else {
            findings.frame(frame, "this is no RoCE packet");
            continue;
        };
        if !frame.intact {
            findings.frame(frame, "it left with a wrong checksum");
        }
        let partners = evidence.played.qpns.iter().map(|q| q[1 - host]);
        if !partners.into_iter().any(|qpn| qpn == packet.dest_qpn) {
            findings.frame(frame, "no connection goes to that queue pair");
        }
    }
}

/// A frame that is to arrive.
struct Due<'a> {
    frame: &'a Frame,
    bytes: Vec<u8>,
    fate: Fate,
    /// copies that have arrived, by their indices
    arrived: Vec<usize>,
}

impl Due<'_> {
    /// How often it arrives.
    fn copies(&self) -> usize {
        match self.fate.treatment.lost {
            true => 0,
            false => 1 + self.fate.treatment.copies as usize,
        }
    }

    /// When it would arrive on a cable without length.
    fn time(&self) -> u64 {
        self.frame.time + self.fate.treatment.late * NS_PER_CYCLE
    }
}

/// What host `host` sends arrives at the other end.
fn frames_arrive(evidence: &Evidence, host: usize, findings: &mut Findings) {
    let mut rules = Rules::new(evidence.scenario, &evidence.played.qpns);
    let sent = evidence.tape.ends[host].iter().filter(|f| f.sent);
    let due = sent.map(|frame| {
        let mut bytes = frame.bytes.clone();
        let fate = rules.apply(host, &mut bytes);
        Due {
            frame,
            bytes,
            fate,
            arrived: Vec::new(),
        }
    });
    let mut due: Vec<Due> = due.collect();
    let received = evidence.tape.ends[1 - host].iter().filter(|f| !f.sent);
    for (index, frame) in received.enumerate() {
        // what is sent again says the same, so the oldest that may come now is taken, or else the oldest of all
        let waited = |k: &usize| {
            let d = &due[*k];
            d.arrived.len() < d.copies() && d.frame.time < frame.time && d.bytes == frame.bytes
        };
        let candidates: Vec<usize> = (0..due.len()).filter(waited).collect();
        let timely = |k: &&usize| {
            let d = &due[**k];
            let later = due[*k + 1..].iter().filter(|l| !l.arrived.is_empty());
            d.time() < frame.time && later.count() >= d.fate.treatment.overtaken as usize
        };
        match candidates.iter().find(timely).or(candidates.first()) {
            Some(&k) => due[k].arrived.push(index),
            None => findings.frame(frame, "nobody sent it, or not so"),
        }
    }
    for d in &due {
        if d.arrived.len() != d.copies() {
            let what = format!(
                "it arrived {} times; expected {}",
                d.arrived.len(),
                d.copies()
            );
            findings.frame(d.frame, what);
        }
    }
    order_is_kept(&due, findings);
}

/// Frames that no event holds back arrive in the order in which they left; those that are overtaken are so by as many as the event
/// says.
fn order_is_kept(due: &[Due], findings: &mut Findings) {
    let held = |d: &Due| d.fate.treatment.overtaken > 0 || d.fate.treatment.late > 0;
    let mut last = None;
    for d in due.iter().filter(|d| !held(d)) {
        let Some(&first) = d.arrived.first() else {
            continue;
        };
        if last.is_some_and(|last| first < last) {
            findings.frame(d.frame, "it arrived before one that left earlier");
        }
        last = last.max(Some(first));
    }
    for (k, d) in due.iter().enumerate() {
        let by = d.fate.treatment.overtaken as usize;
        let Some(&own) = d.arrived.first() else {
            continue;
        };
        let passed = due[k + 1..].iter().filter(|later| {
            let first = later.arrived.first();
            first.is_some_and(|&first| first < own)
        });
        let passed = passed.count();
        if by > 0 && passed < by {
            let what = format!("{passed} later frames came before it; the event says {by}");
            findings.frame(d.frame, what);
        }
    }
}

/// Counters that say how many frames there were.
fn counters_agree(evidence: &Evidence, host: usize, findings: &mut Findings) {
    let frames = &evidence.tape.ends[host];
    let sent = frames.iter().filter(|f| f.sent).count();
    let received = frames.iter().filter(|f| !f.sent);
    let good = received.clone().filter(|f| f.intact).count();
    let bad = received.count() - good;
    let of = |names: &[&str]| -> u64 {
        let all = names
            .iter()
            .filter_map(|name| evidence.counters(host).get(name));
        all.sum()
    };
    let mut agree = |what: &str, counted: u64, frames: usize| {
        if counted != frames as u64 {
            let at = format!("host {}", End::of(host));
            findings.add(
                at,
                format!("{what} is {counted}; the capture has {frames} frames"),
            );
        }
    };
    agree("sent_pkts", of(&["sent_pkts"]), sent);
    agree("rcvd_pkts", of(&["rcvd_pkts"]), good);
    let damaged = ["rx_icrc_error", "rx_length_error", "rx_ip_checksum"];
    agree(
        "rx_icrc_error, rx_length_error and rx_ip_checksum together",
        of(&damaged),
        bad,
    );
    agree(
        "rx_buffer_full and rx_ingress_overflow together",
        of(&["rx_buffer_full", "rx_ingress_overflow"]),
        0,
    );
}

/// The first requests that a host sends with each PSN leave no gap: each begins where the one before ends.
fn psns_have_no_gap(flow: &Flow, findings: &mut Findings) {
    let mut next: Psn = flow.first;
    for step in flow.at_requester.iter().filter(|s| s.request) {
        if step.psn().is_after(next) {
            let gap = step.psn().distance(next);
            let what = format!("{gap} PSNs before it were never sent");
            findings.frame(step.frame, what);
        }
        let end = step.psn().plus(step.packet.span(flow.mtu));
        if end.is_after(next) {
            next = end;
        }
    }
}
