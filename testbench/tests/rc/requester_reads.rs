//! READs and ATOMICs of the requester: partly answered, answered wrongly, limited, fenced.

use crate::kit::*;
use fw_regs::wire::Opcode;
use fw_regs::{Counter, wire};
use host_driver::{SendRequest, WcStatus};
use testbench::peer::Peer;
use testbench::peer::packet::Packet;
use testbench::peer::requests::{pattern, plain_send, remote_add, remote_read, remote_write};

const FIRST: Opcode = Opcode::ReadResponseFirst;
const MIDDLE: Opcode = Opcode::ReadResponseMiddle;
const LAST: Opcode = Opcode::ReadResponseLast;
const ONLY: Opcode = Opcode::ReadResponseOnly;

/// Address and length of a READ request.
fn asked(packet: &Packet) -> (u64, u32) {
    assert!(packet.is(Opcode::ReadRequest), "{packet:?}");
    let at = |k: usize, n: usize| {
        let bytes = packet.body[k..k + n].iter();
        bytes.fold(0_u64, |all, &byte| all << 8 | u64::from(byte))
    };
    (at(0, 8), at(12, 4) as u32)
}

/// A READ of `packets` full packets into offset 4096 is under way.
fn reading(width: u32, packets: u32) -> Peer {
    let peer = peer_with(width, |o| o.timeout = 4);
    peer.post(1, remote_read(), 4096, packets * MTU as u32);
    assert_eq!(peer.listen(2000).len(), 1);
    peer
}

#[test]
fn requester_read_is_put_together() {
    at_both_widths(|width| {
        let peer = reading(width, 3);
        let bytes = pattern(3, 3 * MTU);
        for (k, opcode) in [FIRST, MIDDLE, LAST].into_iter().enumerate() {
            let part = &bytes[MTU * k..MTU * (k + 1)];
            peer.tell(&peer.read_response(opcode, peer.own(k as u32), part));
        }
        let done = peer.sent(1)[0];
        assert_eq!(
            (done.status, done.byte_len as usize),
            (WcStatus::Success, 3 * MTU)
        );
        assert!(peer.bytes(4096, 3 * MTU) == bytes);
        // the next request comes behind the PSNs of the answer
        peer.post(2, remote_write(), 0, 8);
        assert_eq!(peer.listen(2000)[0].psn, peer.own(3));
    });
}

#[test]
fn requester_read_partly_answered_asks_for_the_rest() {
    at_both_widths(|width| {
        let peer = reading(width, 4);
        let bytes = pattern(4, 4 * MTU);
        let part = |k: usize| bytes[MTU * k..MTU * (k + 1)].to_vec();
        peer.tell(&peer.read_response(FIRST, peer.own(0), &part(0)));
        peer.tell(&peer.read_response(MIDDLE, peer.own(1), &part(1)));
        // packet 2 is lost, packet 3 arrives: the rest is asked for at once
        let again = peer.tell(&peer.read_response(LAST, peer.own(3), &part(3)));
        assert_eq!(again.len(), 1, "{again:?}");
        assert_eq!(again[0].psn, peer.own(2), "the PSN of what is missing");
        assert_eq!(
            asked(&again[0]),
            (0x1234_5678_9000 + 2 * MTU as u64, 2 * MTU as u32)
        );
        peer.tell(&peer.read_response(FIRST, peer.own(2), &part(2)));
        peer.tell(&peer.read_response(LAST, peer.own(3), &part(3)));
        assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
        assert!(peer.bytes(4096, 4 * MTU) == bytes);
    });
}

#[test]
fn requester_read_partly_answered_asks_for_the_rest_at_every_mtu() {
    for mtu in [256_usize, 512, 1024, 2048, 4096] {
        println!("path MTU {mtu}");
        let peer = peer_with(width(), |o| (o.timeout, o.path_mtu) = (4, mtu as u32));
        let packets = 12_288 / mtu.max(1024);
        let length = packets * mtu;
        peer.post(1, remote_read(), 4096, length as u32);
        assert_eq!(peer.listen(2000).len(), 1);
        let bytes = pattern(5, length);
        let part = |k: usize| bytes[mtu * k..mtu * (k + 1)].to_vec();
        peer.tell(&peer.read_response(FIRST, peer.own(0), &part(0)));
        // the last packet arrives, all between are lost
        let last = packets - 1;
        let again = peer.tell(&peer.read_response(LAST, peer.own(last as u32), &part(last)));
        assert_eq!(again.len(), 1, "{again:?}");
        let rest = (0x1234_5678_9000 + mtu as u64, (length - mtu) as u32);
        assert_eq!(asked(&again[0]), rest);
        for k in 1..packets {
            let opcode = match k {
                1 => FIRST,
                k if k == last => LAST,
                _ => MIDDLE,
            };
            peer.tell(&peer.read_response(opcode, peer.own(k as u32), &part(k)));
        }
        assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
        assert!(peer.bytes(4096, length) == bytes);
    }
}

