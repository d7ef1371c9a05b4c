//! A stop at every phase of every operation, and the move of one end; PSNs wrap in all of them.

use crate::kit::*;
use crate::scene::*;
use fw_regs::contexts::{CqState, Responder};
use fw_regs::{ContextKind, Counter};
use host_driver::SendRequest;
use testbench::net::{FaultRates, LinkConfig};

/// Cycles from posting in which an operation of a few packets begins, goes on and ends.
fn phases() -> impl Iterator<Item = u64> + Clone {
    (0..2_400).step_by(200)
}

#[test]
fn phase_of_write() {
    at_every_phase(phases(), |end, after| {
        let mut scene = Scene::new();
        let length = 16 * MTU + 5;
        let write = SendRequest::new(1, scene.b().write_to(8192), scene.a().entry(3, length));
        scene.a().qp().post_send(&[write]).unwrap();
        scene.lab.run(after).unwrap();
        scene.move_to(end, 2);
        scene.sent_in_order(1, 1);
        let length = length as usize;
        assert_eq!(scene.b().bytes(8192, length), scene.a().bytes(3, length));
        scene.at_peace();
    });
}

#[test]
fn phase_of_read() {
    at_every_phase(phases(), |end, after| {
        let mut scene = Scene::new();
        let length = 16 * MTU + 5;
        let read = SendRequest::new(1, scene.b().read_from(3), scene.a().entry(8192, length));
        scene.a().qp().post_send(&[read]).unwrap();
        scene.lab.run(after).unwrap();
        scene.move_to(end, 2);
        scene.sent_in_order(1, 1);
        let length = length as usize;
        assert_eq!(scene.a().bytes(8192, length), scene.b().bytes(3, length));
        scene.at_peace();
    });
}

#[test]
fn phase_of_send() {
    at_every_phase(phases(), |end, after| {
        let mut scene = Scene::new();
        let length = 9 * MTU + 1;
        for k in 0..3 {
            scene.b().recv(0, k, 16 * 1024 + 4096 * k as usize, 4096);
        }
        let all: Vec<_> = (0..3)
            .map(|k| SendRequest::new(k, send(), scene.a().entry(k as usize, length)))
            .collect();
        scene.a().qp().post_send(&all).unwrap();
        scene.lab.run(after).unwrap();
        scene.move_to(end, 2);
        scene.sent_in_order(0, 3);
        let received = scene.b().received(&scene.lab, 3);
        for (k, completion) in received.iter().enumerate() {
            assert_eq!((completion.wr_id, completion.byte_len), (k as u64, length));
            let there = scene.b().bytes(16 * 1024 + 4096 * k, length as usize);
            assert_eq!(there, scene.a().bytes(k, length as usize), "message {k}");
        }
        scene.at_peace();
    });
}

#[test]
fn phase_of_atomic() {
    at_every_phase(phases().step_by(2), |end, after| {
        let mut scene = Scene::new();
        let first = scene.b().number_at(4096);
        let all: Vec<_> = (0..6)
            .map(|k| {
                let operation = scene.b().add_to(4096, 3);
                SendRequest::new(k, operation, scene.a().entry(8 * k as usize, 8))
            })
            .collect();
        scene.a().qp().post_send(&all).unwrap();
        scene.lab.run(after).unwrap();
        scene.move_to(end, 2);
        scene.sent_in_order(0, 6);
        for k in 0..6 {
            let found = scene.a().number_at(8 * k);
            assert_eq!(found, first.wrapping_add(3 * k as u64), "ATOMIC {k}");
        }
        assert_eq!(scene.b().number_at(4096), first.wrapping_add(18));
        scene.at_peace();
    });
}

