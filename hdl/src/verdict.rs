//! What the responder does with a request: a pure function of (packet, configuration, responder context).
//!
//! # Theory of operation
//! Two stages. Stage 1 decodes the opcode and makes every comparison with its own adder; stage 2 orders the results:
//!
//! 1. PSN (signed 24-bit distance from ePSN): behind → duplicate; ahead → one sequence NAK, then silence (`nak_sent`).
//! 2. Only in-order packets are judged further; the first rule that is broken counts:
//!    FIRST/MIDDLE/LAST order → 0x61; operation not enabled, or READ/ATOMIC with `max_dest_rd_atomic` 0 → 0x61;
//!    payload length against path MTU, padding, RETH length > 2^31 → 0x61; memory region → 0x62;
//!    sum of a WRITE's payloads against its RETH, unaligned ATOMIC → 0x61; SEND longer than its buffers → 0x61, `too_long`.
//! 3. A READ or ATOMIC needs room in the response ring, else it is dropped as if it had been lost.
//!
//! A zero-length READ or WRITE has no key check. Raw queue pairs know no packets: each frame is a SEND ONLY that is accepted.
//! The receive work request is not this block's matter: `needs_recv` says that one is consumed if it is there (else RNR NAK),
//! and the first packet of a SEND is compared with its buffers by the responder.
//!
//! # Interfaces
//! `valid` with inputs in cycle t; `kind` (decoded opcode) from t+1, everything else from t+2. Inputs must stand in t only.
//! One question at a time, outputs hold until the next.

use crate::contract::{QpConfig, Responder};
use crate::ext_fields::ExtFields;
use crate::pipe::RxPacket;
use crate::record;
use rust_hdl::prelude::*;

/// What is done with a packet: the values of [`Ruling::action`].
pub mod action {
    /// Nothing, silently: ahead and already told so, not a request, or no room for a READ's answer.
    pub const DROP: u64 = 0;
    /// Executed.
    pub const ACCEPT: u64 = 1;
    /// Duplicate SEND or WRITE: acknowledged again.
    pub const REACK: u64 = 2;
    /// Duplicate READ: answered again if its resource is still known.
    pub const DUP_READ: u64 = 3;
    /// Duplicate ATOMIC: the stored result, if it is still known.
    pub const DUP_ATOMIC: u64 = 4;
    /// Ahead of ePSN: NAK 0x60.
    pub const SEQ_NAK: u64 = 5;
    /// NAK 0x60 + `nak`, and the queue pair goes to ERR.
    pub const FATAL: u64 = 6;
}

record! {
    /// A decoded request opcode.
    pub struct RequestKind {
        send: 1, write: 1, read: 1, atomic: 1,
        /// FIRST or ONLY; LAST or ONLY (READ and ATOMIC are both)
        starts: 1, ends: 1,
        imm: 1, inv: 1,
    }

    /// The verdict over one packet.
    pub struct Ruling {
        /// see [`action`]
        action: 3,
        /// FATAL: NAK code (1 invalid request, 2 remote access)
        nak: 2,
        /// FATAL because a SEND overran its buffers: the receive completes with a length error
        too_long: 1,
        /// ACCEPT takes a receive work request first
        needs_recv: 1,
        /// READ or ATOMIC dropped for want of room
        no_room: 1,
        /// bytes of the message up to and with this packet
        total: 32,
        /// PSNs the request takes: a READ takes those of its answer
        steps: 24,
    }
}

/// See the module's head. The response ring of a queue pair has `2^LX` entries.
#[derive(LogicBlock, Default)]
pub struct Verdict<const LX: usize> {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub pkt: Signal<In, RxPacket>,
    pub cfg: Signal<In, QpConfig>,
    pub ctx: Signal<In, Responder>,
    /// answers of this queue pair that the response engine has finished, low 8 bits
    pub tail: Signal<In, Bits<8>>,
    pub kind: Signal<Out, RequestKind>,
    pub ruling: Signal<Out, Ruling>,

