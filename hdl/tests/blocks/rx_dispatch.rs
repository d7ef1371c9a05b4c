//! The dispatcher: every drop has its counter, packets reach their engine in order, and ticks come to everybody alive.

use std::collections::VecDeque;

use crate::kit::{Bench, Rng, any, context_bus, differs_not, seeded};
use hdl::contract::{QpAddress, QpConfig};
use hdl::counter;
use hdl::mem::kind;
use hdl::pipe::{ExecDesc, MrReq, MrRsp, RxHeader, RxPacket};
use hdl::rx_dispatch::RxDispatch;
use rust_hdl::prelude::bits;

pub const QPS: u64 = 8;
pub const LOCAL: u64 = 0x0a00_0001;
/// the slot of the raw queue
pub const RAW: u64 = 7;
/// the slot of a queue pair that did not agree to the migration packets
pub const LEGACY: u64 = 5;

/// What leaves the dispatcher.
#[derive(Clone, Debug, PartialEq)]
pub enum Out {
    /// to the responder (or the completer): kind, slot, psn, region ok, region iova
    Packet(bool, u64, u64, u64, bool, u64),
    Release(u64),
    /// to the migration unit: kind, slot, psn, state
    Unit(u64, u64, u64, u64),
}

pub fn config(slot: u64) -> QpConfig {
    QpConfig {
        qpn: (0x100 + slot).into(),
        pd: (slot / 2).into(),
        pkey: 0xffffu64.into(),
        raw: u64::from(slot == RAW).into(),
        migratable: u64::from(slot != LEGACY).into(),
        ..Default::default()
    }
}

fn address(slot: u64) -> QpAddress {
    QpAddress {
        local_ip: LOCAL.into(),
        partner_ip: (0xffff_0000 + slot).into(),
    }
}

/// A good packet for `slot`.
pub fn header(slot: u64, opcode: u64, psn: u64) -> RxHeader {
    RxHeader {
        buf: (psn % 4096).into(),
        beats: (1 + psn % 100).into(),
        hdr_len: 54.into(),
        payload_len: 64.into(),
        src_ip: (0xffff_0000 + slot).into(),
        dst_ip: LOCAL.into(),
        opcode: opcode.into(),
        pkey: 0xffffu64.into(),
        dest_qpn: (0x100 + slot).into(),
        psn: psn.into(),
        ..Default::default()
    }
}

/// The same with a RETH or AtomicETH behind it: address, key, length.
fn with_region(mut h: RxHeader, va: u64, key: u32, len: u32) -> RxHeader {
    let bytes: Vec<u8> = [
        &va.to_be_bytes()[..],
        &key.to_be_bytes(),
        &len.to_be_bytes(),
    ]
    .concat();
    h.ext = num_bigint::BigUint::from_bytes_le(&bytes).into();
    h
}

/// What the migration unit does with what it gets, if there is one.
pub struct Unit {
    pub open: bool,
    /// cycles from taking to the answer
    pub work: u64,
    /// the answer: pass on, and in which state
    pub answer: (bool, u64),
    due: Option<u64>,
}

