//! SEND in all its forms.

use crate::kit::*;
use fw_regs::Counter;
use host_driver::{PostError, RecvRequest, SendOperation, SendRequest, WcOpcode, WcStatus};
use testbench::lab::ConnectOptions;

#[test]
fn qp_send_sizes_around_mtu() {
    at_both_widths(|width| {
        for path_mtu in [256, 1024, 4096] {
            let pair = Pair::connected(
                width,
                &ConnectOptions {
                    path_mtu,
                    ..ConnectOptions::default()
                },
            );
            for (k, size) in sizes_around(path_mtu).into_iter().enumerate() {
                let (from, to) = (k * 3, 5 + k);
                let before = bytes(&pair.mb, to, size as usize + 64);
                pair.recv_b(k as u64, to, size + 7);
                let c = pair.do_a(SendRequest::new(9, send(), pair.ma.entry(from, size)));
                assert_eq!(
                    (c.status, c.wr_id, c.opcode),
                    (WcStatus::Success, 9, WcOpcode::Send)
                );
                let r = pair.good(&pair.b.recv_cq, 1)[0];
                assert_eq!(
                    (r.wr_id, r.byte_len, r.opcode),
                    (k as u64, size, WcOpcode::Recv)
                );
                assert_eq!((r.imm, r.invalidated), (None, None));
                let after = bytes(&pair.mb, to, size as usize + 64);
                assert!(
                    after[..size as usize] == bytes(&pair.ma, from, size as usize),
                    "size {size}"
                );
                assert!(
                    after[size as usize..] == before[size as usize..],
                    "behind size {size}"
                );
            }
        }
    });
}

#[test]
fn qp_send_immediate() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        for (size, imm) in [(0, 0xdead_beef), (64, 1), (3000, 0x0102_0304)] {
            pair.recv_b(1, 0, 4096);
            let operation = SendOperation::Send {
                imm: Some(imm),
                invalidate: None,
            };
            pair.do_a(SendRequest::new(1, operation, pair.ma.entry(0, size)));
            let r = pair.good(&pair.b.recv_cq, 1)[0];
            assert_eq!((r.imm, r.byte_len), (Some(imm), size));
            assert_eq!(
                bytes(&pair.mb, 0, size as usize),
                bytes(&pair.ma, 0, size as usize)
            );
        }
    });
}

#[test]
fn qp_send_invalidate() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let victim = pair.lab.hosts[1]
            .memory(4096, host_driver::Access::ALL)
            .unwrap();
        let c = pair.do_a(SendRequest::new(1, write(&victim, 0), pair.ma.entry(0, 64)));
        assert_eq!(c.status, WcStatus::Success);
        pair.recv_b(1, 0, 4096);
        let operation = SendOperation::Send {
            imm: None,
            invalidate: Some(victim.rkey()),
        };
        pair.do_a(SendRequest::new(2, operation, pair.ma.entry(0, 2000)));
        let r = pair.good(&pair.b.recv_cq, 1)[0];
        assert_eq!(
            (r.invalidated, r.imm, r.byte_len),
            (Some(victim.rkey()), None, 2000)
        );
        // the key is dead now
        let c = pair.do_a(SendRequest::new(3, write(&victim, 0), pair.ma.entry(0, 64)));
        assert_eq!(c.status, WcStatus::RemoteAccess);
    });
}

#[test]
fn qp_send_inline() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        for (k, pushed) in (0..10).zip([false, true].into_iter().cycle()) {
            let size = [0, 1, 7, 8, 15, 16, 17, 31, 32, 32][k];
            let data = bytes(&pair.ma, 100 * k, size);
            pair.recv_b(k as u64, 0, 64);
            let mut request = SendRequest::new(1, send(), pair.ma.entry(0, 0));
            (request.entries, request.inline) = (vec![], Some(data.clone()));
            match pushed {
                true => pair.a.qp.post_send_pushed(&request).unwrap(),
                false => pair.a.qp.post_send(&[request]).unwrap(),
            }
            pair.good(&pair.a.send_cq, 1);
            assert_eq!(pair.good(&pair.b.recv_cq, 1)[0].byte_len, size as u32);
            assert_eq!(
                bytes(&pair.mb, 0, size),
                data,
                "size {size}, pushed {pushed}"
            );
        }
    });
}

#[test]
fn qp_send_inline_too_long_bad_flow() {
    let pair = Pair::new(width());
    let mut request = SendRequest::new(1, send(), pair.ma.entry(0, 0));
    request.inline = Some(vec![0; 33]);
    let refused = pair.a.qp.post_send(&[request]);
    assert!(matches!(
        refused,
        Err(PostError::InlineTooLong { bytes: 33, max: 32 })
    ));
}

