//! RDMA WRITE.

use crate::kit::*;
use fw_regs::Counter;
use host_driver::{
    Access, AsyncEvent, InitAttributes, RecvRequest, SendOperation, SendRequest, WcOpcode, WcStatus,
};
use testbench::lab::ConnectOptions;

#[test]
fn qp_write_sizes_around_mtu() {
    at_both_widths(|width| {
        for path_mtu in [512, 2048] {
            let options = ConnectOptions {
                path_mtu,
                ..ConnectOptions::default()
            };
            let pair = Pair::connected(width, &options);
            for (k, size) in sizes_around(path_mtu).into_iter().enumerate() {
                let (from, to, size) = (7 * k, 1 + k, size as usize);
                let before = bytes(&pair.mb, 0, size + 128);
                let entry = pair.ma.entry(from, size as u32);
                let c = pair.do_a(SendRequest::new(4, write(&pair.mb, to), entry));
                assert_eq!(
                    (c.status, c.opcode),
                    (WcStatus::Success, WcOpcode::RdmaWrite)
                );
                let mut expected = before;
                expected[to..to + size].copy_from_slice(&bytes(&pair.ma, from, size));
                assert!(bytes(&pair.mb, 0, size + 128) == expected, "size {size}");
            }
        }
    });
}

#[test]
fn qp_write_immediate() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        for (size, imm) in [(0, 5), (300, 0xffff_fffe), (2048, 7), (3001, 9)] {
            let receive = RecvRequest {
                wr_id: u64::from(imm),
                entries: vec![],
            };
            pair.b.qp.post_recv(&[receive]).unwrap();
            let operation = SendOperation::Write {
                remote_addr: pair.mb.va() + 100,
                rkey: pair.mb.rkey(),
                imm: Some(imm),
            };
            let c = pair.do_a(SendRequest::new(1, operation, pair.ma.entry(0, size)));
            assert_eq!(c.status, WcStatus::Success);
            let r = pair.good(&pair.b.recv_cq, 1)[0];
            assert_eq!((r.wr_id, r.opcode), (imm.into(), WcOpcode::RecvRdmaWithImm));
            assert_eq!((r.imm, r.byte_len), (Some(imm), size));
            assert_eq!(
                bytes(&pair.mb, 100, size as usize),
                bytes(&pair.ma, 0, size as usize)
            );
        }
    });
}

#[test]
fn qp_write_of_nothing_checks_no_key() {
    let pair = Pair::new(width());
    let operation = SendOperation::Write {
        remote_addr: 1,
        rkey: 2,
        imm: None,
    };
    let c = pair.do_a(SendRequest::new(1, operation, pair.ma.entry(0, 0)));
    assert_eq!(c.status, WcStatus::Success);
}

/// A WRITE that the responder must refuse: nothing is written, both ends are in error, an event says why.
fn refused(pair: &Pair, operation: SendOperation, length: u32) {
    let before = bytes(&pair.mb, 0, MEMORY);
    let c = pair.do_a(SendRequest::new(3, operation, pair.ma.entry(0, length)));
    assert_eq!((c.status, c.wr_id), (WcStatus::RemoteAccess, 3));
    assert!(bytes(&pair.mb, 0, MEMORY) == before);
    assert_eq!(pair.counter(1, Counter::NakRemoteAccess), 1);
    let adapter = &pair.lab.hosts[1].adapter;
    adapter.poll_events().unwrap();
    let qpn = pair.b.qp.number();
    assert_eq!(
        adapter.next_event(),
        Some(AsyncEvent::QpAccessError { qpn })
    );
}

#[test]
fn qp_write_unknown_key_bad_flow() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let operation = SendOperation::Write {
            remote_addr: pair.mb.va(),
            rkey: pair.mb.rkey() ^ 1,
            imm: None,
        };
        refused(&pair, operation, 64);
    });
}

#[test]
fn qp_write_out_of_bounds_bad_flow() {
    for (offset, length) in [
        (MEMORY as i64 - 63, 64),
        (-1, 64),
        (MEMORY as i64, 1),
        (1, MEMORY as u32),
    ] {
        let pair = Pair::new(width());
        let operation = SendOperation::Write {
            remote_addr: pair.mb.va().wrapping_add_signed(offset),
            rkey: pair.mb.rkey(),
            imm: None,
        };
        refused(&pair, operation, length);
    }
}

#[test]
fn qp_write_region_without_right_bad_flow() {
    let pair = Pair::new(width());
    let access = Access {
        remote_write: false,
        ..Access::ALL
    };
    let region = pair.lab.hosts[1].memory(4096, access).unwrap();
    refused(&pair, write(&region, 0), 64);
}

#[test]
fn qp_write_region_of_other_pd_bad_flow() {
    let pair = Pair::new(width());
    let host = &pair.lab.hosts[1];
    let buffer = host.context.allocate(4096).unwrap();
    let pd = host.context.allocate_pd().unwrap();
    let region = pd.register(&buffer, 0x1000, 4096, Access::ALL).unwrap();
    refused(&pair, write(&region, 0), 64);
}

#[test]
fn qp_write_queue_pair_without_right_bad_flow() {
    let options = ConnectOptions {
        init: InitAttributes {
            access: Access {
                remote_write: false,
                ..Access::ALL
            },
            ..InitAttributes::default()
        },
        ..ConnectOptions::default()
    };
    let pair = Pair::connected(width(), &options);
    let c = pair.do_a(SendRequest::new(
        1,
        write(&pair.mb, 0),
        pair.ma.entry(0, 64),
    ));
    assert!(
        matches!(
            c.status,
            WcStatus::RemoteInvalidRequest | WcStatus::RemoteAccess
        ),
        "{c:?}"
    );
}

#[test]
fn qp_write_bad_local_key_bad_flow() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let mut entry = pair.ma.entry(0, 64);
        entry.lkey ^= 1;
        let c = pair.do_a(SendRequest::new(5, write(&pair.mb, 0), entry));
        assert_eq!((c.status, c.wr_id), (WcStatus::LocalProtection, 5));
    });
}

#[test]
fn qp_write_long() {
    at_both_widths(|width| {
        let options = ConnectOptions {
            path_mtu: 4096,
            ..ConnectOptions::default()
        };
        let pair = Pair::connected(width, &options);
        let entry = pair.ma.entry(0, MEMORY as u32);
        let c = pair.do_a(SendRequest::new(4, write(&pair.mb, 0), entry));
        assert_eq!(c.status, WcStatus::Success);
        assert!(bytes(&pair.mb, 0, MEMORY) == bytes(&pair.ma, 0, MEMORY));
    });
}
