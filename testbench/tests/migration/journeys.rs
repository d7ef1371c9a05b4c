//! Moves of several processes, in chains, at once, and under loss.

use crate::kit::*;
use crate::packet::Packet;
use crate::station::address;
use fw_regs::bar0::control;
use fw_regs::contexts::{Response, ResponseEntry, RingConfig, RingState};
use fw_regs::template::AddressVector;
use fw_regs::wire::Opcode;
use fw_regs::{Command, ContextKind, Counter};
use host_driver::{AsyncEvent, Bar, SendRequest};
use std::collections::BTreeSet;
use std::net::IpAddr;
use testbench::lab::Lab;
use testbench::net::FaultRates;

/// Traffic between two processes that counts itself: WRITEs, READs, fetch-adds and SENDs, one of each a round and connection.
pub struct Traffic {
    rounds: u64,
    first: u64,
}

const COUNTER: usize = 4096;

impl Traffic {
    pub fn new(b: &App) -> Self {
        Self {
            rounds: 0,
            first: b.number_at(COUNTER),
        }
    }

    /// Posts the next round on every connection of `a` to `b`.
    pub fn post(&self, a: &App, b: &App) {
        for (k, qp) in a.qps.iter().enumerate() {
            let id = 4 * self.rounds;
            let at = 8192 + 2048 * k;
            b.recv(k, id, 32 * 1024 + 1024 * k, 1024);
            let requests = [
                SendRequest::new(id, b.write_to(at), a.entry(64 * k, 5 * MTU)),
                SendRequest::new(id + 1, b.add_to(COUNTER, 1), a.entry(16 * 1024 + 8 * k, 8)),
                SendRequest::new(id + 2, send(), a.entry(64 * k, 3 * MTU)),
                SendRequest::new(
                    id + 3,
                    b.read_from(at),
                    a.entry(24 * 1024 + 2048 * k, 5 * MTU),
                ),
            ];
            qp.post_send(&requests).unwrap();
        }
    }

    /// Waits for the round and checks it.
    pub fn finish(&mut self, lab: &Lab, a: &App, b: &App) {
        let qps = a.qps.len();
        let done = match lab.completions(&a.send_cq, 4 * qps, SOON) {
            Ok(done) => done,
            Err(error) => {
                for app in [a, b] {
                    app.describe(lab);
                }
                panic!("{error}");
            }
        };
        for qp in &a.qps {
            let own: Vec<_> = done
                .iter()
                .filter(|c| c.qpn == qp.number())
                .map(|c| c.wr_id)
                .collect();
            let first = 4 * self.rounds;
            assert_eq!(
                own,
                (first..first + 4).collect::<Vec<_>>(),
                "in order, once each"
            );
        }
        for completion in b.received(lab, qps) {
            assert_eq!(completion.byte_len, 3 * MTU);
        }
        self.rounds += 1;
        let sum = self.first.wrapping_add(self.rounds * qps as u64);
        assert_eq!(b.number_at(COUNTER), sum, "fetch-adds");
        let (five, three) = (5 * MTU as usize, 3 * MTU as usize);
        for k in 0..qps {
            let sent = a.bytes(64 * k, five);
            assert_eq!(
                b.bytes(8192 + 2048 * k, five),
                sent,
                "WRITE of connection {k}"
            );
            assert_eq!(
                a.bytes(24 * 1024 + 2048 * k, five),
                sent,
                "READ of connection {k}"
            );
            assert_eq!(
                b.bytes(32 * 1024 + 1024 * k, three)[..],
                sent[..three],
                "SEND {k}"
            );
        }
    }
}

/// Rule 16: each end has its host's address, and that is where the other looks for it.
fn know_each_other(lab: &Lab, a: &App, b: &App) {
    for (own, partner) in [(a, b), (b, a)] {
        own.wait_normal(lab);
        let addresses = own.addresses(lab);
        assert_eq!(addresses.local_ip, address(lab.hosts[own.host].ip));
        assert_eq!(addresses.partner_ip, address(lab.hosts[partner.host].ip));
    }
}

