//! The clocked half of the world: every port of the pair has its partner here.

use std::collections::{BTreeMap, HashMap, VecDeque};

use hdl::contract::{Completer, Outstanding, QpConfig, Requester};
use hdl::mem::kind;
use hdl::pipe::{CtxReq, CtxRsp, EventReq, ExecDesc, RxPacket, SendWqe, TxDesc};
use hdl::record::Record;
use num_bigint::BigUint;

use super::pair::Pair;
use super::peer::{Arrival, Peer, Response};
use super::work::{CMP_SWAP, FENCE, READ, SIGNALLED, Work, ahead};
use crate::kit::Bench;
use crate::responder_kit::Rng;

pub const LQ: usize = 4;
pub const LO: usize = 3;
const LX: usize = 7;

/// Where free-running numbers start, so that every one of them wraps early.
const RING_START: u64 = 250;
const READ_START: u64 = 253;
const GENERATION_START: u64 = 14;

/// What a QP is set up with.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// code: 1 is 256 bytes
    pub mtu: u64,
    pub psn: u32,
    pub index: u16,
    pub retry_cnt: u64,
    pub rnr_retry: u64,
    pub timeout: u64,
    pub max_rd_atomic: u64,
    pub raw: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            mtu: 1,
            psn: 0xff_fff8,
            index: 0xfffb,
            retry_cnt: 7,
            rnr_retry: 7,
            timeout: 3,
            max_rd_atomic: 4,
            raw: false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// index into the posted work
    pub work: usize,
    pub opcode: u64,
    pub status: u64,
}

pub struct Qp {
    pub setup: Setup,
    pub config: QpConfig,
    pub state: u64,
    pub posted: Vec<Work>,
    first_psn: Vec<u32>,
    next_free_psn: u32,
    /// send-queue cache: head and end of what has arrived, as positions in `posted`
    head: usize,
    arrived: usize,
    arrives_at: Option<u64>,
    pub peer: Peer,
    /// one past the highest PSN seen
    highest: u32,
    /// first packet ever seen, per message
    started: usize,
    pub packets: u64,
    pub completions: Vec<Completion>,
    /// work completed, silently or not
    pub done: usize,
    /// two cycles ago
    done_before: [usize; 2],
    /// bytes of responses placed, per message
    placed: HashMap<usize, u32>,
    pub events: Vec<u64>,
    pub raw_sent: VecDeque<u32>,
}

impl Qp {
    fn mtu(&self) -> u32 {
        128 << self.setup.mtu
    }

    fn index(&self, position: usize) -> u16 {
        self.setup.index.wrapping_add(position as u16)
    }

    fn position(&self, index: u64, near: usize) -> usize {
        let off = (index as u16).wrapping_sub(self.index(near)) as i16;
        (near as i64 + i64::from(off)) as usize
    }

    fn answered(&self, message: usize) -> bool {
        let work = &self.posted[message];
        self.placed
            .get(&message)
            .is_some_and(|n| *n >= work.len().max(1))
    }

    fn responses_awaited(&self, until: usize) -> usize {
        (self.done..until)
            .filter(|m| self.posted[*m].wants_response() && !self.answered(*m))
            .count()
    }
}

/// Chances, in parts per thousand; delays in cycles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    pub lose: u64,
    pub double: u64,
    pub jitter: u64,
    pub rnr: u64,
    /// chance that a ready signal is low
    pub stall: u64,
}

enum Item {
    Packet(Response),
    Tick(usize),
    Sent(usize, u32),
}

enum Wire {
    Request(usize, Arrival),
    Response(Response),
}

