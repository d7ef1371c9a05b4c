//! Requests in every state.

use super::*;

/// The messages are received, acknowledged and completed.
fn works(c: &Cell) {
    let ack = c.sent.last().expect("an acknowledgement");
    assert!(ack.is_ack(), "{:#?}", c.sent);
    assert_eq!(ack.psn, c.told.psn);
    assert_eq!(ack.msn(), RECEIVED + 1);
    c.to_sender(ack);
    assert_eq!(c.station.responder().epsn, c.told.psn.plus(1));
    c.is(c.state);
    assert_eq!(c.drops, 0);
}

/// A duplicate is acknowledged with what was received last.
fn acknowledges(c: &Cell) {
    let ack = c.only();
    assert!(ack.is_ack(), "{ack:?}");
    assert_eq!((ack.psn, ack.msn()), (c.station.partner_una(), RECEIVED));
    c.is(c.state);
}

/// What comes too early is asked for again.
fn asks_again(c: &Cell) {
    let nak = c.only();
    assert!(nak.is_sequence_nak(), "{nak:?}");
    assert_eq!(nak.psn, c.station.epsn());
    c.is(c.state);
}

/// The request at the expected PSN, for which a receive is posted where the queue pair works.
fn expected(s: &Station) -> Packet {
    if let (Some(app), true) = (&s.app, s.is(State::Normal) || s.is(State::Paused)) {
        app.recv(0, 9, 16 * 1024, 64);
        s.listen(2000);
    }
    s.request(s.epsn())
}

#[test]
fn table_request_expected() {
    row(
        "request at the expected PSN",
        expected,
        &[
            (State::Normal, works),
            (State::Paused, works),
            (State::Stopped, nak_stopped),
            (State::Resuming, dropped),
            (State::Restored, dropped),
            (State::RestoredOver, nak_stopped),
            (State::Tombstone, nak_stopped),
            (State::BlindTombstone, nak_stopped),
        ],
    );
}

#[test]
fn table_request_again() {
    row(
        "request again",
        |s| s.request(s.epsn().minus(1)),
        &[
            (State::Normal, acknowledges),
            (State::Paused, acknowledges),
            (State::Stopped, nak_stopped),
            (State::Resuming, dropped),
            (State::Restored, dropped),
            (State::RestoredOver, nak_stopped),
            (State::Tombstone, nak_stopped),
            (State::BlindTombstone, nak_stopped),
        ],
    );
}

#[test]
fn table_request_too_early() {
    row(
        "request three PSNs too early",
        |s| s.request(s.epsn().plus(3)),
        &[
            (State::Normal, asks_again),
            (State::Paused, asks_again),
            (State::Stopped, nak_stopped),
            (State::Resuming, dropped),
            (State::Restored, dropped),
            (State::RestoredOver, nak_stopped),
            (State::Tombstone, nak_stopped),
            (State::BlindTombstone, nak_stopped),
        ],
    );
}

#[test]
fn table_request_from_elsewhere_bad_flow() {
    let all = State::ALL.map(|state| (state, dropped as Expectation));
    row(
        "request from another address",
        |s| from_stranger(s.request(s.epsn())),
        &all,
    );
}
