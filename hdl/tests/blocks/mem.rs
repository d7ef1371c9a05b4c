//! The memories that are more than an array: differential tests.

use crate::kit::Bench;
use emit::cosim::{Rng, cosim, with_big_stack};
use hdl::contract::{Completer, RingState};
use hdl::mem::{AsyncRam, CtxRam, kind};
use hdl::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

const SEED: u64 = 0x6d65_6d01;

/// Engine and bus use a memory of four records at random, after it has been cleared.
fn context_memory<T: Record>(make: impl Fn() -> CtxRam<T, 2> + Send + Sync + 'static) {
    println!("seed {SEED:#x}");
    with_big_stack(move || {
        let (mut uut, mut again) = (make(), make());
        let mut dut = Bench::fresh(&mut again);
        let value = |rng: &mut Rng| T::from_uint(&rng.value(T::WIDTH));
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            4000,
            |u, clock| u.clock.next = clock,
            |u, rng, cycle| {
                // cleared at first, and now and then again
                let clears = cycle % 500 < 8;
                u.clear.next = clears && cycle % 2 == 0;
                u.re.next = rng.chance(1, 3);
                u.ra.next = rng.below(4).into();
                u.we.next = !clears && rng.chance(1, 4);
                u.wa.next = rng.below(4).into();
                u.wd.next = value(rng);
                let mut bus = u.bus.val();
                if bus.valid == 0 || u.rsp.val().ack == 1 {
                    bus.valid = u64::from(rng.chance(1, 2)).into();
                    bus.write = rng.below(2).into();
                    bus.both = rng.below(2).into();
                    bus.kind = (kind::COMPLETER + rng.below(2)).into();
                    bus.index = rng.below(4).into();
                    bus.word = rng.below(T::WIDTH as u64 / 32).into();
                    bus.data = rng.bits(64).into();
                }
                if clears {
                    bus.valid = 0u64.into();
                    bus.data = 0u64.into();
                }
                u.bus.next = bus;
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn context_memory_matches_verilog() {
    context_memory::<Completer>(|| CtxRam::new(kind::COMPLETER));
}

/// The engine writes word 1 only.
#[test]
fn context_memory_written_in_part_matches_verilog() {
    context_memory::<RingState>(|| CtxRam::new(kind::COMPLETER).writes(1 << 1));
}

/// The engine writes nothing.
#[test]
fn context_memory_of_the_bus_matches_verilog() {
    context_memory::<Completer>(|| CtxRam::new(kind::COMPLETER).writes(0));
}

/// What is reserved reads as zero, whoever wrote it; the rest is kept.
#[test]
fn context_memory_keeps_no_reserved_bits() {
    let mut b = Bench::fresh(&mut CtxRam::<Completer, 2>::new(kind::COMPLETER));
    let ones = (BigUint::from(1u8) << Completer::WIDTH) - 1u8;
    assert_ne!(Completer::meant(), ones, "it has reserved bits");
    b.put("wd", &Completer::from_uint(&ones));
    b.set("we", 1);
    b.cycle();
    b.set("we", 0);
    b.set("re", 1);
    b.cycle();
    assert_eq!(b.wide("rd"), Completer::meant());
}

/// One bit a record: four share a word.
#[test]
fn bit_memory_matches_verilog() {
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = AsyncRam::<Bits<1>, 6>::default();
        let mut dut = Bench::fresh(&mut AsyncRam::<Bits<1>, 6>::default());
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            4000,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                u.ra.next = rng.below(64).into();
                u.we.next = rng.chance(1, 2);
                u.wa.next = rng.below(64).into();
                u.wd.next = rng.below(2).into();
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}
