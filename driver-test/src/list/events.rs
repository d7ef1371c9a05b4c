//! Interrupts and asynchronous events.

use crate::bench::{Bench, Failure, equal};
use crate::pair::{Kind, Pair, next, success};
use host_driver::{AsyncEvent, Modify, RecvRequest, SendOperation, SendRequest, WcStatus};

/// A queue that is armed raises an interrupt and an event, once; one that is not raises none.
pub fn armed(bench: &mut Bench) -> Result<String, Failure> {
    let pair = Pair::new(bench, &Kind::default())?;
    let cq = &pair.a.send_cq;
    bench.device.take_raised()?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 0, 64))?;
    success("WRITE", &done)?;
    bench.wait_a_little(50)?;
    equal(
        "vectors of a queue that is not armed",
        bench.device.take_raised()?,
        0,
    )?;
    for round in 0..3 {
        cq.request_notification(false)?;
        let done = pair.post(bench, pair.a.write(2 + round, &pair.b, 0, 0, 64))?;
        success("WRITE", &done)?;
        let mut device = bench.device.clone();
        let raised = bench.until("an interrupt", move || {
            let raised = device.take_raised()?;
            Ok((raised != 0).then_some(raised))
        })?;
        equal("vectors", raised, 1)?;
        bench.until("the completion event", || {
            pair.adapter.poll_events()?;
            Ok((cq.take_events() == 1).then_some(()))
        })?;
        // a second one does not come
        let done = pair.post(bench, pair.a.write(9, &pair.b, 0, 0, 64))?;
        success("WRITE", &done)?;
        bench.wait_a_little(50)?;
        equal(
            "vectors of an event that was taken",
            bench.device.take_raised()?,
            0,
        )?;
    }
    Ok("3 interrupts, vector 0, by MSI-X".into())
}

/// The next asynchronous event.
fn event(bench: &Bench, pair: &Pair) -> Result<AsyncEvent, Failure> {
    bench.until("an asynchronous event", || {
        pair.adapter.poll_events()?;
        Ok(pair.adapter.next_event())
    })
}

/// A send queue that has drained; a shared receive queue that runs low; a request to memory that is not the partner's to touch.
pub fn asynchronous(bench: &mut Bench) -> Result<String, Failure> {
    let kind = Kind {
        srq: Some(16),
        ..Kind::default()
    };
    let pair = Pair::new(bench, &kind)?;
    pair.a.qp.modify(Modify::Sqd)?;
    let qpn = pair.a.qp.number();
    equal("event", event(bench, &pair)?, AsyncEvent::SqDrained { qpn })?;
    pair.a.qp.modify(Modify::Resume)?;
    low_water(bench, &pair)?;
    let mut request = pair.a.write(9, &pair.b, 0, 0, 8);
    if let SendOperation::Write { rkey, .. } = &mut request.operation {
        *rkey ^= 1;
    }
    let done = pair.post(bench, request)?;
    equal(
        "WRITE with a wrong key",
        done.status,
        WcStatus::RemoteAccess,
    )?;
    let qpn = pair.b.qp.number();
    equal(
        "event",
        event(bench, &pair)?,
        AsyncEvent::QpAccessError { qpn },
    )?;
    Ok("send queue drained, receive queue low, access error".into())
}

/// A shared receive queue with three receives and a limit of two, of which two are used.
fn low_water(bench: &Bench, pair: &Pair) -> Result<(), Failure> {
    let Some(srq) = &pair.srq else { return Ok(()) };
    let receives: Vec<_> = (0..3)
        .map(|wr_id| RecvRequest {
            wr_id,
            entries: vec![pair.b.memory.entry(0, 64)],
        })
        .collect();
    srq.post(&receives)?;
    srq.set_limit(2)?;
    for id in 0..2 {
        let operation = SendOperation::Send {
            imm: None,
            invalidate: None,
        };
        let request = SendRequest::new(id, operation, pair.a.memory.entry(0, 8));
        success("SEND", &pair.post(bench, request)?)?;
        let got = next(bench, &pair.b.recv_cq, "a receive completion")?;
        success("receive", &got)?;
    }
    let srq = srq.number();
    equal(
        "event",
        event(bench, pair)?,
        AsyncEvent::SrqLimitReached { srq },
    )
}
