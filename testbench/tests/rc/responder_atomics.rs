//! ATOMICs: executed once, replayed, forgotten; and many READs and ATOMICs at once.

use crate::kit::*;
use fw_regs::Counter;
use fw_regs::wire::{self, Opcode};
use testbench::peer::Peer;
use testbench::peer::packet::Packet;

/// The value that an ATOMIC's answer carries.
fn original(sent: &[Packet]) -> u64 {
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].is(Opcode::AtomicAcknowledge), "{sent:?}");
    assert_eq!(sent[0].syndrome() >> 5, 0);
    u64::from_be_bytes(std::array::from_fn(|k| sent[0].body[4 + k]))
}

fn put(peer: &Peer, offset: usize, value: u64) {
    peer.memory
        .buffer()
        .write(offset, &value.to_le_bytes())
        .unwrap();
}

#[test]
fn responder_duplicate_atomic_is_replayed_and_not_executed() {
    at_both_widths(|width| {
        let peer = peer(width);
        put(&peer, 64, 1000);
        let first = peer.fetch_add(peer.psn(0), 64, 5);
        let second = peer.fetch_add(peer.psn(1), 64, 7);
        assert_eq!(original(&peer.tell(&first)), 1000);
        assert_eq!(original(&peer.tell(&second)), 1005);
        // whatever has become of the number since: the stored result
        put(&peer, 64, 9);
        for _ in 0..3 {
            assert_eq!(original(&peer.tell(&first)), 1000);
            assert_eq!(original(&peer.tell(&second)), 1005);
        }
        assert_eq!(peer.number_at(64), 9, "executed again");
        assert_eq!(peer.responder().epsn, peer.psn(2));
    });
}

#[test]
fn responder_compare_swap_is_replayed_too() {
    let peer = peer(width());
    put(&peer, 8, 77);
    let mut packet = peer.fetch_add(peer.psn(0), 8, 1234);
    packet.opcode = Opcode::CmpSwap.code();
    packet.body[20..28].copy_from_slice(&77_u64.to_be_bytes());
    assert_eq!(original(&peer.tell(&packet)), 77);
    assert_eq!(peer.number_at(8), 1234);
    // it would not swap now, and must not try
    put(&peer, 8, 77);
    assert_eq!(original(&peer.tell(&packet)), 77);
    assert_eq!(peer.number_at(8), 77);
}

#[test]
fn responder_duplicate_atomic_that_is_not_known_is_dropped() {
    let peer = peer(width());
    for k in 0..11 {
        original(&peer.tell(&peer.fetch_add(peer.psn(k), 64, 1)));
    }
    for k in 0..3 {
        let packet = peer.fetch_add(peer.psn(k), 64, 1);
        peer.drops("too old", &packet.encode(), Counter::DupAtomicDropped);
    }
    for k in 3..11 {
        original(&peer.tell(&peer.fetch_add(peer.psn(k), 64, 1)));
    }
    peer.still_works();
}

#[test]
fn responder_duplicate_atomic_where_something_else_was_is_dropped() {
    let peer = peer(width());
    peer.tell(&peer.write_only(peer.psn(0), 0, 8));
    peer.tell(&peer.read(peer.psn(1), 0, 8));
    peer.tell(&peer.fetch_add(peer.psn(2), 64, 1));
    let number = peer.number_at(64);
    for k in 0..2 {
        let packet = peer.fetch_add(peer.psn(k), 64, 1);
        peer.drops(
            "no ATOMIC then",
            &packet.encode(),
            Counter::DupAtomicDropped,
        );
    }
    // and an ATOMIC is no READ
    let packet = peer.read(peer.psn(2), 64, 8);
    peer.drops("no READ then", &packet.encode(), Counter::DupReadDropped);
    assert_eq!(peer.number_at(64), number);
    peer.still_works();
}

#[test]
fn responder_atomic_unaligned_bad_flow() {
    for offset in 1..8 {
        let peer = peer(width());
        // the region begins at a multiple of 64
        assert_eq!(peer.memory.va() % 8, 0);
        let packet = peer.fetch_add(peer.psn(0), offset, 1);
        peer.refuses(
            &format!("offset {offset}"),
            &packet,
            wire::SYNDROME_NAK_INVALID_REQUEST,
        );
    }
}

#[test]
fn responder_requests_behind_a_read_are_answered_behind_it() {
    at_both_widths(|width| {
        let peer = peer(width);
        put(&peer, 0, 50);
        let packets = [
            peer.read(peer.psn(0), 1024, 3 * MTU as u32),
            peer.fetch_add(peer.psn(3), 0, 1),
            peer.write_only(peer.psn(4), 512, 32),
            peer.read(peer.psn(5), 0, 8),
        ];
        let sent = peer.tell_all(&packets);
        // an ACK of a PSN behind a READ would tell the requester that the READ's answer is lost
        let psns: Vec<_> = sent.iter().map(|p| p.psn.count_from(peer.psn(0))).collect();
        assert!(psns.is_sorted(), "{sent:#?}");
        let value = sent.last().map(|p| p.body[4..12].to_vec());
        assert_eq!(value, Some(51_u64.to_le_bytes().to_vec()));
    });
}
