//! The receive filter: what is dropped silently, and counted, before any queue pair sees it.

use crate::kit::*;
use fw_regs::Counter;
use fw_regs::wire::Opcode;
use host_driver::{Modify, QpOptions, RtrAttributes};
use std::net::{IpAddr, Ipv4Addr};
use testbench::peer::packet::{Packet, Place, seal, seal_ip};
use testbench::peer::{PEER_EPOCH, Peer, PeerOptions};

/// Where headers begin in an IPv4 frame.
const IP: usize = 14;
const UDP: usize = 34;
const BTH: usize = 42;

/// A good request, as a frame.
fn request(peer: &Peer) -> Vec<u8> {
    peer.write_only(peer.psn(0), 0, 40).encode()
}

/// The good request with bytes changed and the ICRC made right.
fn changed(peer: &Peer, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut frame = request(peer);
    change(&mut frame);
    seal(&mut frame);
    frame
}

#[test]
fn filter_wrong_icrc_bad_flow() {
    at_both_widths(|width| {
        let peer = peer(width);
        let good = request(&peer);
        // of headers, payload and ICRC; not of the ports, which decide whether it is RoCE at all
        for at in [
            BTH + 1,
            BTH + 7,
            BTH + 11,
            BTH + 20,
            good.len() - 10,
            good.len() - 1,
        ] {
            let mut frame = good.clone();
            frame[at] ^= 0x40;
            peer.drops(&format!("byte {at} changed"), &frame, Counter::RxIcrcError);
        }
        peer.still_works();
    });
}

#[test]
fn filter_icrc_does_not_cover_what_changes_on_the_way() {
    at_both_widths(|width| {
        let peer = peer(width);
        let mut frame = request(&peer);
        // type of service, time to live, UDP checksum, FECN and BECN
        frame[IP + 1] = 0x02;
        frame[IP + 8] = 3;
        seal_ip(&mut frame);
        frame[UDP + 6] = 0x12;
        frame[BTH + 4] = 0xc0;
        let sent = peer.tell_frame(&frame);
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].is_ack());
    });
}

#[test]
fn filter_transport_version_bad_flow() {
    let peer = peer(width());
    for version in 1..16 {
        let frame = changed(&peer, |f| f[BTH + 1] |= version);
        peer.drops(&format!("TVer {version}"), &frame, Counter::RxBadVersion);
    }
    peer.still_works();
}

#[test]
fn filter_unknown_queue_pair_bad_flow() {
    let peer = peer(width());
    let qpn = peer.qp.number();
    for number in [0, 1, qpn ^ 1, qpn ^ 0x80_0000, 0xff_ffff] {
        let packet = Packet {
            qpn: number,
            ..peer.write_only(peer.psn(0), 0, 40)
        };
        peer.drops(
            &format!("QP {number:#x}"),
            &packet.encode(),
            Counter::RxUnknownQp,
        );
    }
    peer.still_works();
}

#[test]
fn filter_other_transport_bad_flow() {
    let peer = peer(width());
    // UC, RD, UD, manufacturer's, XRC; 0x81 is CNP, which is none of these
    for opcode in [
        0x20, 0x2a, 0x40, 0x4c, 0x60, 0x80, 0x82, 0xa0, 0xaa, 0xc0, 0xe0, 0xff,
    ] {
        let packet = Packet {
            opcode,
            ..peer.send_only(peer.psn(0), 64)
        };
        peer.drops(
            &format!("opcode {opcode:#x}"),
            &packet.encode(),
            Counter::RxNotRc,
        );
    }
    peer.still_works();
}

#[test]
fn filter_unassigned_opcode_bad_flow() {
    let peer = peer(width());
    // 0x19 to 0x1b belong to connections that may move, which this is not; 0x1c and 0x1d are newer than this NIC
    for opcode in [0x15, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f] {
        let packet = Packet {
            opcode,
            ..peer.send_only(peer.psn(0), 64)
        };
        peer.drops(
            &format!("opcode {opcode:#x}"),
            &packet.encode(),
            Counter::RxBadOpcode,
        );
        // without anything behind the BTH; RESUME and its like are too short for their headers then
        let packet = Packet {
            body: vec![],
            ..packet
        };
        let counter = match opcode {
            0x19..=0x1b => Counter::RxRunt,
            _ => Counter::RxBadOpcode,
        };
        peer.drops(&format!("empty {opcode:#x}"), &packet.encode(), counter);
    }
    peer.still_works();
}

