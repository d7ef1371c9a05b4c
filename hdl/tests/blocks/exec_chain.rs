//! Executor, completion unit, event unit and write arbiter wired as in the NIC: the order that software relies on, and the
//! latency of a completion.

use crate::kit::{Bench, seeded};
use hdl::contract::{CqConfig, CqState};
use hdl::cq_unit::CqUnit;
use hdl::dma_arb::DmaWriteArb;
use hdl::eq_unit::EqUnit;
use hdl::mem::kind;
use hdl::pipe::{Answer, CtxReq, CtxRsp, ExecDesc};
use hdl::rx_exec::RxExec;
use rust_hdl::prelude::*;

/// The blocks between the receive engines and host memory.
#[derive(LogicBlock, Default)]
struct Chain<const W: usize, const B: usize, const S: usize> {
    pub clock: Signal<In, Clock>,
    pub x0_valid: Signal<In, Bit>,
    pub x0: Signal<In, ExecDesc>,
    pub x0_ready: Signal<Out, Bit>,
    pub fb_re: Signal<Out, Bit>,
    pub fb_addr: Signal<Out, Bits<12>>,
    pub fb_data: Signal<In, Bits<W>>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    pub ans_valid: Signal<Out, Bit>,
    pub ans: Signal<Out, Answer>,
    pub free_valid: Signal<Out, Bit>,
    pub irq_valid: Signal<Out, Bit>,
    pub irq_vector: Signal<Out, Bits<8>>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    exec: RxExec<W, B, S>,
    cq: CqUnit<3, W, B, S, 0>,
    eq: EqUnit<W, B, S>,
    arb: DmaWriteArb<W, B>,
}

