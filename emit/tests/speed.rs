//! Emission of what a NIC has: wide records, kernels of thousands of statements, many instances.

use emit::cosim::with_big_stack;
use rust_hdl::prelude::*;
use std::time::{Duration, Instant};

/// A kernel that unrolls to some 2000 statements over a 640-bit word.
#[derive(LogicBlock)]
pub struct Wide {
    pub clock: Signal<In, Clock>,
    pub x: Signal<In, Bits<640>>,
    pub y: Signal<Out, Bits<640>>,
    pub sums: [Signal<Out, Bits<16>>; 200],
    state: [DFF<Bits<640>>; 4],
    l: [Signal<Local, Bits<640>>; 200],
}

impl Default for Wide {
    fn default() -> Self {
        Wide {
            clock: Default::default(),
            x: Default::default(),
            y: Default::default(),
            sums: array_init::array_init(|_| Default::default()),
            state: array_init::array_init(|_| Default::default()),
            l: array_init::array_init(|_| Default::default()),
        }
    }
}

impl Logic for Wide {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..4 {
            self.state[i].clock.next = self.clock.val();
            self.state[i].d.next = self.state[i].q.val() + self.x.val();
        }
        for i in 0..200 {
            self.l[i].next = self.x.val() ^ self.state[0].q.val();
            if self.x.val().get_bit(i) {
                self.l[i].next = self.l[i].val().replace_bit(i + 3, false);
                if self.state[1].q.val().get_bit(i + 1) {
                    self.l[i].next = self.l[i].val() + 1;
                } else {
                    self.l[i].next = self.state[2].q.val() - self.l[i].val();
                }
            }
            match self.x.val().get_bits::<4>(i).index() {
                0 => {
                    self.sums[i].next = self.l[i].val().get_bits::<16>(i);
                }
                7 => {
                    self.sums[i].next = (self.l[i].val() + self.x.val()).get_bits::<16>(i + 9);
                }
                _ => {
                    self.sums[i].next = 5.into();
                }
            }
        }
        self.y.next = self.state[3].q.val();
    }
}

/// Eight of them.
#[derive(LogicBlock, Default)]
pub struct Many {
    pub clock: Signal<In, Clock>,
    pub x: Signal<In, Bits<640>>,
    pub y: Signal<Out, Bits<640>>,
    parts: [Wide; 8],
}

impl Logic for Many {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..8 {
            self.parts[i].clock.next = self.clock.val();
        }
        self.parts[0].x.next = self.x.val();
        for i in 1..8 {
            self.parts[i].x.next = self.parts[i - 1].y.val();
        }
        self.y.next = self.parts[7].y.val();
    }
}

#[test]
fn emission_of_large_design_takes_seconds() {
    let (text, took) = with_big_stack(|| {
        let mut uut = Box::<Many>::default();
        uut.connect_all();
        let start = Instant::now();
        let text = emit::emit("top", &*uut).unwrap_or_else(|e| panic!("{e}"));
        (text, start.elapsed())
    });
    println!("{} lines in {took:?}", text.lines().count());
    assert_eq!(
        text.matches("\nmodule ").count(),
        2,
        "eight instances of one module"
    );
    assert!(took < Duration::from_secs(20), "{took:?}");
}
