//! The receive executor: what it writes, in which order, and how fast; alone and with the completion unit.

use crate::kit::{Bench, Rng, any, differs_not, seeded};
use hdl::counter;
use hdl::pipe::{Answer, CqeReq, ExecDesc, ReadReq};
use hdl::rx_exec::RxExec;
use rust_hdl::prelude::*;
use std::collections::{HashMap, VecDeque};

const DEPTH: usize = 4096;

/// What leaves the executor, in order.
#[derive(Clone, Debug, PartialEq)]
enum Out {
    /// a whole transaction: address of the first byte, bytes
    Write(u64, Vec<u8>),
    Cqe(u64),
    Answer(Answer),
    Result(u64, u64),
    Error(u64, u64),
    Free(u64),
    Token,
    Read(u64),
    Count(u64),
}

/// Everything around the executor.
struct World {
    bench: Bench,
    bus: usize,
    frames: Vec<u8>,
    memory: HashMap<u64, u8>,
    open: Vec<(u64, u8)>,
    read: Option<usize>,
    /// cycle and value
    out: Vec<(u64, Out)>,
    /// descriptors by source
    todo: VecDeque<(usize, ExecDesc)>,
    answer_in: Option<(u64, u64)>,
    /// chance in 8 that a port waits
    stall: u64,
    bad_reads: bool,
    rng: Rng,
}

impl World {
    fn new(block: &mut dyn Block, bus: usize, seed: u64, stall: u64) -> Self {
        let mut rng = seeded(seed);
        Self {
            bench: Bench::new(block),
            bus,
            frames: (0..DEPTH * bus).map(|_| rng.next_u64() as u8).collect(),
            memory: HashMap::new(),
            open: vec![],
            read: None,
            out: vec![],
            todo: VecDeque::new(),
            answer_in: None,
            stall,
            bad_reads: false,
            rng,
        }
    }

    fn waits(&mut self) -> u64 {
        u64::from(!self.rng.chance(self.stall, 8))
    }

    fn word(&self, addr: u64) -> u64 {
        let bytes: Vec<_> = (0..8)
            .map(|k| self.memory.get(&(addr + k)).copied().unwrap_or(0))
            .collect();
        u64::from_le_bytes(bytes.try_into().unwrap())
    }

    fn inputs(&mut self) {
        for source in 0..3 {
            let desc = self.todo.front().filter(|d| d.0 == source).map(|d| d.1);
            let valid = u64::from(desc.is_some());
            self.bench.set(&format!("x{source}_valid"), valid);
            if let Some(desc) = desc {
                self.bench.put(&format!("x{source}"), &desc);
            }
        }
        for port in [
            "wr_ready",
            "rd_ready",
            "cqe_ready",
            "ans_ready",
            "err_ready",
        ] {
            let ready = self.waits();
            self.bench.set(port, ready);
        }
        if let Some(at) = self.read.take() {
            let word = self.frames[at * self.bus..(at + 1) * self.bus].to_vec();
            self.bench.put_bytes("fb_data", &word);
        }
        self.bench.set("rsp_valid", 0);
        if let Some((when, addr)) = self.answer_in
            && self.bench.cycles >= when
        {
            self.answer_in = None;
            let base = addr & !(self.bus as u64 - 1);
            let bytes: Vec<_> = (0..self.bus as u64)
                .map(|k| {
                    if (addr..addr + 8).contains(&(base + k)) {
                        self.memory.get(&(base + k)).copied().unwrap_or(0)
                    } else {
                        0xee
                    }
                })
                .collect();
            self.bench.put_bytes("rsp_data", &bytes);
            self.bench.set("rsp_valid", 1);
            self.bench.set("rsp_error", u64::from(self.bad_reads));
        }
    }

    fn emit(&mut self, out: Out) {
        self.out.push((self.bench.cycles, out));
    }