/// Processes at hosts `a` and `b` with `qps` connections.
pub fn bundle(lab: &Lab, a: usize, b: usize, qps: usize) -> (App, App) {
    let (a, b) = (App::with(lab, a, qps, false), App::with(lab, b, qps, false));
    for k in 0..qps {
        connect_qps((&a, k), (&b, k), &ConnectionOptions::default());
    }
    (a, b)
}

#[test]
fn journey_of_four_connections() {
    let lab = lab(3);
    let (a, b) = bundle(&lab, 0, 1, 4);
    let mut traffic = Traffic::new(&b);
    traffic.post(&a, &b);
    lab.run(1_500).unwrap();
    let (a, tombstones) = a.move_to(&lab, 2);
    traffic.finish(&lab, &a, &b);
    tombstones.free().unwrap();
    traffic.post(&a, &b);
    lab.run(700).unwrap();
    let (b, _kept) = b.move_to(&lab, 0);
    traffic.finish(&lab, &a, &b);
}

#[test]
fn journey_there_and_back() {
    let lab = lab(3);
    let (mut a, b) = bundle(&lab, 0, 1, 2);
    let mut traffic = Traffic::new(&b);
    let mut kept = Vec::new();
    for (round, to) in [2, 0, 2, 0].into_iter().enumerate() {
        traffic.post(&a, &b);
        lab.run(500 * round as u64).unwrap();
        let (moved, tombstones) = a.move_to(&lab, to);
        a = moved;
        // over the tombstone of the round before
        kept.push(tombstones);
        traffic.finish(&lab, &a, &b);
        know_each_other(&lab, &a, &b);
    }
}

#[test]
fn journey_back_before_the_partner_has_heard_of_it() {
    // hole 6: 0 to 2 to 0 while nothing arrives at B
    let lab = lab(3);
    let (a, b) = bundle(&lab, 0, 1, 1);
    let mut traffic = Traffic::new(&b);
    traffic.post(&a, &b);
    lab.run(600).unwrap();
    cut(&lab);
    let (a, _first) = a.move_to(&lab, 2);
    lab.run(5_000).unwrap();
    let (a, _second) = a.move_to(&lab, 0);
    lab.run(5_000).unwrap();
    set_faults(&lab, FaultRates::default());
    traffic.finish(&lab, &a, &b);
}

/// Both ends stop, are restored and resumed, in the order that `steps` gives for A and B.
pub fn both(lab: Lab, order: &str) {
    println!("order {order}");
    let (a, b) = bundle(&lab, 0, 1, 2);
    let mut traffic = Traffic::new(&b);
    traffic.post(&a, &b);
    lab.run(900).unwrap();
    let (mut apps, mut frozen) = ([Some(a), Some(b)], [None, None]);
    let (mut copies, mut tombstones) = ([None, None], Vec::new());
    let mut stage = [0; 2];
    for letter in order.chars() {
        let k = usize::from(letter == 'b');
        match stage[k] {
            0 => frozen[k] = Some(apps[k].take().unwrap().stop()),
            1 => {
                let stopped: &Frozen = frozen[k].as_ref().unwrap();
                copies[k] = Some(stopped.restore(&lab, k + 2));
            }
            2 => {
                let to = Some(lab.hosts[k + 2].ip);
                tombstones.push(frozen[k].take().unwrap().commit(to));
            }
            _ => apps[k] = Some(copies[k].take().unwrap().resume()),
        }
        stage[k] += 1;
        lab.run(700).unwrap();
    }
    let [a, b] = apps.map(Option::unwrap);
    traffic.finish(&lab, &a, &b);
    traffic.post(&a, &b);
    traffic.finish(&lab, &a, &b);
    a.wait_normal(&lab);
    b.wait_normal(&lab);
}

