//! Clocked blocks: joined and linked interfaces, arrays of registers, memories, state machines,
//! optional parts, hand-written text.

use crate::check;
use crate::expressions::State;
use emit::cosim::zero_memory;
use emit::{comment, randomize, randomize_inputs};
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct Word {
    pub tag: Bits<3>,
    pub dat: Bits<13>,
}

#[derive(Clone, Debug, Default, LogicInterface)]
#[join = "MetaTx"]
pub struct MetaRx {
    pub user: Signal<In, Bits<3>>,
}
randomize!(MetaRx { user });

#[derive(Clone, Debug, Default, LogicInterface)]
#[join = "MetaRx"]
pub struct MetaTx {
    pub user: Signal<Out, Bits<3>>,
}

#[derive(Clone, Debug, Default, LogicInterface)]
#[join = "Tx"]
pub struct Rx<const W: usize> {
    pub data: Signal<In, Bits<W>>,
    pub valid: Signal<In, Bit>,
    pub ready: Signal<Out, Bit>,
    pub meta: MetaRx,
}
randomize!(impl[const W: usize] Rx<W> { data, valid, ready, meta });

#[derive(Clone, Debug, Default, LogicInterface)]
#[join = "Rx"]
pub struct Tx<const W: usize> {
    pub data: Signal<Out, Bits<W>>,
    pub valid: Signal<Out, Bit>,
    pub ready: Signal<In, Bit>,
    pub meta: MetaTx,
}

/// One register of a stream; `ready` passes through.
#[derive(LogicBlock, Default)]
pub struct Stage {
    pub clock: Signal<In, Clock>,
    pub i: Rx<16>,
    pub o: Tx<16>,
    d: DFF<Bits<16>>,
    v: DFF<Bit>,
    u: DFF<Bits<3>>,
}

impl Logic for Stage {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("module skid_stage");
        comment!("one register, ready passes combinationally");
        dff_setup!(self, clock, d, v, u);
        self.i.ready.next = !self.v.q.val() | self.o.ready.val();
        if !self.v.q.val() | self.o.ready.val() {
            self.d.d.next = self.i.data.val() + 0x101;
            self.v.d.next = self.i.valid.val();
            self.u.d.next = self.i.meta.user.val() - 1;
        }
        self.o.data.next = self.d.q.val();
        self.o.valid.next = self.v.q.val();
        self.o.meta.user.next = self.u.q.val();
    }
}

/// A memory as hand-written text, with an attribute that has to survive.
#[derive(LogicBlock, Default)]
pub struct Memory {
    pub clock: Signal<In, Clock>,
    pub read: Signal<In, Bits<4>>,
    pub write: Signal<In, Bits<4>>,
    pub enable: Signal<In, Bit>,
    pub data: Signal<In, Word>,
    pub q: Signal<Out, Word>,
    _words: Vec<Word>,
}

impl Logic for Memory {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self._words.resize(16, Word::default());
            self.q.next = self._words[self.read.val().index()];
            if self.enable.val() {
                self._words[self.write.val().index()] = self.data.val();
            }
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// module memory_16x16\n\
             (* no_rw_check *) reg [15:0] mem [0:15];\n\
             {}\
             initial q = 16'd0;\n\
             always @(posedge clock) begin\n   \
             q <= mem[read];\n   \
             if (enable) mem[write] <= data;\n\
             end\n",
            zero_memory("mem", 16, 16)
        ))
    }
}

#[derive(LogicBlock)]
pub struct Machine<const N: usize, const NX: usize> {
    pub clock: Signal<In, Clock>,
    pub i: Rx<16>,
    pub o: Tx<16>,
    pub tap: Signal<In, Bits<4>>,
    pub seen: Signal<Out, Bits<16>>,
    pub rd: Signal<Out, Word>,
    pub st: Signal<Out, State>,
    pub cnt: Signal<Out, Bits<8>>,
    pub ticks: Signal<Out, Bits<5>>,
    pub par: Signal<Out, Bit>,
    s: [Stage; 3],
    hist: [DFF<Bits<16>>; 4],
    fsm: DFF<State>,
    n: DFFWithInit<Bits<8>>,
    w: DFF<Word>,
    tick: DFF<Bits<5>>,
    memory: Memory,
    ex: [DFF<Bits<8>>; NX],
    t: Signal<Local, Word>,
}

