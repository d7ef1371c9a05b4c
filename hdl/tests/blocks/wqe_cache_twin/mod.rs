//! A twin of what surrounds a WQE cache: host memory with latency, the memory region table, and what its rings hold.

use crate::kit::Bench;
use emit::cosim::Rng;
use hdl::contract::{RingConfig, RingState};
use hdl::mem::kind;
use hdl::pipe::{CtxReq, CtxRsp, Doorbell, EventReq, MrReq, MrRsp, ReadReq, RecvWqe, SendWqe};
use hdl::qp_state::state::{MOVING, RTS};
use hdl::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;
use std::collections::VecDeque;

/// How the surroundings behave.
#[derive(Clone, Copy)]
pub struct Habits {
    /// cycles from a read to its answer: at least, and up to so many more
    pub latency: (u64, u64),
    /// reads that fail, of 1000
    pub errors: u64,
    /// beats that are followed by a pause, of 1000
    pub pauses: u64,
    /// cycles in which a read is taken, of 1000
    pub reads: u64,
}

/// A machine with the usual latency that never fails.
pub const CALM: Habits = Habits {
    latency: (250, 0),
    errors: 0,
    pauses: 0,
    reads: 1000,
};

/// What the answer of the memory region table is in these tests: whether it is allowed, and the IOVA.
pub fn region_answer(q: &MrReq, salt: u64) -> (bool, u64) {
    assert_eq!(q.any_pd.to_u64(), 0);
    let mut mixed = Rng::new(
        q.key.to_u64()
            ^ q.pd.to_u64() << 32
            ^ q.access.to_u64() << 50
            ^ q.len.to_u64() << 16
            ^ salt << 56,
    );
    let ok = !mixed.chance(1, 6);
    (ok, mixed.next_u64() ^ q.va.to_u64())
}

/// One ring as the host and the engine see it.
#[derive(Clone, Default)]
pub struct Ring {
    pub base: u64,
    pub log_size: u64,
    pub user: u64,
    pub pd: u64,
    pub valid: bool,
    pub producer: u16,
    pub consumed: u16,
    /// the oldest work request without completion, if [`Twin::lagging`]
    pub freed: u16,
    /// a read of it failed since it was created
    pub failed: bool,
}

impl Ring {
    pub fn size(&self) -> u16 {
        1 << self.log_size
    }
    pub fn posted(&self) -> u16 {
        self.producer.wrapping_sub(self.consumed)
    }
}

struct Answer {
    due: u64,
    tag: u64,
    addr: u64,
    len: u64,
    failed: bool,
}

/// The cache and its surroundings.
pub struct Twin {
    pub b: Bench,
    pub rng: Rng,
    /// 64 for send WQEs, 32 for receive WQEs
    pub wqe: u64,
    width: u64,
    pub habits: Habits,
    pub memory: Vec<u8>,
    pub rings: Vec<Ring>,
    pub salt: u64,
    answers: Vec<Answer>,
    playing: Option<(Answer, u64)>,
    checks: VecDeque<(u64, bool, u64)>,
    next_check: u64,
    /// DMA reads so far
    pub reads: u64,
    pub read_bytes: u64,
    pub kicks: VecDeque<(u64, u64)>,
    pub events: Vec<u64>,
    pub counts: [u64; 64],
    /// cycle of the last beat of an answer
    pub last_beat: u64,
    /// work requests complete when the test says so, not as soon as they are consumed
    pub lagging: bool,
}

/// Where ring `r` is in host memory: 64 KiB each.
const STRIDE: u64 = 1 << 16;
/// Address of the first byte of host memory: the rings sit across a 4 GiB boundary.
const HOST: u64 = 0x7_fffc_0000;

impl Twin {
    pub fn new(b: Bench, send: bool, width: u64, seed: u64, habits: Habits) -> Self {
        println!("seed {seed:#x}");
        let mut twin = Self {
            b,
            rng: Rng::new(seed),
            wqe: if send { 64 } else { 32 },
            width: width / 8,
            habits,
            memory: vec![0; 16 << 16],
            rings: vec![Ring::default(); 16],
            salt: 0,
            answers: vec![],
            playing: None,
            checks: VecDeque::new(),
            next_check: 0,
            reads: 0,
            read_bytes: 0,
            kicks: VecDeque::new(),
            events: vec![],
            counts: [0; 64],
            last_beat: 0,
            lagging: false,
        };
        twin.b.set("kick_ready", 1);
        twin.b.set("ev_ready", 1);
        twin.b.until("ready", 100);
        twin
    }

