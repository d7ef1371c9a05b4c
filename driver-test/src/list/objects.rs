//! Memory regions, IOVAs, queue pairs.

use crate::bench::{Bench, Failure, ensure, equal};
use crate::pair::{Kind, Pair};
use fw_regs::QpState;
use host_driver::{Access, Adapter, Device, DeviceError, Modify, ModifyError, RtsAttributes};
use std::collections::BTreeSet;

/// Regions are made and unmade, and their keys differ.
pub fn memory_regions(bench: &mut Bench) -> Result<String, Failure> {
    let adapter = bench.adapter()?;
    let context = adapter.context()?;
    let pd = context.allocate_pd()?;
    let mut keys = BTreeSet::new();
    for round in 0..2 {
        let regions = (0..40_u64)
            .map(|k| {
                let buffer = context.allocate(4096)?;
                Ok(pd.register(&buffer, k << 20, 4096, Access::ALL)?)
            })
            .collect::<Result<Vec<_>, Failure>>()?;
        keys.extend(regions.iter().map(|mr| mr.lkey()));
        equal("keys", keys.len(), 40 * (round + 1))?;
    }
    let buffer = context.allocate(4096)?;
    let done = pd.register(&buffer, 0, 8192, Access::ALL);
    ensure(done.is_err(), || "a region beyond its buffer".into())?;
    Ok("80 made and unmade".into())
}

/// Memory is mapped where the driver says, zeroed, and gone when it is unmapped.
pub fn iovas(bench: &mut Bench) -> Result<String, Failure> {
    let device = &mut bench.device;
    let places = [0x1_0000_0000, 0x1_2345_6000, 0x20_0000_0000];
    for iova in places {
        device.map(iova, 0x3000)?;
        let mut bytes = [1; 64];
        device.read_memory(iova + 0x2fc0, &mut bytes)?;
        equal("new memory", bytes, [0; 64])?;
        device.write_memory(iova + 0xffe, &[1, 2, 3, 4])?;
        let mut bytes = [0; 4];
        device.read_memory(iova + 0xffe, &mut bytes)?;
        equal("what was written", bytes, [1, 2, 3, 4])?;
        let twice = device.map(iova + 0x2000, 0x1000);
        ensure(matches!(twice, Err(DeviceError::Map { .. })), || {
            format!("mapped twice: {twice:?}")
        })?;
    }
    for iova in places {
        device.unmap(iova, 0x3000)?;
        let done = device.read_memory(iova, &mut [0]);
        ensure(matches!(done, Err(DeviceError::Unmapped { .. })), || {
            format!("unmapped and read: {done:?}")
        })?;
    }
    own_range(bench)?;
    Ok("3 ranges, and an adapter with a range of its own".into())
}

/// A driver that shares its IO address space with others maps in its own part of it only.
fn own_range(bench: &mut Bench) -> Result<(), Failure> {
    let range = 0x30_0000_0000..0x30_0100_0000;
    let options = bench.adapter_options();
    let device = Box::new(bench.device.clone());
    let adapter = Adapter::open_within(device, options, range.clone())?;
    let pair = Pair::on(adapter, &Kind::default())?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 0, 64))?;
    crate::pair::success("a WRITE", &done)?;
    let mapped = bench.device.mapped();
    let inside = |(&iova, &length): (&u64, &usize)| {
        range.contains(&iova) && iova + length as u64 <= range.end
    };
    ensure(!mapped.is_empty() && mapped.iter().all(inside), || {
        format!("mapped outside of {range:x?}: {mapped:x?}")
    })?;
    let device = Box::new(bench.device.clone());
    let refused = Adapter::open_within(device, options, 0x1000..0x1800);
    ensure(refused.is_err(), || "half a page was taken".into())
}

/// The states of a queue pair, and a step that there is not.
pub fn states(bench: &mut Bench) -> Result<String, Failure> {
    let pair = Pair::new(bench, &Kind::default())?;
    let qp = &pair.a.qp;
    let state = |wanted| equal("state", qp.state(), wanted);
    state(QpState::Rts)?;
    qp.modify(Modify::Sqd)?;
    state(QpState::Sqd)?;
    qp.modify(Modify::Resume)?;
    state(QpState::Rts)?;
    qp.modify(Modify::Err)?;
    state(QpState::Err)?;
    let refused = qp.modify(Modify::Rts(RtsAttributes::new(0)));
    ensure(
        matches!(refused, Err(ModifyError::Transition { .. })),
        || format!("ERR to RTS: {refused:?}"),
    )?;
    qp.modify(Modify::Reset)?;
    state(QpState::Reset)?;
    pair.b.qp.modify(Modify::Reset)?;
    crate::pair::join(qp, &pair.b.qp, 1024)?;
    state(QpState::Rts)?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 0, 64))?;
    crate::pair::success("a WRITE of the connection made anew", &done)?;
    Ok("RESET, INIT, RTR, RTS, SQD, RTS, ERR, RESET, RTS".into())
}
