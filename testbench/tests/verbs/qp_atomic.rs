//! ATOMIC operations.

use crate::kit::*;
use host_driver::{Access, Completion, SendOperation, SendRequest, WcOpcode, WcStatus};

fn put(pair: &Pair, offset: usize, value: u64) {
    pair.mb
        .buffer()
        .write(offset, &value.to_le_bytes())
        .unwrap();
}

fn get(region: &host_driver::MemoryRegion, offset: usize) -> u64 {
    u64::from_le_bytes(bytes(region, offset, 8).try_into().unwrap())
}

fn compare_swap(pair: &Pair, offset: usize, compare: u64, swap: u64) -> SendOperation {
    SendOperation::CompareSwap {
        remote_addr: pair.mb.va() + offset as u64,
        rkey: pair.mb.rkey(),
        compare,
        swap,
    }
}

fn fetch_add(pair: &Pair, offset: usize, add: u64) -> SendOperation {
    SendOperation::FetchAdd {
        remote_addr: pair.mb.va() + offset as u64,
        rkey: pair.mb.rkey(),
        add,
    }
}

fn done(pair: &Pair, operation: SendOperation, local: usize) -> Completion {
    pair.do_a(SendRequest::new(1, operation, pair.ma.entry(local, 8)))
}

const A: u64 = 0x0123_4567_89ab_cdef;
const B: u64 = 0xfedc_ba98_7654_3210;

#[test]
fn qp_compare_swap_hits_and_misses() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        put(&pair, 64, A);
        let c = done(&pair, compare_swap(&pair, 64, A, B), 3);
        assert_eq!(
            (c.status, c.opcode),
            (WcStatus::Success, WcOpcode::CompSwap)
        );
        assert_eq!((get(&pair.ma, 3), get(&pair.mb, 64)), (A, B));
        done(&pair, compare_swap(&pair, 64, A, 7), 3);
        assert_eq!((get(&pair.ma, 3), get(&pair.mb, 64)), (B, B));
    });
}

#[test]
fn qp_fetch_add_wraps() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        for offset in [0, 8, 16, 24, 32, 40, 48, 56, 64] {
            put(&pair, offset, u64::MAX - 1);
            let c = done(&pair, fetch_add(&pair, offset, 5), 100);
            assert_eq!(
                (c.status, c.opcode),
                (WcStatus::Success, WcOpcode::FetchAdd)
            );
            assert_eq!(
                (get(&pair.ma, 100), get(&pair.mb, offset)),
                (u64::MAX - 1, 3)
            );
        }
    });
}

#[test]
fn qp_fetch_adds_in_a_row_are_exact() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        put(&pair, 0, 1000);
        let requests: Vec<_> = (0..40)
            .map(|k| {
                SendRequest::new(
                    k,
                    fetch_add(&pair, 0, k + 1),
                    pair.ma.entry(8 * k as usize, 8),
                )
            })
            .collect();
        pair.a.qp.post_send(&requests).unwrap();
        pair.good(&pair.a.send_cq, 40);
        let mut value = 1000;
        for k in 0..40 {
            assert_eq!(get(&pair.ma, 8 * k as usize), value);
            value += k + 1;
        }
        assert_eq!(get(&pair.mb, 0), value);
    });
}

#[test]
fn qp_atomic_misaligned_bad_flow() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        put(&pair, 0, A);
        let c = done(&pair, fetch_add(&pair, 4, 1), 0);
        assert_eq!(c.status, WcStatus::RemoteInvalidRequest);
        assert_eq!(get(&pair.mb, 0), A);
    });
}

#[test]
fn qp_atomic_region_without_right_bad_flow() {
    let pair = Pair::new(width());
    let access = Access {
        remote_atomic: false,
        ..Access::ALL
    };
    let region = pair.lab.hosts[1].memory(4096, access).unwrap();
    let operation = SendOperation::FetchAdd {
        remote_addr: region.va(),
        rkey: region.rkey(),
        add: 1,
    };
    assert_eq!(done(&pair, operation, 0).status, WcStatus::RemoteAccess);
    assert_eq!(get(&region, 0), 0);
}