#[test]
fn journey_of_both_ends_at_once() {
    for order in ["abababab", "aabbaabb", "aaaabbbb", "aaabbbab", "aaabbbba"] {
        both(lab(4), order);
    }
}

#[test]
fn journey_of_one_process_leaves_the_others_alone() {
    let lab = lab(3);
    let (a, b) = bundle(&lab, 0, 1, 2);
    let (c, d) = bundle(&lab, 0, 1, 2);
    let (mut ab, mut cd) = (Traffic::new(&b), Traffic::new(&d));
    ab.post(&a, &b);
    cd.post(&c, &d);
    lab.run(1_000).unwrap();
    let (a, _tombstones) = a.move_to(&lab, 2);
    cd.finish(&lab, &c, &d);
    cd.post(&c, &d);
    cd.finish(&lab, &c, &d);
    ab.finish(&lab, &a, &b);
    for app in [&c, &d] {
        let record = app.migration(&lab);
        assert_eq!(record.phase, 0);
        assert!(app.is_normal(&lab));
    }
    assert_eq!((a.host, c.host), (2, 0));
}

#[test]
fn journey_under_loss_and_reordering() {
    let lab = lab(3);
    let (mut a, mut b) = bundle(&lab, 0, 1, 2);
    set_faults(
        &lab,
        FaultRates {
            loss: 0.03,
            duplication: 0.02,
            reordering: 0.03,
            corruption: 0.01,
        },
    );
    let mut traffic = Traffic::new(&b);
    let mut kept = Vec::new();
    let mut free = 2;
    for round in 0..8 {
        traffic.post(&a, &b);
        lab.run(400 + 310 * round).unwrap();
        let app = if round % 2 == 0 { &mut a } else { &mut b };
        let from = app.host;
        let placeholder = App::with(&lab, from, 0, false);
        let (moved, tombstones) = std::mem::replace(app, placeholder).move_to(&lab, free);
        *app = moved;
        free = from;
        kept.push(tombstones);
        traffic.finish(&lab, &a, &b);
    }
}

#[test]
fn journey_of_many_stops() {
    // one end or the other stops every few hundred cycles, and goes on where it is
    let lab = lab(2);
    let (a, b) = bundle(&lab, 0, 1, 2);
    let mut traffic = Traffic::new(&b);
    for round in 0..24 {
        traffic.post(&a, &b);
        for stop in 0..3 {
            lab.run(130 * (1 + (round + stop) % 7)).unwrap();
            let app = if (round + stop) % 2 == 0 { &a } else { &b };
            app.command(&lab, Command::Stop, &[]).unwrap();
            app.command(&lab, Command::Drained, &[]).unwrap();
            app.command(&lab, Command::Abort, &[]).unwrap();
        }
        traffic.finish(&lab, &a, &b);
    }
    a.wait_normal(&lab);
    b.wait_normal(&lab);
    let failed = |k: usize| {
        let counter = |c| lab.hosts[k].adapter.counter(c).unwrap();
        counter(Counter::RetryExceededErr) + counter(Counter::MigrationBusy)
    };
    println!("busy or exceeded: {} and {}", failed(0), failed(1));
}

#[test]
fn journey_with_the_move_aborted_half_way() {
    let lab = lab(3);
    let (a, b) = bundle(&lab, 0, 1, 2);
    let mut traffic = Traffic::new(&b);
    traffic.post(&a, &b);
    lab.run(800).unwrap();
    let frozen = a.stop();
    let copy = frozen.restore(&lab, 2);
    lab.run(2_000).unwrap();
    copy.discard();
    let a = frozen.abort();
    traffic.finish(&lab, &a, &b);
    // and the move after all
    traffic.post(&a, &b);
    let (a, _tombstones) = a.move_to(&lab, 2);
    traffic.finish(&lab, &a, &b);
}

