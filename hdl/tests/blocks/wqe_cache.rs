//! The WQE caches: differential tests, latencies and throughput, and random use of several rings against a model.

use crate::kit::Bench;
use crate::wqe_cache_twin::{CALM, Habits, Twin};
use emit::cosim::{cosim, with_big_stack};
use hdl::contract::RingConfig;
use hdl::mem::kind;
use hdl::pipe::{Doorbell, MrReq, ReadReq};
use hdl::record::Record;
use hdl::wqe_cache::{RecvCache, SendCache};
use std::collections::VecDeque;

type Send64<const MG: usize> = SendCache<4, 5, 3, 7, 64, 70, 9, 10, MG>;
type Send512<const MG: usize> = SendCache<4, 5, 4, 8, 512, 518, 7, 8, MG>;
type Recv64<const MG: usize> = RecvCache<4, 5, 3, 7, 64, 70, 9, 10, 256, MG>;
type Recv512<const MG: usize> = RecvCache<4, 5, 4, 8, 512, 518, 7, 8, 512, MG>;

const SEED: u64 = 0x3e0e_0001;
pub const ROUGH: Habits = Habits {
    latency: (30, 300),
    errors: 30,
    pauses: 200,
    reads: 400,
};

fn twin(send: bool, width: u64, seed: u64, habits: Habits) -> Twin {
    twin_of::<0>(send, width, seed, habits)
}

/// With `MG` 1 rings can be held.
pub fn twin_of<const MG: usize>(send: bool, width: u64, seed: u64, habits: Habits) -> Twin {
    let bench = match (send, width) {
        (true, 64) => Bench::fresh(&mut Send64::<MG>::default()),
        (true, _) => Bench::fresh(&mut Send512::<MG>::default()),
        (false, 64) => Bench::fresh(&mut Recv64::<MG>::default()),
        (false, _) => Bench::fresh(&mut Recv512::<MG>::default()),
    };
    Twin::new(bench, send, width, seed, habits)
}

/// The surroundings of a cache in a differential test: they need not be right, only lively.
#[derive(Default)]
struct Lively {
    reads: VecDeque<(u64, u64)>,
    checks: VecDeque<usize>,
    heads: [u64; 4],
}

