//! States of the queue pair and of its queues: SQD, ERR, RESET, and a completion queue that is full.

use crate::kit::*;
use fw_regs::{Counter, QpState};
use host_driver::{AsyncEvent, Modify, WcStatus};
use testbench::peer::Peer;
use testbench::peer::requests::{plain_send, remote_write};

#[test]
fn queue_drained_sends_what_it_had_begun_and_no_more() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.post(1, remote_write(), 0, 64);
        peer.post(2, remote_write(), 0, 64);
        assert_eq!(peer.listen(3000).len(), 2);
        peer.qp.modify(Modify::Sqd).unwrap();
        let qpn = peer.qp.number();
        // not drained while something is outstanding; what is posted waits
        peer.post(3, remote_write(), 0, 64);
        assert_eq!(peer.listen(4000), []);
        assert_eq!(peer.events(), []);
        peer.tell(&peer.ack(peer.own(1)));
        assert_eq!(peer.sent(2).len(), 2);
        peer.listen(2000);
        assert_eq!(peer.events(), [AsyncEvent::SqDrained { qpn }]);
        assert_eq!(peer.listen(4000), []);
        // the responder works meanwhile
        peer.still_works();
        peer.qp.modify(Modify::Resume).unwrap();
        let sent = peer.listen(3000);
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(sent[0].psn, peer.own(2));
    });
}

#[test]
fn queue_in_error_is_flushed_in_order() {
    at_both_widths(|width| {
        let peer = peer(width);
        for k in 0..4 {
            peer.post(k, remote_write(), 0, 64);
            peer.recv(100 + k, 4096, 64);
        }
        peer.listen(4000);
        peer.tell(&peer.ack(peer.own(0)));
        peer.qp.modify(Modify::Err).unwrap();
        let sends = peer.sent(4);
        let ids = |all: &[host_driver::Completion]| all.iter().map(|c| c.wr_id).collect::<Vec<_>>();
        assert_eq!(ids(&sends), [0, 1, 2, 3]);
        assert_eq!(sends[0].status, WcStatus::Success);
        assert!(Peer::all_are(&sends[1..], WcStatus::WorkRequestFlushed));
        let receives = peer.received(4);
        assert_eq!(ids(&receives), [100, 101, 102, 103]);
        assert!(Peer::all_are(&receives, WcStatus::WorkRequestFlushed));
        // late answers change nothing, and what is posted now is flushed too
        assert_eq!(peer.tell(&peer.ack(peer.own(3))), []);
        peer.post(9, plain_send(), 0, 8);
        assert_eq!(peer.sent(1)[0].status, WcStatus::WorkRequestFlushed);
    });
}

#[test]
fn queue_reset_forgets_everything() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.post(1, remote_write(), 0, 64);
        peer.recv(2, 0, 64);
        peer.tell(&peer.write(
            fw_regs::wire::Opcode::WriteFirst,
            peer.psn(0),
            0,
            512,
            &[1; MTU],
        ));
        peer.qp.modify(Modify::Reset).unwrap();
        assert_eq!(peer.state(), QpState::Reset.code());
        assert_eq!((peer.sent_soon(), peer.received_soon()), (vec![], vec![]));
        peer.to_init().unwrap();
        peer.to_rtr().unwrap();
        peer.to_rts().unwrap();
        // no message is half received, no request outstanding, no receive posted
        peer.still_works();
        assert_eq!(peer.listen(4000), []);
        let sent = peer.tell(&peer.send_only(peer.psn(1), 8));
        assert_eq!(sent[0].syndrome() & 0xe0, 0x20, "{sent:?}");
    });
}

/// Completions that nobody polls, until one does not fit.
fn overflow(peer: &Peer, fill: impl Fn(u32)) -> u16 {
    let entries = peer.options.cq_depth;
    for k in 0..entries {
        fill(k);
    }
    assert!(peer.works(), "{entries} fit");
    assert_eq!(peer.counter(Counter::CqOverflow), 0);
    fill(entries);
    peer.listen(4000);
    assert!(peer.failed());
    // every completion that is lost counts, those of the flush too
    assert!(peer.counter(Counter::CqOverflow) >= 1);
    match peer.events()[..] {
        [AsyncEvent::CqError { cq }, ..] => cq,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn queue_of_receive_completions_overflows_bad_flow() {
    at_both_widths(|width| {
        let peer = peer_with(width, |o| o.cq_depth = 4);
        (0..8).for_each(|k| peer.recv(k, 0, 64));
        let cq = overflow(&peer, |k| {
            peer.tell(&peer.send_only(peer.psn(k), 8));
        });
        assert_eq!(cq, peer.recv_cq.number());
    });
}

#[test]
fn queue_of_send_completions_overflows_bad_flow() {
    at_both_widths(|width| {
        let peer = peer_with(width, |o| o.cq_depth = 4);
        let cq = overflow(&peer, |k| {
            peer.post(k.into(), remote_write(), 0, 8);
            peer.listen(2000);
            peer.tell(&peer.ack(peer.own(k)));
        });
        assert_eq!(cq, peer.send_cq.number());
    });
}
