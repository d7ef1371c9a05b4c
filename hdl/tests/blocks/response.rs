//! The response engine under Verilator: packets, order, what overwrites what, fairness, and that `tx` blocks no answer.

use std::collections::VecDeque;

use crate::kit::Bench;
use crate::responder_kit::Rng;
use crate::responder_kit::packets::config;
use emit::cosim::{cosim, with_big_stack};
use emit::randomize_inputs;
use hdl::contract::QpConfig;
use hdl::mem::kind;
use hdl::pipe::{Answer, CtxReq, TxDesc};
use hdl::record::Record;
use hdl::response::ResponseEngine;
use rust_hdl::prelude::*;

const LQ: usize = 3;
const SLOTS: usize = 1 << LQ;
const MASK: u64 = 0xff_ffff;
const MTU: u64 = 1024;
const RTS: u64 = 3;
const ERR: u64 = 6;

/// A packet as sent: slot, opcode, PSN, extension bytes, payload.
#[derive(Debug, PartialEq, Eq, Clone)]
struct Sent {
    slot: u64,
    opcode: u64,
    psn: u64,
    ext: Vec<u8>,
    payload: Option<(u64, u64)>,
}

fn aeth(syndrome: u64, msn: u64) -> Vec<u8> {
    vec![
        syndrome as u8,
        (msn >> 16) as u8,
        (msn >> 8) as u8,
        msn as u8,
    ]
}

impl Sent {
    fn of(tx: &TxDesc) -> Self {
        let mut ext = tx.ext.to_uint().to_bytes_le();
        ext.resize(28, 0);
        ext.truncate(tx.ext_len.to_u64() as usize);
        let len = tx.len0.to_u64();
        assert_eq!(
            (tx.kind.to_u64(), tx.len1.to_u64(), tx.inlined.to_u64()),
            (0, 0, 0)
        );
        Self {
            slot: tx.slot.to_u64(),
            opcode: tx.opcode.to_u64(),
            psn: tx.psn.to_u64(),
            ext,
            payload: (len > 0).then(|| (tx.iova0.to_u64(), len)),
        }
    }

    fn ack(slot: u64, psn: u64, syndrome: u64, msn: u64) -> Self {
        Self {
            slot,
            opcode: 0x11,
            psn,
            ext: aeth(syndrome, msn),
            payload: None,
        }
    }
}

fn ack(slot: u64, psn: u64, syndrome: u64, msn: u64) -> Answer {
    Answer {
        slot: slot.to_bits(),
        kind: 1.into(),
        psn: psn.to_bits(),
        syndrome: syndrome.to_bits(),
        msn: msn.to_bits(),
        ..Default::default()
    }
}

fn read(slot: u64, psn: u64, len: u64, iova: u64, msn: u64) -> Answer {
    Answer {
        kind: 2.into(),
        len: len.to_bits(),
        iova: iova.to_bits(),
        ..ack(slot, psn, 0, msn)
    }
}

fn atomic(slot: u64, psn: u64, resource: u64, msn: u64) -> Answer {
    Answer {
        kind: 3.into(),
        resource: resource.to_bits(),
        ..ack(slot, psn, 0, msn)
    }
}

struct World {
    bench: Bench,
    states: [u64; SLOTS],
    state: u64,
    /// answers waiting to be handed over
    answers: VecDeque<Answer>,
    tx_ready: bool,
    sent: Vec<Sent>,
    /// a packet stands at the output and has been seen
    shown: bool,
    longest_wait: u64,
    waited: u64,
}

impl World {
    fn new() -> Self {
        Self::around(Bench::new(&mut ResponseEngine::<LQ, 4, 3, 6, 0>::default()))
    }

    /// With migration.
    fn migratable() -> Self {
        Self::around(Bench::new(&mut ResponseEngine::<LQ, 4, 3, 6, 1>::default()))
    }

    fn around(bench: Bench) -> Self {
        let mut world = Self {
            bench,
            states: [RTS; SLOTS],
            state: 0,
            answers: VecDeque::new(),
            tx_ready: true,
            sent: vec![],
            shown: false,
            longest_wait: 0,
            waited: 0,
        };
        for slot in 0..SLOTS as u64 {
            let mut cfg = config(slot);
            cfg.partner_qpn = (slot + 0x990).to_bits();
            cfg.pkey = 0xffff.into();
            world.configure(slot, &cfg);
        }
        world
    }

