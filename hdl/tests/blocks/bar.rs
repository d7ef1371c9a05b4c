//! Registers: differential test, then every register by what `fw-regs` says of it, and the ways to the other blocks.

use crate::kit::Bench;
use emit::cosim::{Rng, cosim, with_big_stack};
use emit::randomize_inputs;
use fw_regs::bar0::{
    self, BLOCKS, context_window, control, counters, event_queue, identity, mailbox,
};
use fw_regs::schema::{Access, Register};
use fw_regs::{CommandError, doorbell};
use hdl::bar::{Bar, Build};
use rust_hdl::prelude::ToBits;

const SEED: u64 = 0xba_0001;
const REVISION: u64 = 0x0123_4567_89ab_cdef;
const BUILD: Build = Build {
    width: 64,
    log2_qps: 6,
    log2_cqs: 5,
    log2_srqs: 4,
    log2_mrs: 7,
    log2_outstanding: 4,
    log2_responses: 3,
    log2_send_cache: 2,
    log2_recv_cache: 3,
    log2_user_contexts: 8,
    migration: false,
    cycles_per_us: 250,
    shortest_timer: 8,
};

#[test]
fn bar_matches_verilog() {
    println!("seed {SEED:#x}");
    let registers: Vec<u64> = all().map(|register| register.offset.into()).collect();
    with_big_stack(|| {
        let mut uut = Bar::new(&BUILD);
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            2500,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                let addr = registers[rng.below(registers.len() as u64) as usize] + 4 * rng.below(3);
                let strobes = [0xff, 0x0f, 0xf0, 0xf0, 0x0f, 0x01][rng.below(6) as usize];
                // a reset would need the emitter's reset port
                let data = rng.below(1 << 32) & !2;
                randomize_inputs!(
                    u, rng;
                    bar_valid, bar_write,
                    bar_sel = rng.chance(1, 6),
                    bar_addr = addr.to_bits(),
                    bar_wdata = (data << 32 | data).to_bits(),
                    bar_wstrb = (strobes as u64).to_bits(),
                    revision, ready, eq_producer, eq_lost, ctr_done, ctr_data,
                    win_done, win_ok, win_data, cmd_busy, cmd_done, cmd_code, cmd_detail,
                    mb_re = rng.chance(1, 4), mb_ra, db_ready
                )
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

fn all() -> impl Iterator<Item = Register> {
    BLOCKS.iter().flat_map(|block| block.registers).copied()
}

fn bench() -> Bench {
    let mut b = Bench::fresh(&mut Bar::new(&BUILD));
    b.set("revision", REVISION);
    b.until("bar_ready", 400);
    b
}

/// A write; takes the cycle it takes.
fn access(b: &mut Bench, sel: u64, addr: u32, write: Option<(u64, u64)>) {
    b.set("bar_valid", 1);
    b.set("bar_sel", sel);
    b.set("bar_addr", addr.into());
    b.set("bar_write", write.is_some().into());
    let (data, strobes) = write.unwrap_or_default();
    b.set("bar_wdata", data);
    b.set("bar_wstrb", strobes);
    b.until("bar_ready", 20);
    b.cycle();
    b.set("bar_valid", 0);
}

fn write(b: &mut Bench, addr: u32, value: u32) {
    let both = u64::from(value) << 32 | u64::from(value);
    access(b, 0, addr, Some((both, 0xf << (addr & 4))));
    b.cycle();
}

fn read(b: &mut Bench, addr: u32) -> u32 {
    access(b, 0, addr, None);
    b.until("bar_rvalid", 20);
    let data = b.get("bar_rdata");
    assert_eq!(
        data >> 32,
        data & 0xffff_ffff,
        "the word stands in both halves"
    );
    b.cycle();
    assert!(!b.high("bar_rvalid"));
    data as u32
}

/// Bits of a register that are in a field.
fn used(register: &Register) -> u32 {
    match register.fields {
        [] => u32::MAX,
        fields => fields.iter().fold(0, |mask, field| mask | field.mask()),
    }
}

#[test]
fn identity_says_what_was_built() {
    let mut b = bench();
    let value = |b: &mut Bench, register: Register| read(b, register.offset);
    assert_eq!(value(&mut b, identity::magic::REG).to_le_bytes(), *b"ROAM");
    assert_eq!(value(&mut b, identity::revision_lo::REG), REVISION as u32);
    assert_eq!(
        value(&mut b, identity::revision_hi::REG),
        (REVISION >> 32) as u32
    );
    assert_eq!(value(&mut b, identity::width::REG), 64);
    let objects = value(&mut b, identity::objects::REG);
    assert_eq!(identity::objects::LOG2_QPS.get(objects), 6);
    assert_eq!(identity::objects::LOG2_MRS.get(objects), 7);
    assert_eq!(value(&mut b, identity::features::REG), 0);
    assert_eq!(value(&mut b, identity::clock::REG), 250);
    assert_eq!(value(&mut b, identity::shortest_timer::REG), 8);
    let limits = value(&mut b, identity::limits::REG);
    assert_eq!(identity::limits::MAX_INLINE.get(limits), 32);
}

#[test]
fn blocks_can_be_found_by_the_chain() {
    let mut b = bench();
    let mut base = 0;
    for block in BLOCKS {
        assert_eq!(
            read(&mut b, base),
            u32::from(fw_regs::VENDOR) << 16 | u32::from(block.kind)
        );
        assert_eq!(base, block.base);
        base = read(&mut b, base + 8);
    }
    assert_eq!(base, 0);
}

#[test]
fn registers_have_their_reset_values() {
    let mut b = bench();
    for register in all().filter(|r| r.access.is_writable() && r.words == 1) {
        let built = register == control::cycles_per_us::REG;
        let expected = if built { 250 } else { register.reset };
        assert_eq!(read(&mut b, register.offset), expected, "{}", register.name);
    }
    for port in ["eq_consumer", "eq_enable", "enable", "raw_enable", "cmd_go"] {
        assert_eq!(b.get(port), 0, "{port}");
    }
    assert_eq!(b.get("ack_mask"), 0x3f);
    assert_eq!(b.get("drain_limit"), 1_000_000);
}

/// All bits of all writable registers, and that no write goes anywhere else.
#[test]
fn registers_bits_can_be_set_and_cleared() {
    println!("seed {SEED:#x}");
    let mut rng = Rng::new(SEED);
    let mut b = bench();
    let starts = [control::control::REG, mailbox::command::REG];
    let registers: Vec<_> = all()
        .filter(|r| r.access == Access::Rw && r.words == 1 && !starts.contains(r))
        .collect();
    let mut expected: Vec<u32> = vec![];
    for pass in 0..4 {
        expected.clear();
        for register in &registers {
            let value = [
                u32::MAX,
                0,
                rng.below(1 << 32) as u32,
                rng.below(1 << 32) as u32,
            ][pass];
            let value = value & used(register);
            write(&mut b, register.offset, value);
            expected.push(value);
        }
        for (register, expected) in registers.iter().zip(&expected) {
            assert_eq!(
                read(&mut b, register.offset),
                *expected,
                "{}",
                register.name
            );
        }
    }
    let of = |register: Register| {
        u64::from(
            expected[registers
                .iter()
                .position(|r| *r == register)
                .expect("there")],
        )
    };
    assert_eq!(
        b.get("mac"),
        of(control::mac_hi::REG) << 32 | of(control::mac_lo::REG)
    );
    let base = of(event_queue::base_hi::REG) << 32 | of(event_queue::base_lo::REG);
    assert_eq!(b.get("eq_base"), base);
    assert_eq!(b.get("eq_consumer"), of(event_queue::consumer::REG));
    assert_eq!(b.get("eq_log_size"), of(event_queue::size::REG));
    assert_eq!(b.get("ack_mask"), of(control::ack_every::REG));
    assert_eq!(b.get("raw_slot"), of(control::raw::REG) & 0xfff);
    assert_eq!(b.get("raw_enable"), of(control::raw::REG) >> 31);
    assert_eq!(b.get("cmd_arg0"), of(mailbox::arg0::REG));
    assert_eq!(b.get("cmd_arg1"), of(mailbox::arg1::REG));
    assert_eq!(b.get("win_index"), of(context_window::select::REG) >> 16);
}

#[test]
fn registers_read_only_and_unmapped_addresses_bad_flow() {
    let mut b = bench();
    let fixed: Vec<_> = all()
        .filter(|r| !r.access.is_writable() && r.words == 1)
        .collect();
    let fixed: Vec<_> = fixed
        .into_iter()
        .filter(|r| !r.name.starts_with("now"))
        .map(|r| r.offset)
        .collect();
    let before: Vec<_> = fixed.iter().map(|addr| read(&mut b, *addr)).collect();
    for addr in &fixed {
        write(&mut b, *addr, 0xffff_ffff);
    }
    let after: Vec<_> = fixed.iter().map(|addr| read(&mut b, *addr)).collect();
    assert_eq!(before, after);
    for addr in [0x0fc, 0x14c, 0xa00, 0xffc, 0x1000, 0x00ff_fffc] {
        write(&mut b, addr, 0xffff_ffff);
        assert_eq!(read(&mut b, addr), 0, "{addr:#x}");
    }
}

#[test]
fn registers_other_sizes_are_ignored_bad_flow() {
    let mut b = bench();
    let addr = control::mac_lo::REG.offset;
    for strobes in [0xff, 0x01, 0x03, 0x30, 0xf1, 0] {
        access(&mut b, 0, addr & !7, Some((u64::MAX, strobes)));
        b.cycle();
        assert_eq!(b.get("mac"), 0, "strobes {strobes:#x}");
    }
}

#[test]
fn mailbox_memory_is_shared_with_the_command_unit() {
    println!("seed {SEED:#x}");
    let mut rng = Rng::new(SEED);
    let mut b = bench();
    let words: Vec<u32> = (0..128).map(|_| rng.below(1 << 32) as u32).collect();
    for (k, word) in words.iter().enumerate() {
        write(&mut b, mailbox::data::REG.at(k as u32), *word);
    }
    for (k, word) in words.iter().enumerate() {
        b.set("mb_re", 1);
        b.set("mb_ra", k as u64);
        b.cycle();
        b.set("mb_re", 0);
        b.settle();
        assert_eq!(b.get("mb_rd"), u64::from(*word));
        assert_eq!(read(&mut b, mailbox::data::REG.at(k as u32)), *word);
    }
}

#[test]
fn mailbox_starts_a_command_and_is_closed_meanwhile() {
    let mut b = bench();
    write(&mut b, mailbox::arg0::REG.offset, 5);
    let go = mailbox::command::GO.of(1) | mailbox::command::NOTIFY.of(1) | 3;
    write(&mut b, mailbox::command::REG.offset, go);
    assert!(b.high("cmd_go") && b.high("cmd_notify"));
    assert_eq!((b.get("cmd_opcode"), b.get("cmd_arg0")), (3, 5));
    let status = read(&mut b, mailbox::status::REG.offset);
    assert_eq!(
        mailbox::status::BUSY.get(status),
        1,
        "busy before the command unit knows"
    );
    b.set("cmd_busy", 1);
    b.cycle();
    b.settle();
    assert!(!b.high("cmd_go"));
    for addr in [
        mailbox::arg0::REG.offset,
        mailbox::arg1::REG.offset,
        mailbox::data::REG.at(7),
    ] {
        let before = read(&mut b, addr);
        write(&mut b, addr, !before);
        assert_eq!(read(&mut b, addr), before);
    }
    write(&mut b, mailbox::command::REG.offset, go);
    assert!(!b.high("cmd_go"), "one at a time");
    b.set("cmd_busy", 0);
    b.set("cmd_done", 1);
    b.set("cmd_code", CommandError::NumberTaken.code().into());
    b.set("cmd_detail", 77);
    let status = read(&mut b, mailbox::status::REG.offset);
    assert_eq!(status, 2 | 5 << 8);
    assert_eq!(read(&mut b, mailbox::detail::REG.offset), 77);
    assert_eq!(
        mailbox::command::GO.get(read(&mut b, mailbox::command::REG.offset)),
        0
    );
}

#[test]
fn time_runs_in_microseconds() {
    let mut b = bench();
    let us = |b: &mut Bench| {
        let low = read(b, control::now_lo::REG.offset);
        u64::from(read(b, control::now_hi::REG.offset)) << 32 | u64::from(low)
    };
    let (start, at) = (us(&mut b), b.cycles);
    for _ in 0..2500 {
        b.cycle();
    }
    let (end, cycles) = (us(&mut b), b.cycles - at);
    let passed = end - start;
    assert!(
        passed.abs_diff(cycles / 250) <= 1,
        "{passed} µs in {cycles} cycles"
    );
    write(&mut b, control::cycles_per_us::REG.offset, 1);
    let (start, at) = (us(&mut b), b.cycles);
    for _ in 0..100 {
        b.cycle();
    }
    let (end, cycles) = (us(&mut b), b.cycles - at);
    assert!((end - start).abs_diff(cycles) <= 2, "a tick a cycle");
}

/// What goes round by itself rests for the first microsecond of a new beat, so that all of it begins together.
#[test]
fn time_begins_with_a_write_of_cycles_per_us() {
    let mut b = bench();
    assert!(!b.high("time_begins"), "nothing rests after reset");
    for us in [250, 100, 1] {
        write(&mut b, control::cycles_per_us::REG.offset, us);
        let mut cycles = 0;
        b.settle();
        while b.high("time_begins") {
            b.cycle();
            b.settle();
            cycles += 1;
        }
        assert_eq!(cycles, u64::from(us), "cycles of a µs");
        for _ in 0..600 {
            b.cycle();
            assert!(!b.high("time_begins"));
        }
    }
}

#[test]
fn live_registers_follow_their_inputs() {
    let mut b = bench();
    b.set("eq_producer", 0xfffe);
    b.set("eq_lost", 3);
    b.set("ready", 1);
    assert_eq!(read(&mut b, event_queue::producer::REG.offset), 0xfffe);
    assert_eq!(read(&mut b, event_queue::lost::REG.offset), 3);
    assert_eq!(read(&mut b, control::status::REG.offset), 1);
}

#[test]
fn counters_and_context_window_wait_for_their_blocks() {
    let mut b = bench();
    access(&mut b, 0, counters::table::REG.at(2 * 43 + 1), None);
    b.until("ctr_valid", 10);
    assert_eq!(b.get("ctr_index"), 43);
    b.set("ctr_data", 0x1111_2222_3333_4444);
    for _ in 0..10 {
        b.cycle();
        assert!(!b.high("bar_rvalid") && !b.high("bar_ready"));
    }
    b.set("ctr_done", 1);
    b.cycle();
    b.set("ctr_done", 0);
    b.settle();
    assert_eq!(b.get("bar_rdata") as u32, 0x1111_2222);

    write(&mut b, context_window::select::REG.offset, 0x0123_0012);
    for (ok, expected) in [(1, 0xabcd), (0, 0xffff_ffff)] {
        access(&mut b, 0, context_window::data::REG.at(31), None);
        b.until("win_valid", 10);
        assert_eq!(
            (b.get("win_kind"), b.get("win_index"), b.get("win_word")),
            (18, 0x123, 31)
        );
        b.set("win_data", 0xabcd);
        b.set("win_ok", ok);
        b.set("win_done", 1);
        b.cycle();
        b.set("win_done", 0);
        b.settle();
        assert_eq!(b.get("bar_rdata") as u32, expected);
        assert_eq!(
            read(&mut b, context_window::status::REG.offset),
            1 - ok as u32
        );
    }
}

#[test]
fn doorbell_writes_pass_one_a_cycle() {
    let mut b = bench();
    b.set("db_ready", 1);
    b.set("bar_valid", 1);
    b.set("bar_write", 1);
    b.set("bar_sel", 1);
    b.set("bar_wstrb", 0xff);
    for k in 0..9_u64 {
        b.set(
            "bar_addr",
            0x7000 + u64::from(doorbell::PUSH_BUFFER) + 8 * k,
        );
        b.set("bar_wdata", k);
        b.settle();
        assert!(b.high("bar_ready"));
        if k > 0 {
            assert!(b.high("db_valid") && b.high("db_whole"));
            assert_eq!((b.get("db_page"), b.get("db_data")), (7, k - 1));
            assert_eq!(
                b.get("db_offset"),
                u64::from(doorbell::PUSH_BUFFER) + 8 * (k - 1)
            );
        }
        b.cycle();
    }
    b.set("db_ready", 0);
    b.settle();
    assert!(!b.high("bar_ready"), "waits for the doorbells");
    b.set("bar_valid", 0);
    b.set("db_ready", 1);
    b.cycle();
    access(&mut b, 1, 0x7000, None);
    b.until("bar_rvalid", 10);
    assert_eq!(b.get("bar_rdata"), 0, "doorbells read as zero");
}

/// Finds: an access behind the write that resets was taken and lost, so that its reader waited for ever.
#[test]
fn device_reset_lasts_until_reset_and_takes_no_access_meanwhile() {
    let mut b = bench();
    access(
        &mut b,
        0,
        control::control::REG.offset,
        Some((3, 0x0f << 4)),
    );
    b.cycle();
    assert!(!b.high("device_reset"), "the other half of the word");
    let addr = control::control::REG.offset;
    access(
        &mut b,
        0,
        addr,
        Some((3 << (8 * (addr & 4)), 0xf << (addr & 4))),
    );
    b.settle();
    assert!(!b.high("bar_ready"), "already behind the write");
    b.cycle();
    b.settle();
    assert!(b.high("device_reset") && !b.high("bar_ready"));
    // whatever the reset goes through on its way: nothing is taken that it would lose
    b.set("bar_valid", 1);
    for _ in 0..5 {
        b.cycle();
        b.settle();
        assert!(b.high("device_reset") && !b.high("bar_ready"));
    }
    b.set("bar_valid", 0);
    b.set("reset", 1);
    b.cycle();
    b.set("reset", 0);
    b.settle();
    assert!(!b.high("device_reset") && !b.high("enable"));
    b.until("bar_ready", 400);
    assert_eq!(read(&mut b, addr), 0);
    assert!(bar0::SIZE > addr);
}
