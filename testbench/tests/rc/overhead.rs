//! What migration costs a connection that does not move: nothing.

use fw_regs::wire::Opcode;
use testbench::lab::Variant;
use testbench::peer::requests::{plain_send, remote_add, remote_read, remote_write};
use testbench::peer::{Peer, PeerOptions};

/// Every frame that a NIC sends and the cycles of its first and last beat, counted from the beginning of the traffic.
fn timeline(width: u32, variant: Variant) -> Vec<(u64, u64, Vec<u8>)> {
    let peer = Peer::new(PeerOptions {
        variant,
        ..PeerOptions::new(width)
    })
    .unwrap();
    // numbers are drawn from the same stream, so that both NICs have the same
    (0..4).for_each(|k| peer.recv(k, 8192, 1024));
    peer.lab.run(4000).unwrap();
    peer.lab.cluster.take_frames();
    let start = peer.lab.cluster.cycle();
    let put = |frame: Vec<u8>| peer.lab.cluster.inject(0, &frame);
    for k in 0..4 {
        put(peer.send_only(peer.psn(2 * k), 200).encode());
        put(peer.write_only(peer.psn(2 * k + 1), 0, 200).encode());
    }
    peer.lab.run(2000).unwrap();
    put(peer.read(peer.psn(8), 0, 900).encode());
    put(peer.fetch_add(peer.psn(12), 64, 1).encode());
    peer.post(1, plain_send(), 0, 700);
    peer.post(2, remote_read(), 4096, 16);
    peer.post(3, remote_add(3), 4096, 8);
    peer.lab.run(3000).unwrap();
    put(peer.ack(peer.own(2)).encode());
    put(peer
        .read_response(Opcode::ReadResponseOnly, peer.own(3), &[1; 16])
        .encode());
    put(peer.atomic_acknowledge(peer.own(4), 7).encode());
    for k in 0..8 {
        peer.post(10 + k, remote_write(), 0, 64 * k as u32);
    }
    peer.lab.run(8000).unwrap();
    let frames = peer.lab.cluster.take_frames().into_iter();
    frames
        .filter(|frame| frame.sent)
        .map(|frame| (frame.begin - start, frame.end - start, frame.bytes))
        .collect()
}

#[test]
fn migration_that_is_idle_costs_no_cycle() {
    crate::kit::at_both_widths(|width| {
        let with = timeline(width, Variant::Migratable);
        let without = timeline(width, Variant::Baseline);
        assert!(with.len() > 25, "{} frames", with.len());
        assert_eq!(with.len(), without.len());
        for (k, (with, without)) in with.iter().zip(&without).enumerate() {
            assert_eq!((with.0, with.1), (without.0, without.1), "frame {k}");
            assert!(with.2 == without.2, "frame {k}");
        }
    });
}