    /// Writes the copy of the configuration; the copy does not acknowledge.
    fn configure(&mut self, slot: u64, cfg: &QpConfig) {
        let mut words = cfg.to_uint().to_u32_digits();
        words.resize(QpConfig::WIDTH / 32, 0);
        for (word, data) in words.into_iter().enumerate() {
            let request = CtxReq::write(kind::QP_CONFIG, slot, word as u64, data);
            self.bench.put("bus", &request);
            self.step();
            self.step();
            self.bench.put("bus", &CtxReq::default());
            self.step();
        }
    }

    /// One cycle. Returns (the packet that has newly appeared at the output, the answer that was taken).
    fn step(&mut self) -> (Option<Sent>, Option<Answer>) {
        let b = &mut self.bench;
        b.set("ans_valid", u64::from(!self.answers.is_empty()));
        if let Some(answer) = self.answers.front() {
            b.put("ans", answer);
        }
        b.set("tx_ready", u64::from(self.tx_ready));
        b.set("st_state", self.state);
        b.settle();
        let appeared = (b.high("tx_valid") && !self.shown).then(|| Sent::of(&b.take("tx")));
        self.shown = b.high("tx_valid") && !self.tx_ready;
        self.sent.extend(appeared.clone());
        self.state = 7;
        if b.high("st_re") {
            self.state = self.states[b.get("st_slot") as usize];
        }
        let mut taken = None;
        if b.high("ans_valid") && b.high("ans_ready") {
            taken = self.answers.pop_front();
            self.waited = 0;
        } else if b.high("ans_valid") {
            self.waited += 1;
            self.longest_wait = self.longest_wait.max(self.waited);
        }
        b.cycle();
        (appeared, taken)
    }

    /// Hands answers over and runs until nothing has happened for a while; what was sent.
    fn run(&mut self, answers: &[Answer]) -> Vec<Sent> {
        self.answers.extend(answers);
        let mut quiet = 0;
        while quiet < 30 {
            let (sent, taken) = self.step();
            quiet = if sent.is_some() || taken.is_some() {
                0
            } else {
                quiet + 1
            };
        }
        std::mem::take(&mut self.sent)
    }

    fn kick(&mut self, slot: u64) -> Vec<Sent> {
        self.bench.set("kick_valid", 1);
        self.bench.set("kick_slot", slot);
        self.step();
        self.bench.set("kick_valid", 0);
        self.run(&[])
    }

    fn result(&mut self, slot: u64, resource: u64, value: u64) {
        self.bench.set("res_we", 1);
        self.bench.set("res_addr", slot * 8 + resource);
        self.bench.set("res_data", value);
        self.step();
        self.bench.set("res_we", 0);
    }

    fn tail(&mut self, slot: u64) -> u64 {
        self.bench.set("rsp_peek_re", 1);
        self.bench.set("rsp_peek_slot", slot);
        self.step();
        self.bench.set("rsp_peek_re", 0);
        self.bench.get("rsp_peek_tail")
    }
}

/// The packets of a READ response.
fn response(slot: u64, psn: u64, len: u64, iova: u64, msn: u64) -> Vec<Sent> {
    let count = len.div_ceil(MTU).max(1);
    let packet = |k: u64| {
        let bytes = (len - k * MTU).min(MTU);
        let opcode = match (k == 0, k + 1 == count) {
            (true, true) => 0x10,
            (true, false) => 0x0d,
            (false, true) => 0x0f,
            (false, false) => 0x0e,
        };
        Sent {
            slot,
            opcode,
            psn: (psn + k) & MASK,
            ext: if opcode == 0x0e {
                vec![]
            } else {
                aeth(0x1f, msn)
            },
            payload: (bytes > 0).then_some((iova + k * MTU, bytes)),
        }
    };
    (0..count).map(packet).collect()
}

#[test]
fn response_ack_carries_the_partner() {
    let mut w = World::new();
    w.tx_ready = false;
    assert_eq!(
        w.run(&[ack(2, 77, 0x1f, 0x01_0203)]),
        [Sent::ack(2, 77, 0x1f, 0x01_0203)]
    );
    let tx: TxDesc = w.bench.take("tx");
    assert_eq!(
        (tx.dest_qpn.to_u64(), tx.pkey.to_u64(), tx.ipv6.to_u64()),
        (0x992, 0xffff, 0)
    );
    w.tx_ready = true;
    assert!(w.run(&[]).is_empty(), "once");
}

