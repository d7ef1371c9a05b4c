//! Held rings of the WQE caches: nothing starts, nothing changes, and their state says nothing of the past.

use crate::wqe_cache::{ROUGH, twin_of};
use crate::wqe_cache_twin::{CALM, Habits, Twin};
use hdl::contract::RingState;
use hdl::counter;

const SEED: u64 = 0x3e1d_0001;

fn rest(t: &mut Twin, cycles: usize) {
    (0..cycles).for_each(|_| t.cycle());
}

/// Gets until the head is here.
fn take(t: &mut Twin, r: usize) -> u16 {
    for _ in 0..2000 {
        let (status, head) = t.get(1, r, 0);
        if status == 0 {
            return head;
        }
        rest(t, 1);
    }
    panic!("ring {r} does not fetch");
}

/// The state of a ring that has settled.
fn settled(producer: u16, consumed: u16) -> RingState {
    RingState {
        producer: u64::from(producer).into(),
        fetched: u64::from(consumed).into(),
        arrived: u64::from(consumed).into(),
        consumed: u64::from(consumed).into(),
        ..Default::default()
    }
}

#[test]
fn held_ring_refuses_doorbells_and_fetches_nothing() {
    for (send, width) in [(true, 64), (false, 512)] {
        let mut t = twin_of::<1>(send, width, SEED, CALM);
        t.create(3, 4, 0);
        (0..16).for_each(|k| t.write_wqe(3, k));
        t.hold(3, true);
        t.ring_doorbell(3, 5);
        rest(&mut t, 50);
        assert_eq!(t.state(3), settled(0, 0));
        assert_eq!(t.counts[counter::DB_STALE as usize], 1);
        assert_eq!(t.get(0, 3, 0), (1, 0), "gets are answered");
        // posted before, held before it was fetched
        t.hold(3, false);
        t.ring_doorbell(3, 2);
        rest(&mut t, 600);
        t.get(2, 3, 0);
        t.hold(3, true);
        rest(&mut t, 600);
        let reads = t.reads;
        for _ in 0..20 {
            // (said to be on its way, a responder would wait for it for ever)
            assert_eq!(t.get(0, 3, 0).0, 1, "posted, but nobody fetches it");
        }
        rest(&mut t, 600);
        assert_eq!(t.reads, reads, "nothing is fetched");
        t.hold(3, false);
        assert_eq!([take(&mut t, 3), take(&mut t, 3)], [0, 1]);
        assert_eq!(t.get(0, 3, 0), (1, 2));
        t.ring_doorbell(3, 3);
        assert_eq!(take(&mut t, 3), 2);
    }
}

/// What was being fetched when the ring was held arrives and may be used.
#[test]
fn held_ring_gives_out_what_was_on_its_way() {
    for send in [true, false] {
        let mut t = twin_of::<1>(send, 64, SEED + 1, CALM);
        t.create(3, 4, 0);
        (0..16).for_each(|k| t.write_wqe(3, k));
        t.ring_doorbell(3, 12);
        while t.reads == 0 {
            t.cycle();
        }
        t.hold(3, true);
        assert_eq!(t.get(0, 3, 0).0, 2, "on its way");
        let mut taken = 0;
        while t.get(0, 3, 0).0 != 1 {
            taken += u16::from(t.get(1, 3, 0).0 == 0);
        }
        assert!((1..12).contains(&taken), "{taken} of one read, and no more");
        t.hold(3, false);
        assert_eq!(take(&mut t, 3), taken);
    }
}

/// The command waits for the read in flight, as a reset does, but the indices stay.
#[test]
fn settle_waits_for_the_read_in_flight() {
    for (send, shared) in [(true, false), (false, false), (false, true)] {
        let r = if shared { 9 } else { 1 };
        let mut t = twin_of::<1>(send, 64, SEED, CALM);
        t.create(r, 4, 0);
        (0..16).for_each(|k| t.write_wqe(r, k));
        t.ring_doorbell(r, 3);
        while t.reads == 0 {
            t.cycle();
        }
        t.hold(r, true);
        let start = t.b.cycles;
        t.command(0, 15);
        assert!(t.b.cycles - start > 200, "the answer was still to come");
        assert_eq!(t.state(r), settled(3, 0));
        t.hold(r, false);
        for k in 0..3 {
            assert_eq!(take(&mut t, r), k);
        }
    }
}

