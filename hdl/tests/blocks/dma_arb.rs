//! Whole transactions in order of grant; answers to those who asked.

#![allow(clippy::needless_range_loop, reason = "the index names the port, too")]

use crate::kit::{Bench, any, differs_not, seeded};
use hdl::dma_arb::{DmaReadArb, DmaWriteArb};
use hdl::pipe::ReadReq;

#[test]
fn write_arb_keeps_transactions_whole() {
    let mut rng = seeded(0xda);
    let mut bench = Bench::new(&mut DmaWriteArb::<64, 8>::default());
    let mut next = [0u64; 3];
    let mut left = [0u64; 3];
    let mut seen = [0u64; 3];
    let mut open: Option<u64> = None;
    let mut shown: Option<u64> = None;
    for _ in 0..20_000 {
        for k in 0..3 {
            if left[k] == 0 && rng.chance(1, 6) {
                left[k] = 1 + rng.below(5);
            }
            // a stream may pause inside a transaction, but does not withdraw a beat
            let valid = left[k] > 0 && (bench.high(&format!("i{k}_valid")) || rng.chance(3, 4));
            bench.set(&format!("i{k}_valid"), valid.into());
            bench.set(&format!("i{k}_data"), (k as u64) << 32 | next[k]);
            bench.set(&format!("i{k}_addr"), 8 * next[k]);
            bench.set(&format!("i{k}_strb"), next[k] & 0xff);
            bench.set(&format!("i{k}_last"), u64::from(left[k] == 1));
        }
        bench.set("wr_ready", rng.below(2));
        bench.settle();
        let data = bench.get("wr_data");
        let mut taken = None;
        if bench.high("wr_valid") {
            assert!(
                shown.is_none_or(|d| d == data),
                "a beat changed before it was taken"
            );
            shown = Some(data);
        } else {
            assert!(shown.is_none(), "a beat was withdrawn");
        }
        for k in 0..3 {
            if bench.high(&format!("i{k}_valid")) && bench.high(&format!("i{k}_ready")) {
                assert!(bench.high("wr_valid") && data >> 32 == k as u64);
                next[k] += 1;
                left[k] -= 1;
                taken = Some(k);
            }
        }
        if bench.high("wr_valid") && bench.high("wr_ready") {
            shown = None;
            let who = data >> 32;
            assert!(open.is_none_or(|o| o == who), "a transaction was cut");
            assert_eq!(data & 0xffff_ffff, seen[who as usize]);
            assert_eq!(bench.get("wr_addr"), 8 * seen[who as usize]);
            assert_eq!(bench.get("wr_strb"), seen[who as usize] & 0xff);
            seen[who as usize] += 1;
            open = (!bench.high("wr_last")).then_some(who);
        }
        bench.cycle();
        if let Some(k) = taken {
            bench.set(&format!("i{k}_valid"), 0);
        }
    }
    assert_eq!(seen, next);
    assert!(seen.iter().all(|n| *n > 1000), "{seen:?}");
}

#[test]
fn read_arb_is_fair_and_tags() {
    let mut rng = seeded(0xdb);
    let mut bench = Bench::new(&mut DmaReadArb::default());
    let mut asked: [Vec<u64>; 4] = Default::default();
    let mut current = [0u64; 4];
    let mut seen: [Vec<u64>; 4] = Default::default();
    let mut waited = [0; 4];
    for cycle in 0..10_000u64 {
        let busy = cycle < 5_000;
        for k in 0..4 {
            if current[k] == 0 && (busy || rng.chance(1, 4)) {
                current[k] = cycle << 8 | rng.below(256) | 1;
            }
            bench.set(&format!("q{k}_valid"), u64::from(current[k] != 0));
            let request = ReadReq {
                addr: current[k].into(),
                len: (64 + k as u64).into(),
                tag: (current[k] & 0xff).into(),
            };
            bench.put(&format!("q{k}"), &request);
        }
        bench.set("rd_ready", u64::from(busy || rng.chance(1, 2)));
        let tag = rng.below(256);
        bench.set("rsp_valid", rng.below(2));
        bench.set("rsp_tag", tag);
        bench.settle();
        for k in 0..4 {
            let wanted = bench.high("rsp_valid") && tag >> 6 == k as u64;
            assert_eq!(bench.high(&format!("rsp{k}_valid")), wanted);
            waited[k] += 1;
            if bench.high(&format!("q{k}_valid")) && bench.high(&format!("q{k}_ready")) {
                asked[k].push(current[k]);
                current[k] = 0;
                assert!(
                    !busy || waited[k] <= 4 || cycle < 8,
                    "requester {k} waited {}",
                    waited[k]
                );
                waited[k] = 0;
            }
        }
        if bench.high("rd_valid") && bench.high("rd_ready") {
            let r: ReadReq = bench.take("rd");
            let (addr, tag) = (r.addr.to_u64(), r.tag.to_u64());
            let who = tag >> 6;
            assert_eq!((r.len.to_u64(), tag & 63), (64 + who, addr & 63));
            seen[who as usize].push(addr);
        }
        bench.cycle();
    }
    for k in 0..4 {
        assert_eq!(seen[k][..], asked[k][..seen[k].len()]);
        assert!(seen[k].len() + 1 >= asked[k].len() && seen[k].len() > 1200);
    }
}

#[test]
fn write_arb_is_its_verilog() {
    differs_not(
        DmaWriteArb::<64, 8>::default,
        0xdad,
        1000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            emit::randomize_inputs!(u, rng; i0_valid, i0_addr, i0_data, i0_strb, i0_last, i1_valid, i1_addr, i1_data,
                i1_strb, i1_last, i2_valid, i2_addr, i2_data, i2_strb, i2_last, wr_ready)
        },
    );
}

#[test]
fn read_arb_is_its_verilog() {
    differs_not(
        DmaReadArb::default,
        0xdbd,
        1000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            for q in [&mut u.q0, &mut u.q1, &mut u.q2, &mut u.q3] {
                q.next = any(rng);
            }
            emit::randomize_inputs!(u, rng; q0_valid, q1_valid, q2_valid, q3_valid, rd_ready, rsp_valid, rsp_tag)
        },
    );
}
