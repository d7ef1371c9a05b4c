//! Payload fetch of the transmit path.
//!
//! # Theory of operation
//! Takes packet descriptors from the response engine and the requester in turn, reads their payload out of host memory
//! into the slots of a ring buffer, and passes the descriptors on in order. It never waits for an answer: what bounds the
//! reads in flight is the number of slots (latency x bandwidth: 32 slots of 512 bytes at 64 bits, 64 at 512).
//!
//! * A read never crosses a 512-byte boundary and fills one slot; the slot's number is the read's tag. Slots are taken
//!   and freed in ring order; answers may come out of order across tags.
//! * A slot holds the bus words as they came: the first word is the one that contains the first byte. `frame_tx`
//!   walks the pieces again by the same rule and so needs only the low nine address bits.
//! * A slot is full when the lap bit of its status equals the lap in which it was taken. The status memory is cleared in
//!   the first `2^LS` cycles after reset.
//! * Inline payload travels in a queue of its own beside the descriptors, so that these stay narrow.
//!
//! # Interfaces
//! * `t0`, `t1`, `token`: valid/ready; see [`crate::transmit`].
//! * `rd_*` with the slot as tag; `rsp_*` always taken, since the slot was reserved. An error marks the slot.
//! * `fd`: descriptors in order; `inline_data` with those that are inline. `ask` → `ask_full`, `ask_error`: has this slot arrived?
//!   Combinational. `buf_re`, `buf_addr` → `buf_data` in the next cycle: the slots. `free_valid`, `free_count`: the oldest slots are done with.

use crate::fifo::{BlockFifo, Fifo};
use crate::mem::{AsyncRam, Ram};
use crate::pipe::*;
use rust_hdl::prelude::*;

/// * `W`: bus bits; `LS`: log2 of the slots, `LS1 = LS + 1`; `LW`: log2 of the bus words in a slot (512 bytes); `LA = LS + LW`;
/// * `LF`: log2 of the descriptors in flight, `LF1 = LF + 1`.
#[derive(LogicBlock)]
pub struct TxFetch<
    const W: usize,
    const LS: usize,
    const LS1: usize,
    const LW: usize,
    const LA: usize,
    const LF: usize,
    const LF1: usize,
> {
    pub clock: Signal<In, Clock>,
    // packets of the response engine: one piece, never inline, at most 12 bytes of extension headers
    pub t0_valid: Signal<In, Bit>,
    pub t0: Signal<In, TxDesc>,
    pub t0_ready: Signal<Out, Bit>,
    // packets of the requester
    pub t1_valid: Signal<In, Bit>,
    pub t1: Signal<In, TxDesc>,
    pub t1_ready: Signal<Out, Bit>,
    // drain token from the command unit
    pub token_valid: Signal<In, Bit>,
    pub token_ready: Signal<Out, Bit>,
    // host reads
    pub rd_valid: Signal<Out, Bit>,
    pub rd: Signal<Out, ReadReq>,
    pub rd_ready: Signal<In, Bit>,
    pub rsp_valid: Signal<In, Bit>,
    pub rsp_data: Signal<In, Bits<W>>,
    pub rsp_tag: Signal<In, Bits<8>>,
    pub rsp_last: Signal<In, Bit>,
    pub rsp_error: Signal<In, Bit>,
    // to frame_tx
    pub fd_valid: Signal<Out, Bit>,
    pub fd: Signal<Out, FrameDesc>,
    pub fd_ready: Signal<In, Bit>,
    pub inline_valid: Signal<Out, Bit>,
    pub inline_data: Signal<Out, Bits<256>>,
    pub inline_ready: Signal<In, Bit>,
    /// slot that frame_tx asks about, with its lap bit on top
    pub ask: Signal<In, Bits<LS1>>,
    pub ask_full: Signal<Out, Bit>,
    pub ask_error: Signal<Out, Bit>,
    pub buf_re: Signal<In, Bit>,
    pub buf_addr: Signal<In, Bits<LA>>,
    pub buf_data: Signal<Out, Bits<W>>,
    /// slots that frame_tx has done with
    pub free_valid: Signal<In, Bit>,
    pub free_count: Signal<In, Bits<6>>,

    descs: BlockFifo<FrameDesc, LF, LF1>,
    inlines: Fifo<Bits<256>, 4, 5>,
    buffer: Ram<Bits<W>, LA>,
    status: AsyncRam<SlotStatus, LS>,

    /// status memory is being cleared while the top bit is 0
    clearing: DFF<Bits<LS1>>,
    /// 0: choose a packet, 1: first piece, 2: second piece
    state: DFF<Bits<2>>,
    /// who is first at the next choice: 0 response engine, 1 requester
    turn: DFF<Bit>,
    addr: DFF<Bits<64>>,
    left: DFF<Bits<14>>,
    addr1: DFF<Bits<64>>,
    left1: DFF<Bits<13>>,
    /// next slot to take, with its lap bit on top; starts in lap 1
    take: DFFWithInit<Bits<LS1>>,
    /// oldest slot in use
    oldest: DFFWithInit<Bits<LS1>>,
    // the answer, registered
    a_valid: DFF<Bit>,
    a_data: DFF<Bits<W>>,
    a_slot: DFF<Bits<LS>>,
    a_last: DFF<Bit>,
    a_error: DFF<Bit>,
    word: DFF<Bits<LW>>,
    spoiled: DFF<Bit>,

    lw: Constant<Bits<4>>,
    ready: Signal<Local, Bit>,
    pick0: Signal<Local, Bit>,
    pick1: Signal<Local, Bit>,
    pick_token: Signal<Local, Bit>,
    room: Signal<Local, Bit>,
    used: Signal<Local, Bits<LS1>>,
    to_edge: Signal<Local, Bits<14>>,
    chunk: Signal<Local, Bits<14>>,
    last_chunk: Signal<Local, Bit>,
    issue: Signal<Local, Bit>,
    to: Signal<Local, FrameDesc>,
    taken_lap: Signal<Local, Bit>,
    write_status: Signal<Local, SlotStatus>,
    read_status: Signal<Local, SlotStatus>,
    req: Signal<Local, ReadReq>,
    base0: Signal<Local, Bits<64>>,
    base1: Signal<Local, Bits<64>>,
    s0: Signal<Local, TxDesc>,
    s1: Signal<Local, TxDesc>,
}

