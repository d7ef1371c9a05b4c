//! From a 32-bit key to a slot number: a hash table in block RAM.
//!
//! # Theory of operation
//! Open addressing with linear probing in `2^LT` entries `{valid, slot, key}`; the whole key is compared. `LT` is one more
//! than the logarithm of the number of objects, so the table is at most half full and probe runs are short.
//!
//! The hash is the key's remainder modulo a primitive polynomial of degree `LT` over GF(2). It is a bijection on every `LT`
//! consecutive bits of the key, so counters anywhere in the key (sequential QPNs, key indices above a tag byte) do not
//! collide at all, and it is a few exclusive ors deep.
//!
//! A removal closes the gap by moving later entries of the run forward (backward shift), so there are no tombstones and a
//! lookup ends at the first empty entry, or after the longest run that was ever inserted. One entry always stays empty.
//! Lookups and mutations share one engine, so no lookup sees a run that is being moved.
//!
//! # Interfaces
//! * Lookup: `look_valid`, `look_key` → `look_ready`; then `found_valid` for a cycle with `found_hit` and `found_slot`, three
//!   cycles later (four if the keys are [`registered`](KeyTable::registered)) plus one for each collision. A new lookup may be taken in the cycle of `found_valid`. `look_ready` depends
//!   on `cmd_valid`. For users who want to read ahead, `found_slot` is the slot of the entry under test while `testing`.
//! * Command: `cmd_valid`, `cmd_op` (1 insert, 2 remove), `cmd_key`, `cmd_slot` held until `cmd_done`; with it `cmd_ok`,
//!   `cmd_hit` (the key was in the table) and, if so, `cmd_slot_found`. Insert fails if the key is there or the table is
//!   full, remove if it is not there.
//!
//! # States
//! `Clear` after reset (`2^LT` cycles, `ready` low), `Idle`, (`Read`)/`Wait`/`Test` for the first probe and `Test` again for
//! each further one, `Insert`, and for a removal `ShiftRead`/`ShiftWait`/`ShiftHash`/`ShiftTest` per entry of the run,
//! `ShiftEnd`; `Done` ends a command.

use crate::mem::Ram;
use crate::record;
use rust_hdl::prelude::*;

record! {
    /// An entry of a key table.
    pub struct KeyEntry { key: 32, slot: 12, valid: 1 }
}

/// Primitive polynomials over GF(2) by degree, from 2; bit k is the coefficient of x^k.
const PRIMITIVE: [u64; 15] = [
    0x7, 0xb, 0x13, 0x25, 0x43, 0x89, 0x11d, 0x211, 0x409, 0x805, 0x1053, 0x201b, 0x4443, 0x8003,
    0x1_100b,
];

/// The hash: remainder of a key modulo a primitive polynomial of degree `LT` (2 to 16).
#[derive(LogicBlock)]
pub struct KeyHash<const LT: usize> {
    pub key: Signal<In, Bits<32>>,
    pub hash: Signal<Out, Bits<LT>>,
    /// row k: the bits of the key whose parity is bit k of the hash
    _rows: Vec<u64>,
}

impl<const LT: usize> Default for KeyHash<LT> {
    fn default() -> Self {
        assert!(
            (2..=16).contains(&LT),
            "a key table has 2^2 to 2^16 entries"
        );
        let mut rows = vec![0; LT];
        let mut power = 1; // x^bit modulo the polynomial
        for bit in 0..32 {
            for (k, row) in rows.iter_mut().enumerate() {
                *row |= (power >> k & 1) << bit;
            }
            power <<= 1;
            if power >> LT & 1 == 1 {
                power ^= PRIMITIVE[LT - 2];
            }
        }
        Self {
            key: Default::default(),
            hash: Default::default(),
            _rows: rows,
        }
    }
}

impl<const LT: usize> Logic for KeyHash<LT> {
    fn update(&mut self) {
        let key = self.key.val().to_u64();
        let parity = |row: &u64| u64::from((key & row).count_ones() & 1);
        let hash = self
            ._rows
            .iter()
            .enumerate()
            .fold(0, |h, (k, row)| h | parity(row) << k);
        self.hash.next = hash.to_bits();
    }
    fn connect(&mut self) {
        self.hash.connect();
    }
    fn hdl(&self) -> Verilog {
        let rows = self._rows.iter().enumerate();
        let bits: String = rows
            .map(|(k, row)| format!("   hash[{k}] = ^(key & 32'h{row:x});\n"))
            .collect();
        Verilog::Custom(format!("always @* begin\n{bits}end\n"))
    }
}

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum State {
    Clear,
    Idle,
    Read,
    Wait,
    Test,
    Insert,
    ShiftRead,
    ShiftWait,
    ShiftHash,
    ShiftTest,
    ShiftEnd,
    Done,
}

