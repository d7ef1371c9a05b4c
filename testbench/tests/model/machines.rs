//! Two machines of the model on a bad wire: every message exactly once, also if both ends move.

use fw_regs::contexts::MemoryRegion;
use fw_regs::rings::{RecvWqe, SendData, SendWqe, Sge};
use fw_regs::{Psn, WcStatus, WqeOpcode};
use std::collections::BTreeMap;
use testbench::model::memory::{Completion, Memory, Regions};
use testbench::model::migration::State;
use testbench::model::packet::{Frame, Packet};
use testbench::model::qp::{Address, Connection, Event, Machine, Place, Store, Transmit};
use testbench::model::receiver::ReceiveConfig;
use testbench::model::sender::SendConfig;
use testbench::rng::Rng;

pub const KEY: u32 = 0x2fa;
pub const BASE: u64 = 0x10_0000;

/// A process's memory.
#[derive(Clone, Debug)]
pub struct Ram(pub Vec<u8>);

impl Memory for Ram {
    fn fetch(&self, iova: u64, length: usize) -> Option<Vec<u8>> {
        let at = usize::try_from(iova.checked_sub(BASE)?).ok()?;
        self.0.get(at..at + length).map(<[u8]>::to_vec)
    }
}

impl Store for Ram {
    fn store(&mut self, iova: u64, bytes: &[u8]) {
        let at = (iova - BASE) as usize;
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

/// A queue pair and its process.
#[derive(Clone, Debug)]
pub struct End {
    pub machine: Machine,
    pub ram: Ram,
    pub regions: Regions,
}

pub fn address(n: u8) -> Address {
    fw_regs::template::mapped([10, 0, 0, n])
}

pub fn regions(va: u64, key: u32, bytes: u64) -> Regions {
    let mut regions = Regions::default();
    regions.insert(MemoryRegion {
        key,
        pd: 1,
        local_write: true,
        remote_write: true,
        remote_read: true,
        remote_atomic: true,
        valid: true,
        va,
        length: bytes,
        iova: BASE,
    });
    regions
}

pub fn connection(own: u8, partner: u8, psns: [u32; 2], mtu: u32) -> Connection {
    Connection {
        send: SendConfig {
            mtu,
            partner_qpn: partner.into(),
            pkey: 0xffff,
            pd: 1,
            max_rd_atomic: 4,
            retry_cnt: 7,
            rnr_retry: 7,
        },
        receive: ReceiveConfig {
            mtu,
            pd: 1,
            remote_write: true,
            remote_read: true,
            remote_atomic: true,
            max_dest_rd_atomic: 4,
            min_rnr_timer: 1,
        },
        qpn: own.into(),
        psns: psns.map(Psn::new),
        addresses: [address(own), address(partner)],
        epochs: Some([0xff_ffff, 7]),
        timeout_ns: Some(65_536),
    }
}

const BYTES: usize = 1 << 20;

impl End {
    fn new(own: u8, partner: u8, psns: [u32; 2], rng: &mut Rng) -> Self {
        let mut connection = connection(own, partner, psns, 256);
        if own > partner {
            connection.epochs = connection.epochs.map(|[a, b]| [b, a]);
        }
        Self {
            machine: Machine::new(connection),
            ram: Ram(rng.bytes(BYTES)),
            regions: regions(0x7000_0000, KEY, BYTES as u64),
        }
    }

    fn here(&self) -> Address {
        self.machine.connection.addresses[0]
    }

    pub fn take(&mut self, now: u64, source: Address, p: &Packet) {
        let mut place = Place {
            memory: &mut self.ram,
            regions: &mut self.regions,
        };
        self.machine.handle_packet(now, source, p, &mut place);
    }

    pub fn give(&mut self, now: u64) -> Option<Transmit> {
        let place = Place {
            memory: &mut self.ram,
            regions: &mut self.regions,
        };
        self.machine.poll_transmit(now, &place)
    }
}

/// What happens to packets under way.
#[derive(Clone, Copy)]
struct Faults {
    loss: f64,
    twice: f64,
    late: f64,
}

struct World {
    /// also those that are only tombstones
    ends: Vec<End>,
    now: u64,
    wire: BTreeMap<(u64, u64), (Address, Address, Packet)>,
    sequence: u64,
    faults: Faults,
    rng: Rng,
}

impl World {
    fn new(seed: u64, faults: Faults) -> Self {
        println!("seed {seed}");
        let mut rng = Rng::new(seed);
        let ends = vec![
            End::new(1, 2, [0xff_fff0, 0x10], &mut rng),
            End::new(2, 1, [0x10, 0xff_fff0], &mut rng),
        ];
        Self {
            ends,
            now: 0,
            wire: BTreeMap::new(),
            sequence: 0,
            faults,
            rng,
        }
    }

    fn launch(&mut self, from: Address, transmit: Transmit) {
        let copies = 1 + u64::from(self.rng.chance(self.faults.twice));
        if self.rng.chance(self.faults.loss) {
            return;
        }
        // a frame and back: nothing may be lost in the wire's own words
        let frame = Frame {
            destination_mac: [2; 6],
            source_mac: [4; 6],
            source: from,
            destination: transmit.to,
            ipv6: false,
            traffic_class: 0,
            hop_limit: 64,
            source_port: 0xc000,
            packet: transmit.packet,
        };
        let back = Frame::decode(&frame.encode()).unwrap();
        assert_eq!(back, frame);
        for _ in 0..copies {
            let held = u64::from(self.rng.chance(self.faults.late)) * self.rng.range(0, 4_000);
            let key = (self.now + 500 + held, self.sequence);
            self.sequence += 1;
            let value = (from, frame.destination, frame.packet.clone());
            self.wire.insert(key, value);
        }
    }

    /// One step: something is sent, or something arrives, or a timer ends.
    fn step(&mut self) -> bool {
        for k in 0..self.ends.len() {
            let from = self.ends[k].here();
            if let Some(transmit) = self.ends[k].give(self.now) {
                self.launch(from, transmit);
                self.now += 50;
                return true;
            }
        }
        let arrival = self.wire.keys().next().map(|(t, _)| *t);
        let timers = self.ends.iter().filter_map(|e| e.machine.poll_timeout());
        let timer = timers.min();
        let Some(next) = arrival.into_iter().chain(timer).min() else {
            return false;
        };
        self.now = self.now.max(next);
        if arrival == Some(next) {
            let (_, (from, to, packet)) = self.wire.pop_first().unwrap();
            let now = self.now;
            for end in self.ends.iter_mut().filter(|e| e.here() == to) {
                end.take(now, from, &packet);
            }
        } else {
            let now = self.now;
            for end in &mut self.ends {
                end.machine.handle_timeout(now);
            }
        }
        true
    }

    fn steps(&mut self, count: u32) {
        for _ in 0..count {
            self.step();
        }
    }

    /// Moves end `k` to address `n`: what is left there is a tombstone.
    fn move_end(&mut self, k: usize, n: u8, steps: u32) {
        self.ends[k].machine.stop().unwrap();
        self.steps(steps);
        let mut copy = self.ends[k].clone();
        copy.machine = self.ends[k].machine.restore(address(n)).unwrap();
        self.steps(steps);
        self.ends[k].machine.bury(Some(address(n))).unwrap();
        copy.machine.resume(self.now).unwrap();
        let grave = std::mem::replace(&mut self.ends[k], copy);
        self.ends.push(grave);
    }
}

/// Messages of both directions, and what has to come of them.
struct Work {
    completions: [Vec<Completion>; 2],
    expected: [usize; 2],
    sums: [u64; 2],
}

const COUNTER: usize = 8;

/// Posts `count` messages on both ends, with landing zones of their own.
fn post(world: &mut World, count: usize) -> Work {
    let mut sums = [0, 0];
    let mut expected = [0, 0];
    for k in [0, 1] {
        let counter = world.ends[1 - k]
            .ram
            .fetch(BASE + COUNTER as u64, 8)
            .unwrap();
        sums[1 - k] = u64::from_le_bytes(counter.try_into().unwrap());
    }
    for k in [0, 1] {
        for n in 0..count {
            let rng = &mut world.rng;
            let opcode = *rng.pick(&[
                WqeOpcode::Send,
                WqeOpcode::Write,
                WqeOpcode::WriteImm,
                WqeOpcode::Read,
                WqeOpcode::FetchAdd,
            ]);
            let length = match opcode.is_atomic() {
                true => 8,
                false => rng.range(0, 1500) as u32,
            };
            let add = rng.any() & 0xffff;
            // sources in the first half, landing zones in the second
            let zone = 0x7000_0000 + (BYTES / 2 + 2048 * n) as u64;
            let source = 0x7000_1000 + rng.range(0, 100_000);
            let local = match opcode == WqeOpcode::Read || opcode.is_atomic() {
                true => zone + 200_000,
                false => source,
            };
            let sge = Sge {
                addr: local,
                len: length,
                lkey: KEY,
            };
            let data = match opcode.is_atomic() {
                true => SendData::Atomic {
                    local: sge,
                    swap_or_add: add,
                    compare: 0,
                },
                false => SendData::Entries([sge, Sge::default()]),
            };
            let remote_addr = match opcode {
                WqeOpcode::Read => source,
                WqeOpcode::FetchAdd => 0x7000_0000 + COUNTER as u64,
                _ => zone,
            };
            if opcode.is_atomic() {
                sums[1 - k] = sums[1 - k].wrapping_add(add);
            }
            world.ends[k].machine.post_send(SendWqe {
                opcode,
                signalled: true,
                solicited: false,
                fence: rng.chance(0.1),
                imm_or_rkey: n as u32,
                remote_addr,
                rkey: KEY,
                data,
            });
            expected[k] += 1;
            if matches!(opcode, WqeOpcode::Send | WqeOpcode::WriteImm) {
                let entry = Sge {
                    addr: zone,
                    len: 2048,
                    lkey: KEY,
                };
                world.ends[1 - k].machine.post_recv(RecvWqe {
                    entries: [entry, Sge::default()],
                });
                expected[1 - k] += 1;
            }
        }
    }
    Work {
        completions: [Vec::new(), Vec::new()],
        expected,
        sums,
    }
}

impl Work {
    /// Runs until everything is complete, at most `steps` steps.
    fn run(&mut self, world: &mut World, steps: u32) -> bool {
        for _ in 0..steps {
            for k in [0, 1] {
                while let Some(c) = world.ends[k].machine.poll_completion() {
                    assert_eq!(c.status, WcStatus::Success, "{c:?}");
                    self.completions[k].push(c);
                }
            }
            if (0..2).all(|k| self.completions[k].len() == self.expected[k]) {
                return true;
            }
            world.step();
        }
        false
    }

    /// Each completion once and in order, and every ATOMIC once.
    fn check(&self, world: &World) {
        for k in [0, 1] {
            for receive in [false, true] {
                let all = self.completions[k].iter().filter(|c| c.receive == receive);
                let order: Vec<u16> = all.map(|c| c.index).collect();
                let counted: Vec<u16> = (0..order.len() as u16).collect();
                assert_eq!(order, counted);
            }
            let counter = world.ends[k].ram.fetch(BASE + COUNTER as u64, 8).unwrap();
            assert_eq!(
                u64::from_le_bytes(counter.try_into().unwrap()),
                self.sums[k]
            );
        }
    }
}

const CLEAN: Faults = Faults {
    loss: 0.0,
    twice: 0.0,
    late: 0.0,
};
const BAD: Faults = Faults {
    loss: 0.05,
    twice: 0.03,
    late: 0.1,
};

#[test]
fn machines_do_everything_once() {
    let mut world = World::new(1, CLEAN);
    let mut work = post(&mut world, 60);
    assert!(work.run(&mut world, 200_000));
    work.check(&world);
}

#[test]
fn machines_do_everything_once_on_a_bad_wire() {
    for seed in 0..40 {
        let mut world = World::new(seed, BAD);
        let mut work = post(&mut world, 60);
        assert!(
            work.run(&mut world, 400_000),
            "{:#?}",
            world.ends[0].machine
        );
        work.check(&world);
    }
}

#[test]
fn machines_do_everything_once_while_they_move() {
    for seed in 100..140 {
        let mut world = World::new(seed, BAD);
        let mut work = post(&mut world, 60);
        for n in 0..6 {
            let steps = world.rng.range(10, 400) as u32;
            let done = work.run(&mut world, steps);
            let steps = world.rng.range(0, 60) as u32;
            let who = world.rng.index(0, 1);
            let both = world.rng.chance(0.3);
            if world.ends[who].machine.migration.state == State::Tombstone || done {
                break;
            }
            world.move_end(who, 10 + 2 * n, steps);
            if both {
                world.move_end(1 - who, 11 + 2 * n, steps);
            }
        }
        assert!(
            work.run(&mut world, 600_000),
            "{:#?}",
            world.ends[0].machine
        );
        work.check(&world);
    }
}

#[test]
fn machine_pauses_while_its_partner_is_stopped_and_goes_on_after_an_abort() {
    let mut world = World::new(3, CLEAN);
    let mut work = post(&mut world, 20);
    world.ends[1].machine.stop().unwrap();
    world.steps(400);
    assert_eq!(world.ends[0].machine.migration.state, State::Paused);
    assert!(world.ends[1].machine.bury(None).is_ok());
    world.ends[1].machine.migration.state = State::Stopped;
    world.ends[1].machine.resume(world.now).unwrap();
    assert!(work.run(&mut world, 100_000));
    work.check(&world);
    assert_eq!(world.ends[1].machine.poll_event(), Some(Event::Resumed));
}

#[test]
fn machine_refuses_commands_out_of_turn() {
    let mut world = World::new(4, CLEAN);
    let machine = &mut world.ends[0].machine;
    assert!(machine.resume(0).is_err());
    assert!(machine.restore(address(9)).is_err());
    assert!(machine.bury(None).is_err());
    machine.stop().unwrap();
    machine.bury(None).unwrap();
    assert!(machine.stop().is_err());
    assert!(machine.resume(0).is_err());
}