impl<
    const W: usize,
    const LS: usize,
    const LS1: usize,
    const LW: usize,
    const LA: usize,
    const LF: usize,
    const LF1: usize,
> Default for TxFetch<W, LS, LS1, LW, LA, LF, LF1>
{
    fn default() -> Self {
        assert!(
            W << LW == 512 * 8,
            "2^LW bus words make a slot of 512 bytes"
        );
        assert!(LS1 == LS + 1 && LA == LS + LW && LF1 == LF + 1 && LS <= 6);
        let lap_one = Bits::<LS1>::from(1u64 << LS);
        Self {
            clock: Default::default(),
            t0_valid: Default::default(),
            t0: Default::default(),
            t0_ready: Default::default(),
            t1_valid: Default::default(),
            t1: Default::default(),
            t1_ready: Default::default(),
            token_valid: Default::default(),
            token_ready: Default::default(),
            rd_valid: Default::default(),
            rd: Default::default(),
            rd_ready: Default::default(),
            rsp_valid: Default::default(),
            rsp_data: Default::default(),
            rsp_tag: Default::default(),
            rsp_last: Default::default(),
            rsp_error: Default::default(),
            fd_valid: Default::default(),
            fd: Default::default(),
            fd_ready: Default::default(),
            inline_valid: Default::default(),
            inline_data: Default::default(),
            inline_ready: Default::default(),
            ask: Default::default(),
            ask_full: Default::default(),
            ask_error: Default::default(),
            buf_re: Default::default(),
            buf_addr: Default::default(),
            buf_data: Default::default(),
            free_valid: Default::default(),
            free_count: Default::default(),
            descs: Default::default(),
            inlines: Default::default(),
            buffer: Default::default(),
            status: Default::default(),
            clearing: Default::default(),
            state: Default::default(),
            turn: Default::default(),
            addr: Default::default(),
            left: Default::default(),
            addr1: Default::default(),
            left1: Default::default(),
            take: DFFWithInit::new(lap_one),
            oldest: DFFWithInit::new(lap_one),
            a_valid: Default::default(),
            a_data: Default::default(),
            a_slot: Default::default(),
            a_last: Default::default(),
            a_error: Default::default(),
            word: Default::default(),
            spoiled: Default::default(),
            lw: Constant::new((LW as u64).into()),
            ready: Default::default(),
            pick0: Default::default(),
            pick1: Default::default(),
            pick_token: Default::default(),
            room: Default::default(),
            used: Default::default(),
            to_edge: Default::default(),
            chunk: Default::default(),
            last_chunk: Default::default(),
            issue: Default::default(),
            to: Default::default(),
            taken_lap: Default::default(),
            write_status: Default::default(),
            read_status: Default::default(),
            req: Default::default(),
            base0: Default::default(),
            base1: Default::default(),
            s0: Default::default(),
            s1: Default::default(),
        }
    }
}

impl<
    const W: usize,
    const LS: usize,
    const LS1: usize,
    const LW: usize,
    const LA: usize,
    const LF: usize,
    const LF1: usize,
