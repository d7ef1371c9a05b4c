//! The requester of a paused queue pair: it holds, restarts when asked to, and probes with one packet; and `turn`.

use std::collections::VecDeque;

use crate::kit::Bench;
use emit::cosim::Rng;
use hdl::contract::{Completer, QpConfig, Requester};
use hdl::mem::kind;
use hdl::pipe::{CtxReq, SendWqe, TxDesc};
use hdl::record::Record;
use hdl::requester::RequesterUnit;
use num_bigint::BigUint;

const RTS: u64 = 3;
const PAUSED: u64 = 5;
const MOVING: u64 = 7;
const SEND: u64 = 0;
const READ: u64 = 5;
const MTU: u64 = 256;

/// The requester, work requests in the cache, and the completer's record, all slots alike.
struct World {
    b: Bench,
    states: [u64; 4],
    completer: [Completer; 4],
    work: [Vec<(u64, u64)>; 4],
    heads: [u64; 4],
    ready: VecDeque<u64>,
    gets: VecDeque<(u64, u64, SendWqe)>,
    asked: Option<usize>,
    /// chance in 8 that a descriptor is not taken
    stall: u64,
    rng: Rng,
    sent: Vec<TxDesc>,
    turns: u64,
}

impl World {
    fn new(migratable: bool, seed: u64) -> Self {
        println!("seed {seed:#x}");
        let mut b = if migratable {
            Bench::new(&mut RequesterUnit::<2, 2, 4, 1>::default())
        } else {
            Bench::new(&mut RequesterUnit::<2, 2, 4, 0>::default())
        };
        for slot in 0..4u64 {
            let config = QpConfig {
                path_mtu: 1.into(),
                max_rd_atomic: 4.into(),
                ..Default::default()
            };
            // a copy: it takes writes and does not acknowledge
            let mut words = config.to_uint().to_u32_digits();
            words.resize(QpConfig::WIDTH / 32, 0);
            for (word, data) in words.into_iter().enumerate() {
                let request = CtxReq::write(kind::QP_CONFIG, slot, word as u64, data);
                b.put("bus", &request);
                b.cycle();
                b.cycle();
                b.put("bus", &CtxReq::default());
                b.cycle();
            }
        }
        b.set("kick_ready", 1);
        b.set("svc_ready", 1);
        b.set("get_ready", 1);
        // an ACK is asked for by the last packet of a message, and by PSN 0
        b.set("ack_every", 0xff_ffff);
        Self {
            b,
            states: [RTS; 4],
            completer: [Completer::default(); 4],
            work: Default::default(),
            heads: [0; 4],
            ready: VecDeque::new(),
            gets: VecDeque::new(),
            asked: None,
            stall: 0,
            rng: Rng::new(seed),
            sent: vec![],
            turns: 0,
        }
    }

    fn wqe(&self, slot: usize) -> (u64, SendWqe) {
        let Some(&(opcode, length)) = self.work[slot].get(self.heads[slot] as usize) else {
            return (1, SendWqe::default());
        };
        let sge: BigUint = BigUint::from(0x1_0000u64) | (BigUint::from(length) << 64usize);
        let wqe = SendWqe {
            control: opcode.into(),
            remote: 0x5000.into(),
            data0: sge.into(),
            ..Default::default()
        };
        (0, wqe)
    }