impl<const N: usize, const NX: usize> Default for Machine<N, NX> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            i: Default::default(),
            o: Default::default(),
            tap: Default::default(),
            seen: Default::default(),
            rd: Default::default(),
            st: Default::default(),
            cnt: Default::default(),
            ticks: Default::default(),
            par: Default::default(),
            s: Default::default(),
            hist: Default::default(),
            fsm: Default::default(),
            n: DFFWithInit::new(bits(0xA5)),
            w: Default::default(),
            tick: Default::default(),
            memory: Default::default(),
            ex: array_init::array_init(|_| Default::default()),
            t: Default::default(),
        }
    }
}

impl<const N: usize, const NX: usize> Logic for Machine<N, NX> {
    #[hdl_gen]
    fn update(&mut self) {
        for _N in N..N {}
        dff_setup!(self, clock, fsm, n, w, tick);
        clock!(self, clock, memory);
        Rx::<16>::link(&mut self.i, &mut self.s[0].i);
        for i in 0..2 {
            Tx::<16>::join(&mut self.s[i].o, &mut self.s[i + 1].i);
        }
        Tx::<16>::link(&mut self.o, &mut self.s[2].o);
        for i in 0..3 {
            self.s[i].clock.next = self.clock.val();
        }
        for i in 0..4 {
            self.hist[i].clock.next = self.clock.val();
            self.hist[i].d.next = self.hist[i].q.val();
        }
        if self.i.valid.val() {
            self.hist[0].d.next = self.i.data.val();
            for i in 1..4 {
                self.hist[i].d.next = self.hist[i - 1].q.val();
            }
        }
        self.seen.next = self.hist[3].q.val() ^ self.hist[0].q.val();
        self.par.next = self.hist[1].q.val().get_bit(N - 1);
        match self.fsm.q.val() {
            State::Idle => {
                if self.i.valid.val() {
                    self.fsm.d.next = State::Run;
                }
            }
            State::Run => {
                if (self.n.q.val() + 1).get_bits::<3>(1) == 5 {
                    self.fsm.d.next = State::Halt;
                }
            }
            State::Halt => {
                self.fsm.d.next = State::Idle;
            }
        }
        if self.fsm.q.val() == State::Run {
            self.n.d.next = self.n.q.val() + 1;
        }
        for i in 0..NX {
            self.ex[i].clock.next = self.clock.val();
            self.ex[i].d.next = self.ex[i].q.val() + 3;
            self.n.d.next = self.n.q.val() + self.ex[i].q.val();
        }
        // depends on nothing but its own register: nothing else ever starts it
        self.tick.d.next = self.tick.q.val() + 1;
        if self.tick.q.val() == 22 {
            self.tick.d.next = 5.into();
        }
        self.ticks.next = self.tick.q.val();
        self.w.d.next.tag = self.w.q.val().tag + 1;
        self.w.d.next.dat = self.i.data.val().get_bits::<13>(2);
        self.t.next.tag = self.w.q.val().tag;
        self.t.next.dat = !self.w.q.val().dat;
        self.memory.read.next = self.tap.val();
        self.memory.write.next = self.tap.val() - 1;
        self.memory.enable.next = self.i.valid.val();
        self.memory.data.next = self.t.val();
        self.rd.next = self.memory.q.val();
        self.st.next = self.fsm.q.val();
        self.cnt.next = self.n.q.val();
    }
}

macro_rules! machine {
    ($test:ident, $n:literal, $nx:literal) => {
        #[test]
        fn $test() {
            let uut = Machine::<$n, $nx>::default();
            check(
                stringify!($test),
                uut,
                3000,
                |u, clock| u.clock.next = clock,
                |u, rng, _| {
                    let (valid, ready) = (rng.chance(2, 3), rng.chance(3, 4));
                    randomize_inputs!(u, rng; i, tap, i.valid = valid, o.ready = ready);
                },
            );
        }
    };
}
machine!(clocked_machine_matches, 16, 0);
machine!(clocked_machine_with_option_matches, 5, 1);

