//! Queues that a partner fills or empties.

use crate::kit::{INVALID, MTU, second};
use fw_regs::wire::{self, Opcode};
use host_driver::AsyncEvent;
use testbench::lab::width;
use testbench::peer::packet::Packet;
use testbench::peer::{Peer, PeerOptions};

#[test]
fn completion_queue_overflow_hurts_its_own_queue_pairs_only() {
    let peer = Peer::new(PeerOptions {
        cq_depth: 4,
        ..PeerOptions::new(width())
    })
    .unwrap();
    let (other, other_cq) = second(&peer);
    // the partner sends more than the application polls
    (0..8).for_each(|k| peer.recv(k, 0, 64));
    for k in 0..5 {
        peer.tell(&peer.send_only(peer.psn(k), 8));
    }
    assert!(peer.failed());
    let cq = peer.recv_cq.number();
    assert!(peer.events().contains(&AsyncEvent::CqError { cq }));
    // nothing was written over: the four that fitted are there, in order
    let done = peer.recv_cq.poll(16).unwrap();
    assert_eq!(
        done.iter().map(|c| c.wr_id).collect::<Vec<_>>(),
        [0, 1, 2, 3]
    );
    let entries = vec![peer.entry(1024, 64)];
    other
        .post_recv(&[host_driver::RecvRequest { wr_id: 77, entries }])
        .unwrap();
    let packet = Packet {
        qpn: other.number(),
        ..peer.send_only(peer.psn(0), 8)
    };
    peer.acknowledges("a SEND to the other", &packet);
    assert_eq!(other_cq.poll(1).unwrap()[0].wr_id, 77);
}

#[test]
fn shared_receive_queue_drained_by_one_delays_the_other() {
    let peer = Peer::new(PeerOptions {
        shared: Some(2),
        ..PeerOptions::new(width())
    })
    .unwrap();
    let (other, other_cq) = second(&peer);
    (0..4).for_each(|k| peer.recv(k, 1024 * k as usize, 64));
    // one partner takes all there is, even with SENDs of nothing
    for k in 0..4 {
        peer.acknowledges("SEND", &peer.send_only(peer.psn(k), 0));
    }
    let srq = peer.srq.as_ref().map_or(0, |srq| srq.number());
    assert_eq!(
        peer.events(),
        [AsyncEvent::SrqLimitReached { srq }],
        "the application is told in time"
    );
    let packet = Packet {
        qpn: other.number(),
        ..peer.send_only(peer.psn(0), 8)
    };
    let sent = peer.tell(&packet);
    assert_eq!(
        sent[0].syndrome() & 0xe0,
        wire::SYNDROME_RNR_NAK,
        "{sent:?}"
    );
    // and no harm is done: with new receives the other goes on
    peer.recv(9, 8192, 64);
    peer.acknowledges("the same SEND again", &packet);
    assert_eq!(other_cq.poll(1).unwrap()[0].wr_id, 9);
    assert!(peer.works());
}

#[test]
fn shared_receive_queue_outlives_one_that_fails() {
    let peer = Peer::new(PeerOptions {
        shared: Some(0),
        ..PeerOptions::new(width())
    })
    .unwrap();
    let (other, other_cq) = second(&peer);
    (0..4).for_each(|k| peer.recv(k, 1024 * k as usize, 512));
    // half a message, then a refusal: the receive in use is flushed, and none of those that wait for others
    peer.acknowledges(
        "FIRST",
        &peer.send(Opcode::SendFirst, peer.psn(0), &[1; MTU]),
    );
    let bad = peer.send(Opcode::SendFirst, peer.psn(1), &[2; MTU]);
    peer.refuses("FIRST again", &bad, INVALID);
    let flushed = peer.received_soon();
    assert_eq!(flushed.iter().map(|c| c.wr_id).collect::<Vec<_>>(), [0]);
    for k in 0..3 {
        let packet = Packet {
            qpn: other.number(),
            ..peer.send_only(peer.psn(k), 8)
        };
        peer.acknowledges("a SEND to the other", &packet);
        assert_eq!(other_cq.poll(1).unwrap()[0].wr_id, u64::from(k) + 1);
    }
}
