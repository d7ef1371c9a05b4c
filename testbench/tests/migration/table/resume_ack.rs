//! RESUME_ACK and MOVED in every state.

use super::*;
use crate::packet::MigEth;

/// In one state something comes of it, in all others it is dropped.
fn only_resuming(resuming: Expectation) -> [(State, Expectation); 8] {
    State::ALL.map(|state| match state {
        State::Resuming => (state, resuming),
        _ => (state, dropped as Expectation),
    })
}

/// Normal, and everything is sent again from `una` on.
fn ends_resuming(c: &Cell) {
    c.is(State::Normal);
    let s = c.station;
    assert_eq!(s.completer().una, OWN_PSN, "it acknowledges nothing");
    assert_eq!(s.migration().epoch, next(s.first_epoch));
    assert_eq!(s.migration().partner_epoch, PARTNER_EPOCH);
    let psns: Vec<_> = c.sent.iter().map(|p| p.psn).collect();
    assert_eq!(psns, [0, 1, 2].map(|k| OWN_PSN.plus(k)), "{:#?}", c.sent);
    assert!(c.sent.iter().all(Packet::is_request), "{:#?}", c.sent);
    assert_eq!(c.counted(Counter::ResumeAckRcvd), 1);
    assert_eq!(s.app().send_cq.poll(4).unwrap(), []);
}

/// The echo that a resuming queue pair waits for.
fn echo(s: &Station) -> u32 {
    next(s.first_epoch)
}

#[test]
fn table_resume_ack() {
    row(
        "RESUME_ACK, echo",
        |s| s.resume_ack(echo(s)),
        &only_resuming(ends_resuming),
    );
}

#[test]
fn table_resume_ack_of_other_epochs_bad_flow() {
    for (name, ahead) in [("of the last epoch", u32::MAX), ("of a later epoch", 1)] {
        row(
            &format!("RESUME_ACK {name}"),
            |s| s.resume_ack(echo(s).wrapping_add(ahead)),
            &[(State::Resuming, dropped)],
        );
    }
}

#[test]
fn table_resume_ack_from_elsewhere_bad_flow() {
    row(
        "RESUME_ACK from another address",
        |s| from_stranger(s.resume_ack(echo(s))),
        &only_resuming(dropped),
    );
}

#[test]
fn table_resume_ack_of_another_queue_pair_bad_flow() {
    row(
        "RESUME_ACK, wrong source QPN",
        |s| {
            let eth = MigEth {
                source_qpn: PARTNER_QPN ^ 0x10_0000,
                ..s.mig_eth(echo(s))
            };
            s.packet(Opcode::ResumeAck, s.partner_una(), eth.encode())
        },
        &[(State::Resuming, dropped)],
    );
}

/// The partner's address is the new one, and RESUME goes there at once.
fn follows(c: &Cell) {
    c.is(State::Resuming);
    let s = c.station;
    assert_eq!(s.addresses().partner_ip, address(elsewhere().ip));
    assert_eq!(
        s.migration().partner_epoch,
        PARTNER_EPOCH,
        "nothing is accepted yet"
    );
    let resume = c.only();
    assert!(resume.is(Opcode::Resume), "{resume:?}");
    is_own_state(c, resume, next(s.first_epoch));
    assert_eq!(resume.to.ip, elsewhere().ip);
    assert_eq!(s.counter(Counter::MovedRcvd), 1);
}

#[test]
fn table_moved() {
    row(
        "MOVED, newer",
        |s| s.moved(next(PARTNER_EPOCH), elsewhere().ip),
        &only_resuming(follows),
    );
}

#[test]
fn table_moved_not_newer_bad_flow() {
    for (name, epoch) in [("equal", PARTNER_EPOCH), ("older", PARTNER_EPOCH - 1)] {
        row(
            &format!("MOVED, {name}"),
            |s| s.moved(epoch, elsewhere().ip),
            &only_resuming(dropped),
        );
    }
}

#[test]
fn table_moved_from_elsewhere_bad_flow() {
    row(
        "MOVED from another address",
        |s| from_stranger(s.moved(next(PARTNER_EPOCH), elsewhere().ip)),
        &only_resuming(dropped),
    );
}
