//! Memories of our own: `no_rw_check`, so that synthesis builds no collision logic. A read of an address that is being
//! written in the same cycle returns the OLD word in simulation and must not be relied on: collisions are handled by the users.
//!
//! # Theory of operation
//! [`Ram`] is a block RAM with a registered read port, [`AsyncRam`] distributed RAM. [`CtxRam`] is a context memory: a [`Ram`] of
//! records that an engine reads and writes whole, and the context bus word by word in cycles in which the engine does not. A
//! second reader of the same record has a memory of its own that takes the same writes.
//!
//! # Interfaces
//! * Read: enable and address in cycle t, data from t+1 until the next enabled read (of a [`CtxRam`]: in t+1 only, for the bus
//!   may read next). Latch it before there is logic behind it: block RAM outputs are slow.
//! * `bus`, `rsp` of a [`CtxRam`]: a request of its kind is held until `ack`; `rsp` is all zero otherwise. A bus write changes one
//!   word; an engine that holds the record in registers would overwrite it, so the command unit writes the records of engines only
//!   in states in which these leave them alone (RESET, INIT).

use crate::pipe::{CtxReq, CtxRsp};
use crate::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// Zeroes a memory in simulation; FPGAs power up that way too.
fn zeroed(depth: usize) -> String {
    format!(
        "`ifndef SYNTHESIS\ninteger i;\ninitial for (i = 0; i < {depth}; i = i + 1) mem[i] = 0;\n`endif\n"
    )
}

/// One write port, one registered read port with enable: a block RAM. `rd` holds until the next enabled read.
#[derive(LogicBlock)]
pub struct Ram<T: Record, const A: usize> {
    pub clock: Signal<In, Clock>,
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<A>>,
    pub rd: Signal<Out, T>,
    pub we: Signal<In, Bit>,
    pub wa: Signal<In, Bits<A>>,
    pub wd: Signal<In, T>,
    _mem: Vec<T>,
}

impl<T: Record, const A: usize> Default for Ram<T, A> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            re: Default::default(),
            ra: Default::default(),
            rd: Default::default(),
            we: Default::default(),
            wa: Default::default(),
            wd: Default::default(),
            _mem: vec![T::default(); 1 << A],
        }
    }
}

impl<T: Record, const A: usize> Logic for Ram<T, A> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            if self.re.val() {
                self.rd.next = self._mem[self.ra.val().to_u64() as usize];
            }
            if self.we.val() {
                self._mem[self.wa.val().to_u64() as usize] = self.wd.val();
            }
        }
    }
    fn connect(&mut self) {
        self.rd.connect();
    }
    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "(* no_rw_check *) reg [{top}:0] mem [0:{last}];\n{zero}initial rd = 0;\n\
             always @(posedge clock) begin\n   if (re) rd <= mem[ra];\n   if (we) mem[wa] <= wd;\nend\n",
            top = T::WIDTH - 1,
            last = (1usize << A) - 1,
            zero = zeroed(1 << A)
        ))
    }
}

/// One write port, one asynchronous read port: distributed RAM, for shallow memories. Records of one bit share words of four, the width of distributed
/// RAM in FPGAs: a write reads the other three.
#[derive(LogicBlock)]
pub struct AsyncRam<T: Record, const A: usize> {
    pub clock: Signal<In, Clock>,
    pub ra: Signal<In, Bits<A>>,
    pub rd: Signal<Out, T>,
    pub we: Signal<In, Bit>,
    pub wa: Signal<In, Bits<A>>,
    pub wd: Signal<In, T>,
    _mem: Vec<T>,
}

impl<T: Record, const A: usize> Default for AsyncRam<T, A> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            ra: Default::default(),
            rd: Default::default(),
            we: Default::default(),
            wa: Default::default(),
            wd: Default::default(),
            _mem: vec![T::default(); 1 << A],
        }
    }
}

