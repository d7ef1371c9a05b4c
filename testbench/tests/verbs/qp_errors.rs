//! Bad links, dead partners, strange numbers and addresses.

use crate::kit::*;
use fw_regs::{ContextKind, Counter, QpState, doorbell};
use host_driver::{
    Access, AsyncEvent, Completion, MemoryRegion, RecvRequest, SendOperation, SendRequest, WcStatus,
};
use testbench::lab::{ConnectOptions, Endpoint, Lab, LabOptions};
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
    let pair = Pair::new(width());
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

/// Doorbells that brought nothing, by kind.
fn refused_doorbells(pair: &Pair, host: usize) -> [u64; 3] {
    [Counter::DbBadOwner, Counter::DbStale, Counter::DbMalformed]
        .map(|counter| pair.counter(host, counter))
}

#[test]
fn qp_receive_doorbells_that_are_refused_are_counted_bad_flow() {
    at_both_widths(|width| {
        let mut options = ConnectOptions::default();
        let lab = Lab::new(LabOptions::new(width, SEED)).unwrap();
        let srq = lab.hosts[1].pd.create_srq(64, 0).unwrap();
        let (a, b) = lab.connect(0, 1, &options).unwrap();
        options.srqs[1] = Some(srq.clone());
        let (shared_a, shared_b) = lab.connect(0, 1, &options).unwrap();
        let [ma, mb] = [0, 1].map(|k| lab.hosts[k].memory(MEMORY, Access::ALL).unwrap());
        let pair = Pair { a, b, ma, mb, lab };
        let host = &pair.lab.hosts[1];
        let stranger = host.adapter.context().unwrap();
        let own = host.context.number();
        let depth = options.depth as u16;
        let most = host.adapter.attributes();
        let rings = (most.qps + most.srqs) as u32;
        let ring = |page: u8, register: u32, object: u32, index: u16| {
            let address = doorbell::address(page, register);
            let value = doorbell::value(object, index, doorbell::Arm::None);
            pair.lab.cluster.nic(1, |nic| {
                nic.post_bar_write64(sim_verilator::Bar::Bar2, address.into(), value)
                    .unwrap();
            });
            pair.lab.run(1_000).unwrap();
        };
        let mut expected = [0; 3];
        let shared = most.qps as u32 + u32::from(srq.number());
        for object in [u32::from(pair.b.qp.slot()), shared] {
            let state = || {
                let words = host
                    .adapter
                    .read_record(ContextKind::RqState, object as u16);
                words.unwrap()
            };
            let before = state();
            let producer = doorbell::RQ_PRODUCER;
            for (what, kind, page, register, object, index) in [
                ("another's", 0, stranger.number(), producer, object, 1),
                (
                    "another's old one",
                    0,
                    stranger.number(),
                    producer,
                    object,
                    0,
                ),
                ("the same index", 1, own, producer, object, 0),
                ("the index before", 1, own, producer, object, u16::MAX),
                ("one more than fits", 1, own, producer, object, depth + 1),
                ("half the circle away", 1, own, producer, object, 1 << 15),
                ("no ring", 2, own, producer, rings.next_power_of_two(), 1),
                ("no register", 2, own, 0x28, object, 1),
            ] {
                ring(page, register, object, index);
                expected[kind] += 1;
                assert_eq!(refused_doorbells(&pair, 1), expected, "{what}: {object}");
                assert_eq!(state(), before, "{what}: {object}");
            }
        }
        // a good one counts nowhere, and is taken
        pair.recv_b(7, 0, 64);
        let entries = vec![pair.mb.entry(64, 64)];
        srq.post(&[RecvRequest { wr_id: 8, entries }]).unwrap();
        for (from, to, wr_id) in [(&pair.a, &pair.b, 7), (&shared_a, &shared_b, 8)] {
            let request = SendRequest::new(1, send(), pair.ma.entry(0, 64));
            from.qp.post_send(&[request]).unwrap();
            pair.good(&from.send_cq, 1);
            assert_eq!(pair.good(&to.recv_cq, 1)[0].wr_id, wr_id);
        }
        assert_eq!(refused_doorbells(&pair, 1), expected);
    });
}

/// Two connections between the same hosts, of which the second one is to fail.
struct Beside {
    pair: Pair,
    failing: (Endpoint, Endpoint),
}

impl Beside {
    fn new(width: u32) -> Self {
        let pair = Pair::new(width);
        let failing = pair.lab.connect(0, 1, &ConnectOptions::default()).unwrap();
        assert_ne!(failing.0.qp.slot(), pair.a.qp.slot());
        Self { pair, failing }
    }