pub struct World {
    pub bench: Bench,
    pub rng: Rng,
    pub qps: Vec<Qp>,
    pub faults: Faults,
    ready: VecDeque<usize>,
    queued: Vec<bool>,
    gets: VecDeque<(u64, u64, SendWqe)>,
    st_read: Option<usize>,
    sqp_read: Option<usize>,
    items: VecDeque<Item>,
    in_hand: Option<(RxPacket, QpConfig)>,
    frames: HashMap<u64, Response>,
    next_frame: u64,
    service: VecDeque<usize>,
    next_tick: usize,
    wire: BTreeMap<(u64, u64), Wire>,
    serial: u64,
    pub cycle: u64,
    pub us_cycles: u64,
    pub counts: [u64; 64],
    pub held: bool,
    /// cycles of the wire, one way; most cycles of the send-queue cache for an answer
    pub wire_cycles: u64,
    pub cache_cycles: u64,
    /// the cache is as the NIC's: ready only when asked, four cycles, one get at a time
    pub real_cache: bool,
    last_get: u64,
    /// READ requests for the rest of a READ
    pub partial_reads: u64,
    /// slot of a region that is gone
    pub gone: Option<u64>,
    /// cycles that a packet waits for the wire, and when those that were handed over leave
    pub wire_wait: u64,
    departures: VecDeque<u64>,
}

pub fn new_bench() -> Bench {
    Bench::new(&mut Pair::<LQ, LO, LX>::default())
}

impl World {
    pub fn new(seed: u64, setups: &[Setup]) -> Self {
        let mut world = Self {
            bench: new_bench(),
            rng: Rng::new(seed),
            qps: Vec::new(),
            faults: Faults::default(),
            ready: VecDeque::new(),
            queued: vec![false; 1 << LQ],
            gets: VecDeque::new(),
            st_read: None,
            sqp_read: None,
            items: VecDeque::new(),
            in_hand: None,
            frames: HashMap::new(),
            next_frame: 0,
            service: VecDeque::new(),
            next_tick: 0,
            wire: BTreeMap::new(),
            serial: 0,
            cycle: 0,
            us_cycles: 20,
            counts: [0; 64],
            held: false,
            wire_cycles: 40,
            cache_cycles: 4,
            real_cache: seed.is_multiple_of(2),
            last_get: 0,
            partial_reads: 0,
            gone: None,
            wire_wait: 1,
            departures: VecDeque::new(),
        };
        world.bench.set("ack_every", 3);
        for (slot, setup) in setups.iter().enumerate() {
            world.create(slot, *setup);
        }
        world
    }

    fn create(&mut self, slot: usize, setup: Setup) {
        let config = QpConfig {
            qpn: (0x1000 + slot as u64).into(),
            path_mtu: setup.mtu.into(),
            raw: u64::from(setup.raw).into(),
            partner_qpn: (0x20_0000 + slot as u64).into(),
            retry_cnt: setup.retry_cnt.into(),
            rnr_retry: setup.rnr_retry.into(),
            pkey: (0x8000 + slot as u64).into(),
            timeout: setup.timeout.into(),
            max_rd_atomic: setup.max_rd_atomic.into(),
            send_cq: (slot as u64 + 5).into(),
            ..QpConfig::default()
        };
        let requester = Requester {
            next_psn: u64::from(setup.psn).into(),
            max_psn: u64::from(setup.psn).into(),
            gen_seen: GENERATION_START.into(),
            or_head: RING_START.into(),
            or_send: RING_START.into(),
            rd_issued: READ_START.into(),
            wqe_index: u64::from(setup.index).into(),
            ..Requester::default()
        };
        let completer = Completer {
            una: u64::from(setup.psn).into(),
            or_tail: RING_START.into(),
            sq_ci: u64::from(setup.index).into(),
            rd_done: READ_START.into(),
            rewind_gen: GENERATION_START.into(),
            retry_left: setup.retry_cnt.into(),
            rnr_left: setup.rnr_retry.into(),
            ..Completer::default()
        };
        self.write(kind::QP_CONFIG, slot, &config);
        self.write(kind::REQUESTER, slot, &requester);
        self.write(kind::COMPLETER, slot, &completer);
        self.qps.push(Qp {
            setup,
            config,
            state: 3,
            posted: Vec::new(),
            first_psn: Vec::new(),
            next_free_psn: setup.psn,
            head: 0,
            arrived: 0,
            arrives_at: None,
            peer: Peer {
                epsn: setup.psn,
                mtu: 128 << setup.mtu,
                ..Peer::default()
            },
            highest: setup.psn,
            started: 0,
            packets: 0,
            completions: Vec::new(),
            done: 0,
            done_before: [0; 2],
            placed: HashMap::new(),
            events: Vec::new(),
            raw_sent: VecDeque::new(),
        });
    }