/// Everything around the dispatcher.
pub struct World {
    pub bench: Bench,
    rng: Rng,
    pub states: [u64; QPS as usize],
    pub headers: VecDeque<RxHeader>,
    services: VecDeque<u64>,
    sent: VecDeque<(u64, u64)>,
    token: bool,
    state_read: Option<usize>,
    found: Option<(u64, u64)>,
    regions: VecDeque<(u64, MrReq)>,
    /// cycles an engine stays busy with a packet; 0: at random
    pub work: u64,
    busy: [u64; 2],
    pub out: Vec<(u64, Out)>,
    pub counts: Vec<u64>,
    latency: u64,
    pub unit: Unit,
    /// the states that engines were told
    pub told: Vec<u64>,
    /// an error request for this queue pair is granted in this cycle
    failing: Option<(u64, usize)>,
    /// no ready waits
    pub free: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        Self::around(seed, Bench::new(&mut RxDispatch::<3, 0>::default()))
    }

    /// With a migration unit.
    pub fn migratable(seed: u64) -> Self {
        Self::around(seed, Bench::new(&mut RxDispatch::<3, 1>::default()))
    }

    fn around(seed: u64, mut bench: Bench) -> Self {
        let rng = seeded(seed);
        for slot in 0..QPS {
            bench.write_context(kind::QP_CONFIG, slot, &config(slot));
            bench.write_context(kind::QP_ADDRESS, slot, &address(slot));
        }
        bench.set("raw_enable", 1);
        bench.set("raw_slot", RAW);
        Self {
            bench,
            rng,
            states: [3; QPS as usize],
            headers: VecDeque::new(),
            services: VecDeque::new(),
            sent: VecDeque::new(),
            token: false,
            state_read: None,
            found: None,
            regions: VecDeque::new(),
            work: 0,
            busy: [0; 2],
            out: vec![],
            counts: vec![],
            latency: 9,
            unit: Unit {
                open: true,
                work: 5,
                answer: (false, 0),
                due: None,
            },
            told: vec![],
            failing: None,
            free: false,
        }
    }

    /// Keys name their domain; odd keys are refused; iova = va + 0x1000.
    fn region(request: &MrReq) -> MrRsp {
        let key = request.key.to_u64();
        MrRsp {
            ok: (1 - key % 2).into(),
            pd: (key >> 8).into(),
            iova: (request.va.to_u64().wrapping_add(0x1000)).into(),
            slot: (key >> 4 & 0xfff).into(),
        }
    }

    fn ready(&mut self) -> u64 {
        u64::from(self.free || self.rng.chance(1, 2))
    }

    fn inputs(&mut self) {
        let now = self.bench.cycles;
        self.bench
            .set("hdr_valid", u64::from(!self.headers.is_empty()));
        if let Some(h) = self.headers.front() {
            self.bench.put("hdr", h);
        }
        self.bench
            .set("svc_valid", u64::from(!self.services.is_empty()));
        self.bench
            .set("svc_slot", self.services.front().copied().unwrap_or(0));
        self.bench
            .set("sent_valid", u64::from(!self.sent.is_empty()));
        let (slot, psn) = self.sent.front().copied().unwrap_or_default();
        self.bench.set("sent_slot", slot);
        self.bench.set("sent_psn", psn);
        self.bench.set("token_valid", self.token.into());
        for port in [
            "look_ready",
            "mr_ready",
            "to_responder_ready",
            "to_completer_ready",
            "exec_ready",
        ] {
            let ready = self.ready();
            self.bench.set(port, ready);
        }
        self.bench
            .set("responder_busy", u64::from(self.busy[0] > 0));
        self.bench
            .set("completer_busy", u64::from(self.busy[1] > 0));
        if let Some(slot) = self.state_read.take() {
            self.bench.set("state", self.states[slot]);
        }
        // as `qp_state` does it: three cycles from the grant to the write, which is seen by a read of the same cycle
        self.bench.set("failing_valid", 0);
        if let Some((granted, slot)) = self.failing
            && (granted + 1..=granted + 3).contains(&now)
        {
            self.bench.set("failing_valid", 1);
            self.bench.set("failing_slot", slot as u64);
            if now == granted + 3 {
                self.states[slot] = 6;
            }
        }
        if self.bench.has("mig_open_0") {
            let done = self.unit.due.is_some_and(|due| due <= now);
            if done {
                self.unit.due = None;
            }
            let open = self.unit.open && !done && self.unit.due.is_none();
            self.bench.set("mig_open_0", open.into());
            self.bench.set("mig_done_0", done.into());
            self.bench
                .set("mig_pass_0", (done && self.unit.answer.0).into());
            self.bench.set("mig_state_0", self.unit.answer.1);
        }
        let found = self.found.filter(|f| f.0 <= now);
        self.bench.set("found_valid", found.is_some().into());
        if let Some((_, qpn)) = found {
            self.found = None;
            self.bench
                .set("found_hit", u64::from((0x100..0x100 + QPS).contains(&qpn)));
            self.bench.set("found_slot", qpn & 7);
        }
        let region = self
            .regions
            .front()
            .filter(|r| r.0 <= now)
            .map(|r| Self::region(&r.1));
        self.bench.set("mr_rsp_valid", region.is_some().into());
        if let Some(rsp) = region {
            self.regions.pop_front();
            self.bench.put("mr_rsp", &rsp);
        }
    }

    fn outputs(&mut self) {
        let now = self.bench.cycles;
        let both =
            |b: &Bench, x: &str| b.high(&format!("{x}_valid")) && b.high(&format!("{x}_ready"));
        if both(&self.bench, "hdr") {
            self.headers.pop_front();
        }
        if both(&self.bench, "svc") {
            self.services.pop_front();
        }
        if both(&self.bench, "sent") {
            self.sent.pop_front();
        }
        if both(&self.bench, "token") {
            self.token = false;
        }
        if self.bench.high("state_re") {
            self.state_read = Some(self.bench.get("state_slot") as usize);
        }
        if both(&self.bench, "look") {
            assert!(self.found.is_none(), "two look-ups at once");
            self.found = Some((now + 4, self.bench.get("look_key")));
        }
        if both(&self.bench, "mr") {
            let request: MrReq = self.bench.take("mr_req");
            assert_eq!(request.any_pd.to_u64(), 1);
            assert!(request.len.any());
            let after = self.regions.back().map_or(0, |r| r.0 + 1);
            self.regions
                .push_back(((now + self.latency).max(after), request));
            assert!(self.regions.len() <= 2);
        }
        if self.bench.high("count_valid") {
            self.counts.push(self.bench.get("count"));
        }
        let idle = self.busy == [0; 2];
        if self.bench.has("mig_open_0")
            && self.bench.high("mig_valid_0")
            && self.bench.high("mig_open_0")
        {
            assert!(idle, "given to the unit while an engine is busy");
            let p: RxPacket = self.bench.take("pkt");
            assert_eq!(p.kind.to_u64(), self.bench.get("mig_kind_0"));
            let [kind, slot, psn, state] = [
                p.kind.to_u64(),
                p.slot.to_u64(),
                p.psn.to_u64(),
                p.state.to_u64(),
            ];
            self.out.push((now, Out::Unit(kind, slot, psn, state)));
            self.unit.due = Some(now + self.unit.work);
        }
        self.busy.iter_mut().for_each(|b| *b = b.saturating_sub(1));
        for (engine, port) in ["to_responder", "to_completer"].iter().enumerate() {
            if both(&self.bench, port) {
                assert!(idle, "handed over while an engine is busy");
                assert!(self.unit.due.is_none(), "the unit has it still");
                let (p, c): (RxPacket, QpConfig) = (self.bench.take("pkt"), self.bench.take("cfg"));
                let packet = Out::Packet(
                    engine == 0,
                    p.kind.to_u64(),
                    p.slot.to_u64(),
                    p.psn.to_u64(),
                    p.mr_ok == 1,
                    p.mr_iova.to_u64(),
                );
                if p.kind.to_u64() < 3 {
                    assert_eq!(c, config(p.slot.to_u64()));
                }
                assert!(p.kind == 0 || !p.beats.any(), "a tick has no frame");
                self.told.push(p.state.to_u64());
                self.busy[engine] = if self.work == 0 {
                    1 + self.rng.below(20)
                } else {
                    self.work
                };
                self.out.push((now, packet));
            }
        }
        if both(&self.bench, "exec") {
            assert!(idle, "released while an engine is busy");
            let d: ExecDesc = self.bench.take("exec");
            assert_eq!(
                d,
                ExecDesc {
                    slot: d.slot,
                    beats: d.beats,
                    ..Default::default()
                }
            );
            self.out.push((now, Out::Release(d.beats.to_u64())));
        }
    }

    pub fn run(&mut self, cycles: u64) {
        for _ in 0..cycles {
            self.inputs();
            self.bench.settle();
            self.outputs();
            self.bench.cycle();
        }
    }

    /// Packets and releases, without ticks and notices.
    pub fn packets(&self) -> Vec<Out> {
        let real = |o: &&(u64, Out)| !matches!(o.1, Out::Packet(_, 1..=3, ..) | Out::Unit(1, ..));
        self.out.iter().filter(real).map(|o| o.1.clone()).collect()
    }

    fn ticks(&self) -> Vec<(bool, u64)> {
        let tick = |o: &(u64, Out)| match o.1 {
            Out::Packet(responder, 1, slot, ..) => Some((responder, slot)),
            _ => None,
        };
        self.out.iter().filter_map(tick).collect()
    }
}