/// A key table of `2^LT` entries, of which `2^LT - 1` can be used.
#[derive(LogicBlock)]
pub struct KeyTable<const LT: usize> {
    pub clock: Signal<In, Clock>,
    pub look_valid: Signal<In, Bit>,
    pub look_key: Signal<In, Bits<32>>,
    pub look_ready: Signal<Out, Bit>,
    pub found_valid: Signal<Out, Bit>,
    pub found_hit: Signal<Out, Bit>,
    pub found_slot: Signal<Out, Bits<12>>,
    /// an entry is under test, its slot is on `found_slot`
    pub testing: Signal<Out, Bit>,
    pub cmd_valid: Signal<In, Bit>,
    pub cmd_op: Signal<In, Bits<2>>,
    pub cmd_key: Signal<In, Bits<32>>,
    pub cmd_slot: Signal<In, Bits<12>>,
    pub cmd_done: Signal<Out, Bit>,
    pub cmd_ok: Signal<Out, Bit>,
    pub cmd_hit: Signal<Out, Bit>,
    pub cmd_slot_found: Signal<Out, Bits<12>>,
    /// cleared since reset
    pub ready: Signal<Out, Bit>,
    mem: Ram<KeyEntry, LT>,
    hash: KeyHash<LT>,
    state: DFF<State>,
    /// the key that is looked for
    key: DFF<Bits<32>>,
    /// a command, not a lookup
    command: DFF<Bit>,
    /// next address to read
    at: DFF<Bits<LT>>,
    /// where the entry under test stands; the hole during a removal
    place: DFF<Bits<LT>>,
    /// places between home and `place`
    distance: DFF<Bits<LT>>,
    /// longest distance ever inserted
    longest: DFF<Bits<LT>>,
    /// entries in use
    used: DFF<Bits<LT>>,
    /// the entry under test
    entry: DFF<KeyEntry>,
    /// home of the entry that may move
    home: DFF<Bits<LT>>,
    found: DFF<Bit>,
    hit: DFF<Bit>,
    ok: DFF<Bit>,
    /// the first entry is read in the cycle of the handshake
    at_once: Constant<Bit>,
    idle: Signal<Local, Bit>,
    same: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
    full: Signal<Local, Bit>,
    removes: Signal<Local, Bit>,
    /// how far from home the entry stands, and how far behind the hole
    from_home: Signal<Local, Bits<LT>>,
    from_hole: Signal<Local, Bits<LT>>,
}

impl<const LT: usize> Default for KeyTable<LT> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            look_valid: Default::default(),
            look_key: Default::default(),
            look_ready: Default::default(),
            found_valid: Default::default(),
            found_hit: Default::default(),
            found_slot: Default::default(),
            testing: Default::default(),
            cmd_valid: Default::default(),
            cmd_op: Default::default(),
            cmd_key: Default::default(),
            cmd_slot: Default::default(),
            cmd_done: Default::default(),
            cmd_ok: Default::default(),
            cmd_hit: Default::default(),
            cmd_slot_found: Default::default(),
            ready: Default::default(),
            mem: Default::default(),
            hash: Default::default(),
            state: Default::default(),
            key: Default::default(),
            command: Default::default(),
            at: Default::default(),
            place: Default::default(),
            distance: Default::default(),
            longest: Default::default(),
            used: Default::default(),
            entry: Default::default(),
            home: Default::default(),
            found: Default::default(),
            hit: Default::default(),
            ok: Default::default(),
            at_once: Constant::new(true),
            idle: Default::default(),
            same: Default::default(),
            ends: Default::default(),
            full: Default::default(),
            removes: Default::default(),
            from_home: Default::default(),
            from_hole: Default::default(),
        }
    }
}

impl<const LT: usize> KeyTable<LT> {
    /// A table whose keys come late in the cycle: they are registered before they are hashed for a read, and everything takes a
    /// cycle more.
    pub fn registered() -> Self {
        Self {
            at_once: Constant::new(false),
            ..Self::default()
        }
    }
}

