//! `Verdict` against the rules as plain Rust: all opcodes × message states × PSN positions × lengths × access.

use crate::kit::Bench;
use crate::responder_kit::Rng;
use emit::cosim::{cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::contract::{QpConfig, Responder};
use hdl::pipe::RxPacket;
use hdl::verdict::{RequestKind, Ruling, Verdict, action};
use rust_hdl::prelude::*;

const REQUESTS: [u64; 17] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x13, 0x14, 0x16, 0x17,
];

/// A case as numbers.
#[derive(Clone, Copy, Debug)]
struct Case {
    opcode: u64,
    raw: bool,
    psn: u64,
    epsn: u64,
    op_state: u64,
    nak_sent: bool,
    payload: u64,
    pad: u64,
    mtu_code: u64,
    offset: u64,
    msg_len: u64,
    reth_len: u64,
    va: u64,
    mr_ok: bool,
    write: bool,
    read: bool,
    atomic: bool,
    depth: u64,
    pushed: u64,
    tail: u64,
}

#[derive(Debug, PartialEq)]
enum Expect {
    Drop {
        no_room: bool,
    },
    Accept {
        needs_recv: bool,
        total: u64,
        steps: u64,
    },
    Reack,
    DupRead {
        steps: u64,
    },
    DupAtomic,
    SeqNak,
    Fatal {
        nak: u64,
        too_long: bool,
    },
}

#[derive(Clone, Copy, PartialEq)]
enum Op {
    Send,
    Write,
    Read,
    Atomic,
}

/// (operation, first packet, last packet, takes a receive work request)
fn meaning(opcode: u64) -> Option<(Op, bool, bool, bool)> {
    use Op::*;
    Some(match opcode {
        0x00 => (Send, true, false, true),
        0x01 => (Send, false, false, false),
        0x02 | 0x03 | 0x16 => (Send, false, true, false),
        0x04 | 0x05 | 0x17 => (Send, true, true, true),
        0x06 => (Write, true, false, false),
        0x07 => (Write, false, false, false),
        0x08 => (Write, false, true, false),
        0x09 => (Write, false, true, true),
        0x0a => (Write, true, true, false),
        0x0b => (Write, true, true, true),
        0x0c => (Read, true, true, false),
        0x13 | 0x14 => (Atomic, true, true, false),
        _ => return None,
    })
}

fn in_order(c: &Case, (op, first, last, needs_recv): (Op, bool, bool, bool)) -> Expect {
    let fatal = |nak| Expect::Fatal {
        nak,
        too_long: false,
    };
    let mtu = 128 << c.mtu_code;
    let steps = if op == Op::Read {
        c.reth_len.div_ceil(mtu).max(1)
    } else {
        1
    };
    // row 19
    let continues = match c.op_state {
        1 => op == Op::Send && !first,
        2 => op == Op::Write && !first,
        _ => false,
    };
    if !(if c.op_state == 0 { first } else { continues }) {
        return fatal(1);
    }
    // rows 20, 21
    let enabled = match op {
        Op::Send => true,
        Op::Write => c.write,
        Op::Read => c.read && c.depth > 0,
        Op::Atomic => c.atomic && c.depth > 0,
    };
    if !enabled {
        return fatal(1);
    }
    // row 25
    let length_ok = match (op, first, last) {
        (Op::Read | Op::Atomic, ..) => c.payload == 0,
        (_, _, false) => c.payload == mtu,
        (_, true, true) => c.payload <= mtu,
        (_, false, true) => (1..=mtu).contains(&c.payload),
    };
    if !length_ok || !(c.payload + c.pad).is_multiple_of(4) {
        return fatal(1);
    }
    // rows 26 to 29
    let has_reth = op == Op::Read || (op == Op::Write && first);
    if has_reth && c.reth_len > 1 << 31 {
        return fatal(1);
    }
    let checked = (has_reth && c.reth_len > 0) || op == Op::Atomic;
    if checked && !c.mr_ok {
        return fatal(2);
    }
    let total = if first {
        c.payload
    } else {
        c.offset + c.payload
    };
    let length = if first { c.reth_len } else { c.msg_len };
    if op == Op::Write && (total > length || (last && total != length)) {
        return fatal(1);
    }
    if op == Op::Atomic && !c.va.is_multiple_of(8) {
        return fatal(1);
    }
    // row 30, behind the first packet
    if op == Op::Send && !first && total > c.msg_len {
        return Expect::Fatal {
            nak: 1,
            too_long: true,
        };
    }
    let room = (c.pushed.wrapping_sub(c.tail) & 0xff) < 8;
    if matches!(op, Op::Read | Op::Atomic) && !room {
        return Expect::Drop { no_room: true };
    }
    Expect::Accept {
        needs_recv,
        total,
        steps,
    }
}

