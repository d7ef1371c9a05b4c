//! Requester and completer, rule by rule: errors, retries, timers, drain, flush, and what must not happen.

use crate::requester_kit::peer::Response;
use crate::requester_kit::work::{CMP_SWAP, FETCH_ADD, INLINE, READ, SEND, SIGNALLED, WRITE, Work};
use crate::requester_kit::world::{Setup, World};

const SUCCESS: u64 = 0;
const LOCAL_LENGTH: u64 = 1;
const LOCAL_OPERATION: u64 = 2;
const LOCAL_PROTECTION: u64 = 4;
const FLUSHED: u64 = 5;
const BAD_RESPONSE: u64 = 7;
const RETRY_EXCEEDED: u64 = 12;
const RNR_RETRY_EXCEEDED: u64 = 13;

fn world(seed: u64, setup: Setup) -> World {
    World::new(seed, &[setup])
}

fn send(len: u32) -> Work {
    Work::new(SEND, SIGNALLED, [(0x1_0000, len), (0, 0)])
}

fn read(len: u32) -> Work {
    Work::new(READ, SIGNALLED, [(0x2_0000, len), (0, 0)])
}

fn statuses(world: &World) -> Vec<u64> {
    world.qps[0].completions.iter().map(|c| c.status).collect()
}

fn response(world: &World, opcode: u64, psn: u32, syndrome: u8, payload: u32) -> Response {
    Response {
        opcode,
        payload,
        ..world.qps[0].peer.ack(0, psn, syndrome)
    }
}

/// PSN of packet `n` since the start.
fn psn(n: u32) -> u32 {
    (Setup::default().psn + n) & 0xff_ffff
}

#[test]
fn completer_fatal_naks_complete_the_head_and_flush_the_rest() {
    for (code, status) in [(1, 9), (2, 10), (3, 11)] {
        let mut world = world(0xc0_0001, Setup::default());
        world.qps[0].peer.fatal = Some((2, code));
        for k in 0..6 {
            // work 2 fails and 4 is flushed although nobody asked for their completions
            let mut work = send(300);
            work.flags = if k % 2 == 0 && k > 0 { 0 } else { SIGNALLED };
            world.post(0, work);
        }
        world.finish(50_000);
        assert_eq!(
            statuses(&world),
            [SUCCESS, SUCCESS, status, FLUSHED, FLUSHED, FLUSHED]
        );
        assert_eq!(world.qps[0].state, 6);
    }
}

#[test]
fn completer_retries_as_often_as_it_may() {
    for retry_cnt in [0, 1, 3, 7] {
        let mut world = world(
            0xc0_0002,
            Setup {
                retry_cnt,
                timeout: 1,
                ..Setup::default()
            },
        );
        world.qps[0].peer.dead = true;
        world.post(0, send(10));
        world.post(0, send(10));
        world.finish(60_000);
        assert_eq!(statuses(&world), [RETRY_EXCEEDED, FLUSHED]);
        assert_eq!(
            world.qps[0].packets,
            2 * (retry_cnt + 1),
            "retry_cnt {retry_cnt}"
        );
        assert_eq!((world.counts[8], world.counts[10]), (1, retry_cnt));
        // 9 µs each time, at least
        assert!(world.cycle > (retry_cnt + 1) * 9 * world.us_cycles);
    }
}

#[test]
fn completer_timeout_zero_never_strikes() {
    let mut world = world(
        0xc0_0003,
        Setup {
            timeout: 0,
            ..Setup::default()
        },
    );
    world.qps[0].peer.dead = true;
    world.post(0, send(10));
    world.run(20_000);
    assert_eq!((world.qps[0].packets, world.qps[0].done), (1, 0));
}

#[test]
fn completer_progress_restores_the_retry_budget() {
    let mut world = world(
        0xc0_0004,
        Setup {
            retry_cnt: 1,
            timeout: 1,
            ..Setup::default()
        },
    );
    for k in 0..5 {
        world.qps[0].peer.dead = true;
        world.post(0, send(10));
        while world.qps[0].packets == 2 * k {
            world.step();
        }
        world.run(60);
        world.qps[0].peer.dead = false;
        world.finish(5_000);
    }
    assert_eq!(statuses(&world), [SUCCESS; 5]);
    assert_eq!((world.qps[0].packets, world.counts[10]), (10, 5));
}