#[test]
fn filter_state_of_the_queue_pair_bad_flow() {
    let peer = Peer::in_reset(PeerOptions::new(width())).unwrap();
    let request = request(&peer);
    let answer = peer.ack(peer.own(0)).encode();
    let both = |state: &str| {
        peer.drops(
            &format!("request in {state}"),
            &request,
            Counter::RxBadState,
        );
        peer.drops(&format!("answer in {state}"), &answer, Counter::RxBadState);
    };
    both("RESET");
    peer.to_init().unwrap();
    both("INIT");
    peer.to_rtr().unwrap();
    peer.drops("answer in RTR", &answer, Counter::RxBadState);
    peer.still_works();
    peer.to_rts().unwrap();
    peer.still_works();
    peer.qp.modify(Modify::Err).unwrap();
    peer.listen(1000);
    both("ERR");
}

#[test]
fn filter_migration_packets_before_rtr_and_in_error_bad_flow() {
    let peer = Peer::in_reset(PeerOptions {
        migratable: true,
        ..PeerOptions::new(width())
    })
    .unwrap();
    let resume = peer.resume(peer.place);
    let other = |opcode: Opcode| Packet {
        opcode: opcode.code(),
        ..resume.clone()
    };
    let mut moved = other(Opcode::Moved);
    moved.body.extend([0x0a; 16]);
    let packets = [
        resume.encode(),
        other(Opcode::ResumeAck).encode(),
        moved.encode(),
        peer.nak_stopped(PEER_EPOCH).encode(),
    ];
    let silent = |state: &str| {
        for frame in &packets {
            peer.drops(state, frame, Counter::RxBadState);
        }
    };
    silent("RESET");
    peer.to_init().unwrap();
    silent("INIT");
    peer.to_rtr().unwrap();
    peer.to_rts().unwrap();
    peer.qp.modify(Modify::Err).unwrap();
    peer.listen(1000);
    silent("ERR");
}

#[test]
fn filter_partition_key_bad_flow() {
    for (own, theirs, good) in [
        (0xffff, 0xffff, true),
        // a limited member talks to a full one, in both directions
        (0xffff, 0x7fff, true),
        (0x7fff, 0xffff, true),
        // but two limited members do not
        (0x7fff, 0x7fff, false),
        (0xffff, 0xfffe, false),
        (0x8001, 0x8003, false),
        (0x8001, 0x0001, true),
    ] {
        println!("own {own:#x}, theirs {theirs:#x}");
        let peer = peer_with(width(), |o| o.init.pkey = own);
        let frame = changed(&peer, |f| {
            f[BTH + 2..BTH + 4].copy_from_slice(&u16::to_be_bytes(theirs));
        });
        match good {
            true => assert_eq!(peer.tell_frame(&frame).len(), 1),
            false => peer.drops("another partition", &frame, Counter::RxPkey),
        }
    }
}

#[test]
fn filter_source_address_bad_flow() {
    for ipv6 in [false, true] {
        let peer = peer_with(width(), |o| o.ipv6 = ipv6);
        let stranger = match ipv6 {
            true => Place::numbered_v6(10),
            false => Place::numbered(10),
        };
        for (what, packet) in [
            ("request", peer.write_only(peer.psn(0), 0, 40)),
            ("answer", peer.ack(peer.own(0))),
        ] {
            let packet = Packet {
                from: Place {
                    ip: stranger.ip,
                    ..peer.place
                },
                ..packet
            };
            peer.drops(
                &format!("{what} from another IP"),
                &packet.encode(),
                Counter::RxAddress,
            );
        }
        // the MAC is the next hop's and may change
        let packet = Packet {
            from: Place {
                mac: stranger.mac,
                ..peer.place
            },
            ..peer.write_only(peer.psn(0), 0, 40)
        };
        assert_eq!(peer.tell(&packet).len(), 1);
    }
}