impl<T: Record, const A: usize> Logic for AsyncRam<T, A> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.we.val() {
            self._mem[self.wa.val().to_u64() as usize] = self.wd.val();
        }
        self.rd.next = self._mem[self.ra.val().to_u64() as usize];
    }
    fn connect(&mut self) {
        self.rd.connect();
    }
    fn hdl(&self) -> Verilog {
        if T::WIDTH == 1 && A > 4 {
            return Verilog::Custom(format!(
                "(* ram_style = \"distributed\" *) reg [3:0] mem [0:{last}];\n{zero}\
                 wire [3:0] four = mem[ra[{top}:2]];\nalways @* rd = four[ra[1:0]];\n\
                 reg [3:0] changed;\nalways @* begin\n   changed = mem[wa[{top}:2]];\n   changed[wa[1:0]] = wd;\nend\n\
                 always @(posedge clock) if (we) mem[wa[{top}:2]] <= changed;\n",
                top = A - 1,
                last = (1usize << (A - 2)) - 1,
                zero = zeroed(1 << (A - 2))
            ));
        }
        Verilog::Custom(format!(
            "(* ram_style = \"distributed\" *) reg [{top}:0] mem [0:{last}];\n{zero}\
             always @* rd = mem[ra];\nalways @(posedge clock) if (we) mem[wa] <= wd;\n",
            top = T::WIDTH - 1,
            last = (1usize << A) - 1,
            zero = zeroed(1 << A)
        ))
    }
}

/// A context memory: the engine that owns it reads and writes whole records, the command unit and the BAR0
/// window read and write words of 32 bits, or pairs of them, through the context bus whenever the engine leaves the port alone.
///
/// * Engine read: `re` and `ra` in cycle t, `rd` in cycle t+1 ONLY (the window may use the port afterwards): latch it then.
/// * Engine write: `we`, `wa`, `wd`; always taken. An engine that changes some words only says so ([`CtxRam::writes`]), and saves the multiplexer
///   between its data and the bus's in the others.
/// * `clear` zeroes the record at `wa` (after reset): only while the bus, which does nothing then, shows zeros as data.
/// * Reserved fields (`rsvd…`) read as zero, whoever wrote them.
/// * Each word is a memory of its own. A bus read resets the outputs of all but the pair it wants, so that what it answers is the OR of
///   all pairs: that takes a third of the LUTs of a multiplexer, and less time behind the slow memories.
/// * Bus: a request whose kind is `kind` is acknowledged once it has been done (reads two cycles, writes one cycle after
///   a free cycle of the port). A bus access in a cycle in which the engine uses the port waits. A request that stays and changes its
///   word in the cycle behind the acknowledgement is a new one.
/// * Bus, with `stream`: each cycle is an access of its own, done and acknowledged in order, or not at all if the engine uses the port; whoever
///   asks counts cycles and asks again. Reads of pairs take a cycle each then.
#[derive(LogicBlock)]
pub struct CtxRam<T: Record, const A: usize> {
    pub clock: Signal<In, Clock>,
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<A>>,
    pub rd: Signal<Out, T>,
    pub we: Signal<In, Bit>,
    pub wa: Signal<In, Bits<A>>,
    pub wd: Signal<In, T>,
    pub clear: Signal<In, Bit>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    _kind: u64,
    /// words that the engine writes, a bit each
    _writes: u32,
    _mem: Vec<T>,
    _pending: Option<usize>,
    _done: bool,
    _flowing: bool,
    /// the word served last
    _which: usize,
}

impl<T: Record, const A: usize> CtxRam<T, A> {
    /// A memory that answers to context kind `kind` (`fw-regs`: `ContextKind`).
    pub fn new(kind: u64) -> Self {
        assert!(
            T::WIDTH % 32 == 0,
            "a context record is a whole number of 32-bit words"
        );
        assert!(A <= 16 && kind < 32);
        Self {
            clock: Default::default(),
            re: Default::default(),
            ra: Default::default(),
            rd: Default::default(),
            we: Default::default(),
            wa: Default::default(),
            wd: Default::default(),
            clear: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            _kind: kind,
            _writes: u32::MAX,
            _mem: vec![T::default(); 1 << A],
            _pending: None,
            _done: false,
            _flowing: false,
            _which: 0,
        }
    }

    /// A memory whose engine writes the words of this mask only (bit 0: word 0), if any; the others are the bus's.
    pub fn writes(self, words: u32) -> Self {
        Self {
            _writes: words,
            ..self
        }
    }