impl<const LT: usize> Logic for KeyTable<LT> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, state, key, command, at, place, distance, longest, used, entry, home,
            found, hit, ok
        );
        self.mem.clock.next = self.clock.val();
        self.idle.next = self.state.q.val() == State::Idle;
        self.look_ready.next = self.idle.val() & !self.cmd_valid.val();
        self.ready.next = self.state.q.val() != State::Clear;
        self.found_valid.next = self.found.q.val();
        self.found_hit.next = self.hit.q.val();
        self.found_slot.next = self.entry.q.val().slot;
        self.testing.next = self.state.q.val() == State::Test;
        self.cmd_done.next = self.state.q.val() == State::Done;
        self.cmd_ok.next = self.ok.q.val();
        self.cmd_hit.next = self.hit.q.val();
        self.cmd_slot_found.next = self.entry.q.val().slot;

        // one hash for the lookup, the command and the entry that may move
        self.hash.key.next = self.look_key.val();
        if !self.idle.val() {
            self.hash.key.next = self.entry.q.val().key;
        } else if self.cmd_valid.val() {
            self.hash.key.next = self.cmd_key.val();
        }

        self.mem.re.next = false;
        self.mem.ra.next = self.at.q.val();
        self.mem.we.next = false;
        self.mem.wa.next = self.place.q.val();
        self.mem.wd.next.key = self.key.q.val();
        self.mem.wd.next.slot = self.cmd_slot.val();
        self.mem.wd.next.valid = 1.into();

        self.found.d.next = false;
        self.same.next =
            (self.entry.q.val().valid == 1) & (self.entry.q.val().key == self.key.q.val());
        self.ends.next = (self.entry.q.val().valid == 0)
            | (!self.command.q.val() & (self.distance.q.val() == self.longest.q.val()));
        self.full.next = self.used.q.val().all();
        self.removes.next = self.cmd_op.val() == 2;
        self.from_home.next = self.at.q.val() - self.home.q.val();
        self.from_hole.next = self.at.q.val() - self.place.q.val();

        match self.state.q.val() {
            State::Clear => {
                self.mem.we.next = true;
                self.mem.wa.next = self.at.q.val();
                self.mem.wd.next.key = 0.into();
                self.mem.wd.next.slot = 0.into();
                self.mem.wd.next.valid = 0.into();
                self.at.d.next = self.at.q.val() + 1;
                if self.at.q.val().all() {
                    self.state.d.next = State::Idle;
                }
            }
            State::Idle => {
                self.at.d.next = self.hash.hash.val();
                if self.at_once.val() {
                    self.mem.re.next = self.cmd_valid.val() | self.look_valid.val();
                    self.mem.ra.next = self.hash.hash.val();
                    self.at.d.next = self.hash.hash.val() + 1;
                }
                self.place.d.next = self.hash.hash.val();
                self.distance.d.next = 0.into();
                self.command.d.next = self.cmd_valid.val();
                self.key.d.next = self.look_key.val();
                if self.cmd_valid.val() {
                    self.key.d.next = self.cmd_key.val();
                }
                if self.cmd_valid.val() | self.look_valid.val() {
                    self.state.d.next = State::Read;
                    if self.at_once.val() {
                        self.state.d.next = State::Wait;
                    }
                }
            }
            State::Read => {
                self.mem.re.next = true;
                self.at.d.next = self.at.q.val() + 1;
                self.state.d.next = State::Wait;
            }
            State::Wait => {
                // the next entry is read while this one is tested
                self.mem.re.next = true;
                self.at.d.next = self.at.q.val() + 1;
                self.entry.d.next = self.mem.rd.val();
                self.state.d.next = State::Test;
            }
            State::Test => {
                self.hit.d.next = self.same.val();
                if self.same.val() | self.ends.val() {
                    if !self.command.q.val() {
                        self.found.d.next = true;
                        self.state.d.next = State::Idle;
                    } else if self.removes.val() {
                        self.ok.d.next = self.same.val();
                        self.at.d.next = self.place.q.val() + 1;
                        self.state.d.next = State::Done;
                        if self.same.val() {
                            self.state.d.next = State::ShiftRead;
                        }
                    } else {
                        self.ok.d.next = !self.same.val() & !self.full.val();
                        self.state.d.next = State::Done;
                        if !self.same.val() & !self.full.val() {
                            self.state.d.next = State::Insert;
                        }
                    }
                } else {
                    self.mem.re.next = true;
                    self.at.d.next = self.at.q.val() + 1;
                    self.place.d.next = self.place.q.val() + 1;
                    self.distance.d.next = self.distance.q.val() + 1;
                    self.entry.d.next = self.mem.rd.val();
                }
            }
            State::Insert => {
                self.mem.we.next = true;
                self.used.d.next = self.used.q.val() + 1;
                if self.distance.q.val() > self.longest.q.val() {
                    self.longest.d.next = self.distance.q.val();
                }
                self.state.d.next = State::Done;
            }
            State::ShiftRead => {
                self.mem.re.next = true;
                self.state.d.next = State::ShiftWait;
            }
            State::ShiftWait => {
                self.entry.d.next = self.mem.rd.val();
                self.state.d.next = State::ShiftHash;
            }
            State::ShiftHash => {
                self.home.d.next = self.hash.hash.val();
                self.state.d.next = State::ShiftTest;
                if self.entry.q.val().valid == 0 {
                    self.state.d.next = State::ShiftEnd;
                }
            }
            State::ShiftTest => {
                // the entry may fill the hole if that does not put it in front of its home
                self.mem.wd.next = self.entry.q.val();
                if self.from_home.val() >= self.from_hole.val() {
                    self.mem.we.next = true;
                    self.place.d.next = self.at.q.val();
                }
                self.at.d.next = self.at.q.val() + 1;
                self.state.d.next = State::ShiftRead;
            }
            State::ShiftEnd => {
                self.mem.we.next = true;
                self.mem.wd.next.valid = 0.into();
                self.used.d.next = self.used.q.val() - 1;
                self.state.d.next = State::Done;
            }
            State::Done => {
                self.state.d.next = State::Idle;
            }
        }
    }
}
