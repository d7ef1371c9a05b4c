//! What all tests here share.

pub use testbench::lab::width;
use testbench::lab::widths;
use testbench::peer::{Peer, PeerOptions};

/// Bytes of a full packet.
pub const MTU: usize = 256;

/// Runs a test at both widths and says which.
pub fn at_both_widths(test: impl Fn(u32)) {
    for width in widths() {
        println!("width {width}, seed {:#x}", PeerOptions::new(width).seed);
        test(width);
    }
}

/// A NIC of `width` bits with a queue pair in RTS.
pub fn peer(width: u32) -> Peer {
    Peer::new(PeerOptions::new(width)).unwrap()
}

/// The same, made a little differently.
pub fn peer_with(width: u32, change: impl FnOnce(&mut PeerOptions)) -> Peer {
    let mut options = PeerOptions::new(width);
    change(&mut options);
    Peer::new(options).unwrap()
}

/// A new NIC for every case.
pub fn each<T>(cases: &[(&str, T)], test: impl Fn(&str, Peer, &T)) {
    for (name, case) in cases {
        println!("{name}");
        test(name, peer(width()), case);
    }
}
