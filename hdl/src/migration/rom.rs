//! A block RAM that is never written: the migration unit's program.

use num_bigint::BigUint;
use rust_hdl::prelude::*;
use std::fmt::Write as _;

/// `2^A` words of 32 bits; `rd` is the word at `ra` in the cycle after `re`, until the next read.
#[derive(LogicBlock)]
pub struct ProgramRom<const A: usize> {
    pub clock: Signal<In, Clock>,
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<A>>,
    pub rd: Signal<Out, Bits<32>>,
    _words: Vec<u64>,
}

impl<const A: usize> ProgramRom<A> {
    /// A memory that holds `words`, then zeros.
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
        Self {
            clock: Default::default(),
            re: Default::default(),
            ra: Default::default(),
            rd: Default::default(),
            _words: words,
        }
    }
}

impl<const A: usize> Logic for ProgramRom<A> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.re.val() {
            let word = self._words.get(self.ra.val().to_u64() as usize);
            self.rd.next = Bits::<32>::from(BigUint::from(word.copied().unwrap_or(0)));
        }
    }
    fn connect(&mut self) {
        self.rd.connect();
    }
    fn hdl(&self) -> Verilog {
        let mut text = format!(
            "reg [31:0] mem [0:{last}];\ninteger i;\ninitial begin\n   rd = 0;\n   for (i = 0; i < {depth}; i = i + 1) mem[i] = 0;\n",
            last = (1usize << A) - 1,
            depth = 1usize << A
        );
        for (at, word) in self._words.iter().enumerate() {
            let _ = writeln!(text, "   mem[{at}] = 32'h{word:08x};");
        }
        text.push_str("end\nalways @(posedge clock) if (re) rd <= mem[ra];\n");
        Verilog::Custom(text)
    }
}
