//! A process on the same host: doorbells of others, and all objects for itself.

use crate::kit::peer;
use fw_regs::{Counter, WcStatus, doorbell};
use host_driver::{Access, QpOptions, VerbsError};
use testbench::lab::width;
use testbench::peer::{Peer, PeerOptions};

#[test]
fn doorbells_of_another_context_do_nothing() {
    let peer = Peer::new(PeerOptions {
        shared: Some(0),
        ..PeerOptions::new(width())
    })
    .unwrap();
    let host = &peer.lab.hosts[0];
    let stranger = host.adapter.context().unwrap();
    assert_ne!(stranger.number(), host.context.number());
    let slot = peer.qp.slot().into();
    let cq = peer.send_cq.number().into();
    let srq = peer.srq.as_ref().map_or(0, |srq| u32::from(srq.number()));
    let srq_ring = host.adapter.attributes().qps as u32 + srq;
    for (what, register, object) in [
        ("send queue", doorbell::SQ_PRODUCER, slot),
        ("send queue, pushed", doorbell::SQ_PUSH, slot),
        ("receive queue", doorbell::RQ_PRODUCER, slot),
        ("shared receive queue", doorbell::RQ_PRODUCER, srq_ring),
        ("completion queue", doorbell::CQ_CONSUMER, cq),
        ("completion queue, armed", doorbell::CQ_ARM, cq),
    ] {
        let before = (peer.requester(), peer.counter(Counter::DbBadOwner));
        let address = doorbell::address(stranger.number(), register);
        let value = doorbell::value(object, 1, doorbell::Arm::Next);
        peer.lab.cluster.nic(0, |nic| {
            let bar = sim_verilator::Bar::Bar2;
            nic.post_bar_write64(bar, address.into(), value).unwrap();
        });
        assert_eq!(peer.listen(2000), [], "{what}");
        assert_eq!(peer.requester(), before.0, "{what}");
        assert_eq!(peer.counter(Counter::DbBadOwner), before.1 + 1, "{what}");
    }
    peer.recv(1, 0, 64);
    peer.acknowledges("a SEND", &peer.send_only(peer.psn(0), 8));
    assert_eq!(peer.received(1)[0].status, WcStatus::Success);
}

#[test]
fn objects_run_out_for_the_greedy_only() {
    let peer = peer();
    let host = &peer.lab.hosts[0];
    let most = host.adapter.attributes();
    fn all<T>(make: impl Fn() -> Result<T, VerbsError>, kind: &str, limit: usize) -> Vec<T> {
        let mut made = Vec::new();
        loop {
            match make() {
                Ok(one) => made.push(one),
                Err(VerbsError::Exhausted { what, limit: said }) => {
                    assert_eq!(said, limit, "{what}");
                    break;
                }
                Err(other) => panic!("{kind}: {other}"),
            }
            assert!(made.len() <= limit);
        }
        // what there is works, and one given back can be had again
        made.pop();
        made.extend(make());
        assert!(make().is_err());
        made
    }
    let greedy = host.adapter.context().unwrap();
    let pd = greedy.allocate_pd().unwrap();
    let cqs = all(|| greedy.create_cq(4), "completion queues", most.cqs);
    peer.still_works();
    let options = QpOptions {
        send_cq: cqs[0].clone(),
        recv_cq: cqs[0].clone(),
        srq: None,
        max_send: 4,
        max_recv: 4,
        raw: false,
    };
    let qps = all(|| pd.create_qp(&options), "queue pairs", most.qps);
    assert_eq!(qps.len(), most.qps - 1, "all but the peer's");
    peer.still_works();
    let srqs = all(|| pd.create_srq(4, 0), "shared receive queues", most.srqs);
    let buffer = greedy.allocate(4096).unwrap();
    let mrs = all(
        || pd.register(&buffer, 0, 4096, Access::ALL),
        "regions",
        most.mrs,
    );
    assert_eq!(mrs.len(), most.mrs - 1);
    peer.still_works();
    // the others cannot make any more either: the device has no quota
    assert!(host.context.create_cq(4).is_err());
    drop((qps, srqs, mrs));
    drop((options, cqs));
    host.context.create_cq(4).unwrap();
    peer.still_works();
}
