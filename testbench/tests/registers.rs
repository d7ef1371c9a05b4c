//! Every register that `fw-regs` declares, on the Verilated NIC: value after reset, kind of access, declared bits.
//!
//! The declaration is walked; there is no second list of registers. What is said here by name is only what the declaration
//! cannot say: why a register is left out of one of the walks.
#![forbid(unsafe_code)]

use fw_regs::bar0::{
    self, BLOCKS, context_window, control, counters, event_queue, identity, mailbox,
};
use fw_regs::rings::{EQE_BYTES, Eqe};
use fw_regs::schema::{Access, Register};
use fw_regs::{Command, CommandError, EventKind, VENDOR};
use sim_verilator::{Bar, HostMemory, Nic, NicConfig, Stalls};
use testbench::lab::{Variant, nic_library};
use testbench::rng::Rng;

const SEED: u64 = 0x5245_4753;
/// Cycles within which the tables are clear after a reset.
const CLEAR: u32 = 20_000;

/// A NIC alone, as it is after reset, with nothing mapped.
struct Device {
    nic: Nic,
    host: HostMemory,
}

impl Device {
    fn new() -> Self {
        println!("seed {SEED:#x}");
        let library = nic_library(64, Variant::Migratable, false).unwrap();
        let config = NicConfig {
            seed: SEED,
            ..NicConfig::default()
        };
        let nic = Nic::new(&library, config).unwrap();
        let mut device = Self {
            nic,
            host: HostMemory::default(),
        };
        device.until_ready();
        device
    }

    fn read(&mut self, address: u32) -> u32 {
        let read = self
            .nic
            .bar_read32(&mut self.host, Bar::Bar0, address.into());
        read.unwrap_or_else(|e| panic!("{address:#x}: {e}"))
    }

    fn write(&mut self, address: u32, value: u32) {
        let written = self
            .nic
            .bar_write32(&mut self.host, Bar::Bar0, address.into(), value);
        written.unwrap_or_else(|e| panic!("{address:#x}: {e}"));
    }

    fn until_ready(&mut self) {
        for _ in 0..CLEAR {
            if self.read(control::status::REG.offset) & control::status::READY.mask() != 0 {
                return;
            }
        }
        panic!("not ready after {CLEAR} reads of the status");
    }
}

/// Every word of every register: its name, address and declaration.
fn words() -> impl Iterator<Item = (String, u32, Register)> {
    let registers = BLOCKS.iter().flat_map(|block| {
        block
            .registers
            .iter()
            .map(move |register| (block, *register))
    });
    registers.flat_map(|(block, register)| {
        (0..register.words).map(move |word| {
            let name = format!("{}.{}[{word}]", block.name, register.name);
            (name, register.at(word), register)
        })
    })
}

/// The bits that are declared.
fn declared(register: &Register) -> u32 {
    match register.fields {
        [] => u32::MAX,
        fields => fields.iter().fold(0, |mask, field| mask | field.mask()),
    }
}

/// Bits of a `w1s` register that start something and read as zero; its other fields are plain (see [`Access::W1s`]).
fn starters(register: &Register) -> u32 {
    match register {
        r if *r == control::control::REG => control::control::RESET.mask(),
        r if *r == mailbox::command::REG => mailbox::command::GO.mask(),
        r if r.access == Access::W1s => panic!("{}: which of its bits start something?", r.name),
        _ => 0,
    }
}

/// Changes by itself: no two reads need to agree.
fn runs(register: &Register) -> bool {
    *register == control::now_lo::REG
}

/// Undefined until a record has been selected that has this word.
fn undefined(register: &Register) -> bool {
    *register == context_window::data::REG
}

/// Memory, not registers: undefined until it is written.
fn memory(register: &Register) -> bool {
    *register == mailbox::data::REG
}

/// A value that depends on how the NIC was built: those constants without a number in the declaration, and the register
/// that starts with one of them.
fn depends_on_build(register: &Register) -> bool {
    (register.access == Access::Const && register.reset == 0 && *register != mailbox_next())
        || *register == control::cycles_per_us::REG
}

/// The end of the chain: its zero is a number.
fn mailbox_next() -> Register {
    let mut registers = mailbox::BLOCK.registers.iter();
    *registers.find(|register| register.name == "next").unwrap()
}