#[test]
fn filter_destination_address_bad_flow() {
    for ipv6 in [false, true] {
        let peer = peer_with(width(), |o| o.ipv6 = ipv6);
        let elsewhere = match ipv6 {
            true => Place::numbered_v6(77),
            false => Place::numbered(77),
        };
        let packet = Packet {
            to: Place {
                ip: elsewhere.ip,
                ..peer.nic()
            },
            ..peer.write_only(peer.psn(0), 0, 40)
        };
        peer.drops("to another IP", &packet.encode(), Counter::RxAddress);
        peer.still_works();
    }
}

#[test]
fn filter_address_of_the_other_ip_version_bad_flow() {
    let peer = peer(width());
    let packet = Packet {
        from: Place::numbered_v6(9),
        to: Place::numbered_v6(1),
        ..peer.write_only(peer.psn(0), 0, 40)
    };
    peer.drops("over IPv6", &packet.encode(), Counter::RxAddress);
    peer.still_works();
}

#[test]
fn filter_mapped_address_over_ipv6_bad_flow() {
    let peer = peer(width());
    let mapped = |place: Place| match place.ip {
        IpAddr::V4(four) => Place {
            ip: four.to_ipv6_mapped().into(),
            ..place
        },
        IpAddr::V6(_) => place,
    };
    let packet = Packet {
        from: mapped(peer.place),
        to: mapped(peer.nic()),
        ..peer.write_only(peer.psn(0), 0, 40)
    };
    peer.drops("over IPv6, mapped", &packet.encode(), Counter::RxAddress);
    peer.still_works();
}

#[test]
fn filter_length_bad_flow() {
    at_both_widths(|width| {
        let peer = peer(width);
        let set = |ip: u16, udp: u16| {
            changed(&peer, |f| {
                f[IP + 2..IP + 4].copy_from_slice(&ip.to_be_bytes());
                f[UDP + 4..UDP + 6].copy_from_slice(&udp.to_be_bytes());
                seal_ip(f);
            })
        };
        let good = request(&peer);
        let (ip, udp) = ((good.len() - IP) as u16, (good.len() - UDP) as u16);
        peer.drops(
            "UDP length too small",
            &set(ip, udp - 4),
            Counter::RxLengthError,
        );
        peer.drops(
            "UDP length too large",
            &set(ip, udp + 4),
            Counter::RxLengthError,
        );
        peer.drops(
            "IP length too large",
            &set(ip + 4, udp + 4),
            Counter::RxLengthError,
        );
        // both lengths fit each other but end inside the RETH
        let short = changed(&peer, |f| {
            f.truncate(BTH + 12 + 8 + 4);
            let (ip, udp) = ((f.len() - IP) as u16, (f.len() - UDP) as u16);
            f[IP + 2..IP + 4].copy_from_slice(&ip.to_be_bytes());
            f[UDP + 4..UDP + 6].copy_from_slice(&udp.to_be_bytes());
            seal_ip(f);
        });
        peer.drops("ends inside its headers", &short, Counter::RxRunt);
        peer.still_works();
    });
}

#[test]
fn filter_ethernet_padding_is_cut_off() {
    at_both_widths(|width| {
        let peer = peer(width);
        // an ACK is shorter than the smallest Ethernet frame, whose padding is behind the ICRC
        peer.post(1, testbench::peer::requests::remote_write(), 0, 8);
        peer.listen(2000);
        let mut frame = peer.ack(peer.own(0)).encode();
        frame.resize(frame.len() + 6, 0xee);
        assert_eq!(peer.tell_frame(&frame), []);
        assert_eq!(peer.sent(1)[0].wr_id, 1);
    });
}

