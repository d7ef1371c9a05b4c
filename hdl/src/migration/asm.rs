//! The migration unit's instruction set, and an assembler for it.
//!
//! An instruction has 32 bits: operation 4:0, "the second operand is `imm`" 5, `rd` 9:6, `ra` 13:10, `imm` 31:14; without
//! the bit, the second operand B is the register in the low bits of `imm`. A is register `ra`. There are 16 registers of 32 bits, one
//! flag, and a stack of eight return addresses. Register 15 holds zero by convention.
//!
//! The machine of a unit with lanes relies on that zero in a LOAD, takes fields out of context words by itself ([`FIELD_WIDTHS`]) and reads four bytes of the frame at once ([`FRAME32`]);
//! without lanes these bits of `imm` mean nothing.

use super::stream::what;
use std::collections::HashMap;

/// Operations.
pub mod op {
    /// `rd = A + B`
    pub const ADD: u64 = 1;
    /// `rd = A - B`
    pub const SUB: u64 = 2;
    /// `rd = A & B`
    pub const AND: u64 = 3;
    /// `rd = A | B`
    pub const OR: u64 = 4;
    /// `rd = A ^ B`
    pub const XOR: u64 = 5;
    /// `rd = A << B`, by the lowest five bits of B
    pub const SHL: u64 = 6;
    /// `rd = A >> B`, by the lowest five bits of B
    pub const SHR: u64 = 7;
    /// `rd = B`
    pub const MOV: u64 = 8;
    /// `rd = B << 16 | A & 0xffff`
    pub const HIGH: u64 = 9;
    /// `flag = A == B`
    pub const EQ: u64 = 10;
    /// `flag = A < B`, unsigned
    pub const LESS: u64 = 11;
    /// `flag = A < B` on the circle of 24-bit numbers
    pub const BEFORE: u64 = 12;
    /// `flag = A < B` on the circle of 32-bit numbers
    pub const EARLIER: u64 = 13;
    /// `flag = A & B != 0`
    pub const ANY: u64 = 14;
    /// goes to `imm`
    pub const JUMP: u64 = 15;
    /// goes to `imm` if the flag stands
    pub const JUMP_IF: u64 = 16;
    /// goes to `imm` unless the flag stands
    pub const JUMP_UNLESS: u64 = 17;
    /// calls the subroutine at `imm`
    pub const CALL: u64 = 18;
    /// returns from a subroutine
    pub const RETURN: u64 = 19;
    /// `rd` = word of a context record: kind in `imm` 4:0, word in 9:5, index A
    pub const CONTEXT: u64 = 20;
    /// word of a context record = `rd`
    pub const SET_CONTEXT: u64 = 21;
    /// `rd` = word `A + imm` of the unit's memory
    pub const LOAD: u64 = 22;
    /// word `A + imm` of the unit's memory = `rd`
    pub const STORE: u64 = 23;
    /// `rd` = port `imm`
    pub const IN: u64 = 24;
    /// port `imm` = A
    pub const OUT: u64 = 25;
    /// `flag` = a packet or a tick has been taken; with `imm` 1, ticks are left to another time
    pub const POLL: u64 = 26;
    /// moves a list of context records with indices A to `rd`: its first entry in `imm` 4:0, what to do in 6:5 ([`what`]). With words in 13:7, if the
    /// page has room for so many, heads included; `flag` = it had. Without: dump, `flag` = rings of the queue pair have entries; check, apply, `flag` =
    /// it went well; a load goes on by itself, and OUT `LOADED` waits for it
    pub const RECORD: u64 = 27;
    /// the first index in A..`rd` whose ring word (`imm` bit 0: region word) satisfies `(word & mask) == want`, or `rd`, goes to `rd`; with bit 1, whose
    /// ring is valid and does not satisfy it. With a [`super::deed`] in bits 3:2 that is done with each of them instead; then `rd` = where it ends, after 256
    /// cycles at the latest, or with `flag` a queue pair that needs more than that. What never had a ring, or a region, is not looked at
    pub const SCAN: u64 = 28;
    /// `rd` = the lowest bit of A that is 1; `flag` = there is none
    pub const FIRST: u64 = 29;
    /// waits for a packet, a tick or a command; `flag` = a packet or a tick has been taken; ticks are left to another time if there is a command
    pub const IDLE: u64 = 30;
    /// calls the subroutine at `imm` if the flag stands
    pub const CALL_IF: u64 = 31;
}