#[test]
fn registers_are_found_by_the_chain() {
    let mut device = Device::new();
    let mut base = 0;
    for block in BLOCKS {
        assert_eq!(base, block.base, "{}", block.name);
        let kind = device.read(base);
        assert_eq!(kind, u32::from(VENDOR) << 16 | u32::from(block.kind));
        assert_eq!(device.read(base + 4), block.version, "{}", block.name);
        base = device.read(base + 8);
    }
    assert_eq!(base, 0);
}

#[test]
fn registers_have_their_reset_values() {
    let mut device = Device::new();
    for (name, address, register) in words() {
        if runs(&register) || undefined(&register) || memory(&register) {
            continue;
        }
        if depends_on_build(&register) {
            continue; // see registers_say_how_the_device_was_built
        }
        let expected = match register {
            // the reset value is that of a device still clearing its tables
            r if r == control::status::REG => control::status::READY.mask(),
            r => r.reset,
        };
        assert_eq!(device.read(address), expected, "{name}");
    }
}

/// What the declaration leaves to the build agrees with the netlist's heading and with itself.
#[test]
fn registers_say_how_the_device_was_built() {
    let mut device = Device::new();
    let mut value = |register: Register| device.read(register.offset);
    assert_eq!(value(identity::width::REG), 64);
    let objects = value(identity::objects::REG);
    assert_eq!(identity::objects::LOG2_QPS.get(objects), 6);
    assert_eq!(identity::objects::LOG2_CQS.get(objects), 6);
    assert_eq!(identity::objects::LOG2_SRQS.get(objects), 4);
    assert_eq!(identity::objects::LOG2_MRS.get(objects), 8);
    let clock = value(identity::clock::REG);
    assert_eq!(identity::clock::CYCLES_PER_US.get(clock), 250);
    assert_eq!(value(control::cycles_per_us::REG), clock);
    assert_eq!(value(identity::features::REG), 1, "migration");
}

#[test]
fn registers_read_only_ignore_writes() {
    let mut device = Device::new();
    for (name, address, register) in words() {
        if register.access.is_writable() || undefined(&register) {
            continue;
        }
        let before = device.read(address);
        for value in [0, u32::MAX, !before] {
            device.write(address, value);
            let after = device.read(address);
            if runs(&register) {
                assert!(after.wrapping_sub(before) < 1000, "{name} jumped");
            } else {
                assert_eq!(after, before, "{name} after a write of {value:#x}");
            }
        }
    }
}

/// Declared bits keep what is written, and no write reaches another register. Reserved bits mean nothing when read.
#[test]
fn registers_keep_their_declared_bits() {
    let mut device = Device::new();
    let mut rng = Rng::new(SEED);
    let writable: Vec<_> = words()
        .filter(|(_, _, register)| register.access.is_writable())
        .collect();
    assert!(writable.len() > 100, "the mailbox alone has 128 words");
    for pass in 0..4 {
        let mut expected = vec![];
        for (_, address, register) in &writable {
            let value = match pass {
                0 => u32::MAX,
                1 => 0,
                _ => rng.any() as u32,
            };
            let value = value & !starters(register);
            // a µs of no cycles is not a time
            let clock = *register == control::cycles_per_us::REG;
            let value = if clock { value.max(1) | 1 } else { value };
            device.write(*address, value);
            expected.push(value & declared(register));
        }
        for ((name, address, register), expected) in writable.iter().zip(expected) {
            let found = device.read(*address) & declared(register);
            assert_eq!(found, expected, "{name}, pass {pass}");
        }
    }
    let status = device.read(mailbox::status::REG.offset);
    assert_eq!(status, 0, "no command has been started");
}

/// One field at a time: the others of its register stay.
#[test]
fn registers_fields_do_not_overlap() {
    let mut device = Device::new();
    for (name, address, register) in words() {
        if !register.access.is_writable() || register == control::cycles_per_us::REG {
            continue; // one field, and no other value than a good one (tested above)
        }
        for field in register.fields {
            if field.mask() & starters(&register) != 0 {
                continue;
            }
            device.write(address, 0);
            device.write(address, field.of(u32::MAX));
            let value = device.read(address);
            for other in register.fields {
                let full = if other == field {
                    field.mask() >> field.low
                } else {
                    0
                };
                assert_eq!(
                    other.get(value),
                    full,
                    "{name}: {} by {}",
                    other.name,
                    field.name
                );
            }
        }
        device.write(address, register.reset);
    }
}

