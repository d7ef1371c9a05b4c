//! Does what the receive engines have decided: payload to memory, ATOMIC, completion, answer, release; in that order.
//!
//! # Theory of operation
//! Two descriptors are at work at once. The front half takes a descriptor, hands its pieces to the payload mover, or executes
//! its ATOMIC; then the back half gets what is left of it (completion, answer, release) while the front half goes on with
//! the next. The back half offers the completion at once, so that its look-up hides behind the payload, but lets it
//! go (`cqe_go`) only when the mover has handed over the last word of the payload; the answer follows when the
//! completion has been handed over, and with the answer the frame is released.
//!
//! ATOMICs (`atomic` 1 compare and swap, 2 fetch and add) are executed when everything before them has left the mover, one at
//! a time: read 8 bytes, compare or add, write 8 bytes. Memory and operands are little-endian numbers. The value found
//! goes to the atomic results (`res_*`) and into the `iova` of the answer. If the read fails, nothing is written, the answer turns
//! into NAK 0x63 and the QP is asked to go to ERR with event 3. `atomic` 3 writes the 8 bytes at `src_offset` in reverse order
//! to `iova0`: the value of an ATOMIC ACK, big-endian in the frame, little-endian in memory.
//!
//! # Interfaces
//! * `xN_valid`, `xN`, `xN_ready`: responder, completer, dispatcher; lower number first (they are exclusive in time). Of x1
//!   the operands, resource, answer and token, and of x2 all but slot and beats are ignored (taken as none).
//! * `fb_re`, `fb_addr`, `fb_data`: see `payload_mover`. `free_valid`, `free_beats`: a pulse a frame, in order.
//! * `wr_*`: see `dma_arb`. `rd`: one read of 8 bytes at a time, tag 0; the answer is a bus-aligned word.
//! * `cqe_*`: see `cq_unit`. `ans_*`: valid/ready. `token_out`: a pulse behind everything before it.
//! * `err_*`: to the QP states.
//!
//! # States
//! Front: Idle → Move → (Retire) → Idle; ATOMIC: Move → Drain → Read → Wait → Compute → Apply → Inject → Retire, or Wait → Fail → Retire;
//! reversal: Drain → Capture → Reverse → Inject → Retire. Back: Idle → (Complete) → Finish.

use crate::counter;
use crate::payload_mover::PayloadMover;
use crate::pipe::{Answer, CqeReq, ExecDesc, ReadReq};
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum ExecFront {
    Idle,
    Move,
    Drain,
    Read,
    Wait,
    Compute,
    Apply,
    Fail,
    Capture,
    Reverse,
    Inject,
    Retire,
}

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum ExecBack {
    Idle,
    Complete,
    Finish,
}