    fields: ExtFields,
    asked: DFF<Bit>,
    decoded: DFF<RequestKind>,
    raw: DFF<Bit>,
    known: DFF<Bit>,
    expected: DFF<Bit>,
    behind: DFF<Bit>,
    silent: DFF<Bit>,
    invalid: DFF<Bit>,
    bad_key: DFF<Bit>,
    unaligned: DFF<Bit>,
    full: DFF<Bit>,
    sum: DFF<Bits<32>>,
    /// what `sum` must not exceed
    limit: DFF<Bits<32>>,
    /// RETH length plus path MTU minus one, and the path MTU's code
    rounded: DFF<Bits<32>>,
    mtu_code: DFF<Bits<3>>,
    result: DFF<Ruling>,

    opcode: Signal<Local, Bits<8>>,
    dec: Signal<Local, RequestKind>,
    request: Signal<Local, Bit>,
    reth: Signal<Local, Bit>,
    mtu: Signal<Local, Bits<13>>,
    payload: Signal<Local, Bits<13>>,
    exact: Signal<Local, Bit>,
    order_bad: Signal<Local, Bit>,
    access_bad: Signal<Local, Bit>,
    length_bad: Signal<Local, Bit>,
    huge: Signal<Local, Bit>,
    used: Signal<Local, Bits<8>>,
    no_room: Signal<Local, Bit>,
    ahead_of: Signal<Local, Bits<24>>,
    span: Signal<Local, Bits<24>>,
    over: Signal<Local, Bit>,
    sum_bad: Signal<Local, Bit>,
    long: Signal<Local, Bit>,
    act: Signal<Local, Bits<3>>,
    nak: Signal<Local, Bits<2>>,
}

