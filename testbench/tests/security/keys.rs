//! A partner that means harm: keys that are not its own, and addresses beyond what is.

use crate::kit::{ACCESS, MTU, again, peer, second, write_to};
use fw_regs::Counter;
use fw_regs::wire::Opcode;
use host_driver::{Access, Buffer, MemoryRegion, RecvRequest, SendRequest, WcStatus};
use std::collections::BTreeSet;
use testbench::lab::width;
use testbench::peer::packet::Packet;
use testbench::peer::requests::{remote_add, remote_read, remote_write};
use testbench::peer::{MEMORY, Peer};
use testbench::rng::Rng;

#[test]
fn key_guessed_costs_the_connection() {
    let real = peer().memory.rkey();
    let mut guesses = vec![0, 1, u32::MAX];
    guesses.extend([1, 0xff, 0x100, 0x0100_0000].map(|step| real.wrapping_add(step)));
    guesses.extend([1, 0x100].map(|step| real.wrapping_sub(step)));
    let mut rng = Rng::new(11);
    guesses.extend((0..16).map(|_| rng.any() as u32));
    for guess in guesses.into_iter().filter(|&guess| guess != real) {
        let peer = peer();
        assert_eq!(peer.memory.rkey(), real, "seeded");
        let va = peer.memory.va();
        peer.refuses(
            &format!("key {guess:#010x}"),
            &write_to(&peer, (va, guess)),
            ACCESS,
        );
        // there is no second guess on this connection
        assert_eq!(peer.tell(&write_to(&peer, (va, real))), []);
    }
}

#[test]
fn key_does_not_tell_the_next() {
    let peer = peer();
    let host = &peer.lab.hosts[0];
    let regions: Vec<_> = (0..100)
        .map(|_| host.memory(64, Access::ALL).unwrap())
        .collect();
    let keys: Vec<u32> = regions.iter().map(MemoryRegion::rkey).collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 100);
    let steps = keys.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]));
    assert!(steps.collect::<BTreeSet<_>>().len() > 95, "{keys:x?}");
    // eight bits are the host's, the rest is drawn: all of the lower 24 are used
    let ones = keys.iter().fold(0, |all, key| all | key);
    let zeros = keys.iter().fold(0, |all, key| all | !key);
    assert_eq!(ones & zeros & 0x00ff_ffff, 0x00ff_ffff);
}

#[test]
fn key_stale_after_deregistration() {
    let peer = peer();
    let host = &peer.lab.hosts[0];
    let region = host.memory(4096, Access::ALL).unwrap();
    let at = (region.va(), region.rkey());
    let slot = region.slot();
    drop(region);
    // a region takes the slot once no other is free, perhaps the memory, and never the key
    let all: Vec<_> = std::iter::from_fn(|| host.memory(4096, Access::ALL).ok()).collect();
    let next = all.iter().find(|next| next.slot() == slot).unwrap();
    assert!(all.iter().all(|next| next.rkey() != at.1));
    peer.refuses(
        "a key of before",
        &write_to(&peer, (next.va(), at.1)),
        ACCESS,
    );
    let mut bytes = [0; 8];
    next.buffer().read(0, &mut bytes).unwrap();
    assert_eq!(bytes, [0; 8]);
}

#[test]
fn key_stale_after_invalidation() {
    let peer = peer();
    peer.recv(1, 0, 64);
    let region = peer.lab.hosts[0].memory(4096, Access::ALL).unwrap();
    let at = (region.va(), region.rkey());
    let packet = peer.send_with(Opcode::SendOnlyInv, peer.psn(0), region.rkey(), &[]);
    peer.acknowledges("SEND with invalidate", &packet);
    let packet = Packet {
        psn: peer.psn(1),
        ..write_to(&peer, at)
    };
    peer.refuses("an invalidated key", &packet, ACCESS);
}

/// A region of its own, whose memory stays when it is deregistered.
fn region(peer: &Peer, length: usize) -> (Buffer, MemoryRegion) {
    let host = &peer.lab.hosts[0];
    let buffer = host.context.allocate(length).unwrap();
    let region = host
        .pd
        .register(&buffer, 0x0070_0000, length, Access::ALL)
        .unwrap();
    (buffer, region)
}

fn content(buffer: &Buffer, offset: usize, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    buffer.read(offset, &mut bytes).unwrap();
    bytes
}

/// The first packet of a WRITE of two to a region, executed.
fn half_a_write(peer: &Peer, region: &MemoryRegion) {
    let at = (region.va(), region.rkey());
    let first = peer.write_at(
        Opcode::WriteFirst,
        peer.psn(0),
        at,
        2 * MTU as u32,
        &[1; MTU],
    );
    peer.acknowledges("FIRST", &first);
}