    fn cycle(&mut self) {
        let now = self.b.cycles;
        self.b.set("pop_valid", u64::from(!self.ready.is_empty()));
        self.b
            .set("pop_slot", self.ready.front().copied().unwrap_or(0));
        if let Some(slot) = self.asked.take() {
            self.b.set("st_state", self.states[slot]);
            self.b.put("com", &self.completer[slot]);
        }
        let got = self.gets.front().filter(|g| g.0 <= now).copied();
        self.b.set("got_valid", got.is_some().into());
        if let Some((_, status, wqe)) = got {
            self.gets.pop_front();
            self.b.set("got_status", status);
            self.b.put("got_wqe", &wqe);
        }
        let taken = self.rng.below(8) >= self.stall;
        self.b.set("tx_ready", taken.into());
        self.b.settle();
        if self.b.high("pop_valid") && self.b.high("pop_ready") {
            self.ready.pop_front();
        }
        if self.b.high("com_re") {
            assert_eq!(self.b.get("com_slot"), self.b.get("st_slot"));
            self.asked = Some(self.b.get("com_slot") as usize);
        }
        if self.b.high("get_valid") {
            let slot = self.b.get("get_ring") as usize;
            let (status, wqe) = self.wqe(slot);
            match self.b.get("get_op") {
                4 => self.heads[slot] += 1,
                2 => self.heads[slot] = self.b.get("get_index"),
                _ => {}
            }
            self.gets.push_back((now + 4, status, wqe));
        }
        if self.b.high("tx_valid") && taken {
            self.sent.push(self.b.take("tx"));
        }
        if self.b.high("kick_valid") {
            self.kick(self.b.get("kick_slot"));
        }
        assert!(!self.b.high("svc_valid"), "no errors here");
        self.turns += self.b.get("turn");
        self.b.cycle();
    }

    fn kick(&mut self, slot: u64) {
        if !self.ready.contains(&slot) {
            self.ready.push_back(slot);
        }
    }

    /// Kicks a slot and runs until nothing moves; what was sent: (PSN, opcode, ack_req).
    fn run(&mut self, slot: u64) -> Vec<(u64, u64, u64)> {
        self.sent.clear();
        self.kick(slot);
        (0..400).for_each(|_| self.cycle());
        self.sent
            .iter()
            .map(|t| (t.psn.to_u64(), t.opcode.to_u64(), t.ack_req.to_u64()))
            .collect()
    }

    fn restart(&mut self, slot: usize) {
        self.completer[slot].rewind_gen = self.completer[slot].rewind_gen + 1;
    }

    fn record(&mut self, slot: u64) -> Requester {
        self.b.read_context(kind::REQUESTER, slot)
    }
}

const FIRST: u64 = 0;
const MIDDLE: u64 = 1;
const LAST: u64 = 2;

/// Three SENDs of three packets each; PSN 4, the middle of the second, is the oldest that is not acknowledged.
fn three_sends(migratable: bool) -> World {
    let mut w = World::new(migratable, 0x9a05);
    w.work[1] = vec![(SEND, 2 * MTU + 100); 3];
    let sent = w.run(1);
    let expected: Vec<_> = (0..9)
        .map(|psn| {
            (
                psn,
                [FIRST, MIDDLE, LAST][psn as usize % 3],
                u64::from(psn == 0 || psn % 3 == 2),
            )
        })
        .collect();
    assert_eq!(sent, expected);
    w.completer[1] = Completer {
        una: 4.into(),
        or_tail: 1.into(),
        sq_ci: 1.into(),
        ..Default::default()
    };
    w
}

#[test]
fn paused_requester_probes_once_for_a_restart() {
    let mut w = three_sends(true);
    w.states[1] = PAUSED;
    // a doorbell, an arrival
    w.work[1].push((SEND, 1));
    assert!(w.run(1).is_empty(), "it holds");
    for _ in 0..3 {
        w.restart(1);
        assert_eq!(w.run(1), [(4, MIDDLE, 1)], "the probe asks for an ACK");
        assert!(w.run(1).is_empty(), "one probe");
        let record = w.record(1);
        assert_eq!((record.next_psn.to_u64(), record.max_psn.to_u64()), (5, 9));
    }
    // other queue pairs do not mind
    w.work[2] = vec![(SEND, 1)];
    assert_eq!(w.run(2), [(0, 4, 1)]);
    // normal again: from the oldest that is not acknowledged, and what was posted meanwhile
    w.states[1] = RTS;
    w.restart(1);
    let sent: Vec<_> = w.run(1).iter().map(|s| s.0).collect();
    assert_eq!(sent, [4, 5, 6, 7, 8, 9]);
}

