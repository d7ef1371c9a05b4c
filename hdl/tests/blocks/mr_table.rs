//! The memory region table: differential test, then random checks, invalidations and removals against a model.

use crate::kit::Bench;
use emit::cosim::{Rng, cosim, with_big_stack};
use hdl::contract::MemoryRegion;
use hdl::mem::kind;
use hdl::mr_table::MrTable;
use hdl::pipe::{CtxReq, CtxRsp, MrReq, MrRsp};
use hdl::record::Record;
use std::collections::VecDeque;

const SEED: u64 = 0x6d72_0001;

fn req(key: u32, pd: Option<u64>, access: u64, va: u64, len: u64) -> MrReq {
    MrReq {
        key: u64::from(key).into(),
        pd: pd.unwrap_or(0).into(),
        any_pd: u64::from(pd.is_none()).into(),
        access: access.into(),
        va: va.into(),
        len: len.into(),
    }
}

/// A region near one of the awkward places of the address space.
fn region(rng: &mut Rng, key: u32) -> MemoryRegion {
    let va = rng.pick(&[
        0u64,
        0x1000,
        0xffff_f000,
        0x7fff_0000_0000,
        u64::MAX - 0xfff,
    ]) + rng.below(64);
    let length = match rng.below(5) {
        0 => 1 + rng.below(8),
        1 => 0x1_0000_0000 - rng.below(4),
        2 => rng.next_u64() >> 1,
        _ => 1 + rng.below(10_000),
    };
    let mut mr = MemoryRegion {
        key: u64::from(key).into(),
        pd: rng.below(3).into(),
        valid: u64::from(rng.chance(7, 8)).into(),
        va: va.into(),
        length: length.into(),
        iova: rng.next_u64().into(),
        ..Default::default()
    };
    mr.local_write = rng.below(2).into();
    mr.remote_write = rng.below(2).into();
    mr.remote_read = rng.below(2).into();
    mr.remote_atomic = rng.below(2).into();
    mr
}

/// A request near the edges of `mr`.
fn request(rng: &mut Rng, mr: &MemoryRegion, key: u32) -> MrReq {
    let (va, length) = (mr.va.to_u64(), mr.length.to_u64());
    let at = match rng.below(4) {
        0 => va.wrapping_add(length).wrapping_sub(rng.below(6)),
        1 => va.wrapping_sub(rng.below(3)),
        _ => va.wrapping_add(rng.below(length.max(1))),
    };
    let room = va.wrapping_add(length).wrapping_sub(at);
    let len = match rng.below(4) {
        0 => 1 + rng.below(16),
        1 => u64::from(u32::MAX) - rng.below(3),
        _ => room.wrapping_add(rng.below(3)).wrapping_sub(1) & 0xffff_ffff,
    }
    .max(1);
    let pd = rng.chance(1, 2).then(|| rng.below(3));
    let access = if rng.chance(1, 2) {
        0
    } else {
        1 << rng.below(4)
    };
    req(key, pd, access, at, len)
}

fn expected(mr: Option<&MemoryRegion>, q: &MrReq) -> Option<u64> {
    let mr = mr?;
    let granted = mr.local_write.to_u64()
        | mr.remote_write.to_u64() << 1
        | mr.remote_read.to_u64() << 2
        | mr.remote_atomic.to_u64() << 3;
    let (va, start) = (u128::from(q.va.to_u64()), u128::from(mr.va.to_u64()));
    let inside =
        va >= start && va + u128::from(q.len.to_u64()) <= start + u128::from(mr.length.to_u64());
    let ok = mr.valid == 1
        && (q.any_pd == 1 || q.pd == mr.pd)
        && q.access.to_u64() & !granted == 0
        && inside;
    ok.then(|| {
        q.va.to_u64()
            .wrapping_sub(mr.va.to_u64())
            .wrapping_add(mr.iova.to_u64())
    })
}

