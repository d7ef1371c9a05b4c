//! Posting and completing: what the rings, doorbell records and doorbells hold, round after round, and what is refused.

mod fake;

use fake::{Handle, entry, qp_options, received, sent};
use fw_regs::contexts::RingConfig;
use fw_regs::doorbell;
use fw_regs::rings::{RECV_WQE_BYTES, RecvWqe, SEND_WQE_BYTES, SendData, SendWqe};
use fw_regs::{ContextKind, EventKind, WcStatus};
use host_driver::{
    AsyncEvent, CompletionQueue, ConnectionData, Context, InitAttributes, Modify, PostError,
    ProtectionDomain, QpOptions, QpState, QueuePair, RecvRequest, RtrAttributes, RtsAttributes,
    SendOperation, SendRequest,
};

const SEND: SendOperation = SendOperation::Send {
    imm: None,
    invalidate: None,
};

fn send(wr_id: u64) -> SendRequest {
    SendRequest::new(wr_id, SEND, entry(wr_id as u32))
}

fn recv(wr_id: u64) -> RecvRequest {
    RecvRequest {
        wr_id,
        entries: vec![entry(wr_id as u32)],
    }
}

fn to_rts(qp: &QueuePair) {
    let own = qp.connection_data();
    let partner = ConnectionData {
        qpn: 0x77,
        ip: [10, 0, 0, 2].into(),
        ..own
    };
    qp.modify(Modify::Init(InitAttributes::default())).unwrap();
    qp.modify(Modify::Rtr(RtrAttributes::new(partner))).unwrap();
    qp.modify(Modify::Rts(RtsAttributes::new(own.psn))).unwrap();
}

struct End {
    handle: Handle,
    adapter: host_driver::Adapter,
    context: Context,
    pd: ProtectionDomain,
    cq: CompletionQueue,
    qp: QueuePair,
    send_ring: RingConfig,
    recv_ring: RingConfig,
}

/// A queue pair in RTS with queues of four entries, and a completion queue of four.
fn end() -> End {
    let (handle, adapter, context) = Handle::open();
    let pd = context.allocate_pd().unwrap();
    let cq = context.create_cq(4).unwrap();
    let qp = pd.create_qp(&qp_options(&cq)).unwrap();
    let given = handle.last();
    to_rts(&qp);
    End {
        send_ring: given.ring(ContextKind::SqConfig),
        recv_ring: given.ring(ContextKind::RqConfig),
        handle,
        adapter,
        context,
        pd,
        cq,
        qp,
    }
}

impl End {
    fn record(&self, ring: &RingConfig) -> u64 {
        let bytes = self.handle.0.borrow().read(ring.doorbell_record, 8);
        u64::from_le_bytes(bytes.try_into().unwrap())
    }

    fn send_wqe(&self, index: u16) -> SendWqe {
        let at = u64::from(index % 4) * SEND_WQE_BYTES as u64;
        let bytes = self
            .handle
            .0
            .borrow()
            .read(self.send_ring.base + at, SEND_WQE_BYTES);
        SendWqe::decode(&bytes.try_into().unwrap()).unwrap()
    }

    fn recv_wqe(&self, ring: &RingConfig, index: u16) -> RecvWqe {
        let at = u64::from(index % 4) * RECV_WQE_BYTES as u64;
        let bytes = self.handle.0.borrow().read(ring.base + at, RECV_WQE_BYTES);
        RecvWqe::decode(&bytes.try_into().unwrap())
    }

    fn poll(&self) -> Vec<u64> {
        let completions = self.cq.poll(100).unwrap();
        completions.iter().map(|c| c.wr_id).collect()
    }
}

#[test]
fn send_queue_wraps() {
    let end = end();
    // more than 65536 requests: the index wraps too
    let mut index: u16 = 0;
    for round in 0..33_000_u64 {
        let ids = [2 * round + 1, 2 * round + 2];
        end.qp.post_send(&ids.map(send)).unwrap();
        for id in ids {
            let wqe = end.send_wqe(index);
            assert!(matches!(wqe.data, SendData::Entries([first, _]) if first.len == id as u32));
            end.handle.complete(&end.cq, sent(&end.qp, index));
            index = index.wrapping_add(1);
        }
        assert_eq!(end.poll(), ids, "round {round}");
        let (offset, object, doorbell) = end.handle.doorbell();
        assert_eq!(
            (offset, object, doorbell),
            (doorbell::CQ_CONSUMER, end.cq.number().into(), index)
        );
        end.handle.clear();
    }
    assert_eq!(end.record(&end.send_ring) as u16, index);
}