#[test]
fn response_read_is_cut_at_the_path_mtu() {
    let mut w = World::new();
    let mut finished = 0;
    for len in [0, 1, MTU - 1, MTU, MTU + 1, 2 * MTU, 5 * MTU + 3] {
        for psn in [5, MASK] {
            let iova = 0x1_ffff_ff00;
            let sent = w.run(&[read(1, psn, len, iova, 9)]);
            assert_eq!(sent, response(1, psn, len, iova, 9), "{len} bytes");
            finished += 1;
            assert_eq!(w.tail(1), finished);
        }
    }
}

#[test]
fn response_atomic_returns_the_stored_number() {
    let mut w = World::new();
    w.result(4, 6, 0x0102_0304_0506_0708);
    w.result(4, 7, 0);
    let mut ext = aeth(0x1f, 3);
    ext.extend([1, 2, 3, 4, 5, 6, 7, 8]);
    let expected = Sent {
        slot: 4,
        opcode: 0x12,
        psn: 8,
        ext,
        payload: None,
    };
    assert_eq!(w.run(&[atomic(4, 8, 6, 3)]), [expected]);
}

#[test]
fn response_ack_never_overtakes_entries() {
    let mut w = World::new();
    w.tx_ready = false;
    assert_eq!(w.run(&[ack(0, 1, 0x1f, 1)]).len(), 1, "the output is taken");
    w.run(&[
        read(1, 5, 2 * MTU, 0x1000, 2),
        ack(1, 7, 0x1f, 3),
        atomic(1, 8, 0, 4),
        ack(1, 9, 0x1f, 5),
    ]);
    w.tx_ready = true;
    let opcodes: Vec<_> = w.run(&[]).iter().map(|s| (s.opcode, s.psn)).collect();
    assert_eq!(opcodes, [(0x0d, 5), (0x0f, 6), (0x12, 8), (0x11, 9)]);
}

/// Answers that come while `tx` is blocked, and the ACK that remains.
fn merged(answers: &[Answer]) -> Vec<(u64, u64, Vec<u8>)> {
    let mut w = World::new();
    w.tx_ready = false;
    w.run(&[ack(0, 1, 0x1f, 1)]);
    w.run(answers);
    w.tx_ready = true;
    w.run(&[])
        .into_iter()
        .map(|s| (s.opcode, s.psn, s.ext))
        .collect()
}

#[test]
fn response_pending_ack_is_overwritten_by_what_is_not_behind() {
    // coalesced, over the wrap
    let acks = [ack(1, MASK, 0x1f, 1), ack(1, 0, 0x1f, 2)];
    assert_eq!(merged(&acks), [(0x11, 0, aeth(0x1f, 2))]);
    // a duplicate's ACK does not swallow a NAK
    for nak in [0x60, 0x2c] {
        let answers = [ack(1, 5, nak, 1), ack(1, 4, 0x1f, 1)];
        assert_eq!(merged(&answers), [(0x11, 5, aeth(nak, 1))]);
    }
    // the packet came after all
    let answers = [ack(1, 5, 0x60, 1), ack(1, 5, 0x1f, 2)];
    assert_eq!(merged(&answers), [(0x11, 5, aeth(0x1f, 2))]);
    // a READ acknowledges what is before it, a duplicate READ does not
    let answers = [ack(1, 4, 0x1f, 1), read(1, 5, 4, 0, 2)];
    assert_eq!(merged(&answers), [(0x10, 5, aeth(0x1f, 2))]);
    let answers = [ack(1, 5, 0x60, 1), read(1, 3, 4, 0, 1)];
    assert_eq!(
        merged(&answers),
        [(0x10, 3, aeth(0x1f, 1)), (0x11, 5, aeth(0x60, 1))]
    );
    // nothing removes a fatal NAK
    let answers = [ack(1, 5, 0x61, 1), ack(1, 6, 0x60, 1), ack(1, 7, 0x1f, 1)];
    assert_eq!(merged(&answers), [(0x11, 5, aeth(0x61, 1))]);
}