fn write_region(b: &mut Bench, slot: u64, mr: &MemoryRegion) {
    let words = mr.to_uint().to_u32_digits();
    for word in 0..8u64 {
        let data = words.get(word as usize).copied().unwrap_or(0);
        let mut bus = CtxReq::write(kind::MEMORY_REGION, slot, word, data);
        b.put("bus", &bus);
        for waited in 0.. {
            assert!(waited < 50, "the bus hangs");
            b.cycle();
            if b.take::<CtxRsp>("rsp").ack == 1 {
                break;
            }
        }
        bus.valid = 0u64.into();
        b.put("bus", &bus);
        b.cycle();
    }
}

fn command(b: &mut Bench, op: u64, key: u32, slot: u64) -> bool {
    b.set("cmd_valid", 1);
    b.set("cmd_op", op);
    b.set("cmd_key", key.into());
    b.set("cmd_slot", slot);
    b.until("cmd_done", 400);
    let ok = b.get("cmd_ok") == 1;
    b.cycle();
    b.set("cmd_valid", 0);
    ok
}

#[test]
fn mr_table_matches_verilog() {
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = MrTable::<2, 3>::default();
        let mut dut = Bench::fresh(&mut uut);
        let mut lent: Vec<MemoryRegion> = vec![];
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            2500,
            |u, clock| u.clock.next = clock,
            |u, rng, cycle| {
                if lent.is_empty() {
                    lent = (0..4).map(|k| region(rng, 0x100 + k)).collect();
                }
                // nothing while it clears itself
                let Some(cycle) = cycle.checked_sub(10) else {
                    return;
                };
                if cycle < 400 {
                    // records and keys first
                    let (slot, word) = (cycle / 80, cycle / 10 % 8);
                    let slot = slot.min(3);
                    let words = lent[slot].to_uint().to_u32_digits();
                    let data = words.get(word).copied().unwrap_or(0);
                    let first = cycle % 10 == 1;
                    let waits = u.bus.val().valid == 1 && u.rsp.val().ack == 0;
                    u.bus.next.valid = u64::from(first || waits).into();
                    u.bus.next.write = 1u64.into();
                    u.bus.next.kind = kind::MEMORY_REGION.into();
                    u.bus.next.index = (slot as u64).into();
                    u.bus.next.word = (word as u64).into();
                    u.bus.next.data = (u64::from(data) << 32 | u64::from(data)).into();
                    u.cmd_valid.next = cycle % 40 == 39;
                    u.cmd_op.next = 1u64.into();
                    u.cmd_key.next = (0x100 + slot as u64).into();
                    u.cmd_slot.next = (slot as u64).into();
                    return;
                }
                if u.cmd_done.val() || !u.cmd_valid.val() {
                    u.cmd_valid.next = rng.chance(1, 30);
                    u.cmd_op.next = (1 + rng.below(2)).into();
                    let k = rng.below(4);
                    u.cmd_key.next = (0x100 + k).into();
                    u.cmd_slot.next = k.into();
                }
                if u.inv_done.val() || !u.inv_valid.val() {
                    u.inv_valid.next = rng.chance(1, 100);
                    u.inv_key.next = (0x100 + rng.below(4)).into();
                    u.inv_pd.next = rng.below(3).into();
                }
                let mut ask = || {
                    let k = rng.below(5) as usize;
                    request(rng, &lent[k % 4], 0x100 + k as u32)
                };
                u.a_req.next = ask();
                u.b_req.next = ask();
                u.c_req.next = ask();
                u.a_valid.next = rng.chance(1, 3);
                u.b_valid.next = rng.chance(1, 3);
                u.c_valid.next = rng.chance(1, 3);
                if u.bus.val().valid == 1 {
                    // held until the answer, as the command unit does
                    u.bus.next.valid = u64::from(u.rsp.val().ack == 0).into();
                } else {
                    u.bus.next.valid = rng.below(2).into();
                    u.bus.next.write = 0u64.into();
                    u.bus.next.index = rng.below(4).into();
                    u.bus.next.word = rng.below(8).into();
                }
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn mr_table_check_takes_nine_cycles_and_starts_every_four() {
    let mut b = Bench::fresh(&mut MrTable::<6, 7>::default());
    b.until("ready", 200);
    let mr = MemoryRegion {
        key: 77u64.into(),
        valid: 1u64.into(),
        va: 0x1000u64.into(),
        length: 0x1000u64.into(),
        iova: 0x9000u64.into(),
        ..Default::default()
    };
    write_region(&mut b, 3, &mr);
    assert!(command(&mut b, 1, 77, 3));
    b.put("b_req", &req(77, Some(0), 0, 0x1800, 0x800));
    b.set("b_valid", 1);
    b.until("b_ready", 10);
    b.cycle();
    assert_eq!(1 + b.until("b_rsp_valid", 20), 9);
    let rsp: MrRsp = b.take("b_rsp");
    assert_eq!((rsp.ok.to_u64(), rsp.iova.to_u64()), (1, 0x9800));
    let mut answers = 0;
    for _ in 0..400 {
        b.cycle();
        b.settle();
        answers += b.get("b_rsp_valid");
    }
    assert_eq!(answers, 100);
}

#[test]
fn mr_table_random_checks() {
    println!("seed {SEED:#x}");
    let mut rng = Rng::new(SEED);
    let mut b = Bench::fresh(&mut MrTable::<6, 7>::default());
    b.until("ready", 200);
    let keys: Vec<u32> = (0..64).map(|_| rng.next_u64() as u32).collect();
    let mut regions: Vec<Option<MemoryRegion>> = vec![None; 64];
    let names = ["a", "b", "c"];
    let (mut good, mut bad) = (0, 0);
    for round in 0..60 {
        for _ in 0..12 {
            let slot = rng.below(64) as usize;
            if regions[slot].take().is_some() {
                assert!(command(&mut b, 2, keys[slot], 0));
            } else {
                let mr = region(&mut rng, keys[slot]);
                write_region(&mut b, slot as u64, &mr);
                assert!(command(&mut b, 1, keys[slot], slot as u64));
                regions[slot] = Some(mr);
            }
        }
        let mut asked: [VecDeque<Option<u64>>; 3] = Default::default();
        let mut offers: [Option<(MrReq, Option<u64>)>; 3] = [None; 3];
        let mut invalidate: Option<usize> = None;
        for cycle in 0..600 {
            for k in 0..3 {
                if offers[k].is_none() && cycle < 560 && rng.chance(1, 2) {
                    let mut slot = rng.below(64) as usize;
                    if regions[slot].is_none() {
                        slot = rng.below(64) as usize;
                    }
                    let mr = regions[slot].unwrap_or_default();
                    let q = request(&mut rng, &mr, keys[slot]);
                    offers[k] = Some((q, None));
                }
                b.set(&format!("{}_valid", names[k]), offers[k].is_some().into());
                if let Some((q, _)) = &offers[k] {
                    b.put(&format!("{}_req", names[k]), q);
                }
            }
            if invalidate.is_none() && round % 4 == 3 && cycle < 500 && rng.chance(1, 40) {
                let slot = rng.below(64) as usize;
                invalidate = Some(slot);
                b.set("inv_key", keys[slot].into());
                b.set("inv_pd", rng.below(3));
                // the answers to checks already asked do not depend on it, later ones do
                b.set("inv_valid", 0);
                if asked.iter().any(|q| !q.is_empty()) || offers.iter().any(Option::is_some) {
                    invalidate = None;
                }
            }
            if let Some(slot) = invalidate {
                for k in 0..3 {
                    b.set(&format!("{}_valid", names[k]), 0);
                    offers[k] = None;
                }
                let pd: u64 = round as u64 % 3;
                b.set("inv_pd", pd);
                b.set("inv_valid", 1);
                b.until("inv_done", 40);
                let hit = regions[slot].filter(|mr| mr.valid == 1 && mr.pd == pd);
                assert_eq!(b.get("inv_ok") == 1, hit.is_some());
                if let (Some(_), Some(mr)) = (hit, &mut regions[slot]) {
                    mr.valid = 0u64.into();
                }
                b.cycle();
                b.set("inv_valid", 0);
                invalidate = None;
                continue;
            }
            b.settle();
            for k in 0..3 {
                if b.get(&format!("{}_rsp_valid", names[k])) == 1 {
                    let rsp: MrRsp = b.take(&format!("{}_rsp", names[k]));
                    let want = asked[k].pop_front().expect("an answer needs a question");
                    let got = (rsp.ok == 1).then(|| rsp.iova.to_u64());
                    assert_eq!(got, want, "round {round} cycle {cycle} port {k}");
                    if want.is_some() { good += 1 } else { bad += 1 }
                }
                if let Some((q, _)) = &offers[k]
                    && b.get(&format!("{}_ready", names[k])) == 1
                {
                    let key = q.key.to_u64() as u32;
                    let slot = keys.iter().position(|x| *x == key).expect("a known key");
                    asked[k].push_back(expected(regions[slot].as_ref(), q));
                    offers[k] = None;
                }
            }
            b.cycle();
        }
        assert!(
            asked.iter().all(VecDeque::is_empty),
            "checks without an answer"
        );
    }
    println!("{good} good, {bad} bad");
    assert!(good > 500 && bad > 500);
}

/// There is no valid region in the slot, in the eyes of both that ask.
fn gone(b: &mut Bench, slot: u64) -> bool {
    let [first, second, third] = [0, 1, 2].map(|k| {
        b.set(&format!("gone_slot_{k}"), slot);
        b.settle();
        b.high(&format!("gone_{k}"))
    });
    assert_eq!((first, first), (second, third));
    first
}

#[test]
fn mr_table_says_which_regions_are_gone() {
    let mut b = Bench::fresh(&mut MrTable::<6, 7>::default());
    b.until("ready", 200);
    assert!((0..64).all(|slot| gone(&mut b, slot)));
    let mut mr = MemoryRegion {
        key: 77u64.into(),
        valid: 1u64.into(),
        length: 0x1000u64.into(),
        ..Default::default()
    };
    for slot in [3, 40] {
        mr.key = (77 + slot).into();
        write_region(&mut b, slot, &mr);
        assert!(command(&mut b, 1, 77 + slot as u32, slot));
        assert!(!gone(&mut b, slot));
    }
    assert!(gone(&mut b, 4) && gone(&mut b, 41));
    // invalidated
    b.set("inv_key", 80);
    b.set("inv_valid", 1);
    b.until("inv_done", 40);
    assert_eq!(b.get("inv_ok"), 1);
    assert!(gone(&mut b, 3) && !gone(&mut b, 40), "when it is done");
    b.cycle();
    b.set("inv_valid", 0);
    // deregistered, as the command unit does it: a pair of words with `valid` cleared
    let bus = CtxReq {
        both: 1.into(),
        data: 117.into(),
        ..CtxReq::write(kind::MEMORY_REGION, 40, 0, 0)
    };
    b.put("bus", &bus);
    while b.take::<CtxRsp>("rsp").ack == 0 {
        b.cycle();
        b.settle();
    }
    assert!(gone(&mut b, 40));
}

/// Finds: the bit that says that there is a region in a slot outlived a reset.
#[test]
fn mr_table_reset_takes_every_region() {
    let mut b = Bench::fresh(&mut MrTable::<6, 7>::default());
    b.until("ready", 200);
    for slot in 0..64 {
        let mr = MemoryRegion {
            key: (1000 + slot).into(),
            valid: 1u64.into(),
            length: 0x1000u64.into(),
            ..Default::default()
        };
        b.write_context(kind::MEMORY_REGION, slot, &mr);
        assert!(command(&mut b, 1, 1000 + slot as u32, slot));
    }
    // a check leaves a record in the registers that invalidations write from
    b.put("a_req", &req(1005, Some(0), 0, 0, 8));
    b.set("a_valid", 1);
    b.until("a_rsp_valid", 20);
    assert_eq!(b.take::<MrRsp>("a_rsp").ok.to_u64(), 1);
    b.set("a_valid", 0);
    assert!((0..64).all(|slot| !gone(&mut b, slot)));
    // the command unit's reset
    b.put("bus", &CtxReq::default());
    b.set("reset", 1);
    b.cycle();
    b.set("reset", 0);
    b.until("ready", 200);
    assert!((0..64).all(|slot| gone(&mut b, slot)));
    for slot in 0..64 {
        let mr: MemoryRegion = b.read_context(kind::MEMORY_REGION, slot);
        assert_eq!(mr, MemoryRegion::default(), "slot {slot}");
    }
}