#[test]
fn send_queue_record_is_written_before_its_doorbell_with_the_same_index() {
    let end = end();
    end.qp.post_send(&[send(1), send(2), send(3)]).unwrap();
    assert_eq!(end.record(&end.send_ring), 3);
    let slot = end.qp.slot().into();
    assert_eq!(end.handle.doorbell(), (doorbell::SQ_PRODUCER, slot, 3));
    assert_eq!(end.handle.0.borrow().doorbells.len(), 1, "one for all");
    end.qp.post_send_pushed(&send(4)).unwrap();
    assert_eq!(end.record(&end.send_ring), 4);
    let doorbells = end.handle.0.borrow().doorbells.clone();
    let [push @ .., (offset, _)] = &doorbells[1..] else {
        panic!("no push");
    };
    assert_eq!(*offset, doorbell::SQ_PUSH);
    let bytes: Vec<u8> = push
        .iter()
        .flat_map(|(_, word)| word.to_le_bytes())
        .collect();
    assert_eq!(bytes, end.send_wqe(3).encode());
}

#[test]
fn send_queue_full_bad_flow() {
    let end = end();
    let error = end.qp.post_send(&[1, 2, 3, 4, 5].map(send)).unwrap_err();
    assert!(matches!(error, PostError::Full { capacity: 4 }), "{error}");
    assert_eq!(
        end.record(&end.send_ring),
        4,
        "the ones before it are posted"
    );
    assert!(end.qp.post_send(&[send(5)]).is_err());
    // unsignalled requests complete with the next signalled one
    end.handle.complete(&end.cq, sent(&end.qp, 2));
    assert_eq!(end.poll(), [3]);
    end.qp.post_send(&[5, 6, 7].map(send)).unwrap();
    assert!(end.qp.post_send(&[send(8)]).is_err());
}

#[test]
fn post_send_refuses_what_the_device_cannot_take_bad_flow() {
    let end = end();
    end.handle.clear();
    let three = SendRequest {
        entries: vec![entry(1); 3],
        ..send(1)
    };
    let long = SendRequest {
        entries: vec![entry(1 << 31), entry(1)],
        ..send(1)
    };
    let inline = SendRequest {
        inline: Some(vec![0; 33]),
        ..send(1)
    };
    let add = SendOperation::FetchAdd {
        remote_addr: 8,
        rkey: 1,
        add: 1,
    };
    let atomic = SendRequest::new(1, add, entry(4));
    let post = |request| end.qp.post_send(&[request]).unwrap_err();
    assert!(matches!(
        post(three),
        PostError::TooManyEntries { entries: 3, max: 2 }
    ));
    assert!(matches!(post(long), PostError::TooLong { bytes, .. } if bytes == (1 << 31) + 1));
    assert!(matches!(
        post(inline),
        PostError::InlineTooLong { bytes: 33, max: 32 }
    ));
    assert!(matches!(post(atomic), PostError::AtomicLength { bytes: 4 }));
    assert_eq!(end.record(&end.send_ring), 0);
}

#[test]
fn post_in_the_wrong_state_bad_flow() {
    let (_handle, _adapter, context) = Handle::open();
    let pd = context.allocate_pd().unwrap();
    let cq = context.create_cq(4).unwrap();
    let qp = pd.create_qp(&qp_options(&cq)).unwrap();
    let reset = |error| {
        matches!(
            error,
            PostError::State {
                state: QpState::Reset
            }
        )
    };
    assert!(reset(qp.post_recv(&[recv(1)]).unwrap_err()));
    assert!(reset(qp.post_send(&[send(1)]).unwrap_err()));
    assert!(reset(qp.post_send_pushed(&send(1)).unwrap_err()));
    qp.modify(Modify::Init(InitAttributes::default())).unwrap();
    qp.post_recv(&[recv(1)]).unwrap();
    assert!(matches!(
        qp.post_send(&[send(1)]).unwrap_err(),
        PostError::State {
            state: QpState::Init
        }
    ));
}