#[test]
fn phase_of_everything_at_once() {
    at_every_phase((0..4_000).step_by(500), |end, after| {
        let mut scene = Scene::new();
        let (a, b) = (scene.a(), scene.b());
        b.recv(0, 0, 40_000, 4096);
        let first = b.number_at(4096);
        let requests = [
            SendRequest::new(0, b.write_to(8192), a.entry(0, 5 * MTU)),
            SendRequest::new(1, b.read_from(0), a.entry(20_000, 5 * MTU)),
            SendRequest::new(2, b.add_to(4096, 1), a.entry(19_000, 8)),
            SendRequest::new(3, send(), a.entry(100, 3 * MTU)),
            SendRequest::new(4, b.read_from(8192), a.entry(30_000, 5 * MTU)),
        ];
        a.qp().post_send(&requests).unwrap();
        let back = SendRequest::new(9, a.write_to(50_000), b.entry(0, 7 * MTU));
        b.qp().post_send(&[back]).unwrap();
        scene.lab.run(after).unwrap();
        scene.move_to(end, 2);
        scene.sent_in_order(0, 5);
        let (a, b) = (scene.a(), scene.b());
        assert_eq!(b.sent(&scene.lab, 1)[0].wr_id, 9);
        assert_eq!(b.received(&scene.lab, 1)[0].byte_len, 3 * MTU);
        let (five, three, seven) = (5 * MTU as usize, 3 * MTU as usize, 7 * MTU as usize);
        assert_eq!(b.bytes(8192, five), a.bytes(0, five));
        assert_eq!(a.bytes(20_000, five), b.bytes(0, five));
        assert_eq!(a.bytes(30_000, five), a.bytes(0, five));
        assert_eq!(b.bytes(40_000, three), a.bytes(100, three));
        assert_eq!(a.bytes(50_000, seven), b.bytes(0, seven));
        assert_eq!(
            (a.number_at(19_000), b.number_at(4096)),
            (first, first.wrapping_add(1))
        );
        scene.at_peace();
    });
}

#[test]
fn phase_of_srq_request_in_use() {
    at_every_phase((200..2_600).step_by(300), |end, after| {
        let mut scene = Scene::shared();
        let length = 12 * MTU;
        for k in 0..4 {
            scene
                .b()
                .recv(0, 70 + k, 16 * 1024 + 4096 * k as usize, 4096);
        }
        let all: Vec<_> = (0..2)
            .map(|k| SendRequest::new(k, send(), scene.a().entry(k as usize, length)))
            .collect();
        scene.a().qp().post_send(&all).unwrap();
        scene.lab.run(after).unwrap();
        let in_use = scene.b().responder(&scene.lab).recv_valid;
        println!("a receive is in use: {in_use}");
        scene.move_to(end, 2);
        scene.sent_in_order(0, 2);
        let ids: Vec<_> = scene
            .b()
            .received(&scene.lab, 2)
            .iter()
            .map(|c| c.wr_id)
            .collect();
        assert_eq!(ids, [70, 71]);
        for k in 0..2 {
            let there = scene.b().bytes(16 * 1024 + 4096 * k, length as usize);
            assert_eq!(there, scene.a().bytes(k, length as usize));
        }
        // those that were left serve the next ones
        let next = SendRequest::new(2, send(), scene.a().entry(9, length));
        scene.a().qp().post_send(&[next]).unwrap();
        assert_eq!(scene.b().received(&scene.lab, 1)[0].wr_id, 72);
        scene.sent_in_order(2, 1);
        scene.at_peace();
    });
}

/// All frames from `host` are lost from now on, or none.
fn lossy(scene: &Scene, host: usize, loss: f64) {
    let faults = FaultRates {
        loss,
        ..FaultRates::default()
    };
    scene.lab.cluster.network(|network| {
        network.uplink_mut(host).configure(LinkConfig {
            faults,
            ..LinkConfig::default()
        });
    });
}

#[test]
fn phase_rnr_wait() {
    for end in [End::A, End::B] {
        // code 14: 1.28 ms, at 50 cycles a µs
        let mut scene = Scene::with(&ConnectionOptions {
            min_rnr_timer: 14,
            ..ConnectionOptions::default()
        });
        hurry(&scene.lab, 50);
        let request = SendRequest::new(1, send(), scene.a().entry(0, 500));
        scene.a().qp().post_send(&[request]).unwrap();
        scene.lab.run(5_000).unwrap();
        assert_eq!(scene.a().completer(&scene.lab).timer_mode, 2, "RNR wait");
        scene.move_to(end, 2);
        scene.b().recv(0, 5, 16 * 1024, 4096);
        scene.sent_in_order(1, 1);
        assert_eq!(scene.b().received(&scene.lab, 1)[0].wr_id, 5);
        scene.at_peace();
    }
}

