//! The bridge against a register bus and a memory of a few lines.

use crate::kit::{Bench, differs_not, seeded};
use bitstreams::bridge::Bridge;
use emit::cosim::Rng;
use emit::randomize_inputs;
use fw_regs::bridge::*;
use std::collections::{HashMap, VecDeque};

const SIZE: usize = 1 << 12;

/// What an access to the register bus looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RegisterWrite {
    doorbell: bool,
    address: u64,
    data: u64,
    strobes: u64,
}

struct World {
    bench: Bench,
    rng: Rng,
    memory: Vec<u8>,
    /// bytes read, on their way: two cycles
    reading: [u8; 2],
    held: u64,
    registers: HashMap<(bool, u64), u64>,
    writes: Vec<RegisterWrite>,
    /// cycles until a read is answered, and its answer
    answer: Option<(u64, u64)>,
    /// nobody is at the register bus
    deaf: bool,
    sent: VecDeque<u8>,
    received: Vec<u8>,
    sequence: u8,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut bench = Bench::new(&mut Bridge::<12>::new(50, 0));
        bench.set("reset", 1);
        bench.edge(&["clock"]);
        bench.set("reset", 0);
        Self {
            bench,
            rng: seeded(seed),
            memory: vec![0; SIZE],
            reading: [0; 2],
            held: 0,
            registers: HashMap::new(),
            writes: vec![],
            answer: None,
            deaf: false,
            sent: VecDeque::new(),
            received: vec![],
            sequence: 0,
        }
    }

    fn cycle(&mut self) {
        let byte = self
            .rng
            .chance(1, 4)
            .then(|| self.sent.pop_front())
            .flatten();
        self.bench.set("in_valid", byte.is_some().into());
        self.bench.set("in_data", byte.unwrap_or(0).into());
        let ready = self.rng.chance(1, 2);
        self.bench.set("out_ready", ready.into());
        let bus = !self.deaf && self.rng.chance(1, 2);
        self.bench.set("bar_ready", bus.into());
        let answered = self.answer.take_if(|(left, _)| *left == 0);
        self.bench.set("bar_rvalid", answered.is_some().into());
        self.bench.set("bar_rdata", answered.map_or(0x99, |a| a.1));
        self.bench.set("m_rd", self.reading[1].into());
        self.bench.set("m_held", (self.held > 3).into());
        self.bench.eval();
        let memory = self.bench.high("m_hold");
        let at = self.bench.get("m_addr") as usize;
        self.reading = [self.memory[at], self.reading[0]];
        if self.bench.high("m_we") {
            assert!(memory && self.held > 3, "a write without the memory");
            self.memory[at] = self.bench.get("m_wd") as u8;
        }
        self.held = if memory { self.held + 1 } else { 0 };
        if bus && self.bench.high("bar_valid") {
            self.access();
        } else if let Some((left, _)) = &mut self.answer {
            *left -= 1;
        }
        if ready && self.bench.high("out_valid") {
            self.received.push(self.bench.get("out_data") as u8);
        }
        self.bench.edge(&["clock"]);
    }

    fn access(&mut self) {
        let doorbell = self.bench.high("bar_sel");
        let address = self.bench.get("bar_addr");
        if self.bench.high("bar_write") {
            self.writes.push(RegisterWrite {
                doorbell,
                address,
                data: self.bench.get("bar_wdata"),
                strobes: self.bench.get("bar_wstrb"),
            });
        } else {
            let value = self.registers.get(&(doorbell, address)).copied();
            self.answer = Some((self.rng.below(20), value.unwrap_or(0)));
        }
    }

    fn run(&mut self, cycles: usize) {
        (0..cycles).for_each(|_| self.cycle());
    }

    fn message(&self, operation: u8, address: u32, length: u8, data: &[u8]) -> Vec<u8> {
        let mut message = REQUEST_MARKS.to_vec();
        message.extend([operation, self.sequence, length]);
        message.extend(address.to_le_bytes());
        message.extend(data);
        message.extend(crc32fast::hash(&message[2..]).to_le_bytes());
        message
    }

    /// What comes of a message: status and data; none if nothing comes.
    fn exchange(&mut self, message: &[u8]) -> Option<(u8, Vec<u8>)> {
        self.received.clear();
        self.sent.extend(message);
        // longer than the core is waited for
        for _ in 0..70_000 + 16 * message.len() {
            self.cycle();
            if let &[_, _, _, _, length, ..] = self.received.as_slice() {
                let whole = 9 + usize::from(length);
                if self.received.len() == whole {
                    let (body, crc) = self.received.split_at(whole - 4);
                    assert_eq!(body[..2], ANSWER_MARKS);
                    assert_eq!(crc, crc32fast::hash(&body[2..]).to_le_bytes());
                    assert_eq!(body[3], self.sequence);
                    return Some((body[2], body[5..].to_vec()));
                }
            }
        }
        assert!(self.received.is_empty(), "a part of an answer");
        None
    }

    fn ask(&mut self, operation: u8, address: u32, length: u8, data: &[u8]) -> (u8, Vec<u8>) {
        self.sequence = self.sequence.wrapping_add(1);
        let message = self.message(operation, address, length, data);
        self.exchange(&message).expect("an answer")
    }

    fn write(&mut self, operation: u8, address: u32, data: &[u8]) -> u8 {
        let (status, nothing) = self.ask(operation, address, data.len() as u8, data);
        assert!(nothing.is_empty());
        status
    }
}

