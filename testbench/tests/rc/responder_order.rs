//! The responder and the order of packets: expected, ahead, behind; FIRST, MIDDLE, LAST.

use crate::kit::*;
use fw_regs::Counter;
use fw_regs::wire::{self, Opcode};
use testbench::peer::Peer;
use testbench::peer::requests::pattern;

#[test]
fn responder_acknowledges_what_it_expects() {
    at_both_widths(|width| {
        let peer = peer(width);
        for k in 0..6_u32 {
            peer.recv(k.into(), 1024 * k as usize, 256);
        }
        for k in 0..6 {
            // SENDs and WRITEs in turn, over the wrap of the PSN
            let packet = match k % 2 {
                0 => peer.send_only(peer.psn(k), 100),
                _ => peer.write_only(peer.psn(k), 32_768, 100),
            };
            let ack = peer.acknowledges("in order", &packet);
            assert_eq!(ack.msn(), k + 1);
            assert_eq!(peer.responder().epsn, peer.psn(k + 1));
        }
        assert_eq!(peer.received(3).len(), 3);
    });
}

#[test]
fn responder_answers_without_being_asked_or_not_at_all() {
    let peer = peer(width());
    for k in 0..3 {
        let mut packet = peer.write_only(peer.psn(k), 0, 16);
        packet.ack_req = k == 2;
        for answer in peer.tell(&packet) {
            assert!(answer.is_ack() && answer.psn == packet.psn, "{answer:?}");
        }
    }
    // whatever was said before, the last one was asked for and names all
    assert_eq!(peer.responder().epsn, peer.psn(3));
    assert_eq!(peer.responder().msn, 3);
}

#[test]
fn responder_ahead_is_told_once() {
    at_both_widths(|width| {
        let peer = peer(width);
        let ahead = |k| peer.write_only(peer.psn(k), 0, 40);
        let sent = peer.tell(&ahead(2));
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].is_sequence_nak());
        assert_eq!(sent[0].psn, peer.psn(0), "the NAK names the expected PSN");
        // whatever follows is ahead too and stays unanswered
        for k in [3, 4, 2, 0x7f_0000] {
            assert_eq!(peer.tell(&ahead(k)), [], "{k} ahead");
        }
        assert_eq!(peer.counter(Counter::OutOfSeqRequest), 5);
        // the expected one ends the silence: the next gap is told again
        peer.acknowledges("the expected packet", &ahead(0));
        let sent = peer.tell(&ahead(3));
        assert_eq!(sent.len(), 1);
        assert!(sent[0].is_sequence_nak());
        assert_eq!(sent[0].psn, peer.psn(1));
    });
}

#[test]
fn responder_gap_inside_a_message_leaves_the_message_whole() {
    at_both_widths(|width| {
        let peer = peer(width);
        let payload = pattern(1, 3 * MTU);
        let part = |k: usize| {
            let opcode = [Opcode::WriteFirst, Opcode::WriteMiddle, Opcode::WriteLast][k];
            let bytes = &payload[MTU * k..MTU * (k + 1)];
            match k {
                0 => peer.write(opcode, peer.psn(0), 0, payload.len() as u32, bytes),
                _ => peer.send(opcode, peer.psn(k as u32), bytes),
            }
        };
        peer.tell(&part(0));
        let sent = peer.tell(&part(2));
        assert!(sent[0].is_sequence_nak(), "{sent:?}");
        assert_eq!(sent[0].psn, peer.psn(1));
        peer.tell(&part(1));
        peer.acknowledges("the last packet", &part(2));
        assert!(peer.bytes(0, payload.len()) == payload);
    });
}

/// Three WRITEs are done; a repetition of any of them is acknowledged and not executed.
fn duplicates(peer: &Peer) {
    for k in 0..3 {
        peer.tell(&peer.write_only(peer.psn(k), 0, 64));
    }
    let marker = [0x5a; 64];
    peer.memory.buffer().write(0, &marker).unwrap();
    for k in 0..3 {
        let sent = peer.tell(&peer.write_only(peer.psn(k), 0, 64));
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].is_ack());
        // of all that was done, not of the one repeated (C9-105)
        assert_eq!((sent[0].psn, sent[0].msn()), (peer.psn(2), 3));
        assert_eq!(peer.bytes(0, 64), marker, "executed twice");
    }
    assert_eq!(peer.responder().epsn, peer.psn(3));
    assert_eq!(peer.counter(Counter::RcvdDupReq), 3);
}

#[test]
fn responder_duplicate_write_is_acknowledged_and_not_executed() {
    at_both_widths(|width| duplicates(&peer(width)));
}

#[test]
fn responder_duplicate_send_takes_no_receive() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.recv(1, 0, 256);
        peer.recv(2, 1024, 256);
        peer.acknowledges("SEND", &peer.send_only(peer.psn(0), 80));
        let sent = peer.tell(&peer.send_only(peer.psn(0), 80));
        assert!(sent[0].is_ack() && sent[0].psn == peer.psn(0), "{sent:?}");
        assert_eq!(peer.received(1)[0].wr_id, 1);
        assert_eq!(peer.received_soon(), []);
        peer.acknowledges("the next SEND", &peer.send_only(peer.psn(1), 80));
        assert_eq!(peer.received(1)[0].wr_id, 2);
    });
}

