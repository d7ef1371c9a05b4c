//! Acknowledgements and NAKs (IBTA vol 1, 9.7.5.1, 9.7.5.2; rows 11, 12, 35, 40): an ACK covers only what has arrived in order, covers
//! more and more, and does not pass the answer to a READ or ATOMIC; a gap is told once, with the expected PSN; a READ is answered
//! packet by packet in order with the right opcodes and lengths; and whoever asks for an ACK gets one in time.

use super::super::tape::{Flow, Step};
use super::responder::{self, Seen, Verdict, is_fatal};
use super::{Checker, Evidence, Finding, Findings, REACTION_NS};
use crate::replay::Class;
use fw_regs::Psn;
use fw_regs::wire::Opcode;
use std::collections::VecDeque;

/// What a responder may take to answer, ns: less than the shortest timeout that leaves it a chance. The answers to READs in front of
/// it count extra.
pub const ANSWER_NS: u64 = 30_000;

pub fn check(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Findings::of(Checker::Acks);
    for flow in evidence.flows() {
        let seen = responder::walk(&flow);
        let mut answers = Answers::new(&flow);
        for s in &seen {
            match s.verdict {
                Some(verdict) => answers.asked(s, verdict),
                None => answers.answered(s, &mut findings),
            }
        }
        in_time(&seen, &mut findings);
    }
    findings.list
}

/// A READ or ATOMIC that is to be answered.
struct Owed<'a> {
    request: Step<'a>,
    /// PSN of the next packet of the answer, and behind the last
    next: Psn,
    end: Psn,
    /// it was there before: its answer may be owed no more
    again: bool,
}

/// What a responder owes and has said.
struct Answers<'a> {
    mtu: u32,
    owed: VecDeque<Owed<'a>>,
    last_ack: Option<Psn>,
    /// values of the expected PSN, and when it took them
    expected: Vec<(u64, Psn)>,
    /// requests that came too early since the expected PSN moved
    ahead: bool,
    /// the gap has been told
    told: bool,
}

impl<'a> Answers<'a> {
    fn new(flow: &Flow) -> Self {
        Self {
            mtu: flow.mtu,
            owed: VecDeque::new(),
            last_ack: None,
            expected: vec![(0, flow.first)],
            ahead: false,
            told: false,
        }
    }

    fn asked(&mut self, s: &Seen<'a>, verdict: Verdict) {
        let psn = s.step.psn();
        let answered = s.step.packet.remote.is_some() && !s.step.packet.is_write();
        match verdict {
            Verdict::Executed => {
                self.expected.push((s.step.time(), s.expected));
                (self.ahead, self.told) = (false, false);
            }
            Verdict::Ahead => self.ahead = true,
            _ => {}
        }
        if answered && matches!(verdict, Verdict::Executed | Verdict::Duplicate) {
            self.owed.push_back(Owed {
                request: s.step,
                next: psn,
                end: psn.plus(s.step.packet.span(self.mtu)),
                again: verdict == Verdict::Duplicate,
            });
        }
    }

    /// What was expected at some time since shortly before `time`.
    fn was_expected(&self, psn: Psn, time: u64) -> bool {
        let mut recent = self.expected.iter().rev();
        let mut last = recent.next().copied();
        while let Some((since, expected)) = last {
            if expected == psn {
                return true;
            }
            if since + REACTION_NS < time {
                return false;
            }
            last = recent.next().copied();
        }
        false
    }

    fn answered(&mut self, s: &Seen, findings: &mut Findings) {
        match s.step.packet.class() {
            Class::Ack => self.acknowledges(s, findings),
            Class::Nak => self.refuses(s, findings),
            _ => self.gives(&s.step, findings),
        }
    }

    fn acknowledges(&mut self, s: &Seen, findings: &mut Findings) {
        let psn = s.step.psn();
        if !psn.is_before(s.expected) {
            let what = format!("it covers PSN {}, which has not arrived", psn.get());
            findings.frame(s.step.frame, what);
        }
        if self.last_ack.is_some_and(|last| psn.is_before(last)) {
            findings.frame(s.step.frame, "an earlier ACK covers more");
        }
        self.last_ack = Some(psn);
        let passed = |o: &&Owed| !o.again && !psn.is_before(o.next);
        if let Some(owed) = self.owed.iter().find(passed) {
            let what = format!("it passes the answer to {}", owed.request.packet);
            findings.frame(s.step.frame, what);
        }
    }