/// Configures four rings through the bus, then uses them at random.
macro_rules! drive_cache {
    ($u:ident, $rng:ident, $cycle:ident, $lively:ident, $kind:expr, $beats:expr, $mg:expr) => {{
        let ring = ($cycle / 24 % 4) as u64;
        let base = 0x1_ffff_f000 + 0x1000 * ring;
        let config = RingConfig {
            base: base.into(),
            log_size: (1 + ring).into(),
            valid: 1u64.into(),
            pd: ring.into(),
            limit: 2u64.into(),
            // (without migration this bit means nothing)
            held: u64::from(ring == 3).into(),
            ..Default::default()
        };
        let busy = $u.bus.val().valid == 1 && $u.rsp.val().ack == 0;
        $u.bus.next.valid =
            u64::from(busy || ($cycle < 100 && $cycle > 5 && $cycle % 6 == 0)).into();
        if !busy {
            let word = ($cycle / 6 % 4) as u64;
            let words = config.to_uint().to_u32_digits();
            $u.bus.next.write = 1u64.into();
            $u.bus.next.kind = $kind.into();
            $u.bus.next.index = ring.into();
            $u.bus.next.word = word.into();
            // zeros while the rings are cleared
            let data = words.get(word as usize).filter(|_| $cycle > 5);
            $u.bus.next.data = u64::from(data.copied().unwrap_or(0)).into();
        }
        if $cycle >= 120 {
            if $u.got_valid.val() {
                $lively.heads[$cycle / 16 % 4] = $u.got_index.val().to_u64();
            }
            if $u.db_ready.val() || !$u.db_valid.val() {
                let ring = $rng.below(4);
                let index = $lively.heads[ring as usize] + $rng.below(3);
                $u.db_valid.next = $rng.chance(1, 4);
                $u.db.next.object = ring.into();
                $u.db.next.index = (index & 0xffff).into();
            }
            $u.get_valid.next = $rng.chance(1, 2);
            $u.get_op.next = $rng.pick(&[0u64, 1, 1, 1, 2, 4]).into();
            $u.get_ring.next = (($cycle / 16 % 4) as u64).into();
            $u.get_index.next = $lively.heads[$rng.below(4) as usize]
                .saturating_sub($rng.below(3))
                .into();
            if $u.cmd_done.val() || !$u.cmd_valid.val() {
                $u.cmd_valid.next = $rng.chance(1, 60);
                $u.cmd_op.next = $rng.pick(&[1u64, 2, 3, 3 - 3 * $mg as u64]).into();
                $u.cmd_ring.next = $rng.below(4).into();
            }
        }
        for i in 0..$mg {
            $u.set_valid[i].next = $rng.chance(1, 40);
            $u.set_slot[i].next = $rng.below(4).into();
            $u.set_state[i].next = $rng.pick(&[3u64, 6, 7]).into();
        }
        $u.kick_ready.next = $rng.chance(2, 3);
        $u.ev_ready.next = $rng.chance(1, 2);
        $u.peek_re.next = $rng.chance(1, 2);
        $u.peek_ring.next = $rng.below(4).into();
        $u.rd_ready.next = true;
        if $u.rd_valid.val() {
            let q: ReadReq = $u.rd.val();
            let beats = q.len.to_u64().div_ceil($beats).max(1);
            $lively.reads.push_back((q.tag.to_u64(), beats));
        }
        $u.rsp_valid.next = false;
        if $rng.chance(2, 3)
            && let Some((tag, beats)) = $lively.reads.front_mut()
        {
            *beats -= 1;
            $u.rsp_valid.next = true;
            $u.rsp_tag.next = (*tag).into();
            $u.rsp_last.next = *beats == 0;
            $u.rsp_error.next = $rng.chance(1, 8);
            $u.rsp_data.next = $rng.value($beats as usize * 8).into();
            if *beats == 0 {
                $lively.reads.pop_front();
            }
        }
        $u.mr_ready.next = $rng.chance(1, 2);
        if $u.mr_valid.val() && $u.mr_ready.val() {
            let _: MrReq = $u.mr_req.val();
            $lively.checks.push_back($cycle + 7);
        }
        $u.mr_rsp_valid.next = false;
        if $lively.checks.front().is_some_and(|due| *due <= $cycle) {
            $lively.checks.pop_front();
            $u.mr_rsp_valid.next = true;
            $u.mr_rsp.next.ok = $rng.below(2).into();
            $u.mr_rsp.next.iova = $rng.next_u64().into();
        }
    }};
}

