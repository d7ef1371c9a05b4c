//! What the emitter has to refuse, though rustc, RustHDL's `check_all` and its printer take it, and
//! what the source scan has to find because the macro hides it.
#![allow(non_snake_case, clippy::reversed_empty_ranges)]

use emit::{Dropped, EmitError, Reason, comment};
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
pub enum State {
    Idle,
    Run,
    Halt,
}

#[derive(LogicBlock, Default)]
pub struct Sub {
    pub i: Signal<In, Bits<8>>,
    pub o: Signal<Out, Bits<8>>,
}

impl Logic for Sub {
    #[hdl_gen]
    fn update(&mut self) {
        self.o.next = self.i.val() + 1;
    }
}

const KC: u64 = 3;
const MIG: bool = true;

/// A block with some inputs and the outputs `y` and `z`.
macro_rules! block {
    ($name:ident { $($field:ident : $t:ty),* }) => {
        #[derive(LogicBlock, Default)]
        struct $name {
            pub a: Signal<In, Bits<8>>,
            pub w: Signal<In, Bits<40>>,
            pub f: Signal<In, Bit>,
            pub en: Signal<In, State>,
            pub sa: Signal<In, Signed<8>>,
            pub y: Signal<Out, Bits<8>>,
            pub z: Signal<Out, Bit>,
            $($field: $t),*
        }
    };
}

fn result<U: Block + Default>() -> Result<String, EmitError> {
    let mut uut = U::default();
    uut.connect_all();
    emit::emit("top", &uut)
}

/// The reasons why `U` is refused.
fn reasons<U: Block + Default>() -> Vec<Reason> {
    let error = result::<U>().expect_err("must be refused");
    println!("{error}");
    error.refusals.into_iter().map(|r| r.reason).collect()
}

macro_rules! refused {
    ($test:ident, $block:ident, $($reason:pat_param)|+) => {
        #[test]
        fn $test() {
            let reasons = reasons::<$block>();
            assert!(matches!(&reasons[..], [$($reason)|+]), "{reasons:?}");
        }
    };
}

block!(RustConst {});
impl Logic for RustConst {
    #[hdl_gen]
    fn update(&mut self) {
        self.y.next = self.a.val() + KC;
        self.z.next = false;
    }
}
refused!(
    rust_const_in_expression_refused,
    RustConst,
    Reason::Unknown(_)
);

block!(RustBool {});
impl Logic for RustBool {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        self.y.next = 0.into();
        if MIG {
            self.y.next = self.a.val();
        }
    }
}
refused!(rust_const_in_if_refused, RustBool, Reason::Unknown(_));

block!(Announced {});
impl Logic for Announced {
    #[hdl_gen]
    fn update(&mut self) {
        for _KC in KC..KC {}
        self.y.next = self.a.val() + KC;
        self.z.next = false;
    }
}

#[test]
fn rust_const_announced_accepted() {
    let text = result::<Announced>().expect("announced by the empty loop");
    assert!(text.contains("assign y = a + 8'd3;"), "{text}");
}

block!(Latch {});
impl Logic for Latch {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        if self.f.val() {
            self.y.next = self.a.val();
        }
    }
}
refused!(latch_refused, Latch, Reason::Latch(_));

block!(LatchInMatch {});
impl Logic for LatchInMatch {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        match self.en.val() {
            State::Idle => {
                self.y.next = 1.into();
            }
            State::Run => {
                if self.f.val() {
                    self.y.next = 2.into();
                }
            }
            State::Halt => {
                self.y.next = 3.into();
            }
        }
    }
}
refused!(latch_in_match_refused, LatchInMatch, Reason::Latch(_));

block!(Early { l: Signal<Local, Bits<8>> });
impl Logic for Early {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        if self.f.val() {
            self.l.next = self.a.val();
        }
        self.y.next = self.l.val();
    }
}

#[test]
fn local_read_before_write_refused() {
    let reasons = reasons::<Early>();
    assert!(
        reasons.contains(&Reason::ReadBeforeWrite("l".into())),
        "{reasons:?}"
    );
    assert!(reasons.contains(&Reason::Latch("l".into())), "{reasons:?}");
}

block!(LostShift {});
impl Logic for LostShift {
    #[hdl_gen]
    fn update(&mut self) {
        self.y.next = self.a.val();
        self.z.next = (1 << self.a.val()).get_bit(3);
    }
}
refused!(
    integer_shift_without_width_refused,
    LostShift,
    Reason::LostWidth
);

block!(LostCast {});
impl Logic for LostCast {
    #[hdl_gen]
    fn update(&mut self) {
        self.y.next = self.a.val();
        self.z.next =
            signed_bit_cast::<16, 8>(self.sa.val()) < signed_bit_cast::<16, 8>(self.sa.val());
    }
}
refused!(
    signed_bit_cast_without_width_refused,
    LostCast,
    Reason::LostWidth
);

