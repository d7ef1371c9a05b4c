//! Requester and completer wired to each other, as in the NIC; everything else comes out.

use hdl::completer::CompleterUnit;
use hdl::contract::QpConfig;
use hdl::pipe::{CtxReq, CtxRsp, EventReq, ExecDesc, RxPacket, SendWqe, TxDesc};
use hdl::requester::RequesterUnit;
use rust_hdl::prelude::*;

#[derive(LogicBlock, Default)]
pub struct Pair<const LQ: usize, const LO: usize, const LX: usize> {
    pub clock: Signal<In, Clock>,
    pub pop_valid: Signal<In, Bit>,
    pub pop_slot: Signal<In, Bits<12>>,
    pub pop_ready: Signal<Out, Bit>,
    pub kick0_valid: Signal<Out, Bit>,
    pub kick0_slot: Signal<Out, Bits<12>>,
    pub kick0_ready: Signal<In, Bit>,
    pub kick1_valid: Signal<Out, Bit>,
    pub kick1_slot: Signal<Out, Bits<12>>,
    pub kick1_ready: Signal<In, Bit>,
    pub st_re: Signal<Out, Bit>,
    pub st_slot: Signal<Out, Bits<12>>,
    pub st_state: Signal<In, Bits<3>>,
    pub get_valid: Signal<Out, Bit>,
    pub get_op: Signal<Out, Bits<3>>,
    pub get_ring: Signal<Out, Bits<13>>,
    pub get_index: Signal<Out, Bits<16>>,
    pub get_ready: Signal<In, Bit>,
    pub got_valid: Signal<In, Bit>,
    pub got_status: Signal<In, Bits<2>>,
    pub got_index: Signal<In, Bits<16>>,
    pub got_wqe: Signal<In, SendWqe>,
    pub tx_valid: Signal<Out, Bit>,
    pub tx: Signal<Out, TxDesc>,
    pub tx_ready: Signal<In, Bit>,
    pub svc_valid: Signal<Out, Bit>,
    pub svc_slot: Signal<Out, Bits<12>>,
    pub svc_ready: Signal<In, Bit>,
    pub ack_every: Signal<In, Bits<24>>,
    pub gone_slot: Signal<Out, Bits<12>>,
    pub gone: Signal<In, Bit>,
    pub pkt_valid: Signal<In, Bit>,
    pub pkt: Signal<In, RxPacket>,
    pub cfg: Signal<In, QpConfig>,
    pub pkt_ready: Signal<Out, Bit>,
    pub busy: Signal<Out, Bit>,
    pub exec_valid: Signal<Out, Bit>,
    pub exec: Signal<Out, ExecDesc>,
    pub exec_ready: Signal<In, Bit>,
    pub sqp_re: Signal<Out, Bit>,
    pub sqp_slot: Signal<Out, Bits<12>>,
    pub sqp_producer: Signal<In, Bits<16>>,
    pub freed_slot: Signal<In, Bits<LQ>>,
    pub freed: Signal<Out, Bits<16>>,
    pub err_valid: Signal<Out, Bit>,
    pub err_slot: Signal<Out, Bits<12>>,
    pub err_event: Signal<Out, Bits<8>>,
    pub err_ready: Signal<In, Bit>,
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
    pub now_us: Signal<In, Bits<36>>,
    pub departed: Signal<In, Bit>,
    /// payload is still on its way to host memory
    pub moving: Signal<In, Bit>,
    pub count0_valid: Signal<Out, Bit>,
    pub count0: Signal<Out, Bits<8>>,
    pub count1_valid: Signal<Out, Bit>,
    pub count1: Signal<Out, Bits<8>>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    requester: RequesterUnit<LQ, LO, LX, 0>,
    completer: CompleterUnit<LQ, LO, LX>,
}

