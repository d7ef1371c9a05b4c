//! The migration unit: differential test with its program, then each instruction by itself.

use crate::kit::{Bench, any, seeded};
use emit::cosim::{cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::migration::asm::{Asm, Reg, Z, input, output};
use hdl::migration::{MigrationUnit, program::Sizes};
use hdl::pipe::{CtxReq, CtxRsp};

pub type Unit = MigrationUnit<3, 8, 8, 9, 0, 64, 8, 3, 6, 0, 0, 3, 8>;
/// With room for its program's scratch words.
pub type Whole = MigrationUnit<3, 10, 10, 9, 0, 64, 8, 3, 6, 0, 0, 3, 8>;

pub const SIZES: Sizes = Sizes {
    qps: 3,
    cqs: 3,
    srqs: 2,
    mrs: 4,
    outstanding: 4,
    responses: 3,
    lanes: false,
};

#[test]
fn migration_unit_matches_verilog() {
    const SEED: u64 = 0x316_7001;
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = Box::new(Whole::new(SIZES));
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
pub fn run(program: impl FnOnce(&mut Asm)) -> Bench {
    let mut a = Asm::default();
    a.number(Z, 0);
    program(&mut a);
    a.label("stop");
    a.jump("stop");
    let words = a.finish();
    with_big_stack(move || Bench::new(&mut *Box::new(Unit::with_program(words))))
}

/// Word `at` of the unit's memory, over the context bus.
pub fn word(b: &mut Bench, at: u64) -> u64 {
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
        a.mov(y, 3);
        a.output(output::PAGE, y);
        a.output(output::PAGE_PUT, y);
        a.input(x, input::PAGE_AT);
        a.store(Z, 1, x);
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
    let mut found: Vec<u64> = [0, 1, 4, 5].map(|k| word(&mut b, k)).into();
    for at in [2, 3, 4, 6] {
        b.set("page_re", 1);
        b.set("page_ra", at);
        b.cycle();
        b.settle();
        found.push(b.get("page_rd"));
    }
    assert_eq!(found, [5, 4, 0x5009, 0x500a, 0x102, 3, 0x104, 0]);
}

#[test]
fn migration_unit_leaves_ticks_to_another_poll() {
    let mut b = run(|a| {
        let x = Reg(1);
        for (at, ticks) in [(0, false), (1, true)] {
            let none = a.fresh();
            a.mov(x, 2);
            match ticks {
                true => a.poll(),
                false => a.poll_packets(),
            }
            a.jump_unless(&none);
            a.mov(x, 3);
            a.label(&none);
            a.store(Z, at, x);
        }
    });
    b.set("pkt_valid", 1);
    b.set("pkt_kind", 1);
    (0..600).for_each(|_| b.cycle());
    let found: Vec<u64> = (0..2).map(|k| word(&mut b, k)).collect();
    assert_eq!(found, [2, 3], "only the second one takes it");
}

/// A place for a packet is waited for 1024 cycles, and the program told whether it was taken.
#[test]
fn migration_unit_gives_up_a_packet_that_is_not_taken_bad_flow() {
    let mut b = run(|a| {
        let (x, y, z) = (Reg(1), Reg(2), Reg(3));
        for k in 0..4 {
            let taken = a.fresh();
            a.input(x, input::NOW);
            a.output(output::SEND, Z);
            a.mov(z, 1);
            a.jump_if(&taken);
            a.mov(z, 0);
            a.label(&taken);
            a.input(y, input::NOW);
            a.sub(y, y, x);
            a.store(Z, 2 * k, y);
            a.store(Z, 2 * k + 1, z);
        }
    });
    // cycles after which each is taken
    let patience = [u64::MAX, 0, 1000, u64::MAX];
    let mut shown = 0u64;
    let mut sends = 0;
    for _ in 0..5000 {
        let now = b.cycles;
        b.set("now", now);
        b.settle();
        let valid = b.high("tx_valid");
        let taken = valid && patience.get(sends).is_some_and(|p| shown >= *p);
        b.set("tx_ready", taken.into());
        b.cycle();
        b.settle();
        shown += u64::from(valid);
        if valid && !b.high("tx_valid") {
            sends += 1;
            shown = 0;
        }
    }
    b.set("tx_ready", 0);
    assert_eq!(sends, 4);
    for (k, (cycles, sent)) in [(1024, 0), (0, 1), (1000, 1), (1024, 0)]
        .into_iter()
        .enumerate()
    {
        let k = k as u64;
        let found = (word(&mut b, 2 * k), word(&mut b, 2 * k + 1));
        assert_eq!(found.1, sent, "packet {k}: {found:?}");
        assert!(
            (cycles..cycles + 8).contains(&found.0),
            "packet {k}: {found:?} instead of {cycles} cycles"
        );
    }
}