/// Addresses between the registers read as zero, whatever is written there.
#[test]
fn registers_have_nothing_between_them() {
    let mut device = Device::new();
    let taken: std::collections::HashSet<u32> = words().map(|(_, address, _)| address).collect();
    let gaps: Vec<u32> = (0..bar0::SIZE)
        .step_by(4)
        .filter(|address| !taken.contains(address))
        .collect();
    for address in &gaps {
        device.write(*address, u32::MAX);
    }
    for address in &gaps {
        assert_eq!(device.read(*address), 0, "{address:#x}");
    }
    registers_unchanged(&mut device);
}

/// All plain registers have their reset values.
fn registers_unchanged(device: &mut Device) {
    for (name, address, register) in words() {
        let plain = register.access.is_writable() && !memory(&register);
        if plain && register != control::cycles_per_us::REG {
            assert_eq!(device.read(address), register.reset, "{name}");
        }
    }
}

#[test]
fn time_runs_and_its_halves_belong_together() {
    let mut device = Device::new();
    device.write(control::cycles_per_us::REG.offset, 1);
    let mut last = 0;
    for _ in 0..100 {
        let low = u64::from(device.read(control::now_lo::REG.offset));
        let high = u64::from(device.read(control::now_hi::REG.offset));
        let now = high << 32 | low;
        assert!(now > last, "{now} after {last}");
        last = now;
    }
}

/// A write of `cycles_per_us` begins a microsecond that is as long as the others.
#[test]
fn time_goes_on_with_a_write_of_cycles_per_us() {
    let mut device = Device::new();
    let cycles_per_us = control::cycles_per_us::REG.offset;
    device.write(cycles_per_us, 1);
    // with a tick a cycle, a read says the cycle in which it was answered
    let mut read = |write: bool| {
        if write {
            device.write(cycles_per_us, 1);
        }
        let low = device.read(control::now_lo::REG.offset);
        (low, device.nic.cycle())
    };
    let (mut time, mut cycle) = read(false);
    for write in [false, true, false, true, true, false] {
        let (now, at) = read(write);
        assert_eq!(
            u64::from(now - time),
            at - cycle,
            "µs of one cycle, with a write: {write}"
        );
        (time, cycle) = (now, at);
    }
}

/// A command's [`CommandError`] and its detail; its argument is an object's number.
fn command(device: &mut Device, command: Command, object: u32) -> (u32, u32) {
    command_with(device, command, object, 0)
}

/// The same with further bits of the register that starts it.
fn command_with(device: &mut Device, command: Command, object: u32, bits: u32) -> (u32, u32) {
    device.write(
        control::control::REG.offset,
        control::control::ENABLE.mask(),
    );
    device.write(mailbox::arg0::REG.offset, object);
    let opcode = mailbox::command::OPCODE.of(command as u32);
    let go = opcode | mailbox::command::GO.mask() | bits;
    device.write(mailbox::command::REG.offset, go);
    let status = status_at_the_end(device);
    let detail = device.read(mailbox::detail::REG.offset);
    (mailbox::status::CODE.get(status), detail)
}

/// The mailbox's status when the command has ended.
fn status_at_the_end(device: &mut Device) -> u32 {
    for _ in 0..1000 {
        let status = device.read(mailbox::status::REG.offset);
        if status & mailbox::status::DONE.mask() != 0 {
            return status;
        }
    }
    panic!("the command does not end");
}

/// The number of an object is compared in full, and with the number of objects of its own kind.
#[test]
fn command_of_an_object_out_of_range_is_refused_bad_flow() {
    let mut device = Device::new();
    let objects = device.read(identity::objects::REG.offset);
    let number = |field: fw_regs::schema::Field| 1 << field.get(objects);
    let qps = number(identity::objects::LOG2_QPS);
    let srqs = number(identity::objects::LOG2_SRQS);
    for (opcode, first, end) in [
        (Command::QpDestroy, 0, qps),
        (Command::CqDestroy, 0, number(identity::objects::LOG2_CQS)),
        (Command::MrDestroy, 0, number(identity::objects::LOG2_MRS)),
        // shared rings are numbered behind those of the queue pairs
        (Command::SrqDestroy, qps, qps + srqs),
    ] {
        for object in [first, end - 1] {
            let (code, _) = command(&mut device, opcode, object);
            let not_in_use = u32::from(CommandError::NotInUse.code());
            assert_eq!(code, not_in_use, "{opcode:?} of {object}");
        }
        let below = [0, first.saturating_sub(1)];
        let beyond = [end, end + 1, end + 3, 2 * end, 0x8000, 0xffff];
        for object in below.into_iter().filter(|n| *n < first).chain(beyond) {
            let refused = (u32::from(CommandError::BadObject.code()), end);
            let found = command(&mut device, opcode, object);
            assert_eq!(found, refused, "{opcode:?} of {object:#x}");
        }
    }
}

