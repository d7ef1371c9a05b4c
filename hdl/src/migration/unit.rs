//! Holds the place of the migration unit: its ports, the memory of its records, and no answer to anything else.

use crate::contract::Migration;
use crate::mem::CtxRam;
use crate::pipe::*;
use rust_hdl::prelude::*;

/// The ports of the migration unit.
#[derive(LogicBlock)]
pub struct MigrationUnit<
    const LQ: usize,
    const LM: usize,
    const W: usize,
    const B: usize,
    const LB: usize,
> {
    pub clock: Signal<In, Clock>,
    pub cmd_go: Signal<In, Bit>,
    pub cmd_opcode: Signal<In, Bits<8>>,
    pub cmd_arg0: Signal<In, Bits<16>>,
    pub cmd_arg1: Signal<In, Bits<32>>,
    pub cmd_busy: Signal<Out, Bit>,
    pub cmd_done: Signal<Out, Bit>,
    pub cmd_code: Signal<Out, Bits<8>>,
    pub cmd_detail: Signal<Out, Bits<32>>,
    pub mb_re: Signal<Out, Bit>,
    pub mb_ra: Signal<Out, Bits<7>>,
    pub mb_rd: Signal<In, Bits<32>>,
    pub sub_go: Signal<Out, Bit>,
    pub sub_opcode: Signal<Out, Bits<8>>,
    pub sub_arg0: Signal<Out, Bits<16>>,
    pub sub_arg1: Signal<Out, Bits<32>>,
    pub sub_busy: Signal<In, Bit>,
    pub sub_done: Signal<In, Bit>,
    pub sub_code: Signal<In, Bits<8>>,
    pub sub_detail: Signal<In, Bits<32>>,
    pub page_re: Signal<In, Bit>,
    pub page_ra: Signal<In, Bits<7>>,
    pub page_rd: Signal<Out, Bits<32>>,
    pub req: Signal<Out, CtxReq>,
    pub req_rsp: Signal<In, CtxRsp>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    pub st_re: Signal<Out, Bit>,
    pub st_slot: Signal<Out, Bits<12>>,
    pub st_state: Signal<In, Bits<3>>,
    pub set_valid: Signal<Out, Bit>,
    pub set_slot: Signal<Out, Bits<12>>,
    pub set_state: Signal<Out, Bits<3>>,
    pub set_ready: Signal<In, Bit>,
    pub pkt_valid: Signal<In, Bit>,
    pub pkt_kind: Signal<In, Bits<2>>,
    pub pkt_ipv6: Signal<In, Bit>,
    pub pkt: Signal<In, RxPacket>,
    pub pkt_open: Signal<Out, Bit>,
    pub pkt_done: Signal<Out, Bit>,
    pub pkt_pass: Signal<Out, Bit>,
    pub pkt_state: Signal<Out, Bits<3>>,
    pub fb_re: Signal<Out, Bit>,
    pub fb_addr: Signal<Out, Bits<12>>,
    pub fb_ready: Signal<In, Bit>,
    pub fb_data: Signal<In, Bits<W>>,
    pub tx_valid: Signal<Out, Bit>,
    pub tx: Signal<Out, TxDesc>,
    pub tx_ready: Signal<In, Bit>,
    pub template_read: Signal<In, Bit>,
    pub kick_req: Signal<Out, Bit>,
    pub kick_rsp: Signal<Out, Bit>,
    pub kick_svc: Signal<Out, Bit>,
    pub kick_slot: Signal<Out, Bits<12>>,
    pub kick_req_ready: Signal<In, Bit>,
    pub kick_rsp_ready: Signal<In, Bit>,
    pub kick_svc_ready: Signal<In, Bit>,
    pub db_sq: Signal<Out, Bit>,
    pub db_rq: Signal<Out, Bit>,
    pub db_cq: Signal<Out, Bit>,
    pub db: Signal<Out, Doorbell>,
    pub db_sq_ready: Signal<In, Bit>,
    pub db_rq_ready: Signal<In, Bit>,
    pub db_cq_ready: Signal<In, Bit>,
    pub rd_valid: Signal<Out, Bit>,
    pub rd: Signal<Out, ReadReq>,
    pub rd_ready: Signal<In, Bit>,
    pub rsp_valid: Signal<In, Bit>,
    pub rsp_data: Signal<In, Bits<W>>,
    pub rsp_last: Signal<In, Bit>,
    pub rsp_error: Signal<In, Bit>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_strb: Signal<Out, Bits<B>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    pub now: Signal<In, Bits<36>>,
    records: CtxRam<Migration, LQ>,
    done: DFF<Bit>,
}