#[test]
fn journey_over_ipv6() {
    both(lab_with(64, 4, true), "abababab");
    let lab = lab_with(64, 3, true);
    let (mut a, b) = bundle(&lab, 0, 1, 2);
    let mut traffic = Traffic::new(&b);
    let mut kept = Vec::new();
    for to in [2, 0] {
        traffic.post(&a, &b);
        lab.run(900).unwrap();
        let (moved, tombstones) = a.move_to(&lab, to);
        a = moved;
        kept.push(tombstones);
        traffic.finish(&lab, &a, &b);
    }
}

/// Rule 16 over IPv6, both ways: what is sent from the stop on goes between the right addresses, and the records have them.
#[test]
fn journey_of_one_connection_over_ipv6() {
    let lab = lab_ipv6(3);
    let (a, b) = bundle(&lab, 0, 1, 1);
    let mut traffic = Traffic::new(&b);
    traffic.post(&a, &b);
    lab.run(900).unwrap();
    let old = lab.hosts[0].ip;
    lab.cluster.watch(4096);
    let (a, _tombstones) = a.move_to(&lab, 2);
    traffic.finish(&lab, &a, &b);
    know_each_other(&lab, &a, &b);
    sent_between(&lab, &a, &b, old);
    let mut back = Traffic::new(&a);
    back.post(&b, &a);
    back.finish(&lab, &b, &a);
    // and the partner moves: now the one that has moved hears of a new address
    let old = lab.hosts[1].ip;
    back.post(&b, &a);
    lab.run(900).unwrap();
    lab.cluster.take_frames();
    let (b, _tombstones) = b.move_to(&lab, 0);
    back.finish(&lab, &b, &a);
    know_each_other(&lab, &a, &b);
    sent_between(&lab, &b, &a, old);
    traffic = Traffic::new(&b);
    traffic.post(&a, &b);
    traffic.finish(&lab, &a, &b);
}

/// What was sent while `moved` moved from `old`: from the two ends, to the other end; RESUME and RESUME_ACK are among it. The templates
/// say the same.
fn sent_between(lab: &Lab, moved: &App, partner: &App, old: IpAddr) {
    let [new, stays] = [moved, partner].map(|app| lab.hosts[app.host].ip);
    let mut told = [false; 2];
    for frame in lab.cluster.take_frames().iter().filter(|f| f.sent) {
        let packet = Packet::decode(&frame.bytes);
        let ends = (packet.from.ip, packet.to.ip);
        let one_way = ends == (new, stays) || ends == (old, stays);
        assert!(
            one_way || ends == (stays, new) || ends == (stays, old),
            "{packet:?}"
        );
        told[0] |= packet.is(Opcode::Resume) && ends == (new, stays);
        told[1] |= packet.is(Opcode::ResumeAck) && ends == (stays, new);
    }
    assert_eq!(told, [true; 2], "RESUME and RESUME_ACK");
    for (own, other) in [(moved, partner), (partner, moved)] {
        let template = AddressVector::from_words(&own.record(lab, ContextKind::QpAv));
        let at = |k: usize| -> [u8; 16] { std::array::from_fn(|i| template.bytes[k + i]) };
        assert_eq!(at(22), address(lab.hosts[own.host].ip), "source");
        assert_eq!(at(38), address(lab.hosts[other.host].ip), "destination");
    }
}

/// What a shared receive queue is, but for its place.
fn shared_queue(lab: &Lab, app: &App) -> (RingConfig, RingState) {
    let host = &lab.hosts[app.host];
    let ring = app.shared_ring(lab);
    let config = RingConfig::from_words(&record(host, ContextKind::RqConfig, ring));
    let config = RingConfig {
        base: 0,
        doorbell_record: 0,
        user_ctx: 0,
        pd: 0,
        ..config
    };
    let state = RingState::from_words(&record(host, ContextKind::RqState, ring));
    (config, state)
}

