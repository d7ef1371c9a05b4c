//! What all tests here share.

use fw_regs::wire::{self, Opcode};
use testbench::peer::packet::Packet;
use testbench::peer::{Peer, PeerOptions};

/// Syndromes of NAKs.
pub const INVALID: u8 = wire::SYNDROME_NAK_INVALID_REQUEST;
pub const ACCESS: u8 = wire::SYNDROME_NAK_REMOTE_ACCESS;
/// Bytes of a full packet.
pub const MTU: usize = 256;

/// A connection that does not move.
pub fn peer() -> Peer {
    Peer::new(PeerOptions::new(64)).unwrap()
}

/// One that may.
pub fn migratable() -> Peer {
    Peer::new(PeerOptions {
        migratable: true,
        ..PeerOptions::new(64)
    })
    .unwrap()
}

/// A WRITE of 8 bytes at an address.
pub fn write_to(peer: &Peer, at: (u64, u32)) -> Packet {
    peer.write_at(Opcode::WriteOnly, peer.psn(0), at, 8, &[0x66; 8])
}

/// The connection is made anew.
pub fn again(peer: &Peer) {
    peer.qp.modify(host_driver::Modify::Reset).unwrap();
    peer.to_init().unwrap();
    peer.to_rtr().unwrap();
    peer.to_rts().unwrap();
    peer.events();
}
