//! The key table: differential test, then lookups and commands against a map.

use crate::kit::Bench;
use emit::cosim::{Rng, cosim, with_big_stack};
use hdl::key_table::KeyTable;
use std::collections::HashMap;

const SEED: u64 = 0x6b65_7901;

#[test]
fn key_table_matches_verilog() {
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = KeyTable::<3>::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            4000,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                u.look_valid.next = rng.chance(2, 3);
                u.look_key.next = rng.below(20).into();
                if u.cmd_done.val() || !u.cmd_valid.val() {
                    u.cmd_valid.next = rng.chance(1, 6);
                    u.cmd_op.next = (1 + rng.below(2)).into();
                    u.cmd_key.next = rng.below(20).into();
                    u.cmd_slot.next = rng.bits(12).into();
                }
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

fn command(b: &mut Bench, op: u64, key: u32, slot: u64) -> (bool, bool, u64) {
    b.set("cmd_valid", 1);
    b.set("cmd_op", op);
    b.set("cmd_key", key.into());
    b.set("cmd_slot", slot);
    b.until("cmd_done", 400);
    let answer = (
        b.get("cmd_ok") == 1,
        b.get("cmd_hit") == 1,
        b.get("cmd_slot_found"),
    );
    b.cycle();
    b.set("cmd_valid", 0);
    answer
}

/// The slot of `key`, and how many cycles that took.
fn look(b: &mut Bench, key: u32) -> (Option<u64>, u64) {
    b.set("look_valid", 1);
    b.set("look_key", key.into());
    b.until("look_ready", 100);
    b.cycle();
    b.set("look_valid", 0);
    let took = 1 + b.until("found_valid", 100);
    ((b.get("found_hit") == 1).then(|| b.get("found_slot")), took)
}

/// Sequential keys do not collide: all are found after `cycles`.
fn sequential_keys(mut table: KeyTable<7>, cycles: u64) {
    let mut b = Bench::fresh(&mut table);
    b.until("ready", 200);
    for shift in [0, 8] {
        for k in 0..64 {
            assert!(command(&mut b, 1, (0x51_0000 + k) << shift, k.into()).0);
        }
        for k in 0..64 {
            let found = look(&mut b, (0x51_0000 + k) << shift);
            assert_eq!(found, (Some(k.into()), cycles), "key {k} << {shift}");
        }
        for k in 0..64 {
            assert!(command(&mut b, 2, (0x51_0000 + k) << shift, 0).0);
        }
    }
}

#[test]
fn key_table_sequential_keys_are_found_in_three_cycles() {
    sequential_keys(KeyTable::default(), 3);
}

#[test]
fn key_table_registered_sequential_keys_are_found_in_four_cycles() {
    sequential_keys(KeyTable::registered(), 4);
}

#[test]
fn key_table_takes_a_lookup_every_three_cycles() {
    let mut b = Bench::fresh(&mut KeyTable::<7>::default());
    b.until("ready", 200);
    assert!(command(&mut b, 1, 99, 5).0);
    b.set("look_valid", 1);
    b.set("look_key", 99);
    b.until("look_ready", 10);
    let mut found = 0;
    for _ in 0..300 {
        b.cycle();
        b.settle();
        found += b.get("found_valid");
    }
    assert_eq!(found, 100);
}

#[test]
fn key_table_fills_to_the_last_but_one_entry() {
    let mut b = Bench::fresh(&mut KeyTable::<5>::default());
    b.until("ready", 200);
    let key = |k: u32| k.wrapping_mul(0x9e37_79b1);
    for k in 0..31 {
        assert!(command(&mut b, 1, key(k), k.into()).0, "key {k}");
    }
    assert!(!command(&mut b, 1, key(31), 31).0, "full");
    assert_eq!(
        command(&mut b, 1, key(7), 31),
        (false, true, 7),
        "present in a full table"
    );
    for k in 0..31 {
        assert_eq!(look(&mut b, key(k)).0, Some(k.into()), "key {k}");
    }
    assert_eq!(look(&mut b, key(31)).0, None);
    for k in 0..31 {
        assert!(command(&mut b, 2, key(k), 0).0, "key {k}");
    }
    assert!(!command(&mut b, 2, key(0), 0).0, "absent");
}

/// Lookups all the time, inserts and removes of few keys (long runs, many collisions) at random.
#[test]
fn key_table_random_commands_with_lookups() {
    println!("seed {SEED:#x}");
    let mut rng = Rng::new(SEED);
    let mut b = Bench::fresh(&mut KeyTable::<5>::default());
    b.until("ready", 200);
    let keys: Vec<u32> = (0..48).map(|_| rng.next_u64() as u32).collect();
    let mut model: HashMap<u32, u64> = HashMap::new();
    let mut asked: Option<(u32, u64)> = None;
    let mut doing: Option<(u64, u32, u64)> = None;
    let (mut lookups, mut commands) = (0, 0);
    for cycle in 0..60_000u64 {
        let limit = if cycle / 10_000 % 2 == 0 { 16 } else { 30 };
        if doing.is_none() && rng.chance(1, 12) {
            let op = 1 + u64::from(model.len() >= limit || rng.chance(1, 2));
            doing = Some((op, rng.pick(&keys), rng.bits(12)));
        }
        let (op, key, slot) = doing.unwrap_or((0, 0, 0));
        b.set("cmd_valid", doing.is_some().into());
        b.set("cmd_op", op);
        b.set("cmd_key", key.into());
        b.set("cmd_slot", slot);
        let look = rng.chance(3, 4).then(|| rng.pick(&keys));
        b.set("look_valid", look.is_some().into());
        b.set("look_key", look.unwrap_or(0).into());
        b.settle();
        if b.get("found_valid") == 1 {
            let (key, since) = asked.take().expect("an answer needs a question");
            let found = (b.get("found_hit") == 1).then(|| b.get("found_slot"));
            assert_eq!(
                found,
                model.get(&key).copied(),
                "cycle {cycle}, key {key:#x}"
            );
            assert!(cycle - since <= 4 + 32);
            lookups += 1;
        }
        if b.get("look_ready") == 1
            && let Some(key) = look
        {
            assert!(asked.is_none());
            asked = Some((key, cycle));
        }
        if b.get("cmd_done") == 1 {
            let (op, key, slot) = doing.take().expect("a command");
            let before = model.get(&key).copied();
            assert_eq!(b.get("cmd_hit") == 1, before.is_some());
            assert_eq!(b.get("cmd_ok") == 1, before.is_none() == (op == 1));
            if let (1, Some(slot)) = (op, before) {
                assert_eq!(b.get("cmd_slot_found"), slot);
            }
            match op {
                1 => _ = model.entry(key).or_insert(slot),
                _ => _ = model.remove(&key),
            }
            commands += 1;
        }
        b.cycle();
    }
    println!("{lookups} lookups, {commands} commands");
    assert!(lookups > 5000 && commands > 1000);
}