/// In `imm` of an IN from `FRAME16` or `FRAME16_LE`, with lanes: four bytes instead of two.
pub const FRAME32: u64 = 32;

/// With lanes a CONTEXT takes a field: where it begins in `imm` 14:10, and in 17:15 which of these widths it has.
pub const FIELD_WIDTHS: [u64; 8] = [32, 1, 2, 4, 8, 12, 16, 24];

/// What a walk does with the members of a set.
pub mod deed {
    /// Stopped, its state MOVING, not drained; the state of before is what verbs see. Nothing if it is stopped already
    pub const STOP: u64 = 1;
    /// drained; `flag` if its state is ERR
    pub const DRAIN: u64 = 2;
    /// counts it and its phase; `flag` if its phase is not allowed, or it names other objects than the one before
    pub const COLLECT: u64 = 3;
}

/// Ports read by `IN`.
pub mod input {
    /// 0 packet, 1 tick
    pub const KIND: u64 = 0;
    pub const SLOT: u64 = 1;
    /// device state of the queue pair when the packet was taken
    pub const STATE: u64 = 2;
    pub const OPCODE: u64 = 3;
    pub const PSN: u64 = 4;
    /// 1 if the packet's addresses are IPv6
    pub const IPV6: u64 = 5;
    /// first four bytes behind the BTH, big-endian
    pub const AETH: u64 = 6;
    /// two bytes of the frame at `FRAME`, big-endian; `FRAME` moves on by two
    pub const FRAME16: u64 = 7;
    /// time in µs, bits 31:0 and 35:32
    pub const NOW: u64 = 8;
    pub const NOW_HIGH: u64 = 9;
    /// device state of the queue pair in `SELECT`, now
    pub const QP_STATE: u64 = 10;
    /// the mailbox command: opcode in bits 7:0, 1 in bit 8 if there is one
    pub const COMMAND: u64 = 11;
    pub const ARG0: u64 = 12;
    pub const ARG1: u64 = 13;
    /// word of the mailbox data at `MAILBOX`, which moves on
    pub const MAILBOX_WORD: u64 = 14;
    /// the sub command: 0 while it runs, else `CommandError` in bits 7:0 and 1 in bit 8
    pub const SUB_STATUS: u64 = 15;
    pub const SUB_DETAIL: u64 = 16;
    /// what the next page, if it is here, begins with: kind in bits 7:0, first word 15:8, index 31:16; ones if the index has more than 16 bits,
    /// or there is no such page yet
    pub const NEXT_HEAD: u64 = 17;
    /// position in the page
    pub const PAGE_AT: u64 = 18;
    /// host memory access: 0 while it runs, 1 done, 3 failed
    pub const DMA_STATUS: u64 = 19;
    /// what `READ8` found: low, high word
    pub const DMA_LOW: u64 = 20;
    pub const DMA_HIGH: u64 = 21;
    /// 1 while the template in the scratch row is still to be read
    pub const SCRATCH_BUSY: u64 = 22;
    /// as `FRAME16`, little-endian
    pub const FRAME16_LE: u64 = 23;
    /// 1 if somebody else has written into a queue pair's configuration since the last look
    pub const CHANGED: u64 = 24;
    /// pages that the buffer in host memory has left
    pub const PAGES: u64 = 25;
    /// the next page: 0 not here yet, 1 it is, 3 the reading has failed
    pub const NEXT_PAGE: u64 = 26;
    /// the index that the last check of a list has reached
    pub const REACHED: u64 = 27;
    /// of the walks that collect: members, and their phases, a bit each
    pub const MEMBERS: u64 = 28;
    pub const PHASES: u64 = 29;
    /// the last member in bits 11:0; in bit 16, others have rings between those that the walks have seen
    pub const LAST: u64 = 30;
    /// the next page's third word: number or key of what it is about
    pub const NEXT_NUMBER: u64 = 31;
}