> Logic for TxFetch<W, LS, LS1, LW, LA, LF, LF1>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _LS in LS..LS {}
        dff_setup!(
            self, clock, clearing, state, turn, addr, left, addr1, left1, take, oldest, a_valid,
            a_data, a_slot, a_last, a_error, word, spoiled
        );
        clock!(self, clock, descs, inlines, buffer, status);
        if !self.clearing.q.val().get_bit(LS) {
            self.clearing.d.next = self.clearing.q.val() + 1;
        }

        // choose a packet
        self.s0.next = self.t0.val();
        self.s1.next = self.t1.val();
        self.ready.next = (self.state.q.val() == 0)
            & self.clearing.q.val().get_bit(LS)
            & self.descs.in_ready.val()
            & self.inlines.in_ready.val();
        self.pick0.next =
            self.ready.val() & self.t0_valid.val() & (!self.turn.q.val() | !self.t1_valid.val());
        self.pick1.next = self.ready.val() & self.t1_valid.val() & !self.pick0.val();
        self.pick_token.next =
            self.ready.val() & self.token_valid.val() & !self.pick0.val() & !self.pick1.val();
        self.t0_ready.next = self.pick0.val();
        self.t1_ready.next = self.pick1.val();
        self.token_ready.next = self.pick_token.val();
        // what only the requester uses is not multiplexed
        self.to.next.kind = self.s1.val().kind;
        self.to.next.request = self.s1.val().request & bit_cast::<1, 1>(self.pick1.val().into());
        self.to.next.slot = self.s1.val().slot;
        self.to.next.ipv6 = self.s1.val().ipv6;
        self.to.next.opcode = self.s1.val().opcode;
        self.to.next.solicited = self.s1.val().solicited;
        self.to.next.ack_req = self.s1.val().ack_req;
        self.to.next.pkey = self.s1.val().pkey;
        self.to.next.dest_qpn = self.s1.val().dest_qpn;
        self.to.next.psn = self.s1.val().psn;
        self.to.next.ext_len = self.s1.val().ext_len;
        self.to.next.ext = self.s1.val().ext;
        self.to.next.inlined = self.s1.val().inlined & bit_cast::<1, 1>(self.pick1.val().into());
        self.base0.next = self.s1.val().iova0;
        self.base1.next = self.s1.val().iova1;
        self.to.next.len0 = self.s1.val().len0;
        self.to.next.off0 = self.s1.val().iova0.get_bits::<9>(0);
        self.to.next.len1 = self.s1.val().len1;
        self.to.next.off1 = self.s1.val().iova1.get_bits::<9>(0);
        if self.pick0.val() {
            self.to.next.kind = self.s0.val().kind;
            self.to.next.slot = self.s0.val().slot;
            self.to.next.ipv6 = self.s0.val().ipv6;
            self.to.next.opcode = self.s0.val().opcode;
            self.to.next.solicited = self.s0.val().solicited;
            self.to.next.ack_req = self.s0.val().ack_req;
            self.to.next.pkey = self.s0.val().pkey;
            self.to.next.dest_qpn = self.s0.val().dest_qpn;
            self.to.next.psn = self.s0.val().psn;
            self.to.next.ext_len = self.s0.val().ext_len;
            self.to.next.ext = ((self.s1.val().ext >> 96) << 96)
                | bit_cast::<224, 96>(self.s0.val().ext.get_bits::<96>(0));
            self.base0.next = self.s0.val().iova0;
            self.to.next.len0 = self.s0.val().len0;
            self.to.next.off0 = self.s0.val().iova0.get_bits::<9>(0);
            self.to.next.len1 = bits::<13>(0);
        }
        if self.pick_token.val() {
            self.to.next.kind = bits::<2>(3);
            self.to.next.len0 = bits::<14>(0);
            self.to.next.len1 = bits::<13>(0);
        }
        self.descs.in_data.next = self.to.val();
        self.descs.in_valid.next = self.pick0.val() | self.pick1.val() | self.pick_token.val();
        self.inlines.in_data.next = self.s1.val().inline_data;
        // an empty payload is not taken out again
        self.inlines.in_valid.next =
            self.pick1.val() & (self.s1.val().inlined == 1) & self.s1.val().len0.any();

        // read requests, one 512-byte block at a time
        self.used.next = self.take.q.val() - self.oldest.q.val();
        self.room.next = !self.used.val().get_bit(LS);
        self.to_edge.next = bits::<14>(512) - bit_cast::<14, 9>(self.addr.q.val().get_bits::<9>(0));
        self.last_chunk.next = self.left.q.val() <= self.to_edge.val();
        self.chunk.next = self.to_edge.val();
        if self.last_chunk.val() {
            self.chunk.next = self.left.q.val();
        }
        self.req.next.addr = self.addr.q.val();
        self.req.next.len = self.chunk.val().get_bits::<13>(0);
        self.req.next.tag = bit_cast::<8, LS>(self.take.q.val().get_bits::<LS>(0));
        self.rd.next = self.req.val();
        self.rd_valid.next = (self.state.q.val() != 0) & self.room.val();
        self.issue.next = (self.state.q.val() != 0) & self.room.val() & self.rd_ready.val();
        if self.issue.val() {
            self.take.d.next = self.take.q.val() + 1;
            self.left.d.next = self.left.q.val() - self.chunk.val();
            self.addr.d.next = bit_cast::<64, 55>(self.addr.q.val().get_bits::<55>(9) + 1) << 9;
            if self.last_chunk.val() {
                self.addr.d.next = self.addr1.q.val();
                self.left.d.next = bit_cast::<14, 13>(self.left1.q.val());
                self.left1.d.next = bits::<13>(0);
                self.state.d.next = bits::<2>(2);
                if self.left1.q.val() == 0 {
                    self.state.d.next = bits::<2>(0);
                }
            }
        }
        if self.pick0.val() | self.pick1.val() {
            self.turn.d.next = self.pick0.val();
            self.addr.d.next = self.base0.val();
            self.left.d.next = self.to.val().len0;
            self.addr1.d.next = self.base1.val();
            self.left1.d.next = self.to.val().len1;
            if (self.to.val().inlined == 0) & (self.to.val().len0 != 0) {
                self.state.d.next = bits::<2>(1);
            }
        }

        // answers
        self.a_valid.d.next = self.rsp_valid.val();
        self.a_data.d.next = self.rsp_data.val();
        self.a_slot.d.next = self.rsp_tag.val().get_bits::<LS>(0);
        self.a_last.d.next = self.rsp_last.val();
        self.a_error.d.next = self.rsp_error.val();
        self.buffer.we.next = self.a_valid.q.val();
        self.buffer.wa.next = (bit_cast::<LA, LS>(self.a_slot.q.val()) << self.lw.val())
            | bit_cast::<LA, LW>(self.word.q.val());
        self.buffer.wd.next = self.a_data.q.val();
        if self.a_valid.q.val() {
            self.word.d.next = self.word.q.val() + 1;
            self.spoiled.d.next = self.spoiled.q.val() | self.a_error.q.val();
            if self.a_last.q.val() {
                self.word.d.next = bits::<LW>(0);
                self.spoiled.d.next = false;
            }
        }
        // slots below `take` were taken in its lap, the others in the lap before
        self.taken_lap.next = self.take.q.val().get_bit(LS);
        if self.a_slot.q.val() >= self.take.q.val().get_bits::<LS>(0) {
            self.taken_lap.next = !self.take.q.val().get_bit(LS);
        }
        self.write_status.next.lap = bit_cast::<1, 1>(self.taken_lap.val().into());
        self.write_status.next.error =
            bit_cast::<1, 1>((self.spoiled.q.val() | self.a_error.q.val()).into());
        self.status.wa.next = self.a_slot.q.val();
        self.status.wd.next = self.write_status.val();
        self.status.we.next = self.a_valid.q.val() & self.a_last.q.val();
        if !self.clearing.q.val().get_bit(LS) {
            self.status.wa.next = self.clearing.q.val().get_bits::<LS>(0);
            self.status.wd.next.lap = bits::<1>(0);
            self.status.wd.next.error = bits::<1>(0);
            self.status.we.next = true;
        }

        // frame_tx's side
        self.fd_valid.next = self.descs.out_valid.val();
        self.fd.next = self.descs.out_data.val();
        self.descs.out_ready.next = self.fd_ready.val();
        self.inline_valid.next = self.inlines.out_valid.val();
        self.inline_data.next = self.inlines.out_data.val();
        self.inlines.out_ready.next = self.inline_ready.val();
        self.status.ra.next = self.ask.val().get_bits::<LS>(0);
        self.read_status.next = self.status.rd.val();
        self.ask_full.next = self.read_status.val().lap.get_bit(0) == self.ask.val().get_bit(LS);
        self.ask_error.next = self.read_status.val().error.get_bit(0);
        self.buffer.re.next = self.buf_re.val();
        self.buffer.ra.next = self.buf_addr.val();
        self.buf_data.next = self.buffer.rd.val();
        if self.free_valid.val() {
            self.oldest.d.next = self.oldest.q.val() + bit_cast::<LS1, 6>(self.free_count.val());
        }
    }
}