#[test]
fn phase_retry_wait() {
    for end in [End::A, End::B] {
        let mut scene = Scene::new();
        lossy(&scene, 0, 1.0);
        let write = SendRequest::new(1, scene.b().write_to(8192), scene.a().entry(0, 900));
        scene.a().qp().post_send(&[write]).unwrap();
        scene.lab.run(3_000).unwrap();
        assert_eq!(scene.a().completer(&scene.lab).timer_mode, 1, "ACK wait");
        lossy(&scene, 0, 0.0);
        scene.move_to(end, 2);
        scene.sent_in_order(1, 1);
        assert_eq!(scene.b().bytes(8192, 900), scene.a().bytes(0, 900));
        scene.at_peace();
    }
}

#[test]
fn phase_atomic_done_and_its_answer_lost() {
    for end in [End::A, End::B] {
        let mut scene = Scene::new();
        let first = scene.b().number_at(4096);
        lossy(&scene, 1, 1.0);
        let all: Vec<_> = (0..3)
            .map(|k| {
                let operation = scene.b().add_to(4096, 5);
                SendRequest::new(k, operation, scene.a().entry(8 * k as usize, 8))
            })
            .collect();
        scene.a().qp().post_send(&all).unwrap();
        scene.lab.run(6_000).unwrap();
        assert_eq!(
            scene.b().number_at(4096),
            first.wrapping_add(15),
            "all are done"
        );
        lossy(&scene, 1, 0.0);
        scene.move_to(end, 2);
        scene.sent_in_order(0, 3);
        for k in 0..3 {
            let found = scene.a().number_at(8 * k);
            assert_eq!(
                found,
                first.wrapping_add(5 * k as u64),
                "replayed, not repeated"
            );
        }
        assert_eq!(
            scene.b().number_at(4096),
            first.wrapping_add(15),
            "once each"
        );
        scene.at_peace();
    }
}

#[test]
fn phase_read_reply_lost_in_the_middle() {
    for end in [End::A, End::B] {
        let mut scene = Scene::new();
        let length = 12 * MTU;
        let read = SendRequest::new(1, scene.b().read_from(64), scene.a().entry(8192, length));
        scene.a().qp().post_send(&[read]).unwrap();
        let una = |scene: &Scene| scene.a().completer(&scene.lab).una.count_from(OWN);
        scene
            .lab
            .until("half of the READ", SOON, || {
                Ok((una(&scene) >= 3).then_some(()))
            })
            .unwrap();
        lossy(&scene, 1, 1.0);
        scene.lab.run(3_000).unwrap();
        lossy(&scene, 1, 0.0);
        scene.move_to(end, 2);
        scene.sent_in_order(1, 1);
        let length = length as usize;
        assert_eq!(scene.a().bytes(8192, length), scene.b().bytes(64, length));
        scene.at_peace();
    }
}

/// A's first PSN.
const OWN: fw_regs::Psn = fw_regs::Psn::new(0xff_fffd);

#[test]
fn phase_half_full_completion_queue() {
    let mut scene = Scene::new();
    let write = |scene: &Scene, k: u64| {
        let at = 8192 + 64 * k as usize;
        SendRequest::new(k, scene.b().write_to(at), scene.a().entry(at, 64))
    };
    // past the queue's end, so that the phase bit has turned
    for k in 0..50 {
        scene.a().qp().post_send(&[write(&scene, k)]).unwrap();
        scene.sent_in_order(k, 1);
    }
    let all: Vec<_> = (50..75).map(|k| write(&scene, k)).collect();
    scene.a().qp().post_send(&all).unwrap();
    scene.lab.run(30_000).unwrap();
    let number = scene.a().send_cq.number();
    let state = CqState::from_words(&record(&scene.lab.hosts[0], ContextKind::CqState, number));
    assert_eq!(state.producer, 75, "25 completions wait");
    scene.move_to(End::A, 2);
    scene.sent_in_order(50, 25);
    scene.a().qp().post_send(&[write(&scene, 75)]).unwrap();
    scene.sent_in_order(75, 1);
    scene.at_peace();
}

