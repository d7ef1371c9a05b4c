//! Completion queues against a model of their rules.

use crate::kit::{Bench, Rng, any, context_bus, differs_not, seeded};
use hdl::contract::{CqConfig, CqState};
use hdl::counter;
use hdl::cq_unit::CqUnit;
use hdl::mem::kind;
use hdl::pipe::{CqeReq, Doorbell, EventReq};
use rust_hdl::prelude::*;

const QUEUES: u64 = 3;

/// (address, 32 bytes), (kind, object, vector), slot sent to ERR, counter
#[derive(Clone, Debug, PartialEq)]
enum Out {
    Record(u64, Vec<u8>),
    Event(u64, u64, u64),
    Error(u64),
    Count(u64),
}

fn config(queue: u64) -> CqConfig {
    CqConfig {
        base: (0xab_0000_0000 + 0x10000 * queue).into(),
        log_size: (1 + 2 * queue).into(),
        valid: 1.into(),
        user_ctx: (queue + 4).into(),
        vector: (queue + 9).into(),
        ..Default::default()
    }
}

#[derive(Clone, Copy, Default, Debug)]
struct Queue {
    producer: u16,
    consumer: u16,
    armed: u64,
    overflow: bool,
    held: bool,
}

/// What must happen, by the words of the specification.
#[derive(Default)]
struct Model {
    queues: [Queue; QUEUES as usize],
    out: Vec<Out>,
}

impl Model {
    fn event(&mut self, kind: u64, queue: u64) {
        self.out.push(Out::Event(kind, queue, queue + 9));
    }

    fn completion(&mut self, c: &CqeReq) {
        let number = c.cq.to_u64();
        let size = 1 << (1 + 2 * number);
        let q = &mut self.queues[number as usize];
        if q.overflow || q.producer.wrapping_sub(q.consumer) == size {
            let first = !q.overflow;
            q.overflow = true;
            self.out.push(Out::Error(c.slot.to_u64()));
            self.out.push(Out::Count(counter::CQ_OVERFLOW));
            if first {
                self.event(2, number);
            }
            return;
        }
        let words = [
            c.index.to_u64() | c.opcode.to_u64() << 16 | c.status.to_u64() << 24,
            c.qpn.to_u64() | c.flags.to_u64() << 24,
            c.len.to_u64(),
            c.imm.to_u64(),
            0,
            0,
            0,
            u64::from((q.producer / size).is_multiple_of(2)) << 31,
        ];
        let bytes = words
            .iter()
            .flat_map(|w| (*w as u32).to_le_bytes())
            .collect();
        let addr = 0xab_0000_0000 + 0x10000 * number + 32 * u64::from(q.producer % size);
        q.producer = q.producer.wrapping_add(1);
        let notify = q.armed == 1 || q.armed >= 2 && (c.solicited == 1 || c.status.any());
        if notify {
            q.armed = 0;
        }
        self.out.push(Out::Record(addr, bytes));
        if notify {
            self.event(1, number);
        }
    }

    fn doorbell(&mut self, d: &Doorbell, arm: bool) {
        let number = d.object.to_u64();
        if number >= 4 {
            return self.out.push(Out::Count(counter::DB_MALFORMED));
        }
        if number >= QUEUES || d.user_ctx.to_u64() != number + 4 {
            return self.out.push(Out::Count(counter::DB_BAD_OWNER));
        }
        let q = &mut self.queues[number as usize];
        let index = d.index.to_u64() as u16;
        let posted = q.producer.wrapping_sub(q.consumer);
        if q.held || index.wrapping_sub(q.consumer) > posted {
            return self.out.push(Out::Count(counter::DB_STALE));
        }
        q.consumer = index;
        if arm {
            q.armed = d.arm.to_u64();
            if index != q.producer {
                let now = q.armed != 0;
                q.armed = 0;
                if now {
                    self.event(1, number);
                }
            }
        }
    }
}

struct World {
    bench: Bench,
    bus: u64,
    open: Vec<u8>,
    begun: u64,
    out: Vec<Out>,
    stall: u64,
}

impl World {
    fn new(block: &mut dyn Block, bus: u64, stall: u64) -> Self {
        let mut bench = Bench::new(block);
        for queue in 0..QUEUES {
            bench.write_context(kind::CQ_CONFIG, queue, &config(queue));
            bench.write_context(kind::CQ_STATE, queue, &CqState::default());
        }
        Self {
            bench,
            bus,
            open: vec![],
            begun: 0,
            out: vec![],
            stall,
        }
    }