/// Each command that asks for it is followed by its event, in their order, however slowly host memory takes them, and whether or not anybody waits for the
/// event before the next command. Finds: an event that waited for memory got the opcode of the command behind it, and one of the two was lost.
#[test]
fn command_is_followed_by_its_event() {
    const RING: u64 = 0x10_0000;
    const LOG2: u32 = 8;
    let mut device = Device::new();
    device.host.map(RING, 4096).unwrap();
    device.write(event_queue::base_lo::REG.offset, RING as u32);
    device.write(event_queue::base_hi::REG.offset, (RING >> 32) as u32);
    device.write(
        event_queue::size::REG.offset,
        event_queue::size::LOG2.of(LOG2),
    );
    device.write(
        event_queue::control::REG.offset,
        event_queue::control::ENABLE.mask(),
    );
    // one write in 64 cycles
    let write = u8::MAX - 3;
    device.nic.set_stalls(Stalls {
        write,
        ..Stalls::default()
    });
    // the last of them is the migration unit's
    let commands = [Command::Nop, Command::CqDestroy, Command::SetTimer];
    for k in 0..1 << LOG2 {
        let opcode = commands[k % commands.len()];
        let notify = mailbox::command::NOTIFY.mask();
        command_with(&mut device, opcode, 0, notify);
    }
    for k in 0..1 << LOG2 {
        let opcode = commands[k % commands.len()];
        let mut bytes = [0; EQE_BYTES];
        let mut waited = 0;
        while !Eqe::phase_of(&bytes) {
            assert!(waited < 10_000, "no event of command {k}");
            waited += 1;
            device.nic.step(&mut device.host).unwrap();
            let at = RING + (k * EQE_BYTES) as u64;
            device.host.read(at, &mut bytes).unwrap();
        }
        let done = Eqe {
            kind: EventKind::CommandDone,
            object: opcode as u32,
            phase: true,
        };
        assert_eq!(Eqe::decode(&bytes), Ok(done), "command {k}");
    }
    assert_eq!(device.read(event_queue::lost::REG.offset), 0);
}

/// `command.GO` starts and reads back as zero; the end of it shows in `status`.
#[test]
fn command_go_starts_once() {
    let mut device = Device::new();
    let opcode = mailbox::command::OPCODE.of(Command::Nop as u32);
    device.write(
        mailbox::command::REG.offset,
        opcode | mailbox::command::GO.mask(),
    );
    assert_eq!(device.read(mailbox::command::REG.offset), opcode);
    let status = status_at_the_end(&mut device);
    assert_eq!(status, mailbox::status::DONE.mask(), "done, no error");
}

/// `control.RESET` takes everything back, and the device comes back by itself. Finds: a read right behind it was never answered.
#[test]
fn control_reset_resets_and_the_device_comes_back() {
    let mut device = Device::new();
    for (_, address, register) in words() {
        if register.access == Access::Rw {
            device.write(address, declared(&register));
        }
    }
    // a doorbell page that does not belong to the object: something to count
    device.write(
        control::control::REG.offset,
        control::control::ENABLE.mask(),
    );
    let (host, bar2) = (&mut device.host, Bar::Bar2);
    device.nic.bar_write64(host, bar2, 0x3f8, 1).unwrap();
    let counted = |device: &mut Device| {
        let table = counters::table::REG;
        (0..table.words)
            .map(|n| u64::from(device.read(table.at(n))))
            .sum::<u64>()
    };
    assert_eq!(counted(&mut device), 1);

    device.write(control::control::REG.offset, control::control::RESET.mask());
    device.until_ready();
    registers_unchanged(&mut device);
    let clock = device.read(identity::clock::REG.offset);
    assert_eq!(device.read(control::cycles_per_us::REG.offset), clock);
    assert_eq!(
        device.read(identity::magic::REG.offset).to_le_bytes(),
        *b"ROAM"
    );
    assert_eq!(counted(&mut device), 0);
}