// Found by review: receives before one that is refused stayed without a doorbell.
#[test]
fn post_recv_posts_what_comes_before_a_refused_one_bad_flow() {
    let end = end();
    end.handle.clear();
    let three = RecvRequest {
        entries: vec![entry(1); 3],
        ..recv(2)
    };
    let error = end.qp.post_recv(&[recv(1), three.clone()]).unwrap_err();
    assert!(matches!(
        error,
        PostError::TooManyEntries { entries: 3, max: 2 }
    ));
    let ring = end.qp.slot().into();
    assert_eq!(end.handle.doorbell(), (doorbell::RQ_PRODUCER, ring, 1));
    assert_eq!(end.record(&end.recv_ring), 1);
    // nothing new: no doorbell
    assert!(end.qp.post_recv(&[three]).is_err());
    assert!(end.qp.post_send(&[]).is_ok());
    assert_eq!(end.handle.0.borrow().doorbells.len(), 1);
}

#[test]
fn receive_queue_wraps_and_refuses_what_does_not_fit() {
    let end = end();
    end.qp.post_recv(&[1, 2, 3, 4].map(recv)).unwrap();
    let error = end.qp.post_recv(&[recv(5)]).unwrap_err();
    assert!(matches!(error, PostError::Full { capacity: 4 }), "{error}");
    for index in 0..70_000_u64 {
        end.handle
            .complete(&end.cq, received(&end.qp, index as u16));
        let found = end.cq.poll(1).unwrap();
        assert_eq!((found[0].wr_id, found[0].byte_len), (index + 1, 64));
        end.qp.post_recv(&[recv(index + 5)]).unwrap();
        let [first, _] = end.recv_wqe(&end.recv_ring, (index + 4) as u16).entries;
        assert_eq!(first.len, (index + 5) as u32);
        end.handle.clear();
    }
    assert_eq!(
        end.record(&end.recv_ring) as u16,
        (70_004_u32 % 65_536) as u16
    );
}

#[test]
fn completion_queue_phases_tell_rounds_apart() {
    let end = end();
    end.qp.post_send(&[1, 2, 3, 4].map(send)).unwrap();
    for index in 0..4 {
        end.handle.complete(&end.cq, sent(&end.qp, index));
    }
    assert_eq!(end.poll(), [1, 2, 3, 4]);
    // the ring is full of old entries: none of them counts again
    assert!(end.poll().is_empty());
    end.qp.post_send(&[5, 6].map(send)).unwrap();
    end.handle.complete(&end.cq, sent(&end.qp, 4));
    assert_eq!(end.poll(), [5]);
    assert!(end.poll().is_empty());
    end.handle.complete(&end.cq, sent(&end.qp, 5));
    assert!(end.cq.poll(0).unwrap().is_empty());
    assert_eq!(end.poll(), [6]);
}

#[test]
fn completion_with_an_error_is_data_and_ends_the_queue_pair() {
    let end = end();
    end.qp.post_send(&[send(1), send(2)]).unwrap();
    let failed = fw_regs::rings::Cqe {
        status: WcStatus::RetryExceeded,
        ..sent(&end.qp, 0)
    };
    end.handle.complete(&end.cq, failed);
    let found = end.cq.poll(10).unwrap();
    assert_eq!(
        (found[0].wr_id, found[0].status),
        (1, WcStatus::RetryExceeded)
    );
    assert_eq!(end.qp.state(), QpState::Err);
    let error = end.qp.modify(Modify::Sqd).unwrap_err();
    assert!(error.to_string().contains("ERR"), "{error}");
}

#[test]
fn srq_completes_out_of_order() {
    let End {
        handle,
        pd,
        cq,
        context,
        ..
    } = end();
    let srq = pd.create_srq(4, 0).unwrap();
    let ring = handle.last().ring(ContextKind::RqConfig);
    assert!(ring.shared);
    let options = QpOptions {
        srq: Some(srq.clone()),
        ..qp_options(&cq)
    };
    let qps = [0, 1].map(|_| pd.create_qp(&options).unwrap());
    assert!(matches!(
        qps[0].post_recv(&[recv(1)]),
        Err(PostError::Shared)
    ));

    srq.post(&[10, 11, 12, 13].map(recv)).unwrap();
    assert!(matches!(
        srq.post(&[recv(14)]),
        Err(PostError::Full { capacity: 4 })
    ));
    // one queue pair's long message keeps index 0; the other's short ones are done first
    for index in [2, 1, 3] {
        handle.complete(&cq, received(&qps[1], index));
    }
    let ids: Vec<u64> = cq.poll(10).unwrap().iter().map(|c| c.wr_id).collect();
    assert_eq!(ids, [12, 11, 13]);
    srq.post(&[14, 15, 16].map(recv)).unwrap();
    assert!(matches!(srq.post(&[recv(17)]), Err(PostError::Full { .. })));
    handle.complete(&cq, received(&qps[0], 0));
    handle.complete(&cq, received(&qps[1], 6));
    let found = cq.poll(10).unwrap();
    assert_eq!((found[0].wr_id, found[0].qpn), (10, qps[0].number()));
    assert_eq!((found[1].wr_id, found[1].qpn), (16, qps[1].number()));
    drop(context);
}

