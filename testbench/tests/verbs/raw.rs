//! Raw frames: whole Ethernet frames out and in.

use crate::kit::*;
use fw_regs::Counter;
use host_driver::{Modify, QpOptions, QueuePair, RtrAttributes, RtsAttributes, SendRequest};
use testbench::lab::Endpoint;

fn raw(pair: &Pair, host: usize) -> Endpoint {
    let h = &pair.lab.hosts[host];
    let cq = || h.context.create_cq(64).unwrap();
    let (send_cq, recv_cq) = (cq(), cq());
    let options = QpOptions {
        send_cq: send_cq.clone(),
        recv_cq: recv_cq.clone(),
        srq: None,
        max_send: 16,
        max_recv: 16,
        raw: true,
    };
    let qp = h.pd.create_qp(&options).unwrap();
    bring_up(&qp);
    h.adapter.receive_raw(Some(&qp)).unwrap();
    Endpoint {
        qp,
        send_cq,
        recv_cq,
    }
}

/// A raw queue pair has no partner; the states are walked through all the same.
fn bring_up(qp: &QueuePair) {
    let own = qp.connection_data();
    qp.modify(Modify::Init(Default::default())).unwrap();
    qp.modify(Modify::Rtr(RtrAttributes::new(own))).unwrap();
    qp.modify(Modify::Rts(RtsAttributes::new(own.psn))).unwrap();
}

#[test]
fn raw_frames_go_whole_from_host_to_host() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let (a, b) = (raw(&pair, 0), raw(&pair, 1));
        // every number of bytes in the last beat of 64 bits
        let sizes = (60..68).chain([128, 1000, 1514]);
        for (k, size) in sizes.enumerate() {
            let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x06];
            frame.resize(size, k as u8 + 1);
            pair.ma.buffer().write(0, &frame).unwrap();
            b.qp.post_recv(&[host_driver::RecvRequest {
                wr_id: k as u64,
                entries: vec![pair.mb.entry(0, 2048)],
            }])
            .unwrap();
            let request = SendRequest::new(7, send(), pair.ma.entry(0, size as u32));
            a.qp.post_send(&[request]).unwrap();
            assert_eq!(pair.good(&a.send_cq, 1)[0].wr_id, 7);
            let r = pair.good(&b.recv_cq, 1)[0];
            assert_eq!((r.wr_id, r.byte_len as usize), (k as u64, size));
            assert_eq!(bytes(&pair.mb, 0, size), frame);
        }
    });
}

#[test]
fn raw_frames_nobody_wants_are_dropped_bad_flow() {
    let pair = Pair::new(width());
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x06];
    frame.resize(60, 0);
    pair.lab.cluster.inject(1, &frame);
    pair.lab.run(1000).unwrap();
    assert_eq!(pair.counter(1, Counter::RxRaw), 1);
    assert_eq!(pair.counter(1, Counter::RxRawDropped), 1);
    let request = SendRequest::new(1, write(&pair.mb, 0), pair.ma.entry(0, 64));
    assert_eq!(pair.do_a(request).status, host_driver::WcStatus::Success);
}