    /// One access to a word of a context; the configuration has no memory here that answers.
    fn access(&mut self, request: CtxReq) -> u32 {
        self.bench.put("bus", &request);
        for _ in 0..40 {
            self.step();
            let rsp: CtxRsp = self.bench.take("rsp");
            if rsp.ack.any() {
                self.bench.put("bus", &CtxReq::default());
                self.step();
                return rsp.word(&request);
            }
        }
        assert_eq!(request.kind.to_u64(), kind::QP_CONFIG, "no memory answers");
        self.bench.put("bus", &CtxReq::default());
        self.step();
        0
    }

    pub fn write<T: Record>(&mut self, kind: u64, index: usize, record: &T) {
        let mut words = record.to_uint().to_u32_digits();
        words.resize(T::WIDTH / 32, 0);
        for (word, data) in words.into_iter().enumerate() {
            self.access(CtxReq::write(kind, index as u64, word as u64, data));
        }
    }

    pub fn read<T: Record>(&mut self, kind: u64, index: usize) -> T {
        let words = (0..T::WIDTH / 32)
            .map(|word| self.access(CtxReq::read(kind, index as u64, word as u64)))
            .collect();
        T::from_uint(&BigUint::new(words))
    }

    pub fn post(&mut self, slot: usize, work: Work) {
        let qp = &mut self.qps[slot];
        qp.first_psn.push(qp.next_free_psn);
        let psns = if qp.setup.raw { 1 } else { work.psns(qp.mtu()) };
        qp.next_free_psn = (qp.next_free_psn + psns) & 0xff_ffff;
        qp.posted.push(work);
        qp.arrives_at = Some(self.cycle + 5 + self.rng.below(20));
        self.kick(slot);
    }

    /// A response out of nowhere.
    pub fn inject(&mut self, response: Response) {
        self.items.push_back(Item::Packet(response));
    }

    pub fn kick(&mut self, slot: usize) {
        if !std::mem::replace(&mut self.queued[slot], true) {
            self.ready.push_back(slot);
        }
    }

    pub fn run(&mut self, cycles: u64) {
        for _ in 0..cycles {
            self.step();
            self.check_freed();
        }
    }

    /// What the completer tells the send-queue cache of free places follows the completions at once, and never runs ahead of them.
    fn check_freed(&mut self) {
        for slot in 0..self.qps.len() {
            self.bench.set("freed_slot", slot as u64);
            self.bench.settle();
            let freed = self.bench.get("freed");
            let qp = &mut self.qps[slot];
            let freed = qp.position(freed, qp.done);
            let [least, before] = qp.done_before;
            qp.done_before = [before, qp.done];
            assert!(
                (least..=qp.posted.len()).contains(&freed),
                "qp {slot}: {freed} places free, {least} completed"
            );
        }
    }

    /// Runs until all posted work is complete; says how many cycles it took.
    pub fn finish(&mut self, limit: u64) -> u64 {
        let start = self.cycle;
        while self.qps.iter().any(|qp| qp.done < qp.posted.len()) {
            assert!(
                self.cycle - start < limit,
                "stuck after {limit} cycles: {}",
                self.describe()
            );
            self.step();
            self.check_freed();
        }
        self.cycle - start
    }

    pub fn describe(&mut self) -> String {
        let mut text = String::new();
        for slot in 0..self.qps.len() {
            let qp = &self.qps[slot];
            text += &format!(
                "\nqp {slot} state {} posted {} done {} delivered {} epsn {:x} head {} arrived {}",
                qp.state,
                qp.posted.len(),
                qp.done,
                qp.peer.delivered,
                qp.peer.epsn,
                qp.head,
                qp.arrived
            );
            let requester: Requester = self.read(kind::REQUESTER, slot);
            let completer: Completer = self.read(kind::COMPLETER, slot);
            text += &format!("\n  {requester:x?}\n  {completer:x?}");
        }
        text
    }