// Found by review: completions of before a RESET moved the send queue's tail and made it full for ever.
#[test]
fn completions_of_before_reset_are_forgotten() {
    let end = end();
    let other = end.pd.create_qp(&qp_options(&end.cq)).unwrap();
    to_rts(&other);
    end.qp.post_send(&[1, 2, 3].map(send)).unwrap();
    other.post_send(&[send(100)]).unwrap();
    end.handle.complete(&end.cq, sent(&end.qp, 1));
    end.handle.complete(&end.cq, sent(&other, 0));
    end.handle.complete(&end.cq, sent(&end.qp, 2));
    end.qp.modify(Modify::Reset).unwrap();
    assert_eq!(end.handle.doorbell().0, doorbell::CQ_CONSUMER);
    // the other's is kept, and an event comes for it though it has left the ring
    end.cq.request_notification(false).unwrap();
    assert_eq!(end.cq.take_events(), 1);
    assert_eq!(end.poll(), [100]);
    assert!(end.poll().is_empty());
    to_rts(&end.qp);
    end.qp.post_send(&[4, 5, 6, 7].map(send)).unwrap();
    assert_eq!(end.record(&end.send_ring), 4);
    end.handle.complete(&end.cq, sent(&end.qp, 0));
    assert_eq!(end.poll(), [4]);
}

// Found by review: a queue pair destroyed with receives in a completion queue took places of its shared queue with it.
#[test]
fn srq_gets_back_the_receives_of_a_destroyed_queue_pair() {
    let End { handle, pd, cq, .. } = end();
    let srq = pd.create_srq(4, 0).unwrap();
    let options = QpOptions {
        srq: Some(srq.clone()),
        ..qp_options(&cq)
    };
    for round in 0..10_u16 {
        let qp = pd.create_qp(&options).unwrap();
        srq.post(&[1, 2, 3, 4].map(recv)).unwrap();
        for index in 0..4 {
            handle.complete(&cq, received(&qp, 4 * round + index));
        }
        drop(qp);
        assert!(cq.poll(10).unwrap().is_empty(), "round {round}");
    }
}

#[test]
fn events_reach_their_objects() {
    let end = end();
    end.cq.request_notification(true).unwrap();
    assert_eq!(end.handle.doorbell().0, doorbell::CQ_ARM);
    let slot = end.qp.slot().into();
    let qpn = end.qp.number();
    end.handle
        .event(EventKind::Completion, end.cq.number().into());
    end.handle.event(EventKind::SqDrained, qpn);
    end.handle.event(EventKind::SqDrained, 1);
    end.handle.event(EventKind::QpAccessError, slot);
    end.handle.event(EventKind::QpFatal, 3);
    end.handle.event(EventKind::SrqLimitReached, 1);
    end.adapter.poll_events().unwrap();
    assert_eq!((end.cq.take_events(), end.cq.take_events()), (1, 0));
    let found: Vec<_> = std::iter::from_fn(|| end.adapter.next_event()).collect();
    let wanted = [
        AsyncEvent::SqDrained { qpn },
        AsyncEvent::QpAccessError { qpn },
        AsyncEvent::SrqLimitReached { srq: 1 },
    ];
    assert_eq!(found, wanted, "events of objects that are gone are dropped");
    assert_eq!(end.qp.state(), QpState::Err);
    let consumer = fw_regs::bar0::event_queue::consumer::REG.offset;
    assert_eq!(end.handle.register(consumer), 6);
    drop(end.context);
}

#[test]
fn event_queue_wraps() {
    let end = end();
    for round in 0..300 {
        for _ in 0..250 {
            end.handle
                .event(EventKind::Completion, end.cq.number().into());
        }
        end.adapter.poll_events().unwrap();
        assert_eq!(end.cq.take_events(), 250, "round {round}");
    }
}