/// SRQ_RESTORE: the queue is the same elsewhere, its receives are used in their order, and its limit is still to come, once.
#[test]
fn journey_with_a_shared_receive_queue() {
    const LIMIT: u16 = 3;
    let lab = lab(3);
    let (a, b) = (App::new(&lab, 0), App::with(&lab, 1, 1, true));
    connect_qps((&a, 0), (&b, 0), &ConnectionOptions::default());
    let post = |b: &App, k: u64| b.recv(0, k, 16 * 1024 + 1024 * k as usize, 1024);
    (0..6).for_each(|k| post(&b, k));
    b.srq.as_ref().unwrap().set_limit(LIMIT).unwrap();
    let message = |a: &App, k: u64| {
        let request = SendRequest::new(k, send(), a.entry(64 * k as usize, 3 * MTU));
        a.qp().post_send(&[request]).unwrap();
        a.sent(&lab, 1);
    };
    let arrives = |b: &App, a: &App, k: u64| {
        assert_eq!(b.received(&lab, 1)[0].wr_id, k);
        let (length, at) = (3 * MTU as usize, 16 * 1024 + 1024 * k as usize);
        assert_eq!(b.bytes(at, length), a.bytes(64 * k as usize, length));
    };
    for k in 0..2 {
        message(&a, k);
        arrives(&b, &a, k);
    }
    b.command(&lab, Command::Stop, &[]).unwrap();
    b.command(&lab, Command::Drained, &[]).unwrap();
    let before = shared_queue(&lab, &b);
    println!("{before:?}");
    assert!(before.0.valid && before.0.shared && before.0.held);
    assert_eq!((before.0.limit, before.1.limit_armed), (LIMIT, true));
    assert_eq!((before.1.producer, before.1.consumed), (6, 2));
    let frozen = b.stop();
    let copy = frozen.restore(&lab, 2);
    assert_eq!(shared_queue(&lab, &copy.app), before, "restored");
    let _tombstones = frozen.commit(Some(lab.hosts[2].ip));
    let b = copy.resume();
    b.wait_normal(&lab);
    assert!(!shared_queue(&lab, &b).0.held, "it may be used again");
    let adapter = &lab.hosts[2].adapter;
    let srq = b.srq.as_ref().unwrap().number();
    let mut limit = Vec::new();
    for k in 2..6 {
        message(&a, k);
        arrives(&b, &a, k);
        lab.run(2_000).unwrap();
        adapter.poll_events().unwrap();
        let events = std::iter::from_fn(|| adapter.next_event());
        limit.extend(
            events
                .filter(|e| matches!(e, AsyncEvent::SrqLimitReached { .. }))
                .map(|e| (k, e)),
        );
    }
    // two are left behind the fourth message
    assert_eq!(limit, [(3, AsyncEvent::SrqLimitReached { srq })]);
    post(&b, 6);
    message(&a, 6);
    arrives(&b, &a, 6);
    assert_eq!(shared_queue(&lab, &b).1.consumed, 7);
}

/// The answers that a queue pair still has to send, but for their place.
fn response_ring(lab: &Lab, app: &App) -> Vec<ResponseEntry> {
    let (host, slot) = (&lab.hosts[app.host], app.qp().slot());
    let Response { head, tail, .. } = app.response(lab);
    let entry = |k: u8| {
        let index = slot << 3 | u16::from(tail.wrapping_add(k) & 7);
        let entry = ResponseEntry::from_words(&record(host, ContextKind::ResponseEntry, index));
        ResponseEntry {
            mr: 0,
            iova: 0,
            ..entry
        }
    };
    (0..head.wrapping_sub(tail)).map(entry).collect()
}