/// Ports written by `OUT`.
pub mod output {
    /// byte offset in the frame, even
    pub const FRAME: u64 = 0;
    /// queue pair that `QP_STATE`, `CHANGE` and `KICK` are about
    pub const SELECT: u64 = 1;
    /// state change: expected in bits 2:0, new in bits 5:3; `flag` = it was as expected and is changed
    pub const CHANGE: u64 = 2;
    /// next word behind the BTH of the packet to be sent, big-endian
    pub const WORD: u64 = 3;
    pub const TX_PSN: u64 = 4;
    pub const TX_QPN: u64 = 5;
    pub const TX_PKEY: u64 = 6;
    /// sends: opcode in bits 7:0, template row in 20:8, IPv6 in 24; `flag` = it was taken in time
    pub const SEND: u64 = 7;
    /// the packet is done with: go on with it in bit 0, with state 3:1
    pub const DONE: u64 = 8;
    /// the command is done: `CommandError`; the next one waits until `COMMAND` is read
    pub const FINISH: u64 = 9;
    pub const DETAIL: u64 = 10;
    /// wakes the engines up for the queue pair in `SELECT`
    pub const KICK: u64 = 11;
    /// event: kind in 31:24, object in 23:0
    pub const EVENT: u64 = 12;
    pub const COUNT: u64 = 13;
    /// sub command: argument 0 in bits 15:0, opcode in 23:16
    pub const SUB: u64 = 14;
    pub const SUB_ARG1: u64 = 15;
    pub const MAILBOX: u64 = 16;
    /// position in the page
    pub const PAGE: u64 = 17;
    /// writes the page's word at `PAGE`, which moves on
    pub const PAGE_PUT: u64 = 18;
    pub const DMA_LOW: u64 = 19;
    pub const DMA_HIGH: u64 = 20;
    /// host memory access: 0 ask for no more pages, 1 read pages ahead from now on, 2 write the page at hand and go on with an empty one, 3
    /// read 8 bytes; waits until the access before is over. `flag` = no page is left to be written, and nothing is done
    pub const DMA: u64 = 21;
    /// doorbell: object in bits 12:0, index in 31:16
    pub const BELL: u64 = 22;
    /// rings it: 0 send, 1 receive, 2 completion in bits 1:0; arm 3:2; user context 15:8
    pub const RING: u64 = 23;
    pub const MASK: u64 = 24;
    pub const WANT: u64 = 25;
    /// empties the page
    pub const PAGE_CLEAR: u64 = 26;
    /// as `WORD`, little-endian
    pub const WORD_LE: u64 = 27;
    /// pages that the buffer in host memory has
    pub const PAGES: u64 = 28;
    /// the next page that has been read is at hand
    pub const PAGE_SWAP: u64 = 29;
    /// phases allowed, a bit each; nothing has been collected
    pub const ALLOWED: u64 = 30;
    /// waits until the load, or with bits 6:5 as `DUMP` the dump, that was begun last has ended; `flag` = the load went well, or there was none; rings have entries
    pub const LOADED: u64 = 31;
}

/// A register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reg(pub u64);

/// The second operand.
#[derive(Clone, Copy, Debug)]
pub enum Operand {
    /// a register
    R(Reg),
    /// a number of 18 bits
    I(u64),
}

impl From<Reg> for Operand {
    fn from(reg: Reg) -> Self {
        Self::R(reg)
    }
}

impl From<u64> for Operand {
    fn from(value: u64) -> Self {
        Self::I(value)
    }
}

/// Zero.
pub const Z: Reg = Reg(15);

