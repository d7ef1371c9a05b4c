//! The migration unit's walks: what they do with the members of a set, and what they leave alone.

use crate::kit::Bench;
use crate::migration_unit::{run, word};
use hdl::migration::asm::{Asm, Reg, Z, deed, input, output};
use hdl::pipe::{CtxReq, CtxRsp};
use rust_hdl::prelude::*;

/// Eight queue pairs over the unit's walks: their states, what their configurations name, and the owners' words that the unit sees on the bus.
struct Members {
    b: Bench,
    states: [u64; 8],
    /// words 4 and 5 of QpConfig
    named: [u64; 8],
    /// a state that has been asked for
    asked: Option<u64>,
    /// cycles until the answer of the context bus
    due: u64,
    /// states written: slot, state
    written: Vec<(u64, u64)>,
}

const MOVING: u64 = 7;
const PAUSED: u64 = 5;
const ERR: u64 = 6;
/// `RingConfig.valid` in its word 2; the domain is in bits 31:16
const RING: u64 = 1 << 4;

impl Members {
    fn new(program: impl FnOnce(&mut Asm)) -> Self {
        Self {
            b: run(program),
            states: [3; 8],
            named: [0; 8],
            asked: None,
            due: 0,
            written: vec![],
        }
    }

    fn cycle(&mut self) {
        if let Some(slot) = self.asked.take() {
            self.b.set("st_state", self.states[slot as usize]);
        }
        self.b.settle();
        let request: CtxReq = self.b.take("req");
        let mut answer = CtxRsp::default();
        self.due = if request.valid.any() { self.due + 1 } else { 0 };
        if self.due == 4 {
            assert_eq!((request.kind.to_u64(), request.word.to_u64()), (1, 4));
            answer.ack = 1_u64.to_bits();
            answer.data = self.named[request.index.to_u64() as usize].to_bits();
        }
        self.b.put("req_rsp", &answer);
        self.b.settle();
        if self.b.high("set_valid") && self.b.high("set_ready") {
            let (slot, state) = (self.b.get("set_slot"), self.b.get("set_state"));
            self.states[slot as usize] = state;
            self.written.push((slot, state));
        }
        if self.b.high("st_re") {
            self.asked = Some(self.b.get("st_slot"));
        }
        self.b.cycle();
    }

    /// Writes a word over the context bus.
    fn write(&mut self, kind: u64, index: u64, word: u64, data: u64) {
        let request = CtxReq {
            valid: 1_u64.to_bits(),
            write: 1_u64.to_bits(),
            kind: kind.to_bits(),
            index: index.to_bits(),
            word: word.to_bits(),
            data: (data | data << 32).to_bits(),
            ..CtxReq::default()
        };
        self.b.put("bus", &request);
        (0..4).for_each(|_| self.b.cycle());
        self.b.put("bus", &CtxReq::default());
        (0..2).for_each(|_| self.b.cycle());
    }
}

/// Waits until a mailbox command comes, then walks over the rings of domain 1 and keeps what the walks found from word 128 on.
fn walks(a: &mut Asm, deed: u64) {
    let (x, y, at) = (Reg(1), Reg(2), Reg(3));
    a.number(x, 0xffff_0010);
    a.output(output::MASK, x);
    a.number(x, 0x0001_0010);
    a.output(output::WANT, x);
    a.mov(x, 0b11);
    a.output(output::ALLOWED, x);
    a.idle();
    a.number(at, 128);
    a.mov(y, Z);
    a.label("again");
    a.mov(x, 8);
    a.walk(x, deed, y);
    a.mov(y, x);
    let more = a.fresh();
    a.jump_if(&more);
    a.jump_ne(y, 8, "again");
    a.number(x, 0xffff);
    a.store(at, 0, x);
    for (k, port) in (1..).zip([input::MEMBERS, input::PHASES, input::LAST]) {
        a.input(x, port);
        a.store(at, k, x);
    }
    a.jump("stop");
    a.label(&more);
    a.store(at, 0, x);
    a.add(at, at, 1);
    a.add(y, y, 1);
    a.jump_ne(y, 8, "again");
    a.number(x, 0xffff);
    a.store(at, 0, x);
    for (k, port) in (1..).zip([input::MEMBERS, input::PHASES, input::LAST]) {
        a.input(x, port);
        a.store(at, k, x);
    }
}

/// Slots 1, 2, 4, 6 are the set, 5 belongs to somebody else, the others are not in use.
fn some_members(deed: u64, words: [u64; 8]) -> Members {
    let mut m = Members::new(|a| walks(a, deed));
    (0..800).for_each(|_| m.b.cycle());
    m.b.set("set_ready", 1);
    for slot in [1, 2, 4, 6] {
        m.write(12, slot, 2, 0x0001_0000 | RING);
    }
    m.write(12, 5, 2, 0x0002_0000 | RING);
    for (slot, word) in (0..).zip(words) {
        m.write(20, slot, 0, word);
    }
    m
}

