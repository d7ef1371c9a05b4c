//! The migration unit: differential test with its program, then each instruction by itself.

use crate::kit::{Bench, any, seeded};
use emit::cosim::{cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::migration::asm::{Asm, Reg, Z, deed, input, output};
use hdl::migration::{MigrationUnit, program::Sizes};
use hdl::pipe::{CtxReq, CtxRsp};

type Unit = MigrationUnit<3, 8, 64, 8, 3, 6>;

const SIZES: Sizes = Sizes {
    qps: 3,
    cqs: 3,
    srqs: 2,
    mrs: 4,
    outstanding: 4,
    responses: 3,
};

#[test]
fn migration_unit_matches_verilog() {
    const SEED: u64 = 0x316_7001;
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = Box::new(Unit::new(SIZES));
        let mut dut = Bench::fresh(&mut *uut);
        cosim(
            &mut *uut,
            &mut dut,
            SEED,
            4000,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                randomize_inputs!(u, rng; cmd_go, cmd_opcode, cmd_arg0, cmd_arg1, mb_rd, sub_busy, sub_done, sub_code,
                    sub_detail, page_re, page_ra, st_state, set_ready, pkt_valid, pkt_kind, pkt_ipv6,
                    fb_ready, fb_data, tx_ready, template_read, kick_req_ready, kick_rsp_ready, kick_svc_ready, db_sq_ready,
                    db_rq_ready, db_cq_ready, rd_ready, rsp_valid, rsp_tag, rsp_data, rsp_last, rsp_error, wr_ready, ev_ready, now);
                u.req_rsp.next = any(rng);
                u.bus.next = any(rng);
                u.pkt.next = any(rng);
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

/// A unit that runs `program` and then stands still.
fn run(program: impl FnOnce(&mut Asm)) -> Bench {
    let mut a = Asm::default();
    a.number(Z, 0);
    program(&mut a);
    a.label("stop");
    a.jump("stop");
    let words = a.finish();
    with_big_stack(move || Bench::new(&mut *Box::new(Unit::with_program(words))))
}

/// Word `at` of the unit's memory, over the context bus.
fn word(b: &mut Bench, at: u64) -> u64 {
    let request = CtxReq::read(20, at / 16, at % 16);
    b.put("bus", &request);
    for _ in 0..20 {
        b.settle();
        let answer: CtxRsp = b.take("rsp");
        if answer.ack.any() {
            b.put("bus", &CtxReq::default());
            b.cycle();
            return answer.word(&request).into();
        }
        b.cycle();
    }
    panic!("no answer from the unit's memory");
}

#[test]
fn migration_unit_arithmetic() {
    let mut rng = seeded(0x316_7002);
    let pairs: Vec<(u64, u64)> = (0..6)
        .map(|_| (rng.below(1 << 32), rng.below(1 << 32)))
        .collect();
    let given = pairs.clone();
    let mut b = run(move |a| {
        let (x, y, z) = (Reg(1), Reg(2), Reg(3));
        for (k, (p, q)) in given.into_iter().enumerate() {
            a.number(x, p);
            a.number(y, q);
            let at = 16 * k as u64;
            a.add(z, x, y);
            a.store(Z, at, z);
            a.sub(z, x, y);
            a.store(Z, at + 1, z);
            a.and(z, x, y);
            a.store(Z, at + 2, z);
            a.or(z, x, y);
            a.store(Z, at + 3, z);
            a.xor(z, x, y);
            a.store(Z, at + 4, z);
            a.shl(z, x, 5);
            a.store(Z, at + 5, z);
            a.shr(z, x, 7);
            a.store(Z, at + 6, z);
            a.low24(z, y);
            a.store(Z, at + 7, z);
            a.mov(z, 1);
            let less = a.fresh();
            a.jump_less(x, y, &less);
            a.mov(z, Z);
            a.label(&less);
            a.store(Z, at + 8, z);
            a.mov(z, 1);
            let before = a.fresh();
            a.jump_before(x, y, &before);
            a.mov(z, Z);
            a.label(&before);
            a.store(Z, at + 9, z);
            a.load(z, Z, at + 8);
            a.call("twice");
            a.store(Z, at + 10, z);
        }
        a.jump("stop");
        a.label("twice");
        a.add(Reg(3), Reg(3), Reg(3));
        a.call("more");
        a.ret();
        a.label("more");
        a.add(Reg(3), Reg(3), 5);
        a.ret();
    });
    for _ in 0..1000 {
        b.cycle();
    }
    for (k, (p, q)) in pairs.into_iter().enumerate() {
        let all = 0xffff_ffff;
        let less = u64::from(p < q);
        let before = (p.wrapping_sub(q) >> 23) & 1;
        let want = [
            (p + q) & all,
            p.wrapping_sub(q) & all,
            p & q,
            p | q,
            p ^ q,
            (p << 5) & all,
            p >> 7,
            q & 0xff_ffff,
            less,
            before,
            2 * less + 5,
        ];
        let found: Vec<u64> = (0..want.len())
            .map(|w| word(&mut b, 16 * k as u64 + w as u64))
            .collect();
        assert_eq!(found, want, "{p:#x} {q:#x}");
    }
}

#[test]
fn migration_unit_page_words_and_mailbox() {
    let mut b = run(|a| {
        let (x, y) = (Reg(1), Reg(2));
        a.output(output::PAGE_CLEAR, Z);
        a.label("cleared");
        a.input(x, input::DMA_STATUS);
        a.jump_eq(x, 0, "cleared");
        for k in 0..5 {
            a.mov(y, 0x100 + k);
            a.output(output::PAGE_PUT, y);
        }
        a.input(x, input::PAGE_AT);
        a.store(Z, 0, x);
        for (at, k) in [(1_u64, 3_u64), (2, 0), (3, 6)] {
            a.mov(y, k);
            a.output(output::PAGE, y);
            a.input(x, input::PAGE_WORD);
            a.store(Z, at, x);
        }
        a.mov(y, 9);
        a.output(output::MAILBOX, y);
        a.input(x, input::MAILBOX_WORD);
        a.store(Z, 4, x);
        a.input(x, input::MAILBOX_WORD);
        a.store(Z, 5, x);
    });
    for _ in 0..600 {
        b.settle();
        if b.get("mb_re") == 1 {
            let at = b.get("mb_ra");
            b.cycle();
            b.set("mb_rd", 0x5000 + at);
        } else {
            b.cycle();
        }
    }
    let found: Vec<u64> = (0..6).map(|k| word(&mut b, k)).collect();
    assert_eq!(found, [5, 0x103, 0x100, 0, 0x5009, 0x500a]);
}

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