    /// Stops between two packets, carries all contexts to a new pair of blocks, and goes on there.
    pub fn transplant(&mut self) {
        self.held = true;
        self.run(200);
        let slots = self.qps.len();
        let mut records = Vec::new();
        for slot in 0..slots {
            let requester: Requester = self.read(kind::REQUESTER, slot);
            let completer: Completer = self.read(kind::COMPLETER, slot);
            let ring: Vec<Outstanding> = (0..1 << LO)
                .map(|k| self.read(kind::OUTSTANDING, (slot << LO) | k))
                .collect();
            records.push((requester, completer, ring));
        }
        self.bench = new_bench();
        self.departures.clear();
        self.bench.set("ack_every", 3);
        for (slot, (requester, completer, ring)) in records.iter().enumerate() {
            let config = self.qps[slot].config;
            self.write(kind::QP_CONFIG, slot, &config);
            self.write(kind::REQUESTER, slot, requester);
            self.write(kind::COMPLETER, slot, completer);
            for (k, entry) in ring.iter().enumerate() {
                self.write(kind::OUTSTANDING, (slot << LO) | k, entry);
            }
        }
        self.held = false;
        for slot in 0..slots {
            self.kick(slot);
        }
    }

    fn chance(&mut self, per_thousand: u64) -> bool {
        per_thousand > 0 && self.rng.below(1000) < per_thousand
    }

    fn send(&mut self, what: impl Fn() -> Wire) {
        let copies = if self.chance(self.faults.lose) {
            0
        } else {
            1 + u64::from(self.chance(self.faults.double))
        };
        for _ in 0..copies {
            let delay = self.wire_cycles + self.rng.below(self.faults.jitter + 1);
            self.serial += 1;
            self.wire.insert((self.cycle + delay, self.serial), what());
        }
    }

    pub fn step(&mut self) {
        self.arrivals();
        self.inputs();
        if self.real_cache {
            self.bench.set("get_ready", 0);
            self.bench.settle();
            let ready = self.bench.high("get_valid") && self.cycle > self.last_get + 4;
            self.bench.set("get_ready", u64::from(ready));
        }
        let departs = self.departures.front().is_some_and(|at| *at <= self.cycle);
        if departs {
            self.departures.pop_front();
        }
        self.bench.set("departed", u64::from(departs));
        let asked = self.bench.get("gone_slot");
        self.bench.set("gone", u64::from(self.gone == Some(asked)));
        self.bench.settle();
        self.outputs();
        self.bench.cycle();
        self.cycle += 1;
    }

    fn arrivals(&mut self) {
        while let Some(entry) = self.wire.first_entry() {
            if entry.key().0 > self.cycle {
                break;
            }
            match entry.remove() {
                Wire::Request(slot, at) => {
                    let rnr = self.chance(self.faults.rnr);
                    let qp = &mut self.qps[slot];
                    let work = &qp.posted[at.message];
                    let responses = qp.peer.receive(slot, work, at, rnr);
                    for response in responses {
                        self.send(|| Wire::Response(response.clone()));
                    }
                }
                Wire::Response(response) => {
                    if [3, 4].contains(&self.qps[response.slot].state) {
                        self.items.push_back(Item::Packet(response));
                    }
                }
            }
        }
        for slot in 0..self.qps.len() {
            let cycle = self.cycle;
            let qp = &mut self.qps[slot];
            if qp.arrives_at.is_some_and(|at| at <= cycle) {
                qp.arrives_at = None;
                qp.arrived = qp.posted.len();
                self.kick(slot);
            }
        }
    }

