//! The migration unit's program: the migration protocol, rule by rule.
//!
//! | file | what |
//! |---|---|
//! | [`packets`] | RESUME, RESUME_ACK, MOVED, NAK_STOPPED; requests to a stopped queue pair; responses to a paused one |
//! | [`timers`] | ticks: RESUME again, probes, leases |
//! | [`parts`] | what several of them do: rewind, enter Normal, send a packet, read doorbell records |
//! | [`sets`] | closed sets; STOP, DRAINED, TOMBSTONE, RESUME, ABORT and the commands for one queue pair |
//! | [`pages`] | DUMP and RESTORE |
//!
//! # Registers
//! What serves packets and ticks uses `r0` to `r7`, with the slot in `SLOT` (r4) and its Migration record's address in `OWN` (r5); commands
//! keep what they need beyond a poll in `r8` to `r14`, since a poll may serve a packet.

pub mod packets;
pub mod pages;
pub mod parts;
pub mod sets;
pub mod timers;

use crate::migration::asm::{Asm, Reg, Z, input, output};
use fw_regs::schema::Record;
use fw_regs::{ContextKind, MigrationTimer};

/// Bits of the program's addresses.
pub const PC_BITS: usize = 12;

pub const R0: Reg = Reg(0);
pub const R1: Reg = Reg(1);
pub const R2: Reg = Reg(2);
pub const R3: Reg = Reg(3);
/// slot of the queue pair at hand
pub const SLOT: Reg = Reg(4);
/// address of its Migration record in the unit's memory
pub const OWN: Reg = Reg(5);
pub const R6: Reg = Reg(6);
pub const R7: Reg = Reg(7);
pub const R8: Reg = Reg(8);
pub const R9: Reg = Reg(9);
pub const R10: Reg = Reg(10);
pub const R11: Reg = Reg(11);
pub const R12: Reg = Reg(12);
pub const R13: Reg = Reg(13);
pub const R14: Reg = Reg(14);

/// How many objects the device has, as log2.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub qps: usize,
    pub cqs: usize,
    pub srqs: usize,
    pub mrs: usize,
    pub outstanding: usize,
    pub responses: usize,
    /// the unit has lanes, and its machine takes fields and four bytes of a frame at once
    pub lanes: bool,
}

impl Sizes {
    /// Those of the committed configurations.
    pub const COMMITTED: Self = Self {
        qps: 6,
        cqs: 6,
        srqs: 4,
        mrs: 8,
        outstanding: 4,
        responses: 3,
        lanes: false,
    };

    /// So many queue pairs that a look at all their marks takes longer than packets should wait.
    fn large(self) -> bool {
        self.qps > 8
    }
}

/// A field of a context record: where it lies in its word.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub kind: u64,
    pub word: u64,
    pub low: u64,
    pub width: u64,
}

impl Field {
    /// All of its bits, at bit 0.
    pub fn ones(self) -> u64 {
        (1 << self.width) - 1
    }

    /// Its bits in the word.
    pub fn mask(self) -> u64 {
        self.ones() << self.low
    }

    /// All other bits of the word.
    pub fn others(self) -> u64 {
        !self.mask() & 0xffff_ffff
    }
}

/// The layout of a kind of records that the program works on.
fn layout(kind: ContextKind) -> Record {
    kind.layout()
        .unwrap_or_else(|| panic!("{kind} has no fields"))
}

/// The field `name` of records of kind `kind`.
///
/// # Panics
/// If there is none, or it does not lie in one word.
pub fn field(kind: ContextKind, name: &str) -> Field {
    let record = layout(kind);
    let found = record.fields.iter().find(|f| f.name == name);
    let Some(f) = found else {
        panic!("{} has no field {name}", record.name)
    };
    assert!(f.low % 32 + f.width <= 32, "{name} crosses words");
    Field {
        kind: kind.code().into(),
        word: (f.low / 32).into(),
        low: (f.low % 32).into(),
        width: f.width.into(),
    }
}

/// The word in which field `name` of records of kind `kind` begins.
pub fn word_of(kind: ContextKind, name: &str) -> u64 {
    let record = layout(kind);
    let found = record.fields.iter().find(|f| f.name == name);
    found.map_or_else(
        || panic!("{} has no field {name}", record.name),
        |f| (f.low / 32).into(),
    )
}

/// The program under construction.
pub struct Program {
    pub a: Asm,
    pub sizes: Sizes,
    /// first scratch word of the unit's memory
    base: u64,
}