    fn observe(&mut self) {
        let both =
            |b: &Bench, x: &str| b.high(&format!("{x}_valid")) && b.high(&format!("{x}_ready"));
        if both(&self.bench, "wr") {
            let addr = self.bench.get("wr_addr");
            assert_eq!(addr % self.bus, 0);
            for lane in 0..self.bus as usize {
                if self.bench.bytes("wr_strb")[lane / 8] >> (lane % 8) & 1 == 1 {
                    if self.open.is_empty() {
                        self.begun = addr + lane as u64;
                    }
                    self.open.push(self.bench.bytes("wr_data")[lane]);
                }
            }
            if self.bench.high("wr_last") {
                self.out
                    .push(Out::Record(self.begun, std::mem::take(&mut self.open)));
            }
        }
        if both(&self.bench, "err") {
            assert_eq!(self.bench.get("err_event"), 3);
            self.out.push(Out::Error(self.bench.get("err_slot")));
        }
        if self.bench.high("count_valid") {
            self.out.push(Out::Count(self.bench.get("count")));
        }
        if both(&self.bench, "ev") {
            let e: EventReq = self.bench.take("ev");
            self.out.push(Out::Event(
                e.kind.to_u64(),
                e.object.to_u64(),
                e.vector.to_u64(),
            ));
        }
    }

    /// Drives until the one that is taken first has been taken; true if it was the completion.
    fn until_taken(
        &mut self,
        cqe: Option<&CqeReq>,
        db: Option<(&Doorbell, bool)>,
        rng: &mut Rng,
    ) -> bool {
        self.bench.set("cqe_valid", u64::from(cqe.is_some()));
        self.bench.set("db_valid", u64::from(db.is_some()));
        if let Some(cqe) = cqe {
            self.bench.put("cqe", cqe);
        }
        if let Some((db, arm)) = db {
            self.bench.put("db", db);
            self.bench.set("db_kind", u64::from(arm));
        }
        let go = self.bench.cycles + if self.stall == 0 { 0 } else { rng.below(12) };
        for _ in 0..1000 {
            self.bench.set("cqe_go", u64::from(self.bench.cycles >= go));
            for port in ["wr_ready", "ev_ready", "err_ready"] {
                self.bench.set(port, u64::from(!rng.chance(self.stall, 8)));
            }
            self.bench.settle();
            self.observe();
            let (c, d) = (self.bench.high("cqe_ready"), self.bench.high("db_ready"));
            assert!(!(c && d));
            self.bench.cycle();
            if c || d {
                self.bench.set("cqe_valid", 0);
                self.bench.set("db_valid", 0);
                return c;
            }
        }
        panic!("stuck");
    }

    fn drain(&mut self) {
        for port in ["wr_ready", "ev_ready", "err_ready"] {
            self.bench.set(port, 1);
        }
        for _ in 0..20 {
            self.bench.settle();
            self.observe();
            self.bench.cycle();
        }
    }
}

/// Random completions and doorbells, both waiting at once now and then; with `holds`, queues are held for a while.
fn random_run(block: &mut dyn Block, bus: u64, seed: u64, stall: u64, holds: bool) {
    let mut rng = seeded(seed);
    let mut world = World::new(block, bus, stall);
    let mut model = Model::default();
    let (mut cqe, mut db): (Option<CqeReq>, Option<(Doorbell, bool)>) = (None, None);
    for _ in 0..3000 {
        if cqe.is_none() && rng.chance(3, 4) {
            let mut c: CqeReq = any(&mut rng);
            c.cq = rng.below(QUEUES).into();
            c.status = rng.pick(&[0u64, 0, 5]).into();
            cqe = Some(c);
        }
        if db.is_none() && rng.chance(3, 4) {
            let number = rng.pick(&[0u64, 1, 2, 0, 1, 2, 3, 9]);
            let q = model
                .queues
                .get(number as usize)
                .copied()
                .unwrap_or_default();
            let index = rng.pick(&[
                q.producer,
                q.producer,
                q.consumer,
                q.producer.wrapping_add(1),
                q.consumer.wrapping_sub(1),
            ]);
            let d = Doorbell {
                object: number.into(),
                index: u64::from(index).into(),
                user_ctx: if rng.chance(1, 16) { 0u64 } else { number + 4 }.into(),
                arm: rng.below(4).into(),
            };
            db = Some((d, rng.chance(1, 2)));
        }
        if cqe.is_none() && db.is_none() {
            continue;
        }
        if holds && rng.chance(1, 40) {
            world.drain();
            let queue = rng.below(QUEUES);
            let held = &mut model.queues[queue as usize].held;
            *held = !*held;
            let config = CqConfig {
                held: u64::from(*held).into(),
                ..config(queue)
            };
            world.bench.write_context(kind::CQ_CONFIG, queue, &config);
        }
        // a queue in error: begin anew, as the command unit does
        for queue in 0..QUEUES {
            if model.queues[queue as usize].overflow && rng.chance(1, 4) {
                world.drain();
                let state: CqState = world.bench.read_context(kind::CQ_STATE, queue);
                let q = model.queues[queue as usize];
                assert_eq!(
                    (state.producer.to_u64(), state.consumer.to_u64()),
                    (q.producer.into(), q.consumer.into())
                );
                assert_eq!(
                    (state.armed.to_u64(), state.overflow.to_u64()),
                    (q.armed, 1)
                );
                world
                    .bench
                    .write_context(kind::CQ_STATE, queue, &CqState::default());
                model.queues[queue as usize] = Queue {
                    held: q.held,
                    ..Default::default()
                };
            }
        }
        let taken = world.until_taken(cqe.as_ref(), db.as_ref().map(|d| (&d.0, d.1)), &mut rng);
        if taken {
            model.completion(&cqe.take().unwrap());
        } else {
            let (d, arm) = db.take().unwrap();
            model.doorbell(&d, arm);
        }
        assert!(world.out.len() + 2 >= model.out.len());
    }
    world.drain();
    // an event may come behind what follows its cause; a record never comes behind its event
    let split = |all: &[Out]| {
        all.iter()
            .cloned()
            .partition::<Vec<_>, _>(|o| matches!(o, Out::Event(..)))
    };
    let ((events, rest), (wanted_events, wanted)) = (split(&world.out), split(&model.out));
    for (k, (seen, wanted)) in rest.iter().zip(&wanted).enumerate() {
        assert_eq!(seen, wanted, "output {k}");
    }
    assert_eq!(rest.len(), wanted.len());
    assert_eq!(events, wanted_events);
}

