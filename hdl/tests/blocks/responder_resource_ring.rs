//! `ResourceRing`: RustHDL against Verilator. What it must find is tested with the responder.

use crate::kit::Bench;
use emit::cosim::{cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::pipe::CtxReq;
use hdl::resource_ring::ResourceRing;
use rust_hdl::prelude::*;

#[test]
fn resource_ring_matches_verilog() {
    const SEED: u64 = 0x5eed_0005;
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = ResourceRing::<2, 3, 5>::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            6000,
            |u, clock| u.clock.next = clock,
            |u, rng, cycle| {
                randomize_inputs!(u, rng; search, at, mr_ok);
                // an entry is never stored while a search may read it
                u.store.next = cycle % 60 < 20 && rng.chance(1, 2);
                u.search.next = cycle % 60 == 22;
                if cycle % 60 < 23 {
                    let psn = 100 + rng.below(6);
                    u.slot.next = rng.below(2).to_bits();
                    u.psn.next = psn.to_bits();
                    u.steps.next = (1 + rng.below(2)).to_bits();
                    u.last_psn.next = (psn + rng.below(4)).to_bits();
                    u.rkey.next = rng.below(2).to_bits();
                    u.va.next = (0xffff_fff0 + rng.below(32)).to_bits();
                    u.len.next = rng.below(64).to_bits();
                    u.atomic.next = rng.chance(1, 3);
                }
                u.bus.next = CtxReq {
                    valid: u64::from(cycle % 60 == 50).to_bits(),
                    kind: hdl::mem::kind::RESOURCE.to_bits(),
                    index: rng.below(32).to_bits(),
                    word: rng.below(6).to_bits(),
                    ..Default::default()
                };
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}