    fn outputs(&mut self) {
        let both =
            |b: &Bench, x: &str| b.high(&format!("{x}_valid")) && b.high(&format!("{x}_ready"));
        if let Some((source, _)) = self.todo.front()
            && both(&self.bench, &format!("x{source}"))
        {
            self.todo.pop_front();
        }
        if self.bench.high("fb_re") {
            self.read = Some(self.bench.get("fb_addr") as usize);
        }
        if both(&self.bench, "wr") {
            let addr = self.bench.get("wr_addr");
            for lane in 0..self.bus {
                if self.bench.bytes("wr_strb")[lane / 8] >> (lane % 8) & 1 == 1 {
                    let byte = (addr + lane as u64, self.bench.bytes("wr_data")[lane]);
                    self.open.push(byte);
                    self.memory.insert(byte.0, byte.1);
                }
            }
            if self.bench.high("wr_last") {
                let bytes = std::mem::take(&mut self.open);
                self.emit(Out::Write(bytes[0].0, bytes.iter().map(|b| b.1).collect()));
            }
        }
        if both(&self.bench, "cqe") && self.bench.high("cqe_go") {
            let cqe: CqeReq = self.bench.take("cqe");
            self.emit(Out::Cqe(cqe.index.to_u64()));
        }
        if both(&self.bench, "ans") {
            let answer = self.bench.take("ans");
            self.emit(Out::Answer(answer));
        }
        if self.bench.high("res_we") {
            self.emit(Out::Result(
                self.bench.get("res_addr"),
                self.bench.get("res_data"),
            ));
        }
        if both(&self.bench, "err") {
            self.emit(Out::Error(
                self.bench.get("err_slot"),
                self.bench.get("err_event"),
            ));
        }
        if both(&self.bench, "rd") {
            let request: ReadReq = self.bench.take("rd");
            assert_eq!((request.len.to_u64(), request.tag.to_u64()), (8, 0));
            let addr = request.addr.to_u64();
            self.answer_in = Some((self.bench.cycles + 1 + self.rng.below(20), addr));
            self.emit(Out::Read(addr));
        }
        if self.bench.high("free_valid") {
            self.emit(Out::Free(self.bench.get("free_beats")));
        }
        if self.bench.high("token_out") {
            self.emit(Out::Token);
        }
        if self.bench.high("count_valid") {
            self.emit(Out::Count(self.bench.get("count")));
        }
    }

    /// Like a completion unit: ready comes only with go.
    fn step(&mut self) {
        self.inputs();
        self.bench.settle();
        if !self.bench.high("cqe_go") {
            self.bench.set("cqe_ready", 0);
            self.bench.settle();
        }
        self.outputs();
        self.bench.cycle();
    }

    fn run(&mut self, cycles: u64) {
        for _ in 0..cycles {
            self.step();
        }
        assert!(self.todo.is_empty(), "descriptors left");
        assert!(self.open.is_empty());
    }

    /// Compares all but the counters.
    /// Memory accesses and what follows them each in order; a descriptor's accesses may come before what follows those of its predecessor.
    fn must_be(&self, expected: &[Out]) {
        let access = |o: &&Out| matches!(o, Out::Read(_) | Out::Result(..) | Out::Write(..));
        let (seen, rest): (Vec<_>, Vec<_>) = self.seen().into_iter().partition(|o| access(&o));
        for (k, (seen, expected)) in seen.iter().zip(expected.iter().filter(access)).enumerate() {
            assert_eq!(seen, expected, "access {k}");
        }
        for (k, (seen, expected)) in rest
            .iter()
            .zip(expected.iter().filter(|o| !access(o)))
            .enumerate()
        {
            assert_eq!(seen, expected, "output {k}");
        }
        assert_eq!(seen.len() + rest.len(), expected.len());
    }

    /// Without counters.
    fn seen(&self) -> Vec<Out> {
        let real = |o: &&(u64, Out)| !matches!(o.1, Out::Count(_));
        self.out.iter().filter(real).map(|o| o.1.clone()).collect()
    }

    fn counted(&self, number: u64) -> usize {
        self.out
            .iter()
            .filter(|o| o.1 == Out::Count(number))
            .count()
    }
}

fn desc() -> ExecDesc {
    ExecDesc {
        slot: 5.into(),
        beats: 7.into(),
        cqe_opcode: 128.into(),
        ..Default::default()
    }
}