#[test]
fn completer_waits_after_rnr_and_gives_up() {
    for rnr_retry in [0, 1, 6] {
        let mut world = world(
            0xc0_0005,
            Setup {
                rnr_retry,
                ..Setup::default()
            },
        );
        world.qps[0].peer.rnr = 100;
        world.post(0, send(600));
        world.post(0, send(1));
        world.finish(50_000);
        assert_eq!(statuses(&world), [RNR_RETRY_EXCEEDED, FLUSHED]);
        assert_eq!(world.counts[9], 1);
        assert_eq!(world.qps[0].peer.rnr, 100 - 1 - rnr_retry as u32);
        assert!(world.cycle > rnr_retry * 10 * world.us_cycles, "10 µs each");
    }
}

/// Defect F1: the µs in which the wait began was counted as a whole one.
#[test]
fn completer_waits_are_not_too_short() {
    for late in 0..20 {
        let setup = Setup {
            timeout: 1,
            ..Setup::default()
        };
        let mut world = world(0xc0_0010 + late, setup);
        world.qps[0].peer.dead = true;
        world.post(0, send(100));
        while world.qps[0].packets == 0 {
            world.step();
        }
        world.run(late);
        let nak = response(&world, 0x11, psn(0), 0x21, 0);
        world.inject(nak);
        for (packets, us) in [(2, 10), (3, 9)] {
            let begin = world.cycle;
            while world.qps[0].packets < packets {
                world.step();
            }
            let waited = world.cycle - begin;
            assert!(waited > us * world.us_cycles, "{late}: {waited} cycles");
            assert!(
                waited < (us + 20) * world.us_cycles,
                "{late}: {waited} cycles"
            );
        }
    }
}

/// Defect F2: the ACK timer ran while the packet waited for the wire behind others'.
#[test]
fn completer_ack_timer_starts_when_the_packet_has_left() {
    for wire_wait in [1, 400, 5_000] {
        for late in [0, 7, 300] {
            let setup = Setup {
                timeout: 1,
                ..Setup::default()
            };
            let mut world = World::new(0xc0_0040 + late, &[setup, Setup::default()]);
            world.qps[0].peer.dead = true;
            world.wire_wait = wire_wait;
            world.run(late);
            world.post(0, send(100));
            let mut handed = vec![];
            while handed.len() < 3 {
                // the wire is never free: another QP sends all the time
                if world.cycle.is_multiple_of(50) && world.qps[1].posted.len() < 400 {
                    world.post(1, send(1));
                }
                let before = world.qps[0].packets;
                world.step();
                if world.qps[0].packets > before {
                    handed.push(world.cycle);
                }
                assert!(world.cycle < 40_000, "{wire_wait}: {handed:?}");
            }
            for pair in handed.windows(2) {
                let waited = pair[1] - (pair[0] + wire_wait);
                // 9 µs, and how long ticks take
                let ticks = 2 * 600;
                let us = 9 * world.us_cycles;
                assert!(
                    (us..us + ticks).contains(&waited),
                    "{wire_wait}: {handed:?}"
                );
            }
        }
    }
}

/// An entry of a WQE that waited in the cache while its region was taken away.
#[test]
fn requester_sends_nothing_of_a_region_that_is_gone() {
    let two = [(0x1_0000, 100), (0x2_0000, 100)];
    let one = [(0x1_0000, 100), (0, 0)];
    let operands = Work {
        swap_add: 7,
        compare: 0x55 << 32 | 1,
        ..Work::new(FETCH_ADD, SIGNALLED, [(0x3_0000, 8), (0, 0)])
    };
    let inline = Work {
        inline_len: 32,
        inline_data: [0x55; 32],
        ..Work::new(SEND, SIGNALLED | INLINE, [(0, 0); 2])
    };
    let with = |work: Work, mr: [u64; 2]| Work { mr, ..work };
    let sends = |op| with(Work::new(op, SIGNALLED, two), [1, 2]);
    for (work, gone, status) in [
        (sends(SEND), 1, LOCAL_PROTECTION),
        (sends(SEND), 2, LOCAL_PROTECTION),
        (sends(WRITE), 2, LOCAL_PROTECTION),
        (sends(READ), 1, LOCAL_PROTECTION),
        (sends(READ), 2, LOCAL_PROTECTION),
        (sends(SEND), 3, SUCCESS),
        // entries without a length name nothing
        (with(Work::new(SEND, SIGNALLED, one), [1, 2]), 2, SUCCESS),
        (
            with(Work::new(WRITE, SIGNALLED, [(0, 0); 2]), [2, 2]),
            2,
            SUCCESS,
        ),
        (with(operands.clone(), [9, 0]), 9, LOCAL_PROTECTION),
        (with(operands, [9, 0]), 0x55, SUCCESS),
        (inline, 0x555, SUCCESS),
    ] {
        let mut world = world(0xc0_0030, Setup::default());
        world.gone = Some(gone);
        let packets = u64::from(status == SUCCESS);
        world.post(0, work.clone());
        world.finish(5_000);
        assert_eq!(statuses(&world), [status], "{work:?}");
        assert_eq!(world.qps[0].packets, packets, "{work:?}");
    }
}