#[test]
fn response_states() {
    for (mut w, silent, sending) in [
        (
            World::new(),
            [0, 1, 5, 7, ERR].as_slice(),
            [2, 4].as_slice(),
        ),
        (World::migratable(), &[0, 1, 7, ERR], &[2, 4, 5]),
    ] {
        for state in silent.iter().copied() {
            w.states[1] = state;
            assert!(w.run(&[ack(1, 5, 0x1f, 1)]).is_empty(), "state {state}");
            assert!(w.kick(1).is_empty());
            w.states[1] = RTS;
            assert_eq!(w.kick(1), [Sent::ack(1, 5, 0x1f, 1)]);
            // of the silent ones, only ERR sends what is fatal
            w.states[1] = state;
            let fatal = [Sent::ack(1, 6, 0x62, 1)];
            if state != ERR {
                assert!(w.run(&[ack(1, 6, 0x62, 1)]).is_empty(), "state {state}");
                w.states[1] = ERR;
                assert_eq!(w.kick(1), fatal);
            } else {
                assert_eq!(w.run(&[ack(1, 6, 0x62, 1)]), fatal);
            }
        }
        for state in sending.iter().copied() {
            w.states[1] = state;
            assert_eq!(w.run(&[ack(1, 5, 0x1f, 1)]).len(), 1, "state {state}");
        }
    }
}

#[test]
fn response_fatal_nak_is_sent_in_err_behind_earlier_reads() {
    let mut w = World::new();
    w.states[1] = ERR;
    assert!(w.run(&[read(1, 5, MTU + 1, 0x1000, 1)]).is_empty());
    let sent = w.run(&[ack(1, 7, 0x62, 1)]);
    let mut expected = response(1, 5, MTU + 1, 0x1000, 1);
    expected.push(Sent::ack(1, 7, 0x62, 1));
    assert_eq!(sent, expected);
    assert!(w.run(&[ack(1, 8, 0x60, 1)]).is_empty());
}

/// Three times `turn` after a change of state, and nothing leaves that was begun in the old one, however slow the way out is.
#[test]
fn response_turn_says_that_earlier_turns_have_ended() {
    const SEED: u64 = 0x5eed_0305;
    println!("seed {SEED:#x}");
    let mut rng = Rng::new(SEED);
    let mut w = World::new();
    let mut late = 0;
    for _ in 0..300 {
        w.states[1] = RTS;
        w.answers
            .extend([read(1, 5, 9 * MTU, 0, 1), read(2, 5, 9 * MTU, 0, 1)]);
        for _ in 0..10 + rng.below(40) {
            w.tx_ready = rng.below(6) == 0;
            w.step();
        }
        w.states[1] = ERR;
        let (mut turns, mut age) = (0, 0);
        while age < 60 {
            w.tx_ready = rng.below(6) == 0;
            w.bench.set("tx_ready", w.tx_ready.into());
            w.bench.settle();
            // what stood at the output before may leave
            let leaves = w.bench.high("tx_valid") && w.tx_ready;
            let slot = w.bench.take::<TxDesc>("tx").slot.to_u64();
            assert!(!(turns >= 3 && leaves && slot == 1), "after {age} cycles");
            late += u64::from(leaves && slot == 1);
            turns += u64::from(w.bench.high("turn"));
            w.step();
            age += 1;
        }
        // everything out
        w.states[1] = RTS;
        w.tx_ready = true;
        w.kick(1);
    }
    assert!(late > 20, "{late} packets were under way");
}

#[test]
fn response_queue_pairs_share_by_packets() {
    let mut w = World::new();
    w.tx_ready = false;
    w.run(&[ack(0, 1, 0x1f, 1)]);
    w.run(&[1, 2, 3].map(|slot| read(slot, 0, 20 * MTU, 0, 1)));
    w.tx_ready = true;
    let slots: Vec<_> = w.run(&[]).iter().map(|s| s.slot).collect();
    assert_eq!(slots.len(), 60);
    for round in slots.chunks(3) {
        assert_eq!(round, [1, 2, 3]);
    }
}

#[test]
fn response_blocked_tx_never_blocks_answers() {
    let mut w = World::new();
    w.tx_ready = false;
    for round in 0..8 {
        for slot in 0..SLOTS as u64 {
            let answers = [
                read(slot, round, 8, 0x1000 * slot, 0),
                ack(slot, round, 0x1f, 0),
            ];
            w.answers.extend(answers);
        }
    }
    while !w.answers.is_empty() {
        w.step();
    }
    assert!(w.longest_wait <= 9, "waited {}", w.longest_wait);
    assert_eq!(w.sent.len(), 1, "one packet at most is held");
    w.tx_ready = true;
    // one ACK each at the end; those of before the last READ are implied by it
    assert_eq!(w.run(&[]).len(), 8 * 9);
}

