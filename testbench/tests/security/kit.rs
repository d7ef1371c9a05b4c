//! What all tests here share.

use fw_regs::wire::{self, Opcode};
use host_driver::{CompletionQueue, Modify, QpOptions, QueuePair, RtrAttributes, RtsAttributes};
use testbench::lab::{ConnectOptions, width};
use testbench::peer::packet::Packet;
use testbench::peer::{Peer, PeerOptions};

/// Syndromes of NAKs.
pub const INVALID: u8 = wire::SYNDROME_NAK_INVALID_REQUEST;
pub const ACCESS: u8 = wire::SYNDROME_NAK_REMOTE_ACCESS;
/// Bytes of a full packet.
pub const MTU: usize = 256;

/// A connection that does not move.
pub fn peer() -> Peer {
    Peer::new(PeerOptions::new(width())).unwrap()
}

/// One that may.
pub fn migratable() -> Peer {
    Peer::new(PeerOptions {
        migratable: true,
        ..PeerOptions::new(width())
    })
    .unwrap()
}

/// A WRITE of 8 bytes at an address.
pub fn write_to(peer: &Peer, at: (u64, u32)) -> Packet {
    peer.write_at(Opcode::WriteOnly, peer.psn(0), at, 8, &[0x66; 8])
}

/// The connection is made anew.
pub fn again(peer: &Peer) {
    peer.qp.modify(Modify::Reset).unwrap();
    peer.to_init().unwrap();
    peer.to_rtr().unwrap();
    peer.to_rts().unwrap();
    peer.events();
}

/// A second connection of the peer's host, with completion queues of its own; and what to call it.
pub fn second(peer: &Peer) -> (QueuePair, CompletionQueue) {
    let host = &peer.lab.hosts[0];
    let recv_cq = host.context.create_cq(64).unwrap();
    let options = QpOptions {
        send_cq: recv_cq.clone(),
        recv_cq: recv_cq.clone(),
        srq: peer.srq.clone(),
        max_send: 4,
        max_recv: 16,
        raw: false,
    };
    let qp = host.pd.create_qp(&options).unwrap();
    let connect = ConnectOptions::default();
    qp.modify(Modify::Init(connect.init)).unwrap();
    let rtr = RtrAttributes {
        path_mtu: 256,
        ..RtrAttributes::new(peer.connection())
    };
    qp.modify(Modify::Rtr(rtr)).unwrap();
    qp.modify(Modify::Rts(RtsAttributes::new(0))).unwrap();
    (qp, recv_cq)
}
