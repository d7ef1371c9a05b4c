//! What the responder refuses for good: rights, lengths, keys, and messages that do not fit.

use crate::kit::*;
use fw_regs::contexts::MemoryRegion;
use fw_regs::wire::{self, Opcode};
use fw_regs::{ContextKind, Counter, WcStatus};
use host_driver::{Access, AsyncEvent, RecvRequest};
use testbench::peer::packet::{Packet, seal, seal_ip};
use testbench::peer::requests::pattern;
use testbench::peer::{Peer, PeerOptions};

const INVALID: u8 = wire::SYNDROME_NAK_INVALID_REQUEST;
const ACCESS: u8 = wire::SYNDROME_NAK_REMOTE_ACCESS;

#[test]
fn responder_operation_not_enabled_bad_flow() {
    type Case = (&'static str, fn(&mut Access), fn(&Peer) -> Packet);
    let cases: [Case; 4] = [
        (
            "WRITE",
            |a| a.remote_write = false,
            |p| p.write_only(p.psn(0), 0, 8),
        ),
        (
            "WRITE of nothing",
            |a| a.remote_write = false,
            |p| p.write_only(p.psn(0), 0, 0),
        ),
        (
            "READ",
            |a| a.remote_read = false,
            |p| p.read(p.psn(0), 0, 8),
        ),
        (
            "ATOMIC",
            |a| a.remote_atomic = false,
            |p| p.fetch_add(p.psn(0), 0, 1),
        ),
    ];
    for (what, take_away, request) in cases {
        let peer = peer_with(width(), |o| take_away(&mut o.init.access));
        peer.refuses(what, &request(&peer), INVALID);
        let qpn = peer.qp.number();
        assert_eq!(
            peer.events(),
            [AsyncEvent::QpRequestError { qpn }],
            "{what}"
        );
    }
}

#[test]
fn responder_no_resources_at_all_bad_flow() {
    type Request = fn(&Peer) -> Packet;
    let cases: [(&str, Request); 2] = [
        ("READ", |p| p.read(p.psn(0), 0, 8)),
        ("ATOMIC", |p| p.fetch_add(p.psn(0), 0, 1)),
    ];
    for (what, request) in cases {
        let peer = peer_with(width(), |o| o.max_rd_atomic = 0);
        peer.refuses(what, &request(&peer), INVALID);
    }
    // WRITEs need none
    peer_with(width(), |o| o.max_rd_atomic = 0).still_works();
}

#[test]
fn responder_length_of_a_packet_bad_flow() {
    let cases: [(&str, (Opcode, usize)); 9] = [
        ("FIRST shorter than the MTU", (Opcode::SendFirst, MTU - 4)),
        ("FIRST longer than the MTU", (Opcode::SendFirst, MTU + 4)),
        ("FIRST of nothing", (Opcode::SendFirst, 0)),
        ("ONLY longer than the MTU", (Opcode::SendOnly, MTU + 1)),
        ("WRITE FIRST shorter", (Opcode::WriteFirst, MTU - 1)),
        ("WRITE FIRST longer", (Opcode::WriteFirst, MTU + 1)),
        ("WRITE ONLY longer", (Opcode::WriteOnly, MTU + 1)),
        ("READ with payload", (Opcode::ReadRequest, 4)),
        ("ATOMIC with payload", (Opcode::FetchAdd, 8)),
    ];
    each(&cases, |what, peer, &(opcode, length)| {
        peer.recv(1, 0, 4096);
        let payload = pattern(1, length);
        let psn = peer.psn(0);
        let packet = match opcode {
            Opcode::WriteFirst => peer.write(opcode, psn, 0, 4096, &payload),
            Opcode::WriteOnly => peer.write(opcode, psn, 0, length as u32, &payload),
            Opcode::ReadRequest => extended(peer.read(psn, 0, 16), &payload),
            Opcode::FetchAdd => extended(peer.fetch_add(psn, 0, 1), &payload),
            _ => peer.send(opcode, psn, &payload),
        };
        peer.refuses(what, &packet, INVALID);
    });
}

fn extended(packet: Packet, more: &[u8]) -> Packet {
    let mut body = packet.body.clone();
    body.extend(more);
    Packet { body, ..packet }
}

#[test]
fn responder_length_of_a_later_packet_bad_flow() {
    let cases = [
        ("MIDDLE shorter than the MTU", (Opcode::SendMiddle, MTU - 4)),
        ("MIDDLE longer than the MTU", (Opcode::SendMiddle, MTU + 4)),
        ("MIDDLE of nothing", (Opcode::SendMiddle, 0)),
        ("LAST longer than the MTU", (Opcode::SendLast, MTU + 1)),
        ("LAST of nothing", (Opcode::SendLast, 0)),
    ];
    each(&cases, |what, peer, &(opcode, length)| {
        peer.recv(1, 0, 4096);
        peer.tell(&peer.send(Opcode::SendFirst, peer.psn(0), &[1; MTU]));
        // the receive's memory has the first packet by now, and nothing else may come to it
        peer.refuses(
            what,
            &peer.send(opcode, peer.psn(1), &pattern(1, length)),
            INVALID,
        );
        assert_eq!(peer.received(1)[0].status, WcStatus::RemoteInvalidRequest);
    });
}

#[test]
fn responder_padding_that_does_not_fit_bad_flow() {
    for (length, pad) in [(64, 1), (64, 2), (64, 3), (63, 2), (62, 1)] {
        let peer = peer(width());
        let packet = peer.write_only(peer.psn(0), 0, length);
        let mut frame = packet.encode();
        let bth = 42;
        frame[bth + 1] = frame[bth + 1] & 0xcf | pad << 4;
        seal(&mut frame);
        let sent = peer.tell_frame(&frame);
        assert_eq!(sent.len(), 1, "{length} bytes, pad {pad}: {sent:?}");
        assert_eq!(sent[0].syndrome(), INVALID);
        assert!(peer.failed());
    }
}

/// A SEND announces no length that its padding could disagree with, and yet payload and padding must fill whole words.
#[test]
fn responder_padding_of_a_send_that_is_missing_bad_flow() {
    const IP: usize = 14;
    const UDP: usize = 34;
    const BTH: usize = 42;
    for length in [61, 62, 63] {
        let peer = peer(width());
        peer.recv(1, 0, 256);
        let mut frame = peer.send_only(peer.psn(0), length).encode();
        // the padding is in front of the ICRC
        let end = frame.len() - 4;
        frame.drain(end - (64 - length)..end);
        frame[BTH + 1] &= 0xcf;
        for (at, from) in [(IP + 2, IP), (UDP + 4, UDP)] {
            let bytes = (frame.len() - from) as u16;
            frame[at..at + 2].copy_from_slice(&bytes.to_be_bytes());
        }
        seal_ip(&mut frame);
        seal(&mut frame);
        let sent = peer.tell_frame(&frame);
        assert_eq!(sent.len(), 1, "{length} bytes: {sent:?}");
        assert_eq!(sent[0].syndrome(), INVALID, "{length} bytes: {sent:?}");
        assert!(peer.failed());
    }
}

#[test]
fn responder_write_of_another_length_than_announced_bad_flow() {
    let only = |announced: u32, sent: usize| {
        let peer = peer(width());
        let packet = peer.write(Opcode::WriteOnly, peer.psn(0), 0, announced, &vec![1; sent]);
        peer.refuses(&format!("{sent} bytes for {announced}"), &packet, INVALID);
    };
    only(64, 60);
    only(64, 68);
    only(0, 4);
    only(1, 0);
    // FIRST alone is more than was announced; with nothing announced no key is checked, and nothing may be written
    for announced in [0, 1, 100, MTU as u32 - 1] {
        for wrong in [0, 1] {
            let peer = peer(width());
            let at = (peer.memory.va(), peer.memory.rkey() ^ wrong);
            let first = peer.write_at(Opcode::WriteFirst, peer.psn(0), at, announced, &[1; MTU]);
            let syndrome = if wrong == 1 && announced > 0 {
                ACCESS
            } else {
                INVALID
            };
            peer.refuses(&format!("FIRST for {announced}"), &first, syndrome);
        }
    }
    let long = |announced: u32, then: Opcode, length: usize| {
        let peer = peer(width());
        peer.tell(&peer.write(Opcode::WriteFirst, peer.psn(0), 0, announced, &[1; MTU]));
        let packet = peer.send(then, peer.psn(1), &vec![2; length]);
        peer.refuses(&format!("{then:?} for {announced}"), &packet, INVALID);
    };
    let mtu = MTU as u32;
    // ends too early, ends too late, goes on beyond its end
    long(3 * mtu, Opcode::WriteLast, MTU);
    long(2 * mtu, Opcode::WriteLast, MTU - 1);
    long(2 * mtu - 1, Opcode::WriteLast, MTU);
    long(2 * mtu - 1, Opcode::WriteMiddle, MTU);
}

#[test]
fn responder_more_than_two_gibibytes_bad_flow() {
    let huge = |length: u32| {
        let peer = peer(width());
        let packet = peer.write(Opcode::WriteFirst, peer.psn(0), 0, length, &[1; MTU]);
        let sent = peer.tell(&packet);
        assert_eq!(sent.len(), 1, "{length:#x}");
        assert!(peer.failed());
        sent[0].syndrome()
    };
    // 2^31 is allowed, only not in this region
    assert_eq!(huge(0x8000_0000), ACCESS);
    assert_eq!(huge(0x8000_0001), INVALID);
    assert_eq!(huge(u32::MAX), INVALID);
    let peer = peer(width());
    peer.refuses("READ", &peer.read(peer.psn(0), 0, 0x8000_0001), INVALID);
}

#[test]
fn responder_key_that_opens_nothing_bad_flow() {
    let peer = || peer(width());
    type Request = fn(&Peer, (u64, u32)) -> Packet;
    let requests: [(&str, Request); 2] = [
        ("WRITE", |p, at| {
            p.write_at(Opcode::WriteOnly, p.psn(0), at, 64, &[1; 64])
        }),
        ("READ", |p, at| p.read_at(p.psn(0), at, 64)),
    ];
    for (what, request) in requests {
        for flip in [1, 0x100, 0x8000_0000] {
            let peer = peer();
            let at = (peer.memory.va(), peer.memory.rkey() ^ flip);
            peer.refuses(
                &format!("{what}, key off by {flip:#x}"),
                &request(&peer, at),
                ACCESS,
            );
            let qpn = peer.qp.number();
            assert_eq!(peer.events(), [AsyncEvent::QpAccessError { qpn }]);
        }
        let peer = peer();
        let other = peer.lab.hosts[0].context.allocate_pd().unwrap();
        let buffer = peer.lab.hosts[0].context.allocate(4096).unwrap();
        let region = other
            .register(&buffer, 0x10_0000, 4096, Access::ALL)
            .unwrap();
        let at = (region.va(), region.rkey());
        peer.refuses(
            &format!("{what}, other domain"),
            &request(&peer, at),
            ACCESS,
        );
    }
}

#[test]
fn responder_region_without_the_right_bad_flow() {
    type Request = fn(&Peer, (u64, u32)) -> Packet;
    type Case = (&'static str, fn(&mut Access), Request);
    let cases: [Case; 3] = [
        (
            "WRITE",
            |a| a.remote_write = false,
            |p, at| p.write_at(Opcode::WriteOnly, p.psn(0), at, 8, &[1; 8]),
        ),
        (
            "READ",
            |a| a.remote_read = false,
            |p, at| p.read_at(p.psn(0), at, 8),
        ),
        (
            "ATOMIC",
            |a| a.remote_atomic = false,
            |p, (va, rkey)| {
                let mut packet = p.fetch_add(p.psn(0), 0, 1);
                packet.body[..8].copy_from_slice(&va.to_be_bytes());
                packet.body[8..12].copy_from_slice(&rkey.to_be_bytes());
                packet
            },
        ),
    ];
    for (what, take_away, request) in cases {
        let peer = peer(width());
        let mut access = Access::ALL;
        take_away(&mut access);
        let region = peer.lab.hosts[0].memory(4096, access).unwrap();
        peer.refuses(what, &request(&peer, (region.va(), region.rkey())), ACCESS);
    }
}

#[test]
fn responder_range_of_the_region() {
    at_both_widths(|width| {
        let length = testbench::peer::MEMORY as u64;
        // exactly to its end, from its first byte
        let peer = peer(width);
        peer.acknowledges(
            "the last bytes",
            &peer.write_only(peer.psn(0), length - 40, 40),
        );
        peer.acknowledges("the first bytes", &peer.write_only(peer.psn(1), 0, 40));
        for (what, offset) in [
            ("one beyond the end", length - 39),
            ("one before", u64::MAX),
        ] {
            let peer = crate::kit::peer(width);
            peer.refuses(what, &peer.write_only(peer.psn(0), offset, 40), ACCESS);
            let peer = crate::kit::peer(width);
            peer.refuses(what, &peer.read(peer.psn(0), offset, 40), ACCESS);
        }
    });
}

#[test]
fn responder_nothing_needs_no_key() {
    at_both_widths(|width| {
        let peer = peer(width);
        let nowhere = (0xdead_beef_0000, 0x0bad_0bad);
        let write = peer.write_at(Opcode::WriteOnly, peer.psn(0), nowhere, 0, &[]);
        peer.acknowledges("WRITE of nothing", &write);
        let sent = peer.tell(&peer.read_at(peer.psn(1), nowhere, 0));
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].is(Opcode::ReadResponseOnly));
        assert_eq!(sent[0].body.len(), 4, "AETH and nothing else");
        assert_eq!(peer.responder().epsn, peer.psn(2), "one PSN for nothing");
    });
}

