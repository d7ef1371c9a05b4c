//! Forged packets of migration. No authenticator is checked yet: these tests say what that means.

use crate::kit::{migratable, peer};
use fw_regs::wire::{self, Opcode};
use fw_regs::{Command, Counter, QpState, SetScope, WcStatus};
use testbench::peer::packet::{MigEth, Packet, Place};
use testbench::peer::requests::{plain_send, remote_write};
use testbench::peer::{PEER_EPOCH, PEER_QPN, Peer};

#[test]
fn forged_nak_stopped_costs_one_probe() {
    let peer = migratable();
    // nothing outstanding: nothing to pause
    peer.drops(
        "NAK_STOPPED, idle",
        &peer.nak_stopped(PEER_EPOCH).encode(),
        Counter::MigrationDropped,
    );
    peer.post(1, remote_write(), 0, 64);
    peer.listen(2000);
    let left = peer.completer().retry_left;
    let from = Place::numbered(66);
    let stranger = Packet {
        from,
        ..peer.nak_stopped(PEER_EPOCH)
    };
    peer.tell(&stranger);
    assert!(peer.works(), "from another address");
    for epoch in [PEER_EPOCH - 1, PEER_EPOCH + 256, PEER_EPOCH ^ 0x80_0000] {
        peer.tell(&peer.nak_stopped(epoch));
        assert!(peer.works(), "epoch {epoch:#x}");
    }
    // with the partner's address and one of 256 of 2^24 epochs it holds the requester
    peer.tell(&peer.nak_stopped(PEER_EPOCH + 255));
    assert!(peer.paused());
    // until the first probe, 1 ms without an ACK timeout, is answered by the partner, who never stopped
    let probe = peer.hear("probe", 300_000, Packet::is_request);
    assert_eq!(probe[0].psn, peer.own(0));
    assert_eq!(peer.tell(&peer.ack(peer.own(0))), []);
    assert!(peer.works());
    assert_eq!(peer.sent(1)[0].status, WcStatus::Success);
    assert_eq!(peer.completer().retry_left, left, "no retry is spent");
}

#[test]
fn forged_resume_with_all_numbers_right_takes_the_connection() {
    // RESUME is taken from any address, that is its purpose; its authenticator, 0 here, is not looked at. Needed are: the QP numbers of both ends, an
    // epoch in the newer half, a window around the expected PSN (may be half of all), and an ePSN within what is outstanding: one of 2^24 if nothing is.
    let peer = migratable();
    let thief = Place::numbered(66);
    let sent = peer.tell(&peer.resume(thief));
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].is(Opcode::ResumeAck));
    assert_eq!(sent[0].to, thief, "and so goes everything from now on");
    peer.post(1, plain_send(), 0, 64);
    assert_eq!(peer.listen(3000)[0].to, thief);
    // the true partner is a stranger now
    peer.drops(
        "the partner",
        &peer.write_only(peer.psn(0), 0, 8).encode(),
        Counter::RxAddress,
    );
}

