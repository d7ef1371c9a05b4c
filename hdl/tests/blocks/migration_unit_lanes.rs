//! The migration unit with lanes: differential test with its program, then programs that the machine without lanes does the same with.

use crate::kit::{Bench, Rng, any, seeded};
use crate::migration_unit::{SIZES, Whole, word};
use emit::cosim::{cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::migration::asm::{Asm, FRAME32, Reg, Z, input, output};
use hdl::migration::{MigrationUnit, program::Sizes};
use hdl::pipe::{CtxReq, CtxRsp};
use rust_hdl::prelude::*;
use std::collections::HashMap;

type Laned = MigrationUnit<3, 10, 10, 9, 0, 512, 64, 6, 3, 1, 3, 4, 16>;

#[test]
fn migration_unit_with_lanes_matches_verilog() {
    const SEED: u64 = 0x1a_e001;
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = Box::new(Laned::new(Sizes {
            lanes: true,
            ..SIZES
        }));
        let mut dut = Bench::fresh(&mut *uut);
        cosim(
            &mut *uut,
            &mut dut,
            SEED,
            1200,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                randomize_inputs!(u, rng; cmd_go, cmd_opcode, cmd_arg0, cmd_arg1, mb_rd, sub_busy, sub_done, sub_code,
                    sub_detail, page_re, page_ra, st_state, set_ready, pkt_valid, pkt_kind, pkt_ipv6,
                    fb_ready, fb_data, tx_ready, template_read, kick_req_ready, kick_rsp_ready, kick_svc_ready, db_sq_ready,
                    db_rq_ready, db_cq_ready, rd_ready, rsp_valid, rsp_tag, rsp_data, rsp_last, rsp_error, wr_ready, ev_ready, now);
                u.req_rsp.next = any(rng);
                for rsp in &mut u.lane_rsp {
                    rsp.next = any(rng);
                }
                u.bus.next = any(rng);
                u.pkt.next = any(rng);
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

/// What a program is made of; registers 1 to 4 and numbers.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Add(u64, u64),
    Shift(u64, u64),
    /// a word of a context, or of it a field: kind, word, where it begins, its width
    Field(u64, u64, u64, u64, u64),
    SetContext(u64, u64, u64),
    /// bytes of the frame from there on, four of them, little-endian
    Frame(u64, u64, bool, bool),
    Call(usize),
    CallIf(usize),
    /// over the next deed, if a register is even
    SkipIfEven(u64),
    Skip,
    Store(u64),
    /// to and from a fixed place
    Keep(u64, u64),
    Recall(u64, u64),
}

fn deeds(rng: &mut Rng, callable: usize) -> Vec<Deed> {
    let count = rng.below(7);
    let mut one = || {
        let (r, s) = (1 + rng.below(4), 1 + rng.below(4));
        match rng.below(14) {
            0 => Deed::Add(r, s),
            1 => Deed::Shift(r, rng.below(32)),
            2 | 3 => {
                let width = rng.pick(&[32, 1, 2, 4, 8, 12, 16, 24]);
                let low = rng.below(33 - width);
                Deed::Field(r, 1 + rng.below(3), rng.below(4), low, width)
            }
            4 => Deed::SetContext(r, 1 + rng.below(3), rng.below(4)),
            5 => Deed::Frame(r, 2 * rng.below(60), rng.chance(2, 3), rng.chance(1, 2)),
            6 | 7 if callable > 0 => {
                let which = rng.below(callable as u64) as usize;
                match rng.chance(3, 4) {
                    true => Deed::Call(which),
                    false => Deed::CallIf(which),
                }
            }
            8 => Deed::SkipIfEven(r),
            9 => Deed::Skip,
            10 => Deed::Keep(r, 192 + rng.below(3)),
            11 | 12 => Deed::Recall(r, 192 + rng.below(3)),
            _ => Deed::Store(r),
        }
    };
    (0..count).map(|_| one()).collect()
}

/// Subroutines that call those before them, and how each ends: 0 returns, 1 goes on as the one before it.
type Routines = Vec<(Vec<Deed>, u64)>;

fn routine(a: &mut Asm, deeds: &[Deed], lanes: bool) {
    let (at, index) = (Reg(8), Reg(9));
    let mut skip = None;
    for deed in deeds {
        let skipped = skip.take();
        match *deed {
            Deed::Add(r, s) => a.add(Reg(r), Reg(r), Reg(s)),
            Deed::Shift(r, by) => a.shr(Reg(r), Reg(r), by),
            Deed::Field(r, kind, word, low, width) => {
                a.and(index, Reg(r), 1_u64);
                if lanes {
                    assert!(a.context_field(Reg(r), (kind, word), index, (low, width)));
                } else {
                    a.context(Reg(r), kind, index, word);
                    a.shl(Reg(r), Reg(r), 32 - low - width);
                    a.shr(Reg(r), Reg(r), 32 - width);
                }
            }
            Deed::SetContext(r, kind, word) => {
                a.and(index, Reg(r), 1_u64);
                a.set_context(kind, index, word, Reg(1));
            }
            Deed::Keep(r, place) => a.store(Z, place, Reg(r)),
            Deed::Recall(r, place) => a.load(Reg(r), Z, place),
            Deed::Frame(r, from, four, little) => {
                let port = match little {
                    true => input::FRAME16_LE,
                    false => input::FRAME16,
                };
                a.mov(index, from);
                a.output(output::FRAME, index);
                if lanes {
                    a.input(Reg(r), if four { port | FRAME32 } else { port });
                } else {
                    a.input(Reg(r), port);
                    if four {
                        a.input(index, port);
                        let high = if little { index } else { Reg(r) };
                        a.shl(high, high, 16);
                        a.or(Reg(r), Reg(r), index);
                    }
                }
                // where the next bytes are
                a.input(index, input::FRAME16);
                a.add(Reg(r), Reg(r), index);
            }
            Deed::Call(which) => a.call(&format!("routine{which}")),
            Deed::CallIf(which) => a.call_if(&format!("routine{which}")),
            Deed::SkipIfEven(r) => {
                let over = a.fresh();
                a.jump_none(Reg(r), 1, &over);
                skip = Some(over);
            }
            Deed::Skip => {
                let over = a.fresh();
                a.jump(&over);
                skip = Some(over);
            }
            Deed::Store(r) => {
                a.store(at, 0, Reg(r));
                a.add(at, at, 1);
                a.and(at, at, 127);
            }
        }
        if let Some(over) = skipped {
            a.label(&over);
        }
    }
    if let Some(over) = skip {
        a.label(&over);
    }
}

fn program(routines: &Routines, lanes: bool) -> Vec<u64> {
    let mut a = Asm::default();
    a.number(Z, 0);
    for r in 1..=4 {
        a.number(Reg(r), 0x1234_5677 * r);
    }
    a.mov(Reg(8), Z);
    for which in 0..routines.len() {
        a.call(&format!("routine{which}"));
    }
    for r in 1..=4 {
        a.store(Z, 127 + r, Reg(r));
    }
    a.output(output::COUNT, Z);
    a.label("stop");
    a.jump("stop");
    for (which, (deeds, end)) in routines.iter().enumerate() {
        a.label(&format!("routine{which}"));
        routine(&mut a, deeds, lanes);
        match (end, which) {
            (1, 1..) => a.jump(&format!("routine{}", which - 1)),
            _ => a.ret(),
        }
    }
    a.finish()
}

/// What a machine has done with a program: its memory, and what it has written into contexts.
#[derive(Debug, PartialEq)]
struct Done {
    memory: Vec<u64>,
    written: Vec<(u64, u64, u64, u32)>,
}

fn done(b: &mut Bench, rng: &mut Rng, bytes: usize) -> (Done, u64) {
    let frame: Vec<u8> = (0..256).map(|k: u64| (k * 151 + 7) as u8).collect();
    let mut written = vec![];
    let mut contexts = HashMap::<_, u32>::new();
    let (mut stands, mut due) = (0, 0);
    let mut asked = None;
    let mut end = 0;
    for cycle in 0..20_000 {
        if let Some(at) = asked.take() {
            let from: usize = bytes * at as usize;
            b.put_bytes("fb_data", &frame[from..from + bytes]);
        }
        b.set("fb_ready", u64::from(rng.chance(3, 4)));
        b.settle();
        let request: CtxReq = b.take("req");
        let (kind, index) = (request.kind.to_u64(), request.index.to_u64());
        let mut answer = CtxRsp::default();
        stands = if request.valid.any() { stands + 1 } else { 0 };
        if stands == 1 {
            due = 2 + u64::from(!request.write.any()) + rng.below(3);
        }
        if stands == due {
            answer.ack = 1_u64.to_bits();
            let word = request.word.to_u64();
            if request.write.any() {
                let data = request.data.to_u64() as u32;
                contexts.insert((kind, index, word), data);
                written.push((kind, index, word, data));
            }
            let mut read = |word| {
                let begin = (kind << 16 | index << 8 | word) as u32;
                let value = contexts.entry((kind, index, word));
                u64::from(*value.or_insert(begin.wrapping_mul(0x9e37_79b1)))
            };
            answer.data = (read(word & !1) | read(word | 1) << 32).to_bits();
        }
        assert!(stands <= due, "a request stands behind its answer");
        b.put("req_rsp", &answer);
        b.put("bus", &request);
        b.settle();
        if b.high("fb_re") && b.high("fb_ready") {
            asked = Some(b.get("fb_addr"));
        }
        let ends = b.high("count_valid");
        b.cycle();
        if ends {
            end = cycle;
            break;
        }
    }
    assert!(end > 0, "the program does not end");
    let memory = (0..132).map(|at| word(b, at)).collect();
    (Done { memory, written }, end)
}

/// Nested calls, calls that return at once, jumps behind each other, fields and bytes of the frame: each program does the same as without lanes, in less time.
#[test]
fn migration_unit_with_lanes_does_the_same() {
    let mut rng = seeded(0x1a_e002);
    let (mut without, mut with) = (0, 0);
    for _ in 0..2 {
        let routines: Routines = (0..16)
            .map(|which| (deeds(&mut rng, which), rng.below(2)))
            .collect();
        let words = [program(&routines, false), program(&routines, true)];
        let [plain, laned] = words;
        let mut b = with_big_stack(|| Bench::new(&mut *Box::new(Whole::with_program(plain))));
        let (wanted, cycles) = done(&mut b, &mut Rng::new(7), 8);
        without += cycles;
        let mut b = with_big_stack(|| Bench::new(&mut *Box::new(Laned::with_program(laned))));
        let (found, cycles) = done(&mut b, &mut Rng::new(7), 64);
        with += cycles;
        assert_eq!(found, wanted, "{routines:?}");
    }
    println!("{without} cycles without lanes, {with} with them");
    assert!(with < without);
}

/// What has been kept of a configuration is forgotten when somebody else writes into one.
#[test]
fn migration_unit_with_lanes_forgets_what_others_change() {
    let mut a = Asm::default();
    a.number(Z, 0);
    a.mov(Reg(2), 3);
    for at in 0..3 {
        a.context(Reg(1), 1, Reg(2), at % 2);
        a.store(Z, at, Reg(1));
    }
    a.idle();
    a.context(Reg(1), 1, Reg(2), 0);
    a.store(Z, 3, Reg(1));
    a.mov(Reg(2), 4);
    a.context(Reg(1), 1, Reg(2), 0);
    a.store(Z, 4, Reg(1));
    a.label("stop");
    a.jump("stop");
    let words = a.finish();
    let mut b = with_big_stack(|| Bench::new(&mut *Box::new(Laned::with_program(words))));
    let mut config = 0x2222_0000_1111_u64;
    let (mut stands, mut asked) = (0, 0);
    // its memory of 2^10 words is cleared first
    for cycle in 0..2400 {
        if cycle == 1800 {
            // as it comes from the command unit; then the unit has something to do
            b.put("bus", &CtxReq::write(1, 3, 1, 0x3333));
            b.cycle();
            b.put("bus", &CtxReq::default());
            config = 0x3333_0000_4444;
            b.set("cmd_go", 1);
        }
        b.settle();
        let request: CtxReq = b.take("req");
        stands = if request.valid.any() { stands + 1 } else { 0 };
        asked += u64::from(stands == 1);
        let mut answer = CtxRsp::default();
        if stands == 3 {
            answer.ack = 1_u64.to_bits();
            answer.data = (config + request.index.to_u64()).to_bits();
        }
        b.put("req_rsp", &answer);
        b.cycle();
    }
    let found: Vec<u64> = (0..5).map(|at| word(&mut b, at)).collect();
    assert_eq!(found, [0x1114, 0x2222, 0x1114, 0x4447, 0x4448]);
    assert_eq!(asked, 3, "once for each pair");
}