/// The executor; `W` bus bits, `B` bus bytes, `S` log2 of bus bytes. See the module's head.
#[derive(LogicBlock)]
pub struct RxExec<const W: usize, const B: usize, const S: usize> {
    pub clock: Signal<In, Clock>,
    pub x0_valid: Signal<In, Bit>,
    pub x0: Signal<In, ExecDesc>,
    pub x0_ready: Signal<Out, Bit>,
    pub x1_valid: Signal<In, Bit>,
    pub x1: Signal<In, ExecDesc>,
    pub x1_ready: Signal<Out, Bit>,
    pub x2_valid: Signal<In, Bit>,
    pub x2: Signal<In, ExecDesc>,
    pub x2_ready: Signal<Out, Bit>,
    /// something that was taken is not done yet
    pub busy: Signal<Out, Bit>,
    pub fb_re: Signal<Out, Bit>,
    pub fb_addr: Signal<Out, Bits<12>>,
    pub fb_data: Signal<In, Bits<W>>,
    pub free_valid: Signal<Out, Bit>,
    pub free_beats: Signal<Out, Bits<12>>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_strb: Signal<Out, Bits<B>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    pub rd_valid: Signal<Out, Bit>,
    pub rd: Signal<Out, ReadReq>,
    pub rd_ready: Signal<In, Bit>,
    pub rsp_valid: Signal<In, Bit>,
    pub rsp_data: Signal<In, Bits<W>>,
    pub rsp_error: Signal<In, Bit>,
    pub cqe_valid: Signal<Out, Bit>,
    pub cqe: Signal<Out, CqeReq>,
    pub cqe_go: Signal<Out, Bit>,
    pub cqe_ready: Signal<In, Bit>,
    pub ans_valid: Signal<Out, Bit>,
    pub ans: Signal<Out, Answer>,
    pub ans_ready: Signal<In, Bit>,
    pub res_we: Signal<Out, Bit>,
    /// slot above, resource in the low 3 bits
    pub res_addr: Signal<Out, Bits<16>>,
    pub res_data: Signal<Out, Bits<64>>,
    pub err_valid: Signal<Out, Bit>,
    pub err_slot: Signal<Out, Bits<12>>,
    pub err_event: Signal<Out, Bits<8>>,
    pub err_ready: Signal<In, Bit>,
    pub token_out: Signal<Out, Bit>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    mover: PayloadMover<W, B, S>,
    front: DFF<ExecFront>,
    desc: DFF<ExecDesc>,
    /// this descriptor has a piece under way; its ATOMIC failed
    moved: DFF<Bit>,
    failed: DFF<Bit>,
    /// what the ATOMIC found, and whether it is what was asked for
    found: DFF<Bits<64>>,
    same: DFF<Bit>,
    back: DFF<ExecBack>,
    beats: DFF<Bits<12>>,
    token: DFF<Bit>,
    cqe_held: DFF<CqeReq>,
    ans_held: DFF<Answer>,
    pays: DFF<Bit>,
    /// payloads handed over whose descriptors the back half has not finished
    paid: DFF<Bits<2>>,
    settled: Signal<Local, Bit>,
    closing: Signal<Local, Bit>,
    back_free: Signal<Local, Bit>,
    retire: Signal<Local, Bit>,
    paying: Signal<Local, Bit>,
    is_atomic: Signal<Local, Bit>,
    offer: Signal<Local, Bit>,
    counting: Signal<Local, Bit>,
    byte: Signal<Local, Bits<8>>,
    reversed: Signal<Local, Bits<64>>,
    read_value: Signal<Local, Bits<64>>,
    amount: Signal<Local, Bits<9>>,
    recvs: Constant<Bits<8>>,
    read_error: Constant<Bits<8>>,
}

impl<const W: usize, const B: usize, const S: usize> Default for RxExec<W, B, S> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            x0_valid: Default::default(),
            x0: Default::default(),
            x0_ready: Default::default(),
            x1_valid: Default::default(),
            x1: Default::default(),
            x1_ready: Default::default(),
            x2_valid: Default::default(),
            x2: Default::default(),
            x2_ready: Default::default(),
            busy: Default::default(),
            fb_re: Default::default(),
            fb_addr: Default::default(),
            fb_data: Default::default(),
            free_valid: Default::default(),
            free_beats: Default::default(),
            wr_valid: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_strb: Default::default(),
            wr_last: Default::default(),
            wr_ready: Default::default(),
            rd_valid: Default::default(),
            rd: Default::default(),
            rd_ready: Default::default(),
            rsp_valid: Default::default(),
            rsp_data: Default::default(),
            rsp_error: Default::default(),
            cqe_valid: Default::default(),
            cqe: Default::default(),
            cqe_go: Default::default(),
            cqe_ready: Default::default(),
            ans_valid: Default::default(),
            ans: Default::default(),
            ans_ready: Default::default(),
            res_we: Default::default(),
            res_addr: Default::default(),
            res_data: Default::default(),
            err_valid: Default::default(),
            err_slot: Default::default(),
            err_event: Default::default(),
            err_ready: Default::default(),
            token_out: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            mover: Default::default(),
            front: Default::default(),
            desc: Default::default(),
            moved: Default::default(),
            failed: Default::default(),
            found: Default::default(),
            same: Default::default(),
            back: Default::default(),
            beats: Default::default(),
            token: Default::default(),
            cqe_held: Default::default(),
            ans_held: Default::default(),
            pays: Default::default(),
            paid: Default::default(),
            settled: Default::default(),
            closing: Default::default(),
            back_free: Default::default(),
            retire: Default::default(),
            paying: Default::default(),
            is_atomic: Default::default(),
            offer: Default::default(),
            counting: Default::default(),
            byte: Default::default(),
            reversed: Default::default(),
            read_value: Default::default(),
            amount: Default::default(),
            recvs: Constant::new(counter::RDMA_RECVS.to_bits()),
            read_error: Constant::new(counter::DMA_READ_ERROR.to_bits()),
        }
    }
}