    /// One cycle: sets what the surroundings say, lets the caller look, and ticks.
    pub fn cycle(&mut self) {
        self.host_answers();
        self.regions_answer();
        let take = self.rng.below(1000) < self.habits.reads;
        self.b.set("rd_ready", take.into());
        self.b
            .set("mr_ready", (self.b.cycles >= self.next_check).into());
        self.b.settle();
        if self.wqe == 64 {
            let ring = self.b.get("freed_ring_0") as usize;
            self.b.set("freed_0", self.oldest(ring).into());
            self.b.settle();
        }
        if take && self.b.get("rd_valid") == 1 {
            self.host_read();
        }
        if self.b.cycles >= self.next_check && self.b.get("mr_valid") == 1 {
            let q: MrReq = self.b.take("mr_req");
            assert_ne!(q.len.to_u64(), 0, "a check of nothing");
            let (ok, iova) = region_answer(&q, self.salt);
            self.checks.push_back((self.b.cycles + 9, ok, iova));
            self.next_check = self.b.cycles + 4;
        }
        if self.b.get("kick_valid") == 1 {
            self.kicks
                .push_back((self.b.cycles, self.b.get("kick_ring")));
        }
        if self.b.get("ev_valid") == 1 {
            let ev: EventReq = self.b.take("ev");
            assert_eq!(ev.kind.to_u64(), 7);
            self.events.push(ev.object.to_u64());
        }
        if self.b.get("count_valid") == 1 {
            self.counts[self.b.get("count") as usize] += 1;
        }
        self.b.cycle();
    }

    /// The oldest entry of ring `r` that is in use: whose WQE the host may not write over.
    pub fn oldest(&self, r: usize) -> u16 {
        let ring = &self.rings[r];
        if self.lagging {
            ring.freed
        } else {
            ring.consumed
        }
    }

    /// Entries of ring `r` that may be posted.
    pub fn room(&self, r: usize) -> u16 {
        let ring = &self.rings[r];
        ring.size() - ring.producer.wrapping_sub(self.oldest(r))
    }

    fn host_read(&mut self) {
        let q: ReadReq = self.b.take("rd");
        let (addr, len, tag) = (q.addr.to_u64(), q.len.to_u64(), q.tag.to_u64());
        assert!(len > 0 && len % self.wqe == 0 && addr % self.wqe == 0);
        assert_eq!(
            addr / 512,
            (addr + len - 1) / 512,
            "a read crosses 512 bytes"
        );
        assert!(
            tag < 16 && self.answers.iter().all(|a| a.tag != tag),
            "tag in use"
        );
        assert!(self.playing.as_ref().is_none_or(|p| p.0.tag != tag));
        let inside = |r: &&mut Ring| {
            r.valid && addr >= r.base && addr + len <= r.base + (self.wqe << r.log_size)
        };
        let failed = self.rng.below(1000) < self.habits.errors;
        let ring = self.rings.iter_mut().find(inside);
        let ring = ring.unwrap_or_else(|| panic!("read of {addr:#x}, in no ring"));
        ring.failed |= failed;
        let due = self.b.cycles + self.habits.latency.0 + self.rng.below(self.habits.latency.1 + 1);
        self.reads += 1;
        self.read_bytes += len;
        self.answers.push(Answer {
            due,
            tag,
            addr,
            len,
            failed,
        });
    }

    fn host_answers(&mut self) {
        self.b.set("rsp_valid", 0);
        if self.rng.below(1000) < self.habits.pauses {
            return;
        }
        let (answer, done) = match self.playing.take() {
            Some(p) => p,
            None => {
                let now = self.b.cycles;
                let Some(k) = self.answers.iter().position(|a| a.due <= now) else {
                    return;
                };
                (self.answers.remove(k), 0)
            }
        };
        let first = answer.addr / self.width * self.width;
        let at = first + done * self.width;
        // a failed read may be cut short
        let cut = answer.failed && self.rng.chance(1, 4);
        let last = cut || at + self.width >= answer.addr + answer.len;
        let place = (at - HOST) as usize;
        let beat = self.memory[place..place + self.width as usize].to_vec();
        self.b.put_bytes("rsp_data", &beat);
        self.b.set("rsp_valid", 1);
        self.b.set("rsp_tag", answer.tag);
        self.b.set("rsp_last", last.into());
        self.b.set("rsp_error", answer.failed.into());
        if last {
            self.last_beat = self.b.cycles;
        } else {
            self.playing = Some((answer, done + 1));
        }
    }