#[test]
fn response_ack_rate() {
    let mut w = World::new();
    for psn in 0..200 {
        w.answers.push_back(ack(psn % SLOTS as u64, psn, 0x1f, 0));
    }
    let start = w.bench.cycles;
    while w.sent.len() < 200 {
        w.step();
    }
    let cycles = w.bench.cycles - start;
    println!("{cycles} cycles for 200 ACKs");
    assert!(cycles <= 8 * 200);
    assert!(w.longest_wait <= 9);
}

/// What one queue pair owes.
#[derive(Default, Clone)]
struct Owed {
    entries: VecDeque<VecDeque<Sent>>,
    ack: Option<(u64, u64, u64)>,
    tail: u64,
}

impl Owed {
    fn add(&mut self, a: &Answer, results: &[u64]) {
        let (slot, psn, msn) = (a.slot.to_u64(), a.psn.to_u64(), a.msn.to_u64());
        let behind = |old: u64| psn.wrapping_sub(old) & 0x80_0000 != 0;
        let over = self
            .ack
            .is_none_or(|(old, syndrome, _)| !behind(old) && !(0x61..0x64).contains(&syndrome));
        match a.kind.to_u64() {
            1 => {
                if over {
                    self.ack = Some((psn, a.syndrome.to_u64(), msn));
                }
                return;
            }
            2 => {
                let all = response(slot, psn, a.len.to_u64(), a.iova.to_u64(), msn);
                self.entries.push_back(all.into());
            }
            _ => {
                let mut ext = aeth(0x1f, msn);
                ext.extend(results[a.resource.to_u64() as usize].to_be_bytes());
                let only = Sent {
                    slot,
                    opcode: 0x12,
                    psn,
                    ext,
                    payload: None,
                };
                self.entries.push_back([only].into());
            }
        }
        if over {
            self.ack = None;
        }
    }

    fn next(&mut self, slot: u64) -> Option<Sent> {
        if let Some(entry) = self.entries.front_mut() {
            let sent = entry.pop_front();
            if entry.is_empty() {
                self.entries.pop_front();
                self.tail += 1;
            }
            return sent;
        }
        self.ack
            .take()
            .map(|(psn, syndrome, msn)| Sent::ack(slot, psn, syndrome, msn))
    }
}

fn random(seed: u64, cycles: usize, load: u64, stall: u64) {
    let mut w = World::new();
    let mut rng = Rng::new(seed);
    let mut owed = vec![Owed::default(); SLOTS];
    let results: Vec<u64> = (0..8).map(|_| rng.next()).collect();
    for slot in 0..SLOTS as u64 {
        for (resource, value) in results.iter().enumerate() {
            w.result(slot, resource as u64, *value);
        }
    }
    let mut pushed = [0u64; SLOTS];
    let mut psns: [u64; SLOTS] = std::array::from_fn(|_| rng.next() & MASK);
    let mut peeked = None;
    let mut packets = 0;
    for cycle in 0..cycles {
        let draining = cycle + 3000 > cycles;
        w.tx_ready = draining || !rng.one_in(stall);
        let slot = rng.below(SLOTS as u64);
        let at = slot as usize;
        if w.answers.len() < 2 && rng.one_in(load) && !draining {
            let psn = psns[at];
            let room = pushed[at] - owed[at].tail < 8;
            let answer = match rng.below(4) {
                0 if room => read(slot, psn, rng.below(4 * MTU), rng.next() >> 8, psn / 2),
                1 if room => atomic(slot, psn, rng.below(8), psn / 2),
                2 => ack(slot, psn.wrapping_sub(rng.below(3)) & MASK, 0x1f, psn / 2),
                _ => ack(slot, psn, rng.pick(&[0x1f, 0x60, 0x2c]), psn / 2),
            };
            if answer.kind != 1 {
                pushed[at] += 1;
            }
            psns[at] = (psn + rng.below(3)) & MASK;
            w.answers.push_back(answer);
        }
        let peek = rng.below(SLOTS as u64);
        w.bench.set("rsp_peek_re", 1);
        w.bench.set("rsp_peek_slot", peek);
        let seen = w.bench.get("rsp_peek_tail");
        let (sent, taken) = w.step();
        if let Some(sent) = sent {
            packets += 1;
            let expected = owed[sent.slot as usize].next(sent.slot);
            assert_eq!(Some(sent), expected, "cycle {cycle}");
        }
        if let Some(last) = peeked {
            let tail: &Owed = &owed[last as usize];
            assert_eq!(seen, tail.tail & 0xff, "cycle {cycle}");
        }
        peeked = Some(peek);
        if let Some(answer) = taken {
            owed[answer.slot.to_u64() as usize].add(&answer, &results);
        }
    }
    println!("{packets} packets");
    for (slot, mut owed) in owed.into_iter().enumerate() {
        assert_eq!(owed.next(slot as u64), None, "slot {slot} still owes");
    }
    assert!(
        w.longest_wait <= 9,
        "an answer waited {} cycles",
        w.longest_wait
    );
}