    fn inputs(&mut self) {
        let garbage = self.rng.next();
        self.bench.set("now_us", self.cycle / self.us_cycles);
        let state = self
            .st_read
            .take()
            .map_or(garbage, |slot| self.qps[slot].state);
        self.bench.set("st_state", state);
        let producer = self.sqp_read.take().map_or(garbage, |slot| {
            u64::from(self.qps[slot].index(self.qps[slot].posted.len()))
        });
        self.bench.set("sqp_producer", producer);
        let due = self.gets.front().is_some_and(|get| get.0 <= self.cycle);
        self.bench.set("got_valid", u64::from(due));
        if due {
            let (_, status, wqe) = self.gets.pop_front().expect("due");
            self.bench.set("got_status", status);
            self.bench.put("got_wqe", &wqe);
        }
        self.bench
            .set("pop_valid", u64::from(!self.ready.is_empty() && !self.held));
        self.bench.set(
            "pop_slot",
            self.ready.front().map_or(garbage, |slot| *slot as u64),
        );
        for name in [
            "kick0_ready",
            "kick1_ready",
            "get_ready",
            "tx_ready",
            "svc_ready",
            "exec_ready",
            "err_ready",
            "ev_ready",
        ] {
            let ready = !self.chance(self.faults.stall);
            self.bench.set(name, u64::from(ready));
        }
        if self.in_hand.is_none() && !self.held {
            self.in_hand = self.next_item();
            if let Some((packet, config)) = self.in_hand {
                self.bench.put("pkt", &packet);
                self.bench.put("cfg", &config);
            }
        }
        self.bench
            .set("pkt_valid", u64::from(self.in_hand.is_some()));
    }

    fn next_item(&mut self) -> Option<(RxPacket, QpConfig)> {
        if self.qps.is_empty() {
            return None;
        }
        let item = if let Some(slot) = self.service.pop_front() {
            Item::Tick(slot)
        } else if self.rng.one_in(64) || (self.items.is_empty() && self.rng.one_in(10)) {
            self.next_tick = (self.next_tick + 1) % self.qps.len();
            Item::Tick(self.next_tick)
        } else {
            self.items.pop_front()?
        };
        let blank = RxPacket::default();
        let (slot, packet) = match item {
            Item::Tick(slot) => (
                slot,
                RxPacket {
                    kind: 1.into(),
                    ..blank
                },
            ),
            Item::Sent(slot, psn) => (
                slot,
                RxPacket {
                    kind: 2.into(),
                    psn: u64::from(psn).into(),
                    ..blank
                },
            ),
            Item::Packet(response) => {
                self.next_frame = (self.next_frame + 1) % 4096;
                self.frames.insert(self.next_frame, response.clone());
                // AETH unless it is a READ response MIDDLE
                let ext_len = match response.opcode {
                    0x0e => 0,
                    0x12 => 12,
                    _ => 4,
                };
                let packet = RxPacket {
                    buf: self.next_frame.into(),
                    beats: (response.slot as u64 + 9).into(),
                    hdr_len: (54u64 + ext_len).into(),
                    payload_len: u64::from(response.payload).into(),
                    opcode: response.opcode.into(),
                    psn: u64::from(response.psn).into(),
                    ext: u64::from(response.syndrome).into(),
                    ..blank
                };
                (response.slot, packet)
            }
        };
        let qp = &self.qps[slot];
        let packet = RxPacket {
            slot: (slot as u64).into(),
            state: qp.state.into(),
            ..packet
        };
        Some((packet, qp.config))
    }

