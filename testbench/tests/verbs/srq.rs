//! Shared receive queues.

use crate::kit::*;
use fw_regs::Counter;
use host_driver::{AsyncEvent, PostError, RecvRequest, SendRequest};
use testbench::lab::{ConnectOptions, Lab, LabOptions};

struct Shared {
    pair: Pair,
    other: (testbench::lab::Endpoint, testbench::lab::Endpoint),
    srq: host_driver::SharedReceiveQueue,
}

/// Two connections whose B ends share a receive queue with room for 64 and a limit.
fn shared(width: u32, limit: u16) -> Shared {
    let lab = Lab::new(LabOptions::new(width, SEED)).unwrap();
    let srq = lab.hosts[1].pd.create_srq(64, limit).unwrap();
    let options = ConnectOptions {
        srqs: [None, Some(srq.clone())],
        ..ConnectOptions::default()
    };
    let (a, b) = lab.connect(0, 1, &options).unwrap();
    let other = lab.connect(0, 1, &options).unwrap();
    let mut rng = testbench::rng::Rng::new(SEED);
    let access = host_driver::Access::ALL;
    let ma = lab.hosts[0]
        .memory_with(&rng.bytes(MEMORY), access)
        .unwrap();
    let mb = lab.hosts[1]
        .memory_with(&rng.bytes(MEMORY), access)
        .unwrap();
    let pair = Pair { a, b, ma, mb, lab };
    Shared { pair, other, srq }
}

impl Shared {
    fn post(&self, count: u64) {
        for wr_id in 0..count {
            let entries = vec![self.pair.mb.entry(2048 * wr_id as usize, 2048)];
            self.srq.post(&[RecvRequest { wr_id, entries }]).unwrap();
        }
    }
}

#[test]
fn srq_serves_two_queue_pairs() {
    at_both_widths(|width| {
        let s = shared(width, 0);
        let (pair, other) = (&s.pair, &s.other);
        s.post(20);
        for k in 0..10 {
            let request = |at: usize| SendRequest::new(k, send(), pair.ma.entry(at, 1500));
            pair.a.qp.post_send(&[request(100 * k as usize)]).unwrap();
            other
                .0
                .qp
                .post_send(&[request(100 * k as usize + 50)])
                .unwrap();
        }
        pair.good(&pair.a.send_cq, 10);
        pair.good(&other.0.send_cq, 10);
        let mut used = Vec::new();
        for (cq, shift) in [(&pair.b.recv_cq, 0), (&other.1.recv_cq, 50)] {
            for (k, c) in pair.good(cq, 10).iter().enumerate() {
                let got = bytes(&pair.mb, 2048 * c.wr_id as usize, 1500);
                assert!(got == bytes(&pair.ma, 100 * k + shift, 1500));
                used.push(c.wr_id);
            }
        }
        used.sort_unstable();
        assert_eq!(used, (0..20).collect::<Vec<_>>());
    });
}

#[test]
fn srq_limit_event_comes_once() {
    at_both_widths(|width| {
        let s = shared(width, 5);
        s.post(8);
        let adapter = &s.pair.lab.hosts[1].adapter;
        for k in 0..8 {
            let request = SendRequest::new(k, send(), s.pair.ma.entry(0, 10));
            s.pair.do_a(request);
            s.pair.lab.run(2000).unwrap();
            adapter.poll_events().unwrap();
            let expected = (k == 3).then_some(AsyncEvent::SrqLimitReached {
                srq: s.srq.number(),
            });
            assert_eq!(adapter.next_event(), expected, "after message {k}");
        }
    });
}

#[test]
fn srq_empty_waits() {
    let s = shared(width(), 0);
    let request = SendRequest::new(1, send(), s.pair.ma.entry(0, 700));
    s.pair.a.qp.post_send(&[request]).unwrap();
    s.pair.lab.run(10_000).unwrap();
    assert!(s.pair.counter(1, Counter::SendRnrErr) > 0);
    s.post(1);
    s.pair.good(&s.pair.a.send_cq, 1);
    s.pair.good(&s.pair.b.recv_cq, 1);
}

#[test]
fn srq_private_post_bad_flow() {
    let s = shared(width(), 0);
    let receive = RecvRequest {
        wr_id: 1,
        entries: vec![],
    };
    let refused = s.pair.b.qp.post_recv(&[receive]);
    assert!(matches!(refused, Err(PostError::Shared)));
}