block!(WideLiteral {});
impl Logic for WideLiteral {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        self.y.next = self.a.val() + 256;
    }
}
refused!(
    literal_too_wide_refused,
    WideLiteral,
    Reason::LiteralTooWide { bits: 8, .. }
);

block!(TwoGuards {});
impl Logic for TwoGuards {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        match self.a.val().index() {
            0 if self.f.val() => {
                self.y.next = 1.into();
            }
            0 => {
                self.y.next = 2.into();
            }
            _ => {
                self.y.next = 3.into();
            }
        }
    }
}
refused!(
    match_guard_twice_refused,
    TwoGuards,
    Reason::PatternTwice(_)
);

block!(Binding {});
impl Logic for Binding {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        match self.a.val().index() {
            0 => {
                self.y.next = 1.into();
            }
            _other => {
                self.y.next = 2.into();
            }
        }
    }
}

#[test]
fn match_binding_refused() {
    let reasons = reasons::<Binding>();
    assert!(matches!(reasons[0], Reason::Pattern(_)), "{reasons:?}");
}

block!(DrivesChild { s: Sub });
impl Logic for DrivesChild {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        self.s.i.next = self.a.val();
        self.s.o.next = self.a.val();
        self.y.next = self.s.o.val();
    }
}
refused!(
    child_output_driven_refused,
    DrivesChild,
    Reason::NotAssignable(_, "a child's output")
);

block!(ReadsChild { s: Sub });
impl Logic for ReadsChild {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        self.s.i.next = self.a.val();
        self.y.next = self.s.i.val() + self.s.o.val();
    }
}
refused!(
    child_input_read_refused,
    ReadsChild,
    Reason::ChildInputRead(_)
);

block!(HighBit {});
impl Logic for HighBit {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = self.a.val().get_bit(8);
        self.y.next = self.a.val();
    }
}
refused!(
    bit_beyond_top_refused,
    HighBit,
    Reason::OutOfRange { bits: 8, .. }
);

block!(HighSlice {});
impl Logic for HighSlice {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        self.y.next = self.a.val().get_bits::<8>(9);
    }
}
refused!(
    slice_beyond_top_refused,
    HighSlice,
    Reason::OutOfRange { bits: 8, .. }
);

block!(HighReplace {});
impl Logic for HighReplace {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        self.y.next = self.a.val().replace_bit(8, self.f.val());
    }
}
refused!(
    replace_bit_beyond_top_refused,
    HighReplace,
    Reason::OutOfRange { bits: 8, .. }
);

block!(HighElement { t: [Signal<Local, Bits<8>>; 2] });
impl Logic for HighElement {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        for i in 0..2 {
            self.t[i].next = self.a.val();
        }
        for i in 0..2 {
            self.y.next = self.t[i + 1].val();
        }
    }
}

#[test]
fn array_index_beyond_end_refused() {
    let error = result::<HighElement>().expect_err("t[2] does not exist");
    assert!(
        matches!(error.refusals[0].reason, Reason::Unknown(_)),
        "{error}"
    );
    assert!(error.to_string().contains("[i = 1]"), "{error}");
}

block!(OnlyConstants {});
impl Logic for OnlyConstants {
    #[hdl_gen]
    fn update(&mut self) {
        self.z.next = false;
        self.y.next = 0.into();
        for _i in 0..3 {
            self.y.next = self.y.val() + 1;
        }
    }
}
refused!(
    constant_by_steps_refused,
    OnlyConstants,
    Reason::OnlyConstants(_)
);

block!(Several { s: Sub });
impl Logic for Several {
    #[hdl_gen]
    fn update(&mut self) {
        self.s.i.next = self.a.val() + 1000;
        self.y.next = self.s.o.val() + KC;
        self.z.next = self.w.val().get_bit(40);
    }
}

#[test]
fn refusals_are_all_reported() {
    let error = result::<Several>().expect_err("three mistakes");
    assert_eq!(error.refusals.len(), 3, "{error}");
    let text = error.to_string();
    assert!(
        text.contains("literal 1000 does not fit in 8 bits"),
        "{text}"
    );
    assert!(text.contains("in s.i.next = a + 1000"), "{text}");
}