#[test]
fn dispatch_drops_by_the_rules_bad_flow() {
    let good = header(2, 0x04, 1);
    let region = |opcode| with_region(header(2, opcode, 1), 0x5000, 0x100, 64);
    let cases = [
        (
            RxHeader {
                tver: 1.into(),
                ..good
            },
            counter::RX_BAD_VERSION,
        ),
        (
            RxHeader {
                opcode: 0x81.into(),
                ..good
            },
            counter::RX_CNP,
        ),
        (
            RxHeader {
                opcode: 0x64.into(),
                ..good
            },
            counter::RX_NOT_RC,
        ),
        (
            RxHeader {
                opcode: 0x24.into(),
                ..good
            },
            counter::RX_NOT_RC,
        ),
        (
            RxHeader {
                opcode: 0x15.into(),
                ..good
            },
            counter::RX_BAD_OPCODE,
        ),
        (
            RxHeader {
                opcode: 0x18.into(),
                ..good
            },
            counter::RX_BAD_OPCODE,
        ),
        (
            RxHeader {
                opcode: 0x1f.into(),
                ..good
            },
            counter::RX_BAD_OPCODE,
        ),
        (
            RxHeader {
                dest_qpn: 0x200.into(),
                ..good
            },
            counter::RX_UNKNOWN_QP,
        ),
        (
            RxHeader {
                dest_qpn: 0x200.into(),
                ..region(0x0a)
            },
            counter::RX_UNKNOWN_QP,
        ),
        (header(RAW, 4, 1), counter::RX_NOT_RC),
        (
            RxHeader {
                pkey: 0xfffeu64.into(),
                ..good
            },
            counter::RX_PKEY,
        ),
        (
            RxHeader {
                src_ip: 1.into(),
                ..good
            },
            counter::RX_ADDRESS,
        ),
        (
            RxHeader {
                dst_ip: (1u64 << 63 | LOCAL).into(),
                ..good
            },
            counter::RX_ADDRESS,
        ),
        (
            RxHeader {
                src_ip: 1.into(),
                ..region(0x0c)
            },
            counter::RX_ADDRESS,
        ),
    ];
    let mut world = World::new(0xd1);
    for (h, number) in &cases {
        world.headers.push_back(*h);
        world.run(120);
        assert_eq!(world.counts, [*number]);
        assert_eq!(world.packets(), [Out::Release(2)]);
        (world.counts, world.out) = (vec![], vec![]);
    }
    // a limited member talks to a full one
    world.headers.push_back(RxHeader {
        pkey: 0x7fffu64.into(),
        ..good
    });
    world.run(120);
    assert!(world.counts.is_empty());
}

