//! Congestion marks: counted, and nothing else.

use crate::kit::*;
use fw_regs::Counter;
use testbench::peer::Peer;
use testbench::peer::packet::{seal, seal_ip};

#[test]
fn congestion_notification_is_counted_and_changes_nothing() {
    at_both_widths(|width| {
        let peer = peer(width);
        for _ in 0..3 {
            peer.drops("CNP", &peer.cnp().encode(), Counter::RxCnp);
        }
        peer.still_works();
    });
}

/// A request with these marks in the IP header and in the BTH.
fn marked(peer: &Peer, ce: u8, fecn: u8) -> Vec<u8> {
    let mut frame = peer.write_only(peer.psn(0), 0, 40).encode();
    frame[15] |= ce;
    frame[42 + 4] |= fecn;
    seal_ip(&mut frame);
    seal(&mut frame);
    frame
}

/// "Congestion experienced" of IP, FECN of the BTH.
const MARKS: [(&str, (u8, u8)); 3] = [("CE", (3, 0)), ("FECN", (0, 0x80)), ("both", (3, 0x80))];

#[test]
fn congestion_marked_packet_is_taken() {
    each(&MARKS, |what, peer, &(ce, fecn)| {
        let sent = peer.tell_frame(&marked(&peer, ce, fecn));
        assert_eq!(sent.len(), 1, "{what}: {sent:?}");
        assert!(sent[0].is_ack());
        assert!(peer.counter(Counter::RxEcn) > 0, "{what}");
        peer.still_works();
    });
}

#[test]
fn congestion_marked_packet_counts_once() {
    each(&MARKS, |what, peer, &(ce, fecn)| {
        peer.tell_frame(&marked(&peer, ce, fecn));
        assert_eq!(peer.counter(Counter::RxEcn), 1, "{what}");
    });
}
