//! A responder as its own port shows it: what it expects, and what each request that arrives is to it.

use super::super::tape::{Flow, Step};
use crate::replay::Class;
use fw_regs::Psn;

/// What a request is to its responder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was expected and done.
    Executed,
    /// It was expected and refused with that syndrome.
    Refused(u8),
    /// It was there before.
    Duplicate,
    /// One before it is missing.
    Ahead,
    /// The responder has refused something for good before.
    Dead,
}

/// A step, with what the responder knows behind it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub step: Step<'a>,
    /// None: it is a response.
    pub verdict: Option<Verdict>,
    /// PSN expected next.
    pub expected: Psn,
    /// Messages completed; of READs and ATOMICs those accepted.
    pub messages: u32,
}

/// Syndrome of a NAK that ends the connection (rows 19 to 31).
pub fn is_fatal(syndrome: u8) -> bool {
    matches!(syndrome, 0x61..=0x63)
}

/// Every step at a flow's responder, in order of time.
pub fn walk<'a>(flow: &Flow<'a>) -> Vec<Seen<'a>> {
    let mut expected = flow.first;
    let mut messages = 0;
    let mut dead = false;
    let steps = flow.at_responder.iter().enumerate();
    let see = |(k, step): (usize, &Step<'a>)| {
        let verdict = step.request.then(|| {
            let verdict = match step.psn().distance(expected) {
                _ if dead => Verdict::Dead,
                0 => expected_one(&flow.at_responder[k..]),
                1.. => Verdict::Ahead,
                _ => Verdict::Duplicate,
            };
            if verdict == Verdict::Executed {
                expected = expected.plus(step.packet.span(flow.mtu));
                messages += u32::from(step.packet.ends());
            }
            dead |= matches!(verdict, Verdict::Refused(syndrome) if is_fatal(syndrome));
            verdict
        });
        Seen {
            step: *step,
            verdict,
            expected,
            messages,
        }
    };
    steps.map(see).collect()
}

/// The first of `steps` is the request that is expected. Whether it is refused shows later: once it has been executed, another PSN is
/// expected, and no refusal names its own any more.
fn expected_one(steps: &[Step]) -> Verdict {
    let psn = steps[0].psn();
    let refusal = steps[1..].iter().find(|step| {
        let syndrome = step.syndrome();
        let refuses = syndrome >> 5 == 1 || is_fatal(syndrome);
        step.packet.class() == Class::Nak && refuses && step.psn() == psn
    });
    match refusal {
        Some(step) => Verdict::Refused(step.syndrome()),
        None => Verdict::Executed,
    }
}
