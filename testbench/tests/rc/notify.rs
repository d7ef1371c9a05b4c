//! Congestion marks: counted, and nothing else.

use crate::kit::*;
use fw_regs::Counter;
use testbench::peer::packet::seal;

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

#[test]
fn congestion_marks_are_counted_and_the_packet_is_taken() {
    let peer = peer(64);
    let mut frame = peer.write_only(peer.psn(0), 0, 40).encode();
    // ECN "congestion experienced" in the type of service, FECN in the BTH
    frame[15] |= 3;
    frame[42 + 4] |= 0x80;
    frame[24..26].fill(0);
    let words = frame[14..34].chunks_exact(2);
    let sum: u32 = words.map(|w| u32::from(w[0]) << 8 | u32::from(w[1])).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let check = !((folded & 0xffff) + (folded >> 16)) as u16;
    frame[24..26].copy_from_slice(&check.to_be_bytes());
    seal(&mut frame);
    let sent = peer.tell_frame(&frame);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].is_ack());
    assert_eq!(peer.counter(Counter::RxEcn), 1);
    assert!(peer.works());
}