const HELLO_DATA: [u8; 8] = [VERSION, 12, 0, 0, 50, 0, 0, 0];

#[test]
fn bridge_says_hello() {
    let mut world = World::new(0xb001);
    assert_eq!(world.ask(HELLO, 0, 0, &[]), (OK, HELLO_DATA.to_vec()));
}

#[test]
fn bridge_registers() {
    let mut world = World::new(0xb002);
    world
        .registers
        .insert((false, 0x590), 0x1234_5678_9abc_def0);
    world.registers.insert((true, 0x1008), 77);
    let (status, data) = world.ask(READ_REGISTER, 0x590, 0, &[]);
    assert_eq!(
        (status, data),
        (OK, 0x1234_5678_9abc_def0_u64.to_le_bytes().to_vec())
    );
    let (_, data) = world.ask(READ_REGISTER, DOORBELLS | 0x1008, 0, &[]);
    assert_eq!(data, 77_u64.to_le_bytes());
    assert_eq!(world.write(WRITE_REGISTER, 0x104, &[1, 2, 3, 4]), OK);
    assert_eq!(world.write(WRITE_REGISTER, 0x108, &[5, 6, 7, 8]), OK);
    let whole = [1, 2, 3, 4, 5, 6, 7, 8];
    assert_eq!(world.write(WRITE_REGISTER, DOORBELLS | 0x2020, &whole), OK);
    let write = |doorbell, address, data, strobes| RegisterWrite {
        doorbell,
        address,
        data,
        strobes,
    };
    let want = [
        write(false, 0x104, 0x0403_0201_0403_0201, 0xf0),
        write(false, 0x108, 0x0807_0605_0807_0605, 0x0f),
        write(true, 0x2020, 0x0807_0605_0403_0201, 0xff),
    ];
    assert_eq!(world.writes, want);
}

#[test]
fn bridge_memory_of_all_lengths() {
    let mut world = World::new(0xb003);
    let mut model = vec![0; SIZE];
    for length in [1, 2, 7, 8, 9, 64, 254, 255] {
        let at = world.rng.below((SIZE - length) as u64) as usize;
        let data: Vec<u8> = (0..length).map(|_| world.rng.below(256) as u8).collect();
        assert_eq!(world.write(WRITE_MEMORY, at as u32, &data), OK);
        model[at..at + length].copy_from_slice(&data);
        assert!(world.memory == model);
        let (status, back) = world.ask(READ_MEMORY, at as u32, length as u8, &[]);
        assert_eq!((status, back), (OK, data));
    }
    // to its end, and not beyond
    assert_eq!(world.write(WRITE_MEMORY, SIZE as u32 - 4, &[9; 4]), OK);
    assert_eq!(
        world.write(WRITE_MEMORY, SIZE as u32 - 4, &[1; 5]),
        BAD_ADDRESS
    );
    let beyond = world.ask(READ_MEMORY, u32::MAX, 255, &[]);
    assert_eq!(beyond, (BAD_ADDRESS, vec![]));
    assert_eq!(world.memory[SIZE - 4..], [9; 4]);
}