#[test]
fn phase_armed_completion_queue() {
    let mut scene = Scene::new();
    scene.b().recv(0, 1, 16 * 1024, 4096);
    scene.b().recv_cq.request_notification(false).unwrap();
    scene.lab.run(1_000).unwrap();
    scene.move_to(End::B, 2);
    scene.b().wait_normal(&scene.lab);
    scene.lab.hosts[2].adapter.poll_events().unwrap();
    assert_eq!(scene.b().recv_cq.take_events(), 0, "nothing has come yet");
    let request = SendRequest::new(1, send(), scene.a().entry(0, 500));
    scene.a().qp().post_send(&[request]).unwrap();
    scene.sent_in_order(1, 1);
    scene.b().received(&scene.lab, 1);
    scene.lab.hosts[2].adapter.poll_events().unwrap();
    assert_eq!(
        scene.b().recv_cq.take_events(),
        1,
        "it was armed when it left"
    );
}

#[test]
fn phase_event_that_nobody_has_taken() {
    let mut scene = Scene::new();
    scene.b().recv(0, 1, 16 * 1024, 4096);
    scene.b().recv_cq.request_notification(false).unwrap();
    let request = SendRequest::new(1, send(), scene.a().entry(0, 500));
    scene.a().qp().post_send(&[request]).unwrap();
    scene.sent_in_order(1, 1);
    scene.lab.run(1_000).unwrap();
    scene.move_to(End::B, 2);
    assert_eq!(scene.b().recv_cq.take_events(), 1, "the event moves along");
    assert_eq!(scene.b().received(&scene.lab, 1)[0].wr_id, 1);
}

#[test]
fn phase_of_abort() {
    at_every_phase((0..2_400).step_by(300), |end, after| {
        let mut scene = Scene::new();
        let (a, b) = (scene.a(), scene.b());
        let first = b.number_at(4096);
        let requests = [
            SendRequest::new(0, b.write_to(8192), a.entry(0, 9 * MTU)),
            SendRequest::new(1, b.add_to(4096, 1), a.entry(19_000, 8)),
            SendRequest::new(2, b.read_from(0), a.entry(20_000, 9 * MTU)),
        ];
        a.qp().post_send(&requests).unwrap();
        scene.lab.run(after).unwrap();
        scene.abort(end);
        scene.sent_in_order(0, 3);
        let nine = 9 * MTU as usize;
        assert_eq!(scene.b().bytes(8192, nine), scene.a().bytes(0, nine));
        assert_eq!(scene.a().bytes(20_000, nine), scene.b().bytes(0, nine));
        assert_eq!(scene.b().number_at(4096), first.wrapping_add(1));
        scene.at_peace();
    });
}

#[test]
fn phase_resource_records_move() {
    // nothing is replayed here; the records are there, in case
    let mut scene = Scene::new();
    let first = scene.b().number_at(4096);
    let atomic = SendRequest::new(1, scene.b().add_to(4096, 1), scene.a().entry(0, 8));
    scene.a().qp().post_send(&[atomic]).unwrap();
    scene.sent_in_order(1, 1);
    let resources = |scene: &Scene| {
        let app = scene.b();
        let slot = app.qp().slot();
        let host = &scene.lab.hosts[app.host];
        (0..8)
            .map(|k| {
                let words: [u32; 6] = record(host, ContextKind::Resource, slot << 3 | k);
                let valid = fw_regs::contexts::Resource::from_words(&words).valid;
                let value: [u32; 2] = record(host, ContextKind::AtomicResult, slot << 3 | k);
                valid.then_some((words, value))
            })
            .collect::<Vec<_>>()
    };
    let before = resources(&scene);
    assert!(before.iter().flatten().any(|(_, v)| v[0] == first as u32));
    let responder: Responder = scene.b().responder(&scene.lab);
    scene.move_to(End::B, 2);
    assert_eq!(resources(&scene), before);
    assert_eq!(scene.b().responder(&scene.lab).msn, responder.msn);
    assert_eq!(
        scene.lab.hosts[2]
            .adapter
            .counter(Counter::DupAtomicDropped)
            .unwrap(),
        0
    );
}