#[test]
fn key_stale_in_the_middle_of_a_write_after_deregistration() {
    let peer = peer();
    let (buffer, region) = region(&peer, 4096);
    half_a_write(&peer, &region);
    drop(region);
    let last = peer.send(Opcode::WriteLast, peer.psn(1), &[2; MTU]);
    peer.refuses("LAST", &last, ACCESS);
    assert_eq!(
        content(&buffer, MTU, MTU),
        [0; MTU],
        "memory that was given back"
    );
}

#[test]
fn key_stale_in_the_middle_of_a_write_after_invalidation() {
    let peer = peer();
    let (buffer, region) = region(&peer, 4096);
    half_a_write(&peer, &region);
    // another connection of the same domain invalidates it
    let (other, _cq) = second(&peer);
    let entries = vec![peer.entry(0, 64)];
    let receive = RecvRequest { wr_id: 1, entries };
    other.post_recv(&[receive]).unwrap();
    let packet = Packet {
        qpn: other.number(),
        ..peer.send_with(Opcode::SendOnlyInv, peer.psn(0), region.rkey(), &[])
    };
    peer.acknowledges("SEND with invalidate", &packet);
    let last = peer.send(Opcode::WriteLast, peer.psn(1), &[2; MTU]);
    peer.refuses("LAST", &last, ACCESS);
    assert_eq!(content(&buffer, MTU, MTU), [0; MTU]);
}

#[test]
fn key_stale_in_the_middle_of_a_receive() {
    let peer = peer();
    let (buffer, region) = region(&peer, 4096);
    let entries = vec![region.entry(0, 1024)];
    let receive = RecvRequest { wr_id: 1, entries };
    peer.qp.post_recv(&[receive]).unwrap();
    let first = peer.send(Opcode::SendFirst, peer.psn(0), &[1; MTU]);
    peer.acknowledges("FIRST", &first);
    drop(region);
    peer.tell(&peer.send(Opcode::SendLast, peer.psn(1), &[2; MTU]));
    assert_eq!(
        content(&buffer, MTU, MTU),
        [0; MTU],
        "memory that was given back"
    );
    assert!(peer.failed());
}

#[test]
fn key_stale_in_a_duplicate_read() {
    let peer = peer();
    let (_buffer, region) = region(&peer, 4096);
    let packet = peer.read_at(peer.psn(0), (region.va(), region.rkey()), 64);
    assert_eq!(peer.tell(&packet).len(), 1);
    drop(region);
    peer.drops("the same READ", &packet.encode(), Counter::DupReadDropped);
    peer.still_works();
}

#[test]
fn key_stale_in_the_middle_of_an_answer() {
    const LENGTH: usize = 32 * 1024;
    for cycles in [100, 400, 1000, 2500] {
        let peer = peer();
        let (buffer, region) = region(&peer, LENGTH);
        buffer.write(0, &[0x11; LENGTH]).unwrap();
        let at = (region.va(), region.rkey());
        let packet = peer.read_at(peer.psn(0), at, LENGTH as u32);
        peer.lab.cluster.inject(0, &packet.encode());
        let mut sent = peer.listen(cycles);
        drop(region);
        // the memory is the application's again: nothing that stands in it from now on may leave
        buffer.write(0, &[0x99; LENGTH]).unwrap();
        sent.extend(peer.listen(20_000));
        let leaked = sent
            .iter()
            .flat_map(|p| &p.body[4..])
            .any(|&byte| byte == 0x99);
        assert!(!leaked, "deregistered after {cycles} cycles");
    }
}

/// Two entries of a receive are in regions of their own; the second one is given back.
#[test]
fn key_stale_of_the_second_entry_of_a_receive() {
    let peer = peer();
    let host = &peer.lab.hosts[0];
    let (buffer, first) = region(&peer, 4096);
    let second = host
        .pd
        .register(&buffer, 0x0080_0000, 4096, Access::ALL)
        .unwrap();
    let entries = vec![first.entry(0, MTU as u32), second.entry(2048, 512)];
    let receive = RecvRequest { wr_id: 1, entries };
    peer.qp.post_recv(&[receive]).unwrap();
    let packet = peer.send(Opcode::SendFirst, peer.psn(0), &[1; MTU]);
    peer.acknowledges("FIRST", &packet);
    drop(second);
    peer.tell(&peer.send(Opcode::SendLast, peer.psn(1), &[2; MTU]));
    assert_eq!(content(&buffer, 2048, MTU), [0; MTU]);
    assert!(peer.failed());
    assert_eq!(peer.received(1)[0].status, WcStatus::LocalProtection);
}