    fn regions_answer(&mut self) {
        self.b.set("mr_rsp_valid", 0);
        if let Some((due, ok, iova)) = self.checks.front().copied()
            && due <= self.b.cycles
        {
            self.checks.pop_front();
            self.b.set("mr_rsp_valid", 1);
            let rsp = MrRsp {
                ok: u64::from(ok).into(),
                pd: 0u64.into(),
                iova: iova.into(),
                slot: (iova & 0xfff).into(),
            };
            self.b.put("mr_rsp", &rsp);
        }
    }

    /// Writes a word of a context through the bus.
    pub fn bus_write(&mut self, kind: u64, index: u64, word: u64, data: u32) {
        let mut bus = CtxReq::write(kind, index, word, data);
        self.b.put("bus", &bus);
        for waited in 0.. {
            assert!(waited < 200, "the bus hangs");
            self.cycle();
            if self.b.take::<CtxRsp>("rsp").ack == 1 {
                break;
            }
        }
        bus.valid = 0u64.into();
        self.b.put("bus", &bus);
        self.cycle();
    }

    /// The state of ring `r` as the context bus shows it.
    pub fn state(&mut self, r: usize) -> RingState {
        let mut all = BigUint::default();
        for word in 0..3u64 {
            let mut bus = CtxReq::read(self.config_kind() + 1, r as u64, word);
            self.b.put("bus", &bus);
            for waited in 0.. {
                assert!(waited < 200, "the bus hangs");
                self.cycle();
                let rsp: CtxRsp = self.b.take("rsp");
                if rsp.ack == 1 {
                    all |= BigUint::from(rsp.word(&bus)) << (32 * word);
                    break;
                }
            }
            bus.valid = 0u64.into();
            self.b.put("bus", &bus);
            self.cycle();
        }
        RingState::from_uint(&all)
    }

    fn config_kind(&self) -> u64 {
        if self.wqe == 64 {
            kind::SQ_CONFIG
        } else {
            kind::RQ_CONFIG
        }
    }

    /// Creates ring `r` of `2^log_size` WQEs.
    pub fn create(&mut self, r: usize, log_size: u64, limit: u64) {
        let ring = Ring {
            base: HOST + STRIDE * r as u64 + 4096 * self.rng.below(3),
            log_size,
            user: self.rng.below(4),
            pd: self.rng.below(8),
            valid: true,
            ..Default::default()
        };
        let config = RingConfig {
            base: ring.base.into(),
            log_size: log_size.into(),
            valid: 1u64.into(),
            user_ctx: ring.user.into(),
            pd: ring.pd.into(),
            limit: limit.into(),
            ..Default::default()
        };
        let words = config.to_uint().to_u32_digits();
        // `valid` is in word 2: last
        for word in [0, 1, 3, 4, 5, 2] {
            let data = words.get(word).copied().unwrap_or(0);
            self.bus_write(self.config_kind(), r as u64, word as u64, data);
        }
        self.rings[r] = ring;
    }

    /// Stops ring `r`, or lets it go on: a shared one by its configuration, others by the state of their queue pair.
    pub fn hold(&mut self, r: usize, held: bool) {
        if self.wqe == 64 || r < self.rings.len() / 2 {
            let state = if held { MOVING } else { RTS };
            self.set_state(r, state);
            return;
        }
        let ring = &self.rings[r];
        let config = RingConfig {
            log_size: ring.log_size.into(),
            valid: 1u64.into(),
            held: u64::from(held).into(),
            user_ctx: ring.user.into(),
            pd: ring.pd.into(),
            ..Default::default()
        };
        let words = config.to_uint().to_u32_digits();
        self.bus_write(self.config_kind(), r as u64, 2, words[2]);
    }

    /// A command sets the state of a queue pair.
    pub fn set_state(&mut self, slot: usize, state: u64) {
        self.b.set("set_valid_0", 1);
        self.b.set("set_slot_0", slot as u64);
        self.b.set("set_state_0", state);
        self.cycle();
        self.b.set("set_valid_0", 0);
    }