    fn outputs(&mut self) {
        if self.bench.high("pop_valid") && self.bench.high("pop_ready") {
            let slot = self.ready.pop_front().expect("popped");
            self.queued[slot] = false;
        }
        self.st_read = self
            .bench
            .high("st_re")
            .then(|| self.bench.get("st_slot") as usize);
        self.sqp_read = self
            .bench
            .high("sqp_re")
            .then(|| self.bench.get("sqp_slot") as usize);
        if self.bench.high("get_valid") && self.bench.high("get_ready") {
            self.get();
        }
        for (valid, slot, ready) in [
            ("kick0_valid", "kick0_slot", "kick0_ready"),
            ("kick1_valid", "kick1_slot", "kick1_ready"),
        ] {
            if self.bench.high(valid) && self.bench.high(ready) {
                self.kick(self.bench.get(slot) as usize);
            }
        }
        if self.bench.high("svc_valid") && self.bench.high("svc_ready") {
            self.service.push_back(self.bench.get("svc_slot") as usize);
        }
        if self.bench.high("tx_valid") && self.bench.high("tx_ready") {
            let tx: TxDesc = self.bench.take("tx");
            assert!(tx.request.any());
            self.departures.push_back(self.cycle + self.wire_wait);
            self.transmit(&tx);
        }
        if self.bench.high("exec_valid") && self.bench.high("exec_ready") {
            let exec: ExecDesc = self.bench.take("exec");
            self.execute(&exec);
        }
        if self.bench.high("err_valid") && self.bench.high("err_ready") {
            let slot = self.bench.get("err_slot") as usize;
            assert_eq!(self.bench.get("err_event"), 0);
            self.qps[slot].state = 6;
        }
        if self.bench.high("ev_valid") && self.bench.high("ev_ready") {
            let event: EventReq = self.bench.take("ev");
            let slot = event.object.to_u64() as usize - 0x1000;
            self.qps[slot].events.push(event.kind.to_u64());
        }
        for (valid, count) in [("count0_valid", "count0"), ("count1_valid", "count1")] {
            if self.bench.high(valid) {
                self.counts[self.bench.get(count) as usize] += 1;
            }
        }
        if self.bench.high("pkt_valid") && self.bench.high("pkt_ready") {
            self.in_hand = None;
        }
    }

    fn get(&mut self) {
        let (op, slot) = (
            self.bench.get("get_op"),
            self.bench.get("get_ring") as usize,
        );
        let index = self.bench.get("get_index");
        let refetch = self.cycle + 5 + self.rng.below(30);
        let latency = if self.real_cache {
            3
        } else {
            1 + self.rng.below(self.cache_cycles)
        };
        let due = self
            .gets
            .back()
            .map_or(0, |get| get.0 + 1)
            .max(self.cycle + latency);
        self.last_get = self.cycle;
        let qp = &mut self.qps[slot];
        let status = if qp.head == qp.posted.len() {
            1
        } else if qp.head < qp.arrived {
            0
        } else {
            2
        };
        let wqe = if status == 0 {
            qp.posted[qp.head].record()
        } else {
            SendWqe::default()
        };
        match op {
            0 => {}
            4 => {
                assert_eq!(status, 0, "consumes what is there");
                qp.head += 1;
            }
            2 => {
                let to = qp.position(index, qp.head);
                assert_ne!(to, qp.head, "needless seek");
                qp.head = to;
                qp.arrived = to;
                qp.arrives_at = Some(refetch);
            }
            _ => panic!("get operation {op}"),
        }
        self.gets.push_back((due, status, wqe));
    }

    fn transmit(&mut self, tx: &TxDesc) {
        let slot = tx.slot.to_u64() as usize;
        let qp = &mut self.qps[slot];
        qp.packets += 1;
        let psn = tx.psn.to_u64() as u32;
        if qp.setup.raw {
            assert_eq!(tx.kind.to_u64(), 1);
            assert_eq!(psn, qp.highest);
            qp.highest = (psn + 1) & 0xff_ffff;
            qp.raw_sent.push_back(psn);
            self.items.push_back(Item::Sent(slot, psn));
            return;
        }
        assert_eq!(tx.kind.to_u64(), 0);
        assert_eq!(
            (tx.pkey, tx.dest_qpn),
            (qp.config.pkey, qp.config.partner_qpn)
        );
        let step = ahead(psn, qp.highest);
        assert!(
            step <= 0,
            "qp {slot} leaves out PSNs: {psn:x} after {:x}",
            qp.highest
        );
        let mtu = qp.mtu();
        let message = (qp.done..qp.posted.len())
            .chain(0..qp.done)
            .find(|m| {
                let number = ahead(psn, qp.first_psn[*m]);
                number >= 0 && (number as u32) < qp.posted[*m].psns(mtu)
            })
            .expect("a PSN of a message posted");
        let number = ahead(psn, qp.first_psn[message]) as u32;
        let work = &qp.posted[message];
        work.check_packet(number, mtu, tx);
        if number != 0 && work.op == READ {
            self.partial_reads += 1;
            assert!(
                message < qp.started,
                "the rest of a READ that was never asked for"
            );
        }
        if step == 0 {
            let psns = if work.op == READ {
                work.psns(mtu) - number
            } else {
                1
            };
            qp.highest = (psn + psns) & 0xff_ffff;
        }
        if message >= qp.started {
            assert_eq!(message, qp.started);
            qp.started += 1;
            if work.flags & FENCE != 0 {
                assert_eq!(qp.responses_awaited(message), 0, "fence");
            }
            assert!(qp.responses_awaited(message + 1) <= qp.setup.max_rd_atomic as usize);
            assert!(message.saturating_sub(qp.peer.delivered) < 1 << LO, "ring");
        }
        let at = Arrival {
            psn,
            message,
            number,
            ack_req: tx.ack_req.any(),
        };
        self.send(|| Wire::Request(slot, at));
    }

