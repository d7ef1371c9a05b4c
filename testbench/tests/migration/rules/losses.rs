//! Rule 11: the protocol's own packets are lost or come more than once.

use crate::kit::*;
use crate::packet::Packet;
use crate::wires::Wires;
use fw_regs::wire::Opcode;
use host_driver::SendRequest;

/// Kinds of packets of the protocol.
const KINDS: [&str; 4] = ["NAK_STOPPED", "RESUME", "RESUME_ACK", "MOVED"];

/// Which of [`KINDS`] a packet is.
fn kind(packet: &Packet) -> Option<usize> {
    let is = [
        packet.is_nak_stopped(),
        packet.is(Opcode::Resume),
        packet.is(Opcode::ResumeAck),
        packet.is(Opcode::Moved),
    ];
    is.iter().position(|&is| is)
}

/// B stops while A has a message for it; then A stops, and both move. `copies` says how many copies arrive of the n-th packet of a kind,
/// from 0. All four kinds are sent.
fn both_move(copies: impl Fn(usize) -> usize) {
    let lab = lab(4);
    let (a, b) = connected(&lab, 0, 1, &ConnectionOptions::default());
    let wires = Wires::new(&lab);
    hurry(&lab, 50);
    let mut seen = [0; KINDS.len()];
    let mut flow = |what: &str, done: &dyn Fn() -> bool| {
        for _ in 0..100 {
            wires.flow_in_copies(&lab, 2_000, |packet| {
                let Some(kind) = kind(packet) else { return 1 };
                seen[kind] += 1;
                copies(seen[kind] - 1)
            });
            if done() {
                return;
            }
        }
        panic!("{what} does not come; packets of the protocol: {seen:?}");
    };
    let length = 5 * MTU;
    let write = SendRequest::new(1, b.write_to(8192), a.entry(0, length));
    let b = b.stop();
    a.qp().post_send(&[write]).unwrap();
    flow("the pause", &|| a.is_paused(&lab));
    let a = a.stop();
    let copies_of_both = (a.restore(&lab, 2), b.restore(&lab, 3));
    let _tombstones = [(a, 2), (b, 3)].map(|(end, to)| end.commit(Some(lab.hosts[to].ip)));
    let (a, b) = (copies_of_both.0.resume(), copies_of_both.1.resume());
    flow("the end of the move", &|| {
        a.is_normal(&lab) && b.is_normal(&lab)
    });
    flow("the message", &|| {
        a.completer(&lab).una == fw_regs::Psn::new(ConnectionOptions::default().psns[0]).plus(5)
    });
    // nothing more may come of it
    flow("quiet", &|| true);
    assert_eq!(a.sent(&lab, 1)[0].wr_id, 1);
    assert_eq!(a.send_cq.poll(8).unwrap(), []);
    let length = length as usize;
    assert_eq!(b.bytes(8192, length), a.bytes(0, length));
    for (kind, seen) in KINDS.iter().zip(seen) {
        assert!(seen > 0, "no {kind} was sent");
    }
}

#[test]
fn rule_11_first_packet_of_each_kind_is_lost() {
    both_move(|n| usize::from(n > 0));
}

#[test]
fn rule_11_every_packet_comes_three_times() {
    both_move(|_| 3);
}