fn judge(c: &Case) -> Expect {
    if c.raw {
        return Expect::Accept {
            needs_recv: true,
            total: c.payload,
            steps: 1,
        };
    }
    let Some(meaning) = meaning(c.opcode) else {
        return Expect::Drop { no_room: false };
    };
    let room = (c.pushed.wrapping_sub(c.tail) & 0xff) < 8;
    match c.psn.wrapping_sub(c.epsn) & 0xff_ffff {
        0 => in_order(c, meaning),
        1..0x80_0000 if c.nak_sent => Expect::Drop { no_room: false },
        1..0x80_0000 => Expect::SeqNak,
        _ => match meaning.0 {
            Op::Send | Op::Write => Expect::Reack,
            _ if !room => Expect::Drop { no_room: true },
            Op::Read => Expect::DupRead {
                steps: c.reth_len.div_ceil(128 << c.mtu_code).max(1),
            },
            Op::Atomic => Expect::DupAtomic,
        },
    }
}

fn records(c: &Case) -> (RxPacket, QpConfig, Responder) {
    let mut ext = num_bigint::BigUint::from(c.va.swap_bytes());
    ext |= num_bigint::BigUint::from((c.reth_len as u32).swap_bytes()) << 96;
    let pkt = RxPacket {
        opcode: c.opcode.to_bits(),
        psn: c.psn.to_bits(),
        payload_len: c.payload.to_bits(),
        pad: c.pad.to_bits(),
        ext: ext.into(),
        mr_ok: u64::from(c.mr_ok).to_bits(),
        ..Default::default()
    };
    let cfg = QpConfig {
        raw: u64::from(c.raw).to_bits(),
        path_mtu: c.mtu_code.to_bits(),
        remote_write: u64::from(c.write).to_bits(),
        remote_read: u64::from(c.read).to_bits(),
        remote_atomic: u64::from(c.atomic).to_bits(),
        max_dest_rd_atomic: c.depth.to_bits(),
        ..Default::default()
    };
    let ctx = Responder {
        epsn: c.epsn.to_bits(),
        op_state: c.op_state.to_bits(),
        nak_sent: u64::from(c.nak_sent).to_bits(),
        offset: c.offset.to_bits(),
        msg_len: c.msg_len.to_bits(),
        rsp_pushed: c.pushed.to_bits(),
        ..Default::default()
    };
    (pkt, cfg, ctx)
}

fn apply(bench: &mut Bench, c: &Case) {
    let (pkt, cfg, ctx) = records(c);
    bench.put("pkt", &pkt);
    bench.put("cfg", &cfg);
    bench.put("ctx", &ctx);
    bench.set("tail", c.tail);
}