#[test]
fn dispatch_obeys_the_state() {
    let mut world = World::new(0xd2);
    for state in 0..7 {
        for opcode in (0..0x18).filter(|o| *o != 0x15) {
            world.states[2] = state;
            world.headers.push_back(header(2, opcode, 9));
            world.run(150);
            let response = (0x0d..=0x12).contains(&opcode);
            let good = state != 6 && state >= if response { 3 } else { 2 };
            let seen = world.packets();
            if good {
                assert!(
                    matches!(seen[..], [Out::Packet(responder, 0, 2, 9, ..)] if responder != response),
                    "{state} {opcode:#x} {seen:?}"
                );
                assert!(world.counts.is_empty());
            } else {
                assert_eq!(seen, [Out::Release(10)], "{state} {opcode:#x}");
                assert_eq!(world.counts, [counter::RX_BAD_STATE]);
            }
            (world.counts, world.out) = (vec![], vec![]);
        }
    }
}

#[test]
fn dispatch_raw_frames() {
    let mut world = World::new(0xd3);
    let frame = RxHeader {
        raw: 1.into(),
        beats: 5.into(),
        frame_len: 333.into(),
        ..Default::default()
    };
    world.headers.push_back(frame);
    world.run(100);
    assert_eq!(world.packets(), [Out::Packet(true, 0, RAW, 0, true, 0)]);
    assert!(world.counts.is_empty());
    for (enable, state) in [(0, 3), (1, 0), (1, 6)] {
        (world.counts, world.out) = (vec![], vec![]);
        world.bench.set("raw_enable", enable);
        world.states[RAW as usize] = state;
        world.headers.push_back(frame);
        world.run(100);
        assert_eq!(world.packets(), [Out::Release(5)]);
        assert_eq!(world.counts, [counter::RX_RAW_DROPPED]);
    }
}