/// A program under construction.
#[derive(Default)]
pub struct Asm {
    words: Vec<u64>,
    labels: HashMap<String, usize>,
    /// instruction and the label it goes to
    open: Vec<(usize, String)>,
    unique: usize,
}

impl Asm {
    /// Bits of a number in an instruction.
    pub const IMMEDIATE_BITS: u32 = 18;

    fn put(&mut self, op: u64, rd: Reg, ra: Reg, b: impl Into<Operand>) {
        let (flag, imm) = match b.into() {
            Operand::R(reg) => (0, reg.0),
            Operand::I(value) => (1, value),
        };
        assert!(imm >> Self::IMMEDIATE_BITS == 0, "{imm:#x} is too large");
        self.words
            .push(op | flag << 5 | rd.0 << 6 | ra.0 << 10 | imm << 14);
    }

    /// Names the next instruction.
    ///
    /// # Panics
    /// If the name is taken.
    pub fn label(&mut self, name: &str) {
        let before = self.labels.insert(name.into(), self.words.len());
        assert!(before.is_none(), "label {name} twice");
    }

    /// A label that nobody else has.
    pub fn fresh(&mut self) -> String {
        self.unique += 1;
        format!("_{}", self.unique)
    }

    fn branch(&mut self, op: u64, to: &str) {
        self.open.push((self.words.len(), to.into()));
        self.put(op, Z, Z, 0);
    }

    pub fn add(&mut self, rd: Reg, ra: Reg, b: impl Into<Operand>) {
        self.put(op::ADD, rd, ra, b);
    }
    pub fn sub(&mut self, rd: Reg, ra: Reg, b: impl Into<Operand>) {
        self.put(op::SUB, rd, ra, b);
    }
    pub fn and(&mut self, rd: Reg, ra: Reg, b: impl Into<Operand>) {
        self.put(op::AND, rd, ra, b);
    }
    pub fn or(&mut self, rd: Reg, ra: Reg, b: impl Into<Operand>) {
        self.put(op::OR, rd, ra, b);
    }
    pub fn xor(&mut self, rd: Reg, ra: Reg, b: impl Into<Operand>) {
        self.put(op::XOR, rd, ra, b);
    }
    pub fn shl(&mut self, rd: Reg, ra: Reg, b: impl Into<Operand>) {
        self.put(op::SHL, rd, ra, b);
    }
    pub fn shr(&mut self, rd: Reg, ra: Reg, b: impl Into<Operand>) {
        self.put(op::SHR, rd, ra, b);
    }
    pub fn mov(&mut self, rd: Reg, b: impl Into<Operand>) {
        self.put(op::MOV, rd, Z, b);
    }
    /// `rd` = a number of 32 bits.
    pub fn number(&mut self, rd: Reg, value: u64) {
        match value < 1 << 18 {
            true => self.mov(rd, value),
            false if value & 0xffff == 0 => self.put(op::HIGH, rd, Z, value >> 16),
            false => {
                self.mov(rd, value & 0xffff);
                self.put(op::HIGH, rd, rd, value >> 16);
            }
        }
    }
    /// The low 24 bits.
    pub fn low24(&mut self, rd: Reg, ra: Reg) {
        self.shl(rd, ra, 8);
        self.shr(rd, rd, 8);
    }