#[test]
fn requester_read_partly_answered_then_nothing() {
    let peer = reading(width(), 3);
    peer.tell(&peer.read_response(FIRST, peer.own(0), &[1; MTU]));
    let again = peer.hear("READ", 80_000, |_| true);
    assert_eq!(again[0].psn, peer.own(1));
    assert_eq!(asked(&again[0]).1, 2 * MTU as u32);
    // the answer to the rest begins anew, with FIRST
    peer.tell(&peer.read_response(FIRST, peer.own(1), &[2; MTU]));
    peer.tell(&peer.read_response(LAST, peer.own(2), &[3; MTU]));
    assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
    let expected = [[1; MTU], [2; MTU], [3; MTU]].concat();
    assert!(peer.bytes(4096, 3 * MTU) == expected);
}

#[test]
fn requester_read_answered_wrongly_bad_flow() {
    use WcStatus::{BadResponse, LocalLength};
    let cases = [
        ("LAST first", (3, vec![(LAST, MTU)], BadResponse)),
        ("ONLY for three", (3, vec![(ONLY, MTU)], BadResponse)),
        ("FIRST for one", (1, vec![(FIRST, MTU)], BadResponse)),
        (
            "LAST too early",
            (3, vec![(FIRST, MTU), (LAST, MTU)], BadResponse),
        ),
        (
            "MIDDLE too late",
            (2, vec![(FIRST, MTU), (MIDDLE, MTU)], BadResponse),
        ),
        ("FIRST too short", (2, vec![(FIRST, MTU - 4)], LocalLength)),
        ("FIRST too long", (2, vec![(FIRST, MTU + 4)], LocalLength)),
        (
            "LAST too short",
            (2, vec![(FIRST, MTU), (LAST, MTU - 4)], LocalLength),
        ),
        (
            "LAST of nothing",
            (2, vec![(FIRST, MTU), (LAST, 0)], LocalLength),
        ),
        ("ONLY too short", (1, vec![(ONLY, MTU - 1)], LocalLength)),
        ("ONLY too long", (1, vec![(ONLY, MTU + 4)], LocalLength)),
    ];
    for (what, (packets, answers, status)) in cases {
        let peer = reading(width(), packets);
        let end = 4096 + MTU * packets as usize;
        let behind = peer.bytes(end, 512);
        for (k, (opcode, length)) in answers.into_iter().enumerate() {
            peer.tell(&peer.read_response(opcode, peer.own(k as u32), &vec![7; length]));
        }
        assert_eq!(peer.sent(1)[0].status, status, "{what}");
        assert!(peer.failed(), "{what}");
        assert!(
            peer.bytes(end, 512) == behind,
            "{what}: wrote beyond the buffer"
        );
    }
}

/// What a packet is worth is its PSN: after a retry an early MIDDLE of the old answer may stand where the new one's FIRST would.
#[test]
fn requester_takes_first_and_middle_for_one_another() {
    let expected = [[1; MTU], [2; MTU], [3; MTU]].concat();
    for opcodes in [[MIDDLE, MIDDLE, LAST], [FIRST, FIRST, LAST]] {
        let peer = reading(width(), 3);
        for (k, opcode) in opcodes.into_iter().enumerate() {
            let bytes = &expected[MTU * k..MTU * (k + 1)];
            peer.tell(&peer.read_response(opcode, peer.own(k as u32), bytes));
        }
        assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
        assert!(peer.bytes(4096, 3 * MTU) == expected);
    }
}

#[test]
fn requester_duplicate_read_response_is_dropped() {
    at_both_widths(|width| {
        let peer = reading(width, 3);
        peer.tell(&peer.read_response(FIRST, peer.own(0), &[1; MTU]));
        let again = peer.read_response(FIRST, peer.own(0), &[9; MTU]);
        peer.drops("FIRST again", &again.encode(), Counter::StaleResponse);
        peer.tell(&peer.read_response(MIDDLE, peer.own(1), &[2; MTU]));
        let again = peer.read_response(MIDDLE, peer.own(1), &[9; MTU]);
        peer.drops("MIDDLE again", &again.encode(), Counter::StaleResponse);
        peer.tell(&peer.read_response(LAST, peer.own(2), &[3; MTU]));
        assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
        let again = peer.read_response(LAST, peer.own(2), &[9; MTU]);
        peer.drops("LAST again", &again.encode(), Counter::StaleResponse);
        let expected = [[1; MTU], [2; MTU], [3; MTU]].concat();
        assert!(peer.bytes(4096, 3 * MTU) == expected);
    });
}