#[test]
fn requester_stops_in_the_middle_of_a_message_when_its_region_goes() {
    let mut world = world(0xc0_0031, Setup::default());
    let message = Work::new(SEND, SIGNALLED, [(0x1_0000, 5000), (0, 0)]);
    world.post(0, send(10));
    world.post(
        0,
        Work {
            mr: [4, 0],
            ..message
        },
    );
    while world.qps[0].packets < 3 {
        world.step();
    }
    world.gone = Some(4);
    world.finish(5_000);
    assert_eq!(statuses(&world), [SUCCESS, LOCAL_PROTECTION]);
    assert!(world.qps[0].packets < 6);
}

#[test]
fn completer_rnr_retry_seven_is_forever() {
    let mut world = world(
        0xc0_0006,
        Setup {
            rnr_retry: 7,
            retry_cnt: 1,
            ..Setup::default()
        },
    );
    world.qps[0].peer.rnr = 30;
    world.post(0, send(600));
    world.finish(50_000);
    assert_eq!(statuses(&world), [SUCCESS]);
}

#[test]
fn completer_ack_ends_an_rnr_wait() {
    let mut world = world(
        0xc0_0007,
        Setup {
            timeout: 0,
            ..Setup::default()
        },
    );
    world.qps[0].peer.dead = true;
    world.qps[0].peer.delivered = 9;
    world.post(0, send(100));
    world.post(0, send(100));
    world.run(300);
    assert_eq!(world.qps[0].packets, 2);
    // 655 ms
    let nak = response(&world, 0x11, psn(0), 0x20, 0);
    world.inject(nak.clone());
    world.inject(nak);
    world.run(100);
    world.post(0, send(100));
    world.run(300);
    assert_eq!(
        (world.qps[0].packets, world.counts[4]),
        (2, 2),
        "silent while it waits"
    );
    let ack = response(&world, 0x11, psn(0), 0x1f, 0);
    world.inject(ack);
    world.run(500);
    // starts again from the second
    assert_eq!(statuses(&world), [SUCCESS]);
    assert_eq!(world.qps[0].packets, 4);
}

#[test]
fn completer_ack_beyond_a_rewound_requester_is_taken() {
    let mut world = world(
        0xc0_0008,
        Setup {
            timeout: 0,
            ..Setup::default()
        },
    );
    world.qps[0].peer.dead = true;
    world.qps[0].peer.delivered = 9;
    for _ in 0..4 {
        world.post(0, send(300));
    }
    world.run(500);
    assert_eq!(world.qps[0].packets, 8);
    // rewound, and before it has sent anything all is acknowledged
    let nak = response(&world, 0x11, psn(0), 0x60, 0);
    let ack = response(&world, 0x11, psn(6), 0x1f, 0);
    world.inject(nak);
    world.inject(ack);
    world.run(600);
    assert_eq!(statuses(&world), [SUCCESS; 3]);
    // the last packet only, or one that was under way
    assert!(world.qps[0].packets <= 8 + 3, "{}", world.qps[0].packets);
    let ack = response(&world, 0x11, psn(7), 0x1f, 0);
    world.inject(ack);
    world.post(0, send(1));
    world.run(500);
    let ack = response(&world, 0x11, psn(8), 0x1f, 0);
    world.inject(ack);
    world.finish(1000);
    assert_eq!(statuses(&world), [SUCCESS; 5]);
}