/// Scratch words, from the first one on; the timers are the first seven.
pub mod scratch {
    /// fields of the RESUME, RESUME_ACK or MOVED at hand
    pub const MAX_PSN: u64 = 8;
    pub const EPSN: u64 = 9;
    /// source address as in a record, and MAC: four bytes, two bytes
    pub const SOURCE: u64 = 10;
    pub const MAC: u64 = 14;
    /// 1: it came from the partner's address
    pub const FROM_PARTNER: u64 = 16;
    /// the set: number, scope, first slot, slot behind the last, mask and value of a member's ring word
    pub const NUMBER: u64 = 20;
    pub const SCOPE: u64 = 21;
    pub const FIRST: u64 = 22;
    pub const LIMIT: u64 = 23;
    pub const MASK: u64 = 24;
    pub const WANT: u64 = 25;
    /// phases allowed, a bit each
    pub const ALLOWED: u64 = 28;
    /// protection domains found
    pub const DOMAINS: u64 = 29;
    /// pages of the host buffer
    pub const BUFFER_PAGES: u64 = 32;
    /// what is known of the set that the last command worked on, see [`super::sets::known`]
    pub const KNOWN: u64 = 35;
    /// 1: that set is closed
    pub const CLOSED: u64 = 26;
    /// 1: a set is looked for that no command is about; whatever is wrong with it is nobody's error
    pub const QUIET: u64 = 27;
    /// with more than 256 queue pairs: no queue pair below this one is among those
    pub const OWED_FROM: u64 = 33;
    /// queue pairs whose doorbell records are still to be read
    pub const OWED: u64 = 34;
    /// what a tombstone keeps while another record lies over it
    pub const SAVED: u64 = 36;
    pub const ADDRESS: u64 = 44;
    /// a bit for each completion queue of the set, then for each receive ring, then the protection domains
    pub const CQ_MARKS: u64 = 64;
    pub const SRQ_MARKS: u64 = 192;
    pub const PD_LIST: u64 = 320;
    /// most protection domains in a set
    pub const PD_MOST: u64 = 64;
    /// a bit for each queue pair that `OWED` counts
    pub const OWED_MARKS: u64 = 384;
}

impl Program {
    /// `rd` = scratch word `at`.
    pub fn recall(&mut self, rd: Reg, at: u64) {
        self.a.load(rd, Z, self.base + at);
    }

    /// Scratch word `at` = `from`.
    pub fn keep(&mut self, at: u64, from: Reg) {
        self.a.store(Z, self.base + at, from);
    }

    /// Address of scratch word `at`.
    pub fn address(&self, at: u64) -> u64 {
        self.base + at
    }

    /// `rd` = the value of `field` of the record with index `index`.
    pub fn get(&mut self, rd: Reg, field: Field, index: Reg) {
        let (word, bits) = ((field.kind, field.word), (field.low, field.width));
        if self.sizes.lanes && self.a.context_field(rd, word, index, bits) {
            return;
        }
        self.a.context(rd, field.kind, index, field.word);
        self.extract(rd, rd, field);
    }

    /// `rd` = the value of `field` in the word `from`.
    pub fn extract(&mut self, rd: Reg, from: Reg, field: Field) {
        let top = 32 - field.low - field.width;
        let mut source = from;
        if top > 0 {
            self.a.shl(rd, source, top);
            source = rd;
        }
        match top + field.low {
            0 if source == rd => {}
            0 => self.a.mov(rd, source),
            by => self.a.shr(rd, source, by),
        }
    }

    /// In the word `word`, `field` becomes `value`; `spare` is lost.
    pub fn put(&mut self, word: Reg, field: Field, value: u64, spare: Reg) {
        // set, then what is not to be set inverted: shorter than with the mask of all other bits
        let inverted = field.mask() & !(value << field.low);
        if field.mask() < 1 << Asm::IMMEDIATE_BITS {
            self.a.or(word, word, field.mask());
            if inverted != 0 {
                self.a.xor(word, word, inverted);
            }
            return;
        }
        self.a.number(spare, field.mask());
        self.a.or(word, word, spare);
        if inverted != 0 && inverted != field.mask() {
            self.a.number(spare, inverted);
        }
        if inverted != 0 {
            self.a.xor(word, word, spare);
        }
    }

    /// In a context record, `field` becomes `value`; `word` and `spare` are lost.
    pub fn set(&mut self, field: Field, index: Reg, value: u64, word: Reg, spare: Reg) {
        self.a.context(word, field.kind, index, field.word);
        self.put(word, field, value, spare);
        self.a.set_context(field.kind, index, field.word, word);
    }

    /// In the Migration record at `OWN`, `field` becomes `value`; `word` and `spare` are lost.
    pub fn set_own(&mut self, name: &str, value: u64, word: Reg, spare: Reg) {
        let f = own(name);
        self.a.load(word, OWN, f.word);
        self.put(word, f, value, spare);
        self.a.store(OWN, f.word, word);
    }

    /// `rd` = field `name` of the Migration record at `OWN`.
    pub fn get_own(&mut self, rd: Reg, name: &str) {
        let f = own(name);
        self.a.load(rd, OWN, f.word);
        self.extract(rd, rd, f);
    }

