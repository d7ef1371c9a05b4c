//! The responder and its receives: none there, shared ones, immediate data.

use crate::kit::*;
use fw_regs::wire::{self, Opcode};
use fw_regs::{Counter, WcStatus};
use host_driver::AsyncEvent;
use testbench::peer::Peer;
use testbench::peer::packet::Packet;
use testbench::peer::requests::pattern;

/// The only answer is an RNR NAK of this packet with the timer of the queue pair.
fn not_ready(peer: &Peer, packet: &Packet) {
    let sent = peer.tell(packet);
    assert_eq!(sent.len(), 1, "{sent:?}");
    let timer = peer.options.min_rnr_timer;
    assert_eq!(sent[0].syndrome(), wire::SYNDROME_RNR_NAK | timer);
    assert_eq!(sent[0].psn, packet.psn);
    assert_eq!(peer.responder().epsn, packet.psn, "the expected PSN stays");
}

#[test]
fn responder_not_ready_and_then_ready() {
    at_both_widths(|width| {
        let peer = peer_with(width, |o| o.min_rnr_timer = 14);
        let packet = peer.send_only(peer.psn(0), 100);
        not_ready(&peer, &packet);
        // what was sent behind it is ahead and stays unanswered
        assert_eq!(peer.tell(&peer.send_only(peer.psn(1), 100)), []);
        not_ready(&peer, &packet);
        assert_eq!(peer.counter(Counter::SendRnrErr), 2);
        peer.recv(3, 0, 128);
        peer.acknowledges("the same SEND again", &packet);
        assert_eq!(peer.received(1)[0].wr_id, 3);
        assert_eq!(peer.bytes(0, 100), pattern(packet.psn.get(), 100));
    });
}

#[test]
fn responder_not_ready_says_the_timer_it_was_given() {
    for timer in [0, 1, 15, 31] {
        let peer = peer_with(width(), |o| o.min_rnr_timer = timer);
        not_ready(&peer, &peer.send_only(peer.psn(0), 4));
    }
}

#[test]
fn responder_shared_queue_empty_and_filled() {
    at_both_widths(|width| {
        let peer = peer_with(width, |o| o.shared = Some(0));
        let packet = peer.send_only(peer.psn(0), 100);
        not_ready(&peer, &packet);
        peer.recv(5, 0, 128);
        peer.acknowledges("the same SEND again", &packet);
        assert_eq!(peer.received(1)[0].wr_id, 5);
    });
}

#[test]
fn responder_shared_queue_limit_is_reported_once() {
    let peer = peer_with(width(), |o| o.shared = Some(3));
    (0..5).for_each(|k| peer.recv(k, 0, 128));
    let srq = peer.srq.as_ref().map_or(0, |srq| srq.number());
    for k in 0..5 {
        peer.acknowledges("SEND", &peer.send_only(peer.psn(k), 8));
        let expected = match k {
            // two are left: fewer than three
            2 => vec![AsyncEvent::SrqLimitReached { srq }],
            _ => vec![],
        };
        assert_eq!(peer.events(), expected, "after SEND {k}");
    }
}

#[test]
fn responder_write_with_immediate_takes_its_receive_at_the_end() {
    at_both_widths(|width| {
        let peer = peer(width);
        let payload = pattern(9, 2 * MTU + 20);
        let first = peer.write(
            Opcode::WriteFirst,
            peer.psn(0),
            0,
            payload.len() as u32,
            &payload[..MTU],
        );
        let middle = peer.send(Opcode::WriteMiddle, peer.psn(1), &payload[MTU..2 * MTU]);
        let last = peer.send_with(
            Opcode::WriteLastImm,
            peer.psn(2),
            0x1122_3344,
            &payload[2 * MTU..],
        );
        // no receive is there, and none is needed yet
        peer.acknowledges("FIRST", &first);
        peer.acknowledges("MIDDLE", &middle);
        not_ready(&peer, &last);
        peer.recv(4, 8192, 16);
        peer.acknowledges("LAST", &last);
        let done = peer.received(1)[0];
        assert_eq!((done.wr_id, done.status), (4, WcStatus::Success));
        assert_eq!(
            (done.imm, done.byte_len as usize),
            (Some(0x1122_3344), payload.len())
        );
        assert!(peer.bytes(0, payload.len()) == payload);
        // a WRITE without immediate takes none
        peer.recv(5, 8192, 16);
        peer.acknowledges("WRITE", &peer.write_only(peer.psn(3), 0, 16));
        assert_eq!(peer.received_soon(), []);
    });
}

#[test]
fn responder_write_with_immediate_in_one_packet() {
    let peer = peer(width());
    let packet = peer.write(Opcode::WriteOnlyImm, peer.psn(0), 0, 24, &[7; 24]);
    not_ready(&peer, &packet);
    peer.recv(4, 8192, 0);
    peer.acknowledges("WRITE with immediate", &packet);
    assert_eq!(peer.received(1)[0].imm, Some(0xabcd_0123));
}

#[test]
fn responder_receive_is_chosen_at_the_first_packet_of_a_send() {
    let peer = peer(width());
    let first = peer.send(Opcode::SendFirst, peer.psn(0), &[1; MTU]);
    not_ready(&peer, &first);
    peer.recv(1, 0, 1024);
    peer.recv(2, 4096, 1024);
    peer.acknowledges("FIRST", &first);
    peer.acknowledges("LAST", &peer.send(Opcode::SendLast, peer.psn(1), &[2; 10]));
    let done = peer.received(1)[0];
    assert_eq!((done.wr_id, done.byte_len as usize), (1, MTU + 10));
    assert_eq!(peer.received_soon(), []);
}

#[test]
fn responder_completes_before_it_acknowledges() {
    at_both_widths(|width| {
        for length in [0, 1, 64, 255] {
            let peer = peer(width);
            peer.recv(1, 0, 256);
            peer.listen(2000);
            let packet = peer.send_only(peer.psn(0), length);
            peer.lab.cluster.inject(0, &packet.encode());
            // the cycle in which payload and completion can be seen, and that of the acknowledgement's first beat
            let mut completed = None;
            let acknowledged = loop {
                peer.lab.run(1).unwrap();
                if !peer.recv_cq.poll(1).unwrap().is_empty() {
                    completed = Some(peer.lab.cluster.cycle());
                    assert_eq!(peer.bytes(0, length), pattern(packet.psn.get(), length));
                }
                let frames = peer.lab.cluster.take_frames();
                if let Some(frame) = frames.iter().find(|f| f.sent) {
                    break frame.begin;
                }
            };
            let completed = completed.expect("a completion before the acknowledgement's end");
            println!("{length} bytes: completed {completed}, acknowledged {acknowledged}");
            assert!(completed <= acknowledged);
        }
    });
}