fn check(bench: &mut Bench, c: &Case) {
    apply(bench, c);
    bench.set("valid", 1);
    bench.cycle();
    bench.set("valid", 0);
    // inputs stand for one cycle only
    bench.put("ctx", &Responder::default());
    bench.cycle();
    let r: Ruling = bench.take("ruling");
    let expect = judge(c);
    let got = match r.action.to_u64() {
        action::DROP => Expect::Drop {
            no_room: r.no_room == 1,
        },
        action::ACCEPT => Expect::Accept {
            needs_recv: r.needs_recv == 1,
            total: r.total.to_u64(),
            steps: r.steps.to_u64(),
        },
        action::REACK => Expect::Reack,
        action::DUP_READ => Expect::DupRead {
            steps: r.steps.to_u64(),
        },
        action::DUP_ATOMIC => Expect::DupAtomic,
        action::SEQ_NAK => Expect::SeqNak,
        _ => Expect::Fatal {
            nak: r.nak.to_u64(),
            too_long: r.too_long == 1,
        },
    };
    assert_eq!(got, expect, "{c:x?}");
    if let (Some((_, first, last, _)), false) = (meaning(c.opcode), c.raw) {
        let kind: RequestKind = bench.take("kind");
        assert_eq!((kind.starts == 1, kind.ends == 1), (first, last), "{c:x?}");
    }
}

/// A request that would be accepted if nothing is changed.
fn good(opcode: u64, op_state: u64, mtu_code: u64) -> Case {
    let mtu = 128 << mtu_code;
    let (op, first, last, _) = meaning(opcode).unwrap_or((Op::Send, true, true, true));
    let payload = match (op, last) {
        (Op::Read | Op::Atomic, _) => 0,
        (_, false) => mtu,
        _ => 64,
    };
    let offset = if first { 0 } else { 2 * mtu };
    let all = if last { offset + payload } else { 10 * mtu };
    Case {
        opcode,
        raw: false,
        psn: 100,
        epsn: 100,
        op_state,
        nak_sent: false,
        payload,
        pad: 0,
        mtu_code,
        offset,
        msg_len: all,
        reth_len: all,
        va: 0x1000,
        mr_ok: true,
        write: true,
        read: true,
        atomic: true,
        depth: 8,
        pushed: 3,
        tail: 1,
    }
}

#[test]
fn verdict_all_opcodes_states_and_positions() {
    let mut bench = Bench::new(&mut Verdict::<3>::default());
    let positions = [0, 1, 2, 0x7f_ffff, 0x80_0000, 0x80_0001, 0xff_ffff];
    for opcode in 0..256 {
        for op_state in 0..4 {
            for ahead in positions {
                for epsn in [0, 100, 0xff_ffff, 0x80_0000] {
                    for nak_sent in [false, true] {
                        let mut c = good(opcode, op_state, 3);
                        c.epsn = epsn;
                        c.psn = (epsn + ahead) & 0xff_ffff;
                        c.nak_sent = nak_sent;
                        check(&mut bench, &c);
                    }
                }
            }
        }
    }
}