#[test]
fn responder_send_longer_than_its_receive_bad_flow() {
    at_both_widths(|width| {
        let peer = peer(width);
        peer.recv(7, 0, 63);
        peer.refuses("ONLY", &peer.send_only(peer.psn(0), 64), INVALID);
        assert_eq!(
            peer.received(1)[0].status,
            WcStatus::LocalLength,
            "the standard's, not rxe's"
        );
        let peer = crate::kit::peer(width);
        peer.recv(7, 0, 2 * MTU as u32 - 1);
        peer.tell(&peer.send(Opcode::SendFirst, peer.psn(0), &[1; MTU]));
        peer.refuses(
            "LAST",
            &peer.send(Opcode::SendLast, peer.psn(1), &[1; MTU]),
            INVALID,
        );
        assert_eq!(peer.received(1)[0].status, WcStatus::LocalLength);
    });
}

#[test]
fn responder_receive_with_a_bad_local_key_bad_flow() {
    at_both_widths(|width| {
        let peer = peer(width);
        let mut entry = peer.entry(0, 128);
        entry.lkey ^= 0x100;
        let request = RecvRequest {
            wr_id: 9,
            entries: vec![entry],
        };
        peer.qp.post_recv(&[request]).unwrap();
        let packet = peer.send_only(peer.psn(0), 64);
        peer.refuses("SEND", &packet, wire::SYNDROME_NAK_REMOTE_OPERATIONAL);
        let done = peer.received(1)[0];
        assert_eq!((done.wr_id, done.status), (9, WcStatus::LocalProtection));
        assert_eq!(peer.counter(Counter::NakRemoteOperational), 1);
    });
}