    fn execute(&mut self, exec: &ExecDesc) {
        let slot = exec.slot.to_u64() as usize;
        let qp = &mut self.qps[slot];
        if exec.len0.any() {
            let response = &self.frames[&exec.buf.to_u64()];
            let message = response.message;
            let work = &qp.posted[message];
            let runs: Vec<_> = [
                (exec.iova0.to_u64(), exec.len0.to_u64() as u32),
                (exec.iova1.to_u64(), exec.len1.to_u64() as u32),
            ]
            .into_iter()
            .filter(|run| run.1 > 0)
            .collect();
            if work.op >= CMP_SWAP {
                assert_eq!((exec.atomic.to_u64(), exec.src_offset.to_u64()), (3, 58));
                assert_eq!(runs, vec![(work.sge[0].0, 8)]);
            } else {
                let src = if response.opcode == 0x0e { 54 } else { 58 };
                assert_eq!((exec.atomic.to_u64(), exec.src_offset.to_u64()), (0, src));
                assert_eq!(runs, work.memory(response.offset, response.payload));
            }
            let placed = qp.placed.entry(message).or_default();
            assert_eq!(*placed, response.offset, "in order, once");
            *placed += runs.iter().map(|run| run.1).sum::<u32>();
        } else if let Some(response) = self.frames.get(&exec.buf.to_u64()) {
            // the answer to a READ of nothing
            if exec.beats.any() && response.opcode == 0x10 && response.payload == 0 {
                qp.placed.insert(response.message, 1);
            }
        }
        if exec.beats.any() {
            assert_eq!(exec.beats.to_u64(), slot as u64 + 9);
            assert!(
                self.frames.remove(&exec.buf.to_u64()).is_some(),
                "a frame is released once"
            );
        }
        if exec.cqe.any() {
            self.complete(slot, exec);
        }
    }

    fn complete(&mut self, slot: usize, exec: &ExecDesc) {
        let qp = &mut self.qps[slot];
        let at = qp.position(exec.cqe_index.to_u64(), qp.done);
        let status = exec.cqe_status.to_u64();
        assert_eq!(exec.cqe_qpn, qp.config.qpn);
        assert_eq!(exec.cq, qp.config.send_cq);
        assert!(
            at >= qp.done && at < qp.posted.len(),
            "completion of {at}, {} done",
            qp.done
        );
        for silent in qp.done..at {
            assert_eq!(
                qp.posted[silent].flags & SIGNALLED,
                0,
                "qp {slot} work {silent} has no completion"
            );
        }
        let work = &qp.posted[at];
        if status == 0 {
            assert!(work.flags & SIGNALLED != 0);
            assert_eq!(exec.cqe_opcode.to_u64(), work.completion());
            assert_eq!(exec.cqe_len.to_u64(), u64::from(work.len()));
            if !qp.setup.raw {
                assert!(qp.peer.delivered > at, "completed before it arrived");
            }
            for message in qp.done..=at {
                assert!(
                    !qp.posted[message].wants_response() || qp.answered(message),
                    "answer missing"
                );
            }
        }
        qp.completions.push(Completion {
            work: at,
            opcode: exec.cqe_opcode.to_u64(),
            status,
        });
        qp.done = at + 1;
    }
}