/// Random traffic with everything at once: packets stay in order and carry the answer to their own region check.
fn random_run(mut world: World, free: bool) -> World {
    world.free = free;
    world.states = [3, 3, 2, 6, 3, 1, 4, 3];
    let mut expected = vec![];
    let mut marks = 0;
    let (mut sent, mut services) = (0, 0);
    for psn in 0..2000u64 {
        let opcode = world
            .rng
            .pick(&[0u64, 4, 6, 0x0a, 0x0b, 0x0c, 0x0e, 0x11, 0x13, 0x14, 0x17]);
        let slot = world.rng.below(8);
        // the first byte is an ACKNOWLEDGE's syndrome: no NAK_STOPPED
        let (va, pd) = (world.rng.next_u64() >> 8, world.rng.below(4));
        let key = (pd << 8 | world.rng.below(2)) as u32;
        let len = world.rng.pick(&[0u32, 64, 1 << 31]);
        let mut h = with_region(header(slot, opcode, psn), va, key, len);
        h.ecn = u64::from(world.rng.chance(1, 4)).into();
        h.fecn = u64::from(world.rng.chance(1, 4)).into();
        // the others `frame_rx` has counted
        marks += h.fecn.to_u64() & !h.ecn.to_u64();
        if world.rng.chance(1, 8) {
            h.dest_qpn = 0x300.into();
        }
        let response = (0x0d..=0x12).contains(&opcode);
        let atomic = opcode == 0x13 || opcode == 0x14;
        let checked = atomic || [6, 0x0a, 0x0b, 0x0c].contains(&opcode) && len != 0;
        let state = world.states[slot as usize];
        let lives = h.dest_qpn.to_u64() != 0x300
            && slot != RAW
            && state != 6
            && state >= if response { 3 } else { 2 };
        expected.push((
            lives,
            !response,
            slot,
            psn,
            !checked || key.is_multiple_of(2) && pd == slot / 2,
            checked.then(|| va.wrapping_add(0x1000)),
            h.beats.to_u64(),
        ));
        world.headers.push_back(h);
        if world.rng.chance(1, 20) {
            world
                .services
                .push_back(world.rng.pick(&[0, 1, 2, 3, 4, 6]));
            services += 1;
        }
        if world.rng.chance(1, 20) {
            let slot = world.rng.pick(&[0, 1, 2, 3, 4, 6]);
            world.sent.push_back((slot, psn));
            sent += 1;
        }
        world.token |= world.rng.chance(1, 40);
        let pause = world.rng.pick(&[0, 5, 15, 60]);
        world.run(pause);
    }
    world.run(60_000);
    assert!(
        world.headers.is_empty()
            && world.services.is_empty()
            && world.sent.is_empty()
            && !world.token
    );
    let seen = world.packets();
    assert_eq!(seen.len(), expected.len());
    for (seen, (lives, responder, slot, psn, ok, iova, beats)) in seen.into_iter().zip(expected) {
        match seen {
            Out::Packet(to, 0, at, number, mr_ok, mr_iova) if lives => {
                assert_eq!((to, at, number, mr_ok), (responder, slot, psn, ok));
                assert!(iova.is_none_or(|i| i == mr_iova));
            }
            other => assert!(!lives && other == Out::Release(beats), "{other:?}"),
        }
    }
    let count = |number| world.counts.iter().filter(|c| **c == number).count() as u64;
    assert_eq!(
        (count(counter::RCVD_PKTS), count(counter::RX_ECN)),
        (0, marks)
    );
    let notices = world
        .out
        .iter()
        .filter(|o| matches!(o.1, Out::Packet(false, 2, ..)))
        .count();
    assert_eq!(notices, sent);
    assert!(world.ticks().len() > services);
    world
}

#[test]
fn dispatch_random() {
    random_run(World::new(0xd4), false);
    random_run(World::new(0xd5), true);
}