/// Nothing but the sources shows these.
#[test]
fn scan_finds_what_the_macro_drops() {
    let source = r##"
// #[hdl_gen] fn not_code() { for i in 0..=1 {} }
fn outside() { for i in 0..=3 {} }
impl Logic for X {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("0..=3 and a => if b { \" #[x]");
        /* 0..=3 /* nested #[cfg] */ x if y => */
        for i in 0..=3 { self.y.next = 1.into(); }
        match self.a.val() {
            A::B if self.f.val() => { if x { } }
            A::C => { if self.g.val() { self.y.next = '}'; } }
            A::Different => {}
        }
        #[cfg(feature = "x")]
        self.z.next = r#"..= "}"#;
        if self.k.val() == 0 { match self.b.val() { 0 if true => {} _ => {} } }
    }
}
fn more<'a>(x: &'a str) { let y = 0..=4; match y { z if z == y => {} } }
#[ hdl_gen ]
fn update(&mut self) { for j in 1..=2 {} }
"##;
    let found = emit::scan("x.rs", source);
    let found: Vec<_> = found.iter().map(|f| (f.line, f.what)).collect();
    assert_eq!(
        found,
        [
            (9, Dropped::InclusiveRange),
            (11, Dropped::Guard),
            (15, Dropped::Attribute),
            (17, Dropped::Guard),
            (22, Dropped::InclusiveRange),
        ]
    );
}

#[test]
fn scan_of_this_file_finds_its_guard() {
    let found = emit::scan(file!(), include_str!("refusals.rs"));
    let guards = found.iter().filter(|f| f.what == Dropped::Guard);
    assert_eq!(guards.count(), 1, "{found:?}");
    assert_eq!(found.len(), 1, "{found:?}");
}

/// A black box whose name is not free for others, and a comment that Verilator would obey.
#[derive(LogicBlock, Default)]
pub struct Buffer {
    pub I: Signal<In, Bit>,
    pub O: Signal<Out, Bit>,
}

impl Logic for Buffer {
    fn update(&mut self) {
        self.O.next = self.I.val();
    }

    fn connect(&mut self) {
        self.O.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Blackbox(BlackBox {
            code: "(* blackbox *)\nmodule BUF(input I, output O);\nendmodule".into(),
            name: "BUF".into(),
        })
    }
}

#[derive(LogicBlock, Default)]
pub struct Pads {
    pub x: Signal<In, Bit>,
    pub y: Signal<Out, Bit>,
    pads: [Buffer; 2],
}

impl Logic for Pads {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("verilator lint_off WIDTH");
        self.pads[0].I.next = !self.x.val();
        self.pads[1].I.next = self.pads[0].O.val();
        self.y.next = self.pads[1].O.val();
    }
}

#[test]
fn black_box_declared_once() {
    let text = result::<Pads>().expect("is accepted");
    assert_eq!(text.matches("module BUF(").count(), 1, "{text}");
    assert_eq!(text.matches("BUF pads_").count(), 2, "{text}");
    assert!(text.contains("// - verilator"), "{text}");
}

#[test]
fn black_box_as_top_refused() {
    let uut = TopWrap::new(Buffer::default());
    let mut bare = uut.uut;
    bare.connect_all();
    let error = emit::emit("top", &bare).expect_err("has no body");
    assert_eq!(error.refusals[0].reason, Reason::BlackBoxTop);
}

/// An InOut through two levels.
#[derive(LogicBlock, Default)]
pub struct Pad {
    pub en: Signal<In, Bit>,
    pub v: Signal<In, Bits<4>>,
    pub pin: Signal<InOut, Bits<4>>,
}

impl Logic for Pad {
    fn update(&mut self) {}

    fn connect(&mut self) {
        self.pin.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper {
            code: "assign pin = en ? v : 4'bz;".into(),
            cores: String::new(),
        })
    }
}

#[derive(LogicBlock, Default)]
pub struct Mid {
    pub v: Signal<In, Bits<4>>,
    pub pin: Signal<InOut, Bits<4>>,
    pad: Pad,
}

impl Logic for Mid {
    #[hdl_gen]
    fn update(&mut self) {
        self.pad.en.next = self.v.val().any();
        self.pad.v.next = !self.v.val();
        Signal::<InOut, Bits<4>>::link(&mut self.pin, &mut self.pad.pin);
    }
}

#[test]
fn inout_tied_through_levels() {
    let text = result::<Mid>().expect("is accepted");
    assert!(text.contains("inout wire [3:0] pin"), "{text}");
    assert!(text.contains(".pin(pin)"), "{text}");
}

#[test]
fn header_and_ports() {
    let mut uut = Mid::default();
    uut.connect_all();
    let text = emit::emit_with_header("mid", &uut, "one\n\ntwo").expect("is accepted");
    assert!(
        text.starts_with("// one\n//\n// two\n`default_nettype none\n"),
        "{text}"
    );
    let ports: Vec<_> = emit::ports(&uut)
        .into_iter()
        .map(|p| (p.name, p.width, p.dir))
        .collect();
    let expected = [
        ("v".into(), 4, emit::Dir::In),
        ("pin".into(), 4, emit::Dir::InOut),
    ];
    assert_eq!(ports, expected);
}