fn answer(d: &ExecDesc) -> Answer {
    Answer {
        slot: d.slot,
        kind: d.answer,
        psn: d.psn,
        syndrome: d.syndrome,
        msn: d.msn,
        len: d.answer_len,
        mr: d.answer_mr,
        iova: d.answer_iova,
        resource: d.resource,
    }
}

/// What a descriptor without ATOMIC must do.
fn expected(d: &ExecDesc, source: usize, frames: &[u8], bus: usize) -> Vec<Out> {
    let mut out = vec![];
    let from = d.buf.to_u64() as usize * bus + d.src_offset.to_u64() as usize;
    let (len0, len1) = (d.len0.to_u64() as usize, d.len1.to_u64() as usize);
    let bytes = |at: usize, len: usize| {
        (0..len)
            .map(|k| frames[(at + k) % frames.len()])
            .collect::<Vec<_>>()
    };
    if source < 2 {
        if len0 > 0 {
            out.push(Out::Write(d.iova0.to_u64(), bytes(from, len0)));
        }
        if len1 > 0 {
            out.push(Out::Write(d.iova1.to_u64(), bytes(from + len0, len1)));
        }
        if d.cqe == 1 {
            out.push(Out::Cqe(d.cqe_index.to_u64()));
        }
    }
    if source == 0 && d.answer.any() {
        out.push(Out::Answer(answer(d)));
    }
    if d.beats.any() {
        out.push(Out::Free(d.beats.to_u64()));
    }
    if source == 0 && d.token == 1 {
        out.push(Out::Token);
    }
    out
}

fn random_desc(rng: &mut Rng, k: u64) -> ExecDesc {
    let mut d: ExecDesc = any(rng);
    let longest = rng.pick(&[0, 0, 9, 70, 600]);
    d.len0 = (rng.below(longest + 1)).into();
    d.len1 = (rng.below(longest + 1)).into();
    d.iova0 = ((rng.next_u64() >> 8) & !7 | rng.below(8)).into();
    d.iova1 = (rng.next_u64() >> 8).into();
    d.atomic = 0.into();
    d.src_offset = rng.below(120).into();
    d.cqe_index = (k & 0xffff).into();
    d
}

/// Every output that belongs to a descriptor is in order, whatever its neighbours do.
fn random_descriptors(block: &mut dyn Block, bus: usize, seed: u64, stall: u64) {
    let mut world = World::new(block, bus, seed, stall);
    let mut descs = vec![];
    for k in 0..400 {
        let d = random_desc(&mut world.rng, k);
        let source = world.rng.below(3) as usize;
        descs.push((source, d));
        world.todo.push_back((source, d));
    }
    world.run(if stall == 0 { 30_000 } else { 90_000 });
    // payload may run ahead of the completion of the descriptor before, but each kind keeps its order,
    // and nothing of a descriptor comes before its own payload
    let seen = world.seen();
    let (mut writes, mut others) = (vec![], vec![]);
    for (source, d) in &descs {
        let (payload, rest): (Vec<_>, Vec<_>) = expected(d, *source, &world.frames, bus)
            .into_iter()
            .partition(|o| matches!(o, Out::Write(..)));
        writes.extend(payload);
        others.extend(rest.into_iter().map(|o| (o, writes.len())));
    }
    let mut written = 0;
    let mut others = others.iter();
    for (k, out) in seen.iter().enumerate() {
        if let Out::Write(..) = out {
            assert_eq!(out, &writes[written], "output {k}");
            written += 1;
        } else {
            let (wanted, payloads) = others.next().expect("an output too many");
            assert_eq!(out, wanted, "output {k}");
            assert!(
                written >= *payloads,
                "output {k}, {out:?}, is ahead of its payload"
            );
        }
    }
    assert!(written == writes.len() && others.next().is_none());
    let recvs = descs
        .iter()
        .filter(|(s, d)| *s < 2 && d.cqe == 1 && d.cqe_opcode.get_bit(7) && !d.cqe_status.any());
    assert_eq!(world.counted(counter::RDMA_RECVS), recvs.count());
}

#[test]
fn exec_64_random_descriptors() {
    random_descriptors(&mut RxExec::<64, 8, 3>::default(), 8, 0xe64, 0);
    random_descriptors(&mut RxExec::<64, 8, 3>::default(), 8, 0xe65, 4);
}