/// Passes a stream through or stops it. One `match` writes `ready` and `valid`: the two have
/// nothing to do with each other, and no tool may see a loop when such blocks stand in a row.
#[derive(LogicBlock, Default)]
pub struct Gate {
    pub clock: Signal<In, Clock>,
    pub i: Rx<16>,
    pub o: Tx<16>,
    open: DFF<Bit>,
}

impl Logic for Gate {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("module gate");
        dff_setup!(self, clock, open);
        self.o.data.next = self.i.data.val();
        self.o.meta.user.next = self.i.meta.user.val();
        self.o.valid.next = false;
        self.i.ready.next = false;
        match self.open.q.val() {
            true => {
                self.o.valid.next = self.i.valid.val();
                self.i.ready.next = self.o.ready.val();
                if self.i.valid.val() & self.o.ready.val() {
                    self.open.d.next = false;
                }
            }
            false => {
                self.open.d.next = true;
            }
        }
    }
}

/// Two gates in a row.
#[derive(LogicBlock, Default)]
pub struct Gates {
    pub clock: Signal<In, Clock>,
    pub i: Rx<16>,
    pub o: Tx<16>,
    gates: [Gate; 2],
}

impl Logic for Gates {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..2 {
            self.gates[i].clock.next = self.clock.val();
        }
        Rx::<16>::link(&mut self.i, &mut self.gates[0].i);
        Tx::<16>::join(&mut self.gates[0].o, &mut self.gates[1].i);
        Tx::<16>::link(&mut self.o, &mut self.gates[1].o);
    }
}

#[test]
fn clocked_gates_in_a_row_match_without_loops() {
    check(
        "gates",
        Gates::default(),
        2000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| randomize_inputs!(u, rng; i, o.ready),
    );
}

/// Registers whose next values depend on a signal before it is final, and when it is.
#[derive(LogicBlock, Default)]
pub struct Early {
    pub clock: Signal<In, Clock>,
    pub x: Signal<In, Bits<8>>,
    pub go: Signal<In, Bit>,
    pub y: Signal<Out, Bits<8>>,
    pub z: Signal<Out, Bits<8>>,
    a: DFF<Bits<8>>,
    /// depends on `t` before `t` is final
    b: DFF<Bits<8>>,
    /// depends on `t` when it is final
    c: DFF<Bits<8>>,
    /// gets its own value, then another, then its own again
    e: DFF<Bits<8>>,
    w: DFF<Word>,
    t: Signal<Local, Bits<8>>,
}

impl Logic for Early {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, a, b, c, e, w);
        if self.go.val() {
            self.a.d.next = self.a.q.val() + self.x.val();
            self.e.d.next = self.a.q.val();
        }
        self.t.next = self.x.val() ^ self.a.q.val();
        if !self.go.val() {
            self.b.d.next = self.t.val() - self.b.q.val();
        }
        self.t.next = self.t.val() + 1;
        if self.x.val() > 100 {
            self.c.d.next = self.t.val();
            self.e.d.next = self.e.q.val();
            self.w.d.next.dat = bit_cast::<13, 8>(self.t.val()) << 3;
        }
        if self.x.val().get_bit(0) {
            self.w.d.next.tag = self.w.q.val().tag + 1;
        }
        self.y.next = self.b.q.val() ^ self.c.q.val();
        self.z.next = self.e.q.val()
            + bit_cast::<8, 13>(self.w.q.val().dat ^ bit_cast::<13, 3>(self.w.q.val().tag));
    }
}

#[test]
fn registers_with_early_reads() {
    check(
        "registers_with_early_reads",
        Early::default(),
        3000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| randomize_inputs!(u, rng; x, go),
    );
}

#[test]
fn registers_are_assigned_in_clocked_blocks_where_they_can_be() {
    fn text(mut block: impl Block) -> String {
        block.connect_all();
        emit::emit("top", &block).unwrap()
    }
    let stage = text(Stage::default());
    assert!(stage.contains("d_q <= "), "{stage}");
    assert!(!stage.contains("always @*"), "{stage}");
    let early = text(Early::default());
    for (name, clocked) in [
        ("a", true),
        ("b", false),
        ("c", true),
        ("e", true),
        ("w", true),
    ] {
        assert_eq!(
            !early.contains(&format!("{name}_d")),
            clocked,
            "{name} in {early}"
        );
    }
}
