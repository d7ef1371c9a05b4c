//! Bad links, dead partners, strange numbers and addresses.

use crate::kit::*;
use fw_regs::{Counter, doorbell};
use host_driver::{SendRequest, WcStatus};
use testbench::lab::{ConnectOptions, LabOptions};
use testbench::net::{FaultRates, LinkConfig};

#[test]
fn qp_dead_partner_retry_exceeded_bad_flow() {
    at_both_widths(|width| {
        let options = ConnectOptions {
            retry_cnt: 2,
            timeout: 2,
            ..ConnectOptions::default()
        };
        let pair = Pair::connected(width, &options);
        cut(&pair, 1.0);
        let start = pair.lab.cluster.cycle();
        let c = pair.do_a(SendRequest::new(
            1,
            write(&pair.mb, 0),
            pair.ma.entry(0, 64),
        ));
        assert_eq!(c.status, WcStatus::RetryExceeded);
        // three times 16.4 µs, and no more than four times as much
        let waited = pair.lab.cluster.cycle() - start;
        assert!(
            (3 * 4096..12 * 4096 + 10_000).contains(&waited),
            "{waited} cycles"
        );
        assert_eq!(pair.counter(0, Counter::RetryExceededErr), 1);
    });
}

fn cut(pair: &Pair, loss: f64) {
    let config = LinkConfig {
        faults: FaultRates {
            loss,
            ..FaultRates::default()
        },
        ..LinkConfig::default()
    };
    pair.lab
        .cluster
        .network(|n| (0..2).for_each(|k| n.uplink_mut(k).configure(config)));
}

#[test]
fn qp_outage_is_survived() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let request = SendRequest::new(1, write(&pair.mb, 0), pair.ma.entry(0, 50_000));
        pair.a.qp.post_send(&[request]).unwrap();
        pair.lab.run(1000).unwrap();
        cut(&pair, 1.0);
        pair.lab.run(20_000).unwrap();
        cut(&pair, 0.0);
        pair.good(&pair.a.send_cq, 1);
        assert!(bytes(&pair.mb, 0, 50_000) == bytes(&pair.ma, 0, 50_000));
        assert!(pair.counter(0, Counter::CompleterRetryErr) > 0);
    });
}

#[test]
fn qp_psn_wraps() {
    at_both_widths(|width| {
        let options = ConnectOptions {
            path_mtu: 256,
            psns: Some([0xff_fffb, 0xff_fffe]),
            ..ConnectOptions::default()
        };
        let pair = Pair::connected(width, &options);
        for k in 0..4 {
            pair.recv_b(k, 30_000, 4000);
            let entry = pair.ma.entry(0, 3000);
            let requests = [
                SendRequest::new(1, send(), entry),
                SendRequest::new(2, read(&pair.mb, 40_000), pair.ma.entry(60_000, 2000)),
                SendRequest::new(3, write(&pair.mb, 50_000), entry),
            ];
            pair.a.qp.post_send(&requests).unwrap();
            let back = SendRequest::new(4, write(&pair.ma, 70_000), pair.mb.entry(100, 1000));
            pair.b.qp.post_send(&[back]).unwrap();
            pair.good(&pair.a.send_cq, 3);
            pair.good(&pair.b.send_cq, 1);
            pair.good(&pair.b.recv_cq, 1);
            assert!(bytes(&pair.mb, 30_000, 3000) == bytes(&pair.ma, 0, 3000));
            assert!(bytes(&pair.ma, 60_000, 2000) == bytes(&pair.mb, 40_000, 2000));
            assert!(bytes(&pair.ma, 70_000, 1000) == bytes(&pair.mb, 100, 1000));
        }
    });
}

#[test]
fn qp_over_ipv6() {
    at_both_widths(|width| {
        let lab = LabOptions {
            ipv6: true,
            ..LabOptions::new(width, SEED)
        };
        let pair = Pair::with(lab, &ConnectOptions::default());
        for size in sizes_around(1024) {
            pair.recv_b(1, 0, size);
            pair.do_a(SendRequest::new(1, send(), pair.ma.entry(0, size)));
            pair.good(&pair.b.recv_cq, 1);
            assert!(bytes(&pair.mb, 0, size as usize) == bytes(&pair.ma, 0, size as usize));
            let fetch = SendRequest::new(2, read(&pair.mb, 300), pair.ma.entry(90_000, size));
            assert_eq!(pair.do_a(fetch).status, WcStatus::Success);
            assert!(bytes(&pair.ma, 90_000, size as usize) == bytes(&pair.mb, 300, size as usize));
        }
    });
}

#[test]
fn qp_to_its_own_host_loops_back() {
    at_both_widths(|width| {
        let lab = LabOptions {
            hosts: 1,
            ..LabOptions::new(width, SEED)
        };
        let pair = Pair::with(lab, &ConnectOptions::default());
        pair.recv_b(1, 0, 5000);
        pair.do_a(SendRequest::new(1, send(), pair.ma.entry(0, 5000)));
        pair.good(&pair.b.recv_cq, 1);
        assert!(bytes(&pair.mb, 0, 5000) == bytes(&pair.ma, 0, 5000));
        let fetch = SendRequest::new(2, read(&pair.mb, 7), pair.ma.entry(9, 3000));
        assert_eq!(pair.do_a(fetch).status, WcStatus::Success);
        assert!(pair.counter(0, Counter::TxLoopback) > 0);
        assert_eq!(pair.lab.cluster.network(|n| n.stats()).frames, 0);
    });
}