#[test]
fn completer_ack_past_a_read_starts_again_from_it() {
    let mut world = world(
        0xc0_0009,
        Setup {
            timeout: 0,
            retry_cnt: 1,
            ..Setup::default()
        },
    );
    world.qps[0].peer.dead = true;
    world.qps[0].peer.delivered = 9;
    world.post(0, send(10));
    world.post(0, read(600));
    world.post(0, send(10));
    world.run(500);
    assert_eq!(world.qps[0].packets, 3);
    let ack = response(&world, 0x11, psn(4), 0x1f, 0);
    world.inject(ack.clone());
    world.run(300);
    assert_eq!(statuses(&world), [SUCCESS], "the SEND before the READ");
    assert_eq!(world.qps[0].packets, 5, "READ and SEND again");
    // the train behind the same loss does not cost a second retry
    world.inject(ack);
    world.run(300);
    assert_eq!((world.qps[0].packets, world.counts[10]), (5, 1));
    world.qps[0].peer.dead = false;
    world.qps[0].peer.epsn = psn(5);
    let mut first = response(&world, 0x0d, psn(1), 0x1f, 256);
    first.message = 1;
    world.inject(first);
    world.run(100);
    let mut last = response(&world, 0x0f, psn(3), 0x1f, 88);
    last.message = 1;
    last.offset = 512;
    world.inject(last);
    world.qps[0].peer.delivered = 3;
    world.finish(3000);
    assert_eq!(world.partial_reads, 1, "asks for the rest");
    assert_eq!(statuses(&world), [SUCCESS; 3]);
}

#[test]
fn completer_drops_ghosts_stale_answers_and_unknown_naks() {
    let mut world = world(
        0xc0_000a,
        Setup {
            timeout: 0,
            ..Setup::default()
        },
    );
    world.qps[0].peer.dead = true;
    world.post(0, send(300));
    world.run(300);
    for (psn, syndrome) in [
        (psn(2), 0x1f),
        (psn(3), 0x60),
        (psn(0x7f_fffe), 0x1f),
        (psn(0x80_0000), 0x1f),
        (psn(0xff_ffff), 0x1f),
        (psn(0), 0x65),
        (psn(0), 0x64),
        (psn(0), 0x5f),
        (psn(0), 0x9f),
    ] {
        let answer = response(&world, 0x11, psn, syndrome, 0);
        world.inject(answer);
    }
    let alien = response(&world, 0x12, psn(0), 0x1f, 0);
    world.inject(alien);
    let alien = response(&world, 0x10, psn(0), 0x1f, 10);
    world.inject(alien);
    world.run(2000);
    assert_eq!((world.counts[35], world.counts[36]), (3, 6));
    assert_eq!(
        (world.qps[0].packets, world.qps[0].done, world.qps[0].state),
        (2, 0, 3)
    );
    let ack = response(&world, 0x11, psn(1), 0x1f, 0);
    world.qps[0].peer.delivered = 1;
    world.inject(ack);
    world.finish(500);
    assert_eq!(statuses(&world), [SUCCESS]);
}

#[test]
fn completer_malformed_read_responses_are_errors() {
    for (opcode, n, payload, status) in [
        (0x0d, 0, 255, LOCAL_LENGTH),
        (0x0d, 0, 0, LOCAL_LENGTH),
        (0x10, 0, 256, BAD_RESPONSE),
        (0x0f, 0, 256, BAD_RESPONSE),
        (0x0e, 2, 88, BAD_RESPONSE),
        (0x0f, 2, 89, LOCAL_LENGTH),
        (0x0f, 2, 0, LOCAL_LENGTH),
    ] {
        let mut world = world(
            0xc0_000b,
            Setup {
                timeout: 0,
                ..Setup::default()
            },
        );
        world.qps[0].peer.dead = true;
        world.post(0, read(600));
        world.post(0, send(1));
        world.run(300);
        for k in 0..n {
            let mut good = response(&world, 0x0e, psn(k), 0, 256);
            good.offset = 256 * k;
            world.inject(good);
        }
        let bad = response(&world, opcode, psn(n), 0x1f, payload);
        world.inject(bad);
        world.finish(5000);
        assert_eq!(
            statuses(&world),
            [status, FLUSHED],
            "{opcode:x} {n} {payload}"
        );
    }
}

