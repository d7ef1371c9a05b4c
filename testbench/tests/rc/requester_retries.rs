//! The requester when nobody answers, or the partner is not ready: how long it waits, how often it tries.

use crate::kit::*;
use fw_regs::wire::{self, RNR_TIMERS_US};
use fw_regs::{Counter, Psn};
use host_driver::WcStatus;
use testbench::lab::CYCLES_PER_US;
use testbench::peer::Peer;
use testbench::peer::requests::{plain_send, remote_write};

/// Cycles until the next packet is sent, at most `most`; and its PSN.
fn next_packet(peer: &Peer, most: u64) -> Option<(u64, Psn)> {
    let start = peer.lab.cluster.cycle();
    for _ in 0..most {
        if let Some(packet) = peer.listen(1).first() {
            return Some((peer.lab.cluster.cycle() - start, packet.psn));
        }
    }
    None
}

#[test]
fn requester_timeout_sends_again_as_often_as_it_may() {
    at_both_widths(|width| {
        // 2^2 * 4.096 µs
        let limit = 4096 * CYCLES_PER_US / 250;
        let peer = peer_with(width, |o| (o.timeout, o.retry_cnt) = (2, 3));
        peer.post(1, remote_write(), 0, 64);
        peer.post(2, remote_write(), 0, 64);
        assert_eq!(peer.listen(2000).len(), 2);
        for retry in 0..3 {
            let (waited, psn) = next_packet(&peer, 6 * limit).expect("a retry");
            assert_eq!(psn, peer.own(0), "from the oldest that is not acknowledged");
            // at least the time, at most four times as long (IBTA vol 1, 9.7.6.1.3)
            assert!(
                (limit - 2100..4 * limit).contains(&waited),
                "retry {retry}: {waited} cycles"
            );
            assert_eq!(peer.listen(1000).len(), 1, "and the other");
        }
        assert_eq!(next_packet(&peer, 6 * limit), None);
        let done = peer.sent(2);
        assert_eq!(done[0].status, WcStatus::RetryExceeded);
        assert_eq!(done[1].status, WcStatus::WorkRequestFlushed);
        assert!(peer.failed());
        assert_eq!(peer.counter(Counter::RetryExceededErr), 1);
    });
}

#[test]
fn requester_retry_count_seven_is_seven() {
    let peer = peer_with(width(), |o| (o.timeout, o.retry_cnt) = (1, 7));
    peer.post(1, remote_write(), 0, 64);
    let sent = peer.listen(80_000);
    assert_eq!(
        sent.len(),
        8,
        "once and seven times again: the standard's, not rxe's"
    );
    assert_eq!(peer.sent(1)[0].status, WcStatus::RetryExceeded);
}

#[test]
fn requester_without_retries_fails_at_once_bad_flow() {
    let peer = peer_with(width(), |o| (o.timeout, o.retry_cnt) = (1, 0));
    peer.post(1, remote_write(), 0, 64);
    assert_eq!(peer.listen(40_000).len(), 1);
    assert_eq!(peer.sent(1)[0].status, WcStatus::RetryExceeded);
    // a sequence NAK needs one too
    let peer = peer_with(width(), |o| o.retry_cnt = 0);
    peer.post(1, remote_write(), 0, 64);
    peer.listen(2000);
    assert_eq!(
        peer.tell(&peer.acknowledge(peer.own(0), wire::SYNDROME_NAK_SEQUENCE)),
        []
    );
    assert_eq!(peer.sent(1)[0].status, WcStatus::RetryExceeded);
}

#[test]
fn requester_timeout_zero_waits_for_ever() {
    let peer = peer(width());
    peer.post(1, remote_write(), 0, 64);
    assert_eq!(peer.listen(200_000).len(), 1);
    assert!(peer.works());
}

#[test]
fn requester_progress_gives_all_retries_back() {
    at_both_widths(|width| {
        let peer = peer_with(width, |o| (o.timeout, o.retry_cnt, o.rnr_retry) = (4, 2, 3));
        peer.post(1, plain_send(), 0, 64);
        peer.post(2, plain_send(), 0, 64);
        assert_eq!(peer.listen(2000).len(), 2);
        next_packet(&peer, 60_000).expect("a retry after the timeout");
        peer.listen(1000);
        // 10 µs and no new timeout meanwhile
        peer.tell(&peer.acknowledge(peer.own(0), 0x21));
        let spent = peer.completer();
        assert_eq!((spent.retry_left, spent.rnr_left), (1, 2));
        peer.tell(&peer.ack(peer.own(0)));
        let back = peer.completer();
        assert_eq!((back.retry_left, back.rnr_left), (2, 3));
    });
}