/// What does not concern the migration unit takes not a cycle more for its being there.
#[test]
fn dispatch_with_a_unit_is_cycle_for_cycle_the_same() {
    for free in [false, true] {
        let plain = random_run(World::new(0xd9), free);
        let with_unit = random_run(World::migratable(0xd9), free);
        assert_eq!(plain.out, with_unit.out);
        assert_eq!(plain.counts, with_unit.counts);
    }
}

/// Every QP that is RTR or later is visited, those in ERR by both engines, the others never.
#[test]
fn dispatch_walker_visits_the_living() {
    let mut world = World::new(0xd6);
    world.states = [0, 3, 1, 6, 2, 0, 4, 0];
    world.run(3000);
    let ticks = world.ticks();
    let visits = |responder, slot| ticks.iter().filter(|t| **t == (responder, slot)).count();
    for slot in 0..8 {
        let lives = world.states[slot as usize] >= 2;
        assert_eq!(visits(false, slot) > 10, lives, "slot {slot}");
        assert_eq!(visits(true, slot) > 10, world.states[slot as usize] == 6);
        assert!(lives || visits(false, slot) == 0);
    }
    for pair in ticks.windows(2) {
        assert!(
            pair[0] != (false, 3) || pair[1] == (true, 3),
            "responder and completer of one QP"
        );
    }
}

/// Wherever the walker is, time that begins anew has it rest, and then visit slot 0 in the same cycle.
#[test]
fn dispatch_walker_begins_anew() {
    let visits = |idle: u64| {
        let mut world = World::new(0xd8);
        (world.free, world.work) = (true, 7);
        world.run(idle);
        world.bench.set("time_begins", 1);
        world.run(100);
        let (rested, now) = (world.out.len(), world.bench.cycles);
        world.bench.set("time_begins", 0);
        world.run(400);
        let visits = world.out[rested..].to_vec();
        assert!(visits.len() > 10);
        assert!(
            world.out[..rested].iter().all(|o| o.0 + 60 < now),
            "it rests"
        );
        let later: Vec<_> = visits
            .into_iter()
            .map(|(at, out)| (at - now, out))
            .collect();
        assert!(
            matches!(later[0].1, Out::Packet(false, 1, 0, ..)),
            "slot 0 first"
        );
        later
    };
    let first = visits(1000);
    for idle in 1001..1060 {
        assert_eq!(visits(idle), first, "after {idle} cycles");
    }
}

/// Under load the walker gets a turn every 64 packets.
#[test]
fn dispatch_walker_under_load() {
    let mut world = World::new(0xd7);
    (world.free, world.work) = (true, 1);
    world
        .headers
        .extend((0..1000).map(|psn| header(psn % 7, 4, psn)));
    while !world.headers.is_empty() {
        world.run(1);
    }
    let ticks = world.ticks().len();
    assert!((12..=20).contains(&ticks), "{ticks}");
}

#[test]
fn dispatch_token_is_behind_its_packet_and_before_the_next_check() {
    let mut world = World::new(0xd8);
    (world.free, world.work, world.latency) = (true, 3, 9);
    world
        .headers
        .extend((0..200).map(|psn| with_region(header(1, 0x0a, psn), 0, 0, 64)));
    for _ in 0..20 {
        world.run(37);
        world.token = true;
        let start = world.out.len();
        while world.token {
            world.run(1);
        }
        // whoever is behind the token asks behind it, too
        assert!(world.regions.is_empty() || world.regions.len() == 1);
        world.run(12);
        let behind = world.out[start..]
            .iter()
            .take_while(|o| !matches!(o.1, Out::Packet(true, 3, ..)))
            .count();
        assert!(behind <= 3, "{behind} packets passed the token");
    }
    assert_eq!(
        world
            .out
            .iter()
            .filter(|o| matches!(o.1, Out::Packet(true, 3, ..)))
            .count(),
        20
    );
}

pub fn timing(mut world: World, make: impl Fn(u64) -> RxHeader) -> (u64, u64) {
    (world.free, world.work) = (true, 1);
    let states = std::mem::take(&mut world.states);
    world.run(20);
    world.states = states;
    world.headers.extend((0..60).map(make));
    let start = world.bench.cycles;
    world.run(1000);
    let times: Vec<_> = world
        .out
        .iter()
        .filter(|o| matches!(o.1, Out::Packet(_, 0, ..)))
        .map(|o| o.0 - start)
        .collect();
    (times[0], (times[50] - times[0]) / 50)
}

