//! Acknowledgements, responses and ordinary NAKs in every state.

use super::*;

/// Its first message is acknowledged.
fn completes_first(c: &Cell) {
    assert_eq!(c.station.completer().una, OWN_PSN.plus(1));
    c.is(State::Normal);
    let app = c.station.app();
    assert_eq!(app.sent(&c.station.lab, 1)[0].wr_id, 0);
    assert_eq!(app.send_cq.poll(4).unwrap(), [], "one completion only");
}

/// Paused: what is left is sent again from `una` on.
fn completes_first_and_goes_on(c: &Cell) {
    completes_first(c);
    let psns: Vec<_> = c.sent.iter().map(|p| p.psn).collect();
    assert_eq!(psns, [OWN_PSN.plus(1), OWN_PSN.plus(2)]);
}

/// Everything is sent again from `una` on.
fn sends_again(c: &Cell) {
    c.is(State::Normal);
    assert_eq!(c.station.completer().una, OWN_PSN);
    let psns: Vec<_> = c.sent.iter().map(|p| p.psn).collect();
    assert_eq!(psns, [0, 1, 2].map(|k| OWN_PSN.plus(k)));
}

/// It works, and waits before it sends again.
fn waits(c: &Cell) {
    c.is(State::Normal);
    assert_eq!(c.station.completer().timer_mode, 2, "RNR wait");
}

/// It stays paused; `una` is where it was.
fn stays_paused(c: &Cell) {
    c.is(State::Paused);
    assert_eq!(c.station.completer().una, OWN_PSN);
    assert!(c.sent.is_empty(), "{:#?}", c.sent);
}

/// No change of state.
fn harmless(c: &Cell) {
    c.is(State::Normal);
    assert_eq!(c.station.completer().una, OWN_PSN);
}

fn silent_otherwise(normal: Expectation, paused: Expectation) -> Vec<(State, Expectation)> {
    let mut cells = vec![(State::Normal, normal), (State::Paused, paused)];
    cells.extend(State::ALL[2..].iter().map(|&state| (state, dropped as _)));
    cells
}

#[test]
fn table_ack_of_first() {
    let cells = silent_otherwise(completes_first, completes_first_and_goes_on);
    row("ACK of `una`", |s| s.ack(OWN_PSN), &cells);
}

#[test]
fn table_ack_of_all() {
    fn completes_all(c: &Cell) {
        c.is(State::Normal);
        assert_eq!(c.station.completer().una, c.station.max());
        c.station.app().sent(&c.station.lab, OUTSTANDING as usize);
        assert!(c.sent.is_empty(), "{:#?}", c.sent);
    }
    let cells = silent_otherwise(completes_all, completes_all);
    row("ACK of `max` - 1", |s| s.ack(s.max().minus(1)), &cells);
}

#[test]
fn table_ack_outside_of_window_bad_flow() {
    fn behind(c: &Cell) {
        harmless(c);
    }
    let cells = silent_otherwise(behind, stays_paused);
    row(
        "ACK before `una`",
        |s| s.acknowledge(OWN_PSN.minus(1), 0x1f, 0),
        &cells,
    );
    let cells = silent_otherwise(behind, stays_paused);
    row("ACK of `max`", |s| s.ack(s.max()), &cells);
}

#[test]
fn table_sequence_nak() {
    let cells = silent_otherwise(sends_again, sends_again);
    let nak = |s: &Station| s.acknowledge(OWN_PSN, wire::SYNDROME_NAK_SEQUENCE, 0);
    row("PSN NAK at `una`", nak, &cells);
}

#[test]
fn table_rnr_nak() {
    // 655 ms: the wait outlasts the cell
    let cells = silent_otherwise(waits, waits);
    let nak = |s: &Station| s.acknowledge(OWN_PSN, wire::SYNDROME_RNR_NAK, 0);
    row("RNR NAK at `una`", nak, &cells);
}

#[test]
fn table_ack_from_elsewhere_bad_flow() {
    let all = State::ALL.map(|state| (state, dropped as Expectation));
    row(
        "ACK from another address",
        |s| from_stranger(s.ack(OWN_PSN)),
        &all,
    );
}