#[test]
fn requester_local_errors_complete_in_order() {
    let mut unknown = send(8);
    unknown.op = 8;
    let cases = [
        (
            Work {
                key_error: true,
                ..send(600)
            },
            LOCAL_PROTECTION,
        ),
        (
            Work {
                read_error: true,
                ..send(600)
            },
            LOCAL_OPERATION,
        ),
        (unknown, LOCAL_OPERATION),
        (
            Work {
                inline_len: 33,
                ..Work::new(SEND, SIGNALLED | INLINE, [(0, 0); 2])
            },
            LOCAL_OPERATION,
        ),
        (
            Work {
                inline_len: 8,
                ..Work::new(READ, INLINE, [(0, 0); 2])
            },
            LOCAL_OPERATION,
        ),
        (
            Work::new(WRITE, 0, [(0, 0x8000_0000), (0, 1)]),
            LOCAL_LENGTH,
        ),
        (
            Work::new(WRITE, 0, [(0, 0xffff_ffff), (0, 0xffff_ffff)]),
            LOCAL_LENGTH,
        ),
        // 2^23 packets of 256 bytes
        (Work::new(READ, 0, [(0, 0x8000_0000), (0, 0)]), LOCAL_LENGTH),
        (Work::new(CMP_SWAP, 0, [(0, 4), (0, 0)]), LOCAL_LENGTH),
        (Work::new(FETCH_ADD, 0, [(0, 0), (0, 0)]), LOCAL_LENGTH),
    ];
    for (bad, status) in cases {
        let mut world = world(0xc0_000c, Setup::default());
        world.post(0, send(700));
        world.post(0, read(700));
        world.post(0, bad.clone());
        world.post(0, send(5));
        world.finish(20_000);
        assert_eq!(
            statuses(&world),
            [SUCCESS, SUCCESS, status, FLUSHED],
            "{bad:x?}"
        );
        assert_eq!((world.qps[0].state, world.counts[11]), (6, 1));
        assert_eq!(world.qps[0].peer.delivered, 2);
    }
    let mut world = world(
        0xc0_000c,
        Setup {
            max_rd_atomic: 0,
            ..Setup::default()
        },
    );
    world.post(0, read(1));
    world.finish(5_000);
    assert_eq!(statuses(&world), [LOCAL_OPERATION]);
}

#[test]
fn requester_local_error_met_again_after_a_retry() {
    let mut world = world(
        0xc0_000d,
        Setup {
            timeout: 1,
            ..Setup::default()
        },
    );
    world.qps[0].peer.dead = true;
    world.post(0, send(300));
    world.post(
        0,
        Work {
            key_error: true,
            ..send(1)
        },
    );
    world.run(700);
    assert!(world.counts[11] >= 2, "found again at each retry");
    assert!(world.qps[0].completions.is_empty());
    world.qps[0].peer.dead = false;
    world.finish(5000);
    assert_eq!(statuses(&world), [SUCCESS, LOCAL_PROTECTION]);
}

#[test]
fn completer_flushes_work_posted_in_err() {
    let mut world = world(0xc0_000e, Setup::default());
    world.qps[0].peer.dead = true;
    for _ in 0..3 {
        world.post(0, read(2000));
    }
    world.run(200);
    // somebody else put it there
    world.qps[0].state = 6;
    world.finish(5000);
    assert_eq!(statuses(&world), [FLUSHED; 3]);
    let packets = world.qps[0].packets;
    for _ in 0..11 {
        world.post(
            0,
            Work {
                flags: 0,
                ..send(1)
            },
        );
    }
    world.finish(5000);
    assert_eq!(statuses(&world), [FLUSHED; 14]);
    assert_eq!(world.qps[0].packets, packets);
}

#[test]
fn completer_flush_begun_drops_late_answers() {
    let mut world = world(0xc0_0014, Setup::default());
    world.qps[0].peer.dead = true;
    for _ in 0..10 {
        world.post(0, send(1));
    }
    world.run(300);
    world.qps[0].state = 6;
    while world.qps[0].completions.is_empty() {
        world.step();
    }
    // an ACK that the dispatcher looked up before
    world.qps[0].state = 3;
    let ack = response(&world, 0x11, psn(3), 0x1f, 0);
    world.inject(ack);
    world.run(200);
    world.qps[0].state = 6;
    world.finish(5000);
    assert_eq!(statuses(&world), [FLUSHED; 10]);
}

