//! Requester and completer together against random work, networks and partners: every work request completes exactly
//! once, in order, with the right status, and the packets are a legal RC stream (the world checks each one).

use crate::requester_kit::work::{
    CMP_SWAP, FENCE, FETCH_ADD, INLINE, READ, SIGNALLED, SOLICITED, Work,
};
use crate::requester_kit::world::{Faults, Setup, World};
use crate::responder_kit::Rng;

fn random_work(rng: &mut Rng, mtu: u32) -> Work {
    let op = rng.below(8) as u8;
    let mut flags = 0;
    for (flag, one_in) in [(SIGNALLED, 2), (SOLICITED, 3), (FENCE, 6)] {
        if rng.one_in(one_in) {
            flags |= flag;
        }
    }
    let size = |rng: &mut Rng| match rng.below(6) {
        0 => 0,
        1 => 1 + rng.below(8) as u32,
        2 => mtu,
        3 => 2 * mtu,
        4 => rng.below(u64::from(mtu) * 9) as u32,
        _ => rng.below(100) as u32,
    };
    let mut work = Work::new(
        op,
        flags,
        [(rng.next() >> 8, size(rng)), (rng.next() >> 8, size(rng))],
    );
    work.va = rng.next() >> 2;
    work.rkey = rng.next() as u32;
    work.imm = rng.next() as u32;
    work.swap_add = rng.next();
    work.compare = rng.next();
    if matches!(op, CMP_SWAP | FETCH_ADD) {
        work.sge = [(rng.next() >> 8, 8), (0, 0)];
    } else if op < READ && rng.one_in(4) {
        work.flags |= INLINE;
        work.inline_len = rng.below(33) as u32;
        for byte in &mut work.inline_data {
            *byte = rng.next() as u8;
        }
    }
    work
}

fn run(seed: u64, faults: Faults, count: usize, transplant: bool) -> World {
    let setups: Vec<Setup> = (0..6u32)
        .map(|k| Setup {
            mtu: u64::from(1 + k % 3),
            psn: 0xff_ff00 + 0x30 * k,
            index: 0xfff0 + k as u16,
            max_rd_atomic: u64::from(1 + k),
            timeout: 4,
            ..Setup::default()
        })
        .collect();
    let mut world = World::new(seed, &setups);
    world.faults = faults;
    let mut left = vec![count; setups.len()];
    let mut limit = 0u64;
    while left.iter().any(|n| *n > 0) {
        for slot in 0..setups.len() {
            let qp = &world.qps[slot];
            if left[slot] > 0 && qp.posted.len() - qp.done < 14 && world.rng.one_in(30) {
                let mut work = random_work(&mut world.rng, 128 << setups[slot].mtu);
                // the last one of a batch tells that the batch is done
                if left[slot] == 1 || world.qps[slot].posted.len().is_multiple_of(5) {
                    work.flags |= SIGNALLED;
                }
                world.post(slot, work);
                left[slot] -= 1;
            }
        }
        world.step();
        limit += 1;
        if transplant && limit.is_multiple_of(3000) {
            world.transplant();
        }
        assert!(limit < 3_000_000, "stuck: {}", world.describe());
    }
    world.finish(2_000_000);
    for (slot, qp) in world.qps.iter().enumerate() {
        assert!(
            qp.completions.iter().all(|c| c.status == 0),
            "qp {slot}: {:?}",
            qp.completions
        );
        assert_eq!(qp.peer.delivered, count);
        assert_eq!(qp.state, 3);
    }
    println!("cycles {}, counters {:?}", world.cycle, world.counts);
    world
}

#[test]
fn requester_completes_everything_on_a_good_network() {
    let world = run(0x5eed_1001, Faults::default(), 60, false);
    assert_eq!(world.counts[10], 0, "no retries");
}

#[test]
fn requester_completes_everything_with_back_pressure() {
    run(
        0x5eed_1002,
        Faults {
            stall: 400,
            ..Faults::default()
        },
        60,
        false,
    );
}

#[test]
fn requester_completes_everything_with_loss_and_duplicates() {
    let faults = Faults {
        lose: 30,
        double: 20,
        jitter: 0,
        rnr: 50,
        stall: 100,
    };
    let world = run(0x5eed_1003, faults, 120, false);
    assert!(world.counts[10] > 0 && world.counts[4] > 0 && world.counts[6] > 0);
    assert!(world.partial_reads > 0);
}

#[test]
fn requester_completes_everything_with_reordering() {
    let faults = Faults {
        lose: 5,
        double: 20,
        jitter: 60,
        rnr: 20,
        stall: 100,
    };
    run(0x5eed_1004, faults, 60, false);
}

#[test]
fn requester_state_is_all_in_the_contexts() {
    let faults = Faults {
        lose: 20,
        double: 10,
        jitter: 10,
        rnr: 50,
        stall: 100,
    };
    run(0x5eed_1005, faults, 40, true);
}

/// Many more seeds than a test run has time for; each prints its own.
#[test]
#[ignore = "minutes; run it after a change"]
fn requester_completes_everything_many_seeds() {
    for seed in 1..200u64 {
        let faults = Faults {
            lose: [0, 5, 20, 40][seed as usize % 4],
            double: [0, 20, 50][seed as usize % 3],
            jitter: [0, 5, 30, 100, 0][seed as usize % 5],
            rnr: [0, 30, 100][seed as usize / 3 % 3],
            stall: [0, 100, 500][seed as usize / 2 % 3],
        };
        run(0x5eed_2000 + seed, faults, 40, seed % 7 == 0);
    }
}