#[test]
fn filter_pad_beyond_the_payload_bad_flow() {
    let peer = peer(width());
    // nothing behind the RETH but the ICRC, and three bytes of padding claimed
    let mut frame = peer
        .write(Opcode::WriteOnly, peer.psn(0), 0, 0, &[])
        .encode();
    frame[BTH + 1] |= 3 << 4;
    seal(&mut frame);
    let sent = peer.tell_frame(&frame);
    assert_eq!(sent, [], "a frame shorter than its padding is answered");
    let dropped = peer.counter(Counter::RxRunt) + peer.counter(Counter::RxLengthError);
    assert_eq!(dropped, 1);
    peer.still_works();
}

#[test]
fn filter_ip_checksum_bad_flow() {
    let peer = peer(width());
    let mut frame = request(&peer);
    frame[IP + 10] ^= 1;
    peer.drops("wrong header checksum", &frame, Counter::RxIpChecksum);
    peer.still_works();
}

#[test]
fn filter_other_port_is_not_roce() {
    let peer = peer(width());
    for port in [4790_u16, 4792, 0, 53] {
        let frame = changed(&peer, |f| {
            f[UDP + 2..UDP + 4].copy_from_slice(&port.to_be_bytes())
        });
        let raw = peer.counter(Counter::RxRaw);
        peer.drops(&format!("port {port}"), &frame, Counter::RxRawDropped);
        assert_eq!(peer.counter(Counter::RxRaw), raw + 1);
    }
    // and a fragment has no port
    let frame = changed(&peer, |f| {
        f[IP + 6] = 0x20;
        seal_ip(f);
    });
    peer.drops("a fragment", &frame, Counter::RxRawDropped);
    peer.still_works();
}

#[test]
fn filter_datagrams_are_dropped_and_counted() {
    at_both_widths(|width| {
        let peer = peer(width);
        // UD SEND ONLY with and without immediate, UC SEND and WRITE: DETH or RETH and payload
        for (what, opcode) in [
            ("UD", 0x64),
            ("UD imm", 0x65),
            ("UC send", 0x24),
            ("UC write", 0x2a),
        ] {
            let packet = Packet {
                opcode,
                ack_req: false,
                ..peer.send_only(peer.psn(0), 128)
            };
            peer.drops(what, &packet.encode(), Counter::RxNotRc);
        }
        peer.still_works();
    });
}

#[test]
fn filter_raw_queue_pair_takes_no_roce_bad_flow() {
    let peer = peer(width());
    let host = &peer.lab.hosts[0];
    let raw = host.pd.create_qp(&QpOptions {
        send_cq: peer.send_cq.clone(),
        recv_cq: peer.recv_cq.clone(),
        srq: None,
        max_send: 1,
        max_recv: 1,
        raw: true,
    });
    let raw = raw.unwrap();
    raw.modify(Modify::Init(peer.options.init)).unwrap();
    let partner = RtrAttributes::new(peer.connection());
    raw.modify(Modify::Rtr(partner)).unwrap();
    for packet in [
        peer.send_only(peer.psn(0), 8),
        peer.write_only(peer.psn(0), 0, 40),
    ] {
        let packet = Packet {
            qpn: raw.number(),
            ..packet
        };
        peer.drops("to the raw queue pair", &packet.encode(), Counter::RxNotRc);
    }
    peer.still_works();
}

#[test]
fn filter_survives_a_storm_of_bad_frames() {
    at_both_widths(|width| {
        let peer = peer(width);
        let stranger = Place {
            ip: IpAddr::V4(Ipv4Addr::new(10, 0, 0, 200)),
            ..peer.place
        };
        let frames = [
            changed(&peer, |f| f[BTH + 1] |= 1),
            changed(&peer, |f| f[BTH + 7] ^= 1),
            Packet {
                from: stranger,
                ..peer.write_only(peer.psn(0), 0, 40)
            }
            .encode(),
            Packet {
                opcode: 0x1f,
                ..peer.send_only(peer.psn(0), 8)
            }
            .encode(),
        ];
        for k in 0..200 {
            peer.lab.cluster.inject(0, &frames[k % frames.len()]);
        }
        let sent = peer.listen(40_000);
        assert_eq!(sent, []);
        peer.still_works();
    });
}