#[test]
fn responder_invalidate_of_a_wrong_key_bad_flow() {
    for key in [0x0bad_0bad, 0] {
        let peer = peer(width());
        peer.recv(1, 0, 128);
        let packet = peer.send_with(Opcode::SendOnlyInv, peer.psn(0), key, &[1; 16]);
        let sent = peer.tell(&packet);
        assert_eq!(sent, [], "no NAK, and no ACK either");
        assert!(peer.failed());
        assert_eq!(peer.received(1)[0].status, WcStatus::RemoteInvalidRequest);
    }
}

#[test]
fn responder_invalidates_a_key() {
    let peer = peer(width());
    peer.recv(1, 0, 128);
    let region = peer.lab.hosts[0].memory(4096, Access::ALL).unwrap();
    let at = (region.va(), region.rkey());
    let write = |k| peer.write_at(Opcode::WriteOnly, peer.psn(k), at, 8, &[1; 8]);
    peer.acknowledges("before", &write(0));
    let packet = peer.send_with(Opcode::SendOnlyInv, peer.psn(1), region.rkey(), &[1; 16]);
    peer.acknowledges("SEND with invalidate", &packet);
    assert_eq!(peer.received(1)[0].invalidated, Some(region.rkey()));
    peer.refuses("after", &write(2), ACCESS);
}

