//! Expressions that RustHDL's own printer gets wrong or cannot print, and many that it can.

// unusual on purpose
#![allow(clippy::precedence, clippy::nonminimal_bool)]

use crate::check;
use emit::cosim::{Rng, no_clock};
use emit::{randomize, randomize_inputs};
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
pub enum State {
    Idle,
    Run,
    Halt,
}
randomize!(
    enum State {
        Idle,
        Run,
        Halt,
    }
);

#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct Inner {
    pub p: Bits<9>,
    pub q: Bit,
    pub r: Bits<3>,
}
randomize!(Inner { p, q, r });

#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct Header {
    pub op: Bits<5>,
    pub sgn: Bits<8>,
    pub inner: Inner,
    pub st: State,
}
randomize!(Header { op, sgn, inner, st });

/// Thirty expressions as kernels use them; twelve are wrong in RustHDL's own Verilog.
#[derive(LogicBlock, Default)]
struct Common {
    pub a: Signal<In, Bits<8>>,
    pub b: Signal<In, Bits<8>>,
    pub c: Signal<In, Bits<24>>,
    pub d: Signal<In, Bits<24>>,
    pub w: Signal<In, Bits<40>>,
    pub f: Signal<In, Bit>,
    pub sh: Signal<In, Bits<6>>,
    pub sa: Signal<In, Signed<8>>,
    pub sb: Signal<In, Signed<8>>,
    pub o_addcmp: Signal<Out, Bit>,
    pub o_subcmp: Signal<Out, Bit>,
    pub o_sub_lt: Signal<Out, Bit>,
    pub o_andeq: Signal<Out, Bit>,
    pub o_andeqp: Signal<Out, Bit>,
    pub o_castneg: Signal<Out, Bits<8>>,
    pub o_castsub: Signal<Out, Bits<24>>,
    pub o_castadd: Signal<Out, Bits<24>>,
    pub o_shr: Signal<Out, Bits<8>>,
    pub o_shrcast: Signal<Out, Bits<24>>,
    pub o_not_cmp: Signal<Out, Bit>,
    pub o_notadd: Signal<Out, Bits<24>>,
    pub o_shl: Signal<Out, Bits<8>>,
    pub o_bigsh: Signal<Out, Bits<40>>,
    pub o_dyn: Signal<Out, Bits<8>>,
    pub o_repl: Signal<Out, Bits<40>>,
    pub o_litcmp: Signal<Out, Bit>,
    pub o_sl: Signal<Out, Bit>,
    pub o_scast: Signal<Out, Signed<16>>,
    pub o_any: Signal<Out, Bits<8>>,
    pub o_notany: Signal<Out, Bit>,
    pub o_xorcmp: Signal<Out, Bit>,
    pub o_neg: Signal<Out, Bits<24>>,
    pub o_litsub: Signal<Out, Bits<24>>,
    pub o_catnot: Signal<Out, Bits<40>>,
    pub o_subsub: Signal<Out, Bits<8>>,
    pub o_narrow: Signal<Out, Bits<8>>,
    pub o_shladd: Signal<Out, Bits<24>>,
    pub o_sadd: Signal<Out, Bit>,
    pub o_orlt: Signal<Out, Bit>,
}

