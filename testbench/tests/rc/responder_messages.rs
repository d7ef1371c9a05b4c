//! The message number: what counts, when, and that it wraps.

use crate::kit::*;
use fw_regs::bar0::mailbox;
use fw_regs::contexts::Responder;
use fw_regs::mailbox::Payload;
use fw_regs::wire::Opcode;
use fw_regs::{Command, ContextKind, QpState};
use host_driver::{Bar, Modify};
use testbench::peer::packet::Packet;
use testbench::peer::{Peer, PeerOptions};

#[test]
fn responder_message_number() {
    at_both_widths(|width| {
        let peer = peer(width);
        for k in 0..4 {
            peer.recv(k, 0, 1024);
        }
        let msn = |sent: Vec<Packet>| sent.last().map(Packet::msn);
        // only the last packet of a message counts it
        assert_eq!(
            msn(peer.tell(&peer.send(Opcode::SendFirst, peer.psn(0), &[1; MTU]))),
            Some(0)
        );
        assert_eq!(
            msn(peer.tell(&peer.send(Opcode::SendLast, peer.psn(1), &[1; 4]))),
            Some(1)
        );
        assert_eq!(msn(peer.tell(&peer.write_only(peer.psn(2), 0, 4))), Some(2));
        // a READ counts before its answer is out: already its FIRST says so
        let sent = peer.tell(&peer.read(peer.psn(3), 0, 2 * MTU as u32));
        assert_eq!(sent[0].msn(), 3);
        assert_eq!(msn(peer.tell(&peer.fetch_add(peer.psn(5), 8, 1))), Some(4));
        // repetitions do not
        assert_eq!(msn(peer.tell(&peer.write_only(peer.psn(2), 0, 4))), Some(4));
        assert_eq!(msn(peer.tell(&peer.write_only(peer.psn(6), 0, 4))), Some(5));
    });
}

#[test]
fn responder_message_number_wraps() {
    let peer = Peer::in_reset(PeerOptions::new(width())).unwrap();
    to_rtr_with_message_number(&peer, 0xff_fffe);
    for (k, expected) in [0xff_ffff, 0, 1].into_iter().enumerate() {
        let packet = peer.write_only(peer.psn(k as u32), 0, 4);
        assert_eq!(peer.acknowledges("WRITE", &packet).msn(), expected);
    }
}

/// RESET to RTR as the driver does it, but for a connection that has seen many messages.
fn to_rtr_with_message_number(peer: &Peer, msn: u32) {
    peer.to_init().unwrap();
    peer.to_rtr().unwrap();
    // what the driver wrote then
    let kinds = [
        ContextKind::QpConfig,
        ContextKind::QpAv,
        ContextKind::QpAddress,
    ];
    let adapter = &peer.lab.hosts[0].adapter;
    let slot = peer.qp.slot();
    let records = kinds.map(|kind| (kind, adapter.read_record(kind, slot).unwrap()));
    let responder = Responder {
        msn,
        ..peer.responder()
    };
    peer.qp.modify(Modify::Reset).unwrap();
    peer.to_init().unwrap();
    let mut payload = Payload::new();
    for (kind, words) in &records {
        payload.record(*kind, slot, words).unwrap();
    }
    payload
        .record(ContextKind::Responder, slot, &responder.to_words())
        .unwrap();
    let mut device = peer.lab.cluster.device(0, 16);
    let mut write = |at, value| device.write32(Bar::Registers, at, value).unwrap();
    for (k, word) in payload.words().iter().enumerate() {
        write(mailbox::data::REG.at(k as u32), *word);
    }
    write(mailbox::arg0::REG.offset, slot.into());
    write(mailbox::arg1::REG.offset, QpState::Rtr.code().into());
    let opcode = Command::QpModify.code().into();
    let go = mailbox::command::OPCODE.of(opcode) | mailbox::command::GO.of(1);
    write(mailbox::command::REG.offset, go);
    peer.listen(2000);
    assert_eq!(peer.state(), QpState::Rtr.code());
    assert_eq!(peer.responder(), responder);
}