/// Rings that are not held keep what they have fetched, and nobody waits for their reads.
#[test]
fn settle_leaves_rings_that_work_alone() {
    let mut t = twin_of::<1>(true, 64, SEED + 4, CALM);
    for r in [1, 2, 3] {
        t.create(r, 4, 0);
        (0..16).for_each(|k| t.write_wqe(r, k));
        t.ring_doorbell(r, 2);
    }
    rest(&mut t, 600);
    t.hold(1, true);
    t.hold(3, true);
    assert_eq!(take(&mut t, 2), 0);
    let before = t.state(2);
    t.command(0, 15);
    assert_eq!(t.state(2), before);
    assert_eq!(take(&mut t, 2), 1);
    for r in [1, 3] {
        assert_eq!(t.state(r), settled(2, 0));
    }
    t.ring_doorbell(2, 8);
    while t.state(2).fetching == 0 {
        t.cycle();
    }
    let start = t.b.cycles;
    t.command(0, 15);
    assert!(t.b.cycles - start < 100, "nobody waits for ring 2");
    assert_eq!(take(&mut t, 2), 2);
}

/// A command that is withdrawn does not answer the next one.
#[test]
fn settle_withdrawn() {
    let mut t = twin_of::<1>(true, 64, SEED + 5, CALM);
    t.create(1, 4, 0);
    t.create(2, 4, 0);
    (0..16).for_each(|k| t.write_wqe(1, k));
    (0..16).for_each(|k| t.write_wqe(2, k));
    t.ring_doorbell(1, 3);
    t.ring_doorbell(2, 3);
    t.hold(1, true);
    t.b.set("cmd_op", 0);
    t.b.set("cmd_ring", 15);
    t.b.set("cmd_valid", 1);
    rest(&mut t, 100);
    assert_eq!(t.b.get("cmd_done"), 0, "the answer is still to come");
    t.b.set("cmd_valid", 0);
    rest(&mut t, 3);
    // the reset of one ring, and of no other
    t.destroy(1);
    assert_eq!(t.state(1), settled(0, 0));
    assert_eq!([take(&mut t, 2), take(&mut t, 2)], [0, 1]);
}

/// Posts, gets, seeks and flushes at random; then the ring is held and settled, and its state follows from its two indices alone,
/// whatever other rings and flushes do; then it goes on where it was.
#[test]
fn settle_forgets_the_past() {
    for (send, width, seed) in [
        (true, 64, SEED + 1),
        (false, 64, SEED + 2),
        (true, 512, SEED + 3),
    ] {
        let habits = Habits { errors: 0, ..ROUGH };
        let mut t = twin_of::<1>(send, width, seed, habits);
        t.create(4, 4, 0);
        t.create(6, 5, 0);
        let (mut producer, mut consumed) = (0u16, 0u16);
        for _ in 0..60 {
            for _ in 0..t.rng.below(40) {
                match t.rng.below(8) {
                    0 | 1 if producer.wrapping_sub(consumed) < 12 => {
                        let n = 1 + t.rng.below(4) as u16;
                        (0..n).for_each(|k| t.write_wqe(4, producer.wrapping_add(k)));
                        producer = producer.wrapping_add(n);
                        t.ring_doorbell(4, producer);
                    }
                    2..5 => {
                        let (status, head) = t.get(1, 4, 0);
                        assert_eq!(head, consumed);
                        consumed = consumed.wrapping_add(u16::from(status == 0));
                    }
                    5 => {
                        // a restart, to where it stands
                        t.get(2, 4, consumed);
                    }
                    6 if t.rng.chance(1, 4) => t.command(1, 0),
                    _ => {
                        let cycles = t.rng.below(60) as usize;
                        rest(&mut t, cycles);
                    }
                }
            }
            t.hold(4, true);
            t.command(0, 15);
            assert_eq!(t.state(4), settled(producer, consumed));
            let reads = t.reads;
            t.ring_doorbell(4, producer.wrapping_add(1));
            t.rings[4].producer = producer;
            t.get(0, 4, 0);
            t.command(1, 0);
            rest(&mut t, 100);
            assert_eq!(t.reads, reads);
            assert_eq!(t.state(4), settled(producer, consumed), "it is stopped");
            t.hold(4, false);
        }
        while consumed != producer {
            assert_eq!(take(&mut t, 4), consumed);
            consumed = consumed.wrapping_add(1);
        }
        assert!(producer > 15, "{producer} posted");
    }
}