// While a message names the slot of a region that is no more, no other region gets it.
#[test]
fn key_stale_in_the_middle_of_a_write_after_another_registration() {
    let peer = peer();
    let (buffer, old) = region(&peer, 4096);
    half_a_write(&peer, &old);
    let slot = old.slot();
    drop(old);
    let host = &peer.lab.hosts[0];
    // all there are: slots of regions that are no more come back when no other is free
    let others: Vec<_> = std::iter::from_fn(|| host.memory(4096, Access::ALL).ok()).collect();
    assert!(others.len() > 1 && others.iter().all(|o| o.slot() != slot));
    let last = peer.send(Opcode::WriteLast, peer.psn(1), &[2; MTU]);
    peer.refuses("LAST", &last, ACCESS);
    assert_eq!(content(&buffer, MTU, MTU), [0; MTU]);
    again(&peer);
    let reused = host.memory(4096, Access::ALL).unwrap();
    assert_eq!(reused.slot(), slot);
}

// The other end of the same rule: what a partner answers to a READ or an ATOMIC lands nowhere.
#[test]
fn key_stale_where_an_answer_lands() {
    for (what, packets) in [("READ", 1), ("READ", 2), ("ATOMIC", 0)] {
        let peer = peer();
        let (buffer, region) = region(&peer, 4096);
        let (operation, length) = match packets {
            0 => (remote_add(1), 8),
            _ => (remote_read(), packets * MTU as u32),
        };
        let request = SendRequest::new(1, operation, region.entry(0, length));
        peer.qp.post_send(&[request]).unwrap();
        assert_eq!(peer.listen(2000).len(), 1, "{what}");
        if packets == 2 {
            let first = peer.read_response(Opcode::ReadResponseFirst, peer.own(0), &[1; MTU]);
            peer.tell(&first);
        }
        drop(region);
        peer.tell(&match packets {
            0 => peer.atomic_acknowledge(peer.own(0), 0x0101_0101_0101_0101),
            1 => peer.read_response(Opcode::ReadResponseOnly, peer.own(0), &[1; MTU]),
            _ => peer.read_response(Opcode::ReadResponseLast, peer.own(1), &[1; MTU]),
        });
        let done = peer.sent(1)[0];
        assert_eq!(
            done.status,
            WcStatus::LocalProtection,
            "{what} of {packets}"
        );
        assert!(peer.failed(), "{what} of {packets}");
        let untouched = match packets {
            2 => MTU,
            _ => 0,
        };
        assert_eq!(content(&buffer, untouched, MTU), [0; MTU], "{what}");
    }
}

// Its own requests: what was given back is not sent.
#[test]
fn key_stale_in_the_middle_of_a_request() {
    // takes more than 4000 cycles at either width
    let length = 512 * width() as usize;
    for cycles in [600, 1000, 2500] {
        let peer = peer();
        let (buffer, region) = region(&peer, length);
        buffer.write(0, &vec![0x11; length]).unwrap();
        let entry = region.entry(0, length as u32);
        let request = SendRequest::new(1, remote_write(), entry);
        peer.qp.post_send(&[request]).unwrap();
        let mut sent = peer.listen(cycles);
        drop(region);
        buffer.write(0, &vec![0x99; length]).unwrap();
        sent.extend(peer.listen(20_000));
        let leaked = sent.iter().flat_map(|p| &p.body).any(|&byte| byte == 0x99);
        assert!(!leaked, "deregistered after {cycles} cycles");
        assert_eq!(peer.sent(1)[0].status, WcStatus::LocalProtection);
    }
}

// The same of a request that was fetched and checked, and waits for its turn while a partner invalidates the region: nothing flushes the cache then.
#[test]
fn key_stale_of_a_request_that_waits() {
    let peer = peer();
    let (buffer, region) = region(&peer, 64);
    buffer.write(0, &[0x99; 64]).unwrap();
    peer.post(1, remote_read(), 0, 64);
    let fenced = SendRequest {
        fence: true,
        ..SendRequest::new(2, remote_write(), region.entry(0, 64))
    };
    peer.qp.post_send(&[fenced]).unwrap();
    let asked = peer.listen(3_000);
    assert!(asked.iter().all(|p| p.is(Opcode::ReadRequest)), "{asked:?}");
    let (other, _cq) = second(&peer);
    let entries = vec![peer.entry(0, 64)];
    let receive = RecvRequest { wr_id: 1, entries };
    other.post_recv(&[receive]).unwrap();
    let packet = Packet {
        qpn: other.number(),
        ..peer.send_with(Opcode::SendOnlyInv, peer.psn(0), region.rkey(), &[])
    };
    peer.acknowledges("SEND with invalidate", &packet);
    let answer = peer.read_response(Opcode::ReadResponseOnly, peer.own(0), &[7; 64]);
    assert_eq!(peer.tell(&answer), []);
    let done = peer.sent(2);
    assert_eq!(done[0].status, WcStatus::Success);
    assert_eq!(done[1].status, WcStatus::LocalProtection);
}