#[test]
fn qp_send_pushed() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        for k in 0..20 {
            pair.recv_b(k, 4096 * k as usize, 4096);
        }
        for k in 0..20 {
            let entry = pair.ma.entry(4096 * k as usize, 1500);
            pair.a
                .qp
                .post_send_pushed(&SendRequest::new(k, send(), entry))
                .unwrap();
        }
        let sent: Vec<u64> = pair
            .good(&pair.a.send_cq, 20)
            .iter()
            .map(|c| c.wr_id)
            .collect();
        assert_eq!(sent, (0..20).collect::<Vec<_>>());
        pair.good(&pair.b.recv_cq, 20);
        for k in 0..20 {
            assert_eq!(
                bytes(&pair.mb, 4096 * k, 1500),
                bytes(&pair.ma, 4096 * k, 1500)
            );
        }
    });
}

#[test]
fn qp_send_two_entries() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        for (first, second, into) in [
            (1, 2, 1),
            (100, 2000, 77),
            (1024, 1024, 1500),
            (0, 300, 0),
            (300, 0, 300),
            (1023, 1, 1),
        ] {
            let total = first + second;
            let receive = RecvRequest {
                wr_id: 1,
                entries: vec![pair.mb.entry(10_000, into), pair.mb.entry(3, total - into)],
            };
            pair.b.qp.post_recv(&[receive]).unwrap();
            let mut request = SendRequest::new(1, send(), pair.ma.entry(5, first));
            request.entries.push(pair.ma.entry(20_001, second));
            assert_eq!(pair.do_a(request).status, WcStatus::Success);
            assert_eq!(pair.good(&pair.b.recv_cq, 1)[0].byte_len, total);
            let mut sent = bytes(&pair.ma, 5, first as usize);
            sent.extend(bytes(&pair.ma, 20_001, second as usize));
            let mut got = bytes(&pair.mb, 10_000, into as usize);
            got.extend(bytes(&pair.mb, 3, (total - into) as usize));
            assert!(sent == got, "{first} + {second} into {into}");
        }
    });
}

#[test]
fn qp_send_unsignalled() {
    let pair = Pair::new(width());
    for k in 0..5 {
        pair.recv_b(k, 0, 64);
        let mut request = SendRequest::new(k, send(), pair.ma.entry(0, 64));
        request.signalled = k == 4;
        pair.a.qp.post_send(&[request]).unwrap();
    }
    assert_eq!(pair.good(&pair.a.send_cq, 1)[0].wr_id, 4);
    pair.good(&pair.b.recv_cq, 5);
    pair.quiet(&pair.a.send_cq);
}

#[test]
fn qp_send_before_receive() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let request = SendRequest::new(1, send(), pair.ma.entry(0, 2500));
        pair.a.qp.post_send(&[request]).unwrap();
        pair.lab.run(10_000).unwrap();
        assert!(pair.counter(1, Counter::SendRnrErr) > 0);
        assert!(pair.counter(0, Counter::RcvdRnrErr) > 0);
        pair.recv_b(1, 0, 4096);
        pair.good(&pair.a.send_cq, 1);
        pair.good(&pair.b.recv_cq, 1);
        assert_eq!(bytes(&pair.mb, 0, 2500), bytes(&pair.ma, 0, 2500));
    });
}

#[test]
fn qp_send_rnr_retry_exceeded_bad_flow() {
    let pair = Pair::connected(
        64,
        &ConnectOptions {
            rnr_retry: 2,
            ..ConnectOptions::default()
        },
    );
    let c = pair.do_a(SendRequest::new(1, send(), pair.ma.entry(0, 64)));
    assert_eq!(c.status, WcStatus::RnrRetryExceeded);
    assert_eq!(pair.counter(1, Counter::SendRnrErr), 3);
    assert_eq!(pair.counter(0, Counter::RetryRnrExceededErr), 1);
}

#[test]
fn qp_send_longer_than_receive_bad_flow() {
    at_both_widths(|width| {
        for (size, room) in [(64, 63), (3000, 2000)] {
            let pair = Pair::new(width);
            let before = bytes(&pair.mb, room as usize, 4096);
            pair.recv_b(7, 0, room);
            let c = pair.do_a(SendRequest::new(1, send(), pair.ma.entry(0, size)));
            assert_eq!(c.status, WcStatus::RemoteInvalidRequest);
            let r = pair.next(&pair.b.recv_cq);
            assert_eq!((r.wr_id, r.status), (7, WcStatus::LocalLength));
            assert!(bytes(&pair.mb, room as usize, 4096) == before);
        }
    });
}