/// Answers to READs and ATOMICs that wait in the response ring move, also over its end, and each request is done once and answered as it was asked.
#[test]
fn journey_with_answers_in_the_response_ring() {
    const COUNTER: usize = 40_000;
    const READ: u32 = 28 * MTU;
    let lab = lab(3);
    let (a, mut b) = bundle(&lab, 0, 1, 2);
    let first = b.number_at(COUNTER);
    let at = |k: u64| 16 * 1024 + 8192 * k as usize;
    let found_at =
        |round: u64, n: usize, k: u64| 16 * (2 * round as usize + n) + 8 * (k as usize / 3);
    // four answers before, so that those that wait are the last ones of the ring and its first ones
    for qp in &a.qps {
        let small = |k| SendRequest::new(k, b.read_from(0), a.entry(at(0), 8));
        qp.post_send(&(0..4).map(small).collect::<Vec<_>>())
            .unwrap();
    }
    a.sent(&lab, 8);
    let mut kept = Vec::new();
    let mut moved = BTreeSet::new();
    for (round, to) in [(0, 2), (1, 1)] {
        for (n, qp) in a.qps.iter().enumerate() {
            let request = |k: u64| match k % 3 {
                1 => {
                    let found = a.entry(found_at(round, n, k), 8);
                    SendRequest::new(k, b.add_to(COUNTER, 1), found)
                }
                _ => SendRequest::new(k, b.read_from(64 * k as usize), a.entry(at(k), READ)),
            };
            let requests: Vec<_> = (0..6).map(request).collect();
            qp.post_send(&requests).unwrap();
        }
        // its port is slow, so that answers wait
        slow_port(&lab, b.host, 224);
        lab.until("answers that wait", SOON, || {
            let Response { head, tail, .. } = b.response(&lab);
            Ok((head.wrapping_sub(tail) >= 4).then_some(()))
        })
        .unwrap();
        slow_port(&lab, b.host, 0);
        b.command(&lab, Command::Stop, &[]).unwrap();
        b.command(&lab, Command::Drained, &[]).unwrap();
        let (before, tail) = (response_ring(&lab, &b), b.response(&lab).tail);
        println!("round {round}: tail {tail}, {before:#?}");
        for kind in [2, 3] {
            assert!(before.iter().any(|e| e.kind == kind), "kind {kind}");
        }
        moved.extend((0..before.len() as u8).map(|k| tail.wrapping_add(k) & 7));
        let frozen = b.stop();
        let copy = frozen.restore(&lab, to);
        assert_eq!(response_ring(&lab, &copy.app), before, "restored");
        kept.push(frozen.commit(Some(lab.hosts[to].ip)));
        b = copy.resume();
        let done = a.sent(&lab, 12);
        let mut found = BTreeSet::new();
        for (n, qp) in a.qps.iter().enumerate() {
            let own = done.iter().filter(|c| c.qpn == qp.number());
            let ids: Vec<_> = own.map(|c| c.wr_id).collect();
            assert_eq!(ids, [0, 1, 2, 3, 4, 5], "in order, once each");
            found.extend([1, 4].map(|k| a.number_at(found_at(round, n, k)).wrapping_sub(first)));
        }
        for k in [0, 2, 3, 5] {
            let (length, from) = (READ as usize, 64 * k as usize);
            assert_eq!(a.bytes(at(k), length), b.bytes(from, length), "READ {k}");
        }
        let due = 4 * round..4 * (round + 1);
        assert!(found.into_iter().eq(due.clone()), "answers of ATOMICs");
        assert_eq!(
            b.number_at(COUNTER).wrapping_sub(first),
            due.end,
            "done once each"
        );
        // the partner has asked again for what it had not got
        let again = lab.hosts[to].adapter.counter(Counter::RcvdDupReq);
        assert!(again.unwrap() > 0);
    }
    println!("places of the ring that moved: {moved:?}");
    assert!(moved.contains(&0) && moved.contains(&7), "{moved:?}");
}

