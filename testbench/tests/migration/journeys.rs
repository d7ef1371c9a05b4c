//! Moves of several processes, in chains, at once, and under loss.

use crate::kit::*;
use crate::station::address;
use fw_regs::{Command, Counter};
use host_driver::SendRequest;
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