#[test]
fn completer_reports_a_drained_send_queue_once() {
    let mut world = world(0xc0_000f, Setup::default());
    for _ in 0..2 {
        for _ in 0..6 {
            world.post(0, send(900));
        }
        while world.qps[0].packets % 24 < 6 {
            world.step();
        }
        world.qps[0].state = 4;
        assert!(world.qps[0].events.is_empty());
        world.run(3000);
        let qp = &world.qps[0];
        assert_eq!(qp.events, [6]);
        assert!(qp.done < qp.posted.len(), "no new message starts");
        assert_eq!(qp.packets % 4, 0, "what had begun is finished");
        world.run(2000);
        assert_eq!(world.qps[0].events, [6]);
        world.qps[0].events.clear();
        world.qps[0].state = 3;
        world.kick(0);
        world.finish(5000);
        world.run(200);
    }
    assert_eq!(statuses(&world), [SUCCESS; 12]);
}

#[test]
fn completer_retries_in_sqd() {
    let mut world = world(
        0xc0_0010,
        Setup {
            timeout: 1,
            ..Setup::default()
        },
    );
    world.qps[0].peer.dead = true;
    for _ in 0..3 {
        world.post(0, send(900));
    }
    world.run(150);
    world.qps[0].state = 4;
    world.run(100);
    world.qps[0].peer.dead = false;
    world.run(5000);
    assert_eq!(world.qps[0].events, [6]);
    assert!(world.qps[0].done > 0);
}

#[test]
fn requester_window_is_half_the_psn_circle() {
    // 2^22 PSNs each: two of them are one too many
    let mut world = world(
        0xc0_0011,
        Setup {
            mtu: 2,
            timeout: 0,
            ..Setup::default()
        },
    );
    world.qps[0].peer.dead = true;
    world.post(0, Work::new(READ, SIGNALLED, [(0, 0x8000_0000), (0, 0)]));
    world.post(0, Work::new(READ, SIGNALLED, [(0, 0x7fff_fe00), (0, 0)]));
    world.post(0, Work::new(READ, SIGNALLED, [(0, 100), (0, 0)]));
    world.run(1000);
    assert_eq!(
        world.qps[0].packets, 2,
        "2^23 - 1 PSNs fit, one more does not"
    );
}

#[test]
fn requester_raw_frames_complete_when_they_have_left() {
    let mut world = world(
        0xc0_0012,
        Setup {
            raw: true,
            timeout: 3,
            ..Setup::default()
        },
    );
    for len in [1514, 60, 8191, 0, 9000] {
        world.post(0, Work::new(SEND, SIGNALLED, [(0x1000, len), (0, 0)]));
    }
    world.finish(5000);
    assert_eq!(
        statuses(&world),
        [SUCCESS, SUCCESS, SUCCESS, SUCCESS, LOCAL_LENGTH]
    );
    assert_eq!(world.qps[0].packets, 4);
}

/// Cycles per single-packet message; the cache answers within `cache` cycles, 0: as the NIC's does.
fn pace(qps: usize, cache: u64) -> f64 {
    let mut world = World::new(
        0xc0_0013,
        &vec![
            Setup {
                timeout: 0,
                ..Setup::default()
            };
            qps
        ],
    );
    (world.wire_cycles, world.cache_cycles, world.real_cache) = (2, cache, cache == 0);
    for _ in 0..300 {
        for slot in 0..qps {
            world.post(slot, Work::new(SEND, 0, [(0x1000, 64), (0, 0)]));
        }
    }
    world.run(300);
    let sent = |world: &World| world.qps.iter().map(|qp| qp.packets).sum::<u64>();
    let before = sent(&world);
    world.run(2000);
    let cycles = 2000.0 / (sent(&world) - before) as f64;
    println!("{qps} QPs, cache {cache}: {cycles:.2} cycles per message");
    cycles
}

#[test]
fn requester_and_completer_keep_pace() {
    // eight cycles of the completer for each ACK, and a tick now and then
    assert!(pace(1, 1) <= 9.0);
    assert!(pace(4, 1) <= 9.0);
    assert!(pace(4, 4) <= 10.0);
    assert!(pace(1, 0) <= 16.0);
    assert!(pace(4, 0) <= 16.0);
}