    /// Goes on at `to`.
    pub fn jump(&mut self, to: &str) {
        self.branch(op::JUMP, to);
    }
    pub fn jump_eq(&mut self, ra: Reg, b: impl Into<Operand>, to: &str) {
        self.put(op::EQ, Z, ra, b);
        self.branch(op::JUMP_IF, to);
    }
    pub fn jump_ne(&mut self, ra: Reg, b: impl Into<Operand>, to: &str) {
        self.put(op::EQ, Z, ra, b);
        self.branch(op::JUMP_UNLESS, to);
    }
    pub fn jump_less(&mut self, ra: Reg, b: impl Into<Operand>, to: &str) {
        self.put(op::LESS, Z, ra, b);
        self.branch(op::JUMP_IF, to);
    }
    pub fn jump_not_less(&mut self, ra: Reg, b: impl Into<Operand>, to: &str) {
        self.put(op::LESS, Z, ra, b);
        self.branch(op::JUMP_UNLESS, to);
    }
    /// If `ra` lies before `b` on the circle of 24-bit numbers.
    pub fn jump_before(&mut self, ra: Reg, b: impl Into<Operand>, to: &str) {
        self.put(op::BEFORE, Z, ra, b);
        self.branch(op::JUMP_IF, to);
    }
    pub fn jump_not_before(&mut self, ra: Reg, b: impl Into<Operand>, to: &str) {
        self.put(op::BEFORE, Z, ra, b);
        self.branch(op::JUMP_UNLESS, to);
    }
    /// If the time `ra` is earlier than `b`.
    pub fn jump_earlier(&mut self, ra: Reg, b: impl Into<Operand>, to: &str) {
        self.put(op::EARLIER, Z, ra, b);
        self.branch(op::JUMP_IF, to);
    }
    pub fn jump_any(&mut self, ra: Reg, mask: impl Into<Operand>, to: &str) {
        self.put(op::ANY, Z, ra, mask);
        self.branch(op::JUMP_IF, to);
    }
    pub fn jump_none(&mut self, ra: Reg, mask: impl Into<Operand>, to: &str) {
        self.put(op::ANY, Z, ra, mask);
        self.branch(op::JUMP_UNLESS, to);
    }
    /// The flag falls.
    pub fn clear_flag(&mut self) {
        self.put(op::LESS, Z, Z, Z);
    }
    pub fn jump_if(&mut self, to: &str) {
        self.branch(op::JUMP_IF, to);
    }
    pub fn jump_unless(&mut self, to: &str) {
        self.branch(op::JUMP_UNLESS, to);
    }
    pub fn call(&mut self, to: &str) {
        self.branch(op::CALL, to);
    }
    pub fn call_if(&mut self, to: &str) {
        self.branch(op::CALL_IF, to);
    }
    pub fn ret(&mut self) {
        self.put(op::RETURN, Z, Z, 0);
    }