    /// Goes to `OUT` port `port` with the number `value`; `spare` is lost.
    pub fn out(&mut self, port: u64, value: u64, spare: Reg) {
        self.a.number(spare, value);
        self.a.output(port, spare);
    }

    /// Counts an event; `r0` is lost.
    pub fn count(&mut self, counter: fw_regs::Counter) {
        self.out(output::COUNT, counter.code().into(), R0);
    }

    /// Raises an event for `SLOT`; `r0`, `r1` are lost.
    pub fn event(&mut self, kind: fw_regs::EventKind) {
        self.a.number(R0, u64::from(kind.code()) << 24);
        self.a.or(R0, R0, SLOT);
        self.a.output(output::EVENT, R0);
    }

    /// Takes a packet if there is one, between other work: ticks come too late at worst; `r0` to `r7` are lost.
    pub fn poll(&mut self) {
        self.a.poll_packets();
        self.a.call_if("serve");
    }

    /// Takes a packet or a tick if there is one, where a command waits; `r0` to `r7` are lost.
    pub fn poll_waiting(&mut self) {
        self.a.poll();
        self.a.call_if("serve");
    }

    /// `at` = where the bit of mark `number` stands, counted in words from the first one of its kind; `bit` = that bit.
    pub fn mark_of(&mut self, number: Reg, at: Reg, bit: Reg) {
        self.a.shr(at, number, 5);
        self.a.mov(bit, 1);
        self.a.shl(bit, bit, number);
    }

    /// The lease of the connection at `OWN` ends after `timer` from now on; `r0`, `r1` are lost.
    pub fn lease(&mut self, timer: MigrationTimer) {
        self.a.input(R0, input::NOW);
        self.recall(R1, timer.code().into());
        self.a.add(R0, R0, R1);
        self.a.store(OWN, own("lease").word, R0);
    }

    /// The deadline of the connection at `OWN` is r0 from now on; `r0`, `r1` are lost.
    pub fn deadline(&mut self) {
        self.a.input(R1, input::NOW);
        self.a.add(R0, R0, R1);
        self.a.store(OWN, own("deadline").word, R0);
    }

    /// The interval of the connection at `OWN` becomes `timer`, or the least that there is; `r0` is lost.
    pub fn first_interval(&mut self, timer: MigrationTimer) {
        self.recall(R0, timer.code().into());
        self.a.call("at_least");
        self.a.store(OWN, own("interval").word, R0);
    }
}

/// A field of the Migration record.
pub fn own(name: &str) -> Field {
    field(ContextKind::Migration, name)
}

/// Words that the unit's memory has at least: Migration records, then scratch words.
pub fn memory_words(sizes: Sizes) -> u64 {
    (16 << sizes.qps) + scratch::OWED_MARKS + (1_u64 << sizes.qps).div_ceil(32)
}

/// The program's words for a device of these sizes.
pub fn words(sizes: Sizes) -> Vec<u64> {
    assemble(sizes).finish()
}

/// Where the program's parts begin, in order, for those who read a trace.
pub fn labels(sizes: Sizes) -> Vec<(String, usize)> {
    assemble(sizes).labels()
}

fn assemble(sizes: Sizes) -> Asm {
    let mut p = Program {
        a: Asm::default(),
        sizes,
        base: 16 << sizes.qps,
    };
    p.a.number(Z, 0);
    for &timer in MigrationTimer::ALL {
        p.a.number(R0, timer.default_us().into());
        p.keep(timer.code().into(), R0);
    }
    p.keep(scratch::OWED, Z);
    p.keep(scratch::KNOWN, Z);
    p.keep(scratch::QUIET, Z);
    if sizes.large() {
        p.keep(scratch::OWED_FROM, Z);
    }
    for k in 0..(1_u64 << sizes.qps).div_ceil(32) {
        p.keep(scratch::OWED_MARKS + k, Z);
    }
    p.a.label("main");
    p.recall(R0, scratch::OWED);
    p.a.jump_eq(R0, 0, "rest");
    p.a.call("records");
    p.a.jump("idle");
    p.a.label("rest");
    // ticks are offered for a few cycles only
    p.a.idle();
    p.a.jump_unless("idle");
    p.a.call("serve");
    // a flood of packets does not keep commands waiting
    p.a.label("idle");
    p.a.input(R0, input::COMMAND);
    p.a.jump_none(R0, 256, "main");
    p.a.call("command");
    p.a.jump("main");
    packets::write(&mut p);
    timers::write(&mut p);
    parts::write(&mut p);
    sets::write(&mut p);
    pages::write(&mut p);
    p.a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_fits_its_memory() {
        let sizes = Sizes::COMMITTED;
        let words = words(sizes).len();
        println!("{words} instructions");
        assert!(words <= 1 << PC_BITS);
    }
}
