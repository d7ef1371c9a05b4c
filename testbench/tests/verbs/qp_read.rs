//! RDMA READ.

use crate::kit::*;
use host_driver::{Access, SendOperation, SendRequest, WcOpcode, WcStatus};
use testbench::lab::ConnectOptions;

#[test]
fn qp_read_sizes_around_mtu() {
    at_both_widths(|width| {
        for path_mtu in [256, 1024] {
            let options = ConnectOptions {
                path_mtu,
                ..ConnectOptions::default()
            };
            let pair = Pair::connected(width, &options);
            for (k, size) in sizes_around(path_mtu).into_iter().enumerate() {
                let (from, to, size) = (3 * k, 1 + k, size as usize);
                let mut expected = bytes(&pair.ma, 0, size + 128);
                expected[to..to + size].copy_from_slice(&bytes(&pair.mb, from, size));
                let entry = pair.ma.entry(to, size as u32);
                let c = pair.do_a(SendRequest::new(4, read(&pair.mb, from), entry));
                assert_eq!(
                    (c.status, c.opcode),
                    (WcStatus::Success, WcOpcode::RdmaRead)
                );
                assert_eq!(c.byte_len as usize, size);
                assert!(bytes(&pair.ma, 0, size + 128) == expected, "size {size}");
            }
        }
    });
}

#[test]
fn qp_read_into_two_entries() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        for (first, second) in [(1, 3000), (1024, 1024), (1500, 1), (0, 77)] {
            let mut request = SendRequest::new(1, read(&pair.mb, 9), pair.ma.entry(2, first));
            request.entries.push(pair.ma.entry(50_000, second));
            assert_eq!(pair.do_a(request).byte_len, first + second);
            let mut got = bytes(&pair.ma, 2, first as usize);
            got.extend(bytes(&pair.ma, 50_000, second as usize));
            assert!(
                got == bytes(&pair.mb, 9, (first + second) as usize),
                "{first} + {second}"
            );
        }
    });
}

#[test]
fn qp_read_more_than_may_be_outstanding() {
    at_both_widths(|width| {
        for max_rd_atomic in [1, 3, 8] {
            let options = ConnectOptions {
                max_rd_atomic,
                ..ConnectOptions::default()
            };
            let pair = Pair::connected(width, &options);
            let requests: Vec<_> = (0..30)
                .map(|k| {
                    let entry = pair.ma.entry(2000 * k, 1700);
                    SendRequest::new(k as u64, read(&pair.mb, 2000 * k), entry)
                })
                .collect();
            pair.a.qp.post_send(&requests).unwrap();
            let done: Vec<u64> = pair
                .good(&pair.a.send_cq, 30)
                .iter()
                .map(|c| c.wr_id)
                .collect();
            assert_eq!(done, (0..30).collect::<Vec<_>>());
            for k in 0..30 {
                assert!(bytes(&pair.ma, 2000 * k, 1700) == bytes(&pair.mb, 2000 * k, 1700));
            }
        }
    });
}

#[test]
fn qp_read_then_fenced_send_carries_what_was_read() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        pair.recv_b(1, 60_000, 4096);
        let mut answer = SendRequest::new(2, send(), pair.ma.entry(0, 4000));
        answer.fence = true;
        let fetch = SendRequest::new(1, read(&pair.mb, 100), pair.ma.entry(0, 4000));
        pair.a.qp.post_send(&[fetch, answer]).unwrap();
        pair.good(&pair.a.send_cq, 2);
        pair.good(&pair.b.recv_cq, 1);
        assert!(bytes(&pair.mb, 60_000, 4000) == bytes(&pair.mb, 100, 4000));
    });
}

#[test]
fn qp_read_unknown_key_bad_flow() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let before = bytes(&pair.ma, 0, 4096);
        let operation = SendOperation::Read {
            remote_addr: pair.mb.va(),
            rkey: pair.mb.rkey() ^ 0x100,
        };
        let c = pair.do_a(SendRequest::new(1, operation, pair.ma.entry(0, 4096)));
        assert_eq!(c.status, WcStatus::RemoteAccess);
        assert!(bytes(&pair.ma, 0, 4096) == before);
    });
}

#[test]
fn qp_read_region_without_right_bad_flow() {
    let pair = Pair::new(width());
    let access = Access {
        remote_read: false,
        ..Access::ALL
    };
    let region = pair.lab.hosts[1].memory(4096, access).unwrap();
    let c = pair.do_a(SendRequest::new(1, read(&region, 0), pair.ma.entry(0, 64)));
    assert_eq!(c.status, WcStatus::RemoteAccess);
}

#[test]
fn qp_read_into_memory_without_local_write_bad_flow() {
    let pair = Pair::new(width());
    let access = Access {
        local_write: false,
        ..Access::ALL
    };
    let region = pair.lab.hosts[0].memory(4096, access).unwrap();
    let c = pair.do_a(SendRequest::new(1, read(&pair.mb, 0), region.entry(0, 64)));
    assert_eq!(c.status, WcStatus::LocalProtection);
}