    /// `rd` = word `word` of record `kind` with the index in `index`.
    pub fn context(&mut self, rd: Reg, kind: u64, index: Reg, word: u64) {
        self.put(op::CONTEXT, rd, index, kind | word << 5);
    }
    /// `rd` = `width` bits from bit `low` of a word of a context record, which a machine with lanes can if the width is one of [`FIELD_WIDTHS`]; else
    /// nothing is written, and the answer is false.
    pub fn context_field(
        &mut self,
        rd: Reg,
        (kind, word): (u64, u64),
        index: Reg,
        (low, width): (u64, u64),
    ) -> bool {
        let code = FIELD_WIDTHS.iter().position(|&known| known == width);
        if let Some(code) = code {
            let field = low << 10 | (code as u64) << 15;
            self.put(op::CONTEXT, rd, index, kind | word << 5 | field);
        }
        code.is_some()
    }
    pub fn set_context(&mut self, kind: u64, index: Reg, word: u64, from: Reg) {
        self.put(op::SET_CONTEXT, from, index, kind | word << 5);
    }
    pub fn load(&mut self, rd: Reg, base: Reg, offset: u64) {
        self.put(op::LOAD, rd, base, offset);
    }
    pub fn store(&mut self, base: Reg, offset: u64, from: Reg) {
        self.put(op::STORE, from, base, offset);
    }
    pub fn input(&mut self, rd: Reg, port: u64) {
        self.put(op::IN, rd, Z, port);
    }
    pub fn output(&mut self, port: u64, ra: Reg) {
        self.put(op::OUT, Z, ra, port);
    }
    pub fn poll(&mut self) {
        self.put(op::POLL, Z, Z, 0);
    }
    /// As `poll`, but leaves ticks alone.
    pub fn poll_packets(&mut self) {
        self.put(op::POLL, Z, Z, 1);
    }
    /// Waits for work; the flag says whether it is a packet or a tick, which has been taken.
    pub fn idle(&mut self) {
        self.put(op::IDLE, Z, Z, 0);
    }
    /// Appends the records of a list to the page, `words` with their heads, if it has room; the flag says whether it had.
    pub fn record(&mut self, entry: u64, words: u64, index: Reg) {
        assert!(entry < 32 && words < 128);
        self.put(
            op::RECORD,
            index,
            index,
            entry | what::DUMP << 5 | words << 7,
        );
    }
    /// Does `what` with the records of a list, which the page has room for.
    pub fn list(&mut self, what: u64, entry: u64, index: Reg) {
        self.run(what, entry, index, index);
    }
    /// Does `what` with the records of a list for each index from `index` to `last`, which the page has room for.
    pub fn run(&mut self, what: u64, entry: u64, index: Reg, last: Reg) {
        assert!(entry < 32 && what < 3);
        self.put(op::RECORD, last, index, entry | what << 5);
    }
    /// Begins a load of a list from the next page, which is at hand then. Until it has ended (`loaded`), nothing may use context bus and page, and no packet be served.
    pub fn begin_load(&mut self, entry: u64, index: Reg) {
        assert!(entry < 32);
        self.put(op::RECORD, index, index, entry | what::LOAD << 5);
    }
    /// Begins a dump of a list into an empty page. Until it has ended (`dumped`), nothing may use context bus and page, and no packet be served.
    pub fn begin_dump(&mut self, entry: u64, index: Reg) {
        assert!(entry < 32);
        self.put(op::RECORD, index, index, entry | what::DUMP << 5 | 1 << 14);
    }
    /// Waits for the dump that has been begun; the flag says whether rings have entries.
    pub fn dumped(&mut self) {
        self.put(op::OUT, Z, Z, output::LOADED | what::DUMP << 5);
    }
    /// Waits for the load begun last, if there is one; the flag says whether it went well.
    pub fn loaded(&mut self) {
        self.put(op::OUT, Z, Z, output::LOADED | what::LOAD << 5);
    }
    /// `rd` = the first index from `from` on, below `rd`, whose word fits `MASK` and `WANT`: of send queues' configurations the word
    /// that says who owns them, or of memory regions.
    pub fn scan(&mut self, rd: Reg, regions: bool, from: Reg) {
        self.put(op::SCAN, rd, from, u64::from(regions));
    }
    /// `rd` = the first index from `from` on, below `rd`, of a valid ring whose word does not fit `MASK` and `WANT`.
    pub fn scan_others(&mut self, rd: Reg, from: Reg) {
        self.put(op::SCAN, rd, from, 2);
    }
    /// Does `deed` with what fits `MASK` and `WANT` from `from` on, below `rd`; `rd` = where it ends, the flag says that it needs more.
    pub fn walk(&mut self, rd: Reg, deed: u64, from: Reg) {
        assert!((1..4).contains(&deed));
        self.put(op::SCAN, rd, from, deed << 2);
    }
    /// `rd` = the lowest bit of `ra` that is 1; the flag says that there is none.
    pub fn first(&mut self, rd: Reg, ra: Reg) {
        self.put(op::FIRST, rd, ra, 0);
    }

    /// Labels with names and where they are, in order.
    pub fn labels(&self) -> Vec<(String, usize)> {
        let named = self
            .labels
            .iter()
            .filter(|(name, _)| !name.starts_with('_'));
        let mut all: Vec<(String, usize)> = named.map(|(n, &at)| (n.clone(), at)).collect();
        all.sort_by_key(|(_, at)| *at);
        all
    }

    /// The program's words.
    ///
    /// # Panics
    /// If a label is missing.
    pub fn finish(mut self) -> Vec<u64> {
        for (at, label) in &self.open {
            let Some(&to) = self.labels.get(label) else {
                panic!("no label {label}");
            };
            self.words[*at] |= 1 << 5 | (to as u64) << 14;
        }
        self.words
    }
}
