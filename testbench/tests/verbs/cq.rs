//! Completion queues: arming, events, overflow.

use crate::kit::*;
use fw_regs::Counter;
use host_driver::{AsyncEvent, CompletionQueue, RecvRequest, SendRequest};
use testbench::lab::ConnectOptions;

fn events(pair: &Pair, host: usize, cq: &CompletionQueue) -> u32 {
    pair.lab.run(3000).unwrap();
    pair.lab.hosts[host].adapter.poll_events().unwrap();
    cq.take_events()
}

#[test]
fn cq_armed_next_raises_one_event() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let cq = &pair.a.send_cq;
        let request = SendRequest::new(1, write(&pair.mb, 0), pair.ma.entry(0, 64));
        pair.do_a(request.clone());
        assert_eq!(events(&pair, 0, cq), 0, "not armed");
        cq.request_notification(false).unwrap();
        assert_eq!(events(&pair, 0, cq), 0, "nothing has completed");
        pair.a.qp.post_send(&vec![request.clone(); 3]).unwrap();
        assert_eq!(events(&pair, 0, cq), 1, "one event for three completions");
        pair.good(cq, 3);
        pair.do_a(request);
        assert_eq!(events(&pair, 0, cq), 0, "armed once only");
    });
}

#[test]
fn cq_armed_late_raises_event_at_once() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let cq = &pair.a.send_cq;
        let request = SendRequest::new(1, write(&pair.mb, 0), pair.ma.entry(0, 64));
        pair.a.qp.post_send(&[request]).unwrap();
        pair.lab.run(5000).unwrap();
        // the completion is there, but was not polled: it must not be missed
        cq.request_notification(false).unwrap();
        assert_eq!(events(&pair, 0, cq), 1);
        pair.good(cq, 1);
    });
}

#[test]
fn cq_armed_solicited_waits_for_solicited() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let cq = &pair.b.recv_cq;
        (0..3).for_each(|k| pair.recv_b(k, 0, 64));
        cq.request_notification(true).unwrap();
        let mut request = SendRequest::new(1, send(), pair.ma.entry(0, 64));
        pair.do_a(request.clone());
        assert_eq!(events(&pair, 1, cq), 0);
        pair.good(cq, 1);
        request.solicited = true;
        pair.do_a(request);
        assert_eq!(events(&pair, 1, cq), 1);
    });
}

#[test]
fn cq_armed_solicited_is_woken_by_an_error() {
    let pair = Pair::new(width());
    pair.recv_b(1, 0, 64);
    pair.b.recv_cq.request_notification(true).unwrap();
    pair.b.qp.modify(host_driver::Modify::Err).unwrap();
    assert_eq!(events(&pair, 1, &pair.b.recv_cq), 1);
}

#[test]
fn cq_wraps_many_times() {
    at_both_widths(|width| {
        let options = ConnectOptions {
            cq_depth: 4,
            ..ConnectOptions::default()
        };
        let pair = Pair::connected(width, &options);
        for k in 0..50 {
            let request = SendRequest::new(k, write(&pair.mb, 0), pair.ma.entry(0, 8));
            pair.a.qp.post_send(&vec![request; 3]).unwrap();
            let all = pair.good(&pair.a.send_cq, 3);
            assert!(all.iter().all(|c| c.wr_id == k));
        }
    });
}

#[test]
fn cq_overflow_bad_flow() {
    let options = ConnectOptions {
        cq_depth: 4,
        ..ConnectOptions::default()
    };
    let pair = Pair::connected(width(), &options);
    pair.a.recv_cq.request_notification(false).unwrap();
    let entries = vec![pair.ma.entry(64, 64)];
    let receive = RecvRequest { wr_id: 7, entries };
    pair.a.qp.post_recv(&[receive]).unwrap();
    let request = SendRequest::new(1, write(&pair.mb, 0), pair.ma.entry(0, 8));
    pair.a.qp.post_send(&vec![request; 6]).unwrap();
    pair.lab.run(10_000).unwrap();
    let adapter = &pair.lab.hosts[0].adapter;
    adapter.poll_events().unwrap();
    let cq = pair.a.send_cq.number();
    assert_eq!(adapter.next_event(), Some(AsyncEvent::CqError { cq }));
    assert!(pair.counter(0, Counter::CqOverflow) > 0);
    // the queue pair fails, and the flush of its receive is told by the queue that has room as always
    assert_eq!(pair.a.recv_cq.take_events(), 1);
    let other = pair.a.recv_cq.number();
    while let Some(event) = adapter.next_event() {
        assert_ne!(event, AsyncEvent::CqError { cq: other });
    }
}