#[test]
fn requester_read_response_for_what_is_no_read_is_not_believed() {
    let peer = peer(width());
    peer.post(1, remote_write(), 0, 8);
    peer.listen(2000);
    let before = peer.bytes(0, 64);
    peer.tell(&peer.read_response(ONLY, peer.own(0), &[7; 8]));
    peer.tell(&peer.atomic_acknowledge(peer.own(0), 7));
    assert_eq!(peer.bytes(0, 64), before);
    let done = peer.sent_soon();
    assert!(
        done.iter().all(|c| c.status != WcStatus::Success),
        "{done:?}"
    );
}

#[test]
fn requester_answer_of_another_kind_is_not_believed() {
    for (what, operation) in [("READ", remote_read()), ("ATOMIC", remote_add(1))] {
        let peer = peer(width());
        peer.post(1, operation, 64, 8);
        peer.listen(2000);
        let before = peer.bytes(0, 256);
        let wrong = match what {
            "READ" => peer.atomic_acknowledge(peer.own(0), 0x7777_7777_7777_7777),
            _ => peer.read_response(ONLY, peer.own(0), &[0x77; 8]),
        };
        peer.tell(&wrong);
        assert_eq!(peer.bytes(0, 256), before, "{what}");
        let done = peer.sent_soon();
        assert!(
            done.iter().all(|c| c.status != WcStatus::Success),
            "{what}: {done:?}"
        );
    }
}

#[test]
fn requester_atomic_result_is_the_partners() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.post(1, remote_add(5), 64, 8);
        let sent = peer.listen(2000);
        assert!(sent[0].is(Opcode::FetchAdd));
        peer.tell(&peer.atomic_acknowledge(peer.own(0), 0x0102_0304_0506_0708));
        assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
        assert_eq!(peer.number_at(64), 0x0102_0304_0506_0708);
    });
}

#[test]
fn requester_keeps_no_more_reads_outstanding_than_allowed() {
    at_both_widths(|width| {
        for limit in [1_u8, 2, 8] {
            let peer = peer_with(width, |o| o.max_rd_atomic = limit);
            for k in 0..12 {
                match k % 2 {
                    0 => peer.post(k, remote_read(), 4096, 16),
                    _ => peer.post(k, remote_add(1), 4096, 8),
                }
            }
            let mut sent = peer.listen(10_000).len();
            assert_eq!(sent, usize::from(limit), "at first");
            for k in 0..12 {
                let psn = peer.own(k);
                let answer = match k % 2 {
                    0 => peer.read_response(ONLY, psn, &[1; 16]),
                    _ => peer.atomic_acknowledge(psn, 1),
                };
                sent += peer.tell(&answer).len();
                assert_eq!(
                    sent,
                    (usize::from(limit) + k as usize + 1).min(12),
                    "after {k}"
                );
            }
            assert_eq!(peer.sent(12).len(), 12);
        }
    });
}

#[test]
fn requester_fence_waits_for_reads_and_atomics() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.post(1, remote_read(), 4096, 16);
        peer.post(2, remote_add(1), 8192, 8);
        peer.post(3, remote_write(), 0, 16);
        peer.post_request(SendRequest {
            fence: true,
            ..SendRequest::new(4, plain_send(), peer.entry(4096, 16))
        });
        let sent = peer.listen(6000);
        assert_eq!(
            sent.len(),
            3,
            "the WRITE does not wait, the fenced SEND does: {sent:?}"
        );
        assert_eq!(
            peer.tell(&peer.read_response(ONLY, peer.own(0), &[0x3c; 16])),
            []
        );
        let sent = peer.tell(&peer.atomic_acknowledge(peer.own(1), 1));
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].is(Opcode::SendOnly));
        assert_eq!(sent[0].body, [0x3c; 16], "it carries what was read");
    });
}

#[test]
fn requester_sequence_nak_before_a_read_sends_the_read_again() {
    let peer = peer(width());
    peer.post(1, remote_write(), 0, 8);
    peer.post(2, remote_read(), 4096, 2 * MTU as u32);
    peer.post(3, remote_write(), 0, 8);
    let first = peer.listen(4000);
    assert_eq!(first.len(), 3);
    let again = peer.tell(&peer.acknowledge(peer.own(0), wire::SYNDROME_NAK_SEQUENCE));
    assert_eq!(again, first);
    assert_eq!(again[2].psn, peer.own(3));
}
