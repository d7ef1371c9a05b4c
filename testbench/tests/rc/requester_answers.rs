//! The requester and its answers: acknowledged, refused, stale, and for what was never sent.

use crate::kit::*;
use fw_regs::Counter;
use fw_regs::wire::{self, Opcode};
use host_driver::{SendOperation, SendRequest, WcOpcode, WcStatus};
use testbench::peer::Peer;
use testbench::peer::requests::{plain_send, remote_add, remote_read, remote_write};

/// Posts this many WRITEs of one packet each, work requests 0 and on, and waits until they are sent.
fn writes(peer: &Peer, count: u64) {
    for k in 0..count {
        peer.post(k, remote_write(), 0, 64);
    }
    assert_eq!(peer.listen(6000).len(), count as usize);
}

fn ids(completions: &[host_driver::Completion]) -> Vec<u64> {
    completions.iter().map(|c| c.wr_id).collect()
}

#[test]
fn requester_one_acknowledgement_completes_all_before_it() {
    at_both_widths(|width| {
        let peer = peer(width);
        writes(&peer, 5);
        // in the middle, then the rest; PSNs cross the wrap
        assert_eq!(peer.tell(&peer.ack(peer.own(2))), []);
        let done = peer.sent_soon();
        assert_eq!(ids(&done), [0, 1, 2]);
        assert!(Peer::all_are(&done, WcStatus::Success));
        peer.tell(&peer.ack(peer.own(4)));
        assert_eq!(ids(&peer.sent_soon()), [3, 4]);
    });
}

#[test]
fn requester_message_completes_with_its_last_packet() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.post(1, remote_write(), 0, 3 * MTU as u32);
        let sent = peer.listen(4000);
        let opcodes: Vec<_> = sent.iter().map(|p| p.opcode).collect();
        assert_eq!(opcodes, [0x06, 0x07, 0x08]);
        assert!(sent[2].ack_req, "the last packet asks");
        peer.tell(&peer.ack(peer.own(1)));
        assert_eq!(peer.sent_soon(), []);
        peer.tell(&peer.ack(peer.own(2)));
        assert_eq!(ids(&peer.sent(1)), [1]);
    });
}

#[test]
fn requester_acknowledgement_past_a_read_is_not_its_answer() {
    at_both_widths(|width| {
        for (what, operation) in [("READ", remote_read()), ("ATOMIC", remote_add(1))] {
            let peer = peer(width);
            peer.post(1, remote_write(), 0, 8);
            peer.post(2, operation, 1024, 8);
            peer.post(3, remote_write(), 0, 8);
            assert_eq!(peer.listen(4000).len(), 3);
            let again = peer.tell(&peer.ack(peer.own(2)));
            // what came before the READ is done; the READ's answer is lost, it and what follows is sent again
            assert_eq!(ids(&peer.sent_soon()), [1], "{what}");
            let psns: Vec<_> = again.iter().map(|p| p.psn).collect();
            assert_eq!(psns, [peer.own(1), peer.own(2)], "{what}: {again:#?}");
            let answer = match what {
                "READ" => peer.read_response(Opcode::ReadResponseOnly, peer.own(1), &[9; 8]),
                _ => peer.atomic_acknowledge(peer.own(1), 9),
            };
            peer.tell(&answer);
            peer.tell(&peer.ack(peer.own(2)));
            assert_eq!(ids(&peer.sent(2)), [2, 3], "{what}");
        }
    });
}

#[test]
fn requester_stale_acknowledgement_is_ignored() {
    let peer = peer(width());
    writes(&peer, 3);
    peer.tell(&peer.ack(peer.own(1)));
    peer.sent(2);
    for k in 0..2 {
        peer.drops(
            "stale",
            &peer.ack(peer.own(k)).encode(),
            Counter::StaleResponse,
        );
        // an old NAK too, of whatever kind
        for syndrome in [0x60, 0x61, 0x62, 0x63, 0x21] {
            let nak = peer.acknowledge(peer.own(k), syndrome);
            peer.drops("stale NAK", &nak.encode(), Counter::StaleResponse);
        }
    }
    peer.tell(&peer.ack(peer.own(2)));
    assert_eq!(ids(&peer.sent(1)), [2]);
}

#[test]
fn requester_acknowledgement_of_what_was_never_sent_is_ignored() {
    let peer = peer(width());
    // of nothing at all
    peer.drops("ghost", &peer.ack(peer.own(0)).encode(), Counter::GhostAck);
    writes(&peer, 2);
    for k in [2, 3, 0x7f_fff0] {
        peer.drops("ghost", &peer.ack(peer.own(k)).encode(), Counter::GhostAck);
        for syndrome in [0x60, 0x61, 0x62, 0x63, 0x21] {
            let nak = peer.acknowledge(peer.own(k), syndrome);
            peer.drops("ghost NAK", &nak.encode(), Counter::GhostAck);
        }
    }
    peer.tell(&peer.ack(peer.own(1)));
    assert_eq!(ids(&peer.sent(2)), [0, 1]);
}

