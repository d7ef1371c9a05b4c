//! Requester, completer and their small blocks: RustHDL's simulation against Verilator on random inputs, and Verilator's lint.

use crate::kit::Bench;
use emit::cosim::{Dut, Rng, cosim, with_big_stack};
use hdl::completer::CompleterUnit;
use hdl::contract::{Completer, Outstanding, QpConfig, Requester};
use hdl::mem::kind;
use hdl::packetise::Packetise;
use hdl::pipe::{CtxReq, RxPacket, SendWqe};
use hdl::record::Record;
use hdl::requester::RequesterUnit;
use hdl::timeouts::Timeouts;
use num_bigint::BigUint;
use rust_hdl::prelude::*;
use sim_verilator::{BuildOptions, Library, Model};

/// A Verilated block without a clock.
struct Flat(Model);

impl Flat {
    fn new(block: &mut dyn Block) -> Self {
        block.connect_all();
        let text = emit::emit("top", block).unwrap_or_else(|e| panic!("{e}"));
        let library = Library::build(&text, "top", &BuildOptions::default())
            .unwrap_or_else(|e| panic!("{e}"));
        Self(Model::new(&library).expect("a model"))
    }
}

impl Dut for Flat {
    fn set(&mut self, port: &str, words: &[u32]) {
        assert!(self.0.set(port, words), "no port {port}");
    }
    fn get(&self, port: &str) -> Vec<u32> {
        self.0.get(port).unwrap_or_else(|| panic!("no port {port}"))
    }
    fn eval(&mut self) {
        self.0.eval().expect("circuit");
    }
}

fn random<T: Record>(rng: &mut Rng) -> T {
    T::from_uint(&rng.value(T::WIDTH))
}

fn lint(block: &mut dyn Block) {
    block.connect_all();
    let text = emit::emit("top", block).unwrap_or_else(|e| panic!("{e}"));
    sim_verilator::lint(&text, "top").unwrap_or_else(|e| panic!("{e}"));
}

/// What the context bus does next: one request at a time, held until acknowledged. Writes happen in quiet times only
/// (a memory does not say what a read of a word being written gives).
fn bus(
    rng: &mut Rng,
    now: CtxReq,
    acknowledged: bool,
    quiet: bool,
    reads: &[u64],
    writes: (u64, &[u64]),
) -> CtxReq {
    if now.valid.any() {
        let stale = now.kind == kind::QP_CONFIG || (now.write.any() && !quiet);
        return if acknowledged || (stale && rng.chance(1, 4)) {
            CtxReq::default()
        } else {
            now
        };
    }
    if !rng.chance(1, 3) {
        return now;
    }
    let word = if quiet {
        rng.pick(writes.1)
    } else {
        rng.below(5)
    };
    CtxReq {
        valid: 1.into(),
        write: u64::from(quiet).into(),
        kind: if quiet { writes.0 } else { rng.pick(reads) }.into(),
        index: rng.below(4).into(),
        word: word.into(),
        data: twice(rng.bits(32) & if word == 0 { 0x03ff_ffff } else { 0xffff_00ff }).into(),
        ..CtxReq::default()
    }
}

fn twice(word: u64) -> u64 {
    word << 32 | word
}

/// The bus may write: for a while in every 500 cycles, the engine idle.
fn quiet(cycle: usize) -> (bool, bool) {
    (cycle % 500 < 120, (40..100).contains(&(cycle % 500)))
}

fn small<const N: usize>(rng: &mut Rng, n: u64) -> Bits<N> {
    rng.below(n).into()
}