/// Of two SENDs with invalidate close behind each other each has its own key and its own answer.
#[test]
fn responder_invalidates_keys_close_behind_each_other() {
    for wrong in [false, true] {
        println!("the second key is wrong: {wrong}");
        let peer = peer(width());
        let regions = [0, 1, 2].map(|_| peer.lab.hosts[0].memory(4096, Access::ALL).unwrap());
        (0..2).for_each(|k| peer.recv(k, 0, 128));
        let second = regions[1].rkey() ^ if wrong { 0x100 } else { 0 };
        let inv = |k, key| peer.send_with(Opcode::SendOnlyInv, peer.psn(k), key, &[]);
        peer.tell_all(&[inv(0, regions[0].rkey()), inv(1, second)]);
        let valid = regions.each_ref().map(|region| {
            let adapter = &peer.lab.hosts[0].adapter;
            let words = adapter.read_record(ContextKind::MemoryRegion, region.slot());
            MemoryRegion::from_words(&words.unwrap().try_into().unwrap()).valid
        });
        assert_eq!(valid, [false, wrong, true]);
        let done = peer.received(2);
        assert_eq!(done[0].invalidated, Some(regions[0].rkey()));
        assert_eq!(peer.failed(), wrong);
        match wrong {
            true => assert_eq!(done[1].status, WcStatus::RemoteInvalidRequest),
            false => assert_eq!(done[1].invalidated, Some(second)),
        }
    }
}

