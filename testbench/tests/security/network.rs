//! A stranger on the network, who sees nothing or everything, and speaks for the partner.

use crate::kit::{ACCESS, INVALID, MTU, peer, write_to};
use fw_regs::wire::Opcode;
use fw_regs::{Counter, WcStatus};
use testbench::peer::packet::{Packet, Place};
use testbench::peer::requests::{pattern, plain_send, remote_read, remote_write};
use testbench::peer::{MEMORY, Peer};
use testbench::rng::Rng;

#[test]
fn stranger_is_not_listened_to() {
    let peer = peer();
    peer.recv(1, 0, 256);
    peer.post(1, remote_write(), 0, 64);
    peer.post(2, remote_read(), 4096, 64);
    assert_eq!(peer.listen(3000).len(), 2);
    let (psn, own) = (peer.psn(0), peer.own(0));
    let packets = [
        ("SEND", peer.send_only(psn, 64)),
        ("WRITE", peer.write_only(psn, 0, 64)),
        ("READ", peer.read(psn, 0, 64)),
        ("ATOMIC", peer.fetch_add(psn, 0, 1)),
        (
            "MIDDLE without FIRST",
            peer.send(Opcode::SendMiddle, psn, &[1; MTU]),
        ),
        ("ACK", peer.ack(own)),
        ("sequence NAK", peer.acknowledge(own, 0x60)),
        ("NAK", peer.acknowledge(own, 0x62)),
        ("RNR NAK", peer.acknowledge(own, 0x21)),
        (
            "READ RESPONSE",
            peer.read_response(Opcode::ReadResponseOnly, peer.own(1), &[7; 64]),
        ),
    ];
    for (what, packet) in packets {
        // another address, with the right MAC and without
        for mac in [peer.place.mac, Place::numbered(66).mac] {
            let from = Place {
                ip: Place::numbered(66).ip,
                mac,
            };
            let packet = Packet {
                from,
                ..packet.clone()
            };
            peer.drops(what, &packet.encode(), Counter::RxAddress);
        }
    }
    peer.still_works();
}

#[test]
fn forged_request_with_the_right_psn_is_executed() {
    // the standard has nothing against it: addresses, QP number and PSN are all there is. 2^24 PSNs times 2^16 QP numbers of a host are to be guessed
    // by one who does not see the packets, and a WRITE or READ needs the key too.
    let peer = peer();
    peer.recv(1, 0, 256);
    let forged = peer.send_only(peer.psn(0), 64);
    peer.acknowledges("the forged SEND", &forged);
    assert_eq!(peer.bytes(0, 64), pattern(peer.psn(0).get(), 64));
    assert_eq!(peer.received(1)[0].status, WcStatus::Success);
    // the genuine one behind it is taken for its duplicate: acknowledged, not received
    let genuine = Packet {
        body: vec![0x11; 64],
        ..forged
    };
    peer.acknowledges("the genuine SEND", &genuine);
    assert_ne!(peer.bytes(0, 64), [0x11; 64]);
    assert_eq!(peer.received_soon(), []);
    assert!(peer.works(), "the partner never learns of it");
}

#[test]
fn forged_request_with_a_wrong_psn_changes_nothing() {
    let peer = peer();
    peer.tell(&peer.write_only(peer.psn(0), 0, 8));
    let memory = peer.bytes(0, MEMORY);
    let mut rng = Rng::new(5);
    for _ in 0..40 {
        let distance = 1 + (rng.any() as u32) % 0xff_fffe;
        // invalid ones too: nothing of a packet is judged before its PSN
        let psn = peer.psn(1).plus(distance);
        for packet in [
            peer.send(Opcode::SendMiddle, psn, &[1; 9]),
            peer.write_at(Opcode::WriteOnly, psn, (0, 0xbad), 8, &[1; 8]),
        ] {
            let sent = peer.tell(&packet);
            assert!(sent.len() <= 1);
            assert!(
                sent.iter().all(|p| p.is_ack() || p.is_sequence_nak()),
                "{sent:?}"
            );
        }
    }
    assert!(peer.works());
    assert!(peer.bytes(0, MEMORY) == memory);
    peer.still_works();
}

#[test]
fn forged_packet_ends_the_connection_with_exact_numbers_only() {
    // the standard has the responder end the connection at an invalid request (class C) with the right PSN
    type Request = fn(&Peer) -> Packet;
    let requests: [(&str, Request, u8); 3] = [
        (
            "MIDDLE without FIRST",
            |p| p.send(Opcode::SendMiddle, p.psn(0), &[1; MTU]),
            INVALID,
        ),
        (
            "a bad length",
            |p| p.send(Opcode::SendOnly, p.psn(0), &[1; MTU + 4]),
            INVALID,
        ),
        ("a bad key", |p| write_to(p, (0, 0xbad)), ACCESS),
    ];
    for (what, request, syndrome) in requests {
        let peer = peer();
        let packet = request(&peer);
        for psn in [peer.psn(1), packet.psn.minus(1)] {
            peer.tell(&Packet {
                psn,
                ..packet.clone()
            });
            assert!(peer.works(), "{what}, PSN off by one");
        }
        let qpn = packet.qpn ^ 1;
        peer.drops(
            what,
            &Packet {
                qpn,
                ..packet.clone()
            }
            .encode(),
            Counter::RxUnknownQp,
        );
        peer.refuses(what, &packet, syndrome);
    }
    // and what the standard would have end it, but does not here: reserved opcodes and reserved NAK codes
    let peer = peer();
    for opcode in [0x15, 0x18, 0x1c, 0x1f] {
        let packet = Packet {
            opcode,
            ..peer.send_only(peer.psn(0), 8)
        };
        peer.drops("a reserved opcode", &packet.encode(), Counter::RxBadOpcode);
    }
    peer.still_works();
}

#[test]
fn forged_nak_ends_the_connection_inside_the_window_only() {
    let peer = peer();
    for k in 0..3 {
        peer.post(k, plain_send(), 0, 8);
    }
    assert_eq!(peer.listen(4000).len(), 3);
    for psn in [peer.own(0).minus(1), peer.own(3), peer.own(0x40_0000)] {
        peer.tell(&peer.acknowledge(psn, 0x62));
        assert!(peer.works(), "{psn}");
    }
    for syndrome in [0x64, 0x66, 0x7f, 0x40] {
        peer.tell(&peer.acknowledge(peer.own(0), syndrome));
        assert!(peer.works(), "reserved syndrome {syndrome:#x}");
    }
    // one of as many PSNs as are outstanding
    peer.tell(&peer.acknowledge(peer.own(1), 0x62));
    assert!(peer.failed());
    let status: Vec<_> = peer.sent(3).iter().map(|c| c.status).collect();
    let expected = [
        WcStatus::Success,
        WcStatus::RemoteAccess,
        WcStatus::WorkRequestFlushed,
    ];
    assert_eq!(status, expected, "what is before it counts as acknowledged");
}