impl<const W: usize, const B: usize, const S: usize> Logic for Chain<W, B, S> {
    #[hdl_gen]
    fn update(&mut self) {
        self.exec.clock.next = self.clock.val();
        self.cq.clock.next = self.clock.val();
        self.eq.clock.next = self.clock.val();
        self.arb.clock.next = self.clock.val();
        self.exec.x0_valid.next = self.x0_valid.val();
        self.exec.x0.next = self.x0.val();
        self.x0_ready.next = self.exec.x0_ready.val();
        self.exec.x1_valid.next = false;
        self.exec.x1.next = self.x0.val();
        self.exec.x2_valid.next = false;
        self.exec.x2.next = self.x0.val();
        self.fb_re.next = self.exec.fb_re.val();
        self.fb_addr.next = self.exec.fb_addr.val();
        self.exec.fb_data.next = self.fb_data.val();
        self.exec.rd_ready.next = true;
        self.exec.rsp_valid.next = false;
        self.exec.rsp_data.next = self.fb_data.val();
        self.exec.rsp_error.next = false;
        self.exec.err_ready.next = true;
        self.exec.ans_ready.next = true;
        self.ans_valid.next = self.exec.ans_valid.val();
        self.ans.next = self.exec.ans.val();
        self.free_valid.next = self.exec.free_valid.val();
        self.cq.cqe_valid.next = self.exec.cqe_valid.val();
        self.cq.cqe.next = self.exec.cqe.val();
        self.cq.cqe_go.next = self.exec.cqe_go.val();
        self.exec.cqe_ready.next = self.cq.cqe_ready.val();
        self.cq.db_valid.next = false;
        self.cq.db.next.object = bit_cast::<13, 12>(self.x0.val().slot);
        self.cq.db.next.index = bits::<16>(0);
        self.cq.db.next.user_ctx = bits::<8>(0);
        self.cq.db.next.arm = bits::<2>(0);
        self.cq.db_kind.next = bits::<1>(0);
        self.cq.err_ready.next = true;
        self.cq.bus.next = self.bus.val();
        self.rsp.next = self.cq.rsp.val();
        self.eq.eq_base.next = bits::<64>(0xe0_0000);
        self.eq.eq_log_size.next = bits::<4>(8);
        self.eq.eq_enable.next = true;
        self.eq.eq_consumer.next = self.eq.eq_producer.val();
        self.eq.ev0_valid.next = self.cq.ev_valid.val();
        self.eq.ev0.next = self.cq.ev.val();
        self.cq.ev_ready.next = self.eq.ev0_ready.val();
        self.eq.ev1_valid.next = false;
        self.eq.ev1.next = self.cq.ev.val();
        self.eq.ev2_valid.next = false;
        self.eq.ev2.next = self.cq.ev.val();
        self.eq.ev3_valid.next = false;
        self.eq.ev3.next = self.cq.ev.val();
        self.eq.ev4_valid.next = false;
        self.eq.ev4.next = self.cq.ev.val();
        self.eq.irq_ready.next = true;
        self.irq_valid.next = self.eq.irq_valid.val();
        self.irq_vector.next = self.eq.irq_vector.val();
        self.arb.i0_valid.next = self.eq.wr_valid.val();
        self.arb.i0_addr.next = self.eq.wr_addr.val();
        self.arb.i0_data.next = self.eq.wr_data.val();
        self.arb.i0_strb.next = self.eq.wr_strb.val();
        self.arb.i0_last.next = self.eq.wr_last.val();
        self.eq.wr_ready.next = self.arb.i0_ready.val();
        self.arb.i1_valid.next = self.cq.wr_valid.val();
        self.arb.i1_addr.next = self.cq.wr_addr.val();
        self.arb.i1_data.next = self.cq.wr_data.val();
        self.arb.i1_strb.next = self.cq.wr_strb.val();
        self.arb.i1_last.next = self.cq.wr_last.val();
        self.cq.wr_ready.next = self.arb.i1_ready.val();
        self.arb.i2_valid.next = self.exec.wr_valid.val();
        self.arb.i2_addr.next = self.exec.wr_addr.val();
        self.arb.i2_data.next = self.exec.wr_data.val();
        self.arb.i2_strb.next = self.exec.wr_strb.val();
        self.arb.i2_last.next = self.exec.wr_last.val();
        self.exec.wr_ready.next = self.arb.i2_ready.val();
        self.wr_valid.next = self.arb.wr_valid.val();
        self.wr_addr.next = self.arb.wr_addr.val();
        self.wr_data.next = self.arb.wr_data.val();
        self.wr_last.next = self.arb.wr_last.val();
        self.arb.wr_ready.next = self.wr_ready.val();
    }
}

/// Where a write goes tells what it is.
const PAYLOAD: u64 = 0x10_0000;
const CQ: u64 = 0xc0_0000;
const EQ: u64 = 0xe0_0000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    /// last beat of the payload of message k
    Payload(u64),
    Cqe,
    Eqe,
    Interrupt,
    Answer(u64),
    Free,
}

/// Messages of `len` bytes; every completion raises an event, if `armed` is set anew each time.
fn run(
    bench: &mut Bench,
    bus: u64,
    messages: u64,
    len: u64,
    stall: u64,
    seed: u64,
) -> Vec<(u64, Seen)> {
    let mut rng = seeded(seed);
    let start = bench.cycles;
    let (mut sent, mut seen) = (0, vec![]);
    while bench.cycles - start < 400 * messages {
        let desc = ExecDesc {
            slot: 1.into(),
            beats: 9.into(),
            len0: len.into(),
            src_offset: 54.into(),
            iova0: (PAYLOAD + (sent << 12)).into(),
            cqe: 1.into(),
            cq: 2.into(),
            cqe_opcode: 128.into(),
            answer: 1.into(),
            psn: sent.into(),
            ..Default::default()
        };
        bench.put("x0", &desc);
        bench.set("x0_valid", u64::from(sent < messages));
        bench.set("wr_ready", u64::from(!rng.chance(stall, 8)));
        bench.settle();
        let now = bench.cycles - start;
        if bench.high("wr_valid") && bench.high("wr_ready") {
            let addr = bench.get("wr_addr");
            match addr {
                EQ.. if bench.high("wr_last") => seen.push((now, Seen::Eqe)),
                EQ.. => {}
                CQ.. if addr % 32 < bus => seen.push((now, Seen::Cqe)),
                CQ.. => {}
                _ if bench.high("wr_last") => {
                    seen.push((now, Seen::Payload((addr - PAYLOAD) >> 12)))
                }
                _ => {}
            }
        }
        if bench.high("ans_valid") {
            let answer: Answer = bench.take("ans");
            seen.push((now, Seen::Answer(answer.psn.to_u64())));
        }
        if bench.high("free_valid") {
            seen.push((now, Seen::Free));
        }
        if bench.high("irq_valid") {
            seen.push((now, Seen::Interrupt));
        }
        sent += u64::from(sent < messages && bench.high("x0_ready"));
        bench.cycle();
    }
    seen
}

