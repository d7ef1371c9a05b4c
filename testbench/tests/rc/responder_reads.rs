//! READs: how the answer is cut, what is repeated, what is forgotten.

use crate::kit::*;
use fw_regs::Counter;
use fw_regs::wire::Opcode;
use testbench::peer::packet::Packet;

/// The payloads of a READ's answer, which must be whole: opcodes, PSNs from `from` on, AETH but in the MIDDLE.
fn payload(sent: &[Packet], from: fw_regs::Psn) -> Vec<u8> {
    let mut all = Vec::new();
    assert!(!sent.is_empty(), "no answer");
    let last = sent.len() - 1;
    for (k, packet) in sent.iter().enumerate() {
        let expected = match (k, last) {
            (0, 0) => Opcode::ReadResponseOnly,
            (0, _) => Opcode::ReadResponseFirst,
            (k, last) if k == last => Opcode::ReadResponseLast,
            _ => Opcode::ReadResponseMiddle,
        };
        assert!(
            packet.is(expected),
            "packet {k} of {}: {packet:?}",
            sent.len()
        );
        assert_eq!(packet.psn, from.plus(k as u32));
        let aeth = match expected {
            Opcode::ReadResponseMiddle => 0,
            _ => 4,
        };
        if aeth == 4 {
            assert_eq!(packet.syndrome() >> 5, 0, "{packet:?}");
        }
        all.extend(&packet.body[aeth..]);
    }
    all
}

#[test]
fn responder_read_is_cut_into_packets() {
    at_both_widths(|width| {
        let peer = peer(width);
        let mut psn = peer.psn(0);
        let mut msn = 0;
        for length in [
            0,
            1,
            4,
            MTU - 1,
            MTU,
            MTU + 1,
            2 * MTU,
            2 * MTU + 1,
            5 * MTU + 3,
        ] {
            let sent = peer.tell(&peer.read(psn, 100, length as u32));
            let packets = length.div_ceil(MTU).max(1);
            assert_eq!(sent.len(), packets, "{length} bytes");
            assert!(
                payload(&sent, psn) == peer.bytes(100, length),
                "{length} bytes"
            );
            msn += 1;
            let first = sent[0].msn();
            assert_eq!(first, msn, "a READ counts when it is accepted");
            psn = psn.plus(packets as u32);
            assert_eq!(peer.responder().epsn, psn, "a PSN for each packet");
        }
    });
}

#[test]
fn responder_duplicate_read_is_read_again_from_where_it_asks() {
    at_both_widths(|width| {
        let peer = peer(width);
        let length = 4 * MTU;
        peer.tell(&peer.read(peer.psn(0), 0, length as u32));
        // not the bytes of then: the memory's, executed again
        peer.memory.buffer().write(0, &vec![0x77; length]).unwrap();
        for from in 0..4 {
            let rest = (length - from * MTU) as u32;
            let packet = peer.read(peer.psn(from as u32), (from * MTU) as u64, rest);
            let sent = peer.tell(&packet);
            assert!(
                payload(&sent, packet.psn) == vec![0x77; rest as usize],
                "from packet {from}"
            );
        }
        // and less than the rest, from the middle
        let sent = peer.tell(&peer.read(peer.psn(1), MTU as u64, MTU as u32));
        assert_eq!(payload(&sent, peer.psn(1)).len(), MTU);
        assert_eq!(
            peer.responder().epsn,
            peer.psn(4),
            "the expected PSN does not move"
        );
        assert_eq!(peer.responder().msn, 1);
    });
}

#[test]
fn responder_duplicate_read_that_is_not_known_is_dropped() {
    let peer = peer(width());
    peer.tell(&peer.read(peer.psn(0), 0, 2 * MTU as u32));
    peer.tell(&peer.write_only(peer.psn(2), 0, 8));
    let dropped = |what: &str, packet: &Packet| {
        peer.drops(what, &packet.encode(), Counter::DupReadDropped);
    };
    dropped("where a WRITE was", &peer.read(peer.psn(2), 0, 8));
    dropped("before everything", &peer.read(peer.psn(0).minus(1), 0, 8));
    dropped(
        "more than was read",
        &peer.read(peer.psn(0), 0, 3 * MTU as u32),
    );
    dropped(
        "beyond the end",
        &peer.read(peer.psn(1), MTU as u64, 2 * MTU as u32),
    );
    peer.still_works();
}

#[test]
fn responder_duplicate_read_with_another_key_or_address_is_dropped() {
    let peer = peer(width());
    let other = peer.lab.hosts[0]
        .memory(4096, host_driver::Access::ALL)
        .unwrap();
    peer.tell(&peer.read(peer.psn(0), 0, 2 * MTU as u32));
    for (what, at) in [
        ("another region", (other.va(), other.rkey())),
        (
            "an address before",
            (peer.memory.va() - 1, peer.memory.rkey()),
        ),
        (
            "an address behind",
            (peer.memory.va() + 3 * MTU as u64, peer.memory.rkey()),
        ),
    ] {
        let packet = peer.read_at(peer.psn(0), at, MTU as u32);
        peer.drops(what, &packet.encode(), Counter::DupReadDropped);
    }
    peer.still_works();
}

/// Two regions with the same addresses: the key alone tells them apart.
#[test]
fn responder_duplicate_read_with_the_key_of_the_same_addresses_is_dropped() {
    let peer = peer(width());
    let host = &peer.lab.hosts[0];
    let buffer = host.context.allocate(4096).unwrap();
    let other = host
        .pd
        .register(&buffer, peer.memory.va(), 4096, host_driver::Access::ALL)
        .unwrap();
    peer.tell(&peer.read(peer.psn(0), 0, 2 * MTU as u32));
    let at = (other.va(), other.rkey());
    let packet = peer.read_at(peer.psn(0), at, 2 * MTU as u32);
    peer.drops("another key", &packet.encode(), Counter::DupReadDropped);
    // it opens what it is for
    let packet = peer.read_at(peer.psn(2), at, 16);
    assert_eq!(peer.tell(&packet).len(), 1);
    peer.still_works();
}

#[test]
fn responder_remembers_as_many_reads_as_it_allows() {
    // the ring has room for eight, whatever the connection allows: the oldest of more than eight is forgotten
    for depth in [1_u32, 4, 8] {
        let peer = peer_with(width(), |o| o.max_rd_atomic = depth as u8);
        for k in 0..11 {
            peer.tell(&peer.read(peer.psn(k), 0, 16));
        }
        for k in 0..11 {
            let packet = peer.read(peer.psn(k), 0, 16);
            match k {
                0..3 => peer.drops("too old", &packet.encode(), Counter::DupReadDropped),
                _ => assert_eq!(peer.tell(&packet).len(), 1, "READ {k}, {depth} allowed"),
            }
        }
    }
}