impl<const LQ: usize, const LO: usize, const LX: usize> Logic for Pair<LQ, LO, LX> {
    #[hdl_gen]
    fn update(&mut self) {
        self.requester.clock.next = self.clock.val();
        self.completer.clock.next = self.clock.val();
        // between the two
        self.completer.com_re.next = self.requester.com_re.val();
        self.completer.com_slot.next = self.requester.com_slot.val();
        self.requester.com.next = self.completer.com.val();
        self.requester.req_re.next = self.completer.req_re.val();
        self.requester.req_slot.next = self.completer.req_slot.val();
        self.completer.req.next = self.requester.req.val();
        self.requester.out_re.next = self.completer.out_re.val();
        self.requester.out_addr.next = self.completer.out_addr.val();
        self.completer.out.next = self.requester.out.val();
        self.requester.bus.next = self.bus.val();
        self.completer.bus.next = self.bus.val();
        self.rsp.next.ack = self.requester.rsp.val().ack | self.completer.rsp.val().ack;
        self.rsp.next.data = self.requester.rsp.val().data | self.completer.rsp.val().data;
        // requester
        self.requester.pop_valid.next = self.pop_valid.val();
        self.requester.pop_slot.next = self.pop_slot.val();
        self.pop_ready.next = self.requester.pop_ready.val();
        self.kick0_valid.next = self.requester.kick_valid.val();
        self.kick0_slot.next = self.requester.kick_slot.val();
        self.requester.kick_ready.next = self.kick0_ready.val();
        self.st_re.next = self.requester.st_re.val();
        self.st_slot.next = self.requester.st_slot.val();
        self.requester.st_state.next = self.st_state.val();
        self.get_valid.next = self.requester.get_valid.val();
        self.get_op.next = self.requester.get_op.val();
        self.get_ring.next = self.requester.get_ring.val();
        self.get_index.next = self.requester.get_index.val();
        self.requester.get_ready.next = self.get_ready.val();
        self.requester.got_valid.next = self.got_valid.val();
        self.requester.got_status.next = self.got_status.val();
        self.requester.got_index.next = self.got_index.val();
        self.requester.got_wqe.next = self.got_wqe.val();
        self.tx_valid.next = self.requester.tx_valid.val();
        self.tx.next = self.requester.tx.val();
        self.requester.tx_ready.next = self.tx_ready.val();
        self.svc_valid.next = self.requester.svc_valid.val();
        self.svc_slot.next = self.requester.svc_slot.val();
        self.requester.svc_ready.next = self.svc_ready.val();
        self.requester.ack_every.next = self.ack_every.val();
        self.count0_valid.next = self.requester.count_valid.val();
        self.count0.next = self.requester.count.val();
        // completer
        self.completer.pkt_valid.next = self.pkt_valid.val();
        self.completer.pkt.next = self.pkt.val();
        self.completer.cfg.next = self.cfg.val();
        self.pkt_ready.next = self.completer.pkt_ready.val();
        self.busy.next = self.completer.busy.val();
        self.exec_valid.next = self.completer.exec_valid.val();
        self.exec.next = self.completer.exec.val();
        self.completer.exec_ready.next = self.exec_ready.val();
        self.sqp_re.next = self.completer.sqp_re.val();
        self.sqp_slot.next = self.completer.sqp_slot.val();
        self.completer.sqp_producer.next = self.sqp_producer.val();
        self.completer.freed_slot.next = self.freed_slot.val();
        self.freed.next = self.completer.freed.val();
        self.kick1_valid.next = self.completer.kick_valid.val();
        self.kick1_slot.next = self.completer.kick_slot.val();
        self.completer.kick_ready.next = self.kick1_ready.val();
        self.err_valid.next = self.completer.err_valid.val();
        self.err_slot.next = self.completer.err_slot.val();
        self.err_event.next = self.completer.err_event.val();
        self.completer.err_ready.next = self.err_ready.val();
        self.ev_valid.next = self.completer.ev_valid.val();
        self.ev.next = self.completer.ev.val();
        self.completer.ev_ready.next = self.ev_ready.val();
        self.completer.now_us.next = self.now_us.val();
        self.completer.handed.next = self.requester.handed.val();
        self.completer.departed.next = self.departed.val();
        // no region of an answer goes
        self.completer.gone.next = false;
        self.gone_slot.next = self.requester.gone_slot.val();
        self.requester.gone.next = self.gone.val();
        self.completer.moving.next = self.moving.val();
        self.count1_valid.next = self.completer.count_valid.val();
        self.count1.next = self.completer.count.val();
    }
}