#[test]
fn exec_512_random_descriptors() {
    random_descriptors(&mut RxExec::<512, 64, 6>::default(), 64, 0xe512, 0);
    random_descriptors(&mut RxExec::<512, 64, 6>::default(), 64, 0xe513, 4);
}

fn atomics(block: &mut dyn Block, bus: usize, seed: u64) {
    let mut world = World::new(block, bus, seed, 3);
    let mut model: HashMap<u64, u64> = HashMap::new();
    let mut expected = vec![];
    for k in 0..200 {
        let addr = 0x7000 + 8 * world.rng.below(12);
        let old = model.get(&addr).copied().unwrap_or(0);
        let mut d = desc();
        d.atomic = (1 + world.rng.below(2)).into();
        d.iova0 = addr.into();
        let operand = world.rng.bits(64);
        d.swap_add = operand.into();
        d.compare = world.rng.pick(&[old, old, old ^ 1, old ^ (1 << 63)]).into();
        d.resource = (k % 8).into();
        d.src_offset = world.rng.below(200).into();
        d.answer = 3.into();
        d.answer_iova = u64::MAX.into();
        let write = d.atomic == 2 || d.compare.to_u64() == old;
        let new = if d.atomic == 2 {
            old.wrapping_add(operand)
        } else {
            operand
        };
        expected.push(Out::Read(addr));
        expected.push(Out::Result((5 << 3) + k % 8, old));
        if write {
            expected.push(Out::Write(addr, new.to_le_bytes().to_vec()));
            model.insert(addr, new);
        }
        expected.push(Out::Answer(Answer {
            iova: old.into(),
            ..answer(&d)
        }));
        expected.push(Out::Free(7));
        world.todo.push_back((0, d));
    }
    world.run(20_000);
    world.must_be(&expected);
    assert!(
        model
            .iter()
            .all(|(addr, value)| world.word(*addr) == *value)
    );
}

#[test]
fn exec_64_atomics() {
    atomics(&mut RxExec::<64, 8, 3>::default(), 8, 0xa64);
}

#[test]
fn exec_512_atomics() {
    atomics(&mut RxExec::<512, 64, 6>::default(), 64, 0xa512);
}

/// An ATOMIC sees the payload before it, and the payload behind it wins.
#[test]
fn exec_atomic_between_payloads() {
    let mut world = World::new(&mut RxExec::<64, 8, 3>::default(), 8, 0xa65, 2);
    let write = ExecDesc {
        len0: 8.into(),
        iova0: 0x4000.into(),
        ..desc()
    };
    let add = ExecDesc {
        atomic: 2.into(),
        iova0: 0x4000.into(),
        swap_add: 1.into(),
        answer: 3.into(),
        ..desc()
    };
    world.todo.extend([(0, write), (0, add), (0, add)]);
    world.run(300);
    let start = u64::from_le_bytes(world.frames[..8].try_into().unwrap());
    assert_eq!(world.word(0x4000), start.wrapping_add(2));
    world.todo.extend([(0, add), (0, write)]);
    world.run(300);
    assert_eq!(world.word(0x4000), start);
}

#[test]
fn exec_atomic_read_error() {
    let mut world = World::new(&mut RxExec::<64, 8, 3>::default(), 8, 0xa66, 2);
    world.bad_reads = true;
    let d = ExecDesc {
        atomic: 2.into(),
        iova0: 0x4000.into(),
        swap_add: 1.into(),
        answer: 3.into(),
        syndrome: 0x1f.into(),
        psn: 77.into(),
        ..desc()
    };
    world.todo.extend([
        (0, d),
        (
            0,
            ExecDesc {
                beats: 3.into(),
                ..desc()
            },
        ),
    ]);
    world.run(200);
    let seen = world.seen();
    assert_eq!(seen[..2], [Out::Read(0x4000), Out::Error(5, 3)]);
    let Out::Answer(nak) = &seen[2] else {
        panic!("{seen:?}")
    };
    assert_eq!(
        (nak.kind.to_u64(), nak.syndrome.to_u64(), nak.psn.to_u64()),
        (1, 0x63, 77)
    );
    assert_eq!(seen[3..], [Out::Free(7), Out::Free(3)]);
    assert_eq!(world.counted(counter::DMA_READ_ERROR), 1);
}

