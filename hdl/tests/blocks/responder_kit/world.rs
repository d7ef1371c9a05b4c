//! What stands around the responder: receive cache, key table, QP state block, `rx_exec`, and the response engine's count.

use std::collections::{HashMap, HashSet, VecDeque};

use hdl::contract::{QpConfig, Responder};
use hdl::pipe::{CtxReq, CtxRsp, ExecDesc, RecvWqe, RxPacket};
use hdl::record::Record;
use hdl::responder::ResponderEngine;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

use super::Rng;
use crate::kit::Bench;

pub const LQ: usize = 4;

/// A posted receive work request; `peeks` answers "pending" that often before it is there.
#[derive(Clone, Copy, Debug)]
pub struct Posted {
    pub sges: [(u64, u32); 2],
    pub key_error: bool,
    pub read_error: bool,
    pub peeks: u64,
}

impl Posted {
    pub fn of(sges: [(u64, u32); 2]) -> Self {
        Self {
            sges,
            key_error: false,
            read_error: false,
            peeks: 0,
        }
    }

    fn wqe(&self) -> RecvWqe {
        RecvWqe {
            sge0_iova: self.sges[0].0.to_bits(),
            sge0_len: u64::from(self.sges[0].1).to_bits(),
            sge1_iova: self.sges[1].0.to_bits(),
            sge1_len: u64::from(self.sges[1].1).to_bits(),
            sge0_mr: 0x20.into(),
            sge1_mr: 0x21.into(),
            key_error: u64::from(self.key_error).to_bits(),
            read_error: u64::from(self.read_error).to_bits(),
        }
    }
}

/// A receive ring: the index of the oldest and what is posted.
#[derive(Clone, Default)]
pub struct Ring {
    pub head: u64,
    pub posted: VecDeque<Posted>,
}

/// What a packet caused.
#[derive(Debug, Default)]
pub struct Outcome {
    pub execs: Vec<ExecDesc>,
    /// (slot, event)
    pub errors: Vec<(u64, u64)>,
    pub counts: Vec<u64>,
    /// cycles from the packet's to the first descriptor's handover, and until `busy` fell
    pub to_exec: u64,
    pub occupied: u64,
}

pub struct World {
    pub bench: Bench,
    pub rng: Rng,
    pub rings: HashMap<u64, Ring>,
    pub keys: HashSet<u64>,
    pub tails: HashMap<u64, u64>,
    /// cycles the receive cache takes
    pub latency: u64,
    /// one cycle in so many is a pause of each partner; 0: never
    pub pauses: u64,
    /// the region in that slot is gone
    pub gone: Option<u64>,
    answers: VecDeque<(u64, u64, u64, RecvWqe)>,
    inv_wait: u64,
    tail: u64,
}

impl World {
    pub fn new(seed: u64) -> Self {
        Self {
            bench: Bench::new(&mut ResponderEngine::<LQ, 3, 7>::default()),
            rng: Rng::new(seed),
            rings: HashMap::new(),
            keys: HashSet::new(),
            tails: HashMap::new(),
            latency: 4,
            pauses: 0,
            gone: None,
            answers: VecDeque::new(),
            inv_wait: 0,
            tail: 0,
        }
    }

    pub fn post(&mut self, ring: u64, posted: Posted) {
        self.rings.entry(ring).or_default().posted.push_back(posted);
    }

    fn pause(&mut self) -> bool {
        self.pauses > 0 && self.rng.one_in(self.pauses)
    }

    fn cache(&mut self, op: u64, ring: u64) -> (u64, u64, RecvWqe) {
        let ring = self.rings.entry(ring).or_default();
        let index = ring.head & 0xffff;
        let Some(head) = ring.posted.front_mut() else {
            return (1, index, RecvWqe::default());
        };
        let wqe = head.wqe();
        match op {
            0 if head.peeks > 0 => {
                head.peeks -= 1;
                (2, index, RecvWqe::default())
            }
            0 => (0, index, wqe),
            4 => {
                ring.posted.pop_front();
                ring.head += 1;
                (0, index, RecvWqe::default())
            }
            _ => panic!("get op {op}"),
        }
    }