fn prepare(bench: &mut Bench, armed: u64) {
    let config = CqConfig {
        base: CQ.into(),
        log_size: 12.into(),
        valid: 1.into(),
        vector: 3.into(),
        ..Default::default()
    };
    bench.write_context(kind::CQ_CONFIG, 2, &config);
    let state = CqState {
        armed: armed.into(),
        ..Default::default()
    };
    bench.write_context(kind::CQ_STATE, 2, &state);
}

/// Payload, completion, answer of each message in this order; the event of the armed completion behind it, then the interrupt.
fn in_order(block: &mut dyn Block, bus: u64) {
    let mut bench = Bench::new(block);
    for (len, stall) in [(64, 0), (64, 5), (1000, 3), (8, 6)] {
        prepare(&mut bench, 1);
        let seen: Vec<_> = run(&mut bench, bus, 20, len, stall, 0xc0 + stall)
            .into_iter()
            .map(|s| s.1)
            .collect();
        let at = |what: Seen| {
            seen.iter()
                .position(|s| *s == what)
                .unwrap_or_else(|| panic!("no {what:?}"))
        };
        let cqes: Vec<_> = (0..seen.len()).filter(|k| seen[*k] == Seen::Cqe).collect();
        let frees = seen.iter().filter(|s| **s == Seen::Free).count();
        assert_eq!((cqes.len(), frees), (20, 20));
        for k in 0..20u64 {
            let cqe = cqes[k as usize];
            assert!(
                at(Seen::Payload(k)) < cqe && cqe < at(Seen::Answer(k)),
                "message {k}: {seen:?}"
            );
        }
        assert!(cqes[0] < at(Seen::Eqe) && at(Seen::Eqe) < at(Seen::Interrupt));
        assert_eq!(
            seen.iter().filter(|s| **s == Seen::Interrupt).count(),
            1,
            "armed once"
        );
    }
}

#[test]
fn chain_64_is_in_order() {
    in_order(&mut Chain::<64, 8, 3>::default(), 8);
}

#[test]
fn chain_512_is_in_order() {
    in_order(&mut Chain::<512, 64, 6>::default(), 64);
}

/// From the descriptor to the first beat of the completion, and from message to message, 64 bytes each.
fn timing(block: &mut dyn Block, bus: u64) -> (u64, u64) {
    let mut bench = Bench::new(block);
    prepare(&mut bench, 0);
    let seen = run(&mut bench, bus, 40, 64, 0, 1);
    let cqes: Vec<_> = seen
        .iter()
        .filter(|s| s.1 == Seen::Cqe)
        .map(|s| s.0)
        .collect();
    (cqes[0], (cqes[39] - cqes[0]) / 39)
}

#[test]
fn chain_is_quick() {
    let narrow = timing(&mut Chain::<64, 8, 3>::default(), 8);
    let wide = timing(&mut Chain::<512, 64, 6>::default(), 64);
    println!("(latency, period): 64 bits {narrow:?}, 512 bits {wide:?}");
    assert!(narrow.0 <= 17 && narrow.1 <= 13, "{narrow:?}");
    assert!(wide.0 <= 10 && wide.1 <= 8, "{wide:?}");
}