fn requester_of<const MG: usize>(seed: u64) {
    println!("seed {seed:#x}");
    lint(&mut RequesterUnit::<2, 2, 4, MG>::default());
    with_big_stack(|| {
        let mut uut = RequesterUnit::<2, 2, 4, MG>::default();
        let mut dut = Bench::new(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            seed,
            8000,
            |u, clock| u.clock.next = clock,
            |u, rng, cycle| {
                let (still, writing) = quiet(cycle);
                u.pop_valid.next = !still && rng.chance(3, 4);
                u.pop_slot.next = small(rng, 4);
                u.kick_ready.next = rng.chance(3, 4);
                u.tx_ready.next = rng.chance(3, 4);
                u.svc_ready.next = rng.chance(3, 4);
                u.get_ready.next = rng.chance(3, 4);
                u.st_state.next = if rng.chance(1, 8) { rng.bits(3) } else { 3 }.into();
                u.com.next = Completer {
                    una: small(rng, 6),
                    or_tail: small(rng, 3),
                    sq_ci: small(rng, 8),
                    rd_done: small(rng, 3),
                    rewind_gen: u64::from(rng.chance(1, 6)).into(),
                    timer_mode: u64::from(rng.chance(1, 6) && rng.chance(1, 2)).into(),
                    failed: u64::from(rng.chance(1, 30)).into(),
                    ..random(rng)
                };
                u.got_valid.next = rng.chance(1, 2);
                u.got_status.next = if rng.chance(1, 10) { 2 } else { 0 }.into();
                let length = rng.pick(&[0u32, 1, 100, 256, 700, 5000, 0x8000_0000]);
                let mut wqe: SendWqe = random(rng);
                wqe.control = Bits::from_uint(&BigUint::from(
                    u128::from(rng.below(9) | rng.bits(4) << 8) | u128::from(rng.below(40)) << 64,
                ));
                wqe.data0 =
                    Bits::from_uint(&(BigUint::from(rng.bits(60)) | BigUint::from(length) << 64));
                wqe.data1 = Bits::from_uint(
                    &(BigUint::from(rng.bits(60)) | BigUint::from(rng.below(600)) << 64),
                );
                wqe.key_error = u64::from(rng.chance(1, 30)).into();
                wqe.read_error = u64::from(rng.chance(1, 30)).into();
                u.got_wqe.next = wqe;
                u.gone.next = rng.chance(1, 20);
                u.ack_every.next = rng.pick(&[0u64, 3, 0xff_ffff]).into();
                u.req_re.next = rng.chance(1, 6);
                u.req_slot.next = small(rng, 4);
                u.out_re.next = rng.chance(1, 6);
                u.out_addr.next = small(rng, 16);
                let acknowledged = u.rsp.val().ack.any();
                u.bus.next = bus(
                    rng,
                    u.bus.val(),
                    acknowledged,
                    writing,
                    &[kind::REQUESTER, kind::OUTSTANDING],
                    (kind::QP_CONFIG, &[0, 3]),
                );
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn requester_matches_verilog() {
    requester_of::<0>(0x7265_7101);
    requester_of::<1>(0x7265_7102);
}

#[test]
fn completer_matches_verilog() {
    const SEED: u64 = 0x636f_6d01;
    println!("seed {SEED:#x}");
    lint(&mut CompleterUnit::<2, 2, 4>::default());
    with_big_stack(|| {
        let mut uut = CompleterUnit::<2, 2, 4>::default();
        let mut dut = Bench::new(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            8000,
            |u, clock| u.clock.next = clock,
            |u, rng, cycle| {
                let tick = rng.chance(1, 3);
                let tick_kind = if rng.chance(1, 8) {
                    2 + rng.below(2)
                } else {
                    1
                };
                let (still, writing) = quiet(cycle);
                u.pkt_valid.next = !still && rng.chance(3, 4);
                u.pkt.next = RxPacket {
                    kind: if tick { tick_kind } else { 0 }.into(),
                    slot: small(rng, 4),
                    state: rng.pick(&[3u64, 3, 3, 4, 6]).into(),
                    opcode: (0x0d + rng.below(7)).into(),
                    payload_len: rng.pick(&[0u64, 10, 256, 512, 4096]).into(),
                    psn: small(rng, 12),
                    ext: rng
                        .pick(&[0x1fu64, 0x1f, 0x60, 0x21, 0x62, 0x65, 0x9f])
                        .into(),
                    ..random(rng)
                };
                u.cfg.next = QpConfig {
                    path_mtu: small(rng, 6),
                    timeout: small(rng, 4),
                    raw: u64::from(rng.chance(1, 10)).into(),
                    ..random(rng)
                };
                u.exec_ready.next = rng.chance(3, 4);
                u.kick_ready.next = rng.chance(3, 4);
                u.err_ready.next = rng.chance(3, 4);
                u.ev_ready.next = rng.chance(3, 4);
                u.req.next = Requester {
                    next_psn: small(rng, 16),
                    max_psn: (8 + rng.below(8)).into(),
                    or_head: small(rng, 6),
                    gen_seen: small(rng, 4),
                    ..random(rng)
                };
                let first = rng.below(8);
                u.out.next = Outstanding {
                    first_psn: first.into(),
                    last_psn: (first + rng.below(4)).into(),
                    kind: rng.pick(&[0u64, 0, 1, 2, 2, 3, 3, 4]).into(),
                    length: rng.pick(&[0u64, 10, 256, 600, 5000]).into(),
                    ..random(rng)
                };
                u.sqp_producer.next = small(rng, 16);
                u.com_re.next = !still && rng.chance(1, 6) && !u.req_re.val();
                u.com_slot.next = small(rng, 4);
                u.now_us.next = (cycle as u64 / 4).into();
                u.freed_slot.next = small(rng, 4);
                u.handed.next = rng.chance(1, 8);
                u.departed.next = rng.chance(1, 8);
                u.gone.next = rng.chance(1, 8);
                // the failed ones are brought back to life
                let acknowledged = u.rsp.val().ack.any();
                u.bus.next = bus(
                    rng,
                    u.bus.val(),
                    acknowledged,
                    writing,
                    &[kind::COMPLETER],
                    (kind::COMPLETER, &[1, 2]),
                );
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn packetise_matches_verilog() {
    const SEED: u64 = 0x7061_6b01;
    println!("seed {SEED:#x}");
    lint(&mut Packetise::default());
    with_big_stack(|| {
        let mut uut = Packetise::default();
        let mut dut = Flat::new(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            SEED,
            3000,
            emit::cosim::no_clock,
            |u, rng, _| {
                u.operation.next = small(rng, 8);
                u.first.next = rng.chance(1, 2);
                u.last.next = rng.chance(1, 2);
                u.va.next = random(rng);
                u.rkey.next = random(rng);
                u.length.next = random(rng);
                u.imm.next = random(rng);
                u.swap_add.next = random(rng);
                u.compare.next = random(rng);
            },
        )
    })
    .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn timeouts_are_the_tables() {
    const RNR: [u64; 32] = [
        655_360, 10, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1280, 1920, 2560, 3840,
        5120, 7680, 10_240, 15_360, 20_480, 30_720, 40_960, 61_440, 81_920, 122_880, 163_840,
        245_760, 327_680, 491_520,
    ];
    lint(&mut Timeouts::default());
    let mut bench = Flat::new(&mut Timeouts::default());
    for code in 0..32u64 {
        bench.set("ack_code", &[code as u32]);
        bench.set("rnr_code", &[code as u32]);
        bench.eval();
        let ack = if code == 0 {
            0
        } else {
            (4096u64 << code).div_ceil(1000)
        };
        assert_eq!(
            bench.get("ack_us"),
            [ack as u32, (ack >> 32) as u32],
            "code {code}"
        );
        assert_eq!(
            bench.get("rnr_us"),
            [RNR[code as usize] as u32],
            "code {code}"
        );
    }
}
