//! What a NIC refuses, and survives.

use crate::bench::{Bench, Failure, ensure, equal};
use crate::pair::{Kind, Pair, same, success};
use fw_regs::{Counter, QpState};
use host_driver::{Access, Device, SendOperation, SendRequest, WcStatus};

/// Wrong keys, ranges and rights: each with the completion that says so, and with the memory as it was.
pub fn keys(bench: &mut Bench) -> Result<String, Failure> {
    type Spoil = fn(&mut SendRequest);
    let wrong_remote: Spoil = |r| {
        if let SendOperation::Write { rkey, .. } = &mut r.operation {
            *rkey ^= 0x40;
        }
    };
    let beyond: Spoil = |r| {
        if let SendOperation::Write { remote_addr, .. } = &mut r.operation {
            *remote_addr += (64 << 10) - 32;
        }
    };
    let before: Spoil = |r| {
        if let SendOperation::Write { remote_addr, .. } = &mut r.operation {
            *remote_addr -= 1;
        }
    };
    let wrong_local: Spoil = |r| r.entries[0].lkey ^= 0x40;
    let local_beyond: Spoil = |r| r.entries[0].addr += (64 << 10) - 8;
    let cases = [
        ("a wrong remote key", wrong_remote, WcStatus::RemoteAccess),
        ("beyond the region", beyond, WcStatus::RemoteAccess),
        ("before the region", before, WcStatus::RemoteAccess),
        ("a wrong local key", wrong_local, WcStatus::LocalProtection),
        (
            "beyond the local region",
            local_beyond,
            WcStatus::LocalProtection,
        ),
    ];
    let mut adapter = Some(bench.adapter()?);
    for (what, spoil, wanted) in cases {
        let Some(open) = adapter.take() else { break };
        let pair = Pair::on(open, &Kind::default())?;
        let old = bench.bytes(80, 64 << 10);
        pair.b.put(0, &old)?;
        let mut request = pair.a.write(1, &pair.b, 0, 0, 64);
        spoil(&mut request);
        let done = pair.post(bench, request)?;
        equal(what, done.status, wanted)?;
        equal("state afterwards", pair.a.qp.state(), QpState::Err)?;
        same(what, &pair.b.get(0, 64 << 10)?, &old)?;
        adapter = Some(pair.adapter);
    }
    let Some(open) = adapter.take() else {
        return Ok(String::new());
    };
    // a partner that may not write
    let kind = Kind {
        access: Access::LOCAL,
        ..Kind::default()
    };
    let pair = Pair::on(open, &kind)?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 0, 64))?;
    equal(
        "a region without the right",
        done.status,
        WcStatus::RemoteAccess,
    )?;
    Ok(format!("{} kinds", cases.len() + 1))
}

/// Memory that is taken away behind the NIC's back: what it reads or writes there is refused, the request fails, and the next
/// connection works.
pub fn unmapped(bench: &mut Bench) -> Result<String, Failure> {
    let mut adapter = Some(bench.adapter()?);
    let mut seen = Vec::new();
    for (what, of_source) in [("reads", true), ("writes", false)] {
        let Some(open) = adapter.take() else { break };
        let pair = Pair::on(open, &Kind::default())?;
        let before = pair.adapter.counter(Counter::DmaReadError)?;
        let victim = if of_source { &pair.a } else { &pair.b };
        let buffer = victim.memory.buffer();
        let (iova, length) = (buffer.iova(), buffer.len());
        bench.device.unmap(iova, length)?;
        pair.a
            .qp
            .post_send(&[pair.a.write(1, &pair.b, 0, 0, 256)])?;
        if of_source {
            let done = crate::pair::next(bench, &pair.a.send_cq, "the failed completion")?;
            ensure(done.status != WcStatus::Success, || {
                "a WRITE from unmapped memory succeeded".into()
            })?;
            let after = pair.adapter.counter(Counter::DmaReadError)?;
            ensure(after > before, || {
                format!("dma_read_error is {after}, as before")
            })?;
            seen.push(format!("{what}: {}", done.status));
        } else {
            // a write is posted: the device cannot know that it was refused
            let done = crate::pair::next(bench, &pair.a.send_cq, "a completion")?;
            seen.push(format!("{what}: {}", done.status));
        }
        // the driver unmaps it once more when the region goes
        bench.device.map(iova, length)?;
        let fresh = pair.b.get(0, 256);
        if !of_source {
            same("memory mapped anew", &fresh?, &[0; 256])?;
        }
        adapter = Some(pair.adapter);
    }
    let Some(open) = adapter.take() else {
        return Ok(String::new());
    };
    let pair = Pair::on(open, &Kind::default())?;
    let bytes = bench.bytes(90, 2000);
    pair.a.put(0, &bytes)?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 100, 2000))?;
    success("a WRITE afterwards", &done)?;
    same("its bytes", &pair.b.get(100, 2000)?, &bytes)?;
    Ok(format!("{}; the next connection works", seen.join(", ")))
}
