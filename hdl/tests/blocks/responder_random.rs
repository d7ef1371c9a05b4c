//! The responder against the rules in plain Rust: random messages, faults, duplicates and gaps on five queue pairs, with
//! partners that pause; and RustHDL against Verilator.

use crate::kit::Bench;
use crate::responder_kit::Rng;
use crate::responder_kit::model::{Answer, Cqe, Effect, Qp, Request, Rules};
use crate::responder_kit::packets::*;
use crate::responder_kit::world::{Outcome, Posted, World};
use emit::cosim::{cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::contract::QpConfig;
use hdl::pipe::{ExecDesc, RecvWqe, RxPacket};
use hdl::responder::ResponderEngine;
use rust_hdl::prelude::*;

const SLOTS: u64 = 5;
const MASK: u64 = 0xff_ffff;

fn to_packet(r: &Request) -> RxPacket {
    let mut pkt = packet(r.slot, r.opcode, r.psn, r.payload);
    pkt.pad = r.pad.to_bits();
    pkt.ack_req = u64::from(r.ack_req).to_bits();
    pkt = match r.opcode {
        6 | 10 | 11 | 12 => with_reth(pkt, r.va, r.rkey, r.len, r.word),
        0x13 | 0x14 => with_atomic(pkt, r.va, r.rkey, r.operands[0], r.operands[1]),
        _ => with_word(pkt, r.word),
    };
    pkt.mr_ok = u64::from(r.mr_ok).to_bits();
    pkt.mr_iova = r.iova.to_bits();
    pkt
}

fn effect(out: &Outcome, slot: u64) -> Effect {
    assert_eq!(out.execs.len(), 1);
    let e: ExecDesc = out.execs[0];
    assert_eq!((e.slot.to_u64(), e.beats.to_u64()), (slot, 5));
    let all = [
        (e.iova0.to_u64(), e.len0.to_u64()),
        (e.iova1.to_u64(), e.len1.to_u64()),
    ];
    let (psn, msn) = (e.psn.to_u64(), e.msn.to_u64());
    Effect {
        pieces: all.into_iter().filter(|p| p.1 > 0).collect(),
        atomic: (e.atomic != 0).then(|| {
            let operands = [e.swap_add.to_u64(), e.compare.to_u64()];
            (e.atomic.to_u64(), e.iova0.to_u64(), operands)
        }),
        cqe: (e.cqe == 1).then(|| Cqe {
            index: e.cqe_index.to_u64(),
            opcode: e.cqe_opcode.to_u64(),
            status: e.cqe_status.to_u64(),
            len: e.cqe_len.to_u64(),
            imm: e.cqe_imm.to_u64(),
            flags: e.cqe_flags.to_u64(),
        }),
        answer: match e.answer.to_u64() {
            0 => None,
            1 => Some(Answer::Ack {
                psn,
                syndrome: e.syndrome.to_u64(),
                msn,
            }),
            2 => {
                let (len, iova) = (e.answer_len.to_u64(), e.answer_iova.to_u64());
                Some(Answer::Read {
                    psn,
                    len,
                    iova,
                    msn,
                })
            }
            _ => Some(Answer::Atomic {
                psn,
                msn,
                resource: e.resource.to_u64(),
            }),
        },
        event: out.errors.first().map(|e| {
            assert_eq!((out.errors.len(), e.0), (1, slot));
            e.1
        }),
    }
}

/// A requester without manners, and what it knows of each queue pair.
struct Traffic {
    rng: Rng,
    cfgs: Vec<QpConfig>,
    rules: Vec<Rules>,
    qps: Vec<Qp>,
    history: Vec<Vec<Request>>,
}

impl Traffic {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let (mut cfgs, mut rules, mut qps) = (vec![], vec![], vec![]);
        for slot in 0..SLOTS {
            let code = 1 + rng.below(3);
            let mut cfg = config(slot);
            cfg.path_mtu = code.to_bits();
            if slot >= 3 {
                cfg.rq_ring = 20.into();
            }
            let refuses = slot == 2;
            cfg.remote_atomic = u64::from(!refuses).to_bits();
            let ring = cfg.rq_ring.to_u64();
            cfgs.push(cfg);
            rules.push(Rules {
                mtu: 128 << code,
                write: true,
                read: true,
                atomic: !refuses,
                depth: 8,
                rnr: 12,
                ring,
            });
            qps.push(Qp::new((MASK - 60 + 11 * slot) & MASK));
        }
        let history = vec![vec![]; SLOTS as usize];
        Self {
            rng,
            cfgs,
            rules,
            qps,
            history,
        }
    }

    /// A receive work request; of a `calm` partner, large and without faults.
    fn posted(&mut self, calm: bool) -> Posted {
        let lens = if calm {
            [20_000; 6]
        } else {
            [0, 1, 100, 256, 700, 3000]
        };
        let sges = [0x10_0000, 0x20_0000].map(|base| {
            let at = self.rng.below(1 << 16);
            (base + at, self.rng.pick(&lens))
        });
        let mut posted = Posted::of(sges);
        posted.key_error = !calm && self.rng.one_in(150);
        posted.read_error = !calm && self.rng.one_in(200);
        posted.peeks = if self.rng.one_in(4) {
            self.rng.below(4)
        } else {
            0
        };
        posted
    }

    /// The next packet of a requester that keeps the rules.
    fn proper(&mut self, slot: u64) -> Request {
        let (qp, rules) = (&self.qps[slot as usize], self.rules[slot as usize]);
        let rng = &mut self.rng;
        let mtu = rules.mtu;
        let mut r = Request {
            slot,
            opcode: 0,
            psn: qp.epsn,
            payload: 0,
            pad: 0,
            ack_req: rng.one_in(2),
            va: 0x7000_0000 + 8 * rng.below(1 << 20),
            iova: 0,
            rkey: 9 + rng.below(3) as u32,
            len: 0,
            word: rng.below(6) as u32,
            operands: [rng.next(), rng.next()],
            mr_ok: true,
        };
        let short = 1 + rng.below(mtu);
        match (qp.in_send(), qp.write_rest()) {
            (Some(true), _) => {
                r.opcode = rng.pick(&[1, 1, 2, 3, 0x16]);
                r.payload = if r.opcode == 1 { mtu } else { short };
            }
            (_, Some(rest)) => {
                r.opcode = if rest > mtu { 7 } else { rng.pick(&[8, 9]) };
                r.payload = rest.min(mtu);
            }
            _ => {
                r.opcode = rng.pick(&[0, 4, 4, 5, 0x17, 6, 6, 10, 11, 12, 12, 0x13, 0x14]);
                match r.opcode {
                    0 => r.payload = mtu,
                    6 => {
                        r.len = mtu + 1 + rng.below(3 * mtu);
                        r.payload = mtu;
                    }
                    10 | 11 => {
                        r.payload = if rng.one_in(8) { 0 } else { short };
                        r.len = r.payload;
                    }
                    12 => r.len = rng.pick(&[0, 1, mtu, mtu + 1, 5 * mtu, 77]),
                    0x13 | 0x14 => {}
                    _ => r.payload = if rng.one_in(8) { 0 } else { short },
                }
            }
        }
        r.iova = r.va + IOVA;
        r.pad = r.payload.wrapping_neg() & 3;
        r
    }

    /// What comes next: mostly proper, now and then a duplicate, a part of a READ, a gap, or nonsense.
    fn next(&mut self, slot: u64, faults: u64) -> Request {
        let mut r = self.proper(slot);
        let history = &self.history[slot as usize];
        let rng = &mut self.rng;
        match rng.below(20) {
            0..3 if !history.is_empty() => {
                r = rng.pick(&history[history.len().saturating_sub(12)..]);
                let mtu = self.rules[slot as usize].mtu;
                if r.opcode == 12 && r.len > mtu && rng.one_in(2) {
                    let skip = rng.below(r.len.div_ceil(mtu));
                    r.psn = (r.psn + skip) & MASK;
                    r.va += skip * mtu;
                    r.iova = r.va + IOVA;
                    r.len -= skip * mtu;
                    if rng.one_in(4) {
                        r.len = r.len.min(mtu) + rng.below(2);
                    }
                }
                if rng.one_in(10) {
                    r.rkey ^= 1;
                }
            }
            3 => r.psn = (r.psn + 1 + rng.below(3)) & MASK,
            _ => {}
        }
        if rng.one_in(faults) {
            match rng.below(7) {
                0 => r.opcode = rng.pick(&[0, 1, 2, 4, 6, 7, 8, 10, 12, 0x13, 0x16]),
                1 => r.payload = rng.below(1030),
                2 => r.pad ^= 1,
                3 => r.len ^= 1 << rng.below(32),
                4 => r.va ^= 4,
                _ => r.mr_ok = false,
            }
            r.iova = r.va.wrapping_add(IOVA);
        }
        r
    }
}