#[test]
fn cq_64_random() {
    random_run(&mut CqUnit::<2, 64, 8, 3, 0>::default(), 8, 0xc64, 0, false);
    random_run(&mut CqUnit::<2, 64, 8, 3, 0>::default(), 8, 0xc65, 4, false);
}

/// A held queue refuses doorbells, and takes completions as ever.
#[test]
fn cq_held_random() {
    random_run(&mut CqUnit::<2, 64, 8, 3, 1>::default(), 8, 0xc66, 3, true);
    random_run(
        &mut CqUnit::<2, 512, 64, 6, 1>::default(),
        64,
        0xc67,
        0,
        true,
    );
}

#[test]
fn cq_wide_random() {
    random_run(
        &mut CqUnit::<2, 128, 16, 4, 0>::default(),
        16,
        0xc128,
        3,
        false,
    );
    random_run(
        &mut CqUnit::<2, 256, 32, 5, 0>::default(),
        32,
        0xc256,
        3,
        false,
    );
    random_run(
        &mut CqUnit::<2, 512, 64, 6, 0>::default(),
        64,
        0xc512,
        3,
        false,
    );
}

/// The event of an armed queue comes in or behind the cycle of the record's last beat.
#[test]
fn cq_event_is_behind_its_record() {
    let mut rng = seeded(0xc1);
    let mut world = World::new(&mut CqUnit::<2, 64, 8, 3, 0>::default(), 8, 6);
    let arm = Doorbell {
        object: 1.into(),
        user_ctx: 5.into(),
        arm: 1.into(),
        ..Default::default()
    };
    world.until_taken(None, Some((&arm, true)), &mut rng);
    world.until_taken(
        Some(&CqeReq {
            cq: 1.into(),
            ..Default::default()
        }),
        None,
        &mut rng,
    );
    world.drain();
    assert!(
        matches!(world.out[..], [Out::Record(..), Out::Event(1, 1, 10)]),
        "{:?}",
        world.out
    );
}

fn period(block: &mut dyn Block, bus: u64) -> u64 {
    let mut rng = seeded(1);
    let mut world = World::new(block, bus, 0);
    let start = world.bench.cycles;
    for _ in 0..8 {
        world.until_taken(
            Some(&CqeReq {
                cq: 1.into(),
                ..Default::default()
            }),
            None,
            &mut rng,
        );
    }
    (world.bench.cycles - start) / 8
}

#[test]
fn cq_records_follow_quickly() {
    assert_eq!(period(&mut CqUnit::<2, 64, 8, 3, 0>::default(), 8), 8);
    assert_eq!(period(&mut CqUnit::<2, 512, 64, 6, 0>::default(), 64), 5);
}

fn is_its_verilog<const MG: usize>(seed: u64) {
    differs_not(
        CqUnit::<3, 64, 8, 3, MG>::default,
        seed,
        1500,
        |u, clock| u.clock.next = clock,
        |u, rng, cycle| {
            let rest = cycle % 300 < 100;
            u.cqe.next = any(rng);
            u.db.next = any(rng);
            u.db.next.object = rng.below(9).into();
            context_bus(
                &mut u.bus,
                &u.rsp,
                rng,
                &[kind::CQ_CONFIG, kind::CQ_STATE],
                rest && cycle % 300 > 20,
            );
            emit::randomize_inputs!(u, rng; cqe_valid = !rest && rng.chance(1, 2), cqe_go,
                db_valid = !rest && rng.chance(1, 2), db_kind, wr_ready, ev_ready, err_ready)
        },
    );
}

#[test]
fn cq_unit_is_its_verilog() {
    is_its_verilog::<0>(0xcd);
    is_its_verilog::<1>(0xce);
}