/// A sender that waits for a receiver which was not ready waits on at the new place, as long as it still had to.
#[test]
fn journey_of_a_sender_that_waits_for_a_receiver() {
    // code 14: 1.28 ms, at 50 cycles a µs
    const WAIT: u64 = 1_280;
    const US: u64 = 50;
    let lab = lab(3);
    let options = ConnectionOptions {
        min_rnr_timer: 14,
        timeout: 20,
        ..ConnectionOptions::default()
    };
    let (a, b) = connected(&lab, 0, 1, &options);
    hurry(&lab, US as u32);
    let request = SendRequest::new(1, send(), a.entry(0, 500));
    a.qp().post_send(&[request]).unwrap();
    lab.run(200 * US).unwrap();
    let now = |host: usize| {
        let mut device = lab.cluster.device(host, 16);
        let mut read = |register: fw_regs::schema::Register| {
            u64::from(device.read32(Bar::Registers, register.offset).unwrap())
        };
        let low = read(control::now_lo::REG);
        read(control::now_hi::REG) << 32 | low
    };
    let deadline = |app: &App| {
        let record = app.completer(&lab);
        assert_eq!(record.timer_mode, 2, "RNR wait");
        u64::from(record.deadline_hi) << 32 | u64::from(record.deadline_lo)
    };
    let (due, asked) = (deadline(&a), now(0));
    assert!(due > asked && due - asked < WAIT, "{due} at {asked}");
    let frozen = a.stop();
    let left = (now(0), lab.hosts[0].adapter.counter(Counter::SentPkts));
    let copy = frozen.restore(&lab, 2);
    // the record says how long it still is
    let rest = deadline(&copy.app);
    println!("due {due}, stopped before {}, {rest} µs are left", left.0);
    assert!(rest <= due - asked && rest + 1 >= due - left.0, "{rest}");
    lab.run(50 * US).unwrap();
    let _tombstones = frozen.commit(Some(lab.hosts[2].ip));
    let before = now(2);
    let a = copy.resume();
    let (until, after) = (deadline(&a), now(2));
    let high = a.record::<5>(&lab, ContextKind::Completer)[4];
    assert_eq!(u64::from(high), until >> 32, "nothing above the time");
    assert!((before + rest..=after + rest).contains(&until), "{until}");
    b.recv(0, 5, 16 * 1024, 4096);
    a.wait_normal(&lab);
    assert_eq!(deadline(&a), until, "the RESUME has not ended it");
    a.sent(&lab, 1);
    assert!(now(2) >= until, "not before the time");
    assert_eq!(b.received(&lab, 1)[0].wr_id, 5);
    assert_eq!(b.bytes(16 * 1024, 500), a.bytes(0, 500));
}

#[test]
fn journey_at_512_bits() {
    for ipv6 in [false, true] {
        both(lab_with(512, 4, ipv6), "abababab");
    }
    let lab = lab_with(512, 3, false);
    let (a, b) = bundle(&lab, 0, 1, 4);
    let mut traffic = Traffic::new(&b);
    traffic.post(&a, &b);
    lab.run(300).unwrap();
    let (a, _tombstones) = a.move_to(&lab, 2);
    traffic.finish(&lab, &a, &b);
}

#[test]
fn journey_to_the_host_of_the_partner_and_on() {
    // a connection becomes loopback, and both ends leave one after the other
    let lab = lab(3);
    let (a, b) = bundle(&lab, 0, 1, 2);
    let mut traffic = Traffic::new(&b);
    traffic.post(&a, &b);
    lab.run(700).unwrap();
    let (a, _first) = a.move_to(&lab, 1);
    traffic.finish(&lab, &a, &b);
    traffic.post(&a, &b);
    lab.run(700).unwrap();
    let (b, _second) = b.move_to(&lab, 2);
    traffic.finish(&lab, &a, &b);
    traffic.post(&a, &b);
    let (a, _third) = a.move_to(&lab, 2);
    traffic.finish(&lab, &a, &b);
}
