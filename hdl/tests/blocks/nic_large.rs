//! The NICs with more queue pairs than the committed ones: they elaborate, emit and lint, and what does not fit is refused.

use emit::cosim::with_big_stack;
use hdl::migration::MigrationUnit;
use hdl::migration::program::Sizes;
use hdl::nic::{Nic64Qps512, Nic64Qps4096};
use rust_hdl::prelude::*;

fn emitted<B: Block + Default>(name: &'static str) -> String {
    with_big_stack(move || {
        let mut nic = Box::<B>::default();
        nic.connect_all();
        emit::emit(name, &*nic).unwrap_or_else(|e| panic!("{e}"))
    })
}

#[test]
fn nic_of_512_queue_pairs_emits() {
    let verilog = emitted::<Nic64Qps512>("nic_512");
    assert!(verilog.contains("module nic_512"));
}

#[test]
fn nic_of_4096_queue_pairs_lints() {
    let verilog = emitted::<Nic64Qps4096>("nic_4096");
    sim_verilator::lint(&verilog, "nic_4096").unwrap_or_else(|e| panic!("{e}"));
}

const LARGEST: Sizes = Sizes {
    qps: 12,
    ..Sizes::COMMITTED
};

#[test]
#[should_panic(expected = "2^12 words are too few for 2^12 queue pairs")]
fn migration_unit_refuses_more_queue_pairs_than_owners_bad_flow() {
    type Unit = MigrationUnit<12, 17, 16, 12, 1, 64, 8, 3, 6, 0, 0, 3, 8>;
    with_big_stack(|| drop(Box::new(Unit::new(LARGEST))));
}

/// The 16 queue pairs of the card were given a memory so small that scratch words fell onto Migration records.
#[test]
#[should_panic(expected = "2^LM must be at least 641")]
fn migration_unit_refuses_a_memory_without_room_for_scratch_words_bad_flow() {
    type Unit = MigrationUnit<4, 9, 9, 9, 0, 64, 8, 3, 6, 0, 0, 3, 8>;
    let sizes = Sizes {
        qps: 4,
        cqs: 4,
        srqs: 2,
        mrs: 4,
        ..Sizes::COMMITTED
    };
    with_big_stack(move || drop(Box::new(Unit::new(sizes))));
}