fn send_matches_verilog<const MG: usize>(seed: u64) {
    println!("seed {seed:#x}");
    with_big_stack(|| {
        let mut uut = SendCache::<2, 3, 1, 3, 64, 70, 7, 8, MG>::default();
        let mut dut = Bench::fresh(&mut uut);
        let mut lively = Lively::default();
        let set_clock =
            |u: &mut SendCache<2, 3, 1, 3, 64, 70, 7, 8, MG>, clock| u.clock.next = clock;
        cosim(
            &mut uut,
            &mut dut,
            seed,
            1500,
            set_clock,
            |u, rng, cycle| {
                drive_cache!(u, rng, cycle, lively, kind::SQ_CONFIG, 8, MG);
                u.freed[0].next = (cycle as u64 / 40).into();
                u.db_push.next = rng.chance(1, 2);
                u.push_data.next = rng.value(512).into();
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

fn recv_matches_verilog<const MG: usize>(seed: u64) {
    println!("seed {seed:#x}");
    with_big_stack(|| {
        let mut uut = RecvCache::<2, 3, 2, 4, 512, 518, 4, 5, 512, MG>::default();
        let mut dut = Bench::fresh(&mut uut);
        let mut lively = Lively::default();
        let set_clock =
            |u: &mut RecvCache<2, 3, 2, 4, 512, 518, 4, 5, 512, MG>, clock| u.clock.next = clock;
        cosim(
            &mut uut,
            &mut dut,
            seed,
            1000,
            set_clock,
            |u, rng, cycle| {
                drive_cache!(u, rng, cycle, lively, kind::RQ_CONFIG, 64, MG);
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn send_cache_matches_verilog() {
    send_matches_verilog::<0>(SEED);
    send_matches_verilog::<1>(SEED);
}

#[test]
fn recv_cache_matches_verilog() {
    recv_matches_verilog::<0>(SEED);
    recv_matches_verilog::<1>(SEED);
}

/// Fills ring 3, empties it, twice around.
fn in_order(send: bool, width: u64) {
    let mut t = twin(send, width, SEED, CALM);
    t.create(3, 4, 0);
    assert_eq!(t.get(0, 3, 0), (1, 0), "empty at first");
    for round in 0..2u16 {
        let start = round * 16;
        (0..16).for_each(|k| t.write_wqe(3, start + k));
        t.ring_doorbell(3, start + 16);
        assert_eq!(t.get(0, 3, 0), (2, start), "posted, not here");
        for k in 0..16 {
            for _ in 0..600 {
                if t.get(0, 3, 0).0 == 0 {
                    break;
                }
            }
            assert_eq!(t.get(1, 3, 0), (0, start + k), "round {round} wqe {k}");
        }
        assert_eq!(t.get(1, 3, 0), (1, start + 16), "empty again");
    }
    println!("{} reads", t.reads);
}

#[test]
fn send_cache_64_in_order() {
    in_order(true, 64);
}
#[test]
fn send_cache_512_in_order() {
    in_order(true, 512);
}
#[test]
fn recv_cache_64_in_order() {
    in_order(false, 64);
}
#[test]
fn recv_cache_512_in_order() {
    in_order(false, 512);
}

/// Places of a send queue are free when their work requests are completed, whether they have been consumed or not: those of a queue pair in
/// ERR never are (S2: such a ring took no more than its length of requests), those on their way have been.
#[test]
fn send_cache_takes_doorbells_as_far_as_completed() {
    for width in [64, 512] {
        let mut t = twin(true, width, SEED + 9, CALM);
        t.lagging = true;
        t.create(2, 2, 0);
        let refusals = |t: &Twin| t.counts[40..43].iter().sum::<u64>();
        (0..4).for_each(|k| t.write_simple_wqe(2, k));
        t.ring_doorbell(2, 4);
        // consumed is not completed
        for k in 0..2 {
            while t.get(0, 2, 0).0 != 0 {}
            assert_eq!(t.get(1, 2, 0), (0, k));
        }
        t.ring_doorbell(2, 5);
        t.ring_doorbell(2, 6);
        assert_eq!((refusals(&t), t.state(2).producer.to_u64()), (2, 4));
        t.rings[2].freed = 1;
        t.ring_doorbell(2, 6);
        assert_eq!((refusals(&t), t.state(2).producer.to_u64()), (3, 4));
        t.write_simple_wqe(2, 4);
        t.ring_doorbell(2, 5);
        assert_eq!((refusals(&t), t.state(2).producer.to_u64()), (3, 5));
        // completed is enough: flushed over and over, the indices coming round
        for k in 5..40_000u16 {
            t.rings[2].freed = k;
            if k % 4 == 0 {
                t.ring_doorbell(2, k + 4);
            }
        }
        assert_eq!((refusals(&t), t.state(2).consumed.to_u64()), (3, 2));
        assert_eq!(t.state(2).producer.to_u64(), 40_000);
    }
}

/// How a random run goes, beside the habits of the host.
struct Chaos {
    steps: u64,
    flushes: bool,
    strangers: bool,
}

/// Rings of all sizes, created and destroyed; posts, pushes, strange doorbells; peeks, consumes, seeks, discards, flushes.
fn random_use(mut t: Twin, send: bool, seed: u64, chaos: &Chaos) {
    for r in 0..8 {
        let log_size = t.rng.below(7);
        t.create(r, log_size, 0);
    }
    t.lagging = send;
    let mut bell: Option<Doorbell> = None;
    let mut get: Option<(u64, usize, u16)> = None;
    let mut asked: Option<(u64, usize, u16, u16, u16)> = None;
    let (mut flush, mut recreated) = (false, false);
    let mut stalled = [0u64; 16];
    let (mut ready, mut pending, mut empty, mut accepted, mut refused) = (0, 0, 0, 0, 0);
    for step in 0..chaos.steps {
        let quiet = asked.is_none() && get.is_none() && bell.is_none() && !flush;
        if quiet && step % 1500 > 1400 && !recreated {
            recreated = true;
            t.b.set("db_valid", 0);
            t.b.set("get_valid", 0);
            t.b.set("cmd_valid", 0);
            let r = t.rng.below(8) as usize;
            t.destroy(r);
            let log_size = t.rng.below(7);
            t.create(r, log_size, 0);
            stalled[r] = 0;
        }
        recreated &= step % 1500 != 0;
        let sought = |r: usize| {
            get.is_some_and(|g| g.0 == 2 && g.1 == r) || asked.is_some_and(|a| a.0 == 2 && a.1 == r)
        };
        let r = t.rng.below(8) as usize;
        if bell.is_none() && !sought(r) && t.rng.chance(1, 4) {
            let ring = &t.rings[r];
            let done = t
                .rng
                .below(u64::from(ring.consumed.wrapping_sub(ring.freed)) + 1);
            t.rings[r].freed = t.rings[r].freed.wrapping_add(done as u16);
        }
        if bell.is_none() && t.rng.chance(1, 8) {
            let r = t.rng.below(8) as usize;
            // a host does not post over WQEs that may still be sought
            let seeks = sought(r);
            let producer = t.rings[r].producer;
            let free = if seeks { 0 } else { t.room(r) };
            let mut push = false;
            let index = if free > 0 && t.rng.chance(7, 8) {
                let n = if send && t.rng.chance(1, 3) {
                    1
                } else {
                    1 + t.rng.below(free.into()) as u16
                };
                (0..n).for_each(|k| t.write_wqe(r, producer.wrapping_add(k)));
                push = send && t.rng.chance(1, 2);
                producer.wrapping_add(n)
            } else if chaos.strangers && !seeks {
                // nothing was written for these: they must be refused
                let behind = t.rng.below(0x8000) as u16;
                if t.rng.chance(1, 2) {
                    producer.wrapping_sub(behind)
                } else {
                    producer.wrapping_add(free + 1 + behind % 0x7000)
                }
            } else {
                producer
            };
            let mut db = t.doorbell(r, index);
            if chaos.strangers && t.rng.chance(1, 10) {
                db.user_ctx = ((t.rings[r].user + 1 + t.rng.below(255)) & 0xff).into();
            }
            if chaos.strangers && t.rng.chance(1, 20) {
                db.object = (16 + t.rng.below(1 << 12)).into();
            }
            if send {
                let wqe = t.bytes(r, index.wrapping_sub(1)).to_vec();
                t.b.put_bytes("push_data", &wqe);
                t.b.set("db_push", push.into());
            }
            t.b.put("db", &db);
            bell = Some(db);
        }
        t.b.set("db_valid", bell.is_some().into());
        if get.is_none() && asked.is_none() && t.rng.chance(1, 3) {
            let r = t.rng.below(9) as usize;
            let op = match t.rng.below(40) {
                0..24 => 0,
                24..37 => 1,
                37 => 2,
                _ => 4,
            };
            // a seek goes back to what is still in the ring, or forward to what is posted
            let ring = &t.rings[r];
            let back = u64::from(match ring.valid {
                true if send => ring.consumed.wrapping_sub(ring.freed),
                true => ring.size() - ring.posted(),
                false => 0,
            });
            let span = back + u64::from(ring.posted());
            let to = t.rng.below(span + 1);
            let index = t.rings[r]
                .consumed
                .wrapping_sub(back as u16)
                .wrapping_add(to as u16);
            // WQEs before the first one were never written
            let written = t.rings[r].producer.wrapping_sub(index) <= t.rings[r].producer;
            let posting = bell
                .as_ref()
                .is_some_and(|b| b.object.to_u64() as usize == r);
            get = Some(if op == 2 && (!written || posting) {
                (0, r, 0)
            } else {
                (op, r, index)
            });
        }
        t.b.set("get_valid", get.is_some().into());
        let (op, r, index) = get.unwrap_or_default();
        t.b.set("get_op", op);
        t.b.set("get_ring", r as u64);
        t.b.set("get_index", index.into());
        if chaos.flushes && !flush && t.rng.chance(1, 700) {
            flush = true;
            t.salt += 1;
        }
        t.b.set("cmd_valid", flush.into());
        t.b.set("cmd_op", 1);
        t.b.settle();
        if t.b.get("got_valid") == 1 {
            let (op, r, index, producer, consumed) = asked.take().expect("a question");
            let (status, head) = (t.b.get("got_status"), t.b.get("got_index") as u16);
            let place = format!("seed {seed:#x} cycle {} ring {r} op {op}", t.b.cycles);
            match op {
                2 => {
                    assert_eq!(head, index, "{place}");
                    assert_eq!(status, if producer == index { 1 } else { 2 }, "{place}");
                    t.rings[r].consumed = index;
                }
                _ => {
                    assert_eq!(head, consumed, "{place}");
                    assert_eq!(status == 1, producer == consumed, "{place}");
                    assert!(op != 4 || status != 2, "{place}");
                    if status == 0 && op != 4 && !flush {
                        t.check(r, head);
                    }
                    if status == 0 && op != 0 {
                        t.rings[r].consumed = consumed.wrapping_add(1);
                    }
                }
            }
            stalled[r] = if status == 2 && op != 2 {
                stalled[r] + 1
            } else {
                0
            };
            assert!(stalled[r] < 400, "{place}: stuck");
            match status {
                0 => ready += 1,
                1 => empty += 1,
                _ => pending += 1,
            }
        }
        if get.is_some() && t.b.get("get_ready") == 1 {
            let ring = &t.rings[r];
            asked = Some((op, r, index, ring.producer, ring.consumed));
            get = None;
        }
        if t.b.get("db_ready") == 1 {
            let db = bell.take().expect("a doorbell");
            let (r, index) = (db.object.to_u64() as usize, db.index.to_u64() as u16);
            let oldest = if r < 16 { t.oldest(r) } else { 0 };
            if let Some(ring) = t.rings.get_mut(r)
                && ring.valid
                && db.user_ctx == ring.user
                && (1..0x8000).contains(&index.wrapping_sub(ring.producer))
                && index.wrapping_sub(oldest) <= ring.size()
            {
                ring.producer = index;
                accepted += 1;
                // a get that is still to be answered was taken behind this doorbell
                if let Some(asked) = asked.as_mut().filter(|a| a.1 == r) {
                    asked.3 = index;
                }
            } else {
                refused += 1;
            }
        }
        if flush && t.b.get("cmd_done") == 1 {
            flush = false;
        }
        t.cycle();
    }
    let counted: u64 = t.counts[40..43].iter().sum();
    println!(
        "{ready} ready, {pending} pending, {empty} empty; {accepted} doorbells, {refused} refused; {} reads of {} bytes, {} failed",
        t.reads, t.read_bytes, t.counts[45]
    );
    assert_eq!(counted, refused, "every refused doorbell is counted");
    assert!(ready > chaos.steps / 60 && accepted > chaos.steps / 100);
}

fn seeds_of_random_use<const MG: usize>(send: bool, width: u64) {
    let calm = Habits {
        latency: (20, 40),
        ..CALM
    };
    let friendly = Chaos {
        steps: 12_000,
        flushes: false,
        strangers: false,
    };
    let calm = twin_of::<MG>(send, width, SEED, calm);
    random_use(calm, send, SEED, &friendly);
    for seed in 1..4 {
        let wild = Chaos {
            steps: 15_000,
            flushes: true,
            strangers: true,
        };
        let rough = twin_of::<MG>(send, width, SEED + seed, ROUGH);
        random_use(rough, send, SEED + seed, &wild);
    }
}

#[test]
fn send_cache_64_random_use() {
    seeds_of_random_use::<0>(true, 64);
    seeds_of_random_use::<1>(true, 64);
}
#[test]
fn send_cache_512_random_use() {
    seeds_of_random_use::<0>(true, 512);
}
#[test]
fn recv_cache_64_random_use() {
    seeds_of_random_use::<0>(false, 64);
    seeds_of_random_use::<1>(false, 64);
}
#[test]
fn recv_cache_512_random_use() {
    seeds_of_random_use::<0>(false, 512);
}

/// Cycles from `db_valid` to the DMA read, and from the last beat to the kick.
#[test]
fn send_cache_doorbell_latency() {
    for width in [64, 512] {
        let mut t = twin(true, width, SEED, CALM);
        t.create(2, 5, 0);
        t.write_simple_wqe(2, 0);
        let start = t.b.cycles;
        t.b.put("db", &t.doorbell(2, 1));
        t.b.set("db_valid", 1);
        t.b.set("rd_ready", 0);
        let waited = t.b.until("rd_valid", 20);
        println!("{width} bits: doorbell to read {waited}");
        assert!(waited <= 5, "{waited} (from {start})");
        t.b.set("db_valid", 0);
        while t.kicks.is_empty() {
            t.cycle();
        }
        let kick = t.kicks[0].0 - t.last_beat;
        println!("{width} bits: last beat to kick {kick}");
        assert!(kick <= 12);
    }
}

#[test]
fn send_cache_pushed_inline_wqe_latency() {
    for width in [64, 512] {
        let mut t = twin(true, width, SEED, CALM);
        t.create(5, 5, 0);
        for index in 0..3 {
            t.write_wqe(5, index);
            let mut wqe = t.bytes(5, index).to_vec();
            (wqe[0], wqe[1]) = (3, 9);
            t.overwrite(5, index, &wqe);
            t.b.put_bytes("push_data", &wqe);
            t.b.set("db_push", 1);
            t.b.put("db", &t.doorbell(5, index + 1));
            t.b.set("db_valid", 1);
            t.kicks.clear();
            let start = t.b.cycles;
            while t.kicks.is_empty() {
                t.b.settle();
                let taken = t.b.get("db_ready") == 1;
                t.cycle();
                if taken {
                    t.b.set("db_valid", 0);
                }
            }
            t.rings[5].producer = index + 1;
            println!("{width} bits: pushed to kick {}", t.kicks[0].0 - start);
            assert!(t.kicks[0].0 - start <= 5);
            assert_eq!(t.get(1, 5, 0), (0, index));
            // out of the pipeline, or the next doorbell of this ring waits for it
            t.cycle();
        }
        assert_eq!(t.reads, 0, "nothing was fetched");
    }
}

/// A pushed WQE with entries is checked and needs no read.
#[test]
fn send_cache_pushed_wqe_with_entries() {
    let mut t = twin(true, 64, SEED, CALM);
    t.create(5, 5, 0);
    for index in 0..20 {
        t.write_wqe(5, index);
        let mut wqe = t.bytes(5, index).to_vec();
        wqe[1] &= !8;
        t.overwrite(5, index, &wqe);
        t.b.put_bytes("push_data", &wqe);
        t.b.set("db_push", 1);
        t.ring_doorbell(5, index + 1);
        for _ in 0..40 {
            if t.get(0, 5, 0).0 == 0 {
                break;
            }
        }
        assert_eq!(t.get(1, 5, 0), (0, index));
    }
    assert_eq!(t.reads, 0, "nothing was fetched");
}

/// Cycles per WQE with `busy` rings that are always full and a user who consumes whatever is there.
fn throughput(send: bool, width: u64, busy: usize) -> f64 {
    let mut t = twin(send, width, SEED, CALM);
    for r in 0..busy {
        t.create(r, 6, 0);
        (0..64).for_each(|k| t.write_simple_wqe(r, k));
        t.ring_doorbell(r, 64);
    }
    let (mut r, mut consumed, mut since, mut warm) = (0, 0u64, t.b.cycles, false);
    let mut bell: Option<(usize, u16)> = None;
    while consumed < 1500 {
        assert!(t.b.cycles < 100_000, "{consumed} consumed");
        if !warm && consumed == 300 {
            warm = true;
            since = t.b.cycles;
        }
        // one doorbell per WQE that has become free, as a user does who posts one at a time
        if bell.is_none() {
            bell = (0..busy)
                .find(|k| t.rings[*k].posted() < 64)
                .map(|k| (k, t.rings[k].producer.wrapping_add(1)));
            if let Some((k, index)) = bell {
                t.write_simple_wqe(k, index.wrapping_sub(1));
                let db = t.doorbell(k, index);
                t.b.put("db", &db);
            }
        }
        t.b.set("db_valid", bell.is_some().into());
        t.b.set("get_valid", 1);
        t.b.set("get_op", 1);
        t.b.set("get_ring", r as u64);
        t.b.settle();
        if t.b.get("db_ready") == 1
            && let Some((k, index)) = bell.take()
        {
            t.rings[k].producer = index;
        }
        if t.b.get("got_valid") == 1 && t.b.get("got_status") == 0 {
            consumed += 1;
            // one get at a time: the answer is of the ring before the one that is asked about now
            let of = (r + busy - 1) % busy;
            t.rings[of].consumed = t.rings[of].consumed.wrapping_add(1);
        }
        if t.b.get("get_ready") == 1 {
            // (an answer may come in the cycle in which the next get is taken)
            r = (r + 1) % busy;
        }
        t.cycle();
    }
    (t.b.cycles - since) as f64 / 1200.0
}

#[test]
fn wqe_cache_throughput() {
    let send512 = throughput(true, 512, 8);
    let send64 = throughput(true, 64, 8);
    let recv512 = throughput(false, 512, 8);
    let recv64 = throughput(false, 64, 8);
    println!(
        "cycles per WQE: send {send512} at 512, {send64} at 64; receive {recv512} at 512, {recv64} at 64"
    );
    assert!(send512 <= 7.0 && send64 <= 14.0 && recv512 <= 7.0 && recv64 <= 14.0);
}

#[test]
fn recv_cache_limit_is_reported_once() {
    let mut t = twin(false, 64, SEED, CALM);
    t.create(9, 4, 3);
    (0..8).for_each(|k| t.write_wqe(9, k));
    t.ring_doorbell(9, 8);
    t.command(3, 9);
    for k in 0..8u64 {
        while t.get(1, 9, 0).0 != 0 {}
        (0..3).for_each(|_| t.cycle());
        let left = 7 - k;
        assert_eq!(t.events.len(), usize::from(left < 3), "{left} left");
    }
    assert_eq!(t.events, [1], "shared receive queue 1");
    (8..10).for_each(|k| t.write_wqe(9, k));
    t.ring_doorbell(9, 10);
    t.command(3, 9);
    while t.get(1, 9, 0).0 != 0 {}
    (0..3).for_each(|_| t.cycle());
    assert_eq!(t.events, [1, 1], "armed again");
}

#[test]
fn send_cache_reset_waits_for_the_read_in_flight() {
    let mut t = twin(true, 64, SEED, CALM);
    t.create(1, 4, 0);
    t.write_wqe(1, 0);
    t.ring_doorbell(1, 1);
    while t.reads == 0 {
        t.cycle();
    }
    let start = t.b.cycles;
    t.destroy(1);
    assert!(t.b.cycles - start > 200, "the answer was still to come");
    let state = t.state(1);
    assert_eq!(
        (
            state.producer.to_u64(),
            state.fetched.to_u64(),
            state.fetching.to_u64()
        ),
        (0, 0, 0)
    );
    t.create(1, 2, 0);
    assert_eq!(t.get(0, 1, 0), (1, 0));
    t.write_wqe(1, 0);
    t.ring_doorbell(1, 1);
    for _ in 0..100 {
        t.get(0, 1, 0);
    }
    assert_eq!(t.get(1, 1, 0), (0, 0));
}

#[test]
fn send_cache_peek_shows_the_producer() {
    let mut t = twin(true, 64, SEED, CALM);
    t.create(6, 4, 0);
    t.ring_doorbell(6, 5);
    t.b.set("peek_re", 1);
    t.b.set("peek_ring", 6);
    t.cycle();
    t.b.settle();
    assert_eq!(t.b.get("peek_producer"), 5);
}