/// ATOMIC ACK: big-endian in the frame at any offset, little-endian in memory at any address.
fn reversal(block: &mut dyn Block, bus: usize) {
    let mut world = World::new(block, bus, 0xa3, 1);
    let mut expected = vec![];
    for offset in 0..2 * bus as u64 {
        for lane in (0..bus as u64).step_by(bus / 8) {
            let d = ExecDesc {
                atomic: 3.into(),
                len0: 8.into(),
                src_offset: offset.into(),
                iova0: (0x9000 + lane).into(),
                buf: 9.into(),
                cqe: 1.into(),
                cqe_index: offset.into(),
                ..desc()
            };
            world.todo.push_back((1, d));
            let from = 9 * bus + offset as usize;
            let mut bytes = world.frames[from..from + 8].to_vec();
            bytes.reverse();
            expected.extend([
                Out::Write(0x9000 + lane, bytes),
                Out::Cqe(offset),
                Out::Free(7),
            ]);
        }
    }
    world.run(if bus == 8 { 6_000 } else { 40_000 });
    world.must_be(&expected);
}

#[test]
fn exec_reverses_an_atomic_ack() {
    reversal(&mut RxExec::<64, 8, 3>::default(), 8);
    reversal(&mut RxExec::<512, 64, 6>::default(), 64);
}

/// Cycles from one descriptor to the next for messages of 64 bytes with completion and answer, and the latency of the first completion.
fn small_messages(block: &mut dyn Block, bus: usize) -> (u64, u64) {
    let mut world = World::new(block, bus, 1, 0);
    let d = ExecDesc {
        len0: 64.into(),
        iova0: 0x1000.into(),
        src_offset: (54 % bus as u64).into(),
        cqe: 1.into(),
        answer: 1.into(),
        ..desc()
    };
    world.todo.extend([(0, d); 32]);
    let start = world.bench.cycles;
    world.run(1_000);
    let times: Vec<_> = world
        .out
        .iter()
        .filter(|o| matches!(o.1, Out::Cqe(_)))
        .map(|o| o.0 - start)
        .collect();
    (times[0], (times[31] - times[0]) / 31)
}

#[test]
fn exec_small_messages_are_quick() {
    let (latency, period) = small_messages(&mut RxExec::<64, 8, 3>::default(), 8);
    println!("64 bits: payload out after {latency} cycles, {period} cycles a message");
    assert!(latency <= 16 && period <= 10, "{latency} {period}");
    let (latency, period) = small_messages(&mut RxExec::<512, 64, 6>::default(), 64);
    println!("512 bits: payload out after {latency} cycles, {period} cycles a message");
    assert!(latency <= 9 && period <= 4, "{latency} {period}");
}

macro_rules! differential {
    ($name:ident, $w:literal, $b:literal, $s:literal, $cycles:literal, $seed:literal) => {
        #[test]
        fn $name() {
            differs_not(
                RxExec::<$w, $b, $s>::default,
                $seed,
                $cycles,
                |u, clock| u.clock.next = clock,
                |u, rng, _| {
                    for x in [&mut u.x0, &mut u.x1, &mut u.x2] {
                        x.next = any(rng);
                        x.next.len0 = rng.below(40).into();
                        x.next.len1 = rng.below(40).into();
                    }
                    emit::randomize_inputs!(u, rng; fb_data, rsp_data, x0_valid = rng.chance(1, 4),
                        x1_valid = rng.chance(1, 4), x2_valid = rng.chance(1, 4), wr_ready = rng.chance(3, 4),
                        rd_ready, rsp_valid, rsp_error = rng.chance(1, 4), cqe_ready, ans_ready, err_ready)
                },
            );
        }
    };
}
differential!(exec_64_is_its_verilog, 64, 8, 3, 800, 0xed64);
differential!(exec_512_is_its_verilog, 512, 64, 6, 100, 0xed512);
