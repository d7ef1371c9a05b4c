//! What a NIC refuses, and survives.

use crate::bench::{Bench, Failure, ensure, equal};
use crate::pair::{Kind, Pair, same, success};
use fw_regs::{Counter, QpState};
use host_driver::{Access, Adapter, Device, ScatterEntry, SendOperation, SendRequest, WcStatus};

/// What makes a good WRITE bad: of its remote address and key, and its local entry.
type Spoil = fn(&mut u64, &mut u32, &mut ScatterEntry);

/// Each way to make a WRITE of 64 bytes bad, and how it then ends.
const SPOILED: [(&str, Spoil, WcStatus); 5] = [
    (
        "a wrong remote key",
        |_, rkey, _| *rkey ^= 0x40,
        WcStatus::RemoteAccess,
    ),
    (
        "beyond the region",
        |addr, _, _| *addr += (64 << 10) - 32,
        WcStatus::RemoteAccess,
    ),
    (
        "before the region",
        |addr, _, _| *addr -= 1,
        WcStatus::RemoteAccess,
    ),
    (
        "a wrong local key",
        |_, _, entry| entry.lkey ^= 0x40,
        WcStatus::LocalProtection,
    ),
    (
        "beyond the local region",
        |_, _, entry| entry.addr += (64 << 10) - 8,
        WcStatus::LocalProtection,
    ),
];

/// Wrong keys, ranges and rights: each with the completion that says so, and with the memory as it was.
pub fn keys(bench: &mut Bench) -> Result<String, Failure> {
    let mut adapter = bench.adapter()?;
    for (what, spoil, wanted) in SPOILED {
        let pair = Pair::on(adapter, &Kind::default())?;
        let old = bench.bytes(80, 64 << 10);
        pair.b.put(0, &old)?;
        let (mut remote_addr, mut rkey) = (pair.b.memory.va(), pair.b.memory.rkey());
        let mut entry = pair.a.memory.entry(0, 64);
        spoil(&mut remote_addr, &mut rkey, &mut entry);
        let operation = SendOperation::Write {
            remote_addr,
            rkey,
            imm: None,
        };
        let done = pair.post(bench, SendRequest::new(1, operation, entry))?;
        equal(what, done.status, wanted)?;
        equal("state afterwards", pair.a.qp.state(), QpState::Err)?;
        same(what, &pair.b.get(0, 64 << 10)?, &old)?;
        adapter = pair.adapter;
    }
    // a partner that may not write
    let kind = Kind {
        access: Access::LOCAL,
        ..Kind::default()
    };
    let pair = Pair::on(adapter, &kind)?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 0, 64))?;
    equal(
        "a region without the right",
        done.status,
        WcStatus::RemoteAccess,
    )?;
    Ok(format!("{} kinds", SPOILED.len() + 1))
}

/// Memory that is taken away behind the NIC's back: what it reads or writes there is refused, the request fails, and the next
/// connection works.
pub fn unmapped(bench: &mut Bench) -> Result<String, Failure> {
    let adapter = bench.adapter()?;
    let (adapter, read) = refused_read(bench, adapter)?;
    let (adapter, written) = refused_write(bench, adapter)?;
    let pair = Pair::on(adapter, &Kind::default())?;
    let bytes = bench.bytes(90, 2000);
    pair.a.put(0, &bytes)?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 100, 2000))?;
    success("a WRITE afterwards", &done)?;
    same("its bytes", &pair.b.get(100, 2000)?, &bytes)?;
    Ok(format!(
        "reads: {read}; writes: {written}; the next connection works"
    ))
}

/// A WRITE whose source is unmapped: it fails, and the NIC counts why.
fn refused_read(bench: &mut Bench, adapter: Adapter) -> Result<(Adapter, WcStatus), Failure> {
    let pair = Pair::on(adapter, &Kind::default())?;
    let before = pair.adapter.counter(Counter::DmaReadError)?;
    let buffer = pair.a.memory.buffer();
    let (iova, length) = (buffer.iova(), buffer.len());
    bench.device.unmap(iova, length)?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 0, 256))?;
    ensure(done.status != WcStatus::Success, || {
        "a WRITE from unmapped memory succeeded".into()
    })?;
    let after = pair.adapter.counter(Counter::DmaReadError)?;
    ensure(after > before, || {
        format!("dma_read_error is {after}, as before")
    })?;
    // the driver unmaps it once more when the region goes
    bench.device.map(iova, length)?;
    Ok((pair.adapter, done.status))
}

/// A WRITE whose target is unmapped: on PCI Express a write is posted, so the NIC cannot know that it was refused; it must
/// survive, and change nothing.
fn refused_write(bench: &mut Bench, adapter: Adapter) -> Result<(Adapter, WcStatus), Failure> {
    let pair = Pair::on(adapter, &Kind::default())?;
    let buffer = pair.b.memory.buffer();
    let (iova, length) = (buffer.iova(), buffer.len());
    bench.device.unmap(iova, length)?;
    pair.a.put(0, &[1; 256])?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 0, 256))?;
    bench.device.map(iova, length)?;
    same("memory mapped anew", &pair.b.get(0, 256)?, &[0; 256])?;
    Ok((pair.adapter, done.status))
}