impl<const LX: usize> Logic for Verdict<LX> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, asked, decoded, raw, known, expected, behind, silent, invalid, bad_key,
            unaligned, full, sum, limit, rounded, mtu_code, result
        );
        self.fields.ext.next = self.pkt.val().ext;

        // ---- stage 1: decode ----
        self.opcode.next = self.pkt.val().opcode;
        if self.cfg.val().raw.any() {
            self.opcode.next = bits::<8>(4);
        }
        self.request.next = !self.opcode.val().get_bits::<3>(5).any();
        self.dec.next.send = bits::<1>(0);
        self.dec.next.write = bits::<1>(0);
        self.dec.next.read = bits::<1>(0);
        self.dec.next.atomic = bits::<1>(0);
        self.dec.next.starts = bits::<1>(0);
        self.dec.next.ends = bits::<1>(0);
        self.dec.next.imm = bits::<1>(0);
        self.dec.next.inv = bits::<1>(0);
        match self.opcode.val().get_bits::<5>(0).index() {
            0 => {
                self.dec.next.send = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
            }
            1 => {
                self.dec.next.send = bits::<1>(1);
            }
            2 => {
                self.dec.next.send = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
            }
            3 => {
                self.dec.next.send = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
                self.dec.next.imm = bits::<1>(1);
            }
            4 => {
                self.dec.next.send = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
            }
            5 => {
                self.dec.next.send = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
                self.dec.next.imm = bits::<1>(1);
            }
            6 => {
                self.dec.next.write = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
            }
            7 => {
                self.dec.next.write = bits::<1>(1);
            }
            8 => {
                self.dec.next.write = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
            }
            9 => {
                self.dec.next.write = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
                self.dec.next.imm = bits::<1>(1);
            }
            10 => {
                self.dec.next.write = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
            }
            11 => {
                self.dec.next.write = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
                self.dec.next.imm = bits::<1>(1);
            }
            12 => {
                self.dec.next.read = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
            }
            19 => {
                self.dec.next.atomic = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
            }
            20 => {
                self.dec.next.atomic = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
            }
            22 => {
                self.dec.next.send = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
                self.dec.next.inv = bits::<1>(1);
            }
            23 => {
                self.dec.next.send = bits::<1>(1);
                self.dec.next.starts = bits::<1>(1);
                self.dec.next.ends = bits::<1>(1);
                self.dec.next.inv = bits::<1>(1);
            }
            _ => {
                self.request.next = false;
            }
        }
        self.reth.next =
            (self.dec.val().write & self.dec.val().starts).any() | self.dec.val().read.any();

        // ---- stage 1: each rule for itself ----
        self.mtu.next = bits::<13>(4096);
        match self.cfg.val().path_mtu.index() {
            1 => {
                self.mtu.next = bits::<13>(256);
            }
            2 => {
                self.mtu.next = bits::<13>(512);
            }
            3 => {
                self.mtu.next = bits::<13>(1024);
            }
            4 => {
                self.mtu.next = bits::<13>(2048);
            }
            _ => {}
        }
        self.payload.next = self.pkt.val().payload_len;
        self.exact.next = self.payload.val() == self.mtu.val();
        // op_state: 0 between messages, 1 inside a SEND, 2 inside a WRITE
        if self.ctx.val().op_state == bits::<2>(0) {
            self.order_bad.next = !self.dec.val().starts.any();
        } else {
            self.order_bad.next = self.dec.val().starts.any()
                | !(((self.ctx.val().op_state == bits::<2>(1)) & self.dec.val().send.any())
                    | ((self.ctx.val().op_state == bits::<2>(2)) & self.dec.val().write.any()));
        }
        self.access_bad.next = (self.dec.val().write & !self.cfg.val().remote_write).any()
            | (self.dec.val().read & !self.cfg.val().remote_read).any()
            | (self.dec.val().atomic & !self.cfg.val().remote_atomic).any()
            | ((self.dec.val().read | self.dec.val().atomic).any()
                & !self.cfg.val().max_dest_rd_atomic.any());
        if (self.dec.val().read | self.dec.val().atomic).any() {
            self.length_bad.next = self.payload.val().any();
        } else if !self.dec.val().ends.any() {
            self.length_bad.next = !self.exact.val();
        } else {
            self.length_bad.next = (self.payload.val() > self.mtu.val())
                | (!self.dec.val().starts.any() & !self.payload.val().any());
        }
        self.huge.next = self.reth.val()
            & self.fields.len.val().get_bit(31)
            & self.fields.len.val().get_bits::<31>(0).any();
        self.used.next = self.ctx.val().rsp_pushed - self.tail.val();
        self.no_room.next = false;
        for i in LX..8 {
            if self.used.val().get_bit(i) {
                self.no_room.next = true;
            }
        }
        self.ahead_of.next = self.pkt.val().psn - self.ctx.val().epsn;

        self.asked.d.next = self.valid.val();
        if self.valid.val() {
            self.decoded.d.next = self.dec.val();
            self.raw.d.next = self.cfg.val().raw.any();
            self.known.d.next = self.request.val();
            self.expected.d.next = !self.ahead_of.val().any();
            self.behind.d.next = self.ahead_of.val().get_bit(23);
            self.silent.d.next = self.ctx.val().nak_sent.any();
            self.invalid.d.next = self.order_bad.val()
                | self.access_bad.val()
                | self.length_bad.val()
                | self.huge.val()
                | (self.payload.val().get_bits::<2>(0) + self.pkt.val().pad).any();
            self.bad_key.d.next = !self.pkt.val().mr_ok.any()
                & ((self.reth.val() & self.fields.len.val().any()) | self.dec.val().atomic.any());
            self.unaligned.d.next =
                self.dec.val().atomic.any() & self.fields.va.val().get_bits::<3>(0).any();
            self.full.d.next = self.no_room.val();
            self.mtu_code.d.next = self.cfg.val().path_mtu;
            self.rounded.d.next = self.fields.len.val() + bit_cast::<32, 13>(self.mtu.val() - 1);
            self.limit.d.next = self.ctx.val().msg_len;
            self.sum.d.next = self.ctx.val().offset + bit_cast::<32, 13>(self.payload.val());
            if self.dec.val().starts.any() {
                self.limit.d.next = self.fields.len.val();
                self.sum.d.next = bit_cast::<32, 13>(self.payload.val());
            }
        }
        self.kind.next = self.decoded.q.val();

        // ---- stage 2 ----
        self.over.next = self.sum.q.val() > self.limit.q.val();
        self.sum_bad.next = self.decoded.q.val().write.any()
            & (self.over.val()
                | (self.decoded.q.val().ends.any() & (self.sum.q.val() != self.limit.q.val())));
        self.long.next =
            (self.decoded.q.val().send & !self.decoded.q.val().starts).any() & self.over.val();
        self.span.next = bits::<24>(0);
        if self.decoded.q.val().read.any() {
            self.span.next = bit_cast::<24, 20>(self.rounded.q.val().get_bits::<20>(12));
            match self.mtu_code.q.val().index() {
                1 => {
                    self.span.next = self.rounded.q.val().get_bits::<24>(8);
                }
                2 => {
                    self.span.next = bit_cast::<24, 23>(self.rounded.q.val().get_bits::<23>(9));
                }
                3 => {
                    self.span.next = bit_cast::<24, 22>(self.rounded.q.val().get_bits::<22>(10));
                }
                4 => {
                    self.span.next = bit_cast::<24, 21>(self.rounded.q.val().get_bits::<21>(11));
                }
                _ => {}
            }
        }
        if !self.span.val().any() {
            self.span.next = bits::<24>(1);
        }
        self.nak.next = bits::<2>(1);
        if !self.invalid.q.val() & self.bad_key.q.val() {
            self.nak.next = bits::<2>(2);
        }
        // the numbers are those of `action`
        self.act.next = bits::<3>(0);
        if self.raw.q.val() {
            self.act.next = bits::<3>(1);
        } else if self.known.q.val() {
            if self.expected.q.val() {
                if self.invalid.q.val()
                    | self.bad_key.q.val()
                    | self.sum_bad.val()
                    | self.unaligned.q.val()
                    | self.long.val()
                {
                    self.act.next = bits::<3>(6);
                } else if !(self.full.q.val()
                    & (self.decoded.q.val().read | self.decoded.q.val().atomic).any())
                {
                    self.act.next = bits::<3>(1);
                }
            } else if self.behind.q.val() {
                self.act.next = bits::<3>(2);
                if self.decoded.q.val().read.any() {
                    self.act.next = bits::<3>(3);
                    if self.full.q.val() {
                        self.act.next = bits::<3>(0);
                    }
                } else if self.decoded.q.val().atomic.any() {
                    self.act.next = bits::<3>(4);
                    if self.full.q.val() {
                        self.act.next = bits::<3>(0);
                    }
                }
            } else if !self.silent.q.val() {
                self.act.next = bits::<3>(5);
            }
        }
        if self.asked.q.val() {
            self.result.d.next.action = self.act.val();
            self.result.d.next.nak = self.nak.val();
            self.result.d.next.too_long =
                (!self.invalid.q.val() & !self.bad_key.q.val() & self.long.val()).into();
            self.result.d.next.needs_recv = (self.decoded.q.val().send
                & self.decoded.q.val().starts)
                | (self.decoded.q.val().write & self.decoded.q.val().imm);
            self.result.d.next.no_room = (self.full.q.val()
                & (self.expected.q.val() | self.behind.q.val())
                & (self.decoded.q.val().read | self.decoded.q.val().atomic).any())
            .into();
            self.result.d.next.total = self.sum.q.val();
            self.result.d.next.steps = self.span.val();
        }
        self.ruling.next = self.result.q.val();
    }
}