#[test]
fn bridge_zeroes_memory() {
    let mut world = World::new(0xb00a);
    for (at, units) in [(0, 0), (1000, 3), (16, 254), (0, 255)] {
        world.memory.fill(0x5a);
        let mut want = world.memory.clone();
        assert_eq!(world.write(ZERO_MEMORY, at as u32, &[units]), OK);
        want[at..at + ZERO_UNIT * (usize::from(units) + 1)].fill(0);
        assert!(world.memory == want, "{units} at {at}");
    }
    assert_eq!(world.write(ZERO_MEMORY, 1, &[255]), BAD_ADDRESS);
    assert_eq!(
        world.write(ZERO_MEMORY, SIZE as u32 - 15, &[0]),
        BAD_ADDRESS
    );
    assert_eq!(world.write(ZERO_MEMORY, 0, &[0, 0]), BAD_REQUEST);
}

#[test]
fn bridge_interrupts() {
    let mut world = World::new(0xb004);
    for vector in [0, 5, 63, 69] {
        world.bench.set("irq_valid", 1);
        world.bench.set("irq_vector", vector);
        world.cycle();
        world.bench.set("irq_valid", 0);
    }
    let raised = 1_u64 | 1 << 5 | 1 << 63;
    let pending = |world: &mut World| world.ask(READ_INTERRUPTS, 0, 0, &[]).1;
    assert_eq!(pending(&mut world), raised.to_le_bytes());
    let clear = (1_u64 | 1 << 63).to_le_bytes();
    assert_eq!(world.write(CLEAR_INTERRUPTS, 0, &clear), OK);
    assert_eq!(pending(&mut world), (1_u64 << 5).to_le_bytes());
}

#[test]
fn bridge_does_a_repeated_write_once() {
    let mut world = World::new(0xb005);
    world.sequence = 200;
    let write = world.message(WRITE_REGISTER, 0x40, 4, &[1, 0, 0, 0]);
    for _ in 0..3 {
        assert_eq!(world.exchange(&write), Some((OK, vec![])));
    }
    assert_eq!(world.writes.len(), 1);
    // what reads is done again
    world.sequence = 201;
    world.registers.insert((false, 8), 3);
    let read = world.message(READ_REGISTER, 8, 0, &[]);
    for value in [3, 4] {
        world.registers.insert((false, 8), value);
        let (_, data) = world.exchange(&read).expect("an answer");
        assert_eq!(data, value.to_le_bytes());
    }
    // another request came in between, so this is a new one: its number has come again
    world.sequence = 200;
    world.exchange(&write);
    assert_eq!(world.writes.len(), 2);
    world.exchange(&write);
    assert_eq!(world.writes.len(), 2);
    // but a new host's first number may be the last one's
    let hello = world.message(HELLO, 0, 0, &[]);
    world.exchange(&hello);
    world.exchange(&write);
    assert_eq!(world.writes.len(), 3);
}

#[test]
fn bridge_leaves_requests_for_other_cards_alone() {
    let mut world = World::new(0xb009);
    let other = 1 << CARD_SHIFT;
    assert_eq!(world.write(WRITE_REGISTER, 0x40, &[1, 0, 0, 0]), OK);
    for (operation, data) in [(WRITE_REGISTER, &[2, 0, 0, 0][..]), (READ_REGISTER, &[])] {
        world.sequence += 1;
        let message = world.message(operation | other, 0x40, data.len() as u8, data);
        assert_eq!(world.exchange(&message), None, "{operation}");
    }
    assert_eq!(world.writes.len(), 1);
    // but the number of one of them is not that of the write before any more
    world.sequence -= 3;
    assert_eq!(world.write(WRITE_REGISTER, 0x40, &[3, 0, 0, 0]), OK);
    assert_eq!(world.writes.len(), 2);
}