#[test]
fn forged_resume_with_any_number_wrong_is_dropped() {
    let change = |change: &dyn Fn(&mut Packet)| {
        let peer = migratable();
        let mut packet = peer.resume(Place::numbered(66));
        change(&mut packet);
        (peer, packet)
    };
    // offsets in AETH and MigETH
    let word = |packet: &mut Packet, at: u32, value: u32| {
        let at = 4 + at as usize;
        packet.body[at..at + 4].copy_from_slice(&value.to_be_bytes());
    };
    let (una, epsn) = {
        let peer = migratable();
        (peer.psn(0), peer.own(0))
    };
    let epoch = wire::MIG_ETH_AT_EPOCH;
    type Edit<'a> = &'a dyn Fn(&mut Packet);
    let cases: [(&str, Edit<'_>, Counter); 8] = [
        ("QP number", &|p| p.qpn ^= 1, Counter::RxUnknownQp),
        (
            "source QP number",
            &|p| word(p, wire::MIG_ETH_AT_SOURCE_QPN, (PEER_QPN ^ 1) << 8),
            Counter::MigrationDropped,
        ),
        (
            "epoch equal, from elsewhere",
            &|p| word(p, epoch, PEER_EPOCH),
            Counter::MigrationDropped,
        ),
        (
            "epoch older",
            &|p| word(p, epoch, PEER_EPOCH - 1),
            Counter::MigrationDropped,
        ),
        ("version", &|p| p.body[4] ^= 2, Counter::MigrationDropped),
        (
            "una behind ePSN",
            &|p| p.psn = una.plus(1),
            Counter::ResumeWindow,
        ),
        (
            "max before ePSN",
            &|p| word(p, wire::MIG_ETH_AT_MAX_PSN, una.minus(1).get() << 8),
            Counter::ResumeWindow,
        ),
        (
            "ePSN beyond what was sent",
            &|p| word(p, wire::MIG_ETH_AT_EPSN, epsn.plus(1).get() << 8),
            Counter::ResumeWindow,
        ),
    ];
    for (what, edit, counter) in cases {
        let (peer, packet) = change(edit);
        peer.drops(what, &packet.encode(), counter);
        peer.still_works();
        assert_eq!(peer.state(), QpState::Rts.code());
    }
}

#[test]
fn forged_resume_to_a_connection_that_does_not_move_is_dropped() {
    let peer = peer();
    let packet = peer.resume(Place::numbered(66));
    peer.drops("RESUME", &packet.encode(), Counter::RxBadOpcode);
    peer.still_works();
}

/// A connection whose own end is resuming, and the epoch it resumes with.
fn resuming() -> (Peer, u32) {
    let peer = migratable();
    let command = |command| {
        let set = [peer.qp.slot().into(), SetScope::Qp.code().into()];
        let adapter = &peer.lab.hosts[0].adapter;
        adapter.migration_command(command, set, &[]).unwrap();
    };
    for step in [Command::Stop, Command::Drained, Command::Abort] {
        command(step);
    }
    let sent = peer.hear("RESUME", 20_000, |p| p.is(Opcode::Resume));
    let epoch = sent.last().map_or(0, |p| p.migration().epoch);
    (peer, epoch)
}

/// RESUME_ACK or MOVED of the peer, as it would be.
fn answer(peer: &Peer, opcode: Opcode, epoch: u32) -> Packet {
    let eth = MigEth {
        version: wire::MIG_ETH_VERSION,
        epoch,
        source_qpn: PEER_QPN,
        moved_to: (opcode == Opcode::Moved).then_some(THIEF),
        ..MigEth::default()
    };
    peer.packet(opcode, peer.psn(0), eth.encode())
}

/// 10.0.0.66, as MOVED carries it.
const THIEF: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 66];

#[test]
fn forged_resume_ack_ends_the_resumption_too_early() {
    // with the partner's address, its QP number and the exact epoch, one of 2^24: the end goes on though the partner may not have heard of it,
    // and runs into its retries; no data is lost without a completion that says so
    let (peer, epoch) = resuming();
    let right = answer(&peer, Opcode::ResumeAck, epoch);
    let from = Place::numbered(66);
    let stranger = Packet {
        from,
        ..right.clone()
    };
    for wrong in [
        stranger,
        answer(&peer, Opcode::ResumeAck, epoch.wrapping_add(1) & 0xff_ffff),
        answer(&peer, Opcode::ResumeAck, epoch.wrapping_sub(1) & 0xff_ffff),
    ] {
        peer.tell(&wrong);
        assert!(!peer.works(), "{wrong:?}");
    }
    peer.tell(&right);
    assert!(peer.works());
}

#[test]
fn forged_moved_sends_a_resuming_end_elsewhere() {
    // with the partner's address and any newer epoch: it looks for its partner at the thief's, who needs nothing more to take the connection
    let (peer, _) = resuming();
    let from = Place::numbered(66);
    let to_thief = |packet: &Packet| packet.is(Opcode::Resume) && packet.to.ip == from.ip;
    let right = answer(&peer, Opcode::Moved, PEER_EPOCH + 1);
    let stranger = Packet {
        from,
        ..right.clone()
    };
    for wrong in [stranger, answer(&peer, Opcode::Moved, PEER_EPOCH)] {
        let sent = peer.tell(&wrong);
        assert!(!sent.iter().any(to_thief), "{wrong:?}");
    }
    let sent = peer.tell(&right);
    assert!(sent.iter().any(to_thief), "{sent:#?}");
}
