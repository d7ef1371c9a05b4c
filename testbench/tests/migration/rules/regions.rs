//! What was begun in a region that has been destroyed since then moves as everything else, and fails when it goes on.

use crate::kit::*;
use fw_regs::QpState;
use fw_regs::bar0::control;
use host_driver::{Access, Adapter, AdapterOptions, Bar, SendOperation, SendRequest, WcStatus};
use std::mem;
use testbench::lab::Lab;
use testbench::net::FaultRates;

#[test]
fn rule_15_message_half_received_into_a_destroyed_region_moves() {
    half_received_moves(&lab(3));
}

/// Finds: after a reset the device still had a region of before in the slot that stands for the destroyed one.
#[test]
fn rule_15_message_half_received_into_a_destroyed_region_moves_to_a_reset_device() {
    let mut lab = lab(3);
    let host = &lab.hosts[2];
    let regions: Vec<_> = std::iter::from_fn(|| host.memory(64, Access::ALL).ok()).collect();
    assert_eq!(regions.len(), host.adapter.attributes().mrs);
    // the program there ends without a word, and the next one resets the device
    mem::forget(regions);
    let mut device = lab.cluster.device(2, lab.options.pause);
    let reset = control::control::RESET.of(1);
    device
        .write32(Bar::Registers, control::control::REG.offset, reset)
        .unwrap();
    let options = AdapterOptions {
        host: 3,
        seed: SEED + 1,
        mac: host.mac,
        ip: host.ip,
        patience: 20_000,
    };
    // what the first one has mapped stays mapped here, so other IOVAs
    let next = Adapter::open_within(device, options, 1 << 46..1 << 47).unwrap();
    mem::forget(mem::replace(&mut lab.hosts[2].adapter, next));
    half_received_moves(&lab);
}

fn half_received_moves(lab: &Lab) {
    const BYTES: usize = 32 * 1024;
    let (a, b) = (App::new(lab, 0), App::new(lab, 1));
    connect_qps((&a, 0), (&b, 0), &ConnectionOptions::default());
    let buffer = a.context.allocate(BYTES).unwrap();
    let va = 0x7100_0000_0000;
    let region = a.pd.register(&buffer, va, BYTES, Access::ALL).unwrap();
    let write = SendOperation::Write {
        remote_addr: va,
        rkey: region.rkey(),
        imm: None,
    };
    let request = SendRequest::new(1, write, b.entry(0, BYTES as u32));
    b.qp().post_send(&[request]).unwrap();
    lab.until("some of the WRITE", SOON, || {
        Ok((a.responder(lab).offset > 1024).then_some(()))
    })
    .unwrap();
    cut(lab);
    lab.run(3_000).unwrap();
    let half = a.responder(lab);
    assert_eq!(half.op_state, 2);
    assert!((half.offset as usize) < BYTES, "{half:?}");
    drop(region);
    let (a, _tombstones) = a.move_to(lab, 2);
    let moved = a.responder(lab);
    assert_eq!((moved.op_state, moved.offset), (2, half.offset));
    set_faults(lab, FaultRates::default());
    // the next packet is answered as it would have been where it was
    let done = lab
        .until("the refusal", SOON, || Ok(b.send_cq.poll(1)?.pop()))
        .unwrap();
    assert_eq!(done.status, WcStatus::RemoteAccess);
    assert_eq!(
        device_state(&lab.hosts[2], a.qp().slot()),
        QpState::Err.code()
    );
}
