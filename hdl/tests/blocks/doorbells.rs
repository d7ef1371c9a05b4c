//! Doorbells: differential test, then decoding, pushing and the separation of pages.

use crate::kit::Bench;
use emit::cosim::{cosim, with_big_stack};
use emit::randomize_inputs;
use fw_regs::doorbell::{self, Arm};
use hdl::counter;
use hdl::doorbells::Doorbells;
use hdl::pipe::Doorbell;
use rust_hdl::prelude::ToBits;

const SEED: u64 = 0xdb_0001;
const OFFSETS: [u64; 12] = [
    0, 8, 0x10, 0x18, 0x20, 0x28, 0x38, 0x40, 0x48, 0x70, 0x78, 0x80,
];

type Dut = Doorbells<6, 7, 5>;

#[test]
fn doorbells_match_verilog() {
    println!("seed {SEED:#x}");
    with_big_stack(|| {
        let mut uut = Dut::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            1500,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                let page = rng.below(3);
                let offset = OFFSETS[rng.below(12) as usize];
                let object = rng.below(40);
                let index = rng.below(1 << 18);
                randomize_inputs!(
                    u, rng;
                    enable = rng.chance(15, 16),
                    db_valid,
                    db_page = page.to_bits(),
                    db_offset = offset.to_bits(),
                    db_data = (index << 32 | object).to_bits(),
                    db_whole = rng.chance(15, 16),
                    sq_ready, rq_ready, cq_ready
                )
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

fn bench() -> Bench {
    let mut b = Bench::fresh(&mut Dut::default());
    b.set("enable", 1);
    b
}

/// Writes to a page; waits for its turn. Returns whether it was counted as malformed.
fn write(b: &mut Bench, page: u64, offset: u32, data: u64) -> bool {
    b.set("db_valid", 1);
    b.set("db_page", page);
    b.set("db_offset", offset.into());
    b.set("db_data", data);
    b.set("db_whole", 1);
    b.until("db_ready", 40);
    b.cycle();
    b.set("db_valid", 0);
    b.settle();
    let counted = b.high("count_valid");
    assert!(!counted || b.get("count") == counter::DB_MALFORMED);
    counted
}

fn bell(object: u64, index: u64, user_ctx: u64, arm: u64) -> Doorbell {
    Doorbell {
        object: object.into(),
        index: index.into(),
        user_ctx: user_ctx.into(),
        arm: arm.into(),
    }
}

/// Takes the doorbell that waits at `port`.
fn take(b: &mut Bench, port: &str) -> Doorbell {
    b.until(&format!("{port}_valid"), 5);
    let bell = b.take(port);
    b.set(&format!("{port}_ready"), 1);
    b.cycle();
    b.set(&format!("{port}_ready"), 0);
    b.settle();
    bell
}

fn push(b: &mut Bench, page: u64, bytes: &[u8; 64]) {
    for (k, word) in bytes.chunks_exact(8).enumerate() {
        let word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
        assert!(!write(b, page, doorbell::PUSH_BUFFER + 8 * k as u32, word));
    }
}

#[test]
fn doorbells_reach_their_units() {
    let mut b = bench();
    write(
        &mut b,
        3,
        doorbell::SQ_PRODUCER,
        doorbell::value(17, 0xfffe, Arm::None),
    );
    write(
        &mut b,
        4,
        doorbell::RQ_PRODUCER,
        doorbell::value(100, 1, Arm::None),
    );
    write(
        &mut b,
        5,
        doorbell::CQ_CONSUMER,
        doorbell::value(31, 2, Arm::None),
    );
    write(
        &mut b,
        5,
        doorbell::CQ_ARM,
        doorbell::value(30, 3, Arm::Solicited),
    );
    assert_eq!(take(&mut b, "sq"), bell(17, 0xfffe, 3, 0));
    assert_eq!(take(&mut b, "rq"), bell(100, 1, 4, 0));
    assert_eq!(b.get("cq_kind"), 0);
    assert_eq!(take(&mut b, "cq"), bell(31, 2, 5, 0));
    assert_eq!(b.get("cq_kind"), 1);
    assert_eq!(take(&mut b, "cq"), bell(30, 3, 5, 2));
}

#[test]
fn doorbells_malformed_bad_flow() {
    let mut b = bench();
    assert!(write(&mut b, 0, 0x28, 0), "unknown offset");
    assert!(write(&mut b, 0, 0x44, 0), "misaligned push");
    assert!(write(&mut b, 0, 0x1000 - 8, 0), "end of the page");
    assert!(
        write(&mut b, 0, doorbell::SQ_PRODUCER, 64),
        "no such queue pair"
    );
    assert!(write(&mut b, 0, doorbell::RQ_PRODUCER, 128), "no such ring");
    assert!(
        write(&mut b, 0, doorbell::CQ_ARM, 32),
        "no such completion queue"
    );
    assert!(
        write(&mut b, 0, doorbell::SQ_PRODUCER, 1 << 31),
        "object number of 32 bits"
    );
    assert!(
        write(&mut b, 0x100, doorbell::SQ_PRODUCER, 0),
        "no such page"
    );
    b.set("db_whole", 0);
    b.set("db_offset", 0);
    b.set("db_page", 0);
    b.set("db_valid", 1);
    b.until("db_ready", 10);
    b.cycle();
    b.set("db_valid", 0);
    b.settle();
    assert!(b.high("count_valid"), "half a write");
    for _ in 0..5 {
        b.cycle();
    }
    assert!(!b.high("sq_valid") && !b.high("rq_valid") && !b.high("cq_valid"));
}

#[test]
fn doorbells_disabled_are_ignored() {
    let mut b = bench();
    b.set("enable", 0);
    assert!(!write(&mut b, 0, doorbell::SQ_PRODUCER, 1));
    assert!(!write(&mut b, 0, 0x28, 0));
    b.cycle();
    assert!(!b.high("sq_valid"));
}

#[test]
fn doorbells_full_queue_leaves_the_others_open() {
    let mut b = bench();
    for index in 0..16 {
        write(
            &mut b,
            0,
            doorbell::SQ_PRODUCER,
            doorbell::value(1, index, Arm::None),
        );
    }
    b.set("db_offset", doorbell::SQ_PRODUCER.into());
    b.settle();
    assert!(!b.high("db_ready"), "send queue doorbells wait");
    write(
        &mut b,
        0,
        doorbell::CQ_CONSUMER,
        doorbell::value(2, 7, Arm::None),
    );
    assert_eq!(take(&mut b, "cq"), bell(2, 7, 0, 0));
    for index in 0..16 {
        assert_eq!(take(&mut b, "sq"), bell(1, index, 0, 0));
    }
}

#[test]
fn doorbell_push_carries_the_wqe() {
    let mut b = bench();
    let wqe: [u8; 64] = core::array::from_fn(|k| k as u8 ^ 0x5a);
    push(&mut b, 9, &wqe);
    write(
        &mut b,
        9,
        doorbell::SQ_PUSH,
        doorbell::value(5, 1, Arm::None),
    );
    b.until("sq_valid", 5);
    assert!(b.high("sq_push"));
    assert_eq!(b.bytes("sq_push_data"), wqe);
    // the buffer is kept until the doorbell is taken
    b.set("db_offset", doorbell::PUSH_BUFFER.into());
    b.settle();
    assert!(!b.high("db_ready"));
    assert_eq!(take(&mut b, "sq"), bell(5, 1, 9, 0));
    b.settle();
    assert!(b.high("db_ready"));
    // and used once
    write(
        &mut b,
        9,
        doorbell::SQ_PUSH,
        doorbell::value(5, 2, Arm::None),
    );
    b.until("sq_valid", 5);
    assert!(!b.high("sq_push"));
}

#[test]
fn doorbell_push_degrades_when_another_page_wrote_the_buffer() {
    let mut b = bench();
    push(&mut b, 9, &[1; 64]);
    write(&mut b, 8, doorbell::PUSH_BUFFER + 8, 2);
    write(
        &mut b,
        9,
        doorbell::SQ_PUSH,
        doorbell::value(5, 1, Arm::None),
    );
    b.until("sq_valid", 5);
    assert!(!b.high("sq_push"), "page 9 lost the buffer");
    assert_eq!(take(&mut b, "sq"), bell(5, 1, 9, 0));
    write(
        &mut b,
        8,
        doorbell::SQ_PUSH,
        doorbell::value(6, 1, Arm::None),
    );
    b.until("sq_valid", 5);
    assert!(
        !b.high("sq_push"),
        "page 8 has written one word only and must not push page 9's"
    );
}