fn run(seed: u64, packets: usize, pauses: u64, latency: u64, faults: u64) {
    let mut world = World::new(seed ^ 0xffff);
    (world.pauses, world.latency) = (pauses, latency);
    let mut t = Traffic::new(seed);
    for slot in 0..SLOTS {
        world.open(slot, t.qps[slot as usize].epsn);
    }
    let (mut fatals, mut finished) = (0, vec![0u64; SLOTS as usize]);
    let mut pushed = vec![0u64; SLOTS as usize];
    for number in 0..packets {
        let slot = t.rng.below(SLOTS);
        let at = slot as usize;
        if t.rng.one_in(2) {
            let (ring, posted) = (t.rules[at].ring, t.posted(faults > 100));
            world.post(ring, posted);
        }
        // the response engine finishes some
        if t.qps[at].open > 0 && t.rng.one_in(2) {
            let done = 1 + t.rng.below(t.qps[at].open);
            t.qps[at].open -= done;
            finished[at] += done;
        }
        world.tails.insert(slot, finished[at] & 0xff);
        let r = t.next(slot, faults);
        if faults > 100 {
            world.keys.extend(0..6);
        } else if t.rng.one_in(2) {
            world.keys.insert(t.rng.below(6));
        }
        let (mut rings, mut keys) = (world.rings.clone(), world.keys.clone());
        let before = t.qps[at].clone();
        let expected = t.qps[at].handle(&r, &t.rules[at], &mut rings, &mut keys);
        let out = world.offer(&to_packet(&r), &t.cfgs[at]);
        let context = || format!("seed {seed:#x}, packet {number}: {r:x?}\nin {before:x?}");
        let got = effect(&out, slot);
        assert_eq!(got, expected, "{}", context());
        assert_eq!(keys, world.keys, "{}", context());
        for (ring, queue) in &rings {
            let head = world.rings.get(ring).map_or(0, |ring| ring.head);
            assert_eq!(queue.head, head, "ring {ring}, {}", context());
        }
        if matches!(
            got.answer,
            Some(Answer::Read { .. } | Answer::Atomic { .. })
        ) {
            pushed[at] += 1;
        }
        // reading the record takes long: mostly packets follow each other at once
        if number % 16 == 0 {
            let record = world.responder(slot);
            assert_eq!(record.epsn.to_u64(), t.qps[at].epsn, "{}", context());
            assert_eq!(record.msn.to_u64(), t.qps[at].msn, "{}", context());
            assert_eq!(
                record.rsp_pushed.to_u64(),
                pushed[at] & 0xff,
                "{}",
                context()
            );
            assert_eq!(
                record.op_state == 1,
                t.qps[at].in_send() == Some(true),
                "{}",
                context()
            );
        }
        if t.qps[at].failed {
            // the driver takes the queue pair down and up again
            fatals += 1;
            let epsn = t.rng.next() & MASK;
            t.qps[at] = Qp::new(epsn);
            world.open(slot, epsn);
            for entry in 0..8 {
                let none = hdl::contract::Resource::default();
                world.write(hdl::mem::kind::RESOURCE, slot * 8 + entry, &none);
            }
            t.history[at].clear();
            (finished[at], pushed[at]) = (0, 0);
        } else {
            t.history[at].push(r);
        }
    }
    println!("{packets} packets, {fatals} fatal");
    assert!((packets / 1000..packets / 5).contains(&fatals));
}