#[test]
fn requester_sequence_nak_acknowledges_what_is_before_it_and_sends_the_rest_again() {
    at_both_widths(|width| {
        let peer = peer(width);
        writes(&peer, 4);
        let left = peer.completer().retry_left;
        let again = peer.tell(&peer.acknowledge(peer.own(2), wire::SYNDROME_NAK_SEQUENCE));
        let psns: Vec<_> = again.iter().map(|p| p.psn).collect();
        assert_eq!(psns, [peer.own(2), peer.own(3)], "at once, from there");
        assert_eq!(ids(&peer.sent_soon()), [0, 1]);
        assert_eq!(peer.counter(Counter::RcvdSeqErr), 1);
        // progress has given all retries back before this one was spent
        assert_eq!(peer.completer().retry_left, left - 1);
        peer.tell(&peer.ack(peer.own(3)));
        assert_eq!(ids(&peer.sent(2)), [2, 3]);
    });
}

#[test]
fn requester_sequence_nak_inside_a_message() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.post(1, remote_write(), 0, 4 * MTU as u32);
        let first = peer.listen(4000);
        assert_eq!(first.len(), 4);
        let again = peer.tell(&peer.acknowledge(peer.own(2), wire::SYNDROME_NAK_SEQUENCE));
        assert_eq!(again, first[2..], "the same packets, byte for byte");
        assert_eq!(peer.sent_soon(), []);
        peer.tell(&peer.ack(peer.own(3)));
        assert_eq!(ids(&peer.sent(1)), [1]);
    });
}

#[test]
fn requester_refused_for_good_bad_flow() {
    for (syndrome, status) in [
        (0x61, WcStatus::RemoteInvalidRequest),
        (0x62, WcStatus::RemoteAccess),
        (0x63, WcStatus::RemoteOperation),
    ] {
        let peer = peer(width());
        writes(&peer, 4);
        assert_eq!(peer.tell(&peer.acknowledge(peer.own(1), syndrome)), []);
        let done = peer.sent(4);
        assert_eq!(ids(&done), [0, 1, 2, 3]);
        assert_eq!(done[0].status, WcStatus::Success, "acknowledged by the NAK");
        assert_eq!(done[1].status, status);
        assert!(Peer::all_are(&done[2..], WcStatus::WorkRequestFlushed));
        assert!(peer.failed());
        assert_eq!(peer.tell(&peer.ack(peer.own(3))), []);
        assert_eq!(peer.sent_soon(), []);
    }
}

#[test]
fn requester_reserved_syndromes_are_ignored() {
    let peer = peer(width());
    writes(&peer, 2);
    // NAK codes 4 (of RD) to 31, AETH type 10; 0x65 belongs to connections that may move, which this is not
    for syndrome in [0x64, 0x65, 0x66, 0x7f, 0x40, 0x5f] {
        assert_eq!(peer.tell(&peer.acknowledge(peer.own(0), syndrome)), []);
        assert_eq!(peer.sent_soon(), [], "syndrome {syndrome:#x}");
        assert!(peer.works(), "syndrome {syndrome:#x}");
    }
    peer.tell(&peer.ack(peer.own(1)));
    assert_eq!(ids(&peer.sent(2)), [0, 1]);
}

#[test]
fn requester_completes_only_what_is_signalled() {
    at_both_widths(|width| {
        let peer = peer(width);
        for k in 0..6 {
            let mut request = SendRequest::new(k, remote_write(), peer.entry(0, 8));
            request.signalled = k % 3 == 2;
            peer.post_request(request);
        }
        peer.listen(6000);
        peer.tell(&peer.ack(peer.own(5)));
        let done = peer.sent_soon();
        assert_eq!(ids(&done), [2, 5]);
        // an error is never silent
        for k in 6..8 {
            let mut request = SendRequest::new(k, remote_write(), peer.entry(0, 8));
            request.signalled = false;
            peer.post_request(request);
        }
        peer.listen(4000);
        peer.tell(&peer.acknowledge(peer.own(6), 0x62));
        let done = peer.sent(2);
        assert_eq!(ids(&done), [6, 7]);
        assert_eq!(done[0].status, WcStatus::RemoteAccess);
        assert_eq!(done[1].status, WcStatus::WorkRequestFlushed);
    });
}

#[test]
fn requester_bad_local_key_bad_flow() {
    let peer = peer(width());
    peer.post(1, remote_write(), 0, 8);
    let mut entry = peer.entry(0, 64);
    entry.lkey ^= 0x100;
    peer.post_request(SendRequest::new(2, plain_send(), entry));
    peer.post(3, remote_write(), 0, 8);
    let sent = peer.listen(4000);
    assert_eq!(
        sent.len(),
        1,
        "nothing of the bad one, nothing behind it: {sent:?}"
    );
    peer.tell(&peer.ack(peer.own(0)));
    let done = peer.sent(3);
    let all: Vec<_> = done.iter().map(|c| (c.wr_id, c.status)).collect();
    let expected = [
        (1, WcStatus::Success),
        (2, WcStatus::LocalProtection),
        (3, WcStatus::WorkRequestFlushed),
    ];
    assert_eq!(all, expected);
    assert!(peer.failed());
}

#[test]
fn requester_completions_say_what_was_done() {
    let peer = peer(width());
    let operations: [(SendOperation, WcOpcode); 2] = [
        (plain_send(), WcOpcode::Send),
        (remote_write(), WcOpcode::RdmaWrite),
    ];
    for (k, (operation, opcode)) in operations.into_iter().enumerate() {
        peer.post(k as u64, operation, 0, 16);
        peer.listen(2000);
        peer.tell(&peer.ack(peer.own(k as u32)));
        assert_eq!(peer.sent(1)[0].opcode, opcode);
    }
}