#[test]
fn qp_to_its_own_host_while_frames_come() {
    // what comes from outside waits while the host's own frames are received, and the other way round
    const LENGTH: u32 = 16_384;
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let (own, _partner) = pair.lab.connect(0, 0, &ConnectOptions::default()).unwrap();
        let length = LENGTH as usize;
        let to_itself = write(&pair.ma, length);
        let from_outside = write(&pair.ma, 2 * length);
        own.qp
            .post_send(&[SendRequest::new(1, to_itself, pair.ma.entry(0, LENGTH))])
            .unwrap();
        pair.b
            .qp
            .post_send(&[SendRequest::new(2, from_outside, pair.mb.entry(0, LENGTH))])
            .unwrap();
        pair.good(&own.send_cq, 1);
        pair.good(&pair.b.send_cq, 1);
        let [sent, outside] = [&pair.ma, &pair.mb].map(|m| bytes(m, 0, length));
        assert!(bytes(&pair.ma, length, length) == sent);
        assert!(bytes(&pair.ma, 2 * length, length) == outside);
    });
}

#[test]
fn qp_doorbell_from_foreign_page_bad_flow() {
    let pair = Pair::new(64);
    let request = SendRequest::new(1, write(&pair.mb, 0), pair.ma.entry(0, 64));
    let stranger = pair.lab.hosts[0].adapter.context().unwrap();
    assert_ne!(stranger.number(), pair.lab.hosts[0].context.number());
    let ring = |page: u8| {
        let address = doorbell::address(page, doorbell::SQ_PRODUCER);
        let value = doorbell::value(pair.a.qp.slot().into(), 1, doorbell::Arm::None);
        pair.lab.cluster.nic(0, |nic| {
            nic.post_bar_write64(sim_verilator::Bar::Bar2, address.into(), value)
                .unwrap();
        });
    };
    ring(stranger.number());
    pair.quiet(&pair.a.send_cq);
    assert_eq!(pair.counter(0, Counter::DbBadOwner), 1);
    assert_eq!(pair.do_a(request).status, WcStatus::Success);
}

#[test]
fn qp_to_wrong_number_is_dropped_bad_flow() {
    let pair = Pair::new(64);
    let stray = pair.lab.hosts[0]
        .endpoint(&ConnectOptions::default(), 0)
        .unwrap();
    let mut nobody = pair.b.qp.connection_data();
    nobody.qpn ^= 1;
    use host_driver::{Modify, RtrAttributes, RtsAttributes};
    stray.qp.modify(Modify::Init(Default::default())).unwrap();
    stray
        .qp
        .modify(Modify::Rtr(RtrAttributes::new(nobody)))
        .unwrap();
    let rts = RtsAttributes {
        retry_cnt: 0,
        timeout: 2,
        ..RtsAttributes::new(stray.qp.connection_data().psn)
    };
    stray.qp.modify(Modify::Rts(rts)).unwrap();
    let request = SendRequest::new(1, write(&pair.mb, 0), pair.ma.entry(0, 64));
    stray.qp.post_send(&[request]).unwrap();
    assert_eq!(pair.next(&stray.send_cq).status, WcStatus::RetryExceeded);
    assert!(pair.counter(1, Counter::RxUnknownQp) > 0);
}

#[test]
fn qp_from_wrong_address_is_dropped_bad_flow() {
    let lab = LabOptions {
        hosts: 3,
        ..LabOptions::new(64, SEED)
    };
    let pair = Pair::with(lab, &ConnectOptions::default());
    // host 1 claims to be the partner of host 2's queue pair
    let thief = pair.lab.hosts[1]
        .endpoint(&ConnectOptions::default(), 0)
        .unwrap();
    use host_driver::{Modify, RtrAttributes, RtsAttributes};
    let before = bytes(&pair.mb, 0, 64);
    thief.qp.modify(Modify::Init(Default::default())).unwrap();
    let victim = pair.b.qp.connection_data();
    thief
        .qp
        .modify(Modify::Rtr(RtrAttributes::new(victim)))
        .unwrap();
    let rts = RtsAttributes {
        retry_cnt: 0,
        timeout: 2,
        ..RtsAttributes::new(pair.a.qp.connection_data().psn)
    };
    thief.qp.modify(Modify::Rts(rts)).unwrap();
    let own = pair.lab.hosts[1]
        .memory(64, host_driver::Access::ALL)
        .unwrap();
    let request = SendRequest::new(1, write(&pair.mb, 0), own.entry(0, 64));
    thief.qp.post_send(&[request]).unwrap();
    assert_eq!(pair.next(&thief.send_cq).status, WcStatus::RetryExceeded);
    assert!(pair.counter(2, Counter::RxAddress) > 0);
    assert_eq!(bytes(&pair.mb, 0, 64), before);
}