impl Logic for Common {
    #[hdl_gen]
    fn update(&mut self) {
        self.o_addcmp.next = self.a.val() + 1 == self.b.val(); // wrap compare with literal
        self.o_subcmp.next = self.c.val() - self.d.val() == bits::<24>(0xFFFFFF); // wrap compare via bits()
        self.o_sub_lt.next = (self.c.val() - self.d.val()) < 0x800000; // PSN window compare
        self.o_andeq.next = self.a.val() & self.b.val() == self.b.val(); // precedence
        self.o_andeqp.next = (self.a.val() & self.b.val()) == self.b.val();
        self.o_castneg.next = bit_cast::<8, 1>((!self.f.val()).into());
        self.o_castsub.next = bit_cast::<24, 8>(self.a.val() - self.b.val());
        self.o_castadd.next = bit_cast::<24, 8>(self.a.val() + self.b.val());
        self.o_shr.next = (self.a.val() + self.b.val()) >> 1;
        self.o_shrcast.next = bit_cast::<24, 8>((self.a.val() + self.b.val()) >> 1);
        self.o_not_cmp.next = !self.a.val() == self.b.val();
        self.o_notadd.next = bit_cast::<24, 8>(!self.a.val()) + self.c.val();
        self.o_shl.next = self.a.val() << self.sh.val();
        self.o_bigsh.next = self.w.val() >> self.sh.val();
        self.o_dyn.next = self.w.val().get_bits::<8>(self.sh.val().index());
        self.o_repl.next = self.w.val().replace_bit(35, self.f.val());
        self.o_litcmp.next = 255 - self.a.val() == self.b.val();
        self.o_sl.next = (self.a.val() << 4) == (self.b.val() << 4);
        self.o_scast.next = signed_bit_cast::<16, 8>(self.sa.val());
        self.o_any.next = bit_cast::<8, 1>(self.c.val().any().into()) + 1;
        self.o_notany.next = !self.c.val().any();
        self.o_xorcmp.next = self.a.val() ^ self.b.val() == self.b.val();
        self.o_neg.next = bits::<24>(0) - self.c.val();
        self.o_litsub.next = bit_cast::<24, 8>(self.a.val() - 1);
        self.o_catnot.next =
            (bit_cast::<40, 8>(!self.a.val()) << 8) | bit_cast::<40, 8>(!self.b.val());
        self.o_subsub.next = self.a.val() - (self.b.val() - self.a.val());
        self.o_narrow.next = bit_cast::<8, 24>(self.c.val() >> 16);
        self.o_shladd.next = self.c.val() + self.d.val() << 2;
        self.o_sadd.next = self.sa.val() + self.sb.val() < self.sa.val();
        self.o_orlt.next = self.a.val() | self.b.val() < self.b.val();
    }
}

