//! The migration unit's memory: words of 32 bits, read and written one by one or in pairs.

use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// `2^A` words. `rd` is the pair that word `ra` belongs to, the even one below, in the cycle after `re` and until the next read. Of a word written in the
/// same cycle a read returns the old value.
#[derive(LogicBlock)]
pub struct WordRam<const A: usize> {
    pub clock: Signal<In, Clock>,
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<A>>,
    pub rd: Signal<Out, Bits<64>>,
    /// word `wa`, or with `both` that word, which is even then, and the next; `wd` holds the even one below, and one word twice
    pub we: Signal<In, Bit>,
    pub both: Signal<In, Bit>,
    pub wa: Signal<In, Bits<A>>,
    pub wd: Signal<In, Bits<64>>,
    _mem: Vec<u32>,
}

impl<const A: usize> Default for WordRam<A> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            re: Default::default(),
            ra: Default::default(),
            rd: Default::default(),
            we: Default::default(),
            both: Default::default(),
            wa: Default::default(),
            wd: Default::default(),
            _mem: vec![0; 1 << A],
        }
    }
}

impl<const A: usize> Logic for WordRam<A> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        if self.re.val() {
            let from = self.ra.val().to_u64() as usize & !1;
            let pair = BigUint::new(self._mem[from..from + 2].to_vec());
            self.rd.next = pair.into();
        }
        if self.we.val() {
            let (at, data) = (self.wa.val().to_u64() as usize, self.wd.val().to_u64());
            let halves = [data as u32, (data >> 32) as u32];
            self._mem[at] = halves[at & 1];
            if self.both.val() {
                self._mem[at | 1] = halves[1];
            }
        }
    }
    fn connect(&mut self) {
        self.rd.connect();
    }
    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "(* no_rw_check *) reg [63:0] mem [0:{last}];\n\
             `ifndef SYNTHESIS\ninteger i;\ninitial for (i = 0; i <= {last}; i = i + 1) mem[i] = 0;\n`endif\ninitial rd = 0;\n\
             wire low = we && !wa[0];\nwire high = we && (wa[0] || both);\n\
             always @(posedge clock) begin\n   if (re) rd <= mem[ra[{top}:1]];\n\
             \x20  if (low) mem[wa[{top}:1]][31:0] <= wd[31:0];\n   if (high) mem[wa[{top}:1]][63:32] <= wd[63:32];\nend\n",
            last = (1usize << (A - 1)) - 1,
            top = A - 1,
        ))
    }
}