    /// One cycle; true if a packet was taken.
    fn step(&mut self, out: &mut Outcome) -> bool {
        let (exec_ready, err_ready) = (!self.pause(), !self.pause());
        let get_ready = self.answers.len() < 3 && !self.pause();
        let now = self.bench.cycles;
        let b = &mut self.bench;
        b.set("exec_ready", u64::from(exec_ready));
        b.set("err_ready", u64::from(err_ready));
        b.set("get_ready", u64::from(get_ready));
        b.set("rsp_peek_tail", self.tail);
        let due = self.answers.front().is_some_and(|a| a.0 == now);
        b.set("got_valid", u64::from(due));
        if due && let Some((_, status, index, wqe)) = self.answers.pop_front() {
            b.set("got_status", status);
            b.set("got_index", index);
            b.put("got_wqe", &wqe);
        }
        b.set("inv_done", u64::from(self.inv_wait == 1));
        if self.inv_wait == 1 {
            let key = b.get("inv_key");
            b.set("inv_ok", u64::from(self.keys.remove(&key)));
        }
        self.inv_wait = self.inv_wait.saturating_sub(1);
        b.settle();
        let gone = self.gone == Some(b.get("gone_slot"));
        b.set("gone", gone.into());
        b.settle();
        self.tail = 0xaa;
        if b.high("rsp_peek_re") {
            self.tail = self
                .tails
                .get(&b.get("rsp_peek_slot"))
                .copied()
                .unwrap_or(0);
        }
        if b.high("exec_valid") && exec_ready {
            out.execs.push(b.take("exec"));
        }
        if b.high("err_valid") && err_ready {
            out.errors.push((b.get("err_slot"), b.get("err_event")));
        }
        if b.high("inv_valid") && self.inv_wait == 0 && !b.high("inv_done") {
            self.inv_wait = 3;
        }
        if b.high("count_valid") {
            out.counts.push(b.get("count"));
        }
        let taken = b.high("pkt_valid") && b.high("pkt_ready");
        if b.high("get_valid") && get_ready {
            let (op, ring) = (b.get("get_op"), b.get("get_ring"));
            let (status, index, wqe) = self.cache(op, ring);
            self.answers
                .push_back((now + self.latency, status, index, wqe));
        }
        self.bench.cycle();
        taken
    }

    /// Hands a packet over and runs until the responder is idle again.
    pub fn offer(&mut self, pkt: &RxPacket, cfg: &QpConfig) -> Outcome {
        let mut out = Outcome::default();
        self.bench.put("pkt", pkt);
        self.bench.put("cfg", cfg);
        self.bench.set("pkt_valid", 1);
        while !self.step(&mut out) {}
        let taken = self.bench.cycles - 1;
        self.bench.set("pkt_valid", 0);
        self.bench.put("pkt", &RxPacket::default());
        self.bench.put("cfg", &QpConfig::default());
        while self.bench.high("busy") {
            assert!(
                self.bench.cycles < taken + 5000,
                "the responder hangs: {pkt:?}"
            );
            self.step(&mut out);
            if out.to_exec == 0 && !out.execs.is_empty() {
                out.to_exec = self.bench.cycles - 1 - taken;
            }
        }
        out.occupied = self.bench.cycles - taken;
        out
    }

    fn bus(&mut self, request: CtxReq) -> u32 {
        let mut out = Outcome::default();
        self.bench.put("bus", &request);
        let data = loop {
            self.step(&mut out);
            let rsp: CtxRsp = self.bench.take("rsp");
            if rsp.ack == 1 {
                break rsp.word(&request);
            }
        };
        self.bench.put("bus", &CtxReq::default());
        self.step(&mut out);
        self.step(&mut out);
        data
    }

    /// Reads a record over the context bus.
    pub fn read<T: Record>(&mut self, kind: u64, index: u64) -> T {
        let words = (0..T::WIDTH / 32).map(|w| self.bus(CtxReq::read(kind, index, w as u64)));
        T::from_uint(&BigUint::new(words.collect()))
    }

    /// Writes a record over the context bus.
    pub fn write<T: Record>(&mut self, kind: u64, index: u64, record: &T) {
        let mut words = record.to_uint().to_u32_digits();
        words.resize(T::WIDTH / 32, 0);
        for (w, data) in words.into_iter().enumerate() {
            self.bus(CtxReq::write(kind, index, w as u64, data));
        }
    }

    pub fn responder(&mut self, slot: u64) -> Responder {
        self.read(hdl::mem::kind::RESPONDER, slot)
    }

    /// A fresh queue pair that expects `epsn`.
    pub fn open(&mut self, slot: u64, epsn: u64) {
        let record = Responder {
            epsn: epsn.to_bits(),
            ..Default::default()
        };
        self.write(hdl::mem::kind::RESPONDER, slot, &record);
    }
}