#[test]
fn response_random_traffic() {
    random(0x5eed_0301, 60_000, 12, 4);
}

#[test]
fn response_random_traffic_overload() {
    random(0x5eed_0302, 60_000, 1, 1_000_000);
    random(0x5eed_0303, 60_000, 4, 2);
}

fn matches_verilog<const MG: usize>(seed: u64) {
    println!("seed {seed:#x}");
    with_big_stack(|| {
        let mut uut = ResponseEngine::<2, 3, 3, 5, MG>::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            seed,
            5000,
            |u, clock| u.clock.next = clock,
            |u, rng, cycle| {
                randomize_inputs!(u, rng; ans_valid, kick_valid, kick_slot, tx_ready, rsp_peek_re,
                    rsp_peek_slot, res_we, res_addr, res_data);
                u.st_state.next = rng.pick(&[3u64, 3, 3, 2, 6, 1, 5, 7]).to_bits();
                let slot = rng.below(4);
                let psn = rng.bits(24);
                u.ans.next = match rng.below(4) {
                    0 => ack(slot, psn, rng.pick(&[0x1f, 0x60, 0x61, 0x2c]), rng.bits(24)),
                    1 => atomic(slot, psn, rng.below(8), rng.bits(24)),
                    2 => read(slot, psn, rng.below(9000), rng.bits(64), rng.bits(24)),
                    _ => ack(slot, psn, 0x1f, rng.bits(24)),
                };
                // configurations are written, then records are read: a write in the cycle of an engine's read of the
                // same record is left open by the memory
                let held = cycle as u64 / 3;
                let kinds = [kind::RESPONSE, kind::RESPONSE_ENTRY, kind::ATOMIC_RESULT];
                u.bus.next = CtxReq {
                    valid: u64::from(cycle % 3 < 2).to_bits(),
                    write: u64::from(held < 40).to_bits(),
                    kind: if held < 40 {
                        kind::QP_CONFIG
                    } else {
                        kinds[held as usize % 3]
                    }
                    .to_bits(),
                    index: (held % 4).to_bits(),
                    word: (held / 4 % 8).to_bits(),
                    both: (held / 32 % 2).to_bits(),
                    data: rng.bits(64).to_bits(),
                    ..Default::default()
                };
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn response_matches_verilog() {
    matches_verilog::<0>(0x5eed_0304);
    matches_verilog::<1>(0x5eed_0306);
}

// Each packet of an answer asks whether its region is still there.
#[test]
fn response_ends_with_its_region() {
    let mut w = World::new();
    w.bench.set("err_ready", 1);
    let mut answer = read(2, 100, 3 * MTU, 0x5000, 7);
    answer.mr = 0x42.into();
    let behind = read(2, 103, 64, 0x9000, 8);
    w.answers.extend([answer, behind]);
    while w.sent.is_empty() {
        w.step();
    }
    w.bench.set("gone", 1);
    w.states[2] = ERR;
    let sent = w.run(&[]);
    assert_eq!(sent[0], response(2, 100, 3 * MTU, 0x5000, 7)[0]);
    assert_eq!(sent[1..], [Sent::ack(2, 101, 0x62, 7)]);
    // nothing is owed any more
    assert_eq!(w.kick(2), []);
}