    /// Destroys ring `r`; its memory may be unmapped afterwards.
    pub fn destroy(&mut self, r: usize) {
        self.bus_write(self.config_kind(), r as u64, 2, 0);
        self.command(2, r);
        self.rings[r] = Ring::default();
    }

    /// Runs a command to its end.
    pub fn command(&mut self, op: u64, r: usize) {
        self.b.set("cmd_valid", 1);
        self.b.set("cmd_op", op);
        self.b.set("cmd_ring", r as u64);
        for waited in 0.. {
            assert!(waited < 4000, "the command hangs");
            self.cycle();
            self.b.settle();
            if self.b.get("cmd_done") == 1 {
                break;
            }
        }
        self.cycle();
        self.b.set("cmd_valid", 0);
    }

    fn place(&self, r: usize, index: u16) -> usize {
        let ring = &self.rings[r];
        let slot = u64::from(index) & ((1 << ring.log_size) - 1);
        (ring.base - HOST + slot * self.wqe) as usize
    }

    /// The bytes of a WQE in host memory.
    pub fn bytes(&self, r: usize, index: u16) -> &[u8] {
        let at = self.place(r, index);
        &self.memory[at..at + self.wqe as usize]
    }

    /// Writes a random WQE behind the ones posted (the doorbell is the caller's).
    pub fn write_wqe(&mut self, r: usize, index: u16) {
        let at = self.place(r, index);
        let wqe = self.wqe as usize;
        for k in 0..wqe {
            self.memory[at + k] = self.rng.next_u64() as u8;
        }
        if wqe == 64 {
            self.memory[at] = self.rng.below(10) as u8;
            self.memory[at + 1] = self.rng.below(16) as u8;
        }
        // entries: unused in many cases
        for part in [wqe - 32, wqe - 16] {
            if self.rng.chance(1, 2) {
                self.memory[at + part + 8..at + part + 12].fill(0);
            }
        }
    }

    /// Replaces a WQE in host memory.
    pub fn overwrite(&mut self, r: usize, index: u16, wqe: &[u8]) {
        let at = self.place(r, index);
        self.memory[at..at + wqe.len()].copy_from_slice(wqe);
    }

    /// A plain SEND of one entry, or a receive into one.
    pub fn write_simple_wqe(&mut self, r: usize, index: u16) {
        let at = self.place(r, index);
        let wqe = self.wqe as usize;
        self.memory[at..at + wqe].fill(0);
        let entry = at + wqe - 32;
        self.memory[entry..entry + 8].copy_from_slice(&u64::from(index).to_le_bytes());
        self.memory[entry + 8] = 64;
        self.memory[entry + 12] = r as u8;
    }

    /// The doorbell for ring `r`.
    pub fn doorbell(&self, r: usize, index: u16) -> Doorbell {
        Doorbell {
            object: (r as u64).into(),
            index: u64::from(index).into(),
            user_ctx: self.rings[r].user.into(),
            arm: 0u64.into(),
        }
    }

    /// Rings and waits until the doorbell is taken.
    pub fn ring_doorbell(&mut self, r: usize, index: u16) {
        let db = self.doorbell(r, index);
        self.b.put("db", &db);
        self.b.set("db_valid", 1);
        for waited in 0.. {
            assert!(waited < 200, "the doorbell hangs");
            self.b.settle();
            let taken = self.b.get("db_ready") == 1;
            self.cycle();
            if taken {
                break;
            }
        }
        self.b.set("db_valid", 0);
        self.rings[r].producer = index;
    }

