//! Random cases: a few of them, those that once failed, and that what is wrong is found and made small.
#![forbid(unsafe_code)]

use fw_regs::{Command, SetScope};
use host_driver::Access;
use testbench::lab::{ConnectOptions, Lab, LabOptions};

/// A STOP that is refused leaves the device as it was.
#[test]
fn stop_of_an_open_set_leaves_the_mailbox_working() {
    let lab = Lab::new(LabOptions::new(64, 1)).unwrap();
    let (a, _b) = lab.connect(0, 1, &ConnectOptions::default()).unwrap();
    let _other = lab.connect(0, 1, &ConnectOptions::default()).unwrap();
    let args = [a.qp.slot().into(), SetScope::Qp.code().into()];
    let adapter = &lab.hosts[0].adapter;
    adapter
        .migration_command(Command::Stop, args, &[])
        .unwrap_err();
    let memory = lab.hosts[0].memory(64, Access::ALL).unwrap();
    let start = lab.cluster.cycle();
    drop(memory);
    let cycles = lab.cluster.cycle() - start;
    assert!(cycles < 50_000, "{cycles} cycles");
}
