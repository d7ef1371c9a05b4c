//! RESUME in every state.

use super::*;
use crate::packet::MigEth;

/// Rule 3: the new incarnation at its new address is the partner now.
fn accepts(c: &Cell) {
    let s = c.station;
    let from = c.told.from;
    let acks: Vec<_> = c.sent.iter().filter(|p| p.is(Opcode::ResumeAck)).collect();
    assert_eq!(acks.len(), 1, "{:#?}", c.sent);
    is_resume_ack(c, acks[0]);
    let record = s.migration();
    assert_eq!(record.partner_epoch, c.told.migration().epoch);
    assert_eq!(record.epoch, own_epoch(c), "the own epoch stays");
    assert_eq!(s.addresses().partner_ip, address(from.ip));
    assert_eq!(s.addresses().local_ip, address(s.place().ip));
    assert_eq!(s.completer().una, OWN_PSN, "a RESUME acknowledges nothing");
    assert_eq!(s.completer().retry_left, 7);
    assert!(!s.responder().nak_sent);
    for packet in &c.sent {
        assert_eq!(packet.to, from, "{packet:?} goes to the new place");
    }
    assert_eq!(c.counted(Counter::ResumeRcvd), 1);
    assert_eq!(c.counted(Counter::ResumeAckSent), 1);
    assert_eq!(c.drops, 0);
}

fn own_epoch(c: &Cell) -> u32 {
    match c.state {
        State::Resuming => next(c.station.first_epoch),
        _ => c.station.first_epoch,
    }
}

/// Accepted; everything is sent again from `una` on, after the RESUME_ACK.
fn accepts_and_goes_on(c: &Cell) {
    accepts(c);
    c.is(State::Normal);
    assert!(c.sent[0].is(Opcode::ResumeAck), "{:#?}", c.sent);
    let psns: Vec<_> = c.sent[1..].iter().map(|p| p.psn).collect();
    assert_eq!(psns, [0, 1, 2].map(|k| OWN_PSN.plus(k)), "{:#?}", c.sent);
}

/// Accepted, and the own RESUME follows at once to the new address.
fn accepts_and_resumes(c: &Cell) {
    accepts(c);
    c.is(State::Resuming);
    let [_, own] = &c.sent[..] else {
        panic!("RESUME_ACK and RESUME were due: {:#?}", c.sent)
    };
    assert!(own.is(Opcode::Resume), "{:#?}", c.sent);
    is_own_state(c, own, own_epoch(c));
}

/// The RESUME that a newer incarnation sends from its new place.
fn newer(s: &Station) -> Packet {
    from_stranger(s.resume(next(PARTNER_EPOCH)))
}

#[test]
fn table_resume_newer() {
    let cells: &[(State, Expectation)] = &[
        (State::Normal, accepts_and_goes_on),
        (State::Paused, accepts_and_goes_on),
        (State::Stopped, nak_stopped),
        (State::Resuming, accepts_and_resumes),
        (State::Restored, dropped),
        (State::RestoredOver, moved),
        (State::Tombstone, moved),
        (State::BlindTombstone, nak_stopped),
    ];
    row("RESUME, newer, from a new place", newer, cells);
    let ahead = |s: &Station| s.resume(PARTNER_EPOCH.wrapping_add(1 << 20));
    row("RESUME, 2^20 newer, from the same place", ahead, cells);
}

#[test]
fn table_resume_equal() {
    row(
        "RESUME, equal, from the partner's address",
        |s| s.resume(PARTNER_EPOCH),
        &[
            (State::Normal, acknowledged_again),
            (State::Paused, acknowledged_again),
            (State::Stopped, nak_stopped),
            (State::Resuming, acknowledged_again),
            (State::Restored, dropped),
            (State::RestoredOver, moved),
            (State::Tombstone, moved),
            (State::BlindTombstone, nak_stopped),
        ],
    );
}

/// What older and equal RESUMEs from elsewhere get.
const REFUSED: [(State, Expectation); 8] = [
    (State::Normal, dropped),
    (State::Paused, dropped),
    (State::Stopped, dropped),
    (State::Resuming, dropped),
    (State::Restored, dropped),
    (State::RestoredOver, moved),
    (State::Tombstone, moved),
    (State::BlindTombstone, nak_stopped),
];

