//! Variants of a block by a const generic: what only one of them has is in arrays of no or one element, and in branches that are
//! decided at emission.

#![allow(
    clippy::collapsible_if,
    reason = "a kernel's macro knows no `&&` of guards"
)]

use crate::check;
use emit::randomize_inputs;
use rust_hdl::prelude::*;

/// An adder; with `EXTRA` 1 it also counts how often it has been asked to, from 5 on, and may be told to subtract.
#[derive(LogicBlock)]
struct Variant<const EXTRA: usize> {
    pub clock: Signal<In, Clock>,
    pub a: Signal<In, Bits<8>>,
    pub b: Signal<In, Bits<8>>,
    pub sum: Signal<Out, Bits<8>>,
    pub extra_minus: [Signal<In, Bit>; EXTRA],
    pub extra_count: [Signal<Out, Bits<4>>; EXTRA],
    extra_counter: [DFF<Bits<4>>; EXTRA],
    extra_begin: [Constant<Bits<4>>; EXTRA],
    extra_minded: [Signal<Local, Bit>; EXTRA],
}

impl<const EXTRA: usize> Default for Variant<EXTRA> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            a: Default::default(),
            b: Default::default(),
            sum: Default::default(),
            extra_minus: std::array::from_fn(|_| Default::default()),
            extra_count: std::array::from_fn(|_| Default::default()),
            extra_counter: std::array::from_fn(|_| Default::default()),
            extra_begin: std::array::from_fn(|_| Constant::new(5.into())),
            extra_minded: std::array::from_fn(|_| Default::default()),
        }
    }
}

impl<const EXTRA: usize> Logic for Variant<EXTRA> {
    #[hdl_gen]
    fn update(&mut self) {
        for _EXTRA in EXTRA..EXTRA {}
        self.sum.next = self.a.val() + self.b.val();
        if EXTRA == 1 {
            if self.extra_minus[0].val() {
                self.sum.next = self.a.val() - self.b.val();
            }
        }
        for i in 0..EXTRA {
            self.extra_counter[i].clock.next = self.clock.val();
            self.extra_minded[i].next = self.extra_minus[i].val();
            self.extra_counter[i].d.next = self.extra_counter[i].q.val();
            if self.extra_minded[i].val() {
                self.extra_counter[i].d.next = self.extra_counter[i].q.val() + 1;
            }
            self.extra_count[i].next = self.extra_counter[i].q.val() + self.extra_begin[i].val();
        }
    }
}

#[test]
fn variants_match() {
    check(
        "variant_0",
        Variant::<0>::default(),
        300,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            randomize_inputs!(u, rng; a, b);
        },
    );
    check(
        "variant_1",
        Variant::<1>::default(),
        300,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            randomize_inputs!(u, rng; a, b, extra_minus);
        },
    );
}

#[test]
fn variant_without_shows_no_trace() {
    let text = |block: &mut dyn Block| {
        block.connect_all();
        emit::emit("top", block).unwrap_or_else(|e| panic!("{e}"))
    };
    let without = text(&mut Variant::<0>::default());
    assert!(!without.to_lowercase().contains("extra"), "{without}");
    assert!(!without.contains("a - b"), "{without}");
    let with = text(&mut Variant::<1>::default());
    assert!(with.contains("extra_minus_0") && with.contains("a - b"));
    // decided, not chosen by a constant
    assert!(!with.contains("== 1"), "{with}");
}