/// The request that a queue pair is refused for good is in hand; copies of it, and a request of somebody else, come behind it. Whenever the
/// error is granted while the responder is still busy with it, no copy is handed over any more.
#[test]
fn dispatch_drops_what_waits_when_its_queue_pair_fails_bad_flow() {
    for migratable in [false, true] {
        for delay in 1..30 {
            let mut world = if migratable {
                World::migratable(delay)
            } else {
                World::new(delay)
            };
            world.work = 30;
            world.free = true;
            world.headers.push_back(header(2, 4, 1));
            while world.packets().is_empty() {
                world.run(1);
            }
            let handed = world.bench.cycles - 1;
            world.headers.extend([
                header(2, 4, 1),
                header(1, 4, 7),
                header(2, 4, 1),
                header(2, 0x11, 9),
            ]);
            // at the latest, it is busy for one more cycle behind the grant
            world.failing = Some((handed + delay, 2));
            world.run(400);
            let failed = world.packets();
            let packets: Vec<_> = failed
                .iter()
                .filter(|o| matches!(o, Out::Packet(..)))
                .collect();
            let expected = [
                Out::Packet(true, 0, 2, 1, true, 0),
                Out::Packet(true, 0, 1, 7, true, 0),
            ];
            assert_eq!(packets, expected.iter().collect::<Vec<_>>(), "{delay}");
            assert_eq!(
                world.counts,
                [counter::RX_BAD_STATE; 3],
                "delay {delay}, migratable {migratable}"
            );
        }
    }
}

#[test]
fn dispatch_is_quick() {
    let send = timing(World::new(1), |psn| header(1, 4, psn));
    let write = timing(World::new(1), |psn| {
        with_region(header(1, 0x0a, psn), 0, 0, 64)
    });
    println!("SEND, WRITE: (latency, period) {send:?} {write:?}");
    assert!(send.0 <= 8 && send.1 <= 8, "{send:?}");
    assert!(write.0 <= 10 && write.1 <= 8, "{write:?}");
}

fn is_its_verilog<const MG: usize>(seed: u64) {
    let drive = |u: &mut RxDispatch<2, MG>, rng: &mut Rng, cycle: usize| {
        let rest = cycle % 300 < 150;
        // a header stands until it is taken; answers come only to questions, one at a time
        if !u.hdr_valid.val() || u.hdr_ready.val() {
            u.hdr.next = any(rng);
            u.hdr.next.tver = rng.pick(&[0u64, 0, 0, 1]).into();
            u.hdr.next.opcode = rng.below(0x20).into();
            u.hdr_valid.next = !rest && rng.chance(3, 4);
        }
        u.mr_rsp.next = any(rng);
        context_bus(
            &mut u.bus,
            &u.rsp,
            rng,
            &[kind::QP_CONFIG, kind::QP_ADDRESS],
            rest && cycle % 300 > 50,
        );
        emit::randomize_inputs!(u, rng; look_ready, found_valid = rng.chance(1, 4), found_hit, found_slot, mr_ready,
            mr_rsp_valid = rng.chance(1, 4), state = bits::<3>(if rest { 0 } else { rng.below(8) }), to_responder_ready, to_completer_ready,
            responder_busy = rng.chance(1, 4), completer_busy = rng.chance(1, 4), exec_ready,
            failing_valid = rng.chance(1, 8), failing_slot = bits::<12>(rng.below(4)),
            svc_valid = !rest && rng.chance(1, 8), svc_slot, sent_valid = !rest && rng.chance(1, 8), sent_slot, sent_psn,
            token_valid = !rest && rng.chance(1, 16), raw_enable, raw_slot);
        if MG == 1 {
            u.mig_open[0].next = rng.chance(1, 16);
            u.mig_done[0].next = rng.chance(1, 8);
            u.mig_pass[0].next = rng.chance(1, 2);
            u.mig_state[0].next = rng.below(8).into();
        }
    };
    differs_not(
        RxDispatch::<2, MG>::default,
        seed,
        800,
        |u, clock| u.clock.next = clock,
        drive,
    );
}

#[test]
fn rx_dispatch_is_its_verilog() {
    is_its_verilog::<0>(0xdd);
    is_its_verilog::<1>(0xde);
}