#[test]
fn table_resume_equal_from_elsewhere_bad_flow() {
    row(
        "RESUME, equal, from elsewhere",
        |s| from_stranger(s.resume(PARTNER_EPOCH)),
        &REFUSED,
    );
}

#[test]
fn table_resume_older_bad_flow() {
    row("RESUME, older", |s| s.resume(PARTNER_EPOCH - 1), &REFUSED);
    row(
        "RESUME, half the circle away",
        |s| s.resume(PARTNER_EPOCH.wrapping_add(1 << 23)),
        &REFUSED[..2],
    );
}

/// Changes `una` and MigETH of a RESUME that fits.
type Change = fn(&Station, &mut Psn, &mut MigEth);

/// Dropped because the PSNs do not fit.
fn outside(c: &Cell) {
    dropped(c);
    assert_eq!(c.station.counter(Counter::ResumeWindow), 1);
}

#[test]
fn table_resume_window_failed_bad_flow() {
    let windows: [(&str, Change); 4] = [
        ("`una` beyond my ePSN", |s, una, _| *una = s.epsn().plus(1)),
        ("`max` before my ePSN", |s, una, eth| {
            *una = s.epsn().minus(2);
            eth.max = s.epsn().minus(1);
        }),
        ("`ePSN` before my una", |_, _, eth| {
            eth.epsn = OWN_PSN.minus(1)
        }),
        ("`ePSN` beyond my max", |s, _, eth| {
            eth.epsn = s.max().plus(1)
        }),
    ];
    for (name, change) in windows {
        row(
            &format!("RESUME, newer, {name}"),
            |s| {
                let (mut una, mut eth) = (s.partner_una(), s.mig_eth(next(PARTNER_EPOCH)));
                change(s, &mut una, &mut eth);
                s.packet(Opcode::Resume, una, eth.encode())
            },
            &[
                (State::Normal, outside),
                (State::Paused, outside),
                (State::Resuming, outside),
            ],
        );
    }
}

#[test]
fn table_resume_window_at_its_edges() {
    let edges: [(&str, Change); 4] = [
        ("`una` is my ePSN", |s, una, eth| {
            *una = s.epsn();
            eth.max = s.epsn();
        }),
        ("`max` is my ePSN", |s, _, eth| eth.max = s.epsn()),
        ("`ePSN` is my una", |_, _, eth| eth.epsn = OWN_PSN),
        ("`ePSN` is my max", |s, _, eth| eth.epsn = s.max()),
    ];
    for (name, change) in edges {
        row(
            &format!("RESUME, newer, {name}"),
            |s| {
                let (mut una, mut eth) = (s.partner_una(), s.mig_eth(next(PARTNER_EPOCH)));
                change(s, &mut una, &mut eth);
                from_stranger(s.packet(Opcode::Resume, una, eth.encode()))
            },
            &[
                (State::Normal, accepts_and_goes_on),
                (State::Resuming, accepts_and_resumes),
            ],
        );
    }
}

#[test]
fn table_resume_of_another_queue_pair_bad_flow() {
    let all = State::ALL.map(|state| (state, dropped as Expectation));
    row(
        "RESUME, newer, wrong source QPN",
        |s| {
            let eth = MigEth {
                source_qpn: PARTNER_QPN ^ 1,
                ..s.mig_eth(next(PARTNER_EPOCH))
            };
            s.packet(Opcode::Resume, s.partner_una(), eth.encode())
        },
        &all,
    );
}

#[test]
fn table_resume_of_another_version_bad_flow() {
    row(
        "RESUME, newer, version 2",
        |s| {
            let eth = MigEth {
                version: 2,
                ..s.mig_eth(next(PARTNER_EPOCH))
            };
            s.packet(Opcode::Resume, s.partner_una(), eth.encode())
        },
        &[(State::Normal, dropped), (State::Resuming, dropped)],
    );
}

#[test]
fn table_resume_cut_short_bad_flow() {
    row(
        "RESUME, newer, four bytes too short",
        |s| {
            let mut packet = newer(s);
            packet.body.truncate(packet.body.len() - 4);
            packet
        },
        &[(State::Normal, ignored), (State::Resuming, ignored)],
    );
}