/// Sixty nastier ones: nested casts, slices of sums, lost widths, structs, 100-bit words.
#[derive(LogicBlock)]
struct Nasty {
    pub a: Signal<In, Bits<8>>,
    pub b: Signal<In, Bits<8>>,
    pub c: Signal<In, Bits<24>>,
    pub d: Signal<In, Bits<24>>,
    pub w: Signal<In, Bits<40>>,
    pub e: Signal<In, Bits<16>>,
    pub f: Signal<In, Bit>,
    pub g: Signal<In, Bit>,
    pub sh: Signal<In, Bits<6>>,
    pub sa: Signal<In, Signed<8>>,
    pub sb: Signal<In, Signed<8>>,
    pub s16: Signal<In, Signed<16>>,
    pub t16: Signal<In, Signed<16>>,
    pub x: Signal<In, Bits<100>>,
    pub y: Signal<In, Bits<100>>,
    pub st: Signal<In, Header>,
    pub en: Signal<In, State>,
    k5: Constant<Bits<24>>,
    kh: Constant<Header>,
    pub n01: Signal<Out, Bit>,
    pub n02: Signal<Out, Bits<24>>,
    pub n03: Signal<Out, Bit>,
    pub n04: Signal<Out, Bits<8>>,
    pub n05: Signal<Out, Bits<8>>,
    pub n06: Signal<Out, Bits<8>>,
    pub n07: Signal<Out, Bits<24>>,
    pub n08: Signal<Out, Bits<4>>,
    pub n09: Signal<Out, Bits<4>>,
    pub n10: Signal<Out, Bit>,
    pub n11: Signal<Out, Bits<9>>,
    pub n12: Signal<Out, Bits<3>>,
    pub n13: Signal<Out, Bit>,
    pub n14: Signal<Out, Signed<16>>,
    pub n15: Signal<Out, Bit>,
    pub n16: Signal<Out, Bits<16>>,
    pub n17: Signal<Out, Signed<8>>,
    pub n18: Signal<Out, Bit>,
    pub n19: Signal<Out, Signed<32>>,
    pub n20: Signal<Out, Bits<32>>,
    pub n21: Signal<Out, Bit>,
    pub n22: Signal<Out, Bit>,
    pub n23: Signal<Out, Bits<8>>,
    pub n24: Signal<Out, Bits<8>>,
    pub n25: Signal<Out, Bits<40>>,
    pub n26: Signal<Out, Bit>,
    pub n27: Signal<Out, Bits<12>>,
    pub n28: Signal<Out, Bits<100>>,
    pub n29: Signal<Out, Bits<100>>,
    pub n30: Signal<Out, Bit>,
    pub n31: Signal<Out, Bits<64>>,
    pub n32: Signal<Out, Bits<24>>,
    pub n33: Signal<Out, Bit>,
    pub n34: Signal<Out, Bit>,
    pub n35: Signal<Out, Bits<8>>,
    pub n36: Signal<Out, Bits<24>>,
    pub n37: Signal<Out, Bits<8>>,
    pub n38: Signal<Out, Bits<5>>,
    pub n39: Signal<Out, Bits<8>>,
    pub n40: Signal<Out, Bit>,
    pub n41: Signal<Out, Bits<8>>,
    pub n42: Signal<Out, Signed<8>>,
    pub n43: Signal<Out, Bit>,
    pub n44: Signal<Out, Bits<1>>,
    pub n45: Signal<Out, Bit>,
    pub n46: Signal<Out, Bits<24>>,
    pub n47: Signal<Out, Bits<100>>,
    pub n48: Signal<Out, Bit>,
    pub n49: Signal<Out, Bits<8>>,
    pub n50: Signal<Out, Bits<24>>,
    pub n51: Signal<Out, Bits<8>>,
    pub n52: Signal<Out, Bit>,
    pub n53: Signal<Out, Bits<40>>,
    pub n54: Signal<Out, Signed<4>>,
    pub n55: Signal<Out, Bits<3>>,
    pub n56: Signal<Out, Bits<9>>,
    pub n57: Signal<Out, Bit>,
    pub n58: Signal<Out, Bits<64>>,
    pub n59: Signal<Out, Bits<2>>,
    pub n60: Signal<Out, Bits<13>>,
}

impl Default for Nasty {
    fn default() -> Self {
        let header = Header {
            op: bits(19),
            sgn: bits(0xFD),
            inner: Inner {
                p: bits(0x155),
                q: true,
                r: bits(5),
            },
            st: State::Halt,
        };
        Nasty {
            k5: Constant::new(bits(0x5)),
            kh: Constant::new(header),
            a: Default::default(),
            b: Default::default(),
            c: Default::default(),
            d: Default::default(),
            w: Default::default(),
            e: Default::default(),
            f: Default::default(),
            g: Default::default(),
            sh: Default::default(),
            sa: Default::default(),
            sb: Default::default(),
            s16: Default::default(),
            t16: Default::default(),
            x: Default::default(),
            y: Default::default(),
            st: Default::default(),
            en: Default::default(),
            n01: Default::default(),
            n02: Default::default(),
            n03: Default::default(),
            n04: Default::default(),
            n05: Default::default(),
            n06: Default::default(),
            n07: Default::default(),
            n08: Default::default(),
            n09: Default::default(),
            n10: Default::default(),
            n11: Default::default(),
            n12: Default::default(),
            n13: Default::default(),
            n14: Default::default(),
            n15: Default::default(),
            n16: Default::default(),
            n17: Default::default(),
            n18: Default::default(),
            n19: Default::default(),
            n20: Default::default(),
            n21: Default::default(),
            n22: Default::default(),
            n23: Default::default(),
            n24: Default::default(),
            n25: Default::default(),
            n26: Default::default(),
            n27: Default::default(),
            n28: Default::default(),
            n29: Default::default(),
            n30: Default::default(),
            n31: Default::default(),
            n32: Default::default(),
            n33: Default::default(),
            n34: Default::default(),
            n35: Default::default(),
            n36: Default::default(),
            n37: Default::default(),
            n38: Default::default(),
            n39: Default::default(),
            n40: Default::default(),
            n41: Default::default(),
            n42: Default::default(),
            n43: Default::default(),
            n44: Default::default(),
            n45: Default::default(),
            n46: Default::default(),
            n47: Default::default(),
            n48: Default::default(),
            n49: Default::default(),
            n50: Default::default(),
            n51: Default::default(),
            n52: Default::default(),
            n53: Default::default(),
            n54: Default::default(),
            n55: Default::default(),
            n56: Default::default(),
            n57: Default::default(),
            n58: Default::default(),
            n59: Default::default(),
            n60: Default::default(),
        }
    }
}