impl<const W: usize, const B: usize, const S: usize> Logic for RxExec<W, B, S> {
    #[hdl_gen]
    fn update(&mut self) {
        for _W in W..W {}
        for _S in S..S {}
        dff_setup!(
            self, clock, front, desc, moved, failed, found, same, back, beats, token, cqe_held,
            ans_held, pays, paid
        );
        self.busy.next = (self.front.q.val() != ExecFront::Idle)
            | (self.back.q.val() != ExecBack::Idle)
            | !self.mover.empty.val();
        self.x0_ready.next = false;
        self.x1_ready.next = false;
        self.x2_ready.next = false;
        self.rd_valid.next = false;
        self.rd.next.addr = self.desc.q.val().iova0;
        self.rd.next.len = bits::<13>(8);
        self.rd.next.tag = bits::<8>(0);
        self.res_we.next = false;
        self.res_addr.next = bit_cast::<16, 4>(self.desc.q.val().resource)
            | (bit_cast::<16, 12>(self.desc.q.val().slot) << 3);
        self.res_data.next = self.found.q.val();
        self.err_valid.next = false;
        self.err_slot.next = self.desc.q.val().slot;
        self.err_event.next = bits::<8>(3);
        self.count_valid.next = false;
        self.count.next = self.read_error.val();

        // the mover
        self.is_atomic.next = self.desc.q.val().atomic.any();
        self.mover.clock.next = self.clock.val();
        self.mover.piece_src.next =
            self.desc.q.val().buf + self.desc.q.val().src_offset.get_bits::<12>(S);
        self.mover.piece_offset.next = self.desc.q.val().src_offset.get_bits::<S>(0);
        self.mover.piece_addr.next = self.desc.q.val().iova0;
        self.mover.piece_len.next = self.desc.q.val().len0;
        self.mover.piece_final.next = !self.desc.q.val().len1.any();
        self.mover.piece_inject.next = false;
        self.mover.piece_capture.next = false;
        self.mover.inject_data.next = self.desc.q.val().swap_add;
        if self.is_atomic.val() {
            self.mover.piece_len.next = bits::<14>(8);
            self.mover.piece_final.next = true;
        }
        self.offer.next = false;
        self.mover.fb_data.next = self.fb_data.val();
        self.fb_re.next = self.mover.fb_re.val();
        self.fb_addr.next = self.mover.fb_addr.val();
        self.wr_valid.next = self.mover.wr_valid.val();
        self.wr_addr.next = self.mover.wr_addr.val();
        self.wr_data.next = self.mover.wr_data.val();
        self.wr_strb.next = self.mover.wr_strb.val();
        self.wr_last.next = self.mover.wr_last.val();
        self.mover.wr_ready.next = self.wr_ready.val();
        self.reversed.next = bits::<64>(0);
        for i in 0..8 {
            self.byte.next = self.mover.captured_data.val().get_bits::<8>(8 * i);
            self.reversed.next = (self.reversed.val() << 8) | bit_cast::<64, 8>(self.byte.val());
        }

        // the 8 bytes in a bus word
        self.amount.next = bits::<9>(0);
        if W > 64 {
            self.amount.next = (bit_cast::<9, S>(self.desc.q.val().iova0.get_bits::<S>(0)) << 3)
                & bits::<9>(0x1c0);
        }
        self.read_value.next = bit_cast::<64, W>(self.rsp_data.val() >> self.amount.val());

        // back half: completion, answer, release
        self.settled.next = !self.pays.q.val() | self.paid.q.val().any();
        self.cqe_valid.next = false;
        self.cqe.next = self.cqe_held.q.val();
        self.cqe_go.next = self.settled.val();
        self.ans_valid.next = false;
        self.ans.next = self.ans_held.q.val();
        self.free_beats.next = self.beats.q.val();
        self.closing.next = false;
        self.counting.next = false;
        match self.back.q.val() {
            ExecBack::Idle => {}
            ExecBack::Complete => {
                self.cqe_valid.next = true;
                if self.cqe_ready.val() {
                    self.counting.next = self.cqe_held.q.val().opcode.get_bit(7)
                        & !self.cqe_held.q.val().status.any();
                    self.back.d.next = ExecBack::Finish;
                }
            }
            ExecBack::Finish => {
                self.ans_valid.next = self.settled.val() & self.ans_held.q.val().kind.any();
                if self.settled.val() & (self.ans_ready.val() | !self.ans_held.q.val().kind.any()) {
                    self.closing.next = true;
                    self.back.d.next = ExecBack::Idle;
                }
            }
        }
        self.free_valid.next = self.closing.val() & self.beats.q.val().any();
        self.token_out.next = self.closing.val() & self.token.q.val();
        self.back_free.next = self.closing.val() | (self.back.q.val() == ExecBack::Idle);
        if self.counting.val() {
            self.count_valid.next = true;
            self.count.next = self.recvs.val();
        }

        // front half
        self.retire.next = false;
        self.paying.next = self.moved.q.val();
        match self.front.q.val() {
            ExecFront::Idle => {
                self.x0_ready.next = true;
                self.x1_ready.next = !self.x0_valid.val();
                self.x2_ready.next = !self.x0_valid.val() & !self.x1_valid.val();
                self.moved.d.next = false;
                self.failed.d.next = false;
                if self.x0_valid.val() {
                    self.desc.d.next = self.x0.val();
                } else if self.x1_valid.val() {
                    self.desc.d.next.slot = self.x1.val().slot;
                    self.desc.d.next.beats = self.x1.val().beats;
                    self.desc.d.next.buf = self.x1.val().buf;
                    self.desc.d.next.src_offset = self.x1.val().src_offset;
                    self.desc.d.next.len0 = self.x1.val().len0;
                    self.desc.d.next.iova0 = self.x1.val().iova0;
                    self.desc.d.next.len1 = self.x1.val().len1;
                    self.desc.d.next.iova1 = self.x1.val().iova1;
                    self.desc.d.next.atomic = self.x1.val().atomic;
                    self.desc.d.next.cqe = self.x1.val().cqe;
                    self.desc.d.next.cq = self.x1.val().cq;
                    self.desc.d.next.cqe_qpn = self.x1.val().cqe_qpn;
                    self.desc.d.next.cqe_index = self.x1.val().cqe_index;
                    self.desc.d.next.cqe_opcode = self.x1.val().cqe_opcode;
                    self.desc.d.next.cqe_status = self.x1.val().cqe_status;
                    self.desc.d.next.cqe_len = self.x1.val().cqe_len;
                    self.desc.d.next.cqe_imm = self.x1.val().cqe_imm;
                    self.desc.d.next.cqe_flags = self.x1.val().cqe_flags;
                    self.desc.d.next.cqe_solicited = self.x1.val().cqe_solicited;
                    self.desc.d.next.answer = bits::<2>(0);
                    self.desc.d.next.token = bits::<1>(0);
                } else {
                    self.desc.d.next.slot = self.x2.val().slot;
                    self.desc.d.next.beats = self.x2.val().beats;
                    self.desc.d.next.len0 = bits::<14>(0);
                    self.desc.d.next.len1 = bits::<13>(0);
                    self.desc.d.next.atomic = bits::<2>(0);
                    self.desc.d.next.cqe = bits::<1>(0);
                    self.desc.d.next.answer = bits::<2>(0);
                    self.desc.d.next.token = bits::<1>(0);
                }
                if self.x0_valid.val() | self.x1_valid.val() | self.x2_valid.val() {
                    self.front.d.next = ExecFront::Move;
                }
            }
            ExecFront::Move => {
                if self.is_atomic.val() {
                    self.front.d.next = ExecFront::Drain;
                } else if self.desc.q.val().len0.any() {
                    self.offer.next = true;
                    if self.mover.piece_ready.val() {
                        self.moved.d.next = true;
                        self.paying.next = true;
                        if !self.desc.q.val().len1.any() {
                            self.retire.next = true;
                        }
                    }
                } else if !self.desc.q.val().len1.any() {
                    self.retire.next = true;
                }
                // the second piece becomes the first
                if !self.is_atomic.val()
                    & (self.mover.piece_ready.val() | !self.desc.q.val().len0.any())
                {
                    self.desc.d.next.len0 = bit_cast::<14, 13>(self.desc.q.val().len1);
                    self.desc.d.next.iova0 = self.desc.q.val().iova1;
                    self.desc.d.next.src_offset =
                        self.desc.q.val().src_offset + self.desc.q.val().len0;
                    self.desc.d.next.len1 = bits::<13>(0);
                }
            }
            ExecFront::Drain => {
                if self.mover.empty.val() {
                    self.front.d.next = ExecFront::Read;
                    if self.desc.q.val().atomic.all() {
                        self.front.d.next = ExecFront::Capture;
                    }
                }
            }
            ExecFront::Read => {
                self.rd_valid.next = true;
                if self.rd_ready.val() {
                    self.front.d.next = ExecFront::Wait;
                }
            }
            ExecFront::Wait => {
                if self.rsp_valid.val() {
                    self.found.d.next = self.read_value.val();
                    self.front.d.next = ExecFront::Compute;
                    if self.rsp_error.val() {
                        self.front.d.next = ExecFront::Fail;
                    }
                }
            }
            ExecFront::Compute => {
                self.same.d.next = self.found.q.val() == self.desc.q.val().compare;
                if self.desc.q.val().atomic.get_bit(1) {
                    self.desc.d.next.swap_add = self.found.q.val() + self.desc.q.val().swap_add;
                }
                self.front.d.next = ExecFront::Apply;
            }
            ExecFront::Apply => {
                self.res_we.next = true;
                self.front.d.next = ExecFront::Inject;
                if self.desc.q.val().atomic.get_bit(0) & !self.same.q.val() {
                    self.front.d.next = ExecFront::Retire;
                }
            }
            ExecFront::Fail => {
                self.err_valid.next = true;
                if self.err_ready.val() {
                    self.failed.d.next = true;
                    self.front.d.next = ExecFront::Retire;
                }
            }
            ExecFront::Capture => {
                self.offer.next = true;
                self.mover.piece_capture.next = true;
                if self.mover.piece_ready.val() {
                    self.front.d.next = ExecFront::Reverse;
                }
            }
            ExecFront::Reverse => {
                if self.mover.captured.val() {
                    self.desc.d.next.swap_add = self.reversed.val();
                    self.front.d.next = ExecFront::Inject;
                }
            }
            ExecFront::Inject => {
                self.offer.next = true;
                self.mover.piece_inject.next = true;
                self.mover.piece_offset.next = bits::<S>(0);
                if self.mover.piece_ready.val() {
                    self.moved.d.next = true;
                    self.front.d.next = ExecFront::Retire;
                }
            }
            ExecFront::Retire => {
                // an injected value stands in the descriptor until the mover has taken it
                if !self.is_atomic.val() | self.mover.empty.val() | !self.moved.q.val() {
                    self.retire.next = true;
                }
            }
        }
        self.mover.piece_valid.next = self.offer.val();

        // hand over to the back half, or wait for it
        if self.retire.val() {
            self.front.d.next = ExecFront::Retire;
            if self.back_free.val() {
                self.front.d.next = ExecFront::Idle;
                self.back.d.next = ExecBack::Finish;
                if self.desc.q.val().cqe.any() {
                    self.back.d.next = ExecBack::Complete;
                }
                self.pays.d.next = self.paying.val();
                self.beats.d.next = self.desc.q.val().beats;
                self.token.d.next = self.desc.q.val().token.any();
                self.cqe_held.d.next.slot = self.desc.q.val().slot;
                self.cqe_held.d.next.cq = self.desc.q.val().cq;
                self.cqe_held.d.next.qpn = self.desc.q.val().cqe_qpn;
                self.cqe_held.d.next.index = self.desc.q.val().cqe_index;
                self.cqe_held.d.next.opcode = self.desc.q.val().cqe_opcode;
                self.cqe_held.d.next.status = self.desc.q.val().cqe_status;
                self.cqe_held.d.next.len = self.desc.q.val().cqe_len;
                self.cqe_held.d.next.imm = self.desc.q.val().cqe_imm;
                self.cqe_held.d.next.flags = self.desc.q.val().cqe_flags;
                self.cqe_held.d.next.solicited = self.desc.q.val().cqe_solicited;
                self.ans_held.d.next.slot = self.desc.q.val().slot;
                self.ans_held.d.next.kind = self.desc.q.val().answer;
                self.ans_held.d.next.psn = self.desc.q.val().psn;
                self.ans_held.d.next.syndrome = self.desc.q.val().syndrome;
                self.ans_held.d.next.msn = self.desc.q.val().msn;
                self.ans_held.d.next.len = self.desc.q.val().answer_len;
                self.ans_held.d.next.iova = self.desc.q.val().answer_iova;
                self.ans_held.d.next.mr = self.desc.q.val().answer_mr;
                if self.is_atomic.val() {
                    self.ans_held.d.next.iova = self.found.q.val();
                }
                self.ans_held.d.next.resource = self.desc.q.val().resource;
                if self.failed.q.val() {
                    // the back half counts only while it is busy
                    self.count_valid.next = true;
                    self.ans_held.d.next.kind = bits::<2>(1);
                    self.ans_held.d.next.syndrome = bits::<8>(0x63);
                }
            }
        }

        // payloads handed over and not yet answered for
        if self.mover.done.val() & !(self.closing.val() & self.pays.q.val()) {
            self.paid.d.next = self.paid.q.val() + 1;
        } else if !self.mover.done.val() & self.closing.val() & self.pays.q.val() {
            self.paid.d.next = self.paid.q.val() - 1;
        }
    }
}