#[test]
fn requester_waits_as_long_as_it_is_told() {
    at_both_widths(|width| {
        // 10, 60, 320 µs
        for code in [1_u8, 5, 12] {
            let peer = peer(width);
            peer.post(1, plain_send(), 0, 64);
            assert_eq!(peer.listen(2000).len(), 1);
            let nak = peer.acknowledge(peer.own(0), wire::SYNDROME_RNR_NAK | code);
            peer.lab.cluster.inject(0, &nak.encode());
            let wait = u64::from(RNR_TIMERS_US[usize::from(code)]) * CYCLES_PER_US;
            let (waited, psn) = next_packet(&peer, 3 * wait + 20_000).expect("the SEND again");
            assert_eq!(psn, peer.own(0));
            assert!(
                (wait..2 * wait + 10_000).contains(&waited),
                "code {code}: {waited} cycles"
            );
            peer.tell(&peer.ack(peer.own(0)));
            assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
        }
    });
}

#[test]
fn requester_not_ready_too_often_bad_flow() {
    let peer = peer_with(width(), |o| o.rnr_retry = 2);
    peer.post(1, plain_send(), 0, 64);
    peer.post(2, plain_send(), 0, 64);
    assert_eq!(peer.listen(2000).len(), 2);
    let nak = peer.acknowledge(peer.own(0), wire::SYNDROME_RNR_NAK | 1);
    for _ in 0..2 {
        peer.lab.cluster.inject(0, &nak.encode());
        assert_eq!(peer.listen(12_000).len(), 2, "both again");
    }
    peer.lab.cluster.inject(0, &nak.encode());
    assert_eq!(peer.listen(12_000), []);
    let done = peer.sent(2);
    assert_eq!(done[0].status, WcStatus::RnrRetryExceeded);
    assert_eq!(done[1].status, WcStatus::WorkRequestFlushed);
    assert_eq!(peer.counter(Counter::RetryRnrExceededErr), 1);
}

#[test]
fn requester_not_ready_without_end() {
    let peer = peer(width());
    peer.post(1, plain_send(), 0, 64);
    peer.listen(2000);
    let nak = peer.acknowledge(peer.own(0), wire::SYNDROME_RNR_NAK | 1);
    for round in 0..20 {
        peer.lab.cluster.inject(0, &nak.encode());
        assert_eq!(peer.listen(10_000).len(), 1, "round {round}");
    }
    peer.tell(&peer.ack(peer.own(0)));
    assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
}

#[test]
fn requester_sends_no_more_than_fits_its_window() {
    at_both_widths(|width| {
        let peer = peer(width);
        // more work requests than the requester keeps outstanding: it stops, and goes on with every acknowledgement
        for k in 0..30 {
            peer.post(k, remote_write(), 0, 64);
        }
        let mut unacknowledged = peer.listen(20_000).len() as u32;
        assert!(
            (1..=16).contains(&unacknowledged),
            "{unacknowledged} outstanding"
        );
        let (mut acknowledged, mut rounds) = (0, 0);
        while acknowledged < 30 {
            acknowledged += 1;
            unacknowledged += peer.tell(&peer.ack(peer.own(acknowledged - 1))).len() as u32;
            assert!(unacknowledged - acknowledged <= 16);
            rounds += 1;
            assert!(rounds <= 30);
        }
        assert_eq!(peer.sent(30).len(), 30);
        assert_eq!(unacknowledged, 30, "each was sent once");
    });
}

#[test]
fn requester_psn_wraps_inside_a_message() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.post(1, remote_write(), 0, 6 * MTU as u32);
        let sent = peer.listen(6000);
        let psns: Vec<_> = sent.iter().map(|p| p.psn.get()).collect();
        assert_eq!(psns, [0xff_fffe, 0xff_ffff, 0, 1, 2, 3]);
        let again = peer.tell(&peer.acknowledge(peer.own(1), wire::SYNDROME_NAK_SEQUENCE));
        assert_eq!(again, sent[1..]);
        peer.tell(&peer.ack(peer.own(5)));
        assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
    });
}