#[test]
fn responder_refusal_flushes_all_receives() {
    let peer = Peer::new(PeerOptions::new(width())).unwrap();
    (0..4).for_each(|k| peer.recv(k, 0, 128));
    peer.refuses(
        "a bad key",
        &peer.read_at(peer.psn(0), (0, 0x0bad), 8),
        ACCESS,
    );
    let all = peer.received(4);
    assert!(Peer::all_are(&all, WcStatus::WorkRequestFlushed), "{all:?}");
    // nothing is answered any more
    assert_eq!(peer.tell(&peer.write_only(peer.psn(0), 0, 8)), []);
    assert_eq!(peer.tell(&peer.write_only(peer.psn(1), 0, 8)), []);
}

/// A second copy of a request that is refused for good, right behind it, already waits for the responder when the queue pair fails: it is
/// dropped as if it had come later, takes no receive and is not refused once more.
#[test]
fn responder_copy_behind_what_is_refused_is_dropped_bad_flow() {
    at_both_widths(|width| {
        type Request = fn(&Peer) -> Packet;
        let cases: [(&str, Request, u8); 3] = [
            (
                "SEND",
                |p| p.send(Opcode::SendOnly, p.psn(0), &[7; 64]),
                INVALID,
            ),
            ("WRITE", |p| p.write_only(p.psn(0), u64::MAX, 8), ACCESS),
            ("READ", |p| p.read(p.psn(0), u64::MAX, 8), ACCESS),
        ];
        for (what, request, syndrome) in cases {
            println!("{what}");
            let peer = peer(width);
            peer.recv(7, 0, 63);
            peer.recv(8, 64, 64);
            let packet = request(&peer);
            let dropped = peer.counter(Counter::RxBadState);
            let before = peer.bytes(64, 64);
            let sent = peer.tell_all(&[packet.clone(), packet.clone(), packet]);
            assert_eq!(sent.len(), 1, "{what}: {sent:#?}");
            assert_eq!(sent[0].syndrome(), syndrome, "{what}: {sent:?}");
            assert!(peer.failed(), "{what}");
            assert_eq!(peer.counter(Counter::RxBadState) - dropped, 2, "{what}");
            let second = peer.received(2)[1];
            assert_eq!(
                (second.wr_id, second.status),
                (8, WcStatus::WorkRequestFlushed),
                "{what}"
            );
            assert_eq!(peer.bytes(64, 64), before, "{what}");
        }
    });
}