/// Starts the walk; what it has kept, up to the end.
fn walked(m: &mut Members) -> Vec<u64> {
    m.b.set("cmd_go", 1);
    for k in 0..400 {
        // the command unit comes first now and then
        m.b.set("set_ready", u64::from(k % 3 != 1));
        m.cycle();
    }
    let mut found: Vec<u64> = (128..)
        .map(|at| word(&mut m.b, at))
        .take_while(|w| *w != 0xffff)
        .collect();
    let end = 128 + found.len() as u64 + 1;
    found.extend((end..end + 3).map(|at| word(&mut m.b, at)));
    found
}

fn records(m: &mut Members) -> [u64; 8] {
    std::array::from_fn(|slot| word(&mut m.b, 16 * slot as u64))
}

const EPOCH: u64 = 0x12_3456;
const STOPPED: u64 = 1 << 24;
const DRAINED: u64 = 1 << 27;
/// normal, resuming; what verbs see
const RESUMING: u64 = 3 << 24;
const fn verbs(state: u64) -> u64 {
    state << 28
}

#[test]
fn migration_unit_stops_members_only() {
    let words = [EPOCH; 8].map(|epoch| epoch | DRAINED | verbs(4));
    let mut m = some_members(deed::STOP, words);
    m.write(20, 4, 0, EPOCH | RESUMING | verbs(2));
    m.write(20, 6, 0, EPOCH | STOPPED | DRAINED | verbs(3));
    m.states = [3, 3, PAUSED, 3, MOVING, 3, MOVING, 3];
    walked(&mut m);
    assert_eq!(m.states, [3, MOVING, MOVING, 3, MOVING, 3, MOVING, 3]);
    let slots: Vec<u64> = m.written.iter().map(|(slot, _)| *slot).collect();
    assert_eq!(slots, [1, 2, 4], "one that is stopped is left alone");
    let found = records(&mut m);
    assert_eq!(found[1], EPOCH | STOPPED | verbs(3));
    assert_eq!(
        found[2],
        EPOCH | STOPPED | verbs(4),
        "verbs do not see a pause"
    );
    assert_eq!(found[4], EPOCH | STOPPED | verbs(2));
    assert_eq!(found[6], EPOCH | STOPPED | DRAINED | verbs(3));
    for slot in [0, 3, 5, 7] {
        assert_eq!(found[slot], words[slot], "slot {slot}");
    }
}

#[test]
fn migration_unit_drains_members_but_those_in_error() {
    let words = [EPOCH | STOPPED; 8];
    let mut m = some_members(deed::DRAIN, words);
    m.states = [3, MOVING, ERR, 3, MOVING, ERR, MOVING, 3];
    let found = walked(&mut m);
    assert_eq!(found[..found.len() - 3], [2], "one needs more");
    assert!(m.written.is_empty());
    let found = records(&mut m);
    for slot in [1, 4, 6] {
        assert_eq!(found[slot], EPOCH | STOPPED | DRAINED);
    }
    for slot in [0, 2, 3, 5, 7] {
        assert_eq!(found[slot], words[slot], "slot {slot}");
    }
}

#[test]
fn migration_unit_collects_members() {
    let named = |send: u64, recv: u64, ring: u64| send | recv << 16 | ring << 32;
    // private rings below 8
    let mut m = some_members(deed::COLLECT, [EPOCH; 8]);
    m.named = [0, 1, 2, 0, 4, 0, 6, 0].map(|ring| named(3, 4, ring));
    assert_eq!(
        walked(&mut m),
        [1, 4, 0b1, 6 | 1 << 16],
        "the first one is new"
    );

    let mut m = some_members(deed::COLLECT, [EPOCH; 8]);
    m.write(12, 5, 2, 0);
    m.write(20, 6, 0, EPOCH | STOPPED);
    m.named = [0; 8];
    m.named[1] = named(3, 4, 9);
    m.named[2] = named(3, 4, 9);
    m.named[4] = named(3, 4, 10);
    m.named[6] = named(5, 4, 10);
    assert_eq!(walked(&mut m), [1, 4, 6, 4, 0b11, 6]);

    let mut m = some_members(deed::COLLECT, [EPOCH; 8]);
    m.write(20, 4, 0, EPOCH | RESUMING);
    m.named = [named(1, 1, 0); 8];
    assert_eq!(
        walked(&mut m),
        [1, 4, 4, 0b1001, 6 | 1 << 16],
        "a phase not allowed"
    );
}
