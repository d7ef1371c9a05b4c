//! The dispatcher with a migration unit: what goes there, what becomes of it, and that nothing else waits for it.

use crate::rx_dispatch::{LEGACY, LOCAL, Out, RAW, World, header, timing};
use hdl::counter;
use hdl::pipe::RxHeader;

const RTR: u64 = 2;
const RTS: u64 = 3;
const PAUSED: u64 = 5;
const ERR: u64 = 6;
const MOVING: u64 = 7;
const ACKNOWLEDGE: u64 = 0x11;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Address {
    Good,
    OtherSource,
    NotOurs,
}

/// Where a packet must go: an engine, the unit, or a counter.
#[derive(Debug, PartialEq)]
enum Way {
    Responder,
    Completer,
    Unit,
    Drop(u64),
}

/// The protocol's table, for a packet whose partition key is right.
fn way(state: u64, opcode: u64, syndrome: u64, migratable: bool, address: Address) -> Way {
    let response = (0x0d..=0x12).contains(&opcode);
    let stopped = opcode == ACKNOWLEDGE && syndrome == 0x65;
    if state < RTR || state == ERR {
        return Way::Drop(counter::RX_BAD_STATE);
    }
    if opcode >= 0x19 {
        return match (migratable, address) {
            (false, _) => Way::Drop(counter::RX_BAD_OPCODE),
            (true, Address::NotOurs) => Way::Drop(counter::RX_ADDRESS),
            _ => Way::Unit,
        };
    }
    if address != Address::Good {
        return Way::Drop(if response && state == RTR {
            counter::RX_BAD_STATE
        } else {
            counter::RX_ADDRESS
        });
    }
    match (response, state) {
        _ if stopped && migratable => Way::Unit,
        (false, MOVING) if migratable => Way::Unit,
        (_, MOVING) | (true, RTR) => Way::Drop(counter::RX_BAD_STATE),
        (true, PAUSED) => Way::Unit,
        (true, _) => Way::Completer,
        (false, _) => Way::Responder,
    }
}

fn packet(slot: u64, opcode: u64, syndrome: u64, address: Address) -> RxHeader {
    let good = header(slot, opcode, 9);
    match address {
        Address::Good => RxHeader {
            ext: syndrome.into(),
            ..good
        },
        Address::OtherSource => RxHeader {
            ext: syndrome.into(),
            src_ip: 1.into(),
            ..good
        },
        Address::NotOurs => RxHeader {
            ext: syndrome.into(),
            dst_ip: (LOCAL + 1).into(),
            ..good
        },
    }
}