impl<const LQ: usize, const LM: usize, const W: usize, const B: usize, const LB: usize> Default
    for MigrationUnit<LQ, LM, W, B, LB>
{
    fn default() -> Self {
        assert!(LM == LQ + 5);
        Self {
            clock: Default::default(),
            cmd_go: Default::default(),
            cmd_opcode: Default::default(),
            cmd_arg0: Default::default(),
            cmd_arg1: Default::default(),
            cmd_busy: Default::default(),
            cmd_done: Default::default(),
            cmd_code: Default::default(),
            cmd_detail: Default::default(),
            mb_re: Default::default(),
            mb_ra: Default::default(),
            mb_rd: Default::default(),
            sub_go: Default::default(),
            sub_opcode: Default::default(),
            sub_arg0: Default::default(),
            sub_arg1: Default::default(),
            sub_busy: Default::default(),
            sub_done: Default::default(),
            sub_code: Default::default(),
            sub_detail: Default::default(),
            page_re: Default::default(),
            page_ra: Default::default(),
            page_rd: Default::default(),
            req: Default::default(),
            req_rsp: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            st_re: Default::default(),
            st_slot: Default::default(),
            st_state: Default::default(),
            set_valid: Default::default(),
            set_slot: Default::default(),
            set_state: Default::default(),
            set_ready: Default::default(),
            pkt_valid: Default::default(),
            pkt_kind: Default::default(),
            pkt_ipv6: Default::default(),
            pkt: Default::default(),
            pkt_open: Default::default(),
            pkt_done: Default::default(),
            pkt_pass: Default::default(),
            pkt_state: Default::default(),
            fb_re: Default::default(),
            fb_addr: Default::default(),
            fb_ready: Default::default(),
            fb_data: Default::default(),
            tx_valid: Default::default(),
            tx: Default::default(),
            tx_ready: Default::default(),
            template_read: Default::default(),
            kick_req: Default::default(),
            kick_rsp: Default::default(),
            kick_svc: Default::default(),
            kick_slot: Default::default(),
            kick_req_ready: Default::default(),
            kick_rsp_ready: Default::default(),
            kick_svc_ready: Default::default(),
            db_sq: Default::default(),
            db_rq: Default::default(),
            db_cq: Default::default(),
            db: Default::default(),
            db_sq_ready: Default::default(),
            db_rq_ready: Default::default(),
            db_cq_ready: Default::default(),
            rd_valid: Default::default(),
            rd: Default::default(),
            rd_ready: Default::default(),
            rsp_valid: Default::default(),
            rsp_data: Default::default(),
            rsp_last: Default::default(),
            rsp_error: Default::default(),
            wr_valid: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_strb: Default::default(),
            wr_last: Default::default(),
            wr_ready: Default::default(),
            ev_valid: Default::default(),
            ev: Default::default(),
            ev_ready: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            now: Default::default(),
            records: CtxRam::new(20),
            done: Default::default(),
        }
    }
}