#[test]
fn paused_requester_probes_inside_a_read() {
    let mut w = World::new(true, 0x9a06);
    w.work[1] = vec![(READ, 5 * MTU)];
    assert_eq!(w.run(1), [(0, 0x0c, 1)]);
    w.states[1] = PAUSED;
    w.completer[1].una = 3.into();
    w.restart(1);
    assert_eq!(w.run(1), [(3, 0x0c, 1)]);
    let mut reth = w.sent[0].ext.to_uint().to_bytes_le();
    reth.resize(16, 0);
    assert_eq!(reth[..8], (0x5000 + 3 * MTU).to_be_bytes());
    assert_eq!(reth[12..16], (2 * MTU as u32).to_be_bytes(), "the rest");
    assert!(w.run(1).is_empty());
    assert_eq!(w.record(1).next_psn, 5);
}

#[test]
fn moving_requester_does_nothing() {
    let mut w = three_sends(true);
    w.states[1] = MOVING;
    let before = w.record(1);
    w.restart(1);
    assert!(w.run(1).is_empty());
    assert_eq!(w.record(1), before);
}

/// Without migration state 5 is none.
#[test]
fn paused_requester_of_the_baseline_does_nothing() {
    let mut w = three_sends(false);
    w.states[1] = PAUSED;
    let before = w.record(1);
    w.restart(1);
    assert!(w.run(1).is_empty());
    assert_eq!(w.record(1), before);
}

/// Probes among the packets of others, through a way out that stalls: every descriptor keeps its own ACK request.
#[test]
fn paused_requester_probe_keeps_its_ack_request() {
    let mut w = three_sends(true);
    w.stall = 6;
    w.states[1] = PAUSED;
    for round in 0..40u64 {
        w.work[2].push((SEND, 3 * MTU));
        w.completer[2] = Completer {
            una: (3 * round).into(),
            or_tail: round.into(),
            sq_ci: round.into(),
            ..Default::default()
        };
        w.restart(1);
        w.kick(2);
        w.sent.clear();
        for _ in 0..3 + round {
            w.cycle();
        }
        w.kick(1);
        (0..400).for_each(|_| w.cycle());
        for t in &w.sent {
            let last = t.opcode.to_u64() == LAST || t.psn == 0;
            let probe = t.slot.to_u64() == 1;
            assert_eq!(t.ack_req.to_u64(), u64::from(last || probe), "{t:?}");
        }
        assert_eq!(w.sent.len(), 4, "round {round}");
    }
}

/// Three times `turn` after a change of state, and nothing leaves that was begun in the old one.
#[test]
fn requester_turn_says_that_earlier_turns_have_ended() {
    let mut w = World::new(true, 0x9a07);
    let mut late = 0;
    for _ in 0..400 {
        for slot in 0..4 {
            w.work[slot] = vec![(SEND, 20 * MTU); 64];
            w.states[slot] = RTS;
            // all that was sent is acknowledged
            let record = w.record(slot as u64);
            if record.or_head.to_u64() > 200 || record.wqe_index.to_u64() > 60 {
                w.b.write_context(kind::REQUESTER, slot as u64, &Requester::default());
                w.completer[slot] = Completer::default();
                w.heads[slot] = 0;
            } else {
                w.completer[slot] = Completer {
                    una: record.next_psn,
                    or_tail: record.or_send,
                    sq_ci: record.wqe_index,
                    rewind_gen: record.gen_seen,
                    ..Default::default()
                };
            }
            if w.rng.chance(1, 2) {
                w.kick(slot as u64);
            }
        }
        w.stall = w.rng.below(8);
        for _ in 0..w.rng.below(60) {
            w.cycle();
        }
        w.states[1] = MOVING;
        w.sent.clear();
        w.turns = 0;
        for _ in 0..150 {
            let ended = w.turns >= 3;
            let before = w.sent.len();
            w.cycle();
            for t in &w.sent[before..] {
                assert!(!ended || t.slot.to_u64() != 1, "{t:?}");
                late += u64::from(t.slot.to_u64() == 1);
            }
        }
        assert!(w.turns >= 3, "it ends");
        w.stall = 0;
        w.states = [MOVING; 4];
        (0..200).for_each(|_| w.cycle());
        assert!(w.ready.is_empty());
    }
    assert!(late > 20, "{late} packets were under way");
}