#[test]
fn dispatch_unit_gets_what_is_not_plain() {
    let mut world = World::migratable(0xe1);
    world.free = true;
    let opcodes = (0..0x15).chain([0x16, 0x17, 0x19, 0x1a, 0x1b]);
    let kinds: Vec<_> = opcodes
        .map(|o| (o, 0x1f))
        .chain([(ACKNOWLEDGE, 0x65), (ACKNOWLEDGE, 0x64)])
        .collect();
    for slot in [2, LEGACY] {
        for state in 0..8 {
            world.states = [0; 8];
            world.states[slot as usize] = state;
            for &(opcode, syndrome) in &kinds {
                for address in [Address::Good, Address::OtherSource, Address::NotOurs] {
                    (world.counts, world.out) = (vec![], vec![]);
                    world.told.clear();
                    world
                        .headers
                        .push_back(packet(slot, opcode, syndrome, address));
                    world.run(60);
                    let what = format!("{slot} {state} {opcode:#x} {syndrome:#x} {address:?}");
                    let seen = world.packets();
                    let counts = &world.counts;
                    match way(state, opcode, syndrome, slot != LEGACY, address) {
                        Way::Unit => {
                            let unit = [Out::Unit(0, slot, 9, state), Out::Release(10)];
                            assert_eq!(seen, unit, "{what}");
                            assert!(counts.is_empty(), "{what}: the unit counts");
                        }
                        Way::Drop(reason) => {
                            assert_eq!(seen, [Out::Release(10)], "{what}");
                            assert_eq!(*counts, [reason], "{what}");
                        }
                        engine => {
                            let responder = engine == Way::Responder;
                            assert!(
                                matches!(seen[..], [Out::Packet(r, 0, at, 9, ..)] if r == responder && at == slot),
                                "{what}: {seen:?}"
                            );
                            assert!(counts.is_empty(), "{what}");
                            // to the responder a paused queue pair is one in RTS
                            if state == PAUSED {
                                assert!(world.told.contains(&RTS), "{what}");
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A raw queue pair that moves gets no frames.
#[test]
fn dispatch_unit_raw_frames_of_the_moving_are_dropped() {
    let mut world = World::migratable(0xe2);
    world.states[RAW as usize] = MOVING;
    world.headers.push_back(RxHeader {
        raw: 1.into(),
        beats: 5.into(),
        frame_len: 333.into(),
        ..Default::default()
    });
    world.run(100);
    assert_eq!(world.packets(), [Out::Release(5)]);
    assert_eq!(world.counts, [counter::RX_RAW_DROPPED]);
}

/// What the unit passes goes on in the state that it names, long work and slow engines included.
#[test]
fn dispatch_unit_passes_on() {
    let mut world = World::migratable(0xe3);
    world.states = [0, 0, PAUSED, 0, 0, 0, 0, 0];
    for (opcode, work) in [(ACKNOWLEDGE, 1), (0x10, 7), (ACKNOWLEDGE, 300)] {
        world.unit.work = work;
        world.unit.answer = (true, RTS);
        (world.counts, world.out) = (vec![], vec![]);
        world.headers.push_back(header(2, opcode, 77));
        while !world.headers.is_empty() {
            world.run(1);
        }
        world.run(2);
        // from now on the engines know the new state
        world.states[2] = RTS;
        world.run(work + 100);
        let seen = world.packets();
        let unit = seen
            .iter()
            .position(|o| *o == Out::Unit(0, 2, 77, PAUSED))
            .expect("the unit has seen it");
        assert!(
            matches!(seen[unit + 1..], [Out::Packet(false, 0, 2, 77, ..)]),
            "{seen:?}"
        );
        assert!(world.counts.is_empty());
        world.states[2] = PAUSED;
    }
    // a request that the unit lets pass
    world.states[2] = MOVING;
    world.unit.answer = (true, RTR);
    (world.out, world.told) = (vec![], vec![]);
    world.headers.push_back(header(2, 4, 5));
    world.run(500);
    assert!(world.told.contains(&RTR));
    assert!(
        world
            .packets()
            .iter()
            .any(|o| matches!(o, Out::Packet(true, 0, 2, 5, ..)))
    );
}

/// A unit that is at work on something else costs a packet 512 cycles and a tick 32, and then nobody waits for it.
#[test]
fn dispatch_unit_busy_bad_flow() {
    let mut world = World::migratable(0xe4);
    world.free = true;
    world.unit.open = false;
    world.states = [0, RTS, 0, 0, 0, 0, 0, 0];
    world.run(100);
    world.states[2] = MOVING;
    world.out.clear();
    world.headers.push_back(header(2, 4, 3));
    world.headers.push_back(header(1, 4, 4));
    let mut offered = 0;
    let mut longest = 0;
    let mut tick = 0;
    for _ in 0..1200 {
        world.run(1);
        world.bench.settle();
        if world.bench.high("mig_valid_0") {
            if world.bench.get("mig_kind_0") == 0 {
                offered += 1;
            } else {
                tick += 1;
                longest = longest.max(tick);
            }
        } else {
            tick = 0;
        }
    }
    assert_eq!((offered, longest), (512, 32));
    assert!(
        matches!(
            world.packets()[..],
            [Out::Release(4), Out::Packet(true, 0, 1, 4, ..)]
        ),
        "{:?}",
        world.packets()
    );
    assert_eq!(world.counts, [counter::MIGRATION_BUSY]);
}

/// The walker's visits to paused and moving queue pairs are the unit's; those to all others stay what they were.
#[test]
fn dispatch_unit_gets_the_ticks() {
    let mut world = World::migratable(0xe5);
    world.states = [0, RTS, 1, ERR, PAUSED, MOVING, 4, 0];
    world.run(3000);
    for slot in 0..8 {
        let state = world.states[slot as usize];
        let visits =
            |to: fn(&Out, u64) -> bool| world.out.iter().filter(|o| to(&o.1, slot)).count() > 10;
        let unit = visits(|o, slot| matches!(*o, Out::Unit(1, at, _, _) if at == slot));
        let completer = visits(|o, slot| matches!(*o, Out::Packet(false, 1, at, ..) if at == slot));
        let responder = visits(|o, slot| matches!(*o, Out::Packet(true, 1, at, ..) if at == slot));
        assert_eq!(unit, state == PAUSED || state == MOVING, "slot {slot}");
        assert_eq!(completer, matches!(state, RTS | 4 | ERR), "slot {slot}");
        assert_eq!(responder, state == ERR, "slot {slot}");
    }
    // a tick that the unit passes is the completer's
    world.states = [0, 0, 0, 0, PAUSED, 0, 0, 0];
    world.unit.answer = (true, RTS);
    (world.out, world.told) = (vec![], vec![]);
    world.run(1000);
    assert!(world.out.windows(2).any(|o| matches!(
        (&o[0].1, &o[1].1),
        (Out::Unit(1, 4, ..), Out::Packet(false, 1, 4, ..))
    )));
    assert!(world.told.iter().skip(2).all(|s| *s == RTS));
}

/// A request to a paused queue pair is as quick as any.
#[test]
fn dispatch_unit_requests_of_the_paused_are_quick() {
    let mut world = World::migratable(1);
    world.states = [RTS; 8];
    let plain = timing(world, |psn| header(1, 4, psn));
    let mut world = World::migratable(1);
    world.states = [RTS, PAUSED, RTS, RTS, RTS, RTS, RTS, RTS];
    let paused = timing(world, |psn| header(1, 4, psn));
    assert_eq!(plain.0, paused.0);
    assert!(paused.1 <= plain.1 + 1, "{plain:?} {paused:?}");
}