    /// What the cache should hold for a WQE, and which bits of it mean something.
    pub fn expected(&self, r: usize, index: u16) -> (BigUint, BigUint) {
        let bytes = self.bytes(r, index);
        let parts = &bytes[bytes.len() - 32..];
        let number = |at: usize, n: usize| {
            let mut all = [0; 8];
            all[..n].copy_from_slice(&parts[at..at + n]);
            u64::from_le_bytes(all)
        };
        let send = self.wqe == 64;
        let (opcode, flags) = (bytes[0], bytes[1]);
        let atomic = send && matches!(opcode, 6 | 7);
        let inlined = send && opcode < 5 && flags & 8 != 0;
        let access = u64::from(!send || matches!(opcode, 5..=7));
        let mut data = [
            BigUint::from_bytes_le(&parts[..16]),
            BigUint::from_bytes_le(&parts[16..]),
        ];
        let mut error = false;
        for (k, part) in data.iter_mut().enumerate() {
            let length = if atomic { 8 } else { number(16 * k + 8, 4) };
            if inlined || length == 0 || atomic && k == 1 {
                continue;
            }
            let q = MrReq {
                key: number(16 * k + 12, 4).into(),
                pd: self.rings[r].pd.into(),
                any_pd: 0u64.into(),
                access: access.into(),
                va: number(16 * k, 8).into(),
                len: length.into(),
            };
            let (ok, iova) = region_answer(&q, self.salt);
            error |= !ok;
            let slot = BigUint::from(iova & 0xfff);
            *part = BigUint::from(iova) | BigUint::from(length) << 64 | slot << 96;
        }
        let bits = |value: &BigUint| -> Bits<128> { Bits::from_uint(value) };
        if send {
            let mut control = BigUint::from_bytes_le(&bytes[..16]);
            control.set_bit(11, opcode < 5 && control.bit(11));
            let wqe = SendWqe {
                control: bits(&control),
                remote: bits(&BigUint::from_bytes_le(&bytes[16..32])),
                data0: bits(&data[0]),
                data1: bits(&data[1]),
                key_error: u64::from(error).into(),
                read_error: 0u64.into(),
            };
            let mut mask = (BigUint::from(1u8) << SendWqe::WIDTH) - 1u8;
            if error {
                mask ^= ((BigUint::from(1u8) << 256) - 1u8) << 256;
            }
            (wqe.to_uint(), mask)
        } else {
            let low = |value: &BigUint, at: u32| -> u64 {
                (value >> at).iter_u64_digits().next().unwrap_or(0)
            };
            let wqe = RecvWqe {
                sge0_iova: low(&data[0], 0).into(),
                sge0_len: (low(&data[0], 64) & 0xffff_ffff).into(),
                sge0_mr: (low(&data[0], 96) & 0xfff).into(),
                sge1_iova: low(&data[1], 0).into(),
                sge1_len: (low(&data[1], 64) & 0xffff_ffff).into(),
                sge1_mr: (low(&data[1], 96) & 0xfff).into(),
                key_error: u64::from(error).into(),
                read_error: 0u64.into(),
            };
            let mut mask = (BigUint::from(1u8) << RecvWqe::WIDTH) - 1u8;
            if error {
                mask ^= (BigUint::from(1u8) << 216) - 1u8;
            }
            (wqe.to_uint(), mask)
        }
    }

    /// Checks a WQE that the cache gave out; returns whether it is a read error.
    pub fn check(&self, r: usize, index: u16) -> bool {
        let got = self.b.wide("got_wqe");
        let top = if self.wqe == 64 {
            SendWqe::WIDTH
        } else {
            RecvWqe::WIDTH
        } as u64
            - 1;
        if got.bit(top) {
            assert!(
                self.rings[r].failed,
                "ring {r} index {index}: read error out of nothing"
            );
            return true;
        }
        let (want, mask) = self.expected(r, index);
        assert_eq!(
            format!("{:#x}", &got & &mask),
            format!("{:#x}", &want & &mask),
            "ring {r} index {index} cycle {}: {:02x?}",
            self.b.cycles,
            self.bytes(r, index)
        );
        false
    }

    /// One get, run to its answer: status and head; a WQE that comes with it is checked.
    pub fn get(&mut self, op: u64, r: usize, index: u16) -> (u64, u16) {
        self.b.set("get_valid", 1);
        self.b.set("get_op", op);
        self.b.set("get_ring", r as u64);
        self.b.set("get_index", index.into());
        for waited in 0.. {
            assert!(waited < 100, "get hangs");
            self.b.settle();
            let taken = self.b.get("get_ready") == 1;
            self.cycle();
            if taken {
                break;
            }
        }
        self.b.set("get_valid", 0);
        for waited in 1.. {
            assert!(waited <= 4, "the answer comes late");
            self.b.settle();
            if self.b.get("got_valid") == 1 {
                assert_eq!(waited, 3);
                break;
            }
            self.cycle();
        }
        let (status, head) = (self.b.get("got_status"), self.b.get("got_index") as u16);
        if status == 0 && op < 2 {
            self.check(r, head);
        }
        match op {
            1 | 4 if status == 0 => self.rings[r].consumed = head.wrapping_add(1),
            2 => self.rings[r].consumed = index,
            _ => {}
        }
        self.cycle();
        (status, head)
    }
}