impl Logic for Nasty {
    #[hdl_gen]
    fn update(&mut self) {
        self.n01.next = (self.a.val() - self.b.val()) - 1 == bits::<8>(255);
        self.n02.next =
            bit_cast::<24, 8>((self.a.val() + self.b.val()) ^ !self.a.val()) + self.c.val();
        self.n03.next = !(self.a.val() + self.b.val()) < (self.a.val() - self.b.val());
        self.n04.next = bit_cast::<8, 24>((self.c.val() + self.d.val()) >> 8);
        self.n05.next = bit_cast::<8, 24>((self.c.val() - self.d.val()) >> self.sh.val());
        self.n06.next = (self.a.val() << 3) >> 3;
        self.n07.next = bit_cast::<24, 8>(self.a.val() << 3) >> 3;
        self.n08.next = (self.a.val() + self.b.val()).get_bits::<4>(0);
        self.n09.next = (self.a.val() - self.b.val()).get_bits::<4>(3);
        self.n10.next = (self.a.val() - self.b.val()).get_bit(7);
        self.n11.next = self.st.val().inner.p;
        self.n12.next = self.st.val().op.get_bits::<3>(1);
        self.n13.next = signed_cast(self.st.val().sgn) < self.sa.val();
        self.n14.next = signed_bit_cast::<16, 8>(self.sa.val() + self.sb.val());
        self.n15.next = signed_bit_cast::<16, 8>(self.sa.val()) < self.s16.val();
        self.n16.next = unsigned_cast(signed_bit_cast::<16, 8>(self.sa.val())) + self.e.val();
        self.n17.next = -self.sa.val() + self.sb.val();
        self.n18.next = -self.sa.val() < self.sb.val();
        self.n19.next = self.s16.val() * self.t16.val();
        self.n20.next = self.e.val() * bit_cast::<16, 8>(self.a.val() + self.b.val());
        self.n21.next = (self.a.val() + self.b.val()).any() ^ (self.a.val() & self.b.val()).all();
        self.n22.next = (self.a.val() ^ self.b.val()).xor() == self.f.val()
            && !(self.a.val() < self.b.val())
            || self.g.val();
        self.n23.next = self.a.val() + self.f.val();
        self.n24.next = 1 + (2 - self.a.val());
        self.n25.next = self
            .w
            .val()
            .replace_bit(self.sh.val().index(), self.f.val() ^ self.g.val());
        self.n26.next = self.w.val().get_bit(self.sh.val().index());
        self.n27.next = self.w.val().get_bits::<12>(self.sh.val().index());
        self.n28.next = (self.x.val() + self.y.val()) ^ !self.x.val();
        self.n29.next = (self.x.val() << self.sh.val()) - self.y.val();
        self.n30.next = self.x.val() - self.y.val() < (self.y.val() - self.x.val());
        self.n31.next = 1 << self.sh.val();
        self.n32.next = bit_cast::<24, 100>(self.x.val() >> 70) | self.c.val();
        self.n33.next = self.f.val() == self.g.val() | !self.f.val();
        self.n34.next = self.en.val() == State::Run;
        self.n35.next = bit_cast::<8, 1>((self.a.val() == self.b.val()).into()) << 7;
        self.n36.next =
            bit_cast::<24, 8>(!self.a.val() & self.b.val() | self.a.val() ^ !self.b.val());
        self.n37.next = bit_cast::<8, 24>(!self.c.val() - self.d.val());
        self.n38.next = bit_cast::<5, 40>((self.w.val() >> self.sh.val()) & bits::<40>(0x1F));
        self.n39.next = self.a.val() - (self.b.val() << 1) >> 2;
        self.n40.next = self.a.val() >= 200 || 200 > self.b.val() && self.c.val() == self.d.val();
        self.n41.next = unsigned_cast(self.sa.val() - self.sb.val()) ^ self.a.val();
        self.n42.next = signed_cast(self.a.val() + self.b.val()) - self.sb.val();
        self.n43.next = signed_cast(self.a.val() + self.b.val()) < self.sb.val();
        self.n44.next = bit_cast::<1, 8>(self.a.val() - self.b.val());
        self.n45.next = 0 - self.a.val() > self.b.val();
        self.n46.next = (self.c.val() & 0xFF00) >> 8 | (self.d.val() & 0xFF) << 16;
        self.n47.next = bit_cast::<100, 8>(!self.a.val()) << 92 | self.y.val() >> 8;
        self.n48.next = (self.k5.val() - self.c.val()).get_bit(23) ^ self.k5.val().get_bit(0);
        self.n49.next = self.x.val().get_bits::<8>(95);
        self.n50.next =
            bit_cast::<24, 8>(bit_cast::<8, 24>(self.c.val() + self.d.val()) + self.a.val());
        self.n51.next = bit_cast::<8, 40>(bit_cast::<40, 8>(self.a.val() - self.b.val()) >> 4);
        self.n52.next = (self.a.val() == self.b.val()) == (self.c.val() != self.d.val());
        self.n53.next = (!self.w.val())
            .replace_bit(39, self.a.val() > self.b.val())
            .replace_bit(0, self.f.val());
        self.n54.next = signed_bit_cast::<4, 8>(self.sa.val());
        self.n55.next = self.st.val().inner.r + self.kh.val().inner.r;
        self.n56.next =
            bit_cast::<9, 5>(self.st.val().op - self.kh.val().op) + self.st.val().inner.p;
        self.n57.next = (self.sa.val() - self.sb.val()).get_bit(7) ^ self.st.val().sgn.get_bit(0);
        self.n58.next = (3 << self.sh.val()) - (1 << self.sh.val());
        self.n59.next = self.st.val().st.into();
        self.n60.next = self.st.val().inner.into();
    }
}

/// A signed value that RustHDL's `signed_bit_cast` can take: it recurses for ever on the smallest.
fn not_smallest(rng: &mut Rng) -> Signed<8> {
    Signed::from(rng.below(255) as i64 - 127)
}

#[test]
fn expressions_common_match() {
    check("common", Common::default(), 4000, no_clock, |u, rng, k| {
        randomize_inputs!(u, rng; a, b, c, d, w, f, sb, sh = rng.below(33), sa = not_smallest(rng));
        if k % 4 == 0 {
            u.b.next = u.a.next + 1;
            u.d.next = u.c.next + 1;
        }
        if k % 11 == 0 {
            u.b.next = 255 - u.a.next;
            u.c.next = 0.into();
        }
    });
}

#[test]
fn expressions_nasty_match() {
    check("nasty", Nasty::default(), 4000, no_clock, |u, rng, k| {
        randomize_inputs!(u, rng; a, b, c, d, w, e, f, g, s16, t16, x, y, st, en,
            sh = rng.below(40), sa = rng.below(127) as i64 - 63, sb = rng.below(127) as i64 - 63);
        if k % 4 == 0 {
            u.b.next = u.a.next + 1;
        }
        if k % 3 == 0 {
            u.d.next = u.c.next;
        }
    });
}