#[test]
fn bridge_unknown_operations_bad_flow() {
    let mut world = World::new(0xb006);
    for operation in [8, 9, 15] {
        let data: &[u8] = if operation & 1 == 1 { &[1, 2] } else { &[] };
        let answer = world.ask(operation, 0, data.len() as u8, data);
        assert_eq!(answer, (BAD_REQUEST, vec![]), "{operation}");
    }
    for length in [1, 5, 9, 255] {
        let data = vec![0; length];
        assert_eq!(world.write(WRITE_REGISTER, 0, &data), BAD_REQUEST);
    }
    assert_eq!(world.ask(READ_MEMORY, 0, 0, &[]).0, BAD_REQUEST);
    assert_eq!(world.ask(WRITE_MEMORY, 0, 0, &[]).0, BAD_REQUEST);
    assert_eq!(world.write(CLEAR_INTERRUPTS, 0, &[1]), BAD_REQUEST);
    assert_eq!(world.writes, []);
}

#[test]
fn bridge_core_that_does_not_answer_bad_flow() {
    let mut world = World::new(0xb007);
    world.deaf = true;
    assert_eq!(world.ask(READ_REGISTER, 0, 0, &[]), (NO_ANSWER, vec![]));
    assert_eq!(world.write(WRITE_REGISTER, 0, &[0; 4]), NO_ANSWER);
    assert_eq!(world.writes, []);
    world.deaf = false;
    assert_eq!(world.ask(HELLO, 0, 0, &[]).1, HELLO_DATA);
}

#[test]
fn bridge_finds_the_next_request_after_garbage_bad_flow() {
    let mut world = World::new(0xb008);
    for round in 0..12 {
        let mut noise: Vec<u8> = (0..world.rng.below(60))
            .map(|_| world.rng.below(256) as u8)
            .collect();
        match round % 4 {
            // a message with a damaged byte, one that stops, marks and marks again
            0 => {
                noise = world.message(WRITE_MEMORY, 16, 8, &[0xbb; 8]);
                let at = 2 + world.rng.below(noise.len() as u64 - 2) as usize;
                noise[at] ^= 1 << world.rng.below(8);
            }
            1 => {
                noise = world.message(WRITE_MEMORY, 16, 100, &[0xbb; 100]);
                noise.truncate(50);
            }
            2 => noise.extend([0x52, 0x52]),
            _ => {}
        }
        world.sent.extend(noise);
        world.run(400);
        if round % 2 == 1 || world.rng.chance(1, 2) {
            // whatever it takes the noise for, silence ends it
            world.run((1 << 20) + 100);
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            let hello = world.message(HELLO, 0, 0, &[]);
            match world.exchange(&hello) {
                Some((status, data)) => {
                    assert_eq!((status, &data[..]), (OK, &HELLO_DATA[..]));
                    break;
                }
                None => assert!(attempts < 30, "deaf"),
            }
        }
    }
    assert!(
        world.memory.iter().all(|byte| *byte == 0),
        "garbage was done"
    );
    assert_eq!(world.writes, []);
}

#[test]
fn bridge_simulates_as_in_rusthdl() {
    let mut message = VecDeque::new();
    differs_not(
        || Bridge::<12>::new(50, 0),
        0xb009,
        6_000,
        |u, clock| u.clock.next = clock,
        move |u, rng, _| {
            randomize_inputs!(u, rng; bar_rdata, irq_vector, m_rd, out_ready = rng.chance(1, 2), bar_ready = rng.chance(1, 2),
                bar_rvalid = rng.chance(1, 4), m_held = rng.chance(1, 2), irq_valid = rng.chance(1, 50));
            if message.is_empty() {
                let length = rng.below(12) as u8;
                let operation = rng.below(8) as u8;
                let mut next = vec![operation, rng.below(4) as u8, length];
                next.extend((0..4).map(|k| if k < 2 { rng.below(16) as u8 } else { 0 }));
                if operation & 1 == 1 {
                    next.extend((0..length).map(|_| rng.below(256) as u8));
                }
                next.extend(crc(&next).to_le_bytes());
                message.extend(REQUEST_MARKS);
                message.extend(next);
            }
            let byte = rng.chance(1, 3).then(|| message.pop_front()).flatten();
            u.in_valid.next = byte.is_some();
            u.in_data.next = u64::from(byte.unwrap_or(0)).into();
        },
    );
}