    fn refuses(&mut self, s: &Seen, findings: &mut Findings) {
        let frame = s.step.frame;
        if !self.was_expected(s.step.psn(), s.step.time()) {
            let what = format!(
                "it names another PSN than the expected {}",
                s.expected.get()
            );
            findings.frame(frame, what);
        }
        if s.step.syndrome() != 0x60 {
            // "not ready" is also all that is said of the gap it makes
            self.told = true;
            return;
        }
        if s.step.psn() != s.expected {
            // the missing request came while this was on its way out
            return;
        }
        if !self.ahead {
            findings.frame(frame, "no request has come too early");
        }
        if self.told {
            findings.frame(frame, "this gap was told before");
        }
        self.told = true;
    }

    /// Part of the answer to the oldest READ or ATOMIC. One that was asked again need not be answered, if it is remembered no more.
    fn gives(&mut self, step: &Step, findings: &mut Findings) {
        while let Some(owed) = self.owed.front()
            && owed.again
            && owed.next == owed.request.psn()
            && owed.next != step.psn()
        {
            self.owed.pop_front();
        }
        let Some(owed) = self.owed.front_mut() else {
            findings.frame(step.frame, "nobody has asked for it");
            return;
        };
        if owed.next != step.psn() {
            let what = format!("the next answer owed is to {}", owed.request.packet);
            findings.frame(step.frame, what);
            return;
        }
        let (opcode, length) = owed.shape(self.mtu);
        if step.packet.opcode() != Some(opcode) || step.packet.payload.len() != length as usize {
            let what = format!("expected {} of {length} bytes", opcode.text());
            findings.frame(step.frame, what);
        }
        owed.next = owed.next.plus(1);
        if owed.next == owed.end {
            self.owed.pop_front();
        }
    }
}

impl Owed<'_> {
    /// Opcode and bytes of the next packet of the answer.
    fn shape(&self, mtu: u32) -> (Opcode, u32) {
        if self.request.packet.operands.is_some() {
            return (Opcode::AtomicAcknowledge, 0);
        }
        let length = self.request.packet.remote.map_or(0, |r| r.length);
        let done = self.next.count_from(self.request.psn());
        let last = self.next.plus(1) == self.end;
        let opcode = match (done == 0, last) {
            (true, true) => Opcode::ReadResponseOnly,
            (true, false) => Opcode::ReadResponseFirst,
            (false, true) => Opcode::ReadResponseLast,
            (false, false) => Opcode::ReadResponseMiddle,
        };
        (opcode, (length - done * mtu).min(mtu))
    }
}

/// Who asks for an ACK is answered, and the first request that comes too early, too.
fn in_time(seen: &[Seen], findings: &mut Findings) {
    let mut told = false;
    for (k, s) in seen.iter().enumerate() {
        let due = match s.verdict {
            Some(Verdict::Executed) => {
                told = false;
                s.step.packet.ack_req
            }
            Some(Verdict::Refused(_)) => {
                told = true;
                false
            }
            Some(Verdict::Ahead) => !std::mem::replace(&mut told, true),
            _ => false,
        };
        if due && !is_answered(&seen[k..], true) {
            let within = ANSWER_NS / 1000;
            findings.frame(
                s.step.frame,
                format!("nothing answers it within {within} µs"),
            );
        }
    }
}

/// Within the bound something answers the first of `seen`; `ahead` if a NAK of an earlier PSN is an answer, too.
pub fn is_answered(seen: &[Seen], ahead: bool) -> bool {
    let psn = seen[0].step.psn();
    let mut from = seen[0].step.time();
    for s in &seen[1..] {
        if s.step.time() > from + ANSWER_NS {
            return false;
        }
        if s.step.request {
            continue;
        }
        let class = s.step.packet.class();
        let covers = s.step.packet.covers().is_some_and(|end| end.is_after(psn));
        let refuses = class == Class::Nak && (ahead || is_fatal(s.step.syndrome()));
        if covers || refuses {
            return true;
        }
        // it is at work on the READs in front
        if class == Class::ReadResponse {
            from = s.step.time();
        }
    }
    false
}