#[test]
fn responder_random_traffic() {
    run(0x5eed_0201, 12_000, 0, 4, 25);
}

#[test]
fn responder_random_traffic_with_pauses() {
    run(0x5eed_0202, 8_000, 2, 2, 25);
    run(0x5eed_0203, 8_000, 3, 3, 60);
}

/// The cache answers after the packet that asked is long done (a duplicate needs no answer); answers used to be taken for
/// those of the next packet.
#[test]
fn responder_random_traffic_with_a_slow_cache() {
    run(0x5eed_0206, 8_000, 2, 17, 60);
    run(0x5eed_0207, 8_000, 0, 9, 60);
}

#[test]
fn responder_long_lived_traffic() {
    run(0x5eed_0204, 30_000, 0, 2, 400);
}

/// Random bits on every port, with packets that make sense often enough to reach the deep states.
#[test]
fn responder_matches_verilog() {
    const SEED: u64 = 0x5eed_0205;
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = ResponderEngine::<2, 3, 5>::default();
        let mut dut = Bench::fresh(&mut uut);
        let mut psn = [0u64; 4];
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            6000,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                randomize_inputs!(u, rng; exec_ready, get_ready, got_valid, got_index, inv_done,
                    inv_ok, err_ready, rsp_peek_tail, pkt_valid);
                // answers tell the expected PSN
                let e = u.exec.val();
                if u.exec_valid.val() && e.answer == 1 {
                    let past = u64::from(e.syndrome == 0x1f);
                    psn[(e.slot.to_u64() & 3) as usize] = (e.psn.to_u64() + past) & MASK;
                }
                u.got_wqe.next = RecvWqe {
                    sge0_len: rng.pick(&[0u64, 64, 5000]).to_bits(),
                    sge1_len: rng.pick(&[0u64, 64, 5000, 0xffff_ffff]).to_bits(),
                    sge0_mr: rng.bits(12).to_bits(),
                    sge1_mr: rng.bits(12).to_bits(),
                    sge0_iova: rng.bits(64).to_bits(),
                    sge1_iova: rng.bits(64).to_bits(),
                    key_error: u64::from(rng.chance(1, 10)).to_bits(),
                    read_error: u64::from(rng.chance(1, 10)).to_bits(),
                };
                u.got_status.next = rng.pick(&[0u64, 0, 0, 1, 2]).to_bits();
                let slot = rng.below(4);
                let opcode = rng.pick(&[4u64, 10, 0, 1, 2, 6, 7, 8, 12, 0x13, 0x17, 11, 9, 0x55]);
                let mut pkt = packet(slot, opcode, psn[slot as usize], rng.pick(&[0, 64, 1024]));
                pkt = with_reth(pkt, rng.bits(20) & !7, 9, rng.pick(&[0, 64, 3000]), 5);
                pkt.kind = rng.pick(&[0u64, 0, 0, 0, 0, 1, 2, 3]).to_bits();
                pkt.state = rng.pick(&[3u64, 6]).to_bits();
                pkt.mr_ok = u64::from(rng.chance(7, 8)).to_bits();
                if rng.chance(1, 6) {
                    pkt.psn = rng.bits(24).to_bits();
                }
                let mut cfg = config(slot);
                cfg.raw = u64::from(rng.chance(1, 10)).to_bits();
                u.pkt.next = pkt;
                u.cfg.next = cfg;
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}