#[test]
fn responder_duplicate_inside_a_message_leaves_the_message_whole() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.recv(1, 0, 1024);
        let payload = pattern(2, 3 * MTU);
        let part = |k: usize, opcode| {
            peer.send(opcode, peer.psn(k as u32), &payload[MTU * k..MTU * (k + 1)])
        };
        let first = part(0, Opcode::SendFirst);
        let middle = part(1, Opcode::SendMiddle);
        peer.acknowledges("FIRST", &first);
        peer.acknowledges("MIDDLE", &middle);
        for packet in [&first, &middle, &first] {
            let sent = peer.tell(packet);
            assert_eq!(sent.len(), 1, "{sent:?}");
            assert!(sent[0].is_ack() && sent[0].psn == peer.psn(1), "{sent:?}");
        }
        peer.acknowledges("LAST", &part(2, Opcode::SendLast));
        assert_eq!(peer.received(1)[0].byte_len as usize, payload.len());
        assert!(peer.bytes(0, payload.len()) == payload);
    });
}

#[test]
fn responder_psn_compares_as_a_signed_distance() {
    let peer = peer(width());
    peer.tell(&peer.write_only(peer.psn(0), 0, 16));
    let at = |distance: u32| peer.write_only(peer.psn(1).plus(distance), 0, 16);
    // 2^23 - 1 ahead is the last that is ahead
    let sent = peer.tell(&at(0x7f_ffff));
    assert!(sent[0].is_sequence_nak(), "{sent:?}");
    // 2^23 is behind, as is everything up to -1
    for distance in [0x80_0000, 0x80_0001, 0xff_ff00, 0xff_ffff] {
        let sent = peer.tell(&at(distance));
        assert_eq!(sent.len(), 1, "{distance:#x}: {sent:?}");
        assert!(sent[0].is_ack(), "{distance:#x}: {sent:?}");
        assert_eq!(sent[0].psn, peer.psn(0));
    }
    peer.still_works();
}

#[test]
fn responder_message_out_of_order_bad_flow() {
    use Opcode::*;
    let invalid = wire::SYNDROME_NAK_INVALID_REQUEST;
    for opcode in [
        SendMiddle,
        SendLast,
        SendLastImm,
        SendLastInv,
        WriteMiddle,
        WriteLast,
        WriteLastImm,
    ] {
        let peer = peer(width());
        peer.recv(1, 0, 1024);
        let packet = peer.send_with(opcode, peer.psn(0), 7, &pattern(0, MTU - 4));
        peer.refuses(&format!("{opcode:?} without FIRST"), &packet, invalid);
    }
    let begun = |first: Opcode| {
        let peer = peer(width());
        peer.recv(1, 0, 1024);
        let packet = match first {
            SendFirst => peer.send(first, peer.psn(0), &[1; MTU]),
            _ => peer.write(first, peer.psn(0), 0, 3 * MTU as u32, &[1; MTU]),
        };
        peer.tell(&packet);
        peer
    };
    for (first, then) in [
        (SendFirst, SendFirst),
        (SendFirst, SendOnly),
        (SendFirst, WriteMiddle),
        (SendFirst, WriteLast),
        (SendFirst, WriteFirst),
        (SendFirst, ReadRequest),
        (SendFirst, FetchAdd),
        (WriteFirst, WriteFirst),
        (WriteFirst, WriteOnly),
        (WriteFirst, SendMiddle),
        (WriteFirst, SendLast),
        (WriteFirst, ReadRequest),
        (WriteFirst, CmpSwap),
    ] {
        let peer = begun(first);
        let psn = peer.psn(1);
        let packet = match then {
            WriteFirst | WriteOnly => peer.write(then, psn, 0, MTU as u32, &[2; MTU]),
            ReadRequest => peer.read(psn, 0, 16),
            FetchAdd | CmpSwap => peer.packet(then, psn, peer.fetch_add(psn, 0, 1).body),
            _ => peer.send(then, psn, &[2; MTU]),
        };
        peer.refuses(&format!("{then:?} inside {first:?}"), &packet, invalid);
        assert_eq!(peer.counter(Counter::NakInvalidRequest), 1);
    }
}

/// What the message before has left behind, room in its receive and where it ended, is no beginning of the next.
#[test]
fn responder_message_begins_with_first_whatever_was_before_bad_flow() {
    use Opcode::*;
    let cases = [
        ("SEND MIDDLE", (SendMiddle, MTU)),
        ("SEND LAST", (SendLast, 4)),
        ("WRITE MIDDLE", (WriteMiddle, MTU)),
    ];
    each(&cases, |what, peer, &(opcode, length)| {
        peer.recv(1, 0, 1024);
        peer.recv(2, 4096, 1024);
        let first = peer.send(SendFirst, peer.psn(0), &pattern(1, MTU));
        let last = peer.send(SendLast, peer.psn(1), &pattern(2, 4));
        peer.acknowledges("FIRST", &first);
        peer.acknowledges("LAST", &last);
        assert_eq!(peer.received(1)[0].wr_id, 1);
        let packet = peer.send(opcode, peer.psn(2), &pattern(3, length));
        peer.refuses(what, &packet, wire::SYNDROME_NAK_INVALID_REQUEST);
    });
}