#[test]
fn verdict_lengths_and_padding() {
    let mut bench = Bench::new(&mut Verdict::<3>::default());
    for mtu_code in 1..6 {
        let mtu = 128 << mtu_code;
        for opcode in REQUESTS {
            for op_state in 0..3 {
                for payload in [
                    0,
                    1,
                    3,
                    4,
                    255,
                    256,
                    mtu - 4,
                    mtu - 1,
                    mtu,
                    mtu + 1,
                    mtu + 4,
                ] {
                    for pad in 0..4 {
                        for slack in [-1i64, 0, 1] {
                            let mut c = good(opcode, op_state, mtu_code);
                            (c.payload, c.pad) = (payload, pad);
                            c.msg_len = (c.offset as i64 + payload as i64 + slack).max(0) as u64;
                            c.reth_len = (payload as i64 + slack).max(0) as u64;
                            check(&mut bench, &c);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn verdict_access_keys_and_room() {
    let mut bench = Bench::new(&mut Verdict::<3>::default());
    for opcode in REQUESTS {
        let state = match meaning(opcode) {
            Some((Op::Send, false, ..)) => 1,
            Some((Op::Write, false, ..)) => 2,
            _ => 0,
        };
        for flags in 0..32 {
            for depth in [0, 1, 16] {
                for va in [0x1000, 0x1004, 0x1001] {
                    for pushed in [0, 7, 8, 9] {
                        for back in [0, 1] {
                            let mut c = good(opcode, state, 3);
                            c.write = flags & 1 != 0;
                            c.read = flags & 2 != 0;
                            c.atomic = flags & 4 != 0;
                            c.mr_ok = flags & 8 != 0;
                            (c.depth, c.va) = (depth, va);
                            (c.pushed, c.tail) = ((pushed + 250) & 255, 250);
                            c.psn -= back;
                            if flags & 16 != 0 {
                                (c.reth_len, c.payload) = (0, 0);
                            }
                            check(&mut bench, &c);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn verdict_read_lengths() {
    let mut bench = Bench::new(&mut Verdict::<3>::default());
    for mtu_code in 1..6 {
        let mtu = 128u64 << mtu_code;
        for len in [
            0,
            1,
            mtu - 1,
            mtu,
            mtu + 1,
            2 * mtu,
            1 << 20,
            (1 << 31) - 1,
            1 << 31,
        ]
        .into_iter()
        .chain([(1 << 31) + 1, 0xffff_ffff])
        {
            // a longer duplicate is refused by the resource search, whatever its number of packets
            for back in if len <= 1 << 31 { vec![0, 5] } else { vec![0] } {
                let mut c = good(0x0c, 0, mtu_code);
                c.reth_len = len;
                c.psn -= back;
                check(&mut bench, &c);
            }
        }
    }
}

#[test]
fn verdict_random() {
    let mut bench = Bench::new(&mut Verdict::<3>::default());
    let mut rng = Rng::new(0x5eed_0002);
    for _ in 0..200_000 {
        let (opcode, state, code) = (rng.pick(&REQUESTS), rng.below(3), 1 + rng.below(5));
        let mut c = good(opcode, state, code);
        c.raw = rng.one_in(50);
        c.epsn = rng.next() & 0xff_ffff;
        c.psn = (c.epsn + rng.pick(&[0, 0, 0, 0, 1, 0xff_ffff, 0x12_3456])) & 0xff_ffff;
        c.nak_sent = rng.one_in(3);
        if rng.one_in(6) {
            c.payload = rng.below((128 << code) + 10);
        }
        if rng.one_in(3) {
            c.pad = rng.below(4);
        } else {
            c.pad = c.payload.wrapping_neg() & 3;
        }
        if rng.one_in(4) {
            c.offset = rng.below(1 << 31);
            c.msg_len = c.offset + c.payload + rng.below(3);
        }
        if rng.one_in(4) {
            c.reth_len = rng.next() & 0xffff_ffff;
        }
        c.va = rng.next() & !rng.pick(&[0, 7, 7, 7]);
        c.mr_ok = !rng.one_in(5);
        c.write = !rng.one_in(8);
        c.read = !rng.one_in(8);
        c.atomic = !rng.one_in(8);
        c.depth = rng.pick(&[0, 1, 8, 16, 8, 8]);
        (c.pushed, c.tail) = (rng.below(256), rng.below(256));
        if !rng.one_in(3) {
            c.tail = (c.pushed + 256 - rng.below(8)) & 255;
        }
        check(&mut bench, &c);
    }
}

#[test]
fn verdict_matches_verilog() {
    const SEED: u64 = 0x5eed_0004;
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = Verdict::<3>::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            3000,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                randomize_inputs!(u, rng; valid, tail);
                let mut c = good(rng.pick(&REQUESTS), rng.below(3), 1 + rng.below(5));
                c.psn = rng.pick(&[100, 100, 100, 101, 99, 0x80_0064]);
                c.nak_sent = rng.chance(1, 4);
                c.payload = rng.pick(&[c.payload, c.payload, 0, 1, 4097]);
                c.mr_ok = rng.chance(7, 8);
                let (offset, len) = (rng.bits(32), rng.bits(32));
                c.offset = rng.pick(&[c.offset, offset]);
                c.reth_len = rng.pick(&[c.reth_len, c.payload, len]);
                c.pushed = rng.bits(8);
                let (pkt, cfg, ctx) = records(&c);
                (u.pkt.next, u.cfg.next, u.ctx.next) = (pkt, cfg, ctx);
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}