    /// The bits of the words of a mask.
    fn bits_of(words: u32) -> BigUint {
        let all = (0..T::WIDTH / 32).filter(|word| words >> word & 1 == 1);
        all.fold(BigUint::default(), |bits, word| {
            bits | BigUint::from(u32::MAX) << (32 * word)
        })
    }
}

impl<T: Record, const A: usize> Logic for CtxRam<T, A> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        let bus = self.bus.val();
        let mine = bus.valid == 1 && bus.kind.to_u64() == self._kind;
        let word = bus.word.to_u64() as usize;
        let index = (bus.index.to_u64() as usize) & ((1 << A) - 1);
        let stream = bus.stream == 1;
        let pending = self._pending.take();
        // A request that stays after its acknowledgement is not done again, but one of a stream is a new one.
        let again = (self._done && word == self._which) || pending.is_some();
        let go = mine && (stream || !again);
        let own = self.we.val() | self.clear.val();
        let put = go && bus.write == 1 && !own;
        let get = go && bus.write == 0 && !self.re.val();

        // second cycle of a bus read: the words come out of the read register
        let pair_read = pending.map(|word| self.rd.val().to_uint() >> (32 * (word & !1)));
        self.rsp.next = CtxRsp {
            ack: (pending.is_some() || put).into(),
            data: Bits::<64>::from_uint(&pair_read.unwrap_or_default()),
        };
        self._done =
            (pending.is_some() && !self._flowing) || (put && !stream) || (self._done && mine);
        self._flowing = stream;
        self._pending = get.then_some(word);
        if get || put {
            self._which = word;
        }

        // The read comes first: of an address written in the same cycle it returns the old word.
        if self.re.val() {
            self.rd.next = self._mem[self.ra.val().to_u64() as usize];
        } else if get {
            // the other pairs read as zero
            let pair = BigUint::from(u64::MAX) << (32 * (word & !1));
            self.rd.next = T::from_uint(&(self._mem[index].to_uint() & pair));
        }
        let address = self.wa.val().to_u64() as usize;
        if self.clear.val() {
            assert_eq!(bus.data.to_u64(), 0, "data while records are cleared");
            self._mem[address] = T::default();
        } else if self.we.val() {
            let mask = Self::bits_of(self._writes) & T::meant();
            let old = self._mem[address].to_uint();
            let kept = &old - (&old & &mask);
            self._mem[address] = T::from_uint(&(kept | (self.wd.val().to_uint() & mask)));
        } else if put {
            let written = if bus.both == 1 {
                (word & !1)..(word & !1) + 2
            } else {
                word..word + 1
            };
            for word in written.filter(|word| *word < T::WIDTH / 32) {
                let old = self._mem[index].to_uint();
                let mask = BigUint::from(u32::MAX) << (32 * word);
                let half = (bus.data.to_u64() >> (32 * (word & 1))) as u32;
                let data = BigUint::from(half) << (32 * word);
                self._mem[index] = T::from_uint(&(((&old - (&old & &mask)) | data) & T::meant()));
            }
        }
    }
    fn connect(&mut self) {
        self.rd.connect();
        self.rsp.connect();
    }
    fn hdl(&self) -> Verilog {
        let words = T::WIDTH / 32;
        let pairs = words.div_ceil(2);
        let chosen: Vec<String> = (0..pairs)
            .map(|pair| format!("whole[{}:{}]", 64 * pair + 63, 64 * pair))
            .collect();
        let all = (BigUint::from(1u8) << T::WIDTH) - 1u8;
        let meant = T::meant();
        // reserved bits: the registers of the block RAM have them, `rd` has not, and nothing is stored there
        let (out, mask, meanings) = if meant == all {
            ("rd", String::new(), String::new())
        } else {
            let digits = format!("{}'h{meant:x}", T::WIDTH);
            let register = format!(
                "reg [{}:0] out;\nalways @* rd = out & {digits};\n",
                T::WIDTH - 1
            );
            ("out", format!(" & {digits}"), register)
        };
        let every = u32::MAX >> (32 - words);
        let writes = self._writes & every;
        let mut write_data = format!("bus_data[{}:0]", T::WIDTH - 1);
        let mut put = "put_this || clear".to_owned();
        if writes != 0 {
            write_data = format!("(we ? wd : bus_data[{}:0])", T::WIDTH - 1);
            put += " || we";
        }
        let mut chosen_data = "write_data[32*k +: 32]".to_owned();
        let mut mask_of_words = String::new();
        if writes != 0 && writes != every {
            mask_of_words = format!(
                "localparam [{}:0] WRITES = {words}'h{writes:x};\n",
                words - 1
            );
            chosen_data = "WRITES[k] ? write_data[32*k +: 32] : bus_data[32*k +: 32]".to_owned();
            put += " && WRITES[k]";
        }
        Verilog::Custom(format!(
            "// bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30\n\
             wire mine = bus[0] && bus[8:4] == 5'd{kind};\n\
             wire stream = bus[3];\n\
             wire [4:0] word = bus[29:25];\n\
             reg pending, flowing, done;\nreg [4:0] which;\n\
             {meanings}\
             initial begin {out} = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end\n\
             wire go = mine && (stream || (!(done && word == which) && !pending));\n\
             wire put = go && bus[1] && !we && !clear;\n\
             wire get = go && !bus[1] && !re;\n\
             wire [{atop}:0] at = bus[{ihigh}:9];\n\
             wire [{atop}:0] read_at = re ? ra : at;\n\
             wire [{atop}:0] write_at = we || clear ? wa : at;\n\
             wire [{padded}:0] whole = {{{pad}rd}};\n\
             wire [{padded}:0] bus_data = {{{pairs}{{bus[93:30]}}}};\n\
             wire [{top}:0] write_data = {write_data}{mask};\n\
             {mask_of_words}\
             genvar k;\n\
             generate for (k = 0; k < {words}; k = k + 1) begin : words\n\
             \x20  (* no_rw_check *) reg [31:0] mem [0:{last}];\n\
             {zero}\
             \x20  localparam [4:0] WORD = k;\n\
             \x20  wire pair = word[4:1] == WORD[4:1];\n\
             \x20  wire other = get && !pair;\n\
             \x20  wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);\n\
             \x20  always @(posedge clock) begin\n\
             \x20     if (other) {out}[32*k +: 32] <= 32'd0;\n\
             \x20     else if (re || get) {out}[32*k +: 32] <= mem[read_at];\n\
             \x20     if ({put}) mem[write_at] <= {chosen_data};\n\
             \x20  end\nend endgenerate\n\
             always @(posedge clock) begin\n\
             \x20  pending <= get;\n   flowing <= stream;\n   if (get || put) which <= word;\n\
             \x20  done <= (pending && !flowing) || (put && !stream) || (done && mine);\n\
             \x20  rsp <= {{pending ? {chosen} : 64'd0, pending || put}};\nend\n",
            padded = 64 * pairs - 1,
            pad = if words % 2 == 1 { "32'd0, " } else { "" },
            top = T::WIDTH - 1,
            last = (1usize << A) - 1,
            zero = zeroed(1 << A),
            kind = self._kind,
            atop = A - 1,
            ihigh = 8 + A,
            chosen = chosen.join(" | "),
        ))
    }
}

/// The context kinds of the memories, as `fw-regs` numbers them.
pub mod kind {
    pub const QP_CONFIG: u64 = 1;
    pub const QP_AV: u64 = 2;
    pub const QP_ADDRESS: u64 = 3;
    pub const REQUESTER: u64 = 4;
    pub const COMPLETER: u64 = 5;
    pub const RESPONDER: u64 = 6;
    pub const RESPONSE: u64 = 7;
    pub const RESPONSE_ENTRY: u64 = 8;
    pub const RESOURCE: u64 = 9;
    pub const ATOMIC_RESULT: u64 = 10;
    pub const OUTSTANDING: u64 = 11;
    pub const SQ_CONFIG: u64 = 12;
    pub const SQ_STATE: u64 = 13;
    pub const RQ_CONFIG: u64 = 14;
    pub const RQ_STATE: u64 = 15;
    pub const MEMORY_REGION: u64 = 16;
    pub const CQ_CONFIG: u64 = 17;
    pub const CQ_STATE: u64 = 18;
    pub const QP_STATE: u64 = 19;
    pub const MIGRATION: u64 = 20;
}
