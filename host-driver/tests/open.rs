//! Opening an adapter on devices that are not what they should be.

mod fake;

use fake::{Handle, PATIENCE, options};
use fw_regs::bar0::{self, control, event_queue, identity};
use host_driver::OpenError;

#[test]
fn adapter_open_reads_what_the_device_says_and_starts_it() {
    let (handle, adapter, _) = Handle::open();
    let a = adapter.attributes();
    assert_eq!((a.width, a.qps, a.cqs, a.srqs, a.mrs), (64, 4, 4, 2, 8));
    assert_eq!(
        (a.contexts, a.cycles_per_us, a.shortest_timer_us),
        (2, 250, 33)
    );
    assert_eq!((a.max_sge, a.max_inline, a.max_message), (2, 32, 1 << 31));
    assert!(a.migration);

    let [.., last] = options().mac.0;
    assert_eq!(
        handle.register(control::mac_hi::REG.offset) >> 8,
        u32::from(last)
    );
    assert_eq!(handle.register(event_queue::control::REG.offset), 1);
    let enabled = handle.register(control::control::REG.offset);
    assert_eq!(control::control::ENABLE.get(enabled), 1);
    // message-signalled interrupts have their window below 4 GiB
    assert!(handle.register(event_queue::base_hi::REG.offset) >= 1);
}

#[test]
fn adapter_open_waits_until_the_device_is_ready() {
    let handle = Handle::new();
    handle.0.borrow_mut().not_ready_for = PATIENCE - 1;
    handle.try_open().unwrap();
    assert_eq!(handle.0.borrow().pauses, PATIENCE - 1);
}

#[test]
fn adapter_open_not_ready_bad_flow() {
    let handle = Handle::new();
    handle.0.borrow_mut().not_ready_for = u32::MAX;
    let error = handle.try_open().err().unwrap();
    assert!(
        matches!(error, OpenError::NotReady { pauses: PATIENCE }),
        "{error}"
    );
    assert_eq!(handle.mapped_bytes(), 0);
}

#[test]
fn adapter_open_wrong_magic_bad_flow() {
    for found in [0, u32::MAX, fw_regs::MAGIC.swap_bytes()] {
        let handle = Handle::new();
        handle.set(identity::magic::REG.offset, found);
        let error = handle.try_open().err().unwrap();
        assert!(
            matches!(error, OpenError::NotARoamNic { found: f } if f == found),
            "{error}"
        );
        assert!(error.to_string().contains("0x4d414f52"), "{error}");
        assert_eq!(handle.0.borrow().pauses, 0);
    }
}

#[test]
fn adapter_open_other_major_version_bad_flow() {
    let handle = Handle::new();
    handle.set(identity::contract::REG.offset, 0x0002_0000);
    let error = handle.try_open().err().unwrap();
    assert!(matches!(error, OpenError::Version { device: 2 }));
    let text = error.to_string();
    assert!(
        text.contains("version 2") && text.contains("driver's 1"),
        "{text}"
    );
}

#[test]
fn adapter_open_newer_minor_version_is_taken() {
    let handle = Handle::new();
    handle.set(identity::contract::REG.offset, 0x0001_0009);
    let adapter = handle.try_open().unwrap();
    assert_eq!(adapter.attributes().contract_minor, 9);
}

#[test]
fn adapter_open_broken_chain_bad_flow() {
    for block in bar0::BLOCKS {
        for register in &block.registers[..3] {
            let handle = Handle::new();
            handle.set(register.offset, 0x0bad_0bad);
            let error = handle.try_open().err().unwrap();
            match error {
                OpenError::Block {
                    offset,
                    found,
                    expected,
                } => assert_eq!(
                    (offset, found, expected),
                    (register.offset, 0x0bad_0bad, register.reset)
                ),
                other => panic!("{}.{}: {other}", block.name, register.name),
            }
        }
    }
}

#[test]
fn adapter_open_without_memory_bad_flow() {
    let handle = Handle::new();
    handle.0.borrow_mut().refuse_map = true;
    let error = handle.try_open().err().unwrap();
    assert!(matches!(error, OpenError::Device(_)), "{error}");
    let enabled = handle.register(control::control::REG.offset);
    assert_eq!(enabled, 0);
}
