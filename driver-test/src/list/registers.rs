//! What the NIC says of itself, its registers, and its reset.

use crate::bench::{Bench, Failure, ensure, equal};
use crate::pair::{Kind, Pair, same, success};
use fw_regs::bar0::{self, control, identity, mailbox};
use host_driver::{Bar, Device, DeviceError};

/// Its attributes hold together.
pub fn identity(bench: &mut Bench) -> Result<String, Failure> {
    let adapter = bench.adapter()?;
    let a = adapter.attributes();
    ensure([64, 128, 256, 512].contains(&a.width), || {
        format!("{} bits wide", a.width)
    })?;
    let objects = [a.qps, a.cqs, a.mrs, a.contexts];
    ensure(objects.iter().all(|&n| n >= 2), || format!("{a:?}"))?;
    ensure(a.migration, || "it cannot migrate".into())?;
    Ok(format!(
        "contract {}.{}, {} bits, {} queue pairs, revision {:016x}",
        fw_regs::CONTRACT_MAJOR,
        a.contract_minor,
        a.width,
        a.qps,
        a.revision
    ))
}

/// What can be written reads as written, what cannot stays.
pub fn registers(bench: &mut Bench) -> Result<String, Failure> {
    let values = [0x0403_0201, 0xffff_ffff, 0, 0xa5a5_5a5a];
    for value in values {
        bench.write(control::mac_lo::REG.offset, value)?;
        let found = bench.read(control::mac_lo::REG.offset)?;
        equal("MAC address", found, value)?;
    }
    for word in 0..128 {
        bench.write(mailbox::data::REG.at(word), word.wrapping_mul(0x0101_0001))?;
    }
    for word in 0..128 {
        let found = bench.read(mailbox::data::REG.at(word))?;
        equal("mailbox", found, word.wrapping_mul(0x0101_0001))?;
    }
    bench.write(identity::magic::REG.offset, 0)?;
    let magic = bench.read(identity::magic::REG.offset)?;
    equal("magic", magic, fw_regs::MAGIC)?;
    Ok("132 written and read".into())
}

/// Accesses that are not aligned, or beyond the BAR, do not reach the device.
pub fn bad_access(bench: &mut Bench) -> Result<String, Failure> {
    for offset in [2, 0xffff_fffe] {
        let done = bench.device.read32(Bar::Registers, offset);
        ensure(matches!(done, Err(DeviceError::BadAccess { .. })), || {
            format!("a read at {offset:#x}: {done:?}")
        })?;
    }
    let done = bench.device.write64(Bar::Doorbells, 4, 0);
    ensure(matches!(done, Err(DeviceError::BadAccess { .. })), || {
        format!("a doorbell at 4: {done:?}")
    })?;
    // and the device still answers
    let magic = bench.read(identity::magic::REG.offset)?;
    equal("magic", magic, fw_regs::MAGIC)?;
    Ok("refused by the driver".into())
}

/// The tick register goes forward.
pub fn ticks(bench: &mut Bench) -> Result<String, Failure> {
    let first = bench.read(control::now_lo::REG.offset)?;
    let mut last = first;
    for _ in 0..8 {
        let mut device = bench.device.clone();
        last = bench.until("the tick register to go on", move || {
            let now = device.read32(Bar::Registers, control::now_lo::REG.offset)?;
            Ok((now.wrapping_sub(last) as i32 > 0).then_some(now))
        })?;
    }
    Ok(format!("{} µs passed", last.wrapping_sub(first)))
}

/// A reset clears what was written.
pub fn reset(bench: &mut Bench) -> Result<String, Failure> {
    bench.write(control::mac_lo::REG.offset, 0x1234_5678)?;
    bench.write(mailbox::arg1::REG.offset, 77)?;
    bench.reset()?;
    let mac = bench.read(control::mac_lo::REG.offset)?;
    equal("MAC address after a reset", mac, 0)?;
    let control = bench.read(control::control::REG.offset)?;
    let enabled = control::control::ENABLE.get(control);
    equal("ENABLE after a reset", enabled, 0)?;
    for block in bar0::BLOCKS {
        for register in &block.registers[..3] {
            let found = bench.read(register.offset)?;
            equal("the head of a block", found, register.reset)?;
        }
    }
    Ok("registers as after power-up".into())
}

/// A reset in the middle of a long message leaves a NIC that works.
pub fn reset_at_work(bench: &mut Bench) -> Result<String, Failure> {
    let kind = Kind {
        memory: 512 << 10,
        ..Kind::default()
    };
    let pair = Pair::new(bench, &kind)?;
    let requests: Vec<_> = (0..8)
        .map(|k| pair.a.write(k, &pair.b, 0, 0, 512 << 10))
        .collect();
    pair.a.qp.post_send(&requests)?;
    bench.wait_a_little(20)?;
    bench.reset()?;
    // its commands are refused now, or answered by a NIC that knows none of its objects
    drop(pair);
    bench.reset()?;
    let pair = Pair::new(bench, &Kind::default())?;
    let bytes = bench.bytes(9, 3000);
    pair.a.put(0, &bytes)?;
    let done = pair.post(bench, pair.a.write(1, &pair.b, 0, 4096, 3000))?;
    success("a WRITE after the reset", &done)?;
    same("its bytes", &pair.b.get(4096, 3000)?, &bytes)?;
    Ok("a connection works afterwards".into())
}
