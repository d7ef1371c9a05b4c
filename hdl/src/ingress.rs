//! Merges the wire and the loopback stream, whole frame by whole frame, into the one stream of `frame_rx`.
//!
//! # Theory of operation
//! The wire cannot wait, so its beats go through a queue of `2^A` beats (two largest frames); loopback frames wait at their
//! source. At a frame boundary the queue goes first if the loopback has nothing, or if both wait and the queue is more
//! than half full; else they take turns, and a wire frame that has not arrived whole lets the loopback go ahead, because a slow
//! wire would hold up the output. Frames are passed on as they arrive (cut through).
//!
//! *Overflow.* A wire frame that does not fit is dropped whole and counted. If beats of it have already gone in, possibly
//! already come out, its first beat that does not fit is replaced by the abort mark: `last` with no byte enabled. One beat of the
//! queue is kept free for that. `frame_rx` drops aborted frames without counting them again; a MAC may use the same mark for a bad FCS.
//!
//! # Interfaces
//! * `wire_*`: a beat whenever `wire_valid`; `wire_keep` is read with `wire_last` only, contiguous from bit 0.
//! * `loop_*`: valid/ready; ready does not depend on valid.
//! * `out_*`: no ready, the receiver takes a beat a cycle. Wire to output 3 cycles; loopback to output combinational. Frames of either
//!   follow each other without a bubble.
//! * `count`: `rx_ingress_overflow`.

use crate::counter;
use crate::fifo::BlockFifo;
use crate::keep::{CountKeep, keep_count_map};
use crate::xor::XorMatrix;
use rust_hdl::prelude::*;

/// The merge. `B = W / 8`, `X = W + 8`, `A1 = A + 1`.
#[derive(LogicBlock)]
pub struct Ingress<const W: usize, const B: usize, const X: usize, const A: usize, const A1: usize>
{
    pub clock: Signal<In, Clock>,
    pub wire_valid: Signal<In, Bit>,
    pub wire_last: Signal<In, Bit>,
    pub wire_data: Signal<In, Bits<W>>,
    pub wire_keep: Signal<In, Bits<B>>,
    pub loop_valid: Signal<In, Bit>,
    pub loop_ready: Signal<Out, Bit>,
    pub loop_last: Signal<In, Bit>,
    pub loop_data: Signal<In, Bits<W>>,
    pub loop_keep: Signal<In, Bits<B>>,
    pub out_valid: Signal<Out, Bit>,
    pub out_last: Signal<Out, Bit>,
    pub out_data: Signal<Out, Bits<W>>,
    pub out_keep: Signal<Out, Bits<B>>,
    pub count: Signal<Out, Bits<8>>,
    pub count_valid: Signal<Out, Bit>,
    /// a beat: last in bit 0, valid bytes in bits 7..1, data above
    queue: BlockFifo<Bits<X>, A, A1>,
    counter: XorMatrix<B, 7>,
    expand: CountKeep<B>,
    /// beats in the queue and its output registers
    level: DFF<Bits<A1>>,
    /// whole frames in there
    frames: DFF<Bits<A1>>,
    /// beats of the current wire frame have gone in
    inside: DFF<Bit>,
    dropping: DFF<Bit>,
    overflow: DFF<Bit>,
    /// output is inside a frame, of the loopback
    busy: DFF<Bit>,
    from_loop: DFF<Bit>,
    /// whose turn it is
    loop_turn: DFF<Bit>,
    /// 2^A - 1
    room_limit: Constant<Bits<A1>>,
    event: Constant<Bits<8>>,
    room: Signal<Local, Bit>,
    bytes: Signal<Local, Bits<7>>,
    put: Signal<Local, Bit>,
    put_last: Signal<Local, Bit>,
    pop: Signal<Local, Bit>,
    head_last: Signal<Local, Bit>,
    crowded: Signal<Local, Bit>,
    grant: Signal<Local, Bit>,
    take_loop: Signal<Local, Bit>,
    beat_valid: Signal<Local, Bit>,
    beat_last: Signal<Local, Bit>,
}

/// [`Ingress`] for the widths there are: 16 KiB.
pub type Ingress64 = Ingress<64, 8, 72, 11, 12>;
pub type Ingress512 = Ingress<512, 64, 520, 8, 9>;

