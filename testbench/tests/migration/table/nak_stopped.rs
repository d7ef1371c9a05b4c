//! NAK_STOPPED in every state.

use super::*;
use fw_regs::QpState;

/// Rule 4: paused, nothing acknowledged, no retry spent, nothing sent.
fn pauses(c: &Cell) {
    c.is(State::Paused);
    assert!(c.sent.is_empty(), "{:#?}", c.sent);
    let s = c.station;
    assert_eq!(s.completer().una, OWN_PSN);
    assert_eq!(s.completer().retry_left, 7);
    assert_ne!(s.completer().timer_mode, 1, "the ACK timer is stopped");
    assert_eq!(
        s.migration().verbs_state,
        QpState::Rts.code(),
        "verbs see RTS"
    );
    assert_eq!(s.migration().partner_epoch, PARTNER_EPOCH);
    assert!(s.migration().leased, "the lease of the pause runs");
    assert_eq!(c.counted(Counter::NakStoppedRcvd), 1);
    assert_eq!(s.app().qp().state(), QpState::Rts);
}

/// It stays paused and sends nothing.
fn stays_paused(c: &Cell) {
    c.is(State::Paused);
    assert!(c.sent.is_empty(), "{:#?}", c.sent);
    assert_eq!(c.station.completer().retry_left, 7);
}

/// Dropped, but the lease begins anew.
fn renews_lease(c: &Cell) {
    assert!(c.sent.is_empty(), "{:#?}", c.sent);
    c.unchanged();
    let now = c.station.migration();
    assert_eq!(now.renewals, c.lease.1 + 1);
    assert!(
        now.lease.wrapping_sub(c.lease.0) < 1 << 31 && now.lease != c.lease.0,
        "the lease ended at {} and ends at {}",
        c.lease.0,
        now.lease
    );
}

fn cells(
    normal: Expectation,
    paused: Expectation,
    resuming: Expectation,
) -> Vec<(State, Expectation)> {
    let mut cells = vec![(State::Normal, normal), (State::Paused, paused)];
    cells.extend(State::ALL[2..].iter().map(|&state| {
        let expectation = if state == State::Resuming {
            resuming
        } else {
            dropped
        };
        (state, expectation)
    }));
    cells
}

#[test]
fn table_nak_stopped() {
    row(
        "NAK_STOPPED of the partner's epoch",
        |s| s.nak_stopped(PARTNER_EPOCH),
        &cells(pauses, stays_paused, renews_lease),
    );
}

#[test]
fn table_nak_stopped_newer() {
    // 255 ahead, across the wrap: the last that counts
    row(
        "NAK_STOPPED, 255 newer",
        |s| s.nak_stopped(PARTNER_EPOCH.wrapping_add(255)),
        &cells(pauses, stays_paused, renews_lease),
    );
}

#[test]
fn table_nak_stopped_of_other_epochs_bad_flow() {
    for (name, ahead) in [
        ("older", u32::MAX),
        ("256 newer", 256),
        ("half the circle away", 1 << 23),
    ] {
        row(
            &format!("NAK_STOPPED, {name}"),
            |s| s.nak_stopped(PARTNER_EPOCH.wrapping_add(ahead)),
            &[(State::Normal, dropped), (State::Paused, stays_paused)],
        );
    }
}

#[test]
fn table_nak_stopped_with_any_psn() {
    // it comes before the PSN checks
    for psn in [OWN_PSN.minus(1), OWN_PSN.plus(1), OWN_PSN.plus(1000)] {
        row(
            &format!("NAK_STOPPED with PSN {psn}"),
            |s| Packet {
                psn,
                ..s.nak_stopped(PARTNER_EPOCH)
            },
            &[(State::Normal, pauses)],
        );
    }
}

#[test]
fn table_nak_stopped_with_nothing_outstanding_bad_flow() {
    let station = Station::in_state(State::Normal);
    station.tell(&station.ack(station.max().minus(1)));
    let before = station.snapshot();
    let drops = station.drops();
    assert_eq!(station.tell(&station.nak_stopped(PARTNER_EPOCH)), []);
    assert_eq!(
        before.differences(&station.snapshot()),
        Vec::<String>::new()
    );
    assert!(station.is(State::Normal));
    assert_eq!(station.drops(), drops + 1);
}

#[test]
fn table_nak_stopped_from_elsewhere_bad_flow() {
    let all = State::ALL.map(|state| (state, dropped as Expectation));
    row(
        "NAK_STOPPED from another address",
        |s| from_stranger(s.nak_stopped(PARTNER_EPOCH)),
        &all,
    );
}
