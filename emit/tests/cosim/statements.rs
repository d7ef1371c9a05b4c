//! Statements: branches, matches, unrolled loops, structs written in parts, arrays of everything.

use crate::check;
use crate::expressions::{Header, State};
use emit::cosim::no_clock;
use emit::{comment, randomize_inputs};
use rust_hdl::prelude::*;

#[derive(LogicBlock, Default)]
pub struct Adder<const W: usize> {
    pub x: Signal<In, Bits<W>>,
    pub y: Signal<In, Bits<W>>,
    pub z: Signal<Out, Bits<W>>,
    pub top: Signal<Out, Bit>,
}

impl<const W: usize> Logic for Adder<W> {
    #[hdl_gen]
    fn update(&mut self) {
        for _W in W..W {}
        self.z.next = self.x.val() + self.y.val();
        self.top.next = (self.x.val() - self.y.val()).get_bit(W - 1);
    }
}

#[derive(LogicBlock)]
struct Statements {
    pub a: Signal<In, Bits<8>>,
    pub b: Signal<In, Bits<8>>,
    pub c: Signal<In, Bits<24>>,
    pub f: Signal<In, Bit>,
    pub en: Signal<In, State>,
    pub h: Signal<In, Header>,
    pub s1: Signal<Out, Bits<8>>,
    pub s2: Signal<Out, Bits<8>>,
    pub s3: Signal<Out, Header>,
    pub s4: Signal<Out, Bits<4>>,
    pub s5: Signal<Out, Bits<8>>,
    pub s6: Signal<Out, Bits<8>>,
    pub s7: Signal<Out, State>,
    pub s8: Signal<Out, Bits<8>>,
    pub s9: Signal<Out, Bits<8>>,
    pub s10: Signal<Out, Header>,
    pub s11: Signal<Out, Bits<24>>,
    pub k: Signal<Out, Bits<8>>,
    pub end: Signal<Out, Bit>,
    add: [Adder<8>; 4],
    more: Vec<Adder<8>>,
    t: [Signal<Local, Bits<8>>; 4],
    m: [Constant<Bits<8>>; 4],
    acc: Signal<Local, Bits<8>>,
    o: Signal<Local, Header>,
    pi: Signal<Local, Header>,
    par: Signal<Local, Bits<4>>,
    begin: Signal<Local, Bit>,
    pub v: Signal<Out, Bits<8>>,
}

impl Default for Statements {
    fn default() -> Self {
        Statements {
            m: array_init::array_init(|k| Constant::new((0x3Bu64 + 0x31 * k as u64).into())),
            more: vec![Adder::default(), Adder::default()],
            a: Default::default(),
            b: Default::default(),
            c: Default::default(),
            f: Default::default(),
            en: Default::default(),
            h: Default::default(),
            s1: Default::default(),
            s2: Default::default(),
            s3: Default::default(),
            s4: Default::default(),
            s5: Default::default(),
            s6: Default::default(),
            s7: Default::default(),
            s8: Default::default(),
            s9: Default::default(),
            s10: Default::default(),
            s11: Default::default(),
            k: Default::default(),
            end: Default::default(),
            add: Default::default(),
            t: Default::default(),
            acc: Default::default(),
            o: Default::default(),
            pi: Default::default(),
            par: Default::default(),
            begin: Default::default(),
            v: Default::default(),
        }
    }
}