impl<const LQ: usize, const LM: usize, const W: usize, const B: usize, const LB: usize> Logic
    for MigrationUnit<LQ, LM, W, B, LB>
{
    fn update(&mut self) {
        self.records.clock.next = self.clock.val();
        self.records.bus.next = self.bus.val();
        self.rsp.next = self.records.rsp.val();
        self.records.re.next = false;
        self.records.we.next = false;
        self.records.ra.next = Default::default();
        self.records.wa.next = Default::default();
        self.records.wd.next = Default::default();
        self.done.clock.next = self.clock.val();
        self.done.d.next = self.done.q.val() | self.cmd_go.val();
        self.cmd_busy.next = self.cmd_go.val();
        self.cmd_done.next = self.done.q.val();
        self.cmd_code.next = bits(1);
    }
    fn connect(&mut self) {
        self.records.clock.connect();
        self.records.bus.connect();
        self.records.re.connect();
        self.records.we.connect();
        self.records.ra.connect();
        self.records.wa.connect();
        self.records.wd.connect();
        self.done.clock.connect();
        self.done.d.connect();
        self.cmd_busy.connect();
        self.cmd_done.connect();
        self.cmd_code.connect();
        self.cmd_detail.connect();
        self.mb_re.connect();
        self.mb_ra.connect();
        self.sub_go.connect();
        self.sub_opcode.connect();
        self.sub_arg0.connect();
        self.sub_arg1.connect();
        self.page_rd.connect();
        self.req.connect();
        self.rsp.connect();
        self.st_re.connect();
        self.st_slot.connect();
        self.set_valid.connect();
        self.set_slot.connect();
        self.set_state.connect();
        self.pkt_open.connect();
        self.pkt_done.connect();
        self.pkt_pass.connect();
        self.pkt_state.connect();
        self.fb_re.connect();
        self.fb_addr.connect();
        self.tx_valid.connect();
        self.tx.connect();
        self.kick_req.connect();
        self.kick_rsp.connect();
        self.kick_svc.connect();
        self.kick_slot.connect();
        self.db_sq.connect();
        self.db_rq.connect();
        self.db_cq.connect();
        self.db.connect();
        self.rd_valid.connect();
        self.rd.connect();
        self.wr_valid.connect();
        self.wr_addr.connect();
        self.wr_data.connect();
        self.wr_strb.connect();
        self.wr_last.connect();
        self.ev_valid.connect();
        self.ev.connect();
        self.count_valid.connect();
        self.count.connect();
    }
    fn hdl(&self) -> Verilog {
        use crate::wiring::{assign, constant, signal};
        let wire = |to: &str, from: &str| assign(to, signal(from));
        let mut all = vec![
            wire("records.clock", "clock"),
            wire("records.bus", "bus"),
            wire("rsp", "records.rsp"),
            wire("done.clock", "clock"),
            wire("cmd_busy", "cmd_go"),
            wire("cmd_done", "done.q"),
            assign("done.d", constant(true)),
            assign("cmd_code", ast::VerilogExpression::Literal(1u64.into())),
        ];
        let low = [
            "records.re",
            "records.we",
            "records.ra",
            "records.wa",
            "records.wd",
            "cmd_detail",
            "mb_re",
            "mb_ra",
            "sub_go",
            "sub_opcode",
            "sub_arg0",
            "sub_arg1",
            "page_rd",
            "req",
            "st_re",
            "st_slot",
            "set_valid",
            "set_slot",
            "set_state",
            "pkt_open",
            "pkt_done",
            "pkt_pass",
            "pkt_state",
            "fb_re",
            "fb_addr",
            "tx_valid",
            "tx",
            "kick_req",
            "kick_rsp",
            "kick_svc",
            "kick_slot",
            "db_sq",
            "db_rq",
            "db_cq",
            "db",
            "rd_valid",
            "rd",
            "wr_valid",
            "wr_addr",
            "wr_data",
            "wr_strb",
            "wr_last",
            "ev_valid",
            "ev",
            "count_valid",
            "count",
        ];
        all.extend(low.map(|name| assign(name, constant(false))));
        Verilog::Combinatorial(all)
    }
}