impl<const W: usize, const B: usize, const X: usize, const A: usize, const A1: usize> Default
    for Ingress<W, B, X, A, A1>
{
    fn default() -> Self {
        assert!(W == 8 * B && X == W + 8, "B must be W / 8, X must be W + 8");
        Self {
            clock: Default::default(),
            wire_valid: Default::default(),
            wire_last: Default::default(),
            wire_data: Default::default(),
            wire_keep: Default::default(),
            loop_valid: Default::default(),
            loop_ready: Default::default(),
            loop_last: Default::default(),
            loop_data: Default::default(),
            loop_keep: Default::default(),
            out_valid: Default::default(),
            out_last: Default::default(),
            out_data: Default::default(),
            out_keep: Default::default(),
            count: Default::default(),
            count_valid: Default::default(),
            queue: Default::default(),
            counter: XorMatrix::new(keep_count_map(B)),
            expand: Default::default(),
            level: Default::default(),
            frames: Default::default(),
            inside: Default::default(),
            dropping: Default::default(),
            overflow: Default::default(),
            busy: Default::default(),
            from_loop: Default::default(),
            loop_turn: Default::default(),
            room_limit: Constant::new(((1u64 << A) - 1).to_bits()),
            event: Constant::new(counter::RX_INGRESS_OVERFLOW.to_bits()),
            room: Default::default(),
            bytes: Default::default(),
            put: Default::default(),
            put_last: Default::default(),
            pop: Default::default(),
            head_last: Default::default(),
            crowded: Default::default(),
            grant: Default::default(),
            take_loop: Default::default(),
            beat_valid: Default::default(),
            beat_last: Default::default(),
        }
    }
}

impl<const W: usize, const B: usize, const X: usize, const A: usize, const A1: usize> Logic
    for Ingress<W, B, X, A, A1>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _A in A..A {}
        dff_setup!(
            self, clock, level, frames, inside, dropping, overflow, busy, from_loop, loop_turn
        );
        self.queue.clock.next = self.clock.val();

        // wire into the queue
        self.counter.enable.next = self.wire_valid.val();
        self.counter.x.next = self.wire_keep.val();
        self.room.next = self.level.q.val() < self.room_limit.val();
        self.put.next = false;
        self.put_last.next = self.wire_last.val();
        self.bytes.next = self.counter.y.val();
        self.overflow.d.next = false;
        if self.wire_valid.val() {
            if self.dropping.q.val() {
                self.dropping.d.next = !self.wire_last.val();
            } else if self.room.val() {
                self.put.next = true;
                self.inside.d.next = !self.wire_last.val();
            } else {
                // the last free beat is for the abort mark
                self.put.next = self.inside.q.val();
                self.put_last.next = true;
                self.bytes.next = bits::<7>(0);
                self.inside.d.next = false;
                self.dropping.d.next = !self.wire_last.val();
                self.overflow.d.next = true;
            }
        }
        self.queue.in_valid.next = self.put.val();
        self.queue.in_data.next = (bit_cast::<X, W>(self.wire_data.val()) << 8)
            | (bit_cast::<X, 7>(self.bytes.val()) << 1)
            | bit_cast::<X, 1>(self.put_last.val().into());

        // who goes next
        self.crowded.next = self.level.q.val().get_bit(A) | self.level.q.val().get_bit(A - 1);
        self.grant.next = !self.queue.out_valid.val()
            | (!self.crowded.val() & (self.loop_turn.q.val() | (self.frames.q.val() == 0)));
        if self.busy.q.val() {
            self.grant.next = self.from_loop.q.val();
        }
        self.loop_ready.next = self.grant.val();
        self.take_loop.next = self.grant.val() & (self.loop_valid.val() | self.busy.q.val());

        // output
        self.head_last.next = self.queue.out_data.val().get_bit(0);
        self.expand.bytes.next = self.queue.out_data.val().get_bits::<7>(1);
        self.queue.out_ready.next = !self.take_loop.val();
        self.pop.next = self.queue.out_valid.val() & !self.take_loop.val();
        self.beat_valid.next = self.queue.out_valid.val();
        self.beat_last.next = self.head_last.val();
        self.out_data.next = self.queue.out_data.val().get_bits::<W>(8);
        self.out_keep.next = self.expand.keep.val();
        if self.take_loop.val() {
            self.beat_valid.next = self.loop_valid.val();
            self.beat_last.next = self.loop_last.val();
            self.out_data.next = self.loop_data.val();
            self.out_keep.next = self.loop_keep.val();
        }
        self.out_valid.next = self.beat_valid.val();
        self.out_last.next = self.beat_last.val();
        if self.beat_valid.val() {
            self.busy.d.next = !self.beat_last.val();
            self.from_loop.d.next = self.take_loop.val();
            self.loop_turn.d.next = !self.take_loop.val();
        }

        // how much waits
        if self.put.val() & !self.pop.val() {
            self.level.d.next = self.level.q.val() + 1;
        }
        if !self.put.val() & self.pop.val() {
            self.level.d.next = self.level.q.val() - 1;
        }
        if self.put.val() & self.put_last.val() & !(self.pop.val() & self.head_last.val()) {
            self.frames.d.next = self.frames.q.val() + 1;
        }
        if !(self.put.val() & self.put_last.val()) & self.pop.val() & self.head_last.val() {
            self.frames.d.next = self.frames.q.val() - 1;
        }
        self.count.next = self.event.val();
        self.count_valid.next = self.overflow.q.val();
    }
}
