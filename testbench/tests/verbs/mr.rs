//! Memory regions and the numbers the device hands out.

use crate::kit::*;
use host_driver::{Access, SendRequest, VerbsError, WcStatus};

#[test]
fn mr_deregistered_bad_flow() {
    let pair = Pair::new(width());
    let region = pair.lab.hosts[1].memory(4096, Access::ALL).unwrap();
    let operation = write(&region, 0);
    drop(region);
    let c = pair.do_a(SendRequest::new(1, operation, pair.ma.entry(0, 64)));
    assert_eq!(c.status, WcStatus::RemoteAccess);
}

#[test]
fn mr_chosen_key() {
    let pair = Pair::new(width());
    let host = &pair.lab.hosts[1];
    let buffer = host.context.allocate(4096).unwrap();
    let region = host
        .pd
        .register_keyed(&buffer, 0x55b1_b69d_e000, 4096, Access::ALL, 0x2fa)
        .unwrap();
    assert_eq!(region.rkey(), 0x2fa);
    let c = pair.do_a(SendRequest::new(1, write(&region, 0), pair.ma.entry(0, 64)));
    assert_eq!(c.status, WcStatus::Success);
    assert_eq!(bytes(&region, 0, 64), bytes(&pair.ma, 0, 64));
}

#[test]
fn mr_chosen_key_taken_bad_flow() {
    let pair = Pair::new(width());
    let host = &pair.lab.hosts[1];
    let buffer = host.context.allocate(4096).unwrap();
    let again = host
        .pd
        .register_keyed(&buffer, 0, 4096, Access::ALL, pair.mb.rkey());
    assert!(matches!(again, Err(VerbsError::Command(_))));
}

#[test]
fn mr_all_slots_can_be_used_and_used_again() {
    let pair = Pair::new(width());
    let host = &pair.lab.hosts[0];
    let most = host.adapter.attributes().mrs;
    let buffer = host.context.allocate(4096).unwrap();
    for round in 0..2 {
        let mut regions: Vec<_> = (1..most)
            .map(|k| {
                host.pd
                    .register(&buffer, 0x1_0000 * k as u64, 4096, Access::ALL)
                    .unwrap_or_else(|e| panic!("round {round}, region {k} of {most}: {e}"))
            })
            .collect();
        let over = host.pd.register(&buffer, 0, 4096, Access::ALL);
        assert!(matches!(over, Err(VerbsError::Exhausted { .. })));
        let last = regions.pop().unwrap();
        let c = pair.do_a(SendRequest::new(1, write(&pair.mb, 0), last.entry(0, 512)));
        assert_eq!(c.status, WcStatus::Success);
    }
}
