//! A block RAM that is never written: the migration unit's program.

use num_bigint::BigUint;
use rust_hdl::prelude::*;
use std::fmt::Write as _;

/// Words of the larger part: block RAMs of 2048 by 9 hold them without loss.
const LARGE: usize = 2048;

/// At most `2^A` words of 32 bits; `rd` is the word at `ra` in the cycle after `re`, until the next read.
///
/// What does not fit 2,048 words is a memory of its own, no larger than it must be, for a program of 2,560 words takes five block RAMs of 18 Kbit in two parts,
/// and eight in one.
#[derive(LogicBlock)]
pub struct ProgramRom<const A: usize> {
    pub clock: Signal<In, Clock>,
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<A>>,
    pub rd: Signal<Out, Bits<32>>,
    _words: Vec<u64>,
}

impl<const A: usize> ProgramRom<A> {
    /// A memory that holds `words`, then zeros up to the end of its parts.
    ///
    /// # Panics
    /// If there are more than `2^A` words.
    pub fn new(words: Vec<u64>) -> Self {
        assert!(
            words.len() <= 1 << A,
            "a program of {} instructions does not fit {}",
            words.len(),
            1 << A
        );
        assert!(1 << A > LARGE, "addresses must reach the smaller part");
        Self {
            clock: Default::default(),
            re: Default::default(),
            ra: Default::default(),
            rd: Default::default(),
            _words: words,
        }
    }

    /// Words of the smaller part.
    fn small(&self) -> usize {
        self._words
            .len()
            .saturating_sub(LARGE)
            .max(2)
            .next_power_of_two()
    }

    /// Which word is at address `at`; the smaller part repeats itself.
    fn place(&self, at: usize) -> usize {
        match at < LARGE {
            true => at,
            false => LARGE + (at - LARGE) % self.small(),
        }
    }
}

impl<const A: usize> Logic for ProgramRom<A> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.re.val() {
            let at = self.place(self.ra.val().to_u64() as usize);
            let word = self._words.get(at);
            self.rd.next = Bits::<32>::from(BigUint::from(word.copied().unwrap_or(0)));
        }
    }
    fn connect(&mut self) {
        self.rd.connect();
    }
    fn hdl(&self) -> Verilog {
        let small = self.small();
        let mut text = format!(
            "reg [31:0] head [0:{}];\nreg [31:0] tail [0:{}];\n\
             reg [31:0] from_head;\nreg [31:0] from_tail;\nreg beyond;\ninteger i;\ninitial begin\n\
             \x20  from_head = 0;\n   from_tail = 0;\n   beyond = 0;\n\
             \x20  for (i = 0; i < {LARGE}; i = i + 1) head[i] = 0;\n   for (i = 0; i < {small}; i = i + 1) tail[i] = 0;\n",
            LARGE - 1,
            small - 1,
        );
        for (at, word) in self._words.iter().enumerate() {
            let _ = match at.checked_sub(LARGE) {
                None => writeln!(text, "   head[{at}] = 32'h{word:08x};"),
                Some(at) => writeln!(text, "   tail[{at}] = 32'h{word:08x};"),
            };
        }
        let _ = write!(
            text,
            "end\nalways @(posedge clock) if (re) begin\n   from_head <= head[ra[{}:0]];\n   from_tail <= tail[ra[{}:0]];\n   \
             beyond <= |ra[{}:{}];\nend\nalways @* rd = beyond ? from_tail : from_head;\n",
            LARGE.ilog2() - 1,
            small.ilog2() - 1,
            A - 1,
            LARGE.ilog2(),
        );
        Verilog::Custom(text)
    }
}
