//! The ready list: differential test, then its promises: at most once in the list, no kick lost, nobody starves.

use crate::kit::Bench;
use emit::cosim::{Rng, cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::sched::ReadyList;
use std::collections::VecDeque;

const SEED: u64 = 0x5c4e_d001;

#[test]
fn ready_list_matches_verilog() {
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = ReadyList::<3, 4, 3>::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            1500,
            |u, clock| u.clock.next = clock,
            |u, rng, _| randomize_inputs!(u, rng; kick_valid, kick_slot, pop_ready),
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

/// Random kicks and pops against a list of slots; a kick is pending from the cycle it is taken until its slot is popped.
#[test]
fn ready_list_random_kicks_and_pops() {
    println!("seed {SEED:#x}");
    let mut rng = Rng::new(SEED);
    let mut b = Bench::fresh(&mut ReadyList::<6, 7, 4>::default());
    let mut owed = [false; 64];
    let mut inside: VecDeque<u64> = VecDeque::new();
    let mut offered: [Option<u64>; 4] = [None; 4];
    let mut waited = [0; 4];
    for cycle in 0..40_000 {
        let busy = rng.chance(1, 2) == (cycle / 4000 % 2 == 0);
        for (k, offer) in offered.iter_mut().enumerate() {
            if offer.is_none() && (busy || rng.chance(1, 30)) {
                *offer = Some(rng.below(64));
            }
            b.set(&format!("kick_valid_{k}"), offer.is_some().into());
            b.set(&format!("kick_slot_{k}"), offer.unwrap_or(0));
        }
        let pop = rng.chance(2, 3);
        b.set("pop_ready", pop.into());
        b.settle();
        if pop && b.get("pop_valid") == 1 {
            let slot = b.get("pop_slot");
            assert!(owed[slot as usize], "slot {slot} popped without a kick");
            owed[slot as usize] = false;
            inside.pop_front();
        }
        let mut taken = 0;
        for (k, offer) in offered.iter_mut().enumerate() {
            if let Some(slot) = *offer {
                waited[k] += 1;
                assert!(cycle < 100 || waited[k] <= 4, "port {k} starves");
                if b.get(&format!("kick_ready_{k}")) == 1 {
                    owed[slot as usize] = true;
                    inside.push_back(slot);
                    *offer = None;
                    waited[k] = 0;
                    taken += 1;
                }
            }
        }
        assert!(taken <= 1, "one kick a cycle");
        b.cycle();
    }
    for k in 0..4 {
        b.set(&format!("kick_valid_{k}"), 0);
    }
    b.set("pop_ready", 1);
    for _ in 0..200 {
        b.settle();
        if b.get("pop_valid") == 1 {
            owed[b.get("pop_slot") as usize] = false;
        }
        b.cycle();
    }
    assert_eq!(owed, [false; 64], "kicks were lost");
}

#[test]
fn ready_list_kick_to_pop_takes_two_cycles() {
    let mut b = Bench::fresh(&mut ReadyList::<6, 7, 4>::default());
    b.until("kick_ready_2", 100);
    b.set("kick_valid_2", 1);
    b.set("kick_slot_2", 17);
    b.cycle();
    b.set("kick_valid_2", 0);
    assert_eq!(b.until("pop_valid", 10), 1);
    assert_eq!(b.get("pop_slot"), 17);
}