#[test]
fn key_of_another_domain() {
    let peer = peer();
    let host = &peer.lab.hosts[0];
    // of the same process, and of another one
    let other = host.context.allocate_pd().unwrap();
    let stranger = host.adapter.context().unwrap();
    let strangers = stranger.allocate_pd().unwrap();
    for (pd, context) in [(&other, &host.context), (&strangers, &stranger)] {
        let peer = &peer;
        let buffer = context.allocate(4096).unwrap();
        let region = pd.register(&buffer, 0x5000, 4096, Access::ALL).unwrap();
        let packet = write_to(peer, (region.va(), region.rkey()));
        peer.refuses("another domain's key", &packet, ACCESS);
        let mut bytes = [0; 8];
        buffer.read(0, &mut bytes).unwrap();
        assert_eq!(bytes, [0; 8]);
        again(peer);
    }
    // nor may a partner invalidate it
    let region = strangers.register(&stranger.allocate(4096).unwrap(), 0x5000, 4096, Access::ALL);
    let key = region.as_ref().unwrap().rkey();
    peer.recv(1, 0, 64);
    assert_eq!(
        peer.tell(&peer.send_with(Opcode::SendOnlyInv, peer.psn(0), key, &[])),
        []
    );
    assert!(peer.failed());
}

#[test]
fn range_out_by_one() {
    let length = MEMORY as u64;
    type Request = fn(&Peer, u64, u32) -> Packet;
    let write: Request = |p, offset, n| p.write_only(p.psn(0), offset, n as usize);
    let read: Request = |p, offset, n| p.read(p.psn(0), offset, n);
    let peer = peer();
    for (what, request) in [("WRITE", write), ("READ", read)] {
        for (offset, n, inside) in [
            (length - 1, 1, true),
            (length - 200, 200, true),
            (0, 200, true),
            (length, 1, false),
            (length - 199, 200, false),
            (u64::MAX, 1, false),
            (u64::MAX, 200, false),
        ] {
            let packet = request(&peer, offset, n);
            println!("{what} of {n} at {:#x}", offset as i64);
            match inside {
                true => assert_eq!(peer.tell(&packet).len(), 1),
                false => peer.refuses(what, &packet, ACCESS),
            }
            again(&peer);
        }
    }
    // an ATOMIC is aligned, so a region may end in the middle of its eight bytes
    let host = &peer.lab.hosts[0];
    let buffer = host.context.allocate(4096).unwrap();
    let region = host.pd.register(&buffer, 0x8000, 12, Access::ALL).unwrap();
    for (offset, inside) in [(0, true), (8, false)] {
        let mut packet = peer.fetch_add(peer.psn(0), 0, 1);
        packet.body[..8].copy_from_slice(&(region.va() + offset).to_be_bytes());
        packet.body[8..12].copy_from_slice(&region.rkey().to_be_bytes());
        match inside {
            true => assert_eq!(peer.tell(&packet).len(), 1),
            false => peer.refuses("ATOMIC", &packet, ACCESS),
        }
        again(&peer);
    }
}

#[test]
fn range_wraps_round_the_address_space() {
    let peer = peer();
    let host = &peer.lab.hosts[0];
    let refused = |what: &str, packet: &Packet| {
        peer.refuses(what, packet, ACCESS);
        again(&peer);
    };
    let (va, rkey) = (peer.memory.va(), peer.memory.rkey());
    // address + length is 0, small, or the region's start
    for (start, length) in [
        (u64::MAX - 7, 8_u32),
        (u64::MAX, 256),
        (va.wrapping_sub(1 << 31), 1 << 31),
    ] {
        refused("READ", &peer.read_at(peer.psn(0), (start, rkey), length));
    }
    refused(
        "READ of 2^31 bytes",
        &peer.read_at(peer.psn(0), (va, rkey), 1 << 31),
    );
    let first = peer.write_at(
        Opcode::WriteFirst,
        peer.psn(0),
        (u64::MAX - 127, rkey),
        4096,
        &[1; MTU],
    );
    refused("WRITE FIRST", &first);
    // a region at the very end of the address space has a last byte, and nothing behind it
    let buffer = host.context.allocate(4096).unwrap();
    let top = host
        .pd
        .register(&buffer, u64::MAX - 4095, 4096, Access::ALL)
        .unwrap();
    let sent = peer.tell(&peer.read_at(peer.psn(0), (u64::MAX - 7, top.rkey()), 8));
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].is(Opcode::ReadResponseOnly), "{sent:?}");
    again(&peer);
    refused(
        "one beyond the top",
        &peer.read_at(peer.psn(0), (u64::MAX - 7, top.rkey()), 9),
    );
    refused("round to 0", &peer.read_at(peer.psn(0), (0, top.rkey()), 8));
}