impl Logic for Statements {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("chain of sub-blocks with computed indices");
        for i in 0..4 {
            self.t[i].next = self.a.val() ^ self.m[3 - i].val();
            self.add[i].x.next = self.t[i].val() + self.t[(i + 1) * i % (i + 1)].val();
            self.add[i].y.next = self.b.val();
        }
        self.acc.next = 0.into();
        for i in 0..2 {
            for j in 0..2 {
                self.acc.next = (self.acc.val() << 1) + self.add[i * 2 + j].z.val();
                if i == 1 {
                    self.acc.next = self.acc.val() ^ bits::<8>(0x55);
                }
            }
        }
        self.s1.next = self.acc.val();
        // conditions that need temporaries, in an else-if chain
        if (self.a.val() + self.b.val()).get_bit(7) {
            self.s2.next = self.a.val() - self.b.val();
        } else if (self.a.val() - self.b.val()).get_bits::<2>(3) == 2 {
            self.s2.next = (self.c.val() + 1).get_bits::<8>(9);
        } else if bit_cast::<24, 8>(self.a.val() + 1) < self.c.val() {
            self.s2.next = !self.a.val();
        } else {
            self.s2.next = 7.into();
        }
        // struct: whole, then parts, nested parts
        self.o.next = self.h.val();
        self.o.next.op = self.h.val().op + 1;
        self.o.next.inner.r = self.h.val().inner.r - 1;
        if self.f.val() {
            self.o.next.sgn = 0 - self.h.val().sgn;
        }
        self.s3.next = self.o.val();
        // a field that is never written stays at its default
        self.pi.next.op = self.h.val().op;
        self.pi.next.inner.p = bit_cast::<9, 8>(self.a.val() + self.b.val());
        self.s10.next = self.pi.val();
        // match on numbers, bools, enums (exhaustive, no default)
        match self.a.val().get_bits::<3>(2).index() {
            0 => {
                self.s4.next = 1.into();
            }
            0x3 => {
                self.s4.next = self.b.val().get_bits::<4>(1);
            }
            5_usize => {
                self.s4.next = 9.into();
                if self.f.val() {
                    self.s4.next = 10.into();
                }
            }
            _ => {
                self.s4.next = 0xF.into();
            }
        }
        match (self.a.val() + self.b.val()).index() {
            0 => {
                self.s5.next = 1.into();
            }
            255 => {
                self.s5.next = 2.into();
            }
            1 => {
                self.s5.next = 3.into();
            }
            _ => {
                self.s5.next = self.a.val();
            }
        }
        match self.f.val() {
            true => {
                self.s6.next = self.a.val();
            }
            false => {
                self.s6.next = self.b.val();
            }
        }
        match self.en.val() {
            State::Idle => {
                self.s7.next = State::Run;
                self.s8.next = 1.into();
            }
            State::Run => {
                self.s7.next = State::Halt;
                self.s8.next = self.a.val();
            }
            State::Halt => {
                self.s7.next = self.h.val().st;
                self.s8.next = self.b.val();
            }
        }
        self.par.next = 0.into();
        for i in 0..4 {
            self.par.next = (self.par.val() << 1) + (self.m[i].val() & self.a.val()).xor();
        }
        self.s9.next =
            bit_cast::<8, 4>(self.par.val()) + bit_cast::<8, 1>(self.add[3].top.val().into());
        self.s11.next = self.c.val();
        for i in 0..3 {
            if self.a.val().get_bit(i * 2) {
                self.s11.next = self.s11.val() + (1_u64 << (i * 8));
            }
        }
        self.k.next = bits::<8>(0x5A);
        // a Vec of blocks
        for i in 0..2 {
            self.more[i].x.next = self.a.val();
            self.more[i].y.next = self.t[i].val();
        }
        self.v.next = self.more[0].z.val() ^ self.more[1].z.val();

        self.begin.next = self.f.val();
        self.end.next = !self.begin.val();
    }
}

#[test]
fn statements_match() {
    check(
        "statements",
        Statements::default(),
        4000,
        no_clock,
        |u, rng, k| {
            randomize_inputs!(u, rng; a, b, c, f, en, h);
            if k % 5 == 0 {
                u.b.next = 0 - u.a.next;
            }
        },
    );
}

/// Shifts left and right.
#[derive(LogicBlock, Default)]
struct Shifter {
    pub x: Signal<In, Bits<12>>,
    pub by: Signal<In, Bits<6>>,
    pub left: Signal<Out, Bits<12>>,
    pub right: Signal<Out, Bits<12>>,
}

impl Logic for Shifter {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("module shifter");
        self.left.next = self.x.val() << self.by.val();
        self.right.next = self.x.val() >> self.by.val();
    }
}

/// Pairs of variable shifts: in one expression, through a Local, across modules.
#[derive(LogicBlock, Default)]
struct Shifts {
    pub x: Signal<In, Bits<12>>,
    pub a: Signal<In, Bits<6>>,
    pub b: Signal<In, Bits<6>>,
    pub direct: Signal<Out, Bits<12>>,
    pub through: Signal<Out, Bits<12>>,
    pub left: Signal<Out, Bits<12>>,
    pub right: Signal<Out, Bits<12>>,
    pub slices: Signal<Out, Bits<4>>,
    once: Signal<Local, Bits<12>>,
    first: Shifter,
    second: [Shifter; 2],
}

impl Logic for Shifts {
    #[hdl_gen]
    fn update(&mut self) {
        self.direct.next = self.x.val() << self.a.val() << 1 << self.b.val();
        self.once.next = self.x.val() >> self.a.val();
        self.through.next = self.once.val() >> self.b.val();
        self.first.x.next = self.x.val();
        self.first.by.next = self.a.val();
        self.second[0].x.next = self.first.left.val();
        self.second[0].by.next = self.b.val();
        self.left.next = self.second[0].left.val();
        self.second[1].x.next = self.first.right.val();
        self.second[1].by.next = self.b.val();
        self.right.next = self.second[1].right.val();
        self.slices.next = (self.x.val() >> self.a.val()).get_bits::<4>(2) >> self.b.val();
    }
}

#[test]
fn statements_shifts_of_shifts_match() {
    check("shifts", Shifts::default(), 4000, no_clock, |u, rng, _| {
        randomize_inputs!(u, rng; x, a, b);
    });
}