    /// The second connection's request on memory of `host` that the host does not let its NIC read any more; the completion.
    fn unreadable(&self, host: usize, memory: &MemoryRegion, request: SendRequest) -> Completion {
        let cluster = &self.pair.lab.cluster;
        let buffer = memory.buffer();
        let (iova, length) = (buffer.iova(), buffer.len() as u64);
        let kept = cluster.memory(host, |memory| memory.unmap(iova, length));
        self.failing.0.qp.post_send(&[request]).unwrap();
        let mut faults = 0;
        for _ in 0..12_000 {
            cluster.step().unwrap();
            faults += cluster.nic(host, |nic| nic.take_faults().len());
        }
        assert!(faults > 0, "nothing was read at host {host}");
        // the driver unmaps it once more
        cluster.memory(host, |memory| {
            memory.map(iova, length).unwrap();
            memory.write(iova, &kept.unwrap()).unwrap();
        });
        self.pair.next(&self.failing.0.send_cq)
    }

    /// Events of a host that name a queue pair that failed.
    fn events(&self, host: usize) -> Vec<AsyncEvent> {
        let adapter = &self.pair.lab.hosts[host].adapter;
        adapter.poll_events().unwrap();
        std::iter::from_fn(|| adapter.next_event()).collect()
    }

    /// The first connection works in both directions, with everything.
    fn still_works(&self) {
        let pair = &self.pair;
        for (end, own, other) in [(&pair.a, &pair.ma, &pair.mb), (&pair.b, &pair.mb, &pair.ma)] {
            let add = SendOperation::FetchAdd {
                remote_addr: other.va() + 4096,
                rkey: other.rkey(),
                add: 1,
            };
            let requests = [
                SendRequest::new(1, write(other, 8192), own.entry(0, 3000)),
                SendRequest::new(2, add, own.entry(4000, 8)),
                SendRequest::new(3, read(other, 8192), own.entry(20_000, 3000)),
            ];
            end.qp.post_send(&requests).unwrap();
            pair.good(&end.send_cq, 3);
            assert!(bytes(own, 20_000, 3000) == bytes(own, 0, 3000));
        }
    }

    fn counter(&self, host: usize, counter: Counter) -> u64 {
        self.pair.counter(host, counter)
    }
}

/// Host memory that cannot be read fails the queue pair that needs it, which the event names, and no other.
#[test]
fn qp_source_in_host_memory_cannot_be_read_bad_flow() {
    at_both_widths(|width| {
        let s = Beside::new(width);
        let memory = s.pair.lab.hosts[0].memory(4096, Access::ALL).unwrap();
        let request = SendRequest::new(1, write(&s.pair.mb, 0), memory.entry(0, 256));
        let before = bytes(&s.pair.mb, 0, 256);
        let done = s.unreadable(0, &memory, request);
        assert_ne!(done.status, WcStatus::Success, "{done:?}");
        assert!(s.counter(0, Counter::DmaReadError) > 0);
        let qpn = s.failing.0.qp.number();
        assert_eq!(s.events(0), [AsyncEvent::QpFatal { qpn }]);
        assert_eq!(s.failing.0.qp.state(), QpState::Err);
        assert!(bytes(&s.pair.mb, 0, 256) == before);
        s.still_works();
        assert_eq!(s.events(0), []);
    });
}

#[test]
fn qp_target_of_an_atomic_in_host_memory_cannot_be_read_bad_flow() {
    at_both_widths(|width| {
        let s = Beside::new(width);
        let memory = s.pair.lab.hosts[1].memory(4096, Access::ALL).unwrap();
        let add = SendOperation::FetchAdd {
            remote_addr: memory.va() + 8,
            rkey: memory.rkey(),
            add: 1,
        };
        let before = bytes(&memory, 0, 4096);
        let done = s.unreadable(1, &memory, SendRequest::new(1, add, s.pair.ma.entry(0, 8)));
        assert_eq!(done.status, WcStatus::RemoteOperation, "{done:?}");
        assert!(s.counter(1, Counter::DmaReadError) > 0);
        // `nak_remote_operational` does not count this NAK: it is the executor's, not the responder's
        let qpn = s.failing.1.qp.number();
        assert_eq!(s.events(1), [AsyncEvent::QpFatal { qpn }]);
        assert!(bytes(&memory, 0, 4096) == before, "nothing is written");
        s.still_works();
        assert_eq!(s.events(1), []);
    });
}

#[test]
fn qp_source_of_a_read_in_host_memory_cannot_be_read_bad_flow() {
    at_both_widths(|width| {
        let s = Beside::new(width);
        let memory = s.pair.lab.hosts[1].memory(8192, Access::ALL).unwrap();
        let fetch = SendRequest::new(1, read(&memory, 0), s.pair.ma.entry(0, 5000));
        let before = bytes(&s.pair.ma, 0, 5000);
        let done = s.unreadable(1, &memory, fetch);
        assert_ne!(done.status, WcStatus::Success, "{done:?}");
        assert!(s.counter(1, Counter::DmaReadError) > 0);
        let qpn = s.failing.1.qp.number();
        assert_eq!(s.events(1), [AsyncEvent::QpFatal { qpn }]);
        assert!(bytes(&s.pair.ma, 0, 5000) == before);
        s.still_works();
        assert_eq!(s.events(1), []);
    });
}

#[test]
fn qp_to_wrong_number_is_dropped_bad_flow() {
    let pair = Pair::new(width());
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
        ..LabOptions::new(width(), SEED)
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
